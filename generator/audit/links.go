package audit

import (
	"bytes"
	"path"
	"strings"
)

// root is where the site lives: its origin (https://stories.example.org) and
// the path that all its addresses begin with, which begins and ends in a slash.
type root struct{ origin, base string }

func newRoot(url, base string) root {
	r := root{base: "/" + strings.Trim(base, "/") + "/"}
	if strings.Trim(base, "/") == "" {
		r.base = "/"
	}
	if scheme, rest, ok := strings.Cut(url, "://"); ok {
		host, _, _ := strings.Cut(rest, "/")
		r.origin = strings.ToLower(scheme + "://" + host)
	}
	return r
}

// faultKind is a kind of fault in a link.
type faultKind uint8

const (
	noTarget   faultKind = iota // leads to nothing on the site
	noFragment                  // that page has no such place
	otherHost                   // asks something of another host
)

// fault is a link that doesn't work, or a request that may not be made.
type fault struct {
	kind faultKind
	ref  string
}

// place is a place on a page that a link leads to.
type place struct {
	target   int // index of the file
	fragment string
	ref      string // as it stands
}

// outcome of resolving a reference.
const (
	elsewhere = -1 // another host or scheme
	nowhere   = -2 // this site, but nothing there
	outside   = -3 // the same host, but not this site
)

// linkCheck resolves addresses; each core has its own.
type linkCheck struct {
	root  root
	files map[string]int
	// more finds a file that isn't among files; it may be slow.
	more func(name string) (int, bool)
	name []byte // lent to plain
}

// pageLinks judges the links of one page.
type pageLinks struct {
	*linkCheck
	file int
	name string
	// feed is set for feeds and the like, in which nothing is fetched.
	feed   bool
	ids    map[string]bool
	faults []fault
	places []place
	// tied says that what was read since it was cleared concerns this page alone (see repeats).
	tied bool
	// toldFaults and toldPlaces are those so far: a page may have thousands of the same.
	toldFaults map[fault]bool
	toldPlaces map[place]bool
}

func (p *pageLinks) open(file int, name string, feed bool) {
	p.file, p.name, p.feed = file, name, feed
	p.ids, p.toldFaults, p.toldPlaces = emptied(p.ids), emptied(p.toldFaults), emptied(p.toldPlaces)
	p.faults, p.places = p.faults[:0], p.places[:0]
}

// emptied returns an empty map; one that has grown large is slow to clear, page after page.
func emptied[K comparable](m map[K]bool) map[K]bool {
	const large = 1000
	if len(m) > large {
		return map[K]bool{}
	}
	clear(m)
	return m
}

// element judges the links of one start tag, and remembers its id.
func (p *pageLinks) element(tag []byte, attributes []attribute) {
	for _, a := range attributes {
		if !a.hasValue {
			continue
		}
		switch string(a.name) {
		case "id":
			p.id(decoded(a.value))
		case "name":
			if string(tag) == "a" {
				p.id(decoded(a.value))
			}
		case "href", "xlink:href":
			switch string(tag) {
			case "a", "area":
				p.link(decoded(a.value))
			case "link":
				if fetches(attributeOf(attributes, "rel")) {
					p.fetch(decoded(a.value))
				} else {
					p.link(decoded(a.value))
				}
			case "base":
			default: // <image>, <use> and their like in drawings
				p.fetch(decoded(a.value))
			}
		case "action", "formaction", "cite", "xmlurl", "htmlurl", "url":
			p.link(decoded(a.value))
		case "src", "poster", "background", "manifest", "ping", "codebase":
			p.fetch(decoded(a.value))
		case "data":
			if string(tag) == "object" {
				p.fetch(decoded(a.value))
			}
		case "srcset", "imagesrcset":
			p.fetchSet(decoded(a.value))
		case "content":
			if bytes.EqualFold(attributeOf(attributes, "http-equiv"), []byte("refresh")) {
				if _, to := refresh(decoded(a.value)); to != nil {
					p.link(to)
				}
			}
		}
	}
}

// id remembers a place on this page.
func (p *pageLinks) id(id []byte) {
	p.tied = true
	p.ids[string(id)] = true
}

func decoded(value []byte) []byte {
	if bytes.IndexByte(value, '&') < 0 {
		return value
	}
	return decodeReferences(nil, value, true)
}

// fetches reports whether a <link> makes a browser ask for something by itself.
func fetches(rel []byte) bool {
	for _, token := range bytes.Fields(lower(rel)) {
		switch string(token) {
		case "stylesheet", "icon", "apple-touch-icon", "mask-icon", "preload", "prefetch", "modulepreload", "preconnect", "dns-prefetch", "prerender", "manifest", "pingback":
			return true
		}
	}
	return false
}

// fetchSet judges the candidates of a srcset, which are separated by commas and white space.
func (p *pageLinks) fetchSet(set []byte) {
	for len(set) > 0 {
		set = bytes.TrimLeft(set, " \t\r\n\f,")
		end := bytes.IndexAny(set, " \t\r\n\f")
		if end < 0 {
			end = len(set)
		}
		candidate := set[:end]
		set = set[end:]
		if bytes.HasSuffix(candidate, []byte(",")) {
			candidate = bytes.TrimRight(candidate, ",")
		} else if comma := bytes.IndexByte(set, ','); comma >= 0 {
			set = set[comma:]
		} else {
			set = nil
		}
		if len(candidate) > 0 {
			p.fetch(candidate)
		}
	}
}

