package state

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"a2c/analyze/subject"
	"a2c/inventory/host"
	"a2c/model"
)

// Earlier is what an analysis before this one saw, for the growth.
type Earlier struct {
	At   time.Time
	Dirs []model.StateDir
}

// Advise says of each folder where its content should live, and how fast it grows.
func Advise(s *subject.Subject, dirs []model.StateDir, before Earlier, now time.Time) {
	mounts, err := s.Main.Mountinfo()
	if err != nil {
		s.Skip(model.Skip{What: "file systems that state lies on", Reason: host.Reason(err), Incomplete: !host.Vanished(err)})
	}
	for i := range dirs {
		d := &dirs[i]
		if m := subject.MountOf(mounts, string(d.Path)); m != nil && host.MayHang(m.FSType) {
			d.Mount = m.FSType
			d.Evidence.Add("mount", model.FromProc(s.Main.PID, fmt.Sprintf("mountinfo:%d", m.Line)))
		}
		growth(d, before, now)
		d.Advice, d.AdviceReason = advice(*d)
		d.Evidence.Add("advice", model.Derived("kind, engines, mount, size"))
		d.Evidence.Add("adviceReason", model.Derived("kind, engines, mount, size"))
	}
}

// shortest is how far two analyses have to be apart to tell a growth.
const shortest = time.Minute

func growth(d *model.StateDir, before Earlier, now time.Time) {
	span := now.Sub(before.At)
	if before.At.IsZero() || span < shortest {
		return
	}
	for _, b := range before.Dirs {
		if b.Path == d.Path {
			d.GrowthPerHour = int64(float64(d.Bytes-b.Bytes) / span.Hours())
			d.Evidence.Add("growthPerHour", model.Derived("bytes now and at "+before.At.UTC().Format(time.RFC3339)))
		}
	}
}

// large is from which size on a folder is better kept on a disk of its own than on a file system of the network, in bytes.
const large = 20 << 30

// advice is where a folder's content should live, and why. EBS volumes of tasks that an ECS service starts end with the task
// (docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html), so that on ECS a folder to keep lies on EFS.
func advice(d model.StateDir) (where, why string) {
	engines := strings.Join(d.Engines, ", ")
	switch {
	case d.SingleFile && d.Kind != "lock":
		return "move-out", "a single file beside the program, where no volume can be mounted: tell the application to keep it in a folder of its own"
	case d.Kind == "lock":
		return "scratch", "it only says that somebody runs"
	case strings.HasPrefix(d.Mount, "fuse"):
		return "move-out", "it lies on " + d.Mount + ", which takes a daemon of its own: reach what is behind it (S3, another server) directly"
	case d.Mount != "":
		return "volume", "it lies on " + d.Mount + " already: mount the same share, or copy it to EFS"
	case slices.Equal(d.Engines, []string{"Tomcat sessions"}):
		return "scratch", "sessions that Tomcat saves when it stops: without them users log in again; to keep them put sessions into ElastiCache"
	case d.Kind == "database":
		return database(d, engines)
	case d.Kind == "queue":
		return "ebs", engines + " writes a journal that takes one broker at a time and a fast disk; on ECS, where such a volume ends with the task, EFS; Amazon MQ takes it away from the container"
	case d.Kind == "index":
		return "ebs", engines + " is slow on a file system of the network; if it can be built anew from other data, scratch is enough"
	case d.Kind == "session":
		return "efs", "copies of the application have to share it, and it has to outlive each of them; ElastiCache does both"
	case d.Kind == "upload":
		return "efs", "copies of the application share it there without a change to the program; S3 costs less, with a change"
	case d.Bytes > large || d.GrowthPerHour > large/(30*24):
		return "ebs", "much data: a disk of its own is faster and costs less than EFS; it takes one copy at a time, and on ECS it ends with the task"
	}
	return "efs", "what it is cannot be told: EFS keeps it for any copy"
}

func database(d model.StateDir, engines string) (where, why string) {
	if engines == "" {
		engines = "an embedded database"
	}
	if d.Bytes > large {
		return "move-out", engines + " of this size belongs on a server: RDS"
	}
	return "efs", engines + " takes one copy at a time; a2c's stacks keep it on EFS (ECS) or on an EBS volume (EKS); RDS takes it away from the container"
}
