package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"ownwords/generator/read"
	"ownwords/generator/schema"
)

func schemaCommand(env *environment) *cobra.Command {
	var cms string
	cmd := &cobra.Command{
		Use:   "schema DIR",
		Short: "Write JSON Schemas of every front matter and of site.yaml, for editors",
		Long: "schema writes a JSON Schema for site.yaml and for each kind of content into DIR, so that editors complete\n" +
			"and explain the keys. With --cms it also writes a configuration for Decap CMS, with a form for each kind.\n" +
			"Both come from what the program itself reads; make them again after an update.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 || len(args) == 0 && cms == "" {
				return errors.New("“schema” takes one folder, such as “ownwords schema schemas”")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				files, err := schema.Files()
				if err != nil {
					return err
				}
				for _, name := range slices.Sorted(maps.Keys(files)) {
					if err := env.writeInto(args[0], name, files[name]); err != nil {
						return err
					}
				}
			}
			if cms == "" {
				return nil
			}
			lib, err := read.Read(cmd.Context(), read.Options{Dir: env.Site})
			if err != nil {
				return err
			}
			data, err := schema.Decap(lib.Site)
			if err != nil {
				return err
			}
			return env.writeInto(cms, "config.yml", data)
		},
	}
	siteFlag(cmd, env)
	cmd.Flags().Lookup("site").Usage = "the site's `folder`, for --cms"
	cmd.Flags().StringVar(&cms, "cms", "", "also write config.yml for Decap CMS into this `folder`")
	return cmd
}

// writeInto writes a file that was made before, or wasn't there, and says so.
func (env *environment) writeInto(dir, name string, data []byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the folder %s can't be made", dir)
	}
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return fmt.Errorf("%s can't be written", file)
	}
	_, err := fmt.Fprintf(env.Stdout, "Written: %s\n", filepath.ToSlash(file))
	return err
}
