package render

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"text/template/parse"

	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/weave"
)

// Fingerprint tells apart what a file is made of: two files with the same name
// and the same fingerprint have the same bytes. It covers the program, the
// theme, what every page shows of the site, and all that a template can see of
// the page: every exported field, wherever it stands.
type Fingerprint [16]byte

// Memory knows what an earlier build made. It is called from several goroutines
// at once.
type Memory interface {
	// Reuse takes over what was made under a name when it was made of the same
	// things, and returns the paths of its files. When ok is false, they are made
	// anew and told to Made.
	Reuse(name string, of Fingerprint) (paths []string, ok bool)
	Made(name string, of Fingerprint, paths []string)
	// Kept returns what an earlier build kept under a name, or nothing; Keep keeps
	// something for the next one.
	Kept(name string) string
	Keep(name string, data []byte)
}

// siteFields are the fields of the site that fingerprints cover. A theme whose
// templates look at others gets every page made anew in every build.
var siteFields = []string{"Title", "Description", "Contact", "Language", "URL", "Base", "Repository", "Branch", "Nav", "Footer", "HasFeeds"}

// fingerprints makes the fingerprints of one build.
type fingerprints struct {
	r *renderer
	// common is what all files share.
	common [sha256.Size]byte
	// cards are those of the cards so far, by their index.
	cards []atomic.Pointer[[sha256.Size]byte]
	idle  sync.Pool // of hashers
}

// newFingerprints returns nil when the theme's templates may look at anything
// of the site, so that no fingerprint would cover what they show.
func newFingerprints(r *renderer, program string) *fingerprints {
	needs := r.Theme.siteNeeds()
	if needs.anything {
		return nil
	}
	f := &fingerprints{r: r, cards: make([]atomic.Pointer[[sha256.Size]byte], r.Site.Cards)}
	h := &hasher{f: f}
	h.text(program)
	h.text(r.Theme.Fingerprint)
	site := reflect.ValueOf(r.Site).Elem()
	for _, name := range siteFields {
		h.value(site.FieldByName(name))
	}
	for _, path := range slices.Sorted(maps.Keys(needs.has)) {
		h.flag(r.Site.Has(path))
	}
	if needs.day {
		h.number(int64(r.Site.Day))
	}
	if r.Site.Zone != nil {
		h.text(r.Site.Zone.String())
	}
	for _, section := range slices.Sorted(maps.Keys(r.headers)) {
		h.text(section)
		h.text(string(r.headers[section]))
	}
	h.text(string(r.footer))
	f.common = sha256.Sum256(h.buf)
	return f
}

// of returns the fingerprint of what is made from a value.
func (f *fingerprints) of(v any) Fingerprint {
	h := f.hasher()
	h.buf = append(h.buf, f.common[:]...)
	h.value(reflect.ValueOf(v))
	sum := sha256.Sum256(h.buf)
	f.idle.Put(h)
	return Fingerprint(sum[:16])
}

// hasher returns an empty one, to be put among the idle ones afterwards.
func (f *fingerprints) hasher() *hasher {
	h, _ := f.idle.Get().(*hasher)
	if h == nil {
		h = &hasher{f: f}
	}
	h.buf = h.buf[:0]
	return h
}

// page returns a page's fingerprint, once it is filled. The card by which other
// sites show it is drawn first: it is a file of its own.
func (f *fingerprints) page(p *weave.Page) (Fingerprint, error) {
	image, err := f.r.socialImage(p)
	if err != nil {
		return Fingerprint{}, err
	}
	return f.of(struct {
		Page   *weave.Page
		Social *SocialImage
	}{p, image}), nil
}

// hasher writes values so that different ones can't read the same.
type hasher struct {
	f   *fingerprints
	buf []byte
}

func (h *hasher) number(n int64) { h.buf = binary.AppendVarint(h.buf, n) }

func (h *hasher) text(s string) {
	h.number(int64(len(s)))
	h.buf = append(h.buf, s...)
}

func (h *hasher) flag(v bool) {
	if v {
		h.buf = append(h.buf, 1)
	} else {
		h.buf = append(h.buf, 0)
	}
}

func (h *hasher) value(v reflect.Value) { wayOf(v.Type())(h, v) }

// way is how values of one type are written.
type way func(h *hasher, v reflect.Value)

// ways are found once for each type.
var ways sync.Map // reflect.Type -> way

func wayOf(t reflect.Type) way {
	if w, known := ways.Load(t); known {
		return w.(way)
	}
	w, _ := ways.LoadOrStore(t, newWay(t))
	return w.(way)
}

