package gobench

import (
	"slices"
	"testing"
)

func TestWithin(t *testing.T) {
	for _, test := range []struct{ pattern, top, want string }{
		{".", "BenchmarkA", "^BenchmarkA$"},
		{"B", "BenchmarkA", "^BenchmarkA$"},
		{"X", "BenchmarkA", ""},
		{"A/size=1", "BenchmarkA", "^BenchmarkA$/size=1"},
		{"kA/x|kB/y|kA/z", "BenchmarkA", "^BenchmarkA$/x|^BenchmarkA$/z"},
		{"(A|B)/[x/|]/c", "BenchmarkB", "^BenchmarkB$/[x/|]/c"},
		{`A\|B`, "BenchmarkA", ""},
	} {
		if got, err := within(test.pattern, test.top); got != test.want || err != nil {
			t.Errorf("within(%q, %q) = %q, %v; want %q", test.pattern, test.top, got, err, test.want)
		}
	}
	if got, want := exactly("BenchmarkA/n=1.5|[x]#01"), `^BenchmarkA$/^n=1\.5\|\[x\]#01$`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := splitOutside("a]b/c", '/'); !slices.Equal(got, []string{"a]b", "c"}) {
		t.Errorf("%q", got)
	}
}
