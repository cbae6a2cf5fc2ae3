package markdown

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// everything is a text with all that can stand open in one.
func everything(t *testing.T) *Body {
	t.Helper()
	source := "A first line for [@amina](\"her\"), with [a link](/stories/library/ \"there\") and a note.[^1]\n\n## A heading\n\n![A door](door.jpg)\n\n> Said.\n> — [@ben]\n\n::: with @amina\nShe came.\n:::\n::: without @amina\nSomebody came.\n:::\n\n[^1]: The note.\n\n" + strings.Repeat("Words that take some room on the disk. ", 60)
	b, issues := Compile([]byte(source), Options{File: "stories/x/index.md", Site: "https://example.org"})
	if len(issues) > 0 || len(b.html) < spooled {
		t.Fatal(issues, len(b.html))
	}
	return b
}

func TestASpoolGivesTextsBack(t *testing.T) {
	s, err := NewSpool(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := everything(t)
	late := s.Put(everything(t)) // whose words go there
	if late == b || late.written != nil {
		t.Fatal("the words stayed in memory")
	}
	got, want := late.whole(), b
	if !reflect.DeepEqual([]any{got.html, got.ops, got.headings, got.Mentions, got.Passages, got.Images, got.Links}, []any{want.html, want.ops, want.headings, want.Mentions, want.Passages, want.Images, want.Links}) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if late.Digest() != b.Digest() || late.IsEmpty() != b.IsEmpty() || late.HeadingCount() != b.HeadingCount() || late.Size() != b.Size() || late.Words() != b.Words() || late.Prose() != b.Prose() || late.PassageWords(0) != b.PassageWords(0) {
		t.Error("the text in the spool is another")
	}
	if short, _ := Compile([]byte("Short."), Options{}); s.Put(short) != short || s.Put(nil) != nil || s.Put(late) != late {
		t.Error("a text that is short, absent or already in the spool was put into it")
	}
	if s.Err() != nil {
		t.Error(s.Err())
	}
}

// A text that was cleared doesn't stay in memory either, and says the same.
func TestASpoolTakesClearedTexts(t *testing.T) {
	s, err := NewSpool(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b, late := everything(t), s.Put(everything(t))
	for _, out := range [][]string{nil, {"amina"}, {"amina", "ben"}} {
		want, got := b.Clear(people{b, out}), late.Clear(people{late, out})
		if got.written != nil {
			t.Errorf("without %v: the words stayed in memory", out)
		}
		wantHTML, wantHeadings := want.Append(nil, addresses{})
		if html, headings := got.Append(nil, addresses{}); string(html) != string(wantHTML) || !reflect.DeepEqual(headings, wantHeadings) {
			t.Errorf("without %v: got\n%s\nand not\n%s", out, html, wantHTML)
		}
		if got.Digest() != want.Digest() || got.Words() != want.Words() {
			t.Errorf("without %v: the cleared text in the spool is another", out)
		}
	}
}

func TestASpoolRemovesWhatWasLeftBehind(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "stories [1]")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ownwords-texts-1", "mine"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("words"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := NewSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if entries, _ := os.ReadDir(dir); len(entries) != 1 || entries[0].Name() != "mine" {
		t.Errorf("there are %v", entries)
	}
}

func TestASpoolTellsThatItCantBeRead(t *testing.T) {
	dir := t.TempDir()
	s, err := NewSpool(dir)
	if err != nil {
		t.Fatal(err)
	}
	late := s.Put(everything(t))
	if err := s.file.Truncate(100); err != nil {
		t.Fatal(err)
	}
	if words := late.Words(); words != "" || s.Err() == nil {
		t.Errorf("half a text gave %q and the error %v", words, s.Err())
	}
	b := everything(t)
	s.Close()
	if s.Put(b) != b {
		t.Error("a text that couldn't be written was given away")
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("the spool left %v behind", entries)
	}
	if _, err := NewSpool(dir + "/absent"); err == nil {
		t.Error("no folder, and no error")
	}
}
