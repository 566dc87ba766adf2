package probe

import "testing"

func TestTriad(t *testing.T) {
	var m triad
	defer m.close()
	for range 2 * triadSteps {
		if !m.run() {
			t.Fatal("the triad finds its own answer wrong")
		}
	}
	for i, x := range m.a {
		if want := float64(i) + 8; x != want {
			t.Fatalf("element %d is %v, want %v", i, x, want)
		}
	}
	m.b[0] = 1
	if m.run() {
		t.Error("a wrong element is not seen")
	}
}
