package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"

	"github.com/bep/imagemeta"
	"golang.org/x/image/webp"
	"golang.org/x/sync/semaphore"
)

// The settings of every published picture. Whoever changes one changes
// settings as well, so that pictures kept by [Cache] are made anew.
const (
	// maxWidth suits a page's full width on a screen with two pixels to a point.
	maxWidth = 1600
	// quality is where most eyes stop seeing a difference on photographs.
	quality = 82
	// fewColours is the most colours a picture without loss may have to stay
	// PNG, which keeps letters and lines sharp; above it, it's a photograph.
	fewColours = 256

	settings = "2"
)

// widths below the largest, for small screens.
var widths = []int{480, 960}

// Picture makes a JPEG, PNG, GIF or WebP ready: it is decoded, turned the
// right way up by its EXIF orientation, converted to sRGB, and encoded at up
// to three widths (480, 960 and 1600 pixels, never wider than the source)
// without any metadata.
//
// Pictures with transparency, and those without loss that have few colours,
// become PNG; everything else becomes JPEG. Of an animation, the first frame
// is used. Embedded ICC profiles are converted: those of a matrix and curves
// (Display P3, Adobe RGB, and the like, also for grey), and those of tables
// (most of those for print). CMYK without a profile is converted plainly; the
// PNG chunks gAMA, cHRM and cICP are ignored. Colours outside sRGB are clipped.
//
// Errors are of type [*Error]. The function may be called from many
// goroutines: it decodes at most one picture per core at a time, and fewer
// when they are large.
func Picture(data []byte, limits Limits) (*Rendition, error) {
	h, err := readHeader(data, limits)
	if err != nil {
		return nil, err
	}
	defer admit(h)()
	img, err := decode(data, h)
	if err != nil {
		return nil, err
	}
	return render(img, orientation(data, h.format), h)
}

// room bounds the memory taken by pictures in the making, in pixels: sixteen
// million a core, so that one camera picture per core fits, and a picture of
// the largest size waits until it is alone.
var (
	cores = int64(runtime.GOMAXPROCS(0))
	share = int64(16_000_000)
	room  = semaphore.NewWeighted(cores * share)
)

// admit waits until there is room to decode the picture, and returns what
// gives the room back.
func admit(h *header) (release func()) {
	need := int64(h.width) * int64(h.height)
	if h.bulky {
		need *= 2
	}
	need = min(max(need, share), cores*share)
	// Without a deadline, and asking for no more than there is, Acquire can't fail.
	_ = room.Acquire(context.Background(), need)
	return func() { room.Release(need) }
}

// decode reads a picture's pixels. A panic in a decoder is the file's fault
// as far as its owner is concerned, and must not end the build.
func decode(data []byte, h *header) (img image.Image, err error) {
	defer func() {
		if recover() != nil {
			img, err = nil, errBrokenPicture
		}
	}()
	r := bytes.NewReader(data)
	switch h.format {
	case formatJPEG:
		img, err = jpeg.Decode(r)
	case formatPNG:
		img, err = png.Decode(r)
	case formatGIF:
		if img, err = gif.Decode(r); err == nil {
			img = onCanvas(img, h.width, h.height)
		}
	case formatWebP:
		if img, err = webp.Decode(r); err == nil {
			img = fullRange(img)
		}
	default:
		return nil, fmt.Errorf("media: no decoder for %q", h.format)
	}
	if err != nil {
		return nil, pictureError(err)
	}
	if img.Bounds().Empty() {
		return nil, errBrokenPicture
	}
	return img, nil
}

// pictureError tells a decoder's error in plain words.
func pictureError(err error) error {
	var jpegCant jpeg.UnsupportedError
	var pngCant png.UnsupportedError
	if errors.As(err, &jpegCant) || errors.As(err, &pngCant) {
		return problem("picture-unsupported", "This picture is saved in a rare way that can't be read here (for instance for print, or for science).",
			"Open it in a picture editor and export it as an ordinary JPEG or PNG in RGB with 8 bits a channel.")
	}
	return errBrokenPicture
}

