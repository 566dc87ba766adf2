package main

import (
	"bytes"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"poolbench/bench/internal/program"
	"poolbench/reports/gate"
)

func TestLimit(t *testing.T) {
	for text, want := range map[string]float64{"5%": 0.05, "5 %": 0.05, "0.05": 0.05, "0.5": 0.5, "100%": 1, "999%": 9.99} {
		var f gateFlags
		if err := f.setLimit(text); err != nil || math.Abs(f.limit-want) > 1e-12 {
			t.Errorf("%q: %v, %v", text, f.limit, err)
		}
	}
	for text, want := range map[string]string{
		"5": `"5" would be 500 %: write 5% or 0.05`, "1": `"1" would be 100 %: write 1% or 0.01`, "0": "above 0", "1000%": "above 0",
		"": "no change", "-5%": "no change", "NaN": "no change", "Inf": "no change", "much": "5% or 0.05",
	} {
		if err := new(gateFlags).setLimit(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	t.Chdir(t.TempDir())
	if code, _, stderr := poolbench(t, "gate", "-limit", "5", "a", "b"); code != program.Usage || !strings.Contains(stderr, "write 5% or 0.05") {
		t.Errorf("exit %d: %s", code, stderr)
	}
	if err := os.WriteFile(gate.RulesFile, []byte("limit * sec/op 8\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := poolbench(t, "gate", "a", "b"); code != program.Usage || !strings.Contains(stderr, gate.RulesFile+":1: ") || !strings.Contains(stderr, "write 8% or 0.08") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// The help begins with the builds, and its example of rules is one.
func TestGateHelp(t *testing.T) {
	code, stdout, stderr := poolbench(t, "gate", "-h")
	if code != program.OK || stderr != "" || !strings.HasPrefix(stdout, "poolbench gate -base REVISION [flags]: ") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
	for _, want := range []string{"\npoolbench gate BASE HEAD", "\npoolbench gate COMPARISON", "-budget", "\n" + gate.RulesFile, rulesExample} {
		if !strings.Contains(stdout, want) {
			t.Errorf("%q is not in %s", want, stdout)
		}
	}
	if _, err := gate.ReadRules(bytes.NewReader([]byte(rulesExample)), "example", time.Now()); err != nil {
		t.Error(err)
	}
}
