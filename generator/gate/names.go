package gate

import (
	"strings"
	"unicode"

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
			return !unicode.IsLetter(r) && r != '-' && r != '\'' && r != '’' && !unicode.IsMark(r)
		}) {
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

// eachText calls f with the words of everything in content/.
func (g *gate) eachText(f func(string)) {
	l := g.lib
	for _, x := range l.Stories {
		for _, t := range []read.Text{x.Title, x.Intro, x.HopedFor} {
			f(t.S)
		}
		for _, b := range texts(x) {
			f(b.Words())
		}
	}
	for _, x := range l.Notes {
		f(x.Title.S)
		f(x.Body.Words())
		for _, b := range x.SummaryTexts {
			f(b.Words())
		}
	}
	for _, x := range l.Cells {
		f(x.Body.Words())
	}
	for _, x := range l.Changes {
		f(x.Title.S)
		f(x.Body.Words())
	}
	for _, x := range l.Pages {
		f(x.Body.Words())
	}
	for _, x := range l.People {
		f(x.Body.Words())
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
