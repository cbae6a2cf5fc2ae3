package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	xdraw "golang.org/x/image/draw"
)

// sides tells, for each EXIF orientation, where the stored picture's first
// row and first column are seen (EXIF 2.32, tag 0x0112).
var sides = map[int][2]string{
	1: {"top", "left"}, 2: {"top", "right"}, 3: {"bottom", "right"}, 4: {"bottom", "left"},
	5: {"left", "top"}, 6: {"right", "top"}, 7: {"right", "bottom"}, 8: {"left", "bottom"},
}

// stored lays a picture of the given size, as it is seen, out as a camera
// with that orientation stores it.
func stored(seenWidth, seenHeight, turn int) *image.RGBA {
	w, h := seenWidth, seenHeight
	if turn >= 5 {
		w, h = h, w
	}
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for row := range h {
		for column := range w {
			var x, y int
			for i, side := range sides[turn] {
				step := []int{row, column}[i]
				switch side {
				case "top":
					y = step
				case "bottom":
					y = seenHeight - 1 - step
				case "left":
					x = step
				case "right":
					x = seenWidth - 1 - step
				}
			}
			img.SetRGBA(column, row, quarterAt(x, y, seenWidth, seenHeight))
		}
	}
	return img
}

func TestEveryOrientation(t *testing.T) {
	for turn := 1; turn <= 8; turn++ {
		for name, make := range map[string]func() []byte{
			"JPEG little-endian": func() []byte {
				return withSegments(asJPEG(t, stored(48, 32, turn)), exif(binary.LittleEndian, turn), xmp())
			},
			"JPEG big-endian": func() []byte {
				return withSegments(asJPEG(t, stored(48, 32, turn)), exif(binary.BigEndian, turn))
			},
			"PNG": func() []byte {
				return withChunks(asPNG(t, stored(48, 32, turn)), chunk("eXIf", tiff(binary.BigEndian, turn)))
			},
			"large JPEG": func() []byte {
				return withSegments(asJPEG(t, stored(2100, 1400, turn)), exif(binary.LittleEndian, turn))
			},
		} {
			t.Run(fmt.Sprintf("%s %d", name, turn), func(t *testing.T) {
				made, err := Picture(make(), Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if off := made.Width*2 - made.Height*3; off < -1 || off > 1 {
					t.Errorf("size %d by %d, want three to two", made.Width, made.Height)
				}
				img := largest(t, made)
				if img.Bounds().Dx() != made.Width || img.Bounds().Dy() != made.Height {
					t.Errorf("the rendition says %d by %d, its largest file %v", made.Width, made.Height, img.Bounds())
				}
				wantQuarters(t, img, 6)
				wantClean(t, made.Files...)
			})
		}
	}
}

func TestAwkwardPictures(t *testing.T) {
	plain := asJPEG(t, quartered(48, 32))
	deep := image.NewNRGBA64(image.Rect(0, 0, 48, 32))
	draw.Draw(deep, deep.Rect, quartered(48, 32), image.Point{}, draw.Src)
	text := chunk("tEXt", []byte("Author\x00"+secret))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write([]byte(secret))
	z.Close()

	for _, test := range []struct {
		name      string
		data      []byte
		kind      string
		tolerance int
	}{
		{"JPEG with every block", withSegments(plain, exif(binary.LittleEndian, 1), xmp(),
			segment(0xed, []byte("Photoshop 3.0\x008BIM"+secret)), segment(0xfe, []byte(secret)), iccSegments(profile("RGB ", srgbXYZ, srgbCurve()))), "image/jpeg", 6},
		{"JPEG with a broken EXIF block", withSegments(plain, segment(0xe1, []byte("Exif\x00\x00II*\x00\xff\xff\xff\xff"))), "image/jpeg", 6},
		{"JPEG that is a web page too", append(slices.Clone(plain), []byte("<html><script>alert('"+secret+"')</script>")...), "image/jpeg", 6},
		{"JPEG with a second one behind", slices.Concat(plain, withSegments(plain, xmp())), "image/jpeg", 6},
		{"progressive JPEG", testdata(t, "progressive.jpg"), "image/jpeg", 12},
		{"CMYK JPEG", testdata(t, "cmyk.jpg"), "image/jpeg", 12},
		{"YCCK JPEG", testdata(t, "ycck.jpg"), "image/jpeg", 12},
		{"16-bit PNG", asPNG(t, deep), "image/png", 1},
		{"PNG with text", withChunks(asPNG(t, quartered(48, 32)), text, chunk("zTXt", append([]byte("Comment\x00\x00"), packed.Bytes()...)),
			chunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"+secret)), chunk("tIME", []byte{7, 230, 1, 2, 3, 4, 5})), "image/png", 1},
		{"PNG with something behind", append(asPNG(t, quartered(48, 32)), secret...), "image/png", 1},
		{"animated GIF", animation(t), "image/png", 1},
		{"lossy WebP", testdata(t, "lossy.webp"), "image/jpeg", 12},
		{"lossless WebP", testdata(t, "lossless.webp"), "image/png", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			made, err := Picture(test.data, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := made.Files[0].Type; got != test.kind {
				t.Errorf("made %s, want %s", got, test.kind)
			}
			wantQuarters(t, largest(t, made), test.tolerance)
			wantClean(t, made.Files...)
			if again, err := Picture(test.data, Limits{}); err != nil || !bytes.Equal(again.Files[0].Data, made.Files[0].Data) {
				t.Error("the same picture gave other bytes the second time")
			}
			if got := Sniff(test.data); got != KindPicture {
				t.Errorf("Sniff says %q", got)
			}
		})
	}
}

func TestGreyPicture(t *testing.T) {
	made, err := Picture(testdata(t, "grey.jpg"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	wantColour(t, largest(t, made), image.Pt(4, 4), color.RGBA{87, 87, 87, 255}, 3) // red's luma
	wantClean(t, made.Files...)
}

func TestBrokenPictures(t *testing.T) {
	plain := asJPEG(t, quartered(480, 320))
	bomb := withChunks(asPNG(t, quartered(8, 8)))
	binary.BigEndian.PutUint32(bomb[16:], 30_000)
	binary.BigEndian.PutUint32(bomb[20:], 30_000)
	binary.BigEndian.PutUint32(bomb[29:], crc32IHDR(bomb))
	jpegBomb := slices.Clone(plain)
	sof := bytes.Index(jpegBomb, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(jpegBomb[sof+5:], 30_000)
	binary.BigEndian.PutUint16(jpegBomb[sof+7:], 30_000)
	// A WebP whose canvas is small and whose picture isn't.
	canvas := slices.Concat([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00"), make([]byte, 10),
		[]byte("VP8L\x05\x00\x00\x00\x2f\xff\xff\xff\x0f\x00"))
	moving := slices.Concat([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02"), make([]byte, 9))
	scans := testdata(t, "progressive.jpg")
	scan := scans[bytes.Index(scans, []byte{0xff, 0xda}):]
	scan = scan[:bytes.Index(scan[2:], []byte{0xff, 0xc4})+2]
	scans = slices.Concat(scans[:len(scans)-2], bytes.Repeat(scan, 200), []byte{0xff, 0xd9})

	for _, test := range []struct {
		name string
		data []byte
		code string
	}{
		{"no bytes", nil, "picture-empty"},
		{"text with a picture's name", []byte("I am not a picture"), "picture-format"},
		{"zeros", make([]byte, 100), "picture-format"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "picture-format"},
		{"AVIF", []byte("\x00\x00\x00\x18ftypavif\x00\x00\x00\x00"), "picture-format"},
		{"TIFF", []byte("II*\x00\x08\x00\x00\x00"), "picture-format"},
		{"only a start", plain[:3], "picture-broken"},
		{"JPEG cut in the middle", plain[:len(plain)/2], "picture-broken"},
		{"PNG cut in the middle", asPNG(t, quartered(300, 200))[:200], "picture-broken"},
		{"GIF cut in the middle", animation(t)[:100], "picture-broken"},
		{"WebP cut in the middle", testdata(t, "lossy.webp")[:60], "picture-broken"},
		{"PNG of 30,000 by 30,000", bomb, "picture-too-large"},
		{"JPEG of 30,000 by 30,000", jpegBomb, "picture-too-large"},
		{"WebP larger than its canvas", canvas, "picture-too-large"},
		{"animated WebP", moving, "picture-animated"},
		{"arithmetic JPEG", testdata(t, "arithmetic.jpg"), "picture-unsupported"},
		{"CMYK that doesn't say so", testdata(t, "cmyk-without-adobe.jpg"), "picture-unsupported"},
		{"JPEG with 200 scans", scans, "picture-too-complex"},
		{"too many bytes", append(slices.Clone(plain), make([]byte, 41_000_000)...), "picture-too-heavy"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Picture(test.data, Limits{})
			wantCode(t, err, test.code)
		})
	}
}

func crc32IHDR(png []byte) uint32 {
	whole := chunk("IHDR", png[16:29])
	return binary.BigEndian.Uint32(whole[len(whole)-4:])
}

func TestProblemWording(t *testing.T) {
	bomb := asJPEG(t, quartered(100, 50))
	_, err := Picture(bomb, Limits{Pixels: 1000})
	problems := Problems("content/stories/x/kitchen.jpg", err)
	if len(problems) != 1 {
		t.Fatalf("got %d problems, want 1", len(problems))
	}
	p := problems[0]
	if p.File != "content/stories/x/kitchen.jpg" || p.Severity != "error" {
		t.Errorf("the problem is told as %v", p)
	}
	if !strings.Contains(p.Message, "100 by 50 pixels") || !strings.Contains(p.Help, "Make it smaller") {
		t.Errorf("the problem says %q, %q", p.Message, p.Help)
	}
	_, err = Picture([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), Limits{})
	if p := Problems("x", err)[0]; !strings.Contains(p.Message, "HEIC") || !strings.Contains(p.Help, "Most Compatible") {
		t.Errorf("the problem with HEIC says %q, %q", p.Message, p.Help)
	}
	if got := Problems("x", nil); got != nil {
		t.Errorf("no error gave %v", got)
	}
}

func TestWidths(t *testing.T) {
	for _, test := range []struct {
		width, height int
		want          []image.Point
	}{
		{4000, 3000, []image.Point{{480, 360}, {960, 720}, {1600, 1200}}},
		{1600, 900, []image.Point{{480, 270}, {960, 540}, {1600, 900}}},
		{1000, 500, []image.Point{{480, 240}, {1000, 500}}},
		{500, 400, []image.Point{{500, 400}}},
		{1, 1, []image.Point{{1, 1}}},
		{3000, 1, []image.Point{{480, 1}, {960, 1}, {1600, 1}}},
		{3, 2000, []image.Point{{3, 2000}}},
	} {
		img := image.NewRGBA(image.Rect(0, 0, test.width, test.height))
		draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
		made, err := Picture(asJPEG(t, img), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var got []image.Point
		for _, f := range made.Files {
			got = append(got, image.Pt(f.Width, f.Height))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%d by %d gave %v, want %v", test.width, test.height, got, test.want)
		}
		if last := made.Files[len(made.Files)-1]; made.Width != last.Width || made.Height != last.Height {
			t.Errorf("the rendition says %d by %d, its largest file %d by %d", made.Width, made.Height, last.Width, last.Height)
		}
	}
}

func TestTransparencyStays(t *testing.T) {
	img := quartered(1200, 800)
	for y := range 400 {
		for x := range 600 {
			img.SetRGBA(x, y, color.RGBA{})
		}
	}
	made, err := Picture(asPNG(t, img), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range made.Files {
		if f.Type != "image/png" || !strings.HasSuffix(f.Name, ".png") {
			t.Errorf("a picture with transparency became %s (%s)", f.Type, f.Name)
		}
	}
	wantColour(t, largest(t, made), image.Pt(10, 10), color.RGBA{}, 0)
	wantColour(t, largest(t, made), image.Pt(1190, 10), quarters[1], 1)
	wantClean(t, made.Files...)

	made, err = Picture(testdata(t, "lossy-alpha.webp"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	wantColour(t, largest(t, made), image.Pt(2, 2), color.RGBA{}, 0)
	wantColour(t, largest(t, made), image.Pt(12, 4), quarters[0], 12)
	wantClean(t, made.Files...)
}

func TestPhotographsBecomeJPEG(t *testing.T) {
	made, err := Picture(asPNG(t, photograph(300, 200)), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if made.Files[0].Type != "image/jpeg" {
		t.Errorf("a PNG photograph became %s", made.Files[0].Type)
	}
}

func TestMovementIsTold(t *testing.T) {
	still := asPNG(t, quartered(8, 8))
	for name, test := range map[string]struct {
		data []byte
		want bool
	}{
		"GIF":       {animation(t), true},
		"PNG":       {withChunks(still, chunk("acTL", make([]byte, 8))), true},
		"still PNG": {still, false},
	} {
		made, err := Picture(test.data, Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if made.Still != test.want {
			t.Errorf("%s: Still is %v", name, made.Still)
		}
	}
}

// The expected colours come from the textbook matrices between linear RGB
// spaces that share the white D65, not from ICC's way by XYZ under D50.
func TestColourProfiles(t *testing.T) {
	p3 := [3][3]float64{{1.22494, -0.22494, 0}, {-0.04206, 1.04206, 0}, {-0.01964, -0.07864, 1.09827}}
	adobe := [3][3]float64{{1.39836, -0.39836, 0}, {0, 1, 0}, {0, -0.04293, 1.04293}}
	srgb := func(v float64) float64 {
		v = min(max(v, 0), 1)
		if v <= 0.0031308 {
			return v * 12.92
		}
		return 1.055*math.Pow(v, 1/2.4) - 0.055
	}
	fromSRGB := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	for _, test := range []struct {
		name    string
		profile []byte
		matrix  [3][3]float64
		light   func(float64) float64
	}{
		{"Display P3", profile("RGB ", displayP3, srgbCurve()), p3, fromSRGB},
		{"Adobe RGB", profile("RGB ", adobeRGB, gammaCurve(563.0/256)), adobe, func(v float64) float64 { return math.Pow(v, 563.0/256) }},
	} {
		for _, from := range []color.RGBA{{200, 100, 50, 255}, {40, 160, 90, 255}, {128, 128, 128, 255}, {255, 255, 255, 255}, {0, 0, 0, 255}, {255, 0, 0, 255}} {
			img := image.NewRGBA(image.Rect(0, 0, 16, 16))
			draw.Draw(img, img.Rect, image.NewUniform(from), image.Point{}, draw.Src)
			in := [3]float64{test.light(float64(from.R) / 255), test.light(float64(from.G) / 255), test.light(float64(from.B) / 255)}
			var out [3]uint8
			for i := range 3 {
				out[i] = uint8(255*srgb(test.matrix[i][0]*in[0]+test.matrix[i][1]*in[1]+test.matrix[i][2]*in[2]) + 0.5)
			}
			want := color.RGBA{out[0], out[1], out[2], 255}
			var packed bytes.Buffer
			z := zlib.NewWriter(&packed)
			z.Write(test.profile)
			z.Close()
			for kind, data := range map[string][]byte{
				"JPEG": withSegments(asJPEG(t, img), iccSegments(test.profile)),
				"PNG":  withChunks(asPNG(t, img), chunk("iCCP", append([]byte("x\x00\x00"), packed.Bytes()...))),
			} {
				t.Run(fmt.Sprintf("%s %s %v", test.name, kind, from), func(t *testing.T) {
					made, err := Picture(data, Limits{})
					if err != nil {
						t.Fatal(err)
					}
					wantColour(t, largest(t, made), image.Pt(8, 8), want, 3)
					wantClean(t, made.Files...)
				})
			}
		}
	}
}

func TestProfilesThatAreLeftAlone(t *testing.T) {
	good := profile("RGB ", displayP3, srgbCurve())
	cut := good[:len(good)-60] // in the blue curve
	for name, profile := range map[string][]byte{
		"none": nil, "sRGB": profile("RGB ", srgbXYZ, srgbCurve()), "cut": cut, "short": good[:140],
		"CMYK": profile("CMYK", displayP3, srgbCurve()), "no sense": profile("RGB ", [3][3]float64{{3, 3, 3}, {3, 3, 3}, {3, 3, 3}}, srgbCurve()),
		"a curve longer than its tag": profile("RGB ", displayP3, []byte("curv\x00\x00\x00\x00\x00\xff\xff\xff\x00\x00")),
	} {
		if newConversion(profile) != nil {
			t.Errorf("the profile %q would be used", name)
		}
	}
	if newConversion(good) == nil {
		t.Error("Display P3 would be left alone")
	}
	lightness := profile("GRAY", displayP3, gammaCurve(1))
	copy(lightness[20:], "Lab ")
	if grey := newConversion(lightness); grey == nil {
		t.Error("a grey profile of lightness would be left alone")
	} else if r, _, _ := grey.colour(50, 50, 50); r != 47 { // as LittleCMS 2.14 reads it
		t.Errorf("the lightness 50 of 255 became %d, want 47", r)
	}
	if grey := newConversion(profile("GRAY", displayP3, gammaCurve(1))); grey == nil {
		t.Error("a linear grey profile would be left alone")
	} else if r, g, b := grey.colour(55, 55, 55); r != g || g != b || r < 126 || r > 130 {
		t.Errorf("linear grey 55 became %d, %d, %d, want about 128", r, g, b)
	}
}

// TestScaling holds the fast ways of making a picture smaller to the slow
// one of golang.org/x/image/draw: shrink gives the same, and halving first
// what no eye can tell apart.
func TestScaling(t *testing.T) {
	source := photograph(2000, 1500)
	clear := photograph(700, 500)
	for y := range 250 {
		for x := range 350 {
			clear.SetRGBA(x+100, y+100, color.RGBA{byte(x % 100), 50, 20, 100})
		}
	}
	for name, test := range map[string]struct {
		img   image.Image
		size  image.Point
		least float64
	}{
		"shrinking":             {source, image.Pt(1100, 825), 50},
		"shrinking a clear one": {clear, image.Pt(480, 343), 50},
		"shrinking a bar":       {source.SubImage(image.Rect(0, 0, 1700, 1)), image.Pt(900, 1), 50},
		"halving RGBA":          {source, image.Pt(640, 480), 45},
		"halving 4:2:0":         {mustDecode(t, asJPEG(t, source)), image.Pt(640, 480), 45},
		"halving twice":         {source, image.Pt(480, 360), 42},
	} {
		fast := scale(test.img, test.size)
		slow := image.NewRGBA(image.Rectangle{Max: test.size})
		xdraw.CatmullRom.Scale(slow, slow.Rect, test.img, test.img.Bounds(), xdraw.Src, nil)
		sum := 0.0
		for i := range fast.Pix {
			d := float64(fast.Pix[i]) - float64(slow.Pix[i])
			sum += d * d
		}
		psnr := 10 * math.Log10(255*255/(sum/float64(len(fast.Pix))))
		t.Logf("%s: %.1f dB", name, psnr)
		if psnr < test.least {
			t.Errorf("%s differs from CatmullRom alone: %.1f dB, want at least %.0f", name, psnr, test.least)
		}
	}
}

func mustDecode(t testing.TB, data []byte) image.Image {
	t.Helper()
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// photograph draws what is as hard to compress as a photograph: soft shapes,
// edges, and the grain of a sensor.
func photograph(width, height int) *image.RGBA {
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			fx, fy := float64(x)/float64(width), float64(y)/float64(height)
			base := 128 + 60*math.Sin(9*fx+4*fy) + 40*math.Sin(31*fx*fy)
			if math.Hypot(fx-0.5, fy-0.5) < 0.25 {
				base = 240 - base/2
			}
			if int(fx*40)%7 == 0 {
				base *= 0.6
			}
			grain := float64(random.IntN(9)) - 4
			img.SetRGBA(x, y, color.RGBA{byte(min(max(base+grain, 0), 255)), byte(min(max(base*0.8+20+grain, 0), 255)), byte(min(max(200-base*0.6+grain, 0), 255)), 255})
		}
	}
	return img
}

// BenchmarkPicture12MP makes one picture of a phone's camera ready.
func BenchmarkPicture12MP(b *testing.B) {
	data := asJPEG(b, photograph(4032, 3024))
	b.SetBytes(int64(len(data)))
	b.ResetTimer()
	for b.Loop() {
		if _, err := Picture(data, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecode12MP is the part of it that can't be avoided.
func BenchmarkDecode12MP(b *testing.B) {
	data := asJPEG(b, photograph(4032, 3024))
	for b.Loop() {
		mustDecode(b, data)
	}
}

// BenchmarkScale12MP compares halving first with CatmullRom alone.
func BenchmarkScale12MP(b *testing.B) {
	img := mustDecode(b, asJPEG(b, photograph(4032, 3024)))
	size := image.Pt(1600, 1200)
	b.Run("halving first", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			scale(img, size)
		}
	})
	b.Run("CatmullRom alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			small := image.NewRGBA(image.Rectangle{Max: size})
			xdraw.CatmullRom.Scale(small, small.Rect, img, img.Bounds(), xdraw.Src, nil)
		}
	})
}

// TestRoomIsBounded: ordinary pictures are made one per core, the largest alone.
func TestRoomIsBounded(t *testing.T) {
	for _, test := range []struct {
		h    header
		most int64
	}{
		{header{width: 10, height: 10}, cores},
		{header{width: 4032, height: 3024}, cores},
		{header{width: 30_000, height: 30_000}, 1},
		{header{width: 3000, height: int(cores*share) / 5000, bulky: true}, 1},
	} {
		var now, most atomic.Int64
		var all sync.WaitGroup
		for range 4 * cores {
			all.Go(func() {
				release := admit(&test.h)
				n := now.Add(1)
				for seen := most.Load(); n > seen && !most.CompareAndSwap(seen, n); seen = most.Load() {
				}
				runtime.Gosched()
				now.Add(-1)
				release()
			})
		}
		all.Wait()
		if most.Load() > test.most {
			t.Errorf("%d pictures of %d by %d at once, want at most %d", most.Load(), test.h.width, test.h.height, test.most)
		}
	}
}
