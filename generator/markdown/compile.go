package markdown

import (
	"bytes"
	"cmp"
	"html"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	gmhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"ownwords/generator/report"
)

// Issue is something in a text that its writer should mend. What it means for
// the item is decided where the text is read.
type Issue struct {
	Code string // a code of report.Problem
	// Subject is the ID, address or line that the issue is about; never prose.
	Subject string
	At      Place
}

// The issues that Compile finds.
const (
	IssueTooNested        = "too-nested"
	IssueRawHTML          = "raw-html"
	IssueSwallowedMention = "mention-swallowed"
	IssueUnclosedPassage  = "passage-unclosed"
	IssueStrayDirective   = "passage-stray"
	IssueUnclearPassage   = "passage-unclear"
	IssueTwinMissing      = "passage-without-alone"
	IssueNearDirective    = "passage-not-read"
	IssueIndentedPassage  = "passage-indented"
	IssueIntroducedQuote  = "quotation-not-attributed"
	IssueEarlyAttribution = "quotation-attributed-early"
	IssueUnsafeLink       = "unsafe-link"
	IssueForeignImage     = "image-elsewhere"
	IssueMentionInAlt     = "mention-in-alt"
)

// Options say how a text is read.
type Options struct {
	// File is the path inside content/, such as stories/library.md or
	// stories/library/index.md; links are resolved from it.
	File string
	// Site is the site's address; full addresses that begin with it are links inside the site.
	Site string
	// FirstLine is the line of the file on which the text begins (1 for a whole file).
	FirstLine int
	// HardBreaks keeps every line break, as in a poem.
	HardBreaks bool
	// Inline takes a single line without blocks, such as a key point.
	Inline bool
}

// Compile parses a text, once, and returns its Body and what should be mended.
// The same source gives the same Body. It is safe for concurrent use.
func Compile(source []byte, o Options) (*Body, []Issue) {
	o.FirstLine = max(o.FirstLine, 1)
	c := &compiler{source: source, options: o, body: &Body{written: &written{}, Open: nothingOpen}}
	if line := tooNested(source); line > 0 {
		c.issues = append(c.issues, Issue{IssueTooNested, "", report.PlaceAt(o.FirstLine+line-1, 1)})
		return c.body, c.issues
	}
	doc := converter.Parser().Parse(text.NewReader(source), parser.WithContext(parser.NewContext()))
	draft := drafts.Get().(*draft)
	defer draft.giveBack()
	c.out, c.body.ops, c.body.Open = draft.html[:0], draft.ops[:0], &draft.open
	c.survey(doc)
	c.walk(doc)
	c.nearDirectives(doc)
	draft.html, draft.ops = c.out, c.body.ops
	c.out, c.body.ops = nil, fitted(draft.ops) // it stays
	if len(draft.html) < spooled {
		c.body.html = fitted(draft.html)
	} else {
		c.body.room = rooms.Get().(*[]byte)
		*c.body.room = append((*c.body.room)[:0], draft.html...)
		c.body.html = *c.body.room
	}
	c.pairTwins(doc)
	c.body.Open = draft.open.kept()
	return c.body, c.issues
}

// draft is memory in which a Body is written before its size is known.
type draft struct {
	html []byte
	ops  []op
	open Open
}

// giveBack ends the use of a draft, of which nothing is part of a Body.
func (d *draft) giveBack() {
	o := &d.open
	clear(o.Mentions)
	clear(o.Passages)
	clear(o.Images)
	clear(o.Links)
	d.open = Open{o.Mentions[:0], o.Passages[:0], o.Images[:0], o.Links[:0]}
	drafts.Put(d)
}

var drafts = sync.Pool{New: func() any { return &draft{} }}

// Plain makes a Body of plain words, such as a transcript: paragraphs at empty
// lines, line breaks kept, nothing interpreted.
func Plain(words string) *Body {
	b := &Body{written: &written{}, Open: nothingOpen}
	for paragraph := range strings.SplitSeq(words, "\n\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			b.html = append(b.html, "<p>"+strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>\n")+"</p>\n"...)
		}
	}
	return b
}

