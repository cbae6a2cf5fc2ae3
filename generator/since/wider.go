package since

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

// entry is an item of any kind; story or person is set for those two.
type entry struct {
	item   *read.Item
	shared *read.Shared
	story  *read.Story
	person *read.Person
}

func entries(lib *read.Library) []entry {
	var list []entry
	for _, x := range lib.People {
		list = append(list, entry{&x.Item, &x.Shared, nil, x})
	}
	for _, x := range lib.Stories {
		list = append(list, entry{&x.Item, &x.Shared, x, nil})
	}
	for _, x := range lib.Notes {
		list = append(list, entry{&x.Item, &x.Shared, nil, nil})
	}
	for _, x := range lib.Cells {
		list = append(list, entry{&x.Item, &x.Shared, nil, nil})
	}
	for _, x := range lib.Changes {
		list = append(list, entry{&x.Item, &x.Shared, nil, nil})
	}
	for _, x := range lib.Pages {
		list = append(list, entry{&x.Item, &x.Shared, nil, nil})
	}
	return list
}

func (e entry) consent() *read.Consent {
	switch {
	case e.story != nil:
		return e.story.Consent
	case e.person != nil:
		return e.person.Consent
	}
	return nil
}

// record is the consent as the gate sees it: a file with a mistake has none that holds.
func (e entry) record() *consent.Record {
	c := e.consent()
	if c == nil || c.Record == nil || c.Record.Unreadable || e.item.Broken {
		return nil
	}
	return c.Record
}

// names are a person's names, folded; the words they are told in aren't kept.
func names(p *read.Person) map[string]bool {
	folded := map[string]bool{}
	for _, t := range append([]read.Text{p.Name}, p.KnownAs...) {
		if t.S != "" {
			folded[read.FoldName(t.S)] = true
		}
	}
	return folded
}

// words are a text's words, so that a story that was copied or moved is known again.
func words(b *markdown.Body) string { return strings.Join(strings.Fields(b.Words()), " ") }

// match finds for each item what it was before: by its `id`, then by git's
// renames, then by its address, and what is still unknown by its words: a
// person by a name, a story by its text, even if the old file is still there.
// What can't be matched is new.
func match(old, now *read.Library, changes []Change) map[*read.Item]entry {
	was := entries(old)
	byOpaque, byFile, byID := map[string]entry{}, map[string]entry{}, map[string]entry{}
	byName, byWords := map[string]entry{}, map[string]entry{}
	for _, e := range was {
		byFile[e.item.File], byID[e.item.ID] = e, e
		if e.story != nil {
			if id := e.story.OpaqueID.S; id != "" {
				byOpaque[id] = e
			}
			if w := words(e.item.Body); strings.Count(w, " ") >= 12 {
				byWords[w] = e
			}
		}
		if e.person != nil {
			for name := range names(e.person) {
				byName[name] = e
			}
		}
	}
	movedFrom := map[string]string{}
	for _, c := range changes {
		if c.How == "moved" {
			movedFrom[c.File] = c.From
		}
	}
	found := map[*read.Item]entry{}
	for _, e := range entries(now) {
		var before entry
		if e.story != nil && e.story.OpaqueID.S != "" {
			before = byOpaque[e.story.OpaqueID.S]
		}
		if moved := byFile[movedFrom[e.item.File]]; before.item == nil && moved.item != nil && moved.item.Kind == e.item.Kind {
			before = moved
		}
		if before.item == nil {
			before = byID[e.item.ID]
		}
		if before.item == nil && e.person != nil {
			for _, name := range slices.Sorted(maps.Keys(names(e.person))) {
				if before.item == nil {
					before = byName[name]
				}
			}
		}
		if before.item == nil && e.story != nil {
			before = byWords[words(e.item.Body)]
		}
		if before.item != nil {
			found[e.item] = before
		}
	}
	return found
}

// comparison is one comparison of two libraries.
type comparison struct {
	old, now *read.Library
	match    map[*read.Item]entry
	inCommit bool
	problems []report.Problem
}

