package weave

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/markdown"
)

// What belongs to a network: notes, cells, meetings and learning.

const (
	// contentsFrom is how many headings make a table of contents worth having,
	// and longContentsFrom how many do in a text of more than longText bytes.
	contentsFrom     = 5
	longContentsFrom = 3
	longText         = 6000
)

// points gives each key point its anchor on its note's page.
func (w *weaver) points(n *gate.Note) []KeyPoint {
	out := make([]KeyPoint, len(n.Summary))
	for i, b := range n.Summary {
		out[i] = KeyPoint{Anchor: "point-" + strconv.Itoa(i+1), Text: w.text(&n.Content, b)}
	}
	return out
}

// pointsElsewhere gives a note's key points to another page.
func (w *weaver) pointsElsewhere(n *gate.Note) []KeyPoint {
	points := w.points(n)
	for i := range points {
		points[i].Text.Away = true
		points[i].Note = w.noteCard(n)
	}
	return points
}

func isLong(b *markdown.Body) bool {
	headings := b.HeadingCount()
	return headings >= contentsFrom || headings >= longContentsFrom && b.Size() > longText
}

// inOrder sorts a cell's notes: by number, and those without one by their
// date among the others, or at the end when it isn't known.
func inOrder(notes []*gate.Note) []*gate.Note {
	var series, loose []*gate.Note
	for _, n := range notes {
		if n.Number > 0 {
			series = append(series, n)
		} else {
			loose = append(loose, n)
		}
	}
	byDate := func(a, b *gate.Note) int { return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Slug, b.Slug)) }
	slices.SortFunc(series, func(a, b *gate.Note) int { return cmp.Or(cmp.Compare(a.Number, b.Number), byDate(a, b)) })
	slices.SortFunc(loose, byDate)
	for _, n := range loose {
		at := len(series)
		if !n.Date.IsZero() {
			if later := slices.IndexFunc(series, func(o *gate.Note) bool { return o.Date.Compare(n.Date) > 0 }); later >= 0 {
				at = later
			}
		}
		series = slices.Insert(series, at, n)
	}
	return series
}

// hashtag writes a hashtag in CamelCase, one word of it after another: screen
// readers tell the words of #SharingPower apart, and those of #sharingpower not.
// Acronyms stay as they were typed; longer words in capitals don't when there
// are several.
func hashtag(typed string) (words []string) {
	parts := strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	for _, part := range parts {
		runes := []rune(part)
		if len(parts) > 1 && len(runes) > 4 && strings.ToUpper(part) == part {
			runes = []rune(strings.ToLower(part))
		}
		start := 0
		for i := 1; i <= len(runes); i++ {
			if i < len(runes) && !(unicode.IsUpper(runes[i]) && !unicode.IsUpper(runes[i-1])) {
				continue
			}
			word := slices.Clone(runes[start:i])
			word[0] = unicode.ToUpper(word[0])
			words = append(words, string(word))
			start = i
		}
	}
	return words
}

func (w *weaver) notes() {
	items := make([]*gate.Content, len(w.notesNew))
	for i, n := range w.notesNew {
		items[i] = &n.Content
	}
	w.paginate("notes", "/notes/", w.word("notes"), "notes", items)
	for _, n := range w.notesNew {
		w.page(&Page{Kind: "note", Path: "/" + n.ID + "/", Title: n.Title, Lang: n.Language, Section: "notes", Owner: n.ID, LastModified: n.Date, NoIndex: n.Draft},
			func(p *Page) { w.note(p, n) })
	}
}

