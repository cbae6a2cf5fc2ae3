package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ownwords/generator/fileprint"
)

// site is what a test publishes: bytes by path.
type site map[string]string

// placeIn makes a site's folder with an output folder that isn't there yet.
func placeIn(t testing.TB) Place {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{"content/stories", "themes"} {
		must(t, os.MkdirAll(filepath.Join(root, name), 0o755))
	}
	return Place{
		Out: filepath.Join(root, "public"), Site: root,
		Sources: []string{filepath.Join(root, "content"), filepath.Join(root, "themes")},
		Keep:    []string{".git"},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func begin(t testing.TB, p Place) *Stage {
	t.Helper()
	s, err := Begin(p)
	must(t, err)
	t.Cleanup(s.Abandon)
	return s
}

func put(t testing.TB, s *Stage, files site) {
	t.Helper()
	for name, text := range files {
		must(t, s.Write(name, []byte(text)))
	}
}

func build(t testing.TB, p Place, files site) *Stage {
	t.Helper()
	s := begin(t, p)
	put(t, s, files)
	must(t, s.Publish())
	return s
}

func write(t testing.TB, name, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(text), 0o644))
}

// inFolder reads a folder back, without our list. Empty folders count as files
// of their own, so that none is overlooked.
func inFolder(t testing.TB, root string) site {
	t.Helper()
	found := site{}
	must(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if inside, err := os.ReadDir(name); err == nil && len(inside) == 0 && rel != "." {
				found[rel+"/"] = ""
			}
			return nil
		}
		data, err := os.ReadFile(name)
		if rel != ManifestName {
			found[rel] = string(data)
		}
		return err
	}))
	return found
}

func same(t testing.TB, what string, got, want site) {
	t.Helper()
	if maps.Equal(got, want) {
		return
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s is there and shouldn't be", what, name)
		} else if got[name] != want[name] {
			t.Errorf("%s: %s holds %.40q, want %.40q", what, name, got[name], want[name])
		}
	}
	for name := range want {
		if _, ok := got[name]; !ok {
			t.Errorf("%s: %s isn't there", what, name)
		}
	}
}

// refused expects a Refused that says all the words.
func refused(t testing.TB, err error, words ...string) {
	t.Helper()
	var r *Refused
	if !errors.As(err, &r) {
		t.Fatalf("got %v, want it refused", err)
	}
	if r.Help == "" {
		t.Errorf("%q doesn't say how to mend it", r.Message)
	}
	for _, w := range words {
		if !strings.Contains(r.Error(), w) {
			t.Errorf("the message doesn't say %q:\n%s", w, r.Error())
		}
	}
}

func boxOf(p Place) box { return boxFor(p.Out) }

var small = site{"index.html": "home", "stories/a/index.html": "story a", "stories/b/index.html": "story b", "feed.json": "{}"}

func with(files site, changes site, without ...string) site {
	n := maps.Clone(files)
	maps.Copy(n, changes)
	for _, name := range without {
		delete(n, name)
	}
	return n
}

func TestPublishesIntoAbsentEmptyAndOwnFolder(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	same(t, "absent", inFolder(t, p.Out), small)

	p = placeIn(t)
	must(t, os.Mkdir(p.Out, 0o750))
	build(t, p, small)
	same(t, "empty", inFolder(t, p.Out), small)
	if info, _ := os.Stat(p.Out); info.Mode().Perm() != 0o750 {
		t.Errorf("the output folder's permissions became %v", info.Mode().Perm())
	}

	// Case 55: nothing of the first build remains.
	next := with(small, site{"stories/c/index.html": "story c"}, "stories/a/index.html")
	build(t, p, next)
	same(t, "own", inFolder(t, p.Out), next)

	// The folder holds an old list with the same names; the box is gone.
	must(t, os.RemoveAll(string(boxOf(p))))
	build(t, p, small)
	same(t, "own, without the box", inFolder(t, p.Out), small)
}

