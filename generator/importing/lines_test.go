package importing

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestInventedLines puts beginnings, middles and ends of lines together that
// Markdown, YAML, or the guesses could stumble over, and compares every sign.
func TestInventedLines(t *testing.T) {
	starts := []string{"", "", "", "• ", "  • ", "    • ", "o\t", "▪ ", "- ", "* ", "+ ", "– ", "1. ", "2. ", "2) ", "  3. ", "7. ", "1974. ", "01. ", "# ", "## ", "> ", ">", "=== ", "---", "***", "~~~", "```", "| ", ": ", "::: with @", "[^1]: ", "[a]: ", "\t", "    ", "\u00a0", "&nbsp;", "<p>", "3.1 ", "A) "}
	middles := []string{"Kettle", "*a*", "**B", "_c_ d_e", "[f](g)", "[@h]", "`i", "<b>j</b>", "k\\", "\\*", "&amp;", "&#35;", "5 * 3 < 4", "https://example.org/a_b_(c)", "www.example.org/_x_", "l@example.org", "~~m~~", "a | b", "NEXT MEETING", "Summary", "8 July 2020", "9th Sept 3.00-4.30pm", "kettle.png", "{#id}", "![n](p.png)", "[x]", "[ ]", "\u2028• q", "\u2028r", "“s”: t's", "'", "\"u\" # v", "next meeting on 16 July", "Orla Finch said", "word word word word word word word word word word word word word.", "\u200bzero", "end #", "READ MORE", "é ﬁ ½", ":smile:", "--", "...", "(c)", "http://", "<https://x", "a\tb"}
	ends := []string{"", "", "", ".", ":", "?", " #", "  ", "\\", "|", "\u00a0"}
	gaps := []string{"\n", "\n\n", "\n\n", "\n\n\n", "\n\u00a0\n\n"}
	rnd := rand.New(rand.NewPCG(1, 2))
	pick := func(from []string) string { return from[rnd.IntN(len(from))] }
	for range 1000 {
		var b strings.Builder
		for range 2 + rnd.IntN(9) {
			b.WriteString(pick(starts) + pick(middles))
			for rnd.IntN(3) == 0 {
				b.WriteString(pick([]string{" ", "", " "}) + pick(middles))
			}
			b.WriteString(pick(ends) + pick(gaps))
		}
		text := b.String()
		if isMarkdown(".txt", text) || isHTML(".txt", []byte(text)) {
			continue // with two # headings, or a tag at its head, it is, and its marks are read
		}
		r, err := Note("x.txt", []byte(text), onFile)
		if err != nil {
			if len(sourceWords(text)) > 0 {
				t.Fatalf("%v\n%q", err, text)
			}
			continue
		}
		checkFrontMatter(t, r)
		noneNamed(t, r)
		if want, got := plainSigns(text), plainSigns(everything(t, r)); want != got {
			at := 0
			for at < len(want) && at < len(got) && want[at] == got[at] {
				at++
			}
			t.Fatalf("signs differ at\n%q\n%q\n\nsource\n%s\n\n%q\nnote\n%s", cut(want, at), cut(got, at), text, text, r.Markdown)
		}
	}
}

func cut(s string, at int) string { return s[max(0, at-20):min(len(s), at+40)] }

// plainSigns leaves out spaces and everything that serves as a bullet, and
// takes 1) for 1.
func plainSigns(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("•◦▪·-*+–o", r) {
			return -1
		}
		if r == ')' {
			return '.'
		}
		return r
	}, withoutSpaces(s))
}

// everything is what a reader of the file gets: the lines kept as comments, the
// title where it was moved, and the text.
func everything(t *testing.T, r *Result) string {
	head, _, _ := strings.Cut(string(r.Markdown), "\n---\n")
	var above, below, title strings.Builder
	into := &above
	for _, l := range strings.Split(head, "\n") {
		if strings.HasPrefix(l, "# Stood below") {
			into = &below
		} else if strings.HasPrefix(l, "#   ") {
			into.WriteString(l[4:])
		}
	}
	for _, m := range r.Moved {
		if m.Into == "title" {
			title.WriteString(r.Title)
		}
	}
	return above.String() + title.String() + shownSigns(t, htmlOf(t, body(r))) + below.String()
}
