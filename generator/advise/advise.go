// Package advise gives the advice of `ownwords check`: suggestions about the
// network's own text, and warnings about what may tell too much about
// somebody. No advice is ever given about a story's words or its frame (spec,
// promise 3); a story is only looked through for contact details and birth
// dates, and its address for names. Nothing that is told quotes a text.
package advise

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// Advise looks through what was read from a site's folder, on a day. The
// problems are in no order.
func Advise(lib *read.Library, dir string, day consent.Day) []report.Problem {
	a := &adviser{lib: lib, dir: dir, day: day, sources: map[string]source{}}
	list, problems := words(dir)
	a.problems = problems
	a.contact = contacts(lib.Site.Contact)
	a.looked(list)
	a.personal()
	a.addresses()
	a.overdue()
	return a.problems
}

type adviser struct {
	lib      *read.Library
	dir      string
	day      consent.Day
	sources  map[string]source
	contact  []string
	people   []knownPerson   // made when first needed
	ordinary map[string]bool // words that stand in lower case somewhere
	problems []report.Problem
}

func (a *adviser) source(file string) source {
	s, ok := a.sources[file]
	if !ok {
		s = load(a.path(file))
		a.sources[file] = s
	}
	return s
}

func (a *adviser) tell(severity report.Severity, code, file string, at report.Place, message, help string) {
	a.problems = append(a.problems, report.Problem{Code: code, Severity: severity, File: file, Line: int(at.Line), Column: int(at.Column), Message: message, Help: help})
}

func (a *adviser) advice(code, file string, at report.Place, message, help string) {
	a.tell(report.Advice, code, file, at, message, help)
}

// networkItem is something that the network wrote.
type networkItem struct {
	item *read.Item
	// values are its lines of front matter that are prose; short is the part of
	// them that should be short sentences.
	values, short []read.Text
	// about lists the people it is about, by their IDs (people/ID), and the
	// stories it names as its sources.
	people  []string
	stories []string
	date    read.Date
	draft   bool
}

func texts(lists ...[]read.Text) []read.Text {
	return slices.DeleteFunc(slices.Concat(lists...), func(t read.Text) bool { return t.S == "" })
}

// network lists everything that the network wrote. People introduce themselves
// in their own words, so their files aren't part of it.
func (a *adviser) network() []networkItem {
	var list []networkItem
	mentioned := func(bodies ...*markdown.Body) []string {
		var ids []string
		for _, b := range bodies {
			if b == nil {
				continue
			}
			for _, m := range b.Mentions {
				ids = append(ids, "people/"+m.Person)
			}
			for _, p := range b.Passages {
				for _, id := range p.People {
					ids = append(ids, "people/"+id)
				}
			}
		}
		return ids
	}
	captions := func(s read.Shared) []read.Text {
		var list []read.Text
		for _, m := range s.Media {
			list = append(list, m.Caption)
			if m.Alt != nil {
				list = append(list, *m.Alt)
			}
		}
		return list
	}
	named := func(list []read.Text) []string {
		var ids []string
		for _, t := range list {
			ids = append(ids, "people/"+t.S)
		}
		return ids
	}
	for _, n := range a.lib.Notes {
		x := networkItem{item: &n.Item, short: n.Summary, date: n.Date.Date, draft: n.Draft.V,
			values: texts([]read.Text{n.Title, n.WhoIsntHere}, n.Summary, n.Questions, captions(n.Shared)),
			people: mentioned(append(slices.Concat(n.SummaryTexts, n.QuestionTexts), n.Body, n.ChairText)...)}
		for _, m := range n.Next {
			x.values = append(x.values, texts([]read.Text{m.Topic})...)
		}
		for _, p := range n.People {
			x.people = append(x.people, "people/"+p.Person.S)
		}
		for _, s := range n.Stories {
			x.stories = append(x.stories, "stories/"+s.S)
		}
		list = append(list, x)
	}
	for _, c := range a.lib.Cells {
		list = append(list, networkItem{item: &c.Item, values: texts([]read.Text{c.Title, c.About}, captions(c.Shared)), short: texts([]read.Text{c.About}),
			people: append(mentioned(c.Body, c.AboutText), named(slices.Concat(c.ThoughtLeaders, c.Convenors))...), draft: c.Draft.V})
	}
	for _, c := range a.lib.Changes {
		x := networkItem{item: &c.Item, values: texts([]read.Text{c.Title, c.Why}, captions(c.Shared)), people: mentioned(c.Body, c.WhyText), date: c.Date.Date, draft: c.Draft.V}
		for _, h := range c.Heard {
			x.stories = append(x.stories, "stories/"+h.S)
		}
		list = append(list, x)
	}
	for _, p := range a.lib.Pages {
		list = append(list, networkItem{item: &p.Item, values: texts([]read.Text{p.Title, p.Intro}, captions(p.Shared)), short: texts([]read.Text{p.Intro}), people: mentioned(p.Body), draft: p.Draft.V})
	}
	return list
}

