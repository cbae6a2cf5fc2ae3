package generator

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/net/html"

	"ownwords/generator/consent"
	"ownwords/generator/report"
)

// TestConsentCases builds the sites in testdata/consent and looks whether
// what should be there is, and what shouldn't be isn't. README.md there says
// how such a file is written.
func TestConsentCases(t *testing.T) {
	files, err := filepath.Glob("testdata/consent/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			runCase(t, file, archive)
		})
	}
}

// usualSite is the site.yaml of cases that bring none.
const usualSite = `title: In Our Own Words
url: https://stories.example.org/
language: en-GB
timezone: Europe/London
contact: keepers@example.org
`

// caseRun is one site on its way through the lines of its case.
type caseRun struct {
	t       *testing.T
	file    string
	line    int
	archive *txtar.Archive
	site    string
	out     string
	drafts  bool
	rep     *report.Report
	err     error
	built   *finished
	names   map[string]string // feed IDs that the case remembers
}

func runCase(t *testing.T, file string, archive *txtar.Archive) {
	dir := t.TempDir()
	c := &caseRun{t: t, file: file, archive: archive, site: filepath.Join(dir, "site"), out: filepath.Join(dir, "public"), names: map[string]string{}, built: &finished{}}
	writeFile(t, filepath.Join(c.site, "site.yaml"), usualSite)
	if err := os.MkdirAll(filepath.Join(c.site, "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := ""
	for _, f := range archive.Files {
		switch first, _, _ := strings.Cut(f.Name, "/"); {
		case f.Name == "expect":
			script = string(f.Data)
		case !strings.HasPrefix(first, "then"):
			writeFile(t, filepath.Join(c.site, filepath.FromSlash(f.Name)), string(f.Data))
		}
	}
	if script == "" {
		t.Fatal("the case has no file “expect”")
	}
	zone := time.Local
	defer func() { time.Local = zone }()
	for line := range strings.Lines(script) {
		c.line++
		words, err := splitLine(line)
		if err != nil {
			t.Fatalf("expect line %d: %v", c.line, err)
		}
		if len(words) > 0 {
			c.do(words[0], words[1:])
		}
	}
}

// splitLine takes a line apart into words; quoted ones are Go strings.
func splitLine(line string) ([]string, error) {
	var words []string
	for rest := strings.TrimSpace(line); rest != "" && rest[0] != '#'; rest = strings.TrimSpace(rest) {
		if rest[0] == '"' {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return nil, err
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, err
			}
			words, rest = append(words, word), rest[len(quoted):]
			continue
		}
		word, after, _ := strings.Cut(rest, " ")
		words, rest = append(words, word), after
	}
	return words, nil
}

func (c *caseRun) errorf(format string, args ...any) {
	c.t.Helper()
	c.t.Errorf("expect line %d: "+format, append([]any{c.line}, args...)...)
}

func (c *caseRun) path(name string) string { return filepath.Join(c.site, filepath.FromSlash(name)) }

// do carries out one line of a case.
func (c *caseRun) do(verb string, args []string) {
	c.t.Helper()
	need := func(n int) {
		if len(args) < n {
			c.t.Fatalf("expect line %d: %s needs %d words", c.line, verb, n)
		}
	}
	switch verb {
	case "picture":
		need(1)
		c.write(args[0], string(testPicture(c.t, args[0], args[1:])))
	case "recording":
		need(1)
		c.write(args[0], testRecording(c.t, args[0]))
	case "copy":
		need(2)
		c.write(args[0], readFile(c.t, c.path(args[1])))
	case "bytes":
		need(2)
		c.write(args[0], args[1])
	case "link":
		need(2)
		if err := os.Symlink(args[1], c.path(args[0])); err != nil {
			c.t.Fatal(err)
		}
	case "remove":
		need(1)
		if err := os.RemoveAll(c.path(args[0])); err != nil {
			c.t.Fatal(err)
		}
	case "apply":
		need(1)
		for _, f := range c.archive.Files {
			if name, ok := strings.CutPrefix(f.Name, args[0]+"/"); ok {
				c.write(name, string(f.Data))
			}
		}
	case "stranger": // somebody else's file in the output folder
		need(1)
		writeFile(c.t, filepath.Join(c.out, args[0]), "not ours")
	case "machine":
		need(1)
		zone, err := time.LoadLocation(args[0])
		if err != nil {
			c.t.Fatal(err)
		}
		time.Local = zone
	case "drafts":
		c.drafts = true
	case "at":
		need(1)
		day, err := consent.ParseDay(args[0])
		if err != nil {
			c.t.Fatal(err)
		}
		c.build(Options{At: &day})
	case "now":
		need(1)
		now, err := time.Parse(time.RFC3339, args[0])
		if err != nil {
			c.t.Fatal(err)
		}
		c.build(Options{Now: now})
	default:
		if c.rep == nil && c.err == nil {
			c.t.Fatalf("expect line %d: nothing was built yet", c.line)
		}
		c.check(verb, args, need)
	}
}

func (c *caseRun) write(name, data string) {
	c.t.Helper()
	writeFile(c.t, c.path(name), data)
}

func (c *caseRun) build(o Options) {
	c.t.Helper()
	o.Site, o.Out, o.Drafts = c.site, c.out, c.drafts
	c.rep, c.err = Build(context.Background(), o)
	if c.rep == nil && c.err == nil {
		c.t.Fatal("neither a report nor an error")
	}
	c.built = readFinished(c.t, c.out, c.built)
}

// code is the exit code that the command would end with.
func (c *caseRun) code() int {
	var unusable bool
	if c.err != nil {
		_, unusable = Unusable(c.err)
	}
	switch {
	case c.err == nil:
		return 0
	case unusable:
		return 2
	}
	return 1
}

func (c *caseRun) problems() []report.Problem {
	if list, ok := Unusable(c.err); ok {
		return list
	}
	if c.rep == nil {
		return nil
	}
	return c.rep.Problems
}

// check looks at what was built.
func (c *caseRun) check(verb string, args []string, need func(int)) {
	c.t.Helper()
	if verb != "exit" && verb != "problem" && verb != "problems" && verb != "says" && verb != "quiet" && c.err != nil && c.code() != 2 {
		c.t.Fatalf("expect line %d: the build failed: %v\n%s", c.line, c.err, tellProblems(c.problems()))
	}
	switch verb {
	case "exit":
		need(1)
		if got := strconv.Itoa(c.code()); got != args[0] {
			c.t.Fatalf("expect line %d: exit %s, want %s (%v)\n%s", c.line, got, args[0], c.err, tellProblems(c.problems()))
		}
	case "published":
		need(1)
		for _, id := range args {
			if c.built.file(pageOf(id)) == nil {
				c.errorf("%s isn't published\n%s", id, c.told(id))
			}
		}
	case "gone":
		need(1)
		id := args[0]
		if in := c.built.leadingTo(id); len(in) > 0 {
			c.errorf("the address %s stands in %q", id, in)
		}
		c.nowhere(args[1:])
		for _, p := range c.problems() {
			for _, words := range args[1:] {
				if said := foldWords(p.Message + "\n" + p.Help); len(strings.Fields(words)) > 1 && strings.Contains(said, foldWords(words)) {
					c.errorf("a problem quotes %q: %s", words, p.Message)
				}
			}
		}
	case "nowhere":
		need(1)
		c.nowhere(args)
	case "says", "quiet":
		need(2)
		name := args[0]
		if filepath.Ext(name) == "" {
			name = pageOf(name)
		}
		f := c.built.file(name)
		if f == nil {
			if verb == "says" {
				c.errorf("there is no %s", name)
			}
			return
		}
		for _, words := range args[1:] {
			if strings.Contains(f.said, foldWords(words)) != (verb == "says") {
				c.errorf("%s: %s %q fails", name, verb, words)
			}
		}
	case "file", "nofile":
		need(1)
		for _, name := range args {
			if (c.built.file(name) != nil) != (verb == "file") {
				c.errorf("%s %s fails", verb, name)
			}
		}
	case "reason":
		need(2)
		c.reason(args)
	case "taken":
		need(4)
		want := report.TakenOut{In: args[0], What: args[1], Person: args[2], Reason: args[3]}
		if want.Person == "-" {
			want.Person = ""
		}
		if !slices.Contains(c.rep.TakenOut, want) {
			c.errorf("%+v isn't among what was taken out: %+v", want, c.rep.TakenOut)
		}
	case "problem":
		need(2)
		c.problem(args)
	case "problems":
		need(1)
		if got := strconv.Itoa(len(c.problems())); got != args[0] {
			c.errorf("%s problems, want %s:\n%s", got, args[0], tellProblems(c.problems()))
		}
	case "good_until":
		need(1)
		if got := c.rep.GoodUntil; got != args[0] && !(got == "" && args[0] == "forever") {
			c.errorf("good until %q, want %s", got, args[0])
		}
	case "stories", "notes", "media", "people":
		need(1)
		p := c.rep.Published
		got := map[string]int{"stories": p.Stories, "notes": p.Notes, "media": p.Media, "people": p.People}[verb]
		if strconv.Itoa(got) != args[0] {
			c.errorf("%d %s published, want %s", got, verb, args[0])
		}
	case "noindex", "indexed":
		need(1)
		robots := c.meta(args[0], "robots")
		if strings.Contains(robots, "noindex") != (verb == "noindex") {
			c.errorf("%s has robots %q", args[0], robots)
		}
	case "unavailable_after":
		need(2)
		if robots := c.meta(args[0], "robots"); robots != "unavailable_after: "+args[1] {
			c.errorf("%s has robots %q", args[0], robots)
		}
	case "entry", "other-entry", "notice", "no-notice":
		need(2)
		c.entry(verb, args)
	case "metadata":
		c.metadata()
	default:
		c.t.Fatalf("expect line %d: there is no %q", c.line, verb)
	}
}

func (c *caseRun) nowhere(phrases []string) {
	c.t.Helper()
	for _, words := range phrases {
		if in := c.built.saying(words); len(in) > 0 {
			c.errorf("%q stands in %q", words, in)
		}
	}
}

// told says why an item isn't there.
func (c *caseRun) told(id string) string {
	for _, l := range c.rep.LeftOut {
		if l.ID == id {
			return fmt.Sprintf("left out: %+v\n%s", l, tellProblems(c.problems()))
		}
	}
	return tellProblems(c.problems())
}

func (c *caseRun) reason(args []string) {
	c.t.Helper()
	i := slices.IndexFunc(c.rep.LeftOut, func(l report.LeftOut) bool { return l.ID == args[0] })
	if i < 0 {
		c.errorf("%s isn't among what was left out: %+v\n%s", args[0], c.rep.LeftOut, tellProblems(c.problems()))
		return
	}
	got := c.rep.LeftOut[i]
	want := report.LeftOut{Kind: got.Kind, ID: args[0], Reason: args[1], File: got.File}
	for rest := args[2:]; len(rest) > 1; rest = rest[2:] {
		switch rest[0] {
		case "since":
			want.Since = rest[1]
		case "because":
			want.BecauseOf = rest[1]
		}
	}
	if len(args) == 2 {
		want.Since, want.BecauseOf = got.Since, got.BecauseOf
	}
	if got != want {
		c.errorf("left out as %+v, want %+v", got, want)
	}
}

// problem looks for a problem by its code and place, and parts of its words.
func (c *caseRun) problem(args []string) {
	c.t.Helper()
	file, place, _ := strings.Cut(args[1], ":")
	for _, p := range c.problems() {
		at := fmt.Sprintf("%d:%d", p.Line, p.Column)
		if p.Code != args[0] || p.File != file || place != "" && place != at && !strings.HasPrefix(at, place+":") {
			continue
		}
		if !slices.ContainsFunc(args[2:], func(words string) bool {
			return !strings.Contains(strings.ToLower(p.Message+"\n"+p.Help), strings.ToLower(words))
		}) {
			return
		}
	}
	c.errorf("no such problem: %q among\n%s", args, tellProblems(c.problems()))
}

func tellProblems(list []report.Problem) string {
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintf(&b, "%s %s %s:%d:%d %s %s\n", p.Severity, p.Code, p.File, p.Line, p.Column, p.Message, p.Help)
	}
	return b.String()
}

