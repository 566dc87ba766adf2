// Package cli is a whole program around a grid: flags, progress, an interrupt that loses
// nothing, a record, a report and exit codes. The command poolbench is one, around the
// standard grid.
//
//	func main() {
//		cli.Main(inproc.Grid{
//			Workloads: []workloads.Workload{mine},
//			Executors: executors.All(),
//			Workers:   []int{1, 2, 4, 8},
//		})
//	}
package cli

import (
	"os"
	"path/filepath"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/arm/driver"
	"poolbench/bench/arm/inproc"
	"poolbench/bench/internal/program"
)

// Main is all of a program that measures a grid, and with it the points of further
// sources: its first and only call. It does not return.
//
// Called without a word the program measures and reports, with the flags of poolbench
// run; those that name workloads and executors choose among the grid's own. Called as
// "report RECORD" it draws a record again, and "-help" tells the rest. The exit code is 0
// when all is well, 2 for wrong usage, 3 when slices failed, and 130 after an interrupt,
// with what was measured kept.
//
// In a worker process Main does the work of one, so that a program needs no call of its own
// for worker processes; what stands before Main runs in each of them.
func Main(grid inproc.Grid, sources ...arm.Source) {
	bench.Main()
	newProgram(filepath.Base(os.Args[0]), grid, sources...).Main()
}

func newProgram(name string, grid inproc.Grid, sources ...arm.Source) program.Program {
	return program.Program{
		Name:     name,
		Doc:      name + " measures its grid, and reports when a worker pool pays off, and which one.",
		Default:  "run",
		Commands: Commands(grid, nil, sources...),
	}
}

// Commands are run, profile and report, for a program that has more commands than these. Pools of
// the languages are measured where the user asks for them.
func Commands(grid inproc.Grid, languages []*driver.Language, sources ...arm.Source) []program.Command {
	m := measured{grid, languages, sources}
	return []program.Command{
		{Name: "run", Args: "[flags]", Doc: "measure a grid and leave a report", Run: m.run},
		{Name: "profile", Args: "[flags]", Doc: "where does the time of one point go: profiles, a trace, counters", Run: m.profile},
		{Name: "report", Args: "[flags] RECORD", Doc: "turn a record, or the output of go test -bench, into a report", Run: runReport},
	}
}

// measured is what a program measures unless its user chooses less of it.
type measured struct {
	grid      inproc.Grid
	languages []*driver.Language
	sources   []arm.Source
}

// hasGrid is false when there are sources alone.
func (m measured) hasGrid() bool { return len(m.sources) == 0 || len(m.grid.Workloads) > 0 }
