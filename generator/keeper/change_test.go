package keeper

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
)

var update = flag.Bool("update", false, "write the golden files in testdata anew")

// golden compares a text with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	same(t, got, fileText(t, file))
}

// On the screen of somebody else there may be no word of a withheld story.
func quotesNothing(t *testing.T, got string) {
	t.Helper()
	for _, words := range []string{"no longer here", "Secret words", "stayed open", "We stayed", "two buses", "Wren Ash", "Mina", "Amina Road", "Ferny Bank"} {
		if strings.Contains(got, words) {
			t.Errorf("quotes %q:\n%s", words, got)
		}
	}
}

func TestWithdraw(t *testing.T) {
	dir := makeSite(t, neighbours)
	k := open(t, dir, "2026-11-20")
	c, err := k.Withdraw("amina")
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, func(w io.Writer) error { return c.WriteText(w) })
	golden(t, "withdraw-person.txt", got)
	quotesNothing(t, got)
	if strings.Contains(fileText(t, dir, "content/people/amina.md"), "withdrawn") {
		t.Fatal("a plan wrote something")
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	same(t, fileText(t, dir, "content/people/amina.md"), `---
name: Amina Yusuf
known_as: [Mina]
not_me: [Amina Road]
consent:
  given: 2026-05-02
  until: 2027-02-01   # as she asked
  for: [named, quotes, images, profile]
  withdrawn: 2026-11-20
---
`)
	// The plan told the truth: the gate now decides so for the files as they stand.
	after := open(t, dir, "2026-11-20")
	if d := difference(k.outcome(), after.outcome()); !equalDifference(d, c.Effect) {
		t.Errorf("told %+v, but it is %+v", c.Effect, d)
	}
	for id, v := range after.verdicts {
		if fell := slices.Contains(c.Effect.Leave, id); fell && v.Reason == consent.Holds {
			t.Errorf("%s was said to leave and is still there", id)
		}
	}
	_, err = after.Withdraw("amina")
	refused(t, err, "It is withdrawn already, since 2026-11-20.")
	if left, err := os.ReadDir(filepath.Join(dir, "content", "people")); err != nil || len(left) != 4 {
		t.Errorf("files are left beside: %v %v", left, err)
	}
}

func equalDifference(a, b Difference) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return bytes.Equal(x, y)
}

func refused(t *testing.T, err error, begins string) {
	t.Helper()
	if err == nil {
		t.Errorf("not refused; want %q", begins)
	} else if _, ok := err.(*Refusal); !ok || !strings.HasPrefix(err.Error(), begins) {
		t.Errorf("refused with\n%v\nwant\n%s", err, begins)
	}
}

func TestWithdrawStory(t *testing.T) {
	dir := makeSite(t, neighbours)
	c, err := open(t, dir, "2026-11-20").Withdraw("stories/library")
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, func(w io.Writer) error { return c.WriteText(w) })
	golden(t, "withdraw-story.txt", got)
	quotesNothing(t, got)
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	v := open(t, dir, "2026-11-20").verdicts
	if v["stories/library"].Reason != consent.Withdrawn || v["stories/biblioteka"].Reason != consent.Withdrawn {
		t.Errorf("still there: %+v", v)
	}
}

// A consent that begins later is withdrawn as of its beginning, since a later
// `given` would lift an earlier withdrawal.
func TestWithdrawBeforeItBegan(t *testing.T) {
	dir := makeSite(t, siteYAML+`-- content/stories/later.md --
---
title: Later
name: Wren
consent: {given: 2027-03-01, for: [page]}
---
Not yet.
`)
	c, err := open(t, dir, "2026-11-20").Withdraw("later")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	if got := fileText(t, dir, "content/stories/later.md"); !strings.Contains(got, "withdrawn: 2027-03-01}") {
		t.Errorf("got\n%s", got)
	}
	if v := open(t, dir, "2027-03-01").verdicts["stories/later"]; v.Reason != consent.Withdrawn {
		t.Errorf("it began all the same: %+v", v)
	}
	same(t, c.Notes[0], "The consent was to begin on 2027-03-01; withdrawn as of that day, it never does.")
}

