package render

import (
	"bytes"
	"context"
	"os"
	"path"
	"strings"
	"sync"
	"time"

	"ownwords/generator/media"
	"ownwords/generator/report"
	"ownwords/generator/weave"
)

// Press makes the files of one site when they are asked for, and no others:
// for serving, where most pages aren't looked at between two changes. It makes
// the same bytes as Render. Its methods may be called from many goroutines.
type Press struct {
	r         *renderer
	feeds     map[string]*weave.Feed // by folder in the output
	calendars map[string]*weave.Calendar
	redirects map[string]weave.Redirect

	mu    sync.Mutex
	sets  map[string]set // what was made several files at a time
	cards map[string]ownCard
}

// ownCard is a card that the site drew, and the item whose title it bears.
type ownCard struct {
	owner string
	data  []byte
}

// set is several files that are made together.
type set struct {
	job
	made map[string][]byte
}

// Prepare makes a press ready for a site; the shelf keeps pictures and
// recordings from one press to the next. Options.Sink and CacheDir aren't used.
// The error is *Unusable for a template that can't be used.
func Prepare(ctx context.Context, o Options, shelf *Shelf) (*Press, error) {
	p := &Press{r: &renderer{Options: o, zone: time.UTC, shelf: shelf}, sets: map[string]set{},
		feeds: map[string]*weave.Feed{}, calendars: map[string]*weave.Calendar{}, redirects: map[string]weave.Redirect{}, cards: map[string]ownCard{}}
	if !shelf.bare {
		p.r.socials = &socialCards{draw: media.Card, put: p.keepCard}
	}
	if err := p.r.prepare(ctx); err != nil {
		return nil, err
	}
	shelf.show(o.Site)
	for _, f := range o.Site.Feeds {
		p.feeds[strings.TrimPrefix(f.Path, "/")] = f
	}
	for _, c := range o.Site.Calendars {
		p.calendars[strings.TrimPrefix(c.Path, "/")] = c
	}
	for _, d := range o.Site.Redirects {
		p.redirects[strings.TrimPrefix(d.Path, "/")+"index.html"] = d
	}
	return p, nil
}

// Site returns the site whose files it makes.
func (p *Press) Site() *weave.Site { return p.r.Site }

// Has reports whether the site has a file at this path in the output. A
// picture or recording is known once a page that shows it was made.
func (p *Press) Has(file string) bool {
	if p.page(file) != nil || p.r.Theme.files[file] != nil {
		return true
	}
	folder, name := path.Split(file)
	switch name {
	case "rss.xml", "atom.xml", "feed.json":
		return p.feeds[folder] != nil
	}
	_, _, found, err := p.File(file)
	return found && err == nil
}

func (p *Press) keepCard(f File, data []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cards[f.Path] = ownCard{f.Owner, data}
	return nil
}

// page returns the page at a path in the output, or nil.
func (p *Press) page(file string) *weave.Page {
	address := "/" + file
	if folder, ok := strings.CutSuffix(address, "/index.html"); ok {
		address = folder + "/"
	}
	if page := p.r.Site.Page(address); page != nil && pageFile(page) == file {
		return page
	}
	return nil
}

// File makes the file at a path in the output, and says whose words it holds;
// found is false when the site has none there. The error is *Unusable for a
// template that breaks on this page.
func (p *Press) File(file string) (f File, data []byte, found bool, err error) {
	if page := p.page(file); page != nil {
		var buf bytes.Buffer
		f, err := p.r.executePage(page, &buf)
		return f, buf.Bytes(), true, err
	}
	if data := p.r.Theme.files[file]; data != nil {
		return File{Path: file}, data, true, nil
	}
	if name, ok := strings.CutPrefix(file, "media/"); ok {
		p.mu.Lock()
		card, drawn := p.cards[file]
		p.mu.Unlock()
		if drawn {
			return File{Path: file, Owner: card.owner}, card.data, true, nil
		}
		item, data := p.r.shelf.bytes(name)
		return File{Path: file, Items: []string{item}}, data, data != nil, nil
	}
	for place, source := range p.r.Files {
		if path.Clean(place) == file {
			data, err := os.ReadFile(source)
			return File{Path: file}, data, true, err
		}
	}
	key, make, found := p.several(file)
	if !found {
		return File{}, nil, false, nil
	}
	s, err := p.set(key, make)
	data, found = s.made[file]
	return File{Path: file, Owner: s.owner, Items: s.items}, data, found && err == nil, err
}

// several finds what makes a file that is made together with others.
func (p *Press) several(file string) (key string, make func() job, found bool) {
	folder, _ := path.Split(file)
	if f := p.feeds[folder]; f != nil && strings.Contains(" rss.xml atom.xml feed.json podcast.xml ", " "+path.Base(file)+" ") {
		return "feeds of " + folder, func() job { return p.r.feedJob(f) }, true
	}
	if c := p.calendars[file]; c != nil {
		return file, func() job { return p.r.calendarJob(c) }, true
	}
	if d, ok := p.redirects[file]; ok {
		return file, func() job { return p.r.redirectJob(d) }, true
	}
	if strings.HasPrefix(file, searchFolder) && strings.HasSuffix(file, ".json") {
		return "the search index", p.r.searchJob, true
	}
	if file == "robots.txt" || file == "opml.xml" || file == "build.json" || folder == "" && strings.HasPrefix(file, "sitemap") {
		return "the site's files", p.r.siteJob, true
	}
	return "", nil, false
}

// set makes several files once.
func (p *Press) set(key string, make func() job) (set, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, done := p.sets[key]; done {
		return s, nil
	}
	s := set{job: make()}
	var err error
	if s.made, err = s.files(); err != nil {
		return set{}, err
	}
	p.sets[key] = s
	return s, nil
}

// Items lists the IDs of all items that the site was made from.
func (p *Press) Items() []string {
	var items []string
	for _, c := range p.r.Site.Contents() {
		items = append(items, c.ID)
	}
	return items
}

// Try makes one page of each kind, so that a template that breaks is known
// before its theme is used. The error is *Unusable.
func (p *Press) Try() error {
	tried := map[string]bool{}
	for _, page := range p.r.Site.Pages {
		if tried[page.Kind] {
			continue
		}
		tried[page.Kind] = true
		if _, err := p.r.executePage(page, &bytes.Buffer{}); err != nil {
			return err
		}
	}
	return nil
}

// Problems tells what is wrong with pictures and recordings that were asked for so far.
func (p *Press) Problems() []report.Problem { return p.r.shelf.problems() }