// note lays out the page of a note.
func (w *weaver) note(p *Page, n *gate.Note) {
	v := &Note{Note: n, Body: w.text(&n.Content, n.Body), Opening: w.text(&n.Content, n.Opening), Lead: w.text(&n.Content, n.SummaryLead), Tail: w.text(&n.Content, n.SummaryTail),
		Summary: w.points(n), Questions: w.texts(&n.Content, n.Questions), Chair: w.text(&n.Content, n.Chair), Themes: w.termLinks("theme", n.Themes), Place: w.placeLink(n.Place),
		Changes: w.changeCards(w.heardIn[n.Slug]), SuggestURL: w.suggest(&n.Content), HasContents: isLong(n.Body), Loose: loose(&n.Content, nil)}
	for _, typed := range n.Hashtags {
		words := hashtag(typed)
		if len(words) > 0 && !slices.ContainsFunc(v.Hashtags, func(h []string) bool { return slices.Equal(h, words) }) {
			v.Hashtags = append(v.Hashtags, words)
		}
	}
	p.Note, p.Crumbs = v, w.crumbs(Link{Text: w.word("notes"), URL: w.url("/notes/")})
	if cell := w.cellOf[n.Cell]; cell != nil {
		v.Cell = &Link{Text: cell.Title, URL: w.url("/" + cell.ID + "/"), Lang: cell.Language}
		p.Crumbs = append(w.crumbs(Link{Text: w.word("cells"), URL: w.url("/cells/")}), *v.Cell)
		p.showsID(cell.ID)
		series := w.series[n.Cell]
		at := slices.Index(series, n)
		if at > 0 {
			v.LastTime = w.noteCard(series[at-1])
			p.showsID(v.LastTime.id)
		}
		if at+1 < len(series) {
			v.NextTime = w.noteCard(series[at+1])
			p.showsID(v.NextTime.id)
		}
	}
	for _, m := range n.Next {
		meeting := w.meeting(n, m)
		if meeting.Told != nil {
			p.showsID(strings.Trim(strings.TrimPrefix(meeting.Told.URL, w.site.Base), "/"))
		}
		v.Upcoming = append(v.Upcoming, meeting)
	}
	for _, slug := range n.Stories {
		if s := w.storyOf[slug]; s != nil {
			v.Stories = append(v.Stories, w.storyCard(s))
		}
	}
	p.shows(v.Stories, v.Changes)
}

// answers lists what changed because of a story, in whichever language it was heard.
func (w *weaver) answers(s *gate.Story) []*gate.Change {
	root := s.Slug
	if s.TranslationOf != "" {
		root = s.TranslationOf
	}
	list := slices.Clone(w.heardIn[root])
	for _, t := range w.original[root] {
		for _, x := range w.heardIn[t.Slug] {
			if !slices.Contains(list, x) {
				list = append(list, x)
			}
		}
	}
	return list
}

// meeting looks at an announced meeting from today.
func (w *weaver) meeting(n *gate.Note, m gate.Meeting) MeetingView {
	v := MeetingView{Meeting: m, Note: &Link{Text: n.Title, URL: w.url("/" + n.ID + "/"), Lang: n.Language}}
	v.Date, v.Inferred = gate.MeetingDate(m, n.Date)
	if until, ok := m.Until(n.Date); ok {
		v.Past = until < w.site.Day
	}
	if cell := w.cellOf[n.Cell]; cell != nil {
		v.Cell = &Link{Text: cell.Title, URL: w.url("/" + cell.ID + "/"), Lang: cell.Language}
		if _, whole := v.Date.Whole(); whole {
			for _, o := range w.series[n.Cell] {
				if o != n && o.Date == v.Date {
					v.Told = &Link{Text: o.Title, URL: w.url("/" + o.ID + "/"), Lang: o.Language}
				}
			}
		}
	}
	return v
}

// announcement is a meeting to come, or one that was to come, with what announced it.
type announcement struct {
	MeetingView
	note *gate.Note
	uid  string
}

