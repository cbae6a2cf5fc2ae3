// Package gate decides, for one civil day, what may be shown. It is the only
// room that asks about consent and the only maker of Cleared; every later room
// sees cleared things only. What it holds back it hands to the proof as
// Withheld.
package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"sync"

	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// Options widen or narrow a decision.
type Options struct {
	// Drafts shows drafts too; consent counts for them as for everything.
	Drafts bool
	// Quarantine holds the IDs of items in whose pages the proof found a trace.
	Quarantine map[string]bool
	// Memory, when given, is used and filled (for serving).
	Memory *Memory
}

// Outcome is what the gate decided.
type Outcome struct {
	Cleared  *Cleared
	Withheld *Withheld
	LeftOut  []report.LeftOut
	TakenOut []report.TakenOut
}

// Decide decides about everything that was read, for one day.
func Decide(lib *read.Library, day consent.Day, o Options) *Outcome {
	g := &gate{judge: newJudge(lib, day, o), out: &Outcome{
		Cleared:  &Cleared{site: lib.Site, day: day},
		Withheld: &Withheld{NotAbout: map[string][]string{}, Shown: map[string][]string{}},
	}}
	if g.memory = o.Memory; g.memory == nil {
		g.memory = &Memory{}
	}
	stories, notes := g.memory.begin(g)
	g.profiles()
	g.fetch()
	g.stories(stories)
	g.network(notes)
	g.withholdPassages()
	g.withholdPeople()
	g.dropSharedTitles()
	g.notices = g.recalls()
	g.out.Cleared.recalls = slices.Clone(g.notices)
	g.recallForgotten()
	g.out.Cleared.goodUntil = sync.OnceValue(g.goodUntil)
	return g.out
}

type gate struct {
	*judge
	out    *Outcome
	memory *Memory
	// hasProfile lists the people with a page of their own.
	hasProfile map[string]bool
	// left are the passages and quotations that left.
	left []leftPassage
	// shared finds an item's shared keys by its ID; made when first needed.
	shared map[string]*read.Shared
	// notices are the stories that left lately, but for those of forgotten people.
	notices []Recall
	// words are the folded texts of everything in content/; made when first needed.
	words []string
}

func (g *gate) leftOut(item *read.Item, v verdict) {
	l := report.LeftOut{Kind: string(item.Kind), ID: item.ID, Reason: string(v.why), BecauseOf: v.becauseOf, File: item.File}
	if v.dated && v.since <= g.day {
		l.Since = v.since.String()
	}
	g.out.LeftOut = append(g.out.LeftOut, l)
}

func (g *gate) takenOut(in, what, person string, why consent.Reason) {
	g.out.TakenOut = append(g.out.TakenOut, report.TakenOut{In: in, What: what, Person: person, Reason: string(why)})
}

// content clears what every kind has. The body is cleared by its own decider.
func (g *gate) content(item *read.Item, shared *read.Shared, title read.Text, story *read.Story) Content {
	c := Content{Kind: item.Kind, ID: item.ID, Slug: item.Slug, Title: title.S, Language: shared.Language.S,
		Illustrative: shared.Illustrative.V, Draft: shared.Draft.V, File: item.File}
	for i := range shared.Media {
		m := &shared.Media[i]
		why, person := g.medium(m, story)
		if id := g.onlyInGone(item.Body, m.File.S, story); why == consent.Holds && id != "" {
			why, person = g.may(id, consent.Named), "people/"+id
			if why == consent.Holds {
				why = g.may(id, consent.Quotes)
			}
		}
		what := "image"
		if read.IsRecording(m.File.S) {
			what = "recording"
		}
		if why != consent.Holds {
			g.takenOut(item.ID, what, person, why)
			g.withholdMedium(m)
			c.PictureWithheld = c.PictureWithheld || what == "image"
			continue
		}
		cleared := &Medium{File: m.File.S, Path: m.Path, Decorative: m.Decorative.V, Caption: m.Caption.S,
			CaptionsPath: m.CaptionsPath, Recording: read.IsRecording(m.File.S), Video: read.IsVideo(m.File.S)}
		if m.Alt != nil {
			cleared.Alt = m.Alt.S
		}
		cleared.Description = g.clear(m.Description, item.ID, story)
		cleared.Transcript = g.clear(m.Script, item.ID, story)
		if m.PosterPath != "" {
			if g.posterMay(m, story) {
				cleared.PosterPath = m.PosterPath
			} else {
				g.out.Withheld.Files = append(g.out.Withheld.Files, m.PosterPath)
			}
		}
		c.Media = append(c.Media, cleared)
		if m.File.S == shared.Image.S {
			c.Image = cleared
		}
	}
	for _, t := range shared.NotAbout {
		g.out.Withheld.NotAbout[item.ID] = append(g.out.Withheld.NotAbout[item.ID], "people/"+t.S)
	}
	return c
}

