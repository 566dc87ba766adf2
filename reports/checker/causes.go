package checker

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"poolbench/bench/record"
	"poolbench/reports"
)

// perTime is the median of a unit over the time of the slice that it is of; 0 of none. What
// else it is multiplied by, factor says.
func (d *data) perTime(p record.Point, unit string, factor func(record.Result) float64) float64 {
	var all []float64
	for _, r := range d.blocks[p] {
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

// lost is the time of the workers that is no useful work, by what they did meanwhile, and what
// each cause has of it. Where tells in which part each finds what its evidence says, in order.
func (d *data) lost(of, baseline record.Point) (parts, causes map[string]float64, all float64) {
	p := float64(of.Workers())
	stages, counters := of.With(record.AxisPass, "stages"), of.With(record.AxisPass, "counters")
	unit := func(p record.Point, name string) float64 { return d.perTime(p, name, nil) }
	busy, busiest := unit(stages, record.UnitBusy), unit(stages, record.UnitBusiest)
	idle := map[string]float64{"starved": unit(stages, record.UnitStarved), "unserved": unit(stages, record.UnitUnserved), "starting": unit(stages, record.UnitStarting)}
	known := 0.0
	for _, v := range idle {
		known += v
	}
	parts = map[string]float64{"longer": math.Max(0, busy-median(d.speedups(of, baseline))/p), "uneven": math.Max(0, busiest-busy)}
	gaps := math.Max(0, 1-busiest)
	for name, v := range idle {
		if parts[name] = v; known > gaps {
			parts[name] = v * gaps / known
		}
	}
	parts["uneven"] += math.Max(0, gaps-known)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		all += parts[name]
	}

	locks := of.With(record.AxisPass, "mutex")
	told := false
	for _, r := range d.blocks[locks] {
		_, has := r.Values[record.UnitMutexWait]
		told = told || has
	}
	if !told {
		locks = counters
	}
	amount := map[string]float64{
		"a lock":             unit(locks, record.UnitMutexWait) / math.Max(1, p-1),
		"throttling":         unit(counters, record.UnitThrottled) / p,
		"garbage collection": d.perTime(counters, record.UnitGCShare, func(r record.Result) float64 { return r.Values[record.UnitUser] + r.Values[record.UnitSystem] }) / p,
		"starvation":         unit(counters, record.UnitRunnable) / p,
		"start-up":           1, "dispatch": 1, "imbalance": 1, "a serial part": 1,
	}
	cores := float64(max(d.rec.Facts.Cores, 1))
	amount["missing capacity"] = d.perTime(counters, record.UnitSteal, func(r record.Result) float64 {
		t, _ := r.Time()
		return t * math.Min(p, cores)
	}) / p
	if d.rec.Facts.Cores > 0 && d.rec.Facts.Resource(of.Workload()) == "cpu" {
		used := math.Min(p, cores)
		amount["oversubscription"] = 1 - used/p
		short := func(benchmark string) (float64, bool) {
			by := d.delivered(benchmark, int(used))
			return math.Max(0, used-median(by)) / p, len(by) > 0
		}
		if v, probed := short(record.CapacityBenchmark); probed && v > 0 {
			amount["missing capacity"] = v
		}
		curve, declared := d.rec.Facts.Curve(of)
		if v, probed := short(record.BandwidthBenchmark); probed && declared && curve.Of == record.LimitBandwidth {
			c, _ := short(record.CapacityBenchmark)
			if math.IsNaN(c) {
				c = 0
			}
			amount["memory bandwidth"] = v - c
		}
	}
	amount["starvation"] -= amount["oversubscription"]
	causes, rest := map[string]float64{}, maps.Clone(parts)
	for _, c := range []struct {
		name  string
		where []string
	}{
		{"oversubscription", []string{"longer", "unserved", "starting", "uneven", "starved"}},
		{"throttling", []string{"longer", "unserved", "uneven", "starved", "starting"}},
		{"missing capacity", []string{"longer", "unserved", "uneven", "starved", "starting"}},
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
	return parts, causes, all
}

// lostTime: of the workers of a pool with the pass stages.
func lostTime(d *data, _ reports.Section, c reports.Claim) error {
	if len(c.Of) < 2 || len(c.Against) != 1 || !c.Of[0].IsGrid() {
		return fmt.Errorf("%v against %v", c.Of, c.Against)
	}
	if _, _, all := d.lost(c.Of[0], c.Against[0]); math.Abs(all-c.Value.Value) > 1e-9 {
		return fmt.Errorf("%v, and the medians say %v", c.Value.Value, all)
	}
	return nil
}

// lostTo: the share of one cause.
func lostTo(d *data, s reports.Section, c reports.Claim) error {
	if len(c.Of) < 2 || len(c.Against) != 1 || !c.Of[0].IsGrid() {
		return fmt.Errorf("%v against %v", c.Of, c.Against)
	}
	_, causes, all := d.lost(c.Of[0], c.Against[0])
	if v, known := causes[c.Object]; !known || math.Abs(v/all-c.Value.Value) > 1e-9 {
		return fmt.Errorf("%v, and the medians say %v", c.Value.Value, v/all)
	}
	return nil
}

// blamed: of one pool the first cause is the largest, and the shares are all of the lost time.
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
		if c.Value.Value > first+1e-9 {
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
