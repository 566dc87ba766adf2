package checker_test

import (
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/checker"
	"poolbench/reports/planted"
)

var long = flag.Bool("long", false, "TestRandomRecords: ten times as many records, for a minute or two")

// answers are all sentences of a record: those of the questions, and the choices of all
// sizes of task, which stand in tables.
func answers(rec *record.Record) []reports.Section {
	s := reports.NewSet(rec)
	choices := reports.Section{Name: "choices"}
	for _, x := range reports.Scalings(s) {
		sentence := reports.Chosen(s, x)
		sentence.Subject = x.Title()
		choices.Sentences = append(choices.Sentences, sentence)
	}
	return append(reports.Answer(s, reports.Questions()...), choices)
}

func check(t *testing.T, rec *record.Record) {
	t.Helper()
	for _, err := range checker.Check(rec, answers(rec)) {
		t.Error(err)
	}
}

func TestStoredRecords(t *testing.T) {
	for _, path := range []string{"../example/results.txt", "../../bench/cmd/poolbench/testdata/stored/comparison.txt", "../testdata/runtimes.txt.gz"} {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		text := io.Reader(file)
		if strings.HasSuffix(path, ".gz") {
			if text, err = gzip.NewReader(file); err != nil {
				t.Fatal(err)
			}
		}
		rec, err := record.Read(text, path)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(path, func(t *testing.T) { check(t, rec) })
	}
}

func TestPlantedRecords(t *testing.T) {
	for blocks, noise := range map[int]float64{2: 0.15, 4: 0.03, 7: 0.15, 20: 0.03} {
		all := planted.Worlds(1, blocks, noise)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			t.Run(fmt.Sprintf("%s/%d blocks/noise %v", name, blocks, noise), func(t *testing.T) {
				rec, err := all[name].Record()
				if err != nil {
					t.Fatal(err)
				}
				check(t, rec)
			})
		}
	}
}

// Records of anything: few values that come often, so that there are ties and exact
// equality, missing points and blocks, failures, repeated results, odd units.
func TestRandomRecords(t *testing.T) {
	trials := []int{184} // two runtimes without a block in common
	for seed := range 6 {
		trials = append(trials, seed)
	}
	for seed := 6; *long && seed < 200; seed++ {
		trials = append(trials, seed)
	}
	for _, seed := range trials {
		text := randomText(rand.New(rand.NewPCG(uint64(seed), 5)), 24)
		rec, err := record.Read(strings.NewReader(text), "random.txt")
		if err != nil {
			t.Fatal(err)
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) { check(t, rec) })
	}
}

