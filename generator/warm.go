package generator

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"ownwords/generator/audit"
	"ownwords/generator/fileprint"
	"ownwords/generator/packed"
	"ownwords/generator/publish"
	"ownwords/generator/read"
	"ownwords/generator/render"
)

// warmth is what a build leaves in the site's folder .ownwords/ for the next
// one with the same program: what was read, what each file was made of, and
// which files were proved against what is withheld. It spares work and decides
// nothing: a file is taken over only when it is made of the very same things, and
// counts as proved only when it is the very same file, by its digest, and the
// same is withheld. Without it, or with another program's, all is done anew.
type warmth struct {
	dir     string // .ownwords
	program string
	clock   int64
	cache   *read.Cache
	stage   *publish.Stage

	// built says that there is an output of an earlier build.
	built bool
	// loading is over once before, proved and makings, which tell of that build, are there.
	loading sync.WaitGroup
	before  lastBuild
	proved  map[string]provedFile
	// makings are those of the earlier build, and round of this build's round before.
	makings, round makings

	mu  sync.Mutex
	now lastBuild
	// written are the files, not yet in place, of what is to be kept, by its name;
	// failed says that one couldn't be written. last are those of the round before.
	written, last map[string]string
	failed        bool
}

// makings are what was made before, and what may be taken over when the same is wanted.
type makings struct {
	made map[string]*made // by name
	// digests are those of all files of the output, by path.
	digests map[string]string
}

func newMakings(all []made, files []builtFile) makings {
	m := makings{make(map[string]*made, len(all)), make(map[string]string, len(files))}
	for i := range all {
		m.made[all[i].Name] = &all[i]
	}
	for _, f := range files {
		m.digests[f.Path] = f.Digest
	}
	return m
}

// reuse takes over the files that were made under a name of the same things.
func (m makings) reuse(stage *publish.Stage, name string, of render.Fingerprint) (paths []string, ok bool) {
	before := m.made[name]
	if before == nil || before.Print != string(of[:]) {
		return nil, false
	}
	for i, p := range before.Paths {
		digest, known := m.digests[p]
		if !known || !stage.Reuse(p, publish.Digest([]byte(digest))) {
			for _, taken := range before.Paths[:i] {
				stage.Remove(taken)
			}
			return nil, false
		}
	}
	return before.Paths, true
}

// list is a list of items, which many files share, by where it lies in memory.
type list struct {
	first *string
	count int
}

// lastBuild is what is kept of a build.
type lastBuild struct {
	Made  []made
	Files []builtFile
	// Proof is what the proof looked for; Proved are the files that needn't be looked at again.
	Proof  string
	Proved []provedFile
}

// builtFile is one file of the whole output.
type builtFile struct{ Path, Digest string }

// made is what was made under a name, and of what.
type made struct {
	Name, Print string
	Paths       []string
}

// provedFile is a file without a trace. Who stands for the items whose words are
// in it; Leads are the pages to whose places it leads.
type provedFile struct {
	Path, Digest, Who string
	Leads             []string
}

// pack writes the build for unpackBuild.
func (b *lastBuild) pack() []byte {
	var w packed.Writer
	list := func(all []string) {
		w.Count(len(all))
		for _, s := range all {
			w.Text(s)
		}
	}
	w.Count(len(b.Made))
	for _, m := range b.Made {
		w.Text(m.Name)
		w.Text(m.Print)
		list(m.Paths)
	}
	w.Count(len(b.Files))
	for _, f := range b.Files {
		w.Text(f.Path)
		w.Text(f.Digest)
	}
	w.Text(b.Proof)
	w.Count(len(b.Proved))
	for _, p := range b.Proved {
		w.Text(p.Path)
		w.Text(p.Digest)
		w.Text(p.Who)
		list(p.Leads)
	}
	return w.Out
}

// unpackBuild reads what pack wrote; the error says that it is something else.
func unpackBuild(data string) (b lastBuild, err error) {
	r := packed.NewReader(data)
	list := func() []string {
		all := make([]string, r.Count())
		for i := range all {
			all[i] = r.Text()
		}
		return all
	}
	err = r.Try(func() {
		b.Made = make([]made, r.Count())
		for i := range b.Made {
			b.Made[i] = made{r.Text(), r.Text(), list()}
		}
		b.Files = make([]builtFile, r.Count())
		for i := range b.Files {
			b.Files[i] = builtFile{r.Text(), r.Text()}
		}
		b.Proof = r.Text()
		b.Proved = make([]provedFile, r.Count())
		for i := range b.Proved {
			b.Proved[i] = provedFile{r.Text(), r.Text(), r.Text(), list()}
		}
	})
	return b, err
}

// What is kept in .ownwords/, each in a file of its own.
const (
	readingKept = "reading"
	buildKept   = "build"
)

