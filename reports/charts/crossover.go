package charts

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Crossover draws time per task and efficiency against the useful work in one
// task, one drawing per workload at the number of workers that the answers are
// about: see reports.HeadlineSweeps.
var Crossover = register(Chart{
	Name: "crossover",
	Doc:  "time per task and efficiency by work per task: where a pool pays off, and METG(50 %)",
	Draw: drawCrossover,
})

func drawCrossover(d *reports.Data) ([]Drawing, error) {
	looks := looks(d)
	var drawings []Drawing
	var reasons []string
	for _, s := range reports.HeadlineSweeps(d) {
		c := newCrossoverChart(d, s, looks)
		if c.above == nil {
			reasons = append(reasons, words.OneLine(s.Workload)+" has no two grains whose times can be drawn")
			continue
		}
		drawings = append(drawings, c.drawing())
	}
	if len(drawings) == 0 && len(reasons) == 0 {
		return nil, fmt.Errorf("%w: no workload was measured at several grains", ErrNothing)
	}
	if len(reasons) > 0 {
		return unique(drawings), fmt.Errorf("%w: %s", ErrNothing, strings.Join(reasons, "; "))
	}
	return unique(drawings), nil
}

// crossoverChart is everything one picture needs.
type crossoverChart struct {
	data           *reports.Data
	sweep          reports.Sweep
	times, shares  []curve // parallel: time per task, efficiency
	series         map[string]reports.SweepSeries
	left           []string // executors without a colour
	serial         curve
	upper, lower   frame
	x, time, share axis
	above, below   *panel
	margin         float64 // on the right, for the labels
}

func newCrossoverChart(d *reports.Data, s reports.Sweep, looks map[string]look) *crossoverChart {
	c := &crossoverChart{data: d, sweep: s, series: map[string]reports.SweepSeries{}}
	for _, series := range s.Series {
		if series.Executor == serialName {
			continue
		}
		l, ok := looks[series.Executor]
		if !ok {
			c.left = append(c.left, series.Executor)
			continue
		}
		time, share := curve{name: series.Executor, look: l}, curve{name: series.Executor, look: l}
		for _, p := range series.Points {
			if !drawable(p.Work) || !drawable(p.Time.Value) {
				continue
			}
			time.pts = append(time.pts, estimated(p.Work, p.Time))
			if e := p.Efficiency.Value; finite(e) && e >= 0 && e < 1e6 {
				share.pts = append(share.pts, estimated(p.Work, p.Efficiency))
			}
		}
		if len(time.pts) == 0 {
			continue
		}
		time.sort()
		share.sort()
		c.times, c.shares = append(c.times, time), append(c.shares, share)
		c.series[series.Executor] = series
	}
	for _, p := range s.Serial {
		if drawable(p.Work) && drawable(p.Time.Value) {
			c.serial.pts = append(c.serial.pts, estimated(p.Work, p.Time))
		}
	}
	c.serial.sort()
	if !slices.ContainsFunc(c.times, func(k curve) bool { return len(k.pts) > 1 }) {
		return c
	}
	c.layOut(104)
	if !c.plan() {
		// The labels go into a wider margin.
		c.layOut(142)
		c.plan()
	}
	return c
}

const crossoverWidth, crossoverHeight = 540, 468

// layOut sets frames and axes; margin is what the labels on the right need.
func (c *crossoverChart) layOut(margin float64) {
	c.margin = margin
	var works, times, shares []float64
	for _, k := range append([]curve{c.serial}, c.times...) {
		for _, p := range k.pts {
			works, times = append(works, p.x), append(times, p.y, max(p.low, p.y/3), min(p.high, p.y*3))
		}
	}
	for _, k := range c.shares {
		for _, p := range k.pts {
			shares = append(shares, p.y)
		}
	}
	_, most, _ := extent(append(shares, 1)...)
	x0, x1, _ := extent(works...)
	x0, x1 = widened(x0, x1, 8)
	y0, y1, _ := extent(times...)
	y0, y1 = widened(y0/1.25, y1*1.25, 20)

	// The left margin holds the widest label, "100 µs".
	left, right := 56.0, crossoverWidth-margin
	bottom := 56 + 9.5*float64(footerLines(crossoverWidth, c.notes()...)-1)
	c.upper = frame{left, bottom + 164, right, crossoverHeight - 70}
	c.lower = frame{left, bottom, right, bottom + 122}
	c.x = axis{lo: x0, hi: x1, log: true, from: left, to: right}
	pad := (right - left) * 0.012
	c.x.from, c.x.to = left+pad, right-pad
	c.time = axis{lo: y0, hi: y1, log: true, from: c.upper.bottom, to: c.upper.top}
	c.share = axis{lo: 0, hi: max(1.1, most*1.06), from: c.lower.bottom, to: c.lower.top}
}

