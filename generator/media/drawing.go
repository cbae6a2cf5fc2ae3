package media

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/svg"
)

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
	xhtmlSpace = "http://www.w3.org/1999/xhtml"

	maxDepth = 100
	// maxDrawn bounds how many elements a drawing may come to once every
	// reference is followed: ten lines of nested <use> could ask a browser
	// for millions.
	maxDrawn = 200_000
)

// Drawing makes an SVG ready. It is refused unless it is a plain drawing: no
// script, event handler, animation, link, reference to anything outside the
// file, embedded raster picture, foreign content, DOCTYPE or entity. What
// draws nothing is dropped: comments, metadata, titles, descriptions, and the
// marks of drawing programs. Everything that remains is written anew from
// lists of known elements and attributes, with new ids, and minified.
//
// The drawing needs a size: width and height, or a viewBox. Errors are of
// type [*Error] with line and column.
func Drawing(data []byte) (*Rendition, error) {
	if len(data) == 0 {
		return nil, problem("picture-empty", "This drawing's file is empty: it has no bytes in it.",
			"Copy the drawing into the folder again; it may not have finished uploading.")
	}
	if len(data) > MaxDrawing {
		return nil, problem("svg-too-large", fmt.Sprintf("This drawing's file has %s; at most %s can be made ready.", megabytes(int64(len(data))), megabytes(MaxDrawing)),
			"Simplify its paths in the drawing program, or export it as PNG.")
	}
	root, err := readDrawing(data)
	if err != nil {
		return nil, countCharacters(err, data)
	}
	width, height, err := root.size()
	if err != nil {
		return nil, err
	}
	plain := root.write()
	small := minified(plain)
	return &Rendition{Width: width, Height: height, Files: []File{newFile(small, ".svg", "image/svg+xml", width, height)}}, nil
}

// countCharacters turns the column of an error, which the XML decoder counts
// in bytes, into one in characters.
func countCharacters(err error, data []byte) error {
	var told *Error
	if !errors.As(err, &told) || told.Line < 1 {
		return err
	}
	lines := bytes.SplitN(bytes.TrimPrefix(data, byteOrderMark), []byte("\n"), told.Line+1)
	if told.Line <= len(lines) {
		line := lines[told.Line-1]
		told.Column = 1 + utf8.RuneCount(line[:min(max(told.Column-1, 0), len(line))])
	}
	return told
}

// minified shortens a drawing. The shorter form is read again as strictly as
// a new file, and dropped when anything is found in it: the minifier isn't
// made for hostile files.
func minified(plain []byte) []byte {
	var out bytes.Buffer
	if err := svg.Minify(minify.New(), &out, bytes.NewReader(plain), nil); err != nil {
		return spaces(plain)
	}
	small := spaces(out.Bytes())
	if _, err := readDrawing(small); err != nil {
		return spaces(plain)
	}
	return small
}

// keptSpace stands for a space at the edge of a run of text until the
// minifier, which would take it away, has run. No XML file can contain it.
const keptSpace = '\x1f'

func spaces(b []byte) []byte { return bytes.ReplaceAll(b, []byte{keptSpace}, []byte{' '}) }

// element is one element of a drawing, or, without a name, a run of text.
type element struct {
	name         string
	attributes   []attribute
	children     []*element
	text         string
	line, column int
}

type attribute struct{ name, value string }

