package gate

import (
	"slices"

	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
)

// Reasons beside those of the consent rule (spec, "When a consent holds" and "The proof").
const (
	OtherPerson consent.Reason = "other-person"
	Draft       consent.Reason = "draft"
	Trace       consent.Reason = "trace"
)

// judge answers questions about one day. asOf makes it look back: withdrawals
// and pauses dated after the day hadn't happened yet (spec, "Recall").
type judge struct {
	lib        *read.Library
	day        consent.Day
	asOf       bool
	drafts     bool
	quarantine map[string]bool
	people     map[string]*read.Person
	stories    map[string]*read.Story
	verdicts   map[*read.Story]verdict
	// listings finds, by read.Medium.Same, every item that lists a picture or recording or a copy of it.
	listings map[string][]listing
}

// listing is a picture or recording as one item lists it; story is nil outside stories.
type listing struct {
	medium *read.Medium
	story  *read.Story
}

// verdict says why a story is left out; an empty reason means it isn't.
type verdict struct {
	why       consent.Reason
	becauseOf string // the person or item that decided, when not the story itself
	since     consent.Day
	dated     bool // whether since is known
	pending   bool
}

func newJudge(lib *read.Library, day consent.Day, o Options) *judge {
	j := &judge{lib: lib, day: day, drafts: o.Drafts, quarantine: o.Quarantine,
		people: make(map[string]*read.Person, len(lib.People)), stories: make(map[string]*read.Story, len(lib.Stories)), verdicts: make(map[*read.Story]verdict, len(lib.Stories))}
	for _, p := range lib.People {
		j.people[p.Slug] = p
	}
	j.listings = map[string][]listing{}
	list := func(shared *read.Shared, story *read.Story) {
		for i := range shared.Media {
			if m := &shared.Media[i]; m.Path != "" {
				j.listings[m.Same] = append(j.listings[m.Same], listing{m, story})
				if m.Path != m.Same { // a video's still picture is known by its path
					j.listings[m.Path] = append(j.listings[m.Path], listing{m, story})
				}
			}
		}
	}
	for _, s := range lib.Stories {
		j.stories[s.Slug] = s
		list(&s.Shared, s)
	}
	for _, x := range lib.Notes {
		list(&x.Shared, nil)
	}
	for _, x := range lib.Cells {
		list(&x.Shared, nil)
	}
	for _, x := range lib.Changes {
		list(&x.Shared, nil)
	}
	for _, x := range lib.Pages {
		list(&x.Shared, nil)
	}
	for _, x := range lib.People {
		list(&x.Shared, nil)
	}
	return j
}

// on returns a judge of another day over the same library.
func (j *judge) on(day consent.Day, asOf bool) *judge {
	other := *j
	other.day, other.asOf, other.verdicts = day, asOf, map[*read.Story]verdict{}
	return &other
}

func (j *judge) record(c *read.Consent) *consent.Record {
	if c == nil {
		return nil
	}
	if j.asOf {
		return c.Record.AsOf(j.day)
	}
	return c.Record
}

// person returns someone's consent. A file that can't be read, stands twice or
// is a draft gives an unreadable one; an unknown ID none at all.
func (j *judge) person(id string) (*consent.Record, bool) {
	p := j.people[id]
	switch {
	case p == nil:
		return nil, false
	case p.Broken || p.Draft.V && !j.drafts:
		return &consent.Record{Unreadable: true}, true
	}
	return j.record(p.Consent), true
}

// may says whether a person allows a use today.
func (j *judge) may(id string, use consent.Use) consent.Reason {
	r, _ := j.person(id)
	return consent.Decide(r, use, j.day, j.lib.Site.Terms)
}

func (j *judge) named(id string) bool { return j.may(id, consent.Named) == consent.Holds }

// itemOut applies what holds for every kind: quarantine, mistakes, drafts.
func (j *judge) itemOut(item *read.Item, shared *read.Shared) consent.Reason {
	switch {
	case j.quarantine[item.ID]:
		return Trace
	case item.Broken:
		return consent.Unreadable
	case shared.Draft.V && !j.drafts:
		return Draft
	}
	return consent.Holds
}

// story decides about a story: its own consent, its tellers, the other people
// in it, its original (spec, "When a consent holds").
func (j *judge) story(s *read.Story) verdict {
	if v, known := j.verdicts[s]; known {
		if v.pending { // translations of each other: neither has an original
			return verdict{why: consent.Missing}
		}
		return v
	}
	if s.TranslationOf.S != "" {
		j.verdicts[s] = verdict{pending: true}
	}
	v := j.decideStory(s)
	j.verdicts[s] = v
	return v
}

