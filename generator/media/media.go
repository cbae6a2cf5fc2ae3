// Package media turns the bytes of a picture, drawing, recording or captions
// file into files that may be published: turned the right way up, in sRGB, at
// several widths, and with nothing left in them that a reader can't see or
// hear (spec, "The proof": no metadata in a picture; consent case 60).
//
// Every function here is pure: the same bytes in give the same files out on
// the same kind of machine (processors that fuse multiplication and addition
// may round a pixel differently). The one thing with a memory is [Cache],
// which only saves work: it never publishes by itself.
//
// The package decides nothing about consent. A room that calls it has been
// told already that the file may be shown.
//
// What is done to each kind of file:
//
//   - Pictures (JPEG, PNG, GIF, WebP) are decoded and encoded anew, so no byte
//     of the source survives but its pixels. See [Picture].
//   - Drawings (SVG) are read into a tree of known elements and attributes and
//     written anew from it. See [Drawing].
//   - Recordings (MP3, MP4 and M4A, Ogg, WAV) keep their sound and pictures
//     byte for byte and are repacked without anything else. See [Recording].
//   - Captions (WebVTT) are checked and written anew. See [Captions].
//
// Files are named after their own bytes, so that nothing of a source's name
// is ever seen, and a file that changes gets a new address.
package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"time"
)

// Kind is what a file is, told by its content and never by its name.
type Kind string

const (
	KindUnknown  Kind = ""
	KindPicture  Kind = "picture"  // JPEG, PNG, GIF, WebP, and those we can only recognise (HEIC, AVIF, TIFF, BMP)
	KindDrawing  Kind = "drawing"  // SVG
	KindAudio    Kind = "audio"    // MP3, M4A, Ogg, WAV, and FLAC, which we can only recognise
	KindVideo    Kind = "video"    // MP4, and WebM, which we can only recognise
	KindCaptions Kind = "captions" // WebVTT
)

// File is one finished file.
type File struct {
	// Name is HASH.EXT, where HASH is made from Data alone.
	Name string
	// Type is the MIME type.
	Type string
	// Width and Height are in pixels; 0 for sound and captions.
	Width, Height int
	Data          []byte
}

// Rendition is a picture or drawing made ready. Those who receive one share
// it and must not change it.
type Rendition struct {
	// Width and Height are those of the largest file, in pixels.
	Width, Height int
	// Files holds the picture at several widths, from small to large.
	Files []File
	// Still is set when the source moved (animated GIF or PNG) and only its
	// first frame is shown.
	Still bool
}

// Clip is a recording made ready.
type Clip struct {
	File
	Kind Kind // KindAudio or KindVideo
	// Duration is 0 when it couldn't be told cheaply.
	Duration time.Duration
}

// Limits says how large a picture may be. A zero field means the usual limit.
type Limits struct {
	// Pixels is width times height, read from the header before anything is decoded.
	Pixels int64
	// Bytes is the size of the file.
	Bytes int64
}

// Usual are the limits for pictures when a caller sets none: 64 million
// pixels hold every phone's and most cameras' pictures, and 40 MB hold them
// as JPEG and mostly as PNG.
var Usual = Limits{Pixels: 64_000_000, Bytes: 40_000_000}

func (l Limits) orUsual() Limits {
	if l.Pixels <= 0 {
		l.Pixels = Usual.Pixels
	}
	if l.Bytes <= 0 {
		l.Bytes = Usual.Bytes
	}
	return l
}

const (
	// MaxRecording is the most bytes a recording may have: about three hours
	// of speech as MP3, or twenty minutes of video.
	MaxRecording = 200_000_000
	// MaxDrawing and MaxCaptions are the most bytes an SVG and a WebVTT file may have.
	MaxDrawing  = 1_000_000
	MaxCaptions = 1_000_000
)

// newFile names the data after itself. Half of SHA-256 is far more than
// enough to keep two files apart, and keeps addresses short.
func newFile(data []byte, extension, mime string, width, height int) File {
	sum := sha256.Sum256(data)
	return File{Name: hex.EncodeToString(sum[:16]) + extension, Type: mime, Width: width, Height: height, Data: data}
}

var byteOrderMark = []byte("\ufeff")

// Sniff tells what a file is from its content.
func Sniff(data []byte) Kind {
	has := func(at int, magic string) bool {
		return len(data) >= at+len(magic) && string(data[at:at+len(magic)]) == magic
	}
	switch {
	case pictureFormat(data) != "":
		return KindPicture
	case has(0, "RIFF") && has(8, "WAVE"), has(0, "fLaC"), has(0, "OggS"):
		return KindAudio
	case has(0, "\x1a\x45\xdf\xa3"):
		return KindVideo
	case has(4, "ftyp"), has(4, "moov"), has(4, "mdat"), has(4, "wide"):
		return mp4Kind(data)
	case bytes.HasPrefix(bytes.TrimPrefix(data, byteOrderMark), []byte("WEBVTT")):
		return KindCaptions
	case isMP3(data):
		return KindAudio
	case rootElement(data) == "svg":
		return KindDrawing
	}
	return KindUnknown
}

// AsNamed reports, as an [*Error], that a file's content is of another kind
// than its name says. What has to stand beside it (alternative text, or a
// transcript and captions), and which use of a consent it needs, goes by the
// name, so it must be right. Sound in a file named as video is allowed.
func AsNamed(content Kind, recording, video bool) error {
	sounds := content == KindAudio || content == KindVideo
	switch {
	case recording && (content == KindPicture || content == KindDrawing):
		return problem("media-not-as-named", "This file is a picture, although its name says that it is a recording.",
			"Give it the ending that it had (.jpg, .png), or replace it with the recording.")
	case !recording && sounds:
		return problem("media-not-as-named", "This file is a recording, although its name says that it is a picture.",
			"Give it the ending that it had (.mp3, .mp4), and add what a recording needs: a transcript, and captions for video.")
	case recording && !video && content == KindVideo:
		return problem("media-not-as-named", "This file is a video, although its name says that it is sound alone.",
			"Give it the ending .mp4 and add captions, or export its sound alone as MP3.")
	}
	return nil
}

// rootElement returns the local name of a markup file's first element, or "".
func rootElement(data []byte) string {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, byteOrderMark), " \t\r\n")
	if !bytes.HasPrefix(data, []byte("<")) {
		return ""
	}
	decoder := xml.NewDecoder(bytes.NewReader(data[:min(len(data), MaxDrawing)]))
	for {
		token, err := decoder.RawToken()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok {
			return start.Name.Local
		}
	}
}
