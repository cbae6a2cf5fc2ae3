package render

import (
	"bytes"
	"html"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/weave"
)

// What the three feed formats and the podcast share: what an entry says, when
// it is dated, and that each entry is made once however many feeds carry it.
//
// Days. A feed wants moments, and people give days, months or years. Every date
// is noon in the site's time zone, so that it reads as the right day to almost
// every reader of the site; a month is dated on its first day and a year on
// 1 January. An entry without a date has none in RSS and JSON Feed. Atom must
// have one (RFC 4287, section 4.1.2), which is 1 January 1970 then: it never
// changes, so no reader takes the entry for new, and it sorts behind all others.
//
// What is shown. A content note comes first, wherever words of a story follow; then, that an item was invented.
// With `feed: full` the intro, the picture, a note's key points and the text
// follow it, and recordings are attached; otherwise the intro alone, and without
// an intro nothing: no excerpt is ever made (spec, promise 3).

// feedContext gives what feeds need from the page renderer. It is safe for
// concurrent use, and made anew for each build.
type feedContext struct {
	site *weave.Site
	// html renders a text for feeds: absolute addresses, pictures as plain <img> with alt.
	html func(weave.Text) string
	// image and recording give the published address, media type and size in
	// bytes of a file (and the length of a recording in seconds); ok is false
	// when it isn't published.
	image     func(*gate.Medium) (url, mime string, size int64, ok bool)
	recording func(*gate.Medium) (url, mime string, size int64, seconds int, ok bool)
	// word returns an interface word in the site's language.
	word func(key string) string

	entries entryCache
}

// moment returns noon of a day in the site's time zone.
func (c *feedContext) moment(d consent.Day) time.Time {
	zone := c.site.Zone
	if zone == nil {
		zone = time.UTC
	}
	year, month, day := d.Date()
	return time.Date(year, month, day, 12, 0, 0, 0, zone)
}

// published returns when an entry is dated, or "" when its date isn't known.
func (c *feedContext) published(e *weave.Entry, layout string) string {
	if e.Published.IsZero() {
		return ""
	}
	return c.moment(e.Published.First()).Format(layout)
}

// address makes an address on the site whole. The site's own addresses begin
// with its base path.
func (c *feedContext) address(url string) string {
	if url == "" || strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
		return url
	}
	return strings.TrimSuffix(c.site.URL, c.site.Base) + url
}

// place returns the address of a file in a feed's folder.
func place(site *weave.Site, folder, file string) string {
	return site.URL + strings.TrimPrefix(folder, "/") + file
}

// foreign returns an entry's language when it isn't the site's, else "".
func (c *feedContext) foreign(e *weave.Entry) string {
	if e.Lang == c.site.Language {
		return ""
	}
	return e.Lang
}

// about returns what the feed says it is.
func (c *feedContext) about(f *weave.Feed) string {
	if about := plain(c.site.Description); about != "" {
		return about
	}
	return plain(f.Title)
}

// invented returns the words that say that an entry was invented, as its page does, or "".
func (c *feedContext) invented(e *weave.Entry) (label, words string) {
	if !e.Illustrative {
		return "", ""
	}
	if e.Kind == "story" {
		return c.word("illustrative"), c.word("illustrative-story")
	}
	return c.word("illustrative"), c.word("illustrative-item")
}

// summary returns what stands above an entry's text, as plain words: its content note, that it is invented, its intro.
func (c *feedContext) summary(e *weave.Entry) string {
	var parts []string
	if note := plain(e.ContentNote); note != "" {
		note = c.word("content-note") + ": " + note
		if last, _ := utf8.DecodeLastRuneInString(note); !unicode.IsPunct(last) {
			note += "." // readers show a summary as one line
		}
		parts = append(parts, note)
	}
	if label, words := c.invented(e); label != "" {
		parts = append(parts, label+" "+words)
	}
	if intro := plain(e.Summary); intro != "" {
		parts = append(parts, intro)
	}
	return strings.Join(parts, "\n\n")
}

// content returns an entry's words as HTML with whole addresses, or "" when it has none to show.
func (c *feedContext) content(e *weave.Entry) string {
	var b strings.Builder
	label := ""
	if lang := c.foreign(e); lang != "" {
		b.WriteString(`<div lang="` + html.EscapeString(lang) + `" dir="` + direction(lang) + `">`)
		label = ` lang="` + html.EscapeString(c.site.Language) + `"`
	} else if direction(c.site.Language) == "rtl" {
		b.WriteString(`<div dir="rtl">`)
	}
	opened := b.Len()
	if note := plain(e.ContentNote); note != "" {
		b.WriteString("<p><strong" + label + ">" + html.EscapeString(c.word("content-note")) + ":</strong> " + html.EscapeString(note) + "</p>\n")
	}
	if invented, words := c.invented(e); invented != "" {
		b.WriteString("<p" + label + "><strong>" + html.EscapeString(invented) + "</strong> " + html.EscapeString(words) + "</p>\n")
	}
	if intro := plain(e.Summary); intro != "" {
		b.WriteString("<p>" + html.EscapeString(intro) + "</p>\n")
	}
	if e.Text != nil {
		c.fullContent(&b, e)
	}
	if b.Len() == opened {
		return ""
	}
	if opened > 0 {
		b.WriteString("</div>")
	}
	return legible(b.String())
}

