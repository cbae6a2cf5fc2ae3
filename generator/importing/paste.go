package importing

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ownwords/generator/report"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The bullets of word processors and web pages. The private-use ones are what
// Symbol and Wingdings bullets become when copied.
var (
	bulletLine  = regexp.MustCompile(`^([•●○◦▪■□‣⁃➢➤►❖\x{F0A7}\x{F0B7}\x{F0D8}\x{F076}\x{F0FC}])\pZ*(.*)$`)
	spacedLine  = regexp.MustCompile(`^([-*+–—·§])[\pZ\t]+(.*)$`)
	wordBullet  = regexp.MustCompile(`^(o)(?:\t[\pZ\t]*|\x{A0}[\pZ\t]*| [\pZ\t]+)(\S.*)$`)
	shortBullet = regexp.MustCompile(`^(o) (\p{Lu}.*)$`)
	orderedLine = regexp.MustCompile(`^(0|[1-9]\d{0,2})([.)])[\pZ\t]+(\S.*)$`)
	letterLine  = regexp.MustCompile(`^(\(?[a-zA-Z][.)]|\((?:\d{1,2}|[ivx]{2,4})\)|[ivx]{2,4}[.)])[\pZ\t]+\S`)
	atxLine     = regexp.MustCompile(`^(#{1,6})[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*$`)
)

// line is a line of pasted text with its indentation taken off.
type line struct {
	text   string // trimmed at both ends
	indent int    // columns; a tab goes to the next multiple of four
	number int    // from 1
	gap    int    // empty lines above
}

// readPaste reads text that was selected, copied and pasted from a web page, an
// email or a word processor. marked says that the file is called Markdown: then
// its # headings and inline marks are kept.
func readPaste(name, text string, marked bool) *source {
	s := &source{name: name, words: sourceWords(text), addresses: marked}
	if marked {
		s.plainer = func() *source { return readPaste(name, text, false) }
	}
	lines := splitLines(text)
	wrapped := isWrapped(lines)
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if rows := tabRows(lines[i:]); rows > 1 {
			var cells [][]string
			b := block{kind: verbatim, line: l.number, gap: l.gap}
			for _, row := range lines[i : i+rows] {
				var out []string
				for _, cell := range strings.Split(row.text, "\t") {
					out = append(out, escape(oneSpace(cell)))
				}
				cells = append(cells, out)
				b.inner = append(b.inner, passage{oneSpace(row.text), row.number, false})
			}
			b.md = markdownTable(cells)
			s.blocks = append(s.blocks, b)
			i += rows - 1
			continue
		}
		b := readLine(l, len(s.blocks) > 0 && s.blocks[len(s.blocks)-1].kind == item)
		if marked {
			if m := atxLine.FindStringSubmatch(l.text); m != nil && b.kind == paragraph {
				b.styled, b.text = len(m[1]), m[2]
			}
		}
		if b.kind == paragraph && b.styled == 0 && len(s.blocks) > 0 {
			if last := &s.blocks[len(s.blocks)-1]; l.gap == 0 && last.styled == 0 && continues(last, lines[i-1], l, wrapped) {
				last.md += "\n" + b.text
				continue
			} else if l.gap > 0 && (last.kind == item || last.within) && l.indent >= last.indent+2 && l.indent >= 3 {
				b.within, b.indent = true, last.indent
			}
		}
		b.md = b.text
		s.blocks = append(s.blocks, b)
	}
	s.blocks = loneDashes(s.blocks)
	for i := range s.blocks {
		b := &s.blocks[i]
		if b.kind == verbatim {
			continue
		}
		raw := b.md
		b.text = oneSpace(strings.ReplaceAll(raw, "\n", " "))
		var parts []string
		for _, soft := range strings.Split(raw, "\n") {
			var pieces []string
			for _, piece := range strings.Split(soft, string(lineBreak)) {
				if piece = oneSpace(piece); piece == "" {
					continue
				} else if marked {
					pieces = append(pieces, harmless(piece))
				} else {
					pieces = append(pieces, escape(piece))
				}
			}
			if len(pieces) > 0 {
				parts = append(parts, strings.Join(pieces, "\\\n"))
			}
		}
		b.md = strings.Join(parts, "\n")
	}
	nest(s.blocks)
	for i := range s.blocks {
		if b := &s.blocks[i]; isPictureName(b.text) {
			s.problem("picture-missing", report.Warning, b.line, "Only the name of a picture stands here: “"+b.text+"”. The picture itself can't be pasted as text.",
				"Put the picture beside the note, list it under `media` with a description and the people in it, and put it in place of its name; or take the name out.")
		}
	}
	return s
}