const (
	confirmHere   = "If they agreed to it, say so in the same change: a new line “confirmed: …” in this consent, with who spoke with them and when. If not, put it back as it was."
	confirmPerson = "If they agreed to it, say so in the same change: a new line “confirmed: …” in that person's consent, or “Confirmed: …” in the commit's message. If not, put it back as it was."
	confirmCommit = "If they agreed to it, say so in a line “Confirmed: …” in the commit's message. If not, put it back as it was."
)

func (c *comparison) wider(code, file string, at report.Place, message, help string) {
	c.problems = append(c.problems, report.Problem{Code: "wider-" + code, Severity: report.Error, File: file, Line: int(at.Line), Column: int(at.Column), Message: message, Help: help})
}

// compare looks at everything that may have become wider.
func (c *comparison) compare() {
	c.site()
	confirmed := map[string]bool{} // IDs of people whose record says so in this change
	for _, p := range c.now.People {
		confirmed[p.ID] = c.newlyConfirmed(entry{&p.Item, &p.Shared, nil, p}, c.match[&p.Item])
	}
	matched := map[*read.Item]bool{}
	for _, e := range entries(c.now) {
		before, ok := c.match[e.item]
		if ok {
			matched[before.item] = true
		}
		c.notAbout(e, before, confirmed)
		if !ok {
			continue
		}
		c.pictures(e, before, confirmed)
		if e.person == nil && e.story == nil {
			continue
		}
		if e.person != nil {
			c.names(before.person, e)
		}
		if c.newlyConfirmed(e, before) {
			continue
		}
		c.consent(e, before)
		if e.person != nil {
			c.notMe(e, before)
		} else {
			c.story(e, before)
		}
	}
	for _, p := range c.old.People {
		if !matched[&p.Item] {
			c.names(p, entry{})
		}
	}
	c.forgotten()
}

// newlyConfirmed reports whether an item's consent says who confirmed it, in
// words that weren't there before.
func (c *comparison) newlyConfirmed(e, before entry) bool {
	now := e.consent()
	if now == nil || now.Confirmed.S == "" {
		return false
	}
	return before.item == nil || before.consent() == nil || before.consent().Confirmed.S != now.Confirmed.S
}

// site compares the limits that site.yaml sets for every consent.
func (c *comparison) site() {
	was, is := c.old.Site, c.now.Site
	if c.inCommit || is.Confirmed != "" && is.Confirmed != was.Confirmed {
		return
	}
	help := "It makes people's consents last longer than they knew. If they were asked, say so in the same change: “confirmed: …” in this block, or “Confirmed: …” in the commit's message. If not, put it back."
	day := consent.NewDay(2001, 1, 1) // any day: only which of two lengths is longer matters
	if day.Add(is.Terms.Lasts) > day.Add(was.Terms.Lasts) {
		c.wider("lasts", "site.yaml", is.LastsAt, "Consents that name no last day last longer than before: "+is.Terms.Lasts.String()+" instead of "+was.Terms.Lasts.String()+".", help)
	}
	if day.Add(is.Terms.AtMost) > day.Add(was.Terms.AtMost) {
		c.wider("at-most", "site.yaml", is.AtMostAt, "Consents may run longer than before: "+is.Terms.AtMost.String()+" instead of "+was.Terms.AtMost.String()+".", help)
	}
}