// announcements lists what was announced: of each cell in the order of its
// series, then by notes of no cell. A day that several notes of a cell
// announce is one meeting, as the last of them tells it. What has no full date
// counts until a later note of the series was written.
func (w *weaver) announcements() (list []announcement) {
	known := map[string]int{} // the place in list, by uid
	add := func(scope string, n *gate.Note, last bool) {
		sameDay := map[consent.Day]int{}
		for _, m := range n.Next {
			a := announcement{MeetingView: w.meeting(n, m), note: n}
			day, whole := a.Date.Whole()
			if !whole {
				if last {
					list = append(list, a)
				}
				continue
			}
			sameDay[day]++
			// Stable while the day stays: other meetings may be added, and this one told in more detail.
			sum := sha256.Sum256([]byte("meeting\n" + scope + "\n" + day.String() + "\n" + strconv.Itoa(sameDay[day])))
			a.uid = hex.EncodeToString(sum[:16]) + "@" + host(w.site.URL)
			if at, announced := known[a.uid]; announced {
				if a.From == "" {
					a.From, a.To = list[at].From, list[at].To
				}
				list[at].note = nil // told later
			}
			known[a.uid] = len(list)
			list = append(list, a)
		}
	}
	for _, x := range w.cleared.Cells() {
		series := w.series[x.Slug]
		for i, n := range series {
			add(x.ID, n, i+1 == len(series))
		}
	}
	for _, n := range w.cleared.Notes() {
		if w.cellOf[n.Cell] == nil {
			add(n.FeedID, n, true)
		}
	}
	list = slices.DeleteFunc(list, func(a announcement) bool { return a.note == nil })
	slices.SortStableFunc(list, func(a, b announcement) int { // what has no date at all comes last
		if a.Date.IsZero() != b.Date.IsZero() {
			return cmp.Compare(b.Date.Year, a.Date.Year)
		}
		return a.Date.Compare(b.Date)
	})
	return list
}

func (w *weaver) cells() {
	cells := w.cleared.Cells()
	if len(cells) == 0 {
		return
	}
	w.page(&Page{Kind: "cells", Path: "/cells/", Title: w.word("cells"), Section: "cells"}, func(p *Page) {
		p.List, p.Crumbs = &List{Count: len(cells)}, w.crumbs()
		for _, x := range cells {
			p.List.Cards = append(p.List.Cards, w.cellCard(x))
		}
		p.shows(p.List.Cards)
	})
	for _, x := range cells {
		view := sync.OnceValue(func() *Cell { return w.cell(x) })
		path := "/" + x.ID + "/"
		crumbs := func() []Link { return w.crumbs(Link{Text: w.word("cells"), URL: w.url("/cells/")}) }
		w.page(&Page{Kind: "cell", Path: path, Title: x.Title, Lang: x.Language, Section: "cells", Owner: x.ID, NoIndex: x.Draft}, func(p *Page) {
			p.Cell, p.Crumbs, p.Feeds = view(), crumbs(), w.feedLinks(path, x.Title)
			p.shows(p.Cell.Notes, p.Cell.Stories, p.Cell.Changes)
		})
		if w.hasSummaries(x) {
			w.page(&Page{Kind: "summaries", Path: path + "summaries/", Title: x.Title + ": " + w.word("summaries"), Lang: x.Language, Section: "cells", NoIndex: x.Draft}, func(p *Page) {
				p.Cell, p.Items, p.Crumbs = view(), []string{x.ID}, append(crumbs(), Link{Text: x.Title, URL: w.url(path), Lang: x.Language})
				p.shows(p.Cell.Notes)
			})
		}
	}
}

func (w *weaver) hasSummaries(x *gate.Cell) bool {
	return slices.ContainsFunc(w.series[x.Slug], func(n *gate.Note) bool { return len(n.Summary) > 0 })
}

