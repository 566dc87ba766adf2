package driver

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// maxFrame is the most that the body of a frame may have, in bytes.
const maxFrame = 16 << 20

// A protocolError says that what came is not what the protocol allows: the driver cannot
// be talked with any more.
type protocolError struct{ error }

func protocolErrorf(format string, args ...any) error {
	return protocolError{fmt.Errorf(format, args...)}
}

// frame is a value as one frame.
func frame(value any) ([]byte, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	if len(body) > maxFrame {
		return nil, fmt.Errorf("a request of %d bytes is longer than a frame may be, %d: fewer tasks are needed", len(body), maxFrame)
	}
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body))), body...), nil
}

// readFrame reads one frame into value, a pointer to a struct. Memory grows with what
// really comes, not with what its head promises. The error is io.EOF where there is no
// further frame.
func readFrame(r io.Reader, value any) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return protocolErrorf("its channel ended within the head of a frame")
		}
		return err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size > maxFrame {
		return protocolErrorf("it sent %q where a frame was expected, a length of %d bytes: something else than the protocol writes to its channel", head[:], size)
	}
	var body bytes.Buffer
	switch n, err := io.CopyN(&body, r, int64(size)); {
	case errors.Is(err, io.EOF):
		return protocolErrorf("its channel ended within a frame, after %d of %d bytes", n, size)
	case err != nil:
		return err
	}
	text := bytes.TrimSpace(body.Bytes())
	if len(text) == 0 || text[0] != '{' {
		return protocolErrorf("it sent a frame that is no JSON object: %.80q", text)
	}
	if err := json.Unmarshal(text, value); err != nil {
		return protocolErrorf("it sent a frame that cannot be read, %w: %.80q", err, text)
	}
	return nil
}
