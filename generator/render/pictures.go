package render

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"html/template"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"ownwords/generator/gate"
	"ownwords/generator/media"
	"ownwords/generator/report"
	"ownwords/generator/weave"
)

// published is a picture or recording as it stands in the output.
type published struct {
	rendition *media.Rendition
	clip      *media.Clip
	captions  *media.File
	poster    *media.Rendition
	bytes     map[string]int64 // the size of each file, by name
}

// media makes every picture and recording that a cleared item names, before
// the pages that show them. A file that can't be made ready is left out with a
// problem; the pages stand without it.
func (r *renderer) media(ctx context.Context) error {
	r.published = map[*gate.Medium]*published{}
	type work struct {
		m    *gate.Medium
		item *gate.Content
	}
	var list []work
	for _, c := range r.Site.Contents() {
		for _, m := range c.Media {
			list = append(list, work{m, c})
		}
	}
	if len(list) == 0 {
		return nil
	}
	picture := func(data []byte) (*media.Rendition, error) {
		if r.cache != nil {
			return r.cache.Picture(data, media.Limits{})
		}
		return media.Picture(data, media.Limits{})
	}
	written := map[string]bool{}
	put := func(item string, f *media.File) error {
		r.mu.Lock()
		first := !written[f.Name]
		written[f.Name] = true
		r.mu.Unlock()
		if !first {
			return nil
		}
		return r.write(File{Path: "media/" + f.Name, Items: []string{item}}, f.Data)
	}
	next := make(chan work)
	errs := make(chan error, len(list))
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for w := range next {
				if ctx.Err() != nil {
					continue
				}
				p, err := ready(w.m, picture)
				if err != nil {
					r.mu.Lock()
					r.out.Problems = append(r.out.Problems, problems(w.item.File, w.m, err)...)
					r.mu.Unlock()
					continue
				}
				for _, f := range p.files() {
					if err := put(w.item.ID, f); err != nil {
						errs <- err
						return
					}
				}
				r.mu.Lock()
				r.published[w.m] = p
				r.out.Problems = append(r.out.Problems, remarks(w.item.File, w.m, p)...)
				r.mediaCount++
				r.mu.Unlock()
			}
		})
	}
	for _, w := range list {
		select {
		case next <- w:
		case err := <-errs:
			close(next)
			workers.Wait()
			return err
		}
	}
	close(next)
	workers.Wait()
	select {
	case err := <-errs:
		return err
	default:
	}
	for _, p := range r.published {
		p.forget()
	}
	return ctx.Err()
}

// publication returns a picture or recording as it is published, or nil when it isn't.
func (r *renderer) publication(m *gate.Medium) *published {
	if r.shelf != nil {
		return r.shelf.publication(m)
	}
	return r.published[m]
}

// partError is an error in a file that belongs to a recording: its captions or
// the still picture before it.
type partError struct {
	file string
	err  error
}

func (e *partError) Error() string { return e.err.Error() }

// problems tells why a picture or recording isn't published, as problems of
// the item's own file.
func problems(file string, m *gate.Medium, err error) []report.Problem {
	lead := "“" + m.File + "” isn't published"
	if part := (*partError)(nil); errors.As(err, &part) {
		lead += ", because of “" + part.file + "”"
		err = part.err
	}
	list := media.Problems(file, err)
	for i := range list {
		p := &list[i]
		at := ""
		if p.Line > 0 { // a place in the picture's own file, which this problem isn't told of
			at = fmt.Sprintf(" (line %d, column %d in it)", p.Line, max(p.Column, 1))
			p.Line, p.Column = 0, 0
		}
		p.Message = lead + at + ". " + p.Message
	}
	return list
}

// remarks tells what its writer may not expect of a picture that is published.
func remarks(file string, m *gate.Medium, p *published) []report.Problem {
	if p.rendition == nil || !p.rendition.Still {
		return nil
	}
	return []report.Problem{{Code: "picture-still", Severity: report.Warning, File: file, Message: "“" + m.File + "” moves, and only its first picture is shown.",
		Help: "If the movement matters, use a video with captions and a transcript. If not, save the picture that you mean as JPEG or PNG."}}
}

