// Package read turns a site's folder into a Library: site.yaml and the six
// kinds of content as typed items, with a place for every value, Markdown
// compiled once. Every mistake is found in one run; a mistake in one file
// never keeps another from being read. Nothing is decided here about consent.
package read

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"ownwords/generator/markdown"
	"ownwords/generator/report"
)

// MaxFile is the size in bytes above which a content file is a problem and
// isn't published (spec, "A site's folder").
const MaxFile = 1 << 20

// Unusable is the error for a site that can't be built at all: site.yaml is
// wrong, or there is no content/ (spec, exit code 2).
type Unusable struct{ Problems []report.Problem }

func (u *Unusable) Error() string { return u.Problems[0].Message }

// Options say which site to read.
type Options struct {
	Dir string
	// URL, when given, stands in place of site.yaml's.
	URL string
	// Cache, when given, keeps what was read for the next reading (for serving).
	Cache *Cache
	// Site, when given, stands in place of site.yaml, which isn't read then.
	Site *Site
	// Past is set for an old revision of a site, of which the people's folder may not be at hand.
	Past bool
	// Spool, when given, takes the words of texts, so that they needn't fit into memory.
	Spool *markdown.Spool
	// Meanwhile, when given, is called with what site.yaml says, on another
	// goroutine than Read's, while the content is read. Read waits for it.
	Meanwhile func(*Site)
}

// Read reads a site. The error is *Unusable when the site can't be built at
// all, or ctx's error.
func Read(ctx context.Context, o Options) (*Library, error) {
	site, problems := o.Site, []report.Problem(nil)
	if site == nil {
		site, problems = readSite(o.Dir, o.URL)
	}
	if site == nil {
		return nil, &Unusable{problems}
	}
	if missing := site.peopleMissing(); missing != nil && !o.Past {
		return nil, &Unusable{append(problems, missing...)}
	}
	content := filepath.Join(o.Dir, "content")
	if info, err := os.Lstat(content); err != nil || !info.IsDir() {
		return nil, &Unusable{[]report.Problem{{Code: "no-content", Severity: report.Error, File: "content",
			Message: "There is no folder content/ here.", Help: "Make it, or run ownwords in the site's folder; “ownwords init” makes a new site."}}}
	}
	if o.Meanwhile != nil {
		var meanwhile sync.WaitGroup
		meanwhile.Go(func() { o.Meanwhile(site) })
		defer meanwhile.Wait()
	}
	r := &reader{site: site, lib: &Library{Site: site, Problems: problems}, cache: o.Cache, spool: o.Spool}
	count, err := r.content(ctx, content)
	if err != nil {
		return nil, err
	}
	if count == 0 {
		r.lib.Problems = append(r.lib.Problems, report.Problem{Code: "content-empty", Severity: report.Warning, File: "content",
			Message: "There is nothing in content/ yet.", Help: "Write a first story with “ownwords new story my-story”."})
	}
	r.readForgotten()
	if r.cache == nil {
		r.checkDuplicates()
		r.checkReferences(r.lib, r.lib.names())
	} else {
		r.cache.check(r)
	}
	r.findCopies()
	return r.lib, nil
}

type reader struct {
	site  *Site
	lib   *Library
	cache *Cache // nil for a reading that remembers nothing
	spool *markdown.Spool
}

// content finds and reads the content files, and returns how many there are.
func (r *reader) content(ctx context.Context, dir string) (int, error) {
	if r.cache != nil {
		return r.cached(ctx, dir)
	}
	files := r.find(dir)
	results := make([]result, len(files))
	err := onAllCores(ctx, len(files), func(i int) { results[i] = r.read(files[i]) })
	for _, res := range results {
		r.collect(res)
	}
	return len(files), err
}

// found is a content file to be read.
type found struct {
	kind Kind
	slug string
	path string // on disk
	file string // as told in problems
	// inContent is the path from which links in the file are counted, such as stories/library/index.md.
	inContent string
	// notes, when set, is told on which files beside it the item depends.
	notes *notes
}

