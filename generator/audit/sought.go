package audit

import (
	"context"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"ownwords/generator/gate"
)

// kind is a kind of trace, in the order of the spec's list ("The proof").
type kind uint8

const (
	addressTrace   kind = iota // the address of a withheld item
	fileNameTrace              // the name of its source file
	titleTrace                 // a withheld story's title
	passageTrace               // twelve words in a row
	lineTrace                  // a whole quotation
	nameTrace                  // somebody's name, in a text
	pathNameTrace              // somebody's name, in an address or the like
	forgottenTrace             // the name of somebody who was forgotten
	fileTrace                  // the bytes of a withheld file
	metadataTrace              // metadata in a picture
)

// trace is one thing that was found: which kind, and which of the withheld
// things of that kind. For a passage, n is the hash of its twelve words.
type trace struct {
	kind kind
	n    uint64
}

// sought is everything that the proof looks for, made ready for looking. It
// doesn't change while files are read.
type sought struct {
	withheld *gate.Withheld

	// phrases holds names, titles and lines by the hash of their first words
	// (at most longestStart); starts tells quickly that there is none. For 5,000
	// names in 11 KB this takes two thirds of the time of the Aho-Corasick
	// automaton of BobuSumisu/aho-corasick, which would need folded text besides;
	// and the same words serve to look for passages.
	phrases map[uint64][]*phrase
	starts  filter
	// lengths says how many words those starts have.
	lengths [longestStart]bool

	passages *passages

	// addresses and fileNames are by the bytes as they stand in a path; pages by the address from the site's root.
	addresses, pages map[string]int
	fileNames        map[string][]int
	// files tells quickly that a segment of a path is neither the last one of an address nor the name of a file.
	files filter
	root  root
	// shown holds, by person, the items that show them with their consent.
	shown map[string]map[string]bool

	salted []salted
	// saltedLengths are the different numbers of words of forgotten names.
	saltedLengths []int
}

const longestStart = 4

// phrase is a row of words: a name, a title or a line.
type phrase struct {
	trace
	words []uint64
	// gaps says, for names, what stands between the words as the name is written.
	gaps []gap
	// capital: found with a capital first letter only. single: a name of one word, looked for in texts only.
	capital, single bool
	// handle: an ID, found behind an @ only.
	handle bool
	// seams are set for a name of several words that are written as one: where
	// they join (see joins). long: it counts without a sign of the join.
	seams []int
	long  bool
	// notMe are longer phrases that hold the name and mean something else.
	notMe []longer
}

// longer is a phrase around a name, which begins at one of its words.
type longer struct {
	words []uint64
	at    int
}

// newSought makes everything withheld ready. emits reports whether the site has
// an item's address for something of its own, which therefore isn't sought; it may be nil.
func newSought(ctx context.Context, w *gate.Withheld, root root, emits func(item string) bool) (*sought, error) {
	s := &sought{withheld: w, phrases: map[uint64][]*phrase{}, root: root}
	if w == nil {
		s.withheld = &gate.Withheld{}
		return s, nil
	}
	s.shown = shownItems(w)
	a := newAlphabet()
	var found []word
	split := func(text string) ([]uint64, []word) {
		found = a.split(found[:0], []byte(text))
		hashes := make([]uint64, len(found))
		for i, w := range found {
			hashes[i] = w.hash
		}
		return hashes, found
	}
	for i, n := range w.Names {
		if n.Hash != "" {
			s.salted = append(s.salted, newSalted(i, n, split))
			continue
		}
		s.addName(i, n, a, split)
	}
	for i, t := range w.Titles {
		if words, _ := split(t); len(words) >= 3 {
			s.add(&phrase{trace: trace{titleTrace, uint64(i)}, words: words})
		}
	}
	for i, t := range w.Lines {
		words, _ := split(t.Words)
		if len(words) < 5 || anyHolds(t.Except, words, split) {
			continue
		}
		s.add(&phrase{trace: trace{lineTrace, uint64(i)}, words: words})
	}
	s.starts = newFilter(len(s.phrases), 24)
	for key := range s.phrases {
		s.starts.add(key)
	}
	s.addAddresses(w.Items, emits)
	s.saltedLengths = lengthsOf(s.salted)
	var err error
	s.passages, err = newPassages(ctx, w.Texts)
	return s, err
}

// shownItems returns, for everyone who isn't named everywhere, the items that show them with their consent.
func shownItems(w *gate.Withheld) map[string]map[string]bool {
	shown := map[string]map[string]bool{}
	for _, n := range w.Names {
		items := w.Shown[n.Person]
		if len(items) == 0 || shown[n.Person] != nil {
			continue
		}
		shown[n.Person] = make(map[string]bool, len(items))
		for _, item := range items {
			shown[n.Person][item] = true
		}
	}
	return shown
}

func (s *sought) empty() bool {
	return len(s.phrases) == 0 && s.passages == nil && len(s.addresses) == 0 && len(s.pages) == 0 && len(s.fileNames) == 0 && len(s.salted) == 0
}

