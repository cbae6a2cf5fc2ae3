package read

import (
	"bufio"
	"bytes"
	"sync"
	"unicode/utf8"

	"github.com/adrg/frontmatter"

	"ownwords/generator/report"
)

// parts is a content file, split at its fences.
type parts struct {
	header     []byte
	headerLine int // line of the file on which the header begins
	body       []byte
	bodyLine   int
}

// capture makes the front matter package hand over the YAML as it found it; it
// is decoded strictly elsewhere.
var capture = frontmatter.NewFormat("---", "---", func(data []byte, v any) error {
	*v.(*[]byte) = bytes.Clone(data)
	return nil
})

// fenceReaders are lent to the front matter package, which would make a new one for each file.
var fenceReaders = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

// split finds the front matter (spec, "A site's folder"): the first line is
// exactly ---, and so is the first line after it that ends it. The fences are
// found here and by the front matter package; where the two disagree, as with
// an indented --- inside a block of text, nobody can be sure what was meant,
// and the file is refused rather than published with metadata among its words.
func split(source []byte) (parts, *report.Problem) {
	first, rest, found := bytes.Cut(source, []byte("\n"))
	if string(bytes.TrimRight(first, " \t")) != "---" {
		p := &report.Problem{Code: "no-front-matter", Severity: report.Error, Line: 1, Column: 1,
			Message: "The file doesn't begin with a line of three hyphens (---).",
			Help:    "The first line must be ---, then the keys such as “title: …”, then --- again, then the text."}
		if len(bytes.TrimSpace(source)) == 0 {
			p.Code, p.Message = "empty-file", "The file is empty."
		}
		return parts{}, p
	}
	line, at := 2, len(first)+1
	header, body, closed := rest, []byte(nil), false
	head := source // all up to the end of the second fence
	for found {
		var text []byte
		var more bool
		text, rest, more = bytes.Cut(rest, []byte("\n"))
		if string(bytes.TrimRight(text, " \t")) == "---" {
			header, body, closed = source[len(first)+1:at], rest, true
			head = source[:len(source)-len(rest)]
			break
		}
		at += len(text) + 1
		line++
		found = more
	}
	if !closed {
		return parts{}, &report.Problem{Code: "unclosed-front-matter", Severity: report.Error, Line: 1, Column: 1,
			Message: "The keys at the head of the file aren't closed by a second line of three hyphens (---).",
			Help:    "Put a line with exactly three hyphens between the last key and the text."}
	}
	p := parts{header: header, headerLine: 2, body: body, bodyLine: line + 1}
	if !bytes.Contains(header, []byte("---")) {
		return p, nil // no other line can be meant as a fence
	}
	var theirs []byte
	reader := fenceReaders.Get().(*bufio.Reader)
	defer fenceReaders.Put(reader)
	reader.Reset(bytes.NewReader(head)) // what follows the fences can't change where they are
	rest, err := frontmatter.MustParse(reader, &theirs, capture)
	if err != nil || len(rest) > 0 || !bytes.Equal(bytes.TrimSpace(theirs), bytes.TrimSpace(header)) {
		return parts{}, &report.Problem{Code: "unclear-front-matter", Severity: report.Error, Line: 1, Column: 1,
			Message: "It isn't clear where the keys at the head of the file end.",
			Help:    "Only two lines may consist of three hyphens: the first line, and the one between the keys and the text. An indented --- among the keys isn't read either."}
	}
	return p, nil
}

// clean checks that a file is text: UTF-8 without NUL. A byte order mark goes,
// and line ends become line feeds.
func clean(source []byte) ([]byte, *report.Problem) {
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(source, 0) >= 0 || !utf8.Valid(source) {
		return nil, &report.Problem{Code: "not-text", Severity: report.Error,
			Message: "The file isn't plain text in UTF-8.",
			Help:    "Save it again as “UTF-8 text”; if it's a picture or a document, it needs another ending than .md."}
	}
	if bytes.IndexByte(source, '\r') >= 0 {
		source = bytes.ReplaceAll(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	return source, nil
}
