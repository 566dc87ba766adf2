package process

import (
	"math"
	"runtime/metrics"
)

// A Usage is what a process has used since it was started. What the system does not tell
// is 0, or false in Told.
type Usage struct {
	User, System             float64 // CPU time in seconds
	PeakRSS                  float64 // bytes
	Voluntary, Involuntary   float64 // context switches
	MinorFaults, MajorFaults float64
	Threads                  float64 // now

	GCCycles, GCPause, GCCPU float64 // cycles, seconds, CPU seconds
	AllCPU                   float64 // CPU seconds that the runtime had, idle ones included
	MutexWait, Runnable      float64 // seconds, summed over goroutines, as samples tell
	AllocBytes, Allocs       float64

	Told bool // the system told the first seven
}

// trackingPeriod is the number of times that a goroutine stops running of which the runtime
// looks at one (gTrackingPeriod). The histogram of scheduling latencies has only these; the
// wait for mutexes is multiplied by the runtime itself.
const trackingPeriod = 8

// ReadUsage reads that of this process.
func ReadUsage() Usage {
	u := systemUsage()
	samples := []metrics.Sample{
		{Name: "/gc/cycles/total:gc-cycles"}, {Name: "/sched/pauses/total/gc:seconds"}, {Name: "/cpu/classes/gc/total:cpu-seconds"},
		{Name: "/cpu/classes/total:cpu-seconds"}, {Name: "/sync/mutex/wait/total:seconds"}, {Name: "/sched/latencies:seconds"},
		{Name: "/gc/heap/allocs:bytes"}, {Name: "/gc/heap/allocs:objects"},
	}
	metrics.Read(samples)
	for i, to := range []*float64{&u.GCCycles, &u.GCPause, &u.GCCPU, &u.AllCPU, &u.MutexWait, &u.Runnable, &u.AllocBytes, &u.Allocs} {
		switch v := samples[i].Value; v.Kind() {
		case metrics.KindUint64:
			*to = float64(v.Uint64())
		case metrics.KindFloat64:
			*to = v.Float64()
		case metrics.KindFloat64Histogram:
			*to = total(v.Float64Histogram())
		}
	}
	u.Runnable *= trackingPeriod
	return u
}

// total is the sum of what a histogram counted, each at the middle of its bucket: within a
// tenth for the buckets of the runtime.
func total(h *metrics.Float64Histogram) (sum float64) {
	for i, n := range h.Counts {
		low, high := h.Buckets[i], h.Buckets[i+1]
		switch {
		case n == 0:
		case math.IsInf(low, -1):
			sum += float64(n) * max(high, 0) / 2
		case math.IsInf(high, 1):
			sum += float64(n) * low
		default:
			sum += float64(n) * (low + high) / 2
		}
	}
	return sum
}

// Since is what was used between before and u; of PeakRSS and Threads it is what u says.
func (u Usage) Since(before Usage) Usage {
	for _, f := range [][2]*float64{{&u.User, &before.User}, {&u.System, &before.System}, {&u.Voluntary, &before.Voluntary},
		{&u.Involuntary, &before.Involuntary}, {&u.MinorFaults, &before.MinorFaults}, {&u.MajorFaults, &before.MajorFaults},
		{&u.GCCycles, &before.GCCycles}, {&u.GCPause, &before.GCPause}, {&u.GCCPU, &before.GCCPU}, {&u.AllCPU, &before.AllCPU},
		{&u.MutexWait, &before.MutexWait}, {&u.Runnable, &before.Runnable}, {&u.AllocBytes, &before.AllocBytes}, {&u.Allocs, &before.Allocs}} {
		*f[0] = max(0, *f[0]-*f[1])
	}
	return u
}

// Plus is the usage of two processes together.
func (u Usage) Plus(v Usage) Usage {
	return Usage{User: u.User + v.User, System: u.System + v.System, PeakRSS: u.PeakRSS + v.PeakRSS,
		Voluntary: u.Voluntary + v.Voluntary, Involuntary: u.Involuntary + v.Involuntary,
		MinorFaults: u.MinorFaults + v.MinorFaults, MajorFaults: u.MajorFaults + v.MajorFaults, Threads: u.Threads + v.Threads,
		GCCycles: u.GCCycles + v.GCCycles, GCPause: u.GCPause + v.GCPause, GCCPU: u.GCCPU + v.GCCPU, AllCPU: u.AllCPU + v.AllCPU,
		MutexWait: u.MutexWait + v.MutexWait, Runnable: u.Runnable + v.Runnable,
		AllocBytes: u.AllocBytes + v.AllocBytes, Allocs: u.Allocs + v.Allocs, Told: u.Told && v.Told}
}
