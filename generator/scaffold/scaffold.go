// Package scaffold writes new files: one item of content with comments that
// guide (`ownwords new`), or a whole site that builds at once (`ownwords
// init`). It overwrites nothing and writes nothing outside the folders it was
// given. Whether somebody agreed to something is asked by the command; this
// room only writes down what it is told.
package scaffold

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ownwords/generator/consent"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// Refused says why nothing was written, and what to do instead.
type Refused struct{ Message, Help string }

// Error says both.
func (r *Refused) Error() string { return strings.TrimSpace(r.Message + " " + r.Help) }

// Question is one thing to ask about a new item.
type Question struct {
	// Key is the front matter key that the answer belongs to, or Text.
	Key string
	// Ask is the question; Hint, which may be empty, says how to answer.
	Ask, Hint string
	// Required says that there is no going on without an answer.
	Required bool
}

// Text is the key of the item's own text.
const Text = "text"

var questions = map[read.Kind][]Question{
	read.StoryKind: {
		{"title", "What is the story called?", "", true},
		{"name", "What name should stand with it?", "Your own, another one, or the ID of your file in content/people.", true},
		{"intro", "One or two sentences to show at its head and in lists?", "Leave empty to show nothing.", false},
	},
	read.NoteKind: {
		{"title", "What is the note called?", "", true},
		{"date", "When was it held?", "As precisely as you know: 2026-11-18, 2026-11 or 2026. Leave empty if nobody knows.", false},
		{"cell", "Which cell does it belong to?", "Its ID, or empty.", false},
	},
	read.PersonKind: {
		{"name", "How do they want to be shown?", "The name that they chose.", true},
		{"described_as", "How do they describe themselves?", "Their own words, or empty.", false},
	},
	read.CellKind: {
		{"title", "What is the cell called?", "", true},
		{"about", "What is it for?", "A sentence or two.", false},
	},
	read.ChangeKind: {
		{"title", "What changed, in a line?", "", true},
		{"date", "When?", "2026-12-01, 2026-12 or 2026, or empty.", false},
		{"status", "How far is it?", "done, under-way or not-done.", false},
		{"heard", "In which stories or notes was it heard?", "Their names without .md, with commas between them, or empty.", false},
	},
	read.PageKind: {
		{"title", "What is the page called?", "", true},
		{"intro", "A sentence under the title?", "Or empty.", false},
	},
}

// Questions lists what to ask about a new item of a kind.
func Questions(k read.Kind) []Question { return questions[k] }

// Uses lists what can be agreed to for a kind; nothing for kinds without a consent.
func Uses(k read.Kind) []consent.Use {
	switch k {
	case read.StoryKind:
		return []consent.Use{consent.Page, consent.Feeds, consent.Search, consent.Social, consent.Quotes, consent.Images, consent.Recordings}
	case read.PersonKind:
		return []consent.Use{consent.Named, consent.Quotes, consent.Images, consent.Recordings, consent.Profile}
	}
	return nil
}

// Tells says in plain words what each use is, to the person who is asked.
var Tells = map[read.Kind]map[consent.Use]string{
	read.StoryKind: {
		consent.Page:       "on this site; without it, nowhere",
		consent.Feeds:      "in feeds, of which other people's apps keep copies",
		consent.Search:     "in search engines",
		consent.Social:     "title and picture, when somebody shares a link to it",
		consent.Quotes:     "single lines that you choose, elsewhere on this site",
		consent.Images:     "pictures with people in them",
		consent.Recordings: "recordings of voices and people",
	},
	read.PersonKind: {
		consent.Named:      "their name, in meeting notes and in what others tell",
		consent.Quotes:     "what they said, with their name",
		consent.Images:     "pictures with them in them",
		consent.Recordings: "recordings of them",
		consent.Profile:    "a page about them, in their own words",
	},
}

