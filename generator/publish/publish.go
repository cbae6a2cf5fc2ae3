// Package publish puts a finished site into its output folder: whole, or not
// at all (spec, promise 6).
//
// Begin looks at the output folder and makes a staging tree on the same
// filesystem; Write and Reuse fill it from all cores; Publish exchanges the two
// trees in one step of the operating system and clears what came out. A process
// that is killed at any moment leaves the old site or the new one.
//
// An output folder is ours when the list that we write into it, ManifestName,
// says so. Nothing that isn't on that list is ever deleted: Begin refuses a
// folder with strange files in it, and what is put there during a build is
// moved aside and reported.
//
// # The folder beside the output
//
// Beside public/ stands .public.ownwords/, which git ignores and which may be
// deleted whenever no build is running. The names inside tell what state a
// tree is in, so that every interruption can be told apart and mended by the
// next Begin:
//
//	making/  this program's files only, in any condition; may be deleted
//	swap/    a complete tree about to be exchanged, or just exchanged and so
//	         perhaps with `keep` names in it; nothing is deleted before those are safe
//	old/     the output folder while a swap by two renames is under way
//	mirror/  the same files as public/, mostly the same inodes
//	index    when each of those files was last known to be what we wrote
//
// A build starts from mirror/, so that one which changes five files of 15,000
// writes five. Afterwards the tree that came out is made equal to public/
// again before it becomes the next mirror: no earlier rendering of anybody
// stays on the disk after a build. What was changed by hand in either tree is
// found out before it is used: by its print in the index, or by its digest.
package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"ownwords/generator/fileprint"
	"ownwords/generator/report"
)

// Place says where a site is published and what has to be spared.
type Place struct {
	// Out is the output folder, as the keeper wrote it.
	Out string
	// Site is the folder with site.yaml. Out may be neither it nor around it.
	Site string
	// Sources are folders that are read: content, themes, people. Out may be
	// none of them, nor inside or around one.
	Sources []string
	// Keep are names at the top of Out that builds leave alone (spec,
	// "site.yaml", keep). They move into each new tree and aren't on the list.
	Keep []string
}

// Stage is a site on its way to its output folder. Its methods may be called
// from several goroutines at once, except Again, Settle, Publish and Abandon.
type Stage struct {
	place Place
	out   string // absolute
	box   box
	lock  *os.File
	clock int64 // when Begin started, by the filesystem's own clock

	public *tree  // what Out held at Begin
	base   *tree  // what the staging tree began as: the mirror, or nothing
	next   *tree  // what is published, once it is complete
	mirror *tree  // what came out, once it equals next
	root   string // where the staging tree is
	// fromMirror is set when the staging tree began as the mirror, and
	// changed when it no longer equals it.
	fromMirror bool
	changed    atomic.Bool

	keep map[string]bool

	mu       sync.Mutex
	kept     []file           // base's files, in the order of its list
	files    map[string]*file // other paths that somebody asked for
	problems []report.Problem
	finished bool

	// exchange swaps two folders in one step; a field so that tests can walk
	// the other way on systems that have it.
	exchange func(a, b string) error
}

// file is one path in the staging tree.
type file struct {
	digest  Digest
	onDisk  bool // something of ours may stand there
	wanted  bool // this round wrote or reused it
	trusted bool // written by this stage: its digest needs no check
	print   fileprint.Print
}

// Begin checks the output folder (absent, empty or ours), mends what an
// interrupted build left, and makes a staging tree. Nothing in the output folder
// is changed. The error is a *Refused. The caller ends with Publish or Abandon.
func Begin(place Place) (*Stage, error) {
	out, err := place.check()
	if err != nil {
		return nil, err
	}
	s := &Stage{
		place: place, out: out, box: boxFor(out), exchange: exchange,
		files: map[string]*file{}, keep: map[string]bool{},
	}
	for _, name := range place.Keep {
		s.keep[name] = true
	}
	isNew, err := s.enter()
	if err == nil {
		err = s.start()
	}
	if err != nil {
		if isNew {
			os.RemoveAll(string(s.box))
		}
		s.leave()
		return nil, err
	}
	return s, nil
}

