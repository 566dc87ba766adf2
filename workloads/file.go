package workloads

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
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
		if err := writeRecords(path, allRecords()); err != nil {
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
