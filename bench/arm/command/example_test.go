//go:build unix

package command

import (
	"context"
	"fmt"

	"poolbench/bench/record"
)

// Two programs that sort the same file, measured as points of a grid.
func ExampleSource() {
	line := func(executor, shell string) Line {
		return Line{Point: record.GridPoint(executor, "sort", 1, 0).With("locale", "C"), Shell: shell, Want: "a\nb"}
	}
	s := Source("programs", "programs that sort", "sort",
		line("sort", "printf 'b\\na\\n' | LC_ALL=C sort"),
		line("quick", "printf 'a\\nb\\n'"))
	points, err := s.Points()
	if err != nil {
		fmt.Println(err)
	}
	for _, p := range points {
		seconds, err := sliceOf(context.Background(), s, p)
		fmt.Println(p, seconds > 0, err)
	}
	// Output:
	// sort × 1, sort, locale=C true <nil>
	// quick × 1, sort, locale=C true <nil>
}
