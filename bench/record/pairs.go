package record

// A Subject is one benchmark, as measured in two builds.
type Subject struct {
	Pkg  string // import path; "" for commands
	Name string // as testing prints it without "Benchmark", with its -GOMAXPROCS suffix
}

// String is the subject for people: "pkg.Name".
func (s Subject) String() string {
	if s.Pkg == "" {
		return s.Name
	}
	return s.Pkg + "." + s.Name
}

// A Role says what a subject is compared for.
type Role int

const (
	Judged Role = iota // base against head: what the user asked about
	Same               // base against a copy of itself: any difference is the method's
	Canary             // head has a built-in slowdown: what the run must be able to see
)

// A Declared subject is one that a comparison promises to measure.
type Declared struct {
	Subject
	Role           Role
	InBase, InHead bool // which builds have it; both, or it is missing or new
}

// Host is what the machine did during one block. Shares are of all CPUs, in the
// range [0,1]; -1 where the system does not tell.
type Host struct {
	Steal  float64 // taken by the hypervisor
	Others float64 // used by processes that are not ours
	Waited float64 // of the time in which our processes wanted a CPU, what they spent waiting for one
	Load   float64 // runnable threads, averaged over the last minute
}

// A Pair is one subject in one block: both builds, turn by turn.
type Pair struct {
	Subject
	Iterations int                   // of each chunk, equal on both sides
	Base, Head []float64             // ns/op of each kept chunk, parallel, in the order of measuring
	Extra      map[string][2]float64 // by unit (B/op, allocs/op, what the benchmark reports): base, head
	BaseError  string                // why that side has no numbers, one line; "" when it has
	HeadError  string
}

// A PairBlock is one block of a comparison: fresh processes of one pair of builds.
type PairBlock struct {
	Number   int // from 1, ascending
	SeedPair int // which pair of link seeds was measured, from 0; blocks of one pair share their code layout
	Host     Host
	Pairs    []Pair // one for each subject that was asked for, in any order
}

// A Comparison is everything that was measured of two builds against each other.
type Comparison struct {
	Config   []Field    // file keys
	Notes    []Field    // facts of the run
	Subjects []Declared // in the order in which they are reported
	Blocks   []PairBlock
}
