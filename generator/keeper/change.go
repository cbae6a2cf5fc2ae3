package keeper

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// Edit is one key of a consent that changes.
type Edit struct {
	Key string
	// Before is empty when the key is new.
	Before string
	After  string
}

// Change is a planned change of one consent: what will stand in the file, and
// what that does to the site. Nothing is written before Apply.
type Change struct {
	ID   string
	File string
	// At is the day for which the effect was worked out.
	At     string
	Edits  []Edit
	Effect Difference
	// Notes are what the keeper should know besides.
	Notes []string

	path          string
	before, after []byte
	proof         func(now []byte) error
	next          string
}

// Difference is what changes on the site from the next build on.
type Difference struct {
	// Leave and Come list stories, and the pages of people, by their IDs.
	Leave []string
	Come  []string
	// TakenOut and PutBack happen inside items that are on the site before and after.
	TakenOut []report.TakenOut
	PutBack  []report.TakenOut
	// UsesLost and UsesGained are those of stories that are on the site before and after.
	UsesLost   []StoryUse
	UsesGained []StoryUse
}

// StoryUse is a use of a story that stays.
type StoryUse struct {
	ID  string
	Use consent.Use
}

// IsEmpty reports whether the site stays as it is.
func (d *Difference) IsEmpty() bool {
	return len(d.Leave)+len(d.Come)+len(d.TakenOut)+len(d.PutBack)+len(d.UsesLost)+len(d.UsesGained) == 0
}

// difference compares what the gate decides before and after a change.
func difference(before, after *gate.Outcome) Difference {
	d := Difference{Leave: []string{}, Come: []string{}, TakenOut: []report.TakenOut{}, PutBack: []report.TakenOut{}, UsesLost: []StoryUse{}, UsesGained: []StoryUse{}}
	shown := func(o *gate.Outcome) map[string]bool {
		ids := map[string]bool{}
		for _, s := range o.Cleared.Stories() {
			ids[s.ID] = true
		}
		for _, p := range o.Cleared.Profiles() {
			ids[p.ID] = true
		}
		return ids
	}
	was, is := shown(before), shown(after)
	without := func(list, other map[string]bool) []string {
		ids := []string{}
		for id := range list {
			if !other[id] {
				ids = append(ids, id)
			}
		}
		slices.Sort(ids)
		return ids
	}
	d.Leave, d.Come = without(was, is), without(is, was)
	moved := func(id string) bool { return was[id] != is[id] }
	count := func(list []report.TakenOut) map[report.TakenOut]int {
		n := map[report.TakenOut]int{}
		for _, t := range list {
			n[absence(t)]++
		}
		return n
	}
	had, has := count(before.TakenOut), count(after.TakenOut)
	more := func(a, b map[report.TakenOut]int, list []report.TakenOut) []report.TakenOut {
		out := []report.TakenOut{}
		done := map[report.TakenOut]bool{}
		for _, t := range list {
			key := absence(t)
			if !moved(t.In) && a[key] > b[key] && !done[key] {
				done[key] = true
				out = append(out, t)
			}
		}
		slices.SortFunc(out, func(x, y report.TakenOut) int {
			return cmp.Or(cmp.Compare(x.In, y.In), cmp.Compare(x.What, y.What), cmp.Compare(x.Person, y.Person))
		})
		return out
	}
	d.TakenOut, d.PutBack = more(has, had, after.TakenOut), more(had, has, before.TakenOut)
	uses := func(o *gate.Outcome) map[StoryUse]bool {
		set := map[StoryUse]bool{}
		for _, s := range o.Cleared.Stories() {
			for u, on := range map[consent.Use]bool{consent.Feeds: s.Feed != "none", consent.Search: s.MaySearch, consent.Social: s.MaySocial, consent.Quotes: s.MayQuote} {
				if on && !moved(s.ID) {
					set[StoryUse{s.ID, u}] = true
				}
			}
		}
		return set
	}
	usesBefore, usesAfter := uses(before), uses(after)
	d.UsesLost, d.UsesGained = missingIn(usesBefore, usesAfter), missingIn(usesAfter, usesBefore)
	return d
}

