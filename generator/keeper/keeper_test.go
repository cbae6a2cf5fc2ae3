package keeper

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"ownwords/generator/consent"
	"ownwords/generator/read"
)

// makeSite writes a site from a txtar archive and returns its folder.
func makeSite(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// open reads a site for a day.
func open(t testing.TB, dir, on string) *Keeper {
	t.Helper()
	lib, err := read.Read(context.Background(), read.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return New(lib, day(t, on))
}

func day(t testing.TB, s string) consent.Day {
	t.Helper()
	d, err := consent.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func fileText(t testing.TB, parts ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// same fails when two texts differ, and shows both.
func same(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// text runs a Write method and returns what it wrote.
func text(t testing.TB, write func(w io.Writer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const siteYAML = `-- site.yaml --
title: Test
url: https://stories.example.org/
timezone: Europe/London
contact: Write to keepers@example.org.
`

// neighbours is a site in which people and stories depend on each other.
const neighbours = siteYAML + `-- content/people/amina.md --
---
name: Amina Yusuf
known_as: [Mina]
not_me: [Amina Road]
consent:
  given: 2026-05-02
  until: 2027-02-01   # as she asked
  for: [named, quotes, images, profile]
---
-- content/people/becca.md --
---
name: Becca
consent: {given: 2026-05-02, until: 2028-05-02, for: [named]}
---
-- content/people/jaya.md --
---
name: Jaya
consent: {given: 2026-05-02, until: 2028-05-02, for: [named], given_by: both, adult_on: 2027-01-15}
---
-- content/people/nora.md --
---
name: Nora
---
-- content/stories/library/index.md --
---
title: The library that stayed open
by: amina
was: [books]
themes: [housing, "belonging, too"]
place: Ferny Bank
id: s-19ab
media:
  - file: a.png
    alt: A door
    people: [amina, becca]
consent:
  given: 2026-05-02
  until: 2028-05-02
  for: [page, feeds, images]
---
We stayed.
-- content/stories/library/a.png --
-- content/stories/biblioteka.md --
---
title: Biblioteka
by: becca
language: pl
translation_of: library
consent: {given: 2026-05-02, until: 2028-05-02, for: [page]}
---
Została.
-- content/stories/bus.md --
---
title: The two buses in the rain
name: Wren Ash
consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds]}
---
I met [@amina] there.
-- content/stories/gone.md --
---
title: A story that is no longer here
by: becca
consent: {given: 2026-05-02, for: [page], withdrawn: 2026-06-01}
---
Secret words.
-- content/notes/first.md --
---
title: First meeting
people: [{person: amina, role: speaker}, becca]
stories: [library]
---
[@amina] spoke, see [the story](/stories/library/).

> We stayed.
>
> — [@amina]
-- content/cells/books.md --
---
title: Books
thought_leaders: [amina]
---
`

func TestFind(t *testing.T) {
	k := open(t, makeSite(t, neighbours+`-- content/stories/amina.md --
---
title: Amina
name: Amina
consent: {given: 2026-05-02, for: [page]}
---
Me.
-- content/people/twice.md --
---
name: Twice
---
-- content/people/twice/index.md --
---
name: Twice
---
`), "2026-11-20")
	for _, c := range []struct{ ask, want string }{
		{"amina", "people/amina"},
		{"people/amina", "people/amina"},
		{"stories/amina", "stories/amina"},
		{"library", "stories/library"},
		{"/stories/library/", "stories/library"},
		{"content/stories/library/index.md", "stories/library"},
		{"content/people/becca.md", "people/becca"},
	} {
		got, err := k.find(c.ask)
		if err != nil || got.id() != c.want {
			t.Errorf("find(%q) = %v, %v; want %s", c.ask, got, err, c.want)
		}
	}
	for _, c := range []struct{ ask, want string }{
		{"amena", "There is nobody and no story called “amena”. Did you mean “amina”?\n“ownwords consent list” shows every ID."},
		{"stories/libary", "There is nobody and no story called “stories/libary”. Did you mean “stories/library”?\n“ownwords consent list” shows every ID."},
		{"notes/first", "“notes/first” has no consent of its own; only people and stories have one.\n“ownwords consent list” shows every ID."},
		{"books", "“books” is now called “stories/library”.\nUse that ID."},
		{"", "There is nobody and no story called “”.\n“ownwords consent list” shows every ID."},
		{"twice", "Two files are for “twice”: content/people/twice/index.md and content/people/twice.md. Neither is published.\nRename or remove one of them first."},
	} {
		_, err := k.find(c.ask)
		if err == nil {
			t.Errorf("find(%q) found something", c.ask)
			continue
		}
		same(t, err.Error(), c.want)
	}
}