// A record that can't be read is withdrawn too, so that mending it doesn't bring it back.
func TestWithdrawUnreadable(t *testing.T) {
	dir := makeSite(t, siteYAML+`-- content/stories/typo.md --
---
title: Typo
name: Wren
consent:
  given: 2026-05-02
  untill: 2028-05-02
  for: [page]
---
Words.
-- content/stories/broken.md --
---
title: Broken
name: Wren
consent: {given: 2026-05-02, for: [page]
---
Words.
-- content/people/nobody.md --
---
name: Nobody
---
-- content/stories/hers.md --
---
title: Hers
by: nobody
consent: {given: 2026-05-02, for: [page]}
---
Words.
`)
	k := open(t, dir, "2026-11-20")
	c, err := k.Withdraw("typo")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(c.Notes[0], "The record has a mistake, so nothing of it was on the site before either. The withdrawal stands there for when it is mended. Mend this first:\ncontent/stories/typo.md:6:3: There is no key “untill” here. Did you mean “until”?") {
		t.Errorf("got %q", c.Notes[0])
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	mended := strings.Replace(fileText(t, dir, "content/stories/typo.md"), "untill", "until", 1)
	if err := os.WriteFile(filepath.Join(dir, "content/stories/typo.md"), []byte(mended), 0o644); err != nil {
		t.Fatal(err)
	}
	if v := open(t, dir, "2026-11-20").verdicts["stories/typo"]; v.Reason != consent.Withdrawn {
		t.Errorf("mending brought it back: %+v", v)
	}
	_, err = k.Withdraw("broken")
	refused(t, err, "The file content/stories/broken.md can't be read, so nothing of it is on the site; but the withdrawal couldn't be written into it.\nMend this first:\ncontent/stories/broken.md:5:1:")
	_, err = k.Withdraw("nobody")
	refused(t, err, "There is no consent in content/people/nobody.md, so there is none to withdraw, and nothing that needs one is on the site.\n"+
		"Their own stories stand on consents of their own. To take those off the site:\n  ownwords consent withdraw stories/hers")
}

func TestRenew(t *testing.T) {
	dir := makeSite(t, neighbours)
	k := open(t, dir, "2027-03-01")
	c, err := k.Renew("amina", day(t, "2029-02-28"), "Ben met her on 2027-03-01")
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, func(w io.Writer) error { return c.WriteText(w) })
	golden(t, "renew-person.txt", got)
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	same(t, fileText(t, dir, "content/people/amina.md"), `---
name: Amina Yusuf
known_as: [Mina]
not_me: [Amina Road]
consent:
  given: 2027-03-01
  until: 2029-02-28   # as she asked
  for: [named, quotes, images, profile]
  confirmed: Ben met her on 2027-03-01
---
`)
	after := open(t, dir, "2027-03-01")
	if d := difference(k.outcome(), after.outcome()); !equalDifference(d, c.Effect) {
		t.Errorf("told %+v, but it is %+v", c.Effect, d)
	}
	for _, on := range []string{"2027-03-01", "2029-02-28"} {
		tt, _ := open(t, dir, on).find("amina")
		if why := consent.Decide(tt.record(), consent.Named, day(t, on), after.terms()); why != consent.Holds {
			t.Errorf("on %s: %s", on, why)
		}
	}
	_, err = after.Renew("amina", day(t, "2029-02-28"), "Ben met  her on 2027-03-01")
	refused(t, err, "The words after --confirmed are those that already stand in the record.\nSay who confirmed it this time, and when.")
}

