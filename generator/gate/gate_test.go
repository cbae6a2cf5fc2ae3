package gate

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ownwords/generator/consent"
	"ownwords/generator/read"
)

// library reads a site that is written down as file names and texts.
func library(t *testing.T, files map[string]string) *read.Library {
	t.Helper()
	dir := t.TempDir()
	if files["site.yaml"] == "" {
		files["site.yaml"] = "title: Words\nurl: https://stories.example.org/\ntimezone: Europe/London\nconsent: {recall: 30d}\n"
	}
	if err := os.MkdirAll(filepath.Join(dir, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
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
	return lib
}

func dayOf(t *testing.T, s string) consent.Day {
	t.Helper()
	d, err := consent.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// all are the uses of a person who allows everything.
const all = "for: [named, quotes, images, recordings, profile]"

// whoMayWhat is the policy as a table: what somebody's consent is like on
// 1 March 2027, and what of them is then on the site. A dot means that it isn't.
const whoMayWhat = `
                tells  mentioned  fallback  twin  unnamed-twin  note-name  note-quote  attends  credit  picture  recording  profile  quoted-in-story
holds           yes    yes        name      with  -             name       yes         yes      yes     yes      yes        yes      yes
named-only      yes    yes        name      with  -             name       .           yes      yes     .        .          .        .
quotes-only     yes    .          other     without -           other      .           .        .       .        .          .        .
images-only     yes    .          other     without -           other      .           .        .       yes      .          .        .
profile-only    yes    .          other     without -           other      .           .        .       .        .          yes      .
last-day        yes    yes        name      with  -             name       yes         yes      yes     yes      yes        yes      yes
lapsed          .      .          other     without -           other      .           .        .       .        .          .        .
withdrawn       .      .          other     without -           other      .           .        .       .        .          .        .
withdrawn-later .      .          other     without -           other      .           .        .       .        .          .        .
paused          .      .          other     without -           other      .           .        .       .        .          .        .
given-again     yes    yes        name      with  -             name       yes         yes      yes     yes      yes        yes      yes
not-yet         yes    .          other     without -           other      .           .        .       .        .          .        .
came-of-age     .      .          other     without -           other      .           .        .       .        .          .        .
under-age       yes    yes        name      with  -             name       yes         yes      yes     yes      yes        yes      yes
unreadable      .      .          other     without -           other      .           .        .       .        .          .        .
no-consent      yes    .          other     without -           other      .           .        .       .        .          .        .
draft           .      .          other     without -           other      .           .        .       .        .          .        .
no-file         .      .          other     without -           other      .           .        .       .        .          .        .
`

var states = map[string]string{
	"holds":           "consent: {given: 2026-05-02, " + all + "}",
	"named-only":      "consent: {given: 2026-05-02, for: [named]}",
	"quotes-only":     "consent: {given: 2026-05-02, for: [quotes]}",
	"images-only":     "consent: {given: 2026-05-02, for: [images]}",
	"profile-only":    "consent: {given: 2026-05-02, for: [profile]}",
	"last-day":        "consent: {given: 2026-05-02, until: 2027-03-01, " + all + "}",
	"lapsed":          "consent: {given: 2026-05-02, until: 2027-02-28, " + all + "}",
	"withdrawn":       "consent: {given: 2026-05-02, withdrawn: 2026-05-02, " + all + "}",
	"withdrawn-later": "consent: {given: 2026-05-02, withdrawn: 2027-05-02, " + all + "}",
	"paused":          "consent: {given: 2026-05-02, paused: 2026-06-02, " + all + "}",
	"given-again":     "consent: {given: 2026-05-02, paused: 2026-05-01, withdrawn: 2026-04-30, " + all + "}",
	"not-yet":         "consent: {given: 2027-03-02, " + all + "}",
	"came-of-age":     "consent: {given: 2026-05-02, given_by: guardian, adult_on: 2027-03-01, " + all + "}",
	"under-age":       "consent: {given: 2026-05-02, given_by: both, adult_on: 2027-03-02, " + all + "}",
	"unreadable":      "consent: {given: 2026-05-02, until: soon, " + all + "}",
	"no-consent":      "pronouns: they/them",
	"draft":           "draft: true\nconsent: {given: 2026-05-02, " + all + "}",
}

func TestWhoMayWhat(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(whoMayWhat), "\n")
	columns := strings.Fields(lines[0])
	files := map[string]string{}
	const told = "name: Teller\nconsent: {given: 2026-05-02, for: [page, images, recordings]}\n---\n"
	for _, line := range lines[1:] {
		id := strings.Fields(line)[0]
		if id != "no-file" {
			files["content/people/"+id+".md"] = "---\nname: Name of " + id + "\n" + states[id] + "\n---\nI.\n"
		}
		story := func(kind, text string) { files["content/stories/"+kind+"-"+id+".md"] = "---\ntitle: T\n" + text }
		story("tells", "by: "+id+"\nconsent: {given: 2026-05-02, for: [page]}\n---\nMine.\n")
		story("mentioned", told+"It was [@"+id+"].\n")
		story("fallback", told+"It was [name](@"+id+" \"other\").\n")
		story("twin", told+"::: with @"+id+"\nwith\n:::\n::: without @"+id+"\nother\n:::\n")
		story("unnamed-twin", told+"::: without @"+id+"\nother\n:::\n")
		story("quoted-in-story", told+"> Words.\n> — [@"+id+"]\n")
		files["content/notes/note-"+id+".md"] = "---\ntitle: N\npeople: [" + id + "]\nmedia:\n  - {file: " + id + ".jpg, alt: A, people: [" + id + "]}\n  - {file: " + id + ".mp3, transcript: t.txt, people: [" + id + "]}\n---\n" +
			"[name](@" + id + " \"other\")\n\n> quoted\n> — [@" + id + "]\n"
		files["content/notes/"+id+".jpg"], files["content/notes/"+id+".mp3"] = "jpg "+id, "mp3 "+id
		files["content/cells/cell-"+id+".md"] = "---\ntitle: C\nthought_leaders: [" + id + "]\n---\n"
	}
	files["content/notes/t.txt"] = "Words."
	decided := Decide(library(t, files), dayOf(t, "2027-03-01"), Options{})
	published := map[string]string{}
	for _, s := range decided.Cleared.Stories() {
		published[s.Slug] = strings.TrimSpace(s.Body.Words())
	}
	for _, n := range decided.Cleared.Notes() {
		published[n.Slug] = strings.TrimSpace(n.Body.Words())
		for _, p := range n.People {
			published["attends-"+strings.TrimPrefix(n.Slug, "note-")] = p.Name
		}
		for _, m := range n.Media {
			published[m.File] = m.Alt
		}
	}
	for _, c := range decided.Cleared.Cells() {
		for _, p := range c.ThoughtLeaders {
			published["credit-"+strings.TrimPrefix(c.Slug, "cell-")] = p.Name
		}
	}
	for _, p := range decided.Cleared.Profiles() {
		published["profile-"+p.Slug] = p.Name
	}
	yes := func(key string) string {
		if _, there := published[key]; there {
			return "yes"
		}
		return "."
	}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		id := cells[0]
		note := published["note-"+id]
		word, _, _ := strings.Cut(note, "\n")
		for i, want := range cells[1:] {
			got := ""
			switch columns[i] {
			case "fallback":
				got = strings.TrimSuffix(strings.TrimPrefix(published["fallback-"+id], "It was "), ".")
			case "twin":
				if got = published["twin-"+id]; got == "other" {
					got = "without"
				}
			case "unnamed-twin":
				continue // below
			case "note-name":
				got = word
			case "note-quote":
				got = map[bool]string{true: "yes", false: "."}[strings.Contains(note, "quoted")]
			case "picture":
				got = yes(id + ".jpg")
			case "recording":
				got = yes(id + ".mp3")
			default:
				got = yes(columns[i] + "-" + id)
			}
			if got != want {
				t.Errorf("%s, %s: got %s, want %s", id, columns[i], got, want)
			}
		}
		// A `without` that stands in for nothing is no other wording.
		if _, there := published["unnamed-twin-"+id]; there != (yes("mentioned-"+id) == "yes") {
			t.Errorf("%s: a `without` alone was taken for another wording", id)
		}
	}
}

// TestRecalls: which stories are carried once more, and since when.
func TestRecalls(t *testing.T) {
	person := func(consent string) string {
		return "---\nname: Somebody\nconsent: {given: 2026-05-02, " + consent + "}\n---\n"
	}
	for _, test := range []struct{ name, keys, person, at, left string }{
		{"published", "until: 2027-03-01", "", "2027-03-01", ""},
		{"lapsed yesterday", "until: 2027-03-01", "", "2027-03-02", "2027-03-02"},
		{"the last day of the notice", "until: 2027-03-01", "", "2027-03-31", "2027-03-02"},
		{"the day after", "until: 2027-03-01", "", "2027-04-01", ""},
		{"withdrawn", "withdrawn: 2027-03-01", "", "2027-03-01", "2027-03-01"},
		{"paused", "paused: 2027-03-01", "", "2027-03-05", "2027-03-01"},
		{"withdrawn in the future", "withdrawn: 2027-06-01", "", "2027-03-05", ""},
		{"withdrawn in the future, on that day", "withdrawn: 2027-06-01", "", "2027-06-01", "2027-06-01"},
		{"came of age", "given_by: guardian, adult_on: 2027-03-01", "", "2027-03-02", "2027-03-01"},
		{"never there", "withdrawn: 2026-05-02", "", "2026-05-10", ""},
		{"given later", "given: 2027-06-01", "", "2027-05-31", ""},
		{"not in feeds", "until: 2027-03-01, for: [page]", "", "2027-03-02", ""},
		{"feed: none", "until: 2027-03-01|feed: none", "", "2027-03-02", ""},
		{"a draft", "until: 2027-03-01|draft: true", "", "2027-03-02", ""},
		{"a mistake", "until: 2027-03-01, untill: 2027-03-01", "", "2027-03-02", ""},
		{"its teller lapsed", "|by: p", "until: 2027-03-01, for: [named]", "2027-03-05", "2027-03-02"},
		{"its teller withdrew", "|by: p", "withdrawn: 2027-03-01, for: [named]", "2027-03-05", "2027-03-01"},
		{"somebody in it lapsed", "|with: [p]", "until: 2027-03-01, for: [named]", "2027-03-05", "2027-03-02"},
		{"somebody in it never could be named", "|with: [p]", "until: 2027-03-01, for: [quotes]", "2027-03-05", ""},
		{"given again and lapsed", "given: 2026-06-01, withdrawn: 2026-05-20, until: 2027-03-01", "", "2027-03-05", "2027-03-02"},
	} {
		keys, more, _ := strings.Cut(test.keys, "|")
		given := "given: 2026-05-02, "
		if strings.Contains(keys, "given:") {
			given = ""
		}
		if !strings.Contains(keys, "for:") {
			keys = strings.TrimPrefix(keys+", for: [page, feeds]", ", ")
		}
		text := "---\ntitle: T\nthemes: [bread]\n" + more + "\nconsent: {" + given + keys + "}\n"
		if !strings.Contains(more, "by:") {
			text += "name: Teller\n"
		}
		files := map[string]string{"content/stories/s.md": text + "---\nWords.\n"}
		if test.person != "" {
			files["content/people/p.md"] = person(test.person)
		}
		decided := Decide(library(t, files), dayOf(t, test.at), Options{})
		got := ""
		for _, r := range decided.Cleared.Recalls() {
			got += r.Left.String()
			if !strings.HasPrefix(r.FeedID, "urn:uuid:") || !slices.Equal(r.Themes, []string{"bread"}) {
				t.Errorf("%s: the notice is %+v", test.name, r)
			}
		}
		if got != test.left {
			t.Errorf("%s: left on %q, want %q", test.name, got, test.left)
		}
	}
}

// TestGoodUntil: the last day on which an output is right, for changes that no whole site shows alone.
func TestGoodUntil(t *testing.T) {
	const story = "---\ntitle: T\nname: Teller\nconsent: {given: 2026-05-02, until: %s, for: [page]}\n---\n%s\n"
	until := func(day string) string {
		return "---\nname: Somebody Here\nconsent: {given: 2026-05-02, until: " + day + ", for: [named, images]}\n---\n"
	}
	for name, test := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing ends":                          {map[string]string{"content/pages/a.md": "---\ntitle: A\n---\nWords.\n"}, ""},
		"a story":                               {map[string]string{"content/stories/s.md": fmt.Sprintf(story, "2027-05-01", "W.")}, "2027-05-01"},
		"a story's person":                      {map[string]string{"content/stories/s.md": fmt.Sprintf(story, "2027-05-01", "[@p]"), "content/people/p.md": until("2027-04-01")}, "2027-04-01"},
		"a person in a passage that stays away": {map[string]string{"content/notes/n.md": "---\ntitle: N\n---\n::: with @nobody\n[@p]\n:::\n", "content/people/p.md": until("2027-04-01")}, ""},
		"nobody's business":                     {map[string]string{"content/notes/n.md": "---\ntitle: N\n---\nWords.\n", "content/people/p.md": until("2027-04-01")}, ""},
		"a name typed plainly":                  {map[string]string{"content/notes/n.md": "---\ntitle: N\n---\nSomebody was here.\n", "content/people/p.md": until("2027-04-01")}, "2027-04-01"},
		"a fallback in who isn't here":          {map[string]string{"content/notes/n.md": "---\ntitle: N\nwho_isnt_here: \"[@p]\"\n---\nWords.\n", "content/people/p.md": until("2027-04-01")}, "2027-04-01"},
		"why a change isn't made":               {map[string]string{"content/changes/c.md": "---\ntitle: C\nstatus: not-done\nwhy: \"[@p] said so\"\n---\nWords.\n", "content/people/p.md": until("2027-04-01")}, "2027-04-01"},
		"a translation":                         {map[string]string{"content/stories/s.md": fmt.Sprintf(story, "2027-05-01", "W."), "content/stories/t.md": strings.Replace(fmt.Sprintf(story, "2028-05-01", "W."), "title: T", "title: T\ntranslation_of: s", 1)}, "2027-05-01"},
		"a notice that begins later":            {map[string]string{"content/stories/s.md": "---\ntitle: T\nname: Teller\nconsent: {given: 2026-05-02, withdrawn: 2027-04-01, for: [page, feeds]}\n---\nW.\n"}, "2027-03-31"},
	} {
		if got := Decide(library(t, test.files), dayOf(t, "2027-03-01"), Options{}).Cleared.GoodUntil(); got != test.want {
			t.Errorf("%s: good until %q, want %q", name, got, test.want)
		}
	}
}

