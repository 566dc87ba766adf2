package workloads

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Units of the latencies of a job, in seconds.
const (
	unitP50 = "p50-sec/op"
	unitP90 = "p90-sec/op"
	unitP99 = "p99-sec/op"
	unitMax = "max-sec/op"
)

// latencies are how long requests took in a run, to three digits, up to longestLatency.
type latencies struct{ histogram *hdrhistogram.Histogram }

const longestLatency = time.Minute

func newLatencies() latencies {
	return latencies{hdrhistogram.New(1, longestLatency.Nanoseconds(), 3)}
}

func (l latencies) add(took time.Duration) {
	l.histogram.RecordValue(min(max(took, 1), longestLatency).Nanoseconds()) // in range: no error
}

func (l latencies) reset() { l.histogram.Reset() }

// values are the quantiles, nil when there is nothing.
func (l latencies) values() map[string]float64 {
	if l.histogram.TotalCount() == 0 {
		return nil
	}
	out := map[string]float64{unitMax: float64(l.histogram.Max()) / 1e9}
	for unit, percent := range map[string]float64{unitP50: 50, unitP90: 90, unitP99: 99} {
		out[unit] = float64(l.histogram.ValueAtPercentile(percent)) / 1e9
	}
	return out
}
