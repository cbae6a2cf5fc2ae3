// Package consent is the rule alone: whether a consent holds for a use on a
// day, and if not, why not (spec, "When a consent holds"). It reads no files
// and no clock, and imports no other room, so that the rule can be read and
// tested as a table.
package consent

import "slices"

// Use is one thing that a person may allow (spec, "Uses").
type Use string

const (
	Page       Use = "page"       // a story's page, lists, and search on the site
	Feeds      Use = "feeds"      // RSS, Atom, JSON Feed
	Search     Use = "search"     // the sitemap and search engines
	Social     Use = "social"     // Open Graph and card tags
	Quotes     Use = "quotes"     // lines under `quote:`; attributed quotations in notes
	Images     Use = "images"     // pictures of the person
	Recordings Use = "recordings" // recordings of the person
	Named      Use = "named"      // the person's name in notes, attendance and credits
	Profile    Use = "profile"    // a page of their own
)

// Uses lists every use in the order of the spec's table.
var Uses = []Use{Page, Feeds, Search, Social, Quotes, Images, Recordings, Named, Profile}

// Reason says why a consent doesn't hold; the empty Reason means it holds.
type Reason string

const (
	Holds      Reason = ""
	Unreadable Reason = "unreadable"
	Missing    Reason = "missing"
	Withdrawn  Reason = "withdrawn"
	Paused     Reason = "paused"
	NotYet     Reason = "not-yet"
	Lapsed     Reason = "lapsed"
	CameOfAge  Reason = "came-of-age"
	NotCovered Reason = "not-covered"
)

// GivenBy says who gave a consent.
type GivenBy string

const (
	Self     GivenBy = "self"
	Guardian GivenBy = "guardian"
	Both     GivenBy = "both"
)

// Terms are the site's own limits on every consent (spec, "site.yaml").
type Terms struct {
	Lasts  Duration // for a consent with neither until nor lasts
	AtMost Duration // no consent runs longer than this after given
}

// Record is a consent as it was written down. A nil *Record is a missing
// consent. A nil *Day is a day that wasn't written.
type Record struct {
	// Unreadable is set when any part of it couldn't be read without error;
	// then nothing else in the record counts.
	Unreadable bool
	Given      *Day
	Until      *Day
	Lasts      Duration
	For        []Use
	GivenBy    GivenBy // empty means Self
	AdultOn    *Day
	Paused     *Day
	Withdrawn  *Day
	Form       string // which wording was agreed to
	Confirmed  string // who confirmed that it became wider
}

// End returns the last whole day of the consent, leaving aside withdrawal and
// coming of age: the earliest of until, given+lasts, given+at_most and, with
// neither until nor lasts, given+the site's lasts. ok is false when no day was
// given to count from.
func (r *Record) End(terms Terms) (end Day, ok bool) {
	if r == nil || r.Unreadable || r.Given == nil {
		return 0, false
	}
	end = r.Given.Add(terms.AtMost)
	if !r.Lasts.IsZero() {
		end = min(end, r.Given.Add(r.Lasts))
	}
	if r.Until != nil {
		end = min(end, *r.Until)
	}
	if r.Until == nil && r.Lasts.IsZero() {
		end = min(end, r.Given.Add(terms.Lasts))
	}
	return end, true
}

// standing applies the rule's steps 1 to 6, which don't depend on a use.
func (r *Record) standing(on Day, terms Terms) Reason {
	switch {
	case r == nil:
		return Missing
	case r.Unreadable, r.Given == nil:
		return Unreadable
	case r.Withdrawn != nil && *r.Given <= *r.Withdrawn:
		return Withdrawn
	case r.Paused != nil && *r.Given <= *r.Paused:
		return Paused
	case *r.Given > on:
		return NotYet
	}
	if end, _ := r.End(terms); on > end {
		return Lapsed
	}
	if r.GivenBy == Guardian || r.GivenBy == Both {
		if r.AdultOn == nil {
			return Unreadable
		}
		if on >= *r.AdultOn {
			return CameOfAge
		}
	}
	return Holds
}

// Decide says whether the consent holds for the use on the day: Holds, or the
// first reason why it doesn't, in the spec's order.
func Decide(r *Record, use Use, on Day, terms Terms) Reason {
	if why := r.standing(on, terms); why != Holds {
		return why
	}
	if !slices.Contains(r.For, use) {
		return NotCovered
	}
	return Holds
}

// Granted lists every use for which the consent holds on the day: those for
// which Decide says Holds.
func Granted(r *Record, on Day, terms Terms) []Use {
	if r.standing(on, terms) != Holds {
		return nil
	}
	return r.For
}

// StopsOwnStories says whether a teller's standing consent keeps their own
// stories from being published, and why (spec, "When a consent holds", tellers):
// only a consent that was ended or ran out does; one that is missing or not
// yet given merely gives no uses. One that was ended and is given again from a
// later day goes on stopping them until that day (spec, promise 2).
func StopsOwnStories(r *Record, on Day, terms Terms) Reason {
	switch why := r.standing(on, terms); why {
	case Withdrawn, Paused, Lapsed, CameOfAge, Unreadable:
		return why
	case NotYet:
		if r.Withdrawn != nil {
			return Withdrawn
		}
		if r.Paused != nil {
			return Paused
		}
	}
	return Holds
}

// Since returns the first day on which the reason applied, from the record
// alone; ok is false when the record doesn't tell.
func (r *Record) Since(why Reason, terms Terms) (day Day, ok bool) {
	if r == nil {
		return 0, false
	}
	switch why {
	case Withdrawn:
		return *r.Withdrawn, true
	case Paused:
		return *r.Paused, true
	case Lapsed:
		end, ok := r.End(terms)
		return end + 1, ok
	case CameOfAge:
		return *r.AdultOn, true
	}
	return 0, false
}

// LastDay returns the last whole day on which the record holds for anything,
// seen from a day on which it holds: the earlier of its end and the day before
// coming of age. It is what `unavailable_after` and receipts tell.
func (r *Record) LastDay(terms Terms) (Day, bool) {
	end, ok := r.End(terms)
	if ok && (r.GivenBy == Guardian || r.GivenBy == Both) && r.AdultOn != nil {
		end = min(end, *r.AdultOn-1)
	}
	return end, ok
}

// NextChange returns the first day after `on` on which Decide may answer
// differently for some use; ok is false when it never will.
func (r *Record) NextChange(on Day, terms Terms) (day Day, ok bool) {
	if r == nil || r.Unreadable || r.Given == nil {
		return 0, false
	}
	consider := func(d Day) {
		if d > on && (!ok || d < day) && r.standing(d, terms) != r.standing(d-1, terms) {
			day, ok = d, true
		}
	}
	consider(*r.Given)
	if end, has := r.End(terms); has {
		consider(end + 1)
	}
	if r.AdultOn != nil {
		consider(*r.AdultOn)
	}
	return day, ok
}

// AsOf returns the record as it stood on an earlier day, so that what left can
// be told from the sources alone (spec, "Recall"): a withdrawal or pause dated
// after that day hadn't happened yet. The record itself isn't changed.
func (r *Record) AsOf(day Day) *Record {
	if r == nil {
		return nil
	}
	then := *r
	if then.Withdrawn != nil && *then.Withdrawn > day {
		then.Withdrawn = nil
	}
	if then.Paused != nil && *then.Paused > day {
		then.Paused = nil
	}
	return &then
}
