package importing

import (
	"regexp"
	"slices"
	"strings"

	"ownwords/generator/report"
)

const (
	nameWord  = `\p{Lu}[\p{L}\p{M}]*(?:[’'-]\p{L}[\p{L}\p{M}]*)*`
	particles = `(?:de|da|del|di|van|von|der|den|al|el|bin|ibn|le|la)`
	fullName  = nameWord + `(?: ` + particles + `| \p{Lu}\.){0,2}(?: ` + nameWord + `){1,2}`
	roles     = `co-?convenor|convenor|co-?chair|chair|chief|ceo|director|deputy|head|manager|leader|founder|co-?founder|author|professor|trustee|officer|coordinator|co-?ordinator|organiser|facilitator|volunteer|member|researcher|president|secretary|mayor|councillor|thought leader|speaker|host|editor|consultant|adviser|advisor|worker|nurse|teacher|doctor|resident|artist`
	sayings   = `said|says|explained|introduced|noted|described|asked|thanked|welcomed|opened|outlined|suggested|shared|spoke|reported|reminded|summarised|summarized|highlighted|told|talked|presented|facilitated|chaired|argued|added|pointed|reflected|began|started|identified|recommended|believes|gave|offered|agreed|has agreed|wrote|writes|works|joined|set up`
)

var (
	nameThen = []struct {
		*regexp.Regexp
		because string
	}{
		{regexp.MustCompile(`(` + fullName + `),? (?:who is |is |was |as )?(?:the |a |an |our |its |their |\p{Lu}[\p{L}’'-]* ){0,4}(?i:` + roles + `)\b`), "a role follows the name"},
		{regexp.MustCompile(`(` + fullName + `),? (?:from|of|at) (?:the )?\p{Lu}`), "an organisation follows the name"},
		{regexp.MustCompile(`(` + fullName + `) (?:then |also |kindly )?(?:` + sayings + `)\b`), "the words after the name speak of a person"},
		{regexp.MustCompile(`\b(?:introduced|welcomed|thanked|invited|thanks to|by|with|speakers?,?|speaker (?:was|is)|speakers (?:were|are)|facilitated by|chaired by|hosted by|led by|from|asked|reminded|author|founder|leader[^.]{0,40},) (` + fullName + `)\b`), "the words before the name speak of a person"},
	}
	// listLabel begins a line, or heads a list, of those who were there.
	listLabel   = regexp.MustCompile(`(?i)^(?:present|in attendance|attendance|attendees|attended by|attending|participants|apologies(?: from)?|speakers?|chair|facilitators?|who (?:was|is) here|notes? (?:taken )?by|minutes (?:taken )?by)\b\s*:?\s*(.*)$`)
	listedName  = regexp.MustCompile(`^(` + fullName + `)\pZ*(?:\(.*\)|[–-].*)?\.?$`)
	twoWords    = regexp.MustCompile(`[\p{Ll},(] (\p{Lu}\p{Ll}+ (?:Mc|O’|Mac)?\p{Lu}\p{Ll}+(?:-\p{Lu}\p{Ll}+)?)\b`)
	capitalNear = regexp.MustCompile(`\p{Lu}[\p{L}’'-]* $`)
	capitalNext = regexp.MustCompile(`^(?:[’']s)?[ -](?:of |and |for )?\p{Lu}`)
	nameBreak   = regexp.MustCompile(`[,;:]| and `)
	nameLine    = regexp.MustCompile(`^(` + fullName + `)(?:\pZ*[,–(-].{0,80})?$`)
)

