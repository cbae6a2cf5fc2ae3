package audit

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"ownwords/generator/gate"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// The withheld things of these tests. Thandi Ochoa may not be named; neither
// may Zoë, who has one name; José's name is also an ordinary word in this site.
const (
	withheldWords = "The kettle was never cold in that kitchen and nobody asked twice why the window stayed open all winter long"
	elevenWords   = "The kettle was never cold in that kitchen and nobody asked"
	twelveWords   = elevenWords + " twice"
	withheldTitle = "The kitchen on Blackwater Street"
	withheldLine  = "We already had a voice."
)

func withheld() *gate.Withheld {
	return &gate.Withheld{
		Items: []gate.WithheldItem{{ID: "stories/kitchen", FileName: "kitchen.md"}, {ID: "people/thandi", FileName: "thandi.md"},
			{ID: "stories/home", FileName: "home.md"}, {ID: "guides/secret", FileName: "secret.md"}},
		Names: []gate.WithheldName{
			{Person: "people/thandi", Name: "Thandi Ochoa", NotMe: []string{"Thandi Ochoa Road"}, Words: 2},
			{Person: "people/zoe", Name: "Zoë", NotMe: []string{"Zoë's Corner"}, Words: 1},
			{Person: "people/neil", Name: "Neil", Words: 1},
			{Person: "people/oneil", Name: "Aoife O'Neil", Words: 2},
			{Person: "people/hope", Name: "Hope", Words: 1, Ordinary: true},
			{Person: "people/ming", Name: "王小明", Words: 1},
		},
		Titles:   []string{withheldTitle},
		Texts:    []gate.WithheldText{{Words: withheldWords}},
		Lines:    []gate.WithheldText{{Words: withheldLine}},
		NotAbout: map[string][]string{}, Shown: map[string][]string{},
	}
}

// stage is a finished site in a folder of the test's own.
type stage struct {
	t  *testing.T
	in Input
	// texts and sources are the words and source files of items.
	texts   map[string][]string
	sources map[string]string
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, texts: map[string][]string{}, sources: map[string]string{}}
	s.in = Input{Dir: t.TempDir(), Withheld: withheld(), URL: "https://stories.example.org/", Base: "/", Own: map[string]string{},
		TextsOf: func(item string) []string { return s.texts[item] },
		SourceOf: func(item string) (string, []byte) {
			if source, ok := s.sources[item]; ok {
				return "content/" + item + ".md", []byte(source)
			}
			return "", nil
		}}
	return s
}

func (s *stage) put(path, content, owner string, items ...string) {
	s.t.Helper()
	full := filepath.Join(s.in.Dir, filepath.FromSlash(path))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.in.Files = append(s.in.Files, File{path, owner, items})
}

func (s *stage) audit() *Result {
	s.t.Helper()
	r, err := Audit(context.Background(), s.in)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range r.Problems {
		s.quotesNothing(p)
	}
	return r
}

// quotesNothing checks that a message holds nothing of what is withheld.
func (s *stage) quotesNothing(p report.Problem) {
	s.t.Helper()
	all := strings.ToLower(p.Message + p.Help)
	for _, secret := range []string{"ochoa", "zoë", "neil", "kettle", "blackwater", "already had", "小明"} {
		for _, word := range strings.FieldsFunc(strings.ReplaceAll(strings.ReplaceAll(all, "people/oneil", ""), "people/neil", ""), func(r rune) bool { return r == ' ' || r == ':' || r == ',' }) {
			if word == secret {
				s.t.Errorf("a message quotes what is withheld: %s %s", p.Message, p.Help)
			}
		}
	}
}

func codes(r *Result) []string {
	var list []string
	for _, p := range r.Problems {
		list = append(list, p.Code)
	}
	return list
}

// html wraps words as a page.
func page(body string) string {
	return `<!doctype html><html lang="en-GB"><head><title>A page</title></head><body><main>` + body + `</main></body></html>`
}

