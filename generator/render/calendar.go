package render

import (
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"ownwords/generator/weave"
)

// calendarFile writes a meetings.ics (RFC 5545). Times are the clock's in the
// site's time zone, whose rules for these days stand in the file (section
// 3.6.5), so that a meeting stays at three o'clock there wherever it is read.
// DTSTAMP is the start of the meeting's own day, never a clock, so that the
// same notes give the same bytes.
func calendarFile(c *feedContext, cal *weave.Calendar) ([]byte, error) {
	zone := c.site.Zone
	if zone == nil {
		zone = time.UTC
	}
	out := ics.NewCalendar()
	out.SetProductId("-//ownwords//meetings//EN")
	out.SetName(line(cal.Title))
	if zone != time.UTC {
		out.SetXWRTimezone(zone.String())
	}
	var first, last time.Time // of what has a time of day
	var events []*ics.VEvent
	for _, e := range cal.Events {
		year, month, day := e.Day.Date()
		midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		event := ics.NewEvent(line(e.UID))
		event.SetDtStampTime(midnight)
		at := func(clock string) (time.Time, bool) {
			t, err := time.Parse("15:04", clock)
			return time.Date(year, month, day, t.Hour(), t.Minute(), 0, 0, zone), err == nil
		}
		if from, ok := at(e.From); ok {
			setTime(event, ics.ComponentPropertyDtStart, from)
			if first.IsZero() || from.Before(first) {
				first = from
			}
			if to, ok := at(e.To); ok && !to.Equal(from) {
				if to.Before(from) { // it ends after midnight
					to = to.AddDate(0, 0, 1)
				}
				setTime(event, ics.ComponentPropertyDtEnd, to)
				from = to
			}
			if from.After(last) {
				last = from
			}
		} else {
			event.SetAllDayStartAt(midnight)
			event.SetAllDayEndAt(midnight.AddDate(0, 0, 1)) // the first day on which it is over (section 3.6.1)
		}
		event.SetSummary(line(e.Summary))
		if e.Place != "" {
			event.SetLocation(line(e.Place))
		}
		if e.Words != "" {
			event.SetDescription(line(e.Words))
		}
		if e.URL != "" {
			event.SetURL(c.address(e.URL))
		}
		events = append(events, event)
	}
	if zone != time.UTC && !first.IsZero() {
		out.AddVTimezone(timezone(first, last))
	}
	for _, e := range events {
		out.AddVEvent(e)
	}
	var b strings.Builder
	if err := out.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}

const localTime = "20060102T150405" // RFC 5545, section 3.3.5

func setTime(e *ics.VEvent, property ics.ComponentProperty, t time.Time) {
	if t.Location() == time.UTC {
		e.SetProperty(property, t.Format(localTime)+"Z")
		return
	}
	e.SetProperty(property, t.Format(localTime), ics.WithTZID(t.Location().String()))
}

// timezone describes how the clock stands in the zone of first, from first to
// last: one part for each change of the clock.
func timezone(first, last time.Time) *ics.VTimezone {
	tz := ics.NewTimezone(first.Location().String())
	for t := first; !t.IsZero() && !t.After(last); {
		onset, end := t.ZoneBounds()
		name, to := t.Zone()
		from := to
		begins := time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC)
		if !onset.IsZero() {
			_, from = onset.Add(-time.Second).Zone()
			begins = onset.UTC().Add(time.Duration(from) * time.Second) // by the clock before the change
		}
		part := &ics.GeneralComponent{Token: "STANDARD"}
		if t.IsDST() {
			part.Token = "DAYLIGHT"
		}
		part.SetProperty(ics.ComponentPropertyDtStart, begins.Format(localTime))
		part.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), offset(from))
		part.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), offset(to))
		part.SetProperty(ics.ComponentProperty(ics.PropertyTzname), name)
		tz.Components = append(tz.Components, part)
		t = end
	}
	return tz
}

// offset writes how far a clock is ahead of UTC, in seconds, as +0100.
func offset(seconds int) string {
	return time.Unix(0, 0).In(time.FixedZone("", seconds)).Format("-0700")
}

// line returns words without line breaks and control characters.
func line(words string) string { return strings.Join(strings.Fields(legible(words)), " ") }
