package render

import (
	"bytes"
	"encoding/xml"
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"ownwords/generator/weave"
)

// RSS 2.0 after the RSS Advisory Board's profile (https://www.rssboard.org/rss-profile),
// on the structs of gorilla/feeds: these have no self link, no dc:creator, one
// category only, and always a link, so those elements are ours.

// rssDocument is <rss>. Namespaces that nothing in the feed uses are left out.
type rssDocument struct {
	feeds.RssFeedXml
	Atom    string     `xml:"xmlns:atom,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	ITunes  string     `xml:"xmlns:itunes,attr,omitempty"`
	Podcast string     `xml:"xmlns:podcast,attr,omitempty"`
	Channel rssChannel `xml:"channel"`
}

// FeedXml makes an rssDocument something that gorilla/feeds writes.
func (d *rssDocument) FeedXml() any { return d }

type rssChannel struct {
	feeds.RssFeed
	Self       rssLink `xml:"atom:link"`
	ITunesName string  `xml:"itunes:author,omitempty"`
	ITunesType string  `xml:"itunes:type,omitempty"`
	// Finished are the items, made once for all feeds that carry them.
	Finished []byte `xml:",innerxml"`
}

type rssLink struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
}

type rssItem struct {
	feeds.RssItem
	Link        string         `xml:"link,omitempty"`
	Description string         `xml:"description,omitempty"`
	Creators    []string       `xml:"dc:creator"`
	Language    string         `xml:"dc:language,omitempty"`
	Categories  []string       `xml:"category"`
	Duration    int            `xml:"itunes:duration,omitempty"` // seconds
	Transcript  *rssTranscript `xml:"podcast:transcript"`
}

// rssTranscript leads to a recording's words (https://podcasting2.org/docs/podcast-namespace/tags/transcript).
type rssTranscript struct {
	URL      string `xml:"url,attr"`
	Type     string `xml:"type,attr"`
	Language string `xml:"language,attr,omitempty"`
}

// rssFeed writes a folder's rss.xml.
func rssFeed(c *feedContext, f *weave.Feed) ([]byte, error) {
	items := entryBuffers.Get().(*bytes.Buffer)
	defer entryBuffers.Put(items)
	items.Reset()
	if err := c.rssNotices(items, f); err != nil {
		return nil, err
	}
	for i := range f.Entries {
		forms, err := c.forms(&f.Entries[i])
		if err != nil {
			return nil, err
		}
		items.Write(forms.rss)
	}
	return c.rssFile(f, "rss.xml", items, false)
}

// sound lists those of an entry's attachments that are for listening, and no
// version of the story in another way.
func (c *feedContext) sound(e *weave.Entry) []attachment {
	told := *e
	told.Versions = nil
	return slices.DeleteFunc(c.attachments(&told), func(a attachment) bool { return !strings.HasPrefix(a.mime, "audio/") })
}

// podcastFeed writes a folder's podcast.xml: the entries that can be listened
// to, each with the first of its recordings and a link to its
// transcript, which stands on the story's page (spec, "media"). Without any
// such entry there is no podcast, and the result is nil.
//
// It says nothing about `itunes:explicit` or a category: nobody but the tellers
// could, and they weren't asked (spec, promise 3).
func podcastFeed(c *feedContext, f *weave.Feed) ([]byte, error) {
	var items bytes.Buffer
	if err := c.rssNotices(&items, f); err != nil {
		return nil, err
	}
	episodes := false
	for i := range f.Entries {
		e := &f.Entries[i]
		if len(c.sound(e)) == 0 {
			continue
		}
		item, err := c.rssEntry(e, c.content(e), true)
		if err != nil {
			return nil, err
		}
		items.Write(item)
		episodes = true
	}
	if !episodes {
		return nil, nil
	}
	return c.rssFile(f, "podcast.xml", &items, true)
}

// rssFile puts items into their channel.
func (c *feedContext) rssFile(f *weave.Feed, name string, items *bytes.Buffer, podcast bool) ([]byte, error) {
	d := rssDocument{
		RssFeedXml: feeds.RssFeedXml{Version: "2.0", ContentNamespace: "http://purl.org/rss/1.0/modules/content/"},
		Atom:       atomNamespace,
		DC:         "http://purl.org/dc/elements/1.1/",
		Channel: rssChannel{
			RssFeed: feeds.RssFeed{Title: plain(f.Title), Link: c.address(f.PageURL), Description: c.about(f), Language: c.site.Language, Copyright: c.word("feed-rights")},
			Self:    rssLink{place(c.site, f.Path, name), "self", "application/rss+xml"},
		},
	}
	if f.Updated > 0 { // the day of what it carries, never of a clock: the same content gives the same bytes
		d.Channel.LastBuildDate = c.moment(f.Updated).Format(time.RFC1123Z)
	}
	if podcast {
		d.ITunes, d.Podcast = "http://www.itunes.com/dtds/podcast-1.0.dtd", "https://podcastindex.org/namespace/1.0"
		d.Channel.ITunesName, d.Channel.ITunesType = plain(c.site.Title), "episodic"
	}
	d.Channel.Finished = items.Bytes()
	var out bytes.Buffer
	out.Grow(items.Len() + 2048)
	if err := feeds.WriteXML(&d, &out); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// rssEntry makes one <item>. RSS has no language for an item: dc:language and
// the lang attribute in its content say it.
func (c *feedContext) rssEntry(e *weave.Entry, content string, podcast bool) ([]byte, error) {
	item := rssItem{
		RssItem: feeds.RssItem{
			Title:   plain(e.Title),
			Guid:    &feeds.RssGuid{Id: e.ID, IsPermaLink: "false"},
			PubDate: c.published(e, time.RFC1123Z),
		},
		Link: c.address(e.URL), Language: c.foreign(e), Categories: categories(e),
	}
	item.Description = content
	if e.Text != nil && content != "" {
		item.Content = &feeds.RssContent{Content: content}
		brief := *e
		brief.Text = nil
		item.Description = c.content(&brief)
	}
	for _, a := range e.Authors {
		if name := plain(a.Text); name != "" {
			item.Creators = append(item.Creators, name)
		}
	}
	files := c.attachments(e)
	if podcast {
		files = c.sound(e)
	}
	if len(files) > 0 { // the profile: one enclosure an item
		first := files[0]
		item.Enclosure = &feeds.RssEnclosure{Url: first.url, Length: strconv.FormatInt(first.size, 10), Type: first.mime}
		if podcast {
			item.Duration = first.seconds
			item.Transcript = &rssTranscript{URL: c.address(e.URL), Type: "text/html", Language: e.Lang}
		}
	}
	return xmlElement("item", item)
}

// paragraphs makes HTML of the theme's plain words.
func paragraphs(words string) string {
	var b bytes.Buffer
	for paragraph := range bytes.SplitSeq([]byte(words), []byte("\n\n")) {
		b.WriteString("<p>" + html.EscapeString(string(paragraph)) + "</p>")
	}
	return b.String()
}

// rssNotices writes the notices for items that left: the same guid with neutral
// words, and no link, which RSS doesn't ask for (spec, "Recall"). They come
// first, so that a reader which looks at a few items only sees them.
func (c *feedContext) rssNotices(items *bytes.Buffer, f *weave.Feed) error {
	for _, n := range f.Recalls {
		item, err := xmlElement("item", rssItem{
			RssItem: feeds.RssItem{
				Title:   c.word("recall-title"),
				Content: &feeds.RssContent{Content: paragraphs(c.word("recall-text"))},
				Guid:    &feeds.RssGuid{Id: n.ID, IsPermaLink: "false"},
				PubDate: c.moment(n.Left).Format(time.RFC1123Z),
			},
			Description: paragraphs(c.word("recall-text")),
		})
		if err != nil {
			return err
		}
		items.Write(item)
	}
	return nil
}

// xmlElement writes one element, indented as it stands in a feed.
func xmlElement(name string, v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('\n')
	e := xml.NewEncoder(&b)
	e.Indent("    ", "  ")
	if err := e.EncodeElement(v, xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
