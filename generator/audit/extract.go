package audit

import (
	"bytes"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// extract takes the words and addresses out of one file after another and has
// them looked through. Each core has its own.
type extract struct {
	*looker
	// flow is the running text, in which inline elements don't break words.
	flow []byte
	// asides are texts that don't belong to the flow (descriptions of pictures,
	// comments, fields of feeds), addresses what people don't read (links, IDs);
	// both with walls between.
	asides, addresses []byte
	// chunk collects the text of an XML element.
	chunk []byte
	// pending is where the flow stood at the edge of an inline element; soft are
	// the places where such an edge lies within a word, and may have been meant
	// as a gap: <span>Thandi</span><span>Ochoa</span>.
	pending int
	soft    []int
	// decoded, unescaped, attributes and spare are lent to what needs them: who
	// takes one sets it to nil meanwhile, since what stands in another file is read by the same code.
	decoded, unescaped []byte
	attributes         []attribute
	spare              []byte
	// links is set while a page is read, to judge its links; nil otherwise.
	links *pageLinks
	// repeats spares tags a second look; nil where the files of the site may change meanwhile.
	repeats *repeats
	// idle says that there is nothing to look for in words and addresses, only links.
	idle bool
	// embedded takes what stands inside another file as a data: address.
	embedded func(data []byte)
}

const (
	// fullBuffer is when a buffer is looked through before the file's end, so
	// that memory stays bounded whatever the size of a file.
	fullBuffer = 1 << 18
	fullFlow   = 1 << 20
	// overlap is how much of the flow is kept then, for what lies across the cut.
	overlap = 1 << 12
)

// format is how a file is read.
type format uint8

const (
	htmlFormat format = iota
	xmlFormat
	jsonFormat
	calendarFormat
	styleFormat
	scriptFormat
	captionsFormat
	textFormat
	pictureFormat
	binaryFormat
)

func formatOf(name string, data []byte) format {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm":
		return htmlFormat
	case ".xml", ".svg", ".opml", ".rss", ".atom", ".xhtml", ".xsl":
		return xmlFormat
	case ".json", ".webmanifest", ".map", ".geojson":
		return jsonFormat
	case ".ics":
		return calendarFormat
	case ".css":
		return styleFormat
	case ".js", ".mjs":
		return scriptFormat
	case ".vtt", ".srt":
		return captionsFormat
	}
	switch {
	case pictureKind(data) != "":
		return pictureFormat
	case bytes.IndexByte(data[:min(len(data), 8192)], 0) < 0 && utf8.Valid(data):
		return textFormat
	}
	return binaryFormat
}

func (x *extract) read(f format, data []byte) {
	x.reset()
	x.pending = -1
	x.folded = f == jsonFormat
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	switch f {
	case htmlFormat:
		(&markup{x: x, page: true}).read(data)
	case xmlFormat:
		(&markup{x: x, xml: true, page: true}).read(data)
	case jsonFormat:
		x.json(data, 0)
	case calendarFormat:
		x.calendar(data)
	case styleFormat:
		x.style(data, true)
	case scriptFormat:
		x.code(data, 0)
	case captionsFormat:
		x.captions(data)
	case textFormat:
		x.flow = append(x.flow, data...)
		if bytes.IndexByte(data, '<') >= 0 || bytes.IndexByte(data, '&') >= 0 {
			x.nested(data, 1)
		}
	case binaryFormat:
		x.binary(data)
	}
	x.flushFlow(0)
	x.flushAsides()
	x.flushAddresses()
	if x.repeats != nil {
		x.repeats.learn(x.hits)
	}
}

func (x *extract) aside(text []byte) {
	if len(text) == 0 || x.idle {
		return
	}
	x.asides = append(append(x.asides, wallByte), text...)
	if len(x.asides) > fullBuffer {
		x.flushAsides()
	}
}

// address takes an address, or looks into it when it holds a whole file (data:).
func (x *extract) address(text []byte) {
	if len(text) == 0 || x.idle {
		return
	}
	if data, ok := dataURL(bytes.TrimSpace(text)); ok {
		x.tied()
		x.embedded(data)
		if bytes.IndexByte(text, ' ') < 0 {
			return
		}
	}
	x.addresses = append(append(x.addresses, wallByte), percentDecoded(text)...)
	if len(x.addresses) > fullBuffer {
		x.flushAddresses()
	}
}

