package audit

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// linuxFolder opens the files of a folder by its descriptor, so that the system
// needn't walk the whole path for each, and without package os, which
// tries to have every file watched and keeps a record of it for the collector. A site
// has more than ten thousand folders with a page in each, so that it shows.
type linuxFolder struct {
	path string
	fd   int
}

func openFolder(path string) (folder, error) {
	fd, err := openAt(unix.AT_FDCWD, path, unix.O_DIRECTORY)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return linuxFolder{path, fd}, nil
}

func openAt(fd int, path string, flags int) (int, error) {
	return uninterrupted(func() (int, error) {
		return unix.Openat(fd, path, unix.O_RDONLY|unix.O_CLOEXEC|flags, 0)
	})
}

// uninterrupted repeats a call that a signal interrupted, as package os does.
func uninterrupted(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != unix.EINTR {
			return n, err
		}
	}
}

// entryBuffers are lent to each.
var entryBuffers = sync.Pool{New: func() any { return new([8 << 10]byte) }}

// What getdents64(2) gives for each entry: where the length of its record
// stands (two bytes), its type, and its name with a zero byte behind it.
const (
	entryLength = 16
	entryType   = 18
	entryName   = 19
)

func (l linuxFolder) each(f func(name []byte, mode fs.FileMode) error) error {
	buffer := entryBuffers.Get().(*[8 << 10]byte)
	defer entryBuffers.Put(buffer)
	for {
		n, err := uninterrupted(func() (int, error) { return unix.Getdents(l.fd, buffer[:]) })
		if err != nil {
			return &os.PathError{Op: "readdir", Path: l.path, Err: err}
		}
		if n == 0 {
			return nil
		}
		for entries := buffer[:n]; len(entries) > 0; {
			length := binary.NativeEndian.Uint16(entries[entryLength:])
			entry := entries[:length]
			entries = entries[length:]
			name, _, _ := bytes.Cut(entry[entryName:], []byte{0})
			if string(name) == "." || string(name) == ".." {
				continue
			}
			mode, err := l.mode(entry[entryType], name)
			if os.IsNotExist(err) {
				continue // it left meanwhile
			}
			if err != nil {
				return err
			}
			if err := f(name, mode); err != nil {
				return err
			}
		}
	}
}

// mode translates an entry's type; some file systems don't tell it with the name.
func (l linuxFolder) mode(entryType byte, name []byte) (fs.FileMode, error) {
	switch entryType {
	case unix.DT_REG:
		return 0, nil
	case unix.DT_DIR:
		return fs.ModeDir, nil
	case unix.DT_UNKNOWN:
		info, err := os.Lstat(filepath.Join(l.path, string(name)))
		if err != nil {
			return 0, err
		}
		return info.Mode().Type(), nil
	}
	return fs.ModeIrregular, nil
}

func (l linuxFolder) open(name string) (io.ReadCloser, int64, error) {
	fd, err := openAt(l.fd, name, 0)
	if err != nil {
		return nil, 0, &os.PathError{Op: "open", Path: filepath.Join(l.path, name), Err: err}
	}
	var info unix.Stat_t
	if _, err := uninterrupted(func() (int, error) { return 0, unix.Fstat(fd, &info) }); err != nil {
		unix.Close(fd)
		return nil, 0, &os.PathError{Op: "stat", Path: filepath.Join(l.path, name), Err: err}
	}
	return linuxFile(fd), info.Size, nil
}

func (l linuxFolder) Close() error { return unix.Close(l.fd) }

// linuxFile is an open file by its descriptor.
type linuxFile int

func (f linuxFile) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := uninterrupted(func() (int, error) { return unix.Read(int(f), p) })
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (f linuxFile) Close() error { return unix.Close(int(f)) }
