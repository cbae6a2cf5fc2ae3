//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package fileprint

import (
	"os"

	"golang.org/x/sys/unix"
)

// Dir is a folder in which many names are looked at.
type Dir struct{ held *os.File }

// OpenDir holds a folder open, so that looking at a name in it needn't walk the
// whole way there. The folder may be renamed meanwhile.
func OpenDir(name string) (Dir, error) {
	f, err := os.Open(name)
	return Dir{f}, err
}

// Moved says that the folder has another name now.
func (d *Dir) Moved(string) {}

// Close lets go of the folder.
func (d Dir) Close() { d.held.Close() }

// Print looks at a name itself, not at what a link leads to.
func (d Dir) Print(name string) (Print, Kind) { return printAt(int(d.held.Fd()), name) }

// Of is the same for a path of its own.
func Of(name string) (Print, Kind) { return printAt(unix.AT_FDCWD, name) }

func printAt(dir int, name string) (Print, Kind) {
	var st unix.Stat_t
	if unix.Fstatat(dir, name, &st, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return Print{}, Absent
	}
	p := Print{
		Inode:    uint64(st.Ino),
		Size:     st.Size,
		Modified: st.Mtim.Nano(),
		Changed:  st.Ctim.Nano(),
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return p, Regular
	case unix.S_IFDIR:
		return p, Folder
	}
	return p, Strange
}
