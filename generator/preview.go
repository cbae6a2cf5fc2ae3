package generator

import (
	"cmp"
	"context"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ownwords/generator/audit"
	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
	"ownwords/generator/render"
	"ownwords/generator/report"
	"ownwords/generator/weave"
)

// PreviewOptions say which site to show while it is being written.
type PreviewOptions struct {
	// Site is the folder with site.yaml.
	Site string
	// At is the civil day to decide for. When it is nil, it is always the day
	// of Now in the site's time zone: at midnight the site changes.
	At  *consent.Day
	Now func() time.Time
	// Drafts shows drafts too.
	Drafts bool
}

// Preview is a site in memory, for looking at it while it is written. It goes
// the same road as Build and writes nothing. What was read stays until it
// changes; everything is decided and laid out anew after each change; a file of
// the site is made when it is asked for, and proved before it is handed out.
//
// What can't be used keeps its last good form: a template or a theme the last
// theme that could be used, site.yaml the last one without a mistake. Consent is
// decided anew all the same, from the people's and stories' files as they are
// now and with the limits and the time zone of that last good site.yaml, so that
// nobody who may not be shown stays because of somebody's slip. Without content/
// nothing can be decided, and nothing is handed out.
//
// Its methods may be called from many goroutines.
type Preview struct {
	o     PreviewOptions
	shelf *render.Shelf
	at    atomic.Pointer[consent.Day]
	state atomic.Pointer[snapshot]

	mu     sync.Mutex // held while the site is made anew
	cache  read.Cache
	memory gate.Memory
	lib    *read.Library
	site   *read.Site // the last good one
	theme  *render.Theme
	// themeFor names what the theme was loaded for: its name and the language.
	themeFor [2]string
	// unusable are the problems of what is shown in its last good form.
	unusableSite, unusableTheme []report.Problem
	quarantine                  map[string]bool
	traces                      []report.Problem // why items are in quarantine
	versions                    uint64
}

// snapshot is the site as it is shown until the next change.
type snapshot struct {
	version uint64
	site    *read.Site
	day     consent.Day
	// down, when set, says why nothing can be shown.
	down       []report.Problem
	quarantine map[string]bool
	decided    *gate.Outcome
	press      *render.Press
	prover     *audit.Prover
	told       []report.Problem // by everything but the proof

	mu sync.Mutex
	// proved holds the files that were found clean and can't change, and the
	// problems of all files that were looked at.
	proved map[string]bool
	faults map[string][]report.Problem
}

// OpenPreview reads a site and lays it out. The error is one for which Unusable
// holds, or ctx's.
func OpenPreview(ctx context.Context, o PreviewOptions) (*Preview, error) {
	p := &Preview{o: o, shelf: render.NewShelf(filepath.Join(o.Site, ".ownwords"))}
	p.at.Store(o.At)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.read(ctx); err != nil {
		return nil, err
	}
	if err := p.loadTheme(ctx); err != nil {
		return nil, err
	}
	return p, p.show(ctx)
}

// Update makes the site anew after changes to files and folders, given by their
// paths on disk; without paths, everything may have changed. It reports whether
// there is something new to be seen. Mistakes are no error: Report tells them.
// The error is ctx's.
func (p *Preview) Update(ctx context.Context, changed ...string) (anew bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was, shown := p.lib, p.state.Load()
	unusableSite, unusableTheme, theme := p.unusableSite, p.unusableTheme, p.theme
	p.cache.Changed(changed...)
	p.unusableSite = nil
	err = p.read(ctx)
	if problems, unusable := Unusable(err); unusable {
		p.unusableSite = problems
		err = p.readWith(ctx, p.site)
	}
	if problems, unusable := Unusable(err); unusable {
		anew = !reflect.DeepEqual(shown.down, problems)
		p.takeDown(problems)
		return anew, nil
	}
	if err != nil {
		return false, err
	}
	if p.themeMayDiffer(changed) {
		p.unusableTheme = nil
		err := p.loadTheme(ctx)
		if problems, unusable := Unusable(err); unusable {
			p.unusableTheme = problems
		} else if err != nil {
			return false, err
		}
	}
	anew = shown.down != nil || p.cache.Renewed() || theme.Fingerprint != p.theme.Fingerprint || !sameAround(was, p.lib) ||
		!slices.Equal(unusableSite, p.unusableSite) || !slices.Equal(unusableTheme, p.unusableTheme) || p.isOwnFile(changed)
	if !anew {
		return false, nil
	}
	return true, p.show(ctx)
}

