package record

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// ReadComparison reads what a ComparisonWriter wrote. A file that is cut off in the
// middle of a line, has a malformed line of ours or a number that is not finite is
// an error that names the file and the line. A block that an interrupt cut short
// between two lines is read as far as it goes.
func ReadComparison(r io.Reader, path string) (*Comparison, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if err := checkText(text, path); err != nil {
		return nil, err
	}
	if !IsComparison(text) {
		return nil, fmt.Errorf("%s is no comparison of two builds: it has no line %q", path, "# note "+comparisonNote+": 1")
	}
	p := comparisonReader{config: map[string]string{}}
	number := 0
	for line := range bytes.Lines(text) {
		number++
		if err := p.line(strings.TrimRight(string(line), "\r\n")); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
	}
	for k, v := range p.config {
		if k != "side" && k != "pkg" {
			p.out.Config = append(p.out.Config, Field{k, v})
		}
	}
	sort.Slice(p.out.Config, func(i, j int) bool { return p.out.Config[i].Key < p.out.Config[j].Key })
	return &p.out, nil
}

// A comparisonReader is in the middle of a file.
type comparisonReader struct {
	out    Comparison
	config map[string]string
}

func (p *comparisonReader) line(line string) error {
	if comment, ok := strings.CutPrefix(line, "# "); ok {
		word, rest, _ := strings.Cut(comment, " ")
		switch word {
		case "note":
			key, value, ok := strings.Cut(rest, ":")
			if ok && key != comparisonNote && !strings.Contains(key, " ") {
				p.out.Notes = append(p.out.Notes, Field{key, strings.TrimPrefix(value, " ")})
			}
			return nil
		case "subject":
			return p.subject(strings.Fields(rest))
		case "block":
			return p.block(rest)
		case "host":
			return p.host(strings.Fields(rest))
		case "chunks":
			return p.chunks(strings.Fields(rest))
		case "failed":
			return p.failed(rest)
		}
		return nil
	}
	if strings.HasPrefix(line, "Benchmark") {
		return p.result(strings.Fields(line))
	}
	if key, value, ok := strings.Cut(line, ":"); ok && key != "" && !strings.ContainsAny(key, " \t") && key[0] >= 'a' && key[0] <= 'z' {
		p.config[key] = strings.TrimPrefix(value, " ")
	}
	return nil
}

func (p *comparisonReader) subject(fields []string) error {
	if len(fields) != 4 {
		return fmt.Errorf("a subject line needs role, builds, package and name")
	}
	role := slices.Index(roleNames[:], fields[0])
	if role < 0 {
		return fmt.Errorf("the role %q is none of %s", fields[0], strings.Join(roleNames[:], ", "))
	}
	d := Declared{Subject: Subject{Pkg: fields[2], Name: fields[3]}, Role: Role(role)}
	if d.Pkg == "-" {
		d.Pkg = ""
	}
	for side := range strings.SplitSeq(fields[1], "+") {
		switch side {
		case "base":
			d.InBase = true
		case "head":
			d.InHead = true
		case "none":
		default:
			return fmt.Errorf("%q is not base, head, base+head or none", fields[1])
		}
	}
	p.out.Subjects = append(p.out.Subjects, d)
	return nil
}

func (p *comparisonReader) block(text string) error {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return fmt.Errorf("block number %q is not a positive integer", text)
	}
	p.out.Blocks = append(p.out.Blocks, PairBlock{Number: n, Host: Host{Steal: -1, Others: -1, Waited: -1}})
	return nil
}

// last is the block that the line is of.
func (p *comparisonReader) last() (*PairBlock, error) {
	if len(p.out.Blocks) == 0 {
		return nil, fmt.Errorf("the line stands before the first block line")
	}
	return &p.out.Blocks[len(p.out.Blocks)-1], nil
}

