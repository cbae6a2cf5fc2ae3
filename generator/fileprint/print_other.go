//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package fileprint

import (
	"os"
	"path/filepath"
)

// Dir is a folder in which many names are looked at. It isn't held open: some
// systems don't rename a folder that is.
type Dir struct{ name string }

// OpenDir looks whether a folder is there.
func OpenDir(name string) (Dir, error) {
	_, err := os.Stat(name)
	return Dir{name}, err
}

// Moved says that the folder has another name now.
func (d *Dir) Moved(to string) { d.name = to }

// Close lets go of the folder.
func (d Dir) Close() {}

// Print looks at a name itself, not at what a link leads to.
func (d Dir) Print(name string) (Print, Kind) {
	return Of(filepath.Join(d.name, filepath.FromSlash(name)))
}

// Of tells only what kind of thing a name is: a print that is unknown makes
// every file be read and every folder be listed again.
func Of(name string) (Print, Kind) {
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		return Print{}, Absent
	case info.Mode().IsRegular():
		return Print{}, Regular
	case info.IsDir():
		return Print{}, Folder
	}
	return Print{}, Strange
}
