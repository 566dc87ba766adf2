package record

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What earlier versions wrote in comments: prose in notes, and lines of their own for
// the comparison of two builds. It is read for the facts that it holds.
//
//	# note seed: 42
//	# failed NAME: reason                     in a comparison NAME: in head: reason
//	# subject judged base+head PKG NAME       a promise
//	# host seedpair=5 steal=0 others=0.1 waited=0.02 load=1.5
//	# chunks base 101.2 103.5 …               the turns of the result above

// oldFacts are what several notes say together.
type oldFacts struct {
	comparison bool
	end        End
}

func (p *reader) oldLine(word, rest string) error {
	switch word {
	case "failed":
		return p.oldFailure(rest)
	case "note":
		// An editor may have taken the space of an empty value. A key with spaces is
		// somebody's remark and no note of ours.
		key, value, ok := strings.Cut(rest, ":")
		if ok && key != "" && !strings.ContainsAny(key, " \t") {
			return p.note(key, strings.TrimPrefix(value, " "))
		}
	}
	if !p.old.comparison {
		return nil
	}
	switch fields := strings.Fields(rest); word {
	case "subject":
		return p.oldPromise(fields)
	case "host":
		return p.oldHost(fields)
	case "chunks":
		if len(fields) < 2 || fields[0] != "base" && fields[0] != "head" {
			return errors.New("a chunks line needs a side, base or head, and times")
		}
		return p.turns(fields[1:])
	}
	return nil
}

func (p *reader) oldFailure(rest string) error {
	name, reason, ok := strings.Cut(rest, ": ")
	if !ok {
		return errors.New("a failed line needs a name and a reason")
	}
	point := Point{name: name}
	if p.old.comparison {
		side, after, ok := strings.Cut(strings.TrimPrefix(reason, "in "), ": ")
		if !ok || side != "base" && side != "head" {
			return errors.New("a failed line of a comparison needs a name, a side and a reason")
		}
		point.Pkg, point.Side, reason = p.config["pkg"], side, after
	}
	p.fail(point, reason)
	return nil
}

func (p *reader) oldPromise(fields []string) error {
	if len(fields) != 4 {
		return errors.New("a subject line needs role, builds, package and name")
	}
	if !slices.Contains([]string{"base", "head", "base+head", "none"}, fields[1]) {
		return fmt.Errorf("%q is not base, head, base+head or none", fields[1])
	}
	promise := Promise{Role: Role(fields[0]), Pkg: strings.TrimPrefix(fields[2], "-"), Name: fields[3],
		InBase: strings.Contains(fields[1], "base"), InHead: strings.Contains(fields[1], "head")}
	if !slices.Contains([]Role{Judged, Same, Canary}, promise.Role) {
		return fmt.Errorf("the role %q is none of judged, same, canary", fields[0])
	}
	p.rec.Facts.Promised = append(p.rec.Facts.Promised, promise)
	return nil
}

func (p *reader) oldHost(fields []string) error {
	if p.block == 0 {
		return errors.New("the line stands before the first block line")
	}
	h := Host{Steal: -1, Others: -1, Waited: -1}
	links := 0.0
	into := map[string]*float64{"seedpair": &links, "steal": &h.Steal, "others": &h.Others, "waited": &h.Waited, "load": &h.Load}
	for _, f := range fields {
		key, value, _ := strings.Cut(f, "=")
		v, err := number(value)
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if at := into[key]; at != nil {
			*at = v
		}
	}
	if h.Links = int(links); links != float64(h.Links) || links < 0 || links > 1e6 {
		return fmt.Errorf("seed pair %v is not a count", links)
	}
	p.rec.Hosts[p.block] = h
	return nil
}

// note reads the facts in one note.
func (p *reader) note(key, value string) (err error) {
	f := &p.rec.Facts
	topic, rest, dotted := strings.Cut(key, ".")
	switch {
	case key == "comparison":
		p.old.comparison = true
	case key == "run":
		f.Run = value
	case key == "seed":
		f.Seed, _ = strconv.ParseUint(value, 10, 64)
	case key == "start", key == "time": // time in the histories of the gate
		f.Start, _ = time.Parse(time.RFC3339, value)
	case key == "resumed":
		at, _ := time.Parse(time.RFC3339, value)
		f.Sessions, f.End, p.old.end = append(f.Sessions, at), nil, End{}
	case key == "budget":
		d, _ := time.ParseDuration(value)
		f.Budget = d.Seconds()
	case key == "grid":
		f.Plan.Fingerprint = value
	case key == "cores":
		f.Cores, _ = strconv.Atoi(value)
	case key == "base":
		f.Builds.Base = value
	case key == "head":
		f.Builds.Head = value
	case key == "refined":
		f.Refined = append(f.Refined, value)
	case key == "dropped":
		err = p.oldDropped(value)
	case key == "partial":
		n, _ := fmt.Sscanf(value, "%d of %d blocks", &p.old.end.Blocks, &p.old.end.Expected)
		p.old.end.Interrupted = n == 2
	case key == "blocks":
		p.old.end.Blocks, _ = strconv.Atoi(value)
	case key == "elapsed":
		d, _ := time.ParseDuration(value)
		end := p.old.end
		end.Elapsed = d.Seconds()
		f.End = &end
	case key == "warning":
		f.warn(Warning{What: value})
	case topic == "warning" && dotted:
		if what, cure, _ := strings.Cut(value, " | "); rest != "blocks" { // later blocks make that wrong
			f.warn(Warning{rest, what, cure})
		}
	case topic == "workload" && dotted:
		f.Workloads = append(f.Workloads, Workload{rest, value})
	case topic == "calibration" && dotted:
		ns, _, _ := strings.Cut(value, " ")
		if v, err := number(ns); err == nil && v > 0 {
			f.Calibrations = append(f.Calibrations, Calibration{Kernel: rest, PerUnit: v / 1e9})
		}
	default:
		f.Readings = append(f.Readings, Reading{Name: key, Text: value})
	}
	return err
}

func (p *reader) oldDropped(value string) error {
	number, _, _ := strings.Cut(value, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return fmt.Errorf("note dropped: block number %q is not a positive integer", number)
	}
	if !slices.Contains(p.rec.Dropped, n) {
		p.rec.Dropped = append(p.rec.Dropped, n)
	}
	return nil
}