// onlyInGone returns a person because of whom a picture isn't shown: it stands
// in the text, but only in passages that leave with them.
func (g *gate) onlyInGone(b *markdown.Body, file string, story *read.Story) (person string) {
	if b == nil {
		return ""
	}
	for _, im := range b.Images {
		if im.File != file {
			continue
		}
		gone := slices.IndexFunc(im.Inside, func(i int) bool { return b.Passages[i].Kind != markdown.Without && !g.stands(b.Passages[i], story) })
		if gone < 0 {
			return ""
		}
		for _, id := range b.Passages[im.Inside[gone]].People {
			if g.may(id, consent.Named) != consent.Holds || g.may(id, consent.Quotes) != consent.Holds {
				person = id
			}
		}
	}
	return person
}

// withholdMedium hands a withheld file to the proof: its bytes, and the words about it.
func (g *gate) withholdMedium(m *read.Medium) {
	w := g.out.Withheld
	for _, p := range []string{m.Path, m.PosterPath, m.CaptionsPath} {
		if p != "" {
			w.Files = append(w.Files, p)
		}
	}
	if m.Caption.S != "" {
		w.Texts = append(w.Texts, WithheldText{Words: m.Caption.S})
	}
	if m.Alt != nil && m.Alt.S != "" {
		w.Texts = append(w.Texts, WithheldText{Words: m.Alt.S})
	}
	for _, b := range []*markdown.Body{m.Description, m.Script} {
		if b != nil {
			w.Texts = append(w.Texts, WithheldText{Words: b.Words()})
		}
	}
}

// clear takes out of a text whoever may not be there, and hands what left to the proof.
func (g *gate) clear(b *markdown.Body, in string, story *read.Story) *markdown.Body {
	if b == nil {
		return nil
	}
	for i, p := range b.Passages {
		if p.Kind == markdown.Without || g.stands(p, story) {
			continue
		}
		left := leftPassage{words: b.PassageWords(i), quote: p.Kind == markdown.Quote}
		if p.Twin >= 0 {
			left.twin = b.PassageWords(p.Twin)
		}
		what, use := "passage", consent.Named
		if left.quote {
			what, use = "quote", consent.Quotes
			left.tellers = p.People
		} else if story != nil {
			left.tellers = plain(story.By)
		}
		g.left = append(g.left, left)
		for _, id := range p.People {
			why := g.may(id, consent.Named)
			if why == consent.Holds {
				why = g.may(id, use)
			}
			if why != consent.Holds {
				g.takenOut(in, what, "people/"+id, why)
			}
		}
	}
	return b.Clear(&decider{g, b, in, story})
}

// leftPassage is a passage or quotation that left a text. Its tellers' published
// stories may hold the same words.
type leftPassage struct {
	words, twin string
	tellers     []string
	quote       bool
}

// withholdPassages hands to the proof what left, when all published stories are known.
func (g *gate) withholdPassages() {
	w := g.out.Withheld
	for _, left := range g.left {
		text := WithheldText{Words: left.words, Except: g.toldBy(left.tellers)}
		if left.twin != "" {
			text.Except = append(text.Except, left.twin)
		}
		w.Texts = append(w.Texts, text)
		if left.quote {
			w.Lines = append(w.Lines, text)
		}
	}
}

