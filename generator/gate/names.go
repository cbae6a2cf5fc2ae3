package gate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ownwords/generator/markdown"
	"ownwords/generator/read"
)

func fold(name string) string { return read.FoldName(name) }

func (g *gate) name(person, name string, notMe []string) WithheldName {
	return WithheldName{Person: person, Name: name, NotMe: notMe, Words: len(strings.Fields(name))}
}

// plainName folds a name without its accents, as the proof compares names.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(fold(name)))
}

// maskShownNames adds to each withheld name the longer names that hold it and
// by which somebody else is shown: Amina Yusuf isn't a trace of Amina.
func (g *gate) maskShownNames(bearers map[string][]string) {
	holding := map[string][]string{} // word -> shown names of more than one
	for name := range bearers {
		if words := strings.Fields(name); len(words) > 1 {
			for _, w := range words {
				holding[w] = append(holding[w], name)
			}
		}
	}
	for i := range g.out.Withheld.Names {
		n := &g.out.Withheld.Names[i]
		words := strings.Fields(plainName(n.Name))
		if len(words) == 0 || n.Handle {
			continue
		}
		var longer []string
		for _, name := range holding[words[0]] {
			if len(strings.Fields(name)) > len(words) && strings.Contains(" "+name+" ", " "+strings.Join(words, " ")+" ") &&
				slices.ContainsFunc(bearers[name], func(id string) bool { return id != n.Person }) {
				longer = append(longer, name)
			}
		}
		slices.Sort(longer)
		n.NotMe = slices.Concat(n.NotMe, slices.Compact(longer))
	}
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
		// In a script without capitals, a name that stands somewhere says nothing.
		if n.Words == 1 && !n.Handle && strings.ToLower(n.Name) != strings.ToUpper(n.Name) {
			wanted[strings.ToLower(n.Name)] = false
		}
	}
	if len(wanted) == 0 {
		return
	}
	seen := func(word string) { wanted[word] = true }
	g.eachLine(func(text string) { wordsAmong(text, wanted, seen) })
	g.memory.wordsIn(g.bodies(), wanted, seen)
	for i := range g.out.Withheld.Names {
		n := &g.out.Withheld.Names[i]
		word := strings.ToLower(n.Name)
		n.Ordinary = n.Words == 1 && !n.Handle && (wanted[word] || calendarNames[word])
	}
}

// wordsAmong calls found with those words of a text, as they are written, that
// are keys of a map.
func wordsAmong[V any](text string, among map[string]V, found func(word string)) {
	look := func(w string) {
		// An address, or the ID in [@amina], doesn't make an ordinary word.
		w = strings.Trim(w, "-'’._#")
		w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
		if _, asked := among[w]; asked {
			found(w)
		}
	}
	start := -1
	for i := 0; i < len(text); {
		inside, size := inWord[text[i]], 1
		if text[i] >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRuneInString(text[i:])
			inside = unicode.IsLetter(r) || unicode.IsMark(r) || r == '’'
		}
		if inside && start < 0 {
			start = i
		} else if !inside && start >= 0 {
			look(text[start:i])
			start = -1
		}
		i += size
	}
	if start >= 0 {
		look(text[start:])
	}
}

// inWord holds the ASCII characters that words, addresses and IDs consist of.
var inWord = func() (table [256]bool) {
	for c := range utf8.RuneSelf {
		table[c] = unicode.IsLetter(rune(c)) || strings.IndexByte("-'@/._#", byte(c)) >= 0
	}
	return table
}()

// eachText calls f with the words of everything in content/.
func (g *gate) eachText(f func(string)) {
	g.eachLine(f)
	for _, b := range g.bodies() {
		f(b.Words())
	}
}

// eachLine calls f with the words of everything in content/ that isn't Markdown.
func (g *gate) eachLine(f func(string)) {
	g.eachPart(f, func(*markdown.Body) {})
}

// bodies lists every text in content/.
func (g *gate) bodies() []*markdown.Body {
	var list []*markdown.Body
	g.eachPart(func(string) {}, func(b *markdown.Body) { list = append(list, b) })
	return list
}

// eachPart calls line for every plain line in content/, and body for every text.
func (g *gate) eachPart(line func(string), body func(*markdown.Body)) {
	lines := func(list ...read.Text) {
		for _, t := range list {
			line(t.S)
		}
	}
	bodies := func(list ...*markdown.Body) {
		for _, b := range list {
			if b != nil {
				body(b)
			}
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
