package media

import (
	"bytes"
	"encoding/binary"
)

// mp3Frame is the header of an MPEG audio frame, Layer III (ISO 11172-3,
// 2.4.2.3; ISO 13818-3 for the lower rates).
type mp3Frame struct {
	version    int // 3: MPEG 1, 2: MPEG 2, 0: MPEG 2.5
	sampleRate int // a second
	samples    int // in this frame
	length     int // bytes, with the header
}

var (
	// kilobits a second, by version (MPEG 1, others) and index; 0 is unusable.
	mp3BitRates = [2][16]int{
		{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
		{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},
	}
	mp3SampleRates = map[int][4]int{3: {44100, 48000, 32000, 0}, 2: {22050, 24000, 16000, 0}, 0: {11025, 12000, 8000, 0}}
)

func readMP3Frame(b []byte) (f mp3Frame, ok bool) {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 || b[1]>>1&3 != 1 {
		return f, false
	}
	f.version = int(b[1] >> 3 & 3)
	table, scale := 1, 72
	f.samples = 576
	if f.version == 3 {
		table, scale, f.samples = 0, 144, 1152
	}
	rate := mp3BitRates[table][b[2]>>4]
	f.sampleRate = mp3SampleRates[f.version][b[2]>>2&3]
	if rate == 0 || f.sampleRate == 0 || b[3]&3 == 2 {
		return f, false
	}
	f.length = scale*rate*1000/f.sampleRate + int(b[2]>>1&1)
	return f, true
}

// begins reports whether a frame begins here that another one like it
// follows, or the end.
func mp3Begins(b []byte) (mp3Frame, bool) {
	f, ok := readMP3Frame(b)
	if !ok || f.length > len(b) {
		return f, false
	}
	if f.length == len(b) {
		return f, true
	}
	next, ok := readMP3Frame(b[f.length:])
	return f, ok && next.version == f.version && next.sampleRate == f.sampleRate
}

// id3Length is the length of an ID3v2 tag that begins here; 0 for none.
func id3Length(b []byte) int {
	if len(b) < 10 || string(b[:3]) != "ID3" || b[3] == 0xff || b[4] == 0xff || (b[6]|b[7]|b[8]|b[9])&0x80 != 0 {
		return 0
	}
	length := 10 + (int(b[6])<<21 | int(b[7])<<14 | int(b[8])<<7 | int(b[9]))
	if b[5]&0x10 != 0 {
		length += 10 // a footer repeats the header
	}
	return min(length, len(b))
}

// isMP3 reports whether a file begins with an ID3 tag or two frames of MP3.
func isMP3(data []byte) bool {
	if id3Length(data) > 0 {
		return true
	}
	f, ok := mp3Begins(data)
	return ok && f.length < len(data)
}

// cleanMP3 keeps the frames of sound and nothing else. Tags at both ends are
// cut off by their own lengths first, so that sound packed inside a tag isn't
// taken for the recording.
func cleanMP3(data []byte) (*Clip, error) {
	data = cutTrailingTags(data)
	out := make([]byte, 0, len(data))
	var first mp3Frame
	var samples uint64
	following := false // the last thing read was a frame that led here
	for at := 0; at < len(data); {
		if length := id3Length(data[at:]); length > 0 {
			at += length
			following = false
			continue
		}
		frame, ok := mp3Begins(data[at:])
		if !ok && following {
			// The last frame before something else has nothing like it behind it.
			frame, ok = readMP3Frame(data[at:])
			ok = ok && at+frame.length <= len(data)
		}
		if !ok || first.length > 0 && (frame.version != first.version || frame.sampleRate != first.sampleRate) {
			next := bytes.IndexByte(data[at+1:], 0xff)
			tag := bytes.Index(data[at+1:min(len(data), at+1+max(next, 0))], []byte("ID3"))
			switch {
			case tag >= 0:
				at += 1 + tag
			case next < 0:
				at = len(data)
			default:
				at += 1 + next
			}
			following = false
			continue
		}
		if first.length == 0 {
			first = frame
		}
		out = append(out, data[at:at+frame.length]...)
		samples += uint64(frame.samples)
		at += frame.length
		following = true
	}
	if len(out) == 0 {
		return nil, errBrokenRecording
	}
	return clip(KindAudio, out, ".mp3", "audio/mpeg", ratio(samples, uint64(first.sampleRate))), nil
}

// cutTrailingTags removes ID3v1 (with its TAG+ extension), APE, Lyrics3 and
// appended ID3v2.4 tags, in whatever order they were added.
func cutTrailingTags(data []byte) []byte {
	for {
		n := len(data)
		switch {
		case n >= 128 && string(data[n-128:n-125]) == "TAG":
			data = data[:n-128]
		case n >= 227 && string(data[n-227:n-223]) == "TAG+":
			data = data[:n-227]
		case n >= 32 && string(data[n-32:n-24]) == "APETAGEX":
			size := int64(binary.LittleEndian.Uint32(data[n-20:]))
			if binary.LittleEndian.Uint32(data[n-12:])&(1<<31) != 0 {
				size += 32 // there is a header too
			}
			data = data[:int64(n)-min(max(size, 32), int64(n))]
		case n >= 15 && string(data[n-9:]) == "LYRICS200":
			size := 0
			for _, digit := range data[n-15 : n-9] {
				size = size*10 + int(digit-'0')%10
			}
			data = data[:n-min(size+15, n)]
		case n >= 10 && string(data[n-10:n-7]) == "3DI":
			footer := append([]byte("ID3"), data[n-7:]...)
			data = data[:n-min(max(id3Size(footer), 20), n)]
		default:
			return data
		}
	}
}

// id3Size is the whole length of an ID3v2 tag by a copy of its header or footer.
func id3Size(header []byte) int {
	return 20 + (int(header[6]&0x7f)<<21 | int(header[7]&0x7f)<<14 | int(header[8]&0x7f)<<7 | int(header[9]&0x7f))
}
