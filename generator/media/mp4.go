package media

import (
	"encoding/binary"
	"slices"
	"time"
)

// box is a part of an MP4 or QuickTime file (ISO 14496-12, section 4.2).
type box struct {
	name string
	body []byte
	// at is where body begins within what was read.
	at int
}

// readBoxes lists the boxes that stand one after another in b. Bytes behind
// the last whole box are left out; ok is false when a box runs over the end.
func readBoxes(b []byte) (boxes []box, ok bool) {
	for at := 0; at+8 <= len(b); {
		size, head := uint64(binary.BigEndian.Uint32(b[at:])), uint64(8)
		switch size {
		case 0:
			size = uint64(len(b) - at) // to the end
		case 1:
			if at+16 > len(b) {
				return boxes, false
			}
			size, head = binary.BigEndian.Uint64(b[at+8:]), 16
		}
		if size < head || size > uint64(len(b)-at) {
			return boxes, false
		}
		boxes = append(boxes, box{string(b[at+4 : at+8]), b[at+int(head) : at+int(size)], at + int(head)})
		at += int(size)
	}
	return boxes, true
}

// child returns the body of the first box with the name, or nil.
func child(b []byte, name string) []byte {
	boxes, _ := readBoxes(b)
	for _, each := range boxes {
		if each.name == name {
			return each.body
		}
	}
	return nil
}

func appendBox(out []byte, name string, bodies ...[]byte) []byte {
	size := 8
	for _, body := range bodies {
		size += len(body)
	}
	out = append(binary.BigEndian.AppendUint32(out, uint32(size)), name...)
	for _, body := range bodies {
		out = append(out, body...)
	}
	return out
}

// handler is the kind of a track: vide, soun, or something else.
func handler(track []byte) string {
	body := child(child(track, "mdia"), "hdlr")
	if len(body) < 12 {
		return ""
	}
	return string(body[8:12])
}

// mp4Kind tells sound from video by the tracks.
func mp4Kind(data []byte) Kind {
	top, _ := readBoxes(data)
	known := false
	for _, each := range top {
		switch each.name {
		case "ftyp", "mdat", "wide":
			known = true
		case "moov":
			known = true
			kind := KindUnknown
			tracks, _ := readBoxes(each.body)
			for _, track := range tracks {
				if track.name != "trak" {
					continue
				}
				switch handler(track.body) {
				case "vide":
					if !isStill(track.body) {
						return KindVideo
					}
				case "soun":
					kind = KindAudio
				}
			}
			if kind != KindUnknown {
				return kind
			}
		}
	}
	if !known {
		return KindUnknown
	}
	return KindVideo // what it is can't be told; reading it says what is wrong
}

// isStill tells a cover picture or chapter picture from a video.
func isStill(track []byte) bool {
	entry := child(child(child(child(track, "mdia"), "minf"), "stbl"), "stsd")
	return len(entry) >= 16 && (string(entry[12:16]) == "jpeg" || string(entry[12:16]) == "png ")
}

var (
	errFragmented = problem("recording-fragmented", "This recording is stored in fragments, as for streaming, and can't be cleaned of its hidden notes here.",
		"Export it again as an ordinary MP4. With the program ffmpeg: ffmpeg -i told.mp4 -map_metadata -1 -c copy new.mp4")
	errLocked = problem("recording-locked", "This recording is locked (copy protection), so nobody else could play it.",
		"Export it without copy protection as MP3 or MP4.")
)

// mp4Track is a track with what is kept of it.
type mp4Track struct {
	header, edits, mediaHeader, handler, kindHeader, description []byte
	tables                                                       []box // sample tables but for the chunks' places
	chunks                                                       []mp4Chunk
	width, height                                                int
}

// mp4Chunk is a run of samples; at is its place in the source, then in the result.
type mp4Chunk struct {
	at     uint64
	length uint64
	data   []byte
}

