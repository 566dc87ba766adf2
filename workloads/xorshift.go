package workloads

// xorshift advances x by n steps of xorshift64 (Marsaglia, "Xorshift RNGs",
// 2003, triple 13, 7, 17), each of which depends on the one before. x must not
// be 0.
//
//go:noinline
func xorshift(x uint64, n int64) uint64 {
	for ; n > 0; n-- {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// A bitMatrix is a linear map of 64-bit vectors over GF(2); element k is the
// image of bit k. One step of xorshift is such a map, so n steps are its n-th
// power: the answer is known without running the chain, by other code than that
// under test.
type bitMatrix [64]uint64

func (m *bitMatrix) apply(x uint64) uint64 {
	var y uint64
	for k := range m {
		y ^= m[k] & -(x >> k & 1)
	}
	return y
}

// times is the map that applies b, then a.
func (a *bitMatrix) times(b *bitMatrix) (ab bitMatrix) {
	for k := range b {
		ab[k] = a.apply(b[k])
	}
	return ab
}

// xorshiftJump is the map of n steps, n at least 0.
func xorshiftJump(n int64) bitMatrix {
	var power, square bitMatrix
	for k := range power {
		power[k] = 1 << k
		square[k] = xorshift(1<<k, 1)
	}
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			power = square.times(&power)
		}
		square = square.times(&square)
	}
	return power
}
