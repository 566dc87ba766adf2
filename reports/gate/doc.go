// Package gate judges whether a change made benchmarks slower.
//
//  1. The blocks of two builds that were measured against each other, turn by turn, go
//     to a Judge (judge.go), which says what changed and what to measure next. It
//     screens all benchmarks, then asks fresh blocks about the doubtful ones
//     (subject.go), under one error budget for the whole suite (options.go). Tails
//     (tail.go), other units (units.go), speedups (scaling.go), code layout (layout.go), the
//     controls and the host (conclude.go, host.go) have their say. A record of such blocks is judged
//     again to the same Report.
//  2. Two records are compared as they are, with a weaker promise (files.go).
//  3. Rules of the repository accept regressions and set limits (rules.go, accept.go).
//     Profiles that were made after the verdict name the functions it is in (cause.go).
//  4. A Report is cases, each a benchmark in a unit with its verdict (report.go,
//     case.go). It is written for people (text.go, markdown.go), scripts (json.go,
//     junit.go) and GitHub (github.go); all of them say it in the words of words.go.
//  5. Snapshots of many comparisons are a history, in which lasting changes and slow
//     creep are found (snapshot.go, history.go).
//
// What is known of a unit comes from the records and from the table of package record.
// Everything is a pure function of what was measured: the same blocks give the same
// bytes.
package gate
