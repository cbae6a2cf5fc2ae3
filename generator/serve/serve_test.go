package serve

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"ownwords/generator"
	"ownwords/generator/consent"
	"ownwords/generator/report"
)

const ourSite = `-- site.yaml --
title: Test
url: https://stories.example.org/
timezone: Europe/London
contact: Write to keepers@example.org.
-- content/people/amina.md --
---
name: Amina Yusuf
consent: {given: 2026-05-02, until: 2026-11-20, for: [named, profile]}
---
-- content/people/ben.md --
---
name: Ben Okafor
consent: {given: 2026-05-02, until: 2028-05-02, for: [named]}
---
-- content/stories/library.md --
---
title: The library that stayed open
by: amina
consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds]}
---
We stayed until the lights went out.
-- content/stories/kettle.md --
---
title: A kettle for everyone
by: ben
consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds]}
---
It was always warm.
-- content/pages/about.md --
---
title: About
---
What this is.
`

// clock is a clock that tests move.
type clock struct {
	mu      sync.Mutex
	at      time.Time
	waiting []chan time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) after(time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	wait := make(chan time.Time, 1)
	c.waiting = append(c.waiting, wait)
	return wait
}

// move sets the clock; ring lets everyone who waits for it look.
func (c *clock) move(to time.Time, ring bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = to
	if ring {
		for _, wait := range c.waiting {
			select {
			case wait <- to:
			default:
			}
		}
		c.waiting = nil
	}
}

// preview is a site that is being served to a test.
type preview struct {
	t     *testing.T
	dir   string
	url   string
	clock *clock

	mu      sync.Mutex
	reports []*report.Report // one for each change or finding
}

// serveSite serves a site, in real HTTP on this computer. It is the morning of 20 November 2026.
func serveSite(t *testing.T, archive string) *preview {
	t.Helper()
	p := &preview{t: t, dir: t.TempDir(), clock: &clock{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		p.write(f.Name, string(f.Data))
	}
	ctx, stop := context.WithCancel(context.Background())
	s, err := open(ctx, p.options())
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { s.watch(ctx); close(done) }()
	h := httptest.NewUnstartedServer(s)
	h.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	h.Start()
	t.Cleanup(func() {
		stop()
		h.Close()
		<-done
		s.close()
	})
	p.url = h.URL
	return p
}

func (p *preview) options() Options {
	told := func(rep *report.Report) {
		p.mu.Lock()
		p.reports = append(p.reports, rep)
		p.mu.Unlock()
	}
	return Options{PreviewOptions: generator.PreviewOptions{Site: p.dir, Now: p.clock.now}, Addr: "127.0.0.1:0", After: p.clock.after,
		Why:     func(l report.LeftOut) string { return "it is " + l.Reason },
		Ready:   func(string, time.Duration, *report.Report) {},
		Changed: func(_ time.Duration, rep *report.Report) { told(rep) }, Found: told,
		Warn: func(message string) { p.t.Log(message) }}
}

func (p *preview) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// edit puts other words into a file.
func (p *preview) edit(name, old, with string) {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil || !strings.Contains(string(text), old) {
		p.t.Fatalf("%s has no %q: %v", name, old, err)
	}
	p.write(name, strings.ReplaceAll(string(text), old, with))
}

func (p *preview) get(path string) (status int, body string, header http.Header) {
	p.t.Helper()
	r, err := http.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(data), r.Header
}

// eventually asks for a path until the answer is as wanted.
func (p *preview) eventually(path, what string, wanted func(status int, body string) bool) {
	p.t.Helper()
	status, body := 0, ""
	for range 600 {
		if status, body, _ = p.get(path); wanted(status, body) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatalf("%s never became %s; it is %d:\n%s", path, what, status, body)
}

func (p *preview) comes(path, words string) {
	p.t.Helper()
	p.eventually(path, "a page with "+words, func(status int, body string) bool { return status == 200 && strings.Contains(body, words) })
}

func (p *preview) goes(path string) {
	p.t.Helper()
	p.eventually(path, "absent", func(status int, _ string) bool { return status == 404 })
}

// state is what the script on a page is told.
func (p *preview) state(path string) (s liveState) {
	p.t.Helper()
	_, body, _ := p.get(ownFolder + "state?path=" + path)
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		p.t.Fatalf("%v in %s", err, body)
	}
	return s
}

// told waits until a problem was told, at the terminal and to pages.
func (p *preview) told(code string) report.Problem {
	p.t.Helper()
	for range 600 {
		p.mu.Lock()
		for _, rep := range p.reports {
			for _, problem := range rep.Problems {
				if problem.Code == code {
					p.mu.Unlock()
					return problem
				}
			}
		}
		p.mu.Unlock()
		time.Sleep(10 * time.Millisecond)
	}
	p.t.Fatalf("no problem %s was told", code)
	return report.Problem{}
}

func TestEditIsServed(t *testing.T) {
	p := serveSite(t, ourSite)
	p.comes("/stories/library/", "until the lights went out")
	p.edit("content/stories/library.md", "until the lights went out", "until the doors were locked")
	p.comes("/stories/library/", "until the doors were locked")
	p.edit("content/stories/kettle.md", "A kettle for everyone", "A kettle for all")
	p.comes("/stories/", "A kettle for all")
}

func TestConsentThatEndsAtMidnight(t *testing.T) {
	p := serveSite(t, ourSite)
	p.comes("/stories/library/", "until the lights went out")
	p.clock.move(time.Date(2026, 11, 20, 23, 59, 59, 0, time.UTC), true)
	p.comes("/stories/library/", "until the lights went out")
	// No file changes, and no timer rings: whatever is asked for after midnight is right.
	p.clock.move(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), false)
	if status, body, _ := p.get("/stories/library/"); status != 404 || strings.Contains(body, "lights") {
		t.Errorf("after midnight the story is answered with %d:\n%s", status, body)
	}
	if _, body, _ := p.get("/stories/"); strings.Contains(body, "library") || !strings.Contains(body, "kettle") {
		t.Errorf("after midnight the list says:\n%s", body)
	}
}

