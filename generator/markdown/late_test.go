package markdown

import (
	"sync/atomic"
	"testing"
)

// Only what Clear takes apart is fetched, and nothing that is there already.
func TestFetch(t *testing.T) {
	var fetched atomic.Int32
	late := func(o Outline) *Body { return Late(o, func() *Body { fetched.Add(1); return Plain("words") }) }
	open := late(Outline{Mentions: []Mention{{Person: "amina"}}})
	Fetch([]*Body{nil, Plain("words"), late(Outline{Links: []Link{{Path: "/a/"}}}), open, late(Outline{Images: []Image{{File: "a.jpg"}}}), late(Outline{Passages: []Passage{{}}})})
	if n := fetched.Load(); n != 3 {
		t.Errorf("%d texts were fetched, not the three in which something is left to decide", n)
	}
}
