package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// check refuses output folders that would put something else at risk, before
// anything is made. It returns the folder's absolute path, links in the folders
// around it followed.
func (p Place) check() (string, error) {
	if p.Out == "" {
		return "", &Refused{Message: "No output folder was named.", Help: "Name one with --out, such as --out public."}
	}
	for _, name := range p.Keep {
		if checkPath(name) != nil || strings.Contains(name, "/") {
			return "", &Refused{
				Message: fmt.Sprintf("`keep` in site.yaml names %q, which isn't a plain name at the top of the output folder.", name),
				Help:    "Write names such as .git there, without slashes.",
			}
		}
	}
	out, err := filepath.Abs(p.Out)
	if err != nil {
		return "", &Refused{Message: fmt.Sprintf("The output folder %s can't be found.", p.Out), Help: "Name another one with --out.", Err: err}
	}
	if filepath.Dir(out) == out {
		return "", &Refused{Message: fmt.Sprintf("%s is a whole disk, not an output folder.", p.Out), Help: "Choose a folder in it with --out."}
	}
	out = filepath.Join(resolved(filepath.Dir(out)), filepath.Base(out))
	info, err := os.Lstat(out)
	switch {
	case err == nil && info.Mode()&fs.ModeSymlink != 0:
		return "", &Refused{
			Message: fmt.Sprintf("%s is a link to somewhere else, and a build would replace the link rather than what it leads to.", p.Out),
			Help:    "Name the folder that it leads to with --out, or remove the link.",
		}
	case err == nil && !info.IsDir():
		return "", &Refused{
			Message: fmt.Sprintf("%s is a file, and the site needs a folder in its place.", p.Out),
			Help:    "Move the file elsewhere, or choose another folder with --out.",
		}
	case err == nil && info.Mode().Perm()&0o200 == 0:
		return "", &Refused{
			Message: fmt.Sprintf("%s is marked as read-only, so nothing in it was touched.", p.Out),
			Help:    "Allow writing there, or choose another folder with --out.",
			Err:     fs.ErrPermission,
		}
	case err == nil && ownDisk(out):
		return "", &Refused{
			Message: fmt.Sprintf("%s is a disk (or a container's volume) of its own and can't be replaced in one step.", p.Out),
			Help:    fmt.Sprintf("Choose a folder inside it with --out, such as %s.", filepath.Join(p.Out, "public")),
		}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", &Refused{Message: fmt.Sprintf("The output folder %s can't be looked at.", p.Out), Help: "The system says: " + plainCause(err) + ". Choose another folder with --out.", Err: err}
	}
	if p.Site != "" && inside(resolved(p.Site), out) {
		return "", &Refused{
			Message: fmt.Sprintf("%s is the site's own folder or holds it, and a build replaces everything in its output folder.", p.Out),
			Help:    "Choose a folder for the output alone with --out, such as public.",
		}
	}
	for _, source := range p.Sources {
		if source = resolved(source); inside(out, source) || inside(source, out) {
			return "", &Refused{
				Message: fmt.Sprintf("%s and %s lie one in the other (or are the same), and a build replaces everything in its output folder.", p.Out, filepath.Base(source)),
				Help:    "Choose a folder for the output alone with --out, such as public.",
			}
		}
	}
	return out, nil
}

// resolved follows the links in as much of a path as exists.
func resolved(name string) string {
	name, err := filepath.Abs(name)
	if err != nil {
		return name
	}
	rest := ""
	for at := name; ; at = filepath.Dir(at) {
		if found, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(found, rest)
		}
		if filepath.Dir(at) == at {
			return name
		}
		rest = filepath.Join(filepath.Base(at), rest)
	}
}

// inside reports whether a folder is another one or lies in it, by name or by
// identity (names that differ in case can be one folder).
func inside(child, parent string) bool {
	if child == parent || strings.HasPrefix(child, strings.TrimSuffix(parent, string(filepath.Separator))+string(filepath.Separator)) {
		return true
	}
	want, err := os.Stat(parent)
	if err != nil {
		return false
	}
	for at := child; ; at = filepath.Dir(at) {
		if got, err := os.Stat(at); err == nil && os.SameFile(got, want) {
			return true
		}
		if filepath.Dir(at) == at {
			return false
		}
	}
}