// compiler writes HTML and notes the places that stay open. It is the
// util.BufWriter which goldmark's own renderers write to.
type compiler struct {
	source  []byte
	options Options
	body    *Body
	out     []byte
	issues  []Issue

	before, after map[ast.Node][]opKind // groups and sections around nodes
	quotes        map[ast.Node][]string // attributed quotations and their people
	passages      map[ast.Node]int      // index of each passage in Body.Passages
	definitions   map[string]*ast.LinkReferenceDefinition
	inside        []int // the open passages
	levels        []int // the open heading levels, as written
	ids           map[string]int
	inLink        int
	refs          map[int]int32 // the open links, by depth
	borrowed      [][]int       // for each open link, the passages from which it has its address
}

func (c *compiler) Available() int              { return 1 << 20 }
func (c *compiler) Buffered() int               { return 0 }
func (c *compiler) Flush() error                { return nil }
func (c *compiler) WriteByte(b byte) error      { c.out = append(c.out, b); return nil }
func (c *compiler) Write(p []byte) (int, error) { c.out = append(c.out, p...); return len(p), nil }
func (c *compiler) WriteString(s string) (int, error) {
	c.out = append(c.out, s...)
	return len(s), nil
}
func (c *compiler) WriteRune(r rune) (int, error) {
	n := len(c.out)
	c.out = utf8.AppendRune(c.out, r)
	return len(c.out) - n, nil
}

func (c *compiler) op(kind opKind, ref int) {
	c.body.ops = append(c.body.ops, op{kind: kind, at: int32(len(c.out)), ref: int32(ref)})
}

func (c *compiler) place(offset int) Place {
	if offset < 0 || offset > len(c.source) {
		return report.PlaceAt(c.options.FirstLine, 1)
	}
	head := c.source[:offset]
	line := bytes.Count(head, []byte("\n"))
	return report.PlaceAt(c.options.FirstLine+line, utf8.RuneCount(head[bytes.LastIndexByte(head, '\n')+1:])+1)
}

func (c *compiler) issue(code, subject string, offset int) {
	c.issues = append(c.issues, Issue{code, subject, c.place(offset)})
}

// standard holds goldmark's own renderers, by kind of node.
var standard = collect()

type collected map[ast.NodeKind]renderer.NodeRendererFunc

func (k collected) Register(kind ast.NodeKind, f renderer.NodeRendererFunc) { k[kind] = f }

func collect() []renderer.NodeRendererFunc {
	all := collected{}
	gmhtml.NewRenderer().RegisterFuncs(all)
	extension.NewTableHTMLRenderer().RegisterFuncs(all)
	extension.NewStrikethroughHTMLRenderer().RegisterFuncs(all)
	table := make([]renderer.NodeRendererFunc, slices.Max(kinds(all))+1)
	for k, f := range all {
		table[k] = f
	}
	return table
}

func kinds(all collected) []ast.NodeKind {
	out := []ast.NodeKind{0}
	for k := range all {
		out = append(out, k)
	}
	return out
}

// survey finds, before anything is written, what may leave, and marks the
// elements that would be left empty by it.
func (c *compiler) survey(doc ast.Node) {
	removable := false
	mark := func(n ast.Node) {
		removable = true
		if c.before == nil {
			c.before, c.after = map[ast.Node][]opKind{}, map[ast.Node][]opKind{}
		}
		for p := n.Parent(); p != nil && p.Kind() != ast.KindDocument; p = p.Parent() {
			if _, done := c.before[p]; done {
				break
			}
			if p.Kind() == kindPassage || p.Kind() == east.KindTableCell { // a row keeps its cells
				continue
			}
			c.before[p], c.after[p] = []opKind{opGroup}, []opKind{opGroupEnd}
		}
	}
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case kindPassage:
			c.plan(n)
			mark(n)
		case ast.KindImage, east.KindFootnote:
			mark(n)
		case ast.KindBlockquote:
			c.takeIn(n)
			if people, early := c.attribution(n); len(people) > 0 {
				if early {
					c.issue(IssueEarlyAttribution, "", n.Pos())
				}
				if c.quotes == nil {
					c.quotes = map[ast.Node][]string{}
				}
				c.quotes[n] = people
				c.plan(n)
				mark(n)
			} else if c.introduced(n) {
				c.issue(IssueIntroducedQuote, "", n.Pos())
			}
		case ast.KindLinkReferenceDefinition:
			c.define(n.(*ast.LinkReferenceDefinition))
		}
		return ast.WalkContinue, nil
	})
	if removable {
		ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering && n.Type() != ast.TypeInline {
				c.sections(n)
			}
			return ast.WalkContinue, nil
		})
	}
}

