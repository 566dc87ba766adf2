package block

import (
	"strings"
	"testing"

	"poolbench/bench/record"
)

func letters(n int) (points []record.Point) {
	for i := range n {
		points = append(points, record.NewPoint(string(rune('a'+i))))
	}
	return points
}

func word(points []record.Point) string {
	var s strings.Builder
	for _, p := range points {
		s.WriteString(p.Name())
	}
	return s.String()
}

// The order is a promise of the seed: these are the orders of the first version,
// and records made with it must stay repeatable.
func TestOrderIsAPromise(t *testing.T) {
	points := letters(10)
	for i, want := range []string{"cdjgaihefb", "cjfedhgaib", "jdcbgfeaih"} {
		if got := word(Order(42, i+1, points)); got != want {
			t.Errorf("block %d of seed 42: %s, want %s", i+1, got, want)
		}
		// That is how they are measured, too.
		m := &measured{seed: 42, first: i + 1}
		arms := map[string]*scripted{}
		for _, p := range points {
			arms[p.Name()] = &scripted{m: m, name: p.Name()}
		}
		m.run(t, t.Context(), 1, one(m.contest(arms, 0)))
		if got := m.log.String(); got != want {
			t.Errorf("block %d of seed 42 was measured as %s, want %s", i+1, got, want)
		}
	}
	if got, other := word(Order(43, 1, points)), word(Order(42, 1, points)); got == other {
		t.Errorf("seeds 42 and 43 give the same order %s", got)
	}
}

// Each point once per block, and each at each place about equally often.
func TestOrdersArePermutations(t *testing.T) {
	const n, blocks = 6, 6000
	points := letters(n)
	var at [n][n]int
	for number := 1; number <= blocks; number++ {
		seen := map[record.Point]bool{}
		for place, p := range Order(42, number, points) {
			seen[p] = true
			at[p.Name()[0]-'a'][place]++
		}
		if len(seen) != n {
			t.Fatalf("block %d has %d different points, want %d", number, len(seen), n)
		}
	}
	// 1000 expected, standard deviation sqrt(6000·(1/6)·(5/6)) = 29; the seed is
	// fixed, so this passes always or never.
	for i := range at {
		for place, count := range at[i] {
			if count < 1000-150 || count > 1000+150 {
				t.Errorf("point %d is at place %d in %d of %d blocks, about 1000 expected", i, place, count, blocks)
			}
		}
	}
	if word(points) != "abcdef" {
		t.Error("Order changed what it was given")
	}
}

// Of two arms that take turns either goes first as often: ABBA or BAAB, at random.
func TestTurnsAreBalanced(t *testing.T) {
	firsts := 0
	for number := 1; number <= 500; number++ {
		m := &measured{seed: 1, first: number}
		m.run(t, t.Context(), 1, one(m.contest(map[string]*scripted{"A": {m: m, name: "A"}, "B": {m: m, name: "B"}}, 8)))
		log := m.log.String()
		if len(log) != 16 {
			t.Fatal(log)
		}
		for i := 0; i < len(log); i += 4 {
			switch four := log[i : i+4]; four {
			case "ABBA":
				firsts++
			case "BAAB":
			default:
				t.Fatalf("turns %s in %s", four, log)
			}
		}
	}
	// 2000 fair coins: 1000 ± 5 standard deviations of 22.
	if firsts < 890 || firsts > 1110 {
		t.Errorf("A went first in %d of 2000 quartets", firsts)
	}
}

// Groups have an order of their own in each block.
func TestOrderOfGroups(t *testing.T) {
	seen := map[string]int{}
	for number := 1; number <= 600; number++ {
		m := &measured{seed: 1, first: number}
		var groups []Group
		for _, name := range []string{"a", "b", "c"} {
			groups = append(groups, one(m.contest(map[string]*scripted{name: {m: m, name: name}}, 0)))
		}
		m.run(t, t.Context(), 1, groups...)
		seen[m.log.String()]++
	}
	for _, order := range []string{"abc", "acb", "bac", "bca", "cab", "cba"} {
		if n := seen[order]; n < 50 || n > 150 { // 100 ± 5 standard deviations of 9
			t.Errorf("%s comes %d times in 600 blocks, about 100 expected", order, n)
		}
	}
}
