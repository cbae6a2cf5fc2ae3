package read

import (
	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/report"
)

// Values that remember where they stand in their file.
type (
	// Text is a line or paragraph of plain words.
	Text struct {
		S  string
		At report.Place
	}
	// Flag is true or false.
	Flag struct {
		V  bool
		At report.Place
	}
	// Number is a whole number, zero or more. Set tells 0 from absent.
	Number struct {
		N   int
		Set bool
		At  report.Place
	}
	// CivilDay is a whole day; Set tells whether one was written.
	CivilDay struct {
		Day consent.Day
		Set bool
		At  report.Place
	}
	// Length is a length of time such as 18m.
	Length struct {
		D  consent.Duration
		At report.Place
	}
	// PartialDate is a date as precise as it is known.
	PartialDate struct {
		Date Date
		At   report.Place
	}
)

// Kind is one of the six kinds of content (spec, "A site's folder").
type Kind string

const (
	StoryKind  Kind = "story"
	NoteKind   Kind = "note"
	CellKind   Kind = "cell"
	PersonKind Kind = "person"
	ChangeKind Kind = "change"
	PageKind   Kind = "page"
)

// Kinds lists the kinds of content in the order in which they are read.
var Kinds = []Kind{PersonKind, StoryKind, NoteKind, CellKind, ChangeKind, PageKind}

// Folder is the folder of the kind inside content/, and the first part of its
// items' IDs.
func (k Kind) Folder() string {
	switch k {
	case StoryKind:
		return "stories"
	case PersonKind:
		return "people"
	}
	return string(k) + "s"
}

// Item is what every file of content has.
type Item struct {
	Kind Kind
	Slug string // for pages a path such as guides/storytellers
	// ID is the item's address without slashes at the ends, such as stories/library.
	ID string
	// File is the path inside the site's folder, with forward slashes.
	File string
	// Broken is set when a mistake in the file leaves the whole item out.
	Broken bool
	// Body is the text after the front matter.
	Body *markdown.Body
}

// Shared holds the keys that work in every kind.
type Shared struct {
	Language     Text     `yaml:"language" doc:"The language of this text as a BCP 47 tag, if it isn't the site's."`
	Media        []Medium `yaml:"media" doc:"Pictures and recordings beside this file."`
	Image        Text     `yaml:"image" doc:"The picture shown with the title: one of media."`
	NotAbout     []Text   `yaml:"not_about" doc:"IDs of people whose name stands here but means someone else."`
	Illustrative Flag     `yaml:"illustrative" doc:"Invented, as an example: the page says so."`
	Draft        Flag     `yaml:"draft" doc:"Not ready: left out."`
}

// Story is a first-person story (spec, "A story").
type Story struct {
	Item
	Shared
	Title         Text        `yaml:"title,required" doc:"The title, in the teller's words."`
	By            Texts       `yaml:"by" doc:"The teller's ID in content/people; a list when several told it together."`
	Name          Text        `yaml:"name" doc:"Instead of by: a name just for this story."`
	Date          PartialDate `yaml:"date" doc:"When it was told: 2026-05-02, 2026-05 or 2026."`
	Intro         Text        `yaml:"intro" doc:"At the head of the story's page, and its only text in lists, feeds and cards."`
	DescribedAs   Text        `yaml:"described_as" doc:"How the teller describes themselves."`
	Pronouns      Text        `yaml:"pronouns" doc:"The teller's pronouns."`
	ContentNote   Text        `yaml:"content_note" doc:"What a reader may want to know before reading."`
	Themes        []Text      `yaml:"themes" doc:"Themes, in a few words each."`
	Place         Text        `yaml:"place" doc:"Where it happened."`
	HopedFor      Text        `yaml:"hoped_for" doc:"What the teller would like to happen."`
	Layout        Text        `yaml:"layout" oneof:"story,letter,poem,interview,timeline,photo-essay" doc:"How the text is laid out."`
	Quote         []Text      `yaml:"quote" doc:"The only lines that may be shown elsewhere; they must stand in the story word for word."`
	Feed          Text        `yaml:"feed" oneof:"full,intro,none" doc:"How much of the story feeds carry."`
	TranslationOf Text        `yaml:"translation_of" doc:"The slug of the original story."`
	With          []Text      `yaml:"with" doc:"IDs of other people in the story."`
	NeverSay      []Text      `yaml:"never_say" doc:"Words this teller doesn't want used about them elsewhere on the site."`
	OpaqueID      Text        `yaml:"id" doc:"An ID for feeds; never changes."`
	Was           []Text      `yaml:"was" doc:"Earlier slugs, which then lead here."`
	Accent        Text        `yaml:"accent" doc:"One of the theme's colours."`
	ExitPage      Flag        `yaml:"exit_page" doc:"Show a quick way off the page."`
	Versions      []Version   `yaml:"versions" doc:"Equal alternatives, such as Easy Read or sign language."`
	Consent       *Consent    `yaml:"consent,expected" doc:"What the teller agreed to."`
}

