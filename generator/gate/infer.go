package gate

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"ownwords/generator/consent"
)

// MeetingDate tells when an announced meeting is, as precisely as it is known:
// its date, or else the day in its words (InferDate). The date is zero when
// their weekday isn't the one of that day: only their writer knows then which
// day is meant. inferred says that the year wasn't written.
func MeetingDate(m Meeting, note Date) (date Date, inferred bool) {
	if !m.Date.IsZero() {
		return m.Date, false
	}
	date, inferred = InferDate(m.When, note)
	if said, _ := announced(m.When); said.weekday != noWeekday && !date.IsZero() && said.weekday != date.First().Weekday() {
		return Date{}, false
	}
	return date, inferred
}

// Until returns the last day on which the meeting can be still to come: that
// of its date, or a year after the note that announced it in other words. ok
// is false when neither is known.
func (m Meeting) Until(note Date) (day consent.Day, ok bool) {
	date, _ := MeetingDate(m, note)
	if date.IsZero() {
		if date = note; date.IsZero() {
			return 0, false
		}
		date.Year++
	}
	if date.Month == 0 {
		date.Month = time.December
	}
	if last := consent.DaysIn(date.Year, date.Month); date.Day == 0 || date.Day > last {
		date.Day = last
	}
	return date.Whole()
}

// InferDate reads a day from the words of an announcement, such as "Thursday
// 22 October, 3.00–4.30pm". A year that the words leave out is taken from the
// date of the note that announces it: the first such day after the note's.
// inferred says that the year wasn't written. The date is zero when the words
// hold no day and month or more than one, or when no year can be told. Whether
// the weekday fits is for the caller to ask.
func InferDate(when string, note Date) (date Date, inferred bool) {
	said, ok := announced(when)
	if !ok {
		return Date{}, false
	}
	if said.year == 0 {
		if note.IsZero() || note.Month == 0 {
			return Date{}, false
		}
		inferred = true
		last := note.Year + 8 // 29 February may be that far away
		for said.year = note.Year; !said.exists() || !said.after(note); said.year++ {
			if said.year == last {
				return Date{}, false
			}
		}
	}
	if !said.exists() {
		return Date{}, false
	}
	return Date{Year: said.year, Month: said.month, Day: said.day}, inferred
}

const noWeekday = time.Weekday(-1)

// announcement is a day as words give it; year is 0 when they leave it out.
type announcement struct {
	day, year int
	month     time.Month
	weekday   time.Weekday
}

func (a announcement) exists() bool { return a.day <= consent.DaysIn(a.year, a.month) }

func (a announcement) on() consent.Day { return consent.NewDay(a.year, a.month, a.day) }

// after reports whether the day comes after the note's, or can: a note that
// only knows its month may announce a day in it.
func (a announcement) after(note Date) bool {
	if note.Day == 0 {
		return a.on() >= note.First()
	}
	return a.on() > note.First()
}

// announced finds the one day that the words name, as a number beside the name
// of a month: "22 October", "22nd of October 2020", "October 22".
func announced(when string) (a announcement, ok bool) {
	words := strings.FieldsFunc(when, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;()[]“”\"", r) })
	a.weekday = noWeekday
	number := func(i, least, most int) int {
		if i < 0 || i >= len(words) {
			return 0
		}
		w := strings.TrimRight(strings.ToLower(words[i]), ".:")
		for _, ending := range []string{"st", "nd", "rd", "th"} {
			w = strings.TrimSuffix(w, ending)
		}
		if n, err := strconv.Atoi(w); err == nil && n >= least && n <= most {
			return n
		}
		return 0
	}
	for i, w := range words {
		if d, is := weekdayNamed(w); is {
			if a.weekday != noWeekday && a.weekday != d {
				return a, false // two weekdays
			}
			a.weekday = d
		}
		month := monthNamed(w)
		if month == 0 {
			continue
		}
		before := i - 1
		for before >= 0 && (strings.EqualFold(words[before], "of") || strings.EqualFold(words[before], "the")) {
			before--
		}
		day, year := number(before, 1, 31), number(i+1, 1900, 2200)
		if day > 0 && before > 0 && isAnd(words[before-1]) && number(before-2, 1, 31) > 0 {
			return a, false // "22 and 29 October"
		}
		if day == 0 {
			if day = number(i+1, 1, 31); day > 0 {
				year = number(i+2, 1900, 2200)
			}
		}
		if day == 0 {
			continue // the verb "may", or a month alone
		}
		if a.day != 0 {
			return a, false // two days
		}
		a.day, a.month, a.year = day, month, year
	}
	return a, a.day != 0
}

func isAnd(w string) bool {
	switch strings.ToLower(w) {
	case "and", "or", "to", "&", "–", "-", "/":
		return true
	}
	return false
}

// monthNamed reads a month's name in English, in full or as its first three
// letters or more ("Sept.").
func monthNamed(w string) time.Month {
	w = strings.ToLower(strings.TrimRight(w, "."))
	for m := time.January; m <= time.December; m++ {
		if len(w) >= 3 && strings.HasPrefix(strings.ToLower(m.String()), w) {
			return m
		}
	}
	return 0
}

// weekdayNamed reads a weekday's name in English, in full or shortened ("Thurs").
func weekdayNamed(w string) (time.Weekday, bool) {
	w = strings.ToLower(strings.TrimRight(w, "."))
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(w) >= 3 && strings.HasPrefix(strings.ToLower(d.String()), w) {
			return d, true
		}
	}
	return noWeekday, false
}
