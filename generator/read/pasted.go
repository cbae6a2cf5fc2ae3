package read

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Notes are written in a hurry, and pasted from word processors. Three things
// that people mean and Markdown doesn't know are read in notes as they are
// meant: bullets such as • at the start of a line, a line in capitals that
// stands alone, and a line alone that is bold from end to end. No word changes,
// and every line keeps its number. Stories are never read so: they are
// published as told.

var (
	// pastedBullet is a line that begins with a bullet which is none in
	// Markdown, or with one of Markdown's own and a no-break space. An "o" and a
	// tab is how Word writes the bullets of the second level.
	pastedBullet = regexp.MustCompile("^([ \t\u00a0]*)(?:([•●▪■◦○‣⁃∙·\uf0b7\uf0a7])[ \t\u00a0]*|(o)\t[ \t\u00a0]*|([-*+]) ?\u00a0[ \t\u00a0]*)([^ \t\u00a0].*)$")
	pastedNumber = regexp.MustCompile("^( {0,3}\\d{1,3}[.)])\u00a0[ \t\u00a0]*(\\S.*)$")
	pastedHash   = regexp.MustCompile("^(#{1,6})[ \t]*\u00a0[ \t\u00a0]*")
	boldLine     = regexp.MustCompile(`^(?:\*\*([^*]+)\*\*|__([^_]+)__)(:?)$`)
	lineNumber   = regexp.MustCompile(`^(\d+(?:\.\d+)*)[.)]?\s+`)
)

// mostWords is how many words a line may have that is taken for a heading, and
// longestHeading how many bytes.
const (
	mostWords      = 14
	longestHeading = 150
)

// tidyPasted makes lists and headings of what is meant as such, and returns the
// text's lines with their ends.
func tidyPasted(text []byte) []string {
	lines := strings.SplitAfter(string(text), "\n")
	fenced := false
	marked, capitals, bold := 0, 0, 0 // the levels of the headings above, 0 for none
	var open []pastedMark             // the levels of the pasted list that is open
	for i := range lines {
		bare := strings.TrimRight(lines[i], "\r\n")
		line := strings.TrimSpace(bare)
		if strings.HasPrefix(line, "```") || strings.HasPrefix(line, "~~~") {
			fenced = !fenced
		}
		if fenced || line == "" {
			continue
		}
		if m := pastedMarks(line, bare); m != nil {
			open = nest(open, pastedMark{len([]rune(strings.ReplaceAll(m[1], "\t", "    "))), m[2] + m[3] + m[4]})
			lines[i] = strings.Repeat("  ", len(open)-1) + "- " + m[5] + "\n"
			continue
		}
		if strings.Contains(bare, "\u00a0") {
			if m := pastedNumber.FindStringSubmatch(bare); m != nil {
				lines[i] = m[1] + " " + m[2] + "\n"
				continue
			}
			if m := pastedHash.FindStringSubmatch(line); m != nil {
				line = m[1] + " " + line[len(m[0]):]
				lines[i] = line + "\n"
			}
		}
		if level, _ := atxHeading(line); level > 0 {
			marked, capitals, bold, open = level, 0, 0, nil
			continue
		}
		if i > 0 && strings.TrimSpace(lines[i-1]) != "" || line != strings.TrimRight(bare, " \t\u00a0") {
			continue
		}
		open = nil
		next, after := "", "" // the line below, and the next one with words
		for j := i + 1; j < len(lines) && after == ""; j++ {
			after = strings.TrimSpace(lines[j])
			if j == i+1 {
				next = after
			}
		}
		if after == "" || len(line) > longestHeading || len(strings.Fields(line)) > mostWords || strings.ContainsAny(line, "[]|@<>`") || strings.ContainsAny(line[len(line)-1:], ".,;") ||
			lineNumber.MatchString(line) && lineNumber.MatchString(next) || strings.Trim(next, "-=") == "" && next != "" {
			continue
		}
		switch {
		case inCapitals(line) && !inCapitals(next):
			capitals, bold = min(max(marked+1, 2), 6), 0
			level := capitals
			if m := lineNumber.FindStringSubmatch(line); m != nil {
				level = min(level+strings.Count(m[1], "."), 6)
			}
			lines[i] = strings.Repeat("#", level) + " " + line + "\n"
		case next == "" && boldLine.MatchString(line):
			if bold == 0 {
				bold = min(max(marked, capitals, 1)+1, 6)
			}
			lines[i] = strings.Repeat("#", bold) + " " + boldLine.ReplaceAllString(line, "$1$2$3") + "\n"
		case marked+capitals+bold == 0 && summaryHeading.MatchString(foldHeading(line)):
			capitals = 2
			lines[i] = "## " + line + "\n"
		}
	}
	if strings.HasSuffix(lines[len(lines)-1], "\n") {
		lines = append(lines, "") // as in every text that ends a line
	}
	return lines
}

// pastedMarks looks for a pasted bullet: the space before it, its signs, and the words.
func pastedMarks(line, bare string) []string {
	if first := line[0]; first < utf8.RuneSelf && (strings.IndexByte("-*+o", first) < 0 || !strings.Contains(bare, "\u00a0") && first != 'o' || first == 'o' && !strings.HasPrefix(line, "o\t")) {
		return nil
	}
	return pastedBullet.FindStringSubmatch(bare)
}

// pastedMark tells the levels of a pasted list apart: how far it is indented,
// and with which bullet.
type pastedMark struct {
	width  int
	bullet string
}

// nest returns the open levels of a list after an item with this mark.
func nest(open []pastedMark, m pastedMark) []pastedMark {
	for i, o := range open {
		if o == m {
			return open[:i+1]
		}
	}
	for len(open) > 0 && open[len(open)-1].width > m.width {
		open = open[:len(open)-1]
	}
	return append(open, m)
}

// inCapitals reports whether a line says something and has no small letter.
func inCapitals(line string) bool {
	letters := 0
	for _, r := range line {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsLetter(r) {
			letters++
		}
	}
	first := []rune(line + " ")[0]
	return letters > 2 && (unicode.IsLetter(first) || unicode.IsDigit(first) || strings.ContainsRune("‘“\"'(", first))
}