func (g *gate) clearAll(list []*markdown.Body, in string) []*markdown.Body {
	var out []*markdown.Body
	for _, b := range list {
		if c := g.clear(b, in, nil); !c.IsEmpty() {
			out = append(out, c)
		}
	}
	return out
}

// decider answers a text's questions while it is cleared.
type decider struct {
	g     *gate
	b     *markdown.Body
	in    string
	story *read.Story
}

func (d *decider) Mention(i int) (words, person string) {
	m := d.b.Mentions[i]
	id := m.Person
	own := d.story != nil && isTeller(d.story, id)
	if own && d.g.people[id] != nil || d.g.named(id) {
		if words = m.Words; words == "" {
			words = d.g.people[id].Name.S
		}
		if d.g.hasProfile[id] {
			person = id
		}
		return words, person
	}
	d.g.takenOut(d.in, "mention", "people/"+id, d.g.may(id, consent.Named))
	if m.Fallback != "" {
		return m.Fallback, ""
	}
	return d.g.lib.Site.Unnamed, ""
}

func (d *decider) Stands(i int) bool { return d.g.stands(d.b.Passages[i], d.story) }

func (d *decider) Image(i int) bool {
	// Pictures that aren't published are no part of the cleared media; they
	// are found by name when the text is rendered. Here only the mark stays or goes.
	file := d.b.Images[i].File
	var shared *read.Shared
	if d.story != nil {
		shared = &d.story.Shared
	} else {
		shared = d.g.sharedOf(d.in)
	}
	if shared == nil {
		return false
	}
	for k := range shared.Media {
		if shared.Media[k].File.S == file {
			why, _ := d.g.medium(&shared.Media[k], d.story)
			return why == consent.Holds
		}
	}
	return false
}

// profiles clears the people who have a page of their own.
func (g *gate) profiles() {
	g.hasProfile = map[string]bool{}
	for _, p := range g.lib.People {
		if g.itemOut(&p.Item, &p.Shared) == consent.Holds && g.may(p.Slug, consent.Profile) == consent.Holds {
			g.hasProfile[p.Slug] = true
		}
	}
	for _, p := range g.lib.People {
		if !g.hasProfile[p.Slug] {
			continue
		}
		profile := &Profile{Content: g.content(&p.Item, &p.Shared, p.Name, nil), Name: p.Name.S, DescribedAs: p.DescribedAs.S, Pronouns: p.Pronouns.S}
		// A person's introduction is their own words: it stands as told or not at all.
		if p.Body != nil && g.standsAsTold(p) {
			profile.Body = g.clear(p.Body, p.ID, nil)
		} else if p.Body != nil {
			g.out.Withheld.Texts = append(g.out.Withheld.Texts, WithheldText{Words: p.Body.Words()})
		}
		g.out.Cleared.profiles = append(g.out.Cleared.profiles, profile)
		g.out.Withheld.Shown["people/"+p.Slug] = append(g.out.Withheld.Shown["people/"+p.Slug], p.ID)
	}
}

// standsAsTold reports whether everyone whom a person's own introduction names may be named.
func (g *gate) standsAsTold(p *read.Person) bool {
	for _, m := range p.Body.Mentions {
		if m.Person != p.Slug && !g.named(m.Person) && (m.Fallback == "" || m.Hidden) {
			return false
		}
	}
	for _, passage := range p.Body.Passages {
		if passage.Kind == markdown.Quote && !g.stands(passage, nil) || passage.Kind == markdown.With && passage.Twin < 0 && !g.stands(passage, nil) {
			return false
		}
	}
	return true
}

// fetch gets the texts that will be cleared, where they are far.
func (g *gate) fetch() {
	var far []*markdown.Body
	for _, s := range g.lib.Stories {
		if s.Body.IsFar() && g.story(s).why == consent.Holds {
			far = append(far, s.Body)
		}
	}
	for _, n := range g.lib.Notes {
		if n.Body.IsFar() {
			far = append(far, n.Body)
		}
	}
	markdown.Fetch(far)
}

