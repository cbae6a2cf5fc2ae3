package read

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ownwords/generator/fileprint"
	"ownwords/generator/markdown"
)

// storedSite is a site with something of everything that a store has to keep apart.
func storedSite(t *testing.T) string {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"site.yaml":                        "title: A site\nurl: https://stories.example.org\nlanguage: en\ntimezone: UTC\ncontact: us\n",
		"content/people/amina.md":          "---\nname: Amina\nknown_as: [Mina]\nconsent: {given: 2026-01-01, lasts: 2y, for: [page, named]}\n---\n\nWho I am.\n",
		"content/stories/library/index.md": "---\ntitle: The library\nby: amina\nmedia:\n  - {file: door.jpg, alt: \"\", decorative: true, people: []}\n  - {file: hall.jpg, alt: A hall}\n  - {file: told.mp3, people: [amina], transcript: told.txt}\nversions: [{kind: easy-read, file: easy.md}]\nwas: [old]\nconsent: {given: 2026-01-01, for: [page, images]}\n---\n\nIt *stayed* open for [@amina](\"her\"). See [the hall](/stories/library/#hall).\n\n## Hall\n\n![](door.jpg)\n",
		"content/stories/library/easy.md":  "It stayed open.\n",
		"content/stories/library/told.txt": "I said it.\n",
		"content/stories/library/door.jpg": "not a picture",
		"content/stories/library/hall.jpg": "not a picture",
		"content/stories/broken.md":        "---\ntitle: Broken\nby: nobody\nwrong: key\n---\n\nWords.\n",
		"content/notes/first.md":           "---\ntitle: First\ndate: 2026-03\nsummary: [\"One [@amina] point\", Another]\nstories: [library, gone]\n---\n\n> Said.\n> — [@amina]\n\n::: with @amina\nShe came.\n:::\n",
		"content/changes/door.md":          "---\ntitle: A door\nstatus: not-done\nwhy: No money.\nheard: [library]\n---\n",
		"content/pages/about.md":           "---\ntitle: About\norder: 0\n---\n\nWe.\n",
	} {
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

// lateClock is a clock by which everything on the disk is old.
func lateClock() int64 { return time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano() }

// kept takes a Cache to its bytes and back.
func kept(t *testing.T, c *Cache, clock int64) *Cache {
	t.Helper()
	again, err := UnpackCache(string(bytes.Join(c.Pack(clock), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func readStored(t *testing.T, dir string, c *Cache) *Library {
	t.Helper()
	lib, err := Read(context.Background(), Options{Dir: dir, Cache: c})
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// sameLibrary compares libraries by what is in them; texts by what they say.
func sameLibrary(t *testing.T, got, want *Library) {
	t.Helper()
	var texts [2][]string
	for i, lib := range []*Library{got, want} {
		for _, item := range lib.everything() {
			eachBody(item, func(b *markdown.Body) *markdown.Body {
				digest := b.Digest()
				texts[i] = append(texts[i], string(digest[:])+b.Words())
				return b
			})
		}
	}
	if !reflect.DeepEqual(texts[0], texts[1]) {
		t.Errorf("the texts differ: %q and %q", texts[0], texts[1])
	}
	for i, item := range want.everything() {
		g, w := &packer{}, &packer{}
		stored.of[reflect.TypeOf(item).Elem()].put(g, reflect.ValueOf(got.everything()[i]).Elem())
		stored.of[reflect.TypeOf(item).Elem()].put(w, reflect.ValueOf(item).Elem())
		if string(g.Out) != string(w.Out) {
			t.Errorf("item %d differs: %+v and %+v", i, got.everything()[i], item)
		}
	}
	if !reflect.DeepEqual(got.Problems, want.Problems) {
		t.Errorf("the problems differ: %v and %v", got.Problems, want.Problems)
	}
}

func (l *Library) everything() (items []any) {
	for _, k := range Kinds {
		for n := 0; n < l.count(k); n++ {
			items = append(items, l.at(k, n))
		}
	}
	return items
}

func (l *Library) count(k Kind) int {
	switch k {
	case StoryKind:
		return len(l.Stories)
	case NoteKind:
		return len(l.Notes)
	case CellKind:
		return len(l.Cells)
	case PersonKind:
		return len(l.People)
	case ChangeKind:
		return len(l.Changes)
	}
	return len(l.Pages)
}

func TestAStoreGivesTheSameLibrary(t *testing.T) {
	dir := storedSite(t)
	fresh := readStored(t, dir, nil)
	c := &Cache{}
	readStored(t, dir, c)
	entries := len(c.entries)
	again := kept(t, c, lateClock())
	if entries == 0 || len(again.entries) != entries {
		t.Fatalf("%d entries were kept of %d", len(again.entries), entries)
	}
	lib := readStored(t, dir, again)
	if again.Renewed() != (runtimeTellsNoPrints(dir)) {
		t.Error("files that didn't change were read again")
	}
	sameLibrary(t, lib, fresh)
	media := lib.Stories[1].Media
	if media[0].People == nil || len(*media[0].People) != 0 || media[0].Alt == nil || media[1].People != nil {
		t.Errorf("what is empty and what is absent became the same: %+v", media)
	}
	if again.Spoiled() {
		t.Error("a site that nobody touched is said to have changed")
	}

	// A store of a store is the same again, though its texts were never fetched.
	sameLibrary(t, readStored(t, dir, kept(t, again, lateClock())), fresh)
}

func runtimeTellsNoPrints(dir string) bool {
	p, _ := fileprint.Of(dir)
	return p == fileprint.Print{}
}

func TestChangedFilesAreReadAgain(t *testing.T) {
	for what, change := range map[string]string{
		"a story":              "content/stories/library/index.md",
		"a version beside it":  "content/stories/library/easy.md",
		"a new story":          "content/stories/new.md",
		"a note":               "content/notes/first.md",
		"somebody's agreement": "content/people/amina.md",
	} {
		dir := storedSite(t)
		c := &Cache{}
		readStored(t, dir, c)
		file := filepath.Join(dir, filepath.FromSlash(change))
		old, _ := os.ReadFile(file)
		if len(old) == 0 {
			old = []byte("---\ntitle: New\nname: N\nconsent: {given: 2026-01-01, for: [page]}\n---\n\nText.\n")
		}
		if err := os.WriteFile(file, append(old, "\nMore.\n"...), 0o644); err != nil {
			t.Fatal(err)
		}
		lib := readStored(t, dir, kept(t, c, lateClock()))
		fresh := readStored(t, dir, nil)
		t.Run(what, func(t *testing.T) { sameLibrary(t, lib, fresh) })
	}
}

func TestWhatHadJustChangedIsReadAgain(t *testing.T) {
	dir := storedSite(t)
	c := &Cache{}
	readStored(t, dir, c)
	again := kept(t, c, 0) // a clock before everything
	readStored(t, dir, again)
	if !again.Renewed() {
		t.Error("files whose changes wouldn't show weren't read again")
	}
}

func TestATextThatChangesMeanwhileSpoilsTheReading(t *testing.T) {
	dir := storedSite(t)
	c := &Cache{}
	readStored(t, dir, c)
	again := kept(t, c, lateClock())
	lib := readStored(t, dir, again)
	if again.Renewed() {
		t.Skip("this system tells no prints: files are always read again; run on Linux or macOS")
	}
	if err := os.WriteFile(filepath.Join(dir, "content", "pages", "about.md"), []byte("---\ntitle: About\norder: 0\n---\n\nOthers.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if words := lib.Pages[0].Body.Words(); words != "" || !again.Spoiled() {
		t.Errorf("a text that changed gave %q, and spoiled is %v", words, again.Spoiled())
	}
}

// TestPackLetsGo: a Cache that was packed, also one that came from a store, is empty
// and reads the same again, and the Library that was read before stays whole.
func TestPackLetsGo(t *testing.T) {
	dir := storedSite(t)
	want := readStored(t, dir, &Cache{})
	cold := &Cache{}
	readStored(t, dir, cold)
	for name, c := range map[string]*Cache{"cold": cold, "warm": kept(t, cold, lateClock())} {
		before := readStored(t, dir, c)
		whole := bytes.Join(c.Pack(lateClock()), nil)
		if rest := c.Pack(lateClock()); len(rest) != 2 {
			t.Errorf("%s: packed once more, there are still %d parts", name, len(rest))
		}
		stored, err := UnpackCache(string(whole))
		if err != nil {
			t.Fatal(err)
		}
		sameLibrary(t, readStored(t, dir, stored), want)
		sameLibrary(t, readStored(t, dir, c), want)
		sameLibrary(t, before, want)
		if !c.Renewed() {
			t.Errorf("%s: nothing was read again", name)
		}
	}
}

func TestAStoreThatIsCutOffGivesNothing(t *testing.T) {
	c := &Cache{}
	readStored(t, storedSite(t), c)
	whole := bytes.Join(c.Pack(lateClock()), nil)
	for cut := 0; cut < len(whole); cut += 1 + len(whole)/200 {
		if got, err := UnpackCache(string(whole[:cut])); err == nil {
			t.Fatalf("a store cut off after %d of %d bytes gave %d entries", cut, len(whole), len(got.entries))
		}
	}
}

// BenchmarkStore keeps and loads what was read of 1,000 stories.
func BenchmarkStore(b *testing.B) {
	dir := b.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "content", "stories"), 0o755); err != nil {
		b.Fatal(err)
	}
	files := map[string]string{"site.yaml": "title: A site\nurl: https://stories.example.org\nlanguage: en\ntimezone: UTC\ncontact: us\n"}
	for i := range 1000 {
		files[fmt.Sprintf("content/stories/s%d.md", i)] = fmt.Sprintf("---\ntitle: Story %d\nname: N\nthemes: [one, two]\nplace: Here\nintro: It was so.\nconsent: {given: 2026-01-01, for: [page, feeds, search]}\n---\n\n%s", i, strings.Repeat("Words *and* [links](/stories/s1/).\n\n## Heading\n\n", 20))
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	var packed []byte
	b.Run("pack", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			c := &Cache{}
			if _, err := Read(context.Background(), Options{Dir: dir, Cache: c}); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			packed = bytes.Join(c.Pack(lateClock()), nil)
		}
	})
	b.Run("unpack", func(b *testing.B) {
		for b.Loop() {
			if again, err := UnpackCache(string(packed)); err != nil || len(again.entries) != 1000 {
				b.Fatal(err)
			}
		}
	})
}