// link judges an address that a reader may follow.
func (p *pageLinks) link(ref []byte) { p.judge(ref, false) }

// fetch judges an address that a browser asks for by itself.
func (p *pageLinks) fetch(ref []byte) { p.judge(ref, !p.feed) }

func (p *pageLinks) judge(ref []byte, fetched bool) {
	ref = bytes.TrimSpace(ref)
	address, fragment, hasFragment := bytes.Cut(ref, []byte("#"))
	p.tied = p.tied || hasFragment || len(address) == 0 || address[0] != '/'
	target := p.file
	if len(address) > 0 && address[0] != '?' {
		target = p.resolve(address, p.name)
	} else if fetched {
		return // a part of the drawing itself, or nothing
	}
	switch {
	case target == elsewhere:
		if fetched && !isLocal(address) {
			p.fault(otherHost, ref)
		}
	case target == nowhere:
		p.fault(noTarget, ref)
	case hasFragment && !fetched && len(fragment) > 0 && !bytes.EqualFold(fragment, []byte("top")) && !bytes.HasPrefix(fragment, []byte(":~:")):
		fragment, _, _ = bytes.Cut(fragment, []byte(":~:"))
		to := place{target: target, fragment: string(fragment)}
		if !p.toldPlaces[to] {
			p.toldPlaces[to] = true
			to.ref = string(ref)
			p.places = append(p.places, to)
		}
	}
}

func (p *pageLinks) fault(kind faultKind, ref []byte) {
	p.tied = true
	f := fault{kind, string(ref)}
	if !p.toldFaults[f] {
		p.toldFaults[f] = true
		p.faults = append(p.faults, f)
	}
}

// isLocal reports whether an address with a scheme asks nothing of any host.
func isLocal(address []byte) bool {
	scheme, _, _ := bytes.Cut(lower(address), []byte(":"))
	switch string(scheme) {
	case "data", "blob", "about", "javascript", "mailto", "tel":
		return true
	}
	return false
}

// resolve finds the file that an address without fragment leads to.
func (c *linkCheck) resolve(address []byte, from string) int {
	if address[0] != '/' && scheme(address) == "" {
		if q := bytes.IndexByte(address, '?'); q >= 0 {
			address = address[:q]
		}
		full := path.Join("/", path.Dir(from), string(percentDecoded(address)))
		if bytes.HasSuffix(address, []byte("/")) || bytes.HasSuffix(address, []byte("/.")) || bytes.HasSuffix(address, []byte("..")) || len(address) == 1 && address[0] == '.' {
			full += "/"
		}
		return c.find(strings.TrimPrefix(strings.ReplaceAll(full, "//", "/"), "/"))
	}
	return c.absolute(address)
}

// plain finds the file of an address from the root that has nothing to be
// taken apart: nearly all have none, and so cost one look into the list of files.
func (c *linkCheck) plain(address []byte) (target int, ok bool) {
	rest, ok := bytes.CutPrefix(address, []byte(c.root.base))
	if !ok {
		return 0, false
	}
	for i, b := range address {
		if b == '%' || (b == '.' || b == '/') && i > 0 && address[i-1] == '/' {
			return 0, false
		}
	}
	c.name = append(c.name[:0], rest...)
	if len(rest) == 0 || rest[len(rest)-1] == '/' {
		c.name = append(c.name, "index.html"...)
	}
	target, ok = c.files[string(c.name)]
	return target, ok
}

// scheme returns an address's scheme in lower case, or "".
func scheme(address []byte) string {
	for i, c := range address {
		switch {
		case c == ':':
			return strings.ToLower(string(address[:i]))
		case asciiFold[c] == 0 && c != '+' && c != '-' && c != '.':
			return ""
		}
	}
	return ""
}

func (c *linkCheck) absolute(address []byte) int {
	address, _, _ = bytes.Cut(address, []byte("?"))
	if bytes.HasPrefix(address, []byte("//")) {
		protocol, _, _ := strings.Cut(c.root.origin, "//")
		address = append([]byte(protocol), address...)
	}
	full := address[0] != '/'
	if full {
		n := len(c.root.origin)
		if n == 0 || len(address) < n || !strings.EqualFold(string(address[:n]), c.root.origin) || len(address) > n && address[n] != '/' {
			return elsewhere
		}
		if address = address[n:]; len(address) == 0 {
			address = []byte("/")
		}
	}
	if target, ok := c.plain(address); ok {
		return target
	}
	clean := string(percentDecoded(address))
	if strings.Contains(clean, "/.") || strings.Contains(clean, "//") {
		slash := strings.HasSuffix(clean, "/")
		if clean = path.Clean(clean); slash && clean != "/" {
			clean += "/"
		}
	}
	if clean+"/" == c.root.base {
		clean = c.root.base
	}
	rest, ok := strings.CutPrefix(clean, c.root.base)
	switch {
	case ok:
		return c.find(rest)
	case full:
		return outside
	}
	return nowhere
}

// find returns the file that a path from the site's root leads to.
func (c *linkCheck) find(name string) int {
	if name == "" || strings.HasSuffix(name, "/") {
		name += "index.html"
	}
	if file, ok := c.files[name]; ok {
		return file
	}
	if file, ok := c.files[name+"/index.html"]; ok {
		return file
	}
	for _, form := range []string{name, name + "/index.html"} {
		if file, ok := c.more(form); ok {
			return file
		}
	}
	return nowhere
}