func (j *judge) decideStory(s *read.Story) verdict {
	terms := j.lib.Site.Terms
	if why := j.itemOut(&s.Item, &s.Shared); why != consent.Holds {
		return verdict{why: why}
	}
	own := j.record(s.Consent)
	if why := consent.Decide(own, consent.Page, j.day, terms); why != consent.Holds {
		return j.dated(verdict{why: why}, own)
	}
	for _, t := range s.By {
		r, known := j.person(t.S)
		if !known {
			return verdict{why: consent.Missing, becauseOf: "people/" + t.S}
		}
		if why := consent.StopsOwnStories(r, j.day, terms); why != consent.Holds {
			return j.dated(verdict{why: why, becauseOf: "people/" + t.S}, r)
		}
	}
	for _, id := range others(s) {
		if !j.named(id) && !hasOtherWording(s, id) {
			r, _ := j.person(id)
			v := verdict{why: OtherPerson, becauseOf: "people/" + id}
			v.since, v.dated = r.Since(j.may(id, consent.Named), terms)
			return v
		}
	}
	if blocked, id := j.blockedQuotation(s); blocked {
		r, _ := j.person(id)
		v := verdict{why: OtherPerson, becauseOf: "people/" + id}
		v.since, v.dated = r.Since(j.may(id, consent.Quotes), terms)
		return v
	}
	if s.TranslationOf.S != "" {
		original := j.stories[s.TranslationOf.S]
		if original == nil || original == s {
			return verdict{why: consent.Missing, becauseOf: "stories/" + s.TranslationOf.S}
		}
		if v := j.story(original); v.why != consent.Holds {
			return verdict{why: v.why, becauseOf: original.ID, since: v.since, dated: v.dated}
		}
	}
	return verdict{}
}

func (j *judge) dated(v verdict, r *consent.Record) verdict {
	v.since, v.dated = r.Since(v.why, j.lib.Site.Terms)
	return v
}

// lastDay returns the last day on which a published story can stay, as far as
// is known: with its own consent, its tellers' consents, those of the people in
// it for whom there is no other wording, and its original. Search engines are
// told the day after it (spec, "Uses").
func (j *judge) lastDay(s *read.Story) consent.Day {
	terms := j.lib.Site.Terms
	last, _ := j.record(s.Consent).LastDay(terms)
	earlier := func(r *consent.Record) {
		if d, ok := r.LastDay(terms); ok && r != nil && d < last {
			last = d
		}
	}
	for _, t := range s.By {
		r, _ := j.person(t.S)
		earlier(r)
	}
	for _, id := range others(s) {
		if !hasOtherWording(s, id) {
			r, _ := j.person(id)
			earlier(r)
		}
	}
	if original := j.stories[s.TranslationOf.S]; original != nil && original.TranslationOf.S == "" {
		last = min(last, j.lastDay(original))
	}
	return last
}

// texts are all the bodies that a story shows.
func texts(s *read.Story) []*markdown.Body {
	bodies := []*markdown.Body{s.Body}
	for _, m := range s.Media {
		bodies = append(bodies, m.Description, m.Script)
	}
	for _, v := range s.Versions {
		bodies = append(bodies, v.Text)
	}
	return slices.DeleteFunc(bodies, func(b *markdown.Body) bool { return b == nil })
}

func isTeller(s *read.Story, id string) bool {
	return slices.ContainsFunc(s.By, func(t read.Text) bool { return t.S == id })
}

