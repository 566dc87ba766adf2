package reach

import (
	"maps"
	"strings"
	"testing"
)

func read(t *testing.T, listing string) *Code {
	t.Helper()
	c, err := Read(strings.NewReader(listing))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listed is a listing in which values stands for the bytes that may differ.
func listed(bytes string) string {
	return `# example.com/m.v2 [example.com/m.v2.test]
example.com/m%2ev2.BenchmarkCalls STEXT size=8 args=0x0 locals=0x0 funcid=0x0 align=0x0
	0x0000 00000 (example.com/m.v2/m_test.go:3)	TEXT	example.com/m%2ev2.BenchmarkCalls(SB), ABIInternal, $0-0
	0x0000 e8 00 00 00 00                                   .....
	rel 1+4 t=R_CALL example.com/m%2ev2.callee+0
	rel 1+0 t=R_CALLIND +0
example.com/m%2ev2.BenchmarkHolds STEXT size=8
	0x0000 48 8d 05 00 00 00 00                             H......
	rel 3+4 t=R_PCREL type:*example.com/m%2ev2.T+0
example.com/m%2ev2.BenchmarkConverts STEXT size=8
	0x0000 48 8d 05 00 00 00 00                             H......
	rel 0+0 t=R_USEIFACE type:*example.com/m%2ev2.T+0
	rel 3+4 t=R_PCREL type:*example.com/m%2ev2.T+0
example.com/m%2ev2.BenchmarkNone STEXT size=1
	0x0000 c3                                               .
	rel 3+4 t=R_PCREL go:string."a -> b +0"+0
type:*example.com/m%2ev2.T SRODATA size=56
	0x0000 08 00 00 00                                      ....
	rel 68+4 t=R_METHODOFF example.com/m%2ev2.(*T).M+0
example.com/m%2ev2.(*T).M STEXT dupok size=1
	0x0000 c3                                               .
	rel 1+4 t=R_CALL example.com/m%2ev2.callee+0
example.com/m%2ev2.callee STEXT size=1
	0x0000 ` + bytes + `                                               .
go:string."a -> b +0" SRODATA dupok size=9
	0x0000 61 20 2d 3e 20 62 20 2b 30                       a -> b +0
 SRODATA size=1
	0x0000 4d                                               M
 SDWARFVAR size=40
	0x0000 00                                               .
`
}

// What is reached is what the relocations say; methods of a type only when it can be in an
// interface.
func TestReaches(t *testing.T) {
	c := Compare(read(t, listed("c3")), read(t, listed("90")))
	for function, want := range map[string]bool{"BenchmarkCalls": true, "BenchmarkConverts": true, "BenchmarkHolds": false, "BenchmarkNone": false} {
		if got := c.Reaches("example.com/m.v2", function); got != want {
			t.Errorf("%s: %v", function, got)
		}
	}
	if c.Nothing() || !c.codes[0].Has("example.com/m.v2") {
		t.Error("it says that nothing differs, or that nothing was read")
	}
	moved := strings.ReplaceAll(listed("c3"), "m_test.go:3", "m_test.go:4")
	if c := Compare(read(t, listed("c3")), read(t, moved)); !c.Nothing() || c.Reaches("example.com/m.v2", "BenchmarkCalls") {
		t.Error("the number of a line is a difference")
	}
}

// Initialization, TestMain and what has the name of another package run whatever is asked, and what
// is not listed differs.
func TestAlways(t *testing.T) {
	for _, root := range []string{"example.com/m%2ev2..inittask SNOPTRDATA size=16", "example.com/m%2ev2.TestMain STEXT size=16", "runtime.hook STEXT size=16"} {
		more := root + "\n\t0x0000 00                                               .\n\trel 8+8 t=R_ADDR example.com/m%2ev2.callee+0\n"
		if c := Compare(read(t, listed("c3")+more), read(t, listed("90")+more)); !c.Reaches("example.com/m.v2", "BenchmarkNone") {
			t.Errorf("%s is not reached by all", root)
		}
	}
	large := listed("c3") + "example.com/m%2ev2..gobytes.1 SNOPTRDATA size=2000000\n"
	if Compare(read(t, large), read(t, large)).Nothing() {
		t.Error("what is not listed is called equal")
	}
}

func TestWrongListings(t *testing.T) {
	for _, text := range []string{"m.F STEXT size=1\n", "# m\nsomething else\n", "# m\nm.F STEXT size=1\n\tsomething\n", "# m\nm.F STEXT size=1\n\trel 1\n", "# m\nm.F STEXT size=1\n\trel 1+4 t=R_CALL +0\n"} {
		if _, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(listed("c3"))
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		if again, err := Read(strings.NewReader(text)); err != nil {
			t.Error(err)
		} else if change := Compare(c, again); !change.Nothing() {
			for name := range change.differ {
				if !c.symbols[name].hidden {
					t.Errorf("%q differs from itself", name)
				}
			}
		}
	})
}

