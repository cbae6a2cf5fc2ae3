package importing

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"ownwords/generator/report"
)

// draft is a note in the making: what is known so far for its front matter.
type draft struct {
	*source
	options Options
	result  *Result

	moved              []Moved
	title              string
	titleLine          int
	kind, cell         string
	cellName           string
	number, attendance int
	date, dateRemark   string
	noteDay            date
	held, by           string
	hashtags           []string
	questions          []string
	next               []meeting
	hasSummary         bool
}

func (d *draft) guess(g Guess) { d.result.Guesses = append(d.result.Guesses, g) }

var titleLead = regexp.MustCompile(`(?i)^(?:title|subject|re):\s*`)

// guessTitle takes the title, and its line out of the text, so that the page
// doesn't show it twice. A title that has to be made up is said to be unsure.
func (d *draft) guessTitle() {
	defer func() { d.result.Title = d.title }()
	if d.source.title != "" {
		d.title = d.source.title
		d.guess(Guess{Field: "title", Value: d.title, Words: d.title, Sure: Sure, Why: "the original gives it as its title"})
		if len(d.blocks) > 1 && fold(d.blocks[0].text) == fold(d.title) && d.blocks[0].kind == paragraph {
			d.takeTitleLine(0)
		}
		return
	}
	for i := range d.blocks {
		// Word's title style, or the only main heading of a page or file.
		if b := &d.blocks[i]; i < 3 && len(d.blocks) > 1 && (b.titled || b.styled == 1 && !slices.ContainsFunc(d.blocks[i+1:], func(o block) bool { return o.styled == 1 })) && b.kind == paragraph {
			d.title, d.titleLine = plainSpaces(b.text), b.line
			d.guess(Guess{Field: "title", Value: d.title, Words: b.text, Line: b.line, Sure: Sure, Why: "it is marked as the title"})
			d.titleFrom(i)
			return
		}
	}
	if len(d.blocks) > 1 {
		b := &d.blocks[0]
		t := plainSpaces(b.text)
		stands := b.kind == paragraph && wordCount(t) <= 24 && len(t) <= 200 && (!strings.HasSuffix(t, ".") || wordCount(t) <= 14) &&
			!strings.HasSuffix(t, ":") && !wellKnown.MatchString(bare(t)) && !isPictureName(t) && !isDateLine(t) && !isRule(t)
		if lead := titleLead.FindString(t); stands && lead != "" && len(t) > len(lead) {
			d.title, d.titleLine = t[len(lead):], b.line
			d.guess(Guess{Field: "title", Value: d.title, Words: b.text, Line: b.line, Sure: Likely, Why: "it is the first line"})
			d.moved = append(d.moved, Moved{Line: b.line, Text: b.text, Into: "comment"})
			d.blocks = d.blocks[1:]
			return
		}
		if stands {
			d.title, d.titleLine = t, b.line
			d.guess(Guess{Field: "title", Value: t, Words: b.text, Line: b.line, Sure: Likely, Why: "it is the first line"})
			d.takeTitleLine(0)
			return
		}
	}
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(d.name, `\`, "/")), path.Ext(d.name))
	d.title = capitalised(strings.Join(words(isoDay.ReplaceAllString(name, "")), " "))
	if d.title == "" {
		d.title = "Note"
	}
	d.guess(Guess{Field: "title", Value: d.title, Words: d.name, Sure: Unsure, Why: "no line of the text looks like a title, so the file's name was taken"})
	d.problem("title-missing", report.Warning, 0, "The text has no line that looks like a title.", "Write the title under `title`; now it is made from the file's name.")
}

// titleFrom takes a marked title out of the text; lines above it stay there.
func (d *draft) titleFrom(i int) {
	if i == 0 {
		d.takeTitleLine(0)
		return
	}
	// The title isn't at the end of the text, so its line stays, as a paragraph or heading.
	d.blocks[i].titled = false
}

func (d *draft) takeTitleLine(i int) {
	d.titleLine = d.blocks[i].line
	text := d.blocks[i].typed()
	if d.source.title != "" && fold(text) != fold(d.title) {
		return
	}
	d.moved = append(d.moved, Moved{Line: d.blocks[i].line, Text: text, Into: "title"})
	d.blocks = slices.Delete(slices.Clone(d.blocks), i, i+1)
}

func capitalised(s string) string {
	for i, r := range s {
		return string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}

// head are the passages that say what the note is about and when: the title
// and what stands above the first section, as far as it is short.
func (d *draft) head() []passage {
	out := []passage{{d.title, d.titleLine, false}}
	for i := range d.blocks {
		b := &d.blocks[i]
		if b.kind == heading && (i > 0 || b.class != styledHeading) || i >= 6 {
			break
		}
		out = append(out, b.passages()...)
	}
	return out
}

// guessAll fills in what the front matter of a note may hold.
func (d *draft) guessAll() {
	head := d.head()
	d.guessKind(head)
	d.guessCell(head)
	d.guessDate(head)
	d.guessHeld(head)
	d.guessSummary()
	d.guessAttendance()
	d.guessHashtags()
	d.guessNext()
	d.guessQuestions()
}

var (
	roundtable = regexp.MustCompile(`(?i)\bround ?-?tables?\b`)
	learning   = regexp.MustCompile(`(?i)\b(what (we|i) (have )?learn(ed|t)|learning (note|paper|report)|lessons (learn(ed|t)|from))\b`)
)

func (d *draft) guessKind(head []passage) {
	d.kind = "meeting"
	for i, p := range head {
		if i > 2 || wordCount(p.text) > 40 {
			break
		}
		if m := roundtable.FindString(p.text); m != "" {
			d.kind = "roundtable"
			d.guess(Guess{Field: "kind", Value: d.kind, Words: m, Line: p.line, Sure: Sure})
			return
		}
		if m := learning.FindString(p.text); m != "" && i == 0 {
			d.kind = "learning"
			d.guess(Guess{Field: "kind", Value: d.kind, Words: m, Line: p.line, Sure: Likely})
			return
		}
	}
}

const (
	ordinalWords = `first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|inaugural`
	groupWords   = `cell|working group|study group|learning circle|action group|circle`
)

var (
	ordinals    = strings.Split(ordinalWords, "|")
	leadIn      = regexp.MustCompile(`(?i)^(?:draft )?(?:notes?|minutes|summary|report|record|write-up|key points)\s+(?:from|of|for|on)\s+`)
	meetingLead = regexp.MustCompile(`(?i)^(?:the |a |an |our )?(?:(?:` + ordinalWords + `|\d{1,2}(?:st|nd|rd|th)) )?(?:online |virtual )?(?:meeting|session|gathering|discussion)(?: \d{1,2})? (?:of|by|for|from|with) `)
	article     = regexp.MustCompile(`(?i)^(?:the|a|an|our|this)\s+`)
	ordinalLead = regexp.MustCompile(`(?i)^(` + ordinalWords + `|\d{1,2}(?:st|nd|rd|th))\s+`)
	groupAfter  = regexp.MustCompile(`(?i)^(.{2,80}?)[’'”"]?\s+(` + groupWords + `)\b[\s,:(–—-]*(?:meeting|session|note|no\.?|number|#)?[\s#]*(\d{1,2})?\b`)
	groupFirst  = regexp.MustCompile(`(?i)^(?:` + groupWords + `)\s*(?:meeting|no\.?|number|#)?\s*(\d{1,2})?\s*(?::|–|—|-|on)\s*[‘'“"]?([^,(‘’“”"]{3,80})`)
	groupCalled = regexp.MustCompile(`(?i)\b(?:` + groupWords + `)\s+(?:on|called|named)\s+[‘'“"]([^’'”",]{3,80})`)
	quotedName  = regexp.MustCompile(`[‘“"']([^’”"']{3,80})[’”"']`)
	inSeries    = regexp.MustCompile(`(?i)\b(?:(` + ordinalWords + `|\d{1,2}(?:st|nd|rd|th))\s+(?:(?:online|virtual|[\p{Lu}][\p{L}’'-]*|‘[^’]*’)\s+){0,6}(?:meeting|session|roundtable|round table|cell|gathering|circle|discussion)|(?:meeting|session|roundtable|gathering|number|no\.?|part)\s+#?(\d{1,2})\b)`)
	lastNumber  = regexp.MustCompile(`(?:\s|#)(\d{1,2})\s*$`)
)

func ordinalNumber(s string) int {
	s = strings.ToLower(s)
	if s == "inaugural" {
		return 1
	}
	if i := slices.Index(ordinals, s); i >= 0 {
		return i + 1
	}
	return atoi(strings.TrimRight(s, "stndrh"))
}

// guessCell finds the cell and the meeting's number in its series: a cell on
// file by its title, or a name that stands with the word "cell".
func (d *draft) guessCell(head []passage) {
	for i, p := range head {
		if i > 3 || wordCount(p.text) > 60 {
			break
		}
		text := plainSpaces(p.text)
		name, number := cellIn(text, d.by)
		if d.cellName == "" && name != "" {
			d.cellName = name
			d.setCell(name, p, Likely)
		}
		if d.cell == "" {
			if known := d.knownCell(text); known.ID != "" {
				d.cell, d.cellName = known.ID, known.Title
				d.guess(Guess{Field: "cell", Value: known.ID, Words: known.Title, Line: p.line, Sure: Likely, Why: "the title of a cell on file stands here"})
			}
		}
		if d.number == 0 && number > 0 {
			d.setNumber(number, p, text, Sure)
		}
	}
	if d.number == 0 {
		for i, p := range head {
			if i > 2 || wordCount(p.text) > 60 {
				break
			}
			text := plainSpaces(p.text)
			if i == 0 {
				plain := text
				for _, f := range findDates(text) {
					plain = strings.Replace(plain, text[f.start:f.end], "", 1)
				}
				if m := lastNumber.FindStringSubmatch(plain); m != nil && plain == text && (d.cell != "" || d.kind == "roundtable" || noteWords.MatchString(text)) {
					d.setNumber(atoi(m[1]), p, text, Likely)
					break
				}
			}
			if m := inSeries.FindStringSubmatch(text); m != nil {
				n := atoi(m[2])
				if m[1] != "" {
					n = ordinalNumber(m[1])
				}
				if n > 0 {
					d.setNumber(n, p, m[0], Likely)
					break
				}
			}
		}
	}
	if d.cell != "" {
		return
	}
	// The file's name is often the page's address on the old site.
	file := strings.Join(words(strings.TrimSuffix(path.Base(d.name), path.Ext(d.name))), " ")
	if name, number := cellIn(file, d.by); name != "" && d.kind == "meeting" {
		d.setCell(name, passage{text: d.name}, Unsure)
		if d.number == 0 && number > 0 {
			d.setNumber(number, passage{text: d.name}, d.name, Unsure)
		}
	}
}

func (d *draft) setNumber(n int, p passage, words string, sure Sureness) {
	d.number = n
	d.guess(Guess{Field: "number", Value: itoa(n), Words: words, Line: p.line, Sure: sure})
}

// setCell writes the ID of the cell on file that has this name, or one made from the name.
func (d *draft) setCell(name string, p passage, sure Sureness) {
	for _, c := range d.options.Cells {
		if c.ID == slugOf(name) || fold(c.Title) == fold(name) || strings.TrimSuffix(fold(c.Title), " cell") == fold(name) {
			d.cell = c.ID
			d.guess(Guess{Field: "cell", Value: c.ID, Words: name, Line: p.line, Sure: Sure})
			return
		}
	}
	if known := d.knownCell(name); known.ID != "" {
		d.cell = known.ID
		d.guess(Guess{Field: "cell", Value: known.ID, Words: name, Line: p.line, Sure: Likely})
		return
	}
	if d.cell = slugOf(name); d.cell == "" {
		return
	}
	d.guess(Guess{Field: "cell", Value: d.cell, Words: name, Line: p.line, Sure: sure})
	ids := make([]string, 0, len(d.options.Cells))
	for _, c := range d.options.Cells {
		ids = append(ids, c.ID)
	}
	help := "Make one with `ownwords new cell " + d.cell + "`, or write the ID of the right cell under `cell`."
	if near := report.DidYouMean(d.cell, ids); near != "" {
		help = "Did you mean `" + near + "`? Otherwise make one with `ownwords new cell " + d.cell + "`."
	}
	d.problem("cell-not-on-file", report.Warning, p.line, "The note seems to belong to the cell “"+name+"”, and no such cell is on file.", help)
}

// knownCell finds the cell on file with the longest title that stands in a text.
func (d *draft) knownCell(text string) Cell {
	var best Cell
	folded := " " + fold(text) + " "
	for _, c := range d.options.Cells {
		title := strings.TrimSuffix(fold(c.Title), " cell")
		if title != "" && strings.Contains(folded, " "+title+" ") && len(c.Title) > len(best.Title) {
			best = c
		}
	}
	return best
}

// cellIn takes a cell's name and number out of a title, such as
// "Note from Sharing Tools Cell 2" or "First meeting of the ‘Sharing Tools’ cell".
func cellIn(text, by string) (name string, number int) {
	for _, f := range slices.Backward(findDates(text)) {
		text = text[:f.start] + ";" + text[f.end:] // a day is no number of a series
	}
	t := leadIn.ReplaceAllString(text, "")
	if m := meetingLead.FindString(t); m != "" {
		if o := inSeries.FindStringSubmatch(m); o != nil {
			number = max(atoi(o[2]), ordinalNumber(o[1]))
		}
		t = t[len(m):]
	}
	t = article.ReplaceAllString(t, "")
	if m := ordinalLead.FindStringSubmatch(t); m != nil {
		number = ordinalNumber(m[1])
		t = t[len(m[0]):]
	}
	if m := groupFirst.FindStringSubmatch(t); m != nil {
		return cellName(m[2], by), max(atoi(m[1]), number)
	}
	m := groupAfter.FindStringSubmatch(t)
	if m == nil {
		return "", 0
	}
	if c := groupCalled.FindStringSubmatch(t); c != nil {
		return cellName(c[1], by), max(atoi(m[3]), number)
	}
	name = m[1]
	if q := quotedName.FindStringSubmatch(text); q != nil && strings.Contains(text[strings.Index(text, q[0]):], "cell") {
		name = q[1]
	}
	if wordCount(name) > 8 || strings.ContainsAny(name, ".?!;") || pointing.MatchString(name) {
		return "", 0
	}
	return cellName(name, by), max(atoi(m[3]), number)
}

var byTheWay = regexp.MustCompile(`(?i)^(?:.*\b(?:meeting|session|note|notes|minutes)s? (?:of|from|for) )?(?:the |a |an |our )?`)

// pointing words stand before a cell that isn't named there.
var pointing = regexp.MustCompile(`(?i)\b(?:the|a|an|our|this|that|each|every|which|what|another)$`)

// cellName takes what isn't the name off a cell's name; "" when nothing is left.
func cellName(s, by string) string {
	s = strings.Trim(byTheWay.ReplaceAllString(s, ""), " ‘’“”'\",:–—-")
	if by != "" {
		for _, org := range []string{by, article.ReplaceAllString(by, "")} {
			if rest, ok := strings.CutPrefix(s, org); ok && strings.TrimSpace(rest) != "" {
				s = strings.Trim(rest, " ‘’“”'\",:–—-")
				break
			} else if ok {
				return ""
			}
		}
	}
	if m := ordinalLead.FindString(s); m != "" {
		s = s[len(m):]
	}
	if len(findDates(s)) > 0 || len(words(s)) == 0 {
		return ""
	}
	return s
}

var (
	heldOn     = regexp.MustCompile(`(?i)\b(?:held|met|took place|meeting|gathered|convened)\b[^.;]{0,60}?\b(?:on|in)\s+$|(?i)\bdates?(?: of (?:the )?(?:meeting|session))?:\s*$|(?i)\b(?:held|met|took place)\b[^.;]{0,60}$`)
	postedLine = regexp.MustCompile(`(?i)\b(posted|published|uploaded|last updated|updated|written|printed|downloaded)\b`)
	meetingish = regexp.MustCompile(`(?i)\b(notes?|minutes|meeting|cell|roundtable|round table|session|gathering|workshop|held|event|discussion|summary|circle)\b`)
)

// guessDate takes the meeting's day from the head of the note, from where it is
// said most plainly. Dates within the text tell of other days, and are left alone.
func (d *draft) guessDate(head []passage) {
	type found struct {
		date
		passage
		worth int
	}
	var all []found
	var posted *found
	for i, p := range head {
		for j, f := range findDates(p.text) {
			worth := 0
			switch before := p.text[:f.start]; {
			case postedLine.MatchString(before):
				posted = &found{f, p, 0}
				continue
			case nextMeeting.MatchString(before):
				continue
			case heldOn.MatchString(before):
				worth = 5
			case wordCount(p.text) > 45:
				continue // a paragraph that happens to name a day
			case i == 0:
				worth = 4
			case meetingish.MatchString(p.text):
				worth = 3
			case isDateLine(p.text):
				worth = 2
			default:
				continue
			}
			if f.year == 0 || f.wrong {
				worth--
			}
			if j > 0 && worth < 5 {
				worth--
			}
			all = append(all, found{f, p, worth})
		}
	}
	if len(all) == 0 {
		for i := range d.blocks {
			for _, p := range d.blocks[i].passages() {
				for _, f := range findDates(p.text) {
					before := p.text[:f.start]
					label := strings.TrimSpace(plainSpaces(before))
					if heldOn.MatchString(before) && f.year > 0 && !f.wrong && (strings.HasSuffix(label, ":") && wordCount(label) <= 5 || i < 4) && !nextMeeting.MatchString(before) {
						all = append(all, found{f, p, 1})
					}
				}
			}
		}
	}
	var best *found
	for i := range all {
		if best == nil || all[i].worth > best.worth {
			best = &all[i]
		}
	}
	switch {
	case best == nil && d.posted != "":
		d.date = d.posted
		d.guess(Guess{Field: "date", Value: d.posted, Words: d.posted, Sure: Unsure, Why: "the text names no day; this is the day the original gives for the post or file"})
		d.problem("date-unsure", report.Warning, 0, "The text names no day, so the day that the original gives for itself, "+d.posted+", was taken.", "Write the day of the meeting under `date`, or take the line out.")
		return
	case best == nil:
		if f := findDates(strings.NewReplacer("_", " ").Replace(path.Base(d.name))); len(f) == 1 && f[0].full() && !f[0].order {
			d.noteDay, d.date = f[0], f[0].value()
			d.guess(Guess{Field: "date", Value: d.date, Words: d.name, Sure: Unsure, Why: "it stands in the file's name; the text names no day"})
			return
		}
		help := "Write the day under `date`, as precisely as it is known: 2020-07-09, 2020-07 or 2020. Without it the page says “Date not recorded”."
		if posted != nil {
			d.problem("date-missing", report.Warning, posted.line, "The text doesn't say when the meeting was, only when the note was posted (“"+posted.text[posted.start:posted.end]+"”).", help)
			return
		}
		d.problem("date-missing", report.Advice, 0, "The text doesn't say when the meeting was.", help)
		return
	}
	words := best.text[best.start:best.end]
	switch {
	case best.wrong:
		d.dateRemark = "the text says “" + words + "”, a day that no calendar has"
		d.problem("date-wrong", report.Warning, best.line, "“"+words+"” is a day that no calendar has.", "Find out which day was meant, and write it under `date`.")
		return
	case best.year == 0:
		d.dateRemark = "the text says “" + words + "”, without a year"
		d.problem("date-without-year", report.Warning, best.line, "“"+words+"” has no year, and none was guessed.", "Write the whole day under `date`, such as 2020-07-09, or only the year.")
		return
	}
	g := Guess{Field: "date", Value: best.value(), Words: words, Line: best.line, Sure: Sure}
	if best.worth < 3 {
		g.Sure = Likely
	}
	switch {
	case best.order:
		g.Sure, g.Why = Unsure, "read as day/month/year; it could be month/day/year"
		d.problem("date-order", report.Warning, best.line, "“"+words+"” was read as day, month, year: "+g.Value+".", "If the month comes first there, mend `date`.")
	case best.short:
		g.Sure, g.Why = Likely, "the year was written with two figures"
	case best.span:
		g.Why = "the first day of several"
	}
	if !best.fits() {
		g.Sure = Unsure
		d.problem("weekday-differs", report.Warning, best.line, "“"+words+"”: that day was a "+best.on().Weekday().String()+".", "Find out whether the day or the weekday is right, and mend `date`.")
	}
	for _, o := range all {
		if o.worth >= 3 && o.year > 0 && !o.wrong && o.value() != best.value() && !strings.HasPrefix(best.value(), o.value()) {
			d.problem("dates-differ", report.Warning, o.line, "The head of the note names two days: “"+words+"” and “"+o.text[o.start:o.end]+"”.", "The first was taken; mend `date` if it should be the other.")
			g.Sure = Unsure
			break
		}
	}
	d.date, d.noteDay = best.value(), best.date
	d.guess(g)
}

var (
	heldHow   = regexp.MustCompile(`(?i)\bheld,? (online|virtually|remotely|in person|by phone|(?:by|via|over|on) (?:zoom|teams|video ?call|video|telephone))\b`)
	heldWhere = regexp.MustCompile(`(?i)\b(?:held|met|meeting) ((?:at|in) (?:the )?\p{Lu}[^.;,]{2,60}?)(?:,? on\b|,|\.|;|$)`)
	onlineOf  = regexp.MustCompile(`(?i)\bonline (?:round ?table|meeting|cell|gathering|workshop|session|discussion|event|conversation)\b`)
)

func (d *draft) guessHeld(head []passage) {
	for _, p := range head {
		text := plainSpaces(p.text)
		if m := heldHow.FindStringSubmatch(text); m != nil {
			d.held = strings.ToLower(m[1][:1]) + m[1][1:]
			d.guess(Guess{Field: "held", Value: d.held, Words: m[0], Line: p.line, Sure: Sure})
			return
		}
		if m := heldWhere.FindStringSubmatch(text); m != nil && len(findDates(m[1])) == 0 && monthOf(strings.Fields(m[1])[1]+"   ") == 0 {
			d.held = m[1]
			d.guess(Guess{Field: "held", Value: d.held, Words: m[0], Line: p.line, Sure: Likely})
			return
		}
		if m := onlineOf.FindString(text); m != "" && wordCount(text) <= 40 {
			d.held = "online"
			d.guess(Guess{Field: "held", Value: d.held, Words: m, Line: p.line, Sure: Likely})
			return
		}
	}
}

var summaryHeading = regexp.MustCompile(`^((executive |short |brief |quick )?summary\b.*|(main|key) (points|messages|themes|learning|takeaways|findings)\b.*)$`)

// guessSummary tells which section a build will take as the summary (spec, "A
// note"); the section stays where it is.
func (d *draft) guessSummary() {
	for i := range d.blocks {
		b := &d.blocks[i]
		if b.kind != heading {
			continue
		}
		if summaryHeading.MatchString(bare(b.text)) {
			d.hasSummary = true
			d.guess(Guess{Field: "summary", Value: "the section “" + b.text + "”", Words: b.text, Line: b.line, Sure: Sure, Why: "a first section with such a heading is the summary; it stays in the text"})
			return
		}
		break
	}
	d.problem("summary-missing", report.Advice, 0, "The note has no summary.", "Write its key points under `summary`, or begin with a section headed “Summary”.")
}

var (
	attendanceLabel = regexp.MustCompile(`(?i)\b(?:attendance|number (?:of people )?(?:present|attending)|attended by|people present):?\s+(?:about |around |some )?(\d{1,4})\b`)
	attendanceSaid  = regexp.MustCompile(`(?i)\b(\d{1,4}) (?:people|participants|members|of us) (?:attended|took part|joined us|were present|were there|participated)\b`)
)

// guessAttendance takes only a number that is plainly that of the people there.
func (d *draft) guessAttendance() {
	for i := range d.blocks {
		if i > 12 {
			return
		}
		for _, p := range d.blocks[i].passages() {
			for _, pattern := range []*regexp.Regexp{attendanceLabel, attendanceSaid} {
				if m := pattern.FindStringSubmatch(plainSpaces(p.text)); m != nil {
					d.attendance = atoi(m[1])
					d.guess(Guess{Field: "attendance", Value: m[1], Words: m[0], Line: p.line, Sure: Likely})
					return
				}
			}
		}
	}
}

var hashtag = regexp.MustCompile(`(?:^|[\s(‘“"'])#(\p{L}[\p{L}\p{N}_]{2,60})`)

func (d *draft) guessHashtags() {
	for i := range d.blocks {
		for _, p := range d.blocks[i].passages() {
			for _, m := range hashtag.FindAllStringSubmatch(p.text, -1) {
				if slices.ContainsFunc(d.hashtags, func(h string) bool { return strings.EqualFold(h, m[1]) }) {
					continue
				}
				d.hashtags = append(d.hashtags, m[1])
				d.guess(Guess{Field: "hashtags", Value: m[1], Words: "#" + m[1], Line: p.line, Sure: Sure})
			}
		}
	}
}

// makeSlug proposes an address: the cell and the number where both are known,
// the title otherwise.
func (d *draft) makeSlug() string {
	if d.slug != "" {
		return d.slug
	}
	if d.cell != "" && d.number > 0 {
		return d.cell + "-" + itoa(d.number)
	}
	for _, s := range []string{article.ReplaceAllString(leadIn.ReplaceAllString(d.title, ""), ""), d.title, strings.TrimSuffix(path.Base(d.name), path.Ext(d.name))} {
		slug := slugOf(s)
		if number := itoa(d.number); d.number > 0 && slug != "" && !strings.HasSuffix(slug, "-"+number) {
			slug += "-" + number // cut off, or never there: the series tells the notes apart by it
		}
		if slug != "" {
			return slug
		}
	}
	return "note"
}
