package keeper

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/unicode/norm"

	"ownwords/generator/gate"
	"ownwords/generator/read"
)

// Forgetting is a planned deletion of a person's file: what goes, what is left
// so that the proof and the feeds can go on, and what still holds their words.
// Nothing is written before Apply.
type Forgetting struct {
	ID string
	At string
	// Deletes lists the files that are deleted.
	Deletes []string
	// Record is the file in which the hashes are left.
	Record string
	// Hashes is how many names are left as salted hashes.
	Hashes int
	// Feeds is how many feed items get a neutral notice.
	Feeds  int
	Effect Difference
	// OwnWords lists files that still hold stories they told; Media the pictures
	// and recordings of them; Naming the other files that name their ID.
	OwnWords []string
	Media    []string
	Naming   []string
	Notes    []string

	site    *read.Site
	target  string // path on disk of the file, or of its folder
	folder  bool
	record  string // path on disk
	before  []byte // of the record; nil when there is none yet
	after   []byte
	entry   read.Forgotten
	history []string
}

// Forget plans that a person is forgotten: someone in the people's folder, or
// the teller of a story that bears a name just for itself. random gives the
// salt and should be crypto/rand's Reader.
func (k *Keeper) Forget(id string, random io.Reader) (*Forgetting, error) {
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	var names []string
	switch {
	case t.person != nil:
		for _, n := range append([]read.Text{t.person.Name}, t.person.KnownAs...) {
			names = append(names, n.S)
		}
	case t.story.Name.S != "":
		names = []string{t.story.Name.S}
	default:
		return nil, &Refusal{"A story isn't forgotten by itself; the person who told it is.", k.insteadOfForgetting(t)}
	}
	names = slices.DeleteFunc(names, func(n string) bool { return strings.TrimSpace(n) == "" })
	if len(names) == 0 {
		return nil, &Refusal{"The name in " + t.item().File + " can't be read, so the build couldn't go on looking for it.", k.mistakes(t)}
	}
	salt := make([]byte, 16)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("no random number could be had for the salt: %w", err)
	}
	f := &Forgetting{ID: t.id(), At: k.day.String(), Record: k.lib.Site.PeopleDir + "/" + read.ForgottenFile, Notes: []string{}, site: k.lib.Site}
	f.record = onDisk(k.lib.Site, f.Record)
	if err := f.files(t); err != nil {
		return nil, err
	}
	f.entry = read.Forgotten{Salt: read.Text{S: hex.EncodeToString(salt)}, Left: read.CivilDay{Day: k.day, Set: true}}
	for _, n := range hashedNames(names) {
		f.entry.Names = append(f.entry.Names, read.ForgottenName{
			Words: read.Number{N: len(strings.Fields(n)), Set: true}, Hash: read.Text{S: read.HashName(f.entry.Salt.S, n)}})
	}
	f.Hashes = len(f.entry.Names)
	k.effect(f, t)
	k.leftBehind(f, t)
	if t.person != nil && len(t.person.NotMe) > 0 {
		f.Notes = append(f.Notes, "The phrases under “not_me” are forgotten with the file. From now on a page is left out where one of them holds a name of theirs; word it differently there.")
	}
	return f, f.prepareRecord()
}

func (k *Keeper) insteadOfForgetting(t target) string {
	help := "To take it off the site: ownwords consent withdraw " + t.id() + "."
	for _, by := range t.story.By {
		help += "\nTo forget a teller: ownwords consent forget people/" + by.S + "."
	}
	return help
}

