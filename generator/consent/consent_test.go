package consent

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func day(s string) Day {
	d, err := ParseDay(s)
	if err != nil {
		panic(s + " is " + err.Error())
	}
	return d
}

func at(s string) *Day {
	d := day(s)
	return &d
}

func length(s string) Duration {
	d, err := ParseDuration(s)
	if err != nil {
		panic(s + " is " + err.Error())
	}
	return d
}

// usual are the terms that site.yaml has when it says nothing.
var usual = Terms{Lasts: Duration{2, 'y'}, AtMost: Duration{5, 'y'}}

// given makes a consent for a story's page, with whatever else is changed in it.
func given(on string, changes ...func(*Record)) *Record {
	r := &Record{Given: at(on), For: []Use{Page}}
	for _, change := range changes {
		change(r)
	}
	return r
}

func until(s string) func(*Record)     { return func(r *Record) { r.Until = at(s) } }
func lasts(s string) func(*Record)     { return func(r *Record) { r.Lasts = length(s) } }
func withdrawn(s string) func(*Record) { return func(r *Record) { r.Withdrawn = at(s) } }
func paused(s string) func(*Record)    { return func(r *Record) { r.Paused = at(s) } }
func unreadable(r *Record)             { r.Unreadable = true }
func uses(list ...Use) func(*Record)   { return func(r *Record) { r.For = list } }
func by(who GivenBy, adultOn string) func(*Record) {
	return func(r *Record) {
		r.GivenBy = who
		if adultOn != "" {
			r.AdultOn = at(adultOn)
		}
	}
}

