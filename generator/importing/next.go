package importing

import (
	"regexp"
	"strings"

	"ownwords/generator/report"
)

// meeting is one entry of `next` (spec, "A note"): a full day, or the words
// that stand for one.
type meeting struct {
	date, from, to, when, topic string
}

var (
	nextMeeting = regexp.MustCompile(`(?i)\b(?:next|further|future|following|follow-up|another|forthcoming|upcoming) (?:online |cell |group |virtual )?(?:meetings?|sessions?|gatherings?|roundtables?|cells?|get-together)\b|\bmeet(?:ing)? (?:again|next)\b|\bsame time (?:again|next|in|on)\b|\bnext (?:date|time we meet)s?\b|\b(?:meeting|session) after (?:that|next)\b`)
	// numberedMeeting may as well be one that was; it counts where the sentence plans.
	numberedMeeting = regexp.MustCompile(`(?i)\b(?:second|third|fourth|fifth|sixth|seventh|eighth) (?:online |cell |group |virtual )?(?:meeting|session|gathering|roundtable)s?\b`)
	nextSection     = regexp.MustCompile(`^((the )?(dates?|times?)( and (times?|places?|venue))? (of|for) (the )?(next|future|further) (meeting|session)s?|(the )?(next|future|further|forthcoming|upcoming) (meeting|session|gathering|roundtable|event|date|cell)s?( dates?)?|when we meet next)$`)
	topicLabel      = regexp.MustCompile(`(?i)^(?:(?:the |its )?(?:topic|theme|subject|focus|question)s?|we will (?:discuss|talk about|explore|look at))\s*(?:will be|is|:|–|-)?\s*[:–-]?\s*(.+)$`)
	topicInline     = regexp.MustCompile(`(?i)\b(?:(?:topic|theme|subject)s?(?: might be| will be| would be| could be| is)?:?|(?:will|would|to|and) (?:focus on|look at|explore|discuss|talk about|consider))\s+([^.;]{4,200})`)
	soon            = regexp.MustCompile(`(?i)\bin (?:a few|a couple of|two|three|four|five|six|eight|\d{1,2})(?: or (?:two|three|four|six|\d{1,2}))? (?:days|weeks|months)(?:[’']? time)?\b|\blater (?:in|this) (?:the )?(?:month|year|spring|summer|autumn|winter|\p{Lu}\p{L}+)\b|\b(?:in|at) the (?:new year|(?:(?:early|late) )?(?:spring|summer|autumn|winter))\b|\bnext (?:month|week|year|spring|summer|autumn|winter)\b`)
	onlyMonth       = regexp.MustCompile(`\b(?:(?:[Ee]arly|[Ll]ate|[Mm]id)[ -])?(January|February|March|April|May|June|July|August|September|October|November|December)\b(?: \d{4})?(?:,? ?\((?:[^()]{3,60})\)|, (?:date|day|time)[^.;]{3,40})?`)
	tobeset         = regexp.MustCompile(`(?i)\b(?:date|time)s? (?:and (?:time|place) )?(?:is |are |still )?(?:to be (?:set|agreed|confirmed|decided|announced|arranged|fixed)|tb[ac])\b|\bto be (?:set|agreed|confirmed|decided|announced|arranged|fixed)\b|\bTB[ACD]\b`)
	sentenceEnd     = regexp.MustCompile(`[.?!]+[’”"')]*\s+(\p{Lu}|[‘“"])`)
)

// sentences cuts a passage where a full stop and a capital follow each other.
func sentences(s string) []string {
	var out []string
	for {
		at := sentenceEnd.FindStringSubmatchIndex(s)
		if at == nil {
			return append(out, s)
		}
		out = append(out, strings.TrimSpace(s[:at[2]]))
		s = s[at[2]:]
	}
}

// guessNext finds the meetings to come: in a section of that name, and in
// sentences that speak of a next meeting.
func (d *draft) guessNext() {
	section, label := false, false
	for i := range d.blocks {
		b := &d.blocks[i]
		if b.kind == heading {
			section = nextSection.MatchString(bare(b.text)) || nextMeeting.MatchString(plainSpaces(b.text)) && len(findDates(b.text)) > 0
			label = false
			if section {
				d.nextIn(passage{b.text, b.line, false}, false, false)
				label = true
			}
			continue
		}
		if i < 3 && b.kind == paragraph && startsLikeSubtitle(b.text) {
			continue
		}
		for _, p := range b.passages() {
			d.nextIn(p, section, label)
			label = false
		}
	}
}

