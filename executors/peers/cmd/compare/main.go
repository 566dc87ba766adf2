// Compare measures ours beside the peers, prints what was asked for, what was
// measured and whether it is enough, and writes that into README.md of this
// module.
//
//	$ go run ./cmd/compare
//	$ go run ./cmd/compare -tasks 1000000
//	$ go run ./cmd/compare -readme "" -rounds 15 -rows burst,forget
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"time"

	"poolbench/executors/peers"
	"poolbench/executors/peers/compare"
	"poolbench/executors/peers/section"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	readme := flags.String("readme", "README.md", "`file` whose compare section is replaced; empty for none")
	rounds := flags.Int("rounds", 7, "how often each arm runs; an interval needs 6")
	tasks := flags.Int("tasks", 300_000, "tasks of a burst; some rows take a part of it")
	names := flags.String("rows", "", "`names` of the rows, separated by commas; empty for all")
	seed := flags.Uint64("seed", uint64(time.Now().UnixNano()), "of the order of the arms")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *rounds < 1 || *tasks < 1 {
		fmt.Fprintln(stderr, "compare: -rounds and -tasks must be at least 1")
		return 2
	}
	rows, err := peers.Choose(compare.Rows(), *names, func(r compare.Row) string { return r.Name })
	if err != nil {
		fmt.Fprintln(stderr, "compare: -rows:", err)
		return 2
	}
	rng := rand.New(rand.NewPCG(*seed, 0))
	var ms []*compare.Measurement
	for _, row := range rows {
		fmt.Fprintf(stderr, "%s: %s\n", row.Name, row.Doc)
		m, err := compare.Measure(ctx, row, *rounds, *tasks, rng)
		if err != nil {
			fmt.Fprintln(stderr, err)
			return 1
		}
		ms = append(ms, m)
	}
	text := fmt.Sprintf("`go run ./cmd/compare -rounds %d -tasks %d -seed %d`, %s, %s/%s, %d CPUs\n\n%s",
		*rounds, *tasks, *seed, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), compare.Markdown(ms))
	fmt.Fprint(stdout, text)
	if *readme != "" {
		if err := section.Replace(*readme, "compare", text); err != nil {
			fmt.Fprintln(stderr, "compare:", err)
			return 1
		}
	}
	return 0
}