// ready makes one picture or recording ready, with what belongs to it.
func ready(m *gate.Medium, picture func([]byte) (*media.Rendition, error)) (*published, error) {
	data, err := os.ReadFile(m.Path)
	if err != nil {
		return nil, err
	}
	p := &published{}
	kind := media.Sniff(data)
	// What was agreed to was decided by the name: a recording that is called a
	// picture has no transcript and asked nobody for their voice.
	if err := media.AsNamed(kind, m.Recording, m.Video); err != nil {
		return nil, err
	}
	switch kind {
	case media.KindDrawing:
		p.rendition, err = media.Drawing(data)
	case media.KindAudio, media.KindVideo:
		p.clip, err = media.Recording(data)
	default:
		p.rendition, err = picture(data)
	}
	if err != nil {
		return nil, err
	}
	if m.CaptionsPath != "" {
		p.captions, err = part(m.CaptionsPath, media.Captions)
		if err != nil {
			return nil, err
		}
	}
	if m.PosterPath != "" {
		p.poster, err = part(m.PosterPath, picture)
		if err != nil {
			return nil, err
		}
	}
	return p, nil
}

// part makes a file ready that belongs to a recording.
func part[T any](file string, make func([]byte) (T, error)) (made T, err error) {
	data, err := os.ReadFile(file)
	if err == nil {
		made, err = make(data)
	}
	if err != nil {
		return made, &partError{filepath.Base(file), err}
	}
	return made, nil
}

func (p *published) files() []*media.File {
	var files []*media.File
	for _, r := range []*media.Rendition{p.rendition, p.poster} {
		if r != nil {
			for i := range r.Files {
				files = append(files, &r.Files[i])
			}
		}
	}
	if p.clip != nil {
		files = append(files, &p.clip.File)
	}
	if p.captions != nil {
		files = append(files, p.captions)
	}
	return files
}

// forget lets go of the bytes, which are staged; sizes stay.
func (p *published) forget() {
	p.bytes = map[string]int64{}
	for _, f := range p.files() {
		p.bytes[f.Name] = int64(len(f.Data))
	}
	if p.clip != nil {
		c := *p.clip
		c.Data = nil
		p.clip = &c
	}
	for _, r := range []**media.Rendition{&p.rendition, &p.poster} {
		if *r == nil {
			continue
		}
		c := **r
		c.Files = make([]media.File, len(c.Files))
		for i, f := range (*r).Files {
			f.Data = nil
			c.Files[i] = f
		}
		*r = &c
	}
}

func (r *renderer) mediaURL(f *media.File) string { return r.Site.Base + "media/" + f.Name }

// shown reports whether anything of a story's version is published.
func (r *renderer) shown(v weave.VersionView) bool {
	return !v.Text.Body.IsEmpty() || v.Recording != nil && r.publication(v.Recording) != nil
}

// sizes says how wide a picture is shown, by where it stands; a theme's CSS keeps to it.
var sizes = map[string]string{
	"card": "(min-width: 60em) 22rem, 92vw",
	"half": "(min-width: 46em) 38rem, 92vw",
	"wide": "(min-width: 76em) 72rem, 94vw",
}

// pictureHTML writes an <img> with its widths, its size and its alternative
// text (WCAG 1.1.1).
func (r *renderer) pictureHTML(m *gate.Medium, where string) template.HTML {
	p := r.publication(m)
	if p == nil || p.rendition == nil {
		return ""
	}
	files := p.rendition.Files
	largest := files[len(files)-1]
	shown := largest
	if len(files) > 1 {
		shown = files[len(files)/2]
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<img src="%s" width="%d" height="%d" alt="%s"`, r.mediaURL(&shown), p.rendition.Width, p.rendition.Height, html.EscapeString(m.Alt))
	if len(files) > 1 {
		b.WriteString(` srcset="`)
		for i := range files {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s %dw", r.mediaURL(&files[i]), files[i].Width)
		}
		b.WriteString(`" sizes="` + sizes[where] + `"`)
	}
	b.WriteString(lazy + ` decoding="async">`)
	return template.HTML(b.String())
}

