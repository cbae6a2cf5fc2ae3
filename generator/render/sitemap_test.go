package render

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ownwords/generator/gate"
	"ownwords/generator/weave"
)

type listed struct {
	XMLName xml.Name
	Pages   []struct {
		Loc     string `xml:"loc"`
		LastMod string `xml:"lastmod"`
	} `xml:"url"`
	Parts []struct {
		Loc string `xml:"loc"`
	} `xml:"sitemap"`
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

func TestSitemap(t *testing.T) {
	site := &weave.Site{URL: "https://example.org/a&b/", Base: "/a&b/", Pages: []*weave.Page{
		{Path: "/", LastModified: gate.Date{Year: 2026, Month: 5, Day: 2}},
		{Path: "/stories/hidden/", NoIndex: true},
		{Path: "/stories/library/", LastModified: gate.Date{Year: 2026, Month: 5}},
		{Path: "/notes/x/", LastModified: gate.Date{Year: 2026}},
		{Path: "/about/"},
	}}
	files := sitemapFiles(site)
	if len(files) != 1 {
		t.Fatalf("%d files for a small site", len(files))
	}
	var got listed
	decode(t, files["sitemap.xml"], &got)
	equal(t, "root", got.XMLName.Space+" "+got.XMLName.Local, sitemapSpace+" urlset")
	equal(t, "pages", fmt.Sprint(got.Pages),
		"[{https://example.org/a&b/ 2026-05-02} {https://example.org/a&b/stories/library/ 2026-05} {https://example.org/a&b/notes/x/ 2026} {https://example.org/a&b/about/ }]")
}

func TestSitemapInParts(t *testing.T) {
	site := &weave.Site{URL: "https://example.org/", Base: "/"}
	for i := range 7 {
		site.Pages = append(site.Pages, &weave.Page{Path: fmt.Sprintf("/stories/%d/", i)})
	}
	files := sitemaps(site, 3)
	var index listed
	decode(t, files["sitemap.xml"], &index)
	equal(t, "root", index.XMLName.Local, "sitemapindex")
	var all []string
	for _, part := range index.Parts {
		name, ours := strings.CutPrefix(part.Loc, site.URL)
		if !ours || files[name] == nil {
			t.Fatalf("the index names %q, which isn't there", part.Loc)
		}
		var urls listed
		decode(t, files[name], &urls)
		if len(urls.Pages) > 3 {
			t.Errorf("%s lists %d addresses; 3 is the most", name, len(urls.Pages))
		}
		for _, p := range urls.Pages {
			all = append(all, p.Loc)
		}
	}
	if len(index.Parts) != 3 || len(files) != 4 || len(slices.Compact(all)) != 7 {
		t.Errorf("%d parts, %d files, %d addresses; want 3, 4, 7", len(index.Parts), len(files), len(all))
	}
	if exactly := sitemaps(site, 7); len(exactly) != 1 {
		t.Errorf("%d files where one is enough", len(exactly))
	}
}

func TestSitemapOfNothing(t *testing.T) {
	var got listed
	decode(t, sitemapFiles(&weave.Site{URL: "https://example.org/", Base: "/"})["sitemap.xml"], &got)
	equal(t, "pages", fmt.Sprint(got.Pages), "[{https://example.org/ }]")
}

func TestRobots(t *testing.T) {
	got := string(robotsFile(&weave.Site{URL: "https://example.org/stories/", Base: "/stories/"}))
	equal(t, "robots.txt", got, "User-agent: *\nAllow: /stories/\nDisallow: /stories/search/words/\nDisallow: /stories/search/cards/\n\nSitemap: https://example.org/stories/sitemap.xml\n")
}

func TestOPML(t *testing.T) {
	site := followed(t)
	var got struct {
		Version string `xml:"version,attr"`
		Title   string `xml:"head>title"`
		Feeds   []struct {
			Type string `xml:"type,attr"`
			Text string `xml:"text,attr"`
			XML  string `xml:"xmlUrl,attr"`
			HTML string `xml:"htmlUrl,attr"`
		} `xml:"body>outline"`
	}
	decode(t, opmlFile(site), &got)
	equal(t, "head", got.Version+" "+got.Title, "2.0 In Our Own Words")
	equal(t, "feeds", fmt.Sprint(got.Feeds), "[{rss In Our Own Words https://example.org/stories/rss.xml https://example.org/stories/}"+
		" {rss Notes https://example.org/stories/notes/rss.xml https://example.org/stories/notes/}"+
		" {rss Changes https://example.org/stories/changes/rss.xml https://example.org/stories/changes/}]")
}

func BenchmarkSitemap(b *testing.B) {
	site := &weave.Site{URL: "https://example.org/", Base: "/"}
	for i := range 12_000 {
		site.Pages = append(site.Pages, &weave.Page{Path: fmt.Sprintf("/stories/%d/", i), LastModified: gate.Date{Year: 2026, Month: 5, Day: 2}})
	}
	for b.Loop() {
		sitemapFiles(site)
	}
}
