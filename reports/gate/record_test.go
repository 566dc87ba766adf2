package gate

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
)

// A comparison that an earlier version of the program measured (30 benchmarks, one of
// them 12 % slower) has the verdicts, to the byte, that it had then.
func TestStored(t *testing.T) {
	stored := filepath.Join("..", "..", "bench", "cmd", "poolbench", "testdata", "stored")
	rec, err := record.ReadFile(filepath.Join(stored, "comparison.txt"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(stored, "verdict.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	r := Stored(rec, Options{})
	if err := WriteJSON(&got, r, r.ExitCode(FailOn{})); err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the verdicts are not those of the program that measured it:\n%s", got.String())
	}
}

// The first block is not judged when it was cut short; a later one is, as far as it goes,
// and its layout and host are not known.
func TestJudgeCutShort(t *testing.T) {
	_, c := measure(t, Options{}, 30, quiet, planted{promise: both("A"), sigma: 0.01, change: 0.2}, planted{promise: both("B"), sigma: 0.01})
	first := c.blocks[0]
	first.Host = nil
	if r := Stored(comparison{c.promised, []record.Block{first}}.write(t), Options{}); r.Blocks != 0 || r.Count(Inconclusive) != 2 {
		t.Errorf("only a first block that was cut short: %+v", r)
	}
	rest := comparison{c.promised, c.blocks[1:]}
	if got, want := Stored(rest.write(t, first), Options{}), Stored(rest.write(t), Options{}); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n%s", text(t, got), text(t, want))
	}
	whole := Stored(c.write(t), Options{})
	last := &c.blocks[len(c.blocks)-1]
	last.Host, last.Results = nil, last.Results[:2]
	r := Stored(c.write(t), Options{})
	if r.Blocks != whole.Blocks || find(t, r, "A", "sec/op").Ratio.N != find(t, whole, "A", "sec/op").Ratio.N {
		t.Errorf("a last block that was cut short: %+v", r)
	}
	if r := Stored(comparison{c.promised, []record.Block{{Number: 1, Host: &quiet}}}.write(t), Options{}); r.Blocks != 0 {
		t.Errorf("a block of nothing: %+v", r)
	}
}

// A result of one turn needs no line of turns.
func TestJudgeOneTurn(t *testing.T) {
	p := both("A")
	base, head := p.Point(), p.Point()
	base.Side, head.Side = "base", "head"
	j := NewJudge(Options{}, []record.Promise{p})
	for n := range 30 {
		j.Add(record.Block{Number: n + 1, Host: &quiet, Results: []record.Result{
			{Point: base, Values: map[string]float64{record.UnitTime: 1e-6 + 1e-10*float64(n%3)}}, {Point: head, Values: map[string]float64{record.UnitTime: 1.2e-6}}}})
	}
	if c := find(t, j.Report(), "A", "sec/op"); c.Verdict != Regressed || math.Abs(c.Head-1.2e-6) > 1e-15 {
		t.Errorf("%+v", c)
	}
}

// What is known of a unit decides: of the table, declared in the record or told in
// rules, and rules mean the unit however it is written.
func TestJudgeUnits(t *testing.T) {
	worse := func(unit string, base, head float64) planted {
		name := strings.NewReplacer("/", "-per-").Replace(unit)
		return planted{promise: both(name), sigma: 0.01, extra: map[string][2]float64{unit: {base, head}}}
	}
	benchmarks := []planted{worse("B/s", 2e6, 1e6), worse("req/s", 2000, 1000), worse("user-sec/op", 1e-6, 2e-6),
		worse("sec/key", 1e-8, 2e-8), worse("faults/op", 0, 3), worse("tasks/op", 10, 20), worse("one-B", 1000, 1005)}
	_, c := measure(t, Options{}, 30, quiet, benchmarks...)
	for _, test := range []struct {
		name, rules string
		declared    []record.Unit
		want        map[string]Verdict
	}{
		{"table", "", nil, map[string]Verdict{"B/s": Regressed, "req/s": Regressed, "user-sec/op": Regressed}},
		{"declared", "", []record.Unit{{Name: "faults/op", Better: -1}, {Name: "one-B", Better: -1, Rough: true}, {Name: "req/s", Better: -1}},
			map[string]Verdict{"B/s": Regressed, "faults/op": Regressed, "one-B": NoChange, "req/s": Improved, "user-sec/op": Regressed}},
		{"rules", "better * ns/key lower\nbetter * MB/s lower\naccept * ns/key 150% 2027-01-01 known\nlimit user-sec* user-ns/op 300%", nil,
			map[string]Verdict{"req/s": Regressed, "sec/key": Accepted, "B/s": Improved, "user-sec/op": NoChange}},
	} {
		rec := c.write(t)
		rec.Facts.Units = test.declared
		r := Stored(rec, Options{Rules: rulesOf(t, test.rules)})
		got := map[string]Verdict{}
		for _, c := range r.Cases {
			if c.Unit != record.UnitTime {
				got[c.Unit] = c.Verdict
			}
		}
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v\n%s", test.name, got, test.want, text(t, r))
		}
	}
}

