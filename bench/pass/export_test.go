package pass

// Long reports whether tests that take minutes run, for the tests outside of the package.
func Long() bool { return *long }
