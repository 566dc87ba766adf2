package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/probe"
	"poolbench/bench/block"
	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// Run measures until the budget is used up or ctx ends, and writes the record.
// It returns an error of Check, or another when it could not start or could not
// write, and ctx's when it was interrupted: after the slice under way, with everything
// measured in the record. Failed slices are in the record and in the summary, not in
// the error.
func Run(ctx context.Context, c Config) (Summary, error) {
	r, err := newRun(c)
	if err != nil {
		return Summary{}, err
	}
	err = r.prepare(ctx)
	if err == nil {
		err = r.measure(ctx)
	}
	if err == nil {
		err = r.passes(ctx)
	}
	return r.finish(ctx, err)
}

// run is one call of Run.
type run struct {
	Config
	plan    Plan
	pace    pace
	out     *record.Writer
	roster  *roster
	refiner *refiner
	doubts  *doubts
	left    block.Left
	longest map[record.Point]time.Duration // of the slices
	block   int                            // the last one that was begun
	summary Summary
	before  host.Counters
}

func newRun(c Config) (*run, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Out == nil {
		return nil, errors.New("bench: no Out to write the record to")
	}
	c = c.withDefaults()
	r := &run{Config: c, pace: pace{begin: time.Now(), budget: c.Budget, target: c.Blocks}, left: block.Left{}, longest: map[record.Point]time.Duration{}}
	var err error
	if r.plan, err = c.Plan(); err != nil {
		return nil, err
	}
	r.refiner, r.Out = newRefiner(c, r.plan)
	if c.Resume != nil {
		if err := r.resume(c.Resume); err != nil {
			return nil, err
		}
	}
	for r.plan.Seed == 0 {
		r.plan.Seed = rand.Uint64()
	}
	r.summary = Summary{ID: fmt.Sprintf("%s-%08x", r.pace.begin.UTC().Format("20060102-150405"), rand.Uint32()),
		Seed: r.plan.Seed, Points: len(r.plan.Points)}
	return r, nil
}

// resume takes from rec where to go on.
func (r *run) resume(rec *record.Record) error {
	if err := goOn(rec, r.plan, nil); err != nil {
		return err
	}
	r.plan.Seed = rec.Facts.Seed
	r.pace.before = completeBlocks(rec, r.plan)
	if end := rec.Facts.End; end != nil && end.Interrupted && r.pace.target == 0 {
		r.pace.target = max(end.Expected, r.pace.before+1)
		if len(r.Passes) > 0 && r.pace.before > 0 && r.pace.before >= end.Expected {
			r.pace.target = r.pace.before // it was in its passes
		}
	}
	refined, err := refinedPoints(rec)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(refined, maxRefinedOnce) {
		if r.refiner.ask != nil {
			r.refiner.add(some)
		}
	}
	return nil
}

// prepare does everything that comes before the first block.
func (r *run) prepare(ctx context.Context) error {
	r.Progress.Stage("describing the machine")
	var m host.Machine
	if !r.Virtual {
		m = host.Describe(ctx)
		r.before = host.ReadCounters()
	}
	if err := r.start(m); err != nil {
		return err
	}
	r.Progress.Stage("calibrating")
	c := &calibrations{known: r.Calibrated, found: map[string]record.Calibration{}, tell: r.tell}
	setup := arm.Setup{Seed: r.plan.Seed, Demand: len(r.Passes) > 0 && !r.Virtual, Calibrate: c.of, Tell: r.tell}
	if r.Resume != nil {
		setup.Past = &r.Resume.Facts
		c.known = append(slices.Clone(c.known), r.Resume.Facts.Calibrations...)
	}
	r.doubts = newDoubts(c.found)
	if !r.Virtual {
		r.preflight(c)
	}
	var err error
	if r.roster, err = openRoster(ctx, r.plan, setup); err != nil {
		return err
	}
	r.Progress.Stage("warming up")
	begin := time.Now()
	if err := r.warmUp(ctx, slices.Concat(r.plan.Points, r.refiner.beside())); err != nil {
		return err
	}
	r.pace.whole = []time.Duration{time.Since(begin)} // the only estimate until there are blocks
	if !r.Virtual {
		r.roster.ready(ctx)
	}
	return nil
}

