package render

import (
	"strings"
	"testing"
	"time"

	ics "github.com/arran4/golang-ical"

	"ownwords/generator/consent"
	"ownwords/generator/weave"
)

func meetings() *weave.Calendar {
	june, december := consent.NewDay(2026, time.June, 10), consent.NewDay(2026, time.December, 9)
	return &weave.Calendar{Title: "Sharing power, together", Path: "/meetings.ics", Events: []weave.Event{
		{UID: "1@example.org", Day: june, From: "15:00", To: "16:30", Summary: "Sharing power: pay, time; and\nwho decides \\ when", Place: "Online", URL: "https://example.org/stories/notes/x/", Words: "Wednesday 10 June,\n3pm"},
		{UID: "2@example.org", Day: december, From: "15:00", Summary: "Winter " + strings.Repeat("ž words ", 20)},
		{UID: "3@example.org", Day: june, Summary: "All day"},
		{UID: "4@example.org", Day: june, From: "22:30", To: "00:15", Summary: "Late\x00", URL: "/stories/notes/y/"},
	}}
}

func TestCalendar(t *testing.T) {
	c := feedsOf(followed(t))
	data, err := calendarFile(c, meetings())
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(data)) {
		bare, whole := strings.CutSuffix(l, "\r\n")
		if !whole || strings.ContainsAny(bare, "\r\n") {
			t.Errorf("the line %q doesn't end in CR LF", l)
		}
		if len(bare) > 75 {
			t.Errorf("a line of %d bytes: %q", len(bare), bare)
		}
	}
	again, err := calendarFile(c, meetings())
	if err != nil || string(again) != string(data) {
		t.Error("the same meetings gave other bytes")
	}
	read, err := ics.ParseCalendar(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ uid, stamp, start, end, summary, place, url, words string }{
		{"1@example.org", "20260610T000000Z", "20260610T150000", "20260610T163000", `Sharing power: pay, time; and who decides \ when`, "Online", "https://example.org/stories/notes/x/", "Wednesday 10 June, 3pm"},
		{"2@example.org", "20261209T000000Z", "20261209T150000", "", "Winter " + strings.TrimSpace(strings.Repeat("ž words ", 20)), "", "", ""},
		{"3@example.org", "20260610T000000Z", "20260610", "20260611", "All day", "", "", ""},
		{"4@example.org", "20260610T000000Z", "20260610T223000", "20260611T001500", "Late", "", "https://example.org/stories/notes/y/", ""},
	} {
		e := read.Events()[i]
		value := func(p ics.ComponentProperty) string {
			if found := e.GetProperty(p); found != nil {
				return found.Value
			}
			return ""
		}
		equal(t, "UID", e.Id(), want.uid)
		equal(t, "DTSTAMP", value(ics.ComponentPropertyDtstamp), want.stamp)
		equal(t, "DTSTART", value(ics.ComponentPropertyDtStart), want.start)
		equal(t, "DTEND", value(ics.ComponentPropertyDtEnd), want.end)
		equal(t, "SUMMARY", value(ics.ComponentPropertySummary), want.summary)
		equal(t, "LOCATION", value(ics.ComponentPropertyLocation), want.place)
		equal(t, "URL", value(ics.ComponentPropertyUrl), want.url)
		equal(t, "DESCRIPTION", value(ics.ComponentPropertyDescription), want.words)
	}
}

// The clock's rules stand in the file: the summer and the winter of these meetings.
func TestCalendarTellsItsTimeZone(t *testing.T) {
	data, err := calendarFile(feedsOf(followed(t)), meetings())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "zone", between(string(data), "BEGIN:VTIMEZONE\r\n", "END:VTIMEZONE\r\n"), strings.ReplaceAll(`TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:20260329T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:BST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20261025T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
`, "\n", "\r\n"))
	if start := "DTSTART;TZID=Europe/London:20260610T150000\r\n"; !strings.Contains(string(data), start) {
		t.Errorf("there is no %q", start)
	}
	inUTC, err := calendarFile(feedsOf(&weave.Site{URL: "https://example.org/", Base: "/", Zone: time.UTC}), meetings())
	if err != nil || !strings.Contains(string(inUTC), "DTSTART:20260610T150000Z\r\n") || strings.Contains(string(inUTC), "VTIMEZONE") {
		t.Errorf("in UTC: %v\n%s", err, inUTC)
	}
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func BenchmarkCalendar(b *testing.B) {
	c := feedsOf(&weave.Site{URL: "https://example.org/", Base: "/"})
	for b.Loop() {
		if _, err := calendarFile(c, meetings()); err != nil {
			b.Fatal(err)
		}
	}
}