// meta returns the content of a page's <meta name>.
func (c *caseRun) meta(id, name string) string {
	c.t.Helper()
	f := c.built.file(pageOf(id))
	if f == nil {
		c.errorf("%s isn't published", id)
		return ""
	}
	content := ""
	z := html.NewTokenizer(bytes.NewReader(f.raw))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		is := map[string]string{}
		for _, a := range token.Attr {
			is[a.Key] = a.Val
		}
		if token.Data == "meta" && is["name"] == name {
			content += is["content"]
		}
	}
	return content
}

// entry looks at an item's feed ID, which a case calls by a name of its own.
func (c *caseRun) entry(verb string, args []string) {
	c.t.Helper()
	f := c.built.file(args[0])
	if f == nil {
		c.errorf("there is no feed %s", args[0])
		return
	}
	entries := feedEntries(c.t, f)
	switch verb {
	case "entry", "other-entry": // FEED NAME TITLE
		for _, e := range entries {
			if e.title != args[2] {
				continue
			}
			switch known := c.names[args[1]]; {
			case known == "" || verb == "other-entry":
				if known == e.id {
					c.errorf("%q has the ID it had before", args[2])
				}
				c.names[args[1]] = e.id
			case known != e.id:
				c.errorf("%q has the ID %s, want %s", args[2], e.id, known)
			}
			return
		}
		c.errorf("no entry is called %q in %s: %+v", args[2], args[0], entries)
	case "notice", "no-notice": // FEED NAME
		found, deleted := false, false
		for _, e := range entries {
			if e.id == c.names[args[1]] {
				found, deleted = found || !e.deleted, deleted || e.deleted
				if e.link != "" || e.author != "" {
					c.errorf("a notice in %s has the link %q and the author %q", args[0], e.link, e.author)
				}
			}
		}
		if want := verb == "notice"; found != want || strings.HasSuffix(args[0], "atom.xml") && deleted != want {
			c.errorf("%s %s fails in %s: entry %v, deleted entry %v", verb, args[1], args[0], found, deleted)
		}
	}
}

