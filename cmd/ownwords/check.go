package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ownwords/generator"
	"ownwords/generator/advise"
	"ownwords/generator/consent"
	"ownwords/generator/read"
	"ownwords/generator/report"
	"ownwords/generator/since"
)

func checkCommand(env *environment) *cobra.Command {
	var at, format, ref string
	cmd := &cobra.Command{
		Use:   "check [FILE…]",
		Short: "Read everything as build does, and say what to mend",
		Long: "check goes the whole road of a build, proof included, gives advice, and publishes nothing. With files\n" +
			"as arguments it tells only what concerns them. With --since it also finds every consent that became\n" +
			"wider since a git revision: a later end, a removed withdrawal, more uses. Each is an error until the\n" +
			"same change says in that consent who confirmed it (confirmed: …).",
		Example: "  ownwords check content/stories/my-story.md\n  ownwords check --since main",
		RunE: func(cmd *cobra.Command, files []string) error {
			if !slices.Contains([]string{"text", "json", "github", "sarif"}, format) {
				return fmt.Errorf("--format %q isn't known; use text, json, github or sarif", format)
			}
			for _, f := range files {
				if _, err := os.Stat(f); err != nil {
					if _, err := os.Stat(filepath.Join(env.Site, f)); err != nil {
						return fmt.Errorf("there is no file %s here or in the site's folder", f)
					}
				}
			}
			c, err := env.check(cmd.Context(), at, ref)
			if c == nil {
				return err
			}
			narrow(c.report, env.Site, files)
			if err := c.print(env, format); err != nil {
				return err
			}
			if err != nil {
				return err
			}
			return worst(c.report)
		},
	}
	siteFlag(cmd, env)
	atFlag(cmd, &at)
	cmd.Flags().StringVar(&format, "format", "text", "how to print: `text|json|github|sarif`")
	cmd.Flags().StringVar(&ref, "since", "", "find what became wider since this git `revision`, such as main")
	return cmd
}

// checked is what a check found out.
type checked struct {
	report *report.Report
	lib    *read.Library
	day    consent.Day
	// ref and changes are what --since asked for; changes is nil without it.
	ref     string
	changes *since.Result
}

// check reads and builds without publishing. When the error is
// generator.ErrUnproved there is something to print all the same.
func (env *environment) check(ctx context.Context, at, ref string) (*checked, error) {
	day, now, err := env.moment(at)
	if err != nil {
		return nil, err
	}
	c := &checked{ref: ref}
	progress := startProgress(env.Stderr, false)
	rep, err := generator.Build(ctx, generator.Options{Site: env.Site, At: day, Now: now, DryRun: true, Progress: progress.step,
		Inspect: func(lib *read.Library, day consent.Day) []report.Problem {
			c.lib, c.day = lib, day
			return advise.Advise(lib, env.Site, day)
		}})
	progress.done()
	if err != nil && !errors.Is(err, generator.ErrUnproved) {
		return nil, err
	}
	c.report = rep
	if ref != "" {
		changes, err := since.Compare(ctx, c.lib, ref, c.day)
		if err != nil {
			return nil, err
		}
		c.changes = changes
		rep.Problems = append(rep.Problems, changes.Problems...)
		rep.Sort()
	}
	return c, err
}

func (c *checked) print(env *environment, format string) error {
	switch format {
	case "json":
		return writeReport("-", c.report, env.Stdout)
	case "sarif":
		return writeSARIF(env.Stdout, c.public(), env.Site)
	case "github":
		return writeGitHub(env.Stdout, c, env.Site)
	}
	p := printer{w: env.Stdout, site: env.Site, colour: colourful(env.Stdout)}
	if c.changes != nil {
		p.changes(c)
	}
	p.leftOut(c.report)
	p.takenOut(c.report)
	p.hidden(c.report).problems(c.report.Problems)
	fmt.Fprintf(env.Stdout, "\n%s.\n", counts(c.report))
	return nil
}

func counts(rep *report.Report) string {
	return count(rep.Count(report.Error), "mistake", "mistakes") + ", " + count(rep.Count(report.Warning), "warning", "warnings") + ", " +
		count(rep.Count(report.Advice), "piece of advice", "pieces of advice")
}