// onCanvas lays a GIF's first frame, which may be smaller, onto its canvas.
func onCanvas(frame image.Image, width, height int) image.Image {
	canvas := image.Rect(0, 0, width, height)
	if frame.Bounds() == canvas {
		return frame
	}
	whole := image.NewRGBA(canvas)
	draw.Draw(whole, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return whole
}

// orientation returns the EXIF orientation (1 to 8) of a picture. Unreadable
// or absent means 1, upright: a camera's mistake in its notes is no reason to
// refuse a picture that can be seen.
func orientation(data []byte, format string) int {
	formats := map[string]imagemeta.ImageFormat{formatJPEG: imagemeta.JPEG, formatPNG: imagemeta.PNG, formatWebP: imagemeta.WebP}
	known, ok := formats[format]
	if !ok {
		return 1
	}
	found := 1
	// IFD1 describes the thumbnail, and may be turned otherwise.
	isOrientation := func(tag imagemeta.TagInfo) bool {
		return tag.Tag == "Orientation" && tag.Namespace == "IFD0"
	}
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: known, Sources: imagemeta.EXIF,
		ShouldHandleTag: isOrientation,
		HandleTag: func(tag imagemeta.TagInfo) error {
			if !isOrientation(tag) {
				return nil
			}
			if value, ok := tag.Value.(uint16); ok && value >= 1 && value <= 8 {
				found = int(value)
			}
			return imagemeta.ErrStopWalking
		},
	})
	if err != nil {
		return 1
	}
	return found
}

// render makes the files of a decoded picture. Scaling comes first, so that
// turning and converting touch as few pixels as possible.
func render(img image.Image, turn int, h *header) (*Rendition, error) {
	asPNG := false
	if !h.lossy || !isOpaque(img) {
		rgba := toRGBA(img)
		img = rgba
		asPNG = !rgba.Opaque() || !h.lossy && coloursWithin(rgba, fewColours)
	}
	width, height := img.Bounds().Dx(), img.Bounds().Dy()
	if turn >= 5 {
		width, height = height, width
	}
	sizes := ladder(width, height)
	largest := sizes[len(sizes)-1]
	if turn >= 5 {
		largest.X, largest.Y = largest.Y, largest.X
	}
	if cmyk, ok := img.(*image.CMYK); ok {
		if inks := newInks(h.profile); inks != nil {
			img = inks.inks(halves(cmyk, largest).(*image.CMYK))
		}
	}
	current := upright(scale(img, largest), turn)
	if convert := newConversion(h.profile); convert != nil {
		convert.apply(current)
	}

	files := make([]File, len(sizes))
	for i := len(sizes) - 1; i >= 0; i-- {
		current = scale(current, sizes[i])
		file, err := encode(current, asPNG)
		if err != nil {
			return nil, err
		}
		files[i] = file
	}
	last := files[len(files)-1]
	return &Rendition{Width: last.Width, Height: last.Height, Files: files, Still: h.moving}, nil
}

// ladder lists the sizes to make of a picture, from small to large. A width
// close below the largest is left out: it would save nobody anything.
func ladder(width, height int) []image.Point {
	at := func(w int) image.Point {
		return image.Pt(w, max(1, (height*w+width/2)/width))
	}
	largest := min(width, maxWidth)
	var sizes []image.Point
	for _, w := range widths {
		if w*5 <= largest*4 {
			sizes = append(sizes, at(w))
		}
	}
	return append(sizes, at(largest))
}

func isOpaque(img image.Image) bool {
	known, ok := img.(interface{ Opaque() bool })
	return ok && known.Opaque()
}

// coloursWithin reports whether an opaque picture has at most this many colours.
func coloursWithin(img *image.RGBA, most int) bool {
	seen := make(map[[3]byte]struct{}, most)
	var last [3]byte
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride : y*img.Stride+4*img.Rect.Dx()]
		for i := 0; i < len(row); i += 4 {
			colour := [3]byte(row[i : i+3])
			if colour == last && len(seen) > 0 {
				continue
			}
			last = colour
			seen[colour] = struct{}{}
			if len(seen) > most {
				return false
			}
		}
	}
	return true
}

