package access_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"ownwords/generator/access"
)

// goodSite is a small site that breaks no rule. Every check is shown to pass on it, and to fail on a copy of it with
// one thing broken.
func goodSite(t testing.TB) fstest.MapFS {
	t.Helper()
	site := fstest.MapFS{}
	dir := os.DirFS("testdata/good")
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dir, name)
		site[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return site
}

func TestGoodSiteBreaksNoRule(t *testing.T) {
	for _, f := range access.Check(goodSite(t)) {
		t.Error(f)
	}
}

const (
	story  = "stories/library/index.html"
	search = "search/index.html"
	style  = "assets/site.css"
)

// faults breaks one thing at a time: in `file`, `old` becomes `new`, and `rule` must say so with `says`.
var faults = []struct {
	rule, file, old, new, says string
}{
	{"doctype", story, "<!doctype html>", "", "must begin with <!doctype html>"},
	{"doctype", story, "<!doctype html>", `<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">`, "must begin with"},
	{"charset", story, `<meta charset="utf-8">`, "", "lacks <meta charset"},
	{"language", story, ` lang="en-GB"`, "", "doesn't say its language"},
	{"language", story, ` lang="en-GB"`, ` lang=""`, "isn't a language tag"},
	{"language", story, ` lang="en-GB"`, ` lang="en_GB"`, "isn't a language tag"},
	{"language", story, ` lang="en-GB"`, ` lang="und"`, "isn't a language tag"},
	{"language", story, ` lang="so"`, ` lang="somali-language"`, "isn't a language tag"},
	{"language", story, `rel="canonical"`, `hreflang="zz-zz-zz" rel="canonical"`, "isn't a language tag"},
	{"direction", story, ` lang="so"`, ` lang="ar"`, `add dir="rtl"`},
	{"direction", story, ` lang="en-GB"`, ` lang="fa" dir="ltr"`, `add dir="rtl"`},
	{"title", story, "<title>The library that stayed open</title>", "", "has no title"},
	{"title", story, "<title>The library that stayed open</title>", "<title> \n </title>", "has no title"},
	{"title", story, "<title>The library that stayed open</title>", "<title>Stories</title>", "is also that of stories/index.html"},
	{"landmarks", story, `<main id="main" tabindex="-1">`, `<div id="main" tabindex="-1">`, "no main landmark"},
	{"landmarks", story, `<header class="top">`, `<div class="top">`, "no banner landmark"},
	{"landmarks", story, "<footer>", "<div>", "no contentinfo landmark"},
	{"landmarks", story, "<footer>", "<footer></footer><footer>", "2 contentinfo landmarks"},
	{"landmarks", story, "<h2 id=\"before\">", "<div role=\"main\"></div><h2 id=\"before\">", "2 main landmarks"},
	{"landmarks", story, `<nav aria-label="Site">`, `<div>`, "has no <nav>"},
	{"landmarks", "stories/index.html", `<nav aria-label="Pages">`, `<nav>`, "each needs a label"},
	{"landmarks", "stories/index.html", `<nav aria-label="Pages">`, `<nav aria-label="Site">`, `are labelled "Site"`},
	{"headings", story, "<h1>The library that stayed open</h1>", "", "has 0 h1"},
	{"headings", story, `<h2 id="after">After</h2>`, `<h1 id="after">After</h1>`, "has 2 h1"},
	{"headings", story, `<h2 id="before">Before</h2>`, `<h4 id="before">Before</h4>`, "h4 follows h1"},
	{"headings", story, `<h2 id="before">Before</h2>`, `<h2 id="before"> </h2>`, "empty heading"},
	{"headings", story, `<h2 id="before">Before</h2>`, `<div role="heading" aria-level="3" id="before">Before</div>`, "h3 follows h1"},
	{"headings", story, `<p class="name">`, `<h2>Site</h2><p class="name">`, "first heading must be the h1"},
	{"images", story, ` alt="Two women laughing at a kitchen table"`, "", "has no alt"},
	{"images", story, `alt="Two women laughing at a kitchen table"`, `alt="kitchen.png"`, "is a file name"},
	{"images", story, `<figcaption>`, `<svg viewBox="0 0 1 1"></svg><figcaption>`, "a drawing needs a label"},
	{"images", search, `<button>Search</button>`, `<input type="image" src="/assets/kitchen.png" alt="">`, "that can be pressed"},
	{"names", story, "Write to the keepers", "", "without words"},
	{"names", story, "Write to the keepers", `<img src="/assets/kitchen.png" alt="">`, "without words"},
	{"names", story, "Write to the keepers", `<span aria-hidden="true">Write</span>`, "without words"},
	{"names", story, "How this story was agreed", "", "without words"},
	{"names", search, "<button>Search</button>", `<input type="submit" value="">`, "no words in its value"},
	{"names", story, "<table>", `<iframe src="/stories/"></iframe><table>`, "needs a title"},
	{"ids", story, `id="after"`, `id="before"`, "used more than once"},
	{"ids", story, `id="after"`, `id=""`, "can't be empty"},
	{"ids", story, `<table>`, `<table aria-describedby="nowhere">`, `names "nowhere"`},
	{"ids", search, `for="q"`, `for="x"`, `names "x"`},
	{"links", story, `href="#after"`, `href="#later"`, `no place called "later"`},
	{"links", story, `href="/search/"`, `href="/serch/"`, "leads to nothing"},
	{"links", story, `href="/search/"`, `href="/search"`, "lacks the slash"},
	{"links", story, `href="/search/"`, `href=""`, "leads nowhere"},
	{"links", story, `href="/search/"`, `href="http://[bad/"`, "isn't a valid address"},
	{"links", story, `href="/search/"`, `href="https://stories.example.org/gone/"`, "leads to nothing"},
	{"links", story, `href="/search/"`, `href="/stories/page/2/#nowhere"`, `no place called "nowhere"`},
	{"links", story, `src="/assets/kitchen.png"`, `src="/assets/missing.png"`, "leads to nothing"},
	{"links", story, `/assets/kitchen.png 2x`, `/assets/missing.png 2x`, "leads to nothing"},
	{"links", story, `href="/rss.xml"`, `href="/stories/rss.xml"`, "leads to nothing"},
	{"links", story, `content="https://stories.example.org/assets/kitchen.png"`, `content="/assets/missing.png"`, "leads to nothing"},
	{"links", "was-here/index.html", `url=/stories/library/`, `url=/stories/gone/`, "leads to nothing"},
	{"links", "404.html", `href="/stories/">See`, `href="stories/">See`, "must begin with a slash"},
	{"links", story, `<title>`, `<base href="/"><title>`, "<base>"},
	{"links", style, "html {", "@import \"missing.css\";\nhtml {", "leads to nothing"},
	{"skip-link", story, `<a class="skip" href="#main">Skip to the story</a>`, "", "first thing that can be reached"},
	{"skip-link", story, `href="#main"`, `href="#before-main"`, "doesn't lead to the main part"},
	{"skip-link", story, `<a class="skip"`, `<a href="/">Home</a><a class="skip"`, "first thing that can be reached"},
	{"labels", search, `<label for="q">Words to look for</label>`, "", "has no label"},
	{"labels", search, `<label for="q">Words to look for</label>`, `<label for="q"> </label>`, "has no label"},
	{"labels", search, `<legend>Look in</legend>`, "", "needs a <legend>"},
	{"labels", search, "<button>", `<label><input type="radio" name="lone"> Lone</label><button>`, "need a <fieldset>"},
	{"labels", search, "<button>", `<textarea placeholder="Your words"></textarea><button>`, "a placeholder isn't one"},
	{"tables", story, `<thead><tr><th scope="col">Day</th><th scope="col">People</th></tr></thead><tbody><tr><th scope="row">Tuesday</th>`, `<tbody><tr><td>Tuesday</td>`, "no header cells"},
	{"inline-code", story, `<meta charset="utf-8">`, `<meta charset="utf-8"><style>p{margin:0}</style>`, "styles belong"},
	{"inline-code", story, `<p class="byline">`, `<p class="byline" style="color:red">`, "the style attribute"},
	{"inline-code", story, `<p class="byline">`, `<p class="byline" onclick="x()">`, "event handler onclick"},
	{"inline-code", story, "</main>", "<script>x()</script></main>", "script belongs"},
	{"inline-code", story, `href="/search/"`, `href="javascript:alert(1)"`, "may not run script"},
	{"inline-code", "assets/mark.svg", "<circle", `<circle onload="x()"`, "may not carry event handlers"},
	{"inline-code", "assets/mark.svg", "<circle", `<script>x()</script><circle`, "may not carry script"},
	{"third-party", "assets/mark.svg", "<circle", `<image href="https://cdn.example.net/x.png"/><circle`, "may not fetch"},
	{"third-party", story, `src="/assets/kitchen.png"`, `src="https://cdn.example.net/kitchen.png"`, "asks"},
	{"third-party", story, `src="/assets/kitchen.png"`, `src="//cdn.example.net/kitchen.png"`, "asks"},
	{"third-party", story, `/assets/kitchen.png 2x`, `https://cdn.example.net/k.png 2x`, "asks"},
	{"third-party", story, `href="/assets/site.css"`, `href="https://cdn.example.net/site.css"`, "asks"},
	{"third-party", story, `<link rel="icon"`, `<link rel="preconnect" href="https://cdn.example.net/"><link rel="icon"`, "asks"},
	{"third-party", story, `<p class="byline">`, `<p class="byline" style="background:url(https://cdn.example.net/x.png)">`, "asks"},
	{"third-party", story, "<table>", `<video controls poster="https://cdn.example.net/x.jpg" src="/assets/kitchen.png"></video><table>`, "asks"},
	{"third-party", search, `action="/search/"`, `action="https://search.example.net/"`, "asks"},
	{"third-party", style, "background: var(--paper);", "background: url('https://cdn.example.net/x.png');", "asks"},
	{"third-party", style, "html {", "@import \"https://cdn.example.net/x.css\";\nhtml {", "asks"},
	{"third-party", style, "html {", "body { background: image-set(\"https://cdn.example.net/x.png\" 1x) }\nhtml {", "asks"},
	{"zoom", story, `<meta name="viewport" content="width=device-width, initial-scale=1">`, "", "no viewport"},
	{"zoom", story, "initial-scale=1", "user-scalable=no", "forbids zooming"},
	{"zoom", story, "initial-scale=1", "maximum-scale=1.0", "limits zooming"},
	{"zoom", story, "width=device-width", "width=1024", "width=device-width"},
	{"autoplay", story, "<table>", `<audio controls autoplay src="/assets/kitchen.png"></audio><table>`, "when its listener starts it"},
	{"autoplay", story, "<table>", `<video src="/assets/kitchen.png"></video><table>`, "needs controls"},
	{"autoplay", story, "<table>", `<marquee>News</marquee><table>`, "moving text"},
	{"autoplay", "was-here/index.html", `content="0; url`, `content="5; url`, "after 5 seconds"},
	{"keyboard", search, `<button>`, `<button tabindex="3">`, "upsets the order"},
	{"keyboard", search, `<button>`, `<button accesskey="s">`, "access key"},
	{"csp", story, "Content-Security-Policy", "X-Policy", "stands before the Content-Security-Policy"},
	{"csp", "was-here/index.html", "Content-Security-Policy", "X-Policy", "no Content-Security-Policy"},
	{"csp", story, "default-src 'none'", "default-src *", "must be 'none' or 'self'"},
	{"csp", story, "default-src 'none'; ", "", "has no default-src"},
	{"csp", story, "base-uri 'none'; ", "", "has no base-uri"},
	{"csp", story, "script-src 'self'", "script-src 'self' 'unsafe-inline'", "lets in 'unsafe-inline'"},
	{"csp", story, "script-src 'self'", "script-src https://cdn.example.net", "lets in https://cdn.example.net"},
	{"csp", story, "style-src 'self'", "style-src 'self' data:", "may not take data:"},
	{"csp", story, "script-src 'self'", "frame-ancestors 'none'; script-src 'self'", "set it as a header"},
	{"csp", story, `<meta charset="utf-8">`, `<meta charset="utf-8"><script src="/assets/search.js"></script>`, "stands before"},
	{"referrer", story, `<meta name="referrer" content="no-referrer">`, "", "no referrer policy"},
	{"referrer", story, `content="no-referrer"`, `content="unsafe-url"`, "which page a reader came from"},
	{"canonical", story, `<link rel="canonical" href="https://stories.example.org/stories/library/">`, "", "no canonical link"},
	{"canonical", story, `href="https://stories.example.org/stories/library/"`, `href="/stories/library/"`, "must begin with https://stories.example.org/"},
	{"canonical", story, `href="https://stories.example.org/stories/library/"`, `href="https://stories.example.org/stories/"`, "own address is https://stories.example.org/stories/library/"},
	{"canonical", "index.html", `<link rel="canonical" href="https://stories.example.org/">`, "", "home page has no canonical link"},
	{"canonical", "404.html", `<title>`, `<link rel="canonical" href="https://stories.example.org/404.html"><title>`, "no address of its own"},
}

