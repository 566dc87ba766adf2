package gate

import (
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
)

// The headline says how many are unchanged, and why; an unchanged benchmark is not asked for.
func TestUnchanged(t *testing.T) {
	promise := func(name string, why record.Unchanged) record.Promise {
		return record.Promise{Name: name, Role: record.Judged, InBase: true, InHead: true, Unchanged: why}
	}
	measured := promise("M", "")
	for _, test := range []struct {
		name          string
		promised      []record.Promise
		headline      string
		outcome, next int
	}{
		{"all identical", []record.Promise{promise("A", record.Identical), promise("B", record.Identical)}, "Nothing to measure, 2 unchanged: identical.", 1, 0},
		{"all unreached", []record.Promise{promise("A", record.Unreached)}, "Nothing to measure, 1 unchanged: not reachable from the change.", 1, 0},
		{"both", []record.Promise{promise("A", record.Identical), promise("B", record.Unreached)}, "Nothing to measure, 2 unchanged: 1 identical, 1 not reachable from the change.", 1, 0},
		{"one is measured", []record.Promise{promise("A", record.Unreached), measured}, "NOT CHECKED: 0 blocks were measured, 21 or more are needed: a larger -budget. Of 2 benchmarks: 1 inconclusive, 1 unchanged: not reachable from the change.", 0, 1},
		{"one is new", []record.Promise{promise("A", record.Unreached), {Name: "N", Role: record.Judged, InHead: true}}, "No regression, 1 new, 1 unchanged: not reachable from the change.", 0, 0},
	} {
		j := NewJudge(Options{}, test.promised)
		if next := j.Next(); len(next) != test.next {
			t.Errorf("%s: next is %v", test.name, next)
		}
		r := j.Report()
		if r.Headline() != test.headline || (r.Outcome() == "unchanged") != (test.outcome == 1) || r.ExitCode(FailOn{Inconclusive: true, Missing: true}) != map[bool]int{true: ExitInconclusive, false: ExitFine}[test.next == 1] {
			t.Errorf("%s: %q, %s, exit %d", test.name, r.Headline(), r.Outcome(), r.ExitCode(FailOn{Inconclusive: true, Missing: true}))
		}
	}
}

// The error budget is that of the benchmarks that are measured.
func TestUnchangedHasNoPart(t *testing.T) {
	j := NewJudge(Options{}, []record.Promise{{Name: "A", Role: record.Judged, InBase: true, InHead: true, Unchanged: record.Unreached},
		{Name: "M", Role: record.Judged, InBase: true, InHead: true}})
	j.screen()
	if j.subjects[0].slowPart != 0 || j.subjects[1].slowPart != 1 {
		t.Errorf("parts %v and %v", j.subjects[0].slowPart, j.subjects[1].slowPart)
	}
}

// A rule for a benchmark that cannot have changed is neither idle nor over.
func TestRulesOfUnchanged(t *testing.T) {
	lines := "accept A/size=* sec/op +8% 2027-01-31 reads twice\nlimit A allocs/op 0%\nlimit Elsewhere sec/op 5%\n"
	rules, err := ReadRules(strings.NewReader(lines), "rules", time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	r := NewJudge(Options{Rules: rules}, []record.Promise{{Name: "A-2", Role: record.Judged, InBase: true, InHead: true, Unchanged: record.Unreached}}).Report()
	var said []string
	for _, w := range r.Warnings {
		said = append(said, w.What)
	}
	if len(said) != 1 || !strings.Contains(said[0], "line 3") || strings.Contains(said[0], "line 2") {
		t.Errorf("%q", said)
	}
}
