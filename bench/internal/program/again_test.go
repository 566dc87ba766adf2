package program

import (
	"context"
	"io"
	"testing"
)

// Again keeps what was typed, whichever way, but for what is left out.
func TestAgain(t *testing.T) {
	var got string
	p := Program{Name: "p", Commands: []Command{{Name: "run", Run: func(_ context.Context, c *Invocation) error {
		c.Flags.String("out", "", "")
		c.Flags.String("workers", "", "")
		c.Flags.Bool("v", false, "")
		c.Flags.String("budget", "", "")
		c.Flags.Func("axis", "", func(string) error { return nil })
		if err := c.ParseAlone(); err != nil {
			return err
		}
		got = c.Again("budget")
		return nil
	}}}}
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "p run"},
		{[]string{"-v", "-workers", "1,2", "-budget=3s"}, "p run -v -workers 1,2"},
		{[]string{"-axis", "a=1", "-v", "-axis=b=2"}, "p run -axis a=1 -axis=b=2 -v"}, // each time that it was given
		{[]string{"-out", "a b", "-budget=3s"}, "p run -out 'a b'"},
		{[]string{"-out", "x://u:se@cret@host/d y://host"}, "p run -out 'x://u:xxxxx@host/d y://host'"}, // no password
		{[]string{"-out=x://u@host/d"}, "p run -out=x://u@host/d"},
		{[]string{"--out=a", "-budget", "3s", "-v"}, "p run --out=a -v"},
	} {
		if code := p.Run(t.Context(), append([]string{"run"}, test.args...), io.Discard, io.Discard); code != OK || got != test.want {
			t.Errorf("%v: %q (exit %d), want %q", test.args, got, code, test.want)
		}
	}
}
