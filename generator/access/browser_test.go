package access_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A view is one way of looking at a page.
type view struct {
	name          string
	width, height int64   // of the window, in CSS pixels
	scale         float64 // device pixels to a CSS pixel
	dark          bool
	still         bool   // prefers-reduced-motion
	forced        bool   // forced-colors
	plain         bool   // without script
	letters       int64  // the reader's own size of letters, in CSS pixels; 0 means 16, as browsers come
	sheet         string // a reader's own style sheet
}

// The views: light and dark, small and wide, and the ways in which readers change a page.
// A window of 1280 by 1024 zoomed to 400 % has 320 by 256 CSS pixels (WCAG 1.4.10).
var (
	lightWide = view{name: "light at 1280", width: 1280, height: 800, scale: 1}
	lightThin = view{name: "light at 320", width: 320, height: 640, scale: 1}
	darkWide  = view{name: "dark at 1280", width: 1280, height: 800, scale: 1, dark: true}
	darkThin  = view{name: "dark at 320", width: 320, height: 640, scale: 1, dark: true}
	zoomed    = view{name: "zoomed to 400 %", width: 320, height: 256, scale: 4}
	large     = view{name: "letters twice as large", width: 1280, height: 800, scale: 1, letters: 32}
	spacedOut = view{name: "spaced out at 1280", width: 1280, height: 800, scale: 1, sheet: spacing}
	spaced    = view{name: "spaced out at 320", width: 320, height: 640, scale: 1, sheet: spacing}
	calm      = view{name: "reduced motion", width: 1280, height: 800, scale: 1, still: true}
	forced    = view{name: "forced colours", width: 1280, height: 800, scale: 1, forced: true}
	plain     = view{name: "without script", width: 1280, height: 800, scale: 1, plain: true}

	views = []view{lightWide, lightThin, darkWide, darkThin, zoomed, large, spacedOut, spaced, calm, forced, plain}
)

