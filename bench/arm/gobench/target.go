package gobench

import (
	"fmt"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/block"
	"poolbench/bench/record"
)

// A target is what is promised, and how to measure it.
type target struct {
	record.Promise
	pkg      *build.Package
	function string // full name as package testing knows it: "BenchmarkA/b"
	was      string // the same in base, where it has another name there; else ""
	procs    int
	failure  [2]error // by side: why it cannot be measured
	plan     plan
}

// A plan is how one benchmark is measured in every block.
type plan struct {
	iterations int  // of each slice, equal on both sides
	kept       int  // slices of each side
	dropped    int  // slices of each side before those, for caches and branch predictors
	single     bool // one thread does all the work
	anew       bool // a function of b.Loop is called for each slice: what it reports would else be of more than the slices
	untimed    bool // a build says that it has no time
	repeats    bool // as a canary it has more iterations, for nothing else makes a sliced runner take longer

	wall    time.Duration // of one slice of each side with all that goes with it
	startup time.Duration // until both sides stand ready
}

// sides are the builds that are measured as base and as head.
func (t *target) sides() [2]build.Side {
	if t.Role != record.Judged {
		return [2]build.Side{build.Base, build.Copy}
	}
	return [2]build.Side{build.Base, build.Head}
}

// fits reports whether both builds have the target, it is to be measured, and nothing is known
// against it.
func (t *target) fits() bool {
	return t.InBase && t.InHead && t.Unchanged == "" && t.failure == [2]error{}
}

// fail notes why sides cannot be measured.
func (t *target) fail(failures [2]error) {
	for s, err := range failures {
		if err != nil {
			t.failure[s] = err
		}
	}
}

// reasons is the contest that tells why sides cannot be measured.
func (t *target) reasons() (c block.Contest) {
	for s, err := range t.failure {
		if err != nil {
			c.Entrants = append(c.Entrants, t.entrant(build.Side(s), arm.Failed{Err: err}))
		}
	}
	return c
}

// entrant is an arm as base or head.
func (t *target) entrant(s build.Side, a arm.Arm) block.Entrant {
	p := t.Point()
	p.Side = s.String()
	return block.Entrant{Point: p, Arm: a}
}

// named is its full name in a build.
func (t *target) named(s build.Side) string {
	if s != build.Head && t.was != "" {
		return t.was
	}
	return t.function
}

// printed is the name that package testing prints for the target in a build.
func (t *target) printed(s build.Side) string {
	return withProcs(record.ShortName(t.named(s)), t.procs)
}

// withProcs is the name as package testing prints it.
func withProcs(name string, procs int) string {
	if procs == 1 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, procs)
}
