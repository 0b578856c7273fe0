package check

import (
	"fmt"
	"net"
	"slices"
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// Surroundings: what a program takes for granted on a machine of its own, its clock, its init, its address, its cron, and does not find in a task.

func surroundingRules() []Rule {
	both := []string{ECSFargate, EKSFargate}
	return []Rule{
		{
			ID: "fargate.clock-or-hostconfig", Severity: model.Breaks, Targets: both, Task: taskClock, Pod: podClock, Source: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html",
			Title:  "Time zone and clock are not taken from the host",
			Remedy: "Set the time zone by the variable TZ (the image needs tzdata), and take the mount out; nothing can set the clock on Fargate, which AWS keeps right.",
		},
		{
			ID: "fargate.cron-companion", Severity: model.Breaks, Targets: both, Task: inContainers(taskCron), Pod: inPod(podCron), Run: liveCron, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/tasks-scheduled-eventbridge-scheduler.html",
			Title:  "What runs by the clock is a task of its own",
			Remedy: "Run the command as a scheduled task (EventBridge Scheduler) or a CronJob, with the same image.",
		},
		{
			ID: "fargate.static-ip-or-mac", Severity: model.Breaks, Targets: both, Task: inContainers(taskAddress), Pod: inPod(podAddress), Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html",
			Title:  "Nothing depends on a fixed address or on the network card's own",
			Remedy: "Name services by DNS; a fixed address is that of an NLB; a licence bound to a card needs a licence server, or EC2 with an interface that is kept.",
		},
		{
			ID: "fargate.systemd-as-init", Severity: model.Breaks, Targets: both, Task: inContainers(taskInit), Pod: inPod(podInit), Source: "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html",
			Title:  "A container runs its program, not systemd",
			Remedy: "Start the program itself, one container for each; initProcessEnabled reaps children, where that is all that is needed.",
		},
		{
			ID: "fargate.image-fits-ephemeral", Severity: model.Breaks, Targets: onECS(), Run: imageFits, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html",
			Title:  "The image fits on the task's disk, compressed and unpacked together",
			Remedy: "Ask for more ephemeral storage (up to 200 GiB), or make the image smaller.",
		},
	}
}

// hostClock are the files by which a container takes the host's time zone.
func hostClock(path string) bool {
	return hasAnyPrefix(strings.TrimSuffix(path, "/")+"/", "/etc/localtime/", "/etc/timezone/", "/usr/share/zoneinfo/", "/dev/rtc", "/dev/ptp")
}

func taskClock(t *document.Task, s Says) {
	each(t.Volumes, func(v *document.Volume, _ document.Place) {
		if path := v.Host.V.SourcePath; path.Is == document.Set && hostClock(path.V) {
			s.Fail(path.At, "the volume %s takes the host's %s", safe(v.Name.V), safe(path.V))
		}
	})
	each(t.Containers, func(c *document.Container, _ document.Place) {
		addsClock(c.LinuxParameters.V.Capabilities.V.Add, called(c), s)
	})
}

func podClock(p *document.Pod, s Says) {
	each(p.Spec.V.Volumes, func(v *document.PodVolume, _ document.Place) {
		if path := v.HostPath.V.Path; path.Is == document.Set && hostClock(path.V) {
			s.Fail(path.At, "the volume %s takes the node's %s", safe(v.Name.V), safe(path.V))
		}
	})
	inPod(func(c *document.PodContainer, s Says) {
		addsClock(c.SecurityContext.V.Capabilities.V.Add, "container "+safe(c.Name.V), s)
	})(p, s)
}

func addsClock(add document.List[string], who string, s Says) {
	each(add, func(name *string, at document.Place) {
		if strings.TrimPrefix(*name, "CAP_") == "SYS_TIME" {
			s.Fail(at, "%s sets the clock", who)
		}
	})
}

// started are the words that start a container: entry point and command, a command of a shell cut into its own words.
func started(lists ...document.List[string]) (words []string, at document.Place) {
	for _, l := range lists {
		each(l, func(word *string, place document.Place) {
			if len(words) == 0 {
				at = place
			}
			words = append(words, strings.Fields(*word)...)
		})
	}
	return words, at
}

// startsOne reports whether one of the programs is what a container starts: the first word, or one of a shell's command.
func startsOne(words []string, programs ...string) bool {
	for len(words) > 0 {
		program := words[0][strings.LastIndexByte(words[0], '/')+1:]
		switch {
		case slices.Contains(programs, program), slices.Contains(programs, words[0]):
			return true
		case !slices.Contains([]string{"sh", "bash", "ash", "exec", "-c", "-ec", "-lc", "tini", "--", "dumb-init"}, program):
			return false
		}
		words = words[1:]
	}
	return false
}

func cronDaemons() []string { return []string{"cron", "crond", "supercronic", "anacron", "fcron"} }

func taskCron(c *document.Container, s Says) {
	if words, at := started(c.EntryPoint, c.Command); startsOne(words, cronDaemons()...) {
		s.FailAs(model.Warning, at, "%s is a cron daemon: with several tasks each job runs several times", called(c))
	}
}

func podCron(c *document.PodContainer, s Says) {
	if words, at := started(c.Command, c.Args); startsOne(words, cronDaemons()...) {
		s.FailAs(model.Warning, at, "container %s is a cron daemon: with several pods each job runs several times", safe(c.Name.V))
	}
}

func liveCron(s *Subject, r Reporter) {
	for _, job := range s.App.AnalysisInfo.Jobs {
		sources := append([]model.Source{model.Source(fmt.Sprintf("%s:%d", job.File, job.Line))}, at(job.Evidence)...)
		r.Fail(fmt.Sprintf("the machine runs %s for it, %s (%s)", safe(job.Command), safe(job.When), job.Kind), sources...)
	}
}

// cardAddress is a MAC address as people write it.
func cardAddress(text string) bool {
	mac, err := net.ParseMAC(text)
	return err == nil && len(mac) == 6 && len(text) == 17
}

func taskAddress(c *document.Container, s Says) {
	if v := c.FixedAddress; v.Is == document.Set {
		s.Fail(v.At, "%s has a fixed address, %s", called(c), safe(v.V))
	}
	variablesAddress(c.Environment, called(c), s)
}

func podAddress(c *document.PodContainer, s Says) {
	variablesAddress(c.Env, "container "+safe(c.Name.V), s)
}

func variablesAddress(list document.List[document.Variable], who string, s Says) {
	each(list, func(v *document.Variable, at document.Place) {
		if v.Value.Is == document.Set && cardAddress(v.Value.V) {
			s.Fail(at, "%s is told a network card's address by %s", who, safe(v.Name.V))
		}
	})
}

func inits() []string { return []string{"systemd", "init", "/sbin/init", "/usr/sbin/init"} }

func taskInit(c *document.Container, s Says) {
	if words, at := started(c.EntryPoint, c.Command); startsOne(words, inits()...) {
		s.Fail(at, "%s starts an init system", called(c))
	}
}

func podInit(c *document.PodContainer, s Says) {
	if words, at := started(c.Command, c.Args); startsOne(words, inits()...) {
		s.Fail(at, "container %s starts an init system", safe(c.Name.V))
	}
}

// imageFits: the compressed image and what it unpacks to lie on the disk together.
func imageFits(s *Subject, r Reporter) {
	if s.Image == nil || s.Image.Size == 0 {
		return // it was not built yet
	}
	disk := model.DefaultEphemeralGiB
	if s.Deployment != nil {
		disk = max(disk, s.Deployment.ECSParameters.EphemeralStorageGiB)
	}
	if need, _ := imageOnDisk(s); need > int64(disk)<<30 {
		r.Fail(fmt.Sprintf("the image has %s, %s with what it unpacks to; the task's disk has %d GiB", size(s.Image.Size), size(need), disk), "image/image.json")
	}
}