// consent compares two records of one person or story.
func (c *comparison) consent(e, before entry) {
	now, was := e.record(), before.record()
	file, written := e.item.File, e.consent()
	switch {
	case now == nil && e.person != nil && !e.item.Broken && e.person.Consent == nil && was != nil:
		if !c.inCommit {
			c.wider("removed", file, report.Place{}, "This person's consent is gone. Without one, nothing ends the stories they tell.", "Keep the consent, and write “withdrawn: …” with the day into it if it ended; or use “ownwords consent forget”.")
		}
		return
	case now == nil:
		return // stricter
	case was == nil && before.consent() == nil && !before.item.Broken:
		c.wider("given", file, written.At, "There is a consent now where there was none.", confirmHere)
		return
	case was == nil:
		c.wider("readable", file, written.At, "This consent couldn't be read before, so it allowed nothing; now it can.", confirmHere)
		return
	}
	at := func(p report.Place) report.Place {
		if p.Line == 0 {
			return written.At
		}
		return p
	}
	// What the site's limits change is told at site.yaml; so compare under each of the two.
	for _, terms := range []consent.Terms{c.now.Site.Terms, c.old.Site.Terms} {
		end, _ := now.LastDay(terms)
		if ended, _ := was.LastDay(terms); end > ended {
			place := written.Until.At
			if place.Line == 0 {
				place = cmp.Or(written.Lasts.At, written.Given.At)
			}
			c.wider("end", file, at(place), "This consent lasts longer than before: until "+end.String()+" instead of "+ended.String()+".", confirmHere)
			break
		}
	}
	if *now.Given < *was.Given {
		c.wider("begin", file, at(written.Given.At), "This consent begins earlier than before: on "+now.Given.String()+" instead of "+was.Given.String()+".", confirmHere)
	}
	stops := func(r *consent.Record, day *consent.Day) bool { return day != nil && *r.Given <= *day }
	if stops(was, was.Withdrawn) && !stops(now, now.Withdrawn) {
		c.wider("withdrawal", file, at(written.Withdrawn.At), "This consent was withdrawn, and now it isn't.", confirmHere)
	}
	if stops(was, was.Paused) && !stops(now, now.Paused) {
		c.wider("pause", file, at(written.Paused.At), "This consent was paused, and now it isn't.", confirmHere)
	}
	for i, u := range now.For {
		if !slices.Contains(was.For, u) {
			c.wider("use", file, at(written.For[i].At), "This consent allows more than before: “"+string(u)+"”.", confirmHere)
		}
	}
	if cmp.Or(now.GivenBy, consent.Self) != cmp.Or(was.GivenBy, consent.Self) {
		c.wider("given-by", file, at(written.GivenBy.At), "Who gave this consent isn't the same as before.", confirmHere)
	}
	if before.shared.Draft.V && !e.shared.Draft.V {
		c.wider("draft", file, written.At, "This was a draft, and now it isn't, so it can be published.", confirmHere)
	}
}

// story compares what makes a story depend on other people's consents.
func (c *comparison) story(e, before entry) {
	s, was := e.story, before.story
	told := func(list []read.Text, id string) bool {
		return slices.ContainsFunc(list, func(t read.Text) bool { return t.S == id })
	}
	place := report.Place{Line: 1, Column: 1}
	if s.Consent != nil {
		place = s.Consent.At
	}
	for _, t := range was.By {
		if !told(s.By, t.S) {
			c.wider("by", s.File, place, "A teller isn't under “by” any more, so the end of their consent wouldn't end this story.", confirmHere)
		}
	}
	if was.TranslationOf.S != "" && s.TranslationOf.S == "" {
		c.wider("translation", s.File, place, "This was a translation that fell with its original, and now it isn't.", confirmHere)
	}
	mentioned := func(b *markdown.Body, id string) bool {
		return slices.ContainsFunc(b.Mentions, func(m markdown.Mention) bool { return m.Person == id })
	}
	same := words(s.Body) == words(was.Body)
	for _, t := range was.With {
		if same && !told(s.With, t.S) && !mentioned(s.Body, t.S) {
			c.wider("with", s.File, place, "Somebody isn't under “with” any more, though the text is the same, so the story wouldn't wait for their consent.", confirmHere)
		}
	}
	all := words(s.Body)
	for i, p := range was.Body.Passages {
		if p.Kind != markdown.With {
			continue
		}
		passage := strings.Join(strings.Fields(was.Body.PassageWords(i)), " ")
		if strings.Count(passage, " ") < 4 {
			continue
		}
		guarded := 0
		for j, q := range s.Body.Passages {
			if q.Kind == markdown.With && slices.Equal(q.People, p.People) {
				guarded += strings.Count(strings.Join(strings.Fields(s.Body.PassageWords(j)), " "), passage)
			}
		}
		if strings.Count(all, passage) > guarded {
			c.wider("passage", s.File, place, "A passage that needed somebody's consent now stands without waiting for it.", confirmHere)
		}
	}
}

