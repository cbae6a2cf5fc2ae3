package gate

import (
	"sync"

	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
)

// What later rooms need to name without seeing what was read.
type (
	// Site is what site.yaml says.
	Site = read.Site
	// Date is a date as precisely as it is known.
	Date = read.Date
	// Kind is one of the six kinds of content.
	Kind = read.Kind
)

// The kinds of content.
const (
	StoryKind  = read.StoryKind
	NoteKind   = read.NoteKind
	CellKind   = read.CellKind
	PersonKind = read.PersonKind
	ChangeKind = read.ChangeKind
	PageKind   = read.PageKind
)

// Cleared is everything that may be shown on one day, and nothing else. Only
// Decide fills one: its fields can't be set outside this package, so what a
// later room can show has passed the gate.
type Cleared struct {
	site      *Site
	day       consent.Day
	goodUntil func() string
	stories   []*Story
	notes     []*Note
	cells     []*Cell
	changes   []*Change
	pages     []*Page
	profiles  []*Profile
	recalls   []Recall

	index sync.Once
	byID  map[string]any // for Texts, made when first asked for
}

// Site returns what site.yaml says.
func (c *Cleared) Site() *Site { return c.site }

// Day returns the civil day that everything was decided for.
func (c *Cleared) Day() consent.Day { return c.day }

// GoodUntil returns the last day on which the output is still right, or "" when
// nothing known will change it. It is worked out when it is first asked for.
func (c *Cleared) GoodUntil() string { return c.goodUntil() }

// Stories returns the stories that hold for page, in the order of their slugs.
func (c *Cleared) Stories() []*Story { return c.stories }

// Notes returns the notes, in the order of their slugs.
func (c *Cleared) Notes() []*Note { return c.notes }

// Cells returns the cells, in the order of their IDs.
func (c *Cleared) Cells() []*Cell { return c.cells }

// Changes returns the changes, in the order of their slugs.
func (c *Cleared) Changes() []*Change { return c.changes }

// Pages returns the pages, in the order of their paths.
func (c *Cleared) Pages() []*Page { return c.pages }

// Profiles returns the people who have a page of their own, in the order of their IDs.
func (c *Cleared) Profiles() []*Profile { return c.profiles }

// Recalls returns the stories that left lately and were in feeds.
func (c *Cleared) Recalls() []Recall { return c.recalls }

// eachMedium calls f for every picture and recording of every cleared item.
func (c *Cleared) eachMedium(f func(*Medium)) {
	content := func(x *Content) {
		for _, m := range x.Media {
			f(m)
		}
	}
	for _, x := range c.stories {
		content(&x.Content)
	}
	for _, x := range c.notes {
		content(&x.Content)
	}
	for _, x := range c.cells {
		content(&x.Content)
	}
	for _, x := range c.changes {
		content(&x.Content)
	}
	for _, x := range c.pages {
		content(&x.Content)
	}
	for _, x := range c.profiles {
		content(&x.Content)
	}
}

// Content is what every cleared item has.
type Content struct {
	Kind Kind
	// ID is the address without slashes at the ends, such as stories/library.
	ID, Slug string
	Title    string
	Language string // empty for the site's
	Body     *markdown.Body
	Media    []*Medium
	Image    *Medium // the picture shown with the title, or nil
	// PictureWithheld says that a picture of it may not be shown.
	PictureWithheld bool
	// Illustrative says that the item is invented; Draft that it is shown only because drafts were asked for.
	Illustrative, Draft bool
	// File is the source file's path in the site's folder.
	File string
	// Themes are in the writer's words.
	Themes []string
	Place  string
	Date   Date
	// FeedID is the opaque ID for feeds (spec, "Recall").
	FeedID string
	Was    []string
}

// Teller is a person as their own story shows them.
type Teller struct {
	Name string
	// Person is their ID when they have a page of their own, else "".
	Person string
	// Key tells tellers apart: their ID, or for a name just for one story that story's ID.
	Key string
}

// Story is a story that may be published.
type Story struct {
	Content
	Tellers       []Teller
	Intro         string
	DescribedAs   string
	Pronouns      string
	ContentNote   string
	HopedFor      string
	Layout        string // story, letter, poem, interview, timeline, photo-essay
	Accent        string
	ExitPage      bool
	Feed          string   // full, intro, none; none when the consent doesn't cover feeds
	Quotes        []string // only what may be shown elsewhere
	TranslationOf string   // the original's slug
	Versions      []Version
	NeverSay      []string
	// MaySearch, MaySocial and MayQuote are the uses that the story's consent covers.
	MaySearch, MaySocial, MayQuote bool
	// LastDay is the last day on which it can stay (spec, search: unavailable_after).
	LastDay consent.Day
}

