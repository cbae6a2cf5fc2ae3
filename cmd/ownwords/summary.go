package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ownwords/generator/report"
)

// printer tells people what a build or check found.
type printer struct {
	w      io.Writer
	site   string
	colour bool
}

// colourful reports whether colour is wanted: on a terminal, and without NO_COLOR (no-color.org).
func colourful(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p printer) paint(code, s string) string {
	if !p.colour {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p printer) bold(s string) string { return p.paint("1", s) }

// summary tells what a build did.
func (p printer) summary(rep *report.Report, published bool) {
	c := rep.Published
	if published {
		fmt.Fprintf(p.w, "%s for %s: %s, %s, %s, %s, %s (%s).\n", p.bold("Published"), rep.At, count(c.Stories, "story", "stories"), count(c.Notes, "note", "notes"),
			count(c.Pages, "page", "pages"), count(c.People, "profile", "profiles"), count(c.Media, "picture or recording", "pictures and recordings"), count(c.Files, "file", "files"))
	}
	p.leftOut(rep)
	p.takenOut(rep)
	p.hidden(rep).problems(rep.Problems)
	if published {
		if rep.GoodUntil != "" {
			fmt.Fprintf(p.w, "\nThis output is right until the end of %s. Build again after that day.\n", p.bold(rep.GoodUntil))
		} else {
			fmt.Fprintf(p.w, "\nNothing that is known today will change this output.\n")
		}
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// why puts a reason into words.
var why = map[string]string{
	"unreadable":   "it or its consent can't be read",
	"missing":      "there is no consent",
	"withdrawn":    "the consent was withdrawn",
	"paused":       "the consent is paused",
	"not-yet":      "the consent isn't given yet",
	"lapsed":       "the consent has ended",
	"came-of-age":  "the person came of age and hasn't been asked afresh",
	"not-covered":  "the consent doesn't cover it",
	"other-person": "it names or quotes someone whose consent doesn't hold",
	"draft":        "it is a draft",
	"trace":        "a name, words or a link stand in it that may not be shown (see “To mend”)",
	"person":       "somebody's consent doesn't cover it", // told where no person's reason may be
}

func (p printer) leftOut(rep *report.Report) {
	if len(rep.LeftOut) == 0 {
		return
	}
	totals := map[string]int{}
	var keys []string
	for _, l := range rep.LeftOut {
		k := l.Kind + "\x00" + l.Reason
		if totals[k] == 0 {
			keys = append(keys, k)
		}
		totals[k]++
	}
	fmt.Fprintf(p.w, "\n%s %s:\n", p.bold("Left out"), count(len(rep.LeftOut), "item", "items"))
	slices.Sort(keys)
	for _, k := range keys {
		kind, reason, _ := strings.Cut(k, "\x00")
		fmt.Fprintf(p.w, "  %s: %s\n", count(totals[k], kind, plural(kind)), why[reason])
	}
	for _, l := range rep.LeftOut {
		line := "  - " + cmp.Or(l.File, l.ID) + ": " + why[l.Reason]
		if l.BecauseOf != "" && l.BecauseOf != l.ID {
			line += " (" + l.BecauseOf + ")"
		}
		if l.Since != "" {
			line += ", since " + l.Since
		}
		fmt.Fprintln(p.w, line)
	}
}

func plural(kind string) string {
	switch kind {
	case "story":
		return "stories"
	case "person":
		return "people"
	}
	return kind + "s"
}

func (p printer) takenOut(rep *report.Report) {
	if len(rep.TakenOut) == 0 {
		return
	}
	fmt.Fprintf(p.w, "\n%s of published items:\n", p.bold("Taken out"))
	times := map[string]int{}
	var lines []string
	for _, t := range rep.TakenOut {
		line := "  - " + t.In + ": " + cmp.Or(parts[t.What], t.What)
		if t.Person != "" {
			line += " of " + t.Person
		}
		if line += ", because " + cmp.Or(why[t.Reason], t.Reason); times[line] == 0 {
			lines = append(lines, line)
		}
		times[line]++
	}
	for _, line := range lines {
		if n := times[line]; n > 1 {
			line += fmt.Sprintf(" (%d times)", n)
		}
		fmt.Fprintln(p.w, line)
	}
}

// parts puts what leaves an item into words.
var parts = map[string]string{"quote": "quotation", "image": "picture", "attendance": "name among those who came"}

// hidden makes a printer that shows no line of a file whose item is left out,
// or from which something was taken out that may stand on that line.
func (p printer) hidden(rep *report.Report) snippetPrinter {
	secret := map[string]bool{}
	for _, l := range rep.LeftOut {
		secret[l.File] = true
	}
	for _, t := range rep.TakenOut {
		if (t.What == "image" || t.What == "recording") && t.Reason == "unreadable" {
			continue // a mistake about a file; nobody's consent is in question
		}
		for _, at := range []string{"content/" + t.In, "content/pages/" + t.In} {
			secret[at+".md"], secret[at+"/index.md"] = true, true
		}
	}
	return snippetPrinter{p, secret}
}

// snippetPrinter prints problems with the line that each is about, unless the
// text is withheld (spec, promise 8).
type snippetPrinter struct {
	printer
	secret map[string]bool
}

func (p snippetPrinter) problems(list []report.Problem) {
	p.printer.tell(list, func(problem report.Problem) string {
		if problem.Line == 0 || p.secret[problem.File] || !strings.HasPrefix(problem.File, "content/") && problem.File != "site.yaml" || strings.HasPrefix(problem.File, "content/people/") {
			return ""
		}
		return lineOf(filepath.Join(p.site, filepath.FromSlash(problem.File)), problem.Line)
	})
}

// problems prints problems without snippets.
func (p printer) problems(list []report.Problem) {
	p.tell(list, func(report.Problem) string { return "" })
}

func (p printer) tell(list []report.Problem, snippet func(report.Problem) string) {
	if len(list) == 0 {
		return
	}
	words := map[report.Severity]string{report.Error: p.paint("31;1", "To mend"), report.Warning: p.paint("33;1", "Check"), report.Advice: p.paint("36", "Advice")}
	fmt.Fprintln(p.w)
	for _, problem := range list {
		fmt.Fprintf(p.w, "%s  %s\n", words[problem.Severity], place(problem))
		fmt.Fprintf(p.w, "  %s\n", problem.Message)
		if line := snippet(problem); line != "" {
			fmt.Fprintf(p.w, "    %s\n", line)
			if problem.Column > 1 && problem.Column <= len([]rune(line))+1 {
				fmt.Fprintf(p.w, "    %s^\n", strings.Repeat(" ", problem.Column-1))
			}
		}
		if problem.Help != "" {
			fmt.Fprintf(p.w, "  %s\n", problem.Help)
		}
	}
}

// place writes where a problem is: file:line:column.
func place(p report.Problem) string {
	s := p.File
	if p.Line > 0 {
		s += fmt.Sprintf(":%d:%d", p.Line, max(p.Column, 1))
	}
	return s
}

// lineOf returns one line of a file, short enough for a terminal.
func lineOf(name string, line int) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	for n := 1; scanner.Scan(); n++ {
		if n == line {
			text := strings.ReplaceAll(strings.TrimRight(scanner.Text(), " \r"), "\t", " ")
			if r := []rune(text); len(r) > 100 {
				return string(r[:99]) + "…"
			}
			return text
		}
	}
	return ""
}

// progress shows the step that a long build is at, on a terminal only.
type progress struct {
	w     io.Writer
	on    bool
	mu    sync.Mutex
	timer *time.Timer
	now   string
	shown bool
}

// startProgress begins to show steps once a build has taken a second.
func startProgress(w io.Writer, quiet bool) *progress {
	p := &progress{w: w, on: !quiet && colourful(w)}
	if p.on {
		p.timer = time.AfterFunc(time.Second, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.shown = true
			p.show()
		})
	}
	return p
}

func (p *progress) show() { fmt.Fprintf(p.w, "\r\x1b[K… %s", p.now) }

func (p *progress) step(name string) {
	if !p.on {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = name
	if p.shown {
		p.show()
	}
}

func (p *progress) done() {
	if !p.on {
		return
	}
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	p.on = false
}
