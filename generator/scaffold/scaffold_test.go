package scaffold

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"ownwords/generator/consent"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

var today = consent.NewDay(2026, 11, 22)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// made makes a new site for a host and returns its folder.
func made(t *testing.T, change func(*Site)) string {
	t.Helper()
	s := Site{Title: "Our Words", URL: "https://stories.example.org/", Zone: zone(t, "Europe/London"), Language: "en-GB", Host: "github", Version: "main", Today: today}
	if change != nil {
		change(&s)
	}
	dir := filepath.Join(t.TempDir(), "site")
	if _, err := Init(dir, s); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestInit checks that a new site has no problem, one example of each kind, and
// that each example says that it is one.
func TestInit(t *testing.T) {
	for _, title := range []string{"Our Words", `"Ours": #1 & <b> 'x' [[y]]`, "Słowa", "- no", "true", "2026"} {
		dir := made(t, func(s *Site) { s.Title = title })
		lib, err := read.Read(t.Context(), read.Options{Dir: dir})
		if err != nil {
			t.Errorf("%s: %v", title, err)
			continue
		}
		if len(lib.Problems) > 0 {
			t.Errorf("%s: %v", title, lib.Problems)
		}
		if lib.Site.Title != title {
			t.Errorf("the title is %q, want %q", lib.Site.Title, title)
		}
		if len(lib.Stories) != 1 || len(lib.Notes) != 1 || len(lib.People) != 1 || len(lib.Cells) != 1 || len(lib.Changes) != 1 || len(lib.Pages) != 4 {
			t.Error("one example of each kind is missing, or there is more than one")
			continue
		}
		for _, s := range []read.Shared{lib.Stories[0].Shared, lib.Notes[0].Shared, lib.People[0].Shared, lib.Cells[0].Shared, lib.Changes[0].Shared} {
			if !s.Illustrative.V {
				t.Error("an example isn't labelled as invented")
			}
		}
		if why := consent.Decide(lib.Stories[0].Consent.Record, consent.Page, today, lib.Site.Terms); why != consent.Holds {
			t.Errorf("the example story's consent doesn't hold: %s", why)
		}
	}
}

// TestMidnights checks the times of the daily build against the zone itself: on
// each day of a year one of them is within 90 minutes after midnight.
func TestMidnights(t *testing.T) {
	for _, name := range []string{"Europe/London", "UTC", "America/Los_Angeles", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Auckland", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"} {
		z := zone(t, name)
		crons := Midnights(z, today)
		for d := range 365 {
			day := time.Date(2026, time.January, 1+d, 0, 0, 0, 0, time.UTC)
			year, month, date := day.Date()
			midnight := time.Date(year, month, date, 0, 0, 0, 0, z)
			covered := false
			for _, c := range crons {
				at, err := time.Parse("4 15 * * *", c)
				if err != nil {
					t.Fatal(err)
				}
				for _, shift := range []int{-1, 0, 1} {
					run := time.Date(year, month, date+shift, at.Hour(), at.Minute(), 0, 0, time.UTC)
					if wait := run.Sub(midnight); wait > 0 && wait <= 90*time.Minute {
						covered = true
					}
				}
			}
			if !covered {
				t.Errorf("%s: no build soon after midnight of %s (%q)", name, midnight.Format(time.DateOnly), crons)
				break
			}
		}
	}
	if got := Midnights(zone(t, "Europe/London"), today); !slices.Equal(got, []string{"17 0 * * *", "17 23 * * *", "47 5 * * *"}) {
		t.Errorf("London: %q", got)
	}
}

// TestWorkflows runs actionlint over the workflows of new sites, and over ones
// that were broken, which it must find.
func TestWorkflows(t *testing.T) {
	lint := func(files ...string) error {
		cmd := exec.Command("go", append([]string{"tool", "-modfile=../../.ci/tools/go.mod", "actionlint", "-no-color"}, files...)...)
		out, err := cmd.CombinedOutput()
		if strings.Contains(string(out), "cannot find module") || strings.Contains(string(out), "dial tcp") {
			if os.Getenv("OWNWORDS_REQUIRE_TOOLS") == "1" {
				t.Fatal(string(out))
			}
			t.Skip("actionlint isn't in the module cache, so the workflows weren't checked: install it with go mod download -modfile=.ci/tools/go.mod")
		}
		if err != nil {
			return errors.New(string(out))
		}
		return nil
	}
	github := filepath.Join(made(t, nil), ".github", "workflows")
	// actionlint doesn't know the label of Forgejo's runners, nor actions with a whole address.
	forgejo := filepath.Join(made(t, func(s *Site) { s.Host = "forgejo" }), ".forgejo", "workflows")
	for _, name := range []string{"check.yml", "publish.yml"} {
		if err := lint(filepath.Join(github, name)); err != nil {
			t.Errorf("GitHub: %v", err)
		}
		edit(t, filepath.Join(forgejo, name), "runs-on: docker", "runs-on: ubuntu-latest")
		edit(t, filepath.Join(forgejo, name), "https://code.forgejo.org/", "")
		if err := lint(filepath.Join(forgejo, name)); err != nil {
			t.Errorf("Forgejo: %v", err)
		}
	}
	edit(t, filepath.Join(github, "check.yml"), "github.base_ref", "github.bass_ref")
	if lint(filepath.Join(github, "check.yml")) == nil {
		t.Error("a broken workflow passed")
	}
}

func edit(t *testing.T, name, old, now string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(data, []byte(old)) {
		t.Fatalf("%q isn't in %s", old, name)
	}
	if err := os.WriteFile(name, bytes.ReplaceAll(data, []byte(old), []byte(now)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSafeForForks checks what makes the check of a pull request safe for
// anyone's: it runs on pull_request, may only read, and names no secret.
func TestSafeForForks(t *testing.T) {
	var w struct {
		On          map[string]any    `yaml:"on"`
		Permissions map[string]string `yaml:"permissions"`
		Jobs        map[string]struct {
			Permissions any `yaml:"permissions"`
		} `yaml:"jobs"`
	}
	data, err := os.ReadFile(filepath.Join(made(t, nil), ".github", "workflows", "check.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &w); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.On["pull_request"]; !ok || len(w.On) != 1 {
		t.Errorf("it runs on %v", w.On)
	}
	if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
		t.Errorf("it may %v", w.Permissions)
	}
	for name, job := range w.Jobs {
		if job.Permissions != nil {
			t.Errorf("the job %s may more than the others", name)
		}
	}
	// What others typed reaches a shell only as a variable.
	if text := string(data); strings.Contains(text, "secrets.") || strings.Contains(text, "run: ownwords check --since ${{") || strings.Contains(text, "pull_request_target") {
		t.Error("it isn't safe for pull requests from forks")
	}
}

// TestOwnWorkflows checks that this repository, which is also the example site, uses what init writes.
func TestOwnWorkflows(t *testing.T) {
	dir := made(t, nil)
	for _, name := range []string{"check.yml", "publish.yml"} {
		want, err := os.ReadFile(filepath.Join(dir, ".github", "workflows", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("..", "..", ".github", "workflows", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf(".github/workflows/%s isn't what init writes for Europe/London", name)
		}
	}
}

// TestNoHost checks that the host's files come alone, and that all are YAML.
func TestNoHost(t *testing.T) {
	for _, host := range Hosts {
		dir := made(t, func(s *Site) {
			s.Host, s.Program = host, "https://codeberg.org/example/ownwords"
		})
		var workflows int
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			if strings.Contains(string(data), "[[") || strings.Contains(string(data), "dot-") {
				t.Errorf("%s isn't filled in", p)
			}
			if ext := filepath.Ext(p); ext == ".yml" || ext == ".yaml" {
				var v any
				if err := yaml.Unmarshal(data, &v); err != nil {
					t.Errorf("%s: %v", p, err)
				}
				if ext == ".yml" {
					workflows++
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[string]int{"github": 3, "gitlab": 1, "forgejo": 2, "none": 0}[host]; workflows != want {
			t.Errorf("%s: %d files for the host, want %d", host, workflows, want)
		}
	}
}

// library is an empty site in a folder.
func library(t *testing.T) *read.Library {
	t.Helper()
	lib, err := read.Read(t.Context(), read.Options{Dir: made(t, func(s *Site) { s.Host = "none" })})
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// TestAnswers checks that whatever is answered is read back as it was told.
func TestAnswers(t *testing.T) {
	lib := library(t)
	for i, answer := range []string{
		"The bus", "A day: one", `"Quoted"`, "'Single'", "It's ‘curly’", "# not a comment", "- not a list", "[not] {a} *key* &x !y %z @w `v`", "null", "yes", "no", "2026", "2026-05-02", "1e3", "~",
		"trailing colon:", "a # b", "back\\slash", "tab\tinside", "  spaces  around  ", "日本語", "émigré", "{{ x }}", "<b>", "---", "...", "| block", "> folded", "? x", "two\nlines",
	} {
		f, err := New(t.Context(), lib, Request{Kind: read.StoryKind, Slug: "story-" + string(rune('a'+i%26)) + string(rune('a'+i/26)), Answers: map[string]string{"title": answer, "name": answer, "intro": answer, Text: "We waited."},
			Agreement: &Agreement{today, today + 10, []consent.Use{consent.Page}}, Today: today, Random: bytes.NewReader([]byte{byte(i), 2, 3, 4})})
		if err != nil {
			t.Errorf("%q: %v", answer, err)
			continue
		}
		if err := f.Write(); err != nil {
			t.Errorf("%q: %v", answer, err)
		}
	}
	again, err := read.Read(t.Context(), read.Options{Dir: lib.Site.Dir})
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Problems) > 0 {
		t.Errorf("problems: %v", again.Problems)
	}
	var read int
	for _, s := range again.Stories {
		if !strings.HasPrefix(s.Slug, "story-") {
			continue
		}
		read++
		if s.Title.S != s.Name.S || s.Title.S != s.Intro.S || s.Title.S == "" {
			t.Errorf("%s: %q, %q and %q", s.Slug, s.Title.S, s.Name.S, s.Intro.S)
		}
	}
	if read != 30 {
		t.Errorf("%d stories were read, want 30", read)
	}
}

// TestEveryKind checks that the shortest file of each kind has no mistake of
// its own, and that its comments, once their # is taken away, are keys that exist.
func TestEveryKind(t *testing.T) {
	lib := library(t)
	for _, k := range read.Kinds {
		f, err := New(t.Context(), lib, Request{Kind: k, Slug: "new-one", Answers: map[string]string{"title": "T", "name": "N"}, Today: today, Random: bytes.NewReader([]byte{1, 2, 3, 4})})
		if err != nil {
			t.Errorf("%s: %v", k, err)
			continue
		}
		header, _, _ := strings.Cut(strings.TrimPrefix(string(f.Data), "---\n"), "\n---\n")
		var open strings.Builder
		for line := range strings.SplitSeq(header, "\n") {
			if key, ok := strings.CutPrefix(line, "# "); ok && (strings.Contains(key, ": ") || strings.HasSuffix(key, ":") || strings.HasPrefix(key, "  ")) && !strings.Contains(strings.SplitN(key, ":", 2)[0], " ") {
				line = key
			} else if ok && strings.HasPrefix(key, "  ") {
				line = key
			}
			open.WriteString(line + "\n")
		}
		dir := t.TempDir()
		p := filepath.Join(dir, "content", k.Folder(), "new-one.md")
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.WriteFile(filepath.Join(dir, "site.yaml"), []byte("title: T\nurl: https://e.org/\ntimezone: UTC\n"), 0o644),
			os.WriteFile(p, []byte("---\n"+open.String()+"---\n"), 0o644)); err != nil {
			t.Fatal(err)
		}
		opened, err := read.Read(t.Context(), read.Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range opened.Problems {
			if problem.Severity == report.Error && !strings.HasPrefix(problem.Code, "unknown-") && problem.Code != "quote-not-told" || problem.Code == "unknown-key" {
				t.Errorf("%s: a comment shows what can't be written: %d: %s\n%s", k, problem.Line, problem.Message, open.String())
			}
		}
	}
}

// TestInitRefuses checks that a folder with something in it is let alone.
func TestInitRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Init(dir, Site{Title: "T", URL: "https://e.org/", Zone: time.UTC, Language: "en", Host: "none", Today: today})
	var refused *Refused
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("something was written: %v", entries)
	}
	if _, err := Init(filepath.Join(dir, "mine"), Site{Title: "T", URL: "https://e.org/", Zone: time.UTC, Language: "en", Host: "none", Today: today}); err == nil {
		t.Error("a file was taken for a folder")
	}
}
