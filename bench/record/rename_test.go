package record

import "testing"

func TestRename(t *testing.T) {
	for _, test := range []struct{ from, to, pkg, name, wantPkg, want string }{
		{"BenchmarkOld", "BenchmarkNew", "m", "Old", "m", "New"},
		{"Old", "New", "m", "Old-8", "m", "New-8"},
		{"Old", "BenchmarkNew", "m", "Old/size=1k-8", "m", "New/size=1k-8"},
		{"Old/small", "New/size=1", "m", "Old/small-2", "m", "New/size=1-2"},
		{"Old/small", "New/size=1", "m", "Old/small/deep", "m", "New/size=1/deep"},
		{"Old", "New", "m", "Older", "", ""},
		{"Old", "New", "m", "Old-fast", "", ""},
		{"Old", "New", "m", "Other", "", ""},
		{"example.com/m.Old", "New", "example.com/m", "Old", "example.com/m", "New"},
		{"example.com/m.Old", "New", "example.com/n", "Old", "", ""},
		{"example.com/m.BenchmarkOld", "example.com/n.BenchmarkOld", "example.com/m", "Old/x", "example.com/n", "Old/x"},
		{"Old/v=1.X", "Old/v=2.X", "m", "Old/v=1.X", "m", "Old/v=2.X"},
		{"Old", "m.New", "m", "Old", "m", "New"},
		{"Old", "", "m", "Old/x", "", ""},
	} {
		got, ok := Rename{test.from, test.to}.Of(Promise{Pkg: test.pkg, Name: test.name}.Point())
		if got.Pkg != test.wantPkg || got.Name() != test.want || ok != (test.want != "" || test.to == "") {
			t.Errorf("%s to %s of %s.%s: %s.%s, %v", test.from, test.to, test.pkg, test.name, got.Pkg, got.Name(), ok)
		}
	}
}