// What reports no time is judged by the units that it has, for as long as they leave a
// doubt; a time that one build has is missing or new.
func TestJudgeUntimed(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 1))
	vary := func(v float64) func() float64 {
		return func() float64 { return v * math.Exp(0.02*noise.NormFloat64()) }
	}
	always := func(v float64) func() float64 { return func() float64 { return v } }
	type values map[string]func() float64
	for _, test := range []struct {
		name       string
		base, head values
		want       map[string]Verdict
		asked      int // least blocks that are asked for, of 60
	}{
		{"rate falls", values{"req/s": always(1000)}, values{"req/s": always(800)}, map[string]Verdict{"req/s": Regressed}, screenBlocks},
		{"rate falls, and varies", values{"req/s": vary(1000)}, values{"req/s": vary(800)}, map[string]Verdict{"req/s": Regressed}, screenBlocks + extraBlocks},
		{"rate rises", values{"req/s": always(1000)}, values{"req/s": always(1200)}, map[string]Verdict{"req/s": Improved}, screenBlocks},
		{"rate falls to nothing", values{"req/s": always(1000)}, values{"req/s": always(0)}, map[string]Verdict{"req/s": Regressed}, screenBlocks},
		{"throughput", values{"B/s": always(1000)}, values{"B/s": always(800)}, map[string]Verdict{"B/s": Regressed}, screenBlocks},
		{"same", values{"req/s": vary(1000)}, values{"req/s": vary(1000)}, map[string]Verdict{"req/s": NoChange}, screenBlocks},
		{"far too noisy", values{"req/s": func() float64 { return math.Exp(3 * noise.NormFloat64()) }}, values{"req/s": func() float64 { return math.Exp(3 * noise.NormFloat64()) }},
			map[string]Verdict{"req/s": Inconclusive}, 60},
		{"two units", values{"req/s": always(1000), "user-sec/op": always(1)}, values{"req/s": always(1000), "user-sec/op": always(2)},
			map[string]Verdict{"req/s": NoChange, "user-sec/op": Regressed}, screenBlocks},
		{"nobody knows", values{"hits/op": always(1)}, values{"hits/op": always(2)}, map[string]Verdict{"sec/op": Inconclusive}, screenBlocks},
		{"no time in head", values{"sec/op": always(1), "req/s": always(1000)}, values{"req/s": always(800)}, map[string]Verdict{"sec/op": Missing, "req/s": Regressed}, screenBlocks},
		{"no time in base", values{"req/s": always(1000)}, values{"sec/op": always(1), "req/s": always(800)}, map[string]Verdict{"sec/op": New, "req/s": Regressed}, screenBlocks},
		{"nothing in common", values{"req/s": always(1000)}, values{"user-sec/op": always(800)}, map[string]Verdict{"sec/op": Inconclusive}, screenBlocks},
		{"no time that is one", values{"sec/op": always(0)}, values{"sec/op": always(1)}, map[string]Verdict{"sec/op": Failed}, 60},
		{"a time at first", values{"sec/op": always(1), "allocs/op": always(1)}, nil, map[string]Verdict{"sec/op": Failed}, 6},
	} {
		c := comparison{promised: []record.Promise{both("A")}}
		j := NewJudge(Options{}, c.promised)
		asked := 0
		for n := 1; n <= 60 && len(j.Next()) > 0; n++ {
			block := record.Block{Number: n, Host: &quiet}
			for side, from := range map[string]values{"base": test.base, "head": test.head} {
				p := c.promised[0].Point()
				p.Side = side
				r := record.Result{Point: p, Values: map[string]float64{}}
				if from == nil {
					from = maps.Clone(test.base)
					if n > 5 {
						delete(from, "sec/op")
					}
				}
				for unit, v := range from {
					r.Values[unit] = v()
				}
				block.Results = append(block.Results, r)
			}
			asked++
			c.blocks = append(c.blocks, block)
			j.Add(block)
		}
		r := j.Report()
		got := map[string]Verdict{}
		for _, c := range r.Cases {
			got[c.Unit] = c.Verdict
		}
		if !maps.Equal(got, test.want) || asked < test.asked || test.asked < 60 && asked > test.asked+1 && test.name != "same" {
			t.Errorf("%s: %v, want %v; %d blocks\n%s", test.name, got, test.want, asked, text(t, r))
		}
		if again := Stored(c.write(t), Options{}); text(t, r) != strings.Replace(text(t, again), "Note      Something. Nothing.\n", "", 1) {
			t.Errorf("%s: judged again:\n%s\nwant\n%s", test.name, text(t, again), text(t, r))
		}
	}
}