// openWarmth returns nil when nothing is to be remembered: the program is
// unknown, or the folder can't be written.
func openWarmth(o Options) *warmth {
	if o.Program == "" || o.DryRun {
		return nil
	}
	w := &warmth{dir: filepath.Join(o.Site, ".ownwords"), program: o.Program, cache: &read.Cache{}}
	if os.MkdirAll(w.dir, 0o755) != nil {
		return nil
	}
	w.remove(func(name string) bool { return strings.Contains(name, "-") }) // what a build that was killed was writing
	var err error
	if w.clock, err = fileprint.Clock(w.dir); err != nil {
		return nil
	}
	_, err = os.Stat(filepath.Join(outOf(o), publish.ManifestName))
	if w.built = err == nil; !w.built {
		return w // all there is has to be made anyway
	}
	w.loading.Go(w.load) // not needed before again
	if cache, err := read.UnpackCache(w.Kept(readingKept)); err == nil {
		w.cache = cache
	}
	return w
}

func (w *warmth) load() {
	last, err := unpackBuild(w.Kept(buildKept))
	if err != nil {
		return
	}
	w.before, w.makings = last, newMakings(last.Made, last.Files)
	w.proved = make(map[string]provedFile, len(last.Proved))
	for _, f := range last.Proved {
		w.proved[f.Path] = f
	}
}

// pack keeps what was made for the next build. It may run while the site is being
// published, but not while it changes.
func (w *warmth) pack(files []publish.File) {
	w.now.Files = builtFiles(files)
	w.Keep(buildKept, w.now.pack())
}

func builtFiles(files []publish.File) []builtFile {
	all := make([]builtFile, len(files))
	for i, f := range files {
		all[i] = builtFile{f.Path, string(f.Digest[:])}
	}
	return all
}

// packReading keeps what was read for the next build, once, and lets go of it. It may
// run as soon as everything was decided.
func (w *warmth) packReading() {
	if w.writtenFor(readingKept) == "" {
		w.keep(readingKept, w.cache.Pack(w.clock))
	}
}

// readBack returns what packReading kept.
func (w *warmth) readBack() *read.Cache {
	cache, err := read.UnpackCache(w.Kept(readingKept))
	if err != nil { // it couldn't be written: everything is read again
		cache = &read.Cache{}
	}
	w.cache = cache
	return cache
}

// save puts what is to be kept in its place for the next build. Failing costs
// the next build time and nothing else; nothing half written is left behind.
func (w *warmth) save() {
	for name, file := range w.written {
		if os.Rename(file, filepath.Join(w.dir, name+keptEnding)) != nil {
			w.failed = true
		}
	}
	w.written = nil
	if w.failed {
		w.forget()
	}
}

// discard removes what was to be kept, unless it was saved.
func (w *warmth) discard() {
	w.loading.Wait()
	for _, files := range []map[string]string{w.last, w.written} {
		for _, file := range files {
			os.Remove(file)
		}
	}
	w.last, w.written = nil, nil
}

// forget removes everything that is kept.
func (w *warmth) forget() { w.remove(func(string) bool { return true }) }

// remove removes kept files by their names.
func (w *warmth) remove(which func(name string) bool) {
	files, _ := os.ReadDir(w.dir) // a folder that can't be read keeps what it has
	for _, f := range files {
		if strings.HasSuffix(f.Name(), keptEnding) && which(f.Name()) {
			os.Remove(filepath.Join(w.dir, f.Name()))
		}
	}
}

// again begins another round, before the stage does. What the round before kept
// and made of the same things is taken over like an earlier build's.
func (w *warmth) again() {
	w.loading.Wait()
	written := w.written
	w.written = nil
	w.discard()
	w.last, w.written, w.failed = written, map[string]string{}, false
	if reading := w.last[readingKept]; reading != "" { // the same in every round
		w.written[readingKept] = reading
		delete(w.last, readingKept)
	}
	if len(w.now.Made) > 0 {
		w.round = newMakings(w.now.Made, builtFiles(w.stage.Files()))
	}
	w.now = lastBuild{}
}

// Kept returns what this build's round before, or an earlier build of this
// program, kept under a name, or nothing.
func (w *warmth) Kept(name string) string {
	file := w.last[name]
	if file == "" {
		file = w.writtenFor(name)
	}
	if file == "" && w.built {
		file = filepath.Join(w.dir, name+keptEnding)
	}
	if _, kind := fileprint.Of(file); kind != fileprint.Regular {
		return ""
	}
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	var sum [sha256.Size]byte
	var data strings.Builder
	if info, err := f.Stat(); err == nil {
		data.Grow(int(info.Size()))
	}
	seal := w.newSeal(name)
	if _, err := io.ReadFull(f, sum[:]); err != nil {
		return ""
	}
	if _, err := io.Copy(io.MultiWriter(&data, seal), f); err != nil || !bytes.Equal(sum[:], seal.Sum(nil)) {
		return ""
	}
	return data.String()
}

