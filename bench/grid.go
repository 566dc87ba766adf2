// Package bench measures workloads on executors.
//
//  1. A [Grid] is the axes: workloads, executors, worker counts. Its cells, with
//     the serial baseline of every workload, grain and payload, are the arms.
//  2. A [Plan] puts the arms into blocks. A block runs every arm once, in an
//     order shuffled from the seed: what is compared was measured within the same
//     second or two, since shared machines drift.
//  3. [Run] describes the machine, calibrates the kernels, warms every arm up,
//     and then measures block after block until the time budget is used up. Each
//     result is written to the record as soon as it exists. A block in which a
//     trial fails is dropped whole. Every block has the probes too: capacity,
//     memory bandwidth, and the calibrations once more.
//  4. With [Config].Refine, grains between those of the grid are measured where a
//     pool begins to pay off: after ten whole blocks about half of the time goes to
//     narrow blocks of these grains, until nothing is left to refine.
//  5. Nothing is judged here: package reports reads the record.
//
// A trial is one makespan: the first submit to the last result of one job, on an
// executor that stands ready. Checking the answer is outside the timed part.
//
// Workloads and executors of your own are measured beside the built-in ones: the
// example of [Run], in example_test.go, is one to copy. With worker processes or
// the capacity probe the program calls [Main] first, a test binary in its
// TestMain.
package bench

import (
	"errors"
	"fmt"
	"hash/fnv"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/record"
	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// A Grid says what to measure. Workloads and executors are values, so that
// anyone's can be measured beside the built-in ones.
type Grid struct {
	Workloads []workloads.Workload
	Executors []executors.Kind // the serial baseline is measured whether it is among them or not
	Workers   []int            // worker counts, each at least 1

	// Grains replace the grains of every workload for which a grain means
	// something; nil leaves them.
	Grains []time.Duration

	// SweepWorkers is the worker count at which all grains of a workload are
	// measured; at the others only the largest is. When it is not among Workers,
	// the largest of them below it takes its place, or else the smallest. 0 means
	// all grains at all worker counts.
	SweepWorkers int

	// Capacity are the worker counts of the capacity probe, ascending; empty for
	// none. Those of them up to the number of cores are measured by the bandwidth
	// probe as well. The probes need the program to call Main at its start.
	Capacity []int
}

// StandardGrid is everything built in, with worker counts in powers of two from
// 1 to at least 8 and at least twice the cores.
func StandardGrid() Grid {
	cores := runtime.GOMAXPROCS(0)
	workers := workerCounts(cores)
	return Grid{
		Workloads:    workloads.All(),
		Executors:    Kinds(),
		Workers:      workers,
		SweepWorkers: cores,
		Capacity:     workers,
	}
}

// QuickGrid is the standard grid with every second grain of the sweep and worker
// counts 1, cores and twice the cores, for an answer in seconds.
func QuickGrid() Grid {
	g := StandardGrid()
	cores := runtime.GOMAXPROCS(0)
	g.Workers = slices.Compact([]int{1, cores, 2 * cores})
	g.Capacity = g.Workers
	for i, w := range g.Workloads {
		if len(w.Grains) > 4 {
			g.Workloads[i].Grains = everySecond(w.Grains)
		}
	}
	return g
}

// Kinds are all built-in executor kinds, worker processes included, sorted by
// name.
func Kinds() []executors.Kind {
	kinds := append(executors.All(), process.Kind)
	slices.SortFunc(kinds, func(a, b executors.Kind) int { return strings.Compare(a.Name, b.Name) })
	return kinds
}

func workerCounts(cores int) []int {
	counts := []int{cores}
	for n := 1; n <= max(8, 2*cores); n *= 2 {
		counts = append(counts, n)
	}
	slices.Sort(counts)
	return slices.Compact(counts)
}

// everySecond keeps the largest grain and every second one below it.
func everySecond(grains []time.Duration) []time.Duration {
	var kept []time.Duration
	for i := (len(grains) - 1) % 2; i < len(grains); i += 2 {
		kept = append(kept, grains[i])
	}
	return kept
}

// Check tells what is wrong with the grid: nothing to measure, two things of one
// name, a worker count or grain out of range.
func (g Grid) Check() error {
	if len(g.Workloads) == 0 {
		return fmt.Errorf("bench: the grid has no workloads")
	}
	names := map[string]bool{}
	for _, w := range g.Workloads {
		if err := checkName("workload", w.Name, names); err != nil {
			return err
		}
		if w.New == nil || len(w.Grains) == 0 {
			return fmt.Errorf("bench: workload %s has no New or no grains", w.Name)
		}
		if _, err := payloads(w); err != nil {
			return fmt.Errorf("bench: workload %s: %w", w.Name, err)
		}
	}
	names = map[string]bool{}
	for _, k := range g.Executors {
		if err := checkName("executor", k.Name, names); err != nil {
			return err
		}
		if k.New == nil {
			return fmt.Errorf("bench: executor %s has no New", k.Name)
		}
	}
	for _, n := range slices.Concat(g.Workers, g.Capacity) {
		if n < 1 {
			return fmt.Errorf("bench: %d workers; at least 1 is needed", n)
		}
	}
	if len(g.Workers) == 0 && slices.ContainsFunc(g.Executors, func(k executors.Kind) bool { return k.Name != record.Serial }) {
		return fmt.Errorf("bench: the grid has executors but no worker counts")
	}
	for _, d := range g.Grains {
		if d <= 0 {
			return fmt.Errorf("bench: grain %v is not above 0", d)
		}
	}
	return nil
}

// Names that can be a value in a benchmark name: -2 at the end would be read as
// GOMAXPROCS.
var (
	goodName = regexp.MustCompile(`^[a-z][a-z0-9_.-]*$`)
	badTail  = regexp.MustCompile(`-[0-9]+$`)
)

func checkName(what, name string, seen map[string]bool) error {
	if !goodName.MatchString(name) || badTail.MatchString(name) {
		return fmt.Errorf("bench: %s name %q: lower-case letters, digits, '_', '.' and '-' are allowed, a letter first and no -digits at the end", what, name)
	}
	if seen[name] {
		return fmt.Errorf("bench: two %ss named %s", what, name)
	}
	seen[name] = true
	return nil
}

// Cells are the arms of the grid in a fixed order: by workload, grain and
// payload as given, the serial baseline first. No cell comes twice.
func (g Grid) Cells() []record.Cell {
	var cells []record.Cell
	seen := map[record.Cell]bool{}
	add := func(c record.Cell) {
		if !seen[c] {
			seen[c] = true
			cells = append(cells, c)
		}
	}
	for _, w := range g.Workloads {
		grains := g.grains(w)
		sizes, _ := payloads(w) // Check refuses others
		for _, grain := range grains {
			for _, payload := range sizes {
				cell := record.Cell{Executor: record.Serial, Workload: w.Name, Workers: 1, Grain: grain, Payload: payload}
				add(cell)
				for _, kind := range g.Executors {
					for _, workers := range g.Workers {
						if kind.Name == record.Serial || !g.wants(workers, grain, grains) {
							continue
						}
						cell.Executor, cell.Workers = kind.Name, workers
						add(cell)
					}
				}
			}
		}
	}
	return cells
}

// wants reports whether a grain is measured at a worker count.
func (g Grid) wants(workers int, grain time.Duration, grains []time.Duration) bool {
	return g.SweepWorkers == 0 || workers == g.sweep() || grain == slices.Max(grains)
}

// sweep is the worker count that stands in for SweepWorkers, see there. Workers
// must not be empty.
func (g Grid) sweep() int {
	best := slices.Min(g.Workers)
	for _, n := range g.Workers {
		if n <= g.SweepWorkers {
			best = max(best, n)
		}
	}
	return best
}

func (g Grid) grains(w workloads.Workload) []time.Duration {
	if len(g.Grains) > 0 && !slices.Equal(w.Grains, []time.Duration{0}) {
		return g.Grains
	}
	return w.Grains
}

// payloads are the values of the payload axis, the one axis of a workload that a cell
// has room for.
func payloads(w workloads.Workload) ([]int, error) {
	if len(w.Axes) == 0 {
		return []int{0}, nil
	}
	var sizes []int
	for _, value := range w.Axes[0].Values {
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("payload %q is no number of bytes", value)
		}
		sizes = append(sizes, n)
	}
	if len(w.Axes) > 1 || w.Axes[0].Name != "payload" || len(sizes) == 0 || sizes[0] != 0 {
		return nil, errors.New("no axes but payload can be measured yet, and its first value must be 0")
	}
	return sizes, nil
}

