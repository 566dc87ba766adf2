package bench

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/pass"
	"poolbench/bench/record"
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
	// Sources are what is measured; each block has all of their points. What one of
	// them is compared with must be in the same run.
	Sources []arm.Source

	// Capacity are the worker counts for which every block measures what the CPUs and the
	// memory of this machine deliver together, see probe.Machine: the best that speedups can
	// be. 1 is measured with them. nil means the counts of the sources up to the CPUs, and
	// the CPUs where a source has more workers than these; but none where a source brings
	// such probes of its own, or in virtual time. Empty means none.
	Capacity []int

	Budget time.Duration // for everything from start to end of Run; 0 means DefaultBudget. Two blocks are run even when overhead makes them too long; Check refuses what cannot fit at all
	Blocks int           // stop after this many complete whole blocks in the record, if the budget lasts; 0 means as many as fit
	Seed   uint64        // of all inputs and orders; 0 means to choose one, or that of Resume
	Out    io.Writer     // receives the record, a line at a time; not closed

	// Resume is what Out holds already when a run goes on, see OpenResume. Its
	// points, seed and machine must be the same.
	Resume *record.Record

	// Refine looks at the record so far and names points that differ from those of the
	// sources in their grain or their workers only, the most useful first: they are measured
	// from then on, with their baselines. nil leaves the points as they are. It is called
	// between blocks, a few times in a run, and takes part of the budget.
	Refine func(*record.Record) []record.Point

	// Passes run once the last block is over, on slices of their own of every point: PassTime
	// for each of a point, 0 means DefaultPassTime, beyond Budget. Artefact takes what they
	// leave that is no number; it may be nil.
	Passes   []pass.Pass
	PassTime time.Duration
	Artefact func(of record.Point, a pass.Artefact) error

	Progress   Progress      // may be nil
	SliceLimit time.Duration // a slice that takes longer has failed; 0 means 10 s, or less once its arm is known to be fast

	// Calibrated are kernels of which the cost is known; the others are calibrated.
	Calibrated []record.Calibration

	// Virtual measures in virtual time (testing/synctest): nothing is asked of the
	// machine.
	Virtual bool
}

// withDefaults fills in what was left open.
func (c Config) withDefaults() Config {
	c.Budget = cmp.Or(max(c.Budget, 0), DefaultBudget)
	c.PassTime = cmp.Or(max(c.PassTime, 0), DefaultPassTime)
	c.SliceLimit = cmp.Or(max(c.SliceLimit, 0), 10*time.Second)
	if c.Progress == nil {
		c.Progress = silent{}
	}
	return c
}

// ErrUsage is wrapped by every refusal of a Config before anything is measured
// or written.
var ErrUsage = errors.New("bench: this cannot be measured")

// Check tells what is wrong with c, as Run does before it begins: nothing to measure,
// points that a source refuses, one whose slice cannot end within its limit even once
// the machine is half as fast as it was calibrated, or a budget without room for the
// warm-up and two blocks even without any overhead. Every error wraps ErrUsage. Out and
// Resume are not looked at.
func (c Config) Check() error {
	plan, err := c.Plan()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if len(plan.Points) == plan.probes() {
		return fmt.Errorf("%w: there are no points to measure", ErrUsage)
	}
	if c.Virtual && len(c.Capacity) > 0 {
		return fmt.Errorf("%w: a machine has no capacity in virtual time: leave Capacity out", ErrUsage)
	}
	c = c.withDefaults()
	var blockTime time.Duration
	for _, p := range plan.Points {
		least := plan.least(p)
		if least > c.SliceLimit/2 {
			return fmt.Errorf("%w: %s takes at least %v, and a slice may take %v: use smaller grains", ErrUsage, p, least, c.SliceLimit)
		}
		blockTime += least
	}
	if least := (1 + leastBlocks) * blockTime; least > c.Budget {
		return fmt.Errorf("%w: the warm-up and %d blocks take at least %v, the budget is %v: use smaller grains, fewer executors or worker counts, or a larger budget",
			ErrUsage, leastBlocks, least.Round(10*time.Millisecond), c.Budget)
	}
	return nil
}