// Times that may be zero are compared by the nanosecond, as they were counted.
func TestUnitsWithZero(t *testing.T) {
	at := func(unit string, base, head float64) float64 {
		p := pair{side{values: map[string]float64{unit: base}}, side{values: map[string]float64{unit: head}}}
		zero := pair{side{values: map[string]float64{unit: 0}}, side{values: map[string]float64{unit: 0}}}
		rules := &Rules{rules: []rule{{word: "better", unit: unit, value: -1}}}
		return Options{Rules: rules}.withDefaults().unitOf([]pair{p, zero}, 0, unit).worse[0]
	}
	for _, test := range []struct {
		unit       string
		base, head float64
	}{{"allocs/op", 0, 3}, {"sec/key", 0, 3e-9}, {"wait-sec", 0, 3e-9}, {"seconds", 0, 3}} {
		if got := at(test.unit, test.base, test.head); math.Abs(got-math.Log(4)) > 1e-12 {
			t.Errorf("%s: %v, want ln 4", test.unit, got)
		}
	}
}

// Grids with axes that nobody knows are judged like any other, and their axes shown.
func TestFilesUnknownAxes(t *testing.T) {
	w := world{blocks: 12, noise: 0.02, drift: 0.3, seed: 1}
	for _, planet := range []string{"mars", "venus"} {
		for _, moons := range []string{"2", "10"} {
			w.names = append(w.names, "Grid/executor=conc/workload=spin/workers=2/grain=1000/planet="+planet+"/moons="+moons)
		}
	}
	rec := w.write(t)
	r := Files(rec, scaledCopy(rec, w.names[2], 1.3), Options{})
	if len(r.Cases) != 4 || r.Count(Regressed) != 1 || r.Cases[0].Name != w.names[2]+"-2" || r.Count(NoChange) != 3 {
		t.Errorf("%+v", r.Cases)
	}
	if text := text(t, r); !strings.Contains(text, "Slower    conc × 2, spin, 1 µs, moons=2, planet=venus  ") {
		t.Error(text)
	}
	_, c := measure(t, Options{}, 1, quiet, planted{promise: both("A"), sigma: 0.01})
	if r := Files(rec, c.write(t), Options{}); r.NotComparable != "file.txt is a comparison of two builds, which is judged by itself" {
		t.Errorf("%+v", r)
	}
	if got := display("Grid/executor=conc/workload=spin/workers=2/grain=1000-4"); got != "conc × 2, spin, 1 µs, gomaxprocs=4" {
		t.Error(got)
	}
}

// A busy machine is no reason for what has no number on a quiet one either.
func TestBusyHidesNoReason(t *testing.T) {
	p := both("A")
	base, head := p.Point(), p.Point()
	base.Side, head.Side = "base", "head"
	busy := record.Host{Steal: 0, Others: 0.6, Waited: 0.4, Load: 3}
	j := NewJudge(Options{}, []record.Promise{p})
	for n := range screenBlocks {
		j.Add(record.Block{Number: n + 1, Host: &busy, Results: []record.Result{
			{Point: base, Values: map[string]float64{"hits/op": 1}}, {Point: head, Values: map[string]float64{"hits/op": 2}}}})
	}
	r := j.Report()
	if c := find(t, r, "A", "sec/op"); r.Busy == "" || c.Verdict != Inconclusive || !strings.HasPrefix(c.Reason, "reports no time") {
		t.Errorf("busy: %q, %+v", r.Busy, c)
	}
}

// What a process needs beside time is a result only where it is shown to be worse by its own
// limit, and is no reason to be unsure; where a benchmark has nothing else, a rule is asked for.
func TestIncidentalUnits(t *testing.T) {
	rss := func(base, head, jitter float64) planted {
		return planted{promise: both("A"), sigma: 0.01, extra: map[string][2]float64{record.UnitPeakRSS: {base, head}, record.UnitVoluntary: {0, 0}},
			jitter: map[string]float64{record.UnitPeakRSS: jitter}}
	}
	for name, test := range map[string]struct {
		planted planted
		rules   string
		want    []Verdict // of units beside time
	}{
		"twice as much":      {rss(10<<20, 20<<20, 0.05), "", []Verdict{Regressed}},
		"always the same":    {rss(10<<20, 20<<20, 0), "", []Verdict{Regressed}},
		"a page more":        {rss(10<<20, 10<<20+4096, 0), "", nil},
		"10 % more":          {rss(10<<20, 11<<20, 0.01), "", nil},
		"10 % more, limited": {rss(10<<20, 11<<20, 0.01), "limit * peak-rss-bytes 5%", []Verdict{Regressed}},
		"noisy":              {rss(10<<20, 10<<20, 0.5), "", nil},
		"accepted":           {rss(10<<20, 20<<20, 0.05), "accept A peak-rss-bytes 150% 2027-01-01 caches", []Verdict{Accepted}},
	} {
		j, _ := measure(t, Options{Rules: rulesOf(t, test.rules)}, 60, quiet, test.planted)
		r := j.Report()
		var got []Verdict
		for _, c := range r.Cases {
			if c.Unit != record.UnitTime {
				got = append(got, c.Verdict)
			}
		}
		if !slices.Equal(got, test.want) || len(r.Warnings) > 0 {
			t.Errorf("%s: %v, want %v\n%s", name, got, test.want, text(t, r))
		}
	}
}
