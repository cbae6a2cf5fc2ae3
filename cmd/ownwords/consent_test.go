package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

const consentSite = `-- site.yaml --
title: Test
url: https://stories.example.org/
timezone: Europe/London
contact: Write to keepers@example.org.
-- content/people/amina.md --
---
name: Amina Yusuf
consent:
  given: 2026-05-02   # on the day we met
  until: 2028-05-02
  for: [named, profile]
---
-- content/stories/library.md --
---
title: The library that stayed open
by: amina
consent: {given: 2026-05-02, until: 2028-05-02, for: [page, feeds]}
---
We stayed.
`

// consentSiteDir writes the site above and returns its folder.
func consentSiteDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(consentSite)).Files {
		name := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// runConsent runs `ownwords consent` with stdin that isn't a terminal, on 20 November 2026 in the morning.
func runConsent(t *testing.T, dir string, args ...string) (stdout string, err error) {
	t.Helper()
	t.Setenv("SOURCE_DATE_EPOCH", "")
	var out bytes.Buffer
	env := &environment{Stdin: strings.NewReader("people/amina\n"), Stdout: &out, Stderr: &out, Now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	cmd := consentCommand(env)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(append(args, "--site", dir))
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	err = cmd.ExecuteContext(context.Background())
	return out.String(), err
}

func mustConsent(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := runConsent(t, dir, args...)
	if err != nil {
		t.Fatalf("consent %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in\n%s", p, text)
		}
	}
}

func TestConsentLooks(t *testing.T) {
	dir := consentSiteDir(t)
	contains(t, mustConsent(t, dir, "list"), "WHAT HOLDS ON 2026-11-20", "people/amina     2028-05-02  named, profile\n")
	contains(t, mustConsent(t, dir, "list", "--at", "2028-05-03"), "nothing: its last day is over, out since 2028-05-03")
	contains(t, mustConsent(t, dir, "upcoming"), "No consent ends between 2026-11-20 and 2027-01-19.")
	contains(t, mustConsent(t, dir, "upcoming", "--within", "2y"), "2028-05-02  people/amina (529 days left): 1 story falls with it: stories/library\n")
	contains(t, mustConsent(t, dir, "upcoming", "--within", "2y", "--format", "ics"), "BEGIN:VCALENDAR\r\n", "SUMMARY:Last day of the consent of people/amina\r\n")
	contains(t, mustConsent(t, dir, "show", "amina"), "people/amina, on 2026-11-20\n", "stories/library: told by them (line 3)")
	contains(t, mustConsent(t, dir, "receipt", "amina"), "# What you agreed to\n")
	contains(t, mustConsent(t, dir, "receipt", "amina", "--format", "html"), "<!doctype html>")
	for _, args := range [][]string{{"list", "--format", "json"}, {"upcoming", "--format", "json"}, {"show", "library", "--format", "json"}, {"receipt", "library", "--format", "json"}} {
		if out := mustConsent(t, dir, args...); !json.Valid([]byte(out)) {
			t.Errorf("%v: not JSON alone:\n%s", args, out)
		}
	}
	folder := filepath.Join(t.TempDir(), "receipts")
	contains(t, mustConsent(t, dir, "receipt", "amina", "--out", folder), "Written: ", "/receipt-people-amina.html\n", "/receipt-people-amina.md\n", "/receipt-people-amina.json\n")
	contains(t, mustConsent(t, dir, "receipt", "amina", "--out", filepath.Join(dir, "receipts")), "This folder lies inside the site's: give the files to the person, and don't commit them.")
}

func TestConsentChanges(t *testing.T) {
	dir := consentSiteDir(t)
	file := filepath.Join(dir, "content/people/amina.md")
	before, _ := os.ReadFile(file)
	dry := [][]string{{"renew", "amina", "--until", "2028-11-20", "--confirmed", "Ben rang", "--dry-run"}, {"withdraw", "amina", "--dry-run"}, {"forget", "amina", "--dry-run"}}
	for _, args := range dry {
		contains(t, mustConsent(t, dir, args...), "written (--dry-run).\n")
	}
	if now, _ := os.ReadFile(file); !bytes.Equal(now, before) {
		t.Fatalf("a dry run wrote\n%s", now)
	}
	contains(t, mustConsent(t, dir, "renew", "amina", "--until", "2028-11-20", "--confirmed", "Ben rang"), "Written, and read back to be sure.\n", "ownwords consent receipt people/amina")
	contains(t, mustConsent(t, dir, "withdraw", "amina"), "1 story leaves the site: stories/library\n", "What can't be called back:\n", "Next: run “ownwords build”")
	now, _ := os.ReadFile(file)
	contains(t, string(now), "  given: 2026-11-20   # on the day we met\n", "  withdrawn: 2026-11-20\n")
	contains(t, mustConsent(t, dir, "forget", "amina", "--yes"), "To be deleted:\n  - content/people/amina.md\n", "Git's history still holds the words.", "Forgotten. Next: ")
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "content/people/_forgotten.yaml")); err != nil {
		t.Error(err)
	}
}

func TestConsentRefuses(t *testing.T) {
	dir := consentSiteDir(t)
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"show"}, "“consent show” takes one ID, such as people/amina or stories/the-library; “ownwords consent list” shows every ID"},
		{[]string{"show", "amena"}, "There is nobody and no story called “amena”. Did you mean “amina”?\n“ownwords consent list” shows every ID."},
		{[]string{"list", "--format", "yaml"}, `--format "yaml" isn't one of text, json`},
		{[]string{"list", "--at", "today"}, `--at "today" can't be used as a day: it is not written as year-month-day. Write it as 2027-03-01`},
		{[]string{"upcoming", "--within", "soon"}, `--within "soon" is not a length of time such as 60d, 6w, 18m or 2y`},
		{[]string{"renew", "amina", "--confirmed", "Ben rang"}, "“renew” needs the last whole day. Add for example --until 2028-11-21"},
		{[]string{"renew", "amina", "--until", "2028-11-21"}, "A renewal needs the words of who confirmed it with the person."},
		{[]string{"renew", "amina", "--until", "next year"}, `--until "next year" can't be used as a day: it is not written as year-month-day. Write it as 2028-11-21`},
		{[]string{"forget", "amina"}, "“forget” deletes files, so it asks first, and there is nobody to ask. Run it on a terminal, or add --yes; --dry-run shows what it would do"},
		{[]string{"receipt", "amina", "--out", filepath.Join(dir, "public")}, "A receipt is for the person and isn't published, so it can't be written into public/."},
	} {
		out, err := runConsent(t, dir, c.args...)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%v: %v\nwant %s\n%s", c.args, err, c.want, out)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "content/people/amina.md")); err != nil {
		t.Error("a refused command deleted the file")
	}
	if _, err := runConsent(t, t.TempDir(), "list"); err == nil {
		t.Error("a folder without a site was listed")
	}
}

// Only the person's whole ID is a yes.
func TestAgrees(t *testing.T) {
	for answer, want := range map[string]bool{"people/amina\n": true, " people/amina \r\n": true, "people/amina": true, "y\n": false, "amina\n": false, "\n": false, "": false} {
		var out bytes.Buffer
		if got := agrees(&environment{Stdin: strings.NewReader(answer), Stdout: &out}, "people/amina"); got != want {
			t.Errorf("%q: %v", answer, got)
		}
		contains(t, out.String(), "This can't be undone here. To go on, type people/amina and press Enter: ")
	}
}
