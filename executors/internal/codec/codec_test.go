package codec

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

// trip sends v and gives what arrives.
func trip[T any](t testing.TB, v T) (T, error) {
	t.Helper()
	var got T
	pl, err := For(reflect.TypeFor[T]())
	if err != nil {
		return got, err
	}
	b, err := pl.Append([]byte("before"), unsafe.Pointer(&v), 1<<30)
	if err != nil {
		return got, err
	}
	if len(b)-len("before") < pl.least {
		t.Errorf("%T: %d bytes, less than the least, %d", v, len(b), pl.least)
	}
	return got, pl.Decode(b[len("before"):], unsafe.Pointer(&got))
}

func arrivesEqual[T any](t *testing.T, v T) {
	t.Helper()
	if got, err := trip(t, v); err != nil || !reflect.DeepEqual(got, v) {
		t.Errorf("%T: %#v arrives as %#v, %v", v, v, got, err)
	}
}

type (
	celsius float32
	level   int8
	word    string
	words   []word
	digits  [3]uint16

	inner   struct{ A, B int }
	Shown   struct{ C *int }
	within1 struct {
		inner
		*Shown
		N string
	}

	sameName struct {
		NAME string `json:"name"`
		Name string `cbor:"1,keyasint"`
		Gone int    `json:"-" cbor:"-"`
		Zero int    `json:",omitempty"`
	}

	padded struct {
		_ struct{}
		A uint8
		_ [7]byte
		B uint64
	}
	onlyPadding struct{ _ [1 << 10]byte }

	list struct {
		Value int
		Next  *list
	}
	tree   struct{ Kids []tree }
	nest   []nest
	forest map[string]forest
	pair   struct{ Left, Right *pair }

	stamped struct {
		time.Time
		Note string
	}
	sum struct {
		*big.Int
		Count int
	}
	secret struct{ hidden int }
	sealed struct{ hidden int }
)

func (s sealed) MarshalBinary() ([]byte, error) {
	if s.hidden < 0 {
		return nil, errors.New("negative")
	}
	return []byte{byte(s.hidden)}, nil
}

func (s *sealed) UnmarshalBinary(b []byte) error {
	if len(b) != 1 {
		return errors.New("one byte, please")
	}
	s.hidden = int(b[0])
	return nil
}

// An event has what a time has, and methods of its own.
type event struct {
	time.Time
	id int
}

func (e event) MarshalBinary() ([]byte, error) {
	b, err := e.Time.MarshalBinary()
	return append(b, byte(e.id)), err
}

func (e *event) UnmarshalBinary(b []byte) error {
	e.id = int(b[len(b)-1])
	return e.Time.UnmarshalBinary(b[:len(b)-1])
}

// half can be written and not read.
type half struct{ hidden int }

func (half) MarshalBinary() ([]byte, error) { return nil, nil }

// spoken says less than it is.
type spoken struct{ Value int }

func (spoken) MarshalText() ([]byte, error)  { return []byte("something"), nil }
func (*spoken) UnmarshalText(b []byte) error { return nil }

// dumb has nothing but text.
type dumb struct {
	Value int
	c     chan int
}

func (d dumb) MarshalText() ([]byte, error) { return fmt.Append(nil, d.Value), nil }
func (d *dumb) UnmarshalText(b []byte) error {
	_, err := fmt.Sscan(string(b), &d.Value)
	return err
}

