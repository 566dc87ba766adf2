package workloads

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// File makes small reads of a file that the system holds in memory: system calls that
// seldom wait, with little to do between them. Its answer is that of any language: the
// seed ^ the first 8 bytes, the high byte first, of each of 64 reads of 512 bytes. The file
// has 8192 records of 512 bytes; record r begins with mix(r+1), the finaliser of SplitMix64,
// in 8 bytes, the high byte first, and the rest of it is 0. Read k is of record next mod 8192
// of the SplitMix64 stream whose state begins as the seed. The records are drawn when the
// job is prepared, and each process opens the file once.
var File = register(Workload{
	Name:     "file",
	Doc:      "makes small reads of a file that is in memory: system calls, hardly any waiting",
	Resource: Mixed,
	Grains:   []time.Duration{0},
	New:      newFile,
	Truth:    "what the records hold, by a formula that needs no file",
	Source:   "none: a read that is in memory is a system call, of which some share is serial",
})

const (
	recordSize  = 512 // bytes
	recordCount = 8192
	fileReads   = 64 // a task
)

type excerpt struct {
	Path    string
	Seed    uint64
	Records []uint16
}

var fileTask = Define("workloads.file", func(_ context.Context, in excerpt) (uint64, error) {
	f, err := openFile(in.Path)
	if err != nil {
		return 0, err
	}
	var page [recordSize]byte
	answer := in.Seed
	for _, r := range in.Records {
		if _, err := f.ReadAt(page[:], int64(r)*recordSize); err != nil {
			return 0, err
		}
		answer ^= binary.BigEndian.Uint64(page[:])
	}
	return answer, nil
})

// openFiles are the files that this process has open for reading, by path.
var openFiles sync.Map

// openFile opens a file, or returns it when it is open already.
func openFile(path string) (*os.File, error) {
	if f, ok := openFiles.Load(path); ok {
		return f.(*os.File), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if first, ok := openFiles.LoadOrStore(path, f); ok { // another task was faster
		return first.(*os.File), f.Close()
	}
	return f, nil
}

// closeFile closes a file in this process, if it is open.
func closeFile(path string) error {
	if f, ok := openFiles.LoadAndDelete(path); ok {
		return f.(*os.File).Close()
	}
	return nil
}

// records are those that the task of a seed reads.
func records(seed uint64) []uint16 {
	random, out := stream(seed), make([]uint16, fileReads)
	for k := range out {
		out[k] = uint16(random.next() % recordCount)
	}
	return out
}

// recordHead is what record r begins with.
func recordHead(r uint16) uint64 { return mix(uint64(r) + 1) }

func newFile(p Params) (Job, error) {
	if p.Dir == "" {
		return nil, errors.New("workloads: file needs a directory for its file")
	}
	p.Grain = 0 // it means nothing here, and the tasks are not timed
	path, content := filepath.Join(p.Dir, "records"), make([]byte, recordCount*recordSize)
	for r := range uint16(recordCount) {
		binary.BigEndian.PutUint64(content[int(r)*recordSize:], recordHead(r))
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return nil, fmt.Errorf("workloads: writing the file of file: %w", err)
	}
	return Batch[excerpt, uint64]{
		Task: fileTask,
		Input: func(_ int, seed uint64) (in excerpt, want uint64) {
			in, want = excerpt{path, seed, records(seed)}, seed
			for _, r := range in.Records {
				want ^= recordHead(r)
			}
			return in, want
		},
		Check: Equal[uint64],
		// Worker processes keep the file open until they end.
		Close: func() error { return closeFile(path) },
	}.Job(p)
}
