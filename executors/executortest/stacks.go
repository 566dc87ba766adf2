package executortest

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
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

// A group is goroutines that stand at the same place.
type group struct {
	count  int
	frames []string // the innermost first, as "function file:line"
}

// groups are those of the goroutines with the label.
func groups(label string) (own []group) {
	var all bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&all, 1); err != nil {
		return nil
	}
	for stack := range strings.SplitSeq(all.String(), "\n\n") {
		if !strings.Contains(stack, fmt.Sprintf("%q:%q", labelKey, label)) {
			continue
		}
		var g group
		for line := range strings.Lines(stack) {
			if count, _, ok := strings.Cut(line, " @ "); ok {
				g.count, _ = strconv.Atoi(count)
			} else if fields := strings.Fields(line); len(fields) == 4 && fields[0] == "#" { // an address, function, place
				function, _, _ := strings.Cut(fields[2], "+0x")
				g.frames = append(g.frames, function+" "+fields[3])
			}
		}
		own = append(own, g)
	}
	return own
}

// goroutines is how many goroutines have the label.
func goroutines(label string) int {
	n := 0
	for _, g := range groups(label) {
		n += g.count
	}
	return n
}

// panicStack is that of the panic that the calling goroutine recovers from, from
// where it was raised up to the case.
func panicStack() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	var text strings.Builder
	for more, raised := true, false; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case strings.HasSuffix(f.Function, beginOfCase):
			return text.String()
		case raised && !strings.HasPrefix(f.Function, "runtime."):
			fmt.Fprintf(&text, "\t%s %s:%d\n", f.Function, f.File, f.Line)
		}
		raised = raised || f.Function == "runtime.gopanic"
	}
	return text.String()
}

// beginOfCase ends the name of the function that calls every case.
const beginOfCase = "/executortest.(*T).run"

// stacks are those of the goroutines with the label, as text, without what all
// cases have in common.
func stacks(label string) string {
	var text strings.Builder
	for _, g := range groups(label) {
		fmt.Fprintf(&text, "%d at\n", g.count)
		for _, frame := range g.frames {
			if strings.Contains(frame, beginOfCase+" ") {
				break
			}
			text.WriteString("\t" + frame + "\n")
		}
	}
	return text.String()
}