// files finds what is to be deleted: the file, or the folder with everything beside it.
func (f *Forgetting) files(t target) error {
	file := t.item().File
	f.target = onDisk(f.site, file)
	if path.Base(file) != "index.md" {
		f.Deletes = []string{file}
		return nil
	}
	f.folder, f.target = true, filepath.Dir(f.target)
	label := path.Dir(file)
	err := filepath.WalkDir(f.target, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(f.target, p)
		f.Deletes = append(f.Deletes, label+"/"+filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return &Refusal{"The folder " + label + " can't be read, so nothing was deleted.", "Check its permissions."}
	}
	return nil
}

// hashedNames are the forms in which a name is looked for: as written, and
// without its accents, since others may leave them out.
func hashedNames(names []string) []string {
	var all []string
	seen := map[string]bool{}
	for _, n := range names {
		for _, form := range []string{n, withoutAccents(n)} {
			if key := read.FoldName(form); !seen[key] {
				seen[key] = true
				all = append(all, form)
			}
		}
	}
	return all
}

func withoutAccents(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// effect works out what falls, and the feed items that need a neutral notice:
// those the feeds carry now, or recall now, and wouldn't afterwards.
func (k *Keeper) effect(f *Forgetting, t target) {
	lib := *k.lib
	if t.person != nil {
		lib.People = slices.DeleteFunc(slices.Clone(lib.People), func(p *read.Person) bool { return p == t.person })
	} else {
		lib.Stories = slices.DeleteFunc(slices.Clone(lib.Stories), func(s *read.Story) bool { return s == t.story })
	}
	before, after := k.outcome().Cleared, gate.Decide(&lib, k.day, gate.Options{})
	f.Effect = difference(k.outcome(), after)
	stays := map[string]bool{}
	for _, s := range after.Cleared.Stories() {
		stays[s.FeedID] = true
	}
	for _, r := range after.Cleared.Recalls() {
		stays[r.FeedID] = true
	}
	item := func(id string, themes []string, place string) {
		if stays[id] {
			return
		}
		i := read.ForgottenItem{ID: read.Text{S: id}, Place: read.Text{S: place}}
		for _, theme := range themes {
			i.Themes = append(i.Themes, read.Text{S: theme})
		}
		f.entry.Feeds = append(f.entry.Feeds, i)
	}
	for _, s := range before.Stories() {
		if s.Feed != "none" {
			item(s.FeedID, s.Themes, s.Place)
		}
	}
	for _, r := range before.Recalls() {
		item(r.FeedID, r.Themes, r.Place)
	}
	f.Feeds = len(f.entry.Feeds)
}

// leftBehind finds the files that still hold something of the person.
func (k *Keeper) leftBehind(f *Forgetting, t target) {
	f.OwnWords, f.Media, f.Naming = []string{}, []string{}, []string{}
	add := func(list *[]string, file string) {
		if !slices.Contains(*list, file) && !slices.Contains(f.Deletes, file) {
			*list = append(*list, file)
		}
	}
	for _, d := range gate.Dependents(k.lib, k.day, t.id()) {
		switch {
		case d.What == gate.Told, d.What == gate.Translation:
			add(&f.OwnWords, d.File)
		case d.What == gate.Picture, d.What == gate.Recorded:
			add(&f.Media, path.Join(path.Dir(d.File), d.Beside))
			add(&f.Naming, d.File)
		case d.Beside != "":
			add(&f.Naming, path.Join(path.Dir(d.File), d.Beside))
		default:
			add(&f.Naming, d.File)
		}
	}
	for _, file := range f.OwnWords {
		f.Naming = slices.DeleteFunc(f.Naming, func(n string) bool { return n == file })
	}
	where, here := "", f.Deletes[0]
	if f.folder {
		here = path.Dir(t.item().File)
	}
	if t.person != nil && k.lib.Site.PeopleOutside {
		where, here = "-C "+path.Dir(here)+" ", path.Base(here)
	}
	f.history = []string{
		"git " + where + "log --all --oneline -- " + here,
		"git " + where + "log --all --oneline -S'THE NAME'",
	}
}

const recordHead = `# What is left of people who asked to be forgotten. Nothing here says who they were:
# each hash is of one of their names with a random salt, so that builds go on looking
# for it; each feed ID gets a neutral notice until the site's recall time is over.
# Written by “ownwords consent forget”. Please don't edit it by hand.
forgotten:
`

// prepareRecord works out the record with the new entry at its end.
func (f *Forgetting) prepareRecord() error {
	unclear := &Refusal{"The file " + f.Record + " can't be read or added to, so nobody was forgotten.", "“ownwords check” says what is wrong in it; mend that first."}
	var err error
	f.before, err = os.ReadFile(f.record)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.after = append([]byte(recordHead), f.lines("  ", "\n")...)
		return nil
	case err != nil:
		return unclear
	}
	var doc yaml.Node
	if yaml.Unmarshal(f.before, &doc) != nil || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return unclear
	}
	_, list := entry(doc.Content[0], "forgotten")
	if list == nil || list.Kind != yaml.SequenceNode || list.Style&yaml.FlowStyle != 0 || len(list.Content) == 0 {
		return unclear
	}
	newLine := "\n"
	if bytes.Contains(f.before, []byte("\r\n")) {
		newLine = "\r\n"
	}
	f.after = bytes.Clone(f.before)
	if !bytes.HasSuffix(f.after, []byte("\n")) {
		f.after = append(f.after, newLine...)
	}
	f.after = append(f.after, f.lines(strings.Repeat(" ", list.Column-1), newLine)...)
	return nil
}

// lines writes the entry as YAML, its hyphen at the indent.
func (f *Forgetting) lines(indent, newLine string) string {
	var b strings.Builder
	line := func(s string) { b.WriteString(indent + s + newLine) }
	line("- salt: " + quoted(f.entry.Salt.S))
	line("  left: " + f.entry.Left.Day.String())
	line("  names:")
	for _, n := range f.entry.Names {
		line(fmt.Sprintf("    - {words: %d, hash: %s}", n.Words.N, quoted(n.Hash.S)))
	}
	if len(f.entry.Feeds) > 0 {
		line("  feeds:")
	}
	for _, i := range f.entry.Feeds {
		item := "id: " + quoted(i.ID.S)
		if len(i.Themes) > 0 {
			var themes []string
			for _, t := range i.Themes {
				themes = append(themes, quote(t.S, true))
			}
			item += ", themes: [" + strings.Join(themes, ", ") + "]"
		}
		if i.Place.S != "" {
			item += ", place: " + quote(i.Place.S, true)
		}
		line("    - {" + item + "}")
	}
	return b.String()
}

