package record

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The lines of Go's benchmark format (https://golang.org/design/14313-benchmark-format),
// read as it says. benchfmt's Reader is not used: it takes prose that begins with
// "Benchmark" or "Unit" for a broken line, stops at lines over 64 KiB, and leaves the unit
// of a zero as it was written.

const benchmarkPrefix = "Benchmark"

// longestResult is how long a line may be to be taken for a result, in bytes.
const longestResult = 1 << 20

// A resultLine is a line with a name, a count and values.
type resultLine struct {
	name       string // without "Benchmark", with its suffix
	iterations int
	values     map[string]float64 // by unit, in base units
	lastUnit   string             // as it was written
}

// errProse is what parseResult returns for a line that is no result, though it begins as
// one.
var errProse = errors.New("no result line")

// parseResult reads a line that begins with "Benchmark". By the format a result has an
// even number of fields, four at least, of which the second is a count; where not one of
// its values is a number either, and no unit is known, it is prose. (By the format there is
// no lower-case letter behind "Benchmark", but other programs do write such names.) Other
// errors say what is wrong with a result, and then values holds what there is besides.
func parseResult(line string) (r resultLine, err error) {
	if len(line) > longestResult {
		return r, errProse
	}
	fields := strings.Fields(line)
	if len(fields) < 4 || len(fields)%2 != 0 {
		return r, errProse
	}
	count, err := strconv.ParseInt(fields[1], 10, 64)
	if errors.Is(err, strconv.ErrSyntax) || count < 0 {
		return r, errProse
	}
	if err != nil {
		return r, fmt.Errorf("the count %s is too large", fields[1])
	}
	r = resultLine{name: ShortName(fields[0]), iterations: int(min(count, math.MaxInt)), values: map[string]float64{}, lastUnit: fields[len(fields)-1]}
	prose := true
	for pair := fields[2:]; len(pair) > 0; pair = pair[2:] {
		v, syntax := strconv.ParseFloat(pair[0], 64)
		v, unit := Tidy(v, pair[1])
		prose = prose && errors.Is(syntax, strconv.ErrSyntax) && !known(unit)
		switch _, twice := r.values[unit]; {
		case errors.Is(syntax, strconv.ErrSyntax):
			err = errors.Join(err, fmt.Errorf("malformed benchmark line: the value %q of %s is no number", pair[0], unit))
		case !finite(v):
			err = errors.Join(err, fmt.Errorf("the value of %s is not a finite number", unit))
		case v < 0 && neverNegative(unit):
			err = errors.Join(err, fmt.Errorf("the value of %s is below 0: %s", unit, pair[0]))
		case twice:
			err = errors.Join(err, fmt.Errorf("there are two values of %s", unit))
		default:
			r.values[unit] = v + 0 // -0 is 0
		}
	}
	if prose {
		return r, errProse
	}
	return r, err
}

// ShortName is the name of a benchmark as it is shown, without "Benchmark": "Encode/x-8"
// of "BenchmarkEncode/x-8". Of a function that has no other name it is all there is:
// "Benchmark-8" is the name of "Benchmark-8".
func ShortName(printed string) string {
	if name := strings.TrimPrefix(printed, benchmarkPrefix); name != "" && name[0] != '-' && name[0] != '/' {
		return name
	}
	return printed
}

// PrintedName is the name as go test prints it: what ShortName was made of.
func PrintedName(short string) string {
	if rest, ok := strings.CutPrefix(short, benchmarkPrefix); ok && (rest == "" || rest[0] == '-' || rest[0] == '/') {
		return short
	}
	return benchmarkPrefix + short
}

// parseKey reads "key: value": a key begins with a lower-case letter and has neither
// spaces nor upper-case ones.
func parseKey(line string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(line, ":")
	first, _ := utf8.DecodeRuneInString(key)
	if !ok || !unicode.IsLower(first) || strings.ContainsFunc(key, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsUpper(r) }) ||
		value != "" && value[0] != ' ' && value[0] != '\t' {
		return "", "", false
	}
	return key, strings.TrimSpace(value), true
}

// parseUnit reads "Unit UNIT key=value …". ok is false for a line that says something else.
func parseUnit(line string) (unit string, meta []Field, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 3 || fields[0] != "Unit" {
		return "", nil, false
	}
	for _, f := range fields[2:] {
		key, value, ok := strings.Cut(f, "=")
		if !ok || key == "" {
			return "", nil, false
		}
		meta = append(meta, Field{key, value})
	}
	_, unit = Tidy(1, fields[1])
	return unit, meta, true
}
