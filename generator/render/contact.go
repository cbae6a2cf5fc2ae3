package render

import (
	"html"
	"html/template"
	"net/mail"
	"net/url"
	"strings"
)

// contactHTML makes links of the e-mail and web addresses in the words that tell how to reach the keepers. Nothing
// else about the words changes.
func contactHTML(words string) template.HTML {
	var b strings.Builder
	for rest := words; rest != ""; {
		gap := len(rest) - len(strings.TrimLeft(rest, " \t\n"))
		b.WriteString(html.EscapeString(rest[:gap]))
		rest = rest[gap:]
		end := strings.IndexAny(rest, " \t\n")
		if end < 0 {
			end = len(rest)
		}
		word := rest[:end]
		rest = rest[end:]
		bare := strings.Trim(word, "()<>[]\"'“”‘’,;:!?.")
		before, after, _ := strings.Cut(word, bare)
		if address := reachedAt(bare); address != "" {
			b.WriteString(html.EscapeString(before) + `<a href="` + html.EscapeString(address) + `">` + html.EscapeString(bare) + "</a>" + html.EscapeString(after))
		} else {
			b.WriteString(html.EscapeString(word))
		}
	}
	return template.HTML(b.String())
}

// reachedAt returns the address that a word stands for, or "".
func reachedAt(word string) string {
	if strings.Contains(word, "://") {
		if u, err := url.Parse(word); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
			return u.String()
		}
		return ""
	}
	if a, err := mail.ParseAddress(word); err == nil && a.Name == "" && a.Address == word {
		return (&url.URL{Scheme: "mailto", Opaque: url.PathEscape(word)}).String()
	}
	return ""
}
