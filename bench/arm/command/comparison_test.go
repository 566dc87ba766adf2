package command

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/block"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

func needShell(t *testing.T) {
	if host.Shell("").Name != "/bin/sh" {
		t.Skip("the commands are for sh")
	}
}

// scripts are the two commands of a comparison: each leaves a letter in the file "log"
// of the directory.
func scripts(t *testing.T, base, head string) *Comparison {
	t.Helper()
	needShell(t)
	return &Comparison{Base: "printf A >> log; " + base, Head: "printf B >> log; " + head, Dir: t.TempDir(), Patience: 10 * time.Second}
}

func (c *Comparison) log(t *testing.T) string {
	t.Helper()
	path := filepath.Join(c.Dir, "log")
	text, _ := os.ReadFile(path)
	os.Remove(path)
	return string(text)
}

// declared is what a comparison promises.
func declared(t *testing.T, c *Comparison) (promised []record.Promise, points []record.Point) {
	t.Helper()
	promised, err := c.Declare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range promised {
		points = append(points, p.Point())
	}
	return promised, points
}

// measured is one block of points.
func measured(t *testing.T, c *Comparison, seed uint64, points []record.Point) (out record.Block) {
	t.Helper()
	var text bytes.Buffer
	err := block.Config{Seed: seed, Out: record.NewWriter(&text, nil), Links: c.Links}.Run(t.Context(), func(number int) ([]block.Group, error) {
		if number > 1 {
			return nil, nil
		}
		return c.Groups(t.Context(), number, points)
	}, func(b record.Block, _ bool) error {
		out = b
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const two = `printf 'pkg: p/q\nnoise\nBenchmarkX-2 10 5 ns/op 7 p99-ns/op 3 MB/s\nBenchmarkY 1 %s ns/op\nBenchmarkY 1 30 ns/op\nBenchmarkZ 1 NaN ns/op\n' $(cat number)`

func TestCommandsTakeTurns(t *testing.T) {
	c := scripts(t, two, two)
	if err := os.WriteFile(filepath.Join(c.Dir, "number"), []byte("20"), 0o666); err != nil {
		t.Fatal(err)
	}
	promised, points := declared(t, c)
	if len(promised) != 2 || promised[0] != (record.Promise{Pkg: "p/q", Name: "X-2", Role: record.Judged, InBase: true, InHead: true, Procs: 2}) || promised[1].Name != "Y" {
		t.Fatalf("%+v", promised)
	}
	if log := c.log(t); log != "AB" {
		t.Errorf("declared with %s", log)
	}
	orders := map[string]bool{}
	for seed := range uint64(20) {
		b := measured(t, c, seed, points)
		orders[c.log(t)] = true
		if len(b.Results) != 4 || len(b.Failures) != 0 {
			t.Fatalf("%+v", b)
		}
		for _, r := range b.Results {
			want, values := []float64{5, 5}, map[string]float64{"sec/op": 5e-9, "p99-sec/op": 7e-9}
			if r.Point.Name() == "Y" {
				want, values = []float64{20, 20, 30, 30}, map[string]float64{"sec/op": 25e-9}
			}
			for unit, v := range r.Values {
				if d := v/values[unit] - 1; d < 1e-9 && d > -1e-9 {
					values[unit] = v
				}
			}
			if !slices.Equal(r.Turns, want) || !maps.Equal(r.Values, values) || r.Iterations != 1 || r.Point.Side == "" {
				t.Errorf("%+v, want turns %v and %v", r, want, values)
			}
		}
	}
	if !maps.Equal(orders, map[string]bool{"ABBA": true, "BAAB": true}) {
		t.Errorf("the commands ran in the orders %v", orders)
	}
}

// A command that fails fails for all benchmarks, and is not run again.
func TestCommandFails(t *testing.T) {
	results := "echo BenchmarkX 1 5 ns/op; echo BenchmarkY 1 6 ns/op"
	for _, test := range []struct {
		name, head, want string
		log              map[string]bool // of the two blocks after Declare
	}{
		{"at once", "echo out of order; exit 3", "exit status 3: out of order", map[string]bool{"": true}},
		{"later", results + "; test -e second && exit 4; test -e first && touch second; touch first", "exit status 4", map[string]bool{"ABB": true, "BAAB": true}},
		{"prints nothing", "echo nothing", "printed no benchmark result: nothing", map[string]bool{"": true}},
		{"prints no values", "echo BenchmarkX 1; echo BenchmarkY 1 NaN ns/op", "printed no benchmark result: BenchmarkX 1", map[string]bool{"": true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := scripts(t, results, test.head)
			promised, points := declared(t, c)
			if len(promised) != 2 || !promised[1].InBase || !promised[1].InHead {
				t.Fatalf("%+v", promised)
			}
			c.log(t)
			for range 2 {
				b := measured(t, c, 7, points)
				if len(b.Results) > 0 || len(b.Failures) != 2 {
					t.Fatalf("%+v", b)
				}
				for _, f := range b.Failures {
					if f.Point.Side != "head" || !strings.Contains(f.Reason, test.want) {
						t.Errorf("%+v, want %q in head", f, test.want)
					}
				}
			}
			if log := c.log(t); !test.log[log] {
				t.Errorf("the commands ran as %q, want one of %v", log, test.log)
			}
		})
	}
	c := scripts(t, "exit 5", "echo no results")
	if _, err := c.Declare(t.Context()); err == nil || !strings.Contains(err.Error(), "exit status 5") || !strings.Contains(err.Error(), "no results") {
		t.Errorf("two commands that fail: %v", err)
	}
}

// What stands around results does not matter, and neither do units: a line without a
// time has none.
func TestWhatIsPrinted(t *testing.T) {
	big := "head -c 9000000 /dev/zero | tr '\\0' x; echo; "
	for _, test := range []struct {
		name, command string
		want          map[string]map[string]float64 // by name
	}{
		{"no time", "echo BenchmarkX-2 1 1000 req/s 3 hits/op", map[string]map[string]float64{"X-2": {"req/s": 1000, "hits/op": 3}}},
		{"throughput only", "echo BenchmarkX 1 2 MB/s", map[string]map[string]float64{"X": {"B/s": 2e6}}},
		{"throughput and time", "echo BenchmarkX 1 500000000 ns/op 2 MB/s", map[string]map[string]float64{"X": {"sec/op": 0.5}}},
		{"two spellings", "echo BenchmarkX 1 500000000 ns/op 2 sec/op", map[string]map[string]float64{"X": {"sec/op": 0.5}}},
		{"no name", "echo Benchmark 1 2 x/s; echo Benchmark-2 1 3 x/s; echo Benchmark/a 1 4 x/s", map[string]map[string]float64{
			"Benchmark": {"x/s": 2}, "Benchmark-2": {"x/s": 3}, "Benchmark/a": {"x/s": 4}}},
		{"much before, between and after", big + "echo BenchmarkX 1 2 x/s; " + big + "echo BenchmarkY 1 3 x/s; " + big, map[string]map[string]float64{"X": {"x/s": 2}, "Y": {"x/s": 3}}},
		{"words to the other stream", "printf 'BenchmarkX 1 '; echo torn >&2; echo 2 x/s", map[string]map[string]float64{"X": {"x/s": 2}}},
		{"to the other stream", "echo words; echo BenchmarkX 1 2 x/s >&2", map[string]map[string]float64{"X": {"x/s": 2}}},
		{"CRLF, and no end", `printf 'BenchmarkX 1 2 x/s\r\nBenchmarkY 1 3 x/s'`, map[string]map[string]float64{"X": {"x/s": 2}, "Y": {"x/s": 3}}},
		{"prose", "echo Benchmarking with 4 workers; echo Benchmark results:; echo BenchmarkX 1 2 x/s", map[string]map[string]float64{"X": {"x/s": 2}}},
		{"a package", "echo pkg: a/b; echo BenchmarkX 1 2 x/s", map[string]map[string]float64{"a/b.X": {"x/s": 2}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := scripts(t, test.command, test.command)
			_, points := declared(t, c)
			b := measured(t, c, 1, points)
			if len(points) != len(test.want) || len(b.Results) != 2*len(test.want) || len(b.Failures) > 0 {
				t.Fatalf("%v, %+v", points, b)
			}
			for _, r := range b.Results {
				if r.Point.Side = ""; !maps.Equal(r.Values, test.want[r.Point.Full()]) || len(r.Values) > 0 && (r.Turns != nil) != (r.Values["sec/op"] > 0) {
					t.Errorf("%+v, want %v", r, test.want)
				}
			}
		})
	}
}

// A time of nothing, or less, is no time.
func TestNoTime(t *testing.T) {
	for line, want := range map[string]string{"0 ns/op": "it took no time", "-3 ns/op": "as its time, which is no number above 0"} {
		c := scripts(t, "echo BenchmarkX 1 "+line, "echo BenchmarkX 1 "+line)
		_, points := declared(t, c)
		b := measured(t, c, 1, points)
		if len(b.Results) > 0 || len(b.Failures) == 0 || !strings.Contains(b.Failures[0].Reason, want) {
			t.Errorf("%s: %+v", line, b)
		}
	}
}

// A benchmark that is missing in a run fails in the block, and the others do not.
func TestBenchmarkMissing(t *testing.T) {
	c := scripts(t, "echo BenchmarkX 1 5 ns/op; echo BenchmarkY 1 6 ns/op", "echo BenchmarkX 1 5 ns/op; test -e gone || echo BenchmarkY 1 6 ns/op")
	_, points := declared(t, c)
	if err := os.WriteFile(filepath.Join(c.Dir, "gone"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	b := measured(t, c, 1, points)
	if len(b.Results) != 2 || b.Results[0].Point.Name() != "X" || len(b.Failures) != 1 || b.Failures[0].Reason != "printed no result this time" {
		t.Errorf("%+v", b)
	}
}

// The end of a run is nobody's fault.
func TestInterrupted(t *testing.T) {
	c := scripts(t, "echo BenchmarkX 1 5 ns/op", "echo BenchmarkX 1 5 ns/op")
	_, points := declared(t, c)
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	cancel(cause)
	b := &benchmark{runs: &runs{comparison: c}, point: points[0]}
	if _, err := b.Slice(ctx); err != cause || c.failure != [2]error{} {
		t.Errorf("%v, %v", err, c.failure)
	}
	if _, err := c.Declare(ctx); err != cause {
		t.Error(err)
	}
}
