package audit

import (
	"encoding/binary"
	"math/bits"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// A text is compared as a row of folded words, so that capitals, accents, the
// form of Unicode, soft hyphens, punctuation and line breaks make no
// difference. Only the hash of a folded word is kept; with 64 bits no two
// words of all the sites in the world are expected to share one, and what rests
// on several words is compared word by word.

// word is one word of a text.
type word struct {
	hash uint64
	// start and end are where it stands in the text, in bytes.
	start, end int32
	// before is what stands between it and the word before.
	before gap
	// weight is how much of a word it is, in quarters: scripts without spaces
	// between words are taken apart into characters.
	weight uint8
}

// gap tells what stands between two words; several bits may be set.
type gap uint8

const (
	space      gap = 1 << iota // white space, or the edge of a block
	dash                       // what may stand inside a name: hyphens, underscores, plus signs, quotation marks
	apostrophe                 // O'Neil, Amina's
	dot
	other
	sign // what is no punctuation, and may stand where a space was meant: Thandi\Ochoa, thandi/ochoa, thandi@ochoa
	wall // the texts on both sides have nothing to do with each other
)

// wallByte stands between unrelated texts in one buffer. It is no UTF-8, so no text holds it.
const wallByte = 0xff

const wholeWord = 4

// letter is what a character means for words.
type letter struct {
	kind letterKind
	gap  gap
	// weight of a character that is a word by itself.
	weight uint8
	// upper says that it is a capital.
	upper bool
	fold  string
}

type letterKind uint8

const (
	between letterKind = iota // separates words
	inside                    // part of a word
	alone                     // a word by itself
	mark                      // belongs to the character before
	ignored                   // not seen by a reader, or an accent
)

// asciiFold holds the folded form of ASCII letters and digits, and 0 elsewhere.
var asciiFold = func() (table [256]byte) {
	for c := range table {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z':
			table[c] = byte(c)
		case c >= 'A' && c <= 'Z':
			table[c] = byte(c) + 'a' - 'A'
		}
	}
	return table
}()

// asciiGap holds the gap that every other ASCII character makes.
var asciiGap = func() (table [128]gap) {
	for c := range table {
		switch {
		case c == ' ', c >= '\t' && c <= '\r':
			table[c] = space
		case c == '-', c == '_', c == '+', c == '"':
			table[c] = dash
		case c == '\'', c == '`':
			table[c] = apostrophe
		case strings.IndexByte(`\/|~*@`, byte(c)) >= 0:
			table[c] = sign
		case c == '.':
			table[c] = dot
		case c == 0: // browsers drop it
		default:
			table[c] = other
		}
	}
	return table
}()

// commonLetters covers the scripts whose words are looked at most.
var commonLetters = sync.OnceValue(func() []letter {
	table := make([]letter, 0x700)
	for r := range table {
		table[r] = newLetter(rune(r))
	}
	return table
})

// alphabet looks characters up; each worker has its own.
type alphabet struct {
	common  []letter
	rare    map[rune]letter
	scratch []byte
}

func newAlphabet() *alphabet {
	return &alphabet{common: commonLetters(), rare: map[rune]letter{}}
}

func (a *alphabet) letter(r rune) letter {
	if int(r) < len(a.common) {
		return a.common[r]
	}
	l, known := a.rare[r]
	if !known {
		l = newLetter(r)
		a.rare[r] = l
	}
	return l
}

// withoutStroke holds letters that Unicode doesn't take apart into a letter
// and an accent, although readers see one.
var withoutStroke = map[rune]string{'ø': "o", 'đ': "d", 'ð': "d", 'ħ': "h", 'ı': "i", 'ł': "l", 'ŧ': "t",
	'æ': "ae", 'œ': "oe", 'þ': "th", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ƴ': "y"}

// isAccent reports whether a mark is an accent that makes no difference. Marks
// that make another letter (Indic vowels, the voicing of kana) do make one.
func isAccent(r rune) bool {
	switch {
	case r == 0x3099 || r == 0x309a:
		return false
	case unicode.Is(unicode.Me, r):
		return true
	}
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Hebrew)
}

