//go:build unix

package process_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"testing"

	"poolbench/executors"
	"poolbench/executors/process"
)

// lines is a slog handler that passes on what it is given.
type lines chan slog.Record

func (lines) Enabled(context.Context, slog.Level) bool        { return true }
func (l lines) Handle(_ context.Context, r slog.Record) error { l <- r; return nil }
func (l lines) WithAttrs([]slog.Attr) slog.Handler            { return l }
func (l lines) WithGroup(string) slog.Handler                 { return l }
func attribute(r slog.Record, key string) (v slog.Value) {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == key {
			v = a.Value
		}
		return v.Equal(slog.Value{})
	})
	return v
}

var (
	say = executors.Define("test.say", func(_ context.Context, what string) (int, error) {
		fmt.Println("out", what)
		fmt.Fprintln(os.Stderr, "err", what)
		return os.Getpid(), nil
	})
	sayAndExit = executors.Define("test.sayAndExit", func(_ context.Context, what string) (int, error) {
		fmt.Println("out", what)
		fmt.Fprintln(os.Stderr, "err", what)
		os.Exit(3)
		return 0, nil
	})
	spewAndExit = executors.Define("test.spewAndExit", func(ctx context.Context, n int) (int, error) {
		if _, err := spew.Call(ctx, n); err != nil {
			return 0, err
		}
		os.Exit(4)
		return 0, nil
	})
	crowd = executors.Define("test.crowd", func(ctx context.Context, n int) (int, error) {
		for range n {
			go func() { select {} }()
		}
		go func() { panic("the crowd is mad") }()
		select {}
	})
)

// What a worker prints is logged line by line with who printed it, and the error of
// a task that died has what that task printed, not what others did.
func TestOutputIsTagged(t *testing.T) {
	log := make(lines, 100)
	p := newPool(t, process.Options{Workers: 1, Log: slog.New(log)})
	speaks := func(fn, what string, pid int) {
		t.Helper()
		for range 2 {
			r := <-log
			stream := attribute(r, "stream").String()
			if got := attribute(r, "pid").Int64(); r.Message != map[string]string{"stdout": "out ", "stderr": "err "}[stream]+what || pid != 0 && got != int64(pid) || attribute(r, "func").String() != fn {
				t.Errorf("logged %q, %s by %s of %d; want %s by %s of %d", r.Message, stream, attribute(r, "func"), got, what, fn, pid)
			}
		}
	}
	worker := result(t, submit(t, p, say, "one"))
	speaks("test.say", "one", worker)

	e := lost(t, failed(t, submit(t, p, sayAndExit, "two")))
	speaks("test.sayAndExit", "two", worker)
	if tagged := runtime.GOOS == "linux"; tagged && (e.Stdout != "out two\n" || e.Stderr != "err two\n") || !strings.HasSuffix(e.Stderr, "err two\n") {
		t.Errorf("stdout %q, stderr %q", e.Stdout, e.Stderr)
	}

	worker = result(t, submit(t, p, say, "three"))
	speaks("test.say", "three", worker)
	e = lost(t, failed(t, submit(t, p, killSelf, 9)))
	for stream, text := range map[string]string{"out": e.Stdout, "err": e.Stderr} {
		note, rest, _ := strings.Cut(text, "\n")
		if !strings.HasPrefix(note, "[") || rest != stream+" three\n" {
			t.Errorf("a task that printed nothing: %q", text)
		}
	}
}

// 10 MB, without the end of a line, cost no more memory than Output.
func TestOutputIsBounded(t *testing.T) {
	log := make(lines, 1)
	logged := make(chan int)
	go func() {
		n := 0
		for r := range log {
			n += len(r.Message)
		}
		logged <- n
	}()
	const size, keep = 10 << 20, 8 << 10
	p := newPool(t, process.Options{Workers: 1, Output: keep, Log: slog.New(log)})
	result(t, submit(t, p, echo, 1))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	e := lost(t, failed(t, submit(t, p, spewAndExit, size)))
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2<<20 {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	for _, text := range []string{e.Stdout, e.Stderr} {
		if n := strings.Count(text, "x"); n != keep || len(text) > keep+200 {
			t.Errorf("%d of %d bytes kept", n, len(text))
		}
	}
	if err := p.Shutdown(limit(t)); err != nil {
		t.Error(err)
	}
	close(log)
	if n := <-logged; n != 2*size {
		t.Errorf("%d bytes logged, %d printed", n, 2*size)
	}
}

// The first words of a crash are in the error though the stacks of all goroutines
// follow them.
func TestCrashOfACrowd(t *testing.T) {
	p := newPool(t, process.Options{Workers: 1})
	e := lost(t, failed(t, submit(t, p, crowd, 3000)))
	if !strings.HasPrefix(e.Stderr, "panic: the crowd is mad\n") || !strings.Contains(e.Stderr, "goroutine ") {
		t.Errorf("%d bytes: %.300q", len(e.Stderr), e.Stderr)
	}
	if !errors.As(error(e), &e) || e.ExitCode != 2 {
		t.Error(e)
	}
}
