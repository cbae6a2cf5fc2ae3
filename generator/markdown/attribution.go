package markdown

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// Who is quoted: a block quotation whose last line is “— [@id]” (spec, "People
// inside Markdown"), and what people write when they mean that. A quotation
// that isn't recognised would stay, without a name, after its speaker took
// their consent to quotations back.

// takeIn moves what follows a block quotation into it when that is nothing but
// its attribution, written below the quotation instead of in it.
func (c *compiler) takeIn(quote ast.Node) {
	next := quote.NextSibling()
	if next == nil || c.quotes[quote.Parent()] != nil {
		return
	}
	if people, _ := c.attribution(quote); len(people) > 0 {
		return
	}
	switch next.Kind() {
	case ast.KindParagraph:
		if lines, _ := c.lines(next); len(lines) == 1 {
			if l := c.readLine(lines[0]); len(l.people) > 0 && l.beginsWithDash() {
				quote.AppendChild(quote, next)
			}
		}
	case ast.KindList:
		item := next.FirstChild()
		if next.ChildCount() == 1 && (c.isPeopleItem(item) || c.isDashItem(item)) {
			quote.AppendChild(quote, next)
		} else if c.isDashItem(item) || c.isPeopleItem(item) && !c.isPeopleItem(item.NextSibling()) {
			// Another list right below is one with it, in Markdown; a list of people stays one.
			rest := next.(*ast.List)
			own := ast.NewList(rest.Marker)
			if own.Start = rest.Start; rest.IsOrdered() {
				rest.Start++ // the others keep their numbers
			}
			own.AppendChild(own, item)
			quote.AppendChild(quote, own)
		}
	}
}

// isPeopleItem reports whether a list item is one line, of nothing but mentions.
func (c *compiler) isPeopleItem(item ast.Node) bool {
	l, ok := c.itemLine(item)
	return ok && l.onlyPeople()
}

// isDashItem reports whether a list item is one line that begins with a dash and mentions somebody.
func (c *compiler) isDashItem(item ast.Node) bool {
	l, ok := c.itemLine(item)
	return ok && len(l.people) > 0 && l.beginsWithDash()
}

// itemLine reads a list item that is one line.
func (c *compiler) itemLine(item ast.Node) (quoteLine, bool) {
	if item.ChildCount() != 1 {
		return quoteLine{}, false
	}
	lines, _ := c.lines(item)
	if len(lines) != 1 {
		return quoteLine{}, false
	}
	return c.readLine(lines[0]), true
}

// attribution returns the people to whom a block quotation is attributed: its
// last line begins with a dash and mentions them, ends with a dash and only
// mentions after it, or is nothing but mentions. The line may stand in a list
// or emphasis, where a reader sees the same. A line before the last one counts
// when it is an attribution beyond doubt: several quotations in one, or a
// remark behind it. The whole quotation is theirs then.
//
// early says that a line before the last one named somebody.
func (c *compiler) attribution(quote ast.Node) (people []string, early bool) {
	lines, open := c.lines(quote)
	for i, leaves := range lines {
		l := c.readLine(leaves)
		switch {
		case len(l.people) == 0:
			continue
		case open && i == len(lines)-1:
			if !l.beginsWithDash() && !l.endsWithAttribution() && !(l.onlyPeople() && (len(lines) > 1 && !inList(leaves[0], quote) || typedWithHyphen(quote))) {
				continue
			}
		case l.isAttribution():
			early = true
		default:
			continue
		}
		for _, p := range l.people {
			if !slices.Contains(people, p) {
				people = append(people, p)
			}
		}
	}
	return people, early
}

