package audit

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"ownwords/generator/gate"
)

var noise = []string{"", "<", "<p", "<p a=", "<p a='", `<a href="`, `<a href=x `, "</", "</p ", "<!--", "<!-- <p>", "--!>", "<![CDATA[", "]]>", "<!doctype", "<?x", "<script>", "<style>p{content:'\\54", "</style",
	"<textarea>", "<title>", "<plaintext>", "&", "&#x", "&am", "&lt;p&gt;", "<sup>1", "<rt>", "\\u00", "\\", `{"a":"`, `"url":"`, "URL:", "DESCRIPTION:a\n", "\r\n", "/*", "url(", "url(data:,", `<img src="data:;base64,`,
	"\x00", "\xff", "\xc3", "é", "\u200b", "'", "o'", "%", "%4", "/stories/", "-->", "00:00.000 --> 1", "<x><y><z>&lt;i&gt;&amp;lt;i", "<svg><title>", "<ruby>漢<rt>", "d'"}

func noisySite(name string, content []byte) (*proof, *worker) {
	w := &gate.Withheld{Names: []gate.WithheldName{{Person: "people/thandi", Name: "Thandi Ochoa", Words: 2}, {Person: "people/zoe", Name: "Zoë", Words: 1}},
		Titles: []string{"Three words here"}, Texts: []gate.WithheldText{{Words: withheldWords}},
		Items: []gate.WithheldItem{{ID: "stories/kitchen", FileName: "kitchen.md"}, {ID: "about"}}}
	w.Names = append(w.Names, gate.WithheldName{Salt: "a", Hash: hashFolded("a", foldName("Grace Nwosu")), Words: 2})
	root := newRoot("https://x.org/", "/")
	s, err := newSought(context.Background(), w, root, nil)
	if err != nil {
		panic(err)
	}
	p := &proof{in: Input{Withheld: w}, root: root, s: s, files: map[string]int{name: 0}, ids: make([][]uint64, 1)}
	worker := p.newWorker()
	worker.whole(0, name, content)
	return p, worker
}

// FuzzPlanted plants a name between any two pieces of noise, in a file of any
// kind: it must be found.
func FuzzPlanted(f *testing.F) {
	for i, n := range noise {
		f.Add([]byte(n), []byte(noise[(i*7+3)%len(noise)]), uint8(i))
	}
	names := []string{"a.html", "a.xml", "a.json", "a.ics", "a.css", "a.js", "a.vtt", "a.svg", "a.txt"}
	f.Fuzz(func(t *testing.T, before, after []byte, kind uint8) {
		name := names[int(kind)%len(names)]
		for plant, want := range map[string]trace{" Thandi Ochoa ": {nameTrace, 0}, " " + twelveWords + " ": {passageTrace, 0}, " Grace Nwosu ": {forgottenTrace, 2}} {
			if !bytes.Contains([]byte(plant), []byte("Ochoa")) && len(before)%3 != 0 {
				continue
			}
			content := slices.Concat(before, []byte(plant), after)
			if formatOf(name, content) == pictureFormat {
				return
			}
			_, w := noisySite(name, content)
			if !slices.ContainsFunc(w.current.hits, func(h hit) bool {
				return h.kind == want.kind || isName(h.trace) && isName(want)
			}) {
				t.Errorf("%s: %q isn't found in %q", name, plant, content)
			}
		}
	})
}

// FuzzNeverPanics reads anything as any kind of file.
func FuzzNeverPanics(f *testing.F) {
	for i, n := range noise {
		f.Add([]byte(n), uint8(i))
	}
	f.Add([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), uint8(9))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), uint8(9))
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"), uint8(9))
	f.Add([]byte("RIFF\x10\x00\x00\x00WEBPVP8 "), uint8(9))
	f.Add([]byte("\x00\x00\x01\x00\x01\x00"), uint8(9))
	names := []string{"a.html", "a.xml", "a.json", "a.ics", "a.css", "a.js", "a.vtt", "a.svg", "a.txt", "a.bin", "a.jpg"}
	f.Fuzz(func(t *testing.T, content []byte, kind uint8) {
		noisySite(names[int(kind)%len(names)], content)
	})
}