// absence is what is absent, whatever the reason: another reason for the same
// absence, or somebody else in the same picture, changes nothing on the site.
func absence(t report.TakenOut) report.TakenOut {
	t.Reason = ""
	if t.What == "image" || t.What == "recording" {
		t.Person = ""
	}
	return t
}

func missingIn(list, other map[StoryUse]bool) []StoryUse {
	out := []StoryUse{}
	for u := range list {
		if !other[u] {
			out = append(out, u)
		}
	}
	slices.SortFunc(out, func(a, b StoryUse) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Use, b.Use))
	})
	return out
}

// fallenStories lists the stories among the items that leave.
func (d *Difference) fallenStories() []string {
	return slices.DeleteFunc(slices.Clone(d.Leave), func(id string) bool { return !strings.HasPrefix(id, "stories/") })
}

func (d *Difference) write(p *printer) {
	if d.IsEmpty() {
		p.line("  Nothing changes on the site for this day.")
		return
	}
	if n := d.fallenStories(); len(n) > 0 {
		p.line("  %s the site: %s", number(len(n), "story leaves", "stories leave"), strings.Join(n, ", "))
	}
	for _, id := range d.Leave {
		if strings.HasPrefix(id, "people/") {
			p.line("  The page %s/ leaves the site.", id)
		}
	}
	for _, id := range d.Come {
		p.line("  %s comes to the site.", id)
	}
	what := map[string]string{"mention": "the name", "quote": "a quotation", "passage": "a passage", "attendance": "the name in the list of those who attended",
		"image": "a picture", "recording": "a recording"}
	for _, t := range d.TakenOut {
		p.line("  %s: %s is taken out.", t.In, cmp.Or(what[t.What], t.What))
	}
	for _, t := range d.PutBack {
		p.line("  %s: %s comes back.", t.In, cmp.Or(what[t.What], t.What))
	}
	for _, u := range d.UsesLost {
		p.line("  %s: no longer for %s (%s).", u.ID, u.Use, words[u.Use].keeper)
	}
	for _, u := range d.UsesGained {
		p.line("  %s: now for %s (%s).", u.ID, u.Use, words[u.Use].keeper)
	}
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// WriteText tells the plan for people.
func (c *Change) WriteText(w io.Writer) error {
	p := &printer{w: w}
	p.line("%s (%s)", c.ID, c.File)
	for _, e := range c.Edits {
		if e.Before == "" {
			p.line("  %s: %s (new)", e.Key, e.After)
		} else {
			p.line("  %s: %s, until now %s", e.Key, e.After, e.Before)
		}
	}
	p.line("")
	p.line("On the site, from the next build on (worked out for %s):", c.At)
	c.Effect.write(p)
	for _, n := range c.Notes {
		p.line("")
		p.line("%s", n)
	}
	return p.err
}

// WriteNext tells, after Apply, what to do next.
func (c *Change) WriteNext(w io.Writer) error {
	p := &printer{w: w}
	p.line("")
	p.line("Written, and read back to be sure.")
	p.line("%s", c.next)
	return p.err
}

// Apply writes the planned change: whole or not at all. It reads the file again
// afterwards, and puts the old one back if it doesn't say what was meant.
func (c *Change) Apply() error {
	return replaceProved(c.path, c.before, c.after, c.proof)
}

// plan prepares an edit of a target's file. check proves that what was read
// back says what was meant.
func (k *Keeper) plan(t target, edit func([]byte) ([]byte, error), check func(*read.Consent) bool) (*Change, error) {
	item := t.item()
	c := &Change{ID: item.ID, File: item.File, At: k.day.String(), Edits: []Edit{}, Notes: []string{}, path: onDisk(k.lib.Site, item.File)}
	var err error
	if c.before, err = os.ReadFile(c.path); err != nil {
		return nil, &Refusal{"The file " + item.File + " can't be read.", "Check that it's still there and that its permissions allow reading."}
	}
	byHand := &Refusal{"The consent in " + item.File + " is written in a way that this command can't change safely, so nothing was written.",
		"Change it by hand in the file; “ownwords check” then says whether it reads well."}
	if c.after, err = edit(c.before); err != nil {
		return nil, byHand
	}
	c.proof = func(now []byte) error {
		got, _, _ := read.ConsentOf(item.Kind, item.File, now)
		if !bytes.Equal(now, c.after) || got == nil || !check(got) {
			return byHand
		}
		return nil
	}
	if err := c.proof(c.after); err != nil {
		return nil, err
	}
	changed, _, _ := read.ConsentOf(item.Kind, item.File, c.after)
	c.Effect = difference(k.outcome(), gate.Decide(k.with(t, changed), k.day, gate.Options{}))
	return c, nil
}

// readable refuses a target whose consent can't be read, with what to mend.
func (k *Keeper) readable(t target) error {
	if t.consent() == nil {
		return &Refusal{"There is no consent in " + t.item().File + ".", "Write it down there first: “consent: {given: …, until: …, for: […]}”."}
	}
	if r := t.record(); !r.Unreadable {
		return nil
	}
	return &Refusal{"The record in " + t.item().File + " can't be read, so nothing of it is on the site.", k.mistakes(t)}
}

// mistakes lists what keeps a target's file from being read.
func (k *Keeper) mistakes(t target) string {
	var told []string
	for _, p := range k.lib.Problems {
		if p.File == t.item().File && p.Severity == report.Error {
			told = append(told, strings.TrimSpace(fmt.Sprintf("%s:%d:%d: %s %s", p.File, p.Line, p.Column, p.Message, p.Help)))
		}
	}
	switch {
	case len(told) > 0:
		return "Mend this first:\n" + strings.Join(told, "\n")
	case t.draft():
		return "It is a draft; take “draft: true” away first."
	}
	return "“ownwords check” says what is wrong."
}

// Renew plans that a consent is given anew on the day, until a last whole day.
// confirmed says who confirmed it with the person, and must be given. Uses
// stay as they are. An earlier withdrawal or pause stays in the record and is
// lifted by the later `given` (spec, "When a consent holds").
func (k *Keeper) Renew(id string, until consent.Day, confirmed string) (*Change, error) {
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	if err := k.readable(t); err != nil {
		return nil, err
	}
	r, terms := t.consent().Record, k.terms()
	confirmed = strings.Join(strings.Fields(confirmed), " ")
	if refusal := k.refuseRenewal(t, until, confirmed); refusal != nil {
		return nil, refusal
	}
	given := setting{key: "given", value: k.day.String()}
	last := setting{key: "until", value: until.String(), after: "given"}
	who := setting{key: "confirmed", value: confirmed}
	gaveWay := !r.Lasts.IsZero() && r.Until == nil
	edit := func(source []byte) ([]byte, error) {
		if gaveWay {
			var err error
			if source, err = renameKey(source, "lasts", last); err != nil {
				return nil, err
			}
		}
		return setKeys(source, []setting{given, last, who})
	}
	want := *r
	want.Given, want.Until, want.Confirmed = &k.day, &until, confirmed
	if gaveWay {
		want.Lasts = consent.Duration{}
	}
	c, err := k.plan(t, edit, func(got *read.Consent) bool { return sameRecord(got.Record, &want) })
	if err != nil {
		return nil, err
	}
	c.Edits = []Edit{{"given", dayWords(r.Given), given.value}, {"until", dayWords(r.Until), last.value}, {"confirmed", r.Confirmed, confirmed}}
	if gaveWay {
		c.Edits[1].Before = "lasts: " + r.Lasts.String()
	}
	if end, _ := want.LastDay(terms); end < until {
		c.Notes = append(c.Notes, "It ends on "+end.String()+" all the same: the next day they come of age, and are asked afresh.")
	}
	if was, ok := r.LastDay(terms); ok && until < was {
		c.Notes = append(c.Notes, "This is shorter than before: it would have lasted until "+was.String()+".")
	}
	for _, lifted := range []struct {
		key string
		on  *consent.Day
	}{{"withdrawn", r.Withdrawn}, {"paused", r.Paused}} {
		if lifted.on != nil {
			c.Notes = append(c.Notes, "The line “"+lifted.key+": "+lifted.on.String()+"” stays: the later “given” lifts it. In feeds, what comes back is a new item.")
		}
	}
	if t.story != nil {
		if v := gate.Verdicts(k.with(t, &read.Consent{Record: &want}), k.day, map[string]bool{t.id(): true})[t.id()]; v.Reason != consent.Holds {
			because := why(v.Reason, "")
			if v.BecauseOf != "" {
				because += ", because of " + v.BecauseOf
			}
			c.Notes = append(c.Notes, "The story stays off the site for another reason: "+because+". "+mend(v.Reason))
		}
	}
	c.next = "Next: “ownwords consent receipt " + c.ID + "” makes a page to give them. Commit the file, and say in the message who confirmed it."
	return c, nil
}

// refuseRenewal finds what would keep a renewal from holding.
func (k *Keeper) refuseRenewal(t target, until consent.Day, confirmed string) error {
	r, terms := t.consent().Record, k.terms()
	longest := k.day.Add(terms.AtMost)
	switch {
	case confirmed == "":
		return &Refusal{"A renewal needs the words of who confirmed it with the person.", "Add for example --confirmed \"Ben spoke with her on " + k.day.String() + "\"."}
	case !isWords(confirmed):
		return &Refusal{"The words after --confirmed hold a character that can't be shown.", "Type them again."}
	case strings.Contains(confirmed, "[@") || strings.Contains(confirmed, "](@"):
		return &Refusal{"People can't be mentioned with @ in the words after --confirmed.", "Write who confirmed it in plain words."}
	case confirmed == r.Confirmed:
		return &Refusal{"The words after --confirmed are those that already stand in the record.", "Say who confirmed it this time, and when."}
	case until < k.day:
		return &Refusal{"The last day, " + until.String() + ", is over already (today is " + k.day.String() + ").", "Choose a later day."}
	case until > longest:
		return &Refusal{"No consent on this site runs longer than " + terms.AtMost.String() + ", so the last day can't be " + until.String() + ".",
			"The latest that can be agreed to today is " + longest.String() + "."}
	case r.Withdrawn != nil && k.day <= *r.Withdrawn:
		return sameDay(t, "withdrawn", *r.Withdrawn)
	case r.Paused != nil && k.day <= *r.Paused:
		return sameDay(t, "paused", *r.Paused)
	case r.GivenBy != "" && r.GivenBy != consent.Self && r.AdultOn != nil && k.day >= *r.AdultOn:
		return &Refusal{"They came of age on " + r.AdultOn.String() + ", so a guardian's consent can't be renewed.",
			"Ask them alone. If they say yes, write “given_by: self” in " + t.item().File + ", take “adult_on” away, and run this again."}
	case !r.Lasts.IsZero() && r.Until != nil && k.day.Add(r.Lasts) < until:
		return &Refusal{"The record has “lasts: " + r.Lasts.String() + "” too, which would end it on " + k.day.Add(r.Lasts).String() + ", before the day you asked for.",
			"Take that line out of " + t.item().File + ", or choose an earlier day."}
	}
	return nil
}

func sameDay(t target, key string, on consent.Day) error {
	return &Refusal{"The record says “" + key + ": " + on.String() + "”, and only a consent given on a later day lifts that.",
		"Renew it from " + (on + 1).String() + " on. If the line was written by mistake, take it out of " + t.item().File + " by hand."}
}

// Withdraw plans that a consent ends on the day. A consent that was to begin
// later is withdrawn as of that beginning, so that it never does.
func (k *Keeper) Withdraw(id string) (*Change, error) {
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	old := t.consent()
	if old == nil {
		return nil, k.nothingToWithdraw(t)
	}
	r := old.Record
	if !r.Unreadable && r.Withdrawn != nil && *r.Given <= *r.Withdrawn {
		return nil, &Refusal{"It is withdrawn already, since " + r.Withdrawn.String() + ".", "There is nothing to do. If it is still to be seen online, build and publish the site again."}
	}
	on := k.day
	if !r.Unreadable && r.Given != nil {
		on = max(on, *r.Given)
	}
	withdrawn := setting{key: "withdrawn", value: on.String()}
	want := *r
	want.Withdrawn = &on
	c, err := k.plan(t, func(source []byte) ([]byte, error) { return setKeys(source, []setting{withdrawn}) }, func(got *read.Consent) bool {
		if r.Unreadable { // it stays unreadable by another mistake, and this stands there for when that is mended
			return got.Withdrawn.Set && got.Withdrawn.Day == on
		}
		return sameRecord(got.Record, &want)
	})
	if err != nil {
		if r.Unreadable {
			return nil, &Refusal{"The record in " + t.item().File + " can't be read, so nothing of it is on the site; but the withdrawal couldn't be written into it.",
				k.mistakes(t) + "\nThen run this again, so that mending it doesn't bring it back."}
		}
		return nil, err
	}
	c.Edits = []Edit{{"withdrawn", dayWords(r.Withdrawn), withdrawn.value}}
	if old.Withdrawn.Set && r.Unreadable {
		c.Edits[0].Before = old.Withdrawn.Day.String()
	}
	if t.record().Unreadable && !t.draft() {
		c.Notes = append(c.Notes, "The record has a mistake, so nothing of it was on the site before either. The withdrawal stands there for when it is mended. "+k.mistakes(t))
	}
	if on > k.day {
		c.Notes = append(c.Notes, "The consent was to begin on "+on.String()+"; withdrawn as of that day, it never does.")
	}
	if t.person != nil && !t.record().Unreadable {
		c.Notes = append(c.Notes, "From now on each build looks for their names too. A page in which one stands in plain words is left out, and the build says where.")
	}
	c.Notes = append(c.Notes, cannotCallBack)
	c.next = "Next: run “ownwords build”, publish, and look at the site to be sure. Commit the file."
	return c, nil
}

// cannotCallBack is told whenever something leaves.
const cannotCallBack = `What can't be called back:
  - copies that feed readers and e-mail programs keep; the feeds tell them to drop theirs, and not all do
  - what search engines and web archives have stored; they drop it when they next come by, or when asked
  - what somebody printed, saved, photographed or passed on
  - git's history, which keeps earlier versions until somebody rewrites it`

func (k *Keeper) nothingToWithdraw(t target) error {
	if t.item().Broken {
		return &Refusal{"The file " + t.item().File + " can't be read, so nothing of it is on the site; but the withdrawal couldn't be written into it.",
			k.mistakes(t) + "\nThen run this again, so that mending it doesn't bring it back."}
	}
	r := &Refusal{Message: "There is no consent in " + t.item().File + ", so there is none to withdraw, and nothing that needs one is on the site."}
	if t.person == nil {
		r.Help = "There is nothing to do."
		return r
	}
	var told []string
	for _, s := range k.lib.Stories {
		if slices.ContainsFunc(s.By, func(by read.Text) bool { return by.S == t.person.Slug }) {
			told = append(told, "ownwords consent withdraw "+s.ID)
		}
	}
	r.Help = "There is nothing to do."
	if len(told) > 0 {
		r.Help = "Their own stories stand on consents of their own. To take those off the site:\n  " + strings.Join(told, "\n  ")
	}
	return r
}

func dayWords(d *consent.Day) string {
	if d == nil {
		return ""
	}
	return d.String()
}

// isWords reports whether a text can be shown on one line.
func isWords(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufeff' || r == '\ufffd' }) < 0
}

// sameRecord compares two records by what they say.
func sameRecord(a, b *consent.Record) bool {
	sameDay := func(x, y *consent.Day) bool { return x == y || x != nil && y != nil && *x == *y }
	return a.Unreadable == b.Unreadable && sameDay(a.Given, b.Given) && sameDay(a.Until, b.Until) && a.Lasts == b.Lasts &&
		slices.Equal(a.For, b.For) && a.GivenBy == b.GivenBy && sameDay(a.AdultOn, b.AdultOn) &&
		sameDay(a.Paused, b.Paused) && sameDay(a.Withdrawn, b.Withdrawn) && a.Form == b.Form && a.Confirmed == b.Confirmed
}
