package driver

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/block"
	"poolbench/bench/record"
	"poolbench/executors/affinity"
)

// A Comparison measures two versions of somebody's function against each other, each in a
// plain loop of interpreters of its own, which live as long as a block: where things lie in
// memory, and in which order tables have them, moves a function by more than noise does, and is
// drawn anew with each process. It is not safe for concurrent use.
type Comparison struct {
	Runtime  *Runtime
	Function *Function
	Tree     func(side int) (string, error) // where a version is imported from: 0 base, 1 head, 2 a copy of base
	Patience time.Duration                  // how long a run may take
	Seed     uint64                         // of the choice of CPUs

	dir      string // of the driver
	times    int    // that a slice goes through all inputs
	turns    int
	checked  bool          // it answers the same twice
	differ   bool          // base and head answer differently
	took     time.Duration // the interpreters of a block, until they stand ready
	slice    time.Duration // one slice of one side
	failures [2]error
	random   *rand.Rand
}

const (
	leastSlice = 0.0025 // seconds of a slice of a comparison
	mostTimes  = 1 << 12
	mostTurns  = 20
	leastTurns = 2
	turnsTake  = 0.25 // seconds of all turns of one side, if they are not too few for that
	slowdown   = 0.05 // planted in a control
	// leastForCanary is how many calls a slice needs for 5 % more of them to be near 5 %.
	leastForCanary = 20
)

// Links is which interpreters a block has: those of each are its own.
func (c *Comparison) Links(number int) int { return number - 1 }

// Warnings are what is not as it should be; complete after Declare.
func (c *Comparison) Warnings() (out []record.Warning) {
	if c.times > 0 && c.calls() < leastForCanary {
		out = append(out, record.Warning{What: "The function is too slow to plant a slowdown in it: nothing shows that this run could have seen a change.", Cure: "Give it inputs that take less time."})
	}
	if c.times > 0 && !c.checked {
		out = append(out, record.Warning{What: "The function answers something else each time: answers are not looked at.", Cure: "Give it what it depends on, such as a seed, as its input."})
	}
	if c.differ {
		out = append(out, record.Warning{What: "Head answers something else than base: the times are of different work.", Cure: "See that this is meant."})
	}
	return out
}

func (c *Comparison) calls() int { return c.Function.Count * c.times }

// point is what is judged, or a control.
func (c *Comparison) point(control string) record.Point {
	p := record.NewPoint("Python", "function", c.Function.String())
	if control != "" {
		p = record.NewPoint("Python", "function", c.Function.String(), "control", control)
	}
	return p
}

const (
	controlSame   = "same"
	controlSlower = "slower"
)