// notNames are capitalised words that stand in names of organisations, places
// and projects, and seldom in those of people.
var notNames = wordSet(`the a an our this that we in on at if as when there these those some many most all but and so then what how why who where
	council trust foundation bank project projects community communities society house centre center city county borough university college school
	church network group cell cells circle roundtable organisation organisations organization association alliance coalition partnership partnerships
	charity charities fund funders government ministry department parliament minister prime office service services team teams board committee commission company
	street road park town village north south east west london england scotland wales ireland britain british english scottish welsh irish europe european
	african asian american india indian black white national local public social health care mental youth young children family families people
	better way call action power sharing changing leadership collaborative practice practices narrative place housing library allotment garden
	meeting meetings note notes summary key points next further reading report strategy programme program plan manifesto
	january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday
	covid zoom teams lives matter new old first second third fourth twitter facebook google radio bbc nhs uk us eu question topic in following drawing building
	court hub app delivery justice rights competence rich poor gap plan day week month world war kingdom states union market square station hospital act parish
	river gardens valley island islands coast avenue estate paper chair whole self true learning systems
	fund institute forum festival club party movement campaign initiative observatory commission agency authority authorities board campus collective
	discussion breakout session sessions final reflections learning lived experience executive head director chair officer voluntary sector deal story stories podcast
	christmas easter ramadan spring summer autumn winter morning afternoon evening welcome thanks dear minutes present apologies`)

// bidding words begin a sentence that a name follows.
var bidding = wordSet(`ask thank contact see email invite ring phone speak tell remind cllr councillor mr mrs ms dr prof professor sir dame rev revd reverend`)

func wordSet(s string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(s) {
		out[w] = true
	}
	return out
}

// seemsName keeps names of organisations and the like out.
func (d *draft) seemsName(name string) bool {
	for _, w := range words(name) {
		lower := strings.ToLower(w)
		if notNames[lower] && !(lower == "may" || lower == "june" || lower == "april") {
			return false
		}
	}
	folded := fold(name)
	return folded != fold(d.by) && folded != fold(d.cellName) && !strings.Contains(" "+fold(d.title)+" ", " "+folded+" ")
}

