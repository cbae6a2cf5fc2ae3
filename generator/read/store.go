package read

import (
	"encoding/binary"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"

	"ownwords/generator/fileprint"
	"ownwords/generator/markdown"
	"ownwords/generator/packed"
	"ownwords/generator/report"
)

// What a reading found is kept from one build to the next, so that only files
// that changed are parsed again. Kept are typed items with the outlines of their
// texts: what is needed to decide. The words of a text aren't: whoever needs
// them gets them from the file again (see markdown.Late).

// UnpackCache returns the Cache that Pack wrote, with the same program and not a
// byte changed: whoever keeps it makes sure of both. A file that changed since is
// read again. The error says that these aren't such bytes.
func UnpackCache(data string) (*Cache, error) {
	u := &unpacker{Reader: packed.NewReader(data)}
	c := &Cache{}
	var blocks []string
	err := u.Try(func() {
		c.url, c.people = u.Text(), u.Text()
		count := u.Count()
		c.listing, c.entries = make([]found, count), make([]*entry, count)
		for range u.Count() {
			blocks = append(blocks, u.Text())
		}
		c.sums = map[string]fileSums{}
		for range u.Count() {
			name := u.Text()
			sums := fileSums{stamp: u.stamp()}
			copy(sums.sum[:], u.Text())
			c.sums[name] = sums
		}
	})
	if err == nil {
		err = c.unpack(blocks)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// perBlock is how many items are unpacked in one go.
const perBlock = 256

// unpack fills the listing and the entries from blocks, on all cores.
func (c *Cache) unpack(blocks []string) error {
	var workers sync.WaitGroup
	var next atomic.Int64
	var failed atomic.Bool
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(blocks); n = int(next.Add(1)) - 1 {
				u := &unpacker{Reader: packed.NewReader(blocks[n])}
				if u.Try(func() { c.unpackBlock(u, n*perBlock) }) != nil {
					failed.Store(true)
				}
			}
		})
	}
	workers.Wait()
	if failed.Load() {
		return packed.ErrOther
	}
	return nil
}

func (c *Cache) unpackBlock(u *unpacker, first int) {
	for i := first; i < min(first+perBlock, len(c.listing)); i++ {
		before := u.Rest()
		f := found{kind: Kind(u.Text()), slug: u.Text(), path: u.Text(), file: u.Text(), inContent: u.Text()}
		e := &entry{stamp: u.stamp()}
		for range u.Count() {
			e.beside = append(e.beside, besideFile{u.Text(), u.stamp()})
		}
		stored.problems.get(u, reflect.ValueOf(&e.problems).Elem())
		u.source = &lateItem{cache: c, from: f}
		e.item = newItem(f.kind)
		if e.item == nil {
			u.Fail()
		}
		stored.items[f.kind].get(u, reflect.ValueOf(e.item).Elem())
		e.packed = before[:len(before)-len(u.Rest())]
		c.listing[i], c.entries[i] = f, e
	}
}

func newItem(k Kind) any {
	switch k {
	case StoryKind:
		return &Story{}
	case NoteKind:
		return &Note{}
	case CellKind:
		return &Cell{}
	case PersonKind:
		return &Person{}
	case ChangeKind:
		return &Change{}
	case PageKind:
		return &Page{}
	}
	return nil
}

// Pack returns what was read in a form for UnpackCache, in parts that follow one
// another. clock is a time by the filesystem's own clock (see fileprint) before the
// reading began: what had just been changed then is read again the next time.
//
// The Cache lets go of each item as soon as it is packed, so that both needn't be
// in memory: the next reading reads every file again. The Library that was read
// isn't touched.
func (c *Cache) Pack(clock int64) (parts [][]byte) {
	blocks := make([][]byte, (len(c.listing)+perBlock-1)/perBlock)
	var workers sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(blocks); n = int(next.Add(1)) - 1 {
				p := &packer{clock: clock}
				for i := n * perBlock; i < min((n+1)*perBlock, len(c.listing)); i++ {
					if e := c.entries[i]; e.packed != "" {
						p.Out = append(p.Out, e.packed...)
					} else {
						p.entry(c.listing[i], e)
					}
					c.entries[i] = nil
				}
				blocks[n] = p.Out
			}
		})
	}
	workers.Wait()
	head := &packer{}
	head.Text(c.url)
	head.Text(c.people)
	head.Count(len(c.listing))
	head.Count(len(blocks))
	parts = append(parts, head.Out)
	for _, b := range blocks {
		parts = append(parts, binary.AppendUvarint(nil, uint64(len(b))), b)
	}
	sums := &packer{clock: clock}
	sums.Count(len(c.sums))
	for name, of := range c.sums {
		sums.Text(name)
		sums.stamp(of.stamp)
		sums.Text(string(of.sum[:]))
	}
	c.listed, c.listing, c.problems, c.entries, c.at, c.names, c.users = false, nil, nil, nil, nil, nil, nil
	return append(parts, sums.Out)
}

