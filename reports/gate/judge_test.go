package gate

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/view"
	"poolbench/reports/words"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// A planted benchmark has a known truth.
type planted struct {
	promise record.Promise
	sigma   float64                 // noise of a block's log ratio
	change  float64                 // true log ratio
	tail    float64                 // factor on one turn in eight of head
	layout  func(links int) float64 // true log ratio on top, by pair of links; nil for none
	extra   map[string][2]float64   // units beside time
	jitter  map[string]float64      // noise of those units
	once    float64                 // added to each of those values in every other one, by chance
	takes   float64                 // factor on all times; 0 means 1
	failsAt int                     // block in which head fails; 0 never
	reason  string
}

func both(name string) record.Promise {
	return record.Promise{Pkg: "example.com/p", Name: name + "-2", Role: record.Judged, InBase: true, InHead: true}
}

func control(name string, role record.Role) record.Promise {
	return record.Promise{Name: name + "-2", Role: role, InBase: true, InHead: true}
}

// A comparison is what was promised and measured.
type comparison struct {
	promised []record.Promise
	blocks   []record.Block
}

// write is the comparison as a record.
func (c comparison) write(t testing.TB, blocks ...record.Block) *record.Record {
	t.Helper()
	var text bytes.Buffer
	w := record.NewWriter(&text, nil)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(w.Fact("builds", record.Builds{Base: "main (1a2b)", Head: "worktree"}))
	check(w.Fact("warning", record.Warning{Topic: "builds", What: "Something.", Cure: "Nothing."}))
	for _, p := range c.promised {
		check(w.Fact("promise", p))
	}
	for _, b := range append(blocks, c.blocks...) {
		check(w.Block(b.Number))
		for _, r := range b.Results {
			check(w.Result(r))
		}
		for _, f := range b.Failures {
			check(w.Failure(f.Point, f.Reason))
		}
		if b.Host != nil {
			check(w.Fact("host", b.Host))
		}
	}
	return parse(t, text.String())
}

// measure runs the judge on planted benchmarks for at most the given blocks.
func measure(t testing.TB, o Options, most int, host record.Host, benchmarks ...planted) (*Judge, comparison) {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, 13))
	by := map[record.Point]planted{}
	var c comparison
	for _, p := range benchmarks {
		by[p.promise.Point()] = p
		c.promised = append(c.promised, p.promise)
	}
	j := NewJudge(o, c.promised)
	for number := 1; number <= most; number++ {
		next := j.Next()
		if len(next) == 0 {
			break
		}
		host.Links = (number - 1) % 16
		b := record.Block{Number: number, Host: new(record.Host)}
		*b.Host = host
		for _, point := range next {
			planted := by[point]
			shift := planted.change
			if planted.layout != nil {
				shift += planted.layout(host.Links)
			}
			p := simulatePair(rng, planted.sigma, shift)
			if planted.tail > 0 {
				for i := range p.head.turns {
					if rng.IntN(8) == 0 {
						p.head.turns[i] *= planted.tail
					}
				}
			}
			for i := range p.base.turns {
				p.base.turns[i] *= cmp.Or(planted.takes, 1)
				p.head.turns[i] *= cmp.Or(planted.takes, 1)
			}
			p.base.values, p.head.values = map[string]float64{}, map[string]float64{}
			for unit, v := range planted.extra {
				for i := range v {
					v[i] *= math.Exp(planted.jitter[unit] * rng.NormFloat64())
					if planted.once > 0 {
						v[i] += planted.once * float64(rng.IntN(2))
					}
				}
				p.base.values[unit], p.head.values[unit] = v[0], v[1]
			}
			if planted.failsAt > 0 && number >= planted.failsAt {
				p = pair{base: side{turns: p.base.turns}, head: side{failure: planted.reason}}
			}
			put(&b, point, p)
		}
		c.blocks = append(c.blocks, b)
		j.Add(b)
	}
	return j, c
}

func find(t testing.TB, r *Report, name, unit string) Case {
	t.Helper()
	for _, c := range append(r.Cases, r.Controls...) {
		if c.Name == name+"-2" && c.Unit == unit {
			return c
		}
	}
	t.Fatalf("no %s %s in %+v", name, unit, r.Cases)
	return Case{}
}

var quiet = record.Host{Steal: 0, Others: 0.05, Waited: 0.01, Load: 0.7}