// Dots of the last element of a path are escaped in symbols, and type arguments may have paths
// of their own.
func TestSplitSymbol(t *testing.T) {
	for symbol, want := range map[string][2]string{
		"example.com/m.F":                          {"example.com/m", "F"},
		"example.com/m%2ev2.(*T).Do":               {"example.com/m.v2", "(*T).Do"},
		"example.com/m.Map[example.com/other/x.T]": {"example.com/m", "Map[example.com/other/x.T]"},
		"example.com/%c3%a4.F.func1":               {"example.com/ä", "F.func1"},
		"main.main":                                {"main", "main"},
		"memeqbody":                                {"", "memeqbody"},
		"(garbage collection)":                     {"", "(garbage collection)"},
	} {
		path, rest := SplitSymbol(symbol)
		if path != want[0] || rest != want[1] {
			t.Errorf("%s: %q %q", symbol, path, rest)
		}
		if path != "" && packageOf(symbol) != prefixOf(path) {
			t.Errorf("%s: %q is not %q", symbol, packageOf(symbol), prefixOf(path))
		}
	}
}

// Functions differ with their code, and their places are those of what is inlined, too.
func TestFunctions(t *testing.T) {
	more := `example.com/m%2ev2.inlines[go.shape.int].func1 STEXT dupok size=8
	0x0000 00000 (example.com/m.v2/a.go:7)	TEXT	example.com/m%2ev2.inlines[go.shape.int].func1(SB), ABIInternal, $0-0
	0x0004 00004 (example.com/m.v2/b.go:9)	NOP
	0x0005 00005 (<unknown line number>)	NOP
	0x0006 00006 (<autogenerated>:1)	RET
	0x0000 c3                                               .
`
	all := Compare(read(t, listed("c3")+more), read(t, listed("90")+more)).Functions()
	for name, want := range map[string]bool{"example.com/m.v2.callee": true, "example.com/m.v2.BenchmarkCalls": false, "example.com/m.v2.inlines": false} {
		if f, ok := all[name]; !ok || f.Differs != want {
			t.Errorf("%s: %+v, %v", name, f, ok)
		}
	}
	for side, places := range all["example.com/m.v2.inlines"].Places {
		if want := map[Place]bool{{"example.com/m.v2/a.go", 7}: true, {"example.com/m.v2/b.go", 9}: true, {"<autogenerated>", 1}: true}; !maps.Equal(places, want) {
			t.Errorf("side %d: %v", side, places)
		}
	}
	if _, ok := all["type:*example.com/m.v2.T"]; ok {
		t.Error("a type is a function")
	}
	if gone := Compare(read(t, listed("c3")+more), read(t, listed("c3"))).Functions()["example.com/m.v2.inlines"]; !gone.Differs || gone.Places[1] != nil {
		t.Errorf("one that is in base only: %+v", gone)
	}
}