// nextIn looks for meetings to come in one passage. section says that it stands
// under a heading such as "Next meeting", first that it is the first there.
func (d *draft) nextIn(p passage, section, first bool) {
	text := plainSpaces(p.text)
	if section {
		if m := topicLabel.FindStringSubmatch(text); m != nil && len(d.next) > 0 && len(findDates(text)) == 0 {
			if last := &d.next[len(d.next)-1]; last.topic == "" {
				last.topic = m[1]
				d.guess(Guess{Field: "next", Value: m[1], Words: text, Line: p.line, Sure: Sure, Why: "the topic of that meeting"})
			}
			return
		}
	}
	speaks := section
	for _, s := range sentences(text) {
		if m := topicLabel.FindStringSubmatch(s); m != nil && speaks && len(d.next) > 0 && d.next[len(d.next)-1].topic == "" && len(findDates(s)) == 0 {
			d.next[len(d.next)-1].topic = strings.Trim(m[1], " ‘’")
			d.guess(Guess{Field: "next", Value: strings.Trim(m[1], " ‘’"), Words: s, Line: p.line, Sure: Likely, Why: "the topic of that meeting"})
			continue
		}
		about := nextMeeting.MatchString(s) || numberedMeeting.MatchString(s) && planned.MatchString(s)
		speaks = speaks || about
		if !section && !about {
			// The sentence after may say what the meeting is about.
			if m := topicInline.FindStringSubmatch(s); m != nil && speaks && len(d.next) > 0 && strings.HasPrefix(strings.ToLower(s), "one topic") && d.next[len(d.next)-1].topic == "" {
				d.next[len(d.next)-1].topic = strings.Trim(m[1], " :‘’")
				d.guess(Guess{Field: "next", Value: strings.Trim(m[1], " :‘’"), Words: s, Line: p.line, Sure: Unsure, Why: "the topic of that meeting"})
			}
			continue
		}
		dates := findDates(s)
		if len(dates) > 0 {
			d.nextDates(s, dates, p)
			continue
		}
		future := section || regexpAny(s, tobeset, soon) || planned.MatchString(s)
		if !future || past.MatchString(s) {
			continue
		}
		when := ""
		if m := onlyMonth.FindString(s); m != "" {
			when = m
		} else if m := soon.FindString(s); m != "" {
			when = m
		} else if m := tobeset.FindString(s); m != "" {
			when = m
		}
		if when == "" && section && first && !p.item && wordCount(s) <= 8 && len(findTimes(s)) > 0 {
			when = strings.TrimRight(s, ".")
		}
		if when == "" {
			continue
		}
		d.addNext(meeting{when: strings.TrimSpace(when), topic: topicOf(s)}, p, s, "no day is given, so the words stand as they are")
	}
}

var (
	planned = regexp.MustCompile(`(?i)\b(agreed|will|would|shall|should|plan|planned|arrange|organise|organize|schedule|hope|aim|propose|suggested|'ll|’ll)\b`)
	past    = regexp.MustCompile(`(?i)\b(was held|took place|we (?:had|held)|last (?:meeting|time))\b`)
)

func regexpAny(s string, patterns ...*regexp.Regexp) bool {
	for _, p := range patterns {
		if p.MatchString(s) {
			return true
		}
	}
	return false
}

// topicOf is what a sentence says the meeting will be about.
func topicOf(s string) string {
	m := topicInline.FindStringSubmatch(s)
	if m == nil {
		return ""
	}
	t := m[1]
	if i := strings.Index(t, ", and we"); i > 0 {
		t = t[:i]
	}
	return strings.Trim(t, " :,‘’")
}

// nextDates adds the meetings on the dates of one sentence.
func (d *draft) nextDates(s string, dates []date, p passage) {
	for i, f := range dates {
		from, to := 0, len(s)
		if i > 0 {
			from = dates[i].start
		}
		if i+1 < len(dates) {
			to = dates[i+1].start
		}
		part := s[from:to]
		words := s[f.start:f.end]
		m := meeting{}
		if i == 0 && len(dates) == 1 {
			m.topic = topicOf(s)
		}
		times := findTimes(part)
		for _, t := range times {
			if t.unclear {
				d.problem("time-unclear", report.Advice, p.line, "“"+strings.TrimSpace(part[t.start:min(t.end, len(part))])+"” doesn't say whether it is before or after noon, so no time was filled in.", "Write it under `next` as `from` and `to`, such as \"15:00\".")
				continue
			}
			m.from, m.to = t.from, t.to
			break
		}
		why := ""
		sure := Sure
		switch {
		case f.wrong:
			d.problem("next-wrong", report.Warning, p.line, "“"+words+"”: no calendar has that day, so the words stand as they are.", "Find out which day is meant, and write it under `next` as `date`.")
		case f.full():
			if d.noteDay.full() && f.on() <= d.noteDay.on() {
				continue // a meeting that was
			}
			m.date = f.value()
			if f.order {
				sure, why = Unsure, "read as day/month/year"
			}
			if !f.fits() {
				sure = Unsure
				d.problem("weekday-differs", report.Warning, p.line, "“"+words+"”: that day is a "+f.on().Weekday().String()+".", "Find out whether the day or the weekday is right, and mend `next`.")
			}
		case f.day == 0: // a month
		case d.noteDay.year == 0 || d.noteDay.month == 0:
			d.problem("next-without-year", report.Warning, p.line, "“"+words+"” has no year, and the note has no date to tell it from. The words stand as they are.",
				"When the year is known, write the day under `next` as `date`, such as 2020-09-16, so that it gets into the calendar.")
		default:
			y := f.inferYear(d.noteDay)
			m.date = y.value()
			sure, why = Likely, "the year is the first in which the day comes after the note's own date"
			if months := (y.year-d.noteDay.year)*12 + int(y.month-d.noteDay.month); months > 8 {
				sure, why = Unsure, why+"; that is "+itoa(months)+" months later, so look whether the day was past"
			}
			if y.wrong || !y.fits() {
				on := ""
				if !y.wrong {
					on = ", and that day of " + itoa(y.year) + " is a " + y.on().Weekday().String()
				}
				m.date = ""
				d.problem("weekday-differs", report.Warning, p.line, "“"+words+"” has no year"+on+". No year was guessed; the words stand as they are.", "Find out which day is meant, and write it under `next` as `date`.")
			} else if f.hasWeekday {
				why += ", and the weekday fits"
				if sure == Likely {
					sure = Sure
				}
			}
		}
		if m.date == "" {
			sure, why = Likely, "it isn't a whole date, so the words stand as they are"
			m.when = whenWords(s, part, f, times)
			if m.when != words {
				m.from, m.to = "", "" // the words say it already
			}
		}
		d.addNextSure(m, p, s, why, sure)
	}
}