func TestNothingIsPublishedBeforePublish(t *testing.T) {
	p := placeIn(t)
	s := begin(t, p)
	put(t, s, small)
	if _, err := os.Lstat(p.Out); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the output folder is there before the site is published")
	}
	s.Abandon()
	if left, _ := filepath.Glob(filepath.Join(p.Site, ".*")); len(left) > 0 {
		t.Errorf("an abandoned first build left %v", left)
	}

	build(t, p, small)
	s = begin(t, p)
	put(t, s, site{"index.html": "other"})
	same(t, "before Publish", inFolder(t, p.Out), small)
	s.Abandon()
	same(t, "abandoned", inFolder(t, p.Out), small)
	for _, left := range []string{boxOf(p).making(), boxOf(p).swap()} {
		if exists(left) {
			t.Errorf("an abandoned build left %s", filepath.Base(left))
		}
	}
}

func TestManifestIsTheSameForTheSameSiteAndTellsOnlyWhatIsThere(t *testing.T) {
	p, q := placeIn(t), placeIn(t)
	build(t, p, with(small, site{"stories/gone/index.html": "left"}))
	build(t, p, small)
	build(t, q, small)
	one, err := os.ReadFile(filepath.Join(p.Out, ManifestName))
	must(t, err)
	two, err := os.ReadFile(filepath.Join(q.Out, ManifestName))
	must(t, err)
	if string(one) != string(two) {
		t.Errorf("two lists of one site differ:\n%s\n%s", one, two)
	}
	if strings.Contains(string(one), "gone") {
		t.Error("the list names what left")
	}
	want := "ownwords manifest 1\n" + DigestOf([]byte("{}")).String() + " feed.json\n"
	if !strings.HasPrefix(string(one), want) {
		t.Errorf("the list begins\n%s\nwant\n%s", one, want)
	}
}

func TestRefusesFoldersThatArentOurs(t *testing.T) {
	p := placeIn(t)
	mine := site{"letter.odt": "mine", "photos/kitchen.jpg": "mine too"}
	for name, text := range mine {
		write(t, filepath.Join(p.Out, name), text)
	}
	_, err := Begin(p)
	refused(t, err, "public wasn't made by this program", "it holds letter.odt, photos.", "Nothing in it was touched", "--out", "`files`", "`keep`")
	same(t, "a stranger's folder", inFolder(t, p.Out), mine)
	if exists(string(boxOf(p))) {
		t.Error("a refused build left something beside the folder")
	}
}

func TestRefusesFilesWeDidntWrite(t *testing.T) {
	for _, name := range []string{"CNAME", "stories/a/kitchen.jpg", "stories/mine/notes.txt", "zz", "stories/zz"} {
		for _, way := range []string{"with the index", "without it"} {
			t.Run(name+" "+way, func(t *testing.T) {
				p := placeIn(t)
				build(t, p, small)
				build(t, p, small)
				if way == "without it" {
					must(t, os.RemoveAll(string(boxOf(p))))
				}
				write(t, filepath.Join(p.Out, name), "mine")
				_, err := Begin(p)
				shown := name
				if name == "stories/mine/notes.txt" {
					shown = "stories/mine"
				}
				refused(t, err, "holds what this program didn't write: "+shown, "nothing was touched", "`files`", "`keep`")
				same(t, "after", inFolder(t, p.Out), with(small, site{name: "mine"}))
			})
		}
	}
}

func TestNamesOnlySomeOfManyStrangers(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	for i := range 9 {
		write(t, filepath.Join(p.Out, fmt.Sprintf("photo-%d.jpg", i)), "mine")
	}
	_, err := Begin(p)
	refused(t, err, "photo-0.jpg, photo-1.jpg, photo-2.jpg, photo-3.jpg, photo-4.jpg and 4 more")
}

func TestRefusesLinksInOurFolder(t *testing.T) {
	elsewhere := t.TempDir()
	write(t, filepath.Join(elsewhere, "index.html"), "elsewhere")
	for _, name := range []string{"stories/a/index.html", "stories/a", "stories", "new"} {
		p := placeIn(t)
		build(t, p, small)
		at := filepath.Join(p.Out, name)
		must(t, os.RemoveAll(at))
		if name == "stories/a/index.html" {
			must(t, os.Symlink(filepath.Join(elsewhere, "index.html"), at))
		} else {
			must(t, os.Symlink(elsewhere, at))
		}
		_, err := Begin(p)
		refused(t, err, "didn't write: "+name)
	}
	same(t, "what the links led to", inFolder(t, elsewhere), site{"index.html": "elsewhere"})
}

