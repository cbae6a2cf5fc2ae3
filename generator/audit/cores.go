package audit

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// onAllCores calls, for every number below n, one of the functions that worker
// makes; each core has its own. It stops at the first error.
func onAllCores(ctx context.Context, n int, worker func() func(i int) error) error {
	var next atomic.Int64
	var failed atomic.Bool
	var first error
	var once sync.Once
	var wait sync.WaitGroup
	for range min(cores(), n) {
		wait.Go(func() {
			do := worker()
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				err := ctx.Err()
				if err == nil {
					err = do(i)
				}
				if err != nil {
					once.Do(func() { first = err })
					failed.Store(true)
				}
			}
		})
	}
	wait.Wait()
	return first
}

func cores() int { return runtime.GOMAXPROCS(0) }
