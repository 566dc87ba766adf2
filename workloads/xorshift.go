package workloads

import "sync"

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

// xorshiftPowers are the maps of 1, 2, 4, … steps.
var xorshiftPowers = sync.OnceValue(func() *[63]bitMatrix {
	var powers [63]bitMatrix
	for bit := range powers[0] {
		powers[0][bit] = xorshift(1<<bit, 1)
	}
	for k := 1; k < len(powers); k++ {
		for bit := range powers[k] {
			powers[k][bit] = powers[k-1].apply(powers[k-1][bit])
		}
	}
	return &powers
})

// xorshiftJump is xorshift without going through the steps; n is at least 0.
func xorshiftJump(x uint64, n int64) uint64 {
	for k := 0; n > 0; k, n = k+1, n>>1 {
		if n&1 == 1 {
			x = xorshiftPowers()[k].apply(x)
		}
	}
	return x
}
