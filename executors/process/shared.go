package process

import (
	"bytes"
	"encoding/binary"
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

// Shared objects are in one file that every worker maps: a table, and the objects,
// each at the beginning of a block.
//
//	uint32  number of objects
//	        for each: uint32 length of the name, name, uint64 offset, uint64 size
const sharedBlock = 4096

func roundUp(n uint64) uint64 { return (n + sharedBlock - 1) &^ (sharedBlock - 1) }

// writeShared writes the file.
func writeShared(w io.Writer, objects map[string][]byte) error {
	names := slices.Sorted(maps.Keys(objects))
	size := uint64(4)
	for _, name := range names {
		size += 4 + uint64(len(name)) + 16
	}
	table := binary.LittleEndian.AppendUint32(nil, uint32(len(names)))
	at := roundUp(size)
	for _, name := range names {
		table = binary.LittleEndian.AppendUint32(table, uint32(len(name)))
		table = append(table, name...)
		table = binary.LittleEndian.AppendUint64(table, at)
		table = binary.LittleEndian.AppendUint64(table, uint64(len(objects[name])))
		at += roundUp(uint64(len(objects[name])))
	}
	if err := writeBlocks(w, table); err != nil {
		return err
	}
	for _, name := range names {
		if err := writeBlocks(w, objects[name]); err != nil {
			return err
		}
	}
	return nil
}

func writeBlocks(w io.Writer, b []byte) error {
	n := uint64(len(b))
	if _, err := w.Write(b); err != nil {
		return err
	}
	_, err := w.Write(bytes.Repeat([]byte{0}, int(roundUp(n)-n)))
	return err
}

var errShared = errors.New("process: not a table of shared objects")

// parseShared finds the objects in a mapped file.
func parseShared(mem []byte) (map[string][]byte, error) {
	b := mem
	if len(b) < 4 {
		return nil, errShared
	}
	count := binary.LittleEndian.Uint32(b)
	b = b[4:]
	objects := map[string][]byte{}
	for range count {
		if len(b) < 4 {
			return nil, errShared
		}
		n := uint64(binary.LittleEndian.Uint32(b))
		if n+20 > uint64(len(b)) {
			return nil, errShared
		}
		name := string(b[4 : 4+n])
		at, size := binary.LittleEndian.Uint64(b[4+n:]), binary.LittleEndian.Uint64(b[12+n:])
		b = b[20+n:]
		if at > uint64(len(mem)) || size > uint64(len(mem))-at {
			return nil, errShared
		}
		objects[name] = mem[at : at+size : at+size]
	}
	return objects, nil
}
