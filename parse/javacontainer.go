package parse

import (
	"strconv"
	"strings"
)

// SeesContainer reports whether a HotSpot of that version looks at the memory limit of its control group: from Java 10 and 8u191 on (JDK-8146115),
// unless an option says otherwise.
func (c *JavaCommand) SeesContainer(version string) bool {
	aware := !strings.HasPrefix(version, "9")
	if update, old := strings.CutPrefix(version, "1.8.0_"); old {
		n, err := strconv.Atoi(strings.FieldsFunc(update+"-", func(r rune) bool { return r < '0' || r > '9' })[0])
		_, asked := c.Option("-XX:+UseCGroupMemoryLimitForHeap")
		aware = err != nil || n >= 191 || asked
	}
	for _, o := range c.Options {
		switch o.Value {
		case "-XX:+UseContainerSupport":
			aware = true
		case "-XX:-UseContainerSupport":
			aware = false
		}
	}
	return aware
}
