package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"poolbench/workloads"
)

// Redis asks a Redis server of the user's, whose connections conns limits in each process (a
// worker process uses one at a time anyway). A transfer is a MULTI of three commands in one
// round trip; the server does one after the other, whatever they are. Whether the disk has
// it is a matter of how the server is set up, so durable is refused.
var Redis = workloads.Workload{
	Name:     "redis",
	Doc:      "asks a Redis server of yours for balances and transfers",
	Resource: workloads.Mixed,
	Grains:   []time.Duration{0},
	Axes:     []workloads.Axis{workloads.Asks, workloads.Connections},
	New: func(p workloads.Params) (workloads.Job, error) {
		if p.Text(workloads.Asks) == "durable" {
			return nil, errors.New("redis: asks=durable is nothing that one who asks can choose: its server is set up for it, or not")
		}
		return redisServer.job(p, redisTask, openKeys)
	},
	Truth:  "opening balances, by a formula; transfers leave their sum as it was, and are as many as there are tasks",
	Source: "none: where the server runs is the user's; it does one command after the other",
	Lacks:  redisServer.lacks,
}

var redisServer = kind{"redis", []string{"redis", "rediss", "unix"}, func(ctx context.Context, dsn string) error {
	options, err := redis.ParseURL(dsn)
	if err != nil {
		return err
	}
	options.MaxRetries, options.DialerRetries = -1, 1
	client := redis.NewClient(options)
	return errors.Join(client.Ping(ctx).Err(), client.Close())
}}

func init() { redis.SetLogger(silent{}) }

// silent is a log that nobody reads: what goes wrong comes back as an error.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

var redisTask = workloads.Define("workloads.redis", func(ctx context.Context, in workloads.Errand) (uint64, error) {
	a, err := at(in.Place, openKeys)
	if err != nil {
		return 0, err
	}
	return in.Do(ctx, a)
})

// keys are Accounts in Redis: a hash of balances, and a number of transfers.
type keys struct {
	*redis.Client
	balances, transfers string
}

func openKeys(p place) (accounts, error) {
	options, err := redis.ParseURL(redisServer.dsn())
	if err != nil {
		return nil, err
	}
	if options.PoolSize, err = strconv.Atoi(p.conns); err != nil {
		return nil, err
	}
	if options.PoolSize == 0 {
		options.PoolSize = idleLimit
	}
	options.ContextTimeoutEnabled = true
	return &keys{redis.NewClient(options), p.name + ":balances", p.name + ":transfers"}, nil
}

func (k *keys) fill(ctx context.Context) error {
	var pairs []any
	for account := range uint64(workloads.AccountCount) {
		pairs = append(pairs, account, workloads.OpeningBalance(account))
	}
	return k.HSet(ctx, k.balances, pairs...).Err()
}

func (k *keys) drop(ctx context.Context) error { return k.Del(ctx, k.balances, k.transfers).Err() }

func (k *keys) Balances(ctx context.Context, wanted []uint64) ([]int64, error) {
	fields := make([]string, len(wanted))
	for i, account := range wanted {
		fields[i] = strconv.FormatUint(account, 10)
	}
	values, err := k.HMGet(ctx, k.balances, fields...).Result()
	if err != nil {
		return nil, err
	}
	balances := make([]int64, len(values))
	for i, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("no account %s", fields[i])
		}
		if balances[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, err
		}
	}
	return balances, nil
}

func (k *keys) Range(ctx context.Context, first, last uint64) ([]int64, error) {
	var wanted []uint64
	for account := first; account < last; account++ {
		wanted = append(wanted, account)
	}
	return k.Balances(ctx, wanted)
}

func (k *keys) Transfer(ctx context.Context, from, to uint64, amount int64) error {
	_, err := k.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HIncrBy(ctx, k.balances, strconv.FormatUint(from, 10), -amount)
		p.HIncrBy(ctx, k.balances, strconv.FormatUint(to, 10), amount)
		p.Incr(ctx, k.transfers)
		return nil
	})
	return err
}

func (k *keys) Totals(ctx context.Context) (sum, transfers int64, err error) {
	values, err := k.HVals(ctx, k.balances).Result()
	if err != nil {
		return 0, 0, err
	}
	for _, v := range values {
		balance, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			return 0, 0, err
		}
		sum += balance
	}
	transfers, err = k.Get(ctx, k.transfers).Int64()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return sum, transfers, err
}
