package importing

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"

	"ownwords/generator/report"
)

// Export is what a WordPress or Squarespace export holds.
type Export struct {
	// Results are posts, as notes, and pages, in the order of the export.
	Results []*Result
	// Attachments are the pictures and other files that the export lists by
	// their addresses. Nothing is fetched, so they have no Data.
	Attachments []MediaFile
	// Problems are about the export as a whole; each Result has its own.
	Problems []report.Problem
}

// item of an export, as WordPress writes it (WXR 1.1 and 1.2).
type exported struct {
	Title    string   `xml:"title"`
	Content  string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
	Excerpt  string   `xml:"http://wordpress.org/export/1.2/excerpt/ encoded"`
	ID       string   `xml:"post_id"`
	Parent   string   `xml:"post_parent"`
	Name     string   `xml:"post_name"`
	Type     string   `xml:"post_type"`
	Status   string   `xml:"status"`
	Date     string   `xml:"post_date"`
	Address  string   `xml:"attachment_url"`
	Password string   `xml:"post_password"`
	Labels   []labels `xml:"category"`
}

type labels struct {
	Domain string `xml:"domain,attr"`
	Name   string `xml:",chardata"`
}

// WXR reads an export of a WordPress or Squarespace site (an XML file): posts
// become notes, pages become pages, all of them drafts. The error, if any, is
// an *Unreadable. name is the file's name, for the problems.
func WXR(name string, data []byte, o Options) (*Export, error) {
	if len(data) > MaxExport {
		return nil, &Unreadable{fmt.Sprintf("The export is larger than %d MB.", MaxExport>>20), "Export it in several parts (WordPress asks for what to export: a year, or pages only)."}
	}
	items, err := exportItems(data)
	if err != nil {
		return nil, err
	}
	e := &Export{}
	byID := map[string]*exported{}
	addresses := map[string]string{}
	for i := range items {
		it := &items[i]
		byID[it.ID] = it
		if it.Type == "attachment" && it.Address != "" {
			file := unused(fileName(it.Address), addresses)
			addresses[it.Address] = file
			e.Attachments = append(e.Attachments, MediaFile{Name: file, From: it.Address, Alt: plainSpaces(it.Title)})
		}
	}
	pictureName := func(address string) string {
		if file := addresses[address]; file != "" {
			return file
		}
		return fileName(address)
	}
	used := map[string]bool{}
	skipped := map[string]int{}
	for i := range items {
		it := &items[i]
		if it.Type != "post" && it.Type != "page" {
			if it.Type != "attachment" {
				skipped[it.Type]++
			}
			continue
		}
		title := plainSpaces(it.Title)
		told := "“" + title + "”"
		if title == "" {
			told = "the " + it.Type + " " + it.ID
		}
		if it.Status == "trash" || it.Status == "auto-draft" {
			e.problem(name, "post-in-trash", report.Advice, told+" lies in the old site's bin, and was left there.", "If it is wanted, take it out of the bin on the old site and export again.")
			continue
		}
		r, err := it.result(name, title, byID, pictureName, o)
		if err != nil {
			e.problem(name, "post-empty", report.Advice, told+" has no words, and was left out.", "Nothing needs doing, unless something was meant to be there.")
			continue
		}
		for base, n := r.Slug, 2; used[string(r.Folder)+"/"+r.Slug]; n++ {
			r.Slug = base + "-" + itoa(n)
		}
		used[string(r.Folder)+"/"+r.Slug] = true
		if it.Status == "private" || it.Password != "" {
			r.Problems = append(r.Problems, report.Problem{Code: "post-private", Severity: report.Warning, File: name,
				Message: told + " wasn't public on the old site.", Help: "Ask whoever wrote it before you take `draft: true` away."})
		}
		e.Results = append(e.Results, r)
	}
	for kind, n := range skipped {
		if kind == "" {
			kind = "unnamed kind"
		}
		e.problem(name, "kind-skipped", report.Advice, fmt.Sprintf("Left out: %d of the kind “%s”. An import takes posts, pages and a list of the pictures.", n, kind),
			"Nothing needs doing for menus, revisions and the like. Anything else can be imported by `ownwords import note`, one by one.")
	}
	if len(e.Attachments) > 0 {
		e.problem(name, "attachments", report.Warning, fmt.Sprintf("The export lists %d pictures and files by their addresses, and an import fetches nothing.", len(e.Attachments)),
			"Download those you need from the old site while it is there, and put each beside the note that shows it.")
	}
	sorted := report.Report{Problems: e.Problems}
	sorted.Sort()
	e.Problems = sorted.Problems
	return e, nil
}

