package host

import "poolbench/bench/record"

// Findings are what was found out: notes for the record, and what lowers trust.
type Findings struct {
	Notes    []record.Field
	Warnings []Warning
}

// A Warning is something that lowers trust in the results, and what to do
// about it. Topic is a lower-case word, the other two are sentences.
type Warning struct{ Topic, What, Cure string }

func (f *Findings) note(key, value string) {
	f.Notes = append(f.Notes, record.Field{Key: key, Value: value})
}

func (f *Findings) warn(topic, what, cure string) {
	f.Warnings = append(f.Warnings, Warning{topic, what, cure})
}