func (p *packer) entry(f found, e *entry) {
	for _, s := range []string{string(f.kind), f.slug, f.path, f.file, f.inContent} {
		p.Text(s)
	}
	p.stamp(e.stamp)
	p.Count(len(e.beside))
	for _, b := range e.beside {
		p.Text(b.path)
		p.stamp(b.stamp)
	}
	stored.problems.put(p, reflect.ValueOf(e.problems))
	stored.items[f.kind].put(p, reflect.ValueOf(e.item).Elem())
}

// lateItem fetches the texts of one item when one of them is needed.
type lateItem struct {
	cache *Cache
	from  found
	known []markdown.Digest

	mu     sync.Mutex
	bodies []*markdown.Body // once they were fetched; their words are in the spool
}

// body returns the n-th text of the item, or nil when the file isn't any more
// what it was: then the reading is spoiled.
func (l *lateItem) body(n int) *markdown.Body {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bodies != nil {
		return l.bodies[n]
	}
	res := l.cache.reader.read(l.from)
	var bodies []*markdown.Body
	eachBody(res.item, func(b *markdown.Body) *markdown.Body { bodies = append(bodies, b); return b })
	same := len(bodies) == len(l.known)
	for i := 0; same && i < len(l.known); i++ {
		same = bodies[i].Digest() == l.known[i]
	}
	if !same {
		l.cache.spoiled.Store(true)
		return nil
	}
	l.bodies = bodies
	return bodies[n]
}

// Spoiled reports whether a file was changed between the moment it was found
// unchanged and the moment its words were needed. What was made of the Library
// may not be used then; a reading with an empty Cache gives one that may.
func (c *Cache) Spoiled() bool { return c.spoiled.Load() }

// packer writes values in a form of our own, which keeps apart what is absent
// and what is empty: whether somebody wrote “people: []” decides about a picture.
type packer struct {
	packed.Writer
	clock int64
}

func (p *packer) stamp(s stamp) {
	if s.print = s.print.Settled(p.clock); s.rough {
		s.print = fileprint.Print{}
	}
	p.Byte(byte(s.kind))
	for _, n := range []int64{int64(s.print.Inode), s.print.Size, s.print.Modified, s.print.Changed} {
		p.Number(n)
	}
}

// unpacker reads what a packer wrote.
type unpacker struct {
	packed.Reader
	source *lateItem
}

func (u *unpacker) stamp() stamp {
	return stamp{kind: fileprint.Kind(u.Byte()), print: fileprint.Print{Inode: uint64(u.Number()), Size: u.Number(), Modified: u.Number(), Changed: u.Number()}}
}

// form is how the values of one type are written and read. put reports whether
// the value was another than the type's zero value.
type form struct {
	put func(p *packer, v reflect.Value) bool
	get func(u *unpacker, v reflect.Value)
	// each puts what f makes of it in the place of every text in a value, in the order of get.
	each func(v reflect.Value, f func(*markdown.Body) *markdown.Body)
}

// stored holds the forms of everything in a store. It is filled in init, since
// the form of a text leads back to it.
var stored struct {
	problems form
	items    map[Kind]form
	of       map[reflect.Type]form
}

func init() {
	stored.problems = formOf(reflect.TypeFor[[]report.Problem]())
	stored.items, stored.of = map[Kind]form{}, map[reflect.Type]form{}
	for _, k := range Kinds {
		t := reflect.TypeOf(newItem(k)).Elem()
		stored.items[k] = formOf(t)
		stored.of[t] = stored.items[k]
	}
}

// eachBody puts what f makes of it in the place of every text of an item, in the
// order in which they are stored.
func eachBody(item any, f func(*markdown.Body) *markdown.Body) {
	v := reflect.ValueOf(item).Elem()
	stored.of[v.Type()].each(v, f)
}