// A later `given` lifts a withdrawal, whose line stays.
func TestRenewAfterWithdrawal(t *testing.T) {
	dir := makeSite(t, neighbours)
	_, err := open(t, dir, "2026-06-01").Renew("gone", day(t, "2027-06-01"), "Ben rang")
	refused(t, err, "The record says “withdrawn: 2026-06-01”, and only a consent given on a later day lifts that.\nRenew it from 2026-06-02 on.")
	k := open(t, dir, "2026-06-02")
	c, err := k.Renew("gone", day(t, "2027-06-01"), "Ben rang")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	if got := fileText(t, dir, "content/stories/gone.md"); !strings.Contains(got, "consent: {given: 2026-06-02, until: 2027-06-01, for: [page], withdrawn: 2026-06-01, confirmed: Ben rang}") {
		t.Errorf("got\n%s", got)
	}
	if !slices.Equal(c.Effect.Come, []string{"stories/gone"}) || !slices.Contains(c.Notes, "The line “withdrawn: 2026-06-01” stays: the later “given” lifts it. In feeds, what comes back is a new item.") {
		t.Errorf("got %+v", c)
	}
	// A second withdrawal takes the place of the lifted one.
	if c, err = open(t, dir, "2026-07-01").Withdraw("gone"); err != nil {
		t.Fatal(err)
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	if got := fileText(t, dir, "content/stories/gone.md"); !strings.Contains(got, "withdrawn: 2026-07-01, confirmed") {
		t.Errorf("got\n%s", got)
	}
}

func TestRenewGivesLastsWay(t *testing.T) {
	const head = siteYAML + "-- content/stories/s.md --\n---\ntitle: S\nname: Wren\nconsent:\n  given: 2026-05-02\n"
	dir := makeSite(t, head+"  lasts: 6m # as agreed\n  for: [page]\n---\nWords.\n")
	c, err := open(t, dir, "2026-11-20").Renew("s", day(t, "2028-11-20"), "Ben rang")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	same(t, fileText(t, dir, "content/stories/s.md"), "---\ntitle: S\nname: Wren\nconsent:\n  given: 2026-11-20\n  until: 2028-11-20 # as agreed\n  for: [page]\n  confirmed: Ben rang\n---\nWords.\n")
	same(t, c.Edits[1].Before, "lasts: 6m")

	both := open(t, makeSite(t, head+"  lasts: 6m\n  until: 2026-10-01\n  for: [page]\n---\nWords.\n"), "2026-11-20")
	_, err = both.Renew("s", day(t, "2028-11-20"), "Ben rang")
	refused(t, err, "The record has “lasts: 6m” too, which would end it on 2027-05-20, before the day you asked for.\nTake that line out of content/stories/s.md, or choose an earlier day.")
	if _, err = both.Renew("s", day(t, "2027-05-20"), "Ben rang"); err != nil {
		t.Errorf("an end before that of lasts was refused: %v", err)
	}
}

func TestRenewRefuses(t *testing.T) {
	k := open(t, makeSite(t, neighbours+`-- content/stories/typo.md --
---
title: Typo
name: Wren
consent: {given: 2026-05-02, for: [pages]}
---
Words.
-- content/people/drafty.md --
---
name: Drafty
draft: true
consent: {given: 2026-05-02, for: [named]}
---
-- content/stories/paused.md --
---
title: Paused
name: Wren
consent: {given: 2026-05-02, for: [page], paused: 2027-12-01}
---
Words.
`), "2026-11-20")
	for _, c := range []struct{ id, until, confirmed, want string }{
		{"amina", "2028-11-20", " ", "A renewal needs the words of who confirmed it with the person.\nAdd for example --confirmed \"Ben spoke with her on 2026-11-20\"."},
		{"amina", "2028-11-20", "a\x07b", "The words after --confirmed hold a character that can't be shown."},
		{"amina", "2028-11-20", "[@becca] rang", "People can't be mentioned with @ in the words after --confirmed."},
		{"amina", "2026-11-19", "Ben rang", "The last day, 2026-11-19, is over already (today is 2026-11-20).\nChoose a later day."},
		{"amina", "2031-11-21", "Ben rang", "No consent on this site runs longer than 5y, so the last day can't be 2031-11-21.\nThe latest that can be agreed to today is 2031-11-20."},
		{"nora", "2028-11-20", "Ben rang", "There is no consent in content/people/nora.md.\nWrite it down there first:"},
		{"typo", "2028-11-20", "Ben rang", "The record in content/stories/typo.md can't be read, so nothing of it is on the site.\nMend this first:\ncontent/stories/typo.md:4:36: “for” can't be that. Did you mean “page”?"},
		{"drafty", "2028-11-20", "Ben rang", "The record in content/people/drafty.md can't be read, so nothing of it is on the site.\nIt is a draft; take “draft: true” away first."},
		{"paused", "2028-11-20", "Ben rang", "The record says “paused: 2027-12-01”, and only a consent given on a later day lifts that.\nRenew it from 2027-12-02 on."},
		{"nobody", "2028-11-20", "Ben rang", "There is nobody and no story called “nobody”."},
	} {
		_, err := k.Renew(c.id, day(t, c.until), c.confirmed)
		refused(t, err, c.want)
	}
	_, err := open(t, makeSite(t, neighbours), "2027-01-15").Renew("jaya", day(t, "2028-01-01"), "Ben rang")
	refused(t, err, "They came of age on 2027-01-15, so a guardian's consent can't be renewed.\nAsk them alone.")
	c, err := open(t, makeSite(t, neighbours), "2026-12-15").Renew("jaya", day(t, "2028-01-01"), "Ben rang")
	if err != nil || !slices.Contains(c.Notes, "It ends on 2027-01-14 all the same: the next day they come of age, and are asked afresh.") {
		t.Errorf("got %+v %v", c, err)
	}
}

// Somebody else's change in between is never overwritten.
func TestApplyFindsAnotherFile(t *testing.T) {
	dir := makeSite(t, neighbours)
	c, err := open(t, dir, "2026-11-20").Withdraw("becca")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "content/people/becca.md")
	if err := os.WriteFile(name, []byte("---\nname: Rebecca\n---\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	refused(t, c.Apply(), "The file was changed by somebody else in the meantime, so nothing was written.\nRun the command again.")
	same(t, fileText(t, name), "---\nname: Rebecca\n---\n")
}

// What can't be proved after writing is put back.
func TestApplyPutsBack(t *testing.T) {
	dir := makeSite(t, neighbours)
	c, err := open(t, dir, "2026-11-20").Withdraw("becca")
	if err != nil {
		t.Fatal(err)
	}
	before := fileText(t, dir, "content/people/becca.md")
	c.proof = func([]byte) error { return &Refusal{"It reads otherwise.", ""} }
	refused(t, c.Apply(), "It reads otherwise.")
	same(t, fileText(t, dir, "content/people/becca.md"), before)
}

// The people's folder may lie outside the site; a file keeps its permissions.
func TestPeopleOutside(t *testing.T) {
	root := makeSite(t, strings.NewReplacer("-- site.yaml --\n", "-- site/site.yaml --\npeople: ../people\n", "-- content/people/", "-- people/", "-- content/", "-- site/content/").Replace(neighbours))
	if err := os.Chmod(filepath.Join(root, "people/becca.md"), 0o600); err != nil {
		t.Fatal(err)
	}
	k := open(t, filepath.Join(root, "site"), "2026-11-20")
	c, err := k.Withdraw("becca")
	if err != nil {
		t.Fatal(err)
	}
	same(t, c.File, "../people/becca.md")
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	same(t, fileText(t, root, "people/becca.md"), "---\nname: Becca\nconsent: {given: 2026-05-02, until: 2028-05-02, for: [named], withdrawn: 2026-11-20}\n---\n")
	if info, err := os.Stat(filepath.Join(root, "people/becca.md")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("permissions: %v %v", info, err)
	}
	f, err := k.Forget("amina", bytes.NewReader(make([]byte, 16)))
	if err != nil {
		t.Fatal(err)
	}
	same(t, f.history[0], "git -C ../people log --all --oneline -- amina.md")
	same(t, f.Record, "../people/_forgotten.yaml")
}

// A use of a story that stays is told too: here a search permission that ends with nothing else.
func TestDifferenceOfUses(t *testing.T) {
	k := open(t, makeSite(t, neighbours), "2026-11-20")
	tt, _ := k.find("library")
	narrower := *tt.consent()
	record := *narrower.Record
	record.For = []consent.Use{consent.Page, consent.Search}
	narrower.Record = &record
	d := difference(k.outcome(), gate.Decide(k.with(tt, &narrower), k.day, gate.Options{}))
	var b strings.Builder
	d.write(&printer{w: &b})
	same(t, b.String(), `  stories/library: no longer for feeds (RSS, Atom and JSON feeds).
  stories/library: now for search (search engines may list it).
`)
}

// Every consent of the example site can be renewed and withdrawn by the command,
// and what `upcoming` and `show` say would fall is what the withdrawal plans.
func TestExampleSite(t *testing.T) {
	k := open(t, filepath.Join("..", ".."), "2026-11-01")
	planned := 0
	for _, tt := range k.targets() {
		if tt.record() == nil || tt.record().Unreadable {
			continue
		}
		falls := k.fallWith(tt)
		c, err := k.Withdraw(tt.id())
		if err != nil {
			refused(t, err, "It is withdrawn already")
			continue
		}
		planned++
		if got := c.Effect.fallenStories(); !slices.Equal(got, falls) {
			t.Errorf("%s: %v were said to fall, and %v do", tt.id(), falls, got)
		}
		if _, err := k.Renew(tt.id(), day(t, "2028-05-01"), "Ben rang: “yes”, she said # gladly"); err != nil && !strings.Contains(err.Error(), "on a later day lifts that") {
			t.Errorf("%s: %v", tt.id(), err)
		}
	}
	if planned < 20 {
		t.Errorf("only %d consents of the example site were tried", planned)
	}
}
