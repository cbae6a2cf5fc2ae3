//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package publish

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// dir is a folder in which many names are looked at.
type dir struct{ held *os.File }

// openDir holds a folder open, so that looking at a name in it needn't walk the
// whole way there. The folder may be renamed meanwhile.
func openDir(name string) (dir, error) {
	f, err := os.Open(name)
	return dir{f}, err
}

// moved says that the folder has another name now.
func (d *dir) moved(string) {}

func (d dir) close() { d.held.Close() }

// print looks at a name itself, not at what a link leads to.
func (d dir) print(name string) (print, kind) { return printAt(int(d.held.Fd()), name) }

// printOf is the same for a path of its own.
func printOf(name string) (print, kind) { return printAt(unix.AT_FDCWD, name) }

func printAt(dir int, name string) (print, kind) {
	var st unix.Stat_t
	if unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return print{}, absent
	}
	p := print{
		inode:    uint64(st.Ino),
		size:     st.Size,
		modified: st.Mtim.Nano(),
		changed:  st.Ctim.Nano(),
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return p, regular
	case unix.S_IFDIR:
		return p, folder
	}
	return p, strange
}

// ownDisk reports whether a folder is on another disk than the folder around it.
func ownDisk(name string) bool {
	var here, around unix.Stat_t
	return unix.Lstat(name, &here) == nil && unix.Stat(filepath.Dir(name), &around) == nil && here.Dev != around.Dev
}
