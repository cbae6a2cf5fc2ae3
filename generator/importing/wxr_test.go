package importing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestWXR(t *testing.T) {
	e, err := WXR("export.xml", fixture(t, "testdata/export.xml"), onFile)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range e.Results {
		b.WriteString(told(r))
		checkFrontMatter(t, r)
		noneNamed(t, r)
	}
	b.WriteString("-- attachments --\n")
	for _, m := range e.Attachments {
		if m.Data != nil {
			t.Error("nothing may be fetched")
		}
		fmt.Fprintf(&b, "%s from %s\n", m.Name, m.From)
	}
	b.WriteString("-- of the export --\n")
	for _, p := range e.Problems {
		fmt.Fprintf(&b, "%s (%s)\n  %s\n  %s\n", p.Code, p.Severity, p.Message, p.Help)
	}
	golden(t, "testdata/export.xml.golden", b.String())
}

func TestWXRThatIsNone(t *testing.T) {
	for text, want := range map[string]string{
		"hello":                          "Export the site's content",
		"<rss><channel></channel></rss>": "no posts or pages",
		"<rss><channel><item><title>x</title></channel": "line 1",
	} {
		_, err := WXR("x.xml", []byte(text), Options{})
		var unreadable *Unreadable
		if !errors.As(err, &unreadable) || !strings.Contains(unreadable.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// FuzzPost: no content of a post makes an import panic or lose a word.
func FuzzPost(f *testing.F) {
	f.Add("<p>a<b>“b”</b>c</p><ul><li>d<ol><li>e</li></ol></li></ul>")
	f.Add("a\n\nb\nc [caption]<img src=x>d[/caption] [@e] [f](@g)\n::: h")
	f.Add("<table><tr><td>a|b<td><p>c</p><p>d</p></table><pre>x\n  y</pre><details>z</details>")
	f.Fuzz(func(t *testing.T, content string) {
		if len(content) > 5000 {
			return
		}
		it := exported{Title: "T", Type: "post", Content: content}
		r, err := it.result("x.xml", "T", nil, fileName, onFile)
		if err != nil {
			return
		}
		for _, p := range r.Problems {
			if p.Code == "words-differ" {
				t.Errorf("%s\n%q\n%s", p.Message, content, r.Markdown)
			}
		}
		noneNamed(t, r)
	})
}
