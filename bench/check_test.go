package bench

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/arm/inproc"
	"poolbench/executors"
)

func TestConfigCheck(t *testing.T) {
	// Of 16 naps of 2 ms the baseline takes 32 ms, one worker 32 ms, two 16 ms: a
	// block 80 ms, warm-up and two blocks 240 ms.
	good := Config{Sources: of(sleepGrid(executors.Goroutines)), Budget: 240 * time.Millisecond}
	if err := good.Check(); err != nil {
		t.Errorf("a budget that is just enough: %v", err)
	}
	long := func(grain time.Duration) []arm.Source {
		g := sleepGrid(executors.Goroutines)
		g.Grains = []time.Duration{grain}
		return of(g)
	}
	for want, spoil := range map[string]func(*Config){
		"at least 240ms":       func(c *Config) { c.Budget-- },
		"takes at least 8s":    func(c *Config) { c.Sources, c.Budget = long(time.Second), time.Hour },
		"a slice may take 20m": func(c *Config) { c.Sources, c.SliceLimit = long(2*time.Minute), 20*time.Minute },
		"no workloads":         func(c *Config) { c.Sources = of(inproc.Grid{}) },
		"no points":            func(c *Config) { c.Sources = nil },
	} {
		c := good
		spoil(&c)
		err := c.Check()
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want ErrUsage with %q", err, want)
		}
		var out bytes.Buffer
		c.Out = &out
		if _, err := Run(t.Context(), c); !errors.Is(err, ErrUsage) || out.Len() > 0 {
			t.Errorf("Run: %v, %d bytes written; want ErrUsage and nothing written", err, out.Len())
		}
	}
	c := good
	c.Sources, c.SliceLimit, c.Budget = long(time.Second), 16*time.Second, time.Minute
	if err := c.Check(); err != nil {
		t.Errorf("grains of 1s with a time limit and budget to match: %v", err)
	}
}

// What is built in fits any sensible budget.
func TestStandardGridFits(t *testing.T) {
	for name, g := range map[string]inproc.Grid{"standard": inproc.StandardGrid(), "quick": inproc.StandardGrid().Quick()} {
		if err := (Config{Sources: of(g), Budget: 3 * time.Second}).Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