// newFound makes a found of which the texts share memory as far as they can: mostly
// each is a part of the path, and a site has many.
func newFound(k Kind, slug, path, file, inContent string) found {
	file = endOf(path, file)
	inContent = endOf(file, inContent)
	return found{k, endOf(withoutEnding(inContent), slug), path, file, inContent, nil}
}

// withoutEnding takes the ending off the path of a content file.
func withoutEnding(p string) string {
	return strings.TrimSuffix(strings.TrimSuffix(p, ".md"), "/index")
}

// endOf returns the end of a longer text where it is the same as a shorter one,
// and else the shorter one itself.
func endOf(longer, shorter string) string {
	if strings.HasSuffix(longer, shorter) {
		return longer[len(longer)-len(shorter):]
	}
	return shorter
}

func (r *reader) problem(file, code string, severity report.Severity, message, help string) {
	r.lib.Problems = append(r.lib.Problems, report.Problem{Code: code, Severity: severity, File: file, Message: message, Help: help})
}

// find lists the content files of all kinds, in the order of their names.
func (r *reader) find(content string) []found {
	var files []found
	folders := map[string]bool{}
	for _, k := range Kinds {
		dir, label := filepath.Join(content, k.Folder()), "content/"+k.Folder()
		if k == PersonKind {
			dir, label = r.site.people(), r.site.PeopleDir
		}
		folders[k.Folder()] = true
		if k != PersonKind && linked(dir) { // the people's folder may be kept elsewhere
			r.problem(label, "symbolic-link", report.Error, "This folder is a symbolic link; links aren't followed, so nothing in it is published.", "Put the folder itself here.")
			continue
		}
		files = append(files, r.list(k, dir, label, "")...)
	}
	entries, _ := os.ReadDir(content)
	for _, e := range entries {
		name := e.Name()
		if ignored(name) || folders[name] {
			continue
		}
		message := "content/ has no kind of content called “" + name + "”; nothing in it is read."
		if near := report.DidYouMean(name, []string{"stories", "notes", "cells", "people", "changes", "pages"}); near != "" {
			message += " Did you mean “" + near + "”?"
		}
		r.problem("content/"+name, "unknown-folder", report.Warning, message, "Use one of stories, notes, cells, people, changes and pages.")
	}
	return files
}

// ignored reports whether a name is passed over (spec, "A site's folder").
func ignored(name string) bool { return name[0] == '_' || name[0] == '.' }

// list finds the files of one kind: SLUG.md, SLUG/index.md, and for pages
// folders within folders.
func (r *reader) list(k Kind, dir, label, prefix string) []found {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if !os.IsNotExist(err) {
			r.problem(label, "unreadable-folder", report.Error, "This folder can't be read.", "Check that it is a folder, and that its permissions allow reading.")
		}
		return nil
	}
	var files []found
	for _, e := range entries {
		name := e.Name()
		if ignored(name) {
			continue
		}
		p, file := filepath.Join(dir, name), label+"/"+name
		stem, isMarkdown := strings.CutSuffix(name, ".md")
		if other, ok := otherEnding(name); ok {
			stem, isMarkdown = other, true
		} else if !isMarkdown && k == PersonKind && isHeaded(p) {
			stem, isMarkdown = strings.TrimSuffix(name, path.Ext(name)), true
		}
		isFolder := e.IsDir()
		if e.Type()&fs.ModeSymlink != 0 {
			info, err := os.Stat(p)
			isFolder = err == nil && info.IsDir()
			if !isFolder && !isMarkdown || err != nil {
				r.problem(file, "symbolic-link", report.Error, "This is a symbolic link; links aren't followed, so it isn't published.", "Put the file itself here.")
				continue
			}
		}
		switch {
		case isFolder:
			inner := filepath.Join(p, "index.md")
			if _, err := os.Lstat(inner); err == nil {
				files = append(files, newFound(k, prefix+name, inner, file+"/index.md", k.Folder()+"/"+prefix+name+"/index.md"))
				if k != PageKind {
					continue
				}
			} else if k == PageKind && !e.IsDir() {
				r.problem(file, "symbolic-link", report.Error, "This is a symbolic link; links aren't followed, so nothing in it is published.", "Put the folder itself here.")
			} else if k != PageKind {
				others := r.texts(k, p, file, name)
				if files = append(files, others...); len(others) == 0 {
					r.problem(file, "no-index", report.Warning, "This folder has no index.md, so nothing in it is read.", "Name its text index.md.")
				}
			}
			if k == PageKind && e.IsDir() && strings.Count(prefix, "/") < 8 {
				files = append(files, r.list(k, p, file, prefix+name+"/")...)
			}
		case isMarkdown && !(k == PageKind && prefix != "" && name == "index.md"):
			files = append(files, newFound(k, prefix+stem, p, file, k.Folder()+"/"+prefix+name))
		}
	}
	return files
}