// names reports names that traces were looked for by, and no longer are. e is
// empty when the person's file is gone.
func (c *comparison) names(was *read.Person, e entry) {
	if c.inCommit || e.person != nil && c.newlyConfirmed(e, entry{&was.Item, &was.Shared, nil, was}) {
		return
	}
	left := map[string]bool{}
	if e.person != nil {
		left = names(e.person)
	}
	for _, name := range slices.Sorted(maps.Keys(names(was))) {
		if left[name] || c.isForgotten(name) {
			continue
		}
		if e.person == nil {
			c.wider("person", was.File, report.Place{}, "This person's file is gone, so nothing looks for their names any more.", "Delete people with “ownwords consent forget”, which keeps looking for their names without holding them.")
			return
		}
		c.wider("names", e.item.File, e.person.Name.At, "A name isn't looked for any more: it was this person's “name” or stood under “known_as”.", "Keep it under “known_as”; it is never shown. "+confirmHere)
		return
	}
}

// isForgotten reports whether a folded name is among the hashes that `consent forget` leaves.
func (c *comparison) isForgotten(name string) bool {
	return slices.ContainsFunc(c.now.Forgotten, func(f read.Forgotten) bool {
		return slices.ContainsFunc(f.Names, func(n read.ForgottenName) bool { return n.Hash.S == read.HashName(f.Salt.S, name) })
	})
}

// forgotten reports hashes of names that are gone.
func (c *comparison) forgotten() {
	if c.inCommit {
		return
	}
	left := map[string]bool{}
	for _, f := range c.now.Forgotten {
		for _, n := range f.Names {
			left[n.Hash.S] = true
		}
	}
	for _, f := range c.old.Forgotten {
		for _, n := range f.Names {
			if !left[n.Hash.S] {
				c.wider("forgotten", path.Join(c.now.Site.PeopleDir, read.ForgottenFile), report.Place{}, "A name of somebody who was forgotten isn't looked for any more.", confirmCommit)
				return
			}
		}
	}
}

func (c *comparison) notMe(e, before entry) {
	had := map[string]bool{}
	for _, t := range before.person.NotMe {
		had[read.FoldName(t.S)] = true
	}
	for _, t := range e.person.NotMe {
		if !had[read.FoldName(t.S)] {
			c.wider("not-me", e.item.File, t.At, "A new phrase under “not_me” lets a name pass that was looked for before.", confirmHere)
		}
	}
}

// notAbout reports people whose name an item may carry from now on. Someone
// whose file is new in this change has not been looked for before.
func (c *comparison) notAbout(e, before entry, confirmed map[string]bool) {
	for _, t := range e.shared.NotAbout {
		known := slices.ContainsFunc(c.old.People, func(p *read.Person) bool { return p.Slug == t.S })
		had := before.shared != nil && slices.ContainsFunc(before.shared.NotAbout, func(u read.Text) bool { return u.S == t.S })
		if had || !known && !c.now.Site.PeopleOutside || confirmed["people/"+t.S] || c.inCommit {
			continue
		}
		c.wider("not-about", e.item.File, t.At, "A new name under “not_about” may stand here from now on, though that person's consent may have ended.", confirmPerson)
	}
}

// pictures reports people who are no longer listed in a picture or recording.
func (c *comparison) pictures(e, before entry, confirmed map[string]bool) {
	for _, m := range e.shared.Media {
		i := slices.IndexFunc(before.shared.Media, func(w read.Medium) bool { return w.File.S == m.File.S })
		if i < 0 || m.People == nil || before.shared.Media[i].People == nil || c.inCommit {
			continue
		}
		for _, t := range *before.shared.Media[i].People {
			if !slices.ContainsFunc(*m.People, func(u read.Text) bool { return u.S == t.S }) && !confirmed["people/"+t.S] {
				c.wider("picture", e.item.File, m.File.At, "Somebody isn't listed in this picture or recording any more, so it wouldn't wait for their consent.", confirmPerson)
			}
		}
	}
}
