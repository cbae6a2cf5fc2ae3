package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ownwords/generator/importing"
	"ownwords/generator/read"
	"ownwords/generator/report"
	"ownwords/generator/scaffold"
)

func importCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Bring in what you have: pasted notes, documents, exports",
		Long: "import turns notes and exports into files in content/, all of them drafts. It says what it guessed and\n" +
			"which people it seems to recognise; you decide about each of them before you take “draft: true” away.\n" +
			"No word is lost or changed, nobody becomes named, and nothing is overwritten.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(importNote(env), importExport(env))
	return cmd
}

func importNote(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "note FILE…",
		Short:   "Turn pasted text, a .docx, HTML or Markdown into notes",
		Example: "  ownwords import note minutes.txt",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("“import note” takes one or more files, such as “ownwords import note minutes.txt”")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			i, err := env.importer(cmd.Context())
			if err != nil {
				return err
			}
			defer i.root.Close()
			for _, name := range args {
				data, err := readSource(name, importing.MaxDocument)
				var r *importing.Result
				if err == nil {
					r, err = importing.Note(filepath.Base(name), data, i.options)
				}
				if err != nil {
					i.failed(name, err)
					continue
				}
				i.write(name, r)
			}
			return i.done()
		},
	}
	siteFlag(cmd, env)
	return cmd
}

func importExport(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "wxr FILE",
		Short:   "Turn a WordPress or Squarespace export into notes and pages",
		Example: "  ownwords import wxr export.xml",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("“import wxr” takes one file, such as “ownwords import wxr export.xml”")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			i, err := env.importer(cmd.Context())
			if err != nil {
				return err
			}
			defer i.root.Close()
			data, err := readSource(args[0], importing.MaxExport)
			var e *importing.Export
			if err == nil {
				e, err = importing.WXR(filepath.Base(args[0]), data, i.options)
			}
			if err != nil {
				i.failed(args[0], err)
				return i.done()
			}
			for _, r := range e.Results {
				i.write(args[0], r)
			}
			printer{w: env.Stdout}.problems(e.Problems)
			if len(e.Attachments) > 0 {
				fmt.Fprintf(env.Stdout, "\n%s named in the export. Nothing is fetched from the web; download what you need, and put it beside the text that shows it:\n",
					count(len(e.Attachments), "picture or file is", "pictures and files are"))
				for _, m := range e.Attachments {
					fmt.Fprintf(env.Stdout, "  %s  from %s\n", m.Name, m.From)
				}
			}
			return i.done()
		},
	}
	siteFlag(cmd, env)
	return cmd
}

// readSource reads a file of at most limit bytes.
func readSource(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, errors.New("the file isn't there, or can't be read")
	case info.IsDir():
		return nil, errors.New("this is a folder; name the files in it")
	case info.Size() > limit:
		return nil, fmt.Errorf("the file is larger than %d MB", limit>>20)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, errors.New("the file can't be read")
	}
	return data, nil
}

// importer writes what was imported into a site.
type importer struct {
	out, errs io.Writer
	root      *os.Root // the site's folder
	options   importing.Options
	written   []string
	unwritten int
	wrong     bool // words differ
}

func (env *environment) importer(ctx context.Context) (*importer, error) {
	lib, err := read.Read(ctx, read.Options{Dir: env.Site})
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(env.Site)
	if err != nil {
		return nil, err
	}
	i := &importer{out: env.Stdout, errs: env.Stderr, root: root}
	for _, c := range lib.Cells {
		i.options.Cells = append(i.options.Cells, importing.Cell{ID: c.Slug, Title: c.Title.S})
	}
	for _, p := range lib.People {
		k := importing.Known{ID: p.Slug, Name: p.Name.S}
		for _, t := range p.KnownAs {
			k.KnownAs = append(k.KnownAs, t.S)
		}
		i.options.People = append(i.options.People, k)
	}
	return i, nil
}

func (i *importer) failed(name string, err error) {
	i.unwritten++
	fmt.Fprintf(i.errs, "%s: %v\n", name, err)
}

