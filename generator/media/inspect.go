package media

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"strings"
)

// HasMetadata reads a finished file byte by byte and names the first thing in
// it that is neither picture nor sound: a block of notes, a profile, a
// comment, or bytes behind the end. It returns "" for a clean file.
//
// It is for tests and shares nothing with the code that makes files, so that
// a mistake there isn't repeated here. It is strict: it names whatever it
// doesn't know.
func HasMetadata(data []byte) (what string) {
	starts := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	switch {
	case starts("\xff\xd8"):
		return inspectJPEG(data)
	case starts("\x89PNG"):
		return inspectPNG(data)
	case starts("GIF8"):
		return inspectGIF(data)
	case starts("RIFF"):
		return inspectRIFF(data)
	case starts("OggS"):
		return inspectOgg(data)
	case starts("ID3"):
		return "ID3 tag"
	case starts("\xff"):
		return inspectMP3(data)
	case starts("WEBVTT"):
		return inspectWebVTT(data)
	case starts("<"):
		return inspectSVG(data)
	case len(data) > 8 && string(data[4:8]) == "ftyp":
		return inspectMP4(data, "")
	}
	return "a format that can't be inspected"
}

func inspectJPEG(data []byte) string {
	at := 2
	for {
		if at+2 > len(data) || data[at] != 0xff {
			return "a JPEG without an end"
		}
		marker := data[at+1]
		if marker == 0xd9 {
			if at+2 < len(data) {
				return "bytes after the end of the JPEG"
			}
			return ""
		}
		if at+4 > len(data) {
			return "a JPEG without an end"
		}
		length := int(data[at+2])<<8 | int(data[at+3])
		switch {
		case marker == 0xe0 && length == 16 && at+9 <= len(data) && string(data[at+4:at+9]) == "JFIF\x00":
		case marker >= 0xe0 && marker <= 0xef:
			return fmt.Sprintf("JPEG APP%d block", marker-0xe0)
		case marker == 0xfe:
			return "JPEG comment"
		case marker == 0xdb, marker == 0xc4, marker == 0xdd, marker >= 0xc0 && marker <= 0xc2, marker == 0xda:
		default:
			return fmt.Sprintf("JPEG block %#x", marker)
		}
		at += 2 + length
		if marker != 0xda {
			continue
		}
		for at+1 < len(data) && (data[at] != 0xff || data[at+1] == 0 || data[at+1] >= 0xd0 && data[at+1] <= 0xd7) {
			at++
		}
	}
}

func inspectPNG(data []byte) string {
	for at := 8; at+12 <= len(data); {
		name := string(data[at+4 : at+8])
		at += 12 + int(binary.BigEndian.Uint32(data[at:]))
		switch name {
		case "IHDR", "PLTE", "tRNS", "IDAT":
		case "IEND":
			if at != len(data) {
				return "bytes after the end of the PNG"
			}
			return ""
		default:
			return "PNG chunk " + name
		}
	}
	return "a PNG without an end"
}

func inspectGIF(data []byte) string {
	if len(data) < 14 {
		return "a GIF without an end"
	}
	at := 13
	if data[10]&128 > 0 {
		at += 6 << (data[10] & 7)
	}
	for at+1 < len(data) {
		switch data[at] {
		case 0x21:
			if data[at+1] != 0xf9 { // all but the graphic control
				return "GIF extension"
			}
			at += 2
		case 0x2c:
			if at+11 > len(data) {
				return "a GIF without an end"
			}
			if data[at+9]&128 > 0 {
				at += 6 << (data[at+9] & 7)
			}
			at += 11
		case 0x3b:
			return "bytes after the end of the GIF"
		default:
			return "unknown GIF block"
		}
		for at < len(data) && data[at] > 0 {
			at += int(data[at]) + 1
		}
		at++
	}
	if at < len(data) && data[at] == 0x3b {
		return ""
	}
	return "a GIF without an end"
}

func inspectRIFF(data []byte) string {
	if len(data) < 12 || int(binary.LittleEndian.Uint32(data[4:]))+8 != len(data) {
		return "bytes after the end of the RIFF file"
	}
	for at := 12; at < len(data); {
		if at+8 > len(data) {
			return "a RIFF file without an end"
		}
		name := string(data[at : at+4])
		if !strings.Contains("fmt |fact|data|VP8 |VP8L|ALPH", name) {
			return "RIFF chunk " + name
		}
		at += 8 + (int(binary.LittleEndian.Uint32(data[at+4:]))+1)&^1
	}
	return ""
}

