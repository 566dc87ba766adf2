// Score runs every behaviour of package score on ours and on every peer, prints
// the table, and writes it into README.md of this module.
//
//	$ go run ./cmd/score
//	$ go run ./cmd/score -readme "" -peers pond,goroutines -behaviours G1,G2
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"poolbench/executors/peers"
	"poolbench/executors/peers/score"
	"poolbench/executors/peers/section"
)

func main() {
	score.ChildMain()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("score", flag.ContinueOnError)
	flags.SetOutput(stderr)
	readme := flags.String("readme", "README.md", "`file` whose score section is replaced; empty for none")
	limit := flags.Duration("limit", 5*time.Second, "what takes longer counts as hung")
	width := flags.Int("width", 8, "trials at the same time")
	peerNames := flags.String("peers", "", "`names` of the peers, separated by commas; empty for all")
	ids := flags.String("behaviours", "", "`ids` of the behaviours, separated by commas; empty for all")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *width < 1 || *limit <= 0 {
		fmt.Fprintln(stderr, "score: -width and -limit must be above 0")
		return 2
	}
	chosen, err := peers.Choose(peers.All(), *peerNames, func(p peers.Peer) string { return p.Name })
	behaviours, unknown := peers.Choose(score.Behaviours(), *ids, func(b score.Behaviour) string { return b.ID })
	if err := cmp.Or(err, unknown); err != nil {
		fmt.Fprintln(stderr, "score: -peers or -behaviours:", err)
		return 2
	}
	s, err := score.Run(ctx, chosen, behaviours, *limit, *width)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	table := s.Markdown(*limit)
	fmt.Fprint(stdout, table)
	if *readme != "" {
		if err := section.Replace(*readme, "score", table); err != nil {
			fmt.Fprintln(stderr, "score:", err)
			return 1
		}
	}
	return 0
}
