package gate

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// said is a cause in one line: "parse.scan +6.1 points [5.0, 7.2], its lines 41-44 of
// parse/scan.go changed; unexplained 0.4". Points are hundredths of the time in base.
func (c Cause) said() string {
	measure := c.measure()
	if len(c.Blamed) == 0 {
		said := "unexplained: no function changed beyond chance in " + c.evidence()
		switch {
		case c.Blocks < estimate.MinBlocks:
			return said + ", which are few: a larger -budget profiles longer"
		case c.Unseen > math.Abs(c.Change)/2:
			return said + ", which tell no change below " + strings.TrimPrefix(measure.change(c.Unseen), "+") + ": a larger -budget profiles longer"
		}
		return said + c.sharedText()
	}
	var parts []string
	for _, b := range c.Blamed {
		var text strings.Builder
		text.WriteString(functionText(b.Name) + " " + measure.change(b.Change.Value))
		switch {
		case b.Change.Low == b.Change.High:
			text.WriteString(" (exact)")
		default:
			text.WriteString(" [" + measure.number(b.Change.Low) + ", " + measure.number(b.Change.High) + "]")
		}
		for _, more := range []string{b.throughText(), b.onlyText(), b.changedText(), b.codeText()} {
			if more != "" {
				text.WriteString(", " + more)
			}
		}
		parts = append(parts, text.String())
	}
	return strings.Join(append(parts, "unexplained "+measure.number(c.Unexplained)), "; ") + c.sharedText()
}

// sharedText says what a profile cannot tell of how many objects were allocated: those below 16 bytes
// that go into memory of another one are in the count and in no profile (mallocgcTiny of package
// runtime).
func (c Cause) sharedText() string {
	if c.Unit != record.UnitAllocs || math.Abs(c.Unexplained) < leastBlamed*math.Abs(c.Change) {
		return ""
	}
	return ", for profiles leave out small objects that share 16 bytes with others"
}

// evidence is what there was to look at: "1480 samples of 12 blocks".
func (c Cause) evidence() string {
	blocks := words.Count(c.Blocks, "block")
	if c.Samples > 0 {
		return words.Count(int(c.Samples), "sample") + " of " + blocks
	}
	return blocks
}

// line is a cause with what it is of: "Encode +7.9 % [+6.8, +9.1]: …".
func (w wording) causeLine(c Case) string {
	cause := w.cause(c)
	if cause == nil {
		return ""
	}
	change := c.change()
	if change == "" || c.Exact || c.Ratio.Value == 0 {
		change = strings.TrimSpace(c.values() + " " + change)
	}
	text := w.title(c) + " " + change + ": " + cause.said()
	if cause.Flame != "" {
		text += "; see " + cause.Flame
	}
	return text
}

// causes are the notes on what is known of causes.
func (w wording) causes() (out []note) {
	for _, c := range w.Cases {
		if line := w.causeLine(c); line != "" {
			out = append(out, note{"Cause", "Cause", line})
		}
	}
	return out
}

// causeRemark are the causes of a benchmark, unit by unit, behind whatever is said of it.
func (r *Report) causeRemark(b benchmark) string {
	var parts []string
	for _, c := range b {
		if cause := r.cause(c); cause != nil {
			name, _, _ := strings.Cut(c.brief(), " ")
			parts = append(parts, "cause of "+name+": "+cause.said())
		}
	}
	return strings.Join(parts, "; ")
}

func (b Blame) throughText() string {
	if b.Through == "" {
		return ""
	}
	return "mostly in " + functionText(b.Through)
}

func (b Blame) onlyText() string {
	switch b.Only {
	case "head":
		return "nothing in base"
	case "base":
		return "nothing in head"
	}
	return ""
}

func (b Blame) changedText() string {
	if b.Changed == "" || b.File == "" {
		return ""
	}
	return "changed in " + b.File + ":" + b.Changed
}

// codeText says why a function without changed lines is named.
func (b Blame) codeText() string {
	switch b.Code {
	case record.CodeSame:
		return "of the same code as in base"
	case record.CodeCompiled:
		return "of the same source, but compiled otherwise"
	}
	return ""
}