// plan gives a passage its index in Body.Passages, which render keeps to: what
// borrows something from a passage may stand before it.
func (c *compiler) plan(passage ast.Node) {
	if c.passages == nil {
		c.passages = map[ast.Node]int{}
	}
	c.passages[passage] = len(c.passages)
}

// sections marks each heading among a node's children whose whole section may leave.
func (c *compiler) sections(parent ast.Node) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		var last ast.Node
		stays, mayLeave := false, false
		for s := n.NextSibling(); s != nil; s = s.NextSibling() {
			if other, ok := s.(*ast.Heading); ok {
				if other.Level <= h.Level {
					break
				}
			} else if _, grouped := c.before[s]; grouped || s.Kind() == kindPassage || c.quotes[s] != nil {
				mayLeave = true
			} else if s.Kind() != ast.KindLinkReferenceDefinition {
				stays = true
			}
			last = s
		}
		if mayLeave && !stays {
			c.before[n] = append([]opKind{opSection}, c.before[n]...)
			c.after[n] = append(c.after[n], opSectionStart)
			c.after[last] = append(c.after[last], opSectionEnd)
		}
	}
}

// mentioned tells whether a node names a person, and with which words. A link
// from an ID to its person's page, [@amina](/people/amina/), is meant as a
// mention too; as a link it would show the ID.
func (c *compiler) mentioned(n ast.Node) (person, fallback string, ok bool) {
	switch n := n.(type) {
	case *mentionNode:
		return n.person, "", true
	case *ast.Link:
		if dest := string(n.Destination); strings.HasPrefix(dest, "@") {
			return dest[1:], string(n.Title), true
		}
		if t, only := n.FirstChild().(*ast.Text); only && n.ChildCount() == 1 {
			if id, at := bytes.CutPrefix(t.Value(c.source), []byte("@")); at && isID(id) {
				if l, kind := c.resolve(string(n.Destination)); kind == linkInside && l.Path == "/people/"+string(id)+"/" {
					return string(id), "", true
				}
			}
		}
	}
	return "", "", false
}

func (c *compiler) walk(doc ast.Node) {
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			for _, k := range c.before[n] {
				c.op(k, 0)
			}
		}
		status, err := c.render(n, entering)
		if !entering {
			for _, k := range c.after[n] {
				c.op(k, 0)
			}
		}
		return status, err
	})
}

