package access

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/text/language"
)

// pageRules are judged on each page. A page that only leads to another one is spared the rules about its shape,
// because browsers leave it before it is shown.
var pageRules = []func(*site, *page){
	document, languages, title, shown(landmarks), shown(headings), images, names, ids, links, shown(skipLink), labels, tables,
	inlineCode, thirdParty, shown(zoom), autoplay, keyboard, policy, referrer, canonical,
}

func shown(rule func(*site, *page)) func(*site, *page) {
	return func(s *site, p *page) {
		if !p.onward {
			rule(s, p)
		}
	}
}

func document(s *site, p *page) {
	if first := p.doc.FirstChild; first == nil || first.Type != html.DoctypeNode || first.Data != "html" || len(first.Attr) > 0 {
		s.add("doctype", p.file, nil, "the file must begin with <!doctype html>")
	}
	for _, n := range p.all {
		if n.Data == "meta" && strings.EqualFold(value(n, "charset"), "utf-8") {
			return
		}
	}
	s.add("charset", p.file, nil, "the head lacks <meta charset=\"utf-8\">")
}

// rightToLeft are the scripts that read from right to left (Unicode's Bidi_Class R and AL, those in present use).
var rightToLeft = map[string]bool{"Arab": true, "Hebr": true, "Thaa": true, "Syrc": true, "Nkoo": true, "Adlm": true, "Rohg": true}

func languages(s *site, p *page) {
	for _, n := range p.all {
		for _, key := range []string{"lang", "hreflang", "srclang"} {
			tag, ok := attr(n, key)
			if !ok {
				if key == "lang" && n.Data == "html" {
					s.add("language", p.file, n, "the page doesn't say its language; add lang to <html>")
				}
				continue
			}
			if key == "hreflang" && tag == "x-default" {
				continue // an agreed word for "any other language"
			}
			known, ok := bcp47(tag)
			if !ok {
				s.add("language", p.file, n, "%s=%q isn't a language tag", key, tag)
				continue
			}
			if key != "lang" {
				continue
			}
			script, _ := known.Script()
			if dir := strings.ToLower(value(n, "dir")); rightToLeft[script.String()] && dir != "rtl" && dir != "auto" {
				s.add("direction", p.file, n, "%s is written from right to left; add dir=\"rtl\"", tag)
			}
		}
	}
}

// bcp47 is stricter than [language.Parse], which also takes underscores and the undetermined language.
func bcp47(tag string) (language.Tag, bool) {
	known, err := language.Parse(tag)
	return known, err == nil && tag != "" && !strings.Contains(tag, "_") && known != language.Und
}

func pageTitle(p *page) string {
	for _, n := range p.all {
		if n.Data == "title" && n.Parent != nil && n.Parent.Data == "head" {
			return squeeze(text(n))
		}
	}
	return ""
}

func title(s *site, p *page) {
	if pageTitle(p) == "" {
		s.add("title", p.file, nil, "the page has no title")
	}
}

func landmarks(s *site, p *page) {
	found := map[string][]*html.Node{}
	for _, n := range p.all {
		if role := landmark(n); role != "" && !hidden(n) {
			found[role] = append(found[role], n)
		}
	}
	for _, role := range []string{"banner", "main", "contentinfo"} {
		switch count := len(found[role]); {
		case count == 0:
			s.add("landmarks", p.file, nil, "the page has no %s landmark (<header>, <main> and <footer> make them)", role)
		case count > 1:
			s.add("landmarks", p.file, found[role][1], "the page has %d %s landmarks; one is right", count, role)
		}
	}
	if len(found["navigation"]) == 0 {
		s.add("landmarks", p.file, nil, "the page has no <nav>")
	}
	for _, role := range []string{"navigation", "complementary", "search", "form"} {
		if len(found[role]) < 2 {
			continue
		}
		taken := map[string]bool{}
		for _, n := range found[role] {
			switch label := p.label(n); {
			case label == "":
				s.add("landmarks", p.file, n, "there are several %s landmarks, so each needs a label", role)
			case taken[label]:
				s.add("landmarks", p.file, n, "two %s landmarks are labelled %q", role, label)
			default:
				taken[label] = true
			}
		}
	}
}

