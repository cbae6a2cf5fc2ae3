package read

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"ownwords/generator/markdown"
	"ownwords/generator/report"
)

// SummaryPart tells what one of a note's SummaryTexts is. In the front matter
// all are key points; a first section headed "Summary" may have words around them.
type SummaryPart uint8

const (
	KeyPoint SummaryPart = iota
	Opening              // what stands above the section's heading
	Lead                 // what stands between its heading and its points
	Tail                 // what stands below its points
)

// summaryHeading matches the usual headings of a note's key points, folded by
// foldHeading ("Summary", "1. SUMMARY OF KEY POINTS", "Key points"; spec, "A note").
var summaryHeading = regexp.MustCompile(`^(?:(?:the|a|an|in|our|executive|short|brief|quick|overall|meeting) )*(?:` +
	`summary(?: (?:note|notes|points))?(?: and (?:key|main) \w+)?(?: of (?:the |this |our )?(?:key |main )?(?:points|messages|themes|learning|findings|conversation|discussions?|meeting|session|event|roundtable)(?: (?:raised|made|discussed))?)?` +
	`|(?:key|main|headline) (?:points|messages|themes|learning|learning points|lessons|takeaways|take aways|findings|insights|ideas)(?: (?:and \w+|in brief|(?:raised|made|from) ?(?:(?:the|this) (?:meeting|discussion|session|roundtable))?))?` +
	`|(?:what we learned|what we learnt|takeaways|highlights|at a glance|in brief|tl;?dr)` +
	`)$`)

// section is a note's first section with its key points. Lines count from 0.
type section struct {
	heading            string // as typed
	from, to           int    // its lines, heading included
	opening, lead, end span   // opening may be empty, and stands before from
	points             []point
}

// span is some lines of a text.
type span struct{ from, to int }

// point is a key point as it stands in the text, without its list mark.
type point struct {
	text string
	line int
}

// summarise finds the key points that stand in a note's text, compiles them
// and returns the text without them, so that they are shown once. Its lines
// keep their numbers. Key points in the front matter go first; then a section
// that says the same is left out, and one that says something else stays.
func (r *reader) summarise(d *decoder, n *Note, text []byte, firstLine int, f found) (rest []byte) {
	lines := withoutTitle(tidyPasted(text), n.Title.S)
	whole := func() []byte { return []byte(strings.Join(lines, "")) }
	s := findSection(lines)
	switch {
	case s == nil:
		return whole()
	case len(n.Summary) > 0 && !s.repeats(n.Summary):
		d.problem("summary-twice", report.PlaceAt(firstLine+s.from, 1), "There are key points in “summary” and in a section under this heading, and they aren't the same; both are shown.", "Keep one of the two.")
		return whole()
	case len(n.Summary) == 0 && len(s.points) == 0:
		return whole()
	case len(n.Summary) == 0:
		add := func(part SummaryPart, b *markdown.Body) {
			if !b.IsEmpty() {
				n.SummaryTexts, n.SummaryParts = append(n.SummaryTexts, b), append(n.SummaryParts, part)
			}
		}
		around := func(part SummaryPart, at span) {
			if words := strings.Join(lines[at.from:at.to], ""); strings.TrimSpace(words) != "" {
				add(part, r.compile(d, []byte(words), f, firstLine+at.from, false))
			}
		}
		n.SummaryHeading = strings.Clone(s.heading) // the text itself isn't kept
		around(Opening, s.opening)
		around(Lead, s.lead)
		for _, p := range s.points {
			add(KeyPoint, r.inline(d, Text{p.text, report.PlaceAt(firstLine+p.line, 1)}, f))
		}
		around(Tail, s.end)
		blank(lines, s.opening)
	}
	blank(lines, span{s.from, s.to})
	return whole()
}

func blank(lines []string, at span) {
	for i := at.from; i < at.to; i++ {
		lines[i] = "\n"
	}
}

// repeats reports whether the section says nothing but what the front matter does.
func (s *section) repeats(summary []Text) bool {
	if len(s.points) == 0 {
		return s.lead.from == s.lead.to
	}
	if len(s.points) != len(summary) || s.lead.from < s.lead.to || s.end.from < s.end.to {
		return false
	}
	for i, p := range s.points {
		if oneLine(p.text) != oneLine(summary[i].S) {
			return false
		}
	}
	return true
}

// linkDefinition is the target of a reference link, which has to stay with the text that refers to it.
var linkDefinition = regexp.MustCompile(`(?m)^ {0,3}\[[^\]\n]+\]:`)

