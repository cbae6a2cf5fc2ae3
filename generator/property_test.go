package generator

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ownwords/generator/consent"
)

// Random sites, and the consent rule written down a second time straight from
// the spec, sharing nothing with package consent: civil days are midnights in UTC.

type civil = time.Time

func civilDay(year int, month time.Month, day int) civil {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func written(d civil) string { return d.Format("2006-01-02") }

// plus adds months, keeping to the end of a shorter month.
func plus(d civil, months int) civil {
	first := civilDay(d.Year(), d.Month()+time.Month(months), 1)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.Day(), last)-1)
}

// mRecord is a consent as a random site writes it; nil pointers are keys that aren't there.
type mRecord struct {
	Given, Until, Paused, Withdrawn, AdultOn *civil
	LastsMonths                              int
	For                                      []string
	Guardian                                 bool
	Flaw                                     string // a line that can't be read, or ""
}

const (
	siteLastsMonths  = 24
	siteAtMostMonths = 60
)

// standing is the spec's list, 1 to 6, word for word.
func (r *mRecord) standing(on civil) string {
	if r == nil {
		return "missing"
	}
	if r.Flaw != "" || r.Given == nil || len(r.For) == 0 {
		return "unreadable"
	}
	if r.Until != nil && r.Until.Before(*r.Given) {
		return "unreadable" // never holds, and is told as a mistake
	}
	if r.Guardian && r.AdultOn == nil {
		return "unreadable"
	}
	if r.Withdrawn != nil && !r.Given.After(*r.Withdrawn) {
		return "withdrawn"
	}
	if r.Paused != nil && !r.Given.After(*r.Paused) {
		return "paused"
	}
	if r.Given.After(on) {
		return "not-yet"
	}
	ends := []civil{plus(*r.Given, siteAtMostMonths)}
	if r.Until != nil {
		ends = append(ends, *r.Until)
	}
	if r.LastsMonths > 0 {
		ends = append(ends, plus(*r.Given, r.LastsMonths))
	}
	if r.Until == nil && r.LastsMonths == 0 {
		ends = append(ends, plus(*r.Given, siteLastsMonths))
	}
	for _, end := range ends {
		if on.After(end) {
			return "lapsed"
		}
	}
	if r.Guardian && !on.Before(*r.AdultOn) {
		return "came-of-age"
	}
	return ""
}

func (r *mRecord) holds(use string, on civil) bool {
	return r.standing(on) == "" && slices.Contains(r.For, use)
}

func (r *mRecord) yaml() string {
	var b strings.Builder
	line := func(key string, d *civil) {
		if d != nil {
			fmt.Fprintf(&b, "  %s: %s\n", key, written(*d))
		}
	}
	b.WriteString("consent:\n")
	line("given", r.Given)
	line("until", r.Until)
	line("paused", r.Paused)
	line("withdrawn", r.Withdrawn)
	line("adult_on", r.AdultOn)
	if r.LastsMonths > 0 {
		fmt.Fprintf(&b, "  lasts: %dm\n", r.LastsMonths)
	}
	if r.Guardian {
		b.WriteString("  given_by: guardian\n")
	}
	if r.Flaw != "" {
		b.WriteString("  " + r.Flaw + "\n")
	}
	fmt.Fprintf(&b, "  for: [%s]\n", strings.Join(r.For, ", "))
	return b.String()
}

// mPart is a piece of a text.
type mPart struct {
	Kind     string // words, mention, with, without, quote, list, picture, typed
	Person   string
	Fallback string
	Marker   string // words that stand nowhere else
	Inner    []*mPart
	Medium   *mMedium
	Form     int // of a quote: which of the attributions
}

// attributions are ways in which people say below a quotation whose it is.
var attributions = []string{"> — %s", "> -- %s", "> - %s", "> %s", "\n— %s", "\n- %s", "> ― %s, chair", "> — %s\n>\n> (loudly)", "> <cite>%s</cite>"}

type mMedium struct {
	File, Marker string
	People       []string
	Unsaid       bool // no `people` at all
}

type mStory struct {
	Slug, Title, Name, Marker string
	By, With                  []string
	TranslationOf             string
	Consent                   *mRecord
	Body                      []*mPart
	Media                     []*mMedium
	Quote                     string
}

type mPerson struct {
	ID, Name, Marker string
	Consent          *mRecord
	NoFile           bool
}

