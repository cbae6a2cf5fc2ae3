package markdown

import (
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what comes out into the files of expected output")

// TestPairs compiles the texts in testdata: each NAME.md is followed by
// NAME.html, what it says while everyone in it may be named and quoted, by
// NAME without ID….html, what it says when those people may not, and by
// NAME.issues, what its writer should mend.
func TestPairs(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pairs: %v", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var source []byte
		var body *Body
		var issues []Issue
		name, told := "", true
		finish := func() {
			if !told {
				t.Errorf("%s: %s has issues, and the file doesn't expect any:\n%s", file, name, tell(issues))
			}
		}
		for i := range archive.Files {
			f := &archive.Files[i]
			got := ""
			switch ext := filepath.Ext(f.Name); {
			case ext == ".md":
				finish()
				name, source = strings.TrimSuffix(f.Name, ext), f.Data
				body, issues = Compile(source, Options{File: "stories/here.md", Site: "https://stories.example.org/", HardBreaks: strings.Contains(name, "poem"), Inline: strings.Contains(name, "inline")})
				told = len(issues) == 0
				continue
			case !strings.HasPrefix(f.Name, name):
				t.Fatalf("%s: %s stands without its text", file, f.Name)
			case ext == ".issues":
				got, told = tell(issues), true
			default:
				_, out, _ := strings.Cut(strings.TrimSuffix(f.Name, ext), " without ")
				cleared := body.Clear(people{body, strings.Fields(out)})
				html, _ := cleared.Append(nil, addresses{})
				if got = string(html); got != "" && !strings.HasSuffix(got, "\n") {
					got += "\n" // as a txtar file has it
				}
			}
			if *update {
				f.Data = []byte(got)
			} else if got != string(f.Data) {
				t.Errorf("%s: %s: got\n%s\nwant\n%s", file, f.Name, got, f.Data)
			}
		}
		finish()
		if *update {
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func tell(issues []Issue) string {
	var b strings.Builder
	for _, i := range issues {
		fmt.Fprintf(&b, "%d:%d %s %s\n", i.At.Line, i.At.Column, i.Code, i.Subject)
	}
	return b.String()
}

// people decides that everyone may be named and quoted but those in out.
type people struct {
	body *Body
	out  []string
}

func (p people) Mention(i int) (words, person string) {
	m := p.body.Mentions[i]
	switch {
	case slices.Contains(p.out, m.Person) && m.Fallback != "":
		return m.Fallback, ""
	case slices.Contains(p.out, m.Person):
		return "someone", ""
	case m.Words != "":
		return m.Words, m.Person
	}
	return strings.ToUpper(m.Person), m.Person
}

func (p people) Stands(i int) bool {
	passage := p.body.Passages[i]
	out := slices.ContainsFunc(passage.People, func(id string) bool { return slices.Contains(p.out, id) })
	return out == (passage.Kind == Without)
}

func (p people) Image(i int) bool { return !slices.Contains(p.out, p.body.Images[i].File) }

// addresses has every page but those whose path holds "gone".
type addresses struct{}

func (addresses) Link(l Link) (string, bool) {
	href := l.Path
	if l.Fragment != "" {
		href += "#" + l.Fragment
	}
	return href, !strings.Contains(l.Path, "gone")
}

func (addresses) Image(im Image) string {
	return `<img src="` + html.EscapeString(im.File) + `" alt="` + html.EscapeString(im.Alt) + `">`
}

// TestUnclearedShowsNoPassage: a text that nobody cleared shows none of its passages.
func TestUnclearedShowsNoPassage(t *testing.T) {
	body, _ := Compile([]byte("Before.\n\n::: with @amina\nSecret.\n:::\n\n> Words.\n> — [@amina]\n\nNote.[^1]\n\n::: with @amina\n[^1]: Hidden.\n:::\n"), Options{})
	html, _ := body.Append(nil, addresses{})
	for _, hidden := range []string{"Secret", "Words", "Hidden"} {
		if strings.Contains(string(html), hidden) {
			t.Errorf("%s stands in %s", hidden, html)
		}
	}
	if !strings.Contains(string(html), "Before.") {
		t.Errorf("nothing is left: %s", html)
	}
}

// TestWords: what a text says, for looking for traces of it.
func TestWords(t *testing.T) {
	body, _ := Compile([]byte("One [Amina's](@amina \"her\") *two*.\n\n::: with @amina\nThree.[^a]\n\n[^a]: Four.\n:::\n\n<https://stories.example.org/stories/x/> five\n"), Options{Site: "https://stories.example.org/"})
	if got := strings.Join(strings.Fields(body.Words()), " "); got != "One Amina's two. Three. five Four." {
		t.Errorf("Words: %q", got)
	}
	if got := strings.Join(strings.Fields(body.PassageWords(0)), " "); got != "Three. Four." {
		t.Errorf("PassageWords: %q", got)
	}
}

// TestLimits: what would take time out of proportion isn't compiled, and says where.
func TestLimits(t *testing.T) {
	for name, source := range map[string]string{
		"brackets":   "Words.\n\n" + strings.Repeat("[a](", 3000),
		"quotations": "Words.\n\n" + strings.Repeat("> ", 200) + "x",
		"lists":      "Words.\n\n" + strings.Repeat("- ", 200) + "x",
		"passages":   "Words.\n\n" + strings.Repeat("::: with @a\n", 200),
	} {
		body, issues := Compile([]byte(source), Options{FirstLine: 10})
		if len(issues) != 1 || issues[0].Code != IssueTooNested || issues[0].At.Line < 12 {
			t.Errorf("%s: %v", name, issues)
		}
		if !body.IsEmpty() {
			t.Errorf("%s: it was compiled", name)
		}
	}
}

// FuzzCompile: whatever is written, clearing it takes every passage along
// whose people may not be there, and no markup is left open.
func FuzzCompile(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range archive.Files {
			if filepath.Ext(x.Name) == ".md" {
				f.Add(string(x.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		body, _ := Compile([]byte(source), Options{File: "stories/here.md", Site: "https://stories.example.org/"})
		everyone := people{body: body}
		for _, m := range body.Mentions {
			everyone.out = append(everyone.out, m.Person)
		}
		for _, p := range body.Passages {
			everyone.out = append(everyone.out, p.People...)
		}
		cleared := body.Clear(everyone)
		html, headings := cleared.Append(nil, addresses{})
		for _, h := range headings {
			if h.At > h.End || h.End > len(html) {
				t.Errorf("a heading lies from %d to %d of %d bytes", h.At, h.End, len(html))
			}
		}
		again := cleared.Clear(everyone)
		if twice, _ := again.Append(nil, addresses{}); string(twice) != string(html) {
			t.Errorf("clearing it twice gives\n%s\nand not\n%s", twice, html)
		}
		for i := range body.Passages {
			body.PassageWords(i)
		}
		body.Words()
		body.Append(nil, addresses{})
	})
}
