package audit

import (
	"bytes"
	"encoding/binary"
)

// A picture may carry nothing but what is needed to show it: no EXIF, XMP,
// IPTC, comment, thumbnail, colour profile with a maker's name, or bytes after
// its end (spec, "The proof"; consent case 60). What may be in a file is
// listed; everything else is metadata.

// pictureKind names the kind of a picture from its first bytes, or returns "".
func pictureKind(data []byte) string {
	starts := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	switch {
	case starts("\xff\xd8\xff"):
		return "JPEG"
	case starts("\x89PNG\r\n\x1a\n"):
		return "PNG"
	case starts("GIF87a"), starts("GIF89a"):
		return "GIF"
	case starts("RIFF") && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return "WebP"
	case starts("\x00\x00\x01\x00"):
		return "ICO"
	case starts("II*\x00"), starts("MM\x00*"):
		return "TIFF"
	case len(data) >= 12 && string(data[4:8]) == "ftyp":
		switch string(data[8:12]) {
		case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1":
			return "HEIC"
		case "avif", "avis":
			return "AVIF"
		}
	case starts("\xff\x0a"), starts("\x00\x00\x00\x0cJXL "):
		return "JPEG XL"
	}
	return ""
}

// pictureMetadata says what a picture carries beside the picture, or "".
func pictureMetadata(data []byte) string {
	switch kind := pictureKind(data); kind {
	case "":
		return ""
	case "JPEG":
		return jpegMetadata(data)
	case "PNG":
		return pngMetadata(data)
	case "GIF":
		return gifMetadata(data)
	case "WebP":
		return webpMetadata(data)
	case "ICO":
		return icoMetadata(data)
	default:
		return "whatever a " + kind + " file may carry"
	}
}

func jpegMetadata(data []byte) string {
	for at := 2; ; {
		next := bytes.IndexByte(data[at:], 0xff) // over compressed data, or damage
		if next < 0 {
			return "no proper end"
		}
		at += next
		for at < len(data) && data[at] == 0xff {
			at++
		}
		if at >= len(data) {
			return "no proper end"
		}
		marker := data[at]
		at++
		switch {
		case marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8:
			continue
		case marker == 0xd9:
			if at < len(data) {
				return "bytes after its end"
			}
			return ""
		}
		if at+2 > len(data) {
			return "no proper end"
		}
		length := int(binary.BigEndian.Uint16(data[at:]))
		if length < 2 || at+length > len(data) {
			return "a part that can't be read"
		}
		body := data[at+2 : at+length]
		at += length
		switch {
		case marker == 0xfe:
			return "a comment"
		case marker == 0xe0:
			// JFIF: version, density, and the size of a thumbnail.
			if !bytes.HasPrefix(body, []byte("JFIF\x00")) || len(body) != 14 || body[12] != 0 || body[13] != 0 {
				return "a thumbnail"
			}
		case marker == 0xee:
			if !bytes.HasPrefix(body, []byte("Adobe")) || len(body) != 12 {
				return "a maker's own part"
			}
		case marker == 0xe1:
			return "EXIF or XMP (when, where and with what it was taken)"
		case marker == 0xe2:
			return "a colour profile or more pictures"
		case marker == 0xed:
			return "IPTC (caption, names)"
		case marker > 0xe0 && marker <= 0xef, marker >= 0xf0 && marker < 0xfe:
			return "a maker's own part"
		}
	}
}

// pngChunks are the chunks that show the picture and nothing else (PNG, third edition, clause 11).
var pngChunks = map[string]bool{"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true, "gAMA": true, "cHRM": true,
	"sRGB": true, "cICP": true, "mDCV": true, "cLLI": true, "sBIT": true, "bKGD": true, "hIST": true, "pHYs": true, "acTL": true, "fcTL": true, "fdAT": true}

func pngMetadata(data []byte) string {
	for at := 8; at+12 <= len(data); {
		length := int64(binary.BigEndian.Uint32(data[at:]))
		chunk := string(data[at+4 : at+8])
		if !pngChunks[chunk] {
			switch chunk {
			case "eXIf":
				return "EXIF (when, where and with what it was taken)"
			case "tEXt", "zTXt", "iTXt":
				return "text"
			case "iCCP":
				return "a colour profile"
			case "tIME":
				return "when it was last changed"
			}
			return "a maker's own part"
		}
		if int64(at)+12+length > int64(len(data)) {
			break
		}
		at += 12 + int(length)
		if chunk == "IEND" {
			if at < len(data) {
				return "bytes after its end"
			}
			return ""
		}
	}
	return "no proper end"
}

func gifMetadata(data []byte) string {
	if len(data) < 13 {
		return "no proper end"
	}
	at := 13
	if data[10]&0x80 != 0 {
		at += 3 << (data[10]&7 + 1)
	}
	blocks := func() {
		for at < len(data) && data[at] != 0 {
			at += 1 + int(data[at])
		}
		at++
	}
	for at < len(data) {
		switch data[at] {
		case 0x3b:
			if at+1 < len(data) {
				return "bytes after its end"
			}
			return ""
		case 0x2c:
			if at+10 >= len(data) {
				return "no proper end"
			}
			flags := data[at+9]
			at += 11
			if flags&0x80 != 0 {
				at += 3 << (flags&7 + 1)
			}
			blocks()
		case 0x21:
			if at+2 >= len(data) {
				return "no proper end"
			}
			switch label := data[at+1]; label {
			case 0xf9: // how long a frame is shown
			case 0xff: // how often the film is repeated
				if !bytes.HasPrefix(data[at+2:], []byte("\x0bNETSCAPE2.0")) && !bytes.HasPrefix(data[at+2:], []byte("\x0bANIMEXTS1.0")) {
					return "a maker's own part"
				}
			case 0xfe:
				return "a comment"
			default:
				return "text"
			}
			at += 2
			blocks()
		default:
			return "a part that can't be read"
		}
	}
	return "no proper end"
}

func webpMetadata(data []byte) string {
	length := int64(binary.LittleEndian.Uint32(data[4:]))
	if length+length&1+8 < int64(len(data)) {
		return "bytes after its end"
	}
	for at := 12; at+8 <= len(data); {
		size := int64(binary.LittleEndian.Uint32(data[at+4:]))
		switch string(data[at : at+4]) {
		case "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF":
		case "EXIF", "XMP ":
			return "EXIF or XMP (when, where and with what it was taken)"
		case "ICCP":
			return "a colour profile"
		default:
			return "a maker's own part"
		}
		if int64(at)+8+size > int64(len(data)) {
			return "no proper end"
		}
		at += 8 + int(size+size&1)
	}
	return ""
}

// icoMetadata looks into the pictures of an icon, which may be whole PNG files.
func icoMetadata(data []byte) string {
	if len(data) < 6 {
		return "no proper end"
	}
	for i := range int(binary.LittleEndian.Uint16(data[4:])) {
		entry := 6 + 16*i
		if entry+16 > len(data) {
			return "no proper end"
		}
		size, from := int64(binary.LittleEndian.Uint32(data[entry+8:])), int64(binary.LittleEndian.Uint32(data[entry+12:]))
		if from+size > int64(len(data)) {
			return "no proper end"
		}
		if inner := data[from : from+size]; pictureKind(inner) == "PNG" {
			if found := pngMetadata(inner); found != "" {
				return found
			}
		}
	}
	return ""
}
