package media

import (
	"bytes"
	"errors"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// inkPlace tells between which rows of a card, and to which column, something
// stands beside the bar.
func inkPlace(t *testing.T, card *Rendition) (first, last int, widest int) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(card.Files[0].Data))
	if err != nil {
		t.Fatal(err)
	}
	paper := img.At(cardWidth-1, 0)
	first = -1
	for y := range cardHeight {
		for x := cardBar; x < cardWidth; x++ {
			if img.At(x, y) != paper {
				if first < 0 {
					first = y
				}
				last = y
				widest = max(widest, x)
			}
		}
	}
	return first, last, widest
}

func TestCard(t *testing.T) {
	long := "Seven winters in the flat above the launderette, and what the neighbours did when the boiler stopped, and stopped again, and then for good"
	cases := []struct{ name, title, site string }{
		{"short", "Home", "In Our Own Words"},
		{"long", long, "In Our Own Words"},
		{"accents", "Żółć, señor – Æneas’ “œuvre”", "Þorri"},
		{"decomposed", "Cafe\u0301", "In Our Own Words"},
		{"greek and cyrillic", "Ο δρόμος και дорога", "Слова"},
		{"the name alone", "", "In Our Own Words"},
		{"a long name", "Home", "In Our Own Words: stories and meeting notes of the Better Way network"},
	}
	seen := map[string]string{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			card, err := Card(c.title, c.site)
			if err != nil {
				t.Fatal(err)
			}
			if card.Width != 1200 || card.Height != 630 || len(card.Files) != 1 {
				t.Errorf("a card of %d by %d in %d files", card.Width, card.Height, len(card.Files))
			}
			wantClean(t, card.Files...)
			first, last, widest := inkPlace(t, card)
			if first < cardMargin/2 || last > cardHeight-cardMargin/2 || widest > cardWidth-cardMargin/2 {
				t.Errorf("words stand from row %d to %d and to column %d, too near the edge", first, last, widest)
			}
			if other, twice := seen[card.Files[0].Name]; twice {
				t.Errorf("the same picture as %q", other)
			}
			seen[card.Files[0].Name] = c.name
			again, err := Card(c.title, c.site)
			if err != nil || again.Files[0].Name != card.Files[0].Name {
				t.Error("the same words give another picture")
			}
		})
	}
	if a, _ := Card("Cafe\u0301", "X"); a.Files[0].Name != mustCard(t, "Café", "X").Files[0].Name {
		t.Error("a decomposed accent is drawn otherwise than a composed one")
	}
	if mustCard(t, " Home \n again ", "X").Files[0].Name != mustCard(t, "Home again", "X").Files[0].Name {
		t.Error("white space changes the card")
	}
}

func mustCard(t *testing.T, title, site string) *Rendition {
	t.Helper()
	card, err := Card(title, site)
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func TestNoCard(t *testing.T) {
	for name, words := range map[string][2]string{
		"arabic":           {"قصتي", "In Our Own Words"},
		"hindi":            {"मेरी कहानी", "In Our Own Words"},
		"chinese":          {"我的故事", "In Our Own Words"},
		"an emoji":         {"Home 🏠", "In Our Own Words"},
		"a control":        {"Home\u202e", "In Our Own Words"},
		"too long":         {strings.Repeat("so many words ", 60), "In Our Own Words"},
		"one endless word": {strings.Repeat("a", 200), "In Our Own Words"},
		"no name":          {"Home", " "},
		"a foreign name":   {"Home", "我们的话"},
		"an endless name":  {"Home", strings.Repeat("a", 200)},
	} {
		if _, err := Card(words[0], words[1]); !errors.Is(err, ErrNoCard) {
			t.Errorf("%s: got %v, want ErrNoCard", name, err)
		}
	}
}

func TestCardsAreKept(t *testing.T) {
	dir := t.TempDir()
	c := OpenCache(dir)
	first, err := c.Card("Home", "In Our Own Words")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Prune(); err != nil {
		t.Fatal(err)
	}
	kept, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(kept) != 1 {
		t.Fatalf("%d files are kept, want 1", len(kept))
	}
	if strings.Contains(kept[0], "home") {
		t.Error("a kept card is named after its title")
	}
	second, err := c.Card("Home", "In Our Own Words")
	if err != nil || second.Files[0].Name != first.Files[0].Name || !bytes.Equal(second.Files[0].Data, first.Files[0].Data) {
		t.Error("the kept card is another")
	}
	other := OpenCache(dir)
	if _, err := other.Card("Away", "In Our Own Words"); err != nil {
		t.Fatal(err)
	}
	if err := other.Prune(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept[0]); err == nil {
		t.Error("a card that nobody asked for any more is still kept")
	}
}

func BenchmarkCard(b *testing.B) {
	for b.Loop() {
		if _, err := Card("The winter the boiler broke and who knocked on the door", "In Our Own Words"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKeptCard(b *testing.B) {
	c := OpenCache(b.TempDir())
	for b.Loop() {
		if _, err := c.Card("The winter the boiler broke and who knocked on the door", "In Our Own Words"); err != nil {
			b.Fatal(err)
		}
	}
}
