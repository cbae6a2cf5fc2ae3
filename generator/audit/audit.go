// Package audit is the proof (spec, "The proof"): it reads the finished files
// again and looks in them for what consent withholds. It knows nothing of how
// they were written: it takes HTML, feeds, JSON, calendars, style sheets and
// pictures apart on its own, and imports no room but gate (for what is
// withheld) and report.
//
// The road: newSought makes everything withheld ready for looking; extract
// takes the words and addresses out of a file; looker looks through them;
// blame finds out whose text a trace came from, and says where it stands.
//
// What is compared is never the text but rows of folded words, so that
// capitals, accents, the form of Unicode, markup inside a word, entities, soft
// hyphens and line breaks make no difference. Where the spec leaves a choice,
// the proof takes the one that finds more: a hyphen doesn't make a longer word
// (Anne-Marie holds Anne; `not_me` says otherwise), and edges of inline
// elements inside a word count both as nothing and as a gap.
package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"ownwords/generator/gate"
	"ownwords/generator/report"
)

// Input is what the proof looks at. Its functions are called from several
// goroutines at once.
type Input struct {
	// Dir is the staged site's folder.
	Dir string
	// Files is every file that the site should have. A file in Dir that isn't
	// listed is a finding too, as is a listed one that is missing.
	Files    []File
	Withheld *gate.Withheld
	// URL is the site's address, and Base the path that its addresses begin with: they tell internal links from others.
	URL, Base string
	// Keep reports whether a file or folder in Dir isn't the build's; may be nil.
	Keep func(path string) bool
	// TextsOf returns the cleared words of an item: title, intro, body, captions, descriptions, whatever pages show of it.
	TextsOf func(item string) []string
	// SourceOf returns an item's source file, as its path inside the site's
	// folder and its content, so that a problem can name the line; may be nil.
	SourceOf func(item string) (path string, content []byte)
	// Own is the network's own fixed words by their file: site.yaml, the theme's templates, words and assets.
	Own map[string]string
	// OwnFiles are the network's own files that are copied as they are (`files:`
	// in site.yaml): their source by their path in the site. What stands in one is told, and withholds nothing.
	OwnFiles map[string]string
	// Unchanged reports whether a file has been proved before against the same
	// Fingerprint, with the same owner and items; may be nil. Such a file isn't read.
	Unchanged func(path string) bool
}

// File is a file of the site, and who made it.
type File struct {
	// Path is inside Dir, with forward slashes and without one at its beginning.
	Path string
	// Owner is the ID of the one item whose page or picture it is, if there is one, such as stories/library.
	Owner string
	// Items are the IDs of all items whose words stand in it.
	Items []string
}

// Result is what the proof found.
type Result struct {
	// Quarantine lists the IDs of the items that carry a trace, sorted: the
	// build withholds them with the reason `trace` and walks the road again.
	Quarantine []string
	// Problems say where each trace and each broken link stands. They never
	// quote what is withheld; people are called by their ID.
	Problems []report.Problem
	// Unattributed says that a trace, or a file that nobody made, is explained
	// by no item, theme or site.yaml: the proof can't be made clean.
	Unattributed bool
	// Spotted lists the files in which something was found, sorted; they don't count as proved.
	Spotted []string
	// Leading are the files that lead to places on other pages, with those pages:
	// what is to be said of their links depends on them too.
	Leading map[string][]string
}

// Fingerprint identifies a set of withheld things. A file that was proved
// against the same one, with the same owner and items, and that isn't in
// Result.Spotted, needs no second look while the pages that it is Leading to are
// the same and no file has left the site. That is not so with the names of people who were forgotten: whether one
// is also an ordinary word is known from all files together (see Repeatable).
func Fingerprint(w *gate.Withheld) [sha256.Size]byte {
	h := sha256.New()
	const version = 1 // counts up whenever the proof finds more
	fmt.Fprintln(h, version, len(w.Items), len(w.Names), len(w.Texts), len(w.Titles), len(w.Lines), len(w.Files))
	for _, list := range [][]gate.WithheldText{w.Texts, w.Lines} {
		for _, t := range list {
			fmt.Fprintf(h, "%d %s %q\n", len(t.Words), t.Words, t.Except)
		}
	}
	for _, name := range w.Files {
		fmt.Fprintf(h, "%q", name)
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintln(h, info.Size(), info.ModTime().UnixNano())
		}
	}
	fmt.Fprintf(h, "%#v %#v %#v %#v %#v", w.Items, w.Names, w.Titles, w.NotAbout, w.Shown) // maps print sorted by key
	return [sha256.Size]byte(h.Sum(nil))
}

