package gobench

import (
	"slices"
	"strings"

	"poolbench/bench/arm/gobench/build"
	"poolbench/bench/record"
)

// renamed are the benchmarks of a package that have another name in base.
type renamed struct {
	rules    record.Renames    // what was said
	to       map[string]string // functions of base by name: what they are in head
	proposed map[string]bool   // functions of head that nobody has said to be another one's
}

// renamed pairs the functions that only base has with some that only head has: those of
// rules, and then those that look the same, so that a new name hides no slowdown.
func (c *Comparison) renamed(p *build.Package, functions [2][]string) renamed {
	r := renamed{c.config.Renames, map[string]string{}, map[string]bool{}}
	only := func(s build.Side) []string {
		return slices.DeleteFunc(slices.Clone(functions[s]), func(f string) bool { return slices.Contains(functions[1-s], f) })
	}
	gone, added := only(build.Base), only(build.Head)
	if len(gone) == 0 || len(added) == 0 {
		return r
	}
	var unknown []string
	for _, from := range gone {
		to, said := r.said(p, from)
		switch {
		case !said:
			unknown = append(unknown, from)
		case slices.Contains(added, to):
			r.to[from] = to
			added = slices.DeleteFunc(added, func(f string) bool { return f == to })
		}
	}
	for from, to := range likelyPairs(bodies(p.Tests(build.Base), unknown), bodies(p.Tests(build.Head), added)) {
		r.to[from], r.proposed[to] = to, true
	}
	return r
}

// said is what a benchmark of base, by its full name, is in head, as the rules have it;
// "" for one that is gone.
func (r renamed) said(p *build.Package, name string) (to string, said bool) {
	as, said := r.rules.Of(record.Promise{Pkg: p.Path, Name: record.ShortName(name)}.Point())
	if as == (record.Point{}) || as.Pkg != p.Path {
		return "", said
	}
	return record.PrintedName(as.Name()), said
}

// other is the function of the other side that is the same; "" when that has the same name,
// or is not there.
func (r renamed) other(s build.Side, function string) string {
	if s == build.Base {
		return r.to[function]
	}
	for from, to := range r.to {
		if to == function {
			return from
		}
	}
	return ""
}

// pattern is the -test.bench pattern for those benchmarks of a function of a side that are
// asked for, by its name or by that of the other side; "" when there is none.
func (r renamed) pattern(asked string, s build.Side, function string) (string, error) {
	pattern, err := within(asked, function)
	other := r.other(s, function)
	if err != nil || pattern != "" || other == "" {
		return pattern, err
	}
	pattern, err = within(asked, other)
	return strings.ReplaceAll(pattern, exactly(other), exactly(function)), err
}

// rename gives the benchmarks of base the names that they have in head, and returns what
// they were, by the new name.
func (r renamed) rename(p *build.Package, have [2]listing) (was map[string]string) {
	base, head := have[build.Base], have[build.Head]
	was = map[string]string{}
	for from, to := range r.to {
		f, ok := base[from]
		if !ok {
			continue
		}
		delete(base, from)
		for i, name := range f.names {
			f.names[i] = to + strings.TrimPrefix(name, from)
			was[f.names[i]] = name
		}
		was[to] = from
		base[to] = f
	}
	for function, f := range base {
		for i, name := range f.names {
			if slices.Contains(head[function].names, name) {
				continue
			}
			old := name
			if before := was[name]; before != "" {
				old = before
			}
			to, said := r.said(p, old)
			// Within the function: a pair of processes measures one of each side.
			if top, _, _ := strings.Cut(to, "/"); !said || to == name || top != function || slices.Contains(f.names, to) || !slices.Contains(head[function].names, to) {
				continue
			}
			f.names[i], was[to] = to, old
		}
	}
	return was
}