// looked gives the advice about the network's own text.
func (a *adviser) looked(list []Word) {
	var plain []string
	for _, w := range list {
		plain = append(plain, w.Word)
	}
	listed := phrases(plain)
	unwanted := a.neverSay()
	for _, x := range a.network() {
		src := a.source(x.item.File)
		body := src.bodyText()
		all := []text{body}
		for _, v := range x.values {
			all = append(all, src.value(v))
		}
		asked := phrases(unwanted.about(x))
		o := &once{found: map[string]*repeated{}}
		for _, t := range all {
			a.look(o, t, listed, list, asked)
			a.weekdays(x, t)
		}
		a.links(x, body)
		a.longSentences(x, src)
		hurried(o, body)
		o.tell(a, x.item.File)
	}
	for _, n := range a.lib.Notes {
		a.note(n)
	}
}

// asks is what tellers and others asked not to be called.
type asks struct {
	byPerson map[string][]string // people/ID
	byStory  map[string][]string // stories/SLUG: its own, and those of its tellers
}

func (a *adviser) neverSay() asks {
	u := asks{map[string][]string{}, map[string][]string{}}
	for _, p := range a.lib.People {
		for _, t := range p.NeverSay {
			u.byPerson[p.ID] = append(u.byPerson[p.ID], t.S)
		}
	}
	for _, s := range a.lib.Stories {
		for _, t := range s.NeverSay {
			for _, by := range s.By {
				u.byPerson["people/"+by.S] = append(u.byPerson["people/"+by.S], t.S)
			}
			u.byStory[s.ID] = append(u.byStory[s.ID], t.S)
		}
	}
	for _, s := range a.lib.Stories {
		for _, by := range s.By {
			u.byStory[s.ID] = append(u.byStory[s.ID], u.byPerson["people/"+by.S]...)
		}
	}
	return u
}

