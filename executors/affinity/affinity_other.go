//go:build !linux

package affinity

func Allowed() ([]int, error)      { return nil, ErrUnsupported }
func Pin(int) error                { return ErrUnsupported }
func SetProcess(int, []int)        {}
func Stints(pid int) map[int]Stint { return nil }
