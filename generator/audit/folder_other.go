//go:build !linux

package audit

func openFolder(path string) (folder, error) { return openPlain(path) }
