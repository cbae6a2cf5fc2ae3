package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ownwords/generator/report"
)

// box is the folder beside the output folder in which trees are made and kept
// (see the package's comment for what is in it).
type box string

func boxFor(out string) box {
	return box(filepath.Join(filepath.Dir(out), "."+filepath.Base(out)+".ownwords"))
}

func (b box) making() string { return filepath.Join(string(b), "making") }
func (b box) swap() string   { return filepath.Join(string(b), "swap") }
func (b box) old() string    { return filepath.Join(string(b), "old") }
func (b box) mirror() string { return filepath.Join(string(b), "mirror") }
func (b box) index() string  { return filepath.Join(string(b), "index") }
func (b box) lock() string   { return filepath.Join(string(b), "lock") }
func (b box) note() string   { return filepath.Join(string(b), "README.txt") }
func (b box) ignore() string { return filepath.Join(string(b), ".gitignore") }

const noteText = `ownwords makes each new site in this folder before it takes the place of the
one beside it, and keeps a second copy of it here, so that the next build has
less to write. Nothing here is published. When no build is running, this folder
may be deleted; the next build then takes a little longer.
`

var errLocked = errors.New("another build is writing there")

// removeIfIdle removes the box when nothing in it is of use to a later build.
func (b box) removeIfIdle() {
	if !exists(b.mirror()) && !exists(b.index()) {
		os.RemoveAll(string(b))
	}
}

// enter makes the box where needed and takes its lock. isNew says that it
// wasn't there before.
func (s *Stage) enter() (isNew bool, err error) {
	name := string(s.box)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return false, s.cannotWrite(err)
	}
	for {
		err := os.Mkdir(name, 0o755)
		isNew = isNew || err == nil
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return isNew, s.cannotWrite(err)
		}
		if !s.box.isOurs() {
			return false, &Refused{
				Message: fmt.Sprintf("%s is needed beside %s while the site is made, but something that this program didn't make has that name.", filepath.Base(name), s.place.Out),
				Help:    "Move it elsewhere, or choose another output folder with --out.",
			}
		}
		for file, text := range map[string]string{s.box.note(): noteText, s.box.ignore(): "*\n"} {
			if info, err := os.Lstat(file); err == nil && info.Size() == int64(len(text)) {
				continue
			}
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return isNew, s.cannotWrite(err)
			}
		}
		s.lock, err = os.OpenFile(s.box.lock(), os.O_RDWR|os.O_CREATE, 0o644)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another build has just ended and removed the box
		}
		if err != nil {
			return isNew, s.cannotWrite(err)
		}
		if err := lockFile(s.lock); err != nil {
			if errors.Is(err, errLocked) {
				return false, &Refused{
					Message: fmt.Sprintf("Another build is writing to %s at this moment.", s.place.Out),
					Help:    "Wait until it has finished, or choose another output folder with --out.",
					Err:     err,
				}
			}
			return isNew, s.cannotWrite(err)
		}
		held, err1 := s.lock.Stat()
		named, err2 := os.Lstat(s.box.lock())
		if err1 == nil && err2 == nil && os.SameFile(held, named) {
			return isNew, nil
		}
		s.leave()
	}
}

// leave gives the lock back, and whatever else is held open.
func (s *Stage) leave() {
	for _, t := range []*tree{s.public, s.base, s.next} {
		if t != nil {
			t.dir.Close()
		}
	}
	if s.lock != nil {
		s.lock.Close()
		s.lock = nil
	}
}

// isOurs tells from inside whether the box is one: it has our note, or a build
// was ended before it could write even that.
func (b box) isOurs() bool {
	info, err := os.Lstat(string(b))
	if err != nil || !info.IsDir() {
		return false
	}
	note, err := os.ReadFile(b.note())
	if err == nil {
		return strings.HasPrefix(noteText, string(note))
	}
	entries, err := os.ReadDir(string(b))
	return err == nil && !slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return e.Name() != filepath.Base(b.ignore()) && e.Name() != filepath.Base(b.note())
	})
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// mend puts right what a build left that was ended in the middle.
func (s *Stage) mend() error {
	if exists(s.box.old()) {
		// Two renames were under way. The tree in swap is complete: forward.
		if !exists(s.out) {
			from := s.box.swap()
			if !exists(from) {
				from = s.box.old()
			}
			if err := os.Rename(from, s.out); err != nil {
				return s.cannotWrite(err)
			}
		}
		if exists(s.box.old()) {
			if exists(s.box.swap()) {
				return &Refused{
					Message: fmt.Sprintf("An earlier build was interrupted while it put the site into %s, and something else has been put there since.", s.place.Out),
					Help:    fmt.Sprintf("Move %s elsewhere and build again.", s.place.Out),
				}
			}
			if err := os.Rename(s.box.old(), s.box.swap()); err != nil {
				return s.cannotWrite(err)
			}
		}
	}
	if exists(s.box.swap()) {
		t, _ := treeAt(s.box.swap(), nil) // without a list that can be read, all of it is strange
		defer t.dir.Close()
		if err := s.rescue(t); err != nil {
			return err
		}
		if err := os.RemoveAll(s.box.swap()); err != nil {
			return s.cannotWrite(err)
		}
	}
	if err := os.RemoveAll(s.box.making()); err != nil {
		return s.cannotWrite(err)
	}
	return nil
}

