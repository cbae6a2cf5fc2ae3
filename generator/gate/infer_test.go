package gate

import (
	"testing"

	"ownwords/generator/read"
)

func date(t *testing.T, s string) Date {
	t.Helper()
	if s == "" {
		return Date{}
	}
	d, err := read.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestInferDate(t *testing.T) {
	for _, c := range []struct {
		when, note, want string
		inferred         bool
	}{
		{"Thursday 22 October, 3.00–4.30pm", "2020-09-17", "2020-10-22", true},
		{"22nd of October", "2020-09-17", "2020-10-22", true},
		{"October 22nd, 3pm", "2020-09-17", "2020-10-22", true},
		{"from 3 to 5 on the 22 Oct.", "2020-09-17", "2020-10-22", true},
		{"9 January at 3.00", "2020-12-10", "2021-01-09", true},
		{"17 September", "2020-09-17", "2021-09-17", true}, // the day itself isn't after it
		{"1 September", "2020-09", "2020-09-01", true},     // the note may have been written on any day of its month
		{"29 February", "2021-03-01", "2024-02-29", true},
		{"we may meet on 5 June (online)", "2020-05-01", "2020-06-05", true},

		{"22 October 2021", "2020-09-17", "2021-10-22", false},
		{"October 22, 2021", "", "2021-10-22", false}, // a written year needs no note's

		{"22 October", "", "", false},
		{"22 October", "2020", "", false}, // before or after in that year can't be told
		{"November, date to be set", "2020-09-17", "", false},
		{"in a few weeks", "2020-09-17", "", false},
		{"22 and 29 October", "2020-09-17", "", false},
		{"22–24 October", "2020-09-17", "", false},
		{"22 October or 5 November", "2020-09-17", "", false},
		{"30 February", "2020-01-01", "", false},
		{"30 February 2021", "2020-01-01", "", false},
		{"32 October", "2020-09-17", "", false},
		{"", "2020-09-17", "", false},
	} {
		got, inferred := InferDate(c.when, date(t, c.note))
		if got.String() != c.want || inferred != (c.inferred && c.want != "") {
			t.Errorf("%q in a note of %q: %q, inferred %v; want %q, %v", c.when, c.note, got, inferred, c.want, c.inferred)
		}
	}
}

func TestMeetingDate(t *testing.T) {
	for _, c := range []struct{ date, when, note, want string }{
		{"2020-10-28", "28 October 2021", "2020-09-17", "2020-10-28"}, // what is written as a date goes first
		{"", "Thursday 22 October", "2020-09-17", "2020-10-22"},
		{"", "Friday 22 October", "2020-09-17", ""}, // a Thursday: which of the two is meant?
		{"", "Friday 22 October 2020", "", ""},
		{"2020-11", "", "2020-09-17", "2020-11"},
	} {
		m := Meeting{Date: date(t, c.date), When: c.when}
		if got, _ := MeetingDate(m, date(t, c.note)); got.String() != c.want {
			t.Errorf("date %q, when %q, note %q: %q, want %q", c.date, c.when, c.note, got, c.want)
		}
	}
}

func TestMeetingUntil(t *testing.T) {
	for _, c := range []struct{ date, when, note, want string }{
		{"2020-10-28", "", "2020-09-17", "2020-10-28"},
		{"2020-11", "", "2020-09-17", "2020-11-30"},
		{"2021", "", "2020-09-17", "2021-12-31"},
		{"", "in a few weeks", "2020-02-29", "2021-02-28"},
		{"", "in a few weeks", "2020-09", "2021-09-30"},
		{"", "in a few weeks", "", ""},
	} {
		m := Meeting{Date: date(t, c.date), When: c.when}
		got := ""
		if day, ok := m.Until(date(t, c.note)); ok {
			got = day.String()
		}
		if got != c.want {
			t.Errorf("date %q, when %q, note %q: until %q, want %q", c.date, c.when, c.note, got, c.want)
		}
	}
}