// landmark gives the ARIA landmark that an element makes (HTML-AAM), or "".
func landmark(n *html.Node) string {
	if role, ok := attr(n, "role"); ok {
		switch role {
		case "banner", "main", "contentinfo", "navigation", "complementary", "search", "form":
			return role
		}
		return ""
	}
	switch n.Data {
	case "main":
		return "main"
	case "nav":
		return "navigation"
	case "aside":
		return "complementary"
	case "search":
		return "search"
	case "header", "footer":
		for up := n.Parent; up != nil; up = up.Parent {
			switch up.Data {
			case "article", "aside", "main", "nav", "section":
				return ""
			}
		}
		if n.Data == "header" {
			return "banner"
		}
		return "contentinfo"
	}
	return ""
}

func headings(s *site, p *page) {
	last, ones := 0, 0
	for _, n := range p.all {
		level := headingLevel(n)
		if level == 0 || hidden(n) {
			continue
		}
		if p.name(n) == "" {
			s.add("headings", p.file, n, "an empty heading")
		}
		switch {
		case level == 1:
			ones++
		case last == 0:
			s.add("headings", p.file, n, "the first heading must be the h1")
		}
		if last > 0 && level > last+1 {
			s.add("headings", p.file, n, "h%d follows h%d, and skips a level", level, last)
		}
		last = level
	}
	if ones != 1 {
		s.add("headings", p.file, nil, "the page has %d h1; one is right", ones)
	}
}

func headingLevel(n *html.Node) int {
	if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
		return int(n.Data[1] - '0')
	}
	if value(n, "role") == "heading" {
		level, err := strconv.Atoi(value(n, "aria-level"))
		if err != nil {
			return 2 // what ARIA takes for a heading without a level
		}
		return level
	}
	return 0
}

func images(s *site, p *page) {
	for _, n := range p.all {
		switch {
		case n.Data == "img" || n.Data == "area" && has(n, "href") || n.Data == "input" && value(n, "type") == "image":
			alt, ok := attr(n, "alt")
			switch {
			case !ok:
				s.add("images", p.file, n, "the picture has no alt; describe it, or write alt=\"\" when it only decorates")
			case n.Data != "img" && strings.TrimSpace(alt) == "":
				s.add("images", p.file, n, "a picture that can be pressed needs words in its alt")
			case looksLikeFile(alt):
				s.add("images", p.file, n, "alt=%q is a file name, not a description", alt)
			}
		case n.Data == "svg" || value(n, "role") == "img":
			if !hidden(n) && p.label(n) == "" && svgTitle(n) == "" {
				s.add("images", p.file, n, "a drawing needs a label, or aria-hidden=\"true\" when it only decorates")
			}
		}
	}
}

func looksLikeFile(alt string) bool {
	alt = strings.ToLower(strings.TrimSpace(alt))
	for _, ext := range []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg"} {
		if strings.HasSuffix(alt, ext) {
			return true
		}
	}
	return false
}

func svgTitle(n *html.Node) string {
	for c := range n.ChildNodes() {
		if c.Data == "title" {
			return squeeze(text(c))
		}
	}
	return ""
}

func names(s *site, p *page) {
	for _, n := range p.all {
		switch {
		case n.Data == "a" && has(n, "href"), n.Data == "button", n.Data == "summary", value(n, "role") == "button", value(n, "role") == "link":
			if p.name(n) == "" {
				s.add("names", p.file, n, "a link or button without words: nobody hears what it does")
			}
		case n.Data == "input" && slices.Contains([]string{"submit", "reset", "button"}, value(n, "type")):
			if strings.TrimSpace(value(n, "value")) == "" && p.label(n) == "" {
				s.add("names", p.file, n, "the button has no words in its value")
			}
		case n.Data == "iframe" || n.Data == "object" || n.Data == "embed":
			if p.name(n) == "" {
				s.add("names", p.file, n, "an embedded thing needs a title that says what it is")
			}
		}
	}
}

func ids(s *site, p *page) {
	for _, n := range p.all {
		if id, ok := attr(n, "id"); ok {
			if id == "" || strings.ContainsAny(id, " \t\r\n\f") {
				s.add("ids", p.file, n, "an id can't be empty or hold spaces")
			} else if p.ids[id][0] != n {
				s.add("ids", p.file, n, "the id %q is used more than once", id)
			}
		}
		for _, key := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-details", "headers", "list", "popovertarget"} {
			for id := range strings.FieldsSeq(value(n, key)) {
				if p.ids[id] == nil {
					s.add("ids", p.file, n, "%s names %q, which isn't on the page", key, id)
				}
			}
		}
	}
}

