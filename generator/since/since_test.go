package since

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ownwords/generator/consent"
	"ownwords/generator/read"
)

// tree is a site's files; an empty text removes one.
type tree map[string]string

const (
	siteYAML = "title: T\nurl: https://s.example.org/\ntimezone: Europe/London\nconsent:\n  lasts: 2y\n  at_most: 5y\n"
	library  = "---\ntitle: The library\nby: amina\nid: s-1\nconsent:\n  given: 2026-05-02\n  until: 2027-05-02\n  for: [page]\n---\n" + libraryText
	// long enough to be known again
	libraryText = "They meant to close it, and so forty of us sat down among the shelves and read aloud until the lights went out.\n"
	amina       = "---\nname: Amina\nknown_as: [Amina Yusuf, Mina]\nconsent:\n  given: 2026-05-02\n  until: 2027-05-02\n  for: [named]\n---\n"
	note        = "---\ntitle: A meeting\n---\nAmina Road was closed.\n"
)

var base = tree{"site.yaml": siteYAML, "content/stories/library.md": library, "content/people/amina.md": amina, "content/notes/one.md": note}

func (f tree) write(t *testing.T, dir string) {
	t.Helper()
	for name, text := range f {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if text == "" {
			if err := os.Remove(p); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// repository makes a git repository with one commit, tagged "then".
func repository(t *testing.T, files tree) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git isn't installed, so nothing could be compared: install it with apt-get install git")
	}
	dir := t.TempDir()
	files.write(t, dir)
	run(t, dir, "init", "-q", "-b", "main")
	commit(t, dir, "Begin")
	run(t, dir, "tag", "then")
	return dir
}

func commit(t *testing.T, dir, message string) {
	run(t, dir, "add", "-A")
	run(t, dir, "-c", "user.name=N", "-c", "user.email=n@example.org", "-c", "commit.gpgSign=false", "commit", "-q", "--allow-empty", "-m", message)
}

func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func compare(t *testing.T, dir string) *Result {
	t.Helper()
	now, err := read.Read(t.Context(), read.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	r, err := Compare(t.Context(), now, "then", consent.NewDay(2026, 11, 22))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func codes(r *Result) []string {
	var list []string
	for _, p := range r.Problems {
		list = append(list, strings.TrimPrefix(p.Code, "wider-")+" "+p.File)
	}
	slices.Sort(list)
	return list
}

// edit returns a text with replacements, each of which must find something.
func edit(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%q isn't in the text, so nothing was changed", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

const story, person, notes = "content/stories/library.md", "content/people/amina.md", "content/notes/one.md"

func TestWider(t *testing.T) {
	type change struct {
		file  string
		pairs []string
	}
	confirmed := []string{"  for: [", "  confirmed: Ben spoke with her on 2026-11-20\n  for: ["}
	with := "---\ntitle: T\nby: amina\nconsent: {given: 2026-05-02, for: [page]}\nwith: [noor]\n---\n::: with @noor\nNoor came up the stairs with the rota.\n:::\n::: without @noor\nSomeone came.\n:::\n"
	noor := "---\nname: Noor\nconsent: {given: 2026-05-02, for: [named]}\n---\n"
	pictured := edit(t, library, "consent:", "media: [{file: a.jpg, alt: A, people: [amina, noor]}]\nconsent:")
	pictures := tree{"content/stories/library.md": "", "content/stories/library/index.md": pictured, "content/stories/library/a.jpg": "x", "content/people/noor.md": noor}
	forgotten := "forgotten:\n  - salt: abc\n    left: 2026-11-01\n    names:\n      - {words: 1, hash: " + read.HashName("abc", "Amina") + "}\n      - {words: 2, hash: " + read.HashName("abc", "Amina Yusuf") + "}\n      - {words: 1, hash: " + read.HashName("abc", "Mina") + "}\n"
	for _, c := range []struct {
		name    string
		before  tree // on top of base
		changes []change
		files   tree
		message string // of a commit; none leaves the change uncommitted
		want    []string
	}{
		{name: "nothing"},
		{name: "a later end", changes: []change{{story, []string{"until: 2027-05-02", "until: 2028-05-02"}}}, want: []string{"end " + story}},
		{name: "an earlier end", changes: []change{{story, []string{"until: 2027-05-02", "until: 2026-12-01"}}}},
		{name: "no end any more", changes: []change{{story, []string{"  until: 2027-05-02\n", ""}}}, want: []string{"end " + story}},
		{name: "a length instead of a day", changes: []change{{story, []string{"until: 2027-05-02", "lasts: 13m"}}}, want: []string{"end " + story}},
		{name: "the same end, written otherwise", changes: []change{{story, []string{"until: 2027-05-02", "lasts: 1y"}}}},
		{name: "a later end, confirmed", changes: []change{{story, append([]string{"until: 2027-05-02", "until: 2028-05-02"}, confirmed...)}}},
		{name: "a later end beyond at_most", before: tree{story: edit(t, library, "2027-05-02", "2040-01-01")}, changes: []change{{story, []string{"2040-01-01", "2050-01-01"}}}},
		{name: "a confirmation that was there before", before: tree{story: edit(t, library, confirmed...)}, changes: []change{{story, []string{"until: 2027-05-02", "until: 2028-05-02"}}}, want: []string{"end " + story}},
		{name: "a person's later end", changes: []change{{person, []string{"until: 2027-05-02", "until: 2028-05-02"}}}, want: []string{"end " + person}},
		{name: "an earlier beginning", before: tree{story: edit(t, library, "given: 2026-05-02", "given: 2027-01-01")}, changes: []change{{story, []string{"given: 2027-01-01", "given: 2026-11-01"}}}, want: []string{"begin " + story}},
		{name: "a later coming of age", before: tree{story: edit(t, library, "  for", "  given_by: both\n  adult_on: 2026-12-01\n  for")}, changes: []change{{story, []string{"2026-12-01", "2027-03-01"}}}, want: []string{"end " + story}},
		{name: "a removed withdrawal", before: tree{story: edit(t, library, "  for", "  withdrawn: 2026-06-01\n  for")}, changes: []change{{story, []string{"  withdrawn: 2026-06-01\n", ""}}}, want: []string{"withdrawal " + story}},
		{name: "a withdrawal lifted by a later day", before: tree{story: edit(t, library, "  for", "  withdrawn: 2026-06-01\n  for")}, changes: []change{{story, []string{"given: 2026-05-02", "given: 2026-06-02"}}}, want: []string{"withdrawal " + story}},
		{name: "a withdrawal", changes: []change{{story, []string{"  for", "  withdrawn: 2026-06-01\n  for"}}}},
		{name: "a withdrawal that was lifted before", before: tree{story: edit(t, library, "  for", "  withdrawn: 2026-04-01\n  for")}, changes: []change{{story, []string{"  withdrawn: 2026-04-01\n", ""}}}},
		{name: "a removed pause", before: tree{person: edit(t, amina, "  for", "  paused: 2026-06-01\n  for")}, changes: []change{{person, []string{"  paused: 2026-06-01\n", ""}}}, want: []string{"pause " + person}},
		{name: "more uses", changes: []change{{story, []string{"[page]", "[page, feeds, search]"}}}, want: []string{"use " + story, "use " + story}},
		{name: "fewer uses", before: tree{story: edit(t, library, "[page]", "[page, feeds]")}, changes: []change{{story, []string{"[page, feeds]", "[page]"}}}},
		{name: "given by someone else", changes: []change{{story, []string{"  for", "  given_by: guardian\n  adult_on: 2029-01-01\n  for"}}}, want: []string{"given-by " + story}},
		{name: "given by self, said in words", changes: []change{{story, []string{"  for", "  given_by: self\n  for"}}}},
		{name: "a consent that can be read now", before: tree{story: edit(t, library, "given: 2026-05-02", "given: 2 May")}, changes: []change{{story, []string{"2 May", "2026-05-02"}}}, want: []string{"readable " + story}},
		{name: "a file that can be read now", before: tree{story: edit(t, library, "id: s-1", "idd: s-1")}, changes: []change{{story, []string{"idd: s-1", "id: s-1"}}}, want: []string{"readable " + story}},
		{name: "a consent where there was none", before: tree{person: "---\nname: Amina\n---\n"}, files: tree{person: amina}, want: []string{"given " + person}},
		{name: "a person's consent that is gone", files: tree{person: "---\nname: Amina\nknown_as: [Amina Yusuf, Mina]\n---\n"}, want: []string{"removed " + person}},
		{name: "a draft no more", before: tree{story: edit(t, library, "id: s-1", "draft: true")}, changes: []change{{story, []string{"draft: true", "id: s-1"}}}, want: []string{"draft " + story}},
		{name: "a note that is a draft no more", before: tree{notes: edit(t, note, "title", "draft: true\ntitle")}, files: tree{notes: note}},
		{name: "a new story", files: tree{"content/stories/new.md": "---\ntitle: New\nname: B\nconsent: {given: 2026-11-01, for: [page, feeds]}\n---\nText.\n"}},
		{name: "a new person", files: tree{"content/people/noor.md": noor}},
		{name: "a story that moved, matched by its id", files: tree{story: "", "content/stories/books.md": edit(t, library, "2027-05-02", "2028-05-02", "They meant", "People had meant")}, want: []string{"end content/stories/books.md"}},
		{name: "a story that moved, matched by git", before: tree{story: edit(t, library, "id: s-1\n", "")}, files: tree{story: "", "content/stories/books.md": edit(t, library, "id: s-1\n", "", "2027-05-02", "2028-05-02")}, want: []string{"end content/stories/books.md"}},
		{name: "a story that became a folder", files: tree{story: "", "content/stories/library/index.md": edit(t, library, "[page]", "[page, feeds]")}, want: []string{"use content/stories/library/index.md"}},
		{name: "a copy of a story that was withdrawn", before: tree{story: edit(t, library, "  for", "  withdrawn: 2026-06-01\n  for")}, files: tree{"content/stories/again.md": edit(t, library, "id: s-1", "id: s-2", "given: 2026-05-02", "given: 2026-05-03")}, want: []string{"withdrawal content/stories/again.md"}},
		{name: "a person who was written anew under another ID", files: tree{person: "", "content/people/a.md": "---\ndescribed_as: somebody quite different\npronouns: she/her\nname: Amina\nknown_as: [Mina, Amina Yusuf]\nconsent: {given: 2026-05-02, until: 2029-01-01, for: [named, profile, quotes]}\n---\n"}, want: []string{"end content/people/a.md", "use content/people/a.md", "use content/people/a.md"}},
		{name: "longer for all", changes: []change{{"site.yaml", []string{"lasts: 2y", "lasts: 3y"}}}, want: []string{"lasts site.yaml"}},
		{name: "at most longer", changes: []change{{"site.yaml", []string{"at_most: 5y", "at_most: 61m"}}}, want: []string{"at-most site.yaml"}},
		{name: "shorter for all", changes: []change{{"site.yaml", []string{"lasts: 2y", "lasts: 23m"}}}},
		{name: "longer for all, confirmed there", changes: []change{{"site.yaml", []string{"lasts: 2y", "lasts: 3y\n  confirmed: Asked at the meeting of 2026-11-20"}}}},
		{name: "longer for all, confirmed in the commit", changes: []change{{"site.yaml", []string{"lasts: 2y", "lasts: 3y"}}}, message: "Three years\n\nConfirmed: everyone, at the meeting of 2026-11-20", want: nil},
		{name: "longer for all, in a commit that confirms nothing", changes: []change{{"site.yaml", []string{"lasts: 2y", "lasts: 3y"}}}, message: "Three years, as if confirmed", want: []string{"lasts site.yaml"}},
		{name: "a name not looked for", changes: []change{{person, []string{", Mina", ""}}}, want: []string{"names " + person}},
		{name: "another name shown, the old one kept", changes: []change{{person, []string{"name: Amina", "name: Amina Y", "[Amina Yusuf", "[Amina, Amina Yusuf"}}}},
		{name: "another name shown, the old one lost", changes: []change{{person, []string{"name: Amina", "name: Amina Y"}}}, want: []string{"names " + person}},
		{name: "a name not looked for, confirmed", changes: []change{{person, append([]string{", Mina", ""}, confirmed...)}}},
		{name: "a person who is gone", files: tree{person: ""}, want: []string{"person " + person}},
		{name: "a person who was forgotten", files: tree{person: "", "content/people/_forgotten.yaml": forgotten}},
		{name: "a forgotten name that is gone", before: tree{"content/people/_forgotten.yaml": forgotten}, files: tree{"content/people/_forgotten.yaml": ""}, want: []string{"forgotten content/people/_forgotten.yaml"}},
		{name: "a new phrase that isn't them", changes: []change{{person, []string{"known_as", "not_me: [Amina Road]\nknown_as"}}}, want: []string{"not-me " + person}},
		{name: "a new not_about", changes: []change{{notes, []string{"title", "not_about: [amina]\ntitle"}}}, want: []string{"not-about " + notes}},
		{name: "a new not_about, confirmed by her", changes: []change{{notes, []string{"title", "not_about: [amina]\ntitle"}}, {person, confirmed}}},
		{name: "a new not_about in a new note", files: tree{"content/notes/two.md": "---\ntitle: Two\nnot_about: [amina]\n---\nAmina Road.\n"}, want: []string{"not-about content/notes/two.md"}},
		{name: "a new not_about for a person who is new too", files: tree{"content/people/noor.md": noor}, changes: []change{{notes, []string{"title", "not_about: [noor]\ntitle"}}}},
		{name: "a teller who isn't one any more", changes: []change{{story, []string{"by: amina", "name: Amina"}}}, want: []string{"by " + story}},
		{name: "someone no longer in with", before: tree{story: edit(t, library, "by: amina", "by: amina\nwith: [noor]"), "content/people/noor.md": noor}, changes: []change{{story, []string{"\nwith: [noor]", ""}}}, want: []string{"with " + story}},
		{name: "a fence taken away", before: tree{story: with, "content/people/noor.md": noor}, changes: []change{{story, []string{"::: with @noor\n", "", ":::\n::: without @noor\nSomeone came.\n:::\n", ""}}}, want: []string{"passage " + story}},
		{name: "a passage taken out", before: tree{story: with, "content/people/noor.md": noor}, changes: []change{{story, []string{"::: with @noor\nNoor came up the stairs with the rota.\n:::\n::: without @noor\nSomeone came.\n:::\n", "Someone came.\n"}}}},
		{name: "someone no longer in a picture", before: pictures, changes: []change{{"content/stories/library/index.md", []string{"[amina, noor]", "[amina]"}}}, want: []string{"picture content/stories/library/index.md"}},
		{name: "a translation on its own", before: tree{"content/stories/so.md": edit(t, library, "id: s-1", "translation_of: library", "They", "Iyaga")}, changes: []change{{"content/stories/so.md", []string{"translation_of: library\n", ""}}}, want: []string{"translation content/stories/so.md"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := repository(t, base)
			if c.before != nil {
				c.before.write(t, dir)
				commit(t, dir, "Before")
				run(t, dir, "tag", "-f", "then")
			}
			c.files.write(t, dir)
			for _, ch := range c.changes {
				data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(ch.file)))
				if err != nil {
					t.Fatal(err)
				}
				tree{ch.file: edit(t, string(data), ch.pairs...)}.write(t, dir)
			}
			if c.message != "" {
				commit(t, dir, c.message)
			}
			r := compare(t, dir)
			if got := codes(r); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, p := range r.Problems {
				if strings.Contains(p.Message+p.Help, "Mina") || strings.Contains(p.Message+p.Help, "forty of us") {
					t.Errorf("a message quotes: %s", p.Message)
				}
				if p.Help == "" || p.Severity != "error" {
					t.Errorf("%s has no help, or isn't an error", p.Code)
				}
			}
		})
	}
}

// TestPlace checks that a problem points at what became wider.
func TestPlace(t *testing.T) {
	dir := repository(t, base)
	tree{story: edit(t, library, "2027-05-02", "2028-05-02", "[page]", "[page, feeds]")}.write(t, dir)
	r := compare(t, dir)
	if len(r.Problems) != 2 {
		t.Fatalf("got %v", codes(r))
	}
	for i, want := range []struct {
		line, column int
		message      string
	}{
		{7, 10, "This consent lasts longer than before: until 2028-05-02 instead of 2027-05-02."},
		{8, 15, "This consent allows more than before: “feeds”."},
	} {
		if p := r.Problems[i]; p.Line != want.line || p.Column != want.column || p.Message != want.message {
			t.Errorf("got %d:%d %s, want %d:%d %s", p.Line, p.Column, p.Message, want.line, want.column, want.message)
		}
	}
}

// TestSeen checks what is told about readers.
func TestSeen(t *testing.T) {
	dir := repository(t, base)
	tree{
		"content/stories/new.md": "---\ntitle: New\nname: B\nconsent: {given: 2026-11-01, for: [page]}\n---\nText.\n",
		notes:                    note + "\nMore.\n",
		person:                   edit(t, amina, "  for", "  withdrawn: 2026-11-22\n  for"),
	}.write(t, dir)
	r := compare(t, dir)
	if want := []Seen{{"stories/new", "New", "content/stories/new.md", "new"}, {"notes/one", "A meeting", notes, "changed"}}; !slices.Equal(r.Seen, want) {
		t.Errorf("seen: got %+v, want %+v", r.Seen, want)
	}
	if !slices.Equal(r.Gone, []string{"stories/library"}) {
		t.Errorf("gone: got %v", r.Gone)
	}
	if want := []Change{{"changed", notes, ""}, {"changed", person, ""}, {"added", "content/stories/new.md", ""}}; len(r.Changes) != 3 || !slices.Contains(r.Changes, want[0]) || !slices.Contains(r.Changes, want[1]) || !slices.Contains(r.Changes, want[2]) {
		t.Errorf("changes: got %+v, want %+v", r.Changes, want)
	}
}

// TestSubfolder checks a site in a folder of its repository, with its people beside it.
func TestSubfolder(t *testing.T) {
	dir := repository(t, tree{"site/site.yaml": siteYAML + "people: ../people\n", "site/" + story: library, "people/amina.md": amina})
	tree{"people/amina.md": edit(t, amina, "[named]", "[named, quotes]")}.write(t, dir)
	if got := codes(compare(t, filepath.Join(dir, "site"))); !slices.Equal(got, []string{"use ../people/amina.md"}) {
		t.Errorf("got %q", got)
	}
}

// TestNewSite checks a revision at which there was no site yet.
func TestNewSite(t *testing.T) {
	dir := repository(t, tree{"README.md": "Soon.\n"})
	base.write(t, dir)
	if r := compare(t, dir); len(r.Problems) != 0 || len(r.Seen) != 2 {
		t.Errorf("got %v and %v", codes(r), r.Seen)
	}
}

// TestUnable checks the messages when there is nothing to compare with.
func TestUnable(t *testing.T) {
	good := repository(t, base)
	broken := repository(t, tree{"site.yaml": "title: T\n", story: library})
	base.write(t, broken)
	alone := t.TempDir()
	base.write(t, alone)
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(alone))
	for _, c := range []struct{ dir, ref, want string }{
		{good, "elsewhere", "Git knows no “elsewhere”"},
		{good, "--output=x", "Git knows no “--output=x”"},
		{broken, "then", "The site.yaml of “then” has a mistake"},
		{alone, "then", "This folder isn't in a git repository"},
	} {
		now, err := read.Read(t.Context(), read.Options{Dir: c.dir})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Compare(t.Context(), now, c.ref, consent.NewDay(2026, 11, 22))
		var unable *Unable
		if !errors.As(err, &unable) || !strings.Contains(unable.Message, c.want) || unable.Help == "" {
			t.Errorf("%s: got %v, want %q", c.ref, err, c.want)
		}
	}
	t.Setenv("PATH", t.TempDir())
	now, err := read.Read(t.Context(), read.Options{Dir: good})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compare(t.Context(), now, "then", consent.NewDay(2026, 11, 22)); err == nil || !strings.Contains(err.Error(), "git isn't installed") {
		t.Errorf("without git: got %v", err)
	}
}
