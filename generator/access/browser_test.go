package access_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
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

	"github.com/chromedp/cdproto/emulation"
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
	{[]string{"tab-order", "focus-visible", "focus-covered"}, []view{lightWide, zoomed}, (*tab).walk},
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

// TestPagesInBrowser measures one page of each kind of the example site, so many that every element, class and
// language of the site was seen (see [subject.kinds]). Two pages of the small good site show that a failure is the
// example site's own.
func TestPagesInBrowser(t *testing.T) {
	b := newBrowser(t)
	good, own := subject{"good", "testdata/good"}, exampleSite(t)
	inspectAll(t, b, good, story, search)
	inspectAll(t, b, own, own.kinds(t)...)
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
	for _, c := range checks {
		for _, name := range c.names {
			if broken[name] == 0 {
				t.Errorf("no page in testdata/broken shows that %q can fail", name)
			}
			delete(broken, name)
		}
	}
	for name := range broken {
		t.Errorf("testdata/broken has pages for %q, which isn't a check", name)
	}
}

// serve serves a site on loopback, with the pages of a second folder at broken/, and returns its address, which
// ends in a slash. A site that lives under a path is served there.
func serve(t *testing.T, site subject, broken string) string {
	t.Helper()
	mux := http.NewServeMux()
	base := site.base(t)
	mux.Handle(base, http.StripPrefix(strings.TrimSuffix(base, "/"), http.FileServer(http.Dir(site.dir))))
	if broken != "" {
		mux.Handle(base+"broken/", http.StripPrefix(base+"broken/", http.FileServer(http.Dir(broken))))
	}
	server := httptest.NewServer(mux)
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

type browser struct {
	ctx     context.Context
	axe     string
	measure string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("the browser tests take minutes and were left out because of -short")
	}
	chromium := program(t, "apt-get install chromium", "chromium", "chromium-browser", "google-chrome")
	axe, err := os.ReadFile(npmTool(t, "axe-core/axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	measure, err := os.ReadFile("testdata/measure.js")
	if err != nil {
		t.Fatal(err)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(chromium), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", true), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("force-color-profile", "srgb"),
		// Pages in tabs behind others are measured at the same pace.
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
		// Nothing leaves this machine, even from a page that is broken on purpose.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	ctx, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closeBrowser()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium couldn't be started: %v", err)
	}
	return &browser{ctx: ctx, axe: string(axe), measure: string(measure)}
}

// open makes a tab of its own for a page, which show then loads.
func (b *browser) open(test *testing.T, address string, looks *looks) *tab {
	test.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	// The tab opens in a context without a limit, for a limit there would end it for good.
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		closeTab()
		test.Fatal(err)
	}
	limited, cancel := context.WithTimeout(ctx, 5*time.Minute)
	test.Cleanup(func() {
		cancel()
		closeTab()
	})
	t := &tab{ctx: limited, browser: b, address: address, looks: looks}
	if err := t.listen(ctx); err != nil {
		test.Fatal(err)
	}
	return t
}

// inspect runs the checks on a page in every view. With only, it runs the check of that name alone, and only until it
// finds a fault.
func (b *browser) inspect(test *testing.T, address string, looks *looks, only string) []fault {
	test.Helper()
	t := b.open(test, address, looks)
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
		if err := t.show(v); err != nil {
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
	ctx     context.Context
	browser *browser
	address string
	looks   *looks
	view    view
	pressed bool // a key was pressed since the page was loaded

	mu     sync.Mutex
	faults []fault
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
	t.pressed = true
	return chromedp.Do(t.ctx, chromedp.KeyEvent(key))
}

// untouched loads the page again if a key was pressed on it, so that no focus is left from an earlier check.
func (t *tab) untouched() error {
	if !t.pressed {
		return nil
	}
	return t.show(t.view)
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
	home, _ := url.Parse(t.address)
	asks := func(kind, address string) {
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

// show loads the page afresh in a view.
func (t *tab) show(v view) error {
	t.mu.Lock()
	t.view = v
	t.mu.Unlock()
	t.pressed = false
	if _, err := chromedp.Call(t.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: v.width, Height: v.height, DeviceScaleFactor: v.scale,
	}); err != nil {
		return err
	}
	if _, err := chromedp.Call(t.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: v.plain}); err != nil {
		return err
	}
	letters := cmp.Or(v.letters, 16)
	if _, err := chromedp.Call(t.ctx, page.SetFontSizes, page.SetFontSizesParams{
		FontSizes: &page.FontSizes{Standard: letters, Fixed: letters * 13 / 16},
	}); err != nil {
		return err
	}
	if err := t.colours(v); err != nil {
		return err
	}
	if err := chromedp.Do(t.ctx, chromedp.Navigate(t.address)); err != nil {
		return err
	}
	if err := t.execute(t.browser.measure); err != nil {
		return err
	}
	if v.sheet == "" {
		return nil
	}
	sheet, err := json.Marshal(v.sheet)
	if err != nil {
		return err
	}
	return t.execute("measure.restyle(" + string(sheet) + ")")
}

// violation is what axe-core says of one rule.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		Target  string `json:"target"`
		Summary string `json:"summary"`
	} `json:"nodes"`
}