// mItem is a note, cell, change or page.
type mItem struct {
	Kind, Slug, Marker string
	People             []string
	Summary, Body      []*mPart
	Media              []*mMedium
	Stories            []string
}

type mSite struct {
	// Typed says that names are typed as plain words here and there: what
	// carries one may be withheld, so nothing must be there.
	Typed   bool
	People  []*mPerson
	Stories []*mStory
	Items   []*mItem
}

func (s *mSite) person(id string) *mPerson {
	for _, p := range s.People {
		if p.ID == id && !p.NoFile {
			return p
		}
	}
	return nil
}

func (s *mSite) may(id, use string, on civil) bool {
	p := s.person(id)
	return p != nil && p.Consent.holds(use, on)
}

// published decides about a story as the spec does.
func (s *mSite) published(story *mStory, on civil, asked []string) bool {
	if !story.Consent.holds("page", on) {
		return false
	}
	for _, id := range story.By {
		p := s.person(id)
		if p == nil {
			return false
		}
		switch p.Consent.standing(on) {
		case "withdrawn", "paused", "lapsed", "came-of-age", "unreadable":
			return false
		case "not-yet": // ended, and given again from a later day
			if p.Consent.Withdrawn != nil || p.Consent.Paused != nil {
				return false
			}
		}
	}
	others := map[string]bool{}
	for _, id := range story.With {
		others[id] = true
	}
	quotedOut := false
	walkParts(story.Body, nil, func(p *mPart, inside []*mPart) {
		if p.Person != "" {
			others[p.Person] = true
		}
		stands := !slices.ContainsFunc(inside, func(o *mPart) bool { return !s.stands(o, story, on) })
		if p.Kind == "quote" && stands && !slices.Contains(story.By, p.Person) && !(s.may(p.Person, "named", on) && s.may(p.Person, "quotes", on)) {
			quotedOut = true
		}
	})
	for id := range others {
		if !slices.Contains(story.By, id) && !s.may(id, "named", on) && !otherWording(story, id) {
			return false
		}
	}
	if quotedOut {
		return false
	}
	if story.TranslationOf == "" {
		return true
	}
	if slices.Contains(asked, story.Slug) {
		return false
	}
	for _, original := range s.Stories {
		if original.Slug == story.TranslationOf {
			return s.published(original, on, append(asked, story.Slug))
		}
	}
	return false
}

func walkParts(parts []*mPart, inside []*mPart, f func(p *mPart, inside []*mPart)) {
	for _, p := range parts {
		f(p, inside)
		walkParts(p.Inner, append(slices.Clone(inside), p), f)
	}
}

// otherWording: a fallback on each mention outside a `with` block for the
// person, a twin for each such block; someone only in the frame needs a twin.
func otherWording(story *mStory, id string) bool {
	covered, missing := false, false
	var look func(parts []*mPart, within bool)
	look = func(parts []*mPart, within bool) {
		for i, p := range parts {
			if p.Person == id {
				switch p.Kind {
				case "mention":
					if within {
						break
					}
					covered = covered || p.Fallback != ""
					missing = missing || p.Fallback == ""
				case "quote":
					missing = missing || !within // its last line mentions them
				case "with":
					if i+1 < len(parts) && parts[i+1].Kind == "without" && parts[i+1].Person == id {
						covered = true
					} else {
						missing = true
					}
				}
			}
			look(p.Inner, within || p.Kind == "with" && p.Person == id)
		}
	}
	look(story.Body, false)
	return covered && !missing
}

// stands says whether a passage stays; story is nil in the network's texts.
func (s *mSite) stands(p *mPart, story *mStory, on civil) bool {
	own := story != nil && slices.Contains(story.By, p.Person)
	named := own || s.may(p.Person, "named", on)
	switch p.Kind {
	case "with":
		return named
	case "without":
		return !named
	case "quote":
		return own || named && s.may(p.Person, "quotes", on)
	}
	return true
}

func (s *mSite) mediumMay(m *mMedium, story *mStory, on civil) bool {
	if m.Unsaid || story != nil && !story.Consent.holds("images", on) {
		return false
	}
	for _, id := range m.People {
		if !s.may(id, "images", on) {
			return false
		}
	}
	return true
}

