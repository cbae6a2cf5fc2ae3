package audit

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// HTML and XML are read by a small tokenizer of the proof's own, which follows
// the HTML standard's states (13.2.5) as far as they decide what is text, what
// a tag, and what an attribute's value; a fuzz test compares it with
// the one of golang.org/x/net/html, which takes four times as long. It never drops anything: what a browser would ignore
// (comments, the rest after an unclosed tag) is looked at too.

// isInline reports whether an element doesn't break a word: Jo<em>hn</em> is John.
func isInline(tag []byte) bool {
	switch string(tag) {
	case "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font",
		"i", "ins", "kbd", "label", "mark", "nobr", "q", "rb", "ruby", "s", "samp", "slot", "small", "span", "strike", "strong",
		"sub", "sup", "time", "tspan", "tt", "u", "var", "wbr", "link", "meta", "script", "style":
		return true
	}
	return false
}

// isRaw reports whether an HTML element's content isn't markup, and whether
// character references count in it all the same.
func isRaw(tag []byte) (raw, references bool) {
	switch string(tag) {
	case "textarea", "title":
		return true, true
	case "iframe", "noembed", "noframes", "plaintext", "script", "style", "xmp":
		return true, false
	}
	return false, false
}

// markup reads HTML, or XML with its escaped HTML. depth counts how often what
// was read stood escaped in something else.
type markup struct {
	x     *extract
	xml   bool
	depth int
	// page is set for the file's own markup: its links count.
	page bool
	// inside is the last start tag of XML.
	inside string
	// repeats is nil where nothing is to be remembered.
	repeats *repeats
	// detour is where in the flow a footnote mark or a reading aid began.
	detour     int
	detourTag  string
	attributes []attribute
}

type attribute struct {
	name, value      []byte
	hasValue, quoted bool
}

// maxDepth is how often escaped HTML in escaped HTML is followed.
const maxDepth = 4

func isSpace(c byte) bool {
	const spaces = 1<<' ' | 1<<'\t' | 1<<'\n' | 1<<'\f' | 1<<'\r'
	return c <= ' ' && spaces>>c&1 != 0
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// lower folds ASCII capitals; it copies only when there are any.
func lower(b []byte) []byte {
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b = append([]byte(nil), b...)
			for k := i; k < len(b); k++ {
				if c := b[k]; c >= 'A' && c <= 'Z' {
					b[k] = c + 'a' - 'A'
				}
			}
			return b
		}
	}
	return b
}

func (m *markup) read(src []byte) {
	m.detour = -1
	m.attributes, m.x.attributes = m.x.attributes[:0], nil
	if m.page && !m.xml && m.x.links != nil {
		m.repeats = m.x.repeats
	}
	for len(src) > 0 {
		open := bytes.IndexByte(src, '<')
		if open < 0 {
			m.text(src, true)
			break
		}
		if open > 0 {
			m.text(src[:open], true)
		}
		src = src[open:]
		if len(src) == 1 {
			m.text(src, true)
			break
		}
		switch c := src[1]; {
		case isLetter(c):
			src = m.startTag(src)
		case c == '/':
			src = m.endTag(src)
		case c == '!' || c == '?':
			src = m.declaration(src)
		default:
			m.text(src[:1], true)
			src = src[1:]
		}
	}
	m.endText()
	m.endDetour()
	m.x.attributes = m.attributes
}

// text takes text between tags; references says whether character references count.
func (m *markup) text(raw []byte, references bool) {
	x := m.x
	if x.idle && !m.xml {
		return
	}
	if m.xml {
		if references {
			x.chunk = decodeReferences(x.chunk, raw, false)
		} else {
			x.chunk = append(x.chunk, raw...)
		}
		return
	}
	start, encoded := len(x.flow), bytes.IndexByte(raw, '&') >= 0
	if references && encoded {
		x.flow = decodeReferences(x.flow, raw, false)
	} else {
		x.flow = append(x.flow, raw...)
	}
	x.seam(start)
	if encoded && m.depth < maxDepth && bytes.IndexByte(x.flow[start:], '<') >= 0 {
		x.nested(x.flow[start:], m.depth+1)
	}
}

