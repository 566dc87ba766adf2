package workloads

import (
	"encoding/binary"
	"fmt"
	"os"
	"sync"
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

// allRecords are all that there are, in order.
func allRecords() []uint16 {
	all := make([]uint16, recordCount)
	for r := range all {
		all[r] = uint16(r)
	}
	return all
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
