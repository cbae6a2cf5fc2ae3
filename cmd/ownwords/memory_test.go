package main

import (
	"math"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestLimitFor(t *testing.T) {
	for live, want := range map[uint64]int64{0: roomyMemory, 1 << 20: roomyMemory, 200 << 20: 600<<20 + besides, 600 << 20: ampleMemory, 720 << 20: 720<<20*(100+leastPercent)/100 + besides, 4 << 30: 4<<30*(100+leastPercent)/100 + besides} {
		if got := limitFor(live); got != want {
			t.Errorf("with %d MB in use: %d MB, not %d", live>>20, got>>20, want>>20)
		}
	}
	if got := limitFor(math.MaxUint64); got < 1<<50 {
		t.Errorf("more than there can be gives %d", got)
	}
}

func TestCollectSeldom(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	const before = 1 << 40
	was := debug.SetMemoryLimit(before)
	defer debug.SetMemoryLimit(was)
	limit := func() int64 { return debug.SetMemoryLimit(-1) }
	percent := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	stop := collectSeldom()
	if limit() != roomyMemory || percent() != -1 {
		t.Errorf("a limit of %d and %d %% at the beginning", limit(), percent())
	}
	held := make([]byte, roomyMemory)
	for wait := 0; limit() == roomyMemory && wait < 100; wait++ {
		runtime.GC()
		time.Sleep(10 * time.Millisecond)
	}
	if l := limit(); l < limitFor(roomyMemory) || l > limitFor(2*roomyMemory) {
		t.Errorf("a limit of %d MB with all of the room in use", l>>20)
	}
	runtime.KeepAlive(held)
	if stop(); limit() != before || percent() == -1 {
		t.Errorf("a limit of %d and %d %% afterwards", limit(), percent())
	}
	for name, value := range map[string]string{"GOGC": "100", "GOMEMLIMIT": "1GiB"} {
		t.Setenv(name, value)
		if stop := collectSeldom(); limit() != before {
			t.Errorf("%s isn't heeded", name)
			stop()
		}
		t.Setenv(name, "")
	}
}
