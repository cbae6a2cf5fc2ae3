package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestMain lets the scripts in testdata/script run `ownwords` as a command.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ownwords": main})
}

// TestScripts runs each script in testdata/script as a keeper would, on
// 22 November 2026. With OWNWORDS_UPDATE=1 the expected outputs are written anew.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       os.Getenv("OWNWORDS_UPDATE") == "1",
		RequireExplicitExec: false,
		Setup: func(e *testscript.Env) error {
			e.Setenv("SOURCE_DATE_EPOCH", "1795348800")
			for _, who := range []string{"AUTHOR", "COMMITTER"} {
				e.Setenv("GIT_"+who+"_NAME", "Keeper")
				e.Setenv("GIT_"+who+"_EMAIL", "keeper@example.org")
			}
			e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			e.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(e.WorkDir))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"sarif": sarif},
	})
}

// sarif checks a SARIF file against the standard's own schema.
func sarif(ts *testscript.TestScript, wrong bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: sarif FILE")
	}
	err := validSARIF([]byte(ts.ReadFile(args[0])))
	if wrong == (err == nil) {
		ts.Fatalf("%s: %v", args[0], err)
	}
}

const sarifSchemaID = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// sarifSchema is read before scripts change the folder.
var sarifSchema, sarifSchemaErr = os.ReadFile(filepath.Join("testdata", "sarif-schema-2.1.0.json"))

func validSARIF(data []byte) error {
	if sarifSchemaErr != nil {
		return sarifSchemaErr
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(sarifSchema))
	if err != nil {
		return err
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat() // so that an address which isn't one is found
	if err := c.AddResource(sarifSchemaID, doc); err != nil {
		return err
	}
	s, err := c.Compile(sarifSchemaID)
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("not JSON alone: %w", err)
	}
	return s.Validate(v)
}

// TestSARIFSchema checks that the schema refuses what isn't SARIF.
func TestSARIFSchema(t *testing.T) {
	const good = `{"$schema": "https://docs.oasis-open.org/x.json", "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x", "rules": [{"id": "a", "shortDescription": {"text": "A"}}]}},
		"columnKind": "unicodeCodePoints", "results": [{"ruleId": "a", "ruleIndex": 0, "level": "error", "message": {"text": "A"},
		"locations": [{"physicalLocation": {"artifactLocation": {"uri": "a%20b.md", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1, "startColumn": 2}}}]}]}]}`
	if err := validSARIF([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{`"version": "2.1.0"`, `"version": "2.0.0"`},
		{`"name": "x"`, `"nam": "x"`},
		{`"level": "error"`, `"level": "advice"`},
		{`"startLine": 1`, `"startLine": 0`},
		{`"a%20b.md"`, `"a%2b%.md"`},
		{`"message": {"text": "A"},`, ``},
		{`"ruleIndex": 0`, `"ruleIndex": -2`},
		{`"columnKind": "unicodeCodePoints"`, `"columnKind": "bytes"`},
		{`"runs": [`, `"run": [`},
	} {
		bad := bytes.Replace([]byte(good), []byte(c[0]), []byte(c[1]), 1)
		if bytes.Equal(bad, []byte(good)) {
			t.Fatalf("%s isn't there, so nothing was broken", c[0])
		}
		if validSARIF(bad) == nil {
			t.Errorf("%s passed", c[1])
		}
	}
}
