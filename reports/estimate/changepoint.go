package estimate

import (
	"math"
	"math/rand/v2"
	"slices"
)

// ChangePoints finds where the level of a series changes: seeded binary segmentation
// (Kovács, Li, Bühlmann and Munk 2023) with rank sums. In each of a fixed set of
// stretches, from the whole series down to 8 values, the split is sought whose sides
// differ most in their ranks, as in the Mann-Whitney test; the largest of all counts
// if a permutation of the series reaches it with a probability of at most
// changeLevel, and then the parts are searched in turn. The result is in ascending
// order: i means that values[i] is the first of the new level. Equal series give
// equal results.
//
// Ranks make one value far out one value. The stretches see a level that ends again,
// which a split of the whole series (E-divisive) overlooks: of 40 series of three
// times 15 values, the middle ones higher by 5 standard deviations, E-divisive found
// both changes in 2.
func ChangePoints(values []float64) []int {
	rng := rand.New(rand.NewPCG(changeSeed, uint64(len(values))))
	var points []int
	var search func(from, to int)
	search = func(from, to int) {
		scores := ranks(values[from:to])
		windows := stretches(to - from)
		split, z := bestSplit(scores, windows)
		if !(z > 0) || !significant(scores, windows, z, rng) {
			return
		}
		search(from, from+split)
		points = append(points, from+split)
		search(from+split, to)
	}
	search(0, len(values))
	return points
}

const (
	changeSeed   = 0x6563686f
	changeLevel  = 0.001
	permutations = 1999
)

// LeastPart is how many values each side of a change has: one or two far out are no
// level. With fewer than twice as many there is nothing to look for.
const LeastPart = 4

// stretches are pairs of bounds [from, to) of n values: each layer shorter than the
// one before by the square root of 2, its members overlapping by half.
func stretches(n int) [][2]int {
	var out [][2]int
	for length := float64(n); length >= 2*LeastPart; length /= math.Sqrt2 {
		size := int(math.Round(length))
		count := 2*int(math.Ceil(float64(n)/length)) - 1
		for i := range count {
			from := 0
			if count > 1 {
				from = (n - size) * i / (count - 1)
			}
			out = append(out, [2]int{from, from + size})
		}
	}
	return out
}

// bestSplit is the split with the largest standardised difference of the mean score
// of its sides, over all stretches; z is 0 when the series is too short or constant.
func bestSplit(scores []float64, windows [][2]int) (split int, z float64) {
	for _, w := range windows {
		part := scores[w[0]:w[1]]
		n := float64(len(part))
		sum, squares := 0.0, 0.0
		for _, s := range part {
			sum += s
			squares += s * s
		}
		variance := (squares - sum*sum/n) / (n - 1)
		if !(variance > 1e-9) {
			continue
		}
		left := 0.0
		for i, s := range part {
			if m := float64(i); i >= LeastPart && len(part)-i >= LeastPart {
				// The sum of m of n scores drawn without replacement has this variance.
				if d := math.Abs(left-m*sum/n) / math.Sqrt(variance*m*(n-m)/n); d > z {
					split, z = w[0]+i, d
				}
			}
			left += s
		}
	}
	return split, z
}

// significant asks permutations whether they reach z.
func significant(scores []float64, windows [][2]int, z float64, rng *rand.Rand) bool {
	shuffled := slices.Clone(scores)
	return rare(func() bool {
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		_, other := bestSplit(shuffled, windows)
		return other >= z
	})
}

// rare reports whether a try reaches what was seen with a probability of at most
// changeLevel. It stops as soon as too many did.
func rare(try func() bool) bool {
	reached := 0
	for range permutations {
		if try() {
			if reached++; float64(reached+1)/(permutations+1) > changeLevel {
				return false
			}
		}
	}
	return true
}

// Creep finds the stretch of steps whose sum lies farthest above what its length
// lets one expect: the largest sum/sqrt(length). It counts if random signs reach it
// with a probability of at most changeLevel: without a trend each step is as likely
// to have the opposite sign. to is exclusive; ok is false when there is none.
func Creep(steps []float64) (from, to int, ok bool) {
	if len(steps) < 2*LeastPart {
		return 0, 0, false
	}
	from, to, best := steepest(steps)
	rng := rand.New(rand.NewPCG(changeSeed, uint64(len(steps))))
	signed := slices.Clone(steps)
	if !rare(func() bool {
		for i := range signed {
			if signed[i] = steps[i]; rng.Uint64()&1 == 0 {
				signed[i] = -steps[i]
			}
		}
		_, _, other := steepest(signed)
		return other >= best
	}) {
		return 0, 0, false
	}
	return from, to, true
}

// steepest is the stretch with the largest sum/sqrt(length).
func steepest(steps []float64) (from, to int, best float64) {
	sums := make([]float64, len(steps)+1)
	for i, s := range steps {
		sums[i+1] = sums[i] + s
	}
	for i := range steps {
		for k := i + LeastPart; k <= len(steps); k++ {
			if s := (sums[k] - sums[i]) / math.Sqrt(float64(k-i)); s > best {
				from, to, best = i, k, s
			}
		}
	}
	return from, to, best
}
