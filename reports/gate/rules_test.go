package gate

import (
	"math"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

var day = time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)

func rulesOf(t testing.TB, text string) *Rules {
	t.Helper()
	rules, err := ReadRules(strings.NewReader(text), "rules", day)
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func TestRulesMatch(t *testing.T) {
	s := record.Promise{Pkg: "example.com/p", Name: "Encode/size=1k-2"}.Point()
	for pattern, want := range map[string]bool{
		"Encode/size=1k": true, "Encode/size=1k-2": true, "Encode/*": true, "*": true, "*1k": true, "example.com/p.Encode/*": true,
		"example.com/*": true, "E*size*k": true, "Encode": false, "Encode/size=1k-4": false, "encode/*": false, "": false, "*xyz*": false, "E**k": true,
	} {
		rule, err := parseRule([]string{"limit", pattern, "sec/op", "5%"})
		if err != nil || rule.matches(s) != want {
			t.Errorf("%q: %v", pattern, !want)
		}
	}
}

func TestRulesErrors(t *testing.T) {
	for text, want := range map[string]string{
		"acept A sec/op +8% 2027-01-31 x":                `rules:1: "acept" is none of accept, limit, better, rename`,
		"limit A\xff sec/op 5%":                          `rules:1: "A\xff" is no pattern: error parsing regexp: invalid UTF-8`,
		"\n# x\naccept A sec/op +8% 2027-01-31":          "rules:3: accept takes a benchmark",
		"accept A sec/op much 2027-01-31 x":              `"much" is no change`,
		"accept A sec/op -8% 2027-01-31 x":               `"-8%" is no change`,
		"accept A p99 sec/op +8% 2027-01-31 x":           `"sec/op" is no change`,
		"limit * sec/op 8":                               `"8" would be 800 %: write 8% or 0.08`,
		"accept A sec/op +1 2027-01-31 x":                `"+1" would be 100 %: write 1% or 0.01`,
		"accept A sec/op +8% 31.1.2027 x":                `"31.1.2027" is no day`,
		"limit A sec/op NaN":                             `"NaN" is no change`,
		"limit A sec/op":                                 "limit takes",
		"better A hits/op more":                          "better takes",
		"limit A\x1b[31m sec/op 5%":                      "control character",
		strings.Repeat("#\n", maxRules) + "limit * x 1%": "more than 10000 lines",
		"# " + strings.Repeat("x", maxRuleLine):          "rules:1: ",
	} {
		if _, err := ReadRules(strings.NewReader(text), "rules", day); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

func TestRulesApply(t *testing.T) {
	regression := func(low, high float64) *Report {
		return &Report{Method: Interleaved, Cases: []Case{{Pkg: "p", Name: "A-2", Unit: "sec/op", Verdict: Regressed,
			Ratio: estimate.Estimate{Value: (low + high) / 2, Low: low, High: high, N: 30}}}}
	}
	for _, test := range []struct {
		name, rules string
		low, high   float64
		want        Verdict
		reason      string
		warning     string
	}{
		{"covered", "accept A sec/op +8% 2027-01-31 reads twice", 1.04, 1.09, Accepted, "accepted up to +8 % until 2027-01-31: reads twice", ""},
		{"last day", "accept A sec/op +8% 2026-11-22 reads twice", 1.04, 1.09, Accepted, "reads twice", ""},
		{"over", "accept A sec/op +8% 2026-11-21 reads twice", 1.04, 1.09, Regressed, "accepted until 2026-11-21 only (rules:1)", ""},
		{"worse", "accept A sec/op +8% 2027-01-31 reads twice", 1.09, 1.2, Regressed, "worse than the accepted +8 % (rules:1)", ""},
		{"another unit", "accept A B/op +8% 2027-01-31 reads twice", 1.04, 1.09, Regressed, "", "rules:1 accepts a regression of A that was not found"},
		{"another benchmark", "accept B sec/op +8% 2026-01-31 reads twice", 1.04, 1.09, Regressed, "", "which is over"},
		{"mistyped", "accept AA sec/op +8% 2027-01-31 reads twice", 1.04, 1.09, Regressed, "", `AA that was not found, did you mean "A"?`},
		{"the last counts", "accept A sec/op 20% 2027-01-31 this\naccept * sec/op +1% 2027-01-31 all", 1.04, 1.09, Regressed, "worse than the accepted +1 %", ""},
		{"second line", "accept * sec/op +1% 2027-01-31 all\naccept A sec/op 20% 2027-01-31 this", 1.04, 1.09, Accepted, ": this", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			rules := rulesOf(t, test.rules)
			for range 2 { // and again, without a memory
				r := regression(test.low, test.high)
				rules.apply(r)
				if c := r.Cases[0]; c.Verdict != test.want || !strings.Contains(c.Reason, test.reason) {
					t.Errorf("%v, %q", c.Verdict, c.Reason)
				}
				var got strings.Builder
				for _, w := range r.Warnings {
					got.WriteString(w.String())
				}
				if (test.warning == "") != (got.String() == "") || !strings.Contains(got.String(), test.warning) {
					t.Errorf("warnings %q", got.String())
				}
			}
		})
	}
}

// Higher is better: the change is how much lower it got.
func TestRulesApplyHigher(t *testing.T) {
	r := &Report{Cases: []Case{{Name: "A", Unit: "hits/op", Higher: true, Verdict: Regressed, Ratio: estimate.Estimate{Value: 0.9, Low: 0.88, High: 0.92, N: 30}}}}
	rulesOf(t, "accept A hits/op 5% 2027-01-31 x").apply(r)
	if r.Cases[0].Verdict != Regressed { // shown to be worse by 1/0.92 - 1 = 8.7 %
		t.Errorf("%+v", r.Cases[0])
	}
	rulesOf(t, "accept A hits/op 9% 2027-01-31 x").apply(r)
	if r.Cases[0].Verdict != Accepted {
		t.Errorf("%+v", r.Cases[0])
	}
}

// A tail is written in one word, and has no interval: its ratio decides.
func TestRulesTail(t *testing.T) {
	for _, test := range []struct {
		rule string
		want Verdict
	}{
		{"accept A p90 +90% 2027-01-31 x", Accepted}, {"accept A p90 +70% 2027-01-31 x", Regressed},
		{"accept A p99 +90% 2027-01-31 x", Regressed}, {"accept A sec/op +90% 2027-01-31 x", Regressed},
	} {
		r := &Report{Cases: []Case{{Name: "A", Unit: "p90 sec/op", Verdict: Regressed, Ratio: estimate.Estimate{Value: 1.8}}}}
		if rulesOf(t, test.rule).apply(r); r.Cases[0].Verdict != test.want {
			t.Errorf("%s: %+v", test.rule, r.Cases[0])
		}
	}
	tail := planted{promise: both("Tail"), sigma: 0.02, tail: 2}
	for rule, want := range map[string]int{"": 1, "limit Tail p90 300%\nlimit Tail p99 300%": 0, "limit Tail p90 30%": 1, "limit Other p90 300%": 1} {
		j, _ := measure(t, Options{Rules: rulesOf(t, rule)}, 150, quiet, tail)
		r := j.Report()
		if r.Count(Regressed) != want {
			t.Errorf("%s: %s", rule, text(t, r))
		}
		if want == 1 && rule == "limit Tail p90 30%" && math.Abs(r.Cases[0].Limit-0.3) > 1e-12 {
			t.Errorf("limit %v", r.Cases[0].Limit)
		}
	}
}

func TestRulesLimit(t *testing.T) {
	rules := rulesOf(t, "limit * sec/op 10%\nlimit Encode* sec/op 0.02\nlimit * allocs/op 0%\nbetter * hits higher\n")
	a, b := record.Promise{Name: "Encode-2"}.Point(), record.Promise{Name: "Sort-2"}.Point()
	for _, test := range []struct {
		s    record.Point
		unit string
		want float64
		ok   bool
	}{{a, "sec/op", 0.02, true}, {b, "sec/op", 0.1, true}, {b, "allocs/op", 0, true}, {b, "B/op", 0, false}} {
		if got, ok := rules.limit(test.s, test.unit); got != test.want || ok != test.ok {
			t.Errorf("%v %s: %v, %v", test.s, test.unit, got, ok)
		}
	}
	if rules.better("hits") != 1 || rules.better("misses") != 0 || (*Rules)(nil).better("hits") != 0 {
		t.Error("directions")
	}
}

func FuzzReadRules(f *testing.F) {
	f.Add("accept A/* sec/op +8% 2027-01-31 x\nlimit * allocs/op 0%\nbetter * x higher\n")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ReadRules(strings.NewReader(text), "rules", day)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "rules:") {
				t.Errorf("no position in %q", err)
			}
			return
		}
		r := &Report{Cases: []Case{{Name: "A/x-2", Unit: "sec/op", Verdict: Regressed, Ratio: estimate.Estimate{Value: 1.1, Low: 1.05, High: 1.2, N: 20}}}}
		rules.apply(r)
		if limit, _ := rules.limit(record.Promise{Name: "A"}.Point(), "sec/op"); !(limit >= 0 && limit <= 1000) {
			t.Errorf("limit %v", limit)
		}
		for _, line := range strings.Split(r.Cases[0].Reason, "\n")[1:] {
			t.Errorf("a reason of several lines: %q", line)
		}
	})
}

