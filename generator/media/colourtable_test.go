package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
	"testing"
)

// The profiles of these tests say things that are known exactly: what a colour
// becomes is a formula, which the profile holds as tables. LittleCMS 2.14
// reads the same from each of them, within 2 of 255, but for the black point.

// tabled is an ICC profile with one table.
func tabled(version uint32, class, space, pcs string, tag []byte) []byte {
	head := make([]byte, 128)
	binary.BigEndian.PutUint32(head[8:], version)
	copy(head[12:], class+space+pcs)
	copy(head[36:], "acsp")
	copy(head[68:], []byte{0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d}) // D50
	head = binary.BigEndian.AppendUint32(head, 1)
	head = append(head, "A2B0"...)
	head = binary.BigEndian.AppendUint32(head, 144)
	head = binary.BigEndian.AppendUint32(head, uint32(len(tag)))
	out := append(head, tag...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

// eachPoint calls f for every point of a table, the last channel changing fastest.
func eachPoint(channels, points int, f func(v []float64)) {
	v := make([]float64, channels)
	for i := range int(math.Pow(float64(points), float64(channels))) {
		for c := channels - 1; c >= 0; c-- {
			v[c] = float64(i%points) / float64(points-1)
			i /= points
		}
		f(v)
	}
}

// lut is a lut8Type or lut16Type (width 1 or 2) with straight curves.
func lut(width, channels, points int, colour func(v []float64) [3]float64) []byte {
	out := []byte(fmt.Sprintf("mft%d\x00\x00\x00\x00", width))
	out = append(out, byte(channels), 3, byte(points), 0)
	for i := range 9 {
		out = binary.BigEndian.AppendUint32(out, []uint32{65536, 0, 0, 0}[i%4])
	}
	put := func(v float64) {
		if width == 1 {
			out = append(out, byte(v*255+0.5))
		} else {
			out = binary.BigEndian.AppendUint16(out, uint16(v*65535+0.5))
		}
	}
	straight := func(count int) {
		for range count {
			if width == 2 {
				put(0)
				put(1)
				continue
			}
			for i := range 256 {
				put(float64(i) / 255)
			}
		}
	}
	if width == 2 {
		out = append(out, 0, 2, 0, 2)
	}
	straight(channels)
	eachPoint(channels, points, func(v []float64) {
		for _, x := range colour(v) {
			put(min(max(x, 0), 1))
		}
	})
	straight(3)
	return out
}

// layered is a lutAToBType: a table of bytes that turns each channel round, the
// curves of sRGB, a matrix, and straight curves.
func layered(primaries [3][3]float64) []byte {
	pad := func(b []byte) []byte { return append(b, make([]byte, (4-len(b)%4)%4)...) }
	straight := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x00")
	three := func(curve []byte) []byte { return slices.Concat(pad(curve), pad(curve), pad(curve)) }
	table := make([]byte, 20)
	table[0], table[1], table[2], table[16] = 2, 2, 2, 1
	eachPoint(3, 2, func(v []float64) {
		for _, x := range v {
			table = append(table, byte(255*(1-x)))
		}
	})
	var matrix []byte
	for row := range 3 {
		for column := range 3 { // XYZ is stored at half its size
			matrix = binary.BigEndian.AppendUint32(matrix, uint32(int32(primaries[column][row]/2*65536)))
		}
	}
	matrix = append(matrix, make([]byte, 12)...)
	out := append([]byte("mAB \x00\x00\x00\x00"), 3, 3, 0, 0)
	at := 32
	parts := [][]byte{three(straight), matrix, three(srgbCurve()), pad(table), three(straight)} // B, matrix, M, table, A
	for _, part := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		at += len(part)
	}
	return slices.Concat(out, slices.Concat(parts...))
}

// labOf is the CIELAB colour (L from 0 to 100) of an sRGB colour, seen with so
// much light on black as paper shows.
func labOf(rgb [3]float64, veil float64) (lab [3]float64) {
	var f [3]float64
	for row := range 3 {
		sum := 0.0
		for i, v := range rgb {
			if v <= 0.04045 {
				v /= 12.92
			} else {
				v = math.Pow((v+0.055)/1.055, 2.4)
			}
			sum += srgbXYZ[i][row] * v
		}
		white := [3]float64{0.9642, 1, 0.8249}[row]
		sum = (veil*white + (1-veil)*sum) / white
		if sum > 216.0/24389 {
			f[row] = math.Cbrt(sum)
		} else {
			f[row] = (24389.0/27*sum + 16) / 116
		}
	}
	return [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

func lab8(lab [3]float64) [3]float64 {
	return [3]float64{lab[0] / 100, (lab[1] + 128) / 255, (lab[2] + 128) / 255}
}

func lab16(lab [3]float64) [3]float64 {
	return [3]float64{lab[0] / 100 * 65280 / 65535, (lab[1] + 128) * 256 / 65535, (lab[2] + 128) * 256 / 65535}
}

// printed is what the four inks of these tests look like in sRGB.
func printed(v []float64) [3]float64 {
	return [3]float64{(1 - v[0]) * (1 - v[3]), (1 - v[1]) * (1 - v[3]), (1 - v[2]) * (1 - v[3])}
}

// swapped says that red was stored as blue.
func swapped(v []float64) [3]float64 { return [3]float64{v[2], v[1], v[0]} }

func TestProfilesOfTables(t *testing.T) {
	colours := [][3]uint8{{200, 100, 50}, {40, 160, 90}, {128, 128, 128}, {255, 255, 255}, {0, 0, 0}, {255, 0, 0}, {12, 34, 250}}
	for name, test := range map[string]struct {
		profile []byte
		want    func(r, g, b uint8) color.RGBA
	}{
		"lut8": {tabled(0x02400000, "scnr", "RGB ", "Lab ", lut(1, 3, 33, func(v []float64) [3]float64 { return lab8(labOf(swapped(v), 0)) })),
			func(r, g, b uint8) color.RGBA { return color.RGBA{b, g, r, 255} }},
		"lut16 with a veil": {tabled(0x02400000, "scnr", "RGB ", "Lab ", lut(2, 3, 33, func(v []float64) [3]float64 { return lab16(labOf(swapped(v), 0.02)) })),
			func(r, g, b uint8) color.RGBA { return color.RGBA{b, g, r, 255} }},
		"lutAToB": {tabled(0x04200000, "scnr", "RGB ", "XYZ ", layered(srgbXYZ)),
			func(r, g, b uint8) color.RGBA { return color.RGBA{255 - r, 255 - g, 255 - b, 255} }},
	} {
		var packed bytes.Buffer
		z := zlib.NewWriter(&packed)
		z.Write(test.profile)
		z.Close()
		for _, from := range colours {
			img := image.NewRGBA(image.Rect(0, 0, 8, 8))
			for i := range img.Pix {
				img.Pix[i] = append(from[:], 255)[i%4]
			}
			made, err := Picture(withChunks(asPNG(t, img), chunk("iCCP", append([]byte("x\x00\x00"), packed.Bytes()...))), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprint(name, from), func(t *testing.T) {
				wantColour(t, largest(t, made), image.Pt(4, 4), test.want(from[0], from[1], from[2]), 4)
				wantClean(t, made.Files...)
			})
		}
	}
}

func TestInks(t *testing.T) {
	profile := tabled(0x02400000, "prtr", "CMYK", "Lab ", lut(2, 4, 11, func(v []float64) [3]float64 { return lab16(labOf(printed(v), 0.02)) }))
	inks := newInks(profile)
	if inks == nil {
		t.Fatal("the profile can't be read")
	}
	for _, ink := range [][4]byte{{0, 0, 0, 0}, {255, 255, 255, 255}, {0, 0, 0, 255}, {255, 0, 0, 0}, {10, 200, 90, 0}, {100, 20, 0, 60}, {128, 128, 128, 128}} {
		v := []float64{float64(ink[0]) / 255, float64(ink[1]) / 255, float64(ink[2]) / 255, float64(ink[3]) / 255}
		want := printed(v)
		r, g, b := inks.at(ink[:]...)
		for i, got := range []byte{r, g, b} {
			if math.Abs(float64(got)-255*want[i]) > 5 {
				t.Errorf("the inks %v became %d %d %d, want about %.0f", ink, r, g, b, [3]float64{255 * want[0], 255 * want[1], 255 * want[2]})
				break
			}
		}
	}
	// In a picture: the profile says otherwise than plain conversion, and the picture shows it.
	inverse := tabled(0x02400000, "prtr", "CMYK", "Lab ", lut(2, 4, 5, func(v []float64) [3]float64 {
		return lab16(labOf([3]float64{v[0], v[1], v[2]}, 0))
	}))
	made, err := Picture(withSegments(testdata(t, "cmyk.jpg"), iccSegments(inverse)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	wantClean(t, made.Files...)
	plain, err := Picture(testdata(t, "cmyk.jpg"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	at := image.Pt(plain.Width/4, plain.Height*3/4) // blue
	was := color.RGBAModel.Convert(largest(t, plain).At(at.X, at.Y)).(color.RGBA)
	if is := color.RGBAModel.Convert(largest(t, made).At(at.X, at.Y)).(color.RGBA); is.B >= was.B || is.R <= was.R {
		t.Errorf("with a profile that turns colours round %v became %v", was, is)
	}
}

func TestTablesThatAreLeftAlone(t *testing.T) {
	colour := func(v []float64) [3]float64 { return lab16(labOf(swapped(v), 0)) }
	good := lut(2, 3, 3, colour)
	for name, tag := range map[string][]byte{
		"empty": nil, "another type": append([]byte("xxxx"), good[4:]...), "four channels": lut(2, 4, 2, colour), "cut": good[:len(good)-30],
		"one point": lut(2, 3, 1, func([]float64) [3]float64 { return [3]float64{} }), "long curves": slices.Concat(good[:48], []byte{0xff, 0xff, 0, 2}, good[52:]),
		"offsets outside": append([]byte("mAB \x00\x00\x00\x00\x03\x03\x00\x00"), bytes.Repeat([]byte{0x7f}, 40)...),
		"no steps":        append([]byte("mAB \x00\x00\x00\x00\x03\x03\x00\x00"), make([]byte, 20)...),
	} {
		if newConversion(tabled(0x02400000, "scnr", "RGB ", "Lab ", tag)) != nil {
			t.Errorf("the table %q would be used", name)
		}
	}
	if newConversion(tabled(0x02400000, "link", "RGB ", "Lab ", good)) != nil {
		t.Error("a link from one device to another would be used")
	}
	if newConversion(tabled(0x02400000, "scnr", "RGB ", "Lab ", good)) == nil {
		t.Error("a good table would be left alone")
	}
	if newConversion(tabled(0x02400000, "scnr", "CMYK", "Lab ", good)) != nil || newInks(tabled(0x02400000, "scnr", "RGB ", "Lab ", good)) != nil {
		t.Error("a profile for other colours than the picture's would be used")
	}
}

func FuzzProfile(f *testing.F) {
	f.Add(tabled(0x02400000, "scnr", "RGB ", "Lab ", lut(2, 3, 3, func(v []float64) [3]float64 { return lab16(labOf(swapped(v), 0)) })))
	f.Add(tabled(0x02400000, "prtr", "CMYK", "Lab ", lut(1, 4, 2, func(v []float64) [3]float64 { return lab8(labOf(printed(v), 0)) })))
	f.Add(tabled(0x04200000, "scnr", "RGB ", "XYZ ", layered(srgbXYZ)))
	f.Add(profile("RGB ", displayP3, srgbCurve()))
	f.Fuzz(func(t *testing.T, data []byte) {
		if c := newConversion(data); c != nil {
			c.colour(0, 127, 255)
		}
		if g := newInks(data); g != nil {
			g.at(0, 127, 255, 9)
		}
	})
}

// BenchmarkInks reads a profile and converts a picture of a million pixels.
func BenchmarkInks(b *testing.B) {
	profile := tabled(0x02400000, "prtr", "CMYK", "Lab ", lut(2, 4, 9, func(v []float64) [3]float64 { return lab16(labOf(printed(v), 0.02)) }))
	img := image.NewCMYK(image.Rect(0, 0, 1000, 1000))
	for i := range img.Pix {
		img.Pix[i] = byte(i * 7)
	}
	b.Run("profile", func(b *testing.B) {
		for b.Loop() {
			newInks(profile)
		}
	})
	inks := newInks(profile)
	b.Run("picture", func(b *testing.B) {
		for b.Loop() {
			inks.inks(img)
		}
	})
}
