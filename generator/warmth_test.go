package generator

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ownwords/generator/audit"
	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/publish"
	"ownwords/generator/render"
	"ownwords/generator/report"
)

// What the proof needn't read again, and that a build does take over what it
// may. That it is right to is warm_test.go's matter.

// proofRound is one build as the proof sees it.
type proofRound struct {
	program  string
	files    map[string]string // path -> bytes
	owner    map[string]string
	items    map[string][]string
	withheld gate.Withheld
	url      string
	// leads and spotted are what the proof finds.
	leads   map[string][]string
	spotted []string
}

// firstRound has three pages, of which b leads to a place on c.
func firstRound() *proofRound {
	return &proofRound{program: warmProgram, url: "https://example.org/",
		files:    map[string]string{"a.html": "a", "b.html": "b", "c.html": "c"},
		owner:    map[string]string{"a.html": "stories/a"},
		items:    map[string][]string{"a.html": {"stories/a", "stories/b"}},
		withheld: gate.Withheld{Names: []gate.WithheldName{{Person: "people/zelda", Name: "Zelda Quillfeather"}}},
		leads:    map[string][]string{"a.html": nil, "b.html": {"c.html"}, "c.html": nil}}
}

// look builds a round below root and returns the files that the proof has to look
// at; all says that it reads every file, whatever it is.
func (p *proofRound) look(t *testing.T, root string) (looked []string, all bool) {
	t.Helper()
	o := Options{Site: filepath.Join(root, "site"), Out: filepath.Join(root, "public"), Program: p.program}
	w := openWarmth(o)
	if w == nil {
		t.Fatal("nothing is remembered")
	}
	stage, err := publish.Begin(publish.Place{Out: o.Out})
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Abandon()
	w.stage = stage
	w.again()
	in := audit.Input{URL: p.url, Base: "/", Withheld: &p.withheld}
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		if err := stage.Write(name, []byte(p.files[name])); err != nil {
			t.Fatal(err)
		}
		in.Files = append(in.Files, audit.File{Path: name, Owner: p.owner[name], Items: p.items[name]})
	}
	if err := stage.Settle(); err != nil {
		t.Fatal(err)
	}
	found := &audit.Result{Spotted: p.spotted, Leading: map[string][]string{}}
	unchanged := w.unchanged(in)
	for _, f := range in.Files {
		if unchanged == nil || !unchanged(f.Path) {
			looked = append(looked, f.Path)
			found.Leading[f.Path] = p.leads[f.Path] // tells only of what it read
		}
	}
	w.proof(found)
	if err := stage.Publish(); err != nil {
		t.Fatal(err)
	}
	w.packReading()
	w.pack(w.stage.Files())
	w.save()
	return looked, unchanged == nil
}

