package workloads

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/dsp/fourier"
)

// matmulMost is how many rows the library gets in one call.
const matmulMost = 1024

// BenchmarkReference tells the rate of tasks of 1 ms, inputs and digests of the results
// included, relative to the bare call of a library that does as much: at least 0.9 is
// wanted. For triad that is the loop of STREAM in C, if there is a gcc.
func BenchmarkReference(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // gonum multiplies in as many goroutines
	compare := func(name string, kernel func(int64) uint64, theirs func(units int64)) {
		b.Run(name, func(b *testing.B) {
			units := unitsFor(kernel, time.Millisecond)
			theirs(units)
			takeTurns(b, func() { sink += kernel(units) }, func() { theirs(units) })
		})
	}
	for _, order := range []int{64, 256} {
		x, a, c := squares.get(order).b, make([]float64, matmulMost*order), make([]float64, matmulMost*order)
		random := stream(golden)
		fillSmall(a, &random) // of zeros gonum leaves out what they would be multiplied with
		compare(fmt.Sprintf("matmul/order=%d", order), func(units int64) uint64 { return multiply(product{golden, order, units}) }, func(units int64) {
			for left := int(units); left > 0; left -= matmulMost {
				gonum.Implementation{}.Dgemm(blas.NoTrans, blas.NoTrans, min(left, matmulMost), order, order, 1, a, order, x, order, 0, c, order)
			}
		})
	}
	for _, n := range []int{1024, 16384} {
		plan, x, y := fourier.NewCmplxFFT(n), make([]complex128, n), make([]complex128, n)
		for k := range x {
			x[k] = signal{Seed: 1}.point(k)
		}
		compare(fmt.Sprintf("fft/length=%d", n), func(units int64) uint64 { return transform(signal{golden, n, units}) }, func(units int64) {
			for range units {
				plan.Coefficients(y, x)
				plan.Coefficients(y, y)
			}
		})
	}
	compare("hash", func(units int64) uint64 { return digest(golden, units) }, func(units int64) {
		for ; units > 0; units -= 1024 {
			sum := sha256.Sum256(hashBuffer()[:min(units, 1024)<<10])
			sink += uint64(sum[0])
		}
	})
	for _, kib := range []int{24576, 768} {
		b.Run(fmt.Sprintf("triad/footprint=%d", kib), func(b *testing.B) {
			length := kib << 10 / 24
			in := stretch{golden, length, int64(4 << 20 / 24)}
			theirs := startStream(b, length, in.Elements)
			var times [2][]time.Duration
			for range 2*length/int(in.Elements) + 2 {
				runTriad(in)
				theirs()
			}
			for b.Loop() {
				times[0] = append(times[0], timed(func() { sink += runTriad(in) }))
				times[1] = append(times[1], theirs())
			}
			reportRatio(b, times[0], times[1])
		})
	}
}

// streamProgram is the triad of STREAM 5.10 (McCalpin), which goes over so many elements of
// its arrays for each byte that it reads, and tells how many nanoseconds that took.
const streamProgram = `
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
	long n = atol(argv[1]), count = atol(argv[2]), at = 0;
	double *a = malloc(n * sizeof *a), *b = malloc(n * sizeof *b), *c = malloc(n * sizeof *c), scalar = 3;
	for (long j = 0; j < n; j++) { a[j] = 0; b[j] = 1; c[j] = 2; }
	while (getchar() != EOF) {
		struct timespec begin, end;
		clock_gettime(CLOCK_MONOTONIC, &begin);
		for (long left = count; left > 0;) {
			long upto = left < n - at ? at + left : n;
			for (long j = at; j < upto; j++) a[j] = b[j] + scalar * c[j];
			left -= upto - at;
			at = upto % n;
		}
		clock_gettime(CLOCK_MONOTONIC, &end);
		printf("%ld\n", (end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec);
		fflush(stdout);
	}
	return a[n / 2] == 1 + scalar * 2 ? 0 : 1;
}
`

// startStream starts the program, which ends with the benchmark. What it returns tells how
// long one pass takes.
func startStream(b *testing.B, length int, elements int64) func() time.Duration {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		b.Skip("no gcc here, and so no STREAM")
	}
	dir := b.TempDir()
	source, program := filepath.Join(dir, "stream.c"), filepath.Join(dir, "stream")
	if err := os.WriteFile(source, []byte(streamProgram), 0o600); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command(gcc, "-O3", "-march=native", "-o", program, source).CombinedOutput(); err != nil {
		b.Fatalf("gcc: %v\n%s", err, out)
	}
	cmd := exec.Command(program, fmt.Sprint(length), fmt.Sprint(elements))
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
		io.Copy(io.Discard, out)
		if err := cmd.Wait(); err != nil {
			b.Errorf("stream: %v", err)
		}
	})
	lines := bufio.NewReader(out)
	return func() time.Duration {
		if _, err := in.Write([]byte{'x'}); err != nil {
			b.Fatal(err)
		}
		line, err := lines.ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		var ns int64
		if _, err := fmt.Sscan(line, &ns); err != nil {
			b.Fatal(err)
		}
		return time.Duration(ns)
	}
}
