package workloads

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"testing"
)

// The answers of hash and file are those that other languages give: these numbers are of
// Python, from the definitions alone.
func TestAnswersOfOtherLanguages(t *testing.T) {
	for _, test := range []struct {
		seed  uint64
		units int64
		want  uint64
	}{
		{0x1, 1, 0x21f39005ccdf5eca},
		{0x1, 256, 0x2eb0a36bb356fde1},
		{0x9e3779b97f4a7c15, 257, 0xd08d0e0c712870b},
		{0xffffffffffffffff, 1000, 0xde50a156a0f9767d},
	} {
		if got := digest(test.seed, test.units); got != test.want {
			t.Errorf("hash of seed %#x, %d units: %#x, want %#x", test.seed, test.units, got, test.want)
		}
	}
	content := streamBytes(filePages * filePage)
	for seed, want := range map[uint64]uint64{
		0x1:                0xc02b58c7f5889d24,
		0x9e3779b97f4a7c15: 0x65cafebaeb2c8914,
		0xffffffffffffffff: 0xafcdab15999e1798,
	} {
		got, err := readPages(seed, func(page []byte, n int64) error {
			copy(page, content[n*filePage:])
			return nil
		})
		if got != want || err != nil {
			t.Errorf("file, seed %#x: %#x, %v, want %#x", seed, got, err, want)
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
