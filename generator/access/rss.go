package access

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// RSSRules are the rules of [CheckRSS] and [CheckContent]. The RSS Advisory Board's profile is at
// https://www.rssboard.org/rss-profile.
var RSSRules = []Rule{
	{"xml", "XML 1.0: well-formed, declared namespaces, no control characters"},
	{"structure", "RSS 2.0: required elements, none unknown, none twice"},
	{"self", "RSS profile, \"atom:link\": the feed says where it is"},
	{"language", "RSS 2.0 language; WCAG 3.1.1"},
	{"date", "RSS profile: RFC 822 dates with years of four digits"},
	{"guid", "RSS profile, \"guid\"; our ids are opaque, never addresses"},
	{"absolute", "RSS profile: every address is whole"},
	{"author", "RSS 2.0: author is an e-mail address; a name goes into dc:creator"},
	{"enclosure", "RSS profile, \"enclosure\": one, with url, length and type"},
	{"content", "promises 7: pictures keep their alt, and nothing runs or is styled"},
}

// XML namespaces that feeds use.
const (
	atomSpace    = "http://www.w3.org/2005/Atom"
	contentSpace = "http://purl.org/rss/1.0/modules/content/"
)

// The elements that RSS 2.0 knows; those in repeatable may stand more than once.
var (
	channelElements = []string{"title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate", "lastBuildDate",
		"category", "generator", "docs", "cloud", "ttl", "image", "textInput", "skipHours", "skipDays", "item"}
	itemElements = []string{"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"}
	repeatable   = []string{"category", "item"}
)

// CheckRSS reads one RSS 2.0 feed and returns what breaks one of [RSSRules], in the order of the feed.
func CheckRSS(feed []byte) []Finding {
	c := &rss{guids: map[string]bool{}}
	root, err := readXML(feed)
	if err != nil {
		c.add("xml", nil, "the feed isn't well-formed XML: %v", err)
		return c.found
	}
	c.namespaces(root)
	if root.Name.Local != "rss" || root.attr("version") != "2.0" {
		c.add("structure", root, "the feed must be <rss version=\"2.0\">")
		return c.found
	}
	channels := root.named("", "channel")
	if len(channels) != 1 {
		c.add("structure", root, "the feed has %d channels; one is right", len(channels))
		return c.found
	}
	c.channel(channels[0])
	return c.found
}

type rss struct {
	found []Finding
	guids map[string]bool
}

func (c *rss) add(rule string, e *element, format string, args ...any) {
	f := Finding{Rule: rule, Message: fmt.Sprintf(format, args...)}
	if e != nil {
		f.Element = "<" + e.Name.Local + "> at byte " + strconv.FormatInt(e.Offset, 10)
	}
	c.found = append(c.found, f)
}

// namespaces looks for prefixes without a declaration, which Go's decoder leaves standing as if they were a name.
func (c *rss) namespaces(e *element) {
	if e.Name.Space != "" && !strings.Contains(e.Name.Space, ":") {
		c.add("xml", e, "the prefix %q isn't declared", e.Name.Space)
	}
	for _, child := range e.Children {
		c.namespaces(child)
	}
}

func (c *rss) channel(ch *element) {
	c.shape(ch, channelElements)
	for _, needed := range []string{"title", "link", "description"} {
		if strings.TrimSpace(ch.text("", needed)) == "" {
			c.add("structure", ch, "the channel has no %s", needed)
		}
	}
	if tag := ch.text("", "language"); tag == "" {
		c.add("language", ch, "the channel doesn't say its language")
	} else if _, ok := bcp47(tag); !ok {
		c.add("language", ch, "%q isn't a language tag", tag)
	}
	var selves []*element
	for _, l := range ch.named(atomSpace, "link") {
		if l.attr("rel") == "self" {
			selves = append(selves, l)
		}
	}
	switch {
	case len(selves) != 1:
		c.add("self", ch, "the channel has %d <atom:link rel=\"self\">; one is right", len(selves))
	case selves[0].attr("type") != "application/rss+xml":
		c.add("self", selves[0], "the type of an RSS feed is application/rss+xml")
	}
	for _, image := range ch.named("", "image") {
		for _, needed := range []string{"url", "title", "link"} {
			if image.text("", needed) == "" {
				c.add("structure", image, "the feed's picture has no %s", needed)
			}
		}
		c.absolute(image, image.text("", "url"))
	}
	c.common(ch)
	for _, item := range ch.named("", "item") {
		c.item(item)
	}
}

