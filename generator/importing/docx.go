package importing

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"ownwords/generator/report"
)

const (
	// maxPart is how large one part of a .docx may become when unpacked, and
	// maxUnpacked all parts that are read together: a small file can be made to
	// unpack to terabytes.
	maxPart     = 32 << 20
	maxUnpacked = 128 << 20
	// maxNesting is the spec's limit for content ("nested deeper than 100"),
	// with room for Word's own wrapping.
	maxNesting = 400
)

// element is a piece of XML with its name's local part; Word's prefixes vary.
type element struct {
	name  string
	attrs map[string]string
	text  string
	kids  []*element
}

func (e *element) kid(name string) *element {
	if e == nil {
		return nil
	}
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// val is the w:val attribute of a kid.
func (e *element) val(name string) string {
	if k := e.kid(name); k != nil {
		return k.attrs["val"]
	}
	return ""
}

// on reports whether a kid is there and not switched off (<w:b w:val="0"/>).
func (e *element) on(name string) bool {
	k := e.kid(name)
	return k != nil && k.attrs["val"] != "0" && k.attrs["val"] != "false" && k.attrs["val"] != "none"
}

// parseXML reads a part into elements.
func parseXML(data []byte) (*element, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	root := &element{}
	stack := []*element{root}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		top := stack[len(stack)-1]
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			top.kids = append(top.kids, e)
			if stack = append(stack, e); len(stack) > maxNesting {
				return nil, errors.New("nested too deeply")
			}
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if top.name == "t" {
				top.text += string(t)
			}
		}
	}
}

// document is a .docx being read.
type document struct {
	*source
	files     map[string]*zip.File
	unpacked  int64
	links     map[string]string // relationship ID -> target
	styles    map[string]style
	numbering map[string]map[int]string // numId -> level -> format
	notes     map[string]*element       // footnotes and endnotes by "f1", "e1"
	noteRefs  []string
	counts    map[string][]int // numId -> last number of each level
	inNote    bool
}

type style struct {
	name, basedOn string
	heading       int
	title, list   bool
	numID         string
	numLevel      int
}

var notWord = &Unreadable{"This isn't a Word document (.docx) that can be read.", "Open it and save it again as .docx, or copy its text into a file that ends in .txt."}

// readDocx reads a Word document: headings by their styles, lists, links,
// tables, bold and italics, footnotes, and its pictures as files.
func readDocx(name string, data []byte) (*source, error) {
	if len(data) > MaxDocument {
		return nil, &Unreadable{fmt.Sprintf("The document is larger than %d MB.", MaxDocument>>20), "Make its pictures smaller, or take them out."}
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(archive.File) > 5000 {
		return nil, notWord
	}
	d := &document{source: &source{name: name}, files: map[string]*zip.File{}, counts: map[string][]int{}, notes: map[string]*element{}}
	for _, f := range archive.File {
		d.files[strings.TrimPrefix(f.Name, "/")] = f
	}
	main := d.part("word/document.xml")
	if main == nil {
		if d.files["word/document.xml"] != nil {
			return nil, &Unreadable{"The document's text is damaged, or unpacks to more than any note has.", "Open it and save it again as .docx, or copy its text into a file that ends in .txt."}
		}
		return nil, notWord
	}
	d.readLinks()
	d.readStyles()
	d.readNumbering()
	for part, key := range map[string]string{"word/footnotes.xml": "f", "word/endnotes.xml": "e"} {
		root := d.part(part)
		for _, n := range root.first().all() {
			if n.attrs["type"] == "" {
				d.notes[key+n.attrs["id"]] = n
			}
		}
	}
	d.headersAndFooters()
	d.body(main.first().kid("body"))
	d.footnotes()
	for _, b := range d.blocks {
		if b.kind == paragraph && isPictureName(b.text) {
			d.missingPicture(b.text, b.text, b.line)
		}
	}
	if d.files["word/comments.xml"] != nil {
		d.problem("comments-left", report.Advice, 0, "The document has comments in its margin. They aren't part of the text, and were left out.", "Look through them in the original.")
	}
	words, blocks := d.words, d.source
	d.source.plainer = func() *source {
		p := &source{name: name, words: words, before: blocks.before, after: blocks.after, media: blocks.media, problems: blocks.problems}
		for _, b := range blocks.blocks {
			if b.kind == verbatim {
				for _, in := range b.inner {
					p.blocks = append(p.blocks, block{text: in.text, line: in.line})
				}
				continue
			}
			b.md = ""
			p.blocks = append(p.blocks, b)
		}
		return p
	}
	return d.source, nil
}

func (e *element) first() *element {
	if e == nil || len(e.kids) == 0 {
		return nil
	}
	return e.kids[0]
}

func (e *element) all() []*element {
	if e == nil {
		return nil
	}
	return e.kids
}

// bytes unpacks a part, or nothing when it isn't there or is too large.
func (d *document) bytes(name string) []byte {
	f := d.files[name]
	if f == nil || d.unpacked > maxUnpacked {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return nil
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxPart+1))
	d.unpacked += int64(len(data))
	if err != nil || len(data) > maxPart {
		return nil
	}
	return data
}