// start does what needs the lock: mend, inspect, and make the staging tree.
func (s *Stage) start() (err error) {
	if s.clock, err = fileprint.Clock(string(s.box)); err != nil {
		return s.cannotWrite(err)
	}
	if err := s.mend(); err != nil {
		return err
	}
	known := readIndex(s.box.index())
	if err := s.inspect(known); err != nil {
		return err
	}
	return s.adopt(known)
}

// Dir is the staging folder. It holds just the files of this build only after
// Settle; before that, files of the last build may still stand in it.
func (s *Stage) Dir() string { return s.root }

// Write puts a file at a path inside the site, with forward slashes. A path may
// be written once in a round: otherwise the error is a *Clash. A path that
// leaves the site is an *UnsafePath; a disk that can't be written a *Refused.
func (s *Stage) Write(name string, data []byte) error {
	digest := DigestOf(data)
	f, err := s.want(name)
	if err != nil {
		return err
	}
	if s.confirmed(name, f, digest) || s.link(name, f, digest) {
		return nil
	}
	if err := s.clear(name, f); err != nil {
		return s.failed(name, f, err)
	}
	if err := s.create(name, data); err != nil {
		return s.failed(name, f, err)
	}
	s.placed(f, digest, true, fileprint.Print{})
	return nil
}

// Reuse takes a file over from the site as it is published, if the file there
// still has these bytes: it saves the caller from making them again. When it
// reports false, the caller writes the file.
func (s *Stage) Reuse(name string, digest Digest) bool {
	f, err := s.want(name)
	if err != nil {
		return false // the caller's Write will say why
	}
	if s.confirmed(name, f, digest) || s.link(name, f, digest) {
		return true
	}
	s.mu.Lock()
	f.wanted = false
	s.mu.Unlock()
	return false
}

// Remove takes a path back that was written or reused in this round. A path
// that wasn't is no error.
func (s *Stage) Remove(name string) error {
	if err := checkPath(name); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.find(name); f != nil {
		f.wanted = false
	}
	return nil
}

// Again begins another round: every path may be written again, and what isn't
// won't be in the site. Files that come out the same aren't written twice.
func (s *Stage) Again() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.all {
		f.wanted = false
	}
}

// File is one file of the site and the digest of its bytes.
type File struct {
	Path   string
	Digest Digest
}

// Files lists this round's files by path.
func (s *Stage) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]File, 0, len(s.kept)+len(s.files))
	for name, f := range s.all {
		if f.wanted {
			list = append(list, File{name, f.digest})
		}
	}
	slices.SortFunc(list, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return list
}

// Read returns the bytes of one of this round's files, from the disk.
func (s *Stage) Read(name string) ([]byte, error) {
	s.mu.Lock()
	f := s.find(name)
	wanted := f != nil && f.wanted
	s.mu.Unlock()
	if !wanted {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return os.ReadFile(s.at(name))
}

// Problems lists what a keeper should know although the build goes on, such as
// files that were moved aside.
func (s *Stage) Problems() []report.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

// Settle deletes from the staging folder what this round didn't write or reuse.
func (s *Stage) Settle() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	needed := map[string]bool{top: true}
	for name, f := range s.all {
		if f.wanted {
			for folder := around(name); !needed[folder]; folder = around(folder) {
				needed[folder] = true
			}
			continue
		}
		if f.onDisk {
			s.changed.Store(true)
			if err := removeFile(s.at(name)); err != nil {
				return s.cannotWrite(err)
			}
			s.base.touched[around(name)] = true
		}
		*f = file{}
	}
	if s.base.dropFolders(func(name string) bool { return !needed[name] }) {
		s.changed.Store(true)
	}
	return nil
}

// Publish makes the staged site the published one in one step, and clears away
// the site before it. When it returns an error (a *Refused), the site before it
// stands as it was. Problems may have grown afterwards.
func (s *Stage) Publish() error {
	for _, step := range s.steps() {
		if err := step(); err != nil {
			return err
		}
	}
	s.leave()
	return nil
}

