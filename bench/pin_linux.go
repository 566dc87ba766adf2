package bench

import "golang.org/x/sys/unix"

// pin binds the calling thread to the index-th of the CPUs it may use, round and
// round. A thread that cannot be bound is left where it is.
func pin(index int) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil || allowed.Count() == 0 {
		return
	}
	index %= allowed.Count()
	for cpu := 0; ; cpu++ {
		if !allowed.IsSet(cpu) {
			continue
		}
		if index == 0 {
			var one unix.CPUSet
			one.Set(cpu)
			_ = unix.SchedSetaffinity(0, &one)
			return
		}
		index--
	}
}
