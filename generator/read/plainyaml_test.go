package read

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// sameNodes compares what decoding looks at.
func sameNodes(a, b *yaml.Node) bool {
	if a.Kind != b.Kind || a.Value != b.Value || a.Anchor != b.Anchor || a.Line != b.Line || a.Column != b.Column || len(a.Content) != len(b.Content) ||
		(a.Tag == "!!null") != (b.Tag == "!!null") || b.Tag == "!!merge" || !strings.HasPrefix(b.Tag, "!!") {
		return false
	}
	for i := range a.Content {
		if !sameNodes(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// checkPlain reports whether a front matter is read as plain, and fails when
// the YAML package reads it differently.
func checkPlain(t interface{ Fatalf(string, ...any) }, source string) bool {
	r := plainReaders.Get().(*plainReader)
	defer r.giveBack()
	top := r.document(source)
	if top == nil {
		return false
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(source), &doc); err != nil {
		t.Fatalf("read as plain, but the package says %v: %q", err, source)
	}
	if len(doc.Content) != 1 || !sameNodes(top, doc.Content[0]) {
		t.Fatalf("read otherwise than by the package: %q", source)
	}
	return true
}

func TestPlainYAML(t *testing.T) {
	for source, plain := range map[string]bool{
		"title: The library": true, "title: \"The library: a story\"  ": true, "title: 'It is — ours'": true, "a: b\n\nc: 2026-05-02\n": true,
		"for: [page, feeds, \"search\"]": true, "consent: {given: 2026-01-01, for: [page, feeds], form: v3}": true, "a: []\nb: {}": true, "a: Ünïcode — “words” 🙂\nb: null": true,
		"quote: [\"One, two.\", 'Three: four']": true, "at: 15:00": true, "draft: true": true, "a: x\na: y": true,
		"title:": false, "title: |\n  text": false, "title: a: b": false, "a: b # comment": false, "a: &b c": false, "a: *b": false, "<<: {a: b}": false, "a: !x b": false,
		" a: b": false, "a:\n- b": false, "a: b\n  c": false, "a: \"b\n  c\"": false, "a: 'it''s'": false, "a: \"\\u00e9\"": false, "a: [b, c": false, "a: [b,, c]": false, "a: [b,]": false,
		"a: [b: c]": false, "a: {b}": false, "a: {b: c}}": false, "a: -1": false, "a: b\u2028c": false, "a: b\tc": false, "---": false, "": false, "a: b:": false, "a: [\"b\"c]": false, "a: \"b\"#c": false,
		"a: b\u0085c": false, "a: \ufeffb": false, "A: b": false, "a: {b: [c, {d: e}], f: g}": true, "a: [null, Null]": true, "a: ~": false,
	} {
		if got := checkPlain(t, source); got != plain {
			t.Errorf("plain is %v: %q", got, source)
		}
	}
}

// TestPlainYAMLOfTheExample compares the front matter that people write, of which a part is plain.
func TestPlainYAMLOfTheExample(t *testing.T) {
	plain := 0
	err := filepath.WalkDir("../../content", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".md" {
			return err
		}
		data, err := os.ReadFile(name)
		if p, problem := split(data); err == nil && problem == nil {
			if checkPlain(t, strings.TrimRight(string(p.header), "\n ")) {
				plain++
			}
		}
		return err
	})
	if err != nil || plain == 0 {
		t.Errorf("%d are plain: %v", plain, err)
	}
}

// TestPlainYAMLProperty compares front matter put together from whatever could be misread.
func TestPlainYAMLProperty(t *testing.T) {
	pieces := []string{"a", "key", "title", ": ", ":", "\n", "\n", " ", "  ", "[", "]", "{", "}", ",", ", ", "\"", "'", "#", " #", "-", "- ", "?", "? ", "&x", "*x", "!t", "|", ">", "%", "@", "`", "~", "null",
		"word", "two words", "2026-05-02", "1.5", "true", "é", "—", "🙂", "\u00a0", "\u2028", "\u0085", "\ufeff", "\t", "\\", "\\n", "---", "...", "<<", "=", "0x1f", "_", "\x7f", "\ufffd", "\uffff", "\xff", "x: y\n", "k: [a, b]\n", "m: {n: o, p: [q]}\n", "s: \"t\"\n"}
	rapid.Check(t, func(t *rapid.T) {
		checkPlain(t, strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 24).Draw(t, "pieces"), ""))
	})
}

func FuzzPlainYAML(f *testing.F) {
	f.Add("title: The library\nfor: [page, feeds]\nconsent: {given: 2026-01-01}")
	f.Fuzz(func(t *testing.T, source string) { checkPlain(t, source) })
}
