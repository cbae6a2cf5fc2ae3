package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"time"

	"ownwords/generator/consent"
)

// The files of a new site, as templates with [[ ]]. A name that begins with
// “dot-” is written with a dot; what lies in hosts/NAME is only for that host.
//
//go:embed site
var siteFiles embed.FS

// Hosts are the code hosts for which a new site gets workflows; the first is the default.
var Hosts = []string{"github", "gitlab", "forgejo", "none"}

// Site says what a new site is like.
type Site struct {
	Title string
	// URL is where it will be; Zone the time zone in which its days begin.
	URL      string
	Zone     *time.Location
	Language string
	// Host is one of Hosts.
	Host string
	// Program is the address of the repository that the program is built from, and
	// Version a branch or tag of it. Program may be empty; the workflows then
	// say what is missing.
	Program, Version string
	// Today is the day in Zone.
	Today consent.Day
	// Words is the list of words for words.yaml.
	Words []byte
}

// page is what the templates see.
type page struct {
	Site
	Given, Until, Next string
	Crons              []string
	PreviewDays        int
}

// Init writes a new site into a folder that is empty or isn't there yet, and
// returns the names of its files. The error is a *Refused when it can't.
func Init(dir string, s Site) ([]string, error) {
	if err := s.sound(); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, &Refused{dir + " can't be used (" + reason(err) + ").", "Name a folder that is empty or isn't there yet."}
	}
	// A new clone of an empty repository has a folder .git and nothing else.
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".git" })
	if len(entries) > 0 {
		return nil, &Refused{"The folder " + dir + " isn't empty, so nothing was written: it holds " + entries[0].Name() + ".", "Name a folder that is empty or isn't there yet."}
	}
	files, err := s.files()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, &Refused{dir + " can't be made (" + reason(err) + ").", "Check that you may write there."}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var names []string
	for _, f := range files {
		if err := root.MkdirAll(filepath.FromSlash(path.Dir(f.name)), 0o755); err != nil {
			return nil, cantWrite(f.name, err)
		}
		if err := writeNew(root, f.name, f.data); err != nil {
			return nil, err
		}
		names = append(names, f.name)
	}
	return names, nil
}

func (s Site) sound() error {
	if !slices.Contains(Hosts, s.Host) {
		return &Refused{"There are no workflows for “" + s.Host + "”.", "Choose one of " + strings.Join(Hosts, ", ") + "."}
	}
	if u, err := url.Parse(s.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return &Refused{"“" + s.URL + "” isn't an address that a site can have.", "Write it in full, such as https://stories.example.org/."}
	}
	if u, err := url.Parse(s.Program); s.Program != "" && (err != nil || u.Scheme != "https" || strings.ContainsAny(s.Program, " '\"$`\\")) {
		return &Refused{"“" + s.Program + "” isn't the address of a repository.", "Write it in full, such as https://github.com/example/ownwords."}
	}
	if strings.Trim(s.Version, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/") != "" || strings.HasPrefix(s.Version, "-") {
		return &Refused{"“" + s.Version + "” isn't the name of a version.", "Name a branch or tag, such as main or v1."}
	}
	return nil
}

type newFile struct {
	name string
	data []byte
}

// files makes the files of a site, in the order of their names.
func (s Site) files() ([]newFile, error) {
	p := page{Site: s, Given: s.Today.String(), Until: (s.Today.Add(consent.Duration{Count: 2, Unit: 'y'}) - 1).String(),
		Next: s.Today.Add(consent.Duration{Count: 8, Unit: 'w'}).String(), Crons: Midnights(s.Zone, s.Today), PreviewDays: 5}
	var files []newFile
	err := fs.WalkDir(siteFiles, "site", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		source, err := siteFiles.ReadFile(name)
		if err != nil {
			return err
		}
		to := strings.TrimPrefix(name, "site/")
		if inHost, ok := strings.CutPrefix(to, "hosts/"); ok {
			host, rest, _ := strings.Cut(inHost, "/")
			if host != s.Host {
				return nil
			}
			to = rest
		}
		to = strings.ReplaceAll("/"+to, "/dot-", "/.")[1:]
		t, err := template.New(name).Delims("[[", "]]").Option("missingkey=error").Funcs(template.FuncMap{"yaml": scalar, "markdown": plainText}).Parse(string(source))
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := t.Execute(&out, p); err != nil {
			return fmt.Errorf("the new file %s: %w", to, err)
		}
		files = append(files, newFile{to, out.Bytes()})
		return nil
	})
	files = append(files, newFile{"words.yaml", s.Words})
	slices.SortFunc(files, func(a, b newFile) int { return strings.Compare(a.name, b.name) })
	return files, err
}

// plainText keeps a title from being read as Markdown.
func plainText(s string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "<", "&lt;").Replace(clean(s))
}

// after is how long after midnight the daily build begins; not on the hour, when everyone's do.
const after = 17 * time.Minute

// Midnights returns when to build, as cron lines in UTC: soon after midnight in
// the zone, in winter and in summer, and once more some hours later in case the
// host dropped one of them. A run that comes too early or too often does no harm,
// because a build decides by itself which day it is in the site's zone.
func Midnights(zone *time.Location, day consent.Day) []string {
	year, _, _ := day.Date()
	first := time.Date(year, time.January, 1, 0, 0, 0, 0, zone)
	var lines []string
	add := func(t time.Time) {
		if line := fmt.Sprintf("%d %d * * *", t.Minute(), t.Hour()); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for d := range 2 * 366 { // some zones change with the moon
		add(time.Date(year, time.January, 1+d, 0, 0, 0, 0, zone).Add(after).UTC())
	}
	add(first.Add(after + 5*time.Hour + 30*time.Minute).UTC())
	return lines
}
