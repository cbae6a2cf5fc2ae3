package serve

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browse opens a page of a preview in a real browser.
func (p *preview) browse(path string) context.Context {
	p.t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		if os.Getenv("OWNWORDS_REQUIRE_TOOLS") == "1" {
			p.t.Fatal("a browser is required here and isn't installed: apt-get install chromium")
		}
		p.t.Skip("no browser is installed, so the bar wasn't looked at in one: install it with apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(p.t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("no-first-run", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"), chromedp.WSURLReadTimeout(time.Minute), chromedp.WindowSize(1000, 700))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	p.t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	p.t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 90*time.Second)
	p.t.Cleanup(stop)
	if err := chromedp.Do(ctx, chromedp.Navigate(p.url+path)); err != nil {
		p.t.Fatal(err)
	}
	return ctx
}

// sees waits until a script's answer is true in the page.
func (p *preview) sees(ctx context.Context, what, script string) {
	p.t.Helper()
	for range 600 {
		// While a page is being reloaded there is nothing to ask.
		if is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script)); err == nil && is {
			return
		}
		if ctx.Err() != nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	page, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText + "\n---\n" + (document.querySelector("#ownwords-preview")?.shadowRoot.textContent ?? "no bar")`))
	p.t.Fatalf("the browser never showed %s: %v\n%s", what, err, page)
}

const overlay = `document.querySelector("#ownwords-preview")?.shadowRoot`

func TestOverlayInBrowser(t *testing.T) {
	p := serveSite(t, ourSite)
	ctx := p.browse("/stories/kettle/")
	p.sees(ctx, "the bar with its style", `getComputedStyle(`+overlay+`.querySelector("section")).borderTopStyle === "solid" && `+overlay+`.querySelector("#day").value === "2026-11-20"`)
	p.sees(ctx, "no list while there is nothing to mend", overlay+`.querySelector("#list").hidden && `+overlay+`.querySelector("button[aria-controls]").hidden`)

	p.edit("content/stories/kettle.md", "It was always warm.", "It was never cold.")
	p.sees(ctx, "the new words", `document.body.innerText.includes("It was never cold")`)

	p.edit("content/stories/kettle.md", "by: ben", "by: ben\ncolour: red")
	p.sees(ctx, "the problem", `!`+overlay+`.querySelector("#list").hidden && `+overlay+`.querySelector("li").textContent.includes("content/stories/kettle.md:4:1") &&
		`+overlay+`.querySelector("[role=status]").textContent.includes("This page isn’t shown")`)
	p.sees(ctx, "room for the bar below the page", `parseFloat(document.body.style.paddingBottom) >= `+overlay+`.querySelector("section").offsetHeight`)
	// It can be put away by keyboard, and stays away.
	p.sees(ctx, "the list chosen", overlay+`.querySelector("#list").focus() === undefined`)
	if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Escape)); err != nil {
		t.Fatal(err)
	}
	p.sees(ctx, "the list put away", overlay+`.querySelector("#list").hidden && `+overlay+`.activeElement.textContent === "1 thing to look at"`)
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	p.sees(ctx, "the list still put away", overlay+`?.querySelector("#list").hidden && `+overlay+`.querySelector("button[aria-controls]").textContent === "1 thing to look at"`)

	p.edit("content/stories/kettle.md", "colour: red\n", "")
	p.sees(ctx, "the mended story", `document.body.innerText.includes("It was never cold")`)

	// The site as of another day.
	if err := chromedp.Do(ctx, chromedp.Navigate(p.url+"/stories/library/")); err != nil {
		t.Fatal(err)
	}
	p.sees(ctx, "the library", `document.body.innerText.includes("until the lights went out") && `+overlay+` !== undefined`)
	p.sees(ctx, "a day chosen", `(bar => { bar.querySelector("#day").value = "2027-01-01"; bar.querySelector("form").requestSubmit(); return true })(`+overlay+`)`)
	p.sees(ctx, "that the story has left by then", `!document.body.innerText.includes("until the lights went out") && `+overlay+`?.querySelector("#day").value === "2027-01-01"`)
}
