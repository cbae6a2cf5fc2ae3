package read

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"ownwords/generator/report"
)

// readNote reads a site with one note.
func readNote(t *testing.T, header, text string) (*Note, []report.Problem) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, data string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("site.yaml", "title: A site\nurl: https://example.org/\nlanguage: en-GB\ntimezone: Europe/London\n")
	write("content/people/amina.md", "---\nname: Amina\n---\n")
	write("content/notes/n.md", "---\ntitle: Our meeting\n"+header+"---\n"+text)
	lib, err := Read(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return lib.Notes[0], lib.Problems
}

// told writes down what a note's summary became: a letter for the part, and its words.
func told(n *Note) []string {
	var out []string
	for i, b := range n.SummaryTexts {
		part := KeyPoint
		if len(n.SummaryParts) > 0 {
			part = n.SummaryParts[i]
		}
		out = append(out, string("POLT"[part])+" "+oneLine(b.Words()))
	}
	return out
}

func TestSummaryIsFoundInTheText(t *testing.T) {
	list := "\n\n- One.\n- Two.\n\n## Discussion\n\nRest.\n"
	both := []string{"P One.", "P Two."}
	for _, c := range []struct {
		name, text string
		want       []string
		heading    string
		rest       string
	}{
		{"plain", "## Summary" + list, both, "Summary", "Discussion Rest."},
		{"numbered capitals", "## 1. SUMMARY OF KEY POINTS" + list, both, "1. SUMMARY OF KEY POINTS", "Discussion Rest."},
		{"key points, closed heading", "# Key points: #" + list, both, "Key points:", "Discussion Rest."},
		{"bold heading", "### **Summary of the discussion**" + list, both, "Summary of the discussion", "Discussion Rest."},
		{"underlined with hyphens", "Key messages\n---" + list, both, "Key messages", "Discussion Rest."},
		{"underlined with equals signs", "Executive summary\n===" + list, both, "Executive summary", "Discussion Rest."},
		{"bold line alone", "**Summary**\n\n- One.\n- Two.\n\n**Discussion**\n\nRest.\n", both, "Summary", "Discussion Rest."},
		{"capitals alone", "SUMMARY\n• One.\n• Two.\n\nDISCUSSION\n\nRest.\n", both, "SUMMARY", "DISCUSSION Rest."},
		{"words alone", "Main points:\n\n- One.\n- Two.\n\n## Discussion\n\nRest.\n", both, "Main points:", "Discussion Rest."},
		{"a line above", "Second meeting, held online.\n\n## Summary" + list, []string{"O Second meeting, held online.", "P One.", "P Two."}, "Summary", "Discussion Rest."},
		{"a title above", "# Notes of a meeting\n\n## Summary" + list, both, "Summary", "Notes of a meeting Discussion Rest."},
		{"its own title above", "# Our  meeting\n\n## Summary" + list, both, "Summary", "Discussion Rest."},
		{"words around the list", "## Summary\n\nThree came:\n\n1. One.\n2. Two.\n\nMore next time.\n\n---\n\n## Discussion\n\nRest.\n", []string{"L Three came:", "P One.", "P Two.", "T More next time."}, "Summary", "Discussion Rest."},
		{"a list in a list", "## Summary\n\n- One:\n    - a\n    - b\n- Two.\n\n## Discussion\n\nRest.\n", []string{"P One: a b", "P Two."}, "Summary", "Discussion Rest."},
		{"several paragraphs a point", "## Summary\n\n- One.\n\n  Still one.\n\n- Two,\nstill two.\n\n## Discussion\n\nRest.\n", []string{"P One. Still one.", "P Two, still two."}, "Summary", "Discussion Rest."},
		{"paragraphs", "## In summary\n\nOne,\nstill one.\n\nTwo.\n\n## Discussion\n\nRest.\n", []string{"P One, still one.", "P Two."}, "In summary", "Discussion Rest."},
		{"nothing below", "## Summary\n\n- One.\n- Two.\n", both, "Summary", ""},
		{"Windows lines", "## Summary\r\n\r\n- One.\r\n- Two.\r\n\r\n## Discussion\r\n\r\nRest.\r\n", both, "Summary", "Discussion Rest."},
		{"no-break spaces", "##\u00a0Summary\u00a0of key points" + list, both, "Summary\u00a0of key points", "Discussion Rest."},

		{"no such heading", "## Summing up is hard" + list, nil, "", "Summing up is hard One. Two. Discussion Rest."},
		{"a later section", "## Discussion\n\nRest.\n\n## Summary\n\n- One.\n", nil, "", "Discussion Rest. Summary One."},
		{"sub-headings in it", "## Summary\n\n### Of the morning\n\n- One.\n\n## Discussion\n\nRest.\n", nil, "", "Summary Of the morning One. Discussion Rest."},
		{"paragraphs between lists", "## Summary\n\n- One.\n\nAnd:\n\n- Two.\n\n## Discussion\n\nRest.\n", nil, "", "Summary One. And: Two. Discussion Rest."},
		{"a passage in it", "## Summary\n\n::: with @amina\n- One.\n:::\n\n## Discussion\n\nRest.\n", nil, "", "Summary One. Discussion Rest."},
		{"a footnote in it", "## Summary\n\n- One.[^1]\n\n## Discussion\n\nRest.\n\n[^1]: Where.\n", nil, "", "Summary One. Discussion Rest. Where."},
		{"a link defined elsewhere", "## Summary\n\n- [One][x].\n\n## Discussion\n\nRest.\n\n[x]: https://example.com/\n", nil, "", "Summary One. Discussion Rest."},
		{"nothing in it", "## Summary\n\n## Discussion\n\nRest.\n", nil, "", "Summary Discussion Rest."},
		{"a note that is all one section", "## Summary\n\nA.\n\nB.\n\nC.\n\nD.\n", nil, "", "Summary A. B. C. D."},
		{"in code", "```\n## Summary\n- One.\n```\n\nRest.\n", nil, "", "## Summary - One. Rest."},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, problems := readNote(t, "", c.text)
			if len(problems) > 0 {
				t.Errorf("problems: %v", problems)
			}
			if got := told(n); !slices.Equal(got, c.want) {
				t.Errorf("the summary is %q, want %q", got, c.want)
			}
			if n.SummaryHeading != c.heading {
				t.Errorf("its heading is %q, want %q", n.SummaryHeading, c.heading)
			}
			if got := oneLine(n.Body.Words()); got != c.rest {
				t.Errorf("the text is %q, want %q", got, c.rest)
			}
		})
	}
}

