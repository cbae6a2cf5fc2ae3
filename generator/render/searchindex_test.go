package render

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/weave"
)

// reader finds words in the finished files as the search page does, from their description alone.
type reader struct {
	t     testing.TB
	files map[string][]byte
	main  struct {
		Version string
		Items   int
		Cards   int
		Kinds   []string
		Words   []string
	}
	// cost is how many bytes were fetched since the last query began.
	cost    int
	fetched map[string]bool
}

func openIndex(t testing.TB, files map[string][]byte) *reader {
	r := &reader{t: t, files: files, fetched: map[string]bool{}}
	r.fetch("search/index.json", &r.main)
	return r
}

func (r *reader) fetch(name string, into any) {
	r.t.Helper()
	data, ok := r.files[name]
	if !ok {
		r.t.Fatalf("there is no %s", name)
	}
	if !r.fetched[name] {
		r.fetched[name] = true
		r.cost += len(data)
	}
	if err := json.Unmarshal(data, into); err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
}

// begin forgets what an earlier query fetched; the manifest is fetched once for each visit.
func (r *reader) begin() {
	r.fetched, r.cost = map[string]bool{"search/index.json": true}, len(r.files["search/index.json"])
}

// places returns the sets of the words that begin with a prefix.
func (r *reader) places(prefix string) map[string][][]int {
	found := map[string][][]int{}
	i := max(sort.SearchStrings(r.main.Words, prefix+"\x00")-1, 0)
	if len(r.main.Words) == 0 {
		return found
	}
	for ; ; i++ {
		var list []string
		r.fetch("search/words/"+strconv.Itoa(i)+".json", &list)
		for j := 0; j < len(list); j += 2 {
			if strings.HasPrefix(list[j], prefix) {
				var where [][]int
				for part := range strings.SplitSeq(list[j+1], "|") {
					where = append(where, decodeSet(part))
				}
				found[list[j]] = where
			}
		}
		if i+1 >= len(r.main.Words) || !strings.HasPrefix(r.main.Words[i+1], prefix) {
			return found
		}
	}
}

func (r *reader) card(item int) []any {
	var list [][]any
	r.fetch("search/cards/"+strconv.Itoa(item/r.main.Cards)+".json", &list)
	return list[item%r.main.Cards]
}

func decodeSet(s string) []int {
	const digits = "0123456789!#$()*+,-/:;=?@[]^_{}~"
	var items []int
	if rest, dense := strings.CutPrefix(s, "."); dense {
		for i, c := range rest {
			for bit := range 5 {
				if strings.IndexRune(digits, c)>>bit&1 == 1 {
					items = append(items, i*5+bit)
				}
			}
		}
		return items
	}
	at, step, scale := -1, 0, 1
	for _, c := range s {
		d := strings.IndexRune(digits, c)
		step += d % 16 * scale
		if scale *= 16; d < 16 {
			at += step + 1
			items = append(items, at)
			step, scale = 0, 1
		}
	}
	return items
}

func codeOf(items []int32) string {
	var s itemSet
	for _, item := range items {
		s.add(item)
	}
	return string(s.appendCode(nil))
}

func TestSetsKeepTheirItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int32{3, 50, 2000, 200_000}).Draw(t, "most")
		items := rapid.SliceOfDistinct(rapid.Int32Range(0, most), rapid.ID[int32]).Draw(t, "items")
		slices.Sort(items)
		code := codeOf(items)
		var got []int32
		for _, item := range decodeSet(code) {
			got = append(got, int32(item))
		}
		if strings.ContainsFunc(code, unicode.IsLetter) {
			t.Fatalf("%q could read as somebody's name", code)
		}
		if !slices.Equal(got, items) && len(items) > 0 {
			t.Fatalf("%v became %q and then %v", items, code, got)
		}
	})
	everyOther := make([]int32, 5000)
	for i := range everyOther {
		everyOther[i] = int32(2 * i)
	}
	if n := len(codeOf(everyOther)); n > 2001 {
		t.Errorf("half of 10,000 items take %d bytes", n)
	}
}

func wordsOf(text string) []string {
	var x searchIndex
	x.fold(0, inAll, []byte(text))
	var words []string
	for _, w := range x.words {
		words = append(words, w.word)
	}
	return words
}

