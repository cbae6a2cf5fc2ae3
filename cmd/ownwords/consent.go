package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ownwords/generator/consent"
	"ownwords/generator/keeper"
	"ownwords/generator/read"
)

// consentCommand makes `ownwords consent` and the commands under it.
func consentCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "consent",
		Short: "See, renew and end consents",
		Long: "consent shows who agreed to what and until when, and changes it when they speak to you.\n" +
			"ID is a person's or a story's: amina, people/amina, stories/the-library. A bare ID is a person first.\n" +
			"Commands that change a file say what will change on the site; with --dry-run they only say it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(consentList(env), consentUpcoming(env), consentShow(env), consentRenew(env), consentWithdraw(env), consentForget(env), consentReceipt(env))
	return cmd
}

// consentFlags are those of every command under `consent`.
type consentFlags struct{ at, format string }

// keeperFlags adds them; formats lists the values of --format, the first of
// which is the default. Without formats there is no such flag.
func keeperFlags(cmd *cobra.Command, env *environment, f *consentFlags, formats ...string) *cobra.Command {
	siteFlag(cmd, env)
	atFlag(cmd, &f.at)
	if len(formats) > 0 {
		cmd.Flags().StringVar(&f.format, "format", formats[0], "print it as `"+strings.Join(formats, "|")+"`")
		inner := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			for _, known := range formats {
				if f.format == known {
					return inner(cmd, args)
				}
			}
			return fmt.Errorf("--format %q isn't one of %s", f.format, strings.Join(formats, ", "))
		}
	}
	if strings.Contains(cmd.Use, " ID") {
		cmd.Args = oneID
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil || len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var ids []string
			for _, s := range k.List().Entries {
				ids = append(ids, s.ID)
			}
			return ids, cobra.ShellCompDirectiveNoFileComp
		}
	} else {
		cmd.Args = cobra.NoArgs
	}
	return cmd
}

func oneID(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return fmt.Errorf("“consent %s” takes one ID, such as people/amina or stories/the-library; “ownwords consent list” shows every ID", cmd.Name())
}

// openKeeper reads the site and fixes the day.
func openKeeper(ctx context.Context, env *environment, at string) (*keeper.Keeper, error) {
	fixed, now, err := env.moment(at)
	if err != nil {
		return nil, err
	}
	lib, err := read.Read(ctx, read.Options{Dir: env.Site})
	if err != nil {
		return nil, err
	}
	day := consent.DayOf(now, lib.Site.Zone)
	if fixed != nil {
		day = *fixed
	}
	return keeper.New(lib, day), nil
}

func consentList(env *environment) *cobra.Command {
	var f consentFlags
	return keeperFlags(&cobra.Command{
		Use:   "list",
		Short: "Everyone and every story: what holds today, until when, and why not",
		RunE: func(cmd *cobra.Command, _ []string) error {
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil {
				return err
			}
			if f.format == "json" {
				return k.List().WriteJSON(env.Stdout)
			}
			return k.List().WriteText(env.Stdout)
		},
	}, env, &f, "text", "json")
}

func consentUpcoming(env *environment) *cobra.Command {
	var f consentFlags
	var within string
	cmd := keeperFlags(&cobra.Command{
		Use:   "upcoming",
		Short: "What ends soon, soonest first, and the stories that would fall with it",
		Long: "upcoming lists the consents that end within the time that site.yaml names under “warn”. With\n" +
			"--format ics it is a calendar for the keeper, with a reminder two weeks before each last day.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var ahead consent.Duration
			if within != "" {
				var err error
				if ahead, err = consent.ParseDuration(within); err != nil {
					return fmt.Errorf("--within %q is %w", within, err)
				}
			}
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil {
				return err
			}
			u := k.Upcoming(ahead)
			switch f.format {
			case "json":
				return u.WriteJSON(env.Stdout)
			case "ics":
				return u.WriteCalendar(env.Stdout)
			}
			return u.WriteText(env.Stdout)
		},
	}, env, &f, "text", "json", "ics")
	cmd.Flags().StringVar(&within, "within", "", "how far to look ahead: 90d, 6w, 3m or 1y (default “warn” in site.yaml)")
	return cmd
}

func consentShow(env *environment) *cobra.Command {
	var f consentFlags
	return keeperFlags(&cobra.Command{
		Use:   "show ID",
		Short: "One consent in full: every use, and every place that depends on it",
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil {
				return err
			}
			s, err := k.Show(args[0])
			if err != nil {
				return err
			}
			if f.format == "json" {
				return s.WriteJSON(env.Stdout)
			}
			return s.WriteText(env.Stdout)
		},
	}, env, &f, "text", "json")
}

// carryOut tells a planned change and, unless it is a dry run, makes it.
func carryOut(env *environment, c *keeper.Change, dryRun bool) error {
	if err := c.WriteText(env.Stdout); err != nil {
		return err
	}
	if dryRun {
		_, err := fmt.Fprintln(env.Stdout, "\nNothing was written (--dry-run).")
		return err
	}
	if err := c.Apply(); err != nil {
		return err
	}
	return c.WriteNext(env.Stdout)
}

func dryRunFlag(cmd *cobra.Command, dryRun *bool) {
	cmd.Flags().BoolVar(dryRun, "dry-run", false, "say what would change, and write nothing")
}

