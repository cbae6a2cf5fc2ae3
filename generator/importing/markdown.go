package importing

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"go.yaml.in/yaml/v4"

	"ownwords/generator/report"
)

var (
	markedHeading = regexp.MustCompile(`(?m)^#{1,6} +\S`)
	pastedBullet  = regexp.MustCompile(`(?m)^[ \t\x{A0}]*[•●◦▪\x{F0B7}\x{F0A7}]`)
)

// isMarkdown reports whether a text was written in Markdown. Text that was
// pasted into a file named .md, bullets and all, wasn't.
func isMarkdown(ext, text string) bool {
	if pastedBullet.MatchString(text) {
		return false
	}
	if ext == ".md" || ext == ".markdown" {
		return true
	}
	return len(markedHeading.FindAllStringIndex(text, 2)) == 2
}

// readMarkdown reads a Markdown file. Its blocks stay as they are written, but
// for headings, which take the levels of a note, and for mentions and passages,
// which are made harmless.
func readMarkdown(name, doc string) *source {
	s := &source{name: name, marked: true}
	doc = strings.ReplaceAll(doc, string(lineBreak), "\n")
	body, first := s.ownFrontMatter(doc)
	safe := harmless(body)
	if safe != body {
		s.problem("mention-in-import", report.Warning, 0, "The file marks people or passages as this site does ([@somebody] or :::). An import names nobody, so the marks were made ordinary text.",
			"Decide about each person, and mark them again in the note.")
	}
	s.words = append(s.words, s.splitMarkdown(safe, first)...)
	s.plainer = func() *source {
		p := readPaste(name, doc, false)
		return p
	}
	return s
}

// ownFrontMatter takes a front matter off the document: its lines are kept as
// a comment, its title and date are taken for guesses. first is the line on
// which the text begins.
func (s *source) ownFrontMatter(doc string) (body string, first int) {
	lines := strings.Split(doc, "\n")
	if strings.TrimRight(lines[0], " \t") != "---" {
		return doc, 1
	}
	for i := 1; i < len(lines); i++ {
		if l := strings.TrimRight(lines[i], " \t"); l != "---" && l != "..." {
			continue
		}
		var own struct {
			Title any `yaml:"title"`
			Date  any `yaml:"date"`
		}
		if yaml.Unmarshal([]byte(strings.Join(lines[1:i], "\n")), &own) == nil {
			if own.Title != nil {
				s.title = plainSpaces(fmt.Sprint(own.Title))
			}
			if own.Date != nil {
				s.posted = isoDay.FindString(fmt.Sprint(own.Date))
			}
		}
		for n, l := range lines[1:i] {
			s.before = append(s.before, Moved{Line: n + 2, Text: l, Into: "comment"})
			s.words = append(s.words, sourceWords(l)...)
		}
		return strings.Join(lines[i+1:], "\n"), i + 2
	}
	return doc, 1
}

// splitMarkdown makes blocks of a Markdown text and returns its words as rendered.
func (s *source) splitMarkdown(md string, firstLine int) []string {
	src := []byte(md)
	root := engine.Parser().Parse(text.NewReader(src))
	var nodes []ast.Node
	var starts []int
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		at := n.Pos()
		if at < 0 || at > len(src) {
			continue // has no place of its own; footnotes are collected at the end
		}
		at = bytes.LastIndexByte(src[:at], '\n') + 1
		if len(starts) > 0 && at <= starts[len(starts)-1] {
			continue
		}
		nodes, starts = append(nodes, n), append(starts, at)
	}
	if len(starts) > 0 {
		starts[0] = 0
	}
	end := 0
	for i, n := range nodes {
		stop := len(src)
		if i+1 < len(nodes) {
			stop = starts[i+1]
		}
		raw := string(src[starts[i]:stop])
		lead := len(raw) - len(strings.TrimLeft(raw, "\n"))
		b := block{kind: verbatim, md: strings.Trim(raw, "\n"), line: firstLine + bytes.Count(src[:starts[i]], []byte("\n")) + lead}
		b.gap = strings.Count(string(src[end:starts[i]+lead]), "\n") - 1
		b.text = plainSpaces(textUnder(n, src))
		b.inner = []passage{{b.text, b.line, false}}
		var rest string
		switch n := n.(type) {
		case *ast.Heading:
			if head, tail, ok := headingMarkdown(b.md); ok {
				b.kind, b.styled, b.md, b.raw, rest = paragraph, n.Level, head, true, tail
			}
		case *ast.Paragraph:
			b.kind = paragraph
			b.md = trimLines(b.md)
			if e, ok := n.FirstChild().(*ast.Emphasis); ok && e.Level == 2 && e.NextSibling() == nil {
				b.strong = true
			}
		case *ast.List:
			b.inner = listPassages(n, src, firstLine)
		}
		end = stop - (len(raw) - len(strings.TrimRight(raw, "\n")))
		s.blocks = append(s.blocks, b)
		if rest != "" {
			s.blocks = append(s.blocks, block{kind: verbatim, md: rest, line: b.line + 1})
		}
	}
	s.lookInto(root, src, firstLine)
	shown, err := rendered(src, false)
	if err != nil {
		return words(md)
	}
	return sourceWords(shown)
}

