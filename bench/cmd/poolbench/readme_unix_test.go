//go:build unix

package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var long = flag.Bool("long", false, "also what takes minutes: the commands of the README that measure, every fault of a driver, a gate on Python that finds a regression")

// A shortening is what is run of a command of the README that would take minutes.
type shortening struct {
	command *regexp.Regexp
	with    string // put behind the command, so that it counts
	long    bool   // even so it takes more than a moment: with -long only
	exits   []int  // allowed beside 0
}

// needs are programs of other runtimes, by what a command names of them.
var needs = map[string]string{"python-": "python3", "node-": "node", "-node": "node"}

// shortenings, of which the first that fits counts. A later flag counts more than an earlier
// one, so that what is added narrows the command and keeps what it says.
var shortenings = []shortening{
	{command: regexp.MustCompile(`poolbench (run|report|gate|selftest|list)\b.* -(h|help)\b`)},
	{command: regexp.MustCompile(`^go tool poolbench run .*-n\b`), long: true}, // compiles all of it again
	{command: regexp.MustCompile(`poolbench run .*-n\b`)},
	{command: regexp.MustCompile(`poolbench run .*:risky\b`), with: "-budget 5s", long: true, exits: []int{3}}, // as it says
	{command: regexp.MustCompile(`poolbench run -workloads (all|arrivals)\b`), with: "-n", long: true},         // slices of seconds: the plan
	{command: regexp.MustCompile(`poolbench run\b`), with: "-budget 5s", long: true},
	{command: regexp.MustCompile(`poolbench profile\b`), long: true},
	{command: regexp.MustCompile(`poolbench-profile/`), long: true},                                  // of a profile
	{command: regexp.MustCompile(`poolbench selftest`), with: "-quick", long: true, exits: []int{3}}, // on a busy machine it may say so
	// Builds of this module against itself, of one package and one link.
	{command: regexp.MustCompile(`poolbench gate -base`), with: "-pkg ./workloads -bench Kernel -seeds 1 -budget 3s", long: true, exits: []int{1}},
	{command: regexp.MustCompile(`poolbench gate poolbench-gate/`), long: true, exits: []int{1}},
	{command: regexp.MustCompile(`gate-power`), with: "-h"},
	{command: regexp.MustCompile(`scripts/decisions`), with: "-records 1"},
	{command: regexp.MustCompile(`^go test .*-bench\b`), with: "-benchtime 1x -count 1", long: true},
	{command: regexp.MustCompile(`\bgo test .*-run\b`), with: "-run ^$", long: true}, // simulations of hours: they build, and take their flags
	{command: regexp.MustCompile(`poolbench-out/`), long: true},                      // of a run
}

// TestReadme runs the commands of the README, in their order, as a new user would: in a copy of the
// checkout, with nothing but Go, Git and, once it is installed, the program.
func TestReadme(t *testing.T) {
	if testing.Short() && !*long {
		t.Skip("it compiles the program")
	}
	root := filepath.Join("..", "..", "..")
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	commands := readmeCommands(string(text))
	if len(commands) < 15 {
		t.Errorf("only %d commands found: %q", len(commands), commands)
	}
	checkout, bin := copyOfCheckout(t, root), t.TempDir()
	sh := func(line string) (int, string) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
		cmd.Dir, cmd.WaitDelay = checkout, 10*time.Second
		// Paths are trimmed so that what was compiled in an earlier copy need not be again.
		cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath", "GOBIN="+bin, "PATH="+bin+":"+os.Getenv("PATH"), "GITHUB_ACTIONS=")
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), string(out)
	}
	for _, c := range commands {
		run, short := c, shortening{}
		if i := slices.IndexFunc(shortenings, func(s shortening) bool { return s.command.MatchString(c) }); i >= 0 {
			short = shortenings[i]
			run = shortened(c, short.with)
		}
		if short.long && !*long || c == "go test ./..." { // of which this test is one
			continue
		}
		if missing := lacks(c); missing != "" {
			t.Logf("skipped, since there is no %s here: %s", missing, c)
			continue
		}
		begin := time.Now()
		code, out := sh(run)
		t.Logf("%d in %v: %s", code, time.Since(begin).Round(time.Second/10), run)
		if code != 0 && !slices.Contains(short.exits, code) {
			t.Errorf("%s: exit %d\n%s", run, code, out)
		}
		if strings.HasPrefix(run, "go test") && strings.Contains(c, " -run ") && !strings.Contains(c, "'^$'") {
			list := regexp.MustCompile(`-run ('[^']*'|\S+)`).ReplaceAllString(c, "-list $1")
			if _, out := sh(list); !regexp.MustCompile(`(?m)^(Test|Example)`).MatchString(out) {
				t.Errorf("%s: there is no such test:\n%s", c, out)
			}
		}
	}
}

