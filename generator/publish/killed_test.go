package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ways are the two ways in which a site takes its place.
var ways = []way{
	{"by exchange", func(*Stage) {}},
	{"by two renames", func(s *Stage) { s.exchange = func(a, b string) error { return errors.ErrUnsupported } }},
}

type way struct {
	name  string
	apply func(*Stage)
}

func (w way) String() string { return w.name }

// childTask is how a test tells its own binary, run again, to be a build.
const childTask = "PUBLISH_TEST_TASK"

func TestMain(m *testing.M) {
	task, folder, _ := strings.Cut(os.Getenv(childTask), " ")
	switch task {
	case "":
		os.Exit(m.Run())
	case "build-for-ever":
		buildForEver(folder)
	case "small-disk":
		os.Exit(onASmallDisk(folder))
	}
}

// child runs this test binary again with another task.
func child(task string) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childTask+"="+task)
	return c
}

// version is a site whose every file says which version it is. Some files are
// the same in all, some come and go.
func version(n int) site {
	files := site{"same.css": "same", "build.json": fmt.Sprint("version ", n)}
	for i := range 60 {
		if i%5 == n%5 {
			continue
		}
		files[fmt.Sprintf("stories/%d/index.html", i)] = fmt.Sprintf("version %d of %d", n, i)
		files[fmt.Sprintf("notes/%d/index.html", i)] = fmt.Sprintf("note %d", i)
	}
	return files
}

