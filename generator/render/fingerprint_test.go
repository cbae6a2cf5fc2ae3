package render

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/markdown"
	"ownwords/generator/read"
	"ownwords/generator/weave"
)

// What a later build may take over, and what it has to make anew. That both
// come out the same as a build from nothing is warm_test.go's matter.

// rememberer is a Memory and a Sink: it takes over whatever is made of the same things.
type rememberer struct {
	mu    sync.Mutex
	made  map[string]madeOf
	kept  map[string][]byte
	files map[string]string
	anew  []string // paths of what was made anew in this round
	taken []string // paths of what was taken over
}

type madeOf struct {
	of    Fingerprint
	paths []string
}

func (m *rememberer) Write(path string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[path] = string(data)
	return nil
}

func (m *rememberer) Reuse(name string, of Fingerprint) ([]string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, known := m.made[name]
	if !known || was.of != of {
		return nil, false
	}
	m.taken = append(m.taken, was.paths...)
	return was.paths, true
}

func (m *rememberer) Made(name string, of Fingerprint, paths []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.made[name] = madeOf{of, slices.Clone(paths)}
	m.anew = append(m.anew, paths...)
}

func (m *rememberer) Kept(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return string(m.kept[name])
}

func (m *rememberer) Keep(name string, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[name] = data
}

// rendered is a site's folder that is rendered again and again with one memory.
type rendered struct {
	t      *testing.T
	dir    string
	day    consent.Day
	memory *rememberer
}

// renderedSite has four stories, the newest first: winter, bread, rent, boats.
// Bread and winter are about food. Feeds carry the text of bread alone.
func renderedSite(t *testing.T) *rendered {
	t.Helper()
	r := &rendered{t, t.TempDir(), consent.NewDay(2026, time.June, 1), &rememberer{made: map[string]madeOf{}, kept: map[string][]byte{}}}
	r.write("site.yaml", "title: A site\nurl: https://example.org/\nlanguage: en-GB\ntimezone: UTC\ncontact: Ask us.\n")
	story := func(slug, day, name, theme, place, words string) {
		r.write("content/stories/"+slug+".md", "---\ntitle: The "+slug+"\ndate: "+day+"\nname: "+name+"\nthemes: ["+theme+"]\nplace: "+place+
			"\nconsent: {given: 2026-01-01, for: [page, feeds, search]}\n---\n\n"+words+"\n")
	}
	story("winter", "2026-05-04", "Ben", "food", "Leeds", "It was cold.")
	story("bread", "2026-05-03", "Cleo", "food", "York\nfeed: full", "I baked.")
	story("rent", "2026-05-02", "Dai", "housing", "Leeds", "I paid.")
	story("boats", "2026-05-01", "Eve", "rivers", "Hull", "I sailed, while [Cleo baked](/stories/bread/).")
	r.write("content/notes/first.md", "---\ntitle: First meeting\ndate: 2026-04-01\nthemes: [housing]\n---\n\nWe talked.\n")
	r.write("content/pages/about.md", "---\ntitle: About\n---\n\nWho we are.\n")
	return r
}

func (r *rendered) write(name, text string) {
	r.t.Helper()
	name = filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rendered) edit(name, old, new string) {
	r.t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
	if err != nil || !strings.Contains(string(data), old) {
		r.t.Fatalf("nothing to change in %s: %v", name, err)
	}
	r.write(name, strings.Replace(string(data), old, new, 1))
}

// again renders the site and returns what was made anew: paths, and for the
// search index, which has many files, its folder alone.
func (r *rendered) again() []string {
	r.t.Helper()
	lib, err := read.Read(context.Background(), read.Options{Dir: r.dir})
	if err != nil {
		r.t.Fatal(err)
	}
	theme, err := LoadTheme(r.dir, lib.Site.Theme, lib.Site.Language)
	if err != nil {
		r.t.Fatal(err)
	}
	decided := gate.Decide(lib, r.day, gate.Options{})
	if len(lib.Problems) > 0 {
		r.t.Fatal(lib.Problems)
	}
	m := r.memory
	m.anew, m.taken, m.files = nil, nil, map[string]string{}
	out, err := Render(context.Background(), Options{Site: weave.Weave(decided.Cleared, theme.Word), Theme: theme, Sink: m, Memory: m, Program: "test"})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range out.Files {
		if _, written := m.files[f.Path]; !written && !slices.Contains(m.taken, f.Path) {
			r.t.Errorf("%s is told as made, but was neither written nor taken over", f.Path)
		}
	}
	anew := map[string]bool{}
	for _, p := range m.anew {
		if _, written := m.files[p]; !written {
			r.t.Errorf("%s is told as made, but wasn't written", p)
		}
		if strings.HasPrefix(p, "search/") && p != "search/index.html" {
			p = "search/"
		}
		anew[p] = true
	}
	return slices.Sorted(maps.Keys(anew))
}

