// Package markdown turns a text into a Body: its HTML, once, together with the
// places at which something still has to be decided. A Body is made when a
// file is read (Compile), loses everyone who may not be there when the gate
// decides (Body.Clear), and gets its addresses when it is rendered
// (Body.Append). Markdown is parsed in Compile and nowhere else.
package markdown

import (
	"bytes"
	"html"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"ownwords/generator/report"
)

// Place is where something stands in a file.
type Place = report.Place

// Mention is a place where a person is named.
type Mention struct {
	Person string // their ID as written
	// Words stand for the person; empty means the name as they want it shown.
	Words string
	// Fallback is the writer's own wording for when the person may not be named.
	Fallback string
	// Inside lists the passages (indexes into Body.Passages) around it, outermost first.
	Inside []int
	// InLink is set inside a link's words, where no second link may stand.
	InLink bool
	// Hidden is set where nothing can be shown: in a picture's alternative
	// text, or swallowed by a link definition. The mention still counts.
	Hidden bool
	At     Place
}

// PassageKind tells with, without and attributed quotations apart.
type PassageKind uint8

const (
	With    PassageKind = iota // `::: with @id`: needs that person's consent
	Without                    // `::: without @id`: stands when they may not be there
	Quote                      // a block quotation whose last line attributes it
)

// Passage is a part of a text that stands or leaves as a whole.
type Passage struct {
	Kind PassageKind
	// People whom it needs (one for With and Without).
	People []string
	// Twin is the index of a With's `without` right after it, or of a
	// Without's `with`; -1 where there is none.
	Twin   int
	Inside []int // the passages around it, outermost first
	At     Place
}

// Image is a picture in the text.
type Image struct {
	File   string // as written, relative to the item
	Alt    string // the words between the brackets
	Title  string
	Block  bool  // it stands alone, not in a line of text
	Inside []int // the passages around it
	At     Place
}

// Link is a link inside the site; links to other sites are part of the HTML.
type Link struct {
	Path     string // a site path such as /stories/library/, or empty for this page
	Fragment string
	Title    string
	Auto     bool // its words are its own address
	At       Place
}

// Heading is a heading of a rendered text.
type Heading struct {
	Level int // 2 to 6, repaired so that none is skipped
	ID    string
	Words string
	At    int // byte offset in the rendered HTML where the heading begins
	End   int // and where it ends
}

type opKind uint8

const (
	opMention opKind = iota
	opLink
	opLinkEnd
	opImage
	opPassage
	opPassageEnd
	opGroup // an element that goes when everything in it went
	opGroupEnd
	opSection // a heading and what stands under it: goes when only the heading is left
	opSectionStart
	opSectionEnd
	opHeading
	opHeadingEnd
	opNoteRef // a footnote's number in the text
	opNote    // the footnote: goes with its last number
	opNoteEnd
	opNoteBack
)

// op is something to decide or fill in at an offset of the HTML.
type op struct {
	kind opKind
	at   int32
	ref  int32 // index into the Body's table for the kind; for footnotes their number
	sub  int32 // for footnote numbers: which of several references; for passages: see borrowedPart
}

// borrowedPart marks an opPassage around something outside a passage that is
// written in it, such as the address of a link whose definition stands there.
const borrowedPart = 1

// Body is a text with its open decisions. It doesn't change once made. A site
// has many, most of them small, so that what most of them lack isn't part of it.
type Body struct {
	// One of the two is set: the text itself, or what fetches it when it is needed (see whole).
	*written
	late *late
	// Open is never nil; texts in which nothing is open share one.
	*Open
	summed sync.Once
	digest Digest // once it was asked for
}

// written is what a text shows.
type written struct {
	html     []byte
	ops      []op
	headings []Heading
	// room, when set, is where html stands, to be used again (see recycle).
	room *[]byte
}

// Open is what has to be decided or filled in before a text can be shown.
type Open struct {
	Mentions []Mention
	Passages []Passage
	Images   []Image
	Links    []Link
}

var nothingOpen = &Open{}

func (o *Open) isEmpty() bool {
	return len(o.Mentions) == 0 && len(o.Passages) == 0 && len(o.Images) == 0 && len(o.Links) == 0
}

