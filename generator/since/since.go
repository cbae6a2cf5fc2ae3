// Package since finds what became wider between a git revision and now: where
// somebody would be visible longer, in more places, or with less looking for
// traces of them, than they had agreed to then (spec, "The command", check
// --since). Whatever became stricter passes. It runs the git command and reads
// both trees with generator/read.
package since

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// Result is what changed.
type Result struct {
	// Problems are the consents that became wider without anybody's
	// confirmation in the same change; each is an error.
	Problems []report.Problem
	// Changes are the files of content that differ.
	Changes []Change
	// Seen are the items that readers will see and that are new, came back or
	// changed; Gone are the IDs of those that they no longer see.
	Seen []Seen
	Gone []string
}

// Seen is an item that readers will see.
type Seen struct {
	ID, Title, File string
	// How is new (it wasn't on the site), or changed.
	How string
}

// Compare compares a site's folder with a revision of it. The error is an
// *Unable when there is nothing to compare with, or ctx's.
func Compare(ctx context.Context, now *read.Library, ref string, day consent.Day) (*Result, error) {
	h, err := open(ctx, now.Site.Dir, ref)
	if err != nil {
		return nil, err
	}
	tmp, err := os.MkdirTemp("", "ownwords-since-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	old, err := h.before(ctx, tmp)
	if err != nil {
		return nil, err
	}
	inCommit, err := h.confirmedInCommit(ctx)
	if err != nil {
		return nil, err
	}
	r := &Result{}
	if old == nil { // the site itself is new
		old = &read.Library{Site: now.Site}
	}
	there := filepath.Join(tmp, filepath.FromSlash(h.prefix))
	if r.Changes, err = h.changes(ctx, filepath.Join(there, "content"), filepath.Join(now.Site.Dir, "content"), "content"); err != nil {
		return nil, err
	}
	if dir := now.Site.PeopleDir; !strings.HasPrefix(dir+"/", "content/") && !filepath.IsAbs(filepath.FromSlash(dir)) && old.Site.PeopleDir == dir {
		more, err := h.changes(ctx, filepath.Join(there, filepath.FromSlash(dir)), filepath.Join(now.Site.Dir, filepath.FromSlash(dir)), dir)
		if err != nil {
			return nil, err
		}
		r.Changes = append(r.Changes, more...)
	}
	c := &comparison{old: old, now: now, inCommit: inCommit, match: match(old, now, r.Changes)}
	c.compare()
	r.Problems = c.problems
	r.seen(old, now, day)
	return r, nil
}

// seen tells what readers will see that is new or changed, by asking the gate
// about both trees on the same day.
func (r *Result) seen(old, now *read.Library, day consent.Day) {
	before, after := cleared(old, day), cleared(now, day)
	touched := func(file string) bool {
		dir, _ := strings.CutSuffix(file, "index.md")
		return slices.ContainsFunc(r.Changes, func(c Change) bool {
			return c.File == file || dir != file && strings.HasPrefix(c.File, dir)
		})
	}
	was := map[string]bool{}
	for _, s := range before {
		was[s.ID] = true
	}
	is := map[string]bool{}
	for _, s := range after {
		is[s.ID] = true
		switch {
		case !was[s.ID]:
			s.How = "new"
		case touched(s.File):
			s.How = "changed"
		default:
			continue
		}
		r.Seen = append(r.Seen, s)
	}
	for _, s := range before {
		if !is[s.ID] {
			r.Gone = append(r.Gone, s.ID)
		}
	}
	slices.Sort(r.Gone)
}

// cleared lists what is on the site on a day.
func cleared(lib *read.Library, day consent.Day) []Seen {
	c := gate.Decide(lib, day, gate.Options{}).Cleared
	var list []Seen
	add := func(content *gate.Content) {
		list = append(list, Seen{ID: content.ID, Title: content.Title, File: content.File})
	}
	for _, x := range c.Stories() {
		add(&x.Content)
	}
	for _, x := range c.Notes() {
		add(&x.Content)
	}
	for _, x := range c.Cells() {
		add(&x.Content)
	}
	for _, x := range c.Changes() {
		add(&x.Content)
	}
	for _, x := range c.Pages() {
		add(&x.Content)
	}
	for _, x := range c.Profiles() {
		add(&x.Content)
		list[len(list)-1].Title = x.Name
	}
	return list
}
