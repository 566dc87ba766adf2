package gate

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports/view"
)

// permuted is a file with its lines in another order.
func permuted(text []byte, seed uint64) []byte {
	lines := bytes.SplitAfter(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	lines[len(lines)-1] = append(bytes.Clone(lines[len(lines)-1]), '\n')
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	return bytes.Join(lines, nil)
}

// Whatever two files hold, they are judged without a panic, what is written of it is
// whole, and a file is no faster and no slower than itself in another order.
func FuzzGateTwoFiles(f *testing.F) {
	line := "BenchmarkA-8 1000 100 ns/op 7 MB/s 0 B/op\nBenchmarkB/size-100-8 1 5e-300 ns/op 1e300 hits/op\n"
	f.Add([]byte(strings.Repeat(line, 6)), []byte(strings.Repeat(line, 7)), uint64(1))
	f.Add([]byte(byteOrderMark+"goos: linux\r\npkg: p\r\n"+strings.Repeat("BenchmarkA 1 1 ns/op\r\nBenchmarkA 1 2 ns/op\r\n", 5)+"pkg: q\r\n"+strings.Repeat("BenchmarkA 1 9 ns/op\r\n", 6)), []byte(line), uint64(2))
	f.Add([]byte("BenchmarkA 1 0 ns/op 3 x/s\nBenchmarkA 1 3 ns/op\n"), []byte("Unit x/s better=lower\nBenchmarkA 1 -0 ns/op -3 x/s\n"), uint64(3))
	var record strings.Builder
	record.WriteString("# fact run \"x\"\n")
	for ns := range strings.FieldsSeq("1 2 4 8 16 32 64 128") {
		record.WriteString("# block " + ns + "\nBenchmarkGrid/executor=x/workload=y/workers=2/grain=1us-2 1 " + ns + " sec/op 3 tasks/op\nBenchmarkCapacity/workers=2-2 1 1 sec/op\n")
	}
	f.Add([]byte(record.String()), []byte(record.String()+"# fact failed {\"name\":\"A\",\"reason\":\"no\"}\n# fact end {"), uint64(4))
	f.Add([]byte("# note comparison: 1\n# subject judged base+head p A\n# block 1\nside: base\nBenchmarkA 1 2 ns/op\n# chunks base 1 2\nside: head\nBenchmarkA 1 2 ns/op\n# chunks head 1 2\n"), []byte(line), uint64(5))
	f.Add([]byte(strings.Repeat("Benchmark 1 1e308 ns/op\nBenchmark-2 1 1e-308 ns/op 5e-324 B/op\n", 6)), []byte(strings.Repeat("Benchmark 1 1e-308 ns/op\nBenchmark-2 1 1e308 ns/op 1e308 B/op\n", 6)), uint64(6))
	f.Fuzz(func(t *testing.T, a, b []byte, seed uint64) {
		base, err := readFuzzed(a)
		if err != nil {
			return
		}
		if base.IsComparison() {
			writeAll(t, Stored(base, Options{}), a)
			return
		}
		if head, err := readFuzzed(b); err == nil {
			writeAll(t, Files(base, head, Options{AcrossMachines: seed%2 == 0}), a, b)
		}
		other, err := readFuzzed(permuted(a, seed))
		if err != nil { // a line of a record may say something of the one above it
			return
		}
		r := Files(base, other, Options{AcrossMachines: seed%2 == 0})
		if r.Count(Regressed)+r.Count(Improved) > 0 {
			t.Errorf("a file against its own lines in another order: %s", text(t, r))
		}
		writeAll(t, r, a)
	})
}

const byteOrderMark = "\ufeff"

func readFuzzed(text []byte) (*record.Record, error) {
	return record.Read(bytes.NewReader(text), "fuzz")
}

// writeAll writes a report in every way.
func writeAll(t *testing.T, r *Report, given ...[]byte) {
	t.Helper()
	for _, write := range []func(io.Writer, *Report) error{
		func(w io.Writer, r *Report) error { return WriteText(w, r, view.Options{}) },
		func(w io.Writer, r *Report) error {
			return WriteJSON(w, r, r.ExitCode(FailOn{Inconclusive: true, Missing: true}))
		},
		WriteMarkdown, WriteJUnit, WriteAnnotations,
	} {
		var out bytes.Buffer
		if err := write(&out, r); err != nil {
			t.Errorf("%v: %+v", err, r)
		}
		for _, bad := range []string{"NaN", "Inf", "%!"} {
			if strings.Contains(out.String(), bad) && !bytes.Contains(bytes.Join(given, nil), []byte(bad)) { // a name may hold it
				t.Errorf("%s in %s", bad, &out)
			}
		}
	}
}

// Real records, too, hold no change in another order: one of a run of ours, with blocks.
func TestRecordsAgainstTheirPermutation(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "example", "results.txt"))
	if err != nil {
		t.Fatal(err)
	}
	base, err := readFuzzed(text)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(5) {
		// Results alone change places: what stands between them is about them.
		var at []int
		lines := bytes.SplitAfter(text, []byte("\n"))
		for i, line := range lines {
			if bytes.HasPrefix(line, []byte("Benchmark")) {
				at = append(at, i)
			}
		}
		rand.New(rand.NewPCG(seed, 2)).Shuffle(len(at), func(i, j int) { lines[at[i]], lines[at[j]] = lines[at[j]], lines[at[i]] })
		for _, other := range [][]byte{bytes.Join(lines, nil), permuted(text, seed)} {
			head, err := readFuzzed(other)
			if err != nil {
				continue
			}
			if r := Files(base, head, Options{}); r.Count(Regressed)+r.Count(Improved) > 0 || !bytes.Equal(text, other) && r.Method != OneRun {
				t.Errorf("seed %d: %s", seed, r.Headline())
			}
		}
	}
}
