package render

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/weave"
)

// # The search index
//
// The search page finds words without a server: it fetches a manifest, the few
// pieces of the index in which the typed words can stand, and the cards of the
// results that it shows. With 10,000 stories a query costs less than 100 KB,
// uncompressed. Everything lies in search/ beside the page:
//
//	search/index.json       the manifest
//	search/words/N.json     words, and in which items they stand; N counts from 0
//	search/cards/N.json     what a result shows of an item; N counts from 0
//
// Items are numbered from 0, in the order in which equal results are shown:
// stories, newest first, then notes, changes, cells, people, pages.
//
// # The manifest
//
//	{"version": "5e0c1a90", "items": 12000, "cards": 20,
//	 "kinds": ["cell", "note", "story"],
//	 "words": ["about", "abroad", "adopted"]}
//
// version changes with any of the files: fetch the manifest itself with
// cache: "no-cache", and the others as words/N.json?VERSION, so that a browser
// never joins an old list to a new one. items is how many items there are, and
// cards how many of them have their cards in one file: item I is entry I%cards
// of cards/⌊I/cards⌋.json. words holds the first word of every words/N.json.
//
// # Words
//
// A words file is a list that takes turns between a word and where it stands:
//
//	["abroad", "2!41", "accent", "1|1", "across", ".3~7||2"]
//
// The words are in ascending order, over all files (compare them with < ), so
// the words that begin with what was typed stand together: begin in the last
// file whose first word isn't greater than the prefix (or in the first file),
// and go on into the next file while its first word begins with the prefix.
// One more file than the first is plenty: whoever typed so little will type on.
//
// Where a word stands is up to four sets of items, parted by "|", empty ones at
// the end left out:
//
//	0  all items that hold the word anywhere
//	1  those that hold it in the title
//	2  those that hold it in a teller's name, a theme or the place
//	3  those that hold it in the intro
//
// A set is written with 32 digits, none of them a letter, so that no set reads
// as somebody's name (Al, Jo), in the shorter of two ways. Beginning with ".":
// one bit for each item from 0 on, five to a digit, the lowest bit first.
// Otherwise: the steps from one item to the next, beginning at -1, each step
// less 1 as a number of base 16, its lowest digit first, plus 16 on all digits
// of a number but its last. In JavaScript:
//
//	const digit = (s, i) => "0123456789!#$()*+,-/:;=?@[]^_{}~".indexOf(s[i]);
//	function items(s) {
//	  const found = [];
//	  if (s[0] === ".") {
//	    for (let i = 1; i < s.length; i++)
//	      for (let bit = 0; bit < 5; bit++)
//	        if (digit(s, i) >> bit & 1) found.push((i - 1) * 5 + bit);
//	    return found;
//	  }
//	  for (let i = 0, at = -1; i < s.length; ) {
//	    let step = 0, scale = 1, d;
//	    do { d = digit(s, i++); step += (d & 15) * scale; scale *= 16; } while (d & 16);
//	    found.push(at += step + 1);
//	  }
//	  return found;
//	}
//
// An item answers a query when every word of the query begins a word that it
// holds (the last word) or is one (all others; let those fall back to beginning
// one). Rank it by the best set of each word, title first, then by number.
//
// # Folding
//
// What is typed is folded as the words here were:
//
//	function fold(text) {
//	  const bare = text.normalize("NFKD").replace(/[\p{M}\p{Cf}'’ʼ]/gu, "").toLowerCase().replaceAll("ς", "σ");
//	  const words = [];
//	  for (const run of bare.match(/[\p{L}\p{N}]+/gu) ?? [])
//	    for (const part of run.match(/[UNSPACED]+|[^UNSPACED]+/gu)) {
//	      const letters = [...part];
//	      if (!/[UNSPACED]/u.test(part)) {
//	        if (letters.length > 1) words.push(letters.slice(0, 32).join(""));
//	      } else if (letters.length === 1) words.push(part);
//	      else for (let i = 1; i < letters.length; i++) words.push(letters[i - 1] + letters[i]);
//	    }
//	  return words;
//	}
//
// where UNSPACED stands for the scripts that put no spaces between words, of
// which every two neighbouring letters count as a word:
// \p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}.
//
// # Cards
//
// A cards file is a list of items, each of them
//
//	["The library that stayed open", "/stories/library/", 2, ["Amina"], "so"]
//
// title, address (with the site's base path), kind (its place in the manifest's
// kinds), tellers, and the language if it isn't the site's. What is empty at
// the end is left out.
//
// Only what may stand on a page is here (spec, "Uses": on-site search needs
// `page` only): the gate took everything else away before.