func (c *compiler) render(n ast.Node, entering bool) (ast.WalkStatus, error) {
	switch n := n.(type) {
	case *ast.Text:
		return c.text(n, entering)
	case *mentionNode:
		if entering {
			c.mention(Mention{Person: n.person, At: c.place(n.Pos())})
		}
		return ast.WalkContinue, nil
	case *ast.Link:
		return c.link(n, entering)
	case *ast.AutoLink:
		return c.autoLink(n, entering)
	case *ast.Image:
		return c.image(n, entering)
	case *ast.Heading:
		return c.heading(n, entering)
	case *ast.Paragraph:
		return c.paragraph(n, entering)
	case *ast.Blockquote:
		if people := c.quotes[n]; people != nil {
			c.passage(n, Passage{Kind: Quote, People: people, Twin: -1, At: c.place(n.Pos())}, entering)
			if !entering {
				// the closing tag belongs to the passage, so it was written there
				return ast.WalkContinue, nil
			}
		}
	case *passageNode:
		kind := With
		if n.without {
			kind = Without
		}
		if entering && n.person == Unclear {
			c.issue(IssueUnclearPassage, "", n.start)
		}
		if entering && n.indented {
			c.issue(IssueIndentedPassage, "", n.start)
		}
		if entering && !n.closed {
			c.issue(IssueUnclosedPassage, n.person, n.start)
		}
		c.passage(n, Passage{Kind: kind, People: []string{n.person}, Twin: -1, At: c.place(n.start)}, entering)
		return ast.WalkContinue, nil
	case *strayNode:
		if entering {
			c.issue(IssueStrayDirective, "", n.start)
		}
		return ast.WalkSkipChildren, nil
	case *ast.RawHTML:
		if entering {
			c.issue(IssueRawHTML, "", n.Pos())
			if tag := n.Segments.At(0); bytes.HasPrefix(bytes.ToLower(tag.Value(c.source)), []byte("<br")) {
				c.out = append(c.out, "<br>\n"...)
			}
		}
		return ast.WalkSkipChildren, nil
	case *ast.HTMLBlock:
		if entering {
			c.issue(IssueRawHTML, "", n.Pos())
		}
		return ast.WalkSkipChildren, nil
	case *ast.LinkReferenceDefinition:
		if entering && len(n.Label) > 1 && n.Label[0] == '@' {
			c.issue(IssueSwallowedMention, string(n.Label[1:]), n.Pos())
			c.body.Mentions = append(c.body.Mentions, Mention{Person: string(n.Label[1:]), Hidden: true, Inside: slices.Clone(c.inside), At: c.place(n.Pos())})
		}
		return ast.WalkSkipChildren, nil
	case *east.Table:
		if entering {
			c.out = append(c.out, `<div class="table" tabindex="0">`...)
		}
		status, err := standard[n.Kind()](c, c.source, n, entering)
		if !entering {
			c.out = append(c.out, "</div>\n"...)
		}
		return status, err
	case *east.TableCell:
		return c.cell(n, entering)
	case *east.TaskCheckBox:
		if entering && n.IsChecked {
			c.out = append(c.out, "☑ "...)
		} else if entering {
			c.out = append(c.out, "☐ "...)
		}
		return ast.WalkContinue, nil
	case *east.FootnoteLink:
		if entering {
			c.body.ops = append(c.body.ops, op{kind: opNoteRef, at: int32(len(c.out)), ref: int32(n.Index), sub: int32(n.RefIndex)})
		}
		return ast.WalkContinue, nil
	case *east.FootnoteBacklink:
		if entering {
			c.body.ops = append(c.body.ops, op{kind: opNoteBack, at: int32(len(c.out)), ref: int32(n.Index), sub: int32(n.RefIndex)})
		}
		return ast.WalkContinue, nil
	case *east.Footnote:
		around := c.around(n)
		if entering {
			c.op(opNote, n.Index)
			for _, i := range around {
				c.op(opPassage, i)
				c.inside = append(c.inside, i)
			}
		} else {
			for _, i := range slices.Backward(around) {
				c.op(opPassageEnd, i)
			}
			c.inside = c.inside[:len(c.inside)-len(around)]
			c.op(opNoteEnd, n.Index)
		}
		return ast.WalkContinue, nil
	case *east.FootnoteList:
		if entering {
			c.out = append(c.out, "<div class=\"footnotes\" role=\"doc-endnotes\">\n<ol>\n"...)
		} else {
			c.out = append(c.out, "</ol>\n</div>\n"...)
		}
		return ast.WalkContinue, nil
	}
	if k := int(n.Kind()); k < len(standard) && standard[k] != nil {
		return standard[k](c, c.source, n, entering)
	}
	return ast.WalkContinue, nil
}

// around lists the passages in which a footnote was written, outermost first.
// It is shown at the end of the text, but needs the same consent.
func (c *compiler) around(note *east.Footnote) []int {
	return c.surroundings(home(note))
}

// home returns the block in which a footnote was written.
func home(note ast.Node) ast.Node {
	written, _ := note.AttributeString(homeAttribute)
	n, _ := written.(ast.Node)
	return n
}

