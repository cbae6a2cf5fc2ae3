package keeper

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"ownwords/generator/gate"
	"ownwords/generator/read"
)

// zeros stands in for randomness in tests.
func zeros() *bytes.Reader { return bytes.NewReader(make([]byte, 16)) }

func TestForget(t *testing.T) {
	dir := makeSite(t, neighbours)
	k := open(t, dir, "2026-11-20")
	live := map[string]string{}
	for _, s := range k.outcome().Cleared.Stories() {
		live[s.ID] = s.FeedID
	}
	f, err := k.Forget("amina", zeros())
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, f.WriteText)
	golden(t, "forget.txt", got)
	quotesNothing(t, got)
	if _, err := os.Stat(filepath.Join(dir, "content/people/amina.md")); err != nil {
		t.Fatal("a plan deleted something")
	}
	kept := filepath.Join(dir, ".ownwords", "reading")
	if err := os.MkdirAll(filepath.Dir(kept), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("Amina Yusuf"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Apply(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"content/people/amina.md", ".ownwords/reading"} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s is still there: %v", name, err)
		}
	}
	record := fileText(t, dir, "content/people/_forgotten.yaml")
	golden(t, "forgotten.yaml", record)
	for _, word := range []string{"Amina", "amina", "Mina", "Yusuf", "library", "bus"} {
		if strings.Contains(record, word) {
			t.Errorf("the record tells %q:\n%s", word, record)
		}
	}
	after := open(t, dir, "2026-11-20")
	g := after.lib.Forgotten[0]
	for i, name := range []string{"Amina Yusuf", "Mina"} {
		if g.Names[i].Hash.S != read.HashName(strings.Repeat("0", 32), strings.ToUpper(name)) {
			t.Errorf("the hash of %q isn't there: %+v", name, g.Names)
		}
	}
	if g.Names[0].Words.N != 2 || g.Names[1].Words.N != 1 {
		t.Errorf("words: %+v", g.Names)
	}
	// Every story that was in feeds and fell, also another teller's, gets its notice.
	var recalled []string
	for _, r := range after.outcome().Cleared.Recalls() {
		recalled = append(recalled, r.FeedID)
		if r.FeedID == live["stories/library"] && (!slices.Equal(r.Themes, []string{"housing", "belonging, too"}) || r.Place != "Ferny Bank") {
			t.Errorf("recall without its feeds: %+v", r)
		}
	}
	slices.Sort(recalled)
	want := []string{live["stories/bus"], live["stories/library"]}
	slices.Sort(want)
	if !slices.Equal(recalled, want) {
		t.Errorf("recalled %v, want %v", recalled, want)
	}
	if d := difference(k.outcome(), after.outcome()); !equalDifference(d, f.Effect) {
		t.Errorf("told %+v, but it is %+v", f.Effect, d)
	}
	// The notices go when the recall time is over; the names are looked for on.
	later := gate.Decide(after.lib, day(t, "2027-02-18"), gate.Options{})
	if n := len(later.Cleared.Recalls()); n != 0 {
		t.Errorf("%d notices after 90 days", n)
	}
	if !slices.ContainsFunc(later.Withheld.Names, func(n gate.WithheldName) bool { return n.Hash == g.Names[0].Hash.S }) {
		t.Error("the proof no longer looks for the name")
	}
}

