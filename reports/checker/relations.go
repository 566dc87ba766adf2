package checker

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
)

// Units of claims, and what differs by less is equal.
const (
	times    = "ratio"
	seconds  = "sec"
	fraction = "fraction"
	number   = "number"

	practical = 1.05
)

// relations decide for each relation whether data contradict a claim.
var relations = map[reports.Relation]func(*data, reports.Section, reports.Claim) error{
	reports.Speedup:        ratio(func(v float64, i, o interval) bool { return true }),
	reports.Helps:          ratio(func(v float64, i, o interval) bool { return v > practical && i.low > 1 }),
	reports.MayGain:        mayGain,
	reports.NoGain:         noGain,
	reports.Missing:        capacity,
	reports.CapacityIs:     capacity,
	reports.Faster:         ratio(func(v float64, i, o interval) bool { return v > 1 && i.low > 1 }),
	reports.Measured:       ratio(func(v float64, i, o interval) bool { return v > 1 }),
	reports.EqualTo:        ratio(func(v float64, i, o interval) bool { return i.low >= 1/practical && i.high <= practical }),
	reports.UntoldOf:       ratio(func(v float64, i, o interval) bool { return o.low <= 1 && o.high >= 1 }),
	reports.Rising:         rising,
	reports.Unchosen:       unchosen,
	reports.Absent:         absent,
	reports.CountOf:        count,
	reports.MedianOf:       medianOf,
	reports.PaysAbove:      paysAbove,
	reports.PaysUpTo:       paysUpTo,
	reports.HalfAbove:      halfAbove,
	reports.CutOver:        cutOver,
	reports.CutOverLoses:   cutOverLoses,
	reports.Overtakes:      overtakes,
	reports.DrawsLevel:     drawsLevel,
	reports.StaysBehind:    staysBehind,
	reports.OverheadShape:  overheadShape,
	reports.BeatWith:       beatWith,
	reports.ShareOfTime:    shareOfTime,
	reports.ModelOf:        modelOf,
	reports.OverlapOf:      overlap,
	reports.LostTime:       lostTime,
	reports.LackedTime:     lackedTime,
	reports.LostTo:         lostTo,
	reports.EfficiencyOf:   efficiencyOf,
	reports.TaskTime:       taskTime,
	reports.AsLong:         asLong,
	reports.MetgIs:         metgIs,
	reports.MetgRatio:      func(*data, reports.Section, reports.Claim) error { return nil }, // see reached
	reports.ShareLocked:    shareLocked,
	reports.ExpectedIs:     expectedIs,
	reports.Reached:        reached(func(v float64, i interval) bool { return v < 0.85 && i.high < 1 || v > 1.15 && i.low > 1 }),
	reports.AsExpected:     reached(func(v float64, _ interval) bool { return v >= 0.85-1e-9 && v <= 1.15+1e-9 }),
	reports.Delivers:       delivers,
	reports.RecoveredAfter: medianOfObject,
	reports.Lost:           medianOfObject,
	reports.NeverSeen:      neverSeen,
	reports.KneeAt:         kneeAt,
	reports.LatencyIs:      latencyIs,
	reports.TakesLonger:    latencies(func(v float64, i, o interval) bool { return v > practical && i.low > 1 }),
	reports.SameLatency:    latencies(func(v float64, i, o interval) bool { return i.low >= 1/practical && i.high <= practical }),
	reports.LatencyOpen:    latencies(func(v float64, i, o interval) bool { return true }),
	reports.Saves:          saves,
	reports.SavesNone:      saves,
	reports.SavesMay:       saves,
	reports.SavesMost:      savesMost,
}

// is tells where a value and its interval are not those of what was measured by block.
func is(c reports.Claim, by map[int]float64) error {
	v, mid := c.Value, median(by)
	switch {
	case v.N != len(by) && !(v.N == 0 && c.Level > 0):
		return fmt.Errorf("made from %d blocks, and there are %d", v.N, len(by))
	case !(math.Abs(v.Value/mid-1) < 1e-9):
		return fmt.Errorf("the value is %v, and the median %v", v.Value, mid)
	case !v.Known() && v.Method == nil:
		return nil
	}
	in, out := of95(by, innermost), of95(by, outer)
	if c.Level > 0 && v.Method != estimate.OrderStatistics {
		return nil // around a median of few values, where it may be skew
	}
	if v.Low > in.low*(1+1e-9) || v.High < in.high*(1-1e-9) {
		return fmt.Errorf("the interval [%v, %v] is narrower than the middle of the data, %v", v.Low, v.High, in)
	}
	if c.Level == 0 && (v.Low < out.low*(1-1e-9) || v.High > out.high*(1+1e-9)) {
		return fmt.Errorf("the interval [%v, %v] is wider than one of 95 %%, %v", v.Low, v.High, out)
	}
	return nil
}

