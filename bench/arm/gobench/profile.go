package gobench

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/pprof/profile"

	"poolbench/bench/arm"
	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// Of a block of profiles. Beginning and writing one takes a tenth of a second, most of it
// waiting.
const (
	profiledSlice = 25 * time.Millisecond // as long as most of them should be
	profiledTurns = 12                    // of each side
	countedTurns  = 2                     // of each side, where nothing is left to chance: to profile each allocation takes many times longer
	profiledWarm  = 3                     // parts of a slice before them
	profiledShare = 300 * time.Millisecond
)

// errCannotProfile: processes that cannot be stepped would be profiled with what goes on beside
// the benchmark.
var errCannotProfile = errors.New("binaries that cannot be stepped have no profiles")

// Profiles reports which kind of profile tells of a unit; "" for none.
func (c *Comparison) Profiles(unit string) string {
	for _, kind := range slices.Sorted(maps.Keys(profiledUnits)) {
		for _, u := range profiledUnits[kind] {
			if u.unit == unit {
				return kind
			}
		}
	}
	return ""
}

// Profile takes one block of a profile of a promised point: both sides in turns, in
// fresh processes of the pair of links of the block. The files are of the whole block. An error is
// that of ctx, of a binary, or of the benchmark.
func (c *Comparison) Profile(ctx context.Context, number int, p record.Point, kind string) (out arm.Profiled, err error) {
	t := c.targets[p]
	switch {
	case t == nil || !t.fits():
		return out, fmt.Errorf("%s is not measured", p)
	case !c.builds.Stepped:
		return out, errCannotProfile
	}
	if err := c.owned(ctx, t.pkg); err != nil {
		return out, err
	}
	if err := c.builds.Link(ctx, t.pkg, c.Links(number)); err != nil {
		return out, err
	}
	dir, err := os.MkdirTemp("", "poolbench-profile-")
	if err != nil {
		return out, err
	}
	defer os.RemoveAll(dir)
	var sides [2]profiledSide
	for s, side := range t.sides() {
		sides[s].path = filepath.Join(dir, side.String())
	}
	if err := c.takeProfiles(ctx, t, number, kind, &sides); err != nil {
		return out, err
	}
	return c.readProfiles(t, number, kind, sides)
}

// A profiledSide is one build in a block of profiles.
type profiledSide struct {
	path          string // of the profile
	operations    float64
	clock, waited float64 // ns that its slices took, and that it waited for a CPU meanwhile
	ran           float64 // ns of CPU time; below 0 when the system does not tell
	process       *stepped
	arm           *side
	before        map[int]float64
}

func (c *Comparison) takeProfiles(ctx context.Context, t *target, number int, kind string, sides *[2]profiledSide) error {
	defer func() {
		for _, s := range sides {
			if s.process != nil {
				s.process.kill()
			}
		}
	}()
	var runners [2]runner
	for s, build := range t.sides() {
		l, err := c.launch(t.pkg, build, c.Links(number), exactly(t.named(build)), t.procs)
		if err != nil {
			return err
		}
		l.env = append(slices.Clone(l.env), "POOLBENCH_PROFILE="+kind+" "+sides[s].path)
		if sides[s].process, err = awaitBenchmark(ctx, l, t.named(build)); err != nil {
			return fmt.Errorf("%v: %w", build, err)
		}
		sides[s].process.last = true
		runners[s] = sides[s].process
	}
	arms := newSides(t, runners, false)
	c.pinBoth(t, arms)
	n, turns := profiledIterations(t.plan)
	if kind == "allocs" {
		turns = min(turns, countedTurns)
	}
	// What grows cold, and what a process does once, comes before.
	single, failures := usesOneThread(ctx, arms, max(1, n/8), profiledWarm)
	if err := errors.Join(failures[:]...); err != nil {
		return err
	}
	flags := uint64(stepProfile)
	if single || t.plan.single {
		flags |= stepThread
	}
	for s := range sides {
		sides[s].arm, sides[s].before = arms[s], arms[s].ran()
	}
	first := number % 2
	for turn := range turns {
		for _, s := range [][2]int{{0, 1}, {1, 0}}[(turn+first)%2] {
			got, err := arms[s].run(ctx, n, flags)
			if err != nil {
				return err
			}
			sides[s].operations += float64(n)
			sides[s].clock += got.clock
			sides[s].waited += got.Waited * 1e9
		}
	}
	for s := range sides {
		sides[s].count()
	}
	_, failures = both([2]*stepped{sides[0].process, sides[1].process}, func(p *stepped) (map[string]float64, error) { return p.end(ctx) })
	return errors.Join(failures[:]...)
}

// Flags of a slice, as in the protocol.
const (
	stepProfile = 1 << 4
	stepThread  = 1 << 5
)

// profiledIterations is how long slices are and how many each side has.
func profiledIterations(p plan) (n, turns int) {
	times := max(1, int(2*profiledSlice/max(p.wall, 1)))
	n = int(min(most, float64(p.iterations)*float64(times)))
	return n, max(1, min(profiledTurns, int(2*profiledShare/max(1, p.wall*time.Duration(times)))))
}

