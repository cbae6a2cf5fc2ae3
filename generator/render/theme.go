package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/template/parse"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	minhtml "github.com/tdewolff/minify/v2/html"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/svg"
	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"

	"ownwords/generator/report"
	"ownwords/themes"
)

// Theme is a theme, loaded once: its templates parsed and minified, its words,
// its assets under hashed names. A site's own files in themes/NAME/ stand in
// place of the built-in ones, one by one.
type Theme struct {
	templates map[string]*template.Template // by kind of page
	shared    *template.Template            // header, footer, figure
	words     map[string]string
	assets    map[string]string // file name in the theme -> path in the output
	files     map[string][]byte // path in the output -> bytes
	// sources are the theme's texts by their name, for the proof.
	sources map[string]string
	// Fingerprint changes with every byte of the theme.
	Fingerprint string
}

// Unusable is the error for a theme that can't be used (spec, exit code 2).
type Unusable struct{ Problem report.Problem }

func (u *Unusable) Error() string { return u.Problem.Message + " " + u.Problem.Help }

// hooks are the functions that a renderer gives to templates; here they only
// stand in so that templates can be parsed before there is one.
var hooks = template.FuncMap{
	"prose": noHook, "contents": noHook, "picture": noHook, "socialimage": noHook, "shown": noHook, "figure": noHook, "card": noHook, "cards": noHook, "date": noHook,
	"links": noHook, "linkitems": noHook, "feedlinks": noHook, "href": noHook, "about": noHook, "neighbour": noHook, "points": noHook, "pointsaway": noHook, "headings": noHook, "asset": noHook, "lang": noHook, "contact": noHook, "dir": noHook, "personurl": noHook, "link": noHook, "word": noHook, "inc": func(i int) int { return i + 1 },
}

func noHook(...any) (string, error) { return "", errors.New("called before rendering") }

// LoadTheme loads the theme NAME of a site (its folder may override any file of
// the built-in hearth) with the words of a language. The error is *Unusable.
func LoadTheme(siteDir, name, lang string) (*Theme, error) {
	builtin, err := fs.Sub(themes.Hearth, "hearth")
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(siteDir, "themes", name)
	label := "themes/" + name
	own, err := ownFiles(dir, label)
	if err != nil {
		return nil, err
	}
	if name != "hearth" && own == nil {
		return nil, &Unusable{report.Problem{Code: "no-theme", Severity: report.Error, File: "site.yaml", Message: "There is no theme “" + name + "” in themes/.", Help: "Make the folder " + label + "/, or write “theme: hearth”."}}
	}
	t := &Theme{templates: map[string]*template.Template{}, words: map[string]string{}, assets: map[string]string{}, files: map[string][]byte{}, sources: map[string]string{}}
	all := map[string][]byte{}
	err = fs.WalkDir(builtin, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(builtin, p)
		all[p] = data
		return err
	})
	if err != nil {
		return nil, err
	}
	builtinWords := maps.Clone(all)
	maps.Copy(all, own)
	source := func(p string) string {
		if _, ok := own[p]; ok {
			return label + "/" + p
		}
		return "themes/hearth/" + p
	}
	sum := sha256.New()
	for _, p := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(sum, "%s %d\n%s", p, len(all[p]), all[p])
	}
	t.Fingerprint = hex.EncodeToString(sum.Sum(nil)[:8])
	same := fmt.Sprintf("%s %s %x %q", name, lang, sum.Sum(nil), slices.Sorted(maps.Keys(own)))
	if last := lastTheme.Load(); last != nil && last.same == same {
		return last.theme, nil
	}
	// A site's words are laid over the built-in ones key by key.
	if err := t.loadWords(builtinWords, func(p string) string { return "themes/hearth/" + p }, lang); err != nil {
		return nil, err
	}
	if err := t.loadWords(own, source, lang); err != nil {
		return nil, err
	}
	if err := t.loadAssets(all, source); err != nil {
		return nil, err
	}
	if err := t.loadTemplates(all, source); err != nil {
		return nil, err
	}
	lastTheme.Store(&loadedTheme{same, t})
	return t, nil
}

// loadedTheme is a theme with all that it was loaded from. The last one is kept,
// because parsing takes longer than a small site does: whoever builds several
// times in one process parses once. Nothing changes a theme after it was loaded.
type loadedTheme struct {
	same  string
	theme *Theme
}

var lastTheme atomic.Pointer[loadedTheme]