func TestWhatTheProofLooksAtAgain(t *testing.T) {
	t.Parallel()
	forgotten := gate.WithheldName{Person: "people/gone", Hash: "00", Salt: "00", Words: 1}
	everything := []string{"a.html", "b.html", "c.html"}
	for _, c := range []struct {
		what   string
		change func(p *proofRound)
		want   []string
		all    bool
	}{
		{"nothing changed", func(*proofRound) {}, nil, false},
		{"other bytes", func(p *proofRound) { p.files["a.html"] = "another a" }, []string{"a.html"}, false},
		{"another owner", func(p *proofRound) { p.owner["a.html"] = "stories/b" }, []string{"a.html"}, false},
		{"an owner where there was none", func(p *proofRound) { p.owner["b.html"] = "stories/b" }, []string{"b.html"}, false},
		{"other items", func(p *proofRound) { p.items["a.html"] = []string{"stories/a", "stories/c"} }, []string{"a.html"}, false},
		{"items cut in another place", func(p *proofRound) { p.items["a.html"] = []string{"stories/as", "tories/b"} }, []string{"a.html"}, false},
		{"fewer items", func(p *proofRound) { p.items["a.html"] = p.items["a.html"][:1] }, []string{"a.html"}, false},
		{"the page to which another leads", func(p *proofRound) { p.files["c.html"] = "another c" }, []string{"b.html", "c.html"}, false},
		{"a new page", func(p *proofRound) { p.files["d.html"] = "d" }, []string{"d.html"}, false},
		{"two pages with each other's bytes", func(p *proofRound) { p.files["a.html"], p.files["b.html"] = "b", "a" }, []string{"a.html", "b.html"}, false},
		{"a page is gone", func(p *proofRound) { delete(p.files, "c.html") }, []string{"a.html", "b.html"}, true},
		{"a page is gone to which nothing leads", func(p *proofRound) { delete(p.files, "a.html") }, []string{"b.html", "c.html"}, true},
		{"another name is withheld", func(p *proofRound) { p.withheld.Names[0].Name = "Zelda" }, everything, true},
		{"an item more is withheld", func(p *proofRound) { p.withheld.Items = []gate.WithheldItem{{ID: "stories/x"}} }, everything, true},
		{"fewer names are withheld", func(p *proofRound) { p.withheld.Names = nil }, everything, true},
		{"somebody was forgotten", func(p *proofRound) { p.withheld.Names = append(p.withheld.Names, forgotten) }, everything, true},
		{"another address of the site", func(p *proofRound) { p.url = "https://example.com/" }, everything, true},
		{"another program", func(p *proofRound) { p.program = "a later version" }, everything, true},
	} {
		root := t.TempDir()
		first := firstRound()
		if looked, all := first.look(t, root); !all || !slices.Equal(looked, everything) {
			t.Fatalf("the first build looks at %v", looked)
		}
		next := firstRound()
		c.change(next)
		if looked, all := next.look(t, root); !slices.Equal(looked, c.want) || all != c.all {
			t.Errorf("%s: the proof looks at %v (all: %v), and should at %v (all: %v)", c.what, looked, all, c.want, c.all)
		}
	}
}

func TestWhatTheProofNeverTakesForProved(t *testing.T) {
	t.Parallel()
	t.Run("names of people who were forgotten", func(t *testing.T) {
		root := t.TempDir()
		for range 3 {
			p := firstRound()
			p.withheld.Names = append(p.withheld.Names, gate.WithheldName{Person: "people/gone", Hash: "00", Salt: "00", Words: 1})
			if looked, all := p.look(t, root); !all {
				t.Errorf("the proof looks at %v alone", looked)
			}
		}
	})
	t.Run("a file with something to be said of it", func(t *testing.T) {
		root := t.TempDir()
		for round := range 3 {
			p := firstRound()
			p.spotted = []string{"b.html"}
			if looked, all := p.look(t, root); round > 0 && (all || !slices.Equal(looked, p.spotted)) {
				t.Errorf("the proof looks at %v", looked)
			}
		}
	})
	t.Run("without an earlier output", func(t *testing.T) {
		root := t.TempDir()
		firstRound().look(t, root)
		if err := os.RemoveAll(filepath.Join(root, "public")); err != nil {
			t.Fatal(err)
		}
		if looked, all := firstRound().look(t, root); !all {
			t.Errorf("the proof looks at %v alone", looked)
		}
	})
}

// TestWhereAPageLeadsIsRemembered over builds in which nobody looked at it.
func TestWhereAPageLeadsIsRemembered(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	firstRound().look(t, root)
	for range 2 {
		if looked, _ := firstRound().look(t, root); len(looked) > 0 {
			t.Fatalf("the proof looks at %v", looked)
		}
	}
	p := firstRound()
	p.files["c.html"] = "another c"
	if looked, _ := p.look(t, root); !slices.Equal(looked, []string{"b.html", "c.html"}) {
		t.Errorf("the proof looks at %v; b leads to c", looked)
	}
}

