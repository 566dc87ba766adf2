package record

// A Profile is what both builds of a benchmark spent in which function, in one block of the
// profiles that follow a verdict.
//
// A function is one of a module that may have changed, by its name in the symbol table without
// type arguments; closures are part of the function that they stand in. What is spent is charged to
// the innermost function on the stack whose code may have made it more: one with other source where
// there is one, else one with other machine code, else any (see Code). So a function that calls
// another one more often, or with more to do, has what that spends, unless that was edited too.
// A function with other source that is inlined into a single one without has what that
// spends itself, too, since samples slip from one to the other. What is spent below no function of
// these modules stands under the name of what spends it: a word in brackets, as in "(garbage
// collection)".
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
	Spent      map[string]map[string]float64 `json:"spent"`          // by function, and by what that calls and is charged with; "" for itself
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
	Code    Code   `json:"code,omitempty"`
}

// A Code is what became of the code of a function from base to head.
type Code string

const (
	CodeUnknown  Code = ""
	CodeSame     Code = "same"     // the same machine code, at other addresses
	CodeCompiled Code = "compiled" // of the same source, but other machine code: a constant, a type, or what is inlined into it
	CodeEdited   Code = "edited"   // its source differs, and so does the code
)
