package words

import (
	"fmt"

	"poolbench/reports/estimate"
)

// CrossingText is a crossing for a table: "0.47 µs [0.43, 0.52]", "always (from
// 100 ns)", "never (to 10 ms)", "several, last 40 µs", "cannot tell".
func CrossingText(c estimate.Crossing) string {
	switch c.Outcome {
	case estimate.Crosses:
		return DurationEstimate(c.At)
	case estimate.Always:
		return fmt.Sprintf("always (from %s)", Duration(c.From))
	case estimate.Never:
		return fmt.Sprintf("never (to %s)", Duration(c.To))
	case estimate.Several:
		return fmt.Sprintf("several, last %s", Duration(c.At.Value))
	}
	return "cannot tell"
}

// OutcomeText is what there is to say of a crossing that has no place, in a word or two.
func OutcomeText(o estimate.Outcome) string {
	return [...]string{estimate.Unknown: "cannot tell", estimate.Crosses: "", estimate.Always: "always", estimate.Never: "never", estimate.Several: "several"}[o]
}
