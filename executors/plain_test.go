package executors

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
)

func TestGo(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	for _, kind := range All() {
		t.Run(kind.Name, func(t *testing.T) {
			log.Reset()
			ex, err := kind.New(Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			var ran atomic.Int64
			for range 100 {
				if err := Go(ex, func() { ran.Add(1) }); err != nil {
					t.Fatal(err)
				}
			}
			if err := Go(ex, func() { panic("as planned") }); err != nil {
				t.Fatal(err)
			}
			if err := Go(ex, nil); !errors.Is(err, ErrNilFunc) {
				t.Errorf("nil function: %v", err)
			}
			if err := ex.Shutdown(context.Background()); err != nil {
				t.Fatal(err)
			}
			if ran.Load() != 100 {
				t.Errorf("%d of 100 functions ran", ran.Load())
			}
			if !strings.Contains(log.String(), "as planned") {
				t.Errorf("the panic was not logged: %q", &log)
			}
			if err := Go(ex, func() {}); !errors.Is(err, ErrShutdown) {
				t.Errorf("after shutdown: %v", err)
			}
			if s, ok := StatsOf(ex); ok && (s.Succeeded != 100 || s.Failed != 1) {
				t.Errorf("%+v", s)
			}
		})
	}
}