// result is what one file gave: an item of its kind and its problems.
type result struct {
	item     any
	problems []report.Problem
}

// onAllCores calls f for each number below n.
func onAllCores(ctx context.Context, n int, f func(i int)) error {
	next := make(chan int, 256)
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	return ctx.Err()
}

// collect puts what a file gave into the Library.
func (r *reader) collect(res result) {
	l := r.lib
	l.Problems = append(l.Problems, res.problems...)
	switch item := res.item.(type) {
	case *Story:
		l.Stories = append(l.Stories, item)
	case *Note:
		l.Notes = append(l.Notes, item)
	case *Cell:
		l.Cells = append(l.Cells, item)
	case *Person:
		l.People = append(l.People, item)
	case *Change:
		l.Changes = append(l.Changes, item)
	case *Page:
		l.Pages = append(l.Pages, item)
	}
}

// read reads one file and puts the words of its texts into the spool, if there is one.
func (r *reader) read(f found) result {
	res := r.readFile(f)
	if r.spool != nil {
		eachBody(res.item, r.spool.Put)
	}
	return res
}

// readFile reads one file. A file that can't be read still gives an item, so
// that it is known to be left out.
func (r *reader) readFile(f found) result {
	item := Item{Kind: f.kind, Slug: f.slug, ID: endOf(withoutEnding(f.inContent), f.kind.Folder()+"/"+f.slug), File: f.file}
	d := &decoder{file: f.file}
	broken := func(p *report.Problem) {
		p.File = f.file
		d.problems = append(d.problems, *p)
		item.Broken = true
	}
	if f.kind == PageKind {
		item.ID = f.slug
	}
	if p := f.refusal(); p != nil {
		broken(p)
	}
	for part := range strings.SplitSeq(f.slug, "/") {
		if !IsSlug(part) {
			broken(&report.Problem{Code: "wrong-slug", Severity: report.Error, Message: "The name of this file or its folder can't be part of an address.",
				Help: "Use small letters a to z, digits and hyphens only, such as the-library.md."})
			break
		}
	}
	if f.kind == PageKind && Reserved(f.slug) {
		broken(&report.Problem{Code: "reserved-address", Severity: report.Error, Message: "A page may not take an address that the site uses itself.",
			Help: "Give the file another name; stories, notes, cells, people, changes, themes, places, follow, search and others are taken."})
	}
	var p parts
	room := rooms.Get().(*bytes.Buffer) // what is made of the file shares no memory with it
	defer rooms.Put(room)
	raw, problem := readLimited(f.path, room)
	source := raw
	if problem == nil {
		source, problem = clean(raw)
	}
	if problem == nil {
		p, problem = split(source)
	}
	if problem != nil {
		broken(problem)
	}
	d.firstLine = p.headerLine
	header := bytes.TrimRight(p.header, "\n ")
	compile := func(shared *Shared, layout string) {
		if problem != nil {
			item.Body = lossy(raw) // it isn't shown, but its words are still looked for
		} else {
			item.Body = r.compile(d, p.body, f, p.bodyLine, layout == "poem")
		}
		r.checkShared(d, shared, f)
		if problem == nil {
			checkPictures(d, shared, item.Body)
		}
		item.Broken = item.Broken || d.structural
	}
	switch f.kind {
	case StoryKind:
		s := &Story{}
		if problem == nil {
			d.document(header, s)
		} else {
			salvage(raw, s)
		}
		compile(&s.Shared, s.Layout.S)
		s.Item = item
		r.checkStory(d, s, f)
		if s.Broken && s.Name.S == "" {
			if names := namesIn(raw); len(names) > 0 {
				s.Name.S = names[0]
			}
		}
		return result{s, d.problems}
	case NoteKind:
		n := &Note{}
		if problem == nil {
			d.document(header, n)
		}
		p.body = r.summarise(d, n, p.body, p.bodyLine, f)
		compile(&n.Shared, "")
		n.Item = item
		r.checkNote(d, n, f)
		return result{n, d.problems}
	case CellKind:
		c := &Cell{}
		if problem == nil {
			d.document(header, c)
		}
		compile(&c.Shared, "")
		c.Item = item
		c.AboutText = r.inline(d, c.About, f)
		c.Broken = c.Broken || d.structural
		return result{c, d.problems}
	case PersonKind:
		n := &Person{}
		if problem == nil {
			d.document(header, n)
		} else {
			salvage(raw, n)
		}
		compile(&n.Shared, "")
		if n.Item = item; n.Broken {
			n.addNames(namesIn(raw))
		}
		return result{n, d.problems}
	case ChangeKind:
		c := &Change{}
		if problem == nil {
			d.document(header, c)
		}
		compile(&c.Shared, "")
		c.Item = item
		c.WhyText = r.inline(d, c.Why, f)
		c.Broken = c.Broken || d.structural
		if c.Status.S == "not-done" && c.Why.S == "" {
			d.problem("why-missing", c.Status.At, "A change that won't be made needs “why”.", "Add a line “why: …” that tells the people who were heard why not.")
			c.Broken = true
		}
		return result{c, d.problems}
	}
	g := &Page{}
	if problem == nil {
		d.document(header, g)
	}
	compile(&g.Shared, "")
	g.Item = item
	return result{g, d.problems}
}

