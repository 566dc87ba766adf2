package charts

import "sort"

// A direct label names what it stands beside: a name, and lines in grey below.
type direct struct {
	name    string
	details []string // smaller lines below the name
	role    Role     // of the name
	look    *look    // its marker is repeated before the name; nil for lines without
	plain   bool     // the name is set small and regular: for reference lines
	end     pt       // where the thing it names ends
	line    Role     // of the leader
	y       float64  // of its middle, set by stackUp
}

func (d direct) height() float64 {
	if d.plain {
		return 12
	}
	return 14 + 9.5*float64(len(d.details))
}

// heart is the middle of the name, where the leader points.
func (d direct) heart() float64 {
	if d.plain {
		return d.y
	}
	return d.y + d.height()/2 - 6.8
}

// stackUp sets the y of each label (its middle) as near to the end of its line as
// the others allow, in the order of the ends, between bottom and top. Equal ends
// keep their order.
//
// Labels that would overlap are moved together, as in pool-adjacent-violators:
// each group stands around the mean of what its members want.
func stackUp(labels []direct, bottom, top float64) {
	sort.SliceStable(labels, func(i, j int) bool { return labels[i].end.y > labels[j].end.y })
	type group struct{ first, n, wish, height float64 }
	var groups []group
	settle := func(g group) group {
		// The wish is where the middle of the group should be.
		g.wish = max(min(g.wish, top-g.height/2), bottom+g.height/2)
		return g
	}
	for i, l := range labels {
		g := settle(group{float64(i), 1, l.end.y, l.height()})
		for len(groups) > 0 {
			last := groups[len(groups)-1]
			if last.wish-last.height/2 >= g.wish+g.height/2 {
				break
			}
			groups = groups[:len(groups)-1]
			g = settle(group{last.first, last.n + g.n,
				(last.wish*last.n + g.wish*g.n) / (last.n + g.n), last.height + g.height})
		}
		groups = append(groups, g)
	}
	for _, g := range groups {
		y := g.wish + g.height/2
		for i := int(g.first); i < int(g.first+g.n); i++ {
			labels[i].y = y - labels[i].height()/2
			y -= labels[i].height()
		}
	}
}

// directs draws the labels in the margin from x on, each with a leader from the
// end of its line. width is the room they have.
func (p *page) directs(labels []direct, right, x, width float64, f frame) {
	stackUp(labels, f.bottom-10, f.top+8)
	for _, l := range labels {
		start := pt{l.end.x + 5, l.end.y}
		p.line(stroke{role: l.line, width: 0.75}, start, pt{max(right+2, start.x), l.end.y}, pt{x - 4, l.heart()})
		left, base := x, l.y+l.height()/2-10
		if l.look != nil {
			p.marker(*l.look, pt{x + 3, base + 3.2}, 2.6)
			left += 9
		}
		face := nameFace
		if l.plain {
			face, base = noteFace, l.y-2.8
		}
		p.text(face, l.role, pt{left, base}, face.fit(l.name, width-(left-x)))
		for i, detail := range l.details {
			p.text(smallFace, muted, pt{left, base - 9.5*float64(i+1)}, smallFace.fit(detail, width-(left-x)))
		}
	}
}
