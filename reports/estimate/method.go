package estimate

import "math"

// A Method is a way to make an interval. Every estimate that has an interval points to
// one of the values below, so that a reader may be told beside the number how it was
// made.
type Method struct {
	Name   string `json:"name"`             // in a few words: "percentile bootstrap"
	Reason string `json:"reason"`           // why this way here; one sentence without a full stop
	Source string `json:"source,omitempty"` // who described it; empty when nobody had to
}

// The methods, by what there is to make an interval from.
var (
	// Bootstrap is for medians of what blocks say, and whatever is computed from them.
	Bootstrap = &Method{"percentile bootstrap",
		"whole blocks are drawn again, the same ones for every number, so that what is computed from several numbers keeps their correlation", "Efron 1979"}
	// OneStepBootstrap is for the parameters of a Fit.
	OneStepBootstrap = &Method{"one-step bootstrap of the fit",
		"each draw of the blocks moves the solution by one step without bounds, since bounded fits are wrong at the bound; its ends are as far out as Student's t would put them", "Andrews 2000, Hesterberg 2015"}
	// MaxT is for several differences of which the largest are named.
	MaxT = &Method{"max-t bootstrap",
		"all intervals hold at once, so that whichever difference is named because it is the largest has one that holds", "Westfall and Young 1993"}
	// OrderStatistics decides on which side of a level a point is.
	OrderStatistics = &Method{"order statistics",
		"exact at any level, also one shared among many questions, which the bootstrap of a few blocks cannot reach", "sign test"}
	// HodgesLehmann is for paired ratios of two builds.
	HodgesLehmann = &Method{"Hodges-Lehmann centre with the signed-rank interval",
		"exact for paired values, and narrower than order statistics alone", "Wilcoxon 1945, Hodges and Lehmann 1963"}
	// MannWhitney is for two builds that were not measured in pairs.
	MannWhitney = &Method{"Hodges-Lehmann shift with the Mann-Whitney interval",
		"exact for values that are not paired but scatter alike", "Mann and Whitney 1947"}
	// StudentT takes the place of the exact ones where there are too few values for their
	// level, or too many differences to sort.
	StudentT = &Method{"t interval of the median",
		"there are too few values for an exact interval of this level, or too many to compare each with each", "normal standard error of a median"}
	// Exact is for what does not vary or is so by definition.
	Exact = &Method{"exact", "the value does not vary, so the interval is the value", ""}
)

// An Interval is a centre with the interval around it, on a scale.
type Interval struct {
	Mid, Low, High float64 // the ends are infinite when there are too few values for the level
	Method         *Method
}

// Bounded reports whether the interval has ends.
func (v Interval) Bounded() bool { return !math.IsInf(v.High-v.Low, 0) }

// Negated is the interval of the opposite.
func (v Interval) Negated() Interval { return Interval{-v.Mid, -v.High, -v.Low, v.Method} }

// Ratio is the estimate from n blocks of which v is the logarithm; its N is 0 when the
// interval has no ends.
func (v Interval) Ratio(n int) Estimate {
	if !v.Bounded() {
		return Estimate{Value: math.Exp(v.Mid)}
	}
	return Estimate{Value: math.Exp(v.Mid), Low: math.Exp(v.Low), High: math.Exp(v.High), N: n, Method: v.Method}
}
