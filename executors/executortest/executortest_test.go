package executortest_test

import (
	"runtime"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/executortest"
)

func TestConformance(t *testing.T) {
	for _, kind := range executors.All() {
		t.Run(kind.Name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			executortest.Run(t, kind)
			for deadline := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("%d goroutines before the suite, %d after", before, runtime.NumGoroutine())
				}
			}
		})
	}
}
