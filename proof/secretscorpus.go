package proof

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"a2c/model"
	"a2c/parse"
)

// distribution is an archive of a server, and the files of its default configuration that hold no secret.
type distribution struct {
	coordinates, digest string
	files               []string // by the end of their names in the archive
}

// corpus are default configurations as they are shipped. Left out are those with a password in them: the "sa" in WildFly's standalone.xml and domain.xml,
// the clear-text of its standalone-load-balancer.xml, the users and hashes in users.properties, the password in Jetty's jdbcRealm.properties.
func corpus() []distribution {
	return []distribution{
		{"org.apache.tomcat:tomcat:10.1.30:tar.gz", "8de5a808f3dc762ace67948cd90d1327b116816622044dc8750f04207df90a2e", []string{
			"/conf/catalina.properties", "/conf/context.xml", "/conf/jaspic-providers.xml", "/conf/logging.properties", "/conf/server.xml", "/conf/tomcat-users.xml", "/conf/web.xml",
		}},
		{"org.apache.tomee:apache-tomee:9.0.0:tar.gz:webprofile", "bd2490ef348f757d00fbfd96fee5584eaadf9886d3b0b56c1aac24482469def2", []string{"/conf/tomee.xml", "/conf/system.properties", "/conf/server.xml"}},
		{"org.eclipse.jetty:jetty-home:12.0.16:tar.gz", "39b39f25da5f432c56c52f290a17f4ebbc754a7caf3b80a7eef4c7ce76d91313", []string{
			"/etc/jetty.xml", "/etc/jetty-http.xml", "/etc/jetty-https.xml", "/etc/jetty-ssl.xml", "/etc/jetty-ssl-context.xml", "/etc/jetty-gzip.xml", "/etc/jetty-requestlog.xml",
			"/etc/webdefault-ee10.xml", "/etc/jetty-ee10-deploy.xml",
		}},
		{"org.apache.karaf:apache-karaf-minimal:4.4.7:tar.gz", "5449a1cafed1a81c4965dd1ebb8385dd293c7e0056b4766aad8fa8c26c1d5f7b", []string{
			"/etc/config.properties", "/etc/jre.properties", "/etc/system.properties", "/etc/org.apache.karaf.shell.cfg", "/etc/org.ops4j.pax.url.mvn.cfg", "/etc/org.apache.karaf.jaas.cfg",
			"/etc/org.ops4j.pax.logging.cfg", "/etc/org.apache.karaf.features.cfg", "/etc/startup.properties", "/etc/java.util.logging.properties",
		}},
		{"io.openliberty:openliberty-webProfile8:21.0.0.12:zip", "cd2d237ed7668192566698ee73f7fcf5da2a3f94ae790f42c6344ee31015fb9e", []string{
			"/servers/defaultServer/server.xml", "/servers/javaee8/server.xml", "/servers/springBoot2/server.xml", "/servers/webProfile8/server.xml",
		}},
		{"org.wildfly:wildfly-dist:34.0.1.Final:zip", "6354e2871db34669b492ad2f5da5974f069ddea7b7a494bc122ed04719f716c8", []string{
			"/standalone/configuration/mgmt-groups.properties", "/standalone/configuration/logging.properties", "/domain/configuration/host.xml", "/domain/configuration/host-primary.xml",
			"/domain/configuration/host-secondary.xml", "/domain/configuration/default-server-logging.properties", "/bin/add-user.properties", "/bin/jboss-cli.xml", "/bin/standalone.conf", "/bin/domain.conf",
			"/standalone/configuration/application-roles.properties",
		}},
		{"fish.payara.distributions:payara-web:5.2022.5:zip", "a55c2b4a265c3e961eea55cc81e7a982335279016953b95e47ec472badcba73a", []string{
			"/domain1/config/logging.properties", "/domain1/config/default-web.xml", "/domain1/config/login.conf", "/glassfish/config/asenv.conf", "/domain1/config/wss-server-config-2.0.xml",
			"/glassfish/config/osgi.properties",
		}},
	}
}

func fetchCorpus(t *testing.T, b *Bench) {
	for _, d := range corpus() {
		if _, err := b.Site(t).FetchMaven(t.Context(), d.coordinates, d.digest); err != nil {
			t.Fatal(err)
		}
	}
}

// plantCorpus copies the files below dir, each into a folder of its own, and returns their names.
func plantCorpus(t *testing.T, b *Bench, dir string) []string {
	t.Helper()
	var names []string
	for i, d := range corpus() {
		archive, err := b.Site(t).FetchMaven(t.Context(), d.coordinates, d.digest)
		if err != nil {
			t.Fatal(err)
		}
		left := slices.Clone(d.files)
		err = entries(archive, func(name string, r io.Reader) error {
			n := slices.IndexFunc(left, func(end string) bool { return strings.HasSuffix(name, end) })
			if n < 0 {
				return nil
			}
			left = slices.Delete(left, n, n+1)
			data, err := io.ReadAll(r)
			if err != nil {
				return err
			}
			to := filepath.Join(dir, fmt.Sprintf("%d-%d", i, len(left)), filepath.Base(name))
			names = append(names, to)
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return err
			}
			return os.WriteFile(to, data, 0o644)
		})
		if err != nil || len(left) > 0 {
			t.Fatalf("%s: %v; not in it: %q", archive, err, left)
		}
	}
	return names
}

// entries visits the files of an archive.
func entries(archive string, visit func(name string, r io.Reader) error) error {
	if strings.HasSuffix(archive, ".zip") {
		z, err := zip.OpenReader(archive)
		if err != nil {
			return err
		}
		defer z.Close() //nolint:errcheck // it was only read
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				return err
			}
			if err := errors.Join(visit(f.Name, r), r.Close()); err != nil {
				return err
			}
		}
		return nil
	}
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := visit(h.Name, r); err != nil {
			return err
		}
	}
}

// falseAlarms counts the files of the corpus in which a secret is seen, against at most one in twenty.
func falseAlarms(t *testing.T, b *Bench, clean []string, secrets []model.Secret) {
	t.Helper()
	flagged, settings, alarms := map[string]bool{}, 0, 0
	for _, name := range clean {
		settings += countSettings(t, name)
	}
	for _, s := range secrets {
		if slices.Contains(clean, string(s.Place.Path)) {
			flagged[string(s.Place.Path)] = true
			alarms++
			fmt.Fprintf(b.Log, "false alarm: %s:%d, %s, in a comment: %v\n", s.Place.Path, s.Place.Line, s.Kind, s.Comment)
		}
	}
	fmt.Fprintf(b.Log, "secrets: false alarms in %d of %d clean configuration files, on %d of %d settings\n", len(flagged), len(clean), alarms, settings)
	if len(clean) < 50 || len(flagged)*20 > len(clean) {
		t.Errorf("%d of %d clean configuration files are said to hold a secret: more than 5 %%, or too few files", len(flagged), len(clean))
	}
}

// countSettings counts the settings of a file: what its format calls so, or the lines with text that is no comment.
func countSettings(t *testing.T, name string) int {
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if doc, err := parse.ReadXML(data); err == nil {
		return len(parse.XMLSettings(doc.Root))
	}
	if list, err := parse.ReadProperties(data); err == nil {
		return len(list)
	}
	return strings.Count(string(data), "\n")
}