// about lists the words that somebody in an item asked not to be called.
func (u asks) about(x networkItem) []string {
	var list []string
	for _, id := range x.people {
		list = append(list, u.byPerson[id]...)
	}
	for _, id := range x.stories {
		list = append(list, u.byStory[id]...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// look finds unwanted words in a text, passing over quotations.
func (a *adviser) look(o *once, t text, listed *regexp.Regexp, list []Word, asked *regexp.Regexp) {
	skip := append(quoted(t.s), address.FindAllStringIndex(t.s, -1)...)
	told := map[int]bool{}
	if asked != nil {
		for _, m := range wholeWords(asked, t.s) {
			if within(skip, m[0]) {
				continue
			}
			told[m[0]] = true
			o.add("never-say", loose(t.s[m[0]:m[1]]), t.at(m[0]), "Somebody whom this text is about asked not to be called that: “"+flat(t.s[m[0]:m[1]])+"”.",
				"Use their own words for themselves, or put it into quotation marks if somebody else's words are meant.")
		}
	}
	if listed == nil {
		return
	}
	for _, m := range wholeWords(listed, t.s) {
		if within(skip, m[0]) || told[m[0]] {
			continue
		}
		found := flat(t.s[m[0]:m[1]])
		i := slices.IndexFunc(list, func(w Word) bool { return strings.EqualFold(loose(w.Word), loose(found)) })
		if i < 0 {
			continue
		}
		message := "“" + found + "” is a word that people have asked not to be called."
		if list[i].Why != "" {
			message += " " + list[i].Why
		}
		help := "Write it as those who are meant would."
		if list[i].Instead != "" {
			help = "Perhaps: " + list[i].Instead + "."
		}
		if list[i].Source != "" {
			help += " (" + list[i].Source + ")"
		}
		o.add("words", loose(found), t.at(m[0]), message, help)
	}
}

// once tells the same advice about one file once, at its first place.
type once struct {
	keys  []string
	found map[string]*repeated
}

type repeated struct {
	report.Problem
	times int
}

func (o *once) add(code, what string, at report.Place, message, help string) {
	key := code + " " + strings.ToLower(what)
	r, again := o.found[key]
	if !again {
		r = &repeated{Problem: report.Problem{Code: code, Line: int(at.Line), Column: int(at.Column), Message: message, Help: help}}
		o.keys, o.found[key] = append(o.keys, key), r
	}
	r.times++
	if line, column := int(at.Line), int(at.Column); line < r.Line || line == r.Line && column < r.Column {
		r.Line, r.Column = line, column
	}
}

func (o *once) tell(a *adviser, file string) {
	for _, key := range o.keys {
		r := o.found[key]
		if r.times > 1 {
			r.Message += " (" + strconv.Itoa(r.times) + " times in this file.)"
		}
		a.advice(r.Code, file, report.PlaceAt(r.Line, r.Column), r.Message, r.Help)
	}
}

// flat puts a phrase on one line; loose makes phrases comparable.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

func loose(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ReplaceAll(s, "’", "'"), func(r rune) bool { return unicode.IsSpace(r) || r == '-' }), " ")
}

var (
	markdownLink = regexp.MustCompile(`\[([^\[\]\n]{1,60})\]\([^)@\n][^)\n]*\)`)
	emptyWords   = regexp.MustCompile(`(?i)^\W*(?:(?:click |tap |press )?(?:on )?(?:here|this|this (?:link|page|article|post|one)|link|more|read more|learn more|find out more|details|more (?:information|info|details)|continue reading|download|website|https?://\S*|www\.\S*))\W*$`)
)

// links finds links whose words say nothing when they are read on their own,
// as a list of links is (WCAG 2.2, 2.4.4 and 2.4.9).
func (a *adviser) links(x networkItem, t text) {
	skip := append(fenced.FindAllStringIndex(t.s, -1), codeSpan.FindAllStringIndex(t.s, -1)...)
	for _, m := range markdownLink.FindAllStringSubmatchIndex(t.s, -1) {
		if within(skip, m[0]) || m[0] > 0 && t.s[m[0]-1] == '!' || !emptyWords.MatchString(t.s[m[2]:m[3]]) {
			continue
		}
		a.advice("link-words", x.item.File, t.at(m[2]), "The words of this link don't say where it leads.",
			"Many people hear a page's links as a list. Make the link of the words that name what is there, such as “[the notes of the first meeting](…)”.")
	}
}

// maxSentence is how many words a sentence of a summary may have before it is advised to split it.
const maxSentence = 30

var sentenceEnd = regexp.MustCompile(`[.!?…]["”’)]*\s+`)

func (a *adviser) longSentences(x networkItem, src source) {
	for _, v := range x.short {
		t := src.value(v)
		start := 0
		for _, m := range append(sentenceEnd.FindAllStringIndex(t.s, -1), []int{len(t.s), len(t.s)}) {
			if n := len(strings.Fields(t.s[start:m[0]])); n > maxSentence {
				a.advice("long-sentence", x.item.File, t.at(start), "This sentence has "+strconv.Itoa(n)+" words. In a summary, short ones are understood by more people.", "Make two or three sentences of it.")
			}
			start = m[1]
		}
	}
}

var (
	loudHeading = regexp.MustCompile(`(?m)^#{1,6}[ \t]+(.*)$`)
	bullet      = regexp.MustCompile(`(?m)^[ \t]*[•▪●‣◦·][ \t\x{a0}]*\S`)
)

// hurried finds what was pasted from elsewhere. A page is still made of it.
func hurried(o *once, t text) {
	for _, m := range loudHeading.FindAllStringSubmatchIndex(t.s, -1) {
		h := t.s[m[2]:m[3]]
		letters := strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return r
			}
			return -1
		}, h)
		if len(strings.Fields(h)) > 1 && len(letters) > 8 && letters == strings.ToUpper(letters) && letters != strings.ToLower(letters) {
			o.add("capitals", "", t.at(m[2]), "This heading is in capitals. They are harder to read, and some screen readers spell them out.", "Write it as a sentence.")
		}
	}
	for _, m := range bullet.FindAllStringIndex(t.s, -1) {
		o.add("pasted-bullets", "", t.at(m[0]), "A line begins with a pasted bullet sign. In a note it is read as a list all the same; elsewhere no list is made of it.", "Begin each point with “- ”, with an empty line before the first; “ownwords import note” does it for a whole text.")
	}
}

