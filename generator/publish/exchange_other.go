//go:build !linux && !darwin

package publish

import "errors"

// exchange isn't offered by this system: Publish makes two renames.
func exchange(a, b string) error { return errors.ErrUnsupported }
