package servers

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"a2c/proof/apps"
)

// osgiBundles are an HTTP service and what it needs.
func osgiBundles() []string {
	return []string{"slf4j-api-1.7.36.jar", "slf4j-simple-1.7.36.jar", "org.apache.felix.http.servlet-api-1.2.0.jar", "org.apache.felix.http.jetty-4.1.14.jar"}
}

// osgiProgram installs both frameworks and the bundles in one folder.
func osgiProgram(ctx context.Context, p Place) error {
	if p.Have("osgi") {
		return nil
	}
	for coordinates, digest := range map[string]string{
		"org.slf4j:slf4j-api:1.7.36:jar":                               "d3ef575e3e4979678dc01bf1dcce51021493b4d11fb7f1be8ad982877c16a1c0",
		"org.slf4j:slf4j-simple:1.7.36:jar":                            "2f39bed943d624dfa8f4102d0571283a10870b6aa36f197a8a506f147010c10f",
		"org.apache.felix:org.apache.felix.http.servlet-api:1.2.0:jar": "7efc9bbd39e4921e5278fa103f346d8bf8070b39bbf5c1a26d74f35c92556503",
		"org.apache.felix:org.apache.felix.http.jetty:4.1.14:jar":      "302a8fda295aec0157fe27fcc96396a3d163c7c2713a1266442e4cfcbea5a83f",
		"org.apache.felix:org.apache.felix.main:7.0.5:jar":             "20852d551de327804a53b20e50f2fbbf77b62b03f426e6e95e7606d3a58f8e98",
		"org.eclipse.platform:org.eclipse.osgi:3.18.500:jar":           "80b275d58379723b291ea650249cc3809c8f10b34f78aaf988132cd6d434ab4e",
	} {
		jar, err := p.FetchMaven(ctx, coordinates, digest)
		if err != nil {
			return err
		}
		if err := p.copyTo(p.Program(".osgi", filepath.Base(jar)), jar); err != nil {
			return err
		}
	}
	return os.Rename(p.Program(".osgi"), p.Program("osgi"))
}

// copyTo copies one file.
func (p Place) copyTo(to, from string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o644)
}

// OSGiFelix is Apache Felix with its usual folders, and the configuration elsewhere.
func OSGiFelix() Server {
	return Server{
		Name: "osgi-felix", Kind: "java-osgi", Ports: 18690, Program: osgiProgram, Ready: []int{18690},
		Configure: func(_ context.Context, p Place) error {
			errs := []error{
				p.copyTo(p.Path("felix/bin/felix.jar"), p.Program("osgi/org.apache.felix.main-7.0.5.jar")),
				p.Write("config/shop.properties", fmt.Sprintf("felix.auto.deploy.action=install,start\norg.osgi.service.http.port=%d\norg.apache.felix.http.host=127.0.0.1\n", p.Port(0))),
			}
			for _, name := range osgiBundles() {
				errs = append(errs, p.copyTo(p.Path("felix/bundle", name), p.Program("osgi", name)))
			}
			return firstError(append(errs, p.Give("felix"))...)
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: p.Path("felix"), Env: p.Env(),
				Argv: []string{p.Java + "/bin/java", "-Xmx64m", "-Dfelix.config.properties=file:" + p.Path("config/shop.properties"), "-jar", "bin/felix.jar"},
			}
		},
	}
}

// OSGiEquinox is Eclipse Equinox with a configuration area apart; the port comes from the command line.
func OSGiEquinox() Server {
	return Server{
		Name: "osgi-equinox", Kind: "java-osgi", Ports: 18710, Program: osgiProgram, Ready: []int{18710},
		Configure: func(_ context.Context, p Place) error {
			var bundles []string
			for _, name := range osgiBundles() {
				bundles = append(bundles, "reference\\:file\\:"+name+"@start")
			}
			return firstError(
				p.Write("configuration/config.ini", "osgi.bundles="+strings.Join(bundles, ",")+"\nosgi.noShutdown=true\neclipse.ignoreApp=true\norg.apache.felix.http.host=127.0.0.1\n"),
				p.Give("configuration"))
		},
		Command: func(p Place) apps.Command {
			return apps.Command{
				Dir: "/", Env: p.Env(),
				Argv: []string{
					p.Java + "/bin/java", "-Xmx64m", fmt.Sprint("-Dorg.osgi.service.http.port=", p.Port(0)),
					"-jar", p.Program("osgi/org.eclipse.osgi-3.18.500.jar"), "-configuration", p.Path("configuration"),
				},
			}
		},
	}
}
