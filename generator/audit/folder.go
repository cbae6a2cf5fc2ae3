package audit

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// folder is an open folder of the staged site.
type folder interface {
	// each calls f for everything in the folder, in no order. The name may only be used until f returns.
	each(f func(name []byte, mode fs.FileMode) error) error
	// open opens a regular file in the folder and tells its size in bytes.
	open(name string) (file io.ReadCloser, size int64, err error)
	io.Closer
}

// plainFolder reads a folder on any system.
type plainFolder string

func openPlain(path string) (folder, error) { return plainFolder(path), nil }

func (p plainFolder) each(f func(name []byte, mode fs.FileMode) error) error {
	entries, err := os.ReadDir(string(p))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := f([]byte(e.Name()), e.Type()); err != nil {
			return err
		}
	}
	return nil
}

func (p plainFolder) open(name string) (io.ReadCloser, int64, error) {
	f, err := os.Open(filepath.Join(string(p), name))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (p plainFolder) Close() error { return nil }