// cell lays out what the page of a cell and that of its summaries show.
func (w *weaver) cell(x *gate.Cell) *Cell {
	notes := w.series[x.Slug]
	path := "/" + x.ID + "/"
	v := &Cell{Cell: x, Body: w.text(&x.Content, x.Body), About: w.text(&x.Content, x.About), Hashtag: hashtag(x.Hashtag), Notes: w.noteCards(notes), Themes: w.termLinks("theme", x.Themes),
		Loose: loose(&x.Content, nil)}
	for _, n := range notes {
		if points := w.pointsElsewhere(n); len(points) > 0 {
			v.Summaries = append(v.Summaries, MeetingSummary{w.noteCard(n), points})
		}
		for _, slug := range n.Stories {
			if s := w.storyOf[slug]; s != nil && !slices.ContainsFunc(v.Stories, func(c *Card) bool { return c.id == s.ID }) {
				v.Stories = append(v.Stories, w.storyCard(s))
			}
		}
		for _, change := range w.heardIn[n.Slug] {
			if !slices.ContainsFunc(v.Changes, func(c *Card) bool { return c.id == change.ID }) {
				v.Changes = append(v.Changes, w.changeCard(change))
			}
		}
	}
	asked := map[string]bool{}
	for _, n := range slices.Backward(notes) {
		for _, b := range n.Questions { // one that was carried on again stands where it was asked last
			words := b.Words()
			if asked[words] {
				continue
			}
			asked[words] = true
			q := KeyPoint{Text: w.text(&n.Content, b), Note: w.noteCard(n)}
			q.Text.Away = true
			v.Questions = append(v.Questions, q)
		}
	}
	for _, a := range w.announced {
		if a.note.Cell == x.Slug && !a.Past && a.Told == nil {
			v.Next = append(v.Next, a.MeetingView)
		}
		if a.note.Cell == x.Slug && a.uid != "" {
			v.CalendarURL = w.url(path + "meetings.ics")
		}
	}
	if len(v.Summaries) > 0 {
		v.SummariesURL = w.url(path + "summaries/")
	}
	return v
}

// meetings makes the page of next meetings, when there are cells or something was ever announced.
func (w *weaver) meetings() {
	if len(w.announced) == 0 && len(w.cleared.Cells()) == 0 {
		return
	}
	w.page(&Page{Kind: "meetings", Path: "/meetings/", Title: w.word("meetings"), Section: "cells"}, func(p *Page) {
		v := &Meetings{}
		p.Meetings, p.Crumbs = v, w.crumbs()
		for _, a := range w.announced {
			if a.uid != "" {
				v.CalendarURL = w.url("/meetings.ics")
			}
			switch _, whole := a.Date.Whole(); {
			case a.Past, a.Told != nil:
				continue
			case whole:
				v.Upcoming = append(v.Upcoming, a.MeetingView)
			default:
				v.Undated = append(v.Undated, a.MeetingView)
			}
			p.showsID(a.note.ID)
			if cell := w.cellOf[a.note.Cell]; cell != nil {
				p.showsID(cell.ID)
			}
		}
	})
}

// learnedOnAPage is how many notes' key points stand on one page: some 40 KB, where
// those of 2,000 notes would be a page of megabytes.
const learnedOnAPage = 60

// learnedGroup are the notes, newest first, whose key points stand under one heading.
type learnedGroup struct {
	title, anchor, path string
	notes               []*gate.Note
}

// learning makes the index of key points over all cells and years, by theme and
// by year: one page that holds all of them, or, where there are many, one that
// leads to a list of pages for each theme and year.
func (w *weaver) learning() {
	var notes []*gate.Note
	for _, n := range w.notesNew {
		if len(n.Summary) > 0 {
			notes = append(notes, n)
		}
	}
	if len(notes) == 0 {
		return
	}
	title, whole := w.word("learning"), len(notes) <= learnedOnAPage
	themes, years := w.learnedGroups(notes)
	w.page(&Page{Kind: "learning", Path: "/learning/", Title: title, Section: "notes"}, func(p *Page) {
		groups := func(list []learnedGroup) []LearningGroup {
			out := make([]LearningGroup, len(list))
			for i, g := range list {
				out[i] = LearningGroup{Title: g.title, Anchor: g.anchor, Count: len(g.notes)}
				if whole {
					out[i].Notes = w.learned(p, g.notes)
				} else {
					out[i].URL = w.url(g.path)
					p.showsID(g.notes[0].ID)
				}
			}
			return out
		}
		p.Learning, p.Crumbs = &Learning{ByTheme: groups(themes), ByYear: groups(years)}, w.crumbs()
	})
	if whole {
		return
	}
	for _, g := range slices.Concat(themes, years) {
		w.inParts("learning", g.path, title+": "+g.title, "notes", len(g.notes), learnedOnAPage, func(p *Page, from, to int) {
			p.Learning = &Learning{Part: &LearningGroup{Title: g.title, Count: len(g.notes), Notes: w.learned(p, g.notes[from:to])}}
			p.Crumbs = w.crumbs(Link{Text: title, URL: w.url("/learning/")})
		})
	}
}

