package generator

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"golang.org/x/net/html"

	"ownwords/generator/consent"
)

// plainMarkdown reads Markdown as anyone's program would: without this
// program's own syntax, and without anything that changes letters.
var plainMarkdown = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote))

var (
	mentionAlone = regexp.MustCompile(`\[@([a-z0-9-]+)\]`)
	mentionWords = regexp.MustCompile(`\[([^\]]*)\]\(@([a-z0-9-]+)(?: "([^"]*)")?\)`)
)

// resolved is a story's text with its mentions and passages as they are on a
// day: named tells who may be named, by their ID, and how.
func resolved(body string, named map[string]string) string {
	var out strings.Builder
	keep := true
	for line := range strings.Lines(body) {
		word, id, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, ":::")), " @")
		_, may := named[id]
		switch {
		case !strings.HasPrefix(line, ":::"):
			if keep {
				out.WriteString(line)
			}
		case word == "with":
			keep = may
		case word == "without":
			keep = !may
		default:
			keep = true
			out.WriteString("\n")
		}
	}
	text := mentionAlone.ReplaceAllStringFunc(out.String(), func(m string) string { return named[mentionAlone.FindStringSubmatch(m)[1]] })
	return mentionWords.ReplaceAllStringFunc(text, func(m string) string {
		parts := mentionWords.FindStringSubmatch(m)
		if _, may := named[parts[2]]; may {
			return parts[1]
		}
		return parts[3]
	})
}

// shownWords lists the words below a node, in their order. Pictures with what
// belongs to them are left out, and so are the marks of footnotes.
func shownWords(n *html.Node) []string {
	var text strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		attr := func(name string) string {
			for _, a := range n.Attr {
				if a.Key == name {
					return a.Val
				}
			}
			return ""
		}
		switch {
		case n.Type == html.TextNode:
			text.WriteString(strings.NewReplacer("☐", "", "☑", "").Replace(n.Data)) // the boxes of a list of tasks
		case n.Data == "figure", n.Data == "img", n.Data == "script", n.Data == "style", attr("role") == "doc-backlink", attr("role") == "doc-noteref", n.Data == "sup":
			return
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
		if n.Type == html.ElementNode && !slices.Contains([]string{"a", "em", "strong", "b", "i", "code", "span", "del", "q", "bdi"}, n.Data) {
			text.WriteString(" ")
		}
	}
	walk(n)
	return strings.Fields(text.String())
}

func parsed(t *testing.T, page string) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func withID(doc *html.Node, id string) *html.Node {
	for n := range doc.Descendants() {
		for _, a := range n.Attr {
			if a.Key == "id" && a.Val == id {
				return n
			}
		}
	}
	return nil
}

// awkward are stories whose words a careless program would change.
var awkward = map[string]string{
	"typed":     "He said \"don't\" -- twice... and 'so' did I (c) 2026, 1/2 of us. \\*Not\\* emphasised &amp; AT&T &hellip;\n\nLine one\nline two  \nline three\n",
	"table":     "| When | Who |\n|---|:-:|\n| Monday | *nobody* |\n| Tuesday | all |\n\n- [ ] asked\n- [x] answered\n\n1. one\n2. two\n\n> quoted ~~never~~ once\n",
	"footnotes": "It rained.[^1] It went on.[^b]\n\n## A heading\n\nMore.\n\n[^1]: All night.\n[^b]: And all day.\n",
	"poem":      "We had\na voice\n\n   already\nthen\n",
	"others":    "`code  and` <https://example.org/x> [a link](https://example.org/) and [here](/stories/typed/).\n\n***\n\nصباح الخير ☕ e\u0301\n",
	"hurry":     "• a point that is none\n• another\n\nALL IN CAPITALS\n\n**Bold from end to end**\n\n# typed\n\nThe end\n",
}