func (c *rss) item(item *element) {
	c.shape(item, itemElements)
	if strings.TrimSpace(item.text("", "title")) == "" && strings.TrimSpace(item.text("", "description")) == "" {
		c.add("structure", item, "an item needs a title or a description")
	}
	c.common(item)
	switch guids := item.named("", "guid"); {
	case len(guids) == 0 || strings.TrimSpace(guids[0].Text) == "":
		c.add("guid", item, "the item has no guid")
	case c.guids[guids[0].Text]:
		c.add("guid", guids[0], "the guid %q is used twice", guids[0].Text)
	case guids[0].attr("isPermaLink") != "false":
		c.add("guid", guids[0], "the guid must say isPermaLink=\"false\"")
		fallthrough
	default:
		c.guids[guids[0].Text] = true
	}
	for _, author := range item.named("", "author") {
		if _, err := mail.ParseAddress(author.Text); err != nil {
			c.add("author", author, "not an e-mail address; a name belongs in <dc:creator>")
		}
	}
	enclosures := item.named("", "enclosure")
	if len(enclosures) > 1 {
		c.add("enclosure", enclosures[1], "the item has %d enclosures; many readers take only one", len(enclosures))
	}
	for _, e := range enclosures {
		c.absolute(e, e.attr("url"))
		if n, err := strconv.ParseInt(e.attr("length"), 10, 64); err != nil || n < 0 {
			c.add("enclosure", e, "length must be the number of bytes")
		}
		if !strings.Contains(e.attr("type"), "/") {
			c.add("enclosure", e, "type must be a media type such as audio/mpeg")
		}
	}
	for _, e := range item.Children {
		if e.Name.Local == "description" && e.Name.Space == "" || e.Name.Local == "encoded" && e.Name.Space == contentSpace {
			for _, f := range CheckContent(e.Text) {
				f.Element = strings.TrimSpace("<" + e.Name.Local + "> " + f.Element)
				c.found = append(c.found, f)
			}
		}
	}
}

// shape looks for elements that RSS doesn't know, and for those that may stand only once.
func (c *rss) shape(e *element, known []string) {
	seen := map[string]bool{}
	for _, child := range e.Children {
		name := child.Name.Local
		if child.Name.Space != "" {
			continue
		}
		if !slices.Contains(known, name) {
			c.add("structure", child, "RSS knows no <%s> here", name)
		}
		if seen[name] && !slices.Contains(repeatable, name) {
			c.add("structure", child, "<%s> stands twice", name)
		}
		seen[name] = true
	}
}

// common judges what channels and items share: dates and addresses.
func (c *rss) common(e *element) {
	for _, child := range e.Children {
		switch {
		case child.Name.Space == "" && (child.Name.Local == "pubDate" || child.Name.Local == "lastBuildDate"):
			if why := rfc822(child.Text); why != "" {
				c.add("date", child, "%q %s", child.Text, why)
			}
		case child.Name.Space == "" && slices.Contains([]string{"link", "comments", "docs"}, child.Name.Local):
			c.absolute(child, strings.TrimSpace(child.Text))
		case child.Name.Space != "":
			for _, key := range []string{"href", "url"} {
				if ref := child.attr(key); ref != "" {
					c.absolute(child, ref)
				}
			}
		}
	}
}

func (c *rss) absolute(e *element, ref string) {
	if !isAbsolute(ref) {
		c.add("absolute", e, "%q isn't a whole address", ref)
	}
}

