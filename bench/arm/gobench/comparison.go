// Package compare measures two builds of the same benchmarks against each other.
//
//  1. Declare finds the benchmarks of both builds, sub-benchmarks included
//     (discover.go), finds out how many iterations make a chunk (calibrate.go), and
//     adds controls: benchmarks of base against a copy of base, and against base with
//     more iterations than it is told (controls.go).
//  2. Run measures blocks (block.go). A block has fresh processes of one pair of
//     binaries. For each benchmark both builds are alive together and take turns in
//     chunks of about a millisecond, in random balanced order, with equal iteration
//     counts (stepped.go); what cannot be stepped runs one process a chunk (sliced.go).
//  3. What is measured, and what the machine did meanwhile (host.go), goes to the
//     caller block by block; whoever judges says what the next block measures.
//
// Nothing is printed or computed while a chunk runs.
//
// Stepping was chosen by measuring both ways in turns, a build against itself, 18
// benchmarks of sort, strings, encoding/json and crypto/sha256 on 2 virtual CPUs that
// other jobs kept busy (load 5 to 12), 12 s each package:
//
//	$ POOLBENCH_DISPERSION=12s nice -n 19 go test -run TestDispersion -v ./bench/compare
//
// The standard error that a minute of measuring would leave in the ratio was smaller
// with stepping for 17 of 18, in the median 0.1 % against 0.8 % with a process for each
// chunk.
package compare

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"time"

	"poolbench/bench/compare/build"
	"poolbench/bench/record"
)

// Config says how to measure; zero values mean the defaults.
type Config struct {
	Bench    string        // regular expression as for -test.bench; "."
	CPU      []int         // values of GOMAXPROCS; the one of this process
	Pairs    int           // link seeds that blocks rotate through; 16
	Chunk    time.Duration // length of a chunk; 1.25ms stepped, 10ms sliced
	Chunks   int           // kept of each side in a block, at most; 20 stepped, 6 sliced
	Patience time.Duration // how long a benchmark may give no answer; 30s
	Same     int           // controls that compare base with itself; -1 means none
	Canaries int           // controls that are slowed down by 5 %; -1 means none
	Seed     uint64        // of every random order
	// Stage is told what is being done between measurements; may be nil.
	Stage func(what string)
}

func (c Config) withDefaults(stepped bool) Config {
	set := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	if c.Bench == "" {
		c.Bench = "."
	}
	if len(c.CPU) == 0 {
		c.CPU = []int{runtime.GOMAXPROCS(0)}
	}
	set(&c.Pairs, 16)
	if stepped {
		set(&c.Chunks, 20)
	} else {
		set(&c.Chunks, 6)
	}
	if c.Chunk == 0 {
		c.Chunk = 1250 * time.Microsecond
		if !stepped {
			c.Chunk = 10 * time.Millisecond
		}
	}
	if c.Patience == 0 {
		c.Patience = 30 * time.Second
	}
	if c.Stage == nil {
		c.Stage = func(string) {}
	}
	return c
}

// A Measurer measures the benchmarks of two builds. It is not safe for concurrent
// use.
type Measurer struct {
	config  Config
	builds  *build.Builds
	targets map[record.Subject]*target
	order   []*target // as declared
	random  *rand.Rand
	alone   map[*build.Package]bool // packages whose functions need processes of their own
	notes   []string
}

// New prepares to measure builds, which stay the caller's to close.
func New(builds *build.Builds, c Config) *Measurer {
	c = c.withDefaults(builds.Stepped)
	c.Pairs = builds.Pairs(c.Pairs)
	return &Measurer{config: c, builds: builds, targets: map[record.Subject]*target{}, alone: map[*build.Package]bool{},
		random: rand.New(rand.NewPCG(c.Seed, 1))}
}

// A target is one subject and how to measure it.
type target struct {
	record.Declared
	pkg      *build.Package
	function string // full name as package testing knows it: "BenchmarkA/b"
	procs    int
	failure  [2]string // by side: why it cannot be measured; found before the first block
	plan     plan
}

// sides are the builds that are measured as base and as head.
func (t *target) sides() [2]build.Side {
	switch t.Role {
	case record.Same, record.Canary:
		return [2]build.Side{build.Base, build.Copy}
	}
	return [2]build.Side{build.Base, build.Head}
}

// Notes are what is not as it should be, one sentence each; complete after Declare.
func (m *Measurer) Notes() []string { return m.notes }

// Run measures blocks until next names no subject, until deadline, or until the
// context ends. The first block is measured to its end even after the deadline, so
// that there is a number for everything; a later one that is cut short has the
// subjects that were measured in full. An error of report ends the run, as does a
// binary that cannot be linked any more. When the context ends, its cause is the
// error.
func (m *Measurer) Run(ctx context.Context, deadline time.Time, next func() []record.Subject, report func(record.PairBlock) error) error {
	return runBlocks(ctx, deadline, m.block, next, report)
}

func runBlocks(ctx context.Context, deadline time.Time, measure func(context.Context, int, []record.Subject) (record.PairBlock, error),
	next func() []record.Subject, report func(record.PairBlock) error) error {
	limited, cancel := context.WithDeadlineCause(ctx, deadline, errDeadline)
	defer cancel()
	for number := 1; ; number++ {
		wanted := next()
		if len(wanted) == 0 {
			return nil
		}
		until := limited
		if number == 1 {
			until = ctx
		}
		block, err := measure(until, number, wanted)
		if err != nil && until.Err() == nil {
			return err
		}
		if len(block.Pairs) > 0 && (number > 1 || err == nil) {
			if err := report(block); err != nil {
				return err
			}
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case limited.Err() != nil:
			return nil
		}
	}
}

var errDeadline = errors.New("the budget is spent")
