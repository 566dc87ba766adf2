package bench

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/record"
)

func TestOpenResumeCutsOffAHalfLine(t *testing.T) {
	const whole = "# fact seed 4\n# block 1\ngoos: linux\n\nBenchmarkGrid/executor=serial/workload=spin/workers=1/grain=1000-2 1 0.5 sec/op\n"
	path := filepath.Join(t.TempDir(), "results.txt")
	if err := os.WriteFile(path, []byte(whole+"BenchmarkGrid/executor=spa"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, rec, err := OpenResume(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(rec.Results) != 1 || rec.Facts.Seed != 4 {
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
	plan := Plan{Points: []record.Point{record.GridPoint("serial", "spin", 1, 0), record.GridPoint("spawn", "spin", 2, 0)}}
	for name, test := range map[string]struct {
		blocks []string // + for a result of the point, - for a failure, space for neither
		want   int
	}{
		"nothing":                 {nil, 0},
		"all whole":               {[]string{"++", "++"}, 2},
		"last cut off":            {[]string{"++", "+ "}, 1},
		"two cut off":             {[]string{"+ ", "++", " +"}, 1},
		"failed once":             {[]string{"+-", "++"}, 2},
		"left":                    {[]string{"+-", "+-", "+ ", "+ "}, 4},
		"not in a row":            {[]string{"+-", "++", "+-", "+ "}, 3},
		"dropped, as they did":    {[]string{"++", "++ dropped", "++"}, 2},
		"left, last one cut off":  {[]string{"+-", "+-", "+ ", "  "}, 3},
		"left in the first block": {[]string{"--", "--", "  "}, 3},
	} {
		var text strings.Builder
		w := record.NewWriter(&text, nil)
		for i, points := range test.blocks {
			points, dropped := strings.CutSuffix(points, " dropped")
			if err := w.Block(i + 1); err != nil {
				t.Fatal(err)
			}
			for k, outcome := range points {
				var err error
				switch p := plan.Points[k]; outcome {
				case '+':
					err = w.Result(record.Result{Point: p, Values: map[string]float64{record.UnitTime: 1}})
				case '-':
					err = w.Failure(p, "why")
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if dropped {
				text.WriteString("# note dropped: 2 why\n")
			}
		}
		rec := &record.Record{}
		if len(test.blocks) > 0 {
			var err error
			if rec, err = record.Read(strings.NewReader(text.String()), name); err != nil {
				t.Fatal(err)
			}
		}
		if got := completeBlocks(rec, plan); got != test.want {
			t.Errorf("%s: %d complete blocks, want %d", name, got, test.want)
		}
	}
}
