package process

import (
	"encoding/binary"
	"slices"
	"sync/atomic"

	"poolbench/executors/remote"
)

// An arena is memory for payloads that are too large for a ring. The sender keeps account
// of it in memory of its own, and takes the lowest place that is free, for memory that was
// used before is several times faster than fresh one.
type arena struct {
	mem  []byte
	used []extent // ascending
}

// An extent is a part of an arena.
type extent struct{ from, to int }

// arenaBlock is what places in an arena are multiples of, in bytes.
const arenaBlock = 4 << 10

// put copies b to a free place, and says which; false if there is none.
func (a *arena) put(b []byte) (at int, ok bool) {
	if at, ok = a.take(len(b)); ok {
		copy(a.mem[at:], b)
	}
	return at, ok
}

// take takes a free place for n bytes, and says which; false if there is none.
func (a *arena) take(n int) (at int, ok bool) {
	size := (n + arenaBlock - 1) &^ (arenaBlock - 1)
	i, at := 0, 0
	for ; i < len(a.used) && a.used[i].from-at < size; i++ {
		at = a.used[i].to
	}
	if len(a.mem)-at < size {
		return 0, false
	}
	a.used = slices.Insert(a.used, i, extent{at, at + size})
	return at, true
}

// free makes the place at an offset free.
func (a *arena) free(at int) {
	a.used = slices.DeleteFunc(a.used, func(e extent) bool { return e.from == at })
}

// An address says where in an arena a payload lies, and by which lease the reader gives
// the place back; requests need none, for their reply does that.
type address struct {
	at    uint64
	lease uint32
	round uint32 // how often the lease was used: what gives the place back; of a stream where it begins
}

const addressSize = 16

func (a address) append(b []byte) []byte {
	b = binary.LittleEndian.AppendUint64(b, a.at)
	b = binary.LittleEndian.AppendUint32(b, a.lease)
	return binary.LittleEndian.AppendUint32(b, a.round)
}

// parseAddress takes an address apart, and gives the payload of size bytes in mem.
func parseAddress(b, mem []byte, size uint32) (a address, payload []byte, err error) {
	a = address{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint32(b[8:]), binary.LittleEndian.Uint32(b[12:])}
	if a.at > uint64(len(mem)) || uint64(size) > uint64(len(mem))-a.at || a.lease >= leases {
		return a, nil, remote.ErrMalformed
	}
	return a, mem[a.at:][:size:size], nil
}

// leases is how many replies may lie in an arena at a time.
const leases = 64

// A lender is an arena whose places the reader gives back when it likes, by writing the
// round of the lease into its word.
type lender struct {
	arena
	words []uint32 // shared; leases of them
	out   [leases]struct {
		round uint32
		at    int
		busy  bool
	}
}

// put copies b into the arena; false if there is no room.
func (l *lender) put(b []byte) (a address, ok bool) {
	free := -1
	for i := range l.out {
		o := &l.out[i]
		if o.busy && atomic.LoadUint32(&l.words[i]) == o.round {
			l.free(o.at)
			o.busy = false
		}
		if !o.busy && free < 0 {
			free = i
		}
	}
	if free < 0 {
		return a, false
	}
	at, ok := l.arena.put(b)
	if !ok {
		return a, false
	}
	o := &l.out[free]
	o.round++
	o.at, o.busy = at, true
	return address{uint64(at), uint32(free), o.round}, true
}
