package keeper

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ownwords/generator/consent"
	"ownwords/generator/gate"
	"ownwords/generator/read"
)

// Receipt is what the site knows of one consent, for the person who gave it: a
// page in plain words, the same as text, and a record for programs with the
// fields of ISO/IEC TS 27560:2023 (tables 1 to 5). It is never published.
type Receipt struct {
	Record ConsentRecord

	site     *read.Site
	id       string
	isPerson bool
	// over says that the consent doesn't hold any more.
	over       bool
	withdrawal string
	Heading    string
	Name       string // "" for a story told under nobody's name on file
	Issued     string
	State      string
	Yes, No    []string
	Facts      []Fact
	Where      []string
	Own        []string // their stories, which have consents of their own
	HowToEnd   []string
	CannotCall []string
	Contact    string
	SiteTitle  string
	SiteURL    string
}

// Fact is a line of the record with its name.
type Fact struct{ Name, Value string }

// ConsentRecord is a consent record after ISO/IEC TS 27560:2023. Field names
// are the specification's; NotFilled lists the mandatory ones that a site
// doesn't know.
type ConsentRecord struct {
	SchemaVersion  string        `json:"schema_version"`
	ReceiptID      string        `json:"receipt_id"`
	RecordID       string        `json:"record_id"`
	PIIPrincipalID string        `json:"pii_principal_id"`
	Processing     PIIProcessing `json:"pii_processing"`
	Parties        []Party       `json:"party_identification"`
	Events         []Event       `json:"event"`
	NotFilled      []string      `json:"not_filled"`
}

// PIIProcessing says what is done with what the person gave.
type PIIProcessing struct {
	PrivacyNotice string    `json:"privacy_notice"`
	Language      string    `json:"language"`
	Purposes      []Purpose `json:"purposes"`
}

// Purpose is one use that was agreed to.
type Purpose struct {
	Purpose             string    `json:"purpose"`
	PurposeType         string    `json:"purpose_type"`
	LawfulBasis         string    `json:"lawful_basis"`
	PIIInformation      []PIIType `json:"pii_information"`
	PIIControllers      []string  `json:"pii_controllers"`
	CollectionMethod    string    `json:"collection_method"`
	StorageLocations    []string  `json:"storage_locations"`
	RetentionPeriod     string    `json:"retention_period"`
	RecipientThirdParty []string  `json:"recipient_third_parties"`
	WithdrawalMethod    string    `json:"withdrawal_method"`
}

// PIIType is a kind of information about the person.
type PIIType struct {
	Type string `json:"pii_type"`
}

// Party is someone who takes part.
type Party struct {
	ID      string `json:"party_id"`
	Name    string `json:"party_name,omitempty"`
	URL     string `json:"party_url,omitempty"`
	Contact string `json:"party_contact,omitempty"`
	Role    string `json:"party_role"`
	Type    string `json:"party_type"`
}

// Event is something that happened to the consent. Its times are civil days in
// the site's time zone; a validity is an ISO 8601 interval of whole days.
type Event struct {
	Time     string `json:"event_time"`
	Validity string `json:"validity_duration,omitempty"`
	EntityID string `json:"entity_id"`
	Type     string `json:"event_type"`
	State    string `json:"event_state"`
}

// piiTypes and recipients say for each use what it concerns, and whom it reaches.
var (
	piiTypes = map[consent.Use]string{
		consent.Page: "the story as told, with its title and introduction", consent.Feeds: "the story, or its introduction", consent.Search: "the address and words of the story's page",
		consent.Social: "the story's title, introduction and picture", consent.Quotes: "words of theirs", consent.Images: "pictures", consent.Recordings: "recordings of voice or image",
		consent.Named: "name", consent.Profile: "name and own introduction"}
	recipients = map[consent.Use]string{
		consent.Page: "everyone who reads the site", consent.Feeds: "everyone who follows the site's feeds, and their feed readers", consent.Search: "search engines",
		consent.Social: "services on which links to the site are shared", consent.Quotes: "everyone who reads the site", consent.Images: "everyone who reads the site",
		consent.Recordings: "everyone who reads the site", consent.Named: "everyone who reads the site", consent.Profile: "everyone who reads the site"}
)

