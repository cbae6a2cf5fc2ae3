package media

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"
)

// mp3Frames are silent frames of 128 kbit/s, 44.1 kHz.
func mp3Frames(n int) []byte {
	frame := make([]byte, 417)
	copy(frame, []byte{0xff, 0xfb, 0x90, 0x64})
	return bytes.Repeat(frame, n)
}

func id3v2(body string) []byte {
	n := len(body)
	return append([]byte{'I', 'D', '3', 4, 0, 0, byte(n >> 21 & 127), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)}, body...)
}

func id3v1() []byte { return append([]byte("TAG"+secret), make([]byte, 125-len(secret))...) }

func apeTag() []byte {
	item := append([]byte{byte(len(secret)), 0, 0, 0, 0, 0, 0, 0}, "Artist\x00"+secret...)
	mark := func(flags uint32) []byte {
		out := binary.LittleEndian.AppendUint32([]byte("APETAGEX"), 2000)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(item)+32))
		out = binary.LittleEndian.AppendUint32(out, 1)
		out = binary.LittleEndian.AppendUint32(out, flags)
		return append(out, make([]byte, 8)...)
	}
	return slices.Concat(mark(1<<31|1<<29), item, mark(1<<31))
}

func TestMP3TagsAreGone(t *testing.T) {
	sound := mp3Frames(10)
	lyrics := "LYRICSBEGIN" + secret
	for name, data := range map[string][]byte{
		"no tags":          sound,
		"ID3v2":            slices.Concat(id3v2("TPE1"+secret), sound),
		"ID3v2 twice":      slices.Concat(id3v2(secret), id3v2(secret), sound),
		"a song in a tag":  slices.Concat(id3v2(string(mp3Frames(3))+secret), sound),
		"ID3v1":            slices.Concat(sound, id3v1()),
		"everything":       slices.Concat(id3v2(secret), sound, apeTag(), []byte(lyrics+"000032LYRICS200"), id3v1()),
		"a tag in between": slices.Concat(sound[:417*4], id3v2(secret), sound[417*4:]),
		"padding":          slices.Concat(id3v2(secret), make([]byte, 500), sound, make([]byte, 99)),
		"a web page too":   slices.Concat(sound, []byte("<html>"+secret)),
		"cut at the end":   slices.Concat(sound, sound[:200]),
	} {
		t.Run(name, func(t *testing.T) {
			if got := Sniff(data); got != KindAudio {
				t.Errorf("Sniff says %q", got)
			}
			made, err := Recording(data)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(made.Data, sound) {
				t.Errorf("%d bytes are left, want the %d of the sound", len(made.Data), len(sound))
			}
			wantClean(t, made.File)
			if made.Type != "audio/mpeg" || made.Duration.Round(time.Millisecond) != 261*time.Millisecond {
				t.Errorf("made %s of %v", made.Type, made.Duration)
			}
		})
	}
}

