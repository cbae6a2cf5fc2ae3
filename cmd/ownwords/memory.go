package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// A build is over before most of its garbage would be in anyone's way.
const (
	// roomyHeap is how large the heap may grow, in bytes, before garbage is
	// collected at all: less than a build of ten thousand stories needs anyway.
	roomyHeap = 160 << 20
	// leastPercent is how much may be added to what is in use until the next
	// collection, in hundredths of it, when that is more.
	leastPercent = 60
)

// collectSeldom makes the garbage collector run less often than by itself while
// the heap is small, until stop is called. Whoever sets GOGC or GOMEMLIMIT gets
// what they ask for.
func collectSeldom() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	var m sync.Mutex
	stopped := false
	const smallest = 4 << 20 // the heap at which Go collects first, at 100 %
	before := debug.SetGCPercent(roomyHeap / smallest * 100)
	var afterEach func(struct{})
	await := func() { runtime.AddCleanup(&struct{ next *byte }{}, afterEach, struct{}{}) }
	afterEach = func(struct{}) {
		m.Lock()
		defer m.Unlock()
		if stopped {
			return
		}
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		debug.SetGCPercent(percentFor(live[0].Value.Uint64()))
		await()
	}
	await()
	return func() {
		m.Lock()
		defer m.Unlock()
		stopped = true
		debug.SetGCPercent(before)
	}
}

// percentFor returns the value of GOGC with which the heap grows to roomyHeap,
// or by leastPercent, from what is in use, in bytes.
func percentFor(live uint64) int {
	return max(leastPercent, int(roomyHeap*100/max(live, 1<<20))-100)
}
