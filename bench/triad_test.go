package bench

import "testing"

func TestTriad(t *testing.T) {
	var m triad
	for range 2 {
		if !m.run() {
			t.Fatal("the triad finds its own answer wrong")
		}
	}
	for i, x := range m.a {
		if want := float64(i) + 6; x != want {
			t.Fatalf("element %d is %v, want %v", i, x, want)
		}
	}
	m.b[0] = 1
	if m.run() {
		t.Error("a wrong element is not seen")
	}
}
