package host

import "poolbench/bench/record"

// Findings are what was found out: readings for the record, and what lowers trust.
type Findings struct {
	Readings []record.Reading
	Warnings []record.Warning
}

func (f *Findings) read(name string, value float64, unit string) {
	f.Readings = append(f.Readings, record.Reading{Name: name, Value: value, Unit: unit})
}

// text notes a text that is not empty.
func (f *Findings) text(name, text string) {
	if text == "" {
		return
	}
	f.Readings = append(f.Readings, record.Reading{Name: name, Text: record.Sanitize(text)})
}

func (f *Findings) warn(topic, what, cure string) {
	f.Warnings = append(f.Warnings, record.Warning{Topic: topic, What: what, Cure: cure})
}