// TestFeedID: opaque, and the same whatever changes but the ID and a lifted withdrawal.
func TestFeedID(t *testing.T) {
	day := func(s string) *consent.Day { d := dayOf(t, s); return &d }
	record := func(r consent.Record) *read.Consent { return &read.Consent{Record: &r} }
	plainly := feedID(StoryKind, "", "library", record(consent.Record{Given: day("2026-05-02")}))
	same := map[string]string{
		"renewed":   feedID(StoryKind, "", "library", record(consent.Record{Given: day("2027-05-02"), Until: day("2028-05-02")})),
		"withdrawn": feedID(StoryKind, "", "library", record(consent.Record{Given: day("2026-05-02"), Withdrawn: day("2026-06-02")})),
	}
	other := map[string]string{
		"another slug":  feedID(StoryKind, "", "libraries", record(consent.Record{Given: day("2026-05-02")})),
		"another kind":  feedID(NoteKind, "", "library", nil),
		"an id":         feedID(StoryKind, "library", "library", record(consent.Record{Given: day("2026-05-02")})),
		"given again":   feedID(StoryKind, "", "library", record(consent.Record{Given: day("2026-05-02"), Withdrawn: day("2026-05-01")})),
		"after a pause": feedID(StoryKind, "", "library", record(consent.Record{Given: day("2026-05-02"), Paused: day("2026-04-01")})),
	}
	for name, id := range same {
		if id != plainly {
			t.Errorf("%s: %s, want %s", name, id, plainly)
		}
	}
	seen := map[string]string{plainly: "plain"}
	for name, id := range other {
		if seen[id] != "" {
			t.Errorf("%s has the ID of %s", name, seen[id])
		}
		seen[id] = name
		if strings.Contains(id, "library") || len(id) != len("urn:uuid:00000000-0000-8000-8000-000000000000") {
			t.Errorf("%s: %s isn't opaque", name, id)
		}
	}
}

