package media

import (
	"encoding/binary"
	"image"
	"math"
)

// conversion brings colours from an ICC profile's space to sRGB.
type conversion struct {
	// linear holds, for red, green and blue, the light that each value stands for.
	linear [3][256]float32
	// matrix turns light in the profile's primaries into light in those of sRGB.
	matrix [3][3]float32
	// grey: the picture has one channel, and only its curve counts.
	grey bool
	// table stands in place of all this in a profile that is made of tables.
	table *grid
}

// fromXYZ turns XYZ under D50, the white of ICC profiles, into linear sRGB
// (the inverse of sRGB's primaries, adapted to D50 after Bradford).
var fromXYZ = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// srgbSteps is fine enough that the steepest part of sRGB's curve, near
// black, has several steps to each of the 256 values.
const srgbSteps = 1 << 14

// toSRGB holds the sRGB value for each step of light (IEC 61966-2-1).
var toSRGB = func() (table [srgbSteps + 1]byte) {
	for i := range table {
		light := float64(i) / srgbSteps
		value := 12.92 * light
		if light > 0.0031308 {
			value = 1.055*math.Pow(light, 1/2.4) - 0.055
		}
		table[i] = byte(value*255 + 0.5)
	}
	return table
}()

func srgbByte(light float32) byte {
	return toSRGB[int(min(max(light, 0), 1)*srgbSteps+0.5)]
}

// newConversion reads an ICC profile for a picture in RGB or grey (ICC.1:2010):
// a matrix and curves, or tables. It returns nil when there is nothing to
// convert, or nothing that can be: no profile, sRGB already, or a broken one.
func newConversion(profile []byte) *conversion {
	c := &conversion{}
	switch space := profileSpace(profile); {
	case space == "GRAY" && c.readGrey(profile), space == "RGB " && c.readMatrix(profile):
	case space == "GRAY":
		c.grey, c.table = true, newGrid(profile, 1)
	case space == "RGB ":
		c.table = newGrid(profile, 3)
	}
	if c.table == nil && c.matrix == [3][3]float32{} || c.isSRGB() {
		return nil
	}
	return c
}

// newInks reads an ICC profile for a picture in CMYK, or returns nil.
func newInks(profile []byte) *grid {
	if profileSpace(profile) != "CMYK" {
		return nil
	}
	return newGrid(profile, 4)
}

// profileSpace returns the kind of colours that a profile is for, such as "RGB ", or "".
func profileSpace(profile []byte) string {
	if len(profile) < 132 || string(profile[36:40]) != "acsp" {
		return ""
	}
	return string(profile[16:20])
}

func (c *conversion) readGrey(profile []byte) bool {
	curve, ok := readCurve(profileTag(profile, "kTRC"))
	switch pcs := string(profile[20:24]); {
	case !ok || pcs != "XYZ " && pcs != "Lab ":
		return false
	case pcs == "Lab ": // the curve gives lightness
		for i, lightness := range curve {
			curve[i] = float32(fromLab(100*float64(lightness), 0, 0)[1])
		}
	}
	c.grey = true
	c.linear = [3][256]float32{curve, curve, curve}
	c.matrix = [3][3]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
	return true
}

func (c *conversion) readMatrix(profile []byte) bool {
	if string(profile[20:24]) != "XYZ " {
		return false
	}
	white := 0.0
	var matrix [3][3]float32
	for i, channel := range []string{"r", "g", "b"} {
		curve, ok := readCurve(profileTag(profile, channel+"TRC"))
		primary := profileTag(profile, channel+"XYZ")
		if !ok || len(primary) < 20 || string(primary[:4]) != "XYZ " {
			return false
		}
		c.linear[i] = curve
		xyz := [3]float64{fixed(primary[8:]), fixed(primary[12:]), fixed(primary[16:])}
		white += xyz[1]
		for row := range 3 {
			for k := range 3 {
				matrix[row][i] += float32(fromXYZ[row][k] * xyz[k])
			}
		}
	}
	// The three together make white, whose Y is 1; anything else isn't a profile to trust.
	if white < 0.9 || white > 1.1 {
		return false
	}
	c.matrix = matrix
	return true
}

// profileTag returns the data of a tag in an ICC profile, or nil.
func profileTag(profile []byte, name string) []byte {
	count := int(binary.BigEndian.Uint32(profile[128:]))
	for i := range min(count, 100) {
		entry := 132 + 12*i
		if entry+12 > len(profile) {
			return nil
		}
		if string(profile[entry:entry+4]) == name {
			from, length := int64(binary.BigEndian.Uint32(profile[entry+4:])), int64(binary.BigEndian.Uint32(profile[entry+8:]))
			if from+length > int64(len(profile)) {
				return nil
			}
			return profile[from : from+length]
		}
	}
	return nil
}