func (e *element) get(name string) string {
	for _, a := range e.attributes {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

// refusal is why an element may not stand in a drawing.
type refusal struct{ code, message, help string }

var (
	refuseScript = refusal{"svg-script", "This drawing holds a script. A drawing may only draw.",
		"Export it from the drawing program as plain SVG without interactivity, or as PNG."}
	refuseForeign = refusal{"svg-foreign", "This drawing holds a piece of web page (foreignObject or HTML).",
		"In the drawing program, turn text boxes into plain text or paths and export again, or export as PNG."}
	refuseRaster = refusal{"svg-raster", "This drawing has a picture embedded in it.",
		"Publish the picture by itself as JPEG or PNG, under media with the people in it, or export the whole drawing as PNG."}
	refuseReference = refusal{"svg-reference", "This drawing refers to something outside itself (a link, a font, a style or a picture).",
		"Take the link out, or export the drawing again with everything embedded as paths, or as PNG."}
	refuseAnimation = refusal{"svg-animation", "This drawing moves. Only still drawings can be published here.",
		"Export it without animation."}
	refuseDoctype = refusal{"svg-doctype", "This drawing begins with a DOCTYPE or defines entities, which can hide things.",
		"Delete the line that begins with <!DOCTYPE, up to its closing >, or export the drawing as plain SVG."}
	refuseStyle = refusal{"svg-style", "This drawing's style sheet uses more than plain rules for colours, lines and letters.",
		"In the drawing program, choose to export styles as attributes (\"presentation attributes\"), or export as PNG."}
	refuseBroken = refusal{"svg-broken", "This drawing's file can't be read: it isn't well-formed SVG.",
		"Open it in the drawing program and export it again as plain SVG."}
)

func (r refusal) at(line, column int) *Error {
	return problemAt(line, column, r.code, r.message, r.help)
}

// forbidden elements, each with what to say about it.
var forbidden = map[string]refusal{
	"script": refuseScript, "handler": refuseScript, "listener": refuseScript,
	"foreignObject": refuseForeign, "iframe": refuseForeign, "embed": refuseForeign, "object": refuseForeign,
	"image": refuseRaster, "feImage": refuseRaster, "video": refuseRaster, "audio": refuseRaster, "canvas": refuseRaster,
	"a": refuseReference, "link": refuseReference, "cursor": refuseReference, "font-face": refuseReference, "font-face-uri": refuseReference,
	"animate": refuseAnimation, "animateMotion": refuseAnimation, "animateTransform": refuseAnimation, "animateColor": refuseAnimation,
	"set": refuseAnimation, "mpath": refuseAnimation, "discard": refuseAnimation,
}

// unseen elements draw nothing and may say much: they are dropped.
var unseen = set("title desc metadata")

// drawn are the elements that may stand in a drawing.
var drawn = set(`svg g defs symbol use path rect circle ellipse line polyline polygon text tspan textPath style
	linearGradient radialGradient stop pattern marker clipPath mask filter
	feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight
	feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset
	fePointLight feSpecularLighting feSpotLight feTile feTurbulence`)

// holdsText are the elements whose characters are seen.
var holdsText = set("text tspan textPath")

// kept are the attributes that may stand in a drawing, and the properties
// that may stand in a style. Others draw nothing, and are dropped.
var kept = set(`id class style href width height viewBox preserveAspectRatio x y x1 y1 x2 y2 cx cy r rx ry fx fy fr dx dy d points
	transform gradientTransform gradientUnits patternTransform patternUnits patternContentUnits spreadMethod offset
	clipPathUnits maskUnits maskContentUnits filterUnits primitiveUnits markerUnits markerWidth markerHeight refX refY orient
	pathLength rotate textLength lengthAdjust startOffset method spacing side
	alignment-baseline baseline-shift clip-path clip-rule color color-interpolation color-interpolation-filters direction display
	dominant-baseline fill fill-opacity fill-rule filter flood-color flood-opacity font-family font-size font-size-adjust font-stretch
	font-style font-variant font-weight glyph-orientation-vertical image-rendering isolation letter-spacing lighting-color
	marker-start marker-mid marker-end mask mask-type mix-blend-mode opacity overflow paint-order shape-rendering stop-color stop-opacity
	stroke stroke-dasharray stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width
	text-anchor text-decoration text-rendering transform-origin unicode-bidi vector-effect visibility white-space word-spacing writing-mode
	in in2 result mode type values tableValues slope intercept amplitude exponent operator k1 k2 k3 k4 order kernelMatrix divisor bias
	targetX targetY edgeMode preserveAlpha surfaceScale diffuseConstant specularConstant specularExponent limitingConeAngle
	pointsAtX pointsAtY pointsAtZ azimuth elevation z scale xChannelSelector yChannelSelector stdDeviation radius baseFrequency
	numOctaves seed stitchTiles`)

func set(words string) map[string]bool {
	known := map[string]bool{}
	for _, word := range strings.Fields(words) {
		known[word] = true
	}
	return known
}

// readDrawing reads an SVG into a tree of known parts with new ids, or says
// why it can't be one.
func readDrawing(data []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, byteOrderMark)))
	var root *element
	var open []*element
	dropping := 0 // depth inside a part that is being dropped
	for {
		line, column := decoder.InputPos()
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, refuseBroken.at(decoder.InputPos())
		}
		switch token := token.(type) {
		case xml.Directive:
			return nil, refuseDoctype.at(line, column)
		case xml.ProcInst:
			if token.Target != "xml" {
				return nil, refuseReference.at(line, column)
			}
		case xml.StartElement:
			web := token.Name.Space == xhtmlSpace
			foreign := token.Name.Space != svgSpace && token.Name.Space != ""
			// The names of other vocabularies, such as a drawing program's
			// notes about thumbnails, mean nothing to a browser.
			if why, ok := forbidden[token.Name.Local]; ok && (web || !foreign) {
				return nil, why.at(line, column)
			}
			if web {
				return nil, refuseForeign.at(line, column)
			}
			if dropping > 0 || len(open) > 0 && (foreign || unseen[token.Name.Local]) {
				dropping++
				continue
			}
			if len(open) == 0 && (root != nil || foreign || token.Name.Local != "svg") {
				return nil, refuseBroken.at(line, column)
			}
			if !drawn[token.Name.Local] {
				return nil, problemAt(line, column, "svg-element", "This drawing uses an element that isn't part of a plain drawing.",
					"Export it from the drawing program as plain SVG, or as PNG.")
			}
			if len(open) >= maxDepth {
				return nil, problemAt(line, column, "svg-too-large", fmt.Sprintf("This drawing has groups within groups, more than %d deep.", maxDepth),
					"Ungroup its parts in the drawing program and export it again.")
			}
			e := &element{name: token.Name.Local, line: line, column: column}
			if err := e.take(token.Attr); err != nil {
				return nil, err
			}
			if len(open) == 0 {
				root = e
			} else {
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			}
			open = append(open, e)
		case xml.EndElement:
			if dropping > 0 {
				dropping--
				continue
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if dropping > 0 || len(open) == 0 {
				continue
			}
			if parent := open[len(open)-1]; holdsText[parent.name] || parent.name == "style" {
				parent.children = append(parent.children, &element{text: string(token), line: line, column: column})
			}
		}
	}
	if root == nil {
		return nil, refuseBroken.at(1, 1)
	}
	styles, err := root.readStyles()
	if err != nil {
		return nil, err
	}
	if err := root.checkReferences(styles); err != nil {
		return nil, err
	}
	return root, nil
}