// The rule as a table: whose consent, on which day, for which use, and the
// answer. The numbers are those of the consent cases; a row without one is a
// corner that they leave open.
func TestTheRule(t *testing.T) {
	for _, c := range []struct {
		name   string
		record *Record
		on     string
		use    Use
		why    Reason
	}{
		{"1 on its last day", given("2026-05-02", until("2027-03-01")), "2027-03-01", Page, Holds},
		{"2 the day after", given("2026-05-02", until("2027-03-01")), "2027-03-02", Page, Lapsed},
		{"5 until a day the clocks go forward, that day", given("2026-05-02", until("2027-03-28")), "2027-03-28", Page, Holds},
		{"5 and the next", given("2026-05-02", until("2027-03-28")), "2027-03-29", Page, Lapsed},
		{"5 until a day the clocks go back, that day", given("2026-05-02", until("2026-10-25")), "2026-10-25", Page, Holds},
		{"5 and the next", given("2026-05-02", until("2026-10-25")), "2026-10-26", Page, Lapsed},
		{"6 29 Feb + 1y, last day", given("2028-02-29", lasts("1y")), "2029-02-28", Page, Holds},
		{"6 29 Feb + 1y, next day", given("2028-02-29", lasts("1y")), "2029-03-01", Page, Lapsed},
		{"7 31 Aug + 6m, last day", given("2026-08-31", lasts("6m")), "2027-02-28", Page, Holds},
		{"7 31 Aug + 6m, next day", given("2026-08-31", lasts("6m")), "2027-03-01", Page, Lapsed},
		{"7 in a leap year, last day", given("2027-08-31", lasts("6m")), "2028-02-29", Page, Holds},
		{"7 in a leap year, next day", given("2027-08-31", lasts("6m")), "2028-03-01", Page, Lapsed},
		{"8, 9 a date that can't be read", given("2026-05-02", unreadable), "2026-05-02", Page, Unreadable},
		{"10 until 9999 ends at at_most", given("2026-05-02", until("9999-12-31")), "2031-05-02", Page, Holds},
		{"10 and no later", given("2026-05-02", until("9999-12-31")), "2031-05-03", Page, Lapsed},
		{"10 lasts beyond at_most", given("2026-05-02", lasts("99y")), "2031-05-03", Page, Lapsed},
		{"11 neither until nor lasts: the site's lasts", given("2026-05-02"), "2028-05-02", Page, Holds},
		{"11 and no later", given("2026-05-02"), "2028-05-03", Page, Lapsed},
		{"11 until may be later than the site's lasts", given("2026-05-02", until("2030-01-01")), "2030-01-01", Page, Holds},
		{"11 lasts may be longer than the site's", given("2026-05-02", lasts("3y")), "2029-05-02", Page, Holds},
		{"until and lasts: the earlier, until", given("2026-05-02", until("2026-06-01"), lasts("1y")), "2026-06-02", Page, Lapsed},
		{"until and lasts: the earlier, lasts", given("2026-05-02", until("2030-01-01"), lasts("1m")), "2026-06-03", Page, Lapsed},
		{"12 given tomorrow", given("2026-05-02"), "2026-05-01", Page, NotYet},
		{"12 on the day it was given", given("2026-05-02"), "2026-05-02", Page, Holds},
		{"14 until before given, on the day", given("2026-05-02", until("2026-05-01")), "2026-05-02", Page, Lapsed},
		{"14 until before given, before it", given("2026-05-02", until("2026-05-01")), "2026-05-01", Page, NotYet},
		{"until = given: one day", given("2026-05-02", until("2026-05-02")), "2026-05-02", Page, Holds},
		{"16 no consent", nil, "2026-05-02", Page, Missing},
		{"17 a consent that says nothing", &Record{}, "2026-05-02", Page, Unreadable},
		{"17 without given", &Record{For: []Use{Page}, Until: at("2030-01-01")}, "2026-05-02", Page, Unreadable},
		{"18 withdrawn with a later until", given("2026-05-02", until("2030-01-01"), withdrawn("2026-11-02")), "2027-01-01", Page, Withdrawn},
		{"18 withdrawn, on that day", given("2026-05-02", withdrawn("2026-11-02")), "2026-11-02", Page, Withdrawn},
		{"19 withdrawn = given", given("2026-05-02", withdrawn("2026-05-02")), "2026-06-01", Page, Withdrawn},
		{"20 withdrawn in the future", given("2026-05-02", withdrawn("2026-11-02")), "2026-06-01", Page, Withdrawn},
		{"21 given later than withdrawn", given("2026-05-02", withdrawn("2026-05-01")), "2026-06-01", Page, Holds},
		{"22 paused", given("2026-05-02", paused("2026-09-01")), "2026-10-01", Page, Paused},
		{"22 paused = given", given("2026-05-02", paused("2026-05-02")), "2026-06-01", Page, Paused},
		{"22 paused in the future", given("2026-05-02", paused("2027-09-01")), "2026-06-01", Page, Paused},
		{"22 given later than paused", given("2026-05-02", paused("2026-05-01")), "2026-06-01", Page, Holds},
		{"22 withdrawn and paused", given("2026-05-02", withdrawn("2026-07-01"), paused("2026-06-01")), "2026-08-01", Page, Withdrawn},
		{"23 withdrawn that isn't a day", given("2026-05-02", unreadable), "2026-06-01", Page, Unreadable},
		{"24, 25 anything that couldn't be read", given("2026-05-02", unreadable, withdrawn("2026-05-03")), "2026-06-01", Page, Unreadable},
		{"36 guardian, the day before adult_on", given("2026-05-02", by(Guardian, "2027-05-01")), "2027-04-30", Page, Holds},
		{"36 guardian, on adult_on", given("2026-05-02", by(Guardian, "2027-05-01")), "2027-05-01", Page, CameOfAge},
		{"36 whatever until says", given("2026-05-02", until("2031-01-01"), by(Guardian, "2027-05-01")), "2029-01-01", Page, CameOfAge},
		{"36 both", given("2026-05-02", by(Both, "2027-05-01")), "2027-05-01", Page, CameOfAge},
		{"36 lapsed before they came of age", given("2026-05-02", until("2027-01-01"), by(Guardian, "2027-05-01")), "2028-01-01", Page, Lapsed},
		{"36 self: adult_on says nothing", given("2026-05-02", by(Self, "2027-05-01")), "2027-06-01", Page, Holds},
		{"36 nobody said who gave it: as self", given("2026-05-02", by("", "2027-05-01")), "2027-06-01", Page, Holds},
		{"36 of age before it was given", given("2026-05-02", by(Guardian, "2020-01-01")), "2026-05-02", Page, CameOfAge},
		{"37 guardian without adult_on", given("2026-05-02", by(Guardian, "")), "2026-06-01", Page, Unreadable},
		{"37 both without adult_on", given("2026-05-02", by(Both, "")), "2026-06-01", Page, Unreadable},
		{"a use that isn't in for", given("2026-05-02", uses(Page)), "2026-06-01", Feeds, NotCovered},
		{"a use that is", given("2026-05-02", uses(Page, Feeds)), "2026-06-01", Feeds, Holds},
		{"an empty for", given("2026-05-02", uses()), "2026-06-01", Page, NotCovered},
		{"an unknown use", given("2026-05-02", uses(Page)), "2026-06-01", Use("pages"), NotCovered},
		{"a lapse comes before what isn't covered", given("2026-05-02", until("2026-05-03")), "2026-06-01", Feeds, Lapsed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Decide(c.record, c.use, day(c.on), usual); got != c.why {
				t.Errorf("on %s for %s: %q, want %q", c.on, c.use, got, c.why)
			}
		})
	}
}

