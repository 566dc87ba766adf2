package view

import (
	"encoding/json"
	"reflect"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// factTable are the file keys of a record and what it says of its run, as it says it.
func factTable(rec *record.Record) words.Table {
	t := words.Table{Title: "Settings and facts in the record", Folded: true, Left: 2, Header: []string{"key", "value"}}
	for _, f := range rec.Config {
		t.Rows = append(t.Rows, words.Row(f.Key, f.Value))
	}
	add := func(name string, v reflect.Value) {
		if text, err := json.Marshal(v.Interface()); err == nil {
			t.Rows = append(t.Rows, words.Row(name, strings.Trim(string(text), `"`)))
		}
	}
	all := reflect.ValueOf(rec.Facts)
	for i := range all.NumField() {
		name, value := all.Type().Field(i).Tag.Get("fact"), all.Field(i)
		switch {
		case name == "" || value.IsZero():
		case value.Kind() == reflect.Slice:
			for j := range value.Len() {
				add(name, value.Index(j))
			}
		default:
			add(name, value)
		}
	}
	return t
}
