package audit

import (
	"context"
	"os"
	"slices"
	"testing"
)

// nowhereSite is a site that has nothing but the file that is checked.
type nowhereSite struct{}

func (nowhereSite) Has(string) bool             { return false }
func (nowhereSite) Read(string) ([]byte, error) { return nil, os.ErrNotExist }
func (nowhereSite) Items() []string             { return []string{"stories/own", "notes/a"} }

// What a prover takes over from the one before it must not include who was
// shown with their consent then.
func TestProverForgetsWhoWasShown(t *testing.T) {
	in := newStage(t).in
	in.Withheld.Shown["people/thandi"] = []string{"stories/own"}
	file := File{"notes/a/index.html", "notes/a", []string{"notes/a", "stories/own"}}
	byline := []byte(page("<p>Thandi Ochoa</p>"))
	first, err := Prepare(context.Background(), in, nowhereSite{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := first.Check(context.Background(), file, byline); err != nil || len(r.Quarantine) > 0 {
		t.Fatalf("a byline on a card: %v %v", r, err)
	}
	in.Withheld = withheld()
	second, err := Prepare(context.Background(), in, nowhereSite{}, first)
	if err != nil {
		t.Fatal(err)
	}
	r, err := second.Check(context.Background(), file, byline)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Quarantine, []string{"notes/a"}) {
		t.Errorf("the name of somebody whose story has gone: %v", r.Quarantine)
	}
}
