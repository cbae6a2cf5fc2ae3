package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"ownwords/generator/advise"
	"ownwords/generator/consent"
	"ownwords/generator/scaffold"
)

func initCommand(env *environment) *cobra.Command {
	var at, zone string
	s := scaffold.Site{Words: advise.DefaultWords}
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Make a new site",
		Long: "init makes a new site in a folder that is empty or isn't there yet: site.yaml, an example of each kind of\n" +
			"content, pages, and what your code host needs to check offers and to publish. It builds at once.",
		Example: "  ownwords init my-site --title “Our Words” --timezone Europe/London",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("“init” takes one folder, such as “ownwords init my-site”")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			fixed, now, err := env.moment(at)
			if err != nil {
				return err
			}
			if s.Zone, err = time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
				return fmt.Errorf("--timezone %q isn't a time zone that is known. Write it as Europe/London or Africa/Nairobi", zone)
			}
			s.Today = consent.DayOf(now, s.Zone)
			if fixed != nil {
				s.Today = *fixed
			}
			names, err := scaffold.Init(args[0], s)
			if err != nil {
				return err
			}
			fmt.Fprintf(env.Stdout, "A new site is in %s (%s).\n\nNext:\n", args[0], count(len(names), "file", "files"))
			steps := []string{
				"cd " + args[0],
				"ownwords build                  makes the site in public/; “ownwords serve” shows it",
				"Open site.yaml: the title, the address, the time zone, how to reach you.",
				"ownwords new story my-story     begins a story",
				"Read README.md: how to put it online, and where people's records are safe.",
			}
			if s.Program == "" && s.Host != "none" {
				steps[4] += " It also says\n     where to write the address of the program's repository for your code host."
			}
			for i, step := range steps {
				fmt.Fprintf(env.Stdout, "  %d. %s\n", i+1, step)
			}
			return nil
		},
	}
	atFlag(cmd, &at)
	cmd.Flags().StringVar(&s.Title, "title", "In Our Own Words", "the site's `name`")
	cmd.Flags().StringVar(&s.URL, "url", "https://stories.example.org/", "the site's `address`")
	cmd.Flags().StringVar(&zone, "timezone", "Europe/London", "the time `zone` in which days begin")
	cmd.Flags().StringVar(&s.Language, "language", "en-GB", "the site's language as a BCP 47 `tag`")
	cmd.Flags().StringVar(&s.Host, "host", "github", "whose workflows to write: `github|gitlab|forgejo|none`")
	cmd.Flags().StringVar(&s.Program, "program", "", "the `address` of the repository that workflows build the program from")
	cmd.Flags().StringVar(&s.Version, "program-version", "main", "the `branch` or tag of it")
	return cmd
}

// textOf reads the text that --text names.
func textOf(env *environment, name string) (string, error) {
	if name == "-" {
		data, err := io.ReadAll(env.Stdin)
		return string(data), err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return "", fmt.Errorf("--text: the file %s can't be read", name)
	}
	return string(data), nil
}
