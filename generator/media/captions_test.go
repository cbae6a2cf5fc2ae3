package media

import (
	"strings"
	"testing"
)

func TestCaptionsAreWrittenAnew(t *testing.T) {
	in := "\ufeffWEBVTT - " + secret + "\r\nKind: captions\r\n\r\nSTYLE\r\n::cue{background:url(x)}\r\n\r\nREGION\r\nid:x\r\n\r\nNOTE " + secret +
		"\r\n\r\n" + secret + "\r\n00:01.000 --> 00:04.500 align:start region:x line:0\r\n<v Amina>We stayed <i>open</i>.\r\n&lt;laughs&gt;\r\n\r\n1\r\n01:00:00.000 --> 01:00:02.000\r\nGoodbye\r\n"
	want := "WEBVTT\n\n00:00:01.000 --> 00:00:04.500 align:start line:0\n<v Amina>We stayed <i>open</i>.\n&lt;laughs&gt;\n\n01:00:00.000 --> 01:00:02.000\nGoodbye\n"
	made, err := Captions([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	if string(made.Data) != want {
		t.Errorf("got\n%s\nwant\n%s", made.Data, want)
	}
	if made.Type != "text/vtt" || !strings.HasSuffix(made.Name, ".vtt") {
		t.Errorf("made %s as %s", made.Name, made.Type)
	}
	wantClean(t, *made)
	again, err := Captions(made.Data)
	if err != nil || string(again.Data) != want {
		t.Errorf("cleaning the result changed it again: %v", err)
	}
}

func TestCaptionProblems(t *testing.T) {
	for _, test := range []struct {
		name, vtt, code string
		line, column    int
		help            string
	}{
		{"nothing", "", "captions-format", 1, 1, "Write WEBVTT"},
		{"SubRip", "1\n00:00:01,000 --> 00:00:02,000\nx\n", "captions-format", 1, 1, "full stop"},
		{"WEBVTTX", "WEBVTTX\n\n00:01.000 --> 00:02.000\nx\n", "captions-format", 1, 1, ""},
		{"commas", "WEBVTT\n\n00:01,000 --> 00:02,000\nx\n", "captions-time", 3, 1, "full stop"},
		{"no thousandths", "WEBVTT\n\n00:01 --> 00:02\nx\n", "captions-time", 3, 1, "thousandths"},
		{"61 seconds", "WEBVTT\n\n00:61.000 --> 02:00.000\nx\n", "captions-time", 3, 1, ""},
		{"no end", "WEBVTT\n\n00:01.000 -->\nx\n", "captions-time", 3, 1, ""},
		{"backwards", "WEBVTT\n\n00:03.000 --> 00:02.000\nx\n", "captions-time", 3, 1, "earlier"},
		{"out of order", "WEBVTT\n\n00:03.000 --> 00:04.000\nx\n\n00:01.000 --> 00:02.000\ny\n", "captions-order", 6, 1, ""},
		{"words without times", "WEBVTT\n\nhello\nthere\n", "captions-time", 3, 1, "above the words"},
		{"no empty line", "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n00:02.000 --> 00:03.000\ny\n", "captions-time", 5, 1, "empty line"},
		{"unknown tag", "WEBVTT\n\n00:01.000 --> 00:02.000\nünd <img src=x>\n", "captions-markup", 4, 5, "&lt;"},
		{"a lone <", "WEBVTT\n\n00:01.000 --> 00:02.000\n1 < 2\n", "captions-markup", 4, 3, "&lt;"},
		{"not UTF-8", "WEBVTT\n\n00:01.000 --> 00:02.000\ncaf\xe9\n", "captions-encoding", 4, 1, "UTF-8"},
		{"no cues", "WEBVTT\n\nNOTE nothing yet\n", "captions-empty", 1, 1, ""},
		{"too large", strings.Repeat("x", MaxCaptions+1), "captions-too-large", 0, 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Captions([]byte(test.vtt))
			problems := Problems("told.vtt", err)
			if len(problems) != 1 {
				t.Fatalf("got %d problems, want 1: %v", len(problems), problems)
			}
			p := problems[0]
			if p.Code != test.code || p.Line != test.line || p.Column != test.column {
				t.Errorf("got %s at %d:%d, want %s at %d:%d", p.Code, p.Line, p.Column, test.code, test.line, test.column)
			}
			if !strings.Contains(p.Help, test.help) || p.Help == "" {
				t.Errorf("the help says %q, want something with %q", p.Help, test.help)
			}
		})
	}
}

func TestCaptionsTellAllProblems(t *testing.T) {
	_, err := Captions([]byte("WEBVTT\n\n00:01 --> 00:02\nx\n\n00:03 --> 00:04\ny\n"))
	if got := len(Problems("told.vtt", err)); got != 2 {
		t.Errorf("got %d problems, want 2", got)
	}
	_, err = Captions([]byte("WEBVTT\n\n" + strings.Repeat("00:01 --> 00:02\nx\n\n", 100)))
	if got := len(Problems("told.vtt", err)); got != maxTold {
		t.Errorf("got %d problems, want %d", got, maxTold)
	}
}
