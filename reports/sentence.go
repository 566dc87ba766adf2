package reports

import (
	"encoding/json"
	"math"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// A Sentence is one finding. What it says it states as claims: one without any is no
// finding, and Answer leaves it out.
type Sentence struct {
	Subject string   `json:"subject,omitempty"` // what it is about, where Text does not say it: the workload
	Text    string   `json:"text"`              // one line
	Brief   string   `json:"-"`                 // the same in at most 60 characters, for the last screen of a terminal; empty where it is not for there
	Verdict *Verdict `json:"verdict,omitempty"` // nil for a finding that does not sum up its subject
	Claims  []Claim  `json:"claims"`
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

// A Claim is what a sentence states, for those who would rather have the number, and for
// a check by another path: that the value of Relation, from Subject to Object, is Value.
type Claim struct {
	Subject  string            // what it is about: "goroutines with 2 workers on spin"
	Relation Relation          // what is said of it
	Object   string            // against what: "serial"; may be empty
	Unit     string            // of Value: words.Seconds, words.Times, …, or the unit of a benchmark
	Value    estimate.Estimate // with its interval, its method and the blocks it was made from
	Level    float64           // of the interval; 0 is estimate.Confidence. estimate.Certainty is that of all arms together
	Outcome  string            // "always", "never", "several" (Value is the last), "at most" or "cannot tell" where there is no single value; else empty

	// The evidence: what was measured of the subject, and what it was compared with, within
	// blocks. Against is parallel to Of, or one point for all, or empty.
	Of, Against []record.Point
}

// A Relation is what a Claim says of its subject.
type Relation string

// The relations of choices. Those of other questions stand beside them.
const (
	Speedup  Relation = "speedup"          // time of Against / time of Of
	Helps    Relation = "helps"            // the same, and surely above 1
	NoGain   Relation = "gains nothing"    // the same of the best of Of: surely none gains more than what is Practical
	MayGain  Relation = "may gain"         // the same: not told
	Missing  Relation = "missing CPUs"     // CPUs that the machine gave, while none was seen to gain
	Faster   Relation = "faster"           // the same, against another arm
	Measured Relation = "measured faster"  // the same, not surely: the price of a choice
	EqualTo  Relation = "equal"            // the same, surely within what is Practical of 1
	UntoldOf Relation = "not told apart"   // the same, on both sides of 1
	Rising   Relation = "still rising"     // the same, against the next smaller pool
	Unchosen Relation = "blocks so far"    // how many blocks there are of Object, those that an interval needs
	Absent   Relation = "was not measured" // nothing to compare
	CountOf  Relation = "count"            // a number of things in the record
	MedianOf Relation = "median"           // of the values of Of in Unit
)

// MarshalJSON writes the claim flat: the value in its unit, the ends of the interval, the
// blocks, the name of the method, and the names of the points of the evidence. What is
// absent, or no number, is left out.
func (c Claim) MarshalJSON() ([]byte, error) {
	out := map[string]any{"subject": c.Subject, "relation": c.Relation, "unit": c.Unit, "blocks": c.Value.N}
	put := func(key string, value any, ok bool) {
		if x, number := value.(float64); ok && !(number && (math.IsNaN(x) || math.IsInf(x, 0))) {
			out[key] = value
		}
	}
	put("object", c.Object, c.Object != "")
	put("outcome", c.Outcome, c.Outcome != "")
	put("value", c.Value.Value, c.Outcome == "" || c.Value.N > 0 && c.Value.Value != 0)
	if m := c.Value.Method; m != nil {
		put("low", c.Value.Low, true)
		put("high", c.Value.High, true)
		put("level", c.level(), true)
		put("method", m.Name, true)
	}
	put("of", names(c.Of), len(c.Of) > 0)
	put("against", names(c.Against), len(c.Against) > 0)
	return json.Marshal(out)
}

func (c Claim) level() float64 {
	if c.Level == 0 {
		return estimate.Confidence
	}
	return c.Level
}

// names are those of points, as the record has them.
func names(points []record.Point) []string {
	out := make([]string, len(points))
	for i, p := range points {
		out[i] = p.Full()
	}
	return out
}

// crossing is the claim of where Relation begins to hold along some points.
func crossing(subject string, relation Relation, object string, unit string, c estimate.Crossing) Claim {
	out := Claim{Subject: subject, Relation: relation, Object: object, Unit: unit, Outcome: words.OutcomeText(c.Outcome)}
	switch c.Outcome {
	case estimate.Crosses, estimate.Several:
		out.Value = c.At
	case estimate.Unknown:
		out.Value = estimate.Estimate{Value: c.At.Value, N: c.At.N} // a guess at best
	}
	return out
}
