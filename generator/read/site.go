package read

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"ownwords/generator/consent"
	"ownwords/generator/report"
)

// SiteFile is site.yaml as written (spec, "site.yaml").
type SiteFile struct {
	Title       Text            `yaml:"title,required" doc:"The site's name."`
	URL         Text            `yaml:"url,required" doc:"The site's address; it may have a path."`
	Description Text            `yaml:"description" doc:"What the site is, in a sentence."`
	Language    Text            `yaml:"language" doc:"The site's language as a BCP 47 tag, such as en-GB."`
	Timezone    Text            `yaml:"timezone,required" doc:"The IANA time zone in which days begin, such as Europe/London."`
	Theme       Text            `yaml:"theme" doc:"The theme; the built-in one is hearth."`
	Repository  Text            `yaml:"repository" doc:"Where the files are kept, for the share and suggest-a-change links."`
	Branch      Text            `yaml:"branch" doc:"The branch that is published."`
	Contact     Text            `yaml:"contact" doc:"How to reach the keepers; shown on every page."`
	Consent     SiteConsent     `yaml:"consent" doc:"Limits on every consent."`
	People      Text            `yaml:"people" doc:"The folder of the people's files; may lie outside the site."`
	Keep        []Text          `yaml:"keep" doc:"Names in public/ that builds leave alone."`
	Files       map[string]Text `yaml:"files" doc:"The site's own files, by their place in public/."`
}

// SiteConsent holds the site's limits on consents.
type SiteConsent struct {
	Lasts     Length `yaml:"lasts" doc:"How long a consent without until lasts."`
	AtMost    Length `yaml:"at_most" doc:"No consent runs longer than this after given."`
	Warn      Length `yaml:"warn" doc:"How far ahead consent upcoming looks."`
	Unnamed   Text   `yaml:"unnamed" doc:"Stands in notes for a person who isn't named."`
	Recall    Length `yaml:"recall" doc:"How long feeds carry the neutral notice for an item that left."`
	Confirmed Text   `yaml:"confirmed" doc:"Who confirmed that lasts or at_most became longer."`
}

// Site is what site.yaml says, read and checked.
type Site struct {
	// Dir is the site's folder on disk.
	Dir string
	// URL ends with a slash; Base is its path, which also does ("/" mostly).
	URL, Base   string
	Title       string
	Description string
	Language    string
	Zone        *time.Location
	Theme       string
	Repository  string
	Branch      string
	Contact     string
	Terms       consent.Terms
	// Confirmed says who confirmed that the terms became longer; LastsAt and AtMostAt are where they stand.
	Confirmed         string
	LastsAt, AtMostAt report.Place
	Warn              consent.Duration
	Recall            consent.Duration
	Unnamed           string
	// PeopleDir is the people's folder as written, relative to Dir; PeopleOutside says that it lies outside the site.
	PeopleDir     string
	PeopleOutside bool
	peopleAt      report.Place // where site.yaml names the folder
	Keep          []string
	// Files maps a place in public/ to a path on disk.
	Files map[string]string
}

// siteDefaults are the values of the spec where site.yaml is silent.
func siteDefaults() *Site {
	return &Site{Language: "en", Theme: "hearth", Branch: "main", Unnamed: "someone", PeopleDir: "content/people",
		Terms: consent.Terms{Lasts: consent.Duration{Count: 2, Unit: 'y'}, AtMost: consent.Duration{Count: 5, Unit: 'y'}},
		Warn:  consent.Duration{Count: 60, Unit: 'd'}, Recall: consent.Duration{Count: 90, Unit: 'd'}}
}