// learnedGroups sorts notes by their themes and years.
func (w *weaver) learnedGroups(notes []*gate.Note) (themes, years []learnedGroup) {
	places := map[string]int{}
	add := func(list *[]learnedGroup, g learnedGroup, n *gate.Note) {
		i, known := places[g.anchor]
		if !known {
			i = len(*list)
			places[g.anchor] = i
			*list = append(*list, g)
		}
		(*list)[i].notes = append((*list)[i].notes, n)
	}
	for _, n := range notes {
		year := w.word("date-unknown")
		if !n.Date.IsZero() {
			year = strconv.Itoa(n.Date.Year)
		}
		add(&years, learnedGroup{title: year, anchor: "year-" + Slug(year), path: "/learning/" + Slug(year) + "/"}, n)
		for _, t := range w.termLinks("theme", n.Themes) {
			slug := w.slug(t.Text)
			add(&themes, learnedGroup{title: t.Text, anchor: "theme-" + slug, path: "/learning/themes/" + slug + "/"}, n)
		}
	}
	slices.SortFunc(themes, func(a, b learnedGroup) int { return cmp.Compare(a.anchor, b.anchor) })
	return themes, years
}

// learned tells the key points of notes, for a page on which they stand.
func (w *weaver) learned(p *Page, notes []*gate.Note) (told []MeetingSummary) {
	for _, n := range notes {
		if points := w.pointsElsewhere(n); len(points) > 0 {
			told = append(told, MeetingSummary{w.noteCard(n), points})
			p.showsID(n.ID)
		}
	}
	return told
}

// calendars makes a calendar of the site and one of each cell, of the
// announced meetings with a full date. Those that are over stay in them, so
// that a reader who follows a calendar keeps its past.
func (w *weaver) calendars() {
	site := &Calendar{Title: w.site.Title, Path: "/meetings.ics"}
	for _, a := range w.announced {
		day, whole := a.Date.Whole()
		if !whole {
			continue
		}
		e := Event{UID: a.uid, Day: day, From: a.From, To: a.To, Summary: a.Topic, Place: a.Held, Words: a.When, URL: w.site.URL + a.note.ID + "/", Owner: a.note.ID}
		if a.Inferred {
			e.Words += "\n" + w.word("inferred")
		}
		if a.Cell != nil {
			e.Summary = a.Cell.Text
			if a.Topic != "" {
				e.Summary += ": " + a.Topic
			}
		}
		if e.Summary == "" {
			e.Summary = a.note.Title
		}
		site.Events = append(site.Events, e)
		if cell := w.cellOf[a.note.Cell]; cell != nil {
			c := w.cellCalendar(cell)
			c.Events = append(c.Events, e)
		}
	}
	if len(site.Events) > 0 {
		w.site.Calendars = append([]*Calendar{site}, w.site.Calendars...)
	}
}

// cellCalendar returns the calendar of a cell, made when it is first needed.
func (w *weaver) cellCalendar(cell *gate.Cell) *Calendar {
	path := "/" + cell.ID + "/meetings.ics"
	for _, c := range w.site.Calendars {
		if c.Path == path {
			return c
		}
	}
	c := &Calendar{Title: cell.Title, Path: path}
	w.site.Calendars = append(w.site.Calendars, c)
	return c
}

func host(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	h, _, _ := strings.Cut(rest, "/")
	return h
}

