package pass

import (
	"flag"
	"io"
	"os"
	"testing"
	"time"

	"poolbench/executors/process"
)

var long = flag.Bool("long", false, "also run what takes minutes")

func TestMain(m *testing.M) {
	if os.Getenv(HogKey) != "" {
		hog()
		return
	}
	process.WorkerMain()
	flag.Parse()
	os.Exit(m.Run())
}

// hog computes for two thirds of the time, until its input ends.
func hog() {
	over := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(over)
	}()
	const turn = 50 * time.Millisecond
	for {
		for begin := time.Now(); time.Since(begin) < 2*turn; {
		}
		select {
		case <-over:
			return
		case <-time.After(turn):
		}
	}
}
