package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
)

var (
	errBrokenRecording = problem("recording-broken", "This recording is damaged or incomplete, and can't be read to its end.",
		"Play it on your own device to see whether it is whole, export it again as MP3 (sound) or MP4 (video), and replace the file.")
	errRareRecording = problem("recording-format", "This file isn't a recording in a format that can be used, whatever its name says.",
		"Export it as MP3 or M4A (sound), or as MP4 with H.264 and AAC (video): old phones play those too.")
)

// tagsStay is the problem with formats whose notes can't be taken out here.
func tagsStay(format, command string) *Error {
	return problem("recording-tags", "This recording is in the format "+format+", and the notes hidden in it (who made it, where, with what) can't be taken out here.",
		"Export it as MP3 or M4A (sound) or MP4 (video) instead. With the program ffmpeg: "+command)
}

// Recording makes a recording ready: MP3, MP4 and M4A, Ogg with Opus or
// Vorbis, and WAV. The sound and pictures stay byte for byte; everything
// around them is written anew or left out: ID3, APE and Lyrics3 tags, MP4's
// udta, meta and uuid boxes, its dates, track names, tracks that are neither
// sound nor video (places, chapters, timecodes) with their data, Vorbis
// comments, LIST and bext chunks, and whatever stands before, between or
// after the parts of the file. FLAC and WebM are refused with how to save
// them otherwise, and so are fragmented and encrypted MP4.
//
// What an encoder wrote into the sound or video itself (its own name and
// settings, as x264 does) stays, because it can't be told from the recording.
//
// Errors are of type [*Error].
func Recording(data []byte) (*Clip, error) {
	if len(data) == 0 {
		return nil, problem("recording-empty", "This recording's file is empty: it has no bytes in it.",
			"Copy the recording into the folder again; it may not have finished uploading.")
	}
	if len(data) > MaxRecording {
		return nil, problem("recording-too-heavy", fmt.Sprintf("This recording's file has %s; at most %s can be published.", megabytes(int64(len(data))), megabytes(MaxRecording)),
			"Export it again with a lower bit rate (64 kbit/s is plenty for speech), a smaller picture, or in parts.")
	}
	switch {
	case bytes.HasPrefix(data, []byte("fLaC")):
		return nil, tagsStay("FLAC", "ffmpeg -i told.flac -map_metadata -1 told.mp3")
	case bytes.HasPrefix(data, []byte("\x1a\x45\xdf\xa3")):
		return nil, tagsStay("WebM or Matroska", "ffmpeg -i told.webm -map_metadata -1 told.mp4")
	case bytes.HasPrefix(data, []byte("OggS")):
		return cleanOgg(data)
	case len(data) >= 12 && string(data[:4]) == "RIFF" && string(data[8:12]) == "WAVE":
		return cleanWAV(data)
	case isMP3(data):
		return cleanMP3(data)
	}
	if kind := mp4Kind(data); kind == KindAudio || kind == KindVideo {
		return cleanMP4(data)
	}
	return nil, errRareRecording
}

func clip(kind Kind, data []byte, extension, mime string, duration time.Duration) *Clip {
	return &Clip{File: newFile(data, extension, mime, 0, 0), Kind: kind, Duration: duration}
}

// ratio is units/rate seconds as a duration.
func ratio(units, rate uint64) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Duration(float64(units) / float64(rate) * float64(time.Second))
}

// wavFormats are the ways of storing sound in WAV that browsers play: PCM,
// floating point, A-law, µ-law, and the extensible form of these.
var wavFormats = map[uint16]bool{1: true, 3: true, 6: true, 7: true, 0xfffe: true}

// cleanWAV keeps the chunks fmt, fact and data.
func cleanWAV(data []byte) (*Clip, error) {
	out := []byte("RIFF\x00\x00\x00\x00WAVE")
	var bytesPerSecond, length uint64
	for at := 12; at+8 <= len(data); {
		name, size := string(data[at:at+4]), int64(binary.LittleEndian.Uint32(data[at+4:]))
		rest := int64(len(data) - at - 8)
		if name == "data" && size == 0xffffffff {
			size = rest // written by a program that couldn't go back to fill it in
		}
		if size > rest {
			return nil, errBrokenRecording
		}
		body := data[at+8 : at+8+int(size)]
		switch name {
		case "fmt ":
			if len(body) < 16 || len(body) > 40 || bytesPerSecond != 0 {
				return nil, errBrokenRecording
			}
			if !wavFormats[binary.LittleEndian.Uint16(body)] {
				return nil, errRareRecording
			}
			bytesPerSecond = max(1, uint64(binary.LittleEndian.Uint32(body[8:])))
			out = appendChunk(out, name, body)
		case "fact":
			if len(body) >= 4 {
				out = appendChunk(out, name, body[:4])
			}
		case "data":
			if bytesPerSecond == 0 {
				return nil, errBrokenRecording
			}
			length += uint64(len(body))
			out = appendChunk(out, name, body)
		}
		at += 8 + int(size) + int(size&1)
	}
	if length == 0 {
		return nil, errBrokenRecording
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return clip(KindAudio, out, ".wav", "audio/wav", ratio(length, bytesPerSecond)), nil
}

func appendChunk(out []byte, name string, body []byte) []byte {
	out = binary.LittleEndian.AppendUint32(append(out, name...), uint32(len(body)))
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}
