package compare

// edit replaces a[from:to] by b[start:end].
type edit struct{ from, to, start, end int }

// editLimit bounds the work of edits: time and memory grow with its square.
const editLimit = 1500

// edits returns what turns a into b, smallest first to last (Myers, An O(ND) Difference Algorithm and Its Variations, 1986). When more than
// editLimit insertions and deletions are needed, all between the common beginning and end is one edit.
func edits(a, b []string) []edit {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	x, y := a[head:len(a)-tail], b[head:len(b)-tail]
	if len(x) == 0 && len(y) == 0 {
		return nil
	}
	trace := search(x, y)
	if trace == nil {
		return []edit{{head, head + len(x), head, head + len(y)}}
	}
	list := backtrack(trace, len(x), len(y))
	for i := range list {
		list[i].from, list[i].to = list[i].from+head, list[i].to+head
		list[i].start, list[i].end = list[i].start+head, list[i].end+head
	}
	return list
}

// search walks the furthest reaching paths; trace[d][k+d] is the furthest x on diagonal k after d edits. nil: beyond the limit.
func search(a, b []string) [][]int {
	var trace [][]int
	for d := 0; d <= min(len(a)+len(b), editLimit); d++ {
		v := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := step(trace, d, k)
			y := x - k
			for x < len(a) && y < len(b) && x >= 0 && y >= 0 && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[k+d] = x
			if x >= len(a) && y >= len(b) {
				return append(trace, v)
			}
		}
		trace = append(trace, v)
	}
	return nil
}

// step returns where diagonal k begins with its d-th edit: down from k+1, or right from k-1.
func step(trace [][]int, d, k int) int {
	if d == 0 {
		return 0
	}
	v := trace[d-1]
	at := func(k int) int { return v[k+d-1] }
	if k == -d || k != d && at(k-1) < at(k+1) {
		return at(k + 1)
	}
	return at(k-1) + 1
}

// backtrack reads the edits from a trace, neighbours joined.
func backtrack(trace [][]int, x, y int) []edit {
	var list []edit // last first
	for d := len(trace) - 1; d > 0; d-- {
		k := x - y
		v := trace[d-1]
		down := k == -d || k != d && v[k-1+d-1] < v[k+1+d-1]
		from := k - 1
		if down {
			from = k + 1
		}
		px := v[from+d-1]
		py := px - from
		e := edit{px, px + 1, py, py}
		if down {
			e = edit{px, px, py, py + 1}
		}
		if n := len(list); n > 0 && list[n-1].from == e.to && list[n-1].start == e.end {
			list[n-1].from, list[n-1].start = e.from, e.start
		} else {
			list = append(list, e)
		}
		x, y = px, py
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}