// lineBreaks makes white space in attributes plain spaces (XML 1.0, 3.3.3).
var lineBreaks = strings.NewReplacer("\r", " ", "\n", " ", "\t", " ")

// take keeps an element's known attributes, and refuses what reaches out.
func (e *element) take(attrs []xml.Attr) error {
	for _, a := range attrs {
		name, value := a.Name.Local, lineBreaks.Replace(a.Value)
		link := name == "href" && (a.Name.Space == "" || a.Name.Space == xlinkSpace || a.Name.Space == "xlink")
		switch {
		case a.Name.Space == "" && len(name) > 2 && strings.EqualFold(name[:2], "on"):
			return refuseScript.at(e.line, e.column)
		case link:
			value = strings.TrimSpace(value)
			if !strings.HasPrefix(value, "#") {
				return refuseReference.at(e.line, e.column)
			}
		case a.Name.Space != "" || !kept[name]:
			continue
		case name == "style":
			clean, ok := declarations(value)
			if !ok {
				return refuseReference.at(e.line, e.column)
			}
			value = clean
		case name != "id" && name != "class" && !plainValue(value):
			return refuseReference.at(e.line, e.column)
		}
		if e.get(name) == "" {
			e.attributes = append(e.attributes, attribute{name, value})
		}
	}
	return nil
}

