package render

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ownwords/generator/weave"
)

// An index that was brought up to date must be the one that is made anew.
func TestAKeptIndexIsLikeAFresh(t *testing.T) {
	words := []string{"bread", "Brot", "lamp", "library", "ليل", "図書館", "o'clock", "x1", "water", "window"}
	rapid.Check(t, func(t *rapid.T) {
		var site *weave.Site
		draw := func(n int) weave.SearchEntry {
			pick := func(what string) string { return rapid.SampledFrom(words).Draw(t, what) }
			return weave.SearchEntry{Title: pick("title") + " " + pick("title"), URL: fmt.Sprintf("/stories/%d/", n), Kind: "story", Tellers: []string{pick("teller")}, Intro: pick("intro")}
		}
		prints := func() []Fingerprint {
			list := make([]Fingerprint, len(site.Search))
			for i, e := range site.Search {
				sum := sha256.Sum256(fmt.Appendf(nil, "%+v", e))
				list[i] = Fingerprint(sum[:16])
			}
			return list
		}
		var before []weave.SearchEntry
		for n := range rapid.IntRange(0, 60).Draw(t, "items") {
			before = append(before, draw(n))
		}
		site = &weave.Site{Search: before}
		var kept string
		keep := func(data []byte) { kept = string(data) }
		first := openKept("", prints(), keep)
		searchFiles(site, everyMedium, first)

		after := slices.Clone(before)
		for range rapid.IntRange(0, 6).Draw(t, "changes") {
			at := rapid.IntRange(0, len(after)).Draw(t, "at")
			switch how := rapid.IntRange(0, 3).Draw(t, "how"); {
			case how == 0 || at == len(after):
				after = slices.Insert(after, at, draw(1000+len(after)))
			case how == 1:
				after = slices.Delete(after, at, at+1)
			case how == 2:
				after[at] = draw(2000 + at)
			default:
				other := rapid.IntRange(0, len(after)-1).Draw(t, "other")
				after[at], after[other] = after[other], after[at]
			}
		}
		site = &weave.Site{Search: after}
		second := openKept(kept, prints(), keep)
		got, want := searchFiles(site, everyMedium, second), searchFiles(site, everyMedium, nil)
		if !maps.EqualFunc(got, want, bytes.Equal) {
			for name := range want {
				if !bytes.Equal(got[name], want[name]) {
					t.Errorf("%s:\n%s\nand not\n%s", name, got[name], want[name])
				}
			}
			t.Fatalf("%d files, and %d when made anew", len(got), len(want))
		}
		third := openKept(kept, second.now, nil)
		if same := third.update(after, everyMedium); len(after) > 0 && third.before != nil {
			if files := wordFilesOf(same); len(files.data) > 0 && !bytes.Equal(files.data[0], want[searchFolder+"words/0.json"]) {
				t.Fatal("an index in which nothing changed became another")
			}
		}
	})
}

// What was cut off or isn't ours is no index.
func TestADamagedIndexIsMadeAnew(t *testing.T) {
	site := searchable()
	now := make([]Fingerprint, len(site.Search))
	for i := range now {
		now[i][0] = byte(i + 1)
	}
	var kept string
	keep := func(data []byte) { kept = string(data) }
	want := searchFiles(site, everyMedium, openKept("", now, keep))
	whole := kept
	if got := searchFiles(site, everyMedium, openKept("something else", now, keep)); !maps.EqualFunc(got, want, bytes.Equal) {
		t.Error("another file was read as an index")
	}
	if got := searchFiles(site, everyMedium, openKept(whole, now, keep)); !maps.EqualFunc(got, want, bytes.Equal) {
		t.Error("the kept index differs")
	}
}

// A changed word moves few others to other files.
func TestFilesOfWordsStayWhereTheyAre(t *testing.T) {
	var all []indexedWord
	for i := range 20_000 {
		all = append(all, indexedWord{fmt.Sprintf("w%05x", i*7), "0000000000000000000000000000000000000000000000"})
	}
	before := wordFilesOf(all)
	if len(before.data) < 40 {
		t.Fatal(len(before.data))
	}
	all[3].places = "1"
	all = slices.Insert(all, 9000, indexedWord{all[8999].word + "a", "2"})
	after := wordFilesOf(all)
	same := 0
	for _, data := range before.data {
		if slices.ContainsFunc(after.data, func(other []byte) bool { return bytes.Equal(data, other) }) {
			same++
		}
	}
	if same < len(before.data)-8 {
		t.Errorf("%d of %d files stayed the same", same, len(before.data))
	}
	for i, data := range after.data {
		if len(data) > wordsFileSize+64 {
			t.Errorf("file %d has %d bytes", i, len(data))
		}
	}
}