// steps are the parts of Publish. Between any two of them, and within each, the
// process may be killed.
func (s *Stage) steps() []func() error {
	return []func() error{s.Settle, s.complete, s.swap, s.clearOut, s.remember}
}

// Abandon ends a stage without publishing: the output folder stays as it was
// and the staging tree is deleted. After Publish it does nothing.
func (s *Stage) Abandon() {
	if s.finished {
		return
	}
	s.finished = true
	if s.fromMirror && !s.changed.Load() {
		os.Rename(s.root, s.box.mirror())
	} else {
		os.RemoveAll(s.root)
	}
	s.box.removeIfIdle()
	s.leave()
}

// at is where a path of the site stands in the staging tree.
func (s *Stage) at(name string) string {
	return s.root + string(filepath.Separator) + filepath.FromSlash(name)
}

// find returns what is known of a path, or nil.
func (s *Stage) find(name string) *file {
	if i, listed := s.base.list.number[name]; listed && i < len(s.kept) {
		return &s.kept[i]
	}
	return s.files[name]
}

// all yields every path that is known. The caller holds the lock.
func (s *Stage) all(yield func(string, *file) bool) {
	for i := range s.kept {
		if !yield(s.base.list.paths[i], &s.kept[i]) {
			return
		}
	}
	for name, f := range s.files {
		if !yield(name, f) {
			return
		}
	}
}

