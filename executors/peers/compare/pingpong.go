package compare

var pingPong = Row{
	Name: "pingpong", Unit: "ns", Share: 5,
	Doc: "submit one empty task and take its result, then the next",
	Arms: []Arm{
		{ours, timed(pingPonging(clientOurs))},
		{"unbuffered channels", timed(pingPonging(clientBare))},
		{"channel of closures", timed(pingPonging(clientChannel))},
		{"pond results", timed(pingPonging(clientPond))},
	},
	Checks: []Check{
		{ours, "unbuffered channels", 1.2},
		{ours, "channel of closures", 0},
		{ours, "pond results", 0},
	},
}

// clientBare is the least a hand-over to another goroutine and back can cost.
func clientBare() client[chan int] {
	request, reply := make(chan int), make(chan int)
	go func() {
		for v := range request {
			reply <- v
		}
		close(reply)
	}()
	return client[chan int]{
		submit: func(i int) (chan int, error) { request <- i; return reply, nil },
		result: receive,
		end:    func() error { close(request); <-reply; return nil },
	}
}