// formOf makes the form of a type. Only plain data can be stored: a type with a
// field that isn't exported, a map or a function is a mistake in this program.
func formOf(t reflect.Type) form {
	none := func(reflect.Value, func(*markdown.Body) *markdown.Body) {}
	if t == reflect.TypeFor[*markdown.Body]() {
		return bodyForm()
	}
	switch t.Kind() {
	case reflect.Bool:
		return form{
			put: func(p *packer, v reflect.Value) bool {
				b := byte(0)
				if v.Bool() {
					b = 1
				}
				p.Out = append(p.Out, b)
				return b == 1
			},
			get:  func(u *unpacker, v reflect.Value) { v.SetBool(u.Byte() == 1) },
			each: none,
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return form{
			put:  func(p *packer, v reflect.Value) bool { p.Number(v.Int()); return v.Int() != 0 },
			get:  func(u *unpacker, v reflect.Value) { v.SetInt(u.Number()) },
			each: none,
		}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return form{
			put: func(p *packer, v reflect.Value) bool {
				p.Out = binary.AppendUvarint(p.Out, v.Uint())
				return v.Uint() != 0
			},
			get:  func(u *unpacker, v reflect.Value) { v.SetUint(u.Unsigned()) },
			each: none,
		}
	case reflect.String:
		return form{
			put:  func(p *packer, v reflect.Value) bool { p.Text(v.String()); return v.Len() > 0 },
			get:  func(u *unpacker, v reflect.Value) { v.SetString(u.Text()) },
			each: none,
		}
	case reflect.Pointer:
		of := formOf(t.Elem())
		return form{
			put: func(p *packer, v reflect.Value) bool {
				if v.IsNil() {
					p.Out = append(p.Out, 0)
					return false
				}
				p.Out = append(p.Out, 1)
				of.put(p, v.Elem())
				return true
			},
			get: func(u *unpacker, v reflect.Value) {
				if u.Byte() == 1 {
					v.Set(reflect.New(t.Elem()))
					of.get(u, v.Elem())
				}
			},
			each: func(v reflect.Value, f func(*markdown.Body) *markdown.Body) {
				if !v.IsNil() {
					of.each(v.Elem(), f)
				}
			},
		}
	case reflect.Slice:
		of := formOf(t.Elem())
		return form{
			put: func(p *packer, v reflect.Value) bool {
				if v.IsNil() {
					p.Count(0)
					return false
				}
				p.Count(v.Len() + 1)
				for i := range v.Len() {
					of.put(p, v.Index(i))
				}
				return true
			},
			get: func(u *unpacker, v reflect.Value) {
				n := int(u.Unsigned())
				if n == 0 {
					return
				}
				if n < 0 || n > len(u.Rest())+1 {
					u.Fail()
				}
				v.Set(reflect.MakeSlice(t, n-1, n-1))
				for i := range n - 1 {
					of.get(u, v.Index(i))
				}
			},
			each: func(v reflect.Value, f func(*markdown.Body) *markdown.Body) {
				for i := range v.Len() {
					of.each(v.Index(i), f)
				}
			},
		}
	case reflect.Array:
		of := formOf(t.Elem())
		return form{
			put: func(p *packer, v reflect.Value) (filled bool) {
				for i := range v.Len() {
					filled = of.put(p, v.Index(i)) || filled
				}
				return filled
			},
			get: func(u *unpacker, v reflect.Value) {
				for i := range v.Len() {
					of.get(u, v.Index(i))
				}
			},
			each: none,
		}
	case reflect.Struct:
		return structForm(t)
	}
	panic("no form for a " + t.String())
}

// structForm writes a struct that is its type's zero value as one byte.
func structForm(t reflect.Type) form {
	forms := make([]form, t.NumField())
	for i := range forms {
		if !t.Field(i).IsExported() {
			panic("a field of " + t.String() + " can't be stored")
		}
		forms[i] = formOf(t.Field(i).Type)
	}
	return form{
		put: func(p *packer, v reflect.Value) bool {
			start, filled := len(p.Out), false
			p.Out = append(p.Out, 1)
			for i := range forms {
				filled = forms[i].put(p, v.Field(i)) || filled
			}
			if !filled {
				p.Out = append(p.Out[:start], 0)
			}
			return filled
		},
		get: func(u *unpacker, v reflect.Value) {
			if u.Byte() == 1 {
				for i := range forms {
					forms[i].get(u, v.Field(i))
				}
			}
		},
		each: func(v reflect.Value, f func(*markdown.Body) *markdown.Body) {
			for i := range forms {
				forms[i].each(v.Field(i), f)
			}
		},
	}
}

// bodyForm stores the outline of a text.
func bodyForm() form {
	outline := formOf(reflect.TypeFor[markdown.Outline]())
	return form{
		put: func(p *packer, v reflect.Value) bool {
			if v.IsNil() {
				p.Out = append(p.Out, 0)
				return false
			}
			p.Out = append(p.Out, 1)
			o := v.Interface().(*markdown.Body).Outline()
			outline.put(p, reflect.ValueOf(o))
			return true
		},
		get: func(u *unpacker, v reflect.Value) {
			if u.Byte() == 0 {
				return
			}
			var o markdown.Outline
			outline.get(u, reflect.ValueOf(&o).Elem())
			source, n := u.source, len(u.source.known)
			source.known = append(source.known, o.Digest)
			v.Set(reflect.ValueOf(markdown.Late(o, func() *markdown.Body { return source.body(n) })))
		},
		each: func(v reflect.Value, f func(*markdown.Body) *markdown.Body) {
			if !v.IsNil() {
				was := v.Interface().(*markdown.Body)
				if is := f(was); is != was {
					v.Set(reflect.ValueOf(is))
				}
			}
		},
	}
}
