package program

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"poolbench/reports/words"
)

// Listed are the words of a comma-separated list.
func Listed(list string) (out []string) {
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// List reads a comma-separated list of at least one value, each once, in the order given.
func List[T comparable](list string, parse func(word string) (T, error)) (out []T, err error) {
	for _, word := range Listed(list) {
		v, err := parse(word)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("at least one is needed")
	}
	return out, nil
}

// Pick finds values by their comma-separated names, at least one, each once, in the order
// given.
func Pick[T any](list string, all []T, name func(T) string) ([]T, error) {
	var names []string
	for _, v := range all {
		names = append(names, name(v))
	}
	places, err := List(list, func(word string) (int, error) {
		i := slices.Index(names, word)
		if i < 0 {
			return 0, fmt.Errorf("unknown %q%s; there is %v", word, words.DidYouMean(word, names), names)
		}
		return i, nil
	})
	var picked []T
	for _, i := range places {
		picked = append(picked, all[i])
	}
	return picked, err
}

// Choice refuses a value of a flag that is not one of the allowed.
func Choice(flagName, value string, allowed ...string) error {
	if slices.Contains(allowed, value) {
		return nil
	}
	return UsageErrorf("-%s: unknown value %q%s; there is %v", flagName, value, words.DidYouMean(value, allowed), allowed)
}

// maxWorkers keeps a slip of the finger from starting a million processes.
const maxWorkers = 1024

// Count reads a number of workers or CPUs.
func Count(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > maxWorkers {
		return 0, fmt.Errorf("%q is not a number from 1 to %d", word, maxWorkers)
	}
	return n, nil
}

// maxSize keeps a slip of the finger from being taken for a size.
const maxSize = 1_000_000

// Size reads how many tasks are handed over at a time.
func Size(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > maxSize {
		return 0, fmt.Errorf("%q is not a number from 1 to %d", word, maxSize)
	}
	return n, nil
}
