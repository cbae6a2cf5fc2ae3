package access_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
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
	found := checkedByNu(t)
	for _, site := range subjects(t) {
		for _, file := range nuFiles(t, site) {
			for _, m := range found[file] {
				if m.Type == "info" {
					t.Log(m)
				} else {
					t.Error(m)
				}
			}
			delete(found, file)
		}
	}
	for i := range nuFaults {
		delete(found, brokenForNu(i))
	}
	for _, messages := range found {
		t.Errorf("the checker speaks of a file that it wasn't given, or of itself: %v", messages)
	}
}

func TestNuHTMLCheckerFindsFaults(t *testing.T) {
	found := checkedByNu(t)
	for i, fault := range nuFaults {
		if !slices.ContainsFunc(found[brokenForNu(i)], func(m nuMessage) bool { return m.Type != "info" }) {
			t.Errorf("the checker lets pass %s in which %q became %q", fault.file, fault.old, fault.new)
		}
	}
}

var nuFaults = []struct{ file, old, new string }{
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

// brokenForNu is the file that holds one of nuFaults.
func brokenForNu(i int) string {
	return filepath.Join(scratch, "nu", fmt.Sprintf("%02d%s", i, path.Ext(nuFaults[i].file)))
}

func nuFiles(t *testing.T, site subject) []string {
	t.Helper()
	dir, err := filepath.Abs(site.dir)
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, name := range site.matching(t, func(name string) bool { return path.Ext(name) == ".html" || path.Ext(name) == ".css" }) {
		files = append(files, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return files
}

var nuAnswer map[string][]nuMessage

// checkedByNu gives what the checker says, file by file. It runs once for all files, because it takes seconds to start.
func checkedByNu(t *testing.T) map[string][]nuMessage {
	t.Helper()
	java := program(t, "apt-get install default-jre-headless", "java")
	jar := npmTool(t, "vnu-jar/build/dist/vnu.jar")
	if nuAnswer != nil {
		return maps.Clone(nuAnswer)
	}
	good := goodSite(t)
	if err := os.MkdirAll(filepath.Join(scratch, "nu"), 0o755); err != nil {
		t.Fatal(err)
	}
	var files []string
	for i, fault := range nuFaults {
		before := string(good[fault.file].Data)
		after := strings.Replace(before, fault.old, fault.new, 1)
		if after == before {
			t.Fatalf("%q doesn't stand in %s, so nothing was broken", fault.old, fault.file)
		}
		files = append(files, brokenForNu(i))
		if err := os.WriteFile(files[i], []byte(after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, site := range subjects(t) {
		files = append(files, nuFiles(t, site)...)
	}
	answer := map[string][]nuMessage{}
	for _, m := range runNu(t, java, jar, files...) {
		u, err := url.Parse(m.URL)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.FromSlash(u.Path)
		answer[file] = append(answer[file], m)
	}
	nuAnswer = answer
	return maps.Clone(nuAnswer)
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

func runNu(t *testing.T, java, jar string, files ...string) []nuMessage {
	t.Helper()
	var said, errs bytes.Buffer
	cmd := exec.Command(java, append([]string{"-Xss4m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", jar, "--stdout", "--format", "json", "--also-check-css"}, files...)...)
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