func picture(t *testing.T, format string) []byte {
	var b bytes.Buffer
	img := image.NewRGBA(image.Rect(0, 0, 8, 8))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	var err error
	if format == "png" {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegWith(t *testing.T, marker byte, body string) string {
	data := picture(t, "jpeg")
	segment := append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	return string(data[:2]) + string(segment) + string(data[2:])
}

func pngWith(t *testing.T, chunk, body string) string {
	data := picture(t, "png")
	const afterHeader = 8 + 25
	made := append([]byte{0, 0, byte(len(body) >> 8), byte(len(body))}, chunk+body+"\x00\x00\x00\x00"...)
	return string(data[:afterHeader]) + string(made) + string(data[afterHeader:])
}

func gifWith(extension string) string {
	return "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff" + extension +
		"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b"
}

// utf16Bytes writes text as tags of recordings do.
func utf16Bytes(text string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestEveryKindOfTraceIsFound(t *testing.T) {
	decomposed := norm.NFD.String("Zoë")
	for _, c := range []struct{ name, path, content, code string }{
		{"name in text", "notes/x/index.html", page("<p>Then Thandi Ochoa spoke.</p>"), "trace-name"},
		{"name in small letters", "notes/x/index.html", page("<p>then thandi ochoa spoke</p>"), "trace-name"},
		{"name in capitals", "notes/x/index.html", page("<p>THANDI OCHOA</p>"), "trace-name"},
		{"name split by tags", "notes/x/index.html", page("<p>Th<em>an</em>di <b>Och</b><!-- x -->oa</p>"), "trace-name"},
		{"name split by a style and a script", "notes/x/index.html", page("<p>Zo<style>p{}</style><script>1</script>ë</p>"), "trace-name"},
		{"name in neighbouring elements", "notes/x/index.html", page("<p><span>Thandi</span><span>Ochoa</span><span>speaker</span></p>"), "trace-name"},
		{"name in neighbouring cells", "notes/x/index.html", page("<table><tr><td>Thandi</td><td>Ochoa</td></tr></table>"), "trace-name"},
		{"name with entities", "notes/x/index.html", page("<p>Zo&euml; and Aoife O&#39;Neil</p>"), "trace-name"},
		{"name with a hexadecimal entity", "notes/x/index.html", page("<p>&#x5a;o&#xeb;</p>"), "trace-name"},
		{"name with a curly apostrophe", "notes/x/index.html", page("<p>Aoife O’Neil</p>"), "trace-name"},
		{"decomposed accent", "notes/x/index.html", page("<p>" + decomposed + " came.</p>"), "trace-name"},
		{"accent left out", "notes/x/index.html", page("<p>Zoe came.</p>"), "trace-name"},
		{"one word in capitals", "notes/x/index.html", page("<p>ZOË CAME</p>"), "trace-name"},
		{"soft hyphen", "notes/x/index.html", page("<p>Than&shy;di Och\u00adoa</p>"), "trace-name"},
		{"zero-width characters", "notes/x/index.html", page("<p>Than\u200bdi Och\u2060oa</p>"), "trace-name"},
		{"full-width letters", "notes/x/index.html", page("<p>Ｔｈａｎｄｉ　Ｏｃｈｏａ</p>"), "trace-name"},
		{"line break", "notes/x/index.html", page("<p>Then Thandi\n   Ochoa spoke</p>"), "trace-name"},
		{"br", "notes/x/index.html", page("<p>Thandi<br>Ochoa</p>"), "trace-name"},
		{"no-break space", "notes/x/index.html", page("<p>Thandi&nbsp;Ochoa</p>"), "trace-name"},
		{"possessive", "notes/x/index.html", page("<p>Zoë's bag, Thandi Ochoa’s bag</p>"), "trace-name"},
		{"elision", "notes/x/index.html", page("<p>l'histoire d'Zoë</p>"), "trace-name"},
		{"before a footnote", "notes/x/index.html", page(`<p>Zoë<sup id="r1"><a href="#n1">1</a></sup> said</p><p id="n1">x</p>`), "trace-name"},
		{"a script without spaces", "notes/x/index.html", page("<p>昨天王小明来了</p>"), "trace-name"},
		{"alt", "notes/x/index.html", page(`<img src="data:," alt="Zoë at the table">`), "trace-name"},
		{"alt without quotation marks", "notes/x/index.html", page(`<img src="data:," alt=Thandi Ochoa>`), "trace-name"},
		{"title attribute", "notes/x/index.html", page(`<abbr title="Thandi Ochoa">TO</abbr>`), "trace-name"},
		{"aria-label", "notes/x/index.html", page(`<nav aria-label="By Zoë"></nav>`), "trace-name"},
		{"data attribute", "notes/x/index.html", page(`<p data-who="Zoë"></p>`), "trace-name"},
		{"meta", "notes/x/index.html", `<!doctype html><meta name="author" content="Zoë"><title>x</title>`, "trace-name"},
		{"title element", "notes/x/index.html", `<!doctype html><title>Zo&euml;'s talk</title>`, "trace-name"},
		{"textarea", "notes/x/index.html", page(`<textarea>Thandi Ochoa</textarea>`), "trace-name"},
		{"comment", "notes/x/index.html", page(`<!-- ask Zoë first -->`), "trace-name"},
		{"markup in a comment", "notes/x/index.html", page(`<!-- <p>Th<b>andi</b> Ochoa</p> -->`), "trace-name"},
		{"unclosed comment", "notes/x/index.html", page(`<!-- ask Zoë first`), "trace-name"},
		{"unclosed tag", "notes/x/index.html", page(`<p>`) + `<img alt="Zoë`, "trace-name"},
		{"JSON-LD", "notes/x/index.html", page(`<script type="application/ld+json">{"author":{"name":"Zo\u00eb"}}</script>`), "trace-name"},
		{"script", "notes/x/index.html", page(`<script>show("Than\x64i Ochoa")</script>`), "trace-name"},
		{"style", "notes/x/index.html", page(`<style>p::after{content:"Thandi Ochoa"}</style>`), "trace-name"},
		{"template and noscript", "notes/x/index.html", page(`<template><p>Zoë</p></template>`), "trace-name"},
		{"hyphenated in a link", "notes/x/index.html", page(`<a href="https://x.org/thandi-ochoa/">x</a>`), "trace-name"},
		{"with underscores in a link", "notes/x/index.html", page(`<a href="https://x.org/Thandi_Ochoa">x</a>`), "trace-name"},
		{"with plus signs", "notes/x/index.html", page(`<a href="https://x.org/?q=thandi+ochoa">x</a>`), "trace-name"},
		{"with %20", "notes/x/index.html", page(`<a href="https://x.org/Thandi%20Ochoa">x</a>`), "trace-name"},
		{"in an id", "notes/x/index.html", page(`<h2 id="thandi-ochoa">x</h2>`), "trace-name"},
		{"in mailto", "notes/x/index.html", page(`<a href="mailto:thandi.ochoa@x.org">x</a>`), "trace-name"},
		{"in a file's name", "assets/thandi-ochoa.txt", "x", "trace-name"},
		{"RSS", "rss.xml", `<rss><channel><item><title>Zo&#235;</title></item></channel></rss>`, "trace-name"},
		{"RSS, escaped HTML", "rss.xml", `<rss><channel><item><description>&lt;p&gt;Th&lt;em&gt;andi&lt;/em&gt; Ochoa&lt;/p&gt;</description></item></channel></rss>`, "trace-name"},
		{"RSS, escaped twice", "rss.xml", `<rss><channel><item><description>&lt;p&gt;Zo&amp;euml; said&lt;/p&gt;</description></item></channel></rss>`, "trace-name"},
		{"RSS, CDATA", "rss.xml", `<rss><channel><item><description><![CDATA[<p>Th<em>andi</em> Ochoa</p>]]></description></item></channel></rss>`, "trace-name"},
		{"RSS, divided CDATA", "rss.xml", `<rss><item><description><![CDATA[Thandi Oc]]><![CDATA[hoa]]></description></item></rss>`, "trace-name"},
		{"Atom, XHTML", "atom.xml", `<feed><entry><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Th<em>andi</em> Ochoa</p></div></content></entry></feed>`, "trace-name"},
		{"Atom, author", "atom.xml", `<feed><entry><author><name>Zoë</name></author></entry></feed>`, "trace-name"},
		{"JSON Feed", "feed.json", `{"items":[{"title":"Zo\u00eb"}]}`, "trace-name"},
		{"JSON Feed, HTML", "feed.json", `{"items":[{"content_html":"<p>Th<em>andi<\/em> Ochoa<\/p>"}]}`, "trace-name"},
		{"JSON Feed, address", "feed.json", `{"items":[{"url":"https:\/\/stories.example.org\/stories\/kitchen\/"}]}`, "trace-address"},
		{"search shard", "search/0.json", `[["Meeting","By Zoë"]]`, "trace-name"},
		{"calendar, folded line", "meetings.ics", "BEGIN:VEVENT\r\nSUMMARY:With Than\r\n di Ochoa\r\nEND:VEVENT\r\n", "trace-name"},
		{"calendar, folded inside a letter", "meetings.ics", "SUMMARY:Zo\xc3\r\n \xab speaks\r\n", "trace-name"},
		{"calendar, address", "meetings.ics", "URL:https://stories.example.org/stories/kitchen/\r\n", "trace-address"},
		{"style sheet", "assets/a.css", `/* for Zoë */`, "trace-name"},
		{"style sheet, escape", "assets/a.css", `p{content:"\54 handi Ochoa"}`, "trace-name"},
		{"style sheet, url", "assets/a.css", `p{background:url("/stories/kitchen/x.jpg")}`, "trace-address"},
		{"script file", "assets/a.js", `x = "Thandi\u0020Ochoa"`, "trace-name"},
		{"captions", "stories/x/a.vtt", "WEBVTT\n\n1\n00:00.000 --> 00:02.000\n<v Zoë>Thank you\n", "trace-name"},
		{"captions, across cues", "stories/x/a.vtt", "WEBVTT\n\n1\n00:00.000 --> 00:02.000\nand Thandi\n\n2\n00:02.000 --> 00:03.000\nOchoa said\n", "trace-name"},
		{"drawing", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><text><tspan>Than</tspan><tspan>di</tspan> Ochoa</text></svg>`, "trace-name"},
		{"recording's tag", "a.mp3", "ID3\x03\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00Thandi Ochoa\x00\x01", "trace-name"},
		{"recording's tag in UTF-16", "a.mp3", "ID3\x03\x00\x00\x00\x00\x00\x00\x01\xff\xfe" + utf16Bytes("Thandi Ochoa") + "\x00\x00\xff", "trace-name"},
		{"recording's tag in big-endian UTF-16", "a.mp3", "ID3\x03\x00\x00\x00\x00\xff\xfe\x00T\x00h\x00a\x00n\x00d\x00i\x00 \x00O\x00c\x00h\x00o\x00a\xff\xff", "trace-name"},
		{"text file", "robots.txt", "# Zoë\nUser-agent: *\n", "trace-name"},

		{"address in a link", "notes/x/index.html", page(`<a href="/stories/kitchen/">a story</a>`), "trace-address"},
		{"full address", "notes/x/index.html", page(`<a href="https://stories.example.org/stories/kitchen">a story</a>`), "trace-address"},
		{"address at an archive", "notes/x/index.html", page(`<a href="https://web.archive.org/web/2026/https://stories.example.org/stories/kitchen/">a story</a>`), "trace-address"},
		{"relative address", "notes/x/index.html", page(`<a href="../../stories/kitchen/#top">a story</a>`), "trace-address"},
		{"encoded address", "notes/x/index.html", page(`<a href="/s%74ories/kitchen/">a story</a>`), "trace-address"},
		{"address with entities", "notes/x/index.html", page(`<a href="&#47;stories&#x2f;kitchen/">a story</a>`), "trace-address"},
		{"address in text", "notes/x/index.html", page(`<p>See stories.example.org/stories/kitchen.</p>`), "trace-address"},
		{"address in src", "notes/x/index.html", page(`<img alt="" src="/stories/kitchen/pot-480.jpg">`), "trace-address"},
		{"address in srcset", "notes/x/index.html", page(`<img alt="" srcset="/a.jpg 1x, /stories/kitchen/pot.jpg 2x" src="data:,">`), "trace-address"},
		{"address in a data attribute", "notes/x/index.html", page(`<p data-from="stories/kitchen"></p>`), "trace-address"},
		{"address of a refresh", "was/index.html", `<!doctype html><meta http-equiv="refresh" content="0; url=/stories/kitchen/"><title>x</title>`, "trace-address"},
		{"address of a person", "notes/x/index.html", page(`<a href="/people/thandi/">x</a>`), "trace-address"},
		{"address in a script", "notes/x/index.html", page(`<script>go("\/stories\/kitchen\/")</script>`), "trace-address"},
		{"sitemap", "sitemap.xml", `<urlset><url><loc>https://stories.example.org/stories/kitchen/</loc></url></urlset>`, "trace-address"},
		{"OPML", "opml.xml", `<opml><outline xmlUrl="/people/thandi/rss.xml"/></opml>`, "trace-address"},
		{"output file of a withheld item", "stories/kitchen/index.html", page(""), "trace-address"},
		{"source file's name", "notes/x/index.html", page(`<a href="https://git.example.org/edit/main/content/stories/kitchen.md">Suggest a change</a>`), "trace-address"},
		{"source file's name in another folder", "notes/x/index.html", page(`<a href="https://git.example.org/edit/main/team/thandi.md">Suggest a change</a>`), "trace-address"},
		{"source file's name alone", "notes/x/index.html", page(`<p data-file="kitchen.md">x</p>`), "trace-address"},
		{"address of a page", "notes/x/index.html", page(`<a href="/guides/secret/">x</a>`), "trace-address"},
		{"source of a page", "notes/x/index.html", page(`<a href="https://git.example.org/content/pages/guides/secret.md">x</a>`), "trace-address"},

		{"title", "notes/x/index.html", page("<p>Read “The kitchen on Blackwater Street”.</p>"), "trace-title"},
		{"title in other capitals, across tags", "notes/x/index.html", page("<h2>THE KITCHEN</h2><p>on <em>blackwater</em>\nstreet</p>"), "trace-title"},
		{"title in a file's name", "assets/the-kitchen-on-blackwater-street.txt", "x", "trace-title"},

		{"twelve words", "notes/x/index.html", page("<p>She wrote: " + twelveWords + ".</p>"), "trace-words"},
		{"twelve words across paragraphs, in capitals", "notes/x/index.html", page("<p>" + strings.ToUpper("The kettle was never cold in that") + "</p><p><em>kitchen</em>, and nobody &mdash; asked; twice!</p>"), "trace-words"},
		{"twelve words from the middle", "notes/x/index.html", page("<p>nobody asked twice why the window stayed open all winter long</p>"), ""},
		{"twelve words to the end", "notes/x/index.html", page("<p>and nobody asked twice why the window stayed open all winter long</p>"), "trace-words"},
		{"twelve words around a footnote", "notes/x/index.html", page(`<p>The kettle was never cold<sup>2</sup> in that kitchen and nobody asked twice</p>`), "trace-words"},
		{"twelve words in alt", "notes/x/index.html", page(`<img src="data:," alt="` + twelveWords + `">`), "trace-words"},
		{"twelve words in a feed", "feed.json", `{"items":[{"content_text":"` + twelveWords + `"}]}`, "trace-words"},
		{"twelve words in a search shard", "search/a.json", `{"t":"` + strings.ReplaceAll(twelveWords, " ", `\n`) + `"}`, "trace-words"},

		{"quotation", "notes/x/index.html", page("<blockquote>we already had a <b>voice</b></blockquote>"), "trace-line"},
		{"quotation in a card", "index.html", `<!doctype html><meta property="og:description" content="We already had a voice."><title>x</title>`, "trace-line"},

		{"EXIF in a JPEG", "stories/x/a.jpg", jpegWith(t, 0xe1, "Exif\x00\x00MM"), "trace-metadata"},
		{"comment in a JPEG", "stories/x/a.jpg", jpegWith(t, 0xfe, "me"), "trace-metadata"},
		{"IPTC in a JPEG", "stories/x/a.jpg", jpegWith(t, 0xed, "Photoshop 3.0\x00"), "trace-metadata"},
		{"colour profile in a JPEG", "stories/x/a.jpg", jpegWith(t, 0xe2, "ICC_PROFILE\x00\x01\x01xx"), "trace-metadata"},
		{"thumbnail in a JPEG", "stories/x/a.jpg", jpegWith(t, 0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x01\x01abc"), "trace-metadata"},
		{"a maker's part in a JPEG", "stories/x/a.jpg", jpegWith(t, 0xe5, "x"), "trace-metadata"},
		{"bytes after a JPEG", "stories/x/a.jpg", string(picture(t, "jpeg")) + "more", "trace-metadata"},
		{"a broken JPEG", "stories/x/a.jpg", string(picture(t, "jpeg")[:40]), "trace-metadata"},
		{"EXIF in a PNG", "stories/x/a.png", pngWith(t, "eXIf", "MM"), "trace-metadata"},
		{"text in a PNG", "stories/x/a.png", pngWith(t, "tEXt", "Author\x00me"), "trace-metadata"},
		{"time in a PNG", "stories/x/a.png", pngWith(t, "tIME", "1234567"), "trace-metadata"},
		{"a maker's part in a PNG", "stories/x/a.png", pngWith(t, "vpAg", "x"), "trace-metadata"},
		{"bytes after a PNG", "stories/x/a.png", string(picture(t, "png")) + "more", "trace-metadata"},
		{"a broken PNG", "stories/x/a.png", string(picture(t, "png")[:40]), "trace-metadata"},
		{"comment in a GIF", "stories/x/a.gif", gifWith("\x21\xfe\x02me\x00"), "trace-metadata"},
		{"XMP in a GIF", "stories/x/a.gif", gifWith("\x21\xff\x0bXMP DataXMP\x01x\x00"), "trace-metadata"},
		{"bytes after a GIF", "stories/x/a.gif", gifWith("") + "x", "trace-metadata"},
		{"EXIF in a WebP", "stories/x/a.webp", "RIFF\x14\x00\x00\x00WEBPEXIF\x04\x00\x00\x00abcd\x00\x00\x00\x00", "trace-metadata"},
		{"a TIFF", "stories/x/a.tif", "II*\x00\x08\x00\x00\x00", "trace-metadata"},
		{"metadata in a drawing", "stories/x/a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><metadata>x</metadata></svg>`, "trace-metadata"},
		{"a picture under another name", "stories/x/a.bin", jpegWith(t, 0xe1, "Exif\x00\x00MM"), "trace-metadata"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.put(c.path, c.content, "notes/x")
			r := s.audit()
			r.Problems = slices.DeleteFunc(r.Problems, func(p report.Problem) bool { return p.Severity == report.Warning })
			if c.code == "" {
				if len(r.Quarantine) > 0 {
					t.Fatalf("found something in innocent text: %v", r.Problems)
				}
				return
			}
			if !slices.Contains(codes(r), c.code) {
				t.Fatalf("not found; problems: %v", r.Problems)
			}
			if !slices.Equal(r.Quarantine, []string{"notes/x"}) || r.Unattributed {
				t.Errorf("quarantine %v, unattributed %v", r.Quarantine, r.Unattributed)
			}
			if !slices.Equal(r.Spotted, []string{c.path}) {
				t.Errorf("spotted %v", r.Spotted)
			}
		})
	}
}

func TestInnocents(t *testing.T) {
	for _, c := range []struct{ name, path, content string }{
		{"part of a longer word", "a/index.html", page("<p>Thandia Ochoasson, Zoës, Zoëtrope, Neilson</p>")},
		{"one word in small letters", "a/index.html", page("<p>the neil, a zoë, zoe</p>")},
		{"O'Neil isn't Neil", "a/index.html", page("<p>Mr O'Neil, Ms O’Neil, O&#39;Neil</p>")},
		{"not_me", "a/index.html", page("<p>Thandi Ochoa Road, THANDI&nbsp;OCHOA <b>Road</b>; Zoë's Corner</p>")},
		{"words of a name apart", "a/index.html", page("<p>Thandi came. Ochoa came, Thandi, Ochoa and Thandi (Ochoa)</p>")},
		{"one word in an address", "a/index.html", page(`<a href="https://x.org/Neil/">x</a><p id="Neil" class="Neil">x</p>`)},
		{"one word in an id of a feed", "feed.json", `{"items":[{"id":"https://x.org/Neil","url":"https://x.org/Neil"}]}`},
		{"one word in an address of a feed", "atom.xml", `<feed><entry><id>https://x.org/Neil</id><link href="https://x.org/Neil"/></entry></feed>`},
		{"the slug alone", "a/index.html", page(`<p class="kitchen home">kitchen, home, Kitchen, thandi</p><a href="/a/#kitchen" id="kitchen">x</a>`)},
		{"the slug in another folder", "a/index.html", page(`<p data-x="/notes/kitchen/ /stories/kitchen-two/ /stories/my-kitchen/ /substories/kitchen /stories/kitchens">x</p>`)},
		{"the slug home", "a/index.html", page(`<a href="https://x.org/home/stories/">x</a><p>stories home</p>`)},
		{"another item's source file", "a/index.html", page(`<a href="https://git.example.org/content/notes/kitchen.md">x</a> <a href="https://x.org/my-kitchen.md">x</a>`)},
		{"a page's source file", "a/index.html", page(`<a href="https://git.example.org/content/pages/kitchen.md">x</a> <a href="https://git.example.org/content/pages/guides/kitchen.md">x</a>`)},
		{"a page's address elsewhere", "a/index.html", page(`<a href="https://x.org/guides/secret/">x</a> <p data-x="/guides/secret-two/ /guides/">x</p>`)},
		{"eleven words", "a/index.html", page("<p>" + elevenWords + ".</p>")},
		{"eleven words twice", "a/index.html", page("<p>" + elevenWords + " " + elevenWords + "</p>")},
		{"most of a title", "a/index.html", page("<p>The kitchen on Blackwater Road</p>")},
		{"most of a line", "a/index.html", page("<p>We already had a choice</p>")},
		{"words of different fields", "a/index.html", page(`<img src="data:," alt="Thandi" title="Ochoa">`)},
		{"words of different fields of JSON", "feed.json", `{"items":[{"title":"Thandi"},{"title":"Ochoa"}]}`},
		{"pictures without metadata", "a.jpg", string(picture(t, "jpeg"))},
		{"a JPEG with a JFIF part", "b.jpg", jpegWith(t, 0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")},
		{"a PNG", "a.png", string(picture(t, "png"))},
		{"a PNG with a density", "b.png", pngWith(t, "pHYs", "123456789")},
		{"a GIF that is repeated", "a.gif", gifWith("\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")},
		{"a data: picture", "a/index.html", page(`<img alt="" src="data:image/png;base64,` + base64.StdEncoding.EncodeToString(picture(t, "png")) + `">`)},
		{"a drawing", "a.svg", `<svg xmlns="http://www.w3.org/2000/svg"><title>Kitchen</title><path d="M0 0"/></svg>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			s.put(c.path, c.content, "notes/x")
			if r := s.audit(); len(r.Problems) > 0 || len(r.Quarantine) > 0 || r.Unattributed {
				t.Errorf("%v %v", r.Quarantine, r.Problems)
			}
		})
	}
}

func TestPicturesAreLookedAtWhenNothingIsWithheld(t *testing.T) {
	exif := jpegWith(t, 0xe1, "Exif\x00\x00MM")
	s := newStage(t)
	s.in.Withheld = nil
	s.put("stories/a/a.jpg", exif, "stories/a", "stories/a")
	s.put("stories/b/index.html", page(`<img alt="" src="data:image/jpeg;base64,`+base64.StdEncoding.EncodeToString([]byte(exif))+`">`), "stories/b", "stories/b")
	s.put("feed.json", `{"x":"data:image/jpeg;base64,`+base64.StdEncoding.EncodeToString([]byte(exif))+`"}`, "", "stories/c")
	s.sources["stories/c"] = "![](data:image/jpeg;base64,xx)"
	r := s.audit()
	if !slices.Equal(codes(r), []string{"trace-metadata", "trace-metadata", "trace-metadata"}) || !slices.Equal(r.Quarantine, []string{"stories/a", "stories/c"}) || r.Unattributed {
		t.Errorf("%v %v", r.Quarantine, r.Problems)
	}
}

func TestOrdinaryWordIsAWarning(t *testing.T) {
	s := newStage(t)
	for i := range 7 {
		id := fmt.Sprintf("notes/n%d", i)
		s.put(id+"/index.html", page("<p>Hope is what we have. Hope!</p>"), id, id)
		s.texts[id] = []string{"Hope is what we have. Hope!"}
	}
	s.sources["notes/n0"] = "---\ntitle: x\n---\nWe hope.\n\nHope is what we have. Hope!\n"
	r := s.audit()
	if len(r.Quarantine) > 0 || len(r.Problems) != 1 {
		t.Fatalf("%v %v", r.Quarantine, r.Problems)
	}
	want := report.Problem{Code: "ordinary-name", Severity: report.Warning, File: "content/notes/n0.md", Line: 6, Column: 1,
		Message: "A word that is also a name of people/hope, who may not be named, stands in notes/n0, notes/n1, notes/n2, notes/n3, notes/n4 and 2 more. It is an ordinary word too, so nothing is left out because of it.",
		Help:    "Read those places. Where the person is meant, take the name out."}
	if r.Problems[0] != want {
		t.Errorf("got  %+v\nwant %+v", r.Problems[0], want)
	}
}

func TestMonthsOfTheThemeAreNoWarning(t *testing.T) {
	s := newStage(t)
	s.in.Own["themes/hearth/words.yaml"] = "april: Hope"
	s.put("notes/a/index.html", page("<p>Hope 2027</p>"), "notes/a", "notes/a")
	s.texts["notes/a"] = []string{"We met."}
	if r := s.audit(); len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
}

func TestMessagesSayWhatWhereAndHow(t *testing.T) {
	s := newStage(t)
	s.put("notes/second/index.html", page("<p>Welcome.</p><p>Then Thandi Ochoa spoke.</p>"), "notes/second", "notes/second")
	s.put("index.html", page("<p>Then Thandi Ochoa spoke.</p>"), "", "notes/second", "notes/first")
	s.put("rss.xml", "<rss><item><title>Then Thandi Ochoa spoke.</title></item></rss>", "", "notes/second", "notes/first")
	s.texts["notes/second"] = []string{"Welcome. Then Thandi Ochoa spoke."}
	s.texts["notes/first"] = []string{"Nothing."}
	s.sources["notes/second"] = "---\ntitle: Second\n---\nWelcome.\n\nThen Thandi Ochoa spoke.\n"
	r := s.audit()
	want := []report.Problem{{Code: "trace-name", Severity: report.Error, File: "content/notes/second.md", Line: 6, Column: 6,
		Message: "A name of people/thandi, who may not be named there, stands in notes/second (found in notes/second/index.html and 2 more files of the finished site). It is left out until this is mended.",
		Help: "Write the mention [@thandi] in its place, which leaves by itself, or take the name out, also where it is part of an address or a file name. If someone else is meant, write `not_about: [thandi]` in the front matter; " +
			"if the name is part of a phrase such as a street's, write the phrase under `not_me` in the person's file."}}
	if !reflect.DeepEqual(r.Problems, want) {
		t.Errorf("got  %+v\nwant %+v", r.Problems, want)
	}
	if !slices.Equal(r.Quarantine, []string{"notes/second"}) {
		t.Error(r.Quarantine)
	}
	if !slices.Equal(r.Spotted, []string{"index.html", "notes/second/index.html", "rss.xml"}) {
		t.Error(r.Spotted)
	}
}

func TestEveryMessage(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "x.mp3")
	if err := os.WriteFile(secret, []byte("a recording\x00\x01"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, content, message, help string }{
		{"a/index.html", page(`<a href="/stories/kitchen/">x</a>`),
			"The address or source file name of stories/kitchen, which isn't published, stands in notes/x (found in a/index.html of the finished site). It is left out until this is mended.",
			"Take the link or the file name out. A link to a story is best written as [words](/stories/kitchen/): while the story isn't there, the words stay and the link goes by itself."},
		{"a/index.html", page(withheldTitle),
			"The title of a story that isn't published stands in notes/x (found in a/index.html of the finished site). It is left out until this is mended.",
			"Take the title out, or say it in other words."},
		{"a/index.html", page(withheldWords),
			"Twelve or more words in a row of a story or passage that isn't published stand in notes/x (found in a/index.html of the finished site). It is left out until this is mended.",
			"Take the words out. A teller's own words go with their consent, wherever they are quoted."},
		{"a/index.html", page(withheldLine),
			"A whole quotation that may not be shown stands in notes/x (found in a/index.html of the finished site). It is left out until this is mended.",
			"Take the quotation out. Written as a block quotation that ends in “— [@id]”, it comes and goes with the person's consent by itself."},
		{"a.mp3", "a recording\x00\x01",
			"A picture or recording that may not be published is part of notes/x (found in a.mp3 of the finished site). It is left out until this is mended.",
			"Take the copy of the file out. A picture needs everyone's consent who can be recognised in it, under whatever name it is kept."},
		{"a.jpg", jpegWith(t, 0xe1, "Exif\x00\x00MM"),
			"A picture of notes/x carries more than the picture: EXIF or XMP (when, where and with what it was taken) (found in a.jpg of the finished site). It is left out until this is mended.",
			"Open the picture in a picture editor, export it without metadata as JPEG or PNG, and replace the file."},
	} {
		s := newStage(t)
		s.in.Withheld.Files = []string{secret, filepath.Join(t.TempDir(), "gone.jpg")}
		s.put(c.path, c.content, "notes/x")
		r := s.audit()
		if len(r.Problems) == 0 {
			t.Errorf("%s: nothing found", c.message)
			continue
		}
		if p := r.Problems[0]; p.Message != c.message || p.Help != c.help || p.Severity != report.Error {
			t.Errorf("got  %s\n     %s\nwant %s\n     %s", p.Message, p.Help, c.message, c.help)
		}
	}
}

func TestForgottenNames(t *testing.T) {
	hash := func(salt, name string) string { return hashFolded(salt, foldName(name)) }
	forget := func(s *stage) {
		s.in.Withheld.Names = []gate.WithheldName{
			{Salt: "one", Hash: hash("one", "Grace  Nwosu"), Words: 2},
			{Salt: "two", Hash: hash("two", "Anne-Marie O’Brien"), Words: 2},
			{Salt: "two", Hash: hash("two", "Renée"), Words: 1},
			{Salt: "two", Hash: hash("two", "Renee"), Words: 1},
			{Salt: "two", Hash: hash("two", "Patience"), Words: 1},
			{Salt: "two", Hash: hash("two", "Ana de la Cruz"), Words: 4},
			{Salt: "two", Hash: hash("two", "فاطمة"), Words: 1},
		}
	}
	for _, found := range []string{"<p>Grace Nwosu</p>", "<p>and grace nwosu</p>", "<p>GRACE<br>NWOSU's</p>", "<p>Gr<b>ace</b> Nwosu’s</p>",
		`<a href="https://x.org/grace-nwosu">x</a>`, `<a href="https://x.org/Grace%20Nwosu">x</a>`, "<p>(Anne-Marie O'Brien's)</p>", "<p>Anne-Marie O’Brien</p>",
		"<p>Renée.</p>", "<p>" + norm.NFD.String("Renée") + "</p>", "<p>Renee's</p>", "<p>RENÉE</p>", "<p>ana de la cruz</p>", "<p>مع فاطمة</p>", "<p>d’Renée</p>"} {
		s := newStage(t)
		forget(s)
		s.put("notes/x/index.html", page(found), "notes/x")
		s.put("notes/y/index.html", page("<p>Once more: "+found), "notes/y")
		r := s.audit()
		if !slices.Equal(r.Quarantine, []string{"notes/x", "notes/y"}) {
			t.Errorf("%s: %v", found, r.Quarantine)
			continue
		}
		if want := "The name of somebody who was forgotten stands in notes/x (found in notes/x/index.html of the finished site). It is left out until this is mended."; r.Problems[0].Message != want {
			t.Error(r.Problems[0].Message)
		}
	}
	for _, innocent := range []string{"<p>Grace. Nwosu</p>", "<p>Grace Nwosus</p>", "<p>Anne Marie</p>", "<p>renée</p>", "<p>Ana de la</p>", `<a href="https://x.org/Renee">x</a>`} {
		s := newStage(t)
		forget(s)
		s.put("notes/x/index.html", page(innocent), "notes/x")
		if r := s.audit(); len(r.Problems) > 0 {
			t.Errorf("%s: %v", innocent, r.Problems)
		}
	}
	s := newStage(t)
	forget(s)
	s.put("notes/x/index.html", page("<p>Patience came.</p>"), "notes/x")
	s.put("notes/y/index.html", page("<p>It takes patience.</p>"), "notes/y")
	s.texts["notes/x"] = []string{"Patience came."}
	r := s.audit()
	if len(r.Quarantine) > 0 || len(r.Problems) != 1 || r.Problems[0].Severity != report.Warning ||
		r.Problems[0].Message != "A word that is also a name of somebody who was forgotten, who may not be named, stands in notes/x. It is an ordinary word too, so nothing is left out because of it." {
		t.Errorf("%v %v", r.Quarantine, r.Problems)
	}
}

// What forgets a name and what looks for it must fold and hash it alike.
func TestForgottenNamesAreHashedAsTheyWereKept(t *testing.T) {
	for _, name := range []string{"Amina", "  Zoë   Ochoa ", "ΣΊΣΥΦΟΣ", "Straße", "Ｔｈａｎｄｉ", norm.NFD.String("Renée"), "O’Neil"} {
		if got, want := hashFolded("salt", foldName(name)), read.HashName("salt", name); got != want {
			t.Errorf("%q: %s, not %s", name, got, want)
		}
	}
}

func TestWithheldFiles(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "kitchen.jpg")
	data := picture(t, "jpeg")
	if err := os.WriteFile(secret, data, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, content string }{
		{"a copy", "stories/y/x.jpg", string(data)},
		{"a copy as a data: address", "stories/y/index.html", page(`<img alt="" src="data:image/jpeg;base64,` + base64.StdEncoding.EncodeToString(data) + `">`)},
		{"a copy as a data: address in a style sheet", "stories/y/a.css", `p{background:url(data:image/jpeg;base64,` + base64.StdEncoding.EncodeToString(data) + `)}`},
		{"a copy in JSON", "stories/y/a.json", `{"image":"data:image/jpeg;base64,` + base64.StdEncoding.EncodeToString(data) + `"}`},
		{"a percent-encoded copy", "stories/y/index.html", page(`<img alt="" src="data:image/jpeg,` + percent(data) + `">`)},
	} {
		s := newStage(t)
		s.in.Withheld.Files = []string{secret}
		s.put(c.path, c.content, "stories/y", "stories/y")
		s.put("other.bin", strings.Repeat("x", len(data)), "notes/z")
		r := s.audit()
		if !slices.Equal(r.Quarantine, []string{"stories/y"}) || !slices.Equal(codes(r), []string{"trace-file"}) {
			t.Errorf("%s: %v %v", c.name, r.Quarantine, r.Problems)
		}
	}
}

func percent(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

func TestBigFilesAreReadInPieces(t *testing.T) {
	s := newStage(t)
	big := bytes.Repeat([]byte{0, 0xff, 0xfb, 0x90}, (biggest+piece)/4)
	copy(big[piece*3-6:], "Thandi Ochoa") // across the edge of a piece
	secret := filepath.Join(t.TempDir(), "told.mp3")
	if err := os.WriteFile(secret, big, 0o644); err != nil {
		t.Fatal(err)
	}
	s.in.Withheld.Files = []string{secret}
	s.put("stories/y/told.mp3", string(big), "stories/y")
	r := s.audit()
	if got := codes(r); !slices.Equal(got, []string{"trace-file", "trace-name"}) {
		t.Error(got)
	}
}

func TestLongPagesAreReadInPieces(t *testing.T) {
	for _, before := range []int{fullFlow - 30, fullFlow - 3, fullFlow + 10, 2 * fullFlow} {
		s := newStage(t)
		s.put("everything/index.html", page("<p>"+strings.Repeat("word <i>x</i> ", before/len("word x "))+"Than<b>di</b> <i>Ochoa</i> "+strings.Repeat("<b>word</b> ", 1000)), "notes/x")
		if r := s.audit(); !slices.Equal(codes(r), []string{"trace-name"}) {
			t.Errorf("%d: %v", before, r.Problems)
		}
	}
}

// The rules about whom a name belongs to, and whose text it is.

func TestBylinesAreShownWithConsent(t *testing.T) {
	s := newStage(t)
	s.in.Withheld.Shown["people/thandi"] = []string{"stories/own"}
	card := `<p class="by">Thandi Ochoa</p>`
	s.put("stories/own/index.html", page(card), "stories/own", "stories/own", "stories/other")
	s.put("stories/index.html", page(card+"<p>Other</p>"), "", "stories/own", "stories/other")
	s.put("rss.xml", "<rss><item><author>Thandi Ochoa</author></item></rss>", "", "stories/own")
	s.put("notes/grew/index.html", page("<p>A note.</p>"+card), "notes/grew", "notes/grew", "stories/own")
	s.texts["stories/own"] = []string{"Words"}
	s.texts["stories/other"] = []string{"Other"}
	s.texts["notes/grew"] = []string{"A note."}
	if r := s.audit(); len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	// Someone else's words beside the byline are no byline.
	s.texts["notes/grew"] = []string{"A note by Thandi Ochoa."}
	s.put("notes/index.html", page("<p>A note by Thandi Ochoa</p>"+card), "", "notes/grew", "stories/own")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/grew"}) {
		t.Errorf("%v %v", r.Quarantine, r.Problems)
	}
	// Without an item that shows them, a name on a page is a trace.
	s.texts["notes/grew"] = []string{"A note."}
	s.put("cells/a/index.html", page(card), "cells/a", "cells/a", "stories/other")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"cells/a"}) {
		t.Errorf("%v %v", r.Quarantine, r.Problems)
	}
}

func TestAddressesOfTheirOwnStories(t *testing.T) {
	s := newStage(t)
	s.in.Withheld.Shown["people/thandi"] = []string{"stories/thandi-ochoa-tells"}
	s.put("stories/thandi-ochoa-tells/index.html", page(`<h2 id="thandi-ochoa">Thandi Ochoa</h2>`), "stories/thandi-ochoa-tells", "stories/thandi-ochoa-tells")
	s.put("stories/thandi-ochoa-tells/thandi-ochoa.txt", "x", "stories/thandi-ochoa-tells")
	s.put("sitemap.xml", "<urlset><loc>https://stories.example.org/stories/thandi-ochoa-tells/</loc></urlset>", "")
	s.put("notes/a/index.html", page(`<a href="/stories/thandi-ochoa-tells/">a story</a>`), "notes/a", "notes/a")
	if r := s.audit(); len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	// Her byline on the page doesn't make every address hers.
	s.put("notes/b/index.html", page(`<p>Thandi Ochoa</p><a href="https://x.org/thandi-ochoa/">x</a>`), "notes/b", "notes/b", "stories/thandi-ochoa-tells")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/b"}) {
		t.Errorf("%v %v", r.Quarantine, r.Problems)
	}
}

func TestNotAbout(t *testing.T) {
	s := newStage(t)
	s.in.Withheld.NotAbout["notes/street"] = []string{"people/zoe"}
	s.put("notes/street/index.html", page("<p>Zoë is another one.</p>"), "notes/street", "notes/street")
	s.put("notes/index.html", page("<p>Zoë is another one.</p><p>Hello</p>"), "", "notes/street", "notes/b")
	s.texts["notes/street"] = []string{"Zoë is another one."}
	s.texts["notes/b"] = []string{"Hello"}
	if r := s.audit(); len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	// It holds for that name and that item only.
	s.texts["notes/b"] = []string{"Hello Zoë"}
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/b"}) {
		t.Errorf("another item's words: %v", r.Quarantine)
	}
	s.texts["notes/b"] = []string{"Hello"}
	s.put("notes/street/more/index.html", page("<p>Thandi Ochoa</p>"), "notes/street", "notes/street")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/street"}) {
		t.Errorf("another name: %v", r.Quarantine)
	}
	s = newStage(t)
	s.in.Withheld.NotAbout["notes/street"] = []string{"people/zoe"}
	s.texts["notes/street"] = []string{"Nothing of the kind."}
	s.put("notes/index.html", page("<p>Zoë</p>"), "", "notes/street", "notes/b")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/b"}) {
		t.Errorf("a name that the item's words don't have: %v", r.Quarantine)
	}
}

func TestWhoseTextItIs(t *testing.T) {
	t.Run("a list", func(t *testing.T) {
		s := newStage(t)
		s.put("index.html", page(twelveWords), "", "notes/a", "stories/b", "notes/c")
		s.texts["stories/b"] = []string{"Title", "So " + twelveWords + "."}
		if r := s.audit(); !slices.Equal(r.Quarantine, []string{"stories/b"}) {
			t.Error(r.Quarantine)
		}
	})
	t.Run("a page without items", func(t *testing.T) {
		s := newStage(t)
		s.put("404.html", page("<p>Zoë</p>"), "")
		s.put("notes/a/index.html", page("<p>x</p>"), "notes/a", "notes/a")
		s.put("notes/b/index.html", page("<p>x</p>"), "notes/b", "notes/b")
		s.texts["notes/b"] = []string{"Zoë"}
		if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/b"}) || r.Unattributed {
			t.Error(r.Quarantine, r.Unattributed)
		}
	})
	t.Run("an address that only the source has", func(t *testing.T) {
		s := newStage(t)
		s.put("notes/rss.xml", `<rss><description>&lt;a href="/stories/kitchen/"&gt;x&lt;/a&gt;</description></rss>`, "", "notes/a", "notes/b")
		s.sources["notes/b"] = "---\ntitle: B\n---\nSee [x](/stories/kitchen/).\n"
		r := s.audit()
		if !slices.Equal(r.Quarantine, []string{"notes/b"}) {
			t.Fatal(r.Quarantine)
		}
		if p := r.Problems[0]; p.File != "content/notes/b.md" || p.Line != 4 || p.Column != 10 {
			t.Errorf("%+v", p)
		}
	})
	t.Run("an address found on a page of its own", func(t *testing.T) {
		s := newStage(t)
		s.put("notes/a/index.html", page(`x`), "notes/a", "notes/a")
		s.put("notes/b/index.html", page(`<a href="/stories/kitchen/">x</a>`), "notes/b", "notes/b")
		s.put("notes/index.html", page(`<a href="/stories/kitchen/">x</a>`), "", "notes/a", "notes/b")
		if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/b"}) {
			t.Error(r.Quarantine)
		}
	})
	t.Run("a page without items that shows the address of a page", func(t *testing.T) {
		s := newStage(t)
		s.put("stories/for-thandi-ochoa/index.html", page(`x`), "stories/for-thandi-ochoa", "stories/for-thandi-ochoa")
		s.put("sitemap.xml", `<urlset><loc>https://stories.example.org/stories/for-thandi-ochoa/</loc></urlset>`, "")
		if r := s.audit(); !slices.Equal(r.Quarantine, []string{"stories/for-thandi-ochoa"}) || r.Unattributed || len(r.Problems) != 1 {
			t.Error(r.Quarantine, r.Unattributed, r.Problems)
		}
	})
	t.Run("a list of items that all are excused, whose words don't have it", func(t *testing.T) {
		s := newStage(t)
		s.in.Withheld.NotAbout["notes/a"] = []string{"people/zoe"}
		s.put("notes/index.html", page(`Zoë`), "", "notes/a")
		if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a"}) || r.Unattributed {
			t.Error(r.Quarantine, r.Unattributed, r.Problems)
		}
	})
	t.Run("the theme", func(t *testing.T) {
		s := newStage(t)
		s.in.Own["themes/own/partials/footer.html"] = "<footer>\n  Made by Thandi Ochoa\n</footer>"
		s.put("404.html", page("<footer>Made by Thandi Ochoa</footer>"), "")
		s.put("notes/a/index.html", page("<footer>Made by Thandi Ochoa</footer>"), "notes/a", "notes/a")
		s.texts["notes/a"] = []string{"A note"}
		r := s.audit()
		if len(r.Quarantine) > 0 || r.Unattributed || len(r.Problems) != 1 {
			t.Fatalf("%v %v %v", r.Quarantine, r.Unattributed, r.Problems)
		}
		p := r.Problems[0]
		if p.File != "themes/own/partials/footer.html" || p.Line != 2 || p.Column != 11 || p.Severity != report.Error ||
			p.Message != "A name of people/thandi, who may not be named there, stands in themes/own/partials/footer.html (found in 404.html and one more file of the finished site). The network's own words don't leave by themselves, so the site is made with it." {
			t.Errorf("%+v", p)
		}
	})
	t.Run("site.yaml and an item", func(t *testing.T) {
		s := newStage(t)
		s.in.Own["site.yaml"] = "contact: Zoë\n"
		s.put("notes/a/index.html", page("<p>Zoë</p>"), "notes/a", "notes/a")
		s.texts["notes/a"] = []string{"Zoë"}
		r := s.audit()
		if !slices.Equal(r.Quarantine, []string{"notes/a"}) || len(r.Problems) != 2 {
			t.Errorf("%v %v", r.Quarantine, r.Problems)
		}
	})
	t.Run("nobody", func(t *testing.T) {
		s := newStage(t)
		s.put("404.html", page("<p>Zoë</p>"), "")
		r := s.audit()
		if !r.Unattributed || len(r.Quarantine) > 0 || len(r.Problems) != 1 {
			t.Fatalf("%v %v %v", r.Unattributed, r.Quarantine, r.Problems)
		}
		if want := "A name of people/zoe, who may not be named there, stands in this file of the finished site. No text of the site explains it, so the site isn't made."; r.Problems[0].Message != want || r.Problems[0].File != "404.html" {
			t.Errorf("%+v", r.Problems[0])
		}
	})
	t.Run("everyone on the page", func(t *testing.T) {
		s := newStage(t)
		s.put("notes/index.html", page("<p>Zoë</p>"), "", "notes/b", "notes/a")
		if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a", "notes/b"}) || r.Unattributed {
			t.Error(r.Quarantine)
		}
	})
	t.Run("a file of the network's own", func(t *testing.T) {
		s := newStage(t)
		s.put("favicon.png", pngWith(t, "tEXt", "Author\x00me"), "")
		r := s.audit()
		if len(r.Quarantine) > 0 || r.Unattributed || len(r.Problems) != 1 {
			t.Fatalf("%v %v", r.Quarantine, r.Problems)
		}
		if want := "A picture of this file of the finished site carries more than the picture: text. It is a file of the network's own, so the site is made with it."; r.Problems[0].Message != want {
			t.Errorf("%+v", r.Problems[0])
		}
	})
}

func TestExceptions(t *testing.T) {
	s := newStage(t)
	s.in.Withheld.Texts = []gate.WithheldText{{Words: withheldWords, Except: []string{"And so: " + twelveWords + ", she said."}}}
	s.in.Withheld.Lines = []gate.WithheldText{{Words: withheldLine, Except: []string{"x", "I said we already had a voice, you know"}}}
	s.put("stories/twin/index.html", page("<p>"+twelveWords+"</p><p>We already had a voice.</p>"), "stories/twin")
	if r := s.audit(); len(r.Problems) > 0 {
		t.Error(r.Problems)
	}
	s.put("notes/a/index.html", page("<p>"+withheldWords+"</p>"), "notes/a")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a"}) {
		t.Errorf("words beyond the exception: %v", r.Quarantine)
	}
}

func TestUnspacedScriptsCountCharacters(t *testing.T) {
	text := []rune("我们那天早上在厨房里等了很久没有人说话窗外下着雨水壶一直在响母亲看着门口")
	for n, found := range map[int]bool{12: false, 23: false, 24: true, 30: true} {
		s := newStage(t)
		s.in.Withheld.Texts = []gate.WithheldText{{Words: string(text)}}
		s.put("notes/a/index.html", page("<p>"+string(text[:n])+"</p>"), "notes/a")
		if r := s.audit(); (len(r.Quarantine) > 0) != found {
			t.Errorf("%d characters: %v", n, r.Quarantine)
		}
	}
}

func TestFilesThatShouldOrShouldNotBeThere(t *testing.T) {
	s := newStage(t)
	s.put("a.txt", "x", "notes/a")
	s.put("stray.txt", "x", "")
	s.put("stories/kitchen/stray.txt", "x", "")
	s.in.Files = append(s.in.Files[:1], File{Path: "gone/index.html"})
	if err := os.MkdirAll(filepath.Join(s.in.Dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.in.Dir, ".git", "HEAD"), []byte("Zoë"), 0o644); err != nil {
		t.Fatal(err)
	}
	s.in.Keep = func(path string) bool { return path == ".git" }
	r := s.audit()
	if !r.Unattributed {
		t.Error("a file from nowhere must stop the build")
	}
	got := map[string]string{}
	for _, p := range r.Problems {
		got[p.Code+" "+p.File] = p.Message
	}
	for key, want := range map[string]string{
		"missing-file gone/index.html": "The file gone/index.html should be in the finished site, but isn't.",
		"unlisted-file stray.txt":      "The finished site holds a file, stray.txt, that comes from no published item, so the site isn't made.",
		"unlisted-file stories":        "The finished site holds a file, stories, that comes from no published item, so the site isn't made.",
	} {
		if got[key] != want {
			t.Errorf("%s: %q", key, got[key])
		}
	}
}

func TestSymbolicLinksAreNotFollowed(t *testing.T) {
	s := newStage(t)
	s.put("a.txt", "x", "notes/a")
	if err := os.Symlink("a.txt", filepath.Join(s.in.Dir, "b.txt")); err != nil {
		t.Skip("this file system has no symbolic links; run the tests on one that has")
	}
	s.in.Files = append(s.in.Files, File{Path: "b.txt", Owner: "notes/b"})
	if r := s.audit(); !r.Unattributed || !slices.Equal(codes(r), []string{"unlisted-file"}) {
		t.Error(r.Problems)
	}
}

func TestUnchangedFilesAreNotRead(t *testing.T) {
	s := newStage(t)
	s.put("notes/a/index.html", page(`<p id="here">Zoë</p>`), "notes/a")
	s.put("notes/b/index.html", page(`<a href="/notes/a/#here">x</a><a href="/notes/a/#there">x</a>`), "notes/b")
	s.in.Unchanged = func(path string) bool { return path == "notes/a/index.html" }
	r := s.audit()
	if !slices.Equal(codes(r), []string{"broken-fragment"}) {
		t.Error(r.Problems)
	}
}

func TestFingerprintTellsSetsApart(t *testing.T) {
	base := Fingerprint(withheld())
	if Fingerprint(withheld()) != base {
		t.Error("the same set, another fingerprint")
	}
	for i, change := range []func(w *gate.Withheld){
		func(w *gate.Withheld) { w.Items = w.Items[1:] },
		func(w *gate.Withheld) { w.Names[0].NotMe = nil },
		func(w *gate.Withheld) { w.Names[0].Ordinary = true },
		func(w *gate.Withheld) { w.Titles[0] += "!" },
		func(w *gate.Withheld) { w.Texts[0].Except = []string{"x"} },
		func(w *gate.Withheld) { w.Lines[0].Words = "x" },
		func(w *gate.Withheld) { w.Files = []string{"x"} },
		func(w *gate.Withheld) { w.NotAbout["notes/x"] = []string{"people/zoe"} },
		func(w *gate.Withheld) { w.Shown["people/zoe"] = []string{"stories/x"} },
	} {
		w := withheld()
		if change(w); Fingerprint(w) == base {
			t.Errorf("change %d makes no difference", i)
		}
	}
}

func TestSameAnswerEveryTime(t *testing.T) {
	s := newStage(t)
	for i := range 60 {
		id := fmt.Sprintf("notes/n%d", i)
		s.put(id+"/index.html", page(`<p>Zoë, Thandi Ochoa and Hope</p><a href="/nowhere">x</a>`+twelveWords), id, id)
		s.texts[id] = []string{"Zoë, Thandi Ochoa and Hope", twelveWords}
	}
	first := s.audit()
	if len(first.Quarantine) != 60 {
		t.Fatal(len(first.Quarantine))
	}
	for range 5 {
		if again := s.audit(); !reflect.DeepEqual(again, first) {
			for i := range first.Problems {
				if i >= len(again.Problems) || again.Problems[i] != first.Problems[i] {
					t.Fatalf("another answer: %v instead of %v", again.Problems[i:min(len(again.Problems), i+1)], first.Problems[i])
				}
			}
			t.Fatalf("another answer: %v %v", again, first)
		}
	}
}

func TestCancelled(t *testing.T) {
	s := newStage(t)
	s.put("a.txt", "x", "notes/a")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Audit(ctx, s.in); err != context.Canceled {
		t.Error(err)
	}
	s.in.Dir = filepath.Join(s.in.Dir, "nowhere")
	if _, err := Audit(context.Background(), s.in); !os.IsNotExist(err) {
		t.Error(err)
	}
}

func TestWordsOfItemsThatAreNotListed(t *testing.T) {
	s := newStage(t)
	nav := `<nav><a href="/zoe/">Zoë</a></nav>`
	s.put("zoe/index.html", page(nav), "zoe", "zoe")
	s.put("notes/a/index.html", page(nav+"<p>A note</p>"), "notes/a", "notes/a")
	s.put("follow/index.html", page(nav), "", "people/sam")
	s.put("404.html", page(nav), "")
	s.texts["zoe"] = []string{"Zoë"}
	s.texts["notes/a"] = []string{"A note"}
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"zoe"}) || r.Unattributed || len(r.Problems) != 1 {
		t.Errorf("a title in the navigation: %v %v", r.Quarantine, r.Problems)
	}
	s.in.Withheld.NotAbout["zoe"] = []string{"people/zoe"}
	if r := s.audit(); len(r.Problems) > 0 || r.Unattributed {
		t.Errorf("a title that means someone else: %v %v", r.Quarantine, r.Problems)
	}
	// It excuses no words that stand where only an item's own can.
	s.put("media/a.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nZoë\n", "", "notes/a")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a"}) {
		t.Errorf("captions: %v %v", r.Quarantine, r.Problems)
	}
	s.texts["notes/a"] = []string{"A note of Zoë"}
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a"}) {
		t.Errorf("somebody else's words: %v %v", r.Quarantine, r.Problems)
	}
}

func TestNobodyIsBlamedBesideTheOneWhoseWordsTheyAre(t *testing.T) {
	s := newStage(t)
	s.put("notes/a/index.html", page("<p>Zoë</p>"), "notes/a", "notes/a")
	s.put("notes/index.html", page("<p>Thandi Ochoa</p>"), "", "notes/a", "notes/b")
	s.texts["notes/a"] = []string{"Zoë"}
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a"}) || len(r.Problems) != 1 {
		t.Errorf("%v %v", r.Quarantine, r.Problems)
	}
	s.texts["notes/a"] = nil
	s.put("notes/a/index.html", page("<p>A note</p>"), "notes/a", "notes/a")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a", "notes/b"}) {
		t.Errorf("in a later round: %v %v", r.Quarantine, r.Problems)
	}
}

