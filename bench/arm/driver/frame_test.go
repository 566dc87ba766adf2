package driver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	var b bytes.Buffer
	for _, r := range []request{{Do: "hello", Protocol: 1}, {Do: "open", Point: 3, work: &work{Workload: "spin", Units: 7, Seeds: []string{"00ff"}}}} {
		text, err := frame(r)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	if got, want := b.String(), "\x00\x00\x00\x1b"+`{"do":"hello","protocol":1}`+"\x00\x00\x00\x44"+`{"do":"open","point":3,"workload":"spin","seeds":["00ff"],"units":7}`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for range 2 {
		var r reply
		if err := readFrame(&b, &r); err != nil {
			t.Error(err)
		}
	}
	if err := readFrame(&b, new(reply)); err != io.EOF {
		t.Errorf("%v at the end", err)
	}
	if _, err := frame(request{Do: strings.Repeat("x", maxFrame)}); err == nil {
		t.Error("a frame that is too long is written")
	}
}

func TestBadFrames(t *testing.T) {
	for text, want := range map[string]string{
		"\x00":                                "within the head",
		"Traceback (most recent":              `it sent "Trac" where a frame was expected`,
		"\x00\x00\x00\x05{}":                  "after 2 of 5 bytes",
		"\x00\x00\x00\x00":                    "no JSON object",
		"\x00\x00\x00\x02[]":                  "no JSON object",
		"\x00\x00\x00\x04null":                "no JSON object",
		"\x00\x00\x00\x03{x}":                 "cannot be read",
		"\x00\x00\x00\x0f{\"elapsed\":\"1\"}": "cannot be read",
	} {
		err := readFrame(strings.NewReader(text), new(reply))
		var wrong protocolError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Whatever comes from a driver is a reply or an error, and what is a reply can be written.
func FuzzFrames(f *testing.F) {
	for _, body := range []string{`{"elapsed":0.5,"answers":"00"}`, `{"protocol":1,"executors":[{"name":"x","workloads":["spin"]}]}`, `{"error":"no"}`, `[]`, ``} {
		f.Add(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
	}
	f.Add([]byte("\xff\xff\xff\xff{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		in := bytes.NewReader(text)
		for {
			var got, back reply
			before := in.Len()
			if err := readFrame(in, &got); err != nil {
				return
			}
			if in.Len() >= before {
				t.Fatal("a frame of nothing was read")
			}
			text, err := frame(got)
			if err != nil {
				t.Fatalf("%+v cannot be written: %v", got, err)
			}
			if err := readFrame(bytes.NewReader(text), &back); err != nil || back.Error != got.Error || back.ran != got.ran || back.Runtime != got.Runtime {
				t.Fatalf("%+v came back as %+v, %v", got, back, err)
			}
		}
	})
}
