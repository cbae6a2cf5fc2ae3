package generator

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// teller is what reading needs of a test: testing.T has it, and rapid.T.
type teller interface {
	Helper()
	Fatal(args ...any)
}

// finished is a finished site as its tests read it: every file with everything
// that it says, read apart from the program's own proof.
type finished struct {
	files  []finishedFile
	byPath map[string]*finishedFile // made when first needed
}

// finishedFile is one file. said is all its words and addresses, folded: names
// and values of attributes, text with and without gaps at tags, comments,
// strings of JSON, and the bytes themselves.
type finishedFile struct {
	path string
	raw  []byte
	said string
}

// readFinished reads a folder of finished files. Files that an earlier reading
// had already, byte for byte, aren't taken apart again.
func readFinished(t teller, dir string, earlier ...*finished) *finished {
	t.Helper()
	f := &finished{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		for _, e := range earlier {
			if known := e.file(rel); known != nil && bytes.Equal(known.raw, data) {
				f.files = append(f.files, *known)
				return nil
			}
		}
		f.files = append(f.files, finishedFile{rel, data, saidBy(rel, data)})
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return f
}

// file returns a file by its path, or nil.
func (f *finished) file(name string) *finishedFile {
	if f.byPath == nil {
		f.byPath = map[string]*finishedFile{}
		for i := range f.files {
			f.byPath[f.files[i].path] = &f.files[i]
		}
	}
	return f.byPath[name]
}

// saying lists the files that hold the words.
func (f *finished) saying(words string) []string {
	words = foldWords(words)
	var in []string
	for _, x := range f.files {
		if strings.Contains(x.said, words) {
			in = append(in, x.path)
		}
	}
	return in
}

// leadingTo lists the files that hold an address such as stories/library as
// whole segments of a path.
func (f *finished) leadingTo(id string) []string {
	id = foldWords(id)
	var in []string
	for _, x := range f.files {
		for rest := x.said; ; {
			i := strings.Index(rest, id)
			if i < 0 {
				break
			}
			before, after := byte(' '), byte(' ')
			if i > 0 {
				before = rest[i-1]
			}
			if rest = rest[i+len(id):]; rest != "" {
				after = rest[0]
			}
			if !inSegment(before) && !inSegment(after) {
				in = append(in, x.path)
				break
			}
		}
	}
	return in
}

func inSegment(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80
}

// page returns the file of an item's page.
func pageOf(id string) string { return path.Join(strings.Trim(id, "/"), "index.html") }

// foldWords makes words comparable: decomposed, without accents and what can't
// be seen, in small letters, with single spaces.
func foldWords(s string) string {
	if folded, ok := foldPlain(s); ok {
		return folded
	}
	s = norm.NFKD.String(s)
	var b strings.Builder
	gap := false
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		case unicode.IsSpace(r) || r == 0:
			gap = true
		default:
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			if r == '’' || r == '‘' {
				r = '\''
			}
			b.WriteRune(r)
		}
	}
	return cases.Fold().String(b.String())
}

// foldPlain is foldWords for ASCII, which most files are.
func foldPlain(s string) (string, bool) {
	b := make([]byte, 0, len(s))
	gap := false
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 0x80:
			return "", false
		case c <= ' ':
			gap = gap || c == 0 || c == ' ' || c >= '\t' && c <= '\r'
			if c != 0 && c != ' ' && (c < '\t' || c > '\r') {
				return "", false
			}
		default:
			if gap && len(b) > 0 {
				b = append(b, ' ')
			}
			gap = false
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			b = append(b, c)
		}
	}
	return string(b), true
}

