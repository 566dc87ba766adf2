//go:build !linux

package process

// A page does not exist here: the first of a window counts as started.
type page struct{}

func (*page) claim(uint32) bool                { return true }
func (*page) takeBack(uint32) (claimed uint32) { return 0 }
func (*page) claimed() uint32                  { return 0 }
func (*page) area() []byte                     { return nil }
func (*page) setHeld(int)                      {}
func (*page) addSent(int)                      {}
func (*page) unsent(uint64) []byte             { return nil }
func (*page) clean(int) uint32                 { return 0 }
func (*page) setClean(int, uint32)             {}
func (*page) prints() bool                     { return false }
func (*page) setPrints()                       {}
func (*page) close()                           {}
