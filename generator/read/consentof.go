package read

import (
	"bytes"

	"ownwords/generator/report"
)

// ConsentOf reads the consent in the bytes of one story's or person's file,
// with the decoder that reads the whole site, so that a command that edits a
// consent can prove what its edit says before and after it is written. It
// returns nil for a file without a consent. Problems are those of the file's
// keys; file is how they name it. Broken says that a mistake of structure
// leaves the whole item out (spec, "A site's folder").
func ConsentOf(kind Kind, file string, source []byte) (c *Consent, broken bool, problems []report.Problem) {
	source, problem := clean(source)
	var p parts
	if problem == nil {
		p, problem = split(source)
	}
	if problem != nil {
		problem.File = file
		return nil, true, []report.Problem{*problem}
	}
	d := &decoder{file: file, firstLine: p.headerLine}
	header := bytes.TrimRight(p.header, "\n ")
	if kind == PersonKind {
		var person Person
		d.document(header, &person)
		c = person.Consent
	} else {
		var story Story
		d.document(header, &story)
		c = story.Consent
	}
	if c != nil && c.Record == nil {
		c.Record = record(c, true)
	}
	return c, d.structural, d.problems
}
