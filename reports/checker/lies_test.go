package checker_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/checker"
	"poolbench/reports/planted"
)

// lies are what may be wrong with a claim.
var lies = map[string]func(*reports.Claim) bool{
	"another value": func(c *reports.Claim) bool {
		c.Value.Value, c.Value.Low, c.Value.High = 1.3*c.Value.Value+1, 1.3*c.Value.Low+1, 1.3*c.Value.High+1
		return true
	},
	"a narrow interval": func(c *reports.Claim) bool {
		c.Value.Low, c.Value.High = c.Value.Value, c.Value.Value
		return c.Value.Method != nil
	},
	"another count of blocks": func(c *reports.Claim) bool { c.Value.N++; return true },
	"the other way round": func(c *reports.Claim) bool {
		if len(c.Of) == 1 && len(c.Against) == 1 {
			c.Of, c.Against = c.Against, c.Of
		}
		return true
	},
	"never": func(c *reports.Claim) bool {
		change := map[string]string{"": "never", "always": "never", "never": "always", "at most": ""}
		c.Outcome = change[c.Outcome]
		return true
	},
	"another relation": func(c *reports.Claim) bool {
		change := map[reports.Relation]reports.Relation{reports.EqualTo: reports.Faster, reports.UntoldOf: reports.EqualTo, reports.Faster: reports.EqualTo, reports.Helps: reports.NoGain,
			reports.NoGain: reports.Helps, reports.StaysBehind: reports.DrawsLevel, reports.DrawsLevel: reports.StaysBehind, reports.MayGain: reports.Helps, reports.Measured: reports.EqualTo, reports.Speedup: reports.NoGain}
		c.Relation = change[c.Relation]
		return c.Relation != ""
	},
}

// Of every relation some lies are found, so that none is waved through.
func TestLiesAreFound(t *testing.T) {
	found, told := map[reports.Relation]map[string]bool{}, map[reports.Relation]bool{}
	for _, blocks := range []int{4, 20} {
		all := planted.Worlds(1, blocks, 0.03)
		for _, name := range slices.Sorted(maps.Keys(all)) {
			rec, err := all[name].Record()
			if err != nil {
				t.Fatal(err)
			}
			for _, section := range reports.Answer(reports.NewSet(rec), reports.Questions()...) {
				for _, s := range section.Sentences {
					for i, c := range s.Claims {
						told[c.Relation] = true
						for lie, tell := range lies {
							if found[c.Relation][lie] {
								continue // once is enough
							}
							if wrong := tampered(section, s, i, tell); wrong.Name != "" && len(checker.Check(rec, []reports.Section{wrong})) > 0 {
								if found[c.Relation] == nil {
									found[c.Relation] = map[string]bool{}
								}
								found[c.Relation][lie] = true
							}
						}
					}
				}
			}
		}
	}
	for relation := range told {
		if len(found[relation]) == 0 && relation != reports.Absent { // see TestUnclaimedIsFound
			t.Errorf("no lie about %q is found", relation)
		}
	}
	for _, relation := range []reports.Relation{reports.Speedup, reports.Helps, reports.NoGain, reports.Faster, reports.EqualTo, reports.UntoldOf, reports.StaysBehind, reports.CapacityIs, reports.Rising, reports.TaskTime, reports.AsLong, reports.MetgRatio, reports.TakesLonger, reports.SameLatency, reports.LatencyIs} {
		for _, lie := range []string{"another value", "a narrow interval", "another count of blocks", "another relation"} {
			known := lie != "another relation" || relation != reports.CapacityIs && relation != reports.Rising && relation != reports.TaskTime && relation != reports.AsLong && relation != reports.MetgRatio && relation != reports.TakesLonger && relation != reports.SameLatency && relation != reports.LatencyIs
			if known && !found[relation][lie] && told[relation] && !(lie == "another count of blocks" && relation == reports.NoGain) {
				t.Errorf("%q: %s is not found", relation, lie)
			}
		}
		if !told[relation] {
			t.Errorf("no planted record says %q", relation)
		}
	}
}

// tampered is the section with a sentence alone, of which a claim is a lie, if it can be.
func tampered(section reports.Section, s reports.Sentence, i int, tell func(*reports.Claim) bool) reports.Section {
	s.Text, s.Brief, s.Verdict, s.Claims = "", "", nil, slices.Clone(s.Claims)
	if !tell(&s.Claims[i]) {
		return reports.Section{}
	}
	section.Sentences = []reports.Sentence{s}
	return section
}

// Numbers that no claim has, relations that nobody knows and sentences without a claim are
// found, in text, brief and verdict.
func TestUnclaimedIsFound(t *testing.T) {
	rec, err := planted.Worlds(1, 20, 0.03)["30 % better"].Record()
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*reports.Sentence){
		"of no claim":         func(s *reports.Sentence) { s.Text += "; 41 % faster" },
		"of its Brief":        func(s *reports.Sentence) { s.Brief += ", 7.7× [7.1, 8.2]" },
		"of its Verdict":      func(s *reports.Sentence) { s.Verdict = &reports.Verdict{Word: "in 31 µs"} },
		"not known here":      func(s *reports.Sentence) { s.Claims[0].Relation = "is nicer than" },
		"was measured":        func(s *reports.Sentence) { s.Claims = append(s.Claims, reports.Claim{Relation: reports.Absent}) },
		"makes no claim":      func(s *reports.Sentence) { s.Claims = nil },
		"was not measured":    func(s *reports.Sentence) { s.Claims[0].Of = []record.Point{record.GridPoint("x", "y", 3, 1)} },
		"outside of its inte": func(s *reports.Sentence) { s.Claims[0].Value.Low = 2 * s.Claims[0].Value.Value },
	} {
		section := reports.Answer(reports.NewSet(rec), reports.Which)[0]
		change(&section.Sentences[0])
		var all []string
		for _, err := range checker.Check(rec, []reports.Section{section}) {
			all = append(all, err.Error())
		}
		if text := strings.Join(all, "\n"); !strings.Contains(text, name) {
			t.Errorf("%q is not found, but %q", name, text)
		}
	}
}
