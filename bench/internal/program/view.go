package program

import (
	"cmp"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"poolbench/reports/view"
)

// ViewFlags are the flags of a report, and how it is printed because of them and of the
// terminal.
type ViewFlags struct {
	JSON string // "" for none
	view.Options

	color string
}

// AddColor adds the flag that every report has.
func (f *ViewFlags) AddColor(c *Invocation) {
	c.Flags.StringVar(&f.color, "color", "auto", "colour in the terminal: auto, always or never; NO_COLOR is honoured")
}

// Add adds all of them.
func (f *ViewFlags) Add(c *Invocation) {
	f.AddColor(c)
	c.Flags.BoolVar(&f.Verbose, "v", false, "print all of the report: tables, what the charts show, and by which method each number was made")
	c.FileFlag(&f.JSON, "json", "`file` to write the answers to for scripts")
}

// Check sets how to print on w: colour only on a terminal that wants it, plain
// characters where the locale is not UTF-8.
func (f *ViewFlags) Check(w io.Writer) error {
	f.ASCII = !utf8Locale()
	if file, ok := w.(*os.File); ok {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			f.Width = min(width, 110)
		}
	}
	f.Color = f.color == "always" || f.color == "auto" && IsTerminal(w) && os.Getenv("NO_COLOR") == ""
	return Choice("color", f.color, "auto", "always", "never")
}

// IsTerminal reports whether w is a terminal that understands escape codes.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
}

// utf8Locale reads the locale as POSIX orders its variables. With none set, the
// output is most likely a modern log viewer.
func utf8Locale() bool {
	v := strings.ToUpper(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")))
	return v == "" || strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
}
