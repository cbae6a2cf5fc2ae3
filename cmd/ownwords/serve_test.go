package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// output is what a command prints while it runs.
type output struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.said.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.said.String()
}

// wait waits for a line and returns its parts.
func (o *output) wait(t *testing.T, line string) []string {
	t.Helper()
	pattern := regexp.MustCompile("(?m)" + line)
	for range 1000 {
		if found := pattern.FindStringSubmatch(o.String()); found != nil {
			return found
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no line like %s:\n%s", line, o)
	return nil
}

func TestServeCommand(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "")
	dir := consentSiteDir(t)
	out, errs := &output{}, &output{}
	env := &environment{Stdin: strings.NewReader(""), Stdout: out, Stderr: errs, Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, env, []string{"serve", "--site", dir, "--addr", "127.0.0.1:0"}) }()
	url := out.wait(t, `^ready (http://127\.0\.0\.1:\d+/) in \d+ ms$`)[1]

	other := &environment{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &output{}, Now: env.Now}
	if code := run(ctx, other, []string{"serve", "--site", dir, "--addr", strings.Trim(url, "htp:/")}); code != exitUnusable || !strings.Contains(other.Stderr.(*output).String(), "is in use already") {
		t.Errorf("a second one at the same address ends with %d and says %s", code, other.Stderr)
	}

	story := filepath.Join(dir, "content/stories/library.md")
	text, err := os.ReadFile(story)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(story, bytes.Replace(text, []byte("by: amina"), []byte("by: amina\ncolour: red"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	out.wait(t, `^rebuilt in \d+ ms$`)
	out.wait(t, `content/stories/library\.md:4:1$`)
	contains(t, out.String(), "Left out 1 item", "There is no key “colour” here.")
	if strings.Contains(out.String(), "colour: red") {
		t.Errorf("a line of a story that is left out was printed:\n%s", out)
	}
	answer, err := http.Get(url + "stories/library/")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != 404 {
		t.Errorf("the broken story is answered with %d", answer.StatusCode)
	}
	stop()
	select {
	case code := <-ended:
		if code != exitDone || errs.String() != "" {
			t.Errorf("it ended with %d and said %s", code, errs)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it didn't end")
	}
}

func TestServeWithoutSite(t *testing.T) {
	errs := &output{}
	env := &environment{Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: errs, Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	if code := run(context.Background(), env, []string{"serve", "--site", t.TempDir(), "--addr", "127.0.0.1:0"}); code != exitUnusable || !strings.Contains(errs.String(), "There is no site.yaml") {
		t.Errorf("it ended with %d and said %s", code, errs)
	}
}
