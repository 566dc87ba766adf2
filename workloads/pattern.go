package workloads

import (
	"fmt"
	"math/bits"
	"slices"
)

var pattern = Axis{"pattern", "which outputs of earlier tasks a task needs: of none, of its neighbours, of partners as in an FFT, of its parent in a tree, or of three at random", []string{"stencil", "trivial", "fft", "tree", "random"}}

// rowOf is how many tasks are in a row of n, which is at least 1.
func rowOf(n int) int { return 1 << ((bits.Len(uint(max(n, 1))) - 1) / 2) }

// needsOf is the pattern of p: which tasks each needs.
func needsOf(p Params) (func(i int) []int, error) {
	row := rowOf(p.Tasks)
	among := func(i int, points ...int) (out []int) { // those of them that are in the row before that of i
		for _, x := range points {
			if before := i/row*row - row; x >= 0 && x < row && before >= 0 {
				out = append(out, before+x)
			}
		}
		return out
	}
	switch name := p.Text(pattern); name {
	case "trivial":
		return func(int) []int { return nil }, nil
	case "stencil":
		return func(i int) []int { x := i % row; return among(i, x-1, x, x+1) }, nil
	case "fft":
		stages := max(1, bits.Len(uint(row))-1)
		return func(i int) []int {
			x, away := i%row, 1<<((max(i/row, 1)-1)%stages)
			return among(i, x-away, x, x+away)
		}, nil
	case "tree":
		return func(i int) []int {
			if i == 0 {
				return nil
			}
			return []int{(i - 1) / 2}
		}, nil
	case "random":
		return func(i int) []int {
			random, points := stream(taskSeed(^p.Seed, i)), []int(nil)
			for len(points) < min(3, row) {
				if x := int(random.next() % uint64(row)); !slices.Contains(points, x) {
					points = append(points, x)
				}
			}
			return among(i, points...)
		}, nil
	default:
		return nil, fmt.Errorf("workloads: pattern=%q: give trivial, stencil, fft, tree or random", name)
	}
}
