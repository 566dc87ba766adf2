package main

import (
	"flag"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/internal/program"
)

// A flag that changes nothing for what was called is refused by name, before anything
// is read or built.
func TestGateFlagsThatChangeNothing(t *testing.T) {
	t.Chdir(t.TempDir())
	calls := map[gateForm][]string{
		formRevisions:  {"-base", "HEAD"},
		formBinaries:   {"-base-bin", "x", "-head-bin", "y"},
		formCommands:   {"-base-cmd", "false", "-head-cmd", "false"},
		formFunction:   {"-base", "HEAD", "-python-func", "m:f", "-inputs", "x"},
		formRecords:    {"x", "y"},
		formComparison: {"x"},
		formHistory:    {"-history", "x"},
	}
	values := map[string]string{"budget": "1s", "timeout": "1s", "seed": "1", "seeds": "1", "cpu": "1", "across-machines": "true", "v": "true", "fail-on": "missing", "ci": "none", "all": "true", "cause": "true"}
	for name, forms := range flagForms {
		for form, call := range calls {
			if name == "history" && form == formHistory {
				continue
			}
			value := values[name]
			if value == "" {
				value = "z"
			}
			code, _, stderr := poolbench(t, append(append([]string{"gate"}, call...), "-"+name+"="+value)...)
			if refused := strings.Contains(stderr, "-"+name+" changes nothing for "+string(form)); refused == slices.Contains(forms, form) || refused && code != program.Usage {
				t.Errorf("%s with -%s: exit %d, %s", form, name, code, stderr)
			}
		}
	}
}

// Each flag of gate is in the table, or means something for whatever is called.
func TestGateFlagForms(t *testing.T) {
	c := &program.Invocation{Flags: flag.NewFlagSet("gate", flag.ContinueOnError), Stdout: io.Discard, Stderr: io.Discard}
	addGateFlags(c)
	var got []string
	c.Flags.VisitAll(func(f *flag.Flag) {
		if _, ok := flagForms[f.Name]; !ok {
			got = append(got, f.Name)
		}
	})
	if want := []string{"base", "base-bin", "base-cmd", "color", "head-bin", "head-cmd", "limit", "python-func", "rules"}; !slices.Equal(got, want) {
		t.Errorf("for all forms: %q, want %q", got, want)
	}
	for _, name := range slices.Sorted(maps.Keys(flagForms)) {
		if c.Flags.Lookup(name) == nil {
			t.Errorf("gate has no flag %s", name)
		}
	}
}
