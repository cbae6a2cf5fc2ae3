package access_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"ownwords/generator"
	"ownwords/generator/access"
	"ownwords/generator/consent"
)

// A subject is a finished site that the checks are run on.
type subject struct {
	name string
	dir  string
}

func (s subject) files() fs.FS { return os.DirFS(s.dir) }

// named gives the files with one base name, wherever they lie, as paths with forward slashes.
func (s subject) named(t testing.TB, base string) []string {
	t.Helper()
	return s.matching(t, func(name string) bool { return path.Base(name) == base })
}

func (s subject) matching(t testing.TB, want func(string) bool) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(s.files(), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && want(name) {
			found = append(found, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// subjects are the sites under test: the small good one, which shows that the checks can pass, and the example site.
func subjects(t testing.TB) []subject {
	t.Helper()
	return []subject{{"good", "testdata/good"}, exampleSite(t)}
}

// exampleSite is the repository's own site, built once for all tests.
func exampleSite(t testing.TB) subject {
	t.Helper()
	dir, err := example()
	if err != nil {
		t.Fatalf("the example site can't be built: %v", err)
	}
	return subject{"example", dir}
}

// exampleDay is the day that the example site is built for. On it, its pages show all that they can show.
var exampleDay = consent.NewDay(2026, time.November, 22)

// scratch holds what tests share; TestMain removes it.
var scratch string

var example = sync.OnceValues(func() (string, error) {
	out := filepath.Join(scratch, "example")
	return out, build(out, "")
})

func build(out, address string) error {
	_, err := generator.Build(context.Background(), generator.Options{Site: filepath.Join("..", ".."), Out: out, At: &exampleDay, URL: address})
	return err
}

func TestMain(m *testing.M) {
	code := 1
	dir, err := os.MkdirTemp("", "ownwords-access-")
	if err == nil {
		scratch = dir
		code = m.Run()
		if chromium != nil {
			chromium.close()
		}
		err = os.RemoveAll(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func TestExampleSite(t *testing.T) {
	for _, f := range access.Check(exampleSite(t).files()) {
		t.Error(f)
	}
}

// A network of many years: its lists are parted into pages, which the example site is too small for.
func TestBigNetwork(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"site.yaml": "title: A valley\nurl: https://valley.example/\nlanguage: en-GB\ntimezone: Europe/London\n"}
	for i := range 1030 {
		files[fmt.Sprintf("content/notes/meeting-%d.md", i)] = fmt.Sprintf("---\ntitle: Meeting %d\ndate: %d-03-%02d\nthemes: [Hearing, Money for repairs]\nsummary:\n  - Point %d\n---\nWords of meeting %d.\n", i, 2020+i%3, 1+i%28, i, i)
	}
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	site := subject{"big network", filepath.Join(dir, "public")}
	if r, err := generator.Build(context.Background(), generator.Options{Site: dir, At: &exampleDay}); err != nil || len(r.Problems) > 0 {
		t.Fatal(err, r)
	}
	for _, f := range access.Check(site.files()) {
		t.Error(f)
	}
	const most = 60_000 // bytes; what an old phone shows in a second or two
	for _, name := range site.named(t, "index.html") {
		if size := len(read(t, site, name)); size > most {
			t.Errorf("%s has %d bytes", name, size)
		}
	}
	for _, name := range []string{"learning/2021/index.html", "learning/themes/money-for-repairs/page/18/index.html", "notes/page/52/index.html", "everything/notes/page/4/index.html"} {
		if len(read(t, site, name)) == 0 {
			t.Errorf("%s is empty", name)
		}
	}
}

// The same site must work under a path, with every link and feed.
func TestExampleSiteUnderAPath(t *testing.T) {
	site := subject{"example under a path", filepath.Join(t.TempDir(), "told")}
	if err := build(site.dir, "https://example.org/told/"); err != nil {
		t.Fatal(err)
	}
	for _, f := range access.Check(site.files()) {
		t.Error(f)
	}
	if base := site.base(t); base != "/told/" {
		t.Errorf("the home page says that the site lives at %q", base)
	}
	for _, name := range someFeeds(t, site, "rss.xml") {
		feed := string(read(t, site, name))
		for _, f := range access.CheckRSS([]byte(feed)) {
			t.Errorf("%s: %s", name, f)
		}
		if strings.Contains(feed, "stories.example.org") {
			t.Errorf("%s still holds the address from site.yaml", name)
		}
	}
	for _, fault := range listFaults(string(read(t, site, "sitemap.xml")), string(read(t, site, "opml.xml")), site.has) {
		t.Error(fault)
	}
}

// Stories, notes and lists can be read without script, and so carry none; only searching and sharing use it.
func TestOnlySearchAndShareCarryScript(t *testing.T) {
	for _, site := range subjects(t) {
		for _, name := range scripted(t, site) {
			if name != "search/index.html" && name != "share/index.html" {
				t.Errorf("%s: %s carries script", site.name, name)
			}
		}
	}
	if got := scripted(t, subject{"good", "testdata/good"}); !slices.Equal(got, []string{"search/index.html"}) {
		t.Errorf("the good site's search has a script, and nothing else has; got %q", got)
	}
}

func scripted(t *testing.T, site subject) []string {
	t.Helper()
	var found []string
	for _, name := range site.matching(t, func(name string) bool { return path.Ext(name) == ".html" }) {
		for n := range site.parse(t, name).Descendants() {
			if n.Type == html.ElementNode && n.Data == "script" {
				found = append(found, name)
				break
			}
		}
	}
	return found
}

// lightest is what the first view of a story may weigh on the wire, HTML and CSS, compressed: as much as a server
// sends before it first waits for an answer.
const lightest = 14 * 1024

func TestFirstViewIsLight(t *testing.T) {
	for _, site := range subjects(t) {
		heaviest, most := "", 0
		for _, name := range site.matching(t, func(name string) bool { return strings.HasPrefix(name, "stories/") && path.Base(name) == "index.html" }) {
			weight := firstView(t, site, site.parse(t, name), read(t, site, name))
			if weight > most {
				heaviest, most = name, weight
			}
			if weight > lightest {
				t.Errorf("%s: the first view of %s weighs %d bytes, more than %d", site.name, name, weight, lightest)
			}
		}
		t.Logf("%s: the heaviest first view is that of %s, %d bytes", site.name, heaviest, most)
	}
	good := subject{"good", "testdata/good"}
	page := read(t, good, story)
	var noise strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&noise, "%x ", i*i*i)
	}
	heavy := bytes.Replace(page, []byte("</main>"), []byte(noise.String()+"</main>"), 1)
	if weight := firstView(t, good, good.parse(t, story), heavy); weight <= lightest {
		t.Errorf("a page with %d bytes of noise weighs only %d", noise.Len(), weight)
	}
}

func firstView(t *testing.T, site subject, doc *html.Node, page []byte) int {
	t.Helper()
	weight := compressed(t, page)
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "link" && attribute(n, "rel") == "stylesheet" {
			href := strings.TrimPrefix(attribute(n, "href"), site.base(t))
			weight += compressed(t, read(t, site, href))
		}
	}
	return weight
}

func compressed(t *testing.T, data []byte) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// base is the path that the site's addresses begin with, from the canonical link of its home page.
func (s subject) base(t testing.TB) string {
	t.Helper()
	doc := s.parse(t, "index.html")
	for n := range doc.Descendants() {
		if n.Data == "link" && attribute(n, "rel") == "canonical" {
			u, err := url.Parse(attribute(n, "href"))
			if err != nil {
				t.Fatal(err)
			}
			return u.Path
		}
	}
	t.Fatalf("%s: the home page has no canonical link", s.name)
	return ""
}

func (s subject) parse(t testing.TB, name string) *html.Node {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(read(t, s, name)))
	if err != nil {
		t.Fatalf("%s: %s: %v", s.name, name, err)
	}
	return doc
}

// kinds picks pages to measure in a browser: at least one of every kind by its place in the folders, and then as many
// as it takes for every element, class, role, input type and language that stands anywhere on the site to be seen.
// Those that show the most come first. Pages that only lead to another one are left out, for a browser leaves them at once.
func (s subject) kinds(t testing.TB) []string {
	t.Helper()
	traits := map[string]map[string]bool{}
	var names []string
	for _, name := range s.matching(t, func(name string) bool { return path.Ext(name) == ".html" }) {
		has := map[string]bool{"place " + place(name): true}
		onward := false
		for n := range s.parse(t, name).Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			onward = onward || n.Data == "meta" && strings.EqualFold(attribute(n, "http-equiv"), "refresh")
			has["element "+n.Data] = true
			for class := range strings.FieldsSeq(attribute(n, "class")) {
				has["class "+n.Data+"."+class] = true
			}
			for _, key := range []string{"role", "type", "lang", "dir"} {
				if v := attribute(n, key); v != "" {
					has[key+" "+v] = true
				}
			}
		}
		if !onward {
			traits[name] = has
			names = append(names, name)
		}
	}
	var picked []string
	covered := map[string]bool{}
	for {
		best, gain := "", 0
		for _, name := range names {
			fresh := 0
			for trait := range traits[name] {
				if !covered[trait] {
					fresh++
				}
			}
			if fresh > gain {
				best, gain = name, fresh
			}
		}
		if gain == 0 {
			break
		}
		picked = append(picked, best)
		maps.Copy(covered, traits[best])
	}
	if len(picked) == 0 {
		t.Fatalf("%s: there are no pages", s.name)
	}
	return picked
}

