package generator

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"ownwords/generator/consent"
)

const previewSite = `-- site.yaml --
title: Test
url: https://stories.example.org/
timezone: Europe/London
contact: Write to keepers@example.org.
files: {CNAME: host/CNAME}
-- host/CNAME --
stories.example.org
-- content/people/amina.md --
---
name: Amina Yusuf
known_as: [Mina]
consent: {given: 2026-05-02, until: 2028-05-02, for: [named, profile, quotes]}
---
I run the *Tuesday* group, with [@ben].
-- content/people/ben.md --
---
name: Ben Okafor
consent: {given: 2026-05-02, until: 2028-05-02, for: [named]}
---
-- content/people/joy.md --
---
name: Joy
consent: {given: 2026-05-02, until: 2028-05-02, for: [named]}
---
-- content/stories/library.md --
---
title: The library that stayed open
by: amina
date: 2026-05-02
themes: [housing, belonging]
place: Blackbird Leys
intro: We stayed.
quote: [We stayed until the lights went out.]
feed: full
was: [old-library]
consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds, search, social, quotes]}
---
We stayed until the lights went out. See [the notes](/notes/first/).
-- content/stories/kettle.md --
---
title: A kettle for everyone
by: ben
date: 2026-06
themes: [belonging]
consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds, search]}
---
It was always warm. [@amina] said so.
-- content/stories/kettle-so.md --
---
title: Kettle, in Somali
by: ben
language: so
translation_of: kettle
consent: {given: 2026-05-02, until: 2028-05-02, for: [page]}
---
Diirran.
-- content/cells/power/index.md --
---
title: Sharing power
convenors: [ben]
---
We meet.
-- content/notes/first.md --
---
title: The first meeting
date: 2026-04-01
cell: power
number: 1
people: [{person: amina, role: speaker}, ben]
stories: [library]
summary: ["We listened to [@amina]."]
next: [{date: 2026-12-01, from: "15:00", topic: Keys}]
---
There was joy in it.

> Power is a verb.
> — [@amina]
-- content/notes/second.md --
---
title: The second meeting
date: 2026-05-01
cell: power
number: 2
---
More.
-- content/changes/doors.md --
---
title: The doors stay open
heard: [library, first]
status: done
---
Every day.
-- content/pages/about.md --
---
title: About
order: 1
---
What this is.
`