func (g *gate) stories(known memo[read.Story, Story]) {
	var out []*read.Story
	g.out.Cleared.stories = make([]*Story, 0, len(g.lib.Stories))
	for i, s := range g.lib.Stories {
		c := known.find(i, s)
		if c != nil {
			g.verdicts[s] = verdict{}
		} else if v := g.story(s); v.why != consent.Holds {
			out = append(out, s)
			g.leftOut(&s.Item, v)
			continue
		} else {
			before := g.handed()
			c = g.clearStory(s)
			if !standsAlone(s) || g.handed() != before {
				g.publish(s, c)
				continue
			}
		}
		g.memory.stories.cleared[i] = c
		g.publish(s, c)
	}
	for _, s := range out { // after all published ones are known
		g.withholdStory(s)
	}
}

// publish puts a cleared story among the others, and notes whom it shows.
func (g *gate) publish(s *read.Story, c *Story) {
	g.out.Cleared.stories = append(g.out.Cleared.stories, c)
	shown := g.out.Withheld.Shown
	if s.Name.S != "" {
		shown[s.ID] = []string{s.ID}
		return
	}
	for _, t := range s.By {
		id := g.people[t.S].ID
		shown[id] = append(shown[id], s.ID)
	}
}

func (g *gate) clearStory(s *read.Story) *Story {
	site := g.lib.Site
	own := g.record(s.Consent)
	granted := consent.Granted(own, g.day, site.Terms)
	holds := func(u consent.Use) bool { return slices.Contains(granted, u) }
	c := &Story{Content: g.content(&s.Item, &s.Shared, s.Title, s), Intro: s.Intro.S, DescribedAs: s.DescribedAs.S, Pronouns: s.Pronouns.S,
		ContentNote: s.ContentNote.S, HopedFor: s.HopedFor.S, Layout: or(s.Layout.S, "story"), Accent: s.Accent.S, ExitPage: s.ExitPage.V,
		Feed: or(s.Feed.S, "intro"), TranslationOf: s.TranslationOf.S,
		MaySearch: holds(consent.Search), MaySocial: holds(consent.Social), MayQuote: holds(consent.Quotes)}
	if !holds(consent.Feeds) {
		c.Feed = "none"
	}
	c.LastDay = g.lastDay(s)
	c.Date, c.Place, c.Themes, c.Was = s.Date.Date, s.Place.S, plain(s.Themes), plain(s.Was)
	c.NeverSay = plain(s.NeverSay)
	c.FeedID = feedID(StoryKind, s.OpaqueID.S, s.Slug, s.Consent)
	g.tellers(c, s)
	c.Body = g.clear(s.Body, s.ID, s)
	for _, q := range s.Quote { // a line may have left with a passage, or name somebody
		if c.MayQuote && read.Tells(c.Body, q.S) {
			c.Quotes = append(c.Quotes, q.S)
		} else {
			g.out.Withheld.Lines = append(g.out.Withheld.Lines, WithheldText{q.S, []string{c.Body.Words()}})
		}
	}
	for _, v := range s.Versions {
		version := Version{Kind: v.Kind.S, Text: g.clear(v.Text, s.ID, s)}
		for _, m := range c.Media {
			if m.File == v.File.S {
				version.Recording = m
			}
		}
		if version.Text != nil || version.Recording != nil {
			c.Versions = append(c.Versions, version)
		}
	}
	return c
}

// tellers puts the byline on a story. A byline on one's own story needs no `named`.
func (g *gate) tellers(c *Story, s *read.Story) {
	if s.Name.S != "" {
		c.Tellers = []Teller{{Name: s.Name.S, Key: s.ID}}
		return
	}
	for i, t := range s.By {
		p := g.people[t.S]
		teller := Teller{Name: p.Name.S, Key: t.S}
		if g.hasProfile[t.S] {
			teller.Person = t.S
		}
		if len(s.By) == 1 && i == 0 {
			c.DescribedAs, c.Pronouns = or(c.DescribedAs, p.DescribedAs.S), or(c.Pronouns, p.Pronouns.S)
		}
		c.NeverSay = append(c.NeverSay, plain(p.NeverSay)...)
		c.Tellers = append(c.Tellers, teller)
	}
}