// start writes the head of the record.
func (r *run) start(m host.Machine) error {
	if r.Resume != nil {
		if err := goOn(r.Resume, r.plan, m.Keys); err != nil {
			return err
		}
		r.out = record.ContinueWriter(r.Out, m.Keys)
		r.tell("session", r.pace.begin)
	} else {
		var units []record.Unit
		for _, s := range r.plan.sources {
			units = append(units, s.Units...)
		}
		r.out = record.NewWriter(r.Out, m.Keys, units...)
		r.tell("run", r.summary.ID)
		r.tell("seed", r.plan.Seed)
		r.tell("start", r.pace.begin.Round(time.Second))
		r.tell("plan", record.Plan{Fingerprint: r.plan.fingerprint(), Points: len(r.plan.Points), Probes: r.plan.probes()})
		for _, s := range r.plan.facts() {
			r.tell("source", s)
		}
	}
	if m.Cores > 0 {
		r.tell("cores", m.Cores)
	}
	r.found(m.Findings)
	return r.out.Fact("budget", r.Budget.Seconds())
}

// tell writes a fact. One that the record refuses becomes a warning; the writer keeps its
// first error, which the next result returns.
func (r *run) tell(fact string, value any) {
	if w, ok := value.(record.Warning); ok {
		r.summary.Warnings = append(r.summary.Warnings, w)
	}
	if err := r.out.Fact(fact, value); err != nil && fact != "warning" {
		r.warn("fact", "A fact of a source is not in the record: "+record.Sanitize(err.Error())+".", "Correct the source.")
	}
}

func (r *run) warn(topic, what, cure string) {
	r.tell("warning", record.Warning{Topic: topic, What: what, Cure: cure})
}

func (r *run) found(f host.Findings) {
	for _, reading := range f.Readings {
		r.tell("reading", reading)
	}
	for _, w := range f.Warnings {
		r.tell("warning", w)
	}
}

// preflight measures what the machine can resolve: its clock, its shortest sleeps
// and its noise. It takes about 0.1 s.
func (r *run) preflight(c *calibrations) {
	var shortest time.Duration
	for _, p := range r.plan.Points {
		if w, ok := workloads.ByName(p.Workload()); ok && w.Resource == workloads.Wait && (shortest == 0 || p.Grain() < shortest) {
			shortest = p.Grain()
		}
	}
	r.found(host.ProbeClock(time.Now))
	r.found(host.ProbeSleep(shortest))
	if spin, err := c.of(workloads.Spin.Name, probe.Timed(workloads.Spin.Kernel)); err == nil {
		r.found(host.ProbeNoise(func(d time.Duration) { workloads.Spin.Kernel(int64(d.Seconds() / spin.PerUnit)) }))
	}
}

// warmUp runs points once: workers start, memory is touched, and an arm that cannot
// work at all is found. Nothing of it is kept but failures.
func (r *run) warmUp(ctx context.Context, points []record.Point) error {
	for _, e := range r.roster.entrants(ctx, points) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		_, err := block.Slice(ctx, e.Arm, r.SliceLimit)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, process.ErrNoEntry) { // of a kind that cannot tell before
			return fmt.Errorf("%w: %s: %w; bench.Main() does that", ErrUsage, e.Point, err)
		}
		r.told(block.Outcome{Result: record.Result{Point: e.Point}, Err: err})
		if err := r.out.Failure(e.Point, err.Error()); err != nil {
			return err
		}
		r.closeArm(e.Point)
	}
	return nil
}

// measure runs blocks until the budget, the target or ctx ends them.
func (r *run) measure(ctx context.Context) error {
	c := block.Config{Seed: r.plan.Seed, First: 1, Out: r.out, Limit: r.limit, Told: r.told, Virtual: r.Virtual}
	if r.Resume != nil {
		r.block = lastBlock(r.Resume)
		c.First = 1 + r.block
	}
	var begin time.Time
	narrow := false
	return c.Run(ctx, func(number int) ([]block.Group, error) {
		var points []record.Point
		var err error
		if points, narrow, err = r.next(ctx); err != nil || points == nil {
			return nil, err
		}
		begin, r.block = time.Now(), number
		r.Progress.Begin(Block{Number: number, Whole: r.pace.blocks() + 1, Expected: r.summary.Expected, Slices: len(points), Narrow: narrow,
			Elapsed: time.Since(r.pace.begin), Budget: r.Budget})
		return []block.Group{r.contest(points)}, nil
	}, func(_ record.Block, cut bool) error {
		took := time.Since(begin)
		r.refiner.took(took, narrow)
		switch {
		case narrow:
			r.pace.narrow = append(r.pace.narrow, took)
		case !cut:
			r.pace.whole = append(r.pace.whole, took)
		}
		return nil
	})
}