// ownFiles reads a site's theme folder; nil when there is none.
func ownFiles(dir, label string) (map[string][]byte, error) {
	info, err := os.Stat(dir)
	if err != nil || !info.IsDir() {
		return nil, nil
	}
	files := map[string][]byte{}
	err = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if rel, err := filepath.Rel(dir, p); err == nil && d.Type().IsRegular() && d.Name()[0] != '.' && d.Name()[0] != '_' {
			data, err := os.ReadFile(p)
			files[filepath.ToSlash(rel)] = data
			return err
		}
		return nil
	})
	if err != nil {
		return nil, &Unusable{report.Problem{Code: "unreadable-theme", Severity: report.Error, File: label, Message: "The theme's folder can't be read.", Help: "Check its permissions."}}
	}
	return files, nil
}

func (t *Theme) loadWords(all map[string][]byte, source func(string) string, lang string) error {
	base, _ := language.Make(lang).Base()
	for _, name := range []string{"words.en.yaml", "words." + base.String() + ".yaml", "words." + lang + ".yaml"} {
		data, ok := all[name]
		if !ok {
			continue
		}
		var words map[string]string
		if err := yaml.Load(data, &words); err != nil {
			return &Unusable{report.Problem{Code: "theme-words", Severity: report.Error, File: source(name), Message: "The theme's words can't be read.", Help: "Each line needs the form “key: words”, with quotation marks around words that have a colon in them."}}
		}
		maps.Copy(t.words, words)
		t.sources[source(name)] = string(data)
	}
	return nil
}

// Word returns an interface word by its key; a missing one shows its key.
func (t *Theme) Word(key string) string {
	if w, ok := t.words[key]; ok {
		return w
	}
	return key
}

func (t *Theme) loadAssets(all map[string][]byte, source func(string) string) error {
	m := minify.New()
	m.AddFunc(".css", css.Minify)
	m.AddFunc(".js", js.Minify)
	m.AddFunc(".svg", svg.Minify)
	for _, p := range slices.Sorted(maps.Keys(all)) {
		name, ok := strings.CutPrefix(p, "assets/")
		if !ok {
			continue
		}
		data := all[p]
		ext := path.Ext(name)
		if ext == ".css" || ext == ".js" || ext == ".svg" {
			small, err := m.Bytes(ext, data)
			if err != nil {
				return &Unusable{report.Problem{Code: "theme-asset", Severity: report.Error, File: source(p), Message: "This file of the theme can't be read: " + err.Error() + ".", Help: "Mend the place that is named."}}
			}
			t.sources[source(p)] = string(data)
			data = small
		}
		sum := sha256.Sum256(data)
		out := "assets/" + strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		t.assets[name], t.files[out] = out, data
	}
	return nil
}

func (t *Theme) loadTemplates(all map[string][]byte, source func(string) string) error {
	m := minify.New()
	m.Add("text/html", &minhtml.Minifier{TemplateDelims: minhtml.GoTemplateDelims, KeepQuotes: true, KeepEndTags: true, KeepDocumentTags: true, KeepDefaultAttrVals: true, KeepSpecialComments: true})
	parseInto := func(tmpl *template.Template, p string) error {
		text := all[p]
		t.sources[source(p)] = string(text)
		if small, err := m.Bytes("text/html", text); err == nil {
			text = small
		}
		if _, err := tmpl.New(p).Parse(string(text)); err != nil {
			return t.broken(source(p), err)
		}
		return nil
	}
	shared := template.New("shared").Funcs(hooks)
	for _, p := range slices.Sorted(maps.Keys(all)) {
		if strings.HasPrefix(p, "partials/") && strings.HasSuffix(p, ".html") {
			if err := parseInto(shared, p); err != nil {
				return err
			}
		}
	}
	if all["layouts/base.html"] == nil {
		return t.broken("layouts/base.html", errors.New("it is missing"))
	}
	if err := parseInto(shared, "layouts/base.html"); err != nil {
		return err
	}
	for _, p := range slices.Sorted(maps.Keys(all)) {
		kind, ok := strings.CutPrefix(strings.TrimSuffix(p, ".html"), "layouts/")
		if !ok || kind == "base" || !strings.HasSuffix(p, ".html") {
			continue
		}
		page, err := shared.Clone()
		if err != nil {
			return err
		}
		if err := parseInto(page, p); err != nil {
			return err
		}
		inline(page, "word", t.Word)
		t.templates[kind] = page
	}
	inline(shared, "word", t.Word)
	t.shared = shared
	return nil
}

// broken tells a template's mistake in one line.
func (t *Theme) broken(file string, err error) error {
	message := strings.TrimPrefix(err.Error(), "template: ")
	message, _, _ = strings.Cut(message, "\n")
	return &Unusable{report.Problem{Code: "broken-template", Severity: report.Error, File: file, Message: "This template of the theme is broken: " + message + ".",
		Help: "Mend it, or remove the file so that the built-in one is used."}}
}

