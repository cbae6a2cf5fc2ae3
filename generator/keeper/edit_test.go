package keeper

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ownwords/generator/consent"
	"ownwords/generator/read"
)

// Files before and after an edit, as pairs: what isn't the consent's stays as it is.
var edits = []struct {
	name          string
	settings      []setting
	before, after string
}{
	{
		"block style: a comment, the order and the spacing stay",
		[]setting{{key: "given", value: "2026-11-20"}, {key: "until", value: "2028-11-20", after: "given"}, {key: "confirmed", value: "Ben rang"}},
		`---
title: "A: b"   # her words
consent:
    # asked by telephone
    given:   2026-05-02   # a Saturday
    for: [page,  feeds]   # not search

    form: v3
place: Leys
---
given: 2026-05-02
`,
		`---
title: "A: b"   # her words
consent:
    # asked by telephone
    given:   2026-11-20   # a Saturday
    until: 2028-11-20
    for: [page,  feeds]   # not search

    form: v3
    confirmed: Ben rang
place: Leys
---
given: 2026-05-02
`,
	},
	{
		"flow style",
		[]setting{{key: "given", value: "2026-11-20"}, {key: "until", value: "2028-11-20", after: "given"}, {key: "confirmed", value: "Ben, by telephone"}},
		"---\nconsent: { given: 2026-05-02, for: [page] }   # see the form\ntitle: x\n---\n",
		"---\nconsent: { given: 2026-11-20, until: 2028-11-20, for: [page], confirmed: \"Ben, by telephone\" }   # see the form\ntitle: x\n---\n",
	},
	{
		"flow style over several lines, with a comma at its end",
		[]setting{{key: "withdrawn", value: "2026-11-20"}},
		"---\nconsent: {\n  given: '2026-05-02', # yes\n  for: [page, \"feeds\"], # two\n  }\ntitle: x\n---\n",
		"---\nconsent: {\n  given: '2026-05-02', # yes\n  for: [page, \"feeds\"], withdrawn: 2026-11-20, # two\n  }\ntitle: x\n---\n",
	},
	{
		"the whole front matter in flow style",
		[]setting{{key: "withdrawn", value: "2026-11-20"}},
		"---\n{title: x, consent: {given: 2026-05-02, for: [page]}, by: amina}\n---\n",
		"---\n{title: x, consent: {given: 2026-05-02, for: [page], withdrawn: 2026-11-20}, by: amina}\n---\n",
	},
	{
		"CRLF and a byte order mark",
		[]setting{{key: "given", value: "2026-11-20"}, {key: "withdrawn", value: "2026-11-21"}},
		"\ufeff---\r\ntitle: Zoë’s\r\nconsent:\r\n  given: 2026-05-02\r\n  for:\r\n    - page\r\n    - feeds # ja\r\n\r\n---\r\nText.\r\n",
		"\ufeff---\r\ntitle: Zoë’s\r\nconsent:\r\n  given: 2026-11-20\r\n  for:\r\n    - page\r\n    - feeds # ja\r\n  withdrawn: 2026-11-21\r\n\r\n---\r\nText.\r\n",
	},
	{
		"old Macintosh line ends",
		[]setting{{key: "withdrawn", value: "2026-11-21"}},
		"---\rtitle: x\rconsent:\r  given: 2026-05-02\r  for: [page]\r---\rText.\r",
		"---\rtitle: x\rconsent:\r  given: 2026-05-02\r  for: [page]\r  withdrawn: 2026-11-21\r---\rText.\r",
	},
	{
		"accents before the value on its line",
		[]setting{{key: "given", value: "2026-11-20"}},
		"---\nconsent: {confirmed: Zoë 👩🏽‍🦱 “так”, given: 2026-05-02, for: [page]}\n---\n",
		"---\nconsent: {confirmed: Zoë 👩🏽‍🦱 “так”, given: 2026-11-20, for: [page]}\n---\n",
	},
	{
		"quoted values and keys",
		[]setting{{key: "given", value: "2026-11-20"}, {key: "confirmed", value: `She said: "yes" \ 'no'`}},
		"---\nconsent:\n  \"given\": \"2026-05-02\"  # x\n  confirmed: 'it''s # so'\n  for: [page]\n---\n",
		"---\nconsent:\n  \"given\": 2026-11-20  # x\n  confirmed: \"She said: \\\"yes\\\" \\\\ 'no'\"\n  for: [page]\n---\n",
	},
	{
		"a confirmation over several lines",
		[]setting{{key: "confirmed", value: "Ben rang"}},
		"---\nconsent:\n  confirmed: Ana met her\n    in May,\n    and again # in June\n  given: 2026-05-02\n  for: [page]\n---\n",
		"---\nconsent:\n  confirmed: Ben rang # in June\n  given: 2026-05-02\n  for: [page]\n---\n",
	},
	{
		"a confirmation as a block of text",
		[]setting{{key: "confirmed", value: "Ben rang"}, {key: "withdrawn", value: "2026-11-20"}},
		"---\nconsent:\n  given: 2026-05-02\n  for: [page]\n  confirmed: >-\n    Ana met her\n\n    in May # and June\n\n# below\ntitle: x\n---\n",
		"---\nconsent:\n  given: 2026-05-02\n  for: [page]\n  confirmed: Ben rang\n  withdrawn: 2026-11-20\n\n# below\ntitle: x\n---\n",
	},
	{
		"a key without a value",
		[]setting{{key: "withdrawn", value: "2026-11-20"}},
		"---\nconsent:\n  given: 2026-05-02\n  withdrawn:   # when?\n  for: [page]\n---\n",
		"---\nconsent:\n  given: 2026-05-02\n  withdrawn: 2026-11-20   # when?\n  for: [page]\n---\n",
	},
	{
		"a value that was no day",
		[]setting{{key: "withdrawn", value: "2026-11-20"}},
		"---\nconsent: {given: 2026-05-02, withdrawn: true, for: [page]}\n---\n",
		"---\nconsent: {given: 2026-05-02, withdrawn: 2026-11-20, for: [page]}\n---\n",
	},
	{
		"a list in block style, not indented, at the end",
		[]setting{{key: "withdrawn", value: "2026-11-20"}},
		"---\nconsent:\n  given: 2026-05-02\n  for:\n  - page\n  - feeds\n---\n",
		"---\nconsent:\n  given: 2026-05-02\n  for:\n  - page\n  - feeds\n  withdrawn: 2026-11-20\n---\n",
	},
	{
		"words that YAML would read as something else",
		[]setting{{key: "confirmed", value: "null"}, {key: "form", value: "- yes: #no"}},
		"---\nconsent: {given: 2026-05-02}\n---\n",
		"---\nconsent: {given: 2026-05-02, confirmed: \"null\", form: \"- yes: #no\"}\n---\n",
	},
}

