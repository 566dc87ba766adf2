package workloads

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014): a bijection of 64-bit values
// that scatters neighbours.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// golden is the increment of SplitMix64: odd, near 2^64 / golden ratio.
const golden = 0x9e3779b97f4a7c15

// taskSeed is the seed of task i: independent of executor and workers, distinct
// for every task of a job, never 0.
func taskSeed(seed uint64, i int) uint64 {
	z := mix(seed + golden*uint64(i+1))
	if z == 0 {
		return golden
	}
	return z
}

// A stream is SplitMix64: the state is a counter, so its cost is the same at
// every point. A loop of little else than random numbers adds golden and mixes by itself:
// the compiler keeps what a pointer points to in memory, which costs up to a tenth.
type stream uint64

func (s *stream) next() uint64 {
	*s += golden
	return mix(uint64(*s))
}
