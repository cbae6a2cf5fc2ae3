package media

import (
	"encoding/binary"
	"image"
	"math"
)

// grid is an ICC profile made of tables, as the colours in sRGB at evenly
// spaced points of what the picture stores; between them lies a mixture.
type grid struct {
	channels int // 1 grey, 3 RGB, 4 CMYK
	points   int // along each channel
	colours  [][3]float32
}

// gridPoints is how many points a grid has along each channel, by the number
// of channels: enough that no eye sees a step, and a few hundredths of a
// second to work out.
var gridPoints = map[int]int{1: 256, 3: 33, 4: 17}

// newGrid reads the table of an ICC profile (ICC.1:2010, 10.8 to 10.10) that
// leads from what the picture stores to how it is meant to look (A2B0). It
// returns nil when there is none that can be read.
//
// What is darkest in the profile becomes black (black point compensation), as
// in picture editors: ink on paper is never quite black, and on a screen the
// picture would seem to lie behind fog.
func newGrid(profile []byte, channels int) *grid {
	if class := string(profile[12:16]); class == "link" || class == "abst" || class == "nmcl" {
		return nil
	}
	pcs := string(profile[20:24])
	steps, encoding := readTable(profileTag(profile, "A2B0"), channels, pcs)
	if steps == nil {
		return nil
	}
	look := func(stored []float64) [3]float64 { // XYZ under D50, white's Y being 1
		values := stored
		for _, step := range steps {
			values = step(values)
		}
		return encoding([3]float64(values))
	}
	g := &grid{channels: channels, points: gridPoints[channels]}
	count := 1
	for range channels {
		count *= g.points
	}
	seen, darkest := make([][3]float64, count), 1.0
	stored := make([]float64, channels)
	for i := range seen {
		rest := i
		for c := channels - 1; c >= 0; c-- {
			stored[c] = float64(rest%g.points) / float64(g.points-1)
			rest /= g.points
		}
		seen[i] = look(stored)
		for _, value := range seen[i] {
			if math.IsNaN(value) || math.IsInf(value, 0) {
				return nil
			}
		}
		darkest = min(darkest, seen[i][1])
	}
	if darkest < 0 || darkest > 0.25 { // a profile whose black is light grey isn't one to trust
		darkest = 0
	}
	g.colours = make([][3]float32, count)
	for i, xyz := range seen {
		for c := range xyz {
			xyz[c] = (xyz[c] - darkest*d50[c]) / (1 - darkest)
		}
		for row := range 3 {
			light := fromXYZ[row][0]*xyz[0] + fromXYZ[row][1]*xyz[1] + fromXYZ[row][2]*xyz[2]
			g.colours[i][row] = float32(srgbByte(float32(light)))
		}
	}
	return g
}

// d50 is the white of ICC profiles in XYZ.
var d50 = [3]float64{0.9642, 1, 0.8249}

// at returns the sRGB colour for what a pixel stores, each from 0 to 255.
func (g *grid) at(stored ...byte) (red, green, blue byte) {
	var first [4]int
	var part [4]float32
	for c, value := range stored[:g.channels] {
		position := float32(value) / 255 * float32(g.points-1)
		first[c] = min(int(position), g.points-2)
		part[c] = position - float32(first[c])
	}
	var sum [3]float32
	for corner := range 1 << g.channels {
		weight, index := float32(1), 0
		for c := range g.channels {
			up := corner >> c & 1
			index = index*g.points + first[c] + up
			if up == 1 {
				weight *= part[c]
			} else {
				weight *= 1 - part[c]
			}
		}
		if weight == 0 {
			continue
		}
		colour := &g.colours[index]
		for i := range sum {
			sum[i] += weight * colour[i]
		}
	}
	return byte(sum[0] + 0.5), byte(sum[1] + 0.5), byte(sum[2] + 0.5)
}