// feeds gathers what can be followed.
func (w *weaver) feeds() {
	recalls := w.cleared.Recalls()
	notices := func(in func(gate.Recall) bool) []Notice {
		var out []Notice
		for _, r := range recalls {
			if in(r) {
				out = append(out, Notice{r.FeedID, r.Left})
			}
		}
		slices.SortFunc(out, func(a, b Notice) int {
			if a.Left != b.Left {
				return int(b.Left - a.Left)
			}
			return strings.Compare(a.ID, b.ID)
		})
		return out
	}
	// add makes a feed of the first items of a list that feeds carry, and of the stories that left it.
	add := func(path, title string, items func(yield func(*Entry) bool), left func(gate.Recall) bool) {
		f := &Feed{Title: title, Path: path, PageURL: w.url(path)}
		w.site.Feeds = append(w.site.Feeds, f)
		f.fill = sync.OnceFunc(func() {
			items(func(e *Entry) bool {
				if e != nil {
					f.Entries = append(f.Entries, *e)
				}
				return len(f.Entries) < feedSize
			})
			if left != nil {
				f.Recalls = notices(left)
			}
			for _, e := range f.Entries {
				if !e.Published.IsZero() {
					f.Updated = max(f.Updated, e.Published.First())
				}
			}
			for _, n := range f.Recalls {
				f.Updated = max(f.Updated, n.Left)
			}
			f.Updated = min(f.Updated, w.site.Day)
		})
	}
	entries := func(list []*gate.Content) func(yield func(*Entry) bool) {
		return func(yield func(*Entry) bool) {
			for _, x := range list {
				if !yield(w.entry(x)) {
					return
				}
			}
		}
	}
	stories := func(list []*gate.Story) func(yield func(*Entry) bool) {
		return func(yield func(*Entry) bool) {
			for _, s := range list {
				if !yield(w.storyEntry(s)) {
					return
				}
			}
		}
	}
	notes := func(yield func(*Entry) bool) {
		for _, n := range w.notesNew[:min(feedSize, len(w.notesNew))] {
			yield(w.noteEntry(n))
		}
	}
	changes := func(yield func(*Entry) bool) {
		for _, x := range w.changesBy[:min(feedSize, len(w.changesBy))] {
			yield(w.changeEntry(x))
		}
	}
	all := func(yield func(*Entry) bool) {
		var newest []*Entry
		collect := func(e *Entry) bool {
			if e != nil {
				newest = append(newest, e)
			}
			return len(newest) < feedSize
		}
		stories(w.byDate)(collect)
		notes(collect)
		changes(collect)
		slices.SortStableFunc(newest, func(a, b *Entry) int { return b.Published.Compare(a.Published) })
		for _, e := range newest {
			if !yield(e) {
				return
			}
		}
	}
	any := func(gate.Recall) bool { return true }
	add("/", w.site.Title, all, any)
	add("/stories/", w.site.Title+": "+w.word("stories"), stories(w.byDate), any)
	add("/notes/", w.site.Title+": "+w.word("notes"), notes, nil)
	add("/changes/", w.site.Title+": "+w.word("changes"), changes, nil)
	for _, c := range w.cleared.Cells() {
		add("/"+c.ID+"/", w.site.Title+": "+c.Title, func(yield func(*Entry) bool) {
			for _, n := range slices.Backward(w.series[c.Slug]) {
				if !yield(w.noteEntry(n)) {
					return
				}
			}
		}, nil)
	}
	for _, t := range w.termsOf["theme"].order {
		add("/themes/"+t.slug+"/", w.site.Title+": "+t.name, entries(t.items), func(r gate.Recall) bool {
			return slices.ContainsFunc(r.Themes, func(name string) bool { return w.slug(name) == t.slug })
		})
	}
	for _, t := range w.termsOf["place"].order {
		add("/places/"+t.slug+"/", w.site.Title+": "+t.name, entries(t.items), func(r gate.Recall) bool { return r.Place != "" && w.slug(r.Place) == t.slug })
	}
	for _, p := range w.cleared.Profiles() {
		add("/"+p.ID+"/", w.site.Title+": "+p.Name, func(yield func(*Entry) bool) { stories(w.byTeller[p.Slug])(yield) }, func(r gate.Recall) bool { return slices.Contains(r.Tellers, p.Slug) })
	}
	w.page(&Page{Kind: "follow", Path: "/follow/", Title: w.word("follow"), Section: "follow"}, func(p *Page) {
		follow := &Follow{OPML: w.url("/opml.xml")}
		for _, f := range w.site.Feeds {
			follow.Groups = append(follow.Groups, FeedGroup{Title: strings.TrimPrefix(f.Title, w.site.Title+": "), RSS: f.PageURL + "rss.xml", Atom: f.PageURL + "atom.xml", JSON: f.PageURL + "feed.json"})
			if f.IsPodcast() {
				follow.Groups[len(follow.Groups)-1].Podcast = f.PageURL + "podcast.xml"
			}
		}
		for _, c := range w.site.Calendars {
			follow.Calendars = append(follow.Calendars, Link{Text: c.Title, URL: w.url(c.Path)})
		}
		p.Follow, p.Crumbs = follow, w.crumbs()
		for _, x := range w.cleared.Profiles() {
			p.showsID(x.ID)
		}
		for _, c := range w.cleared.Cells() {
			p.showsID(c.ID)
		}
	})
}