// withholdStory hands everything of a story to the proof.
func (g *gate) withholdStory(s *read.Story) {
	w := g.out.Withheld
	why := g.story(s).why
	g.withholdItem(&s.Item, s.Was)
	for i := range s.Media {
		for _, p := range []string{s.Media[i].Path, s.Media[i].PosterPath, s.Media[i].CaptionsPath} {
			if p != "" {
				w.Files = append(w.Files, p)
			}
		}
	}
	if why == Trace || why == Draft {
		return
	}
	except := g.toldBy(plain(s.By))
	if len(strings.Fields(s.Title.S)) >= 3 {
		w.Titles = append(w.Titles, s.Title.S)
	}
	add := func(words string) {
		if words != "" {
			w.Texts = append(w.Texts, WithheldText{words, except})
		}
	}
	for _, t := range []read.Text{s.Intro, s.DescribedAs, s.ContentNote, s.HopedFor} {
		add(t.S)
	}
	for _, b := range texts(s) {
		add(b.Words())
	}
	for _, m := range s.Media {
		add(m.Caption.S)
		if m.Alt != nil {
			add(m.Alt.S)
		}
	}
	for _, q := range s.Quote {
		w.Lines = append(w.Lines, WithheldText{q.S, except})
	}
	if s.Name.S != "" {
		w.Names = append(w.Names, g.name(s.ID, s.Name.S, nil))
	}
}

// toldBy returns the words of the published stories of these tellers.
func (g *gate) toldBy(tellers []string) []string {
	var words []string
	for _, id := range tellers {
		for _, item := range g.out.Withheld.Shown["people/"+id] {
			if slug, ok := strings.CutPrefix(item, "stories/"); ok {
				words = append(words, g.toldWords(slug)...)
			}
		}
	}
	return words
}

// toldWords returns the words of a published story, as an exception for a
// withheld one by the same teller.
func (g *gate) toldWords(slug string) []string {
	s := g.judge.stories[slug]
	words := []string{s.Title.S, s.Intro.S, s.DescribedAs.S}
	for _, b := range texts(s) {
		words = append(words, b.Words())
	}
	return words
}

func (g *gate) withholdItem(item *read.Item, was []read.Text) {
	w := g.out.Withheld
	file := path.Base(item.File)
	if file == "index.md" {
		file = ""
	}
	w.Items = append(w.Items, WithheldItem{item.ID, file})
	for _, t := range was {
		w.Items = append(w.Items, WithheldItem{ID: item.Kind.Folder() + "/" + t.S})
	}
}

// network clears the network's own texts: notes, cells, changes and pages.
func (g *gate) network(known memo[read.Note, Note]) {
	out := func(item *read.Item, shared *read.Shared, was []read.Text) bool {
		why := g.itemOut(item, shared)
		if why == consent.Holds {
			return false
		}
		g.leftOut(item, verdict{why: why})
		g.withholdItem(item, was)
		for _, m := range shared.Media {
			if m.Path != "" {
				g.out.Withheld.Files = append(g.out.Withheld.Files, m.Path)
			}
		}
		return true
	}
	c := g.out.Cleared
	for i, n := range g.lib.Notes {
		cleared := known.find(i, n)
		if cleared == nil {
			if out(&n.Item, &n.Shared, n.Was) {
				continue
			}
			before := g.handed()
			cleared = g.clearNote(n)
			if len(n.Media) > 0 || g.handed() != before {
				c.notes = append(c.notes, cleared)
				continue
			}
		}
		g.memory.notes.cleared[i] = cleared
		c.notes = append(c.notes, cleared)
	}
	for _, x := range g.lib.Cells {
		if out(&x.Item, &x.Shared, nil) {
			continue
		}
		cell := &Cell{Content: g.content(&x.Item, &x.Shared, x.Title, nil), Hashtag: x.Hashtag.S}
		cell.Themes = plain(x.Themes)
		cell.Body, cell.About = g.clear(x.Body, x.ID, nil), g.clear(x.AboutText, x.ID, nil)
		cell.ThoughtLeaders, cell.Convenors = g.credits(x.ThoughtLeaders, x.ID), g.credits(x.Convenors, x.ID)
		c.cells = append(c.cells, cell)
	}
	for _, x := range g.lib.Changes {
		if out(&x.Item, &x.Shared, nil) {
			continue
		}
		change := &Change{Content: g.content(&x.Item, &x.Shared, x.Title, nil), By: x.By.S, Status: x.Status.S, Why: g.clear(x.WhyText, x.ID, nil), Heard: plain(x.Heard), Due: x.Due.Date}
		change.Themes, change.Date = plain(x.Themes), x.Date.Date
		change.Body = g.clear(x.Body, x.ID, nil)
		change.FeedID = feedID(ChangeKind, x.OpaqueID.S, x.Slug, nil)
		c.changes = append(c.changes, change)
	}
	for _, x := range g.lib.Pages {
		if out(&x.Item, &x.Shared, nil) {
			continue
		}
		page := &Page{Content: g.content(&x.Item, &x.Shared, x.Title, nil), Intro: x.Intro.S, Order: x.Order.N, InNav: x.Order.Set}
		page.Body = g.clear(x.Body, x.ID, nil)
		c.pages = append(c.pages, page)
	}
}