// Figure is what the theme's "figure" template receives: a picture or
// recording with what belongs to it.
type Figure struct {
	*gate.Medium
	// Picture is the <img>, empty for recordings.
	Picture template.HTML
	// URL, Type, Size and Poster are of a recording; Captions its WebVTT file.
	URL, Type, Size, Poster, Captions string
	// Width and Height are a video's in pixels; 0 when they couldn't be told.
	Width, Height int
	// Lang is the language of what it says.
	Lang                    string
	Description, Transcript weave.Text
}

func (r *renderer) figure(m *gate.Medium) template.HTML { return r.figureAt(m, false) }

// figureAt writes a picture or recording with what belongs to it; wide says
// that the text it stands in shows pictures as wide as the screen.
func (r *renderer) figureAt(m *gate.Medium, wide bool) template.HTML {
	p := r.publication(m)
	if p == nil {
		return ""
	}
	room := "half"
	if wide {
		room = "wide"
	}
	f := Figure{Medium: m, Picture: r.pictureHTML(m, room), Lang: r.languageOf(m),
		Description: weave.Text{Body: m.Description, URL: ""}, Transcript: weave.Text{Body: m.Transcript, URL: ""}}
	if p.clip != nil {
		f.URL, f.Type, f.Size = r.mediaURL(&p.clip.File), p.clip.Type, size(p.bytes[p.clip.Name])
		f.Width, f.Height = p.clip.Width, p.clip.Height
	}
	if p.poster != nil {
		f.Poster = r.mediaURL(&p.poster.Files[len(p.poster.Files)-1])
	}
	if p.captions != nil {
		f.Captions = r.mediaURL(p.captions)
	}
	var buf bytes.Buffer
	if err := r.Theme.execute(r.shared, "figure", &buf, f); err != nil {
		return ""
	}
	return template.HTML(buf.String())
}

// languageOf returns the language of the item that a picture or recording belongs to.
func (r *renderer) languageOf(m *gate.Medium) string {
	r.owning.Do(func() {
		r.languages = map[*gate.Medium]string{}
		for _, c := range r.Site.Contents() {
			for _, m := range c.Media {
				r.languages[m] = cmp.Or(c.Language, r.Site.Language)
			}
		}
	})
	return r.languages[m]
}

// size writes a number of bytes as people say it.
func size(n int64) string {
	if n < 1_000_000 {
		return strconv.FormatInt((n+999)/1000, 10) + " kB"
	}
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}

// feedImage writes a picture for feeds: one width, absolute address.
func (r *renderer) feedImage(m *gate.Medium) string {
	p := r.publication(m)
	if p == nil || p.rendition == nil {
		return ""
	}
	f := p.rendition.Files[len(p.rendition.Files)/2]
	return fmt.Sprintf(`<img src="%s" width="%d" height="%d" alt="%s">`, html.EscapeString(r.absolute(r.mediaURL(&f))), f.Width, f.Height, html.EscapeString(m.Alt))
}

func (r *renderer) newFeedContext() *feedContext {
	return &feedContext{site: r.Site, word: r.Theme.Word,
		html: func(t weave.Text) string {
			if t.Body == nil {
				return ""
			}
			out, _ := t.Body.Append(nil, &addresser{r: r, text: t, feeds: true})
			return strings.ReplaceAll(string(out), ` href="#`, ` href="`+html.EscapeString(r.absolute(t.URL))+`#`)
		},
		image: func(m *gate.Medium) (string, string, int64, bool) {
			p := r.publication(m)
			if p == nil || p.rendition == nil {
				return "", "", 0, false
			}
			f := p.rendition.Files[len(p.rendition.Files)-1]
			return r.absolute(r.mediaURL(&f)), f.Type, p.bytes[f.Name], true
		},
		recording: func(m *gate.Medium) (string, string, int64, int, bool) {
			p := r.publication(m)
			if p == nil || p.clip == nil {
				return "", "", 0, 0, false
			}
			return r.absolute(r.mediaURL(&p.clip.File)), p.clip.Type, p.bytes[p.clip.Name], int(p.clip.Duration.Seconds()), true
		},
	}
}
