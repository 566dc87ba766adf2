package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// maxSize bounds what Read takes into memory, in bytes. Our own records are
// about 150 bytes a result; 256 MiB is more than a million of them.
const maxSize = 256 << 20

// ReadFile reads the record at path; "-" is standard input.
func ReadFile(path string) (*Record, error) {
	if path == "-" {
		return Read(os.Stdin, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Read(f, path)
}

// Read reads a record: a file of ours, or the output of go test -bench. Lines
// that are neither results, keys nor comments of ours are skipped, as the format
// asks for.
//
// A file that is empty, binary, cut off in the middle of a line, holds a
// malformed result or a value that is not finite is an error that names the file
// and the line: a judgement on half a file would be a guess.
func Read(r io.Reader, path string) (*Record, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if err := checkText(text, path); err != nil {
		return nil, err
	}
	rec := &Record{Path: path, Text: text, Better: map[string]int{}, Exact: map[string]bool{}}
	comments, err := rec.readComments(text)
	if err != nil {
		return nil, err
	}
	config := map[string]string{}
	reader := benchfmt.NewReader(bytes.NewReader(text), path)
	for reader.Scan() {
		switch line := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, fmt.Errorf("%s:%d: malformed benchmark line: %s", path, line.Line, line.Msg)
		case *benchfmt.UnitMetadata:
			rec.addUnit(line)
		case *benchfmt.Result:
			if err := rec.addResult(line, comments); err != nil {
				return nil, err
			}
			for _, c := range line.Config {
				if c.File {
					config[c.Key] = string(c.Value)
				}
			}
		}
	}
	if err := reader.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if len(rec.Results) == 0 && len(rec.Failures) == 0 {
		return nil, fmt.Errorf("%s:%d: the file ends without a benchmark result", path, 1+bytes.Count(text, []byte{'\n'}))
	}
	for k, v := range config {
		rec.Config = append(rec.Config, Field{k, v})
	}
	if err := rec.dropBlocks(); err != nil {
		return nil, err
	}
	sort.Slice(rec.Config, func(i, j int) bool { return rec.Config[i].Key < rec.Config[j].Key })
	return rec, nil
}

func checkText(text []byte, path string) error {
	lineOf := func(i int) int { return 1 + bytes.Count(text[:i], []byte{'\n'}) }
	switch {
	case len(text) > maxSize:
		return fmt.Errorf("%s: larger than %d MiB, which is not a benchmark record", path, maxSize>>20)
	case len(text) == 0:
		return fmt.Errorf("%s:1: the file is empty", path)
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return fmt.Errorf("%s:%d: binary data, not Go benchmark format", path, lineOf(i))
	}
	if text[len(text)-1] != '\n' {
		return fmt.Errorf("%s:%d: the file is cut off in the middle of a line", path, lineOf(len(text)-1))
	}
	return nil
}

// blockAt says which block the lines from line on belong to.
type blockAt struct{ line, block int }

// readComments takes our comment lines. benchfmt skips them, but tells the line
// of each result, which places it between two block lines.
func (rec *Record) readComments(text []byte) ([]blockAt, error) {
	var blocks []blockAt
	current, lineNumber := 0, 0
	for line := range bytes.Lines(text) {
		lineNumber++
		comment, ok := strings.CutPrefix(strings.TrimRight(string(line), "\r\n"), "# ")
		if !ok {
			continue
		}
		word, rest, _ := strings.Cut(comment, " ")
		switch word {
		case "block":
			n, err := strconv.Atoi(rest)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%s:%d: block number %q is not a positive integer", rec.Path, lineNumber, rest)
			}
			current = n
			blocks = append(blocks, blockAt{lineNumber, n})
		case "failed":
			name, reason, ok := strings.Cut(rest, ": ")
			if !ok {
				return nil, fmt.Errorf("%s:%d: a failed line needs a name and a reason", rec.Path, lineNumber)
			}
			rec.Failures = append(rec.Failures, Failure{name, current, reason})
		case "note":
			// An editor may have taken the space of an empty value. A key with spaces
			// is somebody's remark and no note of ours.
			key, value, ok := strings.Cut(rest, ":")
			if !ok || key == "" || strings.ContainsAny(key, " \t") {
				continue
			}
			value = strings.TrimPrefix(value, " ")
			rec.Notes = append(rec.Notes, Field{key, value})
		}
	}
	return blocks, nil
}

