package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"ownwords/generator/gate"
)

// salted is the name of somebody who was forgotten: a salted hash and a number
// of words are all that is left of it, so every row of so many words has to be
// hashed. Rows that were hashed before are remembered, which makes the cost one
// hash for each different row in the site and each salt. Nothing is skipped
// because it is in lower case, since names of two words count so too.
type salted struct {
	index      int
	salt, hash string
	words      int
	// notMe are longer names that hold this one, by which somebody else is shown.
	notMe []longer
}

func newSalted(index int, n gate.WithheldName, split func(string) ([]uint64, []word)) salted {
	s := salted{index: index, salt: n.Salt, hash: n.Hash, words: n.Words}
	for _, phrase := range n.NotMe {
		around, words := split(phrase)
		for at := range words {
			// The name begins at the word where as many fields as it has give its hash.
			fields := strings.Fields(phrase[words[at].start:])
			if len(fields) >= n.Words && hashFolded(n.Salt, foldName(strings.Join(fields[:n.Words], " "))) == n.Hash {
				s.notMe = append(s.notMe, longer{around, at})
			}
		}
	}
	return s
}

// mostHashed bounds the memory for rows that were hashed before.
const mostHashed = 1_000_000

func lengthsOf(list []salted) []int {
	var lengths []int
	for _, s := range list {
		if s.words > 0 {
			lengths = append(lengths, s.words)
		}
	}
	slices.Sort(lengths)
	return slices.Compact(lengths)
}

// foldName folds a name as `consent forget` did before it hashed it. Accents
// stay: what forgets a name keeps its form without them as well.
func foldName(name string) string {
	return cases.Fold().String(norm.NFKC.String(strings.Join(strings.Fields(name), " ")))
}

func withoutInvisible(s string) string {
	return strings.Map(func(r rune) rune {
		if isInvisible(r) {
			return -1
		}
		return r
	}, s)
}

// hashFolded returns what `consent forget` kept of a folded name.
func hashFolded(salt, folded string) string {
	sum := sha256.Sum256([]byte(salt + "\n" + folded))
	return hex.EncodeToString(sum[:])
}

// forgotten looks for the names of people who were forgotten. A row of words
// counts as it stands, with its hyphens and apostrophes, and also as words with
// spaces between, for names that became part of an address.
func (l *looker) forgotten(text []byte, single bool) {
	for _, n := range l.s.saltedLengths {
		if n == 1 && !single {
			continue
		}
		for i := range l.words {
			l.apart(text, i, n)
			l.asWritten(text, i, n)
		}
	}
}

// apart tries n words from word i on, with spaces between.
func (l *looker) apart(text []byte, i, n int) {
	if i+n > len(l.words) {
		return
	}
	key := uint64(hashStart)
	for k := i; k < i+n; k++ {
		if k > i && !l.insideName(k, 0) {
			return
		}
		key = rawHash(key*spread, text[l.words[k].start:l.words[k].end])
	}
	l.try(key, i, n, func() []string {
		var words []string
		for _, w := range l.words[i : i+n] {
			words = append(words, string(text[w.start:w.end]))
		}
		return []string{strings.Join(words, " ")}
	}, text)
}

// asWritten tries what stands from word i on up to the n-th white space, when
// that isn't just words with spaces: Anne-Marie O'Neil is a name of two words.
func (l *looker) asWritten(text []byte, i, n int) {
	if i > 0 && l.words[i].before&^apostrophe == 0 {
		return
	}
	spaces, marks, last := 0, false, i
	for k := i + 1; k < len(l.words); k++ {
		before := l.words[k].before
		if before&(wall|other|sign) != 0 {
			break
		}
		if before&space != 0 {
			if spaces++; spaces == n {
				break
			}
		}
		marks = marks || before&^space != 0
		last = k
	}
	if !marks || spaces < n-1 {
		return
	}
	written := text[l.words[i].start:l.words[last].end]
	l.try(rawHash(hashStart+uint64(n), written), i, n, func() []string {
		forms := []string{string(written)}
		if w := l.words[last]; last > i && w.before == apostrophe && bytes.EqualFold(text[w.start:w.end], []byte("s")) {
			forms = append(forms, string(text[l.words[i].start:l.words[last-1].end]))
		}
		for _, form := range forms[:len(forms):len(forms)] {
			forms = append(forms, strings.ReplaceAll(form, "’", "'"), strings.ReplaceAll(form, "'", "’"))
		}
		return forms
	}, text)
}

// partOfAddress reports whether a word is joined to what stands beside it as in
// notes/rosa or rosa@example.org, which makes it no ordinary word.
func partOfAddress(text []byte, start, end int) bool {
	return start > 0 && strings.IndexByte("/-_@.#", text[start-1]) >= 0 || end < len(text) && strings.IndexByte("/-_@", text[end]) >= 0
}

// insideLonger reports whether the name of somebody forgotten that begins at
// word i is part of somebody else's longer one.
func (l *looker) insideLonger(index, i int) bool {
	for _, k := range l.s.salted {
		if k.index == index && slices.ContainsFunc(k.notMe, func(longer longer) bool { return l.matches(longer.words, i-longer.at) }) {
			return true
		}
	}
	return false
}

// rawHash goes on with a hash over bytes, ASCII capitals folded.
func rawHash(h uint64, text []byte) uint64 {
	for _, c := range text {
		if f := asciiFold[c]; f != 0 {
			c = f
		}
		h = (h ^ uint64(c)) * hashPrime
	}
	return h
}

// whoseName appends to names those that a folded row of n words is.
func (s *sought) whoseName(names []int, n int, folded string) []int {
	for _, k := range s.salted {
		if k.words == n && k.hash == hashFolded(k.salt, folded) && !slices.Contains(names, k.index) {
			names = append(names, k.index)
		}
	}
	return names
}

// try hashes a row of n words at word i, in the forms it may be meant, with
// each salt, unless that was done before.
func (l *looker) try(key uint64, i, n int, forms func() []string, text []byte) {
	names, known := l.hashed[key]
	if !known {
		for _, form := range forms() {
			form = withoutInvisible(form)
			names = l.s.whoseName(names, n, foldName(form))
			if bare := withoutAccents(form); bare != form {
				names = l.s.whoseName(names, n, foldName(bare))
			}
		}
		if len(l.hashed) >= mostHashed {
			clear(l.hashed)
		}
		l.hashed[key] = names
	}
	for _, index := range names {
		if l.insideLonger(index, i) {
			continue
		}
		// A name of one word counts with its capital; in lower case it shows that it is also an ordinary word.
		if first := l.words[i]; n == 1 && startsInLowerCase(text[first.start:first.end]) {
			if !l.folded && !partOfAddress(text, int(first.start), int(first.end)) {
				l.lowerCase[index] = true
			}
			continue
		}
		l.hit(trace{forgottenTrace, uint64(index)}, int(l.words[i].start))
	}
}
