package read

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"ownwords/generator/report"
)

// ForgottenFile is the file in the people's folder in which `consent forget`
// leaves what the proof and the feeds still need (spec, "The command").
const ForgottenFile = "_forgotten.yaml"

// Forgotten is what is left of a person who was forgotten: nothing that says
// who they were.
type Forgotten struct {
	Salt  Text            `yaml:"salt,required" doc:"Random; makes the hashes useless elsewhere."`
	Names []ForgottenName `yaml:"names,required" doc:"Salted hashes of their names."`
	Left  CivilDay        `yaml:"left,required" doc:"The day they were forgotten."`
	Feeds []ForgottenItem `yaml:"feeds" doc:"Feed IDs of their stories, for the neutral notice."`
	At    report.Place
}

// ForgottenName is the salted hash of a name, and how many words it has.
type ForgottenName struct {
	Words Number `yaml:"words,required" doc:"How many words the name has."`
	Hash  Text   `yaml:"hash,required" doc:"SHA-256 of the salt and the folded name."`
	At    report.Place
}

// ForgottenItem is a story that was in feeds.
type ForgottenItem struct {
	ID     Text   `yaml:"id,required" doc:"The opaque feed ID."`
	Themes []Text `yaml:"themes" doc:"The themes whose feeds it was in."`
	Place  Text   `yaml:"place" doc:"The place whose feed it was in."`
	At     report.Place
}

// FoldName makes names comparable: whatever their capitals, spelling of
// accents, and spaces.
func FoldName(name string) string {
	if isPlain(name) {
		return strings.ToLower(strings.Join(strings.Fields(name), " "))
	}
	return cases.Fold().String(norm.NFKC.String(strings.Join(strings.Fields(name), " ")))
}

// isPlain reports whether a name has nothing but ASCII, which folds to small letters.
func isPlain(name string) bool {
	for i := range len(name) {
		if name[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// HashName returns what `consent forget` keeps of a name.
func HashName(salt, name string) string {
	sum := sha256.Sum256([]byte(salt + "\n" + FoldName(name)))
	return hex.EncodeToString(sum[:])
}

// readForgotten reads the people's ForgottenFile, if there is one.
func (r *reader) readForgotten() {
	data, err := os.ReadFile(filepath.Join(r.site.people(), ForgottenFile))
	if os.IsNotExist(err) {
		return
	}
	d := &decoder{file: r.site.PeopleDir + "/" + ForgottenFile, firstLine: 1}
	if err != nil {
		d.problem("unreadable-file", report.Place{}, "The file can't be read.", "Check its permissions.")
	} else {
		var f struct {
			Forgotten []Forgotten `yaml:"forgotten,required" doc:"People who were forgotten."`
		}
		d.document(data, &f)
		r.lib.Forgotten = f.Forgotten
	}
	r.lib.Problems = append(r.lib.Problems, d.problems...)
}
