package gate

import (
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
)

// What depends on other days: which stories left lately, and until when the
// output stays right.

// recalls finds the stories that left within the site's recall time and were
// in feeds on the day before (spec, "Recall"). The day on which one left comes
// from the sources alone; where they don't tell it, there is no notice.
func (j *judge) recalls() []Recall {
	var list []Recall
	for _, s := range j.lib.Stories {
		if j.story(s).why == consent.Holds {
			continue
		}
		left, was, ok := j.leavingDay(s)
		if !ok || j.day >= left.Add(j.lib.Site.Recall) {
			continue
		}
		if s.Feed.S == "none" || consent.Decide(was.record(s.Consent), consent.Feeds, was.day, j.lib.Site.Terms) != consent.Holds {
			continue
		}
		list = append(list, Recall{FeedID: feedID(StoryKind, s.OpaqueID.S, s.Slug, asOfConsent(was, s.Consent)),
			Left: left, Themes: plain(s.Themes), Place: s.Place.S, Tellers: plain(s.By)})
	}
	return list
}

// recallForgotten adds the stories of people who were forgotten, whose sources
// are gone. A story that told of them and was put right may be there again.
func (g *gate) recallForgotten() {
	if len(g.lib.Forgotten) == 0 {
		return
	}
	known := map[string]bool{}
	for _, s := range g.out.Cleared.stories {
		known[s.FeedID] = true
	}
	for _, r := range g.out.Cleared.recalls {
		known[r.FeedID] = true
	}
	for _, f := range g.lib.Forgotten {
		if g.day < f.Left.Day || g.day >= f.Left.Day.Add(g.lib.Site.Recall) {
			continue
		}
		for _, i := range f.Feeds {
			if known[i.ID.S] {
				continue
			}
			known[i.ID.S] = true
			g.out.Cleared.recalls = append(g.out.Cleared.recalls, Recall{FeedID: i.ID.S, Left: f.Left.Day, Themes: plain(i.Themes), Place: i.Place.S})
		}
	}
}

func asOfConsent(j *judge, c *read.Consent) *read.Consent {
	then := *c
	then.Record = j.record(c)
	return &then
}

// leavingDay returns the first day of the present absence of a story that was
// there before, and the judge of the last day on which it was. A story that is
// away only because of a day in the future left on a day that nobody knows.
func (j *judge) leavingDay(s *read.Story) (left consent.Day, was *judge, ok bool) {
	if s.Broken || s.Draft.V || j.quarantine[s.ID] || j.on(j.day, true).story(s).why == consent.Holds {
		return 0, nil, false
	}
	days := j.changeDays(s)
	slices.Sort(days)
	for _, d := range slices.Backward(slices.Compact(days)) {
		if d > j.day {
			continue
		}
		if j.day >= d.Add(j.lib.Site.Recall) {
			return 0, nil, false
		}
		before := j.on(d-1, true)
		if before.story(s).why == consent.Holds {
			// Written down for a later day, a withdrawal or pause took effect when
			// it was written, and the sources don't tell when that was.
			later := slices.ContainsFunc(j.recordsOf(s), func(r *consent.Record) bool {
				return slices.ContainsFunc([]*consent.Day{r.Withdrawn, r.Paused}, func(ended *consent.Day) bool {
					return ended != nil && *ended > d && r.Given != nil && *r.Given <= *ended
				})
			})
			return d, before, !later
		}
	}
	return 0, nil, false
}

// recordsOf lists the readable consents on which a story depends: its own, its
// tellers', those of others in it, and those of its originals.
func (j *judge) recordsOf(s *read.Story) []*consent.Record {
	var records []*consent.Record
	add := func(c *read.Consent) {
		if c != nil && c.Record != nil && !c.Record.Unreadable {
			records = append(records, c.Record)
		}
	}
	seen := map[*read.Story]bool{}
	for at := s; at != nil && !seen[at]; at = j.stories[at.TranslationOf.S] {
		seen[at] = true
		add(at.Consent)
		for _, id := range append(plain(at.By), others(at)...) {
			if p := j.people[id]; p != nil {
				add(p.Consent)
			}
		}
	}
	return records
}

// changeDays lists the days on which whether a story is published may change.
func (j *judge) changeDays(s *read.Story) []consent.Day {
	var days []consent.Day
	for _, r := range j.recordsOf(s) {
		for _, d := range []*consent.Day{r.Given, r.Withdrawn, r.Paused, r.AdultOn} {
			if d != nil {
				days = append(days, *d)
			}
		}
		if end, ok := r.End(j.lib.Site.Terms); ok {
			days = append(days, end+1)
		}
	}
	return days
}

// goodUntil returns the last day before something known changes the output.
// Days on which a consent changes are tried in order, and the first on which
// the answer to any question that this output depends on is another ends it.
func (g *gate) goodUntil() string {
	terms := g.lib.Site.Terms
	var days []consent.Day
	consider := func(d consent.Day) {
		if d > g.day {
			days = append(days, d)
		}
	}
	next := func(c *read.Consent) {
		if c == nil {
			return
		}
		if r := c.Record; r != nil { // a notice begins on the day that is written, though the story is away already
			for _, d := range []*consent.Day{r.Withdrawn, r.Paused} {
				if d != nil {
					consider(*d)
				}
			}
		}
		for on := g.day; ; {
			d, ok := c.Record.NextChange(on, terms)
			if !ok {
				return
			}
			consider(d)
			on = d
		}
	}
	for _, p := range g.lib.People {
		next(p.Consent)
	}
	for _, s := range g.lib.Stories {
		next(s.Consent)
	}
	soonest := consent.Day(0)
	for _, n := range g.out.Cleared.notes {
		for _, m := range n.Next {
			if d, ok := m.Until(n.Date); ok && d >= g.day && (soonest == 0 || d+1 < soonest) {
				soonest = d + 1 // the meeting is over
			}
		}
	}
	for _, r := range g.out.Cleared.recalls {
		if d := r.Left.Add(g.lib.Site.Recall); soonest == 0 || d < soonest {
			soonest = d
		}
	}
	slices.Sort(days)
	for _, d := range slices.Compact(days) {
		if soonest != 0 && d >= soonest {
			break
		}
		if g.differs(g.on(d, false)) {
			return (d - 1).String()
		}
	}
	if soonest != 0 {
		return (soonest - 1).String()
	}
	return ""
}

