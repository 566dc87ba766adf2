package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"poolbench/reports"
)

// A truth is a kind of world, of which every record has another one.
type truth struct {
	name  string
	plant func(*rand.Rand) world
}

// truths are those in which the share of wrong claims is measured.
var truths = []truth{
	{"all equal", equals},
	{"one 3 % better", better(0.03)},
	{"one 5 % better", better(0.05)},
	{"one 10 % better", better(0.10)},
	{"one 30 % better", better(0.30)},
	{"a pool that hurts", hurts},
	{"a busy neighbour", neighbour},
	{"missing blocks", func(rng *rand.Rand) world {
		w := varied(rng)
		w.missing = between(rng, 0.1, 0.7)
		return w
	}},
	{"still rising", rises},
	{"a plateau", plateau},
	{"drift", func(rng *rand.Rand) world {
		w := varied(rng)
		w.drift, w.walks, w.slope = 0.1, true, between(rng, -0.2, 0.2)
		return w
	}},
	{"heavy tails", func(rng *rand.Rand) world {
		w := varied(rng)
		w.tail = 0.1
		return w
	}},
	{"12 executors", twelve},
}

// A must is what has to be said of a kind of world.
type must struct {
	truth
	what string
	// said counts how often it was said, of how many times that it should have been.
	said func(world, []reports.Claim) (said, of int)
	bar  float64 // least share
}

// musts are 20 blocks of noise of 3 %, unless they say other.
var musts = []must{
	{truth{"all equal", func(rng *rand.Rand) world { return usual(1.9).on(20) }}, `"=" of the arms that are not chosen`, func(w world, claims []reports.Claim) (said, of int) {
		return count(claims, func(c reports.Claim) bool { return c.Relation == reports.EqualTo }), len(w.executors)*len(w.workers) - 1
	}, 0.80},
	{truth{"one 10 % better", func(rng *rand.Rand) world { return usual(1.7).betterAt(rng, 0.10).on(20) }}, "it is named as faster", namedFaster, 0.80},
	{truth{"one 30 % better", func(rng *rand.Rand) world { return usual(1.5).betterAt(rng, 0.30).on(20) }}, "it is named as faster", namedFaster, 0.95},
	{truth{"a pool that hurts by 20 %", func(rng *rand.Rand) world { return usual(1 / 1.2).on(20) }}, `"no pool"`, func(_ world, claims []reports.Claim) (said, of int) {
		return min(1, count(claims, func(c reports.Claim) bool { return c.Relation == reports.NoGain })), 1
	}, 0.80},
	{truth{"2 × at 6 blocks", func(rng *rand.Rand) world { return usual(2).on(6) }}, `"a pool helps"`, func(_ world, claims []reports.Claim) (said, of int) {
		return min(1, count(claims, func(c reports.Claim) bool { return c.Relation == reports.Helps })), 1
	}, 0.90},
}

func count(claims []reports.Claim, is func(reports.Claim) bool) (n int) {
	for _, c := range claims {
		if is(c) {
			n++
		}
	}
	return n
}

// namedFaster reports whether the better arm is said to be the faster one.
func namedFaster(w world, claims []reports.Claim) (said, of int) {
	return min(1, count(claims, func(c reports.Claim) bool {
		return c.Relation == reports.Faster && c.Of[0].Executor() == w.better && c.Of[0].Workers() == w.betterWorkers
	})), 1
}

// names are as many executors as any world has.
var names = []string{"goroutines", "spawn", "threads", "processes", "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"}

// usual is 4 executors with 2 and 4 workers, all of one speedup, at one grain.
func usual(speedup float64) world {
	w := world{executors: names[:4], workers: []int{2, 4}, grains: []time.Duration{time.Millisecond}, noise: 0.03, drift: 0.1, gave: cpus, pools: map[string]pool{}}
	for _, name := range w.executors {
		w.pools[name] = pool{inflate: cpus / speedup}
	}
	return w
}

func (w world) on(blocks int) world {
	w.blocks = blocks
	return w
}

// betterAt makes any one arm better by a fraction.
func (w world) betterAt(rng *rand.Rand, by float64) world {
	w.better, w.betterWorkers, w.betterBy = pick(rng, w.executors...), pick(rng, w.workers...), 1+by
	return w
}

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

func between(rng *rand.Rand, low, high float64) float64 { return low + rng.Float64()*(high-low) }

