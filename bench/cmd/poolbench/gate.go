package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"poolbench/bench/internal/program"
	"poolbench/reports/gate"
)

// gateForms are the ways to call gate, for its help; the first line goes on behind
// the name.
var gateForms = program.Command{Args: "-base REVISION [flags]", Doc: `measure the working tree against a revision, and judge it
poolbench gate BASE HEAD [flags]: judge two records
poolbench gate COMPARISON [flags]: judge a comparison.txt again
poolbench gate -history DIR: look for lasting changes in the results that were kept`}

// rulesHelp explains the file of rules.
const rulesHelp = `
` + gate.RulesFile + ` in the current directory, or the file of -rules, has lines such as

` + rulesExample + `
"*" stands for anything, and of several lines that match the last counts. A regression
is accepted up to a change and until the end of a day. p90 and p99 are the tails of the
times, efficiency@4 (or speedup@4) is how a benchmark scales to 4 CPUs; "better" makes a
unit of your own one that is judged; "rename" says what a benchmark of base is called in
head, or "-" for one that is gone.
`

const rulesExample = `  # word  benchmark        unit       value   until       reason
  accept  Encode/size=*    sec/op     +8%     2027-01-31  checks its input now, issue 12
  accept  Encode/size=*    p99        +40%    2027-01-31  the same
  limit   net/http.Serve*  sec/op     10%
  limit   *                allocs/op  0%
  limit   Serve            efficiency@4 5%
  better  *                hits/op    higher
  rename  BenchmarkEncode  BenchmarkMarshal
`

// failOn are the outcomes besides a regression that -fail-on can name.
var failOn = []string{"inconclusive", "blind", "missing"}

// gateFlags are the flags of gate as typed.
type gateFlags struct {
	limit          float64
	across         bool
	failing        []string // of failOn
	summary        string
	rules, history string
	view           program.ViewFlags
	builds         buildFlags
	ci             ciFlags
}

func addGateFlags(c *program.Invocation) *gateFlags {
	f := &gateFlags{limit: gate.DefaultSlowdown}
	c.Flags.Func("limit", "smallest slowdown that counts, such as `5%`, which is the default", f.setLimit)
	c.Flags.BoolVar(&f.across, "across-machines", false, "compare two records although machine, Go version or GOMAXPROCS differ")
	c.Flags.Func("fail-on", "`outcomes` that fail too: blind, when nothing can be said either way (exit 4), inconclusive, when not of everything (exit 4), missing (exit 3)", f.setFailOn)
	c.FileFlag(&f.summary, "summary", "`file` to write the verdicts to as Markdown")
	c.Flags.StringVar(&f.rules, "rules", "", "`file` with limits and accepted regressions of single benchmarks (default "+gate.RulesFile+" if it is there)")
	c.Flags.StringVar(&f.history, "history", "", "`directory` to keep the results of each commit in, and to look for lasting changes in; by itself it is only looked at")
	f.builds.add(c)
	f.ci.add(c)
	f.view.AddColor(c)
	c.Flags.BoolVar(&f.view.Verbose, "v", false, "count the lines of records that look like results and are none")
	return f
}

// runGate judges two builds (-base …), two records, or one comparison that was
// measured before.
func runGate(ctx context.Context, c *program.Invocation) error {
	f := addGateFlags(c)
	c.Args, c.Doc = gateForms.Args, gateForms.Doc
	rest, err := c.Parse()
	if errors.Is(err, program.ErrHelp) {
		fmt.Fprint(c.Stdout, rulesHelp)
	}
	if err != nil {
		return err
	}
	if err := f.view.Check(c.Stdout); err != nil {
		return err
	}
	if err := program.Choice("ci", f.ci.ci, "auto", "github", "none"); err != nil {
		return err
	}
	form, err := f.form(rest)
	if err != nil {
		return err
	}
	if err := f.builds.check(); err != nil {
		return err
	}
	if err := form.check(c.Flags); err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	switch form {
	case formHistory:
		return f.showHistory(c, options)
	case formComparison:
		return f.judgeAgain(c, rest[0], options)
	case formRevisions, formBinaries, formCommands, formFunction:
		return f.measureBuilds(ctx, c, options)
	}
	base, err := c.ReadRecord(rest[0], f.view.Verbose)
	if err != nil {
		return err
	}
	head, err := c.ReadRecord(rest[1], f.view.Verbose && rest[1] != rest[0])
	if err != nil {
		return err
	}
	return f.finish(c, gate.Files(base, head, options), nil)
}

// options are the judge's, with the rules of the repository.
func (f *gateFlags) options() (gate.Options, error) {
	o := gate.Options{Slowdown: f.limit, AcrossMachines: f.across}
	path := cmp.Or(f.rules, gate.RulesFile)
	text, err := os.ReadFile(path)
	switch {
	case f.rules == "" && errors.Is(err, fs.ErrNotExist):
		return o, nil
	case err != nil:
		return o, program.UsageErrorf("-rules: %v", err)
	}
	if o.Rules, err = gate.ReadRules(bytes.NewReader(text), path, time.Now()); err != nil {
		return o, &program.ExitError{Code: program.Usage, Err: err}
	}
	return o, nil
}

// judgeAgain judges a comparison that was measured before.
func (f *gateFlags) judgeAgain(c *program.Invocation, path string, options gate.Options) error {
	rec, err := c.ReadRecord(path, f.view.Verbose)
	if err != nil {
		return err
	}
	if !rec.IsComparison() {
		return program.UsageErrorf("%s is no comparison of two builds; two records are judged against each other: poolbench gate BASE HEAD", path)
	}
	return f.finish(c, gate.Stored(rec, options), nil)
}

// finish writes the verdicts and turns them into an exit code. failure is what ended
// the measurement before its time, which decides on the code then; nil if nothing did.
func (f *gateFlags) finish(c *program.Invocation, r *gate.Report, failure error) error {
	failure = c.First(failure, program.WriteMade(f.summary, r, gate.WriteMarkdown))
	has := func(outcome string) bool { return slices.Contains(f.failing, outcome) }
	code := r.ExitCode(gate.FailOn{Inconclusive: has("inconclusive"), Blind: has("blind"), Missing: has("missing")})
	if failure != nil {
		code = program.ExitCode(failure)
	}
	failure = c.First(failure, f.ci.publish(c, r, code))
	failure = c.First(failure, gate.WriteText(c.Stdout, r, f.view.Options)) // the verdict is the last line
	if failure == nil && code != program.OK {
		return &program.ExitError{Code: code}
	}
	return failure
}

// setFailOn takes what -fail-on says; scripts give "" for none.
func (f *gateFlags) setFailOn(list string) (err error) {
	if f.failing = nil; list != "" {
		f.failing, err = program.Pick(list, failOn, func(s string) string { return s })
	}
	return err
}

// setLimit takes what -limit says: "5%", "0.05".
func (f *gateFlags) setLimit(text string) (err error) {
	if f.limit, err = gate.ParseChange(strings.TrimSpace(text)); err == nil && !(f.limit > 0 && f.limit < 10) {
		err = errors.New("a share above 0 is needed, such as 5% or 0.05")
	}
	return err
}