func (c *crossoverChart) drawing() Drawing {
	return Drawing{
		Name:    "crossover-" + fileName(c.sweep.Workload),
		Chart:   "crossover",
		Subject: c.sweep.Workload,
		Title:   c.title(),
		Alt:     c.alt(),
		width:   crossoverWidth, height: crossoverHeight,
		draw: c.draw,
	}
}

// title states the finding in one line: with more than two crossings only the
// ends of their range.
func (c *crossoverChart) title() string {
	name := words.Capital(words.OneLine(c.sweep.Workload)) + ": "
	var cross, always []curve
	never, unseen := 0, false
	for _, k := range c.times {
		switch x := c.series[k.name].Crossover; {
		case crossesAt(x) && x.Outcome == estimate.Crosses:
			cross = append(cross, k)
		case x.Outcome == estimate.Always:
			always = append(always, k)
		case x.Outcome == estimate.Never:
			never++
			unseen = unseen || c.series[k.name].MayPay()
		}
	}
	at := func(k curve) string { return words.Duration(c.series[k.name].Crossover.At.Value) }
	switch {
	case len(cross) == 0 && len(always) == len(c.times):
		return name + "a pool pays off at every size tried"
	case len(cross) == 0 && never == len(c.times):
		if unseen {
			return name + "no pool is seen to pay off at any size tried"
		}
		return name + "no pool pays off at any size tried"
	case len(cross) == 0 && len(always) == 0:
		return name + "no point found where a pool begins to pay off"
	case len(cross) == 0:
		return fmt.Sprintf("%s%s %s at every size tried", name, words.OneLine(always[0].name), words.PayOff(always[0].name))
	case len(always) > 0:
		return fmt.Sprintf("%s%s %s at every size tried, %s above %s", name, words.OneLine(always[0].name),
			words.PayOff(always[0].name), words.OneLine(cross[0].name), at(cross[0]))
	case len(cross) == 1:
		return fmt.Sprintf("%s%s %s above %s of work per task", name, words.OneLine(cross[0].name), words.PayOff(cross[0].name), at(cross[0]))
	case len(cross) == 2:
		return fmt.Sprintf("%s%s %s above %s of work, %s above %s", name, words.OneLine(cross[0].name), words.PayOff(cross[0].name),
			at(cross[0]), words.OneLine(cross[1].name), at(cross[1]))
	}
	first, last := cross[0], cross[0]
	for _, k := range cross {
		v := c.series[k.name].Crossover.At.Value
		if v < c.series[first.name].Crossover.At.Value {
			first = k
		}
		if v > c.series[last.name].Crossover.At.Value {
			last = k
		}
	}
	return fmt.Sprintf("%spools pay off above %s (%s) to %s (%s) of work", name, at(first), words.OneLine(first.name), at(last), words.OneLine(last.name))
}

func (c *crossoverChart) subtitle() string {
	known, least, most := intervals(c.times)
	return fmt.Sprintf("Wall time per task against the useful work inside it, pool of %d. %s", c.sweep.Workers,
		strings.TrimSuffix(shaded(known, least, most), ".")+".")
}

func (c *crossoverChart) notes() []string {
	ideal := "of ideal"
	if c.hasIdeal() {
		ideal = fmt.Sprintf("of %s", words.Ratio(c.sweep.Ideal))
		if c.sweep.Measured {
			ideal += ", the measured capacity"
		}
	}
	return without(
		"50 % mark: least useful work per task for half "+ideal+". METG(50 %) counts the overhead in as well.",
		notDrawn(append([]string(nil), c.left...)),
		machineLine(c.data))
}

func (c *crossoverChart) hasIdeal() bool { return drawable(c.sweep.Ideal) && c.sweep.Ideal < 1e9 }

func (c *crossoverChart) alt() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Two line charts with a shared axis of useful work per task, %s to %s: time per task above, parallel efficiency below, %s. ",
		words.Duration(c.x.lo), words.Duration(c.x.hi), words.Count(c.sweep.Workers, "worker"))
	for _, k := range c.times {
		s := c.series[k.name]
		fmt.Fprintf(&b, "%s: %s; %s. ", words.OneLine(k.name), crossoverWords(s), halfWords(s))
	}
	return strings.TrimSpace(b.String())
}

// crossesAt reports whether there is a place to draw.
func crossesAt(x estimate.Crossing) bool {
	return (x.Outcome == estimate.Crosses || x.Outcome == estimate.Several) && drawable(x.At.Value)
}

