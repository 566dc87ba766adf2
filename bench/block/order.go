package block

import (
	"math/bits"
	"math/rand/v2"
	"slices"

	"poolbench/bench/record"
)

// An order is the order of one block. It depends on the seed, the number of the block
// and what is in it only: a promise, kept across versions and machines.
type order struct {
	random *rand.PCG
	last   []int // of the turn before
}

func newOrder(seed uint64, number int) *order {
	return &order{random: rand.NewPCG(seed, uint64(number))}
}

// shuffle is Fisher and Yates's written out: rand.Shuffle promises no order across
// versions.
func (o *order) shuffle(n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		high, _ := bits.Mul64(o.random.Uint64(), uint64(i+1))
		swap(i, int(high))
	}
}

// turn is the order of n arms in a turn: at random in every second one, and the other
// way round in the next, so that of two arms either goes first as often, ABBA or BAAB.
func (o *order) turn(turn, n int) []int {
	if turn%2 == 1 {
		slices.Reverse(o.last)
		return o.last
	}
	o.last = make([]int, n)
	for i := range o.last {
		o.last[i] = i
	}
	o.shuffle(n, func(i, j int) { o.last[i], o.last[j] = o.last[j], o.last[i] })
	return o.last
}

// Order is the order in which a block of one contest, of the points, measures them.
func Order(seed uint64, number int, points []record.Point) []record.Point {
	o := newOrder(seed, number)
	out := make([]record.Point, len(points))
	for i, from := range o.turn(0, len(points)) {
		out[i] = points[from]
	}
	return out
}