func links(s *site, p *page) {
	for _, n := range p.all {
		switch {
		case n.Data == "base":
			s.add("links", p.file, n, "<base> changes where every link leads; leave it out")
		case n.Data == "a" || n.Data == "area":
			ref, ok := attr(n, "href")
			if !ok {
				continue
			}
			if strings.HasPrefix(strings.ToLower(strings.TrimSpace(ref)), "javascript:") {
				s.add("inline-code", p.file, n, "a link may not run script")
				continue
			}
			if strings.TrimSpace(ref) == "" {
				s.add("links", p.file, n, "a link that leads nowhere")
				continue
			}
			s.inside(p.file, n, ref)
		case n.Data == "link" && !fetches(n):
			s.inside(p.file, n, value(n, "href"))
		case n.Data == "meta" && slices.Contains([]string{"og:image", "og:url", "og:audio", "og:video", "twitter:image"}, value(n, "property")+value(n, "name")):
			s.inside(p.file, n, value(n, "content"))
		case n.Data == "blockquote" || n.Data == "q" || n.Data == "ins" || n.Data == "del":
			if cite := value(n, "cite"); cite != "" {
				s.inside(p.file, n, cite)
			}
		}
	}
}

// fetches tells whether a <link> makes a browser fetch something or open a connection, rather than only say where
// something is.
func fetches(n *html.Node) bool {
	for rel := range strings.FieldsSeq(strings.ToLower(value(n, "rel"))) {
		switch rel {
		case "canonical", "alternate", "author", "license", "next", "prev", "help", "search", "me", "bookmark", "tag", "up", "edit", "nofollow", "noopener", "external":
		default:
			return true
		}
	}
	// An alternate style sheet is fetched too; its other token already said so.
	return false
}

func thirdParty(s *site, p *page) {
	for _, n := range p.all {
		tag := openingTag(n)
		for _, a := range n.Attr {
			switch {
			case a.Key == "srcset" || a.Key == "imagesrcset":
				for _, ref := range srcset(a.Val) {
					s.resource(p.file, tag, ref)
				}
			case fetched(n, a.Key):
				s.resource(p.file, tag, a.Val)
			case a.Key == "style":
				for _, ref := range cssReferences([]byte(a.Val)) {
					s.resource(p.file, tag, ref)
				}
			}
		}
		switch {
		case n.Data == "style":
			for _, ref := range cssReferences([]byte(text(n))) {
				s.resource(p.file, tag, ref)
			}
		case n.Data == "meta" && strings.EqualFold(value(n, "http-equiv"), "refresh"):
			if _, to := refresh(value(n, "content")); to != "" {
				s.resource(p.file, tag, to)
			}
		}
	}
}

// fetched tells whether a browser asks for what an attribute names without being told to by its reader, or sends
// what a reader typed to it.
func fetched(n *html.Node, key string) bool {
	switch key {
	case "src":
		return true
	case "poster", "background", "ping", "manifest":
		return true
	case "action", "formaction":
		return true
	case "data":
		return n.Data == "object"
	case "href":
		return n.Data == "link" && fetches(n) || n.Namespace == "svg" && n.Data != "a" && !strings.HasPrefix(value(n, "href"), "#")
	}
	return false
}

// srcset returns the addresses in a srcset attribute (HTML, "parse a srcset attribute").
func srcset(list string) []string {
	var refs []string
	for {
		list = strings.TrimLeft(list, " \t\r\n\f,")
		if list == "" {
			return refs
		}
		end := strings.IndexAny(list, " \t\r\n\f")
		if end < 0 {
			end = len(list)
		}
		ref := list[:end]
		list = list[end:]
		if bare := strings.TrimRight(ref, ","); bare != ref {
			refs = append(refs, bare)
			continue
		}
		refs = append(refs, ref)
		if comma := strings.IndexByte(list, ','); comma >= 0 {
			list = list[comma:]
		} else {
			return refs
		}
	}
}

