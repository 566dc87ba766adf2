package record

// A Profile is what both builds of a benchmark spent in which function, in one block of the
// profiles that follow a verdict.
//
// A function is one of a module that may have changed, by its name in the symbol table without
// type arguments; closures are part of the function that they stand in. It is charged with what
// it spends itself and with what it calls outside of these modules, but for what these call back
// into them. What is spent below no such function stands under the name of what spends it: a
// word in brackets, as in "(garbage collection)".
type Profile struct {
	Pkg   string   `json:"pkg,omitempty"`
	Name  string   `json:"name"` // as in a Promise
	Unit  string   `json:"unit"` // what is spent: UnitTime in samples of CPU time, UnitBytes, UnitAllocs, UnitMutexWait in seconds
	Block int      `json:"block"`
	Base  Profiled `json:"base"`
	Head  Profiled `json:"head"`
}

// A Profiled is one side of a Profile.
type Profiled struct {
	Operations float64                       `json:"operations"`     // in which it was spent
	Busy       float64                       `json:"busy,omitempty"` // share of their time in which the process used a CPU; 0 when unknown, at most 1
	Spent      map[string]map[string]float64 `json:"spent"`          // by function, and by what that calls outside of the modules; "" for itself
}

// Total is all that was spent.
func (p Profiled) Total() (all float64) {
	for function := range p.Spent {
		all += p.In(function)
	}
	return all
}

// In is what was spent in a function.
func (p Profiled) In(function string) (all float64) {
	for _, v := range p.Spent[function] {
		all += v
	}
	return all
}

// Point is that of the benchmark, without a side.
func (p Profile) Point() Point { return Point{Pkg: p.Pkg, name: p.Name} }

// A Function is where a function of a Profile stands in head, or in base if that alone has it.
type Function struct {
	Name    string `json:"name"`
	File    string `json:"file,omitempty"`    // path in the repository
	Line    int    `json:"line,omitempty"`    // where it begins
	Changed string `json:"changed,omitempty"` // its lines that differ from base: "41-44, 60"; "" for none
}
