package host

// Usage is what a process has used beside time.
type Usage struct {
	Voluntary, Involuntary float64 // switches of the threads that live, so far
	PeakRSS                float64 // bytes, since ForgetPeak
}
