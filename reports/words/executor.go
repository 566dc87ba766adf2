package words

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"poolbench/bench/record"
)

// An executor is what there is to say of one by its name alone.
type executor struct {
	name   string
	one    string // what one worker of it is called; empty when the name does not count workers
	plural bool   // the name takes the verb of a plural
}

// executors are the built-in ones that pool, the simplest to have first: of equally fast
// ones it is the better choice.
var executors = []executor{
	{name: "goroutines", one: "goroutine", plural: true},
	{name: "spawn"},
	{name: "threads", one: "thread", plural: true},
	{name: "processes", one: "process", plural: true},
}

// Against is what speedups are against: "the plain loop", or another baseline by its name.
func Against(baseline string) string {
	if baseline == record.Serial || baseline == "" {
		return "the plain loop"
	}
	return baseline
}

// find is the entry of an executor, and its place in their order. Of one that
// nobody here knows the name is taken as a singular, and it comes last. What
// else the name says of how it runs does not matter: "processes (start=fork)". One of
// another runtime is like ours of the same kind, but its workers have no names:
// "python-processes".
func find(name string) (e executor, place int) {
	name, _, _ = strings.Cut(name, " (")
	for i, e := range executors {
		if e.name == name {
			return e, i
		}
		if strings.HasSuffix(name, "-"+e.name) {
			return executor{name: name, plural: e.plural}, i
		}
	}
	return executor{name: name}, len(executors)
}

// Simpler compares two executors by what they ask of a program and its machine, then by
// name: it is below 0 when a is the simpler one.
func Simpler(a, b string) int {
	_, x := find(a)
	_, y := find(b)
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(a, b))
}

// Verb is the form of a verb that goes with the executors as subject: one ("pays") or
// many ("pay"). "goroutines pay", "spawn pays", "spawn and conc pay".
func Verb(one, many string, subjects ...string) string {
	if len(subjects) == 1 {
		if e, _ := find(subjects[0]); !e.plural {
			return one
		}
	}
	return many
}

// PayOff is the verb that goes with subject: "goroutines pay off", "it pays off".
func PayOff(subject string) string { return Verb("pays off", "pay off", subject) }

// Pool names a number of workers of an executor: "8 goroutines", "1 process", "spawn with
// 8 workers". Its verb is that of the number where it counts: see PoolVerb.
func Pool(name string, workers int) string {
	switch e, _ := find(name); {
	case e.one == "":
		return fmt.Sprintf("%s with %s", name, Count(workers, "worker"))
	case workers == 1:
		return "1 " + e.one
	}
	return strconv.Itoa(workers) + " " + name
}

// PoolVerb is the form of a verb that goes with Pool.
func PoolVerb(one, many, name string, workers int) string {
	if workers == 1 {
		return one
	}
	return Verb(one, many, name)
}
