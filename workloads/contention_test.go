package workloads

import (
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gofrs/flock"

	"poolbench/executors"
)

// While a task is under the lock no other process gets it.
func TestGateIsALockBetweenProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	g := &gate{file: flock.New(path)}
	for range 2 {
		answer, err := g.under(true, func() uint64 {
			if got, err := flock.New(path).TryLock(); got || err != nil {
				t.Errorf("another one has it as well, error %v", err)
			}
			return 7
		})
		if answer != 7 || err != nil {
			t.Errorf("%d, %v", answer, err)
		}
	}
}

// The chain is as long as that of spin, whatever share of it is under the lock.
func TestSharesAddUp(t *testing.T) {
	for _, units := range []int64{1, 99, 1234567} {
		for _, percent := range []string{"0", "1", "50", "99", "100"} {
			job, err := Critical.New(Params{Tasks: 2, Units: units, Seed: 3, Dir: t.TempDir(), Axes: map[string]string{"share": percent}})
			if err != nil {
				t.Fatal(err)
			}
			if err := job.Run(t.Context(), mustSerial(t)); err != nil {
				t.Fatal(err)
			}
			if err := job.Check(); err != nil {
				t.Errorf("%d units, %s %%: %v", units, percent, err)
			}
			job.Close()
		}
	}
}

// repeating runs the task function of a task twice, and gives one answer.
type repeating struct{ executors.Executor }

func (r repeating) Submit(task executors.Task) error {
	remote, err := task.Remote()
	if err != nil {
		return err
	}
	input, err := remote.AppendInput(nil, 1<<20)
	if err != nil {
		return err
	}
	remote.Start()
	f := executors.Lookup(remote.FuncName())
	f.CallRemote(remote.Context(), input, nil, 1<<20)
	output, err := f.CallRemote(remote.Context(), input, nil, 1<<20)
	remote.Settle(output, err)
	return nil
}

func (r repeating) Workers() int { return 2 }

// What leaves a trace is seen when it was done twice, although every answer is right; and
// the run after is judged by itself.
func TestTasksThatRanTwiceAreFound(t *testing.T) {
	for _, test := range []struct {
		w    Workload
		axes map[string]string
		want string
	}{
		{Counters, map[string]string{"layout": "adjacent"}, "additions"},
		{Bank, map[string]string{"asks": "transfer"}, "transfers were made"},
	} {
		job, err := test.w.New(Params{Tasks: 8, Units: 10, Seed: 1, Dir: t.TempDir(), Axes: test.axes})
		if err != nil {
			t.Fatal(err)
		}
		defer job.Close()
		for range 2 {
			if err := job.Run(t.Context(), repeating{}); err != nil {
				t.Fatal(err)
			}
			if err := job.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%s: error %v, want one about %s", test.w.Name, err, test.want)
			}
			if err := job.Run(t.Context(), mustSerial(t)); err != nil {
				t.Fatal(err)
			}
			if err := job.Check(); err != nil {
				t.Errorf("%s: %v", test.w.Name, err)
			}
		}
	}
}

// Half a transfer is seen in the sum.
func TestHalfATransferIsFound(t *testing.T) {
	ledger, err := openLedger(filepath.Join(t.TempDir(), "accounts.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	b := &books{accounts: ledger, each: 1}
	b.begin()
	if err := ledger.Transfer(t.Context(), 1, 2, 30); err != nil {
		t.Fatal(err)
	}
	if err := b.audit(); err != nil {
		t.Error(err)
	}
	b.begin()
	if err := ledger.Transfer(t.Context(), 3, AccountCount, 30); err == nil {
		t.Error("no error where there is no such account")
	}
	if err := b.audit(); err == nil || !strings.Contains(err.Error(), "0 transfers") {
		t.Errorf("error %v, want one about 0 transfers: the transfer was to be undone", err)
	}
	if _, err := ledger.Balances(t.Context(), []uint64{AccountCount}); err == nil {
		t.Error("no error where there is no such account")
	}
}

// Objects make no other number, and no more of them live than are meant to.
func TestAllocateIsItsChain(t *testing.T) {
	for _, units := range []int64{0, 1, 63, 64, 65, 1000} {
		if got, want := allocate(9, units), unallocated(9, units); got != want {
			t.Errorf("%d units: %#x, want %#x", units, got, want)
		}
	}
}

// A server on the loopback hears from anyone: what is no errand gets an error, or no answer.
func TestStrangersAtTheBank(t *testing.T) {
	ledger, err := openLedger(filepath.Join(t.TempDir(), "accounts.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	server, err := serve(teller(ledger, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for text, want := range map[string]string{
		`{"Asks":"scan"}`:                      "no errand",
		`{"Asks":"scan","Accounts":[7]}`:       "no errand",
		`{"Asks":"drop","Accounts":[7,8]}`:     "nothing to ask",
		`{"Asks":"transfer"}`:                  "no errand",
		`{"Asks":"get","Accounts":[99999999]}`: "no account",
		`{}`:                                   "no errand",
		"GET / HTTP/1.1\r\n\r\n":               "",
		`{"Asks":7}`:                           "",
	} {
		conn, err := net.Dial("tcp", strings.Split(server.Address, "#")[0])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, text)
		var reply bankReply
		if err := json.NewDecoder(conn).Decode(&reply); (err != nil) != (want == "") || !strings.Contains(reply.Error, want) {
			t.Errorf("%s: reply %+v, error %v, want %q", text, reply, err, want)
		}
		conn.Close()
	}
	if sum, transfers, err := ledger.Totals(t.Context()); sum != openingTotal() || transfers != 0 || err != nil {
		t.Errorf("the accounts are no longer what they were: %d, %d, %v", sum, transfers, err)
	}
}
