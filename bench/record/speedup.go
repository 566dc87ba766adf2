package record

import (
	"strconv"
	"strings"
)

const speedup = "speedup@"

// Speedup is the unit of how many times as fast a benchmark is with so many CPUs as with
// one: "speedup@4". It is derived, and in no record.
func Speedup(procs int) string { return speedup + strconv.Itoa(procs) }

// SpeedupAt is the number of CPUs of such a unit, at least 2; 0 for any other unit.
func SpeedupAt(unit string) int {
	text, ok := strings.CutPrefix(unit, speedup)
	n, err := strconv.Atoi(text)
	if !ok || err != nil || n < 2 || Speedup(n) != unit {
		return 0
	}
	return n
}
