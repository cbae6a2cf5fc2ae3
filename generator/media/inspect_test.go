package media

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"slices"
	"strings"
	"testing"
)

// TestInspectorFinds shows that HasMetadata finds each thing it is there for.
func TestInspectorFinds(t *testing.T) {
	jpg, png := asJPEG(t, quartered(8, 8)), asPNG(t, quartered(8, 8))
	var out bytes.Buffer
	if err := gif.Encode(&out, image.NewPaletted(image.Rect(0, 0, 4, 4), color.Palette{color.White}), nil); err != nil {
		t.Fatal(err)
	}
	still := out.Bytes()
	mp4, err := Recording(testdata(t, "tagged.mp4"))
	if err != nil {
		t.Fatal(err)
	}
	dated := slices.Clone(mp4.Data)
	dated[bytes.Index(dated, []byte("mvhd"))+8] = 1
	vtt := "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nx\n"
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>`

	for _, test := range []struct {
		name string
		data []byte
		want string
	}{
		{"clean JPEG", jpg, ""},
		{"JFIF", withSegments(jpg, segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))), ""},
		{"JFIF with a thumbnail", withSegments(jpg, segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01abc"))), "APP0"},
		{"EXIF", withSegments(jpg, exif(binary.BigEndian, 1)), "APP1"},
		{"ICC", withSegments(jpg, segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"))), "APP2"},
		{"comment", withSegments(jpg, segment(0xfe, []byte(secret))), "comment"},
		{"behind a JPEG", append(slices.Clone(jpg), 'x'), "after the end"},
		{"cut JPEG", jpg[:len(jpg)-1], "without an end"},
		{"clean PNG", png, ""},
		{"PNG text", withChunks(png, chunk("tEXt", []byte("a\x00b"))), "tEXt"},
		{"PNG EXIF", withChunks(png, chunk("eXIf", nil)), "eXIf"},
		{"PNG date", withChunks(png, chunk("tIME", make([]byte, 7))), "tIME"},
		{"behind a PNG", append(slices.Clone(png), 'x'), "after the end"},
		{"cut PNG", png[:len(png)-5], "without an end"},
		{"clean GIF", still, ""},
		{"GIF comment", slices.Concat(still[:len(still)-1], []byte("\x21\xfe\x01x\x00;")), "extension"},
		{"GIF application", animation(t), "extension"},
		{"behind a GIF", append(slices.Clone(still), 'x'), "after the end"},
		{"clean WebP", testdata(t, "lossy.webp"), ""},
		{"WebP extras", []byte("RIFF\x0c\x00\x00\x00WEBPEXIF\x00\x00\x00\x00"), "EXIF"},
		{"ID3v2", slices.Concat(id3v2("x"), mp3Frames(2)), "ID3"},
		{"ID3v1", slices.Concat(mp3Frames(2), id3v1()), "MP3"},
		{"clean MP3", mp3Frames(2), ""},
		{"tagged MP4", testdata(t, "tagged.mp4"), "MP4"},
		{"dated MP4", dated, "dates"},
		{"clean MP4", mp4.Data, ""},
		{"tagged Opus", testdata(t, "tagged.opus"), "comments"},
		{"clean WebVTT", []byte(vtt), ""},
		{"WebVTT with a note", []byte(vtt + "\nNOTE x\n"), "without times"},
		{"WebVTT with a head", []byte("WEBVTT x\n\n"), "after WEBVTT"},
		{"clean SVG", []byte(svg), ""},
		{"SVG comment", []byte(strings.Replace(svg, "<path", "<!-- x --><path", 1)), "comment"},
		{"SVG title", []byte(strings.Replace(svg, "<path", "<title>x</title><path", 1)), "title"},
		{"SVG name", []byte(strings.Replace(svg, "<path", "<path id='amina'", 1)), "name"},
		{"SVG handler", []byte(strings.Replace(svg, "<path", "<path onload='x'", 1)), "onload"},
		{"text", []byte("hello"), "can't be inspected"},
		{"nothing", nil, "can't be inspected"},
	} {
		got := HasMetadata(test.data)
		if test.want == "" && got != "" || !strings.Contains(got, test.want) {
			t.Errorf("%s: found %q, want %q", test.name, got, test.want)
		}
	}
}
