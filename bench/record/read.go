package record

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// maxSize bounds what Read takes into memory, in bytes. Our own records are
// about 150 bytes a result; 256 MiB is more than a million of them.
const maxSize = 256 << 20

// longestKey is how long a line may be to be taken for a file key, in bytes.
const longestKey = 64 << 10

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

// Read reads a record: a file of ours, or any other in Go benchmark format, such as the
// output of go test -bench with all that it caught. Lines that are neither results, units
// nor keys are skipped, as the format asks for; comments and names mean something in a
// file of ours only (Record.Ours).
//
// A file that is empty or binary, or that holds a malformed result, a value that is not
// finite or a time below 0 is an error that names the file and the line: a judgement on
// half a file would be a guess. A record of ours that lost its end is read to there, and
// Warnings says so; any other file that ends in the middle of a result is an error.
func Read(r io.Reader, path string) (*Record, error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	text := PlainText(raw)
	if err := checkText(text, path); err != nil {
		return nil, err
	}
	p := reader{rec: &Record{Path: path, Text: text, Ours: isOurs(text), Hosts: map[int]Host{}, better: map[string]int{}, exact: map[string]bool{}, keys: map[string][]string{}},
		config: map[string]string{}, last: map[string]string{}}
	for line := range bytes.Lines(text) {
		p.number++
		whole := line[len(line)-1] == '\n'
		line := plainLine(line)
		if !whole && p.rec.Ours {
			p.rec.warn(fmt.Sprintf("%s lost its end: line %d is cut off, and was left out.", path, p.number), "What is above it is complete; a run goes on with -resume.")
			break
		}
		if err := p.line(line, whole); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, p.number, err)
		}
	}
	if rec := p.rec; len(rec.Results)+len(rec.Failures) == 0 && !rec.IsComparison() {
		hint := ""
		if bytes.HasPrefix(text, []byte(`{"`)) && bytes.Contains(text, []byte(`"Action":`)) {
			hint = ": it is of go test -json, and the plain output is needed"
		}
		return nil, fmt.Errorf("%s:%d: the file ends without a benchmark result%s", path, 1+bytes.Count(text, []byte{'\n'}), hint)
	}
	return p.finish(), nil
}

// plainLine is a line without its end and without a byte order mark, which stands in the
// middle of files that were put together.
func plainLine(line []byte) string {
	return strings.TrimPrefix(strings.TrimRight(string(line), "\r\n"), byteOrderMark)
}

// A reader is in the middle of a file.
type reader struct {
	rec    *Record
	number int               // of the line
	config map[string]string // keys in force
	last   map[string]string // the last value of each key
	block  int
	old    oldFacts
}

// line takes a line; whole is false for a last one without its end.
func (p *reader) line(line string, whole bool) error {
	cutOff := !whole && line != "" && (strings.HasPrefix(line, benchmarkPrefix) || strings.HasPrefix(benchmarkPrefix, line))
	switch {
	case strings.HasPrefix(line, benchmarkPrefix):
		r, err := parseResult(line)
		switch {
		case cutOff && (err != nil || !p.used(r)):
		case errors.Is(err, errProse):
			if strings.ContainsAny(strings.TrimSpace(line), " \t") { // go test -v prints names by themselves
				p.rec.Skipped = append(p.rec.Skipped, p.number)
			}
			return nil
		case err != nil:
			return err
		default:
			return p.result(r)
		}
	case strings.HasPrefix(line, "# ") && p.rec.Ours:
		return p.comment(line[len("# "):])
	case strings.HasPrefix(line, "Unit"):
		return p.unit(line)
	case len(line) <= longestKey:
		p.key(line)
	}
	if cutOff {
		return errors.New("the file is cut off in the middle of a line")
	}
	return nil
}

// used reports whether the last unit of a result is one that is known or that a result
// above has: so it was written to its end.
func (p *reader) used(r resultLine) bool {
	_, unit := Tidy(1, r.lastUnit)
	return known(unit) || slices.ContainsFunc(p.rec.Results, func(above Result) bool { _, has := above.Values[unit]; return has })
}

// key takes a file key. What the go command says, as "go: downloading …", is none.
func (p *reader) key(line string) {
	key, value, ok := parseKey(line)
	if check := keyChecks[key]; !ok || value != "" && check != nil && !check(value) {
		return
	}
	if value == "" {
		delete(p.config, key)
		return
	}
	p.config[key], p.last[key] = value, value
	// Also those below the results: people sort their files.
	if slices.Contains(machineKeys, key) && !slices.Contains(p.rec.keys[key], value) {
		p.rec.keys[key] = append(p.rec.keys[key], value)
	}
}