func TestAddressOfAnItemThatHoldsAName(t *testing.T) {
	s := newStage(t)
	s.put("notes/thandi-ochoa/index.html", page("<p>A note</p>"), "notes/thandi-ochoa", "notes/thandi-ochoa")
	s.put("follow/index.html", page(`<a href="/notes/thandi-ochoa/">A note</a>`), "", "people/sam")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/thandi-ochoa"}) {
		t.Errorf("%v %v", r.Quarantine, r.Problems)
	}
}

func TestFilesOfSiteYAML(t *testing.T) {
	s := newStage(t)
	s.put("a.html", "<!doctype html><p>Zoë</p>", "", "people/sam")
	s.put("notes/a/index.html", page("<p>A note</p>"), "notes/a", "notes/a")
	s.in.OwnFiles = map[string]string{"a.html": "brand/a.html"}
	r := s.audit()
	if len(r.Quarantine) > 0 || r.Unattributed || len(r.Problems) == 0 {
		t.Fatalf("%v %v", r.Quarantine, r.Problems)
	}
	want := "A name of people/zoe, who may not be named there, stands in this file of the finished site. It is a file of the network's own, so the site is made with it."
	if p := r.Problems[0]; p.File != "brand/a.html" || p.Message != want || p.Severity != report.Error {
		t.Errorf("%+v", p)
	}
}

func TestAddressesThatTheSiteHasItself(t *testing.T) {
	s := newStage(t)
	for _, id := range []string{"stories/index", "stories/page", "stories/rss.xml", "people/index", "follow"} {
		s.in.Withheld.Items = append(s.in.Withheld.Items, gate.WithheldItem{ID: id})
	}
	s.put("stories/index.html", page(`<a href="/stories/page/2/">on</a><a href="/follow/">f</a><a href="/stories/rss.xml">r</a>`), "")
	s.put("stories/page/2/index.html", page("<p>x</p>"), "")
	s.put("stories/rss.xml", "<rss></rss>", "")
	s.put("people/index.html", page("<p>x</p>"), "")
	s.put("follow/index.html", page("<p>x</p>"), "")
	if r := s.audit(); len(r.Problems) > 0 {
		t.Fatal(r.Problems)
	}
	s.put("notes/a/index.html", page(`<a href="/stories/kitchen/">x</a>`), "notes/a", "notes/a")
	if r := s.audit(); !slices.Equal(r.Quarantine, []string{"notes/a"}) {
		t.Errorf("another address: %v", r.Problems)
	}
}
