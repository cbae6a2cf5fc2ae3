package read

import (
	"cmp"
	"crypto/sha256"
	"io"
	"os"
)

// findCopies tells every picture and recording which listed file has the same
// bytes, the file itself or a copy of it: what one item withholds isn't shown
// by another that has a copy (spec, "The proof": the bytes of a withheld file).
// Only files of equal size are read.
func (r *reader) findCopies() {
	bySize := map[int64][]*Medium{}
	same := map[*Medium]string{}
	r.lib.items(func(_ *Item, s *Shared) {
		for i := range s.Media {
			m := &s.Media[i]
			if info, err := os.Lstat(m.Path); m.Path != "" && err == nil {
				bySize[info.Size()] = append(bySize[info.Size()], m)
			}
		}
	})
	for _, media := range bySize {
		first := map[[sha256.Size]byte]string{} // by content
		sums := map[string][sha256.Size]byte{}  // by path
		for _, m := range media {
			if len(media) == 1 {
				break
			}
			sum, known := sums[m.Path]
			if !known {
				var err error
				if sum, err = r.cache.sum(m.Path); err != nil {
					continue // it is reported when it is made ready
				}
				sums[m.Path] = sum
			}
			if first[sum] == "" {
				first[sum] = m.Path
			}
			same[m] = first[sum]
		}
	}
	r.lib.items(func(_ *Item, s *Shared) {
		for i := range s.Media {
			m := &s.Media[i]
			if of := cmp.Or(same[m], m.Path); m.Same != of { // a Cache's items are only read once they were given out
				m.Same = of
			}
		}
	})
}

func fileSum(name string) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
