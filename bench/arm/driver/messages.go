package driver

// A request is what poolbench asks of a driver; see PROTOCOL.md.
type request struct {
	Do       string `json:"do"`
	Protocol int    `json:"protocol,omitempty"` // of hello
	Point    int    `json:"point,omitempty"`    // of open, run and close
	More     int    `json:"more,omitempty"`     // calls of a function in a run beyond those that are to be
	Stamps   string `json:"stamps,omitempty"`   // directory of a run with faults
	*work
}

// work says what to prepare; of calibrate only workload and units.
type work struct {
	Executor string    `json:"executor,omitempty"`
	Workers  int       `json:"workers,omitempty"`
	Workload string    `json:"workload"`
	Tasks    int       `json:"tasks,omitempty"`
	Seeds    []string  `json:"seeds,omitempty"` // 16 hexadecimal digits each
	Units    int64     `json:"units"`
	Wait     float64   `json:"wait,omitempty"` // seconds
	Payload  int       `json:"payload,omitempty"`
	Chunk    int       `json:"chunk,omitempty"`
	Start    string    `json:"start,omitempty"`
	Dir      string    `json:"dir,omitempty"`
	Function *function `json:"function,omitempty"`

	Fault    string  `json:"fault,omitempty"`    // of faults: what tasks at fault do
	Faulty   []int   `json:"faulty,omitempty"`   // which these are
	Patience float64 `json:"patience,omitempty"` // seconds
}

// A function is somebody's own, with its inputs.
type function struct {
	Module string `json:"module"`
	Name   string `json:"name"`
	Inputs string `json:"inputs"` // a file of one JSON value a line
	Times  int    `json:"times"`  // how often all inputs are gone through in a run
}

// protocolVersion is the only one that there is.
const protocolVersion = 1

// hello is what a driver says of itself.
type hello struct {
	Protocol  int        `json:"protocol"`
	Runtime   string     `json:"runtime"`
	About     string     `json:"about"`
	Program   string     `json:"program"` // that is to be started from now on; "" for the same
	Executors []offering `json:"executors"`
}

// An offering is an executor that a driver has, or lacks for a reason.
type offering struct {
	Name        string   `json:"name"`
	Workloads   []string `json:"workloads"`
	Starts      []string `json:"starts"`
	Unavailable string   `json:"unavailable"`
}

// ran is what came of a run, and of a calibration without its answers.
type ran struct {
	Elapsed float64 `json:"elapsed"` // seconds
	Answers string  `json:"answers"` // SHA-256 in hexadecimal digits
	TaskSec float64 `json:"task_sec"`
	Timed   int     `json:"timed"`

	WaitPart float64 `json:"wait_part_sec"` // the part that waits, alone; 0 of a job without parts
	CPUPart  float64 `json:"cpu_part_sec"`  // the part that computes

	Notice   *float64 `json:"notice_sec"`   // of faults; nil where none was noticed
	Lost     *float64 `json:"lost"`         // tasks
	Recovery *float64 `json:"recovery_sec"` // nil where there was none
}

// A reply is any reply.
type reply struct {
	Error   string `json:"error"`
	Missing bool   `json:"missing"` // with an error of open: there is no such function
	hello
	ran
}
