package generate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"a2c/generate/kube"
	"a2c/model"
)

// Ways in which the values of secrets reach the cluster (eksParameters.secrets).
const (
	secretsTemplate = "template"         // the user creates the Secret
	secretsExternal = "external-secrets" // the External Secrets Operator does
	secretsCSI      = "csi"              // the Secrets Store CSI driver does, with the provider of AWS
)

// SecretWays are the values of eksParameters.secrets.
func SecretWays() []string { return []string{secretsTemplate, secretsExternal, secretsCSI} }

func (w *workload) secretsBy() string { return cmp.Or(w.d.EKSParameters.Secrets, secretsTemplate) }

// remoteSecret is a secret of AWS, taken apart.
type remoteSecret struct {
	name      string // of the variable
	service   string // "secretsmanager", "ssm"
	region    string
	key       string // ARN of a secret, name of a parameter
	jsonField string
}

// remoteSecrets takes the ARNs apart: arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:NAME[:FIELD:STAGE:VERSION], arn:…:ssm:REGION:ACCOUNT:parameter/NAME.
func (w *workload) remoteSecrets() ([]remoteSecret, error) {
	var all []remoteSecret
	for i, s := range w.d.Secrets {
		parts := strings.Split(s.ValueFrom, ":")
		if len(parts) < 6 {
			return nil, fmt.Errorf("deployment.json: secrets[%d].valueFrom is empty, and --secrets %s needs the ARN: a2c secrets put --to secretsmanager puts the value there and writes it", i, w.secretsBy())
		}
		r := remoteSecret{name: s.Name, service: parts[2], region: parts[3], key: s.ValueFrom}
		if r.service == "ssm" {
			r.key = parameterName(strings.Join(parts[5:], ":"))
		} else if len(parts) > 7 {
			r.key, r.jsonField = strings.Join(parts[:7], ":"), parts[7]
		}
		all = append(all, r)
	}
	return all, nil
}

// parameterName of an ARN's end: one in a hierarchy begins with a slash, which the ARN shares with the word before.
func parameterName(resource string) string {
	name := strings.TrimPrefix(resource, "parameter/")
	if strings.Contains(name, "/") {
		return "/" + name
	}
	return name
}

// secretLimits checks what a way of giving secrets cannot do.
func (w *workload) secretLimits() (err error) {
	way := w.secretsBy()
	if !slices.Contains(SecretWays(), way) {
		return fmt.Errorf("deployment.json: eksParameters.secrets: %q is none of %s", way, strings.Join(SecretWays(), ", "))
	}
	if len(w.d.Secrets) == 0 || way == secretsTemplate {
		return nil
	}
	if way == secretsCSI && w.fargate {
		return fmt.Errorf("deployment.json: eksParameters.secrets: the CSI driver is a DaemonSet, which Fargate does not have: take %s or %s", secretsExternal, secretsTemplate)
	}
	if w.remote, err = w.remoteSecrets(); err != nil {
		return err
	}
	for _, r := range w.remote {
		if r.region != w.remote[0].region {
			return fmt.Errorf("deployment.json: secrets: %s and %s are in two regions, and --secrets %s takes one", w.remote[0].name, r.name, way)
		}
	}
	return nil
}

// secretManifests are the objects that make the Secret, none where the user does.
func (w *workload) secretManifests() []manifest {
	if len(w.remote) == 0 {
		return nil
	}
	if w.secretsBy() == secretsCSI {
		return []manifest{{"secretproviderclass.yaml", w.providerClass()}}
	}
	var all []manifest
	for _, service := range []string{"secretsmanager", "ssm"} {
		if used := ofService(w.remote, service); len(used) > 0 {
			all = append(all, manifest{"secretstore-" + service + ".yaml", w.secretStore(service)}, manifest{"externalsecret-" + service + ".yaml", w.externalSecret(service, used)})
		}
	}
	return all
}

func ofService(all []remoteSecret, service string) []remoteSecret {
	return slices.DeleteFunc(slices.Clone(all), func(r remoteSecret) bool { return r.service != service })
}

// externalVersion is the operator's since 0.16.
const externalVersion = "external-secrets.io/v1"

func (w *workload) storeName(service string) string { return label(w.name+"-"+service, 63, "store") }

// secretStore asks with the role of the pods, or, where they have none by IRSA, with the operator's own.
func (w *workload) secretStore(service string) kube.SecretStore {
	s := kube.SecretStore{Object: w.object(externalVersion, "SecretStore", w.storeName(service))}
	s.Spec.Provider.AWS = kube.StoreAWS{Service: map[string]string{"secretsmanager": "SecretsManager", "ssm": "ParameterStore"}[service], Region: w.remote[0].region}
	if w.roleARN() != "" {
		s.Spec.Provider.AWS.Auth = &kube.StoreAuth{JWT: kube.StoreJWT{ServiceAccountRef: kube.Name{Name: w.name}}}
	}
	return s
}

