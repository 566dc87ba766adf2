package workloads

import (
	"context"
	"fmt"
	"time"
)

var queensBoard = Axis{"board", "rows of the board and queens on it, from 1 to 16", []string{"12"}}

// Queens counts the ways to place n queens on a board of n rows so that none attacks another:
// integers, branches and recursion, in parts that are not equally long. The first rows are
// placed when the job is prepared, and each task searches below some of these
// beginnings, as many of them as any other. A board is searched whole, however
// many tasks there are, so a grain means nothing here: 14,200 ways on a board of 12 take some
// milliseconds. On a board of less than 10 all tasks together take some microseconds: then no
// pool pays, and the expected speedup, that of an executor without any cost, is out of reach.
var Queens = register(Workload{
	Name:     "queens",
	Doc:      "counts the ways to place queens on a board: recursion, in unequal parts",
	Resource: CPU,
	Grains:   []time.Duration{0},
	Axes:     []Axis{queensBoard},
	New:      newQueens,
	Truth:    "the number of each task by the plain loop; all together are the known number of ways (OEIS A000170)",
	Source:   "so many short tasks that neither rounds nor the longest one matter: the capacity C(P)",
	Expected: func(Params) Curve { return Curve{} },
})

// beginnings are the positions with the fewest rows of which there are at least four for
// each task, or all ways if there are not as many.
func beginnings(board, tasks int) []position {
	all := []position{{}}
	for row := 0; row < board && len(all) < 4*tasks; row++ {
		var next []position
		for _, p := range all {
			for free := p.free(board); free != 0; free &= free - 1 {
				next = append(next, p.with(free&-free))
			}
		}
		all = next
	}
	return all
}

type search struct {
	Seed  uint64
	Board int
	From  []position
}

// Two tasks may find as many, so the seed is in the answer.
var queensTask = Define("workloads.queens", func(_ context.Context, in search) (uint64, error) {
	return mix(in.Seed) + in.ways(), nil
})

func (s search) ways() (ways uint64) {
	for _, p := range s.From {
		ways += waysFrom(s.Board, p)
	}
	return ways
}

func newQueens(p Params) (Job, error) {
	board, err := p.Within(queensBoard, 1, len(queensWays)-1)
	if err != nil {
		return nil, err
	}
	p.Grain = 0 // it means nothing here, and the tasks are not timed
	ways, all := uint64(0), beginnings(board, p.Tasks)
	job, err := Batch[search, uint64]{
		Task: queensTask,
		Input: func(i int, seed uint64) (search, uint64) {
			in := search{seed, board, all[i*len(all)/p.Tasks : (i+1)*len(all)/p.Tasks]}
			found := in.ways()
			ways += found
			return in, mix(seed) + found
		},
		Check: Equal[uint64],
	}.Job(p)
	if err == nil && ways != queensWays[board] {
		err = fmt.Errorf("queens: %d ways on a board of %d rows, want %d: the search is wrong", ways, board, queensWays[board])
	}
	return job, err
}
