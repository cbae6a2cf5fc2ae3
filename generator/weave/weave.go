package weave

import (
	"cmp"
	"encoding/hex"
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"ownwords/generator/gate"
	"ownwords/generator/markdown"
)

const (
	pageSize    = 20 // items on a page of a list
	feedSize    = 20 // entries in a feed
	homeStories = 6
	homeNotes   = 4
	mostMore    = 6 // other stories by the same tellers below a story
	// lettered is how many of the newest stories may have a card drawn with
	// their title, for which a core needs about 2 ms each; without a bound, a
	// first build of ten thousand stories would take three times as long.
	lettered = 60
)

// Weave lays out the site. word returns an interface word of the theme by its key.
func Weave(c *gate.Cleared, word func(key string) string) *Site {
	s := c.Site()
	w := &weaver{cleared: c, word: word, slugs: map[string]string{}, site: &Site{Title: s.Title, Description: s.Description, Contact: s.Contact, Language: s.Language,
		URL: s.URL, Base: s.Base, Repository: s.Repository, Branch: s.Branch, Day: c.Day(), GoodUntil: c.GoodUntil, Zone: s.Zone}}
	w.contents()
	w.gather()
	w.navigation()
	w.stories()
	w.notes()
	w.announced = w.announcements()
	w.cells()
	w.meetings()
	w.learning()
	w.terms("theme")
	w.terms("place")
	w.people()
	w.changes()
	w.prose()
	w.special()
	w.home()
	w.redirects()
	w.calendars()
	w.feeds()
	w.site.pages = make(map[string]*Page, len(w.site.Pages))
	for _, p := range w.site.Pages {
		w.site.pages[p.Path] = p
	}
	w.site.search = w.search
	w.woven = true
	w.aside.Wait()
	return w.site
}

// Has reports whether the site has a page with this path, such as /people/;
// templates ask before they lead there.
func (s *Site) Has(path string) bool { return s.pages[path] != nil }

// Page returns the page with this path, such as /people/, or nil.
func (s *Site) Page(path string) *Page { return s.pages[path] }

// Link resolves a link inside the site, written in the text of a page; ok is
// false when there is no such page, and the link becomes plain text.
func (s *Site) Link(l markdown.Link, page string) (href string, ok bool) {
	at := page
	if l.Path != "" {
		if s.pages[l.Path] == nil && !s.file(l.Path) {
			return "", false
		}
		at = s.Base + strings.TrimPrefix(l.Path, "/")
	}
	if l.Fragment != "" {
		return at + "#" + (&url.URL{Fragment: l.Fragment}).EscapedFragment(), true
	}
	return at, true
}

// file reports whether a path is one of the site's feeds and other files.
func (s *Site) file(path string) bool {
	folder, name := path[:strings.LastIndexByte(path, '/')+1], path[strings.LastIndexByte(path, '/')+1:]
	switch name {
	case "rss.xml", "atom.xml", "feed.json":
		return slices.ContainsFunc(s.Feeds, func(f *Feed) bool { return f.Path == folder })
	case "podcast.xml":
		return slices.ContainsFunc(s.Feeds, func(f *Feed) bool { return f.Path == folder && f.IsPodcast() })
	case "meetings.ics":
		return slices.ContainsFunc(s.Calendars, func(c *Calendar) bool { return c.Path == path })
	case "opml.xml", "sitemap.xml", "robots.txt", "build.json", "404.html":
		return folder == "/"
	}
	return false
}

// Findable returns Search, which is gathered when it is first wanted.
func (s *Site) Findable() []SearchEntry {
	s.findable.Do(func() {
		if s.search != nil {
			s.Search = s.search()
		}
	})
	return s.Search
}

// ReleaseFindable lets go of Search, once it is written. Nobody may ask for it after that.
func (s *Site) ReleaseFindable() { s.Search = nil }

// Contents lists what every published item has, for the pictures and
// recordings that it names.
func (s *Site) Contents() []*gate.Content { return s.contents }

type weaver struct {
	cleared *gate.Cleared
	site    *Site
	word    func(string) string

	aside sync.WaitGroup // what is gathered while pages are settled

	// cards are made once each, when they are first wanted: by the number of their item.
	cards  []atomic.Pointer[Card]
	number map[*gate.Content]int
	// slugs remembers the slugs of themes and places; it doesn't change once the site is woven.
	slugs map[string]string
	woven bool

	byDate    []*gate.Story // newest first
	notesNew  []*gate.Note  // newest first
	changesBy []*gate.Change
	storyOf   map[string]*gate.Story // by slug
	noteOf    map[string]*gate.Note
	cellOf    map[string]*gate.Cell
	changeOf  map[string]*gate.Change
	profileOf map[string]*gate.Profile
	byTeller  map[string][]*gate.Story
	series    map[string][]*gate.Note // by cell, in order
	termsOf   map[string]*terms       // "theme" and "place"
	heardIn   map[string][]*gate.Change
	grewInto  map[string][]*gate.Note  // by story slug
	original  map[string][]*gate.Story // translations by original's slug
	announced []announcement           // by date
}

