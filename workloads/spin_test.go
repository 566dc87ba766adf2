package workloads

import "testing"

func TestXorshiftJumpEqualsTheChain(t *testing.T) {
	for _, n := range []int64{0, 1, 2, 3, 63, 64, 65, 1000, 4097} {
		jump := xorshiftJump(n)
		for _, start := range []uint64{1, 2, golden, 1 << 63, 12345678901} {
			if got, want := jump.apply(start), xorshift(start, n); got != want {
				t.Errorf("jump of %d steps from %#x: %#x, the chain gives %#x", n, start, got, want)
			}
		}
	}
}

// The period of xorshift64 is 2^64-1: as many steps lead back.
func TestXorshiftPeriod(t *testing.T) {
	half := xorshiftJump(1<<63 - 1) // twice this and one step more is the period
	one := xorshiftJump(1)
	full := half.times(&half)
	full = full.times(&one)
	if got := full.apply(golden); got != golden {
		t.Errorf("after 2^64-1 steps: %#x, want %#x", got, uint64(golden))
	}
}
