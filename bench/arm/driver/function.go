package driver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// functionWorkload is what drivers call somebody's own function.
const functionWorkload = "function"

// A Function is somebody's own function of a language, with the inputs that it is called
// with, one after the other.
type Function struct {
	Module, Name string
	Inputs       string // absolute path of a file with a JSON value in each line
	Count        int    // of the inputs
}

// String is "package.module:function", which is also the workload of its points.
func (f *Function) String() string { return f.Module + ":" + f.Name }

var functionName = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*):([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)$`)

// NewFunction reads "package.module:function" and its inputs, which it checks.
func NewFunction(name, inputs string) (*Function, error) {
	parts := functionName.FindStringSubmatch(name)
	if parts == nil {
		return nil, fmt.Errorf("%q is no function: give package.module:function", name)
	}
	path, err := filepath.Abs(inputs)
	if err != nil {
		return nil, err
	}
	f := &Function{Module: parts[1], Name: parts[2], Inputs: path}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the inputs: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" {
			continue
		}
		if !json.Valid([]byte(line)) {
			return nil, fmt.Errorf("%s:%d: %.60q is no JSON value: each line is one, the only argument of a call", inputs, n, line)
		}
		f.Count++
	}
	if f.Count == 0 {
		return nil, fmt.Errorf("%s has no inputs: each line is a JSON value, the only argument of a call", inputs)
	}
	return f, nil
}

// asked is the function in a request.
func (f *Function) asked(times int) *function {
	return &function{Module: f.Module, Name: f.Name, Inputs: f.Inputs, Times: times}
}
