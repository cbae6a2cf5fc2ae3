package keeper

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"ownwords/generator/read"
)

// onDisk turns the path by which a file is named in problems into its path on
// disk; the people's folder may lie outside the site.
func onDisk(site *read.Site, file string) string {
	p := filepath.FromSlash(file)
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(site.Dir, p)
}

// writeFile replaces a file as a whole: the new bytes are written beside it and
// take its name, so that nobody ever finds half of them. The file keeps its
// permissions; a new one gets perm.
func writeFile(name string, data []byte, perm os.FileMode) error {
	if info, err := os.Lstat(name); err == nil {
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s isn't a plain file", name)
		}
		perm = info.Mode().Perm()
	}
	beside, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(beside.Name()) // no longer there once it has taken its name
	_, err = beside.Write(data)
	if err == nil {
		err = beside.Chmod(perm)
	}
	if err == nil {
		err = beside.Sync()
	}
	if closed := beside.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(beside.Name(), name)
}

// replaceProved replaces a file and reads it again; when what stands there then
// isn't proved right, the old bytes are put back.
func replaceProved(name string, before, after []byte, proof func(now []byte) error) error {
	if now, err := os.ReadFile(name); err != nil || !bytes.Equal(now, before) {
		return &Refusal{"The file was changed by somebody else in the meantime, so nothing was written.", "Run the command again."}
	}
	if err := writeFile(name, after, 0o644); err != nil {
		return err
	}
	now, err := os.ReadFile(name)
	if err == nil {
		err = proof(now)
	}
	if err != nil {
		if back := writeFile(name, before, 0o644); back != nil {
			return fmt.Errorf("%w; and the old text couldn't be put back: %w", err, back)
		}
	}
	return err
}