func (g *gate) clearNote(n *read.Note) *Note {
	c := &Note{Content: g.content(&n.Item, &n.Shared, n.Title, nil), NoteKind: or(n.NoteKind.S, "meeting"), Cell: n.Cell.S, Number: n.Number.N,
		Held: n.Held.S, By: n.By.S, Attendance: n.Attendance.N, Hashtags: plain(n.Hashtags), Stories: plain(n.Stories)}
	c.Date, c.Place, c.Themes, c.Was = n.Date.Date, n.Place.S, plain(n.Themes), plain(n.Was)
	c.FeedID = feedID(NoteKind, n.OpaqueID.S, n.Slug, nil)
	c.Body = g.clear(n.Body, n.ID, nil)
	c.Questions = g.clearAll(n.QuestionTexts, n.ID)
	c.SummaryHeading = n.SummaryHeading
	for i, b := range n.SummaryTexts {
		b = g.clear(b, n.ID, nil)
		switch {
		case b.IsEmpty():
		case len(n.SummaryParts) == 0 || n.SummaryParts[i] == read.KeyPoint:
			c.Summary = append(c.Summary, b)
		case n.SummaryParts[i] == read.Opening:
			c.Opening = b
		case n.SummaryParts[i] == read.Lead:
			c.SummaryLead = b
		case n.SummaryParts[i] == read.Tail:
			c.SummaryTail = b
		}
	}
	if chair := g.clear(n.ChairText, n.ID, nil); !chair.IsEmpty() {
		c.Chair = chair
	}
	for _, a := range n.People {
		if why := g.may(a.Person.S, consent.Named); why != consent.Holds {
			g.takenOut(n.ID, "attendance", "people/"+a.Person.S, why)
			continue
		}
		c.People = append(c.People, g.credit(a.Person.S, a.Role.S))
	}
	for _, m := range n.Next {
		c.Next = append(c.Next, Meeting{m.Date.Date, m.From.S, m.To.S, m.Topic.S, m.When.S, m.Held.S})
	}
	for _, r := range n.Reading {
		c.Reading = append(c.Reading, Reading{r.Title.S, r.URL.S})
	}
	return c
}

// dropSharedTitles forgets the withheld titles that a published item also
// bears: they are no trace (spec, "The proof").
func (g *gate) dropSharedTitles() {
	w, c := g.out.Withheld, g.out.Cleared
	if len(w.Titles) == 0 {
		return
	}
	borne := map[string]bool{}
	for _, s := range c.stories {
		borne[fold(s.Title)] = true
	}
	for _, n := range c.notes {
		borne[fold(n.Title)] = true
	}
	for _, x := range c.cells {
		borne[fold(x.Title)] = true
	}
	for _, x := range c.changes {
		borne[fold(x.Title)] = true
	}
	for _, x := range c.pages {
		borne[fold(x.Title)] = true
	}
	w.Titles = slices.DeleteFunc(w.Titles, func(t string) bool { return borne[fold(t)] })
}