// Somebody who left lately keeps their notices when they are forgotten, and a
// second person is added below the first, with the file's own line ends.
func TestForgetAgain(t *testing.T) {
	dir := makeSite(t, strings.Replace(neighbours, "for: [page, feeds, images]\n", "for: [page, feeds, images]\n  withdrawn: 2026-11-01\n", 1))
	first, err := open(t, dir, "2026-11-20").Forget("amina", zeros())
	if err != nil {
		t.Fatal(err)
	}
	if first.Feeds != 2 {
		t.Errorf("%d feed IDs; the story that was withdrawn lately is missing", first.Feeds)
	}
	if err := first.Apply(context.Background()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "content/people/_forgotten.yaml")
	crlf := strings.ReplaceAll("# ours\n"+strings.TrimSuffix(fileText(t, name), "\n"), "\n", "\r\n")
	if err := os.WriteFile(name, []byte(crlf), 0o600); err != nil {
		t.Fatal(err)
	}
	second, err := open(t, dir, "2026-11-21").Forget("becca", bytes.NewReader([]byte("0123456789abcdef")))
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Apply(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := fileText(t, name)
	if !strings.HasPrefix(got, crlf+"\r\n  - salt: \"30313233343536373839616263646566\"\r\n    left: 2026-11-21\r\n") || strings.Count(got, "\n") != strings.Count(got, "\r\n") {
		t.Errorf("got\n%q", got)
	}
	if lib := open(t, dir, "2026-11-21").lib; len(lib.Forgotten) != 2 || lib.Forgotten[1].Left.Day != day(t, "2026-11-21") {
		t.Errorf("reads as %+v", lib.Forgotten)
	}
}

// A folder goes whole; accents may be left out by whoever types the name.
func TestForgetFolder(t *testing.T) {
	dir := makeSite(t, siteYAML+`-- content/people/elzbieta/index.md --
---
name: Elżbieta Nowak
known_as: [Ela]
media: [{file: me.png, alt: Her, people: [elzbieta]}]
---
-- content/people/elzbieta/me.png --
-- content/people/elzbieta/old/notes.txt --
-- content/people/other.md --
---
name: Other
---
`)
	f, err := open(t, dir, "2026-11-20").Forget("elzbieta", zeros())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"content/people/elzbieta/index.md", "content/people/elzbieta/me.png", "content/people/elzbieta/old/notes.txt"}
	if !slices.Equal(f.Deletes, want) || len(f.Media) != 0 {
		t.Errorf("deletes %v, media %v", f.Deletes, f.Media)
	}
	var hashes []string
	for _, n := range f.entry.Names {
		hashes = append(hashes, n.Hash.S)
	}
	for _, name := range []string{"Elżbieta Nowak", "ELZBIETA NOWAK", "E\u006cz\u0307bieta Nowak", "ela"} {
		if !slices.Contains(hashes, read.HashName(f.entry.Salt.S, name)) {
			t.Errorf("%q isn't looked for", name)
		}
	}
	if err := f.Apply(context.Background()); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(filepath.Join(dir, "content/people"))
	if len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

// A teller with a name just for one story has no other file.
func TestForgetOneStoryTeller(t *testing.T) {
	dir := makeSite(t, neighbours)
	k := open(t, dir, "2026-11-20")
	f, err := k.Forget("stories/bus", zeros())
	if err != nil {
		t.Fatal(err)
	}
	if f.Hashes != 1 || f.Feeds != 1 || !slices.Equal(f.Deletes, []string{"content/stories/bus.md"}) {
		t.Errorf("%+v", f)
	}
	if err := f.Apply(context.Background()); err != nil {
		t.Fatal(err)
	}
	after := open(t, dir, "2026-11-20")
	if len(after.outcome().Cleared.Recalls()) != 1 {
		t.Errorf("recalls: %+v", after.outcome().Cleared.Recalls())
	}
	_, err = k.Forget("library", zeros())
	refused(t, err, "A story isn't forgotten by itself; the person who told it is.\nTo take it off the site: ownwords consent withdraw stories/library.\nTo forget a teller: ownwords consent forget people/amina.")
}

func TestForgetRefuses(t *testing.T) {
	for name, record := range map[string]string{
		"not YAML": "forgotten: [\n", "a word": "forgotten: no\n", "in brackets": "forgotten: []\n", "another key": "gone: []\n", "empty": "",
	} {
		dir := makeSite(t, neighbours+"-- content/people/_forgotten.yaml --\n"+record)
		_, err := open(t, dir, "2026-11-20").Forget("amina", zeros())
		if err == nil {
			t.Errorf("%s: not refused", name)
			continue
		}
		refused(t, err, "The file content/people/_forgotten.yaml can't be read or added to, so nobody was forgotten.\n“ownwords check” says what is wrong in it; mend that first.")
	}
	k := open(t, makeSite(t, neighbours+"-- content/people/torn.md --\n---\nname: [\n---\n"), "2026-11-20")
	_, err := k.Forget("torn", zeros())
	refused(t, err, "The name in content/people/torn.md can't be read, so the build couldn't go on looking for it.\nMend this first:\ncontent/people/torn.md:")
	if _, err := k.Forget("amina", iotest.ErrReader(errors.New("dry"))); err == nil || err.Error() != "no random number could be had for the salt: dry" {
		t.Errorf("without randomness: %v", err)
	}
}

// When the record doesn't read back, nothing is deleted and it is as it was.
func TestForgetPutsBack(t *testing.T) {
	for _, before := range []string{"", "# ours\nforgotten:\n  - salt: x\n    left: 2026-01-01\n    names: []\n...\n"} {
		archive := neighbours
		if before != "" {
			archive += "-- content/people/_forgotten.yaml --\n" + before
		}
		dir := makeSite(t, archive)
		f, err := open(t, dir, "2026-11-20").Forget("amina", zeros())
		if err != nil {
			t.Fatal(err)
		}
		if before == "" { // a record that says something else
			f.after = bytes.Replace(f.after, []byte("words: 2"), []byte("words: 3"), 1)
		}
		refused(t, f.Apply(context.Background()), "What was left in content/people/_forgotten.yaml couldn't be read back as it was meant, so nobody was forgotten and the file is as it was.")
		if _, err := os.Stat(filepath.Join(dir, "content/people/amina.md")); err != nil {
			t.Error("deleted all the same")
		}
		now, err := os.ReadFile(filepath.Join(dir, "content/people/_forgotten.yaml"))
		if before == "" && !errors.Is(err, os.ErrNotExist) || before != "" && string(now) != before {
			t.Errorf("the record is %q %v, was %q", now, err, before)
		}
	}
}

// What a forgotten name may not do: keep somebody else's name off the site, or
// recall a story that was put right and is there again.
func TestForgettingHarmsNobodyElse(t *testing.T) {
	dir := makeSite(t, neighbours+`-- content/people/other.md --
---
name: Mina
consent: {given: 2026-05-02, until: 2028-05-02, for: [named]}
---
`)
	f, err := open(t, dir, "2026-11-20").Forget("amina", zeros())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Apply(context.Background()); err != nil {
		t.Fatal(err)
	}
	bus := filepath.Join(dir, "content/stories/bus.md")
	if err := os.WriteFile(bus, []byte(strings.Replace(fileText(t, bus), "[@amina]", "a friend", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	after := open(t, dir, "2026-11-21")
	for _, n := range after.outcome().Withheld.Names {
		if n.Hash == read.HashName(f.entry.Salt.S, "Mina") {
			t.Error("another Mina, who agreed to be named, is kept off the site")
		}
	}
	for _, s := range after.outcome().Cleared.Stories() {
		for _, r := range after.outcome().Cleared.Recalls() {
			if r.FeedID == s.FeedID {
				t.Errorf("%s is on the site and recalled at once", s.ID)
			}
		}
	}
	if n := len(after.outcome().Cleared.Recalls()); n != 1 {
		t.Errorf("%d recalls, want that of the library alone", n)
	}
}