const (
	// searchFolder is where the index lies in public/; the page is in search/ itself.
	searchFolder = "search/"
	// cardsPerFile makes a file of cards some 3 KB: ten results cost 30 KB at most.
	cardsPerFile = 20
	// wordsFileSize is how large a file of words gets at most, in bytes, if no
	// word in it is longer.
	wordsFileSize = 16_000
	// longestWord is how many letters of a word count.
	longestWord = 32
)

// The sets in which a word can stand.
const (
	inAll = iota
	inTitle
	inNames
	inIntro
	sets
)

// searchFiles returns the search index by its places in public/. shown says
// whether a picture or recording is published: the words about one that can't
// be made ready stand on no page, and so in no index. kept, which may be nil, is
// the index of an earlier build and is brought up to date.
func searchFiles(site *weave.Site, shown func(*gate.Medium) bool, kept *keptIndex) map[string][]byte {
	search := site.Findable()
	all := kept.update(search, shown)
	if all == nil {
		x := searchIndex{shown: shown}
		for item := range search {
			x.add(int32(item), &search[item])
		}
		all = x.encoded()
	}
	kept.keep(all)
	files := map[string][]byte{}
	words := wordFilesOf(all)
	for i, data := range words.data {
		files[searchFolder+"words/"+strconv.Itoa(i)+".json"] = data
	}
	kinds := map[string]int{}
	for _, e := range search {
		kinds[e.Kind] = 0
	}
	kindNames := slices.AppendSeq([]string{}, maps.Keys(kinds))
	slices.Sort(kindNames)
	for i, k := range kindNames {
		kinds[k] = i
	}
	for i, first := 0, 0; first < len(search); i, first = i+1, first+cardsPerFile {
		files[searchFolder+"cards/"+strconv.Itoa(i)+".json"] = cards(site, search[first:min(first+cardsPerFile, len(search))], kinds)
	}
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h.Write([]byte(name))
		h.Write(files[name])
	}
	files[searchFolder+"index.json"] = append(mustJSON(struct {
		Version string   `json:"version"`
		Items   int      `json:"items"`
		Cards   int      `json:"cards"`
		Kinds   []string `json:"kinds"`
		Words   []string `json:"words"`
	}{hex.EncodeToString(h.Sum(nil)[:4]), len(search), cardsPerFile, kindNames, words.first}), '\n')
	return files
}

func cards(site *weave.Site, items []weave.SearchEntry, kinds map[string]int) []byte {
	out := []byte("[")
	for i, e := range items {
		if i > 0 {
			out = append(out, ",\n"...)
		}
		card := []any{plain(e.Title), e.URL, kinds[e.Kind]}
		lang := e.Lang
		if lang == site.Language {
			lang = ""
		}
		if len(e.Tellers) > 0 || lang != "" {
			tellers := make([]string, len(e.Tellers))
			for i, name := range e.Tellers {
				tellers[i] = plain(name)
			}
			card = append(card, tellers)
		}
		if lang != "" {
			card = append(card, lang)
		}
		out = append(out, mustJSON(card)...)
	}
	return append(out, "]\n"...)
}

