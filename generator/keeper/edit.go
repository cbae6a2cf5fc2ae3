package keeper

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// A consent is changed in the bytes of its file, at the places that the YAML
// package names, and never by writing the YAML anew: comments, order, spacing,
// line ends and everything outside the consent stay as their writers left them.

// errByHand says that a file is written in a way that isn't edited here.
var errByHand = errors.New("the consent is written in a way that can't be changed by this command")

// header is the part of a file between its two --- lines.
type header struct {
	source     []byte
	start, end int // byte offsets in source
	consent    *yaml.Node
}

// lineBreak returns the length of the line break at b[i], as YAML counts lines; 0 when there is none.
func lineBreak(b []byte, i int) int {
	switch {
	case b[i] == '\r' && i+1 < len(b) && b[i+1] == '\n':
		return 2
	case b[i] == '\n', b[i] == '\r':
		return 1
	case bytes.HasPrefix(b[i:], []byte("\u0085")):
		return 2
	case bytes.HasPrefix(b[i:], []byte("\u2028")), bytes.HasPrefix(b[i:], []byte("\u2029")):
		return 3
	}
	return 0
}

// plainBreak is lineBreak for the file as a whole, where only CR and LF end lines.
func plainBreak(b []byte, i int) int {
	if b[i] != '\n' && b[i] != '\r' {
		return 0
	}
	return lineBreak(b, i)
}

// parseHeader finds the front matter and the consent in it. The consent is nil
// when there is none.
func parseHeader(source []byte) (*header, error) {
	h := &header{source: source, start: -1}
	at := len(source) - len(bytes.TrimPrefix(source, []byte("\ufeff")))
	for at <= len(source) {
		end := at
		for end < len(source) && plainBreak(source, end) == 0 {
			end++
		}
		fence := string(bytes.TrimRight(source[at:end], " \t")) == "---"
		next := len(source) + 1
		if end < len(source) {
			next = end + plainBreak(source, end)
		}
		switch {
		case h.start < 0 && !fence:
			return nil, errByHand
		case h.start < 0:
			h.start = next
		case fence:
			h.end = at
			return h, h.findConsent()
		}
		at = next
	}
	return nil, errByHand
}

func (h *header) findConsent() error {
	var doc yaml.Node
	if err := yaml.Unmarshal(h.source[h.start:h.end], &doc); err != nil {
		return errByHand
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		return errByHand
	}
	_, h.consent = entry(doc.Content[0], "consent")
	return nil
}

// entry finds a key of a mapping and its value.
func entry(m *yaml.Node, key string) (keyNode, value *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i], m.Content[i+1]
		}
	}
	return nil, nil
}

// offset turns the line and column of a node into a byte offset of the file.
func (h *header) offset(n *yaml.Node) int {
	at := h.start
	for line := 1; line < n.Line && at < h.end; {
		if size := lineBreak(h.source, at); size > 0 {
			line++
			at += size
		} else {
			at++
		}
	}
	for column := 1; column < n.Column && at < h.end; column++ {
		_, size := utf8.DecodeRune(h.source[at:])
		at += size
	}
	return at
}

// extent returns the bytes that a node takes, without a comment after it.
// parent is the column at which the keys of the mapping around it begin.
func (h *header) extent(n *yaml.Node, parent int) (start, end int, err error) {
	start = h.offset(n)
	if n.Anchor != "" || n.Kind == yaml.AliasNode || n.Style&yaml.TaggedStyle != 0 {
		return 0, 0, errByHand
	}
	switch n.Kind {
	case yaml.ScalarNode:
		end, err = h.scalarEnd(n, start, parent)
	case yaml.SequenceNode, yaml.MappingNode:
		end = start
		if n.Style&yaml.FlowStyle != 0 {
			end++ // the opening bracket
		}
		if len(n.Content) > 0 {
			if _, end, err = h.extent(n.Content[len(n.Content)-1], n.Column); err != nil {
				return 0, 0, err
			}
		}
		if n.Style&yaml.FlowStyle != 0 {
			end, err = h.closingBracket(end)
		}
	default:
		err = errByHand
	}
	return start, end, err
}

func (h *header) scalarEnd(n *yaml.Node, start, parent int) (int, error) {
	b := h.source[:h.end]
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		for i := start + 1; i < len(b); i++ {
			switch b[i] {
			case '\\':
				i++
			case '"':
				return i + 1, nil
			}
		}
		return 0, errByHand
	case n.Style&yaml.SingleQuotedStyle != 0:
		for i := start + 1; i < len(b); i++ {
			if b[i] == '\'' {
				if i+1 < len(b) && b[i+1] == '\'' {
					i++
					continue
				}
				return i + 1, nil
			}
		}
		return 0, errByHand
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return h.blockEnd(start, parent), nil
	}
	// A plain scalar: its words as they stand, whatever white space folds between them.
	at := start
	for _, word := range strings.Fields(n.Value) {
		for at < len(b) && (b[at] == ' ' || b[at] == '\t' || plainBreak(b, at) > 0) {
			at++
		}
		if !bytes.HasPrefix(b[at:], []byte(word)) {
			if n.Tag == "!!null" {
				return start, nil // nothing is written there
			}
			return 0, errByHand
		}
		at += len(word)
	}
	return at, nil
}

// blockEnd finds the end of a | or > text: its lines are indented further than the key's.
func (h *header) blockEnd(start, parent int) int {
	end := h.lineEnd(start)
	for at := end; at < h.end; {
		at += lineBreak(h.source, at)
		stop := h.lineEnd(at)
		line := h.source[at:stop]
		text := bytes.TrimLeft(line, " ")
		if len(bytes.TrimSpace(line)) > 0 {
			if len(line)-len(text) < parent {
				break
			}
			end = stop
		}
		at = stop
	}
	return end
}

