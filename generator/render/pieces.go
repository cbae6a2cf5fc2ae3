package render

import (
	"html"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"ownwords/generator/weave"
)

// The pieces of HTML of which pages are full, each written in one go: a template
// takes several times as long for the same bytes. Everything that they are
// given is escaped here.

var langAttrs sync.Map // tag -> template.HTMLAttr

// langAttr marks a language that isn't the page's, with its direction.
func langAttr(tag string) template.HTMLAttr {
	if tag == "" {
		return ""
	}
	if made, ok := langAttrs.Load(tag); ok {
		return made.(template.HTMLAttr)
	}
	made := template.HTMLAttr(` lang="` + html.EscapeString(tag) + `" dir="` + direction(tag) + `"`)
	langAttrs.Store(tag, made)
	return made
}

// direction returns the writing direction of a language, by its script.
func direction(tag string) string {
	script, _ := language.Make(tag).Script()
	switch script.String() {
	case "Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg":
		return "rtl"
	}
	return "ltr"
}

// hrefAttr writes the address of a page of the site as an attribute.
func hrefAttr(address string) template.HTMLAttr {
	return template.HTMLAttr(` href="` + html.EscapeString(address) + `"`)
}

// linkHTML writes a link inside the site; without an address, its words stand alone.
func linkHTML(l weave.Link) template.HTML { return template.HTML(appendLink(nil, l)) }

func appendLink(to []byte, l weave.Link) []byte {
	tag := "b"
	if l.URL == "" {
		to = append(to, "<b"...)
	} else {
		tag = "a"
		to = append(to, "<a"...)
		to = append(to, hrefAttr(l.URL)...)
	}
	to = append(to, langAttr(l.Lang)...)
	to = append(to, '>')
	to = append(to, html.EscapeString(l.Text)...)
	to = append(to, "</"...)
	to = append(to, tag...)
	return append(to, '>')
}

// linksHTML writes links with commas between them.
func linksHTML(links []weave.Link) template.HTML {
	var out []byte
	for i, l := range links {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = appendLink(out, l)
	}
	return template.HTML(out)
}

// linkItems writes links as the items of a list.
func linkItems(links []weave.Link) template.HTML {
	var out []byte
	for _, l := range links {
		out = append(appendLink(append(out, "<li>"...), l), "</li>"...)
	}
	return template.HTML(out)
}

// feedLinks writes the links in a page's head by which feed readers find its feeds.
func feedLinks(feeds []weave.Link) template.HTML {
	var out strings.Builder
	for _, f := range feeds {
		out.WriteString(`<link rel="alternate" type="` + html.EscapeString(f.Section) + `" title="` + html.EscapeString(f.Text) + `"` + string(hrefAttr(f.URL)) + ">\n")
	}
	return template.HTML(out.String())
}

// cardItems writes cards as the items of a list.
func (r *renderer) cardItems(cards []*weave.Card) (template.HTML, error) {
	made, size := make([]template.HTML, len(cards)), 0
	for i, c := range cards {
		var err error
		if made[i], err = r.card(c); err != nil {
			return "", err
		}
		size += len(made[i])
	}
	const begin, end = "<li>", "</li>"
	var out strings.Builder
	out.Grow(size + len(made)*len(begin+end))
	for _, card := range made {
		out.WriteString(begin)
		out.WriteString(string(card))
		out.WriteString(end)
	}
	return template.HTML(out.String()), nil
}

// about writes what a page's head tells machines of it: what it is about,
// whether and how long search engines may list it, and its own address.
func about(p *weave.Page) template.HTML {
	var out strings.Builder
	if p.Description != "" {
		out.WriteString(`<meta name="description" content="` + html.EscapeString(p.Description) + "\">\n")
	}
	if p.NoIndex {
		out.WriteString("<meta name=\"robots\" content=\"noindex\">\n")
	} else if p.UnavailableAfter != "" {
		out.WriteString(`<meta name="robots" content="unavailable_after: ` + html.EscapeString(p.UnavailableAfter) + "\">\n")
	}
	if p.Kind != "404" {
		out.WriteString(`<link rel="canonical"` + string(hrefAttr(p.Canonical)) + ">\n")
	}
	return template.HTML(out.String())
}

// neighbour writes the link to the page before or after in a row (rel is prev
// or next), with the interface word that tells which; nothing without one.
func (r *renderer) neighbour(rel, word string, l *weave.Link) template.HTML {
	if l == nil {
		return ""
	}
	return "<a" + template.HTML(hrefAttr(l.URL)) + ` rel="` + template.HTML(html.EscapeString(rel)) + `"><span class="meta">` + template.HTML(html.EscapeString(r.Theme.Word(word))) +
		"</span> <span" + template.HTML(langAttr(l.Lang)) + ">" + template.HTML(html.EscapeString(l.Text)) + "</span></a>"
}

// points writes key points as the items of a list, each with a link to itself.
func (r *renderer) points(list []weave.KeyPoint, lang string) template.HTML {
	out := proseBuffers.Get().(*[]byte)
	defer proseBuffers.Put(out)
	to, word := (*out)[:0], html.EscapeString(r.Theme.Word("point"))
	for i, p := range list {
		anchor, number := html.EscapeString(p.Anchor), strconv.Itoa(i+1)
		to = append(to, `<li id="`+anchor+`"><a href="#`+anchor+`" aria-label="`+word+" "+number+`">`+number+`</a><div class="prose"`+string(langAttr(lang))+">"...)
		to = append(r.appendProse(to, p.Text), "</div></li>"...)
	}
	*out = to
	return template.HTML(to)
}

// pointsAway writes key points as the items of a list on another page than their
// note's, each with a link to where it was made.
func (r *renderer) pointsAway(list []weave.KeyPoint) template.HTML {
	out := proseBuffers.Get().(*[]byte)
	defer proseBuffers.Put(out)
	to, word := (*out)[:0], html.EscapeString(r.Theme.Word("point"))
	for i, p := range list {
		to = append(to, "<li><div"+string(langAttr(p.Note.Lang))+">"...)
		to = append(r.appendProse(to, p.Text), "&nbsp;<a"+string(hrefAttr(p.Note.URL+"#"+p.Anchor))+` aria-label="`+word+" "+strconv.Itoa(i+1)+": "+html.EscapeString(p.Note.Title)+`">#</a></div></li>`...)
	}
	*out = to
	return template.HTML(to)
}

// headings writes links to a text's headings as the items of a list.
func (r *renderer) headings(t weave.Text, lang string) template.HTML {
	var out strings.Builder
	for _, h := range r.contents(t) {
		out.WriteString(`<li class="level-` + strconv.Itoa(h.Level) + `"><a href="#` + url.QueryEscape(h.ID) + `"` + string(langAttr(lang)) + ">" + html.EscapeString(h.Words) + "</a></li>")
	}
	return template.HTML(out.String())
}
