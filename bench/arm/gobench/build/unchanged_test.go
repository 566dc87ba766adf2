package build

import (
	"bytes"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"poolbench/bench/record"
)

// planted is a module in which each benchmark reports what its part of the module gives.
var planted = map[string]string{
	"go.mod":                        "module example.com/m\n\ngo 1.26\n\nrequire example.com/dep v1.0.0\n",
	"vendor/modules.txt":            "# example.com/dep v1.0.0\n## explicit; go 1.26\nexample.com/dep\n",
	"vendor/example.com/dep/dep.go": "package dep\n\n//go:noinline\nfunc Value() int { return 1 }\n",
	"one/one.go":                    "package one\n\nimport \"example.com/m/two\"\n\n//go:noinline\nfunc Value() int { return two.Value() }\n",
	"two/two.go":                    "package two\n\nimport \"example.com/m/three\"\n\n//go:noinline\nfunc Value() int { return three.Value() }\n",
	"three/three.go":                "package three\n\n//go:noinline\nfunc Value() int { return 1 }\n",
	"shape/shape.go":                "package shape\n\ntype Shape interface{ Area() int }\n\ntype square struct{ side int }\n\nfunc (s *square) Area() int { return s.side * 1 }\n\n//go:noinline\nfunc New() Shape { return &square{1} }\n",
	"generic/generic.go":            "package generic\n\n//go:noinline\nfunc Count[T any](values []T) int {\n\tn := 0\n\tfor range values {\n\t\tn += 1\n\t}\n\treturn n\n}\n",
	"begin/begin.go":                "package begin\n\nvar Value int\n\nfunc init() { Value = 1 }\n",
	"variable/variable.go":          "package variable\n\nvar Value = 1\n",
	"constant/constant.go":          "package constant\n\nconst Value = 1\n",
	"embedded/embedded.go":          "package embedded\n\nimport _ \"embed\"\n\n//go:embed data.bin\nvar Value []byte\n\n//go:embed text.bin\nvar Text string\n",
	"embedded/data.bin":             "1",
	"embedded/text.bin":             "1",
	"assembly/stub.go":              "package assembly\n\nfunc Value() int\n",
	"assembly/stub_amd64.s":         "TEXT ·Value(SB), 4, $0-8\n\tMOVQ $1, ret+0(FP)\n\tRET\n",
	"assembly/stub_arm64.s":         "TEXT ·Value(SB), 4, $0-8\n\tMOVD $1, R0\n\tMOVD R0, ret+0(FP)\n\tRET\n",
	"tagged/a.go":                   "//go:build !never\n\npackage tagged\n\n//go:noinline\nfunc Value() int { return 1 }\n",
	"tagged/b.go":                   "//go:build never\n\npackage tagged\n\n//go:noinline\nfunc Value() int { return 2 }\n",
	"inlined/inlined.go":            "package inlined\n\nfunc Value() int { return 1 }\n",
	"other/other_test.go":           "package other\n\nimport \"testing\"\n\nfunc BenchmarkElsewhere(b *testing.B) {\n\tfor b.Loop() {\n\t}\n\tb.ReportMetric(1, \"answer\")\n}\n",
	"helper_test.go":                "package m\n\nimport \"testing\"\n\n//go:noinline\nfunc ofTests() int { return 1 }\n\n//go:noinline\nfunc ofBenchmarks() int { return 1 }\n\nfunc TestHelper(t *testing.T) {\n\tif ofTests() > 9 {\n\t\tt.Fail()\n\t}\n}\n",
	"m.go":                          "package m\n\nfunc Unused() int { return 1 }\n",
	"README.md":                     "one\n",
}

// plantedBenchmarks are the benchmarks of the module by name, and what they call.
var plantedBenchmarks = []struct{ name, pkg, value string }{
	{"Deep", "one", "one.Value()"},
	{"Interface", "shape", "shape.New().Area()"},
	{"Generic", "generic", "generic.Count([]string{\"a\", \"b\"})"},
	{"Init", "begin", "begin.Value"},
	{"Variable", "variable", "variable.Value"},
	{"Constant", "constant", "constant.Value"},
	{"Bytes", "embedded", "int(embedded.Value[0])"},
	{"Text", "embedded", "int(embedded.Text[0])"},
	{"Assembly", "assembly", "assembly.Value()"},
	{"Tagged", "tagged", "tagged.Value()"},
	{"Inlined", "inlined", "inlined.Value()"},
	{"Helper", "", "ofBenchmarks()"},
}

