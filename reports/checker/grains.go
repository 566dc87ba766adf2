package checker

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"poolbench/bench/record"
	"poolbench/reports"
)

// A grain is one size of task, of a claim that is about several.
type grain struct {
	of       record.Point
	work     float64         // seconds of useful work per task
	speedups map[int]float64 // against the other arm, by block
}

// grains of a claim, ascending in work.
func (d *data) grains(c reports.Claim) (out []grain) {
	for i, p := range c.Of {
		g := grain{of: p, speedups: d.speedups(p, against(c, i))}
		base := d.tasks(d.rec.Facts.Baseline(p))
		for b := range base {
			if _, both := d.blocks[p][b]; !both {
				delete(base, b)
			}
		}
		if g.work = median(base); len(g.speedups) > 0 && g.work > 0 {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b grain) int {
		if a.work < b.work {
			return -1
		}
		return 1
	})
	return out
}

// crosses decides whether sizes clearly contradict that the speedup is below a level up to
// the value of a claim and above it from there on, or always, or never. Sizes within the
// interval of the value may be on either side.
func crosses(c reports.Claim, all []grain, level float64) error {
	below, above := false, false
	for _, g := range all {
		v := clear(g.speedups, len(all))
		worse, better := v.high < level/practical, v.low > level*practical
		below, above = below || median(g.speedups) < level, above || median(g.speedups) >= level
		switch {
		case worse && (c.Outcome == "always" || c.Outcome == "" && g.work > c.Value.High):
			return fmt.Errorf("it is not so at %v: %v", g.of, v)
		case better && (c.Outcome == "never" || c.Outcome == "" && g.work < c.Value.Low):
			return fmt.Errorf("it is so at %v: %v", g.of, v)
		}
	}
	switch {
	case c.Outcome == "" && !(c.Value.Value > 0 && c.Value.Known()):
		return fmt.Errorf("%+v is no place", c.Value)
	case c.Outcome == "several" && !(below && above):
		return fmt.Errorf("all sizes are on one side")
	}
	return nil
}

// paysAbove: always and never are surely so at each size, the latter had the machine been
// there; at most is surely so from the value on.
func paysAbove(d *data, s reports.Section, c reports.Claim) error {
	all := d.grains(c)
	for _, g := range all {
		v, most := of95(g.speedups, inner), of95(d.there(g.of, g.speedups), inner).high
		switch {
		case c.Outcome == "always" && !(v.low >= 1/practical):
			return fmt.Errorf("it may lose at %v: %v", g.of, v)
		case c.Outcome == "never" && !(most <= practical):
			return fmt.Errorf("it may gain %v at %v, had the machine been there", most, g.of)
		case c.Outcome == "at most" && g.work >= c.Value.Value*(1-1e-9) && !(v.low > 1):
			return fmt.Errorf("it may lose at %v: %v", g.of, v)
		}
	}
	return crosses(c, all, 1)
}

// paysUpTo: with less than the value the pool does not surely lose, with more it does not
// surely gain. Always and never are surely so with each payload, the latter had the machine
// been there.
func paysUpTo(d *data, s reports.Section, c reports.Claim) error {
	var all []grain
	for i, p := range c.Of {
		sent, _ := strconv.ParseFloat(p.Get(record.AxisPayload), 64)
		g := grain{of: p, work: math.Max(1, sent), speedups: map[int]float64{}} // how many times as long it takes
		by := d.speedups(p, against(c, i))
		for b, v := range by {
			g.speedups[b] = -v
		}
		switch v, most := of95(by, inner), of95(d.there(p, by), inner).high; {
		case c.Outcome == "always" && !(v.low >= 1/practical):
			return fmt.Errorf("it may lose at %v: %v", p, v)
		case c.Outcome == "never" && !(most <= practical):
			return fmt.Errorf("it may gain %v at %v, had the machine been there", most, p)
		}
		all = append(all, g)
	}
	if len(all) < 3 {
		return fmt.Errorf("of %d payloads", len(all))
	}
	c.Outcome = map[string]string{"always": "never", "never": "always"}[c.Outcome] + map[string]string{"cannot tell": c.Outcome}[c.Outcome]
	return crosses(c, all, 1)
}

// halfAbove: half of what the object says, which some ideal of the workers rounds to.
func halfAbove(d *data, s reports.Section, c reports.Claim) error {
	ideal, ok := objectRatio(c.Object)
	if !ok {
		return fmt.Errorf("%q is no ideal", c.Object)
	}
	if !slices.ContainsFunc(d.ideals(c.Of[0]), func(x float64) bool { return rounds(ideal, 1, c.Object, x) }) {
		return fmt.Errorf("the ideals are %v", d.ideals(c.Of[0]))
	}
	return crosses(c, d.grains(c), ideal/2)
}

// overtakes: always is surely so at each size. What is not told must not be clear at the
// largest.
func overtakes(d *data, s reports.Section, c reports.Claim) error {
	all := d.grains(c)
	if c.Outcome == "always" {
		for _, g := range all {
			if v := of95(g.speedups, inner); !(v.low > 1) {
				return fmt.Errorf("it may lose at %v: %v", g.of, v)
			}
		}
	}
	if n := len(all); c.Outcome == "cannot tell" && n > 0 && clear(all[n-1].speedups, n).low > practical {
		return fmt.Errorf("it has overtaken at %v: %v", all[n-1].of, clear(all[n-1].speedups, n))
	}
	return crosses(c, all, 1)
}