func TestFolding(t *testing.T) {
	for in, want := range map[string]string{
		"The Library, the LIBRARY":        "the library",
		"Don’t don't Zoë's":               "dont zoes",
		"A b 7 42":                        "42",
		"Çelik ÅNGSTRÖM naïve ﬁne Straße": "celik angstrom naive fine straße",
		"İstanbul ΟΔΟΣ":                   "istanbul οδοσ",
		"co\u00adop\u200berate":           "cooperate",
		"well-being (twice) e.g. a_b":     "well being twice",
		"図書館 は 開いた。":                      "図書 書館 は 開い いた",
		"abc図書":                           "abc 図書",
		strings.Repeat("ab", 20):          strings.Repeat("ab", 16),
		"كِتَاب":                          "كتاب",
		"":                                "",
		"\xff\xfe broken":                 "broken",
	} {
		equal(t, in, strings.Join(wordsOf(in), " "), want)
	}
}

func searchable() *weave.Site {
	body := func(source string) *markdown.Body {
		b, _ := markdown.Compile([]byte(source), markdown.Options{File: "stories/x.md", Site: "https://example.org/"})
		return b
	}
	return &weave.Site{Language: "en-GB", Search: []weave.SearchEntry{
		{Title: "The library that stayed", URL: "/stories/library/", Kind: "story", Tellers: []string{"Amina", `Ben "B" O’Neil`}, Themes: []string{"housing"}, Place: "Blackbird Leys",
			Intro: "Rooms above a shop.", Text: body("We had *rooms* and <https://example.org/stories/secret-plan/> and [a link](/notes/gone/).")},
		{Title: "Buugga", URL: "/stories/buugga/", Kind: "story", Tellers: []string{"Yusuf"}, Lang: "so", Text: body("A library. Rooms!")},
		{Title: "First meeting", URL: "/notes/first/", Kind: "note", Lang: "en-GB", Text: body("Rooms, rooms."), More: []*markdown.Body{body("Pay"), nil, markdown.Plain("people")}},
		{Title: "Sharing power", URL: "/cells/sharing-power/", Kind: "cell"},
	}}
}

func TestSearchFiles(t *testing.T) {
	files := searchFiles(searchable(), everyMedium, nil)
	r := openIndex(t, files)
	equal(t, "manifest", fmt.Sprint(r.main.Items, r.main.Cards, r.main.Kinds, r.main.Words), "4 20 [cell note story] [above]")
	if len(r.main.Version) != 8 {
		t.Errorf("version %q", r.main.Version)
	}
	for word, want := range map[string]string{
		"library": "map[library:[[0 1] [0]]]",
		"lib":     "map[library:[[0 1] [0]]]",
		"rooms":   "map[rooms:[[0 1 2] [] [] [0]]]",
		"oneil":   "map[oneil:[[0] [] [0]]]",
		"housing": "map[housing:[[0] [] [0]]]",
		"leys":    "map[leys:[[0] [] [0]]]",
		"people":  "map[people:[[2]]]",
		"pay":     "map[pay:[[2]]]",
		"power":   "map[power:[[3] [3]]]",
		"link":    "map[link:[[0]]]",
		"secret":  "map[]", // the address of a page that may not be there
		"zebra":   "map[]",
		"aaa":     "map[]",
	} {
		equal(t, word, fmt.Sprint(r.places(word)), want)
	}
	equal(t, "card", fmt.Sprint(r.card(0)), `[The library that stayed /stories/library/ 2 [Amina Ben "B" O’Neil]]`)
	equal(t, "card in another language", fmt.Sprint(r.card(1)), "[Buugga /stories/buugga/ 2 [Yusuf] so]")
	equal(t, "card of a note", fmt.Sprint(r.card(2)), "[First meeting /notes/first/ 1]")
	if again := searchFiles(searchable(), everyMedium, nil); !maps.EqualFunc(files, again, func(a, b []byte) bool { return string(a) == string(b) }) {
		t.Error("the same items gave other files")
	}
	changed := searchable()
	changed.Search[3].Title = "Sharing more power"
	if openIndex(t, searchFiles(changed, everyMedium, nil)).main.Version == r.main.Version {
		t.Error("other words have the same version")
	}
}

func TestSearchOfNothing(t *testing.T) {
	files := searchFiles(&weave.Site{}, everyMedium, nil)
	r := openIndex(t, files)
	if r.main.Items != 0 || len(r.places("x")) != 0 || len(files) != 1 {
		t.Errorf("an empty site has an index: %v", slices.Collect(maps.Keys(files)))
	}
	if !strings.Contains(string(files["search/index.json"]), `"kinds":[],"words":[]`) {
		t.Errorf("lists are missing: %s", files["search/index.json"])
	}
}

