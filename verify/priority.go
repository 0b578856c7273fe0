package verify

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// awake lets do run with the priority that other programs have: a2c, which gives way to all of them and so also waits for the image that starts with no more
// priority than a2c has, would else measure itself, not the live application. Without the right to it (CAP_SYS_NICE) nothing changes.
func awake(do func()) {
	const common = 20 // what getpriority(2) says of nice 0
	was, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil || was >= common {
		do()
		return
	}
	setNice(0)
	defer setNice(common - was)
	do()
}

// setNice sets the nice value of all threads of this process; in Linux each has its own (setpriority(2), bugs). One that ends meanwhile has none.
func setNice(nice int) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, nice)
		}
	}
}
