package build

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// A repo is a Git repository of a test.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T) repo {
	t.Helper()
	t.Setenv("TMPDIR", t.TempDir()) // what is left there fails the test
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	r := repo{t, t.TempDir()}
	r.git("init", "-q", "-b", "main")
	r.git("config", "user.name", "nobody")
	r.git("config", "user.email", "nobody@example.com")
	return r
}

func (r repo) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (r repo) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
		r.t.Fatal(err)
	}
}

func (r repo) commit() {
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "a commit")
}

const (
	goMod     = "module example.com/m\n\ngo 1.26\n"
	benchFile = "package m\n\nimport \"testing\"\n\nfunc BenchmarkA(b *testing.B) {\n\tfor b.Loop() {\n\t}\n}\n"
)

func newModule(t *testing.T) repo {
	r := newRepo(t)
	r.write("go.mod", goMod)
	r.write("a_test.go", benchFile)
	r.write(".gitignore", "ignored.go\n")
	r.commit()
	return r
}

// state is everything in a checkout, .git included, by path.
func (r repo) state() map[string]string {
	files := map[string]string{}
	filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if text, err := os.ReadFile(path); err == nil {
			files[path] = string(text)
		} else {
			files[path] = "directory"
		}
		return nil
	})
	return files
}

// built builds and expects no error.
func (r repo) built(o Options) *Builds {
	r.t.Helper()
	if o.Dir == "" {
		o.Dir = r.dir
	}
	b, err := New(r.t.Context(), o)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := b.Close(); err != nil {
			r.t.Error(err)
		}
	})
	return b
}

func TestDirtyCheckout(t *testing.T) {
	r := newModule(t)
	r.write("a_test.go", strings.Replace(benchFile, "BenchmarkA", "BenchmarkChanged", 1)) // not added
	r.write("b.go", "package m\n\nconst New = 1\n")                                       // not known
	r.write("b_test.go", strings.Replace(benchFile, "BenchmarkA", "BenchmarkNew", 1))
	r.git("add", "b_test.go")
	r.write("ignored.go", "this does not compile\n")
	before := r.state()
	b := r.built(Options{Base: "HEAD"})
	if after := r.state(); !maps.Equal(before, after) {
		t.Error("the checkout or .git was changed")
	}
	for s, want := range []string{"BenchmarkA", "BenchmarkChanged\nBenchmarkNew"} {
		path, dir, err := b.Binary(&b.Packages[0], Side(s), 0)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, "-test.list=Benchmark")
		cmd.Dir = dir
		if out, err := cmd.Output(); err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%v lists %q, %v; want %q", Side(s), out, err, want)
		}
	}
	if head := r.git("rev-parse", "HEAD"); b.Revisions != [2]string{head, head + "+changes"} {
		t.Errorf("revisions %q", b.Revisions)
	}
	if !b.Stepped || len(b.Notes) > 0 {
		t.Errorf("stepped %v, notes %q", b.Stepped, b.Notes)
	}
}

// Paths have equal lengths; the binaries of two seeds differ, those of one seed and
// one source do not, nor does the copy.
func TestLinks(t *testing.T) {
	r := newModule(t)
	b := r.built(Options{Base: "HEAD", Head: "main", Seed: 7})
	p := &b.Packages[0]
	var texts []string
	for pair := range 2 {
		if err := b.Link(t.Context(), p, pair); err != nil {
			t.Fatal(err)
		}
		var paths, dirs []string
		for _, s := range []Side{Base, Head, Copy} {
			path, dir, err := b.Binary(p, s, pair)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			paths, dirs, texts = append(paths, path), append(dirs, dir), append(texts, string(text))
		}
		if len(paths[0]) != len(paths[1]) || len(paths[0]) != len(paths[2]) || len(dirs[0]) != len(dirs[1]) || len(dirs[0]) != len(dirs[2]) {
			t.Errorf("paths of unequal length: %q %q", paths, dirs)
		}
		if files, err := os.ReadDir(dirs[2]); err != nil || len(files) < 3 || dirs[2] == dirs[0] {
			t.Errorf("the copy of base runs in %s with %v (%v)", dirs[2], files, err)
		}
	}
	for _, variable := range b.Env() {
		_, dir, _ := strings.Cut(variable, "=")
		if info, err := os.Stat(dir); err != nil || !info.IsDir() || !strings.HasPrefix(dir, b.dir) {
			t.Errorf("%s: %v", variable, err)
		}
	}
	if b.relinks[0][Base].args == nil {
		t.Error("the link command was not found in the output of go test -x")
	}
	if texts[0] != texts[1] || texts[0] != texts[2] || texts[3] != texts[4] {
		t.Error("the same source and seed gave different binaries")
	}
	if texts[0] == texts[3] {
		t.Error("two seeds gave the same binary")
	}
}

