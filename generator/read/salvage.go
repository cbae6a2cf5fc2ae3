package read

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"ownwords/generator/report"
)

// A file with a mistake in it still says who it is about. What follows finds
// names in it however the file is broken: for the proof only, never to be
// shown. Too many are better than one too few.

// nameKey finds a key and its value anywhere in a line, so that lists, quotation
// marks and braces around it make no difference.
var nameKey = regexp.MustCompile(`(?:^|[\s{,\-"'])([A-Za-z][A-Za-z_ -]{1,12}?)["']?\s*[:=：]\s*(.*)$`)

// yamlMark is what may stand before a value in YAML: a tag, an anchor, a sign for a block of lines.
var yamlMark = regexp.MustCompile(`^(?:[!&*][^\s]*\s*|[>|][-+0-9]*\s*$)`)

// codePoint is an escaped character in a quoted value.
var codePoint = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})`)

// namesIn returns what may be names in the head of a content file that has a
// mistake: the values of keys that are, or nearly are, name and known_as.
func namesIn(raw []byte) []string {
	var names []string
	add := func(value string) {
		for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(",;[]{}", r) }) {
			part = codePoint.ReplaceAllStringFunc(part, func(s string) string {
				n, _ := strconv.ParseUint(s[2:], 16, 32) // the expression took digits only
				return string(rune(n))
			})
			if m := nameKey.FindStringSubmatch(part); m != nil {
				if !isNameKey(m[1]) {
					continue
				}
				part = m[2]
			}
			part = strings.Join(strings.Fields(strings.Trim(strings.TrimSpace(part), `"'`)), " ")
			words := len(strings.Fields(part))
			first, _ := utf8.DecodeRuneInString(part)
			if words > 6 || words == 1 && unicode.IsLower(first) || strings.HasSuffix(part, ":") {
				continue // no name
			}
			if strings.ContainsFunc(part, unicode.IsLetter) && !slices.Contains(names, part) {
				names = append(names, part)
			}
		}
	}
	block, inBlock := "", false // the lines below a key without a value on its own line
	finish := func() {
		add(block)
		block, inBlock = "", false
	}
	for line := range strings.SplitSeq(header(legible(raw)), "\n") {
		line, _, _ = strings.Cut(line, " #")
		trimmed := strings.TrimSpace(line)
		if m := nameKey.FindStringSubmatch(line); m != nil {
			finish()
			value := strings.TrimSpace(m[2])
			for yamlMark.MatchString(value) {
				value = yamlMark.ReplaceAllString(value, "")
			}
			if isNameKey(m[1]) {
				if add(value); value == "" || strings.Count(value, "[") > strings.Count(value, "]") {
					inBlock = true
				}
			}
			continue
		}
		if item, ok := strings.CutPrefix(trimmed, "- "); ok && inBlock {
			add(item)
		} else if inBlock && trimmed != "" && (line[0] == ' ' || line[0] == '\t' || strings.HasSuffix(trimmed, ",") || strings.HasSuffix(trimmed, "]")) {
			block += " " + trimmed
		} else {
			finish()
		}
	}
	finish()
	return names
}

// isNameKey reports whether a key is, or nearly is, one that holds names.
func isNameKey(key string) bool {
	key = strings.ToLower(strings.NewReplacer("-", "_", " ", "_").Replace(strings.TrimSpace(key)))
	return key == "name" || key == "known_as" || report.DidYouMean(key, []string{"name", "known_as"}) != ""
}

// header returns the lines between the fences of a file; without a second
// fence, those up to the first empty line behind a key.
func header(text string) string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if fence := len(trimmed) >= 3 && strings.Trim(trimmed, "-") == ""; (fence || trimmed == "" || trimmed == "...") && len(lines) > 0 {
			break
		} else if !fence {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// legible turns a file's bytes into text whatever they are: UTF-16 by its mark,
// else UTF-8, else the Windows alphabet of Western Europe.
func legible(raw []byte) string {
	var text string
	switch {
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		units := make([]uint16, 0, len(raw)/2)
		for i := 2; i+1 < len(raw); i += 2 {
			if raw[0] == 0xff {
				units = append(units, uint16(raw[i+1])<<8|uint16(raw[i]))
			} else {
				units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
		}
		text = string(utf16.Decode(units))
	case utf8.Valid(raw):
		text = string(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))
	default:
		decoded, _ := charmap.Windows1252.NewDecoder().Bytes(raw) // every byte has a meaning or becomes U+FFFD
		text = string(decoded)
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(text)
}

// addNames adds names that were salvaged from the file of somebody whose
// consent can't be read. If there are none at all, an ID of several words is
// most likely their name.
func (p *Person) addNames(names []string) {
	if len(names) == 0 && p.Name.S == "" && len(p.KnownAs) == 0 {
		if words := strings.FieldsFunc(p.Slug, func(r rune) bool { return !unicode.IsLetter(r) }); len(words) > 1 {
			names = []string{strings.Join(words, " ")}
		}
	}
	for _, name := range names {
		if name != p.Name.S && !slices.ContainsFunc(p.KnownAs, func(t Text) bool { return t.S == name }) {
			p.KnownAs = append(p.KnownAs, Text{S: name})
		}
	}
}