// cleanMP4 writes an MP4 anew with only the tracks of sound and video, the
// boxes that playing needs, and the samples that those tracks use. The index
// comes first, so that a browser can begin at once.
func cleanMP4(data []byte) (*Clip, error) {
	// Bytes behind the last whole box don't matter, since only named samples are kept.
	top, _ := readBoxes(data)
	var moov, fileType []byte
	for _, each := range top {
		switch each.name {
		case "moov":
			moov = each.body
		case "ftyp":
			fileType = each.body
		case "moof":
			return nil, errFragmented
		}
	}
	parts, ok := readBoxes(moov)
	if moov == nil || !ok {
		return nil, errBrokenRecording
	}
	var movieHeader []byte
	var tracks []*mp4Track
	kind := KindAudio
	for _, part := range parts {
		switch part.name {
		case "mvex":
			return nil, errFragmented
		case "mvhd":
			movieHeader = withoutDates(part.body)
		case "trak":
			what := handler(part.body)
			if what != "vide" && what != "soun" || isStill(part.body) {
				continue
			}
			track, err := readTrack(part.body, what, data)
			if err != nil {
				return nil, err
			}
			if what == "vide" {
				kind = KindVideo
			}
			tracks = append(tracks, track)
		}
	}
	if movieHeader == nil || len(tracks) == 0 {
		return nil, errBrokenRecording
	}

	var chunks []*mp4Chunk
	var total uint64
	for _, track := range tracks {
		for i := range track.chunks {
			chunks = append(chunks, &track.chunks[i])
			total += track.chunks[i].length
		}
	}
	// Chunks that overlap could make a small file grow without bound.
	if total > uint64(len(data)) || total == 0 {
		return nil, errBrokenRecording
	}
	slices.SortStableFunc(chunks, func(a, b *mp4Chunk) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	out := appendBox(nil, "ftyp", cleanFileType(fileType))
	// The index is as long with its final places as with any others.
	place := uint64(len(out) + len(writeIndex(movieHeader, tracks)) + 8)
	for _, chunk := range chunks {
		chunk.at = place
		place += chunk.length
	}
	out = append(out, writeIndex(movieHeader, tracks)...)
	out = append(binary.BigEndian.AppendUint32(out, uint32(total+8)), "mdat"...)
	for _, chunk := range chunks {
		out = append(out, chunk.data...)
	}

	duration := movieDuration(movieHeader)
	if kind == KindAudio {
		return clip(kind, out, ".m4a", "audio/mp4", duration), nil
	}
	made := clip(kind, out, ".mp4", "video/mp4", duration)
	for _, track := range tracks {
		if track.width > made.Width {
			made.Width, made.Height = track.width, track.height
		}
	}
	return made, nil
}

// cleanFileType keeps the brands, which tell players how to read the rest.
func cleanFileType(body []byte) []byte {
	out := []byte("isom\x00\x00\x02\x00")
	if len(body) >= 8 && isBrand(body[:4]) {
		copy(out, body[:4])
		for at := 8; at+4 <= len(body) && len(out) < 80; at += 4 {
			if isBrand(body[at : at+4]) {
				out = append(out, body[at:at+4]...)
			}
		}
	}
	if len(out) == 8 {
		out = append(out, "isommp41"...)
	}
	return out
}

// brands are those of MP4 and QuickTime files in use; others are left out,
// because four letters are enough for a name.
var brands = []string{"isom", "iso2", "iso3", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "hvc1", "av01", "M4A ", "M4V ", "M4B ", "qt  ", "dash", "3gp4", "3gp5", "3gp6", "MSNV", "mmp4"}

func isBrand(b []byte) bool { return slices.Contains(brands, string(b)) }

// withoutDates blanks the dates of making and changing, which begin mvhd,
// tkhd and mdhd; nil when the box is too short.
func withoutDates(body []byte) []byte {
	if len(body) < 20 {
		return nil
	}
	out := slices.Clone(body)
	end := 12
	if body[0] == 1 {
		end = 20
	}
	clear(out[4:end])
	return out
}

func movieDuration(header []byte) time.Duration {
	if header[0] == 1 {
		if len(header) < 32 {
			return 0
		}
		return ratio(binary.BigEndian.Uint64(header[24:]), uint64(binary.BigEndian.Uint32(header[20:])))
	}
	return ratio(uint64(binary.BigEndian.Uint32(header[16:])), uint64(binary.BigEndian.Uint32(header[12:])))
}

// sampleTables are the boxes of a sample table that playing needs and that
// hold nothing but numbers.
var sampleTables = []string{"stts", "ctts", "cslg", "stsc", "stsz", "stz2", "stss", "sdtp", "sgpd", "sbgp"}

func readTrack(body []byte, what string, file []byte) (*mp4Track, error) {
	media := child(body, "mdia")
	info := child(media, "minf")
	table := child(info, "stbl")
	t := &mp4Track{
		header: withoutDates(child(body, "tkhd")), edits: child(child(body, "edts"), "elst"),
		mediaHeader: withoutDates(child(media, "mdhd")),
	}
	if t.header == nil || t.mediaHeader == nil || table == nil {
		return nil, errBrokenRecording
	}
	// Version and flags, what stood for QuickTime's own kinds, the kind, and an empty name.
	t.handler = append(append(make([]byte, 8), what...), make([]byte, 13)...)
	if what == "vide" {
		t.kindHeader = appendBox(nil, "vmhd", []byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})
		t.width, t.height = t.shownSize()
	} else {
		t.kindHeader = appendBox(nil, "smhd", make([]byte, 8))
	}
	var err error
	if t.description, err = cleanDescriptions(child(table, "stsd"), what); err != nil {
		return nil, err
	}
	boxes, ok := readBoxes(table)
	if !ok {
		return nil, errBrokenRecording
	}
	for _, each := range boxes {
		if slices.Contains(sampleTables, each.name) {
			t.tables = append(t.tables, each)
		}
	}
	if t.chunks, ok = readChunks(table, file); !ok {
		return nil, errBrokenRecording
	}
	return t, nil
}