// terms are all themes or all places.
type terms struct {
	bySlug map[string]*term
	order  []*term
}

type term struct {
	slug, name string
	items      []*gate.Content // newest first
}

func (w *weaver) url(path string) string {
	if w.site.Base == "/" {
		return path
	}
	return w.site.Base + strings.TrimPrefix(path, "/")
}

// page adds a page to the site; fill, which may be nil, lays out the rest of it later.
func (w *weaver) page(p *Page, fill func(p *Page)) {
	p.fill = func(p *Page) {
		p.URL = w.url(p.Path)
		p.Canonical = w.site.URL + strings.TrimPrefix(p.Path, "/")
		if fill != nil {
			fill(p)
		}
	}
	w.site.Pages = append(w.site.Pages, p)
}

// shows notes that the items of these cards stand on the page.
func (p *Page) shows(lists ...[]*Card) {
	for _, cards := range lists {
		for _, c := range cards {
			p.showsID(c.id)
		}
	}
}

func (p *Page) showsID(id string) {
	const few = 40
	switch {
	case id == "" || id == p.Owner:
		return
	case len(p.Items) < few:
		if slices.Contains(p.Items, id) {
			return
		}
	case p.items == nil:
		p.items = make(map[string]bool, 2*len(p.Items))
		for _, item := range p.Items {
			p.items[item] = true
		}
		fallthrough
	default:
		if p.items[id] {
			return
		}
		p.items[id] = true
	}
	p.Items = append(p.Items, id)
}

// slug is Slug, remembered.
func (w *weaver) slug(name string) string {
	slug, known := w.slugs[name]
	if !known {
		slug = Slug(name)
		if !w.woven {
			w.slugs[name] = slug
		}
	}
	return slug
}

// Slug turns a theme or place into the last part of its address.
func Slug(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsMark(r) || r == '\'' || r == '’':
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if slug := strings.TrimSuffix(b.String(), "-"); slug != "" && (len(slug) > 1 || len(name) == 1) {
		return slug
	}
	h := fnv.New32a() // other scripts: stable, and short enough to read out
	h.Write([]byte(name))
	return "t-" + hex.EncodeToString(h.Sum(nil))
}

// newest orders items: the newest first, then by slug.
func newest(a, b *gate.Content) int {
	return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(a.Slug, b.Slug))
}

// byNewest returns a list of items in that order.
func byNewest[T any](list []*T, content func(*T) *gate.Content) []*T {
	type dated struct {
		day  int // year, month and day in one number, in the order of Date.Compare
		item *T
	}
	all := make([]dated, len(list))
	for i, x := range list {
		d := content(x).Date
		all[i] = dated{d.Year<<9 | int(d.Month)<<5 | d.Day, x}
	}
	slices.SortFunc(all, func(a, b dated) int {
		if a.day != b.day {
			return b.day - a.day
		}
		return cmp.Compare(content(a.item).Slug, content(b.item).Slug)
	})
	sorted := make([]*T, len(list))
	for i, d := range all {
		sorted[i] = d.item
	}
	return sorted
}

// gather makes the indexes that the pages need.
func (w *weaver) gather() {
	c := w.cleared
	w.storyOf, w.noteOf, w.cellOf = make(map[string]*gate.Story, len(c.Stories())), make(map[string]*gate.Note, len(c.Notes())), map[string]*gate.Cell{}
	w.byTeller, w.series = map[string][]*gate.Story{}, map[string][]*gate.Note{}
	w.heardIn, w.grewInto, w.original = map[string][]*gate.Change{}, map[string][]*gate.Note{}, map[string][]*gate.Story{}
	w.byDate = byNewest(c.Stories(), func(s *gate.Story) *gate.Content { return &s.Content })
	w.notesNew = byNewest(c.Notes(), func(n *gate.Note) *gate.Content { return &n.Content })
	w.changesBy = byNewest(c.Changes(), func(x *gate.Change) *gate.Content { return &x.Content })
	for _, x := range c.Cells() {
		w.cellOf[x.Slug] = x
	}
	w.aside.Go(func() { // nobody asks for these before the pages are laid out
		for _, s := range w.byDate {
			w.storyOf[s.Slug] = s
			for _, t := range s.Tellers {
				w.byTeller[t.Key] = append(w.byTeller[t.Key], s)
			}
			if s.TranslationOf != "" {
				w.original[s.TranslationOf] = append(w.original[s.TranslationOf], s)
			}
		}
	})
	for _, n := range w.notesNew {
		w.noteOf[n.Slug] = n
		if w.cellOf[n.Cell] != nil {
			w.series[n.Cell] = append(w.series[n.Cell], n)
		}
		for _, slug := range n.Stories {
			w.grewInto[slug] = append(w.grewInto[slug], n)
		}
	}
	for cell, notes := range w.series {
		w.series[cell] = inOrder(notes)
	}
	for _, x := range w.changesBy {
		for _, slug := range x.Heard {
			w.heardIn[slug] = append(w.heardIn[slug], x)
		}
	}
	w.termsOf = map[string]*terms{"theme": {bySlug: map[string]*term{}}, "place": {bySlug: map[string]*term{}}}
	themes, places := w.termsOf["theme"], w.termsOf["place"]
	w.eachByDate(func(c *gate.Content) {
		for i, name := range c.Themes {
			w.file(themes, name, c, c.Themes[:i])
		}
		if c.Place != "" {
			w.file(places, c.Place, c, nil)
		}
	})
	for _, t := range w.termsOf {
		slices.SortFunc(t.order, func(a, b *term) int { return cmp.Compare(a.slug, b.slug) })
	}
}