// Each use stands for itself.
func TestEachUseIsAskedForByItself(t *testing.T) {
	if len(Uses) != 9 {
		t.Fatalf("%d uses, the spec has nine", len(Uses))
	}
	for _, have := range Uses {
		r := given("2026-05-02", uses(have))
		for _, want := range Uses {
			if got, holds := Decide(r, want, day("2026-06-01"), usual), have == want; (got == Holds) != holds {
				t.Errorf("a consent for %s, asked for %s: %q", have, want, got)
			}
		}
	}
}

// Cases 8 and 9: only days that exist, written in one way.
func TestParseDay(t *testing.T) {
	for _, s := range []string{"2027-03-01", "2028-02-29", "0001-01-01", "9999-12-31", "2000-02-29"} {
		if d, err := ParseDay(s); err != nil || d.String() != s {
			t.Errorf("ParseDay(%q) = %v, %v", s, d, err)
		}
	}
	for _, s := range []string{
		"2027-02-29", "1900-02-29", "2027-04-31", "2027-13-01", "2027-00-10", "2027-01-00", "2027-01-32", "0000-01-01",
		"28/02/2027", "Feb 2027", "2027-2-8", "2027-02", "2027", "", "20270208", "2027/02/08", " 2027-02-08", "2027-02-08 ",
		"2027-02-08T00:00:00Z", "+027-02-08", "2027--2-08", "2027-+2-08", "2027-02-+8", "２027-02-08", "٢٠٢٧-٠٢-٠٨", "2027-02-08\u00a0", "null", "true",
	} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("ParseDay(%q) = %v, want an error", s, d)
		}
	}
	// NewDay counts from 1 January 1970.
	if d := day("1970-01-01"); d != 0 {
		t.Errorf("1 January 1970 is day %d", d)
	}
	if got := day("2027-03-01").Weekday(); got != time.Monday {
		t.Errorf("1 March 2027 is a %v", got)
	}
}

