// Package weave decides what stands where: which pages the site has, what each
// lists, how they lead to one another, and what feeds, calendars and the
// sitemap carry. It sees cleared things only, and makes no HTML. The types in
// this file are what a theme's templates receive.
package weave

import (
	"slices"
	"sync"
	"time"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/markdown"
)

// Site is the whole output, woven: every page, feed and file there will be.
type Site struct {
	// Title, Description, Contact, Language, URL and Base come from site.yaml;
	// Base is the path that every address begins with ("/" mostly).
	Title, Description, Contact, Language, URL, Base string
	// Repository is the address of the site's repository, or "".
	Repository, Branch string
	Day                consent.Day
	// GoodUntil returns the last day on which the site is still right, or "".
	GoodUntil func() string
	// Nav is the main navigation; Footer the pages about the site.
	Nav, Footer []Link
	// HasFeeds says whether anything can be followed.
	HasFeeds bool

	Pages     []*Page
	Redirects []Redirect
	Feeds     []*Feed
	Calendars []*Calendar
	// Search lists what can be found by the search page; Findable fills it.
	Search   []SearchEntry
	findable sync.Once
	search   func() []SearchEntry

	// Zone is the time zone in which days begin.
	Zone *time.Location
	// pages holds every page by its path.
	pages map[string]*Page
	// Cards is how many cards there can be; each has an Index below it.
	Cards int
	// contents are all published items.
	contents []*gate.Content
}

// Link leads somewhere on the site. URL begins with the site's base path.
type Link struct {
	Text, URL string
	Lang      string // the language of Text when it isn't the page's, else ""
	Section   string // for navigation: the Section of the pages it stands for
	Count     int    // for themes and places: how many items are listed there
}

// Text is a cleared text with what it needs to be shown: templates print it
// with {{prose .}} and list its headings with {{range contents .}}.
type Text struct {
	Body *markdown.Body
	// Media are the pictures that the text may name.
	Media []*gate.Medium
	// URL is the address of the page it belongs to, for links inside it.
	URL string
	// Wide says that pictures in it are as wide as the screen allows (photo-essay).
	Wide bool
	// Away says that the text is shown on another page than its own.
	Away bool
}

// Page is one page of the site: what lists and links need of it. Fill lays out
// what it shows.
type Page struct {
	// Kind names the template: home, stories, story, notes, note, cells, cell,
	// summaries, themes, places, term, people, person, changes, change, page,
	// follow, search, share, meetings, learning, words, everything, 404.
	Kind string
	// Path is the address from the site's root, such as /stories/library/.
	Path string
	// Title is the page's name, and its h1; Lang its language when it isn't the site's.
	Title, Lang string
	// Section is the part of the navigation that is marked as current.
	Section string
	// NoIndex keeps search engines away.
	NoIndex bool
	// Items are the IDs of the items whose words stand on the page, after Fill; Owner
	// the one that made it, if one did. They tell the proof where a text came from.
	Owner string
	Items []string
	// LastModified is the day of what the page shows, for the sitemap; may be zero.
	LastModified gate.Date
	// Shown is what Fill lays out.
	*Shown

	fill   func(p *Page)
	filled sync.Once
}

// Shown is what a page shows. Exactly one of the pointers from Home on is set: the
// one that the template of the page's Kind (layouts/KIND.html) shows.
type Shown struct {
	// URL is the page's Path with the site's base path before it.
	URL       string
	Canonical string
	// Description is for search engines; only words that the teller or network wrote for it.
	Description string
	// UnavailableAfter is the day on which search engines should forget the page
	// (spec, search), such as 2028-05-03.
	UnavailableAfter string
	Crumbs           []Link
	Feeds            []Link  // feeds of this page, for autodiscovery and a "follow" line
	Social           *Social // nil: the site's own card
	Pager            *Pager
	// Scripts names the theme's scripts that this page needs (search and share only).
	Scripts []string

	Home       *Home
	List       *List
	Story      *Story
	Note       *Note
	Cell       *Cell
	Terms      *Terms
	Term       *Term
	People     *People
	Profile    *Profile
	Changes    *Changes
	Change     *Change
	Prose      *Prose
	Follow     *Follow
	Meetings   *Meetings
	Learning   *Learning
	Words      *Words
	Everything *Everything
	Share      *Share

	items map[string]bool // the page's Items, once there are many
}

