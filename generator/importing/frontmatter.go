package importing

import "strings"

// file writes the whole note: what is known in the front matter, with remarks
// about what isn't, and the text.
func (d *draft) file() []byte {
	d.result.Moved = d.moved
	var b strings.Builder
	b.WriteString("---\n")
	d.writeMoved(&b, false, "Stood above the text, and isn't part of it:")
	b.WriteString("title: " + scalar(d.title) + "\n")
	if d.result.Folder == Notes {
		d.writeNote(&b)
	}
	d.writeMedia(&b)
	b.WriteString("draft: true # an import; take this away when everything, and everyone, has been looked at\n")
	d.writeMoved(&b, true, "Stood below the text, and isn't part of it:")
	b.WriteString("---\n")
	b.WriteString(write(d.blocks))
	return []byte(b.String())
}

// writeMoved keeps lines that aren't the note's as comments.
func (d *draft) writeMoved(b *strings.Builder, below bool, words string) {
	told := false
	for _, m := range d.moved {
		if m.Into != "comment" || m.after != below {
			continue
		}
		if !told {
			b.WriteString("# " + words + "\n")
			told = true
		}
		b.WriteString(remark("  " + m.Text))
	}
}

func (d *draft) writeNote(b *strings.Builder) {
	switch {
	case d.date != "":
		b.WriteString("date: " + d.date + "\n")
	case d.dateRemark != "":
		b.WriteString(remark("date: … (" + d.dateRemark + ")"))
	default:
		b.WriteString("# date: … (the text doesn't say; 2020-07-09, 2020-07 or 2020)\n")
	}
	b.WriteString("kind: " + d.kind + "\n")
	if d.cell != "" {
		b.WriteString("cell: " + scalar(d.cell) + "\n")
	}
	if d.number > 0 {
		b.WriteString("number: " + itoa(d.number) + "\n")
	}
	if d.held != "" {
		b.WriteString("held: " + scalar(d.held) + "\n")
	}
	if d.by != "" {
		b.WriteString("by: " + scalar(d.by) + "\n")
	}
	if d.attendance > 0 {
		b.WriteString("attendance: " + itoa(d.attendance) + "\n")
	}
	if !d.hasSummary {
		b.WriteString("# summary: [ … ]\n")
	}
	if len(d.themes) > 0 {
		b.WriteString("themes: [" + joined(d.themes) + "]\n")
	}
	if len(d.hashtags) > 0 {
		b.WriteString("hashtags: [" + joined(d.hashtags) + "]\n")
	}
	if len(d.questions) > 0 {
		b.WriteString("questions:\n")
		for _, q := range d.questions {
			b.WriteString("  - " + forceQuoted(q) + "\n")
		}
	}
	if len(d.next) > 0 {
		b.WriteString("next:\n")
		for _, m := range d.next {
			lead := "  - "
			for _, pair := range [][2]string{{"date", m.date}, {"when", m.when}, {"from", m.from}, {"to", m.to}, {"topic", m.topic}} {
				if pair[1] == "" {
					continue
				}
				value := pair[1]
				if pair[0] != "date" {
					value = forceQuoted(value)
				}
				b.WriteString(lead + pair[0] + ": " + value + "\n")
				lead = "    "
			}
		}
	}
}

// writeMedia lists pictures for a keeper to complete. Without `people`, the
// spec publishes none of them.
func (d *draft) writeMedia(b *strings.Builder) {
	if len(d.media) == 0 {
		return
	}
	b.WriteString("media: # not published before `alt` describes each, and `people` lists who can be recognised ([] for nobody)\n")
	for _, m := range d.media {
		b.WriteString("  - file: " + forceQuoted(m.Name) + "\n")
		if m.Alt != "" {
			b.WriteString("    alt: " + forceQuoted(m.Alt) + "\n")
		}
	}
}

func joined(values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = inFlow(v)
	}
	return strings.Join(out, ", ")
}
