//go:build !unix

package process

// systemUsage is what the system tells of this process: nothing that is asked here.
func systemUsage() Usage { return Usage{} }
