package charts

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"

	"poolbench/reports"
	"poolbench/reports/estimate"
	"poolbench/reports/words"
)

// Speedup draws the speedup over the plain loop against the number of workers,
// one drawing per workload at its largest grain.
var Speedup = register(Chart{
	Name: "speedup",
	Doc:  "speedup over serial by number of workers, against measured capacity and y = x",
	Draw: drawSpeedup,
})

func drawSpeedup(d *reports.Data) ([]Drawing, error) {
	looks := looks(d)
	var drawings []Drawing
	var reasons []string
	for _, s := range reports.Headline(d) {
		c := newSpeedupChart(d, s, looks)
		if len(c.curves) == 0 {
			reasons = append(reasons, words.OneLine(s.Workload)+" has no speedup that can be drawn")
			continue
		}
		drawings = append(drawings, c.drawing())
	}
	if len(drawings) == 0 && len(reasons) == 0 {
		return nil, fmt.Errorf("%w: no workload was measured both in a plain loop and in a pool", ErrNothing)
	}
	if len(reasons) > 0 {
		return unique(drawings), fmt.Errorf("%w: %s", ErrNothing, strings.Join(reasons, "; "))
	}
	return unique(drawings), nil
}

// spotKey names one point of one curve.
type spotKey struct {
	name    string
	workers float64
}

// speedupChart is everything one picture needs.
type speedupChart struct {
	data    *reports.Data
	scaling reports.Scaling
	curves  []curve
	left    []string // executors without a colour
	workers []int    // pool sizes on the axis, ascending
	ideal   []curvePoint
	frame   frame
	x, y    axis
	land    terrain
	aside   map[spotKey]float64 // how far a marker stands beside its place, in points
}

func newSpeedupChart(d *reports.Data, s reports.Scaling, looks map[string]look) *speedupChart {
	c := &speedupChart{data: d, scaling: s, aside: map[spotKey]float64{}}
	sizes := map[int]bool{}
	for _, series := range s.Series {
		if series.Executor == serialName {
			continue
		}
		l, ok := looks[series.Executor]
		if !ok {
			c.left = append(c.left, series.Executor)
			continue
		}
		k := curve{name: series.Executor, look: l}
		for _, p := range series.Points {
			if p.Workers >= 1 && drawable(p.Speedup.Value) {
				k.pts = append(k.pts, estimated(float64(p.Workers), p.Speedup))
				sizes[p.Workers] = true
			}
		}
		k.sort()
		if len(k.pts) > 0 {
			c.curves = append(c.curves, k)
		}
	}
	for n := range sizes {
		c.workers = append(c.workers, n)
	}
	sort.Ints(c.workers)
	if len(c.workers) == 0 {
		return c
	}
	if s.Resource == "cpu" {
		for workers, e := range d.Capacity {
			if workers >= c.workers[0] && workers <= c.workers[len(c.workers)-1] && drawable(e.Value) {
				c.ideal = append(c.ideal, estimated(float64(workers), e))
			}
		}
		sort.Slice(c.ideal, func(i, j int) bool { return c.ideal[i].x < c.ideal[j].x })
	}
	c.layOut()
	return c
}

const (
	speedupWidth, speedupHeight = 540, 333
	speedupMargin               = 108 // on the right, for the labels
)