// want enters a path for this round.
func (s *Stage) want(name string) (*file, error) {
	if err := checkPath(name); err != nil {
		return nil, err
	}
	if first, _, _ := strings.Cut(name, "/"); s.keep[first] {
		return nil, &Clash{Path: name, With: first, Kept: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.find(name)
	if f == nil {
		f = &file{}
		s.files[name] = f
	}
	if f.wanted {
		return nil, &Clash{Path: name, With: name}
	}
	f.wanted = true
	return f, nil
}

// confirmed reports whether the staging tree already holds the bytes at the path.
func (s *Stage) confirmed(name string, f *file, digest Digest) bool {
	if !f.onDisk || f.digest != digest {
		return false
	}
	if f.trusted {
		return true
	}
	ok, p := s.base.verify(name, digest, f.print, s.clock)
	f.print = p
	return ok
}

// link takes a file over from the published tree, which saves writing it and
// leaves its date alone.
func (s *Stage) link(name string, f *file, digest Digest) bool {
	i, listed := s.public.list.number[name]
	if !listed || s.public.list.digests[i] != digest {
		return false
	}
	var known fileprint.Print
	if s.public.files != nil {
		known = s.public.files[i]
	}
	if ok, _ := s.public.verify(name, digest, known, s.clock); !ok {
		return false
	}
	if s.clear(name, f) != nil || s.makeFolder(around(name)) != nil {
		return false
	}
	if os.Link(s.public.at(name), s.at(name)) != nil {
		return false // a filesystem without links: the caller writes the file
	}
	s.placed(f, digest, true, fileprint.Print{})
	return true
}

// clear removes what stands at a path of the staging tree. Files are never
// changed in place, because the published tree may share them.
func (s *Stage) clear(name string, f *file) error {
	s.changed.Store(true)
	if !f.onDisk {
		return nil
	}
	if err := removeFile(s.at(name)); err != nil {
		return err
	}
	s.mu.Lock()
	f.onDisk, f.trusted, f.print = false, false, fileprint.Print{}
	s.base.touched[around(name)] = true
	s.mu.Unlock()
	return nil
}

// removeFile removes a file, if one is there. A folder of that name is another
// file's.
func removeFile(name string) error {
	err := os.Remove(name)
	if err == nil {
		return nil
	}
	if _, what := fileprint.Of(name); what == fileprint.Absent || what == fileprint.Folder {
		return nil
	}
	return err
}

// create writes a new file.
func (s *Stage) create(name string, data []byte) error {
	to, err := s.open(name)
	if err != nil && s.unblock(name) {
		to, err = s.open(name)
	}
	if err != nil {
		return err
	}
	_, err = to.Write(data)
	return errors.Join(err, to.Close())
}

func (s *Stage) open(name string) (*os.File, error) {
	if err := s.makeFolder(around(name)); err != nil {
		return nil, err
	}
	return os.OpenFile(s.at(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// unblock clears the way for a path where the last build had a file in place
// of one of its folders, or a folder in its own place. It reports whether
// anything may have changed; what this round wants stays.
func (s *Stage) unblock(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	did := false
	for other, f := range s.all {
		if f.wanted || !f.onDisk || (!strings.HasPrefix(name, other+"/") && !strings.HasPrefix(other, name+"/")) {
			continue
		}
		if removeFile(s.at(other)) == nil {
			f.onDisk, f.trusted = false, false
			s.base.touched[around(other)] = true
			did = true
		}
	}
	return s.base.dropFolders(func(f string) bool { return f == name || strings.HasPrefix(f, name+"/") }) || did
}

// makeFolder makes a folder of the staging tree and those around it.
func (s *Stage) makeFolder(name string) error {
	s.mu.Lock()
	there := s.base.hasFolder(name)
	s.base.touched[name] = true
	s.mu.Unlock()
	if there {
		return nil
	}
	err := os.Mkdir(s.at(name), 0o755)
	if errors.Is(err, fs.ErrNotExist) && name != top {
		if err := s.makeFolder(around(name)); err != nil {
			return err
		}
		err = os.Mkdir(s.at(name), 0o755)
	}
	if errors.Is(err, fs.ErrExist) {
		if _, what := fileprint.Of(s.at(name)); what == fileprint.Folder {
			err = nil // another goroutine made it
		}
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.base.setFolder(name, true)
	s.mu.Unlock()
	return nil
}

func (s *Stage) placed(f *file, digest Digest, trusted bool, p fileprint.Print) {
	s.mu.Lock()
	f.digest, f.onDisk, f.trusted, f.print = digest, true, trusted, p
	s.mu.Unlock()
}

// failed gives a path up: whatever part of it was written won't be published.
func (s *Stage) failed(name string, f *file, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.wanted, f.onDisk, f.trusted = false, true, false
	for other, o := range s.all {
		if o.wanted && (strings.HasPrefix(name, other+"/") || strings.HasPrefix(other, name+"/")) {
			f.onDisk = false // the other one stands in the way
			return &Clash{Path: name, With: other}
		}
	}
	return s.cannotWrite(err)
}

// cannotWrite turns an error of the system into words for a keeper.
func (s *Stage) cannotWrite(err error) error {
	var refused *Refused
	if errors.As(err, &refused) {
		return err
	}
	r := &Refused{Err: err, Message: fmt.Sprintf("The site couldn't be written beside %s; the site that is there stays as it was.", s.place.Out)}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		r.Message = fmt.Sprintf("The disk that holds %s is full; the site that is there stays as it was.", s.place.Out)
		r.Help = "Make room on that disk, or choose a folder on another one with --out, and build again."
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		r.Message = fmt.Sprintf("This account may not write in %s or in the folder that holds it; the site that is there stays as it was.", s.place.Out)
		r.Help = "Allow writing there, or choose another folder with --out, and build again."
	case errors.Is(err, syscall.EXDEV), errors.Is(err, syscall.EBUSY):
		r.Message = fmt.Sprintf("%s can't be replaced in one step, because it is a disk of its own or another program holds it; the site that is there stays as it was.", s.place.Out)
		r.Help = fmt.Sprintf("Choose a folder inside it with --out, such as %s, or close the other program.", filepath.Join(s.place.Out, "public"))
	case errors.Is(err, syscall.ENAMETOOLONG):
		r.Message = fmt.Sprintf("An address is too long for the disk that holds %s; the site that is there stays as it was.", s.place.Out)
		r.Help = "Shorten the longest file name in content/, or the name of the output folder, and build again."
	default:
		r.Help = "The system says: " + plainCause(err) + ". Mend that, or choose another folder with --out, and build again."
	}
	return r
}

// plainCause leaves out the paths of temporary files from a system's error.
func plainCause(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
