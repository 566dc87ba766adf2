package record

import (
	"fmt"
	"io"
	"math"
	"runtime"
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

// NewWriter starts a record whose file keys are config and writes the metadata
// of the units. It does not close out.
func NewWriter(out io.Writer, config []Field) *Writer {
	w := ContinueWriter(out, config)
	for _, u := range []struct{ unit, key, value string }{
		{UnitTime, "better", "lower"},
		{UnitTasks, "assume", "exact"},
		{UnitTaskTime, "better", "lower"},
		{UnitKernel, "assume", "exact"},
	} {
		w.keep(w.bench.Write(&benchfmt.UnitMetadata{
			UnitMetadataKey: benchfmt.UnitMetadataKey{Unit: u.unit, Key: u.key},
			OrigUnit:        u.unit, Value: u.value}))
	}
	return w
}

// ContinueWriter goes on with a record that already has its metadata, as after
// an interruption.
func ContinueWriter(out io.Writer, config []Field) *Writer {
	w := &Writer{out: out, bench: benchfmt.NewWriter(out)}
	for _, f := range config {
		// File must be set by hand: SetConfig makes a key the Writer drops.
		w.config = append(w.config, benchfmt.Config{Key: f.Key, Value: []byte(Sanitize(f.Value)), File: true})
	}
	return w
}

// Block starts block n, from 1.
func (w *Writer) Block(n int) error { return w.comment("block %d", n) }

// Note writes a fact of the run. A key that is empty or holds a space or a colon is
// refused.
func (w *Writer) Note(key, value string) error {
	if strings.Contains(key, ":") {
		return fmt.Errorf("record: the note key %q holds a colon", key)
	}
	if err := checkName(key); err != nil {
		return err
	}
	return w.comment("note %s: %s", key, Sanitize(value))
}

// Failure writes that a trial of the current block failed. A name with spaces is
// refused.
func (w *Writer) Failure(name, reason string) error {
	if err := checkName(name); err != nil {
		return err
	}
	return w.comment("failed %s: %s", name, Sanitize(reason))
}

func (w *Writer) comment(format string, args ...any) error {
	if w.err == nil {
		_, err := fmt.Fprintf(w.out, "# "+format+"\n", args...)
		w.keep(err)
	}
	return w.err
}

// Value is one measured value in its base unit (seconds, not nanoseconds).
type Value struct {
	Value float64
	Unit  string
}

// Result writes one execution of the benchmark name (Cell.Name, or
// "Capacity/workers=N"). A name with spaces or a value that is not finite is
// refused, and nothing of the result is written.
func (w *Writer) Result(name string, values ...Value) error {
	if w.err != nil {
		return w.err
	}
	if err := checkName(name); err != nil {
		return err
	}
	res := &benchfmt.Result{
		Name:   benchfmt.Name(fmt.Sprintf("%s-%d", name, runtime.GOMAXPROCS(0))),
		Iters:  1,
		Config: w.config,
	}
	for _, v := range values {
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
			return fmt.Errorf("record: %s: the value of %s is not finite", name, v.Unit)
		}
		res.Values = append(res.Values, benchfmt.Value{Value: v.Value, Unit: v.Unit})
	}
	w.keep(w.bench.Write(res))
	return w.err
}

// checkName refuses what would not be read back as one word.
func checkName(name string) error {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return fmt.Errorf("record: the name %q is empty or holds spaces", name)
	}
	return nil
}

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
