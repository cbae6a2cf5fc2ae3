package importing

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	webAddress = regexp.MustCompile(`https?://[^\s<>"“”‘’\[\]\x60\x{A0}]+`)
	entity     = regexp.MustCompile(`&(#?[0-9A-Za-z]+;)`)
	listNumber = regexp.MustCompile(`^(\d{1,9})([.)])`)
)

// escape writes typed words so that Markdown, and this project's mentions and
// passages, read nothing into them. Full web addresses become links that show
// the address as it was typed.
func escape(s string) string {
	var b strings.Builder
	last := 0
	for _, at := range webAddress.FindAllStringIndex(s, -1) {
		address := trimAddress(s[at[0]:at[1]])
		if entity.MatchString(address) || strings.ContainsRune(address, '\\') {
			continue
		}
		b.WriteString(escapeWords(s[last:at[0]]))
		b.WriteString("<" + address + ">")
		last = at[0] + len(address)
	}
	b.WriteString(escapeWords(s[last:]))
	return b.String()
}

// trimAddress leaves the sentence's punctuation out of a web address.
func trimAddress(s string) string {
	for {
		end, size := utf8.DecodeLastRuneInString(s)
		if strings.ContainsRune(".,;:!?'*_~…", end) || end == ')' && strings.Count(s, "(") < strings.Count(s, ")") {
			s = s[:len(s)-size]
			continue
		}
		return s
	}
}

func escapeWords(s string) string {
	var b strings.Builder
	before := ' '
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		switch {
		case strings.ContainsRune("\\`*[<|~", r):
			b.WriteByte('\\')
		case r == '_' && !(isWordRune(before) && isWordRune(next)):
			b.WriteByte('\\')
		case r == '&' && entity.MatchString(s[i:]) && entity.FindStringIndex(s[i:])[0] == 0:
			b.WriteByte('\\')
		case r == ']' && (next == '(' || next == '[' || next == ':'):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		before = r
	}
	return b.String()
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// escapeStart keeps the beginning of every line of a paragraph from being read
// as a heading, list, quotation, underline or passage.
func escapeStart(md string) string {
	lines := strings.Split(md, "\n")
	for i, l := range lines {
		if l == "" {
			continue
		}
		if strings.ContainsRune("#>+-=:", rune(l[0])) {
			lines[i] = "\\" + l
		} else if m := listNumber.FindStringSubmatch(l); m != nil {
			lines[i] = m[1] + "\\" + l[len(m[1]):]
		}
	}
	return strings.Join(lines, "\n")
}

// escapeHeading keeps signs at the end of a heading from being read as its
// closing marks or as an ID.
func escapeHeading(md string) string {
	md = strings.ReplaceAll(md, "\\\n", " ")
	md = strings.ReplaceAll(md, "\n", " ")
	var b strings.Builder
	for i := 0; i < len(md); i++ {
		if md[i] == '\\' && i+1 < len(md) {
			b.WriteString(md[i : i+2])
			i++
			continue
		}
		if md[i] == '#' || md[i] == '{' || md[i] == '}' {
			b.WriteByte('\\')
		}
		b.WriteByte(md[i])
	}
	return b.String()
}

var (
	mentionLink  = regexp.MustCompile(`\](\(\s*<?@)`)
	mentionRef   = regexp.MustCompile(`(?m)^(\s{0,3})\[([^\]\n]+\]:\s*<?@)`)
	passageStart = regexp.MustCompile(`(?m)^([ \t>*+\-]*(?:\d+[.)][ \t]*)?):::`)
)

// harmless takes the meaning from mentions and passages in Markdown that came
// from elsewhere, and leaves their letters: an import makes nobody named.
func harmless(md string) string {
	md = escapeMentions(md)
	md = mentionLink.ReplaceAllString(md, `\]$1`)
	md = mentionRef.ReplaceAllString(md, `$1\[$2`)
	return passageStart.ReplaceAllString(md, `$1\:::`)
}

// slashedBreak is the end of a line with at least two backslashes: pairs of
// them are typed ones, and one more is a break, which becomes a space, because
// goldmark reads breaks after typed backslashes otherwise than it should.
var slashedBreak = regexp.MustCompile(`\\{2,}\n`)

// escapeMentions puts a backslash before every [@ that hasn't one that counts.
func escapeMentions(md string) string {
	var b strings.Builder
	slashes := 0
	for i := 0; i < len(md); i++ {
		if md[i] == '[' && i+1 < len(md) && md[i+1] == '@' && slashes%2 == 0 {
			b.WriteByte('\\')
		}
		if md[i] == '\\' {
			slashes++
		} else {
			slashes = 0
		}
		b.WriteByte(md[i])
	}
	return b.String()
}

// write writes the blocks as the note's text.
func write(blocks []block) string {
	var b strings.Builder
	type run struct {
		width, number int // of the marker; the last number
		ordered       bool
		sign          byte
	}
	var lists []run // one for each depth that is open
	loose := false
	for i := range blocks {
		bl := &blocks[i]
		md := bl.md
		if md == "" && bl.kind != verbatim {
			md = escape(bl.text)
		}
		if md == "" {
			continue
		}
		if bl.kind != verbatim {
			md = slashedBreak.ReplaceAllStringFunc(md, func(end string) string { return end[:(len(end)-1)/2*2] + " " })
		}
		indent := func(depth int) string {
			n := 0
			for _, l := range lists[:min(depth, len(lists))] {
				n += l.width
			}
			return strings.Repeat(" ", n)
		}
		if bl.within && len(lists) > 0 {
			pad := indent(min(bl.level, len(lists)-1) + 1)
			b.WriteString("\n" + pad + strings.ReplaceAll(escapeStart(md), "\n", "\n"+pad) + "\n")
			loose = true
			continue
		}
		if bl.kind != item {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			lists, loose = nil, false
			switch bl.kind {
			case heading:
				if !bl.raw {
					md = escapeHeading(md)
				}
				b.WriteString(strings.Repeat("#", bl.level) + " " + md + "\n")
			case verbatim:
				b.WriteString(strings.TrimRight(md, "\n") + "\n")
			default:
				b.WriteString(escapeStart(md) + "\n")
			}
			continue
		}
		depth := min(bl.level, len(lists))
		opens := depth == len(lists)
		sign := bl.sign
		apart := loose
		if opens {
			apart = apart || depth == 0 && b.Len() > 0 || bl.ordered && bl.number != 1
			lists = append(lists, run{})
		} else {
			lists = lists[:depth+1]
			// A list that starts anew, or leaves a number out, needs the other
			// sign, or Markdown would count on.
			if above := lists[depth]; above.ordered && bl.ordered && (above.number+1 != bl.number || above.sign != sign) {
				if sign == above.sign && above.number+1 != bl.number {
					sign = '.' + ')' - above.sign
				}
				apart = true
			}
		}
		marker := "- "
		if bl.ordered {
			marker = strconv.Itoa(bl.number) + string(sign) + " "
		}
		lists[depth] = run{len(marker), bl.number, bl.ordered, sign}
		if apart && b.Len() > 0 {
			b.WriteByte('\n')
		}
		loose = false
		pad := indent(depth)
		body := strings.ReplaceAll(escapeStart(md), "\n", "\n"+pad+strings.Repeat(" ", len(marker)))
		b.WriteString(pad + marker + body + "\n")
	}
	return b.String()
}

// markdownTable writes rows of cells, whose Markdown is on one line each, as a table.
func markdownTable(rows [][]string) string {
	columns := 0
	for _, r := range rows {
		columns = max(columns, len(r))
	}
	var b strings.Builder
	for i, r := range rows {
		for len(r) < columns {
			r = append(r, "")
		}
		b.WriteString("| " + strings.Join(r, " | ") + " |\n")
		if i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", columns) + "\n")
		}
	}
	return b.String()
}

