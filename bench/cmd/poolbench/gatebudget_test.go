package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/gate"
)

// A paced comparison has blocks of a known length, shorter where they have to be.
type paced struct {
	played
	block, least time.Duration
}

func (p paced) Fit(blocks int, within time.Duration) time.Duration {
	return max(p.least, min(p.block, within/time.Duration(blocks)))
}

// How long it takes is said before measuring, and so is that a budget cannot suffice, with
// what would.
func TestFitBudget(t *testing.T) {
	for _, test := range []struct {
		name         string
		benchmarks   int
		given        time.Duration
		block, least time.Duration
		budget       time.Duration
		said, cure   string
	}{
		{"default", 10, 0, time.Second, time.Second, leastBudget, "10 benchmarks, 24 blocks of all that are needed take about 24s; what is in doubt then is measured on, 3m0s at most", ""},
		{"long blocks", 10, 0, 10 * time.Second, time.Second, 440 * time.Second, "take about 4m0s; what is in doubt then is measured on, 7m20s at most", ""},
		{"very long blocks", 60, 0, time.Minute, 10 * time.Second, mostBudget, "27 blocks of all that are needed take about 10m0s", ""},
		{"too long for the default", 60, 0, time.Minute, 40 * time.Second, mostBudget, "10m0s cannot suffice for 60 benchmarks: 27 blocks are needed, which take about 18m0s.", "-budget 19m50s, or 34 benchmarks by -bench or -pkg."},
		{"given", 61, time.Minute, 5 * time.Second, time.Second, time.Minute, "61 benchmarks, 27 blocks of all that are needed take about 1m0s; what is in doubt then is measured on, 1m0s at most", ""},
		{"given, too short", 61, time.Minute, 5 * time.Second, 5 * time.Second, time.Minute, "1m0s cannot suffice for 61 benchmarks: 27 blocks are needed, which take about 2m15s.", "-budget 2m30s, or 28 benchmarks by -bench or -pkg."},
		{"given, far too short", 2, time.Second, time.Second, time.Second, time.Second, "1s cannot suffice for 2 benchmarks: 22 blocks are needed, which take about 22s.", "-budget 25s."},
	} {
		var stderr bytes.Buffer
		var promised []record.Promise
		for range test.benchmarks {
			promised = append(promised, record.Promise{Role: record.Judged, InBase: true, InHead: true})
		}
		f := &buildFlags{budget: test.given}
		warnings := f.fit(paced{block: test.block, least: test.least}, gate.Options{}, promised, &gateProgress{out: &stderr})
		cure := ""
		if len(warnings) > 0 {
			cure = warnings[0].Cure
		}
		if f.budget != test.budget || !strings.Contains(stderr.String(), test.said) || cure != test.cure {
			t.Errorf("%s: budget %v, want %v; cure %q, want %q; said %s", test.name, f.budget, test.budget, cure, test.cure, stderr.String())
		}
	}
}

func TestShellQuoted(t *testing.T) {
	for word, want := range map[string]string{"main": "main", "./...": "./...", "^A$|^B$": "'^A$|^B$'", "it's": `'it'\''s'`, "": "''"} {
		if got := shellQuoted(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}

// The command that measures again says what was said, and nothing that was not.
func TestAgain(t *testing.T) {
	f := &gateFlags{limit: gate.DefaultSlowdown}
	f.builds = buildFlags{base: "main", head: headDefault, seeds: defaultSeeds}
	if got, want := f.again([]string{"m/a", "m/b"}, []string{"A", "B/x=1"}), "poolbench gate -base main -pkg m/a,m/b -bench '^BenchmarkA$|^BenchmarkB$/^x=1$'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	f.limit, f.rules = 0.02, "my rules"
	f.builds = buildFlags{baseBin: "a.test", headBin: "b.test", cpu: []int{1, 2}, seeds: 4, patience: time.Minute}
	if got, want := f.again([]string{""}, []string{"A"}), "poolbench gate -base-bin a.test -head-bin b.test -bench '^BenchmarkA$' -cpu 1,2 -limit 2% -rules 'my rules' -timeout 1m0s -seeds 4"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Places are in the checkout, by the path that a pull request has them by.
func TestSources(t *testing.T) {
	benchRepo(t)
	s := newSources(t.Context())
	if file, line := s.find("example.com/m", "BenchmarkB"); file != "m_test.go" || line != 18 {
		t.Errorf("%s:%d", file, line)
	}
	for _, nowhere := range [][2]string{{"example.com/m", "BenchmarkNone"}, {"example.com/none", "BenchmarkB"}, {"", "BenchmarkB"}} {
		if file, line := s.find(nowhere[0], nowhere[1]); line != 0 {
			t.Errorf("%v: %s:%d", nowhere, file, line)
		}
	}
}
