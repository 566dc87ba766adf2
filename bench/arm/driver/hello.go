package driver

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	runtimeName = regexp.MustCompile(`^[a-z][a-z0-9._+-]*$`)
	badTail     = regexp.MustCompile(`-[0-9]+$`) // would be read as GOMAXPROCS
)

// check tells why a hello is none that can be worked with.
func (h hello) check() error {
	switch {
	case h.Protocol != protocolVersion:
		return fmt.Errorf("the driver speaks version %d of the protocol, and this program version %d: one of the two is too old", h.Protocol, protocolVersion)
	case !runtimeName.MatchString(h.Runtime) || badTail.MatchString(h.Runtime):
		return fmt.Errorf("the driver calls its runtime %.40q: lower-case letters, digits, and . _ + - are allowed, a letter first and no -digits at the end", h.Runtime)
	}
	return nil
}

// offering is what the driver says of an executor.
func (h hello) offering(name string) offering {
	for _, o := range h.Executors {
		if o.Name == name {
			return o
		}
	}
	return offering{Name: name, Unavailable: "its driver does not know it"}
}

// serialOf is the baseline of the executors of a language: "python-serial".
func serialOf(language string) string { return language + "-serial" }

func isSerial(executor string) bool { return strings.HasSuffix(executor, "-serial") }