// readSite reads site.yaml. Any problem in it stops the build (spec: exit 2).
func readSite(dir, urlOverride string) (*Site, []report.Problem) {
	d := &decoder{file: "site.yaml", firstLine: 1}
	whole := report.Place{}
	data, err := os.ReadFile(filepath.Join(dir, "site.yaml"))
	if err != nil {
		d.problem("no-site", whole, "There is no site.yaml that can be read in this folder.", "Run ownwords in the site's folder, name it with --site, or make a new site with “ownwords init”.")
		return nil, d.problems
	}
	var f SiteFile
	data = []byte(strings.ReplaceAll(strings.TrimPrefix(string(data), "\ufeff"), "\r\n", "\n"))
	d.document(data, &f)
	s := siteDefaults()
	s.Dir = dir
	set := func(into *string, t Text) {
		if t.S != "" {
			*into = t.S
		}
	}
	set(&s.Title, f.Title)
	set(&s.Description, f.Description)
	set(&s.Language, f.Language)
	set(&s.Theme, f.Theme)
	set(&s.Repository, f.Repository)
	set(&s.Branch, f.Branch)
	set(&s.Contact, f.Contact)
	set(&s.Unnamed, f.Consent.Unnamed)
	set(&s.Confirmed, f.Consent.Confirmed)
	s.LastsAt, s.AtMostAt = f.Consent.Lasts.At, f.Consent.AtMost.At
	set(&s.PeopleDir, f.People)
	for _, l := range []struct {
		into *consent.Duration
		from Length
	}{{&s.Terms.Lasts, f.Consent.Lasts}, {&s.Terms.AtMost, f.Consent.AtMost}, {&s.Warn, f.Consent.Warn}, {&s.Recall, f.Consent.Recall}} {
		if !l.from.D.IsZero() {
			*l.into = l.from.D
		}
	}
	address := f.URL
	if urlOverride != "" {
		address.S = urlOverride
	}
	if u, err := url.Parse(address.S); err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		if address.S != "" {
			d.problem("wrong-url", address.At, "“url” isn't an address that a site can have.", "Write it in full, such as https://stories.example.org/ or https://example.org/stories/.")
		}
	} else {
		u.Path = strings.TrimSuffix(path.Clean("/"+u.Path), "/") + "/"
		s.URL, s.Base = u.String(), u.EscapedPath()
	}
	if _, err := language.Parse(s.Language); err != nil {
		d.problem("wrong-language", f.Language.At, "“language” isn't a language tag that is known.", "Write the short name of the language, such as en-GB, so or pl (a BCP 47 tag).")
	}
	if f.Timezone.S != "" {
		zone, err := time.LoadLocation(f.Timezone.S)
		if err != nil || strings.EqualFold(f.Timezone.S, "local") {
			d.problem("wrong-timezone", f.Timezone.At, "“timezone” isn't a time zone that is known.", "Write an IANA name such as Europe/London; without it nobody can say when a day ends.")
		}
		s.Zone = zone
	}
	if s.Repository != "" {
		if u, err := url.Parse(s.Repository); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			d.problem("wrong-url", f.Repository.At, "“repository” isn't a web address.", "Write it in full, such as https://github.com/example/stories.")
		}
		s.Repository = strings.TrimSuffix(s.Repository, "/")
	}
	if !IsSlug(s.Theme) {
		d.problem("wrong-value", f.Theme.At, "“theme” isn't the name of a theme.", "Write the name of a folder in themes/, or hearth.")
	}
	for _, k := range f.Keep {
		if k.S == "" || strings.ContainsAny(k.S, "/\\") || k.S == "." || k.S == ".." {
			d.problem("wrong-value", k.At, "“keep” takes names that stand directly in public/, without slashes.", "Write for example “keep: [.git]”.")
		}
		s.Keep = append(s.Keep, k.S)
	}
	d.siteFiles(f, s)
	clean := filepath.ToSlash(filepath.Clean(s.PeopleDir))
	s.PeopleOutside = filepath.IsAbs(s.PeopleDir) || clean == ".." || strings.HasPrefix(clean, "../")
	s.PeopleDir = clean
	s.peopleAt = f.People.At
	if len(d.problems) > 0 && slices.ContainsFunc(d.problems, func(p report.Problem) bool { return p.Severity == report.Error }) {
		return nil, d.problems
	}
	return s, d.problems
}

// people returns the people's folder on disk.
func (s *Site) people() string {
	dir := filepath.FromSlash(s.PeopleDir)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(s.Dir, dir)
	}
	return dir
}

// peopleMissing tells that the people's folder which site.yaml names isn't
// there. The whole build stops then: whose names to look for isn't known, so no
// site could be safe.
func (s *Site) peopleMissing() []report.Problem {
	if info, err := os.Stat(s.people()); s.peopleAt.Line == 0 || err == nil && info.IsDir() {
		return nil
	}
	return []report.Problem{{Code: "no-people", Severity: report.Error, File: "site.yaml", Line: int(s.peopleAt.Line), Column: int(s.peopleAt.Column),
		Message: "The folder named under “people” isn't there, so nobody's consent can be known, nor whose names to look for.",
		Help:    "Check its path, which is counted from the site's folder; if it is kept somewhere else, put it in place before each build. If there is nobody in it yet, make an empty folder."}}
}

// siteFiles checks the site's own files.
func (d *decoder) siteFiles(f SiteFile, s *Site) {
	s.Files = map[string]string{}
	for place, from := range f.Files {
		if place != path.Clean(place) || path.IsAbs(place) || strings.HasPrefix(place, "..") || strings.Contains(place, "\\") || place == "." {
			d.problem("wrong-value", from.At, "A place under “files” isn't a path inside public/.", "Write it without a slash at the start, such as “CNAME” or “.well-known/security.txt”.")
			continue
		}
		if madeBySite(place) {
			d.problem("place-taken", from.At, "The place “"+place+"” under “files” is one at which each build writes a file of its own.", "Give the file another place. What builds write can be changed in the theme.")
			continue
		}
		if under := placeUnder(f.Files, place); under != "" {
			d.problem("place-taken", from.At, "The place “"+place+"” under “files” lies inside “"+under+"”, which is a file too.", "Give one of the two another place.")
			continue
		}
		source := filepath.Join(s.Dir, filepath.FromSlash(from.S))
		rel, err := filepath.Rel(s.Dir, source)
		info, statErr := os.Lstat(source)
		if err != nil || strings.HasPrefix(rel, "..") || statErr != nil || !info.Mode().IsRegular() {
			d.problem("no-file", from.At, "A file named under “files” isn't there, or isn't a plain file inside the site's folder.", "Check its path; it is counted from the site's folder.")
			continue
		}
		s.Files[place] = source
	}
}

// madeBySite reports whether each site has a file or folder of its own at a place in public/.
func madeBySite(place string) bool {
	first, _, nested := strings.Cut(place, "/")
	stem, _, _ := strings.Cut(first, ".")
	base := path.Base(place)
	own := slices.Contains([]string{"index.html", "404.html", "rss.xml", "atom.xml", "feed.json", "podcast.xml", "meetings.ics", "opml.xml", "sitemap.xml", "robots.txt", "build.json"}, base)
	return slices.Contains(reservedAddresses, stem) && (own || !nested && first == stem)
}

// placeUnder returns another place that would have to be a folder for this one.
func placeUnder(places map[string]Text, place string) string {
	for dir := path.Dir(place); dir != "."; dir = path.Dir(dir) {
		if _, taken := places[dir]; taken {
			return dir
		}
	}
	return ""
}

// IsSlug reports whether s may be an ID or slug: a-z, 0-9 and hyphens.
func IsSlug(s string) bool {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') {
			return false
		}
	}
	return s != ""
}
