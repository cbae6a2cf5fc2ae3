package packed

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts, numbers := rapid.SliceOf(rapid.String()).Draw(t, "texts"), rapid.SliceOf(rapid.Int64()).Draw(t, "numbers")
		numbers = append(numbers, math.MinInt64, math.MaxInt64, 0, -1)
		var w Writer
		w.Count(len(texts))
		for _, s := range texts {
			w.Text(s)
		}
		w.Byte(7)
		w.Count(len(numbers))
		for _, n := range numbers {
			w.Number(n)
		}
		whole := string(w.Out)
		read := func(from string) (same bool, err error) {
			r := NewReader(from)
			err = r.Try(func() {
				same = r.Count() == len(texts)
				for _, s := range texts {
					same = r.Text() == s && same
				}
				same = r.Byte() == 7 && same
				same = r.Count() == len(numbers) && same
				for _, n := range numbers {
					same = r.Number() == n && same
				}
				same = r.Rest() == "" && same
			})
			return same, err
		}
		if same, err := read(whole); !same || err != nil {
			t.Fatalf("it reads as something else: %v", err)
		}
		cut := rapid.IntRange(0, len(whole)-1).Draw(t, "cut")
		if same, err := read(whole[:cut]); same && err == nil {
			t.Fatalf("the end is missing from byte %d, and nobody noticed", cut)
		}
	})
}

func TestOtherBytesAreRefused(t *testing.T) {
	for what, bytes := range map[string]string{
		"nothing":                          "",
		"a text longer than what is there": "\x05abc",
		"a number without an end":          "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		r := NewReader(bytes)
		if err := r.Try(func() { r.Text() }); !errors.Is(err, ErrOther) {
			t.Errorf("%s: %v", what, err)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("another panic was swallowed")
		}
	}()
	r := NewReader("")
	r.Try(func() { panic("something else") })
}
