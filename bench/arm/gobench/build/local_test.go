package build

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// said is what the test of a binary prints.
func said(t *testing.T, b *Builds, s Side) string {
	t.Helper()
	path, dir, err := b.Binary(&b.Packages[0], s, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-test.run=TestSay", "-test.bench=NONE")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

// saying is a test file with a benchmark and a test that says what others export.
func saying(modules ...string) string {
	imports, values := "", ""
	for _, m := range modules {
		imports += fmt.Sprintf("\t%q\n", "example.com/"+m)
		values += ", " + m + ".X"
	}
	return "package m\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"testing\"\n" + imports + ")\n\nfunc BenchmarkA(b *testing.B) {\n\tfor b.Loop() {\n\t}\n}\n\n" +
		"func TestSay(t *testing.T) {\n\ttext, _ := os.ReadFile(\"data\")\n\tfmt.Println(string(text)" + values + ")\n}\n"
}

// module writes one that exports X.
func (r repo) module(dir, name, x string) {
	r.write(filepath.Join(dir, "go.mod"), "module example.com/"+name+"\n\ngo 1.26\n")
	r.write(filepath.Join(dir, name+".go"), fmt.Sprintf("package %s\n\nconst X = %q\n", name, x))
}

// beside is a directory that is no repository, beside that of the repository.
func (r repo) beside(name string) repo { return repo{r.t, filepath.Join(filepath.Dir(r.dir), name)} }

// newRepoIn is a repository in a directory of its own, which others can stand beside.
func newRepoIn(t *testing.T) repo {
	r := newRepo(t)
	r.dir = filepath.Join(resolved(t.TempDir()), "repo")
	if err := os.Mkdir(r.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "-b", "main")
	r.git("config", "user.name", "nobody")
	r.git("config", "user.email", "nobody@example.com")
	return r
}

const wants = "module example.com/m\n\ngo 1.26\n\nrequire (\n"

// Each version has its own of what is in the repository, however it is named, and its
// own commit of a submodule; what is outside they share.
func TestDirectoriesBeside(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes")
	}
	r := newRepoIn(t)
	lib, sub := r.beside("lib"), r.beside("sub")
	lib.module(".", "lib", "outside")
	lib.write("data", "linked")
	sub.module(".", "sub", "old")
	sub.git("init", "-q", "-b", "main")
	for _, side := range []repo{sub} {
		side.git("config", "user.name", "nobody")
		side.git("config", "user.email", "nobody@example.com")
		side.commit()
	}
	r.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", sub.dir, "deps/sub")
	r.module("own", "own", "old")
	r.write(".gitignore", "ignored/\n")
	r.module("ignored", "ignored", "as it is")
	r.write("app/go.mod", wants+"\texample.com/lib v0.0.0\n\texample.com/sub v0.0.0\n\texample.com/own v1.2.3\n\texample.com/ignored v0.0.0\n)\n\n"+
		"replace (\n\texample.com/lib => ../../lib\n\texample.com/sub => ../deps/sub\n\texample.com/own v1.2.3 => "+filepath.Join(r.dir, "own")+"\n\texample.com/ignored => ../ignored\n\texample.com/unused => ../nowhere\n)\n")
	r.write("app/m_test.go", saying("lib", "sub", "own", "ignored"))
	if err := os.Symlink("../../lib/data", filepath.Join(r.dir, "app", "data")); err != nil {
		t.Fatal(err)
	}
	r.commit()
	inner := repo{t, filepath.Join(r.dir, "deps", "sub")}
	inner.git("config", "user.name", "nobody")
	inner.git("config", "user.email", "nobody@example.com")
	inner.module(".", "sub", "new")
	inner.commit()
	inner.module(".", "sub", "newer") // not committed
	r.module("own", "own", "new")
	before := r.state()
	b := r.built(Options{Base: "HEAD", Dir: filepath.Join(r.dir, "app")})
	for s, want := range []string{Base: "linked outside old old as it is", Head: "linked outside newer new as it is", Copy: "linked outside old old as it is"} {
		if got := said(t, b, Side(s)); got != want {
			t.Errorf("%v says %q, want %q", Side(s), got, want)
		}
	}
	notes := strings.Join(b.Notes, "\n")
	for _, want := range []string{"as it is now: ", filepath.Join(lib.dir, "data"), lib.dir + ",", filepath.Join(r.dir, "ignored"), "go.mod of base names ../nowhere, and there is no module"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
	for path, text := range r.state() {
		if before[path] != text {
			t.Errorf("%s was changed", path)
		}
	}
}

// A workspace counts wherever it is: in the repository, ignored there, or above it.
func TestWorkspaces(t *testing.T) {
	for _, test := range []struct {
		name, work string // where go.work is, from the repository
		text       string
		ignored    bool
		outside    string
	}{
		{"above the repository", "../go.work", "go 1.26\n\nuse (\n\t./repo\n\t./repo/own\n\t./lib\n)\n", false, "go.work"},
		{"ignored", "go.work", "go 1.26\n\nuse .\n\nreplace (\n\texample.com/lib => ../lib\n\texample.com/own => ./own\n)\n", true, "go.work"},
		{"of the repository", "go.work", "go 1.26\n\nuse (\n\t.\n\t./own\n\t../lib\n)\n", false, "lib"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRepoIn(t)
			r.beside("lib").module(".", "lib", "outside")
			r.module("own", "own", "old")
			r.write("go.mod", wants+"\texample.com/lib v0.0.0\n\texample.com/own v0.0.0\n)\n")
			r.write("m_test.go", saying("lib", "own"))
			if test.ignored {
				r.write(".gitignore", "go.work*\n")
			}
			r.write(test.work, test.text)
			r.commit()
			r.module("own", "own", "new")
			b, err := r.written(Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []Side{Base, Head} {
				want := filepath.Join(b.tree(s), "own") + "\n" + r.beside("lib").dir + "\n"
				if got, err := b.command(t.Context(), b.trees[s], "go", "list", "-f", "{{.Dir}}", "example.com/own", "example.com/lib"); err != nil || string(got) != want {
					t.Errorf("%v: %v, %s", s, err, got)
				}
			}
			if !slices.ContainsFunc(b.Notes, func(note string) bool { return strings.Contains(note, test.outside) }) {
				t.Errorf("notes %q", b.Notes)
			}
		})
	}
}

// written are the versions before anything is built.
func (r repo) written(o Options) (*Builds, error) {
	r.t.Helper()
	if o.Dir == "" {
		o.Dir = r.dir
	}
	o.Base, o.Head = "HEAD", WorkTree
	b := &Builds{options: o, relinks: map[int][2]relink{}}
	if err := b.open(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() {
		if err := b.Close(); err != nil {
			r.t.Error(err)
		}
	})
	err := b.writeTrees(r.t.Context())
	if err == nil {
		err = b.bringAlong(r.t.Context())
	}
	return b, err
}

// A version that has no workspace has none because another one has.
func TestWorkspaceOfOneVersion(t *testing.T) {
	r := newModule(t)
	r.write("go.work", "go 1.26\n\nuse .\n")
	r.git("add", "go.work")
	b, err := r.written(Options{})
	if err != nil || b.workspace != [2]string{"off", filepath.Join(b.tree(Head), "go.work")} {
		t.Errorf("%v, %q", err, b.workspace)
	}
	t.Setenv("GOWORK", "off")
	if b, err := r.written(Options{}); err != nil || b.workspace != [2]string{"off", "off"} {
		t.Errorf("%v, %q", err, b.workspace)
	}
}

// A vendored module reads no other directories, and go refuses a go.mod that differs.
func TestVendoredIsLeftAlone(t *testing.T) {
	r := newModule(t)
	text := goMod + "\nreplace example.com/x => ../x\n"
	r.write("go.mod", text)
	r.write("vendor/modules.txt", "")
	r.beside("x").module(".", "x", "")
	b, err := r.written(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(b.tree(Head), "go.mod")); string(got) != text {
		t.Errorf("%s", got)
	}
}

// Links within the repository stay, those out of it lead where they led.
func TestLinksOfATree(t *testing.T) {
	r := newRepoIn(t)
	r.beside("lib").write("data", "outside")
	for name, target := range map[string]string{
		"in": "dir/file", "dir/up": "../in", "out": "../lib/data", "dir/out": "../../lib/data", "absolute": filepath.Join(r.dir, "dir", "file"),
		"far": filepath.Join(filepath.Dir(r.dir), "lib", "data"), "nowhere": "../none",
	} {
		r.write("dir/file", "inside")
		if err := os.Symlink(target, filepath.Join(r.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	r.commit()
	r.write("dir/file", "changed")
	b, err := r.written(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][2]string{"in": {"inside", "changed"}, "dir/up": {"inside", "changed"}, "absolute": {"inside", "changed"},
		"out": {"outside", "outside"}, "dir/out": {"outside", "outside"}, "far": {"outside", "outside"}, "nowhere": {"", ""}} {
		for s, want := range want {
			if got, _ := os.ReadFile(filepath.Join(b.tree(Side(s)), name)); string(got) != want {
				t.Errorf("%s of %v reads %q, want %q", name, Side(s), got, want)
			}
		}
	}
}

// What is not there is said before anything is built.
func TestNotThere(t *testing.T) {
	r := newRepoIn(t)
	r.module(".", "m", "")
	r.write(".gitattributes", "*.bin filter=lfs\n")
	r.write("a.bin", pointerPrefix+"v1\noid sha256:0\nsize 3\n")
	r.write("b.bin", "content")
	sub := r.beside("sub")
	sub.module(".", "sub", "")
	sub.git("init", "-q", "-b", "main")
	sub.git("config", "user.name", "nobody")
	sub.git("config", "user.email", "nobody@example.com")
	sub.commit()
	r.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", sub.dir, "deps/sub")
	r.commit()
	r.git("update-index", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",deps/sub")
	r.git("commit", "-q", "-m", "a commit of the submodule that is nowhere")
	b, err := r.written(Options{})
	notes := strings.Join(b.Notes, "\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"The submodule deps/sub of base is not written out, as its commit 111111111111 is not here",
		"In base Git LFS has not fetched the content of a.bin (such files: 1)", "In head Git LFS has not fetched the content of a.bin (such files: 1)"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes do not say %q:\n%s", want, notes)
		}
	}
	bare := repo{t, t.TempDir()}
	bare.git("clone", "-q", r.dir, ".")
	if b, err = bare.written(Options{}); err != nil || strings.Count(strings.Join(b.Notes, "\n"), "is not checked out here: git submodule update --init") != 2 {
		t.Errorf("%v, %q", err, b.Notes)
	}
}

// A sparse checkout has the same files in both versions, and a linked worktree those of
// its own branch.
func TestCheckoutsOfAKind(t *testing.T) {
	r := newModule(t)
	r.write("out/x", "")
	r.write("in/x", "")
	r.commit()
	linked := repo{t, filepath.Join(t.TempDir(), "linked")}
	r.git("worktree", "add", "-q", "-b", "other", linked.dir)
	linked.write("in/y", "")
	r.git("sparse-checkout", "set", "in")
	for _, test := range []struct {
		r          repo
		name       string
		base, head bool
	}{
		{r, "out/x", true, true}, {r, "in/x", true, true}, {r, "in/y", false, false}, {linked, "in/y", false, true}, {linked, "out/x", true, true},
	} {
		b, err := test.r.written(Options{})
		if err != nil {
			t.Fatal(err)
		}
		if base, head := isFile(filepath.Join(b.tree(Base), test.name)), isFile(filepath.Join(b.tree(Head), test.name)); base != test.base || head != test.head {
			t.Errorf("%s in %s: in base %v, in head %v", test.name, filepath.Base(test.r.dir), base, head)
		}
	}
}
