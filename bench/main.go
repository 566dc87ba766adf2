package bench

import "poolbench/executors/process"

// Main must be the first call of main, or of TestMain, in a program that measures
// worker processes; Run refuses to, before anything is measured or written, where it was
// not called. In a process that was started as a worker it does that work and
// never returns; in any other it returns at once.
func Main() { process.WorkerMain() }