// secretOf is the Secret that a service's values go to: two that make one would take each other's keys out.
func (w *workload) secretOf(service string) string {
	if service == "ssm" && w.secretsBy() == secretsExternal && len(ofService(w.remote, service)) < len(w.remote) {
		return label(w.name+"-parameters", 63, "secrets")
	}
	return w.secretName()
}

func (w *workload) externalSecret(service string, used []remoteSecret) kube.ExternalSecret {
	e := kube.ExternalSecret{Object: w.object(externalVersion, "ExternalSecret", w.secretOf(service))}
	e.Spec = kube.ExternalSecretSpec{
		RefreshInterval: "1h", SecretStoreRef: kube.StoreRef{Kind: "SecretStore", Name: w.storeName(service)}, Target: kube.Name{Name: w.secretOf(service)},
	}
	for _, r := range used {
		e.Spec.Data = append(e.Spec.Data, kube.ExternalData{SecretKey: r.name, RemoteRef: kube.ExternalRemote{Key: r.key, Property: r.jsonField}})
	}
	return e
}

// providerObject is one entry of what the provider of AWS is told to fetch (https://github.com/aws/secrets-store-csi-driver-provider-aws).
type providerObject struct {
	Name  string          `json:"objectName"`
	Type  string          `json:"objectType"`
	Alias string          `json:"objectAlias"`
	Paths []providerField `json:"jmesPath,omitempty"`
}

type providerField struct {
	Path  string `json:"path"`
	Alias string `json:"objectAlias"`
}

// providerClass fetches the secrets as files, and makes the Secret of them while a pod has them mounted.
func (w *workload) providerClass() kube.SecretProviderClass {
	c := kube.SecretProviderClass{Object: w.object("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", w.secretName())}
	synced := kube.SyncedSecret{SecretName: w.secretName(), Type: "Opaque"}
	var objects []providerObject
	for _, r := range w.remote {
		o := providerObject{Name: r.key, Type: map[string]string{"secretsmanager": "secretsmanager", "ssm": "ssmparameter"}[r.service], Alias: r.name}
		if r.jsonField != "" {
			o.Alias = r.name + ".json"
			o.Paths = []providerField{{`"` + r.jsonField + `"`, r.name}}
		}
		objects = append(objects, o)
		synced.Data = append(synced.Data, kube.SyncedData{Key: r.name, ObjectName: r.name})
	}
	c.Spec = kube.ProviderSpec{
		Provider: "aws", SecretObjects: []kube.SyncedSecret{synced},
		Parameters: map[string]string{"region": w.remote[0].region, "objects": encoded(objects)},
	}
	if w.d.EKSParameters.PodIdentity {
		c.Spec.Parameters["usePodIdentity"] = "true"
	}
	return c
}

// secretFiles is the volume that makes the driver fetch the secrets; nothing reads the files.
func (w *workload) secretFiles() (kube.Volume, kube.VolumeMount, bool) {
	const name = "secrets-store"
	return kube.Volume{Name: name, CSI: &kube.CSI{Driver: "secrets-store.csi.k8s.io", ReadOnly: new(true), VolumeAttributes: map[string]string{"secretProviderClass": w.secretName()}}},
		kube.VolumeMount{Name: name, MountPath: "/mnt/" + name, ReadOnly: true}, len(w.remote) > 0 && w.secretsBy() == secretsCSI
}

// secretVariables are the variables that come from the Secret.
func (w *workload) secretVariables() []kube.EnvVar {
	var all []kube.EnvVar
	for i, s := range w.d.Secrets {
		from := w.secretName()
		if len(w.remote) > 0 {
			from = w.secretOf(w.remote[i].service)
		}
		all = append(all, kube.EnvVar{Name: s.Name, ValueFrom: &kube.EnvSource{SecretKeyRef: kube.SecretKey{Name: from, Key: s.Name}}})
	}
	return all
}

// exampleSecret shows the keys that the pods refer to.
func (w *workload) exampleSecret() kube.Secret {
	s := kube.Secret{Object: w.object("v1", "Secret", w.secretName()), Type: "Opaque", StringData: map[string]string{}}
	for _, key := range w.secretKeys {
		s.StringData[key] = ""
	}
	return s
}

// KubernetesSecret is where the files of eks-ec2 look for the values of secrets: the keys are the variables' names.
func KubernetesSecret(d model.Deployment) (namespace, name string, err error) {
	d.EKSParameters.Secrets = secretsTemplate
	w, err := newWorkload(d, false)
	if err != nil {
		return "", "", err
	}
	return w.namespace, w.secretName(), nil
}