func TestSummaryStandsOnce(t *testing.T) {
	header := "summary: [One., Two.]\n"
	n, problems := readNote(t, header, "## Summary\n\n- One.\n- Two.\n\n## Discussion\n\nRest.\n")
	if got := told(n); !slices.Equal(got, []string{"P One.", "P Two."}) || oneLine(n.Body.Words()) != "Discussion Rest." || len(problems) > 0 {
		t.Errorf("the same twice: %q, text %q, problems %v", got, n.Body.Words(), problems)
	}
	n, problems = readNote(t, header, "## Summary\n\n## Discussion\n\nRest.\n")
	if got := oneLine(n.Body.Words()); got != "Discussion Rest." || len(problems) > 0 {
		t.Errorf("an empty section: text %q, problems %v", got, problems)
	}
	n, problems = readNote(t, header, "## Summary\n\n- Something else.\n\n## Discussion\n\nRest.\n")
	if got := oneLine(n.Body.Words()); got != "Summary Something else. Discussion Rest." {
		t.Errorf("something else was lost: %q", got)
	}
	if len(problems) != 1 || problems[0].Code != "summary-twice" || problems[0].Line != 5 || !strings.Contains(problems[0].Help, "Keep one of the two") {
		t.Errorf("problems: %v", problems)
	}
}

func TestSummaryKeepsPlaces(t *testing.T) {
	n, problems := readNote(t, "", "## Summary\n\n- One.\n- [@amina] and [@nobody].\n\n## Discussion\n\n[@stranger]\n")
	if got := told(n); len(got) != 2 || len(n.SummaryTexts[1].Mentions) != 2 {
		t.Errorf("got %q", got)
	}
	var at []int
	for _, p := range problems {
		at = append(at, p.Line)
	}
	slices.Sort(at)
	if !slices.Equal(at, []int{7, 11}) {
		t.Errorf("the unknown people stand in lines %v, want 7 and 11", at)
	}
}

