package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var folderReaders = map[string]func(string) (folder, error){"of this system": openFolder, "of any system": openPlain}

func TestFolderIsReadWhole(t *testing.T) {
	dir := t.TempDir()
	want := map[string]fs.FileMode{"inside": fs.ModeDir, "link": 0, ".hidden": 0, "Zoë – a.html": 0, "empty": 0}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.Mkdir(filepath.Join(dir, "inside"), 0o755))
	check(os.WriteFile(filepath.Join(dir, "inside", "deep"), nil, 0o644))
	for i := range 3000 { // more than is told at once
		want[fmt.Sprintf("%04d-%s", i, strings.Repeat("x", i%200))] = 0
	}
	for name, mode := range want {
		if mode == 0 && name != "empty" {
			check(os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644))
		}
	}
	check(os.WriteFile(filepath.Join(dir, "empty"), nil, 0o644))
	check(os.Remove(filepath.Join(dir, "link")))
	if err := os.Symlink("empty", filepath.Join(dir, "link")); err != nil {
		delete(want, "link") // a system without links
	} else {
		want["link"] = fs.ModeSymlink
	}
	for system, open := range folderReaders {
		in, err := open(dir)
		check(err)
		got := map[string]fs.FileMode{}
		check(in.each(func(name []byte, mode fs.FileMode) error {
			if mode&^fs.ModeType != 0 {
				t.Errorf("%s: %s has mode %v", system, name, mode)
			}
			if mode != 0 && mode != fs.ModeDir {
				mode = fs.ModeSymlink // systems needn't tell what else it is
			}
			got[string(name)] = mode
			if mode != 0 {
				return nil
			}
			f, size, err := in.open(string(name))
			check(err)
			defer f.Close()
			content, err := io.ReadAll(f)
			check(err)
			if name := string(name); name != "empty" && string(content) != name || int64(len(content)) != size {
				t.Errorf("%s: %s of %d bytes holds %q", system, name, size, content)
			}
			return nil
		}))
		check(in.Close())
		if !maps.Equal(got, want) {
			t.Errorf("%s: %d entries, not %d", system, len(got), len(want))
		}
	}
}

func TestFolderTellsWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	for system, open := range folderReaders {
		for _, name := range []string{"missing", "file"} {
			in, err := open(filepath.Join(dir, name))
			if err == nil {
				err = in.each(func([]byte, fs.FileMode) error { return nil })
				in.Close()
			}
			if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, name)) || name == "missing" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: reading the folder %s gave %v", system, name, err)
			}
		}
		in, err := open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := in.open("missing"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join(dir, "missing")) {
			t.Errorf("%s: opening a missing file gave %v", system, err)
		}
		if err := in.each(func([]byte, fs.FileMode) error { return stop }); err != stop {
			t.Errorf("%s: stopping gave %v", system, err)
		}
		in.Close()
	}
}
