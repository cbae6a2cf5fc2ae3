package since

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"ownwords/generator/read"
)

// Unable is the error when there is nothing to compare with: no git, no
// repository, no such revision, or a site.yaml that couldn't be read there.
type Unable struct{ Message, Help string }

// Error says what is wrong and how to mend it.
func (u *Unable) Error() string { return u.Message + " " + u.Help }

// history is the git repository that a site lies in, at one revision.
type history struct {
	// site is the site's folder; prefix its path in the repository, empty or with a slash at the end.
	site, prefix string
	ref, commit  string
}

// git runs git in the site's folder.
func (h *history) git(ctx context.Context, stdin io.Reader, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", h.site, "-c", "core.quotePath=false"}, args...)...)
	cmd.Stdin = stdin
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return nil, &Unable{"The command git isn't installed, so it can't be told what changed.", "Install git, or leave --since out."}
	case err != nil:
		first, _, _ := strings.Cut(strings.TrimSpace(complaint.String()), "\n")
		return out, fmt.Errorf("git %s: %w: %s", args[0], err, first)
	}
	return out, nil
}

// open finds the repository and the revision.
func open(ctx context.Context, site, ref string) (*history, error) {
	h := &history{site: site, ref: ref}
	prefix, err := h.git(ctx, nil, "rev-parse", "--show-prefix")
	var unable *Unable
	if errors.As(err, &unable) || ctx.Err() != nil {
		return nil, err
	}
	if err != nil {
		return nil, &Unable{"This folder isn't in a git repository that can be read, so it can't be told what changed. (" + lastPart(err) + ")", "Run it in a clone of the site's repository, or leave --since out."}
	}
	h.prefix = strings.TrimSuffix(string(prefix), "\n")
	commit, err := h.git(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		return nil, &Unable{"Git knows no “" + ref + "”, so it can't be told what changed since then.",
			"Check the name; “git branch --all” and “git tag” list some. If this is a shallow copy, fetch the history first: “git fetch --unshallow”, or “fetch-depth: 0” in a workflow."}
	}
	h.commit = strings.TrimSpace(string(commit))
	return h, nil
}

func lastPart(err error) string {
	s := err.Error()
	return s[strings.LastIndex(s, ": ")+2:]
}

// blob is a plain file in a revision.
type blob struct{ hash, path string }

// list lists the plain files below a path of the repository. Symbolic links and
// submodules aren't read as content, so they aren't listed.
func (h *history) list(ctx context.Context, under string) ([]blob, error) {
	out, err := h.git(ctx, nil, "ls-tree", "-r", "-z", "--full-tree", h.commit, "--", under)
	if err != nil {
		return nil, err
	}
	var blobs []blob
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		about, name, _ := strings.Cut(entry, "\t")
		if part := strings.Fields(about); len(part) == 3 && (part[0] == "100644" || part[0] == "100755") {
			blobs = append(blobs, blob{part[2], name})
		}
	}
	return blobs, nil
}

// isText reports whether the words of a file are compared; of any other file
// only its being there counts, so pictures needn't be fetched.
func isText(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".yaml", ".txt", ".vtt":
		return true
	}
	return false
}

// extract writes blobs below a folder.
func (h *history) extract(ctx context.Context, blobs []blob, into *os.Root) error {
	var wanted bytes.Buffer
	var texts []blob
	for _, b := range blobs {
		if !filepath.IsLocal(filepath.FromSlash(b.path)) {
			continue
		}
		if err := into.MkdirAll(filepath.FromSlash(path.Dir(b.path)), 0o700); err != nil {
			return err
		}
		if !isText(b.path) {
			if err := into.WriteFile(filepath.FromSlash(b.path), nil, 0o600); err != nil {
				return err
			}
			continue
		}
		texts = append(texts, b)
		wanted.WriteString(b.hash + "\n")
	}
	if len(texts) == 0 {
		return nil
	}
	out, err := h.git(ctx, &wanted, "cat-file", "--batch")
	if err != nil {
		return err
	}
	in := bufio.NewReader(bytes.NewReader(out))
	for _, b := range texts {
		head, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		part := strings.Fields(head)
		if len(part) != 3 {
			return fmt.Errorf("git has lost %s at %s", b.path, h.ref)
		}
		size, err := strconv.Atoi(part[2])
		if err != nil {
			return err
		}
		data := make([]byte, size+1) // and a line feed
		if _, err := io.ReadFull(in, data); err != nil {
			return err
		}
		if err := into.WriteFile(filepath.FromSlash(b.path), data[:size], 0o600); err != nil {
			return err
		}
	}
	return nil
}

