package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// The relations of faults.
const (
	RecoveredAfter Relation = "has all workers again after" // from the fault
	Lost           Relation = "loses"                       // tasks that were not at fault
	NeverSeen      Relation = "is never seen"               // Object, a unit, in no slice
)

// Faults says what tasks cost that return errors, panic, end their process or never end.
var Faults = Question{
	Name: "faults", Title: "If it fails?", Doc: "What does a fault cost, with which pool?",
	Answer: func(s *Set) Section {
		out := Section{Reading: "All jobs are the same tasks, each of which waits for a millisecond, and some of which are at fault. Lost are other tasks, which failed or never ran because of these: their user has to run them again, and a pool that broke has to be made anew, which the times contain. A pool whose workers are in the program itself ends with it: nobody is left to recover. Tasks that never end are ended by their pool where it can be given a time limit, 50 ms here."}
		for _, x := range FaultsOf(s) {
			out.Sentences = append(out.Sentences, x.sentence(s))
		}
		out.add("", faultTable(s))
		return out
	},
}

// A Fault is one kind of fault on all pools with as many workers.
type Fault struct {
	Kind    string // "error", "panic", "exit", "hang"
	Workers int
	Rate    string       // share of the tasks at fault, as the record has it
	Arms    []FaultedArm // by tasks lost, then by recovery
}

// A FaultedArm is what a fault cost a pool.
type FaultedArm struct {
	Point                  record.Point
	Pool                   string            // with its runtime, if it has one
	Notice, Lost, Recovery estimate.Estimate // seconds, tasks, seconds; N is 0 where it was never seen
	Tasks                  float64           // of the job, those at fault too; 0 where the record does not say
	Slices                 int
}

// FaultsOf are those of the record, by rate, kind and workers.
func FaultsOf(s *Set) []Fault { return once(s, findFaults) }

func findFaults(s *Set) []Fault {
	type key struct {
		rate, kind string
		workers    int
	}
	var all ordered[key, FaultedArm]
	for _, p := range s.Others() {
		of := func(unit string) estimate.Estimate { return s.Estimate(s.Series(p, unit)) }
		a := FaultedArm{p, p.Get("pool"), of(record.UnitNotice), of(record.UnitLost), of(record.UnitRecovery), of(record.UnitTasks).Value, len(s.at(p).results)}
		if p.Benchmark() != record.FaultsBenchmark || a.Pool == "" || a.Lost.N == 0 {
			continue
		}
		if runtime := p.Get(record.AxisRuntime); runtime != "" {
			a.Pool += " (" + runtime + ")"
		}
		all.add(key{p.Get("rate"), p.Get("fault"), p.Workers()}, a)
	}
	slices.SortStableFunc(all.keys, func(a, b key) int {
		place := func(kind string) int { return slices.Index([]string{"error", "panic", "exit", "hang"}, kind) }
		return cmp.Or(record.CompareValues(a.rate, b.rate), cmp.Compare(place(a.kind), place(b.kind)), cmp.Compare(a.workers, b.workers))
	})
	var out []Fault
	for _, k := range all.keys {
		x := Fault{Kind: k.kind, Workers: k.workers, Rate: k.rate, Arms: all.of[k]}
		slices.SortStableFunc(x.Arms, func(a, b FaultedArm) int {
			return cmp.Or(compareValues(a.Lost, b.Lost), cmp.Compare(never(a.Recovery), never(b.Recovery)), compareValues(a.Recovery, b.Recovery), strings.Compare(a.Pool, b.Pool))
		})
		out = append(out, x)
	}
	return out
}

// never orders what was seen before what was not.
func never(e estimate.Estimate) int {
	if e.N == 0 {
		return 1
	}
	return 0
}

// faultsDo are what tasks at fault do, by kind.
var faultsDo = map[string]string{"error": "return an error", "panic": "panic", "exit": "end their process", "hang": "never end"}

// Title is "tasks that end their process, with 2 workers, rate=0.01".
func (x Fault) Title() string {
	do, ok := faultsDo[x.Kind]
	if !ok {
		do = "do " + x.Kind
	}
	return fmt.Sprintf("tasks that %s, with %s, rate=%s", do, words.Count(x.Workers, "worker"), x.Rate)
}

// sentence says who loses how much, and when all is as before.
func (x Fault) sentence(s *Set) Sentence {
	out := Sentence{Subject: x.Title()}
	var parts []string
	for _, a := range x.Arms {
		subject, of := a.Pool+" on "+x.Title(), []record.Point{a.Point}
		claim := func(relation Relation, object, unit string, e estimate.Estimate) {
			if e.N == 0 {
				relation, unit = NeverSeen, words.Plain
			}
			out.Claims = append(out.Claims, Claim{Subject: subject, Relation: relation, Object: object, Unit: unit, Value: e, Of: of})
		}
		claim(Lost, record.UnitLost, words.Plain, a.Lost)
		claim(RecoveredAfter, record.UnitRecovery, words.Seconds, a.Recovery)
		after := "never"
		if a.Recovery.N > 0 {
			after = words.Duration(a.Recovery.Value)
		}
		parts = append(parts, fmt.Sprintf("%s %s, %s", a.Pool, a.lost(), after))
	}
	out.Text = "others lost, and time until all workers are there again: " + strings.Join(parts, "; ")
	out.Brief = x.brief()
	return out
}

// brief is the end of the worst, after that of the best.
func (x Fault) brief() string {
	short := func(a FaultedArm) string { return a.Pool + " loses " + a.lost() }
	if best, worst := x.Arms[0], x.Arms[len(x.Arms)-1]; best.Lost.Value != worst.Lost.Value {
		return short(best) + ", " + short(worst)
	}
	return "all pools lose " + x.Arms[0].lost()
}

// lost is "none", or "198 of 200" of the tasks of the job.
func (a FaultedArm) lost() string {
	if a.Lost.Value == 0 {
		return "none"
	}
	text := strconv.FormatFloat(a.Lost.Value, 'f', -1, 64)
	if a.Tasks >= a.Lost.Value {
		text += " of " + strconv.FormatFloat(a.Tasks, 'f', 0, 64)
	}
	return text
}

// faultTable has a row for each pool and fault.
func faultTable(s *Set) words.Table {
	t := words.Table{Title: "What a fault costs", Brief: true, Left: 2, Header: []string{"tasks that", "pool", "workers", "rate", "others lost", "says so after", "all workers again after"},
		Caption: "Medians over the slices. Never is what was seen in no slice; in brackets behind a time is in how many it was, where not in all. The time to say so is from the fault of a task to the error of its future; all workers are there again when as many tasks run at once as there are workers."}
	for _, x := range FaultsOf(s) {
		for _, a := range x.Arms {
			do := cmp.Or(faultsDo[x.Kind], x.Kind)
			t.Add(do, a.Pool, x.Workers, x.Rate, lostCell(a.Lost), a.seen(a.Notice), a.seen(a.Recovery))
		}
	}
	return t
}

func lostCell(e estimate.Estimate) words.Cell {
	cell := words.Cell{Text: strconv.FormatFloat(e.Value, 'f', -1, 64), Method: e.Method}
	if e.Known() && e.Low < e.High {
		cell.Interval = words.IntervalOf(e, record.UnitLost)
	}
	return cell
}

// seen is a time, or that there was none.
func (a FaultedArm) seen(e estimate.Estimate) words.Cell {
	if e.N == 0 {
		return words.Cell{Text: "never"}
	}
	cell := words.Number(e, words.Seconds)
	if e.N < a.Slices {
		cell.Text += fmt.Sprintf(" (%d of %d)", e.N, a.Slices)
	}
	return cell
}