// feedFilesIn lists the files in the folders of feeds.
func feedFilesIn(folders ...string) (files []string) {
	for _, f := range folders {
		files = append(files, f+"atom.xml", f+"feed.json", f+"rss.xml")
	}
	return files
}

func sorted(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return all
}

func TestWhatIsMadeAnew(t *testing.T) {
	t.Parallel()
	first := renderedSite(t).again()
	for _, name := range []string{"index.html", "stories/bread/index.html", "notes/first/index.html", "search/", "rss.xml"} {
		if !slices.Contains(first, name) {
			t.Errorf("%s isn't made of remembered things at all: %v", name, first)
		}
	}
	for _, c := range []struct {
		what   string
		change func(r *rendered)
		want   []string
	}{
		{"nothing", func(*rendered) {}, nil},
		{"the words of a story: its page, the index of words, and the feeds that carry its text, which are the site's, the stories', its theme's and its place's",
			func(r *rendered) { r.edit("content/stories/bread.md", "I baked.", "I baked bread.") },
			sorted([]string{"stories/bread/index.html", "search/"}, feedFilesIn("", "stories/", "themes/food/", "places/york/"))},
		{"the words of a story of which feeds carry no text: its page, and the index of words",
			func(r *rendered) { r.edit("content/stories/boats.md", "I sailed", "I rowed") },
			[]string{"search/", "stories/boats/index.html"}},
		{"a title: moreover the front page, the lists of stories, of its theme and its place, both lists of everything, and its two neighbours by date",
			func(r *rendered) { r.edit("content/stories/bread.md", "The bread", "The loaf") },
			sorted([]string{"stories/bread/index.html", "search/", "index.html", "stories/index.html", "themes/food/index.html", "places/york/index.html",
				"everything/index.html", "search/index.html", "stories/winter/index.html", "stories/rent/index.html"}, feedFilesIn("", "stories/", "themes/food/", "places/york/"))},
		{"a page about the site: that page, and the index of words",
			func(r *rendered) { r.edit("content/pages/about.md", "Who we are.", "Who we were.") },
			[]string{"about/index.html", "search/"}},
		{"another day, which no template shows", func(r *rendered) { r.day++ }, nil},
	} {
		r := renderedSite(t)
		r.again()
		c.change(r)
		if got := r.again(); !slices.Equal(got, c.want) {
			t.Errorf("after a change of %s\ngot  %v\nwant %v", c.what, got, c.want)
		}
		if got := r.again(); len(got) > 0 {
			t.Errorf("made anew although nothing changed since: %v", got)
		}
	}
}

