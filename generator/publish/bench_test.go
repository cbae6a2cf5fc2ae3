package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// manyPages is a site of small pages in a folder each, as builds make them.
func manyPages(n int) ([]string, []byte) {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("stories/story-number-%06d/index.html", i)
	}
	page := make([]byte, 8000)
	for i := range page {
		page[i] = byte('a' + i%26)
	}
	return names, page
}

// BenchmarkStage times whole builds of 15,000 pages, without making the pages.
// "plain files" is the same without a stage. Deleting is left out of the times
// of "cold"; where it slows down whatever is written next, compare the rows of
// a single run only.
func BenchmarkStage(b *testing.B) {
	names, page := manyPages(15_000)
	digest := DigestOf(page)
	writeAll := func(b *testing.B, s *Stage, changed int, reuse bool) {
		must(b, inParallel(len(names), func(i int) error {
			if i < changed {
				return s.Write(names[i], append([]byte("changed"), page...))
			}
			if reuse && s.Reuse(names[i], digest) {
				return nil
			}
			return s.Write(names[i], page)
		}))
	}
	b.Run("plain files", func(b *testing.B) {
		root := b.TempDir()
		for round := 0; b.Loop(); round++ {
			must(b, inParallel(len(names), func(i int) error {
				at := filepath.Join(root, fmt.Sprint(round), names[i])
				if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
					return err
				}
				return os.WriteFile(at, page, 0o644)
			}))
		}
	})
	b.Run("cold", func(b *testing.B) {
		root := b.TempDir()
		for round := 0; b.Loop(); round++ {
			s, err := Begin(Place{Out: filepath.Join(root, fmt.Sprint(round), "public")})
			must(b, err)
			writeAll(b, s, 0, false)
			must(b, s.Publish())
		}
	})
	warm := func(name string, changed int, reuse bool) {
		b.Run(name, func(b *testing.B) {
			p := Place{Out: filepath.Join(b.TempDir(), "public")}
			for range 2 { // the second one makes the mirror
				s, err := Begin(p)
				must(b, err)
				writeAll(b, s, 0, false)
				must(b, s.Publish())
			}
			for round := 0; b.Loop(); round++ {
				s, err := Begin(p)
				must(b, err)
				writeAll(b, s, changed*(round%2), reuse)
				must(b, s.Publish())
			}
		})
	}
	warm("warm, 5 changed", 5, true)
	warm("warm, 5 changed, all made again", 5, false)
	b.Run("first build after a cold one, 5 changed", func(b *testing.B) {
		root := b.TempDir()
		for round := 0; b.Loop(); round++ {
			b.StopTimer()
			p := Place{Out: filepath.Join(root, fmt.Sprint(round), "public")}
			s, err := Begin(p)
			must(b, err)
			writeAll(b, s, 0, false)
			must(b, s.Publish())
			b.StartTimer()
			s, err = Begin(p)
			must(b, err)
			writeAll(b, s, 5, true)
			must(b, s.Publish())
		}
	})
}