func TestEachFaultIsFound(t *testing.T) {
	caught := map[string]bool{}
	for _, fault := range faults {
		t.Run(fault.rule+"/"+fault.says, func(t *testing.T) {
			site := goodSite(t)
			before := string(site[fault.file].Data)
			after := strings.Replace(before, fault.old, fault.new, 1)
			if after == before {
				t.Fatalf("%q doesn't stand in %s, so nothing was broken", fault.old, fault.file)
			}
			site[fault.file] = &fstest.MapFile{Data: []byte(after)}
			found := access.Check(site)
			for _, f := range found {
				if f.Rule == fault.rule && f.File == fault.file && strings.Contains(f.Message, fault.says) {
					caught[fault.rule] = true
					return
				}
			}
			t.Errorf("not found in %s; found %v", fault.file, found)
		})
	}
	for _, rule := range access.Rules {
		if !caught[rule.Name] {
			t.Errorf("no broken page shows that the rule %q finds anything", rule.Name)
		}
	}
}

// A site may live under a path; then every address on it begins with that path.
func TestSiteUnderAPath(t *testing.T) {
	site := goodSite(t)
	for name, file := range site {
		text := strings.ReplaceAll(string(file.Data), "https://stories.example.org/", "https://example.org/told/")
		for _, key := range []string{"href", "src", "srcset", "action"} {
			text = strings.ReplaceAll(text, key+`="/`, key+`="/told/`)
		}
		text = strings.ReplaceAll(text, " /assets/", " /told/assets/")
		text = strings.ReplaceAll(text, "url=/", "url=/told/")
		site[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, f := range access.Check(site) {
		t.Error(f)
	}
	site[story].Data = []byte(strings.Replace(string(site[story].Data), `href="/told/search/"`, `href="/search/"`, 1))
	found := access.Check(site)
	if len(found) != 1 || found[0].Rule != "links" || !strings.Contains(found[0].Message, "begin with /told/") {
		t.Errorf("a link outside the site's path: got %v", found)
	}
}

// Broken HTML and CSS must never stop the check; HTML parsers mend everything, and so the rules judge what they made.
func FuzzCheck(f *testing.F) {
	good := goodSite(f)
	f.Add(string(good[story].Data), string(good[style].Data))
	f.Add("", "")
	f.Add("<a href='%zz'><img srcset=','><table><svg><title>", "@import url(")
	f.Add("<meta http-equiv=refresh content=';url='><input type=radio>", "a{b:url(")
	f.Fuzz(func(t *testing.T, page, sheet string) {
		access.Check(fstest.MapFS{
			"index.html": {Data: []byte(page)}, "a.css": {Data: []byte(sheet)}, "b.svg": {Data: []byte(page)},
		})
	})
}