// Another round takes over what the round before made of the same things, and gets
// back what it kept and read.
func TestAnotherRoundTakesOverTheRoundBefore(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	o := Options{Site: filepath.Join(root, "site"), Out: filepath.Join(root, "public"), Program: warmProgram}
	stage, err := publish.Begin(publish.Place{Out: o.Out})
	if err != nil {
		t.Fatal(err)
	}
	defer stage.Abandon()
	w := openWarmth(o)
	w.stage = stage
	one, another := render.Fingerprint{1}, render.Fingerprint{2}
	for round := range 3 {
		w.again()
		stage.Again()
		if cache := w.readBack(); cache == nil {
			t.Fatal("no reading")
		}
		w.packReading()
		if kept := w.Kept("search"); round > 0 && kept != fmt.Sprintf("of round %d", round-1) {
			t.Errorf("round %d finds %q", round, kept)
		}
		w.Keep("search", fmt.Appendf(nil, "of round %d", round))
		for _, name := range []string{"a.html", "b.html"} {
			print := one
			if name == "b.html" && round == 1 {
				print = another
			}
			_, same := w.Reuse(name, print)
			if want := round > 0 && name == "a.html"; same != want {
				t.Errorf("round %d takes %s over: %t", round, name, same)
			}
			if !same {
				if err := stage.Write(name, []byte{print[0]}); err != nil {
					t.Fatal(err)
				}
				w.Made(name, print, []string{name})
			}
		}
	}
	if files := stage.Files(); len(files) != 2 {
		t.Errorf("there are %v", files)
	}
	w.pack(stage.Files())
	w.save()
	w.discard()
	var names []string
	for p := range finishedFiles(t, filepath.Join(root, "site", ".ownwords")) {
		names = append(names, p)
	}
	slices.Sort(names)
	if want := []string{"build.kept", "reading.kept", "search.kept"}; !slices.Equal(names, want) {
		t.Errorf("kept are %v, and should be %v", names, want)
	}
}

// What is kept under one name counts for nothing under another.
func TestKeptUnderAnotherName(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	firstRound().look(t, root)
	kept := filepath.Join(root, "site", ".ownwords")
	open := func() *warmth {
		return openWarmth(Options{Site: filepath.Join(root, "site"), Out: filepath.Join(root, "public"), Program: warmProgram})
	}
	if open().Kept(buildKept) == "" {
		t.Fatal("nothing was kept")
	}
	writeFile(t, filepath.Join(kept, buildKept+keptEnding), readFile(t, filepath.Join(kept, readingKept+keptEnding)))
	if open().Kept(buildKept) != "" {
		t.Error("the reading was taken for the build")
	}
}

// What a build wants to be kept counts when it is saved; a build that ends
// otherwise leaves nothing of it.
func TestOnlySavedThingsAreKept(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	firstRound().look(t, root)
	kept := filepath.Join(root, "site", ".ownwords")
	before := finishedFiles(t, kept)
	w := openWarmth(Options{Site: filepath.Join(root, "site"), Out: filepath.Join(root, "public"), Program: warmProgram})
	w.again()
	w.Keep(buildKept, []byte("of a first round"))
	w.again()
	w.Keep(buildKept, []byte("of a build that was given up"))
	w.discard()
	if after := finishedFiles(t, kept); !maps.Equal(before, after) {
		t.Errorf("there were %v, and are %v", slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
	}
}

// TestLeftoversOfAKilledBuildAreRemoved, and nothing else.
func TestLeftoversOfAKilledBuildAreRemoved(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "stories [1]") // a name that would be a pattern elsewhere
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	firstRound().look(t, root)
	kept := filepath.Join(root, "site", ".ownwords")
	before, err := os.ReadDir(kept)
	if err != nil || len(before) != 2 {
		t.Fatal(before, err)
	}
	for _, name := range []string{"build-1.kept", "reading-234.kept", "search-5.kept"} {
		writeFile(t, filepath.Join(kept, name), "half of")
	}
	writeFile(t, filepath.Join(kept, "pictures", "a-1.webp"), "a picture")
	writeFile(t, filepath.Join(kept, "my-notes.txt"), "mine")
	w := openWarmth(Options{Site: filepath.Join(root, "site"), Out: filepath.Join(root, "public"), Program: warmProgram})
	if w == nil {
		t.Fatal("nothing is remembered")
	}
	w.loading.Wait()
	var names []string
	for p := range finishedFiles(t, kept) {
		names = append(names, p)
	}
	slices.Sort(names)
	if want := []string{"build.kept", "my-notes.txt", "pictures/a-1.webp", "reading.kept"}; !slices.Equal(names, want) {
		t.Errorf("there are %v, and should be %v", names, want)
	}
	if len(w.proved) != 3 {
		t.Error("what was kept is no longer read")
	}
}

