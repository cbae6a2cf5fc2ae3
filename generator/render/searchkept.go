package render

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"ownwords/generator/gate"
	"ownwords/generator/packed"
	"ownwords/generator/weave"
)

// keptIndex is the search index of an earlier build, and what each of its items
// was made of. After a change it is brought up to date with the items that
// changed; the others aren't read again. What comes out is what a new index of
// all items would be.
type keptIndex struct {
	// before and words are the earlier items and words, in their order.
	before []Fingerprint
	words  []indexedWord
	// now are the items of this build; write takes what is to be kept of it.
	now   []Fingerprint
	write func(data []byte)
}

// openKept reads back what keep wrote. Without it the index is empty.
func openKept(data string, now []Fingerprint, write func(data []byte)) *keptIndex {
	k := &keptIndex{now: now, write: write}
	r := packed.NewReader(data)
	if r.Try(func() {
		k.before = make([]Fingerprint, r.Count())
		for i := range k.before {
			print := r.Text()
			if len(print) != len(Fingerprint{}) {
				r.Fail()
			}
			k.before[i] = Fingerprint([]byte(print))
		}
		k.words = make([]indexedWord, r.Count())
		for i := range k.words {
			k.words[i] = indexedWord{r.Text(), r.Text()}
		}
	}) != nil {
		k.before, k.words = nil, nil
	}
	return k
}

// keep keeps the index of this build for the next one.
func (k *keptIndex) keep(all []indexedWord) {
	if k == nil {
		return
	}
	const counts = 2 * binary.MaxVarintLen32
	size := (len(Fingerprint{})+1)*len(k.now) + counts
	for _, w := range all {
		size += len(w.word) + len(w.places) + counts
	}
	out := packed.Writer{Out: make([]byte, 0, size)}
	out.Count(len(k.now))
	for _, p := range k.now {
		out.Text(string(p[:]))
	}
	out.Count(len(all))
	for _, w := range all {
		out.Text(w.word)
		out.Text(w.places)
	}
	k.write(out.Out)
}

// gone stands for an item that is no longer there as it was.
const gone = -1

// update returns the index of all items, or nil when it is less work to make it anew.
func (k *keptIndex) update(search []weave.SearchEntry, shown func(*gate.Medium) bool) []indexedWord {
	if k == nil || len(k.before) == 0 {
		return nil
	}
	places, fresh := k.match()
	if 4*len(fresh) > len(k.now) {
		return nil
	}
	added := searchIndex{shown: shown}
	for _, item := range fresh {
		added.add(item, &search[item])
	}
	slices.SortFunc(added.words, func(a, b wordPlaces) int { return cmp.Compare(a.word, b.word) })
	var left []int32 // earlier items that are gone
	moved := len(k.before) != len(k.now)
	for was, is := range places {
		if is == gone {
			left = append(left, int32(was))
		} else if int(is) != was {
			moved = true
		}
	}
	all := make([]indexedWord, 0, len(k.words)+len(added.words))
	var items []int32 // reused from set to set
	next := 0
	for _, w := range k.words {
		for ; next < len(added.words) && added.words[next].word < w.word; next++ {
			all = append(all, indexedWord{added.words[next].word, added.words[next].places()})
		}
		var more *wordPlaces
		if next < len(added.words) && added.words[next].word == w.word {
			more = &added.words[next]
			next++
		}
		if more == nil && !moved && !standsInAny(w.places, left) {
			all = append(all, w)
			continue
		}
		now := wordPlaces{word: w.word}
		codes := strings.Split(w.places, "|")
		for set := range now.items {
			items = items[:0]
			if set < len(codes) {
				for was := range itemsIn(codes[set]) {
					if int(was) < len(places) && places[was] != gone {
						items = append(items, places[was])
					}
				}
			}
			if more != nil {
				items = slices.AppendSeq(items, itemsIn(more.items[set].steps))
			}
			slices.Sort(items)
			for _, item := range items {
				now.items[set].add(item)
			}
		}
		if len(now.items[inAll].steps) > 0 {
			all = append(all, indexedWord{now.word, now.places()})
		}
	}
	for ; next < len(added.words); next++ {
		all = append(all, indexedWord{added.words[next].word, added.words[next].places()})
	}
	return all
}

// match finds the place of every earlier item among those of this build, and the
// items that weren't there before.
func (k *keptIndex) match() (places, fresh []int32) {
	at := make(map[Fingerprint][]int32, len(k.before))
	for was, p := range k.before {
		at[p] = append(at[p], int32(was))
	}
	places = make([]int32, len(k.before))
	for i := range places {
		places[i] = gone
	}
	for is, p := range k.now {
		if same := at[p]; len(same) > 0 {
			places[same[0]] = int32(is)
			at[p] = same[1:]
		} else {
			fresh = append(fresh, int32(is))
		}
	}
	return places, fresh
}

// standsInAny reports whether a word stands in any of some items.
func standsInAny(places string, items []int32) bool {
	if len(items) == 0 {
		return false
	}
	in, _, _ := strings.Cut(places, "|")
	if bits, dense := strings.CutPrefix(in, "."); dense {
		for _, item := range items {
			if at := int(item) / 5; at < len(bits) && digitOf[bits[at]]>>(item%5)&1 == 1 {
				return true
			}
		}
		return false
	}
	for item := range itemsIn(in) {
		if _, found := slices.BinarySearch(items, item); found {
			return true
		}
	}
	return false
}
