package process

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"poolbench/executors/remote"
)

func newRing() (*ringWriter, *ringReader) {
	head, tail, buf := new(uint64), new(uint64), make([]byte, ringSize)
	return &ringWriter{buf: buf, head: head, tail: tail}, &ringReader{buf: buf, head: head, tail: tail}
}

// What is put in comes out, in order, however it is cut into batches.
func TestRing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	w, r := newRing()
	var sent, got uint32
	for got < 50_000 {
		for range rng.IntN(50) {
			payload := bytes.Repeat([]byte{byte(sent)}, rng.IntN(1<<rng.IntN(14)+1))
			if ok, err := w.fits(len(payload)); err != nil {
				t.Fatal(err)
			} else if !ok {
				break
			}
			sent++
			w.put(remote.Header{Kind: remote.Call, Seq: sent, Size: uint32(len(payload))}, payload)
		}
		w.publish()
		for range rng.IntN(50) {
			if err := r.look(); err != nil {
				t.Fatal(err)
			}
			h, behind, after, ok, err := r.next()
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			got++
			if h.Seq != got || int(h.Size) != len(behind) || bytes.Count(behind, []byte{byte(got - 1)}) != len(behind) {
				t.Fatalf("message %d is %+v with %d bytes", got, h, len(behind))
			}
			r.take(after)
		}
		r.release()
	}
}

// A reader that frees memory only when that is much leaves room for the largest message.
func TestRingReleasesMuch(t *testing.T) {
	w, r := newRing()
	for i := range 10_000 {
		n := (i * 37) % (mostInline + 1)
		if i%5 == 0 {
			n = mostInline
		}
		if ok, err := w.fits(n); !ok || err != nil {
			t.Fatalf("message %d of %d bytes: %v, %v; %d bytes are not freed", i, n, ok, err, r.at-r.freed)
		}
		w.put(remote.Header{Kind: remote.Call, Seq: uint32(i), Size: uint32(n)}, make([]byte, n))
		w.publish()
		if err := r.look(); err != nil {
			t.Fatal(err)
		}
		h, _, after, ok, err := r.next()
		if !ok || err != nil || h.Seq != uint32(i) {
			t.Fatal(h, ok, err)
		}
		r.take(after)
		r.releaseMuch()
	}
	if r.release(); w.unread() {
		t.Error("it was released, and seems unread")
	}
}

// A writer believes no reader that says what cannot be.
func TestRingWriterRefuses(t *testing.T) {
	for _, tail := range []uint64{1 << 63, 2 * ringSize, ringSize + 1} {
		w, _ := newRing()
		for {
			if ok, _ := w.fits(1000); !ok {
				break
			}
			w.put(remote.Header{Kind: remote.Call}, make([]byte, 1000))
		}
		*w.tail = tail
		if _, err := w.fits(1000); !errors.Is(err, remote.ErrMalformed) {
			t.Errorf("a tail of %d behind a head of %d: %v", tail, w.at, err)
		}
	}
}

// FuzzRing: whatever a worker writes into the memory, a reader finds messages that lie in
// what was published, or says what is wrong; it ends, and never looks beyond.
func FuzzRing(f *testing.F) {
	f.Add(remote.Header{Kind: remote.Output, Seq: 1, Size: 3}.Append(nil), uint64(32), uint64(0))
	f.Add(remote.Header{Kind: remote.Output, Place: placeArena, Size: 1 << 30}.Append(nil), uint64(32), uint64(0))
	f.Add([]byte{}, uint64(ringSize), uint64(16))
	f.Add(remote.Header{Kind: remote.Fault, Size: 100}.Append(nil), uint64(2*ringSize-16), uint64(ringSize-32))
	f.Fuzz(func(t *testing.T, b []byte, head, at uint64) {
		_, r := newRing()
		for i := range r.buf {
			if len(b) > 0 {
				r.buf[i] = b[i%len(b)]
			}
		}
		at &^= remote.HeaderSize - 1
		*r.head, *r.tail, r.at, r.known = head, at, at, at
		if r.look() != nil {
			return
		}
		mem := make([]byte, 1<<16)
		for {
			h, behind, after, ok, err := r.next()
			if !ok || err != nil {
				return
			}
			if after <= r.at || after-at > ringSize || after > head && head >= at {
				t.Fatalf("at %d of %d: a message %+v to %d", r.at, head, h, after)
			}
			if h.Place == placeArena {
				if _, payload, err := parseAddress(behind, mem, h.Size); err == nil && len(payload) != int(h.Size) {
					t.Fatalf("%d bytes of %d", len(payload), h.Size)
				}
			}
			r.take(after)
		}
	})
}

// Places of an arena never overlap, what is free is found again, and the lowest is taken.
func TestArena(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a := arena{mem: make([]byte, 64*arenaBlock)}
	live := map[int][]byte{}
	for i := range 20_000 {
		if rng.IntN(2) == 0 || len(live) == 0 {
			b := binary.LittleEndian.AppendUint64(make([]byte, rng.IntN(8*arenaBlock)), uint64(i))
			at, ok := a.put(b)
			if !ok {
				continue
			}
			if live[at] != nil {
				t.Fatalf("%d is given away twice", at)
			}
			live[at] = b
			continue
		}
		for at, b := range live {
			if !bytes.Equal(a.mem[at:][:len(b)], b) {
				t.Fatalf("what lay at %d was written over", at)
			}
			a.free(at)
			delete(live, at)
			break
		}
	}
	for at := range live {
		a.free(at)
	}
	if at, ok := a.put(make([]byte, len(a.mem))); !ok || at != 0 {
		t.Errorf("the whole arena: at %d, %v", at, ok)
	}
	if _, ok := a.put([]byte{1}); ok {
		t.Error("there was room in a full arena")
	}
}

// A lender takes a place back when the reader has given it back, in this round and not in
// an earlier one.
func TestLender(t *testing.T) {
	l := lender{arena: arena{mem: make([]byte, 2*arenaBlock)}, words: make([]uint32, leases)}
	first, ok := l.put(make([]byte, arenaBlock))
	second, ok2 := l.put(make([]byte, arenaBlock))
	if _, full := l.put([]byte{1}); !ok || !ok2 || full {
		t.Fatal("not two places")
	}
	l.words[first.lease] = first.round
	third, ok := l.put([]byte{1})
	if !ok || third.at != first.at || third.round == first.round && third.lease == first.lease {
		t.Errorf("%+v after %+v", third, first)
	}
	if _, ok := l.put([]byte{1}); ok {
		t.Error("a place was taken back twice")
	}
	l.words[second.lease] = second.round
	if _, ok := l.put([]byte{1}); !ok {
		t.Error("a place was not taken back")
	}
}