// bandwidth are the worker counts of the bandwidth probe.
func (g Grid) bandwidth() []int {
	var counts []int
	for _, n := range g.Capacity {
		if n <= runtime.GOMAXPROCS(0) {
			counts = append(counts, n)
		}
	}
	return counts
}

func (g Grid) workload(name string) workloads.Workload {
	i := slices.IndexFunc(g.Workloads, func(w workloads.Workload) bool { return w.Name == name })
	return g.Workloads[i]
}

func (g Grid) kind(name string) executors.Kind {
	if name == record.Serial {
		return executors.Serial // the baseline is ours, whatever bears its name
	}
	i := slices.IndexFunc(g.Executors, func(k executors.Kind) bool { return k.Name == name })
	return g.Executors[i]
}

// Fingerprint is a short text that differs between grids with different arms, so
// that a run can only be resumed with the grid it was started with.
func (g Grid) Fingerprint() string {
	h := fnv.New64a()
	for _, c := range g.Cells() {
		fmt.Fprintln(h, c.Name(), TaskCount(g.workload(c.Workload), c.Grain))
	}
	fmt.Fprintln(h, g.Capacity)
	return fmt.Sprintf("%016x", h.Sum64())
}

// Limits of TaskCount.
const (
	serialTime   = 4 * time.Millisecond // useful work of a job
	waitTime     = 32 * time.Millisecond
	minTasks     = 16
	longGrain    = 50 * time.Millisecond // from here on taskMultiple tasks must do, or a job takes seconds
	maxTasks     = 2048
	emptyTasks   = 256 // when grain means nothing
	taskMultiple = 8   // so that worker counts up to 8 get equal shares
)

// TaskCount is the number of tasks of a job: it depends on the nominal grain
// only, not on the machine. The job has about 4 ms of useful work (32 ms where
// the work is waiting, of which there must be enough for 8 workers) within
// 16 and 2048 tasks, a multiple of 8, or exactly 8 from a grain of 50 ms: short enough for many blocks, long enough
// for a clock read and the last task to weigh little.
func TaskCount(w workloads.Workload, grain time.Duration) int {
	if grain <= 0 {
		return emptyTasks
	}
	total := serialTime
	if w.Resource == workloads.Wait {
		total = waitTime
	}
	if grain >= longGrain {
		return taskMultiple
	}
	n := int(total / grain)
	n = (n + taskMultiple/2) / taskMultiple * taskMultiple
	return min(max(n, minTasks), maxTasks)
}