func encode(img *image.RGBA, asPNG bool) (File, error) {
	var out bytes.Buffer
	size := img.Bounds().Size()
	if asPNG {
		if err := png.Encode(&out, img); err != nil {
			return File{}, fmt.Errorf("media: encoding PNG: %w", err)
		}
		return newFile(out.Bytes(), ".png", "image/png", size.X, size.Y), nil
	}
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		return File{}, fmt.Errorf("media: encoding JPEG: %w", err)
	}
	return newFile(out.Bytes(), ".jpg", "image/jpeg", size.X, size.Y), nil
}

// toRGBA returns the picture as RGBA with its corner at the origin.
func toRGBA(img image.Image) *image.RGBA {
	if rgba, ok := img.(*image.RGBA); ok && rgba.Rect.Min == (image.Point{}) {
		return rgba
	}
	rgba := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	if paletted, ok := img.(*image.Paletted); ok {
		fillFromPalette(rgba, paletted)
	} else {
		draw.Draw(rgba, rgba.Rect, img, img.Bounds().Min, draw.Src)
	}
	return rgba
}

// fillFromPalette is here because image/draw asks a paletted picture for each
// pixel's colour through two interfaces.
func fillFromPalette(dst *image.RGBA, src *image.Paletted) {
	var colours [256][4]byte
	for i, c := range src.Palette {
		r, g, b, a := c.RGBA()
		colours[i] = [4]byte{byte(r >> 8), byte(g >> 8), byte(b >> 8), byte(a >> 8)}
	}
	for y := range dst.Rect.Dy() {
		from := src.Pix[y*src.Stride : y*src.Stride+dst.Rect.Dx()]
		to := dst.Pix[y*dst.Stride:]
		for x, index := range from {
			copy(to[4*x:], colours[index][:])
		}
	}
}

// upright turns a picture by its EXIF orientation (EXIF 2.32, tag 0x0112).
func upright(img *image.RGBA, turn int) *image.RGBA {
	if turn <= 1 || turn > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size := image.Pt(w, h)
	if turn >= 5 {
		size = image.Pt(h, w)
	}
	turned := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			fromX, fromY := x, y
			switch turn {
			case 2: // mirrored left to right
				fromX = w - 1 - x
			case 3: // upside down
				fromX, fromY = w-1-x, h-1-y
			case 4: // mirrored top to bottom
				fromY = h - 1 - y
			case 5: // mirrored along the falling diagonal
				fromX, fromY = y, x
			case 6: // needs a quarter turn to the right
				fromX, fromY = y, h-1-x
			case 7: // mirrored along the rising diagonal
				fromX, fromY = w-1-y, h-1-x
			case 8: // needs a quarter turn to the left
				fromX, fromY = w-1-y, x
			}
			copy(turned.Pix[y*turned.Stride+4*x:][:4], img.Pix[fromY*img.Stride+4*fromX:][:4])
		}
	}
	return turned
}

// fullRange mends a lossy WebP's brightness. VP8 keeps luma in 16 to 235 and
// colour in 16 to 240 (RFC 6386, section 9.2, with BT.601), while the decoder
// hands its planes out as if they had JPEG's full range: untreated, black
// would be dark grey.
func fullRange(img image.Image) image.Image {
	var planes *image.YCbCr
	switch img := img.(type) {
	case *image.YCbCr:
		planes = img
	case *image.NYCbCrA:
		planes = &img.YCbCr
	default:
		return img
	}
	var luma, colour [256]byte
	for i := range luma {
		luma[i] = byte(min(max((i-16)*255+109, 0)/219, 255))
		colour[i] = byte(min(max((i-128)*255+128*224+112, 0)/224, 255))
	}
	for i, v := range planes.Y {
		planes.Y[i] = luma[v]
	}
	for i := range planes.Cb {
		planes.Cb[i], planes.Cr[i] = colour[planes.Cb[i]], colour[planes.Cr[i]]
	}
	return img
}
