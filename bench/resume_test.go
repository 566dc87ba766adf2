package bench

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
)

func TestOpenResumeCutsOffAHalfLine(t *testing.T) {
	const whole = "# note seed: 4\n# block 1\ngoos: linux\n\nBenchmarkGrid/executor=serial/workload=spin/workers=1/grain=1000-2 1 0.5 sec/op\n"
	path := filepath.Join(t.TempDir(), "results.txt")
	if err := os.WriteFile(path, []byte(whole+"BenchmarkGrid/executor=spa"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, rec, err := OpenResume(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(rec.Results) != 1 || rec.Note("seed") != "4" {
		t.Errorf("record %+v", rec)
	}
	if _, err := f.WriteString("# block 2\n"); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != whole+"# block 2\n" {
		t.Errorf("%v, file:\n%s", err, text)
	}
}

func TestOpenResumeRefuses(t *testing.T) {
	dir := t.TempDir()
	if _, _, err := OpenResume(filepath.Join(dir, "nothing")); err == nil {
		t.Error("a file that does not exist is resumed")
	}
	path := filepath.Join(dir, "empty")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := OpenResume(path); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty file: %v", err)
	}
}

func TestCompleteBlocks(t *testing.T) {
	plan := Plan{Arms: []Trial{
		{Cell: record.Cell{Executor: "serial", Workload: "spin", Workers: 1}},
		{Cell: record.Cell{Executor: "spawn", Workload: "spin", Workers: 2}},
		{Probe: record.CapacityBenchmark, Cell: record.Cell{Workers: 2}},
	}}
	a, b, c := plan.Arms[0].Name(), plan.Arms[1].Name(), plan.Arms[2].Name()
	for name, test := range map[string]struct {
		blocks []string // + for a result of the arm, - for a failure, space for neither
		want   int
	}{
		"nothing":                   {nil, 0},
		"all whole":                 {[]string{"+++", "+++"}, 2},
		"last cut off":              {[]string{"+++", "++ "}, 1},
		"two cut off":               {[]string{"+ +", "+++", "++ "}, 1},
		"failed once":               {[]string{"+-+", "+++"}, 2},
		"no capacity":               {[]string{"++ ", "++ ", "+  "}, 2},
		"left out":                  {[]string{"+-+", "+-+", "+-+", "+ +", "+ +"}, 5},
		"left out, back again":      {slices.Concat([]string{"+-+", "+-+", "+-+", "+ +"}, slices.Repeat([]string{"+++"}, 12), []string{"+ +"}), 16},
		"too often, not in a row":   {slices.Concat(slices.Repeat([]string{"+-+", "+++", "+++"}, 3), []string{"+ +"}), 10},
		"one dropped":               {[]string{"+++", "+++ dropped", "+++"}, 2},
		"left out, last is cut off": {[]string{"+-+", "+-+", "+-+", "+ +", "  +"}, 4},
	} {
		rec := &record.Record{}
		for i, arms := range test.blocks {
			arms, dropped := strings.CutSuffix(arms, " dropped")
			if dropped {
				rec.Dropped = append(rec.Dropped, i+1)
			}
			for k, outcome := range arms {
				switch arm := []string{a, b, c}[k]; outcome {
				case '+':
					kind := record.KindCell
					if arm == c {
						kind = record.KindCapacity
					}
					rec.Results = append(rec.Results, record.Result{Name: arm, Block: i + 1, Kind: kind})
				case '-':
					rec.Failures = append(rec.Failures, record.Failure{Name: arm, Block: i + 1})
				}
			}
		}
		if got := completeBlocks(rec, plan); got != test.want {
			t.Errorf("%s: %d complete blocks, want %d", name, got, test.want)
		}
	}
}
