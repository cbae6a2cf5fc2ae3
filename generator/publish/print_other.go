//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package publish

import (
	"os"
	"path/filepath"
)

// dir is a folder in which many names are looked at. It isn't held open: some
// systems don't rename a folder that is.
type dir struct{ name string }

func openDir(name string) (dir, error) {
	_, err := os.Stat(name)
	return dir{name}, err
}

// moved says that the folder has another name now.
func (d *dir) moved(to string) { d.name = to }

func (d dir) close() {}

// print looks at a name itself, not at what a link leads to.
func (d dir) print(name string) (print, kind) {
	return printOf(filepath.Join(d.name, filepath.FromSlash(name)))
}

// printOf tells only what kind of thing a name is: a print that is unknown makes
// every file be read and every folder be listed again.
func printOf(name string) (print, kind) {
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		return print{}, absent
	case info.Mode().IsRegular():
		return print{}, regular
	case info.IsDir():
		return print{}, folder
	}
	return print{}, strange
}

// ownDisk isn't known before the exchange is tried.
func ownDisk(string) bool { return false }
