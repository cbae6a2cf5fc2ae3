package access

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/css"
)

// cssReferences returns every address that a style sheet makes a browser fetch: url(), @import and image-set().
func cssReferences(sheet []byte) []string {
	var refs []string
	lexer := css.NewLexer(parse.NewInput(bytes.NewReader(sheet)))
	importing, imageSet := false, 0
	for {
		kind, data := lexer.Next()
		text := string(data)
		switch kind {
		case css.ErrorToken:
			if !errors.Is(lexer.Err(), io.EOF) {
				refs = append(refs, "unreadable:"+lexer.Err().Error())
			}
			return refs
		case css.URLToken:
			// The last url( of a file may lack its end.
			inner := strings.TrimSpace(strings.TrimSuffix(text[len("url("):], ")"))
			if ref := unquote(inner); !strings.HasPrefix(ref, "#") {
				refs = append(refs, ref)
			}
		case css.AtKeywordToken:
			importing = strings.EqualFold(text, "@import")
		case css.SemicolonToken, css.LeftBraceToken:
			importing = false
		case css.FunctionToken:
			if imageSet > 0 || strings.HasSuffix(strings.ToLower(text), "image-set(") {
				imageSet++
			}
		case css.RightParenthesisToken:
			if imageSet > 0 {
				imageSet--
			}
		case css.StringToken:
			if importing || imageSet == 1 {
				refs = append(refs, unquote(text))
			}
		}
	}
}

func unquote(s string) string {
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		return strings.TrimSuffix(s[1:], s[:1])
	}
	return s
}
