package process

import "testing"

// FuzzTicket: a worker reads its ticket from an environment that anybody can set.
func FuzzTicket(f *testing.F) {
	f.Add(ticket{version: 1, parent: 2, nonce: "n", gomaxprocs: 3, maxMessage: 4, memory: true, key: 1 << 63}.String())
	f.Fuzz(func(t *testing.T, s string) {
		tk, err := parseTicket(s)
		if err != nil {
			return
		}
		if again, err := parseTicket(tk.String()); err != nil || again != tk {
			t.Fatalf("%+v becomes %+v, %v", tk, again, err)
		}
	})
}
