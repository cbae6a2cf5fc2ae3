package importing

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// headingClass is why a block is a heading, which decides its level.
type headingClass int

const (
	noHeading       headingClass = iota
	styledHeading                // the source says so
	numberedHeading              // 1. AIMS, 3.2 What we heard
	knownHeading                 // Summary, Next meeting: sections that nearly every note has
	capitalHeading               // LETTING GO
	strongHeading                // a bold line of its own
	plainHeading                 // a short line without a full stop, above text
)

var (
	headNumber = regexp.MustCompile(`^(\d{1,2}(?:\.\d{1,2}){0,3})[.):]?\pZ+(\S.*)$`)
	// wellKnown are the sections of notes, as bare words (see bare).
	wellKnown = regexp.MustCompile(`^((executive |short |brief |quick )?summary( of( the)?( main| key)?( points| messages| discussions?| meeting)?)?|(main|key) (points|messages|themes|learning|takeaways|findings)( from .{0,30})?|in (more|greater|further) detail|(more|further) details?|(the )?(date|dates|time|topic)s?( and (time|date|topic|place|venue)s?)? (of|for) (the )?(next|future|further) (meeting|session)s?|(the )?(next|future|further|forthcoming|upcoming) (meeting|session|gathering|roundtable|step|event|date)s?( dates?)?|when we meet next|next time|(topics|questions|ideas|suggestions)( and (topics|questions))? for (the )?(next|future|further|other|our next) (meeting|session|discussion|gathering)s?( of the (group|cell))?|questions (we|the cell|the group) (carry|carries|took away|take away|are carrying).{0,30}|(open|remaining|unanswered) questions|who (isn t|is not|wasn t|was not) (here|there)( today)?|the empty chair|(further|background|suggested|recommended) (reading|information|resources)|(some )?((relevant|useful|related|other|further) )?(links|resources|references|reading)( and (links|resources|reading))?|(agreed )?actions?( points?| agreed| items?)?|who (was|is|were) (here|there|present)|(present|attendance|attendees|participants|apologies|attending)( and apologies)?|any other business|aob|appendix( [a-z0-9])?( .{0,60})?|annex( [a-z0-9])?( .{0,60})?|about (the|this) cell)$`)
	// holding are sections that have sections in them.
	holding     = regexp.MustCompile(`^(in (more|greater|further) detail|(more|further) details?)$`)
	introducing = regexp.MustCompile(`(?i)\b(the following|as follows|(including|include|includes|were|are|was|is|that|and|or|of|the|a|an|to|with|for|from|in|by))$|\bthe following\b`)
	subject     = regexp.MustCompile(`^(I|We|He|She|They|It|You|There|This|That|These|Those|Everyone|Someone|Participants|Members|People)(’|'| )(\p{Ll}+)`)
	groupSays   = regexp.MustCompile(`^(The (group|cell|meeting|discussion|speakers?|panel|network)|Others|One (person|participant|member)|Several( people)?|Some( people| members| participants)?|Many( people)?|Participants|Members) (then |also )?(\p{Ll}+ed|felt|said|made|met|spoke|heard|broke|agreed|thought|asked|came|went|were|was|had)\b`)
	auxiliary   = regexp.MustCompile(`\b(is|are|was|were|will|would|has|have|had|can|could|should|must|might)\b`)
	asking      = regexp.MustCompile(`^(What|How|Why|When|Where|Who|Which|Whose)\b`)
	reporting   = regexp.MustCompile(`^(?:\p{Lu}[\p{L}’'-]*,? ){1,3}(?:then |also |and \p{Lu}[\p{L}’'-]* ){0,2}(said|says|explained|introduced|noted|described|agreed|asked|thanked|identified|welcomed|opened|outlined|suggested|shared|spoke|gave|reported|reminded|summarised|highlighted|pointed|told|talked|presented|offered|closed|began|started|ended|facilitated|chaired)\b`)
)

// bare is a heading without its number, signs and capitals.
func bare(s string) string {
	s = plainSpaces(s)
	if m := headNumber.FindStringSubmatch(s); m != nil {
		s = m[2]
	}
	return fold(s)
}

