package importing

import (
	"archive/zip"
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// word makes a .docx of its parts.
func word(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	names := make([]string, 0, len(parts))
	for name := range parts {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	wordOpen = `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><w:body>`
	wordShut = `</w:body></w:document>`
)

func p(style, runs string) string {
	props := ""
	if style != "" {
		props = `<w:pPr><w:pStyle w:val="` + style + `"/></w:pPr>`
	}
	return "<w:p>" + props + runs + "</w:p>"
}

func r(text string) string { return `<w:r><w:t xml:space="preserve">` + text + `</w:t></w:r>` }

func bold(text string) string {
	return `<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">` + text + `</w:t></w:r>`
}

func listed(numID, level, runs string) string {
	return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="` + numID + `"/></w:numPr></w:pPr>` + runs + "</w:p>"
}

// bakery is a Word document with all that is read of one.
func bakery() map[string]string {
	cell := func(runs ...string) string { return "<w:tc>" + strings.Join(runs, "") + "</w:tc>" }
	body := p("Title", r("Note from Bread Oven Cell 6")) +
		p("", r("Held at the Mill on 8")+r("th September 2022")) +
		p("Heading1", r("Summary")) +
		listed("1", "0", r("Bread is ")+bold("slow")+r(".")) +
		listed("1", "1", r("So are we * and [@orla]")) +
		p("berschrift1", r("What we did")) +
		p("", r("See ")+`<w:hyperlink r:id="rId5">`+r("the leaflet")+`</w:hyperlink>`+r(" and ")+`<w:hyperlink r:id="rId6">`+r("not this")+`</w:hyperlink>`+r(".")+`<w:r><w:footnoteReference w:id="2"/></w:r>`) +
		listed("2", "0", r("Flour")) + listed("2", "0", r("Water")) +
		p("", bold("“Salt”")+r("y")+`<w:r><w:rPr><w:i/></w:rPr><w:t>words</w:t></w:r><w:r><w:br/></w:r>`+r("on two lines")) +
		`<w:tbl><w:tr>` + cell(p("", r("Name"))) + cell(p("", r("Loaves"))) + `</w:tr><w:tr>` + cell(p("", r("Lou | Lo"))) + cell(p("", r("3")), p("", r("and a half"))) + `</w:tr></w:tbl>` +
		`<w:p><w:r><w:drawing><wp:inline><wp:docPr id="1" descr="A loaf"/><a:blip r:embed="rId7"/></wp:inline></w:drawing></w:r></w:p>` +
		`<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>kept</w:t></w:r></w:ins></w:p>` +
		`<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>` + p("", r("In a box")) + `</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>` + p("", r("In a box")) + `</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>` +
		p("Heading2", bold("Next meeting")) +
		p("", r("Thursday 6")+`<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>th</w:t></w:r>`+r(" October, 2–3.30pm"))
	return map[string]string{
		"word/document.xml":            wordOpen + body + wordShut,
		"word/styles.xml":              `<w:styles xmlns:w="x"><w:style w:styleId="Heading1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="berschrift1"><w:name w:val="Überschrift"/><w:basedOn w:val="Heading1"/></w:style><w:style w:styleId="Heading2"><w:name w:val="heading 2"/></w:style><w:style w:styleId="Title"><w:name w:val="Title"/></w:style></w:styles>`,
		"word/numbering.xml":           `<w:numbering xmlns:w="x"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>`,
		"word/_rels/document.xml.rels": `<Relationships><Relationship Id="rId5" Target="https://example.org/leaflet_(1)"/><Relationship Id="rId6" Target="javascript:alert(1)"/><Relationship Id="rId7" Target="media/Image 1.PNG"/></Relationships>`,
		"word/footnotes.xml":           `<w:footnotes xmlns:w="x"><w:footnote w:id="0" w:type="separator"><w:p/></w:footnote><w:footnote w:id="2">` + p("", r("Printed in 2019.")) + `</w:footnote></w:footnotes>`,
		"word/header1.xml":             `<w:hdr xmlns:w="x">` + p("", r("The Lantern Network")) + `</w:hdr>`,
		"word/footer1.xml":             `<w:ftr xmlns:w="x">` + p("", r("For members only")) + `</w:ftr>`,
		"word/comments.xml":            `<w:comments xmlns:w="x"/>`,
		"word/media/Image 1.PNG":       "picture bytes",
	}
}

func TestWord(t *testing.T) {
	parts := bakery()
	got, err := Note("minutes.docx", word(t, parts), onFile)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/bread-oven.docx.golden", told(got))
	checkFrontMatter(t, got)
	noneNamed(t, got)

	// Every word of the document's own XML is in the note: header first,
	// then the text, the footnote at its end, the footer last. Fallbacks and deletions aren't part of it.
	typed := func(part string) []string {
		x := regexp.MustCompile(`(?s)<mc:Fallback>.*?</mc:Fallback>`).ReplaceAllString(parts[part], "")
		x = strings.ReplaceAll(strings.ReplaceAll(x, "</w:p>", "<w:t>\n</w:t>"), "<w:br/>", "<w:t>\n</w:t>")
		var b strings.Builder
		for _, m := range regexp.MustCompile(`(?s)<w:t(?: [^>]*)?>([^<]*)</w:t>`).FindAllStringSubmatch(x, -1) {
			b.WriteString(m[1])
		}
		return words(b.String())
	}
	head, _, _ := strings.Cut(string(got.Markdown), "\n---\n")
	if !strings.Contains(head, "#   The Lantern Network\n") || !strings.Contains(head, "#   For members only") {
		t.Errorf("header and footer aren't kept:\n%s", head)
	}
	want := slices.Concat(typed("word/document.xml"), typed("word/footnotes.xml"))
	page := regexp.MustCompile(`(?s)<sup.*?</sup>|<a [^>]*class="footnote-backref".*?</a>`).ReplaceAllString(htmlOf(t, body(got)), "")
	shown := slices.Concat(words(got.Title), words(spaced(strings.ReplaceAll(strings.ReplaceAll(page, "<br>", "\n"), `<div class="footnotes" role="doc-endnotes">`, ""))))
	// Numbers that Word or Markdown counts aren't typed ones.
	counted := map[string]bool{"1": true, "2": true}
	isCounted := func(w string) bool { return counted[w] }
	want, shown = slices.DeleteFunc(want, isCounted), slices.DeleteFunc(shown, isCounted)
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
	if len(got.Media) != 1 || string(got.Media[0].Data) != "picture bytes" || got.Media[0].Alt != "A loaf" {
		t.Errorf("media: %+v", got.Media)
	}
}

// TestWordWithoutStyles: what looks like a heading is one.
func TestWordWithoutStyles(t *testing.T) {
	data := word(t, map[string]string{"word/document.xml": wordOpen + p("", r("Note from Bread Oven Cell 7")) + p("", bold("Key points")) +
		p("", r("• Typed bullet")) + p("", r("• Another")) + p("", bold("How it went")) + p("", r("It went well, and we ate all of it before noon.")) + wordShut})
	got, err := Note("x.docx", data, Options{})
	if err != nil {
		t.Fatal(err)
	}
	const want = "## Key points\n\n- Typed bullet\n- Another\n\n## How it went\n\nIt went well, and we ate all of it before noon.\n"
	if diff := cmp.Diff(want, string(body(got))); diff != "" {
		t.Error(diff)
	}
}

func TestWordThatIsNone(t *testing.T) {
	deep := wordOpen + strings.Repeat("<w:sdt>", 3000) + strings.Repeat("</w:sdt>", 3000) + wordShut
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"another archive": {word(t, map[string]string{"mimetype": "application/epub+zip"}), "isn't a Word document"},
		"broken XML":      {word(t, map[string]string{"word/document.xml": wordOpen + "<w:p>"}), "damaged"},
		"nested deeply":   {word(t, map[string]string{"word/document.xml": deep}), "damaged"},
		"bomb":            {word(t, map[string]string{"word/document.xml": wordOpen + strings.Repeat(" ", maxPart) + wordShut}), "unpacks to more"},
		"empty":           {word(t, map[string]string{"word/document.xml": wordOpen + wordShut}), "no words"},
	} {
		_, err := Note("x.docx", c.data, Options{})
		var unreadable *Unreadable
		if !errors.As(err, &unreadable) || !strings.Contains(unreadable.Message, c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// FuzzWord: no document makes an import panic or lose a word.
func FuzzWord(f *testing.F) {
	f.Add(strings.TrimSuffix(strings.TrimPrefix(bakery()["word/document.xml"], wordOpen), wordShut))
	f.Add(p("", bold("a*")+r("b")+bold(" c ")+`<w:r><w:rPr><w:i/><w:b/></w:rPr><w:t>“d”</w:t></w:r>`))
	f.Fuzz(func(t *testing.T, inner string) {
		parts := bakery()
		parts["word/document.xml"] = wordOpen + inner + wordShut
		got, err := Note("x.docx", word(t, parts), onFile)
		if err != nil {
			return
		}
		for _, p := range got.Problems {
			if p.Code == "words-differ" {
				t.Errorf("%s\n%q\n%s", p.Message, inner, got.Markdown)
			}
		}
		noneNamed(t, got)
	})
}
