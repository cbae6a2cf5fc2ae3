package audit

import (
	"bytes"
	"slices"
	"strings"
)

// looker looks through texts for what is sought. Each core has its own.
type looker struct {
	s     *sought
	a     *alphabet
	words []word
	// hits are what was found since reset, each trace once.
	hits []hit
	seen map[trace]bool
	// known limits passages to these hashes; nil means any.
	known map[uint64]bool
	// hashed remembers rows of words that were hashed for forgotten names, and
	// the names (by their index) that they turned out to be.
	hashed map[uint64][]int
	// lowerCase holds the forgotten names of one word that also stand in lower case.
	lowerCase map[int]bool
	// folded says that what is read may hold words folded to lower case, as a search index does.
	folded bool
}

// hit is a trace and where in the text it begins.
type hit struct {
	trace
	at int
	// said is, for a passage, its folded words: what confirm compares. It never leaves the proof.
	said string
}

func newLooker(s *sought) *looker {
	return &looker{s: s, a: newAlphabet(), seen: map[trace]bool{}, hashed: map[uint64][]int{}, lowerCase: map[int]bool{}}
}

func (l *looker) reset() {
	l.hits = l.hits[:0]
	clear(l.seen)
}

func (l *looker) hit(t trace, at int) {
	if !l.seen[t] {
		l.seen[t] = true
		l.hits = append(l.hits, hit{trace: t, at: at})
	}
}

// text looks through words that people read; names of one word count in them.
func (l *looker) text(text []byte) {
	l.look(text, true)
	if encoded := percentDecoded(text); len(encoded) != len(text) {
		l.look(encoded, false)
	}
	if decoded := decodedInPlace(text); decoded != nil {
		l.look(decoded, true)
	}
}

// decodedInPlace decodes character references that readers see as they were
// typed, such as Thandi&nbsp;Ochoa in code, as often as they were encoded. What
// a reference takes less stands as zero bytes, which are no part of any word,
// so that places stay where they are. It returns nil when there are none.
func decodedInPlace(text []byte) []byte {
	var out []byte
	for range maxDepth {
		src := text
		if out != nil {
			src = out
		}
		changed := false
		for at := 0; ; at++ {
			amp := bytes.IndexByte(src[at:], '&')
			if amp < 0 {
				break
			}
			at += amp
			// Zero bytes of the round before may stand behind the &.
			var ref []byte
			end := at
			for end < len(src) && end < at+60 && (end == at || src[end] == '#' || src[end] == 0 || asciiFold[src[end]] != 0) {
				if src[end] != 0 {
					ref = append(ref, src[end])
				}
				end++
			}
			if len(ref) < 3 || end == len(src) || src[end] != ';' {
				continue
			}
			end++
			decoded := decodeReferences(nil, append(ref, ';'), false)
			if len(decoded) > len(ref) {
				continue // no reference
			}
			if out == nil {
				out = bytes.Clone(text)
				src = out
			}
			clear(out[at:end])
			copy(out[at:end], decoded)
			changed = true
		}
		if !changed {
			break
		}
	}
	return out
}

// path looks through addresses, IDs and the like.
func (l *looker) path(text []byte) {
	l.look(text, false)
	for range maxDepth { // an address in another's query is encoded once more
		decoded := percentDecoded(text)
		if len(decoded) == len(text) {
			return
		}
		text = decoded
		l.look(text, false)
	}
}

func (l *looker) look(text []byte, single bool) {
	if len(text) == 0 || l.s.empty() {
		return
	}
	if len(l.s.addresses)+len(l.s.pages)+len(l.s.fileNames) > 0 {
		l.paths(text)
	}
	if len(l.s.phrases) == 0 && l.s.passages == nil && len(l.s.salted) == 0 {
		return
	}
	l.words = l.a.split(l.words[:0], text)
	if len(l.s.phrases) > 0 {
		l.phrases(text, single)
	}
	if l.s.passages != nil && (l.known == nil || len(l.known) > 0) {
		l.passages(text)
	}
	if len(l.s.salted) > 0 {
		l.forgotten(text, single)
	}
}

// phrases looks for names, titles and lines.
func (l *looker) phrases(text []byte, single bool) {
	words, s := l.words, l.s
	for i := range words {
		var key uint64
		for n := range longestStart {
			if i+n == len(words) || n > 0 && words[i+n].before&wall != 0 {
				break
			}
			key = (key + words[i+n].hash) * spread
			if !s.lengths[n] || !s.starts.has(key) {
				continue
			}
			for _, p := range s.phrases[key] {
				if !single && p.single || !l.stands(p, i, text) {
					continue
				}
				t := p.trace
				if !single && t.kind == nameTrace {
					t.kind = pathNameTrace
				}
				l.hit(t, int(words[i].start))
			}
		}
	}
}

