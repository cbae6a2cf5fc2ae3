package media

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func cacheFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSecondRunDecodesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pictures")
	data := asJPEG(t, quartered(1000, 700))
	first := OpenCache(dir)
	want, err := first.Picture(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := Picture(data, Limits{}); err != nil || !reflect.DeepEqual(want, plain) {
		t.Error("the cache gives something else than Picture")
	}
	if first.Decoded() != 1 {
		t.Errorf("the first run decoded %d", first.Decoded())
	}
	second := OpenCache(dir)
	got, err := second.Picture(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if second.Decoded() != 0 {
		t.Errorf("the second run decoded %d", second.Decoded())
	}
	if !reflect.DeepEqual(got, want) {
		t.Error("the second run gave something else")
	}
	for _, file := range cacheFiles(t, dir) {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s", filepath.Base(file))
		}
	}
}

func TestLimitsHoldInTheCache(t *testing.T) {
	dir := t.TempDir()
	data := asJPEG(t, quartered(100, 70))
	if _, err := OpenCache(dir).Picture(data, Limits{}); err != nil {
		t.Fatal(err)
	}
	_, err := OpenCache(dir).Picture(data, Limits{Pixels: 100})
	wantCode(t, err, "picture-too-large")
}

// keptPicture keeps a picture in a folder, and returns its source, what became of
// it, and the file in which it is kept.
func keptPicture(t *testing.T, dir string) (data []byte, made *Rendition, file string) {
	t.Helper()
	data = asJPEG(t, quartered(600, 400))
	made, err := OpenCache(dir).Picture(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return data, made, cacheFiles(t, dir)[0]
}

func TestCorruptCacheIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	data, want, file := keptPicture(t, dir)
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	turned := func(at int) []byte {
		out := append([]byte{}, whole...)
		out[at] ^= 1
		return out
	}
	for name, content := range map[string][]byte{
		"empty": nil, "cut": whole[:len(whole)-10], "cut early": whole[:30], "other": []byte("hello"),
		"a bit in the picture": turned(len(whole) - 5), "a bit in the list": turned(len(cacheMark) + 50), "a bit in the sum": turned(len(cacheMark)), "longer": append(append([]byte{}, whole...), 'x'),
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		cache := OpenCache(dir)
		got, err := cache.Picture(data, Limits{})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got another picture (%v)", name, err)
		}
		if cache.Decoded() != 1 {
			t.Errorf("%s: decoded %d", name, cache.Decoded())
		}
		if now, _ := os.ReadFile(file); string(now) != string(whole) {
			t.Errorf("%s: the file wasn't mended", name)
		}
	}
}

// A file that somebody copied over another one must not show the other's picture.
func TestAnotherPicturesFileIsMadeAnew(t *testing.T) {
	dir := t.TempDir()
	_, _, hers := keptPicture(t, dir)
	his := asJPEG(t, quartered(400, 600))
	kept, err := os.ReadFile(hers)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Picture(his, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	cache := OpenCache(dir)
	if err := os.WriteFile(cache.path(cacheKey(his, Limits{}.orUsual())), kept, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := cache.Picture(his, Limits{}); err != nil || !reflect.DeepEqual(got, want) || cache.Decoded() != 1 {
		t.Errorf("another picture's file was used (%v)", err)
	}
}

func TestPruneRemovesWhatWasNotAskedFor(t *testing.T) {
	dir := t.TempDir()
	a, b := asJPEG(t, quartered(50, 50)), asJPEG(t, quartered(60, 60))
	first := OpenCache(dir)
	for _, data := range [][]byte{a, b} {
		if _, err := first.Picture(data, Limits{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".half-123", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Prune(); err != nil {
		t.Fatal(err)
	}
	if got := cacheFiles(t, dir); len(got) != 3 { // two pictures, and the file that isn't ours
		t.Errorf("after the first run: %v", got)
	}
	second := OpenCache(dir)
	if _, err := second.Picture(a, Limits{}); err != nil {
		t.Fatal(err)
	}
	if err := second.Prune(); err != nil {
		t.Fatal(err)
	}
	if got := cacheFiles(t, dir); len(got) != 2 {
		t.Errorf("after the second run: %v", got)
	}
	third := OpenCache(dir)
	if _, err := third.Picture(a, Limits{}); err != nil || third.Decoded() != 0 {
		t.Errorf("the picture that was used had to be made anew (%v)", err)
	}
	// A long-lived cache forgets what an earlier build used.
	if err := second.Prune(); err != nil {
		t.Fatal(err)
	}
	for _, file := range cacheFiles(t, dir) {
		if strings.HasSuffix(file, cacheSuffix) {
			t.Error("a picture that the last build didn't use is still there")
		}
	}
	if err := OpenCache(filepath.Join(dir, "never")).Prune(); err != nil {
		t.Errorf("pruning a cache that was never made: %v", err)
	}
}

func TestUnwritableCacheIsNoError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cache := OpenCache(filepath.Join(file, "below"))
	if _, err := cache.Picture(asJPEG(t, quartered(50, 50)), Limits{}); err != nil {
		t.Error(err)
	}
}

func TestCacheFromManySides(t *testing.T) {
	cache := OpenCache(t.TempDir())
	pictures := [][]byte{asJPEG(t, quartered(50, 50)), asJPEG(t, quartered(60, 60)), asJPEG(t, quartered(70, 70))}
	var all sync.WaitGroup
	for i := range 30 {
		all.Go(func() {
			made, err := cache.Picture(pictures[i%3], Limits{})
			if err != nil || made.Width != 50+10*(i%3) {
				t.Errorf("picture %d: %v", i%3, err)
			}
			if i%10 == 0 {
				if err := cache.Prune(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