var (
	localURL  = regexp.MustCompile(`(?i)url\(\s*["']?#([^"'()\s]+)["']?\s*\)`)
	functions = regexp.MustCompile(`([A-Za-z-]*)\(`)
	calls     = set(`rgb rgba hsl hsla calc matrix translate translatex translatey scale scalex scaley rotate skewx skewy
		blur brightness contrast drop-shadow grayscale hue-rotate invert opacity saturate sepia`)
)

// plainValue reports whether an attribute's or property's value stays within
// the file: the only url() points at an id, and no other function is called
// that could fetch or run something.
func plainValue(value string) bool {
	rest := strings.ToLower(localURL.ReplaceAllString(value, ""))
	if strings.ContainsAny(rest, `\<>@{};`) || strings.Contains(rest, "/*") || strings.Contains(rest, "://") ||
		strings.Contains(rest, "data:") || strings.Contains(rest, "javascript:") {
		return false
	}
	for _, call := range functions.FindAllStringSubmatch(rest, -1) {
		if call[1] != "" && !calls[call[1]] {
			return false
		}
	}
	return true
}

var cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// declarations cleans the inside of a style: known properties with plain
// values. Unknown properties, which draw nothing, are dropped.
func declarations(text string) (clean string, ok bool) {
	var out []string
	for _, declaration := range strings.Split(cssComment.ReplaceAllString(text, " "), ";") {
		property, value, found := strings.Cut(declaration, ":")
		property, value = strings.ToLower(strings.TrimSpace(property)), strings.TrimSpace(value)
		if !found || property == "" {
			continue
		}
		if !plainValue(value) {
			return "", false
		}
		if kept[property] {
			out = append(out, property+":"+value)
		}
	}
	return strings.Join(out, ";"), true
}

// styleReferences holds, for each class or element name that a style sheet
// names, the ids its rules point at.
type styleReferences map[string][]string

var (
	cssRule  = regexp.MustCompile(`(?s)^\s*([^{}]*)\{([^{}]*)\}`)
	selector = regexp.MustCompile(`^[A-Za-z0-9_.,:>+~*\s-]+$`)
	cssName  = regexp.MustCompile(`[A-Za-z0-9_-]+|\*`)
)

// readStyles checks every <style> and writes its rules anew.
func (e *element) readStyles() (styleReferences, error) {
	found := styleReferences{}
	for each := range e.all() {
		if each.name != "style" {
			continue
		}
		var sheet strings.Builder
		for _, child := range each.children {
			sheet.WriteString(child.text)
		}
		rest := cssComment.ReplaceAllString(sheet.String(), " ")
		var out strings.Builder
		for strings.TrimSpace(rest) != "" {
			rule := cssRule.FindStringSubmatch(rest)
			if rule == nil || !selector.MatchString(rule[1]) {
				return nil, refuseStyle.at(each.line, each.column)
			}
			clean, ok := declarations(rule[2])
			if !ok {
				return nil, refuseReference.at(each.line, each.column)
			}
			for _, target := range localURL.FindAllStringSubmatch(clean, -1) {
				for _, name := range cssName.FindAllString(rule[1], -1) {
					found[name] = append(found[name], target[1])
				}
			}
			if clean != "" {
				fmt.Fprintf(&out, "%s{%s}", strings.Join(strings.Fields(rule[1]), " "), clean)
			}
			rest = rest[len(rule[0]):]
		}
		each.children = []*element{{text: out.String(), line: each.line, column: each.column}}
		each.attributes = nil
	}
	return found, nil
}