// crossoverWords says what a crossing with the serial line is.
func crossoverWords(s reports.SweepSeries) string {
	switch x := s.Crossover; {
	case crossesAt(x) && x.Outcome == estimate.Several:
		return "crosses more than once, last at " + words.DurationEstimate(x.At)
	case crossesAt(x):
		return "pays off above " + words.DurationEstimate(x.At)
	case x.Outcome == estimate.Always:
		return words.PayOff("it") + " at every size tried" + bound(", from ", x.From)
	case x.Outcome == estimate.Never:
		return s.NeverPays("it") + bound(" up to ", x.To)
	}
	return "cannot tell where it pays off"
}

// halfWords says where an executor reaches half of ideal efficiency.
func halfWords(s reports.SweepSeries) string {
	x := s.Half().Work
	switch {
	case crossesAt(x):
		text := "reaches 50 % of ideal at " + words.DurationEstimate(x.At)
		if crossesAt(s.Half().METG) {
			text += ", METG(50 %) " + words.Duration(s.Half().METG.At.Value)
		}
		return text
	case x.Outcome == estimate.Always:
		return "above 50 % of ideal at every size tried"
	case x.Outcome == estimate.Never:
		return "below 50 % of ideal at every size tried"
	}
	return "cannot tell where it reaches 50 % of ideal"
}

func bound(text string, v float64) string {
	if !drawable(v) {
		return ""
	}
	return text + words.Duration(v)
}

func (c *crossoverChart) draw(p *page) {
	p.heading(c.title(), c.subtitle(), "Time per task")
	xticks := c.x.decadeTicks(8, tickDuration)
	p.yTicks(c.upper, c.time, c.time.decadeTicks(7, tickDuration))
	p.xTicks(c.upper, c.x, xticks, true)
	c.drawTimes(p)

	p.text(tickFace, muted, pt{edge, c.lower.top + 9}, "Parallel efficiency")
	p.yTicks(c.lower, c.share, c.share.shareTicks(tickShare))
	p.xTicks(c.lower, c.x, xticks, true)
	p.textCentre(tickFace, muted, pt{(c.lower.left + c.lower.right) / 2, c.lower.bottom - 27}, "Useful work in one task")
	c.drawShares(p)
	p.footer(c.notes()...)
}

// plan makes both panels; it reports false when a label finds no place in one.
func (c *crossoverChart) plan() bool {
	c.above = &panel{frame: c.upper, x: c.x, y: c.time, curves: c.times}
	for _, line := range [][]pt{c.serialLine(1), c.serialLine(c.sweep.Ideal)} {
		c.above.guides = append(c.above.guides, segments(line)...)
	}
	for _, k := range c.times {
		x := c.series[k.name].Crossover
		if !crossesAt(x) {
			c.above.remarks = append(c.above.remarks, remark{k.look, words.OneLine(k.name) + ": " + crossoverNote(c.series[k.name])})
			continue
		}
		title := "pays off above " + words.Duration(x.At.Value)
		if x.Outcome == estimate.Several {
			title = "crosses again, last at " + words.Duration(x.At.Value)
		}
		c.above.calls = append(c.above.calls, call{look: k.look, at: x.At, meets: serialAt(c.serial, x.At.Value),
			name: words.OneLine(k.name), title: title, head: "pay off above", detail: interval(x.At)})
	}
	half := c.share.at(0.5)
	c.below = &panel{frame: c.lower, x: c.x, y: c.share, curves: c.shares,
		guides: []segment{{pt{c.lower.left, half}, pt{c.lower.right, half}}}}
	for _, k := range c.shares {
		series := c.series[k.name]
		x := series.Half().Work
		if !crossesAt(x) {
			c.below.remarks = append(c.below.remarks, remark{k.look, words.OneLine(k.name) + ": " + halfNote(x)})
			continue
		}
		detail := interval(x.At)
		if crossesAt(series.Half().METG) {
			detail += " · METG " + words.Duration(series.Half().METG.At.Value)
		}
		c.below.calls = append(c.below.calls, call{look: k.look, at: x.At, meets: 0.5, name: words.OneLine(k.name),
			title: "50 % at " + words.Duration(x.At.Value) + " of work", head: "50 % of ideal at", detail: detail})
	}
	above, below := c.above.plan(), c.below.plan()
	return above && below
}

// serialLine is the line of the plain loop, by times faster; nil when by is no
// number to divide by.
func (c *crossoverChart) serialLine(by float64) []pt {
	if !drawable(by) {
		return nil
	}
	var line []pt
	for _, q := range c.serial.pts {
		line = append(line, pt{c.x.at(q.x), c.time.at(q.y / by)})
	}
	return line
}