func (s *sought) addName(i int, n gate.WithheldName, a *alphabet, split func(string) ([]uint64, []word)) {
	hashes, words := split(n.Name)
	if len(words) == 0 {
		return
	}
	p := &phrase{trace: trace{nameTrace, uint64(i)}, words: hashes, single: len(strings.Fields(n.Name)) == 1, handle: n.Handle}
	if n.Handle {
		s.add(p)
		return
	}
	for _, w := range words {
		p.gaps = append(p.gaps, w.before)
	}
	p.capital = p.single && a.startsWithCapital([]byte(n.Name)[words[0].start:words[0].end])
	for _, phrase := range n.NotMe {
		around, _ := split(phrase)
		for at := 0; at+len(p.words) <= len(around); at++ {
			if len(around) > len(p.words) && equal(around[at:at+len(p.words)], p.words) {
				p.notMe = append(p.notMe, longer{around, at})
			}
		}
	}
	s.add(p)
	if len(words) > 1 {
		s.addJoined(i, n.Name, a, words)
		if last := words[len(words)-1]; last.weight == wholeWord { // Thandi Ochoas Haus, Thandi Ochoas hus
			genitive := *p
			folded := append(a.folded(nil, []byte(n.Name)[last.start:last.end]), 's')
			genitive.words = append(slices.Clone(hashes[:len(hashes)-1]), hashBytes(folded))
			s.add(&genitive)
		}
	}
}

// addJoined adds a name of several words as one word: in hashtags, in the
// names of files and accounts, or with nothing but an invisible space between.
func (s *sought) addJoined(i int, name string, a *alphabet, words []word) {
	p := &phrase{trace: trace{nameTrace, uint64(i)}, gaps: []gap{0}, long: true}
	var folded []byte
	for k, w := range words {
		if w.weight != wholeWord {
			return // in scripts without spaces every character is a word
		}
		if k > 0 {
			p.seams = append(p.seams, len(folded))
		}
		before := len(folded)
		folded = a.folded(folded, []byte(name)[w.start:w.end])
		p.long = p.long && len(folded)-before >= 3
	}
	p.long = p.long && len(folded) >= 10
	p.words = []uint64{hashBytes(folded)}
	s.add(p)
}

func (s *sought) add(p *phrase) {
	n := min(len(p.words), longestStart)
	var key uint64
	for _, w := range p.words[:n] {
		key = (key + w) * spread
	}
	s.phrases[key] = append(s.phrases[key], p)
	s.lengths[n-1] = true
}