// rooms are lent to files while they are read.
var rooms = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// readLimited reads a file of at most MaxFile bytes into a room.
func readLimited(name string, room *bytes.Buffer) ([]byte, *report.Problem) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &report.Problem{Code: "unreadable-file", Severity: report.Error, Message: "This isn't a plain file, so it can't be read.", Help: "Put a plain file here."}
	}
	if err == nil && info.Size() > MaxFile {
		return firstBytes(name), &report.Problem{Code: "too-large", Severity: report.Error, Message: "The file is larger than 1 MB, so it isn't published.",
			Help: "Split the text into several files; put pictures and recordings beside it instead of into it."}
	}
	if err == nil {
		room.Reset()
		room.Grow(int(info.Size()) + bytes.MinRead)
		err = readInto(room, name)
	}
	if err != nil {
		return nil, &report.Problem{Code: "unreadable-file", Severity: report.Error, Message: "The file can't be read.", Help: "Check that it's there and that its permissions allow reading."}
	}
	return room.Bytes(), nil
}

func readInto(room *bytes.Buffer, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = room.ReadFrom(f)
	return err
}

// firstBytes returns as much of a file as is read of any, for its words to be looked for.
func firstBytes(name string) []byte {
	f, err := os.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, _ := io.ReadAll(io.LimitReader(f, MaxFile)) // what can't be read has no words to look for
	return data
}

// reservedAddresses are the site's own; a page may not take them or stand in them.
var reservedAddresses = []string{"stories", "notes", "cells", "themes", "places", "people", "changes", "follow", "search", "assets", "media",
	"meetings", "learning", "words", "everything", "rss", "atom", "feed", "podcast", "opml", "sitemap", "robots", "404", "build", "index"}

// Reserved reports whether a page's path is an address that the site uses itself.
func Reserved(slug string) bool {
	first, rest, nested := strings.Cut(slug, "/")
	if first == "index" || first == "404" {
		return !nested || rest != ""
	}
	return slices.Contains(reservedAddresses, first)
}