// matches reports whether words stand in a row from word i on, with no wall among them.
func (l *looker) matches(row []uint64, i int) bool {
	if i < 0 || i+len(row) > len(l.words) {
		return false
	}
	for n, h := range row {
		if w := &l.words[i+n]; w.hash != h || n > 0 && w.before&wall != 0 {
			return false
		}
	}
	return true
}

// stands reports whether a phrase stands at word i, and for a name, as a name.
func (l *looker) stands(p *phrase, i int, text []byte) bool {
	if !l.matches(p.words, i) {
		return false
	}
	if p.kind != nameTrace {
		return true
	}
	first := &l.words[i]
	if p.handle {
		return isHandle(text, int(first.start), int(l.words[i+len(p.words)-1].end)) && !l.ofShownItem(p, text, int(first.start), int(first.end))
	}
	if len(p.seams) > 0 && !p.long && !l.a.joins(text[first.start:first.end], p.seams) {
		return false
	}
	if p.capital && !l.a.startsWithCapital(text[first.start:first.end]) {
		return false
	}
	if i > 0 && first.before == apostrophe {
		if before := l.words[i-1]; string(l.a.folded(nil, text[before.start:before.end])) == "o" {
			return false // Neil in O'Neil is another name; in d'Amina it isn't
		}
	}
	for n := 1; n < len(p.words); n++ {
		if !l.insideName(i+n, p.gaps[n]) {
			return false
		}
	}
	for _, longer := range p.notMe {
		if l.matches(longer.words, i-longer.at) {
			return false
		}
	}
	return !l.ofShownItem(p, text, int(first.start), int(l.words[i+len(p.words)-1].end))
}

// isHandle reports whether an ID stands behind an @ and isn't part of a longer one or of an e-mail address.
func isHandle(text []byte, start, end int) bool {
	before, ok := bytes.CutSuffix(text[:start], []byte("@"))
	if !ok {
		before, ok = bytes.CutSuffix(text[:start], []byte("\uff20"))
	}
	if !ok || len(before) > 0 && asciiFold[before[len(before)-1]] != 0 {
		return false
	}
	rest := text[end:]
	return len(rest) < 2 || rest[0] != '-' && rest[0] != '_' || asciiFold[rest[1]] == 0
}

// insideName reports whether what stands before word i may stand within a name;
// as names what the name itself has there.
func (l *looker) insideName(i int, as gap) bool {
	gap := l.words[i].before &^ (space | dash | apostrophe | sign | as)
	before := &l.words[i-1]
	// J. Smith, also for J Smith; and thandi.ochoa@example.org, where no space follows.
	return gap == 0 || gap == dot && (before.end-before.start == 1 || l.words[i].before&space == 0)
}

// ofShownItem reports whether a name is part of the address of an item that
// shows the person with their consent: /stories/thandi-ochoa-tells/.
func (l *looker) ofShownItem(p *phrase, text []byte, start, end int) bool {
	items := l.s.shown[l.s.withheld.Names[p.n].Person]
	if len(items) == 0 {
		return false
	}
	for start > 0 && (inSegment[text[start-1]] || text[start-1] == '/') {
		start--
	}
	for end < len(text) && inSegment[text[end]] {
		end++
	}
	before := ""
	for segment := range strings.SplitSeq(string(lower(text[start:end])), "/") {
		if items[before+"/"+segment] {
			return true
		}
		before = segment
	}
	return false
}

// passages looks for twelve withheld words in a row.
func (l *looker) passages(text []byte) {
	words := l.words
	var r rolling
	last, start, told := -2, 0, false
	for i := range words {
		if !r.next(words, i) || !l.s.passages.has(r.hash) {
			continue
		}
		if last != i-1 { // a new run
			start, told = i-passageLength+1, false
		}
		last = i
		t := trace{passageTrace, r.hash}
		if l.known != nil {
			if l.known[r.hash] {
				l.hit(t, int(words[i-passageLength+1].start))
			}
			continue
		}
		if told || l.seen[t] {
			continue
		}
		weight := 0
		for _, w := range words[start : i+1] {
			weight += int(w.weight)
		}
		if weight < passageLength*wholeWord {
			continue // characters of a script without spaces: not twelve words yet
		}
		told = true
		l.hit(t, int(words[start].start))
		l.hits[len(l.hits)-1].said = l.a.row(words[i-passageLength+1:i+1], text)
	}
}

