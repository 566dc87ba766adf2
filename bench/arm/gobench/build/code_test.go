package build

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"poolbench/bench/record"
)

// The code of a function differs by what the compiler made of it, its source by its tokens; and what
// is inlined is known where it is inlined.
func TestCodeOfFunctions(t *testing.T) {
	if testing.Short() {
		t.Skip("builds twice")
	}
	r := newRepo(t)
	r.write("go.mod", "module example.com/m\n\ngo 1.26\n")
	source := func(file, base, head string) {
		r.write(file, base)
		r.commit()
		r.write(file, head)
	}
	const code = `package m

const size = 4

type list[T any] []T

// commented changes its comment.
//
//go:noinline
func commented(a []int) int {
	// one
	return len(a)
}

//go:noinline
func (l list[T]) edited() int {
	n := 0
	for range l {
		n += 1
	}
	return n
}

func leaf(a int) int { return a * 3 }

//go:noinline
func host(a int) int { return leaf(a) + 1 }

//go:noinline
func constant(a int) int { return a % size }

//go:noinline
func renamed(one int) int { return one + 1 }

//go:noinline
func closure(a []int) func() int { return func() int { return len(a) } }

func gone() int { return 1 }

type T struct{ a int }

//go:noinline
func (t *T) method() int { return t.a }

var value = func(a int) int { return a + size }
`
	head := code
	for _, edit := range [][2]string{{"// one", "// two\n\n\t// and more"}, {"n += 1", "n += 2"}, {"a * 3", "a*5 + a/7"}, {"size = 4", "size = 7"},
		{"renamed(one int) int { return one + 1 }", "renamed(other int) int {\n\treturn other + 1\n}"}, {"return len(a) } }", "return len(a) + 7 } }"},
		{"func gone() int { return 1 }", "func come() int { return 1 }"}} {
		head = replacedOnce(t, head, edit[0], edit[1])
	}
	r.write("m_test.go", `package m

import "testing"

func BenchmarkAll(b *testing.B) {
	for b.Loop() {
		_ = commented(nil) + list[int]{1}.edited() + host(b.N) + constant(b.N) + renamed(b.N) + closure(nil)() + (&T{}).method() + value(1)
	}
}
`)
	source("m.go", code, head)
	b := r.built(Options{Base: "HEAD"})
	own, err := b.Owned(t.Context(), &b.Packages[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]record.Code{
		"commented": record.CodeSame, "renamed": record.CodeSame, "(*T).method": record.CodeSame,
		"list.edited": record.CodeEdited, "leaf": record.CodeEdited, "closure": record.CodeEdited, "gone": record.CodeEdited, "come": record.CodeEdited,
		"host": record.CodeCompiled, "constant": record.CodeCompiled,
	} {
		if got := own.Of("example.com/m." + name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := own.Inlines("example.com/m.host"); got != "example.com/m.leaf" {
		t.Errorf("host has %q inlined", got)
	}
	if got := own.Inlines("example.com/m.constant"); got != "" {
		t.Errorf("constant has %q inlined", got)
	}
	functions, err := b.Functions(t.Context(), own, map[string][2]Place{"example.com/m.leaf": {}, "example.com/m.commented": {Head: {"m.go", 10}}, "example.com/m.gone": {}})
	if err != nil {
		t.Fatal(err)
	}
	want := []record.Function{
		{Name: "example.com/m.commented", File: "m.go", Line: 10, Code: record.CodeSame}, // its lines differ, and nothing else
		{Name: "example.com/m.gone", File: "m.go", Line: 38, Changed: "38", Code: record.CodeEdited},
		{Name: "example.com/m.leaf", File: "m.go", Line: 26, Changed: "26", Code: record.CodeEdited},
	}
	if !slices.Equal(functions, want) {
		t.Errorf("%+v", functions)
	}
}

func replacedOnce(t *testing.T, text, old, new string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("no %q", old)
	}
	return strings.Replace(text, old, new, 1)
}

// Without a listing of the compiler the source has to do: what is not edited is unknown.
func TestCodeBySource(t *testing.T) {
	dirs := [2]string{t.TempDir(), t.TempDir()}
	for s, files := range []map[string]string{
		{"a.go": "package m\n\nfunc moved() int { return 1 }\n\nfunc (t *T[K, V]) M() {}\n\ntype T[K, V any] struct{}\n", "same.go": "package m\n\nfunc same() {}\n", "b.go": "package m\n\nfunc f() int { return 1 }\n",
			"c_windows.go": "package m\n\nfunc tagged() int { return 1 }\n", "bad.go": "package m\n\nfunc (", "x_test.go": "package m_test\n\nfunc f() {}\n"},
		{"b.go": "package m\n\nfunc moved() int {\n\treturn 1 // as before\n}\n\nfunc (t *T[K, V]) M() { println() }\n\ntype T[K, V any] struct{}\n\nfunc f() int { return 1 }\n", "same.go": "package m\n\nfunc same() {}\n",
			"c_windows.go": "package m\n\n//go:noinline\nfunc tagged() int { return 1 }\n", "v.go": "package m\n\nvar v = func() {}\n", "x_test.go": "package m_test\n\nfunc f() { f() }\n"},
	} {
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dirs[s], name), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	c, err := compareCode(map[string][2]string{"m": dirs}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"m.(*T).M", "m.glob", "m.init", "m.tagged", "m_test.f"}
	if got := slices.Sorted(maps.Keys(c.edited)); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := c.of("m.moved"); got != record.CodeUnknown {
		t.Errorf("what moved is %q", got)
	}
	if at := c.edited["m.(*T).M"]; at != [2]Place{{"a.go", 5}, {"b.go", 7}} {
		t.Errorf("the method stands at %v", at)
	}
}

// The lines of a function that changed are those of head; where lines are only gone, the ones around.
func TestChangedLines(t *testing.T) {
	lines := func(n ...string) (text string) {
		for _, l := range n {
			text += l + "\n"
		}
		return text
	}
	for _, test := range []struct {
		name       string
		base, head string
		at         int
		want       string
	}{
		{"one line", lines("package m", "func f() {", "a()", "}"), lines("package m", "func f() {", "b()", "}"), 2, "3"},
		{"several", lines("package m", "func f() {", "a()", "x()", "}"), lines("package m", "func f() {", "b()", "c()", "x()", "d()", "}"), 2, "3-4, 6"},
		{"gone", lines("package m", "func f() {", "a()", "b()", "c()", "}"), lines("package m", "func f() {", "a()", "c()", "}"), 2, "3-4"},
		{"of another function", lines("package m", "func f() {", "}", "func g() {", "a()", "}"), lines("package m", "func f() {", "}", "func g() {", "b()", "}"), 2, ""},
		{"a change over two", lines("package m", "func f() {", "a()", "}", "func g() {", "a()", "}"), lines("package m", "func f() {", "b()", "}", "func h() {", "b()", "}"), 5, "5-6"},
		{"a file that is new", "", lines("package m", "func f() {", "}"), 2, "2-3"},
	} {
		r := newRepo(t)
		r.write("go.mod", "module example.com/m\n")
		if test.base != "" {
			r.write("m.go", test.base)
		}
		r.commit()
		r.write("m.go", test.head)
		b, err := NewTrees(t.Context(), Options{Dir: r.dir, Base: "HEAD"})
		if err != nil {
			t.Fatal(err)
		}
		f, err := b.changedFile(t.Context(), Head, "m.go")
		if err != nil {
			t.Fatal(err)
		}
		if got := f.within(test.at); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
