package serve

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"ownwords/generator"
)

const (
	// quiet is how long nothing may change before the site is made again:
	// editors save in several steps. patience is how long that may go on.
	quiet    = 12 * time.Millisecond
	patience = 60 * time.Millisecond
	// seldom is how often files are looked at where folders can't be watched.
	seldom = 2 * time.Second
	// breath is how long after a change garbage is collected, which would
	// otherwise make the change slower that comes next.
	breath = 300 * time.Millisecond
	// doze is how often the clock is looked at on the way to midnight: timers
	// stand still while a computer sleeps.
	doze = 10 * time.Minute
)

// blind says that not every change will be seen at once.
func blind(err error) string {
	return "Changes to files are seen only every two seconds, because not every folder can be watched: " + err.Error() +
		". On Linux, raising fs.inotify.max_user_watches helps."
}

// watcher tells which files and folders of the site change.
type watcher struct {
	*fsnotify.Watcher
	watch generator.Watch
	// missed is set when some folder can't be watched.
	missed bool
}

func newWatcher() (*watcher, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return &watcher{Watcher: w}, nil
}

// follow begins to watch what isn't watched yet. The error is the first of a
// folder that is there and can't be watched.
func (w *watcher) follow(what generator.Watch) error {
	w.watch = what
	var first error
	keep := func(err error) {
		if err != nil && first == nil && !errors.Is(err, fs.ErrNotExist) {
			first = err
		}
	}
	for _, root := range what.Trees {
		keep(w.tree(root))
		keep(w.Add(filepath.Dir(root))) // it may be made, or made again
	}
	for _, file := range what.Files {
		keep(w.Add(filepath.Dir(file))) // folders are watched, since editors put new files in the place of old ones
	}
	w.missed = first != nil
	return first
}

// tree watches a folder and all in it. A folder is watched before it is read,
// so that nothing made meanwhile is missed.
func (w *watcher) tree(root string) error {
	info, err := os.Lstat(root)
	if err != nil || !info.IsDir() {
		return err
	}
	if err := w.Add(root); err != nil {
		return err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	var first error
	for _, e := range entries {
		if e.IsDir() && e.Name()[0] != '.' {
			if err := w.tree(filepath.Join(root, e.Name())); err != nil && first == nil && !errors.Is(err, fs.ErrNotExist) {
				first = err
			}
		}
	}
	return first
}

// matters reports whether a change at a path is one of the site's. Files that
// editors keep beside a text while it is written aren't.
func (w *watcher) matters(path string) bool {
	if name := filepath.Base(path); name[0] == '.' || strings.HasSuffix(name, "~") {
		return slices.Contains(w.watch.Files, path)
	}
	return slices.Contains(w.watch.Files, path) || slices.ContainsFunc(w.watch.Trees, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+string(filepath.Separator))
	})
}

// seen takes in one event, and reports whether it matters.
func (w *watcher) seen(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod || !w.matters(e.Name) {
		return false
	}
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		// A folder that was moved goes on being watched under its old name.
		inside := e.Name + string(filepath.Separator)
		for _, watched := range w.WatchList() {
			if watched == e.Name || strings.HasPrefix(watched, inside) {
				w.Remove(watched) // it may be gone already
			}
		}
	}
	if e.Has(fsnotify.Create) {
		if err := w.tree(e.Name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.missed = true
		}
	}
	return true
}

// watch makes the site again whenever a file changes, and at midnight, until
// ctx is done.
func (s *server) watch(ctx context.Context) {
	var events chan fsnotify.Event
	var failures chan error
	if s.watcher != nil {
		events, failures = s.watcher.Events, s.watcher.Errors
	}
	changed := map[string]bool{}
	everything := false
	var first time.Time
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	change := func() {
		if first.IsZero() {
			first = s.o.Now()
		}
		settled.Reset(max(0, min(quiet, patience-s.o.Now().Sub(first))))
	}
	idle := time.NewTimer(time.Hour)
	idle.Stop()
	midnight := s.midnight()
	for {
		var look <-chan time.Time
		if s.watcher == nil || s.watcher.missed {
			look = time.After(seldom)
		}
		select {
		case <-ctx.Done():
			return
		case e, open := <-events:
			if !open {
				return
			}
			e.Name = filepath.Clean(e.Name)
			if s.watcher.seen(e) {
				changed[e.Name] = true
				change()
			}
		case <-failures: // events were lost
			everything = true
			change()
		case <-look:
			everything = true
			change()
		case <-idle.C:
			go runtime.GC() // now, and not while the next change is awaited
		case <-settled.C:
			paths := make([]string, 0, len(changed))
			for name := range changed {
				paths = append(paths, name)
			}
			if everything {
				paths = nil
			}
			s.update(ctx, first, paths)
			idle.Reset(breath)
			clear(changed)
			first, everything = time.Time{}, false
		case <-midnight:
			start := s.o.Now()
			if passed, err := s.preview.KeepTime(ctx); err == nil && passed {
				s.changed(start)
			}
			midnight = s.midnight()
		case <-s.rearm:
			midnight = s.midnight()
		case <-s.asked:
			s.look()
		}
	}
}

// midnight returns a channel that receives when the clock should be looked at.
func (s *server) midnight() <-chan time.Time {
	end, ok := s.preview.DayEnds()
	if !ok {
		return nil
	}
	return s.o.After(min(doze, end.Sub(s.o.Now())))
}

// update makes the site again after changes; paths is nil when anything may have changed.
func (s *server) update(ctx context.Context, first time.Time, paths []string) {
	anew, err := s.preview.Update(ctx, paths...)
	if err != nil || !anew {
		return
	}
	s.changed(first)
	if what := s.preview.Watch(); s.watcher != nil && !reflect.DeepEqual(what, s.watcher.watch) {
		if err := s.watcher.follow(what); err != nil {
			s.o.Warn(blind(err))
		}
	}
	if len(paths) <= 20 { // what the proof finds on the pages just written is told at once
		for _, page := range s.preview.Pages(paths) {
			if _, err := s.preview.File(ctx, page); err != nil {
				return
			}
		}
		s.look()
	}
}

// changed tells that the site was made anew.
func (s *server) changed(start time.Time) {
	s.news.tell()
	took := s.o.Now().Sub(start)
	s.telling.Lock()
	defer s.telling.Unlock()
	rep := s.preview.Report()
	s.isNews(rep)
	s.o.Changed(took, rep)
}

// lookSoon lets look be called when there is time for it.
func (s *server) lookSoon() {
	select {
	case s.asked <- struct{}{}:
	default:
	}
}

// look tells what came to light since the last change.
func (s *server) look() {
	s.telling.Lock()
	defer s.telling.Unlock()
	if rep := s.preview.Report(); s.isNews(rep) {
		s.news.tell()
		s.o.Found(rep)
	}
}
