package view

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"poolbench/bench/record"
)

// facts are the file keys of a record and what it says of its run, as it says it.
func facts(rec *record.Record) []record.Field {
	if rec == nil {
		return nil
	}
	out := slices.Clone(rec.Config)
	all := reflect.ValueOf(rec.Facts)
	for i := range all.NumField() {
		name, value := all.Type().Field(i).Tag.Get("fact"), all.Field(i)
		if name == "" || value.IsZero() {
			continue
		}
		add := func(v reflect.Value) {
			if text, err := json.Marshal(v.Interface()); err == nil {
				out = append(out, record.Field{Key: name, Value: strings.Trim(string(text), `"`)})
			}
		}
		if value.Kind() != reflect.Slice {
			add(value)
			continue
		}
		for i := range value.Len() {
			add(value.Index(i))
		}
	}
	return out
}