// Consent explains consent in two sentences, to the person themselves.
const Consent = "Nothing of yours is shown without your yes, and only for what you choose and\n" +
	"until the day you choose; then it leaves the site by itself. You can end it\n" +
	"sooner on any day, without a reason, but nobody can call back what others have\n" +
	"copied by then."

// Agreement is what somebody said yes to.
type Agreement struct {
	Given, Until consent.Day
	For          []consent.Use
}

// Request says which item to make.
type Request struct {
	Kind read.Kind
	Slug string
	// Answers holds values by front matter key, and the text under Text.
	Answers map[string]string
	// Agreement is nil when nobody has agreed yet; then the item isn't published.
	Agreement *Agreement
	// Today is the day in the site's time zone.
	Today consent.Day
	// Random gives the opaque ID.
	Random io.Reader
}

// File is a new file that isn't written yet.
type File struct {
	// Path is the file's path as it is told; Data is what it holds.
	Path string
	Data []byte
	// Remarks are what its writer may want to know.
	Remarks []string
	// Draft says that the text has still to be written.
	Draft bool

	kind      read.Kind
	slug      string
	dir, name string
}

// New makes a new item. The error is a *Refused when something about it can't be.
func New(ctx context.Context, lib *read.Library, r Request) (*File, error) {
	k := r.Kind
	if _, known := questions[k]; !known {
		return nil, &Refused{fmt.Sprintf("There is no kind of content called “%s”.", k), "It can be story, note, person, cell, change or page."}
	}
	if err := soundSlug(k, r.Slug); err != nil {
		return nil, err
	}
	f := &File{kind: k, slug: r.Slug, dir: lib.Site.Dir, name: path.Join("content", k.Folder(), filepath.FromSlash(r.Slug)) + ".md"}
	f.Path = f.name
	if k == read.PersonKind {
		people := filepath.FromSlash(lib.Site.PeopleDir)
		if !filepath.IsAbs(people) {
			people = filepath.Join(lib.Site.Dir, people)
		}
		f.dir, f.name, f.Path = people, r.Slug+".md", path.Join(lib.Site.PeopleDir, r.Slug+".md")
		if !lib.Site.PeopleOutside {
			f.dir, f.name = lib.Site.Dir, f.Path
		}
	}
	for _, q := range Questions(k) {
		if q.Required && strings.TrimSpace(r.Answers[q.Key]) == "" && !(q.Key == "name" && r.Answers["by"] != "") {
			return nil, &Refused{"It needs an answer to “" + q.Ask + "”", "Run it on a terminal, where it asks, or add --" + strings.ReplaceAll(q.Key, "_", "-") + " “…”."}
		}
	}
	w := &writer{Request: r, lib: lib}
	if err := w.write(); err != nil {
		return nil, err
	}
	f.Data, f.Draft = []byte(w.out.String()), w.draft
	f.Remarks = w.remarks
	if name := strings.ToLower(strings.Join(strings.FieldsFunc(r.Answers["name"], notSlug), "-")); k == read.StoryKind && name != "" && strings.Contains("-"+r.Slug+"-", "-"+name+"-") {
		f.Remarks = append(f.Remarks, "The name is part of the address. If you'd rather it weren't, delete the file and choose another one.")
	}
	return f, f.faults(ctx, lib.Site)
}

func notSlug(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9')
}

func soundSlug(k read.Kind, slug string) error {
	parts := []string{slug}
	if k == read.PageKind {
		parts = strings.Split(slug, "/")
	}
	for _, p := range parts {
		if !read.IsSlug(p) {
			example := strings.ToLower(strings.Join(strings.FieldsFunc(slug, notSlug), "-"))
			if !read.IsSlug(example) {
				example = "the-green-bench"
			}
			return &Refused{"“" + slug + "” can't be a name here, because it becomes part of an address.", "Use small letters a to z, digits and hyphens, such as " + example + "."}
		}
	}
	if k == read.PageKind && read.Reserved(slug) {
		return &Refused{"A page can't be called “" + slug + "”, because the site has that address itself.", "Choose another name."}
	}
	return nil
}

