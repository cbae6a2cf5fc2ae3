package read

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"ownwords/generator/fileprint"
	"ownwords/generator/report"
)

// Cache keeps what was made of each content file from one reading of a site
// to the next, for serving: after a change only the files that it touches are
// read again. A reading with a Cache gives the same Library as one without.
// Items are shared between readings; nobody may change one after it was read.
// One reading at a time may use it. The zero Cache is empty and ready.
type Cache struct {
	// url and people are the site's when the cache was filled: addresses in
	// texts, and where people are looked for, depend on them.
	url, people string
	// listed says that listing and problems are still what finding gives.
	listed   bool
	listing  []found
	problems []report.Problem
	entries  []*entry       // of listing; nil for what has to be read again
	at       map[string]int // see place
	renewed  bool           // see Renewed
	// names and duplicates are those of the items in listing; names is nil when it was made anew.
	names      *names
	duplicates bool
	sums       map[string]fileSums // of pictures and recordings of the same size, by path
	reader     *reader             // one of the same site, for the texts of items that UnpackCache brought
	spoiled    atomic.Bool         // see Spoiled
	users      map[string][]string // by path of a file beside items: the items' files
}

// entry is one content file as it was read.
type entry struct {
	result
	// sound says that all references were good, under the Cache's names.
	sound  bool
	stamp  stamp
	beside []besideFile
	// packed is the entry as it stands in the store that it came from, if it did.
	packed string
}

// besideFile is a file beside an item on which its reading depended.
type besideFile struct {
	path  string
	stamp stamp
}

// stamp tells whether a file may have changed; the zero stamp is a file that isn't there.
type stamp struct {
	kind fileprint.Kind
	// rough says that the system tells no prints: this one has nothing but the
	// file's size and time, and doesn't outlast the process.
	rough bool
	print fileprint.Print
}

func stampOf(name string) stamp {
	print, kind := fileprint.Of(name)
	if kind == fileprint.Absent || print != (fileprint.Print{}) {
		return stamp{kind: kind, print: print}
	}
	info, err := os.Lstat(name)
	if err != nil {
		return stamp{}
	}
	return stamp{kind: kind, rough: true, print: fileprint.Print{Size: info.Size(), Modified: info.ModTime().UnixNano()}}
}

// same reports whether a stamp taken before says that a file is unchanged.
func (s stamp) same(before stamp) bool {
	return s == before && (s.kind == fileprint.Absent || s.print != fileprint.Print{})
}

// notes is what one file's reading depends on; a nil one notes nothing.
type notes struct{ beside []besideFile }

func (n *notes) add(path string) {
	if n != nil {
		n.beside = append(n.beside, besideFile{path, stampOf(path)})
	}
}

// Changed tells which files and folders may have changed since the last
// reading, by their paths on disk. Without paths everything may have: each
// file's size and time are compared then.
func (c *Cache) Changed(paths ...string) {
	if len(paths) == 0 {
		c.listed = false
	}
	for _, p := range paths {
		c.changed(filepath.Clean(p))
	}
}

func (c *Cache) changed(p string) {
	known := c.drop(p)
	for _, user := range c.users[p] {
		known = c.drop(user) || known
	}
	info, err := os.Lstat(p)
	switch {
	case err == nil && known:
		c.listed = c.listed && info.Mode().IsRegular()
	case err == nil: // new to us
		c.listed = c.listed && info.Mode().IsRegular() && !looksLikeContent(filepath.Base(p)) && !isHeaded(p)
	case known || len(c.problems) > 0:
		c.listed = false
	case c.listed: // gone; perhaps a folder of ours
		inside := p + string(filepath.Separator)
		c.listed = !slices.ContainsFunc(c.listing, func(f found) bool { return strings.HasPrefix(f.path, inside) })
	}
}

// Renewed reports whether the last reading found another content file, or
// another content of one, than the reading before.
func (c *Cache) Renewed() bool { return c.renewed }

