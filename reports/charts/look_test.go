package charts

import (
	"os"
	"path/filepath"
	"testing"
)

// TestLook writes every picture of the synthetic data as PNG to the directory in
// POOLBENCH_LOOK, for a person to look at.
func TestLook(t *testing.T) {
	dir := os.Getenv("POOLBENCH_LOOK")
	if dir == "" {
		t.Skip("POOLBENCH_LOOK is not set")
	}
	for name, d := range shapes() {
		drawings, errs := Draw(d)
		for _, err := range errs {
			t.Log(name, err)
		}
		for _, drawing := range drawings {
			png, err := drawing.PNG()
			if err != nil {
				t.Error(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+drawing.Name+".png"), png, 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}