// large is a site of 10,000 stories and 2,000 notes of some 600 words, with as
// many different words as people use: a few in every text, most in very few.
func large() *weave.Site {
	rng := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("ba be bi co ca con da de di en er es fa fo ga go ha he ho in is ja ka ki la le li lo ma me mi mo na ne no on or pa pe po pre ra re ri ro sa se si so sta str ta te ti to un ur va ve vi wa we wi ya yo za")
	vocabulary := make([]string, 40_000)
	for i := range vocabulary {
		for n := 1 + rng.IntN(4); n >= 0; n-- {
			vocabulary[i] += syllables[rng.IntN(len(syllables))]
		}
	}
	zipf := rand.NewZipf(rng, 1.07, 4, uint64(len(vocabulary)-1))
	words := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = vocabulary[zipf.Uint64()]
		}
		return strings.Join(list, " ")
	}
	site := &weave.Site{Language: "en"}
	for i := range 12_000 {
		e := weave.SearchEntry{Title: words(5), URL: fmt.Sprintf("/stories/%s-%d/", strings.ReplaceAll(words(3), " ", "-"), i), Kind: "story",
			Tellers: []string{words(2)}, Themes: []string{vocabulary[rng.IntN(40)], vocabulary[rng.IntN(40)]}, Place: words(1), Intro: words(20), Text: markdown.Plain(words(400 + rng.IntN(400)))}
		if i >= 10_000 {
			e.Kind, e.Tellers = "note", nil
		}
		site.Search = append(site.Search, e)
	}
	return site
}

// TestQueryCostsLittle: on a site of 10,000 stories, whatever two words are
// typed and shown ten results of, a phone fetches less than 100 KB.
func TestQueryCostsLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("indexes 12,000 texts; leave out -short")
	}
	site := large()
	files := searchFiles(site, everyMedium, nil)
	r := openIndex(t, files)
	total, largestWords, largestCards := 0, 0, 0
	for name, data := range files {
		total += len(data)
		switch path.Base(path.Dir(name)) {
		case "words":
			largestWords = max(largestWords, len(data))
		case "cards":
			largestCards = max(largestCards, len(data))
		}
	}
	manifest := len(files["search/index.json"])
	t.Logf("%d files, %d bytes; manifest %d, largest words %d, largest cards %d", len(files), total, manifest, largestWords, largestCards)
	if worst := manifest + 2*2*largestWords + 10*largestCards; worst > 100_000 { // a prefix can reach into a second file
		t.Errorf("two words and ten results can cost %d bytes", worst)
	}
	// Words typed in full, with their results, against a plain look through every text.
	rng := rand.New(rand.NewPCG(3, 4))
	whole := make([]string, len(site.Search))
	for i := range site.Search {
		e := &site.Search[i]
		whole[i] = " " + strings.Join([]string{e.Title, strings.Join(e.Tellers, " "), strings.Join(e.Themes, " "), e.Place, e.Intro, strings.TrimSpace(e.Text.Words())}, " ") + " "
	}
	for range 10 {
		sample := wordsOf(whole[rng.IntN(len(whole))])
		word := sample[rng.IntN(len(sample))]
		r.begin()
		found := r.places(word)[word]
		if len(found) == 0 {
			t.Fatalf("%q isn't found", word)
		}
		want := 0
		for _, all := range whole {
			if strings.Contains(all, " "+word+" ") {
				want++
			}
		}
		if len(found[0]) != want {
			t.Errorf("%q stands in %d items, found in %d", word, want, len(found[0]))
		}
		for _, item := range found[0][:min(10, len(found[0]))] {
			equal(t, "address", fmt.Sprint(r.card(item)[1]), site.Search[item].URL)
		}
		if r.cost > 100_000 {
			t.Errorf("%q costs %d bytes", word, r.cost)
		}
	}
}

func BenchmarkSearchFiles(b *testing.B) {
	site := large()
	b.ResetTimer()
	for b.Loop() {
		searchFiles(site, everyMedium, nil)
	}
}

func everyMedium(*gate.Medium) bool { return true }

// TestSearchLeavesOutUnshownMedia: the transcript of a recording that couldn't
// be made ready stands on no page, and so may not be found either.
func TestSearchLeavesOutUnshownMedia(t *testing.T) {
	spoken := &gate.Medium{File: "told.mp3", Transcript: markdown.Plain("xylophone")}
	site := &weave.Site{Search: []weave.SearchEntry{{Title: "A story", Kind: "story", Media: []*gate.Medium{spoken}}}}
	for shown, want := range map[bool]bool{true: true, false: false} {
		found := false
		for _, data := range searchFiles(site, func(*gate.Medium) bool { return shown }, nil) {
			found = found || strings.Contains(string(data), "xylophone")
		}
		if found != want {
			t.Errorf("published %t: the word of its transcript is found: %t", shown, found)
		}
	}
}