// Version is an equal alternative of a story: a text or a recording.
type Version struct {
	Kind      string
	Text      *markdown.Body
	Recording *Medium
}

// Medium is a picture or recording that may be published.
type Medium struct {
	File       string // as the text names it
	Path       string // on disk
	Alt        string
	Decorative bool
	Caption    string
	// Description is the long description, Transcript every word that is said.
	Description, Transcript *markdown.Body
	CaptionsPath            string
	PosterPath              string // empty when not everyone allows pictures
	Recording, Video        bool
}

// Named is a person who may be named, with a role if one was given.
type Named struct {
	Name string
	// Person is their ID when they have a page of their own, else "".
	Person string
	Role   string
}

// Meeting is a meeting to come.
type Meeting struct {
	Date     Date
	From, To string
	Topic    string
	When     string
	Held     string
}

// Reading is something to read further.
type Reading struct{ Title, URL string }

// Note is a note that may be published.
type Note struct {
	Content
	NoteKind   string // meeting, roundtable or learning
	Cell       string // ID of the cell, or ""
	Number     int    // 0 when it has none
	Held, By   string
	People     []Named
	Attendance int // 0 when it isn't known
	Summary    []*markdown.Body
	// SummaryHeading, SummaryLead and SummaryTail are what stood around the key
	// points in the text, and Opening what stood above them; mostly empty.
	SummaryHeading                    string
	Opening, SummaryLead, SummaryTail *markdown.Body
	Questions                         []*markdown.Body
	Chair                             *markdown.Body
	Next                              []Meeting
	Hashtags                          []string
	Reading                           []Reading
	Stories                           []string // slugs
}

// Cell is a working group.
type Cell struct {
	Content
	About          *markdown.Body
	ThoughtLeaders []Named
	Convenors      []Named
	Hashtag        string
}

// Change is what changed, or didn't, because of what was heard.
type Change struct {
	Content
	By     string
	Status string // done, under-way, not-done or ""
	Why    *markdown.Body
	Heard  []string // slugs of stories and notes
	Due    Date
}

// Page is a page about the site.
type Page struct {
	Content
	Intro string
	Order int
	InNav bool
}

// Profile is a person's own page.
type Profile struct {
	Content
	Name        string
	DescribedAs string
	Pronouns    string
}

// Recall is a story that left lately: what feeds need to overwrite readers'
// copies, without a word of it (spec, "Recall").
type Recall struct {
	FeedID string
	// Left is the first day on which the story wasn't there.
	Left consent.Day
	// Themes, Place and Tellers name the feeds it was in; only those that still exist carry the notice.
	Themes  []string
	Place   string
	Tellers []string
}

// Withheld is what the proof looks for: traces of everything that was read and
// may not be shown. It never leaves the build.
type Withheld struct {
	Items  []WithheldItem
	Names  []WithheldName
	Texts  []WithheldText
	Titles []string // withheld stories' titles of three words or more
	// Lines are `quote:` lines and attributed quotations of five words or more.
	Lines []WithheldText
	// Files are the paths on disk of withheld pictures and recordings.
	Files []string
	// NotAbout lists, by item, the people whose name there means someone else.
	NotAbout map[string][]string
	// Shown lists, by person key, the items that show them by name with their consent (bylines).
	Shown map[string][]string
}

// WithheldItem is an item whose address and file name may not occur.
type WithheldItem struct {
	ID       string
	FileName string // the source file's own name, when it tells something: library.md
}

// WithheldName is a name that may not occur where its bearer may not be named.
type WithheldName struct {
	Person string // ID such as people/amina, or the ID of the story of a one-story teller
	Name   string
	NotMe  []string
	// Handle says that Name is the person's ID as it is written in mentions: @amina. Standing
	// in code or behind a backslash, a mention is shown as it was typed.
	Handle bool
	// Ordinary says that the (single) word is also an ordinary word: a warning only.
	Ordinary bool
	// Hash and Salt stand for the name of somebody who was forgotten; Words is how many words it has.
	Hash, Salt string
	Words      int
}

// WithheldText is words that may not occur, except where Except also holds them.
type WithheldText struct {
	Words  string
	Except []string
}
