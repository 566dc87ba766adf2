package host

import (
	"io"
	"os"
	"time"
)

// A Command is a program to run, and how.
type Command struct {
	Name  string // looked up in PATH when it has no slash
	Args  []string
	Dir   string     // "" is the current one
	Env   []string   // beside the environment of this process; the last of a name counts
	Files []*os.File // inherited, from descriptor 3 on

	Stdout, Stderr io.Writer     // where they are nil, Process.Output keeps them
	Seen           [2]io.Writer  // see what Output keeps, of each stream; may be nil
	Limit          int           // bytes kept in Output, of which the oldest go first; 0 is none
	Grace          time.Duration // from an interrupt to the kill when the context ends; 0 kills at once
	Patience       time.Duration // how long Run lets it take; 0 is for ever

	// Guarded has the program, and all that it starts, end with us, however we end; and
	// what has left its process group as well, on Linux. It takes a process more. Start
	// fails where the system has no such thing.
	Guarded bool
}
