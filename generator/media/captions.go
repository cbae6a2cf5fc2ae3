package media

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxTold bounds how many problems one captions file is told about at once.
const maxTold = 20

// Captions checks a WebVTT file (W3C, "WebVTT: The Web Video Text Tracks
// Format") and writes it anew: the cues with their times, settings and words.
// What no reader sees is dropped: NOTE comments, the text after WEBVTT, cue
// identifiers; so are STYLE and REGION blocks, so that captions look as their
// readers have set them.
//
// Only the returned file may be published, not the bytes that were given.
// The error joins up to 20 of type [*Error], each with its line.
func Captions(vtt []byte) (*File, error) {
	if len(vtt) > MaxCaptions {
		return nil, problem("captions-too-large", fmt.Sprintf("This captions file has %s; at most %s can be read.", megabytes(int64(len(vtt))), megabytes(MaxCaptions)),
			"Check that it is a WebVTT file with captions and nothing else.")
	}
	text := string(bytes.TrimPrefix(vtt, byteOrderMark))
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	lines := strings.Split(text, "\n")
	c := &captions{}
	for i, line := range lines {
		if !utf8.ValidString(line) || strings.ContainsRune(line, 0) {
			return nil, problemAt(i+1, 1, "captions-encoding", "This line of the captions holds characters that can't be read.",
				"Save the file as UTF-8.")
		}
	}
	if first := lines[0]; !strings.HasPrefix(first, "WEBVTT") || len(first) > 6 && first[6] != ' ' && first[6] != '\t' {
		return nil, problemAt(1, 1, "captions-format", "This captions file doesn't begin with WEBVTT, so browsers won't show it.",
			"Write WEBVTT on a first line of its own, and leave the next line empty. Captions saved as SubRip (.srt) need a full stop instead of the comma in their times too.")
	}
	c.out.WriteString("WEBVTT\n")
	at := 1
	for at < len(lines) && lines[at] != "" && !strings.Contains(lines[at], "-->") {
		at++
	}
	for at < len(lines) {
		if lines[at] == "" {
			at++
			continue
		}
		end := at
		for end < len(lines) && lines[end] != "" {
			end++
		}
		c.block(lines[at:end], at+1)
		at = end
	}
	if len(c.errs) == 0 && c.cues == 0 {
		c.fail(1, 1, "captions-empty", "This captions file has no captions in it.",
			"Add captions, each with a line such as 00:01.000 --> 00:04.000 above its words.")
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	file := newFile(c.out.Bytes(), ".vtt", "text/vtt", 0, 0)
	return &file, nil
}

type captions struct {
	out  bytes.Buffer
	cues int
	// start is when the cue before began, in milliseconds.
	start int64
	errs  []error
}

func (c *captions) fail(line, column int, code, message, help string) {
	if len(c.errs) < maxTold {
		c.errs = append(c.errs, problemAt(line, column, code, message, help))
	}
}

// block reads one block of lines, of which the first has the given number.
func (c *captions) block(lines []string, line int) {
	if !strings.Contains(lines[0], "-->") && (len(lines) == 1 || !strings.Contains(lines[1], "-->")) {
		keyword, _, _ := strings.Cut(strings.ReplaceAll(lines[0], "\t", " "), " ")
		if keyword == "NOTE" || (keyword == "STYLE" || keyword == "REGION") && c.cues == 0 && strings.TrimSpace(lines[0]) == keyword {
			return
		}
		c.fail(line, 1, "captions-time", "These words have no line with times above them.",
			"Write a line such as 00:01.000 --> 00:04.000 above the words, with no empty line between.")
		return
	}
	if !strings.Contains(lines[0], "-->") { // an identifier
		lines, line = lines[1:], line+1
	}
	start, end, settings, ok := c.times(lines[0], line)
	if !ok {
		return
	}
	if end <= start {
		c.fail(line, 1, "captions-time", "This caption ends before or when it begins.", "Put the earlier time on the left of the arrow.")
	}
	if start < c.start {
		c.fail(line, 1, "captions-order", "This caption begins before the one above it.", "Put the captions into the order of their times.")
	}
	c.start = max(c.start, start)
	c.cues++
	fmt.Fprintf(&c.out, "\n%s --> %s%s\n", stamp(start), stamp(end), settings)
	for i, words := range lines[1:] {
		if strings.Contains(words, "-->") {
			c.fail(line+1+i, 1, "captions-time", "A line with times stands among the words of another caption.", "Leave an empty line between two captions.")
			return
		}
		if column := badMarkup(words); column > 0 {
			c.fail(line+1+i, column, "captions-markup", "This caption has a tag that captions don't have, or a < that begins none.",
				"Captions know <b>, <i>, <u>, <c>, <v Name>, <lang xx>, <ruby> and <rt>. Write &lt; for the sign itself.")
		}
		c.out.WriteString(words + "\n")
	}
}

var (
	cueTimes  = regexp.MustCompile(`^[ \t]*(\S+?)[ \t]*-->[ \t]*(\S+)(.*)$`)
	timestamp = regexp.MustCompile(`^(?:(\d{2,6}):)?([0-5]\d):([0-5]\d)\.(\d{3})$`)
	setting   = regexp.MustCompile(`^(?:vertical:(?:rl|lr)|line:-?[\d.]+%?(?:,(?:start|center|end))?|position:[\d.]+%(?:,(?:line-left|center|line-right))?|size:[\d.]+%|align:(?:start|center|end|left|right))$`)
	cueTag    = regexp.MustCompile(`^<(?:/(?:c|i|b|u|v|lang|ruby|rt)?|(?:c|i|b|u|v|lang|ruby|rt)(?:\.[^\s<>.&]+)*(?:[ \t][^<>]*)?|(?:\d{2,}:)?[0-5]\d:[0-5]\d\.\d{3})>`)
)

// times reads a cue's line of times and settings. Unknown settings, and those
// that name a region, are dropped.
func (c *captions) times(text string, line int) (start, end int64, settings string, ok bool) {
	help := "Write times as minutes:seconds.thousandths or hours:minutes:seconds.thousandths, such as 00:01.000 --> 00:04.000."
	parts := cueTimes.FindStringSubmatch(text)
	if parts == nil {
		c.fail(line, 1, "captions-time", "This line should have a time on each side of the arrow -->.", help)
		return 0, 0, "", false
	}
	start, startOK := milliseconds(parts[1])
	end, endOK := milliseconds(parts[2])
	if !startOK || !endOK {
		if strings.Contains(parts[1]+parts[2], ",") {
			help = "Write a full stop instead of the comma: 00:01.000 instead of 00:01,000."
		}
		c.fail(line, 1, "captions-time", "A time on this line isn't written as captions need it.", help)
		return 0, 0, "", false
	}
	for _, each := range strings.Fields(parts[3]) {
		if setting.MatchString(each) {
			settings += " " + each
		}
	}
	return start, end, settings, true
}

func milliseconds(text string) (int64, bool) {
	parts := timestamp.FindStringSubmatch(text)
	if parts == nil {
		return 0, false
	}
	var n [5]int64
	for i := 1; i < 5; i++ {
		if parts[i] != "" {
			// Digits only, and few: this can't fail.
			n[i], _ = strconv.ParseInt(parts[i], 10, 64)
		}
	}
	return ((n[1]*60+n[2])*60+n[3])*1000 + n[4], true
}

func stamp(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// badMarkup returns the column of the first < that begins no cue tag; 0 for none.
func badMarkup(words string) int {
	for at := 0; ; {
		next := strings.IndexByte(words[at:], '<')
		if next < 0 {
			return 0
		}
		at += next
		tag := cueTag.FindString(words[at:])
		if tag == "" {
			return utf8.RuneCountInString(words[:at]) + 1
		}
		at += len(tag)
	}
}