// layOut sets the frame and the axes.
func (c *speedupChart) layOut() {
	values := []float64{1}
	for _, k := range append([]curve{{pts: c.ideal}}, c.curves...) {
		for _, p := range k.pts {
			// A wide interval may go beyond the picture: the points decide.
			values = append(values, p.y, max(p.low, p.y/2), min(p.high, p.y*2))
		}
	}
	lo, hi, _ := extent(values...)
	lo, hi = min(lo*0.87, 0.75), max(hi*1.3, 2.4)

	first, last := widened(float64(c.workers[0]), float64(c.workers[len(c.workers)-1]), 2)
	ylabels := axis{lo: lo, hi: hi, log: true}.powerTicks(2, 9, tickRatio)
	wide := 18.0
	for _, t := range ylabels {
		wide = max(wide, tickFace.wide(t.label))
	}
	bottom := 52 + 9.5*float64(footerLines(speedupWidth, c.notes()...)-1)
	c.frame = frame{edge + wide + 4, bottom, speedupWidth - speedupMargin, speedupHeight - 70}
	c.x = axis{lo: first, hi: last, log: true, from: c.frame.left + 14, to: c.frame.right - 14}
	c.y = axis{lo: lo, hi: hi, log: true, from: c.frame.bottom, to: c.frame.top}
	c.setAside()
	if n := 52 + 9.5*float64(footerLines(speedupWidth, c.notes()...)-1); n != bottom {
		// Standing aside needs a note, which needs room.
		c.frame.bottom, c.y.from = n, n
	}
	c.land = terrain{bounds: c.frame}
	for _, k := range c.curves {
		pts := c.places(k)
		c.land.curves = append(c.land.curves, segments(pts)...)
		for _, edge := range k.edges() {
			for i := range edge {
				edge[i] = pt{c.x.at(edge[i].x), c.y.at(edge[i].y)}
			}
			c.land.curves = append(c.land.curves, segments(edge)...)
		}
		for _, p := range c.markers(k) {
			c.land.taken = append(c.land.taken, slab{centre: p, width: 9, height: 9})
		}
	}
}

// setAside spreads markers that would hide each other. Only the markers move,
// and only sideways: lines and values stay where they are.
func (c *speedupChart) setAside() {
	for i, n := range c.workers {
		x := float64(n)
		room := c.frame.right - c.frame.left
		if i > 0 {
			room = min(room, c.x.at(x)-c.x.at(float64(c.workers[i-1])))
		}
		if i+1 < len(c.workers) {
			room = min(room, c.x.at(float64(c.workers[i+1]))-c.x.at(x))
		}
		type mark struct {
			name string
			y    float64
		}
		var marks []mark
		for _, k := range c.curves {
			for _, p := range k.pts {
				if p.x == x {
					marks = append(marks, mark{k.name, c.y.at(p.y)})
				}
			}
		}
		sort.SliceStable(marks, func(i, j int) bool { return marks[i].y < marks[j].y })
		for first := 0; first < len(marks); {
			last := first
			for last+1 < len(marks) && marks[last+1].y-marks[last].y < 4.5 {
				last++
			}
			group := marks[first : last+1]
			sort.SliceStable(group, func(i, j int) bool { return group[i].name < group[j].name })
			for i, m := range group {
				if step := min(6.2, 0.7*room/float64(len(group))); len(group) > 1 {
					c.aside[spotKey{m.name, x}] = (float64(i) - float64(len(group)-1)/2) * step
				}
			}
			first = last + 1
		}
	}
}

func (c *speedupChart) places(k curve) []pt {
	var out []pt
	for _, p := range k.pts {
		out = append(out, pt{c.x.at(p.x), c.y.at(p.y)})
	}
	return out
}

// markers are the places of the points of a curve, parallel to its points.
func (c *speedupChart) markers(k curve) []pt {
	out := c.places(k)
	for i, p := range k.pts {
		out[i].x += c.aside[spotKey{k.name, p.x}]
	}
	return out
}

func (c *speedupChart) drawing() Drawing {
	return Drawing{
		Name:    "speedup-" + fileName(c.scaling.Workload),
		Chart:   "speedup",
		Subject: c.scaling.Workload,
		Title:   c.title(),
		Alt:     c.alt(),
		width:   speedupWidth, height: speedupHeight,
		draw: c.draw,
	}
}

