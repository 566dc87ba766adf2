package gate

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// What keeps two files, or a part of them, from being compared.

// machinesDiffer names the first key that makes two files incomparable: they do not have
// the same values. A key that one of them lacks is not held against it.
func machinesDiffer(base, head *record.Record) string {
	values := func(rec *record.Record) map[string][]string {
		of := map[string][]string{}
		for _, f := range rec.MachineKeys() {
			of[f.Key] = append(of[f.Key], strconv.Quote(f.Value))
		}
		return of
	}
	b, h := values(base), values(head)
	for _, f := range base.MachineKeys() {
		b, h := b[f.Key], h[f.Key]
		if len(h) > 0 && !slices.Equal(slices.Sorted(slices.Values(b)), slices.Sorted(slices.Values(h))) {
			return fmt.Sprintf("%s is %s in base and %s in head", f.Key, words.JoinAnd(b), words.JoinAnd(h))
		}
	}
	return ""
}

// sameResults reports whether two files hold the same result lines in any order.
func sameResults(base, head *record.Record) bool {
	sorted := func(rec *record.Record) []string {
		var results []string
		for line := range bytes.Lines(rec.Text) {
			if line = bytes.TrimRight(bytes.TrimPrefix(line, []byte("\ufeff")), "\r\n"); bytes.HasPrefix(line, []byte("Benchmark")) {
				results = append(results, string(line))
			}
		}
		slices.Sort(results)
		return results
	}
	return slices.Equal(sorted(base), sorted(head))
}

// withdraw leaves open what was found to have changed.
func (r *Report) withdraw(reason string) {
	for i := range r.Cases {
		if c := &r.Cases[i]; c.Verdict == Regressed || c.Verdict == Improved {
			c.Verdict, c.Reason, c.Detectable, c.More = Inconclusive, reason, 0, 0
		}
	}
}

// nothingCompared says why nothing could be compared although there was something to
// compare: for want of values, or of equal work. "" when something was.
func (r *Report) nothingCompared() string {
	for _, c := range r.Cases {
		if c.Verdict != New && c.Verdict != Missing && !c.apart {
			return ""
		}
	}
	if len(r.Cases) == r.Count(New)+r.Count(Missing) {
		return ""
	}
	return "nothing could be compared: " + r.Cases[0].Reason
}

// unjudged says which units of benchmarks that are in both files were left out.
func (r *Report) unjudged(base, head fileSide, o Options) {
	unknown, onlyBase, onlyHead := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for benchmark, b := range base.values {
		h, both := head.values[benchmark]
		if !both {
			continue
		}
		for unit := range b {
			onlyBase[unit] = onlyBase[unit] || h[unit].Len() == 0
			unknown[unit] = o.better(unit) == 0 && o.Unit(unit) == record.Unit{Name: unit}
		}
		for unit := range h {
			onlyHead[unit] = onlyHead[unit] || b[unit].Len() == 0
		}
	}
	list := func(units map[string]bool) string {
		maps.DeleteFunc(units, func(_ string, is bool) bool { return !is })
		return words.ShortList(slices.Sorted(maps.Keys(units)), 6)
	}
	if units := list(unknown); units != "" {
		r.warn("Not judged, since nothing says whether lower or higher is better: "+units+".", "A rule tells: better * UNIT lower.")
	}
	if units := list(onlyBase); units != "" {
		r.warn("In base only, and not compared: "+units+".", "Run both with the same flags, such as -benchmem.")
	}
	if units := list(onlyHead); units != "" {
		r.warn("In head only, and not compared: "+units+".", "Run both with the same flags, such as -benchmem.")
	}
}

// largest is the size beyond which a value is not one of a benchmark; below it nothing that
// is made of two of them overflows.
const largest = 1e100

func plausible(v float64) bool {
	size := math.Abs(v)
	return v == 0 || size <= largest && size >= 1/largest
}

// implausible counts the values of a file that are not.
func implausible(rec *record.Record) (n int) {
	for _, r := range rec.Results {
		for _, v := range r.Values {
			if !plausible(v) {
				n++
			}
		}
	}
	return n
}
