package keeper

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestReceipt(t *testing.T) {
	k := open(t, makeSite(t, neighbours+"-- content/pages/consent.md --\n---\ntitle: Consent\n---\nHow.\n"), "2026-11-20")
	for id, file := range map[string]string{"amina": "receipt-person", "library": "receipt-story", "gone": "receipt-withdrawn", "jaya": "receipt-guardian"} {
		r, err := k.Receipt(id)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file+".md", text(t, r.WriteText))
		golden(t, file+".json", text(t, r.WriteJSON))
		if strings.Contains(text(t, r.WriteText), "Mina") {
			t.Error("known_as is printed")
		}
	}
	// The withheld story's title isn't told, even to whoever holds the paper.
	r, _ := k.Receipt("gone")
	for _, got := range []string{text(t, r.WriteText), text(t, r.WriteHTML), text(t, r.WriteJSON)} {
		quotesNothing(t, got)
	}
	_, err := k.Receipt("nora")
	refused(t, err, "There is no consent in content/people/nora.md.")
}

// What the specification makes mandatory is there, or said not to be known.
func TestReceiptFields(t *testing.T) {
	r, err := open(t, makeSite(t, neighbours), "2026-11-20").Receipt("amina")
	if err != nil {
		t.Fatal(err)
	}
	var rec struct {
		NotFilled []string `json:"not_filled"`
	}
	js := text(t, r.WriteJSON)
	if err := json.Unmarshal([]byte(js), &rec); err != nil {
		t.Fatal(err)
	}
	for _, field := range strings.Fields(`schema_version receipt_id record_id pii_principal_id privacy_notice language purposes purpose pii_information pii_type pii_controllers
		storage_locations retention_period jurisdiction recipient_third_parties withdrawal_method party_id party_name party_address party_contact party_role party_type
		event_time validity_duration entity_id event_type event_state`) {
		if !strings.Contains(js, `"`+field+`": `) && !slices.Contains(rec.NotFilled, field) {
			t.Errorf("no %s, and not said to be missing", field)
		}
	}
}

// The record's number stays while the consent is the same, and a new consent has a new one.
func TestReceiptNumbers(t *testing.T) {
	dir := makeSite(t, neighbours)
	first, _ := open(t, dir, "2026-11-20").Receipt("amina")
	again, _ := open(t, dir, "2026-11-20").Receipt("amina")
	same(t, text(t, again.WriteJSON), text(t, first.WriteJSON))
	k := open(t, dir, "2026-11-21")
	next, _ := k.Receipt("amina")
	if next.Record.RecordID != first.Record.RecordID || next.Record.ReceiptID == first.Record.ReceiptID {
		t.Errorf("%s %s, then %s %s", first.Record.RecordID, first.Record.ReceiptID, next.Record.RecordID, next.Record.ReceiptID)
	}
	c, err := k.Renew("amina", day(t, "2027-11-21"), "Ben rang")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Apply(); err != nil {
		t.Fatal(err)
	}
	if renewed, _ := open(t, dir, "2026-11-21").Receipt("amina"); renewed.Record.RecordID == first.Record.RecordID {
		t.Error("a renewed consent has the old number")
	}
}

// The page is whole in itself, in order for a screen reader, and escapes what people wrote.
func TestReceiptPage(t *testing.T) {
	dir := makeSite(t, strings.Replace(strings.Replace(neighbours, "name: Becca", "name: Becca <script>alert(1)</script> & Co", 1), "title: Test", "title: \"Our “Own” <b>Words</b>\"", 1))
	r, err := open(t, dir, "2026-11-20").Receipt("becca")
	if err != nil {
		t.Fatal(err)
	}
	page := text(t, r.WriteHTML)
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	for n := range doc.Descendants() {
		switch n.DataAtom {
		case atom.Script, atom.Link, atom.Img, atom.Iframe, atom.A:
			t.Errorf("a <%s> on a page that needs nothing else", n.Data)
		case atom.Html:
			if len(n.Attr) != 1 || n.Attr[0].Key != "lang" || n.Attr[0].Val != "en-GB" {
				t.Errorf("html has %v", n.Attr)
			}
		case atom.H1, atom.H2:
			headings = append(headings, n.Data+" "+n.FirstChild.Data)
		case atom.Ul, atom.Dl:
			if n.FirstChild == nil {
				t.Error("an empty list")
			}
		case atom.Title:
			same(t, n.FirstChild.Data, "What you agreed to - Our “Own” <b>Words</b>")
		}
	}
	if !slices.Equal(headings, []string{"h1 What you agreed to", "h2 What you said yes to", "h2 What you didn't say yes to, so it stays off", "h2 Your stories", "h2 Where it shows today", "h2 How to end it", "h2 What nobody can call back", "h2 The record"}) {
		t.Errorf("headings: %q", headings)
	}
	if !strings.HasPrefix(page, "<!doctype html>") || strings.Contains(page, "url(") || strings.Contains(page, "@import") {
		t.Error("not whole in itself")
	}
}

func TestReceiptFiles(t *testing.T) {
	dir := makeSite(t, neighbours)
	r, err := open(t, dir, "2026-11-20").Receipt("stories/library")
	if err != nil {
		t.Fatal(err)
	}
	for _, ours := range []string{"public", "content/stories", "public/../content"} {
		_, err := r.WriteFiles(filepath.Join(dir, ours))
		refused(t, err, "A receipt is for the person and isn't published, so it can't be written into ")
	}
	out := filepath.Join(t.TempDir(), "for", "amina")
	names, err := r.WriteFiles(out)
	if err != nil || len(names) != 3 {
		t.Fatal(names, err)
	}
	for _, ending := range []string{".html", ".md", ".json"} {
		info, err := os.Stat(filepath.Join(out, "receipt-stories-library"+ending))
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
			t.Errorf("%s: %v %v", ending, info, err)
		}
	}
	if r.InSite(out) || !r.InSite(filepath.Join(dir, "receipts")) {
		t.Error("which folders lie in the site is told wrongly")
	}
}
