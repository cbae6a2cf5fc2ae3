package render

import (
	"encoding/xml"

	"ownwords/generator/weave"
)

// OPML 2.0 (http://opml.org/spec2.opml): a list of feeds that feed readers import.
type opmlDocument struct {
	XMLName  xml.Name      `xml:"opml"`
	Version  string        `xml:"version,attr"`
	Title    string        `xml:"head>title"`
	Outlines []opmlOutline `xml:"body>outline"`
}

type opmlOutline struct {
	Type     string `xml:"type,attr"`
	Text     string `xml:"text,attr"`
	Title    string `xml:"title,attr"`
	XMLURL   string `xml:"xmlUrl,attr"`
	HTMLURL  string `xml:"htmlUrl,attr"`
	Language string `xml:"language,attr"`
}

// opmlFile writes opml.xml: every folder's RSS feed.
func opmlFile(site *weave.Site) []byte {
	d := opmlDocument{Version: "2.0", Title: plain(site.Title)}
	for _, f := range site.Feeds {
		title := plain(f.Title)
		d.Outlines = append(d.Outlines, opmlOutline{Type: "rss", Text: title, Title: title,
			XMLURL: place(site, f.Path, "rss.xml"), HTMLURL: place(site, f.Path, ""), Language: site.Language})
	}
	out, err := xml.MarshalIndent(d, "", "  ")
	if err != nil {
		panic("an OPML file is made of strings, which can't fail to encode: " + err.Error())
	}
	return append([]byte(xml.Header), append(out, '\n')...)
}