// functionText is a function for people; what is in brackets is none.
func functionText(name string) string {
	if strings.HasPrefix(name, "(") {
		return strings.Trim(name, "()")
	}
	return words.Function(name)
}

// A causeMeasure prints changes of a unit.
type causeMeasure struct {
	scale *words.Scale // nil for points
	unit  string
}

func (c Cause) measure() causeMeasure {
	if c.Unit == record.UnitTime {
		return causeMeasure{unit: "points"}
	}
	s := words.ScaleOf(c.Change, c.Change, c.Unit)
	return causeMeasure{scale: &s, unit: s.Unit}
}

// number is a change without its unit.
func (m causeMeasure) number(v float64) string {
	if m.scale != nil {
		return m.scale.Number(v)
	}
	decimals := 1
	if math.Abs(v) >= 0.995 {
		decimals = 0
	}
	text := strconv.FormatFloat(100*v, 'f', decimals, 64)
	if strings.Trim(text, "-0.") == "" {
		return "0"
	}
	return text
}

// change is a change with its sign and unit.
func (m causeMeasure) change(v float64) string {
	text := m.number(v) + " " + m.unit
	if v > 0 {
		return "+" + text
	}
	return text
}

// annotateCauses marks the changed lines of what is named first.
func (r *Report) annotateCauses(b *strings.Builder) {
	names, n := r.wording(), 0
	for _, c := range r.Cases {
		cause := r.cause(c)
		if cause == nil || len(cause.Blamed) == 0 || cause.Blamed[0].Changed == "" || cause.Blamed[0].File == "" || n == maxAnnotations {
			continue
		}
		n++
		first := cause.Blamed[0]
		lines, _, _ := strings.Cut(first.Changed, ",")
		from, to, several := strings.Cut(lines, "-")
		if !several {
			to = from
		}
		fmt.Fprintf(b, "::notice file=%s,line=%s,endLine=%s,title=%s::%s\n", escapeProperty(first.File), escapeProperty(from), escapeProperty(to),
			escapeProperty("cause: "+names.title(c)), escapeMessage(names.causeLine(c)))
	}
}

// causeEntry is a Cause in verdict.json. Changes of time are fractions of the time of base.
type causeEntry struct {
	Change      float64      `json:"change"`
	Unexplained float64      `json:"unexplained"`
	Functions   []blameEntry `json:"functions"` // the first cause first; empty when none changed beyond chance
	Blocks      int          `json:"blocks"`
	Samples     float64      `json:"samples,omitempty"` // of CPU time, of base and head
	Unseen      float64      `json:"unseen,omitempty"`  // changes below it are not told from chance
	Said        string       `json:"said"`
	Flame       string       `json:"flame,omitempty"` // picture of the difference
}

type blameEntry struct {
	Function string  `json:"function"` // with what it calls and is charged with, see record.Profile
	Change   float64 `json:"change"`
	Low      float64 `json:"low"` // all intervals hold at once
	High     float64 `json:"high"`
	Through  string  `json:"through,omitempty"` // called, with more than half of it
	Only     string  `json:"only,omitempty"`    // "base" or "head"
	File     string  `json:"file,omitempty"`
	Line     int     `json:"line,omitempty"`
	Changed  string  `json:"changed_lines,omitempty"`
	Code     string  `json:"code,omitempty"` // "edited", "compiled" or "same", see record.Code
}

func (r *Report) causeEntry(c Case) *causeEntry {
	cause := r.cause(c)
	if cause == nil {
		return nil
	}
	e := &causeEntry{Change: finite(cause.Change), Unexplained: finite(cause.Unexplained), Functions: []blameEntry{}, Blocks: cause.Blocks, Samples: cause.Samples, Unseen: finite(cause.Unseen),
		Said: cause.said(), Flame: cause.Flame}
	for _, b := range cause.Blamed {
		e.Functions = append(e.Functions, blameEntry{b.Name, finite(b.Change.Value), finite(b.Change.Low), finite(b.Change.High), b.Through, b.Only, b.File, b.Line, b.Changed, string(b.Code)})
	}
	return e
}
