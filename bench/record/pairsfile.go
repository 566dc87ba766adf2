package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A comparison is a file in Go benchmark format like any record: two result lines
// for each pair, the medians of its chunks under the keys "side: base" and "side:
// head", so that benchstat -col side reads it. What the judge needs beyond that is
// in comments:
//
//	# note comparison: 1                      the file is one
//	# subject judged base+head PKG NAME       what is to be measured; same, canary; base, head
//	# block 3
//	# host seedpair=5 steal=0 others=0.1 waited=0.02 load=1.5
//	# chunks base 101.2 103.5 …               of the results above, in ns/op
//	# failed NAME: in head: reason            of the package above
const comparisonNote = "comparison"

// A ComparisonWriter writes a comparison block by block, so that what was measured
// before an interrupt is kept. It is not safe for concurrent use. Every method
// returns the first error of the underlying writer from then on.
type ComparisonWriter struct {
	out io.Writer
	pkg string
	err error
}

var roleNames = [...]string{Judged: "judged", Same: "same", Canary: "canary"}

// NewComparisonWriter starts a comparison: file keys, notes and what is to be
// measured. It does not close out.
func NewComparisonWriter(out io.Writer, config, notes []Field, subjects []Declared) (*ComparisonWriter, error) {
	w := &ComparisonWriter{out: out}
	var b bytes.Buffer
	for _, f := range config {
		fmt.Fprintf(&b, "%s: %s\n", f.Key, Sanitize(f.Value))
	}
	fmt.Fprintf(&b, "# note %s: 1\n", comparisonNote)
	for _, s := range subjects {
		if err := errors.Join(checkName(s.Name), checkPackage(s.Pkg)); err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "# subject %s %s %s %s\n", roleNames[s.Role], sides(s), orDash(s.Pkg), s.Name)
	}
	w.write(b.Bytes())
	for _, n := range notes {
		if err := w.Note(n.Key, n.Value); err != nil {
			return nil, err
		}
	}
	return w, w.err
}

func checkPackage(pkg string) error {
	if pkg == "" {
		return nil
	}
	return checkName(pkg)
}

func sides(s Declared) string {
	switch {
	case s.InBase && s.InHead:
		return "base+head"
	case s.InBase:
		return "base"
	case s.InHead:
		return "head"
	}
	return "none"
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// Note writes a fact of the run, at any time.
func (w *ComparisonWriter) Note(key, value string) error {
	if strings.Contains(key, ":") {
		return fmt.Errorf("record: the note key %q holds a colon", key)
	}
	if err := checkName(key); err != nil {
		return err
	}
	w.write(fmt.Appendf(nil, "# note %s: %s\n", key, Sanitize(value)))
	return w.err
}

// Block writes one block. A name with spaces or a value that is not finite is
// refused, and nothing of the block is written.
func (w *ComparisonWriter) Block(block PairBlock) error {
	var b bytes.Buffer
	h := block.Host
	if !finite(h.Steal, h.Others, h.Waited, h.Load) {
		return fmt.Errorf("record: block %d: the host's shares are not finite", block.Number)
	}
	fmt.Fprintf(&b, "# block %d\n# host seedpair=%d steal=%s others=%s waited=%s load=%s\n", block.Number, block.SeedPair,
		number(h.Steal), number(h.Others), number(h.Waited), number(h.Load))
	pkg := w.pkg
	for _, p := range block.Pairs {
		if p.Pkg != pkg {
			pkg = p.Pkg
			fmt.Fprintf(&b, "pkg: %s\n", pkg)
		}
		if err := appendPair(&b, p); err != nil {
			return err
		}
	}
	w.pkg = pkg
	w.write(b.Bytes())
	return w.err
}

func appendPair(b *bytes.Buffer, p Pair) error {
	if err := errors.Join(checkName(p.Name), checkPackage(p.Pkg)); err != nil {
		return err
	}
	for side, chunks := range [2][]float64{p.Base, p.Head} {
		name := [2]string{"base", "head"}[side]
		if reason := [2]string{p.BaseError, p.HeadError}[side]; reason != "" {
			fmt.Fprintf(b, "# failed %s: in %s: %s\n", p.Name, name, Sanitize(reason))
			continue
		}
		if len(chunks) == 0 {
			continue
		}
		if !finite(chunks...) {
			return fmt.Errorf("record: %s: a time of %s is not finite", p.Subject, name)
		}
		sorted := slices.Sorted(slices.Values(chunks))
		n := len(sorted)
		fmt.Fprintf(b, "side: %s\nBenchmark%s %d %s ns/op", name, p.Name, max(1, p.Iterations), number((sorted[(n-1)/2]+sorted[n/2])/2))
		for _, unit := range slices.Sorted(maps.Keys(p.Extra)) {
			v := p.Extra[unit][side]
			if !finite(v) || checkName(unit) != nil {
				return fmt.Errorf("record: %s: the value of %q is not finite, or the unit is no word", p.Subject, unit)
			}
			fmt.Fprintf(b, " %s %s", number(v), unit)
		}
		fmt.Fprintf(b, "\n# chunks %s", name)
		for _, v := range chunks {
			b.WriteString(" " + number(v))
		}
		b.WriteString("\n")
	}
	return nil
}

func finite(values ...float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// number is the shortest text that is read back as v.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (w *ComparisonWriter) write(text []byte) {
	if w.err == nil {
		if _, err := w.out.Write(text); err != nil {
			w.err = fmt.Errorf("writing the comparison: %w", err)
		}
	}
}

// IsComparison reports whether text is of a file that a ComparisonWriter wrote.
func IsComparison(text []byte) bool {
	return bytes.Contains(text, []byte("# note "+comparisonNote+": 1\n"))
}