// quoted puts what might look like a number between quotation marks.
func quoted(s string) string { return `"` + s + `"` }

// Apply leaves the hashes, reads them back, and then deletes the file; when
// anything fails before the deletion, everything is put back.
func (f *Forgetting) Apply(ctx context.Context) error {
	if err := os.MkdirAll(filepath.Dir(f.record), 0o755); err != nil {
		return err
	}
	now, err := os.ReadFile(f.record)
	if err != nil && !errors.Is(err, fs.ErrNotExist) || !bytes.Equal(now, f.before) {
		return &Refusal{"The file " + f.Record + " was changed by somebody else in the meantime, so nothing was written.", "Run the command again."}
	}
	putBack := func() {
		if f.before == nil {
			os.Remove(f.record)
		} else if err := writeFile(f.record, f.before, 0o644); err != nil {
			return
		}
	}
	if err := writeFile(f.record, f.after, 0o644); err != nil {
		return err
	}
	if err := f.proved(ctx); err != nil {
		putBack()
		return err
	}
	if f.folder {
		err = os.RemoveAll(f.target)
	} else {
		err = os.Remove(f.target)
	}
	if err != nil {
		if _, there := os.Lstat(f.target); there == nil && !f.folder {
			putBack()
		}
		return fmt.Errorf("the file couldn't be deleted: %w", err)
	}
	// What builds keep for the next one was made from it too.
	if err := os.RemoveAll(filepath.Join(f.site.Dir, ".ownwords")); err != nil {
		return fmt.Errorf("the folder .ownwords/, which builds keep for themselves, couldn't be deleted; delete it, because it still holds what was read of the file: %w", err)
	}
	return nil
}

// proved reads the whole site again and finds the entry as it was meant.
func (f *Forgetting) proved(ctx context.Context) error {
	lib, err := read.Read(ctx, read.Options{Dir: f.site.Dir, URL: f.site.URL})
	if err != nil {
		return err
	}
	found := slices.ContainsFunc(lib.Forgotten, func(g read.Forgotten) bool {
		return g.Salt.S == f.entry.Salt.S && g.Left.Set && g.Left.Day == f.entry.Left.Day &&
			slices.EqualFunc(g.Names, f.entry.Names, func(a, b read.ForgottenName) bool { return a.Words.N == b.Words.N && a.Hash.S == b.Hash.S }) &&
			slices.EqualFunc(g.Feeds, f.entry.Feeds, func(a, b read.ForgottenItem) bool {
				return a.ID.S == b.ID.S && a.Place.S == b.Place.S &&
					slices.EqualFunc(a.Themes, b.Themes, func(x, y read.Text) bool { return x.S == y.S })
			})
	})
	if !found {
		return &Refusal{"What was left in " + f.Record + " couldn't be read back as it was meant, so nobody was forgotten and the file is as it was.",
			"“ownwords check” says what is wrong in it."}
	}
	return nil
}

// WriteText tells the plan for people.
func (f *Forgetting) WriteText(w io.Writer) error {
	p := &printer{w: w}
	p.line("Forget %s", f.ID)
	p.line("")
	p.line("To be deleted:")
	p.list(f.Deletes)
	p.line("To be left in %s: %s as salted hashes, so that builds go on looking for them; %s for the neutral notice in feeds.",
		f.Record, number(f.Hashes, "form of the name", "forms of the name"), number(f.Feeds, "feed ID", "feed IDs"))
	p.line("")
	p.line("On the site, from the next build on (worked out for %s):", f.At)
	f.Effect.write(p)
	for _, part := range []struct {
		head string
		list []string
	}{
		{"These files still hold stories they told, or translations of them. They are no longer published. Remove them too, unless they want them kept:", f.OwnWords},
		{"These pictures and recordings show or carry them. Remove them too:", f.Media},
		{"These files name their ID, and perhaps their name in plain words. Take it out; in a story that is for its teller to do:", f.Naming},
	} {
		if len(part.list) > 0 {
			p.line("")
			p.line("%s", part.head)
			p.list(part.list)
		}
	}
	for _, n := range f.Notes {
		p.line("")
		p.line("%s", n)
	}
	p.line("")
	p.line("Git's history still holds the words. To see what it holds:")
	for _, h := range f.history {
		p.line("  %s", h)
	}
	p.line("Taking them out means writing the history anew (git filter-repo does it), asking everyone with a copy to fetch it again, and asking the host to clear its caches. Get help from someone who has done it before.")
	return p.err
}

// WriteNext tells, after Apply, what to do next.
func (f *Forgetting) WriteNext(w io.Writer) error {
	p := &printer{w: w}
	p.line("")
	p.line("Forgotten. Next: run “ownwords build”, publish, and look at the site to be sure. Commit the deletion together with %s.", f.Record)
	return p.err
}