func TestSetKeys(t *testing.T) {
	for _, c := range edits {
		t.Run(c.name, func(t *testing.T) {
			got, err := setKeys([]byte(c.before), c.settings)
			if err != nil {
				t.Fatal(err)
			}
			same(t, string(got), c.after)
		})
	}
}

// What isn't understood is refused, never guessed at.
func TestSetKeysRefuses(t *testing.T) {
	for name, source := range map[string]string{
		"no front matter":      "consent: {given: 2026-05-02}\n",
		"an unclosed fence":    "---\nconsent: {given: 2026-05-02}\n",
		"no consent":           "---\ntitle: x\n---\n",
		"a consent of a word":  "---\nconsent: yes\n---\n",
		"an empty consent":     "---\nconsent:\n---\n",
		"broken YAML":          "---\nconsent: {given: 2026-05-02\n---\n",
		"an anchor":            "---\nconsent: &c\n  given: 2026-05-02\n---\n",
		"an alias":             "---\nx: &d 2026-05-02\nconsent: {given: *d, for: [page]}\n---\n",
		"a tag":                "---\nconsent: {given: !!str 2026-05-02, for: [page]}\n---\n",
		"a complex key":        "---\nconsent:\n  ? given\n  : 2026-05-02\n---\n",
		"an empty file":        "",
		"front matter of text": "---\njust words\n---\n",
	} {
		for _, s := range []setting{{key: "given", value: "2026-11-20"}} {
			if got, err := setKeys([]byte(source), []setting{s, {key: "withdrawn", value: "2026-11-20"}}); err == nil {
				t.Errorf("%s: was changed to\n%s", name, got)
			}
		}
	}
}