func TestRefuses(t *testing.T) {
	r := newModule(t)
	r.write("a.go", "package m\n\nvar x int = \"no number\"\n")
	r.write("ignored.go", "package m\n")
	shallow := t.TempDir()
	r.git("clone", "-q", "--depth=1", "file://"+r.dir, shallow)
	empty := t.TempDir()
	for _, test := range []struct {
		name  string
		o     Options
		input bool
		want  []string
	}{
		{"head does not compile", Options{Base: "HEAD"}, false, []string{"head does not build", "a.go:3", "no number", "What Git ignores is in no build, such as ignored.go (Go files: 1)."}},
		{"base does not compile", Options{Base: "worktree", Head: "HEAD"}, false, []string{"base does not build", "a.go:3"}},
		{"missing ref", Options{Base: "nowhere"}, true, []string{`no commit "nowhere"`, "fetch"}},
		{"a flag as ref", Options{Base: "--all"}, true, []string{"no Git revision"}},
		{"shallow clone", Options{Dir: shallow, Base: "HEAD~1"}, true, []string{"shallow clone", "fetch-depth: 0"}},
		{"no such package", Options{Base: "HEAD", Head: "HEAD", Packages: []string{"./nowhere"}}, true, []string{"no package of ./nowhere has a benchmark", "directory not found"}},
		{"no checkout", Options{Dir: empty, Base: "HEAD"}, true, []string{"not in a Git checkout"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.o.Dir == "" {
				test.o.Dir = r.dir
			}
			b, err := New(t.Context(), test.o)
			if err == nil {
				b.Close()
				t.Fatal("no error")
			}
			var input *InputError
			if errors.As(err, &input) != test.input {
				t.Errorf("an input error: %v; %v", !test.input, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestShapesOfModules(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	t.Run("in a subfolder, in a shallow clone", func(t *testing.T) {
		r := newRepo(t)
		r.write("sub/mod/go.mod", goMod)
		r.write("sub/mod/a_test.go", benchFile)
		r.commit()
		shallow := t.TempDir()
		r.git("clone", "-q", "--depth=1", "file://"+r.dir, shallow)
		b := r.built(Options{Dir: filepath.Join(shallow, "sub", "mod"), Base: "HEAD"})
		if len(b.Packages) != 1 || b.Packages[0].Path != "example.com/m" {
			t.Errorf("%+v", b.Packages)
		}
		r.write("other/x", "")
		if _, err := New(t.Context(), Options{Dir: filepath.Join(r.dir, "other"), Base: "HEAD"}); err == nil || !strings.Contains(err.Error(), "no directory other") {
			t.Errorf("a directory that base does not have: %v", err)
		}
	})
	t.Run("in a workspace", func(t *testing.T) {
		r := newRepo(t)
		r.write("go.work", "go 1.26\n\nuse (\n\t./a\n\t./b\n)\n")
		r.write("a/go.mod", goMod)
		r.write("a/a_test.go", "package m\n\nimport (\n\t\"testing\"\n\n\t\"example.com/b\"\n)\n\nfunc BenchmarkA(x *testing.B) {\n\tfor x.Loop() {\n\t\t_ = b.X\n\t}\n}\n")
		r.write("b/go.mod", "module example.com/b\n\ngo 1.26\n")
		r.write("b/b.go", "package b\n\nconst X = 1\n")
		r.commit()
		t.Setenv("GOWORK", filepath.Join(r.dir, "go.work"))
		r.write("b/b.go", "package b\n\nthis breaks\n")
		r.built(Options{Dir: filepath.Join(r.dir, "a"), Base: "HEAD", Head: "HEAD"})
	})
	t.Run("vendored", func(t *testing.T) {
		r := newRepo(t)
		r.write("go.mod", goMod+"\nrequire example.com/dep v1.0.0\n")
		r.write("vendor/modules.txt", "# example.com/dep v1.0.0\n## explicit; go 1.26\nexample.com/dep\n")
		r.write("vendor/example.com/dep/dep.go", "package dep\n\nconst X = 1\n")
		r.write("a_test.go", strings.Replace(benchFile, `"testing"`, "\"testing\"\n\n\t\"example.com/dep\"", 1)+"\nvar _ = dep.X\n")
		r.write("a_test.go", "package m\n\nimport (\n\t\"testing\"\n\n\t\"example.com/dep\"\n)\n\nfunc BenchmarkA(b *testing.B) {\n\tfor b.Loop() {\n\t\t_ = dep.X\n\t}\n}\n")
		r.commit()
		r.built(Options{Base: "HEAD"})
	})
	t.Run("cgo", func(t *testing.T) {
		if _, err := exec.LookPath("gcc"); err != nil {
			t.Skip("no C compiler")
		}
		r := newRepo(t)
		r.write("go.mod", goMod)
		r.write("c.go", "package m\n\n// int twice(int x) { return 2*x; }\nimport \"C\"\n\nfunc twice() int { return int(C.twice(2)) }\n")
		r.write("a_test.go", strings.Replace(benchFile, "for b.Loop() {", "for b.Loop() {\n\t\ttwice()", 1))
		r.commit()
		b := r.built(Options{Base: "HEAD"})
		if err := b.Link(t.Context(), &b.Packages[0], 1); err != nil {
			t.Error(err)
		}
	})
	t.Run("packages that come and go", func(t *testing.T) {
		r := newModule(t)
		r.write("old/a_test.go", benchFile)
		r.commit()
		r.git("mv", "old", "new")
		r.write("none/a_test.go", "package m\n")
		b := r.built(Options{Base: "HEAD"})
		var got []string
		for _, p := range b.Packages {
			got = append(got, strings.TrimPrefix(p.Path, "example.com/m")+map[[2]bool]string{{true, true}: "=", {true, false}: "-", {false, true}: "+"}[p.In])
		}
		if want := []string{"=", "/new+", "/old-"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestPatch(t *testing.T) {
	goroot := strings.TrimSpace(newRepo(t).run("go", "env", "GOROOT"))
	source, err := os.ReadFile(filepath.Join(goroot, "src", "testing", "benchmark.go"))
	if err != nil {
		t.Fatal(err)
	}
	patched, err := patch(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, call := range []string{"stepCollects()", "b.stepLaunch()", "b.stepLoop()"} {
		if strings.Count(string(patched), call) != 1 {
			t.Errorf("%s is there %d times", call, strings.Count(string(patched), call))
		}
	}
	if n := strings.Count(string(patched), "if b.stepReads(step"); n != 3 {
		t.Errorf("%d of 3 timers are patched", n)
	}
	if strings.Count(string(patched), "\n") != strings.Count(string(source), "\n") {
		t.Error("lines have moved")
	}
	for _, change := range [][2]string{
		{"\truntime.GC()\n", "\truntime.Gosched()\n"},
		{readMemory, "readMemory()"},
		{"loopSlowPath() bool {", "slowPath() bool {"},
		{"if b.loop.n == 0 {\n\t\t// It's", "if b.loop.n <= 0 {\n\t\t// It's"},
		{"package testing", "package"},
	} {
		other := strings.Replace(string(source), change[0], change[1], 1)
		if _, err := patch([]byte(other)); err == nil {
			t.Errorf("with %q the patch applied", change[1])
		}
	}
}

func (r repo) run(name string, args ...string) string {
	r.t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		r.t.Fatal(err)
	}
	return string(out)
}

// A killed run leaves its directory, the next one removes it; that of a living run
// stays.
func TestRemoveAbandoned(t *testing.T) {
	temp := t.TempDir()
	make := func(name string) (string, *os.File) {
		dir := filepath.Join(temp, tempPrefix+name)
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		lock, err := lockDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return dir, lock
	}
	dead, lock := make("dead")
	lock.Close()
	alive, lock := make("alive")
	defer lock.Close()
	removeAbandoned(temp)
	if _, err := os.Stat(dead); err == nil {
		t.Error("the directory of a dead run is still there")
	}
	if _, err := os.Stat(alive); err != nil {
		t.Error("the directory of a living run is gone")
	}
}

func TestNewRelink(t *testing.T) {
	line := "GOROOT='' /go/link -o $WORK/b001/m.test -importcfg $WORK/b001/importcfg.link -s -randlayout=7 -X testing.testBinary=1 $WORK/b001/_pkg_.a\n"
	r, ok := newRelink("cd /\n"+line, "/tmp/w")
	if !ok || r.args[r.out] != "/tmp/w/b001/m.test" || r.args[r.seed] != "-randlayout=7" || r.args[0] != "/go/link" || !slices.Equal(r.env, []string{"GOROOT="}) {
		t.Errorf("%+v %v", r, ok)
	}
	for _, bad := range []string{"", "link -o x", strings.Replace(line, "-X testing", "'-X testing", 1), strings.Replace(line, "-o ", "", 1)} {
		if _, ok := newRelink(bad, "/tmp/w"); ok {
			t.Errorf("%q was taken", bad)
		}
	}
}