// tied says that the tag that is being read must be read wherever it stands (see repeats).
func (x *extract) tied() {
	if x.links != nil {
		x.links.tied = true
	}
}

func (x *extract) wall() { x.flow = append(x.flow, wallByte) }

func (x *extract) flushAsides() {
	x.text(x.asides)
	x.asides = x.asides[:0]
}

func (x *extract) flushAddresses() {
	x.path(x.addresses)
	x.addresses = x.addresses[:0]
}

// flushFlow looks through the flow and empties it but for its last bytes.
func (x *extract) flushFlow(keep int) {
	x.softPlaces()
	x.text(x.flow)
	keepFrom := len(x.flow) - min(keep, len(x.flow))
	for keepFrom < len(x.flow) && keepFrom > 0 && x.flow[keepFrom] != ' ' {
		keepFrom++
	}
	x.flow = append(x.flow[:0], x.flow[keepFrom:]...)
	x.pending = -1
	x.soft = x.soft[:0]
}

// softEdge notes the edge of an inline element.
func (x *extract) softEdge() { x.pending = len(x.flow) }

// seam looks whether the text that was appended at start continues a word across an inline element's edge.
func (x *extract) seam(start int) {
	if x.pending == start && start > 0 && start < len(x.flow) && wordy(x.flow[start-1]) && wordy(x.flow[start]) {
		x.soft = append(x.soft, start)
	}
	if start < len(x.flow) {
		x.pending = -1
	}
}

func wordy(c byte) bool { return asciiFold[c] != 0 || c >= utf8.RuneSelf && c != wallByte }

// softPlaces puts the surroundings of edges within words aside, with gaps at
// those edges, so that both readings are looked at.
func (x *extract) softPlaces() {
	const around = 160
	for i := 0; i < len(x.soft); {
		from := max(0, x.soft[i]-around)
		for from > 0 && wordy(x.flow[from]) {
			from--
		}
		x.asides = append(x.asides, wallByte)
		for i < len(x.soft) && x.soft[i] < from+4*fullBuffer {
			x.asides = append(append(x.asides, x.flow[from:x.soft[i]]...), ' ')
			from = x.soft[i]
			if i++; i == len(x.soft) || x.soft[i] > from+2*around {
				break
			}
		}
		to := min(len(x.flow), from+around)
		for to < len(x.flow) && wordy(x.flow[to]) {
			to++
		}
		x.asides = append(x.asides, x.flow[from:to]...)
	}
}

// nested reads text that is markup once more, such as HTML in a feed.
func (x *extract) nested(text []byte, depth int) {
	if x.idle {
		return
	}
	if depth > maxDepth {
		x.aside(text)
		return
	}
	outer, soft, pending, links := x.flow, x.soft, x.pending, x.links
	x.flow, x.spare, x.soft, x.pending, x.links = x.spare[:0], nil, nil, -1, nil
	(&markup{x: x, depth: depth}).read(text)
	inner := x.flow
	x.softPlaces()
	x.flow, x.soft, x.pending, x.links = outer, soft, pending, links
	x.aside(inner)
	x.spare = inner
}

// field takes a text that stands by itself: a description, a field of a feed.
func (x *extract) field(text []byte, depth int) {
	switch {
	case looksLikeAddress(bytes.TrimSpace(text)):
		x.address(text)
	case bytes.IndexByte(text, '<') >= 0 || bytes.IndexByte(text, '&') >= 0:
		x.nested(text, depth+1)
	default:
		x.aside(text)
	}
}

func (x *extract) comment(text []byte, depth int) {
	if bytes.IndexByte(text, '<') >= 0 || bytes.IndexByte(text, '&') >= 0 {
		x.nested(text, depth+1)
		return
	}
	x.aside(text)
}

// element takes a start tag's attributes.
func (x *extract) element(m *markup, tag []byte) {
	// Markup inside an attribute's value comes here again, so the buffer is taken away meanwhile.
	decoded := x.decoded
	x.decoded = nil
	for _, a := range m.attributes {
		if x.idle && string(a.name) != "style" {
			continue
		}
		if !a.hasValue {
			// What lacks its quotation marks: alt=Thandi Ochoa.
			x.tied()
			x.asides = append(append(x.asides, ' '), a.name...)
			continue
		}
		if !a.quoted {
			x.tied()
			x.asides = append(append(x.asides, ' '), a.value...)
		}
		if len(a.value) == 0 {
			continue
		}
		value := a.value
		if bytes.IndexByte(value, '&') >= 0 {
			decoded = decodeReferences(decoded[:0], value, true)
			value = decoded
		}
		x.attribute(m, a.name, value)
	}
	x.decoded = decoded
	if x.links != nil && m.page {
		x.links.element(tag, m.attributes)
	}
}