// testPicture makes a JPEG or PNG, with metadata when asked for (exif).
func testPicture(t *testing.T, name string, kinds []string) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 48, 32))
	for y := range 32 {
		for x := range 48 { // red on the left, so that it's seen which way is up; the name makes each picture another
			img.Set(x, y, color.RGBA{uint8(255 - 5*x), uint8(len(name) * 7), uint8(name[len(name)-5]), 255})
		}
	}
	var b bytes.Buffer
	if filepath.Ext(name) == ".png" {
		if err := png.Encode(&b, img); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(kinds, "exif") {
		return b.Bytes()
	}
	segment := func(marker byte, body string) []byte {
		head := []byte{0xff, marker, 0, 0}
		binary.BigEndian.PutUint16(head[2:], uint16(len(body)+2))
		return append(head, body...)
	}
	// EXIF with one field, the orientation: turned by 90°.
	exif := "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00Taken by Amina Yusuf at 51.7N"
	xmp := "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'>Amina Yusuf</x:xmpmeta>"
	iptc := "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x14Amina Yusuf at home"
	return slices.Concat(b.Bytes()[:2], segment(0xe1, exif), segment(0xe1, xmp), segment(0xed, iptc), segment(0xfe, "Comment by Amina Yusuf"), b.Bytes()[2:], []byte("Amina Yusuf after the end"))
}

