package read

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"ownwords/generator/consent"
	"ownwords/generator/report"
)

// decoder fills the structs of this room from YAML, strictly: unknown and
// duplicate keys, anchors, wrong types and missing required keys are mistakes
// of structure; what can't be understood inside a value is a mistake of that
// value alone (spec, "A site's folder"). It finds all of them in one run, each
// with its place, in words for people who don't program.
type decoder struct {
	file      string
	firstLine int // line of the file on which the YAML begins
	problems  []report.Problem
	// structural is set by a mistake that leaves the whole item out.
	structural bool
	// inConsent counts the consents being read; a mistake in one makes it unreadable.
	inConsent   int
	consentFlaw bool
}

func (d *decoder) at(n *yaml.Node) report.Place {
	return report.PlaceAt(n.Line+d.firstLine-1, max(n.Column, 1))
}

func (d *decoder) problem(code string, at report.Place, message, help string) {
	d.problems = append(d.problems, report.Problem{Code: code, Severity: report.Error, File: d.file,
		Line: int(at.Line), Column: int(at.Column), Message: message, Help: help})
}

// structure reports a mistake that leaves the item out.
func (d *decoder) structure(code string, n *yaml.Node, message, help string) {
	d.structural = true
	d.consentFlaw = true
	d.problem(code, d.at(n), message, help)
}

// value reports a mistake that leaves out what the value governs.
func (d *decoder) value(code string, n *yaml.Node, message, help string) {
	if d.inConsent > 0 {
		d.consentFlaw = true
	}
	d.problem(code, d.at(n), message, help)
}

// field is a key of a front matter.
type field struct {
	key      string
	index    []int
	required bool
	// expected is required too, but its absence has a reason of its own: a
	// story without consent is missing it, not unreadable.
	expected bool
	oneof    []string
	inline   bool // Markdown, in which people may be mentioned
}

var fieldCache sync.Map // reflect.Type -> []field

// fieldsOf lists the keys of a struct from its yaml tags, embedded structs included.
func fieldsOf(t reflect.Type) []field {
	if f, ok := fieldCache.Load(t); ok {
		return f.([]field)
	}
	var fields []field
	for f := range t.Fields() {
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append(slices.Clone(f.Index), inner.index...)
				fields = append(fields, inner)
			}
			continue
		}
		key, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" {
			continue
		}
		one := field{key: key, index: f.Index, required: option == "required", expected: option == "expected", inline: f.Tag.Get("markdown") == "inline"}
		if list := f.Tag.Get("oneof"); list != "" {
			one.oneof = strings.Split(list, ",")
		}
		fields = append(fields, one)
	}
	fieldCache.Store(t, fields)
	return fields
}

