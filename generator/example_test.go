package generator

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"go.yaml.in/yaml/v4"

	"ownwords/generator/consent"
)

// exampleFile is a story or person of the example site as this test reads it,
// apart from package read.
type exampleFile struct {
	ID, Body string
	Title    string
	Name     string
	By       any
	Was      []string
	KnownAs  []string `yaml:"known_as"`
	Draft    bool
	Consent  *exampleConsent
	Rest     map[string]any `yaml:",inline"`
}

type exampleConsent struct {
	Given, Until, Lasts, Paused, Withdrawn string
	AdultOn                                string `yaml:"adult_on"`
	GivenBy                                string `yaml:"given_by"`
	For                                    []string
	Rest                                   map[string]any `yaml:",inline"`
}

func (c *exampleConsent) record(t *testing.T) *mRecord {
	t.Helper()
	if c == nil {
		return nil
	}
	day := func(s string) *civil {
		if s == "" {
			return nil
		}
		d, err := time.Parse("2006-01-02", s)
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	r := &mRecord{Given: day(c.Given), Until: day(c.Until), Paused: day(c.Paused), Withdrawn: day(c.Withdrawn), AdultOn: day(c.AdultOn), For: c.For,
		Guardian: c.GivenBy == "guardian" || c.GivenBy == "both"}
	if c.Lasts != "" {
		n, err := strconv.Atoi(c.Lasts[:len(c.Lasts)-1])
		if err != nil {
			t.Fatal(err)
		}
		r.LastsMonths = n * map[byte]int{'m': 1, 'y': 12}[c.Lasts[len(c.Lasts)-1]]
		if r.LastsMonths == 0 {
			t.Fatalf("the test can't read “lasts: %s”", c.Lasts)
		}
	}
	return r
}

func readExample(t *testing.T, folder string) []*exampleFile {
	t.Helper()
	var list []*exampleFile
	for _, pattern := range []string{"*.md", "*/index.md"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			_, rest, _ := strings.Cut(readFile(t, file), "---\n")
			header, body, _ := strings.Cut(rest, "\n---\n")
			f := &exampleFile{Body: body}
			if err := yaml.Unmarshal([]byte(header), f); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if f.ID = strings.TrimSuffix(filepath.Base(file), ".md"); f.ID == "index" {
				f.ID = filepath.Base(filepath.Dir(file))
			}
			list = append(list, f)
		}
	}
	if len(list) == 0 {
		t.Fatalf("nothing in %s", folder)
	}
	return list
}

func (f *exampleFile) tellers() []string {
	switch by := f.By.(type) {
	case string:
		return []string{by}
	case []any:
		var list []string
		for _, id := range by {
			list = append(list, id.(string))
		}
		return list
	}
	return nil
}

// wordIn reports whether a name stands in a text as a whole word, as it is written.
func wordIn(text, name string) bool {
	for rest := text; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return false
		}
		before, after := []rune(rest[max(0, i-4):i]), []rune(rest[i+len(name):min(len(rest), i+len(name)+4)])
		if (len(before) == 0 || !unicode.IsLetter(before[len(before)-1])) && (len(after) == 0 || !unicode.IsLetter(after[0])) {
			return true
		}
		rest = rest[i+len(name):]
	}
}

// TestExampleMonthByMonth builds the example site for the first day of each
// month of three years and looks whether anyone is shown beyond their day. Months
// in which nobody's consent says anything else than in the one before are left out.
func TestExampleMonthByMonth(t *testing.T) {
	t.Parallel()
	site := exampleCopy(t)
	people, stories := readExample(t, filepath.Join(site, "content", "people")), readExample(t, filepath.Join(site, "content", "stories"))
	records := map[string]*mRecord{}
	for _, p := range people {
		records[p.ID] = p.Consent.record(t)
	}
	out := filepath.Join(t.TempDir(), "public")
	standing := func(on civil) string {
		says := ""
		for _, f := range slices.Concat(people, stories) {
			r := f.Consent.record(t)
			says += r.standing(on)
			for _, use := range consent.Uses {
				says += strconv.FormatBool(r.holds(string(use), on))
			}
		}
		return says
	}
	shown, hidden, unnamed := 0, 0, 0
	last, before := &finished{}, ""
	for on := civilDay(2026, time.June, 1); on.Before(civilDay(2029, time.July, 1)); on = on.AddDate(0, 1, 0) {
		if now := standing(on); now == before {
			continue
		} else {
			before = now
		}
		day := consent.NewDay(on.Date())
		rep, err := Build(context.Background(), Options{Site: site, Out: out, At: &day})
		if err != nil {
			t.Fatalf("%s: %v", written(on), err)
		}
		f := readFinished(t, out, last)
		last = f
		telling := map[string]bool{}
		for _, s := range stories {
			stops := ""
			for _, id := range s.tellers() {
				switch why := records[id].standing(on); why {
				case "withdrawn", "paused", "lapsed", "came-of-age", "unreadable":
					stops = why
				}
			}
			if f.file(pageOf("stories/"+s.ID)) != nil {
				shown++
				for _, id := range s.tellers() {
					telling[id] = true
				}
			}
			if s.Consent.record(t).holds("page", on) && stops == "" {
				continue
			}
			hidden++
			for _, id := range append([]string{s.ID}, s.Was...) {
				if in := f.leadingTo("stories/" + id); len(in) > 0 {
					t.Errorf("%s: the address of %s stands in %q", written(on), s.ID, in)
				}
			}
			words := strings.Fields(s.Body)
			traces := []string{strings.Join(words[len(words)/2:min(len(words)/2+12, len(words))], " ")}
			if len(strings.Fields(s.Title)) >= 3 {
				traces = append(traces, s.Title)
			}
			for _, trace := range traces {
				if in := f.saying(trace); len(in) > 0 {
					t.Errorf("%s: words of %s stand in %q", written(on), s.ID, in)
				}
			}
		}
		for _, p := range people {
			r := records[p.ID]
			if r.holds("profile", on) != (f.file(pageOf("people/"+p.ID)) != nil) && !r.holds("profile", on) {
				t.Errorf("%s: %s has a page", written(on), p.ID)
			}
			if r.holds("named", on) || r.holds("profile", on) || telling[p.ID] {
				continue
			}
			unnamed++
			for _, name := range append([]string{p.Name}, p.KnownAs...) {
				for _, x := range f.files {
					if path.Dir(x.path) != "assets" && wordIn(string(x.raw), name) {
						t.Errorf("%s: the name of %s stands in %s", written(on), p.ID, x.path)
					}
				}
			}
		}
		for _, p := range rep.Problems {
			if p.Severity == "error" {
				t.Errorf("%s: %s", written(on), tellProblems(rep.Problems))
				break
			}
		}
	}
	if shown == 0 || hidden == 0 || unnamed == 0 {
		t.Errorf("nothing was tried: %d stories shown, %d hidden, %d names", shown, hidden, unnamed)
	}
}

