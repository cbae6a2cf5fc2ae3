// Package keeper is what a keeper does with consents: see who agreed to what
// and until when, renew, withdraw, forget, and hand out a receipt (spec, "The
// command", `ownwords consent`). It is a room beside the road: it reads a
// site, asks the gate, and changes one file at a time.
//
//   - [Keeper.List], [Keeper.Upcoming] and [Keeper.Show] only look.
//   - [Keeper.Renew], [Keeper.Withdraw] and [Keeper.Forget] plan a change and
//     tell what it would do to the site; nothing is written until Apply.
//   - [Keeper.Receipt] makes a page for the person.
//
// What is printed names people and stories by their IDs and never quotes a
// story, so that it can be shown on any screen. Errors of type [Refusal] are
// meant for the keeper.
package keeper

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// Refusal says why a command did nothing, and what to do instead.
type Refusal struct{ Message, Help string }

func (r *Refusal) Error() string { return strings.TrimSpace(r.Message + "\n" + r.Help) }

// Keeper answers for one site on one day.
type Keeper struct {
	lib *read.Library
	day consent.Day
	// now is the gate's decision for the day; made when first needed.
	now *gate.Outcome
	// verdicts are the gate's answers about every story.
	verdicts map[string]gate.Verdict
	// depend lists the stories in which a person or story has a say, by its ID.
	depend map[string][]string
}

// New returns a keeper of what was read, for one day in the site's time zone.
func New(lib *read.Library, day consent.Day) *Keeper {
	k := &Keeper{lib: lib, day: day, verdicts: gate.Verdicts(lib, day, nil), depend: map[string][]string{}}
	for _, s := range lib.Stories {
		for _, id := range append(gate.PeopleIn(s), s.ID, "stories/"+s.TranslationOf.S) {
			k.depend[id] = append(k.depend[id], s.ID)
		}
	}
	return k
}

func (k *Keeper) outcome() *gate.Outcome {
	if k.now == nil {
		k.now = gate.Decide(k.lib, k.day, gate.Options{})
	}
	return k.now
}

func (k *Keeper) terms() consent.Terms { return k.lib.Site.Terms }

// target is the person or story that an ID names; one of the two is nil.
type target struct {
	person *read.Person
	story  *read.Story
}

func (t target) item() *read.Item {
	if t.person != nil {
		return &t.person.Item
	}
	return &t.story.Item
}

func (t target) id() string { return t.item().ID }

func (t target) kind() read.Kind { return t.item().Kind }

func (t target) consent() *read.Consent {
	if t.person != nil {
		return t.person.Consent
	}
	return t.story.Consent
}

func (t target) draft() bool {
	if t.person != nil {
		return t.person.Draft.V
	}
	return t.story.Draft.V
}

// record is the consent as the gate sees it: a file with a mistake has an unreadable one.
func (t target) record() *consent.Record {
	if t.item().Broken || t.person != nil && t.draft() {
		return &consent.Record{Unreadable: true}
	}
	if c := t.consent(); c != nil {
		return c.Record
	}
	return nil
}

// targets lists everyone and every story, in the order of their IDs.
func (k *Keeper) targets() []target {
	var all []target
	for _, p := range k.lib.People {
		all = append(all, target{person: p})
	}
	for _, s := range k.lib.Stories {
		all = append(all, target{story: s})
	}
	slices.SortStableFunc(all, func(a, b target) int { return strings.Compare(a.id(), b.id()) })
	return all
}

// find resolves an ID: `amina` is a person, else a story; `people/amina` and
// `stories/library` say which. Slashes around it and a path of a file are
// understood too.
func (k *Keeper) find(id string) (target, error) {
	asked := id
	id = strings.TrimSuffix(strings.TrimSuffix(strings.Trim(strings.TrimSpace(id), "/"), ".md"), "/index")
	id = strings.TrimPrefix(id, "content/")
	if rest, ok := strings.CutPrefix(id, k.lib.Site.PeopleDir+"/"); ok {
		id = "people/" + rest
	}
	var found []target
	bare := !strings.Contains(id, "/")
	for _, t := range k.targets() {
		if t.id() == id || bare && t.id() == "people/"+id {
			found = append(found, t)
		}
	}
	if len(found) == 0 && bare {
		for _, t := range k.targets() {
			if t.id() == "stories/"+id {
				found = append(found, t)
			}
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 {
		return target{}, &Refusal{"Two files are for “" + id + "”: " + found[0].item().File + " and " + found[1].item().File + ". Neither is published.",
			"Rename or remove one of them first."}
	}
	return target{}, k.unknown(asked, id, bare)
}

// unknown says that an ID names nobody, and what may have been meant.
func (k *Keeper) unknown(asked, id string, bare bool) error {
	r := &Refusal{Message: "There is nobody and no story called “" + asked + "”.", Help: "“ownwords consent list” shows every ID."}
	if folder, _, nested := strings.Cut(id, "/"); nested && folder != "people" && folder != "stories" {
		r.Message = "“" + asked + "” has no consent of its own; only people and stories have one."
		return r
	}
	for _, s := range k.lib.Stories {
		if slices.ContainsFunc(s.Was, func(t read.Text) bool { return "stories/"+t.S == id || bare && t.S == id }) {
			r.Message = "“" + asked + "” is now called “" + s.ID + "”."
			r.Help = "Use that ID."
			return r
		}
	}
	var known []string
	for _, t := range k.targets() {
		name := t.id()
		if bare {
			name = t.item().Slug
		}
		known = append(known, name)
	}
	if near := report.DidYouMean(id, known); near != "" {
		r.Message += " Did you mean “" + near + "”?"
	}
	return r
}

// with returns the library as it would be read with another consent in one file.
func (k *Keeper) with(t target, c *read.Consent) *read.Library {
	lib := *k.lib
	if t.person != nil {
		changed := *t.person
		changed.Consent = c
		lib.People = slices.Clone(lib.People)
		lib.People[slices.Index(lib.People, t.person)] = &changed
	} else {
		changed := *t.story
		changed.Consent = c
		lib.Stories = slices.Clone(lib.Stories)
		lib.Stories[slices.Index(lib.Stories, t.story)] = &changed
	}
	return &lib
}

// fallWith lists the stories that would fall if a consent ended today.
func (k *Keeper) fallWith(t target) []string {
	c := t.consent()
	if c == nil || c.Record == nil || c.Record.Given == nil {
		return nil
	}
	ended := *c
	record := *c.Record
	on := max(k.day, *record.Given)
	record.Withdrawn = &on
	ended.Record = &record
	mayFall := map[string]bool{}
	k.reach(t.id(), mayFall)
	var ids []string
	for id, then := range gate.Verdicts(k.with(t, &ended), k.day, mayFall) {
		if k.verdicts[id].Reason == consent.Holds && then.Reason != consent.Holds {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// reach gathers the stories in which a person or story has a say, and their translations.
func (k *Keeper) reach(id string, stories map[string]bool) {
	for _, s := range k.depend[id] {
		if !stories[s] {
			stories[s] = true
			k.reach(s, stories)
		}
	}
}

// printer writes lines and remembers the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// list writes items one to a line, indented.
func (p *printer) list(items []string) {
	for _, i := range items {
		p.line("  - %s", i)
	}
}