// shownSize is the size of a video track as it is shown: its header's, with
// sides exchanged when the matrix turns it by a quarter.
func (t *mp4Track) shownSize() (width, height int) {
	matrix := 40
	if t.header[0] == 1 {
		matrix = 52
	}
	if len(t.header) < matrix+44 {
		return 0, 0
	}
	at := func(i int) int { return int(binary.BigEndian.Uint32(t.header[matrix+4*i:])) }
	width, height = at(9)>>16, at(10)>>16
	if at(0) == 0 && at(4) == 0 {
		return height, width
	}
	return width, height
}

// descriptions of how samples are encoded, that browsers can play, with the
// boxes in them that playing needs.
var (
	codecs      = []string{"avc1", "avc3", "hvc1", "hev1", "av01", "vp09", "mp4v", "mp4a", "Opus", "ac-3", "ec-3", ".mp3"}
	codecConfig = []string{"avcC", "hvcC", "av1C", "vpcC", "esds", "dOps", "dac3", "dec3", "btrt", "pasp", "clap", "fiel"}
)

// cleanDescriptions writes stsd anew. The names that encoders write into
// video descriptions are blanked.
func cleanDescriptions(body []byte, what string) ([]byte, error) {
	if len(body) < 8 {
		return nil, errBrokenRecording
	}
	entries, ok := readBoxes(body[8:])
	if !ok || len(entries) == 0 {
		return nil, errBrokenRecording
	}
	out := binary.BigEndian.AppendUint32(make([]byte, 4, len(body)), uint32(len(entries)))
	for _, entry := range entries {
		if entry.name == "encv" || entry.name == "enca" || entry.name == "drmi" || entry.name == "drms" {
			return nil, errLocked
		}
		if !slices.Contains(codecs, entry.name) {
			return nil, errRareRecording
		}
		fixed := 78 // of a video description
		if what == "soun" {
			fixed = 28
			if len(entry.body) >= 10 {
				switch binary.BigEndian.Uint16(entry.body[8:]) { // QuickTime's longer ones
				case 1:
					fixed = 44
				case 2:
					fixed = 64
				}
			}
		}
		if len(entry.body) < fixed {
			return nil, errBrokenRecording
		}
		head := slices.Clone(entry.body[:fixed])
		copy(head[:8], []byte{0, 0, 0, 0, 0, 0, 0, 1}) // the data are in this file
		if what == "vide" {
			clear(head[42:74]) // compressorname
		}
		config, ok := cleanConfig(entry.body[fixed:], 0)
		if !ok {
			return nil, errBrokenRecording
		}
		out = appendBox(out, entry.name, head, config)
	}
	return out, nil
}

func cleanConfig(body []byte, depth int) (out []byte, ok bool) {
	boxes, ok := readBoxes(body)
	if !ok {
		return nil, false
	}
	for _, each := range boxes {
		switch {
		case each.name == "wave" && depth == 0:
			inner, ok := cleanConfig(each.body, depth+1)
			if !ok {
				return nil, false
			}
			out = appendBox(out, "wave", inner)
		case each.name == "colr" && len(each.body) >= 10 && (string(each.body[:4]) == "nclx" || string(each.body[:4]) == "nclc"):
			out = appendBox(out, "colr", each.body[:min(len(each.body), 11)])
		case depth == 1 && (each.name == "frma" || each.name == "mp4a") && len(each.body) <= 4: // the codec's name, repeated
			out = appendBox(out, each.name, each.body)
		case slices.Contains(codecConfig, each.name):
			out = appendBox(out, each.name, each.body)
		}
	}
	return out, true
}

// entries reads the entries of a full box whose count stands at the given
// place, each of width bytes; ok is false when they aren't all there.
func entries(body []byte, countAt, width int) (entries []byte, count int, ok bool) {
	if len(body) < countAt+4 {
		return nil, 0, false
	}
	n := uint64(binary.BigEndian.Uint32(body[countAt:]))
	rest := body[countAt+4:]
	if n*uint64(width) > uint64(len(rest)) {
		return nil, 0, false
	}
	return rest, int(n), true
}

