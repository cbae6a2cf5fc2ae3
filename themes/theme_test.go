package themes

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// palette is the colour tokens of a style sheet in one mode: those of :root under "", and each accent's under its class.
type palette map[string]map[string]string

// palettes reads the tokens of a style sheet that is written as hearth.css is: accents as one rule to a line, and dark mode in one block.
func palettes(sheet string) (light, dark palette) {
	const mode = "@media screen and (prefers-color-scheme: dark) {\n  :root"
	at := strings.Index(sheet, mode)
	if at < 0 {
		return tokens(sheet), palette{}
	}
	end := at + strings.Index(sheet[at:], "\n}")
	return tokens(sheet[:at]), tokens(strings.TrimPrefix(sheet[at:end], mode[:strings.Index(mode, "\n")]))
}

var (
	rule  = regexp.MustCompile(`(?m)^\s*(:root|\.[a-z]+) \{([^}]*)\}`)
	token = regexp.MustCompile(`--([a-z]+): (#[0-9a-f]+)`)
)

func tokens(sheet string) palette {
	p := palette{}
	for _, r := range rule.FindAllStringSubmatch(sheet, -1) {
		found := token.FindAllStringSubmatch(r[2], -1)
		if len(found) == 0 {
			continue
		}
		name := strings.TrimPrefix(strings.TrimPrefix(r[1], ":root"), ".")
		if p[name] == nil {
			p[name] = map[string]string{}
		}
		for _, t := range found {
			p[name][t[1]] = t[2]
		}
	}
	return p
}

// contrast is the ratio of WCAG 2.2 ("contrast ratio"), from 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

func luminance(colour string) float64 {
	hex := strings.TrimPrefix(colour, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			return math.NaN()
		}
		c := float64(n) / 255
		if c <= .04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// tooPale lists the pairs of tokens that lack contrast: text 7:1 on every ground (WCAG 1.4.6), edges 3:1 (1.4.11).
func tooPale(p palette) []string {
	var out []string
	pair := func(over, ground string, a, b string, least float64) {
		if got := contrast(a, b); !(got >= least) {
			out = append(out, fmt.Sprintf("%s on %s: %.2f, needs %.0f", over, ground, got, least))
		}
	}
	root := p[""]
	for _, ground := range []string{"paper", "sheet", "wash"} {
		pair("ink", ground, root["ink"], root[ground], 7)
		pair("soft", ground, root["soft"], root[ground], 7)
		pair("edge", ground, root["edge"], root[ground], 3)
	}
	for name, accent := range p {
		if accent["a"] == "" {
			continue
		}
		for _, ground := range []string{"paper", "sheet", "wash"} {
			pair(name+" a", ground, accent["a"], root[ground], 7)
		}
		for _, text := range []string{"ink", "soft"} {
			pair(text, name+" t", root[text], accent["t"], 7)
		}
		pair(name+" a", "its t", accent["a"], accent["t"], 7)
	}
	slices.Sort(out)
	return out
}

var accents = []string{"sea", "clay", "moss", "plum", "slate", "gold"}

func TestTextHasContrastInLightAndDark(t *testing.T) {
	sheet, err := Hearth.ReadFile("hearth/assets/hearth.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark := palettes(string(sheet))
	for mode, p := range map[string]palette{"light": light, "dark": dark} {
		for _, name := range accents {
			if p[name]["a"] == "" || p[name]["t"] == "" {
				t.Errorf("%s: the accent %s isn't there", mode, name)
			}
		}
		for _, pale := range tooPale(p) {
			t.Errorf("%s: %s", mode, pale)
		}
	}

	broken := strings.Replace(string(sheet), "--soft: #51443b", "--soft: #8a7d74", 1)
	if light, _ := palettes(broken); len(tooPale(light)) == 0 {
		t.Error("grey text on white isn't noticed")
	}
	broken = strings.Replace(string(sheet), ".sea { --a: #98d9e8", ".sea { --a: #1b6a80", 1)
	if _, dark := palettes(broken); len(tooPale(dark)) == 0 {
		t.Error("a dark accent in dark mode isn't noticed")
	}
}

// A story's first view, style sheet and page together, is promised under 14 KB compressed: what a server sends at once.
func TestStyleSheetIsSmall(t *testing.T) {
	sheet, err := Hearth.ReadFile("hearth/assets/hearth.css")
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	w, err := gzip.NewWriterLevel(&small, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(sheet); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if small.Len() > 9<<10 {
		t.Errorf("hearth.css is %d bytes compressed, even before its comments are taken out; the limit is 9 KB", small.Len())
	}
}

var asked = regexp.MustCompile(`word "([a-z0-9-]+)"`)

func TestEveryWordThatTemplatesAskForIsThere(t *testing.T) {
	data, err := Hearth.ReadFile("hearth/words.en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]string
	if err := yaml.Load(data, &words); err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(Hearth, "hearth", func(p string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(p) != ".html" {
			return err
		}
		text, err := Hearth.ReadFile(p)
		for _, m := range asked.FindAllSubmatch(text, -1) {
			if words[string(m[1])] == "" {
				t.Errorf("%s asks for the word %q, which isn't in words.en.yaml", p, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range []struct {
		prefix string
		values []string
	}{
		{"kind-", []string{"meeting", "roundtable", "learning"}},
		{"status-", []string{"done", "under-way", "not-done"}},
		{"account-", []string{"done", "under-way", "not-done"}},
		{"version-", []string{"easy-read", "bsl", "isl", "asl", "audio", "large-print", "sign-language"}},
		{"", []string{"theme", "place"}},
	} {
		for _, value := range group.values {
			if words[group.prefix+value] == "" {
				t.Errorf("the word %q isn't in words.en.yaml", group.prefix+value)
			}
		}
	}
}