// rescue moves out of a tree whatever we didn't put there, so that the rest may
// be deleted: `keep` names into the output folder, other things beside it.
func (s *Stage) rescue(t *tree) error {
	strangers, junk, err := t.survey(s.clock)
	if err != nil {
		return s.cannotWrite(err)
	}
	for _, name := range junk {
		if err := os.Remove(t.at(name)); err != nil {
			return s.cannotWrite(err)
		}
	}
	saved := ""
	for _, name := range strangers {
		from, to := t.at(name), filepath.Join(s.out, name)
		if !s.keep[name] || exists(to) {
			if saved == "" {
				if saved, err = s.newSavedFolder(); err != nil {
					return s.cannotWrite(err)
				}
			}
			to = filepath.Join(saved, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return s.cannotWrite(err)
			}
		}
		if err := os.Rename(from, to); err != nil {
			return s.cannotWrite(err)
		}
	}
	if saved != "" {
		beside := filepath.Join(filepath.Dir(s.place.Out), filepath.Base(saved))
		s.problem(report.Warning, "saved-files",
			fmt.Sprintf("While a build was running, %s was put into %s. It was moved to %s.", someOf(strangers), s.place.Out, beside),
			"If it belongs to the site, name it under `files` in site.yaml; if builds are to leave it alone, under `keep`.")
	}
	return nil
}

// newSavedFolder makes a folder beside the output folder for what was found in it.
func (s *Stage) newSavedFolder() (string, error) {
	for n := 1; ; n++ {
		name := s.out + ".saved"
		if n > 1 {
			name = fmt.Sprintf("%s.saved-%d", s.out, n)
		}
		if err := os.Mkdir(name, 0o755); !errors.Is(err, fs.ErrExist) {
			return name, err
		}
	}
}

func (s *Stage) problem(severity report.Severity, code, message, help string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = append(s.problems, report.Problem{
		Code: code, Severity: severity, File: filepath.ToSlash(s.place.Out), Message: message, Help: help,
	})
}

// inspect reads the output folder's list and refuses a folder that isn't ours,
// or that holds what we didn't write.
func (s *Stage) inspect(known *index) error {
	t, err := treeAt(s.out, nil)
	s.public = t
	if err != nil {
		return &Refused{
			Message: fmt.Sprintf("%s can't be told for ours: its list of files, %s, isn't as this program wrote it. Nothing in it was touched.", s.place.Out, ManifestName),
			Help:    fmt.Sprintf("If everything in %s was made by builds, delete that folder and build again; or choose another folder with --out.", s.place.Out),
			Err:     err,
		}
	}
	if !exists(s.out) {
		return nil
	}
	if known != nil && known.fits(t.list, known.public) {
		t.prints = known.public
	}
	strangers, _, err := t.survey(s.clock)
	if err != nil {
		return s.cannotWrite(err)
	}
	strangers = slices.DeleteFunc(strangers, func(name string) bool { return s.keep[name] })
	if len(strangers) == 0 {
		return nil
	}
	help := "Move them elsewhere, or choose another folder with --out. What belongs to the site is named under `files` in site.yaml; what builds are to leave alone, under `keep`."
	if t.list.number == nil {
		return &Refused{
			Message: fmt.Sprintf("%s wasn't made by this program, and it isn't empty: it holds %s. Nothing in it was touched.", s.place.Out, someOf(strangers)),
			Help:    help,
		}
	}
	return &Refused{
		Message: fmt.Sprintf("%s holds what this program didn't write: %s. A build would delete that, so nothing was touched.", s.place.Out, someOf(strangers)),
		Help:    help,
	}
}

