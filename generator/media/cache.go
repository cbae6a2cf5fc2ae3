package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/singleflight"
)

// Cache keeps finished pictures and cards in a folder of its own (`.ownwords/`, never
// in public/), so that a second build decodes none. It is keyed by the bytes
// of the source, the limits and the settings, so it can't give an outdated
// picture, and nothing in it says whose picture it is.
//
// It never publishes: a picture comes out only when someone hands in its
// source again. Whoever must not be shown is kept out before that, and
// [Cache.Prune] removes what wasn't asked for, so that pictures of people
// whose consent ended don't linger.
//
// A cache that can't be read or written is no error: pictures are made anew.
// All methods may be called from many goroutines.
type Cache struct {
	dir     string
	flight  singleflight.Group
	decoded atomic.Int64

	// pruning is held for writing while files are removed, and for reading
	// while one is used, so that no picture of this run is taken away.
	pruning sync.RWMutex
	mu      sync.Mutex
	used    map[string]bool
}

// OpenCache returns the cache kept in the folder, which is made when first needed.
func OpenCache(dir string) *Cache {
	return &Cache{dir: dir, used: map[string]bool{}}
}

// Picture is [Picture], remembered. Errors aren't remembered.
func (c *Cache) Picture(data []byte, limits Limits) (*Rendition, error) {
	limits = limits.orUsual()
	return c.keep(cacheKey(data, limits), func() (*Rendition, error) {
		c.decoded.Add(1)
		return Picture(data, limits)
	})
}

// keep returns what is kept under the key, or makes and keeps it.
func (c *Cache) keep(key string, fresh func() (*Rendition, error)) (*Rendition, error) {
	made, err, _ := c.flight.Do(key, func() (any, error) {
		c.pruning.RLock()
		defer c.pruning.RUnlock()
		c.mu.Lock()
		c.used[key] = true
		c.mu.Unlock()
		if kept := c.read(key); kept != nil {
			return kept, nil
		}
		made, err := fresh()
		if err != nil {
			return nil, err
		}
		c.write(key, made)
		return made, nil
	})
	if err != nil {
		return nil, err
	}
	return made.(*Rendition), nil
}

// Kept returns the picture if an earlier run made and kept it, else nil. It writes nothing.
func (c *Cache) Kept(data []byte, limits Limits) *Rendition {
	c.pruning.RLock()
	defer c.pruning.RUnlock()
	return c.read(cacheKey(data, limits.orUsual()))
}

// Decoded tells how many pictures were made because they weren't in the cache,
// since it was opened, whether or not that went well.
func (c *Cache) Decoded() int { return int(c.decoded.Load()) }

// Prune removes every picture that wasn't asked for since the cache was
// opened or last pruned. Call it at the end of each build.
func (c *Cache) Prune() error {
	c.pruning.Lock()
	defer c.pruning.Unlock()
	files, err := os.ReadDir(c.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("media: reading the cache of pictures: %w", err)
	}
	var failed []error
	for _, file := range files {
		key, ours := strings.CutSuffix(file.Name(), cacheSuffix)
		half := strings.HasPrefix(file.Name(), cacheHalf) // left by a build that was killed
		if file.Type().IsRegular() && (half || ours && len(key) == 2*sha256.Size && !c.used[key]) {
			failed = append(failed, os.Remove(filepath.Join(c.dir, file.Name())))
		}
	}
	c.used = map[string]bool{}
	return errors.Join(failed...)
}

const (
	cacheSuffix = ".picture"
	cacheHalf   = ".half-"
	// cacheMark begins every file, followed by the SHA-256 of its key and of what
	// comes after it, the length of the list as eight hexadecimal digits, the list
	// (a cacheList as JSON), and the files' bytes.
	cacheMark = "ownwords picture 1\n"
)

// cacheList describes the bytes that follow it.
type cacheList struct {
	Width, Height int
	Still         bool
	Files         []cacheEntry
}

type cacheEntry struct {
	Name, Type    string
	Width, Height int
	Length        int
}

func cacheKey(data []byte, limits Limits) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %d %d %d %v\n", cacheMark, settings, limits.Pixels, limits.Bytes, maxWidth, widths)
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// cacheSum tells whether what is kept is whole, and kept under its own key.
func cacheSum(key string, body []byte) []byte {
	h := sha256.New()
	h.Write([]byte(key))
	h.Write(body)
	return h.Sum(nil)
}

func (c *Cache) path(key string) string { return filepath.Join(c.dir, key+cacheSuffix) }

// read returns what is kept under the key, or nil when there is nothing or
// it isn't whole.
func (c *Cache) read(key string) *Rendition {
	if info, err := os.Lstat(c.path(key)); err != nil || !info.Mode().IsRegular() {
		return nil // opening a pipe would wait for its writer
	}
	data, err := os.ReadFile(c.path(key))
	if err != nil {
		return nil
	}
	rest, ok := bytes.CutPrefix(data, []byte(cacheMark))
	if !ok || len(rest) < sha256.Size+8 {
		return nil
	}
	if !bytes.Equal(cacheSum(key, rest[sha256.Size:]), rest[:sha256.Size]) {
		return nil
	}
	rest = rest[sha256.Size:]
	var length int
	if _, err := fmt.Sscanf(string(rest[:8]), "%08x", &length); err != nil || length < 0 || length > len(rest)-8 {
		return nil
	}
	var list cacheList
	if err := json.Unmarshal(rest[8:8+length], &list); err != nil || len(list.Files) == 0 {
		return nil
	}
	rest = rest[8+length:]
	kept := &Rendition{Width: list.Width, Height: list.Height, Still: list.Still}
	for _, e := range list.Files {
		if e.Length < 0 || e.Length > len(rest) {
			return nil
		}
		kept.Files = append(kept.Files, File{Name: e.Name, Type: e.Type, Width: e.Width, Height: e.Height, Data: rest[:e.Length:e.Length]})
		rest = rest[e.Length:]
	}
	return kept
}

// write keeps a picture. It is written aside and renamed, so that a reader
// never sees half of it. A failure only means that it's made again next time.
func (c *Cache) write(key string, made *Rendition) {
	list := cacheList{Width: made.Width, Height: made.Height, Still: made.Still}
	for _, f := range made.Files {
		list.Files = append(list.Files, cacheEntry{f.Name, f.Type, f.Width, f.Height, len(f.Data)})
	}
	head, err := json.Marshal(list)
	if err != nil {
		return
	}
	body := append(fmt.Appendf(nil, "%08x", len(head)), head...)
	for _, f := range made.Files {
		body = append(body, f.Data...)
	}
	if os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	half, err := os.CreateTemp(c.dir, cacheHalf+"*")
	if err != nil {
		return
	}
	defer os.Remove(half.Name()) // fails, rightly, after the renaming
	for _, part := range [][]byte{[]byte(cacheMark), cacheSum(key, body), body} {
		if _, err := half.Write(part); err != nil {
			half.Close()
			return
		}
	}
	if half.Close() == nil {
		_ = os.Rename(half.Name(), c.path(key))
	}
}
