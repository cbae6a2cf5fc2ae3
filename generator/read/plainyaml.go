package read

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// Most front matter is plain: one key to a line, a word or sentence after it, or
// a short list in brackets. That much YAML is read here, because the YAML
// package takes ten times as long for it; whatever is written in any other way
// is left to that package. Both give the same nodes, and a test compares them.

// plainReader reads plain YAML. Its nodes are lent: nobody needs them once they
// were decoded.
type plainReader struct {
	nodes [64]yaml.Node
	used  int

	text         string // the line that is being read
	at           int    // the next byte in it
	line, column int    // the column counts characters, from 1
}

var plainReaders = sync.Pool{New: func() any { return &plainReader{} }}

// giveBack ends the use of a reader and its nodes.
func (r *plainReader) giveBack() {
	for i := range r.nodes[:r.used] {
		content := r.nodes[i].Content
		clear(content)
		r.nodes[i] = yaml.Node{Content: content[:0]}
	}
	r.used, r.text = 0, ""
	plainReaders.Put(r)
}

// node makes a node at the reader's place.
func (r *plainReader) node(kind yaml.Kind, tag string) *yaml.Node {
	var n *yaml.Node
	if r.used < len(r.nodes) {
		n = &r.nodes[r.used]
		r.used++
	} else {
		n = &yaml.Node{}
	}
	n.Kind, n.Tag, n.Line, n.Column = kind, tag, r.line, r.column
	return n
}

// document reads a front matter; nil when it isn't plain.
func (r *plainReader) document(source string) (top *yaml.Node) {
	r.line = 0
	for line := range strings.SplitSeq(source, "\n") {
		r.text, r.at, r.column = line, 0, 1
		r.line++
		if line == "" {
			continue
		}
		if top == nil {
			top = r.node(yaml.MappingNode, "!!map")
		}
		if !r.pair(top, false, 0) || r.at < len(line) {
			return nil
		}
	}
	return top
}

// pair reads a key and its value; false when they aren't plain.
func (r *plainReader) pair(into *yaml.Node, flow bool, depth int) bool {
	end := r.at
	for end < len(r.text) && (r.text[end] >= 'a' && r.text[end] <= 'z' || r.text[end] == '_') {
		end++
	}
	const longest = 100 // far below the 1,024 characters at which a key of YAML ends
	if end == r.at || end-r.at > longest || !strings.HasPrefix(r.text[end:], ": ") {
		return false
	}
	key := r.scalar(end)
	r.advance(end + 1)
	r.skipSpaces()
	value := r.value(flow, depth)
	if value == nil {
		return false
	}
	into.Content = append(into.Content, key, value)
	r.skipSpaces()
	return true
}

// value reads a value; nil when it isn't plain. In flow it stands between brackets.
func (r *plainReader) value(flow bool, depth int) *yaml.Node {
	const deepest = 4
	if r.at == len(r.text) || depth > deepest {
		return nil
	}
	switch c := r.text[r.at]; c {
	case '[':
		list := r.node(yaml.SequenceNode, "!!seq")
		return r.group(list, ']', func() bool {
			item := r.value(true, depth+1)
			if item == nil {
				return false
			}
			list.Content = append(list.Content, item)
			r.skipSpaces()
			return true
		})
	case '{':
		group := r.node(yaml.MappingNode, "!!map")
		return r.group(group, '}', func() bool { return r.pair(group, true, depth+1) })
	case '"', '\'':
		length := strings.IndexByte(r.text[r.at+1:], c)
		if length < 0 || !ordinary(r.text[r.at+1:r.at+1+length]) {
			return nil
		}
		n := r.node(yaml.ScalarNode, "!!str")
		n.Value = r.text[r.at+1 : r.at+1+length]
		r.advance(r.at + length + 2)
		if r.at < len(r.text) && strings.IndexByte(" ,]}", r.text[r.at]) < 0 || strings.HasPrefix(strings.TrimLeft(r.text[r.at:], " "), "#") {
			return nil
		}
		return n
	}
	end := len(r.text)
	if flow {
		if end = strings.IndexAny(r.text[r.at:], ",]}"); end < 0 {
			return nil
		}
		end += r.at
	}
	words := strings.TrimRight(r.text[r.at:end], " ")
	if words == "" || !begins(words[0]) || !ordinary(words) || strings.Contains(words, ": ") || strings.Contains(words, " #") || words[len(words)-1] == ':' ||
		flow && strings.ContainsAny(words, ":[{?") {
		return nil
	}
	return r.scalar(r.at + len(words))
}

// group reads what stands between brackets, item by item; nil when it isn't plain.
func (r *plainReader) group(n *yaml.Node, close byte, item func() bool) *yaml.Node {
	r.advance(r.at + 1)
	r.skipSpaces()
	if r.at < len(r.text) && r.text[r.at] == close {
		r.advance(r.at + 1)
		return n
	}
	for item() && r.at < len(r.text) {
		sign := r.text[r.at]
		r.advance(r.at + 1)
		if sign == close {
			return n
		}
		if sign != ',' {
			return nil
		}
		r.skipSpaces()
	}
	return nil
}

// scalar takes an unquoted word or sentence that ends before a place in the line.
func (r *plainReader) scalar(end int) *yaml.Node {
	n := r.node(yaml.ScalarNode, "!!str")
	n.Value = r.text[r.at:end]
	switch n.Value {
	case "null", "Null", "NULL":
		n.Tag = "!!null"
	}
	r.advance(end)
	return n
}

// begins reports whether an unquoted value may begin so without being anything but words.
func begins(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80
}

// ordinary reports whether text has only characters that stand for themselves
// in YAML, quoted or not: none that ends a line, and none that is left out.
func ordinary(text string) bool {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' || c < ' ' || c == 0x7f:
			return false
		case c >= 0x80:
			return !strings.ContainsFunc(text[i:], func(c rune) bool {
				return c == '\\' || c < ' ' || c >= 0x7f && c <= 0xa0 || c == '\u2028' || c == '\u2029' || c == '\ufeff' || c >= 0xfffd && c <= 0xffff
			})
		}
	}
	return true
}

// advance goes on to a place in the line.
func (r *plainReader) advance(to int) {
	for i := r.at; i < to; i++ {
		if c := r.text[i]; c < 0x80 || c >= 0xc0 { // not within a character
			r.column++
		}
	}
	r.at = to
}

func (r *plainReader) skipSpaces() {
	for r.at < len(r.text) && r.text[r.at] == ' ' {
		r.at++
		r.column++
	}
}
