package publish

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Refused says that nothing was published and why, to someone who doesn't
// program. The command exits with 2 (spec, "The command").
type Refused struct {
	Message string // what is wrong
	Help    string // how to mend it
	Err     error  // the system's error, if one is behind it
}

func (r *Refused) Error() string {
	if r.Help == "" {
		return r.Message
	}
	return r.Message + " " + r.Help
}

func (r *Refused) Unwrap() error { return r.Err }

// Clash says that two things want one place in the site.
type Clash struct {
	Path string // what couldn't be written
	With string // what stands there
	Kept bool   // With is a name that builds leave alone
}

func (c *Clash) Error() string {
	switch {
	case c.Kept:
		return fmt.Sprintf("%s can't be made, because site.yaml says under `keep` that builds leave %s alone; take it out of `keep`, or don't make it", c.Path, c.With)
	case c.Path == c.With:
		return fmt.Sprintf("two things on the site want the address %s; give one of them another name", c.Path)
	}
	return fmt.Sprintf("%s can't be made, because %s is on the site too and one of them would have to be a folder; give one of them another name", c.Path, c.With)
}

// UnsafePath says that a path isn't one inside the site.
type UnsafePath struct{ Path string }

func (u *UnsafePath) Error() string {
	return fmt.Sprintf("%q can't be an address on the site: it would leave the output folder, or holds signs that no file name may hold", u.Path)
}

// checkPath accepts clean relative paths with forward slashes, of names that
// every system can store, other than our own list.
func checkPath(name string) error {
	if name == "." || name == ManifestName || path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) ||
		strings.Contains(name, `\`) || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return &UnsafePath{name}
	}
	return nil
}
