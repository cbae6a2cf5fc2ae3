package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The pictures of these tests show four quarters: red, green, blue and near
// white, as people see them: in the reading order of their corners.
var quarters = [4]color.RGBA{{220, 30, 30, 255}, {30, 200, 40, 255}, {30, 40, 210, 255}, {240, 240, 240, 255}}

func quarterAt(x, y, width, height int) color.RGBA {
	i := 0
	if x >= width/2 {
		i++
	}
	if y >= height/2 {
		i += 2
	}
	return quarters[i]
}

func quartered(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.SetRGBA(x, y, quarterAt(x, y, width, height))
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// withSegments puts segments behind a JPEG's start.
func withSegments(jpg []byte, segments ...[]byte) []byte {
	return slices.Concat(jpg[:2], slices.Concat(segments...), jpg[2:])
}

func segment(marker byte, body ...[]byte) []byte {
	all := slices.Concat(body...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(all)+2)), all...)
}

// withChunks puts chunks behind a PNG's IHDR.
func withChunks(png []byte, chunks ...[]byte) []byte {
	return slices.Concat(png[:33], slices.Concat(chunks...), png[33:])
}

func chunk(name string, body []byte) []byte {
	out := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), name...)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// tiff is an EXIF block with an orientation, a place (GPS), an artist, and a
// thumbnail that says it is turned otherwise.
func tiff(order binary.AppendByteOrder, turn int) []byte {
	bigger := "II*\x00"
	if order.String() == "BigEndian" {
		bigger = "MM\x00*"
	}
	out := order.AppendUint32([]byte(bigger), 8)
	entry := func(tag, kind uint16, count uint32, value []byte) {
		out = order.AppendUint16(out, tag)
		out = order.AppendUint16(out, kind)
		out = order.AppendUint32(out, count)
		out = append(out, append(value, 0, 0, 0, 0)[:4]...)
	}
	short := func(v int) []byte { return order.AppendUint16(nil, uint16(v)) }
	long := func(v int) []byte { return order.AppendUint32(nil, uint32(v)) }
	const ifd1, gps = 8 + 2 + 3*12 + 4, 8 + 2 + 3*12 + 4 + 2 + 12 + 4
	out = order.AppendUint16(out, 3)
	entry(0x0112, 3, 1, short(turn))
	entry(0x013b, 2, 4, []byte("Bob\x00"))
	entry(0x8825, 4, 1, long(gps))
	out = order.AppendUint32(out, ifd1)
	out = order.AppendUint16(out, 1)
	entry(0x0112, 3, 1, short(turn%8+1))
	out = order.AppendUint32(out, 0)
	out = order.AppendUint16(out, 1)
	entry(0x0001, 2, 2, []byte("N\x00"))
	return order.AppendUint32(out, 0)
}

func exif(order binary.AppendByteOrder, turn int) []byte {
	return segment(0xe1, []byte("Exif\x00\x00"), tiff(order, turn))
}

func xmp() []byte {
	return segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'>whose picture this is</x:xmpmeta>"))
}

// secret stands wherever a file may hide words.
const secret = "whose picture this is"

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// profile is an ICC profile of a matrix and one parametric or plain curve.
func profile(space string, primaries [3][3]float64, curve []byte) []byte {
	fixed := func(f float64) []byte { return binary.BigEndian.AppendUint32(nil, uint32(int32(f*65536))) }
	head := make([]byte, 128)
	copy(head[16:], space+"XYZ ")
	copy(head[36:], "acsp")
	names := []string{"rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC"}
	table := binary.BigEndian.AppendUint32(nil, uint32(len(names)))
	at := 128 + 4 + 12*len(names)
	var values []byte
	for i, name := range names {
		value := curve
		if i < 3 {
			value = slices.Concat([]byte("XYZ \x00\x00\x00\x00"), fixed(primaries[i][0]), fixed(primaries[i][1]), fixed(primaries[i][2]))
		}
		table = append(table, name...)
		table = binary.BigEndian.AppendUint32(table, uint32(at+len(values)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(value)))
		values = append(values, value...)
	}
	return slices.Concat(head, table, values)
}

func gammaCurve(gamma float64) []byte {
	return binary.BigEndian.AppendUint16([]byte("curv\x00\x00\x00\x00\x00\x00\x00\x01"), uint16(gamma*256))
}

// srgbCurve is sRGB's as a parametric curve of kind 3.
func srgbCurve() []byte {
	out := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
	for _, p := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		out = binary.BigEndian.AppendUint32(out, uint32(int32(p*65536+0.5)))
	}
	return out
}

// Primaries under D50, in XYZ.
var (
	displayP3 = [3][3]float64{{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}}
	adobeRGB  = [3][3]float64{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}
	srgbXYZ   = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}
)

func iccSegments(profile []byte) []byte {
	half := len(profile) / 2
	// Out of order, as the standard allows.
	return slices.Concat(
		segment(0xe2, []byte("ICC_PROFILE\x00\x02\x02"), profile[half:]),
		segment(0xe2, []byte("ICC_PROFILE\x00\x01\x02"), profile[:half]))
}

func animation(t testing.TB) []byte {
	t.Helper()
	palette := color.Palette{quarters[0], quarters[1], quarters[2], quarters[3], color.RGBA{}}
	first := image.NewPaletted(image.Rect(0, 0, 40, 30), palette)
	for y := range 30 {
		for x := range 40 {
			first.Set(x, y, quarterAt(x, y, 40, 30))
		}
	}
	second := image.NewPaletted(image.Rect(4, 4, 10, 10), palette)
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{10, 10}}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// largest decodes the largest file of a rendition.
func largest(t testing.TB, r *Rendition) image.Image {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(r.Files[len(r.Files)-1].Data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// wantQuarters fails unless the picture's quarters have their colours.
func wantQuarters(t testing.TB, img image.Image, tolerance int) {
	t.Helper()
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	for i, at := range []image.Point{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
		wantColour(t, img, at, quarters[i], tolerance)
	}
}

func wantColour(t testing.TB, img image.Image, at image.Point, want color.RGBA, tolerance int) {
	t.Helper()
	got := color.RGBAModel.Convert(img.At(at.X, at.Y)).(color.RGBA)
	near := func(a, b uint8) bool { return int(a)-int(b) <= tolerance && int(b)-int(a) <= tolerance }
	if !near(got.R, want.R) || !near(got.G, want.G) || !near(got.B, want.B) || !near(got.A, want.A) {
		t.Errorf("colour at %v is %v, want about %v", at, got, want)
	}
}

// wantClean fails when a finished file holds anything but its picture or sound.
func wantClean(t testing.TB, files ...File) {
	t.Helper()
	for _, f := range files {
		if what := HasMetadata(f.Data); what != "" {
			t.Errorf("%s holds %s", f.Type, what)
		}
		if bytes.Contains(f.Data, []byte(secret)) {
			t.Errorf("%s holds words of its source", f.Type)
		}
	}
}

func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	var told *Error
	if !errors.As(err, &told) {
		t.Fatalf("got the error %v, want one with the code %s", err, code)
	}
	if told.Code != code {
		t.Errorf("got the code %s (%s), want %s", told.Code, told.Message, code)
	}
	if told.Message == "" || told.Help == "" {
		t.Errorf("the problem %s doesn't say what is wrong and how to mend it", told.Code)
	}
}
