package html

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"poolbench/bench/record"
	"poolbench/reports"
	"poolbench/reports/charts"
	"poolbench/reports/estimate"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

func about(v float64) estimate.Estimate {
	return estimate.Estimate{Value: v, Low: v * 0.95, High: v * 1.05, N: 12}
}

// sample is a small analysis that fills every part of the page, with the given
// text wherever a record can hold some.
func sample(text string) *reports.Data {
	point := func(n int, v float64) reports.ScalingPoint {
		return reports.ScalingPoint{Workers: n, Time: about(0.2 / v), Speedup: about(v), Efficiency: v / float64(n), CapacityEfficiency: v / 1.87}
	}
	sweep := reports.Sweep{Workload: "spin" + text, Resource: "cpu", Workers: 2, Ideal: 1.87, Measured: true}
	series := reports.SweepSeries{Executor: "goroutines" + text}
	for _, grain := range []time.Duration{100, 1000, 10000, 100000} {
		w := grain.Seconds()
		took := w/1.87 + 0.4e-6
		sweep.Serial = append(sweep.Serial, reports.SweepPoint{Grain: grain, Work: w, Time: about(w), Speedup: about(1)})
		series.Points = append(series.Points, reports.SweepPoint{Grain: grain, Work: w, Time: about(took), Speedup: about(w / took), Efficiency: about(w / took / 1.87)})
	}
	series.Crossover = estimate.Crossing{Outcome: estimate.Crosses, At: about(0.86e-6), From: 1e-7, To: 1e-4}
	series.Levels = []reports.Level{{Efficiency: reports.HalfEfficiency,
		Work: estimate.Crossing{Outcome: estimate.Crosses, At: about(0.75e-6), From: 1e-7, To: 1e-4},
		METG: estimate.Crossing{Outcome: estimate.Crosses, At: about(1.5e-6)}}}
	sweep.Series = []reports.SweepSeries{series}
	return &reports.Data{
		Record: &record.Record{
			Config: []record.Field{{Key: "cpu" + text, Value: text}},
			Notes:  []record.Field{{Key: "note" + text, Value: text}},
		},
		Machine:  reports.Machine{CPU: "CPU" + text, OS: "linux", Arch: "amd64", GoVersion: "go1.26", Cores: 2, Start: "2026-11-22T10:00:00Z", Seed: "7" + text},
		Blocks:   12,
		Capacity: map[int]estimate.Estimate{1: about(1), 2: about(1.87)},
		Scalings: []reports.Scaling{{
			Workload: "spin" + text, Resource: "cpu", Grain: time.Millisecond, Tasks: 256, Serial: about(0.2),
			Series: []reports.ScalingSeries{
				{Executor: "goroutines" + text, Points: []reports.ScalingPoint{point(1, 0.99), point(2, 1.8)}},
				{Executor: "threads", Points: []reports.ScalingPoint{point(2, 1.78)}},
			},
			Best: reports.Choice{Executor: "goroutines" + text, Workers: 2, Speedup: about(1.8), Decided: true, Sentence: "goroutines, 2 workers" + text,
				Ties: []reports.Tie{{Executor: "threads", Workers: 2, Speedup: about(1.78)}}},
		}},
		Sweeps: []reports.Sweep{sweep},
		Answers: reports.Answers{
			Which: []reports.Sentence{{Subject: "spin" + text, Text: "goroutines with 2 workers: 1.8× serial" + text}},
			Short: []reports.Sentence{{Subject: "goroutines" + text, Text: "goroutines pay off above 0.86 µs" + text}},
			Trust: []reports.Sentence{{Text: "12 blocks" + text}},
		},
		Failures: []record.Failure{{Name: "Grid/executor=" + text, Block: 3, Reason: text}},
		Warnings: []reports.Warning{{What: "Noisy." + text, Cure: "Stop other programs." + text}},
	}
}

func write(t *testing.T, d *reports.Data, text []byte) string {
	t.Helper()
	drawings, errs := charts.Draw(d, charts.All()...)
	for _, err := range errs {
		if !errors.Is(err, charts.ErrNothing) {
			t.Error(err)
		}
	}
	var b bytes.Buffer
	if err := WriteWithRecord(&b, d, drawings, text); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	const path = "testdata/report.html"
	got := write(t, sample(""), []byte("goos: linux\nBenchmarkGrid/… 1 0.2 sec/op\n"))
	if again := write(t, sample(""), []byte("goos: linux\nBenchmarkGrid/… 1 0.2 sec/op\n")); again != got {
		t.Error("the same data gives different bytes")
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
		t.Errorf("differs from %s; run with -update and look at it", path)
	}
}

