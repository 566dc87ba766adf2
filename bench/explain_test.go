package bench_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/pprof/profile"

	"poolbench/bench"
	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// A slowProfiler takes a second for a block. What fails and what is interrupted is told by name.
type slowProfiler struct {
	t       *testing.T
	blocks  []string
	prepare time.Duration // of the first block
	fails   map[string]error
	before  func(n int) // each block, from 0
	nowhere error
}

func (p *slowProfiler) Profiles(unit string) string {
	return map[string]string{record.UnitTime: "cpu", record.UnitBytes: "allocs", record.UnitAllocs: "allocs"}[unit]
}

func (p *slowProfiler) Profile(ctx context.Context, number int, at record.Point, kind string) (out arm.Profiled, err error) {
	if p.before != nil {
		p.before(len(p.blocks))
	}
	wait := time.Second
	if len(p.blocks) == 0 {
		wait += p.prepare
	}
	select {
	case <-ctx.Done():
		return out, context.Cause(ctx)
	case <-time.After(wait):
	}
	if err := p.fails[at.Name()]; err != nil {
		return out, err
	}
	p.blocks = append(p.blocks, fmt.Sprintf("%s %s %d", at.Name(), kind, number))
	var text bytes.Buffer
	f := &profile.Function{ID: 1, Name: "m.f"}
	l := &profile.Location{ID: 1, Line: []profile.Line{{Function: f}}}
	if err := (&profile.Profile{SampleType: []*profile.ValueType{{Type: "samples", Unit: "count"}}, Function: []*profile.Function{f}, Location: []*profile.Location{l},
		Sample: []*profile.Sample{{Location: []*profile.Location{l}, Value: []int64{1}}}}).Write(&text); err != nil {
		p.t.Fatal(err)
	}
	out.Files = [2][]byte{text.Bytes(), text.Bytes()}
	out.Spent = []record.Profile{{Name: at.Name(), Unit: record.UnitTime, Block: number, Base: record.Profiled{Operations: 1}, Head: record.Profiled{Operations: 1}}}
	return out, nil
}

func (p *slowProfiler) Functions(context.Context) ([]record.Function, error) {
	return []record.Function{{Name: "m.f"}}, p.nowhere
}

func symptoms(units string, names ...string) (out []bench.Symptom) {
	for _, name := range names {
		for unit := range strings.FieldsSeq(units) {
			out = append(out, bench.Symptom{Point: record.Promise{Name: name}.Point(), Unit: unit})
		}
	}
	return out
}

// Blocks of all profiles take turns until the budget is spent; what is counted needs few, what fails
// is left out, and an interrupt leaves what there is.
func TestExplain(t *testing.T) {
	for _, test := range []struct {
		name     string
		symptoms []bench.Symptom
		profiler slowProfiler
		stop     int            // interrupts before that block; 0 never
		blocks   map[string]int // the first ones are no part of the 10 s
		warnings []string       // begin with these
	}{
		{name: "one", symptoms: symptoms(record.UnitTime, "A"), blocks: map[string]int{"A cpu": 11}},
		{name: "two in turns", symptoms: symptoms(record.UnitTime, "A", "B"), blocks: map[string]int{"A cpu": 6, "B cpu": 6}},
		{name: "units of one profile", symptoms: symptoms(record.UnitBytes+" "+record.UnitAllocs, "A"), blocks: map[string]int{"A allocs": 6}},
		{name: "a unit without profiles", symptoms: symptoms("other", "A")},
		{name: "no time for all", symptoms: symptoms(record.UnitTime, "A", "B", "C"), blocks: map[string]int{"A cpu": 6, "B cpu": 6},
			warnings: []string{"No cause was looked for in 1 of the regressions: there is time for 2."}},
		{name: "one fails", symptoms: symptoms(record.UnitTime, "A", "B"), profiler: slowProfiler{fails: map[string]error{"A": errors.New("crashed")}}, blocks: map[string]int{"B cpu": 11},
			warnings: []string{"A was not profiled: crashed."}},
		{name: "preparing is no part of the budget", symptoms: symptoms(record.UnitTime, "A"), profiler: slowProfiler{prepare: 8 * time.Second}, blocks: map[string]int{"A cpu": 11}},
		{name: "out of time", symptoms: symptoms(record.UnitTime, "A", "B"), profiler: slowProfiler{prepare: 9500 * time.Millisecond},
			warnings: []string{"A was not profiled: there was no time for one block.", "B was not profiled: there was no time for one block."}},
		{name: "interrupted", symptoms: symptoms(record.UnitTime, "A"), stop: 3, blocks: map[string]int{"A cpu": 3}, warnings: []string{"The profiles for the causes were interrupted."}},
		{name: "nobody knows where", symptoms: symptoms(record.UnitTime, "A"), profiler: slowProfiler{nowhere: errors.New("no source")}, blocks: map[string]int{"A cpu": 11},
			warnings: []string{"Where the functions stand is not known: no source."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				p := &test.profiler
				p.t = t
				p.before = func(n int) {
					if test.stop > 0 && n == test.stop {
						cancel()
					}
				}
				var out bytes.Buffer
				e, err := bench.Explain(ctx, p, bench.ExplainConfig{Symptoms: test.symptoms, Budget: 10*time.Second + time.Millisecond, Out: &out})
				if err != nil {
					t.Fatal(err)
				}
				got, blocks := map[string]int{}, 0
				for _, b := range p.blocks {
					got[b[:strings.LastIndex(b, " ")]]++
					blocks++
				}
				for what, n := range test.blocks {
					if got[what] != n {
						t.Errorf("%d blocks of %s, want %d", got[what], what, n)
					}
				}
				if len(got) != len(test.blocks) || len(e.Profiles) != blocks || len(e.Merged) != len(test.blocks) {
					t.Errorf("%v in %d profiles, %d merged, want %v", got, len(e.Profiles), len(e.Merged), test.blocks)
				}
				if len(e.Warnings) != len(test.warnings) {
					t.Errorf("%+v, want %q", e.Warnings, test.warnings)
				}
				for i, w := range e.Warnings {
					if i < len(test.warnings) && w.What != test.warnings[i] {
						t.Errorf("%q, want %q", w.What, test.warnings[i])
					}
				}
				if facts := strings.Count(out.String(), "# fact profile "); facts != blocks {
					t.Errorf("%d profiles are in the record, %d were made", facts, blocks)
				}
			})
		})
	}
}