// faults reads the new file as a build would, in a folder of its own, so that
// nothing is written that a check then complains about.
func (f *File) faults(ctx context.Context, site *read.Site) error {
	dir, err := os.MkdirTemp("", "ownwords-new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "content", f.kind.Folder(), filepath.FromSlash(f.slug)+".md")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	about := "title: T\nurl: https://example.org/\ntimezone: UTC\n"
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "site.yaml"), []byte(about), 0o600), os.WriteFile(file, f.Data, 0o600)); err != nil {
		return err
	}
	lib, err := read.Read(ctx, read.Options{Dir: dir})
	if err != nil {
		return err
	}
	for _, p := range lib.Problems {
		// References can't be followed there, and a consent may still be missing.
		if p.Severity == report.Error && !strings.HasPrefix(p.Code, "unknown-person") && !strings.HasPrefix(p.Code, "unknown-cell") && !strings.HasPrefix(p.Code, "unknown-story") && p.Code != "missing-key" && p.Code != "missing-consent" {
			return &Refused{"An answer can't be written down as it is: " + p.Message, p.Help}
		}
	}
	return nil
}

// Free reports, as a *Refused, that the file can't be written because something
// is there already.
func (f *File) Free() error {
	root, err := f.open()
	if err != nil {
		return err
	}
	defer root.Close()
	return f.free(root)
}

// Write writes the file. It refuses to overwrite, and to follow a link out of
// the site's folder.
func (f *File) Write() error {
	root, err := f.open()
	if err != nil {
		return err
	}
	defer root.Close()
	if err := f.free(root); err != nil {
		return err
	}
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(f.name)), 0o755); err != nil {
		return cantWrite(f.Path, err)
	}
	return writeNew(root, f.name, f.Data)
}

func (f *File) open() (*os.Root, error) {
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		return nil, &Refused{"The folder " + filepath.ToSlash(f.dir) + " isn't there.", "Make it first, or name the site's folder with --site."}
	}
	return root, nil
}

func (f *File) free(root *os.Root) error {
	stem := strings.TrimSuffix(f.name, ".md")
	for _, taken := range []string{f.name, stem} {
		if info, err := root.Lstat(filepath.FromSlash(taken)); err == nil && (taken == f.name || f.kind != read.PageKind || !info.IsDir()) {
			return &Refused{"There is " + taken + " already, so nothing was written.", "Open that file, or choose another name."}
		}
	}
	return nil
}

func cantWrite(name string, err error) error {
	return &Refused{name + " can't be written (" + reason(err) + ").", "Check that the folder is a plain folder inside the site, and that you may write into it."}
}

// reason is what the system says, without the paths it adds.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// writeNew writes a file that isn't there yet.
func writeNew(root *os.Root, name string, data []byte) error {
	file, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return cantWrite(name, err)
	}
	if _, err := file.Write(data); err != nil {
		file.Close()
		return cantWrite(name, err)
	}
	if err := file.Close(); err != nil {
		return cantWrite(name, err)
	}
	return nil
}

// writer writes one file.
type writer struct {
	Request
	lib     *read.Library
	out     strings.Builder
	draft   bool
	remarks []string
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.out, format+"\n", args...) }

// key writes a key with its answer, or a comment that shows how it is written.
func (w *writer) key(key, example, tells string) {
	if v := clean(w.Answers[key]); v != "" {
		w.line("%s: %s", key, scalar(v))
		return
	}
	if tells != "" {
		tells = "   # " + tells
	}
	w.line("# %s: %s%s", key, example, tells)
}

// clean makes one line of an answer.
func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

var plainWord = regexp.MustCompile(`^[\pL\pN][\pL\pN _-]*$`)

// scalar writes a text as YAML reads it back.
func scalar(s string) string {
	data, err := yaml.Marshal(s)
	if text := strings.TrimSuffix(string(data), "\n"); err == nil && !strings.Contains(text, "\n") && !strings.HasPrefix(text, "|") && !strings.HasPrefix(text, "'") {
		return text
	}
	quoted, _ := json.Marshal(s) // every string of JSON is one of YAML
	return string(quoted)
}

