package read

import (
	"path"
	"slices"
	"strings"

	"ownwords/generator/markdown"
	"ownwords/generator/report"
)

// checkStory checks what a story's keys mean together.
func (r *reader) checkStory(d *decoder, s *Story, f found) {
	if !s.Broken {
		switch {
		case len(s.By) == 0 && s.Name.S == "":
			d.problem("missing-key", report.Place{Line: 1, Column: 1}, "The story doesn't say whose it is.", "Add “by:” with the teller's ID in content/people, or “name:” with a name just for this story.")
			s.Broken = true
		case len(s.By) > 0 && s.Name.S != "":
			d.problem("by-and-name", s.Name.At, "The story has both “by” and “name”; it can't be known which one is meant.", "Keep one of the two.")
			s.Broken = true
		}
	}
	for i := range s.Versions {
		v := &s.Versions[i]
		if strings.EqualFold(path.Ext(v.File.S), ".md") || strings.EqualFold(path.Ext(v.File.S), ".txt") {
			if p, ok := r.beside(f, v.File.S); ok {
				v.Text = r.compileFile(d, p, v.File, f)
				continue
			}
		} else if slices.ContainsFunc(s.Media, func(m Medium) bool { return m.File.S == v.File.S }) {
			continue
		}
		d.problem("version-missing", v.File.At, "This version's file isn't there, so the version isn't shown.", "Put a Markdown file beside the story, or list a recording under “media” with its transcript and people.")
		v.File.S = ""
	}
	s.Versions = slices.DeleteFunc(s.Versions, func(v Version) bool { return v.File.S == "" })
	if len(s.Quote) > 0 {
		s.Quote = slices.DeleteFunc(s.Quote, func(q Text) bool {
			if Tells(s.Body, q.S) {
				return false
			}
			d.problem("quote-not-told", q.At, "A line under “quote” doesn't stand in the story word for word, so it isn't shown.", "Copy the line from the story exactly.")
			return true
		})
	}
	s.Broken = s.Broken || d.structural
}

// Tells reports whether a text says a line word for word.
func Tells(b *markdown.Body, line string) bool {
	return strings.Contains(oneLine(b.Words()), oneLine(line))
}

// oneLine makes texts comparable that differ in line breaks only.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (r *reader) checkNote(d *decoder, n *Note, f found) {
	if len(n.Summary) > 0 {
		n.SummaryTexts = r.inlines(d, n.Summary, f)
	}
	n.QuestionTexts = r.inlines(d, n.Questions, f)
	n.ChairText = r.inline(d, n.WhoIsntHere, f)
	for i := range n.Next {
		m := &n.Next[i]
		for _, t := range []*Text{&m.From, &m.To} {
			if t.S != "" && !isClock(t.S) {
				d.problem("wrong-time", t.At, "This isn't a time of day that can be read, so it is passed over.", "Write it in quotation marks with two digits each, such as \"15:00\".")
				t.S = ""
			}
		}
	}
	for i := range n.Reading {
		t := &n.Reading[i].URL
		if t.S != "" && !strings.HasPrefix(t.S, "https://") && !strings.HasPrefix(t.S, "http://") && !strings.HasPrefix(t.S, "/") {
			d.problem("wrong-url", t.At, "This isn't an address, so the title stands without a link.", "Write it in full, beginning with https://.")
			t.S = ""
		}
	}
	n.Broken = n.Broken || d.structural
}

// isClock reports whether s is a time of day such as 15:00.
func isClock(s string) bool {
	return len(s) == 5 && s[2] == ':' && s[:2] <= "23" && s[3:] <= "59" &&
		strings.Trim(s[:2], "0123456789") == "" && strings.Trim(s[3:], "0123456789") == ""
}

// items calls f for every item that was read.
func (l *Library) items(f func(*Item, *Shared)) {
	for _, x := range l.People {
		f(&x.Item, &x.Shared)
	}
	for _, x := range l.Stories {
		f(&x.Item, &x.Shared)
	}
	for _, x := range l.Notes {
		f(&x.Item, &x.Shared)
	}
	for _, x := range l.Cells {
		f(&x.Item, &x.Shared)
	}
	for _, x := range l.Changes {
		f(&x.Item, &x.Shared)
	}
	for _, x := range l.Pages {
		f(&x.Item, &x.Shared)
	}
}

// checkDuplicates breaks all items that share an ID, capitals aside: nobody
// can know which one is meant (spec, promise 2; consent case 28).
func (r *reader) checkDuplicates() (found bool) {
	first := map[string]*Item{}
	r.lib.items(func(item *Item, _ *Shared) {
		key := strings.ToLower(item.ID)
		other, taken := first[key]
		if !taken {
			first[key] = item
			return
		}
		found = true
		item, other = r.own(item), r.own(other)
		first[key] = other
		for _, pair := range [][2]*Item{{item, other}, {other, item}} {
			pair[0].Broken = true
			r.problem(pair[0].File, "duplicate-id", report.Error, "Two files are for one address, so neither is published; the other is "+pair[1].File+".", "Rename or remove one of them.")
		}
	})
	return found
}

// names are all the names by which items can be referred to.
type names struct {
	ids   map[Kind][]string
	known map[string]bool // by ID
}

func (l *Library) names() *names {
	n := &names{ids: map[Kind][]string{}, known: map[string]bool{}}
	l.items(func(item *Item, _ *Shared) {
		n.ids[item.Kind] = append(n.ids[item.Kind], item.Slug)
		n.known[item.ID] = true
	})
	return n
}