// Repeatable reports whether a proof against these withheld things needs to look
// only at the files that changed since the one before.
func Repeatable(w *gate.Withheld) bool {
	return !slices.ContainsFunc(w.Names, func(n gate.WithheldName) bool { return n.Hash != "" })
}

// finding is what was found in one file.
type finding struct {
	file   int // index in Input.Files, or unlisted
	path   string
	hits   []hit
	faults []fault
	places []place
	// beside is what a picture carries beside the picture; embedded says that it is one in a data: address.
	beside   string
	embedded bool
	// ordinary are names that turned out to be ordinary words.
	ordinary []trace
}

const unlisted = -1

// proof is one run.
type proof struct {
	in    Input
	root  root
	s     *sought
	files map[string]int
	sizes map[int64][]int // withheld files by size
	site  Site            // for a Prover; nil when the files lie in in.Dir

	m        sync.Mutex
	findings []*finding
	seen     []bool
	ids      [][]uint64 // by file: the hashed ids of a page's places
	unlisted []string
	// lowerCase holds forgotten names that are ordinary words.
	lowerCase map[int]bool
	problems  []report.Problem
}

// Audit reads the finished files and returns what it found.
func Audit(ctx context.Context, in Input) (*Result, error) {
	if in.Withheld == nil {
		in.Withheld = &gate.Withheld{}
	}
	p := &proof{in: in, root: newRoot(in.URL, in.Base), files: make(map[string]int, len(in.Files)),
		seen: make([]bool, len(in.Files)), ids: make([][]uint64, len(in.Files)), lowerCase: map[int]bool{}}
	for i, f := range in.Files {
		p.files[f.Path] = i
	}
	var err error
	if p.s, err = newSought(ctx, in.Withheld, p.root, p.emits); err != nil {
		return nil, err
	}
	p.withheldFiles()
	if err := p.readAll(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(p.findings, func(a, b *finding) int { return strings.Compare(a.path, b.path) })
	return p.blame(ctx)
}

// emits reports whether the site itself has the address of a withheld item: a
// feed, a list, a page that a network's page may not stand in for. No item made that file.
func (p *proof) emits(item string) bool {
	folder, slug, _ := strings.Cut(item, "/")
	files := []string{item, item + ".html"}
	switch {
	case !itemFolders[folder]:
		files = append(files, item+"/index.html")
	case slug == "index" || slug == "page": // lists go on at stories/page/2/
		return true
	}
	return slices.ContainsFunc(files, func(name string) bool {
		if p.site != nil {
			return p.site.Has(name)
		}
		i, listed := p.files[name]
		return listed && p.in.Files[i].Owner == ""
	})
}

// withheldFiles notes the sizes of withheld files: only a file of the same size is compared with one.
func (p *proof) withheldFiles() {
	p.sizes = map[int64][]int{}
	for i, name := range p.in.Withheld.Files {
		info, err := os.Stat(name)
		switch {
		case err == nil && info.Size() > 0:
			p.sizes[info.Size()] = append(p.sizes[info.Size()], i)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			p.problems = append(p.problems, report.Problem{Code: "proof-unreadable", Severity: report.Warning, File: "",
				Message: "A picture or recording that is left out can't be read, so the proof couldn't make sure that no copy of it is in the site.",
				Help:    "Check the permissions of the pictures and recordings in content/."})
		}
	}
}

// folders hands out the folders that are still to be read. Reading goes on
// while a folder waits or is being read, since it may hold others.
type folders struct {
	m       sync.Mutex
	more    *sync.Cond
	waiting []string
	reading int
	stopped error
}

func (f *folders) next() (string, bool) {
	f.m.Lock()
	defer f.m.Unlock()
	for len(f.waiting) == 0 && f.reading > 0 && f.stopped == nil {
		f.more.Wait()
	}
	if f.stopped != nil || len(f.waiting) == 0 {
		return "", false
	}
	last := len(f.waiting) - 1
	dir := f.waiting[last]
	f.waiting = f.waiting[:last]
	f.reading++
	return dir, true
}

func (f *folders) done(found []string, err error) {
	f.m.Lock()
	defer f.m.Unlock()
	f.waiting = append(f.waiting, found...)
	f.reading--
	if err != nil && f.stopped == nil {
		f.stopped = err
	}
	f.more.Broadcast()
}

// readAll reads every file in the folder on all cores.
func (p *proof) readAll(ctx context.Context) error {
	queue := &folders{waiting: []string{""}}
	queue.more = sync.NewCond(&queue.m)
	err := onAllCores(ctx, cores(), func() func(int) error {
		w := p.newWorker()
		w.x.repeats = newRepeats()
		return func(int) error {
			for {
				dir, ok := queue.next()
				if !ok {
					break
				}
				err := ctx.Err()
				var found []string
				if err == nil {
					found, err = w.folder(dir)
				}
				queue.done(found, err)
			}
			w.leave()
			return nil
		}
	})
	if err != nil {
		return err
	}
	return queue.stopped
}

// worker reads files, one after another.
type worker struct {
	p *proof
	x *extract
	// links is lent to x while a page is read.
	links    *pageLinks
	buffer   []byte
	findings []*finding
	unlisted []string
	// current is the finding of the file that is being read.
	current finding
}

func (p *proof) newWorker() *worker {
	w := &worker{p: p, x: &extract{looker: newLooker(p.s)}}
	w.links = &pageLinks{linkCheck: &linkCheck{root: p.root, files: p.files, more: p.more}, ids: map[string]bool{}, toldFaults: map[fault]bool{}, toldPlaces: map[place]bool{}}
	w.x.embedded = w.embedded
	return w
}

// leave hands over what was found; a worker may come back for more.
func (w *worker) leave() {
	w.p.m.Lock()
	defer w.p.m.Unlock()
	w.p.findings = append(w.p.findings, w.findings...)
	w.p.unlisted = append(w.p.unlisted, w.unlisted...)
	w.findings, w.unlisted = nil, nil
	for i := range w.x.lowerCase {
		w.p.lowerCase[i] = true
	}
}

// folder reads the files of a folder and returns the folders in it.
func (w *worker) folder(dir string) (inside []string, err error) {
	open, err := openFolder(filepath.Join(w.p.in.Dir, filepath.FromSlash(dir)))
	if err != nil {
		return nil, err
	}
	defer open.Close()
	if dir != "" {
		dir += "/"
	}
	err = open.each(func(base []byte, mode fs.FileMode) error {
		name := dir + string(base)
		switch {
		case w.p.in.Keep != nil && w.p.in.Keep(name):
			return nil
		case mode.IsDir():
			inside = append(inside, name)
			return nil
		}
		return w.file(open, name, mode)
	})
	return inside, err
}

// biggest is the size of the largest file that is read in one piece. Larger
// ones (recordings) are read piece by piece, which overlap.
const (
	biggest = 16 << 20
	piece   = 1 << 20
)

func (w *worker) file(in folder, name string, mode fs.FileMode) error {
	index, listed := w.p.files[name]
	if !listed {
		index = unlisted
		if mode.IsRegular() {
			w.unlisted = append(w.unlisted, name)
		}
	} else {
		w.p.seen[index] = true
		if w.p.in.Unchanged != nil && w.p.in.Unchanged(name) {
			return nil
		}
	}
	w.current = finding{file: index, path: name}
	if !mode.IsRegular() {
		w.unlisted = append(w.unlisted, name)
	} else {
		if err := w.content(in, index, name); err != nil {
			return err
		}
	}
	w.end(name)
	return nil
}

// end looks at a file's path, after its content, and keeps what was found.
func (w *worker) end(name string) {
	w.x.reset()
	w.x.path([]byte(name))
	w.keepHits()
	if f := &w.current; len(f.hits)+len(f.faults)+len(f.places) > 0 || f.beside != "" {
		found := w.current
		w.findings = append(w.findings, &found)
	}
}

// keepHits takes over what was found in what was just read.
func (w *worker) keepHits() {
	for _, h := range w.x.hits {
		if !slices.ContainsFunc(w.current.hits[:min(64, len(w.current.hits))], func(k hit) bool { return k.trace == h.trace }) {
			w.current.hits = append(w.current.hits, h)
		}
	}
}

func (w *worker) content(in folder, index int, name string) error {
	f, size, err := in.open(path.Base(name))
	if err != nil {
		return err
	}
	defer f.Close()
	if tooBig(name, size) {
		return w.inPieces(f, size)
	}
	if int64(cap(w.buffer)) < size {
		w.buffer = make([]byte, size+size/4)
	}
	data := w.buffer[:size]
	if _, err := io.ReadFull(f, data); err != nil {
		return err
	}
	w.whole(index, name, data)
	return nil
}

// tooBig reports whether a file is looked at in pieces: its name doesn't say that it is text.
func tooBig(name string, size int64) bool { return size > biggest && formatOf(name, nil) == textFormat }

// whole looks at a file that is in memory.
func (w *worker) whole(index int, name string, data []byte) {
	w.compare(data)
	format := formatOf(name, data)
	w.x.links = nil
	links := index != unlisted && (format == htmlFormat || format == xmlFormat || format == styleFormat)
	if links {
		w.links.open(index, name, format == xmlFormat && filepath.Ext(name) != ".svg")
		w.x.links = w.links
	}
	// With nothing to look for, only links and embedded pictures matter.
	w.x.idle = w.p.s.empty() && !bytes.Contains(data, []byte("data:"))
	switch {
	case format == pictureFormat:
		w.current.beside = pictureMetadata(data)
		w.x.reset()
	case links || !w.x.idle:
		w.x.read(format, data)
	default:
		w.x.reset()
	}
	if filepath.Ext(name) == ".svg" && hasElement(data, "metadata") {
		w.current.beside = "a <metadata> part"
	}
	w.keepHits()
	if links {
		w.endLinks(index)
	}
}

// hasElement reports whether markup has an element of that name.
func hasElement(data []byte, name string) bool {
	for at := 0; at < len(data); at++ {
		if data[at] == '<' && hasFold(data[at+1:], name) {
			return true
		}
	}
	return false
}

// endLinks keeps what is to be said about a page's links, and hashes its ids for links from other pages.
func (w *worker) endLinks(index int) {
	w.current.faults = slices.Clone(w.links.faults)
	for _, at := range w.links.places {
		if at.target != index {
			w.current.places = append(w.current.places, at)
		} else if !w.links.hasPlace(at.fragment) {
			w.current.faults = append(w.current.faults, fault{noFragment, at.ref})
		}
	}
	if len(w.links.ids) == 0 {
		return
	}
	hashes := make([]uint64, 0, len(w.links.ids))
	for id := range w.links.ids {
		hashes = append(hashes, idHash(id))
	}
	w.p.ids[index] = hashes
}

func (p *pageLinks) hasPlace(fragment string) bool {
	return p.ids[fragment] || p.ids[string(percentDecoded([]byte(fragment)))]
}

func idHash(id string) uint64 {
	h := uint64(hashStart)
	for i := range len(id) {
		h = (h ^ uint64(id[i])) * hashPrime
	}
	return h
}

// compare compares a file, or one that stands inside another, with the withheld ones of the same size.
func (w *worker) compare(data []byte) {
	candidates := w.p.sizes[int64(len(data))]
	if len(candidates) == 0 || len(data) == 0 {
		return
	}
	w.sameAs(sha256.Sum256(data), candidates)
}

func (w *worker) sameAs(sum [sha256.Size]byte, candidates []int) {
	for _, i := range candidates {
		if other, err := hashFile(w.p.in.Withheld.Files[i]); err == nil && other == sum {
			w.current.hits = append(w.current.hits, hit{trace: trace{fileTrace, uint64(i)}})
		}
	}
}

func hashFile(name string) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// inPieces looks at a big file piece by piece.
func (w *worker) inPieces(f io.Reader, size int64) error {
	const shared = 4096
	w.x.reset()
	buffer := make([]byte, piece)
	sum := sha256.New()
	kept := 0
	for {
		n, err := io.ReadFull(f, buffer[kept:])
		if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		sum.Write(buffer[kept : kept+n])
		if n == 0 {
			break
		}
		data := buffer[:kept+n]
		if kept == 0 {
			if kind := pictureKind(data); kind != "" {
				w.current.beside = "more than can be looked at: it is too big"
			}
		}
		w.x.binary(data)
		kept = copy(buffer, data[max(0, len(data)-shared):])
		if err != nil {
			break
		}
	}
	w.x.flushAsides()
	w.keepHits()
	w.sameAs([sha256.Size]byte(sum.Sum(nil)), w.p.sizes[size])
	return nil
}

// embedded looks at what stands inside another file as a data: address.
func (w *worker) embedded(data []byte) {
	w.compare(data)
	switch formatOf("", data) {
	case pictureFormat:
		if found := pictureMetadata(data); found != "" {
			w.current.beside, w.current.embedded = found, true
		}
	case textFormat:
		w.x.nested(data, 1)
	default:
		w.x.binary(data)
	}
}