// list writes a comma-separated answer as a list.
func list(s string) string {
	var parts []string
	for p := range strings.SplitSeq(s, ",") {
		switch p = clean(p); {
		case p == "":
		case plainWord.MatchString(p):
			parts = append(parts, p)
		default:
			quoted, _ := json.Marshal(p)
			parts = append(parts, string(quoted))
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (w *writer) write() error {
	w.line("---")
	switch w.Kind {
	case read.StoryKind:
		if err := w.story(); err != nil {
			return err
		}
	case read.NoteKind:
		w.note()
	case read.PersonKind:
		w.person()
	case read.CellKind:
		w.key("title", "", "")
		w.key("about", "Who gets in, who doesn't, and who holds the handle.", "its purpose, in a sentence or two")
		w.line("# convenors: [sam]              # IDs of files in content/people; only those who may be named appear")
		w.line("# themes: [housing, listening]")
		w.language()
	case read.ChangeKind:
		w.change()
	case read.PageKind:
		w.key("title", "", "")
		w.key("intro", "A sentence under the title.", "")
		w.key("order", "9", "its place in the navigation; without it the page isn't there")
		w.language()
	}
	text := strings.TrimSpace(w.Answers[Text])
	if w.Kind == read.StoryKind && text == "" {
		w.draft = true
		w.line("draft: true   # Take this line away when the story is written. Until then it isn't published.")
	}
	w.line("---")
	if text != "" {
		w.line("%s", text)
	}
	return nil
}

func (w *writer) language() {
	if v := clean(w.Answers["language"]); v != "" {
		w.line("language: %s", scalar(v))
	}
}

func (w *writer) story() error {
	w.line("# This part is the frame; it is all yours. What you leave out isn't shown, and nothing is made up in its place.")
	w.line("# Take the # away from a line to use it. The story goes below the second line of hyphens.")
	w.key("title", "", "")
	by := clean(w.Answers["by"])
	if name := clean(w.Answers["name"]); by == "" && slices.ContainsFunc(w.lib.People, func(p *read.Person) bool { return p.Slug == name }) {
		by = name
	}
	if by != "" {
		w.line("by: %s", scalar(by))
		if !slices.ContainsFunc(w.lib.People, func(p *read.Person) bool { return p.Slug == by }) {
			w.remarks = append(w.remarks, "There is no file about “"+by+"” yet; the story isn't shown without one. “ownwords new person "+by+"” makes it.")
		}
	} else {
		w.line("name: %s", scalar(clean(w.Answers["name"])))
	}
	w.key("date", w.Today.String(), "when you told it: a day, a month (2026-05) or a year")
	w.key("intro", "One or two sentences.", "at the head of the page, and the only text of it in lists and feeds")
	w.key("described_as", "how you'd like to be described", "the only label ever printed beside your name")
	w.key("pronouns", "she/her", "")
	w.key("content_note", "talks about losing a home", "shown before the story")
	w.key("hoped_for", "What you'd like to happen.", "")
	w.line("# themes: [housing, belonging]")
	w.key("layout", "story", "or letter, poem, interview, timeline, photo-essay")
	w.line(`# quote: ["A line of it, word for word."]   # the only lines that may be shown elsewhere`)
	w.line("# never_say: [vulnerable]   # words you don't want used about you on this site")
	w.language()
	id := make([]byte, 4)
	if _, err := io.ReadFull(w.Random, id); err != nil {
		return fmt.Errorf("no random number could be had: %w", err)
	}
	w.line("id: s-%s   # for feeds; leave it as it is", hex.EncodeToString(id))
	w.agreement("page", "the day you say yes", "the last whole day it is shown")
	return nil
}

// agreement writes the consent, or how one would be written.
func (w *writer) agreement(usual, given, until string) {
	var uses []string
	for _, u := range Uses(w.Kind) {
		uses = append(uses, string(u))
	}
	mark, a := "", w.Agreement
	if a == nil {
		mark = "# "
		a = &Agreement{Given: w.Today, Until: w.Today.Add(w.lib.Site.Terms.Lasts) - 1, For: []consent.Use{consent.Use(usual)}}
		w.line("# Nobody has said yes yet, so nothing is shown. When they do, take the # away from these four lines.")
	}
	var chosen []string
	for _, u := range a.For {
		chosen = append(chosen, string(u))
	}
	w.line("%sconsent:", mark)
	w.line("%s  given: %s   # %s", mark, a.Given, given)
	w.line("%s  until: %s   # %s", mark, a.Until, until)
	w.line("%s  for: [%s]   # of: %s", mark, strings.Join(chosen, ", "), strings.Join(uses, ", "))
	if last := a.Given.Add(w.lib.Site.Terms.AtMost); a.Until > last {
		w.remarks = append(w.remarks, "This site lets no consent run longer than until "+last.String()+", so it ends then.")
	}
}

func (w *writer) note() {
	w.key("title", "", "")
	w.key("date", "2026-11-18", "as precisely as you know; a month or a year will do")
	w.key("kind", "meeting", "or roundtable, learning")
	w.key("cell", "open-doors", "the ID of its cell")
	w.line("# number: 1")
	w.key("held", "online", "")
	w.line("# people: [{person: sam, role: speaker}, noor]   # IDs of files in content/people; only those who may be named appear")
	w.line("# attendance: 15             # a number, without names")
	w.line("# summary:                   # key points, in short sentences")
	w.line("#   - …")
	w.line("# questions:                 # what you carry on")
	w.line("#   - …")
	w.line("# who_isnt_here: …           # the empty chair")
	w.line("# next:")
	w.line(`#   - {date: 2027-01-20, from: "15:00", to: "16:30", topic: …}`)
	w.line("# themes: [power, listening]")
	w.line("# stories: []                # the stories it grew from")
	w.line("# In the text, write [@sam] for a person, and their name stands there only while they allow it.")
	w.language()
}

func (w *writer) person() {
	w.line("# Fill this in with the person. Nothing here is printed but name, described_as and pronouns.")
	w.key("name", "", "")
	w.key("described_as", "their own words", "the only label ever printed beside the name")
	w.key("pronouns", "they/them", "")
	w.line("# known_as: [Sam Example]   # other forms of the name; never printed, only looked for after their consent has ended")
	w.line("# not_me: [Sam Street]      # phrases with the name that mean something else")
	w.line("# never_say: [vulnerable]   # words they don't want used about them")
	w.language()
	w.agreement("named", "the day they say yes", "the last whole day")
}

func (w *writer) change() {
	w.key("title", "", "")
	w.key("date", "2026-12-01", "a day, a month or a year")
	w.key("by", "Open doors", "who did it")
	w.key("status", "under-way", "or done, or not-done, which needs why")
	w.key("why", "…", "")
	if v := w.Answers["heard"]; clean(v) != "" {
		w.line("heard: %s", list(v))
	} else {
		w.line("# heard: [open-doors-1]   # the stories and notes in which it was heard")
	}
	w.key("due", "2027-03-01", "when it is meant to be done")
	w.language()
}

// Next says what to do next, one step to a line.
func (f *File) Next() []string {
	steps := []string{"Open " + f.Path + " in any editor for plain text. Its comments say what else you can write."}
	switch {
	case f.kind == read.StoryKind && f.Draft:
		steps[0] = "Open " + f.Path + " in any editor for plain text, and write the story below the second line of hyphens. Then take “draft: true” away."
	case f.kind == read.PersonKind:
		steps[0] = "Open " + f.Path + " together with the person. Its comments say what they can decide."
	}
	return append(steps,
		"ownwords check "+f.Path+"   says what needs mending.",
		"ownwords serve   shows the site on this computer only.",
		"Then offer it: commit the file to a branch, and open a pull request.")
}
