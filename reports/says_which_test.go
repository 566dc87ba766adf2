package reports_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"poolbench/reports"
	"poolbench/reports/planted"
)

// Arms of which one is faster by 16 % [4, 28] are not equal, and the one that is 2 % off and
// sure of it is: three marks, and a choice says its price.
func TestEqualIsWithinFivePercent(t *testing.T) {
	base := around(1.5, 0.02, 9)
	s := paired(t, waits, arm{"spawn", 2, base},
		arm{"goroutines", 8, times(base, 1.04, 1.05, 1.08, 1.12, 1.16, 1.2, 1.24, 1.27, 1.28)},
		arm{"threads", 2, times(base, 1.01, 1.02, 1.03)},
		arm{"processes", 2, times(base, 0.9, 1.1, 1.02)})
	text := said(s, reports.Which)
	for _, part := range strings.Split(text, ";") {
		if strings.Contains(part, "equal") && strings.Contains(part, "goroutines") {
			t.Errorf("%q", part)
		}
	}
	has(t, text, "not: equally good", "not: dearer")
}

// A pool of equal executors: the mark = only where the whole interval is within 5 %.
func TestMarksOfEqualArms(t *testing.T) {
	base := around(1.8, 0.01, 12)
	s := paired(t, waits, arm{"goroutines", 2, base}, arm{"spawn", 2, times(base, 0.99, 1, 1.01)}, arm{"threads", 2, times(base, 0.8, 1.2, 1)}, arm{"processes", 2, times(base, 0.7)})
	has(t, said(s, reports.Which), "goroutines with 2 workers: 1.8", "equal, within 5 %: spawn with 2", "not told apart yet: threads with 2", "not: apart yet: processes", "faster than processes with 2 workers")
}

// The verdict against a pool needs a machine that was there.
func TestNoPoolNeedsTheMachine(t *testing.T) {
	level := planted.World{Seed: 1, Blocks: 20, Noise: 0.02, Resource: "cpu", Grains: []time.Duration{time.Millisecond},
		Pools: []planted.Pool{{Executor: "goroutines", Workers: 2, Speedup: planted.Gain(1.01)}, {Executor: "spawn", Workers: 2, Speedup: planted.Gain(0.98)}}}
	varies := level
	varies.Gave = func(b int) float64 { return []float64{1.0, 1.2, 1.7}[b%3] }
	s := world(t, varies)
	section := reports.Answer(s, reports.Which)[0]
	text := section.Sentences[0].Text
	has(t, text, "cannot tell: the machine gave 1.2", "of its 2 CPUs meanwhile", "stop what else runs", "not: more blocks", "not: do not use a pool", "not: -budget")
	if v := section.Sentences[0].Verdict; v.Kind != reports.Unsure || !strings.Contains(v.Word, "1.2 of 2 CPUs") {
		t.Errorf("%+v", v)
	}
	has(t, said(s, reports.Trust), "something else took them", "more blocks do not help")
	if next := reports.Next(s); next.Flags != "" || !strings.Contains(next.Why, "stop other programs") {
		t.Errorf("%+v", next)
	}

	own := level
	own.Gave = func(int) float64 { return 1.2 }
	s = world(t, own)
	has(t, said(s, reports.Which), "do not use a pool", "none gains more than 5 %", "not: cannot tell")
	has(t, said(s, reports.Trust), "These 2 CPUs do the work of 1.2", "not: something else")

	there := level
	there.Gave = func(int) float64 { return 2 }
	there.Pools = there.Pools[1:]
	has(t, said(world(t, there), reports.Which), "do not use a pool")

	has(t, said(world(t, level), reports.Trust), "was not measured, so that no pool helps may be the machine's doing")

	// Where even the machine's absence does not save them, they do not help.
	hurt := varies
	hurt.Pools = []planted.Pool{{Executor: "goroutines", Workers: 2, Speedup: planted.Gain(0.3)}}
	has(t, said(world(t, hurt), reports.Which), "do not use a pool: nothing beats the plain loop")
}

// Whether any pool helps takes fewer blocks than which one.
func TestAPoolHelpsWithFewBlocks(t *testing.T) {
	s := paired(t, waits, arm{"goroutines", 8, around(8, 0.01, 4)}, arm{"spawn", 8, around(7.9, 0.01, 4)})
	has(t, said(s, reports.Which), "a pool helps, about 8.0×; which one needs 2 blocks more: -budget 13s", "not: cannot tell")
	if v := reports.Answer(s, reports.Which)[0].Sentences[0].Verdict; v.Kind != reports.Win {
		t.Errorf("%+v", v)
	}
	// A large gain in as many blocks as an interval takes is a choice, whatever the number of arms.
	var arms []arm
	for i := range 20 {
		arms = append(arms, arm{fmt.Sprintf("pool%c", 'a'+i), 2, around(17-0.1*float64(i), 0.03, 6)})
	}
	has(t, said(paired(t, waits, arms...), reports.Which), "poola with 2 workers: 17", "not: cannot tell")
}

// A line that still rises at the largest pool says so, and one that does not does not.
func TestStillRising(t *testing.T) {
	var arms []arm
	for _, n := range []int{1, 2, 4, 8} {
		arms = append(arms, arm{"goroutines", n, around(0.98*float64(n), 0.01, 8)})
	}
	s := paired(t, waits, arms...)
	has(t, said(s, reports.Which), "still rising at 8, the largest tried: -workers 8,16,32,64")
	if next := reports.Next(s); !strings.Contains(next.Flags, "-workers 8,16,32,64") {
		t.Errorf("%+v", next)
	}
	arms[3].speedups = around(4, 0.01, 8) // no more than with 4
	has(t, said(paired(t, waits, arms...), reports.Which), "not: still rising")
}

// An interval that is wide says so, and a narrow one has three figures.
func TestWidthOfIntervals(t *testing.T) {
	has(t, said(paired(t, waits, arm{"goroutines", 2, []float64{1.2, 1.3, 1.4, 1.8, 1.9, 1.9, 1.9}}), reports.Which), "a wide interval")
	has(t, said(paired(t, waits, arm{"goroutines", 2, around(1.87, 0.01, 20)}), reports.Which), "1.87× serial [1.8", "not: wide")
}
