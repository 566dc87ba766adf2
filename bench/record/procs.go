package record

import (
	"strconv"
	"strings"
)

// go test ends each name with "-N" where GOMAXPROCS is N, unless that is 1. A name may end
// like that by itself, as Copy/size-100 does, so that one alone does not tell.

// SplitProcs takes off what looks like the GOMAXPROCS suffix of a name; 1 when there is
// none. Of names of ours, which always have it, that is what it is.
func SplitProcs(name string) (string, int) {
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return name, 1
	}
	n, err := strconv.Atoi(name[i+1:])
	if err != nil || n < 1 || name[i+1] == '0' || name[i+1] == '+' {
		return name, 1
	}
	return name[:i], n
}

// suffix is SplitProcs for names of go test, which never prints -1.
func suffix(name string) (string, int) {
	if bare, n := SplitProcs(name); n > 1 {
		return bare, n
	}
	return name, 1
}

// Procs are the values of GOMAXPROCS with which the benchmarks of a package were run.
type Procs map[int]bool

// TellProcs tells GOMAXPROCS from all names of one package, as go test prints them. The
// name of a function has no "-", and no value of our axes ends in one, so what a name
// without "/" or one of a grid ends in is GOMAXPROCS. Where there is none of these, it is
// what all of several names end in, or what each of them ends in in turn, as with -cpu
// 1,2,4. Else nothing tells, and names are taken as they are written: GOMAXPROCS 1.
func TellProcs(names []string) Procs {
	sure, all, of := Procs{}, Procs{}, map[string]Procs{}
	for _, name := range names {
		bare, n := suffix(name)
		if !strings.Contains(name, "/") || isGridName(bare) && (n == 1 || !isGridName(name)) {
			sure[n] = true
		}
		if all[n] = true; of[bare] == nil {
			of[bare] = Procs{}
		}
		of[bare][n] = true
	}
	if len(sure) > 0 {
		return sure
	}
	for _, procs := range of {
		if len(procs) < len(all) || len(of) == 1 {
			return Procs{1: true}
		}
	}
	return all
}

func isGridName(name string) bool {
	p, err := ParsePoint("", name)
	return err == nil && p.IsGrid()
}

// Split takes off the suffix of a name where it is one of GOMAXPROCS; 1 when there is none.
func (p Procs) Split(name string) (bare string, procs int) {
	if bare, n := suffix(name); n > 1 && p[n] {
		return bare, n
	}
	return name, 1
}

// One is the only value; ok is false when there are several.
func (p Procs) One() (n int, ok bool) {
	for n = range p {
	}
	return n, len(p) == 1
}
