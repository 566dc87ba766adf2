// Poolbench measures, on this machine, when a worker pool pays off, and which one.
//
//	poolbench run      measure a grid and leave a report
//	poolbench profile  look at one point: profiles, a trace, counters
//	poolbench report   turn a record into a report
//	poolbench gate     compare two builds of a Go module, or two records
//	poolbench flame    draw a profile, or the difference of two
//	poolbench selftest find planted costs on this machine
//	poolbench list     show what there is: workloads, executors, sources, …
//
// Results go to standard output, progress and warnings to standard error. The
// exit code is 0 when all is well, 1 for a regression, 2 for wrong usage or input
// that cannot be read, 3 when a run failed, 4 for an inconclusive gate that was
// asked to fail on that, and 130 after an interrupt, with partial results kept.
package main

import (
	"context"
	"io"

	"poolbench/bench"
	"poolbench/bench/arm/driver"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/cli"
	"poolbench/bench/internal/program"
	"poolbench/workloads/server"
)

func main() {
	bench.Main() // does not return in a worker process
	newProgram().Main()
}

func newProgram() program.Program {
	return program.Program{
		Name: "poolbench",
		Doc:  "poolbench measures when a worker pool pays off, and which one.",
		Commands: append(cli.Commands(wholeGrid(), driver.Languages),
			program.Command{Name: "gate", Args: "-base REVISION", Doc: "measure two builds against each other, or judge two records", Run: runGate},
			program.Command{Name: "flame", Args: "FILE [FILE]", Doc: "draw a profile as a flame graph, or the difference of two", Run: runFlame},
			program.Command{Name: "selftest", Args: "[flags]", Doc: "plant known costs here and tell whether the estimates find them", Run: runSelftest},
			program.Command{Name: "list", Args: "[-v] [KIND …]", Doc: "show what there is: workloads, executors, …; why one is not here", Run: runList}),
	}
}

// wholeGrid is the standard one, with the workloads that ask servers of the user's to choose from.
func wholeGrid() inproc.Grid {
	g := inproc.StandardGrid()
	g.More = append(g.More, server.All()...)
	return g
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	return newProgram().Run(ctx, args, stdout, stderr)
}
