package importing

import (
	"regexp"
	"strings"
	"time"

	"ownwords/generator/consent"
)

// date is a date in a text, as precise as it was written.
type date struct {
	start, end int // where it stands in the text
	year       int // 0 when not written
	month      time.Month
	day        int // 0 when only a month was written
	weekday    time.Weekday
	hasWeekday bool
	// order is set when day and month could be the other way round (3/4/2021).
	order bool
	// short is set when the year was written with two figures.
	short bool
	// span is set when it is the first day of several.
	span bool
	// wrong is set when no calendar has the day.
	wrong bool
}

const (
	monthNames = `Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?`
	dayNames   = `Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:r(?:s(?:day)?)?)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?`
	ws         = `[\s\x{A0}\x{202F}]`
	ordinal    = `(?:` + ws + `?(?:st|nd|rd|th)\b)?`
)

var (
	isoDay     = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})(?:\b|T)`)
	dayMonth   = regexp.MustCompile(`(?i)\b(?:(` + dayNames + `)\b[,.]?` + ws + `*(?:the` + ws + `+)?)?(\d{1,2})` + ordinal + `(?:` + ws + `*(?:-|–|to|and|&)` + ws + `*(?:(` + dayNames + `)` + ws + `+)?(\d{1,2})` + ordinal + `)?` + ws + `+(?:of` + ws + `+)?(` + monthNames + `)\b(?:[,.]?` + ws + `*(?:(?:in` + ws + `+)?(\d{4})\b|[’'](\d{2})\b))?`)
	monthDay   = regexp.MustCompile(`(?i)\b(?:(` + dayNames + `)\b[,.]?` + ws + `*)?(` + monthNames + `)` + ws + `+(?:the` + ws + `+)?(\d{1,2})` + ordinal + `(?:` + ws + `*(?:-|–|to|and|&)` + ws + `*(\d{1,2})` + ordinal + `)?(?:,?` + ws + `+(\d{4})\b|\b)`)
	numericDay = regexp.MustCompile(`(?i)(?:\b(` + dayNames + `)\b[,.]?` + ws + `*)?\b(\d{1,2})([/.-])(\d{1,2})([/.-])(\d{4}|\d{2})\b`)
	monthYear  = regexp.MustCompile(`\b(?i:(` + monthNames + `)),?` + ws + `+(?:of` + ws + `+)?(\d{4})\b`)
)

// findDates finds the dates in a text, in their order.
func findDates(s string) []date {
	var out []date
	taken := func(at []int) bool {
		for _, d := range out {
			if at[0] < d.end && d.start < at[1] {
				return true
			}
		}
		return false
	}
	group := func(at []int, n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return s[at[2*n]:at[2*n+1]]
	}
	add := func(at []int, d date) {
		if taken(at) || d.month < 1 || d.month > 12 && !d.wrong {
			return
		}
		d.start, d.end = at[0], at[1]
		for strings.HasSuffix(s[d.start:d.end], ".") || strings.HasSuffix(s[d.start:d.end], ",") {
			d.end--
		}
		if d.day > 0 {
			year := d.year
			if year == 0 {
				year = 2000 // a leap year: 29 February may be meant
			}
			if d.month > 12 || d.day > consent.DaysIn(year, d.month) {
				d.wrong = true
			}
		}
		out = append(out, d)
	}
	for _, at := range isoDay.FindAllStringSubmatchIndex(s, -1) {
		d := date{year: atoi(group(at, 1)), month: time.Month(atoi(group(at, 2))), day: atoi(group(at, 3))}
		at[1] = at[7]
		if d.year >= 1900 && d.day > 0 && d.month <= 12 {
			add(at, d)
		}
	}
	for _, at := range numericDay.FindAllStringSubmatchIndex(s, -1) {
		if group(at, 3) != group(at, 5) {
			continue
		}
		d := date{day: atoi(group(at, 2)), month: time.Month(atoi(group(at, 4))), year: atoi(group(at, 6))}
		d.setWeekday(group(at, 1))
		if len(group(at, 6)) == 2 {
			if group(at, 3) == "." && d.year < 10 {
				continue // a section number or version, such as 1.2.03
			}
			d.year, d.short = d.year+2000, true
		}
		if d.month > 12 && d.day <= 12 && d.day > 0 {
			d.day, d.month = int(d.month), time.Month(d.day)
		} else if d.day <= 12 && int(d.month) != d.day {
			d.order = true
		}
		if d.day > 0 && d.day <= 31 && d.month <= 12 && d.year >= 1900 {
			add(at, d)
		}
	}
	for _, at := range dayMonth.FindAllStringSubmatchIndex(s, -1) {
		if !monthWritten(group(at, 5), true) {
			continue
		}
		d := date{day: atoi(group(at, 2)), month: monthOf(group(at, 5)), year: atoi(group(at, 6)), span: group(at, 4) != ""}
		if y := group(at, 7); y != "" {
			d.year, d.short = 2000+atoi(y), true
		}
		d.setWeekday(group(at, 1))
		if group(at, 3) != "" && !d.hasWeekday {
			// "meeting 3 - Thursday 9 July": only the second is a day
			at[0] = at[6]
			d.day, d.span = atoi(group(at, 4)), false
			d.setWeekday(group(at, 3))
		}
		if d.day > 0 && d.day <= 31 {
			add(at, d)
		}
	}
	for _, at := range monthDay.FindAllStringSubmatchIndex(s, -1) {
		if !monthWritten(group(at, 2), false) {
			continue
		}
		d := date{month: monthOf(group(at, 2)), day: atoi(group(at, 3)), span: group(at, 4) != "", year: atoi(group(at, 5))}
		d.setWeekday(group(at, 1))
		if d.day > 0 && d.day <= 31 {
			add(at, d)
		}
	}
	for _, at := range monthYear.FindAllStringSubmatchIndex(s, -1) {
		if y := atoi(group(at, 2)); monthWritten(group(at, 1), false) && y >= 1900 && y < 2200 {
			add(at, date{month: monthOf(group(at, 1)), year: y})
		}
	}
	for i := 1; i < len(out); i++ { // few; insertion keeps it plain
		for j := i; j > 0 && out[j].start < out[j-1].start; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

// monthWritten keeps the words may, march and such out: a month has a capital,
// or a day before it.
func monthWritten(s string, afterDay bool) bool {
	if s == strings.ToLower(s) {
		return afterDay && s != "may" && s != "mar" && s != "march"
	}
	return true
}

func monthOf(s string) time.Month {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(m.String()[:3], s[:3]) {
			return m
		}
	}
	return 0
}

func (d *date) setWeekday(s string) {
	for w := time.Sunday; w <= time.Saturday; w++ {
		if len(s) >= 3 && strings.EqualFold(w.String()[:3], s[:3]) {
			d.weekday, d.hasWeekday = w, true
		}
	}
}

// full reports whether the date names one day of one year that exists.
func (d date) full() bool { return d.year > 0 && d.day > 0 && !d.wrong }

func (d date) on() consent.Day { return consent.NewDay(d.year, d.month, d.day) }

// fits reports whether the weekday, if one is written, is that of the day.
func (d date) fits() bool { return !d.hasWeekday || !d.full() || d.on().Weekday() == d.weekday }

// value writes the date as the front matter does, as precise as known.
func (d date) value() string {
	switch {
	case d.full():
		return d.on().String()
	case d.year > 0 && d.day == 0:
		return consent.NewDay(d.year, d.month, 1).String()[:7]
	}
	return ""
}

// span is a time of day, or from one to another, in a text.
type clock struct {
	start, end int
	from, to   string // 15:00; to may be empty
	// unclear is set when it isn't said whether it is before or after noon.
	unclear bool
}

const (
	oneTime = `(\d{1,2})(?:[.:](\d{2}))?` + ws + `*(am\b|pm\b|a\.m\.?|p\.m\.?|noon\b|midday\b|hrs\b|h\b)?`
)

var (
	timeRange  = regexp.MustCompile(`(?i)\b` + oneTime + ws + `*(?:-|–|—|to|until|till)` + ws + `*(?:` + oneTime + `|(noon|midday)\b)`)
	singleTime = regexp.MustCompile(`(?i)\b(at` + ws + `+|from` + ws + `+)?` + oneTime)
)

// findTimes finds times of day, dates aside. A time without am or pm counts
// only when it is plainly one: 15:00, or 9.30-11.00.
func findTimes(s string) []clock {
	bare := []byte(s)
	for _, d := range findDates(s) {
		for i := d.start; i < d.end; i++ {
			bare[i] = '#'
		}
	}
	t := string(bare)
	var out []clock
	group := func(at []int, n int) string {
		if at[2*n] < 0 {
			return ""
		}
		return t[at[2*n]:at[2*n+1]]
	}
	for _, at := range timeRange.FindAllStringSubmatchIndex(t, -1) {
		h1, m1, half1 := group(at, 1), group(at, 2), group(at, 3)
		h2, m2, half2 := group(at, 4), group(at, 5), group(at, 6)
		if noon := group(at, 7); noon != "" {
			h2, half2 = "12", noon
		}
		if half1 == "" && half2 == "" && (m1 == "" || m2 == "") {
			continue
		}
		c := clock{start: at[0], end: at[1]}
		if half1 == "" && half2 == "" && !twentyFour(h1, t[at[0]:at[1]]) && !twentyFour(h2, t[at[0]:at[1]]) {
			c.unclear = true
			out = append(out, c)
			continue
		}
		to, ok2 := minutes(h2, m2, half2)
		from, ok1 := minutes(h1, m1, half1)
		if half1 == "" && half2 != "" {
			from, ok1 = minutes(h1, m1, half2)
			if ok1 && (from >= to || strings.HasPrefix(strings.ToLower(half2), "noon") || strings.EqualFold(half2, "midday")) {
				from, ok1 = minutes(h1, m1, "")
			}
		} else if half2 == "" && half1 != "" {
			if to, ok2 = minutes(h2, m2, half1); to <= from {
				to, ok2 = minutes(h2, m2, "pm")
			}
		}
		if !ok1 || !ok2 || to <= from {
			continue
		}
		c.from, c.to = clockFace(from), clockFace(to)
		out = append(out, c)
	}
	for _, at := range singleTime.FindAllStringSubmatchIndex(t, -1) {
		inside := false
		for _, c := range out {
			inside = inside || at[0] < c.end && c.start < at[1]
		}
		lead, h, m, half := group(at, 1), group(at, 2), group(at, 3), group(at, 4)
		if inside || half == "" && (m == "" || lead == "" && !strings.Contains(t[at[0]:at[1]], ":")) {
			continue
		}
		if lead == "" && half != "" && strings.EqualFold(half, "h") {
			continue
		}
		c := clock{start: at[0], end: at[1]}
		c.unclear = half == "" && !twentyFour(h, t[at[0]:at[1]])
		if n, ok := minutes(h, m, half); ok {
			if !c.unclear {
				c.from = clockFace(n)
			}
			out = append(out, c)
		}
	}
	return out
}

// twentyFour reports whether an hour can only be one of twenty-four.
func twentyFour(hour, written string) bool {
	return atoi(hour) > 12 || strings.HasPrefix(hour, "0") || strings.Contains(written, ":") && len(hour) == 2
}

// minutes are counted from midnight.
func minutes(hour, minute, half string) (int, bool) {
	h, m := atoi(hour), atoi(minute)
	half = strings.ToLower(strings.ReplaceAll(half, ".", ""))
	switch half {
	case "pm":
		if h == 0 || h > 12 {
			return 0, false
		}
		h = h%12 + 12
	case "am":
		if h == 0 || h > 12 {
			return 0, false
		}
		h %= 12
	case "noon", "midday":
		if h != 12 {
			return 0, false
		}
	}
	return h*60 + m, h < 24 && m < 60
}

func clockFace(n int) string {
	two := func(n int) string { return itoa(n/10) + itoa(n%10) }
	return two(n/60) + ":" + two(n%60)
}