// eachByDate calls f for stories, notes and changes together, newest first.
func (w *weaver) eachByDate(f func(*gate.Content)) {
	stories, notes, changes := w.byDate, w.notesNew, w.changesBy
	for {
		var first *gate.Content
		if len(stories) > 0 {
			first = &stories[0].Content
		}
		if len(notes) > 0 && (first == nil || newest(&notes[0].Content, first) < 0) {
			first = &notes[0].Content
		}
		if len(changes) > 0 && (first == nil || newest(&changes[0].Content, first) < 0) {
			first = &changes[0].Content
		}
		switch {
		case first == nil:
			return
		case len(stories) > 0 && first == &stories[0].Content:
			stories = stories[1:]
		case len(notes) > 0 && first == &notes[0].Content:
			notes = notes[1:]
		default:
			changes = changes[1:]
		}
		f(first)
	}
}

// file puts an item under a theme or place, unless it is there under one of
// the names before, which may be the same in other letters.
func (w *weaver) file(all *terms, name string, c *gate.Content, before []string) {
	slug := w.slug(name)
	if slices.ContainsFunc(before, func(other string) bool { return w.slug(other) == slug }) {
		return
	}
	t := all.bySlug[slug]
	if t == nil {
		t = &term{slug: slug, name: name}
		all.bySlug[slug] = t
		all.order = append(all.order, t)
	}
	t.items = append(t.items, c)
}

func (w *weaver) termLinks(kind string, names []string) []Link {
	var links []Link
	for _, name := range names {
		if t := w.termsOf[kind].bySlug[w.slug(name)]; t != nil && !slices.ContainsFunc(links, func(l Link) bool { return l.Text == t.name }) {
			links = append(links, Link{Text: t.name, URL: w.url("/" + kind + "s/" + t.slug + "/"), Count: len(t.items)})
		}
	}
	return links
}

func (w *weaver) placeLink(place string) *Link {
	if links := w.termLinks("place", []string{place}); place != "" && len(links) > 0 {
		links[0].Text = place
		return &links[0]
	}
	return nil
}

func (w *weaver) tellers(list []gate.Teller) []Link {
	links := make([]Link, len(list))
	for i, t := range list {
		links[i] = Link{Text: t.Name}
		if t.Person != "" {
			links[i].URL = w.url("/people/" + t.Person + "/")
		}
	}
	return links
}

func (w *weaver) text(c *gate.Content, b *markdown.Body) Text {
	return Text{Body: b, Media: c.Media, URL: w.url("/" + c.ID + "/")}
}

func (w *weaver) texts(c *gate.Content, list []*markdown.Body) []Text {
	out := make([]Text, len(list))
	for i, b := range list {
		out[i] = w.text(c, b)
	}
	return out
}

// cardOf returns an item's card, which is made once.
func (w *weaver) cardOf(x *gate.Content) *Card {
	number := w.number[x]
	slot := &w.cards[number]
	if c := slot.Load(); c != nil {
		return c
	}
	c := w.newCard(x)
	c.id, c.number = x.ID, number
	c.URL, c.Lang, c.Date, c.Illustrative, c.Draft = w.url("/"+x.ID+"/"), x.Language, x.Date, x.Illustrative, x.Draft
	if !slot.CompareAndSwap(nil, c) {
		return slot.Load() // another goroutine was faster
	}
	return c
}

// newCard makes what differs between the cards of the kinds.
func (w *weaver) newCard(x *gate.Content) *Card {
	c := &Card{Kind: string(x.Kind), Title: x.Title}
	switch x.Kind {
	case gate.StoryKind:
		s := w.storyOf[x.Slug]
		c.Intro, c.Tellers, c.ContentNote, c.Image, c.Accent = s.Intro, w.tellers(s.Tellers), s.ContentNote, s.Image, s.Accent
	case gate.NoteKind:
		n := w.noteOf[x.Slug]
		c.Number, c.NoteKind = n.Number, n.NoteKind
		if cell := w.cellOf[n.Cell]; cell != nil {
			c.Cell = cell.Title
		}
	case gate.ChangeKind:
		c.Status = w.changeOf[x.Slug].Status
	case gate.CellKind:
		c.Number = len(w.series[x.Slug])
		if about := w.cellOf[x.Slug].About; about != nil {
			c.Intro = strings.TrimSpace(about.Words())
		}
	case gate.PersonKind:
		p := w.profileOf[x.Slug]
		c.Title, c.Intro, c.Image, c.Number = p.Name, p.DescribedAs, p.Image, len(w.byTeller[x.Slug])
	}
	return c
}

