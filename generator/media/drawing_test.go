package media

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const svgOpen = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30" viewBox="0 0 40 30">`

func draw1(t *testing.T, svg string) string {
	t.Helper()
	made, err := Drawing([]byte(svg))
	if err != nil {
		t.Fatalf("%v in %s", err, svg)
	}
	wantClean(t, made.Files...)
	return string(made.Files[0].Data)
}

func TestDrawingsThatAreRefused(t *testing.T) {
	for _, test := range []struct{ inside, code string }{
		{`<script>alert(1)</script>`, "svg-script"},
		{`<g><metadata><script/></metadata></g>`, "svg-script"},
		{`<x:script xmlns:x="http://www.w3.org/2000/svg"/>`, "svg-script"},
		{`<path d="M0 0" onclick="alert(1)"/>`, "svg-script"},
		{`<path d="M0 0" ONLOAD="alert(1)"/>`, "svg-script"},
		{`<a href="https://example.org"><path d="M0 0"/></a>`, "svg-reference"},
		{`<use href="other.svg#x"/>`, "svg-reference"},
		{`<use xlink:href="https://example.org/x.svg#x"/>`, "svg-reference"},
		{`<use xlink:href="data:image/svg+xml,x"/>`, "svg-reference"},
		{`<use href="javascript:alert(1)"/>`, "svg-reference"},
		{`<path fill="url(https://example.org/x#y)"/>`, "svg-reference"},
		{`<path fill="URL( 'x.svg#y' )"/>`, "svg-reference"},
		{`<path fill="url(#a) url(//example.org/x)"/>`, "svg-reference"},
		{`<path style="fill:url(x.svg#y)"/>`, "svg-reference"},
		{`<path style="fill:u\72l(x)"/>`, "svg-reference"},
		{`<path style="fill:image-set('x.png' 1x)"/>`, "svg-reference"},
		{`<style>@import "x.css";</style>`, "svg-style"},
		{`<style>@font-face{font-family:x;src:url(x.woff)}</style>`, "svg-style"},
		{`<style>.a{fill:url(https://example.org/#x)}</style>`, "svg-reference"},
		{`<style>.a{fill:/**/url(https://example.org/#x)}</style>`, "svg-reference"},
		{`<style>[fill^="a"]{fill:red}</style>`, "svg-style"},
		{`<style>.a{fill:red</style>`, "svg-style"},
		{`<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>`, "svg-foreign"},
		{`<p xmlns="http://www.w3.org/1999/xhtml">x</p>`, "svg-foreign"},
		{`<image href="data:image/png;base64,AAAA"/>`, "svg-raster"},
		{`<filter><feImage href="#x"/></filter>`, "svg-raster"},
		{`<animate attributeName="href" to="javascript:alert(1)"/>`, "svg-animation"},
		{`<set attributeName="x" to="1"/>`, "svg-animation"},
		{`<blink/>`, "svg-element"},
		{`<?xml-stylesheet href="x.css"?>`, "svg-reference"},
		{`<path d="&secret;"/>`, "svg-broken"},
		{`<path>`, "svg-broken"},
		{`<g id="a"><use href="#a"/></g>`, "svg-circle"},
		{`<style>.p{fill:url(#p)}</style><pattern id="p"><rect class="p"/></pattern>`, "svg-circle"},
		{strings.Repeat("<g>", 101) + strings.Repeat("</g>", 101), "svg-too-large"},
	} {
		_, err := Drawing([]byte(svgOpen + test.inside + "</svg>"))
		if err == nil {
			t.Errorf("%s is let through", test.inside)
			continue
		}
		wantCode(t, err, test.code)
	}
	for _, test := range []struct{ svg, code string }{
		{"", "picture-empty"},
		{"<html/>", "svg-broken"},
		{"plain text", "svg-broken"},
		{`<!DOCTYPE svg [<!ENTITY x "y">]><svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`, "svg-doctype"},
		{`<svg xmlns="http://www.w3.org/2000/svg"/>`, "svg-size"},
		{`<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%"/>`, "svg-size"},
		{`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" onload="alert(1)"/>`, "svg-script"},
		{strings.Repeat(" ", MaxDrawing+1), "svg-too-large"},
	} {
		_, err := Drawing([]byte(test.svg))
		wantCode(t, err, test.code)
	}
}

func TestDrawingProblemsSayWhere(t *testing.T) {
	_, err := Drawing([]byte("\ufeff" + svgOpen + "\n<text>größer</text><script/>\n</svg>"))
	p := Problems("content/stories/x/plan.svg", err)[0]
	if p.Line != 2 || p.Column != 20 {
		t.Errorf("the script is said to stand at %d:%d, want 2:20", p.Line, p.Column)
	}
	if !strings.Contains(p.Message, "script") || !strings.Contains(p.Help, "plain SVG") {
		t.Errorf("the problem says %q, %q", p.Message, p.Help)
	}
}

