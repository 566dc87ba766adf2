package process

import "sync/atomic"

// A ledger is a shared word in which one decision of two is made for every task: it is
// claimed by the worker, or taken back by the parent, never both.
//
//	bits  0 to 23  task that was claimed last
//	bits 24 to 47  the tasks after that one and before this are taken back
//	bits 48 to 63  a check of the two, which what writes over the page does not know
//
// Tasks are the low 24 bits of their numbers: a worker has at most a thousand at a time.
// (With the two in two words, or a start of the range that can be the same twice, a worker
// that looked before a take-back could claim after it.)
type ledger struct {
	word *uint64
	key  uint64
}

const (
	seqBits = 24
	seqMask = 1<<seqBits - 1
)

// behind is how far seq is behind base, negative if it is before it.
func behind(seq, base uint32) int { return int(int32((seq-base)<<(32-seqBits)) >> (32 - seqBits)) }

func (l ledger) pack(claimed, end uint32) uint64 {
	v := uint64(claimed&seqMask) | uint64(end&seqMask)<<seqBits
	check := (v ^ l.key) * 0x9e3779b97f4a7c15 // 2⁶⁴ divided by the golden ratio spreads bits, Knuth 6.4
	return v | check>>(2*seqBits)<<(2*seqBits)
}

// unpack gives what a word says; not ok if it was not written by pack.
func (l ledger) unpack(word uint64) (claimed, end uint32, ok bool) {
	claimed, end = uint32(word&seqMask), uint32(word>>seqBits&seqMask)
	return claimed, end, l.pack(claimed, end) == word
}

// begin is for the parent, before the worker is started.
func (l ledger) begin() { atomic.StoreUint64(l.word, l.pack(0, 0)) }

// claim notes that the task seq is about to run; false if it was taken back, or the word
// means nothing.
func (l ledger) claim(seq uint32) bool {
	for {
		old := atomic.LoadUint64(l.word)
		claimed, end, ok := l.unpack(old)
		if !ok || behind(seq, claimed) < behind(end, claimed) {
			return false
		}
		if atomic.CompareAndSwapUint64(l.word, old, l.pack(seq, seq+1)) {
			return true
		}
	}
}

// takeBack takes back all tasks before end that have not been claimed and returns
// the one that was claimed last. end is the task after the last one sent, so that
// the worker cannot have passed it. Not ok: the word means nothing, and nothing was taken
// back.
func (l ledger) takeBack(end uint32) (claimed uint32, ok bool) {
	for {
		old := atomic.LoadUint64(l.word)
		claimed, _, ok := l.unpack(old)
		if !ok || atomic.CompareAndSwapUint64(l.word, old, l.pack(claimed, end)) {
			return claimed, ok
		}
	}
}

// claimed is the task that was claimed last, 0 if none was; not ok if the word means
// nothing.
func (l ledger) claimed() (seq uint32, ok bool) {
	seq, _, ok = l.unpack(atomic.LoadUint64(l.word))
	return seq, ok
}
