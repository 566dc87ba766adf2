package pass

import (
	"strings"

	"github.com/google/pprof/profile"

	"poolbench/bench/record"
)

// label gives all samples of a profile the labels by which it can be cut: the axes of the
// point (executor, workload, workers, grain, …), worker, which is the process id of a worker
// process or "parent", and stage where the stack tells it.
//
// They are given afterwards. One point at a time runs in a process, so that every sample is
// of it, those of the collector and of goroutines that live longer than the point too. There
// is nothing to take off a worker after a task, and kinds of profiles that have no labels of
// the runtime's (heap, mutex, block) have these. Labels that a program sets itself stay.
func label(p *profile.Profile, point record.Point, worker string) {
	for _, s := range p.Sample {
		if s.Label == nil {
			s.Label = map[string][]string{}
		}
		set := func(key, value string) {
			if _, taken := s.Label[key]; !taken && value != "" {
				s.Label[key] = []string{value}
			}
		}
		for axis, value := range point.Axes() {
			set(axis, value)
		}
		set("worker", worker)
		set("stage", stageOf(s))
	}
}

// stageFrames are functions that tell the stage, by a part of their names. Of a stack the
// innermost one counts.
var stageFrames = []struct{ part, stage string }{
	{"runtime.gcBgMarkWorker", "gc"},
	{"runtime.gcAssistAlloc", "gc"},
	{"runtime.bgsweep", "gc"},
	{").AppendInput", "encode"},
	{"remote.(*Item).Encode", "encode"},
	{"remote.(*Child).call", "run"},
	{"remote.(*Child).reply", "reply"},
	{"process.(*Pool).settle", "decode"},
	{").Settle", "decode"},
	{"executors.(*task", "run"},
	{").Submit", "submit"},
	{"executors.Submit", "submit"},
}

// stageOf is the stage of a task in which a sample was taken; "" where its stack does not
// tell.
func stageOf(s *profile.Sample) string {
	for _, at := range s.Location {
		for _, line := range at.Line {
			if line.Function == nil {
				continue
			}
			for _, f := range stageFrames {
				if strings.Contains(line.Function.Name, f.part) {
					return f.stage
				}
			}
		}
	}
	return ""
}
