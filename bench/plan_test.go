package bench

import (
	"strings"
	"testing"

	"poolbench/bench/record"
)

func letters(n int) Plan {
	p := Plan{Seed: 42}
	for i := range n {
		p.Arms = append(p.Arms, Trial{Cell: record.Cell{Workload: string(rune('a' + i))}})
	}
	return p
}

func order(trials []Trial) string {
	var s strings.Builder
	for _, t := range trials {
		s.WriteString(t.Cell.Workload)
	}
	return s.String()
}

// The order is a promise of the seed: these are the orders of the first version,
// and records made with it must stay repeatable.
func TestPlanOrderIsAPromise(t *testing.T) {
	p := letters(10)
	for i, want := range []string{"cdjgaihefb", "cjfedhgaib", "jdcbgfeaih"} {
		if got := order(p.Block(i + 1)); got != want {
			t.Errorf("block %d of seed 42: %s, want %s", i+1, got, want)
		}
	}
	p.Seed = 43
	if got, other := order(p.Block(1)), order(letters(10).Block(1)); got == other {
		t.Errorf("seeds 42 and 43 give the same order %s", got)
	}
}

// Each arm once per block, and each at each place about equally often.
func TestPlanBlocksArePermutations(t *testing.T) {
	const arms, blocks = 6, 6000
	p := letters(arms)
	var at [arms][arms]int
	for n := 1; n <= blocks; n++ {
		seen := map[Trial]bool{}
		for place, trial := range p.Block(n) {
			seen[trial] = true
			at[trial.Cell.Workload[0]-'a'][place]++
		}
		if len(seen) != arms {
			t.Fatalf("block %d has %d different arms, want %d", n, len(seen), arms)
		}
	}
	// 1000 expected, standard deviation sqrt(6000·(1/6)·(5/6)) = 29; the seed is
	// fixed, so this passes always or never.
	for arm := range at {
		for place, n := range at[arm] {
			if n < 1000-150 || n > 1000+150 {
				t.Errorf("arm %d is at place %d in %d of %d blocks, about 1000 expected", arm, place, n, blocks)
			}
		}
	}
	if order(p.Arms) != "abcdef" {
		t.Error("Block changed the plan")
	}
}

func TestPlanPrint(t *testing.T) {
	var out strings.Builder
	p := NewPlan(StandardGrid(), 7)
	if err := p.Print(&out); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(out.String(), "\n"), len(p.Arms)+3; got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	for _, want := range []string{"seed 7", "serial, spin, 16µs", "processes × 2, tiny, 4096 B", "capacity × 2", "calibration of spin"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the printed plan does not have %q", want)
		}
	}
}