// drop forgets what was made of a content file, if p is one.
func (c *Cache) drop(p string) bool {
	i, known := c.place(p)
	if known {
		c.entries[i] = nil
	}
	return known
}

// place returns the place in listing of a path on disk.
func (c *Cache) place(p string) (i int, known bool) {
	if c.at == nil {
		c.at = make(map[string]int, len(c.listing))
		for i, f := range c.listing {
			c.at[f.path] = i
		}
	}
	i, known = c.at[p]
	return i, known
}

// cached finds and reads the content files as far as they changed.
func (r *reader) cached(ctx context.Context, dir string) (int, error) {
	c := r.cache
	if c.url != r.site.URL || c.people != r.site.PeopleDir {
		*c = Cache{url: r.site.URL, people: r.site.PeopleDir, reader: r}
	}
	c.renewed, c.reader = false, &reader{site: r.site, spool: r.spool}
	if !c.listed {
		before := len(r.lib.Problems)
		c.list(r.find(dir))
		c.problems = slices.Clone(r.lib.Problems[before:])
		c.listed = true
	} else {
		r.lib.Problems = append(r.lib.Problems, c.problems...)
	}
	var unread []int
	for i, e := range c.entries {
		if e == nil {
			unread = append(unread, i)
		}
	}
	c.renewed = c.renewed || len(unread) > 0
	err := onAllCores(ctx, len(unread), func(n int) {
		f, seen := c.listing[unread[n]], &notes{}
		f.notes = seen
		e := &entry{stamp: stampOf(f.path)}
		e.result = r.read(f)
		e.beside = seen.beside
		c.entries[unread[n]] = e
	})
	if err != nil {
		*c = Cache{}
		return 0, err
	}
	for _, i := range unread {
		c.uses(c.listing[i].path, c.entries[i])
	}
	for _, e := range c.entries {
		e.sound = e.sound && c.names != nil
		r.collect(e.result)
	}
	return len(c.listing), nil
}

// check does what Read does after reading: with the same items as before, only
// for those that were read again, or weren't sound.
func (c *Cache) check(r *reader) {
	all := r.lib
	if c.names == nil {
		c.names, c.duplicates = all.names(), r.checkDuplicates()
	} else if c.duplicates {
		r.checkDuplicates()
	}
	some, part := all, &reader{lib: &Library{}}
	next := map[Kind]int{}
	for i, e := range c.entries {
		kind := c.listing[i].kind
		if !e.sound {
			all.share(kind, next[kind], c.names.known)
			part.collect(result{item: all.at(kind, next[kind])})
		}
		next[kind]++
	}
	if !c.duplicates {
		some = part.lib
	}
	before := len(all.Problems)
	r.checkReferences(some, c.names)
	faulty := map[string]bool{}
	for _, p := range all.Problems[before:] {
		faulty[p.File] = true
	}
	for i, e := range c.entries {
		e.sound = e.sound || !c.duplicates && !faulty[c.listing[i].file] && !e.wasElsewhere()
	}
}

// at returns the n-th item of a kind.
func (l *Library) at(k Kind, n int) any {
	switch k {
	case StoryKind:
		return l.Stories[n]
	case NoteKind:
		return l.Notes[n]
	case CellKind:
		return l.Cells[n]
	case PersonKind:
		return l.People[n]
	case ChangeKind:
		return l.Changes[n]
	}
	return l.Pages[n]
}

// wasElsewhere reports whether an item has earlier addresses, which others may take.
func (e *entry) wasElsewhere() bool {
	switch item := e.item.(type) {
	case *Story:
		return len(item.Was) > 0
	case *Note:
		return len(item.Was) > 0
	}
	return false
}

