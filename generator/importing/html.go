package importing

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"ownwords/generator/report"
)

var htmlStart = regexp.MustCompile(`(?i)^\s*(<!doctype html|<html|<head|<body|<meta|<article|<main|<div|<p[ >]|<h[1-6][ >]|<ul|<ol|<section|<!--)`)

// isHTML goes by the file's name, and by how it begins.
func isHTML(ext string, data []byte) bool {
	return ext == ".html" || ext == ".htm" || ext == ".xhtml" || ext != ".md" && htmlStart.Match(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
}

// readHTML reads a page. Where it has one main part, that is the note, and the
// words around it (menus, footers) are kept as a comment.
func readHTML(name string, data []byte) (*source, error) {
	reader, err := charset.NewReader(bytes.NewReader(data), "")
	if err != nil {
		return nil, &Unreadable{"The page's letters can't be read.", "Open it in a browser, copy the text, and paste it into a file that ends in .txt."}
	}
	root, err := html.ParseWithOptions(reader, html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, &Unreadable{"The page can't be read as HTML.", "Open it in a browser, copy the text, and paste it into a file that ends in .txt."}
	}
	s := &source{name: name}
	body := root
	if main := mainPart(root); main != nil {
		var above, below strings.Builder
		around(root, main, &above, &below, new(bool))
		s.keepAround(above.String(), false)
		s.keepAround(below.String(), true)
		body = main
	}
	s.convert(body, nil)
	return s, nil
}

// mainPart is the page's only <main> or <article>.
func mainPart(root *html.Node) *html.Node {
	for _, want := range []atom.Atom{atom.Main, atom.Article} {
		var found []*html.Node
		var walk func(*html.Node)
		walk = func(n *html.Node) {
			if n.DataAtom == want {
				found = append(found, n)
				return
			}
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		walk(root)
		if len(found) == 1 && len(words(textOf(found[0]))) > 0 {
			return found[0]
		}
	}
	return nil
}

// around collects the words before and after a part of the page.
func around(n, main *html.Node, above, below *strings.Builder, passed *bool) {
	if n == main {
		*passed = true
		return
	}
	if !holds(n, main) {
		if *passed {
			visible(below, n, false)
		} else {
			visible(above, n, false)
		}
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		around(c, main, above, below, passed)
	}
}

func holds(n, inner *html.Node) bool {
	for p := inner; p != nil; p = p.Parent {
		if p == n {
			return true
		}
	}
	return false
}

func (s *source) keepAround(text string, after bool) {
	for _, l := range strings.Split(text, "\n") {
		if l = oneSpace(l); l == "" {
			continue
		}
		m := Moved{Text: l, Into: "comment", after: after}
		if after {
			s.after = append(s.after, m)
		} else {
			s.before = append(s.before, m)
		}
	}
}

// convert makes blocks of an HTML tree. name gives a picture the name it shall
// have beside the note; nil makes one from its address.
func (s *source) convert(body *html.Node, name func(address string) string) {
	var shown strings.Builder
	visible(&shown, body, false)
	s.words = nil
	for _, m := range s.before {
		s.words = append(s.words, sourceWords(m.Text)...)
	}
	s.words = append(s.words, sourceWords(shown.String())...)
	for _, m := range s.after {
		s.words = append(s.words, sourceWords(m.Text)...)
	}
	plainText, told := shown.String(), *s
	s.plainer = func() *source {
		p := readPaste(told.name, plainText, false)
		problems := append(told.problems, p.problems...)
		blocks := p.blocks
		*p = told
		p.blocks, p.problems = blocks, problems
		for i := range p.blocks {
			p.blocks[i].line = 0
		}
		return p
	}
	s.signs = markSigns(plainText)
	s.marked = true
	s.pictures(body, name)
	tidy(body)
	conv := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithSpanCellBehavior(table.SpanBehaviorEmpty), table.WithHeaderPromotion(true)),
	))
	md, err := conv.ConvertNode(body)
	if err != nil {
		*s = *s.plainer()
		return
	}
	s.splitMarkdown(harmless(joinLists(string(md))), 1)
	for i := range s.blocks {
		// Lines of the Markdown in between would be no help to anyone.
		b := &s.blocks[i]
		b.line, b.raw = 0, false
		switch {
		case b.kind == paragraph:
			typedBullet(b)
			b.md = tidySpaces(b.md)
		case len(b.inner) > 0 && b.inner[0].item:
			b.md = looseItem.ReplaceAllString(noBreaks.ReplaceAllString(b.md, " "), "\n$1")
		}
		for j := range b.inner {
			b.inner[j].line = 0
		}
		if b.kind == paragraph && b.styled == 0 && isPictureName(b.text) {
			s.missingPicture(b.text, b.text, 0)
		}
	}
	for i := range s.problems {
		s.problems[i].Line = 0
	}
}