// spelling draws a consent written in one of the many ways that YAML allows.
func spelling(t *rapid.T) (source string, flow bool) {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	given := pick("given", "2026-05-02", "'2026-05-02'", `"2026-05-02"`)
	newLine := pick("line end", "\n", "\r\n")
	entries := []string{"given: " + given}
	if rapid.Bool().Draw(t, "until") {
		entries = append(entries, "until: "+pick("until", "2027-05-02", `"2027-05-02"`))
	}
	flow = rapid.Bool().Draw(t, "flow")
	indent := pick("indent", "  ", "    ", " ")
	uses := pick("uses", "[page, feeds]", "[page]", "[ named ,profile ]", `["page", 'feeds']`)
	if !flow && rapid.Bool().Draw(t, "block list") {
		uses = newLine + indent + "- page" + newLine + indent + "- named # yes"
	}
	entries = append(entries, "for: "+uses)
	if rapid.Bool().Draw(t, "form") {
		entries = append(entries, "form: "+pick("form", "v3", `"v: 3"`, "'it''s'", "Zoë’s 👩🏽‍🦱 form"))
	}
	if rapid.Bool().Draw(t, "confirmed") {
		entries = append(entries, "confirmed: "+pick("confirmed", "Ana", `"Ana, # in May"`))
	}
	if rapid.Bool().Draw(t, "paused") {
		entries = append(entries, "paused: 2026-04-01")
	}
	entries = rapid.Permutation(entries).Draw(t, "order")
	var b strings.Builder
	b.WriteString(pick("mark", "", "\ufeff") + "---" + newLine + "title: A “title”" + newLine + "name: Wren" + newLine)
	if flow {
		b.WriteString("consent: {" + pick("space", "", " ") + strings.Join(entries, pick("comma", ", ", " ,", ","+newLine+"    ")) + pick("end", "", " ", newLine+"  ") + "}" + pick("after", "", "  # c") + newLine)
	} else {
		b.WriteString("consent:" + pick("after", "", "  # c") + newLine)
		for _, e := range entries {
			if rapid.Bool().Draw(t, "comment") {
				b.WriteString(indent + "# why" + newLine)
			}
			comment := ""
			if !strings.Contains(e, "- named") && rapid.Bool().Draw(t, "line comment") {
				comment = "   # ja"
			}
			b.WriteString(indent + e + comment + newLine + pick("blank", "", newLine))
		}
	}
	b.WriteString("place: Leys" + newLine + "---" + newLine + "consent: {given: 2026-05-02}" + newLine)
	return b.String(), flow
}