func (p *comparisonReader) host(fields []string) error {
	b, err := p.last()
	if err != nil {
		return err
	}
	for _, f := range fields {
		key, value, _ := strings.Cut(f, "=")
		v, err := parseFinite(value)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		switch key {
		case "seedpair":
			if v != math.Trunc(v) || v < 0 || v > 1e6 {
				return fmt.Errorf("seed pair %q is not a count", value)
			}
			b.SeedPair = int(v)
		case "steal":
			b.Host.Steal = v
		case "others":
			b.Host.Others = v
		case "waited":
			b.Host.Waited = v
		case "load":
			b.Host.Load = v
		}
	}
	return nil
}

func parseFinite(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !finite(v) {
		return 0, fmt.Errorf("%q is not a finite number", text)
	}
	return v, nil
}

// pair is the pair of the current package and the given name in the last block,
// made if it is not there.
func (p *comparisonReader) pair(name string) (*Pair, error) {
	b, err := p.last()
	if err != nil {
		return nil, err
	}
	s := Subject{Pkg: p.config["pkg"], Name: name}
	// The lines of a pair stand together.
	if n := len(b.Pairs); n > 0 && b.Pairs[n-1].Subject == s {
		return &b.Pairs[n-1], nil
	}
	b.Pairs = append(b.Pairs, Pair{Subject: s})
	return &b.Pairs[len(b.Pairs)-1], nil
}

// side is 0 for base and 1 for head.
func sideOf(text string) (int, error) {
	switch text {
	case "base":
		return 0, nil
	case "head":
		return 1, nil
	}
	return 0, fmt.Errorf("the side %q is neither base nor head", text)
}

func (p *comparisonReader) result(fields []string) error {
	if len(fields) < 4 || len(fields)%2 != 0 {
		return fmt.Errorf("malformed benchmark line: it needs a name, a count, and values with units")
	}
	pair, err := p.pair(strings.TrimPrefix(fields[0], "Benchmark"))
	if err != nil {
		return err
	}
	side, err := sideOf(p.config["side"])
	if err != nil {
		return err
	}
	if pair.Iterations, err = strconv.Atoi(fields[1]); err != nil {
		return fmt.Errorf("%q is not a count of iterations", fields[1])
	}
	for i := 2; i < len(fields); i += 2 {
		v, err := parseFinite(fields[i])
		if err != nil {
			return err
		}
		unit := fields[i+1]
		if unit == "ns/op" {
			continue // the chunks say it in full
		}
		if pair.Extra == nil {
			pair.Extra = map[string][2]float64{}
		}
		both := pair.Extra[unit]
		both[side] = v
		pair.Extra[unit] = both
	}
	return nil
}

func (p *comparisonReader) chunks(fields []string) error {
	if len(fields) < 2 {
		return fmt.Errorf("a chunks line needs a side and times")
	}
	side, err := sideOf(fields[0])
	if err != nil {
		return err
	}
	b, err := p.last()
	if err != nil {
		return err
	}
	if len(b.Pairs) == 0 {
		return fmt.Errorf("a chunks line stands behind its result")
	}
	pair := &b.Pairs[len(b.Pairs)-1]
	times := make([]float64, len(fields)-1)
	for i, f := range fields[1:] {
		if times[i], err = parseFinite(f); err != nil {
			return err
		}
	}
	if side == 0 {
		pair.Base = times
	} else {
		pair.Head = times
	}
	return nil
}

func (p *comparisonReader) failed(text string) error {
	name, reason, ok := strings.Cut(text, ": in ")
	side, reason, ok2 := strings.Cut(reason, ": ")
	if !ok || !ok2 {
		return fmt.Errorf("a failed line needs a name, a side and a reason")
	}
	i, err := sideOf(side)
	if err != nil {
		return err
	}
	pair, err := p.pair(name)
	if err != nil {
		return err
	}
	if i == 0 {
		pair.BaseError = reason
	} else {
		pair.HeadError = reason
	}
	return nil
}
