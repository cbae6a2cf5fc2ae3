package generator

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"ownwords/generator/audit"
	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
	"ownwords/generator/render"
	"ownwords/generator/weave"
)

// Benchmarks of the whole road and of each room at 100, 1,000 and 10,000
// stories, and of growth: run one with
//
//	go test ./generator -run '^$' -bench 'Render/stories=1000$'
//
// The side-by-side comparison with other generators is told in README.md.

var sizes = []int{100, 1_000, 10_000}

var benchDay = consent.NewDay(2026, 6, 1)

// corpus writes a site of n stories by n/4 people, with n/5 notes of twelve
// cells. withheld is how many of the stories have lapsed. The same n gives the
// same site.
func corpus(b *testing.B, n, withheld int) string {
	b.Helper()
	dir := b.TempDir()
	r := rand.New(rand.NewPCG(1, uint64(n)))
	words := make([]string, 3000)
	for i := range words {
		words[i] = syllables(r, 1+r.IntN(3))
	}
	text := func(count int) string {
		var s strings.Builder
		for i := range count {
			if i > 0 {
				s.WriteByte(' ')
			}
			s.WriteString(words[int(float64(len(words))*r.Float64()*r.Float64())])
		}
		return s.String()
	}
	put := func(name, content string) {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	body := func() string {
		var s strings.Builder
		for range 5 {
			fmt.Fprintf(&s, "## %s\n\n%s. *%s* and [%s](/themes/theme-1/).\n\n%s.\n\n- %s\n- %s\n\n", text(4), text(60), text(2), text(3), text(70), text(9), text(8))
		}
		return s.String()
	}
	put("site.yaml", "title: Bench\nurl: https://stories.example.org/\nlanguage: en-GB\ntimezone: UTC\ncontact: write to us\n")
	for i := range max(1, n/4) {
		put(fmt.Sprintf("content/people/p-%05d.md", i), fmt.Sprintf("---\nname: %s %s\nconsent: {given: 2026-01-01, until: 2027-12-31, for: [named]}\n---\n", capital(syllables(r, 2)), capital(syllables(r, 3))))
	}
	for i := range 12 {
		put(fmt.Sprintf("content/cells/cell-%d.md", i), fmt.Sprintf("---\ntitle: Cell %d\n---\n%s\n", i, text(20)))
	}
	for i := range n {
		until := "2027-12-31"
		if i < withheld {
			until = "2026-02-01"
		}
		put(fmt.Sprintf("content/stories/s-%05d.md", i), fmt.Sprintf("---\ntitle: %s\nby: p-%05d\ndate: %d-%02d-%02d\nthemes: [theme-%d, theme-%d]\nplace: place-%d\nintro: %s\nfeed: full\nconsent: {given: 2026-01-01, until: %s, for: [page, feeds, search]}\n---\n%s",
			capital(text(5)), i%max(1, n/4), 2006+i%20, 1+i%12, 1+i%28, i%40, (i+7)%40, i%30, text(14), until, body()))
	}
	for i := range n / 5 {
		put(fmt.Sprintf("content/notes/n-%05d.md", i), fmt.Sprintf("---\ntitle: %s\ndate: %d-%02d-%02d\ncell: cell-%d\nsummary: [%s, %s]\n---\n%s", capital(text(5)), 2010+i%15, 1+i%12, 1+i%28, i%12, text(9), text(10), body()))
	}
	return dir
}

func syllables(r *rand.Rand, n int) string {
	var s strings.Builder
	for range n {
		s.WriteByte("bcdfghklmnprstvw"[r.IntN(16)])
		s.WriteByte("aeiou"[r.IntN(5)])
	}
	s.WriteByte("lnrst"[r.IntN(5)])
	return s.String()
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// road walks as far as a benchmark needs, once.
type road struct {
	dir      string
	lib      *read.Library
	decided  *gate.Outcome
	theme    *render.Theme
	site     *weave.Site
	out      string
	rendered *render.Output
}

func walk(b *testing.B, n, withheld int, render bool) *road {
	b.Helper()
	r := &road{dir: corpus(b, n, withheld)}
	var err error
	if r.lib, err = read.Read(context.Background(), read.Options{Dir: r.dir}); err != nil {
		b.Fatal(err)
	}
	r.decided = gate.Decide(r.lib, benchDay, gate.Options{})
	r.load(b)
	r.site = weave.Weave(r.decided.Cleared, r.theme.Word)
	if render {
		r.out = b.TempDir()
		r.render(b, folder(r.out))
	}
	return r
}

func (r *road) load(b *testing.B) {
	theme, err := render.LoadTheme(r.dir, "hearth", "en-GB")
	if err != nil {
		b.Fatal(err)
	}
	r.theme = theme
}

func (r *road) render(b *testing.B, sink render.Sink) {
	var err error
	if r.rendered, err = render.Render(context.Background(), render.Options{Site: r.site, Theme: r.theme, Sink: sink}); err != nil {
		b.Fatal(err)
	}
}

// folder is a sink that writes plainly; nowhere takes files and forgets them.
type folder string

func (f folder) Write(name string, data []byte) error {
	p := filepath.Join(string(f), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		return err
	}
	return os.WriteFile(p, data, 0o644)
}

type nowhere struct{}

func (nowhere) Write(string, []byte) error { return nil }

func each(b *testing.B, f func(b *testing.B, n int)) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("stories=%d", n), func(b *testing.B) { f(b, n) })
	}
}

