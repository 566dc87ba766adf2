package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/perf/benchfmt"
)

// A Writer writes a record, each line as soon as it is given, so that what was
// measured before a crash is kept. It is not safe for concurrent use. Every
// method returns the first error of the underlying writer from then on.
type Writer struct {
	out    io.Writer
	bench  *benchfmt.Writer
	config []benchfmt.Config
	err    error
}

// NewWriter starts a record whose file keys are config and writes what is known of
// units, those of the table and those that are declared here. It does not close out.
func NewWriter(out io.Writer, config []Field, declared ...Unit) *Writer {
	w := ContinueWriter(out, config)
	for _, u := range slices.Concat(units, declared) {
		word := map[int]string{-1: "lower", +1: "higher"}[u.Better]
		if word != "" {
			w.unit(u.Name, "better", word)
		}
		if u.Exact {
			w.unit(u.Name, "assume", "exact")
		}
	}
	for _, u := range declared {
		_ = w.Fact("unit", u)
	}
	return w
}

// ContinueWriter goes on with a record that already has its metadata, as after
// an interruption.
func ContinueWriter(out io.Writer, config []Field) *Writer {
	w := &Writer{out: out, bench: benchfmt.NewWriter(out)}
	for _, f := range config {
		w.config = append(w.config, fileKey(f.Key, f.Value))
	}
	return w
}

// fileKey has File set by hand: SetConfig makes a key that the Writer drops.
func fileKey(key, value string) benchfmt.Config {
	return benchfmt.Config{Key: key, Value: []byte(Sanitize(value)), File: true}
}

func (w *Writer) unit(name, key, value string) {
	w.keep(w.bench.Write(&benchfmt.UnitMetadata{
		UnitMetadataKey: benchfmt.UnitMetadataKey{Unit: name, Key: key}, OrigUnit: name, Value: value}))
}

// Block starts block n, from 1.
func (w *Writer) Block(n int) error { return w.comment("block %d", n) }

// Fact writes a fact of the run, by its name in Facts, or of the block ("host"). A
// value that has no JSON, as one with a number that is not finite, is refused.
func (w *Writer) Fact(name string, value any) error {
	if _, ok := factFields[name]; !ok && name != factHost && name != factFailed {
		return fmt.Errorf("record: there is no fact %q", name)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("record: the fact %s: %w", name, err)
	}
	if err := new(Facts).read(name, text); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return w.comment("fact %s %s", name, text)
}

// Facts of a block.
const (
	factHost   = "host"
	factFailed = "failed"
)

// failed is a Failure in the file.
type failed struct {
	Pkg    string `json:"pkg,omitempty"`
	Side   string `json:"side,omitempty"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Failure writes that a point gave no result in the current block. A name with
// spaces is refused.
func (w *Writer) Failure(p Point, reason string) error {
	if err := checkWord(p.name); err != nil {
		return err
	}
	return w.Fact(factFailed, failed{p.Pkg, p.Side, p.name, Sanitize(reason)})
}

func (w *Writer) comment(format string, args ...any) error {
	if w.err == nil {
		_, err := fmt.Fprintf(w.out, "# "+format+"\n", args...)
		w.keep(err)
	}
	return w.err
}

// Check tells why a record cannot hold r: its point would not be read back, a value is
// not finite or a time below 0, or a unit is no word or another spelling of one that it has already.
func (r Result) Check() error {
	if err := checkWord(r.Point.name); err != nil {
		return err
	}
	base := map[string]string{}
	for unit, v := range r.Values {
		if err := checkWord(unit); err != nil {
			return fmt.Errorf("the unit %q is no word", unit)
		}
		if !finite(v) {
			return fmt.Errorf("the value %v of %s is not a finite number", v, unit)
		}
		_, tidy := Tidy(v, unit)
		if v < 0 && neverNegative(tidy) {
			return fmt.Errorf("the value %v of %s is below 0", v, unit)
		}
		if other, twice := base[tidy]; twice {
			return fmt.Errorf("%s and %s are one unit, of which there can be one value", min(other, unit), max(other, unit))
		}
		base[tidy] = unit
	}
	if slices.ContainsFunc(r.Turns, func(v float64) bool { return !finite(v) }) {
		return errors.New("the time of a turn is not a finite number")
	}
	return nil
}

// Result writes the result of a point: its Iterations (0 means 1), Values and Turns.
// Of one that Check refuses nothing is written.
func (w *Writer) Result(r Result) error {
	if w.err != nil {
		return w.err
	}
	name := r.Point.name
	if r.Point.Side == "" {
		name = fmt.Sprintf("%s-%d", name, runtime.GOMAXPROCS(0))
	}
	if err := r.Check(); err != nil {
		return fmt.Errorf("record: %s: %w", name, err)
	}
	res := &benchfmt.Result{Name: benchfmt.Name(strings.TrimPrefix(PrintedName(name), benchmarkPrefix)), Iters: max(1, r.Iterations), Config: slices.Clone(w.config)}
	for _, f := range []Field{{"pkg", r.Point.Pkg}, {"side", r.Point.Side}} {
		if f.Value != "" {
			res.Config = append(res.Config, fileKey(f.Key, f.Value))
		}
	}
	for _, unit := range sortedUnits(maps.Keys(r.Values)) {
		res.Values = append(res.Values, benchfmt.Value{Value: r.Values[unit], Unit: unit})
	}
	var turns strings.Builder
	for _, v := range r.Turns {
		turns.WriteString(" " + strconv.FormatFloat(v, 'g', -1, 64))
	}
	w.keep(w.bench.Write(res))
	if len(r.Turns) > 0 {
		return w.comment("turns%s", turns.String())
	}
	return w.err
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func (w *Writer) keep(err error) {
	if w.err == nil && err != nil {
		w.err = fmt.Errorf("writing the record: %w", err)
	}
}

// Sanitize makes text fit for one line of a record: control characters and
// newlines become single spaces, and the result has no space at either end.
func Sanitize(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.IsSpace(r)
	}), " ")
}