// compile compiles a text and turns what it found into problems.
func (r *reader) compile(d *decoder, text []byte, f found, line int, hardBreaks bool) *markdown.Body {
	body, issues := markdown.Compile(text, markdown.Options{File: f.inContent, Site: r.site.URL, FirstLine: line, HardBreaks: hardBreaks})
	r.tell(d, issues)
	if body.IsEmpty() && len(issues) > 0 { // too nested to be read as Markdown
		return lossy(text)
	}
	return body
}

// lossy takes the words of a text that can't be read as it should be: the item
// is left out, and the proof looks for what can be made out of it.
func lossy(source []byte) *markdown.Body {
	words := strings.ToValidUTF8(strings.ReplaceAll(string(source), "\x00", ""), " ")
	return markdown.Plain(strings.NewReplacer(">", " ", "*", " ", "[", " ", "]", " ").Replace(words))
}

// inline compiles a line of front matter that may name people.
func (r *reader) inline(d *decoder, t Text, f found) *markdown.Body {
	if t.S == "" {
		return nil
	}
	body, issues := markdown.Compile([]byte(t.S), markdown.Options{File: f.inContent, Site: r.site.URL, FirstLine: int(t.At.Line), Inline: true})
	r.tell(d, issues)
	return body
}

func (r *reader) inlines(d *decoder, list []Text, f found) []*markdown.Body {
	bodies := make([]*markdown.Body, len(list))
	for i, t := range list {
		bodies[i] = r.inline(d, t, f)
	}
	return bodies
}

// issueWords tells the issues of a text to its writer.
var issueWords = map[string]struct {
	severity      report.Severity
	message, help string
}{
	markdown.IssueTooNested:        {report.Error, "The text nests deeper than 100 levels, or tangles too many brackets in one paragraph, so it isn't published.", "Write it more plainly: fewer lists in lists, quotations in quotations, brackets in brackets."},
	markdown.IssueRawHTML:          {report.Warning, "HTML isn't used here: the tags are left out, and the words between them stay.", "Write it in Markdown: *emphasis*, **strong**, [link](address)."},
	markdown.IssueSwallowedMention: {report.Error, "A mention with a colon after it at the start of a line reads as a link definition and would vanish.", "Move the colon, or begin the line with another word."},
	markdown.IssueUnclosedPassage:  {report.Error, "A passage that begins with ::: isn't closed, so it reaches to the end of its surroundings.", "Put a line with ::: alone where the passage ends."},
	markdown.IssueStrayDirective:   {report.Error, "A line with ::: opens or closes nothing here; the line is left out.", "A passage begins with “::: with @id” or “::: without @id” and ends with “:::”, each on a line of its own."},
	markdown.IssueUnclearPassage:   {report.Error, "It can't be read whose consent this passage needs, so it is treated as needing somebody's who didn't give it.", "Write “::: with @id” or “::: without @id” with one person's ID, and nothing else on the line."},
	markdown.IssueNearDirective:    {report.Error, "A line looks as if it should begin or end a passage that needs somebody's consent, but it can't be read as one, and what stands in the passage would be shown to everyone. So nothing of this text is published.", "Write “::: with @id”, “::: without @id” or “:::” with three plain colons at the very beginning of the line. To show how a passage is written, put the example between two lines of ```."},
	markdown.IssueIndentedPassage:  {report.Warning, "A line with ::: is indented by four spaces or more. The passage counts as it was meant, but Markdown shows what is indented so far as code.", "Take the spaces away from the beginning of these lines. To show how a passage is written, put the example between two lines of ```."},
	markdown.IssueIntroducedQuote:  {report.Warning, "A quotation stands below a line that names somebody and ends in a colon, but it isn't attributed to them, so it stays when they take their consent to quotations back.", "If these are their words, end the quotation with a line “— [@id]”. If they are yours, write them without the > before each line."},
	markdown.IssueEarlyAttribution: {report.Warning, "A quotation says who speaks before its last line. The whole quotation counts as theirs, and leaves when one of them may not be quoted.", "Give each speaker a quotation of their own that ends in “— [@id]”, and put remarks below it, outside the quotation."},
	markdown.IssueTwinMissing:      {report.Error, "A “::: without” passage doesn't stand right after a “::: with” passage for the same person.", "Put it right after the passage that it stands in for."},
	markdown.IssueUnsafeLink:       {report.Error, "A link has an address that can't be used, so it becomes plain text.", "Use a full address (https://…), a path on the site (/stories/…/), or a file beside this one (other.md)."},
	markdown.IssueForeignImage:     {report.Error, "A picture from somewhere else isn't shown: pages ask nothing of other sites.", "Put the picture beside this file, list it under “media”, and name it here."},
	markdown.IssueMentionInAlt:     {report.Warning, "A person is mentioned in a picture's description, where nobody can be shown by name.", "Describe the picture in words; say who is in it under “people”."},
}