func (p *reader) comment(comment string) error {
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
	run := p.rec.Facts.Run
	if err := p.rec.Facts.read(name, text); err != nil {
		return err
	}
	if run != "" && p.rec.Facts.Run != run {
		return fmt.Errorf("a second run begins here, %s after %s: runs cannot be compared block by block, so give each a file of its own", p.rec.Facts.Run, run)
	}
	return nil
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

// unit takes what a line says of a unit. Two lines that contradict each other are an error.
func (p *reader) unit(line string) error {
	unit, meta, ok := parseUnit(line)
	if !ok {
		return nil
	}
	for _, f := range meta {
		switch {
		case f.Key == "better" && (f.Value == "lower" || f.Value == "higher"):
			direction := map[string]int{"lower": -1, "higher": +1}[f.Value]
			if have := p.rec.better[unit]; have == -direction {
				return fmt.Errorf("%s of %s is declared already, as the opposite", f.Key, unit)
			}
			p.rec.better[unit] = direction
		case f.Key == "assume" && f.Value == "exact":
			p.rec.exact[unit] = true
		}
	}
	return nil
}

func (p *reader) result(line resultLine) error {
	res := Result{Full: line.name, Values: line.values, Block: p.block, Iterations: line.iterations, Position: fmt.Sprintf("%s:%d", p.rec.Path, p.number)}
	res.Name, res.Procs = SplitProcs(line.name)
	pkg, side := p.config["pkg"], p.config["side"]
	switch {
	case !p.rec.Ours:
		res.Point = Point{Pkg: pkg, name: line.name} // named once all names are known
	case side == "" && !p.rec.IsComparison():
		point, err := ParsePoint(pkg, res.Name)
		if err != nil {
			return err
		}
		res.Point = point
	case side == "base", side == "head":
		res.Point = Point{Pkg: pkg, Side: side, name: line.name}
	default:
		return fmt.Errorf("the side %q is neither base nor head", side)
	}
	p.rec.Results = append(p.rec.Results, res)
	return nil
}

// finish names the points, sorts the keys and takes out what an earlier version dropped.
func (p *reader) finish() *Record {
	rec := p.rec
	if !rec.Ours {
		rec.namePoints()
	}
	for _, k := range slices.Sorted(maps.Keys(p.last)) {
		if !(rec.Ours && k == "side") && !(k == "pkg" && rec.IsComparison()) {
			rec.Config = append(rec.Config, Field{k, p.last[k]})
		}
	}
	for i := range rec.Facts.Units {
		u := &rec.Facts.Units[i]
		_, u.Name = Tidy(1, u.Name)
	}
	for _, key := range machineKeys {
		if values := rec.keys[key]; len(values) > 1 {
			rec.warn(fmt.Sprintf("%s holds results of several machines or Go versions: %s is %s.", rec.Path, key, quoted(values)), "Keep those of each in a file of its own.")
		}
	}
	rec.Results = slices.DeleteFunc(rec.Results, func(r Result) bool { return slices.Contains(rec.Dropped, r.Block) })
	return rec
}

// namePoints gives the results of somebody's benchmarks their points. What GOMAXPROCS was
// is told from all names of a package. A name that is none of ours stays as it is.
func (r *Record) namePoints() {
	names := map[string][]string{}
	for _, res := range r.Results {
		names[res.Point.Pkg] = append(names[res.Point.Pkg], res.Full)
	}
	procs := map[string]Procs{}
	for pkg, all := range names {
		procs[pkg] = TellProcs(all)
	}
	for i := range r.Results {
		res := &r.Results[i]
		res.Name, res.Procs = procs[res.Point.Pkg].Split(res.Full)
		res.Point, _ = ParsePoint(res.Point.Pkg, res.Name)
	}
}

// checkText refuses what is no text file.
func checkText(text []byte, path string) error {
	switch {
	case len(text) == 0:
		return fmt.Errorf("%s:1: the file is empty", path)
	case len(text) > maxSize:
		return fmt.Errorf("%s: larger than %d MiB", path, maxSize>>20)
	}
	if before, _, ok := bytes.Cut(text, []byte{0}); ok {
		return fmt.Errorf("%s:%d: binary data, not Go benchmark format", path, 1+bytes.Count(before, []byte{'\n'}))
	}
	return nil
}
