// Package gobench measures two builds of the same Go benchmarks against each other.
//
//  1. Declare finds the benchmarks of both builds, sub-benchmarks included
//     (discover.go), pairs those that have another name in base (rename.go, alike.go),
//     leaves out those that do the same in both (unchanged.go), finds out how many iterations make a slice (calibrate.go), and
//     adds controls: benchmarks of base against a copy of base, and against base with
//     more iterations than it is told (controls.go). Fit makes blocks short enough for
//     as many as are needed (fit.go).
//  2. Groups are what a block measures (groups.go): each is a pair of processes of one
//     pair of links (walk.go). For each benchmark both builds are alive together and
//     take turns in slices of about a millisecond, with equal iteration counts
//     (stepped.go); what cannot be stepped runs one process a slice (sliced.go). What is
//     judged is what go test would print: values that a benchmark reports itself count.
//  3. Profile makes profiles of both builds in the same way, and charges them to functions
//     (profile.go, fold.go).
//
// Nothing is printed or computed while a slice runs.
//
// Stepping was chosen by measuring both ways in turns, a build against itself, 18
// benchmarks of sort, strings, encoding/json and crypto/sha256 on 2 virtual CPUs that
// other jobs kept busy (load 5 to 12), 12 s each package:
//
//	$ POOLBENCH_DISPERSION=12s nice -n 19 go test -run TestDispersion -v ./bench/arm/gobench
//
// The standard error that a minute of measuring would leave in the ratio was smaller
// with stepping for 17 of 18, in the median 0.1 % against 0.8 % with a process for each
// slice.
package gobench

import (
	"cmp"
	"math/rand/v2"
	"runtime"
	"time"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// Config says how to measure; zero values mean the defaults.
type Config struct {
	Bench    string         // regular expression as for -test.bench; "."
	All      bool           // measure what cannot have changed, too
	CPU      []int          // values of GOMAXPROCS; the one of this process
	Pairs    int            // pairs of links that blocks rotate through; 16
	Slice    time.Duration  // length of a slice; 1.25ms stepped, 10ms sliced
	Slices   int            // kept of each side in a block, at most; 20 stepped, 6 sliced
	Patience time.Duration  // how long a benchmark may give no answer; 30s
	Same     int            // controls that compare base with itself; -1 means none
	Canaries int            // controls that are slowed down by 5 %; -1 means none
	Seed     uint64         // of the choice of CPUs
	Renames  record.Renames // which benchmarks of base have another name in head; of several that mean one the last counts
	// Stage is told what is being done between measurements; may be nil.
	Stage func(what string)
}

// A Comparison measures the benchmarks of two builds. Processes live as long as a group
// of a block. It is not safe for concurrent use.
type Comparison struct {
	config  Config
	builds  *build.Builds
	targets map[record.Point]*target
	order   []*target // as declared
	random  *rand.Rand
	alone   map[*build.Package]bool // packages whose functions need processes of their own
	lacks   []record.Warning
	fit     fit
	linking time.Duration // what one pair of links of all packages takes
	own     map[*build.Package]build.Owned
	places  map[*build.Package]map[string][2]build.Place // of functions that were profiled, by side
}

// New prepares to measure builds, which stay the caller's to close.
func New(builds *build.Builds, c Config) *Comparison {
	slice, slices := 1250*time.Microsecond, 20
	if !builds.Stepped {
		slice, slices = 10*time.Millisecond, 6
	}
	c.Bench = cmp.Or(c.Bench, ".")
	if len(c.CPU) == 0 {
		c.CPU = []int{runtime.GOMAXPROCS(0)}
	}
	c.Pairs = builds.Pairs(cmp.Or(c.Pairs, 16))
	c.Slice, c.Slices, c.Patience = cmp.Or(c.Slice, slice), cmp.Or(c.Slices, slices), cmp.Or(c.Patience, 30*time.Second)
	if c.Stage == nil {
		c.Stage = func(string) {}
	}
	return &Comparison{config: c, builds: builds, targets: map[record.Point]*target{}, alone: map[*build.Package]bool{},
		own: map[*build.Package]build.Owned{}, places: map[*build.Package]map[string][2]build.Place{},
		random: rand.New(rand.NewPCG(c.Seed, 1))}
}

// Links is the pair of links that a block measures, from 0.
func (c *Comparison) Links(number int) int { return (number - 1) % c.config.Pairs }

// Warnings are what is not as it should be; complete after Declare.
func (c *Comparison) Warnings() (warnings []record.Warning) {
	for _, note := range c.builds.Notes {
		warnings = append(warnings, record.Warning{What: note})
	}
	return append(warnings, c.lacks...)
}
