package importing

import (
	"encoding/binary"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// lineBreak is a break within a paragraph (Shift and Enter in a word processor).
const lineBreak = '\u2028'

// decode reads text as people's computers write it: UTF-8 with or without a
// byte order mark, UTF-16 with one ("Unicode text" in Windows), and failing
// these Windows-1252. Line ends become \n, breaks within a paragraph U+2028,
// page breaks empty lines, and other control characters spaces.
func decode(data []byte) string {
	var text string
	switch {
	case len(data) >= 2 && data[0] == 0xff && data[1] == 0xfe:
		text = fromUTF16(data[2:], binary.LittleEndian)
	case len(data) >= 2 && data[0] == 0xfe && data[1] == 0xff:
		text = fromUTF16(data[2:], binary.BigEndian)
	case utf8.Valid(data):
		text = string(data)
	default:
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(data)
		if err != nil {
			decoded = []byte(strings.ToValidUTF8(string(data), "\ufffd"))
		}
		text = string(decoded)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2029", "\n\n", "\f", "\n\n", "\v", string(lineBreak)).Replace(text)
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

func fromUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

// isSpace includes the no-break spaces that word processors put between sentences.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == lineBreak }

// oneSpace makes every run of spaces one ordinary space and trims the ends. A
// single no-break space stays where typography wants it: before French
// punctuation and percent signs, inside guillemets, and between a figure and
// what it counts.
func oneSpace(s string) string {
	runes := []rune(strings.TrimFunc(s, isSpace))
	var b strings.Builder
	for i := 0; i < len(runes); i++ {
		if !isSpace(runes[i]) {
			b.WriteRune(runes[i])
			continue
		}
		first := i
		for isSpace(runes[i+1]) { // trimmed: a space is never last
			i++
		}
		if alone := i == first; alone && (runes[i] == '\u00a0' || runes[i] == '\u202f') && wantsNoBreak(runes[i-1], runes[i+1]) {
			b.WriteRune(runes[i])
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func wantsNoBreak(before, after rune) bool {
	return before == '«' || strings.ContainsRune("?!:;»%€£", after) || unicode.IsDigit(before) && (unicode.IsLetter(after) || unicode.IsDigit(after))
}

// plainSpaces also makes no-break spaces ordinary, for looking into text.
func plainSpaces(s string) string {
	return strings.Join(strings.FieldsFunc(s, isSpace), " ")
}

// fold is a text for comparing: lower case, words of letters and figures with
// single spaces between them.
func fold(s string) string {
	return strings.ToLower(strings.Join(words(s), " "))
}

// words are the runs of letters, marks and figures in s.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
	})
}

// slugOf makes a slug (spec: a-z 0-9 -) of at most 60 characters, cut between words.
func slugOf(s string) string {
	var b strings.Builder
	for _, w := range words(asciiLetters(s)) {
		w = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, strings.ToLower(w))
		if w == "" {
			continue
		}
		if b.Len() > 0 {
			if b.Len()+1+len(w) > 60 {
				return danglingWord.ReplaceAllString(b.String(), "")
			}
			b.WriteByte('-')
		}
		b.WriteString(w[:min(len(w), 60)])
	}
	return b.String()
}

// danglingWord is a little word that a cut left at the end.
var danglingWord = regexp.MustCompile(`(-(a|an|and|at|for|from|in|of|on|or|the|to|with))+$`)
