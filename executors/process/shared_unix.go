//go:build unix

package process

import (
	"os"
	"syscall"
)

// newShared makes the file of the shared objects; it has no name.
func newShared(objects map[string][]byte) (*os.File, error) {
	f, seal, err := namelessFile()
	if err != nil {
		return nil, err
	}
	if err = writeShared(f, objects); err == nil {
		var sealed *os.File
		if sealed, err = seal(f); err == nil {
			return sealed, nil
		}
	}
	f.Close()
	return nil, err
}

// openShared maps the file behind a descriptor, and closes that.
func openShared(fd int) error {
	defer syscall.Close(fd)
	syscall.CloseOnExec(fd)
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return os.NewSyscallError("fstat", err)
	}
	mem, err := syscall.Mmap(fd, 0, int(st.Size), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return os.NewSyscallError("mmap", err)
	}
	sharedObjects, err = parseShared(mem)
	return err
}

// temporaryFile is a file without a name for systems that have no better one; seal
// gives a descriptor that cannot write.
func temporaryFile() (f *os.File, seal func(*os.File) (*os.File, error), err error) {
	f, err = os.CreateTemp("", "poolbench-shared")
	if err != nil {
		return nil, nil, err
	}
	readOnly, err := os.Open(f.Name())
	os.Remove(f.Name())
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, func(f *os.File) (*os.File, error) { return readOnly, f.Close() }, nil
}
