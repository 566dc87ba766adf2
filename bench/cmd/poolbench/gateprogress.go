package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"poolbench/bench/internal/program"
)

// gateProgress writes a line at each stage, one now and then in a stage or a first
// block that takes long, and a program.Heartbeat between blocks.
type gateProgress struct {
	mu     sync.Mutex
	out    io.Writer
	what   string      // is being done
	since  time.Time   // it is
	alarm  *time.Timer // writes the line in a long stage; nil before the first stage
	ended  bool        // the alarm writes nothing any more
	start  time.Time   // of measuring
	last   time.Time   // line while measuring
	budget time.Duration
	blocks int
}

// silence is how long a stage, or the first block, lasts without a line.
const silence = 10 * time.Second

// Write is for others that write to the same place.
func (p *gateProgress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(text)
}

func (p *gateProgress) tell(what any) { fmt.Fprintf(p, "poolbench: %v\n", what) }

func (p *gateProgress) stage(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "poolbench: %s\n", what)
	p.watch(what)
}

// watch sets the alarm; the caller holds the lock.
func (p *gateProgress) watch(what string) {
	p.what, p.since = what, time.Now()
	if p.alarm == nil {
		p.alarm = time.AfterFunc(silence, p.still)
	} else {
		p.alarm.Reset(silence)
	}
}

func (p *gateProgress) still() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	fmt.Fprintf(p.out, "poolbench: still %s, for %v\n", p.what, time.Since(p.since).Round(time.Second))
	p.alarm.Reset(silence)
}

// stop ends the alarm; from then on the writer is the caller's alone.
func (p *gateProgress) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
	if p.alarm != nil {
		p.alarm.Stop()
	}
}

func (p *gateProgress) begin(subjects int, budget time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.start, p.last, p.budget = time.Now(), time.Now(), budget
	if subjects == 0 {
		return
	}
	fmt.Fprintf(p.out, "poolbench: measuring %d benchmarks, controls included, for at most %v\n", subjects, budget)
	p.watch("measuring the first block")
}

// next is told how many subjects the next block has.
func (p *gateProgress) next(subjects int) {
	if p.blocks == 1 {
		p.stop() // blocks tell how long they take
	}
	if subjects > 0 && time.Since(p.last) >= program.Heartbeat {
		p.last = time.Now()
		fmt.Fprintf(p, "poolbench: %d blocks in %v of %v, %d benchmarks not settled\n", p.blocks, time.Since(p.start).Round(time.Second), p.budget, subjects)
	}
	p.blocks++
}
