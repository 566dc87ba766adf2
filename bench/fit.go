package bench

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"poolbench/bench/record"
	"poolbench/workloads"
)

// ErrUsage is wrapped by every refusal of a Config before anything is measured
// or written.
var ErrUsage = errors.New("bench: this cannot be measured")

// Check tells what is wrong with c, as Run does before it begins: an error of
// Grid.Check, a grain whose job cannot end within the time limit of a trial even
// once the machine is half as fast as it was calibrated, or a budget without room
// for the warm-up and two blocks even without any overhead. Every error wraps
// ErrUsage. Out and Resume are not looked at.
func (c Config) Check() error {
	if err := c.Grid.Check(); err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	c = c.withDefaults()
	var block time.Duration
	for _, cell := range c.Grid.Cells() {
		w := c.Grid.workload(cell.Workload)
		tasks := TaskCount(w, cell.Grain)
		if serial := time.Duration(tasks) * cell.Grain; serial > c.TrialLimit/2 {
			return fmt.Errorf("%w: %d tasks of %v take %v, and a trial may take %v: use grains up to %v",
				ErrUsage, tasks, cell.Grain, serial, c.TrialLimit, c.TrialLimit/2/time.Duration(tasks))
		}
		block += leastTime(w, cell, tasks)
	}
	if least := (1 + leastBlocks) * block; least > c.Budget {
		return fmt.Errorf("%w: the warm-up and %d blocks take at least %v, the budget is %v: use smaller grains, fewer executors or worker counts, or a larger budget",
			ErrUsage, leastBlocks, least.Round(10*time.Millisecond), c.Budget)
	}
	return nil
}

// leastTime is what a trial of a cell takes without any overhead.
func leastTime(w workloads.Workload, c record.Cell, tasks int) time.Duration {
	atOnce := 1
	if c.Executor != record.Serial {
		atOnce = min(c.Workers, tasks)
		if w.Resource != workloads.Wait {
			atOnce = min(atOnce, runtime.GOMAXPROCS(0))
		}
	}
	return time.Duration(tasks) * c.Grain / time.Duration(atOnce)
}
