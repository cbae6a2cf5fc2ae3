package markdown

import (
	"testing"

	gmhtml "github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"
)

func TestWriteAsGoldmarkDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []byte(rapid.StringOf(rapid.SampledFrom([]rune("ab <>\"'&;#x9\\*\x00é—🙂\n"))).Draw(t, "text"))
		ours, theirs := &compiler{}, &compiler{}
		ours.write(text)
		gmhtml.DefaultWriter.Write(theirs, text)
		if string(ours.out) != string(theirs.out) {
			t.Fatalf("%q: %q, not %q", text, ours.out, theirs.out)
		}
	})
}
