package reports

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// analysis is what the steps of Analyse share.
type analysis struct {
	rec      *record.Record
	pairs    *pairing
	rs       *estimate.Resampler
	resource map[string]string          // by workload: "cpu", "wait", "mixed"
	capacity map[int]estimate.Quantity  // by worker count, in logarithms
	works    map[*arm]estimate.Quantity // useful work per task, of the arms that are in a Sweep
	data     *Data
}

// Analyse judges one record. It never fails: what the record cannot tell is
// absent from the Data or said in a sentence. The same record gives the same Data.
// The record is kept in Data.Record and must not be changed afterwards.
func Analyse(rec *record.Record) *Data { return analyse(rec).data }

func analyse(rec *record.Record) *analysis {
	measured, severalWarning := only(rec)
	a := &analysis{
		rec:      rec,
		pairs:    pair(measured),
		resource: map[string]string{},
		capacity: map[int]estimate.Quantity{},
		works:    map[*arm]estimate.Quantity{},
		data:     &Data{Record: rec, Capacity: map[int]estimate.Estimate{}, Failures: rec.Failures},
	}
	a.rs = estimate.NewResampler(a.pairs.blocks)
	for _, f := range rec.NotesUnder("workload.") {
		a.resource[f.Key] = f.Value
	}
	a.data.Machine = machine(rec)
	a.data.Blocks = countBlocks(rec)
	a.hostWarnings()
	a.data.Warnings = append(append(a.data.Warnings, severalWarning...), a.pairs.warnings...)
	a.measureCapacity()
	a.scalings()
	a.sweeps()
	a.duels()
	a.costs()
	a.masters()
	a.implausible()
	a.data.Basis = Basis{Arms: len(a.pairs.arms), Blocks: a.pairs.blocks, Whole: a.pairs.whole, Numbered: a.pairs.numbered}
	return a
}

func machine(rec *record.Record) Machine {
	cores, err := strconv.Atoi(rec.Note("cores"))
	if err != nil || cores < 1 {
		cores = 0
	}
	return Machine{
		CPU: rec.Key("cpu"), OS: rec.Key("goos"), Arch: rec.Key("goarch"), GoVersion: rec.Key("go"),
		Cores: cores, Start: rec.Note("start"), Seed: rec.Note("seed"),
	}
}

func countBlocks(rec *record.Record) int {
	seen := map[int]bool{}
	for _, r := range rec.Results {
		if r.Block > 0 {
			seen[r.Block] = true
		}
	}
	return len(seen)
}

// hostWarnings takes the warnings that the runner wrote as notes "warning.TOPIC:
// what | cure", and what the end of the record says.
//
// A resumed run warns again: of each topic the warnings of its last session count.
// That there are too few blocks is left out, since later blocks make it wrong; the
// sentences of trust count them.
func (a *analysis) hostWarnings() {
	type said struct {
		session int
		warning Warning
	}
	session, last := 0, map[string]int{}
	byTopic := map[string][]said{}
	var topics []string
	for _, f := range a.rec.Notes {
		topic, ok := strings.CutPrefix(f.Key, "warning.")
		switch {
		case f.Key == "resumed":
			session++
		case ok && topic != "blocks":
			if byTopic[topic] == nil {
				topics = append(topics, topic)
			}
			what, cure, _ := strings.Cut(f.Value, " | ")
			byTopic[topic] = append(byTopic[topic], said{session, Warning{what, cure}})
			last[topic] = session
		}
	}
	sort.Strings(topics)
	for _, topic := range topics {
		for _, s := range byTopic[topic] {
			if s.session == last[topic] && !slices.Contains(a.data.Warnings, s.warning) {
				a.data.Warnings = append(a.data.Warnings, s.warning)
			}
		}
	}
	switch partial := a.rec.Note("partial"); {
	case !ended(a.rec):
		a.data.warn("The run did not end.", "Go on with -resume; what is here is of complete measurements.")
	case partial != "":
		a.data.warn(fmt.Sprintf("The run was interrupted (%s).", partial),
			"Finish it with -resume; what is here is of complete measurements.")
	}
}