// document reads YAML into one of this room's structs.
func (d *decoder) document(source []byte, into any) {
	plain := plainReaders.Get().(*plainReader)
	defer plain.giveBack()
	if top := plain.document(string(source)); top != nil {
		d.structAt(top, reflect.ValueOf(into).Elem())
		return
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(source, &doc); err != nil {
		line, column := yamlPlace(err)
		d.structural, d.consentFlaw = true, true
		d.problem("yaml", report.PlaceAt(line+d.firstLine-1, column),
			"This part can't be read: "+yamlMessage(err),
			"Check the lines here: each needs the form “key: value”, a value that has a colon or begins with a special sign needs quotation marks around it, and indentation uses spaces.")
		salvage(source, into)
		return
	}
	if len(doc.Content) == 0 {
		doc.Content = []*yaml.Node{{Kind: yaml.MappingNode, Line: 1, Column: 1}}
	}
	d.structAt(doc.Content[0], reflect.ValueOf(into).Elem())
}

// salvage takes what plainly reads as one of the texts of a struct out of a
// file that can't be decoded. The item is left out; but the proof has to know a
// name or title to look for it (spec, "The proof").
func salvage(source []byte, into any) {
	v := reflect.ValueOf(into).Elem()
	var list *[]Text
	words := func(s string) []Text {
		var out []Text
		for part := range strings.SplitSeq(strings.Trim(strings.TrimSpace(s), "[]"), ",") {
			if part = strings.Trim(strings.TrimSpace(part), "\"'"); part != "" {
				out = append(out, Text{S: part})
			}
		}
		return out
	}
	for line := range bytes.Lines(source) {
		text := strings.ToValidUTF8(string(line), " ")
		if item, ok := strings.CutPrefix(strings.TrimSpace(text), "- "); ok && list != nil {
			*list = append(*list, words(item)...)
			continue
		}
		list = nil
		key, value, found := strings.Cut(text, ":")
		for _, f := range fieldsOf(v.Type()) {
			if !found || f.key != strings.TrimSpace(key) || strings.TrimLeft(key, " ") != key {
				continue
			}
			switch p := v.FieldByIndex(f.index).Addr().Interface().(type) {
			case *Text:
				if strings.ContainsFunc(value, unicode.IsLetter) {
					p.S = strings.Trim(strings.TrimSpace(value), "\"'[]")
				}
			case *[]Text:
				*p = words(value)
				list = p
			}
		}
	}
}

func (d *decoder) structAt(n *yaml.Node, v reflect.Value) {
	if !d.plain(n) {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.structure("wrong-type", n, "Here should be keys with values, such as “title: The library”.", "Write one “key: value” on each line.")
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !d.plain(key) {
			continue
		}
		if key.Tag == "!!merge" {
			d.structure("yaml-merge", key, "A merge key (<<) isn't read here.", "Write the keys out in full.")
			continue
		}
		at := slices.IndexFunc(fields, func(f field) bool { return f.key == key.Value })
		if at < 0 {
			if near := d.unknownKey(key, fields); near != "" && value.Kind == yaml.ScalarNode {
				// The item is left out; what was meant is still looked for.
				for _, f := range fields {
					if p, ok := v.FieldByIndex(f.index).Addr().Interface().(*Text); ok && f.key == near && p.S == "" {
						p.S = strings.TrimSpace(value.Value)
					}
				}
			}
			continue
		}
		f := fields[at]
		if seen[f.key] {
			d.structure("duplicate-key", key, "The key “"+f.key+"” stands here a second time.", "Keep one of the two: it can't be known which one is meant.")
			continue
		}
		seen[f.key] = true
		d.into(f, value, v.FieldByIndex(f.index))
	}
	for _, f := range fields {
		if (f.required || f.expected) && !seen[f.key] {
			help := "Add a line “" + f.key + ": …”."
			if example, ok := missingHelp[f.key]; ok {
				help = example
			}
			if f.expected {
				d.value("missing-key", n, "The key “"+f.key+"” is missing.", help)
				continue
			}
			d.structure("missing-key", n, "The key “"+f.key+"” is missing.", help)
		}
	}
}

// missingHelp says how to add a key that most writers don't know by heart.
var missingHelp = map[string]string{
	"consent": "Without it nobody knows what was agreed to, so this isn't published. Add for example “consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds]}”.",
	"given":   "Add the day on which the consent was given, such as “given: 2026-05-02”.",
	"for":     "Add what the consent allows, such as “for: [page, feeds]”; the uses are " + useList() + ".",
}

// unknownKey reports a key that there isn't, and returns the one that was probably meant.
func (d *decoder) unknownKey(key *yaml.Node, fields []field) (near string) {
	var known []string
	for _, f := range fields {
		known = append(known, f.key)
	}
	help := "Remove it, or use one of: " + strings.Join(known, ", ") + "."
	message := "There is no key “" + short(key.Value) + "” here."
	if near = report.DidYouMean(key.Value, known); near != "" {
		message += " Did you mean “" + near + "”?"
		help = "Write “" + near + ":” instead, or remove the line."
	}
	d.structure("unknown-key", key, message, help)
	return near
}

// short returns a key or ID for a message. What can't have been meant as one,
// such as a sentence of a story that stands in the wrong place, isn't quoted.
func short(s string) string {
	words := strings.Fields(s)
	if s = strings.Join(words, " "); len(words) > 3 || utf8.RuneCountInString(s) > 40 {
		return unquotable
	}
	return s
}

const unquotable = "…"

// plain refuses YAML that reads differently from how it looks.
func (d *decoder) plain(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.structure("yaml-alias", n, "Anchors and aliases (& and *) aren't read here.", "Write the value out in full, in quotation marks if it begins with & or *.")
		return false
	}
	return true
}