// expected lists the marks that a site may show on a day, and whether each must be shown.
func (s *mSite) expected(on civil) (may, must map[string]bool) {
	may, must = map[string]bool{}, map[string]bool{}
	show := func(mark string) { may[mark], must[mark] = true, true }
	text := func(parts []*mPart, story *mStory, media []*mMedium) {
		walkParts(parts, nil, func(p *mPart, inside []*mPart) {
			if slices.ContainsFunc(inside, func(o *mPart) bool { return !s.stands(o, story, on) }) || !s.stands(p, story, on) {
				return
			}
			if p.Marker != "" && p.Kind != "typed" {
				show(p.Marker)
			}
		})
	}
	for _, p := range s.People {
		if s.may(p.ID, "named", on) {
			may[p.Name] = true
		}
		if s.may(p.ID, "profile", on) {
			show(p.Name)
			show(p.Marker)
		}
	}
	for _, story := range s.Stories {
		if !s.published(story, on, nil) {
			continue
		}
		show(story.Title)
		show(story.Marker)
		if story.Name != "" {
			show(story.Name)
		}
		for _, id := range story.By {
			show(s.person(id).Name)
		}
		text(story.Body, story, story.Media)
		for _, m := range story.Media {
			if s.mediumMay(m, story, on) {
				may[m.Marker] = true
			}
		}
	}
	for _, item := range s.Items {
		show(item.Marker)
		text(item.Body, nil, item.Media)
		text(item.Summary, nil, nil)
		for _, m := range item.Media {
			if s.mediumMay(m, nil, on) {
				may[m.Marker] = true
			}
		}
	}
	return may, must
}

// marks lists every mark of a site.
func (s *mSite) marks() []string {
	var marks []string
	parts := func(list []*mPart) {
		walkParts(list, nil, func(p *mPart, _ []*mPart) {
			if p.Kind != "typed" {
				marks = append(marks, p.Marker)
			}
		})
	}
	media := func(list []*mMedium) {
		for _, m := range list {
			marks = append(marks, m.Marker)
		}
	}
	for _, p := range s.People {
		marks = append(marks, p.Name, p.Marker)
	}
	for _, story := range s.Stories {
		marks = append(marks, story.Title, story.Marker, story.Name)
		parts(story.Body)
		media(story.Media)
	}
	for _, item := range s.Items {
		marks = append(marks, item.Marker)
		parts(item.Body)
		parts(item.Summary)
		media(item.Media)
	}
	return slices.DeleteFunc(marks, func(m string) bool { return m == "" })
}

// Writing a site down.

func (p *mPart) markdown(indent string) string {
	line := func(s string) string { return indent + s + "\n" }
	switch p.Kind {
	case "mention":
		if p.Fallback != "" {
			return line("Then [" + p.Marker + "](@" + p.Person + " \"" + p.Fallback + "\") came.")
		}
		return line("Then [@" + p.Person + "] came.")
	case "with", "without":
		inner := ""
		for _, q := range p.Inner {
			inner += q.markdown(indent) + "\n"
		}
		return line("::: "+p.Kind+" @"+p.Person) + line(p.Marker+" it was.") + "\n" + inner + line(":::")
	case "quote":
		said := line("> " + p.Marker + " I said.")
		for row := range strings.SplitSeq(fmt.Sprintf(attributions[p.Form], "[@"+p.Person+"]"), "\n") {
			said += strings.TrimRight(line(row), " \n") + "\n"
		}
		return said
	case "list":
		inner := ""
		for _, q := range p.Inner {
			inner += strings.Replace(q.markdown(indent+"  "), indent+"  ", indent+"- ", 1) + "\n"
		}
		return inner
	case "picture":
		return line("![](" + p.Medium.File + ")")
	case "typed": // a name as plain words, which only the proof finds
		return line("Then came " + p.Marker + ".")
	}
	return line(p.Marker + " it went.")
}

func partsMarkdown(parts []*mPart) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.markdown("") + "\n")
	}
	return b.String()
}

func mediaYAML(list []*mMedium) string {
	if len(list) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("media:\n")
	for _, m := range list {
		fmt.Fprintf(&b, "  - file: %s\n    alt: %s seen\n", m.File, m.Marker)
		if !m.Unsaid {
			fmt.Fprintf(&b, "    people: [%s]\n", strings.Join(m.People, ", "))
		}
	}
	return b.String()
}

