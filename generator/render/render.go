// Package render makes files: pages from a theme's templates, feeds, calendars,
// the search index, pictures. It sees what weave laid out and nothing else, and
// hands each file to a sink as soon as it is made, so that no site has to fit
// into memory.
package render

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/media"
	"ownwords/generator/report"
	"ownwords/generator/weave"
)

// Sink takes finished files by their path in the output. It is called from
// several goroutines at once.
type Sink interface {
	Write(path string, data []byte) error
}

// File is a file that was made, and whose words it holds.
type File struct {
	Path  string
	Owner string   // the item that made it, or ""
	Items []string // other items whose words stand in it
}

// Options say how to render.
type Options struct {
	Site  *weave.Site
	Theme *Theme
	Sink  Sink
	// CacheDir keeps pictures between builds; "" for none.
	CacheDir string
	// Files are the site's own files: place in the output -> path on disk.
	Files map[string]string
	// Memory, when set, spares making again what an earlier build made of the
	// same things. Program tells programs apart that make different bytes.
	Memory  Memory
	Program string
}

// Output is what was made.
type Output struct {
	Files    []File
	Media    int
	Problems []report.Problem
}

// Render makes every file of the site. The error is *Unusable for a broken
// template, or the sink's or ctx's.
func Render(ctx context.Context, o Options) (*Output, error) {
	r := &renderer{Options: o, zone: time.UTC}
	draw := media.Card
	if o.CacheDir != "" {
		r.cache = media.OpenCache(filepath.Join(o.CacheDir, "pictures"))
		draw = r.cache.Card
	}
	r.socials = &socialCards{draw: draw, put: r.write}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	if o.Memory != nil {
		r.prints = newFingerprints(r, o.Program)
	}
	next := make(chan job, 64)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var buf bytes.Buffer
			for j := range next {
				if ctx.Err() != nil {
					continue
				}
				buf.Reset()
				if err := r.make(j, &buf); err != nil {
					cancel(err)
				}
				if j.release != nil {
					j.release()
				}
			}
		})
	}
	r.jobs(func(j job) { next <- j })
	close(next)
	workers.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(r.out.Files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	r.out.Media = r.mediaCount
	if r.cache != nil {
		if r.cache.Prune() != nil { // whoever has left must not stay online for that
			r.out.Problems = append(r.out.Problems, report.Problem{Code: "pictures-kept", Severity: report.Warning, File: ".ownwords/pictures",
				Message: "Pictures that earlier builds made ready couldn't be removed from this folder. It isn't published, but it may hold pictures of people who have left.",
				Help:    "Delete the folder .ownwords, or let the account that builds the site write in it."})
		}
	}
	return &r.out, nil
}

type renderer struct {
	Options
	zone      *time.Location
	pages     map[string]func() (*template.Template, error) // by kind
	shared    *template.Template
	headers   map[string]template.HTML // by section
	footer    template.HTML
	published map[*gate.Medium]*published
	// shelf, when set, makes pictures and recordings when they are asked for; published is empty then.
	shelf *Shelf
	// languages of pictures and recordings, told when the first is shown.
	languages map[*gate.Medium]string
	owning    sync.Once
	// cache keeps finished pictures and cards between builds; nil for none.
	cache *media.Cache
	// socials draws cards for other sites; nil for none.
	socials *socialCards
	context *feedContext
	months  []string
	// cards are made once each, by their index; a card stands on many pages.
	cards []atomic.Pointer[template.HTML]
	// prints, when set, tell what was made of the same things before.
	prints *fingerprints

	mu         sync.Mutex
	out        Output
	mediaCount int
}

// job is one thing to make: a page, or a few files.
type job struct {
	page  *weave.Page
	files func() (map[string][]byte, error)
	owner string
	items []string
	// name and print, when set, say what the files are made of: what is the same
	// as in an earlier build isn't made again.
	name  string
	print func() Fingerprint
	// release, when set, lets go of what nobody needs once the job is done.
	release func()
}

// view is what a template receives as its dot.
type view struct {
	Site *weave.Site
	Page *weave.Page
	// HeadTitle is unique to the page: its title with what tells it apart, and the site's.
	HeadTitle string
	// Section marks the current part of the navigation.
	Section string
	// Header and Footer are made once and stand on every page.
	Header, Footer template.HTML
}