// scalar returns a node's plain text, trimmed.
func (d *decoder) scalar(n *yaml.Node, key string) (string, bool) {
	if !d.plain(n) {
		return "", false
	}
	if n.Kind != yaml.ScalarNode {
		d.structure("wrong-type", n, "“"+key+"” takes one value here, not a list or a group of keys.", "Write it on one line: “"+key+": …”.")
		return "", false
	}
	if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
		d.structure("yaml-tag", n, "A YAML tag (beginning with !) isn't read here.", "Put the value in quotation marks.")
		return "", false
	}
	trimmed := strings.TrimSpace(n.Value)
	if inner := strings.Trim(n.Value, " \t\r\n"); inner != trimmed || strings.TrimFunc(inner, invisible) != inner {
		trimmed = strings.TrimFunc(trimmed, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
		d.problems = append(d.problems, report.Problem{Code: "invisible-character", Severity: report.Warning, File: d.file,
			Line: int(d.at(n).Line), Column: int(d.at(n).Column), Message: "The value of “" + key + "” begins or ends with a character that can't be seen, such as a no-break space.",
			Help: "Type the value again; it was read without that character."})
	}
	return trimmed, true
}

func invisible(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c'
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func (d *decoder) into(f field, n *yaml.Node, v reflect.Value) {
	if !d.plain(n) {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *Text:
		d.text(f, n, p)
	case **Text:
		*p = &Text{At: d.at(n)}
		if !isNull(n) {
			d.text(f, n, *p)
		}
	case *Texts:
		if n.Kind == yaml.ScalarNode {
			*p = make(Texts, 1)
			d.text(f, n, &(*p)[0])
			return
		}
		d.list(f, n, reflect.ValueOf((*[]Text)(p)).Elem())
	case **[]Text:
		list := []Text{}
		d.list(f, n, reflect.ValueOf(&list).Elem())
		if n.Kind == yaml.SequenceNode {
			*p = &list
		}
	case *Flag:
		s, ok := d.scalar(n, f.key)
		p.At = d.at(n)
		switch {
		case !ok || isNull(n):
		case s == "true":
			p.V = true
		case s != "false":
			d.structure("wrong-type", n, "“"+f.key+"” is either true or false.", "Write “"+f.key+": true”, or remove the line.")
		}
	case *Number:
		s, ok := d.scalar(n, f.key)
		p.At = d.at(n)
		if !ok || isNull(n) {
			return
		}
		number, err := strconv.Atoi(s)
		if err != nil || number < 0 || number > 1_000_000 {
			d.structure("wrong-type", n, "“"+f.key+"” takes a whole number.", "Write digits only, such as “"+f.key+": 3”.")
			return
		}
		p.N, p.Set = number, true
	case *CivilDay:
		d.day(f, n, p)
	case *Length:
		s, ok := d.scalar(n, f.key)
		p.At = d.at(n)
		if !ok {
			return
		}
		length, err := consent.ParseDuration(s)
		if err != nil {
			d.value("wrong-length", n, "“"+f.key+"” isn't a length of time that can be read.", "Write a number and d, w, m or y: 60d, 6w, 18m or 2y.")
			return
		}
		p.D = length
	case *PartialDate:
		s, ok := d.scalar(n, f.key)
		p.At = d.at(n)
		if !ok || isNull(n) {
			return
		}
		date, err := ParseDate(s)
		if err != nil {
			d.value("wrong-date", n, "“"+f.key+"” isn't a date that can be read: "+err.Error()+".", "Write the year, month and day with hyphens, as precisely as you know it: 2026-05-02, 2026-05 or 2026.")
			return
		}
		p.Date = date
	case **Consent:
		d.consent(n, p)
	case *Attendee:
		if n.Kind == yaml.ScalarNode {
			d.text(field{key: "people"}, n, &p.Person)
			return
		}
		d.structAt(n, v)
	default:
		switch v.Kind() {
		case reflect.Struct:
			if at := v.FieldByName("At"); at.IsValid() {
				at.Set(reflect.ValueOf(d.at(n)))
			}
			d.structAt(n, v)
		case reflect.Slice:
			d.list(f, n, v)
		case reflect.Map:
			d.pairs(f, n, p)
		default:
			panic(fmt.Sprintf("no reading for the type of %q", f.key))
		}
	}
}

func (d *decoder) text(f field, n *yaml.Node, p *Text) {
	p.At = d.at(n)
	s, ok := d.scalar(n, f.key)
	if !ok {
		return
	}
	if isNull(n) || s == "" {
		if f.required {
			d.structure("missing-value", n, "“"+f.key+"” has no value.", "Write it after the colon, in quotation marks if it has a colon in it.")
		}
		return
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }); i >= 0 {
		d.structure("control-character", n, "“"+f.key+"” holds a character that can't be shown.", "Type the value again.")
		return
	}
	if !f.inline && (strings.Contains(s, "[@") || strings.Contains(s, "](@")) {
		d.structure("mention-in-key", n, "People can't be mentioned under “"+f.key+"”, where nothing could stand in their place.", "Mention them in the text below the keys, or write this without them.")
		return
	}
	if i := slices.Index(f.oneof, s); i >= 0 {
		p.S = f.oneof[i]
		return
	}
	if f.oneof != nil {
		message := "“" + f.key + "” can't be that."
		if near := report.DidYouMean(s, f.oneof); near != "" {
			message += " Did you mean “" + near + "”?"
		}
		d.value("wrong-value", n, message, "Choose one of: "+strings.Join(f.oneof, ", ")+".")
		if d.inConsent == 0 {
			return
		}
	}
	p.S = strings.Clone(s) // without it, the whole front matter would stay in memory
}