func (w *weaver) storyCard(s *gate.Story) *Card   { return w.cardOf(&s.Content) }
func (w *weaver) noteCard(n *gate.Note) *Card     { return w.cardOf(&n.Content) }
func (w *weaver) changeCard(x *gate.Change) *Card { return w.cardOf(&x.Content) }
func (w *weaver) cellCard(x *gate.Cell) *Card     { return w.cardOf(&x.Content) }

func (w *weaver) cardsOf(list []*gate.Content) []*Card {
	cards := make([]*Card, len(list))
	for i, x := range list {
		cards[i] = w.cardOf(x)
	}
	return cards
}

func (w *weaver) storyCards(list []*gate.Story) []*Card {
	var cards []*Card
	for _, s := range list {
		cards = append(cards, w.storyCard(s))
	}
	return cards
}

func (w *weaver) noteCards(list []*gate.Note) []*Card {
	var cards []*Card
	for _, n := range list {
		cards = append(cards, w.noteCard(n))
	}
	return cards
}

func (w *weaver) changeCards(list []*gate.Change) []*Card {
	var cards []*Card
	for _, x := range list {
		cards = append(cards, w.changeCard(x))
	}
	return cards
}

func (w *weaver) suggest(c *gate.Content) string {
	if w.site.Repository == "" || strings.HasPrefix(c.File, "../") || strings.HasPrefix(c.File, "/") {
		return ""
	}
	edit := "/edit/"
	if u, err := url.Parse(w.site.Repository); err == nil && strings.Contains(u.Host, "gitlab") {
		edit = "/-/edit/"
	} else if err == nil && !strings.Contains(u.Host, "github") {
		edit = "/_edit/"
	}
	return w.site.Repository + edit + w.site.Branch + "/" + (&url.URL{Path: c.File}).EscapedPath()
}

func (w *weaver) navigation() {
	add := func(key, path, section string) {
		w.site.Nav = append(w.site.Nav, Link{Text: w.word(key), URL: w.url(path), Section: section})
	}
	add("stories", "/stories/", "stories")
	if len(w.notesNew) > 0 {
		add("notes", "/notes/", "notes")
	}
	if len(w.cleared.Cells()) > 0 {
		add("cells", "/cells/", "cells")
	}
	if len(w.termsOf["theme"].order) > 0 {
		add("themes", "/themes/", "themes")
	}
	if len(w.changesBy) > 0 {
		add("changes", "/changes/", "changes")
	}
	pages := slices.Clone(w.cleared.Pages())
	slices.SortStableFunc(pages, func(a, b *gate.Page) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Slug, b.Slug)) })
	for _, p := range pages {
		l := Link{Text: p.Title, URL: w.url("/" + p.Slug + "/"), Lang: p.Language, Section: p.ID}
		if p.InNav {
			w.site.Nav = append(w.site.Nav, l)
		} else if !strings.Contains(p.Slug, "/") {
			w.site.Footer = append(w.site.Footer, l)
		}
	}
	add("search", "/search/", "search")
	w.site.HasFeeds = true
}

func (w *weaver) crumbs(links ...Link) []Link {
	return append([]Link{{Text: w.word("home"), URL: w.site.Base}}, links...)
}

func (w *weaver) feedLinks(path, title string) []Link {
	at := w.url(path)
	return []Link{{Text: title + " (RSS)", URL: at + "rss.xml", Section: "application/rss+xml"},
		{Text: title + " (Atom)", URL: at + "atom.xml", Section: "application/atom+xml"},
		{Text: title + " (JSON Feed)", URL: at + "feed.json", Section: "application/feed+json"}}
}

func (w *weaver) stories() {
	items := make([]*gate.Content, len(w.byDate))
	for i, s := range w.byDate {
		items[i] = &s.Content
	}
	w.paginate("stories", "/stories/", w.word("stories"), "stories", items)
	for i, s := range w.byDate {
		w.page(&Page{Kind: "story", Path: "/" + s.ID + "/", Title: s.Title, Lang: s.Language, Section: "stories", Owner: s.ID, LastModified: s.Date, NoIndex: !s.MaySearch || s.Draft},
			func(p *Page) { w.story(p, s, i) })
	}
}