// changes tells what readers will see otherwise than at the revision.
func (p printer) changes(c *checked) {
	fmt.Fprintf(p.w, "%s:\n", p.bold("Since "+c.ref))
	if len(c.changes.Seen) == 0 && len(c.changes.Gone) == 0 {
		fmt.Fprintln(p.w, "  Readers see the same as before.")
	}
	for _, s := range c.changes.Seen {
		fmt.Fprintf(p.w, "  - readers will see %s: %s (%s)\n", s.How, s.ID, s.Title)
	}
	for _, id := range c.changes.Gone {
		fmt.Fprintf(p.w, "  - readers no longer see: %s\n", id)
	}
}

var personID = regexp.MustCompile(`people/[a-z0-9-]+`)

// public is the report as it may be shown where anyone can read it, such as
// beside a pull request: when the people's records lie outside the site, no
// person's reason is told (spec, "The command").
func (c *checked) public() *report.Report {
	if !c.lib.Site.PeopleOutside {
		return c.report
	}
	rep := *c.report
	rep.Problems, rep.LeftOut, rep.TakenOut = nil, nil, nil
	told := false
	for _, p := range c.report.Problems {
		if strings.HasPrefix(p.File, c.lib.Site.PeopleDir+"/") {
			if p.Severity == report.Error && !told {
				told = true
				rep.Problems = append(rep.Problems, report.Problem{Code: "people", Severity: report.Error, File: "site.yaml",
					Message: "Something in the people's records, which lie outside this repository, has to be mended.", Help: "A keeper sees what it is with “ownwords check”, where the records are."})
			}
			continue
		}
		if personID.MatchString(p.Message) || strings.HasPrefix(p.Code, "trace-") {
			p.Help = "A keeper sees who it is, and how to mend it, with “ownwords check”, where the people's records are."
		}
		p.Message, p.Help = personID.ReplaceAllString(p.Message, "somebody"), personID.ReplaceAllString(p.Help, "somebody")
		rep.Problems = append(rep.Problems, p)
	}
	for _, l := range c.report.LeftOut {
		if l.Kind == string(read.PersonKind) {
			continue
		}
		if strings.HasPrefix(l.BecauseOf, "people/") || l.Reason == "other-person" {
			l.Reason, l.BecauseOf, l.Since = "person", "", ""
		}
		rep.LeftOut = append(rep.LeftOut, l)
	}
	for _, t := range c.report.TakenOut {
		if t.Person != "" {
			t.Person, t.Reason = "", "person"
		}
		rep.TakenOut = append(rep.TakenOut, t)
	}
	return &rep
}

// narrow keeps what concerns the named files, given as paths from here or from the site's folder.
func narrow(rep *report.Report, site string, files []string) {
	if len(files) == 0 {
		return
	}
	var names []string // inside the site's folder
	for _, f := range files {
		names = append(names, filepath.ToSlash(filepath.Clean(f)))
		if rel, ok := inside(site, f); ok {
			names = append(names, rel)
		}
	}
	wanted := func(file string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return n == file || strings.HasPrefix(file, n+"/") })
	}
	ids := func(id string) bool {
		return slices.ContainsFunc(names, func(n string) bool {
			n = strings.TrimSuffix(strings.TrimSuffix(n, ".md"), "/index")
			return n == "content/"+id || n == "content/pages/"+id
		})
	}
	rep.Problems = slices.DeleteFunc(rep.Problems, func(p report.Problem) bool { return !wanted(p.File) })
	rep.LeftOut = slices.DeleteFunc(rep.LeftOut, func(l report.LeftOut) bool { return !wanted(l.File) })
	rep.TakenOut = slices.DeleteFunc(rep.TakenOut, func(t report.TakenOut) bool { return !ids(t.In) })
}

// inside returns a file's path from a folder, with forward slashes; ok is false
// when it lies elsewhere.
func inside(dir, file string) (rel string, ok bool) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	if file, err = filepath.Abs(file); err != nil {
		return "", false
	}
	rel, err = filepath.Rel(absolute, file)
	return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel)
}