func TestRefusesALinkOrFileInPlaceOfTheFolder(t *testing.T) {
	p := placeIn(t)
	elsewhere := t.TempDir()
	must(t, os.Symlink(elsewhere, p.Out))
	_, err := Begin(p)
	refused(t, err, "is a link to somewhere else", "--out")

	must(t, os.Remove(p.Out))
	must(t, os.Symlink(filepath.Join(elsewhere, "nothing"), p.Out))
	_, err = Begin(p)
	refused(t, err, "is a link to somewhere else")

	must(t, os.Remove(p.Out))
	write(t, p.Out, "a file")
	_, err = Begin(p)
	refused(t, err, "is a file, and the site needs a folder", "Move the file")
	if data, _ := os.ReadFile(p.Out); string(data) != "a file" {
		t.Error("the file was touched")
	}
}

func TestRefusesOutputAmongTheSources(t *testing.T) {
	p := placeIn(t)
	write(t, filepath.Join(p.Site, "content/stories/a.md"), "words")
	people := filepath.Join(t.TempDir(), "elsewhere", "people")
	must(t, os.MkdirAll(people, 0o755))
	p.Sources = append(p.Sources, people)
	before := inFolder(t, p.Site)
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(p.Site, link))
	for out, words := range map[string]string{
		p.Site:                           "the site's own folder",
		filepath.Dir(p.Site):             "the site's own folder or holds it",
		filepath.Join(p.Site, "content"): "one in the other",
		filepath.Join(p.Site, "content", "stories", "out"): "one in the other",
		filepath.Join(p.Site, "content", "..", "themes"):   "one in the other",
		filepath.Join(link, "content", "out"):              "one in the other",
		people:                                             "one in the other",
		filepath.Dir(people):                               "one in the other",
		"/":                                                "a whole disk",
		"":                                                 "No output folder",
	} {
		q := p
		q.Out = out
		_, err := Begin(q)
		if err == nil {
			t.Errorf("%s wasn't refused", out)
			continue
		}
		refused(t, err, words, "--out")
	}
	same(t, "the site", inFolder(t, p.Site), before)

	// A folder that merely begins like a source is no part of it.
	p.Out = filepath.Join(p.Site, "content-made")
	build(t, p, small)
}

func TestRefusesAListThatIsntAsWeWroteIt(t *testing.T) {
	digest := DigestOf([]byte("x")).String()
	for what, text := range map[string]string{
		"another program's": "{}",
		"a later version's": "ownwords manifest 2\n",
		"leaves the folder": manifestHead + digest + " ../../precious.txt\n",
		"absolute":          manifestHead + digest + " /precious.txt\n",
		"not in order":      manifestHead + digest + " b\n" + digest + " a\n",
		"twice the same":    manifestHead + digest + " a\n" + digest + " a\n",
		"cut short":         manifestHead + digest + " a",
		"no digest":         manifestHead + "abc a\n",
		"not a digest":      manifestHead + strings.Repeat("z", 32) + " a\n",
		"merge marks":       manifestHead + "<<<<<<< HEAD\n",
		"names itself":      manifestHead + digest + " " + ManifestName + "\n",
	} {
		p := placeIn(t)
		write(t, filepath.Join(p.Out, ManifestName), text)
		write(t, filepath.Join(p.Site, "precious.txt"), "precious")
		_, err := Begin(p)
		if err == nil {
			t.Errorf("a list that is %s was taken for ours", what)
			continue
		}
		refused(t, err, "its list of files", "Nothing in it was touched")
		if !exists(filepath.Join(p.Site, "precious.txt")) {
			t.Errorf("%s: a file elsewhere is gone", what)
		}
	}
	p := placeIn(t)
	must(t, os.MkdirAll(p.Out, 0o755))
	must(t, os.Symlink("/etc/hostname", filepath.Join(p.Out, ManifestName)))
	_, err := Begin(p)
	refused(t, err, "its list of files")
}

