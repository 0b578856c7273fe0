package check

import (
	"strings"

	"a2c/check/document"
	"a2c/model"
)

// Volumes of a task definition.

const volumeAPI = ecsAPI + "Volume.html"

func volumeRules() []Rule {
	return []Rule{
		{
			ID: "fargate.mount-point-volume", Severity: model.Blocker, Targets: onTasks(), Task: mountPoints, Source: ecsAPI + "MountPoint.html",
			Title:  "Each mount point names a volume of the task",
			Remedy: "Declare the volume in volumes, or take the mount point out.",
		},
		{
			ID: "fargate.volume-docker-unsupported", Severity: model.Blocker, Targets: onECS(), Source: volumeAPI,
			Task: inVolumes(func(v *document.Volume, s Says) {
				set(s, v.Docker, "a driver of Docker for the volume "+safe(v.Name.V))
			}),
			Title:  "No volume of Docker's own drivers",
			Remedy: "Take an empty volume for what lives as long as the task, EFS for what must outlive it.",
		},
		{
			ID: "fargate.volume-efs", Severity: model.Blocker, Targets: onTasks(), Task: inVolumes(efs), Source: ecsAPI + "EFSVolumeConfiguration.html",
			Title:  "EFS is encrypted on its way where IAM or an access point is used, and an access point has no other root",
			Remedy: `Set "transitEncryption": "ENABLED"; with an access point leave rootDirectory out.`,
		},
		{
			ID: "fargate.volume-ebs", Severity: model.Blocker, Targets: onTasks(), Task: ebs, Service: serviceEBS, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ebs-volumes.html",
			Title:  "A task has one EBS volume at most, and the service says which",
			Remedy: "Mark one volume configuredAtLaunch and describe it in the service's volumeConfigurations; keep the others on EFS.",
		},
		{
			ID: "fargate.volume-fsx", Severity: model.Blocker, Targets: onECS(), Source: volumeAPI,
			Task:   inVolumes(func(v *document.Volume, s Says) { set(s, v.FSx, "fsxWindowsFileServerVolumeConfiguration") }),
			Title:  "No volume of FSx: it is for Windows instances of EC2",
			Remedy: "Use EFS, or run it on EC2, where the instance mounts the share.",
		},
		{
			ID: "fargate.volume-s3files", Severity: model.Warning, Targets: onECS(), Task: s3Files, Source: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/s3files-volumes.html",
			Title:  "S3 Files as a volume: needs a task role; not proved on Fargate",
			Remedy: "Set taskRoleArn, leave rootDirectory out with an access point, and try it before it is relied on; else use EFS or the S3 API.",
		},
		{
			ID: "fargate.tmpfs-allowed", Severity: model.Info, Targets: onECS(), Task: inContainers(tmpfs), Source: ecsAPI + "Tmpfs.html",
			Title:  "tmpfs takes the task's memory (allowed on Fargate for Linux since 6 January 2026; an older page of AWS still denies it)",
			Remedy: "Count its size into the task's memory.",
			Note:   `The page of the differences for Fargate (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html) still says that tmpfs is not supported; AWS announced it on 6 January 2026 (https://aws.amazon.com/about-aws/whats-new/2026/01/amazon-ecs-tmpfs-mounts-aws-fargate-managed-instances/), and the API reference no longer denies it. It is taken as supported.`,
		},
		{
			ID: "fargate.readonly-rootfs", Severity: model.Warning, Targets: onTasks(), Task: inContainers(readonlyRoot), Source: "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-5",
			Title:  "A container with a read-only root has a place to write",
			Remedy: "Mount an empty volume or a tmpfs where the application writes, /tmp at least.",
		},
	}
}

// inVolumes judges each volume of a task by itself.
func inVolumes(judge func(v *document.Volume, s Says)) func(*document.Task, Says) {
	return func(t *document.Task, s Says) {
		each(t.Volumes, func(v *document.Volume, _ document.Place) { judge(v, s) })
	}
}

func mountPoints(t *document.Task, s Says) {
	names, open := map[string]bool{}, t.Volumes.Is == document.Unknown
	for _, v := range t.Volumes.V {
		names[v.V.Name.V] = true
		open = open || v.Is != document.Set || v.V.Name.Is == document.Unknown
	}
	each(t.Containers, func(c *document.Container, _ document.Place) {
		each(c.MountPoints, func(m *document.MountPoint, _ document.Place) {
			if m.SourceVolume.Is == document.Set && !names[m.SourceVolume.V] && !open {
				s.Fail(m.SourceVolume.At, "%s mounts the volume %s, which the task does not have", called(c), safe(m.SourceVolume.V))
			}
		})
	})
}

func volumeHostPath(v *document.Volume, s Says) {
	path := v.Host.V.SourcePath
	given(s, path, "host.sourcePath", func(text string) {
		if text != "" {
			s.Fail(path.At, "the volume %s is the host's %s", safe(v.Name.V), safe(text))
		}
	})
}