// mustJSON encodes strings, numbers and lists of them.
func mustJSON(v any) []byte {
	out, err := jsonText(v)
	if err != nil {
		panic("strings and numbers can't fail to encode: " + err.Error())
	}
	return out
}

// searchIndex gathers in which items each word stands.
type searchIndex struct {
	// slots finds a word's number, plus one, by its hash; its length is a power of two.
	slots []int32
	heads []wordHead   // by number
	words []wordPlaces // by number, until they are sorted
	html  []byte       // this and plain are reused from item to item
	plain []byte
	shown func(*gate.Medium) bool
	word  []byte
}

// wordHead is what is looked at each time a word occurs. A story says most of
// its words several times, so this is small, and apart from the lists.
type wordHead struct {
	hash uint64
	word string
	last int32 // the item in which it occurred last
}

type wordPlaces struct {
	word  string
	items [sets]itemSet
}

func (x *searchIndex) add(item int32, e *weave.SearchEntry) {
	x.fold(item, inTitle, []byte(e.Title))
	for _, name := range e.Tellers {
		x.fold(item, inNames, []byte(name))
	}
	for _, theme := range e.Themes {
		x.fold(item, inNames, []byte(theme))
	}
	x.fold(item, inNames, []byte(e.Place))
	x.fold(item, inIntro, []byte(e.Intro))
	x.html, _ = e.Text.Append(x.html[:0], wordsOnly{})
	for _, b := range e.More {
		x.html, _ = b.Append(append(x.html, '\n'), wordsOnly{})
	}
	for _, m := range e.Media {
		if !x.shown(m) {
			continue
		}
		for _, b := range []*markdown.Body{m.Description, m.Transcript} {
			x.html, _ = b.Append(append(x.html, '\n'), wordsOnly{})
		}
	}
	x.plain = markdown.AppendPlain(x.plain[:0], x.html)
	x.fold(item, inAll, x.plain)
}

// wordsOnly renders a text for its words. Links that are their own address have
// none: an address of the site is no word, and may be one that isn't there today.
type wordsOnly struct{}

func (wordsOnly) Link(l markdown.Link) (string, bool) { return "", !l.Auto }
func (wordsOnly) Image(markdown.Image) string         { return "" }

// unspaced are the scripts that put no spaces between words.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// fold notes the words of a text for an item and one of its sets. What it does
// to a text is the contract with the search page: see "Folding" above. Signs of
// ASCII that aren't part of words part all texts; what stands between two of
// them is mostly ASCII itself, and then needs no Unicode.
func (x *searchIndex) fold(item int32, set int, text []byte) {
	if !norm.NFKD.IsNormal(text) {
		text = norm.NFKD.Bytes(text)
	}
	for i := 0; i < len(text); {
		if asciiFold[text[i]] == 0 {
			i++
			continue
		}
		word, ascii := x.word[:0], true
		start := i
		for ; i < len(text) && asciiFold[text[i]] != 0; i++ {
			switch c := text[i]; {
			case c >= utf8.RuneSelf:
				ascii = false
			case c != '\'':
				word = append(word, asciiFold[c])
			}
		}
		x.word = word
		if !ascii {
			x.foldUnicode(item, set, string(text[start:i]))
		} else if len(word) > 1 {
			x.note(item, set, word[:min(len(word), longestWord)])
		}
	}
}

// asciiFold is what a byte becomes in a word: small letters and digits; 0 for
// what parts words. Apostrophes and bytes beyond ASCII are kept for a closer look.
var asciiFold = func() (table [256]byte) {
	for c := range table {
		switch b := byte(c); {
		case b >= 'A' && b <= 'Z':
			table[c] = b + 'a' - 'A'
		case b >= 'a' && b <= 'z', b >= '0' && b <= '9', b == '\'', b >= utf8.RuneSelf:
			table[c] = b
		}
	}
	return table
}()