// count takes the CPU time since the first slice.
func (s *profiledSide) count() {
	after := s.arm.ran()
	if s.ran = -1; after == nil || s.before == nil {
		return
	}
	s.ran = 0
	for id, ns := range after {
		s.ran += max(0, ns-s.before[id])
	}
}

// busy is the share of its time in which the process used a CPU, not counting the time in which
// it wanted one; 0 when unknown.
func (s *profiledSide) busy() float64 {
	if wall := s.clock - s.waited; s.ran > 0 && wall > 0 {
		return min(1, s.ran/wall)
	}
	return 0
}

// readProfiles reads what the processes wrote.
func (c *Comparison) readProfiles(t *target, number int, kind string, sides [2]profiledSide) (out arm.Profiled, err error) {
	var profiles [2]*profile.Profile
	for s := range sides {
		if profiles[s], err = readProfile(sides[s].path, kind); err != nil {
			return out, fmt.Errorf("the profile of %v: %w", build.Side(s), err)
		}
		if kind == "cpu" {
			timed(profiles[s], sides[s].ran)
		}
		var text bytes.Buffer
		if err := profiles[s].Write(&text); err != nil {
			return out, err
		}
		out.Files[s] = text.Bytes()
	}
	own := c.own[t.pkg]
	for _, u := range profiledUnits[kind] {
		p := record.Profile{Pkg: t.Pkg, Name: t.Name, Unit: u.unit, Block: number}
		for s, side := range []*record.Profiled{&p.Base, &p.Head} {
			i := slices.IndexFunc(profiles[s].SampleType, func(v *profile.ValueType) bool { return v.Type == u.value })
			if i < 0 {
				return out, fmt.Errorf("the profile has no values %q", u.value)
			}
			side.Operations = sides[s].operations
			side.Spent = fold(profiles[s], i, own, func(function string, at build.Place) {
				if c.places[t.pkg] == nil {
					c.places[t.pkg] = map[string][2]build.Place{}
				}
				places := c.places[t.pkg][function]
				if at.File != "" {
					places[s] = at
				}
				c.places[t.pkg][function] = places
			})
			for _, of := range side.Spent {
				for f := range of {
					of[f] *= u.scale
				}
			}
			if kind == "cpu" {
				side.Busy = sides[s].busy()
			}
		}
		out.Spent = append(out.Spent, p)
	}
	return out, nil
}

// readProfile is what was seen from the first slice that was profiled, while the timer ran.
func readProfile(path, kind string) (*profile.Profile, error) {
	p, err := parseProfile(path)
	if err != nil {
		return nil, err
	}
	if kind != "cpu" {
		before, err := parseProfile(path + ".before")
		if err != nil {
			return nil, err
		}
		before.Scale(-1)
		if p, err = profile.Merge([]*profile.Profile{p, before}); err != nil {
			return nil, err
		}
	}
	p.Sample = slices.DeleteFunc(p.Sample, func(s *profile.Sample) bool {
		// Places that the runtime has merged since may have less than before.
		return untimedSample(s) || ownSample(s) || kind == "cpu" && idleSample(s) || slices.Min(s.Value) < 0 || slices.Max(s.Value) == 0
	})
	return p.Compact(), nil
}

// timed has the samples of a CPU profile stand for the time that was used, in ns; below 0 it is
// unknown. They come from more than one clock, so that the profile itself cannot tell.
func timed(p *profile.Profile, used float64) {
	count := slices.IndexFunc(p.SampleType, func(v *profile.ValueType) bool { return v.Type == "samples" })
	ns := slices.IndexFunc(p.SampleType, func(v *profile.ValueType) bool { return v.Type == "cpu" })
	if used <= 0 || count < 0 || ns < 0 {
		return
	}
	all := 0.0
	for _, s := range p.Sample {
		all += float64(s.Value[count])
	}
	for _, s := range p.Sample {
		s.Value[ns] = int64(used * float64(s.Value[count]) / all)
	}
	p.Period = int64(used / max(all, 1))
}

func parseProfile(path string) (*profile.Profile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return profile.ParseData(text)
}

// owned finds the packages that may differ, once.
func (c *Comparison) owned(ctx context.Context, p *build.Package) (err error) {
	if _, known := c.own[p]; !known {
		var own build.Owned
		if own, err = c.builds.Owned(ctx, p); err == nil {
			c.own[p] = own
		}
	}
	return err
}

// Functions tells where the functions stand that the profiles so far name.
func (c *Comparison) Functions(ctx context.Context) (out []record.Function, err error) {
	known := map[string]bool{}
	for p, places := range c.places {
		functions, err := c.builds.Functions(ctx, c.own[p], places)
		if err != nil {
			return nil, err
		}
		for _, f := range functions {
			if !known[f.Name] {
				known[f.Name] = true
				out = append(out, f)
			}
		}
	}
	slices.SortFunc(out, func(a, b record.Function) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}
