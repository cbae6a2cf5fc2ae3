package publish

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
)

// ManifestName is the file in an output folder that says which files we wrote:
// a first line, then a line with digest and path for each file, by path. It says
// nothing about what was left out, and is the same for the same site.
const ManifestName = ".ownwords-manifest"

const manifestHead = "ownwords manifest 1\n"

// Digest tells the bytes of a file apart: the first half of their SHA-256.
type Digest [16]byte

// DigestOf returns the digest of a file's bytes.
func DigestOf(data []byte) Digest {
	sum := sha256.Sum256(data)
	return Digest(sum[:16])
}

// String writes the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// manifest is the list of the files of one tree.
type manifest struct {
	paths   []string // in order
	digests []Digest // of paths, in the same order
	folders []string // every folder that holds them, outer ones first; without the top
	sum     Digest   // of the list itself

	number   map[string]int // where a path stands in paths
	folderNo map[string]int // where a folder stands in folders
}

// newManifest makes a list from files in order, and its text. A list of the
// same paths from before saves looking at them again.
func newManifest(files []File, before *manifest) (*manifest, []byte) {
	text := make([]byte, 0, len(manifestHead)+80*len(files))
	text = append(text, manifestHead...)
	m := &manifest{paths: make([]string, len(files)), digests: make([]Digest, len(files))}
	for i, f := range files {
		m.paths[i], m.digests[i] = f.Path, f.Digest
		text = hex.AppendEncode(text, f.Digest[:])
		text = append(text, ' ')
		text = append(text, f.Path...)
		text = append(text, '\n')
	}
	m.sum = DigestOf(text)
	if slices.Equal(m.paths, before.paths) {
		m.folders, m.number, m.folderNo = before.folders, before.number, before.folderNo
	} else {
		m.findFolders()
	}
	return m, text
}

var errManifest = errors.New("the list of files isn't as this program wrote it")

// parseManifest reads a list back. Anything unexpected is an error, above all a
// path that leaves the folder: what stands on a list may be deleted.
func parseManifest(text []byte) (*manifest, error) {
	m := &manifest{sum: DigestOf(text)}
	rest, ok := bytes.CutPrefix(text, []byte(manifestHead))
	if !ok {
		return nil, errManifest
	}
	lines := bytes.Count(rest, []byte("\n"))
	m.paths, m.digests = make([]string, 0, lines), make([]Digest, 0, lines)
	all := string(rest) // one string that every path is a part of
	for all != "" {
		line, after, ok := strings.Cut(all, "\n")
		all = after
		digest, name, found := strings.Cut(line, " ")
		var d Digest
		if n, err := hex.Decode(d[:], []byte(digest[:min(len(digest), 32)])); err != nil || n != len(d) || len(digest) != 32 || !ok || !found {
			return nil, errManifest
		}
		if checkPath(name) != nil || (len(m.paths) > 0 && name <= m.paths[len(m.paths)-1]) {
			return nil, errManifest
		}
		m.paths, m.digests = append(m.paths, name), append(m.digests, d)
	}
	m.findFolders()
	return m, nil
}

func (m *manifest) findFolders() {
	m.number = make(map[string]int, len(m.paths))
	m.folderNo = make(map[string]int, len(m.paths))
	var add func(name string)
	add = func(name string) {
		if _, seen := m.folderNo[name]; seen || name == top {
			return
		}
		add(around(name))
		m.folderNo[name] = len(m.folders)
		m.folders = append(m.folders, name)
	}
	for i, name := range m.paths {
		m.number[name] = i
		add(around(name))
	}
}

// top is the name of the folder that holds the site.
const top = "."

// around is the folder that a clean path stands in.
func around(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return top
}

// digest returns what the list says of a path.
func (m *manifest) digest(name string) (d Digest, listed bool) {
	i, listed := m.number[name]
	if listed {
		d = m.digests[i]
	}
	return d, listed
}
