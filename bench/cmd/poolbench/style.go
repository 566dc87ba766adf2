package main

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"poolbench/reports/view"
)

// styleFlag is the -color flag.
type styleFlag struct{ color *string }

func addStyleFlag(c *invocation) styleFlag {
	return styleFlag{c.flags.String("color", "auto", "colour in the terminal: auto, always or never; NO_COLOR is honoured")}
}

// viewFlags are the flags of a report.
type viewFlags struct {
	style   styleFlag
	verbose *bool
	json    *string
}

// viewOptions are they as given.
type viewOptions struct {
	view.Options
	json string
}

func addViewFlags(c *invocation) viewFlags {
	return viewFlags{
		style:   addStyleFlag(c),
		verbose: c.flags.Bool("v", false, "say by which method each number was made, and what the charts show"),
		json:    c.flags.String("json", "", "`file` to write the answers to for scripts"),
	}
}

func (f viewFlags) options(w io.Writer) (viewOptions, error) {
	o, err := f.style.options(w)
	o.Verbose = *f.verbose
	return viewOptions{o, *f.json}, err
}

// options says how to print on w: colour only on a terminal that wants it, plain
// characters where the locale is not UTF-8.
func (s styleFlag) options(w io.Writer) (view.Options, error) {
	o := view.Options{ASCII: !utf8Locale()}
	if f, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			o.Width = min(width, 110)
		}
	}
	switch *s.color {
	case "always":
		o.Color = true
	case "never":
	case "auto":
		o.Color = isTerminal(w) && os.Getenv("NO_COLOR") == ""
	default:
		allowed := []string{"auto", "always", "never"}
		return o, usageError("-color: unknown value %q%s; there is %v", *s.color, nearest(*s.color, allowed), allowed)
	}
	return o, nil
}

// isTerminal reports whether w is a terminal that understands escape codes.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// utf8Locale reads the locale as POSIX orders its variables. With none set, the
// output is most likely a modern log viewer.
func utf8Locale() bool {
	for _, key := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(key); v != "" {
			v = strings.ToUpper(v)
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return true
}
