package reach

import "testing"

// The function that has the code of a symbol is the one whose declaration it stands in.
func TestEnclosing(t *testing.T) {
	for symbol, want := range map[string]string{
		"m/d.F":                          "m/d.F",
		"m/d.F.func1":                    "m/d.F",
		"m/d.F.func1.2":                  "m/d.F",
		"m/d.F.G.func1":                  "m/d.F.G", // inlined into F: what the compiler names so it means
		"m/d.(*T).M":                     "m/d.(*T).M",
		"m/d.(*T).M-fm":                  "m/d.(*T).M",
		"m/d.(*T).M.func3":               "m/d.(*T).M",
		"m/d.T.M.gowrap1":                "m/d.T.M",
		"m/d.T.M.deferwrap2":             "m/d.T.M",
		"m/d.F-range1":                   "m/d.F",
		"m/d.(*T).M-range2":              "m/d.(*T).M",
		"m/d.init.0":                     "m/d.init",
		"m/d.init.func1":                 "m/d.init",
		"m/d.glob..func1":                "m/d.glob",
		"m/d.func1":                      "m/d.func1", // declared so
		"gopkg.in/yaml%2ev3.(*parser).p": "gopkg.in/yaml.v3.(*parser).p",
		"main.main":                      "main.main",
		"memeqbody":                      "memeqbody",
	} {
		if got := Enclosing(symbol); got != want {
			t.Errorf("%s: %s, want %s", symbol, got, want)
		}
	}
}

func TestWithoutArguments(t *testing.T) {
	for symbol, want := range map[string]string{
		"m.F[go.shape.int]":                          "m.F",
		"m.(*node[go.shape.string,m.S[int]]).insert": "m.(*node).insert",
		"m.F[example.com/a.T].func1":                 "m.F.func1",
		"m.F]":                                       "m.F]",
		"m.F":                                        "m.F",
	} {
		if got := WithoutArguments(symbol); got != want {
			t.Errorf("%s: %s, want %s", symbol, got, want)
		}
	}
}