// Keep keeps something for the next build. It is written at once, so that it
// doesn't stay in memory, and counts only when save puts it in its place.
func (w *warmth) Keep(name string, data []byte) { w.keep(name, [][]byte{data}) }

func (w *warmth) keep(name string, data [][]byte) {
	file, err := w.write(name, data)
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		w.failed = true
		return
	}
	w.written[name] = file
}

// writtenFor returns the file that was written to keep something under a name, or "".
func (w *warmth) writtenFor(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written[name]
}

// newSeal begins a digest that tells whether what is kept under a name is whole, and this program's.
func (w *warmth) newSeal(name string) hash.Hash {
	h := sha256.New()
	h.Write([]byte(w.program + "\x00" + name + "\x00"))
	return h
}

const keptEnding = ".kept"

// write writes a file of its own, also when another build does so at the same
// time, and returns where it is.
func (w *warmth) write(name string, parts [][]byte) (file string, err error) {
	f, err := os.CreateTemp(w.dir, name+"-*"+keptEnding)
	if err != nil {
		return "", err
	}
	seal := w.newSeal(name)
	for _, p := range parts {
		seal.Write(p)
	}
	_, err = f.Write(seal.Sum(nil))
	for _, p := range parts {
		if err == nil {
			_, err = f.Write(p)
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
	}
	return f.Name(), err
}

// Reuse takes over what was made under a name of the same things.
func (w *warmth) Reuse(name string, of render.Fingerprint) (paths []string, ok bool) {
	if paths, ok = w.makings.reuse(w.stage, name, of); !ok {
		paths, ok = w.round.reuse(w.stage, name, of)
	}
	if ok {
		w.Made(name, of, paths)
	}
	return paths, ok
}

// Made notes what was made under a name, and of what.
func (w *warmth) Made(name string, of render.Fingerprint, paths []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now.Made = append(w.now.Made, made{Name: name, Print: string(of[:]), Paths: paths})
}

// unchanged returns a function that tells the proof which of the files it needn't
// read, and notes what is to be proved; nil when it has to read all of them.
func (w *warmth) unchanged(in audit.Input) func(path string) bool {
	var key [sha256.Size]byte
	var who []string
	var wait sync.WaitGroup
	wait.Go(func() { key = audit.Fingerprint(in.Withheld) })
	wait.Go(func() { who = whose(in.Files) })
	digests := make(map[string]string, len(in.Files))
	for _, f := range w.stage.Files() {
		digests[f.Path] = string(f.Digest[:])
	}
	wait.Wait()
	w.now.Proof = in.URL + " " + in.Base + " " + string(key[:])
	w.now.Proved = make([]provedFile, len(in.Files))
	same := make(map[string]bool, len(in.Files))
	for i, f := range in.Files {
		p := provedFile{Path: f.Path, Digest: digests[f.Path], Who: who[i]}
		if was, proved := w.proved[f.Path]; proved && was.Digest == p.Digest && was.Who == p.Who {
			same[f.Path] = true
			p.Leads = was.Leads // what isn't looked at again leads where it led
		}
		w.now.Proved[i] = p
	}
	for _, was := range w.before.Proved {
		for _, target := range was.Leads {
			if digests[target] != w.makings.digests[target] {
				delete(same, was.Path)
			}
		}
	}
	for path := range w.makings.digests {
		if _, stays := digests[path]; !stays {
			return nil // links to it may stand anywhere
		}
	}
	if w.before.Proof != w.now.Proof || !audit.Repeatable(in.Withheld) {
		return nil
	}
	return func(path string) bool { return same[path] }
}

// whose tells for each file apart whose words stand in it. Many files share one list of items.
func whose(files []audit.File) []string {
	who := make([]string, len(files))
	lists := map[list]string{}
	var names []byte
	for i, f := range files {
		items := ""
		if len(f.Items) > 0 {
			all := list{&f.Items[0], len(f.Items)}
			if items = lists[all]; items == "" {
				names = names[:0]
				for _, id := range f.Items {
					names = append(append(names, id...), 0)
				}
				sum := sha256.Sum256(names)
				items = string(sum[:16])
				lists[all] = items
			}
		}
		who[i] = f.Owner + "\x00" + items
	}
	return who
}

// proof notes what the proof found: only a file with nothing to be said of it counts as proved.
func (w *warmth) proof(r *audit.Result) {
	again := map[string]bool{}
	for _, p := range r.Spotted {
		again[p] = true
	}
	kept := w.now.Proved[:0]
	for _, p := range w.now.Proved {
		if again[p.Path] {
			continue
		}
		if leads, looked := r.Leading[p.Path]; looked {
			p.Leads = leads
		}
		kept = append(kept, p)
	}
	w.now.Proved = kept
}