// sameAround reports whether all is the same that two readings found beside the content files.
func sameAround(a, b *read.Library) bool {
	return reflect.DeepEqual(a.Site, b.Site) && reflect.DeepEqual(a.Forgotten, b.Forgotten) && slices.Equal(a.Problems, b.Problems)
}

// isOwnFile reports whether one of the paths is a file that site.yaml lists under `files`.
func (p *Preview) isOwnFile(changed []string) bool {
	for _, name := range p.site.Files {
		if slices.Contains(changed, name) {
			return true
		}
	}
	return false
}

// SetDay shows the site as of another day, or for nil as of the day it was opened for.
func (p *Preview) SetDay(ctx context.Context, day *consent.Day) error {
	if day == nil {
		day = p.o.At
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at.Store(day)
	if p.state.Load().down != nil {
		return nil
	}
	return p.show(ctx)
}

// KeepTime makes the site anew if the day it is shown for has passed, and
// reports whether it had. Whatever is asked for is right without it; it is for
// telling those who look at a page already.
func (p *Preview) KeepTime(ctx context.Context) (passed bool, err error) {
	before := p.Version()
	s, err := p.now(ctx)
	return err == nil && s.version != before, err
}

func (p *Preview) read(ctx context.Context) error { return p.readWith(ctx, nil) }

// readWith reads the site's files, with a site.yaml that was read before when it is given.
func (p *Preview) readWith(ctx context.Context, site *read.Site) error {
	lib, err := read.Read(ctx, read.Options{Dir: p.o.Site, Cache: &p.cache, Site: site})
	if err != nil {
		return err
	}
	p.lib, p.site = lib, lib.Site
	return nil
}

// themeMayDiffer reports whether the theme must be loaded again.
func (p *Preview) themeMayDiffer(changed []string) bool {
	themes := filepath.Join(p.o.Site, "themes")
	return len(changed) == 0 || p.themeFor != [2]string{p.site.Theme, p.site.Language} ||
		slices.ContainsFunc(changed, func(name string) bool {
			rel, err := filepath.Rel(themes, name)
			return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
		})
}

// loadTheme loads the theme and takes it if a page of each kind can be made with it.
func (p *Preview) loadTheme(ctx context.Context) error {
	theme, err := render.LoadTheme(p.o.Site, p.site.Theme, p.site.Language)
	if err != nil {
		return err
	}
	wanted := [2]string{p.site.Theme, p.site.Language}
	if p.theme != nil && p.theme.Fingerprint == theme.Fingerprint && p.themeFor == wanted {
		return nil
	}
	_, site := p.decide(p.day(), theme)
	press, err := render.Prepare(ctx, p.rendering(site, theme), render.BareShelf())
	if err == nil {
		err = press.Try()
	}
	if err == nil {
		p.theme, p.themeFor = theme, wanted
	}
	return err
}

func (p *Preview) rendering(site *weave.Site, theme *render.Theme) render.Options {
	return render.Options{Site: site, Theme: theme, Files: p.site.Files}
}

// day returns the day to decide for.
func (p *Preview) day() consent.Day {
	if at := p.at.Load(); at != nil {
		return *at
	}
	return consent.DayOf(p.o.Now(), p.site.Zone)
}

func (p *Preview) decide(day consent.Day, theme *render.Theme) (*gate.Outcome, *weave.Site) {
	decided := gate.Decide(p.lib, day, gate.Options{Drafts: p.o.Drafts, Quarantine: p.quarantine, Memory: &p.memory})
	return decided, weave.Weave(decided.Cleared, theme.Word)
}

// show makes the site anew from what was read, with nothing in quarantine.
func (p *Preview) show(ctx context.Context) error {
	p.quarantine, p.traces = map[string]bool{}, nil
	return p.remake(ctx)
}

// remake makes the site anew from what was read. The lock is held.
func (p *Preview) remake(ctx context.Context) error {
	day := p.day()
	decided, site := p.decide(day, p.theme)
	press, err := render.Prepare(ctx, p.rendering(site, p.theme), p.shelf)
	if problems, unusable := Unusable(err); unusable {
		p.takeDown(slices.Concat(p.unusableTheme, problems))
		return nil
	}
	if err != nil {
		return err
	}
	var last *audit.Prover
	if before := p.state.Load(); before != nil {
		last = before.prover
	}
	source := sync.OnceValue(func() func(string) (string, []byte) { return sourceOf(p.o.Site, site.Contents()) })
	prover, err := audit.Prepare(ctx, audit.Input{Withheld: decided.Withheld, URL: p.site.URL, Base: p.site.Base,
		TextsOf: decided.Cleared.Texts, SourceOf: func(item string) (string, []byte) { return source()(item) }, Own: ownWords(p.o.Site, p.theme), OwnFiles: ownFiles(p.o.Site, p.lib.Site)}, pressed{press}, last)
	if err != nil {
		return err
	}
	p.put(&snapshot{site: p.site, day: day, quarantine: p.quarantine, decided: decided, press: press, prover: prover,
		told: slices.Concat(p.lib.Problems, p.unusableSite, p.unusableTheme, p.traces, prover.Problems())})
	return nil
}

// takeDown shows nothing but why. The lock is held.
func (p *Preview) takeDown(problems []report.Problem) {
	p.put(&snapshot{site: p.site, day: p.day(), down: problems, told: problems})
}

func (p *Preview) put(s *snapshot) {
	p.versions++
	s.version, s.proved, s.faults = p.versions, map[string]bool{}, map[string][]report.Problem{}
	p.state.Store(s)
}

// pressed is how the proof sees a press.
type pressed struct{ *render.Press }

func (p pressed) Read(path string) ([]byte, error) {
	_, data, found, err := p.File(path)
	if err == nil && !found {
		err = os.ErrNotExist
	}
	return data, err
}

// onDisk returns the path on disk of a file as problems tell it.
func onDisk(dir, file string) string {
	if name := filepath.FromSlash(file); filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, filepath.FromSlash(file))
}