// splitLines returns the lines that hold something.
func splitLines(text string) []line {
	var out []line
	gap := 0
	for i, raw := range strings.Split(text, "\n") {
		indent, rest := 0, raw
		for rest != "" {
			r, size := utf8.DecodeRuneInString(rest)
			if !isSpace(r) {
				break
			}
			if indent++; r == '\t' {
				indent = (indent + 3) / 4 * 4
			}
			rest = rest[size:]
		}
		rest = strings.TrimRightFunc(rest, isSpace)
		if rest == "" {
			gap++
			continue
		}
		// A break within a paragraph that a bullet follows was meant as a new line.
		for j, part := range strings.Split(rest, string(lineBreak)) {
			part = strings.TrimFunc(part, isSpace)
			if part == "" {
				continue
			}
			if j > 0 && len(out) > 0 && out[len(out)-1].number == i+1 && !bulletLine.MatchString(part) {
				out[len(out)-1].text += string(lineBreak) + part
				continue
			}
			out = append(out, line{part, indent, i + 1, gap})
			gap = 0
		}
	}
	return out
}

// readLine tells an item from a paragraph. after says that an item stands above it.
func readLine(l line, after bool) block {
	b := block{line: l.number, gap: l.gap, indent: l.indent, text: l.text}
	for _, pattern := range []*regexp.Regexp{bulletLine, spacedLine, wordBullet, shortBullet} {
		m := pattern.FindStringSubmatch(l.text)
		if m == nil || pattern == shortBullet && !after {
			continue
		}
		if strings.TrimFunc(m[2], isSpace) == "" || isRule(l.text) {
			continue
		}
		b.kind, b.text = item, strings.TrimFunc(m[2], isSpace)
		b.glyph, _ = utf8.DecodeRuneInString(m[1])
		return b
	}
	if m := orderedLine.FindStringSubmatch(l.text); m != nil {
		b.kind, b.ordered, b.sign, b.text = item, true, m[2][0], strings.TrimFunc(m[3], isSpace)
		b.number, _ = strconv.Atoi(m[1])
		b.glyph = '1'
	} else if letterLine.MatchString(l.text) {
		b.kind, b.glyph = item, lettered // Markdown counts no letters: they stay in the words
	}
	return b
}

// lettered is the glyph of items that are told apart by letters.
const lettered = 'a'

// isRule reports whether a line is only a drawn line, such as ----- or * * *.
func isRule(s string) bool {
	return strings.TrimFunc(s, func(r rune) bool { return isSpace(r) || strings.ContainsRune("-*_=–—·.~", r) }) == ""
}

// isWrapped reports whether the text was broken at a fixed width, as emails
// are, so that lines have to be joined to paragraphs.
func isWrapped(lines []line) bool {
	joined, full, longest := 0, 0, 0
	for i, l := range lines {
		longest = max(longest, utf8.RuneCountInString(l.text))
		if i > 0 && l.gap == 0 && readLine(l, false).kind == paragraph {
			joined++
			if utf8.RuneCountInString(lines[i-1].text) >= 50 {
				full++
			}
		}
	}
	return joined >= 3 && longest <= 120 && full*10 >= joined*6
}

// continues reports whether the line l goes on with the block before it.
func continues(last *block, above, l line, wrapped bool) bool {
	if last.kind == verbatim || isRule(l.text) || isRule(above.text) || isPictureName(l.text) || isPictureName(above.text) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(l.text)
	end, _ := utf8.DecodeLastRuneInString(above.text)
	if unicode.IsLower(first) && !strings.ContainsRune(".!?:;", end) {
		return true
	}
	if wrapped {
		return utf8.RuneCountInString(above.text) >= 45 && !isCapitals(l.text)
	}
	return last.kind == item && l.indent > last.indent+1
}

