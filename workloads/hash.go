package workloads

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"sync"
	"time"
)

// Hash is SHA-256 over large buffers: CPU work in few calls of a library, for which some
// runtimes give up the lock that their threads share. Its answer is that of any language:
// of the digest of the seed (8 bytes, the high byte first) and of units KiB, the first 8
// bytes, the high byte first. The bytes are those of a buffer of 1 MiB, whose byte k is
// k mod 256: all of it, in one call each, as often as it fits, then its beginning. A job
// takes the seed of each task from its own.
var Hash = register(Workload{
	Name:     "hash",
	Doc:      "digests large buffers with SHA-256: CPU, in few calls of a library",
	Resource: CPU,
	Grains:   []time.Duration{time.Millisecond},
	Kernel:   func(units int64) uint64 { return digest(golden, units) },
	New:      newHash,
	Expected: EqualWork,
	Truth:    "the digest of each task by the plain loop; those of fixed inputs are known in every language",
	Source:   shareCPUs,
})

// hashBuffer is what all tasks of this process read: 1 MiB.
var hashBuffer = sync.OnceValue(func() []byte {
	b := make([]byte, 1<<20)
	for k := range b {
		b[k] = byte(k)
	}
	return b
})

// digest is the answer of a task.
func digest(seed uint64, units int64) uint64 {
	const unit = 1 << 10 // bytes
	buffer, h := hashBuffer(), sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, seed))
	for whole := int64(len(buffer)) / unit; units > 0; units -= whole {
		h.Write(buffer[:min(units, whole)*unit])
	}
	return binary.BigEndian.Uint64(h.Sum(nil))
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
