package gate

import (
	"strconv"
	"strings"
	"time"

	"ownwords/generator/consent"
)

// InferDate reads a day and month without a year from the words of an
// announcement, such as "Thursday 22 October, 3.00–4.30pm", and takes the year
// from the date of the note that announces it: the first such day after it.
// The date is zero when the words hold no single day and month, or the note no
// date. inferred says that the year wasn't written.
func InferDate(when string, note Date) (date Date, inferred bool) {
	if note.IsZero() || note.Month == 0 {
		return Date{}, false
	}
	day, month, year := 0, time.Month(0), 0
	for _, w := range strings.FieldsFunc(when, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\n' || r == '(' || r == ')' }) {
		if m := monthNamed(w); m != 0 {
			if month != 0 {
				return Date{}, false
			}
			month = m
			continue
		}
		digits := strings.TrimRight(strings.ToLower(w), "stndrh")
		n, err := strconv.Atoi(digits)
		switch {
		case err != nil:
		case n >= 1 && n <= 31 && day == 0:
			day = n
		case n >= 1900 && n <= 2200:
			year = n
		}
	}
	if day == 0 || month == 0 {
		return Date{}, false
	}
	if year == 0 {
		inferred = true
		year = note.Year
		for !exists(year, month, day) || consent.NewDay(year, month, day) <= note.First() {
			if year++; year > note.Year+8 {
				return Date{}, false
			}
		}
	} else if !exists(year, month, day) {
		return Date{}, false
	}
	return Date{Year: year, Month: month, Day: day}, inferred
}

func exists(year int, month time.Month, day int) bool { return day <= consent.DaysIn(year, month) }

func monthNamed(w string) time.Month {
	w = strings.ToLower(strings.TrimRight(w, "."))
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); len(w) >= 3 && strings.HasPrefix(name, w) {
			return m
		}
	}
	return 0
}
