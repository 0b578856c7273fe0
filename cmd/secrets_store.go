package cmd

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/config"

	"a2c/generate"
	"a2c/internal/awscall"
	"a2c/internal/kubecall"
	"a2c/model"
)

// awsStore is Secrets Manager or SSM's Parameter Store.
type awsStore struct {
	to, prefix string
	kmsKey     string // "": the account's own of the service
	client     awscall.Client
}

func openAWS(ctx context.Context, f putFlags, d model.Deployment) (*awsStore, error) {
	var options []func(*config.LoadOptions) error
	if f.profile != "" {
		options = append(options, config.WithSharedConfigProfile(f.profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	switch {
	case f.region != "":
		cfg.Region = f.region
	case d.AWS.Region != "":
		cfg.Region = d.AWS.Region
	case cfg.Region == "":
		return nil, errors.New("no region is known: give --region, or fill aws.region in deployment.json")
	}
	s := &awsStore{to: f.to, prefix: f.prefix, kmsKey: f.kmsKey, client: awscall.Client{Config: cfg, Service: f.to, Target: "secretsmanager", Endpoint: f.endpoint}}
	if f.to == "ssm" {
		s.client.Target = "AmazonSSM"
	}
	return s, nil
}

func (s *awsStore) target(id, name string) string { return awsName(s.to, s.prefix, id, name) }

func (s *awsStore) put(ctx context.Context, target, value string, overwrite bool) (stored, error) {
	if s.to == "ssm" {
		return s.putParameter(ctx, target, value, overwrite)
	}
	return s.putSecret(ctx, target, value, overwrite)
}

// awsTag names who made it.
type awsTag struct{ Key, Value string }

// secretOut is what Secrets Manager answers to each of the operations here (docs.aws.amazon.com/secretsmanager/latest/apireference).
type secretOut struct{ ARN, SecretString string }

func (s *awsStore) putSecret(ctx context.Context, target, value string, overwrite bool) (stored, error) {
	var out secretOut
	token := rand.Text() + "-a2c-put" // 32 characters at least (ClientRequestToken)
	err := s.client.Call(ctx, "CreateSecret", struct {
		Name, SecretString, ClientRequestToken, Description string
		KmsKeyId                                            string `json:",omitempty"` //nolint:revive // AWS's name
		Tags                                                []awsTag
	}{target, value, token, "put by a2c", s.kmsKey, []awsTag{{"created-by", "a2c"}}}, &out)
	if err == nil || !awscall.Is(err, "ResourceExistsException") {
		return stored{ARN: out.ARN, Done: putCreated}, err
	}
	if err := s.client.Call(ctx, "GetSecretValue", struct{ SecretId string }{target}, &out); err != nil && !awscall.Is(err, "ResourceNotFoundException") { //nolint:revive // AWS's name
		return stored{}, err
	} else if err == nil && same(out.SecretString, value) {
		return stored{ARN: out.ARN, Done: putLeft}, nil
	}
	if !overwrite {
		return stored{}, errDiffers
	}
	err = s.client.Call(ctx, "PutSecretValue", struct{ SecretId, SecretString, ClientRequestToken string }{target, value, token}, &out) //nolint:revive // AWS's name
	return stored{ARN: out.ARN, Done: putUpdated}, err
}

// maxStandard is what a parameter of the standard tier holds, which costs nothing (docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
const maxStandard = 4 << 10

// parameterOut is what GetParameter answers.
type parameterOut struct {
	Parameter struct{ ARN, Value string }
}

func (s *awsStore) putParameter(ctx context.Context, target, value string, overwrite bool) (stored, error) {
	if len(value) > maxStandard {
		return stored{}, fmt.Errorf("is longer than the %d bytes of a standard parameter: put it --to secretsmanager", maxStandard)
	}
	done := putCreated
	get := struct {
		Name           string
		WithDecryption bool
	}{target, true}
	var out parameterOut
	switch err := s.client.Call(ctx, "GetParameter", get, &out); {
	case err == nil && same(out.Parameter.Value, value):
		return stored{ARN: out.Parameter.ARN, Done: putLeft}, nil
	case err == nil && !overwrite:
		return stored{}, errDiffers
	case err == nil:
		done = putUpdated
	case !awscall.Is(err, "ParameterNotFound"):
		return stored{}, err
	}
	in := struct {
		Name, Value, Type, Description string
		KeyId                          string `json:",omitempty"` //nolint:revive // AWS's name
		Overwrite                      bool
	}{target, value, "SecureString", "put by a2c", s.kmsKey, done == putUpdated}
	if err := s.client.Call(ctx, "PutParameter", in, &struct{}{}); err != nil {
		return stored{}, err
	}
	out = parameterOut{}
	err := s.client.Call(ctx, "GetParameter", struct{ Name string }{target}, &out) // undecrypted: for the ARN
	return stored{ARN: out.Parameter.ARN, Done: done}, err
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// kubernetesStore is the Secret that the files of eks-ec2 refer to; each variable is a key of it.
type kubernetesStore struct {
	client          *kubecall.Client
	namespace, name string
	labels          map[string]string
}

func (a *app) kubernetesStore(f putFlags, d model.Deployment) (*kubernetesStore, error) {
	namespace, name, err := generate.KubernetesSecret(d)
	if err != nil {
		return nil, err
	}
	if f.namespace != "" {
		namespace = f.namespace
	}
	s := &kubernetesStore{namespace: namespace, name: name, labels: map[string]string{"app.kubernetes.io/managed-by": "a2c"}}
	if !f.dryRun {
		s.client, err = kubecall.Open(f.kubeconfig, f.kubeContext, a.getenv)
	}
	return s, err
}

func (s *kubernetesStore) target(_, name string) string {
	return s.namespace + "/" + s.name + "#" + name
}

func (s *kubernetesStore) put(ctx context.Context, target, value string, overwrite bool) (stored, error) {
	key := target[len(s.namespace)+len(s.name)+2:]
	data := map[string][]byte{key: []byte(value)}
	have, err := s.client.Secret(ctx, s.namespace, s.name)
	switch {
	case errors.Is(err, kubecall.ErrNotFound):
		err := s.client.Create(ctx, s.namespace, s.name, s.labels, data)
		if errors.Is(err, kubecall.ErrNotFound) {
			err = fmt.Errorf("has no namespace: kubectl create namespace %s", s.namespace)
		}
		return stored{Done: putCreated}, err
	case err != nil:
		return stored{}, err
	}
	old, is := have.Data[key]
	switch {
	case is && same(string(old), value):
		return stored{Done: putLeft}, nil
	case is && !overwrite:
		return stored{}, errDiffers
	}
	done := putCreated
	if is {
		done = putUpdated
	}
	return stored{Done: done}, s.client.Set(ctx, s.namespace, s.name, data)
}
