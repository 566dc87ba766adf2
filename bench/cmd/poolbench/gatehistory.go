package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"poolbench/bench/host"
	"poolbench/bench/internal/program"
	"poolbench/bench/record"
	"poolbench/reports/gate"
)

// keepHistory adds a report to the history in dir: one file for each comparison,
// named by its time and the commit of head. A head that is no commit is not kept,
// which the returned sentence says.
func keepHistory(ctx context.Context, dir string, r *gate.Report, revisions [2]string) (note string, err error) {
	for _, revision := range revisions {
		if revision == "" || strings.Contains(revision, "+") {
			return "Not kept in the history: what is not a commit cannot be found again.", nil
		}
	}
	at := time.Now()
	var text bytes.Buffer
	if err := gate.WriteSnapshot(&text, host.Keys(ctx), r, revisions[0], revisions[1], at); err != nil {
		return "Not kept in the history: " + err.Error() + ".", nil
	}
	name := at.UTC().Format("20060102T150405Z") + "-" + revisions[1][:min(12, len(revisions[1]))] + ".txt"
	return "", program.WriteFile(filepath.Join(dir, name), text.Bytes())
}

// readHistory reads the snapshots in dir. Files that are none are errors: a history
// with holes tells another story.
func readHistory(dir string) ([]*gate.Snapshot, error) {
	names, err := fs.Glob(os.DirFS(dir), "*.txt")
	if err != nil {
		return nil, err
	}
	var snapshots []*gate.Snapshot
	for _, name := range names {
		rec, err := record.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		s, err := gate.ReadSnapshot(rec)
		if err != nil {
			return nil, err
		}
		snapshots = append(snapshots, s)
	}
	return snapshots, nil
}

// showHistory prints what the history in dir says; it blocks nothing.
func (f *gateFlags) showHistory(c *program.Invocation, options gate.Options) error {
	info, err := os.Stat(f.history)
	if err == nil && !info.IsDir() {
		err = errors.New("it is no directory")
	}
	if err != nil {
		return program.UsageErrorf("-history %s: %v", f.history, err)
	}
	snapshots, err := readHistory(f.history)
	if err != nil {
		return &program.ExitError{Code: program.Usage, Err: fmt.Errorf("reading the history: %w", err)}
	}
	return gate.WriteHistoryText(c.Stdout, gate.Changes(snapshots, options), f.view.Options)
}

// addToHistory keeps a report and prints what the history says with it.
func (f *gateFlags) addToHistory(ctx context.Context, c *program.Invocation, r *gate.Report, options gate.Options) error {
	note, err := keepHistory(ctx, f.history, r, f.builds.revisions)
	if err != nil {
		return fmt.Errorf("keeping the history: %w", err)
	}
	if note != "" {
		fmt.Fprintf(c.Stdout, "Note     %s\n", note)
		if _, err := os.Stat(f.history); err != nil {
			return nil // nothing has ever been kept
		}
	}
	return f.showHistory(c, options)
}