func TestParseDuration(t *testing.T) {
	for s, want := range map[string]Duration{"1d": {1, 'd'}, "60d": {60, 'd'}, "6w": {6, 'w'}, "18m": {18, 'm'}, "2y": {2, 'y'}, "9999d": {9999, 'd'}} {
		if got, err := ParseDuration(s); err != nil || got != want || got.String() != s {
			t.Errorf("ParseDuration(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "d", "2", "0d", "-1d", "+1d", "1.5y", "2 y", "2Y", "y2", "2yy", "10000d", "two years", "P2Y", "2y ", "1h"} {
		if got, err := ParseDuration(s); err == nil {
			t.Errorf("ParseDuration(%q) = %v, want an error", s, got)
		}
	}
	if (Duration{}).String() != "" || !(Duration{}).IsZero() {
		t.Error("no duration isn't written as nothing")
	}
}

func TestAddClampsToTheEndOfTheMonth(t *testing.T) {
	for _, c := range [][3]string{
		{"2028-02-29", "1y", "2029-02-28"},
		{"2028-02-29", "4y", "2032-02-29"},
		{"2096-02-29", "4y", "2100-02-28"},
		{"2026-08-31", "6m", "2027-02-28"},
		{"2027-08-31", "6m", "2028-02-29"},
		{"2026-01-31", "1m", "2026-02-28"},
		{"2026-03-31", "1m", "2026-04-30"},
		{"2026-05-15", "1m", "2026-06-15"},
		{"2026-12-31", "2m", "2027-02-28"},
		{"2026-12-01", "1m", "2027-01-01"},
		{"2026-11-30", "1m", "2026-12-30"},
		{"2026-05-02", "18m", "2027-11-02"},
		{"2026-05-02", "24m", "2028-05-02"},
		{"2026-05-02", "60d", "2026-07-01"},
		{"2026-05-02", "6w", "2026-06-13"},
		{"2027-03-27", "1d", "2027-03-28"}, // the clocks change: still one day
		{"2027-03-28", "1d", "2027-03-29"},
		{"9999-12-01", "9999y", "9999-12-31"},
		{"9999-12-01", "1m", "9999-12-31"},
		{"9999-12-30", "9999w", "9999-12-31"},
		{"9999-12-30", "2d", "9999-12-31"},
	} {
		if got := day(c[0]).Add(length(c[1])).String(); got != c[2] {
			t.Errorf("%s + %s = %s, want %s", c[0], c[1], got, c[2])
		}
	}
	if d := day("2026-05-02"); d.Add(Duration{}) != d {
		t.Error("no duration moves a day")
	}
}

// Cases 3 to 5: the day is the site's, not the machine's.
func TestDayOfIsTheDayInTheZone(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatalf("the time zone database isn't there (install tzdata): %v", err)
		}
		return z
	}
	for _, c := range []struct{ instant, zone, want string }{
		{"2027-06-30T22:59:59Z", "Europe/London", "2027-06-30"},
		{"2027-06-30T23:00:00Z", "Europe/London", "2027-07-01"},
		{"2027-06-30T23:30:00Z", "Europe/London", "2027-07-01"}, // case 3
		{"2027-06-30T16:30:00-07:00", "Europe/London", "2027-07-01"},
		{"2027-12-31T23:59:59Z", "Europe/London", "2027-12-31"},
		{"2028-01-01T00:00:00Z", "Europe/London", "2028-01-01"},
		{"2027-06-30T23:30:00Z", "America/Los_Angeles", "2027-06-30"},
		{"2027-07-01T06:59:59Z", "America/Los_Angeles", "2027-06-30"},
		{"2027-07-01T07:00:00Z", "America/Los_Angeles", "2027-07-01"},
		{"2027-01-01T07:59:59Z", "America/Los_Angeles", "2026-12-31"},
		{"2027-01-01T08:00:00Z", "America/Los_Angeles", "2027-01-01"},
		{"2027-03-28T00:59:59Z", "Europe/London", "2027-03-28"}, // before the clocks go forward
		{"2027-03-28T01:00:00Z", "Europe/London", "2027-03-28"},
		{"2027-03-28T22:59:59Z", "Europe/London", "2027-03-28"},
		{"2027-03-28T23:00:00Z", "Europe/London", "2027-03-29"},
		{"2026-10-24T23:00:00Z", "Europe/London", "2026-10-25"},
		{"2026-10-25T23:59:59Z", "Europe/London", "2026-10-25"}, // a day of 25 hours
		{"2026-10-26T00:00:00Z", "Europe/London", "2026-10-26"},
		{"2027-06-30T12:00:00Z", "Pacific/Kiritimati", "2027-07-01"},
		{"2027-06-30T11:59:59Z", "Pacific/Pago_Pago", "2027-06-30"},
		{"1969-12-31T23:30:00Z", "UTC", "1969-12-31"},
	} {
		instant, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := DayOf(instant, zone(c.zone)).String(); got != c.want {
			t.Errorf("%s in %s is %s, want %s", c.instant, c.zone, got, c.want)
		}
	}
	// Case 4: the machine's own zone changes nothing.
	here := time.Local
	t.Cleanup(func() { time.Local = here })
	time.Local = zone("America/Los_Angeles")
	if got := DayOf(time.Date(2027, 6, 30, 23, 30, 0, 0, time.UTC), zone("Europe/London")).String(); got != "2027-07-01" {
		t.Errorf("on a machine in Los Angeles it is %s in London, want 2027-07-01", got)
	}
	if got := day("2027-07-01").String(); got != "2027-07-01" {
		t.Errorf("on a machine in Los Angeles 2027-07-01 is written %s", got)
	}
}