func (x *extract) attribute(m *markup, attr, value []byte) {
	switch string(attr) {
	case "href", "src", "action", "formaction", "cite", "data", "poster", "longdesc", "ping", "background", "xlink:href",
		"manifest", "srcset", "imagesrcset", "usemap", "itemid", "itemtype", "resource", "xml:base", "profile", "codebase", "url", "xmlurl", "htmlurl":
		x.address(value)
	case "class", "id", "for", "name", "rel", "type", "role", "lang", "hreflang", "aria-labelledby", "aria-describedby",
		"aria-controls", "aria-owns", "headers", "list", "form", "target", "slot", "part", "itemprop", "property", "http-equiv",
		"media", "sizes", "width", "height", "integrity", "nonce", "charset", "xmlns", "d", "viewbox", "points", "transform":
		x.address(value)
	case "style":
		x.tied()
		x.style(value, m.page)
	case "content":
		x.tied()
		// What a refresh leads to is an address; everything else is a field.
		if _, to := refresh(value); to != nil {
			x.address(to)
			return
		}
		x.field(value, m.depth)
	default:
		x.tied()
		x.field(value, m.depth)
	}
}

// refresh takes <meta http-equiv=refresh content="0; url=/x/"> apart.
func refresh(content []byte) (wait, to []byte) {
	wait, rest, ok := bytes.Cut(content, []byte(";"))
	if !ok {
		return content, nil
	}
	rest = bytes.TrimSpace(rest)
	if len(rest) < 4 || !bytes.EqualFold(rest[:4], []byte("url=")) {
		return content, nil
	}
	return bytes.TrimSpace(wait), bytes.Trim(bytes.TrimSpace(rest[4:]), `'"`)
}

func (x *extract) script(kind, content []byte, depth int) {
	if bytes.HasSuffix(bytes.ToLower(bytes.TrimSpace(kind)), []byte("json")) || bytes.EqualFold(kind, []byte("importmap")) {
		x.json(content, depth)
		return
	}
	x.code(content, depth)
}

// code looks at a script as text, its escapes replaced; words in it count as
// text, since a script may show them.
func (x *extract) code(src []byte, depth int) {
	plain := unescapeCode(nil, src)
	x.aside(plain)
	x.asWritten(src, plain)
	if bytes.Contains(plain, []byte("</")) {
		x.nested(plain, depth+1)
	}
}

// style looks at a style sheet, and has the addresses judged that it makes a browser fetch.
func (x *extract) style(src []byte, page bool) {
	plain := unescapeStyle(src)
	x.aside(plain)
	x.asWritten(src, plain)
	for _, ref := range styleReferences(plain) {
		x.address(ref)
		if x.links != nil && page {
			x.links.fetch(ref)
		}
	}
}

// asWritten looks at a text with its escapes too, since readers may.
func (x *extract) asWritten(src, plain []byte) {
	if len(src) != len(plain) {
		x.aside(src)
	}
}

// styleReferences returns what a style sheet makes a browser fetch: url(), @import and image-set().
func styleReferences(css []byte) [][]byte {
	var refs [][]byte
	for at := 0; at < len(css); {
		switch c := css[at]; {
		case c == '/' && bytes.HasPrefix(css[at:], []byte("/*")):
			end := bytes.Index(css[at+2:], []byte("*/"))
			if end < 0 {
				return refs
			}
			at += end + 4
		case (c == 'u' || c == 'U') && len(css) > at+4 && bytes.EqualFold(css[at:at+4], []byte("url(")):
			end := bytes.IndexByte(css[at:], ')')
			if end < 0 {
				return refs
			}
			ref := bytes.TrimSpace(css[at+4 : at+end])
			if len(ref) > 0 && (ref[0] == '"' || ref[0] == '\'') {
				if close := bytes.IndexByte(css[at+4+bytes.IndexByte(css[at+4:], ref[0])+1:], ref[0]); close >= 0 {
					from := at + 4 + bytes.IndexByte(css[at+4:], ref[0]) + 1
					ref, end = css[from:from+close], from+close-at
				}
			}
			refs = append(refs, ref)
			at += end + 1
		case c == '@' && len(css) > at+7 && bytes.EqualFold(css[at:at+7], []byte("@import")), hasFold(css[at:], "image-set("):
			end := bytes.IndexAny(css[at:], ";)")
			if end < 0 {
				end = len(css) - at
			}
			refs = append(refs, quoted(css[at:at+end])...)
			at += 7
		default:
			at++
		}
	}
	return refs
}

func hasFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && (b[0]|0x20) == prefix[0] && bytes.EqualFold(b[:len(prefix)], []byte(prefix))
}

func quoted(b []byte) [][]byte {
	var list [][]byte
	for len(b) > 0 {
		open := bytes.IndexAny(b, `"'`)
		if open < 0 {
			break
		}
		end := bytes.IndexByte(b[open+1:], b[open])
		if end < 0 {
			break
		}
		list = append(list, b[open+1:open+1+end])
		b = b[open+end+2:]
	}
	return list
}

// unescapeStyle replaces CSS escapes (\41 mina); the same slice when there are none.
func unescapeStyle(src []byte) []byte {
	if bytes.IndexByte(src, '\\') < 0 {
		return src
	}
	out := make([]byte, 0, len(src))
	for i := 0; i < len(src); i++ {
		if src[i] != '\\' || i+1 == len(src) {
			out = append(out, src[i])
			continue
		}
		var r rune
		n := 0
		for n < 6 && i+1+n < len(src) && hexDigit(src[i+1+n]) >= 0 {
			r = r<<4 | rune(hexDigit(src[i+1+n]))
			n++
		}
		switch {
		case n > 0:
			out = utf8.AppendRune(out, r)
			i += n
			if i+1 < len(src) && isSpace(src[i+1]) {
				i++
			}
		case src[i+1] == '\n':
			i++
		}
	}
	return out
}

