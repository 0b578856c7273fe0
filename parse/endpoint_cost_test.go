package parse

import (
	"strings"
	"testing"
	"time"
)

// TestEndpointsCostLittle has values that are made to be read slowly, of the most bytes that are looked at.
func TestEndpointsCostLittle(t *testing.T) {
	for _, again := range []string{"://", "a://b,", "jdbc:mysql://a:b@", "(host=a)(port=1),", "jdbc:", "a=b;", "a:1,", "a[1],", "failover:", "vm://a,", "@", "tcp:", "p6spy:", "(", "http://a/?", "x "} {
		for _, head := range []string{"", "jdbc:", "jdbc:postgresql://", "jdbc:oracle:thin:@(ADDRESS=", "(tcp://a:1,", "failover:", "http://u:p@"} {
			value := head + strings.Repeat(again, (maxEndpointValue-len(head))/len(again))
			begin := time.Now()
			Endpoints("spring.kafka.bootstrap-servers", value)
			if d := time.Since(begin); d > 500*time.Millisecond {
				t.Errorf("%q and %q again: %s", head, again, d)
			}
		}
	}
}