func (d *decoder) list(f field, n *yaml.Node, v reflect.Value) {
	if isNull(n) && d.inConsent == 0 && f.key != "people" {
		return // an empty key in a template
	}
	if n.Kind != yaml.SequenceNode {
		d.structure("wrong-type", n, "“"+f.key+"” takes a list.", "Write it in square brackets with commas, such as “"+f.key+": [one, two]”, or one to a line with a hyphen before each.")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		if isNull(item) {
			d.structure("wrong-type", item, "An entry of “"+f.key+"” is empty.", "Write something there, or remove it.")
			continue
		}
		d.into(field{key: f.key, oneof: f.oneof, inline: f.inline}, item, v.Index(i))
	}
}

// pairs reads a mapping whose keys are free.
func (d *decoder) pairs(f field, n *yaml.Node, p any) {
	into, ok := p.(*map[string]Text)
	if !ok {
		panic(fmt.Sprintf("no reading for the type of %q", f.key))
	}
	if n.Kind != yaml.MappingNode {
		d.structure("wrong-type", n, "“"+f.key+"” takes names with values.", "Write “"+f.key+": {name: value}”.")
		return
	}
	*into = map[string]Text{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, ok := d.scalar(n.Content[i], f.key)
		if !ok {
			continue
		}
		if _, twice := (*into)[key]; twice {
			d.structure("duplicate-key", n.Content[i], "“"+key+"” stands here a second time.", "Keep one of the two.")
			continue
		}
		var t Text
		d.text(field{key: f.key, required: true}, n.Content[i+1], &t)
		(*into)[key] = t
	}
}

// day reads a whole day, written exactly (spec, consent cases 8 and 9).
func (d *decoder) day(f field, n *yaml.Node, p *CivilDay) {
	p.At = d.at(n)
	s, ok := d.scalar(n, f.key)
	if !ok {
		return
	}
	if isNull(n) || s == "" {
		d.value("wrong-day", n, "“"+f.key+"” has no day.", "Write a day such as 2027-03-01, or remove the line if there is none.")
		return
	}
	day, err := consent.ParseDay(s)
	if err != nil {
		d.value("wrong-day", n, "“"+f.key+"” isn't a day that can be read: "+err.Error()+".", "Write the year, month and day with hyphens, such as 2027-03-01.")
		return
	}
	p.Day, p.Set = day, true
}

// consent reads a consent. Whatever is wrong in it makes the whole of it
// unreadable: in doubt, it is no consent (spec, promise 2).
func (d *decoder) consent(n *yaml.Node, p **Consent) {
	c := &Consent{At: d.at(n)}
	*p = c
	outerFlaw := d.consentFlaw
	d.consentFlaw = false
	d.inConsent++
	if n.Kind != yaml.MappingNode {
		d.structure("wrong-type", n, "“consent” needs its own lines: when it was given and what for.",
			"Write for example “consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds]}”.")
	} else {
		d.structAt(n, reflect.ValueOf(c).Elem())
		d.checkConsent(n, c)
	}
	d.inConsent--
	c.Record = record(c, d.consentFlaw)
	d.consentFlaw = outerFlaw || d.consentFlaw
}