func TestPagesAreToldOfMidnight(t *testing.T) {
	p := serveSite(t, ourSite)
	news := p.listen()
	first := <-news
	p.clock.move(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), true)
	select {
	case second := <-news:
		if second == first {
			t.Errorf("the same was told twice: %s", first)
		}
	case <-time.After(10 * time.Second):
		t.Error("an open page wasn't told that the day was over")
	}
}

// listen opens a page's stream of news.
func (p *preview) listen() <-chan string {
	p.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p.t.Cleanup(stop)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+ownFolder+"events", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); kind != "text/event-stream" {
		p.t.Fatalf("events are sent as %q", kind)
	}
	news := make(chan string, 16)
	go func() {
		defer answer.Body.Close()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				news <- data
			}
		}
		close(news)
	}()
	return news
}

func TestWithdrawalTakesPagesDown(t *testing.T) {
	p := serveSite(t, ourSite)
	p.comes("/people/amina/", "Amina Yusuf")
	p.edit("content/people/amina.md", "for: [named", "withdrawn: 2026-11-20, for: [named")
	p.goes("/stories/library/")
	p.goes("/people/amina/")
	if state := p.state("/stories/library/"); state.LeftOut != "This page isn’t shown: it is withdrawn." {
		t.Errorf("the page says %q", state.LeftOut)
	}
	p.edit("content/people/amina.md", "withdrawn: 2026-11-20, ", "")
	p.comes("/stories/library/", "until the lights went out")
}

func TestWithdrawalCountsWhileSiteYamlIsBroken(t *testing.T) {
	p := serveSite(t, ourSite)
	p.edit("site.yaml", "title: Test", "title: [Test")
	problem := p.told("yaml")
	if problem.File != "site.yaml" {
		t.Errorf("the mistake in site.yaml was told of %s", problem.File)
	}
	p.comes("/stories/library/", "until the lights went out")
	p.edit("content/people/amina.md", "for: [named", "withdrawn: 2026-11-20, for: [named")
	p.goes("/stories/library/")
	p.comes("/stories/kettle/", "always warm")
	p.edit("site.yaml", "title: [Test", "title: Another name")
	p.comes("/", "Another name")
	if state := p.state("/"); len(state.Problems) > 0 {
		t.Errorf("the mended mistake is still told: %v", state.Problems)
	}
}

