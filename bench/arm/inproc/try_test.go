package inproc

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"poolbench/workloads"
)

// What a workload refuses is known before it is measured, and nothing stays behind.
func TestTry(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var closed, made []string
	picky := workloads.Tiny
	picky.New = func(p workloads.Params) (workloads.Job, error) {
		made = append(made, p.Axes["payload"])
		if err := os.WriteFile(p.Dir+"/x", nil, 0o600); err != nil || p.Tasks != 1 || p.Context == nil {
			t.Errorf("%+v, %v", p, err)
		}
		if p.Axes["payload"] == "3" {
			return nil, errors.New("it is prime")
		}
		job, err := workloads.Tiny.New(p)
		return closing{job, func() { closed = append(closed, p.Axes["payload"]) }}, err
	}
	untouched := picky
	untouched.Name, untouched.Axes = "untouched", nil
	untouched.New = func(workloads.Params) (workloads.Job, error) { panic("it has no such axis") }
	for _, test := range []struct {
		values []string
		says   string
		made   string
	}{
		{nil, "", ""},
		{[]string{"0", "1", "2"}, "", " 1 2"},
		{[]string{"1", "3", "5"}, "tiny: it is prime", "1 3"},
		{[]string{"-1"}, "whole number", "-1"},
	} {
		closed, made = nil, nil
		err := (Grid{Workloads: []workloads.Workload{untouched, picky}, Axes: map[string][]string{"payload": test.values}}).Try(context.Background())
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%q: %v, want %q", test.values, err, test.says)
		}
		if got := strings.Join(made, " "); got != test.made {
			t.Errorf("%q: made %q, want %q", test.values, got, test.made)
		}
		if test.says == "" && len(closed) != len(made) {
			t.Errorf("%q: %d made, %d closed", test.values, len(made), len(closed))
		}
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

type closing struct {
	workloads.Job
	told func()
}

func (c closing) Close() error { c.told(); return c.Job.Close() }