// Fill lays out what the page shows, once, when it is first wanted: most pages
// of a big site aren't while one is written, and a build lays them out on all
// cores. It may be called from many goroutines.
func (p *Page) Fill() {
	p.filled.Do(func() {
		if p.Shown == nil {
			p.Shown = &Shown{}
		}
		if p.fill != nil {
			p.fill(p)
			p.fill = nil
		}
	})
}

// Release lets go of what Fill laid out, but for Items, once the page is written:
// a big site's pages together take more memory than its texts. Nobody may ask
// for the page after that.
func (p *Page) Release() { p.Shown = nil }

// Social is what cards on other sites may show of a story (use `social`).
type Social struct {
	Title, Description string
	Image              *gate.Medium // nil: none
	// Drawn says that, without an Image, the site draws a card. Where a picture
	// may not be shown, nothing stands in its place. Lettered says that the
	// title is on it; otherwise the site's name stands there alone.
	Drawn, Lettered bool
}

// Pager leads through a long list.
type Pager struct {
	Number, Total  int
	Previous, Next *Link
	Pages          []Link // all pages of the list; the current one has an empty URL
}

// Card shows an item in a list: never more than its title, byline, intro,
// date and, for stories, content note and the teller's chosen picture.
type Card struct {
	Kind         string // story, note, change, cell, person
	Title, URL   string
	Lang         string // the item's language when it isn't the site's
	Intro        string
	Tellers      []Link // URL is empty when the teller has no page
	Date         gate.Date
	ContentNote  string
	Image        *gate.Medium
	Illustrative bool
	Draft        bool
	Accent       string
	// For notes: the cell's name and the note's number in its series (0: none), and its kind.
	Cell     string
	Number   int
	NoteKind string
	// For changes: done, under-way or not-done.
	Status string
	id     string
	number int
}

// Index tells cards apart: each is made once and shown on many pages.
func (c *Card) Index() int { return c.number }

// Home is the front page.
type Home struct {
	Stories []*Card // the newest
	Notes   []*Card
	Changes []*Card
	Cells   []*Card
	Themes  []Link
	Quotes  []Quote // lines that tellers allow to be shown elsewhere
	// StoryCount and NoteCount count everything that is published.
	StoryCount, NoteCount int
}

// List is a list of cards: stories or notes.
type List struct {
	Cards []*Card
	Count int // in the whole list
}

// Story is a story's page.
type Story struct {
	*gate.Story
	Tellers []Link // byline; URL is empty when the teller has no page
	Body    Text
	Themes  []Link
	Place   *Link
	// Original and Translations are the same story in other languages.
	Original     *Link
	Translations []Link
	Versions     []VersionView
	// More are other stories by the same teller.
	More           []*Card
	Previous, Next *Link // by date
	Changes        []*Card
	Notes          []*Card // notes that grew from it
	SuggestURL     string  // leads to the file at the repository, or ""
	// Loose are recordings and pictures that the text doesn't place itself.
	Loose []*gate.Medium
}

// VersionView is an equal alternative of a story.
type VersionView struct {
	Kind      string // easy-read, bsl, …
	Text      Text
	Recording *gate.Medium
}