// story lays out the page of a story, which is the i-th by date.
func (w *weaver) story(p *Page, s *gate.Story, i int) {
	v := &Story{Story: s, Tellers: w.tellers(s.Tellers), Body: w.text(&s.Content, s.Body), Themes: w.termLinks("theme", s.Themes), Place: w.placeLink(s.Place),
		Changes: w.changeCards(w.answers(s)), Notes: w.noteCards(w.grewInto[s.Slug]), SuggestURL: w.suggest(&s.Content)}
	v.Body.Wide = s.Layout == "photo-essay"
	v.Versions = w.versions(s)
	v.Loose = loose(&s.Content, s.Versions)
	p.Story, p.Description, p.Crumbs = v, s.Intro, w.crumbs(Link{Text: w.word("stories"), URL: w.url("/stories/")})
	if s.MaySearch {
		p.UnavailableAfter = (s.LastDay + 1).String()
	}
	if s.MaySocial {
		p.Social = &Social{Title: s.Title, Description: s.Intro, Image: s.Image, Drawn: !s.PictureWithheld, Lettered: i < lettered}
	}
	link := func(other *gate.Story) *Link {
		p.showsID(other.ID)
		return &Link{Text: other.Title, URL: w.url("/" + other.ID + "/"), Lang: other.Language}
	}
	if i > 0 {
		v.Next = link(w.byDate[i-1])
	}
	if i+1 < len(w.byDate) {
		v.Previous = link(w.byDate[i+1])
	}
	if o := w.storyOf[s.TranslationOf]; o != nil {
		v.Original = link(o)
	}
	root := s.Slug
	if s.TranslationOf != "" {
		root = s.TranslationOf
	}
	for _, t := range w.original[root] {
		if t != s {
			v.Translations = append(v.Translations, *link(t))
		}
	}
	for _, t := range s.Tellers {
		for _, other := range w.byTeller[t.Key] {
			if len(v.More) == mostMore {
				break
			}
			if other != s && !slices.ContainsFunc(v.More, func(c *Card) bool { return c.id == other.ID }) {
				v.More = append(v.More, w.storyCard(other))
			}
		}
	}
	p.shows(v.More, v.Changes, v.Notes)
}

// versions lists a story's equal alternatives.
func (w *weaver) versions(s *gate.Story) (list []VersionView) {
	for _, v := range s.Versions {
		list = append(list, VersionView{v.Kind, w.text(&s.Content, v.Text), v.Recording})
	}
	return list
}

// loose lists the media that an item's text doesn't place itself, so that a
// recording never needs markup to be heard.
func loose(c *gate.Content, versions []gate.Version) []*gate.Medium {
	var out []*gate.Medium
	for _, m := range c.Media {
		placed := m == c.Image || slices.ContainsFunc(versions, func(v gate.Version) bool { return v.Recording == m })
		if c.Body != nil {
			placed = placed || slices.ContainsFunc(c.Body.Images, func(i markdown.Image) bool { return i.File == m.File })
		}
		if !placed {
			out = append(out, m)
		}
	}
	return out
}

// paginate makes the pages of a long list of items.
func (w *weaver) paginate(kind, base, title, section string, items []*gate.Content) {
	w.inParts(kind, base, title, section, len(items), pageSize, func(p *Page, from, to int) {
		cards := w.cardsOf(items[from:to])
		p.Crumbs, p.Feeds = w.crumbs(), w.feedLinks(base, title)
		if kind == "term" {
			p.Term = &Term{Kind: strings.TrimSuffix(section, "s"), Cards: cards, Count: len(items)}
			p.Crumbs = w.crumbs(Link{Text: w.word(section), URL: w.url("/" + section + "/")})
		} else {
			p.List = &List{Cards: cards, Count: len(items)}
		}
		p.shows(cards)
	})
}

// inParts makes the pages of a list of count things, size of them on each; fill
// lays out the page of those from one number to another.
func (w *weaver) inParts(kind, base, title, section string, count, size int, fill func(p *Page, from, to int)) {
	total := max(1, (count+size-1)/size)
	for n := 1; n <= total; n++ {
		p := &Page{Kind: kind, Path: pageAddress(base, n), Title: title, Section: section}
		if n > 1 {
			p.Title = title + " – " + w.word("page") + " " + strconv.Itoa(n)
		}
		w.page(p, func(p *Page) {
			fill(p, (n-1)*size, min(n*size, count))
			if n > 1 {
				p.Crumbs = append(p.Crumbs, Link{Text: title, URL: w.url(base)})
			}
			if total > 1 {
				p.Pager = w.pager(base, n, total)
			}
		})
	}
}

func pageAddress(base string, n int) string {
	if n == 1 {
		return base
	}
	return base + "page/" + strconv.Itoa(n) + "/"
}

func (w *weaver) pager(base string, n, total int) *Pager {
	pager := &Pager{Number: n, Total: total}
	if n > 1 {
		pager.Previous = &Link{URL: w.url(pageAddress(base, n-1))}
	}
	if n < total {
		pager.Next = &Link{URL: w.url(pageAddress(base, n+1))}
	}
	for k := 1; k <= total; k++ { // the first, the last, and those around this one
		switch {
		case k > 1 && k < n-2:
			k = n - 2
		case k > n+2 && k < total:
			k = total
		}
		l := Link{Text: strconv.Itoa(k), Count: k}
		if k != n {
			l.URL = w.url(pageAddress(base, k))
		}
		pager.Pages = append(pager.Pages, l)
	}
	return pager
}

func (w *weaver) terms(kind string) {
	all := w.termsOf[kind]
	if len(all.order) == 0 {
		return
	}
	section := kind + "s"
	address := func(t *term) string { return "/" + section + "/" + t.slug + "/" }
	w.page(&Page{Kind: section, Path: "/" + section + "/", Title: w.word(section), Section: section}, func(p *Page) {
		p.Terms, p.Crumbs = &Terms{}, w.crumbs()
		for _, t := range all.order {
			p.Terms.Terms = append(p.Terms.Terms, Link{Text: t.name, URL: w.url(address(t)), Count: len(t.items)})
			if len(p.Items) < 2000 {
				p.showsID(t.items[0].ID)
			}
		}
	})
	for _, t := range all.order {
		w.paginate("term", address(t), t.name, section, t.items)
	}
}

