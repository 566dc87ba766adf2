package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/pprof/profile"

	"poolbench/bench/arm"
	"poolbench/bench/host"
	"poolbench/bench/record"
)

// A Profiler is a comparison that can tell what its benchmarks spend in which function.
type Profiler interface {
	// Profiles is the kind of profile that tells of a unit; "" for none.
	Profiles(unit string) string
	// Profile takes one block of a profile of a promised point, both sides in turns.
	Profile(ctx context.Context, number int, p record.Point, kind string) (arm.Profiled, error)
	// Functions tells where the functions stand that the profiles so far name.
	Functions(ctx context.Context) ([]record.Function, error)
}

// A Symptom is a unit of a benchmark that changed.
type Symptom struct {
	Point record.Point
	Unit  string
}

// An ExplainConfig is one call of Explain.
type ExplainConfig struct {
	Symptoms []Symptom     // the most important first
	Budget   time.Duration // for all of it but the first block of each profile, with which all is prepared: those have as much again
	Out      io.Writer     // receives what is added to the record; not closed
}

// An Explanation is what Explain found out.
type Explanation struct {
	Profiles  []record.Profile
	Functions []record.Function
	Warnings  []record.Warning // of what could not be profiled, and why
	Merged    []MergedProfile
}

// A MergedProfile is what was seen of a benchmark in all blocks, as pprof reads it.
type MergedProfile struct {
	Point record.Point
	Kind  string
	Sides [2][]byte // base, head
}

const (
	// leastExplained is how long one profile has at least: what does not fit into the budget
	// is not profiled.
	leastExplained = 5 * time.Second
	// exactBlocks are enough for what is counted, not sampled.
	exactBlocks = 6
)

// wish is a profile to be made.
type wish struct {
	Symptom
	kind   string
	blocks int
	seen   [2][]*profile.Profile
	err    error
}

// Explain profiles both versions of what changed, in turns, benchmark by benchmark and
// block by block until the budget is spent, and adds that to a record. An end of ctx leaves what
// was profiled until then, with a warning; the error is that of Out.
func Explain(ctx context.Context, p Profiler, config ExplainConfig) (e Explanation, err error) {
	out := record.ContinueWriter(config.Out, host.Keys(ctx))
	wishes, left := wishesOf(p, config)
	if left > 0 {
		e.warn(fmt.Sprintf("No cause was looked for in %d of the regressions: there is time for %d.", left, len(wishes)), "A larger -budget has more, or -bench fewer.")
	}
	first, cancel := context.WithTimeout(ctx, config.Budget)
	defer cancel()
	going, err := e.round(first, p, 1, wishes, out)
	if err != nil {
		return e, err
	}
	limited, cancel := context.WithTimeout(ctx, config.Budget)
	defer cancel()
	for number := 2; going && limited.Err() == nil; number++ {
		if going, err = e.round(limited, p, number, wishes, out); err != nil {
			return e, err
		}
	}
	for _, w := range wishes {
		if w.blocks == 0 && w.err == nil && ctx.Err() == nil {
			e.warn(fmt.Sprintf("%s was not profiled: there was no time for one block.", w.Point.Full()), "A larger -budget has more.")
		}
	}
	if ctx.Err() != nil {
		e.warn("The profiles for the causes were interrupted.", "")
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(config.Budget, leastExplained))
	defer cancel()
	if e.Functions, err = p.Functions(within); err != nil {
		e.warn(fmt.Sprintf("Where the functions stand is not known: %v.", err), "")
	}
	err = nil
	for _, f := range e.Functions {
		err = errors.Join(err, out.Fact("function", f))
	}
	for _, w := range e.Warnings {
		err = errors.Join(err, out.Fact("warning", w))
	}
	for _, w := range wishes {
		if merged, err := w.merged(); err == nil && w.blocks > 0 {
			e.Merged = append(e.Merged, merged)
		}
	}
	return e, err
}

// round takes one block of each profile that wants one, and reports whether there is to be
// another round.
func (e *Explanation) round(ctx context.Context, p Profiler, number int, wishes []wish, out *record.Writer) (going bool, err error) {
	for i := range wishes {
		w := &wishes[i]
		if w.err != nil || w.kind != "cpu" && w.blocks == exactBlocks {
			continue
		}
		got, failed := p.Profile(ctx, number, w.Point, w.kind)
		if ctx.Err() != nil {
			return going, nil
		}
		if failed == nil {
			failed = w.add(got)
		}
		if w.err = failed; failed != nil {
			e.warn(fmt.Sprintf("%s was not profiled: %v.", w.Point.Full(), failed), "")
			continue
		}
		going = true
		for _, spent := range got.Spent {
			e.Profiles = append(e.Profiles, spent)
			if err := out.Fact("profile", spent); err != nil {
				return false, err
			}
		}
	}
	return going, nil
}

func (e *Explanation) warn(what, cure string) {
	e.Warnings = append(e.Warnings, record.Warning{Topic: "cause", What: what, Cure: cure})
}

// wishesOf are the profiles that fit the budget, one of a kind for each point; left is how many
// benchmarks do not.
func wishesOf(p Profiler, config ExplainConfig) (wishes []wish, left int) {
	known := map[string]bool{}
	for _, s := range config.Symptoms {
		kind := p.Profiles(s.Unit)
		key := kind + " " + s.Point.Full()
		switch {
		case kind == "" || known[key]:
		case len(wishes) > 0 && time.Duration(len(wishes)+1)*leastExplained > config.Budget:
			known[key] = true
			left++
		default:
			known[key] = true
			wishes = append(wishes, wish{Symptom: s, kind: kind})
		}
	}
	return wishes, left
}

// add keeps the files of a block.
func (w *wish) add(got arm.Profiled) error {
	var parsed [2]*profile.Profile
	for s, text := range got.Files {
		var err error
		if parsed[s], err = profile.ParseData(text); err != nil {
			return err
		}
	}
	for s := range parsed {
		w.seen[s] = append(w.seen[s], parsed[s])
	}
	w.blocks++
	return nil
}

// merged are the profiles of all blocks together. Links have their code at other addresses,
// which are left out: functions and lines are what counts.
func (w *wish) merged() (m MergedProfile, err error) {
	m.Point, m.Kind = w.Point, w.kind
	for s, all := range w.seen {
		if len(all) == 0 {
			return m, errors.New("nothing was seen")
		}
		for _, p := range all {
			for _, l := range p.Location {
				l.Address, l.Mapping = 0, nil
			}
			p.Mapping = nil
		}
		p, err := profile.Merge(all)
		if err != nil {
			return m, err
		}
		var text bytes.Buffer
		if err := p.Write(&text); err != nil {
			return m, err
		}
		m.Sides[s] = text.Bytes()
	}
	return m, nil
}