// refresh takes apart the content of a refresh: the seconds to wait, and where it leads.
func refresh(content string) (wait, to string) {
	wait, to, _ = strings.Cut(content, ";")
	to = strings.TrimSpace(to)
	if len(to) >= 4 && strings.EqualFold(to[:4], "url=") {
		to = unquote(strings.TrimSpace(to[4:]))
	}
	return strings.TrimSpace(wait), to
}

func skipLink(s *site, p *page) {
	for _, n := range p.all {
		if !focusable(n) {
			continue
		}
		id, ok := strings.CutPrefix(value(n, "href"), "#")
		if n.Data != "a" || !ok {
			s.add("skip-link", p.file, n, "the first thing that can be reached by keyboard must be a link to the main part")
			return
		}
		for _, target := range p.ids[id] {
			for up := target; up != nil; up = up.Parent {
				if landmark(up) == "main" {
					return
				}
			}
		}
		s.add("skip-link", p.file, n, "the skip link doesn't lead to the main part")
		return
	}
	s.add("skip-link", p.file, nil, "the page has no skip link")
}

func focusable(n *html.Node) bool {
	if hidden(n) || value(n, "tabindex") == "-1" || has(n, "disabled") {
		return false
	}
	switch n.Data {
	case "a", "area":
		return has(n, "href")
	case "button", "select", "textarea", "summary", "iframe":
		return true
	case "input":
		return value(n, "type") != "hidden"
	case "audio", "video":
		return has(n, "controls")
	}
	return has(n, "tabindex") || has(n, "contenteditable")
}

func labels(s *site, p *page) {
	for _, n := range p.all {
		switch n.Data {
		case "input":
			switch value(n, "type") {
			case "hidden", "submit", "reset", "button", "image":
				continue
			}
		case "select", "textarea":
		default:
			continue
		}
		if p.label(n) == "" && p.fieldLabel(n) == "" {
			s.add("labels", p.file, n, "the field has no label; a placeholder isn't one")
		}
		if value(n, "type") == "radio" && !within(n, "fieldset") && closestRole(n, "radiogroup") == nil {
			s.add("labels", p.file, n, "choices that belong together need a <fieldset> with a <legend>")
		}
	}
	for _, n := range p.all {
		if n.Data == "fieldset" {
			first := firstElement(n)
			if first == nil || first.Data != "legend" || squeeze(text(first)) == "" {
				s.add("labels", p.file, n, "the <fieldset> needs a <legend> first, with words")
			}
		}
	}
}

func (p *page) fieldLabel(n *html.Node) string {
	for up := n.Parent; up != nil; up = up.Parent {
		if up.Data == "label" {
			return squeeze(text(up))
		}
	}
	id := value(n, "id")
	for _, l := range p.all {
		if id != "" && l.Data == "label" && value(l, "for") == id {
			return p.name(l)
		}
	}
	return ""
}

func tables(s *site, p *page) {
	for _, n := range p.all {
		if n.Data != "table" || value(n, "role") == "presentation" || value(n, "role") == "none" {
			continue
		}
		heads := 0
		for c := range n.Descendants() {
			if c.Type == html.ElementNode && c.Data == "th" && squeeze(text(c)) != "" {
				heads++
			}
		}
		if heads == 0 {
			s.add("tables", p.file, n, "the table has no header cells with words in them (<th>)")
		}
	}
}

func inlineCode(s *site, p *page) {
	for _, n := range p.all {
		switch n.Data {
		case "script":
			kind := strings.ToLower(value(n, "type"))
			data := kind == "application/json" || kind == "application/ld+json" // read by programs, never run
			if !has(n, "src") && !data {
				s.add("inline-code", p.file, n, "script belongs in a file of its own")
			}
		case "style":
			s.add("inline-code", p.file, n, "styles belong in a file of their own")
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "style":
				s.add("inline-code", p.file, n, "the style attribute; use a class")
			case strings.HasPrefix(a.Key, "on"):
				s.add("inline-code", p.file, n, "the event handler %s; listen from a script file", a.Key)
			case a.Key == "srcdoc":
				s.add("inline-code", p.file, n, "a document inside an attribute")
			}
		}
	}
}

