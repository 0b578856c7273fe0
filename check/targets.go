package check

import (
	"slices"
	"strings"

	"a2c/check/document"
)

// Targets are all that documents are judged for.
func Targets() []string {
	return []string{ECSFargate, ECSEC2, ECSExpress, AppRunner, EKSFargate, EKSEC2, Lambda}
}

// targetsOf are those of the targets that a document could be meant for, each once; without any, the one that fits it.
func targetsOf(s *document.Subject, targets []string) []string {
	if len(targets) == 0 {
		return []string{fits(s)}
	}
	var of []string
	for _, target := range targets {
		if slices.Contains(possible(s), target) && !slices.Contains(of, target) {
			of = append(of, target)
		}
	}
	return of
}

func possible(s *document.Subject) []string {
	switch {
	case s.Pod != nil || s.Object != nil:
		return []string{EKSFargate, EKSEC2}
	case s.Task != nil || s.Service != nil:
		return []string{ECSFargate, ECSEC2}
	}
	return []string{fits(s)}
}

// fits is the target that a document is made for, as it says itself: EC2 where it names EC2 and not Fargate, else Fargate.
func fits(s *document.Subject) string {
	switch {
	case s.Pod != nil && onNodes(s.Pod), s.Object != nil && besideNodes(s.Object):
		return EKSEC2
	case s.Pod != nil || s.Object != nil || s.Profile != nil:
		return EKSFargate
	case s.Function != nil:
		return Lambda
	case s.AppRunner != nil:
		return AppRunner
	case s.Express != nil:
		return ECSExpress
	case s.Task != nil && onInstances(s.Task), s.Service != nil && serviceOnInstances(s.Service):
		return ECSEC2
	}
	return ECSFargate
}

// onInstances: requiresCompatibilities decides; where it is left out, the service that runs the task.
func onInstances(t *document.Task) bool {
	if t.RequiresCompatibilities.Is == document.Set {
		return ec2Alone(t)
	}
	ec2, said := launched(t.Service)
	return said && ec2
}

func ec2Alone(t *document.Task) bool {
	list := texts(t.RequiresCompatibilities)
	return len(list) > 0 && !slices.Contains(list, "FARGATE")
}

// serviceOnInstances: the launch type or the capacity providers decide; where both are left out, the task definition.
func serviceOnInstances(v *document.Service) bool {
	ec2, said := launched(v)
	return ec2 || !said && v.Task != nil && ec2Alone(v.Task)
}

// launched says whether a service starts its tasks on instances, if it says where.
func launched(v *document.Service) (ec2, said bool) {
	switch {
	case v == nil:
		return false, false
	case v.LaunchType.Is == document.Set:
		return v.LaunchType.V != "FARGATE", true
	}
	each(v.CapacityProviderStrategy, func(p *document.CapacityProvider, _ document.Place) {
		if p.Name.Is == document.Set {
			said = true
			ec2 = ec2 || !strings.HasPrefix(p.Name.V, "FARGATE")
		}
	})
	return ec2, said
}

// nodeLabels are labels that no node of Fargate has, or not with another value than this.
// https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html, https://karpenter.sh/docs/concepts/scheduling/
func nodeLabels() map[string]string {
	return map[string]string{
		"eks.amazonaws.com/compute-type": "fargate", "eks.amazonaws.com/nodegroup": "", "eks.amazonaws.com/capacityType": "", "node.kubernetes.io/instance-type": "",
		"alpha.eksctl.io/nodegroup-name": "", "karpenter.sh/nodepool": "", "karpenter.sh/capacity-type": "",
	}
}

func onNodes(p *document.Pod) bool {
	for _, label := range p.Spec.V.NodeSelector.V {
		if fargate, node := nodeLabels()[label.Name]; node && label.Is == document.Set && (fargate == "" || string(label.V) != fargate) {
			return true
		}
	}
	return false
}

// besideNodes: an object that runs nothing itself is judged for where the pods beside it run.
func besideNodes(o *document.Object) bool {
	return o.Beside != nil && len(o.Beside.Pods) > 0 && !slices.ContainsFunc(o.Beside.Pods, func(p *document.Pod) bool { return !onNodes(p) })
}
