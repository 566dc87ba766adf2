package pass

// HogKey is the variable of the environment that makes the test binary a hog.
const HogKey = "POOLBENCH_TEST_HOG"

// Long reports whether tests that take minutes run, for the tests outside of the package.
func Long() bool { return *long }