// tidy takes out of the tree what Markdown couldn't say: links that lead
// nowhere a reader may go, and bold and italics whose marks would be shown.
func tidy(n *html.Node) {
	var next *html.Node
	for c := n.FirstChild; c != nil; c = next {
		tidy(c)
		next = c.NextSibling
		drop := false
		switch c.DataAtom {
		case atom.A:
			to, err := url.Parse(strings.TrimSpace(attribute(c, "href")))
			drop = err != nil || to.Scheme != "" && to.Scheme != "http" && to.Scheme != "https" && to.Scheme != "mailto" && to.Scheme != "tel"
		case atom.B, atom.Strong, atom.I, atom.Em, atom.Del, atom.S, atom.Strike:
			core := []rune(strings.TrimFunc(textOf(c), isSpace))
			if len(core) == 0 {
				break
			}
			before, after := lastRune(c.PrevSibling), firstRune(c.NextSibling)
			inner := []rune(textOf(c))
			if isSpace(inner[0]) {
				before = ' '
			}
			if isSpace(inner[len(inner)-1]) {
				after = ' '
			}
			drop = !isWordRune(core[0]) && isWordRune(before) || !isWordRune(core[len(core)-1]) && isWordRune(after)
		}
		if !drop {
			continue
		}
		for inner := c.FirstChild; inner != nil; inner = c.FirstChild {
			c.RemoveChild(inner)
			n.InsertBefore(inner, c)
		}
		n.RemoveChild(c)
	}
}

func lastRune(n *html.Node) rune {
	if n == nil || textOf(n) == "" {
		return ' '
	}
	text := []rune(textOf(n))
	return text[len(text)-1]
}

func firstRune(n *html.Node) rune {
	if n == nil || textOf(n) == "" {
		return ' '
	}
	return []rune(textOf(n))[0]
}

const listEnd = "<!--THE END-->"

var orderedStart = regexp.MustCompile(`^(\s*)\d+([.)]) `)

// joinLists takes out the comments by which the converter keeps two lists
// apart. Numbered lists stay apart by the sign after their numbers.
func joinLists(md string) string {
	parts := strings.Split(md, listEnd)
	sign := "."
	for i := 1; i < len(parts); i++ {
		lines := strings.Split(parts[i], "\n")
		at := 0
		for at < len(lines) && strings.TrimSpace(lines[at]) == "" {
			at++
		}
		if at == len(lines) {
			continue
		}
		m := orderedStart.FindStringSubmatch(lines[at])
		if m == nil {
			sign = "."
			continue
		}
		if sign == "." {
			sign = ")"
		} else {
			sign = "."
		}
		for ; at < len(lines); at++ {
			if own := orderedStart.FindStringSubmatch(lines[at]); own != nil && own[1] == m[1] {
				lines[at] = strings.Replace(lines[at], own[2]+" ", sign+" ", 1)
			} else if lines[at] != "" && !strings.HasPrefix(lines[at], m[1]+" ") {
				break
			}
		}
		parts[i] = strings.Join(lines, "\n")
	}
	return strings.Join(parts, "")
}

// noBreaks are the runs of spaces that pages are laid out with.
var noBreaks = regexp.MustCompile(` *\x{A0}[ \x{A0}]+| +\x{A0}`)

// tidySpaces makes spaces single, and breaks visible as backslashes.
func tidySpaces(md string) string {
	lines := strings.Split(md, "\n")
	for i, l := range lines {
		lines[i] = oneSpace(l)
		if strings.HasSuffix(l, "  ") && i+1 < len(lines) {
			lines[i] += "\\"
		}
	}
	return strings.Join(lines, "\n")
}

// typedBullet makes an item of a paragraph that begins with a bullet, as Word
// writes its lists in HTML.
func typedBullet(b *block) {
	for _, pattern := range []*regexp.Regexp{bulletLine, symbolLine, wordBullet} {
		if m := pattern.FindStringSubmatch(b.md); m != nil && strings.TrimFunc(m[2], isSpace) != "" && b.styled == 0 {
			b.kind, b.md, b.strong = item, strings.TrimFunc(m[2], isSpace), false
			b.glyph = []rune(m[1])[0]
			b.text = strings.TrimSpace(strings.TrimPrefix(b.text, m[1]))
			return
		}
	}
}

// symbolLine begins with a bullet of the Symbol or Wingdings letters.
var symbolLine = regexp.MustCompile(`^([·§])\pZ+(.*)$`)

