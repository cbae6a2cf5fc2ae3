package read

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"ownwords/generator/report"
)

var update = flag.Bool("update", false, "write the messages into their file")

const testSite = "title: Words\nurl: https://stories.example.org/\ntimezone: Europe/London\n"

// siteOf writes a site's files and returns its folder.
func siteOf(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if _, own := files["site.yaml"]; !own {
		files["site.yaml"] = testSite
	}
	if err := os.MkdirAll(filepath.Join(dir, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func tell(problems []report.Problem) string {
	slices.SortStableFunc(problems, func(a, b report.Problem) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	var b strings.Builder
	file := ""
	for _, p := range problems {
		if p.File != file {
			file = p.File
			fmt.Fprintf(&b, "\n%s\n", file)
		}
		fmt.Fprintf(&b, "  %d:%d %s (%s)\n      %s\n      %s\n", p.Line, p.Column, p.Severity, p.Code, p.Message, p.Help)
	}
	return b.String()
}

// TestMessages holds the words of every message against a file that people
// read, and makes sure that none quotes a story. -update writes the file.
func TestMessages(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/messages.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	lib, err := Read(context.Background(), Options{Dir: siteOf(t, files)})
	if err != nil {
		t.Fatal(err)
	}
	got := tell(lib.Problems)
	golden := filepath.Join("testdata", "messages.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the messages differ from %s (-update writes them):\n%s", golden, got)
	}
	told := map[string]bool{}
	for _, p := range lib.Problems {
		told[p.File] = true
		if text := strings.ToLower(p.Message + " " + p.Help); strings.Contains(text, "zircon") {
			t.Errorf("%s:%d: the message quotes the story: %s", p.File, p.Line, p.Message)
		}
		for _, jargon := range []string{"yaml:", "unmarshal", "!!", "struct", "nil", "syntax error", "parse", "invalid", "string"} {
			if strings.Contains(strings.ToLower(p.Message+" "+p.Help), jargon) {
				t.Errorf("%s:%d: %q means nothing to a storyteller: %s %s", p.File, p.Line, jargon, p.Message, p.Help)
			}
		}
		if p.Message == "" || p.Help == "" || !strings.HasSuffix(p.Message, ".") && !strings.HasSuffix(p.Message, "?") || !strings.HasSuffix(strings.TrimRight(p.Help, ")”"), ".") && !strings.HasSuffix(p.Help, ".") {
			t.Errorf("%s:%d: %q %q isn't a whole sentence with its remedy", p.File, p.Line, p.Message, p.Help)
		}
	}
	for name := range files {
		if base := filepath.Base(name); strings.HasPrefix(name, "content/stories/") && strings.HasSuffix(base, ".md") && base[0] >= '0' && base[0] <= '9' && !told[name] {
			t.Errorf("nothing is said about %s", name)
		}
	}
}

// TestSiteMessages: a mistake in site.yaml stops everything, and is told like any other.
func TestSiteMessages(t *testing.T) {
	for _, test := range []struct{ name, site, code, words string }{
		{"no zone", "title: W\nurl: https://a.example/\n", "missing-key", "timezone"},
		{"unknown zone", "title: W\nurl: https://a.example/\ntimezone: Europe/Lundon\n", "wrong-timezone", "Europe/London"},
		{"the machine's zone", "title: W\nurl: https://a.example/\ntimezone: Local\n", "wrong-timezone", "Europe/London"},
		{"unknown key", testSite + "tittle: W\n", "unknown-key", "Did you mean “title”?"},
		{"unknown key in consent", testSite + "consent: {at_moist: 5y}\n", "unknown-key", "Did you mean “at_most”?"},
		{"wrong length", testSite + "consent: {lasts: 2 years}\n", "wrong-length", "60d, 6w, 18m or 2y"},
		{"wrong address", "title: W\nurl: a.example\ntimezone: UTC\n", "wrong-url", "in full"},
		{"wrong keep", testSite + "keep: [../x]\n", "wrong-value", "without slashes"},
		{"a file outside", testSite + "files: {x: ../secret}\n", "no-file", "inside the site"},
		{"a place outside", testSite + "files: {../x: site.yaml}\n", "wrong-value", "inside public/"},
		{"not YAML", testSite + "consent: [\n", "yaml", "can't be read"},
		{"a list", "- a\n", "wrong-type", "keys with values"},
	} {
		_, err := Read(context.Background(), Options{Dir: siteOf(t, map[string]string{"site.yaml": test.site})})
		unusable, ok := err.(*Unusable)
		if !ok {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if !slices.ContainsFunc(unusable.Problems, func(p report.Problem) bool {
			return p.Code == test.code && p.File == "site.yaml" && strings.Contains(p.Message+" "+p.Help, test.words)
		}) {
			t.Errorf("%s: no %s with %q among %s", test.name, test.code, test.words, tell(unusable.Problems))
		}
	}
}

// TestBig: a file over 1 MB isn't read, and a long list of files is.
func TestBig(t *testing.T) {
	text := "---\ntitle: T\nname: N\nconsent: {given: 2026-05-02, for: [page]}\n---\n"
	lib, err := Read(context.Background(), Options{Dir: siteOf(t, map[string]string{
		"content/stories/big.md":  text + strings.Repeat("words ", MaxFile/6),
		"content/stories/less.md": text + strings.Repeat("words ", MaxFile/6-100),
	})})
	if err != nil {
		t.Fatal(err)
	}
	if !lib.Stories[0].Broken || lib.Stories[1].Broken || len(lib.Problems) != 1 || lib.Problems[0].Code != "too-large" {
		t.Errorf("big: %v, less: %v, %s", lib.Stories[0].Broken, lib.Stories[1].Broken, tell(lib.Problems))
	}
}

// FuzzRead: whatever a file holds, reading ends without a panic, and a file
// with a mistake in its consent never has one that could hold.
func FuzzRead(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/messages.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, x := range archive.Files {
		if strings.HasSuffix(x.Name, ".md") {
			f.Add(string(x.Data))
		}
	}
	dir := siteOf(f, map[string]string{})
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range Kinds {
			name := filepath.Join(dir, "content", kind.Folder(), "a.md")
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		lib, err := Read(context.Background(), Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range lib.Stories {
			if s.Consent != nil && s.Consent.Record == nil && !s.Broken {
				t.Error("a consent without a record in a story that isn't broken")
			}
			for _, p := range lib.Problems {
				if p.File == s.File && p.Severity == report.Error && p.Line > 0 && s.Consent != nil && p.Line == int(s.Consent.At.Line) && s.Consent.Record != nil && !s.Consent.Record.Unreadable && !s.Broken && strings.HasPrefix(p.Code, "wrong-day") {
					t.Errorf("a consent with a mistake in it can be read: %s", tell(lib.Problems))
				}
			}
		}
		for _, p := range lib.Problems {
			if p.Message == "" || p.Help == "" || p.Code == "" {
				t.Errorf("a problem without words: %+v", p)
			}
		}
	})
}

// FuzzConsent: the decoder of consents never takes a text for a consent that
// holds for a use which isn't written in it.
func FuzzConsent(f *testing.F) {
	for _, seed := range []string{"{given: 2026-05-02, until: 2027-05-02, for: [page]}", "{given: 2026-05-02, for: [page], withdrawn: 2026-05-03}", "yes", "[page]", "{for: [page]}", "{given: 2026-05-02, for: page}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		source := []byte("---\ntitle: T\nname: N\nconsent: " + text + "\n---\nWords.\n")
		c, broken, problems := ConsentOf(StoryKind, "a.md", source)
		if c == nil {
			if !broken && len(problems) == 0 {
				t.Error("no consent, and nothing is said about it")
			}
			return
		}
		if r := c.Record; !r.Unreadable && !broken {
			for _, u := range r.For {
				if !strings.Contains(text, string(u)) {
					t.Errorf("%s isn't written in %q", u, text)
				}
			}
			if r.Given == nil || len(r.For) == 0 {
				t.Errorf("%q is read as %+v", text, r)
			}
			for _, p := range problems {
				if p.Severity == report.Error {
					t.Errorf("%q can be read, in spite of: %s", text, p.Message)
				}
			}
		}
	})
}