func zoom(s *site, p *page) {
	for _, n := range p.all {
		if n.Data != "meta" || !strings.EqualFold(value(n, "name"), "viewport") {
			continue
		}
		settings := map[string]string{}
		for part := range strings.FieldsFuncSeq(value(n, "content"), func(r rune) bool { return r == ',' || r == ';' }) {
			key, val, _ := strings.Cut(part, "=")
			settings[strings.ToLower(strings.TrimSpace(key))] = strings.ToLower(strings.TrimSpace(val))
		}
		if settings["width"] != "device-width" {
			s.add("zoom", p.file, n, "the viewport must be width=device-width, or small screens show a tiny page")
		}
		if scalable, set := settings["user-scalable"]; set && scalable != "yes" && scalable != "1" {
			s.add("zoom", p.file, n, "user-scalable=%s forbids zooming", scalable)
		}
		if limit, set := settings["maximum-scale"]; set {
			if most, err := strconv.ParseFloat(limit, 64); err != nil || most < 5 {
				s.add("zoom", p.file, n, "maximum-scale=%s limits zooming", limit)
			}
		}
		return
	}
	s.add("zoom", p.file, nil, "the head has no viewport, so phones show a tiny page")
}

func autoplay(s *site, p *page) {
	for _, n := range p.all {
		switch {
		case n.Data == "audio" || n.Data == "video":
			if has(n, "autoplay") {
				s.add("autoplay", p.file, n, "a recording may only play when its listener starts it")
			}
			if !has(n, "controls") {
				s.add("autoplay", p.file, n, "a recording needs controls, or nobody can start, stop or quieten it")
			}
		case n.Data == "marquee" || n.Data == "blink":
			s.add("autoplay", p.file, n, "moving text")
		case n.Data == "meta" && strings.EqualFold(value(n, "http-equiv"), "refresh"):
			if wait, _ := refresh(value(n, "content")); wait != "0" {
				s.add("autoplay", p.file, n, "the page changes by itself after %s seconds", wait)
			}
		}
	}
}

func keyboard(s *site, p *page) {
	for _, n := range p.all {
		if index, err := strconv.Atoi(value(n, "tabindex")); err == nil && index > 0 {
			s.add("keyboard", p.file, n, "tabindex=%d upsets the order of the page; use 0 or -1", index)
		}
		if has(n, "accesskey") {
			s.add("keyboard", p.file, n, "an access key clashes with keys of browsers and screen readers")
		}
		if n.Data == "a" && !has(n, "href") && has(n, "tabindex") {
			s.add("keyboard", p.file, n, "a link without an address that pretends to be pressable")
		}
	}
}

func policy(s *site, p *page) {
	for _, n := range p.all {
		if n.Data == "script" || n.Data == "style" || n.Data == "img" || n.Data == "link" && fetches(n) {
			s.add("csp", p.file, n, "stands before the Content-Security-Policy, which so doesn't hold for it; move the policy up")
			return
		}
		if n.Data == "body" {
			break
		}
		if n.Data != "meta" || !strings.EqualFold(value(n, "http-equiv"), "content-security-policy") {
			continue
		}
		seen := map[string]bool{}
		for part := range strings.SplitSeq(value(n, "content"), ";") {
			words := strings.Fields(strings.ToLower(part))
			if len(words) == 0 {
				continue
			}
			directive := words[0]
			seen[directive] = true
			switch directive {
			case "frame-ancestors", "report-uri", "sandbox":
				s.add("csp", p.file, n, "%s does nothing in a page, and browsers complain of it; set it as a header", directive)
			case "default-src":
				if !slices.Equal(words[1:], []string{"'none'"}) && !slices.Equal(words[1:], []string{"'self'"}) {
					s.add("csp", p.file, n, "default-src must be 'none' or 'self'")
				}
			}
			for _, source := range words[1:] {
				switch source {
				case "'none'", "'self'":
				case "data:", "blob:":
					if directive != "img-src" && directive != "media-src" {
						s.add("csp", p.file, n, "%s may not take %s", directive, source)
					}
				default:
					if strings.HasSuffix(directive, "-src") || strings.HasPrefix(source, "'unsafe") {
						s.add("csp", p.file, n, "%s lets in %s", directive, source)
					}
				}
			}
		}
		for _, needed := range []string{"default-src", "base-uri", "form-action"} {
			if !seen[needed] {
				s.add("csp", p.file, n, "the policy has no %s", needed)
			}
		}
		return
	}
	s.add("csp", p.file, nil, "the head has no Content-Security-Policy")
}

