package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// views are all of them, by the files of their goldens.
var views = map[string]func(io.Writer, *Report) error{
	"report.html": HTML,
	"summary.md":  Markdown,
	"report.json": JSON,
	"report.txt":  func(w io.Writer, r *Report) error { return Text(w, r, Options{}) },
	"narrow.txt":  func(w io.Writer, r *Report) error { return Text(w, r, Options{Width: 60, Color: true, ASCII: true}) },
	"verbose.txt": func(w io.Writer, r *Report) error { return Text(w, r, Options{Verbose: true}) },
}

func show(t *testing.T, view string, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := views[view](&b, r); err != nil {
		t.Fatalf("%s: %v", view, err)
	}
	return b.String()
}

func TestGoldens(t *testing.T) {
	for name := range views {
		path, got := filepath.Join("testdata", name), show(t, name, sample(""))
		if again := show(t, name, sample("")); again != got {
			t.Errorf("%s: equal reports give different bytes", name)
		}
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("differs from %s; run with -update and look at it:\n%s", path, got)
		}
	}
}

// What a record holds must never become markup, nor reach the terminal as a command.
func TestHostile(t *testing.T) {
	for _, bad := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><script>alert(1)</script>`, `</details><img src=x>`,
		`</pre></details><script>alert(1)</script>`, `{{.Style}}`, "\x00\x1b[31m", `--></svg><script>alert(1)</script>`, `' onload='alert(1)`, "a|b\n# c",
	} {
		for name := range views {
			r := sample(bad)
			r.Record.Text = []byte(bad)
			clean, page := show(t, name, sample("")), show(t, name, r)
			for _, what := range []string{"<script", "<img", "</style", "</svg", "<iframe", "</details", "\x1b[31m", "\x00", "\n# "} {
				got, want := strings.Count(strings.ToLower(page), what), strings.Count(strings.ToLower(clean), what)
				markup := strings.HasPrefix(what, "<")
				escaped := name == "report.json" || strings.HasSuffix(name, ".txt") && markup || name == "report.html" && !markup
				if name == "report.html" && what == "</details" {
					want++ // the record is folded in
				}
				if got != want && !escaped {
					t.Errorf("%s: %q: %d times %s, want %d", name, bad, got, what, want)
				}
			}
		}
	}
}

// A report without anything, and one with everything that is no number, is shown too.
func TestEveryShape(t *testing.T) {
	odd := sample("")
	odd.Sections[0].Sentences[0].Claims[0].Value = estimate.Estimate{Value: math.NaN(), Low: math.Inf(-1), High: math.Inf(1), N: 9, Method: invented}
	odd.Sections[0].Tables[0].Rows[0][1].Level = 99
	odd.Sections[0].Drawings = append(odd.Sections[0].Drawings, reports.Drawing{})
	odd.Sections[1].Tables = append(odd.Sections[1].Tables, words.Table{Brief: true}, words.Table{Header: []string{"a"}, Rows: [][]words.Cell{{{}}}})
	for i, r := range []*Report{{}, {Sections: make([]reports.Section, 2)}, odd} {
		for name := range views {
			if page := show(t, name, r); name == "report.html" && !strings.HasSuffix(page, "</html>\n") {
				t.Errorf("%d: the page is not whole", i)
			}
		}
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteError(t *testing.T) {
	for name, write := range views {
		if err := write(failingWriter{}, sample("")); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A claim keeps its number, its interval, and the method by its name.
func TestJSON(t *testing.T) {
	var got struct {
		Schema   string
		Sections []struct {
			Name      string
			Sentences []struct {
				Verdict struct{ Kind string }
				Claims  []map[string]any
			}
			Tables []struct{ Rows [][]string }
		}
		Methods []estimate.Method
	}
	if err := json.Unmarshal([]byte(show(t, "report.json", sample(""))), &got); err != nil {
		t.Fatal(err)
	}
	first := got.Sections[0]
	want := map[string]any{"subject": "pool with 2 workers", "relation": "speedup", "object": "serial", "unit": "ratio", "value": 1.8, "low": about(1.8).Low, "high": about(1.8).High, "blocks": 12.0, "level": 0.95, "method": "invented"}
	if claim := first.Sentences[0].Claims[0]; fmt.Sprint(claim) != fmt.Sprint(want) {
		t.Errorf("%v", claim)
	}
	if never := first.Sentences[1].Claims[0]; never["outcome"] != "never" || never["value"] != nil {
		t.Errorf("%v", never)
	}
	if got.Schema != Schema || first.Sentences[0].Verdict.Kind != "win" || first.Tables[0].Rows[0][2] != "1.8× [1.7, 1.9] *" || got.Methods[0] != *invented {
		t.Errorf("%+v", got)
	}
}

// Methods stand beside the numbers where more is asked for, and only there.
func TestVerbose(t *testing.T) {
	for name, want := range map[string]bool{"verbose.txt": true, "report.txt": false} {
		text := show(t, name, sample(""))
		for _, what := range []string{"[1.7, 1.9] (invented)", "all intervals: invented", "Methods          invented: tests need one (nobody 2026)", "it shows"} {
			if strings.Contains(text, what) != want {
				t.Errorf("%s: %q is there: %v\n%s", name, what, !want, text)
			}
		}
	}
	two := reports.Sentence{Text: "from 2.0 s [1.9, 2.1] (surely); about 5", Claims: []reports.Claim{
		{Relation: "time", Unit: words.Seconds, Value: about(2)}, {Relation: "count", Unit: words.Plain, Value: about(5)}}}
	if got, want := withMethods(two), "from 2.0 s [1.9, 2.1] (invented) (surely); about 5 {count (invented)}"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// A page of a terminal has what the gate needs: labels of any width, tables behind them.
func TestPage(t *testing.T) {
	p := NewPage(Options{Color: true}, 10)
	p.Labelled([][]string{{"Slower", "Sum", "+12 %"}, {"Same", "Map/µ", "0 %"}}, func(label string) Ink {
		if label == "Slower" {
			return Red
		}
		return ""
	})
	p.Line("Note", Yellow, "a\tb\x1b[2J")
	p.Wrapped("A very long label", "", "and its text", 2)
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if got, want := b.String(), "\x1b[31mSlower\x1b[0m    Sum    +12 %\nSame      Map/µ  0 %\n\x1b[33mNote\x1b[0m      a b[2J\nA very long label\n          and its text\n"; got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
}
