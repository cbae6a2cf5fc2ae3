package keeper

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	ical "github.com/arran4/golang-ical"

	"ownwords/generator/consent"
	"ownwords/generator/read"
)

// Ending is a consent that ends soon.
type Ending struct {
	ID      string    `json:"id"`
	Kind    read.Kind `json:"kind"`
	LastDay string    `json:"last_day"`
	// Days is how many whole days are left after this one; 0 when this is the last.
	Days int `json:"days"`
	// Reason is what it will be the day after: lapsed or came-of-age.
	Reason consent.Reason `json:"reason"`
	Uses   []consent.Use  `json:"uses"`
	// Falls lists the stories that leave the site with it.
	Falls []string `json:"falls"`

	last consent.Day
}

// Upcoming is every consent that ends within a time, soonest first.
type Upcoming struct {
	At      string   `json:"at"`
	Until   string   `json:"until"`
	Endings []Ending `json:"endings"`

	day  consent.Day
	host string
	site string
}

// Upcoming lists what ends between the day and within after it; the zero
// Duration means the site's `warn`.
func (k *Keeper) Upcoming(within consent.Duration) *Upcoming {
	if within.IsZero() {
		within = k.lib.Site.Warn
	}
	horizon := k.day.Add(within)
	u := &Upcoming{At: k.day.String(), Until: horizon.String(), Endings: []Ending{}, day: k.day, host: "localhost", site: k.lib.Site.Title}
	if address, err := url.Parse(k.lib.Site.URL); err == nil && address.Host != "" {
		u.host = address.Hostname()
	}
	for _, t := range k.targets() {
		s := k.standing(t)
		last, ok := t.record().LastDay(k.terms())
		if s.Reason != consent.Holds || !ok || last > horizon || t.draft() {
			continue
		}
		e := Ending{ID: s.ID, Kind: s.Kind, LastDay: last.String(), Days: int(last - k.day), Reason: consent.Lapsed,
			Uses: append([]consent.Use{}, s.Holding()...), Falls: append([]string{}, k.fallWith(t)...), last: last}
		if t.record().AdultOn != nil && last == *t.record().AdultOn-1 && t.record().GivenBy != consent.Self && t.record().GivenBy != "" {
			e.Reason = consent.CameOfAge
		}
		u.Endings = append(u.Endings, e)
	}
	slices.SortStableFunc(u.Endings, func(a, b Ending) int { return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(a.ID, b.ID)) })
	return u
}

// WriteJSON writes the list as JSON.
func (u *Upcoming) WriteJSON(w io.Writer) error { return writeJSON(w, u) }

// WriteText writes the list for people.
func (u *Upcoming) WriteText(w io.Writer) error {
	p := &printer{w: w}
	if len(u.Endings) == 0 {
		p.line("No consent ends between %s and %s.", u.At, u.Until)
		return p.err
	}
	p.line("%s between %s and %s:", number(len(u.Endings), "consent ends", "consents end"), u.At, u.Until)
	for _, e := range u.Endings {
		p.line("  %s  %s (%s)%s", e.LastDay, e.ID, e.left(), e.fall())
	}
	p.line("Each date is the last whole day. Ask them while there's time; “ownwords consent renew ID” writes down what they say.")
	return p.err
}

// left says how long there is.
func (e Ending) left() string {
	s := fmt.Sprintf("%d days left", e.Days)
	switch e.Days {
	case 0:
		s = "today is the last day"
	case 1:
		s = "1 day left"
	}
	if e.Reason == consent.CameOfAge {
		s += "; comes of age"
	}
	return s
}

func (e Ending) fall() string {
	switch {
	case len(e.Falls) == 0:
		return ""
	case len(e.Falls) == 1 && e.Falls[0] == e.ID:
		return ": the story leaves the site"
	}
	return ": " + number(len(e.Falls), "story falls", "stories fall") + " with it: " + strings.Join(e.Falls, ", ")
}

// WriteCalendar writes the list as a calendar for the keeper (RFC 5545): an
// all-day event on each last day, with a reminder two weeks ahead. It holds
// IDs and dates, and isn't for publishing.
func (u *Upcoming) WriteCalendar(w io.Writer) error {
	calendar := ical.NewCalendar()
	calendar.SetProductId("-//ownwords//consent upcoming//EN")
	calendar.SetMethod(ical.MethodPublish)
	calendar.SetXWRCalName("Consents that end: " + u.site)
	for _, e := range u.Endings {
		uid := sha256.Sum256([]byte("ownwords consent\n" + u.host + "\n" + e.ID + "\n" + e.LastDay))
		event := calendar.AddEvent(fmt.Sprintf("%x@%s", uid[:16], u.host))
		event.SetDtStampTime(midnight(u.day))
		event.SetAllDayStartAt(midnight(e.last))
		event.SetAllDayEndAt(midnight(e.last + 1))
		event.SetSummary("Last day of the consent of " + e.ID)
		description := "After this day it no longer holds"
		if e.Reason == consent.CameOfAge {
			description = "The next day they come of age and are asked afresh"
		}
		if len(e.Falls) > 0 {
			description += ", and " + stories(len(e.Falls)) + " would leave the site: " + strings.Join(e.Falls, ", ")
		}
		event.SetDescription(description + ".")
		event.SetTimeTransparency(ical.TransparencyTransparent)
		alarm := event.AddAlarm()
		alarm.SetAction(ical.ActionDisplay)
		alarm.SetTrigger("-P14D")
		alarm.SetDescription("Ask " + e.ID + " while there's time.")
	}
	return calendar.SerializeTo(w, ical.WithNewLineWindows)
}

func midnight(d consent.Day) time.Time {
	year, month, day := d.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
