// Package checker checks the sentences of reports against the data that they are about, by
// a second path: it pairs the results of a record itself, takes medians of ratios and plain
// intervals of them, and decides of every claim whether they contradict it. It shares the
// words of claims with package reports, and no arithmetic.
//
// A claim is contradicted where its numbers are not those of the data, and where data say
// clearly what it denies. What data leave open, no claim is blamed for: methods differ there.
package checker

import (
	"fmt"
	"math"

	"poolbench/bench/record"
	"poolbench/reports"
)

// Check tells of every sentence and claim what contradicts the record: nothing, when the
// sections are true. It does not change what it is given.
func Check(rec *record.Record, sections []reports.Section) []error {
	d := pair(rec)
	var out []error
	for _, section := range sections {
		for _, s := range section.Sentences {
			for _, err := range d.sentence(section, s) {
				out = append(out, fmt.Errorf("%s: %q: %w", section.Name, s.Text, err))
			}
		}
	}
	return out
}

func (d *data) sentence(section reports.Section, s reports.Sentence) (out []error) {
	if len(s.Claims) == 0 {
		return []error{fmt.Errorf("it makes no claim")}
	}
	for _, c := range s.Claims {
		check, known := relations[c.Relation]
		if !known {
			out = append(out, fmt.Errorf("the relation %q is not known here", c.Relation))
			continue
		}
		err := d.evidence(c)
		if err == nil {
			err = check(d, section, c)
		}
		if err != nil {
			out = append(out, fmt.Errorf("%s, %s %s: %w", c.Subject, c.Relation, c.Object, err))
		}
	}
	for _, together := range []func([]reports.Claim) error{d.shares, d.reached, d.model, d.blamed, d.product} {
		if err := together(s.Claims); err != nil {
			out = append(out, err)
		}
	}
	return append(out, d.printed(section, s)...)
}

// evidence says what is wrong with the form of a claim, whatever it says.
func (d *data) evidence(c reports.Claim) error {
	v := c.Value
	switch n := len(c.Against); {
	case n > 1 && n != len(c.Of):
		return fmt.Errorf("%d points against %d", len(c.Of), n)
	case math.IsNaN(v.Value) || math.IsInf(v.Value, 0) || math.IsNaN(v.Low+v.High):
		return fmt.Errorf("%v is no number", v)
	case v.Method != nil && !(v.Low <= v.Value && v.Value <= v.High):
		return fmt.Errorf("%v lies outside of its interval [%v, %v]", v.Value, v.Low, v.High)
	}
	for _, p := range c.Of {
		if d.blocks[p] == nil && c.Relation != reports.Absent && d.failed[p] == 0 {
			return fmt.Errorf("%s was not measured", p.Full())
		}
	}
	return nil
}

// against is the point that the i-th of a claim is compared with.
func against(c reports.Claim, i int) record.Point {
	if len(c.Against) == 1 {
		return c.Against[0]
	}
	return c.Against[i]
}

// shares of the time of the workers are parts of it, and all of it together.
func (d *data) shares(claims []reports.Claim) error {
	sum, n := 0.0, 0
	for _, c := range claims {
		if c.Relation == reports.ShareOfTime && c.Unit == fraction {
			sum, n = sum+c.Value.Value, n+1
		}
	}
	if n > 0 && math.Abs(sum-1) > 1e-6 {
		return fmt.Errorf("the shares of the time add up to %v", sum)
	}
	return nil
}