func (r *reader) tell(d *decoder, issues []markdown.Issue) {
	seenHTML := false
	for _, i := range issues {
		if i.Code == markdown.IssueRawHTML {
			if seenHTML {
				continue // once a file is enough
			}
			seenHTML = true
		}
		w := issueWords[i.Code]
		d.problems = append(d.problems, report.Problem{Code: i.Code, Severity: w.severity, File: d.file, Line: int(i.At.Line), Column: int(i.At.Column), Message: w.message, Help: w.help})
		if i.Code == markdown.IssueTooNested || i.Code == markdown.IssueNearDirective {
			d.structural = true
		}
	}
}

// checkShared checks the keys that work in every kind and finds the files beside the item.
func (r *reader) checkShared(d *decoder, s *Shared, f found) {
	if s.Language.S != "" {
		if _, err := language.Parse(s.Language.S); err != nil {
			d.problem("wrong-language", s.Language.At, "“language” isn't a language tag that is known, so it is passed over.", "Write the short name of the language, such as en-GB, so or pl (a BCP 47 tag).")
			s.Language.S = ""
		}
	}
	for i := range s.Media {
		r.checkMedium(d, &s.Media[i], f)
	}
	if s.Image.S != "" && !slices.ContainsFunc(s.Media, func(m Medium) bool { return m.File.S == s.Image.S }) {
		d.problem("image-not-in-media", s.Image.At, "“image” names a file that isn't listed under “media”, so no picture is shown with the title.", "List it under “media”, with who can be recognised in it.")
		s.Image.S = ""
	}
}

// checkPictures tells of pictures in the text that nobody has declared: without
// that it isn't known who is in them, so they aren't shown.
func checkPictures(d *decoder, s *Shared, b *markdown.Body) {
	if b == nil {
		return
	}
	for _, im := range b.Images {
		if !slices.ContainsFunc(s.Media, func(m Medium) bool { return m.File.S == im.File }) {
			d.problem("picture-not-in-media", im.At,
				"This picture isn't listed under “media”, so it isn't shown.", "List it there, with what it shows (“alt”) and everyone who can be recognised in it (“people”).")
		}
	}
}