// lacks is a program that a command needs and that is not here; "" when there is none.
func lacks(command string) string {
	for part, program := range needs {
		if _, err := exec.LookPath(program); strings.Contains(command, part) && err != nil {
			return program
		}
	}
	return ""
}

// shortened puts words behind the first command of a line.
func shortened(command, words string) string {
	if words == "" {
		return command
	}
	end := len(command)
	for _, behind := range []string{" > ", " && ", " | "} {
		if i := strings.Index(command, behind); i >= 0 {
			end = min(end, i)
		}
	}
	return strings.TrimRight(command[:end], " ") + " " + words + command[end:]
}

var (
	readmeFence  = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")
	readmeInline = regexp.MustCompile("`([^`]+)`")
	readmeLine   = regexp.MustCompile(`^(?:\$ )?((?:[A-Z_]+=\S+ )*(?:go (?:run|test|tool|build|install)|git|(?:\./)?poolbench|scripts/\S+) \S.*)$`)
	placeholder  = regexp.MustCompile(` [A-Z]{2,}\b`)
)

// readmeCommands are the commands of a text: the lines of its blocks without a language, and
// what stands between single back quotes, that begin as commands do and have no place left
// open, as FILE. Each comes once, however the program is called.
func readmeCommands(text string) (commands []string) {
	seen := map[string]bool{}
	add := func(line string) {
		m := readmeLine.FindStringSubmatch(strings.Join(strings.Fields(line), " "))
		if m == nil {
			return
		}
		command, _, _ := strings.Cut(m[1], " # ")
		program := regexp.MustCompile(`^(\./|go run \./bench/cmd/)poolbench`).ReplaceAllString(command, "poolbench")
		if !placeholder.MatchString(command) && !seen[program] {
			seen[program] = true
			commands = append(commands, command)
		}
	}
	rest := text
	for len(rest) > 0 {
		block := readmeFence.FindStringSubmatchIndex(rest)
		prose := rest
		if block != nil {
			prose = rest[:block[0]]
		}
		for _, m := range readmeInline.FindAllStringSubmatch(prose, -1) {
			add(m[1])
		}
		if block == nil {
			break
		}
		if rest[block[2]:block[3]] == "" {
			for line := range strings.Lines(rest[block[4]:block[5]]) {
				add(line)
			}
		}
		rest = rest[block[1]:]
	}
	return commands
}

// copyOfCheckout is a new repository with the files of this one as they are, as a clone of it has them, and two
// records of somebody's.
func copyOfCheckout(t *testing.T, root string) (dir string) {
	t.Helper()
	files, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("this is no checkout: ", err)
	}
	dir = t.TempDir()
	copyFile := func(from, to string) {
		text, err := os.ReadFile(filepath.Join(root, from))
		if errors.Is(err, os.ErrNotExist) {
			return // removed, and not yet committed
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, to), text, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		copyFile(name, name)
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"commit", "-q", "-m", "all"}} {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	for _, name := range []string{"base.txt", "head.txt"} {
		copyFile("reports/example/results.txt", name)
	}
	return dir
}

func TestReadmeCommands(t *testing.T) {
	text := "Type `go run` or `poolbench gate\nx.txt`, or `poolbench report FILE`.\n\n```\n$ ./poolbench list  # all\nwords\ngo build ./x && ./x > y\n```\n\n```go\ngo test ./...\n```\n`A=1 go test ./a`"
	want := []string{"poolbench gate x.txt", "./poolbench list", "go build ./x && ./x > y", "A=1 go test ./a"}
	if got := readmeCommands(text); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := shortened("go test ./a > b && c", "-x"); got != "go test ./a -x > b && c" {
		t.Error(got)
	}
}
