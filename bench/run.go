package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"time"

	"poolbench/bench/host"
	"poolbench/bench/record"
	"poolbench/workloads"
)

const (
	// DefaultBudget is the time a run takes unless told otherwise.
	DefaultBudget = 60 * time.Second

	// leastBlocks are run however small the budget is: one alone tells nothing of
	// how far blocks differ.
	leastBlocks = 2
)

// A Config is one call of Run.
type Config struct {
	Grid   Grid
	Budget time.Duration // for everything from start to end of Run; 0 means DefaultBudget. Two blocks are run even when overhead makes them too long; Check refuses what cannot fit at all
	Blocks int           // stop after this many complete whole blocks in the record, if the budget lasts; 0 means as many as fit
	Seed   uint64        // of all inputs and orders; 0 means to choose one, or that of Resume
	Out    io.Writer     // receives the record, a line at a time; not closed

	// Resume is what Out holds already when a run goes on, see OpenResume. Its
	// grid, seed and machine must be the same.
	Resume *record.Record

	// Refine looks at the record so far and names cells whose grains lie between
	// those of the grid, the most useful first: they are measured from then on,
	// with their serial arms. nil leaves the grains of the grid. It is called
	// between blocks, a few times in a run, and takes part of the budget.
	Refine func(*record.Record) []record.Cell

	Progress   Progress      // may be nil
	TrialLimit time.Duration // a trial that takes longer has failed; 0 means 10 s, or less once its arm is known to be fast

	// Calibrated are kernels of which the cost is known, by workload; the others are
	// calibrated. nil calibrates all.
	Calibrated map[string]Calibration

	// Virtual measures in virtual time (testing/synctest): nothing is asked of the
	// machine, nothing is calibrated that no workload needs.
	Virtual bool
}

// Run measures until the budget is used up or ctx ends, and writes the record.
// It returns an error of Check, or another when it could not start or could not
// write, and ctx's when it was interrupted: after the trial under way, with everything measured in the
// record. Failed trials are in the record and in the summary, not in the error.
func Run(ctx context.Context, c Config) (Summary, error) {
	r, err := newRun(c)
	if err != nil {
		return Summary{}, err
	}
	err = r.prepare(ctx)
	if err == nil {
		err = r.blocks(ctx)
	}
	return r.finish(ctx, err)
}

// run is one call of Run.
type run struct {
	Config
	plan    Plan
	begin   time.Time
	out     *record.Writer
	pools   *pools
	jobs    *jobs
	probes  *probeProcesses // nil when there are none
	refiner *refiner
	arms    map[Trial]*arm
	summary Summary

	first       int                  // number of the first block of this call
	before      int                  // complete whole blocks of earlier calls
	target      int                  // complete whole blocks to come to, 0 when the budget decides
	attempts    int                  // whole blocks of this call, and dropped ones
	blockTimes  []time.Duration      // of the warm-up and the whole blocks of this call, in order
	narrowTimes []time.Duration      // of the narrow blocks of this call
	one         []float64            // capacity: seconds of one process, by block
	all         []float64            // capacity: seconds of as many as there are cores
	drift       map[string][]float64 // by workload: cost of a kernel unit over the calibrated one, by block
	began       *host.Counters       // nil on virtual time and before the run begins
}

// withDefaults fills in what was left open.
func (c Config) withDefaults() Config {
	if c.Budget <= 0 {
		c.Budget = DefaultBudget
	}
	if c.TrialLimit <= 0 {
		c.TrialLimit = 10 * time.Second
	}
	if c.Progress == nil {
		c.Progress = silent{}
	}
	return c
}

