package executors

// Stats are what an executor has done. Read while it works they are a snapshot
// whose numbers may be of slightly different moments; once it is quiet, Submitted
// is the sum of Succeeded, Failed, Cancelled and Queued.
type Stats struct {
	Submitted int64 // tasks accepted
	Succeeded int64 // tasks that returned no error
	Failed    int64 // tasks that returned an error, panicked or called Goexit
	Cancelled int64 // tasks that were dropped without being started
	Queued    int64 // tasks accepted and neither finished nor dropped yet; of worker processes, without those that were sent to one

	Workers  int // alive now
	Busy     int // of these, not parked
	Peak     int // most workers ever busy at the same time
	Started  int // workers ever started
	Recycled int // workers replaced because they had done enough, were old or had grown
}