func TestNestedUseIsBounded(t *testing.T) {
	var svg strings.Builder
	svg.WriteString(svgOpen + `<g id="x0"><path d="M0 0"/></g>`)
	for i := range 20 {
		fmt.Fprintf(&svg, `<g id="x%d">%s</g>`, i+1, strings.Repeat(fmt.Sprintf(`<use href="#x%d"/>`, i), 10))
	}
	_, err := Drawing([]byte(svg.String() + "</svg>"))
	wantCode(t, err, "svg-too-large")
}

func TestDrawingIsWrittenAnew(t *testing.T) {
	for _, test := range []struct{ name, inside, want string }{
		{"what isn't drawn goes", `<!-- ` + secret + ` --><title>` + secret + `</title><desc>x</desc><metadata><rdf:RDF xmlns:rdf="r"><x/></rdf:RDF></metadata>` +
			`<sodipodi:namedview xmlns:sodipodi="s" id="` + secret + `"/><path data-name="` + secret + `" inkscape:label="` + secret + `" xmlns:inkscape="i" id="` + secret + `" d="M0 0 L 10.000 10"/>`,
			`<path d="M0 0 10 10"/>`},
		{"drawing programs' own words mean nothing", `<metadata><x:image xmlns:x="http://ns.adobe.com/xap/1.0/g/img/">` + secret + `</x:image></metadata><rect width="1" height="1"/>`, `<rect width="1" height="1"/>`},
		{"ids are made anew", `<defs><linearGradient id="amina"><stop offset="0"/></linearGradient></defs><rect fill="url(#amina)" width="3" height="4"/><use xlink:href="#kitchen"/><g id="kitchen"><path d="M1 1"/></g>`,
			`<defs><linearGradient id="i1"><stop offset="0"/></linearGradient></defs><rect fill="url(#i1)" width="3" height="4"/><use xlink:href="#i2"/><g id="i2"><path d="M1 1"/></g>`},
		{"styles stay", `<style type="text/css"><![CDATA[ /* ` + secret + ` */ .st0 { fill : #ff0000; -x-note: "` + secret + `"; enable-background:new } ]]></style><rect class="st0" width="1" height="1"/>`,
			`<style>.st0{fill:#ff0000}</style><rect class="st0" width="1" height="1"/>`},
		{"a style may point at a part", `<style>.a{fill:url(#g)}</style><radialGradient id="g"/><rect class="a" width="1" height="1"/>`,
			`<style>.a{fill:url(#i1)}</style><radialGradient id="i1"/><rect class="a" width="1" height="1"/>`},
		{"spaces in texts stay", "<text>one <tspan>two</tspan>\n three &amp; &lt;four&gt;</text>", `<text>one <tspan>two</tspan> three &amp; &lt;four&gt;</text>`},
		{"text outside texts goes", `<g>` + secret + `<rect width="1" height="1"/></g>`, `<g><rect width="1" height="1"/></g>`},
		{"line breaks in paths", "<path d=\"M0 0\n\tL5 5\"/>", `<path d="M0 0 5 5"/>`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := draw1(t, `<?xml version="1.0" encoding="UTF-8"?>`+svgOpen+test.inside+`</svg>`)
			_, got, _ = strings.Cut(got, ">")
			got = strings.TrimSuffix(got, "</svg>")
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestDrawingSizes(t *testing.T) {
	for _, test := range []struct {
		attributes    string
		width, height int
		added         string
	}{
		{`width="40" height="30"`, 40, 30, `viewBox="0 0 40 30"`},
		{`width="1in" height="2.54cm"`, 96, 96, ""},
		{`viewBox="0 0 300 150"`, 300, 150, ""},
		{`viewBox="0,0,300,150" width="100%"`, 300, 150, ""},
		{`viewBox="0 0 300 150" width="100"`, 100, 50, ""},
	} {
		made, err := Drawing([]byte(`<svg xmlns="http://www.w3.org/2000/svg" ` + test.attributes + `><path d="M0 0"/></svg>`))
		if err != nil {
			t.Fatal(err)
		}
		if made.Width != test.width || made.Height != test.height || made.Files[0].Width != test.width {
			t.Errorf("%s: %d by %d, want %d by %d", test.attributes, made.Width, made.Height, test.width, test.height)
		}
		if !strings.Contains(string(made.Files[0].Data), test.added) {
			t.Errorf("%s: no %s in %s", test.attributes, test.added, made.Files[0].Data)
		}
	}
}

// TestCountCharacters: an error of another kind passes unchanged.
func TestCountCharacters(t *testing.T) {
	other := errors.New("other")
	if got := countCharacters(other, nil); got != other {
		t.Errorf("got %v", got)
	}
}
