package access_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// npmTools is where the tools from npm are looked for. Set OWNWORDS_TOOLS to the folder that holds node_modules when
// they live elsewhere.
func npmTools() string {
	if dir := os.Getenv("OWNWORDS_TOOLS"); dir != "" {
		return filepath.Join(dir, "node_modules")
	}
	return filepath.Join("..", "..", ".ci", "tools", "node_modules")
}

// inCI reports whether every tool is required and everything is measured.
func inCI() bool { return os.Getenv("OWNWORDS_REQUIRE_TOOLS") == "1" }

// missing ends a test for want of a tool: it skips, and fails in CI.
func missing(t testing.TB, tool, remedy string) {
	t.Helper()
	if inCI() {
		t.Fatalf("%s is required here and isn't installed: %s", tool, remedy)
	}
	t.Skipf("%s isn't installed, so this wasn't checked: install it with %s", tool, remedy)
}

// program finds the first of several names for a program.
func program(t testing.TB, remedy string, names ...string) string {
	t.Helper()
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	missing(t, names[0], remedy)
	return ""
}

// npmTool finds a file of a package from npm.
func npmTool(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(npmTools(), filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		missing(t, name, "npm ci --ignore-scripts --prefix .ci/tools")
	}
	return path
}
