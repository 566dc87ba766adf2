package reports

import (
	"slices"

	"poolbench/bench/record"
	"poolbench/reports/estimate"
)

// extra is what the results of every cell say in a unit beside the time, in the
// blocks that the pairing has of the cell. It is empty when none says it.
func (a *analysis) extra(unit string) map[record.Cell]estimate.Series {
	out := map[record.Cell]estimate.Series{}
	if !a.hasUnit(unit) {
		return out
	}
	measured, _ := only(a.rec)
	numbered := false
	for _, r := range measured.Results {
		numbered = numbered || r.Kind == record.KindCell && r.Block > 0
	}
	index := a.blockIndex(measured)
	ordinal := map[record.Cell]int{}
	values := map[record.Cell]map[int]float64{} // by block
	for _, r := range measured.Results {
		if r.Kind != record.KindCell {
			continue
		}
		cell := r.Cell
		if cell.Executor == record.Serial {
			cell = cell.Baseline()
		}
		block := r.Block
		if !numbered {
			ordinal[cell]++
			block = ordinal[cell]
		}
		b, ok := index[block]
		if v := r.Values[unit]; ok && v >= minSeconds && v <= maxSeconds {
			if values[cell] == nil {
				values[cell] = map[int]float64{}
			}
			values[cell][b] = v
		}
	}
	for cell, byBlock := range values {
		if a.pairs.arms[cell] == nil {
			continue
		}
		var s estimate.Series
		for _, b := range a.pairs.arms[cell].makespan.Blocks() {
			if v, ok := byBlock[b]; ok {
				s.Add(b, v)
			}
		}
		out[cell] = s
	}
	return out
}

func (a *analysis) hasUnit(unit string) bool {
	return slices.ContainsFunc(a.rec.Results, func(r record.Result) bool { return r.Kind == record.KindCell && r.Values[unit] > 0 })
}

// blockIndex is the numbering of the blocks that the pairing used.
func (a *analysis) blockIndex(measured *record.Record) map[int]int {
	var p pairing
	cells, probes := map[record.Cell][]observation{}, map[record.Cell][]observation{}
	p.collect(measured, record.KindCell, cells)
	p.collect(measured, record.KindCapacity, probes)
	p.numbered = a.pairs.numbered
	p.dropFailed(measured, cells)
	return blockIndex(cells, probes)
}