func inspectOgg(data []byte) string {
	for _, head := range []string{"OpusTags", "\x03vorbis"} {
		if at := bytes.Index(data, []byte(head)); at >= 0 {
			comments := data[at+len(head):]
			if len(comments) < 8 || !bytes.Equal(comments[:8], make([]byte, 8)) {
				return "Vorbis comments"
			}
		}
	}
	for at := 0; at < len(data); {
		if at+27 > len(data) || string(data[at:at+4]) != "OggS" {
			return "bytes that aren't Ogg pages"
		}
		segments := int(data[at+26])
		length := 27 + segments
		for i := range segments {
			if at+27+i < len(data) {
				length += int(data[at+27+i])
			}
		}
		at += length
		if at > len(data) {
			return "an Ogg page without an end"
		}
	}
	return ""
}

// inspectMP3 steps from frame to frame; whatever isn't reached as a frame is
// something else.
func inspectMP3(data []byte) string {
	rates1 := strings.Fields("0 32 40 48 56 64 80 96 112 128 160 192 224 256 320")
	rates2 := strings.Fields("0 8 16 24 32 40 48 56 64 80 96 112 128 144 160")
	for at := 0; at < len(data); {
		if at+4 > len(data) || data[at] != 0xff || data[at+1]&0xe6 != 0xe2 || data[at+2]>>4 == 15 {
			return "bytes that aren't MP3 frames"
		}
		mpeg1 := data[at+1]&0x18 == 0x18
		frequency := []int{44100, 48000, 32000, 1}[data[at+2]>>2&3]
		rates, factor := rates1, 144000
		if !mpeg1 {
			rates, factor, frequency = rates2, 72000, frequency/2
			if data[at+1]&0x18 == 0 {
				frequency /= 2
			}
		}
		kilobits := 0
		fmt.Sscan(rates[data[at+2]>>4], &kilobits)
		if kilobits == 0 || frequency == 0 {
			return "bytes that aren't MP3 frames"
		}
		at += kilobits*factor/frequency + int(data[at+2]>>1&1)
		if at > len(data) {
			return "an MP3 frame without an end"
		}
	}
	return ""
}

func inspectMP4(data []byte, inside string) string {
	for at := 0; at < len(data); {
		if at+8 > len(data) {
			return "bytes after the last MP4 box"
		}
		length, name := int(binary.BigEndian.Uint32(data[at:])), string(data[at+4:at+8])
		if length < 8 || at+length > len(data) {
			return "an MP4 box without an end"
		}
		body := data[at+8 : at+length]
		at += length
		if !strings.Contains("|ftyp|moov|mdat|mvhd|trak|tkhd|edts|elst|mdia|mdhd|hdlr|minf|vmhd|smhd|dinf|stbl|stsd|stts|ctts|cslg|stsc|stsz|stz2|stss|sdtp|sgpd|sbgp|stco|dref|", "|"+name+"|") {
			return "MP4 box " + name
		}
		switch name {
		case "moov", "trak", "edts", "mdia", "minf", "stbl", "dinf":
			if what := inspectMP4(body, name); what != "" {
				return what
			}
		case "mvhd", "tkhd", "mdhd":
			if len(body) < 12 || !bytes.Equal(body[4:12], make([]byte, 8)) {
				return "dates in the MP4 box " + name
			}
		case "hdlr":
			if len(body) != 25 || body[24] != 0 {
				return "a name of an MP4 track"
			}
		}
	}
	return ""
}

func inspectWebVTT(data []byte) string {
	if !bytes.HasPrefix(data, []byte("WEBVTT\n\n")) {
		return "text after WEBVTT"
	}
	for _, block := range strings.Split(string(data[8:]), "\n\n") {
		first, _, _ := strings.Cut(block, "\n")
		if !strings.Contains(first, "-->") {
			return "a WebVTT block without times"
		}
	}
	return ""
}

func inspectSVG(data []byte) string {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	var ids []string
	for {
		token, err := decoder.Token()
		if err != nil {
			break
		}
		switch token := token.(type) {
		case xml.Comment:
			return "SVG comment"
		case xml.Directive, xml.ProcInst:
			return "SVG declaration"
		case xml.StartElement:
			switch token.Name.Local {
			case "metadata", "title", "desc", "script", "foreignObject", "image", "a":
				return "SVG element " + token.Name.Local
			}
			if token.Name.Space != "http://www.w3.org/2000/svg" {
				return "SVG element of another vocabulary"
			}
			for _, a := range token.Attr {
				if a.Name.Local == "id" {
					ids = append(ids, a.Value)
				}
				if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || strings.HasPrefix(a.Name.Local, "data-") {
					return "SVG attribute " + a.Name.Local
				}
			}
		}
	}
	for _, id := range ids {
		if strings.Trim(id, "i0123456789") != "" {
			return "a name of a part of an SVG"
		}
	}
	return ""
}
