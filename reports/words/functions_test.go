package words

import "testing"

func TestFunction(t *testing.T) {
	for name, want := range map[string]string{
		"m/parse.scan":                        "parse.scan",
		"example.com/m/v2.(*T).Scan":          "m/v2.(*T).Scan",
		"example.com/m/v2.F[example.com/a.T]": "m/v2.F[…]",
		"m/block.Guarded[go.shape.int].func1": "block.Guarded[…].func1",
		"m.v2.f":                              "m.v2.f",
		"v2.f":                                "v2.f",
		"example.com/v2/parse.scan":           "parse.scan",
		"runtime.mallocgc":                    "runtime.mallocgc",
		"memeqbody":                           "memeqbody",
		"":                                    "",
	} {
		if got := Function(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
