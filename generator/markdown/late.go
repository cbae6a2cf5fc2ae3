package markdown

import (
	"crypto/sha256"
	"encoding/binary"
	"sync"
)

// Digest tells texts apart: the first half of a SHA-256 over everything a Body holds.
type Digest [16]byte

// Outline is what can be known of a text without its words: enough to decide
// about it, not enough to show it.
type Outline struct {
	Digest Digest
	// Empty, Headings and Size are what IsEmpty, HeadingCount and Size return.
	Empty    bool
	Headings int
	Size     int
	Mentions []Mention
	Passages []Passage
	Images   []Image
	Links    []Link
}

// late is the part of a Body that is fetched when it is first needed.
type late struct {
	once     sync.Once
	fetch    func() *Body
	empty    bool
	headings int
	size     int
}

// Late returns the Body of an outline that was taken from one before. fetch is
// called once, when its words are first needed, and compiles the text again; what
// it returns must have the outline's digest. It may be called on any goroutine.
func Late(o Outline, fetch func() *Body) *Body {
	b := &Body{late: &late{fetch: fetch, empty: o.Empty, headings: o.Headings, size: o.Size}, Mentions: o.Mentions, Passages: o.Passages, Images: o.Images, Links: o.Links}
	b.summed.Do(func() { b.digest = o.Digest })
	return b
}

// Size is how long a text is, in bytes of HTML without addresses.
func (b *Body) Size() int {
	switch {
	case b == nil:
		return 0
	case b.late != nil:
		return b.late.size
	}
	return len(b.html)
}

// whole makes sure that a Body's words are there.
func (b *Body) whole() {
	if b == nil || b.late == nil {
		return
	}
	b.late.once.Do(func() {
		if full := b.late.fetch(); full != nil {
			full.whole()
			b.html, b.ops, b.headings = full.html, full.ops, full.headings
		}
	})
}

// Outline returns a text's outline.
func (b *Body) Outline() Outline {
	return Outline{b.Digest(), b.IsEmpty(), b.HeadingCount(), b.Size(), b.Mentions, b.Passages, b.Images, b.Links}
}

// Digest tells a text apart from every other: texts with the same one show the
// same on the same site.
func (b *Body) Digest() Digest {
	b.summed.Do(func() { b.digest = b.sum() })
	return b.digest
}

func (b *Body) sum() Digest {
	h := sha256.New()
	var buf []byte
	number := func(numbers ...int) {
		for _, n := range numbers {
			buf = binary.AppendVarint(buf, int64(n))
		}
	}
	text := func(s string) {
		number(len(s))
		buf = append(buf, s...)
	}
	flag := func(v bool) {
		if v {
			number(1)
		} else {
			number(0)
		}
	}
	place := func(at Place) { number(at.Line, at.Column) }
	number(len(b.html), len(b.ops), len(b.headings), len(b.Mentions), len(b.Passages), len(b.Images), len(b.Links))
	for _, o := range b.ops {
		number(int(o.kind), int(o.at), int(o.ref), int(o.sub))
	}
	for _, x := range b.headings {
		number(x.Level)
		text(x.ID)
	}
	for _, m := range b.Mentions {
		text(m.Person)
		text(m.Words)
		text(m.Fallback)
		number(len(m.Inside))
		number(m.Inside...)
		flag(m.InLink)
		flag(m.Hidden)
		place(m.At)
	}
	for _, p := range b.Passages {
		number(int(p.Kind), p.Twin, len(p.People), len(p.Inside))
		for _, id := range p.People {
			text(id)
		}
		number(p.Inside...)
		place(p.At)
	}
	for _, im := range b.Images {
		text(im.File)
		text(im.Alt)
		text(im.Title)
		flag(im.Block)
		number(len(im.Inside))
		number(im.Inside...)
		place(im.At)
	}
	for _, l := range b.Links {
		text(l.Path)
		text(l.Fragment)
		text(l.Title)
		flag(l.Auto)
		place(l.At)
	}
	h.Write(b.html)
	h.Write(buf)
	return Digest(h.Sum(buf[:0])[:16])
}
