//go:build unix

package process_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"poolbench/executors"
	"poolbench/executors/process"
)

// yardstick is a CPython with a ProcessPoolExecutor of 2 workers, which obeys the
// commands of testdata/yardstick.py.
type yardstick struct {
	in  io.Writer
	out *bufio.Scanner
}

func newYardstick(b *testing.B) *yardstick {
	python, err := exec.LookPath("python3")
	if err != nil {
		b.Skip("the yardstick is CPython's ProcessPoolExecutor, and there is no python3: ", err)
	}
	if out, err := exec.Command(python, "--version").CombinedOutput(); err != nil {
		b.Skipf("python3 does not run: %v: %s", err, out)
	}
	cmd := exec.Command(python, "testdata/yardstick.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error("yardstick: ", err)
		}
	})
	return &yardstick{in, bufio.NewScanner(out)}
}

func (y *yardstick) do(b *testing.B, command string, n int) {
	if _, err := fmt.Fprintln(y.in, command, n); err != nil {
		b.Fatal(err)
	}
	if !y.out.Scan() || y.out.Text() != "done" {
		b.Fatalf("yardstick answered %q, %v", y.out.Text(), y.out.Err())
	}
}

// BenchmarkCPython is the time per task of CPython's ProcessPoolExecutor and of a
// Pool, both with 2 workers, in turn: one int at a time there and back, and a burst
// of 100,000 tasks that do nothing, from the first submission to the last result.
// A round of bursts takes CPython about half a minute: say how many with -benchtime,
// such as 5x.
func BenchmarkCPython(b *testing.B) {
	y := newYardstick(b)
	p := newPool(b, process.Options{Workers: 2})
	if err := p.Start(limit(b)); err != nil {
		b.Fatal(err)
	}
	b.Run("pingpong", func(b *testing.B) {
		const trips = 1000
		compare(b, trips,
			arm{name: "pool", slice: func() {
				for i := range trips {
					f, err := executors.Submit(background, p, echo, i)
					if err != nil {
						b.Fatal(err)
					}
					if got, err := f.Result(background); err != nil || got != i {
						b.Fatal(got, err)
					}
				}
			}},
			arm{name: "CPython", slice: func() { y.do(b, "pingpong", trips) }})
	})
	b.Run("burst", func(b *testing.B) {
		const tasks = 100_000
		futures := make([]*executors.Future[struct{}], tasks)
		compare(b, tasks,
			arm{name: "pool", slice: func() { burst(b, p, futures) }},
			arm{name: "CPython", slice: func() { y.do(b, "burst", tasks) }})
	})
}
