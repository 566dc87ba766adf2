package reports

import (
	"sort"
	"strings"
	"testing"

	"poolbench/bench/record"
)

// The exact interval of a median: with 6 values and 5 % it is their range, with 9
// and 5 % the second of each end (2·P(Bin(9) < 2) = 20/512).
func TestExactInterval(t *testing.T) {
	values := []float64{9, 1, 8, 2, 7, 3}
	if low, high, ok := exactInterval(values, 0.05); !ok || low != 1 || high != 9 {
		t.Errorf("[%v, %v] %v", low, high, ok)
	}
	if low, high, ok := exactInterval([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 0.05); !ok || low != 2 || high != 8 {
		t.Errorf("[%v, %v] %v", low, high, ok)
	}
	if _, _, ok := exactInterval(values, 0.001); ok {
		t.Error("6 values cannot reach a level of 0.1 %")
	}
}

func parse(t testing.TB, text string) *record.Record {
	t.Helper()
	rec, err := record.Read(strings.NewReader(text), "file.txt")
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