// write writes one result and tells what was guessed.
func (i *importer) write(source string, r *importing.Result) {
	base := path.Join("content", string(r.Folder), r.Slug)
	for _, taken := range []string{base + ".md", base} {
		if _, err := i.root.Lstat(filepath.FromSlash(taken)); err == nil {
			i.failed(source, &scaffold.Refused{Message: "there is " + taken + " already, so “" + r.Title + "” wasn't written.", Help: "Rename or remove that file first."})
			return
		}
	}
	name, files := base+".md", []importing.MediaFile{}
	for _, m := range r.Media {
		if m.Data != nil {
			files = append(files, m)
		}
	}
	if len(files) > 0 {
		name = base + "/index.md"
	}
	if err := i.put(name, r.Markdown); err != nil {
		i.failed(source, err)
		return
	}
	for _, m := range files {
		if err := i.put(path.Join(base, m.Name), m.Data); err != nil {
			i.failed(source, err)
		}
	}
	i.written = append(i.written, name)
	i.tell(name, r)
}

// put writes a file that isn't there yet, inside the site.
func (i *importer) put(name string, data []byte) error {
	if err := i.root.MkdirAll(filepath.FromSlash(path.Dir(name)), 0o755); err != nil {
		return fmt.Errorf("the folder of %s can't be made", name)
	}
	f, err := i.root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("%s can't be written", name)
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return fmt.Errorf("%s can't be written", name)
	}
	return f.Close()
}

// tell prints what was guessed, whom the text seems to name, and what to mend.
func (i *importer) tell(name string, r *importing.Result) {
	fmt.Fprintf(i.out, "\nWritten: %s\n", name)
	if len(r.Guesses) > 0 {
		fmt.Fprintln(i.out, "  Guessed; look at what isn't sure:")
	}
	for _, g := range r.Guesses {
		line := fmt.Sprintf("  - %s: %s (%s", g.Field, short(g.Value, 60), g.Sure)
		if g.Words != "" && g.Words != g.Value {
			line += ", from “" + short(g.Words, 60) + "”"
		}
		if g.Line > 0 {
			line += " in line " + strconv.Itoa(g.Line)
		}
		line += ")"
		if g.Why != "" {
			line += ": " + g.Why
		}
		fmt.Fprintln(i.out, line)
	}
	if len(r.People) > 0 {
		fmt.Fprintln(i.out, "  People whom the text seems to name. Decide about each: ask them and write [@id], or take the name out:")
	}
	for _, p := range r.People {
		who := p.Name
		if p.ID != "" {
			who += " (people/" + p.ID + ")"
		}
		line := "  - " + who
		if p.Because != "" {
			line += ": " + p.Because
		}
		if len(p.Lines) > 0 {
			var at []string
			for _, l := range p.Lines[:min(len(p.Lines), 8)] {
				at = append(at, strconv.Itoa(l))
			}
			line += "; " + cmp.Or(map[bool]string{true: "line "}[len(at) == 1], "lines ") + strings.Join(at, ", ")
		}
		fmt.Fprintln(i.out, line)
	}
	for _, m := range r.Media {
		if m.Data == nil {
			fmt.Fprintf(i.out, "  The text shows a picture, %s, which isn't in the source. Put it beside the text, or take its line out.\n", m.Name)
		}
	}
	if slices.ContainsFunc(r.Problems, func(p report.Problem) bool { return p.Severity == report.Error }) {
		i.wrong = true
	}
	printer{w: i.out}.problems(r.Problems)
}

func short(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// done sums up, and chooses the exit code.
func (i *importer) done() error {
	if len(i.written) > 0 {
		fmt.Fprintf(i.out, "\n%s written as drafts, so nothing of it is on the site yet. For each: complete the lines at its head,\ndecide about the people, take “draft: true” away, and run “ownwords check”.\n", count(len(i.written), "file was", "files were"))
	}
	if i.unwritten > 0 || i.wrong {
		return exit{exitProblems}
	}
	return nil
}