// foldUnicode folds a run of letters and signs that aren't all ASCII.
func (x *searchIndex) foldUnicode(item int32, set int, text string) {
	word, letters := x.word[:0], 0
	var before rune // the letter before, in an unspaced script
	pairs := 0
	end := func() {
		if letters > 1 {
			x.note(item, set, word)
		}
		if pairs == 0 && before != 0 {
			x.note(item, set, utf8.AppendRune(word[:0], before))
		}
		word, letters, before, pairs = word[:0], 0, 0, 0
	}
	for _, r := range text {
		switch {
		case r == '\'' || r == '’' || r == 'ʼ' || unicode.IsMark(r) || unicode.Is(unicode.Cf, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsNumber(r):
			end()
			continue
		}
		if r = unicode.ToLower(r); r == 'ς' {
			r = 'σ'
		}
		if unicode.In(r, unspaced...) {
			if letters > 0 {
				end()
			}
			if before != 0 {
				x.note(item, set, utf8.AppendRune(utf8.AppendRune(word[:0], before), r))
				pairs++
			}
			before = r
			continue
		}
		if before != 0 {
			end()
		}
		if letters++; letters <= longestWord {
			word = utf8.AppendRune(word, r)
		}
	}
	end()
	x.word = word
}

// note records that an item holds a word, in one of the sets and in all.
func (x *searchIndex) note(item int32, set int, word []byte) {
	n := x.number(item, word)
	if head := &x.heads[n]; head.last != item {
		head.last = item
		x.words[n].items[inAll].add(item)
	}
	if set != inAll {
		x.words[n].items[set].add(item)
	}
}

// number returns a word's number, a new one if it has none yet. Letters are
// compared once an item: after that the 64-bit hash is enough, and memory isn't
// fetched for each of a story's many repetitions.
func (x *searchIndex) number(item int32, word []byte) int32 {
	hash := hashOf(word)
	if 2*len(x.heads) >= len(x.slots) {
		x.grow()
	}
	slot := x.slot(hash)
	for ; x.slots[slot] != 0; slot = (slot + 1) & (len(x.slots) - 1) {
		if head := &x.heads[x.slots[slot]-1]; head.hash == hash && (head.last == item || head.word == string(word)) {
			return x.slots[slot] - 1
		}
	}
	w := string(word)
	x.heads = append(x.heads, wordHead{hash, w, -1})
	x.words = append(x.words, wordPlaces{word: w})
	x.slots[slot] = int32(len(x.heads))
	return x.slots[slot] - 1
}

// hashOf is FNV-1a.
func hashOf(word []byte) uint64 {
	hash := uint64(14695981039346656037)
	for _, b := range word {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	return hash
}

// slot is where the search for a hash begins; its upper bits are the better mixed ones.
func (x *searchIndex) slot(hash uint64) int { return int(hash>>32) & (len(x.slots) - 1) }

func (x *searchIndex) grow() {
	x.slots = make([]int32, max(2*len(x.slots), 1<<12))
	for n, head := range x.heads {
		slot := x.slot(head.hash)
		for x.slots[slot] != 0 {
			slot = (slot + 1) & (len(x.slots) - 1)
		}
		x.slots[slot] = int32(n + 1)
	}
}

// wordFiles are the files of words, with the first word of each.
type wordFiles struct {
	data  [][]byte
	first []string
}

// indexedWord is a word and where it stands, as it is written to a file of words.
type indexedWord struct{ word, places string }

// encoded returns all words in their order, and takes what was gathered of each
// apart as it goes: those of a big site take a hundred megabytes in either form.
func (x *searchIndex) encoded() []indexedWord {
	slices.SortFunc(x.words, func(a, b wordPlaces) int { return cmp.Compare(a.word, b.word) })
	all := make([]indexedWord, len(x.words))
	for i := range x.words {
		all[i] = indexedWord{x.words[i].word, x.words[i].places()}
		x.words[i] = wordPlaces{}
	}
	return all
}

// wordFilesOf parts words into files. Where one ends depends on the words around
// it alone, so that a change to one story changes few files.
func wordFilesOf(all []indexedWord) wordFiles {
	files := wordFiles{first: []string{}}
	var out []byte
	for _, w := range all {
		size := len(out) + len(w.word) + len(w.places) + len(`,"",""]`)
		if len(out) > 0 && (size > wordsFileSize || len(out) > wordsFileSize/2 && mayBeFirst(w.word)) {
			files.data = append(files.data, append(out, "]\n"...))
			out = nil
		}
		if len(out) == 0 {
			out = append(make([]byte, 0, wordsFileSize+64), '[')
			files.first = append(files.first, w.word)
		} else {
			out = append(out, ',')
		}
		// Folded words are letters and numbers: nothing in them needs escaping.
		out = append(out, '"')
		out = append(out, w.word...)
		out = append(out, `","`...)
		out = append(out, w.places...)
		out = append(out, '"')
	}
	if len(out) > 0 {
		files.data = append(files.data, append(out, "]\n"...))
	}
	return files
}

// mayBeFirst reports whether a word may begin a file that isn't forced to end
// before it: one word in eight, told by its letters.
func mayBeFirst(word string) bool { return hashOf([]byte(word))>>40&7 == 0 }

const setDigits = "0123456789!#$()*+,-/:;=?@[]^_{}~"

func (w *wordPlaces) places() string {
	var room [1 << 10]byte // more than most words need
	out := room[:0]
	for i := range w.items {
		if i > 0 {
			out = append(out, '|')
		}
		out = w.items[i].appendCode(out)
	}
	return string(bytes.TrimRight(out, "|"))
}

// itemSet is a set of items, gathered in ascending order. It is kept as it is
// written, in steps: a big site has many millions of places at which a word stands.
type itemSet struct {
	steps []byte
	next  int32 // the last item, plus one
}

// add puts an item into the set that is at least as great as the last one.
func (s *itemSet) add(item int32) {
	if item < s.next {
		return // the last one
	}
	step := item - s.next
	s.next = item + 1
	for ; step >= 16; step /= 16 {
		s.steps = append(s.steps, setDigits[step%16+16])
	}
	s.steps = append(s.steps, setDigits[step])
}

// appendCode writes the set in the shorter of the two ways described above.
func (s *itemSet) appendCode(to []byte) []byte {
	if len(s.steps) == 0 {
		return to
	}
	bits := 1 + int(s.next-1)/5
	if len(s.steps) <= bits {
		return append(to, s.steps...)
	}
	to = append(to, '.')
	start := len(to)
	to = append(to, make([]byte, bits)...)
	values := to[start:]
	for item := range itemsIn(s.steps) {
		values[item/5] |= 1 << (item % 5)
	}
	for i, v := range values {
		values[i] = setDigits[v]
	}
	return to
}

// itemsIn yields the items of a set that is written in either way.
func itemsIn[T string | []byte](code T) func(yield func(int32) bool) {
	return func(yield func(int32) bool) {
		if len(code) > 0 && code[0] == '.' {
			for at := 1; at < len(code); at++ {
				for item, d := int32(at-1)*5, digitOf[code[at]]; d != 0; item, d = item+1, d>>1 {
					if d&1 == 1 && !yield(item) {
						return
					}
				}
			}
			return
		}
		for i, item := 0, int32(-1); i < len(code); {
			step, shift := int32(0), 0
			for more := true; more && i < len(code); i++ {
				d := digitOf[code[i]]
				step |= int32(d&15) << shift
				shift += 4
				more = d >= 16
			}
			item += step + 1
			if !yield(item) {
				return
			}
		}
	}
}

// digitOf turns the digits of sets back into numbers.
var digitOf = func() (of [256]byte) {
	for i := range len(setDigits) {
		of[setDigits[i]] = byte(i)
	}
	return of
}()
