package main

import (
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
)

// A few records of each truth: all that is said can be judged, and no bar is surely missed.
func TestFewRecords(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"-records", "4"}, &out, io.Discard); err != nil {
		t.Error(err)
	}
	t.Log(out.String())
	for _, k := range kinds {
		if !strings.Contains(out.String(), k.name) {
			t.Errorf("no row for %s", k.name)
		}
	}
	for _, m := range musts {
		if strings.Count(out.String(), m.what) == 0 {
			t.Errorf("no row for %s", m.what)
		}
	}
}

func TestUsage(t *testing.T) {
	for args, want := range map[string]string{
		"-records 0": "-records 0: at least 1 is needed", "-only nothing": `-only "nothing": no truth has such a name`, "more": `unexpected argument "more"`,
	} {
		if err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard); err == nil || err.Error() != want {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// The same seed plants the same record; grids have at most 30 points, and what was planted
// was measured.
func TestTruths(t *testing.T) {
	for _, truth := range truths {
		for seed := range uint64(20) {
			plant := func() (world, *record.Record) {
				rng := rand.New(rand.NewPCG(seed, 1))
				w := truth.plant(rng)
				rec, err := w.record(rng)
				if err != nil {
					t.Fatal(err)
				}
				return w, rec
			}
			w, rec := plant()
			if n := len(w.points()); n > 30 {
				t.Errorf("%s: %d points", truth.name, n)
			}
			if _, again := plant(); len(again.Results) != len(rec.Results) || again.Results[0].Values[record.UnitTime] != rec.Results[0].Values[record.UnitTime] {
				t.Errorf("%s: the same seed plants another record", truth.name)
			}
			if most := w.blocks * (len(w.points()) + cpus); len(rec.Results) > most || w.missing == 0 && len(rec.Results) < most {
				t.Errorf("%s: %d results of %d", truth.name, len(rec.Results), most)
			}
			for _, name := range w.executors {
				if w.pools[name].inflate <= 0 {
					t.Errorf("%s: %s takes no time", truth.name, name)
				}
			}
		}
	}
}

// A bar is missed when the whole interval is beyond it.
func TestBars(t *testing.T) {
	for _, test := range []struct {
		wrong, of int
		missed    bool
	}{{0, 1000, false}, {1, 1000, false}, {3, 100, false}, {30, 1000, true}, {1, 1, true}} {
		tally := newTally(&config{records: 1})
		for i := range test.of {
			tally.add(plant{}, answer{findings: []finding{{faster, i < test.wrong}}, texts: []string{""}})
		}
		if tally.print(io.Discard, false); tally.missed != test.missed {
			t.Errorf("%d of %d: missed is %v", test.wrong, test.of, tally.missed)
		}
	}
	for _, test := range []struct {
		said   int
		missed bool
	}{{100, false}, {75, false}, {60, true}} {
		p := plant{truth: musts[0].truth, must: &musts[0]}
		tally := newTally(&config{records: 1})
		tally.plants = []plant{p}
		tally.add(p, answer{said: test.said, of: 100})
		if tally.print(io.Discard, true); tally.missed != test.missed {
			t.Errorf("%d of 100 said: missed is %v", test.said, tally.missed)
		}
	}
}

// What was not said of a record is counted as such.
func TestMusts(t *testing.T) {
	for _, m := range musts {
		w := m.plant(rand.New(rand.NewPCG(1, 1)))
		if said, of := m.said(w, []reports.Claim{{Relation: reports.MayGain}}); said != 0 || of == 0 {
			t.Errorf("%s: %d of %d", m.what, said, of)
		}
	}
	w := usual(1.7).betterAt(rand.New(rand.NewPCG(1, 1)), 0.1)
	for _, executor := range w.executors {
		said, _ := namedFaster(w, []reports.Claim{{Relation: reports.Faster, Of: []record.Point{record.GridPoint(executor, "work", w.betterWorkers, 1)}}})
		if (said == 1) != (executor == w.better) {
			t.Errorf("%s is better, and %s named: %d", w.better, executor, said)
		}
	}
}
