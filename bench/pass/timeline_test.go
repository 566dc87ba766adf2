package pass

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"slices"
	"testing"

	"poolbench/executors/stages"
)

// An event is what the trace event format documents of one.
type event struct {
	Phase string          `json:"ph"`
	Name  string          `json:"name"`
	Time  *float64        `json:"ts"`
	Dur   *float64        `json:"dur"`
	Pid   *int            `json:"pid"`
	Tid   *int            `json:"tid"`
	ID    *int            `json:"id"`
	Cat   string          `json:"cat"`
	Bind  string          `json:"bp"`
	Args  json.RawMessage `json:"args"`
}

// events reads a timeline and checks what the format asks for: required fields, events
// in a lane that nest, arrows with two ends of which the second is no earlier and lies
// within an event, and counters that are never negative.
func events(t *testing.T, text []byte) []event {
	t.Helper()
	var file struct {
		Unit   string            `json:"displayTimeUnit"`
		Events []event           `json:"traceEvents"`
		Other  map[string]string `json:"otherData"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	lanes := map[[2]int][]event{}
	arrows := map[int]event{}
	for i, e := range file.Events {
		if e.Name == "" || e.Time == nil || *e.Time < 0 || e.Pid == nil || e.Tid == nil {
			t.Fatalf("event %d lacks something: %+v", i, e)
		}
		lane := [2]int{*e.Pid, *e.Tid}
		switch e.Phase {
		case "X":
			if e.Dur == nil || *e.Dur < 0 {
				t.Errorf("event %d has no duration", i)
			}
			lanes[lane] = append(lanes[lane], e)
		case "s":
			if _, twice := arrows[*e.ID]; twice || e.Cat == "" {
				t.Errorf("arrow %d begins twice, or has no category", *e.ID)
			}
			arrows[*e.ID] = e
		case "f":
			from, begun := arrows[*e.ID]
			if !begun || *from.Time > *e.Time || e.Bind != "e" || from.Cat != e.Cat || from.Name != e.Name {
				t.Errorf("arrow %d: %+v from %+v", *e.ID, e, from)
			}
			delete(arrows, *e.ID)
			if !slices.ContainsFunc(lanes[lane], func(x event) bool { return *x.Time <= *e.Time && *e.Time <= *x.Time+*x.Dur }) {
				t.Errorf("arrow %d ends at nothing", *e.ID)
			}
		case "C":
			var args struct{ Tasks int }
			if json.Unmarshal(e.Args, &args) != nil || args.Tasks < 0 {
				t.Errorf("counter %s", e.Args)
			}
		case "M":
			var args struct{ Name string }
			if json.Unmarshal(e.Args, &args) != nil || args.Name == "" {
				t.Errorf("name %s", e.Args)
			}
		default:
			t.Errorf("event %d has phase %q", i, e.Phase)
		}
	}
	if len(arrows) > 0 {
		t.Errorf("%d arrows have no end", len(arrows))
	}
	for lane, all := range lanes {
		slices.SortFunc(all, func(a, b event) int { return int(math.Copysign(1, *a.Time-*b.Time)) })
		for i := range all[1:] {
			if end := *all[i].Time + *all[i].Dur; end > *all[i+1].Time+1e-9 {
				t.Errorf("events of lane %v overlap: one ends at %v, the next begins at %v", lane, end, *all[i+1].Time)
			}
		}
	}
	return file.Events
}

// made are n tasks of 10 µs on two workers, one of them a process.
func made(n int) (tasks []stages.Task, calls []stages.Call) {
	free := [2]int64{}
	for i := range int64(n) {
		begin := 1_000_000 + i*4000
		w := i % 2
		start := max(begin+500, free[w])
		free[w] = start + 10_000
		tasks = append(tasks, stages.Task{Worker: int(w), Process: int(w) * 4711, Submit: begin + 100, Start: start, End: free[w]})
		calls = append(calls, stages.Call{Begin: begin, End: begin + 300})
	}
	return tasks, calls
}

func TestTimeline(t *testing.T) {
	for _, n := range []int{0, 1, 100} {
		tasks, calls := made(n)
		var out bytes.Buffer
		if err := WriteTimeline(&out, tasks, calls); err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		deepest := 0
		for _, e := range events(t, out.Bytes()) {
			count[e.Phase+" "+e.Name]++
			var args struct{ Tasks int }
			if e.Phase == "C" && json.Unmarshal(e.Args, &args) == nil {
				deepest = max(deepest, args.Tasks)
			}
		}
		if count["X task"] != n || count["X submit"] != n || count["s given"] != n || count["f given"] != n {
			t.Errorf("%d tasks: %v", n, count)
		}
		if n == 100 && deepest != 20 { // tasks come every 4 µs and go every 5
			t.Errorf("up to %d tasks wait", deepest)
		}
	}
}

// A timeline that would be too large leaves out the last tasks, and says so.
func TestTimelineIsBounded(t *testing.T) {
	tasks, calls := made(maxEvents)
	var out bytes.Buffer
	if err := WriteTimeline(&out, tasks, calls); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(out.Bytes(), []byte("\n{")); n > maxEvents || n < maxEvents/2 {
		t.Errorf("%d events", n)
	}
	if !bytes.Contains(out.Bytes(), []byte("of 200000")) {
		t.Error("it does not say of how many")
	}
}

// BenchmarkTimeline writes 200,000 events.
func BenchmarkTimeline(b *testing.B) {
	tasks, calls := made(maxEvents / 6)
	for b.Loop() {
		if err := WriteTimeline(io.Discard, tasks, calls); err != nil {
			b.Fatal(err)
		}
	}
}