// lines returns the leaves of each line of a block. open says that the last of
// them is its last line: behind it stands no quotation inside it, which has
// lines of its own, unless it is a lone attribution, set in once too often.
func (c *compiler) lines(block ast.Node) (lines [][]ast.Node, open bool) {
	var line []ast.Node
	finish := func() {
		if len(line) > 0 {
			lines, open = append(lines, line), true
		}
		line = nil
	}
	ast.Walk(block, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if n.Type() == ast.TypeBlock {
			finish()
		}
		if !entering {
			return ast.WalkContinue, nil
		}
		if n != block && n.Kind() == ast.KindBlockquote && !c.isLoneAttribution(n) {
			open = false
			return ast.WalkSkipChildren, nil
		}
		if n.Type() == ast.TypeBlock {
			return ast.WalkContinue, nil
		}
		if raw, ok := n.(*ast.RawHTML); ok && c.isTag(raw, "br") {
			finish()
			return ast.WalkContinue, nil
		}
		line = append(line, n)
		if t, ok := n.(*ast.Text); ok && (t.SoftLineBreak() || t.HardLineBreak()) {
			finish()
		}
		if _, named := c.names(n); named {
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	finish()
	return lines, open
}

// isLoneAttribution reports whether a block quotation quotes nothing: it is one
// line that says who is quoted.
func (c *compiler) isLoneAttribution(quote ast.Node) bool {
	if quote.ChildCount() != 1 || quote.FirstChild().Kind() != ast.KindParagraph {
		return false
	}
	lines, _ := c.lines(quote.FirstChild())
	if len(lines) != 1 {
		return false
	}
	l := c.readLine(lines[0])
	return len(l.people) > 0 && l.beginsWithDash() || l.onlyPeople()
}

// names tells whose name a part of an attribution is: a mention, or a link to
// somebody's page.
func (c *compiler) names(n ast.Node) (person string, ok bool) {
	if person, _, ok = c.mentioned(n); ok {
		return person, true
	}
	if link, isLink := n.(*ast.Link); isLink {
		if l, kind := c.resolve(string(link.Destination)); kind == linkInside {
			id, inPeople := strings.CutPrefix(strings.TrimSuffix(l.Path, "/"), "/people/")
			return id, inPeople && isID([]byte(id))
		}
	}
	return "", false
}

// introduced reports whether the paragraph before a block quotation says who
// speaks: it mentions somebody and ends in a colon. That attributes nothing
// (it may be the writer's own summing-up), but is easily taken for it.
func (c *compiler) introduced(quote ast.Node) bool {
	before := quote.PreviousSibling()
	if before == nil || before.Kind() != ast.KindParagraph {
		return false
	}
	lines, _ := c.lines(before)
	if len(lines) == 0 {
		return false
	}
	l := c.readLine(lines[len(lines)-1])
	text, last := lines[len(lines)-1][len(lines[len(lines)-1])-1].(*ast.Text)
	return len(l.people) > 0 && last && bytes.HasSuffix(bytes.TrimSpace(text.Value(c.source)), []byte(":"))
}

func (c *compiler) isTag(raw *ast.RawHTML, name string) bool {
	tag := bytes.ToLower(raw.Segments.Value(c.source))
	rest, ok := bytes.CutPrefix(tag, []byte("<"+name))
	return ok && len(rest) > 0 && !unicode.IsLetter(rune(rest[0]))
}

// quoteLine is a line that may say who is quoted: its words before the first
// mention and after it, with every further mention as an @. It is empty for a
// line that names nobody.
type quoteLine struct {
	before, after string
	people        []string
}

func (c *compiler) readLine(leaves []ast.Node) (l quoteLine) {
	if !slices.ContainsFunc(leaves, func(n ast.Node) bool { _, named := c.names(n); return named }) {
		return l // its words matter to nobody
	}
	for _, n := range leaves {
		words := ""
		if person, ok := c.names(n); ok {
			if words = "@"; len(l.people) == 0 {
				words = ""
			}
			if !slices.Contains(l.people, person) {
				l.people = append(l.people, person)
			}
		} else if t, ok := n.(*ast.Text); ok {
			words = unescape(string(t.Value(c.source)))
		} else if raw, ok := n.(*ast.RawHTML); ok && len(l.people) == 0 && (c.isTag(raw, "cite") || c.isTag(raw, "footer")) {
			words = " — " // HTML for the same
		}
		if len(l.people) == 0 {
			l.before += words
		} else {
			l.after += words
		}
	}
	l.before, l.after = strings.TrimSpace(visible(l.before)), strings.Trim(visible(l.after), "@ \t,.;:&()[]")
	return l
}

// visible leaves out characters that nobody sees, such as zero-width spaces.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
}

// beginsWithDash reports whether a line begins with a dash, or with a hyphen right before a mention.
func (l quoteLine) beginsWithDash() bool {
	return slices.ContainsFunc(dashes, func(dash string) bool { return strings.HasPrefix(l.before, dash) }) || isDash(l.before)
}

// endsWithAttribution reports whether a line ends with a dash and mentions.
func (l quoteLine) endsWithAttribution() bool {
	return strings.Trim(strings.ReplaceAll(l.after, " and ", ""), "@ ,&") == "" && (slices.ContainsFunc(dashes, func(dash string) bool { return strings.HasSuffix(l.before, dash) }) || strings.HasSuffix(l.before, " -"))
}

// isAttribution reports whether a line is an attribution wherever it stands: a
// dash with nothing between it and the mention, or a dash and mentions at the end.
func (l quoteLine) isAttribution() bool { return isDash(l.before) || l.endsWithAttribution() }

// onlyPeople reports whether a line holds nothing but mentions.
func (l quoteLine) onlyPeople() bool {
	return len(l.people) > 0 && strings.Trim(l.before, "([") == "" && strings.Trim(strings.ReplaceAll(l.after, " and ", ""), "@ ,&") == ""
}

// inList reports whether a leaf stands in a list inside a block quotation.
func inList(leaf, quote ast.Node) bool {
	for n := leaf; n != nil && n != quote; n = n.Parent() {
		if n.Kind() == ast.KindListItem {
			return true
		}
	}
	return false
}

// typedWithHyphen reports whether the last line of a block quotation is a list
// of one item: most likely an attribution, typed with one hyphen.
func typedWithHyphen(quote ast.Node) bool {
	list, ok := quote.LastChild().(*ast.List)
	return ok && list.ChildCount() == 1 && quote.ChildCount() > 1 && list.FirstChild().ChildCount() == 1
}

// dashes are what an attribution may begin with.
var dashes = []string{"—", "–", "--", "―", "⸺", "⸻", "−", "﹘", "─", "━"}

// isDash reports whether words are nothing but dashes or hyphens.
func isDash(words string) bool {
	for _, r := range words {
		if r != '~' && r != '―' && !unicode.Is(unicode.Pd, r) && !slices.Contains(dashes, string(r)) {
			return false
		}
	}
	return utf8.RuneCountInString(words) > 0
}
