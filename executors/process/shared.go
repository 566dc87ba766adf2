package process

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
)

// Shared gives a task the object of that name from Options.Shared of the pool that
// runs it. All calls in all workers give the same memory: it must not be written
// to, which would end the worker. It stays valid until the worker ends. The error
// wraps fs.ErrNotExist and names the objects there are; outside a worker process
// there are none.
func Shared(name string) ([]byte, error) {
	if b, ok := sharedObjects[name]; ok {
		return b, nil
	}
	return nil, fmt.Errorf("process: no shared object %q among %q: %w", name, slices.Sorted(maps.Keys(sharedObjects)), fs.ErrNotExist)
}

// sharedObjects are set in a worker before its first task and its initialiser.
var sharedObjects map[string][]byte

// Shared objects are in one file that every worker maps: a uint64 with the length of the
// table in bytes, the table as JSON, and the objects, each at the beginning of a block.
const sharedBlock = 4096

// A sharedEntry is a line of the table.
type sharedEntry struct {
	Name         []byte // any text, not only what JSON can tell
	Offset, Size uint64 // bytes; the offset is from the first block after the table
}

func roundUp(n uint64) uint64 { return (n + sharedBlock - 1) &^ (sharedBlock - 1) }

// writeShared writes the file.
func writeShared(w io.Writer, objects map[string][]byte) error {
	var entries []sharedEntry
	blocks := [][]byte{nil} // the table, then the objects
	at := uint64(0)
	for _, name := range slices.Sorted(maps.Keys(objects)) {
		size := uint64(len(objects[name]))
		entries = append(entries, sharedEntry{[]byte(name), at, size})
		blocks = append(blocks, objects[name])
		at += roundUp(size)
	}
	table, err := json.Marshal(entries)
	if err != nil {
		return err
	}
	blocks[0] = append(binary.LittleEndian.AppendUint64(nil, uint64(len(table))), table...)
	for _, b := range blocks {
		n := uint64(len(b))
		if _, err := w.Write(b); err != nil {
			return err
		}
		if _, err := w.Write(make([]byte, roundUp(n)-n)); err != nil {
			return err
		}
	}
	return nil
}

var errShared = errors.New("process: not a table of shared objects")

// parseShared finds the objects in a mapped file.
func parseShared(mem []byte) (map[string][]byte, error) {
	if len(mem) < 8 {
		return nil, errShared
	}
	size := binary.LittleEndian.Uint64(mem)
	if size > uint64(len(mem)-8) {
		return nil, errShared
	}
	var entries []sharedEntry
	if err := json.Unmarshal(mem[8:8+size], &entries); err != nil {
		return nil, fmt.Errorf("%w: %w", errShared, err)
	}
	mem = mem[min(roundUp(8+size), uint64(len(mem))):]
	objects := map[string][]byte{}
	for _, e := range entries {
		if e.Offset > uint64(len(mem)) || e.Size > uint64(len(mem))-e.Offset {
			return nil, errShared
		}
		objects[string(e.Name)] = mem[e.Offset : e.Offset+e.Size : e.Offset+e.Size]
	}
	return objects, nil
}
