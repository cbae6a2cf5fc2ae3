package render

import (
	"bytes"
	"encoding/json"
	"time"

	"ownwords/generator/weave"
)

// JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). The structs are our
// own: those of gorilla/feeds know no language and drop an empty list of items.

type jsonDocument struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePage    string       `json:"home_page_url"`
	Feed        string       `json:"feed_url"`
	Description string       `json:"description,omitempty"`
	Language    string       `json:"language"`
	Authors     []jsonAuthor `json:"authors"`
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonItem struct {
	ID          string           `json:"id"`
	URL         string           `json:"url,omitempty"`
	Title       string           `json:"title,omitempty"`
	Content     string           `json:"content_html"` // empty for a story that shows nothing of itself in feeds
	Summary     string           `json:"summary,omitempty"`
	Image       string           `json:"image,omitempty"`
	Published   string           `json:"date_published,omitempty"`
	Modified    string           `json:"date_modified,omitempty"`
	Authors     []jsonAuthor     `json:"authors,omitempty"`
	Tags        []string         `json:"tags,omitempty"`
	Language    string           `json:"language,omitempty"`
	Attachments []jsonAttachment `json:"attachments,omitempty"`
}

type jsonAttachment struct {
	URL      string `json:"url"`
	Type     string `json:"mime_type"`
	Size     int64  `json:"size_in_bytes,omitempty"`
	Duration int    `json:"duration_in_seconds,omitempty"`
}

// jsonFeed writes a folder's feed.json.
func jsonFeed(c *feedContext, f *weave.Feed) ([]byte, error) {
	head, err := jsonText(jsonDocument{
		Version: "https://jsonfeed.org/version/1.1", Title: plain(f.Title), HomePage: c.address(f.PageURL), Feed: place(c.site, f.Path, "feed.json"),
		Description: plain(c.site.Description), Language: c.site.Language, Authors: []jsonAuthor{{plain(c.site.Title), c.site.URL}},
	})
	if err != nil {
		return nil, err
	}
	items := make([][]byte, 0, len(f.Recalls)+len(f.Entries))
	size := len(head)
	add := func(item []byte) {
		items = append(items, item)
		size += len(item) + len(",\n")
	}
	for _, n := range f.Recalls {
		left := c.moment(n.Left).Format(time.RFC3339)
		item, err := jsonText(jsonItem{ID: n.ID, Title: c.word("recall-title"), Content: paragraphs(c.word("recall-text")), Summary: c.word("recall-text"), Published: left, Modified: left})
		if err != nil {
			return nil, err
		}
		add(item)
	}
	for i := range f.Entries {
		forms, err := c.forms(&f.Entries[i])
		if err != nil {
			return nil, err
		}
		add(forms.json)
	}
	out := make([]byte, 0, size+32)
	out = append(out, head[:len(head)-1]...)
	out = append(out, ",\"items\":[\n"...)
	for i, item := range items {
		if i > 0 {
			out = append(out, ",\n"...)
		}
		out = append(out, item...)
	}
	return append(out, "\n]}\n"...), nil
}

func (c *feedContext) jsonEntry(e *weave.Entry, content, summary string) ([]byte, error) {
	item := jsonItem{ID: e.ID, URL: c.address(e.URL), Title: plain(e.Title), Content: content, Summary: summary,
		Published: c.published(e, time.RFC3339), Tags: categories(e), Language: e.Lang}
	if item.Language == "" {
		item.Language = c.site.Language
	}
	if e.Image != nil {
		if url, _, _, ok := c.image(e.Image); ok {
			item.Image = c.address(url)
		}
	}
	for _, a := range e.Authors {
		if name := plain(a.Text); name != "" {
			item.Authors = append(item.Authors, jsonAuthor{name, c.address(a.URL)})
		}
	}
	for _, a := range c.attachments(e) {
		item.Attachments = append(item.Attachments, jsonAttachment{a.url, a.mime, a.size, a.seconds})
	}
	return jsonText(item)
}

// jsonText encodes a value in one line, with HTML left readable.
func jsonText(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