func (g *gate) credits(list []read.Text, in string) []Named {
	var out []Named
	for _, t := range list {
		if why := g.may(t.S, consent.Named); why != consent.Holds {
			g.takenOut(in, "mention", "people/"+t.S, why)
			continue
		}
		out = append(out, g.credit(t.S, ""))
	}
	return out
}

func (g *gate) credit(id, role string) Named {
	n := Named{Name: g.people[id].Name.S, Role: role}
	if g.hasProfile[id] {
		n.Person = id
	}
	return n
}

// withholdPeople hands to the proof the names of everyone who may not be
// named, and the addresses of everyone without a page. A name that someone
// else bears with a valid consent is no trace (spec, "The proof").
func (g *gate) withholdPeople() {
	w := g.out.Withheld
	// folded name, with and without accents -> people who are shown by it, or known by it; made when somebody isn't
	shown := sync.OnceValue(func() map[string][]string { return g.bearers(false) })
	known := sync.OnceValue(func() map[string][]string { return g.bearers(true) })
	for _, p := range g.lib.People {
		if !g.hasProfile[p.Slug] {
			g.withholdItem(&p.Item, nil)
			for i := range p.Media {
				g.withholdMedium(&p.Media[i])
			}
			if !p.Body.IsEmpty() && !g.quarantine[p.ID] {
				w.Texts = append(w.Texts, WithheldText{Words: p.Body.Words(), Except: g.toldBy([]string{p.Slug})})
			}
		}
		r, _ := g.person(p.Slug)
		if why := consent.Decide(r, consent.Named, g.day, g.lib.Site.Terms); g.quarantine[p.ID] {
			g.leftOut(&p.Item, verdict{why: Trace})
		} else if why != consent.Holds && why != consent.NotCovered && why != consent.Missing {
			v := verdict{why: why}
			g.leftOut(&p.Item, g.dated(v, r))
		}
		if g.named(p.Slug) {
			continue
		}
		if read.IsSlug(p.Slug) {
			w.Names = append(w.Names, WithheldName{Person: p.ID, Name: "@" + p.Slug, Handle: true, Words: 1})
		}
		if len(w.Shown[p.ID]) == 0 && p.DescribedAs.S != "" { // a byline on their own story has it
			w.Texts = append(w.Texts, WithheldText{Words: p.DescribedAs.S})
		}
		for _, n := range append([]read.Text{p.Name}, p.KnownAs...) {
			if n.S == "" || slices.ContainsFunc(shown()[plainName(n.S)], func(id string) bool { return id != p.ID }) {
				continue
			}
			for _, id := range known()[plainName(n.S)] { // on what they tell themselves it is theirs
				if id != p.ID {
					for _, item := range w.Shown[id] {
						w.NotAbout[item] = append(w.NotAbout[item], p.ID)
					}
				}
			}
			w.Names = append(w.Names, g.name(p.ID, n.S, plain(p.NotMe)))
		}
	}
	for _, f := range g.lib.Forgotten {
		for _, n := range f.Names {
			if !borneByOthers(known(), f.Salt.S, n.Hash.S) {
				w.Names = append(w.Names, WithheldName{Salt: f.Salt.S, Hash: n.Hash.S, Words: n.Words.N, NotMe: longerNames(known(), f.Salt.S, n)})
			}
		}
	}
	// A name just for one published story belongs to that story only.
	for _, s := range g.out.Cleared.stories {
		for _, t := range s.Tellers {
			if t.Key == s.ID && !slices.ContainsFunc(shown()[plainName(t.Name)], func(id string) bool { return id != s.ID }) &&
				consent.Decide(g.record(g.judge.stories[s.Slug].Consent), consent.Named, g.day, g.lib.Site.Terms) != consent.Holds {
				w.Names = append(w.Names, g.name(s.ID, t.Name, nil))
			}
		}
	}
	// Names withheld with their stories, unless somebody else is shown by them.
	w.Names = slices.DeleteFunc(w.Names, func(n WithheldName) bool {
		return slices.ContainsFunc(shown()[plainName(n.Name)], func(id string) bool { return id != n.Person })
	})
	if len(w.Names) > 0 {
		g.maskShownNames(known())
		g.markOrdinary()
	}
	g.dropShownFiles()
}

