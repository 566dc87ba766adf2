package command

import (
	"context"
	"errors"
	"testing"

	"poolbench/bench/arm"
	"poolbench/bench/record"
)

// sliceOf is the time of one slice.
func sliceOf(ctx context.Context, s arm.Source, p record.Point) (seconds float64, err error) {
	session, err := s.Open(ctx, arm.Setup{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	a, err := session.Arm(ctx, p)
	if err != nil {
		return 0, err
	}
	slice, err := a.Slice(ctx)
	return slice.Time, errors.Join(err, a.Close())
}

func TestSource(t *testing.T) {
	needShell(t)
	point := func(executor string) record.Point {
		return record.GridPoint(executor, "words", 1, 0).With("shell", "sh")
	}
	s := Source("shells", "command lines", "plain",
		Line{Point: point("plain"), Shell: "echo 6 words", Want: "6 words"},
		Line{Point: point("other"), Shell: "echo 7 words", Want: "6 words"},
		Line{Point: point("broken"), Shell: "echo oh no; exit 3"})
	points, err := s.Points()
	if err != nil || len(points) != 3 || points[0].Get("shell") != "sh" {
		t.Fatal(points, err)
	}
	for i, want := range []string{"", `printed something else than "6 words": 7 words`, "ended with exit status 3: oh no"} {
		seconds, err := sliceOf(t.Context(), s, points[i])
		if want == "" && (err != nil || !(seconds > 0)) || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v, %v; want %q", points[i], seconds, err, want)
		}
	}
	if _, err := sliceOf(t.Context(), s, point("unknown")); err == nil {
		t.Error("a point without a line was measured")
	}
	if _, err := Source("x", "", "", Line{Point: record.NewPoint("Other"), Shell: "true"}).Points(); err == nil {
		t.Error("a point that is none of a grid was taken")
	}
}