// inSegment holds the characters that a segment of a path consists of.
var inSegment = func() (table [256]bool) {
	for c := range table {
		table[c] = asciiFold[c] != 0 || c == '-' || c == '_' || c == '.' || c == '~' || c == '%'
	}
	return table
}()

// paths looks for addresses and source file names as whole segments.
func (l *looker) paths(text []byte) {
	if decoded := percentDecoded(text); len(decoded) != len(text) {
		l.segments(decoded)
		return
	}
	l.segments(text)
}

func (l *looker) segments(text []byte) {
	for at := 0; ; {
		slash := bytes.IndexByte(text[at:], '/')
		if slash < 0 {
			break
		}
		slash += at
		at = slash + 1
		left := segmentStart(text, slash)
		right := segmentEnd(text, at)
		if right > at {
			l.pair(text, left, slash, right)
		}
		if len(l.s.pages) > 0 && right > at {
			l.page(text, left, at)
		}
	}
	if len(l.s.fileNames) == 0 {
		return
	}
	for at := 0; ; {
		end := bytes.Index(text[at:], []byte(".md"))
		if end < 0 {
			return
		}
		end += at + len(".md")
		at = end
		if end < len(text) && inSegment[text[end]] && text[end] != '.' {
			continue
		}
		start := segmentStart(text, end)
		if start == 0 || text[start-1] != '/' {
			for _, n := range l.s.fileNames[string(lower(text[start:end]))] {
				l.hit(trace{fileNameTrace, uint64(n)}, start)
			}
		}
	}
}

func segmentStart(text []byte, end int) int {
	for end > 0 && inSegment[text[end-1]] {
		end--
	}
	return end
}

// segmentEnd leaves out the full stop of a sentence.
func segmentEnd(text []byte, start int) int {
	end := start
	for end < len(text) && inSegment[text[end]] {
		end++
	}
	for end > start && text[end-1] == '.' {
		end--
	}
	return end
}

// pair looks at two neighbouring segments of a path.
func (l *looker) pair(text []byte, left, slash, right int) {
	key := lower(text[left:right])
	folder, file := key[:slash-left], key[slash+1-left:]
	if !l.s.files.has(hashBytes(file)) {
		dot := bytes.LastIndexByte(file, '.')
		if dot <= 0 || !l.s.files.has(hashBytes(file[:dot])) {
			return // as nearly always
		}
	}
	if n, ok := l.s.addresses[string(key)]; ok {
		l.hit(trace{addressTrace, uint64(n)}, left)
	} else if dot := bytes.LastIndexByte(file, '.'); dot > 0 {
		if n, ok := l.s.addresses[string(key[:slash+1-left+dot])]; ok { // stories/library.html
			l.hit(trace{addressTrace, uint64(n)}, left)
		}
	}
	for _, n := range l.s.fileNames[string(file)] {
		// notes/library.md and pages/guides/library.md are the files of other items than stories/library.
		own, _, _ := strings.Cut(l.s.withheld.Items[n].ID, "/")
		if string(folder) == own || !itemFolders[string(folder)] && !inPages(text[:slash]) {
			l.hit(trace{fileNameTrace, uint64(n)}, slash+1)
		}
	}
}

// inPages reports whether a path goes through the folder of pages.
func inPages(path []byte) bool {
	start := len(path)
	for start > 0 && (inSegment[path[start-1]] || path[start-1] == '/') {
		start--
	}
	return bytes.Contains(slices.Concat([]byte("/"), lower(path[start:]), []byte("/")), []byte("/pages/"))
}

// page looks for the address of a withheld page, which counts from the site's
// root, or from the folder of pages in the source.
func (l *looker) page(text []byte, left, at int) {
	end := at
	for end < len(text) && (inSegment[text[end]] || text[end] == '/') {
		end++
	}
	path := lower(bytes.TrimRight(text[at:end], "./"))
	if bytes.Equal(lower(text[left:at]), []byte("pages/")) {
		if file, ok := bytes.CutSuffix(path, []byte(".md")); ok {
			if n, ok := l.s.pages[string(bytes.TrimSuffix(file, []byte("/index")))]; ok {
				l.hit(trace{addressTrace, uint64(n)}, at)
			}
		}
		return
	}
	start := left
	for start > 0 && (inSegment[text[start-1]] || text[start-1] == '/' || text[start-1] == ':') {
		start--
	}
	if root := string(lower(text[start:at])); root != l.s.root.base && root != l.s.root.origin+l.s.root.base {
		return
	}
	if n, ok := l.s.pages[string(bytes.TrimSuffix(path, []byte("/index.html")))]; ok {
		l.hit(trace{addressTrace, uint64(n)}, at)
	}
}