// fixed reads an s15Fixed16Number.
func fixed(b []byte) float64 { return float64(int32(binary.BigEndian.Uint32(b))) / 65536 }

// readCurve samples a curve at each value that eight bits can hold.
func readCurve(tag []byte) (curve [256]float32, ok bool) {
	light, _ := readLight(tag)
	if light == nil {
		return curve, false
	}
	for i := range curve {
		value := light(float64(i) / 255)
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return curve, false
		}
		curve[i] = float32(value)
	}
	return curve, true
}

// readLight reads a curveType or parametricCurveType (ICC.1:2010, 10.5 and
// 10.15), for values from 0 to 1, and tells how many bytes it takes. The curve
// is nil when it can't be read.
func readLight(tag []byte) (light func(x float64) float64, length int) {
	if len(tag) < 12 {
		return nil, 0
	}
	switch string(tag[:4]) {
	case "curv":
		count := int(binary.BigEndian.Uint32(tag[8:]))
		values := tag[12:]
		if count < 0 || count > len(values)/2 {
			return nil, 0
		}
		length = 12 + 2*count
		switch count {
		case 0:
			light = func(x float64) float64 { return x }
		case 1:
			gamma := float64(binary.BigEndian.Uint16(values)) / 256
			light = func(x float64) float64 { return math.Pow(x, gamma) }
		default:
			at := func(i int) float64 { return float64(binary.BigEndian.Uint16(values[2*i:])) / 65535 }
			light = func(x float64) float64 {
				position := x * float64(count-1)
				i := min(int(position), count-2)
				return at(i) + (at(i+1)-at(i))*(position-float64(i))
			}
		}
	case "para":
		kind := int(binary.BigEndian.Uint16(tag[8:]))
		needed := []int{1, 3, 4, 5, 7}
		if kind >= len(needed) || len(tag) < 12+4*needed[kind] {
			return nil, 0
		}
		length = 12 + 4*needed[kind]
		var p [7]float64 // g a b c d e f
		for i := range needed[kind] {
			p[i] = fixed(tag[12+4*i:])
		}
		g, a, b, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
		switch kind {
		case 0:
			a = 1
		case 1, 2: // below the break the value is c, which kind 1 leaves at 0
			if a == 0 {
				return nil, 0
			}
			c, d, e, f = 0, -b/a, p[3], p[3]
		}
		light = func(x float64) float64 {
			if x >= d {
				return math.Pow(a*x+b, g) + e
			}
			return c*x + f
		}
	}
	return light, length
}

func (c *conversion) colour(r, g, b byte) (byte, byte, byte) {
	if c.table != nil {
		return c.table.at(r, g, b)
	}
	x, y, z := c.linear[0][r], c.linear[1][g], c.linear[2][b]
	m := &c.matrix
	return srgbByte(m[0][0]*x + m[0][1]*y + m[0][2]*z),
		srgbByte(m[1][0]*x + m[1][1]*y + m[1][2]*z),
		srgbByte(m[2][0]*x + m[2][1]*y + m[2][2]*z)
}

// isSRGB reports whether converting would change no colour visibly, as for
// the sRGB profiles that most cameras embed.
func (c *conversion) isSRGB() bool {
	far := func(a, b byte) bool { return int(a) > int(b)+2 || int(b) > int(a)+2 }
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				if c.grey && (r != g || g != b) {
					continue
				}
				x, y, z := c.colour(byte(r), byte(g), byte(b))
				if far(x, byte(r)) || far(y, byte(g)) || far(z, byte(b)) {
					return false
				}
			}
		}
	}
	return true
}

// apply converts a picture in place. Colours are stored multiplied by their
// opacity, which is taken out before and put back after.
func (c *conversion) apply(img *image.RGBA) {
	for i := 0; i+3 < len(img.Pix); i += 4 {
		pixel := img.Pix[i : i+4 : i+4]
		alpha := uint(pixel[3])
		switch alpha {
		case 0:
		case 255:
			pixel[0], pixel[1], pixel[2] = c.colour(pixel[0], pixel[1], pixel[2])
		default:
			whole := func(v byte) byte { return byte(min(uint(v)*255/alpha, 255)) }
			part := func(v byte) byte { return byte((uint(v)*alpha + 127) / 255) }
			r, g, b := c.colour(whole(pixel[0]), whole(pixel[1]), whole(pixel[2]))
			pixel[0], pixel[1], pixel[2] = part(r), part(g), part(b)
		}
	}
}
