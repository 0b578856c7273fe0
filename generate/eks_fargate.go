package generate

import (
	"context"
	"fmt"
	"strings"

	"a2c/model"
)

// eksFargate makes the manifests of eksEC2 within the limits of Fargate, and the profile by which their pods land there
// (https://docs.aws.amazon.com/eks/latest/userguide/fargate.html).
type eksFargate struct{}

var _ Target = eksFargate{}

// Name is the flag's value and the folder.
func (eksFargate) Name() string { return "eks-fargate" }

// Render writes what eksEC2 does, without what Fargate does not have, the stack of the profile, and logging/, which the whole cluster shares.
func (t eksFargate) Render(_ context.Context, d model.Deployment) (Output, error) {
	w, err := newWorkload(d, true)
	if err != nil {
		return Output{}, err
	}
	return w.render(t.Name())
}

// fargateOverheadMiB is what kubelet, kube-proxy and containerd take of the memory that is bought for a pod
// (https://docs.aws.amazon.com/eks/latest/userguide/fargate-pod-configuration.html).
const fargateOverheadMiB = 256

// fitFargate takes the smallest size that holds the pod and the overhead, and gives the pod all of it: it is paid for.
func (w *workload) fitFargate() error {
	e := &w.d.EKSParameters
	cpu, memory, ok := model.FitFargate(units(e.CPU), e.Memory+fargateOverheadMiB)
	if !ok {
		return fmt.Errorf("deployment.json: eksParameters: Fargate has nothing as large as %g vCPU with %d MiB and the %d MiB that it takes itself; at most 16 vCPU with 122880 MiB",
			e.CPU, e.Memory, fargateOverheadMiB)
	}
	w.notes = append(w.notes, fmt.Sprintf("Size: %g vCPU and %d MiB with the %d MiB that Fargate takes itself fit into its %g vCPU with %d MiB, all of which the pod may have.",
		e.CPU, e.Memory, fargateOverheadMiB, float64(cpu)/1024, memory))
	e.CPU, e.Memory = float64(cpu)/1024, memory-fargateOverheadMiB
	return nil
}

// fargateLimits takes away what Fargate refuses, and says what stands against it.
func (w *workload) fargateLimits() {
	if w.d.Image.Platform != "linux/amd64" {
		w.blockers = append(w.blockers, "the image is for "+w.d.Image.Platform+", and EKS on Fargate runs linux/amd64 only")
	}
	if strings.HasPrefix(w.d.AWS.Region, "us-gov-") {
		w.blockers = append(w.blockers, "EKS has no Fargate in "+w.d.AWS.Region)
	}
	if w.d.AllowEscalation {
		w.blockers = append(w.blockers, "it needs allowPrivilegeEscalation (deployment.json), which Fargate refuses")
	}
	if w.d.EKSParameters.PodIdentity {
		w.d.EKSParameters.PodIdentity = false
		w.notes = append(w.notes, "Pod Identity does not exist on Fargate: the pods take their role by IRSA (eksParameters.serviceAccountRoleArn).")
	}
	if w.replicas() == 1 {
		w.notes = append(w.notes, "AWS evicts pods on Fargate to patch what they run on: with one copy it is away meanwhile.")
	}
	w.notes = append(w.notes, "There is no NetworkPolicy, since nothing enforces one on Fargate: its security group is the cluster's, or that of a SecurityGroupPolicy.")
}
