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
//
// By its axes a task writes those 64 records instead, one after the other, and may wait until
// the disk has them: in a stretch of one file of all, opened once in a process, or in a
// file of its own, opened and closed by the task; and so it reads from a file of its own. What was
// written is looked at afterwards, by the job's process. The answers are the same.
var File = register(Workload{
	Name:     "file",
	Doc:      "makes small reads of a file that is in memory: system calls, hardly any waiting",
	Resource: Mixed,
	Grains:   []time.Duration{0},
	Axes:     []Axis{fileDoes, fileOf},
	New:      newFile,
	Truth:    "what the records hold, by a formula that needs no file; what was written is read again",
	Source:   "none: what system calls, the journal and the disk do at once is the system's",
})

var (
	fileDoes = Axis{"does", "what a task does with the file: read, write, or sync (write and wait until the disk has it)", []string{"read"}}
	fileOf   = Axis{"of", "whose the file is: all (one for all tasks) or each (one for each task)", []string{"all"}}
)

const (
	recordSize  = 512 // bytes
	recordCount = 8192
	fileReads   = 64 // a task
)

type excerpt struct {
	Path    string
	Seed    uint64
	Records []uint16 // that are read or written, in order
	Does    string   // "read", "write" or "sync"
	Own     bool     // the file is the task's alone
	At      int64    // where its records begin, one after the other; -1 for record r at r
}

var fileTask = Define("workloads.file", func(_ context.Context, in excerpt) (answer uint64, err error) {
	f, err := openFile(in.Path, in.Does, in.Own)
	if err != nil {
		return 0, err
	}
	if in.Own {
		defer func() { err = errors.Join(err, f.Close()) }()
	}
	var page [recordSize]byte
	answer = in.Seed
	for k, r := range in.Records {
		if at := in.place(k); in.Does == "read" {
			_, err = f.ReadAt(page[:], at)
		} else {
			binary.BigEndian.PutUint64(page[:], recordHead(r))
			_, err = f.WriteAt(page[:], at)
		}
		if err != nil {
			return 0, err
		}
		answer ^= binary.BigEndian.Uint64(page[:])
	}
	if in.Does == "sync" {
		err = f.Sync()
	}
	return answer, err
})

// place is where read or write k is.
func (e excerpt) place(k int) int64 {
	if e.At < 0 {
		return int64(e.Records[k]) * recordSize
	}
	return e.At + int64(k)*recordSize
}

// openFiles are the files of all tasks that this process has open, by path.
var openFiles sync.Map

// openFile opens a file; or, unless it is the task's own, returns it when it is open already.
func openFile(path, does string, own bool) (*os.File, error) {
	if f, ok := openFiles.Load(path); ok && !own {
		return f.(*os.File), nil
	}
	flag := os.O_RDONLY
	if does != "read" {
		flag = os.O_WRONLY | os.O_CREATE
	}
	f, err := os.OpenFile(path, flag, 0o600)
	if err != nil || own {
		return f, err
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

// records are those that the task of a seed reads or writes.
func records(seed uint64) []uint16 {
	random, out := stream(seed), make([]uint16, fileReads)
	for k := range out {
		out[k] = uint16(random.next() % recordCount)
	}
	return out
}

// recordHead is what record r begins with.
func recordHead(r uint16) uint64 { return mix(uint64(r) + 1) }

// writeRecords makes a file of the records.
func writeRecords(path string, records []uint16) error {
	content := make([]byte, len(records)*recordSize)
	for k, r := range records {
		binary.BigEndian.PutUint64(content[k*recordSize:], recordHead(r))
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		return fmt.Errorf("workloads: writing a file of file: %w", err)
	}
	return nil
}

func newFile(p Params) (Job, error) {
	does, err := p.OneOf(fileDoes, "write", "sync")
	if err != nil {
		return nil, err
	}
	of, err := p.OneOf(fileOf, "each")
	if err != nil {
		return nil, err
	}
	if p.Dir == "" {
		return nil, errors.New("workloads: file needs a directory for its file")
	}
	p.Grain = 0 // it means nothing here, and the tasks are not timed
	path, own := filepath.Join(p.Dir, "records"), of == "each"
	if does == "read" && !own {
		all := make([]uint16, recordCount)
		for r := range all {
			all[r] = uint16(r)
		}
		if err := writeRecords(path, all); err != nil {
			return nil, err
		}
	}
	var inputs []excerpt
	job, err := Batch[excerpt, uint64]{
		Task: fileTask,
		Input: func(i int, seed uint64) (in excerpt, want uint64) {
			in, want = excerpt{path, seed, records(seed), does, own, -1}, seed
			for _, r := range in.Records {
				want ^= recordHead(r)
			}
			switch {
			case own:
				in.Path, in.At = fmt.Sprintf("%s-%d", path, i), 0
			case does != "read":
				in.At = int64(i) * fileReads * recordSize
			}
			inputs = append(inputs, in)
			return in, want
		},
		Check: func(i int, got, want uint64, err error) error {
			if err = Equal(i, got, want, err); err == nil && does != "read" {
				err = inputs[i].readBack()
			}
			return err
		},
		// Worker processes keep the file open until they end.
		Close: func() error { return closeFile(path) },
	}.Job(p)
	for i := 0; i < len(inputs) && does == "read" && own && err == nil; i++ {
		err = writeRecords(inputs[i].Path, inputs[i].Records)
	}
	if err != nil {
		return nil, err
	}
	return job, nil
}

// readBack tells what is wrong with what the task wrote.
func (e excerpt) readBack() error {
	f, err := os.Open(e.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	var head [8]byte
	for k, r := range e.Records {
		if _, err := f.ReadAt(head[:], e.place(k)); err != nil {
			return err
		}
		if binary.BigEndian.Uint64(head[:]) != recordHead(r) {
			return fmt.Errorf("write %d of %s is not in the file", k, e.Path)
		}
	}
	return nil
}
