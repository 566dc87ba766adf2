package gate

import (
	"slices"

	"poolbench/bench/record"
)

// A pair is one point in one block: both builds, turn by turn.
type pair struct{ base, head side }

type side struct {
	turns   []float64          // ns of one operation, in the order of measuring; nil where there is no time
	values  map[string]float64 // by unit
	failure string             // why there is no number; empty when there is
}

// pairsOf brings together what a block has of either build, by the point without its
// side.
func pairsOf(b record.Block) map[record.Point]*pair {
	pairs := map[record.Point]*pair{}
	at := func(p record.Point) *side {
		isHead := p.Side == "head"
		p.Side = ""
		if pairs[p] == nil {
			pairs[p] = &pair{}
		}
		if isHead {
			return &pairs[p].head
		}
		return &pairs[p].base
	}
	for _, r := range b.Results {
		s := at(r.Point)
		s.turns, s.values = r.Turns, r.Values
		if t, ok := r.Time(); ok && s.turns == nil {
			s.turns = []float64{t * 1e9}
		}
	}
	for _, f := range b.Failures {
		at(f.Point).failure = f.Reason
	}
	return pairs
}

// failed is why the pair cannot be compared, empty when it can.
func (p *pair) failed() string {
	base, head := p.base.failure, p.head.failure
	switch {
	case base != "" && base == head:
		return "in both builds: " + base
	case base != "" && head != "":
		return "in base: " + base + "; in head: " + head
	case base != "":
		return "in base: " + base
	case head != "":
		return "in head: " + head
	}
	return ""
}

// usable reports whether both builds have a result, whose turns, if there are any, have
// ratios.
func (p *pair) usable() bool {
	return p.base.usable() && p.head.usable() && (p.timed() != [2]bool{true, true} || len(p.base.turns) == len(p.head.turns))
}

func (s *side) usable() bool {
	bad := func(v float64) bool { return !(v > 0) || !plausible(v) }
	_, timed := s.values[record.UnitTime]
	return s.values != nil && (len(s.turns) > 0 || !timed) && !slices.ContainsFunc(s.turns, bad)
}

// timed tells which builds have a time.
func (p *pair) timed() [2]bool { return [2]bool{len(p.base.turns) > 0, len(p.head.turns) > 0} }
