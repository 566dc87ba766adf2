package compare

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"

	"poolbench/bench/host"
	"poolbench/bench/record"
)

// Commands measures two commands that print Go benchmark lines. A block runs each
// of them twice, in the order AB BA or BA AB. It is not safe for concurrent use.
type Commands struct {
	Base, Head string // for the shell
	Dir        string // where they run; "" is the current directory
	Patience   time.Duration
	Seed       uint64

	random  *rand.Rand
	failure [2]string
}

// commandLimit bounds what one run of a command may print, in bytes.
const commandLimit = 64 << 20

// Notes says what a comparison of commands lacks.
func (c *Commands) Notes() []string {
	return []string{"Commands are compared run by run and without controls: intervals are wider, and nothing shows that a change could have been seen."}
}

// Declare runs each command once. A command that fails is declared with the
// benchmarks of the other one, and fails in the comparison; when both fail there is
// nothing to compare, which is an error.
func (c *Commands) Declare(ctx context.Context) ([]record.Declared, error) {
	c.random = rand.New(rand.NewPCG(c.Seed, 2))
	var declared []record.Declared
	var sides [2]commandRun
	for s, command := range []string{c.Base, c.Head} {
		var err error
		if sides[s], err = c.run(ctx, command); err != nil {
			return nil, err
		}
		c.failure[s] = sides[s].failure
		for _, subject := range sides[s].order {
			if !slices.ContainsFunc(declared, func(d record.Declared) bool { return d.Subject == subject }) {
				declared = append(declared, record.Declared{Subject: subject})
			}
		}
	}
	if len(declared) == 0 {
		return nil, fmt.Errorf("no benchmark to compare: base %s; head %s", sides[0].failure, sides[1].failure)
	}
	for i := range declared {
		d := &declared[i]
		d.InBase = len(sides[0].times[d.Subject]) > 0 || c.failure[0] != ""
		d.InHead = len(sides[1].times[d.Subject]) > 0 || c.failure[1] != ""
	}
	return declared, nil
}

// Run is as that of Measurer; every block measures everything.
func (c *Commands) Run(ctx context.Context, deadline time.Time, next func() []record.Subject, report func(record.PairBlock) error) error {
	return runBlocks(ctx, deadline, c.block, next, report)
}

func (c *Commands) block(ctx context.Context, number int, wanted []record.Subject) (record.PairBlock, error) {
	b := record.PairBlock{Number: number}
	before := host.ReadCounters()
	var runs [2][]commandRun
	flip := c.random.IntN(2)
	for turn := range 4 {
		s := []int{0, 1, 1, 0}[turn] ^ flip
		if c.failure[s] != "" {
			continue
		}
		r, err := c.run(ctx, []string{c.Base, c.Head}[s])
		if err != nil {
			return b, err
		}
		c.failure[s] = r.failure
		runs[s] = append(runs[s], r)
	}
	b.Host = host.ReadCounters().Block(before, 0, 0)
	for _, subject := range wanted {
		b.Pairs = append(b.Pairs, c.pair(subject, runs))
	}
	return b, ctx.Err()
}

// pair takes a subject's values out of the runs of a block.
func (c *Commands) pair(subject record.Subject, runs [2][]commandRun) record.Pair {
	p := record.Pair{Subject: subject, Iterations: 1, BaseError: c.failure[0], HeadError: c.failure[1]}
	if p.BaseError+p.HeadError != "" {
		return p
	}
	var extra [2]extras
	for s, into := range []*[]float64{&p.Base, &p.Head} {
		for _, r := range runs[s] {
			*into = append(*into, r.times[subject]...)
			for _, metrics := range r.metrics[subject] {
				extra[s].add(chunk{metrics: metrics}, 1, false)
			}
		}
		if len(*into) == 0 {
			*[]*string{&p.BaseError, &p.HeadError}[s] = "printed no result this time"
		}
	}
	n := min(len(p.Base), len(p.Head))
	p.Base, p.Head, p.Extra = p.Base[:n], p.Head[:n], together(extra)
	return p
}

// A commandRun is what one run of a command printed.
type commandRun struct {
	order   []record.Subject
	times   map[record.Subject][]float64 // ns/op
	metrics map[record.Subject][]map[string]float64
	failure string
}

func (c *Commands) run(ctx context.Context, command string) (commandRun, error) {
	r := commandRun{times: map[record.Subject][]float64{}, metrics: map[record.Subject][]map[string]float64{}}
	shell := host.Shell(command)
	shell.Dir, shell.Limit = c.Dir, commandLimit
	p, err := host.Start(ctx, shell)
	if err != nil {
		return r, err
	}
	p.Wait(c.Patience)
	if ctx.Err() != nil {
		return r, context.Cause(ctx)
	}
	for _, res := range parseResults(p.Output()) {
		r.add(res)
	}
	if err := p.Failure(); err != nil {
		r.failure = host.OneLine(err.Error())
	} else if len(r.order) == 0 {
		r.failure = host.OneLine(p.WithWords("printed no benchmark result").Error())
	}
	return r, nil
}

func (r *commandRun) add(res *benchfmt.Result) {
	subject := record.Subject{Pkg: strings.TrimSpace(res.GetConfig("pkg")), Name: string(res.Name.Full())}
	ns, metrics := parseValues(res)
	if !(ns > 0) {
		return
	}
	if len(r.times[subject]) == 0 {
		r.order = append(r.order, subject)
	}
	r.times[subject] = append(r.times[subject], round(ns))
	r.metrics[subject] = append(r.metrics[subject], metrics)
}
