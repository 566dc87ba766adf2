//go:build !unix

package probe

func array() []float64 { return make([]float64, triadElements) }

func free([]float64) {}
