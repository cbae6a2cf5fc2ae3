package access_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ownwords/generator"
	"ownwords/generator/consent"
)

// scriptedPage opens one of the two pages that carry script, and fails the test with what the browser complained of.
func scriptedPage(t *testing.T, name string) *tab {
	t.Helper()
	site := exampleSite(t)
	page := newBrowser(t).open(t, serve(t, site, "")+name, &looks{seen: map[string]bool{}})
	t.Cleanup(func() {
		for _, f := range page.all() {
			t.Error(f)
		}
	})
	if err := page.load(lightThin); err != nil {
		t.Fatal(err)
	}
	return page
}

// settled waits until a script in the page is true.
func (t *tab) settled(test *testing.T, script string) {
	test.Helper()
	if _, err := chromedp.Run(t.ctx, chromedp.Poll[bool](script)); err != nil {
		test.Fatalf("waiting for %s: %v", script, err)
	}
}

func answer[T any](test *testing.T, t *tab, script string) T {
	test.Helper()
	got, err := evaluate[T](t, script)
	if err != nil {
		test.Fatalf("%s: %v", script, err)
	}
	return got
}

func typed(test *testing.T, t *tab, field, words string) {
	test.Helper()
	answer[bool](test, t, `document.querySelector("`+field+`").focus(), true`)
	if err := chromedp.Do(t.ctx, chromedp.KeyEvent(words)); err != nil {
		test.Fatal(err)
	}
}

// again measures what a script has changed on the page.
func again(test *testing.T, t *tab) {
	test.Helper()
	for _, measure := range []func(*tab) error{(*tab).axe, measured("reflow", "reflow"), measured("targets", "targets")} {
		if err := measure(t); err != nil {
			test.Fatal(err)
		}
	}
}

// Searching works by keyboard, tells a screen reader how much was found, and asks nobody but this site.
func TestSearchByKeyboard(t *testing.T) {
	page := scriptedPage(t, "search/index.html")
	if role := answer[string](t, page, `document.querySelector("#search-status").getAttribute("role")`); role != "status" {
		t.Errorf("what was found is told in an element with the role %q, which screen readers don't announce", role)
	}
	typed(t, page, "#search-words", "library")
	page.settled(t, `document.querySelector("#search-status").textContent !== ""`)
	if said := answer[string](t, page, `document.querySelector("#search-status").textContent`); said == "" || said[0] < '1' || said[0] > '9' {
		t.Errorf("after finding something, the page says %q", said)
	}
	again(t, page)
	if err := page.press(kb.Tab); err != nil {
		t.Fatal(err)
	}
	first := answer[string](t, page, `document.activeElement.closest("#search-hits") ? document.activeElement.href : ""`)
	if !strings.Contains(first, "/") {
		t.Fatal("Tab doesn't lead from the field to the first thing found")
	}
	anything := func(devtools.EventLoadEventFired) bool { return true }
	if _, err := chromedp.Run(page.ctx, chromedp.WaitEvent(devtools.LoadEventFired, anything, chromedp.KeyEvent(kb.Enter))); err != nil {
		t.Fatal(err)
	}
	if at := answer[string](t, page, `location.href`); at != first {
		t.Errorf("Enter on %s leads to %s", first, at)
	}
	if heading := answer[string](t, page, `document.querySelector("h1").innerText`); heading == "" {
		t.Error("what was found can't be opened")
	}
}

// Results come ten at a time, and the focus goes to the first of those that were added.
func TestSearchShowsMore(t *testing.T) {
	page := scriptedPage(t, "search/index.html")
	typed(t, page, "#search-words", "wh") // who, what, when …
	page.settled(t, `document.querySelector("#search-status").textContent !== ""`)
	if shown := answer[int](t, page, `document.querySelectorAll("#search-hits li").length`); shown != 10 {
		t.Fatalf("at first %d results are shown", shown)
	}
	if hidden := answer[bool](t, page, `document.querySelector("#search-more").hidden || !document.querySelector("#search-everything").hidden`); hidden {
		t.Error("there is more, and the page doesn't offer it, or it still shows all that there is below")
	}
	again(t, page)
	answer[bool](t, page, `document.querySelector("#search-more").focus(), true`)
	if err := page.press(kb.Enter); err != nil {
		t.Fatal(err)
	}
	page.settled(t, `document.querySelectorAll("#search-hits li").length > 10`)
	if at := answer[int](t, page, `[...document.querySelectorAll("#search-hits li")].findIndex((li) => li.contains(document.activeElement))`); at != 10 {
		t.Errorf("after asking for more, the focus is on result %d", at)
	}
	answer[bool](t, page, `document.querySelector("#search-words").value = "", document.querySelector("#search-words").dispatchEvent(new Event("input")), true`)
	page.settled(t, `!document.querySelector("#search-everything").hidden`)
	if left := answer[bool](t, page, `document.querySelectorAll("#search-hits li").length > 0 || !document.querySelector("#search-more").hidden || document.querySelector("#search-status").textContent !== ""`); left {
		t.Error("when the field is empty again, results are still shown")
	}
}

