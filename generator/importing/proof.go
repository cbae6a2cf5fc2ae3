package importing

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// engine reads Markdown with every extension that a note may use (spec,
// "People inside Markdown"), so that nothing it would read into the words is missed.
var engine = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithParserOptions(parser.WithHeadingAttribute()),
)

// prove compares the words of the source with those of the note: the lines
// that moved into the front matter and the text as it comes out when rendered.
// It returns "" when they are the same words in the same order, and the source's
// words around the first difference otherwise.
func (s *source) prove(r *Result) string {
	_, body, _ := bytes.Cut(bytes.TrimPrefix(r.Markdown, []byte("---\n")), []byte("\n---\n"))
	if mentions(body) {
		return "a mention"
	}
	text, err := rendered(body, s.addresses)
	if err != nil {
		return "the beginning"
	}
	if s.signs != "" && markSigns(text) != s.signs {
		return "asterisks or other signs"
	}
	shown := sourceWords(text)
	// What moved came from the two ends, so it goes back there.
	var before, after []string
	for _, m := range r.Moved {
		if m.Into == "" {
			continue
		}
		if m.after {
			after = append(after, sourceWords(m.Text)...)
		} else {
			before = append(before, sourceWords(m.Text)...)
		}
	}
	got := slices.Concat(before, shown, after)
	return difference(s.words, got)
}

// difference returns "" for equal words.
func difference(want, got []string) string {
	for i := range want {
		if i >= len(got) || want[i] != got[i] {
			return "“" + strings.Join(want[max(0, i-3):min(len(want), i+4)], " ") + "”"
		}
	}
	if len(got) > len(want) {
		return "“" + strings.Join(got[max(0, len(want)-3):min(len(got), len(want)+4)], " ") + "”"
	}
	return ""
}

// sourceWords are the words of plain text; the letter o that word processors
// use as a bullet isn't one.
func sourceWords(s string) []string {
	return slices.DeleteFunc(words(s), func(w string) bool { return w == "o" })
}

// markSigns are the signs of a text that Markdown uses for emphasis and code;
// the dot keeps a text without any from being none.
func markSigns(s string) string {
	return "." + strings.Map(func(r rune) rune {
		if strings.ContainsRune("*_`~", r) {
			return r
		}
		return -1
	}, s)
}

// rendered is the text a reader gets of Markdown, with the numbers of ordered
// lists. addresses adds where links lead, after their words.
func rendered(md []byte, addresses bool) (string, error) {
	var page bytes.Buffer
	if err := engine.Convert(md, &page); err != nil {
		return "", err
	}
	root, err := html.Parse(&page)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	visible(&b, root, addresses)
	return b.String(), nil
}

// inline elements don't part words.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Big: true, atom.Cite: true, atom.Code: true, atom.Del: true, atom.Dfn: true, atom.Em: true,
	atom.Font: true, atom.I: true, atom.Ins: true, atom.Kbd: true, atom.Label: true, atom.Mark: true, atom.Q: true, atom.S: true, atom.Samp: true,
	atom.Small: true, atom.Span: true, atom.Strike: true, atom.Strong: true, atom.Sub: true, atom.Sup: true, atom.Time: true, atom.Tt: true,
	atom.U: true, atom.Var: true, atom.Wbr: true,
}

// unseen elements have no words for a reader.
var unseen = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Head: true, atom.Iframe: true, atom.Object: true,
	atom.Svg: true, atom.Audio: true, atom.Video: true, atom.Canvas: true,
}

// visible writes the words of an HTML tree as a reader sees them.
func visible(b *strings.Builder, n *html.Node, addresses bool) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(n.Data)
		return
	case html.ElementNode:
		class := attribute(n, "class")
		if unseen[n.DataAtom] || strings.HasPrefix(class, "footnote-") {
			return
		}
		if !inline[n.DataAtom] {
			b.WriteByte('\n')
		}
		if n.DataAtom == atom.Li && n.Parent != nil && n.Parent.DataAtom == atom.Ol && !inFootnotes(n) {
			b.WriteString(strconv.Itoa(itemNumber(n)) + " ")
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		visible(b, c, addresses)
	}
	if n.Type == html.ElementNode {
		if addresses {
			switch n.DataAtom {
			case atom.A:
				if to := attribute(n, "href"); plainSpaces(to) != plainSpaces(textOf(n)) {
					b.WriteString(" " + to + " " + attribute(n, "title") + " ")
				}
			case atom.Img:
				b.WriteString(" " + attribute(n, "alt") + " " + attribute(n, "src") + " ")
			}
		}
		if !inline[n.DataAtom] {
			b.WriteByte('\n')
		}
	}
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func inFootnotes(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if attribute(p, "class") == "footnotes" {
			return true
		}
	}
	return false
}

// itemNumber is the number a browser shows before an item.
func itemNumber(li *html.Node) int {
	n := 1
	if start, err := strconv.Atoi(attribute(li.Parent, "start")); err == nil {
		n = start
	}
	for c := li.Parent.FirstChild; c != nil && c != li; c = c.NextSibling {
		if c.DataAtom == atom.Li {
			n++
		}
	}
	return n
}

// mentions reports whether Markdown holds anything that this project would
// read as naming a person: a link to @somebody, or [@somebody] in text.
func mentions(md []byte) bool {
	if passageStart.Match(md) {
		return true
	}
	root := engine.Parser().Parse(text.NewReader(md))
	found := false
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Link:
			to := html.UnescapeString(string(n.Destination))
			found = found || strings.HasPrefix(strings.TrimLeft(to, " \\<"), "@")
		}
		return ast.WalkContinue, nil
	})
	return found || escapeMentions(string(md)) != string(md)
}
