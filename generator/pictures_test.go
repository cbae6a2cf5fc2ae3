package generator

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ownwords/generator/consent"
)

// pictured writes a site of one story with many pictures, each of this size
// and with bytes of its own.
func pictured(tb testing.TB, pictures, width, height int) (site string) {
	tb.Helper()
	site = tb.TempDir()
	folder := filepath.Join(site, "content", "stories", "album")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		tb.Fatal(err)
	}
	put := func(name string, data []byte) {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	put(filepath.Join(site, "site.yaml"), []byte("title: Album\nurl: https://stories.example.org/\nlanguage: en-GB\ntimezone: UTC\ncontact: write to us\n"))
	random := rand.New(rand.NewPCG(7, 7))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width { // soft colours with the grain of a sensor
			grain := random.IntN(9)
			img.SetRGBA(x, y, color.RGBA{byte(x*200/width + grain), byte(y*200/height + grain), byte((x+y)*180/(width+height) + grain), 255})
		}
	}
	var encoded bytes.Buffer
	if err := jpeg.Encode(&encoded, img, &jpeg.Options{Quality: 92}); err != nil {
		tb.Fatal(err)
	}
	var media, text bytes.Buffer
	for i := range pictures {
		comment := fmt.Appendf(nil, "\xff\xfe\x00\x0cpicture%03d", i)
		put(filepath.Join(folder, fmt.Sprintf("%03d.jpg", i)), bytes.Join([][]byte{encoded.Bytes()[:2], comment, encoded.Bytes()[2:]}, nil))
		fmt.Fprintf(&media, "  - {file: %03d.jpg, alt: Picture %d, people: []}\n", i, i)
		fmt.Fprintf(&text, "![](%03d.jpg)\n\n", i)
	}
	put(filepath.Join(folder, "index.md"), []byte("---\ntitle: Album\nname: Alba\nconsent: {given: 2026-05-02, for: [page, images]}\nmedia:\n"+media.String()+"---\n"+text.String()))
	return site
}

// TestSecondBuildDecodesNoPicture: what is made once is kept, outside the
// output, and neither made nor written again.
func TestSecondBuildDecodesNoPicture(t *testing.T) {
	site, day := pictured(t, 3, 640, 480), consent.NewDay(2026, 6, 1)
	kept := func() map[string]string {
		files := map[string]string{}
		list, err := os.ReadDir(filepath.Join(site, ".ownwords", "pictures"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			info, err := f.Info()
			if err != nil {
				t.Fatal(err)
			}
			files[f.Name()] = info.ModTime().String()
		}
		return files
	}
	build := func() (published string) {
		t.Helper()
		rep, err := Build(context.Background(), Options{Site: site, At: &day})
		if err != nil {
			t.Fatal(err)
		}
		if rep.Published.Media != 3 {
			t.Fatalf("%d pictures are published, want 3: %s", rep.Published.Media, tellProblems(rep.Problems))
		}
		return readFile(t, filepath.Join(site, "public", "stories", "album", "index.html"))
	}
	page, first := build(), kept()
	if len(first) != 3 {
		t.Fatalf("%d pictures are kept, want 3", len(first))
	}
	_, opening, _ := strings.Cut(page, "<img ")
	opening, _, _ = strings.Cut(opening, ">")
	if strings.Count(page, "<img ") != 3 || strings.Count(page, ` loading="lazy"`) != 2 || strings.Contains(opening, "lazy") {
		t.Errorf("not all pictures but the first wait until they are nearly seen:\n%s", page)
	}
	if build() != page {
		t.Error("the second build gives another page")
	}
	second := kept()
	for name, written := range first {
		if second[name] != written {
			t.Error("a picture was made again by the second build")
		}
	}
}

// BenchmarkTwelvePictures builds a story with twelve pictures of a phone's
// camera (4032 by 3024), with nothing kept and with what the first build kept.
func BenchmarkTwelvePictures(b *testing.B) {
	site, day := pictured(b, 12, 4032, 3024), consent.NewDay(2026, 6, 1)
	build := func() {
		if _, err := Build(context.Background(), Options{Site: site, At: &day}); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			for _, dir := range []string{".ownwords", "public"} {
				if err := os.RemoveAll(filepath.Join(site, dir)); err != nil {
					b.Fatal(err)
				}
			}
			b.StartTimer()
			build()
		}
	})
	b.Run("second", func(b *testing.B) {
		build()
		for b.Loop() {
			build()
		}
	})
}

// gifOf makes a GIF with so many pictures.
func gifOf(pictures int) (string, error) {
	var all gif.GIF
	for i := range pictures {
		img := image.NewPaletted(image.Rect(0, 0, 8, 8), color.Palette{color.White, color.Black})
		img.SetColorIndex(i, i, 1)
		all.Image, all.Delay = append(all.Image, img), append(all.Delay, 10)
	}
	var out bytes.Buffer
	err := gif.EncodeAll(&out, &all)
	return out.String(), err
}