// whenWords are the typed words from the date to the end of its time.
func whenWords(s, part string, f date, times []clock) string {
	start, end := f.start, f.end
	offset := strings.Index(s, part)
	for _, t := range times {
		if at := offset + t.start; at >= end && at-end <= 8 {
			end = offset + t.end
			break
		} else if offset+t.end <= start && start-offset-t.end <= 8 {
			start = at
			break
		}
	}
	if rest := s[end:]; strings.HasPrefix(strings.TrimSpace(rest), "(") {
		if close := strings.Index(rest, ")"); close > 0 && close < 60 {
			end += close + 1
		}
	}
	return strings.Trim(s[start:end], " .,;:")
}

// inferYear is the first year in which the day comes after the note's own.
func (f date) inferYear(note date) date {
	f.year = note.year
	if f.month < note.month || f.month == note.month && note.day > 0 && f.day < note.day {
		f.year++
	}
	if checked := findDates(itoa(f.day) + " " + f.month.String() + " " + itoa(f.year)); len(checked) == 1 {
		f.wrong = checked[0].wrong
	}
	return f
}

func (d *draft) addNext(m meeting, p passage, words, why string) {
	d.addNextSure(m, p, words, why, Likely)
}

func (d *draft) addNextSure(m meeting, p passage, words, why string, sure Sureness) {
	for i := range d.next {
		if o := &d.next[i]; m.date != "" && o.date == m.date || m.date == "" && o.when == m.when {
			if o.from == "" {
				o.from, o.to = m.from, m.to
			}
			if o.topic == "" {
				o.topic = m.topic
			}
			return
		}
	}
	value := m.date + m.when
	if m.from != "" {
		value += " " + m.from
	}
	if m.to != "" {
		value += "-" + m.to
	}
	d.next = append(d.next, m)
	d.guess(Guess{Field: "next", Value: value, Words: words, Line: p.line, Sure: sure, Why: why})
}

var questionsAhead = regexp.MustCompile(`(?i)\b(topics?|questions?|issues?|suggestions)\b.{0,60}\b(next|further|future|other|follow-up|carry|carries|open|remaining|subsequent)\b|\b(next|further|future|other)\b.{0,60}\b(topics?|questions?|issues?)\b|\b(open|remaining|unanswered) questions\b|\bsuggested topics\b|\bissues? for discussion at (its|our|the) next\b`)

// guessQuestions takes the questions that are carried on: a list under words
// that announce topics or questions for further meetings, when most of its
// items ask something. They stay in the text.
func (d *draft) guessQuestions() {
	for i := 0; i < len(d.blocks); i++ {
		if d.blocks[i].kind == item || d.blocks[i].kind == verbatim || !questionsAhead.MatchString(plainSpaces(d.blocks[i].text)) {
			continue
		}
		j := i + 1
		if j < len(d.blocks) && d.blocks[j].kind == paragraph && strings.HasSuffix(d.blocks[j].text, ":") {
			j++
		}
		var items []passage
		for ; j < len(d.blocks) && (d.blocks[j].kind == item || d.blocks[j].kind == verbatim && len(items) == 0); j++ {
			if d.blocks[j].kind == verbatim {
				items = append(items, d.blocks[j].inner...)
				continue
			}
			items = append(items, passage{d.blocks[j].text, d.blocks[j].line, true})
		}
		asking := 0
		for _, p := range items {
			if strings.Contains(p.text, "?") {
				asking++
			}
		}
		if asking == 0 || asking*2 < len(items) {
			continue
		}
		for _, p := range items {
			// The front matter's questions are read as Markdown.
			d.questions = append(d.questions, escape(plainSpaces(p.text)))
		}
		d.guess(Guess{Field: "questions", Value: itoa(len(items)) + " questions", Words: d.blocks[i].text, Line: d.blocks[i].line, Sure: Likely, Why: "the list below these words asks what is to be taken further"})
		return
	}
}
