package driver

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// BenchmarkCost is what poolbench sees around slices of about 10 ms beside what they say,
// as a share of the slice: the median and the quartiles. After a sleep the driver finds the
// caches cold, and perhaps its CPU taken. Bare is the floor: a loop in Python that reads a
// byte, does the same, and writes the time it took, which is two wakes of a process and next
// to nothing else.
//
//	go test -run '^$' -bench Cost -benchtime 1000x ./bench/arm/driver
func BenchmarkCost(b *testing.B) {
	r, err := Python.Find(context.Background(), "")
	if err != nil {
		b.Skip(err)
	}
	for _, w := range []work{{Workload: "spin", Units: 60_000}, {Workload: "sleep", Wait: 0.01}} {
		b.Run(w.Workload, func(b *testing.B) {
			s, err := Grid{Runtimes: []*Runtime{r}, Workers: []int{1}}.open(b.Context(), setupOf(b))
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			w.Executor, w.Workers, w.Tasks, w.Chunk, w.Seeds = "python-serial", 1, 1, 1, hexSeeds(seeds(1, 1))
			a := &point{session: s.(*session), tasks: 1, key: processKey{r, w.Executor, 1, ""}, work: w}
			if a.want, err = answers(&w); err == nil {
				err = a.open(b.Context())
			}
			if err != nil {
				b.Fatal(err)
			}
			reportShares(b, func() float64 {
				slice, err := a.Slice(b.Context())
				if err != nil {
					b.Fatal(err)
				}
				return slice.Values[UnitOverhead] / slice.Time
			})
		})
		b.Run("bare-"+w.Workload, func(b *testing.B) { benchmarkBare(b, r, w) })
	}
}

// reportShares reports the median and the quartiles of what measure gives.
func reportShares(b *testing.B, measure func() float64) {
	var shares []float64
	for b.Loop() {
		shares = append(shares, measure())
	}
	slices.Sort(shares)
	n := len(shares)
	b.ReportMetric(100*shares[n/2], "%-median")
	b.ReportMetric(100*shares[n/4], "%-q1")
	b.ReportMetric(100*shares[n*3/4], "%-q3")
}

// bareLoop does its work for each byte that comes, and writes the seconds that it took.
const bareLoop = `
import os, struct, time
def spin(n):
    x = 88172645463325252
    for _ in range(n):
        x ^= x << 13 & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 7
        x ^= x << 17 & 0xFFFFFFFFFFFFFFFF
while os.read(0, 1):
    begin = time.perf_counter()
    %s
    os.write(1, struct.pack("<d", time.perf_counter() - begin))
`

func benchmarkBare(b *testing.B, r *Runtime, w work) {
	do := fmt.Sprintf("spin(%d)", w.Units)
	if w.Wait > 0 {
		do = fmt.Sprintf("time.sleep(%v)", w.Wait)
	}
	cmd := exec.Command(r.Path, "-c", fmt.Sprintf(bareLoop, do))
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
	defer func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			b.Error(err)
		}
	}()
	reportShares(b, func() float64 {
		var took [8]byte
		begin := time.Now()
		if _, err := in.Write([]byte{1}); err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadFull(out, took[:]); err != nil {
			b.Fatal(err)
		}
		seen := time.Since(begin).Seconds()
		says := math.Float64frombits(binary.LittleEndian.Uint64(took[:]))
		return (seen - says) / says
	})
}
