package generator

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport draws the house: which rooms each room may import. A room that
// isn't listed here has no place in it yet.
var mayImport = map[string][]string{
	// what every room may stand on
	"fileprint": {},
	"packed":    {},
	// the road
	"report":   {},
	"consent":  {},
	"markdown": {"report"},
	"read":     {"report", "consent", "markdown", "fileprint", "packed"},
	"gate":     {"report", "consent", "markdown", "read"},
	"weave":    {"consent", "markdown", "gate"},
	"render":   {"report", "consent", "markdown", "gate", "weave", "media", "packed"},
	"audit":    {"report", "gate"},
	"publish":  {"report", "fileprint"},
	// beside the road
	"media":     {"report"},
	"importing": {"report", "consent", "markdown"},
	"keeper":    {"report", "consent", "markdown", "read", "gate"},
	"advise":    {"report", "consent", "markdown", "read", "gate"},
	"scaffold":  {"report", "consent", "read"},
	"since":     {"report", "consent", "markdown", "read", "gate"},
	"schema":    {"report", "consent", "read"},
	"serve":     {"report", "consent", "."},
	"access":    {},
}

// TestRooms keeps the direction of imports (see README.md).
func TestRooms(t *testing.T) {
	for _, problem := range strangeImports(t, ".") {
		t.Error(problem)
	}
}

// TestRoomsCatch proves that the check above can fail.
func TestRoomsCatch(t *testing.T) {
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "weave", "bad.go"), "package weave\n\nimport _ \"ownwords/generator/read\"\n")
	writeFile(t, filepath.Join(dir, "attic", "new.go"), "package attic\n")
	got := strangeImports(t, dir)
	want := []string{"attic: this room isn't drawn in mayImport", "weave/bad.go: weave may not import read"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestOneClock keeps the clock out of the rooms: it is read once, in cmd.
func TestOneClock(t *testing.T) {
	eachFile(t, ".", func(path, text string) {
		if strings.Contains(text, "time."+"Now(") {
			t.Errorf("%s reads the clock; rooms take a consent.Day or an instant", path)
		}
	})
}

// strangeImports lists imports between rooms that the house doesn't have.
func strangeImports(t *testing.T, root string) []string {
	t.Helper()
	var problems []string
	unknown := map[string]bool{}
	eachFile(t, root, func(path, text string) {
		room, _, inRoom := strings.Cut(path, "/")
		if !inRoom {
			return // the road itself may import every room
		}
		allowed, drawn := mayImport[room]
		if !drawn {
			if !unknown[room] {
				problems = append(problems, room+": this room isn't drawn in mayImport")
			}
			unknown[room] = true
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			other, ours := strings.CutPrefix(name, "ownwords/generator")
			if !ours {
				continue
			}
			other, _, _ = strings.Cut(strings.TrimPrefix(other, "/"), "/")
			if other == "" {
				other = "."
			}
			if other != room && !slices.Contains(allowed, other) && !strings.HasSuffix(path, "_test.go") {
				problems = append(problems, path+": "+room+" may not import "+other)
			}
		}
	})
	return problems
}

// eachFile calls f with every Go file below root.
func eachFile(t *testing.T, root string, f func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "testdata" {
			if err == nil {
				err = fs.SkipDir
			}
			return err
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		f(filepath.ToSlash(rel), readFile(t, p))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