// endText takes the whole text of an XML element, which may be escaped HTML or an address.
func (m *markup) endText() {
	x := m.x
	if !m.xml || len(x.chunk) == 0 {
		return
	}
	chunk := x.chunk
	x.chunk = nil // nested markup may be XHTML of its own
	start := len(x.flow)
	switch trimmed := bytes.TrimSpace(chunk); {
	case looksLikeAddress(trimmed):
		x.address(trimmed)
		if m.page && x.links != nil && (m.inside == "loc" || m.inside == "link") {
			x.links.link(trimmed)
		}
	case x.idle:
	case m.depth < maxDepth && bytes.ContainsAny(trimmed, "<&"):
		if bytes.IndexByte(trimmed, '<') >= 0 {
			x.wall()
		}
		(&markup{x: x, depth: m.depth + 1}).read(chunk)
	default:
		x.flow = append(x.flow, chunk...)
		x.seam(start)
	}
	x.chunk = chunk[:0]
	m.inside = ""
}

// endOfName returns where the name of a tag or attribute ends that begins at i.
func endOfName(src []byte, i int) int {
	for i < len(src) && (src[i] > '>' || !isSpace(src[i]) && src[i] != '/' && src[i] != '>') {
		i++
	}
	return i
}

// restOfTag reads a tag from after its name to its end; attributes that need no second look aren't read.
func (m *markup) restOfTag(src []byte, nameEnd int) (rest []byte, closed bool) {
	m.attributes = m.attributes[:0]
	if nameEnd < len(src) && src[nameEnd] == '>' {
		return src[nameEnd+1:], true
	}
	if m.repeats != nil {
		if known := m.repeats.length(src); known > 0 {
			return src[known:], true
		}
	}
	return m.readAttributes(src[nameEnd:])
}

func (m *markup) startTag(src []byte) []byte {
	nameEnd := endOfName(src, 1)
	rest, closed := m.restOfTag(src, nameEnd)
	if !closed {
		m.leftover(src)
		return nil
	}
	m.endText()
	tag := lower(src[1:nameEnd])
	m.edge(tag)
	switch string(tag) {
	case "sup", "rt", "rp":
		m.endDetour()
		m.detour, m.detourTag = len(m.x.flow), string(tag)
	}
	if bytes.IndexByte(tag, '-') > 0 {
		m.x.address(tag)
	}
	if len(m.x.flow) > fullFlow && m.detour < 0 && m.depth == 0 {
		m.x.flushFlow(overlap)
	}
	raw, references := isRaw(tag)
	if len(m.attributes) > 0 {
		if m.repeats != nil {
			m.x.links.tied = raw // what is in it depends on its attributes
		}
		m.x.element(m, tag)
		if m.repeats != nil && !m.x.links.tied {
			m.repeats.fresh = append(m.repeats.fresh, src[:len(src)-len(rest)])
		}
	}
	if m.xml {
		m.inside = string(tag)
	}
	if !raw || m.xml {
		return rest
	}
	content, rest := rawContent(rest, tag)
	switch string(tag) {
	case "script":
		m.x.script(attributeOf(m.attributes, "type"), content, m.depth)
	case "style":
		m.x.style(content, m.page)
	default:
		m.text(content, references)
	}
	return rest
}

func attributeOf(list []attribute, name string) []byte {
	for _, a := range list {
		if string(a.name) == name {
			return a.value
		}
	}
	return nil
}

// rawContent returns everything up to the element's own end tag.
func rawContent(src, tag []byte) (content, rest []byte) {
	if string(tag) == "plaintext" {
		return src, nil
	}
	for at := 0; ; {
		open := bytes.Index(src[at:], []byte("</"))
		if open < 0 {
			return src, nil
		}
		open += at
		end := open + 2 + len(tag)
		if end < len(src) && bytes.EqualFold(src[open+2:end], tag) && (isSpace(src[end]) || src[end] == '/' || src[end] == '>') {
			return src[:open], src[open:]
		}
		at = open + 2
	}
}