func (d *document) part(name string) *element {
	data := d.bytes(name)
	if data == nil {
		return nil
	}
	root, err := parseXML(data)
	if err != nil {
		return nil
	}
	return root
}

func (d *document) readLinks() {
	d.links = map[string]string{}
	for _, r := range d.part("word/_rels/document.xml.rels").first().all() {
		d.links[r.attrs["Id"]] = r.attrs["Target"]
	}
}

func (d *document) readStyles() {
	d.styles = map[string]style{}
	for _, e := range d.part("word/styles.xml").first().all() {
		if e.name != "style" {
			continue
		}
		s := style{name: strings.ToLower(e.val("name")), basedOn: e.val("basedOn")}
		switch n := strings.TrimPrefix(s.name, "heading "); {
		case len(n) == 1 && n >= "1" && n <= "6" && n != s.name:
			s.heading = atoi(n)
		case s.name == "title":
			s.title = true
		default:
			if o := e.kid("pPr").val("outlineLvl"); len(o) == 1 && o < "6" {
				s.heading = atoi(o) + 1
			}
		}
		s.list = strings.HasPrefix(s.name, "list bullet")
		if n := e.kid("pPr").kid("numPr"); n != nil {
			s.numID, s.numLevel = n.val("numId"), atoi(n.val("ilvl"))
		}
		d.styles[e.attrs["styleId"]] = s
	}
}

// style looks a style up, with what it inherits.
func (d *document) style(id string) style {
	s, ok := d.styles[id]
	if !ok {
		// Documents by other programs name built-in styles without listing them.
		if n := strings.TrimPrefix(strings.ToLower(id), "heading"); len(n) == 1 && n >= "1" && n <= "6" {
			s.heading = atoi(n)
		}
		s.title = strings.EqualFold(id, "Title")
		return s
	}
	for up, depth := s.basedOn, 0; up != "" && depth < 10; depth++ {
		parent := d.styles[up]
		if s.heading == 0 && !s.title {
			s.heading = parent.heading
		}
		if s.numID == "" {
			s.numID, s.numLevel = parent.numID, parent.numLevel
		}
		s.list = s.list || parent.list
		up = parent.basedOn
	}
	return s
}

func (d *document) readNumbering() {
	d.numbering = map[string]map[int]string{}
	abstract := map[string]map[int]string{}
	root := d.part("word/numbering.xml").first()
	for _, e := range root.all() {
		if e.name == "abstractNum" {
			levels := map[int]string{}
			for _, l := range e.kids {
				if l.name == "lvl" {
					levels[atoi(l.attrs["ilvl"])] = l.val("numFmt")
				}
			}
			abstract[e.attrs["abstractNumId"]] = levels
		}
	}
	for _, e := range root.all() {
		if e.name == "num" {
			d.numbering[e.attrs["numId"]] = abstract[e.val("abstractNumId")]
		}
	}
}

// headersAndFooters keeps the words of page headers above the text and of
// footers below it, once each.
func (d *document) headersAndFooters() {
	seen := map[string]bool{}
	for _, kind := range []string{"header", "footer"} {
		for n := 0; n <= 12; n++ {
			number := ""
			if n > 0 {
				number = itoa(n)
			}
			root := d.part("word/" + kind + number + ".xml")
			if root == nil {
				continue
			}
			for _, p := range paragraphsOf(root, nil) {
				text := oneSpace(plainRuns(p))
				if text == "" || seen[text] {
					continue
				}
				seen[text] = true
				m := Moved{Text: text, Into: "comment", after: kind == "footer"}
				if m.after {
					d.after = append(d.after, m)
				} else {
					d.before = append(d.before, m)
					d.words = append(d.words, sourceWords(text)...)
				}
			}
		}
	}
}

// paragraphsOf lists the paragraphs under an element.
func paragraphsOf(e *element, out []*element) []*element {
	if e.name == "p" {
		return append(out, e)
	}
	for _, k := range e.kids {
		out = paragraphsOf(k, out)
	}
	return out
}

