package access_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNuHTMLChecker runs the Nu HTML checker, which browsers' makers and the W3C keep, over every page and style sheet.
// Errors fail; its warnings and information are shown with -v.
func TestNuHTMLChecker(t *testing.T) {
	vnu := newNu(t)
	for _, site := range subjects(t) {
		t.Run(site.name, func(t *testing.T) {
			var files []string
			for _, name := range site.matching(t, func(name string) bool { return path.Ext(name) == ".html" || path.Ext(name) == ".css" }) {
				files = append(files, filepath.Join(site.dir, filepath.FromSlash(name)))
			}
			for _, m := range vnu.check(t, files...) {
				if m.Type == "info" {
					t.Log(m)
				} else {
					t.Error(m)
				}
			}
		})
	}
}

func TestNuHTMLCheckerFindsFaults(t *testing.T) {
	vnu := newNu(t)
	dir := t.TempDir()
	faults := []struct{ file, old, new string }{
		{story, "</figure>", ""},
		{story, "<ul>", "<ul><p>Loose</p>"},
		{story, `id="after"`, `id="before"`},
		{story, `width="64"`, `width="wide"`},
		{story, `<nav aria-label="Site">`, `<nav aria-label="Site" role="button">`},
		{story, "<title>", "<titel>"},
		{style, "max-width: 42rem;", "max-width: 42 rem;"},
		{style, "box-sizing: border-box;", "box-sizing: borders;"},
		{style, "color: var(--link);", "colour: var(--link);"},
	}
	var files []string
	good := goodSite(t)
	for i, fault := range faults {
		before := string(good[fault.file].Data)
		after := strings.Replace(before, fault.old, fault.new, 1)
		if after == before {
			t.Fatalf("%q doesn't stand in %s, so nothing was broken", fault.old, fault.file)
		}
		file := filepath.Join(dir, fmt.Sprintf("%02d%s", i, path.Ext(fault.file)))
		if err := os.WriteFile(file, []byte(after), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	wrong := map[string]bool{}
	for _, m := range vnu.check(t, files...) {
		if m.Type != "info" {
			wrong[path.Base(m.URL)] = true
		}
	}
	for i, fault := range faults {
		if !wrong[filepath.Base(files[i])] {
			t.Errorf("the checker lets pass %s in which %q became %q", fault.file, fault.old, fault.new)
		}
	}
}

// nu is the Nu HTML checker, ready to run.
type nu struct{ java, jar string }

func newNu(t *testing.T) nu {
	t.Helper()
	return nu{
		java: program(t, "apt-get install default-jre-headless", "java"),
		jar:  npmTool(t, "vnu-jar/build/dist/vnu.jar"),
	}
}

type nuMessage struct {
	Type     string `json:"type"` // error, info (warnings too), non-document-error
	URL      string `json:"url"`
	LastLine int    `json:"lastLine"`
	LastCol  int    `json:"lastColumn"`
	Message  string `json:"message"`
	Extract  string `json:"extract"`
}

func (m nuMessage) String() string {
	return fmt.Sprintf("%s:%d:%d: %s: %s (%s)", strings.TrimPrefix(m.URL, "file:"), m.LastLine, m.LastCol, m.Type, m.Message, strings.TrimSpace(m.Extract))
}

func (v nu) check(t *testing.T, files ...string) []nuMessage {
	t.Helper()
	if len(files) == 0 {
		t.Fatal("there is nothing to check")
	}
	var said, errs bytes.Buffer
	cmd := exec.Command(v.java, append([]string{"-Xss4m", "-jar", v.jar, "--stdout", "--format", "json", "--also-check-css"}, files...)...)
	cmd.Stdout, cmd.Stderr = &said, &errs
	// Its exit code is 1 when it found something; anything else shows as output that isn't JSON.
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var result struct {
		Messages []nuMessage `json:"messages"`
	}
	if err := json.Unmarshal(said.Bytes(), &result); err != nil {
		t.Fatalf("the Nu HTML checker couldn't run: %v\n%s%s", err, said.String(), errs.String())
	}
	// A file on disk has no origin, so to the checker 'self' allows nothing. The browser tests try the policy out.
	return slices.DeleteFunc(result.Messages, func(m nuMessage) bool {
		return m.Type == "info" && strings.Contains(m.Message, "Content Security Policy")
	})
}