func referrer(s *site, p *page) {
	for _, n := range p.all {
		if n.Data == "meta" && strings.EqualFold(value(n, "name"), "referrer") {
			switch value(n, "content") {
			case "no-referrer", "same-origin", "strict-origin", "origin", "strict-origin-when-cross-origin":
				return
			}
			s.add("referrer", p.file, n, "this policy tells other sites which page a reader came from")
			return
		}
	}
	s.add("referrer", p.file, nil, "the head has no referrer policy")
}

func canonical(s *site, p *page) {
	var found *html.Node
	for _, n := range p.all {
		if n.Data == "link" && hasToken(value(n, "rel"), "canonical") {
			if found != nil {
				s.add("canonical", p.file, n, "the page has two canonical links")
			}
			found = n
		}
	}
	switch {
	case found == nil && p.file != "404.html" && p.file != "index.html":
		s.add("canonical", p.file, nil, "the page has no canonical link")
	case found == nil:
	case p.file == "404.html":
		s.add("canonical", p.file, found, "the page for missing addresses has no address of its own")
	case !strings.HasPrefix(value(found, "href"), s.home.String()):
		s.add("canonical", p.file, found, "the canonical link must begin with %s", s.home)
	case !p.onward && value(found, "href") != s.where(p.file).String():
		s.add("canonical", p.file, found, "the page's own address is %s", s.where(p.file))
	}
}

// label gives the name that an element gets from ARIA or its title.
func (p *page) label(n *html.Node) string {
	var parts []string
	for id := range strings.FieldsSeq(value(n, "aria-labelledby")) {
		for _, other := range p.ids[id] {
			parts = append(parts, squeeze(text(other)))
		}
	}
	if named := squeeze(strings.Join(parts, " ")); named != "" {
		return named
	}
	if named := squeeze(value(n, "aria-label")); named != "" {
		return named
	}
	return squeeze(value(n, "title"))
}

// name gives what a screen reader would call an element: a short form of "Accessible Name and Description
// Computation" that covers what static pages use.
func (p *page) name(n *html.Node) string {
	if named := p.label(n); named != "" && (has(n, "aria-labelledby") || has(n, "aria-label")) {
		return named
	}
	var b strings.Builder
	p.spoken(n, &b)
	if said := squeeze(b.String()); said != "" {
		return said
	}
	return p.label(n)
}

func (p *page) spoken(n *html.Node, b *strings.Builder) {
	for c := range n.ChildNodes() {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.Type != html.ElementNode || value(c, "aria-hidden") == "true" || has(c, "hidden"):
		case c.Data == "img":
			b.WriteString(" " + value(c, "alt") + " ")
		case has(c, "aria-label") || has(c, "aria-labelledby"):
			b.WriteString(" " + p.label(c) + " ")
		default:
			p.spoken(c, b)
		}
	}
}

// hidden tells whether an element, or one around it, is hidden from everyone or from screen readers.
func hidden(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if has(n, "hidden") || value(n, "aria-hidden") == "true" || n.Data == "template" {
			return true
		}
	}
	return false
}

func within(n *html.Node, tag string) bool {
	for up := n.Parent; up != nil; up = up.Parent {
		if up.Data == tag {
			return true
		}
	}
	return false
}

func closestRole(n *html.Node, role string) *html.Node {
	for up := n.Parent; up != nil; up = up.Parent {
		if value(up, "role") == role {
			return up
		}
	}
	return nil
}

func firstElement(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func value(n *html.Node, key string) string {
	v, _ := attr(n, key)
	return v
}

func has(n *html.Node, key string) bool {
	_, ok := attr(n, key)
	return ok
}

func hasToken(list, token string) bool {
	for word := range strings.FieldsSeq(list) {
		if strings.EqualFold(word, token) {
			return true
		}
	}
	return false
}

func text(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

func squeeze(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

// openingTag writes an element's opening tag, shortened, so that its place can be found in the file.
func openingTag(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("<" + n.Data)
	for _, a := range n.Attr {
		val := a.Val
		if short := []rune(val); len(short) > 60 {
			val = string(short[:60]) + "…"
		}
		b.WriteString(" " + a.Key + `="` + val + `"`)
	}
	b.WriteString(">")
	return b.String()
}
