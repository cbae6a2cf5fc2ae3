package markdown

import (
	"crypto/sha256"
	"encoding/binary"
	"runtime"
	"sync"
	"weak"
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

// late is what a Body has in place of its words, which are fetched when they are
// needed and let go of afterwards: the texts of a big site don't fit into memory.
type late struct {
	fetch func() *Body
	// spool, when set, stands in place of fetch: the text is there at a place, so
	// many bytes long, of which the first are its marks.
	spool         *Spool
	at            int64
	length, marks int32

	empty          bool
	headings, size int32

	mu   sync.Mutex
	last weak.Pointer[Body] // what was fetched last, as long as it is around
}

// Late returns the Body of an outline that was taken from one before. fetch
// returns that one, whenever its words are needed; it is called on any goroutine
// and must return a text with the outline's digest, or nil when there is none any
// more: then the text is empty.
func Late(o Outline, fetch func() *Body) *Body {
	open := &Open{o.Mentions, o.Passages, o.Images, o.Links}
	if open.isEmpty() {
		open = nothingOpen
	}
	return newLate(&late{fetch: fetch, empty: o.Empty, headings: int32(o.Headings), size: int32(o.Size)}, open, o.Digest)
}

func newLate(l *late, open *Open, digest Digest) *Body {
	b := &Body{late: l, Open: open}
	b.summed.Do(func() { b.digest = digest })
	return b
}

func (b *Body) fetch() *Body {
	if b.late.spool != nil {
		return b.late.spool.get(b)
	}
	return b.late.fetch()
}

// IsFar reports whether Clear will take the text apart and its words come from
// elsewhere than a spool (see Late), so that Fetch is worth while.
func (b *Body) IsFar() bool {
	return b != nil && b.late != nil && b.late.fetch != nil && b.isOpen()
}

// Fetch gets the words of texts that are far, on all cores: one by one, on one
// core, that takes most of the time that deciding takes.
func Fetch(far []*Body) {
	next := make(chan *Body, 64)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for b := range next {
				b.late.fetch()
			}
		})
	}
	for _, b := range far {
		next <- b
	}
	close(next)
	workers.Wait()
}

// whole returns a Body with its words.
func (b *Body) whole() *Body {
	if b == nil || b.late == nil {
		return b
	}
	b.late.mu.Lock()
	defer b.late.mu.Unlock()
	full := b.late.last.Value()
	if full == nil {
		if full = b.fetch().whole(); full == nil {
			full = Plain("")
		}
		b.late.last = weak.Make(full)
	}
	return full
}

// forNow is whole for who lets go of the words at once. If own is set nobody else
// has them, and recycle may follow.
func (b *Body) forNow() (full *Body, own bool) {
	if b.late == nil {
		return b, false
	}
	b.late.mu.Lock()
	full = b.late.last.Value()
	b.late.mu.Unlock()
	if full != nil {
		return full, false
	}
	if full = b.fetch(); full == nil {
		return Plain(""), false
	}
	return full.whole(), b.late.spool != nil
}

// Outline returns a text's outline.
func (b *Body) Outline() Outline {
	return Outline{b.Digest(), b.IsEmpty(), b.HeadingCount(), b.Size(), b.Mentions, b.Passages, b.Images, b.Links}
}

// Size is how long a text is, in bytes of HTML without addresses.
func (b *Body) Size() int {
	switch {
	case b == nil:
		return 0
	case b.late != nil:
		return int(b.late.size)
	}
	return len(b.html)
}

// Digest tells a text apart from every other: texts with the same one show the
// same on the same site.
func (b *Body) Digest() Digest {
	b.summed.Do(func() { b.digest = b.sum() })
	return b.digest
}

func (b *Body) sum() Digest {
	h := sha256.New()
	var p packing
	p.number(len(b.html), len(b.Mentions), len(b.Passages), len(b.Images), len(b.Links))
	p.marks(b)
	for _, m := range b.Mentions {
		p.text(m.Person)
		p.text(m.Words)
		p.text(m.Fallback)
		p.number(len(m.Inside))
		p.number(m.Inside...)
		p.flag(m.InLink)
		p.flag(m.Hidden)
		p.place(m.At)
	}
	for _, x := range b.Passages {
		p.number(int(x.Kind), x.Twin, len(x.People), len(x.Inside))
		for _, id := range x.People {
			p.text(id)
		}
		p.number(x.Inside...)
		p.place(x.At)
	}
	for _, im := range b.Images {
		p.text(im.File)
		p.text(im.Alt)
		p.text(im.Title)
		p.flag(im.Block)
		p.number(len(im.Inside))
		p.number(im.Inside...)
		p.place(im.At)
	}
	for _, l := range b.Links {
		p.text(l.Path)
		p.text(l.Fragment)
		p.text(l.Title)
		p.flag(l.Auto)
		p.place(l.At)
	}
	h.Write(b.html)
	h.Write(p)
	return Digest(h.Sum(nil)[:16])
}

// packing is a row of numbers and texts, so that different rows differ.
type packing []byte

func (p *packing) number(numbers ...int) {
	for _, n := range numbers {
		*p = binary.AppendVarint(*p, int64(n))
	}
}

func (p *packing) text(s string) {
	p.number(len(s))
	*p = append(*p, s...)
}

func (p *packing) flag(v bool) {
	if v {
		p.number(1)
	} else {
		p.number(0)
	}
}

func (p *packing) place(at Place) { p.number(int(at.Line), int(at.Column)) }

// marks packs what stands at places of a text's HTML.
func (p *packing) marks(b *Body) {
	p.number(len(b.ops), len(b.headings))
	for _, o := range b.ops {
		p.number(int(o.kind), int(o.at), int(o.ref), int(o.sub))
	}
	for _, h := range b.headings {
		p.number(h.Level)
		p.text(h.ID)
	}
}
