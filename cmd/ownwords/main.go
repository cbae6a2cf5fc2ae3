// Command ownwords makes an accessible site of first-person stories and
// meeting notes, and leaves out anyone whose consent has lapsed.
//
// Each subcommand has a file of its own here. This package reads flags and the
// clock, prints, and chooses exit codes; it decides nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"ownwords/generator"
	"ownwords/generator/consent"
	"ownwords/generator/report"
)

// The exit codes of the spec's section "The command".
const (
	exitDone     = 0
	exitProblems = 1 // check found an error, build --strict left something out by mistake, or the proof couldn't be made clean
	exitUnusable = 2 // wrong usage, or the site, theme or output folder can't be used
)

// environment is what a command needs of the world around it.
type environment struct {
	// Site is the folder given with --site.
	Site           string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// Now is the instant at which the program was started: the clock, read once.
	Now time.Time
}

// exit ends a command with a code; everything to be told has been printed.
type exit struct{ code int }

func (e exit) Error() string { return "exit " + strconv.Itoa(e.code) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, &environment{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now()}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run runs one command line and returns its exit code.
func run(ctx context.Context, env *environment, args []string) int {
	root := &cobra.Command{
		Use:   "ownwords",
		Short: "A site of people's own words, which leaves out anyone whose consent has lapsed",
		Long: "ownwords turns stories in Markdown, what their tellers agreed to, and a network's meeting notes\n" +
			"into an accessible site with feeds. Whoever's consent has lapsed is left out, everywhere, and each\n" +
			"build proves it on the finished files before it publishes them.",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetArgs(args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	root.AddCommand(buildCommand(env), checkCommand(env), newCommand(env), importCommand(env), initCommand(env), serveCommand(env), consentCommand(env), schemaCommand(env), versionCommand(env))
	err := root.ExecuteContext(ctx)
	var end exit
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &end):
		return end.code
	}
	if problems, unusable := generator.Unusable(err); unusable {
		printer{w: env.Stderr, site: env.Site, colour: colourful(env.Stderr)}.problems(problems)
		return exitUnusable
	}
	if errors.Is(err, generator.ErrUnproved) || errors.Is(err, context.Canceled) {
		fmt.Fprintf(env.Stderr, "ownwords: %v.\n", err)
		return exitProblems
	}
	fmt.Fprintf(env.Stderr, "ownwords: %v\n", err)
	return exitUnusable
}

// siteFlag adds --site to a command.
func siteFlag(cmd *cobra.Command, env *environment) {
	cmd.Flags().StringVar(&env.Site, "site", ".", "the site's `folder`")
}

// atFlag adds --at to a command.
func atFlag(cmd *cobra.Command, at *string) {
	cmd.Flags().StringVar(at, "at", "", "decide for this `day`, such as 2027-03-01, instead of today")
}

// moment returns the day given with --at, or nil and the instant of
// SOURCE_DATE_EPOCH, else of the clock.
func (env *environment) moment(at string) (*consent.Day, time.Time, error) {
	if at != "" {
		day, err := consent.ParseDay(at)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("--at %q can't be used as a day: %w. Write it as 2027-03-01", at, plainly(err))
		}
		return &day, env.Now, nil
	}
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return nil, time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q, which isn't a number of seconds", epoch)
		}
		return nil, time.Unix(seconds, 0), nil
	}
	return nil, env.Now, nil
}

// worst returns the exit code that a report's problems ask for.
func worst(rep *report.Report) error {
	if rep.Count(report.Error) > 0 {
		return exit{exitProblems}
	}
	return nil
}
