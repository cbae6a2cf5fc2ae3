package weave

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
)

// woven lays out a site made of these files, for a day; words stand for themselves.
func woven(t *testing.T, day string, files map[string]string) *Site {
	t.Helper()
	dir := t.TempDir()
	files["site.yaml"] = "title: A site\nurl: https://example.org/\nlanguage: en-GB\ntimezone: Europe/London\n"
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lib, err := read.Read(context.Background(), read.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range lib.Problems {
		t.Errorf("problem: %+v", p)
	}
	on, err := consent.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	return Weave(gate.Decide(lib, on, gate.Options{}).Cleared, func(key string) string { return key })
}

func pageAt(t *testing.T, s *Site, path string) *Page {
	t.Helper()
	for _, p := range s.Pages {
		if p.Path == path {
			p.Fill()
			return p
		}
	}
	t.Fatalf("there is no page %s", path)
	return nil
}

func titles(cards []*Card) (out []string) {
	for _, c := range cards {
		out = append(out, c.Title)
	}
	return out
}

func equal(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func note(header, body string) string { return "---\n" + header + "---\n" + body }

func TestHashtags(t *testing.T) {
	for typed, want := range map[string]string{
		"SharingPower": "Sharing Power", "sharing power": "Sharing Power", "#sharing-power": "Sharing Power", "sharing_power": "Sharing Power",
		"SHARING POWER": "Sharing Power", "NHS reform": "NHS Reform", "NHS": "NHS", "covid19": "Covid19", "people’s power": "People S Power", "łódź talks": "Łódź Talks", "#": "", "": "",
	} {
		if got := strings.Join(hashtag(typed), " "); got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

// network is a cell with gaps in its series, and notes of no cell.
func network() map[string]string {
	return map[string]string{
		"content/cells/power.md": note("title: Power\nhashtag: sharing power\n", ""),
		"content/notes/p1.md": note("title: P1\ncell: power\nnumber: 1\ndate: 2026-01-10\nsummary: [One., Two.]\nquestions: [Who is heard?, Why?]\nthemes: [voice]\nhashtags: [sharing power]\n"+
			"next:\n  - {date: 2026-03-04, from: \"15:00\", to: \"16:30\", topic: Voice}\n  - {when: \"in the autumn\"}\n  - {date: 2026-06-10, from: \"15:00\", topic: First words}\n", ""),
		"content/notes/p4.md": note("title: P4\ncell: power\nnumber: 4\ndate: 2026-03-04\nsummary: [Three.]\nquestions: [Why?]\nthemes: [voice, money]\nstories: [s]\n"+
			"next:\n  - {date: 2026-06-10, topic: Later words}\n  - {when: \"Thursday 9 July, 3pm\"}\n  - {when: \"Monday 10 July\"}\n", ""),
		"content/notes/p-special.md": note("title: Special\ncell: power\ndate: 2026-02-01\n", ""),
		"content/notes/p-undated.md": note("title: Undated\ncell: power\nnumber: 3\n", ""),
		"content/notes/round.md":     note("title: Round\ndate: 2026-04-01\nkind: roundtable\nnext: [{date: 2026-05-01, topic: Old}, {when: \"1 December\"}, {when: \"soon\"}]\n", ""),
		"content/stories/s.md":       note("title: A story of mine\nname: Noor\nconsent: {given: 2026-01-01, for: [page]}\n", "Words."),
		"content/stories/t.md":       note("title: A story of mine, in Polish\nname: Noor\nlanguage: pl\ntranslation_of: s\nconsent: {given: 2026-01-01, until: 2026-06-30, for: [page]}\n", "Słowa."),
		"content/changes/c.md":       note("title: C\nstatus: done\nheard: [p4, t]\n", ""),
		"content/changes/d.md":       note("title: D\nstatus: not-done\nwhy: No.\nheard: [s, p1, p4]\n", ""),
	}
}

func TestSeries(t *testing.T) {
	s := woven(t, "2026-05-15", network())
	cell := pageAt(t, s, "/cells/power/").Cell
	equal(t, "the series", titles(cell.Notes), "P1", "Undated", "Special", "P4")
	equal(t, "the cell's hashtag", cell.Hashtag, "Sharing", "Power")
	equal(t, "its stories", titles(cell.Stories), "A story of mine")
	equal(t, "its changes", titles(cell.Changes), "D", "C")
	n := pageAt(t, s, "/notes/p-undated/").Note
	equal(t, "around the undated one", titles([]*Card{n.LastTime, n.NextTime}), "P1", "Special")
	if first := pageAt(t, s, "/notes/p1/").Note; first.LastTime != nil {
		t.Error("the first meeting has one before it")
	}
	var asked []string
	for _, q := range cell.Questions {
		asked = append(asked, strings.TrimSpace(q.Text.Body.Words())+" "+q.Note.Title)
	}
	equal(t, "questions, each where it was asked last", asked, "Why? P4", "Who is heard? P1")
	var summaries []string
	for _, m := range pageAt(t, s, "/cells/power/summaries/").Cell.Summaries {
		for _, p := range m.Points {
			summaries = append(summaries, m.Note.Title+" "+p.Anchor)
		}
	}
	equal(t, "all key points", summaries, "P1 point-1", "P1 point-2", "P4 point-1")
}

func announced(list []MeetingView) (out []string) {
	for _, m := range list {
		words := strings.TrimSpace(m.Date.String() + " " + m.From + " " + m.Topic + m.When)
		if m.Inferred {
			words += " (inferred)"
		}
		out = append(out, words)
	}
	return out
}

func TestNextMeetings(t *testing.T) {
	s := woven(t, "2026-05-15", network())
	cell := pageAt(t, s, "/cells/power/").Cell
	later := []string{"2026-06-10 15:00 Later words", "2026-07-09  Thursday 9 July, 3pm (inferred)"}
	mistaken := "Monday 10 July" // a Friday
	equal(t, "the cell's", announced(cell.Next), append(slices.Clone(later), mistaken)...)
	p := pageAt(t, s, "/meetings/").Meetings
	equal(t, "the site's", announced(p.Upcoming), append(slices.Clone(later), "2026-12-01  1 December (inferred)")...)
	equal(t, "without a date", announced(p.Undated), mistaken, "soon")
	if p.CalendarURL != "/meetings.ics" || cell.CalendarURL != "/cells/power/meetings.ics" {
		t.Errorf("calendars at %q and %q", p.CalendarURL, cell.CalendarURL)
	}
	var told []string
	for _, m := range pageAt(t, s, "/notes/p1/").Note.Upcoming {
		if m.Told != nil {
			told = append(told, m.Topic+" "+m.Told.Text)
		}
	}
	equal(t, "told in a note", told, "Voice P4")

	p = pageAt(t, woven(t, "2026-03-04", network()), "/meetings/").Meetings
	if got := announced(p.Upcoming); slices.Contains(got, "2026-03-04 15:00 Voice") {
		t.Errorf("a meeting that has its note is announced: %q", got)
	}
	p = pageAt(t, woven(t, "2027-04-02", network()), "/meetings/").Meetings
	if len(p.Upcoming)+len(p.Undated) > 0 {
		t.Errorf("a year later there are still %q and %q", announced(p.Upcoming), announced(p.Undated))
	}
}

func TestCalendars(t *testing.T) {
	events := func(s *Site, path string) (uids, told []string) {
		for _, c := range s.Calendars {
			for _, e := range c.Events {
				if c.Path == path {
					uids = append(uids, e.UID)
					told = append(told, e.Day.String()+" "+e.From+" "+e.Summary)
				}
			}
		}
		return uids, told
	}
	s := woven(t, "2026-05-15", network())
	uids, told := events(s, "/cells/power/meetings.ics")
	equal(t, "the cell's calendar", told, "2026-03-04 15:00 Power: Voice", "2026-06-10 15:00 Power: Later words", "2026-07-09  Power")
	all, told := events(s, "/meetings.ics")
	equal(t, "the site's calendar", told, "2026-03-04 15:00 Power: Voice", "2026-05-01  Old", "2026-06-10 15:00 Power: Later words", "2026-07-09  Power", "2026-12-01  Round")
	slices.Sort(all)
	if len(slices.Compact(all)) != 5 {
		t.Errorf("UIDs aren't unique: %q", all)
	}
	if words := s.Calendars[0].Events[3].Words; words != "Thursday 9 July, 3pm\ninferred" {
		t.Errorf("an inferred day is told as %q", words)
	}

	// Another meeting before the others, and more said about one of them: the UIDs stay.
	changed := network()
	changed["content/notes/p4.md"] = strings.Replace(changed["content/notes/p4.md"], "next:\n  - {date: 2026-06-10, topic: Later words}", "next:\n  - {date: 2026-06-01}\n  - {date: 2026-06-10, from: \"16:00\", topic: Other words}", 1)
	again, _ := events(woven(t, "2026-05-15", changed), "/cells/power/meetings.ics")
	for _, uid := range uids {
		if !slices.Contains(again, uid) {
			t.Errorf("the UID %s is gone from %q", uid, again)
		}
	}
	if len(again) != len(uids)+1 {
		t.Errorf("%d events became %d", len(uids), len(again))
	}
}

func points(notes []MeetingSummary) (out [][]KeyPoint) {
	for _, n := range notes {
		out = append(out, n.Points)
	}
	return out
}

func TestLearning(t *testing.T) {
	s := woven(t, "2026-05-15", network())
	l := pageAt(t, s, "/learning/").Learning
	tell := func(groups []LearningGroup) (out []string) {
		for _, g := range groups {
			for _, p := range slices.Concat(points(g.Notes)...) {
				out = append(out, g.Title+": "+p.Note.URL+"#"+p.Anchor+" "+strings.TrimSpace(p.Text.Body.Words()))
			}
		}
		return out
	}
	equal(t, "by theme", tell(l.ByTheme), "money: /notes/p4/#point-1 Three.", "voice: /notes/p4/#point-1 Three.", "voice: /notes/p1/#point-1 One.", "voice: /notes/p1/#point-2 Two.")
	equal(t, "by year", tell(l.ByYear), "2026: /notes/p4/#point-1 Three.", "2026: /notes/p1/#point-1 One.", "2026: /notes/p1/#point-2 Two.")
}

// Where there are many key points, each theme and year has pages of its own, and
// every point stands on one of them.
func TestMuchLearning(t *testing.T) {
	files := network()
	for i := range 2*learnedOnAPage + 1 {
		files[fmt.Sprintf("content/notes/many%d.md", i)] = note(fmt.Sprintf("title: N%d\ndate: %d-05-01\nthemes: [Hearing]\nsummary: [Many %d.]\n", i, 2024+i%2, i), "")
	}
	s := woven(t, "2026-05-15", files)
	l := pageAt(t, s, "/learning/").Learning
	told := map[string]int{} // group and point -> how often it stands there
	for _, g := range slices.Concat(l.ByTheme, l.ByYear) {
		if len(g.Notes) > 0 || g.URL == "" {
			t.Errorf("%s stands on the index, which would be long: %+v", g.Title, g)
			continue
		}
		notes := 0
		for part := pageAt(t, s, g.URL); part != nil; {
			if part.Learning.Part.Title != g.Title || len(part.Learning.Part.Notes) > learnedOnAPage {
				t.Errorf("%s shows %d notes of %q", part.Path, len(part.Learning.Part.Notes), part.Learning.Part.Title)
			}
			for _, n := range part.Learning.Part.Notes {
				notes++
				if !slices.Contains(part.Items, n.Note.id) {
					t.Errorf("%s shows %s, and doesn't say so", part.Path, n.Note.id)
				}
				for _, p := range n.Points {
					told[g.Title+" "+p.Note.URL+"#"+p.Anchor]++
				}
			}
			if part.Pager == nil || part.Pager.Next == nil {
				break
			}
			part = pageAt(t, s, part.Pager.Next.URL)
		}
		if notes != g.Count {
			t.Errorf("%s has %d notes, and says %d", g.Title, notes, g.Count)
		}
	}
	for i := range 2*learnedOnAPage + 1 {
		for _, group := range []string{"Hearing", strconv.Itoa(2024 + i%2)} {
			if at := fmt.Sprintf("%s /notes/many%d/#point-1", group, i); told[at] != 1 {
				t.Errorf("%s stands on %d pages", at, told[at])
			}
		}
	}
}

// Each item is linked from the index of the whole site, however many there are.
func TestEverythingIsListed(t *testing.T) {
	for _, many := range []int{3, newestListed + 1, mostListed + 1} {
		files := map[string]string{}
		for i := range many {
			files[fmt.Sprintf("content/notes/n%d.md", i)] = note(fmt.Sprintf("title: N%d\ndate: 2026-05-01\nthemes: [Hearing]\n", i), "")
		}
		s := woven(t, "2026-05-15", files)
		linked := map[string]bool{}
		for _, path := range []string{"/everything/", "/search/"} {
			at := pageAt(t, s, path)
			for at != nil {
				var next *Page
				for _, g := range at.Everything.Groups {
					if len(g.Links) > mostListed || at.Path == "/search/" && len(g.Links) > newestListed {
						t.Errorf("%d notes: %s lists %d %s", many, at.Path, len(g.Links), g.Key)
					}
					if g.More != nil {
						next = pageAt(t, s, g.More.URL)
					}
					for _, l := range g.Links {
						linked[path+" "+l.URL] = true
						if id := strings.Trim(l.URL, "/"); g.Key == "notes" && !slices.Contains(at.Items, id) {
							t.Fatalf("%d notes: %s shows %s, and doesn't say so", many, at.Path, id)
						}
					}
				}
				if at.Pager != nil && at.Pager.Next != nil {
					next = pageAt(t, s, at.Pager.Next.URL)
				}
				at = next
			}
			for i := range many {
				if !linked[fmt.Sprintf("%s /notes/n%d/", path, i)] {
					t.Errorf("%d notes: from %s nothing leads to note %d", many, path, i)
				}
			}
		}
	}
}

// Notes of no cell have their meetings and their learning too.
func TestNetworkWithoutCells(t *testing.T) {
	s := woven(t, "2026-05-15", map[string]string{"content/notes/n.md": note("title: N\ndate: 2026-05-01\nsummary: [One.]\nnext: [{date: 2026-06-01, topic: Us}]\n", "")})
	equal(t, "meetings", announced(pageAt(t, s, "/meetings/").Meetings.Upcoming), "2026-06-01  Us")
	if l := pageAt(t, s, "/learning/").Learning; len(l.ByYear) != 1 {
		t.Errorf("learning: %+v", l)
	}
	if len(s.Calendars) != 1 || s.Calendars[0].Path != "/meetings.ics" {
		t.Errorf("calendars: %v", s.Calendars)
	}
	quiet := woven(t, "2026-05-15", map[string]string{"content/notes/n.md": note("title: N\n", "Words.")})
	for _, path := range []string{"/meetings/", "/learning/", "/words/"} {
		if slices.ContainsFunc(quiet.Pages, func(p *Page) bool { return p.Path == path }) {
			t.Errorf("%s has nothing to show, and is there", path)
		}
	}
}

func TestWhatChangedLeadsBothWays(t *testing.T) {
	s := woven(t, "2026-05-15", network())
	equal(t, "from the story", titles(pageAt(t, s, "/stories/s/").Story.Changes), "D", "C")
	equal(t, "from its translation", titles(pageAt(t, s, "/stories/t/").Story.Changes), "D", "C")
	equal(t, "from the note", titles(pageAt(t, s, "/notes/p4/").Note.Changes), "C", "D")
	equal(t, "to what was heard", titles(pageAt(t, s, "/changes/c/").Change.Heard), "P4", "A story of mine, in Polish")

	s = woven(t, "2026-07-01", network()) // the translation's consent has ended
	equal(t, "to what may be shown", titles(pageAt(t, s, "/changes/c/").Change.Heard), "P4")
	equal(t, "from the story, when only its translation was heard", titles(pageAt(t, s, "/stories/s/").Story.Changes), "D")
}