func consentRenew(env *environment) *cobra.Command {
	var f consentFlags
	var until, confirmed string
	var dryRun bool
	cmd := keeperFlags(&cobra.Command{
		Use:   "renew ID --until DAY --confirmed WORDS",
		Short: "Write down that somebody said yes again",
		Long: "renew sets “given” to today, “until” to the last whole day, and “confirmed” to the words of who\n" +
			"confirmed it with the person. What they agreed to stays as it is. A withdrawal or pause in the\n" +
			"record stays there; a later “given” lifts it.",
		Example: `  ownwords consent renew people/sam --until 2028-11-21 --confirmed "We met on 2026-11-20 and read it through together"`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if until == "" {
				return errors.New("“renew” needs the last whole day. Add for example --until 2028-11-21")
			}
			last, err := consent.ParseDay(until)
			if err != nil {
				return fmt.Errorf("--until %q can't be used as a day: %w. Write it as 2028-11-21", until, plainly(err))
			}
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil {
				return err
			}
			c, err := k.Renew(args[0], last, confirmed)
			if err != nil {
				return err
			}
			return carryOut(env, c, dryRun)
		},
	}, env, &f)
	cmd.Flags().StringVar(&until, "until", "", "the last whole `day`, such as 2028-11-21")
	cmd.Flags().StringVar(&confirmed, "confirmed", "", "who confirmed it with the person, and when, in your `words`")
	dryRunFlag(cmd, &dryRun)
	return cmd
}

func consentWithdraw(env *environment) *cobra.Command {
	var f consentFlags
	var dryRun bool
	cmd := keeperFlags(&cobra.Command{
		Use:   "withdraw ID",
		Short: "End a consent today",
		Long: "withdraw writes “withdrawn” with today's day into the record. It says which stories fall with it,\n" +
			"what else changes on the site, and what can't be called back.",
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil {
				return err
			}
			c, err := k.Withdraw(args[0])
			if err != nil {
				return err
			}
			return carryOut(env, c, dryRun)
		},
	}, env, &f)
	dryRunFlag(cmd, &dryRun)
	return cmd
}

func consentForget(env *environment) *cobra.Command {
	var f consentFlags
	var dryRun, yes bool
	cmd := keeperFlags(&cobra.Command{
		Use:   "forget ID",
		Short: "Delete a person's file, and go on keeping their name off the site",
		Long: "forget deletes a person's file. It leaves scrambled forms of their names (salted hashes), so that\n" +
			"builds go on looking for them, and the numbers that their stories had in feeds. It says which files\n" +
			"still hold their words. Git's history still holds them too.",
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil {
				return err
			}
			plan, err := k.Forget(args[0], rand.Reader)
			if err != nil {
				return err
			}
			if !dryRun && !yes && !onTerminal(env.Stdin) {
				return errors.New("“forget” deletes files, so it asks first, and there is nobody to ask. Run it on a terminal, or add --yes; --dry-run shows what it would do")
			}
			if err := plan.WriteText(env.Stdout); err != nil {
				return err
			}
			if dryRun {
				_, err := fmt.Fprintln(env.Stdout, "\nNothing was deleted or written (--dry-run).")
				return err
			}
			if !yes && !agrees(env, plan.ID) {
				_, err := fmt.Fprintln(env.Stdout, "\nNothing was deleted or written.")
				return err
			}
			if err := plan.Apply(cmd.Context()); err != nil {
				return err
			}
			return plan.WriteNext(env.Stdout)
		},
	}, env, &f)
	cmd.Flags().BoolVar(&yes, "yes", false, "don't ask first")
	dryRunFlag(cmd, &dryRun)
	return cmd
}

// onTerminal reports whether there is somebody to ask.
func onTerminal(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	nobody, _ := os.Stat(os.DevNull)
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && !os.SameFile(info, nobody)
}

// agrees asks for the ID, so that nobody deletes by pressing one key.
func agrees(env *environment, id string) bool {
	fmt.Fprintf(env.Stdout, "\nThis can't be undone here. To go on, type %s and press Enter: ", id)
	answer, _ := bufio.NewReader(env.Stdin).ReadString('\n')
	return strings.TrimSpace(answer) == id
}

func consentReceipt(env *environment) *cobra.Command {
	var f consentFlags
	var out string
	cmd := keeperFlags(&cobra.Command{
		Use:   "receipt ID",
		Short: "Make a plain page for the person: what, where, until when, how to end it",
		Long: "receipt prints what somebody agreed to, in plain words, to give or send to them. With --out it writes\n" +
			"a page (HTML), a text (Markdown) and a record for programs (JSON, with the fields of ISO/IEC TS 27560)\n" +
			"into a folder. A receipt is for the person and is never published.",
		RunE: func(cmd *cobra.Command, args []string) error {
			k, err := openKeeper(cmd.Context(), env, f.at)
			if err != nil {
				return err
			}
			r, err := k.Receipt(args[0])
			if err != nil {
				return err
			}
			if out == "" {
				switch f.format {
				case "html":
					return r.WriteHTML(env.Stdout)
				case "json":
					return r.WriteJSON(env.Stdout)
				}
				return r.WriteText(env.Stdout)
			}
			names, err := r.WriteFiles(out)
			for _, n := range names {
				fmt.Fprintln(env.Stdout, "Written: "+filepath.ToSlash(n))
			}
			if err == nil && r.InSite(out) {
				fmt.Fprintln(env.Stdout, "This folder lies inside the site's: give the files to the person, and don't commit them.")
			}
			return err
		},
	}, env, &f, "text", "html", "json")
	cmd.Flags().StringVar(&out, "out", "", "write all three forms into this `folder` instead")
	return cmd
}
