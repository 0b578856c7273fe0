package generate

import (
	"fmt"
	"strings"

	"a2c/generate/kube"
)

// shared volumes lie on EFS, by the ID of the file system; others are disks of EBS, each of one pod. Fargate takes no disks.
func (w *workload) shared(v workloadVolume) bool { return w.fargate || v.FileSystemID != "" }

// claimed are the volumes that pods name by a claim of their own; the rest comes from a StatefulSet's templates.
func (w *workload) claimed() []workloadVolume {
	var all []workloadVolume
	for _, v := range w.volumes {
		if w.shared(v) {
			all = append(all, v)
		}
	}
	return all
}

func (w *workload) stateful() bool { return !w.daemon() && len(w.claimed()) < len(w.volumes) }

// claims are those of volumes on EFS, each for the one volume that names it back.
func (w *workload) claims() []manifest {
	for _, v := range w.volumes {
		w.notes = append(w.notes, fmt.Sprintf("The data in %s (%s) starts empty: copy it to the volume before the first start that matters, or load it from a backup.", v.Path, v.name))
	}
	var all []manifest
	for _, v := range w.claimed() {
		c := kube.VolumeClaim{Object: w.object("v1", "PersistentVolumeClaim", v.claim), Spec: claimSpec(v, "ReadWriteMany")}
		c.Spec.StorageClassName = new("") // no class makes one
		all = append(all, manifest{"pvc-" + v.name + ".yaml", c})
	}
	return all
}

// claimTemplates are those of disks, from the cluster's default class.
func (w *workload) claimTemplates() []kube.VolumeClaim {
	var all []kube.VolumeClaim
	for _, v := range w.volumes {
		if !w.shared(v) {
			all = append(all, kube.VolumeClaim{
				Object: kube.Object{Kind: "PersistentVolumeClaim", APIVersion: "v1", Metadata: kube.Meta{Name: v.name, Labels: w.labels()}},
				Spec:   claimSpec(v, "ReadWriteOnce"),
			})
		}
	}
	return all
}

// claimSpec asks for twice what is stored now, at least 1 GiB. EFS grows by itself and takes the number for nothing.
func claimSpec(v workloadVolume, mode string) kube.VolumeClaimSpec {
	return kube.VolumeClaimSpec{AccessModes: []string{mode}, Resources: kube.Resources{Requests: volumeSize(v)}}
}

func volumeSize(v workloadVolume) map[string]string {
	return map[string]string{"storage": kube.Mebibytes(diskGiB(v) << 10)}
}

func diskGiB(v workloadVolume) int64 { return max(1, (2*v.Bytes+1<<30-1)>>30) }

// volumeName is a DNS label that no other volume of the pods has.
func volumeName(s string) string {
	name := label(s, 35, "data")
	for _, own := range []string{"writable-", "host-", "shared-memory", "secrets-store"} {
		if strings.HasPrefix(name, own) {
			return "data-" + name
		}
	}
	return name
}

// persistentVolumes lead to the file systems that deployment.json names: none is invented, and without one the pods wait
// (https://docs.aws.amazon.com/eks/latest/userguide/efs-csi.html).
func (w *workload) persistentVolumes() []manifest {
	var all []manifest
	for i, v := range w.volumes {
		if !w.shared(v) {
			continue
		}
		if v.FileSystemID == "" {
			w.notes = append(w.notes, fmt.Sprintf("No file system is known for %s: make one on EFS, write its ID to volumes[%d].fileSystemId in deployment.json and generate again; until then the pods of overlays/prod wait.", v.Path, i))
			continue
		}
		handle := v.FileSystemID
		if v.AccessPointID != "" {
			handle += "::" + v.AccessPointID
		}
		pv := kube.PersistentVolume{Object: w.object("v1", "PersistentVolume", label(w.namespace+"-"+v.claim, 63, "data"))}
		pv.Metadata.Namespace = ""
		pv.Spec = kube.PersistentVolumeSpec{
			Capacity: volumeSize(v), AccessModes: []string{"ReadWriteMany"}, ReclaimPolicy: "Retain",
			CSI: kube.VolumeHandle{Driver: "efs.csi.aws.com", VolumeHandle: handle}, ClaimRef: kube.ClaimOf{Namespace: w.namespace, Name: v.claim},
		}
		all = append(all, manifest{"pv-" + v.name + ".yaml", pv})
	}
	return all
}
