// Package kubecall writes one Secret to a Kubernetes API server that a kubeconfig names, by plain HTTP: client-go would be many times as large.
package kubecall

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Client talks to the cluster of the current context.
type Client struct {
	server, token string
	http          *http.Client
}

// config is what is read of a kubeconfig (kubernetes.io/docs/reference/config-api/kubeconfig.v1).
type config struct {
	CurrentContext string `yaml:"current-context"`
	Contexts       []struct {
		Name    string `yaml:"name"`
		Context struct {
			Cluster string `yaml:"cluster"`
			User    string `yaml:"user"`
		} `yaml:"context"`
	} `yaml:"contexts"`
	Clusters []struct {
		Name    string  `yaml:"name"`
		Cluster cluster `yaml:"cluster"`
	} `yaml:"clusters"`
	Users []struct {
		Name string `yaml:"name"`
		User user   `yaml:"user"`
	} `yaml:"users"`
}

type cluster struct {
	Server     string `yaml:"server"`
	ServerName string `yaml:"tls-server-name"`
	Insecure   bool   `yaml:"insecure-skip-tls-verify"`
	CA         string `yaml:"certificate-authority"`
	CAData     string `yaml:"certificate-authority-data"`
}

type user struct {
	Cert      string    `yaml:"client-certificate"`
	CertData  string    `yaml:"client-certificate-data"`
	Key       string    `yaml:"client-key"`
	KeyData   string    `yaml:"client-key-data"`
	Token     string    `yaml:"token"`
	TokenFile string    `yaml:"tokenFile"`
	Exec      yaml.Node `yaml:"exec"`
	Username  string    `yaml:"username"`
}

const maxConfig = 4 << 20

// Open reads a kubeconfig; name is "" for KUBECONFIG or ~/.kube/config.
func Open(name, context string, getenv func(string) string) (*Client, error) {
	if name == "" {
		name, _, _ = strings.Cut(getenv("KUBECONFIG"), ":")
	}
	if name == "" {
		name = filepath.Join(getenv("HOME"), ".kube", "config")
	}
	data, err := readFile(name)
	if err != nil {
		return nil, err
	}
	var c config
	if err := yaml.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("%s is no kubeconfig", name) // the parser's words may hold a token
	}
	if context == "" {
		context = c.CurrentContext
	}
	for _, x := range c.Contexts {
		if x.Name != context {
			continue
		}
		for _, k := range c.Clusters {
			for _, u := range c.Users {
				if k.Name == x.Context.Cluster && u.Name == x.Context.User {
					return connect(filepath.Dir(name), k.Cluster, u.User)
				}
			}
		}
	}
	return nil, fmt.Errorf("%s: the context %q with its cluster and user is not in it", name, context)
}

func connect(dir string, k cluster, u user) (*Client, error) {
	if !u.Exec.IsZero() {
		return nil, errors.New("the kubeconfig gets its token from a program, which a2c does not run; put the token into a kubeconfig: kubectl config set-credentials, after aws eks get-token")
	}
	server, err := url.Parse(k.Server)
	if err != nil || server.Scheme != "https" {
		return nil, fmt.Errorf("the cluster's server has to be an https URL: a secret is not sent in the clear")
	}
	t := &tls.Config{ServerName: k.ServerName, InsecureSkipVerify: k.Insecure, MinVersion: tls.VersionTLS12} // as the kubeconfig says
	if ca, err := either(dir, k.CA, k.CAData); err != nil {
		return nil, err
	} else if len(ca) > 0 {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("the kubeconfig's certificate-authority holds no certificate")
		}
	}
	cert, err1 := either(dir, u.Cert, u.CertData)
	key, err2 := either(dir, u.Key, u.KeyData)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if len(cert) > 0 {
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("the kubeconfig's client certificate: %w", err)
		}
		t.Certificates = []tls.Certificate{pair}
	}
	token := u.Token
	if u.TokenFile != "" {
		data, err := readFile(under(dir, u.TokenFile))
		if err != nil {
			return nil, err
		}
		token = strings.TrimSpace(string(data))
	}
	refuse := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a secret goes nowhere else
	return &Client{strings.TrimSuffix(k.Server, "/"), token, &http.Client{
		Timeout: 30 * time.Second, CheckRedirect: refuse, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: t, ForceAttemptHTTP2: true},
	}}, nil
}

func under(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

func either(dir, name, data string) ([]byte, error) {
	switch {
	case data != "":
		b, err := base64.StdEncoding.DecodeString(data)
		if err != nil {
			return nil, errors.New("the kubeconfig holds data that is no base64")
		}
		return b, nil
	case name != "":
		return readFile(under(dir, name))
	}
	return nil, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxConfig))
}

// ErrNotFound says that there is no such object.
var ErrNotFound = errors.New("not found")

// Secret is what is read and written of one (core/v1; the types of k8s.io/api would do the same).
type Secret struct {
	APIVersion string            `json:"apiVersion"`
	Kind       string            `json:"kind"`
	Metadata   Metadata          `json:"metadata"`
	Type       string            `json:"type"`
	Data       map[string][]byte `json:"data"`
}

// Metadata of a Secret.
type Metadata struct {
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	Labels    map[string]string `json:"labels,omitempty"`
}

// Secret reads one.
func (c *Client) Secret(ctx context.Context, namespace, name string) (s Secret, err error) {
	err = c.call(ctx, http.MethodGet, "application/json", path(namespace, name), nil, &s)
	return s, err
}

// Create makes one.
func (c *Client) Create(ctx context.Context, namespace, name string, labels map[string]string, data map[string][]byte) error {
	s := Secret{APIVersion: "v1", Kind: "Secret", Metadata: Metadata{namespace, name, labels}, Type: "Opaque", Data: data}
	return c.call(ctx, http.MethodPost, "application/json", path(namespace, ""), s, &Secret{})
}

// Set writes some keys of one that exists, and leaves the others.
func (c *Client) Set(ctx context.Context, namespace, name string, data map[string][]byte) error {
	return c.call(ctx, http.MethodPatch, "application/merge-patch+json", path(namespace, name), map[string]any{"data": data}, &Secret{})
}

func path(namespace, name string) string {
	p := "/api/v1/namespaces/" + url.PathEscape(namespace) + "/secrets"
	if name != "" {
		p += "/" + url.PathEscape(name)
	}
	return p
}

// call sends an object. What the server says of a refusal may repeat it: only the reason is told.
func (c *Client) call(ctx context.Context, method, kind, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.server+path+"?fieldManager=a2c", body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Accept", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxConfig))
	if err != nil {
		return err
	}
	if answer.StatusCode/100 == 2 {
		if json.Unmarshal(data, out) != nil {
			return fmt.Errorf("%s %s: the answer is no object of Kubernetes", method, path)
		}
		return nil
	}
	var status struct {
		Reason  string `json:"reason"`
		Details struct {
			Kind string `json:"kind"`
		} `json:"details"`
	}
	_ = json.Unmarshal(data, &status) // a proxy's answer has none
	if answer.StatusCode == http.StatusNotFound {
		return fmt.Errorf("%s %s: %w (%s)", method, path, ErrNotFound, status.Details.Kind)
	}
	return fmt.Errorf("%s %s: HTTP status %d %s", method, path, answer.StatusCode, status.Reason)
}