// bearers lists who is shown by each name, folded, with its accents and without.
// Other names of theirs count too when all are asked for, else only those of
// one word: nobody is shown by the full name that they had before.
func (g *gate) bearers(all bool) map[string][]string {
	bearers := map[string][]string{}
	bear := func(name, id string) {
		with, without := fold(name), plainName(name)
		bearers[with] = append(bearers[with], id)
		if without != with { // forgotten names are compared with their accents
			bearers[without] = append(bearers[without], id)
		}
	}
	for _, p := range g.lib.People {
		if !p.Broken && (g.named(p.Slug) || len(g.out.Withheld.Shown[p.ID]) > 0) {
			bear(p.Name.S, p.ID)
			for _, n := range p.KnownAs {
				if all || len(strings.Fields(n.S)) == 1 {
					bear(n.S, p.ID)
				}
			}
		}
	}
	for _, s := range g.out.Cleared.stories {
		for _, t := range s.Tellers {
			if t.Key == s.ID {
				bear(t.Name, s.ID)
			}
		}
	}
	return bearers
}

// dropShownFiles takes the files that a published item shows off the list of
// withheld ones: a draft beside it may name the same picture.
func (g *gate) dropShownFiles() {
	shown := map[string]bool{}
	g.out.Cleared.eachMedium(func(m *Medium) { shown[m.Path], shown[m.PosterPath], shown[m.CaptionsPath] = true, true, true })
	g.out.Withheld.Files = slices.DeleteFunc(g.out.Withheld.Files, func(path string) bool { return shown[path] })
}

// borneByOthers reports whether somebody who is shown by name bears the name of
// which only a salted hash is left.
func borneByOthers(bearers map[string][]string, salt, hash string) bool {
	for name := range bearers {
		if read.HashName(salt, name) == hash {
			return true
		}
	}
	return false
}

// longerNames lists the names by which somebody is shown that hold a forgotten
// one among their words: Amina Yusuf is no trace of an Amina who was forgotten,
// as she is none of one who withdrew (maskShownNames).
func longerNames(bearers map[string][]string, salt string, forgotten read.ForgottenName) (longer []string) {
	for name := range bearers {
		words := strings.Fields(name)
		for at := 0; len(words) > forgotten.Words.N && at+forgotten.Words.N <= len(words); at++ {
			if read.HashName(salt, strings.Join(words[at:at+forgotten.Words.N], " ")) == forgotten.Hash.S {
				longer = append(longer, name)
				break
			}
		}
	}
	slices.Sort(longer)
	return longer
}

// feedID makes an item's opaque ID for feeds: from its id, else its slug, and
// from a withdrawal or pause that a later `given` lifted, so that what comes
// back is new to feed readers and a renewal changes nothing (spec, "Recall").
func feedID(kind Kind, id, slug string, c *read.Consent) string {
	said := make([]byte, 0, 128)
	said = append(append(append(said, "ownwords\n"...), kind...), '\n')
	if id != "" {
		said = append(append(said, "id "...), id...)
	} else {
		said = append(append(said, "slug "...), slug...)
	}
	said = append(said, '\n')
	if c != nil && c.Record != nil && c.Record.Given != nil {
		for _, lifted := range []*consent.Day{c.Record.Withdrawn, c.Record.Paused} {
			if lifted != nil && *c.Record.Given > *lifted {
				said = append(append(append(said, "again after "...), lifted.String()...), '\n')
			}
		}
	}
	sum := sha256.Sum256(said)
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, version 8
	uuid := append(make([]byte, 0, 45), "urn:uuid:"...)
	for i, part := range [][]byte{sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]} {
		if i > 0 {
			uuid = append(uuid, '-')
		}
		uuid = hex.AppendEncode(uuid, part)
	}
	return string(uuid)
}

func plain(list []read.Text) []string {
	var out []string
	for _, t := range list {
		out = append(out, t.S)
	}
	return out
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
