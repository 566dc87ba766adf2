//go:build unix

package process_test

import (
	"io"
	"os"
	"testing"

	"poolbench/executors"
	"poolbench/executors/process"
)

// BenchmarkCold is the time from nothing to a pool of 2 workers, both ready, and
// the first result. The yardstick starts this binary twice, without a pool, and
// waits for one byte from each. What comes after is not timed.
func BenchmarkCold(b *testing.B) {
	var files []*os.File
	var processes []*os.Process
	var p *process.Pool
	compare(b, 1,
		arm{name: "bare", slice: func() {
			for range 2 {
				f, process := startEcho(b, 0)
				files, processes = append(files, f), append(processes, process)
				if _, err := f.Write([]byte{1}); err != nil {
					b.Fatal(err)
				}
			}
			for _, f := range files {
				if _, err := io.ReadFull(f, make([]byte, 1)); err != nil {
					b.Fatal(err)
				}
			}
		}, after: func() {
			for i, f := range files {
				f.Close()
				processes[i].Wait()
			}
			files, processes = nil, nil
		}},
		arm{name: "pool", slice: func() {
			var err error
			if p, err = process.NewPool(process.Options{Workers: 2}); err != nil {
				b.Fatal(err)
			}
			if err := p.Start(background); err != nil {
				b.Fatal(err)
			}
			f, err := executors.Submit(background, p, echo, 1)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := f.Result(background); err != nil {
				b.Fatal(err)
			}
		}, after: func() {
			if err := p.Shutdown(background); err != nil {
				b.Fatal(err)
			}
		}})
}
