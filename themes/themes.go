// Package themes holds the built-in theme, so that the program needs no files
// beside it.
package themes

import "embed"

// Hearth is the built-in theme, in the folder hearth.
//
//go:embed all:hearth
var Hearth embed.FS
