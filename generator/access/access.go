// Package access measures whether a finished site can be used by everyone and asks nothing of other hosts.
//
// [Check] reads every HTML page, style sheet and drawing of an output folder and reports what breaks a rule that a
// machine can judge from the files alone. [CheckRSS] does the same for one RSS feed. The rules come from WCAG 2.2 and
// from the promises in the project's own specification; each [Finding] names its rule, and [Rules] says where that
// rule comes from. What only a browser can tell (contrast, focus, reflow, target size, the network) is measured by
// this package's browser tests, which open the example site in Chromium.
//
// The package shares no code with the room that renders pages: it parses the finished bytes afresh, and never with
// regular expressions. It decides nothing about a build and is used by tests.
package access

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A Finding is one place where a finished file breaks a rule.
type Finding struct {
	Rule    string // the name of the rule, one of [Rules] or [RSSRules]
	File    string // the file in the output folder, with forward slashes; empty when a single document was checked
	Element string // the element, as an opening tag or a short path to it; empty when the rule is about the whole file
	Message string // what is wrong, and how to mend it
}

// String gives the finding on one line: file, rule, message and element.
func (f Finding) String() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ": ")
	}
	b.WriteString(f.Rule + ": " + f.Message)
	if f.Element != "" {
		b.WriteString(" (" + f.Element + ")")
	}
	return b.String()
}

// A Rule is one thing that the checks look for, and the reason why.
type Rule struct {
	Name   string
	Source string // the criterion, RFC or promise it comes from
}

// Rules are the rules of [Check], in the order in which they are told.
var Rules = []Rule{
	{"doctype", "HTML: without a doctype, browsers fall back to quirks mode"},
	{"charset", "HTML: the encoding is declared, as UTF-8"},
	{"language", "WCAG 3.1.1 and 3.1.2, BCP 47"},
	{"direction", "WCAG 1.3.2: text in a right-to-left script says so"},
	{"title", "WCAG 2.4.2: each page has a title of its own"},
	{"landmarks", "WCAG 1.3.1 and 2.4.1, ARIA landmarks"},
	{"headings", "WCAG 1.3.1 and 2.4.6: one h1, no level skipped, none empty"},
	{"images", "WCAG 1.1.1"},
	{"names", "WCAG 2.4.4 and 4.1.2: links, buttons and frames have a name"},
	{"ids", "WCAG 1.3.1: an id, and what refers to it, is unambiguous"},
	{"links", "promise 7: internal links, fragments and resources resolve"},
	{"skip-link", "WCAG 2.4.1: the first stop leads to the main part"},
	{"labels", "WCAG 1.3.1 and 3.3.2: form fields are labelled"},
	{"tables", "WCAG 1.3.1: data tables have header cells"},
	{"inline-code", "security by default: no inline script, style or event handler"},
	{"third-party", "promise 7: nothing is fetched from or sent to others"},
	{"zoom", "WCAG 1.4.4: zoom isn't forbidden"},
	{"autoplay", "WCAG 1.4.2 and 2.2.2: nothing plays, or moves on, by itself"},
	{"keyboard", "WCAG 2.4.3 and 2.1.4: no positive tabindex, no access keys"},
	{"csp", "security by default: a strict policy, before anything is loaded"},
	{"referrer", "security by default: no address of ours is told to others"},
	{"canonical", "one address for each page, under the site's own"},
}

// Check reads the finished site in dir and returns what breaks one of [Rules], sorted by file. The site's address,
// and so the path that all its addresses begin with, is taken from the canonical link of the home page.
func Check(dir fs.FS) []Finding {
	s := &site{files: map[string]bool{}, pages: map[string]*page{}}
	if err := s.load(dir); err != nil {
		return []Finding{{Rule: "links", File: ".", Message: "the folder can't be read: " + err.Error()}}
	}
	s.address()
	for _, name := range s.order {
		p := s.pages[name]
		for _, rule := range pageRules {
			rule(s, p)
		}
	}
	s.titles()
	for _, sheet := range s.sheets {
		for _, ref := range cssReferences(sheet.text) {
			s.resource(sheet.name, "", ref)
		}
	}
	slices.SortStableFunc(s.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(ruleIndex(a.Rule), ruleIndex(b.Rule)))
	})
	return s.found
}

func ruleIndex(name string) int {
	return slices.IndexFunc(Rules, func(r Rule) bool { return r.Name == name })
}

// site is a finished site while it is being checked.
type site struct {
	files  map[string]bool // every file, by its path in the folder
	order  []string        // the pages' files, sorted
	pages  map[string]*page
	sheets []sheet
	home   *url.URL // the site's address, with a path that ends in a slash
	found  []Finding
}

type sheet struct {
	name string
	text []byte
}

// page is one HTML file, parsed.
type page struct {
	file string
	doc  *html.Node
	all  []*html.Node            // every element, in the order of the document
	ids  map[string][]*html.Node // elements by id
	// onward is true for a page that only leads to another one (an earlier address); a browser leaves it at once.
	onward bool
}