func TestPastedShapes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"bullets", "Said:\n• One\n•\tTwo\n\u00a0·\u00a0Three\n", "Said:\n- One\n- Two\n  - Three\n"},
		{"bullets of two levels", "•\tOne\no\tInner\no\tInner\n•\tTwo\n", "- One\n  - Inner\n  - Inner\n- Two\n"},
		{"indented bullets", "    • One\n        • Inner\n    • Two\n", "- One\n  - Inner\n- Two\n"},
		{"no-break space after a mark", "-\u00a0One\n1.\u00a0Two\n", "- One\n1. Two\n"},
		{"capitals", "PRESENT\n\nTen.\n\n2. NEXT STEPS\nWe meet.\n", "## PRESENT\n\nTen.\n\n## 2. NEXT STEPS\nWe meet.\n"},
		{"capitals under a heading", "# Day one\n\nMORNING\n\n2.1 TALKS\n\n**A talk**\n\nWords.\n", "# Day one\n\n## MORNING\n\n### 2.1 TALKS\n\n### A talk\n\nWords.\n"},
		{"bold lines", "**Talks:**\n\nWords.\n\n**Groups**\n\n- One\n", "## Talks:\n\nWords.\n\n## Groups\n\n- One\n"},
		{"no heading: nothing below", "Words.\n\nTHANK YOU\n", "Words.\n\nTHANK YOU\n"},
		{"no heading: shouting goes on", "STOP THAT\nNOW AND HERE\n\nWords.\n", "STOP THAT\nNOW AND HERE\n\nWords.\n"},
		{"no heading: a list of acronyms", "1. NHS\n2. BBC\n\nWords.\n", "1. NHS\n2. BBC\n\nWords.\n"},
		{"no heading: bold words that begin a paragraph", "**Talks**\nWords.\n\n**Groups.** Words.\n", "**Talks**\nWords.\n\n**Groups.** Words.\n"},
		{"no heading: a person", "**[@amina]**\n\nWords.\n", "**[@amina]**\n\nWords.\n"},
		{"code", "```\n• One\nLOUD\n\n```\nWords\n", "```\n• One\nLOUD\n\n```\nWords\n"},
		{"marked already", "- One\n    - Inner\n\n## A\n\nWords – and “more”.\n", "- One\n    - Inner\n\n## A\n\nWords – and “more”.\n"},
	} {
		if got := strings.Join(tidyPasted([]byte(c.text)), ""); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
		if got := strings.Count(strings.Join(tidyPasted([]byte(c.text)), ""), "\n"); got != strings.Count(c.text, "\n") {
			t.Errorf("%s: the lines were numbered anew", c.name)
		}
	}
}

// A hurried note loses no word, whatever stands in it.
func FuzzHurriedNotesKeepTheirWords(f *testing.F) {
	f.Add("• One\n\nSUMMARY\n\n**Bold**\n\n1. TWO\n- x\n\n\tthree")
	f.Add("## Summary\n\nlead\n- a\n  b\n\n  c\n- d\ne\n\ntail\n\n## Next\n")
	f.Fuzz(func(t *testing.T, text string) {
		words := func(s string) string {
			return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !isWordRune(r) }), " ")
		}
		lines := tidyPasted([]byte(text))
		tidy := strings.Join(lines, "")
		if a, b := words(strings.ReplaceAll(text, "o\t", "\t")), words(strings.ReplaceAll(tidy, "o\t", "\t")); a != b {
			t.Errorf("%q became %q", a, b)
		}
		if split := strings.SplitAfter(tidy, "\n"); !slices.Equal(lines, split) {
			t.Errorf("%q isn't in lines: %q", tidy, lines)
		}
		s := findSection(lines)
		if s == nil {
			return
		}
		got := s.heading
		part := func(at span) { got += " " + strings.Join(lines[at.from:at.to], "") }
		part(s.lead)
		for _, p := range s.points {
			got += " " + p.text
		}
		part(s.end)
		if want := strings.Join(lines[s.from:s.to], ""); letters(got) != letters(want) {
			t.Errorf("the section %q was divided into %q", want, got)
		}
	})
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsMark(r) }

// letters are the letters of a text alone; the digits of list marks go.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if isWordRune(r) {
			return r
		}
		return -1
	}, s)
}

func BenchmarkHurriedNote(b *testing.B) {
	text := []byte(strings.Repeat("## A heading\n\n"+strings.Repeat("Words that somebody said at a meeting and that were written down. ", 8)+"\n\n- one\n- two\n\n", 8))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		findSection(withoutTitle(tidyPasted(text), "A title"))
	}
}
