package audit

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"ownwords/generator/report"
)

// culprit is where a trace came from: an item, one of the network's own files,
// or just the file of the site in which it stands.
type culprit struct{ item, own, file string }

// charge is a trace with where it came from, and the files of the site that show it.
type charge struct {
	culprit culprit
	trace   trace
	files   []string
	// beside is what a picture carries.
	beside string
	// ownAsset says that the file is one of the network's own.
	ownAsset bool
}

// chargeKey says which traces are told as one: all names of one person.
type chargeKey struct {
	culprit culprit
	kind    kind
	what    string
}

// unclear is a trace in a file that nobody's own words explain.
type unclear struct {
	f *finding
	t trace
}

// court finds out whose text each trace came from.
type court struct {
	*proof
	known map[uint64]bool // passages that were confirmed
	// words holds what the words and the address of an item have of what is sought, sources the same of its source file.
	words, sources map[string]map[trace]bool
	// carriers are the items whose words have a trace.
	carriers map[trace][]string
	// own says which of the network's own files has a trace.
	own     map[trace]string
	charges map[chargeKey]*charge
	// unclear are the traces that no item's own words, source or address explain.
	unclear []unclear
	// certain says that an item was charged because of its own words, source or address.
	certain bool
	// convicted holds the items that were found to carry a trace on a page of their own.
	convicted map[trace]map[string]bool
	// ordinary holds names that are ordinary words; the files of these charges are items.
	ordinary map[string]*charge
	spotted  map[string]bool
	leading  map[string][]string // see Result.Leading
	blocked  bool
}

// blame turns what was found into items to withhold and problems to tell.
func (p *proof) blame(ctx context.Context) (*Result, error) {
	c := &court{proof: p, words: map[string]map[trace]bool{}, sources: map[string]map[trace]bool{}, carriers: map[trace][]string{}, own: map[trace]string{}, charges: map[chargeKey]*charge{},
		convicted: map[trace]map[string]bool{}, ordinary: map[string]*charge{}, spotted: map[string]bool{}, leading: map[string][]string{}}
	if err := c.confirm(ctx); err != nil {
		return nil, err
	}
	if err := c.search(ctx); err != nil {
		return nil, err
	}
	// Pages of one item first: where a list shows the same trace, it is then known whose it is.
	for _, owned := range []bool{true, false} {
		for _, f := range p.findings {
			if (p.owner(f) != "") == owned {
				c.hear(f)
			}
		}
	}
	// Without the items that are certain to carry a trace, the next round may
	// hold no other: only when there are none are pages as a whole blamed.
	if !c.certain {
		for _, u := range c.unclear {
			c.presume(u.f, u.t)
		}
	}
	c.links()
	if p.site == nil {
		c.foreignFiles()
	}
	return c.verdict(), nil
}

func (p *proof) owner(f *finding) string {
	if f.file == unlisted {
		return ""
	}
	return p.in.Files[f.file].Owner
}

// itemsOf returns every item whose words stand in a file, its owner first.
func (p *proof) itemsOf(f *finding) []string {
	if f.file == unlisted {
		return nil
	}
	file := &p.in.Files[f.file]
	var items []string
	if file.Owner != "" {
		items = append(items, file.Owner)
	}
	for _, item := range file.Items {
		if item != file.Owner {
			items = append(items, item)
		}
	}
	return items
}

// confirm drops passages whose hash was a coincidence, and sets names apart that are ordinary words.
func (c *court) confirm(ctx context.Context) error {
	suspects := map[uint64]string{}
	for _, f := range c.findings {
		for _, h := range f.hits {
			if h.kind == passageTrace {
				suspects[h.n] = h.said
			}
		}
	}
	var err error
	if c.known, err = c.s.confirm(ctx, suspects); err != nil {
		return err
	}
	for _, f := range c.findings {
		f.hits = slices.DeleteFunc(f.hits, func(h hit) bool {
			if h.kind == passageTrace {
				return !c.known[h.n]
			}
			if c.isOrdinary(h.trace) {
				f.ordinary = append(f.ordinary, h.trace)
				return true
			}
			return false
		})
	}
	return nil
}