// readChunks finds the places and lengths of a track's chunks by its sample
// tables (ISO 14496-12, sections 8.7.3 to 8.7.5).
func readChunks(table, file []byte) ([]mp4Chunk, bool) {
	size, sampleCount, ok := sampleSizes(table)
	if !ok {
		return nil, false
	}
	runs, runCount, ok := entries(child(table, "stsc"), 4, 12)
	if !ok || runCount == 0 {
		return nil, false
	}
	width := 4
	places, count, ok := entries(child(table, "stco"), 4, 4)
	if !ok {
		width = 8
		if places, count, ok = entries(child(table, "co64"), 4, 8); !ok {
			return nil, false
		}
	}
	chunks := make([]mp4Chunk, 0, count)
	var sample, run uint64
	for i := range count {
		at := uint64(binary.BigEndian.Uint32(places[width*i:]))
		if width == 8 {
			at = binary.BigEndian.Uint64(places[8*i:])
		}
		for run+1 < uint64(runCount) && uint64(binary.BigEndian.Uint32(runs[12*(run+1):])) <= uint64(i+1) {
			run++
		}
		samples := uint64(binary.BigEndian.Uint32(runs[12*run+4:]))
		if samples > sampleCount-sample {
			return nil, false
		}
		length := size(sample, samples)
		sample += samples
		if at > uint64(len(file)) || length > uint64(len(file))-at {
			return nil, false
		}
		chunks = append(chunks, mp4Chunk{at: at, length: length, data: file[at : at+length]})
	}
	return chunks, sample == sampleCount && count > 0
}

// sampleSizes returns a function that adds up the lengths of n samples.
func sampleSizes(table []byte) (size func(from, n uint64) uint64, count uint64, ok bool) {
	if body := child(table, "stsz"); len(body) >= 12 {
		if each := uint64(binary.BigEndian.Uint32(body[4:])); each != 0 {
			return func(_, n uint64) uint64 { return n * each }, uint64(binary.BigEndian.Uint32(body[8:])), true
		}
		sizes, n, ok := entries(body, 8, 4)
		return func(from, n uint64) (sum uint64) {
			for i := range n {
				sum += uint64(binary.BigEndian.Uint32(sizes[4*(from+i):]))
			}
			return sum
		}, uint64(n), ok
	}
	body := child(table, "stz2")
	if len(body) < 12 {
		return nil, 0, false
	}
	bits := uint64(body[7])
	n := uint64(binary.BigEndian.Uint32(body[8:]))
	sizes := body[12:]
	if bits != 4 && bits != 8 && bits != 16 || (n*bits+7)/8 > uint64(len(sizes)) {
		return nil, 0, false
	}
	return func(from, n uint64) (sum uint64) {
		for i := from; i < from+n; i++ {
			switch bits {
			case 16:
				sum += uint64(binary.BigEndian.Uint16(sizes[2*i:]))
			case 8:
				sum += uint64(sizes[i])
			default:
				sum += uint64(sizes[i/2] >> (4 * (1 - i%2)) & 15)
			}
		}
		return sum
	}, n, true
}

// writeIndex writes moov with the chunks at their present places.
func writeIndex(movieHeader []byte, tracks []*mp4Track) []byte {
	parts := appendBox(nil, "mvhd", movieHeader)
	for _, t := range tracks {
		var table []byte
		table = appendBox(table, "stsd", t.description)
		for _, each := range t.tables {
			table = appendBox(table, each.name, each.body)
		}
		places := binary.BigEndian.AppendUint32(make([]byte, 4), uint32(len(t.chunks)))
		for _, chunk := range t.chunks {
			places = binary.BigEndian.AppendUint32(places, uint32(chunk.at))
		}
		table = appendBox(table, "stco", places)
		// One data reference, flagged as this very file.
		reference := appendBox(nil, "dref", []byte{0, 0, 0, 0, 0, 0, 0, 1}, appendBox(nil, "url ", []byte{0, 0, 0, 1}))
		info := slices.Concat(t.kindHeader, appendBox(nil, "dinf", reference), appendBox(nil, "stbl", table))
		media := slices.Concat(appendBox(nil, "mdhd", t.mediaHeader), appendBox(nil, "hdlr", t.handler), appendBox(nil, "minf", info))
		track := appendBox(nil, "tkhd", t.header)
		if t.edits != nil {
			track = appendBox(track, "edts", appendBox(nil, "elst", t.edits))
		}
		parts = appendBox(parts, "trak", track, appendBox(nil, "mdia", media))
	}
	return appendBox(nil, "moov", parts)
}
