package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/mmcdole/gofeed"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"ownwords/generator/access"
	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/weave"
)

var updateFeeds = flag.Bool("update-feeds", false, "write the feeds' golden files anew")

func london(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func text(source, url string) *weave.Text {
	body, _ := markdown.Compile([]byte(source), markdown.Options{File: "stories/x.md"})
	return &weave.Text{Body: body, URL: url}
}

// followed is a small site with one of everything that a feed can carry.
func followed(t testing.TB) *weave.Site {
	audio := &gate.Medium{File: "told.mp3", Recording: true}
	kitchen := &gate.Medium{File: "kitchen.jpg", Alt: `Two women "laughing" & a table`}
	site := &weave.Site{Title: "In Our Own Words", Description: "Stories & notes", Language: "en-GB",
		URL: "https://example.org/stories/", Base: "/stories/", Zone: london(t)}
	full := weave.Entry{ID: "urn:uuid:11111111-0000-8000-8000-000000000000", Title: "The library <that> stayed & stayed", URL: "/stories/stories/library/", Kind: "story",
		Authors:   []weave.Link{{Text: "Amina", URL: "/stories/people/amina/"}, {Text: "Ben & Bea"}},
		Published: gate.Date{Year: 2026, Month: 5, Day: 2}, Summary: "We kept 3 < 4 rooms.", ContentNote: "talks about losing a home",
		Text:       text("We had **a room** ]]> above.\vThere & then, [all](//example.com/).", "/stories/stories/library/"),
		Categories: []string{"housing", "belonging", "housing"}, Image: kitchen, Recordings: []*gate.Medium{audio}}
	intro := weave.Entry{ID: "urn:uuid:22222222-0000-8000-8000-000000000000", Title: "Buugga", URL: "/stories/stories/buugga/", Lang: "ar", Kind: "story",
		Authors: []weave.Link{{Text: "Yusuf"}}, Published: gate.Date{Year: 2026, Month: 2}, Summary: "كتاب", Image: kitchen, Recordings: []*gate.Medium{audio}}
	bare := weave.Entry{ID: "urn:uuid:33333333-0000-8000-8000-000000000000", Title: "No day", URL: "/stories/stories/no-day/", Kind: "story", Authors: []weave.Link{{Text: "Ola"}}}
	note := weave.Entry{ID: "urn:uuid:44444444-0000-8000-8000-000000000000", Title: "First meeting", URL: "/stories/notes/first/", Kind: "note", Published: gate.Date{Year: 2020},
		Points: []weave.Text{*text("Pay people.", "/stories/notes/first/")}, Text: text("Notes.", "/stories/notes/first/")}
	all := &weave.Feed{Title: "In Our Own Words", Path: "/", PageURL: "/stories/", Entries: []weave.Entry{full, intro, bare, note},
		Recalls: []weave.Notice{{ID: "urn:uuid:55555555-0000-8000-8000-000000000000", Left: consent.NewDay(2026, time.June, 1)}}, Updated: consent.NewDay(2026, time.June, 1)}
	notes := &weave.Feed{Title: "Notes", Path: "/notes/", PageURL: "/stories/notes/", Entries: []weave.Entry{note}}
	empty := &weave.Feed{Title: "Changes", Path: "/changes/", PageURL: "/stories/changes/"}
	site.Feeds = []*weave.Feed{all, notes, empty}
	return site
}

var testWords = map[string]string{"content-note": "Content note", "key-points": "Key points", "recall-title": "No longer shared",
	"recall-text": "What stood here isn’t shared any more.", "feed-rights": "Each text belongs to whoever told it.",
	"illustrative": "Illustrative.", "illustrative-story": "Nobody lived it.", "illustrative-item": "Invented."}

// feedsOf gives a context in which pictures and recordings have addresses and texts are rendered as they are.
func feedsOf(site *weave.Site) *feedContext {
	return &feedContext{site: site,
		html: func(t weave.Text) string {
			out, _ := t.Body.Append(nil, wordsOnly{})
			return string(out)
		},
		image: func(m *gate.Medium) (string, string, int64, bool) {
			return "/stories/media/1.jpg", "image/jpeg", 9, true
		},
		recording: func(m *gate.Medium) (string, string, int64, int, bool) {
			return "/stories/media/2.mp3", "audio/mpeg", 1234, 61, true
		},
		word: func(key string) string { return testWords[key] },
	}
}

var feedFormats = map[string]func(*feedContext, *weave.Feed) ([]byte, error){
	"rss.xml": rssFeed, "atom.xml": atomFeed, "feed.json": jsonFeed, "podcast.xml": podcastFeed,
}

func made(t testing.TB, name string, c *feedContext, f *weave.Feed) []byte {
	t.Helper()
	out, err := feedFormats[name](c, f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFeedsGolden(t *testing.T) {
	site := followed(t)
	c := feedsOf(site)
	for name := range feedFormats {
		golden(t, name, made(t, name, c, site.Feeds[0]))
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "feeds", name)
	if *updateFeeds {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed; look at it, then write it anew with -update-feeds:\n%s", file, got)
	}
}

// TestFeedsAreSound holds every feed against the checks that the finished site is held against.
func TestFeedsAreSound(t *testing.T) {
	site := followed(t)
	c := feedsOf(site)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("../access/testdata/jsonfeed.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range site.Feeds {
		for _, name := range []string{"rss.xml", "podcast.xml"} {
			data := made(t, name, c, f)
			if data == nil {
				continue
			}
			for _, fault := range access.CheckRSS(data) {
				t.Errorf("%s%s: %s", f.Path, name, fault)
			}
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(made(t, "feed.json", c, f)))
		if err == nil {
			err = schema.Validate(value)
		}
		if err != nil {
			t.Errorf("%sfeed.json: %v", f.Path, err)
		}
	}
}

func TestAtomKeepsToItsSchema(t *testing.T) {
	jing, err := exec.LookPath("jing")
	if err != nil {
		t.Skip("checking Atom feeds needs jing: apt-get install jing")
	}
	site := followed(t)
	c := feedsOf(site)
	dir := t.TempDir()
	args := []string{"-c", "../access/testdata/atom.rnc"}
	for i, f := range site.Feeds {
		file := filepath.Join(dir, fmt.Sprintf("%d.xml", i))
		if err := os.WriteFile(file, made(t, "atom.xml", c, f), 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	if out, err := exec.Command(jing, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestFeedsReadBack reads the three formats with another program.
func TestFeedsReadBack(t *testing.T) {
	site := followed(t)
	c := feedsOf(site)
	for _, name := range []string{"rss.xml", "atom.xml", "feed.json"} {
		t.Run(name, func(t *testing.T) {
			feed, err := gofeed.NewParser().Parse(bytes.NewReader(made(t, name, c, site.Feeds[0])))
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "title", feed.Title, "In Our Own Words")
			equal(t, "language", feed.Language, "en-GB")
			equal(t, "own address", feed.FeedLink, "https://example.org/stories/"+name)
			equal(t, "page", feed.Link, "https://example.org/stories/")
			if len(feed.Items) != 5 {
				t.Fatalf("%d items, want the notice and 4 entries", len(feed.Items))
			}
			notice, full, intro, bare, note := feed.Items[0], feed.Items[1], feed.Items[2], feed.Items[3], feed.Items[4]

			equal(t, "notice's id", notice.GUID, "urn:uuid:55555555-0000-8000-8000-000000000000")
			equal(t, "notice's title", notice.Title, "No longer shared")
			equal(t, "notice's words", notice.Content, "<p>What stood here isn’t shared any more.</p>")
			equal(t, "notice's link", notice.Link, "")
			equal(t, "notice's day", notice.PublishedParsed.Format(time.DateOnly), "2026-06-01")

			equal(t, "title", full.Title, "The library <that> stayed & stayed")
			equal(t, "link", full.Link, "https://example.org/stories/stories/library/")
			equal(t, "moment", full.PublishedParsed.UTC().Format(time.RFC3339), "2026-05-02T11:00:00Z") // noon in a British summer
			equal(t, "themes", strings.Join(full.Categories, "+"), "housing+belonging")
			content := "<p><strong>Content note:</strong> talks about losing a home</p>\n<p>We kept 3 &lt; 4 rooms.</p>\n" +
				`<p><img src="https://example.org/stories/media/1.jpg" alt="Two women &#34;laughing&#34; &amp; a table"></p>` + "\n" +
				`<p>We had <strong>a room</strong> ]]&gt; above. There &amp; then, <a href="https://example.com/">all</a>.</p>` + "\n"
			equal(t, "content", full.Content, content)
			if len(full.Enclosures) != 1 || full.Enclosures[0].URL != "https://example.org/stories/media/2.mp3" || full.Enclosures[0].Type != "audio/mpeg" {
				t.Errorf("the recording isn't attached: %v", full.Enclosures)
			}

			if len(intro.Enclosures) != 0 {
				t.Error("an entry with its intro alone carries a recording")
			}
			equal(t, "day of a month", intro.PublishedParsed.UTC().Format(time.RFC3339), "2026-02-01T12:00:00Z")
			shown := intro.Description + intro.Content
			if !strings.Contains(shown, "كتاب") {
				t.Errorf("the intro is missing: %q", shown)
			}

			if name == "atom.xml" { // Atom must have a moment
				equal(t, "no day", bare.UpdatedParsed.Format(time.DateOnly), "1970-01-01")
			} else if bare.PublishedParsed != nil {
				t.Errorf("a day that nobody gave: %v", bare.PublishedParsed)
			}
			equal(t, "words of an entry that shows none", bare.Description+bare.Content, "")

			equal(t, "key points first", note.Content, "<h2>Key points</h2>\n<ul>\n<li><p>Pay people.</p>\n</li>\n</ul>\n<p>Notes.</p>\n")
			equal(t, "day of a year", note.PublishedParsed.Format(time.DateOnly), "2020-01-01")
		})
	}
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// TestOwnElements reads what gofeed doesn't.
func TestOwnElements(t *testing.T) {
	site := followed(t)
	c := feedsOf(site)
	var rss struct {
		Items []struct {
			Creators []string `xml:"http://purl.org/dc/elements/1.1/ creator"`
			Language string   `xml:"http://purl.org/dc/elements/1.1/ language"`
			About    string   `xml:"description"`
			Content  string   `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
			GUID     struct {
				PermaLink string `xml:"isPermaLink,attr"`
			} `xml:"guid"`
		} `xml:"channel>item"`
	}
	decode(t, made(t, "rss.xml", c, site.Feeds[0]), &rss)
	equal(t, "creators", strings.Join(rss.Items[1].Creators, "+"), "Amina+Ben & Bea")
	equal(t, "language", rss.Items[2].Language, "ar")
	equal(t, "content note first", rss.Items[1].About, "<p><strong>Content note:</strong> talks about losing a home</p>\n<p>We kept 3 &lt; 4 rooms.</p>\n")
	equal(t, "in its language", rss.Items[2].About, "<div lang=\"ar\" dir=\"rtl\"><p>كتاب</p>\n</div>")
	equal(t, "no content of its own", rss.Items[2].Content, "")
	equal(t, "permalink", rss.Items[1].GUID.PermaLink, "false")

	type author struct {
		Name string `xml:"name"`
		URI  string `xml:"uri"`
	}
	var atom struct {
		Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
		Rights  string   `xml:"rights"`
		Authors []author `xml:"author"`
		Deleted []struct {
			Ref     string `xml:"ref,attr"`
			When    string `xml:"when,attr"`
			Comment string `xml:"comment"`
		} `xml:"http://purl.org/atompub/tombstones/1.0 deleted-entry"`
		Entries []struct {
			Lang    string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
			Authors []author `xml:"author"`
			Summary string   `xml:"summary"`
		} `xml:"entry"`
	}
	decode(t, made(t, "atom.xml", c, site.Feeds[0]), &atom)
	equal(t, "feed's language", atom.Lang, "en-GB")
	equal(t, "rights", atom.Rights, testWords["feed-rights"])
	equal(t, "feed's author", fmt.Sprint(atom.Authors), "[{In Our Own Words https://example.org/stories/}]")
	equal(t, "deleted", fmt.Sprint(atom.Deleted), "[{urn:uuid:55555555-0000-8000-8000-000000000000 2026-06-01T12:00:00+01:00 What stood here isn’t shared any more.}]")
	equal(t, "authors", fmt.Sprint(atom.Entries[1].Authors), "[{Amina https://example.org/stories/people/amina/} {Ben & Bea }]")
	equal(t, "entry's language", atom.Entries[2].Lang, "ar")
	equal(t, "summary", atom.Entries[1].Summary, "Content note: talks about losing a home.\n\nWe kept 3 < 4 rooms.")

	var feed struct {
		Items []jsonItem `json:"items"`
	}
	if err := json.Unmarshal(made(t, "feed.json", c, site.Feeds[0]), &feed); err != nil {
		t.Fatal(err)
	}
	equal(t, "languages", feed.Items[1].Language+" "+feed.Items[2].Language, "en-GB ar")
	equal(t, "authors", fmt.Sprint(feed.Items[1].Authors), "[{Amina https://example.org/stories/people/amina/} {Ben & Bea }]")
	equal(t, "picture", feed.Items[2].Image, "https://example.org/stories/media/1.jpg")
	equal(t, "recording", fmt.Sprint(feed.Items[1].Attachments), "[{https://example.org/stories/media/2.mp3 audio/mpeg 1234 61}]")

	if empty := made(t, "feed.json", c, site.Feeds[2]); !bytes.Contains(empty, []byte(`"items":[`)) {
		t.Errorf("an empty feed has no list of items: %s", empty)
	}
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := xml.Unmarshal(data, into); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
}

func TestPodcast(t *testing.T) {
	site := followed(t)
	c := feedsOf(site)
	var rss struct {
		Items []struct {
			GUID       string `xml:"guid"`
			Duration   int    `xml:"http://www.itunes.com/dtds/podcast-1.0.dtd duration"`
			Transcript struct {
				URL  string `xml:"url,attr"`
				Type string `xml:"type,attr"`
			} `xml:"https://podcastindex.org/namespace/1.0 transcript"`
			Enclosure struct {
				URL    string `xml:"url,attr"`
				Length int    `xml:"length,attr"`
			} `xml:"enclosure"`
		} `xml:"channel>item"`
	}
	decode(t, made(t, "podcast.xml", c, site.Feeds[0]), &rss)
	if len(rss.Items) != 2 {
		t.Fatalf("%d items, want the notice and the one full story with a recording", len(rss.Items))
	}
	episode := rss.Items[1]
	equal(t, "episode", fmt.Sprint(episode.Duration, episode.Transcript, episode.Enclosure),
		"61 {https://example.org/stories/stories/library/ text/html} {https://example.org/stories/media/2.mp3 1234}")
	if made(t, "podcast.xml", c, site.Feeds[1]) != nil {
		t.Error("a feed without recordings has a podcast")
	}
	c.recording = func(*gate.Medium) (string, string, int64, int, bool) { return "", "", 0, 0, false }
	if made(t, "podcast.xml", c, site.Feeds[0]) != nil {
		t.Error("recordings that aren't published make a podcast")
	}
}

// What was invented says so in feeds as well as on its page, after a content note and before anything of the item's own.
func TestInventedSaysSo(t *testing.T) {
	site := followed(t)
	story, note := site.Feeds[0].Entries[0], site.Feeds[0].Entries[3]
	story.Illustrative, note.Illustrative = true, true
	bare := weave.Entry{ID: "urn:x:1", Title: "No intro", URL: "/x/", Kind: "story", Illustrative: true}
	arabic := site.Feeds[0].Entries[1]
	arabic.Illustrative = true
	site.Feeds = []*weave.Feed{{Title: "All", Path: "/", PageURL: "/stories/", Entries: []weave.Entry{story, note, bare, arabic}}}
	for name := range feedFormats {
		if name == "podcast.xml" {
			continue
		}
		feed, err := gofeed.NewParser().ParseString(string(made(t, name, feedsOf(site), site.Feeds[0])))
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{
			"losing a home</p>\n<p><strong>Illustrative.</strong> Nobody lived it.</p>\n<p>We kept",
			"<p><strong>Illustrative.</strong> Invented.</p>",
			"<p><strong>Illustrative.</strong> Nobody lived it.</p>",
			`<p lang="en-GB"><strong>Illustrative.</strong> Nobody lived it.</p>`,
		} {
			if name == "atom.xml" && i > 1 {
				want = "Illustrative. Nobody lived it." // in a summary, which is plain text
			}
			if said := feed.Items[i].Content + feed.Items[i].Description; !strings.Contains(said, want) {
				t.Errorf("%s: %s doesn't say that it was invented: %q", name, feed.Items[i].Title, said)
			}
		}
	}
	c := feedsOf(site)
	if got, want := c.summary(&story), "Content note: talks about losing a home.\n\nIllustrative. Nobody lived it.\n\nWe kept 3 < 4 rooms."; got != want {
		t.Errorf("the summary is %q, want %q", got, want)
	}
	story.Illustrative = false
	if said := c.content(&story) + c.summary(&story); strings.Contains(said, "Illustrative") {
		t.Errorf("a story that was lived is called invented: %q", said)
	}
}

func TestPictureStandsOnce(t *testing.T) {
	site := followed(t)
	c := feedsOf(site)
	e := &site.Feeds[0].Entries[0]
	e.Text = text("![A kitchen](kitchen.jpg)", e.URL)
	c.html = func(weave.Text) string { return `<img src="https://example.org/k.jpg" alt="">` }
	if content := c.content(e); strings.Count(content, "<img") != 1 {
		t.Errorf("the chosen picture stands in the text too: %s", content)
	}
}

func TestDaysFarFromGreenwich(t *testing.T) {
	zone, err := time.LoadLocation("Pacific/Auckland")
	if err != nil {
		t.Fatal(err)
	}
	c := &feedContext{site: &weave.Site{Zone: zone}}
	e := &weave.Entry{Published: gate.Date{Year: 2026, Month: 1, Day: 2}}
	equal(t, "moment", c.published(e, time.RFC3339), "2026-01-02T12:00:00+13:00")
	equal(t, "without a zone", (&feedContext{site: &weave.Site{}}).published(e, time.RFC1123Z), "Fri, 02 Jan 2026 12:00:00 +0000")
}

func TestAddresses(t *testing.T) {
	for _, x := range []struct{ site, base, url, want string }{
		{"https://example.org/", "/", "/stories/x/", "https://example.org/stories/x/"},
		{"https://example.org/stories/", "/stories/", "/stories/stories/x/", "https://example.org/stories/stories/x/"},
		{"https://example.org/stories/", "/stories/", "https://example.org/stories/notes/x/", "https://example.org/stories/notes/x/"},
		{"https://example.org/", "/", "", ""},
	} {
		c := &feedContext{site: &weave.Site{URL: x.site, Base: x.base}}
		equal(t, x.url, c.address(x.url), x.want)
	}
}

// TestFeedsOnAllCores makes every feed many times at once: entries are made once,
// the bytes are the same whoever comes first, and nothing is held at the end.
func TestFeedsOnAllCores(t *testing.T) {
	site := followed(t)
	for i := range 40 {
		f := *site.Feeds[0]
		f.Path = fmt.Sprintf("/themes/%d/", i)
		site.Feeds = append(site.Feeds, &f)
	}
	c := feedsOf(site)
	var mu sync.Mutex
	rendered := 0
	inner := c.html
	c.html = func(t weave.Text) string {
		mu.Lock()
		rendered++
		mu.Unlock()
		return inner(t)
	}
	var wg sync.WaitGroup
	for _, f := range site.Feeds {
		for _, name := range []string{"rss.xml", "atom.xml", "feed.json"} {
			wg.Go(func() {
				got := made(t, name, c, f)
				if want := made(t, name, feedsOf(site), f); !bytes.Equal(got, want) {
					t.Errorf("%s%s differs when made with others", f.Path, name)
				}
			})
		}
	}
	wg.Wait()
	if rendered != 3 {
		t.Errorf("texts were rendered %d times; 3 texts stand in 43 feeds", rendered)
	}
	if len(c.entries.made) != 0 || c.entries.bytes != 0 {
		t.Errorf("%d entries of %d bytes are still held", len(c.entries.made), c.entries.bytes)
	}
}

// TestFeedsHoldNoControlCharacters puts any characters into every text of an entry.
func TestFeedsHoldNoControlCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		awkward := rapid.StringOfN(rapid.OneOf(rapid.Rune(), rapid.RuneFrom([]rune("\x00\x01\b\v\f\r\x1f\x7f\u0085\u009f\ufffe\uffff]>&<\"'"))), 0, 40, -1)
		words := func() string { return awkward.Draw(t, "words") }
		site := &weave.Site{Title: "T" + words(), Description: words(), Language: "en", URL: "https://example.org/", Base: "/"}
		f := &weave.Feed{Title: "F" + words(), Path: "/", PageURL: "/"}
		e := weave.Entry{ID: "urn:x:1", Title: "E" + words(), URL: "/x/", Authors: []weave.Link{{Text: words()}}, Summary: words(), ContentNote: words(), Categories: []string{words()}}
		if rapid.Bool().Draw(t, "full") {
			e.Text = text(words(), "/x/")
		}
		f.Entries = []weave.Entry{e}
		site.Feeds = []*weave.Feed{f}
		c := feedsOf(site)
		for name, write := range feedFormats {
			data, err := write(c, f)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if data == nil {
				continue
			}
			for _, s := range textsOf(t, name, data) {
				if i := strings.IndexFunc(s, func(r rune) bool {
					return unicode.IsControl(r) && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff
				}); i >= 0 {
					t.Fatalf("%s holds a control character: %q", name, s)
				}
			}
		}
	})
}

// textsOf returns every text and attribute of an XML feed, or every string of a JSON feed.
func textsOf(t *rapid.T, name string, data []byte) []string {
	var found []string
	if name == "feed.json" {
		d := json.NewDecoder(bytes.NewReader(data))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return found
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if s, ok := token.(string); ok {
				found = append(found, s)
			}
		}
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatalf("%s isn't well-formed: %v\n%s", name, err, data)
		}
		switch token := token.(type) {
		case xml.CharData:
			found = append(found, string(token))
		case xml.StartElement:
			for _, a := range token.Attr {
				found = append(found, a.Value)
			}
		}
	}
}

func TestLegible(t *testing.T) {
	for in, want := range map[string]string{
		"as it is\n\ttold": "as it is\n\ttold",
		"a\vb\fc\u0085d":   "a b c d",
		"a\x00b\r\nc\x7f":  "ab\nc",
		"a\xffb\ufffd":     "a\ufffdb\ufffd",
		"\u200dé😀\ufffe":   "\u200dé😀",
	} {
		equal(t, fmt.Sprintf("%q", in), legible(in), want)
	}
}

// manyFeeds is a site of the size that issue reports measure: 120 folders of 20 full entries each, of 1,760 items.
func manyFeeds() *weave.Site {
	site := &weave.Site{Title: "Many", Language: "en", URL: "https://example.org/", Base: "/"}
	paragraph := strings.Repeat("We kept the *library* open & told everyone \"why\", every week, in the rain. ", 6)
	body := text(strings.Repeat(paragraph+"\n\n", 12), "/x/")
	for i := range 120 {
		f := &weave.Feed{Title: "F", Path: fmt.Sprintf("/themes/%d/", i), PageURL: fmt.Sprintf("/themes/%d/", i)}
		for j := range 20 {
			n := (i*15 + j) % 1760
			f.Entries = append(f.Entries, weave.Entry{ID: fmt.Sprintf("urn:x:%d", n), Title: "Title", URL: fmt.Sprintf("/stories/%d/", n), Text: body,
				Authors: []weave.Link{{Text: "Amina"}}, Published: gate.Date{Year: 2026, Month: 5, Day: 1 + j}, Summary: "An intro.", Categories: []string{"housing"}})
		}
		site.Feeds = append(site.Feeds, f)
	}
	return site
}

func BenchmarkFeeds(b *testing.B) {
	site := manyFeeds()
	for _, name := range slices.Sorted(slices.Values([]string{"rss.xml", "atom.xml", "feed.json"})) {
		b.Run(name, func(b *testing.B) {
			c := feedsOf(site)
			for i := 0; b.Loop(); i++ {
				if i%len(site.Feeds) == 0 {
					c = feedsOf(site)
				}
				b.SetBytes(int64(len(made(b, name, c, site.Feeds[i%len(site.Feeds)]))))
			}
		})
	}
	b.Run("all 120 folders, three formats", func(b *testing.B) {
		for b.Loop() {
			c := feedsOf(site)
			for _, f := range site.Feeds {
				for _, name := range []string{"rss.xml", "atom.xml", "feed.json"} {
					made(b, name, c, f)
				}
			}
		}
	})
}
