package keeper

import (
	"fmt"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
)

// useWords say what a use allows (spec, "Uses"): to a keeper, and on a receipt
// to the person who gave it, for a story and for a person's own consent.
type useWords struct {
	keeper          string
	story, personal string // "" when the use means nothing there
}

var words = map[consent.Use]useWords{
	consent.Page:       {"a page of its own, and this site's lists and search", "Your story has a page on this site. It stands in the site's lists and in its own search.", ""},
	consent.Feeds:      {"RSS, Atom and JSON feeds", "Your story may go out to people who follow the site in a feed reader.", ""},
	consent.Search:     {"search engines may list it", "Search engines such as Google may list the page of your story.", ""},
	consent.Social:     {"title, introduction and picture when a link is shared", "When somebody shares a link to your story, its title, introduction and picture may be shown with the link.", ""},
	consent.Quotes:     {"lines quoted elsewhere on the site", "The lines that you marked may be shown elsewhere on this site.", "Words of yours may be quoted on this site with your name."},
	consent.Images:     {"pictures", "Pictures in your story may be shown.", "Pictures in which you can be recognised may be shown on this site."},
	consent.Recordings: {"recordings", "Recordings in your story may be played.", "Recordings in which you can be heard or seen may be played on this site."},
	consent.Named:      {"the name in notes, attendance lists and credits", "The name on your story may also stand elsewhere on this site.", "Your name may stand in meeting notes, attendance lists and credits, and in other people's stories."},
	consent.Profile:    {"a page of their own", "", "You have a page of your own on this site, in your own words."},
}

// concerns reports whether a use means anything in a consent of this kind.
func concerns(u consent.Use, k read.Kind) bool {
	if k == read.PersonKind {
		return words[u].personal != ""
	}
	return words[u].story != ""
}

// why puts a reason into words. since is the first day on which it applied, or "".
func why(r consent.Reason, since string) string {
	from := ""
	if since != "" {
		from = " since " + since
	}
	switch r {
	case consent.Holds:
		return "holds"
	case consent.Missing:
		return "there is no consent"
	case consent.Unreadable:
		return "the record can't be read"
	case consent.Withdrawn:
		return "withdrawn" + from
	case consent.Paused:
		return "paused" + from
	case consent.NotYet:
		return "not begun yet"
	case consent.Lapsed:
		if since == "" {
			return "its last day is over"
		}
		return "its last day is over, out since " + since
	case consent.CameOfAge:
		return "came of age" + from
	case consent.NotCovered:
		return "not agreed to"
	case gate.OtherPerson:
		return "somebody in it may not be named or quoted" + from
	case gate.Draft:
		return "a draft"
	}
	return string(r)
}

// mend says what a keeper can do about a reason.
func mend(r consent.Reason) string {
	switch r {
	case consent.Missing:
		return "If they agreed, write it down: “consent: {given: …, until: …, for: […]}” in their file. Without it nothing is shown."
	case consent.Unreadable:
		return "“ownwords check” says what is wrong in the file and how to mend it."
	case consent.Withdrawn, consent.Paused:
		return "They asked for it. Do nothing until they speak to you; “renew” on a later day lifts it."
	case consent.Lapsed:
		return "Ask whether they'd like to go on; then use “renew”."
	case consent.NotYet:
		return "Nothing to do: the first build on the day on which it was given shows it. If that day is wrong, mend “given” in the file."
	case consent.NotCovered:
		return "They didn't say yes to this. If they would, ask them, and add the use to “for” in the file."
	case consent.CameOfAge:
		return "They are old enough to decide alone now. Ask them; then write “given_by: self” in the record and use “renew”."
	case gate.OtherPerson:
		return "It comes back when that person may be named (and quoted, where it quotes them), or when its teller writes another wording for them."
	case gate.Draft:
		return "Take “draft: true” away when it is ready."
	}
	return ""
}

// number writes a count with its noun: no stories, 1 story, 3 stories.
func number(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func stories(n int) string { return number(n, "story", "stories") }

func useNames(list []consent.Use) string {
	names := make([]string, len(list))
	for i, u := range list {
		names[i] = string(u)
	}
	return strings.Join(names, ", ")
}

// longDay writes a day for people: 2 May 2028.
func longDay(d consent.Day) string {
	year, month, day := d.Date()
	return fmt.Sprintf("%d %s %d", day, month, year)
}

// placeWords say how a place depends on a person or story.
var placeWords = map[gate.What]string{
	gate.Told:        "told by them",
	gate.Within:      "listed under “with”",
	gate.Mention:     "mentioned",
	gate.Quotation:   "quoted",
	gate.Passage:     "in a passage that needs their consent",
	gate.Attendance:  "listed as attending",
	gate.Credit:      "credited",
	gate.Picture:     "in a picture",
	gate.Recorded:    "in a recording",
	gate.OwnPage:     "their own page",
	gate.Translation: "a translation of it",
	gate.Listed:      "names it as its source",
	gate.Linked:      "links to it",
}
