package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"ownwords/generator"
	"ownwords/generator/report"
)

func buildCommand(env *environment) *cobra.Command {
	var out, at, url, reportFile string
	var drafts, strict, quiet bool
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Make the site",
		Long: "build makes the site into public/, whole or not at all. It leaves out whoever's consent doesn't hold\n" +
			"today, reads its own finished files again to prove it, and prints what was published, what was left\n" +
			"out and why, what to mend, and until when this output is right.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer collectSeldom()()
			day, now, err := env.moment(at)
			if err != nil {
				return err
			}
			p := printer{w: env.Stdout, site: env.Site, colour: colourful(env.Stdout)}
			progress := startProgress(env.Stderr, quiet)
			rep, err := generator.Build(cmd.Context(), generator.Options{Site: env.Site, Out: out, At: day, Now: now, URL: url, Drafts: drafts, Progress: progress.step, Program: program()})
			progress.done()
			if err != nil && !errors.Is(err, generator.ErrUnproved) {
				return err
			}
			if reportFile != "" {
				if err := writeReport(reportFile, rep, env.Stdout); err != nil {
					return err
				}
			}
			if !quiet {
				p.summary(rep, err == nil)
				if err == nil {
					fmt.Fprintf(env.Stdout, "The site is in %s. “ownwords serve” shows it on this computer.\n", cmp.Or(out, filepath.Join(env.Site, "public")))
				}
			}
			if err != nil {
				if quiet {
					printer{w: env.Stderr, site: env.Site}.problems(rep.Problems)
				}
				return err
			}
			if strict {
				return worst(rep)
			}
			return nil
		},
	}
	siteFlag(cmd, env)
	atFlag(cmd, &at)
	cmd.Flags().StringVar(&out, "out", "", "the output `folder` (default public in the site's folder)")
	cmd.Flags().BoolVar(&drafts, "drafts", false, "publish drafts too")
	cmd.Flags().StringVar(&url, "url", "", "the site's `address`, in place of the one in site.yaml")
	cmd.Flags().StringVar(&reportFile, "report", "", "write the report as JSON to this `file`")
	cmd.Flags().BoolVar(&strict, "strict", false, "end with exit code 1 when something was left out because of a mistake")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "print nothing")
	return cmd
}

// writeReport writes the report object as JSON to a file, or to stdout for "-".
func writeReport(file string, rep *report.Report, stdout io.Writer) error {
	data, err := json.MarshalIndent(rep, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if file == "-" {
		_, err = stdout.Write(data)
		return err
	}
	return os.WriteFile(file, data, 0o644)
}

// program tells this program apart from every other, so that a build takes
// nothing over that another one made; "" when that can't be known.
func program() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
