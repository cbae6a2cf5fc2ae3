package gate

import (
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
)

// Memory keeps what one decision came to for the next, for serving: between two
// of them mostly one file changes. It is no second judgement: a cleared item is
// taken over only when it is the very item that was read before, nothing was
// withheld in clearing it, and everything else that its clearing depended on is
// the same too: the day, the site's terms, and every person. Items that depend
// on other items, by a translation or by a picture or recording that several may
// list, are decided anew. The zero Memory is empty; one decision at a time may
// use it.
type Memory struct {
	day        consent.Day
	terms      consent.Terms
	unnamed    string
	drafts     bool
	quarantine map[string]bool
	people     []*read.Person

	stories memo[read.Story, Story]
	notes   memo[read.Note, Note]
	words   wordMemo
}

// memo holds cleared items by their sources, in the order of the library; nil
// where one has to be cleared anew.
type memo[S, C any] struct {
	sources []*S
	cleared []*C
	// shift is how far the places in the library have moved since.
	shift int
}

// begin returns what may be taken over in a decision, and makes the memory ready for what it comes to.
func (m *Memory) begin(g *gate) (stories memo[read.Story, Story], notes memo[read.Note, Note]) {
	same := m.day == g.day && m.terms == g.lib.Site.Terms && m.unnamed == g.lib.Site.Unnamed && m.drafts == g.drafts &&
		maps.Equal(m.quarantine, g.quarantine) && slices.Equal(m.people, g.lib.People)
	if same {
		stories, notes = m.stories, m.notes
	}
	words := m.words // depends on nothing but the texts
	*m = Memory{words: words, day: g.day, terms: g.lib.Site.Terms, unnamed: g.lib.Site.Unnamed, drafts: g.drafts, quarantine: maps.Clone(g.quarantine), people: g.lib.People,
		stories: memo[read.Story, Story]{sources: g.lib.Stories, cleared: make([]*Story, len(g.lib.Stories))},
		notes:   memo[read.Note, Note]{sources: g.lib.Notes, cleared: make([]*Note, len(g.lib.Notes))}}
	return stories, notes
}

// find returns what the i-th item of the library was cleared to, or nil.
func (m *memo[S, C]) find(i int, source *S) *C {
	for _, shift := range [...]int{m.shift, m.shift - 1, m.shift + 1} { // an item came or went
		if at := i + shift; at >= 0 && at < len(m.sources) && m.sources[at] == source {
			m.shift = shift
			return m.cleared[at]
		}
	}
	return nil
}

// wordMemo remembers which of some words stand in which texts.
type wordMemo struct {
	wanted map[string]bool
	in     map[*markdown.Body][]string
}

// wordsIn calls found with those of the wanted words that stand in one of the texts.
func (m *Memory) wordsIn(texts []*markdown.Body, wanted map[string]bool, found func(word string)) {
	known := m.words.in
	for word := range wanted {
		if _, looked := m.words.wanted[word]; !looked {
			m.words.wanted, known = maps.Clone(wanted), nil
			break
		}
	}
	m.words.in = make(map[*markdown.Body][]string, len(texts))
	var unread []*markdown.Body
	for _, b := range texts {
		words, read := known[b]
		if !read {
			unread = append(unread, b)
			continue
		}
		m.words.in[b] = words
	}
	lists := make([][]string, len(unread))
	var wait sync.WaitGroup
	var next atomic.Int64
	for range min(len(unread), runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(unread); i = int(next.Add(1)) - 1 {
				wordsAmong(unread[i].Prose(), m.words.wanted, func(word string) {
					if !slices.Contains(lists[i], word) {
						lists[i] = append(lists[i], word)
					}
				})
			}
		})
	}
	wait.Wait()
	for i, b := range unread {
		m.words.in[b] = lists[i]
	}
	for _, words := range m.words.in {
		for _, word := range words {
			if _, asked := wanted[word]; asked {
				found(word)
			}
		}
	}
}

// standsAlone reports whether a story's clearing depends on no other item but people.
func standsAlone(s *read.Story) bool { return s.TranslationOf.S == "" && len(s.Media) == 0 }

// handed counts everything that was left out, taken out or withheld so far.
func (g *gate) handed() [10]int {
	w := g.out.Withheld
	return [...]int{len(g.out.LeftOut), len(g.out.TakenOut), len(g.left), len(w.Items), len(w.Names), len(w.Texts), len(w.Titles), len(w.Lines), len(w.Files), len(w.NotAbout)}
}