func (e *Export) problem(file, code string, sev report.Severity, message, help string) {
	e.Problems = append(e.Problems, report.Problem{Code: code, Severity: sev, File: file, Message: message, Help: help})
}

// unused returns the name, changed if a file of that name is listed already.
func unused(name string, taken map[string]string) string {
	if name == "" {
		name = "file"
	}
	for n := 1; ; n++ {
		try := name
		if n > 1 {
			try = itoa(n) + "-" + name
		}
		free := true
		for _, t := range taken {
			free = free && t != try
		}
		if free {
			return try
		}
	}
}

// result makes a note or page of one post.
func (it *exported) result(file, title string, byID map[string]*exported, pictureName func(string) string, o Options) (*Result, error) {
	s := &source{name: file, title: title, folder: Notes, slug: slugOf(it.Name)}
	if it.Type == "page" {
		s.folder, s.slug = Pages, it.path(byID)
	}
	if day := isoDay.FindString(it.Date); day != "" && it.Date[:4] != "0000" {
		s.posted = day
	}
	for _, l := range it.Labels {
		if label := plainSpaces(l.Name); label != "" && !strings.HasPrefix(strings.ToLower(label), "uncategori") {
			s.themes = append(s.themes, label)
		}
	}
	s.keepAround(it.Excerpt, false)
	s.convertPost(it.Content, pictureName)
	if len(s.words) == 0 && len(s.media) == 0 {
		return nil, errors.New("nothing in it")
	}
	if s.title == "" {
		s.title = "Untitled"
	}
	return s.note(o)
}

// path is a page's place under its parents.
func (it *exported) path(byID map[string]*exported) string {
	var parts []string
	for at, depth := it, 0; at != nil && depth < 10; at, depth = byID[at.Parent], depth+1 {
		part := slugOf(at.Name)
		if part == "" {
			part = slugOf(at.Title)
		}
		if part == "" {
			part = "page-" + slugOf(at.ID)
		}
		parts = append([]string{part}, parts...)
	}
	return strings.Join(parts, "/")
}

// exportItems reads the items of the export one after the other. Characters
// that XML forbids, which old databases hold, are taken for spaces.
func exportItems(data []byte) ([]exported, error) {
	wrong := func(help string) error {
		return &Unreadable{"This isn't a WordPress or Squarespace export.", help}
	}
	if !bytes.Contains(data[:min(len(data), 64<<10)], []byte("<rss")) {
		return nil, wrong("Export the site's content as an XML file: in WordPress under Tools, Export; in Squarespace under Settings, Import & Export.")
	}
	clean := bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0xfffe || r == 0xffff {
			return ' '
		}
		return r
	}, data)
	dec := xml.NewDecoder(bytes.NewReader(clean))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = charset.NewReaderLabel
	var items []exported
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := dec.InputPos()
			return nil, wrong(fmt.Sprintf("Its XML breaks off in line %d. Export it again; if it breaks there again, look at that line.", line))
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "item" {
			continue
		}
		var it exported
		if err := dec.DecodeElement(&it, &start); err != nil {
			line, _ := dec.InputPos()
			return nil, wrong(fmt.Sprintf("Its XML breaks off in line %d. Export it again; if it breaks there again, look at that line.", line))
		}
		items = append(items, it)
	}
	if len(items) == 0 {
		return nil, wrong("There are no posts or pages in it. Choose “All content” when you export.")
	}
	return items, nil
}