func (c *speedupChart) title() string {
	name, best := words.Capital(words.OneLine(c.scaling.Workload)), c.scaling.Best
	switch {
	case best.Executor == "":
		return name + ": speedup by number of workers"
	case !best.Decided && c.blocks() < estimate.MinBlocks:
		return name + ": too few blocks to choose a pool"
	case !best.Decided:
		return name + ": cannot tell whether a pool helps, not clear of the noise"
	case best.Executor == serialName || !drawable(best.Speedup.Value) || best.Speedup.Value <= 1:
		return name + ": no pool beats the plain loop"
	}
	executor := words.OneLine(best.Executor)
	title := fmt.Sprintf("%s: %s %s %s faster than serial", name, words.Pool(executor, best.Workers),
		words.PoolVerb("runs it", "run it", executor, best.Workers), words.Ratio(best.Speedup.Value))
	switch n := len(best.Ties); {
	case n == 1:
		title += "; 1 other is as good"
	case n > 1:
		title += fmt.Sprintf("; %d others are as good", n)
	}
	return title
}

// blocks is the most that a point was made from.
func (c *speedupChart) blocks() int {
	n := 0
	for _, s := range c.scaling.Series {
		for _, p := range s.Points {
			n = max(n, p.Speedup.N)
		}
	}
	return n
}

func (c *speedupChart) subtitle() string {
	known, least, most := intervals(c.curves)
	text := "By number of workers; both axes double. " + shaded(known, least, most)
	if known {
		text += ", paired with the serial run."
	}
	return text
}

func (c *speedupChart) notes() []string {
	job := []string{machineLine(c.data)}
	if c.scaling.Grain > 0 {
		job = append(job, "work in one task "+words.Grain(c.scaling.Grain))
	}
	if c.scaling.Payload > 0 {
		job = append(job, fmt.Sprintf("payload %d B", c.scaling.Payload))
	}
	if c.scaling.Tasks > 0 {
		job = append(job, words.Count(c.scaling.Tasks, "task"))
	}
	apart := ""
	if len(c.aside) > 0 {
		apart = "Points that would hide each other stand side by side."
	}
	return without(strings.TrimSpace(apart+" "+notDrawn(append([]string(nil), c.left...))), strings.Join(job, "  ·  "))
}

func (c *speedupChart) alt() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Line chart of the speedup over the serial loop against the number of workers (%s). ", joinInts(c.workers))
	for _, k := range c.curves {
		best := k.best()
		fmt.Fprintf(&b, "%s: best %s at %s, ", words.OneLine(k.name), words.Ratio(best.y), words.Count(int(best.x), "worker"))
		last := k.pts[len(k.pts)-1]
		fmt.Fprintf(&b, "%s at %d", words.Ratio(last.y), int(last.x))
		if law, _ := c.law(k.name); law != "" {
			fmt.Fprintf(&b, ", as in the model %s", law)
		}
		b.WriteString(". ")
	}
	if n := len(c.ideal); n > 0 {
		fmt.Fprintf(&b, "Measured capacity: %s at %d. ", words.Ratio(c.ideal[n-1].y), int(c.ideal[n-1].x))
	}
	if s := words.OneLine(c.scaling.Best.Sentence); s != "" {
		b.WriteString(s)
	}
	return strings.TrimSpace(b.String())
}

func joinInts(ns []int) string {
	var words []string
	for _, n := range ns {
		words = append(words, fmt.Sprint(n))
	}
	return strings.Join(words, ", ")
}

