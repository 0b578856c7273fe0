package kube

// VolumeClaim is core/v1 PersistentVolumeClaim.
type VolumeClaim struct {
	Object
	Spec VolumeClaimSpec `json:"spec"`
}

// VolumeClaimSpec is the part of it that is written. A class of "" asks for a volume that exists, nil for the cluster's default class.
type VolumeClaimSpec struct {
	AccessModes      []string  `json:"accessModes,omitempty"`
	Resources        Resources `json:"resources"`
	StorageClassName *string   `json:"storageClassName,omitempty"`
}

// PersistentVolume is core/v1.
type PersistentVolume struct {
	Object
	Spec PersistentVolumeSpec `json:"spec"`
}

// PersistentVolumeSpec is the part of it that is written.
type PersistentVolumeSpec struct {
	Capacity         map[string]string `json:"capacity,omitempty"`
	CSI              VolumeHandle      `json:"csi"`
	AccessModes      []string          `json:"accessModes,omitempty"`
	ClaimRef         ClaimOf           `json:"claimRef"`
	ReclaimPolicy    string            `json:"persistentVolumeReclaimPolicy,omitempty"`
	StorageClassName string            `json:"storageClassName,omitempty"`
}

// VolumeHandle is CSIPersistentVolumeSource.
type VolumeHandle struct {
	Driver       string `json:"driver"`
	VolumeHandle string `json:"volumeHandle"`
}

// ClaimOf is the ObjectReference to the one claim that may have the volume.
type ClaimOf struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
}