// plainRuns is the text under an element, as it stands.
func plainRuns(e *element) string {
	var b strings.Builder
	var walk func(*element)
	walk = func(e *element) {
		switch e.name {
		case "t":
			b.WriteString(e.text)
		case "tab":
			b.WriteByte(' ')
		case "br", "cr", "p":
			b.WriteByte('\n')
		case "noBreakHyphen":
			b.WriteString("\u2011")
		case "del", "moveFrom", "Fallback", "instrText", "tabs", "pPr", "rPr", "txbxContent":
			return
		}
		for _, k := range e.kids {
			walk(k)
		}
		if e.name == "p" || e.name == "tc" {
			b.WriteByte('\n')
		}
	}
	walk(e)
	return b.String()
}

// body walks the paragraphs and tables of the text.
func (d *document) body(e *element) {
	for _, k := range e.all() {
		switch k.name {
		case "p":
			d.paragraph(k)
		case "tbl":
			d.table(k)
		case "sdt":
			d.body(k.kid("sdtContent"))
		case "ins", "moveTo", "customXml", "smartTag":
			d.body(k)
		}
	}
}

// paragraph makes a block of a paragraph. Its place is counted in paragraphs,
// since a Word document has no lines.
func (d *document) paragraph(p *element) {
	b := block{line: len(d.blocks) + 1}
	props := p.kid("pPr")
	s := d.style(props.val("pStyle"))
	if o := props.val("outlineLvl"); len(o) == 1 && o < "6" {
		s.heading = atoi(o) + 1
	}
	runs := d.runs(p, nil, "")
	b.md, b.text, b.strong = inlineMarkdown(runs)
	defer d.boxes(p)
	if b.text == "" && b.md == "" {
		return
	}
	b.styled, b.titled = s.heading, s.title
	numID, level := s.numID, s.numLevel
	if n := props.kid("numPr"); n != nil {
		if n.kid("numId") != nil {
			numID = n.val("numId")
		}
		level = atoi(n.val("ilvl"))
	}
	if b.styled == 0 && !b.titled && (numID != "" && numID != "0" || s.list) {
		b.kind, b.level = item, min(level, 8)
		if format := d.numbering[numID][level]; format == "decimal" {
			b.ordered, b.sign = true, '.'
			b.number = d.count(numID, level)
			// Word counts by itself: the number isn't among the typed words.
			d.words = append(d.words, itoa(b.number))
		}
	} else if b.kind == paragraph && b.styled == 0 {
		d.typedItem(&b)
	}
	d.blocks = append(d.blocks, b)
	d.words = append(d.words, sourceWords(plainRuns(p))...)
}

// typedItem makes an item of a paragraph whose bullet or number was typed.
func (d *document) typedItem(b *block) {
	read := readLine(line{text: b.text}, len(d.blocks) > 0 && d.blocks[len(d.blocks)-1].kind == item)
	if read.kind != item || strings.ContainsRune("–—*+", read.glyph) || b.md != escape(b.text) {
		return
	}
	b.kind, b.ordered, b.number, b.sign, b.text = item, read.ordered, read.number, read.sign, oneSpace(read.text)
	b.md = escape(b.text)
}

// count gives the next number of a list that Word numbers.
func (d *document) count(numID string, level int) int {
	c := d.counts[numID]
	for len(c) <= level {
		c = append(c, 0)
	}
	c = c[:level+1]
	c[level]++
	d.counts[numID] = c
	return c[level]
}

// boxes adds the words of text boxes, which hang on a paragraph, as paragraphs.
func (d *document) boxes(p *element) {
	var walk func(*element)
	walk = func(e *element) {
		switch e.name {
		case "Fallback", "del":
			return
		case "txbxContent":
			d.problem("text-box", report.Advice, len(d.blocks)+1, "The document has a text box. Its words stand in the note as paragraphs.", "See whether that is the right place for them.")
			for _, k := range paragraphsOf(e, nil) {
				d.paragraph(k)
			}
			return
		}
		for _, k := range e.kids {
			walk(k)
		}
	}
	for _, k := range p.kids {
		walk(k)
	}
}

// footnotes writes the notes that the text refers to, in their order.
func (d *document) footnotes() {
	d.inNote = true
	for i, key := range d.noteRefs {
		var md, text []string
		for _, p := range paragraphsOf(d.notes[key], nil) {
			m, t, _ := inlineMarkdown(d.runs(p, nil, ""))
			if m != "" {
				md, text = append(md, strings.ReplaceAll(m, "\\\n", " ")), append(text, t)
			}
		}
		d.words = append(d.words, sourceWords(strings.Join(text, " "))...)
		d.blocks = append(d.blocks, block{kind: verbatim, line: len(d.blocks) + 1, text: strings.Join(text, " "),
			md: "[^" + itoa(i+1) + "]: " + strings.Join(md, " "), inner: []passage{{strings.Join(text, " "), len(d.blocks) + 1, false}}})
	}
	for _, m := range d.after {
		d.words = append(d.words, sourceWords(m.Text)...)
	}
}