// files returns the site's files by their names.
func (s *mSite) files(picture []byte) map[string]string {
	files := map[string]string{"site.yaml": usualSite + "consent: {lasts: 24m, at_most: 60m}\n"}
	for _, p := range s.People {
		if p.NoFile {
			continue
		}
		text := "---\nname: " + p.Name + "\n"
		if p.Consent != nil {
			text += p.Consent.yaml()
		}
		files["content/people/"+p.ID+".md"] = text + "---\n" + p.Marker + " I am.\n"
	}
	for _, x := range s.Stories {
		text := "---\ntitle: " + x.Title + "\n"
		if x.Name != "" {
			text += "name: " + x.Name + "\n"
		} else {
			text += "by: [" + strings.Join(x.By, ", ") + "]\n"
		}
		if len(x.With) > 0 {
			text += "with: [" + strings.Join(x.With, ", ") + "]\n"
		}
		if x.TranslationOf != "" {
			text += "translation_of: " + x.TranslationOf + "\nlanguage: so\n"
		}
		text += "feed: full\nquote: [" + x.Marker + " it began.]\n"
		if x.Consent != nil {
			text += x.Consent.yaml()
		}
		files["content/stories/"+x.Slug+"/index.md"] = text + mediaYAML(x.Media) + "---\n" + x.Marker + " it began.\n\n" + partsMarkdown(x.Body)
		for _, m := range x.Media {
			files["content/stories/"+x.Slug+"/"+m.File] = string(picture) + x.Slug + m.File
		}
	}
	for _, x := range s.Items {
		text := "---\ntitle: About " + x.Slug + "\n"
		switch x.Kind {
		case "note":
			text += "people: [" + strings.Join(x.People, ", ") + "]\nstories: [" + strings.Join(x.Stories, ", ") + "]\nsummary:\n"
			for _, p := range x.Summary {
				text += "  - '" + strings.ReplaceAll(strings.TrimSpace(p.markdown("")), "'", "''") + "'\n"
			}
		case "cell":
			text += "thought_leaders: [" + strings.Join(x.People, ", ") + "]\n"
		case "change":
			text += "heard: [" + strings.Join(x.Stories, ", ") + "]\n"
		}
		folder := "content/" + x.Kind + "s/" + x.Slug
		files[folder+"/index.md"] = text + mediaYAML(x.Media) + "---\n" + x.Marker + " it began.\n\n" + partsMarkdown(x.Body)
		for _, m := range x.Media {
			files[folder+"/"+m.File] = string(picture) + x.Slug + m.File
		}
	}
	return files
}

// String is the site as it is written, for reading what went wrong.
func (s *mSite) String() string {
	files := s.files([]byte("picture"))
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&b, "-- %s --\n%s", name, files[name])
	}
	return b.String()
}

func (b *builtSite) write(s *mSite, picture []byte) {
	dir := filepath.Join(b.dir, "site")
	if err := os.RemoveAll(filepath.Join(dir, "content")); err != nil {
		b.t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "content"), 0o755); err != nil {
		b.t.Fatal(err)
	}
	for name, text := range s.files(picture) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}

// Drawing a site.

// drawer makes marks that stand nowhere else: a word made of syllables and a number in letters.
type drawer struct {
	*rapid.T
	n      int
	people []string
	days   []civil
}

func (d *drawer) mark(prefix string) string {
	d.n++
	word := ""
	for n := d.n; n > 0; n /= 5 {
		word += []string{"ba", "ke", "mo", "ti", "zu"}[n%5]
	}
	return prefix + word + "qq"
}

func (d *drawer) one(label string, n int) int { return rapid.IntRange(0, n-1).Draw(d.T, label) }

func (d *drawer) day() *civil {
	day := d.days[d.one("day", len(d.days))].AddDate(0, 0, d.one("shift", 3)-1)
	return &day
}

func (d *drawer) maybe(label string, oneIn int) bool { return d.one(label, oneIn) == 0 }

