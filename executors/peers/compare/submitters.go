package compare

import (
	"errors"
	"sync"
)

var submitters = Row{
	Name: "submitters", Unit: "ns", Share: 2,
	Doc: "the burst of ours divided among goroutines that submit at once",
	Arms: []Arm{
		{"1 submitter", timed(submitting(1))},
		{"2 submitters", timed(submitting(2))},
		{"8 submitters", timed(submitting(8))},
		{"64 submitters", timed(submitting(64))},
	},
	Checks: []Check{ // half the throughput is twice the time
		{"2 submitters", "1 submitter", 2},
		{"8 submitters", "1 submitter", 2},
		{"64 submitters", "1 submitter", 2},
	},
}

func submitting(n int) work {
	return func(tasks int) (run, end func() error) {
		c := clientOurs()
		return func() error {
			var wg sync.WaitGroup
			errs := make([]error, n)
			for s := range n {
				wg.Go(func() { errs[s] = c.burst(tasks*s/n, tasks*(s+1)/n) })
			}
			wg.Wait()
			return errors.Join(errs...)
		}, c.end
	}
}
