package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ownwords/generator/consent"
	"ownwords/generator/read"
	"ownwords/generator/scaffold"
)

// newKeys are the front matter keys that `new` takes as flags.
var newKeys = []struct{ key, tells string }{
	{"title", "the title"},
	{"by", "the `ID` of the teller's file in content/people"},
	{"name", "the name to show, which need not be one's own"},
	{"intro", "one or two sentences for the head of the page and for lists"},
	{"date", "a day, month or year: 2026-11-18, 2026-11 or 2026"},
	{"described_as", "how the person describes themselves"},
	{"pronouns", "their pronouns"},
	{"content_note", "what a reader may want to know before reading"},
	{"hoped_for", "what the teller would like to happen"},
	{"language", "the text's language, if it isn't the site's: so, pl, cy"},
	{"layout", "story, letter, poem, interview, timeline or photo-essay"},
	{"kind", "of a note: meeting, roundtable or learning"},
	{"cell", "the `ID` of a note's cell"},
	{"held", "where or how a meeting was held"},
	{"about", "what a cell is for"},
	{"status", "of a change: done, under-way or not-done"},
	{"why", "why a change won't be made"},
	{"heard", "the `names` of stories and notes, with commas between them"},
	{"due", "when a change is meant to be done"},
	{"order", "a page's place in the navigation"},
}

func newCommand(env *environment) *cobra.Command {
	var at, until, uses, text string
	var yes bool
	answers := map[string]*string{}
	cmd := &cobra.Command{
		Use:   "new story|note|person|cell|change|page SLUG",
		Short: "Begin a new story, note, person, cell, change or page",
		Long: "new asks a few questions and writes a file with comments that guide. SLUG becomes its name and part of\n" +
			"its address: small letters, digits and hyphens. Where there is no terminal, the answers are flags.\n" +
			"Without a yes to the consent, a story is written and not published. Nothing is ever overwritten.",
		Example:   "  ownwords new story the-green-bench\n  ownwords new person sam --name Sam --for named,quotes --until 2028-11-21 --yes",
		ValidArgs: []string{"story", "note", "person", "cell", "change", "page"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			return errors.New("“new” takes a kind and a name, such as “ownwords new story the-green-bench”. The kinds are story, note, person, cell, change and page")
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			fixed, now, err := env.moment(at)
			if err != nil {
				return err
			}
			lib, err := read.Read(cmd.Context(), read.Options{Dir: env.Site})
			if err != nil {
				return err
			}
			today := consent.DayOf(now, lib.Site.Zone)
			if fixed != nil {
				today = *fixed
			}
			r := scaffold.Request{Kind: read.Kind(args[0]), Slug: args[1], Answers: map[string]string{}, Today: today, Random: rand.Reader}
			for key, v := range answers {
				r.Answers[key] = *v
			}
			if text != "" {
				if r.Answers[scaffold.Text], err = textOf(env, text); err != nil {
					return err
				}
			}
			terms := &terms{until: until, uses: uses, yes: yes}
			var asked *asker
			if onTerminal(env.Stdin) && text != "-" {
				asked = &asker{in: bufio.NewReader(env.Stdin), out: env.Stdout}
			}
			return makeNew(cmd.Context(), env, lib, r, terms, asked)
		},
	}
	siteFlag(cmd, env)
	atFlag(cmd, &at)
	for _, k := range newKeys {
		answers[k.key] = cmd.Flags().String(strings.ReplaceAll(k.key, "_", "-"), "", k.tells)
	}
	cmd.Flags().StringVar(&text, "text", "", "a `file` with the text, or - for the standard input")
	cmd.Flags().StringVar(&until, "until", "", "the last whole `day` of the consent, such as 2028-11-21")
	cmd.Flags().StringVar(&uses, "for", "", "what is agreed to, with commas: `page,feeds`")
	cmd.Flags().BoolVar(&yes, "yes", false, "they have read what consent means, and agree")
	return cmd
}

// terms is what a consent is asked for, as flags.
type terms struct {
	until, uses string
	yes         bool
}

func makeNew(ctx context.Context, env *environment, lib *read.Library, r scaffold.Request, t *terms, asked *asker) error {
	// Fail before asking anything when the name or kind can't be.
	trial := r
	trial.Answers = map[string]string{"title": "T", "name": "N"}
	if f, err := scaffold.New(ctx, lib, trial); err != nil {
		return err
	} else if err := f.Free(); err != nil {
		return err
	}
	if asked != nil {
		asked.questions(&r)
	}
	if uses := scaffold.Uses(r.Kind); uses != nil {
		agreement, err := t.agreement(lib.Site, r, uses)
		if err != nil {
			return err
		}
		if asked != nil && !t.yes {
			if t.yes, err = asked.agreement(r.Kind, uses, agreement); err != nil {
				return err
			}
		} else {
			fmt.Fprintf(env.Stdout, "%s\n\n", scaffold.Consent)
		}
		if t.yes {
			r.Agreement = agreement
		}
	}
	f, err := scaffold.New(ctx, lib, r)
	if err != nil {
		return err
	}
	if err := f.Write(); err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "Written: %s\n", f.Path)
	for _, remark := range f.Remarks {
		fmt.Fprintf(env.Stdout, "  %s\n", remark)
	}
	if scaffold.Uses(r.Kind) != nil && r.Agreement == nil {
		fmt.Fprintln(env.Stdout, "  Nobody has agreed to anything yet, so nothing of it is shown. The file says how to write a yes down.")
	}
	fmt.Fprintln(env.Stdout, "\nNext:")
	for i, step := range f.Next() {
		fmt.Fprintf(env.Stdout, "  %d. %s\n", i+1, step)
	}
	return nil
}