// Texts is one text or a list of them.
type Texts []Text

// Medium is a picture or recording beside a file.
type Medium struct {
	File       Text    `yaml:"file,required" doc:"The file's name, beside this file."`
	Alt        *Text   `yaml:"alt" doc:"What the picture shows, for people who don't see it."`
	Decorative Flag    `yaml:"decorative" doc:"The picture says nothing: alt may be empty."`
	People     *[]Text `yaml:"people" doc:"IDs of everyone who can be recognised; [] for nobody."`
	Caption    Text    `yaml:"caption" doc:"Words under the picture."`
	Describe   Text    `yaml:"describe" doc:"A Markdown file with a long description."`
	Transcript Text    `yaml:"transcript" doc:"A text file with every word that is said; required for recordings."`
	Captions   Text    `yaml:"captions" doc:"A WebVTT file; required for video."`
	Poster     Text    `yaml:"poster" doc:"A still picture shown before a video plays."`
	At         report.Place
	// Description is the compiled text of Describe, Script that of Transcript.
	Description *markdown.Body
	Script      *markdown.Body
	// Path is the file's path on disk, empty when it isn't there.
	Path, CaptionsPath, PosterPath string
	// Same is the path of the first listed file with the same bytes, mostly Path itself.
	Same string
	// Broken says that a mistake keeps it from being published.
	Broken bool
}

// Version is an equal alternative of a story.
type Version struct {
	Kind Text `yaml:"kind,required" oneof:"easy-read,bsl,isl,asl,audio,large-print,sign-language" doc:"What kind of alternative it is."`
	File Text `yaml:"file,required" doc:"A Markdown file, or a recording listed under media."`
	At   report.Place
	// Text is the compiled text of a Markdown file.
	Text *markdown.Body
}

// Consent is a consent as written (spec, "A story", consent). Record is what
// the rule decides about; it is marked unreadable by any mistake.
type Consent struct {
	Given     CivilDay `yaml:"given,required" doc:"The day it was given."`
	Until     CivilDay `yaml:"until" doc:"The last whole day, in the site's time zone."`
	Lasts     Length   `yaml:"lasts" doc:"Instead of until: how long it lasts, such as 18m."`
	For       []Text   `yaml:"for,required" oneof:"page,feeds,search,social,quotes,images,recordings,named,profile" doc:"What it allows."`
	GivenBy   Text     `yaml:"given_by" oneof:"self,guardian,both" doc:"Who gave it."`
	AdultOn   CivilDay `yaml:"adult_on" doc:"The day the person comes of age; required for guardian and both."`
	Form      Text     `yaml:"form" doc:"Which wording was agreed to."`
	Paused    CivilDay `yaml:"paused" doc:"The day it was paused."`
	Withdrawn CivilDay `yaml:"withdrawn" doc:"The day it was withdrawn."`
	Confirmed Text     `yaml:"confirmed" doc:"Who confirmed it, when a change made it wider."`
	At        report.Place
	Record    *consent.Record
}

// Person is a person on file (spec, "A person").
type Person struct {
	Item
	Shared
	Name        Text     `yaml:"name,required" doc:"The name, as they want to be shown."`
	DescribedAs Text     `yaml:"described_as" doc:"Their own words; the only label ever printed beside the name."`
	Pronouns    Text     `yaml:"pronouns" doc:"Their pronouns."`
	KnownAs     []Text   `yaml:"known_as" doc:"Other names, only for looking for traces; never printed."`
	NotMe       []Text   `yaml:"not_me" doc:"Phrases with the name that mean something else."`
	NeverSay    []Text   `yaml:"never_say" doc:"Words this person doesn't want used about them."`
	Consent     *Consent `yaml:"consent" doc:"What this person agreed to."`
}