// someOf names a few of many.
func someOf(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// adopt makes the staging tree: from the mirror if there is a sound one, else
// empty.
func (s *Stage) adopt(known *index) error {
	s.root = s.box.making()
	if exists(s.box.mirror()) {
		if s.fromMirror = s.takeMirror(known); s.fromMirror {
			return nil
		}
		if err := os.RemoveAll(s.box.mirror()); err != nil {
			return s.cannotWrite(err)
		}
	}
	if err := os.Mkdir(s.root, 0o755); err != nil {
		return s.cannotWrite(err)
	}
	var err error
	if s.base, err = treeAt(s.root, nil); err == nil {
		_, _, err = s.base.survey(s.clock)
	}
	if err != nil {
		return s.cannotWrite(err)
	}
	return nil
}

// takeMirror moves the mirror into the place of the staging tree and enters
// what is in it. It reports whether the mirror was sound.
func (s *Stage) takeMirror(known *index) bool {
	t, err := treeAt(s.box.mirror(), s.public.list)
	if err != nil || known == nil || !known.fits(t.list, known.mirror) {
		t.dir.Close()
		return false
	}
	t.prints = known.mirror
	strangers, junk, err := t.survey(s.clock)
	if err != nil || len(strangers) > 0 || len(junk) > 0 || os.Rename(t.root, s.root) != nil {
		t.dir.Close()
		return false
	}
	t.moved(s.root)
	s.base = t
	s.kept = make([]file, len(t.list.paths))
	for i := range s.kept {
		s.kept[i] = file{digest: t.list.digests[i], onDisk: true, print: t.files[i]}
	}
	return true
}

// complete writes the list of files into the staging tree and names it as one
// that is ready.
func (s *Stage) complete() error {
	s.changed.Store(true)
	list, text := newManifest(s.Files(), s.base.list)
	s.next = &tree{root: s.out, list: list}
	name := filepath.Join(s.root, ManifestName)
	if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.cannotWrite(err)
	}
	if err := os.WriteFile(name, text, 0o644); err != nil {
		return s.cannotWrite(err)
	}
	if info, err := os.Lstat(s.out); err == nil {
		if err := os.Chmod(s.root, info.Mode().Perm()); err != nil {
			return s.cannotWrite(err)
		}
	}
	return s.rename(s.box.swap())
}

// rename gives the staging tree another name.
func (s *Stage) rename(to string) error {
	if err := os.Rename(s.root, to); err != nil {
		return s.cannotWrite(err)
	}
	s.root = to
	return nil
}

// swap puts the complete tree into the place of the output folder. What was
// there is then in box.swap.
func (s *Stage) swap() error {
	info, err := os.Lstat(s.out)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.Rename(s.root, s.out)
	case err == nil && !info.IsDir():
		err = &Refused{
			Message: fmt.Sprintf("While the site was made, something else took the place of %s.", s.place.Out),
			Help:    "Move it elsewhere and build again.",
		}
	case err == nil:
		if err = s.exchange(s.root, s.out); errors.Is(err, errors.ErrUnsupported) {
			err = s.twoRenames()
		}
	}
	if err != nil {
		return s.cannotWrite(err)
	}
	s.finished = true // from here on nothing may be abandoned
	return nil
}

// twoRenames is for systems that can't exchange folders. Between the two there
// is no output folder; if the process ends there, the next Begin makes the
// second one.
func (s *Stage) twoRenames() error {
	if err := os.Rename(s.out, s.box.old()); err != nil {
		return err
	}
	if err := os.Rename(s.root, s.out); err != nil {
		return errors.Join(err, os.Rename(s.box.old(), s.out))
	}
	return nil
}

// clearOut deals with the tree that came out. The new site stands already, so
// trouble here is told as a problem and isn't an error.
func (s *Stage) clearOut() error {
	old := *s.public
	old.moved(s.box.old())
	if !exists(old.root) {
		old.moved(s.box.swap())
	}
	if !exists(old.root) {
		return nil
	}
	err := s.rescue(&old)
	if err == nil {
		err = os.Rename(old.root, s.box.making())
	}
	if err == nil {
		old.moved(s.box.making())
		if s.bringUpToDate(&old) {
			s.mirror = &old
			return nil
		}
		err = os.RemoveAll(old.root)
	}
	if err != nil {
		s.problem(report.Error, "old-site-left",
			fmt.Sprintf("The new site is in %s, but the one before it couldn't be deleted: it is still in %s. (%s)", s.place.Out, filepath.Base(string(s.box)), plainCause(err)),
			fmt.Sprintf("Delete the folder %s beside %s, so that nothing stays on this disk that has left the site.", filepath.Base(string(s.box)), s.place.Out))
	}
	return nil
}