func newWay(t reflect.Type) way {
	switch t {
	case reflect.TypeFor[weave.Text]():
		return func(h *hasher, v reflect.Value) { h.shownText(v.Addr().Interface().(*weave.Text)) }
	case reflect.TypeFor[*weave.Card]():
		return func(h *hasher, v reflect.Value) { h.card(v.Interface().(*weave.Card)) }
	case reflect.TypeFor[*gate.Medium]():
		return func(h *hasher, v reflect.Value) { h.medium(v.Interface().(*gate.Medium)) }
	case reflect.TypeFor[*markdown.Body]():
		return func(h *hasher, v reflect.Value) { h.body(v.Interface().(*markdown.Body)) }
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(h *hasher, v reflect.Value) { h.flag(v.Bool()) }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(h *hasher, v reflect.Value) { h.number(v.Int()) }
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		return func(h *hasher, v reflect.Value) { h.number(int64(v.Uint())) }
	case reflect.String:
		return func(h *hasher, v reflect.Value) { h.text(v.String()) }
	case reflect.Pointer:
		of := sync.OnceValue(func() way { return wayOf(t.Elem()) })
		return func(h *hasher, v reflect.Value) {
			h.flag(!v.IsNil())
			if !v.IsNil() {
				of()(h, v.Elem())
			}
		}
	case reflect.Slice:
		of := sync.OnceValue(func() way { return wayOf(t.Elem()) })
		return func(h *hasher, v reflect.Value) {
			n := v.Len()
			h.number(int64(n))
			if n == 0 {
				return
			}
			write := of()
			for i := range n {
				write(h, v.Index(i))
			}
		}
	case reflect.Array:
		return func(h *hasher, v reflect.Value) {
			for i := range v.Len() {
				h.value(v.Index(i))
			}
		}
	case reflect.Struct:
		type part struct {
			field int
			write way
		}
		parts := sync.OnceValue(func() (parts []part) { // not before it is needed: types may hold themselves
			for i := range t.NumField() {
				if t.Field(i).IsExported() { // templates see no others
					parts = append(parts, part{i, wayOf(t.Field(i).Type)})
				}
			}
			return parts
		})
		return func(h *hasher, v reflect.Value) {
			for _, p := range parts() {
				p.write(h, v.Field(p.field))
			}
		}
	}
	panic(fmt.Sprintf("no fingerprint covers a %s that a template can see", t))
}

// card writes a card, which stands on many pages.
func (h *hasher) card(c *weave.Card) {
	h.flag(c != nil)
	if c == nil {
		return
	}
	known := h.f.cards[c.Index()].Load()
	if known == nil {
		inner := h.f.hasher()
		inner.value(reflect.ValueOf(c).Elem())
		sum := sha256.Sum256(inner.buf)
		h.f.idle.Put(inner)
		known = &sum
		h.f.cards[c.Index()].Store(known)
	}
	h.buf = append(h.buf, known[:]...)
}

// medium writes a picture or recording and what is published of it.
func (h *hasher) medium(m *gate.Medium) {
	h.flag(m != nil)
	if m == nil {
		return
	}
	h.value(reflect.ValueOf(m).Elem())
	p := h.f.r.publication(m)
	h.flag(p != nil)
	if p == nil {
		return
	}
	for _, f := range p.files() { // their names tell their bytes apart
		h.text(f.Name)
		h.number(p.bytes[f.Name])
	}
}

func (h *hasher) body(b *markdown.Body) {
	h.flag(b != nil)
	if b == nil {
		return
	}
	digest := b.Digest()
	h.buf = append(h.buf, digest[:]...)
}

// shownText writes a text with the addresses to which its links lead today.
func (h *hasher) shownText(t *weave.Text) {
	h.body(t.Body)
	h.text(t.URL)
	h.flag(t.Wide)
	h.flag(t.Away)
	h.number(int64(len(t.Media)))
	for _, m := range t.Media {
		h.medium(m)
	}
	if t.Body == nil {
		return
	}
	for _, l := range t.Body.Links {
		href, ok := h.f.r.Site.Link(l, t.URL)
		h.flag(ok)
		h.text(href)
	}
}

// siteNeeds is what templates look at of the site.
type siteNeeds struct {
	// anything says that it can't be told; has are the pages they ask for; day
	// says that they show the day.
	anything, day bool
	has           map[string]bool
}

// siteNeeds finds out by the templates' own trees what they look at.
func (t *Theme) siteNeeds() siteNeeds {
	needs := siteNeeds{has: map[string]bool{}}
	for _, page := range t.templates {
		for _, each := range page.Templates() {
			if each.Tree != nil {
				needs.look(each.Tree.Root)
			}
		}
	}
	return needs
}

func (s *siteNeeds) look(n parse.Node) {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, inner := range n.Nodes {
			s.look(inner)
		}
	case *parse.ActionNode:
		s.look(n.Pipe)
	case *parse.IfNode:
		s.branch(&n.BranchNode)
	case *parse.RangeNode:
		s.branch(&n.BranchNode)
	case *parse.WithNode:
		s.branch(&n.BranchNode)
	case *parse.TemplateNode:
		s.look(n.Pipe)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			s.command(c)
		}
	case *parse.ChainNode:
		s.look(n.Node)
		s.field(n.Field, nil)
	case *parse.FieldNode:
		s.field(n.Ident, nil)
	case *parse.VariableNode:
		s.field(n.Ident, nil)
	}
}

func (s *siteNeeds) branch(n *parse.BranchNode) {
	s.look(n.Pipe)
	s.look(n.List)
	s.look(n.ElseList)
}

func (s *siteNeeds) command(c *parse.CommandNode) {
	for i, arg := range c.Args {
		var names []string
		switch n := arg.(type) {
		case *parse.FieldNode:
			names = n.Ident
		case *parse.VariableNode:
			names = n.Ident
		default:
			s.look(arg)
			continue
		}
		var after []parse.Node
		if i == 0 {
			after = c.Args[1:]
		}
		s.field(names, after)
	}
}

// field notes a chain such as .Site.Title, or .Site.Has with what it is asked.
func (s *siteNeeds) field(names []string, arguments []parse.Node) {
	at := slices.Index(names, "Site")
	if at < 0 {
		return
	}
	if at+1 == len(names) {
		s.anything = true
		return
	}
	switch name := names[at+1]; {
	case name == "Has" && len(arguments) == 1:
		if path, fixed := arguments[0].(*parse.StringNode); fixed {
			s.has[path.Text] = true
			return
		}
		s.anything = true
	case name == "Day":
		s.day = true
	case !slices.Contains(siteFields, name):
		s.anything = true
	}
}