// lineEnd returns the offset of the line break after at, or the header's end.
func (h *header) lineEnd(at int) int {
	for at < h.end && plainBreak(h.source, at) == 0 {
		at++
	}
	return at
}

// closingBracket passes over what may stand between the last value of a list or
// group in brackets and the bracket that closes it.
func (h *header) closingBracket(at int) (int, error) {
	for at < h.end {
		switch c := h.source[at]; {
		case c == ']' || c == '}':
			return at + 1, nil
		case c == '#':
			at = h.lineEnd(at)
		case c == ' ' || c == '\t' || c == ',' || c == ':' || plainBreak(h.source, at) > 0:
			at++
		default:
			return 0, errByHand
		}
	}
	return 0, errByHand
}

// splice returns the file with the bytes from start to end replaced.
func (h *header) splice(start, end int, with string) []byte {
	out := make([]byte, 0, len(h.source)+len(with))
	out = append(out, h.source[:start]...)
	out = append(out, with...)
	return append(out, h.source[end:]...)
}

// setting is a key of a consent with the value that it is to have.
type setting struct {
	key   string
	value string // plain words; quoted where YAML needs it
	after string // the key that it follows, when it is new; "" for the end
}

// setKeys sets keys of the consent in a file's bytes, one after another.
func setKeys(source []byte, settings []setting) ([]byte, error) {
	for _, s := range settings {
		var err error
		if source, err = setKey(source, s); err != nil {
			return nil, err
		}
	}
	return source, nil
}

func setKey(source []byte, s setting) ([]byte, error) {
	h, err := parseHeader(source)
	if err != nil {
		return nil, err
	}
	m := h.consent
	if m == nil || m.Kind != yaml.MappingNode || m.Anchor != "" {
		return nil, errByHand
	}
	flow := m.Style&yaml.FlowStyle != 0
	value := quote(s.value, flow)
	if key, old := entry(m, s.key); key != nil {
		start, end, err := h.extent(old, m.Column)
		if err != nil {
			return nil, err
		}
		if start == end { // a key without a value
			after, err := h.afterKey(key, m.Column)
			if err != nil {
				return nil, err
			}
			return h.splice(after, after, " "+value), nil
		}
		return h.splice(start, end, value), nil
	}
	if len(m.Content) == 0 {
		if !flow {
			return nil, errByHand
		}
		at := h.offset(m) + 1
		return h.splice(at, at, s.key+": "+value), nil
	}
	at, err := h.insertionPoint(m, s.after)
	if err != nil {
		return nil, err
	}
	if flow {
		return h.splice(at, at, ", "+s.key+": "+value), nil
	}
	first := h.offset(m.Content[0])
	begin := first
	for begin > h.start && plainBreak(source, begin-1) == 0 {
		begin--
	}
	indent := string(source[begin:first])
	if strings.Trim(indent, " ") != "" {
		return nil, errByHand
	}
	stop := h.lineEnd(at)
	if stop >= h.end {
		return nil, errByHand
	}
	newLine := string(source[stop : stop+plainBreak(source, stop)])
	return h.splice(stop, stop, newLine+indent+s.key+": "+value), nil
}

// insertionPoint returns where the entry ends that a new key is to follow.
func (h *header) insertionPoint(m *yaml.Node, after string) (int, error) {
	key, value := entry(m, after)
	if key == nil {
		key, value = m.Content[len(m.Content)-2], m.Content[len(m.Content)-1]
	}
	start, end, err := h.extent(value, m.Column)
	if err != nil {
		return 0, err
	}
	if start == end {
		return h.afterKey(key, m.Column)
	}
	return end, nil
}

// afterKey returns the offset right after a key's colon.
func (h *header) afterKey(key *yaml.Node, parent int) (int, error) {
	_, at, err := h.extent(key, parent)
	if err != nil {
		return 0, err
	}
	for at < h.end && (h.source[at] == ' ' || h.source[at] == '\t') {
		at++
	}
	if at >= h.end || h.source[at] != ':' {
		return 0, errByHand
	}
	return at + 1, nil
}

// renameKey puts another key and value in the place of one, and keeps the
// comment beside it.
func renameKey(source []byte, old string, s setting) ([]byte, error) {
	h, err := parseHeader(source)
	if err != nil {
		return nil, err
	}
	if h.consent == nil || h.consent.Kind != yaml.MappingNode {
		return nil, errByHand
	}
	key, _ := entry(h.consent, old)
	if key == nil {
		return nil, errByHand
	}
	start, end, err := h.extent(key, h.consent.Column)
	if err != nil {
		return nil, err
	}
	return setKey(h.splice(start, end, s.key), s)
}

// quote writes a value so that YAML reads exactly these words. Words that need
// nothing stay as they are; flow says that commas and brackets have a meaning.
func quote(s string, flow bool) string {
	first, _ := utf8.DecodeRuneInString(s)
	bare := unicode.IsLetter(first) || isDay(s)
	for _, r := range s {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune(" -.'’()/;", r):
		case r == ',' && !flow:
		default:
			bare = false
		}
	}
	switch strings.ToLower(s) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		bare = false
	}
	if bare && strings.TrimSpace(s) == s && s != "" {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func isDay(s string) bool {
	return len(s) == len("2006-01-02") && strings.Trim(s, "0123456789-") == ""
}