func TestRecordingsAreCleaned(t *testing.T) {
	wav := func(chunks ...[]byte) []byte {
		body := slices.Concat(chunks...)
		return slices.Concat([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(4+len(body))), []byte("WAVE"), body)
	}
	format := appendChunk(nil, "fmt ", []byte{1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0})
	sound := appendChunk(nil, "data", make([]byte, 9600))
	for _, test := range []struct {
		name     string
		data     []byte
		mime     string
		duration time.Duration
	}{
		{"MP3", testdata(t, "tagged.mp3"), "audio/mpeg", 650 * time.Millisecond},
		{"M4A", testdata(t, "tagged.m4a"), "audio/mp4", 600 * time.Millisecond},
		{"MP4", testdata(t, "tagged.mp4"), "video/mp4", 600 * time.Millisecond},
		{"MP4 with something behind", append(testdata(t, "tagged.mp4"), "<html>"+secret...), "video/mp4", 600 * time.Millisecond},
		{"QuickTime", testdata(t, "timecode.mov"), "video/mp4", 600 * time.Millisecond},
		{"Opus", testdata(t, "tagged.opus"), "audio/ogg", 600 * time.Millisecond},
		{"Opus with something behind", append(testdata(t, "tagged.opus"), secret...), "audio/ogg", 600 * time.Millisecond},
		{"Vorbis", testdata(t, "vorbis.ogg"), "audio/ogg", 600 * time.Millisecond},
		{"WAV", wav(appendChunk(nil, "LIST", []byte("INFOIART"+secret)), format, appendChunk(nil, "bext", []byte(secret)), sound, appendChunk(nil, "id3 ", []byte(secret))),
			"audio/wav", 600 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			if HasMetadata(test.data) == "" {
				t.Fatal("the test's own file is clean")
			}
			made, err := Recording(test.data)
			if err != nil {
				t.Fatal(err)
			}
			wantClean(t, made.File)
			for _, word := range []string{"Secret", "hidden-words", "+51.7", "Lavf"} {
				if bytes.Contains(made.Data, []byte(word)) {
					t.Errorf("%q is still there", word)
				}
			}
			if made.Type != test.mime || Sniff(made.Data) != made.Kind || Sniff(test.data) != made.Kind {
				t.Errorf("made %s (%s); Sniff says %s before and %s after", made.Type, made.Kind, Sniff(test.data), Sniff(made.Data))
			}
			if off := made.Duration - test.duration; off < -10*time.Millisecond || off > 10*time.Millisecond {
				t.Errorf("lasts %v, want %v", made.Duration, test.duration)
			}
			again, err := Recording(made.Data)
			if err != nil {
				t.Fatalf("the result isn't a recording any more: %v", err)
			}
			if !bytes.Equal(again.Data, made.Data) {
				t.Error("cleaning the result changed it again")
			}
		})
	}
}

// TestMP4KeepsEverySample compares the samples of each track before and after.
func TestMP4KeepsEverySample(t *testing.T) {
	for _, name := range []string{"tagged.mp4", "tagged.m4a", "timecode.mov"} {
		data := testdata(t, name)
		others := 0
		eachChunk(t, data, func(handler string, c mp4Chunk) {
			if handler != "vide" && handler != "soun" {
				others += copy(c.data, "51.7,-1.2 "+secret)
			}
		})
		if others == 0 && name != "tagged.m4a" {
			t.Fatalf("%s has no track of another kind to hide a place in", name)
		}
		made, err := Recording(data)
		if err != nil {
			t.Fatal(err)
		}
		before, after := samples(t, data), samples(t, made.Data)
		if len(before["soun"]) == 0 {
			t.Fatalf("%s: no samples found", name)
		}
		for handler, want := range before {
			switch {
			case handler == "vide" || handler == "soun":
				if !bytes.Equal(after[handler], want) {
					t.Errorf("%s: the samples of %s changed", name, handler)
				}
			case after[handler] != nil || bytes.Contains(made.Data, want):
				t.Errorf("%s: the track %s, or what it holds, is still there", name, handler)
			}
		}
		if bytes.Index(made.Data, []byte("moov")) > bytes.Index(made.Data, []byte("mdat")) {
			t.Errorf("%s: the index stands behind the data", name)
		}
	}
}

// samples joins the samples of each kind of track.
func samples(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	eachChunk(t, data, func(handler string, c mp4Chunk) { found[handler] = append(found[handler], c.data...) })
	return found
}

func eachChunk(t *testing.T, data []byte, do func(handler string, c mp4Chunk)) {
	t.Helper()
	parts, _ := readBoxes(child(data, "moov"))
	for _, part := range parts {
		if part.name != "trak" {
			continue
		}
		chunks, ok := readChunks(child(child(child(part.body, "mdia"), "minf"), "stbl"), data)
		if !ok {
			t.Fatal("a track's chunks can't be read")
		}
		for _, c := range chunks {
			do(handler(part.body), c)
		}
	}
}

