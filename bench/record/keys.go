package record

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// machineKeys are the file keys that make results comparable.
var machineKeys = []string{"goos", "goarch", "cpu", "go"}

// keyChecks tell values of known keys from what else a program may print like that.
var keyChecks = map[string]func(string) bool{
	"goos":   platform.MatchString,
	"goarch": platform.MatchString,
	"go":     goVersion.MatchString,
	"pkg":    func(v string) bool { return checkWord(v) == nil },
}

var (
	platform  = regexp.MustCompile(`^[a-z0-9]+$`)
	goVersion = regexp.MustCompile(`^(devel\b.*|(go)?[0-9]+\.[0-9][^\s:]*( (X:|cl/|\+|-).*)?|(go)?[0-9]+)$`) // as runtime.Version
)

// MachineKeys are the values that the file has of each key which makes results comparable,
// in the order of keys and then of the file. There is one of each in the file of one
// machine and one Go version, none of a key that the file does not have.
func (r *Record) MachineKeys() (keys []Field) {
	for _, key := range machineKeys {
		for _, v := range r.keys[key] {
			keys = append(keys, Field{key, v})
		}
	}
	return keys
}

// quoted lists values for people: "a" and "b".
func quoted(values []string) string {
	var out []string
	for _, v := range values {
		out = append(out, strconv.Quote(v))
	}
	if n := len(out); n > 1 {
		out = slices.Concat(out[:n-2], []string{out[n-2] + " and " + out[n-1]})
	}
	return strings.Join(out, ", ")
}
