package bench

import (
	"fmt"

	"poolbench/bench/arm/probe"
	"poolbench/bench/record"
)

// calibrations are the costs of the kernels of a run, each found once.
type calibrations struct {
	known []record.Calibration // given, or of an earlier session
	found map[string]record.Calibration
	tell  func(fact string, value any)
}

// of is arm.Setup.Calibrate. What was calibrated in an earlier session stays, so that
// jobs stay the same.
func (c *calibrations) of(name string, timed func(units int64) float64) (record.Calibration, error) {
	if found, ok := c.found[name]; ok {
		return found, nil
	}
	for _, known := range c.known {
		if known.Kernel == name {
			c.keep(known)
			return known, nil
		}
	}
	found, err := probe.Calibrate(timed)
	if err != nil {
		c.tell("warning", record.Warning{Topic: "calibration", What: fmt.Sprintf("The kernel of %s could not be calibrated: %v.", name, err),
			Cure: "Its cost must be proportional to its units, and its result must be used."})
		return found, err
	}
	found.Kernel = name
	c.keep(found)
	if found.Spread > probe.MaxSpread {
		c.tell("warning", record.Warning{Topic: "calibration", What: fmt.Sprintf("The kernel of %s is off a straight line by %.0f %%.", name, found.Spread*100),
			Cure: "Run on a quieter machine: nominal grains are off by as much, measured work is not."})
	}
	return found, nil
}

func (c *calibrations) keep(found record.Calibration) {
	c.found[found.Kernel] = found
	c.tell("calibration", found)
}
