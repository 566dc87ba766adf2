package gate

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"poolbench/bench/record"
)

// A Snapshot is what one comparison leaves in a history: for each benchmark the ratio
// of head to base, which the machine's moods do not touch, and head's time for those
// who plot.
type Snapshot struct {
	Time       time.Time
	Base, Head string // commits
	ratios     map[record.Point]float64
	renamed    []record.Renamed // what has another name before
}

// Units of a snapshot's results beside record.UnitTime.
const (
	unitRatio = "head/base"
	unitLow   = "head/base-low"
	unitHigh  = "head/base-high"
)

// WriteSnapshot writes the times of a report as a record. config is its file keys, base
// and head are commits. It returns the first error of w, or says why there is nothing to
// keep.
func WriteSnapshot(w io.Writer, config []record.Field, r *Report, base, head string, at time.Time) error {
	kept := slices.DeleteFunc(slices.Clone(r.Cases), func(c Case) bool { return c.Unit != record.UnitTime || c.Ratio.N == 0 || !(c.Head > 0) })
	if len(kept) == 0 {
		return errors.New("nothing to keep in the history: no benchmark has a ratio with an interval")
	}
	slices.SortFunc(kept, func(a, b Case) int { return byName(a.Point(), b.Point()) })
	out := record.NewWriter(w, config)
	if err := errors.Join(out.Fact("start", at.UTC().Truncate(time.Second)), out.Fact("builds", record.Builds{Base: base, Head: head})); err != nil {
		return err
	}
	for _, c := range kept {
		if c.Was != "" && (c.wasPkg == "" || c.wasPkg == c.Pkg) {
			if err := out.Fact("renamed", record.Renamed{Pkg: c.Pkg, Was: c.Was, Name: c.Name}); err != nil {
				return err
			}
		}
		p := c.Point()
		p.Side = "head" // whose names have their -GOMAXPROCS suffix
		if err := out.Result(record.Result{Point: p, Iterations: c.Ratio.N, Values: map[string]float64{
			record.UnitTime: c.Head, unitRatio: c.Ratio.Value, unitLow: c.Ratio.Low, unitHigh: c.Ratio.High}}); err != nil {
			return err
		}
	}
	return nil
}

func byName(a, b record.Point) int {
	return cmp.Or(cmp.Compare(a.Pkg, b.Pkg), cmp.Compare(a.Name(), b.Name()))
}

// ReadSnapshot reads what WriteSnapshot wrote.
func ReadSnapshot(rec *record.Record) (*Snapshot, error) {
	s := &Snapshot{rec.Facts.Start, rec.Facts.Builds.Base, rec.Facts.Builds.Head, map[record.Point]float64{}, rec.Facts.Renamed}
	if s.Time.IsZero() || s.Base == "" || s.Head == "" {
		return nil, fmt.Errorf("%s is no part of a history: it needs a time, and base and head as facts", rec.Path)
	}
	for _, r := range rec.Results {
		if v := r.Values[unitRatio]; v > 0 {
			s.ratios[record.Promise{Pkg: r.Point.Pkg, Name: r.Full}.Point()] = math.Log(v)
		}
	}
	return s, nil
}