// TestPreviewIsTheBuild changes a site step by step, and compares after each
// what a preview that saw every step hands out with a build from nothing.
func TestPreviewIsTheBuild(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(previewSite)).Files {
		writeFile(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	ctx := context.Background()
	day := consent.NewDay(2026, time.November, 20)
	p, err := OpenPreview(ctx, PreviewOptions{Site: dir, At: &day})
	if err != nil {
		t.Fatal(err)
	}
	edit := func(name, old, with string) func() []string {
		return func() []string {
			file := filepath.Join(dir, name)
			text := readFile(t, file)
			if !strings.Contains(text, old) {
				t.Fatalf("%s has no %q", name, old)
			}
			writeFile(t, file, strings.Replace(text, old, with, 1))
			return []string{file}
		}
	}
	write := func(name, text string) func() []string {
		return func() []string {
			writeFile(t, filepath.Join(dir, name), text)
			return []string{filepath.Join(dir, name)}
		}
	}
	remove := func(name string) func() []string {
		return func() []string {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			return []string{filepath.Join(dir, name)}
		}
	}
	unseen := func(step func() []string) func() []string { return func() []string { step(); return nil } }
	pictures := map[string]bool{} // that were published at some time
	for _, step := range []struct {
		what string
		do   func() []string
	}{
		{"nothing", func() []string { return nil }},
		{"words of a story", edit("content/stories/kettle.md", "always warm", "mostly warm")},
		{"its title and date", edit("content/stories/kettle.md", "title: A kettle for everyone\nby: ben\ndate: 2026-06", "title: A kettle\nby: ben\ndate: 2026-04-30")},
		{"a withdrawn person", edit("content/people/amina.md", "until: 2028-05-02", "withdrawn: 2026-11-01, until: 2028-05-02")},
		{"words of a story beside that", edit("content/stories/kettle.md", "mostly warm", "never cold")},
		{"a name of one word that is an ordinary word too", edit("content/people/joy.md", "for: [named]", "withdrawn: 2026-11-01, for: [named]")},
		{"the ordinary word goes", edit("content/notes/first.md", "There was joy in it.", "There was much in it.")},
		{"the ordinary word stands elsewhere", edit("content/notes/second.md", "More.", "More joy.")},
		{"back again", edit("content/people/amina.md", "withdrawn: 2026-11-01, ", "")},
		{"a new story in a new folder", write("content/stories/new/index.md", "---\ntitle: New\nby: ben\nconsent: {given: 2026-05-02, for: [page, feeds]}\n---\n[A link](/stories/library/) and [@joy].\n")},
		{"a story that goes", remove("content/stories/library.md")},
		{"a picture", func() []string {
			write("content/stories/photo/index.md", "---\ntitle: Photo\nby: ben\nmedia: [{file: ben.png, alt: Ben, people: [joy]}, {file: copy.png, alt: The same, people: []}]\nimage: ben.png\n"+
				"consent: {given: 2026-05-02, for: [page, feeds, images]}\n---\n![](ben.png)\n")()
			return append(write("content/stories/photo/ben.png", drawn(t, 40))(), filepath.Join(dir, "content/stories/photo"))
		}},
		{"a picture of somebody who agrees", edit("content/stories/photo/index.md", "people: [joy]", "people: []")},
		{"another picture under that name", write("content/stories/photo/ben.png", drawn(t, 50))},
		{"a copy of it", write("content/stories/photo/copy.png", drawn(t, 50))},
		{"a copy that has somebody in it", edit("content/stories/photo/index.md", "alt: The same, people: []", "alt: The same, people: [joy]")},
		{"no picture", remove("content/stories/photo/ben.png")},
		{"the same address twice", write("content/stories/kettle/index.md", "---\ntitle: Kettle too\nby: ben\nconsent: {given: 2026-05-02, for: [page]}\n---\nTwice.\n")},
		{"once again", remove("content/stories/kettle")},
		{"a cell that goes", remove("content/cells/power")},
		{"a cell that comes back", write("content/cells/power.md", "---\ntitle: Power, shared\n---\n")},
		{"a broken story", edit("content/stories/new/index.md", "title: New", "colour: New")},
		{"a mended story", edit("content/stories/new/index.md", "colour: New", "title: New again")},
		{"a draft", edit("content/notes/second.md", "number: 2", "number: 2\ndraft: true")},
		{"site.yaml", edit("site.yaml", "title: Test", "title: Another name")},
		{"how long consents last", edit("site.yaml", "contact:", "consent: {at_most: 3m}\ncontact:")},
		{"longer again", edit("site.yaml", "at_most: 3m", "at_most: 3y")},
		{"a file of the network's own", write("host/CNAME", "other.example.org\n")},
		{"a template", write("themes/hearth/partials/footer.html", `{{define "footer"}}<footer>Our own</footer>{{end}}`)},
		{"a title that is a trace", edit("content/pages/about.md", "What this is.", "Mina began it.")},
		{"and somebody who isn't shown by it any more", edit("content/people/amina.md", "for: [named", "paused: 2026-11-01, for: [named")},
		{"a change that nobody told of", unseen(edit("content/stories/new/index.md", "[A link]", "[Another link]"))},
		{"a file that nobody told of", unseen(write("content/pages/more.md", "---\ntitle: More\n---\nAnd more.\n"))},
		{"a folder that goes", remove("content/stories/new")},
		{"all people", remove("content/people")},
	} {
		if _, err := p.Update(ctx, step.do()...); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "public")
		built, err := Build(ctx, Options{Site: dir, Out: out, At: &day})
		if err != nil {
			t.Fatalf("%s: %v", step.what, err)
		}
		files := map[string]string{}
		err = filepath.WalkDir(out, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || d.Name()[0] == '.' {
				return err
			}
			rel, err := filepath.Rel(out, name)
			files[filepath.ToSlash(rel)] = readFile(t, name)
			return err
		})
		if err != nil || len(files) < 20 {
			t.Fatalf("after %s: %d files, %v", step.what, len(files), err)
		}
		// What the proof finds is known once a page was asked for, and so are the names of pictures.
		for _, id := range []string{"about", "notes/first", "stories/photo"} {
			if _, err := p.File(ctx, id+"/index.html"); err != nil {
				t.Fatal(err)
			}
		}
		for name := range files {
			if strings.HasSuffix(name, ".html") {
				if _, err := p.File(ctx, name); err != nil {
					t.Fatal(err)
				}
			}
		}
		for name, want := range files {
			a, err := p.File(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			if string(a.Data) != want {
				t.Errorf("after %s, %s is\n%s\nbut is built as\n%s\n%v", step.what, name, a.Data, want, a.Problems)
			}
		}
		for name := range pictures {
			if a, err := p.File(ctx, name); err != nil || files[name] == "" && a.Data != nil {
				t.Errorf("after %s, %s isn't part of the site any more but is handed out", step.what, name)
			}
		}
		for name := range files {
			if strings.HasPrefix(name, "media/") {
				pictures[name] = true
			}
		}
		shown := p.Report()
		shown.Published, shown.GoodUntil = built.Published, built.GoodUntil
		if !reflect.DeepEqual(shown, built) {
			t.Errorf("after %s the preview tells\n%+v\nbut the build\n%+v", step.what, shown, built)
		}
		for _, l := range built.LeftOut {
			if a, err := p.File(ctx, l.ID+"/index.html"); err != nil || a.Data != nil {
				t.Errorf("after %s, %s is left out (%s) but handed out", step.what, l.ID, l.Reason)
			}
		}
	}
}

