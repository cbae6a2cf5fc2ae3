package main

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPercentFor(t *testing.T) {
	for live, want := range map[uint64]int{roomyHeap / 4: 300, roomyHeap / 2: 100, roomyHeap + 1: leastPercent, 4 << 30: leastPercent, 0: roomyHeap/(1<<20)*100 - 100} {
		if got := percentFor(live); got != want {
			t.Errorf("with %d MB in use: %d %%, not %d", live>>20, got, want)
		}
	}
}

func TestCollectSeldom(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	held := make([]byte, roomyHeap/2) // with this much in use, a build collects when twice as much is
	stop := collectSeldom()
	for wait := 0; percent() > 150 && wait < 100; wait++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	if p := percent(); p < leastPercent || p > 150 {
		t.Errorf("%d %% with half of the room in use", p)
	}
	runtime.KeepAlive(held)
	if stop(); percent() != 100 {
		t.Errorf("%d %% afterwards", percent())
	}
	t.Setenv("GOGC", "100")
	if stop := collectSeldom(); percent() != 100 {
		t.Error("GOGC isn't heeded")
	} else {
		stop()
	}
}