// What every page shows, what a text leads to and what templates ask for count too.
func TestWhatIsMadeAnewElsewhere(t *testing.T) {
	t.Parallel()
	r := renderedSite(t)
	all := r.again()
	for _, c := range []struct {
		what   string
		change func()
		all    bool
		want   string // one of what is made anew, and …
		not    string // … of what isn't
	}{
		{"a story leaves to which another's words lead", func() { os.Remove(filepath.Join(r.dir, "content/stories/bread.md")) }, false, "stories/boats/index.html", "notes/first/index.html"},
		{"another story comes", func() {
			r.write("content/stories/loaf.md", "---\ntitle: Loaf\ndate: 2020-01-01\nname: Ada\nconsent: {given: 2026-01-01, for: [page]}\n---\n\nA loaf.\n")
		}, false, "stories/loaf/index.html", "notes/first/index.html"},
		{"the site has another name", func() { r.edit("site.yaml", "title: A site", "title: Our site") }, true, "", ""},
		{"a new page stands in the footer", func() { r.write("content/pages/help.md", "---\ntitle: Help\n---\n\nAsk.\n") }, true, "", ""},
		{"a partial of the theme changes", func() {
			r.write("themes/hearth/partials/footer.html", `{{define "footer"}}<footer>Ours.</footer>{{end}}`)
		}, true, "", ""},
		{"a story's template shows the day", func() {
			r.write("themes/hearth/layouts/story.html", `{{define "main"}}<h1>{{.Page.Title}}</h1><p>On {{.Site.Day}}.</p>{{end}}`)
		}, true, "", ""},
		{"then the day moves", func() { r.day++ }, false, "stories/rent/index.html", ""},
		{"a story's template asks for a page", func() {
			r.write("themes/hearth/layouts/story.html", `{{define "main"}}<h1>{{.Page.Title}}</h1>{{if .Site.Has "/stories/ships/"}}<p>There are ships.</p>{{end}}{{end}}`)
		}, true, "", ""},
		{"then that page comes", func() {
			r.write("content/stories/ships.md", "---\ntitle: Ships\ndate: 2019-01-01\nname: Flo\nconsent: {given: 2026-01-01, for: [page]}\n---\n\nShips.\n")
		}, false, "stories/rent/index.html", ""},
	} {
		c.change()
		got := r.again()
		switch {
		case c.all:
			for _, name := range all {
				if name != "stories/bread/index.html" && !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, "places/york/") && !slices.Contains(got, name) {
					t.Errorf("%s, and %s isn't made anew", c.what, name)
				}
			}
		case !slices.Contains(got, c.want) || slices.Contains(got, c.not):
			t.Errorf("%s: %v are made anew; %s should be among them, and %s shouldn't", c.what, got, c.want, c.not)
		}
		if got := r.again(); len(got) > 0 {
			t.Errorf("after: %s, these are made anew although nothing changed since: %v", c.what, got)
		}
	}
	// A theme that looks at what no fingerprint covers gets nothing taken over, and nothing kept.
	r.write("themes/hearth/layouts/story.html", `{{define "main"}}<h1>{{.Page.Title}}</h1><p>{{len .Site.Pages}} pages</p>{{end}}`)
	for range 2 {
		if anew := r.again(); len(anew) > 0 || len(r.memory.taken) > 0 {
			t.Errorf("%v were taken over and %v told as made, with a template that looks at all pages", r.memory.taken, anew)
		}
		if r.memory.files["stories/rent/index.html"] == "" {
			t.Error("nothing was made")
		}
	}
}