// exampleCopy copies the example site's sources into a folder of the test's own.
func exampleCopy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"site.yaml", "content"} {
		if err := copyTree(filepath.Join(dir, part), filepath.Join("..", part)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func copyTree(to, from string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(to, os.DirFS(from))
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// TestSecondBuildIsLikeAFresh: what was built into a folder before leaves
// nothing behind, whether the day moves on or back (consent cases 55 and 66).
func TestSecondBuildIsLikeAFresh(t *testing.T) {
	t.Parallel()
	site := exampleCopy(t)
	dir := t.TempDir()
	build := func(out string, on civil) *finished {
		day := consent.NewDay(on.Date())
		if _, err := Build(context.Background(), Options{Site: site, Out: filepath.Join(dir, out), At: &day}); err != nil {
			t.Fatal(err)
		}
		return readFinished(t, filepath.Join(dir, out))
	}
	for _, on := range []civil{civilDay(2026, 10, 1), civilDay(2028, 10, 1), civilDay(2026, 10, 1)} {
		again, fresh := build("again", on), build("fresh-"+written(on), on)
		if !slices.EqualFunc(again.files, fresh.files, func(a, b finishedFile) bool { return a.path == b.path && bytes.Equal(a.raw, b.raw) }) {
			t.Errorf("%s: a second build differs from a fresh one", written(on))
		}
	}
}

// TestStoppedBuild: a build that is stopped at any step leaves the old output as it was (consent case 56).
func TestStoppedBuild(t *testing.T) {
	dir := t.TempDir()
	site, out := filepath.Join(dir, "site"), filepath.Join(dir, "public")
	writeFile(t, filepath.Join(site, "site.yaml"), usualSite)
	writeFile(t, filepath.Join(site, "content", "pages", "about.md"), "---\ntitle: About\n---\nWho we were.\n")
	day := consent.NewDay(2027, time.March, 1)
	if _, err := Build(t.Context(), Options{Site: site, Out: out, At: &day}); err != nil {
		t.Fatal(err)
	}
	before := readFinished(t, out)
	writeFile(t, filepath.Join(site, "content", "pages", "about.md"), "---\ntitle: About\n---\nWho we are.\n")
	for _, stopAt := range []string{"read", "decide", "render", "prove"} {
		ctx, cancel := context.WithCancel(t.Context())
		reached := false
		_, err := Build(ctx, Options{Site: site, Out: out, At: &day, Progress: func(step string) {
			if step == stopAt {
				reached = true
				cancel()
			}
		}})
		cancel()
		if !reached {
			t.Errorf("there is no step %q", stopAt)
		}
		after := readFinished(t, out)
		same := slices.EqualFunc(before.files, after.files, func(a, b finishedFile) bool { return a.path == b.path && bytes.Equal(a.raw, b.raw) })
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at %q: %v", stopAt, err)
		}
		if err != nil && !same {
			t.Errorf("stopped at %q: the old site changed", stopAt)
		}
		if err == nil && same {
			t.Errorf("stopped at %q: it ended well, and nothing is new", stopAt)
		}
		if entries, _ := os.ReadDir(dir); len(entries) > 3 { // the site, the output, at most one folder for the next build
			t.Errorf("stopped at %q: %d folders lie about", stopAt, len(entries))
		}
	}
}