func (r *reader) checkMedium(d *decoder, m *Medium, f found) {
	flaw := func(code string, at report.Place, message, help string) {
		d.problem(code, at, message, help)
		m.Broken = true
	}
	var ok bool
	if m.Path, ok = r.beside(f, m.File.S); !ok && m.File.S != "" {
		flaw("no-file", m.File.At, "This file isn't beside the text, or isn't a plain file, so it isn't published.", "Put it into the same folder, and check its name letter by letter.")
	}
	if m.People == nil {
		flaw("people-missing", m.At, "It isn't said who can be recognised in this picture or recording, so it isn't published.", "Add “people: [id, id]” with everyone who can be recognised, or “people: []” if it's nobody.")
	}
	recording := IsRecording(m.File.S)
	switch {
	case recording && m.Transcript.S == "":
		flaw("transcript-missing", m.At, "A recording needs a transcript, so it isn't published.", "Write down every word that is said in a text file, and add “transcript: told.txt”.")
	case recording && IsVideo(m.File.S) && m.Captions.S == "":
		flaw("captions-missing", m.At, "A video needs captions, so it isn't published.", "Save its captions as a WebVTT file (most video programs export one), and add “captions: told.vtt”.")
	case !recording && m.Alt == nil && !m.Decorative.V:
		flaw("alt-missing", m.At, "It isn't said what this picture shows for people who don't see it, so it isn't published.", "Add “alt: …” with what one would say about it on the phone.")
	case !recording && m.Alt != nil && m.Alt.S == "" && !m.Decorative.V:
		flaw("alt-missing", m.Alt.At, "“alt” is empty, but the picture isn't marked as decoration, so it isn't published.", "Say what it shows, or add “decorative: true” if it says nothing.")
	}
	if m.Describe.S != "" {
		if p, ok := r.beside(f, m.Describe.S); ok {
			m.Description = r.compileFile(d, p, m.Describe, f)
		} else {
			flaw("no-file", m.Describe.At, "The long description isn't beside the text.", "Put the Markdown file into the same folder.")
		}
	}
	if m.Transcript.S != "" {
		if p, ok := r.beside(f, m.Transcript.S); ok {
			m.Script = r.compileFile(d, p, m.Transcript, f)
		} else {
			flaw("no-file", m.Transcript.At, "The transcript isn't beside the text, so the recording isn't published.", "Put the file into the same folder.")
		}
	}
	for _, extra := range []struct {
		name Text
		into *string
	}{{m.Captions, &m.CaptionsPath}, {m.Poster, &m.PosterPath}} {
		if extra.name.S == "" {
			continue
		}
		if p, ok := r.beside(f, extra.name.S); ok {
			*extra.into = p
		} else {
			flaw("no-file", extra.name.At, "This file isn't beside the text, so the recording isn't published.", "Put it into the same folder, and check its name.")
		}
	}
}

// compileFile reads a text file beside an item: Markdown, or plain words.
func (r *reader) compileFile(d *decoder, name string, t Text, f found) *markdown.Body {
	source, problem := readLimited(name, new(bytes.Buffer))
	if problem == nil {
		source, problem = clean(source)
	}
	line := 1
	if problem == nil && bytes.HasPrefix(source, []byte("---\n")) {
		var p parts // keys at its head are no words of it
		if p, problem = split(source); problem == nil {
			source, line = p.body, p.bodyLine
		}
	}
	if problem != nil {
		problem.File, problem.Line, problem.Column = d.file, int(t.At.Line), int(t.At.Column)
		problem.Message = "The file named here can't be used. " + problem.Message
		d.problems = append(d.problems, *problem)
		d.structural = true
		return nil
	}
	if strings.EqualFold(path.Ext(t.S), ".md") {
		inner := &decoder{file: path.Join(path.Dir(f.file), t.S)}
		beside := f
		beside.inContent = path.Join(path.Dir(f.inContent), t.S)
		body := r.compile(inner, source, beside, line, false)
		d.problems = append(d.problems, inner.problems...)
		d.structural = d.structural || inner.structural
		return body
	}
	return markdown.Plain(string(source))
}

// beside returns the path on disk of a plain file in the item's own folder.
func (r *reader) beside(f found, name string) (string, bool) {
	if name == "" || name != path.Clean(name) || path.IsAbs(name) || strings.HasPrefix(name, "..") || strings.Contains(name, "\\") {
		return "", false
	}
	p := filepath.Join(filepath.Dir(f.path), filepath.FromSlash(name))
	f.notes.add(p)
	for at := p; len(at) > len(filepath.Dir(f.path)); at = filepath.Dir(at) {
		info, err := os.Lstat(at)
		if err != nil || info.Mode()&fs.ModeSymlink != 0 || at == p && !info.Mode().IsRegular() {
			return "", false
		}
	}
	return p, true
}

// IsRecording reports whether a file name is that of a sound or a video.
func IsRecording(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav", ".flac", ".aac":
		return true
	}
	return IsVideo(name)
}

// IsVideo reports whether a file name is that of a video.
func IsVideo(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".mp4", ".m4v", ".webm", ".mov", ".ogv", ".mkv":
		return true
	}
	return false
}
