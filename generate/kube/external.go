package kube

// SecretStore is external-secrets.io/v1: where the External Secrets Operator asks (https://external-secrets.io/latest/provider/aws-secrets-manager/).
type SecretStore struct {
	Object
	Spec SecretStoreSpec `json:"spec"`
}

// SecretStoreSpec is the part of it that is written.
type SecretStoreSpec struct {
	Provider StoreProvider `json:"provider"`
}

// StoreProvider is one of AWS.
type StoreProvider struct {
	AWS StoreAWS `json:"aws"`
}

// StoreAWS is "SecretsManager" or "ParameterStore" of a region.
type StoreAWS struct {
	Service string     `json:"service"`
	Region  string     `json:"region"`
	Auth    *StoreAuth `json:"auth,omitempty"`
}

// StoreAuth asks with the role of a service account.
type StoreAuth struct {
	JWT StoreJWT `json:"jwt"`
}

// StoreJWT names the account.
type StoreJWT struct {
	ServiceAccountRef Name `json:"serviceAccountRef"`
}

// ExternalSecret is external-secrets.io/v1: which values become a Secret.
type ExternalSecret struct {
	Object
	Spec ExternalSecretSpec `json:"spec"`
}

// ExternalSecretSpec is the part of it that is written.
type ExternalSecretSpec struct {
	SecretStoreRef  StoreRef       `json:"secretStoreRef"`
	RefreshInterval string         `json:"refreshInterval"`
	Target          Name           `json:"target"`
	Data            []ExternalData `json:"data"`
}

// StoreRef names the store.
type StoreRef struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// ExternalData is one value.
type ExternalData struct {
	SecretKey string         `json:"secretKey"`
	RemoteRef ExternalRemote `json:"remoteRef"`
}

// ExternalRemote names a secret, and a key of its JSON.
type ExternalRemote struct {
	Key      string `json:"key"`
	Property string `json:"property,omitempty"`
}

// SecretProviderClass is secrets-store.csi.x-k8s.io/v1 (https://secrets-store-csi-driver.sigs.k8s.io/concepts#secretproviderclass).
type SecretProviderClass struct {
	Object
	Spec ProviderSpec `json:"spec"`
}

// ProviderSpec is the part of it that is written.
type ProviderSpec struct {
	Provider      string            `json:"provider"`
	Parameters    map[string]string `json:"parameters"`
	SecretObjects []SyncedSecret    `json:"secretObjects"`
}

// SyncedSecret is a Secret that the driver makes while a pod mounts the files.
type SyncedSecret struct {
	SecretName string       `json:"secretName"`
	Type       string       `json:"type"`
	Data       []SyncedData `json:"data"`
}

// SyncedData is one key of it.
type SyncedData struct {
	Key        string `json:"key"`
	ObjectName string `json:"objectName"`
}
