package audit

import (
	"slices"
	"testing"

	"ownwords/generator/gate"
	"ownwords/generator/report"
)

func TestLinks(t *testing.T) {
	for _, c := range []struct {
		name, base, body string
		want             []string
	}{
		{"that resolve", "/", `<h2 id="here">x</h2><h2 id="d&eacute;j&agrave;">x</h2><a name="old"></a>
			<a href="/">x</a><a href="">x</a><a href="#">x</a><a href="#top">x</a><a href="#here">x</a><a href="#old">x</a><a href="#d%C3%A9j%C3%A0">x</a>
			<a href="/stories/">x</a><a href="/stories">x</a><a href="/stories/index.html">x</a><a href="/stories/?page=2#part">x</a><a href="?q=1">x</a>
			<a href="../../stories/#part">x</a><a href="../b/">x</a><a href="./">x</a><a href="..">x</a>
			<a href="https://stories.example.org/stories/#part">x</a><a href="//stories.example.org/stories/">x</a><a href="HTTPS://Stories.Example.Org">x</a>
			<a href="/stories/#:~:text=word">x</a><a href="/assets/a.css#x">x</a>
			<a href="mailto:a@example.org">x</a><a href="tel:+44123">x</a><a href="https://example.org/x#y">x</a>
			<img src="/pic%20one.png" alt=""><link rel="stylesheet" href="/assets/a.css">`, nil},
		{"that don't", "/", `<a href="/nowhere/">x</a><a href="/nowhere/">x</a><a href="../c/">x</a><a href="https://stories.example.org/gone">x</a>
			<img src="/gone.png" alt=""><img srcset="/gone-1.png 1x,/gone-2.png 2x" src="data:," alt=""><form action="/send"></form><link rel="canonical" href="/other/">`,
			[]string{"broken-link /nowhere/", "broken-link ../c/", "broken-link https://stories.example.org/gone", "broken-link /gone.png",
				"broken-link /gone-1.png", "broken-link /gone-2.png", "broken-link /send", "broken-link /other/"}},
		{"fragments that don't", "/", `<p id="here">x</p><a href="#there">x</a><a href="/stories/#there">x</a><a href="/stories/#part">x</a>`,
			[]string{"broken-fragment #there", "broken-fragment /stories/#there"}},
		{"with a base path", "/org/", `<a href="/org/">x</a><a href="/org">x</a><a href="/org/stories/">x</a><a href="https://stories.example.org/">x</a><a href="/stories/">x</a><a href="../../stories/">x</a>`,
			[]string{"broken-link /stories/"}},
		{"requests to others", "/", `<img src="https://x.org/a.png" alt=""><img src="//x.org/b.png" alt=""><script src="https://x.org/c.js"></script>
			<link rel="preconnect" href="https://x.org/d"><link rel="license" href="https://x.org/fine"><iframe src="https://x.org/e"></iframe>
			<video poster="https://x.org/f.jpg"></video><img srcset="https://x.org/g.png 2x, https://x.org/h.png" src="data:," alt="">
			<p style="background:url('https://x.org/i.png')">x</p><style>@import "https://x.org/j.css"; p{background:url(https://x.org/k.png)} q{background:image-set("https://x.org/l.png" 1x)} /* url(https://x.org/fine) */</style>
			<svg><image href="https://x.org/m.png"/><use xlink:href="https://x.org/n.svg#a"/></svg><a href="https://x.org/fine" ping="https://x.org/o">x</a>
			<object data="https://x.org/p"></object><img src="https://stories.example.org/pic%20one.png" alt=""><img alt="" src="data:image/gif;base64,xx">`,
			[]string{"foreign-request https://x.org/a.png", "foreign-request //x.org/b.png", "foreign-request https://x.org/c.js", "foreign-request https://x.org/d",
				"foreign-request https://x.org/e", "foreign-request https://x.org/f.jpg", "foreign-request https://x.org/g.png", "foreign-request https://x.org/h.png",
				"foreign-request https://x.org/i.png", "foreign-request https://x.org/j.css", "foreign-request https://x.org/k.png", "foreign-request https://x.org/l.png",
				"foreign-request https://x.org/m.png", "foreign-request https://x.org/n.svg#a", "foreign-request https://x.org/o", "foreign-request https://x.org/p"}},
	} {
		for _, nothing := range []bool{false, true} { // with nothing withheld, much isn't read
			s := newStage(t)
			if nothing {
				s.in.Withheld = nil
			}
			s.in.Base = c.base
			s.put("index.html", page("<p>x</p>"), "")
			s.put("stories/index.html", page(`<h2 id="part">x</h2>`), "")
			s.put("notes/b/index.html", page("<p>x</p>"), "notes/b", "notes/b")
			s.put("notes/index.html", page("<p>x</p>"), "")
			s.put("assets/a.css", "p{}", "")
			s.put("pic one.png", string(picture(t, "png")), "notes/b")
			s.put("notes/a/index.html", page(c.body), "notes/a", "notes/a")
			r := s.audit()
			if len(r.Quarantine) > 0 || r.Unattributed {
				t.Error("a link is no trace")
			}
			var got []string
			for _, p := range r.Problems {
				if p.Severity != report.Warning || p.File != "notes/a/index.html" {
					t.Errorf("%+v", p)
				}
				ref := quotedPart(p.Message)
				got = append(got, p.Code+" "+ref)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("%s (nothing withheld: %v)\ngot  %q\nwant %q", c.name, nothing, got, c.want)
			}
		}
	}
}

