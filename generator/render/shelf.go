package render

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ownwords/generator/gate"
	"ownwords/generator/media"
	"ownwords/generator/report"
	"ownwords/generator/weave"
)

// mostBytes is how much of finished pictures and recordings a shelf keeps in
// memory; what is over that is made again when it is asked for.
const mostBytes = 256 << 20

// Shelf keeps finished pictures and recordings from one Press to the next, so
// that none is made twice while its source is the same. It gives out only what
// the site that is shown now publishes. Nothing is written to disk; what an
// earlier build left in the cache of pictures is used.
type Shelf struct {
	cache *media.Cache
	bare  bool // makes nothing

	mu    sync.Mutex
	made  map[source]*piece
	shown map[*gate.Medium]*gate.Content // of the site shown now
	held  int64                          // bytes in memory
	clock int64                          // counts uses
}

// source is what a picture or recording is made from.
type source struct{ file, captions, poster fileState }

// fileState tells whether a file is the one that was read.
type fileState struct {
	path string
	size int64
	at   time.Time
	mode fs.FileMode
}

func stateOf(name string) fileState {
	s := fileState{path: name}
	if name == "" {
		return s
	}
	if info, err := os.Lstat(name); err == nil {
		s.size, s.at, s.mode = info.Size(), info.ModTime(), info.Mode()
	}
	return s
}

func sourceOf(m *gate.Medium) source {
	return source{stateOf(m.Path), stateOf(m.CaptionsPath), stateOf(m.PosterPath)}
}

// piece is one picture or recording on the shelf.
type piece struct {
	ready chan struct{} // closed when the fields below are filled
	// what it is without its bytes, which may be let go
	what *published
	err  error
	data map[string][]byte // by file name; nil when let go
	used int64
}

// NewShelf returns an empty shelf. cacheDir is the folder in which builds keep
// finished pictures, or "".
func NewShelf(cacheDir string) *Shelf {
	s := &Shelf{made: map[source]*piece{}}
	if cacheDir != "" {
		s.cache = media.OpenCache(filepath.Join(cacheDir, "pictures"))
	}
	return s
}

// BareShelf returns a shelf that makes nothing: pages stand without pictures and recordings.
func BareShelf() *Shelf { return &Shelf{bare: true} }

// show makes the shelf give out what a site publishes, and lets go of the rest.
func (s *Shelf) show(site *weave.Site) {
	shown := map[*gate.Medium]*gate.Content{}
	files := map[string]bool{}
	for _, c := range site.Contents() {
		for _, m := range c.Media {
			shown[m], files[m.Path] = c, true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = shown
	for key, p := range s.made {
		if !files[key.file.path] {
			s.letGo(p)
			delete(s.made, key)
		}
	}
}

// publication returns a picture or recording as it is published, made when it
// is first asked for, or nil when it can't be made.
func (s *Shelf) publication(m *gate.Medium) *published {
	if s.bare {
		return nil
	}
	return s.piece(m).what
}

func (s *Shelf) piece(m *gate.Medium) *piece {
	key := sourceOf(m)
	s.mu.Lock()
	p, known := s.made[key]
	if !known {
		p = &piece{ready: make(chan struct{})}
		s.made[key] = p
	}
	s.mu.Unlock()
	if known {
		<-p.ready
		return p
	}
	what, data, err := s.make(m)
	s.mu.Lock()
	p.what, p.data, p.err = what, data, err
	if s.made[key] == p {
		s.hold(p)
	}
	s.mu.Unlock()
	close(p.ready)
	return p
}

// make makes a picture or recording from its source.
func (s *Shelf) make(m *gate.Medium) (what *published, data map[string][]byte, err error) {
	what, err = ready(m, func(source []byte) (*media.Rendition, error) {
		if s.cache != nil {
			if kept := s.cache.Kept(source, media.Limits{}); kept != nil {
				return kept, nil
			}
		}
		return media.Picture(source, media.Limits{})
	})
	if err != nil {
		return nil, nil, err
	}
	data = map[string][]byte{}
	for _, f := range what.files() {
		data[f.Name] = f.Data
	}
	what.forget()
	return what, data, nil
}

// hold counts a piece's bytes, and lets go of those that weren't used for
// longest when there are too many. The lock is held.
func (s *Shelf) hold(p *piece) {
	for _, d := range p.data {
		s.held += int64(len(d))
	}
	s.clock++
	p.used = s.clock
	for s.held > mostBytes {
		var oldest *piece
		for _, other := range s.made {
			if other != p && other.data != nil && (oldest == nil || other.used < oldest.used) {
				oldest = other
			}
		}
		if oldest == nil {
			return
		}
		s.letGo(oldest)
	}
}

func (s *Shelf) letGo(p *piece) {
	for _, d := range p.data {
		s.held -= int64(len(d))
	}
	p.data = nil
}

// bytes returns a finished file by its name, and the item that shows it; nil
// when the site that is shown now has none of that name, or no page that shows
// it was made yet.
func (s *Shelf) bytes(name string) (item string, data []byte) {
	s.mu.Lock()
	shown := s.shown
	s.mu.Unlock()
	for m, c := range shown {
		s.mu.Lock()
		p := s.made[sourceOf(m)]
		s.mu.Unlock()
		if p == nil {
			continue
		}
		<-p.ready
		if p.what == nil || !slices.ContainsFunc(p.what.files(), func(f *media.File) bool { return f.Name == name }) {
			continue
		}
		s.mu.Lock()
		data = p.data[name]
		s.clock++
		p.used = s.clock
		s.mu.Unlock()
		if data == nil { // let go before
			if _, again, err := s.make(m); err == nil {
				s.mu.Lock()
				p.data, data = again, again[name]
				s.hold(p)
				s.mu.Unlock()
			}
		}
		return c.ID, data
	}
	return "", nil
}

// problems tells why pictures and recordings of the site shown now couldn't be made.
func (s *Shelf) problems() []report.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []report.Problem
	for m, c := range s.shown {
		switch p := s.made[sourceOf(m)]; {
		case p == nil:
		case p.err != nil:
			list = append(list, problems(c.File, m, p.err)...)
		case p.what != nil:
			list = append(list, remarks(c.File, m, p.what)...)
		}
	}
	slices.SortFunc(list, func(a, b report.Problem) int { return strings.Compare(a.File+a.Message, b.File+b.Message) })
	return list
}
