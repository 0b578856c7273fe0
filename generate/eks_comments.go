package generate

import (
	"bytes"
	"fmt"
	"strings"
)

// comments is comments.md: where each number of the manifests comes from.
func (w *workload) comments() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!-- %s -->\n# Where the settings of %s come from\n\nThe names are the keys of deployment.json.\n\n- Size: %g CPU, %d MiB.\n", generatedLine, w.name, w.d.EKSParameters.CPU, w.d.EKSParameters.Memory)
	if w.lastServes() {
		fmt.Fprintf(&b, "- preStop: a pod that is to end serves for %d s more, until all who send to it know that; they come on top of stopSeconds.\n", lastServed)
	}
	reasons(&b, w.d, func(key string) bool {
		return strings.HasPrefix(key, "ecsParameters.") && (!w.fargate || key != "ecsParameters.ephemeralStorageGiB")
	})
	listNeeds(&b, w.d.HostNeeds, w.fate)
	return b.Bytes()
}

// cost of a month of the copies that run without load, on nodes by their share of the cheapest that holds one; the cluster itself is there already.
func (w *workload) cost(p prices) costs {
	c := costs{Date: p.Date, Region: p.Region}
	e, n := w.d.EKSParameters, int(w.replicas())
	if w.daemon() {
		n = 1
	}
	arch := strings.TrimPrefix(w.d.Image.Platform, "linux/")
	if w.fargate {
		c.fargate(p, arch, n, e.CPU, e.Memory+fargateOverheadMiB, w.d.ECSParameters.EphemeralStorageGiB)
	} else if i := p.instance(arch, w.granted.gpus, e.CPU, e.Memory); i.Type != "" {
		share := max(e.CPU/float64(i.VCPU), float64(e.Memory)/float64(i.MemoryMiB-spareMiB))
		if w.granted.gpus > 0 {
			share = 1 // nobody else gets the GPU
		}
		c.add(float64(n)*share*i.Hour*p.HoursPerMonth, "%d × %.0f %% of %s", n, 100*share, i.Type)
	}
	c.extras(p, w.webIngress(), len(w.d.Secrets))
	var shared, disks int64
	for _, v := range w.volumes {
		if w.shared(v) {
			shared += v.Bytes
		} else {
			disks += diskGiB(v)
		}
	}
	c.disk(p, shared)
	c.add(float64(disks)*p.EBSGiBMonth, "%d GiB of disk", disks)
	return c
}
