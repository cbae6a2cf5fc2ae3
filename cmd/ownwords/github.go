package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/keeper"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// maxAnnotations is how many of each severity GitHub shows of one step; it
// drops the rest without a word, so that the whole list goes into the summary.
const maxAnnotations = 10

// maxRows keeps a step summary below GitHub's limit of 1 MiB.
const maxRows = 1000

// writeGitHub writes annotations for GitHub's runner, worst first, and the
// whole list as a table into the step summary, or after the annotations where
// there is none.
func writeGitHub(w io.Writer, c *checked, site string) error {
	rep := c.public()
	shown := map[report.Severity]int{}
	for _, p := range worstFirst(rep.Problems) {
		if p.Severity == report.Advice || shown[p.Severity] == maxAnnotations {
			continue
		}
		shown[p.Severity]++
		properties := "title=" + property("ownwords: "+p.Code)
		if file := fromRoot(site, p.File); file != "" {
			properties = "file=" + property(file) + "," + properties
			if p.Line > 0 {
				properties = fmt.Sprintf("file=%s,line=%d,col=%d,title=%s", property(file), p.Line, max(p.Column, 1), property("ownwords: "+p.Code))
			}
		}
		fmt.Fprintf(w, "::%s %s::%s\n", p.Severity, properties, data(oneMessage(p)))
	}
	summary := &markdown{}
	summary.check(c, rep)
	file := os.Getenv("GITHUB_STEP_SUMMARY")
	if file == "" {
		_, err := fmt.Fprint(w, summary.String())
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("the step summary can't be written: %w", err)
	}
	if _, err := f.WriteString(summary.String()); err != nil {
		f.Close()
		return fmt.Errorf("the step summary can't be written: %w", err)
	}
	fmt.Fprintln(w, counts(rep)+". The whole list stands in the summary of this run.")
	return f.Close()
}

// data escapes a message, and property a property, of a workflow command.
func data(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

func property(s string) string {
	return strings.NewReplacer(":", "%3A", ",", "%2C").Replace(data(s))
}

// markdown is a step summary.
type markdown struct{ strings.Builder }

// plain escapes words so that they stay words, whoever wrote them.
func plain(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.Fields(s), " ") {
		switch r {
		case '<':
			b.WriteString("&lt;")
			continue
		case '&':
			b.WriteString("&amp;")
			continue
		case '@':
			b.WriteString("&#64;") // pings nobody
			continue
		case '\\', '`', '*', '_', '[', ']', '|', '#', '!', '~', '>':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func code(s string) string { return "<code>" + strings.ReplaceAll(plain(s), "\\_", "_") + "</code>" }

func (m *markdown) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

// table writes a table; its cells are Markdown already.
func (m *markdown) table(title string, heads []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	m.line("\n## %s\n", title)
	m.line("| %s |", strings.Join(heads, " | "))
	m.line("|%s", strings.Repeat(" --- |", len(heads)))
	for i, r := range rows {
		if i == maxRows {
			m.line("\nAnd %d more; “ownwords check” tells them all.", len(rows)-maxRows)
			return
		}
		m.line("| %s |", strings.Join(r, " | "))
	}
}

// check writes the summary of a check: what the change adds, what readers will
// see, what is left out and why, whose consent ends soon, and what to mend.
func (m *markdown) check(c *checked, rep *report.Report) {
	m.line("# What ownwords found\n")
	m.line("%s, for %s. %s", counts(rep), rep.At, verdict(rep))
	if c.changes != nil {
		m.changes(c)
	}
	m.problems(rep)
	m.leftOut(rep)
	m.endings(c)
	m.line("")
}

func verdict(rep *report.Report) string {
	if rep.Count(report.Error) > 0 {
		return "**The mistakes have to be mended first.**"
	}
	return "Nothing has to be mended."
}

func (m *markdown) changes(c *checked) {
	outside := c.lib.Site.PeopleOutside
	var files, seen [][]string
	for _, f := range c.changes.Changes {
		if outside && strings.HasPrefix(f.File, c.lib.Site.PeopleDir+"/") {
			continue
		}
		how := f.How
		if f.From != "" {
			how += " from " + code(f.From)
		}
		files = append(files, []string{code(f.File), how})
	}
	m.table("What this change adds", []string{"File", "What happens to it"}, files)
	out := map[string]bool{}
	for _, l := range c.report.LeftOut {
		out[l.ID] = true
	}
	for _, s := range c.changes.Seen {
		if !out[s.ID] { // the proof may have left it out
			seen = append(seen, []string{plain(s.Title), code("/" + s.ID + "/"), s.How})
		}
	}
	m.table("What readers will see", []string{"Title", "Address", ""}, seen)
	var gone [][]string
	for _, id := range c.changes.Gone {
		if !(outside && strings.HasPrefix(id, "people/")) {
			gone = append(gone, []string{code("/" + id + "/")})
		}
	}
	m.table("What readers will no longer see", []string{"Address"}, gone)
	if len(seen)+len(gone) == 0 {
		m.line("\nReaders will see the same as before.")
	}
}

func (m *markdown) problems(rep *report.Report) {
	var rows [][]string
	words := map[report.Severity]string{report.Error: "**to mend**", report.Warning: "check", report.Advice: "advice"}
	for _, p := range worstFirst(rep.Problems) {
		rows = append(rows, []string{words[p.Severity], code(place(p)), plain(p.Message), plain(p.Help)})
	}
	m.table("What to look at", []string{"", "Where", "What", "How to mend it"}, rows)
}

func (m *markdown) leftOut(rep *report.Report) {
	var rows [][]string
	for _, l := range rep.LeftOut {
		reason := why[l.Reason]
		if l.BecauseOf != "" && l.BecauseOf != l.ID {
			reason += " (" + code(l.BecauseOf) + ")"
		}
		rows = append(rows, []string{code(cmp.Or(l.File, l.ID)), reason, l.Since})
	}
	m.table("What is left out, and why", []string{"What", "Why", "Since"}, rows)
	rows = nil
	for _, t := range rep.TakenOut {
		whose := ""
		if t.Person != "" {
			whose = " of " + code(t.Person)
		}
		rows = append(rows, []string{code(t.In), t.What + whose, cmp.Or(why[t.Reason], t.Reason)})
	}
	m.table("What is taken out of published items", []string{"Where", "What", "Why"}, rows)
}

func (m *markdown) endings(c *checked) {
	var rows [][]string
	for _, e := range keeper.New(c.lib, c.day).Upcoming(consent.Duration{}).Endings {
		if c.lib.Site.PeopleOutside && e.Kind == read.PersonKind {
			continue
		}
		falls := slices.Clone(e.Falls)
		for i := range falls {
			falls[i] = code(falls[i])
		}
		rows = append(rows, []string{e.LastDay, strconv.Itoa(e.Days), code(e.ID), strings.Join(falls, ", ")})
	}
	m.table("Whose consent ends soon", []string{"Last day", "Days left", "Whose", "What leaves the site then"}, rows)
}
