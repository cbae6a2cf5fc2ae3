package keeper

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
)

// Answer is what the rule says about one use on the day.
type Answer struct {
	Use   consent.Use `json:"use"`
	Holds bool        `json:"holds"`
	// Reason is empty when it holds.
	Reason consent.Reason `json:"reason,omitempty"`
	// Asked says that the use stands under `for`.
	Asked bool `json:"asked"`
	// Concerns says that the use means something in a consent of this kind.
	Concerns bool `json:"concerns"`
}

// Standing is how one person's or story's consent stands on the day.
type Standing struct {
	ID   string    `json:"id"`
	Kind read.Kind `json:"kind"`
	File string    `json:"file"`
	// Reason says why nothing of it holds; empty when something does.
	Reason consent.Reason `json:"reason,omitempty"`
	Since  string         `json:"since,omitempty"`
	// LastDay is the last whole day on which it holds or held; "" when there is none.
	LastDay string   `json:"last_day,omitempty"`
	Uses    []Answer `json:"uses"`
	// OnSite says whether a story is on the site; when not, LeftOut and
	// BecauseOf say why, which may be somebody else's consent.
	OnSite    *bool          `json:"on_site,omitempty"`
	LeftOut   consent.Reason `json:"left_out,omitempty"`
	BecauseOf string         `json:"because_of,omitempty"`
}

// Holding lists the uses that hold.
func (s *Standing) Holding() []consent.Use {
	var holding []consent.Use
	for _, a := range s.Uses {
		if a.Holds && a.Concerns {
			holding = append(holding, a.Use)
		}
	}
	return holding
}

func (k *Keeper) standing(t target) *Standing {
	r := t.record()
	s := &Standing{ID: t.id(), Kind: t.kind(), File: t.item().File}
	for _, u := range consent.Uses {
		reason := consent.Decide(r, u, k.day, k.terms())
		asked := r != nil && slices.Contains(r.For, u)
		s.Uses = append(s.Uses, Answer{Use: u, Holds: reason == consent.Holds, Reason: reason, Asked: asked, Concerns: concerns(u, t.kind())})
		if reason != consent.NotCovered && reason != consent.Holds {
			s.Reason = reason
		}
	}
	if s.Reason != consent.Holds {
		if since, ok := r.Since(s.Reason, k.terms()); ok {
			s.Since = since.String()
		}
	}
	if last, ok := r.LastDay(k.terms()); ok && s.Reason != consent.Withdrawn && s.Reason != consent.Paused {
		s.LastDay = last.String()
	}
	if t.story != nil {
		v := k.verdicts[s.ID]
		on := v.Reason == consent.Holds
		s.OnSite, s.LeftOut, s.BecauseOf = &on, v.Reason, v.BecauseOf
	}
	return s
}

// List is everyone and every story, with what holds on the day.
type List struct {
	At      string      `json:"at"`
	Entries []*Standing `json:"consents"`
}

// List tells how every consent stands: everyone on file, then every story.
func (k *Keeper) List() *List {
	l := &List{At: k.day.String(), Entries: []*Standing{}}
	for _, t := range k.targets() {
		l.Entries = append(l.Entries, k.standing(t))
	}
	return l
}

// WriteJSON writes the list as JSON.
func (l *List) WriteJSON(w io.Writer) error { return writeJSON(w, l) }

