package publish

import (
	"os"
	"ownwords/generator/fileprint"
)

// bringUpToDate makes the tree that came out of the swap equal to the published
// one, by links to the files that differ, and names it the mirror. It reports
// false, and the tree is to be deleted, when that isn't worth the time or the
// filesystem knows no links.
func (s *Stage) bringUpToDate(old *tree) bool {
	added := 0
	for _, name := range s.next.list.paths {
		if _, had := old.list.number[name]; !had {
			added++
		}
	}
	if 2*added > len(s.next.list.paths) || old.takeAway(s.next) != nil || old.bring(s.next) != nil {
		return false
	}
	if os.Rename(old.root, s.box.mirror()) != nil {
		return false
	}
	old.moved(s.box.mirror())
	return true
}

// takeAway deletes what isn't, or is no longer so, in the published tree.
func (t *tree) takeAway(next *tree) error {
	if err := removeFile(t.at(ManifestName)); err != nil {
		return err
	}
	for i, name := range t.list.paths {
		digest, stays := next.list.digest(name)
		if stays && digest == t.list.digests[i] {
			continue
		}
		if err := removeFile(t.at(name)); err != nil {
			return err
		}
		t.touched[around(name)] = true
	}
	t.dropFolders(func(name string) bool { _, stays := next.list.folderNo[name]; return !stays })
	return nil
}

// bring links what the published tree holds and this one doesn't.
func (t *tree) bring(next *tree) error {
	for i, name := range next.list.paths {
		if had, listed := t.list.digest(name); listed && had == next.list.digests[i] {
			continue
		}
		if err := t.makeFolder(around(name)); err != nil {
			return err
		}
		if err := os.Link(next.at(name), t.at(name)); err != nil {
			return err
		}
		t.touched[around(name)] = true
	}
	return os.Link(next.at(ManifestName), t.at(ManifestName))
}

func (t *tree) makeFolder(name string) error {
	if t.hasFolder(name) {
		return nil
	}
	if err := t.makeFolder(around(name)); err != nil {
		return err
	}
	if err := os.Mkdir(t.at(name), 0o755); err != nil {
		return err
	}
	t.setFolder(name, true)
	return nil
}

// remember writes the index. Without one the next build is slower and no less
// right, so that trouble here isn't told.
func (s *Stage) remember() error {
	if err := s.writeIndex(); err != nil {
		os.Remove(s.box.index())
	}
	return nil
}

func (s *Stage) writeIndex() (err error) {
	clock, err := fileprint.Clock(string(s.box))
	if err != nil {
		return err
	}
	if s.next.dir, err = fileprint.OpenDir(s.next.root); err != nil {
		return err
	}
	list := s.next.list
	x := &index{sum: list.sum}
	x.public = prints{make([]fileprint.Print, len(list.paths)), s.base.folderPrints(list, s.next.dir, clock)}
	err = inParallel(len(list.paths), func(i int) error {
		f := s.find(list.paths[i])
		if x.public.files[i] = f.print; f.trusted {
			x.public.files[i] = settledPrint(s.next.dir, list.paths[i], fileprint.Regular, clock)
		}
		return nil
	})
	if m := s.mirror; m != nil && err == nil {
		x.mirror = prints{make([]fileprint.Print, len(list.paths)), m.folderPrints(list, m.dir, clock)}
		for i, name := range list.paths {
			j, listed := m.list.number[name]
			switch had := listed && m.list.digests[j] == list.digests[i]; {
			case had && m.files == nil:
			case had && m.files[j].Inode != x.public.files[i].Inode:
				x.mirror.files[i] = m.files[j]
			default:
				x.mirror.files[i] = x.public.files[i] // one file under two names
			}
		}
	}
	if err != nil {
		return err
	}
	return x.write(s.box.index())
}

// folderPrints returns the prints of a list's folders in this tree, held open
// as dir: those that the survey took, where we changed nothing since.
func (t *tree) folderPrints(list *manifest, in fileprint.Dir, clock int64) []fileprint.Print {
	all := make([]fileprint.Print, len(list.folders))
	inParallel(len(all), func(i int) error {
		name := list.folders[i]
		if j, surveyed := t.list.folderNo[name]; surveyed && !t.touched[name] && t.folders[j] != (fileprint.Print{}) {
			all[i] = t.folders[j]
		} else {
			all[i] = settledPrint(in, name, fileprint.Folder, clock)
		}
		return nil
	})
	return all
}

// settledPrint takes a print for the index.
func settledPrint(in fileprint.Dir, name string, want fileprint.Kind, clock int64) fileprint.Print {
	p, what := in.Print(name)
	if what != want {
		return fileprint.Print{}
	}
	return p.Settled(clock)
}