func (r *renderer) prepare(ctx context.Context) error {
	funcs := template.FuncMap{"prose": r.prose, "contents": r.contents, "picture": r.pictureHTML, "socialimage": r.socialImage, "shown": r.shown, "figure": r.figure,
		"card": r.card, "cards": r.cardItems, "date": r.date, "asset": r.asset, "lang": langAttr, "contact": contactHTML, "dir": direction, "personurl": r.personURL,
		"link": linkHTML, "links": linksHTML, "linkitems": linkItems, "feedlinks": feedLinks, "href": hrefAttr, "about": about, "neighbour": r.neighbour, "points": r.points, "pointsaway": r.pointsAway, "headings": r.headings, "word": r.Theme.Word, "inc": func(i int) int { return i + 1 }}
	var err error
	if r.pages, r.shared, err = r.Theme.bind(funcs, r.asset); err != nil {
		return err
	}
	r.months = strings.Fields(r.Theme.Word("months"))
	if r.shelf == nil {
		if err := r.media(ctx); err != nil {
			return err
		}
	}
	r.context = r.newFeedContext()
	r.cards = make([]atomic.Pointer[template.HTML], r.Site.Cards)
	r.headers = map[string]template.HTML{}
	var buf bytes.Buffer
	for _, p := range r.Site.Pages {
		if _, done := r.headers[p.Section]; done {
			continue
		}
		buf.Reset()
		if err := r.Theme.execute(r.shared, "header", &buf, view{Site: r.Site, Section: p.Section}); err != nil {
			return err
		}
		r.headers[p.Section] = template.HTML(buf.String())
	}
	buf.Reset()
	if err := r.Theme.execute(r.shared, "footer", &buf, view{Site: r.Site}); err != nil {
		return err
	}
	r.footer = template.HTML(buf.String())
	for _, p := range r.Site.Pages {
		if r.pages[p.Kind] == nil {
			return r.Theme.broken("layouts/"+p.Kind+".html", os.ErrNotExist)
		}
	}
	return nil
}

// jobs gives out everything there is to make, the heaviest first so that no core
// waits at the end.
func (r *renderer) jobs(do func(j job)) {
	do(r.searchJob())
	do(r.siteJob())
	for _, f := range r.Site.Feeds {
		do(r.feedJob(f))
	}
	for _, p := range r.Site.Pages {
		do(job{page: p, release: p.Release})
	}
	for _, c := range r.Site.Calendars {
		do(r.calendarJob(c))
	}
	for _, d := range r.Site.Redirects {
		do(r.redirectJob(d))
	}
}

func (r *renderer) searchJob() job {
	shown := func(m *gate.Medium) bool { return r.published[m] != nil }
	if r.prints == nil {
		return job{items: r.searchItems(), release: r.Site.ReleaseFindable, files: func() (map[string][]byte, error) { return searchFiles(r.Site, shown, nil), nil }}
	}
	search := r.Site.Findable()
	made := make([]Fingerprint, len(search))
	print := func() Fingerprint {
		for i := range search {
			made[i] = r.prints.of(&search[i])
		}
		return r.prints.of(&made)
	}
	return job{items: r.searchItems(), name: "search", print: print, release: r.Site.ReleaseFindable, files: func() (map[string][]byte, error) {
		kept := openKept(r.Memory.Kept("search"), made, func(data []byte) { r.Memory.Keep("search", data) })
		return searchFiles(r.Site, shown, kept), nil
	}}
}

func (r *renderer) feedJob(f *weave.Feed) job {
	var items []string
	f.Fill()
	for _, e := range f.Entries {
		items = append(items, e.Owner)
	}
	if rest, ok := strings.CutPrefix(f.Path, "/people/"); ok {
		items = append(items, "people/"+strings.TrimSuffix(rest, "/"))
	}
	return job{items: items, name: "feeds of " + f.Path, print: func() Fingerprint { return r.prints.of(f) }, files: func() (map[string][]byte, error) { return r.feedFiles(f) }}
}

func (r *renderer) calendarJob(c *weave.Calendar) job {
	var items []string
	for _, e := range c.Events {
		items = append(items, e.Owner)
	}
	return job{items: items, name: "calendar " + c.Path, print: func() Fingerprint { return r.prints.of(c) }, files: func() (map[string][]byte, error) {
		data, err := calendarFile(r.context, c)
		return map[string][]byte{strings.TrimPrefix(c.Path, "/"): data}, err
	}}
}

func (r *renderer) redirectJob(d weave.Redirect) job {
	return job{owner: d.Owner, files: func() (map[string][]byte, error) {
		return map[string][]byte{strings.TrimPrefix(d.Path, "/") + "index.html": r.redirect(d)}, nil
	}}
}

func (r *renderer) searchItems() []string {
	items := make([]string, 0, len(r.Site.Findable()))
	for _, e := range r.Site.Findable() {
		items = append(items, e.Owner)
	}
	return items
}

func (r *renderer) feedFiles(f *weave.Feed) (map[string][]byte, error) {
	folder := strings.TrimPrefix(f.Path, "/")
	files := map[string][]byte{}
	for name, write := range map[string]func(*feedContext, *weave.Feed) ([]byte, error){"rss.xml": rssFeed, "atom.xml": atomFeed, "feed.json": jsonFeed} {
		data, err := write(r.context, f)
		if err != nil {
			return nil, err
		}
		files[folder+name] = data
	}
	data, err := podcastFeed(r.context, f)
	if err != nil {
		return nil, err
	}
	if data != nil {
		files[folder+"podcast.xml"] = data
	}
	return files, nil
}