// What a record holds must never become markup.
func TestHostile(t *testing.T) {
	for _, bad := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><script>alert(1)</script>`,
		`</pre></details><script>alert(1)</script>`, `{{.Style}}`, "\x00\x1b[31m", `--></svg><script>alert(1)</script>`, `' onload='alert(1)`,
	} {
		clean, page := write(t, sample(""), nil), write(t, sample(bad), []byte(bad))
		count := func(s, what string) int { return strings.Count(strings.ToLower(s), what) }
		for _, what := range []string{"<script", "<img", "</style", "</svg", "onerror=", "<iframe"} {
			got, want := count(page, what), count(clean, what)
			if what == "onerror=" {
				continue // may stand in escaped text
			}
			if got != want {
				t.Errorf("%q: %d times %s, want %d", bad, got, what, want)
			}
		}
	}
}

func TestSelfContained(t *testing.T) {
	page := write(t, sample(""), nil)
	for _, what := range []string{"http://", "https://", "url(", "@import", "<script", "<link", "src="} {
		if strings.Contains(page, what) {
			t.Errorf("the page holds %q", what)
		}
	}
}

func TestIdsAreUnique(t *testing.T) {
	d := sample("")
	drawings, _ := charts.Draw(d, charts.All()...)
	var b bytes.Buffer
	if err := Write(&b, d, append(drawings, drawings...)); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bid="([^"]*)"`).FindAllStringSubmatch(b.String(), -1) {
		if seen[m[1]] {
			t.Errorf("id %q twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?:aria-labelledby="([^"]*)"|href="#([^"]*)")`).FindAllStringSubmatch(b.String(), -1) {
		for id := range strings.FieldsSeq(m[1] + " " + m[2]) {
			if !seen[id] {
				t.Errorf("nothing has the id %q", id)
			}
		}
	}
}

func TestInline(t *testing.T) {
	drawings, _ := charts.Draw(sample(""), charts.All()...)
	if len(drawings) != 2 {
		t.Fatal(len(drawings))
	}
	for _, d := range drawings {
		svg, err := d.SVG()
		if err != nil {
			t.Fatal(err)
		}
		out, err := inline(svg, "x-")
		if err != nil {
			t.Fatal(err)
		}
		decoder := xml.NewDecoder(strings.NewReader(string(out)))
		for {
			token, err := decoder.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			attrs := map[string]string{}
			for _, a := range e.Attr {
				attrs[a.Name.Local] = a.Value
			}
			if attrs["style"] != "" {
				t.Errorf("%s has a style attribute", e.Name.Local)
			}
			for _, paint := range []string{"fill", "stroke"} {
				if v := attrs[paint]; v != "" && v != "none" && !strings.Contains(attrs["class"], paint[:1]+"-") && !strings.Contains(attrs["class"], "k-") {
					t.Errorf("%s %s has no role", paint, v)
				}
			}
		}
	}
}

func TestInlineRefuses(t *testing.T) {
	if _, err := inline([]byte("<svg><g></svg>"), ""); err == nil {
		t.Error("no error for broken XML")
	}
	out, err := inline([]byte(`<svg onload="x"><script>alert(1)</script><text onclick="x">a</text></svg>`), "")
	if err != nil || strings.Contains(string(out), "script") || strings.Contains(string(out), "onclick") || strings.Contains(string(out), "onload") {
		t.Error(out, err)
	}
}

func TestEveryShape(t *testing.T) {
	bad := sample("")
	bad.Scalings[0].Series[0].Points[0].Speedup.Value = math.NaN()
	bad.Scalings[0].Series[0].Points[0].CapacityEfficiency = math.Inf(1)
	bad.Sweeps[0].Series[0].Points[0].Time.Value = math.NaN()
	bad.Sweeps[0].Ideal = 0
	for i, d := range []*reports.Data{
		{}, {Scalings: make([]reports.Scaling, 1)}, {Sweeps: make([]reports.Sweep, 1)}, {Record: &record.Record{}},
		{Scalings: []reports.Scaling{{Series: make([]reports.ScalingSeries, 1)}}, Sweeps: []reports.Sweep{{Series: make([]reports.SweepSeries, 1)}}},
		{Failures: make([]record.Failure, 1), Warnings: make([]reports.Warning, 1), Capacity: map[int]estimate.Estimate{0: {}}}, bad,
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			page := write(t, d, nil)
			if !strings.HasSuffix(page, "</html>\n") {
				t.Error("the page is not whole")
			}
		})
	}
	if err := Write(io.Discard, nil, nil); err == nil {
		t.Error("no error without data")
	}
	if err := Write(io.Discard, &reports.Data{}, make([]reports.Drawing, 1)); err != nil {
		t.Error("a drawing that cannot be rendered failed the page:", err)
	}
}

func TestLargeRecordIsCut(t *testing.T) {
	line := strings.Repeat("x", 1023) + "\n"
	page := write(t, &reports.Data{}, []byte(strings.Repeat(line, 5<<10)))
	if len(page) > maxRecord+1<<20 || !strings.Contains(page, "the file has the rest") {
		t.Errorf("%d bytes", len(page))
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWriteError(t *testing.T) {
	if err := Write(failingWriter{}, &reports.Data{}, nil); !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
}

func Example() {
	var page bytes.Buffer
	d := sample("")
	drawings, _ := charts.Draw(d, charts.All()...)
	if err := Write(&page, d, drawings); err != nil {
		fmt.Println(err)
	}
	fmt.Println(strings.Count(page.String(), "<svg"), "charts")
	// Output: 2 charts
}

// The output of go test -count has no blocks, but pairs.
func TestBadgeCountsPairs(t *testing.T) {
	var text strings.Builder
	for range 7 {
		for _, arm := range []string{"serial", "x"} {
			fmt.Fprintf(&text, "BenchmarkMine/executor=%s/workload=w/workers=1 1 5 ns/op\n", arm)
		}
	}
	rec, err := record.Read(strings.NewReader(text.String()), "x.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := trustBadge(reports.Analyse(rec)); got.Word != "clean" {
		t.Errorf("%+v", got)
	}
	if got := trustBadge(&reports.Data{}); got.Word != "too few blocks for intervals" {
		t.Errorf("%+v", got)
	}
}
