package importing

import (
	"regexp"
	"strings"
)

// What stands around a note on a website, and comes along when a page is
// selected, copied and pasted. Only at the two ends of the text; the same words
// within it are the note's.
var (
	aboveLine = regexp.MustCompile(`(?i)^(skip to (main )?content|(open |close )?menu|close|search|sign in|log ?in|donate|subscribe|cart ?(\(?\d+\)?)?|home|← ?back.{0,40}|back|back to .{0,40}|toggle navigation|home ?[/>»›|·•] ?.{0,80}|home about( .{0,60})?)$`)
	belowLine = regexp.MustCompile(`(?i)^((read|learn|find out|see|show|load|view) more\pP*( ?[→›»>]*)|continue reading.{0,40}|share( this)?( (post|page|article|on .{0,30}))?:?|tweet|print|email( this)?|back to .{0,40}|tagged\b.{0,120}|(tags|posted in|categories|category|filed under):? .{0,120}|(leave|add|post) a (comment|reply)|(no |\d+ )?comments?( ?\(\d+\))?|\d+ likes?|likes?( ?\(?\d+\)?)?|(← ?)?(older|newer|previous|next)( post| page| article)?( ?→)?|[←‹] ?.{0,80}|.{0,80} [→›]|©.{0,120}|copyright .{0,120}|all rights reserved\.?|powered by .{0,40}|privacy( policy)?|cookies?( policy)?|facebook|twitter|instagram|linkedin|youtube)$`)
)

// furniture takes the website's lines off both ends of the text. They are kept,
// word for word, in a comment of the front matter.
func (d *draft) furniture() {
	d.moved = append(d.moved, d.before...)
	for len(d.blocks) > 1 {
		b := d.blocks[0]
		if b.kind != paragraph || b.styled > 0 && !isDoubled(b.text) {
			break
		}
		if half := doubled(b.text); half != "" {
			d.guess(Guess{Field: "by", Value: half, Words: b.text, Line: b.line, Sure: Likely, Why: "the line has the same words twice, as a website's header has"})
			d.by = half
		} else if !aboveLine.MatchString(plainSpaces(b.text)) {
			break
		}
		d.moved = append(d.moved, Moved{Line: b.line, Text: b.text, Into: "comment"})
		d.blocks = d.blocks[1:]
	}
	d.organisationAbove()
	var below []Moved
	for len(d.blocks) > 1 {
		b := d.blocks[len(d.blocks)-1]
		if b.kind == verbatim || b.within || b.kind == item && b.ordered || !belowLine.MatchString(plainSpaces(b.text)) {
			break
		}
		below = append([]Moved{{Line: b.line, Text: b.text, Into: "comment", after: true}}, below...)
		d.blocks = d.blocks[:len(d.blocks)-1]
	}
	d.moved = append(d.moved, below...)
	d.moved = append(d.moved, d.after...)
}

// doubled returns one half of a line that says the same twice: a logo's
// description and the site's name.
func doubled(s string) string {
	f := strings.Fields(plainSpaces(s))
	if n := len(f); n < 2 || n%2 == 1 || n > 16 {
		return ""
	}
	half := len(f) / 2
	a, b := strings.Join(f[:half], " "), strings.Join(f[half:], " ")
	if a != b || len(words(a)) == 0 {
		return ""
	}
	return a
}

func isDoubled(s string) bool { return doubled(s) != "" }

var noteWords = regexp.MustCompile(`(?i)\b(notes?|minutes|meeting|roundtable|round table|cell|report|workshop|gathering|session|summary|write-up|record)\b`)

// organisationAbove takes a short line above the title for the name of the
// organisation, when only the line below it speaks of a note or a meeting.
func (d *draft) organisationAbove() {
	if len(d.blocks) < 3 {
		return
	}
	a, b := d.blocks[0], d.blocks[1]
	if a.kind != paragraph || b.kind != paragraph || a.titled || a.styled == 1 && b.styled != 1 || isDoubled(a.text) {
		return
	}
	short := wordCount(a.text) <= 5 && !noteWords.MatchString(a.text) && !strings.ContainsAny(a.text, "0123456789.:?!,")
	titleBelow := wordCount(b.text) <= 14 && noteWords.MatchString(b.text) && !wellKnown.MatchString(bare(b.text)) && strings.TrimRight(b.text, ".") == b.text
	if !short || !titleBelow || len(findDates(b.text)) > 0 && startsLikeSubtitle(b.text) {
		return
	}
	d.guess(Guess{Field: "by", Value: plainSpaces(a.text), Words: a.text, Line: a.line, Sure: Unsure, Why: "a short line stands above the title"})
	d.by = plainSpaces(a.text)
	d.moved = append(d.moved, Moved{Line: a.line, Text: a.text, Into: "comment"})
	d.blocks = d.blocks[1:]
}

var subtitleStart = regexp.MustCompile(`(?i)^(notes? (of|from|on|for)|minutes of|meeting (of|held)|held|(the )?(first|second|third|fourth|fifth|sixth|\d+(st|nd|rd|th)) )`)

func startsLikeSubtitle(s string) bool { return subtitleStart.MatchString(s) }