// Answer is what a preview hands out for a path.
type Answer struct {
	// Data is the file's content; nil when there is none to be shown.
	Data []byte
	// Problems say why the file can't be shown; they are for the person who writes the site.
	Problems []report.Problem
	// Version tells states of the site apart.
	Version uint64
}

// File makes the file at a path in the output, such as stories/library/index.html,
// and proves it. A file that carries a trace is never handed out: the item that
// brought it is withheld, and the site is made again without it. The error is ctx's.
func (p *Preview) File(ctx context.Context, path string) (*Answer, error) {
	for {
		s, err := p.now(ctx)
		if err != nil {
			return nil, err
		}
		a := &Answer{Version: s.version, Problems: s.down}
		if s.down != nil {
			return a, nil
		}
		f, data, found, err := s.press.File(path)
		if problems, unusable := Unusable(err); unusable {
			s.tell(path, problems)
			a.Problems = problems
			return a, nil
		}
		if err != nil {
			a.Problems = []report.Problem{{Code: "unreadable-file", Severity: report.Error, File: "site.yaml",
				Message: "A file that site.yaml names for " + path + " can't be read.", Help: "Check that it is there and that its permissions allow reading."}}
			s.tell(path, a.Problems)
			return a, nil
		}
		if !found {
			return a, nil
		}
		clean, problems, err := p.prove(ctx, s, audit.File(f), data)
		if err != nil {
			return nil, err
		}
		switch {
		case p.state.Load() != s: // something changed meanwhile
			continue
		case !clean:
			a.Problems = problems
			return a, nil
		}
		a.Data = data
		return a, nil
	}
}

// prove reports whether a file may be handed out. When items have to be
// withheld because of it, the site is made again.
func (p *Preview) prove(ctx context.Context, s *snapshot, f audit.File, data []byte) (clean bool, problems []report.Problem, err error) {
	if s.wasProved(f.Path) {
		return true, nil, nil
	}
	result, err := s.prover.Check(ctx, f, data)
	if err != nil {
		return false, nil, err
	}
	s.tell(f.Path, result.Problems)
	if s.newlyWithheld(result.Quarantine) {
		return false, result.Problems, p.withhold(ctx, s, result)
	}
	if result.Unattributed || len(result.Quarantine) > 0 {
		return false, result.Problems, nil
	}
	s.setProved(f.Path)
	return true, nil, nil
}

// newlyWithheld reports whether some of the items are still shown.
func (s *snapshot) newlyWithheld(items []string) bool {
	return slices.ContainsFunc(items, func(id string) bool { return !s.quarantine[id] })
}

// withhold puts items into quarantine and makes the site again.
func (p *Preview) withhold(ctx context.Context, s *snapshot, result *audit.Result) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.Load() != s {
		return nil
	}
	p.quarantine = maps.Clone(p.quarantine)
	for _, id := range result.Quarantine {
		p.quarantine[id] = true
	}
	p.traces = append(p.traces, result.Problems...)
	return p.remake(ctx)
}

