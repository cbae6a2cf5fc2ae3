package main

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// A build is over before most of its garbage would be in anyone's way.
const (
	// roomyMemory is how much memory, in bytes, may be in use before garbage is
	// collected at all: not much more than a build of ten thousand stories needs anyway.
	roomyMemory = 330 << 20
	// times is how many times as much as is needed may be in use, and ampleMemory
	// the most, in bytes, that this allows: a hundred thousand stories need half of
	// it, and fit into a gibibyte.
	times       = 3
	ampleMemory = 960 << 20
	// leastPercent is how much may gather when that is more, in hundredths of what
	// is needed: the more there is to look through, the seldomer.
	leastPercent = 30
	// besides is what a program of this size needs besides its heap, in bytes.
	besides = 32 << 20
)

// collectSeldom makes the garbage collector run less often than by itself while
// little memory is in use, until stop is called. It sets a limit to the memory
// and not a percentage: that would be one of what was needed at the collection
// before, and so far too much when most of it was needed for a moment only.
// Whoever sets GOGC or GOMEMLIMIT gets what they ask for.
func collectSeldom() (stop func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	var m sync.Mutex
	stopped := false
	const never = -1
	percent, limit := debug.SetGCPercent(never), debug.SetMemoryLimit(roomyMemory)
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
		debug.SetMemoryLimit(limitFor(live[0].Value.Uint64()))
		await()
	}
	await()
	return func() {
		m.Lock()
		defer m.Unlock()
		stopped = true
		debug.SetMemoryLimit(limit)
		debug.SetGCPercent(percent)
	}
}

// limitFor returns how much memory may be in use when live bytes of the heap are needed.
func limitFor(live uint64) int64 {
	needed := int64(min(live, math.MaxInt64/100/2))
	return max(roomyMemory, min(needed*times+besides, ampleMemory), needed+needed*leastPercent/100+besides)
}
