// Package generator builds a site: it is the road that README.md in this
// folder draws, and Build reads as its whole story.
package generator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"ownwords/generator/audit"
	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/publish"
	"ownwords/generator/read"
	"ownwords/generator/render"
	"ownwords/generator/report"
	"ownwords/generator/weave"
)

// Options say what to build.
type Options struct {
	// Site is the folder with site.yaml.
	Site string
	// Out is the output folder; "" means public/ in the site's folder.
	Out string
	// At is the civil day to decide for. When it is nil, it is the day of Now
	// in the site's time zone.
	At  *consent.Day
	Now time.Time
	// URL stands in place of site.yaml's.
	URL string
	// Drafts publishes drafts too.
	Drafts bool
	// DryRun goes the whole road, proof included, and publishes nothing.
	DryRun bool
	// Inspect, when set, is shown what was read and the day; what it finds joins
	// the report's problems and changes nothing else.
	Inspect func(lib *read.Library, day consent.Day) []report.Problem
	// Progress, when set, is told which step begins.
	Progress func(step string)
	// Program tells programs apart that make different bytes of the same site.
	// When it is set, what a build found is kept in .ownwords/, and the next one
	// makes and proves anew only what changed.
	Program string
}

// ErrUnproved is the error when the proof can't be made clean: a trace of
// something withheld stands in the output and nobody's text explains it.
// Nothing was published.
var ErrUnproved = errors.New("a trace of something withheld stands in the finished site, and no single text explains it; nothing was published")

// Unusable reports whether an error means that a site, a theme or an output
// folder can't be used at all (spec, exit code 2), and tells its problems.
func Unusable(err error) ([]report.Problem, bool) {
	var site *read.Unusable
	var theme *render.Unusable
	var out *publish.Refused
	switch {
	case errors.As(err, &site):
		return site.Problems, true
	case errors.As(err, &theme):
		return []report.Problem{theme.Problem}, true
	case errors.As(err, &out):
		return []report.Problem{{Code: "output-refused", Severity: report.Error, Message: out.Error()}}, true
	}
	return nil, false
}

// Build reads a site, decides for one day what may be shown, lays it out,
// renders it, proves on the finished files that nothing withheld is in them,
// and publishes it whole or not at all. What the proof quarantines is withheld
// in another round; the number of items can only shrink, so the rounds end.
//
// The report tells what was published, left out and taken out, and what to
// mend. An error for which Unusable holds, or ErrUnproved, or ctx's, means that
// nothing was published and the old output stands.
func Build(ctx context.Context, o Options) (*report.Report, error) {
	step := o.Progress
	if step == nil {
		step = func(string) {}
	}
	step("read")
	warm := openWarmth(o)
	spool, err := markdown.NewSpool(spoolDir(warm))
	if err != nil {
		return nil, err
	}
	defer spool.Close()
	reading := read.Options{Dir: o.Site, URL: o.URL, Spool: spool}
	if warm != nil {
		reading.Cache = warm.cache
		defer warm.discard()
	}
	ready := readiness{done: func() {}}
	reading.Meanwhile = func(site *read.Site) { ready.prepare(site, o) }
	lib, err := read.Read(ctx, reading)
	defer ready.done()
	if err = cmp.Or(err, ready.err); err != nil {
		return nil, err
	}
	reading.Meanwhile = nil // not in another round
	site, theme, stage := lib.Site, ready.theme, ready.stage
	rendering := render.Options{Theme: theme, Sink: stage, CacheDir: filepath.Join(o.Site, ".ownwords"), Files: site.Files, Program: o.Program}
	if warm != nil {
		warm.stage, rendering.Memory = stage, warm
	}
	day := consent.DayOf(o.Now, site.Zone)
	if o.At != nil {
		day = *o.At
	}
	rep := &report.Report{At: day.String(), LeftOut: []report.LeftOut{}, TakenOut: []report.TakenOut{}}
	mistakes := lib.Problems // of the reading that counts
	if o.Inspect != nil {
		rep.Problems = o.Inspect(lib, day)
	}
	quarantine := map[string]bool{}
	var packing sync.WaitGroup
	defer packing.Wait()
	anew := func() (*report.Report, error) { // a file changed while the site was built
		ready.done()
		warm.forget()
		return Build(ctx, o)
	}
	for {
		if warm != nil {
			warm.again()
		}
		if lib == nil {
			step("read")
			reading.Cache = warm.readBack()
			if lib, err = read.Read(ctx, reading); err != nil {
				return nil, err
			}
			if !reflect.DeepEqual(lib.Site, site) {
				return anew()
			}
			mistakes = lib.Problems
		}
		step("decide")
		decided := gate.Decide(lib, day, gate.Options{Drafts: o.Drafts, Quarantine: quarantine})
		rep.GoodUntil = decided.Cleared.GoodUntil()
		rendering.Site = weave.Weave(decided.Cleared, theme.Word)
		step("render")
		stage.Again()
		if warm != nil {
			packing.Go(warm.packReading)
			if !warm.built {
				// What was read is most of what a first build has in memory, and nobody will ask
				// for it but another round, which gets it back from what is kept of it.
				lib = nil
			}
		}
		output, err := render.Render(ctx, rendering)
		if err != nil {
			return nil, err
		}
		if err := stage.Settle(); err != nil {
			return nil, err
		}
		step("prove")
		in := audit.Input{Dir: stage.Dir(), Files: auditFiles(output.Files), Withheld: decided.Withheld,
			URL: site.URL, Base: site.Base, TextsOf: decided.Cleared.Texts, Own: ownWords(o.Site, theme), OwnFiles: ownFiles(o.Site, site), SourceOf: sourceOf(o.Site, rendering.Site.Contents()), Keep: kept(site.Keep)}
		if warm != nil {
			in.Unchanged = warm.unchanged(in)
		}
		proof, err := audit.Audit(ctx, in)
		if err != nil {
			return nil, err
		}
		if err := spool.Err(); err != nil {
			return nil, fmt.Errorf("texts of the site couldn't be read back from the disk, so nothing was published: %w", err)
		}
		packing.Wait()
		if warm != nil {
			warm.proof(proof)
			if warm.cache.Spoiled() {
				return anew()
			}
		}
		rep.Problems = append(rep.Problems, proof.Problems...)
		if len(proof.Quarantine) > 0 {
			for _, id := range proof.Quarantine {
				quarantine[id] = true
			}
			continue
		}
		if proof.Unattributed {
			rep.Problems = append(rep.Problems, mistakes...)
			rep.Sort()
			return rep, ErrUnproved
		}
		conclude(rep, decided, output, len(stage.Files()))
		break
	}
	if !o.DryRun {
		step("publish")
		if warm != nil {
			files := stage.Files()
			packing.Go(func() { warm.pack(files) })
		}
		err := stage.Publish()
		packing.Wait()
		if err != nil {
			return nil, err
		}
		if warm != nil {
			warm.save()
		}
	}
	rep.Problems = slices.Concat(rep.Problems, mistakes, stage.Problems())
	rep.Sort()
	return rep, nil
}