// FuzzMarkup compares the proof's reading of HTML with golang.org/x/net/html.
func FuzzMarkup(f *testing.F) {
	for i, n := range noise {
		f.Add([]byte("<p>a<b>b</b>" + n + ">c d" + noise[(i*5+1)%len(noise)]))
	}
	for _, found := range []string{"&#0A", "<A 000 000>"} {
		f.Add([]byte(found))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		folded := bytes.ToLower(src)
		for _, skip := range []string{"<sup", "<rt", "<rp", "\r", "\xff", "\x00"} { // read in another way on purpose
			if bytes.Contains(folded, []byte(skip)) {
				return
			}
		}
		if bytes.Contains(folded, []byte("<script")) && bytes.Contains(folded, []byte("<!--")) { // x/net knows the escaped states of scripts
			return
		}
		want := ""
		z := html.NewTokenizer(bytes.NewReader(src))
		x := &extract{looker: newLooker(&sought{withheld: &gate.Withheld{}}), embedded: func([]byte) {}}
		m := &markup{x: x, depth: maxDepth}
		for z.Next() != html.ErrorToken {
			raw := bytes.Clone(z.Raw())
			token := z.Token()
			switch token.Type {
			case html.TextToken:
				if hidden := x.chunk; string(hidden) == "script" || string(hidden) == "style" {
					continue
				}
				want += token.Data
			case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
				x.chunk = x.chunk[:0]
				if token.Type == html.StartTagToken {
					x.chunk = append(x.chunk, token.Data...)
				}
				if !isInline([]byte(token.Data)) {
					want += " "
				}
				if token.Type == html.EndTagToken {
					continue
				}
				rest, closed := m.readAttributes(raw[1+len(token.Data):])
				seen := map[string]bool{}
				m.attributes = slices.DeleteFunc(m.attributes, func(a attribute) bool { // the first of several counts
					again := seen[string(a.name)]
					seen[string(a.name)] = true
					return again
				})
				if !closed || len(rest) > 0 || len(m.attributes) != len(token.Attr) {
					t.Fatalf("%q: %d attributes, not %v", raw, len(m.attributes), token.Attr)
				}
				for i, a := range token.Attr {
					if got := m.attributes[i]; string(got.name) != a.Key && utf8Lower(a.Key) != utf8Lower(string(got.name)) || string(decodeReferences(nil, got.value, true)) != a.Val {
						t.Fatalf("%q: %s=%q, not %v", raw, got.name, decodeReferences(nil, got.value, true), a)
					}
				}
			default:
				x.chunk = x.chunk[:0]
			}
		}
		x.chunk = x.chunk[:0]
		(&markup{x: x, depth: maxDepth}).read(src)
		if got := strings.Join(strings.Fields(string(x.flow)), " "); got != strings.Join(strings.Fields(want), " ") {
			t.Fatalf("%q:\n got %q\nwant %q", src, got, strings.Join(strings.Fields(want), " "))
		}
	})
}

func utf8Lower(s string) string { return strings.ToLower(strings.ToValidUTF8(s, "")) }

// FuzzFolding checks that every spelling of a word folds to the same: capitals,
// composed and decomposed, with and without soft hyphens.
func FuzzFolding(f *testing.F) {
	for _, s := range []string{"Zoë", "O'Neil", "straße", "Ångström", "Łukasz", "Σίσυφος", "Дмитрий", "王小明", "ไทย", "Nguyễn", "हिन्दी", "ﬁn", "a²", "x\u00ady", "abcdefgh12345678Z", "0ᾀ"} {
		f.Add(s)
	}
	a := newAlphabet()
	hashes := func(s string) (list []uint64) {
		for _, w := range a.split(nil, []byte(s)) {
			list = append(list, w.hash)
		}
		return list
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !norm.NFC.IsNormalString(s) {
			return
		}
		want := hashes(s)
		if got := hashes(norm.NFD.String(s)); !slices.Equal(got, want) {
			t.Errorf("%q decomposed: %v, not %v", s, got, want)
		}
		for _, w := range a.split(nil, []byte(s)) {
			if got := hashBytes(a.folded(nil, []byte(s)[w.start:w.end])); got != w.hash {
				t.Errorf("%q: the folded word %q has another hash", s, s[w.start:w.end])
			}
		}
	})
}