// Receipt makes the receipt of a person's or a story's consent, as of the day.
func (k *Keeper) Receipt(id string) (*Receipt, error) {
	t, err := k.find(id)
	if err != nil {
		return nil, err
	}
	if err := k.readable(t); err != nil {
		return nil, err
	}
	site, r := k.lib.Site, t.record()
	c := &Receipt{site: site, id: t.id(), isPerson: t.person != nil, Issued: longDay(k.day), SiteTitle: site.Title, SiteURL: site.URL, Contact: site.Contact}
	c.name(k, t)
	standing := k.standing(t)
	last, _ := r.LastDay(k.terms())
	c.State = stateWords(standing.Reason, r, last)
	c.over = standing.Reason != consent.Holds && standing.Reason != consent.NotYet
	for _, u := range consent.Uses {
		words := c.words(u)
		switch {
		case words == "":
		case slices.Contains(r.For, u):
			c.Yes = append(c.Yes, words)
		case t.story == nil || u != consent.Named || t.story.Name.S != "":
			c.No = append(c.No, words)
		}
	}
	c.facts(r, last)
	k.where(c, t)
	c.endings()
	c.Record = k.consentRecord(c, t, last, standing)
	c.Facts = append(c.Facts, Fact{"Number of this record", c.Record.RecordID})
	return c, nil
}

// words say what a use allows, to the person; "" when it means nothing here.
func (c *Receipt) words(u consent.Use) string {
	if c.isPerson {
		return words[u].personal
	}
	return words[u].story
}

// name says whose receipt it is. A story's title is told only while it is on
// the site, so that a receipt never quotes a withheld story.
func (c *Receipt) name(k *Keeper, t target) {
	c.Heading = "What you agreed to"
	if t.person != nil {
		c.Name = t.person.Name.S
		return
	}
	title := "your story (" + t.id() + ")"
	if k.verdicts[t.id()].Reason == consent.Holds {
		title = "“" + t.story.Title.S + "”"
	}
	c.Heading = "What you agreed to for " + title
	if t.story.Name.S != "" {
		c.Name = t.story.Name.S
		return
	}
	var names []string
	for _, by := range t.story.By {
		for _, p := range k.lib.People {
			if p.Slug == by.S {
				names = append(names, p.Name.S)
			}
		}
	}
	c.Name = strings.Join(names, " and ")
}

func stateWords(reason consent.Reason, r *consent.Record, last consent.Day) string {
	switch reason {
	case consent.Withdrawn:
		return "This consent was ended on " + longDay(*r.Withdrawn) + ". Nothing that it covered is shown any more."
	case consent.Paused:
		return "This consent was paused on " + longDay(*r.Paused) + ". Nothing that it covers is shown until you say yes again."
	case consent.NotYet:
		return "This consent begins on " + longDay(*r.Given) + ", and its last day is " + longDay(last) + ". Nothing is shown before."
	case consent.Lapsed:
		return "The last day of this consent was " + longDay(last) + ". Nothing that it covered is shown any more, unless you say yes again."
	case consent.CameOfAge:
		return "This consent was given by a guardian, and ended when you came of age on " + longDay(*r.AdultOn) + ". You will be asked afresh."
	}
	return "This consent holds. Its last day is " + longDay(last) + ". On the day after, what it covers is left out by itself, unless you say yes again."
}

func (c *Receipt) facts(r *consent.Record, last consent.Day) {
	add := func(name, value string) {
		if value != "" {
			c.Facts = append(c.Facts, Fact{name, value})
		}
	}
	add("Given on", longDay(*r.Given))
	add("Given by", capital(givenByWords(cmp.Or(r.GivenBy, consent.Self))))
	if c.over {
		add("Last day that was agreed to", longDay(last))
	} else {
		add("Last day", longDay(last))
	}
	if r.AdultOn != nil {
		add("Comes of age on", longDay(*r.AdultOn))
	}
	if r.Paused != nil {
		add("Paused on", longDay(*r.Paused)+liftedWords(r, *r.Paused))
	}
	if r.Withdrawn != nil {
		add("Ended on", longDay(*r.Withdrawn)+liftedWords(r, *r.Withdrawn))
	}
	add("Wording that was agreed to", r.Form)
	add("Confirmed", r.Confirmed)
}

