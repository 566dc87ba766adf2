package gate

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
)

// wasAnother is a benchmark that has another name in base.
func wasAnother(name, was string, proposed bool) record.Promise {
	p := both(name)
	p.Was, p.Proposed = was+"-2", proposed
	return p
}

// renamedSome has a benchmark that was renamed and got slower, and three that were, one by a
// rule; two are below one function.
func renamedSome(t *testing.T, rules string) *Report {
	t.Helper()
	j, _ := measure(t, Options{Rules: rulesOf(t, rules)}, 60, quiet,
		planted{promise: wasAnother("Marshal/size=1k", "Encode/size=1k", true), sigma: 0.01, change: 0.09},
		planted{promise: wasAnother("Marshal/size=8k", "Encode/size=8k", true), sigma: 0.01},
		planted{promise: wasAnother("Unmarshal", "Decode", true), sigma: 0.01},
		planted{promise: wasAnother("Walk", "Visit", false), sigma: 0.01},
		planted{promise: control("c1", record.Canary), sigma: 0.01, change: 0.0488}, planted{promise: control("c2", record.Canary), sigma: 0.01, change: 0.0488})
	r := j.Report()
	r.Base, r.Head = "main", "worktree"
	return r
}

// A rename that nobody spoke of is told with the rule to paste, in every view; with the rule
// it is told as it is.
func TestRenamedInEveryView(t *testing.T) {
	const rule = "rename BenchmarkVisit BenchmarkWalk\n"
	r := renamedSome(t, rule)
	for name, text := range everyView(t, r) {
		golden(t, "renamed-"+name+".txt", []byte(text))
		for _, line := range r.renameLines() {
			if !strings.Contains(text, line) {
				t.Errorf("%s has no %q", name, line)
			}
		}
	}
	want := []string{"rename BenchmarkEncode BenchmarkMarshal", "rename BenchmarkDecode BenchmarkUnmarshal"}
	if !slices.Equal(r.renameLines(), want) {
		t.Errorf("%q, want %q", r.renameLines(), want)
	}
	if r.Headline() != "1 of 4 benchmarks regressed: Marshal/size=1k (proposed: was Encode/size=1k, time +9.6 %); 3 without change." {
		t.Error(r.Headline())
	}
	said := renamedSome(t, rule+strings.Join(want, "\n"))
	for name, text := range everyView(t, said) {
		if strings.Contains(text, "proposed") || strings.Contains(text, "rename Benchmark") || name != "annotations" && !strings.Contains(text, "was Encode/size=1k") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	if len(said.Warnings) > 0 {
		t.Errorf("%q", said.Warnings)
	}
}

func TestRenamedInJSON(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSON(&out, renamedSome(t, "rename Visit Walk"), 1); err != nil {
		t.Fatal(err)
	}
	var verdict struct {
		Results []struct {
			Name, Was, Rename string
			Proposed          bool
		}
	}
	if err := json.Unmarshal(out.Bytes(), &verdict); err != nil {
		t.Fatal(err)
	}
	for _, r := range verdict.Results {
		want := map[string]string{
			"Marshal/size=1k-2": "Encode/size=1k-2 rename BenchmarkEncode BenchmarkMarshal", "Marshal/size=8k-2": "Encode/size=8k-2 rename BenchmarkEncode BenchmarkMarshal",
			"Unmarshal-2": "Decode-2 rename BenchmarkDecode BenchmarkUnmarshal", "Walk-2": "Visit-2 "}[r.Name]
		if got := r.Was + " " + r.Rename; got != want || r.Proposed != (r.Name != "Walk-2") {
			t.Errorf("%+v, want %q", r, want)
		}
	}
}

// A rule that pairs nothing is told, and why.
func TestIdleRenames(t *testing.T) {
	gone, added := both("Gone"), both("Added")
	gone.InHead, added.InBase = false, false
	for rules, want := range map[string]string{
		"rename Visit Walk":            "",
		"rename Gone -":                "",
		"rename Never Walk":            "rules:1: no benchmark that was compared is one that was renamed from Never to Walk. Remove the line once base has the new name.",
		"rename Never -":               "rules:1: no benchmark that was compared is one that was renamed from Never to -.",
		"rename Gone Added":            "Head has to have the new one, in a measurement made with this rule.",
		"rename Visit Elsewhere":       "renamed from Visit to Elsewhere.",
		"rename example.com/p.Visit -": "renamed from example.com/p.Visit to -.",
	} {
		j, _ := measure(t, Options{Rules: rulesOf(t, rules)}, 3, quiet, planted{promise: wasAnother("Walk", "Visit", false), sigma: 0.01}, planted{promise: gone}, planted{promise: added})
		var said []string
		for _, w := range j.Report().Warnings {
			said = append(said, w.String())
		}
		if got := strings.Join(said, "\n"); (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", rules, got, want)
		}
	}
}

func TestWrongRenames(t *testing.T) {
	for text, want := range map[string]string{
		"rename A":     "rules:1: rename takes the name in base and the one in head, or - for none: rename BenchmarkEncode BenchmarkMarshal",
		"rename A B C": "rename takes the name in base",
		"rename A/* B": "without *",
	} {
		if _, err := ReadRules(strings.NewReader(text), "rules", day); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Of two records rules rename, too, also to another package.
func TestRenamedInFiles(t *testing.T) {
	values := []string{"10", "11", "10", "12", "11", "10", "11", "12"}
	slower := []string{"20", "21", "20", "22", "21", "20", "21", "22"}
	base := parse(t, "pkg: example.com/p\n"+lines("ns/op", "Old", values...)+lines("ns/op", "Kept", values...)+lines("ns/op", "Gone/x", values...))
	head := parse(t, "pkg: example.com/p\n"+lines("ns/op", "New", slower...)+lines("ns/op", "Kept", values...)+"pkg: example.com/q\n"+lines("ns/op", "Moved/x", values...))
	for _, test := range []struct {
		rules                string
		regressed, new, gone int
		name, was            string
	}{
		{"", 0, 2, 2, "", ""},
		{"rename BenchmarkOld BenchmarkNew", 1, 1, 1, "New-2", "was Old"},
		{"rename example.com/p.Old example.com/p.New", 1, 1, 1, "New-2", "was Old"},
		{"rename Old Kept", 0, 2, 2, "", ""},
		{"rename Old New\nrename Old -", 0, 2, 2, "", ""},
		{"rename example.com/p.Gone example.com/q.Moved", 0, 1, 1, "Moved/x-2", "was example.com/p.Gone/x"},
	} {
		r := Files(base, head, Options{Rules: rulesOf(t, test.rules)})
		if r.Count(Regressed) != test.regressed || r.Count(New) != test.new || r.Count(Missing) != test.gone {
			t.Errorf("%q: %+v", test.rules, r.Cases)
		}
		for _, c := range r.Cases {
			if was := r.wording().was(c); (c.Name == test.name) != (was != "") || was != "" && was != test.was {
				t.Errorf("%q: %s %q", test.rules, c.Name, was)
			}
		}
	}
	// What was collected stays as it was read.
	if r := Files(base, head, Options{}); r.Count(New) != 2 {
		t.Errorf("%+v", r.Cases)
	}
}

// A history goes on under the new name, from the day of the rename on, also where the first
// snapshots that are read are later ones.
func TestHistoryFollowsRenames(t *testing.T) {
	var all []*Snapshot
	for i := range 40 {
		name, ratio := "Old-2", 1.0
		if i >= 20 {
			name = "New-2"
		}
		if i >= 25 {
			ratio = 1.1
		}
		s := snapshot(t, i, commit(1000), commit(i), map[string]float64{name: ratio * (1 + 0.001*float64(i%3)), "B-2": 1})
		if i >= 20 {
			s.renamed = []record.Renamed{{Pkg: "example.com/p", Was: "Old-2", Name: "New-2"}}
		}
		all = append(all, s)
	}
	h := Changes(all, Options{})
	if len(h.Changes) != 1 || h.Benchmarks != 2 || h.Changes[0].Name != "New-2" || h.Changes[0].After != commit(25) || h.Changes[0].Established != 15 {
		t.Errorf("%+v", h)
	}
	if _, kept := all[0].ratios[record.Promise{Pkg: "example.com/p", Name: "Old-2"}.Point()]; !kept {
		t.Error("a snapshot was changed")
	}
	r := &Report{Cases: []Case{{Pkg: "example.com/p", Name: "New-2", Was: "Old-2", Unit: record.UnitTime, Head: 1}}}
	r.Cases[0].Ratio.N, r.Cases[0].Ratio.Value, r.Cases[0].Ratio.Low, r.Cases[0].Ratio.High = 30, 1, 0.99, 1.01
	var text bytes.Buffer
	if err := WriteSnapshot(&text, nil, r, "a", "b", t0); err != nil {
		t.Fatal(err)
	}
	if s, err := ReadSnapshot(parse(t, text.String())); err != nil || !slices.Equal(s.renamed, []record.Renamed{{Pkg: "example.com/p", Was: "Old-2", Name: "New-2"}}) {
		t.Errorf("%v, %+v", err, s)
	}
}
