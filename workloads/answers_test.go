package workloads

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

// Answers are those that other languages give: these numbers are of Python, from what the
// protocol of drivers says alone.
func TestAnswersOfOtherLanguages(t *testing.T) {
	for _, test := range []struct {
		workload Workload
		seed     uint64
		units    int64
		want     uint64
	}{
		{File, 0x1, 1, 0xc02b58c7f5889d24},
		{File, 0x1, 256, 0xc02b58c7f5889d24},
		{File, 0x9e3779b97f4a7c15, 257, 0x65cafebaeb2c8914},
		{File, 0xffffffffffffffff, 1000, 0xafcdab15999e1798},
		{Hash, 0x1, 1, 0x21f39005ccdf5eca},
		{Hash, 0x1, 256, 0x2eb0a36bb356fde1},
		{Hash, 0x9e3779b97f4a7c15, 257, 0xd08d0e0c712870b},
		{Hash, 0xffffffffffffffff, 1000, 0xde50a156a0f9767d},
		{MonteCarlo, 0x1, 1, 0x0},
		{MonteCarlo, 0x1, 256, 0xcf},
		{MonteCarlo, 0x9e3779b97f4a7c15, 257, 0x9e3779b97f4a7cd8},
		{MonteCarlo, 0xffffffffffffffff, 1000, 0xfffffffffffffce5},
		{Sleep, 0x1, 1, 0x5692161d100b05e5},
		{Sleep, 0x1, 256, 0x5692161d100b05e5},
		{Sleep, 0x9e3779b97f4a7c15, 257, 0xe220a8397b1dcdaf},
		{Sleep, 0xffffffffffffffff, 1000, 0xb4d055fcf2cbbd7b},
		{Spin, 0x1, 1, 0x40822041},
		{Spin, 0x1, 256, 0x6d328e3147c58226},
		{Spin, 0x9e3779b97f4a7c15, 257, 0xe85d4e2fd8cebe57},
		{Spin, 0xffffffffffffffff, 1000, 0xd9638309f63fbcb1},
	} {
		if got := test.workload.Answer(test.seed, test.units); got != test.want {
			t.Errorf("%s of seed %#x, %d units: %#x, want %#x", test.workload.Name, test.seed, test.units, got, test.want)
		}
	}
}

// A digest is that of all bytes, whatever calls they come in.
func TestDigestGoesRound(t *testing.T) {
	var all []byte
	all = binary.LittleEndian.AppendUint64(all, 7)
	for len(all) < 8+600*hashUnit {
		all = append(all, hashBuffer()...)
	}
	for _, units := range []int64{1, 255, 256, 257, 512, 600} {
		sum := sha256.Sum256(all[:8+units*hashUnit])
		if got, want := digest(7, units), binary.LittleEndian.Uint64(sum[:]); got != want {
			t.Errorf("%d units: %#x, want %#x", units, got, want)
		}
	}
}

func TestFileReadsNoPageTwice(t *testing.T) {
	for seed := range uint64(1 << 16) {
		seen := [filePages]bool{}
		_, err := readPages(seed, func(_ []byte, n int64) error {
			if seen[n] {
				return errors.New("read before")
			}
			seen[n] = true
			return nil
		})
		if err != nil {
			t.Fatalf("seed %#x: %v", seed, err)
		}
	}
	if _, err := readPages(1, func([]byte, int64) error { return io.ErrUnexpectedEOF }); err == nil {
		t.Error("a read of less than a page is no error")
	}
}
