package main

import (
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/estimate"
)

// planted is a world of known ratios: a task of 1 ms takes goroutines 0.5 ms with 2
// workers, spawn 0.52, threads 0.6, and processes 1.25; of 1 µs, 10 µs more of a worker.
func planted() world {
	w := usual(2).on(20)
	w.grains = []time.Duration{time.Microsecond, 10 * time.Microsecond, 100 * time.Microsecond, time.Millisecond}
	for name, inflate := range map[string]float64{"goroutines": 1, "spawn": 1.04, "threads": 1.2, "processes": 2.5} {
		w.pools[name] = pool{inflate: inflate}
	}
	p := w.pools["goroutines"]
	p.inline = 10e-6
	w.pools["goroutines"] = p
	return w
}

func at(executor string, workers int) record.Point {
	return record.GridPoint(executor, "work", workers, time.Millisecond)
}

// along are the points of an executor at all grains of the world.
func along(w world, executor string) (out []record.Point) {
	for _, g := range w.grains {
		out = append(out, record.GridPoint(executor, "work", 2, g))
	}
	return out
}

func around(low, high float64) estimate.Estimate {
	return estimate.Estimate{Value: (low + high) / 2, Low: low, High: high, N: 20}
}

func TestJudge(t *testing.T) {
	busy, slow := planted(), planted()
	busy.gave = 1.1
	slow.gave, slow.own = 1.1, true
	one := func(relation reports.Relation, of, against record.Point, value estimate.Estimate, outcome string) reports.Claim {
		return reports.Claim{Relation: relation, Of: []record.Point{of}, Against: []record.Point{against}, Value: value, Outcome: outcome}
	}
	sweep := func(relation reports.Relation, of, against string, value estimate.Estimate, outcome string) reports.Claim {
		return reports.Claim{Relation: relation, Of: along(planted(), of), Against: along(planted(), against), Value: value, Outcome: outcome}
	}
	serial, none := at(record.Serial, 1), estimate.Estimate{}
	for name, test := range map[string]struct {
		world world
		claim reports.Claim
		kind  *kind
		wrong bool
	}{
		"faster":                      {planted(), one(reports.Faster, at("goroutines", 2), at("threads", 2), none, ""), faster, false},
		"slower said to be faster":    {planted(), one(reports.Faster, at("threads", 2), at("goroutines", 2), none, ""), faster, true},
		"equal":                       {planted(), one(reports.EqualTo, at("spawn", 2), at("goroutines", 2), none, ""), equal, false},
		"20 % apart":                  {planted(), one(reports.EqualTo, at("threads", 2), at("goroutines", 2), none, ""), equal, true},
		"helps":                       {planted(), one(reports.Helps, at("threads", 2), serial, none, ""), helps, false},
		"hurts, said to help":         {planted(), one(reports.Helps, at("processes", 2), serial, none, ""), helps, true},
		"no pool":                     {planted(), one(reports.NoGain, at("processes", 2), serial, none, ""), noPool, false},
		"no pool, at 2 ×":             {planted(), one(reports.NoGain, at("goroutines", 2), serial, none, ""), noPool, true},
		"no pool, of a busy machine":  {busy, one(reports.NoGain, at("threads", 2), serial, none, ""), noPool, true},
		"no pool, of a slow one":      {slow, one(reports.NoGain, at("threads", 2), serial, none, ""), noPool, false},
		"rising":                      {planted(), one(reports.Rising, at("goroutines", 2), at("goroutines", 1), none, ""), rising, false},
		"flat, said to rise":          {planted(), one(reports.Rising, at("goroutines", 4), at("goroutines", 2), none, ""), rising, true},
		"speedup":                     {planted(), one(reports.Speedup, at("processes", 2), serial, around(0.79, 0.81), ""), speedup, false},
		"another speedup":             {planted(), one(reports.Speedup, at("processes", 2), serial, around(0.82, 0.84), ""), speedup, true},
		"crossover":                   {planted(), sweep(reports.PaysAbove, "goroutines", "serial", around(9e-6, 11e-6), ""), crossover, false},
		"another crossover":           {planted(), sweep(reports.PaysAbove, "goroutines", "serial", around(12e-6, 13e-6), ""), crossover, true},
		"never pays off":              {planted(), sweep(reports.PaysAbove, "processes", "serial", none, "never"), neverPays, false},
		"never, though it does":       {planted(), sweep(reports.PaysAbove, "goroutines", "serial", none, "never"), neverPays, true},
		"always pays off":             {planted(), sweep(reports.PaysAbove, "threads", "serial", none, "always"), alwaysPays, false},
		"always, though it does not":  {planted(), sweep(reports.PaysAbove, "goroutines", "serial", none, "always"), alwaysPays, true},
		"at the latest":               {planted(), sweep(reports.PaysAbove, "goroutines", "serial", around(100e-6, 100e-6), "at most"), latest, false},
		"too early":                   {planted(), sweep(reports.PaysAbove, "goroutines", "serial", around(1e-6, 1e-6), "at most"), latest, true},
		"more than once":              {planted(), sweep(reports.PaysAbove, "goroutines", "serial", none, "several"), several, true},
		"cannot tell":                 {planted(), sweep(reports.PaysAbove, "goroutines", "serial", none, "cannot tell"), cannotTell, false},
		"half":                        {planted(), sweep(reports.HalfAbove, "goroutines", "serial", around(9e-6, 11e-6), ""), half, false},
		"never half":                  {planted(), sweep(reports.HalfAbove, "processes", "serial", none, "never"), neverHalf, false},
		"never half, though it is":    {planted(), sweep(reports.HalfAbove, "goroutines", "serial", none, "never"), neverHalf, true},
		"always half":                 {planted(), sweep(reports.HalfAbove, "threads", "serial", none, "always"), alwaysHalf, false},
		"always half, though not":     {planted(), sweep(reports.HalfAbove, "goroutines", "serial", none, "always"), alwaysHalf, true},
		"overtakes":                   {planted(), sweep(reports.Overtakes, "goroutines", "threads", around(45e-6, 55e-6), ""), overtake, false},
		"overtakes elsewhere":         {planted(), sweep(reports.Overtakes, "goroutines", "threads", around(60e-6, 70e-6), ""), overtake, true},
		"ahead":                       {planted(), sweep(reports.Overtakes, "spawn", "threads", none, "always"), ahead, false},
		"ahead, though not":           {planted(), sweep(reports.Overtakes, "goroutines", "threads", none, "always"), ahead, true},
		"level":                       {planted(), sweep(reports.DrawsLevel, "goroutines", "spawn", around(1e-3, 1e-3), ""), level, false},
		"level, though not yet":       {planted(), sweep(reports.DrawsLevel, "goroutines", "spawn", around(1e-5, 1e-5), ""), level, true},
		"stays behind":                {planted(), sweep(reports.StaysBehind, "threads", "spawn", around(0.85, 0.88), ""), behind, false},
		"behind, though not":          {planted(), sweep(reports.StaysBehind, "threads", "goroutines", around(0.82, 0.84), ""), behind, true},
		"too slow at most":            {planted(), one(reports.BeatWith, at("processes", 4), serial, around(2, 2), "at most"), atMost, true},
		"needs 2":                     {planted(), one(reports.BeatWith, at("threads", 4), serial, around(2, 2), ""), needs, false},
		"needs 4, though 2 do":        {planted(), one(reports.BeatWith, at("threads", 4), serial, around(4, 4), ""), needs, true},
		"none beats":                  {planted(), one(reports.BeatWith, at("processes", 4), serial, none, "never"), neverBeats, false},
		"none beats, though some do":  {planted(), one(reports.BeatWith, at("threads", 4), serial, none, "never"), neverBeats, true},
		"CPUs missing":                {busy, one(reports.Missing, at("threads", 4), serial, none, ""), absent, false},
		"CPUs missing, though not":    {planted(), one(reports.Missing, at("threads", 4), serial, none, ""), absent, true},
		"few CPUs":                    {slow, one(reports.CapacityIs, at("threads", 4), serial, none, ""), ownCPUs, false},
		"few CPUs, though not":        {busy, one(reports.CapacityIs, at("threads", 4), serial, none, ""), ownCPUs, true},
		"cannot tell whether it does": {planted(), one(reports.MayGain, at("threads", 4), serial, none, ""), cannotTell, false},
	} {
		found, err := test.world.judge(test.claim, []reports.Claim{test.claim})
		if err != nil || found[0].kind != test.kind || found[0].wrong != test.wrong {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if _, err := planted().judge(one("new", serial, serial, none, ""), nil); err == nil || !strings.Contains(err.Error(), "not judged") {
		t.Errorf("%v", err)
	}
}

// What a cut-over loses is the most at any size, by either arm.
func TestCutOverLoses(t *testing.T) {
	w := planted() // goroutines lose a factor 5.5 at 1 µs, and are level at 10 µs, and gain 1.8 at 100 µs
	for _, test := range []struct {
		at, most float64
		wrong    bool
	}{{10e-6, 0.01, false}, {0.5e-6, 4.51, false}, {0.5e-6, 4, true}, {1, 0.99, false}, {1, 0.5, true}} {
		points, base := along(w, "goroutines"), along(w, record.Serial)
		cut := reports.Claim{Subject: "a", Relation: reports.CutOver, Of: points, Against: base, Value: around(test.at, test.at)}
		lost := reports.Claim{Subject: "a", Relation: reports.CutOverLoses, Of: points, Against: base, Value: around(0, test.most)}
		found, err := w.judge(lost, []reports.Claim{cut, lost})
		if err != nil || found[0].wrong != test.wrong {
			t.Errorf("%+v: %+v, %v", test, found, err)
		}
	}
}

// R50 of a cost that every task has is 2, and 1 of what one place hands out.
func TestOverFloor(t *testing.T) {
	w := planted()
	w.grains = []time.Duration{1, 1000, 1e6}
	w.pools["spawn"] = pool{inflate: 1, dispatch: 1e-6}
	for executor, want := range map[string]float64{"goroutines": 2, "spawn": 1} {
		if got := w.overFloor(reports.Claim{Of: along(w, executor)}); got < 0.99*want || got > 1.01*want {
			t.Errorf("%s: %v", executor, got)
		}
	}
}