// TestFilesAreWhatTheirNamesSay: a recording under a picture's name would be
// published without a transcript, and under the consent for pictures alone.
// Whatever else is wrong with a file is told at the story that names it.
func TestFilesAreWhatTheirNamesSay(t *testing.T) {
	site := t.TempDir()
	put := func(name, data string) { writeFile(t, filepath.Join(site, filepath.FromSlash(name)), data) }
	sample := func(name string) string { return readFile(t, filepath.Join("media", "testdata", name)) }
	put("site.yaml", "title: Album\nurl: https://stories.example.org/\nlanguage: en-GB\ntimezone: UTC\ncontact: write to us\n")
	const story = "content/stories/album/"
	var media, wants []string
	add := func(file, data, more, want string) {
		put(story+file, data)
		media = append(media, "  - {file: "+file+", people: [], "+more+"}")
		if want != "" {
			wants = append(wants, want)
		}
	}
	const alt, words = "alt: A", "transcript: words.txt"
	put(story+"words.txt", "Every word.\n")
	put(story+"good.vtt", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello.\n")
	put(story+"bad.vtt", "WEBVTT\n\n00:00.000 -> 00:01.000\nHello.\n")
	put(story+"torn.jpg", sample("progressive.jpg")[:200])
	add("sound.jpg", sample("tagged.mp3"), alt, "“sound.jpg” isn't published. This file is a recording, although its name says that it is a picture.")
	add("film.png", sample("tagged.mp4"), alt, "“film.png” isn't published. This file is a recording, although its name says that it is a picture.")
	add("still.mp3", sample("progressive.jpg"), words, "“still.mp3” isn't published. This file is a picture, although its name says that it is a recording.")
	add("film.mp3", sample("tagged.mp4"), words, "“film.mp3” isn't published. This file is a video, although its name says that it is sound alone.")
	add("script.png", "<svg xmlns=\"http://www.w3.org/2000/svg\">\n<script>x()</script></svg>", alt, "“script.png” isn't published (line 2, column 1 in it). This drawing holds a script.")
	add("other.jpg", sample("lossless.webp"), alt, "")
	moving, err := gifOf(2)
	if err != nil {
		t.Fatal(err)
	}
	add("moving.gif", moving, alt, "“moving.gif” moves, and only its first picture is shown.")
	add("hands.mp4", "no film", words+", captions: good.vtt", "“hands.mp4” isn't published.")
	add("both.jpg", sample("progressive.jpg")+"<html><script>x()</script></html>", alt, "")
	add("one.mp4", sample("tagged.mp4"), words+", captions: bad.vtt", "“one.mp4” isn't published, because of “bad.vtt” (line 3, column 1 in it).")
	add("two.mp4", sample("tagged.mp4")+"\x00\x00\x00\x08free", words+", captions: good.vtt, poster: torn.jpg", "“two.mp4” isn't published, because of “torn.jpg”.")
	put(story+"index.md", "---\ntitle: Album\nname: Alba\nversions: [{kind: bsl, file: hands.mp4}]\nconsent: {given: 2026-05-02, for: [page, images, recordings]}\nmedia:\n"+strings.Join(media, "\n")+
		"\n  - {file: torn.jpg, alt: Torn, people: []}\n---\nWords.\n")

	day := consent.NewDay(2026, 6, 1)
	rep, err := Build(context.Background(), Options{Site: site, At: &day})
	if err != nil {
		t.Fatal(err)
	}
	if rep.Published.Media != 3 || rep.Published.Stories != 1 {
		t.Errorf("%d pictures and recordings of %d stories are published, want 3 of 1", rep.Published.Media, rep.Published.Stories)
	}
	for _, want := range wants {
		found := false
		for _, p := range rep.Problems {
			found = found || strings.HasPrefix(p.Message, want) && p.File == story+"index.md" && p.Line == 0 && p.Help != ""
		}
		if !found {
			t.Errorf("nothing says %q:\n%s", want, tellProblems(rep.Problems))
		}
	}
	if page := readFile(t, filepath.Join(site, "public", "stories", "album", "index.html")); strings.Contains(page, "<audio") || strings.Contains(page, "<video") || strings.Contains(page, "script>") || strings.Count(page, "<img ") != 3 || strings.Contains(page, "version-bsl") {
		t.Errorf("the page shows other than the three pictures that are some:\n%s", page)
	}
}

// TestKeptPicturesThatCantBeRemoved: whoever withdraws leaves, whatever became
// of the folder in which pictures are kept.
func TestKeptPicturesThatCantBeRemoved(t *testing.T) {
	site, day := pictured(t, 1, 64, 48), consent.NewDay(2026, 11, 22)
	kept := filepath.Join(site, ".ownwords", "pictures")
	if err := os.MkdirAll(filepath.Dir(kept), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(kept, []byte("a file where the folder should be"), 0o644); err != nil {
		t.Fatal(err)
	}
	build := func() string {
		t.Helper()
		rep, err := Build(context.Background(), Options{Site: site, At: &day, Program: "a program"})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range rep.Problems {
			if p.Code == "pictures-kept" && strings.Contains(p.Help, "Delete the folder .ownwords") {
				return readFile(t, filepath.Join(site, "public", "stories", "index.html"))
			}
		}
		t.Fatalf("nothing is said of the folder: %v", rep.Problems)
		return ""
	}
	if !strings.Contains(build(), "Album") {
		t.Error("the story isn't there")
	}
	story := filepath.Join(site, "content", "stories", "album", "index.md")
	writeFile(t, story, strings.Replace(readFile(t, story), "given: 2026-05-02", "given: 2026-05-02, withdrawn: 2026-11-01", 1))
	build()
	if _, err := os.Stat(filepath.Join(site, "public", "stories", "album")); err == nil {
		t.Error("the story is still there")
	}
}
