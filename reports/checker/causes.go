package checker

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"poolbench/bench/record"
	"poolbench/reports"
)

// perTime is the median, of calm slices, of a unit over the time of the slice that it is of; 0 of none. What
// else it is multiplied by, factor says.
func (d *data) perTime(p record.Point, unit string, factor func(record.Result) float64) float64 {
	var all []float64
	for _, r := range d.calm(p) {
		t, ok := r.Time()
		if v, has := r.Values[unit]; has && ok && v >= 0 && v <= 1e100 {
			if factor != nil {
				v *= factor(r)
			}
			all = append(all, v/t)
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// calm are the results of a pass whose threads waited least: two thirds, but at least 6, and
// those that waited for less than 2 % of what they wanted.
func (d *data) calm(p record.Point) map[int]record.Result {
	share := func(b int) float64 {
		v := d.blocks[p][b].Values
		waited, ran := math.Max(0, v[record.UnitWaited]), math.Max(0, v[record.UnitRan])
		if waited == 0 {
			return 0
		}
		return waited / (waited + ran)
	}
	blocks := slices.Sorted(maps.Keys(d.blocks[p]))
	slices.SortStableFunc(blocks, func(a, b int) int { return cmp.Compare(share(a), share(b)) })
	out := map[int]record.Result{}
	for i, b := range blocks {
		if i < fewest || 3*i < 2*len(blocks) || share(b) < 0.02 {
			out[b] = d.blocks[p][b]
		}
	}
	return out
}

// use is how much of the CPUs that were missing a pool had used: how much less it ran where it
// waited more, as the weighted median of all pairs of slices.
func (d *data) use(of record.Point) float64 {
	by := map[float64]float64{} // weights by slope
	all := 0.0
	for p, results := range d.blocks {
		if p.With(record.AxisPass, "") != of {
			continue
		}
		for b, x := range results {
			for c, y := range results {
				s, ok1 := x.Time()
				t, ok2 := y.Time()
				if c >= b || !ok1 || !ok2 {
					continue
				}
				if waited := x.Values[record.UnitWaited]/s - y.Values[record.UnitWaited]/t; math.Abs(waited) >= 0.1 {
					by[-(x.Values[record.UnitRan]/s-y.Values[record.UnitRan]/t)/waited] += math.Abs(waited)
					all += math.Abs(waited)
				}
			}
		}
	}
	sum := 0.0
	for _, slope := range slices.Sorted(maps.Keys(by)) {
		if sum += by[slope]; sum >= all/2 {
			return math.Min(1, math.Max(0, slope))
		}
	}
	return 1
}

// lacking is, by block, the CPU time that slices of a point were missing, over their time, and
// how much shorter they had been with it.
func (d *data) lacking(p record.Point) (cpu, shorter map[int]float64) {
	use := d.use(p.With(record.AxisPass, ""))
	cpu, shorter = map[int]float64{}, map[int]float64{}
	var waited, others float64
	sensible := func(v float64) float64 {
		if v >= 0 && v <= 1e100 {
			return v
		}
		return 0
	}
	for _, r := range d.blocks[p] {
		waited, others = waited+sensible(r.Values[record.UnitWaited]), others+sensible(r.Values[record.UnitOthers])
	}
	for b, r := range d.blocks[p] {
		t, ok := r.Time()
		if !ok || waited == 0 {
			continue
		}
		cpu[b] = sensible(r.Values[record.UnitWaited]) / t * math.Min(1, others/waited)
		cpu[b] = math.Min(cpu[b], math.Max(0, float64(p.Workers())-sensible(r.Values[record.UnitRan])/t))
		needed, least := use*cpu[b], 1.0
		if d.rec.Facts.Resource(p.Workload()) != "cpu" {
			needed, least = cpu[b], float64(p.Workers())
		}
		shorter[b] = math.Min(0.98, needed/math.Max(least, needed+sensible(r.Values[record.UnitRan])/t))
	}
	return cpu, shorter
}

// full are the times per task of a point as they had been with all CPUs, as logarithms.
func (d *data) full(p record.Point) map[int]float64 {
	out := d.tasks(p)
	_, shorter := d.lacking(p)
	for b := range out {
		out[b] += math.Log(1 - shorter[b])
	}
	return out
}

// lost is the time of the workers that is no useful work, and what each cause has of it. Where
// tells in which part each finds what its evidence says, in order.
func (d *data) lost(of, baseline record.Point) (causes map[string]float64, all float64) {
	p := float64(of.Workers())
	useful := median(d.speedups(of, baseline)) / p
	given := math.Max(useful, math.Min(1, median(over(d.full(baseline), d.full(of)))/p))
	missing := 1 - useful/given
	stages := of.With(record.AxisPass, "stages")
	parts, told := map[string]float64{}, false
	_, shorter := d.lacking(stages)
	by := map[string]map[int]float64{}
	for b, r := range d.calm(stages) {
		_, waited := r.Values[record.UnitWaited]
		told = told || waited
		if t, ok := r.Time(); ok {
			for name, v := range did(r, t, given, shorter[b]) {
				if by[name] == nil {
					by[name] = map[int]float64{}
				}
				by[name][b] = v
			}
		}
	}
	for name, of := range by {
		s := sorted(of)
		parts[name] = (s[(len(s)-1)/2] + s[len(s)/2]) / 2
	}
	causes = explained(d.amounts(of, baseline, given, missing), parts, told)
	for name, v := range causes {
		if name != "oversubscription" {
			causes[name] = v * (1 - missing)
		}
	}
	causes["missing capacity"] += missing * (1 - causes["oversubscription"])
	for _, name := range slices.Sorted(maps.Keys(causes)) {
		all += causes[name]
	}
	return causes, all
}

// did is what workers did in a slice of t seconds that is no useful work, without the share that
// it had been shorter with all CPUs: that is within tasks, and the rest of it in all waits alike.
func did(r record.Result, t, given, short float64) map[string]float64 {
	unit := func(name string) float64 { return math.Max(0, r.Values[name]) / t }
	busy, busiest := unit(record.UnitBusy), unit(record.UnitBusiest)
	parts := map[string]float64{"starved": unit(record.UnitStarved), "unserved": unit(record.UnitUnserved), "starting": unit(record.UnitStarting)}
	known, gaps := parts["starved"]+parts["unserved"]+parts["starting"], math.Max(0, 1-busiest)
	for name := range parts {
		if known > gaps {
			parts[name] *= gaps / known
		}
	}
	parts["uneven"] = math.Max(0, busiest-busy) + math.Max(0, gaps-known)
	waits := 0.0
	for _, name := range []string{"starved", "unserved", "starting", "uneven"} {
		waits += parts[name]
	}
	longer := math.Max(0, busy-given*(1-short))
	inTasks := math.Min(longer, short)
	for name := range parts {
		if waits > 0 {
			parts[name] *= 1 - math.Min(1, (short-inTasks)/waits)
		}
	}
	parts["longer"] = longer - inTasks
	for name := range parts {
		parts[name] /= 1 - short
	}
	return parts
}

// amounts is what the evidence of each cause says. What threads were missing of CPUs is no
// part of them.
func (d *data) amounts(of, baseline record.Point, given, missing float64) map[string]float64 {
	counters := of.With(record.AxisPass, "counters")
	p := float64(of.Workers())
	locks := of.With(record.AxisPass, "mutex")
	told := false
	for _, r := range d.blocks[locks] {
		_, has := r.Values[record.UnitMutexWait]
		told = told || has
	}
	if !told {
		locks = counters
	}
	without, _ := d.lacking(locks)
	lack := func(block int) float64 {
		if others := p - 1 + d.use(of); others > 0 {
			return math.Min(0.5, without[block]/others)
		}
		return 0
	}
	amount := map[string]float64{
		"a lock":             d.perTime(locks, record.UnitMutexWait, func(r record.Result) float64 { return 1 / (1 - lack(r.Block)) }) / math.Max(1, p-1),
		"throttling":         d.perTime(counters, record.UnitThrottled, nil) / p,
		"garbage collection": d.perTime(counters, record.UnitGCShare, func(r record.Result) float64 { return r.Values[record.UnitUser] + r.Values[record.UnitSystem] }) / p,
		"starvation":         d.ready(counters) / p,
		"start-up":           1, "dispatch": 1, "imbalance": 1, "a serial part": 1,
	}
	if cores := float64(d.rec.Facts.Cores); cores > 0 && d.rec.Facts.Resource(of.Workload()) == "cpu" {
		used := math.Min(p, cores)
		amount["oversubscription"] = 1 - used/p
		short := func(benchmark string) (float64, bool) {
			by := d.delivered(benchmark, int(used))
			return math.Max(0, used-median(by)) / p, len(by) > 0
		}
		probed, ok := short(record.CapacityBenchmark)
		if !ok {
			probed = 0
		}
		amount["missing capacity"] = (probed - missing) * d.together(of.With(record.AxisPass, "stages"), used-1)
		curve, declared := d.rec.Facts.Curve(of)
		if v, ok := short(record.BandwidthBenchmark); ok && declared && curve.Of == record.LimitBandwidth {
			amount["memory bandwidth"] = v - probed
		}
	}
	amount["starvation"] = math.Min(amount["starvation"]-amount["oversubscription"], d.elsewhere(of, baseline, given)) - amount["garbage collection"]
	return amount
}

// ready is what goroutines were ready and did not run, over the time: the mean of calm slices.
func (d *data) ready(counters record.Point) (mean float64) {
	cpu, shorter := d.lacking(counters)
	calm := d.calm(counters)
	for b, r := range calm {
		if t, ok := r.Time(); ok {
			mean += math.Max(0, r.Values[record.UnitRunnable]/t-cpu[b]) / (1 - shorter[b]) / float64(len(calm))
		}
	}
	return mean
}

// elsewhere is CPU time beyond that of the plain loop, as a share of the time of the workers.
func (d *data) elsewhere(of, baseline record.Point, given float64) float64 {
	used := func(p record.Point) (float64, int) {
		_, shorter := d.lacking(p)
		known := 0
		v := d.perTime(p, record.UnitUser, func(r record.Result) float64 {
			known++
			return (r.Values[record.UnitUser] + r.Values[record.UnitSystem]) / r.Values[record.UnitUser] / (1 - shorter[r.Block])
		})
		return v, known
	}
	alone, known := used(baseline.With(record.AxisPass, "counters"))
	all, also := used(of.With(record.AxisPass, "counters"))
	if min(known, also) < fewest {
		return 1
	}
	return math.Max(0, all/float64(of.Workers())-alone*given)
}

// together is the most of the time in which all CPUs computed for a pool, or were wanted, given
// how many there are beside one.
func (d *data) together(stages record.Point, others float64) float64 {
	lacked, _ := d.lacking(stages)
	by := map[int]float64{}
	for b, r := range d.calm(stages) {
		t, ok := r.Time()
		if v, told := r.Values[record.UnitRan]; told && ok && others > 0 {
			by[b] = math.Min(1, math.Max(0, v/t+lacked[b]-1)/others)
		}
	}
	s := sorted(by)
	if len(s) == 0 {
		return 1
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// explained is what each cause finds of its amount, in the order of the causes.
func explained(amount, parts map[string]float64, told bool) (causes map[string]float64) {
	anywhere := []string{"longer", "unserved", "uneven", "starved", "starting"}
	probed := anywhere // what the probe of the capacity says beyond what threads tell
	if told {
		probed = anywhere[:1]
	}
	causes, rest := map[string]float64{}, maps.Clone(parts)
	for _, c := range []struct {
		name  string
		where []string
	}{
		{"oversubscription", []string{"longer", "unserved", "starting", "uneven", "starved"}},
		{"throttling", anywhere},
		{"missing capacity", probed},
		{"memory bandwidth", []string{"longer"}},
		{"a lock", []string{"unserved", "longer", "starting"}},
		{"garbage collection", []string{"longer", "unserved", "starved", "uneven"}},
		{"starvation", []string{"longer"}},
		{"start-up", []string{"starting"}}, {"dispatch", []string{"unserved"}}, {"imbalance", []string{"uneven"}}, {"a serial part", []string{"starved"}},
	} {
		want := math.Max(0, amount[c.name])
		for _, part := range c.where {
			has := math.Min(want, rest[part])
			rest[part], want, causes[c.name] = rest[part]-has, want-has, causes[c.name]+has
		}
	}
	for _, part := range slices.Sorted(maps.Keys(rest)) {
		causes[reports.Unexplained] += rest[part]
	}
	return causes
}

// lostTime: of the workers of a pool with the pass stages.
func lostTime(d *data, _ reports.Section, c reports.Claim) error {
	if len(c.Of) < 2 || len(c.Against) != 1 || !c.Of[0].IsGrid() {
		return fmt.Errorf("%v against %v", c.Of, c.Against)
	}
	if _, all := d.lost(c.Of[0], c.Against[0]); math.Abs(all-c.Value.Value) > 1e-9 {
		return fmt.Errorf("%v, and the medians say %v", c.Value.Value, all)
	}
	return nil
}

// lackedTime: what its workers wanted of the CPUs in the pass stages, and others had.
func lackedTime(d *data, _ reports.Section, c reports.Claim) error {
	if len(c.Of) < 2 || !c.Of[0].IsGrid() {
		return fmt.Errorf("%v", c.Of)
	}
	stages := c.Of[0].With(record.AxisPass, "stages")
	all, _ := d.lacking(stages)
	calm := map[int]float64{}
	for b := range d.calm(stages) {
		calm[b] = all[b] / float64(stages.Workers())
	}
	s := sorted(calm)
	if v := (s[(len(s)-1)/2] + s[len(s)/2]) / 2; math.Abs(v-c.Value.Value) > 1e-9 {
		return fmt.Errorf("%v, and the medians say %v", c.Value.Value, v)
	}
	return nil
}

// lostTo: the share of one cause.
func lostTo(d *data, s reports.Section, c reports.Claim) error {
	if len(c.Of) < 2 || len(c.Against) != 1 || !c.Of[0].IsGrid() {
		return fmt.Errorf("%v against %v", c.Of, c.Against)
	}
	causes, all := d.lost(c.Of[0], c.Against[0])
	if v, known := causes[c.Object]; !known || math.Abs(v/all-c.Value.Value) > 1e-9 {
		return fmt.Errorf("%v, and the medians say %v", c.Value.Value, v/all)
	}
	return nil
}

// blamed: of one pool the first cause is the largest, but for capacity that was missing where
// that is not most of it, and the shares are all of the lost time.
func (d *data) blamed(claims []reports.Claim) error {
	sum, first := 0.0, -1.0
	for _, c := range claims {
		if c.Relation != reports.LostTo {
			continue
		}
		if sum += c.Value.Value; first < 0 {
			first = c.Value.Value
			if c.Outcome == "" && c.Object == reports.Unexplained {
				return fmt.Errorf("what is not explained is named as the cause")
			}
		}
		if beside := c.Object == "missing capacity" && c.Value.Value <= 0.5; c.Value.Value > first+1e-9 && !beside {
			return fmt.Errorf("%s has %v of the lost time, more than the first cause", c.Object, c.Value.Value)
		}
	}
	if first >= 0 && math.Abs(sum-1) > 1e-6 {
		return fmt.Errorf("the shares of the lost time add up to %v", sum)
	}
	return nil
}

// efficiencyOf: a factor of the POP project.
func efficiencyOf(d *data, _ reports.Section, c reports.Claim) error {
	if len(c.Of) != 1 || c.Of[0].Pass() != "stages" {
		return fmt.Errorf("made from %v", c.Of)
	}
	of := c.Of[0]
	p, busy, busiest := float64(of.Workers()), d.perTime(of, record.UnitBusy, nil), d.perTime(of, record.UnitBusiest, nil)
	alone := math.NaN()
	if len(c.Against) == 1 {
		time := d.values(of, record.UnitTime)
		switch base := c.Against[0]; base.Pass() {
		case "":
			alone = median(d.values(base, record.UnitTime)) / median(time)
		default:
			alone = median(over(d.values(base, record.UnitBusy), time))
		}
	}
	want, known := map[string]float64{"load balance": busy / busiest, "scheduling": busiest, "parallel efficiency": busy,
		"computation": alone / (p * busy), "global efficiency": alone / p}[c.Object]
	if !known || !(math.Abs(c.Value.Value-want) <= 1e-9*math.Max(1, want)) {
		return fmt.Errorf("%s, and the medians say %v", strconv.FormatFloat(c.Value.Value, 'g', -1, 64), want)
	}
	return nil
}

// product: the efficiencies of a pool are those that they are the product of, within 1 %.
func (d *data) product(claims []reports.Claim) error {
	of := map[string]float64{}
	for _, c := range claims {
		if c.Relation == reports.EfficiencyOf {
			of[c.Object] = c.Value.Value
		}
	}
	parallel, known := of["parallel efficiency"]
	if known && math.Abs(of["load balance"]*of["scheduling"]-parallel) > 0.01*parallel {
		return fmt.Errorf("the load balance × scheduling is %v", of["load balance"]*of["scheduling"])
	}
	if global, known := of["global efficiency"]; known && math.Abs(parallel*of["computation"]-global) > 0.01*global {
		return fmt.Errorf("the parallel efficiency × computation is %v", parallel*of["computation"])
	}
	return nil
}