// spacing is the text spacing of WCAG 1.4.12, which a page must bear.
const spacing = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }`

// fontSize is the size of letters that a page begins with, in CSS pixels.
func (v view) fontSize() int64 { return cmp.Or(v.letters, 16) }

// A fault is what one check found on a page, in one view.
type fault struct{ check, view, says string }

func (f fault) String() string { return f.check + " (" + f.view + "): " + f.says }

// A check measures a page in some views. A check with several names takes all of those measurements in one go.
type check struct {
	names   []string
	views   []view
	measure func(*tab) error
}

// The checks of a page in the browser. Each name has at least one page in testdata/broken that it finds at fault.
// "console" and "network" are listened to all the while, in every view.
var checks = []check{
	{[]string{"axe", "contrast"}, []view{lightWide, lightThin, darkWide, darkThin}, (*tab).axe},
	{[]string{"reflow"}, []view{lightWide, lightThin}, measured("reflow", "reflow")},
	{[]string{"zoom"}, []view{zoomed, large}, measured("zoom", "reflow", "clipped")},
	{[]string{"text-spacing"}, []view{spaced, spacedOut}, measured("text-spacing", "reflow", "clipped")},
	{[]string{"targets"}, []view{lightWide, lightThin}, measured("targets", "targets")},
	{[]string{"reduced-motion"}, []view{calm}, measured("reduced-motion", "motion")},
	{[]string{"moving"}, []view{lightWide}, measured("moving", "moving")},
	{[]string{"forced-colours"}, []view{forced}, measured("forced-colours", "forced")},
	{[]string{"tab-order", "focus-visible", "focus-covered"}, []view{lightWide}, (*tab).walk},
	{[]string{"tab-order", "focus-covered"}, []view{zoomed}, (*tab).visit},
	{[]string{"read-aloud"}, []view{lightWide}, (*tab).readAloud},
	{[]string{"skip-link"}, []view{lightWide, lightThin}, (*tab).skipLink},
	{[]string{"no-script"}, []view{plain}, measured("no-script", "withoutScript")},
	{[]string{"console"}, views, func(*tab) error { return nil }},
	{[]string{"network"}, views, func(*tab) error { return nil }},
}

// axeTags are the rule sets of axe-core that count: WCAG 2.0 to 2.2, levels A and AA, and best practice.
var axeTags = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"}

func measured(name string, functions ...string) func(*tab) error {
	return func(t *tab) error {
		for _, function := range functions {
			said, err := evaluate[[]string](t, "measure."+function+"()")
			if err != nil {
				return err
			}
			t.found(name, said...)
		}
		return nil
	}
}

// fewKinds is how many pages of the example site are measured on a writer's machine, where all tests together may take
// two minutes. They show most of what there is; CI measures every kind.
const fewKinds = 8

// TestPagesInBrowser measures one page of each kind of the example site, so many that every element, class and
// language of the site was seen (see [subject.kinds]). Two pages of the small good site show that a failure is the
// example site's own.
func TestPagesInBrowser(t *testing.T) {
	b := newBrowser(t)
	good, own := subject{"good", "testdata/good"}, exampleSite(t)
	inspectAll(t, b, good, story, search)
	kinds := own.kinds(t)
	if !inCI() {
		kinds = kinds[:min(fewKinds, len(kinds))]
	}
	inspectAll(t, b, own, kinds...)
}

func inspectAll(t *testing.T, b *browser, site subject, pages ...string) {
	address := serve(t, site, "")
	looks := &looks{seen: map[string]bool{}}
	for _, name := range pages {
		t.Run(site.name+"/"+name, func(t *testing.T) {
			t.Parallel()
			for _, f := range b.inspect(t, address+name, looks, "") {
				t.Error(f)
			}
		})
	}
}

// TestBrokenPagesInBrowser shows that each check can fail. Every file in testdata/broken is called after the check that
// must find it at fault; what follows -- in its name tells how it's broken.
func TestBrokenPagesInBrowser(t *testing.T) {
	b := newBrowser(t)
	address := serve(t, subject{"good", "testdata/good"}, "testdata/broken")
	files, err := filepath.Glob("testdata/broken/*.html")
	if err != nil {
		t.Fatal(err)
	}
	broken := map[string]int{}
	for _, file := range files {
		base := filepath.Base(file)
		name, _, _ := strings.Cut(strings.TrimSuffix(base, ".html"), "--")
		broken[name]++
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			found := b.inspect(t, address+"broken/"+base, &looks{seen: map[string]bool{}}, name)
			if !slices.ContainsFunc(found, func(f fault) bool { return f.check == name }) {
				t.Errorf("%s finds nothing wrong with it", name)
			}
			for _, f := range found {
				t.Log(f)
			}
		})
	}
	known := map[string]bool{}
	for _, c := range checks {
		for _, name := range c.names {
			if broken[name] == 0 {
				t.Errorf("no page in testdata/broken shows that %q can fail", name)
			}
			known[name] = true
		}
	}
	for name := range broken {
		if known[name] {
			continue
		}
		t.Errorf("testdata/broken has pages for %q, which isn't a check", name)
	}
}

// serve serves a site on loopback, with the pages of a second folder at broken/, and returns its address, which
// ends in a slash. A site that lives under a path is served there. Without broken pages it is served with the headers
// that the guide for keepers recommends.
func serve(t *testing.T, site subject, broken string) string {
	t.Helper()
	mux := http.NewServeMux()
	base := site.base(t)
	mux.Handle(base, http.StripPrefix(strings.TrimSuffix(base, "/"), http.FileServer(http.Dir(site.dir))))
	if broken != "" {
		mux.Handle(base+"broken/", http.StripPrefix(base+"broken/", http.FileServer(http.Dir(broken))))
	}
	headers := map[string]string{}
	if broken == "" {
		headers = guideHeaders(t)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range headers {
			w.Header().Set(name, value)
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + base
}

// looks remembers which kinds of focused element were already compared pixel by pixel, because that is slow.
type looks struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (l *looks) first(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen[key] {
		return false
	}
	l.seen[key] = true
	return true
}

// A browser is one Chromium for all tests, and the tabs in it that nobody uses at the moment. Starting it, and opening
// a tab, takes longer than most of what is measured.
type browser struct {
	ctx     context.Context
	close   func()
	nowhere string // the address of an empty page, for tabs that wait
	axe     string
	measure string

	mu   sync.Mutex
	free []*tab
}

var (
	chromium     *browser // closed by TestMain
	chromiumOnce sync.Once
)

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("the browser tests take a minute and were left out because of -short")
	}
	program := program(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	axe, err := os.ReadFile(npmTool(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	measure, err := os.ReadFile("testdata/measure.js")
	if err != nil {
		t.Fatal(err)
	}
	chromiumOnce.Do(func() { chromium, err = startBrowser(program, string(axe), string(measure)) })
	if err != nil || chromium == nil {
		t.Fatalf("Chromium couldn't be started: %v", err)
	}
	return chromium
}

func startBrowser(program, axe, measure string) (*browser, error) {
	allocator, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(program), chromedp.UserDataDir(filepath.Join(scratch, "chromium")),
		chromedp.Flag("headless", true), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("force-color-profile", "srgb"),
		// Pages in tabs behind others are measured at the same pace.
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
		// Pages that follow each other in a tab stay in one process, which knows the scripts already.
		chromedp.Flag("disable-features", "ProactivelySwapBrowsingInstance,BackForwardCache,SpareRendererForSitePerProcess,PaintHolding"),
		// Nothing leaves this machine, even from a page that is broken on purpose.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	nowhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, `<!doctype html><link rel="icon" href="data:,">`)
	}))
	b := &browser{ctx: ctx, nowhere: nowhere.URL, axe: axe, measure: measure, close: func() {
		closeBrowser()
		stop()
		nowhere.Close()
	}}
	if err := chromedp.Do(ctx); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// open gives a tab for a page, which load then loads. When the test ends, the tab is free for another page.
func (b *browser) open(test *testing.T, address string, looks *looks) *tab {
	test.Helper()
	home, err := url.Parse(address)
	if err != nil {
		test.Fatal(err)
	}
	t := b.spare(test)
	limited, cancel := context.WithTimeout(t.whole, 5*time.Minute)
	t.ctx, t.looks, t.scripted, t.shown = limited, looks, false, map[int64]string{}
	t.mu.Lock()
	t.address, t.home, t.faults = address, home, nil
	t.mu.Unlock()
	test.Cleanup(func() {
		err := chromedp.Do(t.ctx, chromedp.Navigate(b.nowhere))
		cancel()
		if err != nil {
			return // the browser closes it in the end
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.free = append(b.free, t)
	})
	return t
}

func (b *browser) spare(test *testing.T) *tab {
	test.Helper()
	b.mu.Lock()
	if last := len(b.free) - 1; last >= 0 {
		t := b.free[last]
		b.free = b.free[:last]
		b.mu.Unlock()
		return t
	}
	b.mu.Unlock()
	// The tab opens in a context without a limit, for a limit there would end it for good.
	ctx, closeTab := chromedp.NewContext(b.ctx)
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		closeTab()
		test.Fatal(err)
	}
	t := &tab{whole: ctx, browser: b}
	if err := t.listen(ctx); err != nil {
		closeTab()
		test.Fatal(err)
	}
	return t
}

// inspect runs the checks on a page in every view. With only, it runs the check of that name alone, and only until it
// finds a fault. The page is loaded once: it must follow what readers change while they read.
func (b *browser) inspect(test *testing.T, address string, looks *looks, only string) []fault {
	test.Helper()
	t := b.open(test, address, looks)
	loaded := false
	for _, v := range views {
		var wanted []check
		for _, c := range checks {
			if slices.ContainsFunc(c.views, func(other view) bool { return other.name == v.name }) && (only == "" || slices.Contains(c.names, only)) {
				wanted = append(wanted, c)
			}
		}
		if len(wanted) == 0 {
			continue
		}
		show := t.change
		if !loaded {
			show, loaded = t.load, true
		}
		if err := show(v); err != nil {
			test.Fatalf("%s can't be shown (%s): %v", address, v.name, err)
		}
		for _, c := range wanted {
			if err := c.measure(t); err != nil {
				test.Fatalf("%s couldn't be measured for %v (%s): %v", address, c.names, v.name, err)
			}
		}
		if only != "" && slices.ContainsFunc(t.all(), func(f fault) bool { return f.check == only }) {
			break
		}
	}
	return t.all()
}

// tab is one page, open in the browser.
type tab struct {
	whole    context.Context // of the tab, whichever page is in it
	ctx      context.Context // of the page
	browser  *browser
	looks    *looks
	view     view
	scripted bool             // the page brings script
	shown    map[int64]string // by the window's width, which elements axe-core saw last

	mu      sync.Mutex
	address string
	home    *url.URL
	faults  []fault
}

func (t *tab) all() []fault {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.faults)
}

func (t *tab) found(check string, says ...string) { t.foundIn(t.view, check, says...) }

func (t *tab) foundIn(v view, check string, says ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range says {
		f := fault{check, v.name, s}
		if !slices.Contains(t.faults, f) {
			t.faults = append(t.faults, f)
		}
	}
}

// evaluate runs a script in the page, waits for what it promises, and returns it.
func evaluate[T any](t *tab, script string) (T, error) {
	return chromedp.Run(t.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// execute runs a script for what it does.
func (t *tab) execute(script string) error {
	_, err := evaluate[any](t, script+"\n;null")
	return err
}

func (t *tab) press(key string) error {
	return chromedp.Do(t.ctx, chromedp.KeyEvent(key))
}

// colours shows the page, as it stands, in the colours of a view.
func (t *tab) colours(v view) error {
	choose := func(yes bool, one, other string) string {
		if yes {
			return one
		}
		return other
	}
	_, err := chromedp.Call(t.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: choose(v.dark, "dark", "light")},
		{Name: "prefers-reduced-motion", Value: choose(v.still, "reduce", "no-preference")},
		{Name: "forced-colors", Value: choose(v.forced, "active", "none")},
	}})
	return err
}

// listen hears what the page complains of, and whom it asks for anything.
func (t *tab) listen(ctx context.Context) error {
	asks := func(kind, address string) {
		t.mu.Lock()
		home := t.home
		t.mu.Unlock()
		u, err := url.Parse(address)
		if err == nil && (u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about" || u.Scheme == home.Scheme && u.Host == home.Host) {
			return
		}
		t.found("network", kind+" "+address)
	}
	return chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			asks("asks for", e.Request.URL)
		case *network.EventWebSocketCreated:
			asks("opens a socket to", e.URL)
		case *runtime.EventExceptionThrown:
			said := e.ExceptionDetails.Text
			if e.ExceptionDetails.Exception != nil {
				said += " " + e.ExceptionDetails.Exception.Description
			}
			t.found("console", said)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
				var words []string
				for _, a := range e.Args {
					words = append(words, string(a.Value))
				}
				t.found("console", string(e.Type)+": "+strings.Join(words, " "))
			}
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
				t.found("console", string(e.Entry.Level)+": "+e.Entry.Text+" "+e.Entry.URL)
			}
		}
	})
}

// load loads the page afresh in a view.
func (t *tab) load(v view) error {
	if _, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.plain}); err != nil {
		return err
	}
	if err := t.arrange(v); err != nil {
		return err
	}
	if err := chromedp.Do(t.ctx, chromedp.Navigate(t.address)); err != nil {
		return err
	}
	if err := t.execute(t.browser.measure); err != nil {
		return err
	}
	scripted, err := evaluate[bool](t, "document.scripts.length > 0")
	t.scripted = scripted
	if err != nil {
		return err
	}
	return t.settle(v)
}

// change shows the page, as it stands, in another view. Only a page that brings script is loaded anew without it.
func (t *tab) change(v view) error {
	if t.scripted && v.plain != t.view.plain {
		return t.load(v)
	}
	if err := t.arrange(v); err != nil {
		return err
	}
	return t.settle(v)
}

// arrange makes the window and the reader's wishes those of a view.
func (t *tab) arrange(v view) error {
	t.mu.Lock()
	t.view = v
	t.mu.Unlock()
	if _, err := chromedp.Call(t.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: v.width, Height: v.height, DeviceScaleFactor: v.scale,
	}); err != nil {
		return err
	}
	letters := v.fontSize()
	if _, err := chromedp.Call(t.ctx, page.SetFontSizes, page.SetFontSizesParams{
		FontSizes: &page.FontSizes{Standard: letters, Fixed: letters * 13 / 16},
	}); err != nil {
		return err
	}
	return t.colours(v)
}

// settle waits until the page has taken on a view.
func (t *tab) settle(v view) error {
	wanted, err := json.Marshal(map[string]any{
		"width": v.width, "height": v.height, "scale": v.scale, "dark": v.dark, "still": v.still, "forced": v.forced, "letters": v.fontSize(), "sheet": v.sheet,
	})
	if err != nil {
		return err
	}
	return t.execute("measure.settle(" + string(wanted) + ")")
}

// violation is what axe-core says of one rule.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  string `json:"target"`
		Summary string `json:"summary"`
		// Only for contrast: what was measured, and whether the letters are large.
		Ratio float64 `json:"ratio"`
		Large bool    `json:"large"`
	} `json:"nodes"`
}

// stop is what testdata/measure.js says of one stop on the walk by keyboard.
type stop struct {
	Order   []string `json:"order"`
	Covered []string `json:"covered"`
	Look    string   `json:"look"` // the same for elements that look the same
}

// spot is where an element with the focus is shown.
type spot struct {
	Name    string  `json:"name"`
	Edge    float64 `json:"edge"` // half the length of its outline, in CSS pixels
	ScrollX float64 `json:"scrollX"`
	ScrollY float64 `json:"scrollY"`
	// Box is the part of the page to look at, around the element and inside the window, in CSS pixels.
	Box *page.Viewport `json:"box"`
}

// colourRules are axe-core's rules that depend on colours.
var colourRules = []string{"color-contrast", "link-in-text-block"}

// enhanced are the options of axe-core's check of contrast, with its own values but for the ratio.
var enhanced = json.RawMessage(`{"color-contrast": {"options": {
	"ignoreUnicode": true, "ignoreLength": false, "ignorePseudo": false, "boldValue": 700, "boldTextPt": 14, "largeTextPt": 18,
	"pseudoSizeThreshold": 0.25, "shadowOutlineEmMax": 0.1, "textStrokeEmMin": 0.03, "contrastRatio": {"normal": {"expected": 7}, "large": {"expected": 4.5}}}}}`)

// axe runs axe-core. Its rule for contrast is made to ask for what the theme promises, 7 to 1, and 4.5 to 1 in large
// letters (WCAG 1.4.6); what is less than that, but enough for level AA, is told apart as "contrast".
// Where dark colours show the same elements as light ones did, only the rules about colours are run again.
func (t *tab) axe() error {
	if loaded, err := evaluate[bool](t, "Boolean(globalThis.axe)"); err != nil {
		return err
	} else if !loaded {
		if err := t.execute(t.browser.axe); err != nil {
			return err
		}
		// The pages that follow in this tab find it there.
		if _, err := chromedp.Call(t.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: t.browser.axe}); err != nil {
			return err
		}
	}
	shown, err := evaluate[string](t, "measure.shown()")
	if err != nil {
		return err
	}
	kind, rules := "tag", axeTags
	if t.view.dark && t.shown[t.view.width] == shown {
		kind, rules = "rule", colourRules
	}
	t.shown[t.view.width] = shown
	wanted, err := json.Marshal(map[string]any{"checks": enhanced, "resultTypes": []string{"violations"}, "runOnly": map[string]any{"type": kind, "values": rules}})
	if err != nil {
		return err
	}
	violations, err := evaluate[[]violation](t, `axe.run(document, `+string(wanted)+`).then((r) => r.violations.map((v) => ({id: v.id, help: v.help, nodes: v.nodes.map((n) =>
		({target: n.target.join(" "), summary: n.failureSummary, ratio: n.any[0]?.data?.contrastRatio ?? 0, large: n.any[0]?.data?.expectedContrastRatio === "4.5:1"}))})))`)
	if err != nil {
		return err
	}
	for _, v := range violations {
		for _, n := range v.Nodes {
			name := "axe"
			if v.ID == "color-contrast" && n.Ratio >= map[bool]float64{false: 4.5, true: 3}[n.Large] {
				name = "contrast"
			}
			t.found(name, fmt.Sprintf("%s: %s at %s: %s", v.ID, v.Help, n.Target, strings.Join(strings.Fields(n.Summary), " ")))
		}
	}
	return nil
}

// tabKey is a press of Tab, without letting go: that is all a browser needs to move on.
var tabKey = input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: "Tab", Code: "Tab", WindowsVirtualKeyCode: 9}

// manyStops is after how many presses of Tab a walk hurries on: on pages with hundreds of links, those in the middle get
// the focus without keys.
const manyStops = 40

// walk presses Tab from the top of the page to its end. At every stop the page notes the order, and whether anything
// lies over the element with the focus. Then, once for each look of an element, it looks whether the focus changes it.
func (t *tab) walk() error {
	plan, err := evaluate[struct {
		Stops   int `json:"stops"`
		Presses int `json:"presses"`
	}](t, "measure.start()")
	if err != nil {
		return err
	}
	ended := false
	for pressed := 0; pressed < plan.Presses && !ended; {
		for range min(12, plan.Presses-pressed) {
			if _, err := chromedp.Call(t.ctx, input.DispatchKeyEvent, tabKey); err != nil {
				return err
			}
			pressed++
		}
		if ended, err = evaluate[bool](t, "measure.ended()"); err != nil {
			return err
		}
		if !ended && pressed > manyStops && plan.Stops-pressed > manyStops {
			if err := t.execute("measure.hurry(12)"); err != nil {
				return err
			}
			pressed = plan.Stops - 12
		}
	}
	if !ended {
		t.found("tab-order", fmt.Sprintf("after %d presses of Tab, the end of the page wasn't reached: there are %d stops", plan.Presses, plan.Stops))
	}
	stops, err := evaluate[[]stop](t, "measure.walked()")
	if err != nil {
		return err
	}
	for i, at := range stops {
		t.found("tab-order", at.Order...)
		t.found("focus-covered", at.Covered...)
		if t.looks.first(at.Look) {
			if err := t.focusShows(i); err != nil {
				return err
			}
		}
	}
	unreached, err := evaluate[[]string](t, "measure.unreached()")
	t.found("tab-order", unreached...)
	return err
}

// visit gives the focus to one stop after the other, without keys: that takes a browser a tenth of the time, and what
// keys do was seen on the walk.
func (t *tab) visit() error {
	stops, err := evaluate[[]stop](t, "measure.visit()")
	for _, at := range stops {
		t.found("tab-order", at.Order...)
		t.found("focus-covered", at.Covered...)
	}
	return err
}

// focusShows compares the element that has the focus with itself without it, in every set of colours. Half its
// outline, one CSS pixel thick, must change by 3 to 1 (WCAG 2.4.7 and 1.4.11; 2.4.13 asks for more). What shows the
// focus may also lie elsewhere, such as around the card that a link stands in.
func (t *tab) focusShows(number int) error {
	at, err := evaluate[spot](t, fmt.Sprintf("measure.goTo(%d)", number))
	if err != nil {
		return err
	}
	window := &page.Viewport{X: at.ScrollX, Y: at.ScrollY, Width: float64(t.view.width), Height: float64(t.view.height), Scale: 1}
	colours := []view{t.view}
	if t.view.name == lightWide.name {
		colours = append(colours, darkWide, forced)
	}
	for _, v := range colours {
		if err := t.colours(v); err != nil {
			return err
		}
		changed := 0.0
		for _, part := range []*page.Viewport{at.Box, window} {
			with, err := t.picture(part)
			if err != nil {
				return err
			}
			if err := t.execute("measure.letGo()"); err != nil {
				return err
			}
			without, err := t.picture(part)
			if err != nil {
				return err
			}
			if err := t.execute("measure.takeBack()"); err != nil {
				return err
			}
			if changed = contrasting(with, without, part.Width); changed >= at.Edge {
				break
			}
		}
		if changed < at.Edge {
			t.foundIn(v, "focus-visible", fmt.Sprintf("%s hardly changes when it has the focus: %.0f square pixels, and at least %.0f are needed", at.Name, changed, at.Edge))
		}
	}
	return t.colours(t.view)
}

// picture shows a part of the page as it stands in the window.
func (t *tab) picture(part *page.Viewport) (image.RGBA64Image, error) {
	shot, err := chromedp.Call(t.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: part, Format: page.CaptureScreenshotFormatPng, OptimizeForSpeed: new(true)})
	if err != nil {
		return nil, err
	}
	picture, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		return nil, err
	}
	pixels, ok := picture.(image.RGBA64Image)
	if !ok {
		return nil, fmt.Errorf("a picture of the page came as %T", picture)
	}
	return pixels, nil
}

// contrasting gives the area, in square CSS pixels, whose colours in two pictures have a contrast of at least 3 to 1.
// Both pictures show a part of the page that is width CSS pixels wide.
func contrasting(a, b image.RGBA64Image, width float64) float64 {
	in := a.Bounds().Intersect(b.Bounds())
	count := 0.0
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			one, other := a.RGBA64At(x, y), b.RGBA64At(x, y)
			if one == other {
				continue
			}
			first, second := luminance(one), luminance(other)
			if (max(first, second)+0.05)/(min(first, second)+0.05) >= 3 {
				count++
			}
		}
	}
	scale := float64(a.Bounds().Dx()) / width
	return count / (scale * scale)
}

// luminance is WCAG's relative luminance of one pixel, from 0 to 1.
func luminance(c color.RGBA64) float64 {
	linear := func(c uint16) float64 {
		s := float64(c) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// skipLink presses Tab, Enter and Tab again.
func (t *tab) skipLink() error {
	if err := t.execute("measure.fromTop()"); err != nil {
		return err
	}
	for _, stage := range []struct{ key, ask string }{{kb.Tab, "skipLink"}, {kb.Enter, "skipped"}, {kb.Tab, "afterSkip"}} {
		if err := t.press(stage.key); err != nil {
			return err
		}
		said, err := evaluate[[]string](t, "measure."+stage.ask+"()")
		if err != nil {
			return err
		}
		if t.found("skip-link", said...); len(said) > 0 {
			return nil
		}
	}
	return nil
}

// spoken is what a screen reader is given of one element.
type spoken struct {
	role, name string
	level      string // of a heading
}

// aloud gives the page as the browser hands it to a screen reader, in the order in which it is read.
func (t *tab) aloud() ([]spoken, error) {
	tree, err := chromedp.Call(t.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, err
	}
	nodes := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range tree.Nodes {
		nodes[n.NodeID] = n
	}
	said := func(v *accessibility.Value) string {
		var s string
		if v == nil || json.Unmarshal(v.Value, &s) != nil {
			return ""
		}
		return strings.TrimSpace(s)
	}
	var heard []spoken
	var listen func(accessibility.NodeID)
	listen = func(id accessibility.NodeID) {
		n := nodes[id]
		if n == nil {
			return
		}
		if !n.Ignored {
			s := spoken{role: said(n.Role), name: said(n.Name)}
			for _, p := range n.Properties {
				if p.Name == accessibility.PropertyNameLevel && p.Value != nil {
					s.level = string(p.Value.Value)
				}
			}
			heard = append(heard, s)
		}
		for _, child := range n.ChildIDs {
			listen(child)
		}
	}
	if len(tree.Nodes) > 0 {
		listen(tree.Nodes[0].NodeID)
	}
	return heard, nil
}

// readAloud looks at the page as a screen reader gets it: what can be operated or played has a name (WCAG 4.1.2), the
// parts of the page can be told apart (2.4.1 and 1.3.1), and the first heading is the page's own (2.4.6).
func (t *tab) readAloud() error {
	heard, err := t.aloud()
	if err != nil {
		return err
	}
	parts := map[spoken]int{}
	headings := 0
	for _, s := range heard {
		switch s.role {
		case "link", "button", "textbox", "searchbox", "combobox", "checkbox", "radio", "slider", "spinbutton", "option", "DisclosureTriangle", "Date", "Audio", "Video", "image", "RootWebArea":
			if s.name == "" {
				t.found("read-aloud", fmt.Sprintf("a screen reader has no name for a %s", s.role))
			}
		case "banner", "contentinfo", "main", "navigation", "region", "search", "form", "complementary":
			parts[spoken{role: s.role, name: s.name}]++
		case "heading":
			if headings++; headings == 1 && s.level != "1" {
				t.found("read-aloud", fmt.Sprintf("the first heading, “%s”, is of level %s", s.name, s.level))
			}
		}
	}
	for part, count := range parts {
		if count > 1 {
			t.found("read-aloud", fmt.Sprintf("%d parts of the page are called %s “%s”", count, part.role, part.name))
		}
	}
	if parts[spoken{role: "main"}] != 1 || headings == 0 {
		t.found("read-aloud", "a screen reader finds no main part, or no heading")
	}
	return nil
}