// now returns the site as it is to be shown at this moment: after midnight it
// is made anew before anything else is handed out.
func (p *Preview) now(ctx context.Context) (*snapshot, error) {
	s := p.state.Load()
	if p.at.Load() != nil || s.down != nil || consent.DayOf(p.o.Now(), s.site.Zone) == s.day {
		return s, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.Load() == s {
		if err := p.show(ctx); err != nil {
			return nil, err
		}
	}
	return p.state.Load(), nil
}

// isFixed reports whether a file's bytes follow from its name.
func isFixed(path string) bool {
	return strings.HasPrefix(path, "media/") || strings.HasPrefix(path, "assets/")
}

func (s *snapshot) wasProved(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return isFixed(path) && s.proved[path]
}

func (s *snapshot) setProved(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proved[path] = true
}

func (s *snapshot) tell(path string, problems []report.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[path] = problems
}

// Report tells what is shown and left out now, and what to mend as far as it is
// known: what the proof finds is known for the files that were asked for. It
// doesn't tell until when the site is right, since it changes by itself.
func (p *Preview) Report() *report.Report {
	s := p.state.Load()
	rep := &report.Report{At: s.day.String(), LeftOut: []report.LeftOut{}, TakenOut: []report.TakenOut{}, Problems: slices.Clone(s.told)}
	if s.down == nil {
		c := s.decided.Cleared
		rep.Published = report.Published{Stories: len(c.Stories()), Notes: len(c.Notes()), Pages: len(c.Pages()), People: len(c.Profiles())}
		rep.LeftOut, rep.TakenOut = slices.Clone(s.decided.LeftOut), slices.Clone(s.decided.TakenOut)
		rep.Problems = append(rep.Problems, s.press.Problems()...)
	}
	s.mu.Lock()
	for _, problems := range s.faults {
		rep.Problems = append(rep.Problems, problems...)
	}
	s.mu.Unlock()
	rep.Sort()
	return rep
}

// Version tells states of the site apart; it grows with each.
func (p *Preview) Version() uint64 { return p.state.Load().version }

// Base is the path that the site's addresses begin with; it begins and ends with a slash.
func (p *Preview) Base() string { return p.state.Load().site.Base }

// Day returns the day for which the site is shown, and whether SetDay moved it there.
func (p *Preview) Day() (day consent.Day, moved bool) {
	return p.state.Load().day, p.at.Load() != p.o.At
}

// DayEnds returns the instant at which the present day is over in the site's
// time zone; ok is false when the site is shown for a fixed day.
func (p *Preview) DayEnds() (end time.Time, ok bool) {
	if p.at.Load() != nil {
		return time.Time{}, false
	}
	zone, now := p.state.Load().site.Zone, p.o.Now()
	day := consent.DayOf(now, zone)
	year, month, date := (day + 1).Date()
	end = time.Date(year, month, date, 0, 0, 0, 0, zone)
	for consent.DayOf(end, zone) <= day { // where clocks go forward at midnight
		end = end.Add(time.Minute)
	}
	return end, true
}

// Pages lists the pages, as paths in the output, of the items whose files are
// among the given paths on disk.
func (p *Preview) Pages(changed []string) []string {
	s := p.state.Load()
	if s.down != nil {
		return nil
	}
	wanted := map[string]bool{}
	for _, name := range changed {
		wanted[filepath.Clean(name)] = true
	}
	var pages []string
	for _, c := range s.press.Site().Contents() {
		if wanted[onDisk(p.o.Site, c.File)] {
			pages = append(pages, c.ID+"/index.html")
		}
	}
	return pages
}

// Watch lists what to watch for changes: folders with everything in them, and
// folders of which only the given files matter to the site.
type Watch struct {
	Trees []string
	Files []string
}

// Watch returns what to watch for changes now.
func (p *Preview) Watch() Watch {
	site := p.state.Load().site
	w := Watch{Trees: []string{filepath.Join(p.o.Site, "content"), filepath.Join(p.o.Site, "themes")}, Files: []string{filepath.Join(p.o.Site, "site.yaml")}}
	if people := onDisk(p.o.Site, site.PeopleDir); filepath.Dir(people) != w.Trees[0] {
		w.Trees = append(w.Trees, people)
	}
	for _, name := range site.Files {
		w.Files = append(w.Files, name)
	}
	slices.SortFunc(w.Files, cmp.Compare)
	return w
}