// saidBy returns everything that a file says, folded.
func saidBy(name string, data []byte) string {
	said := []string{name}
	say := func(s string) {
		said = append(said, s)
		if decoded, err := url.PathUnescape(s); err == nil && decoded != s {
			said = append(said, decoded)
		}
	}
	text := string(data)
	switch path.Ext(name) {
	case ".html":
		sayHTML(text, say)
	case ".xml":
		sayXML(data, say)
	case ".json":
		sayJSON(data, say)
	case ".ics":
		text = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", `\n`, " ", `\,`, ",", `\;`, ";").Replace(text)
	}
	say(text)
	for i := range said {
		said[i] = foldWords(said[i])
	}
	return strings.Join(said, "\n")
}

// sayHTML says the text of HTML twice, with tags as gaps and as nothing, and
// every attribute and comment.
func sayHTML(text string, say func(string)) {
	var joined, apart strings.Builder
	z := html.NewTokenizer(strings.NewReader(text))
	for {
		switch z.Next() {
		case html.ErrorToken:
			say(joined.String())
			say(apart.String())
			return
		case html.TextToken:
			words := html.UnescapeString(string(z.Raw()))
			joined.WriteString(words)
			apart.WriteString(words)
		case html.CommentToken:
			say(string(z.Raw()))
		default:
			token := z.Token()
			for _, a := range token.Attr {
				say(a.Val)
			}
			apart.WriteByte(' ')
			switch token.Data {
			case "br", "p", "li", "td", "th", "div", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "title":
				joined.WriteByte(' ')
			}
		}
	}
}

func sayXML(data []byte, say func(string)) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	for {
		token, err := d.Token()
		if err != nil {
			return
		}
		switch x := token.(type) {
		case xml.CharData:
			sayField(string(x), say)
		case xml.Comment:
			say(string(x))
		case xml.StartElement:
			for _, a := range x.Attr {
				sayField(a.Value, say)
			}
		}
	}
}

func sayField(s string, say func(string)) {
	say(s)
	if strings.ContainsAny(s, "<&") {
		sayHTML(s, say)
	}
}

func sayJSON(data []byte, say func(string)) {
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if err != nil {
			return
		}
		if s, ok := token.(string); ok {
			sayField(s, say)
		}
	}
}

// feedEntries reads the entries of a feed, deleted ones included (RFC 6721).
func feedEntries(t teller, f *finishedFile) []feedEntry {
	t.Helper()
	var entries []feedEntry
	switch path.Base(f.path) {
	case "feed.json":
		var doc struct {
			Items []struct {
				ID, Title, URL string
				Authors        []struct{ Name string }
			}
		}
		if err := json.Unmarshal(f.raw, &doc); err != nil {
			t.Fatal(err)
		}
		for _, i := range doc.Items {
			e := feedEntry{id: i.ID, title: i.Title, link: i.URL}
			if len(i.Authors) > 0 {
				e.author = i.Authors[0].Name
			}
			entries = append(entries, e)
		}
	case "atom.xml":
		var doc struct {
			Entries []struct {
				ID     string `xml:"id"`
				Title  string `xml:"title"`
				Author string `xml:"author>name"`
				Link   struct {
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
			Deleted []struct {
				Ref string `xml:"ref,attr"`
			} `xml:"http://purl.org/atompub/tombstones/1.0 deleted-entry"`
		}
		if err := xml.Unmarshal(f.raw, &doc); err != nil {
			t.Fatal(err)
		}
		for _, e := range doc.Entries {
			entries = append(entries, feedEntry{id: e.ID, title: e.Title, link: e.Link.Href, author: e.Author})
		}
		for _, d := range doc.Deleted {
			entries = append(entries, feedEntry{id: d.Ref, deleted: true})
		}
	case "rss.xml":
		var doc struct {
			Items []struct {
				ID     string `xml:"guid"`
				Title  string `xml:"title"`
				Link   string `xml:"link"`
				Author string `xml:"creator"`
			} `xml:"channel>item"`
		}
		if err := xml.Unmarshal(f.raw, &doc); err != nil {
			t.Fatal(err)
		}
		for _, i := range doc.Items {
			entries = append(entries, feedEntry{id: i.ID, title: i.Title, link: i.Link, author: i.Author})
		}
	}
	return entries
}
