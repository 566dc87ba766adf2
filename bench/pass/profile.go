package pass

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/google/pprof/profile"

	"poolbench/bench/arm"
	"poolbench/bench/record"
	"poolbench/executors/process"
)

// The profiles of Go's runtime, of this process and its worker processes together. Each
// sample has labels, see label.
var (
	CPU = Pass{Name: "cpu", Doc: "where CPU time goes: a profile of the process and its worker processes, labelled by point and worker",
		Around: profiled(process.ProfileCPU), Beyond: 200 * time.Millisecond} // its end, whatever was in it
	Heap = Pass{Name: "heap", Doc: "what allocates: a profile of the bytes and objects allocated meanwhile",
		Around: profiled(process.ProfileHeap)}
	Mutex = Pass{Name: "mutex", Doc: "who holds locks that others wait for: a profile of the delays, and their sum in the calmest slices",
		Around: profiled(process.ProfileMutex)}
	Block = Pass{Name: "block", Doc: "where goroutines wait for locks, channels and groups: a profile of the delays",
		Around: profiled(process.ProfileBlock)}
)

// profiled is the Around of a profile.
func profiled(kind process.ProfileKind) func(context.Context, arm.Arm) (arm.Slice, []Artefact, error) {
	return func(ctx context.Context, a arm.Arm) (arm.Slice, []Artefact, error) {
		about := aboutOf(ctx)
		var use usage
		var own []byte
		var merged *profile.Profile
		workers := map[int][]byte{} // what they counted before
		w := watched{
			begin: func(pool *process.Pool) (err error) {
				within, cancel := context.WithTimeout(ctx, askLimit)
				defer cancel()
				if pool != nil {
					for _, b := range lost(about.Tell, "profile", pool.BeginProfile(within, kind)) {
						workers[b.Pid] = b.Profile
					}
				}
				if own, err = process.BeginProfile(kind); err != nil && pool != nil {
					pool.EndProfile(within, kind)
				}
				use.begin(within, pool)
				return err
			},
			end: func() error {
				// Tasks may have been stopped by the end of ctx: what was seen of them is kept.
				within, cancel := context.WithTimeout(context.WithoutCancel(ctx), askLimit)
				defer cancel()
				use.end(within, about.Tell)
				parts := parts{point: about.Point}
				after, err := process.EndProfile(kind)
				if err == nil {
					err = parts.add(own, after, "parent")
				}
				if use.pool == nil {
					merged, err = parts.merge(err)
					return err
				}
				for _, e := range lost(about.Tell, "profile", use.pool.EndProfile(within, kind)) {
					before, ok := workers[e.Pid]
					delete(workers, e.Pid)
					if ok && err == nil {
						err = parts.add(before, e.Profile, fmt.Sprint(e.Pid))
					}
				}
				for pid := range workers {
					about.Tell(record.Warning{Topic: "pass", What: fmt.Sprintf("Worker process %d ended while it was profiled, and what it had seen with it; the rest is kept.", pid),
						Cure: "Look for tasks that end their process."})
				}
				merged, err = parts.merge(err)
				return err
			},
		}
		var waits []int64 // for mutexes, of each slice in this process, by the profile's own clock
		if kind == process.ProfileMutex {
			w.each = func(*process.Pool) (done func()) {
				before := mutexCycles()
				return func() { waits = append(waits, mutexCycles()-before) }
			}
		}
		all, err := w.run(ctx, a)
		s, n := mean(all), len(all)
		var artefacts []Artefact
		if merged != nil {
			var text bytes.Buffer
			if err1 := merged.Write(&text); err1 == nil {
				artefacts = []Artefact{{Name: string(kind) + ".pb.gz", Content: text.Bytes()}}
			} else if err == nil {
				err = err1
			}
		}
		if err == nil {
			switch {
			case kind == process.ProfileHeap:
				use.allocs(s.Values, n)
			case kind == process.ProfileMutex && merged != nil:
				kept := calm(all)
				s = mean(picked(all, kept))
				s.Values[record.UnitMutexWait] = delayIn(merged) * shareOf(waits, kept) / float64(len(kept))
			}
			use.basics(s.Values, n)
		}
		return s, artefacts, err
	}
}

// mutexCycles is how long goroutines of this process have been delayed by mutexes so far, in
// cycles of a clock that the profile turns into time.
func mutexCycles() (cycles int64) {
	for records := make([]runtime.BlockProfileRecord, 256); ; records = make([]runtime.BlockProfileRecord, 2*len(records)) {
		n, ok := runtime.MutexProfile(records)
		if !ok {
			continue
		}
		for _, r := range records[:n] {
			cycles += r.Cycles
		}
		return cycles
	}
}

// shareOf is the share that some have of the sum of all; as many as they are where there is
// nothing to share.
func shareOf(all []int64, some []int) float64 {
	sum, part := int64(0), int64(0)
	for _, v := range all {
		sum += v
	}
	for _, v := range picked(all, some) {
		part += v
	}
	if sum <= 0 {
		return float64(len(some)) / float64(max(1, len(all)))
	}
	return float64(part) / float64(sum)
}

// delayIn is how long goroutines were delayed by what a profile shows, in seconds: the sum of
// the values that are nanoseconds.
func delayIn(p *profile.Profile) (seconds float64) {
	for i, t := range p.SampleType {
		if t.Unit != "nanoseconds" {
			continue
		}
		for _, s := range p.Sample {
			seconds += float64(s.Value[i]) / 1e9
		}
	}
	return seconds
}

// parts are profiles of single processes.
type parts struct {
	point record.Point
	all   []*profile.Profile
}

// add adds what a process has seen; before is what it had counted before, if it counts up.
func (p *parts) add(before, after []byte, worker string) error {
	seen, err := profile.ParseData(after)
	if err != nil {
		return fmt.Errorf("reading a profile: %w", err)
	}
	if len(before) > 0 {
		past, err := profile.ParseData(before)
		if err != nil {
			return fmt.Errorf("reading a profile: %w", err)
		}
		past.Scale(-1)
		if seen, err = profile.Merge([]*profile.Profile{seen, past}); err != nil {
			return fmt.Errorf("subtracting a profile: %w", err)
		}
		seen = positive(seen)
	}
	label(seen, p.point, worker)
	p.all = append(p.all, seen)
	return nil
}

// positive leaves out samples in which something is below 0: what was counted before in a
// place that the runtime has merged with others since.
func positive(p *profile.Profile) *profile.Profile {
	kept := p.Sample[:0]
	for _, s := range p.Sample {
		least := int64(0)
		for _, v := range s.Value {
			least = min(least, v)
		}
		if least == 0 {
			kept = append(kept, s)
		}
	}
	p.Sample = kept
	return p.Compact()
}

// merge is all of them in one. An error before stays.
func (p *parts) merge(err error) (*profile.Profile, error) {
	if len(p.all) == 0 {
		return nil, err
	}
	merged, err1 := profile.Merge(p.all)
	if err == nil && err1 != nil {
		err = fmt.Errorf("merging profiles: %w", err1)
	}
	return merged, err
}