// findSection finds the first section, when it has a usual heading. It gives
// nil when there is none, or when the section holds more than key points and
// paragraphs: it stays where it is then, and the note has no key points.
func findSection(lines []string) *section {
	heads := headingsOf(lines, 2)
	first := 0
	if len(heads) > 1 && heads[0].level < heads[1].level && !summaryHeading.MatchString(foldHeading(heads[0].words)) {
		first = 1 // a title above it
	}
	if first >= len(heads) || !summaryHeading.MatchString(foldHeading(heads[first].words)) {
		return nil
	}
	heads = headingsOf(lines, len(lines))
	h := heads[first]
	s := &section{heading: strings.Trim(h.words, "*_ "), from: h.from, to: len(lines)}
	last := first+1 == len(heads)
	if !last {
		s.to = heads[first+1].from
		beside := slices.ContainsFunc(heads[first+1:], func(o headingLine) bool { return o.level <= h.level })
		if heads[first+1].level > h.level && beside {
			return nil // sub-headings; without others beside it, the levels were only mixed up
		}
	}
	for s.to > h.to && (blankLine(lines[s.to-1]) || isRule(lines[s.to-1])) {
		s.to-- // a line across the page belongs to what follows
	}
	// A passage or comment that begins above may reach into the section, and a
	// quotation in it may be attributed outside of it.
	if head := strings.Join(lines[:s.to], ""); strings.Contains(head, ":::") || strings.Contains(head, "<!--") ||
		slices.ContainsFunc(lines[h.to:min(s.to+2, len(lines))], func(l string) bool { return strings.HasPrefix(strings.TrimLeft(l, " \t-*+"), ">") }) {
		return nil
	}
	words := strings.Join(lines[h.to:s.to], "")
	if strings.Contains(words, "[^") || strings.Contains(words, "```") || strings.Contains(words, "~~~") ||
		strings.Contains(words, "[") && linkDefinition.MatchString(strings.Join(lines, "")) {
		return nil
	}
	if above := strings.Join(lines[:h.from], ""); first == 0 && !strings.ContainsAny(above, "[`~") {
		s.opening = span{0, h.from}
	}
	if !s.divide(lines, h.to) || last && s.lead.from == s.lead.to && s.end.from == s.end.to && len(s.points) > 3 && !hasList(lines[h.to:s.to]) {
		return nil // no heading tells where it ends
	}
	return s
}

func hasList(lines []string) bool {
	for _, l := range lines {
		if _, _, ok := listItem(l); ok {
			return true
		}
	}
	return false
}

// divide takes a section's lines apart: the items of its list, or without a
// list its paragraphs, are the points.
func (s *section) divide(lines []string, from int) bool {
	var loose []span // paragraphs and other blocks outside the list
	before := 0      // how many of them stand before the list
	depth := -1      // the column of the open item's words
	for i := from; i < s.to; i++ {
		line := expandTabs(lines[i])
		indent := len(line) - len(strings.TrimLeft(line, " "))
		switch mark, words, item := listItem(lines[i]); {
		case blankLine(lines[i]):
			if depth >= 0 {
				s.points[len(s.points)-1].text += "\n"
			}
		case depth >= 0 && indent >= depth:
			s.points[len(s.points)-1].text += "\n" + line[depth:]
		case item && !isRule(lines[i]):
			if len(loose) > before && len(s.points) > 0 {
				return false // paragraphs between lists
			}
			before = len(loose)
			s.points = append(s.points, point{words, i})
			depth = mark
		case isRule(lines[i]):
			return false
		case depth >= 0 && !blankLine(lines[i-1]):
			s.points[len(s.points)-1].text += "\n" + strings.TrimLeft(line, " ")
		default:
			depth = -1
			if n := len(loose); n > 0 && loose[n-1].to == i {
				loose[n-1].to = i + 1
			} else {
				loose = append(loose, span{i, i + 1})
			}
		}
	}
	if len(s.points) == 0 {
		for _, p := range loose {
			s.points = append(s.points, point{strings.TrimSpace(strings.Join(lines[p.from:p.to], "")), p.from})
		}
		return true
	}
	for i := range s.points {
		s.points[i].text = strings.TrimRight(s.points[i].text, "\n ")
	}
	if before > 0 {
		s.lead = span{loose[0].from, loose[before-1].to}
	}
	if before < len(loose) {
		s.end = span{loose[before].from, s.to}
	}
	return true
}

// headingLine is a heading with its lines, from 0.
type headingLine struct {
	from, to, level int
	words           string
}

