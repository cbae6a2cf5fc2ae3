package render

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"

	"ownwords/generator/weave"
)

// mostAddresses is how many addresses one sitemap may hold (https://www.sitemaps.org/protocol.html).
const mostAddresses = 50_000

// sitemapFiles returns sitemap.xml by its place in public/, and on a site with
// more addresses than one may hold, the sitemaps that it is an index of. It
// lists the pages that search engines may show; a day is given as precisely as
// it is known, which the protocol's dates (W3C datetime) allow.
func sitemapFiles(site *weave.Site) map[string][]byte { return sitemaps(site, mostAddresses) }

func sitemaps(site *weave.Site, most int) map[string][]byte {
	const space = ` xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n"
	var parts []*bytes.Buffer
	count := 0
	for _, p := range site.Pages {
		if p.NoIndex {
			continue
		}
		if count%most == 0 {
			b := &bytes.Buffer{}
			b.WriteString(xml.Header + "<urlset" + space)
			parts = append(parts, b)
		}
		count++
		entry(parts[len(parts)-1], "url", place(site, p.Path, ""), p.LastModified.String())
	}
	if len(parts) == 0 { // the protocol wants at least one address
		b := bytes.NewBufferString(xml.Header + "<urlset" + space)
		entry(b, "url", site.URL, "")
		parts = append(parts, b)
	}
	files := map[string][]byte{}
	index := bytes.NewBufferString(xml.Header + "<sitemapindex" + space)
	for i, b := range parts {
		b.WriteString("</urlset>\n")
		name := "sitemap.xml"
		if len(parts) > 1 {
			name = "sitemap-" + strconv.Itoa(i+1) + ".xml"
			entry(index, "sitemap", site.URL+name, "")
		}
		files[name] = b.Bytes()
	}
	if len(parts) > 1 {
		index.WriteString("</sitemapindex>\n")
		files["sitemap.xml"] = index.Bytes()
	}
	return files
}

func entry(b *bytes.Buffer, element, address, day string) {
	b.WriteString("<" + element + "><loc>")
	xml.EscapeText(b, []byte(address)) // writing to a bytes.Buffer doesn't fail
	b.WriteString("</loc>")
	if day != "" {
		b.WriteString("<lastmod>" + day + "</lastmod>")
	}
	b.WriteString("</" + element + ">\n")
}

// robotsFile lets every crawler in and names the sitemap. Whether a page may be
// found is said on the page itself, where consent decides about each story; a
// crawler that is kept out never reads that. The search page's lists of words
// can't say it, so those are the one thing that crawlers are asked to leave.
func robotsFile(site *weave.Site) []byte {
	return []byte(strings.Join([]string{
		"User-agent: *",
		"Allow: " + site.Base,
		"Disallow: " + site.Base + searchFolder + "words/",
		"Disallow: " + site.Base + searchFolder + "cards/",
		"",
		"Sitemap: " + site.URL + "sitemap.xml",
		"",
	}, "\n"))
}