// everyItem lists all items that the site's files were made from.
func (p *proof) everyItem() []string {
	if p.site != nil {
		return p.site.Items()
	}
	all := map[string]bool{}
	for _, f := range p.in.Files {
		if f.Owner != "" {
			all[f.Owner] = true
		}
		for _, item := range f.Items {
			all[item] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// search looks through the words of every item that may have brought a trace,
// and through the network's own files.
func (c *court) search(ctx context.Context) error {
	if len(c.findings) == 0 {
		return nil
	}
	l := newLooker(c.s)
	l.known = c.known
	for _, name := range slices.Sorted(maps.Keys(c.in.Own)) {
		l.reset()
		l.text([]byte(c.in.Own[name]))
		for _, h := range l.hits {
			if t := asText(h.trace); c.own[t] == "" {
				c.own[t] = name
			}
		}
	}
	wanted := map[string]bool{}
	for _, f := range c.findings {
		if len(f.ordinary) > 0 && c.owner(f) != "" {
			wanted[c.owner(f)] = true
		}
		if len(f.hits) == 0 || c.allShown(f) {
			continue
		}
		items := c.itemsOf(f)
		if len(items) == 0 && slices.ContainsFunc(f.hits, func(h hit) bool { return c.own[asText(h.trace)] == "" }) {
			items = c.everyItem()
		}
		for _, item := range items {
			wanted[item] = true
		}
	}
	if err := c.readWords(ctx, slices.Sorted(maps.Keys(wanted))); err != nil {
		return err
	}
	// What stands on a page of none of these items, such as a title in the
	// navigation or the name of a theme, came from another one.
	if slices.ContainsFunc(c.findings, func(f *finding) bool {
		return !c.allShown(f) && slices.ContainsFunc(f.hits, func(h hit) bool { return c.ofOthers(f, h.trace) })
	}) {
		var others []string
		for _, item := range c.everyItem() {
			if _, known := c.words[item]; !known {
				others = append(others, item)
			}
		}
		return c.readWords(ctx, others)
	}
	return nil
}

// ofOthers reports whether neither the items of a file nor the network's own
// files have the words of a trace.
func (c *court) ofOthers(f *finding, t trace) bool {
	return t.kind != fileTrace && c.own[asText(t)] == "" &&
		!slices.ContainsFunc(c.itemsOf(f), func(item string) bool { return c.carries(item, t) })
}

// readWords looks through the words of items and their addresses.
func (c *court) readWords(ctx context.Context, list []string) error {
	var m sync.Mutex
	err := onAllCores(ctx, len(list), func() func(int) error {
		l := newLooker(c.s)
		l.known = c.known
		return func(i int) error {
			l.reset()
			l.path([]byte(list[i]))
			if c.in.TextsOf != nil {
				for _, text := range c.in.TextsOf(list[i]) {
					l.text([]byte(text))
				}
			}
			found := traces(l)
			m.Lock()
			c.words[list[i]] = found
			m.Unlock()
			return nil
		}
	})
	for _, item := range list {
		for t := range c.words[item] {
			c.carriers[t] = append(c.carriers[t], item)
		}
	}
	return err
}

func traces(l *looker) map[trace]bool {
	if len(l.hits) == 0 {
		return nil
	}
	found := make(map[trace]bool, len(l.hits))
	for _, h := range l.hits {
		found[asText(h.trace)] = true
	}
	return found
}

// allShown reports whether a file holds nothing but names of people whom all
// of its items show with their consent, so that nobody's words need a look.
func (c *court) allShown(f *finding) bool {
	items := c.itemsOf(f)
	for _, h := range f.hits {
		if h.kind != nameTrace {
			return false
		}
		shown := c.s.shown[c.in.Withheld.Names[h.n].Person]
		if len(items) == 0 || slices.ContainsFunc(items, func(i string) bool { return !shown[i] }) {
			return false
		}
	}
	return true
}

// hear decides about everything that was found in one file.
func (c *court) hear(f *finding) {
	items := c.itemsOf(f)
	on := make(map[string]bool, len(items))
	for _, item := range items {
		on[item] = true
	}
	for _, h := range f.hits {
		c.try(f, h.trace, items, on)
	}
	if owner := c.owner(f); owner != "" {
		for _, t := range f.ordinary {
			if c.carries(owner, t) && !c.excused(t, on)[owner] {
				c.warn(f, t, owner)
			}
		}
	}
	if f.beside != "" {
		c.metadata(f, items)
	}
}

// asText takes a name in an address for one in the text: it may have come
// from there, such as the id of a heading.
func asText(t trace) trace {
	if t.kind == pathNameTrace {
		t.kind = nameTrace
	}
	return t
}

func isName(t trace) bool { return asText(t).kind == nameTrace }

// carries reports whether an item's words have a trace.
func (c *court) carries(item string, t trace) bool { return c.words[item][asText(t)] }

// sourceHas reports whether an item's source file has a trace.
func (c *court) sourceHas(item string, t trace) bool {
	found, known := c.sources[item]
	if !known {
		if c.in.SourceOf != nil {
			_, source := c.in.SourceOf(item)
			l := newLooker(c.s)
			l.known = c.known
			l.text(source)
			found = traces(l)
		}
		c.sources[item] = found
	}
	return found[asText(t)]
}

// try decides who brought one trace to a file: those of its items whose words
// or address have it; for what stands in an address, those whose source has it;
// else any other item whose words have it, since titles, themes and places
// stand on pages of others too; else those whose source has it. A name that
// comes from an item on which it isn't a trace is none. The network's own files
// are told too when they have it, and clear the items whose words don't. What
// is left is unclear.
func (c *court) try(f *finding, t trace, items []string, on map[string]bool) {
	if _, own := c.ownSource(f); own {
		c.charge(f, t, culprit{file: f.path})
		return
	}
	own := c.own[asText(t)]
	if own != "" {
		c.charge(f, t, culprit{own: own})
	}
	excused := c.excused(t, on)
	some := func(carries func(item string) bool) (found []string) {
		for _, item := range items {
			if !excused[item] && carries(item) {
				found = append(found, item)
			}
		}
		return found
	}
	all := c.carriers[asText(t)]
	var carriers []string
	if len(all) > len(items) {
		carriers = some(func(item string) bool { return c.carries(item, t) })
	} else {
		for _, item := range all {
			if on[item] && !excused[item] {
				carriers = append(carriers, item)
			}
		}
	}
	if len(carriers) == 0 && (own != "" || c.explained(f, t, excused)) {
		return
	}
	inSource := func() []string { return some(func(item string) bool { return c.sourceHas(item, t) }) }
	if len(carriers) == 0 && t.kind != nameTrace {
		carriers = inSource()
	}
	if len(carriers) == 0 && t.kind != fileTrace && c.isMade(f) {
		others := c.excused(t, setOf(all))
		for _, item := range all {
			if !on[item] && !others[item] {
				carriers = append(carriers, item)
			}
		}
		if len(carriers) == 0 && slices.ContainsFunc(all, func(item string) bool {
			return c.meansAnother(item, t) || c.owner(f) == "" && others[item] && !on[item]
		}) {
			return
		}
	}
	if len(carriers) == 0 {
		carriers = inSource()
	}
	if owner := c.owner(f); len(carriers) == 0 && owner != "" && (t.kind == fileTrace || !c.isMade(f)) {
		carriers = []string{owner}
	}
	if len(carriers) == 0 {
		c.unclear = append(c.unclear, unclear{f, t})
		return
	}
	c.certain = true
	c.convict(f, t, carriers)
}

// presume decides about a trace that nobody's own words explain: it is the
// file's owner's; else, on a list, of whoever was found to carry it on a page
// of their own; else of all of its items.
func (c *court) presume(f *finding, t trace) {
	items := c.itemsOf(f)
	excused := c.excused(t, setOf(items))
	convicted := c.convicted[asText(t)]
	var carriers []string
	switch {
	case c.owner(f) != "":
		carriers = []string{c.owner(f)}
	case len(items) == 0:
		carriers = slices.Sorted(maps.Keys(convicted))
	default:
		for _, item := range items {
			if !excused[item] && convicted[item] {
				carriers = append(carriers, item)
			}
		}
		if len(carriers) == 0 {
			carriers = slices.DeleteFunc(slices.Clone(items), func(item string) bool { return excused[item] })
		}
		if len(carriers) == 0 {
			carriers = items
		}
	}
	c.convict(f, t, carriers)
	if len(carriers) == 0 {
		c.charge(f, t, culprit{file: f.path})
		c.blocked = c.blocked || !c.isOwnAsset(f)
	}
}

func (c *court) convict(f *finding, t trace, items []string) {
	for _, item := range items {
		c.charge(f, t, culprit{item: item})
		if c.convicted[asText(t)] == nil {
			c.convicted[asText(t)] = map[string]bool{}
		}
		c.convicted[asText(t)][item] = true
	}
}

func setOf(items []string) map[string]bool {
	set := make(map[string]bool, len(items))
	for _, item := range items {
		set[item] = true
	}
	return set
}

// meansAnother reports whether an item lists under `not_about` the person of a name.
func (c *court) meansAnother(item string, t trace) bool {
	return isName(t) && slices.Contains(c.in.Withheld.NotAbout[item], c.in.Withheld.Names[t.n].Person)
}

// isMade reports whether a file is one that the build writes itself, so that
// words of items that aren't listed for it may stand there. Captions and other
// files of an item's own hold the words of that item only.
func (c *court) isMade(f *finding) bool {
	switch formatOf(f.path, nil) {
	case htmlFormat, jsonFormat, xmlFormat, calendarFormat:
		return !strings.HasPrefix(f.path, "media/")
	}
	return len(c.itemsOf(f)) == 0
}

// ownSource returns the source of a file that is the network's own, as listed under `files:` in site.yaml.
func (c *court) ownSource(f *finding) (source string, own bool) {
	source, own = c.in.OwnFiles[f.path]
	return source, own
}

// isOwnAsset reports whether a file is one that the network put there as it is:
// an asset of the theme, or one under `files:` in site.yaml.
func (c *court) isOwnAsset(f *finding) bool {
	if _, own := c.ownSource(f); own {
		return true
	}
	if f.file == unlisted || len(c.itemsOf(f)) > 0 {
		return false
	}
	switch formatOf(f.path, nil) {
	case htmlFormat, jsonFormat, calendarFormat:
		return false
	case xmlFormat:
		return path.Ext(f.path) == ".svg"
	}
	return true
}

// explained reports whether a name stands in a file because of an item on
// which it isn't a trace. A byline explains a name in the text; addresses have
// to be the item's own.
func (c *court) explained(f *finding, t trace, excused map[string]bool) bool {
	for item := range excused {
		byline := t.kind == nameTrace && c.s.shown[c.in.Withheld.Names[t.n].Person][item]
		if byline || item == c.owner(f) || c.carries(item, t) || t.kind == pathNameTrace && c.sourceHas(item, t) {
			return true
		}
	}
	return false
}

// excused returns those of a file's items on which a name isn't a trace: they
// show the person with their consent, or list them under `not_about`.
func (c *court) excused(t trace, on map[string]bool) map[string]bool {
	if !isName(t) {
		return nil
	}
	person := c.in.Withheld.Names[t.n].Person
	var excused map[string]bool
	excuse := func(item string) {
		if excused == nil {
			excused = map[string]bool{}
		}
		excused[item] = true
	}
	smaller, larger := c.s.shown[person], on
	if len(larger) < len(smaller) {
		smaller, larger = larger, smaller
	}
	for item := range smaller {
		if larger[item] {
			excuse(item)
		}
	}
	if len(c.in.Withheld.NotAbout) > 0 {
		for item := range on {
			if slices.Contains(c.in.Withheld.NotAbout[item], person) {
				excuse(item)
			}
		}
	}
	return excused
}

// metadata blames a picture's metadata on the item that shows it; a picture of
// the network's own is an error only.
func (c *court) metadata(f *finding, items []string) {
	t := trace{kind: metadataTrace}
	if _, own := c.ownSource(f); own {
		items = nil
	}
	if c.owner(f) != "" && len(items) > 0 {
		items = items[:1]
	}
	if f.embedded { // a data: address on a page, mostly of the theme's
		items = slices.DeleteFunc(slices.Clone(items), func(item string) bool {
			if c.in.SourceOf == nil {
				return true
			}
			_, source := c.in.SourceOf(item)
			return !bytes.Contains(source, []byte("data:"))
		})
	}
	for _, item := range items {
		c.charge(f, t, culprit{item: item})
	}
	if len(items) == 0 {
		c.charge(f, t, culprit{file: f.path})
	}
}

func (c *court) isOrdinary(t trace) bool {
	switch t.kind {
	case nameTrace, pathNameTrace:
		return c.in.Withheld.Names[t.n].Ordinary || isSingleCharacter(c.in.Withheld.Names[t.n].Name)
	case forgottenTrace:
		return c.lowerCase[int(t.n)]
	}
	return false
}

// isSingleCharacter reports whether a name is one character of a script
// without spaces, which stands inside words of every kind.
func isSingleCharacter(name string) bool {
	r := []rune(strings.TrimSpace(name))
	return len(r) == 1 && newLetter(r[0]).kind == alone
}

func (c *court) charge(f *finding, t trace, by culprit) {
	c.spotted[f.path] = true
	t = asText(t) // both are told as one
	key := chargeKey{by, t.kind, c.what(t)}
	known := c.charges[key]
	if known == nil {
		known = &charge{culprit: by, trace: t, beside: f.beside, ownAsset: by.file != "" && c.isOwnAsset(f)}
		c.charges[key] = known
	}
	if n := len(known.files); n == 0 || known.files[n-1] != f.path {
		known.files = append(known.files, f.path)
	}
}

// warn collects where a name stands that is also an ordinary word: one warning for each.
func (c *court) warn(f *finding, t trace, item string) {
	known := c.ordinary[c.what(t)]
	if known == nil {
		known = &charge{culprit: culprit{item: item}, trace: t}
		c.ordinary[c.what(t)] = known
	}
	c.spotted[f.path] = true
	if !slices.Contains(known.files, item) {
		known.files = append(known.files, item)
	}
}

// what identifies the withheld thing of a trace, never in words of a story.
func (c *court) what(t trace) string {
	w := c.in.Withheld
	switch t.kind {
	case addressTrace, fileNameTrace:
		return w.Items[t.n].ID
	case nameTrace, pathNameTrace:
		return w.Names[t.n].Person
	case forgottenTrace:
		return w.Names[t.n].Salt // each person's own
	case titleTrace, lineTrace, fileTrace:
		return fmt.Sprint(t.n)
	}
	return "" // however many passages of a story an item holds, that is one problem
}

// verdict writes everything down.
func (c *court) verdict() *Result {
	r := &Result{Unattributed: c.blocked}
	quarantine := map[string]bool{}
	for _, charge := range c.charges {
		if charge.culprit.item != "" {
			quarantine[charge.culprit.item] = true
		}
		c.problems = append(c.problems, c.problem(charge))
	}
	for _, charge := range c.ordinary {
		c.problems = append(c.problems, c.ordinaryWord(charge))
	}
	r.Quarantine = slices.Sorted(maps.Keys(quarantine))
	r.Spotted = slices.Sorted(maps.Keys(c.spotted))
	r.Leading = c.leading
	r.Problems = c.problems
	slices.SortFunc(r.Problems, func(a, b report.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return r
}

// problem tells a trace.
func (c *court) problem(ch *charge) report.Problem {
	p := report.Problem{Severity: report.Error}
	c.locate(&p, ch)
	who := "this file of the finished site"
	switch {
	case ch.culprit.item != "":
		who = ch.culprit.item
	case ch.culprit.own != "":
		who = ch.culprit.own
	}
	where := c.where(ch)
	person := c.what(ch.trace)
	id := strings.TrimPrefix(person, "people/")
	switch ch.trace.kind {
	case addressTrace, fileNameTrace:
		p.Code = "trace-address"
		p.Message = fmt.Sprintf("The address or source file name of %s, which isn't published, stands in %s%s.", person, who, where)
		p.Help = "Take the link or the file name out. A link to a story is best written as [words](/" + person + "/): while the story isn't there, the words stay and the link goes by itself."
	case titleTrace:
		p.Code = "trace-title"
		p.Message = fmt.Sprintf("The title of a story that isn't published stands in %s%s.", who, where)
		p.Help = "Take the title out, or say it in other words."
	case passageTrace:
		p.Code = "trace-words"
		p.Message = fmt.Sprintf("Twelve or more words in a row of a story or passage that isn't published stand in %s%s.", who, where)
		p.Help = "Take the words out. A teller's own words go with their consent, wherever they are quoted."
	case lineTrace:
		p.Code = "trace-line"
		p.Message = fmt.Sprintf("A whole quotation that may not be shown stands in %s%s.", who, where)
		p.Help = "Take the quotation out. Written as a block quotation that ends in “— [@id]”, it comes and goes with the person's consent by itself."
	case nameTrace:
		p.Code = "trace-name"
		p.Message = fmt.Sprintf("A name of %s, who may not be named there, stands in %s%s.", person, who, where)
		if !strings.HasPrefix(person, "people/") {
			p.Message = fmt.Sprintf("The name of the teller of %s, who may not be named there, stands in %s%s.", person, who, where)
			p.Help = "Take the name out, also where it is part of an address or a file name."
			break
		}
		if c.in.Withheld.Names[ch.trace.n].Handle {
			p.Message = fmt.Sprintf("The ID of %s, who may not be named there, stands as @%s in %s%s.", person, id, who, where)
			p.Help = fmt.Sprintf("Write the mention as [@%s], without marks of code (`) around it or a backslash before it: then it leaves by itself. To show how a mention is written, use an ID that is nobody's.", id)
			break
		}
		p.Help = fmt.Sprintf("Write the mention [@%s] in its place, which leaves by itself, or take the name out, also where it is part of an address or a file name. If someone else is meant, write `not_about: [%s]` in the front matter; "+
			"if the name is part of a phrase such as a street's, write the phrase under `not_me` in the person's file.", id, id)
	case forgottenTrace:
		p.Code = "trace-name"
		p.Message = fmt.Sprintf("The name of somebody who was forgotten stands in %s%s.", who, where)
		p.Help = "Take the name out. Whose it is isn't kept anywhere; what stands at that place says it."
	case fileTrace:
		p.Code = "trace-file"
		p.Message = fmt.Sprintf("A picture or recording that may not be published is part of %s%s.", who, where)
		p.Help = "Take the copy of the file out. A picture needs everyone's consent who can be recognised in it, under whatever name it is kept."
	case metadataTrace:
		p.Code = "trace-metadata"
		p.Message = fmt.Sprintf("A picture of %s carries more than the picture: %s%s.", who, ch.beside, where)
		p.Help = "Open the picture in a picture editor, export it without metadata as JPEG or PNG, and replace the file."
	}
	switch {
	case ch.culprit.item != "":
		p.Message += " It is left out until this is mended."
	case ch.culprit.own != "":
		p.Message += " The network's own words don't leave by themselves, so the site is made with it."
	case ch.trace.kind == metadataTrace || ch.ownAsset:
		p.Message += " It is a file of the network's own, so the site is made with it."
	default:
		p.Message += " No text of the site explains it, so the site isn't made."
		p.Help = "What is online stays as it is. If the site has templates of its own in themes/, put them aside and build again: if that helps, one of them writes it. Otherwise write `draft: true` into the texts that this page shows, one after another, until the site is made, and tell the makers of ownwords, without the name or the words."
	}
	return p
}

// where says in which files of the finished site a trace was found.
func (c *court) where(ch *charge) string {
	if ch.culprit.file != "" {
		return ""
	}
	slices.Sort(ch.files)
	first := ch.files[0]
	for _, f := range ch.files { // its own page, if it is one of them
		if i, ok := c.files[f]; ok && ch.culprit.item != "" && c.in.Files[i].Owner == ch.culprit.item {
			first = f
			break
		}
	}
	if more := len(ch.files) - 1; more == 1 {
		return fmt.Sprintf(" (found in %s and one more file of the finished site)", first)
	} else if more > 1 {
		return fmt.Sprintf(" (found in %s and %d more files of the finished site)", first, more)
	}
	return fmt.Sprintf(" (found in %s of the finished site)", first)
}

// ordinaryWord tells where a name stands that is also an ordinary word.
func (c *court) ordinaryWord(ch *charge) report.Problem {
	p := report.Problem{Code: "ordinary-name", Severity: report.Warning}
	slices.Sort(ch.files)
	ch.culprit = culprit{item: ch.files[0]}
	c.locate(&p, ch)
	list := strings.Join(ch.files[:min(5, len(ch.files))], ", ")
	if more := len(ch.files) - 5; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	whose := c.what(ch.trace)
	switch {
	case ch.trace.kind == forgottenTrace:
		whose = "somebody who was forgotten"
	case !strings.HasPrefix(whose, "people/"):
		whose = "the teller of " + whose
	}
	p.Message = fmt.Sprintf("A word that is also a name of %s, who may not be named, stands in %s. It is an ordinary word too, so nothing is left out because of it.", whose, list)
	p.Help = "Read those places. Where the person is meant, take the name out."
	return p
}

// locate says in which source file a trace stands, and on which line if it is found there.
func (c *court) locate(p *report.Problem, ch *charge) {
	var source []byte
	switch {
	case ch.culprit.own != "":
		p.File, source = ch.culprit.own, []byte(c.in.Own[ch.culprit.own])
	case c.in.OwnFiles[ch.culprit.file] != "":
		p.File = c.in.OwnFiles[ch.culprit.file]
	case ch.culprit.item != "" && c.in.SourceOf != nil:
		p.File, source = c.in.SourceOf(ch.culprit.item)
	}
	if p.File == "" && len(ch.files) > 0 {
		p.File = ch.files[0]
	}
	if len(source) == 0 || ch.trace.kind == fileTrace || ch.trace.kind == metadataTrace {
		return
	}
	if ch.trace.kind == nameTrace && c.in.Withheld.Names[ch.trace.n].Handle {
		p.Line, p.Column = lineAndColumn(source, typedHandle(source, c.in.Withheld.Names[ch.trace.n].Name))
		return
	}
	l := newLooker(c.s)
	l.known = c.known
	l.text(source)
	for _, h := range l.hits {
		if asText(h.trace).kind == ch.trace.kind && c.what(h.trace) == c.what(ch.trace) {
			p.Line, p.Column = lineAndColumn(source, h.at)
			return
		}
	}
}

// typedHandle finds where @id stands as it is typed, rather than in a mention
// that is read: behind a mark of code or a backslash, or without a bracket.
func typedHandle(source []byte, handle string) int {
	first := -1
	for at := 0; ; {
		i := bytes.Index(source[at:], []byte(handle))
		if i < 0 {
			return max(first, 0)
		}
		i += at
		at = i + len(handle)
		if !isHandle(source, i+1, at) {
			continue
		}
		before := source[:i]
		read := bytes.HasSuffix(before, []byte("[")) || bytes.HasSuffix(before, []byte("]("))
		if !read || bytes.HasSuffix(before, []byte("`[")) || bytes.HasSuffix(before, []byte(`\[`)) {
			return i
		}
		if first < 0 {
			first = i
		}
	}
}

// lineAndColumn counts lines and characters from 1.
func lineAndColumn(text []byte, at int) (line, column int) {
	before := text[:min(at, len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, len([]rune(string(before[start:]))) + 1
}
