package keeper

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	ical "github.com/arran4/golang-ical"

	"ownwords/generator/consent"
)

func TestList(t *testing.T) {
	l := open(t, makeSite(t, neighbours), "2026-11-20").List()
	got := text(t, l.WriteText)
	golden(t, "list.txt", got)
	quotesNothing(t, got)
	js := text(t, l.WriteJSON)
	quotesNothing(t, js)
	var read List
	if err := json.Unmarshal([]byte(js), &read); err != nil || len(read.Entries) != len(l.Entries) || read.At != "2026-11-20" {
		t.Errorf("%v\n%s", err, js)
	}
	if !strings.Contains(js, `"id": "stories/gone"`) || !strings.Contains(js, `"reason": "withdrawn"`) {
		t.Errorf("got\n%s", js)
	}
	// When a teller ends their consent, the list says why their story isn't there.
	later := text(t, open(t, makeSite(t, neighbours), "2027-02-02").List().WriteText)
	for _, line := range []string{
		"people/amina        2027-02-01  nothing: its last day is over, out since 2027-02-02\n",
		"people/jaya         2027-01-14  nothing: came of age since 2027-01-15\n",
		"stories/library     2028-05-02  page, feeds, images; not on the site: its last day is over (people/amina)\n",
		"stories/biblioteka  2028-05-02  page; not on the site: its last day is over (stories/library)\n",
		"stories/bus         2028-05-02  page, feeds; not on the site: somebody in it may not be named or quoted (people/amina)\n",
	} {
		if !strings.Contains(later, line) {
			t.Errorf("no line %q in\n%s", line, later)
		}
	}
	empty := text(t, open(t, makeSite(t, siteYAML+"-- content/pages/about.md --\n---\ntitle: About\n---\nUs.\n"), "2026-11-20").List().WriteText)
	if !strings.Contains(empty, "There is nobody on file and no story yet.") {
		t.Errorf("got\n%s", empty)
	}
}

func TestShow(t *testing.T) {
	k := open(t, makeSite(t, neighbours), "2026-11-20")
	for id, file := range map[string]string{"amina": "show-person.txt", "library": "show-story.txt", "gone": "show-withdrawn.txt"} {
		s, err := k.Show(id)
		if err != nil {
			t.Fatal(err)
		}
		got := text(t, s.WriteText)
		golden(t, file, got)
		quotesNothing(t, got)
		js := text(t, s.WriteJSON)
		quotesNothing(t, js)
		if !json.Valid([]byte(js)) {
			t.Errorf("not JSON:\n%s", js)
		}
	}
	if _, err := k.Show("amena"); err == nil {
		t.Error("somebody unknown was shown")
	}
	if s, _ := k.Show("becca"); strings.Contains(text(t, s.WriteText), "their own page") {
		t.Error("a page is told of that nobody asked for")
	}
	s, _ := open(t, makeSite(t, neighbours), "2027-02-02").Show("bus")
	if got := text(t, s.WriteText); !strings.Contains(got, "The story isn't on the site: somebody in it may not be named or quoted, because of people/amina.\nIt comes back when that person may be named (and quoted, where it quotes them), or when its teller writes another wording for them.\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestUpcoming(t *testing.T) {
	k := open(t, makeSite(t, neighbours), "2026-12-10")
	u := k.Upcoming(consent.Duration{})
	got := text(t, u.WriteText)
	golden(t, "upcoming.txt", got)
	quotesNothing(t, got)
	var read Upcoming
	if err := json.Unmarshal([]byte(text(t, u.WriteJSON)), &read); err != nil || len(read.Endings) != 2 || read.Until != "2027-02-08" {
		t.Errorf("%v %+v", err, read)
	}
	// The first day on which it is within sight, and the last.
	for on, want := range map[string]int{"2026-12-03": 1, "2026-12-02": 1, "2027-02-01": 1, "2027-02-02": 0} {
		if u := open(t, makeSite(t, neighbours), on).Upcoming(consent.Duration{Count: 60, Unit: 'd'}); len(u.Endings) != want+map[bool]int{true: 1}[on == "2026-12-03"] {
			t.Errorf("on %s: %+v", on, u.Endings)
		}
	}
	none := text(t, open(t, makeSite(t, neighbours), "2027-03-01").Upcoming(consent.Duration{Count: 3, Unit: 'w'}).WriteText)
	same(t, none, "No consent ends between 2027-03-01 and 2027-03-22.\n")
	today := text(t, open(t, makeSite(t, neighbours), "2027-02-01").Upcoming(consent.Duration{Count: 3, Unit: 'w'}).WriteText)
	if !strings.Contains(today, "2027-02-01  people/amina (today is the last day): 3 stories fall with it: stories/biblioteka, stories/bus, stories/library\n") {
		t.Errorf("got\n%s", today)
	}
}

// The calendar can be read back, holds no name, and is the same for the same day.
func TestCalendar(t *testing.T) {
	write := func() string {
		return text(t, open(t, makeSite(t, neighbours), "2026-12-10").Upcoming(consent.Duration{}).WriteCalendar)
	}
	got := write()
	same(t, write(), got)
	quotesNothing(t, got)
	if strings.Count(got, "\n") != strings.Count(got, "\r\n") {
		t.Error("lines don't all end in CRLF (RFC 5545, section 3.1)")
	}
	for _, line := range strings.Split(got, "\r\n") {
		if len(line) > 75 {
			t.Errorf("a line is longer than 75 bytes: %q", line)
		}
	}
	c, err := ical.ParseCalendar(strings.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	events := c.Events()
	if len(events) != 2 {
		t.Fatalf("%d events:\n%s", len(events), got)
	}
	for i, want := range []struct{ start, end, summary, description string }{
		{"20270114", "20270115", "Last day of the consent of people/jaya", "The next day they come of age and are asked afresh."},
		{"20270201", "20270202", "Last day of the consent of people/amina", "After this day it no longer holds, and 3 stories would leave the site: stories/biblioteka, stories/bus, stories/library."},
	} {
		e := events[i]
		same(t, e.GetProperty(ical.ComponentPropertyDtStart).Value, want.start)
		same(t, e.GetProperty(ical.ComponentPropertyDtEnd).Value, want.end)
		same(t, e.GetProperty(ical.ComponentPropertySummary).Value, want.summary)
		same(t, e.GetProperty(ical.ComponentPropertyDescription).Value, want.description)
		same(t, e.GetProperty(ical.ComponentPropertyDtstamp).Value, "20261210T000000Z")
		if len(e.Alarms()) != 1 || !strings.HasSuffix(e.Id(), "@stories.example.org") {
			t.Errorf("event %d: %+v", i, e)
		}
	}
}

// A writer that fails is told, not ignored.
func TestWriteErrors(t *testing.T) {
	k := open(t, makeSite(t, neighbours), "2026-12-10")
	s, _ := k.Show("amina")
	c, _ := k.Withdraw("amina")
	f, _ := k.Forget("amina", bytes.NewReader(make([]byte, 16)))
	r, _ := k.Receipt("amina")
	for name, write := range map[string]func(io.Writer) error{
		"list": k.List().WriteText, "list json": k.List().WriteJSON, "upcoming": k.Upcoming(consent.Duration{}).WriteText, "calendar": k.Upcoming(consent.Duration{}).WriteCalendar,
		"show": s.WriteText, "change": c.WriteText, "next": c.WriteNext, "forget": f.WriteText, "forgotten": f.WriteNext,
		"receipt": r.WriteText, "receipt html": r.WriteHTML, "receipt json": r.WriteJSON,
	} {
		if err := write(full{}); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
