package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// Long stages and a long first block say that they go on; later blocks do so
// between them.
func TestGateProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &gateProgress{out: &out}
		p.stage("building p")
		time.Sleep(3 * time.Second)
		p.stage("calibrating 3 benchmarks")
		time.Sleep(25 * time.Second)
		p.begin(3, time.Minute)
		p.next(3)
		time.Sleep(12 * time.Second)
		p.next(3)
		time.Sleep(12 * time.Second)
		p.next(2)
		time.Sleep(12 * time.Second)
		p.next(0)
		p.stop()
		time.Sleep(time.Minute)
		want := `poolbench: building p
poolbench: calibrating 3 benchmarks
poolbench: still calibrating 3 benchmarks, for 10s
poolbench: still calibrating 3 benchmarks, for 20s
poolbench: measuring 3 benchmarks, controls included, for at most 1m0s
poolbench: still measuring the first block, for 10s
poolbench: 2 blocks in 24s of 1m0s, 2 benchmarks not settled
`
		if got := out.String(); got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

// Without a stage there is nothing to stop.
func TestGateProgressUnused(t *testing.T) {
	var out strings.Builder
	p := &gateProgress{out: &out}
	p.stop()
	if out.Len() > 0 {
		t.Error(out.String())
	}
}