// agreement reads what the flags say, with the usual where they are silent.
func (t *terms) agreement(site *read.Site, r scaffold.Request, uses []consent.Use) (*scaffold.Agreement, error) {
	a := &scaffold.Agreement{Given: r.Today, Until: r.Today.Add(site.Terms.Lasts) - 1, For: uses[:1]}
	if t.until != "" {
		day, err := untilDay(t.until, r.Today)
		if err != nil {
			return nil, fmt.Errorf("--until %w", err)
		}
		a.Until = day
	}
	if t.uses != "" {
		var err error
		if a.For, err = usesOf(t.uses, uses); err != nil {
			return nil, fmt.Errorf("--for %w", err)
		}
	}
	return a, nil
}

func untilDay(s string, today consent.Day) (consent.Day, error) {
	day, err := consent.ParseDay(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("“%s” can't be used: %w. Write the year, the month and the day, such as 2028-11-21 for 21 November 2028", s, plainly(err))
	case day < today:
		return 0, fmt.Errorf("%s is over already. Name the last whole day, such as %s", s, today.Add(consent.Duration{Count: 1, Unit: 'y'}))
	}
	return day, nil
}

// plainly says what is wrong with a day without an example of its own.
func plainly(err error) error {
	said, _, _ := strings.Cut(err.Error(), ", such as ")
	if strings.HasPrefix(said, "not ") {
		said = "it is " + said
	}
	return errors.New(said)
}

func usesOf(s string, known []consent.Use) ([]consent.Use, error) {
	var list []consent.Use
	if strings.EqualFold(strings.TrimSpace(s), "all") {
		return known, nil
	}
	for part := range strings.SplitSeq(s, ",") {
		u := consent.Use(strings.ToLower(strings.TrimSpace(part)))
		if u == "" || slices.Contains(list, u) {
			continue
		}
		if !slices.Contains(known, u) {
			return nil, fmt.Errorf("can't have “%s”. Choose from: %s", u, join(known))
		}
		list = append(list, u)
	}
	if list == nil {
		return nil, fmt.Errorf("names nothing. Choose from: %s", join(known))
	}
	if known[0] == consent.Page && !slices.Contains(list, consent.Page) {
		return nil, errors.New("leaves out “page”, without which a story is shown nowhere")
	}
	return list, nil
}

func join(uses []consent.Use) string {
	names := make([]string, len(uses))
	for i, u := range uses {
		names[i] = string(u)
	}
	return strings.Join(names, ", ")
}

// asker asks on a terminal.
type asker struct {
	in  *bufio.Reader
	out io.Writer
	end bool
}

// line reads one line; at the end of the input it is empty.
func (a *asker) line() string {
	if a.end {
		return ""
	}
	s, err := a.in.ReadString('\n')
	a.end = err != nil
	return strings.TrimSpace(s)
}

func (a *asker) ask(question, hint, usual string) string {
	fmt.Fprintf(a.out, "\n%s\n", question)
	if hint != "" {
		fmt.Fprintf(a.out, "(%s)\n", hint)
	}
	if usual != "" {
		fmt.Fprintf(a.out, "[%s] ", usual)
	}
	fmt.Fprint(a.out, "> ")
	if s := a.line(); s != "" {
		return s
	}
	return usual
}

// questions asks for what no flag has told.
func (a *asker) questions(r *scaffold.Request) {
	for _, q := range scaffold.Questions(r.Kind) {
		if r.Answers[q.Key] != "" || q.Key == "name" && r.Answers["by"] != "" {
			continue
		}
		answer := a.ask(q.Ask, q.Hint, "")
		for answer == "" && q.Required && !a.end {
			answer = a.ask("This one needs an answer. "+q.Ask, q.Hint, "")
		}
		r.Answers[q.Key] = answer
	}
	if r.Kind != read.StoryKind || r.Answers[scaffold.Text] != "" {
		return
	}
	fmt.Fprint(a.out, "\nWrite the story now, or press Enter and write it in the file later.\n(Leave an empty line between paragraphs. A line with a full stop alone ends it.)\n> ")
	var lines []string
	for s := a.line(); !a.end && s != "."; s = a.line() {
		if s == "" && lines == nil {
			return
		}
		lines = append(lines, s)
		fmt.Fprint(a.out, "> ")
	}
	r.Answers[scaffold.Text] = strings.Join(lines, "\n")
}

// agreement explains consent and asks for it; a receives what was chosen.
func (a *asker) agreement(k read.Kind, uses []consent.Use, into *scaffold.Agreement) (bool, error) {
	lead := ""
	if k == read.PersonKind {
		lead = "Read this to them:\n"
	}
	fmt.Fprintf(a.out, "\n%s%s\n", lead, scaffold.Consent)
	question := "What may it be used for?"
	for _, u := range uses {
		question += fmt.Sprintf("\n  %-10s  %s", u, scaffold.Tells[k][u])
	}
	for {
		list, err := usesOf(a.ask(question, "Any of these words, with commas between them, or all.", join(into.For)), uses)
		if err == nil {
			into.For = list
			break
		}
		fmt.Fprintf(a.out, "That %v.\n", err)
		if a.end {
			return false, nil
		}
	}
	for {
		day, err := untilDay(a.ask("Until which day?", "The last whole day on which it may be shown: year-month-day.", into.Until.String()), into.Given)
		if err == nil {
			into.Until = day
			break
		}
		fmt.Fprintf(a.out, "%v.\n", err)
		if a.end {
			return false, nil
		}
	}
	question = "Do you agree to that? (yes or no)"
	if k == read.PersonKind {
		question = "Do they agree to that? (yes or no)"
	}
	answer := strings.ToLower(a.ask(question, "", "no"))
	fmt.Fprintln(a.out)
	return answer == "yes" || answer == "y", nil
}