// inks converts a picture of four inks.
func (g *grid) inks(img *image.CMYK) *image.RGBA {
	size := img.Rect.Size()
	to := image.NewRGBA(image.Rectangle{Max: size})
	var last [4]byte
	var colour [3]byte
	for y := range size.Y {
		from, row := img.Pix[y*img.Stride:], to.Pix[y*to.Stride:]
		for i := 0; i < 4*size.X; i += 4 {
			pixel := [4]byte(from[i : i+4])
			if pixel != last || y == 0 && i == 0 {
				last = pixel
				colour[0], colour[1], colour[2] = g.at(pixel[:]...)
			}
			row[i], row[i+1], row[i+2], row[i+3] = colour[0], colour[1], colour[2], 255
		}
	}
	return to
}

// A tableStep turns values from 0 to 1 into others.
type tableStep func([]float64) []float64

// readTable reads a table's steps, and how its result stands for a colour.
func readTable(tag []byte, channels int, pcs string) (steps []tableStep, encoding func([3]float64) [3]float64) {
	if len(tag) < 32 || int(tag[8]) != channels || tag[9] != 3 || pcs != "Lab " && pcs != "XYZ " {
		return nil, nil
	}
	encoding = func(v [3]float64) [3]float64 {
		for i := range v {
			v[i] *= 1 + 32767.0/32768
		}
		return v
	}
	lab := func(lightness, shift float64) func([3]float64) [3]float64 {
		return func(v [3]float64) [3]float64 {
			return fromLab(v[0]*lightness, v[1]*shift-128, v[2]*shift-128)
		}
	}
	switch string(tag[:4]) {
	case "mft1":
		steps = plainTable(tag, channels, 1)
		if pcs == "Lab " {
			encoding = lab(100, 255)
		}
	case "mft2":
		steps = plainTable(tag, channels, 2)
		if pcs == "Lab " { // the older encoding, in which 0xff00 is white (ICC.1:2010, 6.3.4.2)
			encoding = lab(100*65535.0/65280, 65535.0/256)
		}
	case "mAB ":
		steps = layeredTable(tag, channels)
		if pcs == "Lab " {
			encoding = lab(100, 255)
		}
	}
	return steps, encoding
}

// fromLab turns CIELAB into XYZ under D50 (ICC.1:2010, annex A).
func fromLab(lightness, a, b float64) (xyz [3]float64) {
	y := (lightness + 16) / 116
	for i, f := range [3]float64{y + a/500, y, y - b/200} {
		if f > 6.0/29 {
			xyz[i] = d50[i] * f * f * f
		} else {
			xyz[i] = d50[i] * 3 * (6.0 / 29) * (6.0 / 29) * (f - 4.0/29)
		}
	}
	return xyz
}

// plainTable reads lut8Type and lut16Type: curves, one table, curves. width is
// the bytes of a value.
func plainTable(tag []byte, channels, width int) []tableStep {
	start, before, after := 48, 256, 256
	if width == 2 {
		if len(tag) < 52 {
			return nil
		}
		before, after = int(binary.BigEndian.Uint16(tag[48:])), int(binary.BigEndian.Uint16(tag[50:]))
		start = 52
	}
	if before < 2 || after < 2 || before > 4096 || after > 4096 {
		return nil
	}
	points := make([]int, channels)
	for c := range points {
		points[c] = int(tag[10])
	}
	values, rest := readValues(tag[start:], channels*before, width)
	cube, rest := readCube(rest, points, width)
	last, _ := readValues(rest, 3*after, width)
	if values == nil || cube == nil || last == nil {
		return nil
	}
	return []tableStep{sampledCurves(values, channels), cube, sampledCurves(last, 3)}
}

