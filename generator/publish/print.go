package publish

// print is what the filesystem tells about a file or folder without opening it.
// The same print at two times means that nobody changed it in between. The zero
// print is unknown and equals nothing.
type print struct {
	inode             uint64
	size              int64
	modified, changed int64 // nanoseconds, by the filesystem's clock
}

// kind is what stands at a name.
type kind byte

const (
	absent kind = iota
	regular
	folder
	strange // a link, a device: never ours
)

// clockStep is longer than the steps in which any usual filesystem counts time.
const clockStep = 20_000_000 // nanoseconds

// settled returns the print if it was old enough at the clock's time for every
// later change to show in it, and else the unknown one.
func (p print) settled(clock int64) print {
	if max(p.modified, p.changed) >= clock-clockStep {
		return print{}
	}
	return p
}

// same reports whether a known print is still the one.
func (p print) same(known print) bool { return known != print{} && p == known }