func TestValuesArriveEqual(t *testing.T) {
	one := 1
	arrivesEqual(t, true)
	arrivesEqual(t, int8(math.MinInt8))
	arrivesEqual(t, int64(math.MinInt64))
	arrivesEqual(t, uint64(math.MaxUint64))
	arrivesEqual(t, uintptr(7))
	arrivesEqual(t, float32(0.1))
	arrivesEqual(t, math.Inf(-1))
	arrivesEqual(t, complex(1, math.Inf(1)))
	arrivesEqual(t, celsius(-1.5))
	arrivesEqual(t, level(-3))
	arrivesEqual(t, time.Minute)
	arrivesEqual(t, "a\xffb\x00")
	arrivesEqual(t, words{"a", ""})
	arrivesEqual(t, digits{1, 2, 3})
	arrivesEqual(t, [2][]string{{"a"}, nil})
	arrivesEqual(t, [0]string{})
	arrivesEqual(t, struct{}{})

	arrivesEqual(t, []int(nil))
	arrivesEqual(t, []int{})
	arrivesEqual(t, []*int{nil, &one, &one})
	arrivesEqual(t, []*int{})
	arrivesEqual(t, []byte{0, 255})
	arrivesEqual(t, [][]byte{nil, {}, {1}})
	arrivesEqual(t, make([]struct{}, 1<<40))
	arrivesEqual(t, make([]float64, 200_000))
	arrivesEqual(t, map[string]int(nil))
	arrivesEqual(t, map[string]int{})
	arrivesEqual(t, map[string][]int{"": nil, "a": {}, "b": {1}})
	arrivesEqual(t, map[inner]bool{{1, 2}: true, {2, 1}: false})
	arrivesEqual(t, map[[2]string]struct{}{{"a", "b"}: {}})
	arrivesEqual(t, map[struct{}]struct{}{{}: {}})
	arrivesEqual(t, map[any]int{1: 1, int8(1): 2, "1": 3, 1.5: 4, true: 5, nil: 6})
	arrivesEqual(t, map[bool]**int{true: new(*int)})
	many := map[int]int{}
	for i := range 131_073 {
		many[i] = -i
	}
	arrivesEqual(t, many)

	arrivesEqual(t, &one)
	arrivesEqual(t, (*int)(nil))
	arrivesEqual(t, within1{inner{1, 2}, &Shown{&one}, "x"})
	arrivesEqual(t, within1{})
	arrivesEqual(t, sameName{"A", "b", 3, 0})
	arrivesEqual(t, padded{A: 1, B: 2})
	arrivesEqual(t, make([]onlyPadding, 3))
	arrivesEqual(t, tree{[]tree{{}, {[]tree{}}, {[]tree{{}}}}})
	arrivesEqual(t, nest{{}, nil, {{}, {nil}}})
	arrivesEqual(t, forest{"a": nil, "b": {"c": {}}})

	arrivesEqual(t, any(nil))
	for _, v := range []any{
		true, "s", 1, int8(1), int16(1), int32(1), int64(1), uint(1), uint8(1), uint16(1), uint32(1), uint64(1), uintptr(1),
		float32(1), 1.0, complex64(1), complex128(1), []any{1, nil, []any{}, map[string]any{"k": int8(3)}}, []any(nil), map[string]any(nil),
	} {
		arrivesEqual(t, v)
		arrivesEqual(t, map[string]any{"v": v})
		arrivesEqual(t, struct{ V any }{v})
	}
}

// NaN is not equal to itself, and -0 is equal to 0: it is the bits that must arrive.
func TestBitsOfFloats(t *testing.T) {
	for _, v := range []float64{math.Copysign(0, -1), math.NaN(), math.Float64frombits(0x7ff8_0000_0000_beef), math.Inf(1), math.SmallestNonzeroFloat64} {
		if got, err := trip(t, struct{ F []float64 }{[]float64{v}}); err != nil || math.Float64bits(got.F[0]) != math.Float64bits(v) {
			t.Errorf("%x arrives as %x, %v", math.Float64bits(v), got.F, err)
		}
		if got, err := trip(t, any(v)); err != nil || math.Float64bits(got.(float64)) != math.Float64bits(v) {
			t.Errorf("%v arrives as %v, %v", v, got, err)
		}
	}
	if got, err := trip(t, map[float64]int{math.NaN(): 1, math.Inf(1): 2}); err != nil || len(got) != 2 || got[math.Inf(1)] != 2 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTypesThatEncodeThemselves(t *testing.T) {
	arrivesEqual(t, sealed{200})
	arrivesEqual(t, []*sealed{{1}, nil, {2}})
	arrivesEqual(t, map[sealed]int{{1}: 1, {2}: 2})
	arrivesEqual(t, big.NewRat(1, 3))
	arrivesEqual(t, *new(big.Int).Exp(big.NewInt(-3), big.NewInt(101), nil))
	precise, _, err := big.ParseFloat("0.1", 10, 300, big.ToPositiveInf)
	if err != nil {
		t.Fatal(err)
	}
	arrivesEqual(t, precise)
	if got, err := trip(t, precise); err != nil || got.Prec() != 300 || got.Mode() != big.ToPositiveInf {
		t.Error(got, err)
	}
	arrivesEqual(t, netip.MustParseAddrPort("[fe80::1%eth0]:80"))
	arrivesEqual(t, map[netip.Addr]string{netip.MustParseAddr("1.2.3.4"): "a", netip.MustParseAddr("fe80::1%eth0"): "b"})
	arrivesEqual(t, &url.URL{Scheme: "https", User: url.UserPassword("me", "s"), Host: "h", Path: "/p", RawQuery: "q=1", Fragment: "f"})
	if got, err := trip(t, regexp.MustCompile("a+b")); err != nil || got.String() != "a+b" {
		t.Error(got, err)
	}
	arrivesEqual(t, dumb{Value: 7})

	// Methods of an embedded field are not those of the struct.
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	arrivesEqual(t, stamped{at, "note"})
	arrivesEqual(t, sum{big.NewInt(5), 3})
	arrivesEqual(t, sum{nil, 3})
	arrivesEqual(t, event{at, 9})

	// Text may say less than there is.
	arrivesEqual(t, net.IPv4(1, 2, 3, 4).To4())
	arrivesEqual(t, spoken{3})
}

func TestTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	for _, at := range []time.Time{
		{}, time.Now(), time.Now().UTC(), time.Unix(0, 0), time.Unix(-1, 999_999_999), time.Unix(math.MaxInt64, 5), time.Unix(math.MinInt64, 5),
		time.Date(2026, 1, 2, 3, 4, 5, 123456789, time.FixedZone("X", 3600)),
		time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", -12345)),
		time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("UTC", 0)),
		time.Date(2026, 7, 2, 3, 4, 5, 0, time.FixedZone("Europe/Berlin", 3600)),
		time.Date(2026, 7, 2, 3, 4, 5, 0, time.FixedZone("No/Where", 60)),
		time.Date(2026, 7, 2, 3, 4, 5, 0, berlin), time.Date(12026, 1, 1, 0, 0, 0, 0, berlin),
	} {
		got, err := trip(t, at)
		name, offset := at.Zone()
		gotName, gotOffset := got.Zone()
		if err != nil || !got.Equal(at) || gotName != name || gotOffset != offset || got.Location().String() != at.Location().String() && name != at.Location().String() {
			t.Errorf("%v arrives as %v, %v", at, got, err)
		}
		if later := at.AddDate(0, 6, 0); at.Location() == berlin && !got.AddDate(0, 6, 0).Equal(later) {
			t.Errorf("half a year after %v is %v, not %v", at, got.AddDate(0, 6, 0), later)
		}
		arrivesEqual(t, at.Round(0)) // without its monotonic clock
	}
	arrivesEqual(t, map[time.Time]int{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC): 1, time.Unix(5, 0): 2})
}

