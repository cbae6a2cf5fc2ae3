package consent

import (
	"fmt"
	"strconv"
	"time"
)

// Day is a civil day: the number of days since 1 January 1970 in the
// proleptic Gregorian calendar. It has no clock and no time zone; which day
// "today" is, is decided once, where the program starts.
type Day int32

// NewDay returns the day of a calendar date that exists.
func NewDay(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// DayOf returns the civil day of an instant in a time zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return NewDay(y, m, d)
}

// ParseDay reads a day written exactly as 2027-03-01. Other spellings, and
// days that no calendar has (2027-02-29), are errors.
func ParseDay(s string) (Day, error) {
	if len(s) != len("2006-01-02") || s[4] != '-' || s[7] != '-' {
		return 0, fmt.Errorf("not written as year-month-day, such as 2027-03-01")
	}
	year, err1 := number(s[:4])
	month, err2 := number(s[5:7])
	day, err3 := number(s[8:])
	if err1 != nil || err2 != nil || err3 != nil || year == 0 {
		return 0, fmt.Errorf("not written as year-month-day, such as 2027-03-01")
	}
	if month < 1 || month > 12 || day < 1 || day > DaysIn(year, time.Month(month)) {
		return 0, fmt.Errorf("no calendar has that day")
	}
	return NewDay(year, time.Month(month), day), nil
}

// number reads ASCII digits only; strconv would allow a sign.
func number(s string) (int, error) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, strconv.ErrSyntax
		}
	}
	return strconv.Atoi(s)
}

// DaysIn returns how many days a month has.
func DaysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Date returns the calendar date.
func (d Day) Date() (year int, month time.Month, day int) {
	return d.midnight().Date()
}

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.midnight().Weekday() }

func (d Day) midnight() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String writes the day as 2027-03-01.
func (d Day) String() string { return d.midnight().Format("2006-01-02") }

// Duration is a length of time in calendar units, as people agree on one:
// 60d, 6w, 18m, 2y. The zero Duration means that none was given.
type Duration struct {
	Count int
	Unit  byte // one of d, w, m, y
}

// ParseDuration reads a number from 1 to 9999 followed by d, w, m or y.
func ParseDuration(s string) (Duration, error) {
	if len(s) < 2 || len(s) > 5 {
		return Duration{}, fmt.Errorf("not a length of time such as 60d, 6w, 18m or 2y")
	}
	n, err := number(s[:len(s)-1])
	unit := s[len(s)-1]
	if err != nil || n < 1 || (unit != 'd' && unit != 'w' && unit != 'm' && unit != 'y') {
		return Duration{}, fmt.Errorf("not a length of time such as 60d, 6w, 18m or 2y")
	}
	return Duration{n, unit}, nil
}

// IsZero reports whether no duration was given.
func (d Duration) IsZero() bool { return d == Duration{} }

// String writes the duration as it is written in site.yaml.
func (d Duration) String() string {
	if d.IsZero() {
		return ""
	}
	return strconv.Itoa(d.Count) + string(d.Unit)
}

// Add returns the day after the duration. Months and years keep the day of the
// month, clamped to the end of a shorter month, so that nothing lasts longer
// than agreed (spec, "A story", lasts): 31 August and six months is 28 or 29
// February. Results stay within the years that can be written with four digits.
func (d Day) Add(l Duration) Day {
	switch l.Unit {
	case 'd':
		return min(d+Day(l.Count), lastDay)
	case 'w':
		return min(d+Day(7*l.Count), lastDay)
	case 'm':
		return d.addMonths(l.Count)
	case 'y':
		return d.addMonths(12 * l.Count)
	}
	return d
}

var lastDay = NewDay(9999, time.December, 31)

func (d Day) addMonths(n int) Day {
	year, month, day := d.Date()
	months := year*12 + int(month) - 1 + n
	year, month = months/12, time.Month(months%12+1)
	if year > 9999 {
		return lastDay
	}
	return NewDay(year, month, min(day, DaysIn(year, month)))
}