func (rec *Record) addUnit(u *benchfmt.UnitMetadata) {
	switch {
	case u.Key == "better" && u.Value == "lower":
		rec.Better[u.Unit] = -1
	case u.Key == "better" && u.Value == "higher":
		rec.Better[u.Unit] = +1
	case u.Key == "assume" && u.Value == "exact":
		rec.Exact[u.Unit] = true
	}
}

func (rec *Record) addResult(line *benchfmt.Result, blocks []blockAt) error {
	_, number := line.Pos()
	position := fmt.Sprintf("%s:%d", rec.Path, number)
	res := Result{Values: map[string]float64{}, Procs: 1, Position: position}
	res.Name, res.Procs = splitProcs(string(line.Name.Full()))
	res.Pkg = line.GetConfig("pkg")
	if i := sort.Search(len(blocks), func(i int) bool { return blocks[i].line > number }); i > 0 {
		res.Block = blocks[i-1].block
	}
	for _, v := range line.Values {
		if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
			return fmt.Errorf("%s: the value of %s is not a finite number", position, v.Unit)
		}
		unit := v.Unit
		if unit == "ns/op" && v.Value == 0 {
			unit = UnitTime // benchunit does not tidy zeros
		}
		res.Values[unit] = v.Value
	}
	if probe, err := res.probe(); probe || err != nil {
		if err != nil {
			return fmt.Errorf("%s: %w", position, err)
		}
	} else if cell, err := ParseCell(line.Name); err == nil {
		res.Kind, res.Cell = KindCell, cell
	} else if errors.Is(err, errBadValue) {
		return fmt.Errorf("%s: %w", position, err)
	}
	rec.Results = append(rec.Results, res)
	return nil
}

// probe recognises the results of probes by their benchmark and sets Kind and
// Cell.
func (res *Result) probe() (bool, error) {
	switch benchmark := res.Benchmark(); benchmark {
	case CapacityBenchmark, BandwidthBenchmark:
		workers, ok := strings.CutPrefix(res.Name, benchmark+"/workers=")
		n, err := strconv.Atoi(workers)
		if !ok || err != nil || n < 1 {
			if benchmark == BandwidthBenchmark {
				return false, nil // somebody's benchmark of that name
			}
			return false, fmt.Errorf("%s names no worker count", res.Name)
		}
		res.Kind, res.Cell = KindCapacity, Cell{Workers: n}
		if benchmark == BandwidthBenchmark {
			res.Kind = KindBandwidth
		}
		return true, nil
	case CalibrationBenchmark:
		if workload, ok := strings.CutPrefix(res.Name, benchmark+"/workload="); ok && workload != "" && !strings.Contains(workload, "/") {
			res.Kind, res.Cell = KindCalibration, Cell{Workload: workload}
			return true, nil
		}
	}
	return false, nil
}

// dropBlocks takes out the results of the blocks that a note says have failed.
func (rec *Record) dropBlocks() error {
	dropped := map[int]bool{}
	for _, n := range rec.Notes {
		if n.Key != DroppedNote {
			continue
		}
		number, _, _ := strings.Cut(n.Value, " ")
		block, err := strconv.Atoi(number)
		if err != nil || block < 1 {
			return fmt.Errorf("%s: note %s: block number %q is not a positive integer", rec.Path, DroppedNote, number)
		}
		if !dropped[block] {
			dropped[block] = true
			rec.Dropped = append(rec.Dropped, block)
		}
	}
	rec.Results = slices.DeleteFunc(rec.Results, func(r Result) bool { return dropped[r.Block] })
	return nil
}

// splitProcs takes the GOMAXPROCS suffix off a name; 1 when there is none.
func splitProcs(name string) (string, int) {
	i := strings.LastIndexByte(name, '-')
	if i < 0 {
		return name, 1
	}
	n, err := strconv.Atoi(name[i+1:])
	if err != nil || n < 1 || name[i+1] == '0' {
		return name, 1
	}
	return name[:i], n
}
