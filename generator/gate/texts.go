package gate

import "ownwords/generator/markdown"

// Texts returns the words that an item puts onto pages, as cleared: they tell
// which item carries a trace that the proof found. An unknown ID has none.
func (c *Cleared) Texts(id string) []string {
	var out []string
	add := func(words ...string) { out = append(out, words...) }
	bodies := func(list ...*markdown.Body) {
		for _, b := range list {
			if b != nil {
				add(b.Words())
				for _, l := range b.Links { // its path is only shown where there is such a page
					add(l.Title, l.Fragment)
				}
			}
		}
	}
	content := func(x *Content) {
		add(x.Title, x.Place)
		add(x.Themes...)
		bodies(x.Body)
		for _, m := range x.Media {
			add(m.Alt, m.Caption)
			bodies(m.Description, m.Transcript)
		}
	}
	named := func(list []Named) {
		for _, n := range list {
			add(n.Name + " " + n.Role)
		}
	}
	for _, x := range c.stories {
		if x.ID == id {
			content(&x.Content)
			add(x.Intro, x.DescribedAs, x.Pronouns, x.ContentNote, x.HopedFor)
			add(x.Quotes...)
			for _, v := range x.Versions {
				bodies(v.Text)
			}
			return out
		}
	}
	for _, x := range c.notes {
		if x.ID == id {
			content(&x.Content)
			add(x.Held, x.By, x.SummaryHeading)
			add(x.Hashtags...)
			named(x.People)
			bodies(x.Summary...)
			bodies(x.Questions...)
			bodies(x.Opening, x.SummaryLead, x.SummaryTail, x.Chair)
			for _, m := range x.Next {
				add(m.Topic, m.When, m.Held)
			}
			for _, r := range x.Reading {
				add(r.Title, r.URL)
			}
			return out
		}
	}
	for _, x := range c.cells {
		if x.ID == id {
			content(&x.Content)
			bodies(x.About)
			add(x.Hashtag)
			named(x.ThoughtLeaders)
			named(x.Convenors)
			return out
		}
	}
	for _, x := range c.changes {
		if x.ID == id {
			content(&x.Content)
			add(x.By)
			bodies(x.Why)
			return out
		}
	}
	for _, x := range c.pages {
		if x.ID == id {
			content(&x.Content)
			add(x.Intro)
			return out
		}
	}
	for _, x := range c.profiles {
		if x.ID == id {
			content(&x.Content)
			add(x.Name, x.DescribedAs, x.Pronouns)
			return out
		}
	}
	return out
}