// list takes over a new listing, with what is known of its files and still good.
func (c *Cache) list(files []found) {
	entries := make([]*entry, len(files))
	for i, f := range files {
		if was, known := c.place(f.path); known && c.listing[was] == f && c.entries[was].good(f.path) {
			entries[i] = c.entries[was]
		}
	}
	c.renewed, c.names = !slices.Equal(files, c.listing), nil
	c.listing, c.entries, c.at, c.users = files, entries, nil, map[string][]string{}
	for i, e := range entries {
		if e != nil {
			c.uses(files[i].path, e)
		}
	}
}

// good reports whether neither the file nor those beside it changed.
func (e *entry) good(path string) bool {
	return e != nil && stampOf(path).same(e.stamp) && !slices.ContainsFunc(e.beside, func(b besideFile) bool { return !stampOf(b.path).same(b.stamp) })
}

// uses remembers which files beside it an item depends on.
func (c *Cache) uses(path string, e *entry) {
	for _, b := range e.beside {
		if !slices.Contains(c.users[b.path], path) {
			c.users[b.path] = append(c.users[b.path], path)
		}
	}
}

// fileSums is the content of a file when it was as stamp says.
type fileSums struct {
	stamp stamp
	sum   [sha256.Size]byte
}

// sum tells the contents of files apart; a nil Cache reads every time.
func (c *Cache) sum(name string) ([sha256.Size]byte, error) {
	if c == nil {
		return fileSum(name)
	}
	now := stampOf(name)
	if known, ok := c.sums[name]; ok && now.same(known.stamp) {
		return known.sum, nil
	}
	sum, err := fileSum(name)
	if err == nil {
		if c.sums == nil {
			c.sums = map[string]fileSums{}
		}
		c.sums[name] = fileSums{now, sum}
	}
	return sum, err
}

// share makes the n-th item of a kind this Library's alone if checkReferences is
// going to change it, so that the next reading finds it whole.
func (l *Library) share(k Kind, n int, known map[string]bool) {
	unknown := func(list []Text, kinds ...Kind) bool {
		return slices.ContainsFunc(list, func(t Text) bool {
			return !slices.ContainsFunc(kinds, func(k Kind) bool { return known[k.Folder()+"/"+t.S] })
		})
	}
	switch k {
	case StoryKind:
		if x := l.Stories[n]; len(x.Was) > 0 {
			own := *x
			own.Was = slices.Clone(own.Was)
			l.Stories[n] = &own
		}
	case NoteKind:
		if x := l.Notes[n]; len(x.Was) > 0 || x.Cell.S != "" && unknown([]Text{x.Cell}, CellKind) || unknown(x.Stories, StoryKind) {
			own := *x
			own.Was, own.Stories = slices.Clone(own.Was), slices.Clone(own.Stories)
			l.Notes[n] = &own
		}
	case ChangeKind:
		if x := l.Changes[n]; unknown(x.Heard, StoryKind, NoteKind) {
			own := *x
			own.Heard = slices.Clone(own.Heard)
			l.Changes[n] = &own
		}
	}
}

// own makes an item this reading's alone before it is marked, and returns it.
func (r *reader) own(item *Item) *Item {
	if r.cache == nil {
		return item
	}
	l := r.lib
	switch item.Kind {
	case StoryKind:
		return ownIn(l.Stories, item, func(x *Story) *Item { return &x.Item })
	case NoteKind:
		return ownIn(l.Notes, item, func(x *Note) *Item { return &x.Item })
	case CellKind:
		return ownIn(l.Cells, item, func(x *Cell) *Item { return &x.Item })
	case PersonKind:
		return ownIn(l.People, item, func(x *Person) *Item { return &x.Item })
	case ChangeKind:
		return ownIn(l.Changes, item, func(x *Change) *Item { return &x.Item })
	}
	return ownIn(l.Pages, item, func(x *Page) *Item { return &x.Item })
}

func ownIn[T any](list []*T, item *Item, itemOf func(*T) *Item) *Item {
	for i, x := range list {
		if itemOf(x) == item {
			own := *x
			list[i] = &own
			return itemOf(&own)
		}
	}
	return item
}
