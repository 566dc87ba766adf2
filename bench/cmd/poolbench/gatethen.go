package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"poolbench/bench/internal/program"
	"poolbench/reports/gate"
)

// acceptFor is how long the accept lines that are proposed let a regression pass.
const acceptFor = 90 * 24 * time.Hour

// then says what one may do after the verdict.
func (f *gateFlags) then(ctx context.Context) gate.Then {
	b := &f.builds
	then := gate.Then{Data: b.path(), Until: time.Now().UTC().Add(acceptFor)}
	if b.base+b.baseBin != "" && b.function == "" { // what one command prints cannot be chosen
		then.Again = f.again
	}
	if b.base != "" && b.function == "" {
		then.Source = newSources(ctx).find
	}
	return then
}

// again is the command that measures benchmarks once more, in the way that was asked for.
func (f *gateFlags) again(packages, benchmarks []string) string {
	b := &f.builds
	line := []string{"poolbench", "gate"}
	add := func(name, value, otherwise string) {
		if value != otherwise {
			line = append(line, "-"+name, shellQuoted(value))
		}
	}
	add("base", b.base, "")
	if b.base != "" {
		add("head", b.head, headDefault)
		add("pkg", strings.Join(packages, ","), "")
	}
	add("base-bin", b.baseBin, "")
	add("head-bin", b.headBin, "")
	add("bench", gate.BenchPattern(benchmarks), "")
	add("cpu", strings.Trim(strings.Join(strings.Fields(fmt.Sprint(b.cpu)), ","), "[]"), "")
	add("limit", fmt.Sprintf("%.6g%%", 100*f.limit), fmt.Sprintf("%.6g%%", 100*gate.DefaultSlowdown))
	add("rules", f.rules, "")
	add("timeout", b.patience.String(), "0s")
	add("seeds", strconv.Itoa(b.seeds), strconv.Itoa(defaultSeeds))
	return strings.Join(line, " ")
}

var plainWord = regexp.MustCompile(`^[\pL\pN_./:,=@%+-]+$`)

// shellQuoted is a word as a shell reads it.
func shellQuoted(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// sources find functions in the checkout that the gate was called in.
type sources struct {
	ctx  context.Context
	top  string            // of the checkout
	dirs map[string]string // by import path
}

func newSources(ctx context.Context) *sources {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--show-toplevel").Output()
	if err != nil {
		return &sources{}
	}
	return &sources{ctx: ctx, top: strings.TrimSpace(string(out)), dirs: map[string]string{}}
}

// find is where a benchmark function stands; line 0 when that is not known, as when the
// checkout is not what was judged.
func (s *sources) find(pkg, function string) (file string, line int) {
	if s.top == "" || pkg == "" {
		return "", 0
	}
	dir, known := s.dirs[pkg]
	if !known {
		out, _ := exec.CommandContext(s.ctx, "go", "list", "-e", "-f", "{{.Dir}}", "--", pkg).Output()
		dir = strings.TrimSpace(string(out))
		s.dirs[pkg] = dir
	}
	if dir == "" {
		return "", 0
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
	declared := regexp.MustCompile(`(?m)^func\s+` + regexp.QuoteMeta(function) + `\s*\(`)
	for _, name := range names {
		text, _ := os.ReadFile(name)
		if at := declared.FindIndex(text); at != nil {
			below, err := filepath.Rel(s.top, name)
			if err != nil || strings.HasPrefix(below, "..") {
				return "", 0
			}
			return path.Clean(filepath.ToSlash(below)), 1 + strings.Count(string(text[:at[0]]), "\n")
		}
	}
	return "", 0
}

// unmeasured publishes that nothing was measured, and why, like any other outcome, and
// returns the reason with its exit code.
func (f *gateFlags) unmeasured(ctx context.Context, c *program.Invocation, err error) error {
	b := &f.builds
	err = b.explain(ctx, err)
	r := &gate.Report{Method: gate.Interleaved, Limit: f.limit, Alpha: gate.DefaultAlpha, Unmeasured: err.Error(), EndedEarly: "failed",
		Base: b.base + b.baseBin + b.baseCmd, Head: b.headBin + b.headCmd}
	if b.base != "" {
		r.Head = b.head
	}
	if program.ExitCode(err) == program.Interrupted {
		r.EndedEarly = "interrupted"
	}
	f.leaveIn(b.out)
	return f.finish(c, r, err)
}
