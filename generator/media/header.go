package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"sort"
)

// What a picture's first bytes say it is. Those below the line can only be
// recognised, so that the problem can say how to save them again.
const (
	formatJPEG = "JPEG"
	formatPNG  = "PNG"
	formatGIF  = "GIF"
	formatWebP = "WebP"

	formatHEIC = "HEIC"
	formatAVIF = "AVIF"
	formatTIFF = "TIFF"
	formatBMP  = "BMP"
	formatJXL  = "JPEG XL"
)

// pictureFormat names the format of a picture, or "" when it is none.
func pictureFormat(data []byte) string {
	starts := func(magic string) bool { return bytes.HasPrefix(data, []byte(magic)) }
	switch {
	case starts("\xff\xd8\xff"):
		return formatJPEG
	case starts("\x89PNG\r\n\x1a\n"):
		return formatPNG
	case starts("GIF87a"), starts("GIF89a"):
		return formatGIF
	case starts("RIFF") && len(data) >= 12 && string(data[8:12]) == "WEBP":
		return formatWebP
	case starts("II*\x00"), starts("MM\x00*"):
		return formatTIFF
	case starts("BM") && len(data) >= 26 && binary.LittleEndian.Uint32(data[6:]) == 0:
		return formatBMP
	case starts("\xff\x0a"), starts("\x00\x00\x00\x0cJXL \r\n\x87\n"):
		return formatJXL
	case len(data) >= 12 && string(data[4:8]) == "ftyp":
		switch string(data[8:12]) {
		case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1":
			return formatHEIC
		case "avif", "avis":
			return formatAVIF
		}
	}
	return ""
}

// header is what is known of a picture before any of it is decoded.
type header struct {
	format        string
	width, height int
	// profile is an embedded ICC profile, or nil.
	profile []byte
	// moving: there are more frames than the first.
	moving bool
	// lossy: the source was compressed as photographs are.
	lossy bool
	// bulky: decoding takes about twice the memory (progressive, 16 bit).
	bulky bool
}

const (
	// maxSide is the most pixels a JPEG can have in a row or column.
	maxSide = 65_535
	// maxScans bounds how often a progressive JPEG may go over its pixels.
	// Cameras and editors write about ten scans; a small file with a hundred
	// thousand would keep a build busy for hours.
	maxScans = 100
	// maxProfile bounds an ICC profile; those of screens and cameras have 1 to 10 KB.
	maxProfile = 4_000_000
)

var (
	errBrokenPicture = problem("picture-broken", "This picture is damaged or incomplete, and can't be read to its end.",
		"Open it on your own device, save or export it again as JPEG or PNG, and replace the file.")
	errMovingWebP = problem("picture-animated", "This picture moves (an animated WebP), and only still pictures can be published here.",
		"Save one frame of it as JPEG or PNG. To show movement, use a video with captions and a transcript.")
)

// readHeader checks a picture's format and size before it is decoded.
func readHeader(data []byte, limits Limits) (*header, error) {
	limits = limits.orUsual()
	if len(data) == 0 {
		return nil, problem("picture-empty", "This picture's file is empty: it has no bytes in it.",
			"Copy the picture into the folder again; it may not have finished uploading.")
	}
	if size := int64(len(data)); size > limits.Bytes {
		return nil, problem("picture-too-heavy", fmt.Sprintf("This picture's file has %s; at most %s can be made ready.", megabytes(size), megabytes(limits.Bytes)),
			"Export it as JPEG, or make it smaller: 3,000 pixels wide is plenty.")
	}
	h := &header{format: pictureFormat(data)}
	var err error
	switch h.format {
	case formatJPEG:
		err = h.readJPEG(data)
	case formatPNG:
		err = h.readPNG(data)
	case formatGIF:
		err = h.readGIF(data)
	case formatWebP:
		err = h.readWebP(data, limits)
	case formatHEIC:
		err = problem("picture-format", "This picture is in Apple's HEIC format, which many browsers can't show.",
			"On an iPhone or a Mac, export it as JPEG (sending it to yourself by e-mail does that too). For new pictures choose Settings, Camera, Formats, Most Compatible.")
	case "":
		err = problem("picture-format", "This file isn't a picture in a format that can be used, whatever its name says.",
			"Save it as JPEG (photographs), PNG (screenshots), WebP, GIF or SVG (drawings), and replace the file.")
	default:
		err = problem("picture-format", "This picture is in the format "+h.format+", which can't be used here.",
			"Open it on your own device and save it as JPEG or PNG.")
	}
	if err != nil {
		return nil, err
	}
	if h.width <= 0 || h.height <= 0 {
		return nil, errBrokenPicture
	}
	if err := checkSize(h.width, h.height, limits); err != nil {
		return nil, err
	}
	return h, nil
}

func checkSize(width, height int, limits Limits) error {
	if int64(width)*int64(height) <= limits.Pixels && width <= maxSide && height <= maxSide {
		return nil
	}
	return problem("picture-too-large",
		fmt.Sprintf("This picture is %d by %d pixels; at most %.0f million pixels, and %d on a side, can be made ready.", width, height, float64(limits.Pixels)/1e6, maxSide),
		"Make it smaller and save it again: 3,000 pixels wide is plenty.")
}

func (h *header) size(config image.Config, err error) error {
	if err != nil {
		return pictureError(err)
	}
	h.width, h.height = config.Width, config.Height
	return nil
}

