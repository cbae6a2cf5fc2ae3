package importing

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"go.yaml.in/yaml/v4"
	"golang.org/x/net/html"

	"ownwords/generator/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// onFile is what the site has, in these tests: one cell and two people.
var onFile = Options{
	Cells:  []Cell{{"river", "River Paths"}, {"kettles", "Kettles and Lamps"}},
	People: []Known{{"orla", "Orla Finch", []string{"Miss Finch"}}, {"ines", "Ines", nil}},
}

// notes are the fixtures that hold one note.
func notes(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".golden") || strings.HasSuffix(f, ".xml") })
	if len(files) < 10 {
		t.Fatalf("only %d fixtures", len(files))
	}
	return files
}

func fixture(t testing.TB, file string) []byte {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// told writes a result as a golden file has it: the file, then all that is told.
func told(r *Result) string {
	var b strings.Builder
	fmt.Fprintf(&b, "-- %s/%s --\n%s-- guesses --\n", r.Folder, r.Slug, r.Markdown)
	for _, g := range r.Guesses {
		fmt.Fprintf(&b, "%s: %s | %s | line %d: %s", g.Field, g.Value, g.Sure, g.Line, g.Words)
		if g.Why != "" {
			fmt.Fprintf(&b, " | %s", g.Why)
		}
		b.WriteByte('\n')
	}
	b.WriteString("-- people --\n")
	for _, p := range r.People {
		fmt.Fprintf(&b, "%s [%s] lines %v: %s (%s)\n", p.Name, p.ID, p.Lines, p.Because, p.Sure)
	}
	b.WriteString("-- problems --\n")
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s:%d %s (%s)\n  %s\n  %s\n", p.File, p.Line, p.Code, p.Severity, p.Message, p.Help)
	}
	if len(r.Media) > 0 {
		b.WriteString("-- media --\n")
		for _, m := range r.Media {
			fmt.Fprintf(&b, "%s, %d bytes, from %s, alt %q\n", m.Name, len(m.Data), m.From, m.Alt)
		}
	}
	return b.String()
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(fixture(t, file)), got); diff != "" {
		t.Errorf("differs from %s (- golden, + got); look, and run with -update if it is right:\n%s", file, diff)
	}
}

func TestNotes(t *testing.T) {
	for _, file := range notes(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			r, err := Note(filepath.Base(file), fixture(t, file), onFile)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, file+".golden", told(r))
			checkFrontMatter(t, r)
			noneNamed(t, r)
		})
	}
}

// noteKeys is the spec's note, strictly: an import may write no other keys.
type noteKeys struct {
	Title, Date, Kind, Cell, Held, By string
	Number, Attendance                int
	Hashtags, Questions, Themes       []string
	Next                              []struct{ Date, When, From, To, Topic string }
	Media                             []struct{ File, Alt string }
	Draft                             bool
}

func checkFrontMatter(t *testing.T, r *Result) noteKeys {
	t.Helper()
	head, _, ok := strings.Cut(strings.TrimPrefix(string(r.Markdown), "---\n"), "\n---\n")
	if !ok {
		t.Fatalf("no front matter:\n%s", r.Markdown)
	}
	var n noteKeys
	dec := yaml.NewDecoder(strings.NewReader(head))
	dec.KnownFields(true)
	if err := dec.Decode(&n); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("front matter: %v\n%s", err, head)
	}
	if !n.Draft {
		t.Error("an import must write draft: true")
	}
	if n.Title == "" || n.Title != r.Title {
		t.Errorf("title %q in the file, %q in the result", n.Title, r.Title)
	}
	if strings.Contains(head, "people: [{") || regexp.MustCompile(`(?m)^people:`).MatchString(head) {
		t.Error("an import may not list people in the front matter")
	}
	return n
}