func (m *markup) endTag(src []byte) []byte {
	if len(src) < 3 {
		m.text(src, true)
		return nil
	}
	if !isLetter(src[2]) {
		end := bytes.IndexByte(src, '>')
		if end < 0 {
			m.leftover(src)
			return nil
		}
		m.x.comment(src[2:end], m.depth)
		return src[end+1:]
	}
	nameEnd := endOfName(src, 2)
	rest, closed := m.restOfTag(src, nameEnd)
	if !closed {
		m.leftover(src)
		return nil
	}
	m.endText()
	tag := lower(src[2:nameEnd])
	if m.detour >= 0 && string(tag) == m.detourTag {
		m.endDetour()
	}
	m.edge(tag)
	if len(m.attributes) > 0 { // an end tag has none, but bytes are bytes
		m.x.aside(decodeReferences(nil, src[nameEnd:len(src)-len(rest)], true))
	}
	return rest
}

// leftover takes what follows an unclosed tag or comment: a browser drops it, a reader of the bytes doesn't.
func (m *markup) leftover(src []byte) {
	m.endText()
	m.x.aside(decodeReferences(nil, src, true))
}

// edge notes the edge of an element in the flow of the text.
func (m *markup) edge(tag []byte) {
	if isInline(tag) {
		m.x.softEdge()
	} else {
		m.x.flow = append(m.x.flow, ' ')
	}
}

// endDetour takes footnote marks and reading aids out of the sentence around
// them: “Amina<sup>1</sup> said” is “Amina said”.
func (m *markup) endDetour() {
	if m.detour < 0 {
		return
	}
	x := m.x
	mark := x.flow[m.detour:]
	if m.detourTag == "sup" {
		for _, c := range mark {
			if asciiFold[c] > '9' || c >= utf8.RuneSelf {
				m.detour = -1
				return
			}
		}
	}
	x.aside(mark)
	x.flow = x.flow[:m.detour]
	for len(x.soft) > 0 && x.soft[len(x.soft)-1] > len(x.flow) {
		x.soft = x.soft[:len(x.soft)-1]
	}
	m.detour = -1
}

// readAttributes reads a tag from after its name to its end.
func (m *markup) readAttributes(src []byte) (rest []byte, closed bool) {
	m.attributes = m.attributes[:0]
	i := 0
	for {
		for i < len(src) && (isSpace(src[i]) || src[i] == '/') {
			i++
		}
		if i == len(src) {
			return nil, false
		}
		if src[i] == '>' {
			return src[i+1:], true
		}
		start := i
		i++ // a name may begin with an equals sign
		for i < len(src) && src[i] != '=' && src[i] != '>' && src[i] != '/' && !isSpace(src[i]) {
			i++
		}
		a := attribute{name: lower(src[start:i])}
		for i < len(src) && isSpace(src[i]) {
			i++
		}
		if i < len(src) && src[i] == '=' {
			i++
			a.hasValue = true
			for i < len(src) && isSpace(src[i]) {
				i++
			}
			if i == len(src) {
				return nil, false
			}
			if q := src[i]; q == '"' || q == '\'' {
				end := bytes.IndexByte(src[i+1:], q)
				if end < 0 {
					return nil, false
				}
				a.value, a.quoted = src[i+1:i+1+end], true
				i += end + 2
			} else {
				start := i
				for i < len(src) && !isSpace(src[i]) && src[i] != '>' {
					i++
				}
				a.value = src[start:i]
			}
		}
		m.attributes = append(m.attributes, a)
	}
}

