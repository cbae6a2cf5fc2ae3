package markdown

import (
	"slices"
	"sync/atomic"
	"testing"
)

// Only what Clear takes apart is far, and nothing that is there already.
func TestFetch(t *testing.T) {
	var fetched atomic.Int32
	late := func(o Outline) *Body { return Late(o, func() *Body { fetched.Add(1); return Plain("words") }) }
	near := []*Body{nil, Plain("words"), late(Outline{Links: []Link{{Path: "/a/"}}})}
	far := []*Body{late(Outline{Mentions: []Mention{{Person: "amina"}}}), late(Outline{Images: []Image{{File: "a.jpg"}}}), late(Outline{Passages: []Passage{{}}})}
	for i, b := range slices.Concat(near, far) {
		if want := i >= len(near); b.IsFar() != want {
			t.Errorf("text %d is far: %t", i, !want)
		}
	}
	Fetch(far)
	if n := int(fetched.Load()); n != len(far) {
		t.Errorf("%d texts were fetched, not %d", n, len(far))
	}
}
