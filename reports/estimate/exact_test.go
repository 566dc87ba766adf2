package estimate

import "testing"

// The exact interval of a median: with 6 values and 5 % it is their range, with 9
// and 5 % the second of each end (2·P(Bin(9) < 2) = 20/512).
func TestExactInterval(t *testing.T) {
	values := []float64{9, 1, 8, 2, 7, 3}
	if low, high, ok := MedianInterval(values, 0.05); !ok || low != 1 || high != 9 {
		t.Errorf("[%v, %v] %v", low, high, ok)
	}
	if low, high, ok := MedianInterval([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 0.05); !ok || low != 2 || high != 8 {
		t.Errorf("[%v, %v] %v", low, high, ok)
	}
	if _, _, ok := MedianInterval(values, 0.001); ok {
		t.Error("6 values cannot reach a level of 0.1 %")
	}
}