// Declare runs both versions to see how long they take. A version without the function is
// said to lack it; when both do, that is an error.
func (c *Comparison) Declare(ctx context.Context) (promised []record.Promise, err error) {
	c.random = rand.New(rand.NewPCG(c.Seed, 2))
	if c.dir, err = os.MkdirTemp("", "poolbench-"); err != nil {
		return nil, err
	}
	if err := c.Runtime.Language.write(c.dir); err != nil {
		return nil, err
	}
	c.times, c.checked = 1, false
	same := true
	var there [2]bool
	var answers [2]string
	least := math.Inf(1)
	for s := range there {
		begin := time.Now()
		var first, second ran
		a, err := c.side(ctx, s)
		there[s] = !errors.Is(err, errMissing)
		if err == nil {
			if first, err = a.run(ctx, 0); err == nil {
				second, err = a.run(ctx, 0)
			}
			_ = a.process.bye()
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		c.took = max(c.took, time.Since(begin))
		if c.failures[s] = err; err == nil {
			least = min(least, first.Elapsed, second.Elapsed)
			same = same && first.Answers == second.Answers
			answers[s] = first.Answers
		}
	}
	if there == [2]bool{} {
		return nil, fmt.Errorf("the function %s cannot be called in either version: base %w; head %w", c.Function, c.failures[0], c.failures[1])
	}
	promised = []record.Promise{record.Promised(c.point(""), record.Judged, there[0], there[1])}
	if c.failures != [2]error{} {
		return promised, nil
	}
	c.checked = same
	c.differ = same && answers[0] != answers[1]
	c.times = timesFor(least, leastSlice, mostTimes)
	c.slice = time.Duration(least * float64(c.times) * float64(time.Second))
	c.turns = int(math.Min(mostTurns, math.Max(leastTurns, turnsTake/(least*float64(c.times)))))
	promised = append(promised, record.Promised(c.point(controlSame), record.Same, true, true))
	if c.calls() >= leastForCanary {
		promised = append(promised, record.Promised(c.point(controlSlower), record.Canary, true, true))
	}
	return promised, nil
}

// Fit makes blocks have fewer turns, for so many of them to be measured within a time, and
// returns what they take; 0 when there is nothing to measure.
func (c *Comparison) Fit(blocks int, within time.Duration) time.Duration {
	if c.slice == 0 {
		return 0
	}
	points := 2 // with the control of base against itself
	if c.calls() >= leastForCanary {
		points++
	}
	takes := func() time.Duration { return 3*c.took + time.Duration(2*points*c.turns)*c.slice }
	for c.turns > leastTurns && time.Duration(blocks)*takes() > within {
		c.turns--
	}
	return takes()
}

// Close removes what Declare has written.
func (c *Comparison) Close() error {
	if c.dir == "" {
		return nil
	}
	return os.RemoveAll(c.dir)
}

// Groups are one group, of all the points that are wanted.
func (c *Comparison) Groups(_ context.Context, _ int, wanted []record.Point) ([]block.Group, error) {
	return []block.Group{func(ctx context.Context, take func(block.Contest) ([]error, error)) error {
		var sides [3]*functionSide
		var failures [3]error
		defer func() {
			for _, a := range sides {
				if a != nil {
					_ = a.process.bye()
				}
			}
		}()
		cpus, _ := affinity.Allowed()
		for s := range sides {
			if s < 2 && c.failures[s] != nil {
				failures[s] = c.failures[s]
				continue
			}
			if sides[s], failures[s] = c.side(ctx, s); failures[s] != nil {
				continue
			}
			_, failures[s] = sides[s].run(ctx, 0)
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, p := range wanted {
			cpu := -1
			if len(cpus) > 0 {
				cpu = cpus[c.random.IntN(len(cpus))]
			}
			if _, err := take(c.contest(p, sides, failures, cpu)); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

// contest is that of a point; of sides that failed it tells why. Both sides run on one CPU:
// those of a shared machine are not equally busy.
func (c *Comparison) contest(p record.Point, sides [3]*functionSide, failures [3]error, cpu int) block.Contest {
	contest, other, more := block.Contest{Turns: c.turns}, 1, 0
	switch p {
	case c.point(controlSame):
		other = 2
	case c.point(controlSlower):
		other, more = 2, int(math.Ceil(slowdown*float64(c.calls())))
	}
	for i, s := range []int{0, other} {
		sided := p
		sided.Side = []string{"base", "head"}[i]
		if failures[s] != nil {
			contest.Entrants = append(contest.Entrants, block.Entrant{Point: sided, Arm: arm.Failed{Err: failures[s]}})
			continue
		}
		if failures[0] != nil || failures[other] != nil {
			continue
		}
		if cpu >= 0 {
			affinity.SetProcess(sides[s].process.host.Pid, []int{cpu})
		}
		contest.Entrants = append(contest.Entrants, block.Entrant{Point: sided, Arm: turn{sides[s], i * more}})
	}
	return contest
}

// A functionSide is one version in an interpreter.
type functionSide struct {
	comparison *Comparison
	process    *process
	want       string // what it answers; "" before it is known, or where that is not looked at
}

// side starts an interpreter in the tree of a version and opens the function.
func (c *Comparison) side(ctx context.Context, side int) (*functionSide, error) {
	tree, err := c.Tree(side)
	if err != nil {
		return nil, err
	}
	p, err := c.Runtime.start(ctx, c.dir, tree)
	if err != nil {
		return nil, err
	}
	w := &work{Executor: serialOf(c.Runtime.Language.Name), Workers: 1, Workload: functionWorkload, Chunk: 1, Function: c.Function.asked(c.times)}
	if _, err := p.ask(ctx, request{Do: "open", Point: 1, work: w}); err != nil {
		p.kill(err)
		return nil, err
	}
	return &functionSide{comparison: c, process: p}, nil
}

// run goes through the inputs, with some calls more.
func (a *functionSide) run(ctx context.Context, more int) (ran, error) {
	c := a.comparison
	ctx, cancel := context.WithTimeoutCause(ctx, c.Patience, fmt.Errorf("gave no answer within %v", c.Patience))
	defer cancel()
	got, err := a.process.ask(ctx, request{Do: "run", Point: 1, More: more})
	if err != nil {
		return ran{}, err
	}
	if err := got.checkRun(a.process.seen.Seconds(), c.calls(), ""); err != nil {
		return ran{}, err
	}
	switch {
	case !c.checked:
	case a.want == "":
		a.want = got.Answers
	case a.want != got.Answers:
		return ran{}, errors.New("it answers something else than before")
	}
	return got.ran, nil
}

// A turn is a functionSide as an arm, with some calls more than it is told.
type turn struct {
	*functionSide
	more int
}

// Slice is that of arm.Arm.
func (t turn) Slice(ctx context.Context) (arm.Slice, error) {
	got, err := t.run(ctx, t.more)
	return arm.Slice{Time: got.Elapsed / float64(t.comparison.times), Iterations: t.comparison.times}, err
}

// Close is that of arm.Arm.
func (turn) Close() error { return nil }
