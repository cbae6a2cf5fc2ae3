package publish

import (
	"errors"
	"io/fs"
	"os"
	"ownwords/generator/fileprint"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// tree is a folder with the list of what we put there.
type tree struct {
	root string
	dir  fileprint.Dir // root, if it was there
	list *manifest
	prints
	there   []bool          // which of the list's folders are there
	more    map[string]bool // folders that aren't on the list
	touched map[string]bool // folders whose entries we changed since the survey
}

// prints are in the order of a list's paths and folders. Nil is unknown.
type prints struct{ files, folders []fileprint.Print }

func (t *tree) at(name string) string {
	return t.root + string(filepath.Separator) + filepath.FromSlash(name)
}

// moved says that the tree has another name now.
func (t *tree) moved(to string) {
	t.root = to
	t.dir.Moved(to)
}

// hasFolder reports whether a folder is there, as far as we know.
func (t *tree) hasFolder(name string) bool {
	if i, listed := t.list.folderNo[name]; listed {
		return i < len(t.there) && t.there[i]
	}
	return name == top || t.more[name]
}

// setFolder notes that a folder was made or removed.
func (t *tree) setFolder(name string, there bool) {
	if i, listed := t.list.folderNo[name]; listed {
		t.there[i] = there
	} else {
		t.more[name] = there
	}
	t.touched[around(name)] = true
}

// allFolders lists the folders that are there, without the top.
func (t *tree) allFolders() []string {
	var names []string
	for i, name := range t.list.folders {
		if t.there[i] {
			names = append(names, name)
		}
	}
	for name, there := range t.more {
		if there {
			names = append(names, name)
		}
	}
	return names
}

// dropFolders removes folders as far as they are empty, and reports whether any
// were to be removed.
func (t *tree) dropFolders(unwanted func(string) bool) bool {
	list := slices.DeleteFunc(t.allFolders(), func(name string) bool { return !unwanted(name) })
	slices.Sort(list)
	for _, name := range slices.Backward(list) { // inner ones first
		if err := os.Remove(t.at(name)); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.setFolder(name, false)
		}
	}
	return len(list) > 0
}

// survey finds what stands in a tree besides its list: strangers are whatever we
// didn't put there (the outermost names), junk what systems leave in folders
// that people look into. It keeps prints of the folders, by which the next
// survey needs to list only those that changed.
func (t *tree) survey(clock int64) (strangers, junk []string, err error) {
	var mu sync.Mutex
	list := func(inside string) error {
		entries, err := os.ReadDir(t.at(inside))
		if err != nil {
			return err
		}
		for _, e := range entries {
			name := e.Name()
			if inside != top {
				name = inside + "/" + name
			}
			_, isFile := t.list.number[name]
			_, isFolder := t.list.folderNo[name]
			if isFolder && e.IsDir() || (isFile || name == ManifestName) && e.Type().IsRegular() {
				continue
			}
			mu.Lock()
			if systemJunk[e.Name()] && e.Type().IsRegular() {
				junk = append(junk, name)
			} else {
				strangers = append(strangers, name)
			}
			mu.Unlock()
		}
		return nil
	}
	if err := list(top); err != nil {
		return nil, nil, err
	}
	known := t.folders
	t.folders, t.there = make([]fileprint.Print, len(t.list.folders)), make([]bool, len(t.list.folders))
	t.more, t.touched = map[string]bool{}, map[string]bool{}
	err = inParallel(len(t.list.folders), func(i int) error {
		p, what := t.dir.Print(t.list.folders[i])
		if what != fileprint.Folder {
			return nil // missing, or something else, which the listing around it shows
		}
		t.there[i] = true
		if known != nil && p.Same(known[i]) {
			t.folders[i] = p
			return nil
		}
		t.folders[i] = p.Settled(clock)
		return list(t.list.folders[i])
	})
	slices.Sort(strangers)
	return strangers, junk, err
}

// treeAt opens a tree and reads its list. One that has none, or that isn't
// there, holds nothing of ours. A list known to be the same needn't be read twice.
func treeAt(root string, known *manifest) (*tree, error) {
	t := &tree{root: root, list: &manifest{}}
	var err error
	if t.dir, err = fileprint.OpenDir(root); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return t, err
	}
	text, err := readPlain(t.at(ManifestName))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return t, err
	}
	if known != nil && known.number != nil && known.sum == DigestOf(text) {
		t.list = known
		return t, nil
	}
	list, err := parseManifest(text)
	if err == nil {
		t.list = list
	}
	return t, err
}

// verify reports whether a file's bytes have a digest: by its print if that is
// known, else by reading it. It returns a print that says so next time, or the
// unknown one.
func (t *tree) verify(name string, digest Digest, known fileprint.Print, clock int64) (bool, fileprint.Print) {
	p, what := t.dir.Print(name)
	if what != fileprint.Regular {
		return false, fileprint.Print{}
	}
	if p.Same(known) {
		return true, known
	}
	data, err := os.ReadFile(t.at(name))
	if err != nil || DigestOf(data) != digest {
		return false, fileprint.Print{}
	}
	return true, p.Settled(clock)
}

// readPlain reads a file but doesn't follow a link.
func readPlain(name string) ([]byte, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	return os.ReadFile(name)
}

// systemJunk are files that systems put into folders by themselves when
// somebody looks into them.
var systemJunk = map[string]bool{".DS_Store": true, "Thumbs.db": true, "desktop.ini": true}

// inParallel calls work for 0 to n-1 on all cores and returns one of the errors.
func inParallel(n int, work func(i int) error) error {
	const batch = 64
	var (
		next  atomic.Int64
		wg    sync.WaitGroup
		first atomic.Pointer[error]
	)
	for range min(runtime.GOMAXPROCS(0), (n+batch-1)/batch) {
		wg.Go(func() {
			for first.Load() == nil {
				from := int(next.Add(batch)) - batch
				if from >= n {
					return
				}
				for i := from; i < min(from+batch, n); i++ {
					if err := work(i); err != nil {
						first.CompareAndSwap(nil, &err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}
