package reports

import (
	"encoding/json"
	"math"

	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Sentence is one finding.
type Sentence struct {
	Subject string   `json:"subject,omitempty"` // what it is about, where Text does not say it: the workload
	Text    string   `json:"text"`              // one line
	Verdict *Verdict `json:"verdict,omitempty"` // nil for a finding that does not sum up its subject
	Claims  []Claim  `json:"claims,omitempty"`
}

// A Verdict sums up a subject, or the run.
type Verdict struct {
	Kind VerdictKind `json:"kind"`
	Word string      `json:"word"` // in a few words: "goroutines × 2, 1.9×", "cannot tell"
}

// A VerdictKind is how a verdict turned out.
type VerdictKind string

const (
	Win    VerdictKind = "win"    // a pool pays
	None   VerdictKind = "none"   // none does
	Unsure VerdictKind = "unsure" // cannot tell, or not without doubt
	Clean  VerdictKind = "clean"  // nothing is wrong
	Bad    VerdictKind = "bad"    // something failed
)

// A Claim is what a sentence states, for those who would rather have the number: that
// the value of Relation, from Subject to Object, is Value.
type Claim struct {
	Subject  string            // what it is about: "goroutines with 2 workers on spin"
	Relation string            // "speedup", "crossover", …
	Object   string            // against what: "serial"; may be empty
	Unit     string            // of Value: words.Seconds, words.Times, …, or the unit of a benchmark
	Value    estimate.Estimate // with its interval, its method and the blocks it was made from
	Outcome  string            // "always", "never", "several" (Value is the last) or "cannot tell" where there is no single value; else empty
}

// MarshalJSON writes the claim flat: the value in its unit, the ends of the interval, the
// blocks and the name of the method. What is absent, or no number, is left out.
func (c Claim) MarshalJSON() ([]byte, error) {
	out := map[string]any{"subject": c.Subject, "relation": c.Relation, "unit": c.Unit, "blocks": c.Value.N}
	put := func(key string, value any, ok bool) {
		if x, number := value.(float64); ok && !(number && (math.IsNaN(x) || math.IsInf(x, 0))) {
			out[key] = value
		}
	}
	put("object", c.Object, c.Object != "")
	put("outcome", c.Outcome, c.Outcome != "")
	put("value", c.Value.Value, c.Outcome == "" || c.Value.N > 0)
	if m := c.Value.Method; m != nil {
		put("low", c.Value.Low, true)
		put("high", c.Value.High, true)
		put("method", m.Name, true)
	}
	return json.Marshal(out)
}

// crossing is the claim of where Relation begins to hold.
func crossing(subject, relation, object string, unit string, c estimate.Crossing) Claim {
	out := Claim{Subject: subject, Relation: relation, Object: object, Unit: unit, Outcome: words.OutcomeText(c.Outcome)}
	if c.Outcome == estimate.Crosses || c.Outcome == estimate.Several {
		out.Value = c.At
	}
	return out
}