// loneDashes makes a single line that begins with a dash, an asterisk or a
// letter a paragraph again: it is speech, a signature or a remark, not a list.
func loneDashes(bs []block) []block {
	isDash := func(b block) bool { return b.kind == item && strings.ContainsRune("–—*+·§a", b.glyph) }
	for i := range bs {
		if !isDash(bs[i]) {
			continue
		}
		same := i > 0 && bs[i-1].kind == item && bs[i-1].glyph == bs[i].glyph || i+1 < len(bs) && bs[i+1].kind == item && bs[i+1].glyph == bs[i].glyph
		below := i > 0 && bs[i-1].kind == item && !bs[i-1].ordered && bs[i].glyph != lettered
		alone := !same && !below
		if alone && bs[i].glyph == lettered {
			bs[i].kind, bs[i].glyph = paragraph, 0
		} else if alone {
			bs[i].kind = paragraph
			bs[i].text = string(bs[i].glyph) + " " + bs[i].text
			bs[i].md = string(bs[i].glyph) + " " + bs[i].md
		}
	}
	return bs
}

// rank orders bullets as word processors nest them; -1 for those that any level may have.
func rank(glyph rune) int {
	switch glyph {
	case '•', '●', '·', '\uf0b7':
		return 0
	case 'o', '○', '◦':
		return 1
	case '▪', '■', '§', '\uf0a7':
		return 2
	}
	return -1
}

// nest finds each item's depth from its indentation, and where that is lost,
// from its bullet.
func nest(bs []block) {
	type level struct {
		indent int
		glyph  rune
	}
	var stack []level
	for i := range bs {
		b := &bs[i]
		if b.within {
			b.level = max(0, len(stack)-1)
			continue
		}
		if b.kind != item {
			stack = nil
			continue
		}
		for len(stack) > 0 && b.indent < stack[len(stack)-1].indent-1 {
			stack = stack[:len(stack)-1]
		}
		switch top := len(stack) - 1; {
		case top < 0, b.indent > stack[top].indent+1:
			stack = append(stack, level{b.indent, b.glyph})
		case b.glyph == stack[top].glyph:
		default:
			at := -1
			for j, l := range stack {
				if l.glyph == b.glyph && l.indent >= b.indent-1 {
					at = j
				}
			}
			deeper := rank(b.glyph) > rank(stack[top].glyph) && rank(stack[top].glyph) >= 0 ||
				rank(stack[top].glyph) >= 0 && (b.glyph == '-' || b.glyph == '–') ||
				stack[top].glyph == '1' && b.glyph != '1' && strings.HasSuffix(bs[i-1].text, ":")
			switch {
			case at >= 0:
				stack = stack[:at+1]
			case deeper:
				stack = append(stack, level{b.indent, b.glyph})
			default:
				stack[top].glyph = b.glyph
			}
		}
		b.level = len(stack) - 1
	}
}

// tabRows counts the lines from the first that are rows of one pasted table:
// the same number of tabs, no empty lines between.
func tabRows(lines []line) int {
	tabs := strings.Count(lines[0].text, "\t")
	if tabs == 0 || readLine(lines[0], false).kind == item {
		return 0
	}
	n := 1
	for n < len(lines) && lines[n].gap == 0 && strings.Count(lines[n].text, "\t") == tabs && readLine(lines[n], false).kind != item {
		n++
	}
	return n
}

var pictureName = regexp.MustCompile(`(?i)^[^\s/\\:]+(?: [^\s/\\:]+){0,5}\.(?:png|jpe?g|gif|webp|svg|tiff?|heic|bmp|avif)$`)

// isPictureName reports whether a line is nothing but a picture's file name,
// as it is left when a page with pictures is pasted as text.
func isPictureName(s string) bool { return pictureName.MatchString(s) }
