package audit

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// repeats remembers start tags that need no second look, since most of a
// site's tags are the same few thousand, page after page. Such a tag is kept
// whole and compared byte by byte, so that no two are ever mistaken for each other. It is
//
//   - without a trace: it was looked at in a file in which nothing was found that stands in addresses;
//   - the same on every page: it has no id, and no link that is broken, counts
//     from its page, or leads to a place on one (pageLinks.tied tells);
//   - apart from what is around it: its attributes are addresses and the like,
//     which have walls between them, and no words that people read.
//
// Each core has its own, for the files of one proof.
type repeats struct {
	seed maphash.Seed
	// tags holds a tag at its hash; a later one with the same hash takes its place.
	tags [1 << 11][]byte
	// fresh are the tags of the file that is being read, until it is known whether it has traces.
	fresh [][]byte
}

func newRepeats() *repeats { return &repeats{seed: maphash.MakeSeed()} }

func (r *repeats) slot(tag []byte) *[]byte {
	return &r.tags[maphash.Bytes(r.seed, tag)%uint64(len(r.tags))]
}

// length returns the length of the tag at the beginning of src when it is
// remembered, else 0. A tag that holds a > in a value isn't found: what ends at
// that > is no tag, so it was never remembered.
func (r *repeats) length(src []byte) int {
	end := bytes.IndexByte(src, '>') + 1
	if end == 0 || !bytes.Equal(*r.slot(src[:end]), src[:end]) {
		return 0
	}
	return end
}

// learn ends a file: it remembers the file's tags unless one of them may hold a
// trace. A name of this kind was found in a text, not in an address.
func (r *repeats) learn(hits []hit) {
	if !slices.ContainsFunc(hits, func(h hit) bool { return h.kind != nameTrace }) {
		for _, tag := range r.fresh {
			slot := r.slot(tag)
			*slot = append((*slot)[:0], tag...)
		}
	}
	r.fresh = r.fresh[:0]
}