func TestSearchFindsNothing(t *testing.T) {
	page := scriptedPage(t, "search/index.html")
	none := answer[string](t, page, `document.querySelector("#search").dataset.none`)
	typed(t, page, "#search-words", "xylophonist")
	page.settled(t, `document.querySelector("#search-status").textContent !== ""`)
	if said := answer[string](t, page, `document.querySelector("#search-status").textContent`); said != none || none == "" {
		t.Errorf("when nothing is found the page says %q; want %q", said, none)
	}
	if hits := answer[int](t, page, `document.querySelectorAll("#search-hits li").length`); hits != 0 {
		t.Errorf("nothing is found, and %d results are shown", hits)
	}
}

// The form makes a file that the generator publishes as it stands.
func TestShareMakesAStory(t *testing.T) {
	page := scriptedPage(t, "share/index.html")
	const title, words = `Who said "quiet"?`, "We weren't quiet: nobody had asked.\n\nThen they did."
	typed(t, page, "#share-title", title)
	typed(t, page, "#share-name", "Ines")
	typed(t, page, "#share-intro", "A short one: with a colon, # and 'quotes'")
	answer[bool](t, page, "document.querySelector(\"#share-body\").value = `"+words+"`, true")
	answer[bool](t, page, `document.querySelector("#share-until").value = "2099-01-01", true`)
	answer[bool](t, page, `document.querySelector("#use-feeds").focus(), true`)
	if err := page.press(" "); err != nil {
		t.Fatal(err)
	}
	answer[bool](t, page, `document.querySelector("#share button[type=submit]").focus(), true`)
	if err := page.press(kb.Enter); err != nil {
		t.Fatal(err)
	}
	page.settled(t, `!document.querySelector("#share-result").hidden`)
	if !answer[bool](t, page, `document.activeElement === document.querySelector("#share-result h2")`) {
		t.Error("the focus doesn't move to what was made")
	}
	again(t, page)

	made := answer[string](t, page, `document.querySelector("#share-file").value`)
	_, given, _ := strings.Cut(made, "given: ")
	given, _, _ = strings.Cut(given, "\n")
	day, err := consent.ParseDay(given)
	if err != nil {
		t.Fatalf("the file doesn't say when consent was given: %v\n%s", err, made)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"site.yaml":                   "title: Here\nurl: https://here.example.org/\nlanguage: en-GB\ntimezone: Europe/London\n",
		"content/stories/who-said.md": made,
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	report, err := generator.Build(context.Background(), generator.Options{Site: dir, At: &day})
	if err != nil {
		t.Fatal(err)
	}
	if report.Published.Stories != 1 || len(report.Problems) > 0 {
		t.Errorf("published %d stories, with the problems %v, from\n%s", report.Published.Stories, report.Problems, made)
	}
	site := subject{"shared", filepath.Join(dir, "public")}
	if story := string(read(t, site, "stories/who-said/index.html")); !strings.Contains(story, "nobody had asked.") {
		t.Error("the story's words aren't on its page")
	}

	// Hosts refuse long addresses, so a long story isn't put into one.
	answer[bool](t, page, `document.querySelector("#share-body").value = "We weren't quiet. ".repeat(2000), true`)
	answer[bool](t, page, `document.querySelector("#share button[type=submit]").click(), true`)
	if length := answer[int](t, page, `document.querySelector("#share-offer").href.length`); length > 8191 {
		t.Errorf("the address for offering a long story has %d letters", length)
	}
	if said := answer[string](t, page, `document.querySelector("#share-status").textContent`); said == "" {
		t.Error("a long story can't be carried over by itself, and the page doesn't say so")
	}
}
