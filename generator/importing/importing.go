// Package importing turns what people have at hand after a meeting - pasted
// text, a Word document, a web page, Markdown, or a whole WordPress or
// Squarespace export - into note files (spec, "A note").
//
// The road is the same for all of them:
//
//	a source -> blocks       paragraphs, items and headings, with their places in the source
//	furniture                lines of the website around the note go into a comment of the front matter
//	guesses                  title, cell, number, date, held, next meetings, questions: each with the words it comes from
//	headings                 lines that are headings without saying so get their level
//	Markdown                 written so that the words come out as they were typed
//	proof                    the words before and after are compared, every time
//
// Three promises hold for every import. No word is lost or changed: what isn't
// in the text any more is in the front matter, and the comparison is made on
// each file, not only in tests. Nothing is guessed silently: every value in the
// front matter has a Guess that names the words it was taken from. And nobody
// becomes named: people are listed for the keeper, mentions are never written,
// and mention syntax that stands in a source is made harmless.
//
// The room reads no files, no clock and no network; cmd gives it bytes and
// writes what comes back. Dates, months and the usual section names are
// understood in English; other languages import with fewer guesses.
package importing

import (
	"bytes"
	"fmt"
	"path"
	"strings"

	"ownwords/generator/report"
)

// Known is a person on file, whom an import may recognise in the text. It is
// only for telling the keeper; nothing of it is written into a note.
type Known struct {
	ID, Name string
	KnownAs  []string
}

// Cell is a cell on file.
type Cell struct{ ID, Title string }

// Options say what is on file already.
type Options struct {
	Cells  []Cell
	People []Known
}

// Sureness says how far a guess can be relied on.
type Sureness string

const (
	// Sure means that the words say so in a form that means nothing else.
	Sure Sureness = "sure"
	// Likely means that the usual reading was taken.
	Likely Sureness = "likely"
	// Unsure means that a keeper should look before relying on it.
	Unsure Sureness = "unsure"
)

// Guess is one value of the front matter, or one reading of the text, with
// where it comes from.
type Guess struct {
	// Field is the front matter key; "summary" when a section of the text serves as the summary.
	Field, Value string
	// Words are the words of the source it was taken from.
	Words string
	// Line counts from 1 in the source (in a Word document, paragraphs do); 0
	// when it comes from elsewhere, such as the file's name, or from HTML.
	Line int
	Sure Sureness
	// Why says how the words were read, when that isn't plain.
	Why string
}

// PersonFound is somebody whom the text seems to name. It is for the keeper to
// decide about; the text is left as it was.
type PersonFound struct {
	// ID is the person's file in content/people, empty when there is none.
	ID, Name string
	// Lines are the lines of the source where the name, or the first name alone, stands.
	Lines []int
	// Because says what gave the name away.
	Because string
	Sure    Sureness
}

// Moved is a line of the source that isn't in the note's text any more,
// because the front matter holds it.
type Moved struct {
	Line int
	Text string
	// Into is "title" or "comment".
	Into string
	// after is set for lines that stood below the note's text.
	after bool
}

// MediaFile is a picture or recording that the source holds or speaks of.
type MediaFile struct {
	// Name is the file's name beside the note.
	Name string
	// Data is nil when the source only names the file. Nothing is ever fetched.
	Data []byte
	// From is where the source says the file is: an address or a file name.
	From string
	// Alt is the description that the source gives, if any.
	Alt string
}

// Folder is the part of content/ that a result belongs into.
type Folder string

const (
	Notes Folder = "notes"
	Pages Folder = "pages"
)

// Result is one file to be written: content/FOLDER/SLUG.md, or, with Media
// that has Data, content/FOLDER/SLUG/index.md with those files beside it.
type Result struct {
	Folder Folder
	// Slug is the proposed name; for a page it may have several parts (about/us).
	Slug, Title string
	// Markdown is the whole file, front matter included.
	Markdown []byte
	Media    []MediaFile
	Moved    []Moved
	Guesses  []Guess
	People   []PersonFound
	Problems []report.Problem
}

const (
	// MaxText is how large a text, Markdown or HTML file may be, in bytes.
	MaxText = 2 << 20
	// MaxDocument is how large a .docx file may be, in bytes.
	MaxDocument = 64 << 20
	// MaxExport is how large a WordPress or Squarespace export may be, in bytes.
	MaxExport = 256 << 20
	// maxContent is the spec's limit for a content file ("A site's folder").
	maxContent = 1 << 20
)

// Unreadable is the error of a source that can't be imported at all.
type Unreadable struct{ Message, Help string }

// Error says what is wrong and how to mend it.
func (u *Unreadable) Error() string { return u.Message + " " + u.Help }