// differs reports whether another day's answers would make another output.
func (g *gate) differs(then *judge) bool {
	for _, s := range g.lib.Stories {
		now, later := g.story(s).why == consent.Holds, then.story(s).why == consent.Holds
		if now != later {
			return true
		}
		if now && (g.dependsDiffer(then, s, texts(s), &s.Shared)) {
			return true
		}
	}
	for _, p := range g.lib.People {
		if g.mayDiffer(then, p.Slug, consent.Profile) {
			return true
		}
	}
	for _, p := range g.lib.People { // a name that is typed plainly takes its item along
		if g.mayDiffer(then, p.Slug, consent.Named) && (len(g.quarantine) > 0 || g.isTyped(p)) {
			return true
		}
	}
	for _, n := range g.lib.Notes {
		if g.itemOut(&n.Item, &n.Shared) != consent.Holds {
			continue
		}
		bodies := append(slices.Concat(n.SummaryTexts, n.QuestionTexts), n.Body, n.ChairText)
		if g.dependsDiffer(then, nil, bodies, &n.Shared) {
			return true
		}
		for _, a := range n.People {
			if g.mayDiffer(then, a.Person.S, consent.Named) {
				return true
			}
		}
	}
	for _, c := range g.lib.Cells {
		if g.itemOut(&c.Item, &c.Shared) != consent.Holds {
			continue
		}
		if g.dependsDiffer(then, nil, []*markdown.Body{c.Body, c.AboutText}, &c.Shared) {
			return true
		}
		for _, t := range slices.Concat(c.ThoughtLeaders, c.Convenors) {
			if g.mayDiffer(then, t.S, consent.Named) {
				return true
			}
		}
	}
	for _, c := range g.lib.Changes {
		if g.itemOut(&c.Item, &c.Shared) == consent.Holds && g.dependsDiffer(then, nil, []*markdown.Body{c.Body, c.WhyText}, &c.Shared) {
			return true
		}
	}
	for _, p := range g.lib.Pages {
		if g.itemOut(&p.Item, &p.Shared) == consent.Holds && g.dependsDiffer(then, nil, []*markdown.Body{p.Body}, &p.Shared) {
			return true
		}
	}
	for _, p := range g.lib.People {
		if g.hasProfile[p.Slug] && g.dependsDiffer(then, nil, []*markdown.Body{p.Body}, &p.Shared) {
			return true
		}
	}
	// Last, because it asks for every story, and mostly the answer is there by now.
	return !slices.EqualFunc(g.notices, then.recalls(), func(a, b Recall) bool { return a.FeedID == b.FeedID && a.Left == b.Left })
}

// isTyped reports whether one of somebody's names may stand somewhere as plain
// words: whether the longest word of it does. In doubt it does.
func (g *gate) isTyped(p *read.Person) bool {
	if g.words == nil {
		g.words = []string{}
		g.eachText(func(text string) { g.words = append(g.words, plainName(text)) })
	}
	if slices.ContainsFunc(g.words, func(text string) bool { return strings.Contains(text, "@"+p.Slug) }) {
		return true
	}
	for _, name := range append([]read.Text{p.Name}, p.KnownAs...) {
		longest := slices.MaxFunc(append(strings.Fields(plainName(name.S)), ""), func(a, b string) int { return len(a) - len(b) })
		if longest != "" && slices.ContainsFunc(g.words, func(text string) bool { return strings.Contains(text, longest) }) {
			return true
		}
	}
	return false
}

// mayDiffer reports whether a person's answer for a use is another then.
func (g *gate) mayDiffer(then *judge, id string, u consent.Use) bool {
	return (g.may(id, u) == consent.Holds) != (then.may(id, u) == consent.Holds)
}

// dependsDiffer compares everything that one item's texts and media depend on.
func (g *gate) dependsDiffer(then *judge, story *read.Story, bodies []*markdown.Body, shared *read.Shared) bool {
	for _, b := range bodies {
		if b == nil {
			continue
		}
		shown := func(inside []int) bool { // what stands in a passage that stays away changes nothing
			return !slices.ContainsFunc(inside, func(i int) bool { return !g.stands(b.Passages[i], story) })
		}
		for _, p := range b.Passages {
			if shown(p.Inside) && g.stands(p, story) != then.stands(p, story) {
				return true
			}
		}
		for _, m := range b.Mentions {
			if shown(m.Inside) && (story == nil || !isTeller(story, m.Person)) && g.mayDiffer(then, m.Person, consent.Named) {
				return true
			}
		}
	}
	for i := range shared.Media {
		now, _ := g.medium(&shared.Media[i], story)
		later, _ := then.medium(&shared.Media[i], story)
		if (now == consent.Holds) != (later == consent.Holds) {
			return true
		}
	}
	return false
}
