package reports

import (
	"math"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
)

// A capacity that pools surely beat is no ideal: it is doubted by name, and what cannot be
// against it is against the workers. One that they do not beat stays.
func TestBeatenIdeal(t *testing.T) {
	w := usual()
	w.noise, w.drift, w.workloads = 0.005, 0.2, []string{"spin"}
	w.grains = []time.Duration{10 * time.Microsecond, 100 * time.Microsecond, time.Millisecond}

	w.capacity = 1.9
	s := NewSet(w.write(t))
	for _, warning := range Warnings(s) {
		t.Errorf("%+v", warning)
	}
	efficiency := func(s *Set, workers int) (capacity, plain float64) {
		for _, p := range Headline(s)[0].Series[0].Points {
			if p.Workers == workers {
				return p.CapacityEfficiency, p.Efficiency
			}
		}
		t.Fatalf("no %d workers", workers)
		return 0, 0
	}
	if capacity, _ := efficiency(s, 2); !(capacity > 0.98 && capacity < 1.02) {
		t.Errorf("efficiency %v of a capacity that is right", capacity)
	}
	if x := HeadlineSweeps(s)[0]; !x.Measured || !(x.Ideal > 1.88 && x.Ideal < 1.92) {
		t.Errorf("%v, measured %v", x.Ideal, x.Measured)
	}

	// The probe is told to have 1.4, the pools still reach 1.9.
	rec := w.write(t)
	for i, r := range rec.Results {
		if r.Point.Benchmark() == record.CapacityBenchmark && r.Point.Workers() == 2 {
			r.Values[record.UnitTime] *= 1.9 / 1.4
			rec.Results[i] = r
		}
	}
	s = NewSet(rec)
	warnings := Warnings(s)
	if len(warnings) != 1 || warnings[0].Topic != "ideal" || warnings[0].Cure == "" ||
		!strings.HasPrefix(warnings[0].What, "The measured capacity is not the ideal of spin: goroutines with 2 workers on spin at 1 ms reaches 135.9 % [") {
		t.Errorf("%v", warnings)
	}
	if capacity, plain := efficiency(s, 2); capacity != 0 || !(plain > 0.94 && plain < 0.96) {
		t.Errorf("efficiency %v of the capacity, %v of the workers", capacity, plain)
	}
	for _, x := range Sweeps(s) {
		if x.Measured || math.Abs(x.Ideal-float64(x.Workers)) > 1e-9 {
			t.Errorf("%d workers: %v, measured %v", x.Workers, x.Ideal, x.Measured)
		}
	}
	near(t, "C(2), which is not raised", CapacityOf(s)[2].Estimate().Value, 1.4, 0.01)
	for _, series := range Headline(s)[0].Series {
		if series.Law.Against == "capacity" {
			t.Errorf("%+v", series.Law)
		}
	}

	// Work that waits has no such ideal, and of too few blocks nothing is sure.
	rec.Facts.Workloads[0].Resource = "wait"
	if n := len(BeatenIdeals(NewSet(rec))); n != 0 {
		t.Errorf("%d ideals of work that waits", n)
	}
	w.blocks = 5
	few := w.write(t)
	for _, r := range few.Results {
		if r.Point.IsProbe() {
			r.Values[record.UnitTime] *= float64(r.Point.Workers())
		}
	}
	if n := len(BeatenIdeals(NewSet(few))); n != 0 {
		t.Errorf("%d ideals are beaten in 5 blocks", n)
	}
}

// Two threads of one core do more than one. Where a second CPU adds nothing, something else
// has it, however steadily.
func TestWhatIsOwn(t *testing.T) {
	for capacity, own := range map[float64]bool{1: false, 1.03: false, 1.2: true, 1.5: true, 2: false} {
		w := usual()
		w.capacity, w.noise, w.workloads, w.blocks = capacity, 0.01, []string{"spin"}, 20
		if m := MachineOf(NewSet(w.write(t))); m.Own != own || m.Low() != (capacity < 1.9) {
			t.Errorf("%v: %+v", capacity, m)
		}
	}
}