// Note turns one pasted text, .docx, HTML or Markdown file into a note. name is
// the file's name; it decides how the bytes are read where they don't say so
// themselves, and stands in for what the text doesn't tell. The error, if any,
// is an *Unreadable.
func Note(name string, data []byte, o Options) (*Result, error) {
	src, err := read(name, data)
	if err != nil {
		return nil, err
	}
	return src.note(o)
}

// read finds out what kind of file it is, by its content first and its name second.
func read(name string, data []byte) (*source, error) {
	ext := strings.ToLower(path.Ext(name))
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, &Unreadable{"The file is empty.", "Check that it is the right file."}
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readDocx(name, data)
	case bytes.HasPrefix(data, []byte("%PDF")):
		return nil, &Unreadable{"This is a PDF; its words can't be taken out reliably.", "Open it, copy the text, and paste it into a file that ends in .txt; or import the document it was made from."}
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return nil, &Unreadable{"This is an old Word document (.doc).", "Open it and save it as .docx, then import that."}
	case bytes.HasPrefix(data, []byte(`{\rtf`)):
		return nil, &Unreadable{"This is a rich text file (.rtf).", "Open it and save it as .docx, then import that."}
	case len(data) > MaxText:
		return nil, &Unreadable{fmt.Sprintf("The file is larger than %d MB, too large for one note.", MaxText>>20), "Split it, or take out what isn't text."}
	}
	if isHTML(ext, data) {
		return readHTML(name, data)
	}
	if notText(data) {
		return nil, &Unreadable{"This file isn't text.", "Notes can be imported from pasted text (.txt), Word (.docx), HTML and Markdown."}
	}
	text := decode(data)
	if isMarkdown(ext, text) {
		return readMarkdown(name, text), nil
	}
	return readPaste(name, text, ext == ".md" || ext == ".markdown"), nil
}

// notText reports whether bytes are more likely a picture or a program.
func notText(data []byte) bool {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return false // UTF-16, in which every other byte may be 0
	}
	odd := 0
	for _, b := range data {
		if b < 0x20 && (b < '\t' || b > '\r') {
			odd++
		}
	}
	return odd*50 > len(data)
}

// source is what was read: the blocks, and what the reader had to say.
type source struct {
	name   string // the file's name
	blocks []block
	// words are all words of the source in their order, taken apart from the blocks.
	words []string
	// marked says that the source is Markdown or HTML, in which headings are marked.
	marked bool
	// signs are the asterisks and the like that a reader saw; "" when they weren't counted.
	signs string
	// addresses says that words has the addresses of links and pictures too.
	addresses bool
	before    []Moved // lines above the note that are not part of it, such as a header in Word or a web page's menu
	after     []Moved
	media     []MediaFile
	problems  []report.Problem
	title     string   // a title told outside the text (an export's), "" if none
	posted    string   // the day it was put on the old site (2020-07-10), "" if unknown
	themes    []string // an export's categories and tags
	folder    Folder
	slug      string
	// plainer reads the source again without any markup, for when the proof fails.
	plainer func() *source
}

// problem adds something to mend. File is the source's name, Line its line.
func (s *source) problem(code string, sev report.Severity, line int, message, help string) {
	s.problems = append(s.problems, report.Problem{Code: code, Severity: sev, File: s.name, Line: line, Message: message, Help: help})
}

// note walks the road from blocks to a finished file.
func (s *source) note(o Options) (*Result, error) {
	if len(s.words) == 0 && len(s.media) == 0 && s.title == "" {
		return nil, &Unreadable{"There are no words in this file.", "Check that it is the right file."}
	}
	original := append([]block(nil), s.blocks...)
	r := &Result{Folder: s.folder}
	if r.Folder == "" {
		r.Folder = Notes
	}
	d := &draft{source: s, options: o, result: r}
	d.furniture()
	d.guessTitle()
	findHeadings(d.blocks, s.marked)
	if r.Folder == Notes {
		d.guessAll()
	}
	d.findPeople()
	r.Media = s.media
	r.Slug = d.makeSlug()
	r.Markdown = d.file()
	if lost := s.prove(r); lost != "" {
		if s.plainer != nil {
			plain := s.plainer()
			plain.problem("formatting-lost", report.Warning, 0, "Bold, italics, links and tables were left out, because with them the words would not have come out as they were.",
				"Compare the note with the original and mark them again by hand.")
			return plain.note(o)
		}
		s.problem("words-differ", report.Error, 0, "The words of the note are not exactly those of the original, from about here: "+lost,
			"Compare the two by hand before you use the note, and report this to whoever looks after this program.")
	}
	s.blocks = original
	if len(r.Markdown) > maxContent {
		s.problem("too-large", report.Error, 0, "The note is larger than 1 MB, and a build leaves such files out.", "Split it into several notes.")
	}
	r.Problems = s.problems
	return r, nil
}
