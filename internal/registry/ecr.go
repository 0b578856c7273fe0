package registry

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"

	"a2c/internal/awscall"
)

// ECR is an account's registry in a region.
type ECR struct{ account, fips, region, domain string }

// ParseECR takes the name of a registry apart, and says whether it is one of ECR's:
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
func ParseECR(host string) (ECR, bool) {
	m := regexp.MustCompile(`^([0-9]{12})\.dkr\.ecr(-fips)?\.([a-z0-9-]+)\.(amazonaws\.com(?:\.cn)?)$`).FindStringSubmatch(host)
	if m == nil {
		return ECR{}, false
	}
	return ECR{m[1], m[2], m[3], m[4]}, true
}

// client speaks to the service. Credentials are those of the SDK's chain; AWS_ENDPOINT_URL_ECR and AWS_ENDPOINT_URL name another endpoint, as for the SDK.
func (e ECR) client(ctx context.Context) (awscall.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithRegion(e.region))
	if err != nil {
		return awscall.Client{}, err
	}
	endpoint := "https://api.ecr." + e.region + "." + e.domain
	if e.fips != "" {
		endpoint = "https://ecr-fips." + e.region + "." + e.domain
	}
	return awscall.Client{
		Config: cfg, Service: "ecr", Target: "AmazonEC2ContainerRegistry_V20150921",
		Endpoint: cmp.Or(os.Getenv("AWS_ENDPOINT_URL_ECR"), aws.ToString(cfg.BaseEndpoint), endpoint),
	}, nil
}

// signInError says what to do when AWS gives no password.
type signInError struct{ cause error }

func (e *signInError) Error() string { return "ECR gives no password: " + e.cause.Error() }
func (e *signInError) Unwrap() error { return e.cause }

// password asks for what `aws ecr get-login-password` prints: user and password, good for twelve hours.
func (e ECR) password(ctx context.Context) (authn.AuthConfig, error) {
	var out struct {
		AuthorizationData []struct {
			AuthorizationToken string `json:"authorizationToken"`
		} `json:"authorizationData"`
	}
	c, err := e.client(ctx)
	if err == nil {
		err = c.Call(ctx, "GetAuthorizationToken", struct{}{}, &out)
	}
	if err == nil && len(out.AuthorizationData) == 0 {
		err = errors.New("GetAuthorizationToken: the answer holds none")
	}
	if err != nil {
		return authn.AuthConfig{}, &signInError{err}
	}
	text, err := base64.StdEncoding.DecodeString(out.AuthorizationData[0].AuthorizationToken)
	user, password, ok := strings.Cut(string(text), ":")
	if err != nil || !ok {
		return authn.AuthConfig{}, &signInError{errors.New("GetAuthorizationToken: the token is none")}
	}
	return authn.AuthConfig{Username: user, Password: password}, nil
}

// ecrKeychain has the passwords of ECR, for when the Docker configuration has none.
type ecrKeychain struct{}

// Resolve implements authn.Keychain.
func (k ecrKeychain) Resolve(at authn.Resource) (authn.Authenticator, error) {
	return k.ResolveContext(context.Background(), at) //nolint:forbidigo // the interface has no context; whoever has one calls the other
}

// ResolveContext implements authn.ContextKeychain.
func (ecrKeychain) ResolveContext(ctx context.Context, at authn.Resource) (authn.Authenticator, error) {
	e, ok := ParseECR(at.RegistryStr())
	if !ok {
		return authn.Anonymous, nil
	}
	auth, err := e.password(ctx)
	if err != nil {
		return nil, err
	}
	return authn.FromConfig(auth), nil
}

// Create makes the repository of a destination, with scan on push, tags that are not changed and a rule that expires images. One that exists stays as it is.
func (e ECR) Create(ctx context.Context, at name.Reference, lifecycle string) (created bool, err error) {
	repository := at.Context().RepositoryStr()
	c, err := e.client(ctx)
	if err == nil {
		err = c.Call(ctx, "CreateRepository", map[string]any{
			"registryId": e.account, "repositoryName": repository, "imageTagMutability": "IMMUTABLE", "imageScanningConfiguration": map[string]bool{"scanOnPush": true},
			"tags": []map[string]string{{"Key": "created-by", "Value": "a2c"}},
		}, &struct{}{})
	}
	if awscall.Is(err, "RepositoryAlreadyExistsException") {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("create repository %s: %w; %s, and have ecr:CreateRepository and ecr:TagResource allowed, or make it by hand: aws ecr create-repository --repository-name %s", at.Context(), err, signIn, repository)
	}
	err = c.Call(ctx, "PutLifecyclePolicy", map[string]string{"registryId": e.account, "repositoryName": repository, "lifecyclePolicyText": lifecycle}, &struct{}{})
	if err != nil {
		return true, fmt.Errorf("lifecycle rule of %s, which was created: %w; have ecr:PutLifecyclePolicy allowed, delete the repository and run the same again", at.Context(), err)
	}
	return true, nil
}

const signIn = "sign in to AWS (aws sso login, AWS_PROFILE, or an instance role)"
