package gate

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"poolbench/bench/record"
)

// RulesFile is the name under which a repository keeps its rules.
const RulesFile = ".poolbench-gate"

// Rules are what a repository says about single benchmarks. A nil *Rules has none.
//
//	# word  benchmark        unit       value   until       reason
//	accept  Encode/size=*    sec/op     +8%     2027-01-31  checks its input now, issue 12
//	limit   net/http.Serve*  sec/op     10%
//	limit   net/http.Serve*  p90        50%
//	limit   *                allocs/op  0%
//	limit   Serve            efficiency@4 5%
//	better  *                hits/op    higher
//	rename  BenchmarkEncode  BenchmarkMarshal
//
// "accept" lets a regression pass up to a change, until the end of a day (UTC), for
// a reason. "limit" is the slowdown of interest instead of the default. "better"
// says which direction of a unit of your own is good, so that it is judged. "rename" names
// a benchmark of base and what it is in head, or "-" for one that is gone, so that nothing
// is proposed for it; all that is below it is renamed with it. Units may be
// written as Go's benchmarks print them, ns/op and MB/s; "p90" and "p99" are the tails of
// the turns' times, and "efficiency@4" or "speedup@4" is how a benchmark scales to 4 CPUs,
// without a number to any: both fall by the same share. In a benchmark's name "*" stands for anything; a name is matched with
// and without its package and its -GOMAXPROCS suffix. Of several lines that match, the
// last counts.
type Rules struct {
	path  string
	rules []rule
	today time.Time // the day as of which accepts expire
}

type rule struct {
	word, benchmark, unit string
	pattern               *regexp.Regexp // of benchmark
	line                  int
	value                 float64   // the change, as a fraction; of better the direction
	until                 time.Time // last day of an accept
	reason                string    // of an accept
	to                    string    // of a rename
}

// ruleForms are what the words of rules take.
var ruleForms = map[string]string{
	"accept": "accept takes a benchmark, a unit, a change, a last day and a reason: accept Encode/* sec/op +8% 2027-01-31 reads twice now",
	"limit":  "limit takes a benchmark, a unit and a change: limit Encode/* sec/op 10%",
	"better": "better takes a benchmark, a unit and higher or lower: better * hits/op higher",
	"rename": "rename takes the name in base and the one in head, or - for none: rename BenchmarkEncode BenchmarkMarshal",
}

// ruleWords is how many words a rule has; an accept has them at least, for the reason.
var ruleWords = map[string]int{"accept": 6, "limit": 4, "better": 4, "rename": 3}

// maxRules bounds what ReadRules takes, in lines, and maxRuleLine in bytes.
const (
	maxRules    = 10_000
	maxRuleLine = 64 << 10
)

// ReadRules reads rules; path is for messages. Rules that accept something are held
// against today. An error names the line, what is wrong and what is wanted.
func ReadRules(r io.Reader, path string, today time.Time) (*Rules, error) {
	rules := &Rules{path: path, today: today.UTC().Truncate(24 * time.Hour)}
	text, err := io.ReadAll(io.LimitReader(r, maxRules*maxRuleLine))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	lines := bufio.NewScanner(bytes.NewReader(record.PlainText(text)))
	lines.Buffer(nil, maxRuleLine)
	number := 1
	for ; lines.Scan(); number++ {
		if number > maxRules {
			return nil, fmt.Errorf("%s:%d: more than %d lines are not rules", path, number, maxRules)
		}
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		rule, err := parseRule(fields)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
		rule.line = number
		rules.rules = append(rules.rules, rule)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s:%d: %w", path, number, err)
	}
	return rules, nil
}

func parseRule(fields []string) (r rule, err error) {
	if slices.ContainsFunc(fields, func(f string) bool { return strings.ContainsFunc(f, unicode.IsControl) }) {
		return r, errors.New("a control character is no part of a rule")
	}
	r.word = fields[0]
	form, known := ruleForms[r.word]
	switch n := ruleWords[r.word]; {
	case !known:
		return r, fmt.Errorf("%q is none of accept, limit, better, rename", r.word)
	case len(fields) < n, len(fields) > n && r.word != "accept":
		return r, errors.New(form)
	case r.word == "rename":
		return parseRename(fields)
	}
	r.benchmark = fields[1]
	r.pattern, err = regexp.Compile("(?s)^" + strings.ReplaceAll(regexp.QuoteMeta(r.benchmark), `\*`, ".*") + "$")
	if err != nil {
		return r, fmt.Errorf("%q is no pattern: %w", r.benchmark, err)
	}
	_, r.unit = record.Tidy(1, fields[2]) // as records have it; a change is a share and stays
	if r.word == "better" {
		r.value = map[string]float64{"higher": +1, "lower": -1}[fields[3]]
		if r.value == 0 {
			err = errors.New(form)
		}
		return r, err
	}
	if r.value, err = ParseChange(fields[3]); err != nil || r.word == "limit" {
		return r, err
	}
	if r.until, err = time.Parse(time.DateOnly, fields[4]); err != nil {
		return r, fmt.Errorf("%q is no day such as 2027-01-31", fields[4])
	}
	r.reason = strings.Join(fields[5:], " ")
	return r, nil
}

// ParseChange reads "+8%", "8%" or "0.08" as 0.08. A bare number from 1 up is an
// error: it was most likely to have a "%".
func ParseChange(text string) (float64, error) {
	number, isPercent := strings.CutSuffix(strings.TrimPrefix(text, "+"), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if isPercent {
		v /= 100
	}
	switch {
	case err != nil, !(v >= 0 && v <= 1000), math.Signbit(v):
		return 0, fmt.Errorf("%q is no change such as 5%% or 0.05", text)
	case v >= 1 && !isPercent:
		return 0, fmt.Errorf("%q would be %g %%: write %g%% or %g", text, 100*v, v, v/100)
	}
	return v, nil
}

// matches reports whether the rule means the point.
func (r rule) matches(p record.Point) bool {
	bare, _ := record.SplitProcs(p.Name())
	return slices.ContainsFunc([]string{p.Name(), bare}, func(name string) bool {
		return r.pattern.MatchString(name) || p.Pkg != "" && r.pattern.MatchString(p.Pkg+"."+name)
	})
}

// means reports whether the rule is for a unit of results. Its own is one word: "p90" is
// short for "p90 sec/op", and the efficiency at 4 CPUs is the speedup in other words.
func (r rule) means(unit string) bool {
	if n := record.SpeedupAt(unit); n > 0 {
		at := "@" + strconv.Itoa(n)
		return slices.Contains([]string{unit, "speedup", "efficiency", "efficiency" + at}, r.unit)
	}
	return r.unit == unit || r.unit+" "+record.UnitTime == unit
}

// of yields the rules of a word that mean a unit and a point.
func (r *Rules) of(word, unit string, p record.Point) iter.Seq[rule] {
	return func(yield func(rule) bool) {
		if r == nil {
			return
		}
		for _, rule := range r.rules {
			if rule.word == word && rule.means(unit) && rule.matches(p) && !yield(rule) {
				return
			}
		}
	}
}

func (r *Rules) limit(p record.Point, unit string) (limit float64, ok bool) {
	for rule := range r.of("limit", unit, p) {
		limit, ok = rule.value, true
	}
	return limit, ok
}

// better is the direction that a rule gives to a unit; the benchmark of such a rule
// is not looked at, since a unit means one thing in a repository.
func (r *Rules) better(unit string) (direction int) {
	if r != nil {
		for _, rule := range r.rules {
			if rule.word == "better" && rule.unit == unit {
				direction = int(rule.value)
			}
		}
	}
	return direction
}