func BenchmarkRead(b *testing.B) {
	each(b, func(b *testing.B, n int) {
		dir := corpus(b, n, 0)
		for b.Loop() {
			if _, err := read.Read(context.Background(), read.Options{Dir: dir}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkGate(b *testing.B) {
	each(b, func(b *testing.B, n int) {
		r := walk(b, n, 0, false)
		for b.Loop() {
			gate.Decide(r.lib, benchDay, gate.Options{})
		}
	})
}

func BenchmarkWeave(b *testing.B) {
	each(b, func(b *testing.B, n int) {
		r := walk(b, n, 0, false)
		for b.Loop() {
			weave.Weave(r.decided.Cleared, r.theme.Word)
		}
	})
}

func BenchmarkRender(b *testing.B) {
	each(b, func(b *testing.B, n int) {
		r := walk(b, n, 0, false)
		for b.Loop() {
			r.load(b)
			r.render(b, nowhere{})
		}
	})
}

// BenchmarkAudit is the proof over a finished site, with a tenth of the
// stories withheld: looking for something costs more than looking for nothing.
func BenchmarkAudit(b *testing.B) {
	each(b, func(b *testing.B, n int) {
		r := walk(b, n, n/10, true)
		in := audit.Input{Dir: r.out, Files: auditFiles(r.rendered.Files), Withheld: r.decided.Withheld, URL: r.lib.Site.URL, Base: "/", TextsOf: r.decided.Cleared.Texts}
		for b.Loop() {
			if _, err := audit.Audit(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkBuild(b *testing.B) {
	each(b, func(b *testing.B, n int) {
		dir := corpus(b, n, 0)
		for b.Loop() {
			build(b, dir)
		}
	})
}

// BenchmarkRebuild is the build after one more line in one story, into the folder of the build before.
func BenchmarkRebuild(b *testing.B) {
	each(b, func(b *testing.B, n int) {
		dir := corpus(b, n, 0)
		out, story := filepath.Join(b.TempDir(), "public"), filepath.Join(dir, "content", "stories", fmt.Sprintf("s-%05d.md", n/2))
		text, err := os.ReadFile(story)
		if err != nil {
			b.Fatal(err)
		}
		again := func() {
			day := benchDay
			if _, err := Build(context.Background(), Options{Site: dir, Out: out, At: &day, Program: "this one"}); err != nil {
				b.Fatal(err)
			}
		}
		again()
		for i := 0; b.Loop(); i++ {
			if err := os.WriteFile(story, fmt.Appendf(text, "\nLine %d.\n", i), 0o644); err != nil {
				b.Fatal(err)
			}
			again()
		}
	})
}

// BenchmarkGrowth tells whether time and memory grow in step with the stories,
// and with what is withheld: 10,000 lapsed stories by people who may not be
// named either.
func BenchmarkGrowth(b *testing.B) {
	for _, size := range []struct{ stories, withheld int }{{1_000, 0}, {10_000, 0}, {20_000, 10_000}} {
		b.Run(fmt.Sprintf("stories=%d/withheld=%d", size.stories, size.withheld), func(b *testing.B) {
			dir := corpus(b, size.stories, size.withheld)
			for b.Loop() {
				build(b, dir)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
		})
	}
}

// build builds into a new folder, and keeps for the next build what the command keeps.
func build(b *testing.B, dir string) {
	day := benchDay
	if _, err := Build(context.Background(), Options{Site: dir, Out: filepath.Join(b.TempDir(), "public"), At: &day, Program: "this one"}); err != nil {
		b.Fatal(err)
	}
}