// WriteText writes the list as a table, one consent to a line.
func (l *List) WriteText(w io.Writer) error {
	p := &printer{w: w}
	wide := len("WHO OR WHAT")
	for _, s := range l.Entries {
		wide = max(wide, len(s.ID))
	}
	p.line("%-*s  %-10s  %s", wide, "WHO OR WHAT", "LAST DAY", "WHAT HOLDS ON "+l.At)
	for _, s := range l.Entries {
		last := cmp.Or(s.LastDay, "-")
		what := useNames(s.Holding())
		switch {
		case s.Reason != consent.Holds:
			what = "nothing: " + why(s.Reason, s.Since)
		case what == "":
			what = "nothing: no use that means something here"
		}
		if s.OnSite != nil && !*s.OnSite && (s.BecauseOf != "" || s.LeftOut == gate.Draft || s.Reason == consent.Holds) {
			what += "; not on the site: " + why(s.LeftOut, "")
			if s.BecauseOf != "" {
				what += " (" + s.BecauseOf + ")"
			}
		}
		p.line("%-*s  %-10s  %s", wide, s.ID, last, what)
	}
	if len(l.Entries) == 0 {
		p.line("There is nobody on file and no story yet.")
	}
	return p.err
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Shown is one consent in full: every use, and every place that depends on it.
type Shown struct {
	At string `json:"at"`
	Standing
	Given   string          `json:"given,omitempty"`
	GivenBy consent.GivenBy `json:"given_by,omitempty"`
	AdultOn string          `json:"adult_on,omitempty"`
	Form    string          `json:"form,omitempty"`
	// Confirmed says who confirmed it, in the keepers' words.
	Confirmed string  `json:"confirmed,omitempty"`
	Places    []Place `json:"places"`
	// Falls lists the stories that would leave the site with this consent.
	Falls []string `json:"falls"`
}

// Place is an item that depends on the consent, with everything in it that does.
type Place struct {
	ID   string `json:"id"`
	File string `json:"file"`
	// Reason says why the item isn't on the site; empty when it is.
	Reason consent.Reason `json:"reason,omitempty"`
	How    []How          `json:"how"`
}

// How is one way in which an item depends on the consent.
type How struct {
	What   gate.What `json:"what"`
	Beside string    `json:"beside,omitempty"` // a file beside the item
	Lines  []int     `json:"lines,omitempty"`
}

// Show tells everything about one consent.
func (k *Keeper) Show(id string) (*Shown, error) {
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	s := &Shown{At: k.day.String(), Standing: *k.standing(t), Places: k.places(t), Falls: []string{}}
	s.Falls = append(s.Falls, k.fallWith(t)...)
	if r := t.record(); r != nil && !r.Unreadable {
		s.GivenBy, s.Form, s.Confirmed = cmp.Or(r.GivenBy, consent.Self), r.Form, r.Confirmed
		if r.Given != nil {
			s.Given = r.Given.String()
		}
		if r.AdultOn != nil {
			s.AdultOn = r.AdultOn.String()
		}
	}
	return s, nil
}

// places groups what depends on a consent by item.
func (k *Keeper) places(t target) []Place {
	places := []Place{}
	for _, d := range gate.Dependents(k.lib, k.day, t.id()) {
		if d.What == gate.OwnPage && (t.record() == nil || !slices.Contains(t.record().For, consent.Profile)) {
			continue // they have no page, and never asked for one
		}
		if n := len(places); n == 0 || places[n-1].ID != d.ID {
			places = append(places, Place{ID: d.ID, File: d.File, Reason: d.Reason})
		}
		at := &places[len(places)-1]
		i := slices.IndexFunc(at.How, func(h How) bool { return h.What == d.What && h.Beside == d.Beside })
		if i < 0 {
			at.How = append(at.How, How{What: d.What, Beside: d.Beside})
			i = len(at.How) - 1
		}
		if line := int(d.At.Line); line > 0 && !slices.Contains(at.How[i].Lines, line) {
			at.How[i].Lines = append(at.How[i].Lines, line)
		}
	}
	return places
}

// String tells how an item depends: mentioned (lines 12, 18), in a picture (table.png).
func (p Place) String() string {
	var how []string
	for _, h := range p.How {
		in := placeWords[h.What]
		var where []string
		if h.Beside != "" {
			where = append(where, h.Beside)
		}
		if len(h.Lines) > 0 && h.What != gate.OwnPage {
			where = append(where, lines(h.Lines))
		}
		if len(where) > 0 {
			in += " (" + strings.Join(where, ", ") + ")"
		}
		how = append(how, in)
	}
	s := p.ID + ": " + strings.Join(how, ", ")
	if p.Reason != consent.Holds {
		s += "; not on the site now: " + why(p.Reason, "")
	}
	return s
}

func lines(list []int) string {
	if len(list) == 1 {
		return fmt.Sprintf("line %d", list[0])
	}
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = fmt.Sprint(n)
	}
	return "lines " + strings.Join(parts, ", ")
}

