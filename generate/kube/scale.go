package kube

// Autoscaler is autoscaling/v2 HorizontalPodAutoscaler.
type Autoscaler struct {
	Object
	Spec AutoscalerSpec `json:"spec"`
}

// AutoscalerSpec is the part of it that is written.
type AutoscalerSpec struct {
	ScaleTargetRef ScaleTarget `json:"scaleTargetRef"`
	MinReplicas    int32       `json:"minReplicas"`
	MaxReplicas    int32       `json:"maxReplicas"`
	Metrics        []Metric    `json:"metrics,omitempty"`
}

// ScaleTarget is CrossVersionObjectReference.
type ScaleTarget struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	APIVersion string `json:"apiVersion,omitempty"`
}

// Metric is MetricSpec of type "Resource".
type Metric struct {
	Type     string         `json:"type"`
	Resource ResourceMetric `json:"resource"`
}

// ResourceMetric is ResourceMetricSource.
type ResourceMetric struct {
	Name   string       `json:"name"`
	Target MetricTarget `json:"target"`
}

// MetricTarget is a share of what is requested, in percent.
type MetricTarget struct {
	Type               string `json:"type"`
	AverageUtilization int32  `json:"averageUtilization"`
}
