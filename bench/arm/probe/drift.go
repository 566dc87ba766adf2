package probe

import (
	"context"
	"time"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

const (
	driftWork  = 300 * time.Microsecond // one slice, as calibrated
	driftTries = 3                      // in a slice of the arm; the least counts, as noise only adds
)

// A Drift is an arm that runs a kernel of which it is known how long it took when it was
// calibrated. The units are fixed: they never depend on the clock.
type Drift struct {
	Kernel      func(units int64) uint64
	Calibration record.Calibration
}

// DriftPoint is the point of such an arm.
func DriftPoint(kernel string) record.Point {
	return record.NewPoint(record.CalibrationBenchmark, record.AxisWorkload, kernel)
}

// Slice is that of arm.Arm.
func (d Drift) Slice(context.Context) (arm.Slice, error) {
	units := Units(d.Calibration, driftWork)
	least := time.Duration(0)
	for i := range driftTries {
		begin := time.Now()
		calibrationSink += d.Kernel(units)
		if elapsed := time.Since(begin); i == 0 || elapsed < least {
			least = elapsed
		}
	}
	return arm.Slice{Time: least.Seconds(), Values: map[string]float64{record.UnitKernel: float64(units)}}, nil
}

// Close is that of arm.Arm.
func (Drift) Close() error { return nil }