// drawTimes fills the upper panel.
func (c *crossoverChart) drawTimes(p *page) {
	f := c.upper
	var labels []direct
	reference := func(name string, line []pt, s stroke) {
		p.lineIn(f, s, line...)
		if len(line) > 0 && f.holds(line[len(line)-1]) {
			labels = append(labels, direct{name: name, plain: true, role: muted, line: guide, end: line[len(line)-1]})
		}
	}
	reference("serial: no pool", c.serialLine(1), stroke{role: guide, width: 1.25})
	if c.hasIdeal() {
		reference("ideal: "+words.Ratio(c.sweep.Ideal)+" faster", c.serialLine(c.sweep.Ideal), stroke{role: guide, width: 1, dashes: []float64{1.2, 2.5}})
	}
	c.above.paint(p)
	for i, k := range c.times {
		last := k.pts[len(k.pts)-1]
		l := direct{name: words.OneLine(k.name), role: k.look.text, look: &c.times[i].look,
			line: k.look.line, end: pt{c.x.at(last.x), c.time.at(last.y)}}
		if x := c.series[k.name].Crossover; c.above.spots == nil && crossesAt(x) {
			l.details = []string{"pays off above " + words.Duration(x.At.Value), interval(x.At)}
			if x.Outcome == estimate.Several {
				l.details[0] = "crosses again, last " + words.Duration(x.At.Value)
			}
		}
		labels = append(labels, l)
	}
	p.directs(labels, f.right, f.right+16, c.margin-16-edge/2, f)
}

// serialAt is the serial time at the given work: the value on the line between
// the points around it.
func serialAt(serial curve, work float64) float64 {
	pts := serial.pts
	for i := 1; i < len(pts); i++ {
		a, b := pts[i-1], pts[i]
		if work >= a.x && work <= b.x && b.x > a.x {
			t := math.Log(work/a.x) / math.Log(b.x/a.x)
			return math.Exp(math.Log(a.y) + t*(math.Log(b.y)-math.Log(a.y)))
		}
	}
	return work
}

// drawShares fills the lower panel.
func (c *crossoverChart) drawShares(p *page) {
	f := c.lower
	half := c.share.at(0.5)
	p.line(stroke{role: guide, width: 1.25}, pt{f.left, half}, pt{f.right, half})
	c.below.paint(p)
	var labels []direct
	for i, k := range c.shares {
		if len(k.pts) == 0 {
			continue
		}
		last := k.pts[len(k.pts)-1]
		l := direct{name: words.OneLine(k.name), details: []string{"up to " + words.Percent(k.best().y)}, role: k.look.text,
			look: &c.shares[i].look, line: k.look.line, end: pt{c.x.at(last.x), c.share.at(last.y)}}
		series := c.series[k.name]
		if x := series.Half().Work; c.below.spots == nil && crossesAt(x) {
			l.details = append([]string{strings.TrimSpace("50 % at " + words.Duration(x.At.Value) + " " + brackets(x.At))}, l.details...)
			if crossesAt(series.Half().METG) {
				l.details[1] = "METG " + words.Duration(series.Half().METG.At.Value) + ", " + l.details[1]
			}
		}
		labels = append(labels, l)
	}
	p.directs(labels, f.right, f.right+16, c.margin-16-edge/2, f)
}

// brackets is the interval alone, or nothing.
func brackets(e estimate.Estimate) string {
	if !e.Known() || !drawable(e.Low) || !drawable(e.High) {
		return ""
	}
	return words.DurationInterval(e.Value, e.Low, e.High)
}

// interval says how sure a crossing is, in the unit of its value.
func interval(e estimate.Estimate) string {
	if !e.Known() || math.IsNaN(e.Low) || math.IsNaN(e.High) {
		return "no interval, " + words.Count(e.N, "block")
	}
	if !drawable(e.Low) || !drawable(e.High) {
		return "95 % CI is open"
	}
	return "95 % CI " + words.DurationInterval(e.Value, e.Low, e.High)
}

func crossoverNote(s reports.SweepSeries) string {
	x := s.Crossover
	switch x.Outcome {
	case estimate.Always:
		return words.PayOff(s.Executor) + " at every size tried" + bound(", from ", x.From)
	case estimate.Never:
		return s.NeverPays(s.Executor) + bound(" up to ", x.To)
	}
	return unclear(x)
}

// unclear says why there is no answer.
func unclear(x estimate.Crossing) string {
	if x.At.N < max(x.Needs, estimate.MinBlocks) {
		return "cannot tell, too few blocks"
	}
	return "cannot tell, not clear of the noise"
}

func halfNote(x estimate.Crossing) string {
	switch x.Outcome {
	case estimate.Always:
		return "above 50 % at every size tried"
	case estimate.Never:
		return "below 50 % at every size tried"
	}
	return unclear(x)
}
