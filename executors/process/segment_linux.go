package process

import (
	"math/rand/v2"
	"os"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A segment is memory that a worker and its parent share. It survives a crash of the
// worker, so the parent knows what had been started and what was answered. It is sealed,
// so that no task can shrink it under the parent's feet, and most of it is never touched.
//
//	0       uint64  ledger: what was claimed, what was taken back
//	64      uint64  tasks: head, by the parent;   128  tail, by the worker
//	192     uint64  replies: head, by the worker; 256  tail, by the parent
//	320     uint32  1 when the worker sleeps, or is about to; who takes that away wakes it
//	328     uint32  how often the worker wanted to wake the parent
//	384     uint32  task at whose reply the parent wants to be woken, 0 if at none
//	388     uint32  1 when the worker waits for room among the replies
//	448     uint32  task that runs or ran last, with all its bits
//	512     int64   resident memory before the first task, in bytes
//	520     int64   resident memory after some later task
//	528     uint32  task at whose start nothing was left in the pipe of stdout
//	532     uint32  likewise, of stderr
//	536     uint32  not 0 once the parent has read something from either
//	576     uint32  bytes of streams that the parent has written, ever
//	640     int64   when the worker was woken, by the parent, if wakes are slowed; 0 when it has seen that
//	1024    uint32  times 64: round in which a lease was given back, by the parent
//	4096            ring of tasks, ring of replies, arena of tasks, arena of replies
//
// What both sides write often has a cache line of its own.
//
// It stays mapped until close has been called as often as it was made or held.
type segment struct {
	mem []byte
	ledger
	holders atomic.Int32
}

const (
	wordTaskHead, wordTaskTail   = 64, 128
	wordReplyHead, wordReplyTail = 192, 256
	wordAsleep, wordCalls        = 320, 328
	wordRefill, wordFull         = 384, 388
	wordCurrent                  = 448
	wordBaseline, wordResident   = 512, 520
	wordClean                    = 528
	wordPrints                   = 536
	wordStreamed                 = 576
	wordWoken                    = 640
	wordLeases                   = 1024

	ringsAt     = 4096
	arenaSize   = 32 << 20 // of payloads of one direction
	arenasAt    = ringsAt + 2*ringSize
	segmentSize = arenasAt + 2*arenaSize
)

// newSegment returns nil if memory cannot be shared; the file is for the worker. key is
// what the worker must know to write to the ledger.
func newSegment() (s *segment, f *os.File, key uint64) {
	f, err := sealedFile(segmentSize)
	if err != nil {
		return nil, nil, 0
	}
	key = rand.Uint64()
	if s, err = openSegment(int(f.Fd()), key); err != nil {
		f.Close()
		return nil, nil, 0
	}
	s.begin()
	return s, f, key
}

func openSegment(fd int, key uint64) (*segment, error) {
	mem, err := unix.Mmap(fd, 0, segmentSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	s := &segment{mem: mem}
	s.holders.Store(1)
	s.ledger = ledger{s.long(0), key}
	return s, nil
}

func (s *segment) word(at int) *uint32 { return (*uint32)(unsafe.Pointer(&s.mem[at])) }
func (s *segment) long(at int) *uint64 { return (*uint64)(unsafe.Pointer(&s.mem[at])) }

func (s *segment) ring(i int) []byte  { return s.mem[ringsAt+i*ringSize:][:ringSize:ringSize] }
func (s *segment) arena(i int) []byte { return s.mem[arenasAt+i*arenaSize:][:arenaSize:arenaSize] }
func (s *segment) leaseWords() []uint32 {
	return unsafe.Slice(s.word(wordLeases), leases)
}

// tasks are the ends of the ring of tasks, replies those of replies.
func (s *segment) tasks() (ringWriter, ringReader) {
	head, tail := s.long(wordTaskHead), s.long(wordTaskTail)
	return ringWriter{buf: s.ring(0), head: head, tail: tail}, ringReader{buf: s.ring(0), head: head, tail: tail}
}

func (s *segment) replies() (ringWriter, ringReader) {
	head, tail := s.long(wordReplyHead), s.long(wordReplyTail)
	return ringWriter{buf: s.ring(1), head: head, tail: tail}, ringReader{buf: s.ring(1), head: head, tail: tail}
}

// wake wakes the worker if it sleeps, and reports whether it did.
func (s *segment) wake() bool { return wakeOne(s.word(wordAsleep)) }

// setWoken notes that the worker is about to be woken, at a moment of the common clock in ns.
func (s *segment) setWoken(at int64) { atomic.StoreUint64(s.long(wordWoken), uint64(at)) }

// woken is that moment, once; 0 if there is none.
func (s *segment) woken() int64 { return int64(atomic.SwapUint64(s.long(wordWoken), 0)) }

// wakeFull wakes the worker if it waits for room among the replies.
func (s *segment) wakeFull() { wakeOne(s.word(wordFull)) }

// rouse wakes the worker whatever has become of its word.
func (s *segment) rouse() {
	atomic.StoreUint32(s.word(wordAsleep), 0)
	wakeAny(s.word(wordAsleep))
}

// calls is how often the worker wanted to wake the parent; who has slept through one sees
// it here.
func (s *segment) calls() uint32 { return atomic.LoadUint32(s.word(wordCalls)) }
func (s *segment) addCall()      { atomic.AddUint32(s.word(wordCalls), 1) }

func (s *segment) refill() uint32       { return atomic.LoadUint32(s.word(wordRefill)) }
func (s *segment) setRefill(seq uint32) { atomic.StoreUint32(s.word(wordRefill), seq) }

// streamed is how many bytes of streams have been written.
func (s *segment) streamed() uint32     { return atomic.LoadUint32(s.word(wordStreamed)) }
func (s *segment) setStreamed(n uint32) { atomic.StoreUint32(s.word(wordStreamed), n) }

func (s *segment) setBaseline(n int64) { atomic.StoreUint64(s.long(wordBaseline), uint64(n)) }
func (s *segment) setResident(n int64) { atomic.StoreUint64(s.long(wordResident), uint64(n)) }

// growth is by how much the memory had grown when it was measured last.
func (s *segment) growth() int64 {
	now := int64(atomic.LoadUint64(s.long(wordResident)))
	if now == 0 {
		return 0
	}
	return now - int64(atomic.LoadUint64(s.long(wordBaseline)))
}

// current is the task that runs or ran last, for what it prints.
func (s *segment) current() uint32 {
	if s == nil {
		return 0
	}
	return atomic.LoadUint32(s.word(wordCurrent))
}

func (s *segment) setCurrent(seq uint32) { atomic.StoreUint32(s.word(wordCurrent), seq) }

// clean is the last task at whose start the pipe of a stream was seen empty.
func (s *segment) clean(stream int) uint32 {
	if s == nil {
		return 0
	}
	return atomic.LoadUint32(s.word(wordClean + 4*stream))
}

func (s *segment) setClean(stream int, seq uint32) {
	atomic.StoreUint32(s.word(wordClean+4*stream), seq)
}

// prints reports whether the worker has ever printed anything.
func (s *segment) prints() bool { return atomic.LoadUint32(s.word(wordPrints)) != 0 }

func (s *segment) setPrints() {
	if s != nil && !s.prints() {
		atomic.StoreUint32(s.word(wordPrints), 1)
	}
}

// hold reports false, and does nothing, if the memory is not mapped any more.
func (s *segment) hold() bool {
	for {
		n := s.holders.Load()
		if n == 0 || s.holders.CompareAndSwap(n, n+1) {
			return n > 0
		}
	}
}

func (s *segment) close() {
	if s.holders.Add(-1) == 0 {
		unix.Munmap(s.mem)
	}
}