// Note is a note's page.
type Note struct {
	*gate.Note
	// Opening stands above the key points; Lead and Tail stand around them,
	// under SummaryHeading, when they were written in the text. Mostly empty.
	Opening, Lead, Tail Text
	Body                Text
	Summary             []KeyPoint
	Questions           []Text
	Chair               Text
	Themes              []Link
	Place               *Link
	Cell                *Link
	// LastTime and NextTime are the neighbours in the cell's series.
	LastTime, NextTime *Card
	// Upcoming are the next meetings as announced in this note.
	Upcoming []MeetingView
	Stories  []*Card
	Changes  []*Card
	// HasContents says that the text is long enough for a table of contents.
	HasContents bool
	// Hashtags are words in CamelCase, to be shown without spaces.
	Hashtags   [][]string
	SuggestURL string
	// Loose are recordings and pictures that the text doesn't place itself.
	Loose []*gate.Medium
}

// KeyPoint is a key point with its own anchor.
type KeyPoint struct {
	Anchor string // on its note's page, such as point-3; questions have none
	Text   Text
	Note   *Card // where it was made; set on other pages than the note's
}

// MeetingView is an announced meeting.
type MeetingView struct {
	gate.Meeting
	// Inferred says that the year was taken from the note's date.
	Inferred bool
	// Past says that the day is over.
	Past bool
	// Told leads to the note of that meeting, when there is one.
	Told *Link
	Cell *Link
	Note *Link // the note that announced it
}

// Cell is a working group's page, and its page of all summaries.
type Cell struct {
	*gate.Cell
	Body, About Text
	Hashtag     []string // its words in CamelCase, to be shown without spaces
	Loose       []*gate.Medium
	Notes       []*Card // in series order
	Next        []MeetingView
	Questions   []KeyPoint // carried on, newest first
	// Summaries are the key points of all meetings, in series order.
	Summaries    []MeetingSummary
	SummariesURL string // "" when no note has key points
	CalendarURL  string // "" when no meeting has a full date
	Stories      []*Card
	Changes      []*Card
	Themes       []Link
}

// MeetingSummary is what one meeting learned.
type MeetingSummary struct {
	Note   *Card
	Points []KeyPoint
}

// Terms lists all themes or all places, with counts of what is shown there.
type Terms struct{ Terms []Link }

// Term is one theme or place.
type Term struct {
	Kind  string // theme or place
	Cards []*Card
	Count int
}

// People lists the people who have a page of their own.
type People struct{ People []*Card }

// Profile is a person's own page.
type Profile struct {
	*gate.Profile
	Body    Text
	Stories []*Card
}

// Changes lists what changed and what didn't, newest first.
type Changes struct{ Cards []*Card }

// Change is what changed, or didn't, because of what was heard.
type Change struct {
	*gate.Change
	Body, Why  Text
	Heard      []*Card
	Themes     []Link
	SuggestURL string
	Loose      []*gate.Medium // pictures and recordings that the text doesn't place itself
}

// Prose is a page about the site.
type Prose struct {
	*gate.Page
	Body       Text
	SuggestURL string
}

// Follow explains feeds and lists all of them.
type Follow struct {
	Groups    []FeedGroup
	Calendars []Link
	OPML      string
}

// FeedGroup is the feeds of one folder: RSS, Atom and JSON Feed, and a podcast
// ("" when there is nothing to listen to).
type FeedGroup struct {
	Title                    string
	RSS, Atom, JSON, Podcast string
}

// Meetings lists the meetings to come, and those announced without a day.
type Meetings struct {
	Upcoming, Undated []MeetingView
	CalendarURL       string
}

// Learning lists all key points, by theme and by year. Where there are many, its
// groups lead to pages of their own, and such a page is a Part.
type Learning struct {
	ByTheme []LearningGroup
	ByYear  []LearningGroup
	Part    *LearningGroup
}

// LearningGroup is the key points under one heading.
type LearningGroup struct {
	Title, Anchor string
	URL           string           // of the group's own pages; "" when its Notes stand here
	Count         int              // of the notes that it has
	Notes         []MeetingSummary // newest first
}

