package compare

import (
	"context"

	"github.com/alitto/pond/v2"

	"poolbench/executors"
	"poolbench/executors/peers"
)

var pingPong = Row{
	Name: "pingpong", Unit: "ns", Share: 5,
	Doc: "submit one empty task and take its result, then the next",
	Arms: []Arm{
		{ours, timed(pingOurs)},
		{"unbuffered channels", timed(pingBare)},
		{"channel of closures", timed(pingChannel)},
		{"pond results", timed(pingPond)},
	},
	Checks: []Check{
		{ours, "unbuffered channels", 1.2},
		{ours, "channel of closures", 0},
		{ours, "pond results", 0},
	},
}

func pingOurs(tasks int, start, stop func()) error {
	ctx := context.Background()
	ex := openOurs()
	start()
	sum := 0
	for i := range tasks {
		f, err := executors.Submit(ctx, ex, echo, i)
		if err != nil {
			return err
		}
		v, err := f.Result(ctx)
		if err != nil {
			return err
		}
		sum += v
	}
	stop()
	if err := ex.Shutdown(ctx); err != nil {
		return err
	}
	return checkSum(sum, tasks)
}

// pingBare is the least a hand-over to another goroutine and back can cost.
func pingBare(tasks int, start, stop func()) error {
	request, reply := make(chan int), make(chan int)
	go func() {
		for v := range request {
			reply <- v
		}
		close(reply)
	}()
	start()
	sum := 0
	for i := range tasks {
		request <- i
		sum += <-reply
	}
	stop()
	close(request)
	<-reply
	return checkSum(sum, tasks)
}

func pingChannel(tasks int, start, stop func()) error {
	submit, end := peers.OpenChannel(Workers, 0)
	start()
	sum := 0
	for i := range tasks {
		result := make(chan int, 1)
		submit(func() { result <- i })
		sum += <-result
	}
	stop()
	end()
	return checkSum(sum, tasks)
}

func pingPond(tasks int, start, stop func()) error {
	p := pond.NewResultPool[int](Workers)
	start()
	sum := 0
	for i := range tasks {
		v, err := p.Submit(func() int { return i }).Wait()
		if err != nil {
			return err
		}
		sum += v
	}
	stop()
	p.StopAndWait()
	return checkSum(sum, tasks)
}
