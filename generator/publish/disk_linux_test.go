package publish

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A full disk and one that can only be read: in a process with disks of its
// own, so that the machine's aren't touched and no rights are needed.
func TestDisksThatFailUs(t *testing.T) {
	c := child("small-disk " + t.TempDir())
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	said, err := c.CombinedOutput()
	if c.ProcessState == nil || strings.Contains(string(said), "no disk of its own") {
		t.Skipf("needs leave to make user namespaces (sysctl kernel.unprivileged_userns_clone=1, or a kernel and container that allow them): %v %s", err, said)
	}
	if err != nil || !strings.Contains(string(said), "all well") {
		t.Errorf("%v\n%s", err, said)
	}
}

func onASmallDisk(root string) int {
	if err := syscall.Mount("none", root, "tmpfs", 0, "size=256k"); err != nil {
		fmt.Println("no disk of its own:", err)
		return 0
	}
	fail := func(what ...any) int { fmt.Println(what...); return 1 }
	p := Place{Out: filepath.Join(root, "site", "public"), Site: filepath.Join(root, "site")}
	first := site{"index.html": "home", "stories/a/index.html": "a"}
	publish := func(files site) error {
		s, err := Begin(p)
		if err != nil {
			return err
		}
		defer s.Abandon()
		for name, text := range files {
			if err := s.Write(name, []byte(text)); err != nil {
				return err
			}
		}
		return s.Publish()
	}
	holds := func(want site) bool {
		got := site{}
		for name := range want {
			data, _ := os.ReadFile(filepath.Join(p.Out, name))
			got[name] = string(data)
		}
		return maps.Equal(got, want)
	}
	for range 2 {
		if err := publish(first); err != nil {
			return fail("on an empty disk:", err)
		}
	}

	big := site{"index.html": "other"}
	for i := range 50 {
		big[fmt.Sprintf("big/%d", i)] = strings.Repeat("x", 16<<10)
	}
	for range 2 {
		err := publish(big)
		if err == nil || !strings.Contains(err.Error(), "is full") || !strings.Contains(err.Error(), "Make room") {
			return fail("full disk:", err)
		}
		if !holds(first) {
			return fail("a full disk changed the site")
		}
	}
	if err := publish(with(first, site{"index.html": "after"})); err != nil {
		return fail("a failed build didn't give its room back:", err)
	}

	if err := syscall.Mount("none", root, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=256k"); err != nil {
		return fail("making the disk read-only:", err)
	}
	if err := publish(big); err == nil || !strings.Contains(err.Error(), "may not write in") {
		return fail("read-only disk:", err)
	}
	fresh := p
	p.Out = filepath.Join(root, "fresh")
	if err := publish(big); err == nil || !strings.Contains(err.Error(), "may not write in") {
		return fail("read-only disk, new folder:", err)
	}
	p = fresh
	if !holds(with(first, site{"index.html": "after"})) {
		return fail("a read-only disk's site changed")
	}

	// A disk of its own in place of the output folder can't be exchanged.
	if err := syscall.Mount("none", root, "tmpfs", syscall.MS_REMOUNT, "size=256k"); err != nil {
		return fail("making the disk writable:", err)
	}
	p.Out = filepath.Join(root, "volume")
	if err := os.Mkdir(p.Out, 0o755); err != nil {
		return fail(err)
	}
	if err := syscall.Mount("none", p.Out, "tmpfs", 0, "size=256k"); err != nil {
		return fail(err)
	}
	if err := publish(first); err == nil || !strings.Contains(err.Error(), "volume) of its own") || !strings.Contains(err.Error(), "volume/public") {
		return fail("a disk in place of the folder:", err)
	}
	fmt.Println("all well")
	return 0
}
