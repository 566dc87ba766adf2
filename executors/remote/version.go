package remote

import (
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
)

// Version is that of the messages.
const Version = 8

// HelloOf is the payload of a worker's first message, and what its parent expects:
// nonce tells executors apart, and build programs.
func HelloOf(nonce, build string) string {
	return fmt.Sprintf("poolbench worker %d %s %s", Version, nonce, build)
}

// BuildID tells two builds of a program apart, by what the Go tool has written into it.
// It is read from the file at path when it is first called; not if that is empty, for the
// file of a process that is known to be this one.
func BuildID(path string) string {
	buildID.once.Do(func() { buildID.text = newBuildID(path) })
	return buildID.text
}

var buildID struct {
	once sync.Once
	text string
}

// idWithin is how far from the beginning of a program its build id lies at most, in bytes:
// cmd/internal/buildid looks at 32 KiB.
const idWithin = 64 << 10

func newBuildID(path string) string {
	h := fnv.New64a()
	fmt.Fprintln(h, runtime.Version(), runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintln(h, info)
	}
	if f, err := os.Open(path); err == nil {
		io.CopyN(h, f, idWithin)
		f.Close()
	}
	return strconv.FormatUint(h.Sum64(), 16)
}