// isCapitals reports whether a text is written in capitals. A few small letters
// are let pass: plurals such as CEOs, and names.
func isCapitals(s string) bool {
	upper, lower, longest, run := 0, 0, 0, 0
	for _, r := range s {
		if unicode.IsUpper(r) {
			upper++
			run++
			longest = max(longest, run)
			continue
		}
		if unicode.IsLower(r) {
			lower++
		}
		run = 0
	}
	return upper >= 3 && longest >= 2 && lower*10 <= upper
}

// findHeadings decides which blocks are headings, and gives them their levels:
// ## for the note's sections, ### and more below them. With marked, the source
// had ways to mark a heading, and a short line that isn't marked is none.
func findHeadings(bs []block, marked bool) {
	styled := marked
	for i := range bs {
		if bs[i].styled > 0 {
			bs[i].class, styled = styledHeading, true
		}
	}
	numberedHeadings(bs)
	if slices.ContainsFunc(bs, func(b block) bool { return b.glyph != 0 }) {
		nest(bs) // a number that turned out to head a section holds no items
	}
	known := -1 // the first heading that is one beyond doubt
	for i := range bs {
		b := &bs[i]
		if b.class != noHeading || b.kind == verbatim || b.within {
			if b.class != noHeading && known < 0 {
				known = i
			}
			continue
		}
		if b.kind == item || strings.Contains(b.md, "![") { // a picture heads nothing
			continue
		}
		switch words := wordCount(b.text); {
		case i+1 == len(bs) && b.gap == 0:
		case wellKnown.MatchString(bare(b.text)) && words <= 12 && !strings.HasSuffix(b.text, "."):
			b.class = knownHeading
		case isCapitals(b.text) && len(b.text) <= 160 && !(words > 8 && strings.HasSuffix(b.text, ".")) && !isDateLine(b.text) && i+1 < len(bs):
			b.class = capitalHeading
		case b.strong && words <= 20 && !strings.HasSuffix(b.text, ".") && !isDateLine(b.text) && i+1 < len(bs):
			b.class = strongHeading
		}
		if b.class != noHeading && known < 0 {
			known = i
		}
	}
	if !styled {
		for i := range bs {
			if bs[i].class == noHeading && mayHead(bs, i, known) {
				bs[i].class = plainHeading
			}
		}
	}
	for _, class := range []headingClass{capitalHeading, plainHeading} {
		noRows(bs, class)
	}
	levels(bs)
}

// numberedHeadings finds lines that begin with a number and are headings: a
// series with text between its lines, capitals, or sub-numbers (3.1). Lines in
// a row are a list. A list may stand between two headings of a series.
func numberedHeadings(bs []block) {
	var open, done [][]int // series, outermost first; each is the places of its lines
	shut := func(from int) {
		done = append(done, open[from:]...)
		open = open[:from:from]
	}
	// follows finds the open series that the number goes on with.
	follows := func(i int) int {
		best := -1
		for s := range open {
			last := open[s][len(open[s])-1]
			if bs[last].number+1 != bs[i].number {
				continue
			}
			if best < 0 || last == i-1 && bs[i].gap <= bs[last].gap {
				best = s
			}
		}
		return best
	}
	for i := range bs {
		b := &bs[i]
		if b.kind != item || !b.ordered || b.level > 0 {
			continue
		}
		s := follows(i)
		switch {
		case !couldHead(b):
			// A whole sentence makes a list of the lines right above it.
			if s >= 0 && onlyItems(bs, open[s][len(open[s])-1]+1, i) {
				open = open[:s:s]
			}
		case s >= 0:
			shut(s + 1)
			open[s] = append(open[s], i)
		case b.number == 1 || isCapitals(b.text):
			open = append(open, []int{i})
		}
	}
	shut(0)
	for _, series := range done {
		apart, inRow := 0, 0
		for j := 1; j < len(series); j++ {
			if series[j] == series[j-1]+1 {
				inRow++
			} else {
				apart++
			}
		}
		first, last := series[0], series[len(series)-1]
		if len(series) == 1 {
			// One line by itself: what is around it must not be a list.
			if last+1 == len(bs) || bs[last+1].kind == item && bs[last+1].ordered || first > 0 && bs[first-1].kind == item && bs[first-1].ordered {
				continue
			}
		} else if apart <= inRow {
			continue
		}
		for _, i := range series {
			b := &bs[i]
			b.text = itoa(b.number) + string(b.sign) + " " + b.text
			b.md = itoa(b.number) + string(b.sign) + " " + b.md
			b.kind, b.class = paragraph, numberedHeading
		}
	}
	for i := range bs {
		b := &bs[i]
		if b.kind != paragraph || b.class != noHeading || i+1 == len(bs) {
			continue
		}
		m := headNumber.FindStringSubmatch(b.text)
		if m != nil && strings.Contains(m[1], ".") && wordCount(m[2]) <= 14 && !strings.ContainsAny(m[2][len(m[2])-1:], ".;,") && !isDateLine(b.text) && startsHigh(m[2]) && len(findTimes(b.text)) == 0 {
			b.class = numberedHeading
		}
	}
}