func TestWithoutContentNothingIsShown(t *testing.T) {
	p := serveSite(t, ourSite)
	if err := os.Rename(filepath.Join(p.dir, "content"), filepath.Join(p.dir, "elsewhere")); err != nil {
		t.Fatal(err)
	}
	p.eventually("/stories/library/", "refused", func(status int, body string) bool {
		return status == 503 && strings.Contains(body, "There is no folder content/ here.") && !strings.Contains(body, "library")
	})
	if err := os.Rename(filepath.Join(p.dir, "elsewhere"), filepath.Join(p.dir, "content")); err != nil {
		t.Fatal(err)
	}
	p.comes("/stories/library/", "until the lights went out")
}

func TestSourcesAreNeverServed(t *testing.T) {
	p := serveSite(t, ourSite+`-- content/stories/library.jpg --
not a picture
-- content/stories/draft.md --
---
title: Not yet
by: ben
draft: true
consent: {given: 2026-05-02, for: [page]}
---
Hush.
`)
	for _, path := range []string{"/content/stories/library.md", "/stories/library.md", "/stories/library.jpg", "/content/people/amina.md", "/people/amina.md", "/site.yaml",
		"/stories/draft/", "/../content/stories/library.md", "/stories/../../content/stories/library.md", "/stories/%2e%2e/%2e%2e/site.yaml", "/..%2fsite.yaml", "/media/library.jpg",
		"/.ownwords/", "/_ownwords/../site.yaml", "/stories//library/", "/stories/library/../../site.yaml", "/stories\\..\\..\\site.yaml"} {
		request, err := http.NewRequest(http.MethodGet, p.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.URL.Opaque = strings.TrimPrefix(p.url, "http:") + path // as it stands, without being made clean
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != 404 || bytes.Contains(body, []byte("given:")) || bytes.Contains(body, []byte("timezone")) || bytes.Contains(body, []byte("Hush")) {
			t.Errorf("%s is answered with %d:\n%.200s", path, answer.StatusCode, body)
		}
	}
}

func TestBrokenStory(t *testing.T) {
	p := serveSite(t, ourSite)
	p.comes("/stories/kettle/", "always warm")
	p.edit("content/stories/kettle.md", "by: ben", "by: ben\ncolour: red")
	p.goes("/stories/kettle/")
	_, page, _ := p.get("/stories/kettle/")
	if !strings.Contains(page, "/_ownwords/live.js") {
		t.Error("the page in its place has no overlay")
	}
	state := p.state("/stories/kettle/")
	if len(state.Problems) == 0 || state.Problems[0].Place != "content/stories/kettle.md:4:1" || !strings.Contains(state.Problems[0].Message, "“colour”") || state.Problems[0].Help == "" {
		t.Errorf("the overlay says %+v", state.Problems)
	}
	if state.LeftOut == "" {
		t.Error("the overlay doesn't say why the page isn't there")
	}
	if problem := p.told("unknown-key"); problem.File != "content/stories/kettle.md" {
		t.Errorf("the terminal says %+v", problem)
	}
	p.comes("/stories/library/", "until the lights went out")
	p.edit("content/stories/kettle.md", "colour: red\n", "")
	p.comes("/stories/kettle/", "always warm")
	if state := p.state("/stories/kettle/"); len(state.Problems) > 0 {
		t.Errorf("the mended mistake is still told: %v", state.Problems)
	}
}

func TestNewFolder(t *testing.T) {
	p := serveSite(t, ourSite)
	p.write("content/stories/tall/index.md", "---\ntitle: Tall\nby: ben\nconsent: {given: 2026-05-02, for: [page]}\n---\nUp and up.\n")
	p.comes("/stories/tall/", "Up and up")
	p.edit("content/stories/tall/index.md", "Up and up", "Down and down")
	p.comes("/stories/tall/", "Down and down")
	p.write("content/notes/first/index.md", "---\ntitle: First note\n---\nWe met.\n") // two folders at once
	p.comes("/notes/first/", "We met")
	if err := os.Rename(filepath.Join(p.dir, "content/stories/tall"), filepath.Join(p.dir, "content/stories/wide")); err != nil {
		t.Fatal(err)
	}
	p.comes("/stories/wide/", "Down and down")
	p.goes("/stories/tall/")
	p.edit("content/stories/wide/index.md", "Down and down", "Left and right")
	p.comes("/stories/wide/", "Left and right")
	if err := os.RemoveAll(filepath.Join(p.dir, "content/stories/wide")); err != nil {
		t.Fatal(err)
	}
	p.goes("/stories/wide/")
}

func TestRenameOver(t *testing.T) {
	p := serveSite(t, ourSite)
	p.comes("/stories/kettle/", "always warm")
	for i := range 3 { // the folder goes on being watched
		words := fmt.Sprintf("It was warm for %d days.", i)
		text := "---\ntitle: A kettle for everyone\nby: ben\nconsent: {given: 2026-05-02, for: [page]}\n---\n" + words + "\n"
		p.write("content/stories/.kettle.md.swp", text)
		if err := os.Rename(filepath.Join(p.dir, "content/stories/.kettle.md.swp"), filepath.Join(p.dir, "content/stories/kettle.md")); err != nil {
			t.Fatal(err)
		}
		p.comes("/stories/kettle/", words)
	}
}

func TestFilesBesideAStory(t *testing.T) {
	p := serveSite(t, ourSite+`-- content/stories/long/index.md --
---
title: Long
by: ben
versions: [{kind: easy-read, file: easy.md}]
consent: {given: 2026-05-02, for: [page]}
---
Many words.
`)
	if problem := p.state("/stories/long/"); len(problem.Problems) != 1 {
		t.Fatalf("the missing version is told as %v", problem.Problems)
	}
	p.write("content/stories/long/easy.md", "Few words.")
	p.comes("/stories/long/", "Few words")
	p.write("content/stories/long/easy.md", "Fewer words.")
	p.comes("/stories/long/", "Fewer words")
}

func TestBrokenTemplateKeepsTheLastGoodPage(t *testing.T) {
	p := serveSite(t, ourSite)
	p.write("themes/hearth/partials/footer.html", `{{define "footer"}}<footer>Our own footer</footer>{{end}}`)
	p.comes("/stories/library/", "Our own footer")
	for _, broken := range []string{`{{define "footer"}}<footer>{{if}}</footer>{{end}}`, `{{define "footer"}}<footer>{{.Nothing.Here}}</footer>{{end}}`} {
		p.write("themes/hearth/partials/footer.html", broken)
		p.eventually(ownFolder+"state", "told", func(_ int, body string) bool { return strings.Contains(body, "This template of the theme is broken") })
		p.comes("/stories/library/", "Our own footer")
		// Consent counts all the same.
		p.edit("content/people/amina.md", "for: [named", "withdrawn: 2026-11-20, for: [named")
		p.goes("/stories/library/")
		p.comes("/stories/kettle/", "Our own footer")
		p.edit("content/people/amina.md", "withdrawn: 2026-11-20, ", "")
		p.comes("/stories/library/", "Our own footer")
	}
	p.write("themes/hearth/partials/footer.html", `{{define "footer"}}<footer>Mended footer</footer>{{end}}`)
	p.comes("/stories/library/", "Mended footer")
	if state := p.state("/"); len(state.Problems) > 0 {
		t.Errorf("the mended template is still told: %v", state.Problems)
	}
}

func TestBrokenTemplateOfOnePage(t *testing.T) {
	// It breaks on one page only, so it can't be known before that page is asked for.
	p := serveSite(t, ourSite+`-- themes/hearth/layouts/story.html --
{{define "main"}}<h1>{{.Page.Title}}</h1>{{if eq .Page.Title "The library that stayed open"}}{{.Page.Nothing}}{{end}}{{end}}
`)
	p.comes("/stories/kettle/", "A kettle for everyone")
	p.eventually("/stories/library/", "refused", func(status int, body string) bool {
		return status == 503 && strings.Contains(body, "This template of the theme is broken") && strings.Contains(body, "live.js")
	})
	p.told("broken-template")
}

func TestTraceIsNeverServed(t *testing.T) {
	p := serveSite(t, ourSite+`-- content/stories/secret.md --
---
title: Nobody should know this title
by: ben
consent: {given: 2026-05-02, withdrawn: 2026-06-01, for: [page]}
---
Quiet.
-- content/notes/one.md --
---
title: A note
---
We heard "Nobody should know this title" and more.
-- content/notes/two.md --
---
title: Another note
---
Nothing here.
`)
	for _, path := range []string{"/notes/one/", "/notes/", "/rss.xml", "/everything/", "/search/cards/0.json", "/"} {
		if _, body, _ := p.get(path); strings.Contains(body, "should know") {
			t.Errorf("%s holds the title of a withheld story", path)
		}
	}
	p.goes("/notes/one/")
	p.comes("/notes/two/", "Nothing here")
	problem := p.told("trace-title")
	if problem.File != "content/notes/one.md" || problem.Line != 4 || strings.Contains(problem.Message, "should know") {
		t.Errorf("the trace is told as %+v", problem)
	}
	p.edit("content/notes/one.md", `"Nobody should know this title"`, "a story")
	p.comes("/notes/one/", "a story and more")
}

func TestTraceInTheTheme(t *testing.T) {
	// The network's own words don't leave by themselves: an error is told, and the pages stand.
	p := serveSite(t, ourSite+`-- themes/hearth/partials/footer.html --
{{define "footer"}}<footer>Thanks to Amina Yusuf</footer>{{end}}
`)
	p.edit("content/people/amina.md", "for: [named", "withdrawn: 2026-11-20, for: [named")
	p.goes("/stories/library/")
	p.comes("/stories/kettle/", "Thanks to")
	if problem := p.told("trace-name"); problem.File != "themes/hearth/partials/footer.html" {
		t.Errorf("the trace is told as %+v", problem)
	}
}

func TestDayIsMoved(t *testing.T) {
	p := serveSite(t, ourSite)
	news := p.listen()
	<-news
	set := func(body, origin string) int {
		r, err := http.NewRequest(http.MethodPost, p.url+ownFolder+"day", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", origin)
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if status := set(`{"day": "2026-12-24"}`, p.url); status != http.StatusNoContent {
		t.Fatalf("moving the day is answered with %d", status)
	}
	<-news
	p.goes("/stories/library/")
	if state := p.state("/stories/library/"); state.Day != "2026-12-24" || !state.Moved || state.LeftOut == "" {
		t.Errorf("the state is %+v", state)
	}
	// The clock doesn't move a day that was set by hand.
	p.clock.move(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), true)
	if state := p.state("/"); state.Day != "2026-12-24" {
		t.Errorf("the day became %s by itself", state.Day)
	}
	if status := set(`{"day": ""}`, p.url); status != http.StatusNoContent {
		t.Fatalf("moving the day back is answered with %d", status)
	}
	if state := p.state("/"); state.Day != "2026-11-25" || state.Moved {
		t.Errorf("the state is %+v", state)
	}
	for body, origin := range map[string]string{`{"day": "2026-02-30"}`: p.url, `{"day": 5}`: p.url, `{"day": "2026-12-24"}`: "https://elsewhere.example"} {
		if status := set(body, origin); status < 400 {
			t.Errorf("%s from %s is answered with %d", body, origin, status)
		}
	}
	if state := p.state("/"); state.Day != "2026-11-25" {
		t.Errorf("the day was moved to %s", state.Day)
	}
}

func TestOtherNamesForThisComputer(t *testing.T) {
	p := serveSite(t, ourSite)
	ask := func(host string) int {
		r, err := http.NewRequest(http.MethodGet, p.url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for _, host := range []string{"localhost:4000", "127.0.0.1", "[::1]:4000"} {
		if status := ask(host); status != 200 {
			t.Errorf("%s is answered with %d", host, status)
		}
	}
	for _, host := range []string{"stories.example.org", "127.0.0.1.example.org:4000", "192.0.2.7"} {
		if status := ask(host); status != http.StatusMisdirectedRequest {
			t.Errorf("%s is answered with %d", host, status)
		}
	}
}

func TestAnswers(t *testing.T) {
	p := serveSite(t, strings.Replace(ourSite, "url: https://stories.example.org/", "url: https://example.org/our/stories/", 1))
	for _, c := range []struct {
		path   string
		status int
		kind   string
	}{
		{"/our/stories/", 200, "text/html; charset=utf-8"},
		{"/our/stories/stories/library/", 200, "text/html; charset=utf-8"},
		{"/our/stories/rss.xml", 200, "application/rss+xml; charset=utf-8"},
		{"/our/stories/atom.xml", 200, "application/atom+xml; charset=utf-8"},
		{"/our/stories/feed.json", 200, "application/feed+json"},
		{"/our/stories/sitemap.xml", 200, "application/xml; charset=utf-8"},
		{"/our/stories/robots.txt", 200, "text/plain; charset=utf-8"},
		{"/our/stories/build.json", 200, "application/json"},
		{"/our/stories/search/index.json", 200, "application/json"},
		{"/our/stories/nothing/", 404, "text/html; charset=utf-8"},
		{"/stories/library/", 404, "text/html; charset=utf-8"},
	} {
		status, body, header := p.get(c.path)
		if status != c.status || header.Get("Content-Type") != c.kind || header.Get("Cache-Control") != "no-store" || header.Get("X-Content-Type-Options") != "nosniff" || body == "" {
			t.Errorf("%s is answered with %d, %v", c.path, status, header)
		}
	}
	for from, to := range map[string]string{"/": "/our/stories/", "/our/stories": "/our/stories/", "/our/stories/stories/library": "/our/stories/stories/library/"} {
		answer, err := http.Get(p.url + from)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.Request.URL.Path != to || answer.StatusCode != 200 {
			t.Errorf("%s leads to %s, %d", from, answer.Request.URL.Path, answer.StatusCode)
		}
	}
	if answer, err := http.Post(p.url+"/our/stories/", "text/plain", nil); err != nil || answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a page can be posted to: %v", err)
	}
}

func TestPageIsTheBuiltOneButForTheScript(t *testing.T) {
	p := serveSite(t, ourSite)
	out := filepath.Join(t.TempDir(), "public")
	day, err := consent.ParseDay("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := generator.Build(context.Background(), generator.Options{Site: p.dir, Out: out, At: &day}); err != nil {
		t.Fatal(err)
	}
	pages := 0
	err = filepath.WalkDir(out, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name()[0] == '.' {
			return err
		}
		built, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(out, name)
		if err != nil {
			return err
		}
		address := "/" + strings.TrimSuffix(filepath.ToSlash(rel), "index.html")
		_, served, _ := p.get(address)
		if strings.Contains(string(built), "_ownwords") {
			t.Errorf("%s is built with the preview's script", rel)
		}
		if !strings.HasSuffix(rel, ".html") {
			if served != string(built) {
				t.Errorf("%s is served with other bytes than it is built with", rel)
			}
			return nil
		}
		pages++
		const mark = `<script defer src="/_ownwords/live.js"`
		from := strings.Index(served, mark)
		if from < 0 || strings.Count(served, "_ownwords") != 1 {
			t.Fatalf("%s is served without the preview's script, or with two:\n%s", rel, served)
		}
		to := from + strings.Index(served[from:], "</script>") + len("</script>")
		if without := beyondPolicy(served[:from] + served[to:]); without != beyondPolicy(string(built)) {
			t.Errorf("%s differs in more than the script:\n%s\n%s", rel, without, built)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages < 10 {
		t.Errorf("only %d pages were compared", pages)
	}
}

// beyondPolicy takes the content security policy's words out of a page.
func beyondPolicy(page string) string {
	before, rest, found := strings.Cut(page, `<meta http-equiv="Content-Security-Policy" content="`)
	if !found {
		return page
	}
	_, after, _ := strings.Cut(rest, `"`)
	return before + after
}

func TestEnliven(t *testing.T) {
	const tag = "<script src=x></script>"
	for _, c := range []struct{ page, want string }{
		{`<html><head><title>a</title></head><body>b</body>`, `<html><head><title>a</title>` + tag + `</head><body>b</body>`},
		{`<title></head></title><body>b`, `<title></head></title>` + tag + `<body>b`},
		{`<p>no head</p>`, `<p>no head</p>` + tag},
		{`<head><META HTTP-EQUIV=content-security-policy CONTENT="default-src 'none'"></head>`,
			`<head><meta http-equiv="content-security-policy" content="default-src &#39;none&#39;; script-src &#39;self&#39;; style-src &#39;self&#39;; connect-src &#39;self&#39;">` + tag + `</head>`},
	} {
		if got := string(enliven([]byte(c.page), tag)); got != c.want {
			t.Errorf("%s became\n%s, want\n%s", c.page, got, c.want)
		}
	}
}

func TestWiden(t *testing.T) {
	for policy, want := range map[string]string{
		"default-src 'none'; script-src 'none'":                                  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
		"default-src 'none'; STYLE-SRC 'self' ; connect-src https://example.org": "default-src 'none'; STYLE-SRC 'self'; connect-src https://example.org 'self'; script-src 'self'",
	} {
		if got := widen(policy); got != want {
			t.Errorf("%s became\n%s, want\n%s", policy, got, want)
		}
	}
}

func TestRunStopsCleanly(t *testing.T) {
	p := &preview{t: t, dir: t.TempDir(), clock: &clock{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}}
	for _, f := range txtar.Parse([]byte(ourSite)).Files {
		p.write(f.Name, string(f.Data))
	}
	before := listFiles(t, p.dir)
	ctx, stop := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	o := p.options()
	o.Ready = func(url string, _ time.Duration, _ *report.Report) { ready <- url }
	go func() { ended <- Run(ctx, o) }()
	select {
	case p.url = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	p.url = strings.TrimSuffix(p.url, "/")
	p.comes("/stories/library/", "until the lights went out")
	news := p.listen() // a page that is open
	<-news
	// Nobody else can listen there, and is told how to mend it.
	second := o
	second.Addr = strings.TrimPrefix(p.url, "http://")
	var address *Address
	if err := Run(ctx, second); !errors.As(err, &address) || !strings.Contains(err.Error(), "is in use already") || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("the second one ended with %v", err)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it didn't end")
	}
	if _, open := <-news; open {
		t.Error("the open page was told something after the end")
	}
	if _, err := http.Get(p.url); err == nil {
		t.Error("it goes on listening")
	}
	if after := listFiles(t, p.dir); after != before {
		t.Errorf("files were written:\n%s\nbefore:\n%s", after, before)
	}
}

func listFiles(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		fmt.Fprintln(&b, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAddresses(t *testing.T) {
	p := &preview{t: t, dir: t.TempDir(), clock: &clock{at: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}}
	o := p.options()
	var warned []string
	o.Warn = func(message string) { warned = append(warned, message) }
	o.Addr, o.Drafts = "0.0.0.0:0", true
	// There is no site here, so that it ends by itself, after the address was looked at.
	if _, unusable := generator.Unusable(Run(context.Background(), o)); !unusable {
		t.Error("a folder without site.yaml is served")
	}
	if len(warned) != 1 || !strings.Contains(warned[0], "Everyone who can reach this computer") || !strings.Contains(warned[0], "drafts included") {
		t.Errorf("it warned %q", warned)
	}
	var address *Address
	o.Addr = "nonsense"
	if err := Run(context.Background(), o); !errors.As(err, &address) || !strings.Contains(err.Error(), "Write it as 127.0.0.1:4000") {
		t.Errorf("it ended with %v", err)
	}
}
