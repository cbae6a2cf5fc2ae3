// Package schema describes every front matter and site.yaml as JSON Schemas, so
// that editors complete and explain keys, and as a configuration for Decap CMS,
// so that a network can offer forms. Both are made from the Go types that the
// program itself reads into (yaml, doc and oneof tags), so they can't fall
// behind it.
package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"ownwords/generator/read"
)

// draft is the version that editors' YAML support understands.
const draft = "http://json-schema.org/draft-07/schema#"

// roots are the files to describe: the name of the schema and the type that is read.
var roots = []struct {
	name, title string
	into        any
}{
	{"site", "site.yaml", read.SiteFile{}},
	{"story", "A story's front matter", read.Story{}},
	{"note", "A note's front matter", read.Note{}},
	{"cell", "A cell's front matter", read.Cell{}},
	{"person", "A person's front matter", read.Person{}},
	{"change", "A change's front matter", read.Change{}},
	{"page", "A page's front matter", read.Page{}},
}

// Files returns the schemas by file name (story.schema.json and so on), each
// as indented JSON that ends with a line feed.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, r := range roots {
		s := object(reflect.TypeOf(r.into))
		s.Version, s.Title = draft, r.title
		data, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("the schema of %s: %w", r.title, err)
		}
		files[r.name+".schema.json"] = append(data, '\n')
	}
	return files, nil
}

// field is a key that the decoder of generator/read knows.
type field struct {
	key, doc string
	required bool
	oneof    []string
	typ      reflect.Type
}

// fields lists the keys of a type as generator/read does: in the order of the
// struct, embedded structs included.
func fields(t reflect.Type) []field {
	var list []field
	for f := range t.Fields() {
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			list = append(list, fields(f.Type)...)
			continue
		}
		key, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if key == "" {
			continue
		}
		one := field{key: key, doc: f.Tag.Get("doc"), required: option == "required" || option == "expected", typ: f.Type}
		if list := f.Tag.Get("oneof"); list != "" {
			one.oneof = strings.Split(list, ",")
		}
		list = append(list, one)
	}
	return list
}

// object describes a struct: its keys and no others.
func object(t reflect.Type) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "object", Properties: jsonschema.NewProperties(), AdditionalProperties: jsonschema.FalseSchema}
	for _, f := range fields(t) {
		value := describe(f, f.typ)
		value.Description = f.doc
		s.Properties.Set(f.key, value)
		if f.required {
			s.Required = append(s.Required, f.key)
		}
	}
	together(t, s)
	return s
}

// together adds what the reader asks of several keys at once, which no tag of
// a single key can say (spec, "A story", "A note", "Uses").
func together(t reflect.Type, s *jsonschema.Schema) {
	needs := func(keys ...string) *jsonschema.Schema { return &jsonschema.Schema{Required: keys} }
	has := func(key string, value *jsonschema.Schema) *jsonschema.Schema {
		p := jsonschema.NewProperties()
		p.Set(key, value)
		return &jsonschema.Schema{Properties: p, Required: []string{key}}
	}
	switch t {
	case reflect.TypeFor[read.Story]():
		s.OneOf = []*jsonschema.Schema{needs("by"), needs("name")}
	case reflect.TypeFor[read.Consent]():
		if uses, ok := s.Properties.Get("for"); ok {
			uses.MinItems = new(uint64(1))
		}
		s.If, s.Then = has("given_by", &jsonschema.Schema{Enum: []any{"guardian", "both"}}), needs("adult_on")
	case reflect.TypeFor[read.Change]():
		s.If, s.Then = has("status", &jsonschema.Schema{Const: "not-done"}), needs("why")
	case reflect.TypeFor[read.Medium]():
		recording := has("file", &jsonschema.Schema{Pattern: `\.([mM][pP]3|[mM]4[aA]|[oO][gG][gG]|[oO][gG][aA]|[oO][pP][uU][sS]|[wW][aA][vV]|[fF][lL][aA][cC]|[aA][aA][cC]|[mM][pP]4|[mM]4[vV]|[wW][eE][bB][mM]|[mM][oO][vV]|[oO][gG][vV]|[mM][kK][vV])$`})
		s.Required = append(s.Required, "people")
		s.If, s.Then = recording, needs("transcript")
		s.Else = &jsonschema.Schema{AnyOf: []*jsonschema.Schema{needs("alt"), needs("decorative")}}
	}
}

// types are kinds of YAML values; where several are allowed, JSON Schema wants them in a list.
func types(names ...string) *jsonschema.Schema {
	return &jsonschema.Schema{Extras: map[string]any{"type": names}}
}

// describe says what may stand under a key. An empty key is read as absent
// almost everywhere, so that templates may have some.
func describe(f field, t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[read.Text]():
		if f.oneof != nil {
			return choice(f.oneof)
		}
		if f.required {
			return types("string", "number", "boolean")
		}
		return types("string", "number", "boolean", "null")
	case reflect.TypeFor[*read.Text]():
		return types("string", "number", "boolean", "null")
	case reflect.TypeFor[read.Texts]():
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{types("string", "number", "null"), list(text(f))}}
	case reflect.TypeFor[*[]read.Text]():
		return list(text(f))
	case reflect.TypeFor[read.Flag]():
		return types("boolean", "null")
	case reflect.TypeFor[read.Number]():
		s := types("integer", "null")
		s.Minimum = "0"
		return s
	case reflect.TypeFor[read.CivilDay]():
		return &jsonschema.Schema{Type: "string", Pattern: `^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`}
	case reflect.TypeFor[read.Length]():
		return &jsonschema.Schema{Type: "string", Pattern: `^\d{1,4}[dwmy]$`}
	case reflect.TypeFor[read.PartialDate]():
		s := types("string", "integer", "null")
		s.Pattern, s.Minimum, s.Maximum = `^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$`, "1", "9999"
		return s
	case reflect.TypeFor[read.Attendee]():
		return &jsonschema.Schema{AnyOf: []*jsonschema.Schema{{Type: "string"}, object(t)}}
	case reflect.TypeFor[map[string]read.Text]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: types("string", "number")}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(f, t.Elem())
	case reflect.Struct:
		return object(t)
	case reflect.Slice:
		inner := field{key: f.key, oneof: f.oneof, required: true}
		s := list(describe(inner, t.Elem()))
		if t.Elem().Kind() == reflect.Struct && f.key != "for" {
			s.Type, s.Extras = "", map[string]any{"type": []string{"array", "null"}}
		}
		return s
	}
	panic(fmt.Sprintf("no description for the type of %q", f.key))
}

func text(f field) *jsonschema.Schema {
	if f.oneof != nil {
		return choice(f.oneof)
	}
	return types("string", "number", "boolean")
}

func choice(values []string) *jsonschema.Schema {
	s := &jsonschema.Schema{}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

func list(of *jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "array", Items: of}
}
