package estimate

import "testing"

// The exact interval of a median: with 6 values and 5 % it is their range, with 9
// and 5 % the second of each end (2·P(Bin(9) < 2) = 20/512).
func TestExactInterval(t *testing.T) {
	values := []float64{9, 1, 8, 2, 7, 3}
	if v := MedianInterval(values, 0.05); v.Low != 1 || v.High != 9 || v.Mid != 5 || v.Method != OrderStatistics {
		t.Errorf("%+v", v)
	}
	if v := MedianInterval([]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, 0.05); v.Low != 2 || v.High != 8 {
		t.Errorf("%+v", v)
	}
	if MedianInterval(values, 0.001).Bounded() {
		t.Error("6 values cannot reach a level of 0.1 %")
	}
}