// entry makes an item's entry in feeds, or nil when it is in none.
func (w *weaver) entry(x *gate.Content) *Entry {
	switch x.Kind {
	case gate.StoryKind:
		return w.storyEntry(w.storyOf[x.Slug])
	case gate.NoteKind:
		return w.noteEntry(w.noteOf[x.Slug])
	}
	return w.changeEntry(w.changeOf[x.Slug])
}

// storyEntry makes a story's entry in feeds, or nil when it is in none.
func (w *weaver) storyEntry(s *gate.Story) *Entry {
	if s.Feed == "none" || s.Draft {
		return nil
	}
	e := &Entry{ID: s.FeedID, Title: s.Title, URL: w.url("/" + s.ID + "/"), Lang: s.Language, Kind: "story", Authors: w.tellers(s.Tellers), Published: s.Date,
		Summary: s.Intro, ContentNote: s.ContentNote, Illustrative: s.Illustrative, Categories: s.Themes, Image: s.Image, Owner: s.ID}
	if s.Feed == "full" {
		text := w.text(&s.Content, s.Body)
		e.Text = &text
		e.Versions = w.versions(s)
		for _, m := range s.Media {
			if m.Recording && !slices.ContainsFunc(e.Versions, func(v VersionView) bool { return v.Recording == m }) {
				e.Recordings = append(e.Recordings, m)
			}
		}
	}
	return e
}

func (w *weaver) noteEntry(n *gate.Note) *Entry {
	if n.Draft {
		return nil
	}
	text := w.text(&n.Content, n.Body)
	e := &Entry{ID: n.FeedID, Title: n.Title, URL: w.url("/" + n.ID + "/"), Lang: n.Language, Kind: "note", Published: n.Date, Illustrative: n.Illustrative, Categories: n.Themes, Text: &text, Owner: n.ID,
		Opening: w.text(&n.Content, n.Opening), PointsHeading: n.SummaryHeading, PointsLead: w.text(&n.Content, n.SummaryLead), Points: w.texts(&n.Content, n.Summary), PointsTail: w.text(&n.Content, n.SummaryTail)}
	if n.By != "" {
		e.Authors = []Link{{Text: n.By}}
	}
	return e
}

func (w *weaver) changeEntry(x *gate.Change) *Entry {
	if x.Draft {
		return nil
	}
	text := w.text(&x.Content, x.Body)
	e := &Entry{ID: x.FeedID, Title: x.Title, URL: w.url("/" + x.ID + "/"), Lang: x.Language, Kind: "change", Published: x.Date, Illustrative: x.Illustrative, Categories: x.Themes, Text: &text, Owner: x.ID}
	if x.By != "" {
		e.Authors = []Link{{Text: x.By}}
	}
	return e
}