func TestStopsOwnStories(t *testing.T) {
	for _, c := range []struct {
		name   string
		record *Record
		why    Reason
	}{
		{"none", nil, Holds},
		{"good", given("2026-05-02"), Holds},
		{"good, for nothing that stories need", given("2026-05-02", uses(Named)), Holds},
		{"not yet given", given("2026-12-01"), Holds},
		{"withdrawn", given("2026-05-02", withdrawn("2026-05-03")), Withdrawn},
		{"paused", given("2026-05-02", paused("2026-05-03")), Paused},
		{"lapsed", given("2026-05-02", until("2026-05-03")), Lapsed},
		{"came of age", given("2026-05-02", by(Guardian, "2026-05-03")), CameOfAge},
		{"can't be read", given("2026-05-02", unreadable), Unreadable},
		{"withdrawn, and given again from a later day", given("2026-12-01", withdrawn("2026-05-03")), Withdrawn},
		{"paused, and given again from a later day", given("2026-12-01", paused("2026-05-03")), Paused},
		{"withdrawn, and given again", given("2026-06-01", withdrawn("2026-05-03")), Holds},
	} {
		if got := StopsOwnStories(c.record, day("2026-06-01"), usual); got != c.why {
			t.Errorf("%s: %q, want %q", c.name, got, c.why)
		}
	}
}

func TestSinceAndLastDay(t *testing.T) {
	for _, c := range []struct {
		name    string
		record  *Record
		why     Reason
		since   string
		lastDay string
	}{
		{"lapsed", given("2026-05-02", until("2027-03-01")), Lapsed, "2027-03-02", "2027-03-01"},
		{"withdrawn", given("2026-05-02", withdrawn("2026-11-02")), Withdrawn, "2026-11-02", "2028-05-02"},
		{"paused", given("2026-05-02", paused("2026-11-02")), Paused, "2026-11-02", "2028-05-02"},
		{"came of age", given("2026-05-02", by(Both, "2027-05-01")), CameOfAge, "2027-05-01", "2027-04-30"},
		{"of age long after", given("2026-05-02", by(Both, "2040-05-01")), Lapsed, "2028-05-03", "2028-05-02"},
		{"self", given("2026-05-02", by(Self, "2027-05-01")), Lapsed, "2028-05-03", "2028-05-02"},
		{"not yet", given("2026-05-02"), NotYet, "", "2028-05-02"},
		{"not covered", given("2026-05-02"), NotCovered, "", "2028-05-02"},
		{"can't be read", given("2026-05-02", unreadable), Unreadable, "", ""},
		{"lapsed says nothing of one that can't be read", given("2026-05-02", unreadable), Lapsed, "", ""},
		{"missing", nil, Missing, "", ""},
		{"missing, asked otherwise", nil, Lapsed, "", ""},
	} {
		say := func(d Day, ok bool) string {
			if !ok {
				return ""
			}
			return d.String()
		}
		if got := say(c.record.Since(c.why, usual)); got != c.since {
			t.Errorf("%s: since %q, want %q", c.name, got, c.since)
		}
		if got := say(c.record.LastDay(usual)); got != c.lastDay {
			t.Errorf("%s: last day %q, want %q", c.name, got, c.lastDay)
		}
	}
}