// place tells a page's kind by where it lies: what stands directly below the root is a kind of its own, unless it is
// one of the site's plain pages, and deeper down all neighbours are of one kind.
func place(name string) string {
	parts := strings.Split(name, "/")
	switch parts[0] {
	case "about", "accessibility", "consent", "guides", "privacy":
		return "page"
	}
	for i := 1; i < len(parts)-1; i++ {
		if !(i == 1 && parts[1] == "page") {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

// guideHeaders gives the headers that the guide for keepers recommends to hosts, as it writes them for a file _headers.
func guideHeaders(t testing.TB) map[string]string {
	t.Helper()
	guide, err := os.ReadFile(filepath.Join("..", "..", "content", "pages", "guides", "keepers.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(guide), "```\n/*\n")
	block, _, closed := strings.Cut(block, "```")
	headers := map[string]string{}
	for line := range strings.Lines(block) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		headers[name] = value
	}
	if !found || !closed || headers["Content-Security-Policy"] == "" {
		t.Fatalf("the guide for keepers has no headers for hosts; read %q", headers)
	}
	return headers
}

// The guide's headers are the same for every host, and allow nothing that a page itself doesn't.
func TestGuideHeadersAgree(t *testing.T) {
	headers := guideHeaders(t)
	guide, err := os.ReadFile(filepath.Join("..", "..", "content", "pages", "guides", "keepers.md"))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		if got := strings.Count(string(guide), value); got < 3 {
			t.Errorf("%s: %s stands %d times in the guide, and not for each of three hosts", name, value, got)
		}
	}
	site := exampleSite(t)
	allowed := map[string]bool{"frame-ancestors 'none'": true} // which a page can't say itself
	for n := range site.parse(t, "search/index.html").Descendants() {
		if n.Data == "meta" && attribute(n, "http-equiv") == "Content-Security-Policy" {
			for directive := range strings.SplitSeq(attribute(n, "content"), ";") {
				allowed[strings.TrimSpace(directive)] = true
			}
		}
	}
	said := 0
	for directive := range strings.SplitSeq(headers["Content-Security-Policy"], ";") {
		said++
		if !allowed[strings.TrimSpace(directive)] {
			t.Errorf("the guide's policy says %q, and the page with the most freedom doesn't", directive)
		}
	}
	if said != len(allowed) {
		t.Errorf("the guide's policy has %d directives, and the page with the most freedom %d", said, len(allowed))
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