// readiness is what a build needs besides what it reads: the theme, and the
// staging folder, of which done removes what is left.
type readiness struct {
	theme *render.Theme
	stage *publish.Stage
	done  func()
	err   error
}

// prepare fills it in, or tells why it can't.
func (r *readiness) prepare(site *read.Site, o Options) {
	if r.theme, r.err = render.LoadTheme(o.Site, site.Theme, site.Language); r.err != nil {
		return
	}
	stage, done, err := begin(site, o)
	if r.err = err; err == nil {
		r.stage, r.done = stage, done
	}
}

// begin makes the staging folder: beside the output, or for a dry run in a
// temporary folder. done removes what is left of it.
func begin(site *read.Site, o Options) (stage *publish.Stage, done func(), err error) {
	out, remove := outOf(o), func() {}
	if o.DryRun {
		tmp, err := os.MkdirTemp("", "ownwords-")
		if err != nil {
			return nil, nil, err
		}
		out, remove = filepath.Join(tmp, "public"), func() { os.RemoveAll(tmp) }
	}
	people := filepath.FromSlash(site.PeopleDir)
	if !filepath.IsAbs(people) {
		people = filepath.Join(o.Site, people)
	}
	stage, err = publish.Begin(publish.Place{Out: out, Site: o.Site, Sources: []string{filepath.Join(o.Site, "content"), filepath.Join(o.Site, "themes"), filepath.Join(o.Site, ".ownwords"), people}, Keep: site.Keep})
	if err != nil {
		remove()
		return nil, nil, err
	}
	return stage, func() { stage.Abandon(); remove() }, nil
}

// outOf returns the output folder.
func outOf(o Options) string {
	if o.Out == "" {
		return filepath.Join(o.Site, "public")
	}
	return o.Out
}

// spoolDir is where the words of texts are kept during a build.
func spoolDir(w *warmth) string {
	if w != nil {
		return w.dir
	}
	return os.TempDir()
}

// sourceOf finds an item's source file, so that the proof can say on which line a trace stands.
func sourceOf(dir string, items []*gate.Content) func(item string) (string, []byte) {
	files := make(map[string]string, len(items))
	for _, c := range items {
		files[c.ID] = c.File
	}
	return func(item string) (string, []byte) {
		name := filepath.FromSlash(files[item])
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		data, err := os.ReadFile(name)
		if err != nil { // the problem then names the item's page
			return files[item], nil
		}
		return files[item], data
	}
}

// kept tells the proof which files in the stage a build doesn't make: those
// that site.yaml keeps, and the list by which an older tree is known.
func kept(names []string) func(string) bool {
	return func(path string) bool {
		first, _, _ := strings.Cut(path, "/")
		return path == publish.ManifestName || slices.Contains(names, first)
	}
}

func auditFiles(files []render.File) []audit.File {
	out := make([]audit.File, len(files))
	for i, f := range files {
		out[i] = audit.File(f)
	}
	return out
}

// ownWords are the texts that no item carries: site.yaml and the theme.
func ownWords(dir string, theme *render.Theme) map[string]string {
	words := maps.Clone(theme.Sources())
	if data, err := os.ReadFile(filepath.Join(dir, "site.yaml")); err == nil {
		words["site.yaml"] = string(data)
	}
	return words
}

// ownFiles are the sources, inside the site's folder, of the files that site.yaml puts in place.
func ownFiles(dir string, site *read.Site) map[string]string {
	sources := make(map[string]string, len(site.Files))
	for place, from := range site.Files {
		if rel, err := filepath.Rel(dir, from); err == nil {
			from = filepath.ToSlash(rel)
		}
		sources[place] = from
	}
	return sources
}

// conclude fills in what the last round decided and made.
func conclude(rep *report.Report, decided *gate.Outcome, output *render.Output, files int) {
	c := decided.Cleared
	rep.Published = report.Published{Stories: len(c.Stories()), Notes: len(c.Notes()), Pages: len(c.Pages()), People: len(c.Profiles()), Media: output.Media, Files: files}
	rep.LeftOut = slices.Concat(rep.LeftOut, decided.LeftOut)
	rep.TakenOut = slices.Concat(rep.TakenOut, decided.TakenOut)
	rep.Problems = append(rep.Problems, output.Problems...)
}
