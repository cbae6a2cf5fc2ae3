package media

import (
	"errors"
	"fmt"

	"ownwords/generator/report"
)

// Error says why a file can't be made ready, to someone who doesn't program
// (spec, promise 8). It never names a person or quotes what a file says.
type Error struct {
	// Code is a stable, hyphenated name such as "picture-too-large".
	Code string
	// Message says what is wrong; Help says how to mend it.
	Message, Help string
	// Line and Column count from 1 within the file itself; 0 means the whole file.
	Line, Column int
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Problems turns an error of this package into problems about the file, whose
// path is the one inside the site's folder. Any other error becomes one
// problem with the code "media-unreadable". A nil error gives none.
func Problems(file string, err error) []report.Problem {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var all []report.Problem
		for _, each := range several.Unwrap() {
			all = append(all, Problems(file, each)...)
		}
		return all
	}
	told := &Error{Code: "media-unreadable", Message: "This file couldn't be made ready for publishing.",
		Help: "Open it on your own device to see whether it is whole, save it again, and replace the file."}
	errors.As(err, &told)
	return []report.Problem{{Code: told.Code, Severity: report.Error, File: file, Line: told.Line, Column: told.Column,
		Message: told.Message, Help: told.Help}}
}

func problem(code, message, help string) *Error {
	return &Error{Code: code, Message: message, Help: help}
}

func problemAt(line, column int, code, message, help string) *Error {
	return &Error{Code: code, Message: message, Help: help, Line: line, Column: column}
}

// megabytes says a size as people read it on their own device.
func megabytes(n int64) string {
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
