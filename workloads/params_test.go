package workloads_test

import (
	"strings"
	"testing"

	"poolbench/workloads"
)

func TestAxisValues(t *testing.T) {
	skew := workloads.Axis{Name: "skew", Doc: "of the sizes", Values: []string{"1", "9"}}
	for _, test := range []struct {
		axes  map[string]string
		text  string
		count int // -1 for an error
	}{
		{nil, "1", 1}, // the first value
		{map[string]string{"other": "3"}, "1", 1},
		{map[string]string{"skew": "9"}, "9", 9},
		{map[string]string{"skew": "12"}, "12", 12}, // not of the standard grid
		{map[string]string{"skew": "0"}, "0", 0},
		{map[string]string{"skew": "zipf"}, "zipf", -1},
		{map[string]string{"skew": "-1"}, "-1", -1},
		{map[string]string{"skew": ""}, "", -1},
		{map[string]string{"skew": "99999999999999999999"}, "99999999999999999999", -1},
	} {
		p := workloads.Params{Axes: test.axes}
		if got := p.Text(skew); got != test.text {
			t.Errorf("%v: %q, want %q", test.axes, got, test.text)
		}
		got, err := p.Count(skew)
		if test.count < 0 {
			if err == nil || !strings.Contains(err.Error(), "skew") || !strings.Contains(err.Error(), "whole number") {
				t.Errorf("%v: error %v, want one that names the axis and what it takes", test.axes, err)
			}
		} else if err != nil || got != test.count {
			t.Errorf("%v: %d, %v, want %d", test.axes, got, err, test.count)
		}
	}
	if text := (workloads.Params{}).Text(workloads.Axis{Name: "empty"}); text != "" {
		t.Errorf("an axis without values has %q", text)
	}
}
