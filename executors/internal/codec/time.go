package codec

import (
	"encoding/binary"
	"math"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// How the zone of a time travels.
const (
	zoneUTC   = iota
	zoneLocal // that of both processes, if it gives the same offset and name there
	zoneNamed // likewise, of the time zone database
	zoneFixed
)

// planTime plans time.Time. MarshalBinary of the time would lose the name of the zone and
// its rules, by which a day is added.
func planTime(pl *Plan) {
	pl.least = 13
	pl.append = func(e *encoder, p unsafe.Pointer) error {
		e.b = appendTime(e.b, *(*time.Time)(p))
		return nil
	}
	pl.decode = func(d *decoder, p unsafe.Pointer) (err error) {
		*(*time.Time)(p), err = d.time()
		return err
	}
}

func appendTime(b []byte, t time.Time) []byte {
	zone := byte(zoneFixed)
	switch name := t.Location().String(); {
	case t.Location() == time.UTC:
		zone = zoneUTC
	case t.Location() == time.Local:
		zone = zoneLocal
	case strings.Contains(name, "/"): // others, such as CET, are as often made by hand
		zone = zoneNamed
	}
	b = append(b, zone)
	b = binary.LittleEndian.AppendUint64(b, uint64(t.Unix()))
	b = binary.LittleEndian.AppendUint32(b, uint32(t.Nanosecond()))
	if zone == zoneUTC {
		return b
	}
	name, offset := t.Zone()
	b = appendSized(binary.AppendVarint(b, int64(offset)), name)
	if zone == zoneNamed {
		b = appendSized(b, t.Location().String())
	}
	return b
}

func appendSized(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func (d *decoder) time() (time.Time, error) {
	b, err := d.take(13)
	if err != nil {
		return time.Time{}, err
	}
	t := time.Unix(int64(binary.LittleEndian.Uint64(b[1:])), int64(binary.LittleEndian.Uint32(b[9:]))).UTC()
	if b[0] == zoneUTC {
		return t, nil
	}
	offset, n := binary.Varint(d.b)
	if n <= 0 || offset < math.MinInt32 || offset > math.MaxInt32 {
		return time.Time{}, ErrMalformed
	}
	d.b = d.b[n:]
	name, err := d.sized()
	if err != nil {
		return time.Time{}, err
	}
	var zone *time.Location
	switch b[0] {
	case zoneLocal:
		zone = time.Local
	case zoneNamed:
		location, err := d.sized()
		if err != nil {
			return time.Time{}, err
		}
		zone = locate(string(location))
	case zoneFixed:
	default:
		return time.Time{}, ErrMalformed
	}
	if zone != nil {
		if gotName, gotOffset := t.In(zone).Zone(); gotName == string(name) && gotOffset == int(offset) {
			return t.In(zone), nil
		}
	}
	return t.In(time.FixedZone(string(name), int(offset))), nil
}

var locations sync.Map // by name: *time.Location of the database

// locate finds a time zone, nil if there is none of this name here.
func locate(name string) *time.Location {
	if zone, ok := locations.Load(name); ok {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	locations.Store(name, zone)
	return zone
}
