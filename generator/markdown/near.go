package markdown

import (
	"bytes"
	"html"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/text/unicode/norm"
)

// nearDirectives reports lines that look as if they should begin or end a
// passage and were read as something else: in full-width characters, with two
// colons, behind a backslash, in a block of code that began with another line.
// What they were meant to hold stands in the text for everyone to read, and
// nobody can tell how far it reaches. Blocks of code between fences may show
// how a passage is written.
func (c *compiler) nearDirectives(doc ast.Node) {
	var known map[int]bool // the beginnings of lines that were read as directives, or are an example
	at := 0
	for line := range bytes.Lines(c.source) {
		if mayBeDirective(line) && isNearDirective(line) {
			if known == nil {
				known = c.readLines(doc)
			}
			if !known[at] {
				c.issue(IssueNearDirective, "", at)
			}
		}
		at += len(line)
	}
	c.openEnds(doc)
}

// openEnds reports a passage that isn't closed within its list or quotation when
// a line that closes nothing follows: it was meant to reach further than it does.
func (c *compiler) openEnds(doc ast.Node) {
	open := -1
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *passageNode:
			if entering && !n.closed && n.Parent().Kind() != ast.KindDocument && open < 0 {
				open = n.start
			}
		case *strayNode:
			if entering && open >= 0 {
				c.issue(IssueNearDirective, "", open)
				return ast.WalkStop, nil
			}
		}
		return ast.WalkContinue, nil
	})
}

// readLines returns where the lines begin that are directives, stand in a
// closed block of code, or in HTML that isn't shown.
func (c *compiler) readLines(doc ast.Node) map[int]bool {
	known := map[int]bool{}
	add := func(offset int) { known[bytes.LastIndexByte(c.source[:min(offset, len(c.source))], '\n')+1] = true }
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *passageNode:
			add(n.start)
			if n.closed {
				add(n.end)
			}
		case *strayNode:
			add(n.start)
		case *ast.HTMLBlock:
			c.addLines(n, add)
		case *ast.FencedCodeBlock:
			if c.closesFence(n) {
				c.addLines(n, add)
			}
		}
		return ast.WalkContinue, nil
	})
	return known
}

func (c *compiler) addLines(n ast.Node, add func(int)) {
	for i := range n.Lines().Len() {
		add(n.Lines().At(i).Start)
	}
}

// closesFence reports whether a block of code ends with its fence, and not
// just with its surroundings because the fence was forgotten.
func (c *compiler) closesFence(n *ast.FencedCodeBlock) bool {
	if n.Lines().Len() == 0 {
		return true
	}
	line, _, _ := bytes.Cut(c.source[n.Lines().At(n.Lines().Len()-1).Stop:], []byte("\n"))
	line = bytes.TrimLeft(line, " \t>")
	return bytes.HasPrefix(line, []byte("```")) || bytes.HasPrefix(line, []byte("~~~"))
}

// beforeColons are what may stand before the colons of a line: its
// surroundings' marks, and marks of emphasis, code and escapes.
const beforeColons = " \t\n>*+-_\\`|(\"'[0123456789.)#"

// mayBeDirective is a quick look at a line: does something like a colon begin it?
func mayBeDirective(line []byte) bool {
	rest := bytes.TrimLeft(line, beforeColons)
	return len(rest) > 0 && (rest[0] == ':' || rest[0] == '&' || rest[0] >= 0x80)
}

func isNearDirective(line []byte) bool {
	s := strings.TrimLeft(norm.NFKC.String(visible(html.UnescapeString(string(line)))), beforeColons)
	colons := 0
	rest := strings.TrimLeftFunc(s, func(r rune) bool {
		switch r {
		case ':', '∶', 'ː', '꞉', '׃', '։', '܃', 'ः', '៖':
			colons++
		case '∷':
			colons += 2
		case ' ', '\t', '\\', '\u00a0':
		default:
			return false
		}
		return true
	})
	rest = strings.ToLower(strings.TrimFunc(rest, unicode.IsSpace))
	keyword, _, _ := strings.Cut(rest, " ")
	person := strings.Contains(rest, "@")
	switch {
	case colons >= 3:
		return true
	case colons == 2:
		return person || strings.HasPrefix(keyword, "with")
	}
	return colons == 1 && person && (keyword == "with" || keyword == "without")
}