// TestWithheldHoldsNothingPublished: nothing that is shown is looked for, or every site would be withheld from itself.
func TestWithheldHoldsNothingPublished(t *testing.T) {
	lib := library(t, map[string]string{
		"content/people/a.md":  "---\nname: Ada Lind\nconsent: {given: 2026-05-02, " + all + "}\n---\nI.\n",
		"content/people/b.md":  "---\nname: Bo Lind\nconsent: {given: 2026-05-02, withdrawn: 2026-06-01, " + all + "}\n---\nI.\n",
		"content/stories/a.md": "---\ntitle: The one that stays here\nby: a\nconsent: {given: 2026-05-02, for: [page]}\n---\nWords.\n",
		"content/stories/b.md": "---\ntitle: The one that went away\nby: b\nwas: [old]\nconsent: {given: 2026-05-02, for: [page]}\n---\nOther words.\n",
	})
	w := Decide(lib, dayOf(t, "2027-03-01"), Options{}).Withheld
	var items, names []string
	for _, i := range w.Items {
		items = append(items, i.ID)
	}
	for _, n := range w.Names {
		names = append(names, n.Name)
	}
	slices.Sort(items)
	if want := []string{"people/b", "stories/b", "stories/old"}; !slices.Equal(items, want) {
		t.Errorf("withheld items %q, want %q", items, want)
	}
	if want := []string{"@b", "Bo Lind"}; !slices.Equal(names, want) {
		t.Errorf("withheld names %q, want %q", names, want)
	}
	if want := []string{"The one that went away"}; !slices.Equal(w.Titles, want) {
		t.Errorf("withheld titles %q, want %q", w.Titles, want)
	}
}
