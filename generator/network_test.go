package generator

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ownwords/generator/consent"
	"ownwords/generator/report"
)

// The network's side, in finished pages: notes, cells, meetings, learning and
// what changed. How they are laid out is tested in weave, how a summary is
// found in read.

// built builds a site made of these files, and returns its output folder.
func built(t *testing.T, day string, files map[string]string) (string, *report.Report) {
	t.Helper()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "site.yaml"), "title: A site\nurl: https://example.org/\nlanguage: en-GB\ntimezone: Europe/London\ncontact: Ask us.\nrepository: https://github.com/example/stories\n")
	for name, text := range files {
		writeFile(t, filepath.Join(dir, filepath.FromSlash(name)), text)
	}
	return buildSite(t, dir, day)
}

func buildSite(t *testing.T, site, day string) (string, *report.Report) {
	t.Helper()
	on, err := consent.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "public")
	r, err := Build(context.Background(), Options{Site: site, Out: out, At: &on})
	if err != nil {
		t.Fatal(err)
	}
	return out, r
}

// mainPart returns what stands in a page's main part, headings and text in their order.
func mainPart(t *testing.T, name string) []piece {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(readFile(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	var pieces []piece
	inside := 0 // level of the heading that is open
	var walk func(n *html.Node, shown, card bool)
	walk = func(n *html.Node, shown, card bool) {
		if n.Type == html.TextNode && shown {
			if words := strings.Join(strings.Fields(n.Data), " "); words != "" {
				if last := len(pieces) - 1; inside > 0 && last >= 0 && pieces[last].open {
					pieces[last].words += words
				} else {
					pieces = append(pieces, piece{words: words})
				}
			}
		}
		if n.Type == html.ElementNode {
			shown = shown || n.Data == "main"
			card = card || n.Data == "article" && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "class" && strings.HasPrefix(a.Val, "card") })
			if n.Data == "img" || n.Data == "hr" {
				pieces = append(pieces, piece{words: n.Data})
			}
		}
		heading := n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6'
		if heading && shown {
			inside = int(n.Data[1] - '0')
			pieces = append(pieces, piece{level: inside, open: true, card: card})
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, shown, card)
		}
		if heading && shown {
			inside = 0
			pieces[len(pieces)-1].open = false
		}
	}
	walk(doc, false, false)
	return pieces
}

// piece is a heading (level 1 to 6) or some text (level 0).
type piece struct {
	level int
	words string
	open  bool
	card  bool // it stands in a card, which may say no more than a title
}

// outline writes the headings down, each with its level.
func outline(pieces []piece) (out []string) {
	for _, p := range pieces {
		if p.level > 0 {
			out = append(out, fmt.Sprintf("%d %s", p.level, p.words))
		}
	}
	return out
}

// wrongOutline lists what is wrong with a page's headings: more or less than
// one h1, skipped levels (WCAG 1.3.1), headings without words, and headings
// with nothing under them.
func wrongOutline(pieces []piece) (wrong []string) {
	last, first := 0, 0
	for i, p := range pieces {
		if p.level == 0 {
			continue
		}
		if p.level == 1 {
			first++
		}
		if p.level > last+1 {
			wrong = append(wrong, fmt.Sprintf("%q skips a level", p.words))
		}
		last = p.level
		if p.words == "" {
			wrong = append(wrong, "a heading without words")
		}
		if !p.card && (i+1 == len(pieces) || pieces[i+1].level > 0 && pieces[i+1].level <= p.level) {
			wrong = append(wrong, fmt.Sprintf("nothing stands under %q", p.words))
		}
	}
	if first != 1 {
		wrong = append(wrong, fmt.Sprintf("%d headings of the first level", first))
	}
	return wrong
}

