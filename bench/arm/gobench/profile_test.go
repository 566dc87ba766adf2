package gobench

import (
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// Profiles of real processes are charged to the functions that spend: of time, with many samples
// where one thread does all; of memory, all of it; of locks, those who held them.
func TestProfile(t *testing.T) {
	c := newComparison(t, Config{Bench: "^Benchmark(N|Allocates|Locked)$", CPU: []int{2}}, false)
	declared(t, c)
	made := map[string]arm.Profiled{}
	for _, test := range []struct {
		name, unit string
		most       string  // has more than half of it
		each       float64 // of an operation; 0 for any
	}{
		{"N-2", record.UnitTime, "Work", 0},
		{"Allocates-2", record.UnitBytes, "BenchmarkAllocates", 256},
		{"Allocates-2", record.UnitAllocs, "BenchmarkAllocates", 1},
		{"Locked-2", record.UnitMutexWait, "held", 0},
	} {
		kind := c.Profiles(test.unit)
		got, ok := made[test.name+kind]
		if !ok {
			var err error
			if got, err = c.Profile(t.Context(), 1, point(test.name), kind); err != nil {
				t.Errorf("%s: %v", test.name, err)
				continue
			}
			made[test.name+kind] = got
		}
		at := slices.IndexFunc(got.Spent, func(p record.Profile) bool { return p.Unit == test.unit })
		if at < 0 {
			t.Errorf("%s: no %s in %+v", test.name, test.unit, got.Spent)
			continue
		}
		for s, side := range []record.Profiled{got.Spent[at].Base, got.Spent[at].Head} {
			most := 0.0
			for name := range side.Spent {
				if strings.HasSuffix(name, "."+test.most) {
					most += side.In(name)
				}
			}
			if total := side.Total(); most <= total/2 {
				t.Errorf("%s, %s, side %d: %v of %v is in %s: %v", test.name, test.unit, s, most, total, test.most, slices.Sorted(maps.Keys(side.Spent)))
			}
			if each := most / side.Operations; test.each > 0 && (each < 0.99*test.each || each > 1.01*test.each) {
				t.Errorf("%s: %v %s, want %v", test.name, each, test.unit, test.each)
			}
			// Ticks alone give a tenth to a third of this on most systems.
			if test.name == "N-2" && runtime.GOOS == "linux" && side.Total() < 200 {
				t.Errorf("%s: %v samples in %v operations", test.name, side.Total(), side.Operations)
			}
		}
	}
}