// all walks an element and everything in it, in the order of the file.
func (e *element) all() func(yield func(*element) bool) {
	return func(yield func(*element) bool) { e.walk(yield) }
}

func (e *element) walk(yield func(*element) bool) bool {
	if !yield(e) {
		return false
	}
	for _, child := range e.children {
		if !child.walk(yield) {
			return false
		}
	}
	return true
}

// targets lists the ids an element points at, by itself or by its style.
func (e *element) targets(styles styleReferences) []string {
	var ids []string
	for _, a := range e.attributes {
		if a.name == "href" {
			ids = append(ids, strings.TrimPrefix(a.value, "#"))
			continue
		}
		for _, target := range localURL.FindAllStringSubmatch(a.value, -1) {
			ids = append(ids, target[1])
		}
	}
	if len(styles) > 0 && e.name != "" {
		for _, name := range append(strings.Fields(e.get("class")), e.name, "*") {
			ids = append(ids, styles[name]...)
		}
	}
	return ids
}

// checkReferences refuses a drawing whose references go in a circle or
// multiply, and gives new ids to what is pointed at, so that no name that
// someone gave to a part is published. Other ids are dropped.
func (e *element) checkReferences(styles styleReferences) error {
	byID := map[string]*element{}
	for each := range e.all() {
		if id := each.get("id"); id != "" && byID[id] == nil {
			byID[id] = each
		}
	}
	costs := map[*element]int{}
	const counting = -1
	var cost func(*element, int) (int, error)
	cost = func(each *element, depth int) (int, error) {
		tooMuch := problemAt(each.line, each.column, "svg-too-large", "This drawing repeats its parts so often that a browser couldn't draw it.",
			"Use fewer clones and patterns in the drawing program, or export as PNG.")
		if known, ok := costs[each]; ok {
			if known == counting {
				return 0, problemAt(each.line, each.column, "svg-circle", "This drawing refers to one of its parts from within that same part, in a circle.",
					"In the drawing program, turn clones into paths and export it again.")
			}
			return known, nil
		}
		if depth > 10*maxDepth {
			return 0, tooMuch
		}
		costs[each] = counting
		sum := 1
		next := slices.Clone(each.children)
		for _, id := range each.targets(styles) {
			if target := byID[id]; target != nil {
				next = append(next, target)
			}
		}
		for _, part := range next {
			n, err := cost(part, depth+1)
			if err != nil {
				return 0, err
			}
			if sum += n; sum > maxDrawn {
				return 0, tooMuch
			}
		}
		costs[each] = sum
		return sum, nil
	}
	if _, err := cost(e, 0); err != nil {
		return err
	}

	names := map[string]string{}
	styled := false
	for each := range e.all() {
		styled = styled || each.name == "style"
		pointsAt := each.targets(styles)
		for _, target := range localURL.FindAllStringSubmatch(each.text, -1) {
			pointsAt = append(pointsAt, target[1]) // the text of a <style>; elsewhere it does no harm
		}
		for _, id := range pointsAt {
			if _, ok := names[id]; !ok {
				names[id] = "i" + strconv.Itoa(len(names)+1)
			}
		}
	}
	rename := func(value string) string {
		return localURL.ReplaceAllStringFunc(value, func(reference string) string {
			return "url(#" + names[localURL.FindStringSubmatch(reference)[1]] + ")"
		})
	}
	for each := range e.all() {
		var attributes []attribute
		for _, a := range each.attributes {
			switch a.name {
			case "id":
				a.value = names[a.value]
				if byID[each.get("id")] != each {
					a.value = ""
				}
			case "href":
				a.value = "#" + names[strings.TrimPrefix(a.value, "#")]
			case "class":
				if !styled {
					a.value = ""
				}
			default:
				a.value = rename(a.value)
			}
			if a.value != "" {
				attributes = append(attributes, a)
			}
		}
		if each.name == "style" {
			for _, child := range each.children {
				child.text = rename(child.text)
			}
		}
		each.attributes = attributes
	}
	return nil
}

