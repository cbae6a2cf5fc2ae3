package read

import (
	"slices"
	"testing"

	"golang.org/x/text/encoding/unicode"
)

// TestNamesIn: however a person's file is broken, their names are found in it.
func TestNamesIn(t *testing.T) {
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte("---\nname: Zélda Moss\n---\n"))
	if err != nil {
		t.Fatal(err)
	}
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte("---\nname: Zélda Moss\n---\n"))
	if err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string][]string{
		"---\nname: Zélda Moss\nconsent: {{\n---\nname: not this\n": {"Zélda Moss"},
		"---\nname: Z\xe9lda Moss\n---\n":                           {"Zélda Moss"},
		string(wide):                                                {"Zélda Moss"},
		string(big):                                                 {"Zélda Moss"},
		"---\nna\x00me: Zelda Moss\n---\n":                          {"Zelda Moss"},
		"----\nname: Zelda Moss\n----\n":                            {"Zelda Moss"},
		"name: Zelda Moss\n\nname: not this\n":                      {"Zelda Moss"},
		"{\"name\":\"Zelda Moss\", \"known_as\": [\"Zee\"]}":        {"Zelda Moss", "Zee"},
		"---\nnmae: Zelda Moss\nKnown as: Zee, Zed\n---\n":          {"Zelda Moss", "Zee", "Zed"},
		"---\n\"name\": 'Zelda Moss\n---\n":                         {"Zelda Moss"},
		"---\n- name: Zelda Moss\n---\n":                            {"Zelda Moss"},
		"---\rname: Zelda Moss\r---\r":                              {"Zelda Moss"},
		"---\nname: >\n  Zelda\n  Moss\nfoo: {\n---\n":              {"Zelda Moss"},
		"---\nname: [Zelda Moss]\nknown_as: Zee\n---\n":             {"Zelda Moss", "Zee"},
		"---\nname: &a !!str Zelda Moss # hers\n---\n":              {"Zelda Moss"},
		"---\n{name: Zelda Moss, consent: {}\n---\n":                {"Zelda Moss"},
		"---\n  name: Zelda Moss\n consent: x\n---\n":               {"Zelda Moss"},
		"---\nname: \"Z\\u00e9lda Moss\"\nfoo: [\n---\n":            {"Zélda Moss"},
		"---\nknown_as:\n- Zee\n  - Zed Moss\nfoo: [\n---\n":        {"Zee", "Zed Moss"},
		"---\nknown_as: [Zee,\n  Zed Moss]\nfoo: [\n---\n":          {"Zee", "Zed Moss"},
		"---\nnever_say: [x]\ndescribed_as: a baker\n---\n":         nil,
		"---\nname: may\nnames: we all know\n---\n":                 {"we all know"},
		"": nil,
	} {
		if got := namesIn([]byte(source)); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", source, got, want)
		}
	}
	p := &Person{Item: Item{Slug: "zelda-moss-2"}}
	if p.addNames(nil); len(p.KnownAs) != 1 || p.KnownAs[0].S != "zelda moss" {
		t.Errorf("from the ID: %v", p.KnownAs)
	}
}
