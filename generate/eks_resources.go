package generate

import (
	"math"

	"a2c/generate/kube"
)

// resources: memory is the same as request and limit, since it cannot be taken back; CPU may go to twice the request, to one core at least,
// which the start of a JVM or CLR takes. The disk holds what is written beside volumes. On Fargate both are what is paid for.
func (w *workload) resources() kube.Resources {
	e := w.d.EKSParameters
	milli := int64(math.Ceil(e.CPU * 1000))
	memory := kube.Mebibytes(int64(e.Memory))
	requests := map[string]string{"cpu": kube.Millicores(milli), "memory": memory, "ephemeral-storage": "256Mi"}
	if w.fargate {
		requests["ephemeral-storage"] = w.fargateDisk()
		return kube.Resources{Requests: requests, Limits: requests}
	}
	return kube.Resources{
		Requests: requests,
		Limits:   map[string]string{"cpu": kube.Millicores(max(1000, 2*milli)), "memory": memory, "ephemeral-storage": "2Gi"},
	}
}

// fargateDisk is half of the 20 GiB that each pod has, of which images take their part, or what was asked for, up to 175 GiB
// (https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html).
func (w *workload) fargateDisk() string {
	const usual, most = 10, 175
	return kube.Mebibytes(int64(max(usual, min(most, w.d.ECSParameters.EphemeralStorageGiB))) << 10)
}
