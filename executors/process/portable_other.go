//go:build !linux

package process

import (
	"errors"
	"os"
	"time"

	"poolbench/executors/remote"
)

// What Linux has and other systems do not. Tasks and replies go through sockets there, and
// the first of a window counts as started.

// A segment does not exist here.
type segment struct{ ledger }

func newSegment() (*segment, *os.File, uint64)         { return nil, nil, 0 }
func openSegment(int, uint64) (*segment, error)        { return nil, errors.ErrUnsupported }
func (*segment) arena(int) []byte                      { return nil }
func (*segment) leaseWords() []uint32                  { return nil }
func (*segment) tasks() (w ringWriter, r ringReader)   { return w, r }
func (*segment) replies() (w ringWriter, r ringReader) { return w, r }
func (*segment) wake() bool                            { return false }
func (*segment) setWoken(int64)                        {}
func (*segment) calls() uint32                         { return 0 }
func (*segment) addCall()                              {}
func (*segment) rouse()                                {}
func (*segment) wakeFull()                             {}
func (*segment) hold() bool                            { return false }
func (*segment) refill() uint32                        { return 0 }
func (*segment) setRefill(uint32)                      {}
func (*segment) setStreamed(uint32)                    {}
func (*segment) growth() int64                         { return 0 }
func (*segment) current() uint32                       { return 0 }
func (*segment) clean(int) uint32                      { return 0 }
func (*segment) setPrints()                            {}
func (*segment) setBaseline(int64)                     {}
func (*segment) setResident(int64)                     {}
func (*segment) close()                                {}

// A bell does not exist here either.
type bell struct{}

const bellWaiter, bellTaker = 0, 0

const leastLateness = 0

func newBell() (*bell, *os.File, error)     { return nil, nil, errors.ErrUnsupported }
func openBell(int) (*bell, error)           { return nil, errors.ErrUnsupported }
func (*bell) announce(int)                  {}
func (*bell) recall(int) bool               { return false }
func (*bell) sleep(int, time.Duration) bool { return false }
func (*bell) rouse(int)                     {}
func (*bell) spoiled(int) bool              { return false }
func (*bell) ring(bool) (woke, held bool)   { return false, false }
func (*bell) slowWakes(bool)                {}
func (*bell) rung() int64                   { return 0 }
func (*bell) hold()                         {}
func (*bell) letGo()                        {}
func (*bell) close()                        {}

func newMemoryConn(*segment, *bell, socketConn, time.Duration) remote.Conn { return nil }

type marker struct{ memory *segment }

func (*marker) mark(uint32, remote.Moment) {}

const hasMemory = false

func memoryLimiter() string   { return byNothing }
func limitMemory(int64) error { return errors.ErrUnsupported }
func resident() int64         { return 0 }

// A memoryGroup does not exist here; all are nil.
type memoryGroup struct{}

func newMemoryGroup(string, int64) *memoryGroup { return nil }
func groupBase() string                         { return "" }
func (*memoryGroup) exceeded() bool             { return false }
func (*memoryGroup) remove()                    {}