// TestStoriesStandAsTold compares the words on every story's page with the
// words of its source: the same, and in the same order (spec, promise 3), on
// days on which different people may be named. And no line of a story stands
// on any other page, unless its teller chose it for that.
func TestStoriesStandAsTold(t *testing.T) {
	t.Parallel()
	site := exampleCopy(t)
	for name, body := range awkward {
		layout := "story"
		if name == "poem" {
			layout = "poem"
		}
		writeFile(t, filepath.Join(site, "content", "stories", "awkward-"+name+".md"),
			fmt.Sprintf("---\ntitle: typed\nname: Zora Quill\nlayout: %s\nconsent: {given: 2026-05-02, until: 2028-05-01, for: [page, feeds, search]}\n---\n%s", layout, body))
	}
	people, stories := readExample(t, filepath.Join(site, "content", "people")), readExample(t, filepath.Join(site, "content", "stories"))
	out := filepath.Join(t.TempDir(), "public")
	compared, versions := 0, map[string]map[string]bool{}
	for _, on := range []time.Time{civilDay(2026, time.July, 1), civilDay(2026, time.November, 22), civilDay(2028, time.March, 1)} {
		day := consent.NewDay(on.Date())
		if _, err := Build(context.Background(), Options{Site: site, Out: out, At: &day}); err != nil {
			t.Fatal(err)
		}
		finished := readFinished(t, out)
		type told struct {
			story *exampleFile
			words []string
		}
		var all []told
		for _, s := range stories {
			file := finished.file(pageOf("stories/" + s.ID))
			if file == nil {
				continue
			}
			named := map[string]string{}
			for _, p := range people {
				if slices.Contains(s.tellers(), p.ID) || p.Consent.record(t).holds("named", on) {
					named[p.ID] = p.Name
				}
			}
			var source bytes.Buffer
			if err := plainMarkdown.Convert([]byte(resolved(s.Body, named)), &source); err != nil {
				t.Fatal(err)
			}
			want := shownWords(parsed(t, source.String()))
			place := withID(parsed(t, string(file.raw)), "ow-told")
			if place == nil {
				t.Fatalf("%s has no place for its words", file.path)
			}
			got := shownWords(place)
			for i := range max(len(want), len(got)) {
				if i >= len(want) || i >= len(got) || want[i] != got[i] {
					t.Errorf("%s: from word %d on, %s has\n%q\nand was told as\n%q", written(on), i, s.ID, got[min(max(0, i-3), len(got)):min(i+6, len(got))], want[min(max(0, i-3), len(want)):min(i+6, len(want))])
					break
				}
			}
			compared++
			if versions[s.ID] == nil {
				versions[s.ID] = map[string]bool{}
			}
			versions[s.ID][strings.Join(got, " ")] = true
			all = append(all, told{s, want})
		}
		// What other pages show is written in front matter, by somebody.
		elsewhere := map[string]map[string]string{} // six words -> story pages apart, where they stand
		const run = 6
		each := func(words []string, f func(string)) {
			for i := 0; i+run <= len(words); i++ {
				f(strings.Join(words[i:i+run], " "))
			}
		}
		for _, x := range finished.files {
			if !strings.HasSuffix(x.path, ".html") {
				continue
			}
			doc := parsed(t, string(x.raw))
			words := shownWords(doc)
			for n := range doc.Descendants() {
				for _, a := range n.Attr {
					if a.Key == "content" || a.Key == "title" || a.Key == "alt" || a.Key == "aria-label" {
						words = append(append(words, "|"), strings.Fields(a.Val)...)
					}
				}
			}
			each(words, func(six string) {
				if elsewhere[six] == nil {
					elsewhere[six] = map[string]string{}
				}
				elsewhere[six][x.path] = six
			})
		}
		for _, one := range all {
			framed := strings.Join(strings.Fields(fmt.Sprint(one.story.Title, one.story.Rest)), " ")
			each(one.words, func(six string) {
				for _, path := range slices.Sorted(maps.Keys(elsewhere[six])) {
					if path != pageOf("stories/"+one.story.ID) && !strings.Contains(framed, six) {
						t.Errorf("%s: words of %s stand in %s, and nobody put them there: %s", written(on), one.story.ID, path, six)
					}
				}
			})
		}
	}
	if compared < 3*len(awkward)+20 || len(versions["second-tenor"]) < 2 {
		t.Errorf("only %d pages were compared, and a story with passages in %d wordings", compared, len(versions["second-tenor"]))
	}
}