// WriteJSON writes what is shown as JSON.
func (s *Shown) WriteJSON(w io.Writer) error { return writeJSON(w, s) }

// WriteText writes what is shown for people.
func (s *Shown) WriteText(w io.Writer) error {
	p := &printer{w: w}
	p.line("%s, on %s", s.ID, s.At)
	p.line("File: %s", s.File)
	if s.Given != "" {
		given := "Given: " + s.Given
		if s.GivenBy != consent.Self {
			given += ", by " + givenByWords(s.GivenBy)
		}
		if s.Form != "" {
			given += " (form " + s.Form + ")"
		}
		p.line("%s", given)
	}
	if s.AdultOn != "" {
		p.line("Comes of age: %s", s.AdultOn)
	}
	if s.Confirmed != "" {
		p.line("Confirmed: %s", s.Confirmed)
	}
	switch {
	case s.Reason != consent.Holds:
		p.line("Nothing holds: %s.", why(s.Reason, s.Since))
		if m := mend(s.Reason); m != "" {
			p.line("%s", m)
		}
	default:
		p.line("Last day: %s", s.LastDay)
	}
	p.line("")
	p.line("Uses:")
	var beside []string
	for _, a := range s.Uses {
		if !a.Concerns {
			if a.Asked {
				p.line("  %-10s  stands in the record, but means nothing for %s", a.Use, kindWords(s.Kind))
			} else {
				beside = append(beside, string(a.Use))
			}
			continue
		}
		answer := "yes, until " + s.LastDay
		if !a.Holds {
			answer = "no: " + why(a.Reason, s.Since)
		}
		p.line("  %-10s  %s (%s)", a.Use, answer, words[a.Use].keeper)
	}
	if len(beside) > 0 {
		p.line("  Not a matter for %s: %s.", kindWords(s.Kind), strings.Join(beside, ", "))
	}
	if s.OnSite != nil {
		p.line("")
		if *s.OnSite {
			p.line("Every consent that the story needs holds, so it is on the site. If you don't see it there, “ownwords check” says what else keeps it away.")
		} else {
			line := "The story isn't on the site: " + why(s.LeftOut, "")
			if s.BecauseOf != "" {
				line += ", because of " + s.BecauseOf
			}
			p.line("%s.", line)
			if m := mend(s.LeftOut); m != "" && (s.BecauseOf != "" || s.LeftOut != s.Reason) {
				p.line("%s", m)
			}
		}
	}
	p.line("")
	if len(s.Places) == 0 {
		p.line("Nothing else depends on it.")
		return p.err
	}
	p.line("What depends on it:")
	for _, place := range s.Places {
		p.line("  - %s", place)
	}
	if falls := slices.DeleteFunc(slices.Clone(s.Falls), func(id string) bool { return id == s.ID }); len(falls) > 0 {
		p.line("")
		p.line("%s with it: %s.", capital(number(len(falls), "story would fall", "stories would fall")), strings.Join(falls, ", "))
	}
	return p.err
}

func kindWords(k read.Kind) string {
	if k == read.PersonKind {
		return "a person's consent"
	}
	return "a story's consent"
}

func givenByWords(g consent.GivenBy) string {
	switch g {
	case consent.Guardian:
		return "a guardian"
	case consent.Both:
		return "the young person and a guardian together"
	}
	return "the person"
}
