package workloads

import (
	"crypto/sha256"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
)

// The answers of hash and file are those of other languages: these numbers are of the
// driver of CPython.
func TestAnswersOfOtherLanguages(t *testing.T) {
	for _, test := range []struct {
		seed  uint64
		units int64
		want  uint64
	}{
		{0x1, 1, 0x3bc52917ed205657},
		{0x1, 1024, 0x59bfd1cde65e8641},
		{0x9e3779b97f4a7c15, 1025, 0xfd97e0ad16967271},
		{0xffffffffffffffff, 2500, 0xe8534ab75506abfd},
	} {
		if got := digest(test.seed, test.units); got != test.want {
			t.Errorf("hash of seed %#x, %d units: %#x, want %#x", test.seed, test.units, got, test.want)
		}
	}
	dir := t.TempDir()
	job, err := newFile(Params{Tasks: 1, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	for seed, want := range map[uint64]uint64{
		0x1:                0x495d0b729e8952d6,
		0x9e3779b97f4a7c15: 0xeb5649705209fa97,
		0xffffffffffffffff: 0x6f1be5cd9266a90,
	} {
		got, err := fileTask.plain.Call(t.Context(), excerpt{Path: filepath.Join(dir, "records"), Seed: seed, Records: records(seed), Does: "read", At: -1})
		if got != want || err != nil {
			t.Errorf("file, seed %#x: %#x, %v, want %#x", seed, got, err, want)
		}
	}
}

// A digest is that of all bytes, whatever calls they come in.
func TestDigestGoesRound(t *testing.T) {
	all := binary.BigEndian.AppendUint64(nil, 7)
	for len(all) < 8+2600<<10 {
		all = append(all, hashBuffer()...)
	}
	for _, units := range []int64{1, 1023, 1024, 1025, 2048, 2600} {
		sum := sha256.Sum256(all[:8+units<<10])
		if got, want := digest(7, units), binary.BigEndian.Uint64(sum[:]); got != want {
			t.Errorf("%d units: %#x, want %#x", units, got, want)
		}
	}
}

// A read of less than a record is an error, not an answer.
func TestShortFile(t *testing.T) {
	dir := t.TempDir()
	job, err := newFile(Params{Tasks: 4, Seed: 1, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer job.Close()
	path := filepath.Join(dir, "records")
	if err := os.Truncate(path, recordSize); err != nil {
		t.Fatal(err)
	}
	if _, err := fileTask.plain.Call(t.Context(), excerpt{Path: path, Seed: 1, Records: []uint16{5}, Does: "read", At: -1}); err == nil {
		t.Error("no error")
	}
}
