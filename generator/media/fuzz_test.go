package media

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

// told fails when an error isn't one that people can read.
func told(t *testing.T, err error) {
	t.Helper()
	var known *Error
	if !errors.As(err, &known) {
		t.Fatalf("the error %v isn't told in plain words", err)
	}
}

func FuzzPicture(f *testing.F) {
	jpg, png := asJPEG(f, quartered(24, 16)), asPNG(f, quartered(24, 16))
	f.Add(withSegments(jpg, exif(binary.LittleEndian, 6), xmp(), iccSegments(profile("RGB ", displayP3, srgbCurve()))))
	f.Add(withChunks(png, chunk("eXIf", tiff(binary.BigEndian, 5))))
	f.Add(animation(f))
	for _, name := range []string{"progressive.jpg", "cmyk.jpg", "ycck.jpg", "grey.jpg", "lossy.webp", "lossy-alpha.webp", "lossless.webp"} {
		f.Add(testdata(f, name))
	}
	limits := Limits{Pixels: 20_000, Bytes: 100_000}
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		HasMetadata(data)
		made, err := Picture(data, limits)
		if err != nil {
			told(t, err)
			return
		}
		wantClean(t, made.Files...)
		if len(made.Files) == 0 || made.Width < 1 || made.Height < 1 || made.Width > maxWidth {
			t.Fatalf("made %d files of %d by %d", len(made.Files), made.Width, made.Height)
		}
	})
}

func FuzzDrawing(f *testing.F) {
	for _, inside := range []string{
		`<defs><linearGradient id="a"><stop offset="0" style="stop-color:#f00"/></linearGradient></defs><path fill="url(#a)" d="M0 0L1 1z"/>`,
		`<style>.a{fill:url(#b);stroke:red}</style><clipPath id="b"><rect class="a"/></clipPath><use xlink:href="#b"/>`,
		`<text x="1">one <tspan font-weight="bold">two</tspan> three</text><!-- c --><title>t</title>`,
		`<metadata><a:b xmlns:a="c"/></metadata><g transform="translate(1,2) rotate(45)"><circle r="3"/></g>`,
		`<script>x</script>`, `<image href="x"/>`, `<![CDATA[x]]>`,
	} {
		f.Add([]byte(svgOpen + inside + "</svg>"))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := Drawing(data)
		if err != nil {
			told(t, err)
			return
		}
		wantClean(t, made.Files...)
		out := made.Files[0].Data
		if _, err := readDrawing(out); err != nil {
			t.Fatalf("the result wouldn't be let through: %v\n%s", err, out)
		}
		lower := bytes.ToLower(out)
		for _, bad := range []string{"<script", "<foreignobject", "<image", "<!", "<?", "@import"} {
			if bytes.Contains(lower, []byte(bad)) {
				t.Fatalf("%s is left in %s", bad, out)
			}
		}
	})
}

func FuzzRecording(f *testing.F) {
	for _, name := range []string{"tagged.mp3", "tagged.m4a", "tagged.mp4", "timecode.mov", "tagged.opus", "vorbis.ogg", "fragmented.mp4"} {
		f.Add(testdata(f, name))
	}
	f.Add(bytes.Join([][]byte{id3v2("x"), mp3Frames(3), apeTag(), id3v1()}, nil))
	f.Add([]byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x04\x00\x00\x00abcd"))
	f.Fuzz(func(t *testing.T, data []byte) {
		Sniff(data)
		HasMetadata(data)
		made, err := Recording(data)
		if err != nil {
			told(t, err)
			return
		}
		wantClean(t, made.File)
		if len(made.Data) > 2*len(data)+2000 {
			t.Fatalf("%d bytes became %d", len(data), len(made.Data))
		}
	})
}

func FuzzCaptions(f *testing.F) {
	f.Add([]byte("WEBVTT - x\n\nNOTE a\n\nSTYLE\n::cue{}\n\n1\n00:01.000 --> 00:02.000 align:start\n<v A>x</v> &lt; <00:01.500>y\n"))
	f.Add([]byte("WEBVTT\n\n00:01,000 --> 00:02\nx"))
	f.Add([]byte("\ufeffWEBVTT\r\n\r\n100:00:01.000 --> 100:00:02.000\r\nx\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		made, err := Captions(data)
		if err != nil {
			told(t, err)
			return
		}
		wantClean(t, *made)
		again, err := Captions(made.Data)
		if err != nil || !bytes.Equal(again.Data, made.Data) {
			t.Fatalf("cleaning the result changed it again (%v):\n%q", err, made.Data)
		}
	})
}