func isAbsolute(ref string) bool {
	u, err := url.Parse(ref)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// rfc822 says what is wrong with a date, or "" (RFC 822 section 5, years of four digits as the RSS profile wants).
func rfc822(s string) string {
	for _, layout := range []string{
		"Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 -0700",
		"Mon, 2 Jan 2006 15:04:05 MST", "Mon, 2 Jan 2006 15:04 MST", "2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04 MST",
	} {
		when, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if day, _, named := strings.Cut(s, ","); named && day != when.Weekday().String()[:3] {
			return "isn't a " + day
		}
		if zone, offset := when.Zone(); strings.HasSuffix(layout, "MST") && offset == 0 && zone != "GMT" && zone != "UT" && zone != "UTC" && zone != "Z" {
			return "has a time zone that readers don't know; use +0100"
		}
		return ""
	}
	return "isn't an RFC 822 date such as Sat, 02 May 2026 00:00:00 +0100"
}

// CheckContent judges the HTML of one feed item, in any feed format, by the rules "absolute" and "content": every
// address is whole, pictures keep their alt, and nothing in it runs, is styled or is left to the page around it.
// Plain text passes.
func CheckContent(fragment string) []Finding {
	var found []Finding
	add := func(rule string, n *html.Node, format string, args ...any) {
		found = append(found, Finding{Rule: rule, Element: openingTag(n), Message: fmt.Sprintf(format, args...)})
	}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		add("content", nil, "the item's HTML can't be read: %v", err)
		return found
	}
	for _, top := range nodes {
		all := []*html.Node{top}
		for n := range top.Descendants() {
			all = append(all, n)
		}
		for _, n := range all {
			if n.Type != html.ElementNode {
				continue
			}
			switch n.Data {
			case "script", "style", "iframe", "object", "embed", "form", "link", "meta", "base":
				add("content", n, "feed readers may not be given <%s>", n.Data)
			case "img":
				if !has(n, "alt") {
					add("content", n, "the picture lost its alt")
				}
			}
			for _, a := range n.Attr {
				switch {
				case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
					add("content", n, "the attribute %s doesn't belong in a feed", a.Key)
				case a.Key == "srcset":
					for _, ref := range srcset(a.Val) {
						if !isAbsolute(ref) {
							add("absolute", n, "%q isn't a whole address", ref)
						}
					}
				case a.Key == "href" || a.Key == "src" || a.Key == "poster" || a.Key == "cite":
					u, err := url.Parse(a.Val)
					if err == nil && (u.Scheme == "mailto" || u.Scheme == "tel") {
						continue
					}
					if !isAbsolute(a.Val) {
						add("absolute", n, "%q isn't a whole address", a.Val)
					}
				}
			}
		}
	}
	return found
}

// element is one XML element, with its own character data joined up.
type element struct {
	Name     xml.Name
	Attr     []xml.Attr
	Offset   int64 // where its opening tag ends in the file, in bytes
	Text     string
	Children []*element
}

func (e *element) attr(name string) string {
	for _, a := range e.Attr {
		if a.Name.Space == "" && a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e *element) named(space, local string) []*element {
	var found []*element
	for _, c := range e.Children {
		if c.Name.Space == space && c.Name.Local == local {
			found = append(found, c)
		}
	}
	return found
}

func (e *element) text(space, local string) string {
	if found := e.named(space, local); len(found) > 0 {
		return found[0].Text
	}
	return ""
}

// readXML reads one document into its root element. It refuses what Go's decoder alone would let pass: a second
// root, text outside it, and a document type, which may name files to be fetched.
func readXML(data []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	var root *element
	var open []*element
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			if root == nil {
				return nil, errors.New("there is nothing in it")
			}
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{Name: t.Name, Attr: slices.Clone(t.Attr), Offset: decoder.InputOffset()}
			switch {
			case len(open) > 0:
				up := open[len(open)-1]
				up.Children = append(up.Children, e)
			case root != nil:
				return nil, errors.New("it has two outermost elements")
			default:
				root = e
			}
			open = append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].Text += string(t)
			} else if len(bytes.TrimSpace(t)) > 0 {
				return nil, errors.New("words stand outside the outermost element")
			}
		case xml.Directive:
			return nil, errors.New("it has a document type")
		}
	}
}