// declaration takes comments, CDATA sections, doctypes and processing instructions.
func (m *markup) declaration(src []byte) []byte {
	if comment, ok := bytes.CutPrefix(src, []byte("<!--")); ok {
		if bytes.HasPrefix(comment, []byte(">")) {
			return comment[1:]
		}
		if bytes.HasPrefix(comment, []byte("->")) {
			return comment[2:]
		}
		end, length := bytes.Index(comment, []byte("-->")), 3
		if bang := bytes.Index(comment, []byte("--!>")); bang >= 0 && (end < 0 || bang < end) {
			end, length = bang, 4
		}
		if end < 0 {
			m.leftover(src)
			return nil
		}
		m.x.comment(comment[:end], m.depth)
		return comment[end+length:]
	}
	if section, ok := bytes.CutPrefix(src, []byte("<![CDATA[")); ok && m.xml {
		end := bytes.Index(section, []byte("]]>"))
		if end < 0 {
			m.leftover(src)
			return nil
		}
		m.text(section[:end], false)
		return section[end+3:]
	}
	end := bytes.IndexByte(src, '>')
	if end < 0 {
		m.leftover(src)
		return nil
	}
	m.x.comment(src[2:end], m.depth)
	return src[end+1:]
}

// decodeReferences appends text with its character references (&amp;, &#233;) replaced.
func decodeReferences(dst, src []byte, inAttribute bool) []byte {
	for {
		amp := bytes.IndexByte(src, '&')
		if amp < 0 {
			return append(dst, src...)
		}
		dst = append(dst, src[:amp]...)
		src = src[amp:]
		n := 1
		for n < len(src) && n < 40 && (asciiFold[src[n]] != 0 || n == 1 && src[n] == '#') {
			n++
		}
		if n < len(src) && src[n] == ';' {
			n++
		} else if inAttribute && n < len(src) && src[n] == '=' {
			// ?a=1&copy=2 (HTML standard, named character reference state)
			dst = append(dst, src[:n]...)
			src = src[n:]
			continue
		}
		switch string(src[:n]) {
		case "&amp;":
			dst = append(dst, '&')
		case "&lt;":
			dst = append(dst, '<')
		case "&gt;":
			dst = append(dst, '>')
		case "&#39;", "&apos;":
			dst = append(dst, '\'')
		case "&#34;", "&quot;":
			dst = append(dst, '"')
		default:
			dst = append(dst, html.UnescapeString(string(src[:n]))...)
		}
		src = src[n:]
	}
}

// looksLikeAddress reports whether a text without white space is an address or path rather than words.
func looksLikeAddress(b []byte) bool {
	if len(b) == 0 || bytes.IndexByte(b, '/') < 0 && !bytes.HasPrefix(b, []byte("urn:")) && !bytes.HasPrefix(b, []byte("mailto:")) {
		return false
	}
	for _, c := range b {
		if isSpace(c) || c == '<' {
			return false
		}
	}
	return b[0] == '/' || b[0] == '.' || b[0] == '#' || bytes.IndexByte(b, ':') > 0 || bytes.HasSuffix(b, []byte("/"))
}

// percentDecoded returns text with %20 and its like replaced; the same slice when there are none.
func percentDecoded(b []byte) []byte {
	if bytes.IndexByte(b, '%') < 0 {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '%' && i+2 < len(b) {
			if high, low := hexDigit(b[i+1]), hexDigit(b[i+2]); high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low))
				i += 2
				continue
			}
		}
		out = append(out, b[i])
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20) - 'a' + 10
	}
	return -1
}

// dataURL decodes a data: address (RFC 2397).
func dataURL(address []byte) (data []byte, ok bool) {
	if len(address) < 5 || !bytes.EqualFold(address[:5], []byte("data:")) {
		return nil, false
	}
	head, body, ok := bytes.Cut(address[5:], []byte(","))
	if !ok {
		return nil, false
	}
	if !bytes.HasSuffix(bytes.ToLower(bytes.TrimSpace(head)), []byte("base64")) {
		plain, err := url.PathUnescape(string(body))
		return []byte(plain), err == nil
	}
	body = percentDecoded(body)
	clean := make([]byte, 0, len(body))
	for _, c := range body {
		switch {
		case isSpace(c) || c == '=':
		case c == '-':
			clean = append(clean, '+')
		case c == '_':
			clean = append(clean, '/')
		default:
			clean = append(clean, c)
		}
	}
	data, err := base64.RawStdEncoding.DecodeString(string(clean))
	return data, err == nil
}