func (s *site) load(dir fs.FS) error {
	return fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		s.files[name] = true
		switch path.Ext(name) {
		case ".html", ".css", ".svg":
		default:
			return nil
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		switch path.Ext(name) {
		case ".css":
			s.sheets = append(s.sheets, sheet{name, data})
		case ".svg":
			s.drawing(name, data)
		case ".html":
			doc, err := html.Parse(bytes.NewReader(data))
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			p := &page{file: name, doc: doc, ids: map[string][]*html.Node{}}
			for n := range doc.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				p.all = append(p.all, n)
				if id, ok := attr(n, "id"); ok {
					p.ids[id] = append(p.ids[id], n)
				}
				if n.Data == "meta" && strings.EqualFold(value(n, "http-equiv"), "refresh") {
					if wait, _ := refresh(value(n, "content")); wait == "0" {
						p.onward = true
					}
				}
			}
			s.order = append(s.order, name)
			s.pages[name] = p
		}
		return nil
	})
}

// address finds where the site lives. Without a usable canonical link it goes on as if the site were at the root
// of a host that can't exist, so that the other rules are still judged.
func (s *site) address() {
	s.home = &url.URL{Scheme: "https", Host: "site.invalid", Path: "/"}
	p := s.pages["index.html"]
	if p == nil {
		s.add("canonical", "index.html", nil, "there is no home page")
		return
	}
	for _, n := range p.all {
		if n.Data != "link" || !hasToken(value(n, "rel"), "canonical") {
			continue
		}
		u, err := url.Parse(value(n, "href"))
		if err != nil || u.Host == "" || !strings.HasSuffix(u.Path, "/") {
			s.add("canonical", p.file, n, "the home page's canonical link must be a full address that ends in a slash")
			return
		}
		s.home = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
		return
	}
	s.add("canonical", p.file, nil, "the home page has no canonical link, so its address isn't known; add one to its head")
}

func (s *site) add(rule, file string, n *html.Node, format string, args ...any) {
	s.found = append(s.found, Finding{Rule: rule, File: file, Element: openingTag(n), Message: fmt.Sprintf(format, args...)})
}

// where gives the full address of a file of the site.
func (s *site) where(file string) *url.URL {
	u := *s.home
	if name := path.Base(file); name == "index.html" {
		file = strings.TrimSuffix(file, name)
	}
	u.Path += file
	return &u
}

// inside resolves a reference as it stands in a file. It gives the file of this site that is meant and the fragment;
// ours is false for another host or scheme. A missing file or fragment is reported under "links".
func (s *site) inside(file string, n *html.Node, ref string) (ours bool) {
	u, err := url.Parse(strings.TrimSpace(ref))
	if err != nil {
		s.add("links", file, n, "%q isn't a valid address", ref)
		return true
	}
	if file == "404.html" && u.Host == "" && u.Scheme == "" && u.Path != "" && !strings.HasPrefix(u.Path, "/") {
		s.add("links", file, n, "the page for missing addresses is shown at any of them, so %q must begin with a slash", ref)
	}
	full := s.where(file).ResolveReference(u)
	if full.Scheme != s.home.Scheme || full.Host != s.home.Host {
		return false
	}
	rest, ok := strings.CutPrefix(full.Path, s.home.Path)
	if !ok {
		s.add("links", file, n, "%q lies outside the site, whose addresses begin with %s", ref, s.home.Path)
		return true
	}
	target := rest
	if target == "" || strings.HasSuffix(target, "/") {
		target += "index.html"
	}
	if u.Path == "" && u.Host == "" && u.RawQuery == "" {
		target = file // "#x" and "" stay on the page, also on pages that aren't called index.html
	}
	if !s.files[target] {
		if s.files[target+"/index.html"] {
			s.add("links", file, n, "%q lacks the slash at its end", ref)
		} else {
			s.add("links", file, n, "%q leads to nothing", ref)
		}
		return true
	}
	if p := s.pages[target]; p != nil && full.Fragment != "" && full.Fragment != "top" && p.ids[full.Fragment] == nil {
		s.add("links", file, n, "%q: that page has no place called %q", ref, full.Fragment)
	}
	return true
}

// resource judges something that a browser fetches by itself, or sends to.
func (s *site) resource(file, element, ref string) {
	if u, err := url.Parse(strings.TrimSpace(ref)); err == nil && (u.Scheme == "data" || u.Scheme == "blob") {
		return
	}
	if !s.inside(file, nil, ref) {
		s.found = append(s.found, Finding{Rule: "third-party", File: file, Element: element,
			Message: fmt.Sprintf("asks %q of another host; keep a copy on the site or leave it out", ref)})
	}
}

// drawing looks through an SVG file for addresses and scripts.
func (s *site) drawing(name string, data []byte) {
	// The HTML parser reads SVG inside a document as a browser would; here only its elements and attributes matter.
	doc, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		s.add("inline-code", name, nil, "the drawing can't be read: %v", err)
		return
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "script" || n.Data == "foreignObject" {
			s.add("inline-code", name, n, "a drawing may not carry script or foreign content")
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				s.add("inline-code", name, n, "a drawing may not carry event handlers")
			}
			if a.Key == "href" && n.Data != "a" && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "data:") {
				s.add("third-party", name, n, "a drawing may not fetch %q", a.Val)
			}
		}
	}
}

// titles looks for two pages with one title. Pages that only lead elsewhere are never seen under theirs.
func (s *site) titles() {
	first := map[string]string{}
	for _, name := range s.order {
		p := s.pages[name]
		title := pageTitle(p)
		if title == "" || p.onward {
			continue
		}
		if other, taken := first[title]; taken {
			s.add("title", name, nil, "the title %q is also that of %s; let it say what is different", title, other)
		} else {
			first[title] = name
		}
	}
}
