package section

import "testing"

func TestReplace(t *testing.T) {
	const text = "before\n<!-- score:begin -->\nold\n<!-- score:end -->\nafter\n"
	const want = "before\n<!-- score:begin -->\n\nnew\n\n<!-- score:end -->\nafter\n"
	got, err := replace(text, "score", "new\n")
	if err != nil || got != want {
		t.Errorf("got %q, %v", got, err)
	}
	if again, err := replace(got, "score", "new\n"); err != nil || again != want {
		t.Errorf("the second time: %q, %v", again, err)
	}
	for _, bad := range []string{"", "<!-- score:begin -->\n", "<!-- score:end -->\n<!-- score:begin -->\n"} {
		if _, err := replace(bad, "score", "new"); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