// testRecording makes a recording that no other name has: a tag at its end holds the name.
func testRecording(t *testing.T, name string) string {
	t.Helper()
	if filepath.Ext(name) == ".mp4" {
		free := binary.BigEndian.AppendUint32(nil, uint32(8+len(name)))
		return readFile(t, filepath.Join("media", "testdata", "tagged.mp4")) + string(free) + "free" + name
	}
	tag := make([]byte, 128) // ID3v1
	copy(tag, "TAG"+filepath.Base(name))
	return readFile(t, filepath.Join("media", "testdata", "tagged.mp3")) + string(tag)
}

// metadata looks into the pictures for anything but the picture (case 60), and
// whether the turned one stands upright: 32 by 48, its red side on top.
func (c *caseRun) metadata() {
	c.t.Helper()
	pictures := 0
	for _, f := range c.built.files {
		if filepath.Ext(f.path) != ".jpg" {
			continue
		}
		pictures++
		for _, mark := range []string{"Exif", "http://ns.adobe.com", "Photoshop", "8BIM", "Comment", "Amina", "51.7"} {
			if bytes.Contains(f.raw, []byte(mark)) {
				c.errorf("%s holds %q", f.path, mark)
			}
		}
		img, err := jpeg.Decode(bytes.NewReader(f.raw))
		if err != nil {
			c.errorf("%s: %v", f.path, err)
			continue
		}
		if size := img.Bounds().Size(); size != image.Pt(32, 48) {
			c.errorf("%s is %v, want 32 by 48", f.path, size)
			continue
		}
		top, _, _, _ := img.At(16, 2).RGBA()
		bottom, _, _, _ := img.At(16, 45).RGBA()
		if top < bottom {
			c.errorf("%s isn't the right way up", f.path)
		}
	}
	if pictures == 0 {
		c.errorf("no picture was published")
	}
}

