package markdown

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Spool keeps the words of texts in a file while a site is built, so that its
// texts needn't fit into memory. The file has no name while it is in use (where
// the system allows that), and is gone when the process ends.
type Spool struct {
	file *os.File
	name string // when it still has one
	end  atomic.Int64

	mu  sync.Mutex
	err error
}

// NewSpool makes a spool in a folder, and removes what a process left there that
// was killed on a system on which files in use keep their names.
func NewSpool(dir string) (*Spool, error) {
	const prefix = "ownwords-texts-"
	files, _ := os.ReadDir(dir) // whether it can be written shows below
	for _, f := range files {
		if strings.HasPrefix(f.Name(), prefix) {
			os.Remove(filepath.Join(dir, f.Name())) // one that is in use can't be removed there
		}
	}
	f, err := os.CreateTemp(dir, prefix)
	if err != nil {
		return nil, err
	}
	s := &Spool{file: f}
	if os.Remove(f.Name()) != nil {
		s.name = f.Name()
	}
	return s, nil
}

// Close throws everything away that was put into the spool.
func (s *Spool) Close() {
	s.file.Close()
	if s.name != "" {
		os.Remove(s.name)
	}
}

// Err returns the first error in reading a text back. Then texts are missing,
// and nothing that was made of them may be used.
func (s *Spool) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *Spool) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = errors.Join(s.err, err)
}

// spooled is the size in bytes from which a text is worth the way to the disk.
const spooled = 1 << 10

var packings = sync.Pool{New: func() any { return new(packing) }}

// Put returns a text whose words are in the spool, and takes them out of the text
// that it was given. A short one, or one for which there is no room on the disk,
// stays as it is.
func (s *Spool) Put(b *Body) *Body {
	if b == nil || b.late != nil || len(b.html) < spooled {
		return b
	}
	p := packings.Get().(*packing)
	defer packings.Put(p)
	*p = (*p)[:0]
	p.marks(b)
	marks := len(*p)
	*p = append(*p, b.html...)
	size := len(*p)
	at := s.end.Add(int64(size)) - int64(size)
	if _, err := s.file.WriteAt(*p, at); err != nil {
		return b
	}
	l := &late{spool: s, at: at, length: int32(size), marks: int32(marks), empty: b.IsEmpty(), headings: int32(b.HeadingCount()), size: int32(b.Size())}
	put := newLate(l, b.Open, b.Digest())
	b.recycle()
	return put
}

// get reads back a text that Put returned.
func (s *Spool) get(spooled *Body) *Body {
	at, size, marks := spooled.late.at, int(spooled.late.length), spooled.late.marks
	room := rooms.Get().(*[]byte)
	*room = slices.Grow((*room)[:0], size)
	data := (*room)[:size]
	if _, err := s.file.ReadAt(data, at); err != nil {
		s.fail(err)
		return nil
	}
	b := &Body{written: &written{html: data[marks:], room: room}, Open: spooled.Open}
	rest := data[:marks]
	number := func() int {
		n, length := binary.Varint(rest)
		if length <= 0 {
			s.fail(errors.New("a text in the spool isn't as it was written"))
			length, n = len(rest), 0
		}
		rest = rest[length:]
		return int(n)
	}
	ops, headings := number(), number()
	b.ops, b.headings = make([]op, ops), make([]Heading, headings)
	for i := range b.ops {
		b.ops[i] = op{kind: opKind(number()), at: int32(number()), ref: int32(number()), sub: int32(number())}
	}
	for i := range b.headings {
		b.headings[i].Level = number()
		n := number()
		b.headings[i].ID, rest = string(rest[:n]), rest[n:]
	}
	b.summed.Do(func() { b.digest = spooled.digest })
	return b
}

// rooms are for the words of texts on their way to the spool and back.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

// recycle gives back the room in which a text's words stand; it has none afterwards.
func (b *Body) recycle() {
	if b.room != nil {
		rooms.Put(b.room)
		b.room, b.html = nil, nil
	}
}
