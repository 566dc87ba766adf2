package record

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// An Axis is one key of the names of points.
type Axis struct {
	Name string `json:"name"`
	Doc  string `json:"doc,omitempty"` // one line, for lists

	// How is true where the axis says how the work is run, so that points which
	// differ in it are compared: executor, workers. Else it says what is run.
	How bool `json:"how,omitempty"`
}

// Names of the axes that every grid has, and of those that are asked for by name.
const (
	AxisExecutor = "executor"
	AxisWorkload = "workload"
	AxisWorkers  = "workers"
	AxisGrain    = "grain"

	AxisPayload = "payload"
	AxisUnits   = "units"
	AxisChunk   = "chunk"
	AxisRuntime = "runtime" // what is run: a program of another runtime is another program
	AxisStart   = "start"

	// AxisPass is what was around the point while it ran: a profile, a trace. Its results
	// are none of the grid, whose times nothing was around.
	AxisPass = "pass"
)

// An axisRule is an axis with how its values are written: normal gives the one way,
// people another one to read.
type axisRule struct {
	Axis
	normal func(string) (string, error)
	people func(string) string
}

// axes are those known here, in the order that they have in a name. Others follow
// them, sorted by name, and say what is run unless the record declares otherwise.
var axes = []axisRule{
	{Axis{AxisExecutor, "what runs the tasks", true}, asIs, asIs1},
	{Axis{AxisWorkload, "what the tasks do", false}, asIs, asIs1},
	{Axis{AxisWorkers, "how many workers the executor has", true}, count(1), asIs1},
	{Axis{AxisGrain, "useful work of a task, in nanoseconds", false}, nanoseconds, grainForPeople},
	{Axis{AxisPayload, "bytes sent with each task and back", false}, payload, func(v string) string { return v + " B" }},
	{Axis{AxisUnits, "kernel units of a task, the same in every runtime", false}, count(1), func(v string) string { return v + " units" }},
	{Axis{AxisChunk, "tasks handed over at a time", true}, count(1), nil},
	{Axis{AxisRuntime, "what runs the program, where that is not ours", false}, asIs, asIs1},
	{Axis{AxisStart, "how worker processes are started", true}, asIs, nil},
	{Axis{"gomaxprocs", "GOMAXPROCS", true}, count(1), nil},
	{Axis{AxisPass, "what was around the work while it ran: a profile, a trace", true}, asIs, nil},
}

// Axes are the axes known here, in the order that they have in a name.
func Axes() []Axis {
	out := make([]Axis, len(axes))
	for i, a := range axes {
		out[i] = a.Axis
	}
	return out
}

func ruleOf(name string) (axisRule, int) {
	i := slices.IndexFunc(axes, func(a axisRule) bool { return a.Name == name })
	if i < 0 {
		return axisRule{Axis{Name: name}, asIs, nil}, len(axes)
	}
	return axes[i], i
}

func asIs(v string) (string, error) { return v, nil }
func asIs1(v string) string         { return v }

func count(least int) func(string) (string, error) {
	return func(v string) (string, error) {
		n, err := strconv.Atoi(v)
		if err != nil || n < least {
			return "", fmt.Errorf("%q is not a count", v)
		}
		return strconv.Itoa(n), nil
	}
}

// payload leaves out what is the same as no payload.
func payload(v string) (string, error) {
	v, err := count(0)(v)
	if v == "0" {
		v = ""
	}
	return v, err
}

// nanoseconds takes integer nanoseconds, which is what we write, and durations, which
// people write.
func nanoseconds(v string) (string, error) {
	if n, err := strconv.ParseInt(v, 10, 64); err == nil && n >= 0 {
		return strconv.FormatInt(n, 10), nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return "", fmt.Errorf("%q is neither nanoseconds nor a duration", v)
	}
	return strconv.FormatInt(d.Nanoseconds(), 10), nil
}

func grainForPeople(v string) string {
	n, _ := strconv.ParseInt(v, 10, 64)
	return GrainText(time.Duration(n))
}

// GrainText writes a grain exactly, for people: "200 ns", "10 µs", "1.5 ms"; "" for 0.
func GrainText(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, " s"}, {time.Millisecond, " ms"}, {time.Microsecond, " µs"}} {
		if d >= u.unit {
			return strconv.FormatFloat(float64(d)/float64(u.unit), 'f', -1, 64) + u.name
		}
	}
	if d == 0 {
		return ""
	}
	return strconv.FormatInt(d.Nanoseconds(), 10) + " ns"
}

// CompareValues orders values of an axis: numbers as numbers and before words.
func CompareValues(a, b string) int {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	switch {
	case errX == nil && errY == nil:
		return cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
	case errX == nil:
		return -1
	case errY == nil:
		return +1
	}
	return strings.Compare(a, b)
}

// checkWord refuses what would not be read back as one word.
func checkWord(name string) error {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return fmt.Errorf("record: the name %q is empty or holds spaces", name)
	}
	return nil
}
