package serve

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ownwords/generator"
	"ownwords/generator/consent"
	"ownwords/generator/report"
)

// BenchmarkEdit measures what a writer waits for: the time from saving a story
// until a browser gets the page with the new words, in real HTTP. It reports the
// median of all edits beside the mean:
//
//	go test -run xxx -bench Edit -benchtime 20x ./generator/serve
func BenchmarkEdit(b *testing.B) {
	for _, stories := range []int{100, 1_000, 10_000} {
		b.Run(fmt.Sprint(stories), func(b *testing.B) {
			dir := b.TempDir()
			writeMany(b, dir, stories)
			ctx, stop := context.WithCancel(b.Context())
			day := consent.NewDay(2026, time.June, 1)
			now := time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC)
			s, err := open(ctx, Options{PreviewOptions: generator.PreviewOptions{Site: dir, At: &day, Now: func() time.Time { return now }}, After: time.After,
				Why: func(report.LeftOut) string { return "" }, Changed: func(time.Duration, *report.Report) {}, Found: func(rep *report.Report) { b.Log(rep.Problems) }, Warn: func(m string) { b.Log(m) }})
			if err != nil {
				b.Fatal(err)
			}
			done := make(chan struct{})
			go func() { s.watch(ctx); close(done) }()
			h := httptest.NewUnstartedServer(s)
			h.Config.BaseContext = func(net.Listener) context.Context { return ctx }
			h.Start()
			defer func() { stop(); h.Close(); <-done; s.close() }()
			name := fmt.Sprintf("story-%05d", stories/2)
			file := filepath.Join(dir, "content/stories", name+".md")
			text, err := os.ReadFile(file)
			if err != nil {
				b.Fatal(err)
			}
			var waited []time.Duration
			for i := 0; b.Loop(); i++ {
				words := fmt.Sprintf("Edited for the time number %d.", i)
				start := b.Elapsed()
				if err := os.WriteFile(file, append(slices.Clip(text), words...), 0o644); err != nil {
					b.Fatal(err)
				}
				for !strings.Contains(page(b, h.URL+"/stories/"+name+"/"), words) {
					time.Sleep(time.Millisecond)
				}
				waited = append(waited, b.Elapsed()-start)
			}
			slices.Sort(waited)
			b.ReportMetric(float64(waited[len(waited)/2].Microseconds())/1000, "median-ms")
		})
	}
}

func page(b *testing.B, url string) string {
	r, err := http.Get(url)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		b.Fatal(err)
	}
	return string(body)
}

// writeMany writes a site of many stories, with a teller for every four of
// them and a meeting note for every five.
func writeMany(b *testing.B, dir string, stories int) {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields(`we stayed until the lights went out and nobody said a word about it because there was tea in the kettle on the
		table by the window where my sister and her neighbour from across the road had always sat together listening to rain`)
	text := func(paragraphs int) string {
		var t strings.Builder
		for range paragraphs {
			for range 80 {
				t.WriteString(words[r.IntN(len(words))] + " ")
			}
			t.WriteString("end.\n\n")
		}
		return t.String()
	}
	write := func(name, text string) {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	write("site.yaml", "title: Many\nurl: https://stories.example.org/\ntimezone: UTC\ncontact: Write to keepers@example.org.\n")
	for i := range stories/4 + 1 {
		write(fmt.Sprintf("content/people/person-%04d.md", i), fmt.Sprintf("---\nname: Person Number%d\nconsent: {given: 2026-01-01, until: 2027-12-31, for: [named]}\n---\n", i))
	}
	for i := range stories {
		write(fmt.Sprintf("content/stories/story-%05d.md", i), fmt.Sprintf("---\ntitle: Story %d\nby: person-%04d\ndate: 2025-%02d-%02d\nthemes: [theme %d]\nplace: Place %d\nintro: %s\n"+
			"feed: full\nconsent: {given: 2026-01-01, until: 2027-12-31, for: [page, feeds, search]}\n---\n%s",
			i, r.IntN(stories/4+1), 1+r.IntN(12), 1+r.IntN(28), r.IntN(40), r.IntN(stories/20+1), strings.TrimSpace(text(1)), text(8)))
	}
	for i := range stories / 5 {
		write(fmt.Sprintf("content/notes/note-%05d.md", i), fmt.Sprintf("---\ntitle: Note %d\ndate: 2025-%02d-%02d\nthemes: [theme %d]\npeople: [person-%04d]\n---\n%s",
			i, 1+r.IntN(12), 1+r.IntN(28), r.IntN(40), r.IntN(stories/4+1), text(4)))
	}
}
