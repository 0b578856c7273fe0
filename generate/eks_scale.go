package generate

import "a2c/generate/kube"

// busyPercent of the CPU that is requested is when another copy starts.
const busyPercent = 70

// autoscaler adds copies by CPU, which the cluster's metrics-server measures; the object that it scales names no number of its own.
func (w *workload) autoscaler() kube.Autoscaler {
	cpu := kube.ResourceMetric{Name: "cpu", Target: kube.MetricTarget{Type: "Utilization", AverageUtilization: busyPercent}}
	return kube.Autoscaler{
		Object: w.object("autoscaling/v2", "HorizontalPodAutoscaler", w.name),
		Spec: kube.AutoscalerSpec{
			ScaleTargetRef: kube.ScaleTarget{Kind: w.kind(), Name: w.name, APIVersion: "apps/v1"},
			MinReplicas:    w.replicas(), MaxReplicas: int32(w.d.EKSParameters.MaxReplicas),
			Metrics: []kube.Metric{{Type: "Resource", Resource: cpu}},
		},
	}
}
