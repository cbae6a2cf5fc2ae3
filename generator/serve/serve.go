// Package serve shows a site to the person who writes it: in memory, on this
// computer only, right for today at every moment, and new as soon as a file is
// saved. Whatever it hands out has gone the whole road of a build, proof
// included (generator.Preview); nothing is written to disk, and no file is ever
// handed out as it lies in content/.
//
// Pages get one script more than readers will see, which reloads them and shows
// what to mend; it is put in while a page is sent, so a built page has none.
//
//	serve.go   Run: listening, starting, stopping
//	watch.go   which changes matter, and when the site is made again
//	answer.go  requests for the site's files
//	live.go    the script, its style, and what it asks for
package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"ownwords/generator"
	"ownwords/generator/report"
)

// Options say what to serve, and whom to tell.
type Options struct {
	generator.PreviewOptions
	// Addr is the address to listen on, such as 127.0.0.1:4000.
	Addr string
	// After returns a channel that receives once the time is over, such as time.After.
	After func(time.Duration) <-chan time.Time
	// Why puts the reason for which an item is left out into words.
	Why func(report.LeftOut) string

	// Ready is told, once, where the site can be seen and how long starting took.
	Ready func(url string, took time.Duration, rep *report.Report)
	// Changed is told that the site was made anew, how long that took since the
	// first change was seen, and what there is to mend now.
	Changed func(took time.Duration, rep *report.Report)
	// Found is told that more to mend came to light without a change.
	Found func(rep *report.Report)
	// Warn is told what the person at the terminal should know.
	Warn func(message string)
}

// Address is the error for an address that can't be listened on.
type Address struct{ message string }

func (e *Address) Error() string { return e.message }

// Run serves a site until ctx is done, and then stops cleanly and returns nil.
// The error is an *Address, or one for which generator.Unusable holds: a site
// that can't be used at all when it starts isn't served.
func Run(ctx context.Context, o Options) error {
	start := o.Now()
	listener, err := listen(o.Addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	at := listener.Addr().(*net.TCPAddr)
	if !at.IP.IsLoopback() {
		o.Warn("Everyone who can reach this computer at " + at.String() + " can see this preview of the site" + drafts(o.Drafts) +
			". Without --addr it can be seen on this computer only.")
	}
	s, err := open(ctx, o)
	if err != nil {
		return err
	}
	defer s.close()
	s.anyHost = !at.IP.IsLoopback()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { s.watch(ctx) })
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	failed := make(chan error, 1)
	running.Go(func() { failed <- server.Serve(listener) })
	o.Ready("http://"+shown(at)+s.preview.Base(), o.Now().Sub(start), s.preview.Report())
	select {
	case <-ctx.Done():
		err = nil
	case err = <-failed:
	}
	stop() // open pages wait for news with it
	leave, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if server.Shutdown(leave) != nil {
		server.Close()
	}
	running.Wait()
	return err
}

func drafts(shown bool) string {
	if shown {
		return ", drafts included"
	}
	return ""
}

func listen(addr string) (net.Listener, error) {
	listener, err := net.Listen("tcp", addr)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &Address{fmt.Sprintf("%s is in use already, perhaps by another “ownwords serve”. End that one, or choose another port, such as --addr 127.0.0.1:4001", addr)}
	}
	return nil, &Address{fmt.Sprintf("--addr %q can't be listened on: %v. Write it as 127.0.0.1:4000", addr, err)}
}

// shown is the address as it is written into a browser.
func shown(at *net.TCPAddr) string {
	if at.IP.IsUnspecified() {
		return fmt.Sprintf("127.0.0.1:%d", at.Port)
	}
	return at.String()
}

// server is a site that is being served.
type server struct {
	o       Options
	preview *generator.Preview
	watcher *watcher
	// session tells this run of the program from others.
	session string
	// anyHost allows requests for whatever host name; else only this computer's.
	anyHost bool
	// rearm is told that the day to show was set by hand.
	rearm chan struct{}
	// asked is told that a file was asked for, on which something may have been found.
	asked chan struct{}
	news  news

	telling sync.Mutex // one thing is told at a time
	last    string     // the problems that were told last
}

// open starts everything but listening.
func open(ctx context.Context, o Options) (*server, error) {
	preview, err := generator.OpenPreview(ctx, o.PreviewOptions)
	if err != nil {
		return nil, err
	}
	s := &server{o: o, preview: preview, session: rand.Text(), rearm: make(chan struct{}, 1), asked: make(chan struct{}, 1)}
	s.news.listeners = map[chan struct{}]bool{}
	if s.watcher, err = newWatcher(); err != nil {
		o.Warn("Changes to files are seen only every two seconds, because this computer lets no more folders be watched: " + err.Error() + ".")
	} else if err := s.watcher.follow(preview.Watch()); err != nil {
		o.Warn(blind(err))
	}
	// What changed between reading and watching.
	if _, err := preview.Update(ctx); err != nil {
		s.close()
		return nil, err
	}
	s.isNews(preview.Report())
	return s, nil
}

func (s *server) close() {
	if s.watcher != nil {
		s.watcher.Close()
	}
}

// news tells open pages that there is something new.
type news struct {
	mu        sync.Mutex
	listeners map[chan struct{}]bool
}

func (n *news) listen() chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	c := make(chan struct{}, 1)
	n.listeners[c] = true
	return c
}

func (n *news) leave(c chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.listeners, c)
}

func (n *news) tell() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.listeners {
		select {
		case c <- struct{}{}:
		default: // it hasn't heard of the last news yet
		}
	}
}

// isNews reports whether the problems are others than those told last. The lock is held.
func (s *server) isNews(rep *report.Report) bool {
	var b strings.Builder
	for _, p := range rep.Problems {
		fmt.Fprintln(&b, p)
	}
	if s.last == b.String() {
		return false
	}
	s.last = b.String()
	return true
}
