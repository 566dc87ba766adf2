package compare

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"poolbench/bench/compare/build"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// block measures the wanted subjects once, in random order; those of which is known
// that they fail come first and take no time. When the context ends, the block holds
// the subjects that were measured in full.
func (m *Measurer) block(ctx context.Context, number int, wanted []record.Subject) (b record.PairBlock, err error) {
	b = record.PairBlock{Number: number, SeedPair: (number - 1) % m.config.Pairs}
	var used waiting
	before := host.ReadCounters()
	defer func() { b.Host = host.ReadCounters().Block(before, used.ran, used.waited) }()
	var targets []*target
	for _, s := range wanted {
		switch t := m.targets[s]; {
		case t == nil:
		case t.failure != [2]string{}:
			b.Pairs = append(b.Pairs, t.failed())
		default:
			targets = append(targets, t)
		}
	}
	if err := m.link(ctx, targets, b.SeedPair); err != nil {
		return b, err
	}
	before = host.ReadCounters()
	taken := map[*target]*taking{}
	err = m.walk(ctx, targets, b.SeedPair, visitor{
		visit: func(t *target, arms [2]arm, _ time.Duration) [2]error {
			taken[t] = &taking{}
			return m.chunks(t, arms, taken[t], &used)
		},
		finished: func(t *target, metrics [2]map[string]float64) {
			b.Pairs = append(b.Pairs, taken[t].pair(t, metrics))
		},
	})
	for _, t := range targets {
		if t.failure != [2]string{} {
			b.Pairs = append(b.Pairs, t.failed())
		}
	}
	return b, err
}

// A taking is what was measured of one target in one block.
type taking struct {
	ns    [2][]float64 // of an iteration, for each kept chunk
	extra [2]extras
}

// pair is the taking with the metrics that were reported at the end.
func (k *taking) pair(t *target, metrics [2]map[string]float64) record.Pair {
	for s := range k.extra {
		k.extra[s].last = metrics[s]
	}
	return record.Pair{Subject: t.Subject, Iterations: t.plan.iterations, Base: k.ns[build.Base], Head: k.ns[build.Head], Extra: together(k.extra)}
}

// failed is the result of a target that cannot be measured.
func (t *target) failed() record.Pair {
	return record.Pair{Subject: t.Subject, Iterations: t.plan.iterations,
		BaseError: t.failure[build.Base], HeadError: t.failure[build.Head]}
}

// link makes the binaries of a seed pair for the packages of the targets.
func (m *Measurer) link(ctx context.Context, targets []*target, pair int) error {
	done := map[*build.Package]bool{}
	for _, t := range targets {
		if !done[t.pkg] {
			done[t.pkg] = true
			if err := m.builds.Link(ctx, t.pkg, pair); err != nil {
				return err
			}
		}
	}
	return nil
}

// chunks lets the sides take turns: pairs of chunks in the order AB BA or BA AB, one
// of the two at random for every two pairs.
func (m *Measurer) chunks(t *target, arms [2]arm, k *taking, used *waiting) (failures [2]error) {
	m.pinBoth(t, arms)
	flip := false
	for i := range t.plan.dropped + t.plan.kept {
		if i%2 == 0 {
			flip = m.random.IntN(2) == 1
		} else {
			flip = !flip
		}
		var took [2]chunk
		for turn := range 2 {
			side := turn
			if flip {
				side = 1 - turn
			}
			n := t.plan.iterations
			var flags uint64
			if t.Role == record.Canary && side == int(build.Head) {
				n, flags = slowed(n)
			}
			if i == 0 {
				flags |= collectGarbage
			}
			if i < t.plan.dropped || t.plan.dropped < 2 { // long chunks do not feel it
				flags |= countMemory
			}
			if took[side], failures[side] = arms[side].run(n, flags); failures[side] != nil {
				return failures
			}
			used.add(took[side])
			k.extra[side].add(took[side], n, flags&countMemory != 0)
		}
		if i >= t.plan.dropped {
			for side := range took {
				k.ns[side] = append(k.ns[side], round(took[side].ns/float64(t.plan.iterations)))
			}
		}
	}
	return failures
}

// extras are the values of one side beside time.
type extras struct {
	setBytes float64
	byChunk  map[string][]float64
	last     map[string]float64
}

func (e *extras) add(c chunk, n int, memory bool) {
	if e.byChunk == nil {
		e.byChunk = map[string][]float64{}
	}
	if memory {
		// Whole numbers, as package testing prints them: less than one for each
		// iteration is what the runtime allocates now and then.
		for unit, v := range map[string]float64{"allocs/op": c.allocs, "B/op": c.bytes} {
			e.byChunk[unit] = append(e.byChunk[unit], math.Floor(v/float64(n)))
		}
	}
	e.setBytes = c.setBytes
	for unit, v := range c.metrics {
		e.byChunk[unit] = append(e.byChunk[unit], v)
	}
}

// together gives the units that both sides have: the medians of allocations and of
// what was reported chunk by chunk, and else what was reported at the end.
func together(sides [2]extras) map[string][2]float64 {
	var values [2]map[string]float64
	for s, e := range sides {
		values[s] = map[string]float64{}
		maps.Copy(values[s], e.last)
		for unit, v := range e.byChunk {
			slices.Sort(v)
			values[s][unit] = v[(len(v)-1)/2]
		}
	}
	out := map[string][2]float64{}
	for unit, base := range values[0] {
		if head, ok := values[1][unit]; ok && finite(base) && finite(head) && unit != "ns/op" {
			out[unit] = [2]float64{base, head}
		}
	}
	return out
}

// round keeps six significant digits: more is not in a time, and makes a long file.
func round(v float64) float64 {
	if v == 0 || !finite(v) {
		return v
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*scale) / scale
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