// everything has one subject for every verdict.
func everything() []planted {
	five := math.Log(1.05)
	lone := both("New")
	lone.InBase = false
	gone := both("Gone")
	gone.InHead = false
	return []planted{
		{promise: both("Slower"), sigma: 0.02, change: five},
		{promise: both("MuchSlower/size=1k"), sigma: 0.05, change: math.Log(1.3)},
		{promise: both("Faster"), sigma: 0.02, change: -five},
		{promise: both("Same"), sigma: 0.02},
		{promise: both("Quiet"), sigma: 0.001},
		{promise: both("Noisy"), sigma: 1.5},
		{promise: both("Layout"), sigma: 0.01, layout: func(pair int) float64 {
			if pair < 6 {
				return 0.25
			}
			return 0
		}},
		{promise: both("Tail"), sigma: 0.02, tail: 2},
		{promise: both("Allocs"), sigma: 0.01, extra: map[string][2]float64{"allocs/op": {3, 4}, "B/op": {64, 64}}},
		{promise: both("FewerAllocs"), sigma: 0.01, extra: map[string][2]float64{"allocs/op": {3, 0}}},
		{promise: both("Bytes"), sigma: 0.01, extra: map[string][2]float64{"B/op": {1000, 1200}}, jitter: map[string]float64{"B/op": 0.01}},
		{promise: both("Hits"), sigma: 0.01, extra: map[string][2]float64{"hits/op": {10, 8}, "odd": {1, 2}}},
		{promise: both("Panics"), sigma: 0.01, failsAt: 2, reason: "panic: index out of range [3] with length 3"},
		{promise: lone}, {promise: gone},
		{promise: control("same", record.Same), sigma: 0.02},
		{promise: control("canary", record.Canary), sigma: 0.02, change: five},
	}
}