func TestRefusesABoxThatIsntOurs(t *testing.T) {
	p := placeIn(t)
	write(t, filepath.Join(string(boxOf(p)), "making", "mine.txt"), "mine")
	_, err := Begin(p)
	refused(t, err, ".public.ownwords is needed beside", "Move it elsewhere")
	if !exists(filepath.Join(string(boxOf(p)), "making", "mine.txt")) {
		t.Error("a file that isn't ours is gone")
	}
}

func TestKeepsNamesThatBuildsLeaveAlone(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			p := placeIn(t)
			p.Keep = []string{".git", "archive"}
			write(t, filepath.Join(p.Out, ".git/HEAD"), "ref: refs/heads/pages")
			write(t, filepath.Join(p.Out, "archive/1999/index.html"), "old")
			kept := site{".git/HEAD": "ref: refs/heads/pages", "archive/1999/index.html": "old"}
			for i := range 4 {
				files := with(small, site{"index.html": fmt.Sprint(i)})
				s := begin(t, p)
				way.apply(s)
				put(t, s, files)
				must(t, s.Publish())
				same(t, fmt.Sprint("build ", i), inFolder(t, p.Out), with(files, kept))
				if len(s.Problems()) > 0 {
					t.Errorf("problems: %v", s.Problems())
				}
			}
			text, _ := os.ReadFile(filepath.Join(p.Out, ManifestName))
			if strings.Contains(string(text), "archive") || strings.Contains(string(text), ".git") {
				t.Error("the list names what builds leave alone")
			}
		})
	}

	p := placeIn(t)
	p.Keep = []string{"archive"}
	s := begin(t, p)
	var clash *Clash
	if err := s.Write("archive/index.html", nil); !errors.As(err, &clash) || !strings.Contains(err.Error(), "under `keep`") {
		t.Errorf("writing into what is kept: %v", err)
	}
	for _, name := range []string{"", ".", "..", "a/b", "../x", ManifestName} {
		p.Keep = []string{name}
		_, err := Begin(p)
		refused(t, err, "`keep` in site.yaml")
	}
}

// A name is kept only while site.yaml says so; then it is a stranger, and safe.
func TestANameNoLongerKeptIsRefusedNotDeleted(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	write(t, filepath.Join(p.Out, ".git/HEAD"), "ref")
	build(t, p, small)
	p.Keep = nil
	_, err := Begin(p)
	refused(t, err, "didn't write: .git")
}

func TestPathsStayInsideTheSite(t *testing.T) {
	p := placeIn(t)
	s := begin(t, p)
	for _, name := range []string{"", ".", "..", "../x", "a/../../x", "/etc/x", "a//b", "a/./b", "a/", `a\b`, "a\x00b", "a\nb", "\xff", ManifestName} {
		var unsafe *UnsafePath
		if err := s.Write(name, nil); !errors.As(err, &unsafe) {
			t.Errorf("Write(%q) = %v", name, err)
		}
		if s.Reuse(name, Digest{}) {
			t.Errorf("Reuse(%q) = true", name)
		}
		if err := s.Remove(name); !errors.As(err, &unsafe) {
			t.Errorf("Remove(%q) = %v", name, err)
		}
	}
	for _, name := range []string{"a/..b/c", ".well-known/x", "a b", "é.html", "404.html", "-"} {
		if err := s.Write(name, nil); err != nil {
			t.Errorf("Write(%q) = %v", name, err)
		}
	}
}

func TestTwoWritesToOnePathClash(t *testing.T) {
	p := placeIn(t)
	s := begin(t, p)
	put(t, s, site{"a/b": "1"})
	for name, with := range map[string]string{"a/b": "a/b", "a": "a/b", "a/b/c": "a/b"} {
		var clash *Clash
		if err := s.Write(name, []byte("2")); !errors.As(err, &clash) || clash.With != with || !strings.Contains(err.Error(), "another name") {
			t.Errorf("Write(%q) = %v", name, err)
		}
	}
	must(t, s.Publish())
	same(t, "after clashes", inFolder(t, p.Out), site{"a/b": "1"})
}

