package media

import (
	"bytes"
	"encoding/binary"
)

// oggPage is a page of an Ogg file (RFC 3533, section 6).
type oggPage struct {
	flags   byte // 1: continues a packet, 2: first page, 4: last page
	granule uint64
	serial  uint32
	lacing  []byte
	body    []byte
}

// readOggPage reads the page at the start of b; its length is 0 when there
// is no whole page.
func readOggPage(b []byte) (page oggPage, length int) {
	if len(b) < 27 || string(b[:4]) != "OggS" || b[4] != 0 {
		return page, 0
	}
	segments := int(b[26])
	if len(b) < 27+segments {
		return page, 0
	}
	page.lacing = b[27 : 27+segments]
	length = 27 + segments
	for _, n := range page.lacing {
		length += int(n)
	}
	if len(b) < length {
		return page, 0
	}
	page.flags, page.granule, page.serial = b[5], binary.LittleEndian.Uint64(b[6:]), binary.LittleEndian.Uint32(b[14:])
	page.body = b[27+segments : length]
	return page, length
}

// append writes the page as the one with the given number.
func (p *oggPage) append(out []byte, number uint32) []byte {
	from := len(out)
	out = append(out, "OggS\x00"...)
	out = append(out, p.flags)
	out = binary.LittleEndian.AppendUint64(out, p.granule)
	out = binary.LittleEndian.AppendUint32(out, 1) // the only stream
	out = binary.LittleEndian.AppendUint32(out, number)
	out = append(out, 0, 0, 0, 0, byte(len(p.lacing)))
	out = append(out, p.lacing...)
	out = append(out, p.body...)
	binary.LittleEndian.PutUint32(out[from+22:], oggChecksum(out[from:]))
	return out
}

// oggTable is for the CRC with polynomial 0x04c11db7, highest bit first.
var oggTable = func() (table [256]uint32) {
	for i := range table {
		r := uint32(i) << 24
		for range 8 {
			if r&(1<<31) != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		table[i] = r
	}
	return table
}()

func oggChecksum(b []byte) uint32 {
	var crc uint32
	for _, v := range b {
		crc = crc<<8 ^ oggTable[byte(crc>>24)^v]
	}
	return crc
}

// cleanOgg empties the comments of an Ogg file with one stream of Opus
// (RFC 7845) or Vorbis, and numbers its pages anew.
func cleanOgg(data []byte) (*Clip, error) {
	first, length := readOggPage(data)
	if length == 0 || first.flags&2 == 0 {
		return nil, errBrokenRecording
	}
	var rate, skip uint64
	headers := 0 // packets that must follow before the sound
	switch head := first.body; {
	case bytes.HasPrefix(head, []byte("OpusHead")) && len(head) >= 19:
		rate, skip, headers = 48_000, uint64(binary.LittleEndian.Uint16(head[10:])), 1
	case bytes.HasPrefix(head, []byte("\x01vorbis")) && len(head) >= 30:
		rate, headers = uint64(binary.LittleEndian.Uint32(head[12:])), 2
	default:
		return nil, errRareRecording
	}
	out := first.append(make([]byte, 0, len(data)), 0)
	number := uint32(1)
	var packet []byte
	var packets [][]byte
	var end uint64
	for at := length; at < len(data); {
		page, length := readOggPage(data[at:])
		if length == 0 {
			// A cut-off last page, or something that isn't Ogg, is left out.
			if bytes.Contains(data[at+1:], []byte("OggS\x00")) {
				return nil, errBrokenRecording
			}
			break
		}
		if page.serial != first.serial || page.flags&2 != 0 {
			return nil, errRareRecording // several streams, side by side or one after the other
		}
		at += length
		if len(packets) == headers {
			if page.granule != ^uint64(0) {
				end = page.granule
			}
			out = page.append(out, number)
			number++
			continue
		}
		for _, n := range page.lacing {
			packet, page.body = append(packet, page.body[:n]...), page.body[n:]
			if n < 255 {
				packets, packet = append(packets, packet), nil
			}
		}
		if len(packets) > headers || len(packets) == headers && packet != nil {
			return nil, errBrokenRecording // sound must begin on a page of its own
		}
		if len(packets) == headers {
			if packets[0] = emptyComments(packets[0]); packets[0] == nil {
				return nil, errBrokenRecording
			}
			out, number = appendOggPackets(out, packets, number)
		}
	}
	if len(packets) < headers || number < uint32(headers)+1 || end == 0 {
		return nil, errBrokenRecording
	}
	return clip(KindAudio, out, ".ogg", "audio/ogg", ratio(end-min(skip, end), rate)), nil
}

// emptyComments returns a comment header without any comment, nor the name
// of the program; nil when the packet is none.
func emptyComments(packet []byte) []byte {
	none := make([]byte, 8) // length of the program's name, number of comments
	switch {
	case bytes.HasPrefix(packet, []byte("OpusTags")):
		return append([]byte("OpusTags"), none...)
	case bytes.HasPrefix(packet, []byte("\x03vorbis")):
		return append(append([]byte("\x03vorbis"), none...), 1)
	}
	return nil
}

// appendOggPackets writes header packets onto pages of their own.
func appendOggPackets(out []byte, packets [][]byte, number uint32) ([]byte, uint32) {
	page := oggPage{}
	flush := func(continues bool) {
		out = page.append(out, number)
		number++
		page = oggPage{}
		if continues {
			page.flags = 1
		}
	}
	for _, packet := range packets {
		for {
			n := min(len(packet), 255)
			page.lacing, page.body, packet = append(page.lacing, byte(n)), append(page.body, packet[:n]...), packet[n:]
			if len(page.lacing) == 255 {
				// No packet ends on this page when a long one goes on: RFC 3533 then has all bits of the granule set;
				// header pages carry 0 by RFC 7845, which every player accepts.
				flush(n == 255)
			}
			if n < 255 {
				break
			}
		}
	}
	if len(page.lacing) > 0 {
		flush(false)
	}
	return out, number
}