// shape is a grid of at most 30 points: one grain with all of the usual pools, or a sweep
// of three executors. The blocks are few or many.
func shape(rng *rand.Rand) world {
	w := usual(2).on(pick(rng, 6, 8, 12, 20, 20, 40))
	if rng.IntN(2) == 0 {
		w.grains = []time.Duration{time.Duration(between(rng, 1e4, 1e7))}
		return w
	}
	all := slices.Clone(w.executors)
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	w.executors = all[:3]
	sizes, step := 6, 4.0
	if w.workers = pick(rng, []int{2}, []int{1, 2}, []int{2, 4}); len(w.workers) > 1 {
		sizes, step = 4, 8
	}
	if rng.IntN(4) == 0 {
		w.waits, w.workers, sizes, step = true, pick(rng, []int{4}, []int{8}), 6, 4
	}
	w.grains = nil
	for g := between(rng, 500, 5000); len(w.grains) < sizes; g *= step {
		w.grains = append(w.grains, time.Duration(g))
	}
	return w
}

// inline is a cost of a task that matters to some of the grains.
func (w world) inline(rng *rand.Rand) float64 {
	low, high := w.grains[0].Seconds()/4, w.grains[len(w.grains)-1].Seconds()
	if len(w.grains) == 1 {
		low = high / 1000
	}
	return low * math.Pow(high/low, rng.Float64())
}

// equals has pools that cost the same, and gain or do not.
func equals(rng *rand.Rand) world {
	w := shape(rng)
	p := pool{inflate: pick(rng, 1, 1, 1.3, cpus), inline: pick(rng, 0, w.inline(rng))}
	for _, name := range w.executors {
		w.pools[name] = p
	}
	if len(w.grains) == 1 && rng.IntN(2) == 0 {
		w.workers = []int{2, 4, 8}
	}
	return w
}

// better has one arm, or with a sweep one executor, that is better by a fraction.
func better(by float64) func(*rand.Rand) world {
	return func(rng *rand.Rand) world {
		w := equals(rng).betterAt(rng, by)
		if len(w.grains) > 1 {
			w.betterWorkers = 0
		}
		return w
	}
}

// hurts has pools that all take 20 % longer than the plain loop at least.
func hurts(rng *rand.Rand) world {
	w := shape(rng)
	w.waits = false
	for _, name := range w.executors {
		w.pools[name] = pool{inflate: 1.2 * cpus, inline: pick(rng, 0, 0, w.inline(rng))}
	}
	return w
}

// varied has pools of all sorts.
func varied(rng *rand.Rand) world {
	w := shape(rng)
	for _, name := range w.executors {
		p := pool{inflate: pick(rng, 1, 1, 1, 1.03, 1.1, 1.25, 2), inline: pick(rng, 0, w.inline(rng), w.inline(rng))}
		if rng.IntN(5) == 0 {
			p.dispatch = w.inline(rng) / cpus
		}
		w.pools[name] = p
	}
	return w
}

// neighbour is a machine of which something else takes most of a CPU. What it takes differs
// by block: else it could not be told from a machine that has no more.
func neighbour(rng *rand.Rand) world {
	w := varied(rng)
	w.gave, w.unsteady = between(rng, 1, 1.5), between(rng, 0.15, 0.3)
	return w
}

// rises gets faster with every worker.
func rises(rng *rand.Rand) world {
	w := usual(2).on(pick(rng, 6, 8, 12, 20, 20, 40))
	w.waits, w.workers, w.executors = true, []int{1, 2, 4, 8}, w.executors[:3]
	if rng.IntN(2) == 0 {
		w.executors, w.workers = w.executors[:2], []int{1, 2, 4, 8, 16}
	}
	for _, name := range w.executors {
		w.pools[name] = pool{inflate: 1, inline: pick(rng, 0, w.inline(rng)/10)}
	}
	return w
}

// plateau gets no faster from some number of workers on: the place that hands tasks out, or
// the CPUs, of which a machine may have fewer than it says.
func plateau(rng *rand.Rand) world {
	w := rises(rng)
	if rng.IntN(2) == 0 {
		w.waits, w.workers = false, []int{1, 2, 4, 8}
		if rng.IntN(2) == 0 {
			w.gave, w.own = between(rng, 1.1, 1.7), true
		}
		return w
	}
	for _, name := range w.executors {
		p := w.pools[name]
		p.dispatch = w.grains[0].Seconds() / between(rng, 1.5, 8)
		w.pools[name] = p
	}
	return w
}

// twelve is 12 executors that are about as good.
func twelve(rng *rand.Rand) world {
	w := usual(2).on(pick(rng, 6, 8, 12, 20, 20, 40))
	w.executors = names
	for _, name := range w.executors {
		w.pools[name] = pool{inflate: pick(rng, 1, 1, math.Exp(0.05*rng.NormFloat64()))}
	}
	return w
}
