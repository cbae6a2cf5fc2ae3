// Package packed writes what is kept from one build for the next one with the
// same program: rows of numbers and texts, as short and as quick to read as
// they can be. What is read back shares the memory of the whole.
package packed

import (
	"encoding/binary"
	"errors"
)

// Writer writes numbers and texts one after another.
type Writer struct{ Out []byte }

// Count writes how many things follow.
func (w *Writer) Count(n int) { w.Out = binary.AppendUvarint(w.Out, uint64(n)) }

// Number writes any number.
func (w *Writer) Number(n int64) { w.Out = binary.AppendVarint(w.Out, n) }

// Byte writes one byte.
func (w *Writer) Byte(b byte) { w.Out = append(w.Out, b) }

// Text writes a text.
func (w *Writer) Text(s string) {
	w.Count(len(s))
	w.Out = append(w.Out, s...)
}

// ErrOther says that something isn't what a Writer wrote.
var ErrOther = errors.New("what an earlier build kept isn't as this program wrote it")

// Reader reads what a Writer wrote, in the same order. Its methods may only be
// called inside Try: they end what it runs at anything unexpected.
type Reader struct{ rest string }

// NewReader reads from the beginning of a text.
func NewReader(all string) Reader { return Reader{all} }

// Rest returns what is still to be read.
func (r *Reader) Rest() string { return r.rest }

// Fail ends what Try runs.
func (r *Reader) Fail() { panic(ErrOther) }

// Try runs a function that reads. It returns ErrOther when that came upon
// something unexpected.
func (r *Reader) Try(read func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p != ErrOther {
				panic(p)
			}
			err = ErrOther
		}
	}()
	read()
	return nil
}

// Unsigned reads what Count wrote, however great.
func (r *Reader) Unsigned() uint64 {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		b := r.rest[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.Fail()
	return 0
}

// Count reads how many things follow, none of which is shorter than a byte.
func (r *Reader) Count() int {
	n := r.Unsigned()
	if n > uint64(len(r.rest)) {
		r.Fail()
	}
	return int(n)
}

// Number reads any number.
func (r *Reader) Number() int64 {
	n := r.Unsigned()
	return int64(n>>1) ^ -int64(n&1)
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if r.rest == "" {
		r.Fail()
	}
	b := r.rest[0]
	r.rest = r.rest[1:]
	return b
}

// Text reads a text.
func (r *Reader) Text() string {
	n := r.Count()
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}