func (d *drawer) record(uses []string) *mRecord {
	if d.maybe("none", 12) {
		return nil
	}
	r := &mRecord{Given: d.day()}
	if !d.maybe("later", 5) { // mostly given before any of the days
		early := d.days[0].AddDate(0, -d.one("months", 30), 0)
		r.Given = &early
	}
	for _, u := range uses {
		if !d.maybe("without "+u, 4) {
			r.For = append(r.For, u)
		}
	}
	if d.maybe("until", 2) {
		r.Until = d.day()
	}
	if d.maybe("lasts", 4) {
		r.LastsMonths = 1 + d.one("lasting", 30)
	}
	if d.maybe("withdrawn", 8) {
		r.Withdrawn = d.day()
	}
	if d.maybe("paused", 10) {
		r.Paused = d.day()
	}
	if d.maybe("guardian", 6) {
		r.Guardian = true
		if !d.maybe("no adult_on", 6) {
			r.AdultOn = d.day()
		}
	}
	if d.maybe("flaw", 14) {
		r.Flaw = rapid.SampledFrom([]string{"untill: 2030-01-01", "until: 2027-02-29", "withdrawn: soon", "form: [a]", "given: 2020-01-01"}).Draw(d.T, "flaw")
		if r.Flaw == "until: 2027-02-29" {
			r.Until = nil
		}
	}
	return r
}

func (d *drawer) who() string { return d.people[d.one("who", len(d.people))] }

func (d *drawer) some() []string {
	var list []string
	for _, p := range d.people {
		if d.maybe("some", 3) {
			list = append(list, p)
		}
	}
	return list
}

func (d *drawer) parts(depth int) []*mPart {
	var list []*mPart
	for range d.one("parts", 4) {
		switch d.one("part", 7) {
		case 0:
			list = append(list, &mPart{Kind: "words", Marker: d.mark("words")})
		case 1:
			list = append(list, &mPart{Kind: "mention", Person: d.who()})
		case 2:
			list = append(list, &mPart{Kind: "mention", Person: d.who(), Fallback: "a neighbour"})
		case 3, 4:
			with := &mPart{Kind: "with", Person: d.who(), Marker: d.mark("with")}
			if depth < 2 {
				with.Inner = d.parts(depth + 1)
			}
			list = append(list, with)
			if d.maybe("twin", 2) {
				list = append(list, &mPart{Kind: "without", Person: with.Person, Marker: d.mark("without")})
			}
		case 5:
			list = append(list, &mPart{Kind: "quote", Person: d.who(), Marker: d.mark("quote"), Form: d.one("form", len(attributions))})
		case 6:
			if depth < 2 {
				var inner []*mPart
				for _, p := range d.parts(depth + 1) {
					if p.Kind != "with" && p.Kind != "without" && p.Kind != "list" { // a block's fences need their own lines
						inner = append(inner, p)
					}
				}
				list = append(list, &mPart{Kind: "list", Inner: inner})
			}
		}
	}
	return list
}

func (d *drawer) media() []*mMedium {
	var list []*mMedium
	for i := range d.one("media", 3) {
		list = append(list, &mMedium{File: fmt.Sprintf("picture-%d.jpg", i), Marker: d.mark("alt"), People: d.some(), Unsaid: d.maybe("unsaid", 8)})
	}
	return list
}

func drawSite(t *rapid.T, days []civil) *mSite {
	d := &drawer{T: t, days: days}
	s := &mSite{}
	for i := range 1 + d.one("people", 4) {
		p := &mPerson{ID: fmt.Sprintf("p%d", i), Name: d.mark("Zan") + " " + d.mark("Quo"), Marker: d.mark("own"), NoFile: d.maybe("no file", 10),
			Consent: d.record([]string{"named", "quotes", "images", "profile"})}
		s.People = append(s.People, p)
		d.people = append(d.people, p.ID)
	}
	for i := range d.one("stories", 4) {
		x := &mStory{Slug: fmt.Sprintf("s%d", i), Title: "The " + d.mark("title") + " of it", Marker: d.mark("story"), With: d.some(),
			Consent: d.record([]string{"page", "feeds", "search", "social", "quotes", "images"}), Body: d.parts(0), Media: d.media()}
		if d.maybe("named story", 3) {
			x.Name = d.mark("Zan") + " " + d.mark("Quo")
		} else {
			x.By = []string{d.who()}
			if other := d.who(); other != x.By[0] && d.maybe("two", 3) {
				x.By = append(x.By, other)
			}
		}
		if !d.maybe("with", 3) {
			x.With = nil
		}
		if d.maybe("translation", 4) {
			x.TranslationOf = fmt.Sprintf("s%d", d.one("original", i+1)) // perhaps itself
		}
		for _, m := range x.Media {
			x.Body = append(x.Body, &mPart{Kind: "picture", Medium: m})
		}
		s.Stories = append(s.Stories, x)
	}
	for i := range d.one("items", 4) {
		x := &mItem{Kind: rapid.SampledFrom([]string{"note", "cell", "change", "page"}).Draw(t, "kind"), Slug: fmt.Sprintf("i%d", i), Marker: d.mark("item"), People: d.some(), Body: d.parts(0), Media: d.media()}
		for _, m := range x.Media {
			x.Body = append(x.Body, &mPart{Kind: "picture", Medium: m})
		}
		for _, story := range s.Stories {
			x.Stories = append(x.Stories, story.Slug)
		}
		if x.Kind == "note" {
			for _, p := range d.parts(2) {
				if p.Kind == "mention" || p.Kind == "words" {
					x.Summary = append(x.Summary, p)
				}
			}
		}
		s.Items = append(s.Items, x)
	}
	if s.Typed = d.maybe("typed", 4); s.Typed {
		plainly := func(parts []*mPart) []*mPart {
			if d.maybe("here", 2) {
				return parts
			}
			p := s.People[d.one("whose name", len(s.People))]
			if p.NoFile { // nobody told us this name, so nobody can look for it
				return parts
			}
			return append(parts, &mPart{Kind: "typed", Marker: p.Name})
		}
		for _, x := range s.Stories {
			x.Body = plainly(x.Body)
		}
		for _, x := range s.Items {
			x.Body = plainly(x.Body)
		}
	}
	// a mention with words has a mark of its own, which stands where the person may be named
	each := func(parts []*mPart) {
		walkParts(parts, nil, func(p *mPart, _ []*mPart) {
			if p.Kind == "mention" && p.Fallback != "" {
				p.Marker = d.mark("words")
			}
		})
	}
	for _, x := range s.Stories {
		each(x.Body)
	}
	for _, x := range s.Items {
		each(x.Body)
		each(x.Summary)
	}
	return s
}

