package executortest

import (
	"bytes"
	"context"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync/atomic"
)

// The goroutines of a case are told from all others by a profiler label, which a
// goroutine inherits from the one that starts it.
const labelKey = "executortest"

var runs atomic.Int64

// newLabel is different for every run of a case.
func newLabel(id string) string { return fmt.Sprintf("%s#%d", id, runs.Add(1)) }

func labelled(label string, f func()) {
	pprof.Do(context.Background(), pprof.Labels(labelKey, label), func(context.Context) { f() })
}

// goroutines is how many goroutines have the label.
func goroutines(label string) int {
	n := 0
	for stack := range strings.SplitSeq(stacks(label), "\n\n") {
		count, _, _ := strings.Cut(strings.TrimPrefix(stack, "goroutine profile: total"), " @")
		if at := strings.LastIndexByte(count, '\n'); at >= 0 { // the first stack has a headline
			count = count[at+1:]
		}
		if own, err := strconv.Atoi(count); err == nil {
			n += own
		}
	}
	return n
}

// stacks are those of the goroutines with the label.
func stacks(label string) string {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return err.Error()
	}
	var own strings.Builder
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		if strings.Contains(stack, fmt.Sprintf("%q:%q", labelKey, label)) {
			own.WriteString(stack + "\n\n")
		}
	}
	return own.String()
}
