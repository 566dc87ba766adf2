package process

import "os"

// files are what the workers of a pool have in common.
type files struct {
	bell     *bell    // nil where memory cannot be shared
	bellFile *os.File // of bell
	shared   *os.File // Options.Shared; nil if there are none
}

func (f *files) open(objects map[string][]byte) (err error) {
	if len(objects) > 0 {
		if f.shared, err = newShared(objects); err != nil {
			return err
		}
	}
	f.bell, f.bellFile, err = newBell()
	if err != nil {
		f.bell = nil // sockets do it as well, more slowly
	}
	return nil
}

func (f *files) close() {
	if f.shared != nil {
		f.shared.Close()
	}
	if f.bell != nil {
		f.bellFile.Close()
		f.bell.close()
	}
}
