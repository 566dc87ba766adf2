package bench

import (
	"bytes"
	"io"
	"slices"
	"time"

	"poolbench/bench/record"
	"poolbench/workloads"
)

const (
	// coarseBlocks are run before the first refinement: as many as let exact
	// intervals of the points of a sweep be shared among about ten of them.
	coarseBlocks = 10

	// refineBlocks are run at new grains before the next refinement.
	refineBlocks = 10

	// Limits of the grains that are measured besides those of the plan.
	maxRefined     = 48 // points in all
	maxRefinedOnce = 12 // new points at a time

	// refineShare is the share of the budget that looking for new grains may take.
	refineShare = 0.1
)

// A refiner finds grains between those of the plan where a crossing lies, and pools larger
// than those of the plan where the largest still gains, and says when blocks of nothing but those are worth their time.
//
// After coarseBlocks whole blocks it asks Config.Refine, which looks at the record
// so far. The points it names are measured from then on, with their baselines. While
// there is something left to refine, narrow blocks with only these take half
// of the time: that is where intervals are widest. Bisecting a bracket of ratio 4
// takes three rounds of them, a few seconds.
type refiner struct {
	ask     func(*record.Record) []record.Point // nil: nothing is refined
	plan    Plan
	most    time.Duration  // that a slice of a new point may take at least
	text    *bytes.Buffer  // the record so far
	refined []record.Point // so far, in the order in which they came
	points  []record.Point // those and their baselines
	rounds  int            // blocks since it was asked last
	none    bool           // there was nothing to refine then; later blocks may tell more
	over    bool           // there is no time for more
	spent   time.Duration  // asking
	ratio   time.Duration  // time of whole blocks since the first refinement, less that of narrow ones
}

// newRefiner makes the refiner of c, and the writer that the record goes to.
func newRefiner(c Config, plan Plan) (*refiner, io.Writer) {
	f := &refiner{ask: c.Refine, plan: plan, most: c.SliceLimit / 2}
	if f.ask == nil {
		f.over = true
		return f, c.Out
	}
	f.text = &bytes.Buffer{}
	if c.Resume != nil {
		f.text.Write(c.Resume.Text)
	}
	return f, io.MultiWriter(c.Out, f.text)
}

// due reports whether it is time to ask, given the whole blocks in the record.
func (f *refiner) due(whole int) bool {
	return !f.over && whole >= coarseBlocks && f.rounds >= refineBlocks
}

// narrow reports whether the next block should have the refined points only.
func (f *refiner) narrow() bool { return len(f.points) > 0 && !f.none && !f.over && f.ratio >= 0 }

// took tells how long a block took.
func (f *refiner) took(d time.Duration, narrow bool) {
	f.rounds++
	if len(f.points) == 0 {
		return
	}
	if narrow {
		d = -d
	}
	f.ratio += d
}

// beside are the points that are not in the plan.
func (f *refiner) beside() []record.Point {
	return slices.DeleteFunc(slices.Clone(f.points), func(p record.Point) bool { return slices.Contains(f.plan.Points, p) })
}

// add takes those of the points that are new and can be measured, and returns those
// that are not in the plan.
func (f *refiner) add(points []record.Point) (added []record.Point) {
	fresh := 0
	for _, p := range points {
		if fresh == maxRefinedOnce || len(f.refined) == maxRefined {
			break
		}
		if _, ok := f.plan.source(p); !ok || slices.Contains(f.plan.Points, p) || slices.Contains(f.refined, p) || f.plan.least(p) > f.most {
			continue
		}
		fresh++
		f.refined = append(f.refined, p)
		facts := record.Facts{Sources: f.plan.facts()}
		for _, with := range []record.Point{facts.Baseline(p), p} {
			// A baseline of the plan is measured in narrow blocks as well.
			if slices.Contains(f.points, with) {
				continue
			}
			f.points = append(f.points, with)
			if !slices.Contains(f.plan.Points, with) {
				added = append(added, with)
			}
		}
	}
	return added
}

// refine asks for new grains and returns the points that come with them, to be warmed
// up. When there is no time to measure them often enough, no more are asked for: left
// is the time there is, each what a point takes.
func (f *refiner) refine(left, each, budget time.Duration) (added []record.Point, err error) {
	begin := time.Now()
	rec, err := f.soFar()
	if err != nil {
		return nil, err
	}
	points := f.ask(rec)
	f.spent += time.Since(begin)
	refined, all := len(f.refined), len(f.points)
	f.rounds = 0
	added = f.add(points)
	f.none = len(f.refined) == refined
	f.over = f.spent > time.Duration(refineShare*float64(budget))
	if !f.none && left < refineBlocks*time.Duration(len(f.points))*each {
		// Grains that would get too few blocks for an interval are not begun with.
		f.over = true
		f.refined, f.points = f.refined[:refined], f.points[:all]
		return nil, nil
	}
	return added, nil
}

// soFar is what can be refined of the record so far: the points with several
// grains, those of work that waits, whose pools may grow, their baselines and the
// capacity. The rest would only cost time.
func (f *refiner) soFar() (*record.Record, error) {
	rec, err := record.Read(bytes.NewReader(f.text.Bytes()), "the record so far")
	if err != nil {
		return nil, err
	}
	grains := map[record.Point]map[time.Duration]bool{}
	for _, r := range rec.Results {
		key := r.Point.With(record.AxisGrain, "")
		if grains[key] == nil {
			grains[key] = map[time.Duration]bool{}
		}
		grains[key][r.Point.Grain()] = true
	}
	swept := map[string]bool{} // workloads
	for key, g := range grains {
		if !rec.Facts.IsBaseline(key) && len(g) > 2 {
			swept[key.Workload()] = true
		}
	}
	rec.Results = slices.DeleteFunc(rec.Results, func(r record.Result) bool {
		return r.Point.Benchmark() != record.CapacityBenchmark && rec.Facts.Resource(r.Point.Workload()) != string(workloads.Wait) &&
			(!swept[r.Point.Workload()] || len(grains[r.Point.With(record.AxisGrain, "")]) < 3)
	})
	return rec, nil
}