func TestTypesRefused(t *testing.T) {
	for _, c := range []struct {
		t    reflect.Type
		want []string
	}{
		{reflect.TypeFor[chan int](), []string{"chan int"}},
		{reflect.TypeFor[struct{ F func() }](), []string{".F: ", "func()"}},
		{reflect.TypeFor[struct{ P unsafe.Pointer }](), []string{".P: ", "unsafe.Pointer"}},
		{reflect.TypeFor[secret](), []string{"codec.secret: ", "field hidden is not exported", "export it, or give codec.secret MarshalBinary and UnmarshalBinary"}},
		{reflect.TypeFor[struct{ Many map[string][]secret }](), []string{".Many[][]: ", "field hidden"}},
		{reflect.TypeFor[struct{ M sync.Mutex }](), []string{".M: ", "sync.Mutex"}},
		{reflect.TypeFor[half](), []string{"hidden", "MarshalBinary alone"}},
		{reflect.TypeFor[struct{ Err error }](), []string{".Err: ", "error", "interface with methods"}},
		{reflect.TypeFor[map[*int]int](), []string{"[key]", "pointer"}},
		{reflect.TypeFor[map[struct{ P [1]*int }]int](), []string{"[key]", "pointer"}},
		{reflect.TypeFor[struct{ level }](), []string{"level"}},
		{reflect.TypeFor[*time.Location](), []string{"time.Location"}},
		{reflect.TypeFor[struct {
			stamped
			n int
		}](), []string{"field n"}},
	} {
		_, err := For(c.t)
		if !errors.Is(err, ErrUnsendable) {
			t.Errorf("%v: %v", c.t, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v: %v; want %q in it", c.t, err, want)
			}
		}
	}
}

type (
	pipeA struct {
		B    *pipeB
		Pipe chan int
	}
	pipeB struct{ A *pipeA }
	said  struct{ A pipeA }
)

func (said) MarshalText() ([]byte, error)  { return []byte("x"), nil }
func (*said) UnmarshalText(b []byte) error { return nil }

// What was planned on the way to a type that failed is not used: pipeB is fine but for
// pipeA, and a type that needs it speaks for itself.
func TestRefusedTypeSpoilsNothing(t *testing.T) {
	type root struct {
		First  said
		Second pipeB
	}
	if _, err := For(reflect.TypeFor[root]()); !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), "root.Second.A.Pipe: ") {
		t.Errorf("the pipe in it: %v", err)
	}
	arrivesEqual(t, said{})
}

