package server

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"poolbench/executors"
	"poolbench/executors/process"
	"poolbench/workloads"
)

// Worker processes are started from this test binary.
func TestMain(m *testing.M) {
	process.WorkerMain()
	code := m.Run()
	for _, end := range slices.Backward(ends) {
		end()
	}
	os.Exit(code)
}

// ends end what tests started, last.
var ends []func()

// errMissing says that a server is not installed.
type errMissing string

func (e errMissing) Error() string { return string(e) }

var servers = flag.Bool("servers", false, "fail where a server is not installed, instead of skipping")

// started starts a server when it is first called, and skips the test where it is not installed.
func started(t *testing.T, start func() (string, error)) (dsn string) {
	t.Helper()
	dsn, err := start()
	var missing errMissing
	if errors.As(err, &missing) && !*servers {
		t.Skip(missing)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dsn
}

// kinds are the kinds of server, with how a test starts one.
var kinds = []struct {
	kind
	workloads.Workload
	start func() (dsn string, err error)
	open  func(place) (accounts, error)
}{
	{postgresServer, Postgres, sync.OnceValues(startPostgres), openTable},
	{redisServer, Redis, sync.OnceValues(startRedis), openKeys},
}

func setDSN(t *testing.T, dsn string) {
	t.Helper()
	t.Setenv(workloads.DSN, dsn)
}

// Everything that can be asked of a server that runs: by goroutines, in worker processes,
// and one after the other. Afterwards nothing of it is left on the server.
func TestServers(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.workload, func(t *testing.T) {
			setDSN(t, "other://host/ "+started(t, k.start))
			if why := k.Lacks(); why != "" {
				t.Fatalf("lacks: %s", why)
			}
			var pools []executors.Executor
			for _, kind := range []executors.Kind{executors.Serial, executors.Goroutines, process.Kind} {
				ex, err := kind.New(executors.Options{Workers: 3})
				if err != nil {
					t.Fatal(err)
				}
				defer ex.Shutdown(context.Background())
				pools = append(pools, ex)
			}
			for _, axes := range []map[string]string{
				nil, {"asks": "scan", "conns": "1"}, {"asks": "transfer"}, {"asks": "transfer", "conns": "1"}, {"asks": "durable", "conns": "2"},
			} {
				job, err := k.New(workloads.Params{Tasks: 40, Seed: 3, Axes: axes})
				if axes["asks"] == "durable" && k.workload == "redis" {
					if err == nil {
						t.Error("redis takes durable")
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				if job.Check() == nil {
					t.Error("a job that never ran passes its check")
				}
				for _, ex := range pools {
					if err := job.Run(t.Context(), ex); err != nil {
						t.Fatalf("%v: %v", axes, err)
					}
					if err := job.Check(); err != nil {
						t.Errorf("%v: %v", axes, err)
					}
				}
				if err := job.Close(); err != nil {
					t.Error(err)
				}
			}
			if len(opened.accounts) != 0 {
				t.Errorf("%d databases are still open", len(opened.accounts))
			}
			left(t, k.workload)
		})
	}
}

// left looks for what jobs left on the server.
func left(t *testing.T, workload string) {
	t.Helper()
	var names []string
	if workload == "redis" {
		a, err := openKeys(place{"poolbench_x", "0", "get"})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if names, err = a.(*keys).Keys(t.Context(), "*").Result(); err != nil {
			t.Fatal(err)
		}
	} else {
		a, err := openTable(place{"poolbench_x", "0", "get"})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		var n int
		if err := a.(*table).QueryRowContext(t.Context(), "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'poolbench%'").Scan(&n); err != nil {
			t.Fatal(err)
		}
		names = make([]string, n)
	}
	if len(names) > 0 {
		t.Errorf("%d tables or keys are left: %q", len(names), names)
	}
}

// Many transfers at once keep the sum and end: none waits for another that waits for it.
func TestTransfersAtOnce(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.workload, func(t *testing.T) {
			setDSN(t, started(t, k.start))
			a, err := k.open(place{"poolbench_test", "8", "transfer"})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			if err := a.fill(t.Context()); err != nil {
				t.Fatal(err)
			}
			before, _, err := a.Totals(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var all sync.WaitGroup
			for worker := range 8 {
				all.Go(func() {
					random := rand.New(rand.NewPCG(1, uint64(worker)))
					for range 50 { // among few accounts, so that they meet
						from := random.Uint64N(4)
						if err := a.Transfer(t.Context(), from, (from+1+random.Uint64N(3))%4, 5); err != nil {
							t.Error(err)
						}
					}
				})
			}
			all.Wait()
			sum, transfers, err := a.Totals(t.Context())
			if err != nil || sum != before || transfers != 400 {
				t.Errorf("sum %d, %d transfers, %v; want %d, 400", sum, transfers, err, before)
			}
			if k.workload == "postgres" {
				if err := a.Transfer(t.Context(), 1, workloads.AccountCount, 5); err == nil {
					t.Error("no error where there is no such account")
				}
				if again, _, err := a.Totals(t.Context()); again != sum || err != nil {
					t.Errorf("half a transfer: %d, %v, want %d", again, err, sum)
				}
			}
			if _, err := a.Balances(t.Context(), []uint64{workloads.AccountCount}); err == nil {
				t.Error("no error where there is no such account")
			}
			if err := a.drop(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// A server that cannot be used is said to be so in one sentence without its password, by
// Lacks and by New, which leaves nothing open.
func TestNoServer(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, k := range kinds {
		for dsn, want := range map[string]string{
			"":              workloads.DSN,
			"mysql://x/y":   workloads.DSN,
			"host=x user=y": workloads.DSN,
			k.schemes[0] + "://user:secret@" + closed.Addr().String() + "/0": "cannot be used",
			k.schemes[0] + "://user:secret@127.0.0.1:99999/0":                "cannot be used",
			k.schemes[0] + "://user:secret@%zz/0":                            "cannot be used",
		} {
			setDSN(t, dsn)
			why := k.Lacks()
			job, err := k.New(workloads.Params{Tasks: 4})
			if err == nil || job != nil {
				t.Fatalf("%q: job %v, error %v", dsn, job, err)
			}
			for _, text := range []string{why, err.Error()} {
				if !strings.Contains(text, want) || strings.Contains(text, "\n") || strings.Contains(text, "secret") {
					t.Errorf("%s, %q: %q, want a sentence with %q, and no password", k.workload, dsn, text, want)
				}
			}
		}
	}
	if len(opened.accounts) != 0 {
		t.Errorf("%d databases are open", len(opened.accounts))
	}
}

// A preparation that is stopped, or a bad axis, leaves nothing on the server.
func TestNothingIsLeftOfABadJob(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.workload, func(t *testing.T) {
			setDSN(t, started(t, k.start))
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			for _, p := range []workloads.Params{
				{Tasks: 4, Axes: map[string]string{"asks": "everything"}},
				{Tasks: 4, Axes: map[string]string{"conns": "-1"}},
				{Tasks: 0},
				{Tasks: 4, Context: ctx},
			} {
				if job, err := k.New(p); err == nil || job != nil {
					t.Errorf("%+v: job %v, error %v", p, job, err)
				}
			}
			if len(opened.accounts) != 0 {
				t.Errorf("%d databases are open", len(opened.accounts))
			}
			left(t, k.workload)
		})
	}
}

// await calls ping until it is content; servers take a moment.
func await(ping func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		err := ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not come up: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