// Words is the wall of lines that tellers allow to be shown, in the order of the stories' slugs: never ranked.
type Words struct{ Quotes []Quote }

// Quote is a line that its teller allows to be shown elsewhere.
type Quote struct {
	Line    string
	Lang    string
	Accent  string // the story's
	Tellers []Link
	Story   Link
	id      string
}

// Everything is a plain index of the whole site, or a part of it.
type Everything struct{ Groups []Group }

// Group is a list of links under a heading; Key is a word of the theme. More
// leads to the whole list where this is its beginning.
type Group struct {
	Key   string
	Links []Link
	More  *Link
}

// Share is the page on which a story is written and offered.
type Share struct {
	Body Text // content/pages/share.md, if there is one
	// NewFileURL is the host's "new file" page with a place for the file's
	// name and text, or "" without a repository.
	NewFileURL string
	Host       string // github, gitlab, forgejo or ""
	Accents    []string
	Layouts    []string
}

// Redirect is an earlier address that leads to a page.
type Redirect struct{ Path, URL, Owner string }

// SearchEntry is an item that can be found on the site.
type SearchEntry struct {
	Title, URL, Kind, Lang string
	Tellers                []string
	Themes                 []string
	Place                  string
	Text                   *markdown.Body // nil for items without a text
	// More are the other texts on its page: key points, questions, other versions.
	More []*markdown.Body
	// Media bring transcripts and long descriptions, where they are shown themselves.
	Media []*gate.Medium
	Intro string
	Owner string
}

// Feed is one feed in its three formats, all in the folder Path.
type Feed struct {
	Title string
	// Path is the folder, such as /stories/; rss.xml, atom.xml and feed.json stand in it.
	Path string
	// PageURL is the page that the feed follows; it begins with the site's base path.
	PageURL string
	// What follows is there after Fill. Entries are newest first. An item's entry is the same in every feed, and is made once.
	Entries []Entry
	// Recalls are the notices for items that left lately, newest first.
	Recalls []Notice
	// Updated is the day of the newest entry or notice.
	Updated consent.Day

	fill func() // once
}

// Fill gathers what the feed carries, once, when it is first wanted. It may be
// called from many goroutines.
func (f *Feed) Fill() {
	if f.fill != nil {
		f.fill()
	}
}

// IsPodcast reports whether the feed carries a story that can be listened to;
// then there is a podcast beside it.
func (f *Feed) IsPodcast() bool {
	f.Fill()
	for i := range f.Entries {
		e := &f.Entries[i]
		if e.Text != nil && slices.ContainsFunc(e.Recordings, func(m *gate.Medium) bool { return !m.Video }) {
			return true
		}
	}
	return false
}

// Entry is an item in a feed.
type Entry struct {
	ID, Title, URL string
	Lang           string
	Kind           string
	Authors        []Link
	Published      gate.Date
	Summary        string // the teller's intro
	ContentNote    string
	Illustrative   bool  // invented, as an example
	Text           *Text // only for `feed: full`
	Categories     []string
	Image          *gate.Medium
	Recordings     []*gate.Medium // the story itself, told aloud
	Versions       []VersionView  // the story in another way; only for `feed: full`
	// A note's key points stand before its text, with what stood around them.
	Opening, PointsLead, PointsTail Text
	PointsHeading                   string
	Points                          []Text
	Owner                           string
}

// Notice overwrites readers' copies of an item that left (spec, "Recall").
type Notice struct {
	ID   string
	Left consent.Day
}

// Calendar is a file of meetings.
type Calendar struct {
	Title, Path string
	Events      []Event
}

// Event is a meeting with a full date.
type Event struct {
	UID     string
	Day     consent.Day
	From    string // "15:00" or "" for the whole day
	To      string
	Summary string
	Place   string
	// Words are how it was announced, when not by its date alone.
	Words string
	URL   string
	Owner string
}
