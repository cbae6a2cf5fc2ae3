package advise

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"ownwords/generator/read"
	"ownwords/generator/report"
)

// text is a piece of a file, with the place of each character.
type text struct {
	s     string
	lines []line
}

// line says where a line of a text begins: in the text, and in its file.
type line struct{ offset, line, column int }

// at returns the place of an offset in the file.
func (t text) at(offset int) report.Place {
	i, _ := slices.BinarySearchFunc(t.lines, offset, func(l line, o int) int { return l.offset - o })
	if i == len(t.lines) || t.lines[i].offset > offset {
		i--
	}
	l := t.lines[i]
	return report.PlaceAt(l.line, l.column+utf8.RuneCountInString(t.s[l.offset:offset]))
}

// source is a content file as its lines, so that advice can point into it; a
// Library keeps no words' places.
type source struct {
	lines []string
	// body is the index of the first line after the front matter; 0 without one.
	body int
}

// load reads a file's lines. A file that can't be read has none: that was told
// when it was read as content.
func load(name string) source {
	data, err := os.ReadFile(name)
	if err != nil || len(data) > read.MaxFile || !utf8.Valid(data) {
		return source{}
	}
	s := strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n")
	src := source{lines: strings.Split(s, "\n")}
	if strings.TrimRight(src.lines[0], " \t") == "---" {
		for i := 1; i < len(src.lines); i++ {
			if strings.TrimRight(src.lines[i], " \t") == "---" {
				src.body = i + 1
				break
			}
		}
	}
	return src
}

// bodyText is everything after the front matter.
func (s source) bodyText() text { return s.part(s.body, len(s.lines)) }

func (s source) part(from, to int) text {
	var t text
	var b strings.Builder
	for i := from; i < to; i++ {
		t.lines = append(t.lines, line{b.Len(), i + 1, 1})
		b.WriteString(s.lines[i])
		b.WriteByte('\n')
	}
	t.s = b.String()
	if len(t.lines) == 0 {
		t.lines = []line{{0, 1, 1}}
	}
	return t
}

// keyLines are the lines of the front matter, each a text of its own; comments
// aren't published and are left out.
func (s source) keyLines() []text {
	var list []text
	for i := 1; i < s.body-1; i++ {
		if !strings.HasPrefix(strings.TrimSpace(s.lines[i]), "#") {
			list = append(list, s.part(i, i+1))
		}
	}
	return list
}

// value is a value of the front matter. Its words are found in the file where
// they stand on one line; otherwise the value's beginning is their place.
func (s source) value(v read.Text) text {
	t := text{s: v.S, lines: []line{{0, int(v.At.Line), int(v.At.Column)}}}
	if i := int(v.At.Line) - 1; i >= 0 && i < len(s.lines) {
		characters := []rune(s.lines[i])
		from := min(max(int(v.At.Column)-1, 0), len(characters))
		rest := string(characters[from:])
		if at := strings.Index(rest, v.S); at > 0 {
			t.lines[0].column = from + utf8.RuneCountInString(rest[:at]) + 1
		}
	}
	return t
}

var (
	codeSpan = regexp.MustCompile("`[^`\n]+`")
	fenced   = regexp.MustCompile("(?ms)^[ \t]*(```|~~~).*?^[ \t]*(```|~~~)[ \t]*$")
	quoting  = regexp.MustCompile(`“[^”]*”|"[^"\n]*(?:\n[^"\n]+)?"|‘[^‘\n]*?[^\pL]?’(?:[^\pL\pN]|$)`)
	quoteBox = regexp.MustCompile(`(?m)^[ \t]*>.*$`)
	address  = regexp.MustCompile(`https?://[^\s)>"]+|\]\([^)\n@"]*`)
)

// quoted returns the parts of a text that quote somebody, or show code.
func quoted(s string) [][]int {
	var spans [][]int
	for _, re := range []*regexp.Regexp{fenced, codeSpan, quoting, quoteBox} {
		spans = append(spans, re.FindAllStringIndex(s, -1)...)
	}
	return spans
}

func within(spans [][]int, at int) bool {
	return slices.ContainsFunc(spans, func(sp []int) bool { return at >= sp[0] && at < sp[1] })
}

// phrases compiles words and phrases into one expression, whatever the spaces
// and hyphens between them; nil without any.
func phrases(list []string) *regexp.Regexp {
	var parts []string
	for _, w := range list {
		fields := strings.FieldsFunc(w, func(r rune) bool { return unicode.IsSpace(r) || r == '-' })
		for i := range fields {
			fields[i] = strings.ReplaceAll(regexp.QuoteMeta(fields[i]), "'", "['’]")
		}
		if len(fields) > 0 {
			parts = append(parts, strings.Join(fields, `[\s-]+`))
		}
	}
	if parts == nil {
		return nil
	}
	return regexp.MustCompile(`(?i)(?:` + strings.Join(parts, "|") + `)`)
}

// wholeWords returns where an expression matches whole words.
func wholeWords(re *regexp.Regexp, s string) [][]int {
	var list [][]int
	for _, m := range re.FindAllStringIndex(s, -1) {
		before, _ := utf8.DecodeLastRuneInString(s[:m[0]])
		after, _ := utf8.DecodeRuneInString(s[m[1]:])
		if !wordRune(before) && !wordRune(after) {
			list = append(list, m)
		}
	}
	return list
}

func wordRune(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r))
}

// path is where a file lies on disk.
func (a *adviser) path(file string) string {
	p := filepath.FromSlash(file)
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(a.dir, p)
}