// A line that means nothing of what was judged is told, once for all of them.
func TestIdleRules(t *testing.T) {
	interleaved := Report{Method: Interleaved, Cases: []Case{{Pkg: "p", Name: "A-2", Unit: "sec/op", Verdict: NoChange}, {Pkg: "p", Name: "A-2", Unit: "hits/op", Verdict: NoChange},
		{Pkg: "p", Name: "B-2", Unit: "sec/op", Verdict: Missing}}}
	files := interleaved
	files.Method = DifferentRuns
	for _, test := range []struct {
		rules  string
		report Report
		want   string // "" for none
	}{
		{"limit * ns/op 5%\nlimit p.A sec/op 5%\nlimit A-2 p99 5%\nbetter X hits/op higher\n", interleaved, ""},
		{"limit * p99 5%\n", files, "line 1 (limit * p99)."},
		{"limit B sec/op 5%\nlimit A allocs/op 5%\nbetter * req/op lower\n", interleaved, "line 1 (limit B sec/op), line 2 (limit A allocs/op) and line 3 (better * req/op)."},
	} {
		r := test.report
		rulesOf(t, test.rules).apply(&r)
		if test.want == "" && len(r.Warnings) > 0 || test.want != "" && (len(r.Warnings) != 1 || !strings.Contains(r.Warnings[0].What, "is meant by "+test.want)) {
			t.Errorf("%s: %+v, want %q", test.rules, r.Warnings, test.want)
		}
	}
}