// note gives advice about a note that was written in a hurry, or imported.
func (a *adviser) note(n *read.Note) {
	if n.Broken {
		return
	}
	top := n.Title.At
	meeting := n.NoteKind.S == "" || n.NoteKind.S == "meeting" || n.NoteKind.S == "roundtable"
	hasSummary := len(n.SummaryTexts) > 0
	if meeting && !hasSummary {
		a.advice("no-summary", n.File, top, "The note has no summary, so lists and the cell's page have nothing to show of it.", "Add two or three key points under “summary:”, each on a line of its own with a hyphen, or a first section headed “Summary”.")
	}
	// Of a note that was looked after, an unknown date is simply unknown.
	if meeting && n.Date.Date.IsZero() && (!hasSummary || n.Draft.V) {
		a.advice("no-date", n.File, top, "The note has no date, so readers see “Date not recorded”.", "If you know the year or the month, that is worth having: “date: 2026-11” or “date: 2026”.")
	}
	if !n.Draft.V {
		return
	}
	for _, p := range n.People {
		a.advice("draft-people", n.File, p.Person.At, "This draft lists somebody as having been there.", "Before you take “draft: true” away, make sure that they may be named; “ownwords consent show people/"+p.Person.S+"” tells.")
	}
	body := a.source(n.File).bodyText()
	for _, known := range a.known() {
		p, re := known.person, known.names
		for _, m := range wholeWords(re, body.s) {
			first := []rune(body.s[m[0]:])[0]
			if !unicode.IsUpper(first) && unicode.IsLower(first) || inMention(body.s, m[0]) || slices.ContainsFunc(n.NotAbout, func(t read.Text) bool { return t.S == p.Slug }) {
				continue
			}
			a.advice("draft-people", n.File, body.at(m[0]), "This draft seems to name "+p.ID+" here, in plain words.",
				"If they are meant, write “[@"+p.Slug+"]”, so that the name stands only while they allow it; if not, add “not_about: ["+p.Slug+"]”.")
			break
		}
	}
}

// knownPerson is a person on file with an expression for their names.
type knownPerson struct {
	person *read.Person
	names  *regexp.Regexp
}

// known lists the people on file who have a name.
func (a *adviser) known() []knownPerson {
	if a.people != nil {
		return a.people
	}
	a.people = []knownPerson{}
	for _, p := range a.lib.People {
		var list []string
		for _, t := range append([]read.Text{p.Name}, p.KnownAs...) {
			if t.S != "" {
				list = append(list, t.S)
			}
		}
		if re := phrases(list); re != nil {
			a.people = append(a.people, knownPerson{p, re})
		}
	}
	return a.people
}