// However a consent is spelt: after a renewal and a withdrawal the decoder reads
// what was meant and all else as before, and no byte outside the consent changed.
func TestEveryEditReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, _ := spelling(t)
		before, broken, problems := read.ConsentOf(read.StoryKind, "x.md", []byte(source))
		if broken || before == nil || before.Record.Unreadable {
			t.Fatalf("the test's own file can't be read: %v\n%s", problems, source)
		}
		given := consent.NewDay(2026, 11, 20) + consent.Day(rapid.IntRange(0, 900).Draw(t, "days"))
		until := given + consent.Day(rapid.IntRange(0, 900).Draw(t, "more days"))
		who := rapid.StringMatching(`[A-Za-z“][A-Za-z0-9 ,:#'"\\{}\[\]&*!|>%@é👩-]{0,30}[a-z.]`).Draw(t, "who")
		who = strings.Join(strings.Fields(who), " ")
		if strings.Contains(who, "[@") {
			return
		}
		edited, err := setKeys([]byte(source), []setting{{key: "given", value: given.String()}, {key: "until", value: until.String(), after: "given"}, {key: "confirmed", value: who}})
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		want := *before.Record
		want.Given, want.Until, want.Confirmed = &given, &until, who
		check := func(edited []byte) {
			after, broken, problems := read.ConsentOf(read.StoryKind, "x.md", edited)
			if broken || after == nil || !sameRecord(after.Record, &want) {
				t.Fatalf("reads as %+v %v, want %+v\n%s\nbecame\n%s", after, problems, want, source, edited)
			}
			begin, end := strings.Index(source, "consent:"), strings.Index(source, "place: Leys")
			if !bytes.HasPrefix(edited, []byte(source[:begin])) || !bytes.HasSuffix(edited, []byte(source[end:])) {
				t.Fatalf("bytes outside the consent changed:\n%q\n%q", source, edited)
			}
			for _, kept := range []string{"# why", "# ja", "# c", "# yes"} {
				if strings.Count(source, kept) != strings.Count(string(edited[:len(edited)-len(source)+end]), kept)-strings.Count(who, kept) {
					t.Fatalf("a comment was lost:\n%s\n%s", source, edited)
				}
			}
		}
		check(edited)
		for _, u := range want.For {
			if why := consent.Decide(&want, u, given, terms); why != consent.Holds {
				t.Fatalf("after a renewal %s doesn't hold: %s", u, why)
			}
		}
		on := given + consent.Day(rapid.IntRange(0, 10).Draw(t, "later"))
		want.Withdrawn = &on
		if edited, err = setKeys(edited, []setting{{key: "withdrawn", value: on.String()}}); err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		check(edited)
		for _, u := range want.For {
			if why := consent.Decide(&want, u, on, terms); why != consent.Withdrawn {
				t.Fatalf("after a withdrawal: %q", why)
			}
		}
	})
}

var terms = consent.Terms{Lasts: consent.Duration{Count: 2, Unit: 'y'}, AtMost: consent.Duration{Count: 5, Unit: 'y'}}

// Whatever a file holds: an edit gives an error or a file, and never a panic.
func FuzzSetKeys(f *testing.F) {
	for _, c := range edits {
		f.Add(c.before)
	}
	f.Fuzz(func(t *testing.T, source string) {
		edited, err := setKeys([]byte(source), []setting{{key: "given", value: "2026-11-20"}, {key: "withdrawn", value: "2026-11-21"}})
		if err == nil && len(edited) == 0 {
			t.Fatal("the file is gone")
		}
		_, _ = renameKey([]byte(source), "lasts", setting{key: "until", value: "2028-11-20"})
	})
}

func TestRenameKey(t *testing.T) {
	for _, c := range []struct{ before, after string }{
		{"---\nconsent:\n  given: 2026-05-02\n  lasts: 18m  # as she asked\n  for: [page]\n---\n", "---\nconsent:\n  given: 2026-05-02\n  until: 2028-11-20  # as she asked\n  for: [page]\n---\n"},
		{"---\nconsent: {lasts: \"18m\", given: 2026-05-02}\n---\n", "---\nconsent: {until: 2028-11-20, given: 2026-05-02}\n---\n"},
	} {
		got, err := renameKey([]byte(c.before), "lasts", setting{key: "until", value: "2028-11-20"})
		if err != nil {
			t.Fatal(err)
		}
		same(t, string(got), c.after)
	}
	if got, err := renameKey([]byte("---\nconsent: {given: 2026-05-02}\n---\n"), "lasts", setting{key: "until", value: "2028-11-20"}); err == nil {
		t.Errorf("renamed a key that isn't there: %s", got)
	}
}

func ExampleRefusal() {
	fmt.Println((&Refusal{"What is wrong.", "How to mend it."}).Error())
	// Output:
	// What is wrong.
	// How to mend it.
}