// wonderingSite has a page whose template prints where the page lies in the
// computer's memory: it comes out differently each time it is made.
func wonderingSite(t *testing.T) (site, out string) {
	dir := t.TempDir()
	site, out = filepath.Join(dir, "site"), filepath.Join(dir, "public")
	writeFile(t, filepath.Join(site, "site.yaml"), "title: A site\nurl: https://example.org/\nlanguage: en-GB\ntimezone: UTC\ncontact: Ask us.\n")
	for _, name := range []string{"about", "more", "help", "thanks"} {
		writeFile(t, filepath.Join(site, "content", "pages", name+".md"), "---\ntitle: The page "+name+"\n---\n\nWords of "+name+".\n")
	}
	layout := readFile(t, "../themes/hearth/layouts/page.html")
	mine := strings.Replace(layout, `{{define "main"}}`, `{{define "main"}}<p>{{printf "%p" .Page}}</p>`, 1)
	if mine == layout {
		t.Fatal("the layout has another form")
	}
	writeFile(t, filepath.Join(site, "themes", "hearth", "layouts", "page.html"), mine)
	return site, out
}

func warmBuild(t *testing.T, o Options) *report.Report {
	t.Helper()
	day := consent.NewDay(2026, time.June, 1)
	o.At = &day
	settle(t, o.Site)
	rep, err := Build(context.Background(), o)
	if err != nil {
		t.Fatal(err, rep)
	}
	return rep
}

// TestABuildTakesOver: pages that would come out differently each time stay as
// they were, but for the one that was edited, and but for another program.
func TestABuildTakesOver(t *testing.T) {
	t.Parallel()
	site, out := wonderingSite(t)
	pages := func(program string) map[string]string {
		warmBuild(t, Options{Site: site, Out: out, Program: program})
		files := finishedFiles(t, out)
		maps.DeleteFunc(files, func(name, _ string) bool { return !strings.Contains(files[name], "<p>0x") })
		if len(files) < 4 {
			t.Fatalf("only %d pages tell where they lay", len(files))
		}
		return files
	}
	same := func(a, b map[string]string) (n int) {
		for name := range a {
			if a[name] == b[name] {
				n++
			}
		}
		return n
	}
	first := pages(warmProgram)
	second := pages(warmProgram)
	if n := same(first, second); n != len(first) {
		t.Errorf("of %d pages, %d were taken over", len(first), n)
	}
	writeFile(t, filepath.Join(site, "content", "pages", "about.md"), "---\ntitle: The page about\n---\n\nOther words.\n")
	third := pages(warmProgram)
	if n := same(second, third); n != len(first)-1 {
		t.Errorf("after one edit, %d of %d pages were taken over", n, len(first))
	}
	if n := same(third, pages("a later version")); n == len(first) {
		t.Error("another program took everything over; or these pages don't come out differently, and the rest of this test says nothing")
	}
}

// TestABuildDoesNotReadWhatIsProved puts a link that leads nowhere into a page
// just before the proof, which tells of it only where it reads that page.
func TestABuildDoesNotReadWhatIsProved(t *testing.T) {
	t.Parallel()
	site, out := wonderingSite(t)
	build := func(program string, spoil string) bool {
		rep := warmBuild(t, Options{Site: site, Out: out, Program: program, Progress: func(step string) {
			if step != "prove" || spoil == "" {
				return
			}
			page := filepath.Join(filepath.Dir(out), ".public.ownwords", "making", spoil, "index.html")
			text := readFile(t, page)
			if err := os.Remove(page); err != nil { // may be a link to the published one
				t.Fatal(err)
			}
			writeFile(t, page, strings.Replace(text, "<h1>", `<a href="/nowhere/">There</a><h1>`, 1))
		}})
		return slices.ContainsFunc(rep.Problems, func(p report.Problem) bool { return strings.Contains(p.Message, "nowhere") })
	}
	build(warmProgram, "")
	if build(warmProgram, "more") {
		t.Error("a page that counts as proved was read again")
	}
	if !build("a later version", "more") {
		t.Error("a page that doesn't count as proved wasn't read")
	}
	if !build("a later version", "more") {
		t.Error("a page of which there is something to tell wasn't read again")
	}
}
