package driver

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
)

// What drivers must answer, by PROTOCOL.md. It is written anew here rather than shared
// with what is measured: answers that two programs agree on are right.

// mix is the finaliser of SplitMix64, golden its increment.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

const golden = 0x9e3779b97f4a7c15

// seeds are those of the tasks of a job, none of them 0.
func seeds(seed uint64, tasks int) []uint64 {
	out := make([]uint64, tasks)
	for i := range out {
		if out[i] = mix(seed + golden*uint64(i+1)); out[i] == 0 {
			out[i] = golden
		}
	}
	return out
}

func bigEndian(x uint64) []byte { return binary.BigEndian.AppendUint64(nil, x) }

// hexSeeds are seeds as requests have them.
func hexSeeds(seeds []uint64) (out []string) {
	for _, s := range seeds {
		out = append(out, fmt.Sprintf("%016x", s))
	}
	return out
}

// answerOf gives the answer to a task by workload.
var answerOf = map[string]func(seed uint64, w *work) uint64{
	"spin": func(x uint64, w *work) uint64 { return chain(x, w.Units) },
	"montecarlo": func(seed uint64, w *work) uint64 {
		state, inside := seed, uint64(0)
		for range w.Units {
			state += golden
			r := mix(state)
			x, y := float64(r>>32)/(1<<32), float64(r&(1<<32-1))/(1<<32)
			if x*x+y*y < 1 {
				inside++
			}
		}
		return seed ^ inside
	},
	"sleep": func(seed uint64, _ *work) uint64 { return mix(seed) },
	"tiny": func(seed uint64, w *work) uint64 {
		hash := sha256.New()
		hash.Write(bigEndian(seed))
		for k := range w.Payload {
			hash.Write(bigEndian(seed)[k%8 : k%8+1])
		}
		return binary.BigEndian.Uint64(hash.Sum(nil))
	},
	"hash": func(seed uint64, w *work) uint64 {
		hash := sha256.New()
		hash.Write(bigEndian(seed))
		kib := make([]byte, 1024)
		for k := range kib {
			kib[k] = byte(k)
		}
		for range w.Units {
			hash.Write(kib)
		}
		return binary.BigEndian.Uint64(hash.Sum(nil))
	},
	"file": func(seed uint64, w *work) uint64 {
		answer, state := seed, seed
		for range w.Units {
			state += golden
			answer ^= mix(mix(state)%8192 + 1)
		}
		return answer
	},
	"sqlquery": func(seed uint64, w *work) uint64 {
		sum := uint64(0)
		for k := range uint64(20_000) {
			if v := mix(k+1) & 0xffffff; v%97 == seed%97 {
				sum += v
			}
		}
		if seed ^= sum; seed == 0 {
			seed = golden
		}
		return chain(seed, w.Units)
	},
}

// chain is units steps of xorshift64.
func chain(x uint64, units int64) uint64 {
	for range units {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// answers is what a run of w must answer.
func answers(w *work) (string, error) {
	answer, ok := answerOf[w.Workload]
	if !ok {
		return "", fmt.Errorf("the answers of the workload %s are not known here", w.Workload)
	}
	hash := sha256.New()
	for _, text := range w.Seeds {
		seed, err := strconv.ParseUint(text, 16, 64)
		if err != nil {
			return "", err
		}
		hash.Write(bigEndian(answer(seed, w)))
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