func (d *decoder) checkConsent(n *yaml.Node, c *Consent) {
	if c.For != nil && len(c.For) == 0 {
		d.value("no-use", n, "“for” names nothing, so this consent allows nothing.", "Name at least one of: "+useList()+".")
	}
	if c.Until.Set && !c.Lasts.D.IsZero() {
		d.problems = append(d.problems, report.Problem{Code: "until-and-lasts", Severity: report.Warning, File: d.file, Line: int(c.Lasts.At.Line), Column: int(c.Lasts.At.Column),
			Message: "This consent has both “until” and “lasts”; the earlier end counts.", Help: "Keep one of the two."})
	}
	if c.Until.Set && c.Given.Set && c.Until.Day < c.Given.Day {
		d.value("until-before-given", n, "“until” is earlier than “given”, so this consent never holds.", "Check both days.")
	}
	if (c.GivenBy.S == "guardian" || c.GivenBy.S == "both") && !c.AdultOn.Set {
		d.value("adult-on-missing", n, "A consent given by a guardian needs “adult_on”: the day the person comes of age and is asked afresh.", "Add “adult_on: 2029-05-01” with the right day.")
	}
}

func useList() string {
	names := make([]string, len(consent.Uses))
	for i, u := range consent.Uses {
		names[i] = string(u)
	}
	return strings.Join(names, ", ")
}

// record turns what was written into what the rule decides about. The two share
// what they have in common.
func record(c *Consent, flawed bool) *consent.Record {
	if flawed {
		return &consent.Record{Unreadable: true}
	}
	r := &consent.Record{Given: dayOf(&c.Given), Until: dayOf(&c.Until), Lasts: c.Lasts.D, GivenBy: consent.GivenBy(c.GivenBy.S),
		AdultOn: dayOf(&c.AdultOn), Paused: dayOf(&c.Paused), Withdrawn: dayOf(&c.Withdrawn), Form: c.Form.S, Confirmed: c.Confirmed.S}
	if len(c.For) > 0 {
		u := usesOf(c.For)
		c.For, r.For = u.written, u.counted
	}
	return r
}

func dayOf(c *CivilDay) *consent.Day {
	if !c.Set {
		return nil
	}
	return &c.Day
}

// uses are those of one consent, and of all others that have the same at the same
// places: a site has as many consents as stories and people, and few different ones.
type uses struct {
	written []Text
	counted []consent.Use
}

var usesKnown sync.Map // uses and places in one text -> uses

func usesOf(list []Text) uses {
	var all []byte
	for _, u := range list {
		all = append(append(all, u.S...), 0)
		all = binary.AppendVarint(binary.AppendVarint(all, int64(u.At.Line)), int64(u.At.Column))
	}
	if known, ok := usesKnown.Load(string(all)); ok {
		return known.(uses)
	}
	u := uses{list, make([]consent.Use, len(list))}
	for i, t := range list {
		u.counted[i] = consent.Use(t.S)
	}
	usesKnown.Store(string(all), u)
	return u
}

// yamlPlace finds the line and column that an error of the YAML package names.
func yamlPlace(err error) (line, column int) {
	line, column = 1, 1
	words := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == ' ' || r == ':' || r == ',' || r == '\n' || r == '.' })
	for i, w := range words {
		if n, e := strconv.Atoi(words[min(i+1, len(words)-1)]); e == nil {
			if w == "line" {
				line = n
			} else if w == "column" {
				column = n
			}
		}
	}
	return line, column
}

// yamlMessage puts the commonest causes into words; the package's own messages
// may quote the text, so they aren't passed on.
func yamlMessage(err error) string {
	switch s := err.Error(); {
	case strings.Contains(s, "mapping values are not allowed"):
		return "there is a second colon in a line, or a line is indented by mistake."
	case strings.Contains(s, "found a tab character"):
		return "a line is indented with a tab."
	case strings.Contains(s, "found character that cannot start any token"):
		return "a value begins with a sign that needs quotation marks, or a line begins with a tab."
	case strings.Contains(s, "unexpected end of stream"), strings.Contains(s, "found unexpected document indicator"):
		return "quotation marks or brackets are opened and not closed."
	case strings.Contains(s, "did not find expected"):
		return "a bracket, comma, quotation mark or hyphen is missing, or the indentation changes."
	case strings.Contains(s, "could not find expected ':'"):
		return "a line has no colon after its key."
	case strings.Contains(s, "control characters"):
		return "it holds a character that can't be shown."
	}
	return "it isn't written as keys and values."
}
