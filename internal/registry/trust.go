package registry

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote"

	"a2c/internal/disk"
	"a2c/model"
)

// certificateFolders are where Docker and Podman look for a registry's certificates, in a folder with its name (docker docs, "Verify repository client with
// certificates"; containers-certs.d(5)), the machine's before the user's.
func certificateFolders() []string {
	list := []string{"/etc/docker/certs.d", "/etc/containers/certs.d"}
	if user, err := os.UserConfigDir(); err == nil {
		list = append(list, filepath.Join(user, "docker", "certs.d"), filepath.Join(user, "containers", "certs.d"))
	}
	return list
}

// trusting is a transport that trusts the system's authorities (SSL_CERT_FILE and SSL_CERT_DIR name others) and those in the folders: *.crt is an authority's,
// *.cert with the *.key beside it shows who asks.
func trusting(host string, folders []string) (http.RoundTripper, error) {
	var config *tls.Config
	for _, folder := range folders {
		files, err := filepath.Glob(filepath.Join(strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`).Replace(folder), host, "*.c*rt"))
		if err != nil {
			return nil, fmt.Errorf("certificates of %s: %w", host, err)
		}
		for _, file := range files {
			if config == nil {
				config = &tls.Config{MinVersion: tls.VersionTLS12}
			}
			if err := trust(config, file); err != nil {
				return nil, fmt.Errorf("certificates of %s: %s: %w", host, model.Path(file), err)
			}
		}
	}
	standard, ok := remote.DefaultTransport.(*http.Transport)
	if config == nil || !ok {
		return remote.DefaultTransport, nil
	}
	own := standard.Clone()
	own.TLSClientConfig = config
	return own, nil
}

func trust(config *tls.Config, file string) error {
	if key, ok := strings.CutSuffix(file, ".cert"); ok {
		pair, err := tls.LoadX509KeyPair(file, key+".key")
		if err != nil {
			return disk.Cause(err)
		}
		config.Certificates = append(config.Certificates, pair)
		return nil
	}
	if !strings.HasSuffix(file, ".crt") {
		return nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return disk.Cause(err)
	}
	if config.RootCAs == nil {
		if config.RootCAs, err = x509.SystemCertPool(); err != nil {
			return fmt.Errorf("the system's authorities: %w", err)
		}
	}
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("no certificate in PEM stands in it")
	}
	return nil
}
