package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// listed are the words of a comma-separated list.
func listed(list string) (out []string) {
	for word := range strings.SplitSeq(list, ",") {
		if word = strings.TrimSpace(word); word != "" {
			out = append(out, word)
		}
	}
	return out
}

// parseList reads a comma-separated flag, each value once, in the order given. A flag that
// is empty leaves what is the default.
func parseList[T comparable](flagName, list string, parse func(word string) (T, error), otherwise []T) (out []T, err error) {
	if list == "" {
		return otherwise, nil
	}
	for _, word := range listed(list) {
		v, err := parse(word)
		if err != nil {
			return nil, usageError("-%s: %w", flagName, err)
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	if len(out) == 0 {
		return nil, usageError("-%s: nothing given", flagName)
	}
	return out, nil
}

// pick finds values by their comma-separated names, each once, in the order given; all
// without a name.
func pick[T any](flagName, list string, all []T, name func(T) string) ([]T, error) {
	var names []string
	var every []int
	for i, v := range all {
		names, every = append(names, name(v)), append(every, i)
	}
	places, err := parseList(flagName, list, func(word string) (int, error) {
		i := slices.Index(names, word)
		if i < 0 {
			return 0, fmt.Errorf("unknown %q%s; there is %v", word, nearest(word, names), names)
		}
		return i, nil
	}, every)
	var picked []T
	for _, i := range places {
		picked = append(picked, all[i])
	}
	return picked, err
}

// maxWorkers keeps a slip of the finger from starting a million processes.
const maxWorkers = 1024

func count(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 || n > maxWorkers {
		return 0, fmt.Errorf("%q is not a number from 1 to %d", word, maxWorkers)
	}
	return n, nil
}

func grain(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if err != nil || d <= 0 || d > time.Minute {
		return 0, fmt.Errorf("%q is not a duration above 0 and up to 1m, such as 250ns, 10us or 1ms", word)
	}
	return d, nil
}
