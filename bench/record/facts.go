package record

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Facts are what a record says of its run beside the results. Each field is one fact,
// and each fact is a line of its own,
//
//	# fact NAME JSON
//
// as soon as it is known. A fact whose field is a slice may come often, any other one
// counts as it came last. Adding a field is adding a fact.
type Facts struct {
	Run    string    `fact:"run"`    // unique name of the run, "" for what is not ours
	Seed   uint64    `fact:"seed"`   // of inputs and orders
	Start  time.Time `fact:"start"`  // of the first session
	Budget float64   `fact:"budget"` // seconds, of the last session
	Plan   Plan      `fact:"plan"`
	Builds Builds    `fact:"builds"`
	Cores  int       `fact:"cores"` // CPUs that the run could use; 0 when unknown
	Probe  string    `fact:"probe"` // by what the capacity of the machine was probed, for people; "" when it was not

	Sources      []Source      `fact:"source"`
	Workloads    []Workload    `fact:"workload"`
	Expected     []Expected    `fact:"expected"` // of what is run, one each
	Calibrations []Calibration `fact:"calibration"`
	Units        []Unit        `fact:"unit"`    // declared for this record
	Promised     []Promise     `fact:"promise"` // of a comparison, in the order in which they are reported
	Renamed      []Renamed     `fact:"renamed"` // of a snapshot of a comparison: what has another name in base
	Refined      []string      `fact:"refined"` // names of points that were added to the plan
	Readings     []Reading     `fact:"reading"` // what the machine is and did
	Warnings     []Warning     `fact:"warning"` // of each topic those of the last session that has any

	Profiles  []Profile  `fact:"profile"`  // of what regressed in a comparison
	Functions []Function `fact:"function"` // that they name

	Sessions []time.Time `fact:"session"` // beginnings of the sessions after the first
	End      *End        `fact:"end"`     // nil when the last session was killed, or has not ended

	sessionOf map[string]int // of the warnings, by topic
}

// A Plan is what a run set out to measure.
type Plan struct {
	Fingerprint string `json:"fingerprint,omitempty"` // equal for equal plans
	Points      int    `json:"points"`                // in a whole block, probes included
	Probes      int    `json:"probes"`
}

// Builds are what a comparison compares, for people: revisions, paths or commands.
type Builds struct {
	Base string `json:"base"`
	Head string `json:"head"`
}

// A Source is where points come from.
type Source struct {
	Name      string   `json:"name"`
	Baseline  string   `json:"baseline,omitempty"` // executor that its speedups are taken against
	Executors []string `json:"executors,omitempty"`
	Axes      []Axis   `json:"axes,omitempty"` // of its own
}

// A Workload is what limits a kind of work: "cpu", "wait" or "mixed".
type Workload struct {
	Name     string `json:"name"`
	Resource string `json:"resource"`
}

// A Calibration is the cost of a kernel, alone on one worker.
type Calibration struct {
	Kernel  string  `json:"kernel"`
	PerUnit float64 `json:"sec_per_unit"`     // above 0
	Spread  float64 `json:"spread,omitempty"` // greatest deviation of a measured count from the line, as a fraction
}

// A Reading is one thing that was read of the machine: a value, or a text where there
// is no number to it.
type Reading struct {
	Name  string  `json:"name"`
	Value float64 `json:"value,omitempty"`
	Unit  string  `json:"unit,omitempty"` // "" for a number without one
	Text  string  `json:"text,omitempty"`
}

// A Warning is something that lowers trust in the results, and what to do about it.
// Topic is a lower-case word, the other two are sentences; Cure may be empty.
type Warning struct {
	Topic string `json:"topic,omitempty"`
	What  string `json:"what"`
	Cure  string `json:"cure,omitempty"`
}

// String is the warning in one line: what, then the cure.
func (w Warning) String() string { return strings.TrimSpace(w.What + " " + w.Cure) }

// An End is how a session ended.
type End struct {
	Blocks      int     `json:"blocks"`                // whole ones in the record
	Expected    int     `json:"expected,omitempty"`    // that would have fitted the budget
	Interrupted bool    `json:"interrupted,omitempty"` // before its budget was used up
	Elapsed     float64 `json:"elapsed"`               // seconds
}

// A Role says what a promised point is compared for.
type Role string

const (
	Judged Role = "judged" // base against head: what the user asked about
	Same   Role = "same"   // base against a copy of itself: any difference is the method's
	Canary Role = "canary" // head has a built-in slowdown: what the run must be able to see
)

