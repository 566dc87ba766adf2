package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchunit"
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
	p := reader{rec: &Record{Path: path, Text: text, Hosts: map[int]Host{}, better: map[string]int{}, exact: map[string]bool{}}, config: map[string]string{}}
	p.findOwnLines()
	lines := benchfmt.NewReader(bytes.NewReader(text), path)
	for lines.Scan() {
		switch line := lines.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, fmt.Errorf("%s:%d: malformed benchmark line: %s", path, line.Line, line.Msg)
		case *benchfmt.UnitMetadata:
			p.unit(line)
		case *benchfmt.Result:
			_, number := line.Pos()
			if err := errors.Join(p.ownLines(number), p.result(line, number)); err != nil {
				return nil, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if err := p.ownLines(math.MaxInt); err != nil {
		return nil, err
	}
	if rec := p.rec; len(rec.Results)+len(rec.Failures) == 0 && !rec.IsComparison() {
		return nil, fmt.Errorf("%s:%d: the file ends without a benchmark result", path, 1+bytes.Count(text, []byte{'\n'}))
	}
	return p.finish(), nil
}

// A reader is in the middle of a file. benchfmt skips comments, but tells the line of
// each result, which gives both their order.
type reader struct {
	rec    *Record
	own    []ownLine // that are still to come
	config map[string]string
	block  int
	old    oldFacts
}

// An ownLine is a comment, or a file key, which comments below it may be about.
type ownLine struct {
	number int
	text   string
}

func (p *reader) findOwnLines() {
	number := 0
	for line := range bytes.Lines(p.rec.Text) {
		number++
		if line[0] == '#' || line[0] >= 'a' && line[0] <= 'z' {
			p.own = append(p.own, ownLine{number, strings.TrimRight(string(line), "\r\n")})
		}
	}
}

// ownLines takes those above a line.
func (p *reader) ownLines(above int) error {
	for len(p.own) > 0 && p.own[0].number < above {
		line := p.own[0]
		p.own = p.own[1:]
		if err := p.ownLine(line.text); err != nil {
			return fmt.Errorf("%s:%d: %w", p.rec.Path, line.number, err)
		}
	}
	return nil
}

func (p *reader) ownLine(line string) error {
	comment, ok := strings.CutPrefix(line, "# ")
	if !ok {
		if key, value, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(key, " \t#") {
			p.config[key] = strings.TrimSpace(value)
		}
		return nil
	}
	word, rest, _ := strings.Cut(comment, " ")
	switch word {
	case "block":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 1 {
			return fmt.Errorf("block number %q is not a positive integer", rest)
		}
		p.block = n
		p.rec.Facts.End = nil
		if !slices.Contains(p.rec.numbers, n) {
			p.rec.numbers = append(p.rec.numbers, n)
		}
	case "fact":
		name, value, _ := strings.Cut(rest, " ")
		return p.fact(name, []byte(value))
	case "turns":
		return p.turns(strings.Fields(rest))
	}
	return p.oldLine(word, rest)
}

func (p *reader) fact(name string, text []byte) error {
	switch name {
	case factHost:
		if p.block == 0 {
			return errors.New("the line stands before the first block line")
		}
		var h Host
		if err := json.Unmarshal(text, &h); err != nil {
			return fmt.Errorf("fact %s: %w", name, err)
		}
		p.rec.Hosts[p.block] = h
		return nil
	case factFailed:
		var f failed
		if err := json.Unmarshal(text, &f); err != nil || f.Name == "" {
			return fmt.Errorf("fact %s needs a name and a reason (%v)", name, err)
		}
		p.fail(Point{Pkg: f.Pkg, Side: f.Side, name: f.Name}, f.Reason)
		return nil
	}
	return p.rec.Facts.read(name, text)
}

// fail notes a failure in the current block.
func (p *reader) fail(point Point, reason string) {
	if point.Side == "" {
		if parsed, err := ParsePoint(point.Pkg, point.name); err == nil {
			point = parsed
		}
	}
	p.rec.Failures = append(p.rec.Failures, Failure{point, p.block, reason})
}

// turns takes the turns of the last result.
func (p *reader) turns(fields []string) error {
	if len(p.rec.Results) == 0 || len(fields) == 0 {
		return errors.New("a line of turns has times and stands behind its result")
	}
	times := make([]float64, len(fields))
	for i, f := range fields {
		var err error
		if times[i], err = number(f); err != nil {
			return err
		}
	}
	p.rec.Results[len(p.rec.Results)-1].Turns = times
	return nil
}

func number(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !finite(v) {
		return 0, fmt.Errorf("%q is not a finite number", text)
	}
	return v, nil
}

func (p *reader) unit(u *benchfmt.UnitMetadata) {
	switch {
	case u.Key == "better" && u.Value == "lower":
		p.rec.better[u.Unit] = -1
	case u.Key == "better" && u.Value == "higher":
		p.rec.better[u.Unit] = +1
	case u.Key == "assume" && u.Value == "exact":
		p.rec.exact[u.Unit] = true
	}
}

func (p *reader) result(line *benchfmt.Result, number int) error {
	res := Result{Values: map[string]float64{}, Block: p.block, Iterations: line.Iters, Position: fmt.Sprintf("%s:%d", p.rec.Path, number)}
	full := string(line.Name.Full())
	res.Name, res.Procs = SplitProcs(full)
	for _, v := range line.Values {
		if !finite(v.Value) {
			return fmt.Errorf("%s: the value of %s is not a finite number", res.Position, v.Unit)
		}
		unit := tidied(v)
		if _, twice := res.Values[unit]; twice {
			return fmt.Errorf("%s: there are two values of %s", res.Position, unit)
		}
		res.Values[unit] = v.Value
	}
	pkg, side := line.GetConfig("pkg"), line.GetConfig("side")
	switch {
	case side == "" && !p.rec.IsComparison():
		point, err := ParsePoint(pkg, res.Name)
		if err != nil {
			return fmt.Errorf("%s: %w", res.Position, err)
		}
		res.Point = point
	case side == "base", side == "head":
		res.Point = Point{Pkg: pkg, Side: side, name: full}
	default:
		return fmt.Errorf("%s: the side %q is neither base nor head", res.Position, side)
	}
	for _, c := range line.Config {
		if c.File {
			p.config[c.Key] = string(c.Value)
		}
	}
	p.rec.Results = append(p.rec.Results, res)
	return nil
}

// tidied is the unit in base units: benchfmt leaves that of a zero as it is.
func tidied(v benchfmt.Value) string {
	_, unit := benchunit.Tidy(v.Value, v.Unit)
	return unit
}

// finish sorts the keys and takes out what an earlier version dropped.
func (p *reader) finish() *Record {
	rec := p.rec
	for _, k := range slices.Sorted(maps.Keys(p.config)) {
		if k != "side" && !(k == "pkg" && rec.IsComparison()) {
			rec.Config = append(rec.Config, Field{k, p.config[k]})
		}
	}
	rec.Results = slices.DeleteFunc(rec.Results, func(r Result) bool { return slices.Contains(rec.Dropped, r.Block) })
	return rec
}

// checkText refuses what is no whole text file.
func checkText(text []byte, path string) error {
	lineOf := func(i int) int { return 1 + bytes.Count(text[:i], []byte{'\n'}) }
	switch {
	case len(text) == 0:
		return fmt.Errorf("%s:1: the file is empty", path)
	case len(text) > maxSize:
		return fmt.Errorf("%s: larger than %d MiB", path, maxSize>>20)
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return fmt.Errorf("%s:%d: binary data, not Go benchmark format", path, lineOf(i))
	}
	if text[len(text)-1] != '\n' {
		return fmt.Errorf("%s:%d: the file is cut off in the middle of a line", path, lineOf(len(text)-1))
	}
	return nil
}

// SplitProcs takes the GOMAXPROCS suffix off a name; 1 when there is none.
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
