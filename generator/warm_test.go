package generator

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ownwords/generator/consent"
	"ownwords/generator/publish"
	"ownwords/generator/report"
)

// A build that takes over what an earlier one made must give what a build from
// nothing gives, byte for byte, and the same report.

const warmProgram = "a version of the program"

// finishedFiles reads a folder back: bytes by path.
func finishedFiles(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// both builds a site warm, in its own place, and cold, in a new one, compares
// them, and returns what was made anew in the warm build and the report.
func both(t testing.TB, site, out, day string) (anew []string, rep *report.Report) {
	t.Helper()
	at, err := consent.ParseDay(day)
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]time.Time{}
	filepath.WalkDir(out, func(p string, d fs.DirEntry, err error) error {
		if info, err := os.Lstat(p); err == nil && !info.IsDir() {
			before[p] = info.ModTime()
		}
		return nil
	})
	settle(t, site)
	rep, err = Build(context.Background(), Options{Site: site, Out: out, At: &at, Program: warmProgram})
	if err != nil {
		t.Fatal(err, rep)
	}
	fresh := filepath.Join(t.TempDir(), "public")
	want, err := Build(context.Background(), Options{Site: site, Out: fresh, At: &at})
	if err != nil {
		t.Fatal(err)
	}
	got, wanted := finishedFiles(t, out), finishedFiles(t, fresh)
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if _, there := got[name]; !there {
			t.Errorf("%s is missing", name)
		} else if got[name] != wanted[name] {
			t.Errorf("%s differs:\n%s", name, firstDifference(got[name], wanted[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, there := wanted[name]; !there {
			t.Errorf("%s is there, but not in a build from nothing", name)
		}
	}
	if a, b := reportText(rep), reportText(want); a != b {
		t.Errorf("the reports differ:\n%s", firstDifference(a, b))
	}
	delete(got, publish.ManifestName) // is written for each tree
	for name := range got {
		p := filepath.Join(out, filepath.FromSlash(name))
		if info, err := os.Lstat(p); err == nil && !info.ModTime().Equal(before[p]) {
			anew = append(anew, name)
		}
	}
	slices.Sort(anew)
	return anew, rep
}

// settle waits until the site's files are old enough for a change to show in their prints.
func settle(t testing.TB, site string) {
	t.Helper()
	time.Sleep(30 * time.Millisecond)
	if t.Failed() {
		t.FailNow()
	}
}

func firstDifference(got, want string) string {
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	part := func(s string) string { return s[max(0, i-80):min(len(s), i+120)] }
	return "got  …" + part(got) + "\nwant …" + part(want)
}

func reportText(r *report.Report) string {
	var b strings.Builder
	for _, p := range r.Problems {
		b.WriteString(p.Code + " " + p.File + " " + p.Message + "\n")
	}
	for _, x := range r.LeftOut {
		b.WriteString(x.Kind + " " + x.ID + " " + x.Reason + "\n")
	}
	for _, x := range r.TakenOut {
		b.WriteString(x.In + " " + x.What + " " + x.Person + " " + x.Reason + "\n")
	}
	b.WriteString(r.GoodUntil)
	return b.String()
}

// TestWarmBuildsOfTheExample walks through what happens to a site in its life.
func TestWarmBuildsOfTheExample(t *testing.T) {
	t.Parallel()
	site, out := exampleCopy(t), filepath.Join(t.TempDir(), "public")
	day := "2026-11-22"
	edit := func(name string, change func(text string) string) {
		t.Helper()
		name = filepath.Join(site, filepath.FromSlash(name))
		old, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		anew := change(string(old))
		if anew == string(old) {
			t.Fatalf("nothing to change in %s", name)
		}
		writeFile(t, name, anew)
	}
	add := func(words string) func(string) string { return func(text string) string { return text + words } }
	swap := func(old, new string) func(string) string {
		return func(text string) string { return strings.Replace(text, old, new, 1) }
	}
	both(t, site, out, day)
	if anew, _ := both(t, site, out, day); len(anew) > 0 {
		t.Errorf("nothing changed, but these were made anew: %v", anew)
	}
	stories, err := filepath.Glob(filepath.Join(site, "content", "stories", "*.md"))
	if err != nil || len(stories) < 3 {
		t.Fatal(stories, err)
	}
	first := "content/stories/" + filepath.Base(stories[0])
	people, err := filepath.Glob(filepath.Join(site, "content", "people", "*.md"))
	if err != nil || len(people) < 3 {
		t.Fatal(people, err)
	}
	edit(first, add("\nA last line with the word quokkafield.\n"))
	anew, _ := both(t, site, out, day)
	if len(anew) == 0 || len(anew) > 40 || !slices.Contains(anew, "stories/"+strings.TrimSuffix(filepath.Base(stories[0]), ".md")+"/index.html") {
		t.Errorf("after one edit these were made anew: %v", anew)
	}
	for _, event := range []struct {
		what   string
		change func()
	}{
		{"a note, and a title", func() {
			notes, _ := filepath.Glob(filepath.Join(site, "content", "notes", "*.md"))
			edit("content/notes/"+filepath.Base(notes[0]), add("\nOne more paragraph.\n"))
			edit(first, func(s string) string { return strings.Replace(s, "title:", "title: Quite another title #", 1) })
		}},
		{"a new story", func() {
			edit("content/stories/zebra-crossing.md", add("---\ntitle: Zebra crossing\nname: Quill\nthemes: [roads]\nplace: Leeds\nconsent: {given: 2026-01-01, for: [page, feeds, search, social, quotes]}\n---\n\nI crossed.\n"))
		}},
		{"somebody withdraws", func() {
			edit("content/people/"+filepath.Base(people[1]), swap("consent:\n", "consent:\n  withdrawn: 2026-11-01\n"))
		}},
		{"a template", func() {
			builtIn := readFile(t, "../themes/hearth/partials/footer.html")
			edit("themes/hearth/partials/footer.html", add(strings.Replace(builtIn, `{{define "footer"}}`, `{{define "footer"}}<p>Made anew.</p>`, 1)))
		}},
		{"another day, and the site's name", func() {
			day = "2027-03-01"
			edit("site.yaml", func(s string) string { return strings.Replace(s, "title:", "title: Other words #", 1) })
		}},
		{"a template that shows the day", func() {
			builtIn := readFile(t, "../themes/hearth/layouts/story.html")
			edit("themes/hearth/layouts/story.html", add(strings.Replace(builtIn, `{{define "main"}}`, `{{define "main"}}<p>As of {{.Site.Day}}.</p>`, 1)))
		}},
		{"then the day alone", func() {
			page := filepath.Join(out, "stories", strings.TrimSuffix(filepath.Base(stories[0]), ".md"), "index.html")
			if !strings.Contains(readFile(t, page), "As of "+day) {
				t.Fatal("the story doesn't show the day")
			}
			day = "2027-03-02"
		}},
		{"a broken story, and one that is gone", func() {
			edit("content/stories/"+filepath.Base(stories[1]), add("\n::: with @nobody\n"))
			os.Remove(stories[2])
		}},
		{"a damaged page in the output", func() {
			pages, _ := filepath.Glob(filepath.Join(out, "stories", "*", "index.html"))
			os.Remove(pages[0]) // may be a link to the other tree
			os.WriteFile(pages[0], []byte("spoilt"), 0o644)
		}},
		{"a damaged memory", func() {
			names, _ := filepath.Glob(filepath.Join(site, ".ownwords", "*"+keptEnding))
			if len(names) != 3 {
				t.Fatalf("kept are %v", names)
			}
			for i, name := range names {
				data, _ := os.ReadFile(name)
				data[len(data)/2] ^= byte(1 << i) // no longer what was written, but as long
				os.WriteFile(name, data, 0o600)
			}
		}},
	} {
		event.change()
		t.Log(event.what)
		both(t, site, out, day)
	}
}

// TestWarmBuildsOfRandomSites writes one random site over another.
func TestWarmBuildsOfRandomSites(t *testing.T) {
	fewChecks(t, "6")
	picture := testPicture(t, "p.jpg", nil)
	days := []civil{civilDay(2027, 2, 27), civilDay(2027, 3, 1), civilDay(2028, 2, 29), civilDay(2028, 8, 31)}
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp("", "warm-")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		b := &builtSite{rt, dir, &finished{}}
		site := drawSite(rt, days)
		on := days[rapid.IntRange(0, len(days)-1).Draw(rt, "on")]
		for round := range 3 {
			switch round {
			case 1:
				site.tighten(rt)
			case 2:
				os.RemoveAll(filepath.Join(dir, "site", "content"))
				site = drawSite(rt, days)
			}
			b.write(site, picture)
			time.Sleep(30 * time.Millisecond)
			day := consent.NewDay(on.Date())
			var trees [2]map[string]string
			var reports [2]string
			for i, o := range []Options{{Out: filepath.Join(dir, "public"), Program: warmProgram}, {Out: filepath.Join(dir, "cold", written(on), string(rune('a'+round)))}} {
				o.Site, o.At = filepath.Join(dir, "site"), &day
				os.MkdirAll(filepath.Dir(o.Out), 0o755)
				rep, err := Build(context.Background(), o)
				if err != nil {
					rt.Fatal(err, rep)
				}
				trees[i], reports[i] = filesIn(rt, o.Out), reportText(rep)
			}
			for name, want := range trees[1] {
				if got := trees[0][name]; got != want {
					rt.Fatalf("round %d: %s differs:\n%s", round, name, firstDifference(got, want))
				}
			}
			if len(trees[0]) != len(trees[1]) {
				rt.Fatalf("round %d: %d files, and %d in a build from nothing", round, len(trees[0]), len(trees[1]))
			}
			if reports[0] != reports[1] {
				rt.Fatalf("round %d: the reports differ:\n%s", round, firstDifference(reports[0], reports[1]))
			}
		}
	})
}

func filesIn(t *rapid.T, dir string) map[string]string {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		files[strings.TrimPrefix(p, dir)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A first build that needs another round reads what changed meanwhile, and comes
// out as if it had begun after the change.
func TestWhatChangesBetweenRounds(t *testing.T) {
	for name, change := range map[string]struct{ file, text string }{
		"nothing":           {},
		"site.yaml":         {"site.yaml", "title: Another title\nurl: https://example.com/told/\nlanguage: en-GB\ntimezone: UTC\ncontact: Ask us.\n"},
		"a story's consent": {"content/stories/bread.md", "---\ntitle: Bread\nname: Ada\nconsent: {given: 2026-01-01, withdrawn: 2026-05-01, for: [page]}\n---\n\nWe baked.\n"},
		"a story breaks":    {"content/stories/bread.md", "---\ntitle: Bread\nnam: Ada\n---\n\nWe baked.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			site, day := filepath.Join(dir, "site"), consent.NewDay(2026, 6, 1)
			writeFile(t, filepath.Join(site, "site.yaml"), "title: A site\nurl: https://example.org/\nlanguage: en-GB\ntimezone: UTC\ncontact: Ask us.\n")
			writeFile(t, filepath.Join(site, "content/people/zelda.md"), "---\nname: Zelda Quillfeather\nconsent: {given: 2026-01-01, withdrawn: 2026-05-01, for: [page, named]}\n---\n")
			writeFile(t, filepath.Join(site, "content/pages/about.md"), "---\ntitle: About\n---\n\nZelda Quillfeather said so, plainly.\n")
			writeFile(t, filepath.Join(site, "content/stories/bread.md"), "---\ntitle: Bread\nname: Ada\nconsent: {given: 2026-01-01, for: [page]}\n---\n\nWe baked.\n")
			changed, rounds := false, 0
			progress := func(step string) {
				if step == "decide" {
					rounds++
				}
				if step == "prove" && !changed {
					changed = true
					if change.file != "" {
						writeFile(t, filepath.Join(site, change.file), change.text)
					}
				}
			}
			got, err := Build(context.Background(), Options{Site: site, Out: filepath.Join(dir, "public"), At: &day, Program: warmProgram, Progress: progress})
			if err != nil || rounds < 2 {
				t.Fatalf("%d rounds, %v", rounds, err)
			}
			want, err := Build(context.Background(), Options{Site: site, Out: filepath.Join(dir, "fresh"), At: &day})
			if err != nil {
				t.Fatal(err)
			}
			if !maps.Equal(finishedFiles(t, filepath.Join(dir, "public")), finishedFiles(t, filepath.Join(dir, "fresh"))) {
				t.Error("the site isn't the one of a build that began after the change")
			}
			if !reflect.DeepEqual(got.LeftOut, want.LeftOut) || !reflect.DeepEqual(got.Problems, want.Problems) {
				t.Errorf("the report says\n%+v\n%+v\nand not\n%+v\n%+v", got.LeftOut, got.Problems, want.LeftOut, want.Problems)
			}
		})
	}
}

// A file that is taken over but no longer has its bytes is made anew; one whose
// proof looked for other things is looked at again: a trace in a file that an
// earlier build left behind would be found.
func TestWarmProofLooksAgainWhenMoreIsWithheld(t *testing.T) {
	dir := t.TempDir()
	site, out := filepath.Join(dir, "site"), filepath.Join(dir, "public")
	writeFile(t, filepath.Join(site, "site.yaml"), "title: A site\nurl: https://example.org/\nlanguage: en-GB\ntimezone: UTC\ncontact: Ask us.\n")
	writeFile(t, filepath.Join(site, "content/people/zelda.md"), "---\nname: Zelda Quillfeather\nconsent: {given: 2026-01-01, for: [page, named]}\n---\n")
	writeFile(t, filepath.Join(site, "content/pages/about.md"), "---\ntitle: About\n---\n\nZelda Quillfeather said so, plainly.\n")
	if _, rep := both(t, site, out, "2026-06-01"); len(rep.LeftOut) != 0 {
		t.Fatal(rep.LeftOut)
	}
	writeFile(t, filepath.Join(site, "content/people/zelda.md"), "---\nname: Zelda Quillfeather\nconsent: {given: 2026-01-01, withdrawn: 2026-05-01, for: [page, named]}\n---\n")
	_, rep := both(t, site, out, "2026-06-01")
	if !slices.ContainsFunc(rep.LeftOut, func(l report.LeftOut) bool { return l.ID == "about" && l.Reason == "trace" }) {
		t.Errorf("a page with the name of somebody who withdrew is still there: %+v", rep.LeftOut)
	}
	if _, err := os.Stat(filepath.Join(out, "about", "index.html")); err == nil {
		t.Error("the page is still in the output")
	}
	if _, err := os.Stat(filepath.Join(out, publish.ManifestName)); err != nil {
		t.Error(err)
	}
}
