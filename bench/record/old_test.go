package record_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	. "poolbench/bench/record"
)

// oldComparison is what an earlier version wrote of two builds.
const oldComparison = `cpu: X
goos: linux
# note comparison: 1
# subject judged base+head example.com/p Encode/size=1k-2
# subject judged base q Sort-2
# subject canary base+head - canary-2
# note seed: 7
# note base: v1.0 (abc)
# note warning: Something is odd.
# block 1
# host seedpair=3 steal=0 others=0.25 waited=-1 load=1.5
pkg: example.com/p
side: base
BenchmarkEncode/size=1k-2 1000 50.775 ns/op 8 B/op
# chunks base 101.25 0.3
side: head
BenchmarkEncode/size=1k-2 1000 500001 ns/op 16 B/op
# chunks head 103 1e+06
# block 2
# failed Encode/size=1k-2: in base: panic: no
# failed Encode/size=1k-2: in head: killed after 10s: in base: never
`

func TestOldComparison(t *testing.T) {
	rec, err := Read(strings.NewReader(oldComparison), "gate.txt")
	if err != nil {
		t.Fatal(err)
	}
	encode := Promise{Pkg: "example.com/p", Name: "Encode/size=1k-2", Role: Judged, InBase: true, InHead: true}
	if f := rec.Facts; !reflect.DeepEqual(f.Promised, []Promise{encode, {Pkg: "q", Name: "Sort-2", Role: Judged, InBase: true}, {Name: "canary-2", Role: Canary, InBase: true, InHead: true}}) ||
		f.Seed != 7 || f.Builds.Base != "v1.0 (abc)" || !reflect.DeepEqual(f.Warnings, []Warning{{What: "Something is odd."}}) || !rec.IsComparison() {
		t.Errorf("facts %+v", f)
	}
	if h := rec.Hosts[1]; h != (Host{0, 0.25, -1, 1.5, 3}) {
		t.Errorf("host %+v", h)
	}
	base := encode.Point()
	base.Side = "base"
	r := rec.Results[0]
	if len(rec.Results) != 2 || r.Point != base || r.Iterations != 1000 || !reflect.DeepEqual(r.Turns, []float64{101.25, 0.3}) || math.Abs(r.Values[UnitTime]-50.775e-9) > 1e-15 || r.Values["B/op"] != 8 {
		t.Errorf("%d results, the first %+v", len(rec.Results), r)
	}
	if len(rec.Failures) != 2 || rec.Failures[0] != (Failure{base, 2, "panic: no"}) || rec.Failures[1].Point.Side != "head" || rec.Failures[1].Reason != "killed after 10s: in base: never" {
		t.Errorf("failures %+v", rec.Failures)
	}
	for _, test := range []struct{ old, new, want string }{
		{"# block 2\n", "# block x\n", `block number "x"`},
		{"seedpair=3", "seedpair=-1", "seed pair"},
		{"steal=0 ", "steal=NaN ", "not a finite number"},
		{"# subject judged", "# subject jugded", `role "jugded"`},
		{"base+head example", "left example", `"left" is not base`},
		{"# chunks base 101.25", "# chunks left 101.25", "needs a side"},
		{"# chunks base 101.25", "# chunks base Inf", "not a finite number"},
		{"side: base\n", "", `side "" is neither`},
		{"in head: killed after 10s: in base", "killed after 10s", "a failed line of a comparison needs"},
		{"# block 1\n", "", "before the first block"},
	} {
		text := strings.Replace(oldComparison, test.old, test.new, 1)
		if text == oldComparison {
			t.Fatalf("%q is not in the file", test.old)
		}
		if _, err := Read(strings.NewReader(text), "gate.txt"); err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "gate.txt") {
			t.Errorf("%q for %q: %v", test.new, test.old, err)
		}
	}
}

// The results of a block that an earlier version dropped stay in the file and are not
// read; probes are told from benchmarks of the same name.
func TestOldNotes(t *testing.T) {
	const text = "# note run: x\n# note workload.spin: cpu\n# note calibration.spin: 0.5 ns/unit, linear within 1.0%\n# note warning.load: It was busy. | Stop it.\n# note warning.blocks: Too few. | More.\n" +
		"# note load: 0.1 0.2 0.3\n# block 1\nBenchmarkA 1 5 ns/op\n# failed A: no\n# note dropped: 1 A failed\n" +
		"# block 2\nBenchmarkA 1 6 ns/op\nBenchmarkBandwidth/workers=2-2 1 7 ns/op\nBenchmarkBandwidth/copy 1 8 ns/op\n" +
		"BenchmarkCalibration/workload=spin-2 1 9 ns/op 400 units/op\nBenchmarkCalibration/lens=wide 1 10 ns/op 3 task-ns/op\n# note dropped: 1 again\n# note partial: 1 of 9 blocks\n# note blocks: 1\n# note elapsed: 1.5s\n"
	rec, err := Read(strings.NewReader(text), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(rec.Dropped, []int{1}) || len(rec.Failures) != 1 || len(rec.Results) != 5 {
		t.Fatalf("dropped %v, %d failures, %d results; want [1], 1 and 5", rec.Dropped, len(rec.Failures), len(rec.Results))
	}
	for i, want := range []bool{false, true, false, true, false} {
		if r := rec.Results[i]; r.Block != 2 || rec.IsProbe(r.Point) != want {
			t.Errorf("%+v, a probe: %t", r, want)
		}
	}
	if got := rec.Results[4].Values[UnitTaskTime]; math.Abs(got-3e-9) > 1e-18 {
		t.Errorf("3 task-ns/op is read as %v %s", got, UnitTaskTime)
	}
	if f := rec.Facts; f.Run != "x" || f.Resource("spin") != "cpu" || !reflect.DeepEqual(f.Calibrations, []Calibration{{Kernel: "spin", PerUnit: 0.5e-9}}) || *f.End != (End{1, 9, true, 1.5}) ||
		!reflect.DeepEqual(f.Warnings, []Warning{{"load", "It was busy.", "Stop it."}}) || !reflect.DeepEqual(f.Readings, []Reading{{Name: "load", Text: "0.1 0.2 0.3"}}) {
		t.Errorf("facts %+v", f)
	}
	if _, err := Read(strings.NewReader("# note run: x\n"+good+"# note dropped: some\n"), "x.txt"); err == nil {
		t.Error("a dropped block without a number is read")
	}
}