func newRun(c Config) (*run, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if c.Out == nil {
		return nil, errors.New("bench: no Out to write the record to")
	}
	c = c.withDefaults()
	r := &run{Config: c, begin: time.Now(), first: 1, target: c.Blocks, arms: map[Trial]*arm{}, drift: map[string][]float64{}}
	r.refiner, r.Out = newRefiner(c)
	if c.Resume != nil {
		if err := r.resume(c.Resume); err != nil {
			return nil, err
		}
	}
	for r.Seed == 0 {
		r.Seed = rand.Uint64()
	}
	r.plan = NewPlan(c.Grid, r.Seed)
	for _, t := range slices.Concat(r.plan.Arms, r.refiner.arms) {
		r.arms[t] = &arm{}
	}
	r.summary.ID = fmt.Sprintf("%s-%08x", r.begin.UTC().Format("20060102-150405"), rand.Uint32())
	r.summary.Seed = r.Seed
	r.summary.Arms = len(r.plan.Arms)
	return r, nil
}

// prepare does everything that comes before the first block.
func (r *run) prepare(ctx context.Context) error {
	r.Progress.Stage("describing the machine")
	var m host.Machine
	if !r.Virtual {
		m = host.Describe(ctx)
		began := host.ReadCounters()
		r.began = &began
	}
	if err := r.start(m); err != nil {
		return err
	}
	r.Progress.Stage("calibrating")
	calibrations, err := r.calibrate(ctx)
	if err != nil {
		return err
	}
	if r.jobs, err = newJobs(r.Grid, r.Seed, calibrations); err != nil {
		return err
	}
	r.pools = newPools(r.Grid)
	if len(r.Grid.Capacity) > 0 {
		if r.probes, err = newProbeProcesses(slices.Max(r.Grid.Capacity), calibrations[workloads.Spin.Name].Units(probeWork)); err != nil {
			r.warn("capacity", "The capacity of the machine could not be measured: "+err.Error()+".",
				"Call bench.Main first in main or TestMain; without it the ideal is taken to be the number of workers.")
		}
	}
	r.Progress.Stage("warming up")
	begin := time.Now()
	if err := r.warmUp(ctx, slices.Concat(r.plan.Arms, r.refined())); err != nil {
		return err
	}
	r.blockTimes = []time.Duration{time.Since(begin)} // the only estimate until there are blocks
	if !r.Virtual {
		r.askWorkers(ctx)
	}
	return nil
}

// start writes the head of the record.
func (r *run) start(m host.Machine) error {
	if r.Resume != nil {
		if err := sameMachine(r.Resume, m.Keys); err != nil {
			return err
		}
		r.out = record.ContinueWriter(r.Out, m.Keys)
		r.note("resumed", r.begin.Format(time.RFC3339))
	} else {
		r.out = record.NewWriter(r.Out, m.Keys)
		r.note("run", r.summary.ID)
		r.note("seed", strconv.FormatUint(r.Seed, 10))
		r.note("start", r.begin.Format(time.RFC3339))
		r.note("grid", r.Grid.Fingerprint())
		r.note("plan", fmt.Sprintf("%d cells and %d probes in each block, in an order of its own; budget %v",
			len(r.Grid.Cells()), len(r.plan.Arms)-len(r.Grid.Cells()), r.Budget))
		for _, w := range r.Grid.Workloads {
			r.note("workload."+w.Name, string(w.Resource))
		}
	}
	r.tell(m.Findings)
	return r.out.Note("budget", r.Budget.String())
}

// note writes a note. The writer keeps its first error, which the next result
// returns.
func (r *run) note(key, value string) { _ = r.out.Note(key, value) }

func (r *run) warn(topic, what, cure string) {
	r.summary.Warnings = append(r.summary.Warnings, Warning{Topic: topic, What: what, Cure: cure})
	r.note("warning."+topic, what+" | "+cure)
}