// TestSiteNeeds reads what a theme's templates look at.
func TestSiteNeeds(t *testing.T) {
	none := map[string]bool{}
	for _, c := range []struct {
		template string
		want     siteNeeds
	}{
		{`<p>{{.Page.Title}}</p>`, siteNeeds{has: none}},
		{`<p>{{.Site.Title}} {{$.Site.Base}} {{len .Site.Nav}}</p>`, siteNeeds{has: none}},
		{`<p>{{.Site.Day}}</p>`, siteNeeds{day: true, has: none}},
		{`<p>{{.Site.Day.String}}</p>`, siteNeeds{day: true, has: none}},
		{`{{range .Page.Crumbs}}<p>{{$.Site.Day}}</p>{{else}}{{end}}`, siteNeeds{day: true, has: none}},
		{`{{if .Page}}{{else}}{{with .Page.Title}}{{else}}<p>{{.Site.Day}}</p>{{end}}{{end}}`, siteNeeds{day: true, has: none}},
		{`<p>{{printf "%s" .Site.Day}}</p>`, siteNeeds{day: true, has: none}},
		{`{{if .Site.Has "/people/"}}<p>x</p>{{end}}`, siteNeeds{has: map[string]bool{"/people/": true}}},
		{`{{if and (.Site.Has "/people/") (not ($.Site.Has "/words/"))}}<p>x</p>{{end}}`, siteNeeds{has: map[string]bool{"/people/": true, "/words/": true}}},
		{`{{if .Site.Has .Page.Path}}<p>x</p>{{end}}`, siteNeeds{anything: true, has: none}},
		{`{{if "/people/" | .Site.Has}}<p>x</p>{{end}}`, siteNeeds{anything: true, has: none}},
		{`<p>{{len .Site.Pages}}</p>`, siteNeeds{anything: true, has: none}},
		{`{{with .Site.Page "/people/"}}<p>{{.Title}}</p>{{end}}`, siteNeeds{anything: true, has: none}},
		{`<p>{{call .Site.GoodUntil}}</p>`, siteNeeds{anything: true, has: none}},
		{`<p>{{.Site.Zone}}</p>`, siteNeeds{anything: true, has: none}},
		{`{{with .Site}}<p>{{.Day}}</p>{{end}}`, siteNeeds{anything: true, has: none}},
		{`{{with $s := .Site}}<p>{{$s.Pages}}</p>{{end}}`, siteNeeds{anything: true, has: none}},
		{`<p>{{(.Site).Day}}</p>`, siteNeeds{anything: true, has: none}},
		{`<p>{{template "mine" .Site}}</p>`, siteNeeds{anything: true, has: none}},
		{`<p>{{printf "%v" .Site}}</p>`, siteNeeds{anything: true, has: none}},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"layouts/base.html": `<!doctype html><title>x</title>{{template "main" .}}`, "layouts/story.html": `{{define "main"}}` + c.template + `{{end}}`,
			"partials/mine.html": `{{define "mine"}}<p>y</p>{{end}}`, "partials/header.html": `{{define "header"}}{{end}}`, "partials/footer.html": `{{define "footer"}}{{end}}`} {
			name = filepath.Join(dir, "themes/mine", name)
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		theme, err := LoadTheme(dir, "mine", "en-GB")
		if err != nil {
			t.Fatal(c.template, err)
		}
		if got := theme.siteNeeds(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.template, got, c.want)
		}
	}
}

// TestHearthIsCheap: the built-in theme looks at nothing for which every page would have to be made anew.
func TestHearthIsCheap(t *testing.T) {
	theme, err := LoadTheme(t.TempDir(), "hearth", "en-GB")
	if err != nil {
		t.Fatal(err)
	}
	if needs := theme.siteNeeds(); needs.anything || needs.day || !needs.has["/people/"] {
		t.Errorf("%+v", needs)
	}
}

// fingerprinted are the types that files are made of.
var fingerprinted = []any{&weave.Page{}, &weave.Feed{}, &weave.Calendar{}, &[]weave.SearchEntry{}, &SocialImage{}, &weave.Site{}}

// TestFingerprintsCoverEveryType walks through whatever a template can see.
func TestFingerprintsCoverEveryType(t *testing.T) {
	seen := map[reflect.Type]bool{}
	for _, v := range fingerprinted {
		if site, whole := v.(*weave.Site); whole { // of the site, the fields that are covered
			for _, name := range siteFields {
				field, there := reflect.TypeOf(site).Elem().FieldByName(name)
				if !there {
					t.Fatalf("the site has no %s", name)
				}
				for _, wrong := range uncovered(field.Type, "Site."+name, seen) {
					t.Error(wrong)
				}
			}
			continue
		}
		for _, wrong := range uncovered(reflect.TypeOf(v), reflect.TypeOf(v).Elem().String(), seen) {
			t.Error(wrong)
		}
	}
	for _, want := range []reflect.Type{reflect.TypeFor[weave.Card](), reflect.TypeFor[gate.Medium](), reflect.TypeFor[gate.Story](), reflect.TypeFor[consent.Day](), reflect.TypeFor[weave.Entry]()} {
		if !seen[want] {
			t.Errorf("the walk doesn't come by a %s", want)
		}
	}
}

type hidden struct{ Word string }

