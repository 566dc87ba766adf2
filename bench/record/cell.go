package record

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

// GridBenchmark is the benchmark that holds the cells of a grid, in our own
// records and in the output of go test -bench.
const GridBenchmark = "Grid"

// CapacityBenchmark is the benchmark of the capacity probe: Workers independent
// pinned ALU processes do the same work each. Its cells have Workers only.
const CapacityBenchmark = "Capacity"

// BandwidthBenchmark is the benchmark of the memory bandwidth probe: the same
// processes, each making a STREAM triad over arrays of its own. Its cells have
// Workers only.
const BandwidthBenchmark = "Bandwidth"

// CalibrationBenchmark is the benchmark that checks a calibration again: the time
// of a fixed count of kernel units. Its cells have Workload only. The note
// "calibration.WORKLOAD" holds the cost of a unit, UnitKernel the count.
const CalibrationBenchmark = "Calibration"

// A Cell is one point of a grid: what was measured, and nothing about when or
// how often. Cells are comparable and serve as map keys.
type Cell struct {
	Executor string        // registered name of the executor kind; "serial" is the baseline
	Workload string        // registered name of the workload
	Workers  int           // workers of the executor, at least 1; 1 for "serial"
	Grain    time.Duration // nominal useful work of one task; 0 where grain means nothing
	Payload  int           // bytes sent with each task and back; 0 when there is no payload
}

// Name is the benchmark name of the cell without the leading "Benchmark" and
// without the -GOMAXPROCS suffix: "Grid/executor=…/workload=…/workers=…/grain=…",
// with grain in integer nanoseconds and "/payload=…" appended only when it is
// not 0.
func (c Cell) Name() string {
	s := fmt.Sprintf("%s/executor=%s/workload=%s/workers=%d/grain=%d",
		GridBenchmark, c.Executor, c.Workload, c.Workers, c.Grain.Nanoseconds())
	if c.Payload != 0 {
		s += fmt.Sprintf("/payload=%d", c.Payload)
	}
	return s
}

// String is Name without the benchmark, for people: "goroutines × 2, spin, 10µs".
func (c Cell) String() string {
	s := fmt.Sprintf("%s × %d, %s", c.Executor, c.Workers, c.Workload)
	if c.Executor == Serial {
		s = c.Executor + ", " + c.Workload
	}
	if c.Grain != 0 {
		s += ", " + c.Grain.String()
	}
	if c.Payload != 0 {
		s += fmt.Sprintf(", %d B", c.Payload)
	}
	return s
}

// Baseline is the serial cell that c is a speedup against.
func (c Cell) Baseline() Cell {
	c.Executor, c.Workers = Serial, 1
	return c
}

// Serial is the name of the baseline executor.
const Serial = "serial"

// ParseCell reads a benchmark name as benchfmt gives it (with the -N suffix or
// without). A name needs an executor and a workload to be a cell; workers
// defaults to 1 only for the serial executor and is otherwise required to be at
// least 1. Keys we do not know are refused, because two different cells must not
// become one.
func ParseCell(name benchfmt.Name) (Cell, error) {
	_, parts := name.Parts()
	c := Cell{}
	seen := map[string]bool{}
	for _, p := range parts {
		part := string(p)
		if strings.HasPrefix(part, "-") {
			continue // GOMAXPROCS
		}
		key, value, ok := strings.Cut(strings.TrimPrefix(part, "/"), "=")
		if !ok {
			return Cell{}, fmt.Errorf("%s: part %q is not key=value", name, part)
		}
		if err := c.set(key, value); err != nil {
			return Cell{}, fmt.Errorf("%s: %w", name, err)
		}
		if seen[key] {
			return Cell{}, fmt.Errorf("%s: %w: %s comes twice", name, errBadValue, key)
		}
		seen[key] = true
	}
	if c.Executor == "" || c.Workload == "" {
		return Cell{}, fmt.Errorf("%s: no executor=… and workload=… in the name", name)
	}
	if c.Workers == 0 && c.Executor == Serial {
		c.Workers = 1
	}
	if c.Workers < 1 {
		return Cell{}, fmt.Errorf("%s: no workers=… in the name", name)
	}
	return c, nil
}

// errBadValue marks a name that has our keys but not our values: a mistake, not
// somebody else's benchmark.
var errBadValue = errors.New("bad value in benchmark name")

func (c *Cell) set(key, value string) error {
	switch key {
	case "executor":
		c.Executor = value
		return nil
	case "workload":
		c.Workload = value
		return nil
	case "grain":
		// Integer nanoseconds is what we write; people write 10us.
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && n >= 0 {
			c.Grain = time.Duration(n)
			return nil
		}
		d, err := time.ParseDuration(value)
		if err != nil || d < 0 {
			return fmt.Errorf("%w: grain %q is neither nanoseconds nor a duration", errBadValue, value)
		}
		c.Grain = d
		return nil
	case "workers", "payload":
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 || key == "workers" && n < 1 {
			return fmt.Errorf("%w: %s %q is not a count", errBadValue, key, value)
		}
		if key == "workers" {
			c.Workers = n
		} else {
			c.Payload = n
		}
		return nil
	}
	return fmt.Errorf("unknown key %q (known: executor, workload, workers, grain, payload)", key)
}