func TestAFileMayTakeTheFormerPlaceOfAFolderAndBack(t *testing.T) {
	p := placeIn(t)
	one, two := site{"x": "file", "y/z/index.html": "in a folder", "same": "same"}, site{"x/index.html": "in a folder", "y": "file", "same": "same"}
	for i, files := range []site{one, two, one, two} {
		build(t, p, files)
		same(t, fmt.Sprint("build ", i), inFolder(t, p.Out), files)
	}
}

func TestRemoveAndAgain(t *testing.T) {
	p := placeIn(t)
	for range 3 {
		s := begin(t, p)
		put(t, s, small)
		must(t, s.Remove("stories/a/index.html"))
		must(t, s.Remove("never/there"))
		put(t, s, site{"stories/a/index.html": "told otherwise"})
		s.Again()
		if len(s.Files()) != 0 {
			t.Fatal("a new round begins with files")
		}
		last := with(small, site{"index.html": "home without a"}, "stories/a/index.html")
		put(t, s, last)
		must(t, s.Settle())
		same(t, "settled", inFolder(t, s.Dir()), last)
		var paths []string
		for _, f := range s.Files() {
			paths = append(paths, f.Path)
			data, err := s.Read(f.Path)
			must(t, err)
			if DigestOf(data) != f.Digest || string(data) != last[f.Path] {
				t.Errorf("%s reads %q", f.Path, data)
			}
		}
		if want := slices.Sorted(maps.Keys(last)); !slices.Equal(paths, want) {
			t.Errorf("files %v, want %v", paths, want)
		}
		if _, err := s.Read("stories/a/index.html"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("reading what was taken back: %v", err)
		}
		must(t, s.Publish())
		same(t, "published", inFolder(t, p.Out), last)
	}
}