// mentionsShown corrects expected for mentions, whose words stand only while the person may be named.
func (s *mSite) mentionsShown(may, must map[string]bool, on civil) {
	look := func(parts []*mPart, story *mStory) {
		walkParts(parts, nil, func(p *mPart, _ []*mPart) {
			own := story != nil && slices.Contains(story.By, p.Person)
			if p.Kind == "mention" && p.Marker != "" && !own && !s.may(p.Person, "named", on) {
				delete(may, p.Marker)
				delete(must, p.Marker)
			}
		})
	}
	for _, x := range s.Stories {
		look(x.Body, x)
	}
	for _, x := range s.Items {
		look(x.Body, nil)
		look(x.Summary, nil)
	}
}

// builtSite is a random site on disk.
type builtSite struct {
	t    *rapid.T
	dir  string
	last *finished
}

func (b *builtSite) build(on civil) (*finished, string) {
	day := consent.NewDay(on.Date())
	out := filepath.Join(b.dir, "out-"+written(on))
	rep, err := Build(b.t.Context(), Options{Site: filepath.Join(b.dir, "site"), Out: out, At: &day})
	if err != nil {
		b.t.Fatalf("%v\n%+v", err, rep)
	}
	b.last = readFinished(b.t, out, b.last)
	return b.last, rep.GoodUntil
}

func found(f *finished, marks []string) map[string]bool {
	found := map[string]bool{}
	for _, m := range marks {
		if len(f.saying(m)) > 0 {
			found[m] = true
		}
	}
	return found
}

// checksGiven reports whether the tests were started with -rapid.checks.
var checksGiven = sync.OnceValue(func() (given bool) {
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	return given
})

// fewChecks keeps the suite quick on a writer's machine, unless -rapid.checks asks for more.
func fewChecks(t *testing.T, checks string) {
	if checksGiven() || os.Getenv("OWNWORDS_REQUIRE_TOOLS") == "1" { // CI has the time
		return
	}
	usual := flag.Lookup("rapid.checks").Value.String()
	if err := flag.Set("rapid.checks", checks); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { flag.Set("rapid.checks", usual) })
}

