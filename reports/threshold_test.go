package reports

import (
	"testing"
	"time"

	"poolbench/reports/estimate"
)

// The interval of the regret holds what the rule really loses, which is nothing when
// no grain is near the crossover and little when noise moves it past one.
func TestRegretIsBounded(t *testing.T) {
	held, runs := 0, 15
	for seed := range uint64(runs) {
		w := exact()
		w.seed, w.blocks, w.noise = seed, 12, 0.1
		w.grains = w.grains[:10]
		h := 5 * time.Microsecond
		w.inline[goroutines] = h
		s := seriesOf(t, NewSet(w.write(t)), goroutines)
		worst := 0.0
		for _, p := range s.Points {
			work := p.Grain.Seconds()
			ratio := 4 * work / (work + h.Seconds())
			if p.Work >= s.Threshold.At {
				ratio = 1 / ratio
			}
			worst = max(worst, ratio-1)
		}
		if s.Threshold.Outcome == estimate.Crosses && worst <= s.Threshold.Regret.High+1e-9 {
			held++
		}
	}
	if t.Logf("%d of %d held", held, runs); held < runs*9/10 {
		t.Errorf("the regret is within its interval in %d of %d runs", held, runs)
	}
}
