package main

import (
	"cmp"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"poolbench/reports/view"
)

// viewFlags are the flags of a report, and how it is printed because of them and of the
// terminal.
type viewFlags struct {
	color, json string
	view.Options
}

func (f *viewFlags) addColor(c *invocation) {
	c.flags.StringVar(&f.color, "color", "auto", "colour in the terminal: auto, always or never; NO_COLOR is honoured")
}

func (f *viewFlags) add(c *invocation) {
	f.addColor(c)
	c.flags.BoolVar(&f.Verbose, "v", false, "say by which method each number was made, and what the charts show")
	c.flags.StringVar(&f.json, "json", "", "`file` to write the answers to for scripts")
}

// check sets how to print on w: colour only on a terminal that wants it, plain
// characters where the locale is not UTF-8.
func (f *viewFlags) check(w io.Writer) error {
	f.ASCII = !utf8Locale()
	if file, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			f.Width = min(width, 110)
		}
	}
	f.Color = f.color == "always" || f.color == "auto" && isTerminal(w) && os.Getenv("NO_COLOR") == ""
	return choice("color", f.color, "auto", "always", "never")
}

// isTerminal reports whether w is a terminal that understands escape codes.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// utf8Locale reads the locale as POSIX orders its variables. With none set, the
// output is most likely a modern log viewer.
func utf8Locale() bool {
	v := strings.ToUpper(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")))
	return v == "" || strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
}
