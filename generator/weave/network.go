package weave

import (
	"slices"
	"strconv"
	"strings"

	"ownwords/generator/gate"
	"ownwords/generator/markdown"
)

// What belongs to a network: notes, cells, meetings and learning.

// contentsFrom is how many headings make a table of contents worth having.
const contentsFrom = 5

func (w *weaver) points(c *gate.Content, list []*markdown.Body, prefix string) []KeyPoint {
	out := make([]KeyPoint, len(list))
	for i, b := range list {
		out[i] = KeyPoint{Anchor: prefix + strconv.Itoa(i+1), Text: w.text(c, b)}
	}
	return out
}

func (w *weaver) notes() {
	w.paginate("notes", "/notes/", w.word("notes"), "notes", w.noteCards(w.notesNew))
	for _, n := range w.notesNew {
		v := &Note{Note: n, Body: w.text(&n.Content, n.Body), Summary: w.points(&n.Content, n.Summary, "point-"), Questions: w.texts(&n.Content, n.Questions),
			Chair: w.text(&n.Content, n.Chair), Themes: w.termLinks("theme", n.Themes), Place: w.placeLink(n.Place), Changes: w.changeCards(w.heardIn[n.Slug]),
			SuggestURL: w.suggest(&n.Content), HasContents: n.Body.HeadingCount() >= contentsFrom}
		p := w.page(&Page{Kind: "note", Path: "/" + n.ID + "/", Title: n.Title, Lang: n.Language, Section: "notes", Owner: n.ID, Note: v, LastModified: n.Date, NoIndex: n.Draft,
			Crumbs: w.crumbs(Link{Text: w.word("notes"), URL: w.url("/notes/")})})
		if cell := w.cellOf[n.Cell]; cell != nil {
			v.Cell = &Link{Text: cell.Title, URL: w.url("/" + cell.ID + "/"), Lang: cell.Language}
			p.Crumbs = append(w.crumbs(Link{Text: w.word("cells"), URL: w.url("/cells/")}), *v.Cell)
			p.showsID(cell.ID)
			series := w.series[n.Cell]
			at := slices.Index(series, n)
			if at > 0 {
				card := w.noteCard(series[at-1])
				v.LastTime = card
				p.showsID(card.id)
			}
			if at+1 < len(series) {
				card := w.noteCard(series[at+1])
				v.NextTime = card
				p.showsID(card.id)
			}
		}
		for _, m := range n.Next {
			v.Upcoming = append(v.Upcoming, w.meeting(n, m))
		}
		for _, slug := range n.Stories {
			if s := w.storyOf[slug]; s != nil {
				v.Stories = append(v.Stories, w.storyCard(s))
			}
		}
		p.shows(v.Stories, v.Changes)
	}
}

// meeting looks at an announced meeting from today.
func (w *weaver) meeting(n *gate.Note, m gate.Meeting) MeetingView {
	v := MeetingView{Meeting: m, Note: &Link{Text: n.Title, URL: w.url("/" + n.ID + "/"), Lang: n.Language}}
	if cell := w.cellOf[n.Cell]; cell != nil {
		v.Cell = &Link{Text: cell.Title, URL: w.url("/" + cell.ID + "/"), Lang: cell.Language}
	}
	if v.Date.IsZero() {
		v.Date, v.Inferred = gate.InferDate(m.When, n.Date)
	}
	if day, ok := v.Date.Whole(); ok {
		v.Past = day < w.site.Day
	}
	return v
}