func TestManyHandsAtOnce(t *testing.T) {
	p := placeIn(t)
	for round := range 3 {
		s := begin(t, p)
		want := site{}
		for i := range 400 {
			want[fmt.Sprintf("stories/%d/%d/index.html", i%7, i)] = fmt.Sprint(i / (round + 1))
		}
		var wg sync.WaitGroup
		var clashes sync.Map
		for hand := range 8 {
			wg.Go(func() {
				for name, text := range want {
					if hand%2 == 0 && s.Reuse(name, DigestOf([]byte(text))) {
						continue
					}
					var clash *Clash
					if err := s.Write(name, []byte(text)); errors.As(err, &clash) {
						clashes.Store(name, true)
					} else if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		must(t, s.Publish())
		same(t, fmt.Sprint("round ", round), inFolder(t, p.Out), want)
	}
}

func TestOneBuildAtATime(t *testing.T) {
	p := placeIn(t)
	s := begin(t, p)
	put(t, s, small)
	_, err := Begin(p)
	refused(t, err, "Another build is writing to", "Wait until it has finished")
	must(t, s.Publish())
	same(t, "the first build", inFolder(t, p.Out), small)
	begin(t, p).Abandon()
	begin(t, p).Abandon()
}

// What is put into the folder while a build runs is saved and told.
func TestFilesThatArriveDuringABuildAreSaved(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			p := placeIn(t)
			build(t, p, small)
			for round, saved := range []string{"public.saved", "public.saved-2"} {
				s := begin(t, p)
				way.apply(s)
				put(t, s, with(small, site{"index.html": fmt.Sprint(round)}))
				write(t, filepath.Join(p.Out, "stories/a/kitchen.jpg"), "mine")
				write(t, filepath.Join(p.Out, ".DS_Store"), "junk")
				must(t, s.Publish())
				same(t, "published", inFolder(t, p.Out), with(small, site{"index.html": fmt.Sprint(round)}))
				same(t, "saved", inFolder(t, filepath.Join(p.Site, saved)), site{"stories/a/kitchen.jpg": "mine"})
				problems := s.Problems()
				if len(problems) != 1 || !strings.Contains(problems[0].Message, "stories/a/kitchen.jpg was put into") || !strings.Contains(problems[0].Message, saved) {
					t.Errorf("told: %v", problems)
				}
			}
		})
	}
}

// Finder and Explorer leave such files in each folder that somebody looks into.
func TestSystemsJunkIsNoReasonToRefuse(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	write(t, filepath.Join(p.Out, "stories/.DS_Store"), "junk")
	build(t, p, small)
	same(t, "after", inFolder(t, p.Out), small)
	build(t, p, small)
	same(t, "from the mirror", inFolder(t, p.Out), small)
}

func TestReadOnlyFolderIsLeftAlone(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	must(t, os.Chmod(p.Out, 0o555))
	t.Cleanup(func() { os.Chmod(p.Out, 0o755) })
	_, err := Begin(p)
	refused(t, err, "is marked as read-only", "Allow writing")
	same(t, "after", inFolder(t, p.Out), small)
}

func TestAFolderThatHasAFileAroundIt(t *testing.T) {
	p := placeIn(t)
	write(t, filepath.Join(p.Site, "file"), "a file")
	p.Out = filepath.Join(p.Site, "file", "public")
	_, err := Begin(p)
	refused(t, err, "can't be looked at", "--out")
	p.Out = filepath.Join(p.Site, "new", "deeper", "public")
	build(t, p, small)
	same(t, "deeper", inFolder(t, p.Out), small)
}

// Property: whatever was published before, whatever was changed by hand since,
// by whichever calls: the output is this build's files, and the mirror is equal
// to it, so that nothing which left stays on the disk.
func TestEveryBuildIsWholeWhateverWasBefore(t *testing.T) {
	names := []string{"index.html", "a/index.html", "a/b/index.html", "c", "c/d", "e/f/g/h", "e/f/g/i", "z.txt"}
	rapid.Check(t, func(rt *rapid.T) {
		p := placeIn(t)
		before, odd := site{}, map[string]bool{}
		for range rapid.IntRange(1, 6).Draw(rt, "builds") {
			s, err := Begin(p)
			if err != nil {
				rt.Fatal(err)
			}
			rapid.SampledFrom(ways).Draw(rt, "way").apply(s)
			want := site{}
			for range rapid.IntRange(1, 2).Draw(rt, "rounds") {
				s.Again()
				want = site{}
				for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID).Draw(rt, "names") {
					if _, clash := want["c"]; clash && name == "c/d" {
						continue
					}
					if _, clash := want["c/d"]; clash && name == "c" {
						continue
					}
					text := rapid.SampledFrom([]string{"one", "two", "a longer text"}).Draw(rt, "text")
					want[name] = text
					if rapid.Bool().Draw(rt, "reuse") && s.Reuse(name, DigestOf([]byte(text))) {
						continue
					}
					if err := s.Write(name, []byte(text)); err != nil {
						rt.Fatal(err)
					}
				}
			}
			if rapid.IntRange(0, 4).Draw(rt, "abandon") == 0 {
				s.Abandon()
				same(t, "abandoned", inFolderIfAny(t, p.Out), before)
				continue
			}
			if err := s.Publish(); err != nil {
				rt.Fatal(err)
			}
			same(t, "published", inFolder(t, p.Out), want)
			if exists(boxOf(p).mirror()) {
				// What was changed by hand is found out when it's next needed.
				mirror, also := inFolder(t, boxOf(p).mirror()), maps.Clone(want)
				for name := range odd {
					delete(mirror, name)
					delete(also, name)
					for folder := around(name); folder != top; folder = around(folder) {
						delete(mirror, folder+"/")
					}
				}
				same(t, "mirror", mirror, also)
			}
			for _, left := range []string{boxOf(p).making(), boxOf(p).swap(), boxOf(p).old()} {
				if exists(left) {
					rt.Fatalf("%s is left", filepath.Base(left))
				}
			}
			before = want
			odd[tamper(t, rt, p, before)] = true
			if t.Failed() {
				rt.FailNow()
			}
		}
	})
}