// surroundings lists the passages that hold a block or are it, outermost first;
// from a footnote on, those around the place where it was written.
func (c *compiler) surroundings(n ast.Node) []int {
	var around []int
	for n != nil {
		if i, ok := c.passages[n]; ok {
			around = append(around, i)
		}
		if n.Kind() == east.KindFootnote {
			n = home(n)
		} else {
			n = n.Parent()
		}
	}
	slices.Reverse(around)
	return around
}

// define remembers a link reference definition. Of several for one label the
// first in the text counts (CommonMark 0.31, 4.7); footnotes were moved behind it.
func (c *compiler) define(d *ast.LinkReferenceDefinition) {
	if c.definitions == nil {
		c.definitions = map[string]*ast.LinkReferenceDefinition{}
	}
	label := util.ToLinkReference(d.Label)
	if known := c.definitions[label]; known == nil || d.Pos() < known.Pos() {
		c.definitions[label] = d
	}
}

// lenders lists the passages around the definition that a link or picture
// refers to, but for those around itself: its address and title are words of
// theirs, and leave with them.
func (c *compiler) lenders(ref *ast.ReferenceLink) []int {
	if ref == nil || len(c.passages) == 0 {
		return nil
	}
	d := c.definitions[util.ToLinkReference(ref.Value)]
	if d == nil {
		return nil
	}
	return slices.DeleteFunc(c.surroundings(d), func(i int) bool { return slices.Contains(c.inside, i) })
}

// lent runs f between the marks of passages from which what f writes is borrowed.
func (c *compiler) lent(lenders []int, f func()) {
	for _, i := range lenders {
		c.body.ops = append(c.body.ops, op{kind: opPassage, at: int32(len(c.out)), ref: int32(i), sub: borrowedPart})
	}
	f()
	for _, i := range slices.Backward(lenders) {
		c.op(opPassageEnd, i)
	}
}

func (c *compiler) text(n *ast.Text, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	value := n.Segment.Value(c.source)
	if n.IsRaw() {
		gmhtml.DefaultWriter.RawWrite(c, value)
		return ast.WalkContinue, nil
	}
	c.write(value)
	if n.HardLineBreak() || n.SoftLineBreak() && c.options.HardBreaks {
		c.out = append(c.out, "<br>\n"...)
	} else if n.SoftLineBreak() {
		c.out = append(c.out, '\n')
	}
	return ast.WalkContinue, nil
}

// write writes text as goldmark's own writer does, at once where nothing in it
// stands for something else, as in nearly all text.
func (c *compiler) write(text []byte) {
	if bytes.IndexByte(text, '\\') >= 0 || bytes.IndexByte(text, '&') >= 0 || bytes.IndexByte(text, 0) >= 0 {
		gmhtml.DefaultWriter.Write(c, text)
		return
	}
	written := 0
	for i, b := range text {
		if b == '<' || b == '>' || b == '"' {
			c.out = append(append(c.out, text[written:i]...), util.EscapeHTMLByte(b)...)
			written = i + 1
		}
	}
	c.out = append(c.out, text[written:]...)
}

func (c *compiler) mention(m Mention) {
	m.Inside, m.InLink = slices.Clone(c.inside), c.inLink > 0
	c.body.Mentions = append(c.body.Mentions, m)
	c.op(opMention, len(c.body.Mentions)-1)
}

func (c *compiler) passage(n ast.Node, p Passage, entering bool) {
	if entering {
		p.Inside = slices.Clone(c.inside)
		index := c.passages[n]
		c.body.Passages = append(c.body.Passages, p)
		c.inside = append(c.inside, index)
		c.op(opPassage, index)
		return
	}
	if p.Kind == Quote {
		c.out = append(c.out, "</blockquote>\n"...)
	}
	c.op(opPassageEnd, c.passages[n])
	c.inside = c.inside[:len(c.inside)-1]
}

