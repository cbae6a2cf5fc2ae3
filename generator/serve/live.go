package serve

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"ownwords/generator/consent"
	"ownwords/generator/report"
)

// ownFolder holds what is the preview's own. No page of a site can have such an
// address, since slugs are letters, digits and hyphens.
const ownFolder = "/_ownwords/"

//go:embed live.js
var liveScript []byte

//go:embed live.css
var liveStyle []byte

// ownRequests keeps pages of other sites from setting the day.
var ownRequests = http.NewCrossOriginProtection()

// own answers requests for what is the preview's own.
func (s *server) own(w http.ResponseWriter, r *http.Request, name string) {
	get := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case name == "live.js" && get:
		w.Header().Set("Content-Type", types[".js"])
		w.Write(liveScript)
	case name == "live.css" && get:
		w.Header().Set("Content-Type", types[".css"])
		w.Write(liveStyle)
	case name == "state" && get:
		s.state(w, r)
	case name == "events" && get:
		s.events(w, r)
	case name == "day" && r.Method == http.MethodPost:
		s.setDay(w, r)
	default:
		http.NotFound(w, r)
	}
}

// tag is the script's element for a page of this version of the site.
func (s *server) tag(version uint64) string {
	return `<script defer src="` + ownFolder + `live.js" data-session="` + s.session + `" data-version="` + strconv.FormatUint(version, 10) + `"></script>`
}

// enliven puts the script's element into a page, at the end of its head, and
// makes the page's content security policy allow what the script needs of this
// server. Nothing else of the page changes.
func enliven(page []byte, tag string) []byte {
	out := make([]byte, 0, len(page)+len(tag)+100)
	z := html.NewTokenizer(bytes.NewReader(page))
	for at := 0; ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			return append(append(out, page[at:]...), tag...) // a page without a head
		}
		raw := z.Raw()
		at += len(raw)
		name := ""
		if kind == html.StartTagToken || kind == html.EndTagToken || kind == html.SelfClosingTagToken {
			raw = bytes.Clone(raw) // reading the name may change it
			n, _ := z.TagName()
			name = string(n)
		}
		switch {
		case kind == html.EndTagToken && name == "head", kind == html.StartTagToken && name == "body":
			out = append(out, tag...)
			return append(append(out, raw...), page[at:]...)
		case name == "meta":
			raw = allow(raw)
		}
		out = append(out, raw...)
	}
}

// allow widens a <meta> that holds a content security policy; others stay as they are.
func allow(meta []byte) []byte {
	z := html.NewTokenizer(bytes.NewReader(meta))
	z.Next()
	token := z.Token()
	policy := -1
	isPolicy := false
	for i, a := range token.Attr {
		switch {
		case a.Key == "http-equiv":
			isPolicy = strings.EqualFold(a.Val, "content-security-policy")
		case a.Key == "content":
			policy = i
		}
	}
	if !isPolicy || policy < 0 {
		return meta
	}
	token.Attr[policy].Val = widen(token.Attr[policy].Val)
	return []byte(token.String())
}

// widen allows scripts, styles and requests of this server in a content security policy.
func widen(policy string) string {
	needed := []string{"script-src", "style-src", "connect-src"}
	directives := strings.Split(policy, ";")
	for i, d := range directives {
		words := strings.Fields(d)
		if len(words) == 0 || !slices.Contains(needed, strings.ToLower(words[0])) {
			continue
		}
		needed = slices.DeleteFunc(needed, func(n string) bool { return n == strings.ToLower(words[0]) })
		words = slices.DeleteFunc(words, func(w string) bool { return strings.EqualFold(w, "'none'") })
		if !slices.Contains(words, "'self'") {
			words = append(words, "'self'")
		}
		directives[i] = " " + strings.Join(words, " ")
	}
	for _, n := range needed {
		directives = append(directives, " "+n+" 'self'")
	}
	return strings.TrimSpace(strings.Join(directives, ";"))
}

// mostShown is how many problems a page shows; the terminal shows all.
const mostShown = 50

// liveState is what the script asks for.
type liveState struct {
	Session string `json:"session"`
	Version uint64 `json:"version"`
	// Day is the day for which the site is shown; Moved whether it was set here.
	Day   string `json:"day"`
	Moved bool   `json:"moved"`
	// LeftOut says why the page that was asked about isn't shown, if it is known.
	LeftOut  string        `json:"left_out"`
	Problems []liveProblem `json:"problems"`
	// More is how many problems there are beside these.
	More int `json:"more"`
}

type liveProblem struct {
	Severity report.Severity `json:"severity"`
	Place    string          `json:"place"`
	Message  string          `json:"message"`
	Help     string          `json:"help"`
}

func (s *server) state(w http.ResponseWriter, r *http.Request) {
	day, moved := s.preview.Day()
	rep := s.preview.Report()
	state := liveState{Session: s.session, Version: s.preview.Version(), Day: day.String(), Moved: moved, Problems: []liveProblem{}}
	list := slices.Clone(rep.Problems)
	slices.SortStableFunc(list, func(a, b report.Problem) int { return strings.Compare(rank[a.Severity], rank[b.Severity]) })
	for _, p := range list[:min(mostShown, len(list))] {
		state.Problems = append(state.Problems, liveProblem{p.Severity, place(p), p.Message, p.Help})
	}
	state.More = len(list) - len(state.Problems)
	if file, ok := strings.CutPrefix(r.URL.Query().Get("path"), s.preview.Base()); ok {
		id := strings.Trim(file, "/")
		if i := slices.IndexFunc(rep.LeftOut, func(l report.LeftOut) bool { return l.ID == id }); i >= 0 {
			state.LeftOut = "This page isn’t shown: " + s.o.Why(rep.LeftOut[i]) + "."
		}
	}
	w.Header().Set("Content-Type", types[".json"])
	json.NewEncoder(w).Encode(state) // whoever asked may have gone
}

var rank = map[report.Severity]string{report.Error: "a", report.Warning: "b", report.Advice: "c"}

// events tells a page of news for as long as it is open: server-sent events
// (WHATWG HTML, section 9.2). The first event tells what is shown now, so that
// nothing is missed that happened while the page was on its way.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	told := s.news.listen()
	defer s.news.leave(told)
	w.Header().Set("Content-Type", "text/event-stream")
	out := http.NewResponseController(w)
	for {
		if _, err := fmt.Fprintf(w, "retry: 500\ndata: {\"session\":%q,\"version\":%d}\n\n", s.session, s.preview.Version()); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-told:
		}
	}
}

// setDay shows the site as of another day, for as long as it is served.
func (s *server) setDay(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Day string `json:"day"` // "" for the day it was started for
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1000)).Decode(&asked); err != nil {
		http.Error(w, "This isn't a day.", http.StatusBadRequest)
		return
	}
	var day *consent.Day
	if asked.Day != "" {
		d, err := consent.ParseDay(asked.Day)
		if err != nil {
			http.Error(w, "This isn't a day: "+err.Error()+".", http.StatusBadRequest)
			return
		}
		day = &d
	}
	start := s.o.Now()
	if err := s.preview.SetDay(r.Context(), day); err != nil {
		http.Error(w, "The day couldn't be set.", http.StatusServiceUnavailable)
		return
	}
	select {
	case s.rearm <- struct{}{}:
	default:
	}
	s.changed(start)
	w.WriteHeader(http.StatusNoContent)
}