func volumeEngine(v *document.Volume, s Says) {
	if path := v.Host.V.SourcePath; path.Is == document.Set && engineSocket(path.V) {
		s.Fail(path.At, "the volume %s is the container engine's socket %s: the program would have nobody to talk to", safe(v.Name.V), safe(path.V))
	}
}

// taskAgent knows an agent of the host by what it mounts and shares.
func taskAgent(t *document.Task, s Says) {
	if found, at := watched(t); len(found) > 0 {
		s.Fail(at, "it watches the whole host: %s", few(found))
	}
}

// watched is what a task sees of the whole host, and the place that says so.
func watched(t *document.Task) (found []model.Path, at document.Place) {
	each(t.Volumes, func(v *document.Volume, place document.Place) {
		if path := v.Host.V.SourcePath; path.Is == document.Set && hostView(path.V) {
			found, at = append(found, model.Path(path.V)), place
		}
	})
	if document.Is(t.PIDMode, "host") {
		found, at = append(found, "the host's processes"), t.PIDMode.At
	}
	return found, at
}

// hostView are the folders that an agent watches a host by.
func hostView(path string) bool {
	path = strings.TrimSuffix(path, "/")
	return path == "" || hasAnyPrefix(path+"/", "/proc/", "/sys/", "/var/log/", "/cgroup/", "/var/lib/docker/")
}

func efs(v *document.Volume, s Says) {
	s.undecided(v.EFS, "efsVolumeConfiguration")
	c := v.EFS.V
	auth := c.AuthorizationConfig.V
	iam, point := document.Is(auth.IAM, "ENABLED"), auth.AccessPointID.Said()
	if iam || point {
		missing(s, c.TransitEncryption, v.EFS.At, "IAM authorization or an access point is used, and transitEncryption is not set")
		given(s, c.TransitEncryption, "transitEncryption", func(text string) {
			if text != "ENABLED" {
				s.Fail(c.TransitEncryption.At, "transitEncryption is %s, with IAM authorization or an access point", safe(text))
			}
		})
	}
	if root := c.RootDirectory; point && root.Is == document.Set && root.V != "/" {
		s.Fail(root.At, "rootDirectory is %s beside an access point, which has its own", safe(root.V))
	}
}

func ebs(t *document.Task, s Says) {
	n := 0
	each(t.Volumes, func(v *document.Volume, at document.Place) {
		if document.Is(v.ConfiguredAtLaunch, true) {
			if n++; n == 2 {
				s.Fail(at, "a second volume is configured at launch")
			}
		}
	})
}

func serviceEBS(v *document.Service, s Says) {
	if v.Task == nil || v.VolumeConfigurations.Is != document.Absent {
		if len(v.VolumeConfigurations.V) > 1 {
			s.Fail(v.VolumeConfigurations.At, "the service describes %d volumes", len(v.VolumeConfigurations.V))
		}
		return
	}
	each(v.Task.Volumes, func(volume *document.Volume, _ document.Place) {
		if document.Is(volume.ConfiguredAtLaunch, true) {
			s.Fail(v.At, "the volume %s is configured at launch, and the service has no volumeConfigurations", safe(volume.Name.V))
		}
	})
}

func s3Files(t *document.Task, s Says) {
	each(t.Volumes, func(v *document.Volume, at document.Place) {
		if !v.S3Files.Said() {
			return
		}
		c := v.S3Files.V
		switch {
		case !t.TaskRole.Said() && t.TaskRole.Is == document.Absent:
			s.FailAs(model.Blocker, at, "a volume of S3 Files needs a task role")
		case c.AccessPoint.Said() && c.RootDirectory.Is == document.Set && c.RootDirectory.V != "/":
			s.FailAs(model.Blocker, c.RootDirectory.At, "rootDirectory is %s beside an access point, which has its own", safe(c.RootDirectory.V))
		default:
			s.Fail(at, "a volume of S3 Files: whether Fargate takes it is not proved")
		}
	})
}

func tmpfs(c *document.Container, s Says) {
	each(c.LinuxParameters.V.Tmpfs, func(m *document.Tmpfs, at document.Place) {
		if m.Size.Is == document.Absent {
			s.FailAs(model.Blocker, at, "a tmpfs of %s has no size", called(c))
			return
		}
		s.Fail(at, "%s keeps %d MiB in memory at %s", called(c), m.Size.V, safe(m.ContainerPath.V))
	})
}

func readonlyRoot(c *document.Container, s Says) {
	writable := len(c.LinuxParameters.V.Tmpfs.V) > 0 || len(c.VolumesFrom.V) > 0
	each(c.MountPoints, func(m *document.MountPoint, _ document.Place) { writable = writable || !document.Is(m.ReadOnly, true) })
	if document.Is(c.ReadonlyRootFilesystem, true) && !writable {
		s.Fail(c.ReadonlyRootFilesystem.At, "%s has a read-only root and no volume to write to", called(c))
	}
}