// pairTwins joins each `without` to the `with` that stands right before it for
// the same person, and reports one that stands alone.
func (c *compiler) pairTwins(doc ast.Node) {
	for n, index := range c.passages {
		p, ok := n.(*passageNode)
		if !ok || !p.without {
			continue
		}
		if before, ok := n.PreviousSibling().(*passageNode); ok && !before.without && before.person == p.person {
			c.body.Passages[index].Twin = c.passages[before]
			c.body.Passages[c.passages[before]].Twin = index
		} else {
			c.issue(IssueTwinMissing, p.person, p.start)
		}
	}
	slices.SortStableFunc(c.issues, func(a, b Issue) int {
		return cmp.Or(cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
}

func (c *compiler) link(n *ast.Link, entering bool) (ast.WalkStatus, error) {
	if person, fallback, ok := c.mentioned(n); ok {
		if entering {
			words := c.plain(n)
			if strings.HasPrefix(words, "@") && isID([]byte(words[1:])) {
				words = ""
			}
			if len(c.lenders(n.Reference)) > 0 {
				fallback = "" // it stands in a passage that may leave
			}
			c.mention(Mention{Person: person, Words: words, Fallback: unescape(fallback), At: c.place(n.Pos())})
		}
		return ast.WalkSkipChildren, nil
	}
	if entering {
		c.inLink++
		lenders := c.lenders(n.Reference)
		c.borrowed = append(c.borrowed, lenders)
		c.lent(lenders, func() { c.open(string(n.Destination), unescape(string(n.Title)), false, n.Pos()) })
		return ast.WalkContinue, nil
	}
	c.inLink--
	last := len(c.borrowed) - 1
	c.lent(c.borrowed[last], c.close)
	c.borrowed = c.borrowed[:last]
	return ast.WalkContinue, nil
}

func (c *compiler) autoLink(n *ast.AutoLink, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	address := string(n.URL(c.source))
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(address), "mailto:") {
		address = "mailto:" + address
	}
	c.open(address, "", true, n.Pos())
	c.out = append(c.out, html.EscapeString(string(n.Label(c.source)))...)
	c.close()
	return ast.WalkContinue, nil
}

// open writes a link to another site, or notes one inside this site; close
// ends the one opened last. What is open is kept in refs by depth.
func (c *compiler) open(dest, title string, auto bool, pos int) {
	if c.refs == nil {
		c.refs = map[int]int32{}
	}
	depth := len(c.refs)
	l, kind := c.resolve(dest)
	switch kind {
	case linkOutside:
		c.refs[depth] = -1
		c.out = append(c.out, `<a href="`...)
		c.out = append(c.out, util.EscapeHTML(util.URLEscape([]byte(dest), true))...)
		if title != "" {
			c.out = append(c.out, `" title="`...)
			c.out = append(c.out, html.EscapeString(title)...)
		}
		c.out = append(c.out, `">`...)
	case linkInside:
		l.Title, l.Auto, l.At = title, auto, c.place(pos)
		c.body.Links = append(c.body.Links, l)
		c.refs[depth] = int32(len(c.body.Links) - 1)
		c.op(opLink, len(c.body.Links)-1)
	default:
		c.refs[depth] = -2
		c.issue(IssueUnsafeLink, "", pos)
	}
}

func (c *compiler) close() {
	depth := len(c.refs) - 1
	switch ref := c.refs[depth]; ref {
	case -1:
		c.out = append(c.out, "</a>"...)
	case -2:
	default:
		c.op(opLinkEnd, int(ref))
	}
	delete(c.refs, depth)
}

type linkKind uint8

const (
	linkInside linkKind = iota
	linkOutside
	linkUnsafe
)

// resolve reads a link's destination: a site path, relative to the file, or a
// full address (spec, "A site's folder").
func (c *compiler) resolve(dest string) (Link, linkKind) {
	if gmhtml.IsDangerousURL([]byte(dest)) {
		return Link{}, linkUnsafe
	}
	u, err := url.Parse(dest)
	if err != nil {
		return Link{}, linkUnsafe
	}
	if site, err := url.Parse(c.options.Site); err == nil && u.Host != "" && strings.EqualFold(u.Host, site.Host) {
		switch strings.ToLower(u.Scheme) {
		case "", "http", "https": // however it is written, it is this site
			if rest, ok := strings.CutPrefix(path.Clean(u.Path+"/")+"/", strings.TrimSuffix(site.Path, "/")+"/"); ok {
				return Link{Path: pagePath("/" + rest), Fragment: u.Fragment}, linkInside
			}
		}
	}
	if u.Scheme != "" || strings.HasPrefix(dest, "//") {
		switch strings.ToLower(u.Scheme) {
		case "", "http", "https", "mailto", "tel", "sms", "geo", "xmpp", "gemini", "ftp":
			return Link{}, linkOutside
		}
		return Link{}, linkUnsafe
	}
	if u.Path == "" {
		return Link{Fragment: u.Fragment}, linkInside
	}
	p := u.Path
	if !strings.HasPrefix(p, "/") {
		p = contentPath(path.Join(path.Dir("/"+c.options.File), p))
	}
	return Link{Path: pagePath(p), Fragment: u.Fragment}, linkInside
}

// contentPath turns a path inside content/ into the site path of its page.
func contentPath(p string) string {
	p = strings.TrimSuffix(strings.TrimSuffix(p, ".md"), "/index")
	if rest, ok := strings.CutPrefix(p, "/pages"); ok && (rest == "" || rest[0] == '/') {
		return rest + "/"
	}
	return p
}

// pagePath gives a page's path the form in which pages are known: with a slash
// at both ends, unless it names a file such as /rss.xml.
func pagePath(p string) string {
	p = path.Clean("/" + strings.TrimSuffix(p, "index.html"))
	if p == "/" || path.Ext(p) != "" {
		return p
	}
	return p + "/"
}

func (c *compiler) image(n *ast.Image, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	dest := string(n.Destination)
	if u, err := url.Parse(dest); err != nil || u.Scheme != "" || u.Host != "" || strings.HasPrefix(dest, "@") {
		c.issue(IssueForeignImage, "", n.Pos())
		return ast.WalkSkipChildren, nil
	}
	ast.Walk(n, func(child ast.Node, entering bool) (ast.WalkStatus, error) {
		if person, fallback, ok := c.mentioned(child); ok && entering {
			c.issue(IssueMentionInAlt, person, n.Pos())
			c.body.Mentions = append(c.body.Mentions, Mention{Person: person, Fallback: fallback, Hidden: true, Inside: slices.Clone(c.inside), At: c.place(n.Pos())})
		}
		return ast.WalkContinue, nil
	})
	file := dest
	if unescaped, err := url.PathUnescape(dest); err == nil {
		file = unescaped
	}
	lenders := c.lenders(n.Reference)
	c.body.Images = append(c.body.Images, Image{
		File: strings.TrimPrefix(file, "./"), Alt: c.plain(n), Title: unescape(string(n.Title)),
		Block: n.Parent().Kind() == ast.KindParagraph && onlyImages(n.Parent(), c.source), Inside: slices.Concat(c.inside, lenders), At: c.place(n.Pos()),
	})
	c.lent(lenders, func() { c.op(opImage, len(c.body.Images)-1) })
	return ast.WalkSkipChildren, nil
}

func onlyImages(p ast.Node, source []byte) bool {
	images := 0
	for n := p.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Image:
			images++
		case *ast.Text:
			if len(bytes.TrimSpace(n.Value(source))) > 0 {
				return false
			}
		default:
			return false
		}
	}
	return images > 0
}

