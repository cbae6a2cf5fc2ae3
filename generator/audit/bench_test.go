package audit

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ownwords/generator/gate"
)

// lexicon makes words with the frequencies of running text.
type lexicon struct {
	r     *rand.Rand
	zipf  *rand.Zipf
	words []string
}

func newLexicon(seed uint64) *lexicon {
	l := &lexicon{r: rand.New(rand.NewPCG(seed, seed))}
	seen := map[string]bool{}
	for len(l.words) < 5000 {
		var b strings.Builder
		for range 1 + l.r.IntN(3) {
			b.WriteByte("bcdfghklmnprstvw"[l.r.IntN(16)])
			b.WriteByte("aeiou"[l.r.IntN(5)])
			if l.r.IntN(2) == 0 {
				b.WriteByte("lnrst"[l.r.IntN(5)])
			}
		}
		if w := b.String(); !seen[w] {
			seen[w] = true
			l.words = append(l.words, w)
		}
	}
	l.zipf = rand.NewZipf(l.r, 1.07, 6, uint64(len(l.words)-1))
	return l
}

func (l *lexicon) text(words int) string {
	var b strings.Builder
	for i := range words {
		w := l.words[l.zipf.Uint64()]
		if i%13 == 0 {
			w = strings.ToUpper(w[:1]) + w[1:]
		}
		b.WriteString(w)
		switch {
		case i%13 == 12:
			b.WriteString(". ")
		case i%29 == 5:
			b.WriteString(" &amp; ")
		case i%31 == 3:
			b.WriteString(", ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func (l *lexicon) name(i int) string {
	title := func(n int) string {
		w := l.words[n%len(l.words)]
		return strings.ToUpper(w[:1]) + w[1:] + "é"
	}
	return title(i/70) + " " + title(2000+i)
}

// page makes a page of about 11 KB.
func (l *lexicon) page(i int, byline string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Story %d · In Our Own Words</title>
<link rel="canonical" href="https://stories.example.org/stories/s-%05d/">
<link rel="stylesheet" href="/assets/hearth-1234.css">
<link rel="alternate" type="application/rss+xml" title="Stories" href="/stories/rss.xml">
</head>
<body class="story">
<a class="skip" href="#main">Skip to the story</a>
<header><p class="site"><a href="/">In Our Own Words</a></p><nav aria-label="Main"><ul>`, i, i)
	for _, n := range []string{"stories", "notes", "cells", "themes", "places", "people", "changes", "follow", "search"} {
		fmt.Fprintf(&b, `<li><a href="/%s/">%s</a></li>`, n, n)
	}
	fmt.Fprintf(&b, `</ul></nav></header>
<main id="main"><article><h1>Story %d</h1><p class="by">By <span>%s</span>, <time datetime="2026-05-02">2 May 2026</time></p>`, i, byline)
	for section := range 5 {
		fmt.Fprintf(&b, `<h2 id="part-%d">%s</h2>`, section, l.text(4))
		for range 3 {
			fmt.Fprintf(&b, "<p>%s<em>%s</em> %s<a href=\"/themes/%s/\">%s</a> %s</p>\n", l.text(30), l.text(2), l.text(20), []string{"housing", "voice", "bread"}[section%3], l.text(2), l.text(40))
		}
	}
	fmt.Fprintf(&b, `</article><aside><h2 id="more">More</h2><ul><li><a href="/stories/s-%05d/">Another</a></li><li><a href="/stories/s-%05d/#part-1">And another</a></li></ul></aside></main>
<footer><p><a href="/about/">About</a> <a href="/consent/">Consent</a></p></footer></body></html>`, max(0, i-1), max(0, i-2))
	return b.String()
}

// benchSite stages pages with bylines of people who may not be named elsewhere.
func benchSite(b *testing.B, pages, names, texts int) Input {
	l := newLexicon(1)
	in := Input{Dir: b.TempDir(), URL: "https://stories.example.org/", Base: "/", Withheld: &gate.Withheld{NotAbout: map[string][]string{}, Shown: map[string][]string{}}}
	put := func(name, content, owner string, items ...string) {
		full := filepath.Join(in.Dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			b.Fatal(err)
		}
		in.Files = append(in.Files, File{name, owner, items})
	}
	words := make([]string, pages)
	size := 0
	for i := range pages {
		byline := "Somebody"
		id := fmt.Sprintf("stories/s-%05d", i)
		if names > 0 {
			byline = l.name(i % names)
			person := fmt.Sprintf("people/p%d", i%names)
			in.Withheld.Shown[person] = append(in.Withheld.Shown[person], id)
		}
		content := l.page(i, byline)
		words[i] = content
		size += len(content)
		put(id+"/index.html", content, id, id, fmt.Sprintf("stories/s-%05d", max(0, i-1)), fmt.Sprintf("stories/s-%05d", max(0, i-2)))
	}
	for _, n := range []string{"", "stories/", "notes/", "cells/", "themes/", "places/", "people/", "changes/", "follow/", "search/", "about/", "consent/", "themes/housing/", "themes/voice/", "themes/bread/"} {
		put(n+"index.html", "<!doctype html><title>x</title>", "")
	}
	put("stories/rss.xml", "<rss/>", "")
	put("assets/hearth-1234.css", "p{}", "")
	in.TextsOf = func(item string) []string {
		var n int
		fmt.Sscanf(item, "stories/s-%d", &n)
		return []string{words[n][len(words[n])/4:]}
	}
	for i := range names {
		in.Withheld.Names = append(in.Withheld.Names, gate.WithheldName{Person: fmt.Sprintf("people/p%d", i), Name: l.name(i), Words: 2})
		in.Withheld.Items = append(in.Withheld.Items, gate.WithheldItem{ID: fmt.Sprintf("people/p%d", i), FileName: fmt.Sprintf("p%d.md", i)})
	}
	for i := range texts {
		in.Withheld.Items = append(in.Withheld.Items, gate.WithheldItem{ID: fmt.Sprintf("stories/w-%d", i), FileName: fmt.Sprintf("w-%d.md", i)})
		in.Withheld.Titles = append(in.Withheld.Titles, l.text(6))
		in.Withheld.Lines = append(in.Withheld.Lines, gate.WithheldText{Words: l.text(9)})
		in.Withheld.Texts = append(in.Withheld.Texts, gate.WithheldText{Words: l.text(800)})
	}
	b.SetBytes(int64(size))
	return in
}

func BenchmarkAudit(b *testing.B) {
	for _, c := range []struct{ pages, names, texts int }{{10_000, 0, 0}, {10_000, 1, 0}, {10_000, 5_000, 1_000}, {1_000, 5_000, 10_000}} {
		b.Run(fmt.Sprintf("pages=%d/names=%d/texts=%d", c.pages, c.names, c.texts), func(b *testing.B) {
			in := benchSite(b, c.pages, c.names, c.texts)
			b.ResetTimer()
			for b.Loop() {
				r, err := Audit(context.Background(), in)
				if err != nil || len(r.Problems) > 0 {
					b.Fatal(err, len(r.Problems), r.Problems[:min(3, len(r.Problems))])
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(c.pages), "µs/page")
		})
	}
}

// BenchmarkPage is one page on one core, without reading it from disk.
func BenchmarkPage(b *testing.B) {
	in := benchSite(b, 10, 5_000, 1_000)
	s, err := newSought(context.Background(), in.Withheld, newRoot(in.URL, in.Base), nil)
	if err != nil {
		b.Fatal(err)
	}
	p := &proof{in: in, root: newRoot(in.URL, in.Base), s: s, files: map[string]int{}, ids: make([][]uint64, 10)}
	w := p.newWorker()
	page := []byte(newLexicon(1).page(1, "Somebody"))
	b.SetBytes(int64(len(page)))
	for b.Loop() {
		w.current = finding{}
		w.whole(1, "x/index.html", page)
	}
}

// BenchmarkLinks is one page that leads to places on many others, as the page of
// all that was learned does: a link costs the same, however many there are.
func BenchmarkLinks(b *testing.B) {
	for _, links := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(strconv.Itoa(links), func(b *testing.B) {
			in := Input{Dir: b.TempDir(), Withheld: &gate.Withheld{}, URL: "https://example.org", Base: "/", TextsOf: func(string) []string { return nil }}
			write := func(name, html string) {
				file := filepath.Join(in.Dir, filepath.FromSlash(name))
				if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(html), 0o644)); err != nil {
					b.Fatal(err)
				}
				in.Files = append(in.Files, File{Path: name})
			}
			var page strings.Builder
			for i := range links {
				fmt.Fprintf(&page, `<a href="/n%d/#p%d">point</a>`, i/10, i%10)
			}
			write("learning/index.html", page.String())
			for i := range links / 10 {
				write(fmt.Sprintf("n%d/index.html", i), `<p id="p0"></p><p id="p1"></p><p id="p2"></p><p id="p3"></p><p id="p4"></p><p id="p5"></p><p id="p6"></p><p id="p7"></p><p id="p8"></p><p id="p9"></p>`)
			}
			for b.Loop() {
				r, err := Audit(context.Background(), in)
				if err != nil || len(r.Problems) > 0 || len(r.Leading["learning/index.html"]) != links/10 {
					b.Fatal(err, len(r.Problems), len(r.Leading["learning/index.html"]))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(links), "ns/link")
		})
	}
}
