package generator

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ownwords/generator/consent"
	"ownwords/generator/media"
	"ownwords/generator/report"
)

// socialTags reads the tags by which other sites show a page, the bytes of the
// picture among them, as far as it is in the output.
func socialTags(t *testing.T, out, page string) (tags map[string]string, picture []byte) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(readFile(t, filepath.Join(out, filepath.FromSlash(page)))))
	if err != nil {
		t.Fatal(err)
	}
	tags = map[string]string{}
	for n := range doc.Descendants() {
		if n.Data != "meta" {
			continue
		}
		var key, value string
		for _, a := range n.Attr {
			switch a.Key {
			case "property", "name":
				key = a.Val
			case "content":
				value = a.Val
			}
		}
		if strings.HasPrefix(key, "og:") || strings.HasPrefix(key, "twitter:") {
			tags[key] = value
		}
	}
	if address, ok := tags["og:image"]; ok {
		file, ok := strings.CutPrefix(address, "https://stories.example.org/words/")
		if !ok {
			t.Fatalf("the picture of %s is at %s, not on the site", page, address)
		}
		if picture, err = os.ReadFile(filepath.Join(out, filepath.FromSlash(file))); err != nil {
			t.Fatalf("the picture of %s isn't in the output: %v", page, err)
		}
	}
	return tags, picture
}

// TestSocialCards looks at what other sites show of a link: the story's own
// picture or title only when its teller allows `social` (spec, uses), and for
// all else the site's card.
func TestSocialCards(t *testing.T) {
	site := t.TempDir()
	write := func(name, text string) { writeFile(t, filepath.Join(site, filepath.FromSlash(name)), text) }
	write("site.yaml", "title: In Our Own Words\ndescription: Stories from the street.\nurl: https://stories.example.org/words/\nlanguage: en-GB\ntimezone: Europe/London\ncontact: write to us\n")
	story := func(slug, title, until, uses, more string) {
		write("content/stories/"+slug+".md", fmt.Sprintf("---\ntitle: %s\nname: Alba\nintro: An intro of %s.\nconsent: {given: 2026-05-02, until: %s, for: [%s]}\n%s---\nThe words of %s.\n", title, slug, until, uses, more, slug))
	}
	shown := func(slug string) string {
		name := slug + ".jpg"
		if err := os.MkdirAll(filepath.Join(site, "content", "stories"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(site, "content", "stories", name), testPicture(t, name, nil), 0o644); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("image: %s\nmedia: [{file: %[1]s, alt: A kettle, people: []}]\n", name)
	}
	story("lettered", "A kettle for the whole landing", "2027-05-02", "page, social", "")
	story("pictured", "Told with a picture", "2027-05-02", "page, social, images", shown("pictured"))
	story("unpictured", "The picture may not be shown", "2027-05-02", "page, social", shown("unpictured"))
	story("refused", "One of us may not be shown", "2027-05-02", "page, social, images", strings.Replace(shown("refused"), "people: []", "people: [nobody]", 1))
	story("silent", "Nobody else should show this", "2027-05-02", "page, images", shown("silent"))
	story("arabic", "قصتي من هذا الشارع", "2027-05-02", "page, social", "language: ar\n")
	story("lapsing", "Only until the first of June", "2026-06-01", "page, social", "")
	out := filepath.Join(site, "public")
	build := func(day consent.Day) {
		t.Helper()
		rep, err := Build(context.Background(), Options{Site: site, At: &day})
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(rep.Problems, func(p report.Problem) bool { return p.Severity == report.Error && p.Code != "unknown-person" }) {
			t.Fatalf("%v", tellProblems(rep.Problems))
		}
	}
	build(consent.NewDay(2026, 6, 1))

	card := func(title string) []byte {
		drawn, err := media.Card(title, "In Our Own Words")
		if err != nil {
			t.Fatal(err)
		}
		return drawn.Files[0].Data
	}
	lapsing := card("Only until the first of June")
	for page, want := range map[string]struct {
		title, about, alt string
		picture           []byte // nil: none
	}{
		"index.html":                    {"In Our Own Words", "Stories from the street.", "", nil},
		"stories/lettered/index.html":   {"A kettle for the whole landing", "An intro of lettered.", "A kettle for the whole landing – In Our Own Words", card("A kettle for the whole landing")},
		"stories/unpictured/index.html": {"The picture may not be shown", "An intro of unpictured.", "", nil},
		"stories/refused/index.html":    {"One of us may not be shown", "An intro of refused.", "", nil},
		"stories/silent/index.html":     {"In Our Own Words", "Stories from the street.", "", nil},
		"stories/arabic/index.html":     {"قصتي من هذا الشارع", "An intro of arabic.", "In Our Own Words", card("")},
		"stories/lapsing/index.html":    {"Only until the first of June", "An intro of lapsing.", "Only until the first of June – In Our Own Words", lapsing},
	} {
		tags, picture := socialTags(t, out, page)
		if tags["og:title"] != want.title || tags["og:description"] != want.about || tags["og:image:alt"] != want.alt {
			t.Errorf("%s shows %q elsewhere", page, tags)
		}
		if !bytes.Equal(picture, want.picture) {
			t.Errorf("%s shows another picture elsewhere", page)
		}
	}
	tags, picture := socialTags(t, out, "stories/pictured/index.html")
	if tags["og:image:alt"] != "A kettle" || !bytes.HasPrefix(picture, []byte("\xff\xd8")) {
		t.Errorf("the story with a picture shows %q elsewhere", tags)
	}
	held := func() (found bool) {
		for _, dir := range []string{out, filepath.Join(site, ".ownwords")} {
			_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					found = found || bytes.Contains([]byte(readFile(t, p)), lapsing)
				}
				return nil
			})
		}
		return found
	}
	if !held() {
		t.Fatal("the card isn't kept between builds")
	}
	build(consent.NewDay(2026, 6, 2))
	if held() {
		t.Error("the card of a story whose consent ended is still in the output or the cache")
	}
	// Nobody may be shown any more, so that nothing is left to keep.
	for _, slug := range []string{"lettered", "pictured", "unpictured", "refused", "silent", "arabic", "lapsing"} {
		if err := os.Remove(filepath.Join(site, "content", "stories", slug+".md")); err != nil {
			t.Fatal(err)
		}
	}
	build(consent.NewDay(2026, 6, 2))
	kept, err := os.ReadDir(filepath.Join(site, ".ownwords", "pictures"))
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != 0 {
		t.Errorf("%d pictures are kept for a site that shows none", len(kept))
	}
}
