package gobench

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// Functions are taken for one where their bodies say the same, or almost so, of no other one
// the same can be said, and none of the literals differs.
func TestLikelyPairs(t *testing.T) {
	const encode = "for b.Loop() {\n\tsink = encode(newBuffer(64), record, options)\n}"
	for _, test := range []struct {
		name       string
		base, head map[string]string
		want       map[string]string
	}{
		{"equal", map[string]string{"A": encode}, map[string]string{"B": encode}, map[string]string{"A": "B"}},
		{"layout and comments", map[string]string{"A": encode}, map[string]string{"B": "// Encode.\nfor b.Loop() { sink = encode(newBuffer(64),\n record, options) /* it */ }"}, map[string]string{"A": "B"}},
		{"its own name", map[string]string{"A": "if n > 0 { BenchmarkA(b) }"}, map[string]string{"B": "if n > 0 { BenchmarkB(b) }"}, map[string]string{"A": "B"}},
		{"one name more", map[string]string{"A": encode}, map[string]string{"B": strings.Replace(encode, "options", "options, extra", 1)}, map[string]string{"A": "B"}},
		{"another loop", map[string]string{"A": encode}, map[string]string{"B": strings.Replace(encode, "b.Loop()", "i := 0; i < b.N; i++", 1)}, map[string]string{"A": "B"}},
		{"another size", map[string]string{"A": encode}, map[string]string{"B": strings.Replace(encode, "64", "65", 1)}, nil},
		{"another function", map[string]string{"A": "for b.Loop() {\n\tsink = encode(data)\n}"}, map[string]string{"B": "for b.Loop() {\n\tsink = decode(data)\n}"}, nil},
		{"nothing to tell them by", map[string]string{"A": "for b.Loop() {\n}"}, map[string]string{"B": "for b.Loop() {\n}"}, nil},
		{"two of head", map[string]string{"A": encode}, map[string]string{"B": encode, "C": encode}, nil},
		{"two of base", map[string]string{"A": encode, "C": encode}, map[string]string{"B": encode}, nil},
		{"the better one", map[string]string{"A": encode}, map[string]string{"B": encode, "C": strings.Replace(encode, "options", "options, extra", 1)}, map[string]string{"A": "B"}},
		{"two pairs", map[string]string{"A": encode, "C": "for b.Loop() {\n\twalk(tree)\n}"}, map[string]string{"D": "for b.Loop() {\n\twalk(tree)\n}", "B": encode}, map[string]string{"A": "B", "C": "D"}},
		{"declared twice", map[string]string{"A": encode}, map[string]string{"B": encode + "\n}\n\nfunc BenchmarkB(b *testing.B) {\n" + encode}, nil},
		{"no Go", map[string]string{"A": encode}, map[string]string{"B": "}"}, nil},
	} {
		var sides [2]map[string]body
		for s, functions := range []map[string]string{test.base, test.head} {
			path := filepath.Join(t.TempDir(), "x_test.go")
			text, names := "package x\n", []string{}
			for _, name := range slices.Sorted(maps.Keys(functions)) {
				text += "\nfunc Benchmark" + name + "(b *testing.B) {\n" + functions[name] + "\n}\n"
				names = append(names, "Benchmark"+name)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			sides[s] = bodies([]string{path, path + "none"}, names)
		}
		got := map[string]string{}
		for from, to := range likelyPairs(sides[0], sides[1]) {
			got[strings.TrimPrefix(from, "Benchmark")] = strings.TrimPrefix(to, "Benchmark")
		}
		if !maps.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// renamedModule is a test file; the names are those of a function, of one of its
// sub-benchmarks, and of another function.
func renamedModule(function, sub, other string) string {
	return `package m

import "testing"

var sink int

func count(n int) int { return n + 1 }

func Benchmark` + function + `(b *testing.B) {
	for _, name := range []string{"` + sub + `", "large"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sink = count(sink)
			}
		})
	}
}

func Benchmark` + other + `(b *testing.B) {
	for b.Loop() {
		sink++
	}
}

func BenchmarkKept(b *testing.B) {
	for b.Loop() {
		sink--
	}
}
`
}

// builtPair builds a module whose test file differs.
func builtPair(t *testing.T, base, head string) *build.Builds {
	t.Helper()
	dir := t.TempDir()
	put := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("go.mod", "module example.com/m\n\ngo 1.26\n")
	put("m_test.go", base)
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "commit", "-q", "-m", "one"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	put("m_test.go", head)
	builds, err := build.New(t.Context(), build.Options{Dir: dir, Base: "HEAD"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := builds.Close(); err != nil {
			t.Error(err)
		}
	})
	return builds
}

// A benchmark with another name in base is measured against that one, under its new name:
// where it looks the same, and where a rule says so.
func TestRenamed(t *testing.T) {
	builds := builtPair(t, renamedModule("Old", "small", "Gone"), renamedModule("New", "small", "Added"))
	for _, test := range []struct {
		name, bench string
		rules       record.Renames
		want        []string // name, was, and P for proposed, B for in base, H for in head
	}{
		// Gone and Added say the same, too, and nothing tells of what they are: sink alone does.
		{"proposed", ".", nil, []string{"Added Gone PBH", "Kept  BH", "New/large Old/large PBH", "New/small Old/small PBH"}},
		{"by its new name", "New/small", nil, []string{"New/small Old/small PBH"}},
		{"by its old name", "Old/small", nil, []string{"New/small Old/small PBH"}},
		{"a rule", "Old|New", record.Renames{{From: "BenchmarkOld", To: "BenchmarkNew"}}, []string{"New/large Old/large BH", "New/small Old/small BH"}},
		{"a rule with the package", "New", record.Renames{{From: "example.com/m.Old", To: "New"}}, []string{"New/large Old/large BH", "New/small Old/small BH"}},
		{"a rule of another package", "New", record.Renames{{From: "example.com/n.Old", To: "Elsewhere"}}, []string{"New/large Old/large PBH", "New/small Old/small PBH"}},
		{"it is gone", "Old|New", record.Renames{{From: "Old"}}, []string{"New/large  H", "New/small  H", "Old/large  B", "Old/small  B"}},
		{"a rule that looks odd", "Old|Added|Gone|New", record.Renames{{From: "Old", To: "Added"}, {From: "Gone"}},
			[]string{"Added  H", "Added/large Old/large B", "Added/small Old/small B", "Gone  B", "New/large  H", "New/small  H"}},
		{"the last rule counts", "Gone|Added", record.Renames{{From: "Gone"}, {From: "Gone", To: "Added"}}, []string{"Added Gone BH"}},
	} {
		c := New(builds, Config{Bench: test.bench, Renames: test.rules, CPU: []int{2}, Slice: 200 * time.Microsecond, Slices: 2, Same: -1, Canaries: -1})
		var got []string
		for _, p := range declared(t, c) {
			var mark strings.Builder
			for _, m := range []struct {
				is   bool
				mark string
			}{{p.Proposed, "P"}, {p.InBase, "B"}, {p.InHead, "H"}} {
				if m.is {
					mark.WriteString(m.mark)
				}
			}
			got = append(got, fmt.Sprintf("%s %s %s", strings.TrimSuffix(p.Name, "-2"), strings.TrimSuffix(p.Was, "-2"), mark.String()))
		}
		if slices.Sort(got); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
	for _, plain := range []bool{false, true} { // stepped and sliced
		if builds.Stepped = builds.Stepped && !plain; !builds.Stepped && !plain {
			continue
		}
		c := New(builds, Config{CPU: []int{2}, Slice: 200 * time.Microsecond, Slices: 2, Same: 1, Canaries: 1, All: true})
		promised := declared(t, c)
		seen := pairs(blocks(t, c, 1, promised)[0])
		for _, p := range promised {
			if got := seen[p.Name]; got == nil || !got.good() {
				t.Errorf("plain %v: %+v: %v", plain, p, got)
			}
			if p.Role != record.Judged && (p.Was != "" || p.Proposed) {
				t.Errorf("a control was something else: %+v", p)
			}
		}
	}
}

// Where a sub-benchmark of a function has another name, a rule says so.
func TestRenamedWithin(t *testing.T) {
	builds := builtPair(t, renamedModule("A", "small", "B"), renamedModule("A", "size=1", "B"))
	c := New(builds, Config{Bench: "^BenchmarkA$", Renames: record.Renames{{From: "A/small", To: "A/size=1"}}, CPU: []int{1}, Slice: 200 * time.Microsecond, Slices: 2, Same: -1, Canaries: -1})
	promised := declared(t, c)
	var err error
	for _, p := range promised {
		if p.Proposed || !p.InBase || !p.InHead || (p.Was == "A/small") != (p.Name == "A/size=1") {
			err = errors.Join(err, fmt.Errorf("%+v", p))
		}
	}
	if err != nil || len(promised) != 2 {
		t.Fatal(err, promised)
	}
	for name, p := range pairs(blocks(t, c, 1, promised)[0]) {
		if !p.good() {
			t.Errorf("%s: %v", name, p)
		}
	}
}
