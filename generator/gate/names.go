package gate

import (
	"strings"
	"unicode"

	"ownwords/generator/markdown"
	"ownwords/generator/read"
)

func fold(name string) string { return read.FoldName(name) }

func (g *gate) name(person, name string, notMe []string) WithheldName {
	return WithheldName{Person: person, Name: name, NotMe: notMe, Words: len(strings.Fields(name))}
}

// calendarNames are months and weekdays, which are ordinary words when they
// are also somebody's name (spec, "The proof").
var calendarNames = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`January February March April May June July August September October November December
		Monday Tuesday Wednesday Thursday Friday Saturday Sunday`) {
		calendarNames[strings.ToLower(w)] = true
	}
}

// markOrdinary finds out which withheld names of one word are also ordinary
// words: a month or weekday, or standing in lower case somewhere in content/.
func (g *gate) markOrdinary() {
	wanted := map[string]bool{}
	for _, n := range g.out.Withheld.Names {
		if n.Words == 1 {
			wanted[strings.ToLower(n.Name)] = false
		}
	}
	if len(wanted) == 0 {
		return
	}
	look := func(text string) {
		for _, w := range strings.FieldsFunc(text, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune("-'’@/._#", r)
		}) {
			// An address, or the ID in [@amina], doesn't make an ordinary word.
			w = strings.Trim(w, "-'’._#")
			w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
			if seen, asked := wanted[w]; asked && !seen {
				wanted[w] = true
			}
		}
	}
	g.eachText(look)
	for i := range g.out.Withheld.Names {
		n := &g.out.Withheld.Names[i]
		word := strings.ToLower(n.Name)
		n.Ordinary = n.Words == 1 && (wanted[word] || calendarNames[word])
	}
}

// eachText calls f with the words of everything in content/, but for code.
func (g *gate) eachText(f func(string)) {
	lines := func(list ...read.Text) {
		for _, t := range list {
			f(t.S)
		}
	}
	bodies := func(list ...*markdown.Body) {
		for _, b := range list {
			f(b.Prose())
		}
	}
	shared := func(s *read.Shared) {
		for _, m := range s.Media {
			lines(m.Caption)
			if m.Alt != nil {
				lines(*m.Alt)
			}
			bodies(m.Description, m.Script)
		}
	}
	l := g.lib
	for _, x := range l.Stories {
		lines(x.Title, x.Intro, x.DescribedAs, x.ContentNote, x.HopedFor, x.Place)
		lines(x.Themes...)
		bodies(texts(x)...)
		shared(&x.Shared)
	}
	for _, x := range l.Notes {
		lines(x.Title, x.Held, x.By, x.Place)
		lines(x.Themes...)
		lines(x.Hashtags...)
		for _, m := range x.Next {
			lines(m.Topic, m.When, m.Held)
		}
		for _, r := range x.Reading {
			lines(r.Title)
		}
		for _, a := range x.People {
			lines(a.Role)
		}
		bodies(x.Body, x.ChairText)
		bodies(x.SummaryTexts...)
		bodies(x.QuestionTexts...)
		shared(&x.Shared)
	}
	for _, x := range l.Cells {
		lines(x.Title, x.Hashtag)
		lines(x.Themes...)
		bodies(x.Body, x.AboutText)
		shared(&x.Shared)
	}
	for _, x := range l.Changes {
		lines(x.Title, x.By)
		lines(x.Themes...)
		bodies(x.Body, x.WhyText)
		shared(&x.Shared)
	}
	for _, x := range l.Pages {
		lines(x.Title, x.Intro)
		bodies(x.Body)
		shared(&x.Shared)
	}
	for _, x := range l.People {
		lines(x.DescribedAs)
		bodies(x.Body)
		shared(&x.Shared)
	}
}

// sharedOf finds the shared keys of one of the network's items by its ID.
func (g *gate) sharedOf(id string) *read.Shared {
	if g.shared == nil {
		g.shared = map[string]*read.Shared{}
		for _, x := range g.lib.Notes {
			g.shared[x.ID] = &x.Shared
		}
		for _, x := range g.lib.Cells {
			g.shared[x.ID] = &x.Shared
		}
		for _, x := range g.lib.Changes {
			g.shared[x.ID] = &x.Shared
		}
		for _, x := range g.lib.Pages {
			g.shared[x.ID] = &x.Shared
		}
		for _, x := range g.lib.People {
			g.shared[x.ID] = &x.Shared
		}
	}
	return g.shared[id]
}