// looseItem is the empty line that the converter puts above a nested list.
var looseItem = regexp.MustCompile(`\n[ \t]*\n([ \t]*(?:-|\d+\.) )`)

// pictures gives every picture of the tree a name beside the note, so that the
// published page asks nothing of the old site. Pictures within the page itself
// are taken out as files.
func (s *source) pictures(n *html.Node, name func(string) string) {
	if n.Type == html.ElementNode && n.DataAtom == atom.Img {
		src, alt := attribute(n, "src"), plainSpaces(attribute(n, "alt"))
		m := MediaFile{From: src, Alt: alt}
		if kind, data, ok := strings.Cut(src, ";base64,"); ok && strings.HasPrefix(kind, "data:image/") {
			m.From, m.Name = "the page", "picture-"+itoa(len(s.media)+1)+"."+strings.TrimSuffix(strings.TrimPrefix(kind, "data:image/"), "+xml")
			m.Data, _ = base64.StdEncoding.DecodeString(data)
		} else if name != nil {
			m.Name = name(src)
		} else {
			m.Name = fileName(src)
		}
		if src == "" || m.Name == "" {
			m.Name = "picture-" + itoa(len(s.media)+1)
		}
		known := false
		for _, o := range s.media {
			if o.From == m.From && m.From != "the page" {
				known, m.Name = true, o.Name
			}
		}
		for _, o := range s.media {
			if !known && o.Name == m.Name {
				m.Name = "picture-" + itoa(len(s.media)+1) + "-" + m.Name
			}
		}
		setAttribute(n, "src", m.Name)
		if !known {
			s.media = append(s.media, m)
			if m.Data == nil {
				s.missingPicture(m.Name, m.From, 0)
			}
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		s.pictures(c, name)
	}
}

func setAttribute(n *html.Node, key, value string) {
	for i := range n.Attr {
		if n.Attr[i].Key == key {
			n.Attr[i].Val = value
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

// fileName makes a plain file name of an address.
func fileName(address string) string {
	p := address
	if u, err := url.Parse(address); err == nil {
		p = u.Path
	}
	p = path.Base(p)
	ext := strings.ToLower(path.Ext(p))
	stem := slugOf(strings.TrimSuffix(p, path.Ext(p)))
	if stem == "" {
		return ""
	}
	return stem + strings.Map(func(r rune) rune {
		if r == '.' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, ext)
}

// shortcode is WordPress's own mark-up in square brackets.
var shortcode = regexp.MustCompile(`\[/?(caption|gallery|embed|audio|video|playlist|vc_\w+|et_pb_\w+|contact-form(-7)?)\b[^\]]*\]`)

// convertPost reads the content of an exported post, which is HTML with
// shortcodes and, from the classic editor, with empty lines for paragraphs.
func (s *source) convertPost(content string, name func(string) string) {
	if codes := shortcode.FindAllString(content, -1); len(codes) > 0 {
		seen := map[string]bool{}
		for _, c := range codes {
			kind := shortcode.FindStringSubmatch(c)[1]
			if kind != "caption" && !seen[kind] {
				seen[kind] = true
				s.problem("shortcode", report.Warning, 0, "The post has a ["+kind+"], which the old site filled in. It was left out; the words in it stayed.", "Look at the old page, and put what it showed into the text by hand.")
			}
		}
		content = shortcode.ReplaceAllString(content, " ")
	}
	if !marksParagraphs.MatchString(content) {
		content = paragraphs(content)
	}
	root, err := html.Parse(strings.NewReader(content))
	if err != nil {
		root, _ = html.Parse(strings.NewReader(html.EscapeString(content)))
	}
	s.convert(root, name)
}

var (
	marksParagraphs = regexp.MustCompile(`(?i)<p[ >]|<!-- wp:`)
	emptyLines      = regexp.MustCompile(`\n\s*\n`)
)

var blockTag = regexp.MustCompile(`(?i)^\s*</?(h[1-6]|ul|ol|li|table|thead|tbody|tr|td|th|div|blockquote|pre|hr|section|article|figure|p|form|iframe)\b`)

// paragraphs puts the classic editor's empty lines into HTML.
func paragraphs(content string) string {
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(content)
	var b strings.Builder
	for _, part := range emptyLines.Split(content, -1) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		if blockTag.MatchString(part) {
			b.WriteString(part + "\n")
			continue
		}
		b.WriteString("<p>" + strings.ReplaceAll(strings.TrimSpace(part), "\n", "<br>\n") + "</p>\n")
	}
	return b.String()
}