// stop is what testdata/measure.js says of one stop on the walk by keyboard.
type stop struct {
	End     bool     `json:"end"`    // the walk left the page, or began anew
	Repeat  bool     `json:"repeat"` // still inside the same element, such as a player
	Order   []string `json:"order"`
	Covered []string `json:"covered"`
	Look    string   `json:"look"` // the same for elements that look the same
	Name    string   `json:"name"`
	Edge    float64  `json:"edge"` // half the length of its outline, in CSS pixels
	ScrollX float64  `json:"scrollX"`
	ScrollY float64  `json:"scrollY"`
	// Box is the part of the page to look at, around the element and inside the window, in CSS pixels.
	Box *page.Viewport `json:"box"`
}

// axe runs axe-core. The contrast of 7 to 1 that the theme promises is a rule of level AAA and told apart from it.
func (t *tab) axe() error {
	if err := t.execute(t.browser.axe); err != nil {
		return err
	}
	tags, err := json.Marshal(axeTags)
	if err != nil {
		return err
	}
	violations, err := evaluate[[]violation](t, `axe.run(document, {
		runOnly: {type: "tag", values: `+string(tags)+`},
		rules: {"color-contrast-enhanced": {enabled: true}},
		resultTypes: ["violations"],
	}).then((r) => r.violations.map((v) => ({id: v.id, help: v.help, nodes: v.nodes.map((n) => ({target: n.target.join(" "), summary: n.failureSummary}))})))`)
	for _, v := range violations {
		name := "axe"
		if v.ID == "color-contrast-enhanced" {
			name = "contrast"
		}
		for _, n := range v.Nodes {
			t.found(name, fmt.Sprintf("%s: %s at %s: %s", v.ID, v.Help, n.Target, strings.Join(strings.Fields(n.Summary), " ")))
		}
	}
	return err
}

// walk presses Tab from the top of the page to its end. At every stop it asks for the order, whether anything lies
// over the element with the focus, and, once for each look of an element, whether the focus changes how it looks.
func (t *tab) walk() error {
	if err := t.untouched(); err != nil {
		return err
	}
	plan, err := evaluate[struct {
		Stops   int `json:"stops"`
		Presses int `json:"presses"`
	}](t, "measure.start()")
	if err != nil {
		return err
	}
	ended := false
	for range plan.Presses {
		if err := t.press(kb.Tab); err != nil {
			return err
		}
		step, err := evaluate[stop](t, "measure.step()")
		if err != nil {
			return err
		}
		if step.End {
			ended = true
			break
		}
		if step.Repeat {
			continue
		}
		t.found("tab-order", step.Order...)
		t.found("focus-covered", step.Covered...)
		if !t.looks.first(step.Look) {
			continue
		}
		if err := t.focusShows(step); err != nil {
			return err
		}
	}
	if !ended {
		t.found("tab-order", fmt.Sprintf("after %d presses of Tab, the end of the page wasn't reached: there are %d stops", plan.Presses, plan.Stops))
	}
	unreached, err := evaluate[[]string](t, "measure.unreached()")
	t.found("tab-order", unreached...)
	return err
}

// focusShows compares the element that has the focus with itself without it, in every set of colours. Half its
// outline, one CSS pixel thick, must change by 3 to 1 (WCAG 2.4.7 and 1.4.11; 2.4.13 asks for more). What shows the
// focus may also lie elsewhere, such as around the card that a link stands in.
func (t *tab) focusShows(at stop) error {
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
func (t *tab) picture(part *page.Viewport) (image.Image, error) {
	shot, err := chromedp.Call(t.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Clip: part, Format: page.CaptureScreenshotFormatPng})
	if err != nil {
		return nil, err
	}
	return png.Decode(bytes.NewReader(shot.Data))
}

// contrasting gives the area, in square CSS pixels, whose colours in two pictures have a contrast of at least 3 to 1.
// Both pictures show a part of the page that is width CSS pixels wide.
func contrasting(a, b image.Image, width float64) float64 {
	in := a.Bounds().Intersect(b.Bounds())
	count := 0.0
	for y := in.Min.Y; y < in.Max.Y; y++ {
		for x := in.Min.X; x < in.Max.X; x++ {
			first, second := luminance(a, x, y), luminance(b, x, y)
			if (max(first, second)+0.05)/(min(first, second)+0.05) >= 3 {
				count++
			}
		}
	}
	scale := float64(a.Bounds().Dx()) / width
	return count / (scale * scale)
}

// luminance is WCAG's relative luminance of one pixel, from 0 to 1.
func luminance(m image.Image, x, y int) float64 {
	r, g, b, _ := m.At(x, y).RGBA()
	linear := func(c uint32) float64 {
		s := float64(c) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// skipLink presses Tab, Enter and Tab again.
func (t *tab) skipLink() error {
	if err := t.untouched(); err != nil {
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
