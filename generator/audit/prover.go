package audit

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"ownwords/generator/gate"
	"ownwords/generator/report"
)

// Site is a site whose files are made when they are asked for.
type Site interface {
	// Has reports whether the site has a file at this path.
	Has(path string) bool
	// Read returns a file as it was made, for finding out where links to it
	// lead. Nothing else is done with it.
	Read(path string) ([]byte, error)
	// Items lists the IDs of all published items.
	Items() []string
}

// Prover proves the files of a site one by one, before each is served. It
// looks for the same traces as Audit, and for the same faults in links.
type Prover struct {
	mu sync.Mutex
	p  *proof
	w  *worker
	// unreadable are the problems of what is withheld itself.
	unreadable []report.Problem
}

// Prepare makes everything that is withheld ready for looking. Of the Input,
// Dir, Files, Keep and Unchanged aren't used. last, which may be nil, is a
// prover of the same site at another time: what it made ready is used again
// where the same is withheld.
func Prepare(ctx context.Context, in Input, site Site, last *Prover) (*Prover, error) {
	if in.Withheld == nil {
		in.Withheld = &gate.Withheld{}
	}
	in.Files, in.Dir, in.Keep, in.Unchanged = nil, "", nil, nil
	p := &proof{in: in, root: newRoot(in.URL, in.Base), site: site, files: map[string]int{}, lowerCase: map[int]bool{}}
	again := last != nil && last.p.root == p.root && sameSought(last.p.in.Withheld, in.Withheld)
	if again {
		same := *last.p.s
		same.withheld, same.shown = in.Withheld, shownItems(in.Withheld)
		same.addAddresses(in.Withheld.Items, p.emits)
		p.s = &same
	} else {
		var err error
		if p.s, err = newSought(ctx, in.Withheld, p.root, p.emits); err != nil {
			return nil, err
		}
	}
	p.withheldFiles()
	pr := &Prover{p: p, unreadable: p.problems}
	pr.w = p.newWorker()
	if again {
		last.mu.Lock()
		pr.w.x.hashed, last.w.x.hashed = last.w.x.hashed, map[uint64][]int{}
		last.mu.Unlock()
	}
	return pr, nil
}

// sameSought reports whether two sets of withheld things make the same sought.
func sameSought(a, b *gate.Withheld) bool {
	sameText := func(a, b gate.WithheldText) bool { return a.Words == b.Words && slices.Equal(a.Except, b.Except) }
	return slices.Equal(a.Items, b.Items) && slices.Equal(a.Titles, b.Titles) &&
		slices.EqualFunc(a.Names, b.Names, func(a, b gate.WithheldName) bool {
			if !slices.Equal(a.NotMe, b.NotMe) {
				return false
			}
			return a.Person == b.Person && a.Name == b.Name && a.Ordinary == b.Ordinary && a.Hash == b.Hash && a.Salt == b.Salt && a.Words == b.Words
		}) && slices.EqualFunc(a.Texts, b.Texts, sameText) && slices.EqualFunc(a.Lines, b.Lines, sameText)
}

// Check proves one file by its bytes, and tells its faults. A file on which
// Result.Quarantine or Unattributed is set carries a trace and may not be shown.
func (pr *Prover) Check(ctx context.Context, f File, data []byte) (*Result, error) {
	pr.mu.Lock()
	defer pr.mu.Unlock()
	p := pr.p
	i := p.number(f.Path)
	p.in.Files[i] = f
	p.findings, p.problems = nil, nil
	w := pr.w
	w.findings = nil
	w.current = finding{file: i, path: f.Path}
	if tooBig(f.Path, int64(len(data))) {
		if err := w.inPieces(bytes.NewReader(data), int64(len(data))); err != nil {
			return nil, err
		}
	} else {
		w.whole(i, f.Path, data)
	}
	w.end(f.Path)
	w.leave()
	return p.blame(ctx)
}

// Problems tells what kept the prover from looking for everything.
func (pr *Prover) Problems() []report.Problem { return pr.unreadable }

// number returns a file's number, a new one when it has none yet.
func (p *proof) number(name string) int {
	i, known := p.files[name]
	if !known {
		i = len(p.in.Files)
		p.files[name] = i
		p.in.Files = append(p.in.Files, File{Path: name})
		p.ids = append(p.ids, nil)
	}
	return i
}

// more finds a file of a site whose files are made when they are asked for.
func (p *proof) more(name string) (int, bool) {
	if p.site == nil || !p.site.Has(name) {
		return 0, false
	}
	return p.number(name), true
}
