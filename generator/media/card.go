package media

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	fixedpoint "golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// The settings of every card. Whoever changes one changes cardSettings as
// well, so that cards kept by [Cache] are made anew.
const (
	cardWidth, cardHeight = 1200, 630 // what platforms crop least
	cardMargin            = 84
	cardBar               = 24 // the coloured bar at the left
	nameSize              = 40 // the site's name, in pixels

	cardSettings = "card 1"
)

// titleSizes are tried from large to small, in pixels, until the title fits.
// At a third of its width, as phones show a card, the smallest can still be read.
var titleSizes = []int{88, 76, 66, 56, 46}

// ErrNoCard says that a card can't be drawn: the words are in a script that
// the built-in font doesn't have, or there are too many of them. Nothing is
// ever shortened, and no letter stands as an empty box.
var ErrNoCard = errors.New("media: these words can't be drawn on a card")

// Card draws the picture by which other sites show a link: a title, and the
// name of the site below it (spec, use `social`). Without a title, the name
// stands alone. The words stand as they are written, broken into lines between
// words. The same words give the same bytes.
//
// The font has Latin, Greek and Cyrillic letters. The error is [ErrNoCard].
func Card(title, site string) (*Rendition, error) {
	title, site = oneLine(title), oneLine(site)
	if site == "" {
		return nil, ErrNoCard
	}
	if err := loadFonts(); err != nil {
		return nil, err
	}
	if title == "" {
		title, site = site, ""
	}
	drawnName, known := letters(nameFace, site)
	name := breakLines(drawnName)
	if !known || len(name) > 2 || name == nil && site != "" {
		return nil, ErrNoCard
	}
	for i, size := range titleSizes {
		drawn, known := letters(titleFaces[i], title)
		if !known {
			return nil, ErrNoCard
		}
		lines := breakLines(drawn)
		height := len(lines) * lineHeight(size)
		room := cardHeight - 2*cardMargin
		if len(name) > 0 {
			room -= nameSize + len(name)*lineHeight(nameSize)
		}
		if lines == nil || height > room {
			continue
		}
		picture := blankCards.Get().(*image.Paletted)
		defer blankCards.Put(picture)
		clear(picture.Pix)
		drawBar(picture)
		if len(name) == 0 { // alone in the middle
			drawLines(picture, lines, (cardHeight-height)/2, size)
		} else {
			drawLines(picture, lines, cardMargin, size)
			drawLines(picture, name, cardHeight-cardMargin-len(name)*lineHeight(nameSize), nameSize)
		}
		return encodeCard(picture)
	}
	return nil, ErrNoCard
}

func lineHeight(size int) int { return size * 6 / 5 }

const cardRoom = cardWidth - 2*cardMargin - cardBar

// oneLine is the words in composed letters, with single spaces.
func oneLine(words string) string { return norm.NFC.String(strings.Join(strings.Fields(words), " ")) }

// A card has sixteen colours, so that a pixel takes half a byte: paper, ink,
// the steps between them for smooth edges, and the bar's.
const (
	inkStep  = 14
	barIndex = 15
)

var cardPalette = func() color.Palette {
	paper, ink := [3]int{0xfb, 0xf7, 0xf0}, [3]int{0x2b, 0x23, 0x20}
	var p color.Palette
	for step := range inkStep + 1 {
		mix := func(c int) uint8 { return uint8((paper[c]*(inkStep-step) + ink[c]*step + inkStep/2) / inkStep) }
		p = append(p, color.RGBA{mix(0), mix(1), mix(2), 255})
	}
	return append(p, color.RGBA{0x9a, 0x3b, 0x26, 255})
}()

// blankCards are pictures to draw on, each of 750 KB.
var blankCards = sync.Pool{New: func() any {
	return image.NewPaletted(image.Rect(0, 0, cardWidth, cardHeight), cardPalette)
}}

func drawBar(picture *image.Paletted) {
	for y := range cardHeight {
		row := picture.Pix[y*picture.Stride:]
		for x := range cardBar {
			row[x] = barIndex
		}
	}
}

// face is a font at one size. Its letters are drawn once and kept: a site's
// titles use the same few dozen.
type face struct {
	mu      sync.Mutex
	font    *opentype.Font
	drawer  font.Face
	letters map[rune]*letter // nil: the font hasn't got it
}

// letter is a drawn letter; its corner is relative to its place on the line.
type letter struct {
	space   bool // a line may end here
	corner  image.Point
	steps   []byte // one a pixel, 0 to inkStep
	width   int
	advance int
}

// Fonts are loaded when the first card is drawn.
var (
	titleFaces []*face // one for each of titleSizes
	nameFace   *face
	loadFonts  = sync.OnceValue(func() error {
		load := func(data []byte, size int) (*face, error) {
			parsed, err := opentype.Parse(data)
			if err != nil {
				return nil, fmt.Errorf("media: the built-in font: %w", err)
			}
			drawer, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone})
			if err != nil {
				return nil, fmt.Errorf("media: the built-in font: %w", err)
			}
			return &face{font: parsed, drawer: drawer, letters: map[rune]*letter{}}, nil
		}
		var err error
		if nameFace, err = load(goregular.TTF, nameSize); err != nil {
			return err
		}
		for _, size := range titleSizes {
			f, err := load(gobold.TTF, size)
			if err != nil {
				return err
			}
			titleFaces = append(titleFaces, f)
		}
		return nil
	})
)

