package gate

import (
	"maps"
	"math"
	"slices"

	"poolbench/bench/record"
)

// unitValues are the blocks of one benchmark in a unit beside time.
type unitValues struct {
	record.Unit
	direction  int // -1 when lower is better, +1 when higher is
	base, head []float64
	worse      []float64 // by block: log ratio, positive where head is worse
	more       []float64 // by block: difference, positive where head is worse
	screening  int       // how many of them were of the first phase
	shift      float64   // what both had added, since there are values without a ratio
}

// unitsOf are the values in all units that are judged and that both sides have, sorted
// by unit. The first pairs, as many as screening says, were of the first phase.
func (o Options) unitsOf(pairs []pair, screening int) (out []unitValues) {
	seen := map[string]bool{}
	for _, p := range pairs {
		for unit := range p.base.values {
			seen[unit] = true
		}
	}
	delete(seen, record.UnitTime) // the turns say it in full
	for _, unit := range slices.Sorted(maps.Keys(seen)) {
		if u := o.unitOf(pairs, screening, unit); u.direction != 0 && len(u.base) > 0 {
			out = append(out, u)
		}
	}
	return out
}

func (o Options) unitOf(pairs []pair, screening int, unit string) unitValues {
	u := unitValues{Unit: o.Unit(unit), direction: o.better(unit)}
	for i, p := range pairs {
		b, ok := p.base.values[unit]
		h, both := p.head.values[unit]
		if !ok || !both || !plausible(b) || !plausible(h) {
			continue
		}
		u.base, u.head = append(u.base, b), append(u.head, h)
		if i < screening {
			u.screening++
		}
	}
	if len(u.base) == 0 {
		return u
	}
	lowest := min(slices.Min(u.base), slices.Min(u.head))
	if lowest <= 0 { // counts that may be zero have no ratio; one more than they have
		u.shift = u.One() - lowest
	}
	for i, b := range u.base {
		u.worse = append(u.worse, -float64(u.direction)*math.Log((u.head[i]+u.shift)/(b+u.shift)))
		u.more = append(u.more, -float64(u.direction)*(u.head[i]-b))
	}
	return u
}

// rounding is the difference that the rounding of the values alone can make, as between 0 and
// 1 B/op of what a benchmark allocates once; below 0 where nothing is rounded.
func (u unitValues) rounding() float64 {
	if u.Rough {
		return u.One()
	}
	return -1
}

// incidental are the units that nobody asked for: what the process of a benchmark needs
// beside time, as the system and the runtime tell. They scatter more, so the limit of the tails is theirs, and like a tail they
// are a result only where they are shown worse.
var incidental = map[string]bool{record.UnitPeakRSS: true, record.UnitVoluntary: true, record.UnitInvoluntary: true,
	record.UnitGCCycles: true, record.UnitMutexWait: true}

// unitLimit is the change of interest of a point in a unit beside time, as a fraction.
func (o Options) unitLimit(p record.Point, unit string) float64 {
	if incidental[unit] {
		return o.limit(p, unit, o.Tail)
	}
	return o.limit(p, unit, o.Slowdown)
}

// leastExact is the number of blocks without which a unit does not count as free of
// noise: one or two may agree by chance.
const leastExact = 3

// exact reports whether neither build varies.
func (u unitValues) exact() bool {
	return len(u.base) >= leastExact && oneValue(u.base) && oneValue(u.head)
}