// others lists everyone in a story but its tellers: those under `with`,
// mentioned, quoted, or needed by a passage.
func others(s *read.Story) []string {
	var ids []string
	add := func(id string) {
		if !isTeller(s, id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, t := range s.With {
		add(t.S)
	}
	for _, b := range texts(s) {
		for _, m := range b.Mentions {
			add(m.Person)
		}
		for _, p := range b.Passages {
			for _, id := range p.People {
				add(id)
			}
		}
	}
	return ids
}

// hasOtherWording reports whether a story's teller wrote another wording for
// every place where the person occurs: a `without` twin for each `with` block,
// and a fallback on each mention outside one. Someone who is only under `with`
// in the front matter is covered when the body has a twin for them.
func hasOtherWording(s *read.Story, id string) bool {
	covered := false
	for _, b := range texts(s) {
		for _, p := range b.Passages {
			if p.Kind == markdown.With && p.People[0] == id {
				if p.Twin < 0 {
					return false
				}
				covered = true
			}
		}
		for _, m := range b.Mentions {
			if m.Person != id || leavesWith(b, m.Inside, id) {
				continue
			}
			if m.Fallback == "" || m.Hidden {
				return false
			}
			covered = true
		}
	}
	return covered
}

// leavesWith reports whether a place lies inside a `with` block for the person.
func leavesWith(b *markdown.Body, inside []int, id string) bool {
	return slices.ContainsFunc(inside, func(i int) bool {
		return b.Passages[i].Kind == markdown.With && b.Passages[i].People[0] == id
	})
}

// blockedQuotation reports whether a story quotes someone else who allows no
// quotation, in a passage that would stand; a quotation can't fall back.
func (j *judge) blockedQuotation(s *read.Story) (bool, string) {
	for _, b := range texts(s) {
		for _, p := range b.Passages {
			if p.Kind != markdown.Quote || slices.ContainsFunc(p.Inside, func(i int) bool { return !j.stands(b.Passages[i], s) }) {
				continue
			}
			for _, id := range p.People {
				if !isTeller(s, id) && (!j.named(id) || j.may(id, consent.Quotes) != consent.Holds) {
					return true, id
				}
			}
		}
	}
	return false, ""
}

// stands decides about one passage of a text; story is nil for the network's own texts.
func (j *judge) stands(p markdown.Passage, story *read.Story) bool {
	for _, id := range p.People {
		own := story != nil && isTeller(story, id)
		switch p.Kind {
		case markdown.With:
			if !own && !j.named(id) {
				return false
			}
		case markdown.Without:
			if own || j.named(id) {
				return false
			}
		case markdown.Quote:
			if !own && (!j.named(id) || j.may(id, consent.Quotes) != consent.Holds) {
				return false
			}
		}
	}
	return true
}

// medium says whether a picture or recording may be published: by everyone in
// it, and in a story by its teller's consent for the story; why not, and because
// of whom. Where several items list the same file, all of them must allow it:
// what one withholds isn't shown by another.
func (j *judge) medium(m *read.Medium, story *read.Story) (why consent.Reason, person string) {
	if why, person = j.listed(m, story); why != consent.Holds {
		return why, person
	}
	for _, other := range j.listings[m.Same] {
		if other.medium == m {
			continue
		}
		if why, person = j.elsewhere(other); why != consent.Holds {
			return why, person
		}
	}
	return consent.Holds, ""
}

// elsewhere says whether another item's listing stands against a picture. A
// draft, and a story with a mistake in it, have no say but about who is in it.
func (j *judge) elsewhere(l listing) (why consent.Reason, person string) {
	if l.story == nil || l.story.Broken || l.story.Draft.V {
		return j.recognisable(l.medium)
	}
	if v := j.story(l.story); v.why != consent.Holds && v.why != Trace {
		return v.why, v.becauseOf
	}
	return j.listed(l.medium, l.story)
}

func (j *judge) listed(m *read.Medium, story *read.Story) (why consent.Reason, person string) {
	if m.Broken {
		return consent.Unreadable, ""
	}
	if story != nil {
		if why := consent.Decide(j.record(story.Consent), useOf(m), j.day, j.lib.Site.Terms); why != consent.Holds {
			return why, ""
		}
	}
	return j.recognisable(m)
}

// recognisable asks everyone who can be recognised.
func (j *judge) recognisable(m *read.Medium) (why consent.Reason, person string) {
	if m.People == nil {
		return consent.Unreadable, ""
	}
	for _, t := range *m.People {
		if why := j.may(t.S, useOf(m)); why != consent.Holds {
			return why, "people/" + t.S
		}
	}
	return consent.Holds, ""
}

func useOf(m *read.Medium) consent.Use {
	if read.IsRecording(m.File.S) {
		return consent.Recordings
	}
	return consent.Images
}

// posterMay says whether everyone in a recording also allows pictures, and
// whoever is in the still picture itself where it is listed too.
func (j *judge) posterMay(m *read.Medium, story *read.Story) bool {
	if story != nil && consent.Decide(j.record(story.Consent), consent.Images, j.day, j.lib.Site.Terms) != consent.Holds {
		return false
	}
	for _, other := range j.listings[m.PosterPath] {
		if why, _ := j.elsewhere(other); why != consent.Holds {
			return false
		}
	}
	return !slices.ContainsFunc(*m.People, func(t read.Text) bool { return j.may(t.S, consent.Images) != consent.Holds })
}
