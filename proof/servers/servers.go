// Package servers holds real application servers in the layouts that people run them in, as values: what the proof `servers` installs,
// starts and demands of the inventory. One file per kind; testdata/servers/NAME.json is what inventory must say, written by hand.
package servers

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"a2c/proof/apps"
)

// Server is one real server or application in one layout.
type Server struct {
	Name string // "jetty-base": its folder, and testdata/servers/NAME.json
	Kind string // the detector that must find it
	// Ports is the first of 20 port numbers that are this layout's alone. Everything listens on 127.0.0.1.
	Ports int
	Tools []apps.Tool // beside a JDK and Maven
	// Program installs what layouts of the same kind share, below p.Programs; it leaves alone what stands there already.
	Program func(ctx context.Context, p Place) error
	// Configure makes the layout below p.Dir, which is fresh; nil when the layout is the program alone. What the user has to write is
	// given to the user by p.Give.
	Configure func(ctx context.Context, p Place) error
	Command   func(p Place) apps.Command // Env is complete
	Root      bool                       // started as root, because it changes the user itself
	Ready     []int                      // ports that accept connections once it is up
	// Page is a path on the first Ready port that answers 200 once everything is deployed; "" when there is none. Ports are often open before.
	Page string
	// Line is what the program writes once it is up, for one that opens no port.
	Line string
	// Others are the names of further applications that the layout consists of: testdata/servers/NAME.OTHER.json. The rest is NAME.json.
	Others []string
}

// Family is the kind; under a generic one it is what the name begins with, too: products are others than ways to start.
func (s Server) Family() string {
	if !strings.HasSuffix(s.Kind, "-generic") {
		return s.Kind
	}
	family, _, _ := strings.Cut(s.Name, "-")
	return s.Kind + " " + family
}

// Owns reports whether the port is one of the layout's own.
func (s Server) Owns(port int) bool { return port >= s.Ports && port < s.Ports+20 }

// Place is where one layout lies.
type Place struct {
	*apps.Site
	Server   Server
	Dir      string // this layout's folder
	Programs string // shared folder of installed programs
	Java     string // JAVA_HOME
	UID, GID int
}

// Path joins names below the layout's folder.
func (p Place) Path(elem ...string) string { return filepath.Join(append([]string{p.Dir}, elem...)...) }

// Program joins names below the shared programs.
func (p Place) Program(elem ...string) string {
	return filepath.Join(append([]string{p.Programs}, elem...)...)
}

// Port is the n-th of the layout's ports.
func (p Place) Port(n int) int { return p.Server.Ports + n }

// Write writes a file below the layout's folder. ${dir}, ${programs} and ${java} stand for the places.
func (p Place) Write(name, text string) error {
	file := p.Path(name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(p.Expand(text)), 0o644)
}

// Expand replaces ${dir}, ${programs} and ${java}.
func (p Place) Expand(text string) string {
	return strings.NewReplacer("${dir}", p.Dir, "${programs}", p.Programs, "${java}", p.Java).Replace(text)
}

// Edit replaces each old text of a file below the layout, which must stand exactly once, by the new one after it.
func (p Place) Edit(name string, pairs ...string) error { return apps.Edit(p.Path(name), pairs...) }

// Give makes the user the owner of trees below the layout's folder; they are made when they are missing.
func (p Place) Give(names ...string) error {
	for _, name := range names {
		if err := os.MkdirAll(p.Path(name), 0o755); err != nil {
			return err
		}
		err := filepath.WalkDir(p.Path(name), func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return os.Lchown(path, p.UID, p.GID)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Env is a minimal environment with JAVA_HOME, and more.
func (p Place) Env(more ...string) []string {
	env := append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8", "HOME=" + p.Dir, "JAVA_HOME=" + p.Java}, more...)
	for i := range env {
		env[i] = p.Expand(env[i])
	}
	return env
}

// Have reports whether a program was installed already: Program functions call it with the mark that they write last.
func (p Place) Have(name string) bool {
	_, err := os.Stat(p.Program(name))
	return err == nil
}

// Distribution installs a program from an archive of Maven Central: what lies below prefix in it goes to p.Programs/name. It does nothing when it
// stands there.
func (p Place) Distribution(ctx context.Context, name, coordinates, digest, prefix string) error {
	if p.Have(name) {
		return nil
	}
	archive, err := p.FetchMaven(ctx, coordinates, digest)
	if err != nil {
		return err
	}
	return p.unpack(name, archive, prefix)
}

// Package installs a program from an npm package: what lies below prefix in it goes to p.Programs/name. It does nothing when it stands there.
func (p Place) Package(ctx context.Context, name, npm, version, digest, prefix string) error {
	if p.Have(name) {
		return nil
	}
	archive, err := p.FetchNPM(ctx, npm, version, digest)
	if err != nil {
		return err
	}
	return p.unpack(name, archive, prefix)
}

// unpack makes a program's folder of an archive, whole or not at all.
func (p Place) unpack(name, archive, prefix string) error {
	aside := p.Program("." + name)
	if err := apps.Unpack(archive, aside, prefix); err != nil {
		return err
	}
	return os.Rename(aside, p.Program(name))
}

// All lists the layouts.
func All() []Server {
	return []Server{
		TomcatBase(), TomcatHome(),
		JettyBase(), JettyHome(), JettyDryRun(),
		SpringBootLoader(), SpringBootWar(),
		QuarkusFast(), QuarkusUber(), MicronautFat(), MicronautPath(), HelidonSE(), HelidonMP(), HelidonScript(),
		LibertyUser(), LibertyOutput(),
		DotnetMuxer(), DotnetAppHost(), DotnetFolder(), DotnetWorker(), DotnetSingle(), DotnetSingleShared(), DotnetSingleExtract(),
		MonoListener(), MonoFastCGI(), MonoSocket(), MonoTCP(), MonoService(),
		WireMock(), H2Server(), HSQLDB(), HSQLDBWildcard(), ZooKeeper(), Fuseki(), QuestDB(), Hazelcast(), MockServer(), Artemis(), ActiveMQ(),
		TomEEBase(), TomEEPlain(),
		WildFlyBase(), WildFlyFull(), WildFlyDomain(),
		GlassFishDomain(), PayaraServer(), PayaraInstance(), PayaraMicro(),
		KarafHome(), KarafBase(), OSGiFelix(), OSGiEquinox(),
		Tanuki(), LoginShell(), ShellParent(), SnapJava(),
		NativePipe(), NativeSpring(),
	}
}

// firstError lets the steps of a Configure stand in one list. All of them are made; the first failure is reported.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
