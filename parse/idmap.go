package parse

import (
	"fmt"
	"strings"
)

// IDMap are the lines of /proc/PID/uid_map or gid_map (user_namespaces(7)), of which each maps a range of numbers:
//
//	0       1000          1
//	1     100000      65536
type IDMap []IDRange

// IDRange maps Count numbers from First on, in the namespace, to those from Outside on, in the reader's.
type IDRange struct{ First, Outside, Count int }

// ReadIDMap reads the whole file; a namespace that nothing was written for yet has no lines.
func ReadIDMap(data []byte) (IDMap, error) {
	var list IDMap
	for line := range strings.Lines(string(data)) {
		n, err := ints(line)
		if err != nil || len(n) != 3 {
			return nil, fmt.Errorf("line %d: %q is not three numbers", len(list)+1, strings.TrimSpace(line))
		}
		list = append(list, IDRange{n[0], n[1], n[2]})
	}
	return list, nil
}

// Inside is the number that the namespace has for one of the reader's, and the line that says so; 0 and 0 when it has none.
func (m IDMap) Inside(outside int) (id, line int) {
	for i, r := range m {
		if at := outside - r.Outside; at >= 0 && at < r.Count {
			return r.First + at, i + 1
		}
	}
	return 0, 0
}
