package workloads

import (
	"math/bits"
)

// queensWays are the ways on boards of so many rows (OEIS A000170).
var queensWays = [...]uint64{1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680, 14200, 73712, 365596, 2279184, 14772512}

// A position is a board of which the first rows have their queens: the columns that are
// taken, and those of the next row that are attacked along the two diagonals.
type position struct{ Columns, Left, Right uint32 }

// with places a queen of the next row.
func (p position) with(queen uint32) position {
	return position{p.Columns | queen, (p.Left | queen) << 1, (p.Right | queen) >> 1}
}

// free are the columns of the next row that nothing attacks.
func (p position) free(board int) uint32 { return ^(p.Columns | p.Left | p.Right) & (1<<board - 1) }

// waysFrom counts the ways to go on from a position.
func waysFrom(board int, p position) (ways uint64) {
	if bits.OnesCount32(p.Columns) == board {
		return 1
	}
	return place(1<<board-1, p.Columns, p.Left, p.Right)
}

// place is waysFrom with a row to place still. all are the columns of the board.
func place(all, columns, left, right uint32) (ways uint64) {
	for free := all &^ (columns | left | right); free != 0; {
		queen := free & -free
		free ^= queen
		if columns|queen == all {
			return ways + 1 // it was the last row, which has one column left
		}
		ways += place(all, columns|queen, (left|queen)<<1, (right|queen)>>1)
	}
	return ways
}
