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
// seldom wait, with little to do between them. Its answer is that of any language:
//
//   - The file is 1 MiB, 256 pages of 4 KiB: 131,072 words of SplitMix64 from state 0,
//     each as 8 bytes, the low byte first. Its first 256 KiB are the buffer of Hash.
//   - A task opens the file, makes 16 reads of one page each, and closes it. Read k, from
//     0, is of page (first + k·step) mod 256, where first is the lowest byte of the task's
//     seed and step the next byte with its lowest bit set, so that no page comes twice.
//   - The answer is mix(sum), with mix the finaliser of SplitMix64 and sum, mod 2^64, that
//     of the seed and, for each read, the first and the last 8 bytes of what was read, each
//     as a word with its low byte first.
//
// A read of less than a page is an error. All tasks have the same file, which is written
// when the job is prepared.
var File = register(Workload{
	Name:     "file",
	Doc:      "makes small reads of a file that is in memory: system calls, hardly any waiting",
	Resource: Mixed,
	Grains:   []time.Duration{0},
	Answer:   func(seed uint64, _ int64) uint64 { return fileAnswer(seed) },
	New:      newFile,
})

const (
	filePage  = 4 << 10 // bytes
	filePages = 256
	fileReads = 16
)

type leaf struct {
	Path string
	Seed uint64
}

var fileTask = Define("workloads.file", func(_ context.Context, in leaf) (uint64, error) {
	f, err := os.Open(in.Path)
	if err != nil {
		return 0, err
	}
	sum, err := readPages(in.Seed, func(page []byte, n int64) error {
		_, err := f.ReadAt(page, n*filePage)
		return err
	})
	return sum, errors.Join(err, f.Close())
})

// readPages is the answer of the task with that seed, which reads its pages by read.
func readPages(seed uint64, read func(page []byte, n int64) error) (uint64, error) {
	page := make([]byte, filePage)
	sum, at, step := seed, seed&0xff, seed>>8&0xff|1
	for range fileReads {
		if err := read(page, int64(at%filePages)); err != nil {
			return 0, err
		}
		sum += binary.LittleEndian.Uint64(page) + binary.LittleEndian.Uint64(page[filePage-8:])
		at += step
	}
	return mix(sum), nil
}

// fileContent is what stands in the file.
var fileContent = sync.OnceValue(func() []byte { return streamBytes(filePages * filePage) })

// fileAnswer is the answer of a task without a file.
func fileAnswer(seed uint64) uint64 {
	answer, _ := readPages(seed, func(page []byte, n int64) error { // copying cannot fail
		copy(page, fileContent()[n*filePage:])
		return nil
	})
	return answer
}

func newFile(p Params) (Job, error) {
	if p.Dir == "" {
		return nil, errors.New("workloads: file needs a directory for its file")
	}
	p.Grain = 0 // it means nothing here, and the tasks are not timed
	path := filepath.Join(p.Dir, "file")
	if err := os.WriteFile(path, fileContent(), 0o600); err != nil {
		return nil, fmt.Errorf("workloads: writing the file of file: %w", err)
	}
	return Batch[leaf, uint64]{
		Task:  fileTask,
		Input: func(_ int, seed uint64) (leaf, uint64) { return leaf{path, seed}, fileAnswer(seed) },
		Check: Equal[uint64],
	}.Job(p)
}
