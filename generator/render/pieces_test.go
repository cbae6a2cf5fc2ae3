package render

import (
	"bytes"
	"html/template"
	"strings"
	"testing"

	"ownwords/generator/weave"
)

func TestPiecesEscape(t *testing.T) {
	evil := `"><script>alert('1')</script>&amp;`
	r := &renderer{Options: Options{Theme: &Theme{words: map[string]string{"point": evil, "older-story": evil}}}}
	links := []weave.Link{{Text: evil, URL: evil, Lang: evil, Section: evil}, {Text: evil}}
	for name, piece := range map[string]string{"links": string(linksHTML(links)), "items": string(linkItems(links)), "feeds": string(feedLinks(links)), "href": string(hrefAttr(evil)), "lang": string(langAttr(evil)),
		"about": string(about(&weave.Page{Shown: &weave.Shown{Description: evil, UnavailableAfter: evil, Canonical: evil}})), "neighbour": string(r.neighbour(evil, "older-story", &links[0])), "points": string(r.points([]weave.KeyPoint{{Anchor: evil}}, evil)), "pointsaway": string(r.pointsAway([]weave.KeyPoint{{Anchor: evil, Note: &weave.Card{Title: evil, URL: evil, Lang: evil}}}))} {
		if strings.Contains(piece, "<script") || strings.Contains(piece, "'1'") || !strings.Contains(piece, "&amp;amp;") {
			t.Errorf("%s: %s", name, piece)
		}
	}
	if got := linksHTML([]weave.Link{{Text: "Bread", URL: "/themes/bread/"}, {Text: "خبز", Lang: "ar"}}); got != `<a href="/themes/bread/">Bread</a>, <b lang="ar" dir="rtl">خبز</b>` {
		t.Error(got)
	}
}

// TestSparedEscapers makes sure that templates give the same with and without
// the escapers that are spared, and that all others stay.
func TestSparedEscapers(t *testing.T) {
	funcs := template.FuncMap{"made": func(s string) template.HTML { return template.HTML("<b>" + s + "</b>") }, "attr": func(s string) template.HTMLAttr { return template.HTMLAttr(` lang="` + s + `"`) }, "plain": strings.ToUpper}
	text := `{{define "page"}}<p{{attr "en"}}>{{made "x"}}{{plain "<i>"}}{{.}}{{if .}}{{range $i, $m := .}}{{made "y"}}{{end}}{{end}}</p><a title="{{made "z"}}" href="{{.}}">{{made "<" | printf "%s"}}</a><script>{{made "'"}}</script>{{template "more" .}}{{end}}` +
		`{{define "more"}}<i title={{made "q"}}>{{with .}}{{made "w"}}{{end}}{{$m := made "v"}}{{$m}}</i>{{end}}`
	run := func(spare bool) string {
		tmpl := template.Must(template.New("t").Funcs(funcs).Parse(text))
		if spare {
			spareEscapers(tmpl, "page", funcs)
		}
		var out bytes.Buffer
		if err := tmpl.ExecuteTemplate(&out, "page", []string{"<u>"}); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	with, without := run(false), run(true)
	if with != without || !strings.Contains(with, "<b>x</b>&lt;I&gt;") {
		t.Errorf("with all escapers:\n%s\nwith those that are needed:\n%s", with, without)
	}
	tmpl := template.Must(template.New("t").Funcs(funcs).Parse(`<p>{{made "x"}}</p>`))
	spareEscapers(tmpl, "t", funcs)
	if got := tmpl.Tree.Root.String(); got != `<p>{{made "x"}}</p>` {
		t.Errorf("nothing was spared: %s", got)
	}
}