// tamper does what people and tools do between builds, except adding files. It
// returns the path it was done to.
func tamper(t *testing.T, rt *rapid.T, p Place, now site) string {
	if len(now) == 0 {
		return ""
	}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(now))).Draw(rt, "tampered")
	at := filepath.Join(p.Out, name)
	switch rapid.SampledFrom([]string{"nothing", "nothing", "edit", "in place", "same size and time", "delete", "no box", "no index", "edit the mirror", "delete in the mirror"}).Draw(rt, "tamper") {
	case "edit":
		must(t, os.Remove(at))
		write(t, at, "edited by hand")
		now[name] = "edited by hand"
	case "in place":
		write(t, at, "edited in place")
		now[name] = "edited in place"
	case "same size and time":
		info, err := os.Stat(at)
		must(t, err)
		text := strings.Repeat("#", int(info.Size()))
		write(t, at, text)
		must(t, os.Chtimes(at, info.ModTime(), info.ModTime()))
		now[name] = text
	case "delete":
		must(t, os.Remove(at))
		delete(now, name)
		for dir := filepath.Dir(at); os.Remove(dir) == nil; dir = filepath.Dir(dir) {
		}
	case "no box":
		must(t, os.RemoveAll(string(boxOf(p))))
	case "no index":
		must(t, os.RemoveAll(boxOf(p).index()))
	case "edit the mirror":
		if m := filepath.Join(boxOf(p).mirror(), name); exists(m) {
			must(t, os.Remove(m))
			write(t, m, "edited in the mirror")
		}
	case "delete in the mirror":
		must(t, os.RemoveAll(filepath.Join(boxOf(p).mirror(), name)))
	}
	return name
}

func inFolderIfAny(t testing.TB, root string) site {
	if !exists(root) {
		return site{}
	}
	return inFolder(t, root)
}

func TestReuseOnlyWhatStillHasItsBytes(t *testing.T) {
	p := placeIn(t)
	if begin := begin(t, p); begin.Reuse("index.html", DigestOf([]byte("home"))) {
		t.Error("reused from a site that isn't there")
	} else {
		begin.Abandon()
	}
	build(t, p, small)
	for round := range 3 { // from public/, from the mirror, from the mirror
		s := begin(t, p)
		if s.Reuse("index.html", DigestOf([]byte("other"))) {
			t.Error("reused a file with other bytes")
		}
		for name, text := range small {
			if !s.Reuse(name, DigestOf([]byte(text))) {
				t.Errorf("round %d: %s wasn't reused", round, name)
			}
		}
		must(t, s.Publish())
		same(t, "reused", inFolder(t, p.Out), small)
	}
	write(t, filepath.Join(p.Out, "index.html"), "HOME")
	for range 2 {
		s := begin(t, p)
		reused := s.Reuse("index.html", DigestOf([]byte("home")))
		if data, _ := os.ReadFile(s.at("index.html")); reused && string(data) != "home" {
			t.Error("reused a file that was changed by hand")
		}
		if !reused {
			must(t, s.Write("index.html", []byte("home")))
		}
		must(t, s.Publish())
		same(t, "after a change by hand", inFolder(t, p.Out), site{"index.html": "home"})
	}
}

// Case 66: once a build is done, what left the site is nowhere near it either.
func TestNothingThatLeftStaysOnTheDisk(t *testing.T) {
	p := placeIn(t)
	words := "the words of someone whose consent has lapsed"
	files := with(small, site{"stories/lapsed/index.html": words, "stories/index.html": "listed: " + words, "notes/x/index.html": "quoted: " + words})
	after := with(files, site{"stories/index.html": "listed: nobody"}, "stories/lapsed/index.html", "notes/x/index.html")
	for builds := 1; builds < 4; builds++ {
		build(t, p, with(files, site{"feed.json": fmt.Sprint(builds)}))
		for range builds - 1 {
			build(t, p, files)
		}
		if builds > 1 && !exists(boxOf(p).mirror()) {
			t.Fatal("there is no mirror, so that this test shows nothing")
		}
		build(t, p, after)
		same(t, "published", inFolder(t, p.Out), after)
		for name, text := range inFolder(t, p.Site) {
			if strings.Contains(text, words) || strings.Contains(name, "lapsed") {
				t.Errorf("after %d builds: %s is still there", builds, name)
			}
		}
	}
}