// drawsLevel: from the value on no size tells the two apart by what matters, and together
// they are within it.
func drawsLevel(d *data, s reports.Section, c reports.Claim) error {
	sum, n := 0.0, 0.0
	for _, g := range d.grains(c) {
		if g.work < c.Value.Value*(1-1e-9) {
			continue
		}
		sum, n = sum+math.Log(median(g.speedups)), n+1
		in, out := of95(g.speedups, inner), of95(g.speedups, outer)
		if !(in.low >= 1/practical && in.high <= practical || out.low <= 1 && out.high >= 1) {
			return fmt.Errorf("the two are told apart at %v: %v", g.of, out)
		}
	}
	if mean := math.Exp(sum / n); !(mean <= practical && mean >= 1/practical) {
		return fmt.Errorf("the mean ratio is %v", mean)
	}
	return nil
}

// staysBehind: surely slower at each size, by the value at the largest.
func staysBehind(d *data, s reports.Section, c reports.Claim) error {
	all := d.grains(c)
	if len(all) == 0 {
		return fmt.Errorf("nothing was measured")
	}
	for _, g := range all {
		if v := of95(g.speedups, inner); !(v.high < 1) {
			return fmt.Errorf("it may not be slower at %v: %v", g.of, v)
		}
	}
	return is(c, all[len(all)-1].speedups)
}

// dependable are the grains with blocks enough for an interval, or all where fewer than
// three have.
func dependable(all []grain) []grain {
	enough := slices.DeleteFunc(slices.Clone(all), func(g grain) bool { return len(g.speedups) < fewest })
	if len(enough) < 3 {
		return all
	}
	return enough
}

// cutOver is a size that was measured, or lies between two.
func cutOver(d *data, s reports.Section, c reports.Claim) error {
	all := d.grains(c)
	if n := len(all); n == 0 || c.Value.Value < all[0].work*(1-1e-9) || c.Value.Value > all[n-1].work*(1+1e-9) {
		return fmt.Errorf("%v is beyond what was measured", c.Value.Value)
	}
	return nil
}

// cutOverLoses is checked for the cut-over that loses least: a claim holds it, and some
// cut-over has it.
func cutOverLoses(d *data, s reports.Section, c reports.Claim) error {
	all := dependable(d.grains(c))
	least := math.Inf(1)
	for cut := range len(all) + 1 {
		worst := 0.0
		for i, g := range all {
			lost := math.Log(median(g.speedups))
			if i >= cut {
				lost = -lost
			}
			worst = math.Max(worst, lost)
		}
		if math.Abs(math.Expm1(worst)-c.Value.Value) < 1e-9 {
			return nil
		}
		least = math.Min(least, math.Expm1(worst))
	}
	return fmt.Errorf("%v, and the least that some cut-over loses is %v", c.Value.Value, least)
}

// model decides of the parameters of a sentence whether the speedups that they give pass
// near the points that matter: those with no more workers than cores, and the fastest. Near
// is within the interval of 95 %, or within what matters.
func (d *data) model(claims []reports.Claim) error {
	p, of := map[string]float64{}, reports.Claim{}
	for _, c := range claims {
		if c.Relation == reports.ModelOf {
			p[c.Object[max(0, len(c.Object)-len(afterColon(c.Object))):]], of = c.Value.Value, c
		}
	}
	if len(p) == 0 {
		return nil
	}
	perWorker, flat := p["speedup of each worker"], p["largest speedup"]
	if perWorker == 0 {
		perWorker = 1
	}
	if flat == 0 {
		flat = math.Inf(1)
	}
	fastest := slices.MaxFunc(of.Of, func(a, b record.Point) int {
		if median(d.speedups(a, of.Against[0])) < median(d.speedups(b, of.Against[0])) {
			return -1
		}
		return 1
	})
	var missed error
	for ideal := range 3 {
		missed = nil
		for _, point := range of.Of {
			n := float64(point.Workers())
			cores := math.Max(float64(d.rec.Facts.Cores), 0)
			deliver := n
			if ideal > 0 && cores > 0 {
				deliver = math.Min(n, cores)
			}
			if c := d.capacity(min(point.Workers(), max(d.cpus(), 1))); ideal == 2 && len(c) > 0 {
				deliver = median(c)
			}
			says := math.Min(perWorker*deliver/(1+p["contention of each worker more"]*(n-1)+p["crosstalk of each worker more"]*n*(n-1)), flat)
			by := d.speedups(point, of.Against[0])
			v := of95(by, outer)
			near := says >= v.low && says <= v.high || math.Abs(math.Log(says/median(by))) <= math.Log(practical)+1e-6
			if !near && (n <= cores || point == fastest) {
				missed = fmt.Errorf("the model says %v of %v, which is %v %v", says, point, median(by), v)
			}
		}
		if missed == nil {
			return nil
		}
	}
	return missed
}