// noneNamed: no mention may come out of an import, in any of the spec's forms.
func noneNamed(t *testing.T, r *Result) {
	t.Helper()
	page := htmlOf(t, body(r))
	for _, l := range strings.Split(string(body(r)), "\n") {
		if strings.HasPrefix(strings.TrimLeft(l, " >-"), ":::") {
			t.Errorf("a passage came out: %q", l)
		}
	}
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		for _, a := range z.Token().Attr {
			if a.Key == "href" && strings.HasPrefix(a.Val, "@") {
				t.Errorf("a mention came out: %q", a.Val)
			}
		}
	}
	for _, at := range regexp.MustCompile(`\\*\[@`).FindAllString(string(body(r)), -1) {
		if strings.Count(at, `\`)%2 == 0 {
			t.Errorf("a mention came out: %q", at)
		}
	}
}

func body(r *Result) []byte {
	_, b, _ := bytes.Cut(r.Markdown, []byte("\n---\n"))
	return b
}

// reader is a second engine, made apart from the room's own, to read results with.
var reader = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

func htmlOf(t testing.TB, md []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := reader.Convert(md, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// shownSigns are all signs of a page but spaces, with the numbers of its lists.
func shownSigns(t testing.TB, page string) string {
	t.Helper()
	var b strings.Builder
	var counts []int // for each open list the next number, -1 for bullets
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.WriteString(z.Token().Data)
		case html.StartTagToken:
			switch tag := z.Token(); tag.Data {
			case "ol":
				n := 1
				for _, a := range tag.Attr {
					if a.Key == "start" {
						_, _ = fmt.Sscan(a.Val, &n)
					}
				}
				counts = append(counts, n)
			case "ul":
				counts = append(counts, -1)
			case "li":
				if top := len(counts) - 1; top >= 0 && counts[top] >= 0 {
					fmt.Fprintf(&b, "%d.", counts[top])
					counts[top]++
				}
			}
		case html.EndTagToken:
			if tag := z.Token(); tag.Data == "ol" || tag.Data == "ul" {
				counts = counts[:len(counts)-1]
			}
		}
	}
}

// typedSigns are all signs of pasted text but spaces and the bullets at the
// beginnings of lines. 1) and 1. are the same to a reader.
func typedSigns(text string) string {
	var b strings.Builder
	for _, l := range strings.Split(strings.ReplaceAll(text, "\u2028", "\n"), "\n") {
		l = strings.TrimFunc(l, unicode.IsSpace)
		l = regexp.MustCompile(`^([•◦▪·]|[-*o] )\pZ*`).ReplaceAllString(l, "")
		l = regexp.MustCompile(`^(\d+)\) `).ReplaceAllString(l, "$1. ")
		b.WriteString(l + "\n")
	}
	return b.String()
}

func withoutSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
}

// TestEverySign compares pasted notes with what a reader gets, sign by sign:
// not only words, also punctuation, except for bullets and spaces. What the
// front matter holds is read from the file itself.
func TestEverySign(t *testing.T) {
	checked := 0
	for _, file := range notes(t) {
		if filepath.Ext(file) != ".txt" {
			continue
		}
		checked++
		t.Run(filepath.Base(file), func(t *testing.T) {
			data := fixture(t, file)
			r, err := Note(filepath.Base(file), data, onFile)
			if err != nil {
				t.Fatal(err)
			}
			if diff := lostSigns(t, string(data), r); diff != "" {
				t.Error(diff)
			}
		})
	}
	if checked < 8 {
		t.Errorf("only %d shapes of pasted text", checked)
	}
}

func lostSigns(t *testing.T, text string, r *Result) string {
	want := withoutSpaces(typedSigns(text))
	got := withoutSpaces(everything(t, r))
	return cmp.Diff(want, got)
}

// TestLostSignsAreSeen makes sure that the comparison above can fail.
func TestLostSignsAreSeen(t *testing.T) {
	const text = "Note\n\nWe *met* there.\n\nRead more\n"
	r, err := Note("x.txt", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := lostSigns(t, text, r); diff != "" {
		t.Fatalf("nothing is lost yet: %s", diff)
	}
	for _, broken := range []func(string) string{
		func(s string) string { return strings.Replace(s, "there", "here", 1) },
		func(s string) string { return strings.ReplaceAll(s, `\*`, "*") },
		func(s string) string { return strings.Replace(s, "#   Read more\n", "", 1) },
	} {
		bad := *r
		bad.Markdown = []byte(broken(string(r.Markdown)))
		if lostSigns(t, text, &bad) == "" {
			t.Errorf("not seen:\n%s", bad.Markdown)
		}
	}
	// The room's own proof sees it too.
	s := readPaste("x.txt", text, false)
	if lost := s.prove(r); lost != "" {
		t.Errorf("the proof found %s where nothing is lost", lost)
	}
	bad := *r
	bad.Markdown = []byte(strings.Replace(string(r.Markdown), "there", "here", 1))
	if lost := s.prove(&bad); !strings.Contains(lost, "there") {
		t.Errorf("the proof said %q about a changed word", lost)
	}
	bad.Markdown = append(slices.Clone(r.Markdown), "\n[@amina]\n"...)
	if s.prove(&bad) == "" {
		t.Error("the proof let a mention pass")
	}
}

// TestWordsOfPages does the same, by words, for HTML and Markdown.
func TestWordsOfPages(t *testing.T) {
	r, err := Note("page.html", fixture(t, "testdata/page.html"), onFile)
	if err != nil {
		t.Fatal(err)
	}
	z := html.NewTokenizer(bytes.NewReader(fixture(t, "testdata/page.html")))
	var want []string
	skip := false
	number := 0
	for z.Next() != html.ErrorToken {
		switch tok := z.Token(); {
		case tok.Data == "script" || tok.Data == "title":
			skip = tok.Type == html.StartTagToken
		case tok.Data == "ol" && tok.Type == html.StartTagToken:
			number = 3
		case tok.Data == "ol":
			number = 0
		case tok.Data == "li" && tok.Type == html.StartTagToken && number > 0:
			want = append(want, fmt.Sprint(number))
			number++
		case tok.Type == html.TextToken && !skip:
			want = append(want, words(tok.Data)...)
		}
	}
	head, _, _ := strings.Cut(string(r.Markdown), "\n---\n")
	above, below, _ := strings.Cut(head, "title:")
	_, below, _ = strings.Cut(below, "Stood below the text, and isn't part of it:")
	_, above, _ = strings.Cut(above, "isn't part of it:")
	got := slices.Concat(words(above), words(r.Title), words(spaced(htmlOf(t, body(r)))), words(below))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// spaced is a page's text with its elements apart and its list numbers in.
func spaced(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	number := 0
	for z.Next() != html.ErrorToken {
		switch tok := z.Token(); {
		case tok.Data == "ol" && tok.Type == html.StartTagToken:
			number = 1
			for _, a := range tok.Attr {
				_, _ = fmt.Sscan(a.Val, &number)
			}
		case tok.Data == "ol":
			number = 0
		case tok.Data == "li" && tok.Type == html.StartTagToken && number > 0:
			fmt.Fprintf(&b, " %d ", number)
			number++
		case tok.Type == html.TextToken:
			b.WriteString(tok.Data)
		}
	}
	return b.String()
}

func TestUnreadable(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty.txt":     {nil, "The file is empty."},
		"blank.txt":     {[]byte(" \n\u00a0\n"), "The file is empty."},
		"signs.txt":     {[]byte("\u200b \n\ufeff\n"), "no words in this file"},
		"scan.pdf":      {[]byte("%PDF-1.7 …"), "This is a PDF"},
		"old.doc":       {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "old Word document"},
		"rich.rtf":      {[]byte(`{\rtf1 hello}`), "rich text"},
		"picture.txt":   {append([]byte{0xff, 0xfb, 0x90}, make([]byte, 400)...), "isn't text"},
		"archive.docx":  {[]byte("PK\x03\x04 broken"), "isn't a Word document"},
		"too-large.txt": {bytes.Repeat([]byte("word "), MaxText/5+1), "larger than 2 MB"},
	} {
		r, err := Note(name, c.data, Options{})
		var unreadable *Unreadable
		if !errors.As(err, &unreadable) || !strings.Contains(unreadable.Message, c.want) || unreadable.Help == "" {
			t.Errorf("%s: got %v, %v; want an Unreadable with %q", name, r, err, c.want)
		}
	}
}

func TestLetters(t *testing.T) {
	const text = "Café notes\n\n“Größe” – 5 %\n"
	utf16 := func(first, second int) []byte {
		out := []byte{0xff, 0xfe}
		if first == 1 {
			out = []byte{0xfe, 0xff}
		}
		for _, r := range text {
			pair := []byte{byte(r), byte(r >> 8)}
			out = append(out, pair[first], pair[second])
		}
		return out
	}
	for name, data := range map[string][]byte{
		"utf-8":        []byte(text),
		"utf-8 bom":    []byte("\ufeff" + text),
		"crlf":         []byte(strings.ReplaceAll(text, "\n", "\r\n")),
		"utf-16 le":    utf16(0, 1),
		"utf-16 be":    utf16(1, 0),
		"windows-1252": []byte("Caf\xe9 notes\r\n\r\n\x93Gr\xf6\xdfe\x94 \x96 5\xa0%\r\n"),
	} {
		r, err := Note("x.txt", data, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := "“Größe” – 5 %\n"
		if got := strings.ReplaceAll(string(body(r)), "\u00a0", " "); r.Title != "Café notes" || got != want {
			t.Errorf("%s: title %q, text %q", name, r.Title, got)
		}
	}
}

// TestKnown: cells and people on file are recognised, and nobody is named.
func TestKnown(t *testing.T) {
	text := "Note of the second meeting of the River Paths cell, 4 May 2022\n\nSummary\n\n- Miss Finch and Ines Pell spoke of the weir.\n- ines is a word here.\n"
	r, err := Note("x.txt", []byte(text), onFile)
	if err != nil {
		t.Fatal(err)
	}
	n := checkFrontMatter(t, r)
	if n.Cell != "river" || n.Number != 2 || n.Date != "2022-05-04" || r.Slug != "river-2" {
		t.Errorf("got %+v, slug %s", n, r.Slug)
	}
	var got []string
	for _, p := range r.People {
		got = append(got, fmt.Sprint(p.ID, p.Name, p.Lines))
	}
	if diff := cmp.Diff([]string{"orlaOrla Finch[5]", "inesInes[5]"}, got[:2]); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(string(r.Markdown), "@") {
		t.Error("somebody was mentioned")
	}
	for _, p := range r.Problems {
		if p.Code == "cell-not-on-file" {
			t.Error("the cell is on file")
		}
		if p.Code == "people-to-decide" && !strings.Contains(p.Message, "Orla Finch") {
			t.Errorf("the keeper isn't told of Orla: %s", p.Message)
		}
	}
}

func TestCellAndNumber(t *testing.T) {
	for title, want := range map[string]string{
		"Note from Sharing Tools Cell 2":                                          "Sharing Tools 2",
		"Notes from the Sharing Tools cell, meeting 12":                           "Sharing Tools 12",
		"Note of the third meeting of the Sharing Tools Cell":                     "Sharing Tools 3",
		"First meeting of the Lantern Network ‘Sharing Tools’ cell, 8 July 2020":  "Sharing Tools 1",
		"Cell 4: Sharing Tools":                                                   "Sharing Tools 4",
		"Minutes of the 2nd Sharing Tools cell":                                   "Sharing Tools 2",
		"Sharing Tools Cell":                                                      "Sharing Tools 0",
		"Note from Collaborative Mending in Place Cell 10":                        "Collaborative Mending in Place 10",
		"Note from a first Lantern Network cell on ‘Sharing Tools’, 10 June 2020": "Sharing Tools 1",
		"What the cell said":                                                      " 0",
		"A walk by the sea":                                                       " 0",
		"Prison cells today":                                                      " 0",
	} {
		r, err := Note("x.txt", []byte("The Lantern Network The Lantern Network\n\n"+title+"\n\nThere was a meeting, and much was said in it.\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		name, number := "", 0
		for _, g := range r.Guesses {
			switch g.Field {
			case "cell":
				name = g.Words
			case "number":
				_, _ = fmt.Sscan(g.Value, &number)
			}
		}
		if got := fmt.Sprint(name, " ", number); got != want {
			t.Errorf("%s: got %q, want %q", title, got, want)
		}
	}
}

// TestMeetingDay: where the day is told, and where it isn't to be guessed.
func TestMeetingDay(t *testing.T) {
	for text, want := range map[string]string{
		"Note of X\n\nHeld online on 17 September 2020\n\nWords follow here.":                                    "2020-09-17",
		"Note of X, 8th September 2020\n\nWords follow here.":                                                    "2020-09-08",
		"Note of X\n\nTuesday 8 September 2020\n\nWords follow here.":                                            "2020-09-08",
		"Note of X\n\nSeptember 2020\n\nWords follow here.":                                                      "2020-09",
		"Note of X – September 8, 2020\n\nWords follow here.":                                                    "2020-09-08",
		"Note of X\n\nDate: 2020-09-08\n\nWords follow here.":                                                    "2020-09-08",
		"Note of X\n\nDate of meeting: 25/12/2020\n\nWords follow here.":                                         "2020-12-25",
		"Note of X\n\nThursday 9th July 3.00-4.30pm\n\nWords follow here.":                                       "",
		"Note of X\n\nPosted on 10 July 2020\n\nWords follow here.":                                              "",
		"Note of X\n\nPosted on 10 July 2020\n\nMeeting held on 8 July 2020\n\nWords follow here.":               "2020-07-08",
		"Note of X\n\nNext meeting: 3 May 2021\n\nWords follow here.":                                            "",
		"Note of X\n\n31 June 2020\n\nWords follow here.":                                                        "",
		"Note of X\n\n" + strings.Repeat("Long words about what happened in May 2020 and later on. ", 6):         "",
		"Note of X\n\nThe cell met in person on 4 March 2021 at the mill, and talked until it got dark outside.": "2021-03-04",
		"Note of X\n\n8-9 July 2020\n\nWords follow here.":                                                       "2020-07-08",
		"Note of X\n\nWe may 2020 times march 2020 steps.":                                                       "",
		"Second meeting of the X cell, 8 September 2020\n\nWords follow here.":                                   "2020-09-08",
	} {
		r, err := Note("x.txt", []byte(text+"\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := checkFrontMatter(t, r).Date; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if want == "" && !slices.ContainsFunc(r.Problems, func(p report.Problem) bool {
			return strings.HasPrefix(p.Code, "date-") && p.Message != "" && p.Help != ""
		}) {
			t.Errorf("%q: nobody is told that the day is missing: %v", text, r.Problems)
		}
	}
}

// TestNextMeeting: years are inferred only from the note's own day, and only
// when the weekday allows it.
func TestNextMeeting(t *testing.T) {
	const dated, undated = "Note of X, 8 July 2020\n\nWords.\n\n", "Note of X\n\nWords.\n\n"
	for text, want := range map[string]string{
		dated + "NEXT MEETING\n\nThursday 16th July, 3.00pm-4.30pm":                         "2020-07-16 15:00-16:30",
		dated + "NEXT MEETING\n\nFriday 16th July, 3.00pm-4.30pm":                           "Friday 16th July, 3.00pm-4.30pm",
		dated + "Next meeting\n\n5 January at 11.00-12.30pm":                                "2021-01-05 11:00-12:30",
		dated + "Next meetings:\n\n• 16 July, 15:00\n• September":                           "2020-07-16 15:00; September",
		dated + "The next meeting, at 3.00 -4.30 pm on 7 September, is outside":             "2020-09-07 15:00-16:30",
		dated + "The next meeting is on 16 July 2020 from 10am to 12 noon.":                 "2020-07-16 10:00-12:00",
		dated + "Our next meeting is on 16 July at 3.00-4.30.":                              "2020-07-16",
		dated + "Next meeting\n\nTo be confirmed.":                                          "To be confirmed",
		dated + "At our second meeting on 16 June we spoke of this.":                        "",
		dated + "The meeting on 16 June was long.":                                          "",
		dated + "There should be another meeting in a few weeks’ time.":                     "in a few weeks’ time",
		undated + "Next meeting\n\nThursday 16th July, 3.00pm-4.30pm.":                      "Thursday 16th July, 3.00pm-4.30pm",
		undated + "All that is left for the next meeting on 10th September at 2.00-3.30pm:": "10th September at 2.00-3.30pm",
		undated + "Next meeting\n\n16 July 2021, 7pm\n\nTopic: When to stop":                "2021-07-16 19:00 (When to stop)",
		undated + "Next meeting\n\n29 February 2021":                                        "29 February 2021",
	} {
		r, err := Note("x.txt", []byte(text+"\n"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range checkFrontMatter(t, r).Next {
			one := m.Date + m.When
			if m.From != "" {
				one += " " + m.From
			}
			if m.To != "" {
				one += "-" + m.To
			}
			if m.Topic != "" {
				one += " (" + m.Topic + ")"
			}
			got = append(got, one)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%q:\n got %q\nwant %q", text, strings.Join(got, "; "), want)
		}
	}
}

func TestProblemsSayHowToMend(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range notes(t) {
		r, err := Note(filepath.Base(file), fixture(t, file), onFile)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range r.Problems {
			seen[p.Code] = true
			if p.File != filepath.Base(file) || p.Message == "" || p.Help == "" || p.Severity == "" {
				t.Errorf("%s: incomplete problem %+v", file, p)
			}
		}
	}
	for _, code := range []string{"picture-missing", "cell-not-on-file", "date-missing", "date-without-year", "date-wrong", "date-order",
		"next-without-year", "summary-missing", "title-missing", "people-to-decide", "mention-in-import", "raw-html"} {
		if !seen[code] {
			t.Errorf("no fixture brings out %s", code)
		}
	}
}

// FuzzNote: no input makes an import panic, lose a word, or name anybody.
func FuzzNote(f *testing.F) {
	for _, file := range notes(f) {
		f.Add(filepath.Ext(file), string(fixture(f, file)))
	}
	for _, s := range []string{"# a\n\n• b\n    • c\n\n1. d\n3. e\n1. f\n", "a\tb\nc\td\n", "[x](@a)\n[y]: @b\n\n\\\\[@z]", "::: with @a\n:::\n> ::: x", "12\u00a0Mai\u2028• o\n", "A\n-\n=\n***\n", "- - - a\n+ b\n* c\n* d", "| a\n--- | b", "{#x}\n\nHEADING {#y} #\n\ntext"} {
		f.Add(".txt", s)
		f.Add(".md", s)
	}
	f.Fuzz(func(t *testing.T, ext, text string) {
		if len(text) > 20000 {
			return
		}
		switch ext {
		case ".txt", ".md", ".html":
		default:
			ext = ".txt"
		}
		r, err := Note("f"+ext, []byte(text), onFile)
		if err != nil {
			return
		}
		for _, p := range r.Problems {
			if p.Code == "words-differ" {
				t.Errorf("%s\n%q\n%s", p.Message, text, r.Markdown)
			}
		}
		noneNamed(t, r)
		var n map[string]any
		head, _, ok := strings.Cut(strings.TrimPrefix(string(r.Markdown), "---\n"), "\n---\n")
		if err := yaml.Unmarshal([]byte(head), &n); err != nil || !ok {
			t.Errorf("front matter: %v\n%s", err, r.Markdown)
		}
		if n["draft"] != true {
			t.Errorf("not a draft:\n%s", r.Markdown)
		}
	})
}
