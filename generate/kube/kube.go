// Package kube has the Kubernetes objects that are written, with exactly the fields that are set, in the order and under the names of k8s.io/api. That
// package would bring two megabytes of code for reading them into the program; the tests read what is written with it, strictly.
// https://kubernetes.io/docs/reference/kubernetes-api/
package kube

import (
	"encoding/json"
	"strconv"
)

// Object is what begins each object.
type Object struct {
	Kind       string `json:"kind"`
	APIVersion string `json:"apiVersion"`
	Metadata   Meta   `json:"metadata"`
}

// Meta is ObjectMeta.
type Meta struct {
	Name        string            `json:"name,omitempty"`
	Namespace   string            `json:"namespace,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Selector is LabelSelector.
type Selector struct {
	MatchLabels map[string]string `json:"matchLabels,omitempty"`
}

// Name is LocalObjectReference.
type Name struct {
	Name string `json:"name,omitempty"`
}

// IntOrString is a number, or the name of a port.
type IntOrString struct {
	Number int32
	Text   string // when not ""
}

// Number is one that holds a number.
func Number(n int) IntOrString { return IntOrString{Number: int32(n)} }

// Text is one that holds a name.
func Text(name string) IntOrString { return IntOrString{Text: name} }

// MarshalJSON writes what it holds.
func (v IntOrString) MarshalJSON() ([]byte, error) {
	if v.Text != "" {
		return json.Marshal(v.Text)
	}
	return strconv.AppendInt(nil, int64(v.Number), 10), nil
}

// ServiceAccount is core/v1.
type ServiceAccount struct {
	Object
	AutomountServiceAccountToken *bool `json:"automountServiceAccountToken,omitempty"`
}

// Secret is core/v1.
type Secret struct {
	Object
	StringData map[string]string `json:"stringData,omitempty"`
	Type       string            `json:"type,omitempty"`
}

// ConfigMap is core/v1.
type ConfigMap struct {
	Object
	Data map[string]string `json:"data,omitempty"`
}