func liftedWords(r *consent.Record, on consent.Day) string {
	if *r.Given > on {
		return ", and given anew since"
	}
	return ""
}

// where lists the addresses at which the consent has a say on the day: only
// what is on the site, so that nobody else's withheld item is told.
func (k *Keeper) where(c *Receipt, t target) {
	r := t.record()
	needs := map[gate.What]consent.Use{gate.Within: consent.Named, gate.Mention: consent.Named, gate.Passage: consent.Named, gate.Attendance: consent.Named, gate.Credit: consent.Named,
		gate.Quotation: consent.Quotes, gate.Picture: consent.Images, gate.Recorded: consent.Recordings, gate.OwnPage: consent.Profile}
	add := func(list *[]string, line string) {
		if !slices.Contains(*list, line) {
			*list = append(*list, line)
		}
	}
	published := k.published()
	if t.story != nil && k.verdicts[t.id()].Reason == consent.Holds {
		add(&c.Where, k.address(t.id()))
	}
	for _, d := range gate.Dependents(k.lib, k.day, t.id()) {
		if d.Reason != consent.Holds {
			continue
		}
		if d.What == gate.Told {
			line := k.address(d.ID)
			for _, s := range k.lib.Stories {
				if s.ID != d.ID || s.Consent == nil {
					continue
				}
				if last, ok := s.Consent.Record.LastDay(k.terms()); ok {
					line += ", until " + longDay(last)
				}
			}
			add(&c.Own, line)
			continue
		}
		if (d.What == gate.Picture || d.What == gate.Recorded) && !published[d.ID+"\x00"+d.Beside] {
			continue // somebody else in it doesn't allow it
		}
		use, needed := needs[d.What]
		if t.story == nil && needed && consent.Decide(r, use, k.day, k.terms()) == consent.Holds || t.story != nil {
			add(&c.Where, k.address(d.ID))
		}
	}
}

// published holds the pictures and recordings that are on the site, by their
// item's ID and their file.
func (k *Keeper) published() map[string]bool {
	files := map[string]bool{}
	add := func(c *gate.Content) {
		for _, m := range c.Media {
			files[c.ID+"\x00"+m.File] = true
		}
	}
	cleared := k.outcome().Cleared
	for _, x := range cleared.Stories() {
		add(&x.Content)
	}
	for _, x := range cleared.Notes() {
		add(&x.Content)
	}
	for _, x := range cleared.Cells() {
		add(&x.Content)
	}
	for _, x := range cleared.Changes() {
		add(&x.Content)
	}
	for _, x := range cleared.Pages() {
		add(&x.Content)
	}
	for _, x := range cleared.Profiles() {
		add(&x.Content)
	}
	return files
}

func (k *Keeper) address(id string) string { return k.lib.Site.URL + id + "/" }

func (c *Receipt) endings() {
	tell := c.Contact
	if tell == "" {
		tell = "Tell the person who gave you this page."
	}
	c.withdrawal = "On any day, in any way that suits you, and without giving a reason. " + tell
	c.HowToEnd = []string{c.withdrawal,
		"You may end all of it, or one of the things you agreed to, or ask for a pause. You may also ask to be forgotten altogether.",
		"It is written down on the day you tell us. From then on every new version of the site leaves it out.",
		"You may say yes again on a later day."}
	if c.over {
		c.HowToEnd = []string{"You needn't do anything. It stays off the site unless you say yes again.",
			"You may say yes again on a later day, to all of it or to less. You may also ask to be forgotten altogether. " + tell}
	}
	c.CannotCall = []string{"Copies that feed readers, search engines and web archives have made. We tell them that it's gone; not all of them listen.",
		"What somebody has printed, saved or passed on.",
		"Earlier versions of the site's files, which are kept until a keeper removes them. Ask for that if it matters to you."}
}