func TestValuesRefused(t *testing.T) {
	_, err := trip(t, map[string]any{"a": []any{1, time.Second}})
	if !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), "map[string]interface {}[a][1]: ") || !strings.Contains(err.Error(), "time.Duration") {
		t.Error(err)
	}
	for _, v := range []any{level(1), []int{1}, errors.New("x"), &struct{}{}, map[string]int{}, func() {}} {
		if _, err := trip(t, struct{ In any }{v}); !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), fmt.Sprintf(".In: ")) || !strings.Contains(err.Error(), fmt.Sprintf("%T", v)) {
			t.Errorf("%T: %v", v, err)
		}
	}
	if _, err := trip(t, map[time.Time]int{time.Unix(1, 0).In(time.FixedZone("X", 60)): 1}); !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), "key") {
		t.Error(err)
	}
	if _, err := trip(t, struct{ S []sealed }{[]sealed{{1}, {-1}}}); err == nil || !strings.Contains(err.Error(), ".S[1]: negative") {
		t.Error(err)
	}
}

func TestSharedStaysShared(t *testing.T) {
	n := 1
	m := map[string]int{"a": 1}
	got, err := trip(t, struct {
		P, Q *int
		M, N map[string]int
	}{&n, &n, m, m})
	if err != nil || got.P != got.Q {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.M["b"] = 2; got.N["b"] != 2 {
		t.Error("two maps")
	}

	// Written out, this would have 2^60 parts.
	p := &pair{}
	for range 60 {
		p = &pair{p, p}
	}
	q, err := trip(t, p)
	for err == nil && q != nil {
		if q.Left != q.Right {
			t.Fatal("two of one")
		}
		q = q.Left
	}
	s := nest{}
	for range 60 {
		s = nest{s, s}
	}
	a := any(1)
	for range 60 {
		a = []any{a, map[string]any{"a": a, "b": a}}
	}
	if _, err := trip(t, s); err != nil {
		t.Error(err)
	}
	if _, err := trip(t, a); err != nil {
		t.Error(err)
	}
}

func TestCyclic(t *testing.T) {
	l := &list{}
	l.Next = &list{Next: l}
	s := nest{nil}
	s[0] = s
	m := forest{}
	m["m"] = m
	a := []any{nil, nil}
	a[1] = a[:1]
	a[0] = map[string]any{"a": a}
	type self *self
	var p self
	p = &p
	tr := tree{make([]tree, 1)}
	tr.Kids[0] = tr
	for _, send := range []func() error{
		func() error { _, err := trip(t, l); return err },
		func() error { _, err := trip(t, *l); return err },
		func() error { _, err := trip(t, s); return err },
		func() error { _, err := trip(t, m); return err },
		func() error { _, err := trip(t, any(a)); return err },
		func() error { _, err := trip(t, p); return err },
		func() error { _, err := trip(t, tr); return err },
	} {
		if err := send(); !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), "cyclic") {
			t.Error(err)
		}
	}
}

func chain(n int) (l *list) {
	for range n {
		l = &list{n, l}
	}
	return l
}

func TestDeep(t *testing.T) {
	l := chain(maxDepth)
	got, err := trip(t, l)
	for l != nil && got != nil && got.Value == l.Value {
		l, got = l.Next, got.Next
	}
	if l != nil || got != nil || err != nil {
		t.Error("another list arrives", err)
	}
	if _, err := trip(t, chain(maxDepth+1)); !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), "levels") || len(err.Error()) > 1000 {
		t.Errorf("%.2000v", err)
	}
	// The most stack for a level.
	a := any(nil)
	for i := range maxDepth {
		if a = []any{a}; i%2 > 0 {
			a = map[string]any{"k": a.([]any)[0]}
		}
	}
	if _, err := trip(t, a); err != nil {
		t.Error(err)
	}
	if _, err := trip(t, any([]any{a})); !errors.Is(err, ErrUnsendable) || !strings.Contains(err.Error(), "levels") {
		t.Errorf("%.2000v", err)
	}
	s := nest{}
	for range 10_000 {
		s = nest{s}
	}
	arrivesEqual(t, s)
}

func TestTooLarge(t *testing.T) {
	text := strings.Repeat("x", 1<<20)
	for name, v := range map[string]any{ // what would take long to find out, or all memory
		"shared text":  []any{text, text, text},
		"shared parts": repeated(text),
	} {
		pl, err := For(reflect.TypeFor[any]())
		if err != nil {
			t.Fatal(err)
		}
		b, err := pl.Append(nil, unsafe.Pointer(&v), 3<<20)
		if !errors.Is(err, ErrTooLarge) || len(b) > 3<<20+100 {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	for limit, want := range map[int]error{15: ErrTooLarge, 16: nil} {
		v := inner{1, 2}
		pl, _ := For(reflect.TypeFor[inner]())
		if _, err := pl.Append([]byte("before"), unsafe.Pointer(&v), limit); !errors.Is(err, want) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func repeated(text string) (all []any) {
	for range 1 << 20 {
		all = append(all, text)
	}
	return all
}
