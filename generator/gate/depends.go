package gate

import (
	"cmp"
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// What tells how a place depends on a person's or a story's consent.
type What string

const (
	Told        What = "told"        // a story that they tell
	Within      What = "with"        // a story that lists them under `with`
	Mention     What = "mention"     // a place that names them
	Quotation   What = "quote"       // a quotation attributed to them
	Passage     What = "passage"     // a passage that needs their consent
	Attendance  What = "attendance"  // they are listed as having attended
	Credit      What = "credit"      // a cell that names them as thought leader or convenor
	Picture     What = "image"       // a picture in which they can be recognised
	Recorded    What = "recording"   // a recording with them
	OwnPage     What = "profile"     // their own page
	Translation What = "translation" // a translation of the story
	Listed      What = "listed"      // a note or change that names the story as its source
	Linked      What = "link"        // a link to the story
)

// Dependent is one place that depends on a consent.
type Dependent struct {
	// ID and File are those of the item in which it stands.
	ID, File string
	Kind     Kind
	What     What
	// At is the place in File; the zero Place when it stands in a file beside it.
	At report.Place
	// Beside is the picture, recording or text beside the item, or "".
	Beside string
	// Reason and BecauseOf say why the item itself isn't on the site that day; Holds when it is.
	Reason    consent.Reason
	BecauseOf string
}

// Verdict says why a story isn't on the site; its Reason is Holds when it is.
type Verdict struct {
	Reason consent.Reason
	// BecauseOf is the person or story that decided, when it isn't the story itself.
	BecauseOf string
	// Since is the first day on which the reason applied; Dated says whether it is known.
	Since consent.Day
	Dated bool
}

// Verdicts decides about stories for one day, by their IDs (spec, "When a
// consent holds"): about those in only, or about every one when it is nil. It
// is Decide without the clearing, for asking what would fall with somebody.
func Verdicts(lib *read.Library, day consent.Day, only map[string]bool) map[string]Verdict {
	j := newJudge(lib, day, Options{})
	verdicts := map[string]Verdict{}
	for _, s := range lib.Stories {
		if only != nil && !only[s.ID] {
			continue
		}
		v := j.story(s)
		verdicts[s.ID] = Verdict{Reason: v.why, BecauseOf: v.becauseOf, Since: v.since, Dated: v.dated}
	}
	return verdicts
}

// PeopleIn lists the IDs (people/ID) of everyone whose consent has a say in a
// story: its tellers, and the others in it.
func PeopleIn(s *read.Story) []string {
	ids := append(plain(s.By), others(s)...)
	for i := range ids {
		ids[i] = "people/" + ids[i]
	}
	return ids
}

// Dependents lists every place that depends on the consent of a person
// (people/ID) or of a story (stories/SLUG), in the order of the items' IDs, and
// tells whether the item it stands in is on the site that day.
func Dependents(lib *read.Library, day consent.Day, id string) []Dependent {
	d := &dependents{judge: newJudge(lib, day, Options{})}
	if slug, ok := strings.CutPrefix(id, "people/"); ok {
		d.person = slug
	} else {
		d.story = strings.TrimPrefix(id, "stories/")
	}
	d.walk()
	slices.SortStableFunc(d.list, func(a, b Dependent) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Beside, b.Beside), cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	return slices.Compact(d.list)
}

// dependents walks through a library and gathers what depends on one person or one story.
type dependents struct {
	*judge
	person, story string // slugs; one of them is empty
	in            Dependent
	list          []Dependent
}

func (d *dependents) add(what What, at report.Place, beside string) {
	found := d.in
	found.What, found.At, found.Beside = what, at, beside
	d.list = append(d.list, found)
}

// enter begins an item: what is added next stands in it.
func (d *dependents) enter(item *read.Item, why consent.Reason, becauseOf string) {
	d.in = Dependent{ID: item.ID, File: item.File, Kind: item.Kind, Reason: why, BecauseOf: becauseOf}
}

func (d *dependents) walk() {
	for _, s := range d.lib.Stories {
		v := d.judge.story(s)
		d.enter(&s.Item, v.why, v.becauseOf)
		d.people(Told, s.By)
		d.people(Within, s.With)
		if d.story != "" && s.TranslationOf.S == d.story && s.Slug != d.story {
			d.add(Translation, s.TranslationOf.At, "")
		}
		d.bodies("", s.Body)
		for _, v := range s.Versions {
			d.bodies(v.File.S, v.Text)
		}
		d.shared(&s.Shared)
	}
	for _, n := range d.lib.Notes {
		d.enterShared(&n.Item, &n.Shared)
		for _, a := range n.People {
			d.people(Attendance, []read.Text{a.Person})
		}
		d.stories(n.Stories)
		d.bodies("", n.Body, n.ChairText)
		d.bodies("", n.SummaryTexts...)
		d.bodies("", n.QuestionTexts...)
		d.shared(&n.Shared)
	}
	for _, c := range d.lib.Cells {
		d.enterShared(&c.Item, &c.Shared)
		d.people(Credit, c.ThoughtLeaders)
		d.people(Credit, c.Convenors)
		d.bodies("", c.Body, c.AboutText)
		d.shared(&c.Shared)
	}
	for _, c := range d.lib.Changes {
		d.enterShared(&c.Item, &c.Shared)
		d.stories(c.Heard)
		d.bodies("", c.Body, c.WhyText)
		d.shared(&c.Shared)
	}
	for _, p := range d.lib.Pages {
		d.enterShared(&p.Item, &p.Shared)
		d.bodies("", p.Body)
		d.shared(&p.Shared)
	}
	for _, p := range d.lib.People {
		why := d.itemOut(&p.Item, &p.Shared)
		if why == consent.Holds {
			why = d.may(p.Slug, consent.Profile)
		}
		d.enter(&p.Item, why, "")
		if d.person == p.Slug {
			d.add(OwnPage, report.Place{}, "")
		}
		d.bodies("", p.Body)
		d.shared(&p.Shared)
	}
}

func (d *dependents) enterShared(item *read.Item, shared *read.Shared) {
	d.enter(item, d.itemOut(item, shared), "")
}

func (d *dependents) people(what What, list []read.Text) {
	for _, t := range list {
		if d.person != "" && t.S == d.person {
			d.add(what, t.At, "")
		}
	}
}

func (d *dependents) stories(list []read.Text) {
	for _, t := range list {
		if d.story != "" && t.S == d.story {
			d.add(Listed, t.At, "")
		}
	}
}

// bodies looks through texts; beside names the file that they stand in, when it isn't the item's own.
func (d *dependents) bodies(beside string, list ...*markdown.Body) {
	for _, b := range list {
		if b == nil {
			continue
		}
		add := func(what What, at report.Place) {
			if beside != "" {
				at = report.Place{}
			}
			d.add(what, at, beside)
		}
		if d.story != "" {
			for _, l := range b.Links {
				if strings.Trim(l.Path, "/") == "stories/"+d.story && d.in.ID != "stories/"+d.story {
					add(Linked, l.At)
				}
			}
			continue
		}
		for _, m := range b.Mentions {
			if m.Person == d.person {
				add(Mention, m.At)
			}
		}
		for _, p := range b.Passages {
			if p.Kind != markdown.Without && slices.Contains(p.People, d.person) {
				if p.Kind == markdown.Quote {
					add(Quotation, p.At)
				} else {
					add(Passage, p.At)
				}
			}
		}
	}
}

// shared looks through the pictures and recordings of an item.
func (d *dependents) shared(s *read.Shared) {
	for i := range s.Media {
		m := &s.Media[i]
		if m.People != nil && d.person != "" && slices.ContainsFunc(*m.People, func(t read.Text) bool { return t.S == d.person }) {
			what := Picture
			if read.IsRecording(m.File.S) {
				what = Recorded
			}
			d.add(what, m.At, m.File.S)
		}
		d.bodies(m.Describe.S, m.Description)
		d.bodies(m.Transcript.S, m.Script)
	}
}