func TestAsOf(t *testing.T) {
	r := given("2026-05-02", withdrawn("2026-11-02"), paused("2026-09-01"))
	for on, why := range map[string]Reason{"2026-08-31": Holds, "2026-09-01": Paused, "2026-11-01": Paused, "2026-11-02": Withdrawn} {
		if got := Decide(r.AsOf(day(on)), Page, day(on), usual); got != why {
			t.Errorf("as of %s: %q, want %q", on, got, why)
		}
	}
	if r.Withdrawn == nil || r.Paused == nil {
		t.Error("AsOf changed the record itself")
	}
	if (*Record)(nil).AsOf(day("2026-05-02")) != nil {
		t.Error("a missing consent became one")
	}
}

// base is the day around which random records lie.
const span = 1200 // days

var base = day("2027-01-01")

func drawDay(t *rapid.T, name string) Day {
	return base + Day(rapid.IntRange(-span, span).Draw(t, name))
}

func drawMaybe(t *rapid.T, name string) *Day {
	if !rapid.Bool().Draw(t, "has "+name) {
		return nil
	}
	d := drawDay(t, name)
	return &d
}

func drawLength(t *rapid.T, name string) Duration {
	unit := rapid.SampledFrom([]byte("dwmy")).Draw(t, name+" unit")
	most := map[byte]int{'d': 1500, 'w': 200, 'm': 40, 'y': 4}[unit]
	return Duration{rapid.IntRange(1, most).Draw(t, name), unit}
}

func drawTerms(t *rapid.T) Terms {
	return Terms{Lasts: drawLength(t, "site lasts"), AtMost: drawLength(t, "at most")}
}

func drawRecord(t *rapid.T) *Record {
	if rapid.IntRange(0, 20).Draw(t, "missing") == 0 {
		return nil
	}
	r := &Record{
		Unreadable: rapid.IntRange(0, 20).Draw(t, "unreadable") == 0,
		Until:      drawMaybe(t, "until"),
		For:        rapid.SliceOfDistinct(rapid.SampledFrom(Uses), rapid.ID).Draw(t, "for"),
		GivenBy:    rapid.SampledFrom([]GivenBy{"", Self, Guardian, Both}).Draw(t, "given by"),
		AdultOn:    drawMaybe(t, "adult on"),
	}
	if rapid.IntRange(0, 20).Draw(t, "has given") > 0 {
		d := drawDay(t, "given")
		r.Given = &d
	}
	if rapid.Bool().Draw(t, "has lasts") {
		r.Lasts = drawLength(t, "lasts")
	}
	if rapid.IntRange(0, 3).Draw(t, "ended") == 0 {
		r.Withdrawn, r.Paused = drawMaybe(t, "withdrawn"), drawMaybe(t, "paused")
	}
	return r
}

