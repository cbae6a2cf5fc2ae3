package schema

import (
	"bytes"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ownwords/generator/read"
)

// cms is a configuration of Decap CMS (decapcms.org/docs/configuration-options).
type cms struct {
	Backend struct {
		Name    string `yaml:"name"`
		Repo    string `yaml:"repo"`
		Branch  string `yaml:"branch"`
		BaseURL string `yaml:"base_url,omitempty"`
		APIRoot string `yaml:"api_root,omitempty"`
	} `yaml:"backend"`
	PublishMode  string       `yaml:"publish_mode"`
	SiteURL      string       `yaml:"site_url"`
	MediaFolder  string       `yaml:"media_folder"`
	PublicFolder string       `yaml:"public_folder"`
	Slug         cmsSlug      `yaml:"slug"`
	Collections  []collection `yaml:"collections"`
}

type cmsSlug struct {
	Encoding     string `yaml:"encoding"`
	CleanAccents bool   `yaml:"clean_accents"`
}

type collection struct {
	Name         string   `yaml:"name"`
	Label        string   `yaml:"label"`
	Description  string   `yaml:"description"`
	Folder       string   `yaml:"folder"`
	Path         string   `yaml:"path,omitempty"`
	MediaFolder  *string  `yaml:"media_folder,omitempty"`
	PublicFolder *string  `yaml:"public_folder,omitempty"`
	Create       bool     `yaml:"create"`
	Delete       bool     `yaml:"delete"`
	Slug         string   `yaml:"slug"`
	Identifier   string   `yaml:"identifier_field,omitempty"`
	Extension    string   `yaml:"extension"`
	Format       string   `yaml:"format"`
	Fields       []widget `yaml:"fields"`
}

// widget is one field of a form.
type widget struct {
	Name      string   `yaml:"name"`
	Label     string   `yaml:"label"`
	Widget    string   `yaml:"widget"`
	Hint      string   `yaml:"hint,omitempty"`
	Required  bool     `yaml:"required"`
	Default   any      `yaml:"default,omitempty"`
	Options   []string `yaml:"options,omitempty"`
	Multiple  bool     `yaml:"multiple,omitempty"`
	ValueType string   `yaml:"value_type,omitempty"`
	Pattern   []string `yaml:"pattern,omitempty"`
	Modes     []string `yaml:"modes,omitempty"`
	Collapsed bool     `yaml:"collapsed,omitempty"`
	Field     *widget  `yaml:"field,omitempty"`
	Fields    []widget `yaml:"fields,omitempty"`
}

const decapHead = `# Forms for this site in Decap CMS, made by “ownwords schema --cms”. Make it again after an update of ownwords.
#
# It is for an admin page of your own, on a host of your choice; ownwords publishes no scripts of other parties.
# https://decapcms.org/docs/ says how to set one up. Every entry becomes a branch and a pull request, which the
# checks look at and a keeper reads, as with any other change.
`

// Decap returns a configuration of Decap CMS with a form for each kind of
// content, in the editorial workflow. People's files have a form only when
// they lie inside the site.
func Decap(site *read.Site) ([]byte, error) {
	c := cms{PublishMode: "editorial_workflow", SiteURL: site.URL, MediaFolder: "content", PublicFolder: "", Slug: cmsSlug{"ascii", true}}
	c.Backend.Name, c.Backend.Repo, c.Backend.Branch = "github", "OWNER/REPOSITORY", site.Branch
	if u, err := url.Parse(site.Repository); err == nil && u.Host != "" {
		c.Backend.Repo = strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git")
		switch {
		case u.Host == "github.com":
		case strings.Contains(u.Host, "gitlab"):
			c.Backend.Name = "gitlab"
			if u.Host != "gitlab.com" {
				c.Backend.BaseURL, c.Backend.APIRoot = "https://"+u.Host, "https://"+u.Host+"/api/v4"
			}
		default:
			c.Backend.Name, c.Backend.BaseURL, c.Backend.APIRoot = "gitea", "https://"+u.Host, "https://"+u.Host+"/api/v1"
		}
	}
	beside := ""
	for _, k := range []struct {
		kind              read.Kind
		label, tells, hed string
		into              any
		bundle            bool
	}{
		{read.StoryKind, "Stories", "First-person stories. The words and the frame are the teller's.", "title", read.Story{}, true},
		{read.NoteKind, "Notes", "Notes of meetings, and what was learned.", "title", read.Note{}, true},
		{read.ChangeKind, "Changes", "What changed because of what was heard.", "title", read.Change{}, false},
		{read.CellKind, "Cells", "Working groups that meet in a series.", "title", read.Cell{}, false},
		{read.PageKind, "Pages", "Pages about the site.", "title", read.Page{}, false},
		{read.PersonKind, "People", "People, and what they agreed to.", "name", read.Person{}, false},
	} {
		folder := "content/" + k.kind.Folder()
		if k.kind == read.PersonKind {
			if site.PeopleOutside {
				continue
			}
			folder = site.PeopleDir
		}
		one := collection{Name: k.kind.Folder(), Label: k.label, Description: k.tells, Folder: folder, Create: true, Delete: k.kind != read.PersonKind,
			Slug: "{{slug}}", Identifier: k.hed, Extension: "md", Format: "yaml-frontmatter"}
		if k.bundle {
			one.Path, one.MediaFolder, one.PublicFolder = "{{slug}}/index", &beside, &beside
		}
		one.Fields = form(k.kind, reflect.TypeOf(k.into))
		c.Collections = append(c.Collections, one)
	}
	var out bytes.Buffer
	out.WriteString(decapHead)
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(c); err != nil {
		return nil, fmt.Errorf("the configuration of Decap CMS: %w", err)
	}
	return out.Bytes(), e.Close()
}

