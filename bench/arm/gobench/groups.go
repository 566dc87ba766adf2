package gobench

import (
	"context"
	"time"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/block"
	"poolbench/bench/record"
)

// Groups are what a block measures of the promised points that are wanted, and links
// the binaries for it. The error is that of ctx or of the linker.
func (c *Comparison) Groups(ctx context.Context, number int, wanted []record.Point) (groups []block.Group, err error) {
	var targets []*target
	linked := map[*build.Package]bool{}
	for _, p := range wanted {
		t := c.targets[p]
		if t == nil || !t.InBase || !t.InHead {
			continue
		}
		targets = append(targets, t)
		if t.fits() && !linked[t.pkg] {
			linked[t.pkg] = true
			if err := c.builds.Link(ctx, t.pkg, c.Links(number)); err != nil {
				return nil, err
			}
		}
	}
	c.refit(number, targets)
	for _, together := range c.together(targets) {
		groups = append(groups, c.group(together, c.Links(number)))
	}
	return groups, nil
}

// group measures targets of one pair of processes; of those that fail before their
// turn, or did so long ago, it tells why.
func (c *Comparison) group(targets []*target, pair int) block.Group {
	return func(ctx context.Context, take func(block.Contest) ([]error, error)) error {
		measured := map[*target]bool{}
		err := c.walk(ctx, targets, pair, func(t *target, sides [2]*side, _ time.Duration) (failures [2]error, err error) {
			measured[t] = true
			found, err := take(c.contest(t, sides))
			copy(failures[:], found)
			return failures, err
		})
		for _, t := range targets {
			if err == nil && !measured[t] {
				_, err = take(t.reasons())
			}
		}
		return err
	}
}

// contest is that of both sides of a target, which it pins.
func (c *Comparison) contest(t *target, sides [2]*side) block.Contest {
	c.pinBoth(t, sides)
	return block.Contest{Turns: t.plan.dropped + t.plan.keeps(c.fit.shareNow()),
		Entrants: []block.Entrant{t.entrant(build.Base, sides[build.Base]), t.entrant(build.Head, sides[build.Head])}}
}