// stricter are the ways in which a consent can be made to allow less. A `lasts`
// or `until` where there was none isn't among them: it may be longer than the
// site's own `lasts`.
var stricter = map[string]func(*rapid.T, *Record, *Terms){
	"unreadable":    func(t *rapid.T, r *Record, _ *Terms) { r.Unreadable = true },
	"without given": func(t *rapid.T, r *Record, _ *Terms) { r.Given = nil },
	"earlier until": func(t *rapid.T, r *Record, _ *Terms) {
		if r.Until != nil {
			d := *r.Until - Day(rapid.IntRange(0, 400).Draw(t, "earlier"))
			r.Until = &d
		}
	},
	"shorter lasts": func(t *rapid.T, r *Record, _ *Terms) {
		if r.Lasts.Count > 1 {
			r.Lasts.Count = rapid.IntRange(1, r.Lasts.Count).Draw(t, "shorter")
		}
	},
	"fewer uses": func(t *rapid.T, r *Record, _ *Terms) {
		r.For = slices.DeleteFunc(slices.Clone(r.For), func(Use) bool { return rapid.Bool().Draw(t, "drop") })
	},
	"withdrawn": func(t *rapid.T, r *Record, _ *Terms) {
		if d := drawDay(t, "new withdrawn"); r.Withdrawn == nil || *r.Withdrawn < d {
			r.Withdrawn = &d
		}
	},
	"paused": func(t *rapid.T, r *Record, _ *Terms) {
		if d := drawDay(t, "new paused"); r.Paused == nil || *r.Paused < d {
			r.Paused = &d
		}
	},
	"guardian": func(t *rapid.T, r *Record, _ *Terms) {
		r.GivenBy = rapid.SampledFrom([]GivenBy{Guardian, Both}).Draw(t, "now given by")
	},
	"of age earlier": func(t *rapid.T, r *Record, _ *Terms) {
		if r.AdultOn != nil {
			d := *r.AdultOn - Day(rapid.IntRange(0, 400).Draw(t, "of age earlier"))
			r.AdultOn = &d
		}
	},
	"nobody knows when of age": func(t *rapid.T, r *Record, _ *Terms) {
		if r.GivenBy == Guardian || r.GivenBy == Both {
			r.AdultOn = nil
		}
	},
	"shorter at most": func(t *rapid.T, _ *Record, terms *Terms) {
		terms.AtMost.Count = rapid.IntRange(1, terms.AtMost.Count).Draw(t, "shorter at most")
	},
	"shorter site lasts": func(t *rapid.T, _ *Record, terms *Terms) {
		terms.Lasts.Count = rapid.IntRange(1, terms.Lasts.Count).Draw(t, "shorter site lasts")
	},
}

func TestStricterNeverAllowsMore(t *testing.T) {
	ways := make([]string, 0, len(stricter))
	for name := range stricter {
		ways = append(ways, name)
	}
	slices.Sort(ways)
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRecord(t), drawTerms(t)
		if r == nil {
			return
		}
		less, lessTerms := *r, terms
		way := rapid.SampledFrom(ways).Draw(t, "way")
		stricter[way](t, &less, &lessTerms)
		for _, on := range append(edges(r, terms), drawDay(t, "on")) {
			for _, use := range Uses {
				if Decide(&less, use, on, lessTerms) == Holds && Decide(r, use, on, terms) != Holds {
					t.Fatalf("%s: allows %s on %s, and before that it didn't", way, use, on)
				}
			}
			if StopsOwnStories(r, on, terms) != Holds && StopsOwnStories(&less, on, lessTerms) == Holds && way != "without given" {
				t.Fatalf("%s: no longer stops their own stories on %s", way, on)
			}
		}
	})
}

// edges are the days around which a record's answer can change.
func edges(r *Record, terms Terms) []Day {
	var days []Day
	add := func(d *Day) {
		if d != nil {
			days = append(days, *d-1, *d, *d+1)
		}
	}
	if r == nil {
		return nil
	}
	add(r.Given)
	add(r.Until)
	add(r.AdultOn)
	add(r.Withdrawn)
	add(r.Paused)
	if end, ok := r.End(terms); ok {
		add(&end)
	}
	return days
}

func TestMovingOnNeverRevives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRecord(t), drawTerms(t)
		days := append(edges(r, terms), drawDay(t, "one"), drawDay(t, "two"))
		use := rapid.SampledFrom(Uses).Draw(t, "use")
		for _, early := range days {
			for _, late := range days {
				was, is := Decide(r, use, early, terms), Decide(r, use, late, terms)
				if early < late && is == Holds && was != Holds && was != NotYet {
					t.Fatalf("%s: %q on %s, and holds on %s", use, was, early, late)
				}
			}
		}
	})
}