// consentRecord fills the record for programs.
func (k *Keeper) consentRecord(c *Receipt, t target, last consent.Day, s *Standing) ConsentRecord {
	site, r := k.lib.Site, t.record()
	controller, principal := site.URL, t.id()
	rec := ConsentRecord{SchemaVersion: "ISO/IEC TS 27560:2023, ownwords 1", PIIPrincipalID: principal,
		RecordID: urn("record", site.URL, t.id(), r.Given.String()), NotFilled: []string{"jurisdiction", "party_address"}}
	rec.ReceiptID = urn("receipt", rec.RecordID, k.day.String(), string(s.Reason))
	notice := site.URL
	if slices.ContainsFunc(k.lib.Pages, func(p *read.Page) bool { return p.Slug == "consent" && !p.Broken && !p.Draft.V }) {
		notice = k.address("consent")
	}
	rec.Processing = PIIProcessing{PrivacyNotice: notice, Language: receiptLanguage, Purposes: []Purpose{}}
	stored := []string{"the files of " + site.URL}
	if site.Repository != "" {
		stored = append(stored, site.Repository)
	}
	retention := "until " + last.String()
	if ended, ok := r.Since(s.Reason, k.terms()); ok {
		retention = "off the site since " + ended.String()
	}
	for _, u := range consent.Uses {
		words := c.words(u)
		if !slices.Contains(r.For, u) || words == "" {
			continue
		}
		rec.Processing.Purposes = append(rec.Processing.Purposes, Purpose{Purpose: words, PurposeType: string(u), LawfulBasis: "consent",
			PIIInformation: []PIIType{{piiTypes[u]}}, PIIControllers: []string{controller}, CollectionMethod: "told or sent to the site's keepers by the person",
			StorageLocations: stored, RetentionPeriod: retention, RecipientThirdParty: []string{recipients[u]}, WithdrawalMethod: c.withdrawal})
	}
	rec.Parties = []Party{{ID: controller, Name: site.Title, URL: site.URL, Contact: site.Contact, Role: "PII controller", Type: "publisher"},
		{ID: principal, Name: c.Name, Role: "PII principal", Type: "individual"}}
	giver := principal
	if r.GivenBy == consent.Guardian || r.GivenBy == consent.Both {
		rec.Parties = append(rec.Parties, Party{ID: principal + "#guardian", Role: "guardian of the PII principal", Type: "individual"})
		if r.GivenBy == consent.Guardian {
			giver = principal + "#guardian"
		}
	}
	event := func(on consent.Day, by, state, validity string) {
		rec.Events = append(rec.Events, Event{Time: on.String(), Validity: validity, EntityID: by, Type: "explicit consent", State: state})
	}
	event(*r.Given, giver, "consent given", r.Given.String()+"/"+last.String())
	if r.Paused != nil {
		event(*r.Paused, principal, "consent paused", "")
	}
	if r.Withdrawn != nil {
		event(*r.Withdrawn, principal, "consent withdrawn", "")
	}
	if s.Reason == consent.Lapsed || s.Reason == consent.CameOfAge {
		event(last+1, controller, "consent expired", "")
	}
	slices.SortStableFunc(rec.Events, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
	return rec
}

// receiptLanguage is the language of the receipt's own words.
const receiptLanguage = "en-GB"

// urn makes an opaque ID that is the same whenever the same facts are told (RFC 9562, version 8).
func urn(parts ...string) string {
	sum := sha256.Sum256([]byte("ownwords\n" + strings.Join(parts, "\n")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

//go:embed receipt.html.tmpl
var receiptPage string

var receiptTemplate = template.Must(template.New("receipt").Parse(receiptPage))

// Sections are the parts of the page and of the text, in order.
func (c *Receipt) Sections() []Section {
	yes, end := "What you said yes to", "How to end it"
	if c.over {
		yes, end = "What you had said yes to", "What you can do now"
	}
	sections := []Section{{yes, "", c.Yes}, {"What you didn't say yes to, so it stays off", "", c.No}}
	if c.isPerson {
		sections = append(sections, Section{"Your stories", "Each has a consent of its own, and a receipt of its own.", c.Own})
	}
	sections = append(sections, Section{"Where it shows today", "", c.Where}, Section{end, "", c.HowToEnd}, Section{"What nobody can call back", "", c.CannotCall})
	return slices.DeleteFunc(sections, func(s Section) bool { return len(s.Items) == 0 })
}

// Section is a heading with a list under it.
type Section struct {
	Heading, Intro string
	Items          []string
}

// Language is the language of the receipt's words, as a BCP 47 tag.
func (c *Receipt) Language() string { return receiptLanguage }

// WriteHTML writes the receipt as one page that needs nothing else, can be
// read with a screen reader and prints on paper.
func (c *Receipt) WriteHTML(w io.Writer) error { return receiptTemplate.Execute(w, c) }

// WriteJSON writes the record for programs.
func (c *Receipt) WriteJSON(w io.Writer) error { return writeJSON(w, c.Record) }

// WriteText writes the receipt as plain text that is also Markdown.
func (c *Receipt) WriteText(w io.Writer) error {
	p := &printer{w: w}
	p.line("# %s", c.Heading)
	p.line("")
	if c.Name != "" {
		p.line("For %s. From the keepers of %s, %s, on %s.", c.Name, c.SiteTitle, c.SiteURL, c.Issued)
	} else {
		p.line("From the keepers of %s, %s, on %s.", c.SiteTitle, c.SiteURL, c.Issued)
	}
	p.line("")
	p.line("%s", c.State)
	for _, s := range c.Sections() {
		p.line("")
		p.line("## %s", s.Heading)
		p.line("")
		if s.Intro != "" {
			p.line("%s", s.Intro)
			p.line("")
		}
		for _, i := range s.Items {
			p.line("- %s", i)
		}
	}
	p.line("")
	p.line("## The record")
	p.line("")
	for _, f := range c.Facts {
		p.line("- %s: %s", f.Name, f.Value)
	}
	p.line("")
	p.line("Keep this page. It is for you, and isn't published.")
	return p.err
}

// WriteFiles writes the receipt into a folder as a page, a text and a record,
// readable by the keeper alone, and returns their names. It refuses a folder
// that is published or read as content; InSite tells of one that may be committed.
func (c *Receipt) WriteFiles(dir string) ([]string, error) {
	for _, ours := range []string{"public", "content", "themes", ".ownwords"} {
		if within(dir, filepath.Join(c.site.Dir, ours)) {
			return nil, &Refusal{"A receipt is for the person and isn't published, so it can't be written into " + ours + "/.", "Choose a folder outside the site."}
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var names []string
	for _, f := range []struct {
		ending string
		write  func(io.Writer) error
	}{{".html", c.WriteHTML}, {".md", c.WriteText}, {".json", c.WriteJSON}} {
		var b strings.Builder
		if err := f.write(&b); err != nil {
			return names, err
		}
		name := filepath.Join(dir, "receipt-"+strings.ReplaceAll(c.id, "/", "-")+f.ending)
		if err := writeFile(name, []byte(b.String()), 0o600); err != nil {
			return names, err
		}
		names = append(names, name)
	}
	return names, nil
}

// InSite reports whether a folder lies inside the site's, where a receipt could
// be committed by mistake.
func (c *Receipt) InSite(dir string) bool { return within(dir, c.site.Dir) }

// within reports whether a path lies in a folder, or is it.
func within(p, folder string) bool {
	p, err1 := filepath.Abs(p)
	folder, err2 := filepath.Abs(folder)
	if err1 != nil || err2 != nil {
		return true
	}
	rel, err := filepath.Rel(folder, p)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}
