package render

import "testing"

func TestContactHTML(t *testing.T) {
	for words, want := range map[string]string{
		"Write to keepers@example.org. We answer.":       `Write to <a href="mailto:keepers@example.org">keepers@example.org</a>. We answer.`,
		"(keepers+site@example.org) or 01865 000000":     `(<a href="mailto:keepers+site@example.org">keepers+site@example.org</a>) or 01865 000000`,
		"<b@example.org>, https://example.org/a?b=c&d=e": `&lt;<a href="mailto:b@example.org">b@example.org</a>&gt;, <a href="https://example.org/a?b=c&amp;d=e">https://example.org/a?b=c&amp;d=e</a>`,
		"Ask at the desk @ the  library":                 "Ask at the desk @ the  library",
		"javascript://example.org/%0aalert(1) a@b\"c":    "javascript://example.org/%0aalert(1) a@b&#34;c",
		`x@y.org"onclick=1`:                              "x@y.org&#34;onclick=1",
		"…":                                              "…",
		"":                                               "",
	} {
		if got := string(contactHTML(words)); got != want {
			t.Errorf("%q became %s, want %s", words, got, want)
		}
	}
}
