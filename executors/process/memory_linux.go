package process

import (
	"bytes"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// hasMemory tells that memory can be measured here.
const hasMemory = true

// limitMemory bounds the data segment of this process: its heap and private
// mappings. (The limit on the address space would be useless: the Go runtime
// reserves far more than it uses, and does not start.)
func limitMemory(bytes int64) error {
	return unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: uint64(bytes), Max: uint64(bytes)})
}

// memoryLimiter is how memory is limited here.
func memoryLimiter() string {
	if groupBase() != "" {
		return byCgroup
	}
	if ignored, _ := os.ReadFile("/sys/module/kernel/parameters/ignore_rlimit_data"); bytes.HasPrefix(ignored, []byte("Y")) {
		return byNothing
	}
	return byRlimit
}

var statm = sync.OnceValue(func() *os.File {
	f, _ := os.Open("/proc/self/statm")
	return f
})

// resident is the resident memory of this process in bytes, 0 if unknown.
func resident() int64 {
	var buf [128]byte
	n, _ := statm().ReadAt(buf[:], 0) // of a nil file: an error
	fields := bytes.Fields(buf[:max(n, 0)])
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}
