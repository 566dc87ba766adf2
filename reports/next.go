package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"poolbench/reports/estimate"
)

// A Step is what to do next.
type Step struct {
	Flags string // of a run that would tell more; of go test -bench, where the record has no blocks; empty when no run would
	Why   string // in a few words
}

// Next is what would tell most: more blocks where there are too few, a quiet machine, larger
// pools where one still gains, more blocks where intervals are wide. It is empty when
// nothing is wanting.
func Next(s *Set) Step {
	if machine := MachineOf(s); machine.Short() {
		return Step{Why: "stop other programs and run again: " + machine.did()}
	}
	if s.Whole() < estimate.MinBlocks && len(Scalings(s)) > 0 {
		return Step{moreBlocks(s, estimate.MinBlocks), fmt.Sprintf("%d blocks for intervals", estimate.MinBlocks)}
	}
	for _, h := range Headline(s) {
		if h.Best.Decision == OneWorker && s.Numbered() {
			return Step{fmt.Sprintf("-workers 1,%d", max(2, s.Record.Facts.Cores)), "pools of one worker cannot gain"}
		}
		if h.Best.Decision == Undecided {
			return Step{moreBlocks(s, 4*max(s.Whole(), 1)), "half as wide intervals for " + h.Family.Title()}
		}
	}
	var rising []string
	var largest *rise
	for _, h := range Headline(s) {
		if r := risingOf(s, h); r != nil {
			rising, largest = append(rising, h.Workload), cmp.Or(largest, r)
		}
	}
	if largest != nil {
		slices.Sort(rising)
		if !s.Numbered() {
			return Step{Why: fmt.Sprintf("measure larger pools: still rising at %d workers", largest.last.Workers)}
		}
		return Step{"-workloads " + strings.Join(slices.Compact(rising), ",") + " " + largest.flag(), fmt.Sprintf("still rising at %d workers", largest.last.Workers)}
	}
	if noisy := noisyArms(s); len(noisy) > 0 {
		return Step{moreBlocks(s, 4*s.Whole()), "half as wide intervals"}
	}
	return Step{}
}
