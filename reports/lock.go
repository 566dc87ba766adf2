package reports

import (
	"fmt"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// ShareLocked is the share of the time of a plain loop that one thread at a time can do, as
// two threads tell.
const ShareLocked Relation = "share under the lock"

// lockThreads is the executor whose threads share an interpreter with its lock.
const lockThreads = "python-threads"

// Lock says of each workload of Python how much of its time the lock of the interpreter is
// held. With a share h of it two threads take (1+h)/2 of the time of one, so it is 2/S₂ − 1
// of their speedup S₂: 1 when no two run at a time, 0 when they do all the time, and
// outside of that by noise, or by what threads cost besides. The arm of two threads with the
// largest speedup tells, since overhead is no lock.
var Lock = Question{
	Name: "lock", Title: "Why?", Doc: "How much of the time is under the interpreter's lock?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "The share is measured, as 2 ÷ (speedup of two threads) − 1: near 100 % threads gain nothing and processes may, near 0 % threads are as good and cheaper."}
		for _, h := range Headline(s) {
			if two := twoThreads(h); two != nil && !(h.Resource == "cpu" && h.Grain == 0 && h.Units == 0) { // tasks that do nothing are all overhead
				out.Sentences = append(out.Sentences, lockSentence(h, *two))
			}
		}
		return out
	},
}

// twoThreads is the fastest arm of two threads; nil without one that has an interval.
func twoThreads(s Scaling) (best *ScalingPoint) {
	for _, p := range s.Points() {
		if p.Executor == lockThreads && p.Workers == 2 && p.Speedup.Known() && (best == nil || p.Speedup.Value > best.Speedup.Value) {
			best = &p
		}
	}
	return best
}

// ShareUnderLock is the share that a speedup of two threads tells.
func ShareUnderLock(two estimate.Estimate) estimate.Estimate {
	out := two
	out.Value, out.Low, out.High = 2/two.Value-1, 2/two.High-1, 2/two.Low-1
	return out
}

func lockSentence(s Scaling, two ScalingPoint) Sentence {
	share := ShareUnderLock(two.Speedup)
	reason := fmt.Sprintf("%s of its time is under the interpreter's lock, as two threads run at %s",
		words.Estimate(share, words.Fraction), words.Estimate(two.Speedup, words.Times))
	out := Sentence{Subject: s.Family.Title(), Brief: words.Estimate(share, words.Fraction) + " under the lock",
		Claims: []Claim{
			{Subject: two.String() + " on " + s.Title(), Relation: ShareLocked, Unit: words.Fraction, Value: share, Of: []record.Point{two.Point}, Against: []record.Point{s.Baseline}},
			{Subject: two.String() + " on " + s.Title(), Relation: Speedup, Object: s.Family.Baseline, Unit: words.Times, Value: two.Speedup, Of: []record.Point{two.Point}, Against: []record.Point{s.Baseline}},
		}}
	switch s.Best.Decision {
	case ChosenPool:
		for _, p := range s.Points() {
			if p.Pool == s.Best.Pool {
				out.Claims = append(out.Claims, Claim{Subject: p.String() + " on " + s.Title(), Relation: Speedup, Object: s.Family.Baseline, Unit: words.Times, Value: p.Speedup, Of: []record.Point{p.Point}, Against: []record.Point{s.Baseline}})
			}
		}
		out.Text = fmt.Sprintf("use %s%s, since %s", s.Best.Pool, chunkText(s), reason)
	case NoPool, OneWorker:
		out.Text = fmt.Sprintf("use no pool: none gains what matters; %s", reason)
	default:
		out.Text = "which pool it should have cannot be told yet; " + reason
	}
	return out
}

// chunkText says that tasks are handed over one at a time, where chunks were tried.
func chunkText(s Scaling) string {
	if s.Best.How.Get(record.AxisChunk) != "" {
		return ""
	}
	for _, p := range s.Points() {
		if p.How.Get(record.AxisChunk) != "" {
			return ", one task at a time"
		}
	}
	return ""
}