// onlyTags reports whether a paragraph has nothing but HTML tags, which go.
func onlyTags(p ast.Node, source []byte) bool {
	for n := p.FirstChild(); n != nil; n = n.NextSibling() {
		if t, ok := n.(*ast.Text); n.Kind() != ast.KindRawHTML && !(ok && len(bytes.TrimSpace(t.Value(source))) == 0) {
			return false
		}
	}
	return p.HasChildren()
}

func (c *compiler) paragraph(n *ast.Paragraph, entering bool) (ast.WalkStatus, error) {
	if c.options.Inline && n.Parent().Kind() == ast.KindDocument && n.Parent().ChildCount() == 1 || onlyImages(n, c.source) || onlyTags(n, c.source) {
		return ast.WalkContinue, nil // a figure stands by itself
	}
	return standard[n.Kind()](c, c.source, n, entering)
}

// heading writes a heading one level below its parent (the page's own h1 is
// above all of them), whatever was typed, so that no level is skipped (WCAG
// 1.3.1; spec, "A note"). Its words stay as typed.
func (c *compiler) heading(n *ast.Heading, entering bool) (ast.WalkStatus, error) {
	if entering {
		for len(c.levels) > 0 && c.levels[len(c.levels)-1] >= n.Level {
			c.levels = c.levels[:len(c.levels)-1]
		}
		c.levels = append(c.levels, n.Level)
		level := min(1+len(c.levels), 6)
		id := c.headingID(n)
		c.body.headings = append(c.body.headings, Heading{Level: level, ID: id})
		c.op(opHeading, len(c.body.headings)-1)
		c.out = append(c.out, "<h"+strconv.Itoa(level)+` id="`+html.EscapeString(id)+`">`...)
		return ast.WalkContinue, nil
	}
	c.out = append(c.out, "</h"+strconv.Itoa(min(1+len(c.levels), 6))+">"...)
	c.op(opHeadingEnd, len(c.body.headings)-1)
	c.out = append(c.out, '\n')
	return ast.WalkContinue, nil
}