func (w *weaver) people() {
	profiles := w.cleared.Profiles()
	if len(profiles) == 0 {
		return
	}
	w.page(&Page{Kind: "people", Path: "/people/", Title: w.word("people"), Section: "people"}, func(p *Page) {
		p.People, p.Crumbs = &People{}, w.crumbs()
		for _, x := range profiles {
			p.People.People = append(p.People.People, w.cardOf(&x.Content))
		}
		p.shows(p.People.People)
	})
	for _, x := range profiles {
		w.page(&Page{Kind: "person", Path: "/" + x.ID + "/", Title: x.Name, Lang: x.Language, Section: "people", Owner: x.ID, NoIndex: x.Draft}, func(p *Page) {
			p.Profile = &Profile{Profile: x, Body: w.text(&x.Content, x.Body), Stories: w.storyCards(w.byTeller[x.Slug])}
			p.Crumbs, p.Feeds = w.crumbs(Link{Text: w.word("people"), URL: w.url("/people/")}), w.feedLinks("/"+x.ID+"/", x.Name)
			p.shows(p.Profile.Stories)
		})
	}
}

func (w *weaver) changes() {
	w.page(&Page{Kind: "changes", Path: "/changes/", Title: w.word("changes"), Section: "changes"}, func(p *Page) {
		p.Changes = &Changes{Cards: w.changeCards(w.changesBy)}
		p.Crumbs, p.Feeds = w.crumbs(), w.feedLinks("/changes/", w.word("changes"))
		p.shows(p.Changes.Cards)
	})
	for _, x := range w.changesBy {
		w.page(&Page{Kind: "change", Path: "/" + x.ID + "/", Title: x.Title, Lang: x.Language, Section: "changes", Owner: x.ID, LastModified: x.Date, NoIndex: x.Draft}, func(p *Page) {
			v := &Change{Change: x, Body: w.text(&x.Content, x.Body), Why: w.text(&x.Content, x.Why), Themes: w.termLinks("theme", x.Themes), SuggestURL: w.suggest(&x.Content), Loose: loose(&x.Content, nil)}
			for _, slug := range x.Heard {
				if s := w.storyOf[slug]; s != nil {
					v.Heard = append(v.Heard, w.storyCard(s))
				}
				if n := w.noteOf[slug]; n != nil {
					v.Heard = append(v.Heard, w.noteCard(n))
				}
			}
			p.Change, p.Crumbs = v, w.crumbs(Link{Text: w.word("changes"), URL: w.url("/changes/")})
			p.shows(v.Heard)
		})
	}
}

func (w *weaver) prose() {
	for _, x := range w.cleared.Pages() {
		body := w.text(&x.Content, x.Body)
		body.URL = w.url("/" + x.Slug + "/")
		p := &Page{Kind: "page", Path: "/" + x.Slug + "/", Title: x.Title, Lang: x.Language, Section: x.ID, Owner: x.ID, NoIndex: x.Draft}
		if x.Slug == "share" {
			p.Kind = "share"
		}
		w.page(p, func(p *Page) {
			p.Description, p.Prose, p.Crumbs = x.Intro, &Prose{x, body, w.suggest(&x.Content)}, w.crumbs()
			if p.Kind == "share" {
				w.share(p)
			}
		})
	}
	if !slices.ContainsFunc(w.cleared.Pages(), func(p *gate.Page) bool { return p.Slug == "share" }) {
		w.page(&Page{Kind: "share", Path: "/share/", Title: w.word("share"), Section: "share"}, func(p *Page) {
			p.Crumbs = w.crumbs()
			w.share(p)
		})
	}
}

func (w *weaver) share(p *Page) {
	s := &Share{Accents: []string{"sea", "clay", "moss", "plum", "slate", "gold"}, Layouts: []string{"story", "letter", "poem", "interview", "timeline", "photo-essay"}}
	if p.Prose != nil {
		s.Body = p.Prose.Body
	}
	if u, err := url.Parse(w.site.Repository); err == nil && w.site.Repository != "" {
		switch {
		case strings.Contains(u.Host, "gitlab"):
			s.Host, s.NewFileURL = "gitlab", w.site.Repository+"/-/new/"+w.site.Branch
		case strings.Contains(u.Host, "github"):
			s.Host, s.NewFileURL = "github", w.site.Repository+"/new/"+w.site.Branch
		default:
			s.Host, s.NewFileURL = "forgejo", w.site.Repository+"/_new/"+w.site.Branch
		}
	}
	p.Share, p.Scripts = s, []string{"share.js"}
}

func (w *weaver) redirects() {
	add := func(c *gate.Content) {
		for _, was := range c.Was {
			w.site.Redirects = append(w.site.Redirects, Redirect{Path: "/" + c.Kind.Folder() + "/" + was + "/", URL: w.url("/" + c.ID + "/"), Owner: c.ID})
		}
	}
	for _, s := range w.cleared.Stories() {
		add(&s.Content)
	}
	for _, n := range w.cleared.Notes() {
		add(&n.Content)
	}
}

