// Package server has workloads that ask database servers of the user's, PostgreSQL and
// Redis, what workloads.Bank asks its own. Each server is named by a URL in the environment
// variable workloads.DSN, of which worker processes open connections of their own. A job
// makes a table, or keys, of its own, whose names begin with poolbench_, and removes them when
// it is closed; nothing else is touched.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"poolbench/workloads"
)

// All are the workloads of this package, sorted by name.
func All() []workloads.Workload { return []workloads.Workload{Postgres, Redis} }

const (
	answerLimit = 3 * time.Second  // for a server to answer at all
	setupLimit  = 30 * time.Second // to make the accounts of a job, and to remove them
	idleLimit   = 256              // connections kept by a process, when their number is not limited
)

// A kind is a kind of server.
type kind struct {
	workload string
	schemes  []string // of its URLs
	ping     func(ctx context.Context, dsn string) error
}

// dsn is the first URL given of a server of this kind; "" when there is none.
func (k kind) dsn() string {
	for dsn := range strings.FieldsSeq(os.Getenv(workloads.DSN)) {
		if scheme, _, ok := strings.Cut(dsn, "://"); ok && slices.Contains(k.schemes, scheme) {
			return dsn
		}
	}
	return ""
}

// answers has what servers said, by kind and URL: each is asked once a process.
var answers sync.Map

// lacks is Workload.Lacks.
func (k kind) lacks() string {
	dsn := k.dsn()
	if dsn == "" {
		return fmt.Sprintf("no server is given: name one with -dsn %s://… or in the environment as %s", k.schemes[0], workloads.DSN)
	}
	answer, _ := answers.LoadOrStore(k.workload+" "+dsn, sync.OnceValue(func() string { return k.look(dsn) }))
	return answer.(func() string)()
}

// look tells in a clause, without the password, why a server cannot be used.
func (k kind) look(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err // without the URL
		}
		return fmt.Sprintf("the server cannot be used: its URL is none: %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), answerLimit)
	defer cancel()
	if err = k.ping(ctx, dsn); err == nil {
		return ""
	}
	why := strings.Join(strings.Fields(err.Error()), " ") // it may have several lines
	if password, ok := u.User.Password(); ok && password != "" {
		why = strings.ReplaceAll(why, password, "xxxxx")
	}
	return fmt.Sprintf("the server at %s cannot be used: %s", u.Redacted(), why)
}

// accounts are those of a job on a server, as one process has them.
type accounts interface {
	workloads.Accounts
	// fill makes the accounts, and drop removes them.
	fill(ctx context.Context) error
	drop(ctx context.Context) error
	// Close closes the connections of this process.
	Close() error
}

// A place is where the accounts of a job are, and how a process is to use them.
type place struct {
	name  string // of the table, or before the keys
	conns string
	asks  string
}

func (p place) String() string { return p.name + " " + p.conns + " " + p.asks }

func parsePlace(text string) (p place, err error) {
	_, err = fmt.Sscan(text, &p.name, &p.conns, &p.asks)
	return p, err
}

// opened are the accounts that this process has open, by place. A worker process has them
// until it ends.
var opened = struct {
	sync.Mutex
	accounts map[string]accounts
}{accounts: map[string]accounts{}}

// at is the accounts at a place, opened if they were not.
func at(text string, open func(place) (accounts, error)) (accounts, error) {
	opened.Lock()
	defer opened.Unlock()
	if a := opened.accounts[text]; a != nil {
		return a, nil
	}
	p, err := parsePlace(text)
	if err != nil {
		return nil, fmt.Errorf("server: place %q: %w", text, err)
	}
	a, err := open(p)
	if err == nil {
		opened.accounts[text] = a
	}
	return a, err
}

// leave closes the accounts at a place in this process.
func leave(text string) error {
	opened.Lock()
	a := opened.accounts[text]
	delete(opened.accounts, text)
	opened.Unlock()
	if a == nil {
		return nil
	}
	return a.Close()
}

// job makes the accounts of a job and the job.
func (k kind) job(p workloads.Params, task *workloads.TaskFunc[workloads.Errand, uint64], open func(place) (accounts, error)) (workloads.Job, error) {
	if _, err := p.Count(workloads.Connections); err != nil {
		return nil, err
	}
	if why := k.lacks(); why != "" {
		return nil, fmt.Errorf("%s: %s", k.workload, why)
	}
	here := place{"poolbench_" + strings.ToLower(rand.Text()), p.Text(workloads.Connections), p.Text(workloads.Asks)}
	a, err := at(here.String(), open)
	if err != nil {
		return nil, err
	}
	end := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), setupLimit)
		defer cancel()
		return errors.Join(a.drop(ctx), leave(here.String()))
	}
	parent := p.Context
	if parent == nil {
		parent = context.Background()
	}
	ctx, cancel := context.WithTimeout(parent, setupLimit)
	defer cancel()
	err = a.fill(ctx)
	var job workloads.Job
	if err == nil {
		job, err = workloads.AccountsJob(p, task, here.String(), a, end)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", k.workload, err), end())
	}
	return job, nil
}
