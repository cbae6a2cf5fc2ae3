package audit

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ownwords/generator/gate"
)

// tagPieces are put together to pages whose tags come again and again: some
// with traces, some whose meaning depends on the page, on what is around them, or on neither.
var tagPieces = []string{
	`<p class="who">`, `</p>`, `<a href="/stories/library/">`, `</a>`, ` Some words. `, `<a class='x' href='/notes/a/'>`, `<a href="/missing/">`,
	`<a href="/stories/kitchen/">`, `<a href="/stories/kitchen.html">`, `<img src="/media/thandi-ochoa.png" alt="">`, `<div id="one">`, `<div id="two" class="Thandi Ochoa">`,
	`<a href="#one">`, `<a href="/notes/a/#two">`, `<a href="../library/">`, `<a href="?page=2">`, `<a href="/notes/a/?x=1">`, `<a href="https://elsewhere.example/">`,
	`<img src="https://elsewhere.example/a.png">`, `<a href="https://x.org/notes/a/">`, `<a href="//x.org/missing/">`, `<p title="Thandi">`, `<p Ochoa>`, `<p class=Thandi>`, `<p data-x="Grace">`,
	`<p Nwosu class="a">`, `<a name="three" href="/">`, `<p class="a>b">`, `<p class="a`, `b">`, `<p style="background:url(/missing.png)">`, `<meta http-equiv="refresh" content="0;url=/missing/">`,
	`<img src="data:text/plain,Thandi%20Ochoa">`, `<a href="/%73tories/kitchen/">`, `<a href="/x&#47;stories/kitchen/">`, `<thandi-ochoa class="a">`, `<link rel="stylesheet" href="/style.css">`,
	`<script src="/missing.js">`, `</script>`, `<style media="print">p{}</style>`, `<title lang="en">Thandi Ochoa</title>`, `Thandi Ochoa`, `<sup class="mark">1</sup>`, `<p CLASS="who">`, `<!-- <a href="/stories/kitchen/"> -->`,
	`<p class="a"title="Grace Nwosu">`, `<a href="/about/">`, `<a href="">`, `<a class="a" href="/stories/kitchen.md">`, `<p class="` + twelveWords + `">`, `<p lang="Grace Nwosu">`,
	`<p class="data:text/plain,Thandi%20Ochoa">`, `<p style="content:'Thandi Ochoa'">`, `<meta name="d" content="Thandi Ochoa">`, `<p title="Thandi Ochoa">`,
}

// A tag that was looked at on another page must be told of wherever it stands.
func TestRepeatsHideNothing(t *testing.T) {
	w := &gate.Withheld{Names: []gate.WithheldName{{Person: "people/thandi", Name: "Thandi Ochoa", Words: 2}, {Person: "people/grace", Salt: "a", Hash: hashFolded("a", foldName("Grace Nwosu")), Words: 2}},
		Texts: []gate.WithheldText{{Words: withheldWords}}, Items: []gate.WithheldItem{{ID: "stories/kitchen", FileName: "kitchen.md"}, {ID: "about"}}}
	root := newRoot("https://x.org/", "/")
	s, err := newSought(context.Background(), w, root, nil)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]int{}
	var pages []string
	for _, name := range []string{"index.html", "stories/library/index.html", "notes/a/index.html", "style.css", "one/index.html", "one/two/index.html"} {
		files[name] = len(files)
		pages = append(pages, name)
	}
	for round := range uint64(300) {
		r := rand.New(rand.NewPCG(round, 1))
		p := &proof{in: Input{Withheld: w}, root: root, s: s, files: files, ids: make([][]uint64, len(files))}
		remembering, forgetting := p.newWorker(), p.newWorker()
		remembering.x.repeats = newRepeats()
		few := r.Perm(len(tagPieces))[:2+r.IntN(12)] // so that pages without a trace come too
		for i := range 20 {
			var b strings.Builder
			for range r.IntN(30) {
				b.WriteString(tagPieces[few[r.IntN(len(few))]])
			}
			index := r.IntN(len(pages))
			if pages[index] == "style.css" {
				continue
			}
			told := func(w *worker) string {
				w.current = finding{file: index, path: pages[index]}
				w.whole(index, pages[index], []byte(b.String()))
				slices.SortFunc(w.current.hits, func(a, b hit) int {
					return strings.Compare(fmt.Sprint(a.trace), fmt.Sprint(b.trace))
				})
				var hits []trace
				for _, h := range w.current.hits {
					hits = append(hits, h.trace)
				}
				return fmt.Sprint(hits, w.current.faults, w.current.places, slices.Sorted(maps.Keys(w.links.ids)))
			}
			if got, want := told(remembering), told(forgetting); got != want {
				t.Fatalf("round %d, page %d: %q tells\n%s, not\n%s", round, i, b.String(), got, want)
			}
		}
	}
}

// What is remembered must spare work, or it is there for nothing.
func TestRepeatsAreRemembered(t *testing.T) {
	_, w := noisySite("index.html", nil)
	w.x.repeats = newRepeats()
	for tag, want := range map[string]bool{`<p class="who">`: true, `<a href="/">`: true, `<p id="one">`: false, `<a href="/missing/">`: false, `<p title="words">`: false,
		`<p bare>`: false, `<p class=bare>`: false, `<a href="/#one">`: false, `<a href="a">`: false, `<a href="/stories/kitchen/">`: false, `<script src="/index.html">`: false} {
		w.whole(0, "index.html", []byte(tag))
		if got := w.x.repeats.length([]byte(tag+" and more")) == len(tag); got != want {
			t.Errorf("%s: remembered is %v", tag, got)
		}
	}
}
