package generate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"a2c/generate/kube"
	"a2c/internal/term"
	"a2c/model"
)

// jobNames are the names of the cron jobs in their order, each once. The CronJob's has the application's before it, and room for the eleven
// characters that Kubernetes adds: 52 in all.
func (w *workload) jobNames() []string {
	var all []string
	for i, j := range w.d.EKSParameters.CronJobs {
		name := label(j.Name, 20, "job")
		if slices.Contains(all, name) {
			name = label(fmt.Sprintf("%s-%d", j.Name, i+1), 20, "job")
		}
		all = append(all, name)
	}
	return all
}

func (w *workload) cronJobName(job string) string { return label(w.name, 31, "app") + "-" + job }

// cronJob runs the command with the application's image, user, environment and volumes, and one at a time. A disk of the StatefulSet's is not there.
func (w *workload) cronJob(name string, j model.CronJob) kube.CronJob {
	c := w.container()
	for _, word := range j.Command {
		c.Command = append(c.Command, unexpanded(word))
	}
	c.VolumeMounts = slices.DeleteFunc(c.VolumeMounts, func(m kube.VolumeMount) bool {
		return slices.ContainsFunc(w.volumes, func(v workloadVolume) bool { return v.name == m.Name && !w.shared(v) })
	})
	pod := w.pod(c)
	pod.RestartPolicy = "Never"
	pod.TopologySpreadConstraints = nil
	labels := w.labelsOf(label(w.name+"-"+name, 63, "job"))
	k := kube.CronJob{Object: w.object("batch/v1", "CronJob", w.cronJobName(name))}
	k.Metadata.Labels = labels
	k.Spec = kube.CronJobSpec{
		Schedule: j.Schedule, TimeZone: j.TimeZone, ConcurrencyPolicy: "Forbid", StartingDeadlineSeconds: new(int64(300)), Suspend: new(j.Suspend),
		JobTemplate: kube.JobTemplate{Spec: kube.JobSpec{
			BackoffLimit: new(int32(0)), TTLSecondsAfterFinished: new(int32(86400)),
			Template: kube.Template{Metadata: kube.Meta{Labels: labels}, Spec: pod},
		}},
	}
	if j.Suspend {
		w.notes = append(w.notes, fmt.Sprintf("Job %s is suspended: %s. Look whether the image has its program, then set suspend to false in deployment.json.", name, term.Safe(j.Reason)))
	}
	return k
}

// dollars that Kubernetes reads as more than themselves in a pod: $(NAME) is replaced, $$ is one dollar (Container.command).
var dollars = regexp.MustCompile(`\$\$+|\$\(`)

func unexpanded(value string) string {
	return dollars.ReplaceAllStringFunc(value, func(s string) string { return strings.ReplaceAll(s, "$", "$$") })
}

// cronField is one of the five of a crontab's line, as Kubernetes and cron both read it.
var cronField = regexp.MustCompile(`^[0-9A-Za-z*/,-]+$`)

// schedule reads when a job runs: five fields or a word of cron's, and the words of a timer's OnCalendar that cron has too.
func schedule(when string) (string, bool) {
	when = strings.TrimSpace(when)
	if calendar, ok := strings.CutPrefix(when, "OnCalendar="); ok {
		when = "@" + calendar
	}
	if slices.Contains([]string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"}, when) {
		return when, true
	}
	fields := strings.Fields(when)
	if len(fields) != 5 {
		return "", false
	}
	return strings.Join(fields, " "), !slices.ContainsFunc(fields, func(f string) bool { return !cronField.MatchString(f) })
}

// kubernetes proposes what only Kubernetes has: an upper bound for copies, and jobs by the clock.
func (p *proposer) kubernetes() {
	e := &p.d.EKSParameters
	if p.analysis.AnalysisInfo.Replicas.Answer == model.ReplicasYes && len(p.d.Volumes) == 0 {
		e.MaxReplicas = 2 * e.Replicas
		p.because("eksParameters.maxReplicas", "analysis.json: nothing speaks against several copies; twice the usual number, by CPU")
	}
	e.CronJobs = []model.CronJob{}
	for _, j := range p.analysis.AnalysisInfo.Jobs {
		when, ok := schedule(j.When)
		if !ok || !expressible(j.Command) {
			p.because("eksParameters.cronJobs["+j.Command+"]", leftOut+"no CronJob can say %q; run it by another way", j.When)
			continue
		}
		fields := strings.Fields(j.Command)
		e.CronJobs = append(e.CronJobs, model.CronJob{
			Name: fields[0][strings.LastIndex(fields[0], "/")+1:], Schedule: when, TimeZone: p.analysis.AnalysisInfo.Locale.TimeZone, Suspend: true,
			Command: []string{"/bin/sh", "-c", j.Command}, Reason: fmt.Sprintf("%s in %s:%d, %s", j.Kind, j.File, j.Line, j.Why),
		})
	}
}

// expressible commands have words, and nothing that was taken out of them.
func expressible(command string) bool {
	return strings.TrimSpace(command) != "" && unsayable("X", command) == "" && !strings.ContainsRune(command, 0) && !strings.Contains(command, model.Redacted)
}

// cronJobs holds what Kubernetes alone would refuse.
func (p *problems) cronJobs(jobs []model.CronJob) {
	for i, j := range jobs {
		key := fmt.Sprintf("eksParameters.cronJobs[%d]", i)
		when, ok := schedule(j.Schedule)
		p.check(ok && when == j.Schedule, key+".schedule", "%q is no schedule of cron: five fields, or a word such as @daily", j.Schedule)
		p.check(len(j.Command) > 0, key+".command", "is empty")
		p.check(zoneForm.MatchString(j.TimeZone), key+".timeZone", "%q is no name of a time zone such as Europe/Berlin", j.TimeZone)
		for n, word := range j.Command {
			p.text(fmt.Sprintf("%s.command[%d]", key, n), word)
		}
	}
}

var zoneForm = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*)?$`)
