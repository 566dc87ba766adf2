// Package codectest makes random values of random types, for tests of what travels
// between processes.
package codectest

import (
	"encoding/binary"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"time"
)

// Random makes a type and a value of it as the recipe says, the same in every process.
// Every recipe is one; what it lacks is zero. The value holds no NaN, so that
// reflect.DeepEqual can be asked, and no pointer twice.
func Random(recipe []byte) reflect.Value {
	r := reader(recipe)
	v := reflect.New(r.typ(5)).Elem()
	r.fill(v, 8)
	return v
}

// Fill sets v as the recipe says.
func Fill(v reflect.Value, recipe []byte) {
	r := reader(recipe)
	r.fill(v, 8)
}

// A reader takes choices from a recipe.
type reader []byte

func (r *reader) next() int {
	if len(*r) == 0 {
		return 0
	}
	b := (*r)[0]
	*r = (*r)[1:]
	return int(b)
}

func (r *reader) below(n int) int { return r.next() % n }

func (r *reader) uint64() uint64 {
	var b [8]byte
	if kind := r.below(4); kind > 0 { // small ones are likely
		for i := range kind * kind {
			b[i%8] = byte(r.next())
		}
	}
	return binary.LittleEndian.Uint64(b[:])
}

func (r *reader) text() string {
	b := make([]byte, r.below(9))
	for i := range b {
		b[i] = byte(r.next())
	}
	return string(b)
}

// Named types, recursive ones among them.
type (
	Flag   bool
	Weight float32
	Name   string
	List   struct {
		Value any
		Next  *List
	}
	Tree struct {
		Name Name
		Kids []Tree
	}
	Index  map[Name]Index
	common struct{ A, B int16 }
	Whole  struct {
		common
		*Tree
		_  [3]byte
		At time.Time
	}
)

// Keys come first: types that can be the key of a map.
var leaves = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[uint8](), reflect.TypeFor[bool](), reflect.TypeFor[any](),
	reflect.TypeFor[Flag](), reflect.TypeFor[Name](), reflect.TypeFor[Weight](), reflect.TypeFor[netip.Addr](), reflect.TypeFor[[2]any](),
	reflect.TypeFor[int8](), reflect.TypeFor[int16](), reflect.TypeFor[int32](), reflect.TypeFor[int64](), reflect.TypeFor[uint64](),
	reflect.TypeFor[float32](), reflect.TypeFor[float64](), reflect.TypeFor[complex64](), reflect.TypeFor[complex128](), reflect.TypeFor[struct{}](),

	reflect.TypeFor[time.Time](), reflect.TypeFor[*big.Int](), reflect.TypeFor[big.Rat](), reflect.TypeFor[List](), reflect.TypeFor[Tree](),
	reflect.TypeFor[Index](), reflect.TypeFor[Whole](), reflect.TypeFor[[]byte](), reflect.TypeFor[[]float64](),
}

const keys = 20 // among leaves

func (r *reader) typ(depth int) reflect.Type {
	if depth == 0 {
		return leaves[r.below(len(leaves))]
	}
	switch r.below(8) {
	case 0:
		return reflect.SliceOf(r.typ(depth - 1))
	case 1:
		return reflect.PointerTo(r.typ(depth - 1))
	case 2:
		return reflect.MapOf(leaves[r.below(keys)], r.typ(depth-1))
	case 3:
		return reflect.ArrayOf(r.below(4), r.typ(depth-1))
	case 4, 5:
		fields := make([]reflect.StructField, r.below(5))
		for i := range fields {
			name := string(rune('A' + i))
			if r.below(2) == 0 {
				name = "F" + string(rune('a'+i%2)) + name // Fa and FA would be one to some encodings
			}
			fields[i] = reflect.StructField{Name: name, Type: r.typ(depth - 1), Tag: `json:"-" cbor:"x,omitempty"`}
		}
		return reflect.StructOf(fields)
	default:
		return leaves[r.below(len(leaves))]
	}
}

var zones = []*time.Location{time.UTC, time.Local, time.FixedZone("X", -3723), time.FixedZone("", 60)}

// fill sets v; interfaces and types that hold themselves end at depth 0.
func (r *reader) fill(v reflect.Value, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *time.Time:
		*p = time.Unix(int64(r.uint64()), int64(r.below(256))*3_921_568).In(zones[r.below(len(zones))])
		return
	case *big.Int:
		p.SetUint64(r.uint64() | 1) // 0 has two forms
		p.Mul(p, p)
		return
	case *big.Rat:
		p.SetFrac64(int64(r.uint64()|1), int64(r.below(100))+1)
		return
	case *netip.Addr:
		if r.below(3) > 0 {
			*p = netip.AddrFrom4([4]byte{byte(r.next()), 2, 3, 4})
		}
		return
	case *any:
		*p = r.any(depth)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.below(2) > 0)
	case reflect.String:
		v.SetString(r.text())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.uint64()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.uint64())
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.float())
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(complex(r.float(), r.float()))
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.Name != "_" && (f.IsExported() || f.Type == reflect.TypeFor[common]()) {
				r.field(v, i, depth)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			r.fill(v.Index(i), depth)
		}
	default:
		r.reference(v, depth)
	}
}

// field sets a field. That of an unexported embedded type is set through those in it.
func (r *reader) field(v reflect.Value, i, depth int) {
	if f := v.Type().Field(i); !f.IsExported() {
		for _, field := range v.Field(i).Fields() {
			field.SetInt(int64(r.next()))
		}
		return
	}
	r.fill(v.Field(i), depth)
}

// reference sets what may be nil: to that, to something empty, or to more.
func (r *reader) reference(v reflect.Value, depth int) {
	n := r.below(5) - 1
	if n < 0 || depth == 0 {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		r.fill(v.Elem(), depth-1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), n, n+r.below(2)))
		for i := range n {
			r.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range n {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			r.fill(key, 0) // nothing in it that has no ==
			r.fill(elem, depth-1)
			v.SetMapIndex(key, elem)
		}
	}
}

func (r *reader) float() float64 {
	f := math.Float64frombits(r.uint64())
	switch {
	case math.IsNaN(f):
		return math.Inf(-1)
	case f == 0:
		return math.Copysign(0, -1)
	}
	return f
}

var basic = []reflect.Type{
	reflect.TypeFor[bool](), reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[uint32](),
	reflect.TypeFor[float32](), reflect.TypeFor[complex128](), reflect.TypeFor[map[string]any](), reflect.TypeFor[[]any](),
}

// any is a value that may be in an interface on its way; at depth 0 one that has ==.
func (r *reader) any(depth int) any {
	choices := len(basic)
	if depth == 0 {
		choices -= 2
	}
	choice := r.below(choices + 1)
	if choice == 0 {
		return nil
	}
	v := reflect.New(basic[choice-1]).Elem()
	r.fill(v, max(depth-1, 0))
	return v.Interface()
}
