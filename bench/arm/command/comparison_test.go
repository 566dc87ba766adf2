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
	if len(promised) != 2 || promised[0] != (record.Promise{Pkg: "p/q", Name: "X-2", Role: record.Judged, InBase: true, InHead: true}) || promised[1].Name != "Y" {
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