func (w *weaver) cells() {
	cells := w.cleared.Cells()
	if len(cells) == 0 {
		return
	}
	var cards []*Card
	for _, x := range cells {
		cards = append(cards, w.cellCard(x))
	}
	w.page(&Page{Kind: "cells", Path: "/cells/", Title: w.word("cells"), Section: "cells", List: &List{Cards: cards, Count: len(cards)}, Crumbs: w.crumbs()}).shows(cards)
	var all []MeetingView
	for _, x := range cells {
		notes := w.series[x.Slug]
		v := &Cell{Cell: x, Body: w.text(&x.Content, x.Body), About: w.text(&x.Content, x.About), Notes: w.noteCards(notes), Themes: w.termLinks("theme", x.Themes)}
		for _, n := range notes {
			for _, m := range n.Next {
				if meeting := w.meeting(n, m); !meeting.Past && w.ahead(meeting, notes, n) {
					v.Next = append(v.Next, meeting)
				}
			}
			if points := w.points(&n.Content, n.Summary, n.Slug+"-"); len(points) > 0 {
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
		for _, n := range slices.Backward(notes) {
			card := w.noteCard(n)
			for _, q := range w.points(&n.Content, n.Questions, "question-"+n.Slug+"-") {
				q.Note = card
				v.Questions = append(v.Questions, q)
			}
		}
		if slices.ContainsFunc(v.Next, func(m MeetingView) bool { _, ok := m.Date.Whole(); return ok }) {
			v.CalendarURL = w.url("/" + x.ID + "/meetings.ics")
		}
		all = append(all, v.Next...)
		path := "/" + x.ID + "/"
		if len(v.Summaries) > 0 {
			v.SummariesURL = w.url(path + "summaries/")
		}
		crumbs := w.crumbs(Link{Text: w.word("cells"), URL: w.url("/cells/")})
		w.page(&Page{Kind: "cell", Path: path, Title: x.Title, Lang: x.Language, Section: "cells", Owner: x.ID, Cell: v, NoIndex: x.Draft, Crumbs: crumbs,
			Feeds: w.feedLinks(path, x.Title)}).shows(v.Notes, v.Stories, v.Changes)
		if v.SummariesURL != "" {
			w.page(&Page{Kind: "summaries", Path: path + "summaries/", Title: x.Title + ": " + w.word("summaries"), Lang: x.Language, Section: "cells", Cell: v, NoIndex: x.Draft,
				Items: []string{x.ID}, Crumbs: append(crumbs, Link{Text: x.Title, URL: w.url(path), Lang: x.Language})}).shows(v.Notes)
		}
	}
	for _, n := range w.notesNew {
		if w.cellOf[n.Cell] == nil {
			for _, m := range n.Next {
				if meeting := w.meeting(n, m); !meeting.Past {
					all = append(all, meeting)
				}
			}
		}
	}
	w.meetings(all)
	w.learning()
}

// ahead reports whether an announced meeting without a day is still to come:
// no later note of the series tells of it.
func (w *weaver) ahead(m MeetingView, series []*gate.Note, from *gate.Note) bool {
	if _, ok := m.Date.Whole(); ok {
		return true
	}
	return series[len(series)-1] == from
}

func (w *weaver) meetings(all []MeetingView) {
	v := &Meetings{}
	for _, m := range all {
		if _, ok := m.Date.Whole(); ok {
			v.Upcoming = append(v.Upcoming, m)
		} else {
			v.Undated = append(v.Undated, m)
		}
	}
	slices.SortStableFunc(v.Upcoming, func(a, b MeetingView) int { return a.Date.Compare(b.Date) })
	if len(v.Upcoming) > 0 {
		v.CalendarURL = w.url("/meetings.ics")
	}
	p := w.page(&Page{Kind: "meetings", Path: "/meetings/", Title: w.word("meetings"), Section: "cells", Meetings: v, Crumbs: w.crumbs()})
	for _, m := range all {
		p.showsID(strings.Trim(strings.TrimPrefix(m.Note.URL, w.site.Base), "/"))
	}
}

// learning makes the index of key points over all cells and years.
func (w *weaver) learning() {
	v := &Learning{}
	groups := map[string]*LearningGroup{}
	var years, themes []string
	add := func(list *[]string, key, title string, points []KeyPoint) {
		if groups[key] == nil {
			groups[key] = &LearningGroup{Title: title, Anchor: key}
			*list = append(*list, key)
		}
		groups[key].Points = append(groups[key].Points, points...)
	}
	var items []string
	for _, n := range w.notesNew {
		points := w.points(&n.Content, n.Summary, "point-")
		if len(points) == 0 {
			continue
		}
		items = append(items, n.ID)
		card := w.noteCard(n)
		for i := range points {
			points[i].Note = card
		}
		year := w.word("date-unknown")
		if !n.Date.IsZero() {
			year = strconv.Itoa(n.Date.Year)
		}
		add(&years, "year-"+Slug(year), year, points)
		for _, t := range w.termLinks("theme", n.Themes) {
			add(&themes, "theme-"+Slug(t.Text), t.Text, points)
		}
	}
	if len(items) == 0 {
		return
	}
	slices.Sort(themes)
	for _, k := range themes {
		v.ByTheme = append(v.ByTheme, *groups[k])
	}
	for _, k := range years {
		v.ByYear = append(v.ByYear, *groups[k])
	}
	w.page(&Page{Kind: "learning", Path: "/learning/", Title: w.word("learning"), Section: "notes", Learning: v, Items: items, Crumbs: w.crumbs()})
}

func (w *weaver) calendars() {
	site := &Calendar{Title: w.site.Title, Path: "/meetings.ics"}
	for _, n := range w.cleared.Notes() {
		for i, m := range n.Next {
			v := w.meeting(n, m)
			day, ok := v.Date.Whole()
			if !ok {
				continue
			}
			e := Event{UID: n.FeedID[len("urn:uuid:"):] + "-" + strconv.Itoa(i+1) + "@" + host(w.site.URL), Day: day, From: m.From, To: m.To, Summary: m.Topic, Place: m.Held,
				URL: w.site.URL + n.ID + "/", Owner: n.ID}
			if v.Cell != nil {
				e.Summary = v.Cell.Text
				if m.Topic != "" {
					e.Summary += ": " + m.Topic
				}
			}
			if e.Summary == "" {
				e.Summary = n.Title
			}
			site.Events = append(site.Events, e)
			if cell := w.cellOf[n.Cell]; cell != nil {
				w.cellCalendar(cell).Events = append(w.cellCalendar(cell).Events, e)
			}
		}
	}
	if len(site.Events) > 0 {
		w.site.Calendars = append(w.site.Calendars, site)
	}
	for _, c := range w.site.Calendars {
		slices.SortStableFunc(c.Events, func(a, b Event) int { return int(a.Day - b.Day) })
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
	add := func(path, title string, entries []Entry, recalls []Notice) {
		f := &Feed{Title: title, Path: path, PageURL: w.url(path), Entries: entries[:min(feedSize, len(entries))], Recalls: recalls}
		for _, e := range f.Entries {
			if !e.Published.IsZero() {
				f.Updated = max(f.Updated, e.Published.First())
			}
		}
		for _, n := range recalls {
			f.Updated = max(f.Updated, n.Left)
		}
		f.Updated = min(f.Updated, w.site.Day)
		w.site.Feeds = append(w.site.Feeds, f)
	}
	var stories, notes, changes, all []Entry
	collect := func(into *[]Entry, e *Entry) {
		if e != nil && len(*into) < feedSize {
			*into = append(*into, *e)
		}
	}
	for _, s := range w.byDate {
		if len(stories) == feedSize {
			break
		}
		collect(&stories, w.storyEntry(s))
	}
	for _, n := range w.notesNew[:min(feedSize, len(w.notesNew))] {
		collect(&notes, w.noteEntry(n))
	}
	for _, x := range w.changesBy[:min(feedSize, len(w.changesBy))] {
		collect(&changes, w.changeEntry(x))
	}
	all = slices.Concat(stories, notes, changes)
	slices.SortStableFunc(all, func(a, b Entry) int { return b.Published.Compare(a.Published) })
	any := func(gate.Recall) bool { return true }
	add("/", w.site.Title, all, notices(any))
	add("/stories/", w.site.Title+": "+w.word("stories"), stories, notices(any))
	add("/notes/", w.site.Title+": "+w.word("notes"), notes, nil)
	add("/changes/", w.site.Title+": "+w.word("changes"), changes, nil)
	for _, c := range w.cleared.Cells() {
		var entries []Entry
		for _, n := range slices.Backward(w.series[c.Slug]) {
			collect(&entries, w.noteEntry(n))
		}
		add("/"+c.ID+"/", w.site.Title+": "+c.Title, entries, nil)
	}
	for _, t := range w.termsOf["theme"].order {
		add("/themes/"+t.slug+"/", w.site.Title+": "+t.name, t.entries, notices(func(r gate.Recall) bool {
			return slices.ContainsFunc(r.Themes, func(name string) bool { return Slug(name) == t.slug })
		}))
	}
	for _, t := range w.termsOf["place"].order {
		add("/places/"+t.slug+"/", w.site.Title+": "+t.name, t.entries, notices(func(r gate.Recall) bool { return r.Place != "" && Slug(r.Place) == t.slug }))
	}
	for _, p := range w.cleared.Profiles() {
		var entries []Entry
		for _, s := range w.byTeller[p.Slug] {
			collect(&entries, w.storyEntry(s))
		}
		add("/"+p.ID+"/", w.site.Title+": "+p.Name, entries, notices(func(r gate.Recall) bool { return slices.Contains(r.Tellers, p.Slug) }))
	}
	follow := &Follow{OPML: w.url("/opml.xml")}
	for _, f := range w.site.Feeds {
		follow.Groups = append(follow.Groups, FeedGroup{Title: strings.TrimPrefix(f.Title, w.site.Title+": "), RSS: f.PageURL + "rss.xml", Atom: f.PageURL + "atom.xml", JSON: f.PageURL + "feed.json"})
	}
	p := w.page(&Page{Kind: "follow", Path: "/follow/", Title: w.word("follow"), Section: "follow", Follow: follow, Crumbs: w.crumbs()})
	for _, x := range w.cleared.Profiles() {
		p.showsID(x.ID)
	}
	for _, c := range w.cleared.Cells() {
		p.showsID(c.ID)
	}
}

// storyEntry makes a story's entry in feeds, or nil when it is in none.
func (w *weaver) storyEntry(s *gate.Story) *Entry {
	if s.Feed == "none" || s.Draft {
		return nil
	}
	e := &Entry{ID: s.FeedID, Title: s.Title, URL: w.url("/" + s.ID + "/"), Lang: s.Language, Kind: "story", Authors: w.tellers(s.Tellers), Published: s.Date,
		Summary: s.Intro, ContentNote: s.ContentNote, Categories: s.Themes, Image: s.Image, Owner: s.ID}
	if s.Feed == "full" {
		text := w.text(&s.Content, s.Body)
		e.Text = &text
		for _, m := range s.Media {
			if m.Recording {
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
	e := &Entry{ID: n.FeedID, Title: n.Title, URL: w.url("/" + n.ID + "/"), Lang: n.Language, Kind: "note", Published: n.Date, Categories: n.Themes, Text: &text, Points: w.texts(&n.Content, n.Summary), Owner: n.ID}
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
	e := &Entry{ID: x.FeedID, Title: x.Title, URL: w.url("/" + x.ID + "/"), Lang: x.Language, Kind: "change", Published: x.Date, Categories: x.Themes, Text: &text, Owner: x.ID}
	if x.By != "" {
		e.Authors = []Link{{Text: x.By}}
	}
	return e
}
