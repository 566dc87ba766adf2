package checker

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
)

func afterColon(text string) string {
	_, after, ok := strings.Cut(text, ": ")
	if !ok {
		return text
	}
	return after
}

var (
	// flags are what to run next, which states nothing.
	flags = regexp.MustCompile(`-[a-z]+ [0-9][0-9a-zµ.,]*|: [0-9]+ blocks(;| \(|$)`)
	// numbers with their units; those of an interval have the one before it.
	numbers = regexp.MustCompile(`(-?[0-9]+(?:\.[0-9]+)?)(?:([TGM]) )?(×| %| ns| µs| ms| s\b| [KMG]iB| B\b)?|(\[)|(\])`)
)

// constants are the numbers that sentences name and that no record has: what matters, the
// level of intervals, the least blocks of one, the width of a noisy arm, METG's half, and how
// far from what is expected a speedup may be.
var constants = map[string][]float64{"%": {5, 95, 99, 10, 50, 25, 15}, "": {fewest}}

var (
	unitOf  = map[string]float64{"ns": 1e9, "µs": 1e6, "ms": 1e3, "s": 1}
	bytesOf = map[string]float64{"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
)

// printed tells which numbers of a sentence are not those of its claims. What sums it up may
// state what other sentences of the section claim of the same subject.
func (d *data) printed(section reports.Section, s reports.Sentence) (out []error) {
	texts, all := map[string]string{"Text": s.Text, "Brief": s.Brief}, []reports.Claim(nil)
	if s.Verdict != nil {
		texts["Verdict"] = s.Verdict.Word
	}
	for _, other := range section.Sentences {
		if other.Subject == s.Subject {
			all = append(all, other.Claims...)
		}
	}
	for _, where := range slices.Sorted(maps.Keys(texts)) {
		text, claims := texts[where], all
		if where == "Text" {
			claims = s.Claims
		}
		for _, name := range d.names() {
			text = strings.ReplaceAll(text, name, "…")
		}
		for _, c := range claims {
			if c.Relation == reports.MedianOf {
				text = strings.ReplaceAll(text+" ", " "+c.Unit+" ", " … ")
			}
		}
		text = flags.ReplaceAllString(text, "…$1")
		unit, last, inside := "", "", false // last is one that is not empty
		for _, m := range numbers.FindAllStringSubmatch(text, -1) {
			switch {
			case m[4] != "":
				inside = true
				continue
			case m[5] != "":
				inside = false
				continue
			}
			if own := strings.TrimSpace(m[3]); !inside {
				if unit = own; own != "" {
					last = own
				}
			}
			x, err := strconv.ParseFloat(m[1], 64)
			if err == nil && !(unit == "" && d.isName(m[1])) && !d.stated(x, m[1], unit, m[2], claims) && !(inside && d.stated(x, m[1], last, m[2], claims)) {
				out = append(out, fmt.Errorf("the number %q of its %s is of no claim: %s", strings.TrimSpace(m[0]), where, texts[where]))
			}
		}
	}
	return out
}

// isName reports whether a number is the whole name of a pool or of a workload.
func (d *data) isName(number string) bool {
	for p := range d.blocks {
		if slices.Contains([]string{p.Get(record.AxisExecutor), p.Get(record.AxisWorkload), p.Get("pool")}, number) {
			return true
		}
	}
	return false
}

// names are the words of a record that may hold digits, the longest first. Plain numbers are
// left to isName, for they may be a part of another number.
func (d *data) names() (out []string) {
	add := func(p record.Point) {
		for axis, value := range p.Axes() {
			if axis != record.AxisWorkers && axis != record.AxisGrain && strings.ContainsAny(value, "0123456789") {
				out = append(out, axis+"="+value, value)
			}
		}
	}
	for p := range d.blocks {
		add(p)
	}
	for _, f := range d.rec.Failures {
		add(f.Point) // which may have failed in every block
		out = append(out, "("+f.Reason+")", f.Point.Full())
	}
	for unit := range d.rec.UnitNames() {
		out = append(out, d.rec.UnitNames()[unit])
	}
	out = slices.DeleteFunc(out, func(name string) bool {
		_, err := strconv.ParseFloat(name, 64)
		return err == nil || name == ""
	})
	slices.SortFunc(out, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(out)
}

// rounds reports whether a printed number, of which there are as many as scale to the
// value's unit, is a rounding of a value: to its last decimal, or to its last digit but for
// zeros, of which there are at least two.
func rounds(x, scale float64, text string, value float64) bool {
	step, text := 1.0, strings.TrimRight(strings.TrimPrefix(text, "-"), "× %")
	if _, decimals, ok := strings.Cut(text, "."); ok {
		step = math.Pow(10, -float64(len(decimals)))
	} else if digits := strings.TrimRight(text, "0"); len(text) > 2 {
		step = math.Pow(10, float64(len(text)-max(len(digits), 2)))
	}
	return math.Abs(x-value*scale) <= step/2*(1+1e-6)+1e-12*math.Abs(x)
}

// stated reports whether a number of a unit is of some claim.
func (d *data) stated(x float64, text, unit, prefix string, claims []reports.Claim) bool {
	if slices.Contains(constants[unit], x) {
		return true
	}
	relations := map[reports.Relation]int{}
	for _, c := range claims {
		if relations[c.Relation]++; d.states(x, text, unit, prefix, c) {
			return true
		}
	}
	for _, n := range relations { // "2 equal"
		if unit == "" && x == float64(n) {
			return true
		}
	}
	return slices.ContainsFunc(claims, func(c reports.Claim) bool { // "a, b and 7 more"
		return unit == "" && c.Relation == reports.CountOf && x >= 1 && (x == c.Value.Value-2 || x == float64(distinct(c.Of)-2))
	})
}

func (d *data) states(x float64, text, unit, prefix string, c reports.Claim) bool {
	values := []float64{c.Value.Value}
	if c.Value.Method != nil {
		values = append(values, c.Value.Low, c.Value.High)
	}
	if ideal, ok := objectRatio(c.Object); ok && unit == "×" && ideal == x {
		return true
	}
	scale := map[string]float64{"": 1, "T": 1e-12, "G": 1e-9, "M": 1e-6}[prefix]
	for _, v := range values {
		switch {
		case c.Unit == times && unit == "%": // faster, or behind
			if rounds(x, 100, text, v-1) || rounds(x, 100, text, 1-v) {
				return true
			}
		case c.Unit == times && (unit == "×" || unit == ""), c.Unit == number && unit == "":
			if rounds(x, 1, text, v) {
				return true
			}
		case c.Unit == fraction && unit == "%":
			if rounds(x, 100, text, v) {
				return true
			}
		case strings.HasPrefix(c.Unit, seconds) && unitOf[unit] > 0:
			if rounds(x, unitOf[unit], text, v) {
				return true
			}
		case c.Unit == "bytes" && bytesOf[unit] > 0:
			if rounds(x, 1/bytesOf[unit], text, v) {
				return true
			}
		case unit == "" && rounds(x, scale, text, v):
			return true
		}
	}
	for _, p := range append(slices.Clone(c.Of), c.Against...) {
		work := 0.0 // nominal, or as measured
		if p.IsGrid() {
			work = d.work(p)
		}
		if unit == "B" && text == p.Get(record.AxisPayload) || unit == "" && (x == float64(p.Workers()) || text == p.Get(record.AxisUnits)) || unitOf[unit] > 0 && (rounds(x, unitOf[unit], text, work) || math.Abs(x-p.Grain().Seconds()*unitOf[unit]) < 1e-9*x) {
			return true
		}
		if unit == "" && x == float64(d.failed[p]) && x > 0 {
			return true
		}
	}
	// How many blocks there are, and how many are missing.
	blocks := []float64{float64(c.Value.N)}
	if len(c.Of) > 0 && len(c.Against) > 0 {
		blocks = append(blocks, float64(len(d.speedups(c.Of[0], c.Against[0]))))
	}
	return unit == "" && slices.ContainsFunc(blocks, func(n float64) bool { return x == n || x == fewest-n && x > 0 })
}

// work is what a task of a point holds, as measured in its blocks.
func (d *data) work(p record.Point) float64 {
	all := d.grains(reports.Claim{Of: []record.Point{p}, Against: []record.Point{p}})
	if len(all) == 0 {
		return 0
	}
	return all[0].work
}

func distinct(points []record.Point) int {
	seen := map[record.Point]bool{}
	for _, p := range points {
		seen[p] = true
	}
	return len(seen)
}