func TestWhatIsPutIntoTheMirrorIsNotPublished(t *testing.T) {
	for _, name := range []string{"stories/mine.txt", "stories/mine/index.html", "mine.txt", "stories/.DS_Store"} {
		p := placeIn(t)
		build(t, p, small)
		build(t, p, small)
		write(t, filepath.Join(boxOf(p).mirror(), name), "mine")
		build(t, p, small)
		same(t, name, inFolder(t, p.Out), small)
	}
}

// Unchanged files keep their dates, which web servers and rsync go by.
func TestUnchangedFilesKeepTheirDates(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	was, err := os.Stat(filepath.Join(p.Out, "feed.json"))
	must(t, err)
	for i := range 3 {
		build(t, p, with(small, site{"index.html": fmt.Sprint(i)}))
		now, err := os.Stat(filepath.Join(p.Out, "feed.json"))
		must(t, err)
		if !os.SameFile(was, now) {
			t.Errorf("build %d wrote a file that hadn't changed", i)
		}
	}
}

// Once files are older than the clock's steps, the index vouches for them, and
// sees any change, even one that keeps size and date.
func TestTheIndexVouchesForWhatIsUnchanged(t *testing.T) {
	p := placeIn(t)
	for range 4 {
		build(t, p, small)
		time.Sleep(2 * fileprint.ClockStep)
	}
	x := readIndex(boxOf(p).index())
	if x == nil {
		t.Fatal("there is no index")
	}
	if p, _ := fileprint.Of(p.Out); p == (fileprint.Print{}) {
		t.Skip("this system tells no prints: files are always read again; run on Linux or macOS")
	}
	for what, list := range map[string][]fileprint.Print{"public files": x.public.files, "public folders": x.public.folders, "mirror files": x.mirror.files, "mirror folders": x.mirror.folders} {
		if len(list) == 0 || slices.Contains(list, fileprint.Print{}) {
			t.Errorf("%s: the index doesn't vouch for all: %v", what, list)
		}
	}
	for _, at := range []string{p.Out, boxOf(p).mirror()} {
		name := filepath.Join(at, "index.html")
		info, err := os.Stat(name)
		must(t, err)
		write(t, name, "HOME")
		must(t, os.Chtimes(name, info.ModTime(), info.ModTime()))
		s := begin(t, p)
		if s.Reuse("index.html", DigestOf([]byte("home"))) {
			if data, _ := os.ReadFile(s.at("index.html")); string(data) != "home" {
				t.Errorf("a file changed in %s with its size and date kept was believed", filepath.Base(at))
			}
		}
		s.Abandon()
		must(t, os.Remove(name))
		build(t, p, small)
		build(t, p, small)
		time.Sleep(2 * fileprint.ClockStep)
		build(t, p, small)
	}
}

func TestAnIndexThatIsDamagedIsNotBelieved(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	build(t, p, small)
	good, err := os.ReadFile(boxOf(p).index())
	must(t, err)
	if readIndex(boxOf(p).index()) == nil {
		t.Fatal("a good index can't be read")
	}
	for i := 0; i < len(good); i += 7 {
		bad := slices.Clone(good)
		bad[i] ^= 0x40
		must(t, os.WriteFile(boxOf(p).index(), bad, 0o644))
		if readIndex(boxOf(p).index()) != nil {
			t.Fatalf("an index with byte %d changed is believed", i)
		}
		must(t, os.WriteFile(boxOf(p).index(), good[:i], 0o644))
		if readIndex(boxOf(p).index()) != nil {
			t.Fatalf("an index cut at byte %d is believed", i)
		}
	}
	build(t, p, with(small, site{"index.html": "new"}))
	same(t, "after", inFolder(t, p.Out), with(small, site{"index.html": "new"}))
}
