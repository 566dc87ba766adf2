package selftest

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// chance is the probability of a miss of an interval that is as good as it claims.
const chance = 0.05

// Failed says in a sentence, without its full stop, what to make of the rows, and
// whether the test failed: when an estimate is wrong (its interval, twice as wide,
// would still not hold what was planted), when more rows were missed than chance
// explains, or when most rows are open.
//
// Of n rows of 95 % each misses its value by chance with a probability of 5 %; as
// many misses as happen in more than 1 % of all runs are no failure.
func (r Result) Failed() (string, bool) {
	count := map[Verdict]int{}
	for _, row := range r.Rows {
		count[row.Verdict]++
	}
	told := len(r.Rows) - count[Open]
	allowed := allowedMisses(told)
	text := fmt.Sprintf("%d of %d planted values are covered by their intervals", count[Covered], len(r.Rows))
	switch {
	case count[Wrong] > 0:
		return fmt.Sprintf("%s, and %d estimates are wrong: not even twice the interval holds the value", text, count[Wrong]), true
	case count[Missed] > allowed:
		return fmt.Sprintf("%s; %d are missed, and chance explains up to %d of %d", text, count[Missed], allowed, told), true
	case 2*told < len(r.Rows):
		return fmt.Sprintf("%s; %d could not be told at all", text, count[Open]), true
	case count[Missed] > 0:
		return fmt.Sprintf("%s; %d missed, as chance explains (up to %d of %d rows of 95 %%)", text, count[Missed], allowed, told), false
	}
	return text, false
}

// allowedMisses is the least k with P(more than k of n miss) of at most 1 %.
func allowedMisses(n int) (k int) {
	misses := distuv.Binomial{N: float64(n), P: chance}
	for k < n && misses.Survival(float64(k)) > 0.01 {
		k++
	}
	return k
}
