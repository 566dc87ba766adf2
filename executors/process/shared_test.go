package process

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"testing"
)

func TestSharedRoundTrip(t *testing.T) {
	big := bytes.Repeat([]byte("0123456789abcdef"), 1000)
	for _, objects := range []map[string][]byte{
		{"a": []byte("x")}, {"": nil, "empty": {}}, {"big": big, "block": big[:sharedBlock], "ünï": []byte("y")},
	} {
		var file bytes.Buffer
		if err := writeShared(&file, objects); err != nil {
			t.Fatal(err)
		}
		got, err := parseShared(file.Bytes())
		if err != nil || !maps.EqualFunc(got, objects, bytes.Equal) {
			t.Errorf("%d objects become %d, %v", len(objects), len(got), err)
		}
		for name, b := range got {
			if cap(b) != len(b) {
				t.Errorf("%q can be appended to", name)
			}
		}
	}
	if _, err := Shared("weights"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in the parent: %v", err)
	}
}

// FuzzShared: a worker trusts its parent, but not every descriptor it finds.
func FuzzShared(f *testing.F) {
	var file bytes.Buffer
	writeShared(&file, map[string][]byte{"a": []byte("x"), "b": bytes.Repeat([]byte("y"), 100)})
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		objects, err := parseShared(b)
		if err != nil {
			return
		}
		var file bytes.Buffer
		if err := writeShared(&file, objects); err != nil {
			t.Fatal(err)
		}
		if again, err := parseShared(file.Bytes()); err != nil || !maps.EqualFunc(again, objects, bytes.Equal) {
			t.Fatalf("%d objects become %d, %v", len(objects), len(again), err)
		}
	})
}