var (
	plainScalar = regexp.MustCompile(`^[\p{L}][\p{L}\p{N} ’‘()/,.–-]*$`)
	yamlWord    = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null|nan|inf)$`)
)

// scalar writes a text as a YAML value: plain where it can mean nothing else,
// in double quotes otherwise.
func scalar(s string) string {
	if plainScalar.MatchString(s) && !yamlWord.MatchString(s) && strings.TrimSpace(s) == s {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case !unicode.IsPrint(r) && r != '\u00a0' && r != '\u202f' && r <= 0xffff:
			hex := strconv.FormatInt(int64(r), 16)
			b.WriteString(`\u` + strings.Repeat("0", 4-len(hex)) + hex)
		case !unicode.IsPrint(r) && r > 0xffff:
			hex := strconv.FormatInt(int64(r), 16)
			b.WriteString(`\U` + strings.Repeat("0", 8-len(hex)) + hex)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// inFlow writes a text as a value within [ ] or { }, where commas separate.
func inFlow(s string) string {
	if strings.ContainsAny(s, ",[]{}") {
		return forceQuoted(s)
	}
	return scalar(s)
}

func forceQuoted(s string) string {
	quoted := scalar(s)
	if strings.HasPrefix(quoted, `"`) {
		return quoted
	}
	return `"` + quoted + `"`
}

// remark writes words as YAML comment lines.
func remark(s string) string {
	var b strings.Builder
	for _, l := range strings.Split(s, "\n") {
		l = strings.Map(func(r rune) rune {
			if r == utf8.RuneError || r != '\t' && !unicode.IsPrint(r) && !isSpace(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Cf, r) {
				return ' '
			}
			if r == '\ufeff' || r == lineBreak || r == '\u2029' || r == '\u0085' {
				return ' '
			}
			return r
		}, l)
		b.WriteString(strings.TrimRight("# "+l, " ") + "\n")
	}
	return b.String()
}
