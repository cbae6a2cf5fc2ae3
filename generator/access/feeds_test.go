package access_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	ics "github.com/arran4/golang-ical"
	"github.com/mmcdole/gofeed"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"ownwords/generator/access"
)

func TestRSS(t *testing.T) {
	for _, site := range subjects(t) {
		for _, name := range someFeeds(t, site, "rss.xml") {
			for _, f := range access.CheckRSS(read(t, site, name)) {
				t.Errorf("%s: %s: %s", site.name, name, f)
			}
		}
	}
}

func TestAtomBySchema(t *testing.T) {
	jing := program(t, "apt-get install jing", "jing")
	for _, site := range subjects(t) {
		var files []string
		for _, name := range someFeeds(t, site, "atom.xml") {
			files = append(files, filepath.Join(site.dir, filepath.FromSlash(name)))
		}
		for _, complaint := range validateAtom(t, jing, files...) {
			t.Error(complaint)
		}
	}
}

func TestAtomSchemaFindsFaults(t *testing.T) {
	jing := program(t, "apt-get install jing", "jing")
	faults := []struct{ old, new string }{
		{` xml:lang="en-GB">`, ">"},
		{` xml:lang="en-GB">`, ` xml:lang="British English">`},
		{"<updated>2026-05-02T00:00:00+01:00</updated>", ""},
		{"<updated>2026-05-02T00:00:00+01:00</updated>", "<updated>2026-05-02</updated>"},
		{"<updated>2026-05-02T00:00:00+01:00</updated>", "<updated>2026-05-02T00:00:00</updated>"},
		{"<updated>2026-05-02T00:00:00+01:00</updated>", "<updated></updated>"},
		{"<id>urn:ownwords:19ab</id>", ""},
		{"<id>urn:ownwords:19ab</id>", "<id>19ab</id>"},
		{"<title>The library that stayed open</title>", ""},
		{"<title>The library that stayed open</title>", "<title> </title>"},
		{`<category term="belonging" label="Belonging"/>`, `<category label="Belonging"/>`},
		{"<author><name>In Our Own Words</name></author>", ""}, // the neutral entry has none of its own
		{"<author><name>Amina</name></author>", "<author>Amina</author>"},
		{`href="https://stories.example.org/stories/library/"`, `href="/stories/library/"`},
		{`type="html"`, `type="xhtml"`},
		{"<summary>", "<description/><summary>"},
		{` ref="urn:ownwords:77cd"`, ""},
		{` when="2026-04-01T00:00:00+01:00"`, ` when="2026-04-01"`},
		{"</feed>", ""}, // last, because jing stops at the first file that isn't XML
	}
	good := goodFeed(t, "atom.xml")
	dir := t.TempDir()
	var files []string
	for i, fault := range faults {
		broken := strings.Replace(good, fault.old, fault.new, 1)
		if broken == good {
			t.Fatalf("%q doesn't stand in the feed, so nothing was broken", fault.old)
		}
		file := filepath.Join(dir, fmt.Sprintf("%02d.xml", i))
		if err := os.WriteFile(file, []byte(broken), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	said := strings.Join(validateAtom(t, jing, files...), "\n")
	for i, fault := range faults {
		if !strings.Contains(said, files[i]+":") {
			t.Errorf("the schema lets pass a feed in which %q became %q", fault.old, fault.new)
		}
	}
}

// validateAtom runs jing over feeds with our schema and returns its complaints, one a line.
func validateAtom(t *testing.T, jing string, files ...string) []string {
	t.Helper()
	if len(files) == 0 {
		t.Fatal("there is no Atom feed to check")
	}
	out, err := exec.Command(jing, append([]string{"-c", filepath.Join("testdata", "atom.rnc")}, files...)...).Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || len(out) == 0) {
		t.Fatalf("jing couldn't run: %v\n%s", err, out)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
}

func jsonFeedSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile(filepath.Join("testdata", "jsonfeed.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestJSONFeedBySchema(t *testing.T) {
	schema := jsonFeedSchema(t)
	for _, site := range subjects(t) {
		for _, name := range someFeeds(t, site, "feed.json") {
			feed, err := jsonschema.UnmarshalJSON(bytes.NewReader(read(t, site, name)))
			if err == nil {
				err = schema.Validate(feed)
			}
			if err != nil {
				t.Errorf("%s: %s: %v", site.name, name, err)
			}
		}
	}
}

func TestJSONFeedSchemaFindsFaults(t *testing.T) {
	schema := jsonFeedSchema(t)
	good := goodFeed(t, "feed.json")
	for _, fault := range []struct{ old, new string }{
		{"version/1.1", "version/1"},
		{`"title": "In Our Own Words",`, ""},
		{`"feed_url": "https://stories.example.org/feed.json",`, ""},
		{`"home_page_url": "https://stories.example.org/"`, `"home_page_url": "/"`},
		{`"language": "en-GB",`, `"language": "British English",`},
		{`"id": "urn:ownwords:19ab",`, ""},
		{`"id": "urn:ownwords:19ab",`, `"id": 19,`},
		{`"url": "https://stories.example.org/stories/library/"`, `"url": "stories/library/"`},
		{`"date_published": "2026-05-02T00:00:00+01:00"`, `"date_published": "2026-05-02"`},
		{`"authors": [{"name": "Amina"}]`, `"author": {"name": "Amina"}`},
		{`"authors": [{"name": "Amina"}]`, `"authors": [{}]`},
		{`"tags": ["belonging"]`, `"tags": "belonging"`},
		{`"content_text": "What was here has been taken back by the person who told it."`, `"summary": "Gone."`},
		{`"items": [`, `"items": null, "_was": [`},
	} {
		broken := strings.Replace(good, fault.old, fault.new, 1)
		if broken == good {
			t.Fatalf("%q doesn't stand in the feed, so nothing was broken", fault.old)
		}
		feed, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			continue // not even JSON
		}
		if schema.Validate(feed) == nil {
			t.Errorf("the schema lets pass a feed in which %q became %q", fault.old, fault.new)
		}
	}
}

// TestFeedsReadBack reads every feed with another program's eyes and holds the three formats of one folder against
// each other: a reader must get the same items, in the same order, whichever they chose.
func TestFeedsReadBack(t *testing.T) {
	for _, site := range subjects(t) {
		for _, name := range someFeeds(t, site, "rss.xml") {
			folder := strings.TrimSuffix(name, "rss.xml")
			feeds := map[string]string{}
			for _, base := range []string{"rss.xml", "atom.xml", "feed.json"} {
				feeds[base] = string(read(t, site, folder+base))
			}
			for _, fault := range readBack(feeds) {
				t.Errorf("%s: %s%s", site.name, folder, fault)
			}
		}
	}
}

func TestReadBackFindsFaults(t *testing.T) {
	for _, fault := range []struct{ file, old, new, says string }{
		{"rss.xml", "<rss", "<html", "can't be read"},
		{"rss.xml", "urn:ownwords:19ab", "urn:ownwords:other", "different items"},
		{"atom.xml", "<title>The library that stayed open</title>", "<title>A library</title>", "title"},
		{"atom.xml", `rel="self" type="application/atom+xml" href="https://stories.example.org/atom.xml"`, `rel="via" href="https://stories.example.org/atom.xml"`, "its own address"},
		{"atom.xml", "&lt;p&gt;We had &lt;a href=\"https://stories.example.org/stories/library/#before\"", "&lt;p&gt;We had &lt;a href=\"#before\"", "whole address"},
		{"feed.json", `<a href=\"https://stories.example.org/stories/library/#before\">`, `<a href=\"/stories/library/#before\">`, "whole address"},
		{"feed.json", `"language": "en-GB",`, `"language": "cy",`, "language"},
		{"rss.xml", "<pubDate>Sat, 02 May 2026", "<pubDate>Fri, 01 May 2026", "day"},
	} {
		feeds := map[string]string{}
		for _, base := range []string{"rss.xml", "atom.xml", "feed.json"} {
			feeds[base] = goodFeed(t, base)
		}
		broken := strings.Replace(feeds[fault.file], fault.old, fault.new, 1)
		if broken == feeds[fault.file] {
			t.Fatalf("%q doesn't stand in %s, so nothing was broken", fault.old, fault.file)
		}
		feeds[fault.file] = broken
		if found := strings.Join(readBack(feeds), "\n"); !strings.Contains(found, fault.says) {
			t.Errorf("%s with %q: not found; found %q", fault.file, fault.new, found)
		}
	}
}

// readBack reads the three feeds of a folder with gofeed and says in what they differ or are wrong.
func readBack(texts map[string]string) []string {
	var faults []string
	add := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	feeds := map[string]*gofeed.Feed{}
	for _, base := range []string{"rss.xml", "atom.xml", "feed.json"} {
		feed, err := gofeed.NewParser().ParseString(texts[base])
		if err != nil {
			add("%s can't be read: %v", base, err)
			return faults
		}
		feeds[base] = feed
		if !strings.HasSuffix(feed.FeedLink, "/"+base) {
			add("%s doesn't give its own address: %q", base, feed.FeedLink)
		}
		ids := map[string]bool{}
		for _, item := range feed.Items {
			if item.GUID == "" || ids[item.GUID] {
				add("%s: the id %q is missing or used twice", base, item.GUID)
			}
			ids[item.GUID] = true
			for _, f := range append(access.CheckContent(item.Content), access.CheckContent(item.Description)...) {
				add("%s: %s: %s", base, item.GUID, f)
			}
			if base == "atom.xml" && item.Content == "" && item.Link == "" {
				add("atom.xml: %s has neither content nor a link (RFC 4287, section 4.1.2)", item.GUID)
			}
		}
	}
	rss := feeds["rss.xml"]
	for _, base := range []string{"atom.xml", "feed.json"} {
		other := feeds[base]
		if other.Title != rss.Title {
			add("%s has the title %q, rss.xml has %q", base, other.Title, rss.Title)
		}
		if other.Language != rss.Language {
			add("%s has the language %q, rss.xml has %q", base, other.Language, rss.Language)
		}
		if len(other.Items) != len(rss.Items) {
			add("%s has %d items, rss.xml has %d", base, len(other.Items), len(rss.Items))
			continue
		}
		for i, item := range other.Items {
			same := rss.Items[i]
			if item.GUID != same.GUID {
				add("%s and rss.xml have different items at place %d: %s, %s", base, i+1, item.GUID, same.GUID)
				continue
			}
			// A neutral notice has no link of its own, and a JSON Feed item may do without a title.
			if item.Title != same.Title && item.Title != "" && same.Link != "" {
				add("%s: %s has another title than in rss.xml: %q", base, item.GUID, item.Title)
			}
			if item.PublishedParsed != nil && same.PublishedParsed != nil && !item.PublishedParsed.Equal(*same.PublishedParsed) {
				add("%s: %s has another day than in rss.xml: %s", base, item.GUID, item.Published)
			}
		}
	}
	return faults
}

func TestCalendars(t *testing.T) {
	for _, site := range subjects(t) {
		for _, name := range someFeeds(t, site, "meetings.ics") {
			for _, fault := range calendarFaults(string(read(t, site, name))) {
				t.Errorf("%s: %s: %s", site.name, name, fault)
			}
		}
	}
	good := goodFeed(t, "meetings.ics")
	for _, fault := range []struct{ old, new, says string }{
		{"END:VCALENDAR\r\n", "", "can't be read"},
		{"BEGIN:VEVENT\r\n", "BEGIN:VEVENT\n", "line ends"},
		{"UID:urn:ownwords:meeting-1\r\n", "", "no UID"},
		{"DTSTAMP:20260502T000000Z\r\n", "", "no DTSTAMP"},
		{"DTSTART;VALUE=DATE:20260610\r\n", "", "no DTSTART"},
		{"SUMMARY:First meeting\r\n", "", "no SUMMARY"},
		{"PRODID:-//In Our Own Words//Meetings//EN\r\n", "", "no PRODID"},
		{"SUMMARY:First", "SUMMARY:" + strings.Repeat("First ", 15), "75 bytes"},
	} {
		broken := strings.Replace(good, fault.old, fault.new, 1)
		if broken == good {
			t.Fatalf("%q doesn't stand in the calendar, so nothing was broken", fault.old)
		}
		if found := strings.Join(calendarFaults(broken), "\n"); !strings.Contains(found, fault.says) {
			t.Errorf("a calendar without %q: not found; found %q", fault.old, found)
		}
	}
}

// calendarFaults reads a calendar back and says what breaks RFC 5545.
func calendarFaults(text string) []string {
	var faults []string
	for line := range strings.Lines(text) {
		bare, ended := strings.CutSuffix(line, "\r\n")
		if !ended {
			faults = append(faults, "line ends must be CR LF (section 3.1)")
		}
		if len(bare) > 75 {
			faults = append(faults, "a line is longer than 75 bytes (section 3.1)")
		}
	}
	if !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		return append(faults, "can't be read: the calendar has no end")
	}
	calendar, err := ics.ParseCalendar(strings.NewReader(text))
	if err != nil {
		return append(faults, "can't be read: "+err.Error())
	}
	has := map[string]bool{}
	for _, p := range calendar.CalendarProperties {
		has[p.IANAToken] = true
	}
	for _, needed := range []string{"PRODID", "VERSION"} {
		if !has[needed] {
			faults = append(faults, "the calendar has no "+needed)
		}
	}
	seen := map[string]bool{}
	for _, event := range calendar.Events() {
		for _, needed := range []ics.ComponentProperty{"UID", "DTSTAMP", "DTSTART", "SUMMARY"} {
			if event.GetProperty(needed) == nil {
				faults = append(faults, "an event has no "+string(needed))
			}
		}
		if seen[event.Id()] {
			faults = append(faults, "two events have the UID "+event.Id())
		}
		seen[event.Id()] = true
	}
	return faults
}

// TestListsOfAddresses holds opml.xml and sitemap.xml against the files that are there.
func TestListsOfAddresses(t *testing.T) {
	for _, site := range subjects(t) {
		for _, fault := range listFaults(string(read(t, site, "sitemap.xml")), string(read(t, site, "opml.xml")), site.has) {
			t.Errorf("%s: %s", site.name, fault)
		}
	}
	site := subject{"good", "testdata/good"}
	sitemap, opml := goodFeed(t, "sitemap.xml"), goodFeed(t, "opml.xml")
	for _, fault := range []struct{ old, new, says string }{
		{"</urlset>", "", "sitemap.xml: XML syntax error"},
		{"/stories/library/</loc>", "/stories/gone/</loc>", "stories/gone/"},
		{"https://stories.example.org/stories/library/</loc>", "/stories/library/</loc>", "isn't below"},
		{"</opml>", "", "opml.xml: XML syntax error"},
		{`xmlUrl="https://stories.example.org/rss.xml"`, `xmlUrl="https://stories.example.org/gone/rss.xml"`, "gone/rss.xml"},
		{`xmlUrl="https://stories.example.org/rss.xml"`, ``, "no feed"},
	} {
		brokenMap, brokenOPML := strings.Replace(sitemap, fault.old, fault.new, 1), strings.Replace(opml, fault.old, fault.new, 1)
		if brokenMap == sitemap && brokenOPML == opml {
			t.Fatalf("%q stands in neither list, so nothing was broken", fault.old)
		}
		if found := strings.Join(listFaults(brokenMap, brokenOPML, site.has), "\n"); !strings.Contains(found, fault.says) {
			t.Errorf("%q: not found; found %q", fault.new, found)
		}
	}
}

func listFaults(sitemap, opml string, has func(string) bool) []string {
	var faults []string
	var urls struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		Loc     []string `xml:"url>loc"`
	}
	var outline struct {
		XMLName xml.Name `xml:"opml"`
		Version string   `xml:"version,attr"`
		Feeds   []struct {
			Text string `xml:"text,attr"`
			XML  string `xml:"xmlUrl,attr"`
			More []struct {
				Text string `xml:"text,attr"`
				XML  string `xml:"xmlUrl,attr"`
			} `xml:"outline"`
		} `xml:"body>outline"`
	}
	if err := decodeXML(sitemap, &urls); err != nil {
		faults = append(faults, "sitemap.xml: "+err.Error())
	}
	if err := decodeXML(opml, &outline); err != nil {
		faults = append(faults, "opml.xml: "+err.Error())
	}
	if len(urls.Loc) == 0 || len(faults) > 0 {
		return append(faults, "sitemap.xml lists nothing")
	}
	home := urls.Loc[0]
	for _, loc := range urls.Loc {
		if len(loc) < len(home) {
			home = loc
		}
	}
	check := func(list, address string) {
		rest, below := strings.CutPrefix(address, home)
		if rest == "" || strings.HasSuffix(rest, "/") {
			rest += "index.html"
		}
		switch {
		case !below || !strings.HasPrefix(home, "http"):
			faults = append(faults, fmt.Sprintf("%s: %q isn't below %q", list, address, home))
		case !has(rest):
			faults = append(faults, fmt.Sprintf("%s: there is no %q", list, address))
		}
	}
	for _, loc := range urls.Loc {
		check("sitemap.xml", loc)
	}
	feeds := 0
	for _, o := range outline.Feeds {
		for _, leaf := range append(o.More, struct {
			Text string `xml:"text,attr"`
			XML  string `xml:"xmlUrl,attr"`
		}{o.Text, o.XML}) {
			if strings.TrimSpace(leaf.Text) == "" {
				faults = append(faults, "opml.xml: an outline has no text")
			}
			if leaf.XML != "" {
				feeds++
				check("opml.xml", leaf.XML)
			}
		}
	}
	if feeds == 0 {
		faults = append(faults, "opml.xml lists no feed")
	}
	return faults
}

// decodeXML reads a whole document, to its last byte.
func decodeXML(text string, into any) error {
	decoder := xml.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(into); err != nil {
		return err
	}
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func (s subject) has(name string) bool {
	info, err := os.Stat(filepath.Join(s.dir, filepath.FromSlash(name)))
	return err == nil && !info.IsDir()
}

func read(t testing.TB, site subject, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(site.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// someFeeds gives the feeds of one format, of which there must be at least one.
func someFeeds(t testing.TB, site subject, base string) []string {
	t.Helper()
	found := site.named(t, base)
	if len(found) == 0 {
		t.Fatalf("%s: there is no %s to check", site.name, base)
	}
	return found
}