// ratio is the check of a claim on how many times as fast a point is as another, which holds
// for a value with an interval that is surely within the one of 95 %, and one around it.
func ratio(holds func(value float64, in, out interval) bool) func(*data, reports.Section, reports.Claim) error {
	return func(d *data, _ reports.Section, c reports.Claim) error {
		if len(c.Of) != 1 || len(c.Against) != 1 {
			return fmt.Errorf("%d points against %d", len(c.Of), len(c.Against))
		}
		by := d.speedups(c.Of[0], c.Against[0])
		if err := is(c, by); err != nil {
			return err
		}
		if in, out := of95(by, inner), of95(by, outer); !holds(c.Value.Value, in, out) {
			return fmt.Errorf("it is %v, and 95 %% intervals are at least %v and at most %v", c.Value.Value, in, out)
		}
		return nil
	}
}

// shareLocked is 2/S − 1 of the speedup of two threads.
func shareLocked(d *data, _ reports.Section, c reports.Claim) error {
	if len(c.Of) != 1 || len(c.Against) != 1 || c.Of[0].Workers() != 2 {
		return fmt.Errorf("%v against %v", c.Of, c.Against)
	}
	two := c
	two.Value.Value, two.Value.Low, two.Value.High = 2/(1+c.Value.Value), 2/(1+c.Value.High), 2/(1+c.Value.Low)
	return is(two, d.speedups(c.Of[0], c.Against[0]))
}