// TestFingerprintsCoverEveryTypeCatch proves that the walk above can fail, and
// shows what a fingerprint does with such a type: it is refused, not left out.
func TestFingerprintsCoverEveryTypeCatch(t *testing.T) {
	type withMap struct{ Words map[string]string }
	for _, c := range []struct {
		value   any
		want    string
		refused bool
	}{
		{&withMap{}, "x.Words: no fingerprint covers a map[string]string that a template can see", true},
		{&struct{ Any any }{}, "x.Any: no fingerprint covers a interface {} that a template can see", true},
		{&struct{ Share float64 }{}, "x.Share: no fingerprint covers a float64 that a template can see", true},
		{&struct{ Ask func() string }{}, "x.Ask: no fingerprint covers a func() string that a template can see", true},
		{&struct{ List []*withMap }{List: []*withMap{{}}}, "x.List.Words: no fingerprint covers a map[string]string that a template can see", true},
		{&struct{ At time.Time }{}, "x.At: a time.Time shows nothing of itself but by its methods", false},
		{&struct{ hidden }{}, "x.hidden: a template sees the fields of this embedded type, and no fingerprint does", false},
	} {
		if got := uncovered(reflect.TypeOf(c.value), "x", map[reflect.Type]bool{}); !slices.Equal(got, []string{c.want}) {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if refused := refuses(func() { prints().of(c.value) }); (refused != "") != c.refused {
			t.Errorf("%T: %q", c.value, refused)
		}
	}
}

// uncovered lists what no fingerprint covers of what a template can see of a type.
func uncovered(t reflect.Type, at string, seen map[reflect.Type]bool) (wrong []string) {
	if seen[t] {
		return nil
	}
	seen[t] = true
	if refused := refuses(func() { newWay(t) }); refused != "" {
		return []string{at + ": " + refused}
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return uncovered(t.Elem(), at, seen)
	case reflect.Struct:
		if t == reflect.TypeFor[markdown.Body]() {
			return nil // covered by its digest, whole
		}
		visible := 0
		for i := range t.NumField() {
			f := t.Field(i)
			switch {
			case f.IsExported():
				visible++
				wrong = append(wrong, uncovered(f.Type, at+"."+f.Name, seen)...)
			case f.Anonymous:
				visible++
				wrong = append(wrong, at+"."+f.Name+": a template sees the fields of this embedded type, and no fingerprint does")
			}
		}
		if visible == 0 {
			wrong = append(wrong, fmt.Sprintf("%s: a %s shows nothing of itself but by its methods", at, t))
		}
	}
	return wrong
}

func refuses(f func()) (why string) {
	defer func() {
		if p := recover(); p != nil {
			why = fmt.Sprint(p)
		}
	}()
	f()
	return ""
}

// prints makes fingerprints for a site of which nothing else is known.
func prints() *fingerprints {
	r := &renderer{Options: Options{Site: &weave.Site{Base: "/", Cards: 1}, Theme: &Theme{}}}
	return newFingerprints(r, "test")
}

// TestEveryFieldCounts changes each field of what files are made of, one by one:
// every change is another fingerprint. Values are filled by their types, so that
// a field that is added tomorrow is tried as well.
func TestEveryFieldCounts(t *testing.T) {
	tried := map[string]bool{}
	for _, v := range append(slices.Clone(fingerprinted), &weave.Card{}, &gate.Medium{}) {
		whole := reflect.ValueOf(v).Elem()
		name := whole.Type().String()
		if name == "weave.Site" {
			continue // see TestWhatEveryPageShowsCounts
		}
		fill(whole)
		before := prints().of(v)
		if prints().of(v) != before {
			t.Fatalf("the same %s has two fingerprints", name)
		}
		eachField(whole, name, func(at string, field reflect.Value) {
			tried[at] = true
			old := reflect.ValueOf(field.Interface())
			for _, other := range others(field) {
				field.Set(other)
				if prints().of(v) == before {
					t.Errorf("%s may become %v instead of %v, and the fingerprint is the same", at, other, old)
				}
				field.Set(old)
			}
		})
		if prints().of(v) != before {
			t.Fatalf("%s wasn't put back", name)
		}
	}
	for _, at := range []string{"weave.Page.Title", "weave.Page.Items", "weave.Page.Shown.Story.Story.Content.Title", "weave.Page.Shown.Story.Body.Body", "weave.Page.Shown.Note.Upcoming.Meeting.Date.Year", "weave.Card.Intro", "gate.Medium.Alt",
		"weave.Page.Shown.Home.Stories", "weave.Feed.Entries.Points.URL", "weave.Calendar.Events.Day"} {
		if !tried[at] {
			t.Errorf("%s wasn't tried", at)
		}
	}
}

// TestFieldsDontRunTogether: what moves from one field into the next is another page.
func TestFieldsDontRunTogether(t *testing.T) {
	for _, c := range [][2]*weave.Page{
		{{Title: "ab", Lang: "c"}, {Title: "a", Lang: "bc"}},
		{{Items: []string{"ab"}}, {Items: []string{"a", "b"}}},
		{{Items: []string{"a"}}, {Shown: &weave.Shown{Scripts: []string{"a"}}}},
		{{Shown: &weave.Shown{Home: &weave.Home{}}}, {Shown: &weave.Shown{List: &weave.List{}}}},
	} {
		if f := prints(); f.of(c[0]) == f.of(c[1]) {
			t.Errorf("%+v and %+v have the same fingerprint", c[0], c[1])
		}
	}
}

// TestWhatEveryPageShowsCounts: the fields of the site that templates may look
// at, the pages they ask for, the program, and the finished header and footer.
func TestWhatEveryPageShowsCounts(t *testing.T) {
	page := &weave.Page{Title: "A page"}
	of := func(r *renderer, program string) Fingerprint { return newFingerprints(r, program).of(page) }
	site := &weave.Site{}
	r := &renderer{Options: Options{Site: site, Theme: &Theme{Fingerprint: "a"}}, headers: nil, footer: "foot"}
	before := of(r, "test")
	for _, name := range siteFields {
		field := reflect.ValueOf(site).Elem().FieldByName(name)
		old := reflect.ValueOf(field.Interface())
		fill(field)
		if of(r, "test") == before {
			t.Errorf("Site.%s doesn't count", name)
		}
		field.Set(old)
	}
	if of(r, "another") == before {
		t.Error("the program doesn't count")
	}
	r.Theme = &Theme{Fingerprint: "b"}
	if of(r, "test") == before {
		t.Error("the theme doesn't count")
	}
	r.Theme, r.footer = &Theme{Fingerprint: "a"}, "another foot"
	if of(r, "test") == before {
		t.Error("the footer doesn't count")
	}
	r.footer = "foot"
	if site.Zone = london(t); of(r, "test") == before {
		t.Error("the time zone doesn't count")
	}
	site.Zone = nil
	if of(r, "test") != before {
		t.Error("something wasn't put back")
	}
}

var (
	someWords, otherWords = compiled("Some words."), compiled("Other words.")
	bodyType              = reflect.TypeFor[*markdown.Body]()
	cardType              = reflect.TypeFor[*weave.Card]()
)

func compiled(source string) *markdown.Body {
	body, _ := markdown.Compile([]byte(source), markdown.Options{File: "x.md"})
	return body
}

// fill puts something into every field of a value. Cards inside stay empty: they
// are known by their index, and tried on their own.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("words")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(3)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Pointer:
		if v.Type() == bodyType {
			v.Set(reflect.ValueOf(someWords))
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		if v.Type() != cardType {
			fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	}
}

// eachField calls f for every field below a value that can be changed by itself.
func eachField(v reflect.Value, at string, f func(at string, field reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachField(v.Field(i), at+"."+v.Type().Field(i).Name, f)
			}
		}
	case reflect.Pointer:
		f(at, v)
		if v.Type() != bodyType && v.Type() != cardType {
			eachField(v.Elem(), at, f)
		}
	case reflect.Slice:
		f(at, v)
		eachField(v.Index(0), at, f)
	default:
		f(at, v)
	}
}

// others are values that a field could have instead.
func others(v reflect.Value) (list []reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		for _, words := range []string{"", "word", "words ", "Words"} {
			list = append(list, reflect.ValueOf(words).Convert(v.Type()))
		}
	case reflect.Bool:
		list = append(list, reflect.ValueOf(!v.Bool()).Convert(v.Type()))
	case reflect.Slice:
		list = append(list, reflect.Zero(v.Type()), reflect.AppendSlice(v, v))
	case reflect.Pointer:
		list = append(list, reflect.Zero(v.Type()))
		if v.Type() == bodyType {
			list = append(list, reflect.ValueOf(otherWords))
		}
	default:
		list = append(list, reflect.Zero(v.Type()), reflect.ValueOf(4).Convert(v.Type()))
	}
	return list
}
