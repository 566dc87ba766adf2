package workloads

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// Hash is SHA-256 over large buffers: CPU work in one call of a library, for which
// some runtimes give up the lock that their threads share. Its answer is that of any
// language:
//
//   - The buffer is 256 KiB: 32,768 words of SplitMix64 from state 0 (0xe220a8397b1dcdaf,
//     0x6e789e6aa1b965f4, …), each as 8 bytes, the low byte first. It is the same for
//     all tasks and made once in each process, before any of them.
//   - A unit is 1 KiB. A task digests its seed as 8 bytes, the low byte first, and then
//     units KiB of the buffer, from its start and round again where that is more than
//     256: at most 256 KiB in one call, the rest in the last.
//   - The answer is the first 8 bytes of the digest, the low byte first.
var Hash = register(Workload{
	Name:     "hash",
	Doc:      "digests large buffers with SHA-256: CPU, in one call of a library",
	Resource: CPU,
	Grains:   []time.Duration{time.Millisecond},
	Units:    512,
	Kernel:   func(units int64) uint64 { return digest(golden, units) },
	Answer:   digest,
	New:      newHash,
	Expected: EqualWork,
})

const hashUnit = 1 << 10 // bytes

// hashBuffer is what all tasks of this process read.
var hashBuffer = sync.OnceValue(func() []byte { return streamBytes(256 << 10) })

// streamBytes are size bytes, a multiple of 8, of SplitMix64 from state 0.
func streamBytes(size int) []byte {
	var random stream
	b := make([]byte, 0, size)
	for len(b) < size {
		b = binary.LittleEndian.AppendUint64(b, random.next())
	}
	return b
}

// digest is the answer of a task.
func digest(seed uint64, units int64) uint64 {
	buffer := hashBuffer()
	h := sha256.New()
	h.Write(binary.LittleEndian.AppendUint64(nil, seed))
	for whole := int64(len(buffer)) / hashUnit; units > 0; units -= whole {
		h.Write(buffer[:min(units, whole)*hashUnit])
	}
	return binary.LittleEndian.Uint64(h.Sum(nil))
}

type passage struct {
	Seed  uint64
	Units int64
}

var hashTask = Define("workloads.hash", func(_ context.Context, in passage) (uint64, error) {
	return digest(in.Seed, in.Units), nil
})

func newHash(p Params) (Job, error) {
	return Batch[passage, uint64]{
		Task:  hashTask,
		Input: func(_ int, seed uint64) (passage, uint64) { return passage{seed, p.Units}, digest(seed, p.Units) },
		Check: Equal[uint64],
	}.Job(p)
}
