// Package fileprint tells, without opening a file, whether it may have changed
// since it was last looked at.
package fileprint

import (
	"os"
	"path/filepath"
)

// Print is what the filesystem tells about a file or folder without opening it.
// The same print at two times means that nobody changed it in between. The zero
// Print is unknown and equals nothing.
type Print struct {
	Inode uint64
	Size  int64
	// Modified and Changed are in nanoseconds, by the filesystem's own clock.
	Modified, Changed int64
}

// Kind is what stands at a name.
type Kind byte

// The kinds of things that can stand at a name.
const (
	Absent Kind = iota
	Regular
	Folder
	Strange // a link, a device: never followed
)

// ClockStep is longer than the steps in which any usual filesystem counts time.
const ClockStep = 20_000_000 // nanoseconds

// Settled returns the print if it was old enough at the clock's time (in
// nanoseconds, by the filesystem's clock) for every later change to show in it,
// and else the unknown one.
func (p Print) Settled(clock int64) Print {
	if max(p.Modified, p.Changed) >= clock-ClockStep {
		return Print{}
	}
	return p
}

// Same reports whether a known print is still the one.
func (p Print) Same(known Print) bool { return known != Print{} && p == known }

// Clock asks the filesystem for its time in nanoseconds, which alone can be
// compared with the times of files, by making a file in a folder and removing
// it again. It decides nothing about a site.
func Clock(dir string) (int64, error) {
	name := filepath.Join(dir, "clock")
	if err := os.WriteFile(name, nil, 0o644); err != nil {
		return 0, err
	}
	p, _ := Of(name)
	return p.Changed, os.Remove(name)
}
