package gate

import (
	"fmt"
	"maps"
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/words"
)

// A naming says which benchmarks of two files are the same: those with equal names as they
// are written, suffix included, in equal packages. A suffix of one file alone does not tell
// GOMAXPROCS from a part of the name.
type naming struct {
	onlyPkg string                  // of files that name one package or none; else ""
	procs   map[string]record.Procs // by package: suffixes to be taken off; nil for none
}

// nameFiles finds the naming. Across machines GOMAXPROCS may differ: where each file has
// one, it is taken off.
func nameFiles(base, head *record.Record, across bool) naming {
	n := naming{}
	packages := map[string]bool{}
	for _, res := range slices.Concat(base.Results, head.Results) {
		packages[res.Point.Pkg] = true
	}
	delete(packages, "")
	if len(packages) == 1 { // a file that names none may be compared with one that names it
		n.onlyPkg = slices.Collect(maps.Keys(packages))[0]
	}
	if !across {
		return n
	}
	b, h := n.told(base), n.told(head)
	n.procs = map[string]record.Procs{}
	for pkg, procs := range b {
		inBase, one := procs.One()
		inHead, other := h[pkg].One()
		if one && other && inBase != inHead {
			n.procs[pkg] = maps.Clone(procs)
			maps.Copy(n.procs[pkg], h[pkg])
		}
	}
	return n
}

func (n naming) pkg(r record.Result) string {
	if r.Point.Pkg == "" {
		return n.onlyPkg
	}
	return r.Point.Pkg
}

// told is GOMAXPROCS by package, as the names of a file tell.
func (n naming) told(rec *record.Record) map[string]record.Procs {
	names := map[string][]string{}
	for _, res := range rec.Results {
		names[n.pkg(res)] = append(names[n.pkg(res)], res.Full)
	}
	out := map[string]record.Procs{}
	for pkg := range names {
		out[pkg] = record.TellProcs(names[pkg])
	}
	return out
}

// of is the benchmark of a result. Our own programs write -1, which go test does not.
func (n naming) of(rec *record.Record, r record.Result) record.Point {
	name, _ := n.procs[n.pkg(r)].Split(r.Full)
	if rec.Ours && r.Procs == 1 {
		name = r.Name
	}
	return record.Promise{Pkg: n.pkg(r), Name: name}.Point()
}

// doubtSuffixes warns where all names of a package end in one thing in base and in another
// in head: they are compared as they are written, hence not at all.
func (r *Report) doubtSuffixes(base, head *record.Record, named naming) {
	b, h := named.endings(base), named.endings(head)
	for _, pkg := range slices.Sorted(maps.Keys(b)) {
		ends, others := b[pkg].ends, h[pkg].ends
		if len(others) == 0 || anyOf(ends, others) || !anyOf(b[pkg].bare, h[pkg].bare) {
			continue
		}
		what := fmt.Sprintf("Names end in %s in base and in %s in head", listEnds(ends), listEnds(others))
		if named.procs[pkg] != nil {
			r.warn(what+", and were taken to be the same benchmarks at another GOMAXPROCS.", "A difference may be that of GOMAXPROCS.")
		} else {
			r.warn(what+": they are other benchmarks, or were run with another GOMAXPROCS, so they were not compared.", "Run both with one GOMAXPROCS.")
		}
		return
	}
}

// endings are what the names of a package end in that looks like GOMAXPROCS, and the names
// without it.
type endings struct {
	ends map[int]bool
	bare map[string]bool
}

func (n naming) endings(rec *record.Record) map[string]endings {
	out := map[string]endings{}
	for _, res := range rec.Results {
		if rec.IsProbe(res.Point) {
			continue
		}
		pkg := n.pkg(res)
		if out[pkg].ends == nil {
			out[pkg] = endings{map[int]bool{}, map[string]bool{}}
		}
		bare, end := record.SplitProcs(res.Full)
		if end == 1 {
			bare = n.of(rec, res).Name()
		}
		out[pkg].ends[end], out[pkg].bare[bare] = true, true
	}
	return out
}

func anyOf[K comparable](a, b map[K]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// listEnds is "-4 and -8".
func listEnds(ends map[int]bool) string {
	var out []string
	for _, n := range slices.Sorted(maps.Keys(ends)) {
		if n == 1 {
			out = append(out, "no number")
			continue
		}
		out = append(out, fmt.Sprintf("-%d", n))
	}
	return words.ShortList(out, 6)
}