func TestEndIsTheEarliest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRecord(t), drawTerms(t)
		end, ok := r.End(terms)
		if r == nil || r.Unreadable || r.Given == nil {
			if ok {
				t.Fatalf("a consent that can't be read ends on %s", end)
			}
			return
		}
		candidates := []Day{r.Given.Add(terms.AtMost)}
		if r.Until != nil {
			candidates = append(candidates, *r.Until)
		}
		if !r.Lasts.IsZero() {
			candidates = append(candidates, r.Given.Add(r.Lasts))
		}
		if len(candidates) == 1 {
			candidates = append(candidates, r.Given.Add(terms.Lasts))
		}
		if !ok || end != slices.Min(candidates) {
			t.Fatalf("ends on %s, want the earliest of %v", end, candidates)
		}
	})
}

// NextChange against asking every use on every day.
func TestNextChangeIsTheNextDayThatDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRecord(t), drawTerms(t)
		on := drawDay(t, "on")
		if days := edges(r, terms); len(days) > 0 && rapid.Bool().Draw(t, "at an edge") {
			on = rapid.SampledFrom(days).Draw(t, "edge")
		}
		answers := func(d Day) (all [9]Reason) {
			for i, use := range Uses {
				all[i] = Decide(r, use, d, terms)
			}
			return all
		}
		// Nothing lies further off than the latest day and the longest length.
		last := base + 2*span + 4*366
		var want Day
		found := false
		for d := on + 1; d <= last && !found; d++ {
			if answers(d) != answers(d-1) {
				want, found = d, true
			}
		}
		if got, ok := r.NextChange(on, terms); ok != found || ok && got != want {
			t.Fatalf("after %s: %s (%v), want %s (%v)", on, got, ok, want, found)
		}
	})
}

// On a day when it holds for something, LastDay is the last such day.
func TestLastDayIsTheLastOnWhichItHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRecord(t), drawTerms(t)
		on := drawDay(t, "on")
		if r == nil || len(r.For) == 0 || Decide(r, r.For[0], on, terms) != Holds {
			return
		}
		last, ok := r.LastDay(terms)
		if !ok || last < on || Decide(r, r.For[0], last, terms) != Holds || Decide(r, r.For[0], last+1, terms) == Holds {
			t.Fatalf("on %s it holds, and the last day is %s (%v)", on, last, ok)
		}
	})
}

// AsOf shows the record without what was written into it later.
func TestAsOfForgetsOnlyWhatCameLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, terms := drawRecord(t), drawTerms(t)
		on := drawDay(t, "on")
		use := rapid.SampledFrom(Uses).Draw(t, "use")
		if r == nil {
			return
		}
		before := *r
		before.Withdrawn, before.Paused = nil, nil
		for _, d := range []struct{ from, to **Day }{{&r.Withdrawn, &before.Withdrawn}, {&r.Paused, &before.Paused}} {
			if *d.from != nil && **d.from <= on {
				*d.to = *d.from
			}
		}
		if got, want := Decide(r.AsOf(on), use, on, terms), Decide(&before, use, on, terms); got != want {
			t.Fatalf("as of %s: %q, want %q", on, got, want)
		}
	})
}

// Days are written and read back, and lengths never end later than agreed.
func TestDaysAndLengths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.IntRange(int(day("0001-01-01")), int(day("9999-12-31"))).Draw(t, "day"))
		if back, err := ParseDay(d.String()); err != nil || back != d {
			t.Fatalf("%s is read as %v, %v", d, back, err)
		}
		y, m, dd := d.Date()
		if NewDay(y, m, dd) != d {
			t.Fatalf("%s isn't the day of its own date", d)
		}
		l := drawLength(t, "length")
		end := d.Add(l)
		if end < d || end > day("9999-12-31") {
			t.Fatalf("%s + %s = %s", d, l, end)
		}
		months := map[byte]int{'m': l.Count, 'y': 12 * l.Count}[l.Unit]
		if months == 0 || end == day("9999-12-31") {
			return
		}
		ey, em, ed := end.Date()
		if (ey*12+int(em))-(y*12+int(m)) != months || ed > dd || ed < dd && ed != DaysIn(ey, em) {
			t.Fatalf("%s + %s = %s", d, l, end)
		}
	})
}
