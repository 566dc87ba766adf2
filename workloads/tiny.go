package workloads

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"time"
)

var payload = Axis{"payload", "bytes sent with each task and back, up to 1 MiB", []string{"0", "4096"}}

// maxPayload is 1 MiB: what sending costs a byte does not change beyond it.
const maxPayload = 1 << 20

// payloadSize is the value of the axis payload.
func (p Params) payloadSize() (int, error) { return p.Within(payload, 0, maxPayload) }

// filler are size bytes that follow from a seed.
func filler(seed uint64, size int) []byte {
	random := stream(seed)
	content := make([]byte, 0, size+8)
	for len(content) < size {
		content = binary.LittleEndian.AppendUint64(content, random.next())
	}
	return content[:size:size]
}

// Tiny does nothing but send its payload to the task and back: what is left is the
// cost of the executor. A task has a number besides, so that no two tasks
// have the same answer even without a payload.
var Tiny = register(Workload{
	Name:     "tiny",
	Doc:      "does nothing but send the payload there and back: overhead only",
	Resource: CPU,
	Grains:   []time.Duration{0},
	Axes:     []Axis{payload},
	New:      newTiny,
	Truth:    "each task gives back its own number and content",
	Source:   "none: there is no work to share, only what the executor costs",
})

type parcel struct {
	Number  uint64
	Content []byte
}

var tinyTask = Define("workloads.tiny", func(_ context.Context, in parcel) (parcel, error) {
	return in, nil
})

func newTiny(p Params) (Job, error) {
	size, err := p.payloadSize()
	if err != nil {
		return nil, err
	}
	p.Grain = 0 // it means nothing here, and reading a clock would cost more than the task
	return Batch[parcel, parcel]{
		Task: tinyTask,
		Input: func(_ int, seed uint64) (in, want parcel) {
			in = parcel{seed, filler(seed, size)}
			return in, in
		},
		Check: func(_ int, got, want parcel, _ error) error {
			if got.Number == want.Number && bytes.Equal(got.Content, want.Content) {
				return nil
			}
			return fmt.Errorf("it gave back parcel %#x of %d bytes, or other bytes than those of parcel %#x", got.Number, len(got.Content), want.Number)
		},
	}.Job(p)
}
