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
	switch x := c.item(id).(type) {
	case *Story:
		content(&x.Content)
		add(x.Intro, x.DescribedAs, x.Pronouns, x.ContentNote, x.HopedFor)
		add(x.Quotes...)
		for _, v := range x.Versions {
			bodies(v.Text)
		}
	case *Note:
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
	case *Cell:
		content(&x.Content)
		bodies(x.About)
		add(x.Hashtag)
		named(x.ThoughtLeaders)
		named(x.Convenors)
	case *Change:
		content(&x.Content)
		add(x.By)
		bodies(x.Why)
	case *Page:
		content(&x.Content)
		add(x.Intro)
	case *Profile:
		content(&x.Content)
		add(x.Name, x.DescribedAs, x.Pronouns)
	}
	return out
}

// item finds a cleared item by its ID, or nil.
func (c *Cleared) item(id string) any {
	c.index.Do(func() {
		c.byID = map[string]any{}
		for _, x := range c.stories {
			c.byID[x.ID] = x
		}
		for _, x := range c.notes {
			c.byID[x.ID] = x
		}
		for _, x := range c.cells {
			c.byID[x.ID] = x
		}
		for _, x := range c.changes {
			c.byID[x.ID] = x
		}
		for _, x := range c.pages {
			c.byID[x.ID] = x
		}
		for _, x := range c.profiles {
			c.byID[x.ID] = x
		}
	})
	return c.byID[id]
}
