package audit

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ownwords/generator/report"
)

// links tells broken links and requests to other hosts. They are mistakes, no
// traces: nothing is withheld because of them.
func (c *court) links() {
	found := map[string]map[uint64]bool{} // ids of pages, looked up once
	told := map[fault]bool{}              // in the network's own files: told once
	for _, f := range c.findings {
		led := map[int]bool{}
		for _, at := range f.places {
			target := c.in.Files[at.target].Path
			if !led[at.target] {
				led[at.target] = true
				c.leading[f.path] = append(c.leading[f.path], target)
			}
			if !strings.HasSuffix(target, ".html") {
				continue
			}
			if found[target] == nil {
				found[target] = c.placesOf(at.target)
			}
			if !found[target][idHash(at.fragment)] && !found[target][idHash(string(percentDecoded([]byte(at.fragment))))] {
				f.faults = append(f.faults, fault{noFragment, at.ref})
			}
		}
		for _, fault := range f.faults {
			if c.withheldAddress(fault.ref) {
				continue // told as a trace, without its address
			}
			c.spotted[f.path] = true
			p := report.Problem{Severity: report.Warning, File: f.path}
			if own := c.inOwn(&p, fault.ref); own {
				if told[fault] {
					continue
				}
				told[fault] = true
			} else {
				c.inSource(&p, c.owner(f), fault.ref)
			}
			c.tellFault(&p, f.path, fault)
			c.problems = append(c.problems, p)
		}
	}
}

// placesOf returns the hashed ids of a page; a page that wasn't read is read for them now.
func (c *court) placesOf(target int) map[uint64]bool {
	ids := map[uint64]bool{}
	if c.ids[target] == nil {
		if data, err := c.reread(c.in.Files[target].Path); err == nil {
			w := (&proof{in: c.in, root: c.root, s: &sought{}, files: c.files, ids: c.ids}).newWorker()
			w.whole(target, c.in.Files[target].Path, data)
		}
	}
	for _, h := range c.ids[target] {
		ids[h] = true
	}
	return ids
}

// reread reads a file of the site once more.
func (p *proof) reread(name string) ([]byte, error) {
	if p.site != nil {
		return p.site.Read(name)
	}
	return os.ReadFile(filepath.Join(p.in.Dir, filepath.FromSlash(name)))
}

// withheldAddress reports whether a reference holds the address of something withheld.
func (c *court) withheldAddress(ref string) bool {
	l := newLooker(c.s)
	l.path([]byte(ref))
	return len(l.hits) > 0
}

// inOwn looks for a reference in the network's own files.
func (c *court) inOwn(p *report.Problem, ref string) bool {
	var names []string
	for name, text := range c.in.Own {
		if strings.Contains(text, ref) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return false
	}
	p.File = slices.Min(names)
	p.Line, p.Column = lineAndColumn([]byte(c.in.Own[p.File]), strings.Index(c.in.Own[p.File], ref))
	return true
}

// inSource looks for a reference in the source of the item whose page it is.
func (c *court) inSource(p *report.Problem, owner, ref string) {
	if owner == "" || c.in.SourceOf == nil {
		return
	}
	file, source := c.in.SourceOf(owner)
	if file == "" {
		return
	}
	p.File = file
	written := ref
	if base := strings.TrimSuffix(c.root.base, "/"); base != "" { // the site's base path isn't part of what was written
		written = strings.TrimPrefix(ref, base)
	}
	for _, form := range []string{ref, written} {
		if at := bytes.Index(source, []byte(form)); at >= 0 {
			p.Line, p.Column = lineAndColumn(source, at)
			return
		}
	}
}

func (c *court) tellFault(p *report.Problem, page string, f fault) {
	switch f.kind {
	case noTarget:
		p.Code = "broken-link"
		p.Message = fmt.Sprintf("The link %q in %s leads to nothing on the site.", f.ref, page)
		p.Help = "Check the address for slips of the pen. If what it led to has gone, take the link out."
	case noFragment:
		address, fragment, _ := strings.Cut(f.ref, "#")
		that := "the page"
		if address == "" {
			that = "the same page"
		}
		p.Code = "broken-fragment"
		p.Message = fmt.Sprintf("The link %q in %s leads to a place called %q, but %s has no such place.", f.ref, page, fragment, that)
		p.Help = "Places are headings: their name is the heading in small letters with hyphens. Check it on the page that the link leads to."
	case otherHost:
		p.Code = "foreign-request"
		p.Message = fmt.Sprintf("%s makes the reader's browser ask %q of another site, which then learns who reads here.", page, f.ref)
		p.Help = "Keep a copy of the file in the site, or make it a link that readers can choose to follow."
	}
}

// foreignFiles tells files that nobody listed, and listed ones that aren't there.
func (c *court) foreignFiles() {
	slices.Sort(c.unlisted)
	for _, name := range c.unlisted {
		if c.withheldAddress(name) {
			name = name[:strings.IndexByte(name+"/", '/')] // its path is a trace, and told as one
		}
		c.spotted[name] = true
		c.blocked = true
		c.problems = append(c.problems, report.Problem{Code: "unlisted-file", Severity: report.Error, File: name,
			Message: fmt.Sprintf("The finished site holds a file, %s, that comes from no published item, so the site isn't made.", name),
			Help:    "Delete the folder .ownwords/ (it holds nothing of yours) and build again with “--out” and a new folder. What is online stays as it is. If it happens again, tell the makers of ownwords the file's path."})
	}
	for i, seen := range c.seen {
		if !seen {
			c.problems = append(c.problems, report.Problem{Code: "missing-file", Severity: report.Error, File: c.in.Files[i].Path,
				Message: fmt.Sprintf("The file %s should be in the finished site, but isn't.", c.in.Files[i].Path),
				Help:    "Check that the disk isn't full, delete the folder .ownwords/ (it holds nothing of yours), and build again. If it happens again, tell the makers of ownwords the file's path."})
		}
	}
}
