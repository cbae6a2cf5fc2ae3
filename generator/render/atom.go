package render

import (
	"bytes"
	"strconv"
	"time"

	"github.com/gorilla/feeds"

	"ownwords/generator/weave"
)

// Atom after RFC 4287, with deleted entries after RFC 6721, on the structs of
// gorilla/feeds: these have no self link, no xml:lang, one author only, and
// categories without a term, so those elements are ours.

const atomNamespace = "http://www.w3.org/2005/Atom"

type atomDocument struct {
	feeds.AtomFeed
	Tombstones string           `xml:"xmlns:at,attr,omitempty"`
	Lang       string           `xml:"xml:lang,attr"`
	Links      []feeds.AtomLink `xml:"link"`
	// Deleted and Finished are the entries; Finished are made once for all feeds that carry them.
	Deleted  []atomDeleted `xml:"at:deleted-entry"`
	Finished []byte        `xml:",innerxml"`
}

// FeedXml makes an atomDocument something that gorilla/feeds writes.
func (d *atomDocument) FeedXml() any { return d }

type atomItem struct {
	feeds.AtomEntry
	Lang       string             `xml:"xml:lang,attr,omitempty"`
	Authors    []feeds.AtomPerson `xml:"author"`
	Categories []atomCategory     `xml:"category"`
	Content    *atomContent       `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// atomContent holds HTML unescaped, which is the same to a parser and shorter on the wire.
type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",cdata"`
}

// atomDeleted tells readers that know RFC 6721 to take an entry away.
type atomDeleted struct {
	Ref     string `xml:"ref,attr"`
	When    string `xml:"when,attr"`
	Comment string `xml:"at:comment"`
}

// atomFeed writes a folder's atom.xml.
func atomFeed(c *feedContext, f *weave.Feed) ([]byte, error) {
	self := place(c.site, f.Path, "atom.xml")
	d := atomDocument{
		AtomFeed: feeds.AtomFeed{
			Xmlns: atomNamespace, Title: plain(f.Title), Id: self, Updated: c.moment(f.Updated).Format(time.RFC3339),
			Rights: c.word("feed-rights"), Subtitle: plain(c.site.Description),
			// An entry has to have an author, or its feed (section 4.1.2): notes and notices often have none.
			Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: plain(c.site.Title), Uri: c.site.URL}},
		},
		Lang: c.site.Language,
		Links: []feeds.AtomLink{
			{Href: self, Rel: "self", Type: "application/atom+xml"},
			{Href: c.address(f.PageURL), Rel: "alternate", Type: "text/html"},
		},
	}
	entries := entryBuffers.Get().(*bytes.Buffer)
	defer entryBuffers.Put(entries)
	entries.Reset()
	for _, n := range f.Recalls {
		left := c.moment(n.Left).Format(time.RFC3339)
		d.Tombstones = "http://purl.org/atompub/tombstones/1.0"
		d.Deleted = append(d.Deleted, atomDeleted{Ref: n.ID, When: left, Comment: c.word("recall-text")})
		// Most readers don't know deleted entries: the same id with neutral words overwrites what they kept.
		entry, err := xmlElement("entry", atomItem{
			AtomEntry: feeds.AtomEntry{Title: c.word("recall-title"), Updated: left, Id: n.ID, Published: left},
			Content:   &atomContent{"html", paragraphs(c.word("recall-text"))},
		})
		if err != nil {
			return nil, err
		}
		entries.Write(entry)
	}
	for i := range f.Entries {
		forms, err := c.forms(&f.Entries[i])
		if err != nil {
			return nil, err
		}
		entries.Write(forms.atom)
	}
	d.Finished = entries.Bytes()
	var out bytes.Buffer
	out.Grow(entries.Len() + 2048)
	if err := feeds.WriteXML(&d, &out); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// atomEntry makes one <entry>. Without content its link stands for it (section 4.1.2).
func (c *feedContext) atomEntry(e *weave.Entry, content, summary string) ([]byte, error) {
	item := atomItem{
		AtomEntry: feeds.AtomEntry{
			Title: plain(e.Title), Id: e.ID, Published: c.published(e, time.RFC3339), Updated: c.moment(0).Format(time.RFC3339),
			Links: []feeds.AtomLink{{Href: c.address(e.URL), Rel: "alternate", Type: "text/html"}},
		},
		Lang: c.foreign(e),
	}
	if item.Published != "" {
		item.Updated = item.Published
	}
	if summary != "" {
		item.Summary = &feeds.AtomSummary{Content: summary, Type: "text"}
	}
	if e.Text != nil && content != "" {
		item.Content = &atomContent{"html", content}
	}
	for _, a := range e.Authors {
		if name := plain(a.Text); name != "" {
			item.Authors = append(item.Authors, feeds.AtomPerson{Name: name, Uri: c.address(a.URL)})
		}
	}
	for _, name := range categories(e) {
		item.Categories = append(item.Categories, atomCategory{name})
	}
	for _, a := range c.attachments(e) {
		item.Links = append(item.Links, feeds.AtomLink{Href: a.url, Rel: "enclosure", Type: a.mime, Length: strconv.FormatInt(a.size, 10)})
	}
	return xmlElement("entry", item)
}