// kept returns a copy that needs no more memory than it has to.
func (o *Open) kept() *Open {
	if o.isEmpty() {
		return nothingOpen
	}
	return &Open{fitted(o.Mentions), fitted(o.Passages), fitted(o.Images), fitted(o.Links)}
}

// fitted returns a list without room for more.
func fitted[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

// IsEmpty reports whether the text has nothing to show.
func (b *Body) IsEmpty() bool {
	if b != nil && b.late != nil {
		return b.late.empty
	}
	return b == nil || !hasContent(b.html) && len(b.ops) == 0
}

// HeadingCount returns how many headings the text has.
func (b *Body) HeadingCount() int {
	if b == nil {
		return 0
	}
	if b.late != nil {
		return int(b.late.headings)
	}
	n := 0
	for _, o := range b.ops {
		if o.kind == opHeading {
			n++
		}
	}
	return n
}

// Decider answers what the gate decided.
type Decider interface {
	// Mention returns the words to show for b.Mentions[i], and the person to
	// whose page they lead ("" for none).
	Mention(i int) (words, person string)
	// Stands says whether b.Passages[i] stays.
	Stands(i int) bool
	// Image says whether b.Images[i] stays.
	Image(i int) bool
}

// isOpen reports whether something is left to be decided in the text.
func (b *Body) isOpen() bool {
	return len(b.Mentions) > 0 || len(b.Passages) > 0 || len(b.Images) > 0
}

// Clear returns the text without what may not be there: mentions become words,
// passages and pictures leave, and whatever they leave empty (emphasis, list
// items, headings, footnotes) leaves with them. No byte of what left is in the
// result. What was in a spool is put into it again as it was cleared.
func (b *Body) Clear(d Decider) *Body {
	if b == nil || !b.isOpen() {
		return b
	}
	if b.late != nil && b.late.spool != nil {
		return b.late.spool.Put(b.whole().Clear(d))
	}
	b = b.whole()
	type mark struct{ html, ops, start, lost int }
	out := &Body{written: &written{headings: b.headings}, Open: &Open{Links: slices.Clone(b.Links), Images: b.Images}}
	var groups []mark
	lost := 0 // how much has left so far
	notes, refs := b.notesThatStay(d)
	last := int32(0)
	copyTo := func(at int32) {
		out.html = append(out.html, b.html[last:at]...)
		last = at
	}
	cut := func(m mark) {
		out.html = out.html[:m.html]
		out.ops = out.ops[:m.ops]
	}
	emit := func(o op) {
		o.at = int32(len(out.html))
		out.ops = append(out.ops, o)
	}
	for i := 0; i < len(b.ops); i++ {
		o := b.ops[i]
		copyTo(o.at)
		switch o.kind {
		case opMention:
			words, person := d.Mention(int(o.ref))
			linked := person != "" && !b.Mentions[o.ref].InLink
			if linked {
				out.Links = append(out.Links, Link{Path: "/people/" + person + "/"})
				emit(op{kind: opLink, ref: int32(len(out.Links) - 1)})
			}
			out.html = append(out.html, html.EscapeString(words)...)
			if linked {
				emit(op{kind: opLinkEnd, ref: int32(len(out.Links) - 1)})
			}
		case opPassage:
			if !d.Stands(int(o.ref)) {
				i = b.matching(i, opPassage, opPassageEnd)
				last = b.ops[i].at
				lost++
			}
		case opPassageEnd:
		case opImage:
			if d.Image(int(o.ref)) {
				emit(o)
			} else {
				lost++
				if open, close := emptyPair(out.html, b.html[last:]); open > 0 && (len(out.ops) == 0 || int(out.ops[len(out.ops)-1].at) <= len(out.html)-open) {
					out.html = out.html[:len(out.html)-open]
					last += int32(close)
				}
			}
		case opGroup, opSection:
			groups = append(groups, mark{len(out.html), len(out.ops), len(out.html), lost})
		case opSectionStart:
			groups[len(groups)-1].start = len(out.html)
		case opGroupEnd, opSectionEnd:
			m := groups[len(groups)-1]
			groups = groups[:len(groups)-1]
			inside := out.html[m.start:]
			if !hasImage(out.ops, int32(m.start)) && (!hasContent(inside) || lost > m.lost && !hasWords(inside)) {
				cut(m)
			}
		case opNoteRef:
			if notes[o.ref] {
				emit(o)
			}
		case opNote:
			if !notes[o.ref] {
				i = b.matching(i, opNote, opNoteEnd)
				last = b.ops[i].at
				continue
			}
			emit(o)
		case opNoteBack:
			if refs[noteRef{o.ref, o.sub}] {
				emit(o)
			}
		default:
			emit(o)
		}
	}
	copyTo(int32(len(b.html)))
	out.unlinkHeadings(b)
	return out
}

// unlinkHeadings makes links to headings that left into plain words: their
// addresses are the headings' words.
func (b *Body) unlinkHeadings(before *Body) {
	left := map[string]bool{}
	for _, o := range before.ops {
		if o.kind == opHeading {
			left[before.headings[o.ref].ID] = true
		}
	}
	for _, o := range b.ops {
		if o.kind == opHeading {
			delete(left, before.headings[o.ref].ID)
		}
	}
	if len(left) == 0 {
		return
	}
	b.ops = slices.DeleteFunc(b.ops, func(o op) bool {
		return (o.kind == opLink || o.kind == opLinkEnd) && b.Links[o.ref].Path == "" && left[b.Links[o.ref].Fragment]
	})
	for i, l := range b.Links {
		if l.Path == "" && left[l.Fragment] {
			b.Links[i] = Link{}
		}
	}
}

// pairs are marks that would stand around nothing when a picture between them leaves.
var pairs = [][2]string{{"(", ")"}, {"[", "]"}, {"“", "”"}, {"‘", "’"}, {"„", "“"}, {"«", "»"}, {"&quot;", "&quot;"}, {"'", "'"}}

// emptyPair returns the lengths of two such marks, at the end of before and at the beginning of after; 0 for none.
func emptyPair(before, after []byte) (open, close int) {
	for _, p := range pairs {
		if bytes.HasSuffix(before, []byte(p[0])) && bytes.HasPrefix(after, []byte(p[1])) {
			return len(p[0]), len(p[1])
		}
	}
	return 0, 0
}

// noteRef is one of the places that refer to a footnote.
type noteRef struct{ note, sub int32 }

// notesThatStay finds the footnotes that are still referred to, by the text or
// by other footnotes that stay, and that weren't written in a passage that leaves.
// refs are the places that refer to them and stay.
func (b *Body) notesThatStay(d Decider) (stay map[int32]bool, refs map[noteRef]bool) {
	const text = -1
	refs = map[noteRef]bool{}
	refers := map[int32][]int32{} // from the text or a footnote to footnotes
	gone := map[int32]bool{}
	in := int32(text)
	for i := 0; i < len(b.ops); i++ {
		switch o := b.ops[i]; o.kind {
		case opPassage:
			if !d.Stands(int(o.ref)) {
				if in != text && o.sub != borrowedPart && begins(b.ops[:i]) {
					gone[in] = true
				}
				i = b.matching(i, opPassage, opPassageEnd)
			}
		case opNote:
			in = o.ref
		case opNoteEnd:
			in = text
		case opNoteRef:
			refers[in] = append(refers[in], o.ref)
			refs[noteRef{o.ref, o.sub}] = true
		}
	}
	stay = map[int32]bool{}
	for open := refers[text]; len(open) > 0; {
		note := open[0]
		open = open[1:]
		if !stay[note] && !gone[note] {
			stay[note] = true
			open = append(open, refers[note]...)
		}
	}
	return stay, refs
}

// begins reports whether the next op is at a footnote's very beginning, before anything but passages.
func begins(ops []op) bool {
	for _, o := range slices.Backward(ops) {
		if o.kind != opPassage {
			return o.kind == opNote
		}
	}
	return false
}

// matching returns the index of the op that closes the one at i.
func (b *Body) matching(i int, open, end opKind) int {
	depth := 0
	for j := i; j < len(b.ops); j++ {
		switch b.ops[j].kind {
		case open:
			depth++
		case end:
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return len(b.ops) - 1
}

func hasImage(ops []op, from int32) bool {
	for _, o := range slices.Backward(ops) {
		if o.at < from {
			return false
		}
		if o.kind == opImage {
			return true
		}
	}
	return false
}

// hasContent reports whether HTML made here shows anything: text or a rule.
func hasContent(h []byte) bool {
	for i := 0; i < len(h); i++ {
		switch c := h[i]; {
		case c == '<':
			if bytes.HasPrefix(h[i:], []byte("<hr")) {
				return true
			}
			end := bytes.IndexByte(h[i:], '>')
			if end < 0 {
				return false
			}
			i += end
		case c > ' ':
			if r, _ := utf8.DecodeRune(h[i:]); !unicode.IsSpace(r) {
				return true
			}
		}
	}
	return false
}

// hasWords reports whether HTML made here says anything: a letter or a digit. A
// list item's box or a pair of quotation marks around what left doesn't.
func hasWords(h []byte) bool {
	return bytes.Contains(h, []byte("<hr")) || strings.ContainsFunc(PlainText(h), func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) })
}

// Addresser fills in addresses when a cleared text is rendered.
type Addresser interface {
	// Link returns the address for a link's href; ok is false when the page
	// isn't part of the site, and the link becomes plain text.
	Link(l Link) (href string, ok bool)
	// Image returns the HTML of a picture, or "" when it isn't there.
	Image(im Image) string
}

// Append renders a cleared text: it appends the HTML to dst and returns it
// with the headings, whose offsets count from the start of dst.
func (b *Body) Append(dst []byte, a Addresser) ([]byte, []Heading) {
	if b == nil {
		return dst, nil
	}
	b, own := b.forNow()
	if own {
		defer b.recycle()
	}
	var headings []Heading
	var dropped []bool // for each open link
	var numbers []int32
	listed := 0
	number := func(ref int32) int {
		if i := slices.Index(numbers, ref); i >= 0 {
			return i + 1
		}
		numbers = append(numbers, ref)
		return len(numbers)
	}
	last := int32(0)
	for i, o := range b.ops {
		if o.at < last {
			continue // inside the words of a dropped address
		}
		dst = append(dst, b.html[last:o.at]...)
		last = o.at
		switch o.kind {
		case opLink:
			l := b.Links[o.ref]
			href, ok := a.Link(l)
			dropped = append(dropped, !ok)
			if ok {
				dst = append(dst, `<a href="`...)
				dst = append(dst, html.EscapeString(href)...)
				dst = append(dst, '"')
				if l.Title != "" {
					dst = append(dst, ` title="`...)
					dst = append(dst, html.EscapeString(l.Title)...)
					dst = append(dst, '"')
				}
				dst = append(dst, '>')
			} else if l.Auto {
				last = b.ops[b.matching(i, opLink, opLinkEnd)].at
			}
		case opLinkEnd:
			if n := len(dropped) - 1; n >= 0 {
				if !dropped[n] {
					dst = append(dst, "</a>"...)
				}
				dropped = dropped[:n]
			}
		case opPassage: // a text that nobody cleared shows none of its passages
			last = b.ops[b.matching(i, opPassage, opPassageEnd)].at
		case opImage:
			dst = append(dst, a.Image(b.Images[o.ref])...)
		case opHeading:
			h := b.headings[o.ref]
			h.At = len(dst)
			headings = append(headings, h)
		case opHeadingEnd:
			h := &headings[len(headings)-1]
			h.Words = strings.TrimSpace(PlainText(dst[h.At:]))
			h.End = len(dst)
		case opNoteRef:
			n, id := strconv.Itoa(number(o.ref)), noteRefID(number(o.ref), o.sub)
			dst = append(dst, `<sup id="`+id+`"><a href="#fn:`+n+`" role="doc-noteref">`+n+`</a></sup>`...)
		case opNote:
			n := number(o.ref)
			listed++
			dst = append(dst, `<li id="fn:`+strconv.Itoa(n)+`"`...)
			if n != listed { // footnotes that refer to one another
				dst = append(dst, ` value="`+strconv.Itoa(n)+`"`...)
			}
			dst = append(dst, '>')
		case opNoteEnd:
			dst = append(dst, "</li>\n"...)
		case opNoteBack:
			n := number(o.ref)
			dst = append(dst, ` <a href="#`+noteRefID(n, o.sub)+`" role="doc-backlink">↩`+strconv.Itoa(n)+`</a>`...)
		}
	}
	return append(dst, b.html[last:]...), headings
}

func noteRefID(n int, sub int32) string {
	id := "fnref:" + strconv.Itoa(n)
	if sub > 0 {
		id += "-" + strconv.Itoa(int(sub))
	}
	return id
}

// Words returns everything the text says, passages and their twins included,
// for looking for traces of it. Mentions stand with their written words.
func (b *Body) Words() string {
	if b == nil {
		return ""
	}
	b = b.whole()
	return b.words(0, len(b.ops))
}

// Prose returns what the text says outside code, where people write as they speak.
func (b *Body) Prose() string {
	b = b.whole()
	if b == nil || !bytes.Contains(b.html, []byte("<code")) {
		return b.Words()
	}
	var prose []byte
	for rest := b.html; ; {
		before, code, found := bytes.Cut(rest, []byte("<code"))
		prose = append(append(prose, before...), ' ')
		if !found {
			return PlainText(prose)
		}
		_, rest, _ = bytes.Cut(code, []byte("</code>"))
	}
}

// PassageWords returns what a passage says, with the footnotes written in it.
func (b *Body) PassageWords(passage int) string {
	b = b.whole()
	words := ""
	for i, o := range b.ops {
		if o.kind == opPassage && int(o.ref) == passage {
			words += b.words(i, b.matching(i, opPassage, opPassageEnd)+1)
		}
	}
	return words
}

// words returns the plain text between two ops.
func (b *Body) words(from, to int) string {
	var raw []byte
	start := int32(0)
	if from > 0 {
		start = b.ops[from].at
	} else if len(b.ops) > 0 && to < len(b.ops) {
		start = b.ops[from].at
	}
	last := start
	address := false // an address that is its own words may not be shown, and is no word
	for _, o := range b.ops[from:to] {
		if !address {
			raw = append(raw, b.html[last:o.at]...)
		}
		last = o.at
		switch o.kind {
		case opMention:
			raw = append(raw, html.EscapeString(b.Mentions[o.ref].Words)...)
		case opLink:
			address = b.Links[o.ref].Auto
		case opLinkEnd:
			address = false
		}
	}
	if to == len(b.ops) && from == 0 {
		raw = append(raw, b.html[last:]...)
	}
	return PlainText(raw)
}

// blockTags end a line of text; all others stand inside one.
var blockTags = map[string]bool{"p": true, "li": true, "ul": true, "ol": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"blockquote": true, "table": true, "tr": true, "td": true, "th": true, "br": true, "hr": true, "pre": true, "div": true, "figure": true, "section": true, "thead": true, "tbody": true}

// PlainText returns what HTML made by this package says: tags go, block
// elements end a line, character references are resolved.
func PlainText(h []byte) string { return string(AppendPlain(make([]byte, 0, len(h)), h)) }

// AppendPlain appends PlainText to dst.
func AppendPlain(dst, h []byte) []byte {
	for len(h) > 0 {
		lt := bytes.IndexByte(h, '<')
		if lt < 0 {
			return appendUnescaped(dst, h)
		}
		dst = appendUnescaped(dst, h[:lt])
		h = h[lt+1:]
		gt := bytes.IndexByte(h, '>')
		if gt < 0 {
			break
		}
		name := bytes.TrimPrefix(h[:gt], []byte("/"))
		if i := bytes.IndexAny(name, " \n"); i >= 0 {
			name = name[:i]
		}
		if blockTags[string(name)] {
			dst = append(dst, '\n')
		}
		h = h[gt+1:]
	}
	return dst
}

// appendUnescaped appends text whose every & begins a character reference.
func appendUnescaped(dst, text []byte) []byte {
	for {
		amp := bytes.IndexByte(text, '&')
		if amp < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:amp]...)
		text = text[amp:]
		end := bytes.IndexByte(text, ';') + 1
		switch reference := text[:end]; string(reference) {
		case "":
			return append(dst, html.UnescapeString(string(text))...)
		case "&quot;":
			dst = append(dst, '"')
		default:
			dst = append(dst, html.UnescapeString(string(reference))...)
		}
		text = text[end:]
	}
}