// inMention reports whether a name stands in the words of a mention.
func inMention(s string, at int) bool {
	open := strings.LastIndexByte(s[:at], '[')
	if open < 0 || strings.ContainsAny(s[open:at], "]\n") {
		return false
	}
	return strings.HasPrefix(s[open:], "[@") || strings.Contains(s[at:min(len(s), at+120)], "](@")
}

var weekday = regexp.MustCompile(`(?i)\b(mon|tues|wednes|thurs|fri|satur|sun)day,?\s+(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?\s+(january|february|march|april|may|june|july|august|september|october|november|december)\b(?:,?\s+(\d{4})\b)?`)

// weekdays finds a weekday that doesn't fit its date. A date without a year is
// only looked at under `next`, where a year can be known.
func (a *adviser) weekdays(x networkItem, t text) {
	for _, m := range weekday.FindAllStringSubmatchIndex(t.s, -1) {
		if m[8] >= 0 {
			a.weekday(x.item.File, t.at(m[0]), t.s[m[0]:m[1]], x.date)
		}
	}
}

// weekday warns when the words of a date don't fit together.
func (a *adviser) weekday(file string, at report.Place, words string, note read.Date) {
	date, inferred := gate.InferDate(words, note)
	if date.IsZero() { // the note itself has no date; the words may have a year
		date, inferred = gate.InferDate(words, read.Date{Year: 2000, Month: time.January, Day: 1})
		if inferred {
			return
		}
	}
	day, whole := date.Whole()
	m := weekday.FindStringSubmatch(words)
	if !whole || m == nil || strings.EqualFold(m[1]+"day", day.Weekday().String()) {
		return
	}
	message := fmt.Sprintf("The weekday doesn't fit the date: %s is a %s.", date, day.Weekday())
	if inferred {
		message += " (No year is written; this is the first such day after the note's date.)"
	}
	a.tell(report.Warning, "weekday-differs", file, at, message, "Find out whether the day or the weekday is right, and mend it.")
}

// overdue finds what was promised for a day that has passed (issue of trust
// rather than of form), and weekdays under `next`.
func (a *adviser) overdue() {
	for _, c := range a.lib.Changes {
		due := c.Due.Date
		if c.Broken || due.IsZero() || c.Status.S == "done" || c.Status.S == "not-done" || c.Draft.V {
			continue
		}
		if last := lastDay(due); last < a.day {
			a.tell(report.Warning, "overdue", c.File, c.Due.At, "This was meant to be done by "+due.String()+", and it isn't marked as done.",
				"Tell people where it stands: set “status”, or write a new “due” and why it takes longer.")
		}
	}
	for _, n := range a.lib.Notes {
		for _, m := range n.Next {
			if m.When.S != "" {
				a.weekday(n.File, a.source(n.File).value(m.When).at(0), m.When.S, n.Date.Date)
			}
		}
	}
}

// lastDay is the last day that a date may mean.
func lastDay(d read.Date) consent.Day {
	month, day := d.Month, d.Day
	if month == 0 {
		month = time.December
	}
	if day == 0 {
		day = consent.DaysIn(d.Year, month)
	}
	return consent.NewDay(d.Year, month, day)
}

var (
	email    = regexp.MustCompile(`[\pL\pN][\pL\pN._%+-]*@[\pL\pN-]+(?:\.[\pL\pN-]+)+`)
	phone    = regexp.MustCompile(`(?:\+\d{1,3}[\s()./-]{0,3}|\(?0)\d(?:[ \x{a0}()./-]{0,3}\d){7,12}`)
	postcode = regexp.MustCompile(`\b[A-Z]{1,2}\d[A-Z\d]?[ \x{a0}]\d[A-Z]{2}\b`)
	birth    = regexp.MustCompile(`(?is)\b(?:born|birth(?:day)?|d\.?o\.?b)\b[^.!?]{0,40}?(?:\d{1,2}(?:st|nd|rd|th)?(?:\s+of)?\s+(?:january|february|march|april|may|june|july|august|september|october|november|december),?\s+\d{4}|(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}|\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2})`)
)

