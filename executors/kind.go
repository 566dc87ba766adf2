package executors

import (
	"maps"
	"slices"
	"strings"
)

// A Kind is a recipe for executors: what a program takes that lets its user choose
// one by name. Who knows which one it is calls NewGoroutines or its like.
type Kind struct {
	Name string // a lower-case word
	Doc  string // one line
	New  func(Options) (Executor, error)

	// Check, if it is not nil, tells what a program lacks to have any executor of this
	// kind. It makes none and may be called at any time.
	Check func() error
}

var kinds = map[string]Kind{}

// register adds a built-in kind. It panics on a duplicate name, a mistake of ours.
func register(k Kind) Kind {
	if _, dup := kinds[k.Name]; dup || k.Name == "" || k.New == nil {
		panic("executors: bad or duplicate kind " + k.Name)
	}
	kinds[k.Name] = k
	return k
}

// All returns the kinds that run tasks in this process, sorted by name.
func All() []Kind {
	return slices.SortedFunc(maps.Values(kinds), func(a, b Kind) int { return strings.Compare(a.Name, b.Name) })
}