// fullContent writes what `feed: full` adds: the chosen picture unless the text holds it, key points, and the text.
func (c *feedContext) fullContent(b *strings.Builder, e *weave.Entry) {
	if m := e.Image; m != nil && !shows(e.Text, m) {
		if url, _, _, ok := c.image(m); ok {
			b.WriteString(`<p><img src="` + html.EscapeString(c.address(url)) + `" alt="` + html.EscapeString(m.Alt) + "\"></p>\n")
		}
	}
	around := func(t weave.Text) {
		if !t.Body.IsEmpty() {
			b.WriteString(wholeHost(c.html(t)))
		}
	}
	around(e.Opening)
	if len(e.Points) > 0 {
		heading := e.PointsHeading
		if heading == "" {
			heading = c.word("key-points")
		}
		b.WriteString("<h2>" + html.EscapeString(heading) + "</h2>\n")
		around(e.PointsLead)
		b.WriteString("<ul>\n")
		for _, p := range e.Points {
			b.WriteString("<li>" + wholeHost(c.html(p)) + "</li>\n")
		}
		b.WriteString("</ul>\n")
		around(e.PointsTail)
	}
	b.WriteString(wholeHost(c.html(*e.Text)))
}

// shows reports whether a text has the picture among its own.
func shows(t *weave.Text, m *gate.Medium) bool {
	if t.Body == nil {
		return false
	}
	for _, im := range t.Body.Images {
		if im.File == m.File {
			return true
		}
	}
	return false
}

// wholeHost completes links that leave out the scheme (//example.org/), which
// mean nothing in a feed reader. Quotation marks in text are escaped, so this
// finds attributes only.
func wholeHost(h string) string { return strings.ReplaceAll(h, ` href="//`, ` href="https://`) }

// attachment is a recording that an entry carries.
type attachment struct {
	url, mime string
	size      int64 // bytes
	seconds   int   // 0 when it isn't known
}

// attachments lists an entry's published recordings, those told in another way
// (spec, "versions") last. An entry that carries its intro alone has none: a
// recording is the story itself.
func (c *feedContext) attachments(e *weave.Entry) []attachment {
	if e.Text == nil {
		return nil
	}
	var list []attachment
	add := func(m *gate.Medium) {
		if m == nil {
			return
		}
		if url, mime, size, seconds, ok := c.recording(m); ok {
			a := attachment{c.address(url), mime, size, seconds}
			if !slices.Contains(list, a) {
				list = append(list, a)
			}
		}
	}
	for _, m := range e.Recordings {
		add(m)
	}
	for _, v := range e.Versions {
		add(v.Recording)
	}
	return list
}

// categories lists an entry's themes, each once.
func categories(e *weave.Entry) []string {
	var list []string
	for _, name := range e.Categories {
		if name = plain(name); name != "" && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// entryBuffers hold the entries of a feed until they are in its file.
var entryBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// plain returns words as one paragraph, without control characters.
func plain(words string) string { return strings.TrimSpace(legible(words)) }

// legible takes out what XML may not hold (XML 1.0, section 2.2) and other
// control characters, which no reader shows. Those that stood for white space,
// such as the line breaks that word processors leave, become a space.
func legible(words string) string {
	bad := func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r <= 0x9f || r == 0xfffe || r == 0xffff || r == utf8.RuneError
	}
	if strings.IndexFunc(words, bad) < 0 {
		return words
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\v' || r == '\f' || r == 0x85:
			return ' '
		case r != utf8.RuneError && bad(r):
			return -1
		}
		return r
	}, words)
}

// entryForms is one entry, finished in each format, as it stands in every feed that carries it.
type entryForms struct {
	once            sync.Once
	rss, atom, json []byte
	err             error
}

func (f *entryForms) size() int { return len(f.rss) + len(f.atom) + len(f.json) }

func (f *entryForms) make(c *feedContext, e *weave.Entry) {
	content, summary := c.content(e), c.summary(e)
	if f.rss, f.err = c.rssEntry(e, content, false); f.err != nil {
		return
	}
	if f.atom, f.err = c.atomEntry(e, content, summary); f.err != nil {
		return
	}
	f.json, f.err = c.jsonEntry(e, content, summary)
}

// entryCache keeps entries that more feeds will want. How often each is wanted
// is counted beforehand, so an entry goes with the last feed that carries it.
type entryCache struct {
	mu    sync.Mutex
	left  map[string]int // by entry ID: how many feeds, in all formats, will still want it
	made  map[string]*entryForms
	bytes int // held in made
}

const (
	// formats is how many files of a folder take entries from the cache.
	formats = 3
	// mostHeld bounds what the cache holds, in bytes; beyond it entries are made again when they are wanted again.
	mostHeld = 64 << 20
)

// forms returns an entry in every format.
func (c *feedContext) forms(e *weave.Entry) (*entryForms, error) {
	k := &c.entries
	k.mu.Lock()
	if k.left == nil {
		k.left, k.made = map[string]int{}, map[string]*entryForms{}
		for _, f := range c.site.Feeds {
			f.Fill()
			for i := range f.Entries {
				k.left[f.Entries[i].ID] += formats
			}
		}
	}
	k.left[e.ID]--
	wanted := k.left[e.ID] > 0
	forms, found := k.made[e.ID]
	if !found {
		forms = &entryForms{}
		if wanted && k.bytes < mostHeld {
			k.made[e.ID] = forms
		}
	}
	k.mu.Unlock()

	forms.once.Do(func() {
		forms.make(c, e)
		k.mu.Lock()
		if k.made[e.ID] == forms {
			k.bytes += forms.size()
		}
		k.mu.Unlock()
	})
	if !wanted {
		k.mu.Lock()
		if k.made[e.ID] != nil && k.left[e.ID] <= 0 {
			k.bytes -= k.made[e.ID].size()
			delete(k.made, e.ID)
		}
		k.mu.Unlock()
	}
	return forms, forms.err
}
