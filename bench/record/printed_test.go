package record

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// said is a result in a line: "pkg.name sec/op=5e-09".
func said(results []Result) (lines []string) {
	for _, r := range results {
		var line strings.Builder
		line.WriteString(r.Point.Full())
		for _, unit := range slices.Sorted(maps.Keys(r.Values)) {
			line.WriteString(fmt.Sprintf(" %s=%.6g", unit, r.Values[unit]))
		}
		lines = append(lines, line.String())
	}
	return lines
}

func TestPrintout(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"as go prints it", "goos: linux\npkg: a/b\nBenchmarkX-2   \t     100\t        12.5 ns/op\t       0 B/op\nPASS\n", []string{"a/b.X-2 B/op=0 sec/op=1.25e-08"}},
		{"as go prints it with -v", "BenchmarkX\nBenchmarkX-2   \t     100\t        12.5 ns/op\n", []string{"X-2 sec/op=1.25e-08"}},
		{"torn", "BenchmarkX-2   \tstarting\nwords\n     100\t        12.5 ns/op\t       3 B/op\n", []string{"X-2 B/op=3 sec/op=1.25e-08"}},
		{"torn by nothing but an end", "BenchmarkX-2   \t\n     100\t         3.000 req/s\n", []string{"X-2 req/s=3"}},
		{"torn, and another", "BenchmarkX-2   \twords\nBenchmarkY-2   \t     100\t        12.5 ns/op\n     100\t         7 ns/op\n", []string{"Y-2 sec/op=1.25e-08"}},
		{"numbers of nobody", "     100\t        12.5 ns/op\nBenchmarkX\n     100\t        12.5 ns/op\n", nil},
		{"numbers once", "BenchmarkX-2   \twords\n     100\t         5 ns/op\n     100\t         7 ns/op\n", []string{"X-2 sec/op=5e-09"}},
		{"a table of its own", "BenchmarkX-2   \twords\n100\tapples\n  7 pears\n     100\t         5 ns/op\n", []string{"X-2 sec/op=5e-09"}},
		{"says the time again", "BenchmarkX 1 5 ns/op 3 MB/s\nBenchmarkY 1 3 MB/s\nBenchmarkZ 1 0 ns/op 3 MB/s\n", []string{"X sec/op=5e-09", "Y B/s=3e+06", "Z B/s=3e+06 sec/op=0"}},
		{"twice", "BenchmarkX 1 5 ns/op 3 sec/op 7 ns/op\n", []string{"X sec/op=5e-09"}},
		{"two spellings", "BenchmarkX 1 5 sec/op 3 ns/op 7 MB/op 4 B/op\nBenchmarkY 1 5 sec/key 3 ns/key\n", []string{"X B/op=4 sec/op=3e-09", "Y sec/key=3e-09"}},
		{"no numbers", "BenchmarkX 1 NaN ns/op 3 req/s\nBenchmarkY 1 +Inf req/s\nBenchmarkZ 1\n", []string{"X req/s=3", "Y"}},
		{"no name", "Benchmark 1 5 ns/op\nBenchmark-2 1 5 ns/op\nBenchmark/a-2 1 5 ns/op\nBenchmark-2   \twords\n     100\t         7 ns/op\n",
			[]string{"Benchmark sec/op=5e-09", "Benchmark-2 sec/op=5e-09", "Benchmark/a-2 sec/op=5e-09", "Benchmark-2 sec/op=7e-09"}},
		{"prose", "Benchmarking with 4 workers\nBenchmark 1 of 2: sleep\nBenchmarks\n", nil},
		{"long lines", strings.Repeat("x", 100_000) + "\nBenchmarkX 1 5 ns/op\nBenchmarkY 1 5 ns/op " + strings.Repeat("x", 100_000) + "\nBenchmarkZ 1 5 ns/op", []string{"X sec/op=5e-09", "Z sec/op=5e-09"}},
		{"CRLF", "pkg: a/b\r\nBenchmarkX 1 5 ns/op\r\n", []string{"a/b.X sec/op=5e-09"}},
	} {
		for _, size := range []int{1, 7, len(test.text)} {
			var p Printout
			for part := range slices.Chunk([]byte(test.text), size) {
				_, _ = p.Write(part)
			}
			if got := said(p.Results()); !slices.Equal(got, test.want) || p.Full() {
				t.Errorf("%s, by %d bytes: %q, want %q", test.name, size, got, test.want)
			}
		}
	}
}

// More results than anybody reads are not kept, which is told.
func TestPrintoutIsBounded(t *testing.T) {
	var p Printout
	line := []byte("BenchmarkX 1 5 ns/op" + strings.Repeat(" 1 x", 7000) + "\n")
	for range mostPrinted/len(line) + 2 {
		_, _ = p.Write(line)
	}
	if !p.Full() || p.lines.Len() > mostPrinted {
		t.Errorf("full: %v with %d bytes", p.Full(), p.lines.Len())
	}
}

func TestShortName(t *testing.T) {
	for full, want := range map[string]string{"BenchmarkA": "A", "BenchmarkA/b": "A/b", "Benchmark": "Benchmark", "Benchmark/b": "Benchmark/b",
		"Benchmark-2": "Benchmark-2", "BenchmarkBenchmark": "Benchmark", "Benchmark_a": "_a"} {
		if got := ShortName(full); got != want {
			t.Errorf("%s: %q, want %q", full, got, want)
		}
	}
}

// However it comes, it is the same, and each result can be written.
func FuzzPrintout(f *testing.F) {
	f.Add("pkg: a\nBenchmarkX-2   \twords\n     100\t         5 ns/op\r\nBenchmark 1 5 ns/op 3 MB/s\n", uint8(3))
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		var whole, parts Printout
		_, _ = whole.Write([]byte(text))
		for part := range slices.Chunk([]byte(text), int(size)+1) {
			_, _ = parts.Write(part)
		}
		results := whole.Results()
		if got := parts.Results(); !reflect.DeepEqual(got, results) {
			t.Errorf("%q in parts of %d: %v, want %v", text, size+1, got, results)
		}
		for _, r := range results {
			if r.Point.Name() == "" {
				t.Errorf("%q: a result without a name", text)
			}
		}
	})
}