// headingsOf finds the headings of a Markdown text, of both forms ("## Words",
// and words underlined with = or -), up to a number of them.
func headingsOf(lines []string, most int) (list []headingLine) {
	fence := ""
	start := -1 // the first line of the open paragraph
	for i, raw := range lines {
		if len(list) == most {
			break
		}
		line := strings.TrimRight(expandTabs(raw), " \r\n")
		text := strings.TrimLeft(line, " ")
		indent := len(line) - len(text)
		if fence != "" {
			if strings.HasPrefix(text, fence) && strings.Trim(text, fence[:1]) == "" {
				fence = ""
			}
			continue
		}
		level, words := atxHeading(text)
		switch {
		case text == "":
			start = -1
		case indent < 4 && (strings.HasPrefix(text, "```") || strings.HasPrefix(text, "~~~")):
			fence, start = text[:3], -1
		case indent < 4 && level > 0:
			list = append(list, headingLine{i, i + 1, level, words})
			start = -1
		case start >= 0 && indent < 4 && (strings.Trim(text, "=") == "" || strings.Trim(text, "-") == ""):
			level := 1
			if text[0] == '-' {
				level = 2
			}
			list = append(list, headingLine{start, i + 1, level, oneLine(strings.Join(lines[start:i], ""))})
			start = -1
		case start < 0 && indent < 4 && !strings.ContainsAny(text[:1], ">|"):
			if _, _, item := listItem(raw); !item {
				start = i
			} else {
				start = -2 // inside an item: what follows directly belongs to it
			}
		}
	}
	return list
}

// atxHeading returns the level and words of a "## Heading" line, or level 0.
func atxHeading(text string) (level int, words string) {
	for level < len(text) && text[level] == '#' {
		level++
	}
	if level == 0 || level > 6 || level < len(text) && text[level] != ' ' && text[level] != '\t' {
		return 0, ""
	}
	words = strings.TrimSpace(text[level:])
	if bare := strings.TrimRight(words, "#"); bare == "" || bare[len(bare)-1] == ' ' {
		words = strings.TrimSpace(bare)
	}
	if i := strings.LastIndex(words, " {#"); i > 0 && strings.HasSuffix(words, "}") {
		words = words[:i]
	}
	return level, words
}

// typedNumber is a number or letter typed before a heading: "1.", "2.3", "(a)", "IV.", "Section 1:".
var typedNumber = regexp.MustCompile(`^(?:(?:section|part) )?\(?(?:\d+(?:\.\d+)*|[a-h]|[ivx]+)[.):]*\s+|^\(?(?:\d+(?:\.\d+)*|[a-h]|[ivx]+)[.):]+\s*`)

// foldHeading takes numbers, marks and capitals off a heading's words.
func foldHeading(words string) string {
	words = strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(words, "\\", ""))), " ")
	words = strings.TrimFunc(words, func(r rune) bool { return r != '(' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	words = typedNumber.ReplaceAllString(words, "")
	return strings.TrimFunc(words, func(r rune) bool { return !unicode.IsLetter(r) })
}

var itemMark = regexp.MustCompile(`^( {0,3})([-*+]|\d{1,9}[.)])( {1,4}|$)`)

// listItem returns the column at which the words of a list item begin, and
// the words, when the line begins one.
func listItem(raw string) (column int, words string, ok bool) {
	if first := strings.TrimLeft(raw, " \t"); first == "" || strings.IndexByte("-*+0123456789", first[0]) < 0 {
		return 0, "", false
	}
	line := strings.TrimRight(expandTabs(raw), " \r\n")
	m := itemMark.FindStringSubmatch(line)
	if m == nil || isRule(raw) {
		return 0, "", false
	}
	rest := line[len(m[0]):]
	column = len(m[0])
	if strings.HasPrefix(rest, " ") { // code inside the item, or nothing at all
		column = len(m[1]) + len(m[2]) + 1
		rest = line[column:]
	}
	return max(column, 2), rest, true
}

func blankLine(line string) bool { return strings.TrimSpace(line) == "" }

// isRule reports whether a line is one drawn across the page: ---, ***, ___.
func isRule(line string) bool {
	mark, marks := rune(0), 0
	for _, r := range line {
		switch {
		case unicode.IsSpace(r):
		case marks == 0 && (r == '-' || r == '*' || r == '_'), marks > 0 && r == mark:
			mark = r
			marks++
		default:
			return false
		}
	}
	return marks > 2
}

// expandTabs returns a line without its end, and with spaces for tabs, as Markdown counts columns.
func expandTabs(line string) string {
	s := strings.TrimRight(line, "\r\n")
	for at := strings.IndexByte(s, '\t'); at >= 0; at = strings.IndexByte(s, '\t') {
		s = s[:at] + "    "[at%4:] + s[at+1:]
	}
	return s
}

// withoutTitle leaves out a first heading that only repeats the note's title,
// which the page shows above it.
func withoutTitle(lines []string, title string) []string {
	first := 0
	for first < len(lines)-1 && blankLine(lines[first]) {
		first++
	}
	if title == "" || !strings.EqualFold(oneLine(strings.Trim(lines[first], "#*_ \r\n")), oneLine(title)) {
		return lines
	}
	heads := headingsOf(lines, 1)
	if len(heads) == 0 || heads[0].from != first {
		return lines
	}
	blank(lines, span{heads[0].from, heads[0].to})
	return lines
}