// size returns a drawing's own size in CSS pixels.
func (e *element) size() (width, height int, err error) {
	w, h := length(e.get("width")), length(e.get("height"))
	box := strings.FieldsFunc(e.get("viewBox"), func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' || r == '\r' })
	boxW, boxH := 0.0, 0.0
	if len(box) == 4 {
		boxW, boxH = length(box[2]), length(box[3])
	}
	switch {
	case w > 0 && h > 0:
	case boxW > 0 && boxH > 0 && w > 0:
		h = w * boxH / boxW
	case boxW > 0 && boxH > 0 && h > 0:
		w = h * boxW / boxH
	default:
		w, h = boxW, boxH
	}
	if !(w > 0 && h > 0 && w <= maxSide && h <= maxSide) {
		return 0, 0, problemAt(e.line, e.column, "svg-size", "This drawing doesn't say how large it is, so the page couldn't keep a place for it.",
			"Export it with a width and height, or with a viewBox.")
	}
	if boxW == 0 || boxH == 0 {
		// Without a viewBox a drawing is cut off instead of becoming smaller.
		e.attributes = append(e.attributes, attribute{"viewBox", fmt.Sprintf("0 0 %s %s", number(w), number(h))})
	}
	return max(1, int(math.Round(w))), max(1, int(math.Round(h))), nil
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// unitsInPixels are the absolute lengths of CSS.
var unitsInPixels = map[string]float64{"": 1, "px": 1, "pt": 4.0 / 3, "pc": 16, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}

// length reads an absolute length in pixels; 0 when it is none.
func length(text string) float64 {
	text = strings.TrimSpace(text)
	digits := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyz%")
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return n * unitsInPixels[text[len(digits):]]
}

// write returns the drawing as SVG, with links in the older notation too old
// phones need, and with [keptSpace] where spaces of texts must stay.
func (e *element) write() []byte {
	var out bytes.Buffer
	e.writeTo(&out, "")
	return out.Bytes()
}

func (e *element) writeTo(out *bytes.Buffer, parent string) {
	if e.name == "" {
		text := e.text
		if holdsText[parent] {
			words := strings.Join(strings.Fields(text), " ")
			if words != "" && strings.TrimLeft(text, " \t\r\n") != text {
				words = string(keptSpace) + words
			}
			if text != "" && strings.TrimRight(text, " \t\r\n") != text {
				words += string(keptSpace)
			}
			text = words
		}
		escape(out, text)
		return
	}
	out.WriteString("<" + e.name)
	if parent == "" {
		out.WriteString(` xmlns="` + svgSpace + `"`)
		for each := range e.all() {
			if each.get("href") != "" {
				out.WriteString(` xmlns:xlink="` + xlinkSpace + `"`)
				break
			}
		}
	}
	for _, a := range e.attributes {
		name := a.name
		if name == "href" {
			name = "xlink:href"
		}
		out.WriteString(" " + name + `="`)
		escape(out, a.value)
		out.WriteString(`"`)
	}
	out.WriteString(">")
	for _, child := range e.children {
		child.writeTo(out, e.name)
	}
	out.WriteString("</" + e.name + ">")
}

// escape writes text for use between tags or quotation marks. It differs
// from xml.EscapeText in letting keptSpace through.
func escape(out *bytes.Buffer, text string) {
	for i, part := range strings.Split(text, string(keptSpace)) {
		if i > 0 {
			out.WriteByte(keptSpace)
		}
		// A bytes.Buffer never fails.
		_ = xml.EscapeText(out, []byte(part))
	}
}