// ended reports whether a record of the runner, which has the note run, closes with
// the note elapsed: nothing was measured after it and no session begun. Other
// records have no end that could be seen.
func ended(rec *record.Record) bool {
	if rec.Note("run") == "" {
		return true
	}
	end := false
	for line := range bytes.Lines(rec.Text) {
		switch {
		case bytes.HasPrefix(line, []byte("# note elapsed:")):
			end = true
		case bytes.HasPrefix(line, []byte("# note resumed:")), bytes.HasPrefix(line, []byte("# block ")):
			end = false
		}
	}
	return end
}

func (d *Data) warn(what, cure string) { d.Warnings = append(d.Warnings, Warning{what, cure}) }

// measureCapacity is C(P) = P·T(1)/T(P): every process of the probe does the same
// work, so P of them do P times as much.
func (a *analysis) measureCapacity() {
	one := a.pairs.capacity[1]
	if one == nil {
		return
	}
	for p, many := range a.pairs.capacity {
		q := a.rs.Quantity(one.makespan.Over(many.makespan).Scaled(float64(p)))
		if q.N == 0 {
			continue
		}
		a.capacity[p] = q
		a.data.Capacity[p] = q.Estimate()
	}
}

// ideal is what the workers can deliver at best on a workload, as a multiple of
// one: C(workers) where that is what limits it and it was measured, else the
// number of workers. More workers than cores can deliver no more than the cores
// can, so they have the capacity of the largest probe when that covers the cores.
func (a *analysis) ideal(workload string, workers int) (q estimate.Quantity, measured bool) {
	if a.resource[workload] == "cpu" {
		if q, ok := a.capacity[workers]; ok {
			return q, true
		}
		largest := 0
		for p := range a.capacity {
			largest = max(largest, p)
		}
		if cores := a.data.Machine.Cores; cores > 0 && largest >= cores && workers > largest {
			return a.capacity[largest], true
		}
	}
	return estimate.Constant(float64(workers)), false
}

// implausible warns of speedups that the machine cannot deliver: cache luck or,
// more often, an arm that does less work. Task Bench refuses above 1.5 as well.
func (a *analysis) implausible() {
	const limit = 1.5
	worst, where, count := 0.0, "", 0
	for _, s := range a.data.Scalings {
		for _, series := range s.Series {
			for _, pt := range series.Points {
				q, _ := a.ideal(s.Workload, pt.Workers)
				ratio := pt.Speedup.Value / q.Estimate().Value
				if pt.Speedup.Known() && pt.Speedup.Low/q.Estimate().Value < limit {
					continue // may be noise
				}
				if ratio > limit {
					count++
					if ratio > worst {
						worst, where = ratio, words.Arm(series.Executor, pt.Workers)+" on "+words.Task(s.Workload, s.Grain, s.Payload)
					}
				}
			}
		}
	}
	if count > 0 {
		a.data.warn(fmt.Sprintf("%s above %s of what the machine can deliver: the most is %s of it, %s.",
			words.Plural(count, "speedup is", "speedups are"), words.Ratio(limit), words.Ratio(worst), where),
			"Check that both arms do the same work; the serial arm may be throttled, or its memory cold.")
	}
}

// sortedCells are the arms in the order of Data.
func (p *pairing) sortedCells() []record.Cell {
	cells := make([]record.Cell, 0, len(p.arms))
	for c := range p.arms {
		cells = append(cells, c)
	}
	slices.SortFunc(cells, func(a, b record.Cell) int {
		return cmp.Or(cmp.Compare(a.Workload, b.Workload), cmp.Compare(a.Grain, b.Grain), cmp.Compare(a.Payload, b.Payload),
			cmp.Compare(a.Executor, b.Executor), cmp.Compare(a.Workers, b.Workers))
	})
	return cells
}