// drawn returns a picture of that width.
func drawn(t *testing.T, width int) string {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, width, 30))
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * width)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPreviewOfAFolderWithoutSite(t *testing.T) {
	_, err := OpenPreview(context.Background(), PreviewOptions{Site: t.TempDir(), Now: func() time.Time { return time.Time{} }})
	if problems, unusable := Unusable(err); !unusable || problems[0].Code != "no-site" {
		t.Errorf("the error is %v", err)
	}
}

func TestUpdateWithoutNewsKeepsTheVersion(t *testing.T) {
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(previewSite)).Files {
		writeFile(t, filepath.Join(dir, f.Name), string(f.Data))
	}
	ctx := context.Background()
	day := consent.NewDay(2026, time.November, 20)
	p, err := OpenPreview(ctx, PreviewOptions{Site: dir, At: &day})
	if err != nil {
		t.Fatal(err)
	}
	before := p.Version()
	writeFile(t, filepath.Join(dir, "content/stories/4913"), "")
	for _, changed := range [][]string{nil, {filepath.Join(dir, "content/stories/4913")}, {filepath.Join(dir, "content/stories/gone.md~")}} {
		if anew, err := p.Update(ctx, changed...); err != nil || anew || p.Version() != before {
			t.Errorf("%v is news: %v, %v", changed, anew, err)
		}
	}
	if anew, err := p.Update(ctx, filepath.Join(dir, "content/stories/kettle.md")); err != nil || !anew || p.Version() == before {
		t.Errorf("a story is no news: %v, %v", anew, err)
	}
}

func TestDayEnds(t *testing.T) {
	for _, c := range []struct{ zone, now, want string }{
		{"Europe/London", "2026-11-20T22:30:00Z", "2026-11-21T00:00:00Z"},
		{"Europe/London", "2026-07-01T23:30:00Z", "2026-07-02T23:00:00Z"},
		{"Asia/Beirut", "2026-03-28T12:00:00Z", "2026-03-28T22:00:00Z"}, // clocks go forward at midnight there
		{"Pacific/Auckland", "2026-01-01T10:59:59Z", "2026-01-01T11:00:00Z"},
	} {
		dir := t.TempDir()
		writeFile(t, filepath.Join(dir, "site.yaml"), "title: T\nurl: https://example.org/\ntimezone: "+c.zone+"\n")
		writeFile(t, filepath.Join(dir, "content/pages/about.md"), "---\ntitle: About\n---\n")
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		p, err := OpenPreview(context.Background(), PreviewOptions{Site: dir, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		end, ok := p.DayEnds()
		if got := end.UTC().Format(time.RFC3339); !ok || got != c.want {
			t.Errorf("in %s at %s the day ends at %s, want %s", c.zone, c.now, got, c.want)
		}
		before := p.Report().At
		now = end.Add(-time.Second)
		if passed, err := p.KeepTime(context.Background()); err != nil || passed {
			t.Errorf("in %s the day is over a second early", c.zone)
		}
		now = end
		if passed, err := p.KeepTime(context.Background()); err != nil || !passed || p.Report().At == before {
			t.Errorf("in %s the day isn't over at its end", c.zone)
		}
	}
}
