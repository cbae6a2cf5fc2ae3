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

// The steps in which filesystems count time, in nanoseconds: ClockStep is longer
// than those of any usual one, coarseStep than those of old and simple ones,
// which tell whole seconds (FAT tells every second one).
const (
	ClockStep  = 20_000_000
	coarseStep = 3 * second
	second     = 1_000_000_000
)

// Settled returns the print if it was old enough at the clock's time (in
// nanoseconds, by the filesystem's clock) for every later change to show in it,
// and else the unknown one. A file whose times are whole seconds may lie on
// another filesystem than the clock, such as a stick with the people's folder.
func (p Print) Settled(clock int64) Print {
	step := int64(ClockStep)
	if p.Modified%second == 0 || p.Changed%second == 0 {
		step = coarseStep
	}
	if max(p.Modified, p.Changed) >= clock-step {
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
