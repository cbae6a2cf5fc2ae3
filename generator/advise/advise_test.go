package advise

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ownwords/generator/consent"
	"ownwords/generator/read"
	"ownwords/generator/report"
)

type files map[string]string

const site = "title: T\nurl: https://s.example.org/\ntimezone: Europe/London\ncontact: Write to keepers@example.org or ring 01632 960 001.\n"

// advised writes a site and returns what is advised, as "code file:line:column", sorted.
func advised(t *testing.T, f files) ([]report.Problem, []string) {
	t.Helper()
	dir := t.TempDir()
	all := files{"site.yaml": site, "content/pages/about.md": "---\ntitle: About\n---\nUs.\n"}
	for name, s := range f {
		all[name] = s
	}
	for name, s := range all {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lib, err := read.Read(t.Context(), read.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	problems := Advise(lib, dir, consent.NewDay(2026, 11, 22))
	rep := report.Report{Problems: problems}
	rep.Sort()
	var list []string
	for _, p := range rep.Problems {
		list = append(list, fmt.Sprintf("%s %s:%d:%d", p.Code, p.File, p.Line, p.Column))
	}
	return rep.Problems, list
}

// note is a note that gives no advice of itself.
func note(front, body string) string {
	return "---\ntitle: A meeting\ndate: 2026-10-01\nsummary: [One.]\n" + front + "---\n" + body
}

const n = "content/notes/one.md"

func TestAdvice(t *testing.T) {
	story := func(front, body string) string {
		return "---\ntitle: T\nname: Zofia\nconsent: {given: 2026-05-02, for: [page]}\n" + front + "---\n" + body
	}
	amina := "---\nname: Amina\nknown_as: [Amina Yusuf]\nnever_say: [vulnerable]\n---\n"
	for _, c := range []struct {
		name  string
		files files
		want  []string
	}{
		{"nothing to say", files{n: note("", "We met.\n")}, nil},
		{"a listed word", files{n: note("", "We met.\n\nIt is for the\ndisabled of the town.\n")}, []string{"words " + n + ":8:11"}},
		{"the same word again", files{n: note("who_isnt_here: The elderly\n", "The elderly, the ELDERLY.\n\nThe voiceless.\n")}, []string{"words " + n + ":5:16", "words " + n + ":9:5"}},
		{"capitals and hyphens don't matter", files{n: note("", "Hard-to-reach groups.\n")}, []string{"words " + n + ":6:1"}},
		{"in a key", files{n: note("who_isnt_here: The elderly\n", "")}, []string{"words " + n + ":5:16"}},
		{"in a summary in quotation marks", files{n: note("questions:\n  - \"Who is hard to reach?\"\n", "")}, []string{"words " + n + ":6:13"}},
		{"quoted", files{n: note("", "She said “hard to reach” and \"the elderly\" and ‘service users’ and `BAME`.\n\n> The voiceless.\n")}, nil},
		{"a part of a longer word", files{n: note("", "Theelderly, the elderlyish.\n")}, nil},
		{"in an address", files{n: note("", "[A report](https://e.org/hard-to-reach)\n")}, nil},
		{"stories are let alone", files{"content/stories/one.md": story("", "I am one of the elderly, hard to reach, click [here](https://e.org/).\n")}, nil},
		{"a list of the site's own", files{"words.yaml": "- word: stakeholders\n  instead: people\n", n: note("", "The elderly are stakeholders.\n")}, []string{"words " + n + ":6:17"}},
		{"an empty list", files{"words.yaml": "# none\n", n: note("", "The elderly.\n")}, nil},
		{"a list with mistakes", files{"words.yaml": "- word: stakeholders\n- wrod: x\n- y\n- word: users\n  instead: [a]\n", n: note("", "Stakeholders, users.\n")},
			[]string{"words " + n + ":6:1", "words-unreadable words.yaml:2:3", "words-unreadable words.yaml:2:3", "words-unreadable words.yaml:3:3", "words-unreadable words.yaml:5:3"}},
		{"a list that is none", files{"words.yaml": "word: x\n"}, []string{"words-unreadable words.yaml:1:1"}},

		{"what she asked not to be called", files{"content/people/amina.md": amina, n: note("", "[@amina] is vulnerable.\n")}, []string{"never-say " + n + ":6:13"}},
		{"where she attended", files{"content/people/amina.md": amina, n: note("people: [amina]\n", "Vulnerable people came.\n")}, []string{"never-say " + n + ":7:1"}},
		{"where she isn't meant", files{"content/people/amina.md": amina, n: note("", "Vulnerable people came.\n")}, nil},
		{"where her story was heard", files{"content/stories/one.md": story("never_say: [case]\n", "Text.\n"), "content/changes/c.md": "---\ntitle: C\nheard: [one]\n---\nHer case was settled.\n"}, []string{"never-say content/changes/c.md:5:5"}},
		{"through the teller of a story", files{"content/people/amina.md": amina, "content/stories/one.md": strings.Replace(story("", "Text.\n"), "name: Zofia", "by: amina", 1), n: note("stories: [one]\n", "A vulnerable person.\n")}, []string{"never-say " + n + ":7:3"}},

		{"a link that says nothing", files{n: note("", "Read it [here](https://e.org/) and [Click here!](/about/), or [the rota](https://e.org/).\n")}, []string{"link-words " + n + ":6:10", "link-words " + n + ":6:37"}},
		{"a link shown as code", files{n: note("", "Write `[here](https://e.org/)`.\n")}, nil},
		{"a long sentence", files{n: "---\ntitle: T\ndate: 2026\nsummary:\n  - Short. " + strings.Repeat("word ", 31) + "end.\n---\n"}, []string{"long-sentence " + n + ":5:12"}},
		{"a long sentence in a text", files{n: note("", strings.Repeat("word ", 60)+".\n")}, nil},
		{"pasted in a hurry", files{n: "---\ntitle: T\n---\n## WHAT WE SAID\n\n• one\n• two\n"},
			[]string{"no-date " + n + ":2:8", "no-summary " + n + ":2:8", "capitals " + n + ":4:4", "pasted-bullets " + n + ":6:1"}},
		{"a summary as a section", files{n: "---\ntitle: T\ndate: 2026\n---\n1. SUMMARY OF KEY POINTS\n\nOne.\n"}, nil},
		{"a date that nobody knows", files{n: "---\ntitle: T\nsummary: [One.]\n---\n"}, nil},
		{"a learning note needs neither", files{n: "---\ntitle: T\nkind: learning\n---\nText.\n"}, nil},

		{"a draft with people", files{"content/people/amina.md": amina, n: note("draft: true\npeople: [amina]\n", "Then Amina Yusuf spoke; [@amina] too.\n")}, []string{"draft-people " + n + ":6:10", "draft-people " + n + ":8:6"}},
		{"no draft any more", files{"content/people/amina.md": amina, n: note("people: [amina]\n", "Text.\n")}, nil},

		{"weekday", files{n: note("", "We met on Wednesday 22 July 2020 and on Thursday, the 23rd of July 2020.\n\nNext: Friday 22 July 2020.\n")}, []string{"weekday-differs " + n + ":8:7"}},
		{"weekday of an announced day", files{n: note("next: [{when: \"Monday 22 October\"}, {when: \"Thursday 22 October\"}]\n", "")}, []string{"weekday-differs " + n + ":5:16"}},
		{"weekday without any year", files{n: note("", "On Friday 22 July.\n")}, nil},

		{"overdue", files{"content/changes/c.md": "---\ntitle: C\nstatus: under-way\ndue: 2026-10\n---\n", "content/changes/d.md": "---\ntitle: D\nstatus: under-way\ndue: 2026-11\n---\n",
			"content/changes/e.md": "---\ntitle: E\nstatus: done\ndue: 2025\n---\n", "content/changes/f.md": "---\ntitle: F\ndue: 2025\n---\n"}, []string{"overdue content/changes/c.md:4:6", "overdue content/changes/f.md:3:6"}},

		{"details in a story", files{"content/stories/one.md": story("", "Write to zofia@example.com or ring 07700 900 123.\nI live at OX4 6JZ. I was\nborn on 3 May 1984.\n")},
			[]string{"email-address content/stories/one.md:6:10", "phone-number content/stories/one.md:6:36", "postcode content/stories/one.md:7:11", "birth-date content/stories/one.md:8:1"}},
		{"details in a key", files{"content/stories/one.md": story("intro: Ring +44 (0)7700 900123\n# 07700 900 999 is mine\n", "")}, []string{"phone-number content/stories/one.md:5:13"}},
		{"details in a transcript", files{"content/stories/one/index.md": story("media: [{file: a.mp3, transcript: a.txt, people: []}]\n", ""), "content/stories/one/a.mp3": "x", "content/stories/one/a.txt": "Call\nzofia@example.com\n"}, []string{"email-address content/stories/one/a.txt:2:1"}},
		{"no details", files{"content/stories/one.md": story("", "Born in May 1984. 2026-11-22, 100000000000, 12.30-14.00, https://e.org/0123456789012/ M25 2020.\n")}, nil},
		{"the site's own contact", files{"content/pages/about.md": "---\ntitle: A\n---\nkeepers@example.org, 01632 960001\n"}, nil},

		{"a name in an address", files{"content/people/amina.md": amina, "content/notes/talk-with-amina.md": note("", "")}, []string{"name-in-address content/notes/talk-with-amina.md:0:0"}},
		{"a teller's name in a story's address", files{"content/stories/zofia.md": story("", "")}, []string{"name-in-address content/stories/zofia.md:0:0"}},
		{"a name in a theme", files{"content/people/amina.md": amina, n: note("themes: [Amina Yusuf]\n", "")}, []string{"name-in-address " + n + ":5:10"}},
		{"a name in a picture's file", files{"content/notes/one/index.md": note("media: [{file: amina-yusuf.jpg, alt: A, people: []}]\n", ""), "content/notes/one/amina-yusuf.jpg": "x", "content/people/amina.md": amina}, []string{"name-in-address content/notes/one/index.md:5:16"}},
		{"a name that is an ordinary word", files{"content/people/hope.md": "---\nname: Hope\n---\n", "content/notes/hope-for-all.md": note("", "There is hope.\n")}, nil},
		{"a name that means something else", files{"content/people/amina.md": strings.Replace(amina, "never_say", "not_me: [Amina Road]\nnever_say", 1), "content/notes/amina-road.md": note("", "")}, nil},
		{"a part of another word", files{"content/people/ann.md": "---\nname: Ann\n---\n", "content/notes/annual-meeting.md": note("", "")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems, got := advised(t, c.files)
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			for _, p := range problems {
				if p.Severity == report.Error {
					t.Errorf("%s is an error", p.Code)
				}
				if p.Message == "" || p.Help == "" {
					t.Errorf("%s doesn't say what or how", p.Code)
				}
				for _, secret := range []string{"zofia@", "07700", "OX4", "1984", "Zofia", "Amina Yusuf"} {
					if strings.Contains(p.Message+p.Help, secret) {
						t.Errorf("%s quotes %q", p.Code, secret)
					}
				}
			}
		})
	}
}

// TestWording keeps what people read.
func TestWording(t *testing.T) {
	problems, _ := advised(t, files{n: "---\ntitle: T\ndate: 2026-10\nsummary: [One.]\n---\nThe elderly.\n",
		"content/changes/c.md": "---\ntitle: C\nstatus: under-way\ndue: 2026-10\n---\n",
		"content/notes/two.md": note("next: [{when: \"Monday 22 October\"}]\n", "")})
	var got []string
	for _, p := range problems {
		got = append(got, string(p.Severity)+": "+p.Message+" "+p.Help)
	}
	want := []string{
		"warning: This was meant to be done by 2026-10, and it isn't marked as done. Tell people where it stands: set “status”, or write a new “due” and why it takes longer.",
		"advice: “The elderly” is a word that people have asked not to be called. It turns very different people into one group. Perhaps: older people. (Centre for Ageing Better, Challenging ageism - a guide to talking about ageing and older age)",
		"warning: The weekday doesn't fit the date: 2026-10-22 is a Thursday. (No year is written; this is the first such day after the note's date.) Find out whether the day or the weekday is right, and mend it.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestOnce checks that advice that would be the same is told once, with how often it applies.
func TestOnce(t *testing.T) {
	problems, _ := advised(t, files{n: note("", "The elderly, the\nELDERLY and the elderly.\n")})
	if len(problems) != 1 || !strings.HasSuffix(problems[0].Message, "one group. (3 times in this file.)") {
		t.Errorf("got %v", problems)
	}
}

// TestDefaultWords checks that the built-in list is sound and complete.
func TestDefaultWords(t *testing.T) {
	list, problems := parseWords(DefaultWords)
	if len(problems) > 0 || len(list) < 10 {
		t.Fatalf("%d words, %v", len(list), problems)
	}
	for _, w := range list {
		if w.Instead == "" || w.Why == "" || w.Source == "" {
			t.Errorf("%q lacks instead, why or source", w.Word)
		}
	}
}
