package importing

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// blockKind is what a block will be in the note.
type blockKind int

const (
	paragraph blockKind = iota
	heading
	item     // of a list
	verbatim // Markdown that stays as it is: tables, code, quotations, lists of a Markdown file
)

// block is one piece of a source in the order of reading.
type block struct {
	kind blockKind
	// line is where it begins in the source, from 1; gap counts the empty lines above it.
	line, gap int
	// text are its words as typed, with single spaces.
	text string
	// md is the same as Markdown; empty when text is to be escaped.
	md string
	// styled is the heading level the source gives (Word's styles, h1 to h6, #), 0 for none.
	styled int
	// titled marks a paragraph in Word's style "Title".
	titled bool
	// strong marks a paragraph that is bold from end to end.
	strong bool
	// level is the heading's level in the note (2 to 6), or an item's depth from 0.
	level int
	// indent and glyph are how a pasted item stood, to tell its depth by.
	indent int
	glyph  rune
	// ordered items have a number and the sign after it, '.' or ')'.
	ordered bool
	number  int
	sign    byte
	// within is set for a further paragraph of the item before it.
	within bool
	// inner are the words of a verbatim block, line by line or item by item.
	inner []passage
	class headingClass
	// raw says that md comes from Markdown and needs no escaping as a heading.
	raw bool
}

// passage is a piece of text with its place.
type passage struct {
	text string
	line int
	item bool
}

// passages are the block's words, item by item.
func (b *block) passages() []passage {
	if b.kind == verbatim {
		return b.inner
	}
	return []passage{{b.typed(), b.line, b.kind == item}}
}

// typed is the block's text with the number it had as an item.
func (b *block) typed() string {
	if b.kind == item && b.ordered {
		return itoa(b.number) + string(b.sign) + " " + b.text
	}
	return b.text
}

func wordCount(s string) int { return len(strings.Fields(s)) }

// asciiLetters takes accents off, for slugs.
func asciiLetters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r):
			return -1
		case r == '’' || r == '\'' || r == '‘':
			return -1
		}
		return r
	}, norm.NFD.String(strings.NewReplacer("ß", "ss", "ø", "o", "Ø", "O", "æ", "ae", "Æ", "Ae", "ł", "l", "Ł", "L", "đ", "d").Replace(s)))
}