func randomText(rng *rand.Rand, most int) string {
	var out strings.Builder
	pick := func(from ...string) string { return from[rng.IntN(len(from))] }
	fmt.Fprintf(&out, "# fact cores %d\n# fact workload {\"name\":\"w\",\"resource\":%q}\n", rng.IntN(5), pick("cpu", "wait", "mixed"))
	sents := []string{""}
	if rng.IntN(3) == 0 {
		sents = append(sents, "/payload=64", "/payload=5000", "/payload=1000000")[:1+rng.IntN(4)]
	}
	numbered, spread := rng.IntN(4) > 0, []float64{0, 0.02, 0.5, 5}[rng.IntN(4)]
	levels := map[string]float64{}
	executors := []string{"serial", "goroutines", "spawn", "x9", "y"}[:2+rng.IntN(4)]
	runtime, units := map[string]string{}, ""
	if rng.IntN(3) == 0 {
		out.WriteString("# fact source {\"name\":\"r\",\"baseline\":\"r-serial\",\"executors\":[\"r-serial\",\"r-spawn\",\"r-x9\"]}\n")
		for _, executor := range []string{"r-serial", "r-spawn", "r-x9"} {
			executors, runtime[executor] = append(executors, executor), "/runtime=r-1.2"
		}
		units = pick("", "/units=7")
	}
	sizes, works, missing := []int{1, 2, 4, 8}[:1+rng.IntN(4)], []int{0, 300, 2000, 10_000, 70_000, 1_000_000}[rng.IntN(6):], 0.3*rng.Float64()
	for b := range 1 + rng.IntN(most) {
		if numbered {
			fmt.Fprintf(&out, "# block %d\n", b+1+rng.IntN(2)*rng.IntN(3))
		}
		if b == 0 && rng.IntN(2) == 0 {
			for _, work := range works {
				fmt.Fprintf(&out, "# fact expected {\"what\":\"Grid/workload=w/grain=%d%s\",\"of\":%q,\"tasks\":%d,\"serial\":%g,\"slots\":%d}\n", work, sents[rng.IntN(len(sents))],
					pick("capacity", "bandwidth", "workers"), rng.IntN(2)*rng.IntN(20), float64(rng.IntN(2)*rng.IntN(5))/4, rng.IntN(2)*rng.IntN(5))
			}
		}
		if rng.IntN(3) > 0 {
			fmt.Fprintf(&out, "BenchmarkBandwidth/workers=1 1 1 sec/op\nBenchmarkBandwidth/workers=2 1 %g sec/op\n", 1+rng.Float64()*spread)
		}
		if rng.IntN(2) == 0 {
			fmt.Fprintf(&out, "BenchmarkCapacity/workers=1 1 1 sec/op\nBenchmarkCapacity/workers=2 1 %g sec/op\n", 1+rng.Float64()*spread)
		}
		for _, pool := range []string{"a", "b", "c9"} {
			rng := rand.New(rand.NewPCG(uint64(out.Len()), 8))
			if rng.Float64() < missing {
				continue
			}
			fmt.Fprintf(&out, "BenchmarkFaults/pool=%s/workers=2/fault=%s/rate=0.01 1 1 sec/op %d lost/op", pool, []string{"exit", "hang"}[rng.IntN(2)], rng.IntN(4))
			if rng.IntN(3) > 0 {
				fmt.Fprintf(&out, " %g notice-sec/op %g recovery-sec/op", math.Exp(spread*rng.NormFloat64()), float64(rng.IntN(3)+b%2))
			}
			out.WriteString("\n")
		}
		for _, executor := range executors {
			for _, n := range sizes {
				for i := range len(works) * len(sents) {
					work, sent := works[i/len(sents)], sents[i%len(sents)]
					if rng.Float64() < missing {
						continue
					}
					name := fmt.Sprintf("Grid/executor=%s/workload=w/workers=%d/grain=%d", executor, n, work)
					name += sent
					if work == 0 {
						name += units
					}
					name += runtime[executor]
					if rng.IntN(60) == 0 && numbered {
						fmt.Fprintf(&out, "# fact failed {\"name\":%q,\"reason\":\"exit 3\"}\n", name)
						continue
					}
					if levels[name] == 0 {
						levels[name] = math.Exp(float64(rng.IntN(5))-2) * float64(work+100) * 1e-9
					}
					fmt.Fprintf(&out, "Benchmark%s 1 %g sec/op %d tasks/op", name, levels[name]*math.Exp(spread*math.Round(4*rng.NormFloat64())/4), 1+rng.IntN(2)*rng.IntN(9))
					for _, unit := range []string{record.UnitTaskTime, record.UnitTaskShare, record.UnitCPUPart, record.UnitWaitPart, record.UnitBytes, "odd/s", record.UnitP50, record.UnitP99} {
						if rng.IntN(3) == 0 {
							fmt.Fprintf(&out, " %g %s", float64(rng.IntN(9))*math.Exp(4*rng.NormFloat64())*1e-6, unit)
						}
					}
					out.WriteString("\n")
				}
			}
		}
	}
	return out.String()
}

// Pools and executors may be called by a number, which then stands in sentences.
func TestNumbersAsNames(t *testing.T) {
	text := strings.NewReplacer("pool=c9", "pool=9", "executor=goroutines", "executor=17").Replace(randomText(rand.New(rand.NewPCG(1, 6)), 7))
	rec, err := record.Read(strings.NewReader(text), "names.txt")
	if err != nil {
		t.Fatal(err)
	}
	check(t, rec)
	if !strings.Contains(text, "pool=9") || !strings.Contains(text, "executor=17") {
		t.Error("the record has no such names")
	}
}

// FuzzClaims asks anything that is a record.
func FuzzClaims(f *testing.F) {
	for seed := range uint64(8) {
		f.Add([]byte(randomText(rand.New(rand.NewPCG(seed, 6)), 7)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, err := record.Read(strings.NewReader(string(text)), "fuzz")
		if err != nil || len(rec.Results) > 500 {
			return
		}
		check(t, rec)
	})
}