// checkReferences reports references to what doesn't exist. A reference to a
// cell, story or note is dropped and the item stays; a reference to a person
// stays, and counts as a person without consent.
//
// It looks at the items of l, which are some or all of those that were read;
// those with earlier addresses must be among them.
func (r *reader) checkReferences(l *Library, n *names) {
	ids, known := n.ids, n.known
	was := map[string]bool{}
	missing := func(file string, t Text, what string, candidates []string, help string) {
		message := "There is no " + what + " “" + short(t.S) + "”."
		if near := report.DidYouMean(t.S, candidates); near != "" {
			message += " Did you mean “" + near + "”?"
		}
		r.lib.Problems = append(r.lib.Problems, report.Problem{Code: "unknown-" + strings.ReplaceAll(what, " ", "-"), Severity: report.Error, File: file, Line: int(t.At.Line), Column: int(t.At.Column), Message: message, Help: help})
	}
	person := func(file string, t Text) {
		if t.S != "" && !known["people/"+t.S] && short(t.S) == unquotable {
			l.Problems = append(l.Problems, report.Problem{Code: "unknown-person", Severity: report.Error, File: file, Line: int(t.At.Line), Column: int(t.At.Column),
				Message: "This isn't anybody's ID.", Help: "Write the name of the person's file in " + r.site.PeopleDir + "/ without its ending: small letters, digits and hyphens."})
		} else if t.S != "" && !known["people/"+t.S] {
			missing(file, t, "person", ids[PersonKind], "Check the ID, or add the file "+r.site.PeopleDir+"/"+short(t.S)+".md; without it nothing that needs this person's consent is shown.")
		}
	}
	body := func(file string, b *markdown.Body) {
		if b == nil {
			return
		}
		for _, m := range b.Mentions {
			if m.Person == "" {
				r.lib.Problems = append(r.lib.Problems, report.Problem{Code: "unknown-person", Severity: report.Error, File: file, Line: int(m.At.Line), Column: int(m.At.Column),
					Message: "A mention doesn't say whom it means.", Help: "Write the person's ID after the @, such as [Amina's](@amina)."})
			}
			person(file, Text{m.Person, m.At})
		}
		for _, p := range b.Passages {
			if p.Kind != markdown.Quote && p.People[0] != markdown.Unclear {
				person(file, Text{p.People[0], p.At})
			}
		}
	}
	dropped := "The reference is left out until there is one."
	slug := func(file string, t *Text, kinds ...Kind) {
		if t.S == "" {
			return
		}
		var candidates []string
		for _, k := range kinds {
			if known[k.Folder()+"/"+t.S] {
				return
			}
			candidates = append(candidates, ids[k]...)
		}
		what := string(kinds[0])
		if len(kinds) > 1 {
			what = "story or note"
		}
		missing(file, *t, what, candidates, dropped)
		t.S = ""
	}
	slugs := func(file string, list *[]Text, kinds ...Kind) {
		for i := range *list {
			slug(file, &(*list)[i], kinds...)
		}
		*list = slices.DeleteFunc(*list, func(t Text) bool { return t.S == "" })
	}
	earlier := func(item *Item, list *[]Text) {
		*list = slices.DeleteFunc(*list, func(t Text) bool {
			id := item.Kind.Folder() + "/" + t.S
			if IsSlug(t.S) && !known[id] && !was[id] {
				was[id] = true
				return false
			}
			r.lib.Problems = append(r.lib.Problems, report.Problem{Code: "wrong-was", Severity: report.Error, File: item.File, Line: int(t.At.Line), Column: int(t.At.Column),
				Message: "An address under “was” is taken or can't be an address, so it doesn't lead here.", Help: "Write the last part of an earlier address that nothing else uses: small letters, digits and hyphens."})
			return true
		})
	}
	l.items(func(item *Item, s *Shared) {
		body(item.File, item.Body)
		for _, m := range s.Media {
			if m.People != nil {
				for _, t := range *m.People {
					person(item.File, t)
				}
			}
			body(item.File, m.Description)
			body(item.File, m.Script)
		}
		for _, t := range s.NotAbout {
			person(item.File, t)
		}
	})
	for _, s := range l.Stories {
		for _, t := range slices.Concat([]Text(s.By), s.With) {
			person(s.File, t)
		}
		for _, v := range s.Versions {
			body(s.File, v.Text)
		}
		if s.TranslationOf.S != "" && !known["stories/"+s.TranslationOf.S] {
			// without its original nobody can know whether a translation may stand
			missing(s.File, s.TranslationOf, "story", ids[StoryKind], "Write the name of the original story's file without “.md”, or remove the line if this isn't a translation.")
		}
		earlier(&s.Item, &s.Was)
	}
	for _, n := range l.Notes {
		for _, a := range n.People {
			person(n.File, a.Person)
		}
		for _, b := range slices.Concat(n.SummaryTexts, n.QuestionTexts) {
			body(n.File, b)
		}
		body(n.File, n.ChairText)
		slug(n.File, &n.Cell, CellKind)
		slugs(n.File, &n.Stories, StoryKind)
		earlier(&n.Item, &n.Was)
	}
	for _, c := range l.Cells {
		for _, t := range slices.Concat(c.ThoughtLeaders, c.Convenors) {
			person(c.File, t)
		}
		body(c.File, c.AboutText)
	}
	for _, c := range l.Changes {
		slugs(c.File, &c.Heard, StoryKind, NoteKind)
		body(c.File, c.WhyText)
	}
}