// TestProperty is consent case 67: whoever is found in the output is one whose
// consent holds; making a consent stricter adds no file; moving the day on
// brings nobody back. It also holds `good_until` to its word.
func TestProperty(t *testing.T) {
	fewChecks(t, "25")
	picture := testPicture(t, "p.jpg", nil)
	days := []civil{civilDay(2027, 2, 27), civilDay(2027, 3, 1), civilDay(2028, 2, 29), civilDay(2028, 8, 31)}
	rapid.Check(t, func(rt *rapid.T) {
		site := drawSite(rt, days)
		dir, err := os.MkdirTemp("", "property-")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		b := &builtSite{rt, dir, &finished{}}
		b.write(site, picture)
		rt.Logf("%v", site)
		on := days[rapid.IntRange(0, len(days)-1).Draw(rt, "on")].AddDate(0, 0, rapid.IntRange(-1, 1).Draw(rt, "around"))
		marks := site.marks()
		check := func(on civil) (*finished, map[string]bool, string) {
			f, good := b.build(on)
			may, must := site.expected(on)
			site.mentionsShown(may, must, on)
			shown := found(f, marks)
			for _, m := range marks {
				if shown[m] && !may[m] {
					rt.Fatalf("on %s, %s stands in %q", written(on), m, f.saying(m))
				}
				if must[m] && !shown[m] && !site.Typed {
					rt.Fatalf("on %s, %s isn't there", written(on), m)
				}
			}
			return f, shown, good
		}
		f, shown, good := check(on)
		b.goodUntil(on, good, f, !site.Typed)
		later := on.AddDate(0, 0, 1+rapid.IntRange(0, 500).Draw(rt, "later"))
		_, then, _ := check(later)
		for _, p := range site.People {
			given := p.Consent != nil && p.Consent.Given != nil && p.Consent.Given.After(on)
			lapsed := p.Consent.standing(on)
			if !given && !shown[p.Name] && then[p.Name] && (lapsed == "lapsed" || lapsed == "came-of-age" || lapsed == "withdrawn" || lapsed == "paused") {
				rt.Fatalf("%s came back on %s", p.Name, written(later))
			}
		}
		site.tighten(rt)
		b.write(site, picture)
		rt.Logf("made stricter: %v", site)
		stricter, _, _ := check(on)
		for _, x := range stricter.files {
			// Where a name is typed plainly, a passage that leaves may take it along, and its item is free again.
			if f.file(x.path) == nil && !site.Typed {
				rt.Fatalf("a stricter consent added %s", x.path)
			}
		}
	})
}

// goodUntil checks that the output of the last good day is the same, and, when
// it has to be the last, that that of the next day is not.
func (b *builtSite) goodUntil(on civil, good string, now *finished, last bool) {
	same := func(day civil) (string, bool) {
		then, _ := b.build(day)
		if len(then.files) != len(now.files) {
			return "the number of files", false
		}
		for i, x := range now.files {
			if then.files[i].path != x.path {
				return x.path, false
			}
			if x.path != "build.json" && x.path != ".ownwords-manifest" && !bytes.Equal(then.files[i].raw, x.raw) {
				return x.path, false
			}
		}
		return "", true
	}
	until := on.AddDate(6, 0, 0)
	if good != "" {
		var err error
		if until, err = time.Parse("2006-01-02", good); err != nil || until.Before(on) {
			b.t.Fatalf("good_until is %q on %s", good, written(on))
		}
	}
	if what, ok := same(until); !ok {
		b.t.Fatalf("built on %s, good until %q, but %s differs on %s", written(on), good, what, written(until))
	}
	if good != "" && last {
		if _, ok := same(until.AddDate(0, 0, 1)); ok {
			b.t.Fatalf("built on %s, good until %s, but nothing differs on the day after", written(on), good)
		}
	}
}

// tighten makes one consent stricter.
func (s *mSite) tighten(t *rapid.T) {
	var records []**mRecord
	for _, p := range s.People {
		records = append(records, &p.Consent)
	}
	for _, x := range s.Stories {
		records = append(records, &x.Consent)
	}
	r := records[rapid.IntRange(0, len(records)-1).Draw(t, "whose")]
	if *r == nil {
		return
	}
	day := civilDay(2026, 1, 1)
	switch rapid.IntRange(0, 4).Draw(t, "how") {
	case 0:
		(*r).Withdrawn = &[]civil{civilDay(2030, 1, 1)}[0]
	case 1:
		if len((*r).For) > 1 {
			(*r).For = (*r).For[1:]
		}
	case 2:
		if (*r).Until == nil || (*r).Until.After(day) {
			(*r).Until = &day
			(*r).Flaw = strings.ReplaceAll((*r).Flaw, "until: 2027-02-29", "form: [a]")
		}
	case 3:
		(*r).Flaw = "until: never"
		(*r).Until = nil
	case 4:
		(*r).Guardian, (*r).AdultOn = true, &day
	}
}