// contents lists all items.
func (w *weaver) contents() {
	c := w.cleared
	count := len(c.Stories()) + len(c.Notes()) + len(c.Cells()) + len(c.Changes()) + len(c.Pages()) + len(c.Profiles())
	list := make([]*gate.Content, 0, count)
	for _, x := range c.Stories() {
		list = append(list, &x.Content)
	}
	for _, x := range c.Notes() {
		list = append(list, &x.Content)
	}
	for _, x := range c.Cells() {
		list = append(list, &x.Content)
	}
	w.changeOf = map[string]*gate.Change{}
	for _, x := range c.Changes() {
		list = append(list, &x.Content)
		w.changeOf[x.Slug] = x
	}
	for _, x := range c.Pages() {
		list = append(list, &x.Content)
	}
	w.profileOf = make(map[string]*gate.Profile, len(c.Profiles()))
	for _, x := range c.Profiles() {
		list = append(list, &x.Content)
		w.profileOf[x.Slug] = x
	}
	w.number = make(map[*gate.Content]int, count)
	for i, x := range list {
		w.number[x] = i
	}
	w.site.contents, w.site.Cards, w.cards = list, count, make([]atomic.Pointer[Card], count)
}

func (w *weaver) home() {
	w.page(&Page{Kind: "home", Path: "/", Title: w.site.Title, Section: "home"}, func(p *Page) {
		h := &Home{Stories: w.storyCards(w.byDate[:min(homeStories, len(w.byDate))]), Notes: w.noteCards(w.notesNew[:min(homeNotes, len(w.notesNew))]),
			Changes: w.changeCards(w.changesBy[:min(3, len(w.changesBy))]), StoryCount: len(w.byDate), NoteCount: len(w.notesNew)}
		for _, c := range w.cleared.Cells() {
			h.Cells = append(h.Cells, w.cellCard(c))
		}
		for _, t := range w.termsOf["theme"].order {
			h.Themes = append(h.Themes, Link{Text: t.name, URL: w.url("/themes/" + t.slug + "/"), Count: len(t.items)})
		}
		h.Quotes = w.quotes(3)
		p.Home, p.Description, p.Feeds = h, w.site.Description, w.feedLinks("/", w.site.Title)
		p.shows(h.Stories, h.Notes, h.Changes, h.Cells)
		for _, q := range h.Quotes {
			p.showsID(q.id)
		}
	})
}

// quotes lists lines that tellers allow to be shown elsewhere, in the order of
// the stories' slugs; at most one a story when only a few are wanted.
func (w *weaver) quotes(most int) []Quote {
	var out []Quote
	for _, s := range w.cleared.Stories() {
		for i, line := range s.Quotes {
			if most > 0 && (len(out) >= most || i > 0) {
				break
			}
			out = append(out, Quote{Line: line, Lang: s.Language, Accent: s.Accent, Tellers: w.tellers(s.Tellers), Story: Link{Text: s.Title, URL: w.url("/" + s.ID + "/"), Lang: s.Language}, id: s.ID})
		}
	}
	return out
}

// special makes the pages that the site has of its own.
func (w *weaver) special() {
	if slices.ContainsFunc(w.cleared.Stories(), func(s *gate.Story) bool { return len(s.Quotes) > 0 }) {
		w.page(&Page{Kind: "words", Path: "/words/", Title: w.word("words"), Section: "words"}, func(p *Page) {
			p.Words, p.Crumbs = &Words{w.quotes(0)}, w.crumbs()
			for _, q := range p.Words.Quotes {
				p.showsID(q.id)
			}
		})
	}
	w.page(&Page{Kind: "search", Path: "/search/", Title: w.word("search"), Section: "search"}, func(p *Page) {
		p.Crumbs, p.Scripts, p.Everything = w.crumbs(), []string{"search.js"}, w.everything(p, newestListed)
	})
	w.everythingPages()
	w.page(&Page{Kind: "404", Path: "/404.html", Title: w.word("not-found"), NoIndex: true}, nil)
}

const (
	// mostListed is how long a list of links on the index of the whole site may get;
	// a longer one begins there with newestListed, and stands on pages of its own,
	// linksOnAPage on each.
	mostListed   = 1000
	newestListed = 200
	linksOnAPage = 300
)

// listing is a list of what there is of one kind, by the theme's word for it.
type listing struct {
	key   string
	count int
	link  func(i int) (l Link, item string)
}

