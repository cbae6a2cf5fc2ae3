package read

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"ownwords/generator/report"
)

// Files that are not where or not called as content files are: symbolic links,
// other endings, folders whose text isn't index.md. Nothing of them is
// published, and nothing in them counts as consent; but they are read all the
// same, because somebody is in them: their names and words are looked for like
// those of any other item that can't be read.

// otherEndings are endings that people, or their editors, give to texts in Markdown.
var otherEndings = []string{".markdown", ".mdown", ".mkdn", ".mkd", ".mdwn", ".mdx", ".md.txt", ".markdown.txt", ".md"}

// otherEnding splits a name that would be a content file's if it ended in .md
// in small letters.
func otherEnding(name string) (stem string, ok bool) {
	lower := strings.ToLower(strings.TrimRight(name, " "))
	if strings.HasSuffix(name, ".md") {
		return "", false
	}
	for _, ending := range otherEndings {
		if stem, ok := strings.CutSuffix(lower, ending); ok && stem != "" {
			return name[:len(stem)], true
		}
	}
	return "", false
}

// looksLikeContent reports whether a file's name may be that of a content file.
func looksLikeContent(name string) bool {
	_, other := otherEnding(name)
	return other || strings.HasSuffix(name, ".md")
}

// isHeaded reports whether a file with an ending for text begins like a content
// file; people's consents are sometimes kept as amina.txt or amina.yaml.
func isHeaded(name string) bool {
	if !slices.Contains([]string{".txt", ".text", ".yaml", ".yml", ""}, strings.ToLower(path.Ext(name))) {
		return false
	}
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 512)
	n, _ := f.Read(head) // what can't be read has no beginning
	text := strings.TrimLeft(strings.TrimPrefix(string(head[:n]), "\ufeff"), " \t\r\n")
	return strings.HasPrefix(text, "---") || strings.HasPrefix(text, "name:")
}

// linked reports whether a path is a symbolic link itself.
func linked(name string) bool {
	info, err := os.Lstat(name)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// refusal says why a file that was found isn't taken as content, or nil.
func (f found) refusal() *report.Problem {
	name := filepath.Base(f.path)
	inFolder := path.Dir(path.Dir(f.inContent)) == f.kind.Folder()
	var p report.Problem
	switch {
	case linked(f.path) || inFolder && linked(filepath.Dir(f.path)):
		f.notes.add(resolved(f.path))
		p = report.Problem{Code: "symbolic-link", Message: "This is a symbolic link; links aren't followed, so it isn't published.", Help: "Put the file itself here."}
	case !strings.HasSuffix(name, ".md"):
		stem, ok := otherEnding(name)
		if !ok {
			stem = strings.TrimSuffix(name, path.Ext(name))
		}
		p = report.Problem{Code: "wrong-ending", Message: "This file isn't published, because its ending isn't .md in small letters.", Help: "Rename it to " + stem + ".md."}
	case f.kind != PageKind && inFolder && name != "index.md":
		p = report.Problem{Code: "no-index", Message: "This folder has no index.md, so this file isn't published.", Help: "Name it index.md, or move it out of the folder if it is an item of its own."}
	default:
		return nil
	}
	if f.kind == PersonKind {
		p.Message += " Nothing in it counts as consent."
	}
	p.Severity = report.Error
	return &p
}

// resolved returns where a link leads, or the path itself.
func resolved(name string) string {
	if to, err := filepath.EvalSymlinks(name); err == nil {
		return to
	}
	return name
}

// texts lists the files in a folder without index.md that may hold an item's
// text: for people all, since every one of them may be somebody; else the one
// that is named most like it.
func (r *reader) texts(k Kind, dir, file, slug string) []found {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var files []found
	for _, e := range entries {
		name := e.Name()
		if ignored(name) || !looksLikeContent(name) && !(k == PersonKind && isHeaded(filepath.Join(dir, name))) {
			continue
		}
		stem, _, _ := strings.Cut(name, ".")
		id := slug
		if !strings.EqualFold(stem, "index") && k == PersonKind {
			id += "/" + stem
		}
		f := newFound(k, id, filepath.Join(dir, name), file+"/"+name, k.Folder()+"/"+slug+"/"+name)
		if k == PersonKind || len(files) == 0 {
			files = append(files, f)
		} else if strings.EqualFold(stem, "index") {
			files[0] = f
		}
	}
	return files
}