// letters returns the words as drawn letters; known is false when the font
// lacks one of them.
func letters(f *face, words string) (drawn []*letter, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range words {
		l, seen := f.letters[r]
		if !seen {
			l = f.draw(r)
			f.letters[r] = l
		}
		if l == nil {
			return nil, false
		}
		drawn = append(drawn, l)
	}
	return drawn, true
}

// draw draws a letter, or returns nil when the font hasn't got it.
func (f *face) draw(r rune) *letter {
	var buffer sfnt.Buffer
	index, err := f.font.GlyphIndex(&buffer, r)
	if err != nil || index == 0 { // 0 is the empty box
		return nil
	}
	place, mask, at, advance, ok := f.drawer.Glyph(fixedpoint.Point26_6{}, r)
	if !ok {
		return nil
	}
	l := &letter{space: r == ' ', corner: place.Min, width: place.Dx(), advance: advance.Round(), steps: make([]byte, place.Dx()*place.Dy())}
	for y := range place.Dy() {
		for x := range place.Dx() {
			_, _, _, alpha := mask.At(at.X+x, at.Y+y).RGBA()
			l.steps[y*l.width+x] = byte((alpha*inkStep + 0x7fff) / 0xffff)
		}
	}
	return l
}

// breakLines divides letters into lines at spaces, each as full as it can be;
// nil when a word is longer than a line.
func breakLines(words []*letter) (lines [][]*letter) {
	for start := 0; start < len(words); {
		end, width := start, 0 // end is where the line ends if the next word is too long
		i := start
		for ; i < len(words); i++ {
			if words[i].space {
				end = i
			}
			if width += words[i].advance; width > cardRoom && !words[i].space {
				break
			}
		}
		if i == len(words) {
			return append(lines, words[start:])
		}
		if end == start {
			return nil
		}
		lines = append(lines, words[start:end])
		start = end + 1
	}
	return lines
}

// drawLines draws lines of a size, the first with its top at this height.
func drawLines(picture *image.Paletted, lines [][]*letter, top, size int) {
	for n, line := range lines {
		x, base := cardMargin+cardBar, top+n*lineHeight(size)+size
		for _, l := range line {
			drawLetter(picture, l, x, base)
			x += l.advance
		}
	}
}

func drawLetter(picture *image.Paletted, l *letter, x, base int) {
	for i := 0; i < len(l.steps); i += l.width {
		y := base + l.corner.Y + i/l.width
		if y < 0 || y >= cardHeight {
			continue
		}
		row := picture.Pix[y*picture.Stride : y*picture.Stride+cardWidth]
		for k, step := range l.steps[i : i+l.width] {
			if at := x + l.corner.X + k; at >= 0 && at < cardWidth && step > row[at] {
				row[at] = step
			}
		}
	}
}

// encodeCard writes a card as PNG with four bits a pixel (PNG, 11.2): what
// image/png does, without asking for each pixel's colour through an interface,
// which took most of the time.
func encodeCard(picture *image.Paletted) (*Rendition, error) {
	var packed bytes.Buffer
	deflate, _ := deflaters.Get().(*zlib.Writer)
	defer deflaters.Put(deflate)
	deflate.Reset(&packed)
	row := make([]byte, 1+cardWidth/2) // the first byte says: no filter
	for y := range cardHeight {
		pixels := picture.Pix[y*picture.Stride:][:cardWidth]
		for i := range row[1:] {
			row[1+i] = pixels[2*i]<<4 | pixels[2*i+1]
		}
		if _, err := deflate.Write(row); err != nil {
			return nil, fmt.Errorf("media: encoding a card: %w", err)
		}
	}
	if err := deflate.Close(); err != nil {
		return nil, fmt.Errorf("media: encoding a card: %w", err)
	}
	head := binary.BigEndian.AppendUint32(nil, cardWidth)
	head = binary.BigEndian.AppendUint32(head, cardHeight)
	head = append(head, 4, 3, 0, 0, 0) // bits, palette, deflate, filters, not interlaced
	var colours []byte
	for _, c := range picture.Palette {
		rgba := color.RGBAModel.Convert(c).(color.RGBA)
		colours = append(colours, rgba.R, rgba.G, rgba.B)
	}
	out := []byte("\x89PNG\r\n\x1a\n")
	for _, part := range []struct {
		name string
		body []byte
	}{{"IHDR", head}, {"PLTE", colours}, {"IDAT", packed.Bytes()}, {"IEND", nil}} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part.body)))
		start := len(out)
		out = append(append(out, part.name...), part.body...)
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start:]))
	}
	return &Rendition{Width: cardWidth, Height: cardHeight, Files: []File{newFile(out, ".png", "image/png", cardWidth, cardHeight)}}, nil
}

// deflaters are shared between cards, because each has large tables.
var deflaters = sync.Pool{New: func() any {
	deflate, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed) // the level is one that exists
	return deflate
}}

// Card is [Card], remembered. Errors aren't remembered.
func (c *Cache) Card(title, site string) (*Rendition, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %q %q", cacheMark, cardSettings, oneLine(title), oneLine(site))
	return c.keep(hex.EncodeToString(h.Sum(nil)), func() (*Rendition, error) { return Card(title, site) })
}