// A Promise is a point that a comparison promises to measure.
type Promise struct {
	Pkg    string `json:"pkg,omitempty"`
	Name   string `json:"name"` // as testing prints it without "Benchmark", with its -GOMAXPROCS suffix
	Role   Role   `json:"role"`
	InBase bool   `json:"in_base"`
	InHead bool   `json:"in_head"`

	Procs     int       `json:"procs,omitempty"`     // GOMAXPROCS that it is measured with; 0 where a name alone tells, which may be wrong
	Unchanged Unchanged `json:"unchanged,omitempty"` // why it is not measured; "" when it is

	Was      string `json:"was,omitempty"`      // its name in base, where that is another one
	Proposed bool   `json:"proposed,omitempty"` // nobody said that it is the same under another name: it looks like it
}

// An Unchanged is why a benchmark need not be measured: both versions of it do the same.
type Unchanged string

const (
	Identical Unchanged = "identical" // no code or data of the test binary differs, nor a file that it opens
	Unreached Unchanged = "unreached" // some differ, and it can reach none of them
)

// A Renamed is a benchmark that has another name in base. Names are as testing prints them
// without "Benchmark".
type Renamed struct {
	Pkg  string `json:"pkg,omitempty"`
	Was  string `json:"was"`
	Name string `json:"name"`
}

// Point is the promised point, without a side.
func (p Promise) Point() Point { return Point{Pkg: p.Pkg, name: p.Name} }

// Promised is the promise of a point.
func Promised(p Point, role Role, inBase, inHead bool) Promise {
	return Promise{Pkg: p.Pkg, Name: p.name, Role: role, InBase: inBase, InHead: inHead}
}

// factFields are the fields of Facts by the names of their facts.
var factFields = func() map[string]int {
	fields := map[string]int{}
	for i := range reflect.TypeFor[Facts]().NumField() {
		if name := reflect.TypeFor[Facts]().Field(i).Tag.Get("fact"); name != "" {
			fields[name] = i
		}
	}
	return fields
}()

// read takes one fact. One that is not known here, as of a newer version, is left out.
func (f *Facts) read(name string, text []byte) error {
	i, ok := factFields[name]
	if !ok {
		return nil
	}
	field := reflect.ValueOf(f).Elem().Field(i)
	if field.Kind() != reflect.Slice {
		field.SetZero() // nothing of an earlier one stays
		if err := json.Unmarshal(text, field.Addr().Interface()); err != nil {
			return fmt.Errorf("fact %s: %w", name, err)
		}
		return nil
	}
	value := reflect.New(field.Type().Elem())
	if err := json.Unmarshal(text, value.Interface()); err != nil {
		return fmt.Errorf("fact %s: %w", name, err)
	}
	switch v := value.Interface().(type) {
	case *Expected:
		if err := v.Check(); err != nil {
			return fmt.Errorf("fact %s: %w", name, err)
		}
	case *Warning:
		f.warn(*v)
		return nil
	case *time.Time: // a session begins
		f.End = nil
	}
	field.Set(reflect.Append(field, value.Elem()))
	return nil
}

// warn adds a warning. A session warns of its own: what earlier ones said of the topic
// is not true any more.
func (f *Facts) warn(w Warning) {
	session := len(f.Sessions)
	if f.sessionOf == nil {
		f.sessionOf = map[string]int{}
	}
	if f.sessionOf[w.Topic] < session {
		f.Warnings = slices.DeleteFunc(f.Warnings, func(old Warning) bool { return old.Topic == w.Topic })
	}
	f.sessionOf[w.Topic] = session
	if !slices.Contains(f.Warnings, w) {
		f.Warnings = append(f.Warnings, w)
	}
}

// Resource is what limits a workload, "" when the record does not say.
func (f *Facts) Resource(workload string) string {
	for _, w := range f.Workloads {
		if w.Name == workload {
			return w.Resource
		}
	}
	return ""
}

// IsHow reports whether an axis says how work is run, by what sources declare and else
// by the table.
func (f *Facts) IsHow(axis string) bool {
	for _, s := range f.Sources {
		for _, a := range s.Axes {
			if a.Name == axis {
				return a.How
			}
		}
	}
	rule, _ := ruleOf(axis)
	return rule.How
}

// Baseline is the point that a point of a grid is a speedup against: the same work on
// the baseline executor of its source, with one worker.
func (f *Facts) Baseline(p Point) Point {
	baseline := Serial
	for _, s := range f.Sources {
		if s.Baseline != "" && (s.Baseline == p.Executor() || slices.Contains(s.Executors, p.Executor())) {
			baseline = s.Baseline
		}
	}
	return f.What(p).With(AxisExecutor, baseline).With(AxisWorkers, "1")
}

// IsBaseline reports whether a point is its own baseline.
func (f *Facts) IsBaseline(p Point) bool { return f.Baseline(p).Executor() == p.Executor() }

// What is the point without the axes that say how it is run, How the rest of it.
func (f *Facts) What(p Point) Point {
	return p.Keep(func(axis string) bool { return !f.IsHow(axis) })
}
func (f *Facts) How(p Point) Point { return p.Keep(f.IsHow) }
