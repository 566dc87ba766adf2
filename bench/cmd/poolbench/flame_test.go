package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"testing"
)

// A profile that the runtime wrote is drawn, alone and against another one.
func TestFlame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "goroutine.pb.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := pprof.Lookup("goroutine").WriteTo(f, 0); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{path}, 0, "testing.(*T).Run"},
		{[]string{path, path}, 0, "(+0.0 %)"},
		{[]string{"-of", "executor=none", path}, 2, "no samples of goroutine with executor=none"},
		{[]string{"-of", "executor", path}, 2, "is none of the labels"},
		{[]string{path + ".none"}, 2, "no such file"},
		{nil, 2, "takes a profile"},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), append([]string{"flame"}, test.args...), &out, &errs)
		if code != test.code || !strings.Contains(out.String()+errs.String(), test.want) {
			t.Errorf("flame %v: exit %d, %s%s, want %d and %q", test.args, code, out.String(), errs.String(), test.code, test.want)
		}
	}
}