// inline puts what a function gives for a fixed key into the templates once:
// {{word "stories"}} costs nothing on a page.
func inline(tmpl *template.Template, function string, give func(key string) string) {
	for _, each := range tmpl.Templates() {
		if each.Tree != nil {
			eachAction(each.Tree.Root, func(n *parse.ActionNode) parse.Node {
				if key, ok := fixedKey(n.Pipe, function); ok {
					return &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(html.EscapeString(give(key)))}
				}
				return n
			})
		}
	}
}

// eachAction puts what f returns in place of every action of a template.
func eachAction(list *parse.ListNode, f func(n *parse.ActionNode) parse.Node) {
	if list == nil {
		return
	}
	for i, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			list.Nodes[i] = f(n)
		case *parse.IfNode:
			eachAction(n.List, f)
			eachAction(n.ElseList, f)
		case *parse.RangeNode:
			eachAction(n.List, f)
			eachAction(n.ElseList, f)
		case *parse.WithNode:
			eachAction(n.List, f)
			eachAction(n.ElseList, f)
		}
	}
}

// fixedKey returns the key with which a pipeline asks a function and does nothing else.
func fixedKey(p *parse.PipeNode, function string) (string, bool) {
	if len(p.Cmds) != 1 || len(p.Decl) != 0 || len(p.Cmds[0].Args) != 2 {
		return "", false
	}
	name, isName := p.Cmds[0].Args[0].(*parse.IdentifierNode)
	key, isText := p.Cmds[0].Args[1].(*parse.StringNode)
	if !isName || !isText || name.Ident != function {
		return "", false
	}
	return key.Text, true
}

// Sources returns the theme's own texts by their file, so that the proof can
// tell what stands in the theme.
func (t *Theme) Sources() map[string]string { return t.sources }

// bind returns the page templates with a renderer's functions in place, each
// made when it is first asked for.
func (t *Theme) bind(funcs template.FuncMap, asset func(name string) string) (pages map[string]func() (*template.Template, error), shared *template.Template, err error) {
	pages = make(map[string]func() (*template.Template, error), len(t.templates))
	for kind, tmpl := range t.templates {
		pages[kind] = sync.OnceValues(func() (*template.Template, error) {
			c, err := tmpl.Clone()
			if err != nil {
				return nil, err
			}
			inline(c, "asset", asset)
			spareEscapers(c.Funcs(funcs), "layouts/base.html", funcs)
			return c, nil
		})
	}
	if shared, err = t.shared.Clone(); err != nil {
		return nil, nil, err
	}
	inline(shared, "asset", asset)
	spareEscapers(shared.Funcs(funcs), "card", funcs)
	return pages, shared, nil
}

// spareEscapers takes the escapers away that html/template puts behind what is
// safe already: a function that gives HTML where HTML may stand, or a whole
// attribute where one may stand. They would give it back as it is, but pages
// are full of them, and each takes as long as the function.
func spareEscapers(tmpl *template.Template, name string, funcs template.FuncMap) {
	if err := tmpl.ExecuteTemplate(io.Discard, name, nil); err != nil { // escapes; that there is nothing to show doesn't matter
		var wrong *template.Error
		if errors.As(err, &wrong) {
			return // it can't be escaped, which is told when it is first used
		}
	}
	escaper := map[reflect.Type]string{reflect.TypeFor[template.HTML](): "_html_template_htmlescaper", reflect.TypeFor[template.HTMLAttr](): "_html_template_htmlnamefilter"}
	spared := map[string]string{} // function -> its escaper
	for function, f := range funcs {
		spared[function] = escaper[reflect.TypeOf(f).Out(0)]
	}
	for _, each := range tmpl.Templates() {
		if each.Tree != nil {
			eachAction(each.Tree.Root, func(n *parse.ActionNode) parse.Node {
				if cmds := n.Pipe.Cmds; len(cmds) == 2 && len(n.Pipe.Decl) == 0 {
					function, isName := cmds[0].Args[0].(*parse.IdentifierNode)
					then, isEscaper := cmds[1].Args[0].(*parse.IdentifierNode)
					if isName && isEscaper && then.Ident == spared[function.Ident] {
						n.Pipe.Cmds = cmds[:1]
					}
				}
				return n
			})
		}
	}
}

// execute runs a template into memory and tells its mistakes as the theme's.
func (t *Theme) execute(tmpl *template.Template, name string, into *bytes.Buffer, data any) error {
	if err := tmpl.ExecuteTemplate(into, name, data); err != nil {
		return t.broken(name, err)
	}
	return nil
}
