//go:build unix

package media

import (
	"os"
	"reflect"
	"testing"

	"golang.org/x/sys/unix"
)

// A pipe in a picture's place would keep a build waiting for ever.
func TestPipeInTheCacheIsReplaced(t *testing.T) {
	dir := t.TempDir()
	data, want, file := keptPicture(t, dir)
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := OpenCache(dir).Picture(data, Limits{}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got another picture (%v)", err)
	}
	if cache := OpenCache(dir); cache.Kept(data, Limits{}) == nil {
		t.Error("the picture isn't kept in the pipe's place")
	}
}