// feedEntry is an entry of a feed in any of the three formats.
type feedEntry struct {
	id, title, link, author string
	deleted                 bool
}

// TestOldSiteStays is case 13 and 56 in small: a site that can't be used leaves
// the output as it was, to the byte.
func TestOldSiteStays(t *testing.T) {
	dir := t.TempDir()
	site, out := filepath.Join(dir, "site"), filepath.Join(dir, "public")
	writeFile(t, filepath.Join(site, "site.yaml"), usualSite)
	writeFile(t, filepath.Join(site, "content", "pages", "about.md"), "---\ntitle: About\n---\nWho we are.\n")
	day := consent.NewDay(2027, time.March, 1)
	build := func() error {
		_, err := Build(t.Context(), Options{Site: site, Out: out, At: &day})
		return err
	}
	if err := build(); err != nil {
		t.Fatal(err)
	}
	before := readFinished(t, out)
	for name, broken := range map[string]string{
		"unknown zone": strings.Replace(usualSite, "Europe/London", "Europe/Lundon", 1),
		"no zone":      strings.Replace(usualSite, "timezone: Europe/London\n", "", 1),
		"unknown key":  usualSite + "thme: hearth\n",
		"no theme":     usualSite + "theme: heart\n",
		"not YAML":     usualSite + "title: [\n",
	} {
		writeFile(t, filepath.Join(site, "site.yaml"), broken)
		err := build()
		if _, unusable := Unusable(err); !unusable {
			t.Errorf("%s: %v isn't for exit code 2", name, err)
		}
		after := readFinished(t, out)
		if len(before.files) == 0 || len(after.files) != len(before.files) {
			t.Fatalf("%s: %d files before, %d after", name, len(before.files), len(after.files))
		}
		for i := range before.files {
			if after.files[i].path != before.files[i].path || !bytes.Equal(after.files[i].raw, before.files[i].raw) {
				t.Errorf("%s: %s changed", name, before.files[i].path)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "elsewhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a folder appeared")
	}
}
