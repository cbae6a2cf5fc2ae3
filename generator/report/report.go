// Package report holds what a build or check tells people: problems (what,
// where, how to mend) and the report object of the spec's section "The
// command". It imports no other room, so that every room can speak through it.
package report

import (
	"cmp"
	"slices"
	"strings"
)

// Severity says how much a problem matters.
type Severity string

const (
	// Error means a mistake that someone must mend; something may have been
	// left out because of it. `check`, and `build --strict`, fail on it. A
	// consent that ended is no mistake and no problem.
	Error Severity = "error"
	// Warning means that something is probably not what its writer meant.
	Warning Severity = "warning"
	// Advice is a suggestion about wording or access; never about a story's framing.
	Advice Severity = "advice"
)

// rank orders severities, worst first.
func (s Severity) rank() int {
	switch s {
	case Error:
		return 0
	case Warning:
		return 1
	}
	return 2
}

// Problem is one thing to mend, told to someone who doesn't program (spec,
// promise 8). Message and Help never quote the text of a withheld story.
type Problem struct {
	// Code is a stable, hyphenated name of the kind of problem, such as "unknown-key".
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// File is the path inside the site's folder, with forward slashes.
	File string `json:"file"`
	// Line and Column count from 1; 0 means the whole file. Column counts characters.
	Line   int `json:"line"`
	Column int `json:"column"`
	// Message says what is wrong; Help says how to mend it.
	Message string `json:"message"`
	Help    string `json:"help"`
}

// Place is where something stands in a file: lines and columns count from 1,
// columns in characters. The zero Place is the file as a whole. It is kept small,
// since every value that was read has one.
type Place struct{ Line, Column int32 }

// PlaceAt returns the place of a line and a column.
func PlaceAt(line, column int) Place { return Place{int32(line), int32(column)} }

// LeftOut is an item that isn't in the output.
type LeftOut struct {
	// Kind is story, note, cell, person, change, page, image or recording.
	Kind string `json:"kind"`
	// ID is the item's address without slashes at the ends, such as "stories/library".
	ID string `json:"id"`
	// Reason is one of the reasons of the consent rule, or other-person, draft, trace.
	Reason string `json:"reason"`
	// Since is the first day on which it was left out (2027-02-02), empty when unknown.
	Since string `json:"since,omitempty"`
	// BecauseOf is the person or item whose consent decided, when it isn't the item's own.
	BecauseOf string `json:"because_of,omitempty"`
	// File is where a keeper mends it; printed in the summary, not part of the JSON contract.
	File string `json:"-"`
}

// TakenOut is something that left an item which is otherwise published.
type TakenOut struct {
	In string `json:"in"`
	// What is mention, quote, passage, image, recording or attendance.
	What   string `json:"what"`
	Person string `json:"person,omitempty"`
	Reason string `json:"reason"`
}

// Published counts what the output holds.
type Published struct {
	Stories int `json:"stories"`
	Notes   int `json:"notes"`
	Pages   int `json:"pages"`
	People  int `json:"people"`
	Media   int `json:"media"`
	Files   int `json:"files"`
}

// Report is the object that `build --report` and `check --format json` write.
type Report struct {
	// At is the civil day the build decided for.
	At string `json:"at"`
	// GoodUntil is the last day on which this output is still right; empty when nothing known will change it.
	GoodUntil string     `json:"good_until"`
	Published Published  `json:"published"`
	LeftOut   []LeftOut  `json:"left_out"`
	TakenOut  []TakenOut `json:"taken_out"`
	Problems  []Problem  `json:"problems"`
}

// Count returns how many problems have the severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, p := range r.Problems {
		if p.Severity == s {
			n++
		}
	}
	return n
}

// Sort puts everything into the order in which it is told: problems by file
// and place, the rest by ID. Equal problems are told once. What is empty
// becomes an empty list in JSON, not null.
func (r *Report) Sort() {
	if r.LeftOut == nil {
		r.LeftOut = []LeftOut{}
	}
	if r.TakenOut == nil {
		r.TakenOut = []TakenOut{}
	}
	if r.Problems == nil {
		r.Problems = []Problem{}
	}
	slices.SortStableFunc(r.Problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Severity.rank(), b.Severity.rank()), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	r.Problems = slices.Compact(r.Problems)
	slices.SortFunc(r.LeftOut, func(a, b LeftOut) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Reason, b.Reason))
	})
	r.LeftOut = slices.CompactFunc(r.LeftOut, func(a, b LeftOut) bool { return a.Kind == b.Kind && a.ID == b.ID })
	slices.SortFunc(r.TakenOut, func(a, b TakenOut) int {
		return cmp.Or(cmp.Compare(a.In, b.In), cmp.Compare(a.What, b.What), cmp.Compare(a.Person, b.Person))
	})
}

// DidYouMean returns the candidate that differs from got by the fewest typing
// slips, or "" when none is near enough to be offered.
func DidYouMean(got string, candidates []string) string {
	best, bestDistance := "", 1+max(1, len([]rune(got))/3)
	for _, c := range candidates {
		if d := distance(strings.ToLower(got), strings.ToLower(c)); d < bestDistance && got != c {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours between two words (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if n := len(x) - len(y); n > 3 || n < -3 {
		return max(len(x), len(y))
	}
	before, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(y)]
}