// contacts are the e-mail addresses and telephone numbers of the site itself.
func contacts(s string) []string {
	list := email.FindAllString(s, -1)
	for _, p := range phone.FindAllString(s, -1) {
		list = append(list, digits(p))
	}
	return list
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

// personal warns about details by which somebody can be reached or identified,
// in every text that may be published. It is the only look at stories' words,
// and it quotes none.
func (a *adviser) personal() {
	for _, e := range a.items() {
		src := a.source(e.item.File)
		a.details(e.item.File, append(src.keyLines(), src.bodyText()))
		dir := filepath.ToSlash(filepath.Dir(e.item.File))
		for _, name := range e.beside {
			file := dir + "/" + name
			a.details(file, []text{a.source(file).bodyText()})
		}
	}
}

type anyItem struct {
	item   *read.Item
	beside []string // texts beside it
	files  []read.Text
	themes []read.Text
	about  []read.Text // not_about
}

// items lists every item with the texts, files and themes that belong to it.
func (a *adviser) items() []anyItem {
	var list []anyItem
	add := func(item *read.Item, s *read.Shared, themes []read.Text, more ...read.Text) {
		x := anyItem{item: item, themes: themes, about: s.NotAbout}
		for _, m := range s.Media {
			x.files = append(x.files, m.File)
			for _, t := range []read.Text{m.Describe, m.Transcript, m.Captions} {
				if t.S != "" {
					x.beside = append(x.beside, t.S)
				}
			}
		}
		for _, t := range more {
			x.files = append(x.files, t)
			if ext := strings.ToLower(filepath.Ext(t.S)); ext == ".md" || ext == ".txt" {
				x.beside = append(x.beside, t.S)
			}
		}
		list = append(list, x)
	}
	for _, s := range a.lib.Stories {
		var versions []read.Text
		for _, v := range s.Versions {
			versions = append(versions, v.File)
		}
		add(&s.Item, &s.Shared, s.Themes, versions...)
	}
	for _, n := range a.lib.Notes {
		add(&n.Item, &n.Shared, n.Themes)
	}
	for _, c := range a.lib.Cells {
		add(&c.Item, &c.Shared, c.Themes)
	}
	for _, c := range a.lib.Changes {
		add(&c.Item, &c.Shared, c.Themes)
	}
	for _, p := range a.lib.Pages {
		add(&p.Item, &p.Shared, nil)
	}
	for _, p := range a.lib.People {
		add(&p.Item, &p.Shared, nil)
	}
	return list
}

func (a *adviser) details(file string, all []text) {
	for _, t := range all {
		skip := address.FindAllStringIndex(t.s, -1)
		for _, look := range []struct {
			re                  *regexp.Regexp
			code, message, help string
			key                 func(string) string
		}{
			{email, "email-address", "Here seems to be an e-mail address.", "Whatever is published is collected by others. Leave it out, unless its owner wants it here; the site's own contact belongs into site.yaml.", strings.Clone},
			{phone, "phone-number", "Here seems to be a telephone number.", "Whatever is published is collected by others. Leave it out, unless its owner wants it here; the site's own contact belongs into site.yaml.", digits},
			{postcode, "postcode", "Here seems to be a postcode, which can name a single house.", "Leave it out, or name a wider place.", strings.Clone},
			{birth, "birth-date", "Here seems to be somebody's full date of birth.", "Leave it out, or give the year only; a full date of birth helps others to pass for somebody.", strings.Clone},
		} {
			for _, m := range look.re.FindAllStringIndex(t.s, -1) {
				found := t.s[m[0]:m[1]]
				if within(skip, m[0]) && look.code != "email-address" || slices.Contains(a.contact, look.key(found)) || glued(t.s, m) {
					continue
				}
				a.tell(report.Warning, look.code, file, t.at(m[0]), look.message, look.help)
			}
		}
	}
}

// glued reports whether a match is a part of a longer number or word.
func glued(s string, m []int) bool {
	before, after := rune(0), rune(0)
	if m[0] > 0 {
		before = rune(s[m[0]-1])
	}
	if m[1] < len(s) {
		after = rune(s[m[1]])
	}
	return before < 0x80 && (wordRune(before) || before == '-' || before == '.') || after < 0x80 && unicode.IsDigit(after)
}

// addresses finds names in what becomes a part of an address: file names,
// slugs and themes. When the person's consent ends, the proof would have to
// leave the whole item out for it.
func (a *adviser) addresses() {
	type name struct {
		id    string
		words string // as in an address: amina-yusuf
	}
	var names []name
	add := func(id, n string) {
		if w := slugWords(n); w != "" {
			names = append(names, name{id, w})
		}
	}
	except := map[string][]string{}
	for _, p := range a.lib.People {
		for _, t := range append([]read.Text{p.Name}, p.KnownAs...) {
			add(p.ID, t.S)
		}
		for _, t := range p.NotMe {
			except[p.ID] = append(except[p.ID], slugWords(t.S))
		}
	}
	for _, s := range a.lib.Stories {
		if s.Name.S != "" {
			add(s.ID, s.Name.S)
		}
	}
	carries := func(x anyItem, s string) bool {
		path := "-" + slugWords(s) + "-"
		return slices.ContainsFunc(names, func(n name) bool {
			if !strings.Contains(path, "-"+n.words+"-") || !strings.Contains(n.words, "-") && a.isOrdinary(n.words) {
				return false
			}
			meant := func(phrase string) bool { return strings.Contains(path, "-"+phrase+"-") }
			return !slices.ContainsFunc(except[n.id], meant) && !slices.ContainsFunc(x.about, func(t read.Text) bool { return "people/"+t.S == n.id })
		})
	}
	for _, x := range a.items() {
		if x.item.Kind != read.PersonKind && carries(x, x.item.Slug) {
			a.advice("name-in-address", x.item.File, report.Place{}, "The name of this file becomes its address, and somebody's name is in it.",
				"Rename it, so that the name doesn't travel with every link. For a story, note or change you can list the old name under “was”.")
		}
		for _, f := range x.files {
			if carries(x, strings.TrimSuffix(f.S, filepath.Ext(f.S))) {
				a.advice("name-in-address", x.item.File, f.At, "This file's name becomes part of an address, and somebody's name is in it.", "Rename the file.")
			}
		}
		for _, t := range x.themes {
			if carries(x, t.S) {
				a.advice("name-in-address", x.item.File, t.At, "A theme becomes an address and a page, and somebody's name is in this one.", "Choose a theme that isn't a person.")
			}
		}
	}
}

// slugWords writes words as an address has them.
func slugWords(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(read.FoldName(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "-")
}

// isOrdinary reports whether a one-word name is also an ordinary word: a month
// or weekday, or one that stands in lower case in the site's own texts.
func (a *adviser) isOrdinary(word string) bool {
	if a.ordinary == nil {
		a.ordinary = map[string]bool{}
		for m := time.January; m <= time.December; m++ {
			a.ordinary[strings.ToLower(m.String())] = true
		}
		for d := time.Sunday; d <= time.Saturday; d++ {
			a.ordinary[strings.ToLower(d.String())] = true
		}
		for _, x := range a.items() {
			for _, w := range strings.FieldsFunc(x.item.Body.Words(), func(r rune) bool { return !unicode.IsLetter(r) }) {
				if strings.ToLower(w) == w {
					a.ordinary[w] = true
				}
			}
		}
	}
	return a.ordinary[word]
}