func TestTurnedVideoTellsItsShownSize(t *testing.T) {
	data := testdata(t, "tagged.mp4")
	at := bytes.Index(data, []byte("tkhd")) + 4 + 40
	quarter := []uint32{0, 1 << 16, 0, 0xffff0000, 0, 0, 0, 0, 1 << 30}
	for i, v := range quarter {
		binary.BigEndian.PutUint32(data[at+4*i:], v)
	}
	made, err := Recording(data)
	if err != nil {
		t.Fatal(err)
	}
	if made.Width != 48 || made.Height != 64 {
		t.Errorf("a video turned by a quarter is %d by %d, want 48 by 64", made.Width, made.Height)
	}
}

func TestBrokenRecordings(t *testing.T) {
	mp4 := testdata(t, "tagged.mp4")
	outside := slices.Clone(mp4)
	at := bytes.Index(outside, []byte("stco")) + 12
	binary.BigEndian.PutUint32(outside[at:], 1<<30)
	locked := bytes.Replace(mp4, []byte("avc1\x00\x00\x00\x00"), []byte("encv\x00\x00\x00\x00"), 1)
	rare := bytes.Replace(mp4, []byte("avc1\x00\x00\x00\x00"), []byte("zzzz\x00\x00\x00\x00"), 1)
	opus := testdata(t, "tagged.opus")
	twice := slices.Concat(opus, opus)
	for _, test := range []struct {
		name string
		data []byte
		code string
	}{
		{"no bytes", nil, "recording-empty"},
		{"text", []byte("I am not a recording"), "recording-format"},
		{"a picture", asJPEG(t, quartered(8, 8)), "recording-format"},
		{"FLAC", []byte("fLaC\x00\x00\x00\x22"), "recording-tags"},
		{"WebM", []byte("\x1a\x45\xdf\xa3webm"), "recording-tags"},
		{"fragmented MP4", testdata(t, "fragmented.mp4"), "recording-fragmented"},
		{"locked MP4", locked, "recording-locked"},
		{"MP4 with an unknown codec", rare, "recording-format"},
		{"MP4 that points outside itself", outside, "recording-broken"},
		{"MP4 without an index", mp4[:bytes.Index(mp4, []byte("moov"))-4], "recording-broken"},
		{"only an ID3 tag", id3v2(secret), "recording-broken"},
		{"Ogg cut in its head", opus[:60], "recording-broken"},
		{"two Ogg files in one", twice, "recording-format"},
		{"WAV without sound", []byte("RIFF\x04\x00\x00\x00WAVE"), "recording-broken"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Recording(test.data)
			wantCode(t, err, test.code)
		})
	}
	_, err := Recording([]byte("fLaC"))
	if help := Problems("told.flac", err)[0].Help; !strings.Contains(help, "MP3") || !strings.Contains(help, "-map_metadata -1") {
		t.Errorf("the help for FLAC doesn't say how to mend it: %q", help)
	}
}

func TestSniff(t *testing.T) {
	for _, test := range []struct {
		data string
		want Kind
	}{
		{"", KindUnknown}, {"hello", KindUnknown}, {"<html><body>", KindUnknown}, {"PK\x03\x04", KindUnknown},
		{"WEBVTT\n", KindCaptions}, {"\ufeffWEBVTT - x\n", KindCaptions},
		{"<svg xmlns='http://www.w3.org/2000/svg'/>", KindDrawing},
		{"\ufeff<?xml version='1.0'?>\n<!-- x --><!DOCTYPE svg>\n<svg/>", KindDrawing},
		{"\xff\xfet\x00e\x00x\x00t\x00", KindUnknown},
		{"\x1a\x45\xdf\xa3", KindVideo}, {"fLaC", KindAudio},
	} {
		if got := Sniff([]byte(test.data)); got != test.want {
			t.Errorf("Sniff(%q) is %q, want %q", test.data, got, test.want)
		}
	}
}