// before reads the site as it was, into a temporary folder. The library is nil
// when there was no site yet. The folder is dir; the caller removes it.
func (h *history) before(ctx context.Context, dir string) (*read.Library, error) {
	into, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer into.Close()
	site := filepath.Join(dir, filepath.FromSlash(h.prefix))
	settings, err := h.list(ctx, h.prefix+"site.yaml")
	if err != nil || len(settings) == 0 {
		return nil, err
	}
	if err := h.extract(ctx, settings, into); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(site, "content"), 0o700); err != nil {
		return nil, err
	}
	// Read twice: only site.yaml says where the people are.
	alone, err := read.Read(ctx, read.Options{Dir: site, Past: true})
	var unusable *read.Unusable
	if errors.As(err, &unusable) {
		return nil, &Unable{"The site.yaml of “" + h.ref + "” has a mistake, so nothing can be compared with it.", "Name a revision whose site could be built."}
	}
	if err != nil {
		return nil, err
	}
	places := []string{h.prefix + "content/"}
	if people := alone.Site.PeopleDir; !path.IsAbs(people) {
		if inside := path.Join(h.prefix, people); inside != "." && inside != ".." && !strings.HasPrefix(inside, "../") && !strings.HasPrefix(inside+"/", h.prefix+"content/") {
			places = append(places, inside+"/")
		}
	}
	for _, place := range places {
		blobs, err := h.list(ctx, place)
		if err != nil {
			return nil, err
		}
		if err := h.extract(ctx, blobs, into); err != nil {
			return nil, err
		}
	}
	return read.Read(ctx, read.Options{Dir: site, Past: true})
}

// Change is a file of content that differs between the revision and now.
type Change struct {
	// How is added, changed, removed or moved.
	How string
	// File is where it is now, From where it was when it moved, both inside the site's folder.
	File, From string
}

// changes compares two folders with git's own finding of renames. label is how
// files in both are told.
func (h *history) changes(ctx context.Context, old, now, label string) ([]Change, error) {
	if err := os.MkdirAll(old, 0o700); err != nil { // nothing was there
		return nil, err
	}
	now, err := filepath.Abs(now)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(now); err != nil {
		return nil, nil
	}
	// The user's own settings may not change what is compared.
	out, err := h.git(ctx, nil, "diff", "--no-index", "--no-ext-diff", "--no-textconv", "-M", "-l0", "--name-status", "-z", "--", old, now)
	var exited *exec.ExitError
	if err != nil && !(errors.As(err, &exited) && exited.ExitCode() == 1) {
		return nil, err
	}
	var list []Change
	parts := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	told := func(name string) string {
		for _, dir := range []string{old, now} {
			if rel, err := filepath.Rel(dir, filepath.FromSlash(name)); err == nil && filepath.IsLocal(rel) {
				return label + "/" + filepath.ToSlash(rel)
			}
		}
		return name
	}
	for len(parts) > 1 {
		c := Change{File: told(parts[1])}
		switch parts[0][0] {
		case 'A':
			c.How = "added"
		case 'D':
			c.How = "removed"
		case 'R', 'C':
			if len(parts) < 3 {
				return list, nil
			}
			c.How, c.From, c.File = "moved", c.File, told(parts[2])
			parts = parts[1:]
		default:
			c.How = "changed"
		}
		parts = parts[2:]
		// The words of pictures weren't fetched, so only their coming and going is known.
		if c.How == "changed" && !isText(c.File) || strings.HasPrefix(path.Base(c.File), ".") {
			continue
		}
		list = append(list, c)
	}
	return list, nil
}

var confirmation = regexp.MustCompile(`(?im)^confirmed:[ \t]*\S`)

// confirmedInCommit reports whether a commit since the revision says who
// confirmed what has no consent of its own to say it in.
func (h *history) confirmedInCommit(ctx context.Context) (bool, error) {
	out, err := h.git(ctx, nil, "log", "--format=%B", h.commit+"..HEAD")
	return confirmation.Match(out), err
}