// Note is a meeting note or learning note (spec, "A note").
type Note struct {
	Item
	Shared
	Title       Text        `yaml:"title,required" doc:"The title."`
	Date        PartialDate `yaml:"date" doc:"When it was held, as precisely as known."`
	NoteKind    Text        `yaml:"kind" oneof:"meeting,roundtable,learning" doc:"What kind of note it is."`
	Cell        Text        `yaml:"cell" doc:"The ID of the cell it belongs to."`
	Number      Number      `yaml:"number" doc:"Its place in the series."`
	Held        Text        `yaml:"held" doc:"Where or how it was held."`
	By          Text        `yaml:"by" doc:"The organisation that wrote it."`
	People      []Attendee  `yaml:"people" doc:"Who attended; only those who may be named appear."`
	Attendance  Number      `yaml:"attendance" doc:"How many attended, without names."`
	Summary     []Text      `yaml:"summary" markdown:"inline" doc:"Key points."`
	Questions   []Text      `yaml:"questions" markdown:"inline" doc:"Questions carried on."`
	WhoIsntHere Text        `yaml:"who_isnt_here" markdown:"inline" doc:"The empty chair: who was missing."`
	Next        []Meeting   `yaml:"next" doc:"The next meetings."`
	Themes      []Text      `yaml:"themes" doc:"Themes, in a few words each."`
	Place       Text        `yaml:"place" doc:"Where it is about."`
	Hashtags    []Text      `yaml:"hashtags" doc:"Hashtags, in CamelCase."`
	Reading     []Reading   `yaml:"reading" doc:"Further reading."`
	Stories     []Text      `yaml:"stories" doc:"Slugs of stories it grew from."`
	OpaqueID    Text        `yaml:"id" doc:"An ID for feeds; never changes."`
	Was         []Text      `yaml:"was" doc:"Earlier slugs, which then lead here."`
	// The compiled texts of Summary, Questions and WhoIsntHere.
	SummaryTexts, QuestionTexts []*markdown.Body
	// SummaryParts tells what each of SummaryTexts is; empty when all are key
	// points. SummaryHeading is the heading they stood under in the text.
	SummaryParts   []SummaryPart
	SummaryHeading string
	ChairText      *markdown.Body
}

// Attendee is a person who attended, with a role if one is given.
type Attendee struct {
	Person Text `yaml:"person,required" doc:"The person's ID."`
	Role   Text `yaml:"role" doc:"What they did there."`
}

// Meeting is a meeting to come.
type Meeting struct {
	Date  PartialDate `yaml:"date" doc:"The day."`
	From  Text        `yaml:"from" doc:"When it begins, such as \"15:00\"."`
	To    Text        `yaml:"to" doc:"When it ends, such as \"16:30\"."`
	Topic Text        `yaml:"topic" doc:"What it is about."`
	When  Text        `yaml:"when" doc:"In words, when no day is fixed."`
	Held  Text        `yaml:"held" doc:"Where or how it is held."`
	At    report.Place
}

// Reading is something to read further.
type Reading struct {
	Title Text `yaml:"title,required" doc:"What it is called."`
	URL   Text `yaml:"url" doc:"Its address."`
	At    report.Place
}

// Cell is a working group that meets in a numbered series.
type Cell struct {
	Item
	Shared
	Title          Text   `yaml:"title,required" doc:"The cell's name."`
	About          Text   `yaml:"about" markdown:"inline" doc:"Its purpose, in a sentence or two."`
	ThoughtLeaders []Text `yaml:"thought_leaders" doc:"IDs of the people who lead its thinking."`
	Convenors      []Text `yaml:"convenors" doc:"IDs of the people who convene it."`
	Hashtag        Text   `yaml:"hashtag" doc:"Its hashtag, in CamelCase."`
	Themes         []Text `yaml:"themes" doc:"Themes, in a few words each."`
	AboutText      *markdown.Body
}

// Change is what changed, or didn't, because of what was heard.
type Change struct {
	Item
	Shared
	Title    Text        `yaml:"title,required" doc:"What changed, in a line."`
	Date     PartialDate `yaml:"date" doc:"When, as precisely as known."`
	By       Text        `yaml:"by" doc:"Who did it."`
	Status   Text        `yaml:"status" oneof:"done,under-way,not-done" doc:"How far it is."`
	Why      Text        `yaml:"why" markdown:"inline" doc:"Why not; required for not-done."`
	Heard    []Text      `yaml:"heard" doc:"Slugs of the stories and notes in which it was heard."`
	Due      PartialDate `yaml:"due" doc:"When it is meant to be done."`
	Themes   []Text      `yaml:"themes" doc:"Themes, in a few words each."`
	OpaqueID Text        `yaml:"id" doc:"An ID for feeds; never changes."`
	WhyText  *markdown.Body
}

// Page is a page about the site.
type Page struct {
	Item
	Shared
	Title Text   `yaml:"title,required" doc:"The title."`
	Intro Text   `yaml:"intro" doc:"A sentence under the title."`
	Order Number `yaml:"order" doc:"Its place in the navigation; without it the page isn't there."`
}

// Library is everything that was read: typed items with a place for every value.
type Library struct {
	Site    *Site
	People  []*Person
	Stories []*Story
	Notes   []*Note
	Cells   []*Cell
	Changes []*Change
	Pages   []*Page
	// Forgotten is what is left of people who were forgotten (see Forgotten).
	Forgotten []Forgotten
	// Problems are what the files' writers should mend.
	Problems []report.Problem
}
