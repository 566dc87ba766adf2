package workloads

type keys [256]uint64

// fill makes the next array, and returns where the stream is behind it. The keys of sorted
// input go up by steps of up to 2^48.
func (k *keys) fill(input string, random uint64) uint64 {
	switch input {
	case "sorted":
		key := uint64(0)
		for i := range k {
			random += golden
			key += mix(random) >> 16
			k[i] = key
		}
	case "few":
		for i := range k {
			random += golden
			k[i] = mix(random) >> 61
		}
	default:
		for i := range k {
			random += golden
			k[i] = mix(random)
		}
	}
	return random
}

// A sorting is what is known of sorted arrays: how often a key lies before a smaller one,
// and the sum of a hash of each key.
type sorting struct {
	Seed     uint64 // arrays of few keys may be alike
	Descents int
	Sum      uint64
}

// look is what is to be seen in an array. It adds up here and not in a sorting, which the
// compiler would keep in memory: a twentieth of the time of a task.
func (k *keys) look() (descents int, sum uint64) {
	last := uint64(0)
	for _, key := range k {
		if key < last {
			descents++
		}
		last = key
		sum += (key ^ key>>32) * golden
	}
	return descents, sum
}
