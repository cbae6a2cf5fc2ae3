package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestGuides does what each guide says, in the order in which it says it: every
// command in it is run, in a new site, and every file in it is put where the
// command before it made one. At the end the site has nothing to mend.
//
// Left to other tests: what goes on until it's stopped (serve), and installing.
func TestGuides(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git isn't installed, and a guide uses it: install it with apt-get install git")
	}
	guides, err := filepath.Abs(filepath.Join("..", "..", "content", "pages", "guides"))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SOURCE_DATE_EPOCH", "1795348800")
	for _, c := range []struct {
		name     string
		commands int // at least so many
		prepare  func(t *testing.T)
	}{
		{"keepers", 14, nil},
		{"networks", 8, func(t *testing.T) {
			begin(t)
			write(t, "minutes.txt", "Note of the open doors meeting\n\nHeld online on 17 September 2026\n\nSummary\n\n• Bins tell more than brochures.\n")
		}},
		{"storytellers", 3, begin},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(guides, c.name+".md"))
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			if c.prepare != nil {
				c.prepare(t)
			}
			if ran := follow(t, string(data)); ran < c.commands {
				t.Errorf("only %d commands were found in the guide", ran)
			}
			if code, out := ownwords(t, "check"); code != 0 || !strings.Contains(out, "\n0 mistakes, 0 warnings") {
				t.Errorf("after the guide there is something to mend:\n%s", out)
			}
			ownwords(t, "build", "--strict")
		})
	}
}

// begin makes a site, as its keeper has done before others come.
func begin(t *testing.T) {
	if code, out := ownwords(t, "init", "."); code != 0 {
		t.Fatal(out)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ownwords runs a command line in this folder, and returns its exit code and what it said.
func ownwords(t *testing.T, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := run(context.Background(), &environment{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, Now: time.Unix(1795348800, 0)}, args)
	return code, out.String()
}

var (
	block   = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$|`(ownwords new [a-z]+ [a-z-]+)`")
	newFile = regexp.MustCompile(`Written: (content/\S+)`)
)

// follow runs a guide's commands and writes its files; it returns how many commands it ran.
func follow(t *testing.T, guide string) int {
	ran, last := 0, ""
	one := func(line string) {
		args := words(line)
		switch {
		case args[0] == "cd":
			t.Chdir(args[1])
			for _, git := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"-c", "user.name=K", "-c", "user.email=k@example.org", "commit", "-q", "-m", "Begin"}} {
				if out, err := exec.Command("git", git...).CombinedOutput(); err != nil {
					t.Fatalf("git %v: %s", git, out)
				}
			}
			return
		case args[0] != "ownwords":
			t.Fatalf("the guide says %q, which isn't known here", line)
		case args[1] == "serve":
			return
		case args[1] == "new":
			// What is asked on a terminal is answered in flags.
			args = append(args, "--title", "T", "--name", "N", "--yes")
		case args[1] == "consent" && args[2] == "forget":
			args = append(args, "--dry-run") // what it leaves to be mended by hand would be found below
		}
		for i := range args {
			args[i] = strings.Replace(args[i], "/path/to", "..", 1)
		}
		ran++
		code, out := ownwords(t, args[1:]...)
		if args[1] == "new" && strings.Contains(out, "already, so nothing was written") {
			return // it was said before in the same guide
		}
		if code != 0 {
			t.Errorf("%q ends with %d:\n%s", line, code, out)
		}
		if m := newFile.FindStringSubmatch(out); m != nil {
			last = m[1]
		}
	}
	for _, m := range block.FindAllStringSubmatch(guide, -1) {
		switch {
		case m[3] != "":
			one(m[3])
		case m[1] == "sh":
			for line := range strings.Lines(m[2]) {
				one(strings.TrimSpace(line))
			}
		case m[1] == "yaml" && strings.HasPrefix(m[2], "---\n") && last != "":
			write(t, last, m[2])
			if strings.Contains(last, "/stories/") {
				last = ""
			}
		}
	}
	return ran
}

// words splits a command line as a shell does, for quotation marks only.
func words(line string) []string {
	var list []string
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 1 {
			list = append(list, part)
			continue
		}
		list = append(list, strings.Fields(part)...)
	}
	return list
}
