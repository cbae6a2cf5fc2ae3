package main

import (
	"cmp"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"ownwords/generator/report"
)

// The parts of SARIF 2.1.0 that a check needs (OASIS, Static Analysis Results
// Interchange Format).
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string    `json:"id"`
		ShortDescription sarifText `json:"shortDescription"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
	}
	sarifLocation struct {
		PhysicalLocation sarifPlace `json:"physicalLocation"`
	}
	sarifPlace struct {
		ArtifactLocation sarifFile    `json:"artifactLocation"`
		Region           *sarifRegion `json:"region,omitempty"`
	}
	sarifFile struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
	}
)

// writeSARIF writes a report's problems as SARIF, with paths from the repository's root.
func writeSARIF(w io.Writer, rep *report.Report, site string) error {
	run := sarifRun{Tool: sarifTool{sarifDriver{Name: "ownwords", Rules: []sarifRule{}}}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	index := map[string]int{}
	for _, p := range rep.Problems {
		i, known := index[p.Code]
		if !known {
			i = len(run.Tool.Driver.Rules)
			index[p.Code] = i
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{p.Code, sarifText{p.Message}})
		}
		r := sarifResult{RuleID: p.Code, RuleIndex: i, Level: map[report.Severity]string{report.Error: "error", report.Warning: "warning", report.Advice: "note"}[p.Severity],
			Message: sarifText{oneMessage(p)}}
		place := sarifPlace{ArtifactLocation: sarifFile{(&url.URL{Path: cmp.Or(fromRoot(site, p.File), "site.yaml")}).EscapedPath(), "%SRCROOT%"}}
		if p.Line > 0 {
			place.Region = &sarifRegion{p.Line, max(p.Column, 1)}
		}
		r.Locations = []sarifLocation{{place}}
		run.Results = append(run.Results, r)
	}
	data, err := json.MarshalIndent(sarifLog{"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", "2.1.0", []sarifRun{run}}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

func oneMessage(p report.Problem) string {
	if p.Help == "" {
		return p.Message
	}
	return p.Message + " " + p.Help
}

// fromRoot returns a file of the site as its path from the repository's root
// (the runner's workspace, else this folder), or "" when it lies outside it.
func fromRoot(site, file string) string {
	if file == "" {
		return ""
	}
	p := filepath.FromSlash(file)
	if !filepath.IsAbs(p) {
		p = filepath.Join(site, p)
	}
	rel, ok := inside(cmp.Or(os.Getenv("GITHUB_WORKSPACE"), "."), p)
	if !ok {
		return ""
	}
	return rel
}

// worstFirst returns problems by severity; of errors, a consent that became wider comes first.
func worstFirst(list []report.Problem) []report.Problem {
	rank := func(p report.Problem) int {
		switch {
		case p.Severity == report.Error && len(p.Code) > 6 && p.Code[:6] == "wider-":
			return 0
		case p.Severity == report.Error:
			return 1
		case p.Severity == report.Warning:
			return 2
		}
		return 3
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b report.Problem) int { return cmp.Compare(rank(a), rank(b)) })
	return list
}