func newPlanted(t *testing.T) repo {
	r := newRepo(t)
	for name, text := range planted {
		r.write(name, text)
	}
	imports, benchmarks := "", ""
	for _, b := range plantedBenchmarks {
		if imported := fmt.Sprintf("\t\"example.com/m/%s\"\n", b.pkg); b.pkg != "" && !strings.Contains(imports, imported) {
			imports += imported
		}
		benchmarks += fmt.Sprintf("\nfunc Benchmark%s(b *testing.B) {\n\tfor b.Loop() {\n\t\tsink = %s\n\t}\n\tb.ReportMetric(float64(sink), \"answer\")\n}\n", b.name, b.value)
	}
	r.write("m_test.go", "package m\n\nimport (\n\t\"testing\"\n\n"+imports+")\n\nvar sink int\n"+benchmarks)
	r.write("x_test.go", "package m_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/dep\"\n)\n\nfunc BenchmarkDependency(b *testing.B) {\n\tn := 0\n\tfor b.Loop() {\n\t\tn = dep.Value()\n\t}\n\tb.ReportMetric(float64(n), \"answer\")\n}\n")
	r.commit()
	return r
}

var answerLine = regexp.MustCompile(`(?m)^Benchmark([A-Za-z]+)\S*\s.*?\s(\S+) answer`)

// answers are what the benchmarks of a package report in one version: what -all would compare.
func answers(t *testing.T, b *Builds, p *Package, s Side) map[string]string {
	t.Helper()
	path, dir, err := b.Binary(p, s, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-test.run=NONE", "-test.bench=.", "-test.benchtime=1x")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	found := map[string]string{}
	for _, m := range answerLine.FindAllStringSubmatch(string(out), -1) {
		found[m[1]] = m[2]
	}
	return found
}

// What differs is measured, in every way in which a change can reach a benchmark; what does not is
// left out. That the answers of a benchmark differ is a proof that its code does. Changes that do
// not meet are made together, for each takes builds.
func TestPlantedChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("many builds")
	}
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		t.Skip("the stub is for amd64 and arm64")
	}
	r := newPlanted(t)
	replaced := func(name, old, new string) map[string]string {
		text := strings.ReplaceAll(planted[name], old, new)
		if text == planted[name] {
			t.Fatalf("%s has no %q", name, old)
		}
		return map[string]string{name: text}
	}
	var all []string
	for _, b := range plantedBenchmarks {
		all = append(all, b.name)
	}
	all = append(all, "Dependency")
	stub := replaced("assembly/stub_amd64.s", "$1", "$2")
	stub["assembly/stub_arm64.s"] = strings.ReplaceAll(planted["assembly/stub_arm64.s"], "$1", "$2")
	tags := replaced("tagged/a.go", "!never", "never")
	tags["tagged/b.go"] = strings.ReplaceAll(planted["tagged/b.go"], "never", "!never")
	version := replaced("vendor/example.com/dep/dep.go", "1", "2")
	version["go.mod"] = strings.ReplaceAll(planted["go.mod"], "v1.0.0", "v1.1.0")
	version["vendor/modules.txt"] = strings.ReplaceAll(planted["vendor/modules.txt"], "v1.0.0", "v1.1.0")
	type change struct {
		name    string
		files   map[string]string
		reached []string // the benchmarks that must be measured
	}
	for _, together := range [][]change{
		{
			{"callee three packages deep", replaced("three/three.go", "1", "2"), []string{"Deep"}},
			{"generic instance", replaced("generic/generic.go", "+= 1", "+= 2"), []string{"Generic"}},
			{"constant", replaced("constant/constant.go", "1", "2"), []string{"Constant"}},
			{"embedded bytes", map[string]string{"embedded/data.bin": "2"}, []string{"Bytes"}},
			{"assembly stub", stub, []string{"Assembly"}},
			{"inlined callee", replaced("inlined/inlined.go", "1", "2"), []string{"Inlined"}},
			{"helper of a benchmark", replaced("helper_test.go", "ofBenchmarks() int { return 1", "ofBenchmarks() int { return 2"), []string{"Helper"}},
		},
		{
			{"method through an interface", replaced("shape/shape.go", "side * 1", "side * 2"), []string{"Interface"}},
			{"package variable", replaced("variable/variable.go", "1", "2"), []string{"Variable"}},
			{"embedded text", map[string]string{"embedded/text.bin": "2"}, []string{"Text"}},
			{"dependency version", version, []string{"Dependency"}},
			{"build tag", tags, []string{"Tagged"}},
			{"helper of tests only", replaced("helper_test.go", "ofTests() int { return 1", "ofTests() int { return 2"), nil},
			{"function that nobody calls", replaced("m.go", "1", "2"), nil},
		},
		{
			{"init", replaced("begin/begin.go", "= 1", "= 2"), all},
		},
		{
			{"comment that moves lines", replaced("three/three.go", "package three", "// Package three.\n//\n// It moves.\npackage three"), nil},
		},
		{
			{"README only", map[string]string{"README.md": "two\n"}, nil},
		},
	} {
		reached, files := map[string]string{}, map[string]string{} // benchmark → change
		var names []string
		for _, c := range together {
			names = append(names, c.name)
			for _, b := range c.reached {
				reached[b] = c.name
			}
			maps.Copy(files, c.files)
		}
		t.Run(strings.Join(names, ", "), func(t *testing.T) {
			r.git("checkout", "-q", "--force", "main")
			for name, text := range files {
				r.write(name, text)
			}
			b := r.built(Options{Base: "HEAD"})
			for i := range b.Packages {
				p := &b.Packages[i]
				base, head := answers(t, b, p, Base), answers(t, b, p, Head)
				unchanged, err := b.Unchanged(t.Context(), p)
				if err != nil || len(base) == 0 {
					t.Fatal(err, base)
				}
				for name := range base {
					why := unchanged("Benchmark" + name)
					if base[name] != head[name] && why != "" {
						t.Errorf("%s gives %s and %s, and is called unchanged", name, base[name], head[name])
					}
					want := record.Unreached
					switch _, is := reached[name]; {
					case name == "Elsewhere" || len(files) == 1 && len(reached) == 0:
						want = record.Identical
					case is:
						want = ""
					}
					if why != want {
						t.Errorf("%s: %q, want %q, changed by %q", name, why, want, reached[name])
					}
				}
			}
			if len(b.Notes) > 0 {
				t.Errorf("notes %q", b.Notes)
			}
		})
	}
}