// siteJob makes the site's files; the list of feeds among them names the people who have a page.
func (r *renderer) siteJob() job {
	var people []string
	for _, c := range r.Site.Contents() {
		if c.Kind == gate.PersonKind {
			people = append(people, c.ID)
		}
	}
	return job{files: r.siteFiles, items: people}
}

// siteFiles are the files that a site has once.
func (r *renderer) siteFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	for p, data := range r.Theme.files {
		files[p] = data
	}
	for p, data := range sitemapFiles(r.Site) {
		files[p] = data
	}
	files["robots.txt"], files["opml.xml"] = robotsFile(r.Site), opmlFile(r.Site)
	day := struct {
		Day       string  `json:"day"`
		GoodUntil *string `json:"good_until"`
	}{Day: r.Site.Day.String()}
	if until := r.Site.GoodUntil(); until != "" {
		day.GoodUntil = &until
	}
	data, err := json.Marshal(day)
	if err != nil {
		return nil, err
	}
	files["build.json"] = append(data, '\n')
	for place, source := range r.Files {
		data, err := os.ReadFile(source)
		if err != nil {
			return nil, err
		}
		files[path.Clean(place)] = data
	}
	return files, nil
}

// make makes a job's files, or takes them over from an earlier build.
func (r *renderer) make(j job, buf *bytes.Buffer) error {
	if j.page != nil {
		j.page.Fill()
		j.name, j.owner, j.items = pageFile(j.page), j.page.Owner, j.page.Items
	}
	if r.prints == nil || j.page == nil && j.print == nil {
		_, err := r.makeAnew(j, buf)
		return err
	}
	print, err := r.printOf(j)
	if err != nil {
		return err
	}
	if paths, same := r.Memory.Reuse(j.name, print); same {
		for _, p := range paths {
			r.made(File{Path: p, Owner: j.owner, Items: j.items})
		}
		return nil
	}
	paths, err := r.makeAnew(j, buf)
	if err == nil {
		r.Memory.Made(j.name, print, paths)
	}
	return err
}

func (r *renderer) printOf(j job) (Fingerprint, error) {
	if j.page != nil {
		return r.prints.page(j.page)
	}
	return j.print(), nil
}

func (r *renderer) makeAnew(j job, buf *bytes.Buffer) (paths []string, err error) {
	if j.page != nil {
		f, err := r.executePage(j.page, buf)
		if err != nil {
			return nil, err
		}
		return []string{f.Path}, r.write(f, buf.Bytes())
	}
	files, err := j.files()
	if err != nil {
		return nil, err
	}
	for p, data := range files {
		if err := r.write(File{Path: p, Owner: j.owner, Items: j.items}, data); err != nil {
			return nil, err
		}
		paths = append(paths, p)
	}
	return paths, nil
}

func (r *renderer) write(f File, data []byte) error {
	if err := r.Sink.Write(f.Path, data); err != nil {
		return err
	}
	r.made(f)
	return nil
}

// made notes a file of the output.
func (r *renderer) made(f File) {
	r.mu.Lock()
	r.out.Files = append(r.out.Files, f)
	r.mu.Unlock()
}

func (r *renderer) executePage(p *weave.Page, buf *bytes.Buffer) (File, error) {
	p.Fill()
	v := view{Site: r.Site, Page: p, HeadTitle: r.headTitle(p), Section: p.Section, Header: r.headers[p.Section], Footer: r.footer}
	tmpl, err := r.pages[p.Kind]()
	if err != nil {
		return File{}, err
	}
	if err := r.Theme.execute(tmpl, "layouts/base.html", buf, v); err != nil {
		return File{}, err
	}
	if r.shelf != nil || len(r.published) > 0 {
		hastenFirst(buf)
	}
	return File{pageFile(p), p.Owner, p.Items}, nil
}

// lazy keeps a browser from fetching a picture before it is nearly in view.
const lazy = ` loading="lazy"`

// hastenFirst takes lazy from a page's first picture, which is mostly in view
// at once. In words, quotation marks are escaped, so it is an attribute.
func hastenFirst(page *bytes.Buffer) {
	data := page.Bytes()
	if at := bytes.Index(data, []byte(lazy)); at >= 0 {
		page.Truncate(at + copy(data[at:], data[at+len(lazy):]))
	}
}