func someRules(t testing.TB) *Rules {
	t.Helper()
	rules, err := ReadRules(strings.NewReader("better * hits/op higher\naccept MuchSlower/* sec/op +40% 2027-01-31 reads twice now\naccept Never sec/op +10% 2026-01-01 old\nlimit Same sec/op 8%\n"),
		RulesFile, time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestJudgeVerdicts(t *testing.T) {
	j, _ := measure(t, Options{Rules: someRules(t)}, 150, quiet, everything()...)
	r := j.Report()
	for _, test := range []struct {
		name, unit string
		want       Verdict
	}{
		{"Slower", "sec/op", Regressed}, {"MuchSlower/size=1k", "sec/op", Accepted}, {"Faster", "sec/op", Improved}, {"Same", "sec/op", NoChange},
		{"Quiet", "sec/op", NoChange}, {"Noisy", "sec/op", Inconclusive}, {"Layout", "sec/op", LayoutSensitive}, {"Tail", "sec/op", NoChange},
		{"Tail", "p90 sec/op", Regressed}, {"Allocs", "allocs/op", Regressed}, {"Allocs", "B/op", NoChange}, {"FewerAllocs", "allocs/op", Improved},
		{"Bytes", "B/op", Regressed}, {"Hits", "hits/op", Regressed}, {"Panics", "sec/op", Failed}, {"New", "sec/op", New}, {"Gone", "sec/op", Missing},
		{"same", "sec/op", NoChange}, {"canary", "sec/op", Regressed},
	} {
		if c := find(t, r, test.name, test.unit); c.Verdict != test.want {
			t.Errorf("%s %s: %v, want %v: %+v", test.name, test.unit, c.Verdict, test.want, c)
		}
	}
	for _, c := range r.Cases {
		if c.Unit == "odd" {
			t.Errorf("a unit of unknown direction was judged: %+v", c)
		}
	}
	if c := find(t, r, "Same", "sec/op"); math.Abs(c.Limit-0.08) > 1e-12 {
		t.Errorf("limit %v", c.Limit)
	}
	if c := find(t, r, "Noisy", "sec/op"); c.Detectable < 0.2 {
		t.Errorf("a noise of 60 %% that sees %v", c.Detectable)
	}
	if r.Void != "" || r.Blind != "" || r.Busy != "" || r.ExitCode(FailOn{}) != ExitFailed {
		t.Errorf("%+v", r)
	}
}

// What is stored is judged to the same report.
func TestJudgeReplay(t *testing.T) {
	j, c := measure(t, Options{}, 60, quiet, everything()...)
	want := j.Report()
	want.Base, want.Head = "main (1a2b)", "worktree"
	want.Warnings = append(want.Warnings, record.Warning{Topic: "builds", What: "Something.", Cure: "Nothing."})
	if got := Stored(c.write(t), Options{}); !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n%s", text(t, got), text(t, want))
	}
	if !reflect.DeepEqual(j.Report(), j.Report()) {
		t.Error("asking twice changes the report")
	}
}

// A run ends when what can be decided is decided, and controls alone do not keep it.
func TestJudgeStops(t *testing.T) {
	j, c := measure(t, Options{}, 500, quiet,
		planted{promise: both("A"), sigma: 0.01}, planted{promise: both("B"), sigma: 0.01, change: 0.2},
		planted{promise: control("same", record.Same), sigma: 0.9}, planted{promise: control("canary", record.Canary), sigma: 0.01, change: 0.0488})
	if n := len(c.blocks); n != screenBlocks+looks[0] || len(j.Next()) != 0 {
		t.Errorf("%d blocks: %s", n, text(t, j.Report()))
	}
	if n := len(c.blocks[len(c.blocks)-1].Results); n != 2*3 {
		t.Errorf("%d results in the last block, want B, canary and same", n)
	}
	empty := NewJudge(Options{}, nil)
	if r := empty.Report(); r.NotComparable == "" || len(empty.Next()) != 0 {
		t.Errorf("%+v", r)
	}
}

func TestJudgeHostBusy(t *testing.T) {
	busy := record.Host{Steal: 0, Others: 0.6, Waited: 0.4, Load: 3}
	j, _ := measure(t, Options{}, 60, busy, everything()...)
	r := j.Report()
	for _, name := range []string{"Same", "Quiet", "Noisy"} {
		if c := find(t, r, name, "sec/op"); c.Verdict != Inconclusive || c.Reason != reasonBusy {
			t.Errorf("%+v", c)
		}
	}
	if c := find(t, r, "Slower", "sec/op"); c.Verdict != Regressed {
		t.Errorf("a proof does not depend on the host: %+v", c)
	}
	if c := find(t, r, "Allocs", "allocs/op"); c.Verdict != Regressed {
		t.Errorf("an exact unit does not depend on the host: %+v", c)
	}
	if r.Busy == "" || !r.Inconclusive() {
		t.Error(r.Headline())
	}
	for _, test := range []struct {
		host record.Host
		busy bool
	}{
		{quiet, false}, {busy, true}, {record.Host{Steal: 0.3}, true}, {record.Host{Others: 0.5, Waited: 0.02}, false},
		{record.Host{Others: 0.02, Waited: 0.4}, false}, {record.Host{Steal: -1, Others: -1, Waited: -1}, false},
		{record.Host{Steal: -1, Others: 0.7, Waited: -1}, true}, {record.Host{Steal: -1, Others: -1, Waited: 0.4}, true},
	} {
		if got := busyBlock(test.host); got != test.busy {
			t.Errorf("%+v: busy %v", test.host, got)
		}
	}
}

func TestJudgeControls(t *testing.T) {
	same := planted{promise: both("A"), sigma: 0.01}
	for _, test := range []struct {
		name        string
		controls    []planted
		blind, void string
		want        Verdict
		exit        int
	}{
		{"biased", []planted{{promise: control("same", record.Same), sigma: 0.01, change: 0.1}}, "", "compares base with itself and reads +1", NoChange, ExitFailed},
		{"canary that is not slower", []planted{{promise: control("canary", record.Canary), sigma: 0.01}}, "", "were measured as not slower", Inconclusive, ExitFailed},
		{"canary too noisy", []planted{{promise: control("canary", record.Canary), sigma: 0.8, change: 0.0488}}, "were seen, and more than half are needed; a larger -budget or a quieter machine", "", Inconclusive, ExitInconclusive},
		{"two of three seen", []planted{{promise: control("c1", record.Canary), sigma: 0.01, change: 0.0488}, {promise: control("c2", record.Canary), sigma: 0.01, change: 0.0488},
			{promise: control("c3", record.Canary), sigma: 0.8, change: 0.0488}}, "", "", NoChange, ExitFine},
		{"control fails", []planted{{promise: control("canary", record.Canary), failsAt: 1, reason: "no"}}, "", "the control canary-2 failed", NoChange, ExitFailed},
	} {
		t.Run(test.name, func(t *testing.T) {
			j, _ := measure(t, Options{}, 60, quiet, append(test.controls, same)...)
			r := j.Report()
			if !strings.Contains(r.Blind, test.blind) || (test.blind == "") != (r.Blind == "" || r.Void != "") || !strings.Contains(r.Void, test.void) || (test.void == "") != (r.Void == "") {
				t.Errorf("blind %q, void %q", r.Blind, r.Void)
			}
			if c := find(t, r, "A", "sec/op"); c.Verdict != test.want {
				t.Errorf("%+v", c)
			}
			if code := r.ExitCode(FailOn{Inconclusive: true, Missing: true}); code != test.exit {
				t.Errorf("exit %d: %s", code, r.Headline())
			}
		})
	}
}

// Too little data is no verdict, whatever it looks like, and the cure is named. A lone
// suspect has the level 0.003, which 9 fresh blocks reach, its canary as well.
func TestJudgeFewBlocks(t *testing.T) {
	for blocks := range 24 {
		j, _ := measure(t, Options{}, blocks, quiet, planted{promise: both("A"), sigma: 0.001, change: 0.2},
			planted{promise: control("canary", record.Canary), sigma: 0.001, change: 0.05})
		r := j.Report()
		c := find(t, r, "A", "sec/op")
		if shown := blocks >= 12+9; shown != (c.Verdict == Regressed) || shown != (r.Blind == "") {
			t.Errorf("%d blocks: %+v, blind %q", blocks, c, r.Blind)
		}
		if want := words.Plural(blocks, "block was", "blocks were") + " measured, 21 or more are needed: a larger -budget"; r.Blind != "" && !strings.HasSuffix(r.Blind, want) {
			t.Errorf("%d blocks: blind %q", blocks, r.Blind)
		}
		if want := words.Plural(blocks, "block was", "blocks were") + " measured, 12 are needed, and 21 or more to show a slowdown: a larger -budget"; blocks > 0 && blocks < 12 && c.Reason != want {
			t.Errorf("%d blocks: %q", blocks, c.Reason)
		}
	}
	for blocks := range 12 {
		j, _ := measure(t, Options{}, blocks, quiet, planted{promise: both("A"), sigma: 0.001, change: 1})
		r := j.Report()
		if c := find(t, r, "A", "sec/op"); c.Verdict != Inconclusive || c.Reason == "" {
			t.Errorf("%d blocks: %+v", blocks, c)
		}
		text(t, r)
		markdown(t, r)
	}
}

// The parts of the budget are a budget even when nothing speaks for a slowdown.
func TestShares(t *testing.T) {
	for _, test := range []struct{ evidence, want []float64 }{
		{[]float64{-2000}, []float64{1}},
		{[]float64{-2000, -2000}, []float64{0.5, 0.5}},
		{[]float64{-2000, -2000 + math.Log(3)}, []float64{0.25 + 0.5/4, 0.25 + 0.5*3/4}},
		{[]float64{-2000, 0}, []float64{0.25, 0.75}},
		{[]float64{maxEvidence, 1e9}, []float64{0.5, 0.5}},
		{nil, nil},
	} {
		got := shares(test.evidence)
		if !slices.EqualFunc(got, test.want, func(a, b float64) bool { return math.Abs(a-b) < 1e-12 }) {
			t.Errorf("%v: %v, want %v", test.evidence, got, test.want)
		}
	}
}

// A unit that varies says so in its own words: what is known of time is not known of it.
func TestJudgeUnitVaries(t *testing.T) {
	for blocks, want := range map[int]string{5: "varies, and has too few blocks to tell", 12: "varies too much to tell"} {
		j, _ := measure(t, Options{}, blocks, quiet, planted{promise: both("A"), sigma: 0.001,
			extra: map[string][2]float64{"B/op": {100, 100}}, jitter: map[string]float64{"B/op": 0.3}})
		c := find(t, j.Report(), "A", "B/op")
		if c.Verdict != Inconclusive || c.remark() != want {
			t.Errorf("%d blocks: %+v: %q", blocks, c, c.remark())
		}
	}
}

// A mean that was rounded has no change that is smaller than its rounding: what a benchmark allocates
// once is 0 or 1 B/op by the number of its iterations.
func TestJudgeRounding(t *testing.T) {
	for _, test := range []struct {
		unit             string
		base, head, once float64
		want             Verdict
	}{
		{"B/op", 0, 1, 0, NoChange}, {"B/op", 1, 0, 0, NoChange}, {"B/op", 64, 65, 0, NoChange}, {"B/op", 0, 2, 0, Regressed}, {"B/op", 2, 0, 0, Improved},
		{"B/op", 0, 0, 1, NoChange}, {"B/op", 1, 1, 1, NoChange}, {"B/op", 0, 1, 1, Inconclusive}, {"B/op", 0, 8, 1, Regressed}, {"B/op", 0, 0, 8, Inconclusive},
		{"allocs/op", 0, 1, 0, Regressed}, {"allocs/op", 1, 0, 0, Improved}, {"allocs/op", 0, 0, 1, Inconclusive},
	} {
		j, _ := measure(t, Options{}, 40, quiet, planted{promise: both("A"), sigma: 0.001, once: test.once,
			extra: map[string][2]float64{test.unit: {test.base, test.head}}})
		if c := find(t, j.Report(), "A", test.unit); c.Verdict != test.want {
			t.Errorf("%+v: %+v", test, c)
		}
	}
}

// One benchmark is one regression, whatever its units.
func TestHeadline(t *testing.T) {
	of := func(name string, v Verdict) Case { return Case{Name: name, Unit: "sec/op", Verdict: v} }
	slower := Case{Name: "Encode", Unit: "sec/op", Verdict: Regressed, Base: 1e-6, Head: 1.1e-6, Ratio: estimate.Estimate{Value: 1.09}}
	bytes := Case{Name: "Encode", Unit: "B/op", Verdict: Regressed, Base: 512, Head: 1024, Exact: true, Ratio: estimate.Estimate{Value: 2}}
	allocs := Case{Name: "Encode", Unit: "allocs/op", Verdict: Regressed, Base: 2, Head: 3, Exact: true, Ratio: estimate.Estimate{Value: 1.5}}
	for _, test := range []struct {
		report Report
		want   string
	}{
		{Report{Cases: []Case{of("A", NoChange)}}, "No regression, 1 without change."},
		{Report{Cases: []Case{of("A", NoChange), of("B", Inconclusive)}}, "No regression shown, 1 inconclusive, 1 without change."},
		{Report{Cases: []Case{of("A", Improved), of("B", LayoutSensitive)}}, "No regression shown, 1 layout-sensitive, 1 improvement."},
		{Report{Cases: []Case{of("A", Accepted), of("B", New), of("C", Missing)}}, "No regression, 1 accepted regression, 1 new, 1 missing."},
		{Report{Cases: []Case{bytes, allocs, slower, of("B", NoChange), of("C", New)}}, "1 of 2 benchmarks regressed: Encode (time +9 %, B/op +100 %, allocs 2 → 3); 1 without change, 1 new."},
		{Report{Cases: []Case{slower, of("B", Unchanged)}, Busy: "others"}, "1 of 2 benchmarks regressed: Encode (time +9 %); 1 unchanged."},
		{Report{Cases: []Case{slower, of("B", Inconclusive)}, Blind: "no time"}, "1 of 2 benchmarks regressed: Encode (time +9 %); 1 inconclusive. The rest was NOT CHECKED: no time."},
		{Report{Cases: []Case{of("B", Inconclusive)}, Blind: "no time"}, "NOT CHECKED: no time. Of 1 benchmark: 1 inconclusive."},
		{Report{Cases: []Case{of("B", Inconclusive)}, Busy: "others"}, "NOT CHECKED: host busy: others. Of 1 benchmark: 1 inconclusive."},
		{Report{NotComparable: "no benchmark is in both builds"}, "NOT CHECKED: no benchmark is in both builds."},
		{Report{Unmeasured: "head does not build (m):\nm.go:3: no", EndedEarly: "failed"}, "NOT CHECKED: head does not build (m)."},
	} {
		if got := test.report.Headline(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// Values that have no ratio do not come into one.
func TestJudgeUnusable(t *testing.T) {
	of := func(turns ...float64) side {
		return side{turns: turns, values: map[string]float64{record.UnitTime: 0}}
	}
	for _, p := range []pair{{of(), of()}, {of(1), of(0)}, {of(1), of(math.NaN())}, {of(1, 2), of(1)}} {
		promise := both("A")
		j := NewJudge(Options{}, []record.Promise{promise})
		for n := range 20 {
			b := record.Block{Number: n + 1, Host: &quiet}
			put(&b, promise.Point(), p)
			j.Add(b)
		}
		if c := find(t, j.Report(), "A", "sec/op"); c.Verdict != Failed {
			t.Errorf("%+v: %+v", p, c)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; -update rewrites it:\n%s", name, got)
	}
}

func TestGoldens(t *testing.T) {
	j, _ := measure(t, Options{Rules: someRules(t)}, 150, quiet, everything()...)
	r := j.Report()
	r.Base, r.Head = "main (1a2b3c4d5e6f)", "worktree"
	busyJudge, _ := measure(t, Options{}, 60, record.Host{Others: 0.6, Waited: 0.4, Load: 3}, everything()...)
	w := grid()
	rec := w.write(t)
	files := Files(rec, scaledCopy(scaledCopy(rec, w.names[17], 1.3), w.names[4], 0.5), Options{})
	w.noise, w.blocks = 0.3, 8
	noisy := w.write(t)
	w.seed++
	unsure := Files(noisy, w.write(t), Options{})
	plainText := view.Options{}
	for name, write := range map[string]func(*bytes.Buffer) error{
		"builds.txt":       func(b *bytes.Buffer) error { return WriteText(b, r, plainText) },
		"builds-color.txt": func(b *bytes.Buffer) error { return WriteText(b, r, view.Options{Color: true}) },
		"builds-ascii.txt": func(b *bytes.Buffer) error { return WriteText(b, r, view.Options{ASCII: true}) },
		"builds.md":        func(b *bytes.Buffer) error { return WriteMarkdown(b, r) },
		"verdict.json":     func(b *bytes.Buffer) error { return WriteJSON(b, r, r.ExitCode(FailOn{})) },
		"annotations.txt":  func(b *bytes.Buffer) error { return WriteAnnotations(b, r) },
		"junit.xml":        func(b *bytes.Buffer) error { return WriteJUnit(b, r) },
		"busy.txt":         func(b *bytes.Buffer) error { return WriteText(b, busyJudge.Report(), plainText) },
		"files.txt":        func(b *bytes.Buffer) error { return WriteText(b, files, plainText) },
		"files.md":         func(b *bytes.Buffer) error { return WriteMarkdown(b, files) },
		"unsure.txt":       func(b *bytes.Buffer) error { return WriteText(b, unsure, plainText) },
	} {
		var out bytes.Buffer
		if err := write(&out); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}

// A summary that does not fit loses its end, not itself.
func TestMarkdownFits(t *testing.T) {
	r := &Report{Method: Interleaved}
	for i := range 5000 {
		r.Cases = append(r.Cases, Case{Pkg: "p", Name: fmt.Sprintf("Benchmark%d/with=a_long*name-2", i), Unit: "sec/op", Verdict: NoChange, Base: 1, Head: 1})
	}
	if n := len(markdown(t, r)); n > maxMarkdown || n < maxMarkdown/3 {
		t.Errorf("%d bytes", n)
	}
}

// A name from anywhere cannot start a command of the workflow, nor end one.
func TestAnnotationsEscape(t *testing.T) {
	r := &Report{Method: Interleaved}
	for i := range 12 {
		r.Cases = append(r.Cases, Case{Name: "A\n::error::x,y:z%" + strings.Repeat("!", i), Unit: "sec/op", Verdict: Failed, Reason: "a\r\n::add-mask::b"})
	}
	var out bytes.Buffer
	if err := WriteAnnotations(&out, r); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != maxAnnotations+1 || !strings.Contains(lines[maxAnnotations], "4 more") {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	if want := "::error title=failed%3A A%0A%3A%3Aerror%3A%3Ax%2Cy%3Az%25::a%0A::add-mask::b"; lines[0] != want {
		t.Errorf("%q, want %q", lines[0], want)
	}
}

// A benchmark whose fastest chunks are precise on the screen, and a matter of luck
// later, is not called unchanged while its typical chunks are slower.
func TestJudgeDisputed(t *testing.T) {
	promise := both("TwoSpeeds")
	j := NewJudge(Options{}, []record.Promise{promise})
	rng := rand.New(rand.NewPCG(3, 5))
	for number := 1; number <= 60 && len(j.Next()) > 0; number++ {
		var base, head []float64
		for range 20 {
			base = append(base, 7000*math.Exp(0.03*rng.NormFloat64()))
			head = append(head, 7300*math.Exp(0.03*rng.NormFloat64()))
		}
		head[rng.IntN(20)] = 5600
		if base[rng.IntN(20)] = 5600; number > screenBlocks && rng.IntN(4) > 0 {
			base[slices.Index(base, 5600)] = 6600
		}
		b := record.Block{Number: number, Host: &record.Host{Links: number % 16}}
		put(&b, promise.Point(), pair{side{turns: base}, side{turns: head}})
		j.Add(b)
	}
	if c := find(t, j.Report(), "TwoSpeeds", record.UnitTime); c.Verdict == NoChange || c.Verdict == Improved {
		t.Errorf("%v with ratio %v; typical turns are 4.3 %% slower", c.Verdict, c.Ratio)
	}
}
