//go:build ignore

// Testlog reads the output of "go test -json" and tells what failed and what was skipped. It ends with exit code 1
// when a test failed, and when one was skipped for want of a tool: such a test gives a reason with the word "install".
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

type event struct {
	Action, Package, ImportPath, Test, Output string
}

type test struct{ pkg, name string }

func main() {
	said := map[test]*strings.Builder{}
	passed, failed, missing := 0, 0, 0
	events := json.NewDecoder(os.Stdin)
	for {
		var e event
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			fmt.Fprintln(os.Stderr, "This isn't the output of go test -json:", err)
			os.Exit(1)
		}
		key := test{e.Package + e.ImportPath, e.Test}
		if said[key] == nil {
			said[key] = &strings.Builder{}
		}
		switch e.Action {
		case "output", "build-output":
			said[key].WriteString(e.Output)
		case "pass":
			if e.Test != "" {
				passed++
			}
		case "fail", "build-fail":
			failed++
			fmt.Printf("FAILED %s %s\n%s\n", key.pkg, key.name, said[key])
		case "skip":
			if e.Test == "" {
				continue // a package without tests
			}
			fmt.Printf("skipped %s %s\n%s\n", key.pkg, key.name, said[key])
			if strings.Contains(said[key].String(), "install") {
				missing++
			}
		}
	}
	fmt.Printf("%d passed, %d failed, %d skipped for want of a tool\n", passed, failed, missing)
	if failed > 0 || missing > 0 || passed == 0 {
		os.Exit(1)
	}
}