// trimLines takes the indentation off a paragraph's lines.
func trimLines(md string) string {
	lines := strings.Split(strings.TrimRight(md, " \t\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimLeft(lines[i], " \t")
	}
	return strings.Join(lines, "\n")
}

// headingMarkdown takes a heading's marks off; tail is Markdown that follows it.
func headingMarkdown(md string) (head, tail string, ok bool) {
	line, rest, _ := strings.Cut(strings.TrimLeft(md, " "), "\n")
	if m := atxLine.FindStringSubmatch(line); m != nil {
		return m[2], strings.Trim(rest, "\n"), true
	}
	lines := strings.Split(md, "\n")
	for i, l := range lines {
		if i > 0 && l != "" && strings.Trim(l, "= ") == "" || i > 0 && l != "" && strings.Trim(l, "- ") == "" {
			return plainSpaces(strings.Join(lines[:i], " ")), strings.Trim(strings.Join(lines[i+1:], "\n"), "\n"), true
		}
	}
	return "", "", false
}

// textUnder is the text of a node and all it holds.
func textUnder(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(unescaped(n.Value(src)))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte('\n')
				}
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		case *ast.AutoLink:
			if entering {
				b.Write(n.Label(src))
			}
		default:
			if n.Type() == ast.TypeBlock {
				b.WriteByte('\n')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

var backslashed = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

// unescaped takes Markdown's backslashes away.
func unescaped(b []byte) []byte { return backslashed.ReplaceAll(b, []byte("$1")) }

// listPassages are a list's items, each with its line; nested items on their own.
func listPassages(list *ast.List, src []byte, firstLine int) []passage {
	var out []passage
	for li := list.FirstChild(); li != nil; li = li.NextSibling() {
		for c := li.FirstChild(); c != nil; c = c.NextSibling() {
			if nested, ok := c.(*ast.List); ok {
				out = append(out, listPassages(nested, src, firstLine)...)
				continue
			}
			line := firstLine
			if at := c.Pos(); at > 0 {
				line += bytes.Count(src[:min(at, len(src))], []byte("\n"))
			}
			out = append(out, passage{plainSpaces(textUnder(c, src)), line, true})
		}
	}
	return out
}

// lookInto reports what a build wouldn't publish: raw HTML, and pictures whose
// files aren't here.
func (s *source) lookInto(root ast.Node, src []byte, firstLine int) {
	html := 0
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			if html == 0 {
				if html = firstLine; n.Pos() > 0 {
					html += bytes.Count(src[:min(n.Pos(), len(src))], []byte("\n"))
				}
				s.problem("raw-html", report.Warning, html, "There is HTML in the text. A build leaves the tags out and keeps the words between them.",
					"Write it in Markdown, or take the tags out.")
			}
		case *ast.Image:
			s.namedPicture(string(n.Destination), plainSpaces(textUnder(n, src)), firstLine+bytes.Count(src[:max(0, min(n.Pos(), len(src)))], []byte("\n")))
		}
		return ast.WalkContinue, nil
	})
}

// namedPicture lists a picture that the text shows, once, unless its bytes came with it.
func (s *source) namedPicture(from, alt string, line int) {
	for _, m := range s.media {
		if m.Name == from || m.From == from {
			return
		}
	}
	s.media = append(s.media, MediaFile{Name: from, From: from, Alt: alt})
	s.missingPicture(from, from, line)
}

func (s *source) missingPicture(name, from string, line int) {
	where := "“" + name + "”"
	if from != name {
		where += " (from " + from + ")"
	}
	s.problem("picture-missing", report.Warning, line, "The picture "+where+" isn't part of this file, and an import fetches nothing.",
		"Put it beside the note under that name, and fill in its description and the people in it under `media`; or take it out of the text.")
}
