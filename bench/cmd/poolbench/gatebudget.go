package main

import (
	"cmp"
	"fmt"
	"time"

	"poolbench/bench"
	"poolbench/bench/record"
	"poolbench/reports/gate"
	"poolbench/reports/words"
)

// Bounds of the default of -budget: as long as the promise needs.
const (
	leastBudget = 3 * time.Minute
	mostBudget  = 10 * time.Minute
)

// fit shares out the time: it makes blocks so short that those which the tests need fit,
// chooses the budget if none was given, and says how long it will take. Where that does not
// fit, the warning says so, and what does.
func (f *buildFlags) fit(m bench.Comparison, o gate.Options, promised []record.Promise, progress *gateProgress) []record.Warning {
	benchmarks := 0
	for _, p := range promised {
		if p.Role == record.Judged && p.InBase && p.InHead {
			benchmarks++
		}
	}
	given := f.budget
	f.budget = cmp.Or(given, leastBudget)
	fitter, ok := m.(bench.Fitter)
	if !ok || benchmarks == 0 {
		return nil
	}
	least, promise := o.Blocks(benchmarks)
	block := fitter.Fit(least, cmp.Or(given, mostBudget))
	if block == 0 {
		return nil
	}
	if given == 0 {
		f.budget = min(mostBudget, max(leastBudget, roundUp(time.Duration(promise)*block)))
	}
	takes := time.Duration(least) * block
	if takes <= f.budget {
		progress.tell(fmt.Sprintf("%s, %d blocks of all that are needed take about %v; what is in doubt then is measured on, %v at most",
			words.Count(benchmarks, "benchmark"), least, takes.Round(time.Second), f.budget))
		return nil
	}
	w := record.Warning{What: fmt.Sprintf("%v cannot suffice for %s: %d blocks are needed, which take about %v.",
		f.budget, words.Count(benchmarks, "benchmark"), least, takes.Round(time.Second))}
	w.Cure = fmt.Sprintf("-budget %v", roundUp(takes+takes/10))
	if n := fitting(o, block/time.Duration(len(promised)), len(promised)-benchmarks, f.budget); n > 0 {
		w.Cure += fmt.Sprintf(", or %s by -bench or -pkg", words.Count(n, "benchmark"))
	}
	w.Cure += "."
	progress.tell(w)
	return []record.Warning{w}
}

// roundUp is a time in whole steps of 5 s.
func roundUp(d time.Duration) time.Duration {
	const step = 5 * time.Second
	return (d + step - 1) / step * step
}

// fitting is how many benchmarks fit a budget, if each takes that long in a block, beside so
// many controls.
func fitting(o gate.Options, each time.Duration, controls int, budget time.Duration) (n int) {
	for {
		least, _ := o.Blocks(n + 1)
		if time.Duration(least*(n+1+controls))*each > budget {
			return n
		}
		n++
	}
}
