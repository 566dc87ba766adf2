package record

import (
	"bytes"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	// longestLine is how long a line of a program may be to be taken for a result, in bytes.
	longestLine = 32 << 10
	// mostPrinted bounds the result lines that a Printout keeps, in bytes.
	mostPrinted = 64 << 20
)

// A Printout takes the results out of what a program writes, which may be any amount
// of anything else as well: unlike Read it leaves out what is malformed, and values
// that are not finite. The zero value is ready. It is not safe for concurrent use.
type Printout struct {
	lines bytes.Buffer // that may be results
	line  []byte       // the last one, which may not be whole; of a long one the beginning
	torn  []byte       // the name of a benchmark whose numbers have not come yet
	full  bool
}

// Package testing prints a name with a tab, then runs the benchmark, and then prints the
// numbers: what the benchmark prints tears the line.
var (
	tornName = regexp.MustCompile(`^(Benchmark\S*) *\t`)
	numbers  = regexp.MustCompile(`^ *\d+\t *[-+.\dEe]+ \S`)
	whole    = regexp.MustCompile(`^Benchmark\S*\s+\d+\s`)
)

// Write never fails.
func (p *Printout) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		part, after, ended := bytes.Cut(rest, []byte{'\n'})
		p.line = append(p.line, part[:min(len(part), longestLine-len(p.line))]...)
		if rest = after; ended {
			p.end()
		}
	}
	return len(text), nil
}

// end takes the last line, if it may be a result or the package of results.
func (p *Printout) end() {
	line := bytes.TrimRight(p.line, "\r")
	name := tornName.FindSubmatch(line)
	switch {
	case whole.Match(line):
		p.torn = nil
		p.keep(line)
	case name != nil:
		p.torn = bytes.Clone(name[1])
	case p.torn != nil && numbers.Match(line):
		p.keep(slices.Concat(p.torn, []byte{'\t'}, line))
		p.torn = nil
	case bytes.HasPrefix(line, []byte("pkg: ")):
		p.keep(line)
	}
	p.line = p.line[:0]
}

// keep keeps a line that may be a result.
func (p *Printout) keep(line []byte) {
	switch {
	case len(line) >= longestLine:
	case p.lines.Len()+len(line) >= mostPrinted:
		p.full = true
	default:
		p.lines.Write(line)
		p.lines.WriteByte('\n')
	}
}

// Full reports whether there were more results than are kept: 64 MiB.
func (p *Printout) Full() bool { return p.full }

// Results are those of what was written, which ends with them. The points have their
// names as they were printed, the values are Tidied; times below 0 are among them. A unit
// that says again what another one of the line says is left out, as MB/s beside ns/op.
func (p *Printout) Results() (results []Result) {
	p.end()
	pkg := ""
	for line := range strings.Lines(p.lines.String()) {
		if rest, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = strings.TrimSpace(rest)
			continue
		}
		r, err := parseResult(line)
		if errors.Is(err, errProse) {
			continue
		}
		values := Tidied(spelled(line))
		for unit := range values {
			if said, ok := values[UnitOf(unit).Of]; ok && said != 0 {
				delete(values, unit)
			}
		}
		results = append(results, Result{Iterations: r.iterations, Values: values, Point: Point{Pkg: pkg, name: r.name}})
	}
	return results
}

// spelled are the values of a result line by their units as they stand there; of two the
// first.
func spelled(line string) map[string]float64 {
	values := map[string]float64{}
	fields := strings.Fields(line)
	for i := 2; i+1 < len(fields); i += 2 {
		v, err := strconv.ParseFloat(fields[i], 64)
		if _, twice := values[fields[i+1]]; err == nil && !twice {
			values[fields[i+1]] = v
		}
	}
	return values
}

// testingUnits are those of package testing itself, as it spells them.
var testingUnits = []string{"ns/op", "MB/s", "B/op", "allocs/op"}

// Tidied are values in base units, of values by unit as a benchmark spells it. Of two
// spellings of one unit that of package testing counts, else the first by name. What is
// not finite is left out.
func Tidied(spelled map[string]float64) map[string]float64 {
	values := map[string]float64{}
	for _, name := range slices.Concat(testingUnits, slices.Sorted(maps.Keys(spelled))) {
		v, ok := spelled[name]
		value, unit := Tidy(v, name)
		if _, twice := values[unit]; ok && !twice && finite(v) {
			values[unit] = value
		}
	}
	return values
}