// layeredTable reads lutAToBType: curves A, a table, curves M, a matrix,
// curves B, of which some may be missing.
func layeredTable(tag []byte, channels int) (steps []tableStep) {
	part := func(at int) (data []byte, there, fits bool) {
		offset := int64(binary.BigEndian.Uint32(tag[at:]))
		if offset == 0 {
			return nil, false, true
		}
		if offset >= int64(len(tag)) {
			return nil, true, false
		}
		return tag[offset:], true, true
	}
	add := func(at int, read func([]byte) tableStep) bool {
		data, there, fits := part(at)
		if !there || !fits {
			return fits
		}
		step := read(data)
		steps = append(steps, step)
		return step != nil
	}
	curves := func(count int) func([]byte) tableStep {
		return func(data []byte) tableStep { return readCurves(data, count) }
	}
	table := func(data []byte) tableStep {
		if len(data) < 20 || data[16] != 1 && data[16] != 2 {
			return nil
		}
		points := make([]int, channels)
		for c := range points {
			points[c] = int(data[c])
		}
		cube, _ := readCube(data[20:], points, int(data[16]))
		return cube
	}
	matrix := func(data []byte) tableStep {
		if len(data) < 48 {
			return nil
		}
		var m [12]float64
		for i := range m {
			m[i] = fixed(data[4*i:])
		}
		return func(v []float64) []float64 {
			return []float64{m[0]*v[0] + m[1]*v[1] + m[2]*v[2] + m[9], m[3]*v[0] + m[4]*v[1] + m[5]*v[2] + m[10], m[6]*v[0] + m[7]*v[1] + m[8]*v[2] + m[11]}
		}
	}
	_, hasTable, _ := part(24)
	if !hasTable && channels != 3 {
		return nil
	}
	if !add(28, curves(channels)) || !add(24, table) || !add(20, curves(3)) || !add(16, matrix) || !add(12, curves(3)) || len(steps) == 0 {
		return nil
	}
	return steps
}

// readValues reads numbers of one or two bytes as 0 to 1.
func readValues(data []byte, count, width int) (values []float64, rest []byte) {
	if count <= 0 || count > len(data)/width {
		return nil, nil
	}
	values = make([]float64, count)
	for i := range values {
		if width == 1 {
			values[i] = float64(data[i]) / 255
		} else {
			values[i] = float64(binary.BigEndian.Uint16(data[2*i:])) / 65535
		}
	}
	return values, data[count*width:]
}

// readCube reads a table with so many points along each channel, the last of
// which changes fastest, and three values at each.
func readCube(data []byte, points []int, width int) (tableStep, []byte) {
	count := 3
	for _, n := range points {
		if n < 2 || count > 16_000_000 {
			return nil, nil
		}
		count *= n
	}
	values, rest := readValues(data, count, width)
	if values == nil {
		return nil, nil
	}
	return func(v []float64) []float64 {
		var first [4]int
		var part [4]float64
		for c, n := range points {
			position := within(v[c]) * float64(n-1)
			first[c] = min(int(position), n-2)
			part[c] = position - float64(first[c])
		}
		sum := make([]float64, 3)
		for corner := range 1 << len(points) {
			weight, index := 1.0, 0
			for c, n := range points {
				up := corner >> c & 1
				index = index*n + first[c] + up
				if up == 1 {
					weight *= part[c]
				} else {
					weight *= 1 - part[c]
				}
			}
			for i := range sum {
				sum[i] += weight * values[3*index+i]
			}
		}
		return sum
	}, rest
}

// sampledCurves divides values evenly among channels.
func sampledCurves(values []float64, channels int) tableStep {
	each := len(values) / channels
	return func(v []float64) []float64 {
		out := make([]float64, channels)
		for c := range out {
			own := values[c*each : (c+1)*each]
			position := within(v[c]) * float64(each-1)
			i := min(int(position), each-2)
			out[c] = own[i] + (own[i+1]-own[i])*(position-float64(i))
		}
		return out
	}
}

// readCurves reads curves that stand one after the other, each beginning at a multiple of four bytes.
func readCurves(data []byte, count int) tableStep {
	curves := make([]func(float64) float64, count)
	for c := range curves {
		curve, length := readLight(data)
		if curve == nil {
			return nil
		}
		curves[c] = curve
		data = data[min((length+3)&^3, len(data)):]
	}
	return func(v []float64) []float64 {
		out := make([]float64, count)
		for c := range out {
			out[c] = curves[c](within(v[c]))
		}
		return out
	}
}

// within is a value kept between 0 and 1; one that is no number becomes 0.
func within(v float64) float64 {
	if !(v > 0) {
		return 0
	}
	return min(v, 1)
}