// headTitle makes a title that is unique to the page.
func (r *renderer) headTitle(p *weave.Page) string {
	if p.Home != nil {
		return r.Site.Title
	}
	title := p.Title
	switch {
	case p.Story != nil:
		names := make([]string, len(p.Story.Tellers))
		for i, t := range p.Story.Tellers {
			names[i] = t.Text
		}
		title += " – " + strings.Join(names, ", ")
	case p.Term != nil:
		title += " – " + r.Theme.Word(p.Term.Kind)
	}
	return title + " – " + r.Site.Title
}

// pageFile returns a page's path in the output.
func pageFile(p *weave.Page) string {
	file := strings.TrimPrefix(p.Path, "/")
	if strings.HasSuffix(p.Path, "/") {
		file += "index.html"
	}
	return file
}

// redirect makes the page at an earlier address. It leads on without script,
// and names nothing but the address.
func (r *renderer) redirect(d weave.Redirect) []byte {
	to, words := html.EscapeString(d.URL), html.EscapeString(r.Theme.Word("moved"))
	return []byte(`<!doctype html><html lang="` + html.EscapeString(r.Site.Language) + `"><head><meta charset="utf-8">` +
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'"><meta name="referrer" content="no-referrer">` +
		`<meta name="viewport" content="width=device-width, initial-scale=1"><title>` + words + `</title><meta name="robots" content="noindex">` +
		`<link rel="canonical" href="` + html.EscapeString(r.absolute(d.URL)) + `"><meta http-equiv="refresh" content="0; url=` + to + `"></head>` +
		`<body><main><h1>` + words + `</h1><p><a href="` + to + `">` + html.EscapeString(r.Theme.Word("moved-link")) + "</a></p></main></body></html>\n")
}

// addresser fills in addresses for one text.
type addresser struct {
	r     *renderer
	text  weave.Text
	feeds bool // absolute addresses and plain pictures
}

func (a *addresser) Link(l markdown.Link) (string, bool) {
	href, ok := a.r.Site.Link(l, a.text.URL)
	if ok && l.Path == "" && !a.feeds && !a.text.Away {
		href = href[strings.IndexByte(href, '#'):]
	}
	if ok && a.feeds {
		href = a.r.absolute(href)
	}
	return href, ok
}

func (a *addresser) Image(im markdown.Image) string {
	for _, m := range a.text.Media {
		if m.File != im.File {
			continue
		}
		if a.feeds {
			return a.r.feedImage(m)
		}
		if im.Block {
			return string(a.r.figureAt(m, a.text.Wide))
		}
		return string(a.r.pictureHTML(m, "half"))
	}
	return ""
}

// absolute puts the site's address before one that begins with its base path.
func (r *renderer) absolute(url string) string {
	return r.Site.URL + strings.TrimPrefix(url, r.Site.Base)
}

var proseBuffers = sync.Pool{New: func() any { return new([]byte) }}

func (r *renderer) prose(t weave.Text) template.HTML {
	if t.Body == nil {
		return ""
	}
	out := proseBuffers.Get().(*[]byte)
	defer proseBuffers.Put(out)
	*out = r.appendProse((*out)[:0], t)
	return template.HTML(*out)
}

func (r *renderer) appendProse(to []byte, t weave.Text) []byte {
	to, _ = t.Body.Append(to, &addresser{r: r, text: t})
	return to
}

func (r *renderer) contents(t weave.Text) []markdown.Heading {
	out := proseBuffers.Get().(*[]byte)
	defer proseBuffers.Put(out)
	var headings []markdown.Heading
	*out, headings = t.Body.Append((*out)[:0], &addresser{r: r, text: t})
	return headings
}

var cardBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// card returns an item's card, made when it is first needed.
func (r *renderer) card(c *weave.Card) (template.HTML, error) {
	slot := &r.cards[c.Index()]
	if made := slot.Load(); made != nil {
		return *made, nil
	}
	buf := cardBuffers.Get().(*bytes.Buffer)
	defer cardBuffers.Put(buf)
	buf.Reset()
	if err := r.Theme.execute(r.shared, "card", buf, c); err != nil {
		return "", err
	}
	made := template.HTML(buf.String())
	slot.Store(&made)
	return made, nil
}

// date writes a date as precisely as it is known, in the theme's words.
func (r *renderer) date(d gate.Date) template.HTML {
	if d.IsZero() {
		return template.HTML(html.EscapeString(r.Theme.Word("date-unknown")))
	}
	words := strconv.Itoa(d.Year)
	if d.Month != 0 {
		month := d.Month.String()
		if len(r.months) == 12 {
			month = r.months[d.Month-1]
		}
		words = month + " " + words
	}
	if d.Day != 0 {
		words = strconv.Itoa(d.Day) + " " + words
	}
	return template.HTML(`<time datetime="` + d.String() + `">` + html.EscapeString(words) + `</time>`)
}

func (r *renderer) asset(name string) string { return r.Site.Base + r.Theme.assets[name] }

func (r *renderer) personURL(id string) string { return r.Site.Base + "people/" + id + "/" }