// A changed file that a benchmark may open is a reason to measure, though the binaries are equal.
func TestFilesThatAreOpened(t *testing.T) {
	if testing.Short() {
		t.Skip("many builds")
	}
	type reader struct {
		name, file, opens string
		want              record.Unchanged
	}
	for _, together := range [][]reader{
		{
			{"by its name", "README.md", `"README.md"`, ""},
			{"in a path", "docs/guide.md", `"../docs/guide.md"`, ""},
			{"by a pattern", "page1.txt", `"page%d.txt"`, ""},
			{"by an extension", "docs/page.html", `os.Args[0] + ".html"`, ""},
			{"Go source by its name", "example.go", `"example.go"`, ""},
			{"an extension of another kind", "page.md", `"other.mdx"`, record.Identical},
			{"another file", "NOTES.md", `"LICENSE"`, record.Identical},
			{"Go source that is not opened", "sample.go", `"LICENSE"`, record.Identical},
		},
		{{"in testdata", "deep/testdata/in/x", `os.Args[0]`, ""}},
	} {
		r := newRepo(t)
		r.write("go.mod", goMod)
		change := func(text string) {
			for i, f := range together {
				content := text
				if strings.HasSuffix(f.file, ".go") {
					content = "//go:build ignore\n\n// " + text + "\npackage m\n"
				}
				r.write(fmt.Sprintf("p%d/%s", i, f.file), content)
			}
		}
		for i, f := range together {
			r.write(fmt.Sprintf("p%d/a_test.go", i), "package m\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc BenchmarkA(b *testing.B) {\n\tfor b.Loop() {\n\t\tos.ReadFile("+f.opens+")\n\t}\n}\n")
		}
		change("one")
		r.commit()
		change("two")
		b := r.built(Options{Base: "HEAD"})
		if len(b.Packages) != len(together) {
			t.Fatalf("%d packages", len(b.Packages))
		}
		for i := range b.Packages {
			f := together[i]
			unchanged, err := b.Unchanged(t.Context(), &b.Packages[i])
			if err != nil || unchanged("BenchmarkA") != f.want || !strings.HasSuffix(b.Packages[i].Path, fmt.Sprint("/p", i)) {
				t.Errorf("%s, %s: %q, %v; want %q", f.name, b.Packages[i].Path, unchanged("BenchmarkA"), err, f.want)
			}
		}
	}
}

// What cannot be decided is measured, and the note says why.
func TestUndecided(t *testing.T) {
	r := newModule(t)
	t.Setenv("GOFLAGS", "-gcflags=-l")
	r.write("a_test.go", strings.Replace(benchFile, "\tfor", "\t_ = b.N\n\tfor", 1))
	b := r.built(Options{Base: "HEAD"})
	unchanged, err := b.Unchanged(t.Context(), &b.Packages[0])
	if err != nil || unchanged("BenchmarkA") != "" || len(b.Notes) != 1 || !bytes.Contains([]byte(b.Notes[0]), []byte("GOFLAGS")) {
		t.Errorf("%v, %q", err, b.Notes)
	}
}