// listings list the whole site.
func (w *weaver) listings() []listing {
	of := func(title string, c *gate.Content) (Link, string) {
		return Link{Text: title, URL: w.url("/" + c.ID + "/"), Lang: c.Language}, c.ID
	}
	terms := func(kind string) func(i int) (Link, string) {
		return func(i int) (Link, string) {
			t := w.termsOf[kind].order[i]
			return Link{Text: t.name, URL: w.url("/" + kind + "s/" + t.slug + "/"), Count: len(t.items)}, t.items[0].ID
		}
	}
	cells, profiles := w.cleared.Cells(), w.cleared.Profiles()
	return []listing{
		{"stories", len(w.byDate), func(i int) (Link, string) { return of(w.byDate[i].Title, &w.byDate[i].Content) }},
		{"notes", len(w.notesNew), func(i int) (Link, string) { return of(w.notesNew[i].Title, &w.notesNew[i].Content) }},
		{"cells", len(cells), func(i int) (Link, string) { return of(cells[i].Title, &cells[i].Content) }},
		{"changes", len(w.changesBy), func(i int) (Link, string) { return of(w.changesBy[i].Title, &w.changesBy[i].Content) }},
		{"themes", len(w.termsOf["theme"].order), terms("theme")},
		{"places", len(w.termsOf["place"].order), terms("place")},
		{"people", len(profiles), func(i int) (Link, string) {
			return Link{Text: profiles[i].Name, URL: w.url("/" + profiles[i].ID + "/")}, profiles[i].ID
		}},
	}
}

// everything is an index of the whole site, for a page on which it stands. A list
// that is longer than most begins there with its newest, and leads to the rest.
func (w *weaver) everything(p *Page, most int) *Everything {
	e := &Everything{}
	for _, l := range w.listings() {
		if l.count == 0 {
			continue
		}
		g := Group{Key: l.key}
		shown := l.count
		if l.count > most {
			shown = newestListed
			g.More = &Link{Text: w.word("list-all"), URL: w.url("/everything/"), Count: l.count}
			if l.count > mostListed {
				g.More.URL += l.key + "/"
			}
		}
		g.Links = w.links(p, l, 0, shown)
		e.Groups = append(e.Groups, g)
	}
	return e
}

// links are those of a listing from one number to another, for a page on which they stand.
func (w *weaver) links(p *Page, l listing, from, to int) []Link {
	links := make([]Link, 0, to-from)
	for i := from; i < to; i++ {
		link, item := l.link(i)
		links = append(links, link)
		p.showsID(item)
	}
	return links
}

// everythingPages makes the index of the whole site, and the pages of its long lists.
func (w *weaver) everythingPages() {
	title := w.word("everything")
	w.page(&Page{Kind: "everything", Path: "/everything/", Title: title, Section: "everything"}, func(p *Page) {
		p.Crumbs, p.Everything = w.crumbs(), w.everything(p, mostListed)
		p.Everything.Groups = append(p.Everything.Groups, Group{Key: "about-this-site", Links: append(slices.Clone(w.site.Footer), w.site.Nav...)})
	})
	for _, l := range w.listings() {
		if l.count <= mostListed {
			continue
		}
		w.inParts("everything", "/everything/"+l.key+"/", title+": "+w.word(l.key), "everything", l.count, linksOnAPage, func(p *Page, from, to int) {
			p.Everything = &Everything{Groups: []Group{{Key: l.key, Links: w.links(p, l, from, to)}}}
			p.Crumbs = w.crumbs(Link{Text: title, URL: w.url("/everything/")})
		})
	}
}

func (w *weaver) search() []SearchEntry {
	list := make([]SearchEntry, 0, len(w.site.contents))
	for _, s := range w.byDate {
		e := SearchEntry{Title: s.Title, URL: w.url("/" + s.ID + "/"), Kind: "story", Lang: s.Language, Themes: s.Themes, Place: s.Place, Text: s.Body, Intro: s.Intro, Owner: s.ID}
		for _, t := range s.Tellers {
			e.Tellers = append(e.Tellers, t.Name)
		}
		for _, v := range s.Versions {
			e.More = append(e.More, v.Text)
		}
		e.Media = s.Media
		list = append(list, e)
	}
	for _, n := range w.notesNew {
		list = append(list, SearchEntry{Title: n.Title, URL: w.url("/" + n.ID + "/"), Kind: "note", Lang: n.Language, Themes: n.Themes, Place: n.Place, Text: n.Body, Owner: n.ID,
			More: append(slices.Concat(n.Summary, n.Questions), n.Opening, n.SummaryLead, n.SummaryTail, n.Chair)})
	}
	for _, x := range w.changesBy {
		list = append(list, SearchEntry{Title: x.Title, URL: w.url("/" + x.ID + "/"), Kind: "change", Lang: x.Language, Themes: x.Themes, Text: x.Body, More: []*markdown.Body{x.Why}, Owner: x.ID})
	}
	for _, x := range w.cleared.Cells() {
		list = append(list, SearchEntry{Title: x.Title, URL: w.url("/" + x.ID + "/"), Kind: "cell", Lang: x.Language, Themes: x.Themes, Text: x.Body, More: []*markdown.Body{x.About}, Owner: x.ID})
	}
	for _, x := range w.cleared.Profiles() {
		list = append(list, SearchEntry{Title: x.Name, URL: w.url("/" + x.ID + "/"), Kind: "person", Lang: x.Language, Text: x.Body, Intro: x.DescribedAs, Owner: x.ID})
	}
	for _, x := range w.cleared.Pages() {
		list = append(list, SearchEntry{Title: x.Title, URL: w.url("/" + x.Slug + "/"), Kind: "page", Lang: x.Language, Text: x.Body, Intro: x.Intro, Owner: x.ID})
	}
	return list
}