// quotedPart returns what a message has between its first quotation marks.
func quotedPart(message string) string {
	for i := range message {
		if message[i] == '"' {
			for k := i + 1; k < len(message); k++ {
				if message[k] == '"' {
					return message[i+1 : k]
				}
			}
		}
	}
	return ""
}

func TestLinksOfFeedsAndSheets(t *testing.T) {
	for _, withheld := range []*gate.Withheld{nil, withheld()} {
		s := newStage(t)
		s.in.Withheld = withheld
		s.put("index.html", page("<p>x</p>"), "")
		s.put("sitemap.xml", `<urlset><url><loc>https://stories.example.org/</loc></url><url><loc>https://stories.example.org/gone/</loc></url></urlset>`, "")
		s.put("atom.xml", `<feed><link rel="self" href="https://stories.example.org/atom.xml"/><link rel="icon" href="https://x.org/"/><entry><link href="/gone/2/"/></entry></feed>`, "")
		s.put("a.css", "@font-face{src:url(https://x.org/a.woff2)} p{background:url(gone.png)}", "")
		s.put("a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><image href="https://x.org/a.png"/></svg>`, "")
		var got []string
		for _, p := range s.audit().Problems {
			got = append(got, p.File+" "+p.Code)
		}
		want := []string{"a.css broken-link", "a.css foreign-request", "a.svg foreign-request", "atom.xml broken-link", "sitemap.xml broken-link"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	}
}

func TestFaultsSayWhere(t *testing.T) {
	s := newStage(t)
	s.in.Base = "/org/"
	s.in.Own["themes/own/layouts/page.html"] = "<main>\n<a href=\"/org/gone/\">x</a>"
	for _, id := range []string{"notes/a", "notes/b"} {
		s.put(id+"/index.html", page(`<a href="/org/gone/">x</a>`), id, id)
	}
	s.put("notes/c/index.html", page(`<a href="/org/stories/x/">x</a><a href="#there">x</a><a href="/org/notes/a/#there">x</a><img src="https://x.org/a.png" alt="">`), "notes/c", "notes/c")
	s.sources["notes/c"] = "---\ntitle: C\n---\n\nSee [x](/stories/x/).\n"
	want := []report.Problem{
		{Code: "broken-fragment", Severity: report.Warning, File: "content/notes/c.md",
			Message: `The link "#there" in notes/c/index.html leads to a place called "there", but the same page has no such place.`,
			Help:    "Places are headings: their name is the heading in small letters with hyphens. Check it on the page that the link leads to."},
		{Code: "broken-fragment", Severity: report.Warning, File: "content/notes/c.md",
			Message: `The link "/org/notes/a/#there" in notes/c/index.html leads to a place called "there", but the page has no such place.`,
			Help:    "Places are headings: their name is the heading in small letters with hyphens. Check it on the page that the link leads to."},
		{Code: "foreign-request", Severity: report.Warning, File: "content/notes/c.md",
			Message: `notes/c/index.html makes the reader's browser ask "https://x.org/a.png" of another site, which then learns who reads here.`,
			Help:    "Keep a copy of the file in the site, or make it a link that readers can choose to follow."},
		{Code: "broken-link", Severity: report.Warning, File: "content/notes/c.md", Line: 5, Column: 9,
			Message: `The link "/org/stories/x/" in notes/c/index.html leads to nothing on the site.`,
			Help:    "Check the address for slips of the pen. If what it led to has gone, take the link out."},
		{Code: "broken-link", Severity: report.Warning, File: "themes/own/layouts/page.html", Line: 2, Column: 10,
			Message: `The link "/org/gone/" in notes/a/index.html leads to nothing on the site.`,
			Help:    "Check the address for slips of the pen. If what it led to has gone, take the link out."},
	}
	if got := s.audit().Problems; !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

// A broken link that would tell a withheld address is told as a trace only.
func TestFaultsDontTellWithheldAddresses(t *testing.T) {
	s := newStage(t)
	s.put("notes/a/index.html", page(`<a href="/stories/kitchen/#part">x</a>`), "notes/a", "notes/a")
	if got := codes(s.audit()); !slices.Equal(got, []string{"trace-address"}) {
		t.Error(got)
	}
}
