package schema

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"ownwords/generator/read"
)

// root is the example site.
const root = "../.."

// compiled returns the schemas as a validator reads them, which also checks
// each against the schema of JSON Schema itself.
func compiled(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*jsonschema.Schema{}
	c := jsonschema.NewCompiler()
	for name, data := range files {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := c.AddResource(name, doc); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s, err := c.Compile(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[strings.TrimSuffix(name, ".schema.json")] = s
	}
	return out
}

// value turns YAML into what a validator of JSON takes, as editors do: dates are text.
func value(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.DocumentNode:
		return value(t, n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = value(t, c)
		}
		return list
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true"
	case "!!int":
		if i, err := strconv.Atoi(n.Value); err == nil {
			return i
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	}
	return n.Value
}

func parse(t *testing.T, source string) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal([]byte(source), &n); err != nil {
		t.Fatal(err)
	}
	return value(t, &n)
}

// header returns the front matter of a file.
func header(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), "---\n")
	h, _, _ := strings.Cut(rest, "\n---\n")
	return h
}

// TestExampleSite checks every file of the example site that has front matter.
func TestExampleSite(t *testing.T) {
	schemas := compiled(t)
	site, err := os.ReadFile(filepath.Join(root, "site.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := schemas["site"].Validate(parse(t, string(site))); err != nil {
		t.Errorf("site.yaml: %v", err)
	}
	checked := map[read.Kind]int{}
	for _, k := range read.Kinds {
		dir := filepath.Join(root, "content", k.Folder())
		err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(p) != ".md" {
				return err
			}
			rel, _ := filepath.Rel(dir, p)
			if k != read.PageKind && strings.Contains(filepath.ToSlash(rel), "/") && d.Name() != "index.md" {
				return nil // a text beside a story
			}
			checked[k]++
			if err := schemas[string(k)].Validate(parse(t, header(t, p))); err != nil {
				t.Errorf("%s: %v", p, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if checked[k] == 0 {
			t.Errorf("the example site has no %s, so nothing was checked", k)
		}
	}
}

// TestBroken checks that each kind of mistake is caught, and only by what it breaks.
func TestBroken(t *testing.T) {
	const story = "title: T\nname: N\nconsent: {given: 2026-05-02, for: [page]}\n"
	schemas := compiled(t)
	for _, c := range []struct{ kind, good, bad string }{
		{"story", story, "name: N\nconsent: {given: 2026-05-02, for: [page]}"},
		{"story", story, "title: T\nname: N"},
		{"story", story, "title: T\nconsent: {given: 2026-05-02, for: [page]}"},
		{"story", story + "intro: x", story + "by: n"},
		{"story", story + "layout: poem", story + "layout: sonnet"},
		{"story", story + "feed: none", story + "feeds: none"},
		{"story", story + "with: [a]", story + "with: a"},
		{"story", story + "draft: true", story + "draft: perhaps"},
		{"story", story + "date: 2026", story + "date: 2026-13"},
		{"story", story + "date: 2026-05", story + "date: May 2026"},
		{"story", story + "media: [{file: a.jpg, alt: A, people: []}]", story + "media: [{file: a.jpg, alt: A}]"},
		{"story", story + "media: [{file: a.jpg, decorative: true, people: []}]", story + "media: [{file: a.jpg, people: []}]"},
		{"story", story + "media: [{file: a.mp3, transcript: a.txt, people: [b]}]", story + "media: [{file: a.mp3, people: [b]}]"},
		{"story", story + "versions: [{kind: bsl, file: a.mp4}]", story + "versions: [{kind: opera, file: a.mp4}]"},
		{"person", "name: A", "described_as: B"},
		{"person", "name: A\nconsent: {given: 2026-05-02, for: [named]}", "name: A\nconsent: {given: 2026-05-02, for: []}"},
		{"person", "name: A\nconsent: {given: 2026-05-02, for: [named]}", "name: A\nconsent: {given: 2.5.2026, for: [named]}"},
		{"person", "name: A\nconsent: {given: 2026-05-02, for: [named]}", "name: A\nconsent: {for: [named]}"},
		{"person", "name: A\nconsent: {given: 2026-05-02, for: [named], lasts: 18m}", "name: A\nconsent: {given: 2026-05-02, for: [named], lasts: 18 months}"},
		{"person", "name: A\nconsent: {given: 2026-05-02, for: [named], given_by: both, adult_on: 2029-05-01}", "name: A\nconsent: {given: 2026-05-02, for: [named], given_by: both}"},
		{"note", "title: T\npeople: [{person: a, role: speaker}, b]\nnumber: 3", "title: T\npeople: [{person: a, rôle: speaker}]"},
		{"note", "title: T\nattendance: 15", "title: T\nattendance: many"},
		{"note", "title: T\nnext: [{date: 2026-10-28, from: \"15:00\"}]", "title: T\nnext: [{day: 2026-10-28}]"},
		{"cell", "title: T\nconvenors: [a]", "title: T\nconvenor: a"},
		{"change", "title: T\nstatus: not-done\nwhy: W", "title: T\nstatus: not-done"},
		{"page", "title: T\norder: 2", "title: T\norder: second"},
		{"site", "title: T\nurl: https://e.org\ntimezone: UTC\nfiles: {CNAME: a/CNAME}", "title: T\nurl: https://e.org"},
		{"site", "title: T\nurl: https://e.org\ntimezone: UTC\nconsent: {lasts: 2y}", "title: T\nurl: https://e.org\ntimezone: UTC\nconsent: {last: 2y}"},
	} {
		if err := schemas[c.kind].Validate(parse(t, c.good)); err != nil {
			t.Errorf("%s is right and was refused:\n%s\n%v", c.kind, c.good, err)
		}
		if schemas[c.kind].Validate(parse(t, c.bad)) == nil {
			t.Errorf("%s is wrong and passed:\n%s", c.kind, c.bad)
		}
	}
}

// TestExplained checks that every key tells what it is for.
func TestExplained(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	var walk func(name string, s map[string]any)
	walk = func(name string, s map[string]any) {
		properties, _ := s["properties"].(map[string]any)
		for key, v := range properties {
			p := v.(map[string]any)
			if d, _ := p["description"].(string); len(d) < 8 {
				t.Errorf("%s: the key %q isn't explained", name, key)
			}
			walk(name+"."+key, p)
			if items, ok := p["items"].(map[string]any); ok {
				walk(name+"."+key, items)
			}
		}
	}
	for name, data := range files {
		var s map[string]any
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatal(err)
		}
		walk(name, s)
	}
}

// TestDecap checks the configuration of the forms: every key of every kind has
// a control, and the file says where it goes.
func TestDecap(t *testing.T) {
	site := &read.Site{URL: "https://s.example.org/", Repository: "https://github.com/example/stories", Branch: "main", PeopleDir: "content/people", Zone: time.UTC}
	data, err := Decap(site)
	if err != nil {
		t.Fatal(err)
	}
	config := parse(t, string(data)).(map[string]any)
	if got := config["backend"].(map[string]any)["repo"]; got != "example/stories" {
		t.Errorf("repo is %v", got)
	}
	if config["publish_mode"] != "editorial_workflow" {
		t.Error("entries must be looked at before they are published")
	}
	names := map[string]map[string]any{}
	for _, c := range config["collections"].([]any) {
		one := c.(map[string]any)
		byName := map[string]any{}
		for _, f := range one["fields"].([]any) {
			f := f.(map[string]any)
			byName[f["name"].(string)] = f
		}
		names[one["name"].(string)] = byName
	}
	if len(names) != 6 {
		t.Fatalf("%d collections, want one for each kind", len(names))
	}
	story := names["stories"]
	for _, key := range []string{"title", "name", "content_note", "layout", "consent", "media", "body"} {
		if story[key] == nil {
			t.Errorf("a story's form has no %q", key)
		}
	}
	if w := story["layout"].(map[string]any); w["widget"] != "select" || len(w["options"].([]any)) != 6 {
		t.Errorf("layout is %v, want a choice of six", w)
	}
	for _, f := range story["consent"].(map[string]any)["fields"].([]any) {
		if f := f.(map[string]any); f["name"] == "for" && (f["multiple"] != true || f["required"] != true) {
			t.Errorf("consent's uses are %v, want a required choice of several", f)
		}
	}

	for _, f := range story["consent"].(map[string]any)["fields"].([]any) {
		if f := f.(map[string]any); f["name"] == "for" && slices.Contains(f["options"].([]any), any("named")) {
			t.Error("a story's form offers a use that is for people")
		}
	}
	if modes := story["body"].(map[string]any)["modes"]; !reflect.DeepEqual(modes, []any{"raw"}) {
		t.Errorf("the text is written in the modes %v, of which some change the mention of a person", modes)
	}
	first := config["collections"].([]any)[0].(map[string]any)["fields"].([]any)
	var order []string
	for _, f := range first[:6] {
		order = append(order, f.(map[string]any)["name"].(string))
	}
	if got := strings.Join(order, " "); got != "title by name date intro body" {
		t.Errorf("a story's form begins with %s", got)
	}

	site.Repository, site.PeopleOutside = "https://codeberg.org/example/stories.git", true
	if data, err = Decap(site); err != nil {
		t.Fatal(err)
	}
	if text := string(data); !strings.Contains(text, "name: gitea") || !strings.Contains(text, "base_url: https://codeberg.org") || strings.Contains(text, "name: people\n    label: People") {
		t.Errorf("wrong host, or a form for people who lie outside the site:\n%s", text)
	}
}