func TestWrongOutlinesAreNoticed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "page.html")
	for text, want := range map[string]string{
		"<h1>A</h1><p>x</p><h2>B</h2><ul></ul><h2>C</h2><p>y</p>":     `nothing stands under "B"`,
		"<h1>A</h1><p>x</p><h3>B</h3><p>y</p>":                        `"B" skips a level`,
		"<h1>A</h1><p>x</p><h2><span></span></h2><p>y</p>":            "a heading without words",
		"<h1>A</h1><p>x</p><h2>B</h2><div> </div>":                    `nothing stands under "B"`,
		"<h2>A</h2><p>x</p>":                                          `"A" skips a level 0 headings of the first level`,
		"<h1>A</h1><h2>B</h2><img src=x><h2>C</h2><h3>D</h3><p>x</p>": "",
	} {
		writeFile(t, name, "<!doctype html><body><h1>Outside</h1><main>"+text+"</main>")
		if got := strings.Join(wrongOutline(mainPart(t, name)), " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// everyOutline checks all pages of a finished site.
func everyOutline(t *testing.T, out string) {
	t.Helper()
	pages := 0
	err := filepath.WalkDir(out, func(p string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(p) != ".html" {
			return err
		}
		pages++
		for _, wrong := range wrongOutline(mainPart(t, p)) {
			rel, _ := filepath.Rel(out, p)
			t.Errorf("%s: %s", filepath.ToSlash(rel), wrong)
		}
		return nil
	})
	if err != nil || pages == 0 {
		t.Fatalf("%d pages: %v", pages, err)
	}
}

const emptyNote = `---
title: Nothing but a title
date:
kind:
cell:
number:
held: ""
by: ""
people: []
attendance:
summary: []
questions: []
who_isnt_here: ""
next: []
themes: []
place: ""
hashtags: []
reading: []
stories: []
---
`

func TestEmptyFieldsPrintNoHeading(t *testing.T) {
	out, _ := built(t, "2026-11-22", map[string]string{
		"content/notes/empty.md":  emptyNote,
		"content/notes/bare.md":   "---\ntitle: Bare\n---\n",
		"content/cells/bare.md":   "---\ntitle: A cell of nothing\n---\n",
		"content/cells/lists.md":  "---\ntitle: Empty lists\nabout: \"\"\nthought_leaders: []\nconvenors: []\nhashtag: \"\"\nthemes: []\n---\n",
		"content/changes/bare.md": "---\ntitle: A change with only a title\n---\n",
		"content/stories/bare.md": "---\ntitle: Bare\nname: Noor\nconsent: {given: 2026-01-01, for: [page]}\n---\nWords.\n",
		// people who may not be named leave their lists empty
		"content/people/bob.md":   "---\nname: Bob Tremblay\nconsent: {given: 2026-01-01, withdrawn: 2026-02-01, for: [named]}\n---\n",
		"content/notes/left.md":   "---\ntitle: Left alone\npeople: [bob]\nsummary: [\"[@bob]\"]\nwho_isnt_here: \"[](@bob)\"\n---\n## What he said\n\n::: with @bob\nWords.\n:::\n",
		"content/cells/left.md":   "---\ntitle: Left alone\nconvenors: [bob]\nthought_leaders: [bob]\n---\n",
		"content/notes/empty2.md": "---\ntitle: Without a cell\nnext: [{}]\nreading: []\n---\n\n",
	})
	everyOutline(t, out)
	got := outline(mainPart(t, filepath.Join(out, "notes/empty/index.html")))
	if want := []string{"1 Nothing but a title", "2 Facts"}; !slices.Equal(got, want) {
		t.Errorf("the empty note's headings: %q, want %q", got, want)
	}

	alone, _ := built(t, "2026-11-22", map[string]string{"content/pages/about.md": "---\ntitle: About\n---\nWords.\n"})
	everyOutline(t, alone)
}

// The example site, built for real.
func TestExampleHasSoundOutlines(t *testing.T) {
	out, _ := buildSite(t, "..", "2026-11-22")
	everyOutline(t, out)
}

const hurriedNote = `---
title: Notes from Tuesday’s “listening” meeting
---
Thanks to everyone who came – it was a good one!

PRESENT

About a dozen, plus “the usual suspects”

1. WHAT WE HEARD
• People don’t want to be “consulted” again
•	They want an answer
	o	by letter
	o	or by phone

2. WHAT WE’LL DO

**By the office:**

- write to everyone
    - including those who left early

**By members**

·   ask two people each

NEXT MEETING

Thursday 17 December, 3.00-4.30pm

THANK YOU
`

func TestHurriedNoteGivesAGoodPage(t *testing.T) {
	out, r := built(t, "2026-11-22", map[string]string{"content/notes/n.md": hurriedNote})
	if len(r.Problems) > 0 {
		t.Errorf("problems: %v", r.Problems)
	}
	pieces := mainPart(t, filepath.Join(out, "notes/n/index.html"))
	want := []string{"1 Notes from Tuesday’s “listening” meeting", "2 Facts", "2 On this page", "2 PRESENT", "2 1. WHAT WE HEARD", "2 2. WHAT WE’LL DO", "3 By the office:", "3 By members", "2 NEXT MEETING"}
	if got := outline(pieces); !slices.Equal(got, want) {
		t.Errorf("headings: %q, want %q", got, want)
	}
	page := readFile(t, filepath.Join(out, "notes/n/index.html"))
	for _, list := range []string{
		"<li>They want an answer\n<ul>\n<li>by letter</li>\n<li>or by phone</li>\n</ul>\n</li>",
		"<li>write to everyone\n<ul>\n<li>including those who left early</li>\n</ul>\n</li>",
		"<li>ask two people each</li>",
	} {
		if !strings.Contains(page, list) {
			t.Errorf("there is no list\n%s\nin\n%s", list, page)
		}
	}
	if !strings.Contains(page, "Date not recorded") {
		t.Error("the page doesn't say that it has no date")
	}
}

func TestSummaryIsShownOnce(t *testing.T) {
	out, _ := built(t, "2026-11-22", map[string]string{
		"content/cells/c.md": "---\ntitle: C\n---\n",
		"content/notes/n.md": "---\ntitle: N\ncell: c\nnumber: 1\ndate: 2026-09\nthemes: [voice]\n---\nHeld in the library.\n\n## 1. SUMMARY OF KEY POINTS\n\nTwo things stood out.\n\n- Chairs in a circle.\n- Answers in writing.\n\nMore in spring.\n\n## 2. IN DETAIL\n\nThe rest.\n",
	})
	page := mainPart(t, filepath.Join(out, "notes/n/index.html"))
	var text []string
	for _, p := range page {
		text = append(text, p.words)
	}
	all := strings.Join(text, "|")
	if want := "Held in the library.|1. SUMMARY OF KEY POINTS|Two things stood out.|1|Chairs in a circle.|2|Answers in writing.|More in spring.|2. IN DETAIL|The rest."; !strings.Contains(all, want) {
		t.Errorf("the page says\n%s\nand not\n%s", all, want)
	}
	for _, words := range []string{"Held in the library.", "SUMMARY OF KEY POINTS", "Two things stood out.", "Chairs in a circle.", "Answers in writing.", "More in spring.", "The rest."} {
		if n := strings.Count(all, words); n != 1 {
			t.Errorf("%q stands %d times on its page", words, n)
		}
		if n := strings.Count(readFile(t, filepath.Join(out, "notes/atom.xml")), words); n != 1 {
			t.Errorf("%q stands %d times in the feed", words, n)
		}
	}
	for _, name := range []string{"cells/c/summaries/index.html", "learning/index.html"} {
		if !strings.Contains(readFile(t, filepath.Join(out, name)), "Chairs in a circle.") {
			t.Errorf("the point isn't in %s", name)
		}
	}
	if !strings.Contains(readFile(t, filepath.Join(out, "learning/index.html")), `<a href="/notes/n/#point-2"`) || !strings.Contains(readFile(t, filepath.Join(out, "notes/n/index.html")), `id="point-2"`) {
		t.Error("the learning page doesn't lead to the point")
	}
}

func TestAttendanceIsNamesAndANumber(t *testing.T) {
	out, _ := built(t, "2026-11-22", map[string]string{
		"content/people/ann.md": "---\nname: Ann Okoro\nconsent: {given: 2026-01-01, for: [named]}\n---\n",
		"content/people/bob.md": "---\nname: Bob Tremblay\nconsent: {given: 2026-01-01, for: [quotes]}\n---\n",
		"content/notes/n.md":    "---\ntitle: N\npeople: [{person: ann, role: speaker}, bob]\nattendance: 15\n---\n",
		"content/notes/one.md":  "---\ntitle: One\nattendance: 1\n---\n",
	})
	page := readFile(t, filepath.Join(out, "notes/n/index.html"))
	if want := "<dd>15 people, among them Ann Okoro (speaker)</dd>"; !strings.Contains(page, want) || strings.Contains(page, "Tremblay") {
		t.Errorf("there is no %s in\n%s", want, page)
	}
	if page := readFile(t, filepath.Join(out, "notes/one/index.html")); !strings.Contains(page, "<dd>1 person</dd>") {
		t.Errorf("one person:\n%s", page)
	}
}

// A name written as a hashtag is a trace all the same.
func TestHashtagsAreShownInCamelCaseAndHideNoName(t *testing.T) {
	out, r := built(t, "2026-11-22", map[string]string{
		"content/people/amina.md": "---\nname: Amina Yusuf\n---\n",
		"content/notes/n.md":      "---\ntitle: N\nhashtags: [sharing power, \"#sharing-power\"]\n---\n",
		"content/notes/named.md":  "---\ntitle: Named\nhashtags: [amina yusuf]\n---\n",
	})
	if page := readFile(t, filepath.Join(out, "notes/n/index.html")); strings.Count(page, "<li>#Sharing<wbr>Power</li>") != 1 {
		t.Errorf("the hashtag isn't there once:\n%s", page)
	}
	if _, err := os.Stat(filepath.Join(out, "notes/named/index.html")); err == nil {
		t.Error("a note with a withheld name as its hashtag is published")
	}
	if len(r.LeftOut) != 1 || r.LeftOut[0].ID != "notes/named" || r.LeftOut[0].Reason != "trace" {
		t.Errorf("left out: %+v", r.LeftOut)
	}
}

func TestInferredYearIsSaidSo(t *testing.T) {
	out, _ := built(t, "2026-11-22", map[string]string{
		"content/notes/n.md": "---\ntitle: N\ndate: 2026-11-20\nnext:\n  - when: Thursday 14 January, 3.00–4.30pm\n  - when: Friday 15 January 2027\n  - {date: 2027-03-31, from: \"15:00\", to: \"16:30\", topic: Spring}\n---\n",
	})
	const said = "The year wasn’t written down; it was worked out from the date of the note."
	for _, name := range []string{"notes/n/index.html", "meetings/index.html"} {
		page := readFile(t, filepath.Join(out, name))
		if strings.Count(page, said) != 1 || !strings.Contains(page, "14 January 2027") || !strings.Contains(page, "Thursday 14 January, 3.00–4.30pm") {
			t.Errorf("%s:\n%s", name, page)
		}
	}
	calendar := strings.ReplaceAll(readFile(t, filepath.Join(out, "meetings.ics")), "\r\n ", "")
	for _, line := range []string{"DTSTART;VALUE=DATE:20270114", "DESCRIPTION:Thursday 14 January\\, 3.00–4.30pm " + strings.Replace(said, ";", "\\;", 1), "DTSTART;VALUE=DATE:20270115", "DESCRIPTION:Friday 15 January 2027",
		"DTSTART;TZID=Europe/London:20270331T150000", "DTEND;TZID=Europe/London:20270331T163000", "URL:https://example.org/notes/n/"} {
		if !strings.Contains(calendar, line+"\r\n") {
			t.Errorf("there is no line %q in\n%s", line, calendar)
		}
	}
}
