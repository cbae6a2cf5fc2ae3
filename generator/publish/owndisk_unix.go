//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package publish

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ownDisk reports whether a folder is on another disk than the folder around it.
func ownDisk(name string) bool {
	var here, around unix.Stat_t
	return unix.Lstat(name, &here) == nil && unix.Stat(filepath.Dir(name), &around) == nil && here.Dev != around.Dev
}