// headingID makes an anchor from a heading's own words. Names of people are
// left out of it: an anchor couldn't fall back to another wording.
func (c *compiler) headingID(n *ast.Heading) string {
	var given string
	if v, ok := n.AttributeString("id"); ok {
		if b, ok := v.([]byte); ok {
			given = string(b)
		}
	}
	id := Anchor(given)
	if id == "" {
		id = Anchor(c.plain(n))
	}
	if id == "" {
		id = "section"
	}
	if c.ids == nil {
		c.ids = map[string]int{}
	}
	c.ids[id]++
	if k := c.ids[id]; k > 1 {
		for {
			numbered := id + "-" + strconv.Itoa(k)
			if c.ids[numbered] == 0 {
				c.ids[numbered]++
				return numbered
			}
			k++
		}
	}
	return id
}

// Anchor turns words into a fragment identifier: letters and digits in lower
// case, everything else a hyphen. What the theme uses for anchors of its
// own is set apart by another beginning.
func Anchor(words string) string {
	var b strings.Builder
	for _, r := range words {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b.WriteRune(unicode.ToLower(r))
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-") && r != '\'' && r != '’':
			b.WriteByte('-')
		}
	}
	id := strings.TrimSuffix(b.String(), "-")
	for _, prefix := range []string{"ow-", "point-", "version-", "search-", "share-"} {
		if strings.HasPrefix(id, prefix) {
			return "x-" + id
		}
	}
	return id
}

// plain returns the words of a node's children, without mentions.
func (c *compiler) plain(n ast.Node) string {
	var b strings.Builder
	ast.Walk(n, func(child ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering || child == n {
			return ast.WalkContinue, nil
		}
		if _, _, ok := c.mentioned(child); ok {
			return ast.WalkSkipChildren, nil
		}
		switch t := child.(type) {
		case *ast.Text:
			b.WriteString(unescape(string(t.Value(c.source))))
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(t.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// unescape resolves backslash escapes and character references.
func unescape(s string) string {
	if !strings.ContainsAny(s, `\&`) {
		return s
	}
	return html.UnescapeString(string(util.UnescapePunctuations([]byte(s))))
}

func (c *compiler) cell(n *east.TableCell, entering bool) (ast.WalkStatus, error) {
	tag := "td"
	if n.Parent().Kind() == east.KindTableHeader {
		tag = "th"
	}
	if !entering {
		c.out = append(c.out, "</"+tag+">\n"...)
		return ast.WalkContinue, nil
	}
	c.out = append(c.out, '<')
	c.out = append(c.out, tag...)
	if tag == "th" {
		c.out = append(c.out, ` scope="col"`...)
	}
	switch n.Alignment { // a class: the page's policy allows no inline style
	case east.AlignRight:
		c.out = append(c.out, ` class="right"`...)
	case east.AlignCenter:
		c.out = append(c.out, ` class="center"`...)
	}
	c.out = append(c.out, '>')
	return ast.WalkContinue, nil
}
