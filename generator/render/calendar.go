package render

import (
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"ownwords/generator/weave"
)

// calendarFile writes a meetings.ics (RFC 5545). Times are written in UTC,
// worked out in the site's time zone: right for single meetings, and it needs
// no table of the zone's rules in the file. DTSTAMP is the start of the
// meeting's own day, never a clock, so that the same notes give the same bytes.
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
	for _, e := range cal.Events {
		year, month, day := e.Day.Date()
		midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
		event := out.AddEvent(line(e.UID))
		event.SetDtStampTime(midnight)
		at := func(clock string) (time.Time, bool) {
			t, err := time.Parse("15:04", clock)
			return time.Date(year, month, day, t.Hour(), t.Minute(), 0, 0, zone), err == nil
		}
		if from, ok := at(e.From); ok {
			event.SetStartAt(from)
			if to, ok := at(e.To); ok && !to.Equal(from) {
				if to.Before(from) { // it ends after midnight
					to = to.AddDate(0, 0, 1)
				}
				event.SetEndAt(to)
			}
		} else {
			event.SetAllDayStartAt(midnight)
			event.SetAllDayEndAt(midnight.AddDate(0, 0, 1)) // the first day on which it is over (section 3.6.1)
		}
		event.SetSummary(line(e.Summary))
		if e.Place != "" {
			event.SetLocation(line(e.Place))
		}
		if e.URL != "" {
			event.SetURL(c.address(e.URL))
		}
	}
	var b strings.Builder
	if err := out.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}

// line returns words without line breaks and control characters.
func line(words string) string { return strings.Join(strings.Fields(legible(words)), " ") }
