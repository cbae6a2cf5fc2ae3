package importing

import (
	"path"
	"strings"

	"ownwords/generator/report"
)

// run is text of one look.
type run struct {
	text         string
	bold, italic bool
	link         string
	md           string // Markdown of its own: a picture, a footnote's mark, a break
}

// runs collects a paragraph's runs; link is where they lead.
func (d *document) runs(e *element, out []run, link string) []run {
	for _, k := range e.kids {
		switch k.name {
		case "r":
			out = d.run(k, out, link)
		case "hyperlink":
			to := d.links[k.attrs["id"]]
			if !strings.HasPrefix(to, "http://") && !strings.HasPrefix(to, "https://") && !strings.HasPrefix(to, "mailto:") {
				to = ""
			}
			out = d.runs(k, out, to)
		case "del", "moveFrom", "pPr", "Fallback", "txbxContent":
		case "sdt":
			if c := k.kid("sdtContent"); c != nil {
				out = d.runs(c, out, link)
			}
		case "oMath", "oMathPara":
			out = append(out, run{text: plainRuns(k), link: link})
		default:
			out = d.runs(k, out, link)
		}
	}
	return out
}

func (d *document) run(r *element, out []run, link string) []run {
	props := r.kid("rPr")
	look := run{bold: props.on("b"), italic: props.on("i"), link: link}
	add := func(text string) {
		next := look
		next.text = text
		out = append(out, next)
	}
	for _, k := range r.kids {
		switch k.name {
		case "t":
			add(k.text)
		case "tab":
			add(" ")
		case "noBreakHyphen":
			add("\u2011")
		case "br", "cr":
			if k.attrs["type"] == "" || k.attrs["type"] == "textWrapping" {
				out = append(out, run{md: "\\\n"})
			} else {
				add(" ")
			}
		case "footnoteReference", "endnoteReference":
			key := k.name[:1] + k.attrs["id"]
			if d.notes[key] != nil && !d.inNote {
				d.noteRefs = append(d.noteRefs, key)
				out = append(out, run{md: "[^" + itoa(len(d.noteRefs)) + "]"})
			}
		case "drawing", "pict", "object", "AlternateContent", "Choice":
			for _, picture := range d.drawn(k) {
				out = append(out, run{md: picture})
			}
		}
	}
	return out
}

// drawn takes a run's pictures out of the document as files.
func (d *document) drawn(e *element) []string {
	var out []string
	alt := ""
	var walk func(*element)
	walk = func(e *element) {
		switch e.name {
		case "Fallback", "txbxContent":
			return
		case "docPr":
			alt = plainSpaces(e.attrs["descr"])
		case "blip", "imagedata":
			id := e.attrs["embed"]
			if id == "" {
				id = e.attrs["id"]
			}
			target := d.links[id]
			if target == "" {
				return
			}
			data := d.bytes(path.Join("word", target))
			name := fileName(target)
			if name == "" || data == nil {
				d.problem("picture-missing", report.Warning, len(d.blocks)+1, "A picture of the document couldn't be taken out of it.", "Save it from the original by hand, and put it beside the note.")
				return
			}
			known := false
			for _, m := range d.media {
				known = known || m.Name == name
			}
			if !known {
				d.media = append(d.media, MediaFile{Name: name, Data: data, From: target, Alt: alt})
			}
			out = append(out, "!["+escapeLinkText(alt)+"]("+name+")")
			return
		}
		for _, k := range e.kids {
			walk(k)
		}
	}
	walk(e)
	return out
}

// inlineMarkdown writes runs as Markdown; strong tells whether all words are bold.
func inlineMarkdown(runs []run) (md, text string, strong bool) {
	var merged []run
	for _, r := range runs {
		if n := len(merged); n > 0 && r.md == "" && merged[n-1].md == "" && merged[n-1].bold == r.bold && merged[n-1].italic == r.italic && merged[n-1].link == r.link {
			merged[n-1].text += r.text
			continue
		}
		merged = append(merged, r)
	}
	for len(merged) > 0 && merged[0].md == "\\\n" {
		merged = merged[1:]
	}
	for len(merged) > 0 && merged[len(merged)-1].md == "\\\n" {
		merged = merged[:len(merged)-1]
	}
	strong = true
	var plain, out strings.Builder
	for i, r := range merged {
		if r.md != "" {
			out.WriteString(r.md)
			if r.md == "\\\n" {
				plain.WriteByte(' ')
			}
			continue
		}
		plain.WriteString(r.text)
		if strings.TrimFunc(r.text, isSpace) == "" {
			out.WriteByte(' ')
			continue
		}
		strong = strong && r.bold
		core := oneSpace(r.text)
		lead := strings.TrimLeftFunc(r.text, isSpace) != r.text
		trail := strings.TrimRightFunc(r.text, isSpace) != r.text
		if lead {
			out.WriteByte(' ')
		}
		piece := escape(core)
		if r.link != "" && !strings.ContainsAny(r.link, "<>\n\\ ") {
			piece = "[" + escapeLinkText(core) + "](<" + r.link + ">)"
			if core == r.link && webAddress.FindString(core) == core {
				piece = "<" + core + ">"
			}
		}
		mark := ""
		if r.bold {
			mark = "**"
		}
		if r.italic {
			mark += "*"
		}
		if mark != "" && emphasisHolds(merged, i, core, lead, trail) {
			piece = mark + piece + mark
		}
		out.WriteString(piece)
		if trail {
			out.WriteByte(' ')
		}
	}
	text = oneSpace(plain.String())
	lines := strings.Split(out.String(), "\n")
	for i := range lines {
		lines[i] = strings.Join(strings.FieldsFunc(lines[i], func(r rune) bool { return r == ' ' }), " ")
	}
	return strings.Join(lines, "\n"), text, strong && text != ""
}

// escapeLinkText writes the words of a link, in which there can be no other link.
func escapeLinkText(s string) string {
	return strings.NewReplacer("]", `\]`).Replace(strings.ReplaceAll(escapeWords(s), `\]`, "]"))
}

// emphasisHolds reports whether Markdown will read marks around a run as
// emphasis (CommonMark, "left-flanking" and "right-flanking"): where words or
// punctuation touch them on the wrong side, it would show the marks instead.
func emphasisHolds(runs []run, i int, core string, lead, trail bool) bool {
	first, last := []rune(core)[0], []rune(core)[len([]rune(core))-1]
	before, after := ' ', ' '
	if i > 0 && !lead {
		if p := runs[i-1]; p.md != "" && p.md != "\\\n" || p.bold || p.italic {
			return false
		} else if t := []rune(p.text); len(t) > 0 {
			before = t[len(t)-1]
		}
	}
	if i+1 < len(runs) && !trail {
		if n := runs[i+1]; n.md != "" && n.md != "\\\n" || n.link != "" {
			return false
		} else if t := []rune(n.text); len(t) > 0 {
			after = t[0]
		}
	}
	open := isWordRune(first) || !isWordRune(before)
	shut := isWordRune(last) || !isWordRune(after)
	return open && shut
}