func buildForEver(root string) {
	place := Place{Out: filepath.Join(root, "public"), Site: root, Keep: []string{".git", "archive"}}
	for n := rand.IntN(1000); ; n++ {
		s, err := Begin(place)
		if err == nil {
			ways[n%2].apply(s)
			for name, text := range version(n) {
				err = errors.Join(err, s.Write(name, []byte(text)))
			}
			err = errors.Join(err, s.Publish())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// wholeVersion expects a folder to hold one version of the site.
func wholeVersion(t *testing.T, out string, kept site) {
	t.Helper()
	got := inFolder(t, out)
	var n int
	if _, err := fmt.Sscanf(got["build.json"], "version %d", &n); err != nil {
		t.Fatalf("build.json holds %q", got["build.json"])
	}
	same(t, fmt.Sprint("version ", n), got, with(version(n), kept))
}

// Case 56: killed at any moment, the old site or the new one, and nothing that
// builds leave alone is lost.
func TestKilledAtAnyMoment(t *testing.T) {
	p := placeIn(t)
	p.Keep = []string{".git", "archive"}
	kept := site{".git/HEAD": "ref", "archive/index.html": "old"}
	build(t, p, version(0))
	for name, text := range kept {
		write(t, filepath.Join(p.Out, name), text)
	}
	rounds := 60
	if testing.Short() {
		rounds = 15
	}
	for range rounds {
		c := child("build-for-ever " + p.Site)
		var complaint strings.Builder
		c.Stderr = &complaint
		must(t, c.Start())
		time.Sleep(time.Duration(rand.IntN(60_000)) * time.Microsecond)
		c.Process.Kill()
		if c.Wait(); complaint.Len() > 0 {
			t.Fatalf("a build failed: %s", complaint.String())
		}
		// As it was left: one whole version. Between two renames there is no
		// folder at all; a moment after a swap, what is kept may be missing.
		if exists(p.Out) {
			got := inFolder(t, p.Out)
			for name := range kept {
				delete(got, name)
			}
			var n int
			fmt.Sscanf(got["build.json"], "version %d", &n)
			same(t, "as it was left", got, version(n))
		}
		s := begin(t, p)
		wholeVersion(t, p.Out, kept)
		for _, left := range []string{boxOf(p).swap(), boxOf(p).old()} {
			if exists(left) {
				t.Errorf("%s is left", filepath.Base(left))
			}
		}
		if problems := s.Problems(); len(problems) > 0 {
			t.Errorf("problems: %v", problems)
		}
		s.Abandon()
		if t.Failed() {
			t.FailNow()
		}
	}
	if saved, _ := filepath.Glob(p.Out + ".saved*"); len(saved) > 0 {
		t.Errorf("saved: %v", saved)
	}
}

// The same between each two steps, where a random moment may never fall.
func TestEndedBetweenSteps(t *testing.T) {
	kept := site{".git/HEAD": "ref"}
	for _, way := range ways {
		for _, start := range []string{"absent", "only kept", "built once", "built twice"} {
			for done := range 6 {
				t.Run(fmt.Sprintf("%s, %s, %d steps", way.name, start, done), func(t *testing.T) {
					t.Parallel()
					p := placeIn(t)
					before, keptHere := site{}, kept
					switch start {
					case "absent":
						keptHere = site{}
					case "built twice":
						build(t, p, version(0))
						fallthrough
					case "built once":
						before = version(1)
						build(t, p, before)
					}
					for name, text := range keptHere {
						write(t, filepath.Join(p.Out, name), text)
					}
					s := begin(t, p)
					way.apply(s)
					put(t, s, version(2))
					for _, step := range s.steps()[:done] {
						must(t, step())
					}
					s.finished = true // as if the process were gone
					s.leave()

					want := with(before, keptHere)
					if done >= 3 {
						want = with(version(2), keptHere)
					}
					s = begin(t, p)
					same(t, "mended", inFolderIfAny(t, p.Out), want)
					put(t, s, version(3))
					must(t, s.Publish())
					same(t, "built again", inFolder(t, p.Out), with(version(3), keptHere))
				})
			}
		}
	}
}

// Two renames that were cut short between the first and the second.
func TestEndedBetweenTwoRenames(t *testing.T) {
	kept := site{".git/HEAD": "ref"}
	for _, lost := range []bool{false, true} {
		p := placeIn(t)
		build(t, p, version(1))
		write(t, filepath.Join(p.Out, ".git/HEAD"), "ref")
		s := begin(t, p)
		put(t, s, version(2))
		for _, step := range s.steps()[:2] {
			must(t, step())
		}
		must(t, os.Rename(p.Out, s.box.old()))
		want := version(2)
		if lost { // the new tree too: back to the old one
			must(t, os.RemoveAll(s.box.swap()))
			want = version(1)
		}
		s.finished = true
		s.leave()
		begin(t, p).Abandon()
		same(t, "mended", inFolder(t, p.Out), with(want, kept))
	}
	// Something else was put in its place meanwhile: nothing is deleted.
	p := placeIn(t)
	build(t, p, version(1))
	s := begin(t, p)
	put(t, s, version(2))
	for _, step := range s.steps()[:2] {
		must(t, step())
	}
	must(t, os.Rename(p.Out, s.box.old()))
	write(t, filepath.Join(p.Out, "mine.txt"), "mine")
	s.finished = true
	s.leave()
	_, err := Begin(p)
	refused(t, err, "something else has been put there since", "Move")
	same(t, "what was put there", inFolder(t, p.Out), site{"mine.txt": "mine"})
	must(t, os.Rename(p.Out, p.Out+"-moved"))
	begin(t, p).Abandon()
	same(t, "moved, as told", inFolder(t, p.Out), version(2))
}

func TestAFailedSwapLeavesTheOldSite(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	for i := range 2 {
		s := begin(t, p)
		put(t, s, site{"index.html": "new"})
		s.exchange = func(a, b string) error { return fs.ErrPermission }
		refused(t, s.Publish(), "may not write", "stays as it was")
		s.Abandon()
		same(t, fmt.Sprint("after failure ", i), inFolder(t, p.Out), small)
	}
	build(t, p, site{"index.html": "new"})
	same(t, "afterwards", inFolder(t, p.Out), site{"index.html": "new"})
}

// What can't be deleted is told, because it may hold what left the site.
func TestTheOldSiteThatCantBeDeletedIsTold(t *testing.T) {
	p := placeIn(t)
	build(t, p, small)
	s := begin(t, p)
	put(t, s, site{"index.html": "new"})
	for _, step := range s.steps()[:3] {
		must(t, step())
	}
	write(t, s.box.making(), "in the way") // so that the tree can't be renamed
	must(t, s.clearOut())
	problems := s.Problems()
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "couldn't be deleted: it is still in .public.ownwords") || !strings.Contains(problems[0].Help, "Delete the folder") {
		t.Errorf("told: %v", problems)
	}
	same(t, "published", inFolder(t, p.Out), site{"index.html": "new"})
	s.leave()
	begin(t, p).Abandon()
	if exists(s.box.swap()) {
		t.Error("the next build didn't delete it either")
	}
}