// couldHead reports whether a numbered line is short and no sentence.
func couldHead(b *block) bool {
	t := strings.TrimSuffix(b.text, ":")
	n := wordCount(t)
	if isCapitals(t) {
		return n <= 20
	}
	return n <= 12 && t != "" && !strings.ContainsAny(t[len(t)-1:], ".;,:") && t == b.text && !isDateLine(t)
}

// onlyItems reports whether there is nothing but list items from one place to another.
func onlyItems(bs []block, from, to int) bool {
	for _, b := range bs[from:to] {
		if b.kind != item {
			return false
		}
	}
	return true
}

func startsHigh(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return unicode.IsUpper(r)
		}
		if unicode.IsNumber(r) {
			return true
		}
	}
	return false
}

// isDateLine reports whether a line is mostly a date, a time or both.
func isDateLine(s string) bool {
	rest := s
	found := false
	for _, d := range findDates(s) {
		rest = strings.Replace(rest, s[d.start:d.end], " ", 1)
		found = true
	}
	for _, t := range findTimes(s) {
		rest = strings.Replace(rest, s[t.start:t.end], " ", 1)
		found = true
	}
	return found && len(words(rest)) <= 4
}

// mayHead reports whether a short line without a full stop is a heading, by how
// it stands: above text, not a sentence, not a date, not a link.
func mayHead(bs []block, i, known int) bool {
	b := &bs[i]
	if b.kind != paragraph || b.text == "" || b.within || strings.Contains(b.md, "![") || i+1 >= len(bs) || bs[i+1].within {
		return false
	}
	t := plainSpaces(b.text)
	n := wordCount(t)
	last := []rune(t)[len([]rune(t))-1]
	if n > 12 || len(t) > 100 || !startsHigh(strings.TrimLeft(t, "‘“'\"(")) || strings.ContainsRune(".:;,!…", last) {
		return false
	}
	if first := []rune(t)[0]; !isWordRune(first) && !strings.ContainsRune("‘“'\"(", first) {
		return false
	}
	if strings.Contains(t, "://") || strings.Contains(t, "@") || strings.Contains(strings.ToLower(t), "www.") || isPictureName(t) || isRule(t) || belowLine.MatchString(t) || closing.MatchString(t) || tobeset.MatchString(t) || labelled.MatchString(t) {
		return false
	}
	if isDateLine(t) || len(findTimes(t)) > 0 || introducing.MatchString(t) || subject.MatchString(t) && last != '?' || reporting.MatchString(t) || groupSays.MatchString(t) {
		return false
	}
	if n >= 8 && auxiliary.MatchString(t) && !asking.MatchString(t) {
		return false // a sentence that lost its full stop
	}
	if last == '?' && n > 10 {
		return false
	}
	if i < known && i <= 2 || i == 0 {
		// Lines between the title and the first section say when and where.
		if len(findDates(t)) > 0 || startsLikeSubtitle(t) || i+1 == known || noteWords.MatchString(t) {
			return false
		}
	}
	next := &bs[i+1]
	switch next.kind {
	case item, verbatim:
		return true
	}
	if next.class != noHeading || isText(next) {
		return true
	}
	// A sub-heading may stand right under it.
	return startsHigh(next.text) && i+2 < len(bs) && (bs[i+2].kind != paragraph || isText(&bs[i+2]))
}