func (c *speedupChart) draw(p *page) {
	f := c.frame
	p.heading(c.title(), c.subtitle(), "Speedup over serial")
	// Labels of one rendering must not be in the way of the next.
	land := terrain{c.land.bounds, slices.Clone(c.land.curves), slices.Clone(c.land.taken)}
	cores := c.oversubscribed(p)
	land.curves = append(land.curves, segment{pt{cores, f.bottom}, pt{cores, f.top}})
	p.yTicks(f, c.y, c.y.powerTicks(2, 9, tickRatio))
	var ticks []tick
	for _, n := range c.workers {
		ticks = append(ticks, tick{float64(n), fmt.Sprint(n)})
	}
	p.xTicks(f, c.x, ticks, false)
	p.textCentre(tickFace, muted, pt{(f.left + f.right) / 2, f.bottom - 27}, "Workers in the pool")

	labels := c.guides(p, &land)
	for _, k := range c.curves {
		p.bandIn(f, k, c.x, c.y)
	}
	for _, k := range c.curves {
		p.lineIn(f, stroke{role: k.look.line, width: 2}, c.places(k)...)
	}
	for _, k := range c.curves {
		_, modelled := c.law(k.name)
		p.lineIn(f, stroke{role: k.look.text, width: 1, dashes: []float64{1, 2.2}}, modelled...)
	}
	for _, k := range c.curves {
		for _, at := range c.markers(k) {
			p.marker(k.look, at, 3.1)
		}
		best := k.best()
		details := []string{fmt.Sprintf("best %s at %d", words.Ratio(best.y), int(best.x))}
		if law, _ := c.law(k.name); law != "" {
			details = append(details, "dotted: "+law)
		}
		labels = append(labels, direct{
			name:    words.OneLine(k.name),
			details: details,
			role:    k.look.text, look: &k.look, line: k.look.line, end: c.lastPlace(k),
		})
	}
	c.coreLabel(p, &land, cores)
	p.directs(labels, f.right, f.right+16, speedupWidth-f.right-16-edge/2, f)
	p.footer(c.notes()...)
}

// law is the model of an executor by its name, and where it runs. There is none when
// it misses a point or another model explains the points as well, when so many
// executors leave no room for its name, and when it is the straight line of the ideal.
func (c *speedupChart) law(executor string) (name string, places []pt) {
	const clear, near, most = 2, 0.1, 4 // of AICc (Burnham and Anderson 2002); misfit; executors
	if len(c.curves) > most {
		return "", nil
	}
	for _, s := range c.scaling.Series {
		if s.Executor != executor || s.Law.Kind == reports.NoLaw || s.Law.Kind == reports.Linear || s.Law.Lead < clear || s.Law.Misfit > near {
			continue
		}
		for _, p := range s.Points {
			if !drawable(p.Modelled) {
				return "", nil
			}
			places = append(places, pt{c.x.at(float64(p.Workers)), c.y.at(p.Modelled)})
		}
		return s.Law.Name(), places
	}
	return "", nil
}

// lastPlace is where the leader of a curve starts: beside its last marker, or
// beside all of them when it goes as far as any.
func (c *speedupChart) lastPlace(k curve) pt {
	places := c.places(k)
	last := places[len(places)-1]
	if last.x > c.x.to-1 {
		last.x = c.frame.right - 5
	}
	return last
}

// guides draws the lines that a speedup is read against, and returns labels for
// those that found no room beside their line.
func (c *speedupChart) guides(p *page, land *terrain) []direct {
	f := c.frame
	one := c.y.at(1)
	p.line(stroke{role: guide, width: 1}, pt{f.left, one}, pt{f.right, one})
	land.curves = append(land.curves, segment{pt{f.left, one}, pt{f.right, one}})
	labels := []direct{{name: "serial = 1×", plain: true, role: muted, line: guide, end: pt{f.right, one}}}

	lo, hi := c.x.lo/4, c.x.hi*4 // beyond the frame on both sides
	ideal := c.visible(pt{lo, lo}, pt{hi, hi})
	half := c.visible(pt{lo, lo / 2}, pt{hi, hi / 2})
	var capacity []pt
	for _, q := range c.ideal {
		capacity = append(capacity, pt{c.x.at(q.x), c.y.at(q.y)})
	}
	if len(capacity) == 1 {
		at := capacity[0]
		capacity = []pt{{at.x - 9, at.y}, {at.x + 9, at.y}}
	}
	thin := stroke{role: guide, width: 0.75}
	names := []string{"y = x: one core per worker", "y = x"}
	if len(capacity) == 0 {
		thin.width = 1.5
		names = []string{"ideal: 100 % efficiency", "ideal"}
	}
	p.line(thin, ideal...)
	p.line(stroke{role: guide, width: 1, dashes: []float64{4, 3}}, half...)
	p.lineIn(f, stroke{role: strong, width: 3}, capacity...)
	for _, line := range [][]pt{ideal, half, capacity} {
		land.curves = append(land.curves, segments(line)...)
	}
	for _, g := range []struct {
		names []string // the longest that fits is taken
		line  []pt
		role  Role
		at    float64
	}{
		{[]string{"measured capacity"}, capacity, strong, 0.75},
		{names, ideal, muted, 0.75},
		{[]string{"50 % efficiency", "50 %"}, half, muted, 0.4},
	} {
		if len(g.line) < 2 {
			continue
		}
		end := g.line[len(g.line)-1]
		switch {
		case p.nameAlong(land, g.line, g.at, g.role, g.names):
		case end.y > f.top-1 && end.x < f.right-20:
			// It leaves through the top: the label goes above it.
			name := g.names[len(g.names)-1]
			p.textCentre(noteFace, g.role, pt{end.x, f.top + 3}, name)
		default:
			labels = append(labels, direct{name: g.names[0], plain: true, role: g.role, line: guide, end: end})
		}
	}
	return labels
}