// findPeople lists whom the text seems to name: people on file, headings that
// are a name, and names that stand with a role or with words of speech. It is
// meant to list rather too many, since a keeper decides.
func (d *draft) findPeople() {
	text := slices.Clone(d.blocks)
	var all []passage
	for i := range text {
		all = append(all, text[i].passages()...)
	}
	for _, m := range d.moved {
		all = append(all, passage{m.Text, m.Line, false})
	}
	add := func(p PersonFound) {
		for i := range d.result.People {
			if fold(d.result.People[i].Name) == fold(p.Name) {
				return
			}
		}
		d.result.People = append(d.result.People, p)
	}
	taken := map[string]bool{}
	for _, k := range d.options.People {
		var lines []int
		here := false
		for _, name := range append([]string{k.Name}, k.KnownAs...) {
			at, found := linesWith(all, name, false)
			lines, here = append(lines, at...), here || found
			taken[fold(name)] = true
		}
		if here {
			slices.Sort(lines)
			add(PersonFound{ID: k.ID, Name: k.Name, Lines: slices.Compact(lines), Because: "the name is on file", Sure: Sure})
		}
	}
	found := func(name, because string, sure Sureness) {
		name = withoutTitle(name)
		if taken[fold(name)] || !d.seemsName(name) {
			return
		}
		taken[fold(name)] = true
		lines, _ := linesWith(all, name, false)
		if sure != Unsure {
			alone, _ := linesWith(all, strings.Fields(name)[0], true)
			lines = append(lines, alone...)
		}
		slices.Sort(lines)
		add(PersonFound{Name: name, Lines: slices.Compact(lines), Because: because, Sure: sure})
	}
	for i := range text {
		b := &text[i]
		if b.kind != heading {
			continue
		}
		t := plainSpaces(b.text)
		name := t
		if isCapitals(t) {
			name = titleCase(t)
		}
		m := nameLine.FindStringSubmatch(name)
		if m == nil || !d.seemsName(m[1]) {
			continue
		}
		// "MARIAM COLE" is a person if the text below goes on with "Mariam".
		first := strings.Fields(withoutTitle(m[1]))[0]
		var below []passage
		for j := i + 1; j < len(text) && j < i+8 && text[j].kind != heading; j++ {
			below = append(below, text[j].passages()...)
		}
		if _, goesOn := linesWith(below, first, true); goesOn {
			found(m[1], "the heading is a name, and the text below it goes on with “"+first+"”", Likely)
		}
	}
	attending := false
	for i := range text {
		b := &text[i]
		m := listLabel.FindStringSubmatch(plainSpaces(b.text))
		if b.kind == heading {
			attending = m != nil
		}
		for _, p := range b.passages() {
			t := plainSpaces(p.text)
			if m != nil && b.kind != item && b.kind != verbatim {
				t = m[1]
			} else if !attending {
				continue
			}
			for _, part := range nameBreak.Split(t, -1) {
				if n := listedName.FindStringSubmatch(strings.TrimSpace(part)); n != nil {
					found(n[1], "it stands in a list of people", Likely)
				}
			}
		}
	}
	for _, p := range all {
		t := plainSpaces(p.text)
		for _, how := range nameThen {
			for _, m := range how.FindAllStringSubmatch(t, -1) {
				found(m[1], how.because, Likely)
			}
		}
	}
	common := func(words string) bool { // stands in small letters too, so it is no name
		return slices.ContainsFunc(all, func(p passage) bool { return strings.Contains(plainSpaces(p.text), strings.ToLower(words)) })
	}
	for _, p := range all {
		// Two capitalised words amid a sentence: better asked once too often.
		t := plainSpaces(p.text)
		for _, at := range twoWords.FindAllStringSubmatchIndex(t, -1) {
			if !capitalNear.MatchString(t[:at[2]]) && !capitalNext.MatchString(t[at[3]:]) && !common(t[at[2]:at[3]]) {
				found(t[at[2]:at[3]], "two words with capitals stand together", Unsure)
			}
		}
	}
	if len(d.result.People) > 0 && d.result.Folder == Notes {
		var names, perhaps []string
		for _, p := range d.result.People {
			if p.Sure == Unsure {
				perhaps = append(perhaps, p.Name)
			} else {
				names = append(names, p.Name)
			}
		}
		message := ""
		if len(names) > 0 {
			message = "The text seems to name these people: " + strings.Join(names, ", ") + ". "
		}
		if len(perhaps) > 0 {
			message += "Perhaps these are people too: " + strings.Join(perhaps, ", ") + ". "
		}
		d.problem("people-to-decide", report.Advice, 0, message+"Their names stand there as plain words, which no consent governs.",
			"For each of them, write a mention such as [@id] where they may be named by consent, other wording where not, and only then take `draft: true` away.")
	}
}

// withoutTitle takes off what stands before a name: Dr, or Ask.
func withoutTitle(name string) string {
	for {
		first, rest, _ := strings.Cut(name, " ")
		if !bidding[strings.ToLower(first)] || !strings.Contains(rest, " ") {
			return name
		}
		name = rest
	}
}

// titleCase writes MARY O’DEA as Mary O’Dea, to look for it in text.
func titleCase(s string) string {
	start := true
	return strings.Map(func(r rune) rune {
		letter := isWordRune(r)
		defer func() { start = !letter }()
		if letter && !start {
			return []rune(strings.ToLower(string(r)))[0]
		}
		return r
	}, s)
}

// linesWith are the lines on which a name stands as whole words; with exact,
// its letters must be the same, capitals included.
func linesWith(all []passage, name string, exact bool) (lines []int, found bool) {
	want := words(name)
	if len(want) == 0 {
		return nil, false
	}
	same := func(a, b string) bool {
		if exact || len(want) == 1 {
			return a == b
		}
		return strings.EqualFold(a, b)
	}
	for _, p := range all {
		got := words(p.text)
		for i := 0; i+len(want) <= len(got); i++ {
			if slices.EqualFunc(got[i:i+len(want)], want, same) {
				if p.line > 0 { // places within HTML are no help
					lines = append(lines, p.line)
				}
				found = true
				break
			}
		}
	}
	return lines, found
}