func equal(a, b []uint64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// anyHolds reports whether one of the texts holds the words in a row.
func anyHolds(texts []string, words []uint64, split func(string) ([]uint64, []word)) bool {
	for _, t := range texts {
		all, _ := split(t)
		for i := 0; i+len(words) <= len(all); i++ {
			if equal(all[i:i+len(words)], words) {
				return true
			}
		}
	}
	return false
}

// itemFolders are the folders of content, and so the first segment of every item's address but a page's.
var itemFolders = map[string]bool{"stories": true, "notes": true, "cells": true, "people": true, "changes": true}

func (s *sought) addAddresses(items []gate.WithheldItem, emits func(item string) bool) {
	s.addresses, s.pages, s.fileNames = map[string]int{}, map[string]int{}, map[string][]int{}
	s.files = newFilter(2*len(items), 24)
	for i, item := range items {
		folder, slug, _ := strings.Cut(item.ID, "/")
		if item.FileName != "" && itemFolders[folder] {
			s.fileNames[item.FileName] = append(s.fileNames[item.FileName], i)
			s.files.add(hashBytes([]byte(item.FileName)))
		}
		if emits != nil && emits(item.ID) {
			continue
		}
		if !itemFolders[folder] {
			// A page's address can be any path, so it counts from the site's root only.
			s.pages[item.ID] = i
			continue
		}
		s.addresses[item.ID] = i
		s.files.add(hashBytes([]byte(slug)))
	}
}

// filter answers quickly that a hash isn't in a set; it may answer wrongly that it is.
type filter struct {
	bits  []uint64
	shift uint
}

// newFilter makes a filter for n hashes with at least so many bits for each.
func newFilter(n, bitsEach int) filter {
	log := max(10, bits.Len(uint(n*bitsEach)))
	return filter{make([]uint64, 1<<(log-6)), uint(64 - log)}
}

func (f filter) add(h uint64) {
	bit := h >> f.shift
	atomic.OrUint64(&f.bits[bit>>6], 1<<(bit&63))
}

func (f filter) has(h uint64) bool {
	bit := h >> f.shift
	return f.bits[bit>>6]&(1<<(bit&63)) != 0
}

// passageLength is how many withheld words in a row are a trace (spec, "The proof").
const passageLength = 12

// leaving is what a word adds to a rolling hash when it leaves it.
var leaving = func() uint64 {
	p := uint64(1)
	for range passageLength {
		p *= spread
	}
	return p
}()

// passages is the set of all rows of twelve withheld words, as rolling hashes
// in a table with open addressing. Which text one came from isn't kept: traces
// are rare, and confirm finds it by reading the texts once more.
type passages struct {
	filter filter
	slots  []uint64
}

// rolling is a rolling hash over the last twelve words.
type rolling struct {
	hash  uint64
	count int
}

// next moves on by a word; whole says that twelve words have been seen since the last wall.
func (r *rolling) next(words []word, i int) (whole bool) {
	if words[i].before&wall != 0 {
		*r = rolling{}
	}
	r.hash = r.hash*spread + words[i].hash
	r.count++
	if r.count > passageLength {
		r.hash -= words[i-passageLength].hash * leaving
	}
	return r.count >= passageLength
}

// exceptions holds the passages that may stand: those of texts that are published.
type exceptions map[uint64]bool

// live calls f with the hash of each row of twelve words of a text that may
// not stand, and the place of its last word.
func live(words []word, except exceptions, f func(hash uint64, last int)) {
	var r rolling
	for i := range words {
		if r.next(words, i) && !except[r.hash] {
			f(r.hash, i)
		}
	}
}

func newExceptions(a *alphabet, texts []string) exceptions {
	if len(texts) == 0 {
		return nil
	}
	except := exceptions{}
	var words []word
	for _, t := range texts {
		words = a.split(words[:0], []byte(t))
		live(words, nil, func(h uint64, _ int) { except[h] = true })
	}
	return except
}

// eachText calls f for every text, on all cores, with its words and exceptions.
func eachText(ctx context.Context, texts []gate.WithheldText, f func(text int, a *alphabet, words []word, bytes []byte, except exceptions)) error {
	return onAllCores(ctx, len(texts), func() func(int) error {
		a := newAlphabet()
		var words []word
		var bytes []byte
		var last []string // texts of one story share their exceptions
		var except exceptions
		return func(i int) error {
			t := &texts[i]
			if len(t.Except) != len(last) || len(last) > 0 && &t.Except[0] != &last[0] {
				last, except = t.Except, newExceptions(a, t.Except)
			}
			bytes = append(bytes[:0], t.Words...)
			words = a.split(words[:0], bytes)
			f(i, a, words, bytes, except)
			return nil
		}
	})
}

func newPassages(ctx context.Context, texts []gate.WithheldText) (*passages, error) {
	var most atomic.Int64
	err := onAllCores(ctx, len(texts), func() func(int) error {
		a := newAlphabet()
		var words []word
		return func(i int) error {
			words = a.split(words[:0], []byte(texts[i].Words))
			most.Add(int64(max(0, len(words)-passageLength+1)))
			return nil
		}
	})
	if err != nil || most.Load() == 0 {
		return nil, err
	}
	p := &passages{newFilter(int(most.Load()), 8), make([]uint64, most.Load()*10/7+1)}
	err = eachText(ctx, texts, func(_ int, _ *alphabet, words []word, _ []byte, except exceptions) {
		live(words, except, func(h uint64, _ int) { p.add(h) })
	})
	return p, err
}

func (p *passages) add(h uint64) {
	p.filter.add(h)
	slot, _ := bits.Mul64(h, uint64(len(p.slots)))
	for !atomic.CompareAndSwapUint64(&p.slots[slot], 0, h) {
		if atomic.LoadUint64(&p.slots[slot]) == h {
			return
		}
		if slot++; slot == uint64(len(p.slots)) {
			slot = 0
		}
	}
}

func (p *passages) has(h uint64) bool {
	if !p.filter.has(h) {
		return false
	}
	slot, _ := bits.Mul64(h, uint64(len(p.slots)))
	for p.slots[slot] != 0 {
		if p.slots[slot] == h {
			return true
		}
		if slot++; slot == uint64(len(p.slots)) {
			slot = 0
		}
	}
	return false
}

// confirm reads the withheld texts again and keeps those passages, given as
// hash and folded words, which really stand in one word for word.
func (s *sought) confirm(ctx context.Context, suspects map[uint64]string) (map[uint64]bool, error) {
	sure := map[uint64]bool{}
	if len(suspects) == 0 {
		return sure, nil
	}
	var m sync.Mutex
	err := eachText(ctx, s.withheld.Texts, func(_ int, a *alphabet, words []word, text []byte, except exceptions) {
		live(words, except, func(h uint64, last int) {
			if said, suspect := suspects[h]; suspect && a.row(words[last-passageLength+1:last+1], text) == said {
				m.Lock()
				sure[h] = true
				m.Unlock()
			}
		})
	})
	return sure, err
}

// row returns words folded, with a space between them.
func (a *alphabet) row(words []word, text []byte) string {
	var b []byte
	for _, w := range words {
		b = append(a.folded(b, text[w.start:w.end]), ' ')
	}
	return string(b)
}