// withoutAccents takes letters and accents apart and drops the accents.
func withoutAccents(s string) string {
	return strings.Map(func(r rune) rune {
		if isAccent(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(s))
}

func isInvisible(r rune) bool {
	return r == 0 || unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

func newLetter(r rune) letter {
	switch r {
	case '\'', '`', '\u2019', '\u2018', '\u201b', '\u02bc', '\u02bb', '\u02b9', '\u00b4', '\u2032', '\uff07', '\u055a', '\u05f3':
		return letter{gap: apostrophe}
	case '_', '+', '"', '\u00b7', '\u2212', '\u201c', '\u201d', '\u201e', '\u00ab', '\u00bb', '\u2039', '\u203a':
		return letter{gap: dash}
	case '.', '\uff0e', '\u2024':
		return letter{gap: dot}
	case '\u2800':
		return letter{gap: space}
	case '\\', '/', '|', '~', '*', '@', '\u2022', '\u2219', '\u2027', '\u22c5', '\u2044', '\u2215', '\uff0f', '\uff3c', '\uff5c', '\uff5e', '\uff20', '\uff0a':
		return letter{gap: sign}
	}
	switch {
	case r == utf8.RuneError:
		return letter{gap: other}
	case isInvisible(r) || isAccent(r):
		return letter{kind: ignored}
	case unicode.Is(unicode.White_Space, r):
		return letter{gap: space}
	case unicode.Is(unicode.Pd, r):
		return letter{gap: dash}
	case unicode.Is(unicode.No, r): // the ² of a footnote is no part of the word
		return letter{gap: space}
	}
	l := letter{kind: inside, upper: unicode.IsUpper(r) || unicode.IsTitle(r), weight: wholeWord}
	for _, d := range cases.Fold().String(withoutAccents(string(r))) {
		if plain, ok := withoutStroke[d]; ok {
			l.fold += plain
		} else {
			l.fold += string(d)
		}
	}
	circled := r >= 0x24b6 && r <= 0x24e9 || r >= 0x1f130 && r <= 0x1f189
	switch {
	case unicode.IsMark(r):
		l.kind = mark
	case !circled && !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r) && !unicode.Is(unicode.Nl, r):
		return letter{gap: other}
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo) || r == '\u30fc' || r == '\uff70':
		l.kind, l.weight = alone, 2
	case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
		l.kind, l.weight = alone, 1
	}
	return l
}

const (
	hashStart = 14695981039346656037 // FNV-1a
	hashPrime = 1099511628211
	spread    = 0x9e3779b97f4a7c15 // odd, for rolling hashes
)

// hashBytes hashes folded bytes, eight at a time.
func hashBytes(folded []byte) uint64 {
	h := uint64(hashStart)
	for len(folded) >= 8 {
		h = mix(h, binary.LittleEndian.Uint64(folded))
		folded = folded[8:]
	}
	if len(folded) > 0 {
		var last uint64
		for i, c := range folded {
			last |= uint64(c) << (8 * i)
		}
		h = mix(h, last)
	}
	return finish(h)
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
	small = 0x2020202020202020 // makes ASCII letters small, and leaves digits as they are
)

// leadingWord returns how many of eight bytes, from the lowest on, are ASCII
// letters and digits. It looks at all of them at once: a loop over the letters
// of each word would mostly wait for mispredicted branches at the ends of words.
func leadingWord(b uint64) int {
	y := b | small
	letters := ((y | highs) - 'a'*ones) & ('z'*ones | highs - y&^highs)
	digits := ((b | highs) - '0'*ones) & ('9'*ones | highs - b&^highs)
	in := (letters | digits) & highs &^ b
	return bits.TrailingZeros64(^in&highs) / 8
}

func mix(h, bytes uint64) uint64 {
	h = (h ^ bytes) * spread
	return h ^ h>>32
}

func finish(h uint64) uint64 {
	h *= 0xd6e8feb86659fd93
	return h ^ h>>29
}

// split appends the words of a text to dst.
func (a *alphabet) split(dst []word, text []byte) []word {
	var before gap
	for i := 0; i < len(text); {
		if end, hash := asciiWord(text, i); end > i {
			dst = append(dst, word{hash, int32(i), int32(end), before, wholeWord})
			before = 0
			if i = end; i < len(text) { // it ends in another ASCII character
				before = asciiGap[text[i]]
				i++
			}
			continue
		}
		if c := text[i]; c < utf8.RuneSelf && asciiFold[c] == 0 {
			before |= asciiGap[c]
			i++
			continue
		}
		w := word{start: int32(i), weight: wholeWord}
		var g gap
		if i, g = a.next(&w, text, i); w.end == 0 {
			before |= g
			continue
		}
		w.before = before
		before = 0
		dst = append(dst, w)
	}
	return dst
}

// asciiWord returns the end and the hash of the word at the beginning of
// text[i:], as hashBytes hashes its folded form; the end is i when there is
// none, or when it goes on in something that isn't ASCII.
func asciiWord(text []byte, i int) (end int, hash uint64) {
	h := uint64(hashStart)
	for at := i; ; at += 8 {
		var b uint64
		if at+8 <= len(text) {
			b = binary.LittleEndian.Uint64(text[at:])
		} else {
			var last [8]byte
			last[min(7, copy(last[:], text[at:]))] = ' '
			b = binary.LittleEndian.Uint64(last[:])
		}
		n := leadingWord(b)
		if n == 8 {
			h = mix(h, b|small)
			continue
		}
		if end = at + n; end == i {
			return i, 0
		}
		if next := byte(b >> (8 * n)); next >= utf8.RuneSelf || next == 0 {
			return i, 0
		}
		if n > 0 {
			h = mix(h, (b|small)&(1<<(8*n)-1))
		}
		return end, finish(h)
	}
}

// next takes one word that isn't all ASCII from text[i:], or skips one
// character that is no part of a word and tells what gap it makes; then w.end is 0.
func (a *alphabet) next(w *word, text []byte, i int) (after int, g gap) {
	a.scratch = a.scratch[:0]
	take := func(fold string, size int) {
		a.scratch = append(a.scratch, fold...)
		i += size
		w.end = int32(i)
	}
	for i < len(text) {
		r, size := utf8.DecodeRune(text[i:])
		l := a.letter(r)
		switch {
		case r == utf8.RuneError && size == 1 || l.kind == between:
			if w.end != 0 {
				w.hash = hashBytes(a.scratch)
				return i, 0
			}
			if text[i] == wallByte {
				return i + size, wall
			}
			return i + size, l.gap
		case l.kind == ignored:
			if i += size; w.end == 0 {
				return i, 0
			}
			continue
		case l.kind == alone && w.end != 0:
			w.hash = hashBytes(a.scratch)
			return i, 0
		}
		take(l.fold, size)
		if l.kind != alone {
			continue
		}
		w.weight = l.weight
		for i < len(text) { // only its marks belong to it
			r, size := utf8.DecodeRune(text[i:])
			if l := a.letter(r); r < utf8.RuneSelf || l.kind != mark && l.kind != ignored {
				break
			} else {
				take(l.fold, size)
			}
		}
		break
	}
	w.hash = hashBytes(a.scratch)
	return i, 0
}

// folded appends the folded form of one word's bytes to dst.
func (a *alphabet) folded(dst, text []byte) []byte {
	for _, r := range string(text) {
		if l := a.letter(r); l.kind != between && l.kind != ignored {
			dst = append(dst, l.fold...)
		}
	}
	return dst
}

// startsWithCapital reports whether a word's first letter is a capital.
func (a *alphabet) startsWithCapital(text []byte) bool {
	for _, r := range string(text) {
		if l := a.letter(r); l.kind != ignored {
			return l.upper
		}
	}
	return false
}

// startsInLowerCase reports whether a word's first letter is a small one; the
// letters of many scripts are neither small nor capital.
func startsInLowerCase(text []byte) bool {
	for _, r := range string(text) {
		if !isInvisible(r) {
			return unicode.IsLower(r)
		}
	}
	return false
}

// joins reports whether a word is a name whose words are written as one, so
// that a reader sees them: ThandiOchoa, or with a zero-width space between
// them. seams are the lengths of their folded forms up to each join. Ten
// letters in a row are no coincidence, but rosemary isn't Rose Mary.
func (a *alphabet) joins(text []byte, seams []int) bool {
	folded, seam, gap := 0, 0, false
	for _, r := range string(text) {
		l := a.letter(r)
		if l.kind == ignored {
			gap = gap || isInvisible(r)
			continue
		}
		if seam < len(seams) && folded == seams[seam] {
			if !l.upper && !gap {
				return false
			}
			seam++
		}
		gap = false
		folded += len(l.fold)
	}
	return seam == len(seams)
}