// nameAlong writes the first of the names for which there is room along a line.
func (p *page) nameAlong(land *terrain, line []pt, at float64, r Role, names []string) bool {
	for _, name := range names {
		if s, ok := land.along(line, noteFace.wide(name)+4, 9, at); ok {
			const drop = 2.6 // from the middle of the text to its baseline
			p.textAlong(noteFace, r, pt{s.centre.x + drop*math.Sin(s.angle), s.centre.y - drop*math.Cos(s.angle)}, s.angle, name)
			return true
		}
	}
	return false
}

// visible is the part inside the frame of the straight line between two values.
func (c *speedupChart) visible(a, b pt) []pt {
	from, to := pt{c.x.at(a.x), c.y.at(a.y)}, pt{c.x.at(b.x), c.y.at(b.y)}
	return clipSegment(c.frame, from, to)
}

// oversubscribed shades the pool sizes above the number of cores; it returns the
// place of the border, or the right edge when there is none.
func (c *speedupChart) oversubscribed(p *page) float64 {
	f, cores := c.frame, c.data.Machine.Cores
	if cores < 1 || c.workers[len(c.workers)-1] <= cores {
		return f.right
	}
	x := max(c.x.at(float64(cores)), f.left)
	p.fill(tint.Light, pt{x, f.bottom}, pt{f.right, f.bottom}, pt{f.right, f.top}, pt{x, f.top})
	if x > f.left {
		p.line(stroke{role: guide, width: 1, dashes: []float64{1, 3}}, pt{x, f.bottom}, pt{x, f.top})
	}
	return x
}

// coreLabel says what the shading means, where there is room for it.
func (c *speedupChart) coreLabel(p *page, land *terrain, x float64) {
	f := c.frame
	if x >= f.right {
		return
	}
	whole := "more workers than the " + words.Count(c.data.Machine.Cores, "core")
	for _, lines := range [][]string{{whole}, {"more workers", strings.TrimPrefix(whole, "more workers ")}, {"more", "workers", "than cores"}} {
		width := 0.0
		for _, l := range lines {
			width = max(width, noteFace.wide(l))
		}
		height := 9.5 * float64(len(lines))
		for y := f.bottom + 3 + height/2; y < f.top; y += 6 {
			for _, left := range []float64{x + 5, f.right - width - 4} {
				s := slab{centre: pt{left + width/2, y}, width: width + 2, height: height}
				if left >= x && land.free(s) {
					for i, l := range lines {
						p.text(noteFace, muted, pt{left, y + height/2 - 7.5 - 9.5*float64(i)}, l)
					}
					land.taken = append(land.taken, s)
					return
				}
			}
		}
	}
}
