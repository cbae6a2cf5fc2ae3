package serve

import (
	"bytes"
	"html"
	"mime"
	"net"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"ownwords/generator"
	"ownwords/generator/report"
)

// ServeHTTP answers one request.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !s.anyHost && !isThisComputer(r.Host) {
		// A page of another site whose name was made to lead here mustn't read what isn't published yet.
		http.Error(w, "This preview can be seen at the address that ownwords serve printed only.", http.StatusMisdirectedRequest)
		return
	}
	if name, ours := strings.CutPrefix(r.URL.Path, ownFolder); ours {
		ownRequests.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.own(w, r, name) })).ServeHTTP(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "Pages can only be read here.", http.StatusMethodNotAllowed)
		return
	}
	base := s.preview.Base()
	file, ok := strings.CutPrefix(r.URL.Path, base)
	switch {
	case !ok && (r.URL.Path == "/" || r.URL.Path+"/" == base):
		http.Redirect(w, r, base, http.StatusFound)
	case !ok || file != "" && path.Clean("/"+file) != strings.TrimSuffix("/"+file, "/"):
		s.notFound(w, r)
	default:
		s.file(w, r, file)
	}
}

// isThisComputer reports whether a host name can only mean this computer.
func isThisComputer(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// file answers with a file of the site, by its path below the site's base path.
func (s *server) file(w http.ResponseWriter, r *http.Request, file string) {
	if file == "" || strings.HasSuffix(file, "/") {
		file += "index.html"
	}
	a, err := s.preview.File(r.Context(), file)
	if err != nil {
		return // nobody waits for it any more
	}
	defer s.lookSoon()
	switch {
	case a.Data != nil:
		s.send(w, r, file, a, http.StatusOK)
	case len(a.Problems) > 0:
		s.refuse(w, a)
	default:
		if folder, err := s.preview.File(r.Context(), file+"/index.html"); err == nil && folder.Data != nil {
			http.Redirect(w, r, path.Base(file)+"/", http.StatusFound)
			return
		}
		s.notFound(w, r)
	}
}

// notFound answers with the site's own page for addresses that lead nowhere.
func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	a, err := s.preview.File(r.Context(), "404.html")
	switch {
	case err != nil:
	case a.Data != nil:
		s.send(w, r, "404.html", a, http.StatusNotFound)
	default:
		s.refuse(w, a)
	}
}

// send sends a file; a page gets the script for previews.
func (s *server) send(w http.ResponseWriter, r *http.Request, file string, a *generator.Answer, status int) {
	kind := contentType(file)
	w.Header().Set("Content-Type", kind)
	data := a.Data
	if strings.HasPrefix(kind, "text/html") {
		data = enliven(data, s.tag(a.Version))
	}
	if status == http.StatusOK {
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data)) // recordings are asked for in parts
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

// types are those of the files that a site has; pictures and recordings bring their own ending.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".json": "application/json", ".ics": "text/calendar; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".svg": "image/svg+xml", ".vtt": "text/vtt; charset=utf-8",
	".jpg": "image/jpeg", ".png": "image/png", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav",
	".mp4": "video/mp4", ".ogv": "video/ogg", ".webp": "image/webp", ".ico": "image/vnd.microsoft.icon", ".woff2": "font/woff2",
}

func contentType(file string) string {
	switch path.Base(file) {
	case "rss.xml", "podcast.xml":
		return "application/rss+xml; charset=utf-8"
	case "atom.xml":
		return "application/atom+xml; charset=utf-8"
	case "feed.json":
		return "application/feed+json"
	case "opml.xml":
		return "text/x-opml; charset=utf-8"
	}
	ending := strings.ToLower(path.Ext(file))
	if kind := types[ending]; kind != "" {
		return kind
	}
	if ending == ".xml" {
		return "application/xml; charset=utf-8"
	}
	if kind := mime.TypeByExtension(ending); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// refuse answers with a plain page that says why something can't be shown. It
// holds nothing of the site.
func (s *server) refuse(w http.ResponseWriter, a *generator.Answer) {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">` +
		`<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><title>This page can’t be shown</title></head><body><main><h1>This page can’t be shown</h1><ul>`)
	for _, p := range a.Problems {
		b.WriteString("<li><p><strong>" + html.EscapeString(place(p)) + "</strong></p><p>" + html.EscapeString(p.Message) + "</p>")
		if p.Help != "" {
			b.WriteString("<p>" + html.EscapeString(p.Help) + "</p>")
		}
		b.WriteString("</li>")
	}
	b.WriteString("</ul><p>It comes back by itself once this is mended.</p></main></body></html>\n")
	w.Header().Set("Content-Type", types[".html"])
	w.WriteHeader(http.StatusServiceUnavailable)
	w.Write(enliven([]byte(b.String()), s.tag(a.Version)))
}

// place writes where a problem is: file:line:column.
func place(p report.Problem) string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(max(p.Column, 1))
}