// unescapeCode replaces the escapes of JavaScript and JSON strings, in out when
// it has room; the same slice when there are none.
func unescapeCode(out, src []byte) []byte {
	escape := bytes.IndexByte(src, '\\')
	if escape < 0 {
		return src
	}
	out = append(slices.Grow(out[:0], len(src)), src[:escape]...)
	hex := func(from, n int) (rune, bool) {
		var r rune
		for k := from; k < from+n; k++ {
			if k >= len(src) || hexDigit(src[k]) < 0 {
				return 0, false
			}
			r = r<<4 | rune(hexDigit(src[k]))
		}
		return r, true
	}
	for i := escape; i < len(src); i++ {
		if src[i] != '\\' || i+1 == len(src) {
			out = append(out, src[i])
			continue
		}
		i++
		switch c := src[i]; c {
		case 'n', 't', 'r', 'f', 'v', 'b':
			out = append(out, ' ')
		case '\n': // a string continued on the next line
		case 'x':
			if r, ok := hex(i+1, 2); ok {
				out = utf8.AppendRune(out, r)
				i += 2
			}
		case 'u':
			if i+1 < len(src) && src[i+1] == '{' {
				var r rune
				k := i + 2
				for k < len(src) && k < i+8 && hexDigit(src[k]) >= 0 {
					r = r<<4 | rune(hexDigit(src[k]))
					k++
				}
				out = utf8.AppendRune(out, r)
				i = k
				continue
			}
			r, ok := hex(i+1, 4)
			if !ok {
				continue
			}
			i += 4
			if r >= 0xd800 && r < 0xdc00 && i+2 < len(src) && src[i+1] == '\\' && src[i+2] == 'u' {
				if low, ok := hex(i+3, 4); ok && low >= 0xdc00 && low < 0xe000 {
					r = (r-0xd800)<<10 | (low - 0xdc00) + 0x10000
					i += 6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, c)
		}
	}
	return out
}

// json looks at every string of a JSON text, whether or not the text is well formed.
func (x *extract) json(src []byte, depth int) {
	address := false // whether the last key says that an address follows
	buffer := x.unescaped
	x.unescaped = nil
	for i := 0; i < len(src); {
		if src[i] != '"' {
			end := bytes.IndexByte(src[i:], '"')
			if end < 0 {
				end = len(src) - i
			}
			x.aside(src[i : i+end]) // nothing but punctuation and numbers, if it is JSON
			i += end
			continue
		}
		end, escaped := i+1, false
		for end < len(src) && src[end] != '"' {
			if src[end] == '\\' {
				escaped = true
				end++
			}
			end++
		}
		end = min(end, len(src))
		value := src[i+1 : end]
		if escaped {
			buffer = unescapeCode(buffer, value)
			value = buffer
		}
		i = min(end+1, len(src))
		next := i
		for next < len(src) && isSpace(src[next]) {
			next++
		}
		if next < len(src) && src[next] == ':' {
			address = isAddressKey(value)
			x.aside(value)
			continue
		}
		if address {
			x.address(value)
		} else {
			x.field(value, depth)
		}
	}
	x.unescaped = buffer
}

// isAddressKey reports whether a key of JSON stands before addresses.
func isAddressKey(key []byte) bool {
	switch string(key) {
	case "url", "id", "home_page_url", "feed_url", "next_url", "external_url", "image", "banner_image", "icon", "favicon", "avatar",
		"@id", "@type", "@context", "mime_type":
		return true
	}
	return false
}

// calendar looks at an iCalendar file (RFC 5545): lines unfolded, escapes replaced.
func (x *extract) calendar(src []byte) {
	unfolded := make([]byte, 0, len(src))
	for i := 0; i < len(src); i++ {
		if src[i] == '\r' && i+1 < len(src) && src[i+1] == '\n' {
			continue
		}
		if src[i] == '\n' && i+1 < len(src) && (src[i+1] == ' ' || src[i+1] == '\t') {
			i++
			continue
		}
		unfolded = append(unfolded, src[i])
	}
	x.asWritten(src, unfolded)
	for row := range bytes.Lines(unfolded) {
		plain := make([]byte, 0, len(row))
		for i := 0; i < len(row); i++ {
			if row[i] == '\\' && i+1 < len(row) {
				i++
				if row[i] == 'n' || row[i] == 'N' {
					plain = append(plain, ' ')
					continue
				}
			}
			plain = append(plain, row[i])
		}
		property, value, _ := bytes.Cut(plain, []byte(":"))
		bare, _, _ := bytes.Cut(property, []byte(";"))
		x.aside(property)
		switch strings.ToUpper(string(bare)) {
		case "URL", "UID", "ATTACH", "SOURCE", "IMAGE", "CONFERENCE":
			x.address(value)
		default:
			x.field(value, 0)
		}
	}
}

// captions looks at captions as the running text that viewers read.
func (x *extract) captions(src []byte) {
	for row := range bytes.Lines(src) {
		trimmed := bytes.TrimSpace(row)
		if bytes.Contains(trimmed, []byte("-->")) || len(trimmed) > 0 && len(bytes.Trim(trimmed, "0123456789")) == 0 {
			x.aside(trimmed)
			continue
		}
		x.flow = append(x.flow, row...)
	}
	if bytes.IndexByte(x.flow, '<') >= 0 || bytes.IndexByte(x.flow, '&') >= 0 {
		x.nested(x.flow, 1)
	}
}

// binary looks for words in a file that isn't text: runs of UTF-8, and of
// UTF-16 as tags of recordings use it. Runs must be long enough that they are
// not chance; names of one word count in them only with something around.
func (x *extract) binary(data []byte) {
	const shortest = 8
	start := 0
	for i := 0; i <= len(data); {
		size := 0
		if i < len(data) {
			c := data[i]
			switch {
			case c >= ' ' && c < 0x7f || c == '\t' || c == '\n':
				size = 1
			case c >= 0xc2:
				if r, n := utf8.DecodeRune(data[i:]); r != utf8.RuneError {
					size = n
				}
			}
		}
		if size > 0 {
			i += size
			continue
		}
		if i-start >= shortest {
			x.aside(data[start:i])
		}
		i++
		start = i
	}
	for _, big := range []bool{false, true} {
		for _, shift := range []int{0, 1} {
			x.wide(data[min(shift, len(data)):], big)
		}
	}
}

// wide looks for runs of UTF-16 in the scripts up to Arabic (below U+0700).
func (x *extract) wide(data []byte, big bool) {
	var run []byte
	count := 0
	end := func() {
		if count >= 4 {
			x.aside(run)
		}
		run, count = run[:0], 0
	}
	for i := 0; i+1 < len(data); i += 2 {
		low, high := data[i], data[i+1]
		if big {
			low, high = high, low
		}
		r := rune(high)<<8 | rune(low)
		if r >= 0x700 || r < ' ' || r >= 0x7f && r < 0xa0 {
			end()
			continue
		}
		run = utf8.AppendRune(run, r)
		if count++; count >= fullBuffer {
			end()
		}
	}
	end()
}