// calibrate measures the kernels of the grid, and that of spin for the probes.
// A resumed run uses the calibrations it began with, so that its jobs stay the
// same.
func (r *run) calibrate(ctx context.Context) (map[string]Calibration, error) {
	calibrations := map[string]Calibration{}
	kernels := slices.Clone(r.Grid.Workloads)
	probes := !r.Virtual || len(r.Grid.Capacity) > 0
	if probes && !slices.ContainsFunc(kernels, func(w workloads.Workload) bool { return w.Name == workloads.Spin.Name }) {
		kernels = append(kernels, workloads.Spin)
	}
	for _, w := range kernels {
		if w.Kernel == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if r.Resume != nil {
			if c, ok := parseCalibration(r.Resume.Note("calibration." + w.Name)); ok {
				calibrations[w.Name] = c
				continue
			}
		}
		c, known := r.Calibrated[w.Name]
		var err error
		if !known {
			c, err = Calibrate(w.Kernel)
		}
		if err != nil {
			// Its trials will fail with this; the others go on.
			r.warn("calibration", fmt.Sprintf("The kernel of %s could not be calibrated: %v.", w.Name, err),
				"Its cost must be proportional to its units, and its result must be used.")
			continue
		}
		calibrations[w.Name] = c.asRecorded()
		r.note("calibration."+w.Name, c.String())
		if c.Spread > maxSpread {
			r.warn("calibration", fmt.Sprintf("The kernel of %s is off a straight line by %.0f %%.", w.Name, c.Spread*100),
				"Run on a quieter machine: nominal grains are off by as much, measured work is not.")
		}
	}
	if !r.Virtual {
		r.preflight(calibrations[workloads.Spin.Name])
	}
	return calibrations, nil
}

// finish closes everything, writes the end of the record and tells Progress.
func (r *run) finish(ctx context.Context, err error) (Summary, error) {
	if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
		r.summary.Interrupted = true
		err = ctx.Err()
	}
	if r.probes != nil {
		r.probes.close()
		r.capacityWarning()
	}
	if w, ok := driftWarning(r.drift); ok {
		r.warn(w.Topic, w.What, w.Cure)
	}
	if n := r.summary.Dropped; n > 0 {
		r.warn("blocks-dropped", fmt.Sprintf("%d of %d blocks were dropped whole, since a trial in them failed.", n, n+r.summary.Blocks-r.before+len(r.narrowTimes)),
			"Look at the failed lines of the record; leave out the arm that fails.")
	}
	if r.began != nil && r.out != nil {
		r.tell(host.ReadCounters().Since(*r.began))
	}
	if r.pools != nil {
		if e := r.pools.close(); e != nil {
			r.warn("shutdown", "An executor did not end as it should: "+e.Error()+".", "Look for a task that ignores its context.")
		}
	}
	if r.jobs != nil {
		if e := r.jobs.close(); e != nil {
			r.warn("files", "Files of the workloads could not be removed: "+e.Error()+".", "Remove them by hand.")
		}
	}
	r.summary.Expected = max(r.summary.Expected, r.summary.Blocks)
	r.summary.Refined = len(r.refiner.cells)
	if r.out != nil {
		err = errors.Join(err, r.end())
	}
	r.summary.Elapsed = time.Since(r.begin)
	r.Progress.Done(r.summary)
	return r.summary, err
}

// end writes the last notes.
func (r *run) end() error {
	partial := ""
	if r.summary.Interrupted {
		partial = fmt.Sprintf("%d of %d blocks", r.summary.Blocks, r.summary.Expected)
	}
	if partial != "" || r.Resume != nil {
		r.note("partial", partial) // the last one counts: empty when a resumed run is complete
	}
	if f := r.refiner; f.ask != nil {
		r.note("refining", fmt.Sprintf("%d cells at grains in between; looking for them took %v", len(f.cells), f.spent.Round(time.Millisecond)))
	}
	r.note("blocks", strconv.Itoa(r.summary.Blocks))
	return r.out.Note("elapsed", time.Since(r.begin).Round(time.Millisecond).String())
}

// capacityWarning tells when the CPUs are worth less than their number.
func (r *run) capacityWarning() {
	if len(r.one) == 0 || len(r.all) == 0 {
		return
	}
	cores := runtime.GOMAXPROCS(0)
	if got := float64(cores) * median(r.one) / median(r.all); got < 0.75*float64(cores) {
		r.warn("capacity", fmt.Sprintf("%d CPUs together do the work of %.1f.", cores, got),
			"Judge speedups against this measured ideal; for more, stop other programs or use a machine that does not share its cores.")
	}
}
