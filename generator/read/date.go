package read

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"ownwords/generator/consent"
)

// Date is a date as precisely as it is known: a year, a month of a year, or a
// day. The zero Date isn't known.
type Date struct {
	Year  int
	Month time.Month // 0 when only the year is known
	Day   int        // 0 when only the month is known
}

// ParseDate reads 2026-05-02, 2026-05 or 2026.
func ParseDate(s string) (Date, error) {
	parts := strings.Split(s, "-")
	if len(parts) == 3 {
		day, err := consent.ParseDay(s)
		if err != nil {
			return Date{}, err
		}
		y, m, d := day.Date()
		return Date{y, m, d}, nil
	}
	wrong := fmt.Errorf("not written as 2026-05-02, 2026-05 or 2026")
	if len(parts) > 3 || len(parts[0]) != 4 {
		return Date{}, wrong
	}
	year, err := strconv.ParseUint(parts[0], 10, 16)
	if err != nil || year == 0 {
		return Date{}, wrong
	}
	if len(parts) == 1 {
		return Date{Year: int(year)}, nil
	}
	month, err := strconv.ParseUint(parts[1], 10, 8)
	if err != nil || len(parts[1]) != 2 || month < 1 || month > 12 {
		return Date{}, wrong
	}
	return Date{Year: int(year), Month: time.Month(month)}, nil
}

// IsZero reports whether the date isn't known.
func (d Date) IsZero() bool { return d.Year == 0 }

// String writes the date as in front matter and in <time datetime>: 2026-05-02, 2026-05 or 2026.
func (d Date) String() string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return fmt.Sprintf("%04d", d.Year)
	case d.Day == 0:
		return fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Whole returns the day, when one is known.
func (d Date) Whole() (day consent.Day, ok bool) {
	if d.Day == 0 {
		return 0, false
	}
	return consent.NewDay(d.Year, d.Month, d.Day), true
}

// First returns the earliest day that the date may mean.
func (d Date) First() consent.Day {
	return consent.NewDay(max(d.Year, 1), max(d.Month, 1), max(d.Day, 1))
}

// Compare orders dates by time; at the same time the less precise comes first,
// and an unknown date before all.
func (d Date) Compare(e Date) int {
	if c := d.Year - e.Year; c != 0 {
		return c
	}
	if c := int(d.Month - e.Month); c != 0 {
		return c
	}
	return d.Day - e.Day
}
