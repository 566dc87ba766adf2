package process

import (
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A bell is how workers wake their parent: two words in memory that the workers of a pool
// share. In each somebody in the parent announces that it sleeps: the one that waits for a
// future and meanwhile takes replies, and the pool's own goroutine that does so when nobody
// waits. A worker wakes one of them, the first if it is there. Who submits many tasks and
// takes the replies meanwhile holds the bell: then a worker need not wake the second.
//
// A worker may write anything to it, and so keep others from waking the parent: the
// monitor looks at all workers anyhow, every 5 ms.
type bell struct{ mem []byte }

const (
	bellSize   = 4096
	bellWaiter = 0
	bellTaker  = 64
	bellSlowed = 128 // 1 when wakes are slowed, by the parent
	bellRung   = 192 // int64: when it was rung, if they are; 0 when somebody has seen that
)

// What a word of a bell says.
const (
	bellAwake  = 0 // nobody sleeps
	bellAsleep = 1 // somebody does, or is about to: who takes that away wakes it
	bellHeld   = 2 // likewise, but somebody else is awake and looks soon
)

// newBell makes a bell; the file is for the workers.
func newBell() (*bell, *os.File, error) {
	f, err := sealedFile(bellSize)
	if err != nil {
		return nil, nil, err
	}
	b, err := openBell(int(f.Fd()))
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return b, f, nil
}

func openBell(fd int) (*bell, error) {
	mem, err := unix.Mmap(fd, 0, bellSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	return &bell{mem}, nil
}

func (b *bell) word(at int) *uint32 { return (*uint32)(unsafe.Pointer(&b.mem[at])) }

// ring wakes the parent if it sleeps; while the bell is held only if it is to be woken now,
// else that is reported.
func (b *bell) ring(now bool) (woke, held bool) {
	if wakeOne(b.word(bellWaiter)) || wakeOne(b.word(bellTaker)) {
		return true, false
	}
	taker := b.word(bellTaker)
	if atomic.LoadUint32(taker) != bellHeld {
		return false, false
	}
	if woke = now && atomic.CompareAndSwapUint32(taker, bellHeld, bellAwake); woke {
		wakeAny(taker)
	}
	return woke, !now
}

// slowWakes says whether wakes take longer than they need, see remote.Slow.
func (b *bell) slowWakes(slow bool) {
	n := uint32(0)
	if slow {
		n = 1
	}
	atomic.StoreUint32(b.word(bellSlowed), n)
}

func (b *bell) slowsWakes() bool { return atomic.LoadUint32(b.word(bellSlowed)) == 1 }

// setRung notes that the bell is about to be rung, at a moment of the common clock in ns.
func (b *bell) setRung(at int64) { atomic.StoreUint64(b.moment(), uint64(at)) }

// rung is that moment, once; 0 if there is none.
func (b *bell) rung() int64 { return int64(atomic.SwapUint64(b.moment(), 0)) }

func (b *bell) moment() *uint64 { return (*uint64)(unsafe.Pointer(&b.mem[bellRung])) }

// hold is called by somebody who takes replies, and soon comes again.
func (b *bell) hold() { atomic.CompareAndSwapUint32(b.word(bellTaker), bellAsleep, bellHeld) }

// letGo is called by somebody who may not come again soon.
func (b *bell) letGo() {
	if taker := b.word(bellTaker); atomic.LoadUint32(taker) == bellHeld {
		atomic.CompareAndSwapUint32(taker, bellHeld, bellAsleep)
	}
}

// announce says that somebody is about to sleep, and must look for work once more before it does.
func (b *bell) announce(at int) { atomic.StoreUint32(b.word(at), bellAsleep) }

// recall takes that back. True: somebody has rung meanwhile.
func (b *bell) recall(at int) (rung bool) {
	return atomic.SwapUint32(b.word(at), bellAwake) == bellAwake
}

// sleep waits for a ring, at most so long; 0 is no limit. It may return early. woken tells that
// somebody rang meanwhile.
func (b *bell) sleep(at int, most time.Duration) (woken bool) { return sleepOn(b.word(at), most) }

// rouse ends the sleep of somebody, now or next, whatever has become of the word.
func (b *bell) rouse(at int) {
	atomic.StoreUint32(b.word(at), bellAwake)
	wakeAny(b.word(at))
}

// spoiled reports whether somebody who sleeps could not be woken by a ring: something has
// written over the word.
func (b *bell) spoiled(at int) bool {
	word := atomic.LoadUint32(b.word(at))
	return word != bellAsleep && word != bellHeld
}

func (b *bell) close() { unix.Munmap(b.mem) }