// uses are what can be agreed to for a kind (spec, "Uses").
var uses = map[read.Kind][]string{
	read.StoryKind:  {"page", "feeds", "search", "social", "quotes", "images", "recordings"},
	read.PersonKind: {"named", "quotes", "images", "recordings", "profile"},
}

// form lists the fields for a kind in the order in which somebody thinks of
// them: its own first, with the text behind the introduction (or the first of
// them), and last what works in every kind.
func form(k read.Kind, t reflect.Type) []widget {
	shared := widgets(reflect.TypeFor[read.Shared]())
	everywhere := func(w widget) bool {
		return slices.ContainsFunc(shared, func(s widget) bool { return s.Name == w.Name })
	}
	own := slices.DeleteFunc(widgets(t), everywhere)
	for i := range own {
		for j := range own[i].Fields {
			if own[i].Name == "consent" && own[i].Fields[j].Name == "for" {
				own[i].Fields[j].Options = uses[k]
			}
		}
	}
	at := 1 + max(0, slices.IndexFunc(own, func(w widget) bool { return w.Name == "intro" }))
	own = slices.Insert(own, at, widget{Name: "body", Label: "Text", Widget: "markdown", Hint: "The text, in Markdown. Leave an empty line between paragraphs.",
		// The other mode would put a backslash before the mention of a person and the marks of a passage.
		Modes: []string{"raw"}})
	return append(own, shared...)
}

func widgets(t reflect.Type) []widget {
	var list []widget
	for _, f := range fields(t) {
		w := control(f, f.typ)
		w.Name, w.Label, w.Hint, w.Required = f.key, label(f.key), f.doc, f.required
		list = append(list, w)
	}
	return list
}

// label makes a form's label of a key: content_note becomes "Content note".
func label(key string) string {
	s := strings.ReplaceAll(key, "_", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

// control chooses the control for a value.
func control(f field, t reflect.Type) widget {
	plain := widget{Widget: "string"}
	switch t {
	case reflect.TypeFor[read.Text](), reflect.TypeFor[*read.Text]():
		switch {
		case f.oneof != nil:
			return widget{Widget: "select", Options: f.oneof}
		case f.key == "file":
			return widget{Widget: "file"}
		case f.key == "intro", f.key == "about", f.key == "why", f.key == "who_isnt_here", f.key == "caption", f.key == "alt":
			return widget{Widget: "text"}
		}
		return plain
	case reflect.TypeFor[read.Flag]():
		return widget{Widget: "boolean"}
	case reflect.TypeFor[read.Number]():
		return widget{Widget: "number", ValueType: "int"}
	case reflect.TypeFor[read.CivilDay]():
		return widget{Widget: "string", Pattern: []string{`^\d{4}-\d{2}-\d{2}$`, "a day such as 2027-03-01"}}
	case reflect.TypeFor[read.PartialDate]():
		return widget{Widget: "string", Pattern: []string{`^\d{4}(-\d{2}(-\d{2})?)?$`, "a date such as 2027-03-01, 2027-03 or 2027"}}
	case reflect.TypeFor[read.Length]():
		return widget{Widget: "string", Pattern: []string{`^\d{1,4}[dwmy]$`, "a length such as 60d, 6w, 18m or 2y"}}
	case reflect.TypeFor[read.Attendee]():
		return widget{Widget: "object", Fields: widgets(t)}
	case reflect.TypeFor[*[]read.Text](), reflect.TypeFor[read.Texts]():
		return widget{Widget: "list"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return control(f, t.Elem())
	case reflect.Struct:
		return widget{Widget: "object", Collapsed: !f.required, Fields: widgets(t)}
	case reflect.Slice:
		if t.Elem() == reflect.TypeFor[read.Text]() {
			if f.oneof != nil {
				return widget{Widget: "select", Multiple: true, Options: f.oneof}
			}
			return widget{Widget: "list"}
		}
		return widget{Widget: "list", Collapsed: true, Fields: widgets(t.Elem())}
	}
	panic(fmt.Sprintf("no control for the type of %q", f.key))
}