// readJPEG walks the segments in the same forgiving way as image/jpeg, so
// that both see the same scans.
func (h *header) readJPEG(data []byte) error {
	h.lossy = true
	if err := h.size(jpeg.DecodeConfig(bytes.NewReader(data))); err != nil {
		return err
	}
	scans := 0
	var profile []profilePart
	for at := 2; at+1 < len(data); {
		if data[at] != 0xff || data[at+1] == 0xff {
			at++
			continue
		}
		marker := data[at+1]
		at += 2
		switch {
		case marker == 0 || marker >= 0xd0 && marker <= 0xd7: // stuffing, restart
			continue
		case marker == 0xd9: // end
			at = len(data)
			continue
		case marker == 0xc2:
			h.bulky = true
		case marker == 0xda:
			scans++
		}
		if at+2 > len(data) {
			break
		}
		length := int(binary.BigEndian.Uint16(data[at:]))
		if length < 2 || at+length > len(data) {
			break
		}
		if body := data[at+2 : at+length]; marker == 0xe2 && len(body) > 14 && string(body[:12]) == "ICC_PROFILE\x00" {
			profile = append(profile, profilePart{int(body[12]), body[14:]})
		}
		at += length
	}
	if scans > maxScans {
		return problem("picture-too-complex", fmt.Sprintf("This JPEG goes over its pixels %d times; at most %d times can be made ready.", scans, maxScans),
			"Open it in a picture editor and save it again as an ordinary JPEG.")
	}
	sort.SliceStable(profile, func(i, j int) bool { return profile[i].number < profile[j].number })
	for _, part := range profile {
		h.profile = append(h.profile, part.data...)
	}
	return nil
}

// profilePart is one of the pieces into which a JPEG divides an ICC profile
// (ICC.1, annex B.4).
type profilePart struct {
	number int
	data   []byte
}

func (h *header) readPNG(data []byte) error {
	if err := h.size(png.DecodeConfig(bytes.NewReader(data))); err != nil {
		return err
	}
	h.bulky = len(data) > 24 && data[24] == 16
	for at := 8; at+12 <= len(data); {
		length := int(binary.BigEndian.Uint32(data[at:]))
		if length < 0 || at+12+length > len(data) {
			break
		}
		body := data[at+8 : at+8+length]
		switch string(data[at+4 : at+8]) {
		case "acTL":
			h.moving = true
		case "iCCP":
			if name := bytes.IndexByte(body, 0); name >= 0 && name+2 <= len(body) {
				h.profile = inflate(body[name+2:])
			}
		case "IDAT": // what concerns colour and animation stands before it
			return nil
		}
		at += 12 + length
	}
	return nil
}

// inflate unpacks a profile; nil when it is broken or unreasonably large.
func inflate(packed []byte) []byte {
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
	if err != nil || len(profile) > maxProfile {
		return nil
	}
	return profile
}

func (h *header) readGIF(data []byte) error {
	if err := h.size(gif.DecodeConfig(bytes.NewReader(data))); err != nil {
		return err
	}
	h.moving = gifFrames(data) > 1
	return nil
}

// gifFrames counts a GIF's frames up to two, without decoding any.
func gifFrames(data []byte) int {
	if len(data) < 13 {
		return 0
	}
	at := 13
	if data[10]&0x80 != 0 {
		at += 3 << (data[10]&7 + 1)
	}
	frames := 0
	skipBlocks := func() {
		for at < len(data) && data[at] != 0 {
			at += 1 + int(data[at])
		}
		at++
	}
	for at < len(data) && frames < 2 {
		switch data[at] {
		case 0x21:
			at += 2
			skipBlocks()
		case 0x2c:
			frames++
			if at+10 > len(data) {
				return frames
			}
			flags := data[at+9]
			at += 11
			if flags&0x80 != 0 {
				at += 3 << (flags&7 + 1)
			}
			skipBlocks()
		default:
			return frames
		}
	}
	return frames
}

// readWebP reads the canvas and the picture inside it: a small canvas may
// announce a large picture, which the decoder would unpack in full.
func (h *header) readWebP(data []byte, limits Limits) error {
	for at := 12; at+8 <= len(data); {
		length := int(binary.LittleEndian.Uint32(data[at+4:]))
		if length < 0 || at+8+length > len(data) {
			return errBrokenPicture
		}
		body := data[at+8 : at+8+length]
		width, height := 0, 0
		switch string(data[at : at+4]) {
		case "VP8X":
			if len(body) < 10 {
				return errBrokenPicture
			}
			if body[0]&0x02 != 0 {
				return errMovingWebP
			}
			width, height = 1+little24(body[4:]), 1+little24(body[7:])
		case "VP8 ":
			if len(body) < 10 || body[3] != 0x9d || body[4] != 0x01 || body[5] != 0x2a {
				return errBrokenPicture
			}
			h.lossy = true
			width, height = int(binary.LittleEndian.Uint16(body[6:]))&0x3fff, int(binary.LittleEndian.Uint16(body[8:]))&0x3fff
		case "VP8L":
			if len(body) < 5 || body[0] != 0x2f {
				return errBrokenPicture
			}
			bits := binary.LittleEndian.Uint32(body[1:])
			width, height = 1+int(bits&0x3fff), 1+int(bits>>14&0x3fff)
		case "ANIM", "ANMF":
			return errMovingWebP
		case "ICCP":
			if len(body) <= maxProfile {
				h.profile = body
			}
		}
		if width > 0 {
			if err := checkSize(width, height, limits); err != nil {
				return err
			}
			h.width, h.height = max(h.width, width), max(h.height, height)
		}
		at += 8 + length + length&1
	}
	return nil
}

func little24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }
