package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"ownwords/generator"
	"ownwords/generator/report"
	"ownwords/generator/serve"
)

func serveCommand(env *environment) *cobra.Command {
	var at, addr string
	var drafts bool
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Show the site on this computer while it is being written",
		Long: "serve shows the site at an address on this computer, and shows it anew as soon as a file is saved, and\n" +
			"at midnight. Nothing is written. Pages show what there is to mend, and can be looked at as of another\n" +
			"day. Whoever's consent doesn't hold is left out here too, at once. End it with Ctrl+C.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			day, now, err := env.moment(at)
			if err != nil {
				return err
			}
			p := printer{w: env.Stdout, site: env.Site, colour: colourful(env.Stdout)}
			told := &toldProblems{p: p}
			return serve.Run(cmd.Context(), serve.Options{
				PreviewOptions: generator.PreviewOptions{Site: env.Site, At: day, Now: env.clock(now), Drafts: drafts},
				Addr:           addr,
				After:          time.After,
				Why:            func(l report.LeftOut) string { return why[l.Reason] },
				Ready: func(url string, took time.Duration, rep *report.Report) {
					told.tell(rep)
					fmt.Fprintf(env.Stdout, "ready %s in %d ms\n", url, took.Milliseconds())
					fmt.Fprintln(env.Stdout, "Open that address in a browser on this computer. It shows each change as you save it; Ctrl+C ends it.")
				},
				Changed: func(took time.Duration, rep *report.Report) {
					fmt.Fprintf(env.Stdout, "rebuilt in %d ms\n", took.Milliseconds())
					told.tell(rep)
				},
				Found: told.tell,
				Warn:  func(message string) { fmt.Fprintln(env.Stderr, "warning: "+message) },
			})
		},
	}
	siteFlag(cmd, env)
	atFlag(cmd, &at)
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:4000", "the `address` to listen on; the default can be reached from this computer only")
	cmd.Flags().BoolVar(&drafts, "drafts", false, "show drafts too")
	return cmd
}

// clock returns a clock that shows the instant now, and goes on from it.
func (env *environment) clock(now time.Time) func() time.Time {
	start := time.Now()
	return func() time.Time { return now.Add(time.Since(start)) }
}

// toldProblems prints each problem, and what is left out, once for as long as it lasts.
type toldProblems struct {
	p        printer
	problems map[report.Problem]bool
	leftOut  map[report.LeftOut]bool
}

func (t *toldProblems) tell(rep *report.Report) {
	var leftOut []report.LeftOut
	var problems []report.Problem
	leftOut, t.leftOut = unseen(rep.LeftOut, t.leftOut)
	problems, t.problems = unseen(rep.Problems, t.problems)
	t.p.leftOut(&report.Report{LeftOut: leftOut})
	t.p.hidden(rep).problems(problems)
}

// unseen returns what of a list wasn't seen before, and what is seen now.
func unseen[T comparable](list []T, before map[T]bool) (added []T, now map[T]bool) {
	now = make(map[T]bool, len(list))
	for _, x := range list {
		now[x] = true
		if !before[x] {
			added = append(added, x)
		}
	}
	return added, now
}