// arms are all points that have a baseline, but for itself.
func (d *data) arms(baseline record.Point) (out []record.Point) {
	for p := range d.blocks {
		if p.IsGrid() && p != baseline && d.rec.Facts.Baseline(p) == baseline && len(d.speedups(p, baseline)) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// first is a claim of its first point only.
func first(c reports.Claim) reports.Claim {
	c.Of, c.Against = c.Of[:1], c.Against[:1]
	return c
}

// noGain: no arm gains what matters, had the machine been there.
func noGain(d *data, s reports.Section, c reports.Claim) error {
	if err := is(first(c), d.speedups(c.Of[0], c.Against[0])); err != nil {
		return err
	}
	for _, p := range d.arms(c.Against[0]) {
		speedups := d.speedups(p, c.Against[0])
		if median(speedups) > c.Value.Value*(1+1e-9) {
			return fmt.Errorf("%s is better, %v", p, median(speedups))
		}
		if most := of95(d.there(p, speedups), inner).high; !(most <= practical) {
			return fmt.Errorf("%s may gain %v, had the machine been there", p, most)
		}
	}
	return nil
}

// mayGain: what is claimed of the best is not told, so no arm surely gains, and not all do
// surely lose. That is sure where all values say so, as many as the exact interval of a level
// needs that all arms share.
func mayGain(d *data, s reports.Section, c reports.Claim) error {
	if err := is(c, d.speedups(c.Of[0], c.Against[0])); err != nil {
		return err
	}
	arms, open := d.arms(c.Against[0]), false
	for _, p := range arms {
		speedups := d.speedups(p, c.Against[0])
		if median(speedups) > c.Value.Value*(1+1e-9) {
			return fmt.Errorf("%s is better, %v", p, median(speedups))
		}
		all, most := sorted(speedups), sorted(d.there(p, speedups))
		enough := len(all) >= fewest && math.Pow(2, float64(1-len(all))) <= 2*0.01/float64(len(arms))
		if enough && all[0] > 0 && median(speedups) > practical {
			return fmt.Errorf("%s gains in all of %d blocks", p, len(all))
		}
		open = open || !enough || most[len(most)-1] >= 0
	}
	if !open {
		return fmt.Errorf("every arm surely loses")
	}
	return nil
}

// capacity: what CPUs do together, as a multiple of one.
func capacity(d *data, s reports.Section, c reports.Claim) error {
	if err := is(c, d.capacity(c.Of[0].Workers())); err != nil {
		return err
	}
	if c.Value.High >= float64(c.Of[0].Workers()) {
		return fmt.Errorf("the machine gave %v of %d", c.Value.High, c.Of[0].Workers())
	}
	return nil
}

// rising: the largest pool of its executor surely gains over the one before.
func rising(d *data, s reports.Section, c reports.Claim) error {
	by := d.speedups(c.Of[0], c.Against[0])
	if err := is(c, by); err != nil {
		return err
	}
	how, baseline := d.rec.Facts.How(c.Of[0]).With(record.AxisWorkers, ""), d.rec.Facts.Baseline(c.Of[0])
	for _, p := range d.arms(baseline) {
		if p.Workers() > c.Of[0].Workers() && d.rec.Facts.How(p).With(record.AxisWorkers, "") == how {
			return fmt.Errorf("%s is larger", p)
		}
	}
	if low := of95(by, inner).low; !(low > practical) {
		return fmt.Errorf("it gains no more than %v", low)
	}
	return nil
}

// unchosen: as many blocks as there are of the arm.
func unchosen(d *data, s reports.Section, c reports.Claim) error {
	if n := len(d.speedups(c.Of[0], c.Against[0])); c.Value.Value != float64(n) || n >= fewest {
		return fmt.Errorf("%v blocks, and there are %d", c.Value.Value, n)
	}
	return nil
}

// absent: there is nothing of what a question asks. Of names the baseline without arms.
func absent(d *data, s reports.Section, c reports.Claim) error {
	grains := map[record.Point]int{} // by arm, whatever its grain
	for _, p := range d.grid() {
		base := d.rec.Facts.Baseline(p)
		if base == p || len(d.speedups(p, base)) == 0 {
			continue
		}
		if len(c.Of) == 0 && s.Name == reports.Which.Name || len(c.Of) == 1 && c.Of[0] == base && !strings.Contains(c.Object, "some") {
			return fmt.Errorf("%s was measured", p)
		}
		if p.Grain() > 0 && p.Get("payload") == "" {
			grains[p.With(record.AxisGrain, "1")]++
		}
	}
	for p, n := range grains {
		if n >= 3 && s.Name == reports.Short.Name {
			return fmt.Errorf("%s was measured at %d grains", p, n)
		}
	}
	return nil
}

// count: a number of things in the record.
func count(d *data, s reports.Section, c reports.Claim) error {
	grid, held, least, most := d.grid(), map[int]int{}, 0, 0
	for _, p := range grid {
		for b := range d.blocks[p] {
			held[b]++
		}
		base := d.rec.Facts.Baseline(p)
		by := d.speedups(p, base)
		noisy := func(move int) bool {
			v := of95(by, move)
			return base != p && len(by) >= fewest && (v.high-v.low)/2 > 0.10*median(by)
		}
		if noisy(inner) {
			least++
		}
		if noisy(outer) {
			most++
		}
	}
	whole, longest := 0, 0
	for _, n := range held {
		if 2*n > len(grid) {
			whole++
		}
	}
	all := map[int]bool{}
	for p, by := range d.blocks {
		if p.Pass() != "" {
			continue // their blocks are their own
		}
		for b := range by {
			all[b] = true
		}
		longest = max(longest, len(by))
	}
	want, ok := map[string]int{"rounds": whole, "closer rounds": len(all) - whole, "arms": len(grid), "failures": len(d.rec.Failures),
		"results of an arm": longest, "doubts": len(s.Warnings)}[c.Object]
	switch {
	case c.Object == "noisy arms" && c.Value.Value >= float64(least) && c.Value.Value <= float64(most):
	case c.Object == "noisy arms":
		return fmt.Errorf("%v, and there are %d to %d", c.Value.Value, least, most)
	case !ok:
		return fmt.Errorf("what to count is not known here")
	case c.Value.Value != float64(want):
		return fmt.Errorf("%v, and there are %d", c.Value.Value, want)
	}
	return nil
}

// medianOf: of the values of a unit.
func medianOf(d *data, s reports.Section, c reports.Claim) error {
	var by []float64
	for _, r := range d.blocks[c.Of[0]] {
		if v, ok := r.Values[c.Unit]; ok && math.Abs(v) <= 1e100 {
			by = append(by, v)
		}
	}
	linear := map[int]float64{}
	for i, v := range by {
		linear[i] = v
	}
	x := sorted(linear)
	if c.Value.N != len(x) || len(x) == 0 {
		return fmt.Errorf("made from %d blocks, and there are %d", c.Value.N, len(x))
	}
	low, high := x[(len(x)-1)/2], x[len(x)/2] // between them, on whatever scale
	if slack := 1e-9 * math.Abs(high); c.Value.Value < low-slack || c.Value.Value > high+slack {
		return fmt.Errorf("%v, and the median is from %v to %v", c.Value.Value, low, high)
	}
	return nil
}

// modelOf: parameters are checked together, by model.
func modelOf(d *data, s reports.Section, c reports.Claim) error {
	if !(c.Value.Value >= 0) {
		return fmt.Errorf("%v is below 0", c.Value.Value)
	}
	return nil
}

// shareOfTime: useful work is the time of the plain loop over that of all workers, and no
// share is below 0 or above 1.
func shareOfTime(d *data, s reports.Section, c reports.Claim) error {
	of := c.Of[0]
	workers := math.Log(float64(of.Workers()))
	useful, within := d.speedups(of, c.Against[0]), over(d.values(of, record.UnitTaskTime), d.tasks(of))
	for b := range useful {
		useful[b] -= workers
	}
	for b := range within {
		within[b] -= workers
	}
	switch {
	case c.Unit == times:
		if err := is(c, over(useful, within)); err != nil {
			return err
		}
		if !(c.Value.Value > practical) {
			return fmt.Errorf("%v is about 1", c.Value.Value)
		}
		return nil
	case c.Value.Value < 0 || c.Value.Value > 1 || c.Value.Method != nil && (c.Value.Low < 0 || c.Value.High > 1+1e-9):
		return fmt.Errorf("%v [%v, %v] is no share", c.Value.Value, c.Value.Low, c.Value.High)
	}
	want := math.Min(median(useful), math.Min(median(within), 1))
	switch c.Object {
	case "useful work":
	case "slower work":
		want = math.Min(median(within), 1) - want
	default:
		return nil // the rest, of which the sum is checked
	}
	if math.Abs(c.Value.Value-want) > 1e-9 {
		return fmt.Errorf("%v, and the medians say %v", c.Value.Value, want)
	}
	return nil
}

// overlap: how much of the shorter part is hidden behind the longer one.
func overlap(d *data, s reports.Section, c reports.Claim) error {
	whole := d.values(c.Of[0], record.UnitTime)
	x, y := over(d.values(c.Of[0], record.UnitCPUPart), whole), over(d.values(c.Of[0], record.UnitWaitPart), whole)
	for b := range x {
		if _, both := y[b]; !both {
			delete(x, b)
		}
	}
	for b := range y {
		if _, both := x[b]; !both {
			delete(y, b)
		}
	}
	want := (median(x) + median(y) - 1) / math.Min(median(x), median(y))
	if math.Abs(c.Value.Value-want) > 1e-9*math.Max(1, math.Abs(want)) {
		return fmt.Errorf("%v, and the medians say %v", c.Value.Value, want)
	}
	return nil
}

// overheadShape: the kind is that which its number has.
func overheadShape(d *data, s reports.Section, c reports.Claim) error {
	kinds := []struct {
		name      string
		low, high float64
	}{{"serial dispatch", 0, 1.2}, {"dispatch and inline", 1.2, 1.6}, {"inline", 1.6, 3}, {"growing with the work", 0, math.Inf(1)}}
	for _, k := range kinds {
		if k.name == c.Object && c.Value.Value > k.low && c.Value.Value <= k.high {
			return nil
		}
	}
	return fmt.Errorf("%v is not of it", c.Value.Value)
}

// beatWith: no smaller pool gains what matters, nor may it, unless that is said; and the
// pool does not lose.
func beatWith(d *data, s reports.Section, c reports.Claim) error {
	need, loses := int(c.Value.Value), true
	for i, p := range c.Of {
		by := d.speedups(p, against(c, i))
		loses = loses && !(p.Workers() >= need && median(by) > 1)
		v := of95(d.there(p, by), inner)
		switch {
		case c.Outcome == "never" && !(v.high <= practical):
			return fmt.Errorf("%s may gain %v, had the machine been there", p, v.high)
		case c.Outcome == "" && p.Workers() < need && !(of95(by, inner).high <= practical):
			return fmt.Errorf("%s may gain %v with fewer workers", p, of95(by, inner).high)
		}
	}
	if c.Outcome != "never" && loses {
		return fmt.Errorf("no pool of as many workers is faster")
	}
	return nil
}

// objectRatio is the number of an object like "1.8×"; ok is false for others.
func objectRatio(text string) (x float64, ok bool) {
	x, err := strconv.ParseFloat(strings.TrimSuffix(text, "×"), 64)
	return x, err == nil
}