// isText reports whether a paragraph is one that a heading may head.
func isText(b *block) bool {
	return wordCount(b.text) > 12 || strings.ContainsAny(b.text[len(b.text)-1:], ".:;?!")
}

// labelled lines say one thing: who was there, where, when.
var labelled = regexp.MustCompile(`(?i)^(present|in attendance|attendance|attendees|attending|participants|apologies|speakers?|chair|facilitators?|notes? by|minutes by|dates?|time|venue|place|location|where|when|from|to|cc|subject|topic|tags)\s*:\s*\S`)

// closing words stand above a signature.
var closing = regexp.MustCompile(`(?i)^((with )?(best|kind|warm|many)( and \w+)? (wishes|regards|thanks)|regards|thanks|thank you|yours( \w+)?|cheers|love|dear .*)$`)

// noRows takes back headings of a class where three or more stand in a row:
// that is a list of names, or a poem.
func noRows(bs []block, class headingClass) {
	for i := 0; i < len(bs); {
		j := i
		for j < len(bs) && bs[j].class == class {
			j++
		}
		// A plain line after the row may be one more of it.
		if j-i >= 3 {
			for k := i; k < j; k++ {
				bs[k].class = noHeading
			}
		}
		i = max(j, i+1)
	}
}

// levels gives every heading its level.
func levels(bs []block) {
	top, hasCapitals := 7, false
	near, far := false, false // sub-headings with one empty line above, and with more
	for i := range bs {
		switch b := &bs[i]; b.class {
		case styledHeading:
			top = min(top, b.styled)
		case capitalHeading:
			hasCapitals = true
		case plainHeading:
			near, far = near || b.gap == 1, far || b.gap > 1
		}
	}
	spaced := near && far
	within, inCapitals, above := false, false, 1
	for i := range bs {
		b := &bs[i]
		if b.class == noHeading {
			continue
		}
		level := 2
		switch b.class {
		case styledHeading:
			level = b.styled - top + 2
		case numberedHeading:
			number := headNumber.FindStringSubmatch(b.text)
			if number != nil {
				level = 2 + strings.Count(strings.TrimRight(number[1], "."), ".")
			}
			within = true
		case knownHeading:
			if top < 7 {
				level = above
				break
			}
			within = within || holding.MatchString(bare(b.text))
		case capitalHeading, strongHeading, plainHeading:
			switch {
			case top < 7:
				level = above + 1
				if i > 0 && bs[i-1].class == noHeading && lastStyled(bs, i) < above {
					level = above
				}
			case b.class == plainHeading && spaced && b.gap > 1:
				level, within = 2, true
			case b.class == capitalHeading:
				if level = 2; within {
					level = 3
				}
				inCapitals = true
			case within:
				if level = 3; inCapitals {
					level = 4
				}
			case hasCapitals:
				level = 3
			}
		}
		if level == 2 {
			inCapitals = b.class == capitalHeading
		}
		b.kind, b.level = heading, max(2, min(level, above+1, 6))
		if inner := strings.TrimSuffix(strings.TrimPrefix(b.md, "**"), "**"); b.strong && len(inner)+4 == len(b.md) && !strings.Contains(inner, "**") {
			b.md = inner // a heading is bold already
		}
		above = b.level
	}
}

// lastStyled is the level of the nearest heading above that the source gave.
func lastStyled(bs []block, i int) int {
	for i--; i >= 0; i-- {
		if bs[i].class == styledHeading {
			return bs[i].level
		}
	}
	return 1
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }
