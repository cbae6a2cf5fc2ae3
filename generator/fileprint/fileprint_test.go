package fileprint

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSettled(t *testing.T) {
	const now = 1_000*second + 5
	for _, c := range []struct {
		what              string
		modified, changed int64
		settled           bool
	}{
		{"changed long ago", now - 10*second, now - 10*second, true},
		{"changed a moment ago", now - ClockStep/2, now - ClockStep/2, false},
		{"only its name or rights changed a moment ago", now - 10*second, now - ClockStep/2, false},
		{"changed a little before", now - 2*ClockStep, now - 2*ClockStep, true},
		{"changed a second ago, in whole seconds", now - 5 - second, now - 5 - second, false},
		{"changed four seconds ago, in whole seconds", now - 5 - 4*second, now - 5 - 4*second, true},
	} {
		p := Print{Inode: 1, Size: 2, Modified: c.modified, Changed: c.changed}
		if got := p.Settled(now); (got == p) != c.settled || got != p && got != (Print{}) {
			t.Errorf("%s: %+v", c.what, got)
		}
	}
}

func TestSame(t *testing.T) {
	p := Print{Inode: 1, Size: 2, Modified: 3, Changed: 4}
	other := p
	other.Changed++
	if !p.Same(p) || p.Same(other) || p.Same(Print{}) || (Print{}).Same(Print{}) {
		t.Error("what is unknown or another equals nothing")
	}
}

func TestOf(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a")
	if err := os.WriteFile(file, []byte("one"), 0o644); err != nil {
		t.Fatal(err)
	}
	before, kind := Of(file)
	if kind != Regular {
		t.Errorf("a file is %d", kind)
	}
	if _, kind := Of(dir); kind != Folder {
		t.Errorf("a folder is %d", kind)
	}
	if _, kind := Of(filepath.Join(dir, "b")); kind != Absent {
		t.Errorf("nothing is %d", kind)
	}
	if before == (Print{}) {
		t.Skip("this system tells no prints: files are always read again; run on Linux or macOS")
	}
	held, err := OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if p, kind := held.Print("a"); p != before || kind != Regular {
		t.Error("a name in a folder has another print than its path")
	}
	if err := os.WriteFile(file, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if after, _ := Of(file); after.Same(before) {
		t.Error("a change doesn't show")
	}
	clock, err := Clock(dir)
	if err != nil || clock < before.Changed {
		t.Errorf("the clock tells %d after %d: %v", clock, before.Changed, err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("the clock left something behind: %v", entries)
	}
}
