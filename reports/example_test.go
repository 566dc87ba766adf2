package reports_test

import (
	"fmt"
	"strings"

	"poolbench/bench/record"
	"poolbench/reports"
)

// The output of go test -bench is analysed as well as a record of our own.
func Example() {
	var output strings.Builder
	for i := range 8 {
		fmt.Fprintf(&output, "BenchmarkMine/executor=serial/workload=resize-2 1 %d ns/op\n", 4000+i*10)
		fmt.Fprintf(&output, "BenchmarkMine/executor=mypool/workload=resize/workers=2-2 1 %d ns/op\n", 2000+i*5)
	}
	rec, err := record.Read(strings.NewReader(output.String()), "bench.txt")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range reports.Which.Answer(reports.NewSet(rec)).Sentences {
		fmt.Printf("%s: %s\n", s.Subject, s.Text)
	}
	// Output:
	// resize: mypool with 2 workers: 2.00× serial [2.00, 2.00]
}
