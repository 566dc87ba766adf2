// Package remote is what every executor with workers elsewhere needs, whatever lies in
// between: the messages and their encoding, the queue of encoded tasks and the window of
// those that one worker has been given, what is known of how long functions take, and the
// loop of the worker itself.
//
// It knows no sockets, no processes and no shared memory. An executor brings those, as a
// [Conn] in the worker, and decides when what is sent.
//
//	Item      an accepted task with its encoded input
//	Backlog   items that wait for a worker; some come back
//	Window    items that one worker has been given and not answered
//	Func      how long the calls of a function take
//	Message   what travels: Header and payload
//	Child     the loop of a worker
package remote
