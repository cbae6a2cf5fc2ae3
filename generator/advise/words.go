package advise

import (
	_ "embed"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"ownwords/generator/report"
)

// WordsFile is the network's own list of words, at the site's root.
const WordsFile = "words.yaml"

// DefaultWords is the list that is used where a site has none; `init` writes it
// into a new site.
//
//go:embed words.yaml
var DefaultWords []byte

// Word is a word that people asked not to be called.
type Word struct{ Word, Instead, Why, Source string }

// words reads the site's list, or the built-in one.
func words(dir string) ([]Word, []report.Problem) {
	data, err := os.ReadFile(filepath.Join(dir, WordsFile))
	if os.IsNotExist(err) {
		data, err = DefaultWords, nil
	}
	if err != nil {
		return nil, []report.Problem{{Code: "words-unreadable", Severity: report.Warning, File: WordsFile, Message: "This file can't be read, so no words were looked for.", Help: "Check its permissions, or delete it; a list that comes with ownwords is used then."}}
	}
	return parseWords(data)
}

// parseWords reads a list strictly; a mistake costs only the entry it is in.
func parseWords(data []byte) (list []Word, problems []report.Problem) {
	flaw := func(n *yaml.Node, message, help string) {
		p := report.Problem{Code: "words-unreadable", Severity: report.Warning, File: WordsFile, Message: message, Help: help}
		if n != nil {
			p.Line, p.Column = n.Line, n.Column
		}
		problems = append(problems, p)
	}
	const form = "Write each as “- word: …” and, below it with two spaces before each, “instead: …”, “why: …” and “source: …”."
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		flaw(nil, "This list can't be read, so no words were looked for.", form)
		return nil, problems
	}
	if len(doc.Content) == 0 {
		return nil, nil // an empty list: nothing is looked for
	}
	if doc.Content[0].Kind != yaml.SequenceNode {
		flaw(doc.Content[0], "This should be a list of words.", form)
		return nil, problems
	}
	for _, n := range doc.Content[0].Content {
		if n.Kind != yaml.MappingNode {
			flaw(n, "This entry isn't one word with its keys.", form)
			continue
		}
		var w Word
		into := map[string]*string{"word": &w.Word, "instead": &w.Instead, "why": &w.Why, "source": &w.Source}
		sound := true
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			place, known := into[key.Value]
			if !known || value.Kind != yaml.ScalarNode {
				flaw(key, "An entry has a key that isn't known here, or whose value isn't text.", "Each entry has word, instead, why and source.")
				sound = false
				continue
			}
			*place = strings.Join(strings.Fields(value.Value), " ")
		}
		if w.Word == "" {
			flaw(n, "An entry names no word.", form)
			continue
		}
		if sound {
			list = append(list, w)
		}
	}
	// Of two words that begin alike, the longer one is meant where it stands.
	slices.SortStableFunc(list, func(a, b Word) int { return len(b.Word) - len(a.Word) })
	return list, problems
}