// next is what the next block measures: everything, or, if it is narrow, the refined
// points only; nil when the run is over.
func (r *run) next(ctx context.Context) (points []record.Point, narrow bool, err error) {
	if r.refiner.due(r.pace.blocks()) {
		if err := r.refine(ctx); err != nil {
			return nil, false, err
		}
	}
	narrow = r.refiner.narrow()
	more := r.pace.more(narrow)
	r.summary.Expected = r.pace.blocks() + more
	if more == 0 {
		// What is left is too short for a whole block.
		if narrow = r.pace.fillsUp(); !narrow {
			return nil, false, nil
		}
	}
	if points = r.standing(r.refiner.points); narrow && (points != nil || more == 0) {
		return points, true, nil
	}
	return r.standing(slices.Concat(r.plan.Points, r.refiner.beside())), false, nil
}

// standing are those of the points that have not left; nil when all but probes have.
func (r *run) standing(points []record.Point) []record.Point {
	points = slices.DeleteFunc(slices.Clone(points), r.left.Has)
	if !slices.ContainsFunc(points, func(p record.Point) bool { return !p.IsProbe() }) {
		return nil
	}
	return points
}

func (r *run) refine(ctx context.Context) error {
	known := len(r.refiner.refined)
	added, err := r.refiner.refine(r.pace.left(), meanTime(r.pace.whole)/time.Duration(max(1, len(r.plan.Points))), r.Budget)
	if err != nil {
		return fmt.Errorf("reading back what was measured: %w", err)
	}
	for _, p := range r.refiner.refined[known:] {
		r.tell("refined", p.Name())
	}
	return r.warmUp(ctx, added)
}

// contest is a block of one contest: every point once.
func (r *run) contest(points []record.Point) block.Group {
	return func(ctx context.Context, take func(block.Contest) ([]error, error)) error {
		entrants := r.roster.entrants(ctx, points)
		failures, err := take(block.Contest{Entrants: entrants})
		for i, failure := range failures {
			if failure != nil {
				r.closeArm(entrants[i].Point)
			}
		}
		return err
	}
}

func (r *run) closeArm(p record.Point) {
	if err := r.roster.failed(p); err != nil {
		r.warn("shutdown", "What failed did not end as it should: "+record.Sanitize(err.Error())+".", "Look for a task that ignores its context.")
	}
}

// told takes an outcome.
func (r *run) told(o block.Outcome) {
	p := o.Result.Point
	if o.Err == nil {
		r.summary.Slices++
		r.longest[p] = max(r.longest[p], time.Duration(o.Result.Values[record.UnitTime]*float64(time.Second)))
		r.doubts.take(o.Result)
	} else {
		r.summary.Failures++
	}
	if r.left.Tell(o) {
		r.summary.Left = append(r.summary.Left, p)
		r.warn("left", fmt.Sprintf("%s failed twice in a row and left the run: %s.", p, record.Sanitize(o.Err.Error())),
			"The other points count without it; look at what failed, leave it out, or raise the time limit.")
	}
	if o.Result.Block > 0 || o.Err != nil {
		r.Progress.Slice(p, o.Err)
	}
}

// limit is the time limit of a slice: a hundred times what its arm took at most,
// but no less than 2 s, so that one hung slice does not eat the budget.
func (r *run) limit(p record.Point) time.Duration {
	if longest := r.longest[p]; longest > 0 {
		return min(r.SliceLimit, max(100*longest, 2*time.Second))
	}
	return r.SliceLimit
}

// finish closes everything, writes the end of the record and tells Progress.
func (r *run) finish(ctx context.Context, err error) (Summary, error) {
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		r.summary.Interrupted = true
		err = ctx.Err()
	}
	r.summary.Blocks = r.pace.blocks()
	if r.out != nil {
		if r.doubts != nil {
			for _, w := range r.doubts.warnings() {
				r.tell("warning", w)
			}
		}
		if !r.Virtual {
			r.found(host.ReadCounters().Since(r.before))
		}
	}
	if r.roster != nil {
		sessions, files := r.roster.close()
		if sessions != nil {
			r.warn("shutdown", "An executor did not end as it should: "+record.Sanitize(sessions.Error())+".", "Look for a task that ignores its context.")
		}
		if files != nil {
			r.warn("files", "Files of the workloads could not be removed: "+record.Sanitize(files.Error())+".", "Remove them by hand.")
		}
	}
	r.summary.Expected = max(r.summary.Expected, r.summary.Blocks)
	r.summary.Refined = len(r.refiner.refined)
	r.summary.Elapsed = time.Since(r.pace.begin)
	if r.out != nil {
		err = errors.Join(err, r.out.Fact("end", record.End{Blocks: r.summary.Blocks, Expected: r.summary.Expected,
			Interrupted: r.summary.Interrupted, Elapsed: r.summary.Elapsed.Seconds()}))
	}
	r.Progress.Done(r.summary)
	return r.summary, err
}
